"""HTTP for other systems that take work and submit results, with a machine's token of the scope `results`.

What is answered with 200 is on disk. What was sent and heard no answer is sent again under the same key.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Query, Request
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from titer.base.errors import Conflict, Invalid
from titer.lims.routes.part import LimsPart
from titer.lims.service.submissions import (
    MOST_LISTED,
    Entry,
    Sent,
    SentFile,
    SentValue,
    outcomes,
)
from titer.record.http import Submitter

router = APIRouter(prefix="/submissions")

Number = Annotated[str, Field(min_length=1, max_length=100)]


class WorkEntryOut(BaseModel):
    """A test that another system may do.

    `container` is the label on the sample's vessel, `place` where it stands; `due` is when it will be too old for
    the method. `taken_for` is the instrument that the asking machine has taken it for, and null while it has not.
    """

    test: str
    sample: str
    container: str
    place: str
    point: str
    kind: str
    method: str
    revision: int
    title: str
    analysis: str
    unit: str
    capability: str
    sampled_at: datetime | None
    due: datetime | None
    taken_for: str | None

    @classmethod
    def of(cls, entry: Entry) -> WorkEntryOut:
        """An entry as it is told."""
        reportable = entry.document.reportable(entry.test.analysis)
        return cls(
            test=entry.test.number,
            sample=entry.sample.number,
            container=entry.sample.number,
            place=entry.sample.location,
            point=entry.sample.point,
            kind=entry.sample.kind,
            method=entry.method.code,
            revision=entry.method.revision,
            title=reportable.title,
            analysis=entry.test.analysis,
            unit=reportable.reading_unit() or "",
            capability=entry.document.instrument.capability if entry.document.instrument else "",
            sampled_at=entry.sample.sampled_at,
            due=entry.due,
            taken_for=entry.handover.instrument if entry.handover else None,
        )


class SubmitterOut(BaseModel):
    """The machine that a token belongs to."""

    name: str


class WorkTaken(BaseModel):
    """Tests that a machine has now, or has given back."""

    tests: list[str]


class TakeWork(BaseModel):
    """Tests to be taken, and the instrument that will measure them."""

    tests: list[Number] = Field(min_length=1, max_length=MOST_LISTED)
    instrument: str = Field(default="", max_length=100)


class GiveBackWork(BaseModel):
    """Tests that were taken and will not be done."""

    tests: list[Number] = Field(min_length=1, max_length=MOST_LISTED)
    reason: str = Field(min_length=1, max_length=1000)


class StoredFile(BaseModel):
    """Raw bytes as they were stored."""

    digest: str
    size: int


class SubmittedValue(BaseModel):
    """A value as text with every digit it has, and the unit's code; "" for words."""

    analysis: Number
    value: str = Field(min_length=1, max_length=1000)
    unit: str = Field(default="", max_length=40)


class SubmittedFile(BaseModel):
    """A raw file whose bytes were stored before."""

    name: str = Field(min_length=1, max_length=300)
    digest: str = Field(pattern="^[0-9a-f]{64}$")
    media_type: str = Field(default="", max_length=100)


class SubmitResults(BaseModel):
    """What another system reports of a sample by a method."""

    key: str = Field(min_length=1, max_length=200)
    sample: Number
    method: Number
    instrument: str = Field(default="", max_length=100)
    measured_at: datetime
    values: list[SubmittedValue] = Field(min_length=1, max_length=100)
    files: list[SubmittedFile] = Field(default=[], max_length=20)


class SubmittedTest(BaseModel):
    """The test that a value answered, and the state of its result."""

    test: str
    analysis: str
    state: str


class ReceiptOut(BaseModel):
    """A submission that is on disk; `repeated` where it was there already."""

    key: str
    submission_id: str
    digest: str
    repeated: bool
    tests: list[SubmittedTest]


def _reading(request: Request, _who: Submitter) -> Iterator[Session]:
    """A reading session for a machine that submits."""
    with request.app.state.platform.record.reading() as session:
        yield session


SubmitterReading = Annotated[Session, Depends(_reading)]


@router.get("/submitter")
def lims_submitter(who: Submitter) -> SubmitterOut:
    """Whose token this is: a server that passes on what others send asks before it takes any of it."""
    return SubmitterOut(name=who.name)


@router.get("/worklist")
def lims_submission_worklist(
    session: SubmitterReading,
    who: Submitter,
    lims: LimsPart,
    instrument: Annotated[str, Query(max_length=100)] = "",
    method: Annotated[str, Query(max_length=100)] = "",
) -> list[WorkEntryOut]:
    """Open tests that other systems may do, for an instrument or a method; the oldest 500."""
    found = lims.submissions.worklist(session, who.name, instrument=instrument, method=method)
    return [WorkEntryOut.of(one) for one in found]


@router.post("/take")
def lims_submission_take(body: TakeWork, who: Submitter, lims: LimsPart) -> WorkTaken:
    """Take tests, all or none; the same again changes nothing."""
    with lims.record.action(who.actor, "lims.submission.take") as unit:
        lims.submissions.take(unit, who.name, body.tests, instrument=body.instrument)
    return WorkTaken(tests=body.tests)


@router.post("/return")
def lims_submission_return(body: GiveBackWork, who: Submitter, lims: LimsPart) -> WorkTaken:
    """Give tests back that will not be done."""
    with lims.record.action(who.actor, "lims.submission.take", reason=body.reason) as unit:
        lims.submissions.give_back(unit, who.name, body.tests)
    return WorkTaken(tests=body.tests)


@router.put("/content")
def lims_submission_content(
    data: Annotated[bytes, Body(media_type="application/octet-stream")],
    who: Submitter,
    lims: LimsPart,
    media_type: Annotated[str, Query(max_length=100)] = "",
) -> StoredFile:
    """Keep raw bytes, before a submission refers to them."""
    if not data:
        raise Invalid("The file is empty.", where="body")
    with lims.record.action(who.actor, "lims.submission.receive") as unit:
        digest = unit.content.put(data, media_type=media_type, origin=f"submitted by {who.name}")
    return StoredFile(digest=digest, size=len(data))


@router.post("")
def lims_submit(body: SubmitResults, who: Submitter, lims: LimsPart) -> ReceiptOut:
    """Take results, whole or not at all; the same again under its key is answered as the first time."""
    if body.measured_at.tzinfo is None:
        raise Invalid("An instant bears its time zone.", where="measured_at")
    sent = Sent(
        key=body.key,
        sample=body.sample,
        method=body.method,
        instrument=body.instrument,
        measured_at=body.measured_at,
        values=tuple(SentValue(**one.model_dump()) for one in body.values),
        files=tuple(SentFile(**one.model_dump()) for one in body.files),
    )
    try:
        with lims.record.action(who.actor, "lims.submission.receive") as unit:
            made, repeated = lims.submissions.submit(unit, who.name, sent)
            made_id = made.id
    except Conflict:
        # Twice at the same time: one of the two was written, and the other is its repetition.
        with lims.record.action(who.actor, "lims.submission.receive") as unit:
            made, repeated = lims.submissions.submit(unit, who.name, sent)
            made_id = made.id
    with lims.record.reading() as session:
        made = lims.submissions.one(session, made_id)
        return ReceiptOut(
            key=made.key,
            submission_id=made.id,
            digest=made.digest,
            repeated=repeated,
            tests=[SubmittedTest(**told) for told in outcomes(session, made)],
        )
