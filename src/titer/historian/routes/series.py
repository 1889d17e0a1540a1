"""HTTP of the historian: the intake of connector hosts, trends and last values for the pages."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Annotated

import numpy as np
from fastapi import APIRouter, Body, Query
from pydantic import BaseModel

from titer.base.clock import from_us, us
from titer.base.errors import Invalid
from titer.historian import intake
from titer.historian.routes.asked import EquipmentPart, HistorianPart, channels, zoned
from titer.historian.series import Decimated, decimate
from titer.historian.spectra import Acquisition
from titer.record.http import Connector, OwnHost, Reading

router = APIRouter(tags=["historian"])

MOST_BUCKETS = 5_000
MOST_SPECTRA = 50
SPECTRUM_BUCKETS = 500


class IntakeOut(BaseModel):
    """Up to where the host may forget."""

    epoch: int
    acknowledged: int


class SeriesOut(BaseModel):
    """One channel of a trend, as columns.

    `times_us` are source times in microseconds since 1970 (UTC). `quality` (0 good, 1 uncertain, 2 bad) is
    that of each value, or worse where calibration or connection made it so when it was taken. `gaps` are
    [from, to] in microseconds: nothing is known strictly between. `rolled_us` is the width of the roll-ups that a
    long chart was drawn from, in part at least; 0 where it was drawn from the values themselves.
    """

    tag: str
    unit: str
    description: str
    low: str | None
    high: str | None
    times_us: list[int]
    values: list[float | None]
    quality: list[int]
    from_count: int
    decimated: bool
    rolled_us: int
    gaps: list[list[int]]


class TrendOut(BaseModel):
    """Channels of one chart."""

    start_us: int
    end_us: int
    series: list[SeriesOut]


class SpectrumOut(BaseModel):
    """One spectrum or chromatogram; `x` along its axis, thinned out so that every extreme stays visible."""

    tag: str
    unit: str
    source_at: datetime
    source_us: int
    received_us: int
    ordinal: int
    quality: int
    origin: int
    axis: str
    axis_unit: str
    x: list[float]
    y: list[float | None]
    from_count: int


class SpectraOut(BaseModel):
    """Spectra of some channels in a range of source time, the newest `most` of `count`, in the order of time.

    `channels` are those of which there may be spectra in the range; `conflicts` say something else about an instant
    than what is shown.
    """

    channels: list[str]
    spectra: list[SpectrumOut]
    count: int
    conflicts: int


class LastOut(BaseModel):
    """The newest value of a channel, and how old it is by the process clock."""

    tag: str
    unit: str
    source_at: datetime
    source_us: int
    received_us: int
    value: float | None
    text: str | None
    status: int
    quality: int
    origin: int
    age_s: float


class FreshnessOut(BaseModel):
    """The newest value of a connection's channels, and how old it is by the process clock."""

    connection: str
    source_us: int
    age_s: float


class ConflictSide(BaseModel):
    """One of two things that a source said about one instant."""

    value: float | None
    text: str | None
    origin: int
    received_us: int


class ConflictOut(BaseModel):
    """An instant about which a source said two different things; the first to arrive is effective."""

    tag: str
    source_us: int
    effective: ConflictSide
    other: ConflictSide


class SegmentOut(BaseModel):
    """A sealed segment."""

    digest: str
    path: str
    day: str
    start_us: int
    end_us: int
    row_count: int
    size: int
    tag_count: int


@router.post("/api/connect/intake")
def connect_intake(
    connection: str,
    data: Annotated[bytes, Body(media_type="application/octet-stream")],
    historian: HistorianPart,
    equipment: EquipmentPart,
    who: Connector,
    own: OwnHost,
) -> IntakeOut:
    """Take frames of a connection of the host's; they are durable when the answer comes."""
    with equipment.record.reading() as session:
        own(who, equipment.connection(session, connection).host, f"the connection {connection}")
    done = intake.take(historian, equipment, connection, data)
    return IntakeOut(epoch=done.epoch, acknowledged=done.sequence)


@router.get("/api/historian/trend")
def historian_trend(
    tags: Annotated[list[str], Query()],
    start: datetime,
    end: datetime,
    session: Reading,
    historian: HistorianPart,
    equipment: EquipmentPart,
    buckets: Annotated[int, Query(ge=1, le=MOST_BUCKETS)] = 600,
    as_of: datetime | None = None,
) -> TrendOut:
    """Channels over a range of source time, thinned out so that every extreme stays visible.

    `as_of` leaves out what was received later: the chart that would have been drawn then.
    """
    names, low, high = channels(tags), us(zoned(start, "start")), us(zoned(end, "end"))
    if high <= low:
        raise Invalid("The end lies behind the start.", where="end")
    known = {row.tag: row for row in equipment.channels(session, tags=names)}
    as_of_us = us(zoned(as_of, "as_of")) if as_of is not None else None
    found = historian.decimate_many(names, low, high, buckets, as_of_us=as_of_us)
    return TrendOut(
        start_us=low,
        end_us=high,
        series=[
            _series(
                tag,
                found[tag],
                unit=known[tag].unit if tag in known else "",
                description=known[tag].description if tag in known else "",
                low=_text(known[tag].low) if tag in known else None,
                high=_text(known[tag].high) if tag in known else None,
            )
            for tag in names
        ],
    )


@router.get("/api/historian/spectra")
def historian_spectra(
    start: datetime,
    end: datetime,
    session: Reading,
    historian: HistorianPart,
    equipment: EquipmentPart,
    tags: Annotated[list[str] | None, Query()] = None,
    most: Annotated[int, Query(ge=1, le=MOST_SPECTRA)] = 20,
) -> SpectraOut:
    """Spectra and chromatograms for a page; without `tags` only the channels that have some."""
    low, high = us(zoned(start, "start")), us(zoned(end, "end"))
    there = historian.acquired(low, high)
    if tags is None:
        return SpectraOut(channels=there, spectra=[], count=0, conflicts=0)
    names = channels(tags)
    units = {row.tag: row.unit for row in equipment.channels(session, tags=names)}
    found = historian.acquisitions(names, low, high)
    newest = sorted(found.effective, key=lambda one: one.source_us)[-most:]
    return SpectraOut(
        channels=there,
        spectra=[_spectrum(one, units.get(one.tag, "")) for one in newest],
        count=len(found.effective),
        conflicts=len(found.conflicts),
    )


def _spectrum(one: Acquisition, unit: str) -> SpectrumOut:
    count = len(one.values)
    thin = decimate(np.arange(count), one.values, np.zeros(count, "u1"), 0, count, SPECTRUM_BUCKETS)
    return SpectrumOut(
        tag=one.tag,
        unit=unit,
        source_at=from_us(one.source_us),
        source_us=one.source_us,
        received_us=one.received_us,
        ordinal=one.ordinal,
        quality=one.quality,
        origin=one.origin,
        axis=one.axis.name,
        axis_unit=one.axis.unit,
        x=one.axis.values[thin.times_us].tolist(),
        y=[_finite(value) for value in thin.values.tolist()],
        from_count=count,
    )


def _series(
    tag: str, one: Decimated, *, unit: str, description: str, low: str | None, high: str | None
) -> SeriesOut:
    return SeriesOut.model_construct(
        tag=tag,
        unit=unit,
        description=description,
        low=low,
        high=high,
        times_us=one.times_us.tolist(),
        values=[_finite(value) for value in one.values.tolist()],
        quality=one.quality.tolist(),
        from_count=one.from_count,
        decimated=one.decimated,
        rolled_us=one.rolled_us,
        gaps=[list(gap) for gap in one.gaps],
    )


def _finite(value: float | None) -> float | None:
    """JSON has no NaN and no infinity; neither is a number that a chart could draw."""
    return value if value is not None and math.isfinite(value) else None


def _text(number: object) -> str | None:
    return None if number is None else format(number, "f")


@router.get("/api/historian/last")
def historian_last(
    tags: Annotated[list[str], Query()], session: Reading, historian: HistorianPart, equipment: EquipmentPart
) -> list[LastOut]:
    """The newest value of each channel that ever had one."""
    names = channels(tags)
    now = us(equipment.process_clock.now())
    known = {row.tag: row for row in equipment.channels(session, tags=names)}
    return [
        LastOut(
            tag=tag,
            unit=known[tag].unit if tag in known else "",
            source_at=from_us(max(0, min(one.source_us, 253_402_300_799_999_999))),
            source_us=one.source_us,
            received_us=one.received_us,
            value=_finite(one.value),
            text=one.text,
            status=one.status,
            quality=one.quality,
            origin=one.origin,
            age_s=(now - one.source_us) / 1e6,
        )
        for tag, one in historian.last(names).items()
    ]


@router.get("/api/historian/freshness")
def historian_freshness(
    session: Reading, historian: HistorianPart, equipment: EquipmentPart
) -> list[FreshnessOut]:
    """How old the newest value of each connection is, by the process clock."""
    now = us(equipment.process_clock.now())
    owner = equipment.connection_of(session, [row.tag for row in equipment.channels(session)])
    newest: dict[str, int] = {}
    for tag, one in historian.last(owner).items():
        newest[owner[tag]] = max(one.source_us, newest.get(owner[tag], one.source_us))
    return [
        FreshnessOut(connection=name, source_us=source, age_s=(now - source) / 1e6)
        for name, source in sorted(newest.items())
    ]


@router.get("/api/historian/conflicts")
def historian_conflicts(
    tags: Annotated[list[str], Query()],
    start: datetime,
    end: datetime,
    _session: Reading,
    historian: HistorianPart,
) -> list[ConflictOut]:
    """Instants about which a source said two different things; both are kept."""
    found = historian.conflicts(channels(tags), us(zoned(start, "start")), us(zoned(end, "end")))
    return [
        ConflictOut(
            tag=first.tag,
            source_us=first.source_us,
            effective=ConflictSide(
                value=_finite(first.value),
                text=first.text,
                origin=first.origin,
                received_us=first.received_us,
            ),
            other=ConflictSide(
                value=_finite(other.value),
                text=other.text,
                origin=other.origin,
                received_us=other.received_us,
            ),
        )
        for first, other in found
    ]


@router.get("/api/historian/segments")
def historian_segments(
    start: datetime,
    end: datetime,
    _session: Reading,
    historian: HistorianPart,
    tags: Annotated[list[str] | None, Query()] = None,
) -> list[SegmentOut]:
    """Sealed segments that may hold values of some channels in a range of time."""
    refs = historian.segments(
        us(zoned(start, "start")), us(zoned(end, "end")), channels(tags) if tags else None
    )
    return [SegmentOut.model_validate(ref, from_attributes=True) for ref in refs]
