"""A bundle verifies with the standard library alone, and any byte that is changed in it is found."""

from __future__ import annotations

import importlib.util
import json
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine, delete, func, select

from titer.base.canonical import canonical
from titer.base.errors import IntegrityFault
from titer.base.vault import Vault
from titer.record import Actor, LedgerCheckpoint, Record, Sealer, Training, checkpoint
from titer.record.bundle import export, write_zip
from titer.record.chain import leaf

VERIFIER = Path(__file__).parents[3] / "verify" / "titer-verify.py"
TIMER = Actor.timer("test")
VAULT = Vault(bytes(32))


@pytest.fixture(scope="module")
def verifier() -> ModuleType:
    spec = importlib.util.spec_from_file_location("titer_verify", VERIFIER)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def sealer(record: Record, tmp_path: Path) -> Sealer:
    signer = checkpoint.Signer.open("titer/test", tmp_path / "ledger.key", VAULT, create=True)
    witness = checkpoint.FileWitness("file-witness", tmp_path / "witness", record.clock, VAULT)
    return Sealer(record, "titer/test", signer, [witness])


@pytest.fixture
def bundle(record: Record, sealer: Sealer, person: Callable[..., Actor]) -> bytes:
    ada = person("ada", "reviewer")
    rows = []
    for number in range(12):
        with record.action(ada, "record.training.enter", reason=f"course {number}") as unit:
            rows.append(
                unit.add(
                    Training(
                        person_id=ada.id, competency="SEC", document=f"SOP-{number}", trained_at=unit.now
                    )
                )
            )
        sealer.seal()
    with record.action(ada, "record.training.enter", reason="corrected") as unit:
        unit.get(Training, rows[3].id).document = "SOP-3b"
    return export(
        record,
        sealer,
        actor=ada,
        reason="inspection",
        subject=(Training.__tablename__, rows[3].id, "Training of Ada"),
        records=[(Training.__tablename__, row.id) for row in rows[:8]],
        files={"record.pdf": b"%PDF-1.7 not really", "raw/run.animl": bytes(range(256)) * 20},
    )


def test_the_bundle_holds_and_says_what_it_checked(bundle: bytes, tmp_path: Path, sealer: Sealer) -> None:
    path = tmp_path / "bundle.zip"
    path.write_bytes(bundle)
    command = [sys.executable, "-I", "-S", str(VERIFIER), str(path)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout
    assert "consistent; signer not pinned" in answer.stdout
    pins = ["--key", sealer.signer.verifier, "--witness", sealer.witnesses[0].signer.cosigner]
    answer = subprocess.run([*command, *pins], capture_output=True, text=True, check=False)
    assert "as you pinned them" in answer.stdout, answer.stdout
    other = checkpoint.Signer("titer/test", Ed25519PrivateKey.generate())
    answer = subprocess.run([*command, "--key", other.verifier], capture_output=True, text=True, check=False)
    assert answer.returncode == 1


def test_two_hundred_changed_bytes_are_found_two_hundred_times(bundle: bytes, verifier: ModuleType) -> None:
    rng = random.Random(11)
    verifier.verify(bundle)
    for position in rng.sample(range(len(bundle)), 200):
        altered = bytearray(bundle)
        altered[position] ^= rng.randrange(1, 256)
        with pytest.raises(verifier.Fault):
            verifier.verify(bytes(altered))


def test_a_rebuilt_archive_with_one_altered_member_is_found_and_named(
    bundle: bytes, verifier: ModuleType
) -> None:
    members, _ = verifier.read_archive(bundle)
    for name, data in members.items():
        for altered in (data[:-1], data + b"\n", bytes([data[0] ^ 1]) + data[1:]):
            with pytest.raises(verifier.Fault):
                verifier.verify(write_zip({**members, name: altered}))
        with pytest.raises(verifier.Fault, match=r"missing|list"):
            verifier.verify(write_zip({key: value for key, value in members.items() if key != name}))
    with pytest.raises(verifier.Fault, match=r"record\.pdf"):
        verifier.verify(write_zip({**members, "files/record.pdf": b"other"}))
    with pytest.raises(verifier.Fault):
        verifier.verify(write_zip({**members, "files/more.txt": b"more"}))


def test_the_verifiers_ed25519_agrees_with_another_implementation(verifier: ModuleType) -> None:
    for number in range(8):
        key = Ed25519PrivateKey.generate()
        message = bytes([number]) * number * 7
        signature, public = key.sign(message), key.public_key().public_bytes_raw()
        assert verifier.ed25519_verify(public, message, signature)
        assert not verifier.ed25519_verify(public, message + b"x", signature)
        assert not verifier.ed25519_verify(public, message, signature[:-1] + bytes([signature[-1] ^ 1]))


def test_a_checkpoint_left_out_of_a_bundle_or_a_signature_taken_off_is_found_and_located(
    bundle: bytes, verifier: ModuleType
) -> None:
    members, _ = verifier.read_archive(bundle)
    name = "ledger/checkpoints.json"
    told = json.loads(members[name])
    listed = told["checkpoints"]
    assert len(listed) == 8, "one for each training but the last, which the head covered"

    places = [int(line.split()[0]) for line in members["ledger/leaves.txt"].splitlines()]

    def faulty(checkpoints: list[dict[str, str]], words: str) -> None:
        text = canonical({**told, "checkpoints": checkpoints})
        with pytest.raises(verifier.Fault, match=words):
            verifier.verify(write_zip({**members, name: text}))

    for at, item in enumerate(listed):
        size = item["note"].split("\n")[1]
        before, behind = listed[:at], listed[at + 1 :]
        earlier = next(
            int(line.split(" ")[2]) for line in item["note"].split("\n") if line.startswith("before ")
        )
        line = next(number for number, place in enumerate(places, start=1) if place >= earlier)
        faulty([*before, *behind], rf"removed that covered ledger/entries.jsonl line {line} \(.*record_")
        note = item["note"]
        bare = note[: note.rstrip("\n").rindex("\n") + 1]
        assert "file-witness" in note
        assert "file-witness" not in bare
        faulty(
            [*before, {**item, "note": bare}, *behind], f"place {at + 1} .over {size} entries. was altered"
        )
        faulty([*before, {"leaf": leaf(bare).hex(), "note": bare}, *behind], "these are not the checkpoints")
    faulty([], "removed that covered")


def test_nothing_is_exported_from_a_ledger_of_which_a_checkpoint_is_gone(
    record: Record, sealer: Sealer, person: Callable[..., Actor], owner: Engine
) -> None:
    ada = person("ada", "reviewer")
    for _ in range(4):
        with record.action(ada, "record.training.enter") as unit:
            row = unit.add(Training(person_id="p", competency="SEC", document="d", trained_at=unit.now))
        sealer.seal()
    with record.reading() as session:
        row_id, number = row.id, session.scalar(select(func.max(LedgerCheckpoint.number)))
    with owner.begin() as base:
        record.database.drop_triggers(base, "ledger_checkpoint")
    # The last one covered what is exported; the one before it covered nothing of it, and no bundle would list it.
    for gone, at in enumerate((number - 1, number), start=1):
        with owner.begin() as base:
            base.execute(delete(LedgerCheckpoint).where(LedgerCheckpoint.number == at))
        with pytest.raises(IntegrityFault, match=rf"before the newest one {gone} are gone"):
            export(
                record,
                sealer,
                actor=ada,
                reason="inspection",
                subject=(Training.__tablename__, row_id, "Training"),
                records=[],
                files={},
            )
