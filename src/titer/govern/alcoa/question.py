"""A question that a principle asks of the record, and its answer; a query is shown exactly as it ran."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from titer.record import Sealer
from titer.record.service import Record

CHUNK = 5000
"""Rows that are read at a time."""
MOST = 200
"""Findings that are listed for one question; all are counted."""

FIELDS = {
    "sqlite": {
        "actor": "json_extract(e.body, '$.actor.id')",
        "kind": "json_extract(e.body, '$.actor.kind')",
        "time": "json_extract(e.body, '$.time')",
        "process_time": "json_extract(e.body, '$.process_time')",
    },
    "postgresql": {
        "actor": "(e.body::jsonb -> 'actor' ->> 'id')",
        "kind": "(e.body::jsonb -> 'actor' ->> 'kind')",
        "time": "(e.body::jsonb ->> 'time')",
        "process_time": "(e.body::jsonb ->> 'process_time')",
    },
}
"""How each database reads a field of an entry `e`; a query names it in braces."""


@dataclass(frozen=True)
class Sources:
    """What questions are asked of.

    Args:
        session: one snapshot of the record.
        record: the record.
        sealer: gives proofs.
        now: the instant, by the server's clock.
        layers: those that are switched on.
    """

    session: Session
    record: Record
    sealer: Sealer
    now: datetime
    layers: tuple[str, ...]

    @property
    def dialect(self) -> str:
        """The database's kind."""
        return self.session.connection().dialect.name

    def rows(self, statement: str, **values: Any) -> list[Any]:
        """What a statement gives; braces name fields of an entry `e`."""
        return list(self.session.execute(text(statement.format(**FIELDS[self.dialect])), values))

    def stream(self, statement: str) -> Iterator[Any]:
        """What a statement gives, some thousands of rows at a time, for one that goes through the whole ledger."""
        streamed = text(statement.format(**FIELDS[self.dialect])).execution_options(yield_per=CHUNK)
        yield from self.session.execute(streamed)


@dataclass(frozen=True)
class Finding:
    """One exception, and the record that shows it."""

    record_type: str
    record_id: str
    name: str
    detail: str


@dataclass(frozen=True)
class Answer:
    """What a question came to.

    Args:
        looked_at: how many were looked at.
        findings: the exceptions.
    """

    looked_at: int
    findings: Sequence[Finding]


@dataclass(frozen=True)
class Question:
    """One question of a principle.

    Args:
        id: unique on the board.
        words: what is asked, in words.
        ask: answers it.
        statement: the SQL whose rows are the exceptions; empty where `ask` is code that is shown itself.
        layer: without which there is nothing to ask.
    """

    id: str
    words: str
    ask: Callable[[Sources], Answer]
    statement: str = ""
    layer: str = ""

    def query(self, dialect: str) -> str:
        """The query as it runs: the SQL, or the source of the function."""
        if self.statement:
            return self.statement.format(**FIELDS[dialect])
        return inspect.getsource(self.ask)


def by_sql(id: str, words: str, *, all_of: str, exceptions: str, layer: str = "", **values: Any) -> Question:
    """A question whose exceptions are the rows of one statement: record type, id, name, detail.

    Args:
        id: unique on the board.
        words: what is asked.
        all_of: counts what is looked at.
        exceptions: finds what is not as it should be.
        layer: without which there is nothing to ask.
        values: for the statement's parameters.
    """

    def ask(sources: Sources) -> Answer:
        count = int(sources.rows(all_of)[0][0])
        found = [Finding(*(str(cell) for cell in row)) for row in sources.rows(exceptions, **values)]
        return Answer(count, found)

    return Question(id, words, ask, exceptions, layer)
