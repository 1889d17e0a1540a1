"""Making the tables and their triggers, and noticing when somebody else has changed them."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, Engine, Table, select
from sqlalchemy.orm import Session

from titer.base.errors import IntegrityFault
from titer.record import sqlite
from titer.record.model import Base, SchemaFingerprint
from titer.record.service import Record


def classes() -> Iterable[type[Base]]:
    """Every mapped class of the metadata."""
    return sorted((mapper.class_ for mapper in Base.registry.mappers), key=lambda kind: kind.__tablename__)


def regulated_tables() -> list[Table]:
    """Every table that is under triggers."""
    return [kind.__table__ for kind in classes() if kind.__regulated__]  # type: ignore[misc]


def install_triggers(connection: Connection) -> None:
    """Create the triggers of every table: entries for regulated ones, refusals for append-only ones."""
    for kind in classes():
        table = kind.__table__
        if not isinstance(table, Table):
            raise TypeError(f"{kind.__name__} maps no table")
        if kind.__regulated__:
            statements = sqlite.triggers(
                table, append_only=kind.__append_only__, immutable=kind.__immutable__
            )
        elif not kind.__unregulated_because__:
            raise IntegrityFault(f"{kind.__name__} is not regulated and does not say why.")
        else:
            statements = sqlite.forbid(table.name) if kind.__append_only__ else []
        for statement in statements:
            connection.exec_driver_sql(statement)


def drop_triggers(connection: Connection) -> None:
    """Drop Titer's own triggers, inside a migration that recreates them in the same transaction."""
    names = connection.exec_driver_sql(
        "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'titer\\_%' ESCAPE '\\'"
    ).all()
    for (name,) in names:
        connection.exec_driver_sql(f'DROP TRIGGER "{name}"')


def create(engine: Engine) -> None:
    """Make all tables and triggers in an empty database."""
    with engine.execution_options(**{sqlite.WRITE: True}).begin() as connection:
        Base.metadata.create_all(connection)
        install_triggers(connection)


def log_fingerprint(record: Record, session: Session, revision: str) -> SchemaFingerprint:
    """The row that states what the schema looks like now."""
    return SchemaFingerprint(revision=revision, fingerprint=sqlite.fingerprint(session.connection()))


def check_fingerprint(session: Session) -> None:
    """Compare the database's objects with the last entry about them.

    Raises:
        IntegrityFault: if a table or trigger was added, changed or dropped outside a migration.
    """
    last = session.scalars(select(SchemaFingerprint).order_by(SchemaFingerprint.id.desc()).limit(1)).first()
    if last is None or last.fingerprint != sqlite.fingerprint(session.connection()):
        raise IntegrityFault(
            "The database's tables or triggers are not those that Titer made.",
            why="They were changed outside a migration.",
            do="Run `titer verify`; restore a backup if you cannot explain the change.",
        )
