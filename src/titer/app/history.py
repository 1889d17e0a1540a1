"""The schema's history: which revision a database has, which this Titer needs, and the way between them.

Opening reads the revision without importing Alembic; only a migration does. One transaction holds the whole of a
migration, its entries included, so a migration that is killed half-way has never been.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from sqlalchemy import Column, Connection, MetaData, PrimaryKeyConstraint, String, Table, insert

from titer.base.errors import Conflict, IntegrityFault, NotFound, Refused, Unavailable

if TYPE_CHECKING:
    from alembic.config import Config as AlembicConfig

VERSION_TABLE = "record_revision"
"""Alembic's bookmark; the fact of a migration is a regulated row of record_schema."""
VERSIONS = Path(__file__).parent / "migrations" / "versions"
_PATIENCE_S = 2.0


@dataclass(frozen=True)
class History:
    """The revisions that this Titer knows.

    Args:
        folders: where they lie.
    """

    folders: Sequence[Path] = (VERSIONS,)

    @property
    def known(self) -> list[str]:
        """Their ids, oldest first; a revision `NNNN` lies in `rNNNN_name.py`."""
        return sorted(path.name[1:5] for folder in self.folders for path in folder.glob("r[0-9]*_*.py"))

    @property
    def head(self) -> str:
        """The newest, which this Titer's code needs."""
        return self.known[-1]

    def require_head(self, database: Path) -> None:
        """Refuse a database that this Titer's code does not fit.

        Raises:
            Unavailable: if it was written by a newer Titer, or needs a migration first.
            NotFound, Conflict, IntegrityFault: see `revision_of`.
        """
        found = revision_of(database)
        if found not in self.known:
            raise _newer(database, found, self.head)
        if found != self.head:
            raise Unavailable(
                f"The database {database} has the schema {found}, and this Titer needs {self.head}.",
                why="It was written by an older Titer.",
                do=f"Make a backup, then run `titer migrate --dir {database.parent}`.",
            )

    def stamp(self, connection: Connection) -> None:
        """Write into a database whose schema was made from the metadata that it is at the head."""
        table = version_table()
        table.create(connection)
        connection.execute(insert(table).values(version_num=self.head))

    def run(self, connection: Connection, to: str) -> None:
        """Run the migrations to a revision (or `base`), inside the transaction that is open.

        Raises:
            Refused: if the revision is unknown.
        """
        from alembic import command
        from alembic.runtime.migration import MigrationContext

        if to != "base" and to not in self.known:
            raise Refused(f"There is no schema {to}.", do=f"Known: {', '.join(self.known)}.")
        config = self._alembic(connection)
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        now = context.get_current_revision() or ""
        if to == "base" or to < now:
            command.downgrade(config, to)
        else:
            command.upgrade(config, to)

    def _alembic(self, connection: Connection) -> AlembicConfig:
        from alembic.config import Config

        config = Config()
        config.set_main_option("path_separator", "newline")
        config.set_main_option("script_location", str(VERSIONS.parent).replace("%", "%%"))
        folders = "\n".join(str(folder) for folder in self.folders)
        config.set_main_option("version_locations", folders.replace("%", "%%"))
        config.attributes["connection"] = connection
        return config


def version_table() -> Table:
    """The table of Alembic's bookmark."""
    return Table(
        VERSION_TABLE,
        MetaData(),
        Column("version_num", String(32), nullable=False),
        PrimaryKeyConstraint("version_num", name=f"{VERSION_TABLE}_pkc"),
    )


def _newer(database: Path, found: str, head: str) -> Unavailable:
    return Unavailable(
        f"The database {database} has the schema {found}, which this Titer does not know; it knows up to {head}.",
        why="It was written by a newer Titer.",
        do="Use that version or a newer one (`titer version` prints this one's), or restore an older backup.",
    )


def revision_of(database: Path) -> str:
    """The revision of a database file; nothing is written.

    Raises:
        NotFound: if there is no file.
        Conflict: if it is a database, but none that Titer made.
        IntegrityFault: if it is no database, or one that cannot be read.
        Unavailable: if another program has locked it.
    """
    if not database.exists():
        raise NotFound(
            f"The database {database} is missing.",
            do="Restore it from a backup, together with the other files of the installation.",
        )
    try:
        connection = sqlite3.connect(f"file:{quote(str(database))}?mode=rw", uri=True, timeout=_PATIENCE_S)
        try:
            names = {
                row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")
            }
            if not {"ledger_entry", "record_installation"} <= names:
                raise Conflict(
                    f"{database} is a database, but Titer did not make it.",
                    do="Name the folder of a Titer installation with --dir.",
                )
            if VERSION_TABLE not in names:
                raise Conflict(
                    f"{database} was made before the schema had a history, by a Titer that was never released.",
                    do="Use the Titer that made it, export what you need, and make a new installation.",
                )
            found = connection.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchall()  # noqa: S608
        finally:
            connection.close()
    except sqlite3.DatabaseError as error:
        if "locked" in str(error) or "busy" in str(error):
            raise Unavailable(
                f"The database {database} is locked by another program.",
                do="Close that program, then try again.",
            ) from error
        raise IntegrityFault(
            f"{database} cannot be read as a database.",
            why=str(error),
            do="Keep the file as it is, and restore a backup.",
        ) from error
    if len(found) != 1:
        raise IntegrityFault(
            f"{database} states {len(found)} schemas instead of one.", do="Restore a backup."
        )
    return str(found[0][0])
