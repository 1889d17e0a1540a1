"""Making an installation of what a backup held: folders, keys, rows, journals, in a place that was empty."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path, PurePosixPath

from sqlalchemy import Connection

from titer.app import store
from titer.app.backup import tables
from titer.app.backup.manifest import Manifest
from titer.app.backup.snapshot import JOURNAL
from titer.app.config import Config, load
from titer.app.history import History
from titer.app.layers import import_tables
from titer.base import vault
from titer.base.errors import Conflict, IntegrityFault, Invalid, Refused, Unavailable
from titer.base.vault import Vault

_STALE = ("titer.db-wal", "titer.db-shm")
Tell = Callable[[str, int, int], None]


def require_empty(folder: Path) -> None:
    """Refuse a place that holds something; an empty folder and stale logs of SQLite's are taken away.

    Raises:
        Conflict: if it does.
    """
    if not folder.exists():
        return
    if not folder.is_dir():
        raise Conflict(f"{folder} is no folder.")
    # A log of SQLite's that was left beside a database that is gone would be replayed into the restored one.
    if not (folder / "titer.db").exists():
        for name in _STALE:
            (folder / name).unlink(missing_ok=True)
    if any(folder.iterdir()):
        raise Conflict(
            f"{folder} is not empty.",
            why="A restore never writes over anything.",
            do="Name a folder that does not exist. Keep what is there: it may be evidence.",
        )
    folder.rmdir()


def require_same(manifest: Manifest) -> None:
    """Refuse a backup of another schema than this Titer's.

    Raises:
        Unavailable: if it is of another one.
    """
    known = History().head
    if manifest.revision != known:
        raise Unavailable(
            f"The backup has the schema {manifest.revision}, and this Titer has {known}.",
            why=f"It was made by Titer {manifest.titer}.",
            do="Restore it with that version, then run `titer migrate`.",
        )


def settle(
    staging: Path, place: Path, manifest: Manifest, keys: Path | None, key_file: Path | None
) -> Config:
    """Put everything where an installation has it.

    Args:
        staging: the folder that becomes the installation.
        place: where it is to lie in the end.
        manifest: of the backup.
        keys: a copy of the installation's keys, where the backup has none.
        key_file: the key that opens them, where it is not looked for as always.

    Returns:
        Its configuration with the place of the key.

    Raises:
        Refused: if the backup has no keys and none are given.
        Conflict: if another key lies where the backup's own has to go.
    """
    for name in ("keys", "connect", "historian", "content"):
        (staging / name).mkdir(exist_ok=True, mode=0o700)
    if manifest.database == "sqlite":
        (staging / tables.SQLITE).replace(staging / "titer.db")
    if "keys" not in manifest.keys:
        _bring_keys(staging, keys)
    config = load(staging)
    carried = staging / "key" / "titer.key"
    if key_file is not None:
        config = replace(config, key_file=str(key_file.absolute()))
    elif carried.exists() and not vault.has_key():
        target = place.with_name(f"{place.name}.key")
        if target.exists() and target.read_bytes() != carried.read_bytes():
            raise Conflict(
                f"Another key file {target} is there already.", do="Move it, or give it with --key-file."
            )
        shutil.copyfile(carried, target)
        target.chmod(0o600)
        config = replace(config, key_file=str(target))
    shutil.rmtree(staging / "key", ignore_errors=True)
    return config


def _bring_keys(staging: Path, keys: Path | None) -> None:
    if keys is None:
        raise Refused(
            "The backup holds no keys.",
            do="Give a copy of the installation's keys folder, with the witness's witness.key in it: --keys FOLDER.",
        )
    for path in sorted(keys.glob("*")):
        if path.is_file():
            target = staging / ("witness" if path.name == "witness.key" else "keys") / path.name
            target.parent.mkdir(exist_ok=True, mode=0o700)
            shutil.copyfile(path, target)
            target.chmod(0o600)
    missing = [
        name
        for name in ("keys/ledger.key", "keys/credential.key", "witness/witness.key")
        if not (staging / name).exists()
    ]
    if missing:
        raise Refused(f"{keys} lacks {', '.join(Path(name).name for name in missing)}.")


def place_rows(
    staging: Path,
    manifest: Manifest,
    config: Config,
    opened: Vault,
    address: str | None,
    owner: str | None,
    say: Tell,
) -> Config:
    """Where the restored rows lie: in the folder, or in an empty database that they are brought into.

    Args:
        staging: the folder that becomes the installation.
        manifest: of the backup.
        config: the installation's configuration as it was.
        opened: its vault.
        address: of the empty database, with the role that Titer is to run as; None for the embedded file.
        owner: the same with the role that is to own the tables.
        say: told what is being done.

    Returns:
        The configuration with the database's address.
    """
    if manifest.database == "sqlite":
        if address is not None:
            raise Invalid(
                "The backup is of an installation on SQLite.",
                do="Restore it as it is; `titer migrate` moves an installation to PostgreSQL.",
            )
        return config
    if address is None:
        raise Invalid(
            "The backup is of an installation on PostgreSQL.",
            do="Name an empty database: --database postgresql://role@host:5432/name --owner postgresql://owner@...",
        )
    say("rows", 0, 1)
    import_tables()
    config = store.moved(staging, replace(config, database=address), opened)
    installation = manifest.installation.get("id", "")

    def clear(connection: Connection) -> None:
        store.clear_unfinished(connection, installation)

    def fill(connection: Connection) -> None:
        tables.load(connection, staging)
        entries = connection.exec_driver_sql("SELECT count(*) FROM ledger_entry").scalar_one()
        store.mark_unfinished(connection, installation, entries)

    store.create(staging, config, opened, owner, before=clear, fill=fill)
    shutil.rmtree(staging / "database")
    return config


def begin_journals(staging: Path, manifest: Manifest) -> None:
    """Have each restored journal begin a life of its own.

    Its copy is a little older than the database: the numbers that it would give next may be taken already, and the
    historian takes a number that it has for a value that it has.
    """
    for name, epoch in manifest.journals.items():
        path = staging / safe(name)
        if path.name != JOURNAL or not path.exists():
            raise IntegrityFault(f"The backup lacks the journal {name}.")
        opened = sqlite3.connect(path)
        try:
            opened.execute("UPDATE meta SET value = ? WHERE name = 'epoch'", (str(epoch + 1),))
            opened.execute("UPDATE meta SET value = '1' WHERE name = 'next'")
            opened.commit()
        finally:
            opened.close()


def safe(name: str) -> PurePosixPath:
    """The name, if it stays below the folder that it is unpacked into."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\x00" in name or "\\" in name or not path.parts:
        raise IntegrityFault(f"The backup holds {name!r}, which would leave the folder.")
    return path
