"""A restore that is interrupted, and one of an installation that two folders witness."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.integration.app.conftest import PASSWORD, TIMER
from tests.integration.app.test_backup import HASHER, opened, root, work

from titer.app import Config, Platform, backup, create_installation, load
from titer.app.backup import restoring
from titer.app.config import write
from titer.base.clock import ManualClock
from titer.base.errors import Refused, Unavailable
from titer.record import Proof
from titer.record.verify import verify_store


@pytest.fixture
def lab(tmp_path: Path, clock: ManualClock) -> Iterator[Platform]:
    """An installation that two folders witness, on volumes of their own."""
    create_installation(
        tmp_path / "lab", Config(name="lab", witness=str(tmp_path / "volume" / "witness")), clock=clock
    )
    second = {"name": "second", "kind": "file", "folder": str(tmp_path / "vault")}
    write(tmp_path / "lab", replace(load(tmp_path / "lab"), witnesses=(second,), witness_quorum=2))
    made = opened(tmp_path / "lab", clock)
    with made.record.action(TIMER, "record.person.create") as unit:
        for name, role in (("root", "administrator"), ("ada", "analyst")):
            made.identity.create_person(
                unit, username=name, full_name=name.title(), password=PASSWORD, roles=(role,)
            )
    work(made)
    yield made
    made.close()


def _accept(folder: Path, clock: ManualClock) -> int:
    return backup.accept(
        folder, username="root", proof=Proof(PASSWORD), reason="the disk died", clock=clock, hasher=HASHER
    )


def test_each_witness_goes_back_by_its_own_notes(lab: Platform, tmp_path: Path, clock: ManualClock) -> None:
    taken = backup.take(lab, tmp_path, actor=root(lab), with_keys=True)
    work(lab, 5)
    lab.close()
    found = backup.restore(taken.path, tmp_path / "new", clock=clock)
    assert found.verdict.holds, found.verdict.sentence
    assert _accept(tmp_path / "new", clock) == 6
    for folder, name in ((tmp_path / "volume" / "witness", "file-witness"), (tmp_path / "vault", "second")):
        notes = (folder / "notes.txt").read_text()
        assert f"\N{EM DASH} {name} " in notes
        assert notes.count("\N{EM DASH} second ") == (notes.count("\n\n") // 2 if name == "second" else 0)
        assert list(folder.glob("abandoned-*.txt"))
    again = opened(tmp_path / "new", clock)
    try:
        work(again, 2)
        verdict = verify_store(again.record, again.sealer, again.verifiers)
        assert verdict.holds, verdict.sentence
        _what_was_abandoned_is_asked_for(again, tmp_path / "vault")
    finally:
        again.close()


def _what_was_abandoned_is_asked_for(lab: Platform, folder: Path) -> None:
    """Each note that the second witness saw beyond the backup, of which the ledger's entry bears the digest."""
    (aside,) = folder.glob("abandoned-*.txt")
    whole = aside.read_text()
    statement, _, notes = whole.partition("\n\n" + lab.sealer.origin)
    harms = {
        "altered": whole.replace("\ntime 2026", "\ntime 2025"),
        "one taken out": statement
        + "\n\n"
        + lab.sealer.origin
        + notes.partition("\n\n" + lab.sealer.origin)[2],
        "cut off": whole[: len(whole) // 2],
        "empty": "",
    }
    for harm, text in harms.items():
        assert text != whole
        aside.write_text(text)
        verdict = verify_store(lab.record, lab.sealer, lab.verifiers)
        assert not verdict.holds, harm
        assert f"{aside.name} of the witness second is gone, or was altered" in str(verdict.first_fault)
    aside.unlink()
    assert not verify_store(lab.record, lab.sealer, lab.verifiers).holds
    aside.write_text(whole + whole)  # an acceptance that was interrupted, and made again
    assert verify_store(lab.record, lab.sealer, lab.verifiers).holds


def test_a_restore_that_is_interrupted_leaves_nothing_that_writes(
    lab: Platform, tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = backup.take(lab, tmp_path, actor=root(lab), with_keys=True)
    work(lab, 5)
    lab.close()

    def interrupted(*_: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(restoring, "_verified", interrupted)
    with pytest.raises(KeyboardInterrupt):
        backup.restore(taken.path, tmp_path / "new", clock=clock)
    monkeypatch.undo()
    again = opened(tmp_path / "new", clock)
    with pytest.raises(Unavailable, match="stopped writing"):
        work(again)
    again.close()
    with pytest.raises(Refused, match="interrupted before it was verified"):
        _accept(tmp_path / "new", clock)


def test_a_drill_of_an_older_backup_asks_no_witness_that_is_in_use(
    lab: Platform, tmp_path: Path, clock: ManualClock
) -> None:
    taken = backup.take(lab, tmp_path, actor=root(lab), with_keys=True)
    work(lab, 3)
    with (tmp_path / "vault" / "notes.txt").open("a") as notes:
        notes.write("a note that is being wri")
    before = {path: path.read_bytes() for path in (tmp_path / "vault").iterdir()}
    drilled = backup.drill(lab, actor=root(lab), backup=taken.path, room=tmp_path)
    assert drilled.holds, drilled.verdict
    for path, content in before.items():
        assert path.read_bytes().startswith(content) or path.name == "last.json"
