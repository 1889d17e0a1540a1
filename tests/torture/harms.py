"""More that an owner of the files may do: bytes of the database file and of keys, forks, roll-backs, stolen keys.

Beside `tests/integration/record/harm.py`; each harm returns the words of which the first fault must contain one. A
byte that changes nothing that anybody reads (free space in a page, spare bits of Base64) is drawn again.
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

from titer.base.errors import TiterError
from titer.base.vault import find
from titer.record import Sealer, schema
from titer.record.verify import Verdict

_CHECKED = {"ledger_entry", "ledger_leaf", "ledger_checkpoint", "ledger_node", "record_credential"}
"""Unregulated tables of which a verification looks at every column."""
_UNREADABLE = ("SQLite", "cannot be read", "malformed", "not a database", "tables or triggers", "database")
_LEDGER = ("ledger_leaf", "ledger_checkpoint", "ledger_node", "ledger_cosignature")


def page(store: Store, rng: random.Random) -> tuple[str, ...]:
    """A byte anywhere in the database file."""
    path, before = Path("titer.db"), _rows(store.saved / "titer.db")
    size = (store.folder / path).stat().st_size
    while True:
        position, mask = rng.randrange(size), rng.randrange(1, 256)
        store.flip(path, position, mask)
        changed, sound = _changed(store.folder / path, before)
        if not sound:
            # Where the rows can be read all the same, the verdict may name what is in them: an entry that was
            # altered no longer fits its index, and it is the entry that somebody wants to be told of.
            entry = ("Entry",) if "ledger_entry" in changed else ()
            return (*sorted(changed), *entry, *_UNREADABLE)
        if changed:
            objects = ("tables or triggers",) if "sqlite_master" in changed else ()
            return (*sorted(changed), *objects, "SQLite", "cannot be read", "Entry", "checkpoint over")
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


_PARTED = "the first that differs is among the entries"


def rolled_back(store: Store, _rng: random.Random) -> tuple[str, ...]:
    """The database as it was before the last seals; whoever wrote on would be refused by the witness."""
    sizes = [size for (size,) in store.query("SELECT tree_size FROM ledger_checkpoint ORDER BY tree_size")]
    _cut_back(store, sizes[-2])
    return ("a witness saw", "saw")


def forked(store: Store, rng: random.Random) -> tuple[str, ...]:
    """Rolled back, written on, and sealed with the ledger's own key, past the witness."""
    sizes = [size for (size,) in store.query("SELECT tree_size FROM ledger_checkpoint ORDER BY tree_size")]
    _cut_back(store, rng.choice(sizes[len(sizes) // 2 : -1]))
    body = json.loads(store.query("SELECT body FROM ledger_entry ORDER BY seq DESC LIMIT 1")[0][0])
    for number in range(12):
        body["id"] = f"{body['id'][:-12]}{number:012x}"
        store.sql(store.base.entry(_text(body)))
    _reseal(store)
    return (_PARTED, "checkpoint over")


def stolen_key(store: Store, rng: random.Random) -> tuple[str, ...]:
    """An entry rewritten, and the whole log sealed again with the stolen key; only the witness knows better."""
    seq, text = rng.choice(store.query("SELECT seq, body FROM ledger_entry"))
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
    _reseal(store)
    return (_PARTED, "does not follow", "checkpoint over")


ELSEWHERE: tuple[tuple[Harm, int], ...] = (
    (sealed_secret, 10),
    (rolled_back, 4),
    (forked, 4),
    (stolen_key, 12),
)
"""What is done whatever the database is, beside the harms of the record's tests; how often of about 300 rounds."""
MORE: tuple[tuple[Harm, int], ...] = ((page, 60), *ELSEWHERE)
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
    words = harm(store, rng)
    verdict = opened_and_verified(store)
    store.restore()
    if verdict.holds:
        return f"{harm.__name__}: it holds, though {words} was touched"
    if not any(word in (verdict.first_fault or "") for word in words):
        return f"{harm.__name__}: expected one of {words}, it says: {verdict.first_fault}"
    return None


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
