"""Prints the OpenAPI document that the pages' client is generated from: `python -m titer.server.openapi`."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from titer.app import Config, create_installation, open_platform
from titer.server.app import create_app


def document() -> str:
    """The document, in a stable form."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "titer"
        create_installation(folder, Config())
        platform = open_platform(folder)
        try:
            return json.dumps(create_app(platform).openapi(), indent=1, sort_keys=True) + "\n"
        finally:
            platform.close()


if __name__ == "__main__":
    sys.stdout.write(document())
