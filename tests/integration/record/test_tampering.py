"""Whatever an owner of the files changes in an installation is found, and what was touched first is named.

The changes are made as somebody would who owns the database: raw SQL with the triggers dropped and put back as
they were, and bytes in files. Each is undone before the next by copying back only what was changed.
"""

# ruff: noqa: S608  the names in these statements come from the tables' own definitions

from __future__ import annotations

import json
import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from argon2 import PasswordHasher

from titer.app import Config, Platform, create_installation, open_platform
from titer.base.vault import Vault, find
from titer.connect.core.frame import Frame
from titer.record import Actor, Sealer, Training, checkpoint, schema
from titer.record.verify import Verdict, verify_store

PASSWORD = "correct horse battery"
TIMER = Actor.timer("test")
ROUNDS = 200
_START_US = 1_772_438_400_000_000


@dataclass
class Store:
    """A filled installation, and the means to harm and restore it."""

    platform: Platform
    saved: Path
    vault: Vault
    touched: set[Path] = field(default_factory=set)

    @cached_property
    def filled(self) -> list[str]:
        """The regulated tables that have rows."""
        with closing(sqlite3.connect(self.saved / "titer.db")) as base:
            names = [table.name for table in schema.regulated_tables()]
            return [name for name in names if base.execute(f"SELECT 1 FROM {name} LIMIT 1").fetchone()]

    @property
    def folder(self) -> Path:
        return self.platform.folder

    def verify(self) -> Verdict:
        """As a fresh process would: with a sealer and a witness that have nothing in memory."""
        old, seen = self.platform.sealer, self.platform.sealer.witnesses[0]
        witness = checkpoint.FileWitness(
            seen.signer.name, self.folder / "witness", self.platform.record.clock, self.vault
        )
        sealer = Sealer(self.platform.record, old.origin, old.signer, [witness])
        try:
            return verify_store(self.platform.record, sealer, self.platform.verifiers)
        finally:
            self.platform.record.engine.dispose()

    def sql(self, table: str, *statements: tuple[str, tuple[Any, ...]]) -> None:
        """Change the database as its owner: triggers dropped, and recreated exactly as they were."""
        self.touched.add(Path("titer.db"))
        with closing(sqlite3.connect(self.folder / "titer.db", isolation_level=None)) as base:
            base.execute("PRAGMA journal_mode=DELETE")
            base.execute("BEGIN IMMEDIATE")
            kept = base.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?", (table,)
            ).fetchall()
            for name, _ in kept:
                base.execute(f'DROP TRIGGER "{name}"')
            for statement, values in statements:
                base.execute(statement, values)
            for _, text in kept:
                base.execute(text)
            base.execute("COMMIT")

    def query(self, statement: str) -> list[Any]:
        with closing(sqlite3.connect(self.folder / "titer.db")) as base:
            return base.execute(statement).fetchall()

    def flip(self, path: Path, position: int, mask: int) -> None:
        """Change one byte of a file."""
        self.touched.add(path)
        target = self.folder / path
        target.chmod(0o640)
        data = bytearray(target.read_bytes())
        data[position] ^= mask
        target.write_bytes(data)

    def restore(self) -> None:
        """Put back what was changed, and what a verification may have sealed on top of it."""
        if Path("titer.db") in self.touched:
            for name in ("titer.db-wal", "titer.db-shm", "titer.db-journal"):
                (self.folder / name).unlink(missing_ok=True)
            for file in (self.saved / "witness").iterdir():
                self.touched.add(Path("witness") / file.name)
        for path in self.touched:
            shutil.copy(self.saved / path, self.folder / path)
        self.touched.clear()


def _frame(first: int, count: int) -> bytes:
    source = np.arange(first, first + count, dtype="<i8") * 1_000_000 + _START_US
    return Frame(
        connection="br201",
        epoch=1,
        first=first,
        last=first + count - 1,
        channels=("BR-201.Temperature.PV", "BR-201.pH.PV"),
        channel=np.arange(count, dtype="<u2") % 2,
        source_us=source,
        server_us=source,
        received_us=source + 5_000,
        value=np.linspace(36.0, 37.5, count),
        status=np.zeros(count, dtype="<u4"),
        quality=np.zeros(count, dtype="u1"),
        origin=np.zeros(count, dtype="u1"),
        text={},
    ).encode()


def _fill(platform: Platform) -> None:
    """People, trainings, lots with documents, exceptions, a signed disposition, two sealed runs of values."""
    record, people = platform.record, {}
    with record.action(TIMER, "record.person.create") as unit:
        for username, role in (("op", "operator"), ("qa", "quality"), ("rev", "reviewer")):
            row = platform.identity.create_person(
                unit,
                username=username,
                full_name=f"{username.title()} Müller",
                password=PASSWORD,
                roles=(role,),
            )
            row.policy_acknowledged_at = unit.now
            people[username] = Actor.person(row.id, None, row.full_name)
    platform.settle()
    with record.action(people["rev"], "record.training.enter", reason="yearly") as unit:
        for number in range(6):
            unit.add(
                Training(
                    person_id=people["op"].id, competency="SEC", document=f"SOP-{number}", trained_at=unit.now
                )
            )
    with record.action(people["qa"], "material.define") as unit:
        platform.material.define(
            unit,
            code="MEDIUM",
            title="Basal medium",
            kind="raw material",
            unit_code="kg",
            needs=["certificate"],
        )
    for number in range(5):
        with record.action(people["op"], "material.lot.receive") as unit:
            lot = platform.material.receive_lot(
                unit,
                definition_code="MEDIUM",
                lot_number=f"RM-{number}",
                quantity=Decimal("25.00") + number,
                unit_code="kg",
                expires_on=date(2027, 12, 31),
                supplier="Media Ltd",
            )
            platform.material.attach_certificate(
                unit,
                lot.id,
                f"%PDF-1.7 certificate {number}".encode() * 40,
                file_name="coa.pdf",
                media_type="application/pdf",
            )
    exceptions = []
    with record.action(TIMER, "quality.follow") as unit:
        for number in range(4):
            row = platform.quality.raise_exception(
                unit,
                kind="limit",
                severity="minor",
                title=f"Temperature above its limit ({number})",
                detail="37.6 degC for 4 min",
                batch_id=None,
                subject_type="mes_phase",
                subject_id=f"phase-{number}",
                evidence={"value": "37.6", "unit": "degC"},
                key=f"limit/{number}",
            )
            exceptions.append(row.id)
    platform.settle()
    data = {"disposition": "justified", "comment": "Within the proven range."}
    with record.reading() as session:
        shown = platform.signing.preview(
            session, people["qa"], "quality_exception", exceptions[0], "disposed", data
        )
    platform.signing.sign(
        people["qa"],
        record_type="quality_exception",
        record_id=exceptions[0],
        version=shown.version,
        meaning="disposed",
        data=data,
        shown_digest=shown.digest,
        reason="reviewed",
        password=PASSWORD,
        remote="test",
    )
    for first in (1, 2001):
        platform.historian.append([_frame(first, 2000)])
        platform.historian.seal()
    platform.settle()


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    root = tmp_path_factory.mktemp("tampering")
    create_installation(root / "lab", Config(name="lab"))
    platform = open_platform(root / "lab", hasher=PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    _fill(platform)
    platform.record.engine.dispose()
    base = sqlite3.connect(root / "lab" / "titer.db")
    base.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    base.close()
    shutil.copytree(root / "lab", root / "saved")
    yield Store(platform, root / "saved", find(root / "lab.key"))
    platform.close()


@pytest.fixture(autouse=True)
def _restored(store: Store) -> Iterator[None]:
    yield
    store.restore()


def _touch(value: Any, rng: random.Random) -> Any:
    """The value with one byte, or where it has none one bit, changed."""
    if value is None:
        return "x"
    if isinstance(value, int):
        return value ^ (1 << rng.randrange(40))
    data = bytearray(value if isinstance(value, bytes) else value.encode())
    if not data:
        return "x"
    data[rng.randrange(len(data))] ^= rng.randrange(1, 128)
    if isinstance(value, bytes):
        return bytes(data)
    return bytes(data).decode("latin-1")


Harm = Callable[[Store, random.Random], tuple[str, ...]]
"""Harms the store; returns the words of which the first fault must contain one."""


def _cell(store: Store, rng: random.Random) -> tuple[str, ...]:
    table = rng.choice(store.filled)
    row = dict(zip(_columns(store, table), rng.choice(store.query(f"SELECT * FROM {table}")), strict=True))
    column = rng.choice(sorted(row))
    statement = f'UPDATE {table} SET "{column}" = ? WHERE id = ?'
    store.sql(table, (statement, (_touch(row[column], rng), row["id"])))
    return (f"{table} ",) if column == "id" else (f"{table} {row['id']}",)


def _columns(store: Store, table: str) -> list[str]:
    return [info[1] for info in store.query(f"PRAGMA table_info({table})")]


def _row_gone(store: Store, rng: random.Random) -> tuple[str, ...]:
    table = rng.choice(store.filled)
    row_id = rng.choice(store.query(f"SELECT id FROM {table}"))[0]
    store.sql(table, (f"DELETE FROM {table} WHERE id = ?", (row_id,)))
    return (f"{table} {row_id}",)


def _row_new(store: Store, rng: random.Random) -> tuple[str, ...]:
    row = rng.choice(store.query("SELECT id FROM record_training"))[0]
    columns = ", ".join(name for name in _columns(store, "record_training") if name != "id")
    new = f"{row[:-4]}{rng.randrange(16**4):04x}x"
    statement = (
        f"INSERT INTO record_training(id, {columns}) SELECT ?, {columns} FROM record_training WHERE id = ?"
    )
    store.sql("record_training", (statement, (new, row)))
    return (f"record_training {new}",)


def _entry(store: Store, rng: random.Random) -> tuple[str, ...]:
    seq, body = rng.choice(store.query("SELECT seq, body FROM ledger_entry"))
    data = bytearray(body.encode())
    positions = [at for at, byte in enumerate(data) if chr(byte).isalnum()]
    at = rng.choice(positions)
    data[at] = rng.choice([byte for byte in b"0123456789abcdef" if byte != data[at]])
    # As bytes that stay JSON where they can; what does not is refused by the generated columns already.
    try:
        store.sql("ledger_entry", ("UPDATE ledger_entry SET body = ? WHERE seq = ?", (data.decode(), seq)))
    except (sqlite3.OperationalError, sqlite3.IntegrityError):
        return _entry(store, rng)
    return (f"Entry {seq} ", f"Entry {seq}:")


def _entry_gone(store: Store, rng: random.Random) -> tuple[str, ...]:
    seq = rng.choice(store.query("SELECT seq FROM ledger_entry"))[0]
    store.sql("ledger_entry", ("DELETE FROM ledger_entry WHERE seq = ?", (seq,)))
    return (f"entry {seq}.", "ledger_leaf", "Entries were removed")


def _entry_new(store: Store, rng: random.Random) -> tuple[str, ...]:
    entry = json.loads(rng.choice(store.query("SELECT body FROM ledger_entry"))[0])
    entry["id"] = f"f{entry['id'][1:]}"
    body = json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    top = store.query("SELECT max(seq) FROM ledger_entry")[0][0]
    place = rng.choice([0, -1, top + 1, top + 7])
    store.sql("ledger_entry", ("INSERT INTO ledger_entry(seq, body) VALUES (?, ?)", (place, body)))
    return (f"Entry {place} ",)


def _entries_swapped(store: Store, rng: random.Random) -> tuple[str, ...]:
    first, second = sorted(seq for (seq,) in rng.sample(store.query("SELECT seq FROM ledger_entry"), 2))
    move = "UPDATE ledger_entry SET seq = ? WHERE seq = ?"
    store.sql("ledger_entry", (move, (-99, first)), (move, (first, second)), (move, (second, -99)))
    return (f"Entry {first} ",)


def _leaf(store: Store, rng: random.Random) -> tuple[str, ...]:
    index, seq, leaf_hash = rng.choice(store.query("SELECT * FROM ledger_leaf"))
    kind = rng.choice(["hash", "seq", "gone", "index"])
    if kind == "hash":
        store.sql(
            "ledger_leaf",
            ("UPDATE ledger_leaf SET leaf_hash = ? WHERE leaf_index = ?", (_touch(leaf_hash, rng), index)),
        )
    elif kind == "seq":
        store.sql(
            "ledger_leaf",
            ("UPDATE ledger_leaf SET entry_seq = ? WHERE leaf_index = ?", (seq + 100_000, index)),
        )
    elif kind == "index":
        store.sql(
            "ledger_leaf",
            ("UPDATE ledger_leaf SET leaf_index = ? WHERE leaf_index = ?", (index + 100_000, index)),
        )
    else:
        store.sql("ledger_leaf", ("DELETE FROM ledger_leaf WHERE leaf_index = ?", (index,)))
    return ("ledger_leaf", "a checkpoint covers")


def _checkpoint(store: Store, rng: random.Random) -> tuple[str, ...]:
    size, note, sealed_at = rng.choice(
        store.query("SELECT tree_size, note, sealed_at FROM ledger_checkpoint")
    )
    change: tuple[str, Any] = ("note", note)
    kind = rng.randrange(5)
    if kind < 3:
        at = rng.randrange(len(note))
        change = ("note", note[:at] + chr(ord(note[at]) ^ rng.randrange(1, 16)) + note[at + 1 :])
    elif kind == 3:
        change = ("sealed_at", sealed_at + rng.choice([-1, 1]) * rng.randrange(1000, 10**9))
    else:
        change = ("witnessed", 0)
    store.sql(
        "ledger_checkpoint",
        (f"UPDATE ledger_checkpoint SET {change[0]} = ? WHERE tree_size = ?", (change[1], size)),
    )
    return (f"checkpoint over {size:,}", "ledger_checkpoint")


def _content(store: Store, rng: random.Random) -> tuple[str, ...]:
    path = rng.choice(sorted((store.folder / "content").glob("*/*")))
    store.flip(path.relative_to(store.folder), rng.randrange(path.stat().st_size), rng.randrange(1, 256))
    return (path.name[:12],)


def _segment(store: Store, rng: random.Random) -> tuple[str, ...]:
    path = rng.choice(sorted((store.folder / "historian" / "segments").glob("day=*/*.parquet")))
    store.flip(path.relative_to(store.folder), rng.randrange(path.stat().st_size), rng.randrange(1, 256))
    return (path.name,)


KINDS: tuple[tuple[Harm, int], ...] = (
    (_cell, 70),
    (_row_gone, 10),
    (_row_new, 5),
    (_entry, 35),
    (_entry_gone, 10),
    (_entry_new, 10),
    (_entries_swapped, 10),
    (_leaf, 15),
    (_checkpoint, 15),
    (_content, 10),
    (_segment, 10),
)


def test_the_untouched_store_holds(store: Store) -> None:
    verdict = store.verify()
    assert verdict.holds, verdict.first_fault
    assert verdict.entries > 40
    assert verdict.checked["files"] >= 5


def test_two_hundred_changes_are_found_two_hundred_times_and_named(store: Store) -> None:
    assert sum(count for _, count in KINDS) == ROUNDS
    rng = random.Random(2026)
    plan = [kind for kind, count in KINDS for _ in range(count)]
    rng.shuffle(plan)
    missed = []
    for number, harm in enumerate(plan):
        words = harm(store, rng)
        verdict = store.verify()
        if verdict.holds or not any(word in (verdict.first_fault or "") for word in words):
            missed.append(f"{number} {harm.__name__}: expected one of {words}, got {verdict.first_fault}")
        store.restore()
    assert missed == []
    assert store.verify().holds


def _contents(path: Path) -> object:
    """Everything that can be read out of a database, or what reading it raises."""
    base = sqlite3.connect(path)
    try:
        base.execute("SELECT 1 FROM sqlite_master").fetchall()
        tables = base.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name")
        found = {"schema": tables.fetchall()}
        for kind, name, _, _ in found["schema"]:
            if kind == "table":
                found[name] = base.execute(f'SELECT * FROM "{name}" ORDER BY 1').fetchall()
        return found
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        return repr(error)
    finally:
        base.close()


def test_a_byte_changed_in_the_database_file_is_found_or_changes_nothing(store: Store) -> None:
    """At random positions of the file, free space included: what is not found has changed no row."""
    rng = random.Random(7)
    database = Path("titer.db")
    size = (store.saved / database).stat().st_size
    before = _contents(store.saved / database)
    regulated = {table.name for table in schema.regulated_tables()} | {
        "ledger_entry",
        "ledger_leaf",
        "ledger_checkpoint",
    }
    found = 0
    for _ in range(100):
        position, mask = rng.randrange(size), rng.randrange(1, 256)
        store.flip(database, position, mask)
        (store.folder / "titer.db-wal").unlink(missing_ok=True)
        (store.folder / "titer.db-shm").unlink(missing_ok=True)
        after = _contents(store.folder / database)
        verdict = store.verify()
        found += not verdict.holds
        if verdict.holds:
            assert isinstance(after, dict) and isinstance(before, dict), (position, mask, after)
            for name in regulated | {"schema"}:
                assert after[name] == before[name], (position, mask, name)
        store.restore()
    assert found > 10
