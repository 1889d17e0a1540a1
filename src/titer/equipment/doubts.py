"""From when to when values of a channel are uncertain at best, whatever their source said of them.

A calibration that has lapsed or failed, and equipment out of service, hold for the instants at which something was
measured: spans of source time. A connection that nobody has approved, or at which something else answers than what
was approved, holds for what it delivered meanwhile, history that it read included: spans of the time of receipt.
Both come from the record of what happened, so a value stays what it was: neither the old device's return nor a new
calibration makes good what was doubtful, or the other way round (21 CFR 211.160(b)(4): what does not
meet its specifications is not used).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from titer.base.clock import us
from titer.equipment.model import Calibration, Channel, Connection, Node, StandingChange
from titer.equipment.rules import union

Spans = tuple[tuple[int, int], ...]
FOR_EVER = 253_402_300_799_999_999
"""The last instant that a datetime can name, in microseconds: a span that has not ended."""
_MANY = 500


@dataclass(frozen=True)
class Doubts:
    """When the values of one channel are uncertain at best; spans are [from, to) in microseconds, in order.

    Args:
        source: of source time: calibration lapsed or failed, equipment out of service.
        received: of the time of receipt, for what `connection` delivered: not approved, or another device.
        connection: name of the channel's connection.
    """

    source: Spans
    received: Spans
    connection: str


@dataclass(frozen=True)
class Turn:
    """From when on a connection or a piece of equipment stood otherwise; see `StandingChange`."""

    since_us: int
    kind: str
    state: str
    fingerprint: str | None


def unqualified_spans(turns: Iterable[Turn]) -> Spans:
    """When a connection did not count as qualified; before anybody knew of it nothing is said.

    Args:
        turns: in the order of their writing.
    """
    spans: list[tuple[int, int]] = []
    state, approved, seen = "", None, None
    since: int | None = None
    for turn in sorted(turns, key=lambda one: one.since_us):
        if turn.kind == "answered":
            seen = turn.fingerprint
        else:
            state, approved = turn.state, turn.fingerprint
        doubtful = state != "" and not (
            state == "approved" and (None in (seen, approved) or seen == approved)
        )
        if doubtful and since is None:
            since = turn.since_us
        elif not doubtful and since is not None:
            spans.append((since, turn.since_us))
            since = None
    if since is not None:
        spans.append((since, FOR_EVER))
    return tuple(union(spans))


def uncalibrated_spans(calibrations: Iterable[tuple[int, int, bool]]) -> list[tuple[int, int]]:
    """When equipment that was calibrated once was not: after a failure, and from the due date on, until the next.

    Args:
        calibrations: (performed, due, passed), microseconds of process time.
    """
    given = sorted(calibrations, key=lambda one: one[0])
    spans = []
    for number, (performed, due, passed) in enumerate(given, 1):
        until = given[number][0] if number < len(given) else FOR_EVER
        spans.append((due if passed else performed, until))
    return spans


def withdrawn_spans(turns: Iterable[Turn]) -> list[tuple[int, int]]:
    """When equipment was out of service: from its withdrawal until it was qualified again.

    Args:
        turns: in the order of their writing.
    """
    spans: list[tuple[int, int]] = []
    since: int | None = None
    for turn in turns:
        if turn.kind == "withdrawn" and since is None:
            since = turn.since_us
        elif turn.kind == "qualified" and since is not None:
            spans.append((since, turn.since_us))
            since = None
    return [*spans, (since, FOR_EVER)] if since is not None else spans


def of_channels(session: Session, tags: Sequence[str], known_at: datetime | None = None) -> dict[str, Doubts]:
    """The doubts about channels, as they are known now, or as they were known at `known_at` (server clock).

    Args:
        session: a reading session.
        tags: channels; of those that nothing is held against there is no entry.
        known_at: what was recorded later is left out.
    """
    wanted = select(Channel.tag, Channel.node_code, Channel.connection_id)
    if len(tags) <= _MANY:
        wanted = wanted.where(Channel.tag.in_(tags))
    named = set(tags)
    rows = [row for row in session.execute(wanted) if row.tag in named]
    of_node = _of_nodes(session, sorted({row.node_code for row in rows if row.node_code}), known_at)
    of_connection = _of_connections(session, sorted({row.connection_id for row in rows}), known_at)
    found = {}
    for row in rows:
        name, received = of_connection.get(row.connection_id, ("", ()))
        source = of_node.get(row.node_code or "", ())
        if source or received:
            found[row.tag] = Doubts(source, received, name)
    return found


def _of_nodes(session: Session, codes: list[str], known_at: datetime | None) -> dict[str, Spans]:
    if not codes:
        return {}
    ids = {
        row.id: row.code for row in session.execute(select(Node.id, Node.code).where(Node.code.in_(codes)))
    }
    calibrations: dict[str, list[tuple[int, int, bool]]] = {}
    for one in session.scalars(
        select(Calibration).where(Calibration.node_id.in_(ids)).order_by(Calibration.id)
    ):
        if known_at is None or one.recorded_at <= known_at:
            calibrations.setdefault(one.node_id, []).append(
                (us(one.performed_at), us(one.due_at), one.result == "passed")
            )
    turns = _turns(session, list(ids), known_at)
    return {
        code: tuple(
            union(
                [*uncalibrated_spans(calibrations.get(node_id, ())), *withdrawn_spans(turns.get(node_id, ()))]
            )
        )
        for node_id, code in ids.items()
    }


def _of_connections(
    session: Session, ids: list[str], known_at: datetime | None
) -> dict[str, tuple[str, Spans]]:
    if not ids:
        return {}
    turns = _turns(session, ids, known_at)
    return {
        row.id: (row.name, unqualified_spans(turns.get(row.id, ())))
        for row in session.execute(select(Connection.id, Connection.name).where(Connection.id.in_(ids)))
    }


def _turns(session: Session, ids: Sequence[str], known_at: datetime | None) -> dict[str, list[Turn]]:
    turns: dict[str, list[Turn]] = {}
    for row in session.scalars(
        select(StandingChange).where(StandingChange.subject_id.in_(ids)).order_by(StandingChange.id)
    ):
        if known_at is None or row.recorded_at <= known_at:
            turn = Turn(us(row.since), row.kind, row.state, row.fingerprint)
            turns.setdefault(row.subject_id, []).append(turn)
    return turns
