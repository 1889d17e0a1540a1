"""`titer migrate`: the database of an installation to the schema that this Titer needs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from titer.cli.options import Folder, Json, err, say


def migrate(
    to: Annotated[
        str | None, typer.Option("--to", help="A schema by its number; the newest if left out.")
    ] = None,
    owner: Annotated[
        str | None,
        typer.Option(help="On PostgreSQL: the database with the role that owns the tables; it is not kept."),
    ] = None,
    folder: Folder = Path("titer"),
    json: Json = False,
) -> None:
    """Bring the database to the schema that this Titer needs; stop the hub and make a backup first."""
    from titer.app.migration import migrate as run

    with err.status("Migrating"):
        done = run(folder, to=to, owner=owner)
    if done.before == done.after:
        sentence = f"The database in {folder} has the schema {done.after} already."
    else:
        sentence = (
            f"The database in {folder} went from schema {done.before} to {done.after}; "
            f"{done.entries:,} entries tell of it. Check it: titer verify --dir {folder}"
        )
    say(sentence, {"before": done.before, "after": done.after, "entries": done.entries}, json)
