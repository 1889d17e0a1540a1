"""Backup while running, restore elsewhere, and what ledger and witness say of it; on both databases."""

from __future__ import annotations

import json
import shutil
import sqlite3
import tarfile
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from tests.integration.app.conftest import PASSWORD, START, TIMER, frame

from titer.app import Config, Platform, backup, create_installation, open_platform
from titer.app.backup.model import Backup, Restore
from titer.app.keeping import RESTORED
from titer.base.clock import ManualClock, us
from titer.base.errors import (
    Conflict,
    IntegrityFault,
    Invalid,
    NotAuthorised,
    Refused,
    TiterError,
    Unavailable,
)
from titer.record import Actor, Proof
from titer.record.verify import verify_store

HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def opened(folder: Path, clock: ManualClock, *, accepting: bool = False) -> Platform:
    return open_platform(folder, clock=clock, hasher=HASHER, accepting=accepting)


@pytest.fixture
def lab(tmp_path: Path, clock: ManualClock) -> Iterator[Platform]:
    """An installation with a witness on another volume, an administrator, content and unsealed values."""
    create_installation(
        tmp_path / "lab", Config(name="lab", witness=str(tmp_path / "volume" / "witness")), clock=clock
    )
    made = opened(tmp_path / "lab", clock)
    with made.record.action(TIMER, "record.person.create") as unit:
        made.identity.create_person(
            unit, username="root", full_name="Rita Root", password=PASSWORD, roles=("administrator",)
        )
        made.identity.create_person(
            unit, username="ada", full_name="Ada", password=PASSWORD, roles=("analyst",)
        )
        unit.content.put(b"raw data of a run", media_type="text/plain", origin="test")
    room = made.equipment
    with made.record.action(TIMER, "equipment.node.register") as unit:
        room.register_node(unit, code="BR-201", name="Reactor", level="unit", class_name="Bioreactor")
        channels = [{"tag": "BR-201.Temperature.PV", "node": "ns=1;s=T", "unit": "degC"}]
        room.import_connection(unit, "br201", "opcua", {}, channels, node="BR-201")
    begin = us(START)
    made.historian.append(
        [frame("br201", "BR-201.Temperature.PV", [begin + 1000 * n for n in range(50)], 36.5)]
    )
    made.historian.seal()
    later = [begin + 10_000_000 + 1000 * n for n in range(30)]
    made.historian.append([frame("br201", "BR-201.Temperature.PV", later, 36.6, epoch=2)])
    made.settle()
    yield made
    made.close()


def names_in(path: Path) -> set[str]:
    with tarfile.open(path) as archive:
        return set(archive.getnames())


def root(platform: Platform) -> Actor:
    from titer.record import require_person

    with platform.record.reading() as session:
        row = require_person(session, "root")
    return Actor.person(row.id, None, row.full_name)


def work(platform: Platform, times: int = 1) -> None:
    """Change something, and have it sealed and witnessed."""
    from titer.record import require_person

    for number in range(times):
        with platform.record.action(TIMER, "record.training.enter") as unit:
            person = require_person(unit.session, "ada")
            platform.identity.enter_training(
                unit, person_id=person.id, competency=f"c{number}", document="SOP", expires_at=None
            )
        platform.sealer.seal()


def test_what_is_backed_up_comes_back_and_holds(lab: Platform, tmp_path: Path, clock: ManualClock) -> None:
    taken = backup.take(lab, tmp_path, actor=root(lab), reason="nightly", with_keys=True)
    work(lab, 3)
    found = backup.restore(taken.path, tmp_path / "new", clock=clock)
    assert found.verdict.holds, found.verdict.sentence
    assert found.verdict.root == taken.manifest.root
    # The entry of the backup itself, and three more.
    assert (found.ahead, found.witnessed) == (4, taken.manifest.tree_size + 4)
    assert "4 entries ahead" in found.sentence
    again = opened(tmp_path / "new", clock, accepting=True)
    try:
        kept = again.historian.read(["BR-201.Temperature.PV"], us(START), us(START) + 20_000_000)
        assert kept.num_rows == 80
    finally:
        again.close()


def test_a_backup_is_an_entry_with_the_digest_of_its_manifest(lab: Platform, tmp_path: Path) -> None:
    taken = backup.take(lab, tmp_path / "b.tar", actor=root(lab), reason="before the upgrade")
    with lab.record.reading() as session:
        row = session.query(Backup).one()
    assert (row.digest, row.tree_size, row.root) == (
        taken.digest, taken.manifest.tree_size, taken.manifest.root
    )  # fmt: skip
    with tarfile.open(taken.path) as archive:
        told = json.load(archive.extractfile("manifest.json"))  # type: ignore[arg-type]
    assert told["tree_size"] == taken.manifest.tree_size


def test_who_has_no_right_takes_no_backup(lab: Platform, tmp_path: Path) -> None:
    from titer.record import require_person

    with lab.record.reading() as session:
        row = require_person(session, "ada")
    with pytest.raises(NotAuthorised):
        backup.take(lab, tmp_path, actor=Actor.person(row.id))
    assert not list(tmp_path.glob("*.titer-backup*"))


def test_keys_go_along_by_choice_only(lab: Platform, tmp_path: Path, clock: ManualClock) -> None:
    plain = backup.take(lab, tmp_path / "plain.tar", actor=root(lab))
    names = names_in(plain.path)
    assert "keys/ledger.pub" in names
    assert not [name for name in names if name.endswith((".key", ".token"))]
    with pytest.raises(Refused, match="holds no keys"):
        backup.restore(plain.path, tmp_path / "new", clock=clock)
    assert not (tmp_path / "new").exists()
    keys = tmp_path / "keys"
    shutil.copytree(lab.folder / "keys", keys)
    shutil.copy(tmp_path / "volume" / "witness" / "witness.key", keys)
    assert backup.restore(plain.path, tmp_path / "new", keys=keys, clock=clock).verdict.holds
    full = backup.take(lab, tmp_path / "full.tar", actor=root(lab), with_keys=True, with_key_file=True)
    assert {"key/titer.key", "keys/ledger.key", "witness/witness.key"} <= names_in(full.path)


def test_a_restored_installation_does_not_write_until_it_is_accepted(
    lab: Platform, tmp_path: Path, clock: ManualClock
) -> None:
    taken = backup.take(lab, tmp_path, actor=root(lab), with_keys=True)
    work(lab, 5)
    seen = lab.sealer.witnesses[0].last
    lab.close()
    backup.restore(taken.path, tmp_path / "new", clock=clock)
    again = opened(tmp_path / "new", clock)
    with pytest.raises(Unavailable, match="stopped writing"):
        work(again)
    again.close()
    with pytest.raises(NotAuthorised):
        backup.accept(
            tmp_path / "new",
            username="ada",
            proof=Proof(PASSWORD),
            reason="I may not",
            clock=clock,
            hasher=HASHER,
        )
    lost = backup.accept(
        tmp_path / "new",
        username="root",
        proof=Proof(PASSWORD),
        reason="the disk died",
        clock=clock,
        hasher=HASHER,
    )
    assert lost == 6
    again = opened(tmp_path / "new", clock)
    try:
        work(again, 2)
        verdict = verify_store(again.record, again.sealer, again.verifiers)
        assert verdict.holds, verdict.sentence
        with again.record.reading() as session:
            row = session.query(Restore).one()
        assert (row.witnessed_size, row.lost) == (seen[0], 6)
        assert row.backup_digest == taken.digest
        assert "the disk died" in row.statement
    finally:
        again.close()
    aside = tmp_path / "volume" / "witness" / f"abandoned-{seen[0]}.txt"
    assert aside.read_text().startswith("titer-restore/1\n")
    assert f"\n{seen[0]}\n" in aside.read_text()


def test_without_a_statement_the_witness_refuses_the_restored_ledger(
    lab: Platform, tmp_path: Path, clock: ManualClock
) -> None:
    taken = backup.take(lab, tmp_path, actor=root(lab), with_keys=True)
    work(lab, 5)
    lab.close()
    backup.restore(taken.path, tmp_path / "new", clock=clock)
    (tmp_path / "new" / RESTORED).unlink()  # somebody takes a short cut
    again = opened(tmp_path / "new", clock)
    try:
        with pytest.raises(IntegrityFault, match="rolled back"):
            work(again)
    finally:
        again.close()


def test_a_statement_serves_once_and_for_one_head(lab: Platform, tmp_path: Path, clock: ManualClock) -> None:
    from titer.record import restored

    taken = backup.take(lab, tmp_path, actor=root(lab), with_keys=True)
    work(lab, 2)
    witness, sealer = lab.sealer.witnesses[0], lab.sealer
    kept = (taken.manifest.tree_size, bytes.fromhex(taken.manifest.root))
    told = restored.Statement(
        sealer.origin,
        witness.name,
        taken.digest,
        witness.last,
        kept,
        restored.digest_of(restored.beyond(witness, kept)[1]),
        clock.now(),
        "root",
        "trial",
    )
    note = sealer.signer.sign_text(told.text())
    assert restored.parse(note) == told
    with pytest.raises(Refused, match="signature"):
        restored.accept(witness, note.replace("trial", "other"), sealer.signer.verifier)
    work(lab)
    with pytest.raises(Refused, match="saw"):
        restored.accept(witness, note, sealer.signer.verifier)
    now = replace(told, seen=witness.last)
    for strange, said in (
        (replace(now, kept=(kept[0], bytes(32))), "never cosigned"),
        (replace(now, witness="another"), "for the witness another"),
        (now, "does not vouch for the notes"),  # one note more since
    ):
        with pytest.raises(Refused, match=said):
            restored.accept(witness, sealer.signer.sign_text(strange.text()), sealer.signer.verifier)


@pytest.mark.sqlite("a stale log lies beside the embedded file")
def test_a_place_that_is_not_empty_is_refused_and_stale_logs_are_removed(
    lab: Platform, tmp_path: Path, clock: ManualClock
) -> None:
    taken = backup.take(lab, tmp_path, actor=root(lab), with_keys=True)
    with pytest.raises(Conflict, match="not empty"):
        backup.restore(taken.path, lab.folder, clock=clock)
    place = tmp_path / "new"
    place.mkdir()
    (place / "titer.db-wal").write_bytes((lab.folder / "titer.db-wal").read_bytes())
    (place / "titer.db-shm").write_bytes(b"stale")
    assert backup.restore(taken.path, place, clock=clock).verdict.holds


def test_encrypted_under_a_passphrase(lab: Platform, tmp_path: Path, clock: ManualClock) -> None:
    protection = backup.Protection(passphrase="four words make one")
    taken = backup.take(lab, tmp_path, actor=root(lab), with_keys=True, protection=protection)
    assert backup.encrypted(taken.path) == "passphrase"
    assert b"titer.yaml" not in taken.path.read_bytes()
    with pytest.raises(Refused, match="passphrase"):
        backup.restore(taken.path, tmp_path / "new", clock=clock)
    with pytest.raises(Refused, match="passphrase"):
        backup.restore(
            taken.path,
            tmp_path / "new",
            protection=backup.Protection(passphrase="four words make two"),
            clock=clock,
        )
    assert backup.restore(taken.path, tmp_path / "new", protection=protection, clock=clock).verdict.holds
    with pytest.raises(Invalid, match="passphrase"):
        backup.take(
            lab, tmp_path / "b.tar", actor=root(lab), protection=backup.Protection(passphrase="short")
        )


def test_encrypted_under_the_installations_key(lab: Platform, tmp_path: Path, clock: ManualClock) -> None:
    protection = backup.Protection(vault=lab.vault)
    taken = backup.take(lab, tmp_path, actor=root(lab), with_keys=True, protection=protection)
    assert backup.encrypted(taken.path) == "key"
    assert backup.restore(taken.path, tmp_path / "new", protection=protection, clock=clock).verdict.holds


@pytest.mark.parametrize("protected", [False, True])
def test_a_backup_that_was_changed_or_cut_off_restores_nothing(
    lab: Platform, tmp_path: Path, clock: ManualClock, protected: bool
) -> None:
    protection = backup.Protection(vault=lab.vault) if protected else None
    taken = backup.take(lab, tmp_path, actor=root(lab), with_keys=True, protection=protection)
    whole = taken.path.read_bytes()
    harmed = tmp_path / "harmed"
    places = range(600, len(whole) - 2048, len(whole) // 25)
    for at in places:
        harmed.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        try:
            found = backup.restore(harmed, tmp_path / "new", protection=protection, clock=clock)
        except TiterError:
            assert not (tmp_path / "new").exists()
        else:
            # Bytes between members, which pad a tar archive, belong to nothing that is restored.
            assert not protected
            assert found.verdict.holds
            assert found.manifest == taken.manifest
            shutil.rmtree(tmp_path / "new")
    for end in (700, len(whole) // 2, len(whole) * 3 // 4):
        harmed.write_bytes(whole[:end])
        with pytest.raises(TiterError):
            backup.restore(harmed, tmp_path / "new", protection=protection, clock=clock)
        assert not list(tmp_path.glob(".new-*"))


def test_names_that_leave_the_folder_are_refused(lab: Platform, tmp_path: Path, clock: ManualClock) -> None:
    taken = backup.take(lab, tmp_path, actor=root(lab), with_keys=True)
    for name in ("../outside", "/tmp/outside", "content/../../outside"):
        path = tmp_path / "bad.tar"
        shutil.copy(taken.path, path)
        with tarfile.open(path, "w") as archive:
            archive.addfile(tarfile.TarInfo(name))
        with pytest.raises(IntegrityFault, match="leave the folder"):
            backup.restore(path, tmp_path / "new", clock=clock)
    assert not (tmp_path / "outside").exists()


def test_a_backup_taken_while_others_write_holds_together(
    lab: Platform, tmp_path: Path, clock: ManualClock
) -> None:
    stop = threading.Event()
    begin, number = us(START) + 50_000_000, 0

    def write_on() -> None:
        nonlocal number
        while not stop.is_set():
            number += 1
            with lab.record.action(TIMER, "record.install") as unit:
                unit.content.put(b"content %d" % number, media_type="text/plain", origin="test")
            times = [begin + number * 1000]
            lab.historian.append(
                [frame("br201", "BR-201.Temperature.PV", times, float(number), epoch=10 + number)]
            )
            if number % 7 == 0:
                lab.historian.seal()
            lab.sealer.seal()

    writer = threading.Thread(target=write_on)
    writer.start()
    try:
        made = [backup.take(lab, tmp_path / f"b{n}.tar", actor=root(lab), with_keys=True) for n in range(4)]
    finally:
        stop.set()
        writer.join()
    assert number > 8
    for one in made:
        shutil.rmtree(tmp_path / "new", ignore_errors=True)
        found = backup.restore(one.path, tmp_path / "new", clock=clock)
        assert found.verdict.holds, found.verdict.sentence
        assert found.verdict.entries == one.manifest.tree_size
        again = opened(tmp_path / "new", clock, accepting=True)
        try:
            values = again.historian.read(["BR-201.Temperature.PV"], begin, begin + 10**9)
            numbers = [int(value) for value in values.column("value").to_pylist()]
            assert numbers == list(range(1, len(numbers) + 1))
            assert again.historian.unlisted == []
        finally:
            again.close()


def test_a_restored_journal_begins_a_life_of_its_own(
    lab: Platform, tmp_path: Path, clock: ManualClock
) -> None:
    folder = lab.folder / "connect" / "br201"
    folder.mkdir(parents=True)
    made = sqlite3.connect(folder / "journal.sqlite")
    made.executescript(
        "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);"
        "INSERT INTO meta VALUES ('connection', 'br201'), ('epoch', '3'), ('next', '71');"
    )
    made.close()
    taken = backup.take(lab, tmp_path, actor=root(lab), with_keys=True)
    backup.restore(taken.path, tmp_path / "new", clock=clock)
    again = sqlite3.connect(tmp_path / "new" / "connect" / "br201" / "journal.sqlite")
    assert dict(again.execute("SELECT name, value FROM meta")) == {
        "connection": "br201",
        "epoch": "4",
        "next": "1",
    }
    again.close()


def test_damaged_content_is_not_backed_up_as_if_it_were_whole(lab: Platform, tmp_path: Path) -> None:
    path = next((lab.folder / "content").glob("*/*"))
    path.chmod(0o640)
    path.write_bytes(b"something else")
    with pytest.raises(IntegrityFault, match="not what was kept"):
        backup.take(lab, tmp_path, actor=root(lab))
    assert not list(tmp_path.glob("*.titer-backup*"))


def test_a_drill_is_entered_with_its_verdict(lab: Platform, tmp_path: Path) -> None:
    good = backup.drill(lab, actor=root(lab), reason="quarterly", room=tmp_path)
    assert good.holds, good.verdict
    assert good.performed_by == "Rita Root"
    assert good.seconds > 0
    taken = backup.take(lab, tmp_path / "b.tar", actor=root(lab))
    assert backup.drill(lab, actor=root(lab), backup=taken.path, room=tmp_path).backup_digest == taken.digest
    whole = bytearray(taken.path.read_bytes())
    with tarfile.open(taken.path) as archive:
        member = next(one for one in archive if one.name.startswith("content/"))
    whole[member.offset_data] ^= 1
    taken.path.write_bytes(whole)
    bad = backup.drill(lab, actor=root(lab), backup=taken.path, room=tmp_path)
    assert not bad.holds
    assert "content/" in bad.verdict
    assert not list(tmp_path.glob("titer-drill-*"))
