"""A PostgreSQL server whose disk does not confirm: it stops and replays, and Titer acknowledges nothing meanwhile."""

from __future__ import annotations

import errno
import random
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from tests import postgresql
from tests.faults import shim
from tests.faults.shim import Control, Fault
from tests.faults.test_campaigns import campaign

from titer.base.clock import SystemClock
from titer.base.errors import Unavailable
from titer.base.ids import IdSource
from titer.record import Actor, ContentFiles, ContentObject, Installation, Record
from titer.record import identity as identity_module

TIMER = Actor.timer("test")


@pytest.fixture
def control(compiler: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Control]:
    """The shim, where the user that PostgreSQL runs as can read it, and its control."""
    place = Path(tempfile.mkdtemp(prefix="titer-faults-pg-"))
    place.chmod(0o755)
    shutil.copy(shim.at_home(), place / "shim.so")
    (place / "shim.so").chmod(0o755)
    made = Control(place / "control")
    made.path.chmod(0o666)
    monkeypatch.setenv("LD_PRELOAD", str(place / "shim.so"))
    monkeypatch.setenv("TITER_FAULTS", str(made.path))
    yield made
    made.close()
    shutil.rmtree(place)


def put(record: Record, data: bytes) -> str:
    with record.action(TIMER, "record.training.enter") as unit:
        return unit.content.put(data, media_type="text/plain", origin="test")


def opened(engine: Engine, folder: Path) -> Record:
    clock = SystemClock()
    made = Record(
        engine,
        ContentFiles(folder / "content"),
        clock=clock,
        process_clock=clock,
        ids=IdSource(clock, random.SystemRandom()),
        secret=bytes(32),
    )
    made.register_actions(identity_module.ACTIONS)
    return made


def test_a_server_whose_log_is_not_confirmed_restarts_and_nothing_acknowledged_is_lost(
    control: Control, tmp_path: Path
) -> None:
    if postgresql.binaries() is None:
        pytest.skip(f"no PostgreSQL {postgresql.OLDEST} or newer here, and no wheel with one")
    with postgresql.server(settings={}) as server, server.database() as name:
        engine = server.engine(postgresql.RUNTIME, name)
        record = opened(engine, tmp_path)
        with record.action(TIMER, "record.install") as unit:
            unit.add(
                Installation(
                    name="test", site="", simulated=True, demo=False, created_at=unit.now, time_zone="UTC"
                )
            )
        acknowledged = {put(record, b"before")}
        control.arm(Fault("pg_wal", shim.SYNC, 1, shim.FAIL, errno.EIO))
        # The server says 58030 and panics (PostgreSQL's lesson), or is gone before it can say so.
        with pytest.raises(Unavailable, match=r"fdatasync|fsync|connection to the database was lost"):
            put(record, b"not acknowledged")
        control.disarm()
        assert control.fired
        restarted = opened(engine, tmp_path)
        end = time.monotonic() + 60
        while True:
            try:
                acknowledged.add(put(restarted, b"after"))
                break
            except Unavailable:
                assert time.monotonic() < end
                time.sleep(0.2)
        with restarted.reading() as session:
            assert acknowledged <= set(session.scalars(select(ContentObject.digest)))
        engine.dispose()


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.usefixtures("compiler")
def test_killed_beside_a_server_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    """A share of `make torture-kills DATABASE=postgresql`: the writer is killed, and the server is not."""
    if postgresql.binaries() is None:
        pytest.skip(f"no PostgreSQL {postgresql.OLDEST} or newer here, and no wheel with one")
    assert "at enumerated calls" in campaign("striking", 24, tmp_path, "--database", "postgresql")
