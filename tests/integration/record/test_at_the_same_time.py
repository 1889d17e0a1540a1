"""A witness that is asked from two sides, a hub that seals while it is verified, a commit whose answer is lost."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from tests.integration.record.test_bundle import sealer  # noqa: F401  the fixture
from tests.integration.record.test_witnesses import Elsewhere

from titer.base.errors import Refused, Unavailable
from titer.record import Actor, LedgerCosignature, Record, Training, checkpoint, schema
from titer.record.checkpoint import parse
from titer.record.sealer import Sealer
from titer.record.verify import verify_store
from titer.record.witnesses.contract import Prove

BOUND_S = 60


class Sister(Elsewhere):
    """A witness that remembers the largest head it saw, as another Titer does; something may happen before."""

    seen = 0

    def before(self, size: int) -> None:
        """Nothing happens."""

    def ask(self, note: str, seen: int, prove: Prove, verifiers: Sequence[str] = ()) -> str:
        size = parse(note).size
        self.asked.append(size)
        self.before(size)
        if self.seen > size:
            raise Refused(f"The witness sister saw a ledger of {self.seen:,} entries: entries were cut off.")
        self.seen = size
        return "— sister AAAA\n"


def enter(record: Record) -> None:
    with record.action(Actor.timer("test"), "record.training.enter") as unit:
        unit.add(Training(person_id="p", competency="SEC", document="d", trained_at=unit.now))


def beside(old: Sealer, sister: Sister) -> Sealer:
    record = old.record
    with record.action(Actor.timer("test"), "record.install") as unit:
        unit.add(schema.log_fingerprint(record, unit.session, "test"))
    return Sealer(record, old.origin, old.signer, old.witnesses, remote=[sister])


def test_a_hub_that_shows_its_witness_a_newer_head_meanwhile_is_not_taken_for_one_that_was_cut_off(
    record: Record,
    sealer: Sealer,  # noqa: F811
) -> None:
    sister = Sister()
    live = beside(sealer, sister)
    live.seal()

    def before(size: int) -> None:
        if len(sister.asked) == 1:
            enter(record)
            sister.seen = live.seal()

    sister.before = before  # type: ignore[method-assign]
    verdict = verify_store(record, live)
    assert verdict.holds, verdict.sentence
    assert len(sister.asked) == 2
    sister.seen += 1
    verdict = verify_store(record, live)
    assert "entries were cut off" in (verdict.first_fault or "")


def test_a_witness_that_is_asked_by_the_hub_and_for_an_export_answers_once(
    record: Record,
    sealer: Sealer,  # noqa: F811
) -> None:
    sister, inside, go_on = Sister(), threading.Event(), threading.Event()
    live = beside(sealer, sister)
    live.seal()

    def before(size: int) -> None:
        inside.set()
        assert go_on.wait(BOUND_S)

    sister.before = before  # type: ignore[method-assign]
    told: list[bool | BaseException] = []

    def attend() -> None:
        try:
            told.append(live.attend(sister))
        except BaseException as error:  # noqa: BLE001  it is what the test is about
            told.append(error)

    both = [threading.Thread(target=attend) for _ in range(2)]
    both[0].start()
    assert inside.wait(BOUND_S)
    both[1].start()
    go_on.set()
    for one in both:
        one.join(BOUND_S)
    assert sorted(map(str, told)) == ["False", "True"]
    assert len(sister.asked) == 1


def test_an_answer_that_is_there_already_stays_and_troubles_nobody(
    record: Record,
    sealer: Sealer,  # noqa: F811
) -> None:
    sister = Sister()
    live = beside(sealer, sister)
    live.seal()
    assert live.attend(sister)
    live.standing["sister"].size = 0
    assert live.attend(sister), "it answered, and that is what counts"
    with record.reading() as session:
        assert len(session.scalars(select(LedgerCosignature)).all()) == 1


def test_a_commit_whose_answer_was_lost_is_found_and_sealing_goes_on_behind_it(
    record: Record,
    sealer: Sealer,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    live = beside(sealer, Sister())
    live.seal()
    enter(record)
    operational, lost = record.operational, [True]

    @contextmanager
    def dropped() -> Iterator[Session]:
        """The connection drops when COMMIT was carried out, and nobody hears that it was."""
        with operational() as session:
            yield session
        if lost.pop():
            raise Unavailable("The server closed the connection unexpectedly.")

    monkeypatch.setattr(record, "operational", dropped)
    with pytest.raises(Unavailable):
        live.seal()
    monkeypatch.setattr(record, "operational", operational)
    assert record.halted is None
    size = live.size
    enter(record)
    assert live.seal() == size + 1
    verdict = verify_store(record, live)
    assert verdict.holds, verdict.sentence


def test_a_seal_whose_commit_never_was_is_made_again(
    record: Record,
    sealer: Sealer,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The witness has two notes then; the first belongs to no checkpoint, and that is no fault."""
    live = beside(sealer, Sister())
    live.seal()
    enter(record)
    store = live._store

    def refused(*given: Any, **named: Any) -> None:
        live._loaded = False
        raise Unavailable("The server is not there.")

    monkeypatch.setattr(live, "_store", refused)
    with pytest.raises(Unavailable):
        live.seal()
    monkeypatch.setattr(live, "_store", store)
    enter(record)
    live.seal()
    notes = live.witnesses[0].notes()
    assert len({checkpoint.note_text(note) for note in notes}) == len(notes) == 3
    verdict = verify_store(record, live)
    assert verdict.holds, verdict.sentence
