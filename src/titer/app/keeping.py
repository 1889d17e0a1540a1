"""What an installation's folder keeps: its lock, its vault and keys, and the clock of its plant."""

from __future__ import annotations

import fcntl
import logging
import os
import random
import sqlite3
from pathlib import Path

import httpx2 as httpx
from sqlalchemy import Engine, select

from titer.app import store, witnessing
from titer.app.config import Config
from titer.app.plant_clock import PlantClock
from titer.base import vault
from titer.base.clock import Clock, ManualClock, from_iso
from titer.base.errors import Unavailable
from titer.base.ids import IdSource
from titer.base.vault import Vault
from titer.record import Record, Sealer
from titer.record import checkpoint as heads
from titer.record.ledger_model import LedgerKey
from titer.record.rotation import open_signers

log = logging.getLogger(__name__)

CREDENTIAL_KEY = "credential.key"
"""The file of the key that binds stored credentials to the record, sealed."""
RESTORED = "restored.json"
"""Lies in an installation that was restored from a backup, until somebody has accepted it."""


def lock(folder: Path) -> int:
    """Take the installation's lock: one process writes on SQLite.

    Raises:
        Unavailable: if another process holds it.
    """
    descriptor = os.open(folder / "hub.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise Unavailable(
            f"The installation in {folder} is in use by another process.",
            why="One process writes to the embedded database at a time.",
            do="Use the running hub, or stop it first.",
        ) from None
    return descriptor


def open_ids(clock: Clock) -> IdSource:
    """The installation's source of ids."""
    return IdSource(clock, random.SystemRandom())


def open_vault(folder: Path, config: Config) -> Vault:
    """The vault of an installation's secrets."""
    return vault.find((folder / config.key_file) if config.key_file else None)


def credential_key(folder: Path, opened: Vault) -> bytes:
    """The key that binds credentials, and from which that of the tallies follows."""
    return opened.read(folder / "keys" / CREDENTIAL_KEY)


def open_sealer(
    folder: Path, config: Config, record: Record, opened: Vault, *, create: bool = False, locked: bool = False
) -> Sealer:
    """The sealer of an installation, with its keys and witnesses; `locked` tells whether its lock is held."""
    witnessing.check(config)
    with record.reading() as session:
        origin = f"titer/{record.installation(session).id}"
        known = set(session.scalars(select(LedgerKey.name)))
    signer = heads.Signer.open(origin, folder / "keys" / "ledger.key", opened, create=create)
    witnesses = witnessing.in_files(folder, config, record.clock, opened, known, mends=create or locked)
    if create:
        (folder / "keys" / "ledger.pub").write_text(signer.verifier + "\n")
        for witness in witnesses:
            (witness.folder / "witness.pub").write_text(witness.signer.cosigner + "\n")
    return Sealer(
        record,
        origin,
        signer,
        witnesses,
        others=open_signers(origin, folder / "keys", opened),
        remote=witnessing.remote(folder, config, record.clock),
        quorum=config.witness_quorum,
    )


def plant_clock(config: Config) -> PlantClock | None:
    """The clock that follows the simulated plant; None where there is no plant, or it does not answer."""
    if not config.plant_clock:
        return None
    try:
        return PlantClock(config.plant_clock, config.rate)
    except httpx.HTTPError as error:
        log.warning("the simulated plant does not answer, so its time stands still: %s", error)
        return None


def stopped_clock(folder: Path, engine: Engine | None = None) -> Clock:
    """The process clock of a simulated installation whose plant is gone: it stands at the last entry's time."""
    if engine is not None and engine.dialect.name == "postgresql":
        return ManualClock(from_iso(store.last_process_time(engine)))
    connection = sqlite3.connect(f"file:{folder / 'titer.db'}?mode=ro", uri=True)
    try:
        row = connection.execute(
            "SELECT json_extract(body, '$.process_time') FROM ledger_entry ORDER BY seq DESC LIMIT 1"
        ).fetchone()
    finally:
        connection.close()
    return ManualClock(from_iso(row[0]))
