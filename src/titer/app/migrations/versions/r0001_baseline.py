"""The first schema: tables, indices and triggers, word for word as they were when this revision was written.

Nothing here is computed from today's code, so the revision makes the same schema for ever. The statements lie in
one file for each database, separated by empty lines.
"""

from __future__ import annotations

from pathlib import Path

from alembic import op

from titer.base.errors import Refused

revision = "0001"
down_revision: str | None = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make everything in an empty database."""
    connection = op.get_bind()
    path = Path(__file__).with_name(f"r0001_baseline.{connection.dialect.name}.sql")
    if not path.exists():
        raise Refused(f"There is no schema for {connection.dialect.name} yet.")
    for statement in path.read_text("utf-8").strip().split("\n\n"):
        connection.exec_driver_sql(statement)


def downgrade() -> None:
    """Take everything away, as long as nothing was ever recorded."""
    connection = op.get_bind()
    if connection.exec_driver_sql("SELECT 1 FROM ledger_entry LIMIT 1").first() is not None:
        raise Refused(
            "There is nothing before the first schema to go back to.",
            why="The ledger has entries, and no migration deletes a ledger.",
        )
    path = Path(__file__).with_name(f"r0001_baseline.{connection.dialect.name}.sql")
    for statement in path.read_text("utf-8").strip().split("\n\n"):
        words = statement.split(None, 3)
        if words[:2] == ["CREATE", "TABLE"]:
            cascade = " CASCADE" if connection.dialect.name == "postgresql" else ""
            connection.exec_driver_sql(f"DROP TABLE {words[2]}{cascade}")
    if connection.dialect.name == "postgresql":
        functions = "SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
        for name in connection.exec_driver_sql(functions).scalars().all():
            connection.exec_driver_sql(f"DROP FUNCTION {name}")
