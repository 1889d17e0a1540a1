"""A restore on trial: a backup is restored into a temporary place, verified there, and the outcome is entered.

Annex 11 section 7.2: that data can be restored is checked, and monitored periodically.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from titer.app.backup.container import Protection
from titer.app.backup.model import RestoreDrill
from titer.app.backup.restoring import read_manifest, restore
from titer.app.backup.taking import take
from titer.base.errors import TiterError
from titer.record import Actor

if TYPE_CHECKING:
    from titer.app.platform import Platform

VERB = "record.drill"


def drill(
    platform: Platform,
    *,
    actor: Actor,
    reason: str | None = None,
    backup: Path | None = None,
    protection: Protection | None = None,
    keys: Path | None = None,
    database: str | None = None,
    owner: str | None = None,
    room: Path | None = None,
    tell: Callable[[str, int, int], None] | None = None,
) -> RestoreDrill:
    """Restore a backup on trial, verify it, and enter the outcome, good or bad.

    Args:
        platform: wired, with the installation's lock.
        actor: who does it.
        reason: why.
        backup: which; one is taken now if left out, with keys, into the temporary place.
        protection: what it is encrypted under.
        keys: a copy of the keys, where the backup has none; the installation's own if left out.
        database: on PostgreSQL, an empty database for the trial.
        owner: the same with the owner's role.
        room: where the temporary place is made; the system's if left out.
        tell: told (what, how far, of how much).

    Raises:
        NotAuthorised: if the actor has no right to it.
        NotFound, Refused, IntegrityFault: if the backup cannot be read at all, so that nobody knows which it is.
    """
    platform.record.require(actor, VERB)
    started_at, began = platform.record.clock.now(), time.perf_counter()
    with ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="titer-drill-", dir=room)))
        if backup is None:
            taken = take(
                platform,
                place,
                actor=actor,
                reason=reason,
                protection=protection,
                with_keys=True,
                place="nowhere: it served a restore on trial",
                tell=tell,
            )
            path, manifest = taken.path, taken.manifest
        else:
            path, manifest = backup, read_manifest(backup, protection)
        config = platform.config
        key_file = platform.folder / config.key_file if config.key_file else None
        given = keys
        if given is None and "keys" not in manifest.keys:
            given = _own_keys(platform, place / "keys")
        try:
            found = restore(
                path, place / "restored", protection=protection, keys=given, key_file=key_file,
                database=database, owner=owner, clock=platform.record.clock, tell=tell,
            )  # fmt: skip
            holds, verdict = found.verdict.holds, f"{found.verdict.sentence} {found.sentence}"
        except TiterError as error:
            holds, verdict = False, str(error)
    with platform.record.action(actor, VERB, reason=reason) as unit:
        return unit.add(
            RestoreDrill(
                backup_digest=manifest.digest,
                file_name=path.name,
                performed_by=actor.name,
                started_at=started_at,
                seconds=Decimal(str(round(time.perf_counter() - began, 3))),
                holds=holds,
                verdict=verdict,
                tree_size=manifest.tree_size,
                files=len(manifest.files),
            )
        )


def _own_keys(platform: Platform, folder: Path) -> Path:
    """A copy of the installation's own sealed keys."""
    import shutil

    from titer.app import store

    shutil.copytree(platform.folder / "keys", folder)
    shutil.copyfile(
        store.witness_folder(platform.folder, platform.config) / "witness.key", folder / "witness.key"
    )
    return folder
