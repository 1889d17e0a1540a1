"""A seal that was cut short is finished at opening; what was cut off is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from argon2 import PasswordHasher
from tests.trespass import trespassing, unguarded

from titer.app import Config, Platform, create_installation, open_platform
from titer.record import Actor, Training, checkpoint
from titer.record.verify import verify_store

HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
TIMER = Actor.timer("test")


class Killed(BaseException):
    """What a kill looks like from inside."""


def killed(*_: object, **__: object) -> None:
    raise Killed


@pytest.fixture
def lab(tmp_path: Path) -> Path:
    create_installation(tmp_path / "lab", Config())
    return tmp_path / "lab"


def enter(platform: Platform, count: int = 3) -> None:
    with platform.record.action(TIMER, "record.training.enter") as unit:
        for number in range(count):
            unit.add(Training(person_id=str(number), competency="SEC", document="d", trained_at=unit.now))


def cut_short(lab: Path, monkeypatch: pytest.MonkeyPatch, owner: type, name: str) -> None:
    """An entry is committed, and the process dies while it is sealed."""
    platform = open_platform(lab, hasher=HASHER)
    enter(platform)
    with monkeypatch.context() as patch:
        patch.setattr(owner, name, killed)
        with pytest.raises(Killed):
            platform.sealer.seal()
    platform.close()


@pytest.mark.parametrize("place", ["before the ledger has it", "before last.json has it"])
def test_a_seal_that_was_cut_short_is_finished_with_the_witness_own_note(
    lab: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    from titer.record import Sealer

    if place == "before the ledger has it":
        cut_short(lab, monkeypatch, Sealer, "_store")
    else:
        cut_short(lab, monkeypatch, checkpoint.FileWitness, "_write_last")
    noted = (lab / "witness/notes.txt").read_text()
    platform = open_platform(lab, hasher=HASHER)
    verdict = verify_store(platform.record, platform.sealer, platform.verifiers)
    assert verdict.holds, verdict.sentence
    assert verdict.unsealed == 0
    assert (lab / "witness/notes.txt").read_text() == noted
    enter(platform)
    platform.settle()
    assert not platform.sealer.resume()
    assert verify_store(platform.record, platform.sealer, platform.verifiers).holds
    platform.close()
    open_platform(lab, hasher=HASHER).close()


def test_entries_that_were_cut_off_or_replaced_after_a_cut_seal_stay_a_fault(
    lab: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from titer.record import Sealer

    cut_short(lab, monkeypatch, Sealer, "_store")
    with trespassing(lab) as connection, unguarded(connection, "ledger_entry"):
        connection.exec_driver_sql("DELETE FROM ledger_entry WHERE seq = (SELECT max(seq) FROM ledger_entry)")
    platform = open_platform(lab, hasher=HASHER)
    assert not platform.sealer.resume()
    verdict = verify_store(platform.record, platform.sealer, platform.verifiers)
    assert "Entries were cut off" in (verdict.first_fault or "")
    platform.close()
