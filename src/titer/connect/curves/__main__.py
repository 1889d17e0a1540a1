"""The reading process: bytes on standard input, JSON on standard output."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

from titer.connect.core.sandbox import serve


def answer(data: bytes, arguments: Sequence[str]) -> Mapping[str, Any]:
    """`FORMAT ENCODING|- values|summary`."""
    from titer.connect.curves.reading import read_here

    name, encoding, wanted = arguments
    encoding = "" if encoding == "-" else encoding
    return read_here(data, name, encoding=encoding, summary=wanted == "summary").as_dict()


if __name__ == "__main__":
    sys.exit(serve(sys.argv[1:], answer))
