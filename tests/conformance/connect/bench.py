"""The bench of the conformance tests: plant, cable, hub and host, each to be disturbed on its own."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from titer.testing.connectors import Account, Cable, FakeHub, account, patience, quiet_port

HERE = Path(__file__).parent
CONNECTION = "plant-1"


async def until(condition: Callable[[], bool], seconds: float, what: str, *, every: float = 0.05) -> None:
    begin = time.monotonic()
    while not condition():
        waited = time.monotonic() - begin
        assert waited < seconds * patience(), f"{what} did not happen within {waited:.0f} s"
        await asyncio.sleep(every)


class Bench:
    """Use as an async context manager."""

    def __init__(
        self,
        folder: Path,
        *,
        history: str = "memory",
        channels: int = 4,
        hertz: float = 10.0,
        settings: dict[str, Any] | None = None,
        command: list[str] | None = None,
        node: str = "nsu=urn:titer:test:plant;s={}",
        path: str = "/plant",
    ) -> None:
        self.folder = folder
        self.truth = folder / "truth.jsonl"
        self.history = history
        self.channels, self.hertz = channels, hertz
        # The patience of the connector is its default on a quiet machine: a freeze of 3 s must pass for one.
        slow = patience()
        self.settings = {"liveness_s": 5.0 * slow, "request_timeout_s": 4.0 * slow, **(settings or {})}
        self.plant_command = command
        self.node, self.path = node, path
        self.started_us = 0
        self.hub = FakeHub()
        self.plant_port = quiet_port()
        self.cable = Cable(self.plant_port)
        self.plant: subprocess.Popen[bytes] | None = None
        self.host: subprocess.Popen[bytes] | None = None
        self._pipe = -1
        self._logs: list[Any] = []

    async def __aenter__(self) -> Bench:
        self.start_plant()
        port = await self.cable.plug_in()
        self.hub.connections = [
            {
                "name": CONNECTION,
                "type": "opcua",
                "version": 1,
                "epoch": 0,
                "settings": {
                    "endpoint": f"opc.tcp://127.0.0.1:{port}{self.path}",
                    "allow_unencrypted": True,
                    **self.settings,
                },
                "channels": [
                    {"tag": f"C{number}", "node": self.node.format(f"C{number}")}
                    for number in range(self.channels)
                ]
                + [
                    {"tag": tag, "node": self.node.format(tag), "writable": True}
                    for tag in ("SP", "Text", "Whole", "Flag")
                ],
            }
        ]
        self.hub.start()
        self.start_host()
        try:
            await until(lambda: self.rows() > 0, 60, "the first value")
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        self.stop_host()
        self.kill_plant()
        await self.cable.close()
        self.hub.stop()
        for log in self._logs:
            log.close()

    def _log(self, name: str) -> Any:
        log = (self.folder / name).open("ab")
        self._logs.append(log)
        return log

    def start_plant(self) -> None:
        command = self.plant_command or [sys.executable, str(HERE / "plant.py")]
        self.started_us = time.time_ns() // 1000
        arguments = [str(self.plant_port), str(self.truth), self.history, str(self.channels), str(self.hertz)]
        self.plant = subprocess.Popen([*command, *arguments], stderr=self._log("plant.log"))

    def kill_plant(self) -> None:
        if self.plant is not None:
            self.plant.send_signal(signal.SIGCONT)
            self.plant.kill()
            self.plant.wait()

    def start_host(self) -> None:
        token = self.folder / "token"
        token.write_text(self.hub.token)
        read_end, self._pipe = os.pipe()
        command = [sys.executable, "-m", "titer.connect", "--hub", self.hub.url, "--token-file", str(token)]
        command += ["--dir", str(self.folder / "host"), "--host", "test-host", "--parent-fd", str(read_end)]
        self.host = subprocess.Popen(command, pass_fds=[read_end], stderr=self._log("host.log"))
        os.close(read_end)

    def kill_host(self) -> None:
        assert self.host is not None
        self.host.kill()
        self.host.wait()
        os.close(self._pipe)

    def stop_host(self) -> int:
        """Close the parent's pipe, as a supervisor does that dies."""
        assert self.host is not None
        if self.host.poll() is None:
            os.close(self._pipe)
        return self.host.wait(10 * patience())

    def rows(self) -> int:
        return sum(frame.rows for frame in self.hub.decoded(CONNECTION))

    def events(self, kind: str) -> list[dict[str, Any]]:
        return [e for frame in self.hub.decoded(CONNECTION) for e in frame.events if e["kind"] == kind]

    def made(self) -> list[tuple[str, int, float]]:
        lines = self.truth.read_text().splitlines()
        return [tuple(json.loads(line)) for line in lines if line.endswith("]")]  # type: ignore[misc]

    async def settle(self) -> Account:
        """Wait until it records again, stop the plant's production, wait for all that it made, and compare."""
        await until(self.recording, 60, "recording again", every=0.3)
        self.truth.with_name("halt").touch()
        await until(self.halted, 30, "the end of production", every=0.3)
        await until(self.all_arrived, 60, "the newest values", every=0.3)
        await until(self.gaps_settled, 60, "settling the gaps", every=0.3)
        first = self._span(min)
        last = self._span(max)
        made = [(t, s, v) for t, s, v in self.made() if t in first and first[t] <= s <= last[t]]
        frames = self.hub.decoded(CONNECTION)
        result = account(made, frames)
        result.unknown = [
            mark for mark in result.unknown if mark[0].startswith("C") and mark[2] not in {"0.0"}
        ]
        return result

    def recording(self) -> bool:
        """Whether each channel has a value that the plant made since it was started last."""
        span = self._span(max)
        return len(span) == self.channels and min(span.values()) > self.started_us

    def halted(self) -> bool:
        """Whether the plant has made its last value: it says so after it."""
        return self.truth.with_name("halted").exists()

    def all_arrived(self) -> bool:
        """Whether the last value of each channel has arrived; what lies before it is what the verdict is about."""
        made: dict[str, int] = {}
        for tag, stamp, _ in self.made():
            made[tag] = max(stamp, made.get(tag, 0))
        return self._span(max) == made

    def newest(self) -> int:
        return min(self._span(max).values(), default=0)

    def gaps_settled(self) -> bool:
        opened = {(e["gap"], tag) for e in self.events("gap_opened") for tag in e["channels"]}
        closed = {
            (e["gap"], tag)
            for kind in ("gap_filled", "gap_unrecoverable")
            for e in self.events(kind)
            for tag in e["channels"]
        }
        return opened <= closed

    def _span(self, choose: Callable[[int, int], int]) -> dict[str, int]:
        made = {(tag, stamp) for tag, stamp, _ in self.made()}
        found: dict[str, int] = {}
        for frame in self.hub.decoded(CONNECTION):
            for index, stamp in zip(frame.channel.tolist(), frame.source_us.tolist(), strict=True):
                tag = frame.channels[index]
                if (tag, stamp) in made:
                    found[tag] = choose(found.get(tag, stamp), stamp)
        return found
