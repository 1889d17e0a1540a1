"""`make bench`: every family, or one. Prints ours, the peer measured in the same run, and the ratio.

Nothing here gates a test; machines differ, so the ratios count more than the figures.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import platform
import sys
from pathlib import Path
from types import ModuleType

FAMILIES = ("record", "reader", "postgres", "historian", "opcua", "insight", "twin", "demo")
SAME_RUN = {"sim": "demo"}
"""Families whose figures another family's run gives."""
HERE = Path(__file__).parent


def load(family: str) -> ModuleType | None:
    """The module of a family, if there is one."""
    path = HERE / f"{family}.py"
    if not path.exists():
        return None
    spec = importlib.util.spec_from_file_location(f"bench_{family}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main() -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--only", choices=(*FAMILIES, *SAME_RUN))
    parser.add_argument("--out", type=Path, default=Path("bench-results.json"))
    options = parser.parse_args()
    results: dict[str, float] = {}
    for family in [SAME_RUN.get(options.only, options.only)] if options.only else FAMILIES:
        module = load(family)
        if module is None:
            sys.stdout.write(f"{family}: no benchmark yet\n")
            continue
        sys.stdout.write(f"{family} ...\n")
        sys.stdout.flush()
        results.update(module.run())
    sys.stdout.write(f"\n{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}\n")
    sys.stdout.write(f"{'name':<46}{'ours':>14}{'peer':>14}{'ours/peer':>11}\n")
    for name, value in sorted(results.items()):
        if ".peer." in name:
            continue
        peers = {key: found for key, found in results.items() if key.startswith(f"{name}.peer.")}
        sys.stdout.write(f"{name:<46}{value:>14,.4g}\n")
        for key, found in sorted(peers.items()):
            who = key.rpartition(".peer.")[2]
            sys.stdout.write(f"{'   ' + who:<46}{'':>14}{found:>14,.4g}{value / found:>11.2f}\n")
    options.out.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
