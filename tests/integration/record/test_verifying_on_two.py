"""A large ledger is verified on two processors: it holds alike, and whatever is wrong is named alike."""

# ruff: noqa: S608  the table's name is written here

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.integration.record.test_bundle import sealer  # noqa: F401  the fixture

from titer.record import Actor, Record, Training, schema
from titer.record.sealer import Sealer
from titer.record.verify import Verdict, beside, leaves, verify_store

pytestmark = pytest.mark.sqlite("has two processes read the embedded file; a server is read in one go")

TIMER = Actor.timer("test")
TABLES = ("ledger_entry", "ledger_leaf", "ledger_node", "ledger_checkpoint", "record_training")


@pytest.fixture
def database() -> str:
    """PostgreSQL is always read in one go."""
    return "sqlite"


@pytest.fixture
def sealed(record: Record, sealer: Sealer) -> Record:  # noqa: F811
    """Some 1,300 entries in heads that fall inside tiles, on their edges, and over several at once."""
    with record.action(TIMER, "record.install") as unit:
        unit.add(schema.log_fingerprint(record, unit.session, "test"))
    for count in (10, 243, 1, 258, 5, 512, 250, 30):
        with record.action(TIMER, "record.training.enter") as unit:
            row = {"person_id": "p", "competency": "SEC", "document": "d", "trained_at": unit.now}
            unit.add_all(Training, [row] * count)
        sealer.seal()
    return record


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[leaves.Stretch | None]]:
    """What the other process said; small ledgers are large here."""
    said: list[leaves.Stretch | None] = []
    decoded = leaves.decoded

    def heard(line: str) -> leaves.Stretch | None:
        said.append(decoded(line))
        return said[-1]

    monkeypatch.setattr(leaves, "decoded", heard)
    monkeypatch.setattr(leaves, "STRETCH", leaves.TILE)
    monkeypatch.setattr(beside, "LARGE", 1)
    monkeypatch.setattr(beside, "processors", lambda: 2)
    yield said


def _in_one_go(record: Record, sealer: Sealer, monkeypatch: pytest.MonkeyPatch) -> Verdict:  # noqa: F811
    with monkeypatch.context() as alone:
        alone.setattr(beside, "LARGE", 10**9)
        return verify_store(record, sealer, depth="merkle", sealing=False)


def test_a_ledger_that_is_right_holds_with_the_same_root(
    sealed: Record,
    sealer: Sealer,  # noqa: F811
    told: list[leaves.Stretch | None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    alone = _in_one_go(sealed, sealer, monkeypatch)
    assert told == []
    with sealed.action(TIMER, "record.training.enter") as unit:
        unit.add(Training(person_id="q", competency="SEC", document="d", trained_at=unit.now))
    both = verify_store(sealed, sealer, depth="merkle", sealing=False)
    assert both.holds and alone.holds, both.sentence
    assert (both.root, both.entries, both.checked) == (alone.root, alone.entries, alone.checked)
    assert both.unsealed == 1
    assert [stretch.first for stretch in told if stretch is not None][:2] == [0, 256]
    full = verify_store(sealed, sealer)
    assert full.holds, full.sentence
    assert full.entries == alone.entries + 1


HARMS: dict[str, Callable[[int], str]] = {
    "altered": lambda n: f"UPDATE ledger_entry SET body = replace(body, '\"d\"', '\"e\"') WHERE seq = {n}",
    "removed": lambda n: f"DELETE FROM ledger_entry WHERE seq = {n}",
    "inserted": lambda n: (
        f"UPDATE ledger_entry SET seq = -seq - 1 WHERE seq > {n}; "
        "UPDATE ledger_entry SET seq = -seq WHERE seq < 0; "
        f"INSERT INTO ledger_entry(seq, body) SELECT {n} + 1, replace(body, '-7', '-8') "
        f"FROM ledger_entry WHERE seq = {n}"
    ),
    "leaf altered": lambda n: f"UPDATE ledger_leaf SET leaf_hash = zeroblob(32) WHERE leaf_index = {n - 1}",
    "leaf removed": lambda n: f"DELETE FROM ledger_leaf WHERE leaf_index = {n - 1}",
    "leaf and entry removed": lambda n: (
        f"DELETE FROM ledger_leaf WHERE leaf_index = {n - 1}; DELETE FROM ledger_entry WHERE seq = {n}"
    ),
    "leaf of another": lambda n: (
        f"UPDATE ledger_leaf SET entry_seq = entry_seq + 5000 WHERE leaf_index = {n - 1}"
    ),
    "node": lambda n: f"UPDATE ledger_node SET hash = zeroblob(32) WHERE position = {n // 256 % 5}",
    "tail": lambda n: (
        f"DELETE FROM ledger_entry WHERE seq > {n}; DELETE FROM ledger_leaf WHERE leaf_index >= {n}"
    ),
}


@pytest.mark.parametrize("harm", HARMS)
@pytest.mark.parametrize("seq", [257, 600, 1290])
@pytest.mark.parametrize("ahead", [1, 99], ids=["shared", "all by the other"])
def test_what_is_wrong_is_named_as_by_one_process_alone(
    sealed: Record,
    sealer: Sealer,  # noqa: F811
    told: list[leaves.Stretch | None],
    harm: str,
    seq: int,
    ahead: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(beside, "AHEAD", ahead)
    path = str(sealed.engine.url.database)
    sealed.engine.dispose()
    with closing(sqlite3.connect(path)) as base:
        for (name,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            base.execute(f'DROP TRIGGER "{name}"')
        base.executescript(HARMS[harm](seq))
        base.commit()
    both = verify_store(sealed, sealer, depth="merkle", sealing=False)
    alone = _in_one_go(sealed, sealer, monkeypatch)
    assert not alone.holds
    assert both.first_fault == alone.first_fault


def test_a_second_process_that_dies_costs_time_and_nothing_else(
    sealed: Record,
    sealer: Sealer,  # noqa: F811
    told: list[leaves.Stretch | None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    dead = tmp_path / "dead.py"
    dead.write_text("raise SystemExit(1)")
    monkeypatch.setattr(leaves, "__file__", str(dead))
    verdict = verify_store(sealed, sealer, depth="merkle", sealing=False)
    assert verdict.holds, verdict.sentence
    assert told == [None]
