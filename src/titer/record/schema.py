"""Making the tables and their triggers, and noticing when somebody else has changed them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache

from sqlalchemy import Connection, Engine, Table, select
from sqlalchemy.orm import Session

from titer.base.errors import IntegrityFault
from titer.record import database, postgres
from titer.record.model import Base, SchemaFingerprint
from titer.record.service import Record


def classes() -> Iterable[type[Base]]:
    """Every mapped class of the metadata."""
    return sorted((mapper.class_ for mapper in Base.registry.mappers), key=lambda kind: kind.__tablename__)


def regulated_tables() -> list[Table]:
    """Every table that is under triggers."""
    return [kind.__table__ for kind in classes() if kind.__regulated__]  # type: ignore[misc]


def never_deleted(table: str) -> str:
    """Why no row of a table is ever deleted; "" where a row may go when its time is over."""
    for kind in classes():
        if kind.__tablename__ == table:
            return "it is append-only" if kind.__append_only__ else kind.__never_deleted_because__
    return ""


def install_triggers(connection: Connection) -> None:
    """Create the triggers of every table: entries for regulated ones, refusals for append-only ones."""
    for statement in trigger_statements(database.of(connection)):
        connection.exec_driver_sql(statement)


def trigger_statements(kind_of_database: database.Database) -> list[str]:
    """The statements of the triggers of every table.

    Raises:
        IntegrityFault: if a table is not regulated and does not say why.
    """
    statements: list[str] = []
    for kind in classes():
        table = kind.__table__
        if not isinstance(table, Table):
            raise TypeError(f"{kind.__name__} maps no table")
        if kind.__regulated__:
            statements += _triggers(
                kind_of_database.NAME,
                table,
                kind.__append_only__,
                kind.__immutable__,
                kind.__never_deleted_because__,
            )
        elif not kind.__unregulated_because__:
            raise IntegrityFault(f"{kind.__name__} is not regulated and does not say why.")
        elif kind.__append_only__:
            statements += kind_of_database.forbid(table.name)
    return statements


@cache
def _triggers(
    name: str, table: Table, append_only: bool, immutable: tuple[str, ...], never_deleted: str
) -> tuple[str, ...]:
    kind = database.of_name(name.lower())
    return tuple(
        kind.triggers(table, append_only=append_only, immutable=immutable, never_deleted=never_deleted)
    )


def postgresql_statements() -> list[str]:
    """What today's metadata makes on PostgreSQL, in the order in which it can be made; nothing of an installation."""
    made = postgres.tables(Base.metadata)
    return [
        *postgres.BEFORE_TABLES,
        *made,
        *trigger_statements(database.of_name("postgresql")),
        *postgres.AFTER_TABLES,
    ]


def create(engine: Engine, also: Callable[[Connection], None] | None = None) -> None:
    """Make all tables and triggers in an empty database, as today's code describes them.

    Args:
        engine: of the database.
        also: done in the same transaction; stamps the revision.
    """
    with engine.execution_options(**database.of(engine).OPERATIONAL).begin() as connection:
        make(connection)
        if also is not None:
            also(connection)


def make(connection: Connection, fill: Callable[[], None] | None = None) -> None:
    """Make all tables and triggers inside the transaction that is open.

    Args:
        connection: of an empty database.
        fill: done when the tables are there, and before any trigger is: brings rows that have their entries.
    """
    kind = database.of(connection)
    kind.before_create(connection)
    kind.create_tables(connection, Base.metadata)
    if fill is not None:
        fill()
    install_triggers(connection)
    kind.after_create(connection)


def grant(connection: Connection, role: str) -> None:
    """Give the role that Titer runs as its rights on PostgreSQL; done by the owner, again after a migration."""
    postgres.grant(
        connection,
        role,
        {kind.__tablename__ for kind in classes() if kind.__append_only__},
        {kind.__tablename__ for kind in classes() if kind.__never_deleted_because__},
    )


@contextmanager
def altering(connection: Connection, table: str, triggers: Sequence[str]) -> Iterator[None]:
    """Inside a migration: change a regulated table, and enter what becomes of each of its rows.

    The triggers are dropped while the body changes the table, and the given ones created after it. Each row whose
    image is another then gets a version more and an entry with the image before and after, so that the
    ledger still tells how every table came to what it is.

    Args:
        connection: of the open action `record.migrate`.
        table: its name.
        triggers: the statements of its triggers after the change, word for word.

    Example:
        >>> # with altering(op.get_bind(), "record_training", TRIGGERS):
        >>> #     op.add_column("record_training", sa.Column("place", sa.Text))
    """
    kind, open_action = database.of(connection), database.slot(connection)
    if open_action.writer is None:
        raise IntegrityFault("A migration runs inside an action only.", do="Run `titer migrate`.")
    kind.keep_images(connection, table)
    kind.drop_triggers(connection, table)
    yield
    kind.enter_changes(connection, table, open_action.times)
    for statement in triggers:
        connection.exec_driver_sql(statement)


def log_fingerprint(record: Record, session: Session, revision: str) -> SchemaFingerprint:
    """The row that states what the schema looks like now."""
    return SchemaFingerprint(revision=revision, fingerprint=_fingerprint(session))


def _fingerprint(session: Session) -> str:
    connection = session.connection()
    return database.of(connection).fingerprint(connection)


def logged_revision(session: Session) -> str:
    """The revision that the ledger says the schema has; empty if it says none."""
    last = session.scalars(select(SchemaFingerprint).order_by(SchemaFingerprint.id.desc()).limit(1)).first()
    return last.revision if last is not None else ""


def check_fingerprint(session: Session) -> None:
    """Compare the database's objects with the last entry about them.

    Raises:
        IntegrityFault: if a table or trigger was added, changed or dropped outside a migration.
    """
    last = session.scalars(select(SchemaFingerprint).order_by(SchemaFingerprint.id.desc()).limit(1)).first()
    if last is None or last.fingerprint != _fingerprint(session):
        raise IntegrityFault(
            "The database's tables or triggers are not those that Titer made.",
            why="They were changed outside a migration.",
            do="Run `titer verify`; restore a backup if you cannot explain the change.",
        )
