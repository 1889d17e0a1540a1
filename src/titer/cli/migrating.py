"""`titer migrate`: the database of an installation to the schema that this Titer needs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from titer.base.errors import Conflict, Invalid
from titer.cli.options import Folder, Json, err, say

_KINDS = {"sqlite": "SQLite", "postgres": "PostgreSQL", "postgresql": "PostgreSQL"}


def migrate(
    to: Annotated[
        str | None,
        typer.Option(
            "--to", help="A schema by its number, the newest if left out; or a database: sqlite, postgres."
        ),
    ] = None,
    from_: Annotated[
        str | None, typer.Option("--from", help="The database that it is moved from: sqlite, postgres.")
    ] = None,
    database: Annotated[
        str | None,
        typer.Option(
            help="With --to postgres: postgresql://role@host:port/database, the role being Titer's."
        ),
    ] = None,
    owner: Annotated[
        str | None,
        typer.Option(help="On PostgreSQL: the database with the role that owns the tables; it is not kept."),
    ] = None,
    folder: Folder = Path("titer"),
    json: Json = False,
) -> None:
    """Bring the database to the schema that this Titer needs, or the installation to another database.

    Stop the hub and make a backup first. A move copies everything, compares both places row by row, verifies the
    new one and switches last:

    titer migrate --from sqlite --to postgres --database postgresql://titer@host/titer --owner
    postgresql://titer_owner@host/titer
    """
    if (to or "").lower() in _KINDS or from_ is not None:
        _move(folder, to, from_, database, owner, json)
        return
    if database is not None:
        raise Invalid(
            "A database is named only to move to it.", do="Add --to postgres, or leave --database out."
        )
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


def _move(
    folder: Path, to: str | None, from_: str | None, database: str | None, owner: str | None, json: bool
) -> None:
    """Move the installation, and say what was proven."""
    from titer.app import load
    from titer.app.moving import move

    source, target = _kind(from_, "--from"), _kind(to, "--to")
    here = "SQLite" if load(folder).database is None else "PostgreSQL"
    if target is None:
        raise Invalid("A move needs to know where to.", do="Add --to postgres or --to sqlite.")
    if source is not None and source != here:
        raise Conflict(
            f"The installation in {folder} is on {here}.", do="Leave --from out, or name the right one."
        )
    if (target == "PostgreSQL") != (database is not None):
        raise Invalid(
            "The new database is not named." if database is None else "The embedded database has no address.",
            do="--to postgres goes with --database postgresql://role@host:port/database, --to sqlite without.",
        )
    with err.status("Moving") as status:
        done = move(folder, to=database, owner=owner, progress=status.update)
    say(
        f"Moved the installation in {folder} from {done.before} to {done.after}: {done.rows:,} rows of {done.tables} "
        f"tables, equal in both places. The ledger of {done.entries:,} entries has the root {done.root} in both. "
        f"{done.verdict.sentence}\nThe old database is kept: {done.old}",
        {
            "from": done.before,
            "to": done.after,
            "tables": done.tables,
            "rows": done.rows,
            "entries": done.entries,
            "root": done.root,
            "holds": done.verdict.holds,
            "old": done.old,
        },
        json,
    )
    if not done.verdict.holds:
        raise typer.Exit(1)


def _kind(word: str | None, option: str) -> str | None:
    if word is None:
        return None
    if word.lower() not in _KINDS:
        raise Invalid(f"{option} {word} is no kind of database.", do=f"Known: {', '.join(_KINDS)}.")
    return _KINDS[word.lower()]
