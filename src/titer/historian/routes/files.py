"""HTTP of the historian: files of time series that leave, and files of history that come in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Annotated

import orjson
from fastapi import APIRouter, Body, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field
from sqlalchemy import select

from titer.base.clock import us
from titer.base.errors import TiterError
from titer.historian import importing
from titer.historian.exporting import (
    FORMATS,
    Question,
    acquisitions_file,
    aligned_stream,
    export,
    format_of,
    summary_file,
)
from titer.historian.model import HistorianImport
from titer.historian.reading import Layout
from titer.historian.routes.asked import EquipmentPart, HistorianPart, channels, zoned
from titer.record.http import Acting, ActingPerson, Reading

router = APIRouter(tags=["historian"])


@router.get(
    "/api/historian/export",
    response_class=StreamingResponse,
    responses={200: {"content": {form.media_type: {} for form in FORMATS.values()}}},
)
def historian_export(
    tags: Annotated[list[str], Query()],
    start: datetime,
    end: datetime,
    session: Reading,
    historian: HistorianPart,
    equipment: EquipmentPart,
    form: Annotated[str, Query(alias="format")] = "csv",
    as_of: datetime | None = None,
) -> StreamingResponse:
    """The effective observations of some channels as CSV, Parquet or an Arrow stream, written as they are read.

    `as_of` leaves out what was received later: the answer that would have been given then.
    """
    names = tuple(channels(tags))
    question = Question(
        names,
        us(zoned(start, "start")),
        us(zoned(end, "end")),
        us(zoned(as_of, "as_of")) if as_of is not None else None,
        {row.tag: row.unit for row in equipment.channels(session, tags=list(names)) if row.unit},
    )
    chosen = format_of(form)
    return StreamingResponse(
        export(historian, question, form),
        media_type=chosen.media_type,
        headers={"Content-Disposition": f'attachment; filename="series.{chosen.suffix}"'},
    )


@router.get(
    "/api/historian/aligned",
    response_class=Response,
    responses={200: {"content": {"application/vnd.apache.arrow.stream": {}}}},
)
def historian_aligned(
    tags: Annotated[list[str], Query()],
    start: datetime,
    end: datetime,
    step_us: Annotated[int, Query(ge=1_000)],
    max_age_us: Annotated[int, Query(ge=0)],
    _session: Reading,
    historian: HistorianPart,
    as_of: datetime | None = None,
) -> Response:
    """Channels on common instants, the last value at or before each, as an Arrow stream: one column for the time,
    one for each channel, and behind them one for the quality of each (`TAG.quality`). What is older than
    `max_age_us`, or bad, is null: nothing unknown is called good."""
    names = channels(tags)
    found = historian.aligned(
        names,
        us(zoned(start, "start")),
        us(zoned(end, "end")),
        step_us,
        max_age_us=max_age_us,
        as_of_us=us(zoned(as_of, "as_of")) if as_of is not None else None,
    )
    return Response(aligned_stream(names, found), media_type=FORMATS["arrow"].media_type)


@router.get(
    "/api/historian/summary",
    response_class=StreamingResponse,
    responses={200: {"content": {form.media_type: {} for form in FORMATS.values()}}},
)
def historian_summary(
    tags: Annotated[list[str], Query()],
    start: datetime,
    end: datetime,
    width_us: Annotated[int, Query(ge=1_000)],
    session: Reading,
    historian: HistorianPart,
    equipment: EquipmentPart,
    form: Annotated[str, Query(alias="format")] = "arrow",
) -> StreamingResponse:
    """Per channel and bucket of time: smallest, largest, first and last number that is not bad, how many values there
    were, and how many uncertain and bad ones. Whether roll-ups answered, and for how many days, stands in the file's
    schema (`titer.rollups`) and in the header `Titer-Rollups`."""
    names = channels(tags)
    units = {row.tag: row.unit for row in equipment.channels(session, tags=names) if row.unit}
    chosen = format_of(form)
    found = historian.summary(names, us(zoned(start, "start")), us(zoned(end, "end")), width_us)
    return StreamingResponse(
        summary_file(found, units, form),
        media_type=chosen.media_type,
        headers={
            "Content-Disposition": f'attachment; filename="summary.{chosen.suffix}"',
            "Titer-Rollups": f"width_us={found.rolled_us}; days={found.rolled_days}",
        },
    )


@router.get(
    "/api/historian/acquisitions",
    response_class=StreamingResponse,
    responses={200: {"content": {form.media_type: {} for form in FORMATS.values()}}},
)
def historian_acquisitions(
    tags: Annotated[list[str], Query()],
    start: datetime,
    end: datetime,
    session: Reading,
    historian: HistorianPart,
    equipment: EquipmentPart,
    form: Annotated[str, Query(alias="format")] = "arrow",
    as_of: datetime | None = None,
) -> StreamingResponse:
    """Spectra and chromatograms of some channels: one row an acquisition with a list of numbers and the digest of its
    axis; the axes stand in the file's schema (`titer.axes`). As CSV, one row a point."""
    names = channels(tags)
    units = {row.tag: row.unit for row in equipment.channels(session, tags=names) if row.unit}
    found = historian.acquisitions(
        names,
        us(zoned(start, "start")),
        us(zoned(end, "end")),
        as_of_us=us(zoned(as_of, "as_of")) if as_of is not None else None,
    )
    media_type, data = acquisitions_file(found.effective, units, form)
    return StreamingResponse(
        data,
        media_type=media_type,
        headers={
            "Content-Disposition": f'attachment; filename="acquisitions.{format_of(form).suffix}"',
            "Titer-Conflicts": str(len(found.conflicts)),
        },
    )


@router.get(
    "/api/historian/extract",
    response_class=Response,
    responses={200: {"content": {"application/vnd.apache.parquet": {}}}},
)
def historian_extract(
    tags: Annotated[list[str], Query()],
    start: datetime,
    end: datetime,
    _session: Reading,
    historian: HistorianPart,
) -> Response:
    """The observations of some channels with all columns, as a Parquet file."""
    asked = channels(tags), us(zoned(start, "start")), us(zoned(end, "end"))
    historian.require_values(*asked)
    data = historian.extract(*asked)
    return Response(
        data,
        media_type="application/vnd.apache.parquet",
        headers={"Content-Disposition": 'attachment; filename="extract.parquet"'},
    )


class PieceOut(BaseModel):
    """How much of a file has come in, and how much may."""

    bytes: int
    most: int


@router.put("/api/historian/incoming/{digest}")
def historian_piece(
    digest: str,
    data: Annotated[bytes, Body(media_type="application/octet-stream")],
    historian: HistorianPart,
    who: ActingPerson,
    offset: Annotated[int, Query(ge=0)] = 0,
) -> PieceOut:
    """Take the next piece of a file of history; it is named by the SHA-256 of the whole."""
    historian.record.require(who, importing.ACTION)
    have = importing.take_piece(historian, digest, offset, data)
    return PieceOut(bytes=have, most=historian.largest_history)


@router.get("/api/historian/incoming/{digest}")
def historian_incoming(digest: str, historian: HistorianPart, session: Reading) -> PieceOut:
    """How much of a file has come in, so that sending it goes on there; all of it, if its import was begun."""
    kept = session.scalar(select(HistorianImport.size).where(HistorianImport.digest == digest))
    if kept is not None:
        return PieceOut(bytes=kept, most=historian.largest_history)
    have = importing.take_piece(historian, digest, 0, b"")
    return PieceOut(bytes=have, most=historian.largest_history)


class ImportIn(BaseModel):
    """A file that has come in, and how it is read; see `titer.historian.reading.Layout`."""

    digest: str = Field(min_length=64, max_length=64)
    file_name: str = Field(min_length=1, max_length=255)
    kind: str = Field(max_length=20)
    wide: bool = False
    columns: dict[str, str] = Field(default_factory=dict, max_length=5_000)
    zone: str | None = Field(default=None, max_length=60)
    epoch: str | None = Field(default=None, max_length=2)
    reason: str = Field(min_length=1, max_length=2000)


class ImportOut(BaseModel):
    """An import, and what the comparison of file and store found: rows that answer questions now, and rows that are
    kept behind another value of the same instant."""

    id: str
    digest: str
    file_name: str
    size: int
    state: str
    tags: list[str]
    start_us: int | None
    end_us: int | None
    row_count: int
    found_count: int | None
    conflict_count: int | None


@router.get("/api/historian/imports")
def historian_imports(session: Reading) -> list[ImportOut]:
    """Files of history that came in, newest first."""
    rows = session.scalars(select(HistorianImport).order_by(HistorianImport.id.desc()).limit(500))
    return [ImportOut.model_validate(row, from_attributes=True) for row in rows]


@router.post(
    "/api/historian/imports",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/x-ndjson": {}}}},
)
def historian_import(
    body: ImportIn,
    session: Reading,
    historian: HistorianPart,
    equipment: EquipmentPart,
    who: ActingPerson,
    act: Acting,
) -> StreamingResponse:
    """Import a file of history. The answer grows line by line: {doing, done, of}, and last {import} or {problem}."""
    layout = Layout(body.kind, body.wide, body.columns, body.zone, body.epoch)
    units = {row.tag: row.unit for row in equipment.channels(session)}
    with act(importing.ACTION, reason=body.reason) as unit:
        importing.begin(unit, historian, body.digest, body.file_name, layout)

    def lines() -> Iterator[bytes]:
        try:
            for progress in importing.run(historian, who, body.digest, units):
                yield orjson.dumps(asdict(progress)) + b"\n"
        except TiterError as error:
            told = {
                "what": error.what,
                "why": error.why,
                "do": error.do,
                "where": getattr(error, "where", ""),
            }
            yield orjson.dumps({"problem": told}) + b"\n"
            return
        with historian.record.reading() as after:
            row = after.scalars(select(HistorianImport).where(HistorianImport.digest == body.digest)).one()
            told_of = ImportOut.model_validate(row, from_attributes=True)
        yield orjson.dumps({"import": told_of.model_dump()}) + b"\n"

    return StreamingResponse(lines(), media_type="application/x-ndjson")
