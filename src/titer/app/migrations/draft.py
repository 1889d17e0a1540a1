"""Writes the first schema down, word for word: `make schema`.

Until the first release there is one revision, and this rewrites it after a change of the tables. After it, a change
is a revision of its own, and this only prints the statements that today's metadata would make and the history does
not, for its author to work from.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from titer.app.history import VERSIONS, History
from titer.app.layers import import_tables
from titer.record import schema, sqlite


def statements() -> list[str]:
    """What today's metadata makes on SQLite: tables, indices and triggers, each kind by name."""
    import_tables()
    with tempfile.TemporaryDirectory() as folder:
        engine = sqlite.engine(Path(folder) / "titer.db")
        schema.create(engine)
        with engine.connect() as connection:
            made = sqlite.statements(connection)
        engine.dispose()
    return made


def main() -> int:
    """Rewrite the baseline, or print what a new revision has to bring."""
    made = statements()
    path = VERSIONS / "r0001_baseline.sqlite.sql"
    if History().head == "0001":
        for name, texts in (
            (path.name, made),
            ("r0001_baseline.postgresql.sql", schema.postgresql_statements()),
        ):
            path.with_name(name).write_text("\n\n".join(texts) + "\n", "utf-8")
            sys.stdout.write(f"{name}: {len(texts)} statements\n")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        engine = sqlite.engine(Path(folder) / "titer.db")
        with engine.execution_options(**{sqlite.WRITE: True}).begin() as connection:
            History().run(connection, History().head)
            known = set(sqlite.statements(connection))
        engine.dispose()
    sys.stdout.write("\n\n".join(text for text in made if text not in known) + "\n")
    frozen = "\n\n".join(file.read_text("utf-8") for file in sorted(VERSIONS.glob("*.postgresql.sql"))).split(
        "\n\n"
    )
    known = {text.strip() for text in frozen}
    sys.stdout.write("\n\n".join(text for text in schema.postgresql_statements() if text not in known) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
