"""The reading process: bytes on standard input, JSON on standard output."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from titer.connect.core.sandbox import serve


def answer(data: bytes, arguments: Sequence[str]) -> Mapping[str, Any]:
    """`[--schemas FOLDER] [--techniques FOLDER]`."""
    from titer.connect.animl.reading import read_here

    folders = {arguments[at]: Path(arguments[at + 1]) for at in range(0, len(arguments) - 1, 2)}
    return read_here(data, folders.get("--schemas"), folders.get("--techniques")).as_dict()


if __name__ == "__main__":
    sys.exit(serve(sys.argv[1:], answer))
