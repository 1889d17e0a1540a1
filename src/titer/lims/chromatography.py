"""A chromatographic run, judged: peaks integrated by us, the instrument's own table compared, findings listed.

Pure: the run's document comes in as values, and what was found goes out as values. Nothing of a document
passes in silence: an injection without a sample, a gap in the injection counter, a manual integration and a
peak table that differs from the trace are findings, each of which a person disposes of.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING

from titer.base.errors import Invalid
from titer.lims.documents import ChromatographyParameters, MethodDocument, SuitabilityTest
from titer.science.rounding import read_number

if TYPE_CHECKING:
    from titer.science.chromatography import Peak

BLANK, STANDARD, SUITABILITY, SAMPLE, UNKNOWN = "blank", "standard", "suitability", "sample", "unknown"
KINDS = (BLANK, STANDARD, SUITABILITY, SAMPLE, UNKNOWN)
_DIGITS = 12


@dataclass(frozen=True)
class ClaimedPeak:
    """A row of the instrument's own peak table: its claim, as text."""

    name: str
    retention: str
    area: str
    manual: bool
    path: str


@dataclass(frozen=True)
class Injection:
    """One injection of a run's document.

    Args:
        path: where in the document it stands.
        name: as the instrument's sequence calls it.
        kind: one of `KINDS`.
        sample: the sample number that it bears, or None.
        level: for a standard, its name in the worksheet.
        position: place in the sequence, from 1.
        counter: the instrument's own injection counter, or None where it keeps none.
        injected_at: ISO instant as the instrument wrote it.
        time, signal: minutes and mAU.
        claimed: the instrument's peak table.
        concentration: of a standard, as it was typed at the instrument, in the method's unit.
        history: the integration history that the document carries.
    """

    path: str
    name: str
    kind: str
    sample: str | None
    level: str | None
    position: int
    counter: int | None
    injected_at: str
    time: Sequence[float]
    signal: Sequence[float]
    claimed: tuple[ClaimedPeak, ...] = ()
    history: tuple[dict[str, str], ...] = ()
    concentration: str | None = None


@dataclass(frozen=True)
class Series:
    """A column of values in a document of any technique, as text.

    Args:
        path: where in the document it stands.
        step: name of the experiment step.
        name: of the series.
        unit: as the document writes it; "" where it writes none.
        sample: the sample number that the step refers to, or None.
        values: as they are written.
    """

    path: str
    step: str
    name: str
    unit: str
    sample: str | None
    values: tuple[str, ...]


@dataclass(frozen=True)
class RunDocument:
    """What an instrument wrote about a run: chromatograms, or columns of values.

    Args:
        techniques: names of the techniques that its steps follow.
        measured_at: the earliest time that it states, as written; "" where it states none.
        notes: how far it was checked, and what is odd in it without being a fault.
    """

    digest: str
    run_number: str | None
    instrument: str | None
    injections: tuple[Injection, ...]
    trail: tuple[dict[str, str], ...] = ()
    aborted: str | None = None
    series: tuple[Series, ...] = ()
    techniques: tuple[str, ...] = ()
    measured_at: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Finding:
    """Something in a document that a person must look at."""

    kind: str
    severity: str
    detail: str
    path: str

    def row(self) -> dict[str, str]:
        """As it is kept with the run."""
        return {"kind": self.kind, "severity": self.severity, "detail": self.detail, "path": self.path}


@dataclass(frozen=True)
class NamedPeak:
    """A peak of ours with the name that its window gives it."""

    name: str
    peak: Peak


@dataclass(frozen=True)
class Outcome:
    """One suitability test: the statistic, its limits, and whether it passed."""

    name: str
    statistic: str
    value: str | None
    low: str | None
    high: str | None
    passed: bool
    detail: str

    def row(self) -> dict[str, str | bool | None]:
        """As it is kept with the run."""
        return {
            "name": self.name,
            "statistic": self.statistic,
            "value": self.value,
            "low": self.low,
            "high": self.high,
            "passed": self.passed,
            "detail": self.detail,
        }


@dataclass
class Judged:
    """A run, judged."""

    peaks: dict[str, tuple[NamedPeak, ...]] = field(default_factory=dict)
    suitability: list[Outcome] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def suitable(self) -> bool:
        """Whether every suitability test passed."""
        return bool(self.suitability) and all(outcome.passed for outcome in self.suitability)


def decimal(value: float) -> Decimal:
    """A computed float as a decimal of twelve significant digits; the one place where floats become results.

    Raises:
        ValueError: for NaN and the infinities.
    """
    if not math.isfinite(value):
        raise ValueError(f"{value} is no result")
    return Decimal(f"{value:.{_DIGITS}g}")


def text(value: float, digits: int = 6) -> str:
    """A computed float as text without an exponent."""
    return f"{Decimal(f'{value:.{digits}g}'):f}"


def judge(
    document: RunDocument,
    method: MethodDocument,
    *,
    expected: frozenset[str],
    levels: Mapping[str, Decimal],
) -> Judged:
    """Integrate all injections, run the suitability tests, and list what a person must look at.

    Args:
        document: the run's document.
        method: with its parameter set.
        expected: the sample numbers of the worksheet.
        levels: the standards of the worksheet: name -> concentration in the method's unit.
    """
    how = method.chromatography
    if how is None:
        raise Invalid(f"{method.code} is no chromatographic method.")
    judged = Judged()
    for injection in document.injections:
        judged.peaks[injection.path] = _peaks(injection, how, judged.findings)
        judged.findings += _findings(injection, expected, levels)
        judged.findings += _against_claim(injection, judged.peaks[injection.path], how)
    judged.findings += _of_sequence(document, expected)
    for test in method.suitability:
        judged.suitability.append(_suitability(test, document, judged, how, levels))
    return judged


def _peaks(
    injection: Injection, how: ChromatographyParameters, findings: list[Finding]
) -> tuple[NamedPeak, ...]:
    from titer.science.chromatography import Integration, integrate

    parameters = how.integration
    try:
        found = integrate(
            injection.time,
            injection.signal,
            Integration(
                float(parameters.begin),
                float(parameters.end),
                float(parameters.least_height),
                float(parameters.noise_factor),
            ),
        )
    except ValueError as error:
        findings.append(Finding("no_trace", "major", f"{injection.name}: {error}", injection.path))
        return ()
    named = []
    for peak in found:
        window = next((one for one in how.peaks if float(one.from_) <= peak.apex < float(one.to)), None)
        named.append(NamedPeak(window.name if window else f"unnamed {peak.apex:.2f} min", peak))
    return tuple(named)


def _findings(injection: Injection, expected: frozenset[str], levels: Mapping[str, Decimal]) -> list[Finding]:
    found = []
    name = f"Injection {injection.position} ({injection.name})"
    if injection.kind == UNKNOWN or (injection.kind == SAMPLE and not injection.sample):
        found.append(Finding("trial_injection", "major", f"{name} bears no sample number.", injection.path))
    elif injection.kind == SAMPLE and injection.sample not in expected:
        found.append(
            Finding(
                "unplanned_injection",
                "major",
                f"{name}: {injection.sample} is not on the worksheet.",
                injection.path,
            )
        )
    elif injection.kind == STANDARD and injection.level not in levels:
        found.append(
            Finding("unknown_standard", "major", f"{name} is no standard of the worksheet.", injection.path)
        )
    elif injection.kind == STANDARD and injection.level is not None and injection.concentration is not None:
        typed, entered = injection.concentration, levels[injection.level]
        if read_number(typed) != entered:
            found.append(
                Finding(
                    "standard_differs",
                    "major",
                    f"{name}: {typed} was typed at the instrument, and {entered:f} stands in the worksheet.",
                    injection.path,
                )
            )
    if any(word in injection.name.casefold() for word in ("test", "trial", "dummy")):
        found.append(Finding("test_name", "minor", f"{name} is called a test.", injection.path))
    for peak in injection.claimed:
        if peak.manual:
            found.append(
                Finding(
                    "manual_integration",
                    "major",
                    f"{name}: the peak {peak.name} was integrated by hand.",
                    peak.path,
                )
            )
    if len(injection.history) > 1:
        found.append(
            Finding(
                "reintegrated",
                "minor",
                f"{name} was integrated {len(injection.history)} times.",
                injection.path,
            )
        )
    return found


def _against_claim(
    injection: Injection, ours: tuple[NamedPeak, ...], how: ChromatographyParameters
) -> list[Finding]:
    """The instrument's table against our own integration of the same trace.

    Allowed is the method's share of the area (of a twentieth of the whole for small peaks), and four times what
    the trace's noise alone makes uncertain.
    """
    found = []
    allowed = float(how.claim_area_percent) / 100.0
    total = sum(one.peak.area for one in ours)
    for claim in injection.claimed:
        try:
            at, area = float(read_number(claim.retention)), float(read_number(claim.area))
        except ValueError:
            found.append(
                Finding(
                    "claim_unreadable", "major", f"{injection.name}: {claim.name} has no number.", claim.path
                )
            )
            continue
        nearest = min(ours, key=lambda one: abs(one.peak.apex - at), default=None)
        if nearest is None or abs(nearest.peak.apex - at) > 0.2:
            if area > allowed * max(total, area):
                found.append(
                    Finding(
                        "claim_differs",
                        "major",
                        f"{injection.name}: the instrument claims a peak {claim.name} at {claim.retention} min "
                        "that its trace does not show.",
                        claim.path,
                    )
                )
        elif (
            abs(nearest.peak.area - area) > allowed * max(area, 0.05 * total) + 4.0 * nearest.peak.area_noise
        ):
            found.append(
                Finding(
                    "claim_differs",
                    "major",
                    f"{injection.name}: {claim.name} has {claim.area} by the instrument's table and "
                    f"{text(nearest.peak.area)} mAU.min by its trace.",
                    claim.path,
                )
            )
    return found


def _of_sequence(document: RunDocument, expected: frozenset[str]) -> list[Finding]:
    found = []
    counted = [one for one in document.injections if one.counter is not None]
    for before, after in pairwise(counted):
        if after.counter is None or before.counter is None:
            continue
        if after.counter != before.counter + 1:
            found.append(
                Finding(
                    "counter_gap",
                    "major",
                    f"The injection counter goes from {before.counter} to {after.counter}: "
                    f"{abs(after.counter - before.counter - 1)} injections are not in this document.",
                    after.path,
                )
            )
    present = {one.sample for one in document.injections if one.kind == SAMPLE}
    found += [
        Finding("sample_missing", "major", f"{number} of the worksheet was not injected.", "")
        for number in sorted(expected - present)
    ]
    if document.aborted:
        found.append(Finding("aborted", "major", f"The run was aborted: {document.aborted}", ""))
    return found


def _named(judged: Judged, injection: Injection, name: str) -> Peak | None:
    return next((one.peak for one in judged.peaks[injection.path] if one.name == name), None)


def _suitability(
    test: SuitabilityTest,
    document: RunDocument,
    judged: Judged,
    how: ChromatographyParameters,
    levels: Mapping[str, Decimal],
) -> Outcome:
    injections = [one for one in document.injections if one.kind == test.injections]
    try:
        value, detail = _statistic(test, injections, judged, levels)
    except Invalid as error:
        return Outcome(test.name, test.statistic, None, test.low, test.high, False, error.what)
    passed = (test.low is None or value >= float(test.low)) and (
        test.high is None or value <= float(test.high)
    )
    return Outcome(test.name, test.statistic, text(value), test.low, test.high, passed, detail)


def _statistic(
    test: SuitabilityTest,
    injections: list[Injection],
    judged: Judged,
    levels: Mapping[str, Decimal],
) -> tuple[float, str]:
    """The statistic over the injections; where there are several, the worst one counts."""
    from titer.science import chromatography

    if test.statistic == "count":
        return float(len(injections)), f"{len(injections)} injections"
    if test.statistic == "peak_area":
        areas = [peak.area if (peak := _named(judged, one, test.peaks[0])) else 0.0 for one in injections]
        if not areas:
            raise Invalid(f"No {test.injections} injection is in the run.")
        return max(areas), f"largest of {len(areas)} injections"
    if not injections:
        raise Invalid(f"No {test.injections} injection is in the run.")
    peaks = []
    for injection in injections:
        row = [_named(judged, injection, name) for name in test.peaks]
        if any(peak is None for peak in row):
            raise Invalid(f"{injection.name} lacks a peak of {', '.join(test.peaks)}.")
        peaks.append([peak for peak in row if peak is not None])
    if test.statistic == "rsd_area":
        return _rsd([row[0].area for row in peaks]), f"{len(peaks)} injections"
    if test.statistic == "r_squared":
        return _r_squared(injections, [row[0].area for row in peaks], levels), f"{len(peaks)} injections"
    values: list[float | None] = []
    for found in peaks:
        if test.statistic == "resolution":
            values.append(chromatography.resolution(found[0], found[1]))
        elif test.statistic == "tailing":
            values.append(found[0].tailing)
        else:
            values.append(found[0].plates)
    known = [value for value in values if value is not None]
    if len(known) != len(values):
        raise Invalid(f"The {test.statistic} cannot be measured: a neighbour hides the peak's foot.")
    worst = min(known) if test.low is not None else max(known)
    return worst, f"worst of {len(known)} injections"


def _rsd(areas: list[float]) -> float:
    if len(areas) < 2:
        raise Invalid("A relative standard deviation needs two injections or more.")
    mean = math.fsum(areas) / len(areas)
    spread = math.sqrt(math.fsum((area - mean) ** 2 for area in areas) / (len(areas) - 1))
    return 100.0 * spread / mean


def _r_squared(injections: list[Injection], areas: list[float], levels: Mapping[str, Decimal]) -> float:
    pairs = [
        (float(levels[one.level]), area)
        for one, area in zip(injections, areas, strict=True)
        if one.level is not None and one.level in levels
    ]
    if len({x for x, _ in pairs}) < 3:
        raise Invalid("Linearity needs three levels or more.")
    mean_x = math.fsum(x for x, _ in pairs) / len(pairs)
    mean_y = math.fsum(y for _, y in pairs) / len(pairs)
    sxx = math.fsum((x - mean_x) ** 2 for x, _ in pairs)
    syy = math.fsum((y - mean_y) ** 2 for _, y in pairs)
    sxy = math.fsum((x - mean_x) * (y - mean_y) for x, y in pairs)
    return sxy * sxy / (sxx * syy)
