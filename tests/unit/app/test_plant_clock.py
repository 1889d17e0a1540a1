"""The plant's clock stands still while nobody can say how far the plant may run, and goes on by itself."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from sqlalchemy.exc import OperationalError

from titer.app.plant_clock import PlantClock

BEGIN_US = 1_772_438_400_000_000


class Service(BaseHTTPRequestHandler):
    """A time service that grants what it is asked for."""

    def _answer(self, plant_us: int, until_us: int) -> None:
        data = json.dumps({"plant_us": plant_us, "rate": 100.0, "until_us": until_us}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self) -> None:
        self._answer(BEGIN_US, BEGIN_US)

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self._answer(int(asked["until_us"]) - 1_000, int(asked["until_us"]))

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join(timeout=10)
    server.server_close()


def _until(clock: PlantClock, silent: bool) -> None:
    for _ in range(600):
        if clock.silent is silent:
            return
        time.sleep(0.05)
    pytest.fail(f"the clock never became {'silent' if silent else 'well'}")


def test_a_database_that_is_away_for_a_while_stops_the_plant_and_not_its_clock(url: str) -> None:
    away = threading.Event()

    def policy(plant_us: int, rate: float) -> tuple[int, float]:
        if away.is_set():
            raise OperationalError("SELECT 1", {}, ConnectionError("the server closed the connection"))
        return plant_us + 1_000_000, rate

    clock = PlantClock(url, 100.0, interval=0.01)
    clock.policy = policy
    clock.start()
    try:
        _until(clock, silent=False)
        away.set()
        _until(clock, silent=True)
        stood = clock.now()
        assert clock.now() == stood
        assert clock.running_rate == 0.0
        away.clear()
        _until(clock, silent=False)
        for _ in range(600):
            if clock.now() > stood:
                break
            time.sleep(0.05)
        assert clock.now() > stood
    finally:
        clock.stop()
