"""More that an owner of the files may do: bytes of the database file and of keys, forks, roll-backs, stolen keys.

Beside `tests/integration/record/harm.py`; each harm returns the words of which the first fault must contain one.
Words that name no table, entry or file, only that something is wrong, are `Vague`: such a change is found, and not
located. A byte that changes nothing that anybody reads (free space in a page, spare bits of Base64) is drawn again.
"""

# ruff: noqa: S608  the names in these statements come from the tables' own definitions

from __future__ import annotations

import json
import random
import sqlite3
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

from tests.integration.record.harm import Harm, Store

from titer.base.errors import IntegrityFault, TiterError
from titer.base.vault import find
from titer.record import Sealer, schema
from titer.record.verify import Verdict

_CHECKED = {"ledger_entry", "ledger_leaf", "ledger_checkpoint", "ledger_node", "record_credential"}
"""Unregulated tables of which a verification looks at every column."""
_UNREADABLE = (
    "SQLite",
    "cannot be read",
    "malformed",
    "not a database",
    "database",
    "Entry",
    "checkpoint over",
)
_OBJECTS = ("tables or triggers", "the file's head or its list of tables")
_PAGE = 4096
_LEDGER = ("ledger_leaf", "ledger_checkpoint", "ledger_node", "ledger_cosignature")


def _tells_owners() -> bool:
    """Whether the SQLite here was built with the table that says whose each page of a file is."""
    with closing(sqlite3.connect(":memory:")) as base:
        return ("ENABLE_DBSTAT_VTAB",) in base.execute("PRAGMA compile_options").fetchall()


class Vague(str):
    """A word of a verdict that says that something does not hold, and not where."""

    __slots__ = ()


def _vague(*words: str) -> tuple[Vague, ...]:
    return tuple(map(Vague, words))


def page(store: Store, rng: random.Random) -> tuple[str, ...]:
    """A byte anywhere in the database file: named must be what owns its page, or the rows that are others now."""
    path, before = Path("titer.db"), _rows(store.saved / "titer.db")
    size = (store.folder / path).stat().st_size
    while True:
        position, mask = rng.randrange(size), rng.randrange(1, 256)
        store.flip(path, position, mask)
        changed, sound = _changed(store.folder / path, before)
        if changed or not sound:
            owner = _owners(store.saved / "titer.db").get(position // _PAGE + 1, ("the file's free pages",))
            head = ("checkpoint over",) if "ledger_checkpoint" in {*changed, *owner} else ()
            objects = (*_OBJECTS, *_described(store, before)) if owner == _OBJECTS else ()
            entries = _altered(store, before) if "ledger_entry" in {*changed, *owner} else ()
            named = (*sorted(changed), *owner, *head, *objects, *entries)
            return (*named, *_vague(*_UNREADABLE))
        store.flip(path, position, mask)


def sealed_secret(store: Store, rng: random.Random) -> tuple[str, ...]:
    """A byte of a key or token: whoever opens the installation is told which file it is."""
    while True:
        path = store.pick(rng, rng.choice(["keys/*.key", "keys/*.token", "witness/*.key"]))
        kept = (store.folder / path).read_bytes()
        secret = store.vault.read(store.folder / path, _purpose(path))
        store.flip(path, rng.randrange(len(kept)), rng.randrange(1, 256))
        try:
            same = store.vault.read(store.folder / path, _purpose(path)) == secret
        except TiterError:
            return (path.name,)
        if not same:
            return (f"{path.name} opens, and is another secret",)
        store.write(path, kept)


def _parted(store: Store, place: int, seen: list[int]) -> tuple[str, ...]:
    """How a verdict says where a ledger leaves the one that its witness saw.

    Args:
        store: with the other ledger in it.
        place: of the first leaf that is another one.
        seen: sizes of the heads that the witness signed.
    """
    seqs = [seq for (seq,) in store.query("SELECT entry_seq FROM ledger_leaf ORDER BY leaf_index")]
    alike = max((size for size in seen if size <= place), default=0)
    other = min(size for size in seen if size > place)
    if other <= len(seqs):
        return (f"the first that differs is among the entries {seqs[alike]} to {seqs[other - 1]} of",)
    return (f"all are as it saw them up to the entry {seqs[alike - 1]}",) if alike else ()


def rolled_back(store: Store, _rng: random.Random) -> tuple[str, ...]:
    """The database as it was before the last seals; whoever wrote on would be refused by the witness."""
    sizes = [size for (size,) in store.query("SELECT tree_size FROM ledger_checkpoint ORDER BY tree_size")]
    _cut_back(store, sizes[-2])
    return (*_parted(store, sizes[-2], sizes), *_vague("saw"))


def forked(store: Store, rng: random.Random) -> tuple[str, ...]:
    """Rolled back, written on, and sealed with the ledger's own key, past the witness."""
    sizes = [size for (size,) in store.query("SELECT tree_size FROM ledger_checkpoint ORDER BY tree_size")]
    left = rng.choice(sizes[len(sizes) // 2 : -1])
    _cut_back(store, left)
    body = json.loads(store.query("SELECT body FROM ledger_entry ORDER BY seq DESC LIMIT 1")[0][0])
    for number in range(12):
        body["id"] = f"{body['id'][:-12]}{number:012x}"
        store.sql(store.base.entry(_text(body)))
    _reseal(store)
    return (*_parted(store, left, sizes), *_vague("witness", "checkpoint over"))


def stolen_key(store: Store, rng: random.Random) -> tuple[str, ...]:
    """An entry rewritten, and the whole log sealed again with the stolen key; only the witness knows better."""
    sizes = [size for (size,) in store.query("SELECT tree_size FROM ledger_checkpoint ORDER BY tree_size")]
    seq, text = rng.choice(store.query("SELECT seq, body FROM ledger_entry ORDER BY seq"))
    place = store.query(f"SELECT leaf_index FROM ledger_leaf WHERE entry_seq = {seq}")[0][0]
    body = json.loads(text)
    how = rng.choice(["time", "actor", "reason", "gone"])
    if how == "time":
        body["time"] = "2020-01-01T00:00:00.000000Z"
    elif how == "actor":
        body["actor"] = {"id": "nobody", "kind": "timer", "name": "nobody"}
    else:
        body["reason"] = "it was always so"
    change = ("UPDATE ledger_entry SET body = ? WHERE seq = ?", (_text(body), seq))
    store.sql(("DELETE FROM ledger_entry WHERE seq = ?", (seq,)) if how == "gone" else change)
    try:
        _reseal(store)
    except IntegrityFault:  # the entry that names the ledger's key is gone: no thief can seal such a ledger
        store.restore()
        return stolen_key(store, rng)
    return (
        *_parted(store, place, sizes),
        f"Entry {seq} ",
        *_vague("witness", "does not follow", "checkpoint over"),
    )


ELSEWHERE: tuple[tuple[Harm, int], ...] = (
    (sealed_secret, 10),
    (rolled_back, 4),
    (forked, 4),
    (stolen_key, 12),
)
"""What is done whatever the database is, beside the harms of the record's tests; how often of about 300 rounds."""
MORE: tuple[tuple[Harm, int], ...] = (*(((page, 60),) if _tells_owners() else ()), *ELSEWHERE)
"""With the embedded file's own bytes; those of a server's files are the server's to check."""


def opened_and_verified(store: Store) -> Verdict:
    """As a fresh process would: first the keys are opened, then everything is verified."""
    for path in sorted([*store.folder.glob("keys/*.key"), *store.folder.glob("keys/*.token"),
                        *store.folder.glob("witness/*.key")]):  # fmt: skip
        try:
            secret = store.vault.read(path, _purpose(path))
        except TiterError as error:
            return Verdict(holds=False, first_fault=str(error))
        if secret != _secrets(store.saved, store)[path.name]:
            return Verdict(holds=False, first_fault=f"{path.name} opens, and is another secret")
    return store.verify()


def missed(store: Store, harm: Harm, rng: random.Random) -> str | None:
    """Harm the store, verify, restore; what is wrong with the verdict, if anything."""
    return judged(store, harm, rng)[0]


def judged(store: Store, harm: Harm, rng: random.Random) -> tuple[str | None, bool]:
    """Harm the store, verify, restore; what is wrong with the verdict, if anything, and whether it says where."""
    words = harm(store, rng)
    verdict = opened_and_verified(store)
    store.restore()
    if verdict.holds:
        return f"{harm.__name__}: it holds, though {words} was touched", False
    said = [word for word in words if word in (verdict.first_fault or "")]
    if not said:
        return f"{harm.__name__}: expected one of {words}, it says: {verdict.first_fault}", False
    return None, any(not isinstance(word, Vague) for word in said)


def _purpose(path: Path) -> str | None:
    return "file" if path.suffix == ".token" else None


@cache
def _secrets_of(saved: Path, key: Path) -> dict[str, bytes]:
    vault = find(key)
    paths = [*saved.glob("keys/*.key"), *saved.glob("keys/*.token"), *saved.glob("witness/*.key")]
    return {path.name: vault.read(path, _purpose(path)) for path in paths}


def _secrets(saved: Path, store: Store) -> dict[str, bytes]:
    return _secrets_of(saved, store.folder.with_name(f"{store.folder.name}.key"))


def _cut_back(store: Store, size: int) -> None:
    last = store.query(f"SELECT entry_seq FROM ledger_leaf WHERE leaf_index = {size - 1}")[0][0]
    store.sql(("DELETE FROM ledger_entry WHERE seq > ?", (last,)))
    store.sql(("DELETE FROM ledger_leaf WHERE leaf_index >= ?", (size,)))
    store.sql(("DELETE FROM ledger_checkpoint WHERE tree_size > ?", (size,)))


class Thief(Sealer):
    """Signs what it is given: who has stolen the key of the ledger asks nobody who wrote an entry."""

    def _require_vouched(self, *_: Any) -> None:
        pass


def _reseal(store: Store) -> None:
    """Seal everything anew, as somebody who holds the ledger's key and does not ask the witness."""
    store.sql(*((f"DELETE FROM {table}", ()) for table in _LEDGER))
    old = store.platform.sealer
    Thief(store.platform.record, old.origin, old.signer, []).seal()
    store.platform.record.engine.dispose()


def _text(body: dict[str, Any]) -> str:
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


@cache
def _rows(path: Path) -> dict[str, list[Any]]:
    with _opened(path) as base:
        return _read(base)


def _opened(path: Path) -> closing[sqlite3.Connection]:
    base = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
    base.text_factory = bytes
    return closing(base)


def _read(base: sqlite3.Connection) -> dict[str, list[Any]]:
    names = [
        row[0].decode()
        for row in base.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    ]
    found = {name: list(base.execute(f'SELECT {_stored(base, name)} FROM "{name}"')) for name in names}
    found["sqlite_master"] = list(base.execute("SELECT type, name, tbl_name, sql FROM sqlite_master"))
    return found


@cache
def _owners(path: Path) -> dict[int, tuple[str, ...]]:
    """By page of the file as it was, the table that it belongs to; a page that is not there belongs to none."""
    with _opened(path) as base:
        tables = {
            name.decode(): table.decode()
            for name, table in base.execute("SELECT name, tbl_name FROM sqlite_master")
        }
        owned = {page: name.decode() for page, name in base.execute("SELECT pageno, name FROM dbstat")}
    return {
        page: _OBJECTS if name.startswith("sqlite_schema") or name == "sqlite_master" else (tables[name],)
        for page, name in owned.items()
    }


def _altered(store: Store, before: dict[str, list[Any]]) -> tuple[str, ...]:
    """The entries that are others now or cannot be read, as a verdict names them."""
    with _opened(store.saved / "titer.db") as base:
        columns = _stored(base, "ledger_entry")
    at = columns.split(", ").index('"seq"')
    statement, altered = f"SELECT {columns} FROM ledger_entry WHERE seq = ?", list[int]()
    with _opened(store.folder / "titer.db") as base:
        for row in before["ledger_entry"]:
            try:
                same = base.execute(statement, (row[at],)).fetchall() == [row]
            except (sqlite3.Error, UnicodeDecodeError, OverflowError):
                same = False
            altered += [] if same else [row[at]]
    return tuple(f"Entry {seq} " for seq in altered)


def _described(store: Store, before: dict[str, list[Any]]) -> tuple[str, ...]:
    """The tables of which the file's own list says something else now, as far as it can be read."""
    try:
        with _opened(store.folder / "titer.db") as base:
            base.execute("PRAGMA writable_schema = ON")
            after = list(base.execute("SELECT type, name, tbl_name, sql FROM sqlite_master"))
    except sqlite3.Error:
        return ()
    return tuple({row[2].decode() for row in before["sqlite_master"] if row not in after})


def _sound(base: sqlite3.Connection) -> bool:
    try:
        return base.execute("PRAGMA integrity_check").fetchall() == [(b"ok",)]
    except sqlite3.Error:
        return False


def _stored(base: sqlite3.Connection, table: str) -> str:
    """Its columns but for those that are worked out of an entry's text, which one changed byte makes unreadable."""
    columns = [row[1].decode() for row in base.execute(f'PRAGMA table_xinfo("{table}")') if not row[6]]
    return ", ".join(f'"{name}"' for name in columns)


def _changed(path: Path, before: dict[str, list[Any]]) -> tuple[set[str], bool]:
    """Checked tables whose rows are others now, and whether SQLite can read the file and does not object."""
    try:
        with _opened(path) as base:
            after = _read(base)
            sound = _sound(base)
    except (sqlite3.Error, UnicodeDecodeError, OverflowError):
        return set(), False
    regulated = {table.name for table in schema.regulated_tables()}
    changed = {
        name
        for name in before.keys() | after.keys()
        if before.get(name) != after.get(name) and (name in regulated | _CHECKED or name == "sqlite_master")
    }
    return changed, sound
