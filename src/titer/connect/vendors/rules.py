"""What becomes of each leaf of an Allotrope Simple Model: mapped, ignored for a reason, or quarantined.

Pure. A number is mapped if it has a unit that the house knows and stands in the file's own text; its spelling is the
file's. Nothing is left out: every leaf of the model is an entry, and every number of the file that no entry has is
told with its place.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from titer.base.units import UNITS
from titer.connect.core.judged import Problem
from titer.connect.vendors.document import IGNORED, MAPPED, QUARANTINED, Entry, VendorFile
from titer.connect.vendors.source import Source, number_of

_NAMESPACE = uuid.UUID("6f4d1c58-0b0e-5b6e-9d55-3d1f4c1f0a52")
_HOUSE = {
    "(unitless)": "1",
    "#": "1",
    "cell": "1",
    "pH": "1",
    "μL": "uL",
    "µL": "uL",
    "μg": "ug",
    "µg": "ug",
    "μg/mL": "ug/mL",
    "µg/mL": "ug/mL",
    "μm": "um",
    "µm": "um",
    "10^6 cells/mL": "1e6/mL",
    "cells/mL": "1/mL",
    "°C": "degC",
    "hr": "h",
    "mm^3": "mm3",
}
"""Units as the readers spell them (QUDT) -> as the house does."""
_RESTATED = {
    "g/L": {"mg/L": -3, "ug/mL": -3, "µg/mL": -3, "μg/mL": -3, "ug/L": -6},
    "mmol/L": {"umol/L": -3, "µmol/L": -3, "μmol/L": -3, "mol/L": 3},
}
"""Units into which the readers restate others of a quantity: -> what the file writes, by which power of ten."""
_SAME = 1e-12
_BOOKKEEPING = frozenset(
    {
        "$asm.manifest",
        "manifest",
        "ASM converter name",
        "ASM converter version",
        "ASM file identifier",
        "UNC path",
        "file name",
        "file identifier",
        "data system instance identifier",
        "@componentDatatype",
        "@type",
        "@index",
    }
)
_IDENTIFIERS = re.compile(r"(measurement|data source|calculated data|image document|group) identifier")
_UNIT_ONLY, _NO_UNIT = "it is a text and no measured value", "it is a number without a unit"
_SHOWN, _PLACES = 40, 8


@dataclass(frozen=True, slots=True)
class _Within:
    """What an entry takes from what stands around it."""

    sample: str = ""
    measured_at: str = ""
    measurement: str = ""


@dataclass(slots=True)
class _Walk:
    digest: str
    reader: str
    version: str
    source: Source
    entries: list[Entry] = field(default_factory=list)
    seen: set[float] = field(default_factory=set)
    measurements: int = 0


def reconcile(
    model: Mapping[str, Any],
    source: Source,
    *,
    digest: str,
    reader: str,
    version: str,
    unended: bool = False,
) -> VendorFile:
    """Account for every leaf of a model, and for every number of the file that it came from.

    Args:
        model: what the reader made; numbers as `json` reads them.
        source: what the file itself says.
        digest: of the file's bytes.
        reader, version: which made the model.
        unended: the instrument writes no line end after its last line, so that its absence says nothing.
    """
    walk = _Walk(digest, reader, version, source)
    for key, value in model.items():
        _visit(walk, value, key, key, _Within(), "")
    problems: list[Problem] = []
    if not source.whole and not unended:
        words = "the last line has no end: it may have been cut in the middle of a value"
        problems.append(Problem("structure", "error", "end of the file", words))
    problems += [
        Problem("structure", "error", where, words) for where, words in _broken_promises(source.text, reader)
    ]
    if not any(one.state == MAPPED for one in walk.entries):
        problems.append(
            Problem("structure", "error", "file", "it holds no measured value with a unit that is known")
        )
    unknown = sorted({one.unit for one in walk.entries if one.state == QUARANTINED})
    for unit in unknown:
        which = sorted({one.name for one in walk.entries if one.state == QUARANTINED and one.unit == unit})
        words = f"the house has no unit {unit!r}: {', '.join(which[:5])}"
        problems.append(Problem("structure", "error", f"unit {unit}", words))
    if source.numbers is None:
        words = "its numbers are no text, so that they were not held against the file"
        problems.append(Problem("structure", "note", "file", words))
    return VendorFile(
        digest=digest,
        reader=reader,
        version=version,
        technique=str(model.get("$asm.manifest", "")).rsplit("/", 1)[-1].removesuffix(".manifest"),
        entries=tuple(walk.entries),
        measurements=walk.measurements,
        untaken=_untaken(walk),
        problems=tuple(problems),
    )


def _visit(walk: _Walk, value: Any, path: str, key: str, within: _Within, prefix: str) -> None:
    if isinstance(value, Mapping):
        if "value" in value and not isinstance(value["value"], Mapping | list):
            _number(walk, value["value"], str(value.get("unit") or ""), path, _name(prefix, key), within)
            for other in value.keys() - {"value", "unit"}:
                _visit(walk, value[other], f"{path}/{other}", other, within, prefix)
            return
        if "cube-structure" in value and isinstance(value.get("data"), Mapping):
            _cube(walk, value, path, _name(prefix, key), within)
            return
        within = _around(walk, value, path, within)
        named = [
            str(text) for name, text in value.items() if name.endswith(" name") and isinstance(text, str)
        ]
        prefix = named[0] if len(named) == 1 and key != "data system document" else prefix
        for name, inner in value.items():
            _visit(walk, inner, f"{path}/{name}", name, within, prefix)
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            _visit(walk, inner, f"{path}/{at}", key, within, prefix)
    else:
        _bare(walk, value, path, key, within)


def _name(prefix: str, key: str) -> str:
    return f"{prefix} {key}".strip()


def _around(walk: _Walk, value: Mapping[str, Any], path: str, within: _Within) -> _Within:
    sample = value.get("sample document")
    named = sample.get("sample identifier") if isinstance(sample, Mapping) else None
    identified = "measurement identifier" in value
    walk.measurements += identified
    return _Within(
        str(named) if named is not None else within.sample,
        str(value.get("measurement time") or within.measured_at),
        str(uuid.uuid5(_NAMESPACE, f"{walk.digest} {walk.reader} {walk.version} {path}"))
        if identified
        else within.measurement,
    )


def _add(walk: _Walk, path: str, name: str, unit: str, within: _Within, **rest: Any) -> None:
    walk.entries.append(
        Entry(
            path=path,
            name=name,
            unit=unit,
            sample=within.sample,
            measured_at=within.measured_at,
            measurement=within.measurement,
            **rest,
        )
    )


def _number(walk: _Walk, value: Any, unit: str, path: str, name: str, within: _Within) -> None:
    house = _HOUSE.get(unit, unit)
    if isinstance(value, bool) or not isinstance(value, int | float):
        reason = "the file gives no number for it"
        _add(walk, path, name, house, within, values=(str(value),), state=IGNORED, reason=reason)
        return
    walk.seen.add(float(value))
    spelt = _spelt(walk.source, value)
    state, reason = MAPPED, ""
    restated = _restated(walk, value, unit) if spelt is None else None
    if restated is not None:
        spelt, reason = restated
    elif spelt is None:
        state, reason = IGNORED, "it does not stand in the file: the reader reckoned it"
    elif house not in UNITS:
        state, reason = QUARANTINED, f"the house has no unit {unit!r}"
    _add(walk, path, name, house, within, values=(spelt or repr(value),), state=state, reason=reason)


def _spelt(source: Source, value: int | float) -> str | None:
    """How the file spells a number: the shortest of its own ways; None where it has none."""
    if source.numbers is None:
        return repr(value)
    ways = source.numbers.get(float(value))
    if not ways:
        return None
    plainly = [way for way in ways if "," not in way]
    return min(plainly, key=lambda way: (len(way), way)) if plainly else repr(value)


def _restated(walk: _Walk, value: float, unit: str) -> tuple[str, str] | None:
    """A number that the file gives in another multiple of its unit, exactly; None where it does not.

    The readers multiply binary fractions (797.17 mg/L becomes 0.7971699999999999 g/L), so it is restated from the
    file's own text, out of a line that names the other unit.
    """
    for written, power in _RESTATED.get(unit, {}).items():
        for spelt, line in walk.source.beside.get(written, ()):
            found = number_of(spelt)
            if found is None:
                continue
            exact = found.scaleb(power)
            if exact and abs(float(exact) - value) <= _SAME * abs(value):
                walk.seen.add(float(found))
                return format(exact, "f"), f"line {line} says {spelt.strip()} {written}"
    return None


def _cube(walk: _Walk, cube: Mapping[str, Any], path: str, name: str, within: _Within) -> None:
    structure, data = cube["cube-structure"], cube["data"]
    for part in ("dimensions", "measures"):
        for at, about in enumerate(structure.get(part) or []):
            columns = data.get(part) or data.get("points") or []
            values = columns[at] if at < len(columns) else []
            unit = str(about.get("unit") or "")
            house = _HOUSE.get(unit, unit)
            title = f"{cube.get('label') or name}: {about.get('concept', part)}"
            spelt = [_spelt(walk.source, one) if isinstance(one, int | float) else None for one in values]
            walk.seen.update(float(one) for one in values if isinstance(one, int | float))
            state, reason = MAPPED, ""
            absent = sum(one is None for one in spelt)
            if not values:
                state, reason = IGNORED, "it has no values"
            elif absent:
                state, reason = IGNORED, f"{absent} of its {len(values)} values do not stand in the file"
            elif house and house not in UNITS:
                state, reason = QUARANTINED, f"the house has no unit {unit!r}"
            elif not house:
                state, reason = IGNORED, _NO_UNIT
            shown = tuple(
                one if one is not None else repr(raw) for one, raw in zip(spelt, values, strict=True)
            )
            _add(
                walk,
                f"{path}/{part}/{at}",
                title,
                house,
                within,
                values=shown,
                state=state,
                reason=reason,
            )
    for key in cube.keys() - {"cube-structure", "data", "label"}:
        _visit(walk, cube[key], f"{path}/{key}", key, within, name)


def _bare(walk: _Walk, value: Any, path: str, key: str, within: _Within) -> None:
    reason = _UNIT_ONLY
    if isinstance(value, int | float) and not isinstance(value, bool):
        walk.seen.add(float(value))
        reason = _NO_UNIT
    elif key in _BOOKKEEPING:
        reason = "it says how the file was read, not what was measured"
    elif _IDENTIFIERS.fullmatch(key):
        value, reason = within.measurement, "it is the reader's own number; a stable one stands for it"
    if isinstance(value, str):
        walk.seen.update(
            float(found) for found in map(number_of, re.split(r"\s+", value)) if found is not None
        )
    _add(walk, path, key, "", within, values=(str(value),), state=IGNORED, reason=reason)


def _untaken(walk: _Walk) -> dict[str, str]:
    """Numbers of the file that no entry has, by column, with the places of the first."""
    columns: dict[int, list[tuple[int, str]]] = {}
    for line, column, cell in walk.source.cells:
        value = number_of(cell)
        if value is not None and float(value) not in walk.seen:
            columns.setdefault(column, []).append((line, cell.strip()))
    told = {}
    for column, found in list(columns.items())[:_SHOWN]:
        places = ", ".join(f"{cell} in line {line}" for line, cell in found[:_PLACES])
        more = f" and {len(found) - _PLACES} more" if len(found) > _PLACES else ""
        told[f"column {column}"] = f"the reader does not take up {places}{more}"
    return told


def _broken_promises(text: str, reader: str) -> Iterator[tuple[str, str]]:
    """Counts that a format states of itself and does not keep."""
    if reader == "moldev_softmax_pro":
        stated = re.search(r"##BLOCKS=\s*(\d+)", text)
        ended = len(re.findall(r"^~End\b", text, re.MULTILINE))
        if stated and ended < int(stated[1]):
            yield "##BLOCKS", f"the file says that it has {stated[1]} blocks, and {ended} of them end"
        if not text.rstrip().rpartition("\n")[2].startswith("Original Filename:"):
            yield "end of the file", "its last line is not the one that names the original file"
