"""The same changes leave the same bytes on both databases: images, and all of an entry but its own id."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, select
from tests.postgresql import RUNTIME, Server

from titer.base.clock import ManualClock
from titer.base.ids import IdSource
from titer.equipment.model import Channel
from titer.record import ActionSpec, Actor, ContentFiles, LedgerEntry, Record, Training, schema, sqlite
from titer.record.rights.rules import Standing

TEXTS = [
    'a "b" \\ / \t\n\r\b\f\x01\x1f\x7f',
    "Grüße 𝄞 \u2028\ufeff",
    "",
    "null",
    "ZzÄäaA",
    "<script>&amp;",
    "{}",
]
NUMBERS = ["0", "-0.0", "1.20E+3", "12345678901234.123456000", "1E-30", "-7", "0.10"]


def _entries(engine: Engine, folder: Path) -> list[str]:
    clock = ManualClock(datetime(2026, 11, 23, 9, 0, 0, 123456, tzinfo=UTC))
    record = Record(
        engine, ContentFiles(folder), clock=clock, process_clock=clock, ids=IdSource(clock, random.Random(7))
    )
    record.register_actions((ActionSpec("test.write", "Write"),))
    # Whose rights they are is another test's matter: here the bytes are looked at.
    record.standing = lambda _session, _actor, _verb: Standing(allowed=True)  # type: ignore[method-assign]
    actor = Actor.person("someone", "session", 'Ada "L" Grüße')
    record.may = lambda *_: True  # type: ignore[method-assign]
    with record.action(actor, "test.write", reason=TEXTS[0], on_behalf_of="b", cause="c") as unit:
        for number, told in enumerate(TEXTS):
            given: dict[str, Any] = {"person_id": told, "competency": f"{number}", "document": told}
            unit.add(Training(**given, trained_at=unit.now, id=f"t{number}"))
        for number, told in enumerate(NUMBERS):
            unit.add(
                Channel(
                    id=f"c{number}", tag=f"T{number}", connection_id="x", node_code=None, address="a", unit="L",
                    description=told, low=Decimal(told), high=None, writable=bool(number % 2), active=True,
                    settings=str({"b": "1.0", "a": [1, None, True, {"z": "ü"}]}),
                )
            )  # fmt: skip
    with record.action(actor, "test.write") as unit:
        unit.get(Training, "t0").document = "changed"
        unit.session.delete(unit.get(Training, "t1"))
    with record.reading() as session:
        bodies = [
            json.loads(one) for one in session.scalars(select(LedgerEntry.body).order_by(LedgerEntry.seq))
        ]
        raw = session.scalars(select(LedgerEntry.body).order_by(LedgerEntry.seq)).all()
        decimals = [str(row) for row in session.scalars(select(Channel.low).order_by(Channel.id))]
    assert [Decimal(one) for one in decimals] == [Decimal(one) for one in NUMBERS]
    return [
        text.replace(body["id"], "ID").replace(body["action"], "ACTION")
        for text, body in zip(raw, bodies, strict=True)
    ]


def test_both_databases_write_the_same_bytes(tmp_path: Path, postgresql_server: Server) -> None:
    embedded = sqlite.engine(tmp_path / "titer.db")
    schema.create(embedded)
    with postgresql_server.database() as name:
        server = postgresql_server.engine(RUNTIME, name)
        here, there = _entries(embedded, tmp_path / "one"), _entries(server, tmp_path / "two")
        server.dispose()
    embedded.dispose()
    assert len(here) == len(TEXTS) + len(NUMBERS) + 2
    assert here == there
