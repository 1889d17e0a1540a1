"""From an AnIML document to a run's document: what the chromatograph wrote, in the laboratory's words.

What is expected of the document (AnIML core 0.90; names after the chromatography, UV trace and peak table
technique definitions):

* An `ExperimentStep` with a `SeriesSet` of a time and an absorbance `Series` (units min or s; mAU or AU) is an
  injection. Its `SampleReference` names the `Sample`, whose name or id is the sample's number.
* Its `Method` holds a `Device` (`DeviceIdentifier`, else `Name`: the instrument's code) and a `Category`
  "Injection" with "Position", "Counter", "Type" (blank, standard, suitability, sample), "Level" and
  "Standard Concentration mg per mL" (of a standard), and "Run" (the worksheet's number).
* A `SeriesSet` "Peak Table" with "Name", "Retention Time", "Area" and "Integration" (automatic, manual), in the
  step itself or in a step that refers to it (`ExperimentDataReference`), is the instrument's claim.
* `AuditTrailEntrySet` is the instrument's trail; entries that refer to a step are its integration history.

A document without injections is read as columns: each dependent `Series` with its unit and its step's sample, for
methods of the technique `document`.

Numbers stay text where they are claims; the trace is read into floats, since it is integrated anew.
"""

from __future__ import annotations

import base64
import binascii
import struct
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from titer.base.errors import Invalid
from titer.lims.chromatography import KINDS, SAMPLE, UNKNOWN, ClaimedPeak, Injection, RunDocument, Series

_LARGEST = 100_000_000
_TIME = {"min": 1.0, "s": 1.0 / 60.0}
_SIGNAL = {"mAU": 1.0, "AU": 1000.0}
_FORMATS = {"Float32": "f", "Float64": "d", "Int32": "i", "Int64": "q"}


def read_run(data: bytes, digest: str) -> RunDocument:
    """Read a chromatographic run.

    Args:
        data: the file's bytes.
        digest: their SHA-256.

    Raises:
        Invalid: if it is no well-formed XML, has a DTD, is no AnIML, or holds no injection.
    """
    root = _root(data)
    try:
        return _run(root, digest)
    except (ValueError, ArithmeticError, LookupError, TypeError, StopIteration) as error:
        raise Invalid(
            "The document is not built as AnIML says.", why=f"{type(error).__name__}: {error}."
        ) from error


def _run(root: Any, digest: str) -> RunDocument:
    samples = {
        str(one.get("sampleID")): str(one.get("name") or one.get("sampleID"))
        for one in _all(root, "SampleSet/Sample")
    }
    steps = _all(root, "ExperimentStepSet/ExperimentStep")
    trail = tuple(_entry(entry) for entry in _all(root, "AuditTrailEntrySet/AuditTrailEntry"))
    tables = _tables(steps)
    injections: list[Injection] = []
    runs: list[str | None] = []
    instruments: list[str | None] = []
    for step in steps:
        trace = _trace(step)
        if trace is None:
            continue
        facts = _facts(step)
        runs.append(facts.get("Run"))
        instruments.append(_instrument(step))
        injections.append(_injection(step, len(injections) + 1, facts, trace, samples, tables, trail))
    series = () if injections else tuple(_columns(steps, samples))
    if not injections and not series:
        raise Invalid("The document holds neither a chromatogram nor a column of values.", do="Set it aside.")
    if not injections:
        runs = [_facts(step).get("Run") for step in steps]
        instruments = [_instrument(step) for step in steps]
    return RunDocument(
        digest=digest,
        run_number=_one("run", runs),
        instrument=_one("instrument", instruments),
        injections=tuple(sorted(injections, key=lambda one: one.position)),
        series=series,
        trail=tuple({key: value for key, value in entry.items() if key != "items"} for entry in trail),
    )


def _root(data: bytes) -> Any:
    from lxml import etree

    if len(data) > _LARGEST:
        raise Invalid("The file is larger than 100 MB.")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise Invalid(
            f"The file is not well-formed XML: {error.msg}.", where=f"line {error.lineno}"
        ) from error
    info: Any = root.getroottree().docinfo
    if info.doctype:
        raise Invalid("The file has a document type declaration, which no AnIML document needs.")
    if _local(root) != "AnIML":
        raise Invalid(f"The file is no AnIML document; its root is {_local(root)!r}.")
    return root


def _local(element: Any) -> str:
    return str(element.tag).rsplit("}", 1)[-1] if isinstance(element.tag, str) else ""


def _all(element: Any, path: str) -> list[Any]:
    """Children along a path of local names, whatever the namespace's draft."""
    found = [element]
    for name in path.split("/"):
        found = [child for one in found for child in one if _local(child) == name]
    return found


def _text(element: Any, path: str) -> str | None:
    found = _all(element, path)
    text = (found[0].text or "").strip() if found else ""
    return text or None


def _one(what: str, values: list[str | None]) -> str | None:
    """The one value that all injections agree on."""
    known = sorted({value for value in values if value})
    if len(known) > 1:
        raise Invalid(f"The document names several {what}s: {', '.join(known)}.", do="Export one run a file.")
    return known[0] if known else None


def _facts(step: Any) -> dict[str, str]:
    """Parameters of every category of the step's method, by name; the category "Injection" wins."""
    found: dict[str, str] = {}
    categories = sorted(_all(step, "Method/Category"), key=lambda one: one.get("name") == "Injection")
    for category in categories:
        for parameter in _all(category, "Parameter"):
            values = [child.text or "" for child in parameter if isinstance(child.tag, str)]
            if values:
                found[str(parameter.get("name"))] = values[0].strip()
    return found


def _instrument(step: Any) -> str | None:
    return _text(step, "Method/Device/DeviceIdentifier") or _text(step, "Method/Device/Name")


def _series(step: Any) -> Iterator[tuple[Any, list[Any]]]:
    for result in _all(step, "Result"):
        for series_set in _all(result, "SeriesSet"):
            yield series_set, _all(series_set, "Series")


def _trace(step: Any) -> tuple[list[float], list[float]] | None:
    """Time in minutes and signal in mAU, or None where the step holds no such series."""
    for series_set, series in _series(step):
        time = next(
            (one for one in series if _unit(one) in _TIME and one.get("dependency") == "independent"), None
        )
        signal = next((one for one in series if _unit(one) in _SIGNAL), None)
        if time is None or signal is None:
            continue
        xs, ys = _numbers(time, series_set), _numbers(signal, series_set)
        promised = series_set.get("length")
        if len(xs) != len(ys) or (promised is not None and len(ys) != int(promised)):
            raise Invalid(
                f"The trace of {step.get('name')!r} has {len(xs)} times and {len(ys)} values; "
                f"the file promises {promised}.",
                where=f"line {series_set.sourceline}",
            )
        return [x * _TIME[_unit(time)] for x in xs], [y * _SIGNAL[_unit(signal)] for y in ys]
    return None


def _unit(series: Any) -> str:
    units = _all(series, "Unit")
    return str(units[0].get("label")) if units else ""


def _texts(series: Any, series_set: Any) -> list[str]:
    """The values of a series as text."""
    individual = _all(series, "IndividualValueSet")
    if individual:
        return [
            (child.text or "").strip() for one in individual for child in one if isinstance(child.tag, str)
        ]
    counted = _all(series, "AutoIncrementedValueSet")
    if counted:
        start = Decimal(next(iter(_all(counted[0], "StartValue")[0])).text)
        step = Decimal(next(iter(_all(counted[0], "Increment")[0])).text)
        return [f"{start + step * index:f}" for index in range(int(series_set.get("length")))]
    encoded = _all(series, "EncodedValueSet")
    if encoded:
        return [repr(value) for value in _decoded(series, encoded[0].text or "")]
    return []


def _decoded(series: Any, text: str) -> list[float]:
    kind = str(series.get("seriesType"))
    if kind not in _FORMATS:
        raise Invalid(f"A series of {kind} cannot be encoded.", where=f"line {series.sourceline}")
    try:
        data = base64.b64decode("".join(text.split()), validate=True)
        return [float(row[0]) for row in struct.iter_unpack(f"<{_FORMATS[kind]}", data)]
    except (binascii.Error, struct.error) as error:
        raise Invalid("An encoded series is damaged.", where=f"line {series.sourceline}") from error


def _numbers(series: Any, series_set: Any) -> list[float]:
    encoded = _all(series, "EncodedValueSet")
    if encoded:
        return _decoded(series, encoded[0].text or "")
    try:
        return [float(text) for text in _texts(series, series_set)]
    except ValueError as error:
        raise Invalid(
            f"The series {series.get('name')!r} holds text where numbers belong.",
            where=f"line {series.sourceline}",
        ) from error


def _columns(steps: list[Any], samples: dict[str, str]) -> Iterator[Series]:
    """Every dependent column of the document, for methods of other techniques."""
    for step in steps:
        references = _all(step, "Infrastructure/SampleReferenceSet/SampleReference")
        sample = samples.get(str(references[0].get("sampleID"))) if references else None
        for series_set, columns in _series(step):
            promised = series_set.get("length")
            for column in columns:
                if column.get("dependency") != "dependent":
                    continue
                values = tuple(_texts(column, series_set))
                if promised is not None and len(values) != int(promised):
                    raise Invalid(
                        f"The series {column.get('name')!r} has {len(values)} values; the file promises {promised}.",
                        where=f"line {column.sourceline}",
                    )
                path = column.getroottree().getpath(column)
                name = str(column.get("name"))
                yield Series(path, str(step.get("name")), name, _unit(column), sample, values)


def _tables(steps: list[Any]) -> dict[str, list[ClaimedPeak]]:
    """Peak tables by the id of the step that they belong to."""
    found: dict[str, list[ClaimedPeak]] = {}
    for step in steps:
        referred = [
            str(one.get("experimentStepID"))
            for one in _all(step, "Infrastructure/ExperimentDataReferenceSet/ExperimentDataReference")
        ]
        for series_set, series in _series(step):
            names = {str(one.get("name")): one for one in series}
            if not {"Retention Time", "Area"} <= set(names):
                continue
            columns = {name: _texts(one, series_set) for name, one in names.items()}
            path = series_set.getroottree().getpath(series_set)
            for key in referred or [str(step.get("experimentStepID"))]:
                found.setdefault(key, []).extend(_claims(columns, names["Retention Time"], path))
    return found


def _claims(columns: dict[str, list[str]], retention: Any, path: str) -> list[ClaimedPeak]:
    count = len(columns["Area"])
    if any(len(values) != count for values in columns.values()):
        raise Invalid(
            "The columns of a peak table have different lengths.", where=f"line {retention.sourceline}"
        )
    in_seconds = _unit(retention) == "s"
    claims = []
    for index in range(count):
        at = columns["Retention Time"][index]
        claims.append(
            ClaimedPeak(
                name=columns.get("Name", [""] * count)[index] or f"peak {index + 1}",
                retention=f"{Decimal(at) / 60:f}" if in_seconds else at,
                area=columns["Area"][index],
                manual=columns.get("Integration", [""] * count)[index].casefold().startswith("manual"),
                path=f"{path}/{index + 1}",
            )
        )
    return claims


def _injection(
    step: Any,
    order: int,
    facts: dict[str, str],
    trace: tuple[list[float], list[float]],
    samples: dict[str, str],
    tables: dict[str, list[ClaimedPeak]],
    trail: tuple[dict[str, str], ...],
) -> Injection:
    key = str(step.get("experimentStepID"))
    references = _all(step, "Infrastructure/SampleReferenceSet/SampleReference")
    sample = samples.get(str(references[0].get("sampleID"))) if references else None
    kind = facts.get("Type", "").casefold()
    kind = kind if kind in KINDS else UNKNOWN
    counter, position = facts.get("Counter", ""), facts.get("Position", "")
    mine = {str(one.get("id")) for one in step.iter() if isinstance(one.tag, str) and one.get("id")} | {key}
    return Injection(
        path=step.getroottree().getpath(step),
        name=str(step.get("name") or key),
        kind=kind,
        sample=sample if kind == SAMPLE else None,
        level=facts.get("Level") or (sample if kind == "standard" else None),
        position=int(position) if position.isdigit() else order,
        counter=int(counter) if counter.isdigit() else None,
        injected_at=_text(step, "Infrastructure/Timestamp") or "",
        concentration=facts.get("Standard Concentration mg per mL") or None,
        time=trace[0],
        signal=trace[1],
        claimed=tuple(tables.get(key, [])),
        history=tuple(
            {name: value for name, value in entry.items() if name != "items"}
            for entry in trail
            if mine & set(entry["items"].split())
        ),
    )


def _entry(entry: Any) -> dict[str, str]:
    items = [str(one.get("changedItem")) for one in _all(entry, "Diff") if one.get("changedItem")]
    items += [str(one.get("id") or one.text or "").strip() for one in _all(entry, "Reference")]
    return {
        "at": _text(entry, "Timestamp") or "",
        "who": _text(entry, "Author/Name") or "",
        "what": _text(entry, "Action") or "",
        "reason": _text(entry, "Reason") or "",
        "comment": _text(entry, "Comment") or "",
        "before": _text(entry, "Diff/OldValue") or "",
        "after": _text(entry, "Diff/NewValue") or "",
        "items": " ".join(item for item in items if item),
    }
