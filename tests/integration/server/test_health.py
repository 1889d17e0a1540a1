"""What does not work in the hub is said in sentences, and no more once it works again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from titer.app import Config, create_installation, open_platform
from titer.record import Worker
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
