"""Kill the hub of a running demo with SIGKILL, and compare what became of the batch with an undisturbed one.

    python tests/torture/killing.py --kills 20 --seed 1 --out FOLDER

The batch must finish with the same procedural events and the same effect keys, outage events aside; nothing that
the hub acknowledged may be missing or doubled; the ledger must hold.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from io import StringIO
from itertools import pairwise
from pathlib import Path

import httpx2 as httpx
from rich.console import Console
from sqlalchemy import text

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.trespass import trespassing

from titer.cli.demo.run import Demo
from titer.cli.restarting import HUB

HOUR_US = 3_600_000_000
LAST_KILL_H = 300
"""Kills fall between the start of the batch and this many plant hours later, so the batch is still running."""

PROCEDURAL = ("element.opened", "element.moved", "element.staged", "effect.requested", "effect.finished")
_OUTAGE = "outage"


@dataclass
class Acknowledged:
    """What the hub told the robots that it had done: ids and versions of records, as its answers bear them.

    It is written by the process that asked, not by the one that is killed.
    """

    records: list[tuple[str, int]] = field(default_factory=list)

    def note(self, answer: httpx.Response) -> None:
        """Keep what an answer to a command acknowledges."""
        if answer.request.method != "POST" or answer.status_code >= 400:
            return
        answer.read()
        body = (
            answer.json() if answer.headers.get("content-type", "").startswith("application/json") else None
        )
        if (
            isinstance(body, dict)
            and isinstance(body.get("id"), str)
            and isinstance(body.get("version"), int)
        ):
            self.records.append((body["id"], body["version"]))


@dataclass(frozen=True)
class Course:
    """What a batch did, without its ids and its times.

    Args:
        events: procedural events by path of the element, in their order.
        effects: keys of the effects that the engine asked for.
        commands: keys of the commands that reached equipment, and how each ended.
    """

    events: dict[str, list[tuple[str, ...]]]
    effects: Counter[str]
    commands: Counter[tuple[str, str]]


def course(folder: Path) -> Course:
    """Read the course of the only batch of a demo out of its installation's database."""
    with trespassing(folder) as connection:
        batch = connection.execute(text("SELECT id FROM mes_batch")).scalar_one()
        journal = [
            json.loads(event)
            for event in connection.execute(
                text("SELECT event FROM mes_journal ORDER BY batch_id, sequence")
            ).scalars()
        ]
        commands = Counter(
            (key.replace(batch, "B"), state)
            for key, state in connection.execute(
                text("SELECT key, state FROM equipment_command WHERE key LIKE 'mes/%'")
            )
        )
    events: dict[str, list[tuple[str, ...]]] = {}
    effects: Counter[str] = Counter()
    for event in journal:
        if event["type"] == "effect.requested":
            effects[event["key"].replace(batch, "B")] += 1
        if event["type"] in PROCEDURAL and _OUTAGE not in str(event.get("command", "")):
            told = tuple(str(event.get(name, "")) for name in ("type", "to", "stage", "kind", "status"))
            events.setdefault(event["path"], []).append(told)
    return Course(events, effects, commands)


def differences(undisturbed: Course, killed: Course) -> list[str]:
    """What the killed hub's batch did otherwise."""
    found = []
    for path in sorted(undisturbed.events.keys() | killed.events.keys()):
        wanted, got = undisturbed.events.get(path, []), killed.events.get(path, [])
        if wanted != got:
            at = next(
                (n for n, pair in enumerate(zip(wanted, got, strict=False)) if pair[0] != pair[1]),
                min(len(wanted), len(got)),
            )
            found.append(f"{path}, event {at}: {wanted[at : at + 2]} became {got[at : at + 2]}")
    for key in sorted(undisturbed.effects.keys() | killed.effects.keys()):
        if undisturbed.effects[key] != killed.effects[key]:
            found.append(f"effect {key}: {undisturbed.effects[key]} times became {killed.effects[key]}")
    for command in sorted(undisturbed.commands.keys() | killed.commands.keys()):
        if undisturbed.commands[command] != killed.commands[command]:
            found.append(
                f"command {command}: {undisturbed.commands[command]} became {killed.commands[command]}"
            )
    return found


def missing_or_doubled(folder: Path, acknowledged: Acknowledged) -> list[str]:
    """Acknowledged versions of records that the ledger has not, or has more than once."""
    stored: Counter[tuple[str, int]] = Counter()
    with trespassing(folder) as connection:
        for body in connection.execute(text("SELECT body FROM ledger_entry")).scalars():
            entry = json.loads(body)
            if entry.get("after"):
                stored[entry["record_id"], entry["after"]["version"]] += 1
    found = [f"{key} was acknowledged and is missing" for key in acknowledged.records if not stored[key]]
    return found + [f"{key} is there {count} times" for key, count in stored.items() if count > 1]


def gaps_in_series(folder: Path, tag: str, period_us: int) -> list[str]:
    """Values of a channel that are missing outside any gap, or stored twice.

    Args:
        folder: of the installation.
        tag: a channel whose value changes at each sampling.
        period_us: of its sampling, by the plant's clock.
    """
    from titer.app import open_platform

    platform = open_platform(folder)
    try:
        table = platform.historian.read((tag,), 0, 2**62)
        times = table.column("source_us").to_pylist()
        gaps = platform.equipment.gaps_of(tag, times[0], times[-1])
    finally:
        platform.close()
    found = [f"{tag} at {at} is stored {count} times" for at, count in Counter(times).items() if count > 1]
    for before, after in pairwise(times):
        inside = any(begin <= after and before <= finish for begin, finish in gaps)
        if after - before > 3 * period_us and not inside:
            found.append(f"{tag}: nothing between {before} and {after}, and no gap says so")
    return found


class Killer:
    """Kills the hub at given instants of plant time, each after the hub serves again.

    Args:
        demo: whose hub.
        hours: of plant time since the batch began.
    """

    def __init__(self, demo: Demo, hours: list[float]) -> None:
        self.demo = demo
        self.hours = sorted(hours)
        self.killed: list[float] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Begin to watch the plant's clock."""
        self._thread.start()

    def stop(self) -> None:
        """Kill no more."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        with httpx.Client(base_url=self.demo.endpoints["http"], timeout=30, trust_env=False) as plant:
            began = int(plant.get("/clock").json()["plant_us"])
            for hour in self.hours:
                while int(plant.get("/clock").json()["plant_us"]) < began + hour * HOUR_US:
                    if self._stop.wait(0.02):
                        return
                child = self.demo.supervisor.children.get(HUB)
                if child is None or not child.alive:
                    continue
                os.kill(child.process.pid, signal.SIGKILL)
                self.killed.append(hour)
                while not self._stop.wait(0.2):
                    started = self.demo.supervisor.children.get(HUB)
                    if started is not None and started is not child and started.announced:
                        break


@dataclass(frozen=True)
class Outcome:
    """How a demo ended.

    Args:
        state: of the batch.
        told: what the demo printed.
        killed: plant hours at which the hub was killed.
        course: of the batch.
        faults: what is missing, doubled, or does not verify.
    """

    state: str
    told: str
    killed: list[float]
    course: Course
    faults: list[str]


def run(folder: Path, hours: list[float], *, seed: int = 7, echo: bool = False) -> Outcome:
    """Run a batch of the demo with robots, and kill its hub.

    Args:
        folder: new; everything lies below it.
        hours: plant hours since the batch began, at which the hub is killed.
        seed: of the plant.
        echo: print what the demo prints.
    """
    told = StringIO()
    acknowledged = Acknowledged()
    out = Console(file=None if echo else told, highlight=False, width=200)
    demo = Demo(folder, out, port=0, seed=seed, observe=acknowledged.note)
    try:
        cast = demo.start()
        demo.seed_all(cast)
        killer = Killer(demo, hours)
        killer.start()
        try:
            state = demo.run_batch(cast)
        finally:
            killer.stop()
        demo.finish(cast)
        demo.export(cast)
    finally:
        demo.end()
    faults = missing_or_doubled(demo.lab, acknowledged)
    faults += gaps_in_series(demo.lab, "BR-201.pH.PV", 120_000_000)
    faults += _verified(demo.lab)
    return Outcome(state, told.getvalue(), killer.killed, course(demo.lab), faults)


def _verified(folder: Path) -> list[str]:
    from titer.app import open_platform
    from titer.record.verify import verify_store

    platform = open_platform(folder)
    try:
        verdict = verify_store(platform.record, platform.sealer, platform.verifiers)
    finally:
        platform.close()
    return [] if verdict.holds else [verdict.sentence]


def main() -> int:
    """Run the campaign; the exit code says whether all held."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--a-batch", type=int, default=5, help="kills in one batch")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    reference = run(arguments.out / "undisturbed", [])
    print(f"undisturbed: {reference.state}, {sum(reference.course.effects.values())} effects", flush=True)
    bad = len(reference.faults)
    done, number = 0, 0
    while done < arguments.kills:
        number += 1
        count = min(arguments.a_batch, arguments.kills - done)
        began = time.monotonic()
        outcome = run(arguments.out / f"killed-{number}", [rng.uniform(0, LAST_KILL_H) for _ in range(count)])
        faults = outcome.faults + differences(reference.course, outcome.course)
        done += count
        bad += len(faults)
        hours = ", ".join(f"{hour:.0f}" for hour in outcome.killed)
        print(
            f"batch {number}: {outcome.state}, killed at plant hours {hours}; "
            f"{len(faults)} faults, {time.monotonic() - began:.0f} s",
            flush=True,
        )
        for fault in faults:
            print(f"  {fault}", flush=True)
    print(f"{done} kills, {bad} faults")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
