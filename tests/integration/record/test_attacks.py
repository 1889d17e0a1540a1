"""Each attack on the ledger by its name: found and located by `titer verify`, and on an export by the one file.

The attacker owns the files and the database, embedded or on a server, and where it says so the ledger's own key;
never the witness' folder.
"""

# ruff: noqa: S608  the numbers and names in these statements are the test's own

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import Boolean, Column, MetaData, Table, func, select
from sqlalchemy.orm import Session
from tests.conftest import DATABASE
from tests.integration.record.harm import frame
from tests.integration.record.owned import Owned, Statement, owned
from tests.integration.record.test_bundle import verifier  # noqa: F401  the fixture
from tests.postgresql import OWNER, RUNTIME, Server

from titer.app import Config, Platform, create_installation, open_platform
from titer.base.canonical import canonical
from titer.base.clock import ManualClock
from titer.base.errors import IntegrityFault, Unavailable
from titer.record import Actor, LedgerCheckpoint, Sealer, Subscription, Training, checkpoint, merkle, sqlite
from titer.record.bundle import export, write_zip
from titer.record.verify import Verdict, verify_store

HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
TIMER = Actor.timer("test")
KEPT = ("witness", "content", "historian")
RAW = b"raw data of a chromatogram " * 40


@dataclass
class Lab:
    """An installation with a dozen sealed trainings, a raw file and a segment; copies of its database over time."""

    folder: Path
    clock: ManualClock
    rows: list[str]
    base: Owned
    older: Any
    pristine: Any

    def open(self) -> Platform:
        return open_platform(self.folder, hasher=HASHER, clock=self.clock, exclusive=False)

    def verify(self) -> Verdict:
        platform = self.open()
        try:
            return verify_store(platform.record, platform.sealer, platform.verifiers)
        finally:
            platform.close()

    def thief(self, platform: Platform) -> Sealer:
        """A sealer with the stolen key of the ledger, no witness that is asked, and no questions of its own."""
        made = Sealer(platform.record, platform.sealer.origin, platform.sealer.signer, [])
        made._require_vouched = lambda rows, grown: None  # type: ignore[method-assign]
        return made

    def sql(self, *statements: Statement) -> None:
        """Change the database as its owner."""
        self.base.sql(*statements)

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        return self.base.query(statement)

    def put_back(self, kept: Any) -> None:
        self.base.put_back(kept)

    def restore(self) -> None:
        """Make everything as it was at first."""
        self.put_back(self.pristine)
        for name in KEPT:
            shutil.rmtree(self.folder / name)
            shutil.copytree(self.folder.parent / name, self.folder / name)

    def last(self) -> int:
        """The number of the last entry."""
        return int(str(self.query("SELECT max(seq) FROM ledger_entry")[0][0]))


def write(platform: Platform, clock: ManualClock, rows: list[str]) -> None:
    clock.advance(timedelta(minutes=10))
    with platform.record.action(TIMER, "record.training.enter", reason="course") as unit:
        rows.append(
            unit.add(
                Training(person_id="p", competency="SEC", document=f"SOP-{len(rows)}", trained_at=unit.now)
            ).id
        )
    platform.sealer.seal()


EMBEDDED = pytest.mark.sqlite("is about the embedded file; the same is tried on a server beside it")


ON_BOTH = ("test_the_untouched_installation_holds_at_both_depths", "test_verification_finds_and_locates")
ON_THE_FILE = ("test_a_trigger_in_the_guise_of_a_table_of_statistics_is_found",)
"""Only there a trigger can bear a table's own name."""
WHOLE = os.environ.get(DATABASE) == "postgresql"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """The attacks are made on both databases; what else is asked here, on a server by `make test-postgres`."""
    if "made" in metafunc.fixturenames:
        name, embedded = metafunc.function.__name__, pytest.param("sqlite", marks=EMBEDDED)
        both = name in ON_BOTH or (WHOLE and name not in ON_THE_FILE)
        metafunc.parametrize("made", [embedded, "postgresql"] if both else [embedded], indirect=True)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Lab]:
    root = tmp_path_factory.mktemp("attacks")
    clock, rows = ManualClock(datetime(2026, 11, 23, 9, tzinfo=UTC)), list[str]()
    with ExitStack() as stack:
        config, owner = Config(), None
        if request.param == "postgresql":
            server: Server = request.getfixturevalue("postgresql_server")
            name = stack.enter_context(server.empty())
            there, owner = (
                server.url(role, name).set(drivername="postgresql").render_as_string()
                for role in (RUNTIME, OWNER)
            )
            config = Config(database=there)
        create_installation(root / "lab", config, clock=clock, owner=owner)
        platform = open_platform(root / "lab", hasher=HASHER, clock=clock)
        base = owned(platform.record.engine, root)
        stack.callback(base.close)
        for _ in range(8):
            write(platform, clock, rows)
        with platform.record.action(TIMER, "equipment.document.import") as unit:
            unit.content.put(RAW, media_type="text/plain", origin="HPLC-02")
        platform.historian.append([frame(1, 200)])
        platform.historian.seal()
        platform.sealer.seal()
        older = base.keep("older.db")
        for _ in range(4):
            write(platform, clock, rows)
        platform.close()
        pristine = base.keep("pristine.db")
        for name in KEPT:
            shutil.copytree(root / "lab" / name, root / name)
        yield Lab(root / "lab", clock, rows, base, older, pristine)


@pytest.fixture
def lab(made: Lab) -> Iterator[Lab]:
    yield made
    made.restore()


def forged(body: object, **changes: object) -> str:
    entry = {**json.loads(str(body)), **changes}
    return json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def with_messages(lab: Lab) -> None:
    """One action that was signed, and left two messages."""
    platform = lab.open()
    with platform.record.action(TIMER, "record.training.enter", reason="course") as unit:
        row = unit.add(Training(person_id="p", competency="SEC", document="told", trained_at=unit.now))
        unit.signed = True
        for number in range(2):
            unit.emit("training.entered", row, {"number": number})
    platform.sealer.seal()
    platform.close()


def rolled_back(lab: Lab) -> str:
    lab.put_back(lab.older)
    return "a witness saw"


def resigned_with_the_stolen_key(lab: Lab) -> str:
    """An entry is altered, and leaves, nodes and heads are made anew with the ledger's own key."""
    seq = lab.last() - 6
    body = lab.query(f"SELECT body FROM ledger_entry WHERE seq = {seq}")[0][0]
    leaf, sizes = lab.query(f"SELECT leaf_index FROM ledger_leaf WHERE entry_seq = {seq}")[0][0], _sizes(lab)
    lab.sql(
        ("UPDATE ledger_entry SET body = ? WHERE seq = ?", (forged(body, reason="nothing happened"), seq)),
        *((f"DELETE FROM {name}", ()) for name in ("ledger_leaf", "ledger_node", "ledger_checkpoint")),
    )
    platform = lab.open()
    lab.thief(platform).seal()
    platform.close()
    return _other(lab, sizes, leaf)


def _sizes(lab: Lab) -> list[int]:
    """How many entries each head is over."""
    return [size for (size,) in lab.query("SELECT tree_size FROM ledger_checkpoint ORDER BY tree_size")]


def _other(lab: Lab, sizes: list[int], leaf: int) -> str:
    """What is said where the witness saw heads of these sizes, and that leaf is the first that differs."""
    alike = max((size for size in sizes if size <= leaf), default=0)
    parted = min(size for size in sizes if size > leaf)
    ends = [
        lab.query(f"SELECT entry_seq FROM ledger_leaf WHERE leaf_index = {one}")[0][0]
        for one in (alike, parted - 1)
    ]
    return (
        f"The witness file-witness saw another ledger of {sizes[-1]:,} entries: the first that differs is among "
        f"the entries {ends[0]} to {ends[1]} of this one."
    )


def fork(lab: Lab) -> str:
    """Rolled back, and written again to the same length, with the stolen key."""
    sizes = _sizes(lab)
    lab.put_back(lab.older)
    leaf = _sizes(lab)[-1]
    platform = lab.open()
    thief = lab.thief(platform)
    while thief.size < sizes[-1]:
        with platform.record.action(TIMER, "record.training.enter", reason="course") as unit:
            unit.add(Training(person_id="p", competency="other", document="x", trained_at=unit.now))
        thief.seal()
    platform.close()
    return _other(lab, sizes, leaf)


def truncated_tail(lab: Lab) -> str:
    left = lab.last() - 2
    size = lab.query(f"SELECT leaf_index FROM ledger_leaf WHERE entry_seq = {left}")[0][0]
    lab.sql(
        ("DELETE FROM ledger_checkpoint WHERE tree_size > ?", (int(str(size)) + 1,)),
        ("DELETE FROM ledger_leaf WHERE entry_seq > ?", (left,)),
        ("DELETE FROM ledger_entry WHERE seq > ?", (left,)),
    )
    return "a witness saw"


def re_ordered(lab: Lab) -> str:
    seq = lab.last() - 4
    move = "UPDATE ledger_entry SET seq = ? WHERE seq = ?"
    lab.sql((move, (-1, seq)), (move, (seq, seq + 1)), (move, (seq + 1, -1)))
    return f"Entry {seq} "


def inserted(lab: Lab) -> str:
    body = lab.query(f"SELECT body FROM ledger_entry WHERE seq = {lab.last()}")[0][0]
    new = forged(body, id="f" + json.loads(str(body))["id"][1:])
    lab.sql(lab.base.entry(new, 0))
    return "Entry 0 "


def back_dated(lab: Lab) -> str:
    """The hub itself, in the hands of the attacker, seals an entry of today that says it is of yesterday."""
    platform = open_platform(lab.folder, hasher=HASHER, clock=lab.clock)
    platform.record._latest = lab.clock.now() - timedelta(days=2)
    yesterday = ManualClock(lab.clock.now() - timedelta(days=1))
    platform.record.clock = yesterday
    with platform.record.action(TIMER, "record.training.enter", reason="course") as unit:
        unit.add(Training(person_id="p", competency="SEC", document="late", trained_at=unit.now))
    platform.record.clock = lab.clock
    platform.sealer.seal()
    platform.close()
    return f"Entry {lab.last()} "


def edited(lab: Lab) -> str:
    seq, body = lab.query("SELECT seq, body FROM ledger_entry WHERE body LIKE '%SOP-3%'")[0]
    new = str(body).replace("SOP-3", "SOP-93", 1)
    lab.sql(("UPDATE ledger_entry SET body = ? WHERE seq = ?", (new, seq)))
    return f"Entry {seq} "


def swapped_raw_file(lab: Lab) -> str:
    path = next((lab.folder / "content").glob("*/*"))
    path.chmod(0o640)
    path.write_bytes(RAW.replace(b"raw", b"war", 1))
    return path.name[:12]


def changed_segment(lab: Lab) -> str:
    path = next((lab.folder / "historian" / "segments").glob("*/*.parquet"))
    path.chmod(0o640)
    path.write_bytes(one_value_changed(path.read_bytes()))
    return path.name


def one_value_changed(segment: bytes) -> bytes:
    """A byte in the middle, where the values are; the file still begins and ends as Parquet does."""
    at = len(segment) // 3
    return segment[:at] + bytes([segment[at] ^ 1]) + segment[at + 1 :]


def changed_row(lab: Lab) -> str:
    lab.sql(("UPDATE record_training SET document = 'SOP-1b' WHERE id = ?", (lab.rows[2],)))
    return f"record_training {lab.rows[2]}"


def changed_message(lab: Lab) -> str:
    """What a signature set off need not wait for a witness any more."""
    with_messages(lab)
    lab.sql(("UPDATE record_outbox SET signed = ? WHERE position = 2", (False,)))
    return "record_outbox: of the messages that follow from entry"


def newest_message_gone(lab: Lab) -> str:
    with_messages(lab)
    lab.sql(("DELETE FROM record_outbox WHERE position = (SELECT max(position) FROM record_outbox)", ()))
    return "record_outbox: of the messages that follow from entry"


def all_messages_gone(lab: Lab) -> str:
    with_messages(lab)
    lab.sql(("DELETE FROM record_outbox", ()))
    return "record_outbox: the messages of the action that ended with entry"


def messages_gone_with_their_tally(lab: Lab) -> str:
    with_messages(lab)
    lab.sql(
        ("DELETE FROM ledger_tally WHERE last_seq IN (SELECT entry_seq FROM record_outbox)", ()),
        ("DELETE FROM record_outbox", ()),
    )
    return "was not written by Titer"


def sizes_of(lab: Lab) -> list[int]:
    return [
        int(str(size)) for (size,) in lab.query("SELECT tree_size FROM ledger_checkpoint ORDER BY tree_size")
    ]


def checkpoint_in_the_middle_gone(lab: Lab) -> str:
    size = sizes_of(lab)[4]
    lab.sql(("DELETE FROM ledger_checkpoint WHERE tree_size = ?", (size,)))
    return f"A checkpoint was removed: the one over {size:,} entries is gone"


def checkpoint_gone_and_the_others_numbered_anew(lab: Lab) -> str:
    size = sizes_of(lab)[4]
    up = "UPDATE ledger_checkpoint SET number = ? WHERE number = ?"
    count = len(sizes_of(lab))
    lab.sql(
        ("DELETE FROM ledger_checkpoint WHERE tree_size = ?", (size,)),
        *((up, (number - 1, number)) for number in range(5, count)),
    )
    return f"A checkpoint was removed: the one over {size:,} entries is gone"


def all_checkpoints_but_the_last_gone(lab: Lab) -> str:
    *_, before, last = sizes_of(lab)
    lab.sql(("DELETE FROM ledger_checkpoint WHERE tree_size < ?", (last,)))
    return f"the one over {before:,} entries, and {len(_):,} before it, is gone"


def without_witness(lab: Lab, sizes: list[int]) -> None:
    """The witness' lines are taken off, and the checkpoints called unwitnessed, as while a witness is away."""
    for size in sizes:
        note = str(lab.query(f"SELECT note FROM ledger_checkpoint WHERE tree_size = {size}")[0][0])
        bare = "".join(line for line in note.splitlines(keepends=True) if "\u2014 file-witness" not in line)
        assert bare != note
        change = "UPDATE ledger_checkpoint SET note = ?, witnessed = ? WHERE tree_size = ?"
        lab.sql((change, (bare, False, size)))


def cosignature_off_one_checkpoint(lab: Lab) -> str:
    size = sizes_of(lab)[4]
    without_witness(lab, [size])
    return f"The checkpoint over {size:,} entries was altered, or a signature was taken off it"


def cosignature_off_the_last_checkpoint(lab: Lab) -> str:
    size = sizes_of(lab)[-1]
    without_witness(lab, [size])
    return f"The checkpoint over {size:,} entries lacks a signature that note"


def cosignatures_off_all_checkpoints(lab: Lab) -> str:
    without_witness(lab, sizes_of(lab))
    return f"The checkpoint over {sizes_of(lab)[0]:,} entries was altered, or a signature was taken off it"


def answered_later(lab: Lab) -> int:
    """The witness was away, came back and cosigned the newest head; then another was sealed. The head's size."""
    platform = open_platform(lab.folder, hasher=HASHER, clock=lab.clock)
    folder = lab.folder / "witness"
    folder.rename(lab.folder / "away")
    write(platform, lab.clock, [])
    (lab.folder / "away").rename(folder)
    lab.clock.advance(timedelta(minutes=2))
    size = platform.sealer.seal()
    write(platform, lab.clock, [])
    platform.close()
    return size


def later_answer_gone(lab: Lab) -> str:
    size = answered_later(lab)
    lab.sql(("DELETE FROM ledger_cosignature WHERE tree_size = ?", (size,)))
    return f"ledger_cosignature of file-witness over {size:,} entries is gone"


def later_answer_altered(lab: Lab) -> str:
    size = answered_later(lab)
    lab.sql(("UPDATE ledger_cosignature SET answer = answer || answer WHERE tree_size = ?", (size,)))
    return f"ledger_cosignature of file-witness over {size:,} entries was altered"


ATTACKS: tuple[Callable[[Lab], str], ...] = (
    rolled_back,
    resigned_with_the_stolen_key,
    fork,
    truncated_tail,
    re_ordered,
    inserted,
    back_dated,
    edited,
    swapped_raw_file,
    changed_segment,
    changed_row,
    changed_message,
    newest_message_gone,
    all_messages_gone,
    messages_gone_with_their_tally,
    checkpoint_in_the_middle_gone,
    checkpoint_gone_and_the_others_numbered_anew,
    all_checkpoints_but_the_last_gone,
    cosignature_off_one_checkpoint,
    cosignature_off_the_last_checkpoint,
    cosignatures_off_all_checkpoints,
    later_answer_gone,
    later_answer_altered,
)


def test_the_untouched_installation_holds_at_both_depths(lab: Lab) -> None:
    assert lab.verify().holds, lab.verify().sentence
    platform = lab.open()
    shallow = verify_store(platform.record, platform.sealer, platform.verifiers, depth="merkle")
    platform.close()
    assert shallow.holds, shallow.sentence
    assert "the tree alone" in shallow.sentence


def test_a_witness_that_answered_later_is_no_fault(lab: Lab) -> None:
    answered_later(lab)
    assert len(lab.query("SELECT * FROM ledger_cosignature")) == 1
    assert lab.verify().holds, lab.verify().sentence


def test_what_a_witness_wrote_down_and_the_ledger_could_not_keep_is_kept_before_the_next_seal(
    lab: Lab,
) -> None:
    """A crash between the witness' note about a head that it caught up with, and the row that bears its answer."""
    platform = open_platform(lab.folder, hasher=HASHER, clock=lab.clock)
    folder = lab.folder / "witness"
    folder.rename(lab.folder / "away")
    write(platform, lab.clock, [])
    (lab.folder / "away").rename(folder)
    lab.clock.advance(timedelta(minutes=2))
    operational = platform.record.operational
    platform.record.operational = unreachable  # type: ignore[method-assign]
    with pytest.raises(Unavailable):
        platform.sealer.seal()
    platform.record.operational = operational  # type: ignore[method-assign]
    assert not lab.query("SELECT * FROM ledger_cosignature")
    write(platform, lab.clock, [])
    platform.close()
    assert len(lab.query("SELECT * FROM ledger_cosignature")) == 1
    assert lab.verify().holds, lab.verify().sentence


@contextmanager
def unreachable() -> Iterator[Session]:
    raise Unavailable("The database is not there.")
    yield


@pytest.mark.parametrize(
    "attack",
    [checkpoint_in_the_middle_gone, all_checkpoints_but_the_last_gone, cosignature_off_one_checkpoint],
    ids=lambda attack: attack.__name__,
)
def test_no_further_checkpoint_is_signed_on_those_of_which_one_is_gone_or_altered(
    lab: Lab, attack: Callable[[Lab], str]
) -> None:
    attack(lab)
    platform = lab.open()
    with platform.record.action(TIMER, "record.training.enter", reason="course") as unit:
        unit.add(Training(person_id="p", competency="SEC", document="x", trained_at=unit.now))
    with pytest.raises(IntegrityFault, match="checkpoints are not those that were sealed"):
        platform.sealer.seal()
    assert platform.record.halted
    platform.close()


@pytest.mark.parametrize(("witness", "kind"), [("national-tsa", "timestamp"), ("file-witness", "timestamp")])
def test_a_time_stamp_that_nobody_gave_counts_for_nobody(lab: Lab, witness: str, kind: str) -> None:
    lab.sql(
        (
            "INSERT INTO ledger_cosignature SELECT ?, max(tree_size), ?, 'bm9uZQ==', max(sealed_at) "
            "FROM ledger_checkpoint",
            (witness, kind),
        )
    )
    verdict = lab.verify()
    assert not verdict.holds
    assert f"ledger_cosignature of {witness}" in (verdict.first_fault or "")


def test_an_answer_that_does_not_hold_covers_nothing_at_the_next_start(lab: Lab) -> None:
    """No head is called witnessed, and a forged row says that the witness answered later."""
    lab.sql(
        ("UPDATE ledger_checkpoint SET witnessed = ?", (False,)),
        (
            "INSERT INTO ledger_cosignature SELECT 'file-witness', max(tree_size), 'file', 'x', max(sealed_at) "
            "FROM ledger_checkpoint",
            (),
        ),
    )
    (lab.folder / "witness" / "last.json").unlink()
    platform = lab.open()
    assert platform.sealer.covered_size == 0
    platform.close()


def test_a_witness_that_is_not_configured_any_more_is_a_fault_and_on_trial_a_remark(lab: Lab) -> None:
    platform = lab.open()
    old, words = platform.sealer, "The witness file-witness vouches for this ledger, and is not configured"
    without = Sealer(platform.record, old.origin, old.signer, [])
    assert words in (verify_store(platform.record, without, platform.verifiers).first_fault or "")
    verdict = verify_store(platform.record, without, platform.verifiers, sealing=False)
    assert any(words in told for told in verdict.remarks)
    verdict = verify_store(platform.record, old, platform.verifiers)
    assert verdict.holds
    assert not verdict.remarks
    platform.close()


@pytest.mark.parametrize("name", ["keys/ledger.pub", "witness/witness.pub"])
def test_a_public_key_that_was_replaced_is_found(lab: Lab, name: str) -> None:
    path = lab.folder / name
    kept = path.read_text()
    path.write_text(f"{kept.rstrip()[:-1]}{'A' if kept.rstrip()[-1] != 'A' else 'B'}\n")
    verdict = lab.verify()
    path.write_text(kept)
    assert f"{name} is no key of this installation" in (verdict.first_fault or "")
    assert lab.verify().holds


def forged_training(lab: Lab, **changes: object) -> None:
    """A row and its entry as Titer would have written them, while no hub runs."""
    body = json.loads(str(lab.query(f"SELECT body FROM ledger_entry WHERE seq = {lab.last()}")[0][0]))
    row = "f" + body["record_id"][1:]
    new = forged(
        json.dumps(body),
        id="f" + body["id"][1:],
        record_id=row,
        after={**body["after"], "id": row},
        **changes,
    )
    columns = ", ".join(sorted(set(body["after"]) - {"id"}))
    lab.sql(
        (
            f"INSERT INTO record_training(id, {columns}) SELECT ?, {columns} FROM record_training WHERE id = ?",
            (row, body["record_id"]),
        ),
        lab.base.entry(new),
    )


def last_key_retired(lab: Lab) -> None:
    """The only key of the ledger is retired in the tail, so that later heads would bear no signature of it."""
    query = "SELECT body FROM ledger_entry WHERE record_type = 'record_ledger_key' ORDER BY seq"
    bodies = [json.loads(str(text)) for (text,) in lab.query(query)]
    told = next(entry for entry in bodies if entry["after"]["role"] == "ledger")
    after = {**told["after"], "until_size": 3, "version": 2}
    new = forged(json.dumps(told), id="f" + told["id"][1:], before=told["after"], after=after, version=2)
    lab.sql(
        ("UPDATE record_ledger_key SET until_size = 3, version = 2 WHERE id = ?", (told["record_id"],)),
        lab.base.entry(new),
    )


def in_a_true_action(lab: Lab) -> None:
    """The forged entry says that it belongs to an action that Titer vouches for."""
    forged_training(lab)


def in_an_action_of_its_own(lab: Lab) -> None:
    """The forged entry names an action that never was, and its tally is a copy of another."""
    forged_training(lab, action="f1" + "0" * 34)
    last = lab.last()
    lab.sql(
        (
            "INSERT INTO ledger_tally SELECT ?, ?, entries, messages, entries_mac, messages_mac FROM ledger_tally "
            "WHERE entries = 1 LIMIT 1",
            (last, last),
        )
    )


@pytest.mark.parametrize("forge", [in_a_true_action, in_an_action_of_its_own, last_key_retired])
def test_an_entry_that_somebody_else_wrote_is_found_and_never_sealed(
    lab: Lab, forge: Callable[[Lab], None]
) -> None:
    forge(lab)
    verdict = lab.verify()
    assert not verdict.holds
    assert f"Entry {lab.last()} " in (verdict.first_fault or "")
    assert "was not written by Titer" in (verdict.first_fault or "")
    platform = lab.open()
    size = platform.sealer.size
    with pytest.raises(IntegrityFault, match=f"Entry {lab.last()} was not written by Titer"):
        platform.sealer.seal()
    assert platform.record.halted
    with platform.record.reading() as session:
        assert session.scalar(select(func.max(LedgerCheckpoint.tree_size))) == size
    platform.close()


def test_a_head_under_which_no_key_of_the_ledger_counts_does_not_hold(lab: Lab) -> None:
    """The thief seals it himself, and signs nothing."""
    last_key_retired(lab)
    platform = lab.open()
    thief = lab.thief(platform)
    thief._signed = lambda head, keys: f"{head.text()}\n"  # type: ignore[method-assign]
    thief.seal()
    platform.close()
    verdict = lab.verify()
    assert not verdict.holds
    assert "could be signed by nobody" in (verdict.first_fault or ""), verdict.first_fault


def test_a_message_that_was_changed_is_not_delivered(lab: Lab) -> None:
    changed_message(lab)
    platform, seen = lab.open(), list[str]()
    platform.outbox.subscriptions[:] = [
        Subscription("test", ("training.*",), lambda event: seen.append(event.topic))
    ]
    with pytest.raises(IntegrityFault, match="was not left by Titer"):
        platform.outbox.deliver()
    assert not seen
    assert platform.record.halted
    platform.close()


def test_a_trigger_in_the_guise_of_a_table_of_statistics_is_found(lab: Lab) -> None:
    with closing(sqlite3.connect(lab.folder / "titer.db", isolation_level=None)) as base:
        base.execute(
            "CREATE TRIGGER zzz BEFORE INSERT ON record_access_event BEGIN SELECT RAISE(IGNORE); END"
        )
        base.execute("PRAGMA writable_schema=ON")
        base.execute(
            "UPDATE sqlite_master SET name = 'sqlite_stat1', sql = replace(sql, 'zzz', 'sqlite_stat1') "
            "WHERE name = 'zzz'"
        )
    with pytest.raises(IntegrityFault, match="tables or triggers are not those that Titer made"):
        lab.open()


def test_a_number_in_place_of_a_yes_or_no_is_no_blank() -> None:
    """Else a blank that was made a yes would hold: the application reads any number but 0 as yes."""
    image = sqlite.image_sql(Table("t", MetaData(), Column("inside", Boolean)), "t")
    with closing(sqlite3.connect(":memory:")) as base:
        base.execute("CREATE TABLE t (inside BOOLEAN)")
        base.executemany("INSERT INTO t VALUES (?)", [(1,), (0,), (None,), (2,), ("x",)])
        found = [text for (text,) in base.execute(f"SELECT {image} FROM t")]
    assert found == [f'{{"inside":{value}}}' for value in ("true", "false", "null", "2", '"x"')]


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_verification_finds_and_locates(lab: Lab, attack: Callable[[Lab], str]) -> None:
    where = attack(lab)
    verdict = lab.verify()
    assert not verdict.holds
    assert where in (verdict.first_fault or ""), verdict.first_fault
    if attack is back_dated:
        assert "is back-dated" in (verdict.first_fault or "")


def test_what_is_asked_of_the_witnesses_is_named_where_it_cannot_be_read(lab: Lab) -> None:
    """And who begins anew seals nothing meanwhile."""
    platform = lab.open()
    platform.record.engine.dispose()
    row = lab.query("SELECT id FROM record_witness_policy")[0][0]
    lab.sql(("UPDATE record_witness_policy SET required = ? WHERE id = ?", ('["file-\x02witness"]', row)))
    verdict = verify_store(platform.record, platform.sealer, platform.verifiers)
    platform.close()
    assert (verdict.first_fault or "").startswith(f"record_witness_policy {row} cannot be read.")
    with closing(lab.open()) as anew, pytest.raises(IntegrityFault, match=row):
        anew.sealer.seal()


# --- on an export -------------------------------------------------------------------------------------------------


@dataclass
class Exported:
    """A bundle of all trainings, and what its owner pinned."""

    members: dict[str, bytes]
    key: str
    witness: str
    sealer: Sealer
    signer: checkpoint.Signer

    def lines(self, name: str) -> list[bytes]:
        return self.members[name].splitlines()

    def put(self, name: str, lines: list[bytes]) -> None:
        self.members[name] = b"".join(line + b"\n" for line in lines)


@pytest.fixture
def exported(bundled: Exported) -> Exported:
    """A copy that may be harmed."""
    return replace(bundled, members=dict(bundled.members))


@pytest.fixture(scope="module")
def bundled(made: Lab, verifier: ModuleType) -> Exported:  # noqa: F811
    lab = made
    platform = open_platform(lab.folder, hasher=HASHER, clock=lab.clock)
    digest = next((lab.folder / "content").glob("*/*")).name
    content = lab.query("SELECT id FROM record_content")[0][0]
    segment, path = lab.query("SELECT id, path FROM historian_segment")[0]
    data = export(
        platform.record,
        platform.sealer,
        actor=TIMER,
        reason="inspection",
        subject=("record_training", lab.rows[0], "Trainings"),
        records=[
            *(("record_training", row) for row in lab.rows),
            ("record_content", str(content)),
            ("historian_segment", str(segment)),
        ],
        files={f"content/{digest}": RAW, str(path): (lab.folder / "historian" / str(path)).read_bytes()},
    )
    members, _ = verifier.read_archive(data)
    found = Exported(
        members,
        platform.sealer.signer.verifier,
        platform.sealer.witnesses[0].signer.cosigner,
        platform.sealer,
        platform.sealer.signer,
    )
    platform.close()
    lab.restore()
    return found


def re_sealed(bundle: Exported, bodies: list[bytes]) -> None:
    """With the stolen key: the entries as a tree of their own, with a new head that only the ledger signs."""
    leaves = [merkle.leaf_hash(body) for body in bodies]
    head = checkpoint.Head(
        bundle.sealer.origin, len(leaves), merkle.root(leaves), ("time 2026-11-23T12:00:00.000000Z",)
    )
    note = bundle.members["ledger/checkpoint.txt"].decode()
    witnessed = note.rpartition("\n\n")[2].splitlines()[1]
    bundle.members["ledger/checkpoint.txt"] = (bundle.signer.sign(head) + witnessed + "\n").encode()
    bundle.put("ledger/entries.jsonl", bodies)
    bundle.put("ledger/leaves.txt", [b"%d %s" % (at, leaf.hex().encode()) for at, leaf in enumerate(leaves)])
    bundle.members["ledger/proof.bin"] = b""


def export_resigned(bundle: Exported) -> str:
    bodies = bundle.lines("ledger/entries.jsonl")
    bodies[4] = forged(bodies[4].decode(), reason="nothing happened").encode()
    re_sealed(bundle, bodies)
    return "no valid signature of the witness"


def export_fork(bundle: Exported) -> str:
    re_sealed(bundle, bundle.lines("ledger/entries.jsonl"))
    return "no valid signature of the witness"


def export_rolled_back(bundle: Exported) -> str:
    """An older state is handed over as the newest: the head is of a tree that does not hold the export entry."""
    lines = bundle.members["ledger/checkpoint.txt"].decode().split("\n")
    lines[1] = str(int(lines[1]) - 3)
    bundle.members["ledger/checkpoint.txt"] = "\n".join(lines).encode()
    return "ledger/checkpoint.txt: no valid signature of the ledger"


def export_truncated(bundle: Exported) -> str:
    left = len(bundle.lines("ledger/entries.jsonl")) - 2
    for name in ("ledger/entries.jsonl", "ledger/leaves.txt"):
        bundle.put(name, bundle.lines(name)[:left])
    return f"ledger/entries.jsonl line {left + 1} is missing"


def export_re_ordered(bundle: Exported) -> str:
    bodies = bundle.lines("ledger/entries.jsonl")
    bodies[5], bodies[6] = bodies[6], bodies[5]
    bundle.put("ledger/entries.jsonl", bodies)
    return "line 6 "


def export_inserted(bundle: Exported) -> str:
    bodies = bundle.lines("ledger/entries.jsonl")
    bundle.put("ledger/entries.jsonl", [*bodies[:3], bodies[2], *bodies[3:]])
    return "line 4 "


def export_edited(bundle: Exported) -> str:
    bodies = bundle.lines("ledger/entries.jsonl")
    bodies[7] = bodies[7].replace(b"SOP-", b"SOP-9", 1)
    bundle.put("ledger/entries.jsonl", bodies)
    return "line 8 "


def export_swapped_raw_file(bundle: Exported) -> str:
    name = next(name for name in bundle.members if name.startswith("files/content/"))
    bundle.members[name] = RAW.replace(b"raw", b"war", 1)
    return name


def export_changed_segment(bundle: Exported) -> str:
    name = next(name for name in bundle.members if name.startswith("files/segments/"))
    bundle.members[name] = one_value_changed(bundle.members[name])
    return name


EXPORT_ATTACKS: tuple[Callable[[Exported], str], ...] = (
    export_rolled_back,
    export_resigned,
    export_fork,
    export_truncated,
    export_re_ordered,
    export_inserted,
    export_edited,
    export_swapped_raw_file,
    export_changed_segment,
)


@pytest.mark.parametrize("attack", EXPORT_ATTACKS, ids=lambda attack: attack.__name__)
def test_the_one_file_verifier_finds_and_locates(
    exported: Exported,
    verifier: ModuleType,  # noqa: F811
    attack: Callable[[Exported], str],
) -> None:
    assert verifier.verify(write_zip(exported.members), exported.key, [exported.witness])["pinned"]
    where = attack(exported)
    with pytest.raises(verifier.Fault) as told:
        verifier.verify(write_zip(exported.members), exported.key, [exported.witness])
    assert where in str(told.value)


@pytest.mark.parametrize("attack", [rolled_back, resigned_with_the_stolen_key, fork])
@pytest.mark.parametrize("dressed", [False, True], ids=["bare", "with an old cosignature"])
def test_the_one_file_verifier_refuses_what_such_a_ledger_exports_under_its_stolen_key(
    lab: Lab,
    verifier: ModuleType,  # noqa: F811
    attack: Callable[[Lab], str],
    dressed: bool,
) -> None:
    """The export is in good form from end to end; only the witness, whom its reader pinned, is missing."""
    honest = lab.query("SELECT note FROM ledger_checkpoint ORDER BY tree_size DESC LIMIT 1")[0][0]
    attack(lab)
    platform = lab.open()
    pinned = platform.sealer.signer.verifier, platform.sealer.witnesses[0].signer.cosigner
    data = export(
        platform.record,
        lab.thief(platform),
        actor=TIMER,
        reason="inspection",
        subject=("record_training", lab.rows[0], "Training"),
        records=[("record_training", row) for row in lab.rows[:8]],
        files={},
    )
    platform.close()
    members, _ = verifier.read_archive(data)
    if dressed:
        members["ledger/checkpoint.txt"] += (
            str(honest).rpartition("\n\n")[2].splitlines()[1] + "\n"
        ).encode()
        members["ledger/keys.txt"] += f"witness {pinned[1]}\n".encode()
    with pytest.raises(verifier.Fault, match="witness") as told:
        verifier.verify(write_zip(members), pinned[0], [pinned[1]])
    assert _where_it_left(lab, members) in str(told.value)


def _where_it_left(lab: Lab, members: dict[str, bytes]) -> str:
    """What is said of the last head in the ledger that bears the witness' line, and of the first entry behind it."""
    noted = "SELECT max(tree_size) FROM ledger_checkpoint WHERE note LIKE '%— file-witness %'"
    size = lab.query(noted)[0][0]
    if size is None:
        assert "ledger/seen.json" not in members
        return "the bundle holds no checkpoint that it signed"
    leaves = [int(line.split()[0]) for line in members["ledger/leaves.txt"].splitlines()]
    line = next(place for place, leaf in enumerate(leaves) if leaf >= int(str(size)))
    return (
        f"It signed the checkpoint over {size} entries, with which this ledger begins: what it has not seen, or has "
        "seen otherwise, is among the entries behind; here the first of them is "
        f"ledger/entries.jsonl line {line + 1} ("
    )


@pytest.mark.parametrize("how", ["the proof", "the note"])
def test_what_a_witness_saw_before_it_stayed_away_is_not_taken_on_trust(
    lab: Lab,
    verifier: ModuleType,  # noqa: F811
    how: str,
) -> None:
    """An altered proof shows another ledger, and an altered checkpoint was signed by nobody."""
    fork(lab)
    platform = lab.open()
    pinned = platform.sealer.signer.verifier, platform.sealer.witnesses[0].signer.cosigner
    data = export(
        platform.record,
        lab.thief(platform),
        actor=TIMER,
        reason="inspection",
        subject=("record_training", lab.rows[0], "Training"),
        records=[],
        files={},
    )
    platform.close()
    members, _ = verifier.read_archive(data)
    (seen,) = json.loads(members["ledger/seen.json"])
    if how == "the proof":
        seen["consistency"][0] = "00" * 32
        said = "It signed another ledger: the first entry that differs is among the first"
    else:
        seen["checkpoint"] = seen["checkpoint"].replace("\n", "\n1", 1)
        said = "the bundle holds no checkpoint that it signed"
    members["ledger/seen.json"] = canonical([seen])
    with pytest.raises(verifier.Fault, match=said):
        verifier.verify(write_zip(members), pinned[0], [pinned[1]])


def test_the_one_file_verifier_finds_and_locates_an_entry_that_was_back_dated(
    lab: Lab,
    verifier: ModuleType,  # noqa: F811
) -> None:
    """Sealed and cosigned in good form: only its own time gives it away."""
    back_dated(lab)
    platform = open_platform(lab.folder, hasher=HASHER, clock=lab.clock)
    late = str(lab.query("SELECT id FROM record_training WHERE document = 'late'")[0][0])
    data = export(
        platform.record,
        platform.sealer,
        actor=TIMER,
        reason="inspection",
        subject=("record_training", late, "Training"),
        records=[("record_training", row) for row in lab.rows],
        files={},
    )
    platform.close()
    with pytest.raises(verifier.Fault, match=rf"line \d+ \(.*record_training {late}.* is back-dated"):
        verifier.verify(data)


def test_a_clock_that_was_set_back_is_no_attack(lab: Lab, verifier: ModuleType) -> None:  # noqa: F811
    clock, rows = ManualClock(lab.clock.now() - timedelta(hours=3)), list[str]()
    platform = open_platform(lab.folder, hasher=HASHER, clock=clock)
    write(platform, clock, rows)
    verdict = verify_store(platform.record, platform.sealer, platform.verifiers)
    assert verdict.holds, verdict.sentence
    data = export(
        platform.record,
        platform.sealer,
        actor=TIMER,
        reason="inspection",
        subject=("record_training", rows[0], "Training"),
        records=[("record_training", row) for row in lab.rows],
        files={},
    )
    platform.close()
    assert verifier.verify(data)["entries"]
