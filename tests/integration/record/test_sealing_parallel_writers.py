"""On PostgreSQL writers of several processes do not wait for each other; none of their entries is passed over."""

from __future__ import annotations

import json
import random
import threading
from contextlib import ExitStack

import pytest
from sqlalchemy import func, select, text
from tests.integration.record.test_bundle import sealer  # noqa: F401  the fixture
from tests.postgresql import RUNTIME, Server

from titer.base.errors import Refused, TiterError
from titer.quality.trail.population import settled_seq
from titer.record import Actor, LedgerEntry, LedgerLeaf, Record, Training, schema
from titer.record.sealer import Sealer
from titer.record.verify import verify_store

TIMER = Actor.timer("test")
WRITERS, EACH = 4, 25


@pytest.fixture
def database() -> str:
    return "postgresql"


def another(record: Record, server: Server) -> Record:
    """The same record, as another process has it."""
    made = Record(
        server.engine(RUNTIME, str(record.engine.url.database)), record.content, clock=record.clock,
        process_clock=record.process_clock, ids=record.ids, secret=bytes(32),
    )  # fmt: skip
    made.register_actions(tuple(record.matrix.values()))
    return made


def enter(record: Record, document: str) -> None:
    with record.action(TIMER, "record.training.enter") as unit:
        unit.add(Training(person_id="p", competency="SEC", document=document, trained_at=unit.now))


def sealed(record: Record) -> list[int]:
    with record.reading() as session:
        return list(session.scalars(select(LedgerLeaf.entry_seq).order_by(LedgerLeaf.leaf_index)))


def test_an_entry_that_is_committed_late_is_waited_for_by_the_sealer_only(
    record: Record,
    sealer: Sealer,  # noqa: F811
    postgresql_server: Server,
) -> None:
    sealer.seal()
    before = len(sealed(record))
    slow = another(record, postgresql_server)
    with slow.action(TIMER, "record.training.enter") as unit:
        unit.add(Training(person_id="p", competency="SEC", document="late", trained_at=unit.now))
        enter(record, "early")
        enter(record, "early too")
        assert sealer.seal() == before, "an entry with a lower number is still open"
        assert sealer.seal() == before
    assert sealer.seal() == before + 3
    assert sealed(record) == sorted(sealed(record))
    with record.reading() as session:
        newest = session.scalars(select(LedgerEntry.body).order_by(LedgerEntry.seq.desc()).limit(3)).all()
    entered = [json.loads(body)["after"]["document"] for body in reversed(newest)]
    assert entered == ["late", "early", "early too"], "the numbers decide, not the moments of commit"
    slow.engine.dispose()


def test_a_review_ends_before_an_entry_that_may_still_come(
    record: Record,
    sealer: Sealer,  # noqa: F811
    postgresql_server: Server,
) -> None:
    slow = another(record, postgresql_server)
    with slow.action(TIMER, "record.training.enter") as unit:
        late = unit.add(Training(person_id="p", competency="SEC", document="late", trained_at=unit.now)).id
        enter(record, "early")
        with record.reading() as session:
            upto = settled_seq(session)
    with record.reading() as session:
        number = session.scalar(select(LedgerEntry.seq).where(LedgerEntry.record_id == late))
        assert number is not None
        assert upto == number - 1
        assert settled_seq(session) == number + 1
    with pytest.raises(Refused), record.action(TIMER, "record.training.enter") as unit:
        unit.add(Training(person_id="p", competency="SEC", document="never", trained_at=unit.now))
        raise Refused("Left undone.")
    enter(record, "behind a number that nobody has")
    while not sealed(record) or sealed(record)[-1] < number + 3:
        sealer.seal()
    with record.reading() as session:
        assert settled_seq(session) == number + 3
    slow.engine.dispose()


def test_the_later_of_two_transactions_with_the_earlier_entry_is_waited_for(
    record: Record,
    sealer: Sealer,  # noqa: F811
    postgresql_server: Server,
) -> None:
    """The snapshot's own end lies before the open transaction, which therefore does not show in it."""
    sealer.seal()
    before = len(sealed(record))
    later = another(record, postgresql_server)
    with ExitStack() as still_open:
        with record.action(TIMER, "record.training.enter") as first:
            second = still_open.enter_context(later.action(TIMER, "record.training.enter"))
            second.add(Training(person_id="p", competency="SEC", document="d", trained_at=second.now))
            first.add(Training(person_id="p", competency="SEC", document="d", trained_at=first.now))
        assert sealer.seal() == before
    assert sealer.seal() == before + 2
    later.engine.dispose()


def test_a_number_that_a_failed_transaction_took_holds_nothing_up(
    record: Record,
    sealer: Sealer,  # noqa: F811
    postgresql_server: Server,
) -> None:
    sealer.seal()
    before = len(sealed(record))
    slow = another(record, postgresql_server)
    with slow.action(TIMER, "record.training.enter") as unit:
        with pytest.raises(RuntimeError), record.action(TIMER, "record.training.enter") as failing:
            failing.add(Training(person_id="p", competency="SEC", document="d", trained_at=failing.now))
            raise RuntimeError
        enter(record, "after the gap")
        unit.session.execute(text("SELECT 1"))
        assert sealer.seal() == before, "the gap may belong to the transaction that is open"
    with record.engine.begin() as younger:  # open, with a number of its own, and no reason to wait
        younger.execute(text("SELECT pg_current_xact_id()"))
        assert sealer.seal() == before + 1
    slow.engine.dispose()


def test_none_is_passed_over_while_many_write(
    record: Record,
    sealer: Sealer,  # noqa: F811
    postgresql_server: Server,
) -> None:
    with record.action(TIMER, "record.install") as unit:
        unit.add(schema.log_fingerprint(record, unit.session, "test"))
    written: list[str] = []

    def write(number: int) -> None:
        own, rng = another(record, postgresql_server), random.Random(number)
        for count in range(EACH):
            try:
                with own.action(TIMER, "record.training.enter") as unit:
                    for part in range(rng.randrange(1, 4)):
                        unit.add(
                            Training(
                                person_id="p", competency="SEC", document=f"{number}/{count}/{part}",
                                trained_at=unit.now,
                            )
                        )  # fmt: skip
                    if rng.random() < 0.2:
                        raise RuntimeError("given up")
                written.append(f"{number}/{count}")
            except (RuntimeError, TiterError):
                continue
        own.engine.dispose()

    writers = [threading.Thread(target=write, args=(number,)) for number in range(WRITERS)]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        sealer.seal()
    sealer.seal()
    assert len(written) > WRITERS * EACH // 2
    with record.reading() as session:
        assert session.scalar(select(func.count()).select_from(LedgerEntry)) == len(sealed(record))
    assert sealed(record) == sorted(sealed(record))
    verdict = verify_store(record, sealer)
    assert verdict.holds, verdict.sentence
