"""One process of the plant: its arguments, how it says that it is ready, and when it leaves.

A process leaves on SIGTERM or SIGINT, and when the pipe from its parent closes, so that nothing outlives a parent
that was killed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from titer.base.errors import TiterError
from titer.base.leaving import Stop, stopping

CLOCK_FILE = "plant-clock"
REACTOR_FILE = "reactor-state"
TICK_S = 0.02


@dataclass(frozen=True)
class Place:
    """Where and how a process of the plant runs.

    Attributes:
        folder: the plant's folder.
        port: to bind on the loopback interface; 0 takes a free one.
        advertised: port of the cable in front, named to clients.
        seed: of the plant.
        patience_s: wall seconds that an instrument lets people wait when plant time stands still.
    """

    folder: Path
    port: int
    advertised: int
    seed: int
    patience_s: float

    @property
    def clock_file(self) -> Path:
        """The shared plant time."""
        return self.folder / CLOCK_FILE

    @property
    def reactor_file(self) -> Path:
        """What the reactor shows to the feed balance: true deliveries."""
        return self.folder / REACTOR_FILE

    @property
    def bottles(self) -> Path:
        """Folder of sample bottles."""
        return self.folder / "bottles"

    @property
    def chromatograph(self) -> Path:
        """Folder of the chromatograph: queue, state and the folder into which files drop."""
        return self.folder / "chromatograph"


def say_ready(ready_fd: int | None, message: dict[str, object]) -> None:
    """Write one JSON line to the ready pipe and close it."""
    if ready_fd is None:
        return
    with os.fdopen(ready_fd, "w", encoding="utf-8") as pipe:
        pipe.write(json.dumps(message) + "\n")


def write_json(path: Path, content: object) -> None:
    """Write a file so that a reader sees all of it or none."""
    part = path.with_name(path.name + ".part")
    part.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    part.replace(path)


Run = Callable[[Place, Stop, Callable[[int], None]], Awaitable[None]]


def child_main(name: str, run: Run) -> None:
    """Entry of a child process: parse arguments, run until asked to leave.

    Args:
        name: for log lines.
        run: the process; it calls its third argument with the bound port once it is ready.
    """
    parser = argparse.ArgumentParser(prog=f"titer.sim {name}")
    parser.add_argument("--dir", type=Path, required=True)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--advertised", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--patience", type=float, default=0.5)
    parser.add_argument("--parent-fd", type=int)
    parser.add_argument("--ready-fd", type=int)
    args = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, format=f"{name}: %(levelname)s %(name)s: %(message)s")
    logging.getLogger("asyncua").setLevel(
        logging.ERROR
    )  # it warns of the open loopback endpoint, which we chose
    place = Place(args.dir, args.port, args.advertised, args.seed, args.patience)

    async def main() -> None:
        async with stopping(args.parent_fd) as stop:
            await run(place, stop, lambda port: say_ready(args.ready_fd, {"name": name, "port": port}))

    try:
        asyncio.run(main())
    except TiterError as error:
        print(f"{name}: {error}", file=sys.stderr)  # noqa: T201
        raise SystemExit(1) from None
    except OSError as error:
        print(f"{name}: port {place.port} cannot be used: {error}", file=sys.stderr)  # noqa: T201
        raise SystemExit(1) from None
