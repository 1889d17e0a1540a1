"""The same changes leave the same bytes on both databases: images, and all of an entry but the ids drawn."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from sqlalchemy import Engine, select
from tests.conftest import PASSWORD
from tests.postgresql import RUNTIME, Server

from titer.base.clock import ManualClock
from titer.base.ids import IdSource
from titer.base.vault import Vault
from titer.equipment.model import Channel
from titer.equipment.service import connections
from titer.record import (
    ActionSpec,
    Actor,
    ContentFiles,
    Identity,
    LedgerEntry,
    Record,
    Training,
    schema,
    sqlite,
)
from titer.record import identity as identity_module
from titer.record.retention.model import RetentionClass

TEXTS = [
    'a "b" \\ / \t\n\r\b\f\x01\x1f\x7f',
    "Grüße 𝄞 \u2028\ufeff",
    "",
    "null",
    "ZzÄäaA",
    "<script>&amp;",
    "{}",
]
SETTINGS = {"endpoint": "opc.tcp://br201:4840", "b": "1.0", "a": [1, None, True, {"z": "ü 𝄞"}]}
CHANNELS = [
    {"tag": "BR-201.pH.PV", "node": "ns=2;s=pH", "unit": "1", "low": "4.0", "high": "10", "poll": "1s"}
]
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
WRITE = "test.write"
NUMBERS = ["0", "-0.0", "1.20E+3", "12345678901234.123456000", "1E-30", "-7", "0.10"]


def _entries(engine: Engine, folder: Path) -> list[str]:
    clock = ManualClock(datetime(2026, 11, 23, 9, 0, 0, 123456, tzinfo=UTC))
    record = Record(
        engine,
        ContentFiles(folder),
        clock=clock,
        process_clock=clock,
        ids=IdSource(clock, random.Random(7)),
        secret=bytes(32),
    )
    record.register_actions((*identity_module.ACTIONS, ActionSpec(WRITE, "Write", ("automation",))))
    actor = _ada(record)
    with record.action(actor, WRITE, reason=TEXTS[0], on_behalf_of="b", cause="c") as unit:
        for number, told in enumerate(TEXTS):
            given: dict[str, Any] = {"person_id": told, "competency": f"{number}", "document": told}
            unit.add(Training(**given, trained_at=unit.now, id=f"t{number}"))
        for number, told in enumerate(NUMBERS):
            unit.add(
                Channel(
                    id=f"c{number}", tag=f"T{number}", connection_id="x", node_code=None, address="a", unit="L",
                    description=told, low=Decimal(told), high=None, writable=bool(number % 2), active=True,
                    settings=json.dumps(SETTINGS),
                )
            )  # fmt: skip
        connections.import_connection(unit, "br201", "opcua", SETTINGS, CHANNELS)
    with record.action(actor, WRITE) as unit:
        unit.get(Training, "t0").document = "changed"
        unit.session.delete(unit.get(Training, "t1"))
    with record.reading() as session:
        every = session.scalars(select(LedgerEntry.body).order_by(LedgerEntry.seq)).all()
        query = select(Channel.low).where(Channel.connection_id == "x").order_by(Channel.id)
        decimals = [str(low) for low in session.scalars(query)]
    assert [Decimal(one) for one in decimals] == [Decimal(one) for one in NUMBERS]
    # The person's own row is left out: the seal of her credential differs with each salt of her password.
    return _named(text for text in every if json.loads(text)["verb"] == WRITE)


def _named(bodies: Iterable[str]) -> list[str]:
    """The bodies with each id in them named for its first appearance, since both databases draw their own."""
    known: dict[str, str] = {}
    return [UUID.sub(lambda found: known.setdefault(found[0], f"id {len(known)}"), text) for text in bodies]


def _ada(record: Record) -> Actor:
    """A person who has the right to write, as the record itself finds it."""
    identity = Identity(
        record, bytes(32), PasswordHasher(time_cost=1, memory_cost=8, parallelism=1), Vault(bytes(32))
    )
    with record.action(Actor.timer("test"), "record.person.create") as unit:
        row = identity.create_person(
            unit, username="ada", full_name='Ada "L" Grüße', password=PASSWORD, roles=("automation",)
        )
        unit.add(RetentionClass(record_type="record_training", years=0, start="trained_at", basis="SOP-7"))
    return Actor.person(row.id, "session", row.full_name)


def test_both_databases_write_the_same_bytes(tmp_path: Path, postgresql_server: Server) -> None:
    embedded = sqlite.engine(tmp_path / "embedded.db")
    schema.create(embedded)
    with postgresql_server.database() as name:
        server = postgresql_server.engine(RUNTIME, name)
        here, there = _entries(embedded, tmp_path / "one"), _entries(server, tmp_path / "two")
        server.dispose()
    embedded.dispose()
    # A connection, its channel, how it stands and its context; then a change and a removal.
    assert len(here) == len(TEXTS) + len(NUMBERS) + 4 + 2
    assert here == there
