"""Witnesses that are away, slow, behind or refuse: sealing goes on, effects wait, and everybody sees it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select
from sqlalchemy.orm import Session
from tests.trespass import Copies

from titer.app import Config, Platform, create_installation, manifest, open_platform
from titer.app.config import load
from titer.base.clock import ManualClock
from titer.base.errors import IntegrityFault, Invalid, Refused, Unavailable
from titer.record import (
    Actor,
    LedgerCheckpoint,
    LedgerCosignature,
    OutboxEvent,
    Signature,
    SignatureMeaning,
    Subscription,
    Training,
    WitnessPolicy,
    timekeeping,
)
from titer.record.identity import Proof
from titer.record.timekeeping import TimeState
from titer.record.unit import Unit
from titer.record.verify import verify_store
from titer.record.witnesses.contract import Prove
from titer.record.witnesses.rules import AWAY, BEHIND, FRESH, REFUSED, Policy

HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
TIMER = Actor.timer("test")
PASSWORD = "correct horse battery"
FIRST = "file-witness"


@dataclass
class Elsewhere:
    """A witness over a network, as the sealer sees one."""

    name: str = "sister"
    kind: str = "titer"
    required: bool = False
    every_s: float = 0.0
    fault: Exception | None = None
    asked: list[int] = field(default_factory=list)
    verifiers: list[str] = field(default_factory=list)

    def ask(self, note: str, seen: int, prove: Prove, verifiers: Sequence[str] = ()) -> str:
        self.asked.append(seen)
        if self.fault is not None:
            raise self.fault
        return "— sister AAAA\n"

    def holds(self, note: str, answer: str, verifiers: Sequence[str]) -> bool:
        return True

    def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def lab(tmp_path: Path) -> Path:
    create_installation(tmp_path / "lab", Config(witness=str(tmp_path / "volume" / "witness")))
    return tmp_path / "lab"


@pytest.fixture
def platform(lab: Path) -> Iterator[Platform]:
    made = open_platform(lab, hasher=HASHER)
    yield made
    made.close()


def enter(platform: Platform, *, signed: bool = False) -> None:
    with platform.record.action(TIMER, "record.training.enter") as unit:
        row = unit.add(Training(person_id="p", competency="SEC", document="d", trained_at=unit.now))
        unit.signed = signed
        unit.emit("test.entered", row)


def listening(platform: Platform) -> list[str]:
    """The ids of the events that a subscriber of the test was given."""
    given: list[str] = []

    def take(event: OutboxEvent) -> None:
        given.append(event.id)

    platform.outbox.subscriptions = [Subscription("test.witnesses", ("test.*",), take)]
    return given


def away(volume: Path) -> None:
    """The volume is taken off."""
    volume.rename(volume.with_name("elsewhere"))


def back(volume: Path) -> None:
    shutil.rmtree(volume, ignore_errors=True)
    volume.with_name("elsewhere").rename(volume)


def test_what_a_signature_sets_off_waits_for_the_witness_over_a_restart_and_goes_out_once(
    lab: Path, tmp_path: Path
) -> None:
    volume = tmp_path / "volume"
    platform = open_platform(lab, hasher=HASHER)
    given = listening(platform)
    away(volume)
    enter(platform)
    enter(platform, signed=True)
    enter(platform)
    platform.settle()
    assert len(given) == 1, "what nobody signed goes out; what was signed is held, and all behind it"
    covered = platform.sealer.covered_size
    assert covered < platform.sealer.size
    assert platform.sealer.standing[FIRST].state(platform.sealer.size) == AWAY
    platform.close()

    platform = open_platform(lab, hasher=HASHER)
    given = listening(platform)
    enter(platform)
    platform.settle()
    assert given == []
    assert platform.sealer.covered_size == covered
    assert not platform.record.halted

    back(volume)
    platform.sealer.standing[FIRST].next_try = None
    platform.settle()
    assert platform.sealer.covered_size == platform.sealer.size
    assert len(given) == len(set(given)) == 3
    platform.settle()
    platform.close()
    platform = open_platform(lab, hasher=HASHER)
    again = listening(platform)
    platform.settle()
    assert again == []
    verdict = verify_store(platform.record, platform.sealer, platform.verifiers)
    assert verdict.holds, verdict.sentence
    platform.close()


def signing(lab: Path) -> tuple[Platform, list[str]]:
    """The installation, where a training can be signed, and the signatures whose effects went out by now."""
    platform = open_platform(lab, hasher=HASHER)

    def content(session: Session, record_id: str, _data: dict[str, Any]) -> dict[str, Any]:
        return {"competency": session.get_one(Training, record_id).competency}

    def apply(unit: Unit, record_id: str, _data: dict[str, Any], signature: Signature) -> None:
        unit.emit("test.signed", unit.get(Training, record_id), {"signature": signature.id})

    kind = Training.__tablename__
    platform.record.register_signatures(
        (
            SignatureMeaning(
                kind,
                "approved",
                "record.training.enter",
                "A training",
                content,
                lambda *_: [],
                apply,
            ),
        )
    )
    gone: list[str] = []

    def take(event: OutboxEvent) -> None:
        gone.append(event.payload["signature"])

    platform.outbox.subscriptions = [Subscription("test.signed", ("test.signed",), take)]
    return platform, gone


def shown(platform: Platform, record_id: str) -> list[bool]:
    """Whether the manifest on the page and in the documents shows each signature of a record as pending."""
    with platform.record.reading() as session:
        given = session.scalars(select(Signature).where(Signature.record_id == record_id))
        rows = manifest.rows(platform.record, session, given, platform.sealer.covered_size)
    said = [str(row[-1]) for row in manifest.section(rows).rows]
    assert [("pending: no witness has seen it yet" in one) for one in said] == [
        not row["witnessed"] for row in rows
    ]
    return [not row["witnessed"] for row in rows]


def test_what_a_person_signed_sets_nothing_off_and_is_shown_as_pending_until_the_witness_is_back(
    lab: Path, tmp_path: Path
) -> None:
    """The flag on the message is the signature's own, and so is what holds it, over a restart too."""
    volume = tmp_path / "volume"
    platform, gone = signing(lab)
    with platform.record.action(TIMER, "record.person.create") as unit:
        quinn = platform.identity.create_person(
            unit, username="quinn", full_name="Quinn", password=PASSWORD, roles=("quality",)
        )
        quinn.policy_acknowledged_at = unit.now
        person = Actor.person(quinn.id, None, quinn.full_name)
    with platform.record.action(TIMER, "record.training.enter") as unit:
        row = unit.add(Training(person_id=quinn.id, competency="SEC", document="d", trained_at=unit.now))
        record_id, kind = row.id, Training.__tablename__
    platform.settle()
    away(volume)
    with platform.record.reading() as session:
        seen = platform.signing.preview(session, person, kind, record_id, "approved", {})
    given = platform.signing.sign(
        person,
        record_type=kind,
        record_id=record_id,
        version=seen.version,
        meaning="approved",
        data={},
        shown_digest=seen.digest,
        reason="looked at",
        proof=Proof(PASSWORD),
        remote="test",
    )
    platform.settle()
    assert (gone, shown(platform, record_id)) == ([], [True])
    platform.close()

    platform, gone = signing(lab)
    platform.settle()
    assert (gone, shown(platform, record_id)) == ([], [True])
    back(volume)
    platform.sealer.standing[FIRST].next_try = None
    platform.settle()
    assert (gone, shown(platform, record_id)) == ([given.id], [False])
    platform.close()

    platform, gone = signing(lab)
    platform.settle()
    assert gone == [], "and not again"
    platform.close()


def test_a_witness_in_a_file_that_came_back_is_asked_for_the_newest_head_alone(
    platform: Platform, tmp_path: Path
) -> None:
    away(tmp_path / "volume")
    for _ in range(3):
        enter(platform)
        platform.sealer.seal()
    back(tmp_path / "volume")
    platform.sealer.standing[FIRST].next_try = None
    platform.sealer.seal()
    with platform.record.reading() as session:
        kept = list(session.scalars(select(LedgerCosignature)))
        heads = list(session.scalars(select(LedgerCheckpoint).order_by(LedgerCheckpoint.tree_size)))
    assert [row.tree_size for row in kept] == [heads[-1].tree_size]
    assert [row.witnessed for row in heads[-3:]] == [False] * 3
    enter(platform)
    platform.sealer.seal()
    assert platform.sealer.covered_size == platform.sealer.size
    assert verify_store(platform.record, platform.sealer, platform.verifiers).holds


def test_an_empty_folder_in_place_of_the_witness_is_not_taken_for_a_new_one(
    lab: Path, tmp_path: Path
) -> None:
    away(tmp_path / "volume")
    (tmp_path / "volume" / "witness").mkdir(parents=True)
    platform = open_platform(lab, hasher=HASHER)
    enter(platform)
    platform.sealer.seal()
    assert platform.sealer.covered_size < platform.sealer.size
    assert list((tmp_path / "volume" / "witness").iterdir()) == []
    platform.close()


def test_a_database_rolled_back_under_a_witness_that_remembers_stops_the_record(
    lab: Path, tmp_path: Path, copied: Copies
) -> None:
    platform = open_platform(lab, hasher=HASHER)
    enter(platform)
    platform.settle()
    platform.close()
    backup = copied(lab, tmp_path / "backup")
    platform = open_platform(lab, hasher=HASHER)
    enter(platform)
    platform.settle()
    platform.close()
    copied.roll_back(lab, backup)
    platform = open_platform(lab, hasher=HASHER)
    enter(platform)
    with pytest.raises(IntegrityFault, match="does not extend"):
        platform.sealer.seal()
    assert platform.record.halted
    platform.close()


def test_a_dead_remote_witness_neither_stops_sealing_nor_is_silent(platform: Platform) -> None:
    sister = Elsewhere(fault=Unavailable("The witness sister does not answer."))
    with_remote(platform, sister)
    enter(platform, signed=True)
    platform.sealer.seal()
    assert not platform.sealer.attend(sister)
    standing = platform.sealer.standing["sister"]
    assert standing.state(platform.sealer.size) == AWAY
    assert "does not answer" in standing.message
    assert not platform.sealer.attend(sister)
    assert len(sister.asked) == 1, "it is not asked again at once"
    assert platform.sealer.covered_size == platform.sealer.size, "it is not required"
    sister.fault, standing.next_try = None, None
    assert platform.sealer.attend(sister)
    assert standing.state(platform.sealer.size) == FRESH
    enter(platform)
    platform.sealer.seal()
    assert standing.state(platform.sealer.size) == BEHIND


def test_a_required_remote_witness_holds_up_what_was_signed(platform: Platform) -> None:
    sister = Elsewhere(required=True)
    with_remote(platform, sister)
    given = listening(platform)
    enter(platform, signed=True)
    platform.sealer.seal()
    platform.outbox.deliver()
    assert given == []
    platform.sealer.attend(sister)
    platform.outbox.deliver()
    assert len(given) == 1


def test_a_remote_witness_that_refuses_is_shown_and_vouches_for_nothing(platform: Platform) -> None:
    sister = Elsewhere(required=True, fault=Refused("The witness sister saw another ledger."))
    with_remote(platform, sister)
    enter(platform)
    platform.sealer.seal()
    assert not platform.sealer.attend(sister)
    assert platform.sealer.standing["sister"].state(platform.sealer.size) == REFUSED
    assert platform.sealer.covered_size == 0


def with_remote(platform: Platform, *found: Elsewhere) -> None:
    """The platform's sealer with witnesses over a network."""
    from titer.record import Sealer

    old = platform.sealer
    platform.sealer = Sealer(
        platform.record, old.origin, old.signer, old.witnesses, remote=found, time_state=old._time_state
    )
    platform.outbox.sealer = platform.sealer


def test_the_policy_says_how_many_must_have_vouched() -> None:
    sizes = {"file": 90, "sister": 70, "tsa": 50}
    assert Policy(frozenset({"file"})).covered(sizes) == 90
    assert Policy(frozenset({"file"}), 2).covered(sizes) == 70
    assert Policy(frozenset({"file"}), 3).covered(sizes) == 50
    assert Policy(frozenset({"tsa"})).covered(sizes) == 50
    assert Policy(frozenset()).covered(sizes) == 90
    assert Policy(frozenset({"gone"})).covered(sizes) == 0
    assert Policy(frozenset()).covered({}) == 0, "without a witness nothing is witnessed"


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ({"name": "a", "kind": "paper"}, "of the kind"),
        ({"name": "a b", "kind": "file", "folder": "w"}, "a name of its own"),
        ({"name": FIRST, "kind": "file", "folder": "w"}, "a name of its own"),
        ({"name": "a", "kind": "file"}, "Missing: folder"),
        ({"name": "a", "kind": "file", "folder": "w", "port": 1}, "Unknown: port"),
        ({"name": "a", "kind": "file", "folder": "w", "required": "yes"}, "true or false"),
        ({"name": "a", "kind": "timestamp", "address": "x", "certificate": "c", "every_s": -1}, "seconds"),
        ("w", "settings and values"),
    ],
)
def test_a_witness_that_is_configured_wrongly_is_refused_with_its_number(
    tmp_path: Path, setting: object, words: str
) -> None:
    from titer.app.witnessing import check

    with pytest.raises(Invalid, match=words) as told:
        check(Config(witnesses=(setting,)))  # type: ignore[arg-type]
    assert "number 1" in str(told.value)


def verified(platform: Platform) -> str:
    return verify_store(platform.record, platform.sealer, platform.verifiers).first_fault or ""


def test_a_second_witness_is_entered_when_it_is_configured_and_retired_only_by_a_person_with_a_reason(
    lab: Path, tmp_path: Path
) -> None:
    config = (lab / "titer.yaml").read_text()
    more = config.replace(
        "witnesses: []", f"witnesses:\n- {{name: vault, kind: file, folder: {tmp_path / 'vault'}}}"
    )
    (lab / "titer.yaml").write_text(more)
    assert load(lab).witnesses[0]["name"] == "vault"
    platform = open_platform(lab, hasher=HASHER)
    enter(platform)
    platform.settle()
    assert set(platform.sealer.keys.witnesses(("file",))) == {FIRST, "vault"}
    assert not verified(platform)
    with pytest.raises(Refused, match="has every witness that the ledger knows"):
        platform.rotation.retire_absent(TIMER, reason="none is gone")
    platform.close()

    (lab / "titer.yaml").write_text(config)
    platform = open_platform(lab, hasher=HASHER)
    given = listening(platform)
    enter(platform, signed=True)
    platform.settle()
    assert set(platform.sealer.keys.witnesses(("file",))) == {FIRST, "vault"}, "opening retires nobody"
    assert len(given) == 1, "and what was signed waits for the one that is not there"
    assert "The witness vault vouches for this ledger, and is not configured any more" in verified(platform)
    told = platform.rotation.retire_absent(TIMER, reason="the vault was sold")
    assert told == ["The witness vault is retired.", "From now on the witness vault is not required."]
    enter(platform)
    platform.settle()
    assert len(given) == 3
    assert set(platform.sealer.keys.witnesses(("file",))) == {FIRST}
    assert not verified(platform)
    platform.close()

    (lab / "titer.yaml").write_text(more)
    platform = open_platform(lab, hasher=HASHER)
    enter(platform)
    platform.settle()
    assert set(platform.sealer.keys.witnesses(("file",))) == {FIRST, "vault"}, "put back, it counts again"
    assert not verified(platform)
    platform.close()


def test_fewer_witnesses_are_asked_for_only_after_a_person_has_said_so(lab: Path, tmp_path: Path) -> None:
    config = (lab / "titer.yaml").read_text()
    vault = f"witnesses:\n- {{name: vault, kind: file, folder: {tmp_path / 'vault'}, required: false}}"
    both = config.replace("witnesses: []", vault).replace("witness_quorum: 1", "witness_quorum: 2")
    (lab / "titer.yaml").write_text(both)
    open_platform(lab, hasher=HASHER).close()
    (lab / "titer.yaml").write_text(both.replace("witness_quorum: 2", "witness_quorum: 1"))
    platform = open_platform(lab, hasher=HASHER)
    assert platform.sealer.policy.quorum == 2, "the ledger's word counts"
    assert "1 in all are enough instead of 2" in verified(platform)
    platform.rotation.retire_absent(TIMER, reason="one is enough")
    assert platform.sealer.policy.quorum == 1
    platform.settle()
    assert not verified(platform)
    with platform.record.reading() as session:
        assert [row.quorum for row in session.scalars(select(WitnessPolicy))] == [1]
    platform.close()


def test_each_checkpoint_states_what_the_kernel_says_of_its_clock(platform: Platform) -> None:
    states = iter([TimeState(True, 1200, "boot1", 5_000_000), TimeState(False, None, "boot1", 9_500_000)])
    platform.sealer._time_state = lambda: next(states)
    for _ in range(2):
        enter(platform)
        platform.sealer.seal()
    with platform.record.reading() as session:
        notes = session.scalars(
            select(LedgerCheckpoint.note).order_by(LedgerCheckpoint.tree_size.desc()).limit(2)
        ).all()
    assert "\nclock synchronised=yes max-error-us=1200 boot=boot1 wall-minus-boot-us=5000000\n" in notes[1]
    after, before = (timekeeping.read(note.split("\n")) for note in notes)
    assert after is not None
    assert not after.synchronised
    assert timekeeping.step_us(before, after) == 4_500_000, "the wall clock was set forward by 4.5 s"
    assert timekeeping.step_us(before, None) == 0
    other = TimeState(True, 1, "boot2", 99)
    assert timekeeping.step_us(before, other) == 0, "another boot: nobody can tell"


def test_this_machines_kernel_answers() -> None:
    state = timekeeping.kernel_time()
    assert state.synchronised in (True, False, None)
    assert timekeeping.read([timekeeping.extension(state)]) == state


def test_a_clock_that_went_back_is_entered_before_anything_bears_the_earlier_time(
    record: object, clock: ManualClock
) -> None:
    from tests.integration.record.test_ledger import bodies

    from titer.record import Record

    assert isinstance(record, Record)

    def write() -> None:
        with record.action(TIMER, "record.training.enter") as unit:
            unit.add(Training(person_id="p", competency="SEC", document="d", trained_at=unit.now))

    write()
    clock.advance(timedelta(seconds=-59))
    write()
    clock.advance(timedelta(hours=-1))
    write()
    kinds = [entry["record_type"] for entry in bodies(record)]
    assert kinds[-3:] == ["record_training", "record_clock_step", "record_training"]
    assert kinds.count("record_clock_step") == 1


Make = Callable[[], None]
