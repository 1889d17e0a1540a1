"""Rounds: a writer works on a small laboratory until it is struck, and the next one opens what is left.

Everything heavy is imported once; each writer is forked from here. What it opens is verified and compared with
the oracle before it goes on. A laboratory lives for some rounds and is then settled: all that was asked for is asked
again, and must be there once.
"""

from __future__ import annotations

import gc
import json
import os
import random
import select
import shutil
import signal
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.torture import lab
from tests.torture.oracle import Oracle, Said, judge
from tests.torture.served import Served

from titer.base.errors import Stopped
from titer.record import sqlite

KINDS = ("order", "file", "approve", "take", "ship", "seal series", "seal", "deliver")
_WEIGHTS = (4, 3, 4, 5, 3, 1, 4, 3)
PATIENCE_S = 120.0


@dataclass
class Writer:
    """What a writer does until it is struck; runs in the forked child.

    Args:
        lab: opened.
        oracle: is told.
        said: what was asked and acknowledged before.
        rng: of the round.
        before: called with the kind of each step before it is made.
    """

    lab: lab.Lab
    oracle: Oracle | _Deaf
    said: Said
    rng: random.Random
    before: Callable[[str], None] = lambda _kind: None
    ready: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._again = {kind: self.said.open(kind) for kind in ("order", "approval")}
        self._next = max(map(int, self.said.asked.get("order", set())), default=0) + 1
        taken = [int(key) for key in self.said.asked.get("taken", set())]
        self._value = max(taken, default=0) + 1
        self._unsent = self.said.open("taken")
        acknowledged = self.said.acknowledged
        self.ready = sorted(acknowledged.get("order", set()) - self.said.asked.get("approval", set()))

    def tell(self, what: str, kind: str, key: str) -> None:
        """Tell the oracle."""
        self.oracle.tell(what, kind, key)

    def step(self, kind: str) -> None:
        """One step of a kind."""
        self.before(kind)
        {
            "order": self._order,
            "file": self._order,
            "approve": self._approve,
            "take": self._take,
            "ship": self._ship,
            "seal series": self.lab.historian.seal,
            "seal": self.lab.sealer.seal,
            "deliver": self.lab.outbox.deliver,
        }[kind]()

    def run(self, steps: int) -> None:
        """Steps by chance."""
        for _ in range(steps):
            self.step(self.rng.choices(KINDS, _WEIGHTS)[0])

    def settle(self) -> None:
        """Ask again for all that was never acknowledged, and let everything be delivered."""
        while self._again["order"]:
            self._order()
        while self._again["approval"]:
            self._approve()
        while self._unsent:
            self._take()
        self._ship()
        self.lab.historian.seal()
        for _ in range(4):
            self.lab.sealer.seal()
            self.lab.outbox.deliver()
            if self.lab.outbox.failing:
                raise AssertionError(str(self.lab.outbox.failing))

    def _order(self) -> None:
        if self._again["order"]:
            key = self._again["order"][0]
        else:
            key, self._next = str(self._next), self._next + 1
        self.tell("asked", "order", key)
        self.lab.order(key)
        self.tell("acknowledged", "order", key)
        if key in self._again["order"]:
            self._again["order"].remove(key)
        self.ready.append(key)

    def _approve(self) -> None:
        if self._again["approval"]:
            key = self._again["approval"][0]
        elif self.ready:
            key = self.ready.pop(0)
        else:
            return
        self.tell("asked", "approval", key)
        self.lab.approve(key)
        self.tell("acknowledged", "approval", key)
        if key in self._again["approval"]:
            self._again["approval"].remove(key)

    def _take(self) -> None:
        if self._unsent:
            key = self._unsent[0]
        else:
            key, self._value = str(self._value), self._value + 1
        self.tell("asked", "taken", key)
        self.lab.take(key)
        self.tell("acknowledged", "taken", key)
        if key in self._unsent:
            self._unsent.remove(key)

    def _ship(self) -> None:
        numbers = [key for frame in self.lab._journalled() for key in _keys(frame)]
        for key in numbers:
            self.tell("asked", "stored", key)
        done = self.lab.ship()
        if done is None:
            return
        for key in numbers:
            self.tell("acknowledged", "stored", key)
        self.lab.forget(*done)


def _keys(frame: Any) -> list[str]:
    return [str(lab._number(int(us))) for us in frame.source_us]


@dataclass
class Ended:
    """What became of a writer.

    Args:
        answer: what it found when it had opened the laboratory; None if it was struck before.
        struck: whether it was killed.
        faults: what was wrong.
    """

    answer: dict[str, Any] | None
    struck: bool
    faults: list[str]


class Bench:
    """Where writers are forked and judged.

    Args:
        work: a folder for the laboratories.
        log: the oracle's file.
        served: where the databases are, on a server; in the folder if left out.
    """

    def __init__(self, work: Path, log: Path, served: Served | None = None) -> None:
        self.work = work
        self._served = served
        self._address: str | None = None
        work.mkdir(parents=True, exist_ok=True)
        self.oracle = Oracle(log)
        self.template = work / "template"
        shutil.rmtree(self.template, ignore_errors=True)
        there = (served.filled, served.owner) if served is not None else (None, None)
        self._in_child(lambda: lab.create(self.template / "lab", self.template / "witness", *there))
        self._warm_up(work / "warm")

    def _warm_up(self, place: Path) -> None:
        """One life of a writer in this process: what it imports and compiles is there for all that are forked."""
        self._copy(place)
        opened = lab.Lab(place / "lab", place / "witness", lambda _kind, _key: None, self._address)
        writer = Writer(opened, _Deaf(), Said(), random.Random(0))
        for kind in ("order", "file", "approve", "take", "ship", "seal series", "seal", "deliver", "seal"):
            writer.step(kind)
        _found(opened)
        opened.close()
        gc.collect()
        gc.freeze()

    def fresh(self, name: str) -> Path:
        """A new laboratory in a folder of this name; the oracle forgets the old one."""
        place = self.work / name
        self._copy(place)
        self.oracle.forget()
        return place

    def _copy(self, place: Path) -> None:
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(self.template, place)
        self._address = self._served.fresh() if self._served is not None else None

    def round(
        self,
        folder: Path,
        witness: Path,
        *,
        seed: str,
        strike: Callable[[], Callable[[str], None]],
        work: Callable[[Writer, Callable[[dict[str, Any]], None]], None],
        settled: bool = False,
    ) -> Ended:
        """Fork a writer; it opens the laboratory, says what is there, and works.

        Args:
            folder: of the laboratory.
            witness: the folder of its witness.
            seed: of the writer's choices.
            strike: called in the child before it opens anything; returns what is called before each step.
            work: called in the child with the writer and a way to say something.
            settled: nothing strikes, and in the end all must be there once.
        """
        said = self.oracle.said()
        reads, writes = os.pipe()
        pid = os.fork()
        if not pid:
            os.close(reads)
            self._child(writes, folder, witness, seed, said, strike, work)
        os.close(writes)
        lines, late = _read(reads, pid)
        _, status = os.waitpid(pid, 0)
        told = [json.loads(line) for line in lines if line.endswith(b"}")]
        struck = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        faults = ["it hung"] if late else []
        faults += [one["error"] for one in told if "error" in one]
        if not struck and os.waitstatus_to_exitcode(status) != 0 and not faults:
            faults.append(f"the writer ended with {status}")
        opened = next((one for one in told if "present" in one), None)
        if opened is not None:
            faults += [] if opened["holds"] else [opened["sentence"]]
            faults += judge(said, opened["present"])
        elif not struck and not faults:
            faults.append("the writer said nothing")
        if settled and not faults:
            last = told[-1]
            faults += [] if last["holds"] else [last["sentence"]]
            faults += judge(self.oracle.said(), last["present"], settled=True)
            faults += _lacking(last["present"])
        return Ended(told[-1] if told else None, struck, faults)

    def settle(self, folder: Path, witness: Path, seed: str) -> list[str]:
        """Open once more, ask again for everything, and compare; what is wrong."""

        def work(writer: Writer, say: Callable[[dict[str, Any]], None]) -> None:
            writer.settle()
            say(_found(writer.lab))

        return self.round(
            folder, witness, seed=seed, strike=lambda: lambda _kind: None, work=work, settled=True
        ).faults

    def close(self) -> None:
        """End the oracle."""
        self.oracle.close()

    def _child(
        self,
        writes: int,
        folder: Path,
        witness: Path,
        seed: str,
        said: Said,
        strike: Callable[[], Callable[[str], None]],
        work: Callable[[Writer, Callable[[dict[str, Any]], None]], None],
    ) -> None:
        def say(what: dict[str, Any]) -> None:
            data = json.dumps(what).encode() + b"\n"
            while data:
                data = data[os.write(writes, data) :]

        code = 1
        try:
            rng = random.Random(seed)
            sqlite.LOG_BYTES = rng.choice((30_000, 150_000, 4_000_000))
            gc.disable()
            before = strike()
            opened = lab.Lab(
                folder, witness, lambda kind, key: self.oracle.tell("asked", kind, key), self._address
            )
            say(_found(opened))
            work(Writer(opened, self.oracle, said, rng, before), say)
            opened.close()
            code = 0
        except BaseException:  # noqa: BLE001  whatever it is, it is what this round found
            say({"error": traceback.format_exc()[-3000:]})
        finally:
            os._exit(code)

    def _in_child(self, work: Callable[[], None]) -> None:
        pid = os.fork()
        if not pid:
            code = 1
            try:
                work()
                code = 0
            except BaseException:  # noqa: BLE001
                traceback.print_exc()
            finally:
                os._exit(code)
        if os.waitpid(pid, 0)[1]:
            raise RuntimeError("the laboratory could not be made")


class _Deaf:
    """Stands in for the oracle where nothing is judged."""

    def tell(self, what: str, kind: str, key: str) -> None:
        """Nothing."""


def going_on(writer: Writer) -> list[str]:
    """Try everything that writes; what was carried out although writing has stopped."""
    opened, went_on = writer.lab, []
    tries: dict[str, Callable[[], object]] = {}
    if opened.record.halted:
        tries = {
            "an order": lambda: writer.step("order"),
            "an order with a file": lambda: writer.step("file"),
            "sealing": opened.sealer.seal,
            "sealing series": opened.historian.seal,
            "taking frames": lambda: opened.historian.append([]),
        }
    if opened.journal.stopped:
        tries["journalling"] = lambda: writer.step("take")
    for name, attempt in tries.items():
        with suppress(Stopped):
            attempt()
            went_on.append(name)
    return went_on


def _found(opened: lab.Lab) -> dict[str, Any]:
    verdict = opened.verify()
    return {"holds": verdict.holds, "sentence": verdict.sentence, "present": opened.present()}


def _lacking(present: dict[str, dict[str, int]]) -> list[str]:
    """What was signed must have been carried out once, and what was taken must be stored."""
    found = [
        f"approval {key} was never carried out" for key in present["approval"] if key not in present["effect"]
    ]
    return found + [f"value {key} never came" for key in present["taken"] if key not in present["stored"]]


def _read(reads: int, pid: int) -> tuple[list[bytes], bool]:
    """The lines that a child wrote until it ended, and whether it had to be ended."""
    data, end, late = b"", time.monotonic() + PATIENCE_S, False
    while True:
        ready, _, _ = select.select([reads], [], [], max(0.0, end - time.monotonic()))
        if not ready:
            late = True
            os.kill(pid, signal.SIGKILL)
            break
        piece = os.read(reads, 1 << 16)
        if not piece:
            break
        data += piece
    os.close(reads)
    return data.splitlines(), late
