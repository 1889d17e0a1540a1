"""Search over what people call the records: numbers, codes, names and titles, in every layer that is on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel
from sqlalchemy import Table, and_, func, or_, select
from sqlalchemy.orm import Session

from titer.record import Base
from titer.record.http import Reading
from titer.record.names import name_of

router = APIRouter(tags=["search"])


@dataclass(frozen=True)
class Kind:
    """A kind of record that can be found.

    Args:
        table: of the records.
        noun: what people call one.
        columns: that are searched.
        says: columns whose values stand beside the name.
    """

    table: str
    noun: str
    columns: tuple[str, ...]
    says: tuple[str, ...] = ()


KINDS = (
    Kind("mes_batch", "batch", ("number", "product"), ("product", "execution")),
    Kind("mes_order", "order", ("number", "product"), ("product", "state")),
    Kind("mes_recipe", "recipe", ("code", "title", "product"), ("title", "state")),
    Kind("mes_task", "task", ("title", "unit_code"), ("unit_code", "state")),
    Kind("lims_sample", "sample", ("number", "point"), ("point", "state")),
    Kind("lims_test", "test", ("number", "analysis"), ("analysis", "state")),
    Kind("lims_result", "result", ("analysis", "text"), ("text", "unit", "state")),
    Kind("lims_run", "run", ("number", "instrument"), ("instrument", "state")),
    Kind("lims_investigation", "investigation", ("number", "title"), ("title", "state")),
    Kind("lims_certificate", "certificate of analysis", ("number",), ("state",)),
    Kind("lims_contract_certificate", "contract laboratory's certificate", ("number", "reference", "laboratory"),
         ("laboratory", "state")),
    Kind("lims_design", "laboratory document", ("code", "title"), ("title", "state")),
    Kind("material_lot", "lot", ("number", "supplier_lot", "supplier"), ("supplier", "disposition")),
    Kind("material_definition", "material", ("code", "title"), ("title",)),
    Kind("quality_exception", "exception", ("number", "title"), ("title", "state")),
    Kind("quality_deviation", "deviation", ("number", "title"), ("title", "state")),
    Kind("insight_alert", "alert", ("number", "title"), ("title", "state")),
    Kind("insight_model", "monitoring model", ("name",), ("state",)),
    Kind("twin_proposal", "proposal", ("number", "title"), ("title", "state")),
    Kind("equipment_node", "equipment", ("code", "name", "serial"), ("name",)),
    Kind("equipment_connection", "connection", ("name", "type"), ("type", "state")),
    Kind("equipment_channel", "channel", ("tag", "description"), ("description", "unit")),
    Kind("record_person", "person", ("username", "full_name"), ("username",)),
)  # fmt: skip


class FoundOut(BaseModel):
    """A record that was found; `about` is the id of the record whose page shows it, where it has none."""

    record_type: str
    record_id: str
    name: str
    noun: str
    detail: str
    batch_id: str | None
    about: str | None


@router.get("/api/search")
def server_search(
    session: Reading,
    request: Request,
    q: Annotated[str, Query(min_length=1, max_length=100)],
    limit: Annotated[int, Query(ge=1, le=100)] = 30,
) -> list[FoundOut]:
    """Records that bear every word of the query, those whose name begins with it first."""
    words = q.lower().split()
    layers = request.app.state.platform.layers
    found: list[FoundOut] = []
    for kind in KINDS:
        layer = kind.table.partition("_")[0]
        if layer == "record" or layers.get(layer) is not None:
            found += _of_kind(session, kind, words, limit)
    whole = " ".join(words)
    found.sort(key=lambda one: (one.name.lower() != whole, not one.name.lower().startswith(whole)))
    return found[:limit]


def _of_kind(session: Session, kind: Kind, words: list[str], limit: int) -> list[FoundOut]:
    table: Table = Base.metadata.tables[kind.table]
    columns = [func.lower(table.c[name]) for name in kind.columns]
    # A word may also be the kind itself: "batch 0001".
    wanted = [word for word in words if word not in kind.noun.lower().split()]
    conditions = [or_(*(column.contains(word, autoescape=True) for column in columns)) for word in wanted]
    query = select(table).where(and_(True, *conditions)).order_by(table.c.id.desc()).limit(limit)
    return [_out(kind, dict(row)) for row in session.execute(query).mappings()]


def _out(kind: Kind, row: dict[str, Any]) -> FoundOut:
    name = str(row["full_name"]) if kind.table == "record_person" else name_of(row)
    if kind.table == "lims_result":
        name = str(row["analysis"])
    about = row.get("sample_id") or row.get("result_id") or row.get("node_code")
    said = [str(row[column]) for column in kind.says if row.get(column) and str(row[column]) != name]
    return FoundOut(
        record_type=kind.table,
        record_id=row["id"],
        name=name,
        noun=kind.noun,
        detail=", ".join(said),
        batch_id=row.get("batch_id"),
        about=about,
    )
