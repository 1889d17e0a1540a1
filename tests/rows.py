"""Rows for whoever reads tables: every table without its triggers, and something in each column that wants it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Boolean, Engine, Integer, create_engine
from sqlalchemy.orm import Session

from titer.app.layers import import_tables
from titer.record.model import Base
from titer.record.types import CanonicalJson, ExactDecimal, Instant

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)


@contextmanager
def tables_alone() -> Iterator[Engine]:
    """An engine on all tables in memory, which nothing guards."""
    import_tables()
    made = create_engine("sqlite://")
    Base.metadata.create_all(made)
    yield made
    made.dispose()


def put(session: Session, name: str, **told: Any) -> None:
    """A row of a table with what is told."""
    table = Base.metadata.tables[name]
    row = {
        column.name: told.get(column.name, _something(column.type))
        for column in table.columns
        if column.name in told or not (column.nullable or column.computed is not None)
    }
    session.execute(table.insert().values(**row))


def _something(kind: Any) -> Any:
    for known, value in (
        (Instant, NOW),
        (CanonicalJson, {}),
        (ExactDecimal, Decimal(1)),
        (Boolean, False),
        (Integer, 1),
    ):
        if isinstance(kind, known):
            return value
    return "x"
