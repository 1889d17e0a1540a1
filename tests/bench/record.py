"""The record: audited, durable, sealed entries a second; verification; one-file verifier."""

from __future__ import annotations

import importlib.util
import random
import sqlite3
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy.orm import Session

from titer.base.clock import SystemClock
from titer.base.ids import IdSource
from titer.base.vault import Vault
from titer.record import (
    Actor,
    ContentFiles,
    Installation,
    Record,
    Sealer,
    Training,
    checkpoint,
    merkle,
    schema,
    sqlite,
    tree,
)
from titer.record import identity as identity_module
from titer.record.bundle import export
from titer.record.verify import verify_store

ENTRIES = 20_000
GROUP = 100


def run() -> dict[str, float]:
    """The figures of the family."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        engine = sqlite.engine(folder / "titer.db")
        schema.create(engine)
        clock = SystemClock()
        record = Record(
            engine,
            ContentFiles(folder / "content"),
            clock=clock,
            process_clock=clock,
            ids=IdSource(clock, random.Random(1)),
        )
        record.register_actions(identity_module.ACTIONS)
        vault = Vault(bytes(32))
        signer = checkpoint.Signer.open("titer/bench", folder / "ledger.key", vault, create=True)
        witness = checkpoint.FileWitness("witness", folder / "witness", clock, vault)
        sealer = Sealer(record, "titer/bench", signer, [witness])
        actor = Actor.timer("bench")
        with record.action(actor, "record.install") as unit:
            unit.add(
                Installation(
                    name="b", site="s", simulated=True, demo=False, created_at=unit.now, time_zone="UTC"
                )
            )
            unit.add(schema.log_fingerprint(record, unit.session, "bench"))
        began = time.perf_counter()
        with _sealing(record, sealer):
            for start in range(0, ENTRIES // 2, GROUP):
                with record.action(actor, "record.training.enter", reason="bench") as unit:
                    unit.session.add_all(Training(**row) for row in _rows(start, unit.now))
        objects = (ENTRIES // 2) / (time.perf_counter() - began)
        ids = []
        began = time.perf_counter()
        with _sealing(record, sealer):
            for start in range(0, ENTRIES, GROUP):
                with record.action(actor, "record.training.enter", reason="bench") as unit:
                    ids += unit.add_all(Training, _rows(start, unit.now))
        ours = ENTRIES / (time.perf_counter() - began)
        tree_alone = verify_store(record, sealer, depth="merkle")
        verdict = verify_store(record, sealer)
        assert tree_alone.holds, tree_alone.sentence
        assert verdict.holds, verdict.sentence
        data = export(
            record,
            sealer,
            actor=actor,
            reason="bench",
            subject=("record_training", ids[0], "bench"),
            records=[("record_training", one) for one in ids],
            files={},
        )
        spec = importlib.util.spec_from_file_location(
            "v", Path(__file__).parents[2] / "verify" / "titer-verify.py"
        )
        assert spec is not None
        assert spec.loader is not None
        verifier = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(verifier)
        began = time.perf_counter()
        verifier.verify(data)
        bundle = ENTRIES / (time.perf_counter() - began)
        engine.dispose()
        return {
            "record.sqlite.entries_per_s": ours,
            "record.sqlite.entries_per_s.as_objects": objects,
            "record.sqlite.entries_per_s.peer.unaudited_sqlite3": _unaudited(folder / "plain.db"),
            "record.verify_merkle.entries_per_s": tree_alone.entries / tree_alone.seconds,
            "record.verify_replay.entries_per_s": verdict.entries / verdict.seconds,
            "record.proof_10m_ms": _proof_ms(folder / "tree.db"),
            "record.bundle_verify.entries_per_s": bundle,
        }


def _proof_ms(path: Path, leaves: int = 10_000_000) -> float:
    """The median time of an inclusion proof out of stored tiles, in ms; the file is in the cache."""
    engine = sqlite.engine(path)
    schema.create(engine)
    frontier, rng, group = merkle.Frontier(), random.Random(9162), 100_000
    with engine.execution_options(**sqlite.OPERATIONAL).begin() as connection:
        for start in range(0, leaves, group):
            hashes = [sha256(number.to_bytes(8, "big")).digest() for number in range(start, start + group)]
            sqlite.add_leaves(
                connection, [(start + place, start + place + 1, leaf) for place, leaf in enumerate(hashes)]
            )
            with Session(connection) as session:
                tree.add_nodes(session, frontier.extend(hashes))
    took = []
    for _ in range(200):
        index = rng.randrange(leaves)
        with Session(engine) as session:
            began = time.perf_counter()
            path_of_proof = tree.stored(session, leaves).inclusion_proof(index, leaves)
            took.append((time.perf_counter() - began) * 1000)
        leaf = sha256(index.to_bytes(8, "big")).digest()
        assert merkle.verify_inclusion(leaf, index, leaves, path_of_proof, frontier.root())
    engine.dispose()
    return median(took)


def _rows(start: int, now: datetime) -> list[dict[str, Any]]:
    """A group of records whose entries have some 600 bytes each, the values a third of that."""
    return [
        {"person_id": f"person-{start + n}", "competency": "c", "document": "SOP-1", "trained_at": now}
        for n in range(GROUP)
    ]


@contextmanager
def _sealing(record: Record, sealer: Sealer) -> Iterator[None]:
    """Seal in a thread beside the writer, as the hub does; it ends when everything is sealed."""
    stop = threading.Event()

    def seal() -> None:
        seen = -1
        while not stop.is_set():
            seen = record.wait_for_commit(seen, 0.05)
            sealer.seal()
            stop.wait(0.1)

    thread = threading.Thread(target=seal, name="sealer")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
        sealer.seal()


def _unaudited(path: Path) -> float:
    """What a user would have without any of it: rows of the same content through the bare driver."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute(
        "CREATE TABLE training (id TEXT PRIMARY KEY, person TEXT, competency TEXT, document TEXT)"
    )
    began = time.perf_counter()
    for start in range(0, ENTRIES, GROUP):
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(
            "INSERT INTO training VALUES (?,?,?,?)",
            [(f"id-{start + n}", f"person-{start + n}", "c", "SOP-1") for n in range(GROUP)],
        )
        connection.execute("COMMIT")
    elapsed = time.perf_counter() - began
    connection.close()
    return ENTRIES / elapsed
