"""Alembic's environment: runs on the connection that it is given, inside the transaction that is open on it."""

from __future__ import annotations

from alembic import context

from titer.app.history import VERSION_TABLE
from titer.base.errors import Refused
from titer.record import Base

given = context.config.attributes.get("connection")
if given is None:
    raise Refused(
        "Migrations run inside Titer only.",
        why="A migration is an action of the record, and leaves entries.",
        do="Run `titer migrate`.",
    )
context.configure(connection=given, target_metadata=Base.metadata, version_table=VERSION_TABLE)
with context.begin_transaction():
    context.run_migrations()
