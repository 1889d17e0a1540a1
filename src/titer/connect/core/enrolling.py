"""`python -m titer.connect.core.enrolling [TYPE MODULE...]`: what the process of a connection loads, asked of itself.

Without a type it prints the packages that Titer's own part of such a process loads, each with its version, as JSON.
With one it insists that this interpreter can run connections of that type. Run when an environment is enrolled.
"""

from __future__ import annotations

import importlib
import json
import sys
from importlib import metadata

from titer.connect.core import process
from titer.connect.registry import TYPES

NOT_ASKED = ("titer", "setuptools", "pip")
"""Titer itself; and what installs packages, a part of which an interpreter loads when it starts, and Titer never."""


def main(arguments: list[str]) -> int:
    """See the module."""
    if not arguments:
        known = metadata.packages_distributions()
        loaded = {one.partition(".")[0] for one in sys.modules}
        names = {name for top in loaded for name in known.get(top, ()) if name not in NOT_ASKED}
        sys.stdout.write(
            json.dumps({name.lower().replace("_", "-"): metadata.version(name) for name in sorted(names)})
        )
        return 0
    name, *modules = arguments
    if name not in TYPES:
        sys.stderr.write(f"There is no type of connection {name} in this environment: {dict(TYPES.faults)}\n")
        return 1
    for one in (process.__name__, *modules):
        importlib.import_module(one)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
