"""Tamper with an installation and with a bundle, many times; every change must be found and located.

    python tests/torture/tampering.py --rounds 10000 --seed 1 [--bundle FILE.zip]

Half of the rounds change an installation: bytes of rows, entries, content, segments, witness' notes, keys and of the
database file anywhere; rows, entries and files removed, put in, exchanged, cut off; the ledger rolled back, forked,
sealed again with the stolen key. Half change a bundle of a whole batch: one that is made here, or yours (--bundle).
Located means: the verdict names the record, entry, file or table that was touched.
"""

from __future__ import annotations

import importlib.util
import logging
import random
import sys
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from tests.integration.app.harm import Bytes, full_bundle, structural  # noqa: E402
from tests.integration.record.harm import BYTES, MOVES, filled_store  # noqa: E402
from tests.torture.campaign import Campaign, options, working  # noqa: E402
from tests.torture.harms import MORE, judged  # noqa: E402


def store_rounds(folder: Path, campaign: Campaign, until: int) -> None:
    """Harm an installation until so many rounds are done."""
    store = filled_store(folder)
    kinds = [*BYTES, *MOVES, *MORE]
    harms, weights = [kind for kind, _ in kinds], [weight for _, weight in kinds]
    try:
        while campaign.done < until and not campaign.over:
            rng = random.Random(f"{campaign.seed}/{campaign.done}")
            harm = rng.choices(harms, weights)[0]
            answer, where = judged(store, harm, rng)
            told = "located" if where else "found and not located"
            kind = f"in an installation ({harm.__name__.strip('_')})"
            campaign.round([answer] if answer else [], kind, *([] if answer else [told]))
            if campaign.done % 100 == 0:
                campaign.keep()
    finally:
        store.platform.close()


def bundle_rounds(whole: bytes, campaign: Campaign, *, again: bool) -> None:
    """Harm a bundle for the rest of the rounds. A bundle of somebody else is only touched byte by byte."""
    verifier = _verifier()
    verifier.verify(whole)
    flips = Bytes(whole)
    while not campaign.over:
        rng = random.Random(f"{campaign.seed}/{campaign.done}")
        harms = [flips.flip(rng) for _ in range(200)]
        if again:
            harms += structural(whole, rng)
        for harm in harms:
            if campaign.over:
                break
            try:
                verifier.verify(harm.data)
                faults = [f"bundle: {harm.what}: it holds"]
            except verifier.Fault as fault:
                located = any(word in str(fault) for word in harm.words)
                faults = [] if located else [f"bundle: {harm.what}: expected {harm.words}, it says: {fault}"]
            campaign.round(faults, "in a bundle", *([] if faults else ["located"]))
        campaign.keep()


def _verifier() -> ModuleType:
    spec = importlib.util.spec_from_file_location("titer_verify", ROOT / "verify" / "titer-verify.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main() -> int:
    """Run both halves."""
    chosen = options(__doc__, 10_000, None, "--bundle")
    logging.disable()
    with working(chosen.out, "tampering") as (out, room):
        campaign = Campaign("tamperings", chosen.rounds, chosen.seed, out / "tampering.json", chosen.seconds)
        half = chosen.rounds // 2
        if campaign.done < half:
            (room / "store").mkdir()
            store_rounds(room / "store", campaign, half)
        whole = Path(chosen.bundle).read_bytes() if chosen.bundle else full_bundle(room / "batch" / "lab")
        bundle_rounds(whole, campaign, again=chosen.bundle is None)
        return campaign.end()


if __name__ == "__main__":
    raise SystemExit(main())
