"""HTTP of the historian: how long series are kept, and retiring what is due."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from titer.historian.keeping import Keeping
from titer.historian.model import HistorianRetention
from titer.historian.routes.asked import HistorianPart
from titer.record.http import Acting, Reading

router = APIRouter(tags=["historian"])
Words = Annotated[str, Field(min_length=1, max_length=2000)]
Digest = Annotated[str, Field(min_length=64, max_length=64)]


class SeriesClassOut(BaseModel):
    """How long the channels of a class are kept at least, and why."""

    name: str
    years: int
    basis: str
    version: int
    tags: list[str]


class DueSegmentOut(BaseModel):
    """A segment of channels with a retention class; it may go where `kept_because` is empty."""

    model_config = ConfigDict(from_attributes=True)
    digest: str
    day: str
    start_us: int
    end_us: int
    size: int
    tag_count: int
    classes: list[str | None]
    due: datetime | None
    kept_because: str


class RetiredSegmentOut(BaseModel):
    """A segment that was retired: its minutes and hours are kept, its values are not."""

    model_config = ConfigDict(from_attributes=True)
    digest: str
    retention: str
    years: int
    basis: str
    due: datetime
    rollups: dict[str, str]


class SeriesKeepingOut(BaseModel):
    """Classes, the segments of channels that have one, and what was retired last."""

    classes: list[SeriesClassOut]
    due: list[DueSegmentOut]
    retired: list[RetiredSegmentOut]


class SetSeriesClass(BaseModel):
    """A class, and the channels to put into it."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    years: Annotated[int, Field(ge=1, le=200)]
    basis: Words
    tags: Annotated[list[str], Field(max_length=5_000)] = []
    reason: Words


class RetireSegments(BaseModel):
    """Segments to retire."""

    digests: Annotated[list[Digest], Field(min_length=1, max_length=500)]
    reason: Words


@router.get("/api/historian/retention")
def historian_retention(session: Reading, historian: HistorianPart) -> SeriesKeepingOut:
    """Retention classes of channels, and which segments are due; nothing goes by itself."""
    keeping = Keeping(historian, historian.held)
    channels = keeping.channels(session)
    return SeriesKeepingOut(
        classes=[_class(row, channels) for row in keeping.classes(session)],
        due=[DueSegmentOut.model_validate(one) for one in keeping.due(session)],
        retired=[RetiredSegmentOut.model_validate(row) for row in keeping.retired(session, limit=100)],
    )


def _class(row: HistorianRetention, channels: dict[str, list[str]]) -> SeriesClassOut:
    told = {name: getattr(row, name) for name in ("name", "years", "basis", "version")}
    return SeriesClassOut(**told, tags=channels.get(row.name, []))


@router.post("/api/historian/retention", status_code=201)
def historian_set_retention(body: SetSeriesClass, act: Acting, historian: HistorianPart) -> SeriesClassOut:
    """Say how long channels are kept at least."""
    keeping = Keeping(historian, historian.held)
    with act("historian.retention.set", reason=body.reason) as unit:
        row = keeping.set_class(unit, name=body.name, years=body.years, basis=body.basis)
        keeping.assign(unit, body.name, body.tags)
        return _class(row, keeping.channels(unit.session))


@router.post("/api/historian/retire")
def historian_retire(body: RetireSegments, act: Acting, historian: HistorianPart) -> list[RetiredSegmentOut]:
    """Retire segments that are due; all of them or none."""
    keeping = Keeping(historian, historian.held)
    with act("historian.segment.retire", reason=body.reason) as unit:
        rows = keeping.retire(unit, body.digests)
        told = [RetiredSegmentOut.model_validate(row) for row in rows]
    historian.forget([one.digest for one in told])
    return told
