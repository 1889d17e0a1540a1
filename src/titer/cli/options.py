"""What every command shares: its options, and how it speaks."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from titer.cli.api import as_json

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

Folder = Annotated[Path, typer.Option("--dir", "-d", help="Folder of the installation.", envvar="TITER_DIR")]
As = Annotated[str | None, typer.Option("--as", help="User name; else TITER_USER, else it is asked for.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Port = Annotated[int | None, typer.Option("--port", help="Port of the hub.")]


def say(sentence: str, value: Any, json: bool) -> None:
    """Print a sentence for people, or JSON for programs."""
    if json:
        sys.stdout.write(as_json(value) + "\n")
    else:
        out.print(sentence, markup=False, soft_wrap=True)
