"""What an owner of the files may do to an installation, and which words a verification then owes the reader.

The changes are made as somebody would who owns the database, the embedded file or one on a server: raw SQL past the
triggers, and bytes in files. Each is undone before the next by putting back only what was changed.
"""

# ruff: noqa: S608  the names in these statements come from the tables' own definitions

from __future__ import annotations

import json
import random
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
from argon2 import PasswordHasher
from tests.integration.record.owned import Owned, Statement, owned

from titer.app import Config, Platform, create_installation, open_platform
from titer.base.errors import IntegrityFault
from titer.base.vault import Vault, find
from titer.connect.core.frame import Frame
from titer.record import Actor, Proof, Sealer, Training, checkpoint, schema
from titer.record.verify import Verdict, verify_store

PASSWORD = "correct horse battery"
TIMER = Actor.timer("test")
_START_US = 1_772_438_400_000_000


DATABASE = Path("titer.db")
"""Stands for the database among what was touched, wherever that lies."""


@dataclass
class Store:
    """A filled installation, and the means to harm and restore it."""

    platform: Platform
    saved: Path
    vault: Vault
    base: Owned
    kept: Any
    touched: set[Path] = field(default_factory=set)

    @cached_property
    def filled(self) -> list[str]:
        """The regulated tables that have rows."""
        names = [table.name for table in schema.regulated_tables()]
        return [name for name in names if self.query(f"SELECT 1 FROM {name} LIMIT 1")]

    @property
    def folder(self) -> Path:
        return self.platform.folder

    def verify(self) -> Verdict:
        """As a fresh process would: with a sealer and a witness that have nothing in memory."""
        old, seen = self.platform.sealer, self.platform.sealer.witnesses[0]
        try:
            witness = checkpoint.FileWitness(
                seen.signer.name, self.folder / "witness", self.platform.record.clock, self.vault
            )
        except IntegrityFault as error:  # as `titer verify` says it: the installation does not even open
            return Verdict(holds=False, first_fault=str(error))
        sealer = Sealer(self.platform.record, old.origin, old.signer, [witness])
        try:
            return verify_store(self.platform.record, sealer, self.platform.verifiers)
        finally:
            self.platform.record.engine.dispose()

    def sql(self, *statements: Statement) -> None:
        """Change the database as its owner."""
        self.touched.add(DATABASE)
        self.base.sql(*statements)

    def query(self, statement: str) -> list[Any]:
        return self.base.query(statement)

    def flip(self, path: Path, position: int, mask: int) -> None:
        """Change one byte of a file."""
        self.touched.add(path)
        target = self.folder / path
        target.chmod(0o640)
        data = bytearray(target.read_bytes())
        data[position] ^= mask
        target.write_bytes(data)

    def write(self, path: Path, data: bytes | None) -> None:
        """Put other bytes in place of a file, or take it away."""
        self.touched.add(path)
        target = self.folder / path
        target.chmod(0o640)
        if data is None:
            target.unlink()
        else:
            target.write_bytes(data)

    def pick(self, rng: random.Random, pattern: str) -> Path:
        """One of the files that lie in the installation."""
        return rng.choice(sorted(self.folder.glob(pattern))).relative_to(self.folder)

    def restore(self) -> None:
        """Put back what was changed, and what a verification may have sealed on top of it."""
        if DATABASE in self.touched:
            self.touched.remove(DATABASE)
            self.base.put_back(self.kept)
            for file in (self.saved / "witness").iterdir():
                self.touched.add(Path("witness") / file.name)
        for path in self.touched:
            shutil.copy(self.saved / path, self.folder / path)
        self.touched.clear()

    def close(self) -> None:
        self.base.close()
        self.platform.close()


def frame(first: int, count: int) -> bytes:
    """Values of a reactor, one a second, as its connector hands them over."""
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
        proof=Proof(PASSWORD),
        remote="test",
    )
    for first in (1, 2001):
        platform.historian.append([frame(first, 2000)])
        platform.historian.seal()
    platform.settle()


def _touch(value: Any, rng: random.Random, kind: type = str) -> Any:
    """The value with one byte, or where it has none one bit, changed; `kind` of value for one that is not there."""
    if value is None:
        return {str: "x", int: 1, bool: True, Decimal: Decimal(1), bytes: b"x"}[kind]
    if isinstance(value, bool):
        return not value
    if isinstance(value, Decimal):
        return value + 1
    if isinstance(value, int):
        return value ^ (1 << rng.randrange(40))
    data = bytearray(value if isinstance(value, bytes) else value.encode())
    if not data:
        return "x"
    at = rng.randrange(len(data))
    data[at] ^= rng.choice([mask for mask in range(1, 128) if mask != data[at]])  # no text holds a zero
    if isinstance(value, bytes):
        return bytes(data)
    return bytes(data).decode("latin-1")


Harm = Callable[[Store, random.Random], tuple[str, ...]]
"""Harms the store; returns the words of which the first fault must contain one."""


def _cell(store: Store, rng: random.Random) -> tuple[str, ...]:
    table = rng.choice(store.filled)
    kinds = store.base.columns(table)
    row = dict(zip(kinds, rng.choice(store.query(f"SELECT * FROM {table} ORDER BY id")), strict=True))
    column = rng.choice(sorted(row))
    statement = f'UPDATE {table} SET "{column}" = ? WHERE id = ?'
    try:
        store.sql((statement, (_touch(row[column], rng, kinds[column]), row["id"])))
    except (sqlite3.IntegrityError, psycopg.IntegrityError):  # one number away, another row has it already
        return _cell(store, rng)
    return (f"{table} ",) if column == "id" else (f"{table} {row['id']}",)


def _row_gone(store: Store, rng: random.Random) -> tuple[str, ...]:
    table = rng.choice(store.filled)
    row_id = rng.choice(store.query(f"SELECT id FROM {table}"))[0]
    store.sql((f"DELETE FROM {table} WHERE id = ?", (row_id,)))
    return (f"{table} {row_id}",)


def _row_new(store: Store, rng: random.Random) -> tuple[str, ...]:
    row = rng.choice(store.query("SELECT id FROM record_training"))[0]
    columns = ", ".join(name for name in store.base.columns("record_training") if name != "id")
    new = f"{row[:-4]}{rng.randrange(16**4):04x}x"
    statement = (
        f"INSERT INTO record_training(id, {columns}) SELECT ?, {columns} FROM record_training WHERE id = ?"
    )
    store.sql((statement, (new, row)))
    return (f"record_training {new}",)


def _entry(store: Store, rng: random.Random) -> tuple[str, ...]:
    seq, body = rng.choice(store.query("SELECT seq, body FROM ledger_entry"))
    data = bytearray(body.encode())
    positions = [at for at, byte in enumerate(data) if byte < 128 and chr(byte).isalnum()]
    at = rng.choice(positions)
    data[at] = rng.choice([byte for byte in b"0123456789abcdef" if byte != data[at]])
    # As bytes that stay JSON where they can; what does not is refused by the generated columns already.
    try:
        store.sql(("UPDATE ledger_entry SET body = ? WHERE seq = ?", (data.decode(), seq)))
    except (sqlite3.OperationalError, sqlite3.IntegrityError):
        return _entry(store, rng)
    return (f"Entry {seq} ", f"Entry {seq}:")


def _entry_gone(store: Store, rng: random.Random) -> tuple[str, ...]:
    seq = rng.choice(store.query("SELECT seq FROM ledger_entry"))[0]
    store.sql(("DELETE FROM ledger_entry WHERE seq = ?", (seq,)))
    return (f"entry {seq}.", "ledger_leaf", "Entries were removed")


def _entry_new(store: Store, rng: random.Random) -> tuple[str, ...]:
    entry = json.loads(rng.choice(store.query("SELECT body FROM ledger_entry"))[0])
    entry["id"] = f"f{entry['id'][1:]}"
    body = json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    top = store.query("SELECT max(seq) FROM ledger_entry")[0][0]
    place = rng.choice([0, -1, top + 1, top + 7])
    store.sql(store.base.entry(body, place))
    return (f"Entry {place} ",)


def _entries_swapped(store: Store, rng: random.Random) -> tuple[str, ...]:
    first, second = sorted(seq for (seq,) in rng.sample(store.query("SELECT seq FROM ledger_entry"), 2))
    move = "UPDATE ledger_entry SET seq = ? WHERE seq = ?"
    store.sql((move, (-99, first)), (move, (first, second)), (move, (second, -99)))
    return (f"Entry {first} ",)


def _leaf(store: Store, rng: random.Random) -> tuple[str, ...]:
    index, seq, leaf_hash = rng.choice(store.query("SELECT * FROM ledger_leaf"))
    kind = rng.choice(["hash", "seq", "gone", "index"])
    if kind == "hash":
        store.sql(
            ("UPDATE ledger_leaf SET leaf_hash = ? WHERE leaf_index = ?", (_touch(leaf_hash, rng), index)),
        )
    elif kind == "seq":
        store.sql(
            ("UPDATE ledger_leaf SET entry_seq = ? WHERE leaf_index = ?", (seq + 100_000, index)),
        )
    elif kind == "index":
        store.sql(
            ("UPDATE ledger_leaf SET leaf_index = ? WHERE leaf_index = ?", (index + 100_000, index)),
        )
    else:
        store.sql(("DELETE FROM ledger_leaf WHERE leaf_index = ?", (index,)))
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
        change = ("witnessed", False)
    store.sql(
        (f"UPDATE ledger_checkpoint SET {change[0]} = ? WHERE tree_size = ?", (change[1], size)),
    )
    return (f"checkpoint over {size:,}", "ledger_checkpoint")


def _checkpoint_gone(store: Store, rng: random.Random) -> tuple[str, ...]:
    """One in the middle, or all but the last; or one and the numbers behind it, so that none is missing."""
    sizes = [size for (size,) in store.query("SELECT tree_size FROM ledger_checkpoint ORDER BY tree_size")]
    at = rng.randrange(len(sizes) - 1)
    how = rng.choice(["one", "all", "numbers"])
    if how == "all":
        store.sql(("DELETE FROM ledger_checkpoint WHERE tree_size < ?", (sizes[-1],)))
        return (f"the one over {sizes[-2]:,} entries",)
    store.sql(("DELETE FROM ledger_checkpoint WHERE tree_size = ?", (sizes[at],)))
    if how == "numbers":
        for number in range(at + 1, len(sizes)):
            store.sql(("UPDATE ledger_checkpoint SET number = ? WHERE number = ?", (number - 1, number)))
    return (f"A checkpoint was removed: the one over {sizes[at]:,} entries",)


def _signature_off(store: Store, rng: random.Random) -> tuple[str, ...]:
    """The witness' line taken off one checkpoint, or off all, which is called unwitnessed then."""
    rows = store.query("SELECT tree_size, note FROM ledger_checkpoint ORDER BY tree_size")
    chosen = rows if rng.randrange(2) else [rng.choice(rows)]
    change = "UPDATE ledger_checkpoint SET note = ?, witnessed = ? WHERE tree_size = ?"
    for size, note in chosen:
        bare = "".join(line for line in note.splitlines(keepends=True) if "\u2014 file-witness" not in line)
        store.sql((change, (bare, False, size)))
    return (f"The checkpoint over {chosen[0][0]:,} entries",)


def _content(store: Store, rng: random.Random) -> tuple[str, ...]:
    path = store.pick(rng, "content/*/*")
    store.flip(path, rng.randrange((store.folder / path).stat().st_size), rng.randrange(1, 256))
    return (path.name[:12],)


def _segment(store: Store, rng: random.Random) -> tuple[str, ...]:
    path = store.pick(rng, SEGMENTS)
    store.flip(path, rng.randrange((store.folder / path).stat().st_size), rng.randrange(1, 256))
    return (path.name,)


def _file_gone(store: Store, rng: random.Random) -> tuple[str, ...]:
    path = store.pick(rng, rng.choice(["content/*/*", SEGMENTS]))
    store.write(path, None)
    return (path.name[:12],)


def _file_cut(store: Store, rng: random.Random) -> tuple[str, ...]:
    path = store.pick(rng, rng.choice(["content/*/*", SEGMENTS]))
    data = (store.folder / path).read_bytes()
    store.write(path, rng.choice([data[: rng.randrange(len(data))], data + b"\0"]))
    return (path.name[:12],)


def _files_exchanged(store: Store, rng: random.Random) -> tuple[str, ...]:
    pattern = rng.choice(["content/*/*", SEGMENTS])
    one, other = rng.sample(sorted(store.folder.glob(pattern)), 2)
    first, second = one.read_bytes(), other.read_bytes()
    store.write(one.relative_to(store.folder), second)
    store.write(other.relative_to(store.folder), first)
    return (one.name[:12], other.name[:12])


def _tail_cut(store: Store, rng: random.Random) -> tuple[str, ...]:
    """The last entries with all that vouches for them inside the database: only the witness remembers."""
    sizes = [size for (size,) in store.query("SELECT tree_size FROM ledger_checkpoint ORDER BY tree_size")]
    left = rng.choice(sizes[1:-1])
    store.sql(("DELETE FROM ledger_checkpoint WHERE tree_size > ?", (left,)))
    seqs = [seq for (seq,) in store.query("SELECT entry_seq FROM ledger_leaf ORDER BY leaf_index")]
    store.sql(("DELETE FROM ledger_leaf WHERE leaf_index >= ?", (left,)))
    store.sql(("DELETE FROM ledger_entry WHERE seq > ?", (seqs[left - 1],)))
    return ("a witness saw",)


def _witness(store: Store, rng: random.Random) -> tuple[str, ...]:
    kind = rng.choice(["note", "note", "note", "last", "notes gone", "last gone", "notes cut"])
    notes, last = Path("witness/notes.txt"), Path("witness/last.json")
    if kind == "note":
        data = (store.folder / notes).read_bytes()
        store.flip(notes, rng.randrange(len(data)), rng.randrange(1, 256))
        return ("notes.txt of the witness",)
    if kind == "last":
        data = (store.folder / last).read_bytes()
        at = rng.choice([at for at, byte in enumerate(data) if chr(byte).isalnum()])
        store.flip(last, at, 1)
        return ("witness",)
    if kind == "notes cut":
        data = (store.folder / notes).read_bytes()
        store.write(notes, data[: rng.randrange(1, len(data) - 1)])
        return ("notes.txt of the witness",)
    store.write(notes if kind == "notes gone" else last, None)
    return ("of the witness",)


def _message(store: Store, rng: random.Random) -> tuple[str, ...]:
    position = rng.choice(store.query("SELECT position FROM record_outbox"))[0]
    change = rng.choice(["record_id = record_id || 'x'", "position = position + 1000", "entry_seq = -1"])
    store.sql((f"UPDATE record_outbox SET {change} WHERE position = ?", (position,)))
    return ("record_outbox",)


def _credential(store: Store, rng: random.Random) -> tuple[str, ...]:
    owner, secret = rng.choice(store.query("SELECT owner_id, secret FROM record_credential"))
    new = _touch(secret, rng)
    store.sql(("UPDATE record_credential SET secret = ? WHERE owner_id = ?", (new, owner)))
    return ("record_credential of",)


def _trigger_gone(store: Store, rng: random.Random) -> tuple[str, ...]:
    store.sql((f"DROP TRIGGER {rng.choice(store.base.triggers())}", ()))
    return ("tables or triggers",)


def _trigger_off(store: Store, rng: random.Random) -> tuple[str, ...]:
    """It stands as it stood, and fires no more, or not for everybody."""
    name, table = rng.choice(store.base.triggers()).split(" ON ")
    how = rng.choice(["DISABLE", "ENABLE", "ENABLE REPLICA"])
    store.sql((f"ALTER TABLE {table} {how} TRIGGER {name}", ()))
    return ("tables or triggers",)


def _function_hollow(store: Store, rng: random.Random) -> tuple[str, ...]:
    """The trigger fires, and the function that it calls enters nothing."""
    table = rng.choice(store.filled)
    told = store.query(f"SELECT pg_get_functiondef('titer_{table}_entry'::regproc)")[0][0]
    head, begin, _ = told.partition("\nBEGIN\n")
    store.sql((f"{head}{begin}  RETURN NULL;\nEND $function$", ()))
    return ("tables or triggers",)


def _entry_found_otherwise(store: Store, rng: random.Random) -> tuple[str, ...]:
    """What an entry is found by says something else than the entry."""
    seq, record_id = rng.choice(store.query("SELECT seq, record_id FROM ledger_entry ORDER BY seq"))
    change = rng.choice(
        [
            ("record_id", f"{record_id}x"),
            ("record_type", "record_hold"),
            ("action", "nobody"),
            ("record_version", 99),
        ]
    )
    store.sql((f"UPDATE ledger_entry SET {change[0]} = ? WHERE seq = ?", (change[1], seq)))
    return (f"the columns of entry {seq} ",)


SEGMENTS = "historian/segments/day=*/*.parquet"

BYTES: tuple[tuple[Harm, int], ...] = ((_cell, 80), (_entry, 60), (_content, 30), (_segment, 30))
"""Single bytes of regulated rows, entries, stored content and sealed segments; of how many out of 200."""

MOVES: tuple[tuple[Harm, int], ...] = (
    (_row_gone, 10),
    (_row_new, 5),
    (_entry_gone, 8),
    (_entry_new, 8),
    (_entries_swapped, 8),
    (_tail_cut, 6),
    (_leaf, 12),
    (_checkpoint, 12),
    (_checkpoint_gone, 6),
    (_signature_off, 6),
    (_witness, 14),
    (_file_gone, 6),
    (_file_cut, 6),
    (_files_exchanged, 6),
    (_message, 6),
    (_credential, 4),
    (_trigger_gone, 4),
)
"""Removed, put in, re-ordered, cut off, exchanged; and what stands around the ledger."""

OF_FILES: tuple[Harm, ...] = (_content, _segment, _file_gone, _file_cut, _files_exchanged, _witness)
"""What is done beside the database, whichever it is."""

OF_A_SERVER: tuple[tuple[Harm, int], ...] = (
    (_trigger_off, 4),
    (_function_hollow, 4),
    (_entry_found_otherwise, 8),
)
"""What there is on PostgreSQL alone."""


def missed(store: Store, harm: Harm, rng: random.Random) -> str | None:
    """Harm the store, verify, restore; what is wrong with the verdict, if anything."""
    words = harm(store, rng)
    verdict = store.verify()
    store.restore()
    if verdict.holds:
        return f"{harm.__name__}: it holds, though {words} was touched"
    if not any(word in (verdict.first_fault or "") for word in words):
        return f"{harm.__name__}: expected one of {words}, it says: {verdict.first_fault}"
    return None


def filled_store(root: Path, config: Config | None = None, owner: str | None = None) -> Store:
    """A filled installation, and a copy of it to restore from.

    Args:
        root: the folder around it.
        config: what it is told; on the embedded file if left out.
        owner: on PostgreSQL, the address with the role that is to own the tables.
    """
    create_installation(root / "lab", config or Config(name="lab"), owner=owner)
    platform = open_platform(root / "lab", hasher=PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    _fill(platform)
    platform.record.engine.dispose()
    (root / "saved").mkdir()
    base = owned(platform.record.engine, root / "saved")
    kept = base.keep(DATABASE.name)
    shutil.copytree(root / "lab", root / "saved", dirs_exist_ok=True)
    return Store(platform, root / "saved", find(root / "lab.key"), base, kept)
