"""Tamper with an installation and with a bundle, many times; every change must be found and named.

    python tests/torture/tampering.py --rounds 10000 --seed 1 [--bundle FILE.zip]

Half of the rounds change an installation (bytes of rows, entries, content and segments; rows, entries and files
removed, put in, exchanged, cut off), half change a bundle of a whole batch; with --bundle one that you have,
otherwise one that is made here. Prints what was missed, and ends with 1 if anything was.
"""

from __future__ import annotations

import argparse
import importlib.util
import random
import sys
import tempfile
import time
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from tests.integration.app.harm import Bytes, full_bundle, structural  # noqa: E402
from tests.integration.record.harm import BYTES, MOVES, filled_store, missed  # noqa: E402


def store_rounds(folder: Path, rounds: int, rng: random.Random) -> list[str]:
    """Harm an installation so often; what was missed."""
    store = filled_store(folder)
    kinds = [*BYTES, *MOVES]
    harms, weights = [kind for kind, _ in kinds], [weight for _, weight in kinds]
    found = []
    try:
        for number in range(rounds):
            answer = missed(store, rng.choices(harms, weights)[0], rng)
            if answer:
                found.append(f"round {number}: {answer}")
            _say("installation", number + 1, rounds, len(found))
    finally:
        store.platform.close()
    return found


def bundle_rounds(whole: bytes, rounds: int, rng: random.Random, *, again: bool) -> list[str]:
    """Harm a bundle so often; what was missed. A bundle of somebody else is only touched byte by byte."""
    verifier = _verifier()
    verifier.verify(whole)
    flips, found, number = Bytes(whole), [], 0
    while number < rounds:
        harms = [flips.flip(rng) for _ in range(200)]
        if again:
            harms += structural(whole, rng)
        for harm in harms[: rounds - number]:
            number += 1
            try:
                verifier.verify(harm.data)
                found.append(f"bundle: {harm.what}: it holds")
            except verifier.Fault as fault:
                if not any(word in str(fault) for word in harm.words):
                    found.append(f"bundle: {harm.what}: expected one of {harm.words}, it says: {fault}")
            _say("bundle", number, rounds, len(found))
    return found


def _verifier() -> ModuleType:
    spec = importlib.util.spec_from_file_location("titer_verify", ROOT / "verify" / "titer-verify.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _say(what: str, number: int, rounds: int, missed_so_far: int) -> None:
    if number % 100 == 0 or number == rounds:
        print(f"{what}: {number} of {rounds}, missed {missed_so_far}", flush=True)


def main() -> int:
    """Run both halves."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--bundle", type=Path, help="touch this bundle instead of one that is made here")
    options = parser.parse_args()
    began, rng = time.monotonic(), random.Random(options.seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "store").mkdir()
        found = store_rounds(folder / "store", options.rounds // 2, rng)
        whole = options.bundle.read_bytes() if options.bundle else full_bundle(folder / "batch" / "lab")
        found += bundle_rounds(whole, options.rounds - options.rounds // 2, rng, again=options.bundle is None)
    for line in found:
        print(line)
    print(
        f"{options.rounds} changes, {len(found)} missed, {time.monotonic() - began:.0f} s, seed {options.seed}"
    )
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
