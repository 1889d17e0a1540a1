"""The record: audited, durable, sealed entries a second; verification; one-file verifier."""

from __future__ import annotations

import importlib.util
import json
import random
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
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
VERIFIED = 120_000
"""Entries in the ledger that is verified: one that is worth a second process."""


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
            secret=bytes(32),
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
        for start in range(0, VERIFIED - 3 * ENTRIES // 2, 10 * GROUP):
            with record.action(actor, "record.training.enter", reason="bench") as unit:
                for part in range(10):
                    unit.add_all(Training, _rows(start + part * GROUP, unit.now))
            sealer.seal()
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
        results = _chained(folder / "chain.db") | _triggered(folder / "triggers.db")
        return results | {
            "record.sqlite.entries_per_s": ours,
            "record.sqlite.entries_per_s.as_objects": objects,
            "record.sqlite.entries_per_s.peer.unaudited_sqlite3": _unaudited(folder / "plain.db"),
            "record.verify_merkle.entries_per_s": tree_alone.entries / tree_alone.seconds,
            "record.verify_replay.entries_per_s": verdict.entries / verdict.seconds,
            **_proof_ms(folder / "tree.db"),
            "record.sqlite.entry_bytes": _mean_bytes(folder / "titer.db", "ledger_entry"),
            "record.bundle_verify.entries_per_s": bundle,
        }


def _mean_bytes(path: Path, table: str) -> float:
    """How long the bodies of a table are on average."""
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute(f"SELECT avg(length(CAST(body AS BLOB))) FROM {table}")  # noqa: S608  our name
        return float(found.fetchone()[0])


def _proof_ms(path: Path, leaves: int = 10_000_000) -> dict[str, float]:
    """The time of an inclusion proof out of stored tiles, in ms; the file is in the cache."""
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
    return {
        "record.proof_10m_ms": median(took),
        "record.proof_10m_ms.95th_percentile": sorted(took)[len(took) * 95 // 100],
    }


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


def _plain(path: Path) -> sqlite3.Connection:
    """A database as durable as the record's."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute(
        "CREATE TABLE training (id TEXT PRIMARY KEY, person TEXT, competency TEXT, document TEXT)"
    )
    return connection


def _fill(
    connection: sqlite3.Connection, also: Callable[[list[tuple[str, ...]]], object] | None = None
) -> float:
    """Rows of the same content in as many transactions; rows a second."""
    began = time.perf_counter()
    for start in range(0, ENTRIES, GROUP):
        rows = [(f"id-{start + n}", f"person-{start + n}", "c", "SOP-1") for n in range(GROUP)]
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT INTO training VALUES (?,?,?,?)", rows)
        if also is not None:
            also(rows)
        connection.execute("COMMIT")
    return ENTRIES / (time.perf_counter() - began)


def _unaudited(path: Path) -> float:
    """What a user would have without any of it: rows of the same content through the bare driver."""
    with closing(_plain(path)) as connection:
        return _fill(connection)


def _triggered(path: Path) -> dict[str, float]:
    """The audit trail that many write themselves: a trigger that keeps JSON, which nothing else vouches for."""
    with closing(_plain(path)) as connection:
        connection.execute("CREATE TABLE audit (seq INTEGER PRIMARY KEY, at TEXT, who TEXT, after TEXT)")
        connection.execute(
            "CREATE TRIGGER entered AFTER INSERT ON training BEGIN INSERT INTO audit(at, who, after) VALUES "
            "(strftime('%Y-%m-%dT%H:%M:%fZ'), 'bench', json_object('id', NEW.id, 'person', NEW.person, "
            "'competency', NEW.competency, 'document', NEW.document)); END"
        )
        written = _fill(connection)
        began = time.perf_counter()
        told = {
            row["id"]: row
            for (text,) in connection.execute("SELECT after FROM audit")
            if (row := json.loads(text))
        }
        for number, person, competency, document in connection.execute("SELECT * FROM training"):
            row = told.pop(number)
            assert (row["person"], row["competency"], row["document"]) == (person, competency, document)
        compared = ENTRIES / (time.perf_counter() - began)
    return {
        "record.sqlite.entries_per_s.peer.audit_triggers": written,
        "record.verify_replay.entries_per_s.peer.audit_triggers": compared,
    }


def _chained(path: Path) -> dict[str, float]:
    """A hash chain beside the rows: each entry of 600 bytes bears the hash of the one before it."""
    last, lines = bytes(32), list[bytes]()
    with closing(_plain(path)) as connection:
        connection.execute("CREATE TABLE chain (seq INTEGER PRIMARY KEY, body BLOB, hash BLOB)")

        def chain(rows: list[tuple[str, ...]]) -> None:
            nonlocal last
            linked = []
            for row in rows:
                body = json.dumps(
                    {"who": "bench", "at": time.time_ns(), "after": row, "reason": "x" * 480}
                ).encode()
                last = sha256(last + body).digest()
                linked.append((body, last))
            connection.executemany("INSERT INTO chain(body, hash) VALUES (?,?)", linked)

        written = _fill(connection, chain)
        began, before = time.perf_counter(), bytes(32)
        for body, stated in connection.execute("SELECT body, hash FROM chain ORDER BY seq"):
            before = sha256(before + body).digest()
            assert before == stated
            lines.append(body)
        walked = ENTRIES / (time.perf_counter() - began)
    began, before = time.perf_counter(), bytes(32)
    for line in lines:
        before = sha256(before + line).digest()
        json.loads(line)
    assert before == last
    read = ENTRIES / (time.perf_counter() - began)
    return {
        "record.sqlite.entry_bytes.peer.hash_chain": _mean_bytes(path, "chain"),
        "record.sqlite.entries_per_s.peer.hash_chain": written,
        "record.verify_merkle.entries_per_s.peer.hash_chain": walked,
        "record.bundle_verify.entries_per_s.peer.hash_chain_jsonl": read,
    }
