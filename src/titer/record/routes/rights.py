"""HTTP of rights: delegations, reviews of access, and duties in one hand."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from titer.record.http import Acting, ActingPerson, Reading
from titer.record.model import LoginSession, Person
from titer.record.rights import rules
from titer.record.rights.delegations import roles_of
from titer.record.rights.model import AccessReview, Delegation, DutyConflict, RightsSearch
from titer.record.routes.part import RecordPart, RightsPart

router = APIRouter()


class DelegationOut(BaseModel):
    """A delegation; `state` is coming, in force, over or ended early."""

    id: str
    version: int
    recorded_at: datetime
    process_at: datetime
    from_id: str
    from_name: str
    to_id: str
    to_name: str
    role: str | None
    verbs: list[str]
    begins_at: datetime
    ends_at: datetime
    reason: str
    given_by: str
    given_by_name: str
    revoked_at: datetime | None
    state: str


class NewDelegation(BaseModel):
    """Who acts for whom, in what, from when until when, and why."""

    from_id: str | None = None
    to_id: str
    role: str | None = None
    verbs: list[str] = Field(default=[], max_length=100)
    begins_at: AwareDatetime
    ends_at: AwareDatetime
    reason: str = Field(min_length=1, max_length=2000)


class EndDelegation(BaseModel):
    """Why a delegation ends before its time."""

    version: int
    reason: str = Field(min_length=1, max_length=2000)


def _state(row: Delegation, now: datetime) -> str:
    if row.revoked_at is not None:
        return "ended early"
    if row.ends_at <= now:
        return "over"
    return "in force" if row.begins_at <= now else "coming"


def _delegation(session: Session, row: Delegation, now: datetime) -> DelegationOut:
    names = _names(session, {row.from_id, row.to_id, row.given_by})
    return DelegationOut(
        **{name: getattr(row, name) for name in DelegationOut.model_fields if hasattr(row, name)},
        from_name=names.get(row.from_id, row.from_id),
        to_name=names.get(row.to_id, row.to_id),
        given_by_name=names.get(row.given_by, row.given_by),
        state=_state(row, now),
    )


def _names(session: Session, ids: set[str]) -> dict[str, str]:
    return {
        person.id: person.full_name
        for person in session.scalars(select(Person).where(Person.id.in_(sorted(ids))))
    }


@router.get("/delegations")
def record_delegations(session: Reading, record: RecordPart) -> list[DelegationOut]:
    """Who acts for whom: now, soon, and before, the newest first."""
    now = record.clock.now()
    rows = session.scalars(select(Delegation).order_by(Delegation.id.desc()).limit(1000))
    return [_delegation(session, row, now) for row in rows]


@router.post("/delegations", status_code=201)
def record_delegate(body: NewDelegation, act: Acting, who: ActingPerson, rights: RightsPart) -> DelegationOut:
    """Let somebody act in one's place; the quality unit may do it for somebody else."""
    with act("record.delegation.give", reason=body.reason) as unit:
        row = rights.delegations.give(
            unit,
            from_id=body.from_id or who.id,
            to_id=body.to_id,
            role=body.role,
            verbs=tuple(body.verbs),
            begins_at=body.begins_at,
            ends_at=body.ends_at,
            reason=body.reason,
        )
        return _delegation(unit.session, row, unit.now)


@router.post("/delegations/{delegation_id}/end")
def record_end_delegation(
    delegation_id: str, body: EndDelegation, act: Acting, rights: RightsPart
) -> DelegationOut:
    """End a delegation before its time."""
    with act("record.delegation.end", reason=body.reason) as unit:
        row = rights.delegations.end(unit, delegation_id, body.version)
        return _delegation(unit.session, row, unit.now)


class AccessReviewOut(BaseModel):
    """A review of one person's roles; it is signed as `recertified`, with a decision on each role held."""

    id: str
    version: int
    recorded_at: datetime
    process_at: datetime
    number: str
    person_id: str
    title: str
    username: str
    full_name: str
    state: str
    roles: list[str]
    holds: list[str]
    opened_at: datetime
    due_at: datetime
    overdue: bool
    decisions: dict[str, str] | None
    decided_at: datetime | None
    decided_by_name: str | None
    signature_id: str | None


@router.get("/access-reviews")
def record_access_reviews(session: Reading, record: RecordPart) -> list[AccessReviewOut]:
    """Reviews of access: the open ones by their due date, then those done, the newest first."""
    now = record.clock.now()
    rows = list(session.scalars(select(AccessReview).order_by(AccessReview.id.desc()).limit(1000)))
    people = {
        person.id: person
        for person in session.scalars(select(Person).where(Person.id.in_({row.person_id for row in rows})))
    }
    names = _names(session, {row.decided_by for row in rows if row.decided_by})
    out = [
        AccessReviewOut(
            **{name: getattr(row, name) for name in AccessReviewOut.model_fields if hasattr(row, name)},
            username=people[row.person_id].username,
            full_name=people[row.person_id].full_name,
            holds=sorted(roles_of(session, row.person_id)),
            overdue=row.state == "open" and row.due_at <= now,
            decided_by_name=names.get(row.decided_by or ""),
        )
        for row in rows
    ]
    return sorted(out, key=lambda one: (one.state != "open", one.due_at if one.state == "open" else now))


class OpenSessionOut(BaseModel):
    """A session that is open; `own` is the one that asks."""

    id: str
    version: int
    recorded_at: datetime
    process_at: datetime
    person_id: str
    full_name: str
    remote: str
    started_at: datetime
    ends_at: datetime
    own: bool


@router.get("/sessions")
def record_sessions(session: Reading, who: ActingPerson, record: RecordPart) -> list[OpenSessionOut]:
    """Who is logged in, from where."""
    record.require(who, "record.session.list")
    rows = list(
        session.scalars(
            select(LoginSession)
            .where(LoginSession.ended_at.is_(None), LoginSession.ends_at > record.clock.now())
            .order_by(LoginSession.id.desc())
            .limit(1000)
        )
    )
    names = _names(session, {row.person_id for row in rows})
    return [
        OpenSessionOut(
            **{name: getattr(row, name) for name in OpenSessionOut.model_fields if hasattr(row, name)},
            full_name=names.get(row.person_id, row.person_id),
            own=row.id == who.session_id,
        )
        for row in rows
    ]


class ConflictOut(BaseModel):
    """Duties that are kept apart and were found in one hand."""

    id: str
    version: int
    recorded_at: datetime
    process_at: datetime
    kind: str
    person_id: str
    full_name: str
    record_type: str
    record_id: str
    detail: str
    found_at: datetime
    gone_at: datetime | None


class SearchOut(BaseModel):
    """That it was searched for."""

    id: str
    version: int
    recorded_at: datetime
    process_at: datetime
    rules_digest: str
    rules_count: int
    people: int
    found: int
    gone: int
    standing: int
    searched_at: datetime


class KeptApartOut(BaseModel):
    """What is kept apart: two roles, or two duties about one kind of record."""

    kind: str
    one: str
    other: str
    record_type: str | None
    why: str


class ConflictsOut(BaseModel):
    """What is kept apart, when it was last searched for, and what was found."""

    rules: list[KeptApartOut]
    searches: list[SearchOut]
    conflicts: list[ConflictOut]


@router.get("/conflicts")
def record_conflicts(session: Reading, record: RecordPart) -> ConflictsOut:
    """Duties in one hand: the rules, the latest searches, and what they found."""
    rows = list(
        session.scalars(
            select(DutyConflict)
            .order_by(DutyConflict.gone_at.is_not(None), DutyConflict.id.desc())
            .limit(1000)
        )
    )
    names = _names(session, {row.person_id for row in rows})
    searches = session.scalars(select(RightsSearch).order_by(RightsSearch.id.desc()).limit(30))
    return ConflictsOut(
        rules=[
            *(
                KeptApartOut(kind="roles", one=rule.one, other=rule.other, record_type=None, why=rule.why)
                for rule in rules.ROLE_CONFLICTS
            ),
            *(
                KeptApartOut(
                    kind="duties",
                    one=rule.one.words,
                    other=rule.other.words,
                    record_type=rule.record_type,
                    why="Two people do it.",
                )
                for rule in record.separations
            ),
        ],
        searches=[SearchOut.model_validate(row, from_attributes=True) for row in searches],
        conflicts=[
            ConflictOut(
                **{name: getattr(row, name) for name in ConflictOut.model_fields if hasattr(row, name)},
                full_name=names.get(row.person_id, row.person_id),
            )
            for row in rows
        ],
    )


@router.post("/conflicts/search", status_code=201)
def record_search_conflicts(act: Acting, rights: RightsPart) -> SearchOut:
    """Search now, and open the reviews of access that are due."""
    with act("record.rights.search") as unit:
        return SearchOut.model_validate(rights.search_in(unit), from_attributes=True)
