"""Keys rotate with an overlap; verifiers follow from the old to the new, and refuse one that was not entered."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest
from argon2 import PasswordHasher
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select
from tests.integration.record.test_bundle import verifier  # noqa: F401  the fixture

from titer.app import Config, Platform, create_installation, open_platform
from titer.base.errors import IntegrityFault, NotAuthorised, Refused
from titer.record import Actor, LedgerCheckpoint, LedgerKey, Training, checkpoint
from titer.record.bundle import export, write_zip
from titer.record.keys import LEDGER, WITNESS
from titer.record.verify import Verdict, verify_store

HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
TIMER = Actor.timer("test")
WITNESS_NAME = "file-witness"


@pytest.fixture
def lab(tmp_path: Path) -> Path:
    create_installation(tmp_path / "lab", Config())
    return tmp_path / "lab"


@pytest.fixture
def platform(lab: Path) -> Iterator[Platform]:
    made = open_platform(lab, hasher=HASHER)
    yield made
    made.close()


def enter(platform: Platform) -> str:
    with platform.record.action(TIMER, "record.training.enter") as unit:
        row = unit.add(Training(person_id="p", competency="SEC", document="d", trained_at=unit.now))
    platform.sealer.seal()
    return row.id


def newest(platform: Platform) -> str:
    with platform.record.reading() as session:
        query = select(LedgerCheckpoint.note).order_by(LedgerCheckpoint.tree_size.desc()).limit(1)
        return session.scalars(query).one()


def verified(platform: Platform) -> Verdict:
    return verify_store(platform.record, platform.sealer, platform.verifiers)


def bundled(platform: Platform, row: str) -> bytes:
    return export(
        platform.record,
        platform.sealer,
        actor=TIMER,
        reason="inspection",
        subject=("record_training", row, "a training"),
        records=[],
        files={},
    )


def rotate(platform: Platform, witness: str | None = None) -> tuple[str, str]:
    """A whole rotation, with entries before, between and after; gives the old key and the new one."""
    new = platform.rotation.begin(TIMER, reason="yearly", witness=witness)
    enter(platform)
    old = platform.rotation.finish(TIMER, reason="yearly", witness=witness)
    enter(platform)
    return old, new


def test_the_first_keys_of_ledger_and_witness_are_entered_with_the_installation(platform: Platform) -> None:
    with platform.record.reading() as session:
        rows = list(session.scalars(select(LedgerKey)))
    assert [(row.role, row.kind, row.until_size) for row in rows] == [
        (LEDGER, "ledger", None),
        (WITNESS, "file", None),
    ]
    assert [row.verifier for row in rows] == [
        platform.sealer.signer.verifier,
        platform.sealer.witnesses[0].signer.cosigner,
    ]
    assert verified(platform).holds


@pytest.mark.parametrize("witness", [None, WITNESS_NAME])
def test_in_the_overlap_checkpoints_bear_both_signatures_and_then_the_new_one_alone(
    platform: Platform, witness: str | None
) -> None:
    enter(platform)
    new = platform.rotation.begin(TIMER, reason="yearly", witness=witness)
    assert not checkpoint.verify(newest(platform), new), "the entry is not sealed yet"
    enter(platform)
    both = newest(platform)
    old = platform.rotation.finish(TIMER, reason="yearly", witness=witness)
    assert checkpoint.verify(both, old)
    assert checkpoint.verify(both, new)
    enter(platform)
    alone = newest(platform)
    assert checkpoint.verify(alone, new)
    assert not checkpoint.verify(alone, old)
    verdict = verified(platform)
    assert verdict.holds, verdict.sentence


def test_a_rotated_installation_is_opened_again_and_goes_on(lab: Path) -> None:
    platform = open_platform(lab, hasher=HASHER)
    rotate(platform)
    rotate(platform, WITNESS_NAME)
    platform.close()
    platform = open_platform(lab, hasher=HASHER)
    enter(platform)
    rotate(platform)
    assert verified(platform).holds
    platform.close()


def test_a_rotation_is_begun_once_and_ended_only_after_both_have_signed(platform: Platform) -> None:
    with pytest.raises(Refused, match="No rotation"):
        platform.rotation.finish(TIMER, reason="too early")
    platform.rotation.begin(TIMER, reason="yearly")
    with pytest.raises(Refused, match="bears both keys yet"):
        platform.rotation.finish(TIMER, reason="too early")
    platform.sealer.seal()
    with pytest.raises(Refused, match="going on"):
        platform.rotation.begin(TIMER, reason="twice")
    platform.rotation.finish(TIMER, reason="yearly")


def test_only_an_administrator_rotates_a_key(platform: Platform) -> None:
    with platform.record.action(TIMER, "record.person.create") as unit:
        row = platform.identity.create_person(
            unit, username="qa", full_name="Q", password="correct horse battery", roles=("quality",)
        )
    with pytest.raises(NotAuthorised):
        platform.rotation.begin(Actor.person(row.id), reason="because")


def test_a_new_key_whose_file_is_gone_stops_the_record_instead_of_signing_without_it(
    platform: Platform,
) -> None:
    platform.rotation.begin(TIMER, reason="yearly")
    new = next(key for key in platform.sealer._signers if key != platform.sealer.signer.verifier)
    del platform.sealer._signers[new]
    with pytest.raises(IntegrityFault, match="is missing"):
        platform.sealer.seal()
    assert platform.record.halted


def test_the_one_file_verifier_follows_from_a_pinned_key_to_its_successors(
    platform: Platform,
    verifier: ModuleType,  # noqa: F811
) -> None:
    row = enter(platform)
    first = platform.sealer.signer.verifier
    witness = platform.sealer.witnesses[0].signer.cosigner
    _, second = rotate(platform)
    _, second_witness = rotate(platform, WITNESS_NAME)
    _, third = rotate(platform)
    bundle = bundled(platform, row)
    for key in (None, first, second, third):
        for pinned in ([], [witness], [second_witness]):
            assert verifier.verify(bundle, key, pinned)["pinned"] == bool(key and pinned)
    members, _ = verifier.read_archive(bundle)
    assert len(json.loads(members["ledger/rotations.json"])) == 3
    assert members["ledger/keys.txt"].decode() == f"ledger {third}\nwitness {second_witness}\n"


def test_a_bundle_made_in_the_overlap_holds_under_either_key(
    platform: Platform,
    verifier: ModuleType,  # noqa: F811
) -> None:
    row = enter(platform)
    new = platform.rotation.begin(TIMER, reason="yearly")
    bundle = bundled(platform, row)
    assert verifier.verify(bundle, platform.sealer.signer.verifier)
    assert verifier.verify(bundle, new)


def _forged(platform: Platform, verifier: ModuleType, row: str) -> tuple[dict[str, bytes], checkpoint.Signer]:  # noqa: F811
    """The members of a bundle whose head somebody else signed, with a key of his own that nobody entered."""
    members, _ = verifier.read_archive(bundled(platform, row))
    thief = checkpoint.Signer(platform.sealer.origin, Ed25519PrivateKey.generate())
    note = members["ledger/checkpoint.txt"].decode()
    text, lines = checkpoint.note_text(note), note.rpartition("\n\n")[2].splitlines()
    members["ledger/checkpoint.txt"] = f"{text}\n{thief.line(text)}{lines[1]}\n".encode()
    old = members["ledger/keys.txt"].decode()
    members["ledger/keys.txt"] = f"ledger {thief.verifier}\n{old.splitlines()[1]}\n".encode()
    return members, thief


def test_the_one_file_verifier_refuses_a_key_that_was_not_entered(
    platform: Platform,
    verifier: ModuleType,  # noqa: F811
) -> None:
    row = enter(platform)
    rotate(platform)
    members, thief = _forged(platform, verifier, row)
    with pytest.raises(verifier.Fault, match="no entry of the ledger names it as one in force"):
        verifier.verify(write_zip(members))
    tag = thief.verifier.split("+")[1]
    with pytest.raises(verifier.Fault, match=tag):
        verifier.verify(write_zip(members), thief.verifier)


def test_the_one_file_verifier_refuses_the_old_key_after_it_was_retired(
    platform: Platform,
    verifier: ModuleType,  # noqa: F811
) -> None:
    """Whoever stole it signs nothing with it any more."""
    row = enter(platform)
    stolen = platform.sealer.signer
    rotate(platform)
    members, _ = verifier.read_archive(bundled(platform, row))
    note, keys = members["ledger/checkpoint.txt"].decode(), members["ledger/keys.txt"].decode()
    text, lines = checkpoint.note_text(note), note.rpartition("\n\n")[2].splitlines()
    members["ledger/checkpoint.txt"] = f"{text}\n{stolen.line(text)}{lines[1]}\n".encode()
    members["ledger/keys.txt"] = f"ledger {stolen.verifier}\n{keys.splitlines()[1]}\n".encode()
    with pytest.raises(verifier.Fault, match="no entry of the ledger names it as one in force"):
        verifier.verify(write_zip(members), stolen.verifier)


def later(note: object) -> str:
    """A checkpoint that states another time than was signed."""
    return str(note).replace("time 2", "time 3", 1)


Change = Callable[[list[dict[str, object]]], object]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda items: items.clear(), "canonical|does not follow"),
        (lambda items: items[0].update(leaf=1), "names the key"),
        (lambda items: items[0]["consistency"].reverse(), "another ledger than the head"),
        (lambda items: items[0]["inclusion"].reverse(), "does not hold the key's entry"),
        (
            lambda items: items[0].update(
                checkpoint=str(items[0]["checkpoint"]).replace("time 2", "time 1", 1)
            ),
            "signed",
        ),
        (lambda items: items[0].update(more=1), "other fields"),
    ],
)
def test_no_link_of_the_chain_of_keys_can_be_bent(
    platform: Platform,
    verifier: ModuleType,  # noqa: F811
    change: Change,
    words: str,
) -> None:
    row = enter(platform)
    enter(platform)
    rotate(platform)
    members, _ = verifier.read_archive(bundled(platform, row))
    items = json.loads(members["ledger/rotations.json"])
    change(items)
    members["ledger/rotations.json"] = verifier.canonical(items)
    with pytest.raises(verifier.Fault, match=words):
        verifier.verify(write_zip(members), platform.sealer.signer.verifier)
    del members["ledger/rotations.json"]
    with pytest.raises(verifier.Fault, match="does not follow"):
        verifier.verify(write_zip(members), platform.sealer.signer.verifier)


def test_a_checkpoint_signed_with_a_key_that_was_not_entered_is_found_by_verification(
    platform: Platform,
) -> None:
    enter(platform)
    thief = checkpoint.Signer(platform.sealer.origin, Ed25519PrivateKey.generate())
    own, platform.sealer._signers = platform.sealer._signers, {platform.sealer.signer.verifier: thief}
    enter(platform)
    platform.sealer._signers = own
    verdict = verified(platform)
    assert "bears no valid signature of the ledger" in (verdict.first_fault or "")
