"""`titer backup`, `titer restore`, `titer accept-restore`: an installation in one file, and back."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from titer.base.errors import Conflict, Invalid, Refused
from titer.cli.api import _ask_password, hub_is_running, session
from titer.cli.options import As, Json, Port, err, say, working

if TYPE_CHECKING:
    from titer.app import Platform
    from titer.app.backup import Protection, Restored
    from titer.record import Actor

ASKED = "TITER_BACKUP_PASSPHRASE"
Installation = Annotated[Path, typer.Argument(help="Folder of the installation.", envvar="TITER_DIR")]
Reason = Annotated[str, typer.Option("--reason", help="Why; it stands in the ledger.")]
Encrypt = Annotated[
    str,
    typer.Option(help=f"no, passphrase (from {ASKED}, or asked for) or key (the installation's own)."),
]
Database = Annotated[
    str | None, typer.Option(help="PostgreSQL: an empty database, with the role that Titer is to run as.")
]
Owner = Annotated[
    str | None, typer.Option(help="The same database with the role that is to own the tables; not kept.")
]


def backup(
    folder: Installation = Path("titer"),
    to: Annotated[
        Path | None, typer.Option("--to", help="A new file, or a folder in which one gets its name.")
    ] = None,
    with_keys: Annotated[
        bool,
        typer.Option("--with-keys", help="Take the sealed key files along; the key that opens them not."),
    ] = False,
    with_key_file: Annotated[
        bool,
        typer.Option("--with-key-file", help="Take that key along, too. Who has the file has everything."),
    ] = False,
    encrypt: Encrypt = "no",
    drill: Annotated[
        bool,
        typer.Option("--drill", help="Restore it on trial instead of keeping it, and enter the outcome."),
    ] = False,
    backup_file: Annotated[
        Path | None, typer.Option("--from", help="With --drill: this backup, not a new one.")
    ] = None,
    database: Database = None,
    owner: Owner = None,
    reason: Reason = "backup by command",
    as_: As = None,
    port: Port = None,
    json: Json = False,
) -> None:
    """Take a backup of a whole installation, while it runs or while it stands still."""
    from titer.app import load

    config = load(folder)
    served = hub_is_running(config.host, port or config.port)
    if drill:
        _drill(folder, served, backup_file, encrypt, database, owner, reason, as_, port, json)
        return
    if to is None:
        raise Invalid(
            "Where the backup is to lie is not said.", do="--to FILE, or --to FOLDER on another disk."
        )
    if with_key_file:
        err.print(
            "The key goes along with what it opens: whoever gets hold of this file has everything. Keep it as you "
            "would keep the key.",
            style="yellow",
        )
    with working("Backing up") as tell:
        if served:
            said = _through_the_hub(
                folder, to, config.name, with_keys, with_key_file, encrypt, reason, as_, port
            )
        else:
            from titer.app.backup import take

            platform, actor = _alone(folder, as_)
            try:
                taken = take(
                    platform, to, actor=actor, reason=reason, protection=_protection(encrypt, platform),
                    with_keys=with_keys, with_key_file=with_key_file, tell=tell,
                )  # fmt: skip
                platform.settle()
            finally:
                platform.close()
            said = {"file": str(taken.path), "bytes": taken.size, "digest": taken.digest,
                    "entries": taken.manifest.tree_size, "root": taken.manifest.root}  # fmt: skip
    keys = "" if with_keys else " It holds no keys: keep a copy of them elsewhere, a restore asks for them."
    say(
        f"Wrote {said['file']}: {said['bytes']:,} bytes, manifest {said['digest']}.{keys}\n"
        f"Try it: titer backup {folder} --drill. Restore it: titer restore {said['file']} NEW_FOLDER",
        said,
        json,
    )


def restore(
    file: Annotated[Path, typer.Argument(help="The backup.")],
    folder: Annotated[Path, typer.Argument(help="Where the installation is to lie: missing, or empty.")],
    keys: Annotated[
        Path | None,
        typer.Option(
            "--keys", help="A copy of the keys folder, witness.key in it, where the backup has none."
        ),
    ] = None,
    key_file: Annotated[
        Path | None, typer.Option("--key-file", help="The key that opens the installation's secrets.")
    ] = None,
    witness: Annotated[
        Path | None,
        typer.Option("--witness", help="Folder of a witness that saw it; the configured one if not."),
    ] = None,
    database: Database = None,
    owner: Owner = None,
    json: Json = False,
) -> None:
    """Restore a backup into an empty place, and verify it there.

    What comes out reads and does not write, until an administrator has accepted it: titer accept-restore.
    """
    from titer.app.backup import restore as run

    with working("Restoring") as tell:
        found = run(
            file, folder, protection=_given(file, key_file), keys=keys, key_file=key_file, witness=witness,
            database=database, owner=owner, tell=tell,
        )  # fmt: skip
    say(
        f"{found.verdict.sentence}\n{found.sentence}\n"
        f"It does not write yet. To go on with it: titer accept-restore {folder} --as ADMINISTRATOR --reason WHY",
        _told(found),
        json,
    )
    if not found.verdict.holds:
        raise typer.Exit(1)


def accept_restore(
    folder: Installation,
    reason: Annotated[str, typer.Option("--reason", help="Why it was restored; ledger and witness keep it.")],
    as_: As = None,
    json: Json = False,
) -> None:
    """Go on with an installation that was restored: what was lost with it is entered, and the witness is told."""
    from titer.app.backup import accept
    from titer.record import Proof

    user = _user(as_)
    lost = accept(folder, username=user, proof=Proof(_password(user)), reason=reason)
    say(
        f"Accepted. {lost:,} witnessed entries are given up; the witness keeps their heads, and the ledger says so.",
        {"lost": lost},
        json,
    )


def _through_the_hub(
    folder: Path,
    to: Path,
    name: str,
    with_keys: bool,
    with_key_file: bool,
    encrypt: str,
    reason: str,
    as_: str | None,
    port: int | None,
) -> dict[str, Any]:
    from datetime import UTC, datetime

    target = to / f"{name}-{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}.titer-backup" if to.is_dir() else to
    if target.exists():
        raise Conflict(f"{target} is there already.", do="Name another file; a backup is never written over.")
    body: dict[str, Any] = {
        "reason": reason,
        "encrypt": encrypt,
        "with_keys": with_keys,
        "with_key_file": with_key_file,
    }
    if encrypt == "passphrase":
        body["passphrase"] = _passphrase()
    with session(folder, as_, port=port) as api:
        headers = api.post_for_file("/api/backups", {**body, "proof": api.proof()}, target)
    digest = headers["x-backup-digest"]
    return {"file": str(target), "bytes": target.stat().st_size, "digest": digest}


def _drill(
    folder: Path,
    served: bool,
    backup_file: Path | None,
    encrypt: str,
    database: str | None,
    owner: str | None,
    reason: str,
    as_: str | None,
    port: int | None,
    json: bool,
) -> None:
    if served and (backup_file is not None or database is not None):
        raise Refused(
            "The running hub tries a backup that it takes itself.",
            do="Stop it to try a given file, or to name a database; or leave that out.",
        )
    with working("Trying a restore") as tell:
        if served:
            with session(folder, as_, port=port) as api:
                row = api.post("/api/backups/drill", {"reason": reason})
        else:
            from titer.app.backup import drill

            platform, actor = _alone(folder, as_)
            try:
                protection = _given(backup_file, None) if backup_file else _protection(encrypt, platform)
                made = drill(
                    platform, actor=actor, reason=reason, backup=backup_file, protection=protection,
                    database=database, owner=owner, tell=tell,
                )  # fmt: skip
                platform.settle()
            finally:
                platform.close()
            row = {"holds": made.holds, "verdict": made.verdict, "seconds": str(made.seconds),
                   "backup_digest": made.backup_digest, "tree_size": made.tree_size}  # fmt: skip
    outcome = "The restore on trial holds" if row["holds"] else "The restore on trial FAILED"
    say(f"{outcome} ({row['seconds']} s). {row['verdict']}", row, json)
    if not row["holds"]:
        raise typer.Exit(1)


def _alone(folder: Path, as_: str | None) -> tuple[Platform, Actor]:
    """The installation under its lock, and whoever acts."""
    from titer.app import open_platform
    from titer.record import Actor, Proof

    user = _user(as_)
    password = _password(user)
    platform = open_platform(folder)
    try:
        person = platform.identity.prove(user, Proof(password), "this machine")
    except BaseException:
        platform.close()
        raise
    return platform, Actor.person(person.id, None, person.full_name)


def _protection(encrypt: str, platform: Platform) -> Protection | None:
    from titer.app.backup import Protection

    if encrypt == "no":
        return None
    if encrypt == "key":
        return Protection(vault=platform.vault)
    if encrypt == "passphrase":
        return Protection(passphrase=_passphrase())
    raise Invalid(f"{encrypt} is no way to encrypt.", where="--encrypt", do="Use no, passphrase or key.")


def _given(file: Path, key_file: Path | None) -> Protection | None:
    """What a backup is opened with, as it says itself."""
    from titer.app.backup import Protection, encrypted
    from titer.base import vault

    kind = encrypted(file) if file.is_file() else None
    if kind is None:
        return None
    return Protection(vault=vault.find(key_file)) if kind == "key" else Protection(passphrase=_passphrase())


def _passphrase() -> str:
    return os.environ.get(ASKED) or _ask_password("the backup's passphrase")


def _user(as_: str | None) -> str:
    found = as_ or os.environ.get("TITER_USER")
    if not found:
        raise Invalid("Who acts is not said.", do="Give --as USERNAME, or set TITER_USER.")
    return found


def _password(user: str) -> str:
    return os.environ.get("TITER_PASSWORD") or _ask_password(user)


def _told(found: Restored) -> dict[str, Any]:
    return {
        "folder": str(found.folder),
        "holds": found.verdict.holds,
        "verdict": found.verdict.sentence,
        "entries": found.verdict.entries,
        "root": found.verdict.root,
        "backup": found.manifest.digest,
        "witnessed": found.witnessed,
        "ahead": found.ahead,
        "sentence": found.sentence,
    }
