"""`titer migrate`: an installation's database from one revision to another, as an action of the record."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, func, select

from titer.app import store
from titer.app.config import Config, load
from titer.app.history import History, revision_of
from titer.app.keeping import credential_key, lock, open_ids, open_vault, stopped_clock
from titer.app.layers import import_tables
from titer.base.clock import Clock, SystemClock
from titer.base.errors import IntegrityFault, Invalid, Refused
from titer.record import Actor, LedgerEntry, Record, open_record, schema
from titer.record import identity as identity_module


@dataclass(frozen=True)
class Migrated:
    """What a migration did.

    Attributes:
        before, after: revisions.
        entries: how many entries it wrote, one of them about itself.
    """

    before: str
    after: str
    entries: int


def migrate(
    folder: Path,
    *,
    to: str | None = None,
    owner: str | None = None,
    clock: Clock | None = None,
    history: History | None = None,
) -> Migrated:
    """Bring an installation's database to a revision; nobody may use it meanwhile.

    Args:
        folder: of the installation.
        to: the revision; the newest if left out. An older one goes back, where the revisions allow it.
        owner: on PostgreSQL, the address with the role that owns the tables; only that role changes them.
        clock: the server clock; the system's if left out.
        history: the revisions.

    Raises:
        Unavailable: if the installation is in use, or was written by a newer Titer.
        IntegrityFault: if its schema was changed outside a migration.
        Refused: if a revision does not allow it.
        Invalid: if on PostgreSQL no owner is given.
    """
    known, server_clock = history or History(), clock or SystemClock()
    config = load(folder)
    held = lock(folder)
    try:
        with _engine(folder, config, owner) as engine:
            before = revision_of(folder / "titer.db") if config.database is None else store.revision(engine)
            after = to or known.head
            if before not in known.known:
                raise Refused(
                    f"The database has the schema {before}, which this Titer does not know.",
                    do="Use the Titer that wrote it, or a newer one.",
                )
            if before == after:
                return Migrated(before, after, 0)
            process_clock = stopped_clock(folder, engine) if config.plant_clock else server_clock
            record = open_record(
                folder,
                clock=server_clock,
                process_clock=process_clock,
                ids=open_ids(server_clock),
                secret=credential_key(folder, open_vault(folder, config)),
                engine=engine,
            )
            return _migrate(record, known, before, after, config)
    finally:
        os.close(held)


@contextmanager
def _engine(folder: Path, config: Config, owner: str | None) -> Iterator[Engine]:
    """The engine that may change the tables; on PostgreSQL no other hub writes meanwhile."""
    opened = open_vault(folder, config)
    if config.database is None:
        if owner is not None:
            raise Invalid("The embedded database has no owner.", do="Leave --owner out.")
        engine = store.engine(folder, config, opened)
    else:
        engine = store.owner_engine(folder, config, opened, owner)
    try:
        kept = store.hold(engine) if config.database is not None else None
        try:
            yield engine
        finally:
            if kept is not None:
                kept.close()
    finally:
        engine.dispose()


def _migrate(record: Record, known: History, before: str, after: str, config: Config) -> Migrated:
    import_tables()
    record.register_actions(identity_module.ACTIONS)
    with record.reading() as session:
        schema.check_fingerprint(session)
        if schema.logged_revision(session) != before:
            raise IntegrityFault(
                f"The database says that it has the schema {before}, and its ledger says another.",
                do="Restore a backup, or run `titer verify` with the Titer that wrote it.",
            )
    reason = f"schema {before} to {after}"
    with record.action(Actor.timer("titer.migrate"), "record.migrate", reason=reason) as unit:
        count = select(func.count()).select_from(LedgerEntry)
        entries = unit.session.scalar(count) or 0
        connection = unit.session.connection()
        known.run(connection, after)
        if config.database is not None:
            schema.grant(connection, store.runtime_role(config))
        unit.add(schema.log_fingerprint(record, unit.session, after))
        return Migrated(before, after, (unit.session.scalar(count) or 0) - entries)
