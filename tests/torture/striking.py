"""Kill a writer with SIGKILL at every call of every kind of step, and then at random; nothing may be lost or doubled.

    python tests/torture/striking.py --rounds 2000 --seed 1 [--database postgresql]

Each kind of step (opening, an order, one with a file, a signature, a value journalled, frames shipped, a segment
sealed, the ledger sealed and witnessed, an event delivered) is cut off before and after its first writing call, its
second, and so on until it has no more; the rest of the rounds is killed anywhere. Needs a C compiler.

On PostgreSQL, a server of the tests' own, what is sent to the server is such a call, too: a COMMIT that was sent and
whose answer nobody read is among them. There are more calls then, so every second round is killed anywhere.
"""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from tests.faults import shim  # noqa: E402

A_LAB = 25
"""Rounds that one laboratory lives through."""


def main() -> int:
    """Run the campaign."""
    from tests.torture.campaign import Campaign, options, working

    chosen = options(__doc__, 2000, None, "--database")
    if chosen.database not in (None, "sqlite", "postgresql"):
        raise SystemExit(f"there is no database {chosen.database!r}: sqlite, or postgresql")
    on_server = chosen.database == "postgresql"
    shim.preloaded(shim.at_home())
    with ExitStack() as stack:
        out, room = stack.enter_context(working(chosen.out, "kills"))
        name = "kills on PostgreSQL" if on_server else "kills"
        state = out / ("kills-postgresql.json" if on_server else "kills.json")
        campaign = Campaign(name, chosen.rounds, chosen.seed, state, chosen.seconds)
        served = None
        if on_server:
            from tests.postgresql import server
            from tests.torture.served import Served

            room.chmod(0o711)  # the server, which root may not run, has its folder in it
            served = Served(stack.enter_context(server(place=room)))
        return run(out, room, campaign, served)


def run(out: Path, room: Path, campaign: Any, served: Any = None) -> int:
    """The rounds; the writers are forked from here."""
    from tests.torture.rounds import KINDS, Bench, Writer

    bench = Bench(room / "labs", out / "oracle.log", served)
    control = shim.Control(room / "control")
    # An earlier run on the embedded file killed anywhere only after it had been through them.
    through = served is None and bool(campaign.counts.get("anywhere"))
    points = iter(()) if through else _points(("opening", *KINDS))
    place = bench.fresh("kills")
    exhausted: set[tuple[str, int]] = set()
    try:
        while not campaign.over:
            number = campaign.done
            seed = f"{campaign.seed}/{number}"
            rng = random.Random(seed)
            if number % A_LAB == 0 and number:
                place = bench.fresh("kills")
            point = next(points, None) if served is None or number % 2 else None
            while point is not None and (point[0], point[2]) in exhausted:
                point = next(points, None)
            if point is None:
                kind, nth, action = (
                    "anywhere",
                    rng.randrange(1, 300 if served is None else 1200),
                    rng.choice((shim.KILL_BEFORE, shim.KILL_AFTER)),
                )
            else:
                kind, nth, action = point
            calls, match = (shim.ANY, place) if served is None else (shim.ANY | shim.SEND, room)
            fault = shim.Fault(match=str(match), calls=calls, nth=nth, action=action)

            def strike(fault: shim.Fault = fault, kind: str = kind) -> Callable[[str], None]:
                shim.obey(control.path)
                if kind in ("opening", "anywhere"):
                    control.arm(fault)
                return lambda _kind: None

            def work(writer: Writer, _say: object, kind: str = kind, fault: shim.Fault = fault) -> None:
                if kind == "anywhere":
                    writer.run(60)
                elif kind != "opening":
                    _prepare(writer)
                    control.arm(fault)
                    writer.step(kind)
                control.disarm()
                os._exit(0)

            control.disarm()
            ended = bench.round(place / "lab", place / "witness", seed=seed, strike=strike, work=work)
            if not ended.struck and not ended.faults:
                exhausted.add((kind, action))
                if kind != "anywhere":
                    continue
            faults = [f"{kind}, call {nth} ({control.last}): {fault}" for fault in ended.faults]
            if (number + 1) % A_LAB == 0 or faults:
                faults += [f"settled after {kind}, call {nth}: {one}" for one in
                           bench.settle(place / "lab", place / "witness", seed)]  # fmt: skip
            if faults and (number + 1) % A_LAB:
                place = bench.fresh("kills")
            campaign.round(faults, "anywhere" if kind == "anywhere" else "at enumerated calls")
            if campaign.done % A_LAB == 0:
                campaign.keep()
    finally:
        control.close()
        bench.close()
    return campaign.end()


def _points(kinds: tuple[str, ...]) -> Iterator[tuple[str, int, int]]:
    """Kind, call, before or after; the first call of each kind first."""
    for nth in range(1, 200):
        for kind in kinds:
            for action in (shim.KILL_BEFORE, shim.KILL_AFTER):
                yield kind, nth, action


def _prepare(writer: Any) -> None:
    """Something to do for every kind of step."""
    for kind in ("order", "file", "approve", "seal", "order", "take", "take", "ship", "take"):
        writer.step(kind)


if __name__ == "__main__":
    raise SystemExit(main())
