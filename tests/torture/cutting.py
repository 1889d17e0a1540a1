"""Cut the power under a writer, again and again; what was acknowledged must be on the disk, whole and once.

    python tests/torture/cutting.py --rounds 2000 --seed 1

The writer works on a file system in user space (tests/faults/unsynced.py) that drops, re-orders and tears what
was not synced. After each cut it is mounted anew from what the disk had, opened, verified, compared with the oracle
and written on, until the next cut; opening is cut, too. In every other laboratory the witness lies on the same disk.
Needs Linux with FUSE 3.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from tests.faults import unsynced  # noqa: E402

A_LAB = 20
"""Power cuts that one laboratory lives through."""


def main() -> int:
    """Run the campaign."""
    from tests.torture.campaign import Campaign, options, working

    chosen = options(__doc__, 2000)
    reason = unsynced.missing()
    if reason is not None:
        print(f"No power is cut: {reason}.")
        return 1
    with working(chosen.out, "cuts") as (out, room):
        campaign = Campaign("power cuts", chosen.rounds, chosen.seed, out / "cuts.json", chosen.seconds)
        return run(out, room, campaign)


def run(out: Path, room: Path, campaign: Any) -> int:
    """The rounds; writers and file systems are forked from here."""
    from tests.torture.rounds import Bench

    bench = Bench(room / "labs", out / "oracle.log")
    mounted = room / "mounted"
    mounted.mkdir(exist_ok=True)
    try:
        while not campaign.over:
            number = campaign.done // A_LAB
            place = bench.fresh("cuts")
            disk = unsynced.Folder()
            disk.now["lab"] = disk.disk["lab"] = unsynced.from_folder(place / "lab")
            inside = number % 2 == 0
            if inside:
                disk.now["witness"] = disk.disk["witness"] = unsynced.from_folder(place / "witness")
            witness = (mounted if inside else place) / "witness"
            _life(bench, campaign, mounted, disk, witness, room / "image", out)
            campaign.keep()
    finally:
        bench.close()
    return campaign.end()


def _life(
    bench: Any, campaign: Any, mounted: Path, disk: unsynced.Folder, witness: Path, image: Path, out: Path
) -> None:
    """One laboratory through its power cuts, and then settled."""
    from tests.torture.rounds import Writer

    first = campaign.done // A_LAB * A_LAB
    while campaign.done < first + A_LAB and not campaign.over:
        seed = f"{campaign.seed}/{campaign.done}"
        rng = random.Random(seed)
        left = rng.randrange(1, 60) if rng.random() < 0.25 else rng.randrange(1, 900)
        mount = unsynced.Mount(mounted, disk, image, seed)

        def strike(mount: unsynced.Mount = mount, left: int = left) -> Callable[[str], None]:
            import os

            mount.switch.set(victim=os.getpid(), left=left)
            return lambda _kind: None

        def work(writer: Writer, _say: object, mount: unsynced.Mount = mount) -> None:
            import os

            writer.run(80)
            mount.switch.set(victim=0, left=1 << 60)
            os._exit(0)

        try:
            ended = bench.round(mounted / "lab", witness, seed=seed, strike=strike, work=work)
        finally:
            disk = mount.cut()
        counts = ["while opening" if ended.answer is None else "while writing"]
        faults = [f"{left} changes after mounting: {fault}" for fault in ended.faults]
        if campaign.done + 1 == first + A_LAB or campaign.done + 1 == campaign.rounds or faults:
            mount = unsynced.Mount(mounted, disk, image, seed + "/end")
            try:
                faults += [f"settled: {fault}" for fault in bench.settle(mounted / "lab", witness, seed)]
            finally:
                mount.close()
        campaign.round(faults, *counts)
        if faults:
            unsynced.to_folder(disk, (out / f"found-{campaign.done}"))
            return


if __name__ == "__main__":
    raise SystemExit(main())
