"""Whatever an owner of the database and the files changes is found, and what was touched first is named.

The changes are made as somebody would who owns the database, the embedded file or one on a server: raw SQL past the
triggers, and bytes in files. Each is undone before the next by putting back only what was changed.
`make test` does each kind of harm to a database once on PostgreSQL, `make test-postgres` all as often as on SQLite.
"""

# ruff: noqa: S608  the names in these statements come from the tables' own definitions

from __future__ import annotations

import os
import random
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.conftest import DATABASE
from tests.integration.record.harm import (
    BYTES,
    MOVES,
    OF_A_SERVER,
    OF_FILES,
    Harm,
    Store,
    filled_store,
    missed,
)
from tests.postgresql import OWNER, RUNTIME, Server
from tests.torture import harms

from titer.app import Config
from titer.record import schema

ROUNDS = 200
EMBEDDED = pytest.mark.sqlite("harms the embedded file; its twin harms a database on a server")
WHOLE = os.environ.get(DATABASE) == "postgresql"
CHECKED_OTHERWISE = {
    "ledger_entry",
    "ledger_leaf",
    "ledger_checkpoint",
    "ledger_cosignature",
    "ledger_node",
    "ledger_tally",
    "record_outbox",
    "record_credential",
    "record_earlier_password",
    "equipment_question",
}
UNCHECKED = {
    "equipment_clock_reading",
    "equipment_connection_status",
    "equipment_dispatch",
    "historian_last",
    "historian_object",
    "mes_heartbeat",
    "record_counter",
    "record_outbox_cursor",
    "record_token_use",
}
OF_IDENTITY = {
    "record_challenge": "whoever writes one has no passkey that answers it: its signature is checked by the key in "
    "the record (test_a_challenge_that_somebody_wrote_opens_nothing_without_the_passkey)",
    "record_provider_log_in": "whoever writes one has no token of the provider for its nonce, and who it is comes "
    "from that token (test_a_log_in_that_somebody_wrote_opens_nothing_without_the_providers_token)",
    "record_session_seen": "a time moved on keeps a session from ending idle, not from ending: its end is bound to "
    "its credential (test_a_time_last_seen_that_somebody_moved_prolongs_no_session)",
}
"""What tampering with each would bring, and why that is harmless; docs/decisions/0023."""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    made = filled_store(tmp_path_factory.mktemp("tampering"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, postgresql_server: Server) -> Iterator[Store]:
    """The same on PostgreSQL, in the hands of the server's superuser."""
    with postgresql_server.empty() as name:
        there, owner = (
            postgresql_server.url(role, name).set(drivername="postgresql").render_as_string()
            for role in (RUNTIME, OWNER)
        )
        made = filled_store(tmp_path_factory.mktemp("tampering"), Config(name="lab", database=there), owner)
        yield made
        made.close()


@pytest.fixture(autouse=True)
def _restored(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    for name in {"store", "served"} & set(request.fixturenames):
        request.getfixturevalue(name).restore()


@EMBEDDED
def test_the_untouched_store_holds(store: Store) -> None:
    verdict = store.verify()
    assert verdict.holds, verdict.first_fault
    assert verdict.entries > 40
    assert verdict.checked["files"] >= 5


def _missed(
    store: Store,
    kinds: tuple[tuple[Harm, int], ...],
    seed: int,
    look: Callable[[Store, Harm, random.Random], str | None] = missed,
) -> list[str]:
    rng = random.Random(seed)
    plan = [kind for kind, count in kinds for _ in range(count)]
    rng.shuffle(plan)
    answers = [look(store, harm, rng) for harm in plan]
    return [answer for answer in answers if answer]


@EMBEDDED
def test_two_hundred_changed_bytes_are_found_two_hundred_times_and_named(store: Store) -> None:
    assert sum(count for _, count in BYTES) == ROUNDS
    assert _missed(store, BYTES, 2026) == []
    assert store.verify().holds


@EMBEDDED
def test_what_is_removed_put_in_reordered_or_cut_off_is_found_and_named(store: Store) -> None:
    assert _missed(store, MOVES, 7) == []
    assert store.verify().holds


def test_the_untouched_database_on_a_server_holds(served: Store) -> None:
    verdict = served.verify()
    assert verdict.holds, verdict.first_fault
    assert verdict.entries > 40
    assert verdict.checked["files"] >= 5


def test_on_a_server_too_what_is_changed_removed_put_in_reordered_or_cut_off_is_found_and_named(
    served: Store,
) -> None:
    """By a superuser who has stolen the key; and what there is on a server alone, such as functions made hollow."""
    kinds = (*BYTES, *MOVES, *harms.ELSEWHERE, *OF_A_SERVER)
    chosen = kinds if WHOLE else [(harm, 1) for harm, _ in kinds if harm not in OF_FILES]
    assert _missed(served, tuple(chosen), 2026, harms.missed) == []
    assert served.verify().holds


def test_what_no_verification_looks_at_is_listed_with_its_reason() -> None:
    """Tables outside the ledger, apart from those that have a check of their own."""
    unchecked = {
        kind.__tablename__
        for kind in schema.classes()
        if not kind.__regulated__ and kind.__tablename__ not in CHECKED_OTHERWISE
    }
    assert unchecked == {*UNCHECKED, *OF_IDENTITY}
    assert all(kind.__regulated__ or kind.__unregulated_because__ for kind in schema.classes())


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


@EMBEDDED
def test_a_byte_changed_in_the_database_file_is_found_or_changes_nothing(store: Store) -> None:
    """At random positions of the file, free space included: what is not found has changed no row."""
    rng = random.Random(7)
    database = Path("titer.db")
    size = (store.saved / database).stat().st_size
    before = _contents(store.saved / database)
    assert isinstance(before, dict)
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
        if not isinstance(after, dict) or any(after[name] != before[name] for name in regulated | {"schema"}):
            assert not store.verify().holds, (position, mask, after)
            found += 1
        store.restore()
    assert found > 10
