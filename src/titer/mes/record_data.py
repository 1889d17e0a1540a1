"""The batch record's content (21 CFR 211.188): dates, equipment, lots, steps, values, persons, exceptions.

It is regenerated from the journal and the records alone; nothing is kept in between, so the same records give
the same bytes. Persons stand as ids with a table of names beside them.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from titer.base.canonical import canonical, digest
from titer.base.clock import from_us, iso
from titer.mes.engine import Event, fold
from titer.mes.gate import journal
from titer.mes.model import (
    Adjustment,
    Allocation,
    BatchSample,
    Charge,
    ControlRecipe,
    ManualTask,
    Order,
    Recipe,
)
from titer.mes.recipe import definition
from titer.mes.running import Loaded, Running
from titer.mes.tasks import entries
from titer.record import Person, Record, Signature

FORMAT = "titer.batch-record/1"


def batch_record(record: Record, running: Running, session: Session, batch_id: str) -> dict[str, Any]:
    """The canonical content of a batch's record; `digest` is over all the rest."""
    loaded = running.load(session, batch_id)
    batch = loaded.batch
    events = journal(session, batch.id)
    control = session.get(ControlRecipe, batch.control_recipe_id)
    recipe = session.get(Recipe, batch.recipe_id)
    order = session.get(Order, batch.order_id)
    installation = record.installation(session)
    tasks = list(
        session.scalars(select(ManualTask).where(ManualTask.batch_id == batch.id).order_by(ManualTask.id))
    )
    signatures = _signatures(
        record, session, [("mes_recipe", batch.recipe_id)] + [("mes_task", t.id) for t in tasks]
    )
    content: dict[str, Any] = {
        "format": FORMAT,
        "simulated": batch.simulated,
        "demo": installation.demo,
        "installation": {"id": installation.id, "name": installation.name, "site": installation.site},
        "batch": {
            "id": batch.id,
            "number": batch.number,
            "product": batch.product,
            "execution": batch.execution,
            "started_at": _iso(batch.started_at),
            "ended_at": _iso(batch.ended_at),
            "recorded_at": iso(batch.recorded_at),
        },
        "order": {
            "number": order.number if order else None,
            "quantity": order.quantity if order else None,
            "unit": order.unit if order else None,
        },
        "recipe": {
            "code": recipe.code if recipe else None,
            "version": recipe.number if recipe else None,
            "title": recipe.title if recipe else None,
            "content_digest": control.content_digest if control else None,
            "snapshot_digest": control.snapshot_digest if control else None,
            "bindings": control.bindings if control else {},
            "formula_at_start": control.formula if control else {},
            "formula_at_end": loaded.state.formula,
        },
        "steps": [_step(loaded, path, events) for path in loaded.state.elements],
        "setpoints": _setpoints(events),
        "feeds": [_plain(event) for event in events if event["type"] == "feed.checked"],
        "values_used": [
            _plain(event)
            for event in events
            if event["type"] in ("value.used", "condition.true", "condition.broken", "condition.met")
        ],
        "tasks": [_task(session, task) for task in tasks],
        "materials": _charges(session, batch.id),
        "samples": _samples(session, batch.id),
        "equipment": _equipment(session, batch.id),
        "adjustments": _adjustments(session, batch.id),
        "commands": [_plain(e) for e in events if e["type"] in ("command.taken", "formula.adjusted")],
        "exceptions": [_plain(event) for event in events if event["type"] == "exception.noted"],
        "outages": [_plain(event) for event in events if event["type"] == "outage.noted"],
        "notes": [_plain(event) for event in events if event["type"] == "noted"],
        "signatures": signatures,
        "journal": {
            "events": len(events),
            "digest": digest(events),
            "state_digest": fold(events).digest(),
        },
    }
    content["persons"] = _persons(session, content)
    plain: dict[str, Any] = _through_json(content)
    plain["digest"] = digest(plain)
    return plain


def _through_json(content: dict[str, Any]) -> dict[str, Any]:
    import json

    found: dict[str, Any] = json.loads(canonical(content))
    return found


def _iso(instant: Any) -> str | None:
    return None if instant is None else iso(instant)


def _at(microseconds: int | None) -> str | None:
    return None if microseconds is None else iso(from_us(microseconds))


def _plain(event: Event) -> dict[str, Any]:
    return {**event, "at": _at(event["at_us"])}


def _step(loaded: Loaded, path: str, events: list[Event]) -> dict[str, Any]:
    element, node = loaded.state.elements[path], loaded.program.node(path)
    return {
        "path": path,
        "definition": definition(path),
        "kind": "round" if path.rfind("#") > path.rfind(".") else node.kind,
        "title": node.title,
        "unit": node.unit,
        "state": element.state,
        "outcome": element.outcome,
        "attempt": element.attempt,
        "started_at": _at(element.started_us),
        "ended_at": _at(element.ended_us),
        "started_us": element.started_us,
        "ended_us": element.ended_us,
        "planned_us": node.planned_us,
        "verify": "witness" if node.kind == "manual" else "automated",
    }


def _setpoints(events: list[Event]) -> list[dict[str, Any]]:
    ended = {event["key"]: event for event in events if event["type"] == "effect.finished"}
    rows = []
    for event in events:
        if event["type"] != "effect.requested" or event["kind"] != "write":
            continue
        end = ended.get(event["key"])
        rows.append(
            {
                "path": event["path"],
                "tag": event["tag"],
                "set": event["value"],
                "unit": event["unit"],
                "at": _at(event["at_us"]),
                "actual": end["result"].get("readback") if end and "result" in end else None,
                "outcome": end["status"] if end else "pending",
                "read_back_at": _at(end["at_us"]) if end else None,
                "proposal": event.get("proposal"),
                "key": event["key"],
            }
        )
    return rows


def _task(session: Session, task: ManualTask) -> dict[str, Any]:
    return {
        "id": task.id,
        "path": task.path,
        "title": task.title,
        "instruction": task.form.get("instruction", ""),
        "state": task.state,
        "offered_at": iso(task.offered_at),
        "entered_by": task.entered_by,
        "entered_at": _iso(task.entered_at),
        "accepted_at": _iso(task.accepted_at),
        "recorded_at": iso(task.recorded_at),
        "lot": task.lot_number,
        "comment": task.comment,
        "witness_required": bool(task.form.get("witness")),
        "witness_signature": task.witness_signature_id,
        "entries": [
            {
                "name": entry.name,
                "revision": entry.revision,
                "value": entry.text,
                "unit": entry.unit,
                "low": entry.low,
                "high": entry.high,
                "inside": entry.inside,
                "by": entry.entered_by,
                "at": iso(entry.process_at),
                "recorded_at": iso(entry.recorded_at),
                "reason": entry.reason,
            }
            for entry in entries(session, task.id)
        ],
    }


def _charges(session: Session, batch_id: str) -> list[dict[str, Any]]:
    rows = session.scalars(select(Charge).where(Charge.batch_id == batch_id).order_by(Charge.id))
    return [
        {
            "direction": row.direction,
            "material": row.material,
            "lot": row.lot_number,
            "lot_id": row.lot_id,
            "quantity": row.quantity,
            "unit": row.unit,
            "at": iso(row.process_at),
        }
        for row in rows
    ]


def _samples(session: Session, batch_id: str) -> list[dict[str, Any]]:
    rows = session.scalars(
        select(BatchSample).where(BatchSample.batch_id == batch_id).order_by(BatchSample.id)
    )
    return [
        {
            "number": row.number,
            "sample_id": row.sample_id,
            "plan": row.plan,
            "label": row.label,
            "path": row.path,
            "drawn_at": _iso(row.drawn_at),
        }
        for row in rows
    ]


def _equipment(session: Session, batch_id: str) -> list[dict[str, Any]]:
    rows = session.scalars(select(Allocation).where(Allocation.batch_id == batch_id).order_by(Allocation.id))
    return [
        {
            "equipment": row.equipment,
            "symbol": row.symbol,
            "state": row.state,
            "requested_at": iso(row.requested_at),
            "granted_at": _iso(row.granted_at),
            "released_at": _iso(row.released_at),
        }
        for row in rows
    ]


def _adjustments(session: Session, batch_id: str) -> list[dict[str, Any]]:
    rows = session.scalars(select(Adjustment).where(Adjustment.batch_id == batch_id).order_by(Adjustment.id))
    return [
        {
            "proposal": row.proposal_id,
            "tag": row.tag,
            "value": row.value,
            "unit": row.unit,
            "state": row.state,
            "reason": row.reason,
            "readback": row.readback,
            "applied_at": _iso(row.applied_at),
            "signature": row.signature_id,
        }
        for row in rows
    ]


def _signatures(record: Record, session: Session, of: list[tuple[str, str]]) -> list[dict[str, Any]]:
    found: list[Signature] = [
        signature for kind, record_id in of for signature in record.signatures_of(session, kind, record_id)
    ]
    return [
        {
            "id": signature.id,
            "record_type": signature.record_type,
            "record_id": signature.record_id,
            "record_version": signature.record_version,
            "meaning": signature.meaning,
            "title": signature.title,
            "printed_name": signature.printed_name,
            "person": signature.person_id,
            "robot": signature.robot,
            "signed_at": iso(signature.signed_at),
            "time_zone": signature.time_zone,
            "digest": signature.digest,
            "reason": signature.reason,
        }
        for signature in found
    ]


def _persons(session: Session, content: dict[str, Any]) -> dict[str, str]:
    ids = {task["entered_by"] for task in content["tasks"]}
    ids |= {entry["by"] for task in content["tasks"] for entry in task["entries"]}
    ids |= {event.get("by") for event in content["commands"] + content["notes"]}
    ids |= {signature["person"] for signature in content["signatures"]}
    known = session.scalars(select(Person).where(Person.id.in_([one for one in ids if one])))
    return {person.id: person.printed_name for person in known}
