"""Make calls of a writer fail, be short, or find no space; it must stop writing, say so, and acknowledge no more.

    python tests/torture/failing.py --rounds 300 --seed 1

Each round picks a place (the database, its log, the content, the historian's log, its segments, the witness, the
journal), a kind of failure, and at which call it comes. When it has come, whatever writes is tried once more and must
be refused; then the laboratory is opened again on a disk that works, verified, and compared with the oracle.
Needs a C compiler.
"""

from __future__ import annotations

import errno
import os
import random
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from tests.faults import shim  # noqa: E402

A_LAB = 20
"""Failures that one laboratory lives through."""


@dataclass(frozen=True)
class Place:
    """Where calls fail.

    Args:
        name: in people's words.
        match: part of the path.
        journal: whether only the connector's journal stops, which is a process of its own in a plant.
    """

    name: str
    match: str
    journal: bool = False


PLACES = (
    Place("the database's log", "titer.db-wal"),
    Place("the database", "titer.db"),
    Place("the content", "/content/"),
    Place("the historian's log", "/historian/log"),
    Place("the segments", "/historian/segments"),
    Place("the witness", "/witness/"),
    Place("the journal", "reactor.sqlite", journal=True),
)
HARMS = {
    "fsync fails": shim.Fault(calls=shim.SYNC, error=errno.EIO),
    "a write fails": shim.Fault(calls=shim.WRITE, error=errno.EIO),
    "the disk is full": shim.Fault(calls=shim.WRITE | shim.NAME, error=errno.ENOSPC, sticky=True),
    "a short write, then full": shim.Fault(
        calls=shim.WRITE, action=shim.SHORT, error=errno.ENOSPC, sticky=True
    ),
    "a name cannot be made": shim.Fault(calls=shim.NAME, error=errno.EIO),
}
_SEEN = {
    "the database's log": 60,
    "the database": 60,
    "the content": 8,
    "the historian's log": 6,
    "the segments": 4,
    "the witness": 30,
    "the journal": 30,
}
"""About how many calls a round makes there, so that the n-th of them comes."""


def main() -> int:
    """Run the campaign."""
    from tests.torture.campaign import Campaign, options, working

    chosen = options(__doc__, 300)
    shim.preloaded(shim.at_home())
    with working(chosen.out, "faults") as (out, room):
        campaign = Campaign("failing calls", chosen.rounds, chosen.seed, out / "faults.json", chosen.seconds)
        return run(out, room, campaign)


def run(out: Path, room: Path, campaign: Any) -> int:
    """The rounds; the writers are forked from here."""
    from tests.torture.rounds import Bench

    bench = Bench(room / "labs", out / "oracle.log")
    control = shim.Control(room / "control")
    try:
        place = bench.fresh("faults")
        while not campaign.over:
            number = campaign.done
            seed = f"{campaign.seed}/{number}"
            rng = random.Random(seed)
            where, what = rng.choice(PLACES), rng.choice(sorted(HARMS))
            harm = HARMS[what]
            nth = rng.randrange(1, _SEEN[where.name])
            fault = shim.Fault(where.match, harm.calls, nth, harm.action, harm.error, harm.sticky)
            faults, fired, said = _round(bench, control, place, where, fault, seed)
            shown = f"{where.name}, {what}, call {nth} ({control.last})"
            faults = [f"{shown}: {one}" for one in faults]
            if (number + 1) % A_LAB == 0 or faults:
                faults += [f"settled after {shown}: {one}" for one in
                           bench.settle(place / "lab", place / "witness", seed)]  # fmt: skip
                place = bench.fresh("faults")
            campaign.round(faults, "stopped" if said else "that did not come" if not fired else "harmless")
            campaign.keep()
    finally:
        control.close()
        bench.close()
    return campaign.end()


def _round(
    bench: Any, control: shim.Control, place: Path, where: Place, fault: shim.Fault, seed: str
) -> tuple[list[str], bool, bool]:
    """One writer with a fault; (what was wrong, whether the call came, whether writing stopped)."""
    from tests.torture.rounds import KINDS, Writer, going_on

    from titer.base.errors import TiterError

    def strike() -> Callable[[str], None]:
        shim.obey(control.path)
        return lambda _kind: None

    def work(writer: Writer, say: Callable[[dict[str, Any]], None]) -> None:
        control.arm(fault)
        told: TiterError | None = None
        for _ in range(70):
            try:
                writer.step(writer.rng.choices(KINDS, (2, 4, 3, 4, 4, 3, 4, 3))[0])
            except TiterError as error:
                told = error
                break
            if writer.lab.outbox.failing:
                told = TiterError(str(writer.lab.outbox.failing))
                break
            if control.fired and not fault.sticky:
                break
        control.disarm()
        went_on = going_on(writer)
        say({"halted": writer.lab.record.halted, "journal": writer.lab.journal.stopped,
             "told": str(told) if told else None, "went_on": went_on})  # fmt: skip
        os._exit(0)

    control.disarm()
    ended = bench.round(place / "lab", place / "witness", seed=seed, strike=strike, work=work)
    faults, fired = list(ended.faults), control.fired > 0
    answer = ended.answer or {}
    if faults or "went_on" not in answer:
        return faults or ["the writer said nothing"], fired, False
    said = bool(answer["halted"] or answer["journal"])
    faults += [f"{kind} was carried out after writing had stopped" for kind in answer["went_on"]]
    if said and not answer["told"]:
        faults.append("it stopped, and told nobody")
    if fired and not said and not _harmless(where, fault, control.last, answer["told"]):
        faults.append(f"it went on; it said: {answer['told']}")
    if said and not fired:
        faults.append(f"it stopped without a reason: {answer['halted'] or answer['journal']}")
    return faults, fired, said


def _harmless(where: Place, fault: shim.Fault, call: str, told: str | None) -> bool:
    """Failures after which going on is right: nothing was to be confirmed by the call that failed.

    SQLite removes files that it no longer needs, and rebuilds its index of the log (`-shm`). A journal on a full disk
    refuses, and takes values again when there is space: the transaction was undone before it was to be confirmed.
    """
    if "-shm" in call or call.startswith("unlink"):
        return True
    return where.journal and fault.error == errno.ENOSPC and bool(told)


if __name__ == "__main__":
    raise SystemExit(main())
