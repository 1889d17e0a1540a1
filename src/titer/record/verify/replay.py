"""The second depth: the entries replayed, and the tables compared with what they give."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import chain
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from titer.base.clock import from_iso, from_us, iso
from titer.record import database
from titer.record.ledger_model import ClockStep
from titer.record.model import LedgerCheckpoint, LedgerEntry, LedgerLeaf
from titer.record.schema import regulated_tables
from titer.record.service import Record
from titer.record.tally import TALLIES, Tallies
from titer.record.verify.chained import streamed
from titer.record.verify.verdict import ENTRIES, Verdict, by, called, name_of, strange

SLACK = timedelta(seconds=120)
"""An action may be that old when it is committed, and clocks of two processes differ."""
_STEP = ClockStep.__tablename__


def check_replay(record: Record, session: Session, verdict: Verdict) -> Iterator[str]:
    """Fold the entries: each before-image is the last after-image, times go on, and the tables equal the fold.

    Each entry is one that an action of this installation vouches for.

    Args:
        record: whose ledger it is.
        session: on the snapshot that the first depth looked at.
        verdict: is told what was checked.
    """
    kind, state = database.of(session.connection()), dict[tuple[str, str], tuple[int, bytes, int]]()
    verdict.place = "ledger_tally"
    tallies = Tallies(record.key, kind.rows(session.connection(), TALLIES))
    verdict.place = "ledger_entry"
    times = _Times(_sealed(session), _steps(session))
    count = 0
    with closing(kind.rows(session.connection(), ENTRIES.format(body=kind.RAW_BODY))) as chunks:
        for rows in chunks:
            for seq, body in rows:
                entry = orjson.loads(body)
                name = (entry["record_type"], entry["record_id"])
                version, image, _ = state.get(name, _NEW)
                if _digest(entry["before"]) != image or entry["version"] != version + 1:
                    yield f"{name_of(body, seq)} does not follow from the entry before it."
                    return
                state[name] = (entry["version"], _digest(entry["after"]), seq)
                late = times.fault(count, entry)
                if late is not None:
                    yield f"{name_of(body, seq)} is back-dated: {late}."
                    return
                count += 1
            unvouched = tallies.on(rows, [sha256(b"\x00" + body).digest() for _, body in rows])
            if unvouched is not None:
                yield strange(session, unvouched)
                return
            verdict.tell("changes, one by one", count, verdict.entries)
    unvouched = tallies.end()
    if unvouched is not None:
        yield strange(session, unvouched)
        return
    yield from _tables(session, verdict, state)


def _tables(
    session: Session, verdict: Verdict, state: dict[tuple[str, str], tuple[int, bytes, int]]
) -> Iterator[str]:
    connection, rows = session.connection(), 0
    kind = database.of(connection)
    for table in regulated_tables():
        verdict.place = f"Table {table.name}"
        images = f"SELECT t.id, {kind.image_sql(table, 't')} FROM {table.name} t"  # noqa: S608  of the metadata
        for record_id, text in chain.from_iterable(kind.rows(connection, images)):
            rows += 1
            known = state.pop((table.name, record_id), None)
            if known is None or known[1] == _ABSENT:
                yield (
                    f"{called(table.name, record_id, json.loads(text))} has no entry: it was written "
                    "past the ledger."
                )
                return
            # The trigger's own text is canonical, so it need not be read to be compared.
            if sha256(text.encode()).digest() != known[1] and _digest(orjson.loads(text)) != known[1]:
                yield _changed(session, table.name, record_id, json.loads(text), known)
                return
    left = next((name for name, known in state.items() if known[1] != _ABSENT), None)
    if left is not None:
        version, _, seq = state[left]
        yield (
            f"{called(*left, _told(session, seq))} is gone from its table, and no entry says that it was deleted; "
            f"version {version} was {by(session, seq)}."
        )
        return
    verdict.checked["records"] = rows


def _changed(
    session: Session, table: str, record_id: str, image: dict[str, Any], known: tuple[int, bytes, int]
) -> str:
    told = _told(session, known[2])
    changed = sorted(
        name
        for name in set(image) | set(told)
        if (name in image) != (name in told) or _exact(image.get(name)) != _exact(told.get(name))
    )
    return (
        f"{called(table, record_id, told)} was changed past the ledger: "
        f"{', '.join(changed)} {'is' if len(changed) == 1 else 'are'} not what version {known[0]} "
        f"says ({by(session, known[2])})."
    )


def _told(session: Session, seq: int) -> dict[str, Any]:
    """The image that an entry left."""
    statement = f"SELECT body FROM ledger_entry WHERE seq = {int(seq)}"  # noqa: S608  a number
    body = session.connection().exec_driver_sql(statement).scalar_one()
    found: dict[str, Any] = json.loads(body)["after"]
    return found


def _exact(value: object) -> bytes:
    """A value as text, so that 1, 1.0 and true are three different things."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def _digest(image: object) -> bytes:
    """A digest of an image, so that the last state of every record fits into memory."""
    return sha256(_exact(image)).digest() if image is not None else _ABSENT


_ABSENT = b""
_NEW = (0, _ABSENT, 0)


def _steps(session: Session) -> list[tuple[int, datetime]]:
    """Where in the tree an entry says that the clock went back, and what it had stood at."""
    found = session.execute(
        select(LedgerLeaf.leaf_index, LedgerEntry.body)
        .join(LedgerEntry, LedgerEntry.seq == LedgerLeaf.entry_seq)
        .where(LedgerEntry.record_type == _STEP)
        .order_by(LedgerLeaf.leaf_index)
    )
    return [(place, from_us(json.loads(body)["after"]["stood_at"])) for place, body in found]


def _sealed(session: Session) -> Iterator[tuple[int, datetime]]:
    """Size of the tree and time of each head, in order."""
    rows = select(LedgerCheckpoint.tree_size, LedgerCheckpoint.sealed_at).order_by(LedgerCheckpoint.tree_size)
    for row in streamed(session, rows):
        yield row.tree_size, row.sealed_at


class _Times:
    """Whether entries bear times that fit those of the heads before and behind them.

    Along the tree times do not go back, except behind an entry that says that the clock was set. A head over such
    an entry bears the earlier time, and what it covers may bear times up to the one that the clock had stood at.

    Args:
        sealed: size of the tree and time of each head.
        steps: place of each entry that says that the clock went back, and what it had stood at.
    """

    def __init__(self, sealed: Iterator[tuple[int, datetime]], steps: Sequence[tuple[int, datetime]]) -> None:
        self._steps = steps
        self._sealed = sealed
        self._before: tuple[int, datetime] | None = None
        self._over = next(sealed, None)
        self._floor, self._ceiling = "", "9"
        self._latest = ""
        self._between()

    def fault(self, place: int, entry: dict[str, Any]) -> str | None:
        """What is wrong with the time of the entry at a place, if anything; places are asked for in their order."""
        at: str = entry["time"]
        while self._over is not None and self._over[0] <= place:
            self._before, self._over = self._over, next(self._sealed, None)
            self._between()
        if entry["record_type"] == _STEP:
            self._latest, self._floor = at, ""
            return None
        if at < self._floor and self._before is not None:
            return f"the checkpoint before it was sealed at {iso(self._before[1])}"
        if at > self._ceiling and self._over is not None:
            return f"the checkpoint over it was sealed earlier, at {iso(self._over[1])}"
        if at >= self._latest:
            self._latest = at
        elif from_iso(self._latest) - from_iso(at) > SLACK:
            return f"it stands behind an entry of {self._latest}"
        return None

    def _between(self) -> None:
        """Take the bounds of the heads around a place."""
        begin = self._before[0] if self._before is not None else 0
        self._floor = iso(self._before[1] - SLACK) if self._before is not None else ""
        if self._over is None:
            self._ceiling = "9"
            return
        end, at = self._over
        stood = [was for step, was in self._steps if begin <= step < end]
        self._ceiling = iso(max([at, *stood]) + SLACK)
