"""Runs in allotropy's environment: reads many files with one reader in one process, as the reading process does each.

`PROCESS MODULE CLASS ZONE ENCODING FOLDER`: what stands in the folder, answers on standard output by file name. The
limits of the reading process are tried elsewhere; here hundreds of files are read, and the libraries loaded once.
"""

from __future__ import annotations

import json
import runpy
import sys
from pathlib import Path


def main(process: str, module: str, kind: str, zone: str, encoding: str, folder: str) -> None:
    """See the module."""
    read = runpy.run_path(process)["read"]
    told = {
        path.name: read(path.read_bytes(), module, kind, path.name.partition("@")[2], zone, encoding)
        for path in sorted(Path(folder).iterdir())
    }
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
