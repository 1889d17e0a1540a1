"""HTTP of audit-trail review: the ageing list, one review, and looking at its entries.

The end of a review is a signature (POST /api/signatures, `quality_audit_trail_review`, `reviewed`).
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from titer.base.canonical import digest
from titer.quality.model import AuditTrailReview, TrailLook
from titer.quality.trail import rules
from titer.quality.trail.ruleset import RULESET, SETTINGS
from titer.quality.trail.service import TrailReviews
from titer.record import Person, Record
from titer.record.http import Acting, Reading, platform_part
from titer.record.names import names
from titer.record.routes.given import Key, Number, Words

router = APIRouter()


def _trail(quality: Annotated[Any, Depends(platform_part("quality"))]) -> TrailReviews:
    found: TrailReviews = quality.trail
    return found


TrailPart = Annotated[TrailReviews, Depends(_trail)]
RecordPart = Annotated[Record, Depends(platform_part("record"))]


class TrailLineOut(BaseModel):
    """One entry of a review; `rules` are those that flag it, none where it was only drawn."""

    entry: str
    seq: int
    time: str
    process_time: str
    actor: str
    actor_id: str
    verb: str
    reason: str | None
    record_type: str
    record_id: str
    version: int
    rules: list[str] = []


class AuditTrailReviewOut(BaseModel):
    """An audit-trail review, with what was chosen for reading, and how long it has been open."""

    id: str
    version: int
    recorded_at: datetime
    process_at: datetime
    number: str
    subject_type: str
    subject_id: str
    subject_name: str
    batch_id: str | None
    period_from: datetime | None
    period_to: datetime | None
    from_seq: int
    upto_seq: int
    entries: int
    population: str
    ruleset_version: int
    ruleset_digest: str
    seed: int
    sampled: list[TrailLineOut]
    flagged: list[TrailLineOut]
    opened_at: datetime
    due_at: datetime
    state: str
    outcome: str | None
    comment: str | None
    reviewer_id: str | None
    age_days: int
    overdue: bool

    @classmethod
    def of(cls, row: AuditTrailReview, now: datetime) -> AuditTrailReviewOut:
        """A review as it stands at an instant of the server's clock."""
        values = {name: getattr(row, name) for name in cls.model_fields if hasattr(row, name)}
        still_open = row.state == "open"
        return cls(
            **values,
            age_days=((now if still_open else row.recorded_at) - row.opened_at).days,
            overdue=still_open and now > row.due_at,
        )


class LookOut(BaseModel):
    """That somebody looked at an entry, and what they saw."""

    entry_id: str
    verdict: str
    note: str
    person_id: str
    person: str
    recorded_at: datetime


class RuleOut(BaseModel):
    """A rule that flags entries."""

    id: str
    title: str
    scopes: list[str]
    around: bool
    when: dict[str, Any]


class SettingOut(BaseModel):
    """A number that a site sets, with its bounds."""

    name: str
    words: str
    value: int
    least: int
    most: int


class SettingsChangeOut(BaseModel):
    """That somebody set the rules anew."""

    version: int
    at: datetime
    by: str
    settings: dict[str, int]


class RulesetOut(BaseModel):
    """The rules and the policy that a new review goes by, and how they came to be set so."""

    version: int
    digest: str
    settings: list[SettingOut]
    history: list[SettingsChangeOut]
    rules: list[RuleOut]
    policy: dict[str, dict[str, Any]]
    outcomes: list[str]
    verdicts: list[str]


class TrailReviewOut(BaseModel):
    """One review with what was looked at, what is still to be looked at, and what its rules are called."""

    review: AuditTrailReviewOut
    looks: list[LookOut]
    unread: list[str]
    titles: dict[str, str]
    names: dict[str, str]


class DueOut(BaseModel):
    """A review that nobody has opened yet."""

    subject_type: str
    subject_id: str
    subject_name: str
    since: datetime
    due_at: datetime
    age_days: int
    overdue: bool


class TrailReviewsOut(BaseModel):
    """The ageing list: what is to be opened, what is open, what is finished."""

    due: list[DueOut]
    reviews: list[AuditTrailReviewOut]


class ReproducedOut(BaseModel):
    """What the review's seed and rules choose out of the ledger today, and whether it is what the review holds."""

    entries: int
    population: str
    sampled: list[str]
    same_population: bool
    same_sample: bool
    same_rules: bool
    same_flags: bool


class SetTrailRules(BaseModel):
    """The settings of the rules anew, all of them, based on a version."""

    version: Number
    settings: dict[str, Number]
    reason: Annotated[Words, Field(min_length=1)]


class OpenTrailReview(BaseModel):
    """A review to open."""

    subject_type: Literal["batch", "lot", "system"]
    subject_id: Words = "system"


class LookAt(BaseModel):
    """Entries of a review that the acting person looked at, and what they saw."""

    entry_ids: Annotated[list[Words], Field(min_length=1, max_length=10_000)]
    verdict: Literal["no finding", "finding"] = "no finding"
    note: Annotated[str, Field(max_length=2000, pattern=r"^[^\x00]*$")] = ""


@router.get("/trail-rules")
def quality_trail_rules(session: Reading, trail: TrailPart) -> RulesetOut:
    """The exception rules and the policy of audit-trail review, as data, with how the site set them."""
    version, settings = trail.settings.now(session)
    ruleset = trail.settings.rules(session)
    return RulesetOut(
        version=version,
        digest=digest(ruleset),
        settings=[
            SettingOut(name=name, words=one.words, value=settings[name], least=one.least, most=one.most)
            for name, one in SETTINGS.items()
        ],
        history=[
            SettingsChangeOut(
                version=row.number, at=row.recorded_at, by=_called(session, row.set_by), settings=row.settings
            )
            for row in trail.settings.history(session)
        ],
        rules=[RuleOut(**{"around": False, **rule}) for rule in ruleset["rules"]],
        policy=ruleset["policy"],
        outcomes=list(rules.OUTCOMES),
        verdicts=list(rules.VERDICTS),
    )


@router.put("/trail-rules", status_code=204)
def quality_set_trail_rules(body: SetTrailRules, act: Acting, trail: TrailPart) -> None:
    """Set the rules anew; a review that was opened before keeps those that it was opened with."""
    with act("quality.review.settings", reason=body.reason) as unit:
        trail.settings.change(unit, body.version, body.settings)


def _called(session: Session, person_id: str) -> str:
    person = session.get(Person, person_id)
    return person.full_name if person else person_id


@router.get("/trail-reviews")
def quality_trail_reviews(session: Reading, trail: TrailPart, record: RecordPart) -> TrailReviewsOut:
    """The ageing list: due, open and finished reviews; the overdue are said, by the server's clock."""
    now = record.clock.now()
    return TrailReviewsOut(
        due=[
            DueOut(
                subject_type=one.subject_type,
                subject_id=one.subject_id,
                subject_name=one.subject_name,
                since=one.since,
                due_at=one.age.due_at,
                age_days=one.age.days,
                overdue=one.age.overdue,
            )
            for one in trail.due(session, now)
        ],
        reviews=[AuditTrailReviewOut.of(row, now) for row in trail.all(session)],
    )


@router.post("/trail-reviews", status_code=201)
def quality_open_trail_review(
    body: OpenTrailReview, act: Acting, trail: TrailPart, record: RecordPart
) -> AuditTrailReviewOut:
    """Open a review of a batch, a lot, or of the system; it goes on where the last one ended."""
    with act("quality.review.audit_trail", reason="audit-trail review opened") as unit:
        row = trail.open(unit, body.subject_type, body.subject_id)
        return AuditTrailReviewOut.of(row, record.clock.now())


@router.get("/trail-reviews/{review_id}")
def quality_trail_review(
    review_id: Key, session: Reading, trail: TrailPart, record: RecordPart
) -> TrailReviewOut:
    """One review."""
    row = trail.get(session, review_id)
    looks = trail.looks(session, review_id)
    mentioned = {line["record_id"] for line in (*row.sampled, *row.flagged)}
    return TrailReviewOut(
        review=AuditTrailReviewOut.of(row, record.clock.now()),
        looks=[_look(look, session.get(Person, look.person_id)) for look in looks.values()],
        unread=trail.unread(session, row),
        titles={rule["id"]: rule["title"] for rule in RULESET["rules"]},
        names=names(session, mentioned),
    )


@router.post("/trail-reviews/{review_id}/look")
def quality_look_at_trail(
    review_id: Key, body: LookAt, act: Acting, trail: TrailPart, record: RecordPart
) -> AuditTrailReviewOut:
    """Note that one looked at entries of a review."""
    with act("quality.review.audit_trail", reason=body.note or body.verdict) as unit:
        row = trail.look(unit, review_id, body.entry_ids, body.verdict, body.note)
        return AuditTrailReviewOut.of(row, record.clock.now())


@router.get("/trail-reviews/{review_id}/reproduce")
def quality_reproduce_trail_review(review_id: Key, session: Reading, trail: TrailPart) -> ReproducedOut:
    """Choose the review's entries again out of the ledger: the same seed draws the same sample."""
    return ReproducedOut(**trail.reproduced(session, trail.get(session, review_id)))


def _look(look: TrailLook, person: Person | None) -> LookOut:
    return LookOut(
        entry_id=look.entry_id,
        verdict=look.verdict,
        note=look.note,
        person_id=look.person_id,
        person=person.full_name if person else look.person_id,
        recorded_at=look.recorded_at,
    )
