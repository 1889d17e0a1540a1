"""What all campaigns share: a number of rounds, a seed that is printed, progress, a bound in time, going on later."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

SECONDS = 3600.0


@dataclass
class Campaign:
    """Counts and reports.

    Args:
        name: of what is done, e.g. `kills`.
        rounds: how many are wanted.
        seed: of everything.
        state: where it is kept how far it came; None if it is not to be resumed.
        limit_s: no round begins after so many seconds.
    """

    name: str
    rounds: int
    seed: int
    state: Path | None = None
    limit_s: float = SECONDS
    done: int = 0
    faults: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._began = time.monotonic()
        self._said = 0.0
        if self.state is not None and self.state.exists():
            kept = json.loads(self.state.read_text())
            if kept["seed"] == self.seed and kept["done"] < self.rounds:
                self.done, self.faults, self.counts = kept["done"], kept["faults"], kept["counts"]
                print(f"{self.name}: going on behind round {self.done}", flush=True)

    @property
    def over(self) -> bool:
        """Whether no further round is to begin."""
        return self.done >= self.rounds or time.monotonic() - self._began > self.limit_s

    def round(self, faults: list[str], *counts: str) -> None:
        """Count one round, and what was found."""
        self.done += 1
        for what in counts:
            self.counts[what] = self.counts.get(what, 0) + 1
        for fault in faults:
            self.faults.append(f"round {self.done}: {fault}")
            print(f"{self.name}, round {self.done}: {fault}", flush=True)
        if time.monotonic() - self._said > 10:
            self._said = time.monotonic()
            print(f"{self.name}: {self.done} of {self.rounds}, {len(self.faults)} faults", flush=True)

    def keep(self) -> None:
        """Write down how far it came; called where it can be resumed."""
        if self.state is not None:
            self.state.parent.mkdir(parents=True, exist_ok=True)
            kept = {"seed": self.seed, "done": self.done, "faults": self.faults, "counts": self.counts}
            self.state.write_text(json.dumps(kept))

    def end(self) -> int:
        """Print the last line; the exit code."""
        counts = "".join(f", {count} {what}" for what, count in sorted(self.counts.items()))
        short = "" if self.done >= self.rounds else f" of {self.rounds} wanted"
        print(
            f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC: {self.done} {self.name}{short}{counts}; "
            f"{len(self.faults)} faults; seed {self.seed}, {time.monotonic() - self._began:.0f} s",
            flush=True,
        )
        return 1 if self.faults or self.done < self.rounds else 0


def options(
    description: str | None, rounds: int, argv: list[str] | None = None, *more: str
) -> argparse.Namespace:
    """The options of a campaign."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=rounds)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--out", type=Path, help="work here, keep the oracle's log, and go on after an interruption"
    )
    parser.add_argument("--seconds", type=float, default=SECONDS, help="begin no round after so long")
    for name in more:
        parser.add_argument(name)
    return parser.parse_args(argv)


@contextmanager
def working(out: Path | None, name: str) -> Iterator[tuple[Path, Path]]:
    """Where it is kept what was acknowledged and how far it came, and a quick place for the laboratories.

    Killed processes and failing calls need no disk: what they leave is in the system's memory either way.
    """
    memory = Path("/dev/shm")
    room = Path(tempfile.mkdtemp(prefix=f"titer-{name}-", dir=memory if os.access(memory, os.W_OK) else None))
    kept = Path(tempfile.mkdtemp(prefix=f"titer-{name}-kept-")) if out is None else out
    kept.mkdir(parents=True, exist_ok=True)
    try:
        yield kept, room
    finally:
        shutil.rmtree(room, ignore_errors=True)
        if out is None:
            shutil.rmtree(kept, ignore_errors=True)
