"""A clock that is set, an hour either way and while it runs: nothing is lost, it shows, and sealing goes on."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select
from tests.conftest import PASSWORD

from titer.base.clock import ManualClock, from_iso, us
from titer.base.errors import NotAuthenticated
from titer.base.vault import Vault
from titer.record import (
    Actor,
    ClockStep,
    Identity,
    LedgerEntry,
    Record,
    Sealer,
    Training,
    checkpoint,
    schema,
)
from titer.record import LedgerCheckpoint as Checkpoint
from titer.record import identity as identity_module
from titer.record.timekeeping import TimeState, read, step_us
from titer.record.verify import verify_store
from titer.record.verify.replay import SLACK

TIMER = Actor.timer("test")
HOUR = timedelta(hours=1)


class Kernel:
    """The state of a clock that is synchronised, and by how much it was set."""

    def __init__(self) -> None:
        self.set_us = 0

    def __call__(self) -> TimeState:
        return TimeState(True, 1500, "boot", self.set_us)


@pytest.fixture
def kernel() -> Kernel:
    return Kernel()


@pytest.fixture
def sealer(record: Record, tmp_path: Path, clock: ManualClock, kernel: Kernel) -> Sealer:
    witness = checkpoint.FileWitness("file-witness", tmp_path / "witness", clock, Vault(bytes(32)))
    with record.action(TIMER, "record.install") as unit:
        unit.add(schema.log_fingerprint(record, unit.session, "test"))
    signer = checkpoint.Signer("titer/test", Ed25519PrivateKey.generate())
    return Sealer(record, "titer/test", signer, [witness], time_state=kernel)


def enter(record: Record, document: str) -> None:
    with record.action(TIMER, "record.training.enter") as unit:
        unit.add(Training(person_id="p", competency="SEC", document=document, trained_at=unit.now))


def entries(record: Record) -> list[dict[str, Any]]:
    with record.reading() as session:
        return [
            json.loads(row) for row in session.scalars(select(LedgerEntry.body).order_by(LedgerEntry.seq))
        ]


@pytest.mark.parametrize(
    "steps",
    [(HOUR,), (-HOUR,), (HOUR, -2 * HOUR, HOUR), (timedelta(seconds=-2),)],
    ids=["an hour on", "an hour back", "on, back and on", "a step of NTP"],
)
def test_across_every_step_nothing_is_lost_and_sealing_goes_on(
    record: Record, sealer: Sealer, clock: ManualClock, kernel: Kernel, steps: tuple[timedelta, ...]
) -> None:
    enter(record, "SOP-0")
    sealer.seal()
    for number, step in enumerate(steps, start=1):
        clock.advance(step)
        kernel.set_us += int(step / timedelta(microseconds=1))
        enter(record, f"SOP-{number}")
        enter(record, f"SOP-{number} again")
        assert sealer.seal() == sealer.size
    written = [entry for entry in entries(record) if entry["record_type"] == "record_training"]
    assert len(written) == 1 + 2 * len(steps)
    documents = [dict(entry["after"])["document"] for entry in written]
    assert documents[0] == "SOP-0"
    assert documents[-1] == f"SOP-{len(steps)} again", "in the order of writing, whatever the clock says"
    assert len({entry["id"] for entry in written}) == len(written)
    with record.reading() as session:
        steps_back = [
            (row.stood_at - row.went_to) for row in session.scalars(select(ClockStep).order_by(ClockStep.id))
        ]
    assert steps_back == [-step for step in steps if step < -SLACK], "each step back is entered, and no other"
    verdict = verify_store(record, sealer)
    assert verdict.holds, verdict.sentence
    with record.reading() as session:
        notes = list(session.scalars(select(Checkpoint.note).order_by(Checkpoint.tree_size)))
    states = [read(checkpoint.parse(note).extensions) for note in notes]
    shown = [step_us(before, after) for before, after in pairwise(states)]
    expected = [int(step / timedelta(microseconds=1)) for step in steps]
    assert shown == expected, "each checkpoint states the clock, so that a step stands in what is signed"


def test_a_step_back_is_entered_before_anything_bears_the_earlier_time(
    record: Record, clock: ManualClock
) -> None:
    enter(record, "before")
    stood = clock.now()
    clock.advance(-HOUR)
    enter(record, "after")
    enter(record, "after that")
    told = [(entry["record_type"], entry["after"]) for entry in entries(record)[-3:]]
    assert [kind for kind, _ in told] == ["record_clock_step", "record_training", "record_training"]
    assert (told[0][1]["stood_at"], told[0][1]["went_to"]) == (us(stood), us(clock.now()))


def test_a_step_back_between_an_entry_and_its_seal_is_entered_under_the_same_head_and_calls_nobody_a_forger(
    record: Record, sealer: Sealer, clock: ManualClock
) -> None:
    enter(record, "while the clock was fast")
    stood = clock.now()
    clock.advance(-HOUR)
    sealer.seal()
    newest = entries(record)[-1]
    assert (newest["record_type"], newest["verb"]) == ("record_clock_step", "record.clock.step")
    assert (newest["after"]["stood_at"], newest["after"]["went_to"]) == (us(stood), us(clock.now()))
    enter(record, "after")
    sealer.seal()
    assert len(entries(record)) == sealer.size, "the step is entered once"
    assert [one["record_type"] for one in entries(record)].count("record_clock_step") == 1
    verdict = verify_store(record, sealer)
    assert verdict.holds, verdict.sentence


def test_a_step_back_while_nothing_ran_is_entered_by_the_next_process(
    record: Record, clock: ManualClock
) -> None:
    enter(record, "before")
    clock.advance(-HOUR)
    later = Record(
        record.engine, record.content, clock=clock, process_clock=clock, ids=record.ids, secret=bytes(32)
    )
    later.register_actions(identity_module.ACTIONS)
    enter(later, "after")
    kinds = [entry["record_type"] for entry in entries(record)]
    assert kinds[-3:] == ["record_training", "record_clock_step", "record_training"]


def test_small_steps_back_add_up_to_one_that_is_entered(
    record: Record, sealer: Sealer, clock: ManualClock
) -> None:
    enter(record, "before")
    for number in range(4):
        clock.advance(timedelta(seconds=-50))
        enter(record, f"after {number}")
    steps = [entry["after"] for entry in entries(record) if entry["record_type"] == "record_clock_step"]
    assert [step["stood_at"] - step["went_to"] for step in steps] == [100_000_000, 100_000_000]
    sealer.seal()
    verdict = verify_store(record, sealer)
    assert verdict.holds, verdict.sentence


def test_an_entry_bears_the_time_that_the_clock_told(record: Record, clock: ManualClock) -> None:
    enter(record, "before")
    clock.advance(-HOUR)
    enter(record, "after")
    before, after = (
        from_iso(entry["time"]) for entry in entries(record) if entry["record_type"] == "record_training"
    )
    assert before - after == HOUR, "an entry that goes back in time is shown as it is, not smoothed"


def test_a_session_survives_no_step_forward_beyond_its_idle_time_and_gains_none_for_ever(
    record: Record, identity: Identity, clock: ManualClock, person: Callable[..., Actor]
) -> None:
    person("ada", "analyst")
    token = identity.log_in("ada", PASSWORD, "test").token
    clock.advance(-HOUR)
    assert identity.session(token)[1].username == "ada", "a step back ends no session"
    clock.advance(2 * HOUR)
    with pytest.raises(NotAuthenticated):
        identity.session(token)
    token = identity.log_in("ada", PASSWORD, "test").token
    clock.advance(-HOUR)
    for _ in range(60):
        clock.advance(timedelta(minutes=15))
        try:
            identity.session(token)
        except NotAuthenticated:
            break
    else:
        pytest.fail("the session never ended")
