"""The one history of the schema: Alembic's environment, and a revision for each change (docs/decisions/0005)."""
