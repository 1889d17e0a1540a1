"""The plant's supervisor: starts the equipment's processes, lays their cables, keeps plant time, serves the bench.

Order: clock file, cables (so that servers can name the cable's port), reactor, then the others at once. A child
that dies is reported, not started again by itself: a plant does not repair itself either. Everything leaves when
the supervisor does.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from titer.base.clock import from_us, iso
from titer.base.errors import NotFound, Refused, Unavailable
from titer.sim.cables import Cable
from titer.sim.channels import BALANCE, REACTOR, write_channel_files
from titer.sim.faults import CLOCK_STEP, FAULTS_FILE, UNDER_DELIVERY, read_faults, switch
from titer.sim.plant_clock import PlantClock, SharedFile, first_record
from titer.sim.process import CLOCK_FILE, REACTOR_FILE, write_json
from titer.sim.readings import REACTOR_REPORT

ANALYSER, CHROMATOGRAPH = "MA-01", "HPLC-02"
_MODULES = {
    REACTOR: "titer.sim.reactor_server",
    BALANCE: "titer.sim.balance_server",
    ANALYSER: "titer.sim.analyser_server",
    CHROMATOGRAPH: "titer.sim.chromatograph_server",
}
_CABLED = (REACTOR, BALANCE, ANALYSER)
_READY_S = 180.0
_STOP_S = 5.0
ORIGIN_US = 1_772_438_400_000_000
"""2026-03-02T08:00:00Z, when the plant is switched on."""


@dataclass
class Child:
    """A process of the plant."""

    name: str
    state: str = "starting"
    port: int = 0
    pid: int | None = None
    exit_code: int | None = None
    process: asyncio.subprocess.Process | None = field(default=None, repr=False)
    pipe: int | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Settings:
    """How the plant is started.

    Attributes:
        folder: everything that the plant writes.
        port_base: HTTP at this port, cables on the three after it; 0 takes free ones.
        seed: reproduces cells, media, pumps and sensors.
        rate: plant seconds per second of a grant that names no rate.
        idle_rate: plant seconds per second when nobody grants.
        patience_s: wall seconds that an instrument lets people wait at most, per measurement.
        origin_us: plant instant at which it is switched on.
    """

    folder: Path
    port_base: int = 0
    seed: int = 1
    rate: float = 5000.0
    idle_rate: float = 1.0
    patience_s: float = 0.5
    origin_us: int = ORIGIN_US


class Plant:
    """All processes of the plant, their cables and plant time.

    Args:
        settings: how it is started.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        folder = settings.folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for name in ("bottles", "chromatograph/queue", "chromatograph/out"):
                (folder / name).mkdir(parents=True, exist_ok=True)
            for name in (FAULTS_FILE, "balance.json"):
                (folder / name).unlink(missing_ok=True)
            self.channel_files = write_channel_files(folder / "channels")
            self.clock = PlantClock(
                folder / CLOCK_FILE,
                first=first_record(
                    settings.origin_us,
                    rate=settings.rate,
                    idle_rate=settings.idle_rate,
                    monotonic_ns=time.monotonic_ns(),
                ),
            )
        except OSError as error:
            raise Unavailable(
                f"The plant's folder {folder} cannot be written.",
                why=str(error),
                do="Name another with --dir.",
            ) from error
        self.cables = {name: Cable(name, monotonic=time.monotonic) for name in _CABLED}
        self.children = {name: Child(name) for name in _MODULES}
        self.http_port = 0
        self._reactor: SharedFile | None = None
        self._watchers: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Lay the cables and start the processes; returns when all are ready.

        Raises:
            Unavailable: a port is taken, or a process did not come up.
        """
        base = self.settings.port_base
        for offset, cable in enumerate(self.cables.values(), 1):
            try:
                await cable.open(base + offset if base else 0)
            except OSError as error:
                raise Unavailable(
                    f"Port {base + offset} for {cable.name} is taken.",
                    why=str(error),
                    do="Choose another --port-base, or 0 for free ports.",
                ) from error
        await self._launch(REACTOR)
        self._reactor = SharedFile(self.settings.folder / REACTOR_FILE, REACTOR_REPORT.size, create=False)
        await asyncio.gather(*(self._launch(name) for name in _MODULES if name != REACTOR))

    async def _launch(self, name: str) -> None:
        child = self.children[name]
        cable = self.cables.get(name)
        ready_read, ready_write = os.pipe()
        parent_read, parent_write = os.pipe()
        command = [
            *(sys.executable, "-m", _MODULES[name], "--dir", str(self.settings.folder)),
            *("--advertised", str(cable.port if cable else 0), "--seed", str(self.settings.seed)),
            *("--patience", str(self.settings.patience_s)),
            *("--ready-fd", str(ready_write), "--parent-fd", str(parent_read)),
        ]
        try:
            child.process = await asyncio.create_subprocess_exec(
                *command,
                pass_fds=(ready_write, parent_read),
                start_new_session=True,
                stdin=asyncio.subprocess.DEVNULL,
            )
        finally:
            os.close(ready_write)
            os.close(parent_read)
        child.pid, child.pipe = child.process.pid, parent_write
        try:
            async with asyncio.timeout(_READY_S):
                line = await _line(ready_read)
        except TimeoutError:
            line = b""
        if not line:
            code = child.process.returncode
            child.state = "failed"
            raise Unavailable(
                f"{name} did not come up.",
                why=f"Its process ended with {code}."
                if code is not None
                else f"It was not ready in {_READY_S:g} s.",
                do="Read its message above; `python -m titer.sim` starts the plant anew.",
            )
        child.port = int(json.loads(line)["port"])
        child.state = "running"
        if cable is not None:
            cable.target_port = child.port
        self._watchers.append(asyncio.create_task(self._watch(child)))

    async def _watch(self, child: Child) -> None:
        if child.process is None:
            return
        code = await child.process.wait()
        child.exit_code = code
        child.state = "stopped" if code == 0 else "killed" if code < 0 else "failed"

    async def stop(self) -> None:
        """Close the pipes; whoever is still there after five seconds is killed."""
        for child in self.children.values():
            if child.pipe is not None:
                os.close(child.pipe)
                child.pipe = None
        if self._watchers:
            _, late = await asyncio.wait(self._watchers, timeout=_STOP_S)
            for child in self.children.values():
                if late and child.process is not None and child.process.returncode is None:
                    child.process.kill()
            await asyncio.gather(*self._watchers)
        for child in self.children.values():  # one that never got ready has no watcher
            if child.process is not None and child.process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    child.process.kill()
                await child.process.wait()
        for cable in self.cables.values():
            await cable.close()
        if self._reactor is not None:
            self._reactor.close()
        self.clock.close()

    # what the time service and the bench say and do ---------------------------------------------------------

    def clock_state(self) -> dict[str, Any]:
        """Plant time now, and how far the reactor has come (it reports a wall tick later)."""
        record, now_ns = self.clock.record(), self.clock.monotonic_ns()
        now = record.now_us(now_ns)
        reached = REACTOR_REPORT.unpack(self._reactor.read())[0] if self._reactor else record.origin_us
        return {
            "plant_us": now,
            "plant": iso(from_us(now)),
            "rate": record.current_rate(now_ns),
            "state": record.state(now_ns),
            "until_us": record.until_us,
            "reactor_us": reached,
            "origin_us": record.origin_us,
            "idle_rate": record.idle_rate,
            "default_rate": record.default_rate,
        }

    def endpoints(self) -> dict[str, Any]:
        """Where everything is, and how it is."""

        def url(name: str, scheme: str) -> str:
            return f"{scheme}://127.0.0.1:{self.cables[name].port}"

        folder = self.settings.folder
        return {
            "http": f"http://127.0.0.1:{self.http_port}",
            "seed": self.settings.seed,
            "folder": str(folder),
            "equipment": {
                REACTOR: {
                    "type": "opcua",
                    "url": url(REACTOR, "opc.tcp"),
                    "namespace": "urn:titer:sim:br201",
                    "channels": str(self.channel_files[REACTOR]),
                },
                BALANCE: {
                    "type": "opcua",
                    "url": url(BALANCE, "opc.tcp"),
                    "namespace": "urn:titer:sim:wb01",
                    "channels": str(self.channel_files[BALANCE]),
                },
                ANALYSER: {
                    "type": "sila2",
                    "host": "127.0.0.1",
                    "port": self.cables[ANALYSER].port,
                    "tls": False,
                    "feature": "MetaboliteAnalysis",
                    "command": "MeasureSample",
                },
                CHROMATOGRAPH: {"type": "animl", "folder": str(folder / "chromatograph" / "out")},
            },
            "cables": {name: {"port": c.port, "cut": c.cut} for name, c in self.cables.items()},
            "processes": {
                name: {"state": c.state, "pid": c.pid, "exit_code": c.exit_code}
                for name, c in self.children.items()
            },
        }

    def cable(self, name: str) -> Cable:
        """A cable by the name of its equipment.

        Raises:
            NotFound: there is no such cable.
        """
        try:
            return self.cables[name]
        except KeyError:
            raise NotFound(
                f"There is no cable to {name!r}.", do=f"Use one of: {', '.join(self.cables)}."
            ) from None

    def under_deliver(self, fraction: float, from_us: int) -> dict[str, Any]:
        """Let the feed pump fall short by a fraction; 0 mends it. Returns all faults that are on."""
        fault = {"fraction": fraction, "from_us": from_us} if fraction else {}
        return switch(self.settings.folder, UNDER_DELIVERY, fault)

    def step_clock(self, equipment: str, seconds: float) -> dict[str, Any]:
        """Set the clock of an OPC UA server off the machine's by seconds. Returns all faults that are on.

        Raises:
            NotFound: it has no server with a clock of its own.
        """
        if equipment not in (REACTOR, BALANCE):
            raise NotFound(
                f"{equipment!r} has no clock that could be set.", do=f"Use {REACTOR} or {BALANCE}."
            )
        steps = read_faults(self.settings.folder).get(CLOCK_STEP, {}) | {equipment: seconds}
        wrong = {name: ahead for name, ahead in steps.items() if ahead}
        return switch(self.settings.folder, CLOCK_STEP, wrong)

    def queue_sequence(self, sequence: Any) -> dict[str, Any]:
        """Give the chromatograph a sequence.

        Raises:
            Refused: it cannot be run as it is, or its number was used.
        """
        from titer.sim.bottles import open_bottle

        folder = self.settings.folder
        problems = sequence.problems()
        for line in sequence.injections:
            if line.sample:
                open_bottle(folder / "bottles", line.sample)
        if problems:
            raise Refused("The sequence cannot be run.", why="; ".join(problems), do="Correct these lines.")
        state = self.chromatograph_state()
        used = {one["sequence_id"] for one in state["done"]} | set(state["queue"]) | {state["running"]}
        if sequence.sequence_id in used:
            raise Refused(
                f"A sequence {sequence.sequence_id} was given before.",
                do="Give a new run a number of its own.",
            )
        write_json(folder / "chromatograph" / "queue" / f"{sequence.sequence_id}.json", sequence.model_dump())
        return {
            "sequence_id": sequence.sequence_id,
            "accepted_us": self.clock.now_us(),
            "injections": len(sequence.injections),
            "file": f"{sequence.sequence_id}.animl",
        }

    def chromatograph_state(self) -> dict[str, Any]:
        """What its display shows."""
        folder = self.settings.folder / "chromatograph"
        try:
            state = json.loads((folder / "state.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            state = {"injections": 0, "running": None, "done": []}
        queue = [path.stem for path in sorted((folder / "queue").glob("*.json"))]
        return {
            "instrument": CHROMATOGRAPH,
            "running": state["running"],
            "queue": [name for name in queue if name != state["running"]],
            "done": state["done"],
            "injections": state["injections"],
            "folder": str(folder / "out"),
        }


async def _line(fd: int) -> bytes:
    """One line out of a pipe, or nothing when it closes."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    transport, _ = await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(fd, "rb")
    )
    try:
        return await reader.readline()
    finally:
        transport.close()
