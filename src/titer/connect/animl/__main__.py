"""The reading process: bytes on standard input, JSON on standard output, limits set before the first byte."""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path

from titer.base.errors import Invalid


def main(arguments: list[str]) -> int:
    """`MEMORY_MB SECONDS [--schemas FOLDER] [--techniques FOLDER]`."""
    memory, seconds = int(arguments[0]) * 1024 * 1024, int(arguments[1])
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    if (
        sys.platform != "darwin"
    ):  # which knows the limit and refuses to set it; the time limit holds there too
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    from titer.connect.animl.reading import read_here

    folders = {
        arguments[at]: Path(arguments[at + 1]) for at in range(2, len(arguments) - 1, 2) if arguments[at]
    }
    try:
        document = read_here(sys.stdin.buffer.read(), folders.get("--schemas"), folders.get("--techniques"))
        answer = document.as_dict()
    except Invalid as error:
        answer = {"invalid": [error.what, error.where, error.why, error.do]}
    sys.stdout.write(json.dumps(answer))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
