"""From an AnIML document to a run's document: what the instrument wrote, in the laboratory's words.

`titer.connect.animl` reads the bytes, in a process of its own, and says whether the document is sound; what it
quarantines is no data here. This room says what the laboratory makes of a sound one (names after the
chromatography, UV trace and peak table technique definitions):

* A step with a series set of a time and an absorbance series (units min or s; mAU or AU) is an injection. Its
  sample reference names the sample, whose name or id is the sample's number.
* Its method holds a device (`DeviceIdentifier`, else `Name`: the instrument's code) and a category "Injection"
  with "Position", "Counter", "Type" (blank, standard, suitability, sample), "Level" and
  "Standard Concentration mg per mL" (of a standard), and "Run" (the worksheet's number).
* A series set with "Name", "Retention Time", "Area" and "Integration" (automatic, manual), in the step itself or
  in a step that refers to it, is the instrument's claim.
* The audit trail is the instrument's; entries about a step, or about a part of it, are its integration history.

A document without injections is read as columns: each dependent series with its unit and its step's sample, for
methods of the technique `document`.

Numbers stay text where they are claims; the trace is read into floats, since it is integrated anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path

from titer.base.errors import Invalid
from titer.connect.animl import AnimlDocument, AuditEntry, Category, SeriesSet, Step, read
from titer.connect.animl import Series as Column
from titer.connect.curves import recognise
from titer.lims import tables
from titer.lims.chromatography import KINDS, SAMPLE, UNKNOWN, ClaimedPeak, Injection, RunDocument, Series
from titer.lims.curves import read_curves
from titer.lims.vendors import read_vendor

_TIME = {"min": 1.0, "s": 1.0 / 60.0}
_SIGNAL = {"mAU": 1.0, "AU": 1000.0}
_SHOWN = 3
Placed = tuple[str, SeriesSet]


def read_run(
    data: bytes,
    digest: str,
    *,
    schemas: Path | None = None,
    techniques: Path | None = None,
    sandboxed: bool = True,
) -> RunDocument:
    """Read what an instrument wrote about a run.

    Args:
        data: the file's bytes.
        digest: their SHA-256.
        schemas, techniques: folders of AnIML's schemas and technique definitions, where the site installed them.
        sandboxed: in a process of its own, with limits; False only for bytes that are known, and tests.

    Raises:
        Invalid: if it cannot be read, is not built as AnIML and its techniques say, or holds no values.
    """
    document = read(data, schemas=schemas, techniques=techniques, sandboxed=sandboxed)
    if document.verdict != "accepted":
        raise Invalid("The document is not built as AnIML says.", why=_faults(document))
    return run_of(document, digest)


def reader(folder: Path | None) -> Callable[[bytes, str, Mapping[str, str]], RunDocument]:
    """The reader of any instrument's file: a vendor's or a table by what its connection says, spectra and
    chromatograms by their first bytes, all else as AnIML.

    AnIML is read by `read_run` with what the site installed in a folder (`titer animl install`), looked up at
    each reading.

    Args:
        folder: holds `schemas` and `techniques`, either of which may be missing; None where there is none.
    """

    def installed(name: str, wanted: str) -> Path | None:
        place = folder / name if folder is not None else None
        return place if place is not None and any(place.glob(wanted)) else None

    def read_here(data: bytes, digest: str, told: Mapping[str, str]) -> RunDocument:
        if told.get("kind") == tables.KIND:
            return tables.read_table(data, digest, told)
        if told:
            return read_vendor(data, digest, told)
        format_name = recognise(data)
        if format_name:
            return read_curves(data, digest, format_name)
        return read_run(
            data,
            digest,
            schemas=installed("schemas", "animl-core.xsd"),
            techniques=installed("techniques", "*.atdd"),
        )

    return read_here


def run_of(document: AnimlDocument, digest: str) -> RunDocument:
    """What a sound document says about a run.

    Raises:
        Invalid: if it names several runs or instruments, or holds neither a chromatogram nor a column.
    """
    steps = list(document.all_steps())
    samples = {one.id: one.name or one.id for one in document.samples}
    trail = tuple((_entry(entry), _items(entry)) for entry in document.audit_trail)
    tables = _tables(steps)
    traces = {step.id: trace for step in steps if (trace := _trace(step)) is not None}
    injections: list[Injection] = []
    for step in steps:
        trace = traces.get(step.id)
        if trace is not None:
            history = tuple(told for told, items in trail if items & {step.id, *step.items})
            injections.append(_injection(step, len(injections) + 1, trace, samples, tables, history))
    series = () if injections else tuple(_columns(steps, samples))
    if not injections and not series:
        raise Invalid(
            "The document holds neither a chromatogram nor a column of values.",
            why=f"It has {len(document.samples)} samples and {len(steps)} experiment steps.",
            do="Set it aside with a reason.",
        )
    about = [step for step in steps if step.id in traces] if injections else steps
    return RunDocument(
        digest=digest,
        run_number=_one("run", [_facts(step).get("Run") for step in about]),
        instrument=_one("instrument", [_instrument(step) for step in about]),
        injections=tuple(sorted(injections, key=lambda one: one.position)),
        series=series,
        trail=tuple(told for told, _ in trail),
        techniques=tuple(dict.fromkeys(name for step in steps if (name := step.technique.get("name")))),
        measured_at=min((step.timestamp for step in steps if step.timestamp), default=""),
        notes=_notes(document),
    )


def _faults(document: AnimlDocument) -> str:
    """The first faults of a document, each with its place."""
    errors = [f"{one.where}: {one.message}" for one in document.problems if one.severity == "error"]
    more = f"; and {len(errors) - _SHOWN} more" if len(errors) > _SHOWN else ""
    return "; ".join(errors[:_SHOWN]) + more + "."


def _notes(document: AnimlDocument) -> tuple[str, ...]:
    """How far the document was checked, and what is odd in it without being a fault."""
    checked = "against the core schema" if document.schema_validated else "not against the core schema"
    applied = ", ".join(document.techniques_validated) or "no technique definition"
    notes = [f"Checked for its structure, {checked}, and against {applied}."]
    return tuple(notes + [f"{one.where}: {one.message}" for one in document.problems])


def _one(what: str, values: list[str | None]) -> str | None:
    """The one value that all steps agree on."""
    known = sorted({value for value in values if value})
    if len(known) > 1:
        raise Invalid(f"The document names several {what}s: {', '.join(known)}.", do="Export one run a file.")
    return known[0] if known else None


def _facts(step: Step) -> dict[str, str]:
    """Parameters of every category of the step's method, by name; the category "Injection" wins."""
    found: dict[str, str] = {}
    ordered: list[Category] = sorted(step.method_categories, key=lambda one: one.name == "Injection")
    for category in ordered:
        found |= {one.name: one.value for one in category.parameters}
    return found


def _instrument(step: Step) -> str | None:
    return step.method.get("device.DeviceIdentifier") or step.method.get("device.Name") or None


def _sample(step: Step, samples: dict[str, str]) -> str | None:
    named = [one for one in step.sample_references if one.get("kind") == "SampleReference"]
    return samples.get(named[0].get("sampleID", "")) if named else None


def _sets(step: Step) -> Iterator[Placed]:
    """The series sets of a step, each with its place in the document as an XPath."""
    quote = '"' if "'" in step.id else "'"
    for number, result in enumerate(step.results, 1):
        for place, one in enumerate(result.series_sets, 1):
            yield (
                f"//ExperimentStep[@experimentStepID={quote}{step.id}{quote}]"
                f"/Result[{number}]/SeriesSet[{place}]",
                one,
            )


def _unit(column: Column) -> str:
    return column.unit.label if column.unit else ""


def _trace(step: Step) -> tuple[list[float], list[float]] | None:
    """Time in minutes and signal in mAU, or None where the step holds no such series."""
    for _, one in _sets(step):
        time = next(
            (found for found in one.series if _unit(found) in _TIME and found.dependency == "independent"),
            None,
        )
        signal = next((found for found in one.series if _unit(found) in _SIGNAL), None)
        if time is not None and signal is not None:
            return (
                [x * _TIME[_unit(time)] for x in _numbers(time)],
                [y * _SIGNAL[_unit(signal)] for y in _numbers(signal)],
            )
    return None


def _numbers(column: Column) -> list[float]:
    try:
        return [float(text) for text in column.values]
    except ValueError as error:
        raise Invalid(f"The series {column.name!r} holds text where numbers belong.") from error


def _columns(steps: list[Step], samples: dict[str, str]) -> Iterator[Series]:
    """Every dependent column of the document, for methods of other techniques."""
    for step in steps:
        for path, one in _sets(step):
            for place, column in enumerate(one.series, 1):
                if column.dependency == "dependent":
                    yield Series(
                        f"{path}/Series[{place}]",
                        step.name,
                        column.name,
                        _unit(column),
                        _sample(step, samples),
                        column.values,
                    )


def _tables(steps: list[Step]) -> dict[str, list[ClaimedPeak]]:
    """Peak tables by the id of the step that they belong to."""
    found: dict[str, list[ClaimedPeak]] = {}
    for step in steps:
        referred = [
            one["experimentStepID"]
            for one in step.data_references
            if one.get("kind") == "ExperimentDataReference" and one.get("experimentStepID")
        ]
        for path, one in _sets(step):
            if one.named("Retention Time") is not None and one.named("Area") is not None:
                for key in referred or [step.id]:
                    found.setdefault(key, []).extend(_claims(one, path))
    return found


def _claims(table: SeriesSet, path: str) -> Iterator[ClaimedPeak]:
    columns = {column.name: column for column in table.series}
    retention = columns["Retention Time"]
    for index, area in enumerate(columns["Area"].values):
        at = retention.values[index]
        name, integration = (
            columns[key].values[index] if key in columns else "" for key in ("Name", "Integration")
        )
        yield ClaimedPeak(
            name=name or f"peak {index + 1}",
            retention=_minutes(at) if _unit(retention) == "s" else at,
            area=area,
            manual=integration.casefold().startswith("manual"),
            path=f"{path}/{index + 1}",
        )


def _minutes(seconds: str) -> str:
    try:
        return f"{Decimal(seconds) / 60:f}"
    except InvalidOperation as error:
        raise Invalid(f"The retention time {seconds!r} is no number.") from error


def _injection(
    step: Step,
    order: int,
    trace: tuple[list[float], list[float]],
    samples: dict[str, str],
    tables: dict[str, list[ClaimedPeak]],
    history: tuple[dict[str, str], ...],
) -> Injection:
    facts, sample = _facts(step), _sample(step, samples)
    kind = facts.get("Type", "").casefold()
    kind = kind if kind in KINDS else UNKNOWN
    counter, position = facts.get("Counter", ""), facts.get("Position", "")
    quote = '"' if "'" in step.id else "'"
    return Injection(
        path=f"//ExperimentStep[@experimentStepID={quote}{step.id}{quote}]",
        name=step.name or step.id,
        kind=kind,
        sample=sample if kind == SAMPLE else None,
        level=facts.get("Level") or (sample if kind == "standard" else None),
        position=int(position) if position.isdigit() else order,
        counter=int(counter) if counter.isdigit() else None,
        injected_at=step.timestamp,
        concentration=facts.get("Standard Concentration mg per mL") or None,
        time=trace[0],
        signal=trace[1],
        claimed=tuple(tables.get(step.id, [])),
        history=history,
    )


def _entry(entry: AuditEntry) -> dict[str, str]:
    first = entry.diffs[0] if entry.diffs else {}
    return {
        "at": entry.timestamp,
        "who": entry.author.get("Name", ""),
        "what": entry.action,
        "reason": entry.reason,
        "comment": entry.comment,
        "before": first.get("old", ""),
        "after": first.get("new", ""),
    }


def _items(entry: AuditEntry) -> set[str]:
    """What an entry is about, by id."""
    return {
        item for item in (*entry.references, *(one.get("changedItem", "") for one in entry.diffs)) if item
    }
