"""Other systems take work and submit results: by a method that says so, whole or not at all, and each key once.

Which analyses another system may report is decided with the method (technique `submission`), which somebody has
approved. What is submitted goes the laboratory's own way from there: guards, formula, evaluation, investigation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from titer.base.canonical import digest as digest_of
from titer.base.clock import iso
from titer.base.errors import NotFound
from titer.lims import rules
from titer.lims.documents import MethodDocument
from titer.lims.errors import SubmissionRefused
from titer.lims.evaluation import read
from titer.lims.model import Attachment, Design, Handover, Sample, Submission, TestRequest
from titer.lims.ports import EquipmentPort
from titer.lims.service.designs import Designs
from titer.lims.service.instruments import instrument_state
from titer.lims.service.results import Results, result_of
from titer.lims.service.samples import tests_of
from titer.record import ContentObject, Unit

TECHNIQUE = "submission"
TAKEN, ANSWERED, RETURNED = "taken", "answered", "returned"
MOST_LISTED = 500
_OPEN = ("planned", "ready", "in_progress")
_MAY_BE_TESTED = ("available", "in_test")
_SKEW = timedelta(minutes=5)
"""How far another system's clock may be off before a time of measurement is taken for a mistake."""


@dataclass(frozen=True)
class SentValue:
    """One value as it was sent.

    Args:
        analysis: as the method reports it.
        value: its text, with every digit it has.
        unit: its code; "" for words.
    """

    analysis: str
    value: str
    unit: str


@dataclass(frozen=True)
class SentFile:
    """A raw file whose bytes were stored before."""

    name: str
    digest: str
    media_type: str = ""


@dataclass(frozen=True)
class Sent:
    """A submission as it was sent.

    Args:
        key: the sender's own; what comes twice under one counts once.
        sample: its number.
        method: the code of the method.
        instrument: the code of the instrument; "" where the method needs none, or the work was taken for one.
        measured_at: by the sender's clock.
        values: one for each analysis.
        files: raw data.
    """

    key: str
    sample: str
    method: str
    instrument: str
    measured_at: datetime
    values: tuple[SentValue, ...]
    files: tuple[SentFile, ...] = ()

    def content(self) -> dict[str, Any]:
        """What it says, without its key; the same content has the same digest."""
        return {
            "sample": self.sample,
            "method": self.method,
            "instrument": self.instrument,
            "measured_at": iso(self.measured_at),
            "values": [{"analysis": v.analysis, "value": v.value, "unit": v.unit} for v in self.values],
            "files": [{"name": f.name, "digest": f.digest, "media_type": f.media_type} for f in self.files],
        }


@dataclass(frozen=True)
class Entry:
    """A test that another system may do.

    Args:
        test, sample, method, document: what is to be done, on what, and how.
        due: when the sample will be too old for the method; None where it keeps.
        handover: who has taken it, if somebody has.
    """

    test: TestRequest
    sample: Sample
    method: Design
    document: MethodDocument
    due: datetime | None
    handover: Handover | None


class Submissions:
    """Work that goes out, and results that come in.

    Args:
        designs: methods.
        results: enters what was submitted.
        equipment: says whether an instrument may be used, and what it can do.
    """

    def __init__(self, *, designs: Designs, results: Results, equipment: EquipmentPort) -> None:
        self.designs = designs
        self.results = results
        self.equipment = equipment

    def worklist(
        self, session: Session, machine: str, *, instrument: str = "", method: str = ""
    ) -> list[Entry]:
        """Open tests of methods that other systems report, the oldest first; those of others are left out.

        Args:
            session: reading.
            machine: who asks.
            instrument: only what it can do; "" for all.
            method: only this method's; "" for all.

        Raises:
            SubmissionRefused: if there is no such instrument.
        """
        able = None
        if instrument:
            try:
                able = set(self.equipment.node(session, instrument).capabilities)
            except NotFound as error:
                raise SubmissionRefused("unknown_instrument", str(error)) from error
        methods: dict[str, tuple[Design, MethodDocument]] = {}
        query = select(Design).where(Design.kind == "method")
        for design in session.scalars(query.where(Design.code == method) if method else query):
            document = self.designs.method(design) if design.document.get("technique") == TECHNIQUE else None
            needs = document.instrument if document else None
            if document and (able is None or needs is None or needs.capability in able):
                methods[design.id] = (design, document)
        rows = session.execute(
            select(TestRequest, Sample)
            .join(Sample, Sample.id == TestRequest.sample_id)
            .where(
                TestRequest.method_id.in_(methods),
                TestRequest.state.in_(_OPEN),
                Sample.state.in_(_MAY_BE_TESTED),
            )
            .order_by(TestRequest.id)
            .limit(MOST_LISTED)
        ).all()
        taken = self._handovers(session, [test.id for test, _ in rows])
        found = []
        for test, sample in rows:
            handover = taken.get(test.id)
            if handover is not None and handover.machine != machine:
                continue
            design, document = methods[test.method_id]
            found.append(Entry(test, sample, design, document, _due(sample, document), handover))
        return found

    def take(self, unit: Unit, machine: str, tests: Sequence[str], *, instrument: str = "") -> list[Handover]:
        """Hand tests over to another system, all or none; what it has taken already stays as it is.

        Args:
            unit: the open action, of the machine.
            machine: who takes them.
            tests: their numbers.
            instrument: on which they will be measured.

        Raises:
            SubmissionRefused: if one is not there, is done, is another's, or may not begin.
        """
        made = []
        for number in dict.fromkeys(tests):
            test = unit.session.scalar(select(TestRequest).where(TestRequest.number == number))
            if test is None or self._method(unit, test).technique != TECHNIQUE:
                raise SubmissionRefused(
                    "unknown_test", f"There is no test {number} that another system may do."
                )
            held = self._held(unit.session, machine, test)
            made.append(held or self._hand_over(unit, machine, test, instrument))
        return made

    def give_back(self, unit: Unit, machine: str, tests: Sequence[str]) -> list[Handover]:
        """Give tests back that were taken and not done; they are planned again.

        Raises:
            SubmissionRefused: if the machine has not taken one.
        """
        given = []
        for number in dict.fromkeys(tests):
            test = unit.session.scalar(select(TestRequest).where(TestRequest.number == number))
            held = self._held(unit.session, machine, test) if test is not None else None
            if test is None or held is None:
                raise SubmissionRefused("unknown_test", f"{number} was not taken by {machine}.")
            test.state = rules.move("test", test.state, "abandon")
            held.state, held.ended_at = RETURNED, unit.process_now
            given.append(held)
        unit.flush()
        return given

    def known(self, session: Session, machine: str, key: str) -> Submission | None:
        """What a machine has submitted under a key."""
        return session.scalar(select(Submission).where(Submission.machine == machine, Submission.key == key))

    def one(self, session: Session, submission_id: str) -> Submission:
        """A submission by its id.

        Raises:
            NotFound: if there is none.
        """
        found = session.get(Submission, submission_id)
        if found is None:
            raise NotFound(f"There is no submission {submission_id}.")
        return found

    def submit(self, unit: Unit, machine: str, sent: Sent) -> tuple[Submission, bool]:
        """Enter what another system reports, whole or not at all.

        Args:
            unit: the open action, of the machine.
            machine: who submits.
            sent: what it says.

        Returns:
            The submission, and whether it was there already.

        Raises:
            SubmissionRefused: with the reason.
        """
        content = sent.content()
        mark = digest_of(content)
        before = self.known(unit.session, machine, sent.key)
        if before is not None:
            if before.digest != mark:
                raise SubmissionRefused(
                    "key_reused",
                    f"Another result was submitted under the key {sent.key}.",
                    why=f"It was taken on {iso(before.process_at)}.",
                    do="Give each submission a key of its own; send an unchanged one again under its own.",
                )
            return before, True
        sample = unit.session.scalar(select(Sample).where(Sample.number == sent.sample))
        if sample is None:
            raise SubmissionRefused("unknown_sample", f"There is no sample {sent.sample}.")
        self._plausible(unit, sent, sample)
        for file in sent.files:
            if (
                unit.session.scalar(select(ContentObject.id).where(ContentObject.digest == file.digest))
                is None
            ):
                raise SubmissionRefused(
                    "file_missing", f"The bytes of {file.name} are not there.", do="Send them first."
                )
        made = unit.add(
            Submission(
                machine=machine,
                key=sent.key,
                digest=mark,
                content=content,
                sample_id=sample.id,
                measured_at=sent.measured_at,
            )
        )
        for value in sent.values:
            self._enter(unit, machine, made, sent, sample, value)
        for file in sent.files:
            unit.add(
                Attachment(
                    subject_type="lims_sample",
                    subject_id=sample.id,
                    title=f"Raw data of {sent.method}, submitted by {machine}",
                    file_name=file.name,
                    media_type=file.media_type,
                    digest=file.digest,
                    attached_by=unit.actor.id,
                )
            )
        unit.emit("lims.submission.taken", made, {"submission_id": made.id, "sample_id": sample.id})
        unit.flush()
        return made, False

    def _plausible(self, unit: Unit, sent: Sent, sample: Sample) -> None:
        latest = max(unit.now, unit.process_now) + _SKEW
        earliest = sample.sampled_at - _SKEW if sample.sampled_at else None
        if sent.measured_at > latest or (earliest is not None and sent.measured_at < earliest):
            told = "lies in the future" if sent.measured_at > latest else "lies before the sample was drawn"
            raise SubmissionRefused(
                "implausible_time",
                f"The time of measurement {iso(sent.measured_at)} {told}.",
                do="Set the clock of the system that measured, and its time zone.",
            )

    def _enter(
        self, unit: Unit, machine: str, made: Submission, sent: Sent, sample: Sample, value: SentValue
    ) -> None:
        test = self._test(unit, machine, sent, sample, value)
        document = self._method(unit, test)
        wanted = document.reportable(value.analysis).reading_unit()
        if value.unit != (wanted or ""):
            raise SubmissionRefused(
                "wrong_unit",
                f"{value.analysis} of {sample.number} came in {value.unit or 'no unit'}.",
                why=f"{document.code} takes it in {wanted or 'no unit'}.",
                do="Send it in that unit: nothing is converted on the way.",
            )
        if wanted and read(value.value).value is None:
            raise SubmissionRefused(
                "not_a_number", f"{value.analysis} of {sample.number} is no number: {value.value[:80]!r}."
            )
        held = self._held(unit.session, machine, test)
        if held is not None and sent.instrument and sent.instrument != held.instrument:
            raise SubmissionRefused(
                "not_ready",
                f"{test.number} was taken for {held.instrument or 'no instrument'}, not for {sent.instrument}.",
                do="Give the test back, and take it for the other instrument.",
            )
        held = held or self._hand_over(
            unit, machine, test, sent.instrument, at=min(sent.measured_at, unit.process_now)
        )
        self.results.enter_single(
            unit,
            test,
            raw=value.value,
            unit_code=value.unit or None,
            source={
                "kind": "submission",
                "machine": machine,
                "key": sent.key,
                "submission_id": made.id,
                "measured_at": iso(sent.measured_at),
                **({"digest": sent.files[0].digest} if sent.files else {}),
            },
            pinned={
                "instrument": held.pinned.get("instrument"),
                "submission": made.id,
                "files": [file.digest for file in sent.files],
            },
        )
        held.state, held.ended_at = ANSWERED, unit.process_now

    def _test(self, unit: Unit, machine: str, sent: Sent, sample: Sample, value: SentValue) -> TestRequest:
        """The open test that a value answers."""
        same = []
        for one in tests_of(unit.session, sample_id=sample.id):
            document = self._method(unit, one)
            if (one.analysis, document.code, document.technique) == (value.analysis, sent.method, TECHNIQUE):
                same.append(one)
        if not same:
            raise SubmissionRefused(
                "unknown_test",
                f"No test of {sample.number} by {sent.method} that another system may do reports "
                f"{value.analysis}.",
            )
        waiting = [one for one in same if one.state in _OPEN]
        if not waiting:
            told = same[-1].state.replace("_", " ")
            raise SubmissionRefused(
                "test_closed",
                f"{same[-1].number} ({value.analysis} of {sample.number}) is {told}.",
                why="A test reports once.",
                do="A doubtful result is the matter of an investigation.",
            )
        mine = [one for one in waiting if self._held(unit.session, machine, one) is not None]
        return (mine or waiting)[0]

    def _hand_over(
        self, unit: Unit, machine: str, test: TestRequest, instrument: str, *, at: datetime | None = None
    ) -> Handover:
        """Begin a test in another system."""
        if test.state not in ("planned", "ready"):
            told = test.state.replace("_", " ")
            raise SubmissionRefused("test_closed", f"{test.number} is {told}.", why="A test reports once.")
        document, begun = self._method(unit, test), at or unit.process_now
        try:
            reasons = self.results.not_ready(
                unit.session, test, actor=unit.actor, at=begun, instrument=instrument or None
            )
            state = None
            if instrument and not reasons:
                capability = document.instrument.capability if document.instrument else None
                state = instrument_state(
                    self.equipment, unit.session, instrument, begun, capability=capability
                )
        except NotFound as error:
            reasons = [str(error)]
        if reasons:
            raise SubmissionRefused(
                "not_ready", f"{test.number} ({test.analysis}) may not begin.", why=" ".join(reasons)
            )
        for event in ("ready", "start"):
            if event in rules.TEST[test.state]:
                test.state = rules.move("test", test.state, event)
        return unit.add(
            Handover(
                test_id=test.id,
                machine=machine,
                instrument=instrument,
                state=TAKEN,
                pinned={"instrument": state},
                taken_at=unit.process_now,
            )
        )

    def _held(self, session: Session, machine: str, test: TestRequest) -> Handover | None:
        """What the machine has taken; another's is refused."""
        found = self._handovers(session, [test.id]).get(test.id)
        if found is not None and found.machine != machine:
            raise SubmissionRefused("taken_by_another", f"{test.number} was taken by {found.machine}.")
        return found

    @staticmethod
    def _handovers(session: Session, test_ids: Sequence[str]) -> dict[str, Handover]:
        rows = session.scalars(
            select(Handover).where(Handover.test_id.in_(test_ids), Handover.state == TAKEN)
        )
        return {row.test_id: row for row in rows}

    def _method(self, unit: Unit, test: TestRequest) -> MethodDocument:
        return self.designs.method(unit.get(Design, test.method_id))


def _due(sample: Sample, document: MethodDocument) -> datetime | None:
    if sample.sampled_at is None or document.hold_time_h is None:
        return None
    return sample.sampled_at + timedelta(hours=float(document.hold_time_h))


def outcomes(session: Session, submission: Submission) -> list[dict[str, str]]:
    """What became of each value: the number of its test, and the state of its result."""
    found = []
    for one in tests_of(session, sample_id=submission.sample_id):
        result = result_of(session, one.id)
        if result is not None and result.pinned.get("submission") == submission.id:
            found.append({"test": one.number, "analysis": one.analysis, "state": result.state})
    return found
