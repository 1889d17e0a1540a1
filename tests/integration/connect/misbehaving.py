"""A type of connection that does wrong when it is told to: with real processes, what becomes of its neighbours?"""

from __future__ import annotations

import asyncio
import ctypes
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

from titer.base.clock import Clock, us
from titer.base.errors import Refused
from titer.connect.core.columns import Columns
from titer.connect.core.contract import (
    Batch,
    Capability,
    ClockSample,
    Command,
    ConnectionConfig,
    DeviceIdentity,
    Gap,
    Outcome,
    Receipt,
    Resume,
)
from titer.connect.types import HOST, NUMBER, TEXT, ConnectionType, Setting


class Misbehaving:
    """Counts, and gives what it counts as values; what it said last it knows from its journal.

    It does wrong once: a file `done` in its folder says that it has, so that its next life is a good one.
    """

    capabilities = frozenset({Capability.STREAM, Capability.COMMANDS})

    def __init__(self, config: ConnectionConfig, clock: Clock, folder: Path) -> None:
        self._settings = TYPE.read(config.settings)
        self._clock = clock
        self._folder = folder
        self._next = 0
        self._because = ""
        self._held: list[bytearray] = []

    async def open(self, resume: Resume) -> None:
        known = resume.last.get("N")
        self._next = 0 if known is None else int(known.value) + 1
        self._because = resume.because
        (self._folder / "seen.json").write_text(
            json.dumps(
                {
                    "because": resume.because,
                    "arguments": Path(f"/proc/{os.getpid()}/cmdline").read_text("utf-8"),
                    "environment": Path(f"/proc/{os.getpid()}/environ").read_text("utf-8"),
                    "heavy": sorted({"httpx2", "asyncua", "sila"} & sys.modules.keys()),
                    "secret": self._settings["secret"],
                    "pid": os.getpid(),
                }
            )
        )

    async def describe(self) -> DeviceIdentity:
        return DeviceIdentity(maker="nobody")

    async def stream(self) -> AsyncIterator[Batch]:
        wrong = self._settings["wrong"]
        while True:
            number, self._next = self._next, self._next + 1
            now = us(self._clock.now())
            yield Batch(Columns.of([0], [now], [float(number)], [0]))
            await asyncio.sleep(self._settings["every_s"])
            if wrong and number >= self._settings["after"]:
                self._do(wrong)

    def _do(self, wrong: str) -> None:
        if wrong == "leak":
            self._held.append(bytearray(os.urandom(1024) * 1024 * 8))
            return
        done = self._folder / "done"
        if done.exists():
            return
        done.write_text("")
        if wrong == "crash":
            ctypes.string_at(0)
        elif wrong == "spin":
            while True:
                time.monotonic()
        elif wrong == "hang":
            # Native code that keeps the interpreter's lock: no thread of this process gets a turn.
            many = ctypes.PyDLL(None)
            many.sleep(600)
        elif wrong == "print":
            sys.stdout.write("\0" * 64)
            sys.stdout.flush()
            os.write(1, b"\xff" * 64)

    async def ack(self, cursor: Any) -> None:
        """There is nothing to forget."""

    async def backfill(self, gap: Gap) -> AsyncIterator[Batch]:
        raise NotImplementedError
        yield

    async def clock(self) -> ClockSample | None:
        return None

    async def invoke(self, command: Command) -> Receipt:
        return Receipt(Outcome.DONE, readback=f"{command.value} by {os.getpid()}")

    async def observe(self, command: Command) -> Receipt:
        return Receipt(Outcome.UNKNOWN)

    async def close(self) -> None:
        """There is nothing to let go."""


def _nothing(address: str) -> Mapping[str, Any]:
    return {}


async def _explore(
    kind: str, about: dict[str, Any], settings: dict[str, Any], clock: Clock, folder: Path
) -> Mapping[str, Any]:
    """Look through the device, which does something to who looks."""
    held = []
    while kind == "leak":
        held.append(bytearray(os.urandom(1024) * 1024))
        await asyncio.sleep(0)
    while kind == "spin":
        time.monotonic()
    if kind == "crash":
        ctypes.string_at(0)
    if kind == "refuse":
        raise Refused("The device lets nobody look.", do="Ask whose it is.")
    return {
        "pid": os.getpid(),
        "secret": settings.get("secret", ""),
        "about": about,
        "arguments": Path(f"/proc/{os.getpid()}/cmdline").read_text("utf-8"),
        "much": "m" * int(about.get("much", 0)),
    }


TYPE = ConnectionType(
    "misbehaving",
    "a device that is none",
    "nothing",
    channels=True,
    encrypted=False,
    settings=(
        Setting("wrong", TEXT, "what it does", "", choices=("", "leak", "crash", "spin", "hang", "print")),
        Setting("after", NUMBER, "at which count", 20),
        Setting("every_s", NUMBER, "seconds between two", 0.02),
        Setting("secret", TEXT, "that nobody else may see", ""),
        *HOST,
    ),
    of_address=_nothing,
    make=Misbehaving,
    explore=_explore,
)


def installed(folder: Path) -> None:
    """Lay this module out as a package that is installed in a folder, with its entry point."""
    (folder / "misbehaving_device.py").write_text(Path(__file__).read_text("utf-8"), encoding="utf-8")
    about = folder / "misbehaving_device-1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: misbehaving-device\nVersion: 1\n")
    (about / "entry_points.txt").write_text("[titer.connectors]\nmisbehaving = misbehaving_device:TYPE\n")
