"""What waits for a person: signatures and steps that their roles may take now, over all layers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel
from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from titer.record import Actor, Base, Record, SignatureMeaning
from titer.record.http import ActingPerson, Reading
from titer.record.names import name_of

router = APIRouter(tags=["waiting"])

_NOBODY = Actor.person("nobody", None, "nobody")
_MOST = 200
"""Rows of one kind; who has more than this waiting sees the oldest."""


@dataclass(frozen=True)
class Step:
    """A step that somebody has to take.

    Args:
        table: of the record.
        states: in which the record waits for this step.
        act: what the person does, in words.
        meaning: of the signature, where the step is one.
        verb: of the action, where it is none.
        entered: whether the person first enters something (a disposition, a cause); then only the record's
            page can say what still stands against signing.
        column: that holds the state.
        urgent: whether it comes before everything else, since plant or product waits for it.
    """

    table: str
    states: tuple[str, ...]
    act: str
    meaning: str = ""
    verb: str = ""
    entered: bool = False
    column: str = "state"
    urgent: bool = False


STEPS = (
    Step(
        "insight_alert",
        ("open", "acknowledged"),
        "Say what it is, and sign",
        "disposed",
        "",
        True,
        urgent=True,
    ),
    Step("twin_proposal", ("SUBMITTED",), "Approve or reject the proposal", "approved", urgent=True),
    Step("twin_proposal", ("CHECKED",), "Submit the proposal", "submitted", urgent=True),
    Step("quality_disposition", ("under_review",), "Decide on the batch", "released", urgent=True),
    Step("quality_disposition", ("awaiting_review",), "Begin the review", verb="quality.batch.review"),
    Step("quality_audit_trail_review", ("open",), "Review the audit trail", "reviewed", "", True),
    Step("quality_exception", ("open",), "Dispose of the exception", "disposed", "", True),
    Step("quality_deviation", ("raised",), "Classify the deviation", "classified", "", True),
    Step(
        "quality_deviation", ("classified",), "Begin the investigation", verb="quality.deviation.investigate"
    ),
    Step("quality_deviation", ("investigating",), "Conclude the deviation", "concluded", "", True),
    Step("quality_deviation", ("qa_review",), "Close the deviation", "closed", "", True),
    Step("lims_run", ("entered", "suitability_failed"), "Review the run", "reviewed"),
    Step("lims_run", ("reviewed", "reviewed_unsuitable"), "Approve the run", "approved"),
    Step("lims_investigation", ("cause_assigned",), "Review the cause", "reviewed"),
    Step("lims_investigation", ("cause_reviewed",), "Invalidate the result", "invalidated"),
    Step("lims_investigation", ("concluded",), "Close the investigation", "closed"),
    Step("lims_certificate", ("draft",), "Issue the certificate", "issued"),
    Step("lims_contract_certificate", ("transcribed",), "Check the transcription", "transcription_checked"),
    Step("lims_design", ("in_review",), "Approve the document", "approved"),
    Step("mes_recipe", ("draft",), "Sign the recipe as its author", "authored"),
    Step("mes_recipe", ("in review",), "Check the recipe", "checked"),
    Step("mes_recipe", ("in review",), "Approve the recipe", "approved"),
    Step("equipment_connection", ("draft",), "Approve the connection", "approved", "", True),
    Step("equipment_certificate", ("seen",), "Compare the instrument's certificate", "trusted", "", True),
    Step("record_access_review", ("open",), "Review the person's access", "recertified", "", True),
    Step("material_lot", ("pending", "hold"), "Release the lot", "released", column="disposition"),
)


class WaitingOut(BaseModel):
    """One thing that waits; `ready` is False where something still stands against it, and `blockers` says what."""

    record_type: str
    record_id: str
    name: str
    title: str
    act: str
    meaning: str
    batch_id: str | None
    about: str | None
    recorded_at: datetime
    process_at: datetime
    urgent: bool
    ready: bool
    blockers: list[str]


@router.get("/api/waiting")
def server_waiting(session: Reading, who: ActingPerson, request: Request) -> list[WaitingOut]:
    """What waits for the person who asks, the most urgent first, then the oldest."""
    platform = request.app.state.platform
    record: Record = platform.record
    roles = record.roles_of(session, who.id)
    may = record.rights_of(session, who)
    found = [
        *_locked(session, may),
        *_tasks(session, record, who, roles, may),
        *_steps(session, platform, who, may),
    ]
    if platform.layers.get("lims") is not None:
        found += _results(session, record, who, may)
    return sorted(found, key=lambda one: (not one.ready, not one.urgent, one.recorded_at))


def _steps(session: Session, platform: Any, who: Actor, may: set[str]) -> Iterator[WaitingOut]:
    record: Record = platform.record
    for step in STEPS:
        layer = step.table.partition("_")[0]
        if layer != "record" and platform.layers.get(layer) is None:
            continue
        meaning = record.meanings.get((step.table, step.meaning))
        verb = meaning.verb if meaning else step.verb
        if verb not in may:
            continue
        for row in _rows(session, Base.metadata.tables[step.table], step.column, step.states):
            against = _against(session, meaning, row["id"], who) if meaning else []
            if against is not None:
                blockers = [] if step.entered else against
                yield _out(row, step.table, step.act, step.meaning, urgent=step.urgent, blockers=blockers)


def _against(session: Session, meaning: SignatureMeaning, record_id: str, who: Actor) -> list[str] | None:
    """What stands against the person's signature; None where it waits for another person than this one.

    Somebody who had no hand in the work is the measure: what stands against this person only is that the
    duties must be separate.
    """
    against = list(meaning.blockers(session, record_id, who, {}))
    if against and set(against) - set(meaning.blockers(session, record_id, _NOBODY, {})):
        return None
    return against


def _locked(session: Session, may: set[str]) -> Iterator[WaitingOut]:
    """Accounts that are locked: whoever may open them sees it at once (21 CFR 11.300(d))."""
    if "record.person.change" not in may:
        return
    table = Base.metadata.tables["record_person"]
    query = select(table).where(table.c.locked_at.is_not(None)).order_by(table.c.id).limit(_MOST)
    for row in session.execute(query).mappings():
        yield _out(dict(row), "record_person", "Locked out: find out who tried, then unlock", "", urgent=True)


def _tasks(
    session: Session, record: Record, who: Actor, roles: set[str], may: set[str]
) -> Iterator[WaitingOut]:
    """Manual tasks of the recipe: those of the person's roles, and entries that wait for a witness."""
    table = Base.metadata.tables["mes_task"]
    for row in _rows(session, table, "state", ("offered", "entered")):
        if row["state"] == "offered" and row["role"] in roles:
            yield _out(row, "mes_task", "Do the task", "", urgent=True)
        elif row["state"] == "entered" and row["form"].get("witness") and row["entered_by"] != who.id:
            meaning = record.meanings.get(("mes_task", "witnessed"))
            if meaning is not None and meaning.verb in may:
                yield _out(row, "mes_task", "Witness the task", "witnessed", urgent=True)


def _results(session: Session, record: Record, who: Actor, may: set[str]) -> Iterator[WaitingOut]:
    """Samples whose results belong to no run and wait for review or approval."""
    tests = Base.metadata.tables["lims_test"]
    samples = Base.metadata.tables["lims_sample"]
    for state, act, meaning_name in (
        ("entered", "Review the results", "reviewed"),
        ("reviewed", "Approve the results", "approved"),
    ):
        meaning = record.meanings[("lims_sample", meaning_name)]
        if meaning.verb not in may:
            continue
        query = (
            select(samples)
            .where(
                samples.c.id.in_(
                    select(tests.c.sample_id).where(tests.c.run_id.is_(None), tests.c.state == state)
                )
            )
            .order_by(samples.c.id)
            .limit(_MOST)
        )
        for row in session.execute(query).mappings():
            against = _against(session, meaning, row["id"], who)
            if against is not None:
                yield _out(dict(row), "lims_sample", act, meaning_name, blockers=against)


def _rows(session: Session, table: Table, column: str, states: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    query = select(table).where(table.c[column].in_(states)).order_by(table.c.id).limit(_MOST)
    return (dict(row) for row in session.execute(query).mappings())


def _out(
    row: dict[str, Any],
    record_type: str,
    act: str,
    meaning: str,
    *,
    urgent: bool = False,
    blockers: list[str] | None = None,
) -> WaitingOut:
    name = name_of(row)
    title = str(row.get("title") or row.get("point") or row.get("instrument") or row.get("laboratory") or "")
    return WaitingOut(
        record_type=record_type,
        record_id=row["id"],
        name=name,
        title="" if title == name else title,
        act=act,
        meaning=meaning,
        batch_id=row.get("batch_id"),
        about=row.get("result_id"),
        recorded_at=row["recorded_at"],
        process_at=row["process_at"],
        urgent=urgent,
        ready=not blockers,
        blockers=blockers or [],
    )
