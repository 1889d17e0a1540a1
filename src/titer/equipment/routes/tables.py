"""HTTP of tables: a sample file is looked at, and what would come out of it by a mapping, before it is drafted.

What a person sees is what the connector host does: both read by `titer.connect.tables`.
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from titer.base.clock import from_us, iso
from titer.base.errors import Invalid
from titer.connect import TYPES
from titer.connect.tables import TableMapping, look
from titer.equipment import queries
from titer.equipment.routes import views
from titer.equipment.routes.pages import EquipmentPart
from titer.equipment.routes.views import ConnectionOut
from titer.record.http import Acting, ActingPerson, Reading

router = APIRouter(prefix="/api/equipment/tables", tags=["equipment"])
KIND = "table"
_LARGEST_SAMPLE = 8 * 1024 * 1024
_SHOWN = 60
_TOLD = 200


class Sample(BaseModel):
    """A sample file, and how it is to be read; without a mapping its first rows are shown."""

    content: str = Field(max_length=_LARGEST_SAMPLE * 4 // 3 + 4, description="The file's bytes in base64.")
    time_zone: str = Field(max_length=100)
    encoding: str = Field(max_length=40)
    delimiter: str = Field(default="comma", max_length=20)
    sheet: str = Field(default="", max_length=200)
    unended: bool = False
    mapping: dict[str, Any] | None = None


class SampleValue(BaseModel):
    """One value that would come out; its number as text."""

    column: str
    at: str
    value: str
    row: int
    sample: str


class SampleProblem(BaseModel):
    """What is wrong, and where."""

    where: str
    what: str


class SampleLook(BaseModel):
    """What a sample holds and what would come out of it."""

    first: list[list[str]]
    rows: int
    sheets: list[str]
    measured: int
    missing: int
    count: int
    values: list[SampleValue]
    problem_count: int
    problems: list[SampleProblem]


class TableColumn(BaseModel):
    """A column that becomes a channel."""

    column: str = Field(max_length=200)
    tag: str = Field(max_length=200)
    unit: str = Field(max_length=40)


class NewTable(BaseModel):
    """A folder of tables with its mapping; of a connection that is there, its next revision."""

    name: str
    folder: str = Field(min_length=1, max_length=1000)
    host: str = "local"
    owner: str = ""
    equipment: str | None = None
    pattern: str = Field(default="*.csv", max_length=100)
    time_zone: str = Field(max_length=100)
    encoding: str = Field(max_length=40)
    unended: bool = False
    mapping: dict[str, Any]
    columns: list[TableColumn] = Field(min_length=1, max_length=2000)


class TableOut(BaseModel):
    """How the tables of a connection are read, as it stands."""

    name: str
    revision: int
    state: str
    host: str
    owner: str
    folder: str
    pattern: str
    time_zone: str
    encoding: str
    unended: bool
    mapping: dict[str, Any]
    columns: list[TableColumn]


@router.post("/look")
def equipment_look_at_table(body: Sample, who: ActingPerson, equipment: EquipmentPart) -> SampleLook:
    """Look at a sample file: its first rows, and what would come out of it. Nothing is kept."""
    equipment.record.require(who, "equipment.connection.explore")
    try:
        data = base64.b64decode(body.content, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Invalid("The sample is no base64.", where="content") from error
    if not data:
        raise Invalid("The sample file is empty.", where="content")
    found = look(data, **body.model_dump(exclude={"content"}))
    return SampleLook(
        first=[list(row) for row in found.first],
        rows=found.rows,
        sheets=list(found.sheets),
        measured=found.measured,
        missing=found.missing,
        count=len(found.values),
        values=[
            SampleValue(
                column=one.column, at=iso(from_us(one.at_us)), value=one.text, row=one.row, sample=one.sample
            )
            for one in found.values[:_SHOWN]
        ],
        problem_count=len(found.problems),
        problems=[SampleProblem(where=one.where, what=one.message) for one in found.problems[:_TOLD]],
    )


@router.get("/{name}")
def equipment_table(name: str, session: Reading) -> TableOut:
    """How a connection's tables are read."""
    row = queries.connection(session, name)
    if row.type != KIND:
        raise Invalid(f"The connection {name} reads no tables: it is of type {row.type}.")
    settings = json.loads(row.settings)
    channels = [one for one in queries.channels_of(session, row) if one.active]
    return TableOut(
        name=row.name,
        revision=row.revision,
        state=row.state,
        host=row.host,
        owner=row.owner,
        folder=str(settings.get("folder") or ""),
        pattern=str(settings.get("pattern") or ""),
        time_zone=str(settings.get("time_zone") or ""),
        encoding=str(settings.get("encoding") or ""),
        unended=bool(settings.get("unended", False)),
        mapping=settings.get("mapping") or {},
        columns=[TableColumn(column=one.address, tag=one.tag, unit=one.unit) for one in channels],
    )


@router.post("", status_code=201)
def equipment_draft_table(body: NewTable, act: Acting, equipment: EquipmentPart) -> ConnectionOut:
    """Draft a connection to a folder of tables, or the next revision of one; approved as every connection is."""
    settings = body.model_dump(include={"folder", "pattern", "time_zone", "encoding", "unended", "mapping"})
    TYPES[KIND].checked(settings)
    mapped = dict(TableMapping.of(body.mapping).columns)
    if mapped != {one.column: one.unit for one in body.columns}:
        raise Invalid(
            "The channels are not the columns that the mapping names.",
            where="columns",
            do="Give each column of the mapping a tag, and the unit that the mapping has.",
        )
    with act("equipment.connection.change") as unit:
        row = equipment.import_connection(
            unit,
            body.name,
            KIND,
            settings,
            [{"tag": one.tag, "node": one.column, "unit": one.unit} for one in body.columns],
            host=body.host,
            owner=body.owner,
            node=body.equipment,
        )
        unit.flush()
        return views.connection_out(unit.session, row, equipment, 1)
