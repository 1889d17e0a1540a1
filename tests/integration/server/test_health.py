"""What does not work in the hub is said in sentences, and no more once it works again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select
from starlette.testclient import TestClient

from titer.app import Config, create_installation, open_platform
from titer.record import Actor, LedgerEntry, Training, Worker
from titer.server.hub import Hub


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    folder = tmp_path / "lab"
    create_installation(folder, Config(name="Plant", site="Suite 2", layers=()))
    platform = open_platform(folder)
    made = Hub(platform)
    yield made
    made._stop.set()
    platform.close()


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_worker_that_fails_is_said_until_it_works_again(hub: Hub, caplog: pytest.LogCaptureFixture) -> None:
    broken = threading.Event()
    broken.set()
    steps: list[bool] = []

    def step() -> float:
        steps.append(broken.is_set())
        if broken.is_set():
            raise ValueError("S-2026-0001 has no volume")
        return 0.001

    client = TestClient(hub.app)
    assert client.get("/api/health").json()["state"] == "ok"
    thread = threading.Thread(target=hub._work, args=(Worker("twin.estimator", step),))
    thread.start()
    until(lambda: "twin.estimator" in hub.failing)
    told = client.get("/api/health").json()
    assert told["state"] == "impaired"
    (fault,) = told["faults"]
    assert fault["what"] == "twin.estimator fails and is tried again."
    assert "ValueError" in fault["why"] and fault["do"]
    assert "S-2026" not in str(told), "anybody may ask, so no record is named"
    until(lambda: len(steps) >= 2)
    assert caplog.text.count("failed; it will be tried again") == 1, "logged once"
    broken.clear()
    until(lambda: not hub.failing)
    assert client.get("/api/health").json()["faults"] == []
    hub._stop.set()
    thread.join(timeout=5)


def test_while_there_is_something_new_the_sealer_plans_less_than_a_second_between_two_seals_and_covers_it(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is shown: the thread's own pauses, whatever the machine does, and that each seal covers all before it.

    What is not: how long sealing and the witness' sync take, which come on top; a bound for them would be the disk's.
    """
    pauses, waits = list[float](), list[float]()
    record, sealer = hub.platform.record, hub.platform.sealer

    def wait(timeout: float | None = None) -> bool:
        assert timeout is not None
        pauses.append(timeout)
        if len(pauses) == 6:
            return True
        assert sealer.size == entries(hub), "whatever was there before this pause is covered"
        with record.action(Actor.timer("test"), "record.training.enter") as unit:
            unit.add(Training(person_id="p", competency="SEC", document="d", trained_at=unit.now))
        return False

    real = record.wait_for_commit

    def commit(seen: int, timeout: float) -> int:
        waits.append(timeout)
        return real(seen, timeout)

    monkeypatch.setattr(record, "wait_for_commit", commit)
    stop = threading.Event()
    monkeypatch.setattr(stop, "wait", wait)
    monkeypatch.setattr(stop, "is_set", lambda: len(pauses) >= 6)
    monkeypatch.setattr(hub, "_stop", stop)
    sizes = sealer.size
    hub._seal()
    assert len(pauses) == 6
    assert max(pauses) + max(waits) < 1.0
    assert sealer.size >= sizes + 5


def entries(hub: Hub) -> int:
    with hub.platform.record.reading() as session:
        return session.scalar(select(func.count()).select_from(LedgerEntry)) or 0
