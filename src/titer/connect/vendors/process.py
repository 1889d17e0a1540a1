"""The reading process: run by the interpreter of allotropy's own environment, where Titer is not.

`MEMORY SECONDS MODULE CLASS NAME ZONE ENCODING` with a file's bytes on standard input gives its Allotrope Simple
Model as JSON; `about` gives the list of the readers that are there.
"""

from __future__ import annotations

import importlib
import io
import json
import runpy
import sys
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo


def readers() -> dict[str, Any]:
    """Every reader that this version has, as it describes itself."""
    version = importlib.import_module("importlib.metadata").version("allotropy")
    factory = importlib.import_module("allotropy.parser_factory")
    found = []
    for vendor in factory.Vendor:
        parser = type(vendor.get_parser())
        if parser.__module__.startswith("allotropy.parsers.example_"):
            continue
        found.append(
            {
                "name": vendor.value.lower(),
                "title": parser.DISPLAY_NAME,
                "extensions": vendor.supported_extensions,
                "state": str(vendor.release_state),
                "technique": vendor.technique,
                "module": parser.__module__,
                "kind": parser.__name__,
            }
        )
    return {"version": version, "readers": found}


def read(data: bytes, module: str, kind: str, name: str, zone: str, encoding: str) -> dict[str, Any]:
    """A file's Allotrope Simple Model; only the module of its own reader is loaded."""
    contents = importlib.import_module("allotropy.named_file_contents").NamedFileContents
    stamps = importlib.import_module("allotropy.parsers.utils.timestamp_parser").TimestampParser
    finish = importlib.import_module("allotropy.allotrope.allotrope").serialize_and_validate_allotrope
    parser = getattr(importlib.import_module(module), kind)(stamps(ZoneInfo(zone)))
    try:
        model: dict[str, Any] = finish(parser.to_allotrope(contents(io.BytesIO(data), name, encoding)))
    except Exception as error:  # noqa: BLE001 - whatever a reader does with a file that it did not expect
        words = f"{type(error).__name__}: {error}"[:500]
        return {"invalid": ["The reader could not read the file.", "", words, ""]}
    return {"model": model}


def main(arguments: list[str]) -> int:
    """See the module."""
    if arguments == ["about"]:
        answer = readers()
    else:
        confine = runpy.run_path(str(Path(__file__).parent.parent / "core" / "confine.py"))["confine"]
        confine(int(arguments[0]), int(arguments[1]))
        answer = read(sys.stdin.buffer.read(), *arguments[2:7])
    sys.stdout.write(json.dumps(answer))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
