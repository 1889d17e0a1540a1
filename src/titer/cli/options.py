"""What every command shares: its options, and how it speaks."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from titer.base.errors import Unavailable
from titer.cli.api import as_json

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

Folder = Annotated[Path, typer.Option("--dir", "-d", help="Folder of the installation.", envvar="TITER_DIR")]
As = Annotated[str | None, typer.Option("--as", help="User name; else TITER_USER, else it is asked for.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; it stands in the ledger.")]
Username = Annotated[str, typer.Argument(help="User name of the person.")]
Until = Annotated[
    str | None, typer.Option("--until", help="When it ends by itself, with its zone: 2027-01-31T00:00Z.")
]
Port = Annotated[int | None, typer.Option("--port", help="Port of the hub.")]


@contextmanager
def working(what: str) -> Iterator[Callable[[str, int, int], None]]:
    """Show that something goes on, and how far it is, to a person at a terminal; nothing else is written.

    Yields:
        To be told (what is being done, how much of it is done, how much there is).
    """
    from rich.progress import (
        BarColumn,
        Progress,
        SpinnerColumn,
        TaskProgressColumn,
        TextColumn,
        TimeElapsedColumn,
    )

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as progress:
        task = progress.add_task(what, total=None)

        def tell(now: str, done: int, total: int) -> None:
            progress.update(task, description=f"{what}: {now}", completed=done, total=total or None)

        yield tell


def say(sentence: str, value: Any, json: bool) -> None:
    """Print a sentence for people, or JSON for programs."""
    if json:
        sys.stdout.write(as_json(value) + "\n")
    else:
        out.print(sentence, markup=False, soft_wrap=True)


def write_whole(path: Path, data: bytes) -> None:
    """Write a file whole, or not at all."""
    part = path.with_name(path.name + ".part")
    try:
        part.write_bytes(data)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise Unavailable(f"{path} cannot be written.", why=error.strerror or str(error)) from error
