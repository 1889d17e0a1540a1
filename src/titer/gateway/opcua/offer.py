"""What the server offers, as data: the hub's state in, objects and variables of an address space out. No I/O.

Names follow ISA-95 (equipment, hierarchy scope, material) and ISA-88 (batch, recipe, procedural state). A variable
bears the unit, range, status and source time that the hub knows of it; nothing unknown is called good.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from titer.base.clock import from_iso

ROOT = "Titer"

GOOD = 0x0000_0000
UNCERTAIN = 0x4000_0000
UNCERTAIN_LAST_USABLE = 0x4090_0000
UNCERTAIN_INITIAL = 0x4092_0000
BAD = 0x8000_0000
BAD_NO_COMMUNICATION = 0x8031_0000
BAD_WAITING = 0x8032_0000
"""Status codes of OPC 10000-4, 7.39, and 10000-8, 6.3."""

FOLDER = "FolderType"

Fields = tuple[tuple[str, str, str], ...]
TYPES: dict[str, Fields] = {
    "InstallationType": (
        ("Name", "String", "Name of the installation"),
        ("Site", "String", "ISA-95 site"),
        ("Simulated", "Boolean", "Whether the plant is a simulation"),
        ("SoftwareVersion", "String", "Version of Titer"),
        ("Layers", "String[]", "Parts that are switched on"),
    ),
    "EquipmentType": (
        ("EquipmentId", "String", "Code of the equipment"),
        ("EquipmentClass", "String", "ISA-95 equipment class"),
        ("EquipmentLevel", "String", "Level in the equipment hierarchy"),
        ("HierarchyScope", "String", "Where it stands in the equipment hierarchy"),
        ("QualificationState", "String", "State of its qualification"),
        ("CleanlinessState", "String", "State of its cleanliness"),
        ("CalibrationDue", "DateTime", "When its calibration is due"),
        ("BatchId", "String", "The batch that holds it"),
        ("BatchSince", "DateTime", "Since when that batch holds it"),
        ("ProcedureState", "String", "ISA-88 procedural state of that batch"),
    ),
    "BatchType": (
        ("BatchId", "String", "Number of the batch"),
        ("RecipeId", "String", "Master recipe and its version"),
        ("ProductId", "String", "ISA-95 material definition that is made"),
        ("EquipmentId", "String", "Equipment in which it is made"),
        ("ProcedureState", "String", "ISA-88 procedural state of the procedure"),
        ("ActiveSteps", "String[]", "Innermost steps of the procedure that go on"),
        ("OpenManualTasks", "UInt32", "Tasks that wait for a person"),
        ("NextDeadline", "DateTime", "When the procedure acts next by itself"),
        ("ActualStartTime", "DateTime", "When it was started"),
        ("ActualEndTime", "DateTime", "When it ended"),
        ("Simulated", "Boolean", "Whether it was made in a simulated plant"),
    ),
    "SampleType": (
        ("SampleId", "String", "Number of the sample"),
        ("SampleKind", "String", "What it is: drawn, aliquot, pool"),
        ("State", "String", "State of the sample"),
        ("BatchId", "String", "The batch that it was drawn from"),
        ("SamplePoint", "String", "Where it is drawn"),
        ("PlannedTime", "DateTime", "When it was to be drawn"),
        ("SampledTime", "DateTime", "When it was drawn"),
        ("ReceivedTime", "DateTime", "When the laboratory received it"),
    ),
    "TwinType": (
        ("TwinId", "String", "Number of the twin"),
        ("BatchId", "String", "The batch that it follows"),
        ("EquipmentId", "String", "The equipment that it is a twin of"),
        ("ModelId", "String", "Process model"),
        ("ModelRelease", "String", "Release of the process model"),
        ("State", "String", "State of the twin"),
        ("Reasons", "String[]", "Why it is in doubt"),
        ("CultureHour", "UInt32", "The hour of culture that the estimates are of"),
    ),
}
"""Object types with their variables: name, data type, description."""


@dataclass(frozen=True)
class Item:
    """A variable.

    Args:
        path: identifies it for good: the identifier of its node.
        name: browse name.
        data_type: of OPC UA; `[]` for an array.
        value: None where there is none.
        status: status code.
        source_at: the source's own time, by the plant's clock.
        description: in words.
        unit: of a measured value, in the house's code; None for what has none.
        low, high: its range, where it is known.
    """

    path: str
    name: str
    data_type: str
    value: Any
    status: int
    source_at: datetime | None
    description: str = ""
    unit: str | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Thing:
    """An object with what it consists of.

    Args:
        path: identifies it for good.
        name: browse name.
        type: one of `TYPES`, or a folder.
        description: in words.
        items: its variables.
        things: what is below it.
    """

    path: str
    name: str
    type: str
    description: str = ""
    items: tuple[Item, ...] = ()
    things: tuple[Thing, ...] = ()


def offer(state: Mapping[str, Any]) -> Thing:
    """The whole offer for a state as the hub told it."""
    folders = (
        _folder("Equipment", _equipment(state)),
        _folder("Batches", _batches(state["batches"]), _running(state)),
        _folder("Samples", _samples(state["samples"])),
        _folder("Twins", _twins(state["twins"])),
    )
    told = state["installation"]
    values = {
        "Name": told["name"],
        "Site": told["site"],
        "Simulated": told["simulated"],
        "SoftwareVersion": told["version"],
        "Layers": told["layers"],
    }
    loose = _channels(state, None)
    return Thing(
        ROOT,
        ROOT,
        "InstallationType",
        "Units, batches, samples and twins of this installation",
        _fields(ROOT, "InstallationType", values, None),
        (*folders, *((_values_folder(ROOT, loose),) if loose else ())),
    )


def every(thing: Thing) -> Iterator[Thing]:
    """An object and all that are below it."""
    yield thing
    for below in thing.things:
        yield from every(below)


def _folder(name: str, things: Iterable[Thing], items: tuple[Item, ...] = ()) -> Thing:
    return Thing(name, name, FOLDER, items=items, things=tuple(things))


def _fields(path: str, kind: str, values: Mapping[str, Any], at: datetime | None) -> tuple[Item, ...]:
    return tuple(
        Item(f"{path}/{name}", name, data_type, values.get(name), GOOD, at, description)
        for name, data_type, description in TYPES[kind]
    )


def _running(state: Mapping[str, Any]) -> tuple[Item, ...]:
    """The batches that go on, in one variable: whoever subscribes to it learns of a new one."""
    going = [one for one in state["batches"] if one["ended_at"] is None and one["started_at"] is not None]
    at = max((_at(one["changed_at"]) for one in state["batches"]), default=None, key=_order)
    numbers = [one["batch_id"] for one in going]
    what = "Batches that have been started and have not ended"
    return (Item("Batches/RunningBatches", "RunningBatches", "String[]", numbers, GOOD, at, what),)


def _order(at: datetime | None) -> float:
    return at.timestamp() if at is not None else 0.0


# --- equipment -----------------------------------------------------------------------------------------------


def _equipment(state: Mapping[str, Any]) -> Iterator[Thing]:
    parents = {one["unit_id"]: one["parent_id"] for one in state["units"]}
    states = {one["batch_id"]: one for one in state["batches"]}
    for one in state["units"]:
        path = f"Equipment/{one['unit_id']}"
        batch = states.get(one["batch_id"] or "")
        at = _at(one["changed_at"])
        values = {
            "EquipmentId": one["unit_id"],
            "EquipmentClass": one["equipment_class"],
            "EquipmentLevel": one["equipment_level"],
            "HierarchyScope": _scope(one["unit_id"], parents),
            "QualificationState": one["qualification"],
            "CleanlinessState": one["cleanliness"],
            "CalibrationDue": _at(one["calibration_due"]),
            "BatchId": one["batch_id"],
            "BatchSince": _at(one["batch_since"]),
            "ProcedureState": batch["state"] if batch else None,
        }
        items = _fields(path, "EquipmentType", values, at)
        if batch:
            moved = max(at, _at(batch["changed_at"]), key=_order)
            items = (*items[:-1], _later(items[-1], moved))
        measured = _channels(state, one["unit_id"])
        below = (_values_folder(path, measured),) if measured else ()
        yield Thing(path, one["unit_id"], "EquipmentType", one["description"], items, below)


def _later(item: Item, at: datetime | None) -> Item:
    return Item(item.path, item.name, item.data_type, item.value, item.status, at, item.description)


def _scope(code: str, parents: Mapping[str, str | None]) -> str:
    """The codes from the top of the hierarchy down to a piece of equipment."""
    codes: list[str] = []
    at: str | None = code
    while at is not None and at not in codes:
        codes.append(at)
        at = parents.get(at)
    return "/".join(reversed(codes))


def _values_folder(path: str, items: tuple[Item, ...]) -> Thing:
    return Thing(f"{path}/ProcessValues", "ProcessValues", FOLDER, "Newest values of its channels", items)


def _channels(state: Mapping[str, Any], unit_id: str | None) -> tuple[Item, ...]:
    return tuple(_channel(one, unit_id) for one in state["channels"] if one["unit_id"] == unit_id)


def _channel(one: Mapping[str, Any], unit_id: str | None) -> Item:
    is_text = one["text"] is not None
    value = one["text"] if is_text else one["value"]
    name = str(one["tag"]).removeprefix(f"{unit_id}.")
    ranged = one["low"] is not None and one["high"] is not None
    measured = bool(one["unit"]) or ranged or one["value"] is not None
    return Item(
        path=f"Channels/{one['tag']}",
        name=name,
        data_type="String" if is_text else "Double" if measured else "BaseDataType",
        value=value,
        status=status_of(one["quality"], one["status"], one["source_at"] is not None, value is not None),
        source_at=_at(one["source_at"]),
        description=one["description"],
        unit=None if is_text or not one["unit"] else one["unit"],
        low=one["low"] if ranged and not is_text else None,
        high=one["high"] if ranged and not is_text else None,
    )


def status_of(quality: int, status: int, arrived: bool, has_value: bool) -> int:
    """The status code of a channel's newest value.

    The source's own code stands where it says what the hub says too; where the hub knows better (a calibration that
    has lapsed, a connection that is not qualified), its severity goes first and no reason is made up.

    Example:
        >>> hex(status_of(0, 0x0000_0480, True, True)), hex(status_of(1, 0, True, True))
        ('0x0', '0x40000000')
        >>> hex(status_of(2, 0x8089_0000, True, False)), hex(status_of(0, 0, False, False))
        ('0x80890000', '0x80320000')
    """
    if not arrived:
        return BAD_WAITING
    severity = min(status >> 30, 2)
    if quality >= 2 or not has_value:
        return status & 0xFFFF_0000 if severity == 2 else BAD
    if severity == quality:
        return status & 0xFFFF_0000
    return UNCERTAIN if quality == 1 else GOOD


# --- batches, samples, twins ---------------------------------------------------------------------------------


def _batches(batches: Iterable[Mapping[str, Any]]) -> Iterator[Thing]:
    for one in batches:
        path = f"Batches/{one['batch_id']}"
        values = {
            "BatchId": one["batch_id"],
            "RecipeId": one["recipe_id"],
            "ProductId": one["product_id"],
            "EquipmentId": one["equipment_id"],
            "ProcedureState": one["state"],
            "ActiveSteps": one["active_steps"],
            "OpenManualTasks": one["open_tasks"],
            "NextDeadline": _at(one["next_deadline"]),
            "ActualStartTime": _at(one["started_at"]),
            "ActualEndTime": _at(one["ended_at"]),
            "Simulated": one["simulated"],
        }
        yield Thing(
            path,
            one["batch_id"],
            "BatchType",
            f"{one['product_id']} by {one['recipe_id']}",
            _fields(path, "BatchType", values, _at(one["changed_at"])),
        )


def _samples(samples: Iterable[Mapping[str, Any]]) -> Iterator[Thing]:
    for one in samples:
        path = f"Samples/{one['sample_id']}"
        values = {
            "SampleId": one["sample_id"],
            "SampleKind": one["kind"],
            "State": one["state"],
            "BatchId": one["batch_id"],
            "SamplePoint": one["point"],
            "PlannedTime": _at(one["planned_at"]),
            "SampledTime": _at(one["sampled_at"]),
            "ReceivedTime": _at(one["received_at"]),
        }
        yield Thing(
            path,
            one["sample_id"],
            "SampleType",
            one["point"],
            _fields(path, "SampleType", values, _at(one["changed_at"])),
        )


_BELIEVED = {
    "LIVE": GOOD,
    "FROZEN": GOOD,
    "ARCHIVED": GOOD,
    "BOUND": UNCERTAIN_INITIAL,
    "SYNCING": UNCERTAIN_INITIAL,
}
"""How far an estimate is to be believed, by the state of the twin; in every other state it is uncertain."""


def _twins(twins: Iterable[Mapping[str, Any]]) -> Iterator[Thing]:
    for one in twins:
        path = f"Twins/{one['twin_id']}"
        values = {
            "TwinId": one["twin_id"],
            "BatchId": one["batch_id"],
            "EquipmentId": one["equipment_id"],
            "ModelId": one["model_id"],
            "ModelRelease": one["model_release"],
            "State": one["state"],
            "Reasons": one["reasons"],
            "CultureHour": one["hour"],
        }
        status = _BELIEVED.get(one["state"], UNCERTAIN)
        estimates = tuple(
            item
            for estimate in one["estimates"]
            for item in _estimate(path, estimate, status, _at(one["known_at"]))
        )
        yield Thing(
            path,
            one["twin_id"],
            "TwinType",
            f"Twin of {one['equipment_id']} for {one['batch_id']}",
            _fields(path, "TwinType", values, _at(one["changed_at"])),
            (
                Thing(
                    f"{path}/Estimates",
                    "Estimates",
                    FOLDER,
                    "What the twin believes, with the limits of the 95 % band",
                    estimates,
                ),
            ),
        )


_BAND = (
    ("", "mean", "{}"),
    ("Low95", "low", "{}: lower limit of the 95 % band"),
    ("High95", "high", "{}: upper limit of the 95 % band"),
)


def _estimate(path: str, one: Mapping[str, Any], status: int, at: datetime | None) -> Iterator[Item]:
    for suffix, part, words in _BAND:
        name = f"{one['name']}{'_' if suffix else ''}{suffix}"
        yield Item(
            path=f"{path}/Estimates/{name}",
            name=name,
            data_type="Double",
            value=one[part],
            status=status if one[part] is not None else BAD_WAITING,
            source_at=at,
            description=words.format(one["title"]),
            unit=one["unit"],
        )


def _at(text: str | None) -> datetime | None:
    return None if text is None else from_iso(text)
