"""Runs in allotropy's environment: each reader reads the one file of its folder. `PROCESS FOLDER READERS`."""

from __future__ import annotations

import json
import runpy
import sys
from pathlib import Path


def main(process: str, folder: str, readers: str) -> None:
    """See the module."""
    read = runpy.run_path(process)["read"]
    told = {}
    for name, (module, kind) in json.loads(readers).items():
        (path,) = (Path(folder) / name).iterdir()
        told[name] = read(path.read_bytes(), module, kind, path.name.partition("@")[2], "UTC", "utf-8")
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
