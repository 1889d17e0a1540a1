"""Kill a writer with SIGKILL at every call of every kind of step, and then at random; nothing may be lost or doubled.

    python tests/torture/striking.py --rounds 2000 --seed 1

First each kind of step (opening, an order, one with a file, a signature, a value journalled, frames shipped, a
segment sealed, the ledger sealed and witnessed, an event delivered) is cut off before and after its first writing
call, its second, and so on until it has no more; the rest of the rounds is killed anywhere. Needs a C compiler.
"""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Callable, Iterator
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

    chosen = options(__doc__, 2000)
    shim.preloaded(shim.at_home())
    with working(chosen.out, "kills") as (out, room):
        campaign = Campaign("kills", chosen.rounds, chosen.seed, out / "kills.json", chosen.seconds)
        return run(out, room, campaign)


def run(out: Path, room: Path, campaign: Any) -> int:
    """The rounds; the writers are forked from here."""
    from tests.torture.rounds import KINDS, Bench, Writer

    bench = Bench(room / "labs", out / "oracle.log")
    control = shim.Control(room / "control")
    points = _points(("opening", *KINDS), campaign.counts)
    place = bench.fresh("kills")
    exhausted: set[tuple[str, int]] = set()
    try:
        while not campaign.over:
            number = campaign.done
            seed = f"{campaign.seed}/{number}"
            rng = random.Random(seed)
            if number % A_LAB == 0 and number:
                place = bench.fresh("kills")
            point = next(points, None)
            while point is not None and (point[0], point[2]) in exhausted:
                point = next(points, None)
            if point is None:
                kind, nth, action = (
                    "anywhere",
                    rng.randrange(1, 300),
                    rng.choice((shim.KILL_BEFORE, shim.KILL_AFTER)),
                )
            else:
                kind, nth, action = point
            fault = shim.Fault(match=str(place), nth=nth, action=action)

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


def _points(kinds: tuple[str, ...], counts: dict[str, int]) -> Iterator[tuple[str, int, int]]:
    """Kind, call, before or after; none where an earlier run has been through them."""
    if counts.get("anywhere"):
        return
    for kind in kinds:
        for action in (shim.KILL_BEFORE, shim.KILL_AFTER):
            for nth in range(1, 200):
                yield kind, nth, action


def _prepare(writer: Any) -> None:
    """Something to do for every kind of step."""
    for kind in ("order", "file", "approve", "seal", "order", "take", "take", "ship", "take"):
        writer.step(kind)


if __name__ == "__main__":
    raise SystemExit(main())
