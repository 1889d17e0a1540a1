"""HTTP of single records through time: their versions, and what they looked like at any instant."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel

from titer.base.clock import iso
from titer.base.errors import Invalid
from titer.record import reader
from titer.record.http import Reading
from titer.record.names import ids_in, name_of, names
from titer.record.routes.given import Key, Moment, Number

router = APIRouter()


class FieldChangeOut(BaseModel):
    """One field in two versions of a record."""

    field: str
    before: Any
    after: Any


class StepOut(BaseModel):
    """One version of a record, without what it held: when it was made, by whom, and what it changed."""

    version: int
    entry_id: str
    seq: int
    time: str
    process_time: str
    actor: dict[str, Any]
    verb: str
    reason: str | None
    deleted: bool
    changed: list[str]


class HistoryOut(BaseModel):
    """Every version of a record, oldest first."""

    record_type: str
    record_id: str
    name: str
    steps: list[StepOut]


class VersionOut(BaseModel):
    """A version of a record with what it held; `image` is None where it was deleted."""

    number: int
    entry_id: str
    seq: int
    time: str
    process_time: str
    actor: dict[str, Any]
    verb: str
    reason: str | None
    image: dict[str, Any] | None


class SeenOut(BaseModel):
    """A record as it was at an instant; `version` is None where it did not exist yet.

    `agrees` says whether the table holds what the newest entry says; `since_then` what is different now.
    """

    record_type: str
    record_id: str
    name: str
    at: str | None
    clock: reader.Clock
    version: VersionOut | None
    now: VersionOut
    since_then: list[FieldChangeOut]
    agrees: bool
    names: dict[str, str]


class DifferenceOut(BaseModel):
    """What is different between two versions of a record."""

    record_type: str
    record_id: str
    name: str
    older: VersionOut
    newer: VersionOut
    fields: list[FieldChangeOut]
    names: dict[str, str]


@router.get("/records/{record_type}/{record_id}/history")
def record_history(record_type: Key, record_id: Key, session: Reading) -> HistoryOut:
    """Who changed a record when, version by version."""
    found = reader.history(session, record_type, record_id)
    before: dict[str, Any] | None = None
    steps = []
    for one in found:
        changed = [change.field for change in reader.difference(before, one.image)]
        steps.append(
            StepOut(
                version=one.number,
                entry_id=one.entry_id,
                seq=one.seq,
                time=one.time,
                process_time=one.process_time,
                actor=one.actor,
                verb=one.verb,
                reason=one.reason,
                deleted=one.image is None,
                changed=changed,
            )
        )
        before = one.image
    image = next((one.image for one in reversed(found) if one.image), {})
    return HistoryOut(
        record_type=record_type,
        record_id=reader.identified(session, record_type, record_id),
        name=name_of(image),
        steps=steps,
    )


@router.get("/records/{record_type}/{record_id}/at")
def record_at(
    record_type: Key,
    record_id: Key,
    session: Reading,
    at: Moment | None = None,
    clock: reader.Clock = "server",
    version: Number | None = None,
) -> SeenOut:
    """What a record looked like at an instant of the server's or the process clock, or in a version; else now."""
    seen = reader.as_of(session, record_type, record_id, at, clock, version=version)
    then = seen.version.image if seen.version else None
    return SeenOut(
        record_type=record_type,
        record_id=seen.record_id,
        name=seen.name,
        at=iso(at) if at else None,
        clock=clock,
        version=VersionOut(**asdict(seen.version)) if seen.version else None,
        now=VersionOut(**asdict(seen.now)),
        since_then=[FieldChangeOut(**asdict(one)) for one in seen.since_then],
        agrees=seen.agrees,
        names=names(session, ids_in(then) | ids_in(seen.now.image)),
    )


@router.get("/records/{record_type}/{record_id}/difference")
def record_difference(
    record_type: Key, record_id: Key, older: Number, newer: Number, session: Reading
) -> DifferenceOut:
    """What is different between two versions of a record."""
    found = {one.number: one for one in reader.history(session, record_type, record_id)}
    for number in (older, newer):
        if number not in found:
            raise Invalid(
                f"The record has no version {number}.",
                do=f"It has versions 1 to {max(found)}.",
                where="version",
            )
    first, second = found[older], found[newer]
    return DifferenceOut(
        record_type=record_type,
        record_id=reader.identified(session, record_type, record_id),
        name=name_of(second.image or first.image or {}),
        older=VersionOut(**asdict(first)),
        newer=VersionOut(**asdict(second)),
        fields=[FieldChangeOut(**asdict(one)) for one in reader.difference(first.image, second.image)],
        names=names(session, ids_in(first.image) | ids_in(second.image)),
    )
