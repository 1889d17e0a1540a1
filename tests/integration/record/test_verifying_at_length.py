"""What a verification holds in memory does not grow with the number of checkpoints."""

from __future__ import annotations

import os
import random
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine
from tests.conftest import DATABASE
from tests.postgresql import RUNTIME, Server

from titer.base.clock import ManualClock
from titer.base.ids import IdSource
from titer.base.vault import Vault
from titer.record import Actor, Record, Sealer, Training, checkpoint, schema, sqlite
from titer.record import identity as identity_module
from titer.record.content import ContentFiles
from titer.record.verify import verify_store

TIMER = Actor.timer("test")
ENTRIES = 300
BOUND = 250_000
"""Bytes; the notes of so many heads in the database and with the witness are more than twice as many."""


@pytest.fixture
def database() -> str:
    """One of them: two ledgers on each take their time."""
    return os.environ.get(DATABASE, "sqlite")


@pytest.fixture
def new(database: str, request: pytest.FixtureRequest) -> Iterator[Callable[[Path], Engine]]:
    """Makes an engine on a new database with all tables: `new(folder)`."""
    with ExitStack() as made:

        def make(folder: Path) -> Engine:
            folder.mkdir()
            if database == "sqlite":
                engine = sqlite.engine(folder / "titer.db")
                schema.create(engine)
            else:
                server: Server = request.getfixturevalue("postgresql_server")
                engine = server.engine(RUNTIME, made.enter_context(server.database()))
            made.callback(engine.dispose)
            return engine

        yield make


def peak(engine: Engine, folder: Path, clock: ManualClock, each: int) -> int:
    """The most bytes that a verification holds, with a checkpoint after so many entries."""
    record = Record(
        engine,
        ContentFiles(folder / "content"),
        clock=clock,
        process_clock=clock,
        ids=IdSource(clock, random.Random(7)),
        secret=bytes(32),
    )
    record.register_actions(identity_module.ACTIONS)
    witness = checkpoint.FileWitness("file-witness", folder / "witness", clock, Vault(bytes(32)))
    sealer = Sealer(
        record, "titer/test", checkpoint.Signer("titer/test", Ed25519PrivateKey.generate()), [witness]
    )
    with record.action(TIMER, "record.install") as unit:
        unit.add(schema.log_fingerprint(record, unit.session, "test"))
    for number in range(ENTRIES):
        with record.action(TIMER, "record.training.enter") as unit:
            unit.add(Training(person_id="p", competency="SEC", document="d", trained_at=unit.now))
        if number % each == each - 1:
            sealer.seal()
    assert verify_store(record, sealer).holds
    tracemalloc.start()
    try:
        verdict = verify_store(record, sealer)
        assert verdict.holds, verdict.sentence
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_thirty_times_as_many_checkpoints_take_hardly_more_memory(
    tmp_path: Path, clock: ManualClock, new: Callable[[Path], Engine]
) -> None:
    few, many = (
        peak(new(tmp_path / name), tmp_path / name, clock, each) for name, each in (("few", 30), ("many", 1))
    )
    assert many - few < BOUND, f"{few:,} and {many:,} bytes"
