"""The doctor finds what commonly goes wrong with an installation, and says what to do about each."""

from __future__ import annotations

import random
import shutil
from collections import namedtuple
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from tests.integration.cli.conftest import Said
from tests.integration.cli.executable import Taken, free_port
from tests.trespass import Copies, trespassing, unguarded

from titer.app import Config, create_installation, load
from titer.app.config import write
from titer.app.document_certificate import described, make, make_authority
from titer.app.history import VERSION_TABLE
from titer.base.clock import ManualClock, SystemClock, from_us
from titer.cli import doctor


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("doctor") / "lab"
    create_installation(folder, Config(name="lab", port=free_port()))
    return folder


@pytest.fixture
def lab(sound: Path, tmp_path: Path, copied: Copies) -> Path:
    """A copy that may be harmed."""
    return copied(sound, tmp_path / "lab")


def faults(
    folder: Path, *, port: int | None = None, clock: ManualClock | None = None
) -> list[tuple[str, str]]:
    """(what, what to do) of everything that is not as it should be.

    Pages are not built in every checkout, and the tests' own PostgreSQL is quick at the price of a power cut.
    """
    found = doctor.examine(folder, port=port, clock=clock)
    assert all(one["what"] for one in found)
    known = ("The pages are", "fsync off", "full_page_writes off")
    return [
        (one["what"], one["do"])
        for one in found
        if not one["ok"] and not any(words in one["what"] for words in known)
    ]


def only(found: list[tuple[str, str]], *words: str) -> None:
    """Insist that something of the found is about these words, and says what to do."""
    hits = [(what, do) for what, do in found if all(word in what + do for word in words)]
    assert hits, found
    assert all(do for _, do in hits)


def test_a_sound_installation_has_no_fault(lab: Path) -> None:
    assert faults(lab) == []


def test_a_disk_that_is_full_is_found(lab: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**12, 10**12, 10**6))
    only(faults(lab), "0.0 GiB are free", "Free some space")


def test_a_folder_that_cannot_be_written_is_found(lab: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_writable", lambda place: place.name != "content")
    only(faults(lab), "Cannot be written", "content", "read-only")


def test_a_clock_that_was_set_back_is_found(lab: Path) -> None:
    behind = ManualClock(SystemClock().now() - timedelta(days=1))
    only(faults(lab, clock=behind), "before the last checkpoint", "NTP")


def _document_certificate_ends(lab: Path) -> datetime:
    with trespassing(lab) as base:
        until = base.exec_driver_sql("SELECT not_after FROM record_document_cert ORDER BY id DESC").scalar()
    return from_us(until)


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (timedelta(days=31), None),
        (timedelta(days=30), "in 30 days"),
        (timedelta(hours=5), "in 0 days"),
        (timedelta(0), "has expired"),
        (timedelta(days=-1), "has expired"),
    ],
)
def test_a_certificate_of_the_documents_is_warned_of_thirty_days_before_it_expires(
    lab: Path, before: timedelta, words: str | None
) -> None:
    found = faults(lab, clock=ManualClock(_document_certificate_ends(lab) - before))
    told = [what for what, _ in found if "documents are sealed with" in what]
    assert [words in what for what in told] == ([True] if words else []), told
    if words:
        only(found, "documents are sealed with", "titer pdf certificate --renew")


def test_the_certificate_of_a_time_stamp_authority_is_warned_of_thirty_days_before_it_expires(
    lab: Path,
) -> None:
    now = SystemClock().now()
    pair = make("authority", make_authority("authority", now), now)
    (lab / "tsa.pem").write_text(pair.chain)
    until = described(pair.chain)["not_after"]
    assert isinstance(until, datetime)
    told = {"kind": "timestamp", "name": "tsa", "address": "https://tsa.example", "certificate": "tsa.pem"}
    write(lab, replace(load(lab), witnesses=(told,)))

    def said(at: datetime) -> list[tuple[str, str]]:
        found = doctor.examine(lab, clock=ManualClock(at))
        return [(one["what"], one["do"]) for one in found if "authority tsa" in one["what"] and not one["ok"]]

    assert said(until - timedelta(days=31)) == []
    only(said(until - timedelta(days=29)), "expires on", "tsa.pem")
    only(said(until), "has expired", "tsa.pem")
    (lab / "tsa.pem").unlink()
    only(said(now), "cannot be read", "as PEM")


def test_a_missing_key_is_found(lab: Path) -> None:
    (lab / "keys" / "ledger.key").unlink()
    only(faults(lab), "ledger.key", "Restore it from the backup")


def test_a_key_that_opens_no_secret_any_more_is_found(lab: Path) -> None:
    write(lab, replace(load(lab), key_file=str(lab.parent / "gone.key")))
    only(faults(lab), "key", "TITER_KEY")


def test_a_program_that_is_no_hub_at_the_port_is_found(lab: Path) -> None:
    with Taken() as taken:
        only(faults(lab, port=taken.port), "Another program than Titer", "choose another port")


def test_a_database_of_a_newer_titer_is_found(lab: Path) -> None:
    with trespassing(lab) as base:
        base.exec_driver_sql(f"UPDATE {VERSION_TABLE} SET version_num = '9999'")  # noqa: S608  our own name
    only(faults(lab), "9999", "newer")


@pytest.mark.sqlite("takes the file away")
def test_a_missing_database_is_found(lab: Path) -> None:
    for path in lab.glob("titer.db*"):
        path.unlink()
    only(faults(lab), "titer.db is missing", "backup")


def test_a_last_checkpoint_that_was_touched_is_found(lab: Path) -> None:
    with trespassing(lab) as base, unguarded(base, "ledger_checkpoint"):
        size, note = base.exec_driver_sql(
            "SELECT tree_size, note FROM ledger_checkpoint ORDER BY tree_size DESC"
        ).first()
        lines = note.split("\n")
        at = random.Random(1).randrange(len(lines[2]) - 2)
        lines[2] = lines[2][:at] + ("A" if lines[2][at] != "A" else "B") + lines[2][at + 1 :]
        put = text("UPDATE ledger_checkpoint SET note = :note WHERE tree_size = :size")
        base.execute(put, {"note": "\n".join(lines), "size": size})
    only(faults(lab), "last checkpoint", "titer verify")


def test_pages_that_are_not_built_are_found(
    lab: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "PAGES", tmp_path / "nothing")
    found = [one for one in doctor.examine(lab) if "The pages are" in one["what"]]
    assert [(one["ok"], "make pages" in one["do"]) for one in found] == [(False, True)]


def test_a_connector_host_that_is_away_is_found(lab: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with trespassing(lab) as base:
        base.exec_driver_sql(
            "INSERT INTO equipment_connection_status"
            "(name, state, message, backlog, backlog_bytes, heard_at, epoch, certificate, ended_because, "
            "ended_count) "
            "VALUES ('br201', 'connected', '', 0, 0, 1, 1, '', '', 0)"
        )
    monkeypatch.setattr(doctor, "hub_is_running", lambda *_: True)
    monkeypatch.setattr(doctor, "_hub", lambda *_: iter(()))
    only(faults(lab), "br201", "last heard of at 1970", "titer serve")


def test_the_command_prints_what_to_do_and_ends_with_1(run: Callable[..., Said], tmp_path: Path) -> None:
    said = run("doctor", "--dir", str(tmp_path / "nothing"))
    assert said.code == 1
    assert "titer init" in said.out
    assert run("doctor", "--json", "--dir", str(tmp_path / "nothing")).json[0]["ok"] is False


@pytest.mark.parametrize(("wanting", "fine"), [([], True), ([("flex2", "allotropy")], False)])
def test_missing_readers_of_vendors_files_are_a_fault_where_a_connection_wants_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wanting: list[tuple[str, str]], fine: bool
) -> None:
    monkeypatch.setenv("TITER_ENVIRONMENTS", str(tmp_path))
    monkeypatch.setattr(doctor, "_query", lambda *_: wanting)
    (found,) = doctor._environments(tmp_path)
    assert found.ok is fine
    assert "titer connector install allotropy" in found.do
    assert ("flex2" in found.what) is not fine
