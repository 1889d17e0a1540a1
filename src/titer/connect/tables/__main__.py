"""The reading process: bytes on standard input, JSON on standard output."""

from __future__ import annotations

import sys

from titer.connect.core.sandbox import serve
from titer.connect.tables.sandbox import answer

if __name__ == "__main__":
    sys.exit(serve(sys.argv[1:], answer))
