"""Data set snapshots: which batches, which bytes, which role; disjoint by batch, never by row."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from titer.base import media
from titer.base.canonical import canonical
from titer.base.clock import iso, us
from titer.base.errors import Invalid, NotFound, Refused
from titer.insight.columnar import pack, read_table, to_grid, unpack
from titer.insight.features import BatchRows
from titer.insight.model import Dataset
from titer.insight.ports import History
from titer.insight.rules import split_roles
from titer.insight.validation import Challenge
from titer.record import Record, Unit

ROLES = ("train", "calibrate", "test")
GOOD = 0


@dataclass(frozen=True)
class Period:
    """A batch in the historian: its number, and from when to when (plant time)."""

    batch: str
    start_us: int
    end_us: int


@dataclass(frozen=True)
class Fault:
    """A batch with a known fault, which began at an hour of the batch."""

    batch: str
    fault: str
    from_h: str


@dataclass(frozen=True)
class DatasetOrder:
    """What a snapshot should hold.

    Attributes:
        title: in people's words.
        step_minutes: grid.
        roles: role -> number of batches (-1 = the rest) or names of batches.
        units: tag -> unit of the file's column, where known.
        faults: batches with a known fault; they become challenges of the validation.
        exclusions: batch -> reason; excluded batches stay listed.
        max_age_minutes: an older value is no value on the grid.
    """

    title: str
    step_minutes: int
    roles: Mapping[str, int | list[str]]
    units: Mapping[str, str] = field(default_factory=dict)
    faults: Sequence[Fault] = ()
    exclusions: Mapping[str, str] = field(default_factory=dict)
    max_age_minutes: int = 60


class Datasets:
    """Takes snapshots and reads them back.

    Args:
        record: the record (its content store keeps the bytes).
        history: the historian.
    """

    def __init__(self, record: Record, history: History) -> None:
        self.record = record
        self.history = history

    def from_file(self, unit: Unit, *, digest: str, order: DatasetOrder) -> Dataset:
        """A snapshot of a columnar file of historic batches that the content store holds."""
        channels, tables = read_table(unit.content.get(digest), "columnar file")
        batches = []
        for name, (hours, rows) in tables.items():
            grid, values = to_grid(hours, rows, order.step_minutes, order.max_age_minutes)
            batches.append(BatchRows(name, grid, values))
        return self._keep(unit, channels, batches, order, {"kind": "file", "digest": digest})

    def from_history(
        self, unit: Unit, *, tags: Sequence[str], periods: Sequence[Period], order: DatasetOrder
    ) -> Dataset:
        """A snapshot of batches that the historian recorded."""
        step = order.step_minutes * 60_000_000
        batches = []
        for period in periods:
            if period.end_us - period.start_us < step:
                raise Invalid(f"The period of {period.batch} is empty.", where="periods")
            rows = self.history.aligned(
                list(tags),
                period.start_us,
                period.end_us,
                step,
                max_age_us=order.max_age_minutes * 60_000_000,
            )
            values = np.where(rows.quality == GOOD, rows.values, np.nan)
            hours = (np.asarray(rows.times_us, dtype=np.int64) - period.start_us) / 3.6e9
            batches.append(BatchRows(period.batch, hours, values))
        source = {
            "kind": "historian",
            "as_of": iso(unit.now),
            "periods": [{"batch": p.batch, "start_us": p.start_us, "end_us": p.end_us} for p in periods],
        }
        return self._keep(unit, list(tags), batches, order, source)

    def _keep(
        self,
        unit: Unit,
        channels: list[str],
        batches: list[BatchRows],
        order: DatasetOrder,
        source: dict[str, Any],
    ) -> Dataset:
        packed = {batch.name: pack(batch) for batch in batches}
        digests = {name: hashlib.sha256(data).hexdigest() for name, data in packed.items()}
        twice = [name for name, d in digests.items() if list(digests.values()).count(d) > 1]
        if twice or len(packed) != len(batches):
            raise Refused(
                "Two batches hold the same rows.",
                why=f"{', '.join(sorted(twice)[:5])} are identical, so roles would not be disjoint.",
                do="Give each batch once.",
            )
        roles = _roles(digests, order)
        faults = {fault.batch: fault for fault in order.faults}
        lines: list[dict[str, Any]] = []
        for batch in batches:
            line: dict[str, Any] = {
                "batch": batch.name,
                "role": roles[batch.name],
                "rows": int(batch.hours.size),
                "hours": f"{float(batch.hours[-1] if batch.hours.size else 0):.3f}",
                "digest": unit.content.put(
                    packed[batch.name],
                    media_type=media.numbers("f8", 1 + len(channels)),
                    origin="insight data set",
                ),
            }
            if batch.name in faults:
                line |= {"fault": faults[batch.name].fault, "from_h": faults[batch.name].from_h}
            if batch.name in order.exclusions:
                line["excluded_because"] = order.exclusions[batch.name]
            lines.append(line)
        columns = [{"tag": tag, "unit": order.units.get(tag)} for tag in channels]
        manifest = canonical(
            {"channels": columns, "batches": lines, "source": source, "step_minutes": order.step_minutes}
        )
        return unit.add(
            Dataset(
                number=unit.next_number("DS"),
                title=order.title,
                source=source,
                step_minutes=order.step_minutes,
                channels=columns,
                batches=lines,
                manifest_digest=unit.content.put(
                    manifest, media_type="application/json", origin="insight data set"
                ),
                created_by=unit.actor.id,
            )
        )

    def get(self, session: Session, dataset_id: str) -> Dataset:
        """One snapshot."""
        row = session.get(Dataset, dataset_id)
        if row is None:
            raise NotFound(f"There is no data set {dataset_id}.")
        return row

    def batches(self, dataset: Dataset, role: str, tags: Sequence[str]) -> list[BatchRows]:
        """The batches of a role, with the channels in the order of `tags`.

        Raises:
            Invalid: if a channel is not in the snapshot.
        """
        return [self._load(dataset, line, tags) for line in dataset.batches if line["role"] == role]

    def challenges(self, dataset: Dataset, tags: Sequence[str]) -> list[Challenge]:
        """The batches with a known fault."""
        return [
            Challenge(self._load(dataset, line, tags), str(line["fault"]), float(line["from_h"]))
            for line in dataset.batches
            if line["role"] == "challenge"
        ]

    def _load(self, dataset: Dataset, line: dict[str, Any], tags: Sequence[str]) -> BatchRows:
        names = [channel["tag"] for channel in dataset.channels]
        lacking = [tag for tag in tags if tag not in names]
        if lacking:
            raise Invalid(
                f"The data set {dataset.number} has no channel {', '.join(lacking[:5])}.",
                where="spec.channels",
                do="Take the channel out of the specification, or take a snapshot that has it.",
            )
        batch = unpack(line["batch"], self.record.content.read(line["digest"]), len(names))
        return BatchRows(batch.name, batch.hours, batch.values[:, [names.index(tag) for tag in tags]])


def period(batch: str, start: Any, end: Any) -> Period:
    """A period from two aware datetimes."""
    return Period(batch, us(start), us(end))


def _roles(digests: dict[str, str], order: DatasetOrder) -> dict[str, str]:
    named = {fault.batch: "challenge" for fault in order.faults} | dict.fromkeys(order.exclusions, "excluded")
    unknown = set(named) - set(digests)
    for role, batches in order.roles.items():
        if role not in ROLES:
            raise Invalid(f"The role {role!r} is unknown.", where="roles", do=f"Roles: {', '.join(ROLES)}.")
        if isinstance(batches, list):
            for batch in batches:
                if batch in named:
                    raise Refused(f"The batch {batch} has two roles.", do="A batch has one role.")
                named[batch] = role
            unknown |= set(batches) - set(digests)
    if unknown:
        raise Invalid(f"There is no batch {', '.join(sorted(unknown)[:5])} in the data.", where="roles")
    counts = {role: n for role, n in order.roles.items() if isinstance(n, int)}
    rest = [name for name in digests if name not in named]
    return named | split_roles(rest, counts, digests)
