"""The unit of work: the one way in. Domain rows, ledger entries and outbox events in one transaction."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, TypeVar, cast

from sqlalchemy import Table, select
from sqlalchemy.event import listens_for
from sqlalchemy.orm import Session

from titer.base.canonical import canonical
from titer.base.clock import iso, us
from titer.base.errors import NotFound, Refused, StaleVersion
from titer.base.ids import IdSource
from titer.record import tally
from titer.record.actions import Actor
from titer.record.content import ContentFiles, check_media_type
from titer.record.database import Opening
from titer.record.errors import storage
from titer.record.model import ContentObject, Counter, OutboxEvent, Regulated

if TYPE_CHECKING:
    from titer.record.service import Record

R = TypeVar("R", bound=Regulated)


class ActionSession(Session):
    """The session of an action: whoever guards a table sees each of its rows before it is written."""


@listens_for(ActionSession, "before_flush")
def _guarded(session: Session, _context: object, _instances: object) -> None:
    unit: Unit | None = session.info.get("unit")
    if unit is None or not unit.record.guards:
        return
    changed = (row for row in session.dirty if session.is_modified(row))
    for row in [*session.new, *changed, *session.deleted]:
        unit.guard(row.__tablename__, row)


class UnitContent:
    """The content store within a unit of work: each new object is registered in the ledger."""

    def __init__(self, unit: Unit, files: ContentFiles) -> None:
        self._unit = unit
        self._files = files

    def put(self, data: bytes, *, media_type: str, origin: str) -> str:
        """Keep bytes; the same bytes are kept once.

        Returns:
            The SHA-256 digest, hexadecimal.

        Raises:
            Invalid: if the media type is none.
            Stopped: if the bytes could not be made durable; the record then stops writing.
        """
        check_media_type(media_type)
        digest = hashlib.sha256(data).hexdigest()
        if not self._is_kept(digest):
            with self._durably():
                self._files.write(data)
            self._unit.add(ContentObject(digest=digest, size=len(data), media_type=media_type, origin=origin))
        return digest

    def adopt(self, file: Path, *, media_type: str, origin: str) -> str:
        """Keep a file that is too large for the memory; it is moved into the store.

        Returns:
            The SHA-256 digest, hexadecimal.

        Raises:
            Stopped: if it could not be made durable; the record then stops writing.
        """
        size = file.stat().st_size
        with self._durably():
            digest = self._files.adopt(file)
        if not self._is_kept(digest):
            self._unit.add(ContentObject(digest=digest, size=size, media_type=media_type, origin=origin))
        return digest

    def _is_kept(self, digest: str) -> bool:
        wanted = select(ContentObject.id).where(ContentObject.digest == digest)
        return self._unit.session.scalar(wanted) is not None

    @contextmanager
    def _durably(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            told = storage(error)
            self._unit.record.halt(str(told))
            raise told from error

    def get(self, digest: str) -> bytes:
        """The bytes of a digest, checked."""
        return self._files.read(digest)


class Unit:
    """One open action. Services take it first and never commit; `Record.action` commits once, at its end."""

    def __init__(
        self,
        record: Record,
        session: Session,
        *,
        actor: Actor,
        verb: str,
        reason: str | None,
        on_behalf_of: str | None,
        cause: str | None,
        now: datetime,
        process_now: datetime,
        ids: IdSource,
        files: ContentFiles,
    ) -> None:
        self.record = record
        self.session = session
        self.actor = actor
        self.verb = verb
        self.reason = reason
        self.on_behalf_of = on_behalf_of
        self.now = now
        self.process_now = process_now
        self.content = UnitContent(self, files)
        self.signed = False
        self._ids = ids
        self.action_id = ids.new()
        self._events: list[OutboxEvent] = []
        self._body = _BodyWriter(self, on_behalf_of, cause, ids)

    def new_id(self) -> str:
        """A new UUIDv7."""
        return self._ids.new()

    def add(self, row: R) -> R:
        """Add a new record and write it, so that its id and version can be used."""
        self.session.add(row)
        self.session.flush()
        return row

    def add_all(self, kind: type[Regulated], rows: Sequence[dict[str, Any]]) -> list[str]:
        """Write many new records of one kind, without an object for each; the triggers enter each of them.

        Args:
            kind: its class.
            rows: their values by attribute; id, version and times are given here.

        Returns:
            Their ids, in the order of the rows.
        """
        if not rows:
            return []
        self.session.flush()
        if kind.__tablename__ in self.record.guards:  # type: ignore[attr-defined]
            for row in rows:
                self.guard(kind.__tablename__, SimpleNamespace(**row))  # type: ignore[attr-defined]
        same = {"version": 1, "recorded_at": self.now, "process_at": self.process_now}
        ids = self._ids.many(len(rows))
        values: dict[str, list[Any]] = {name: [row[name] for row in rows] for name in rows[0]}
        values |= {name: [value] * len(rows) for name, value in same.items()} | {"id": ids}
        table = cast(Table, kind.__table__)  # type: ignore[attr-defined]
        self.record.database.add_rows(self.session.connection(), table, values)
        return ids

    def guard(self, table: str, row: Any) -> None:
        """Ask whoever guards a table about a row of it, before it is written."""
        for look in self.record.guards.get(table, ()):
            look(self, row)

    def flush(self) -> None:
        """Write pending changes to the database, within the transaction."""
        self.session.flush()

    def get(self, kind: type[R], record_id: str, version: int | None = None) -> R:
        """Read a record that is to be changed.

        Args:
            kind: its class.
            record_id: its id.
            version: the version that the caller has seen; None for callers that saw none (timers).

        Raises:
            NotFound: if there is none.
            StaleVersion: if it has another version now.
        """
        row = self.session.get(kind, record_id)
        if row is None:
            raise NotFound(f"There is no {kind.__name__} {record_id}.")
        if version is not None and row.version != version:
            raise StaleVersion(
                f"This {kind.__name__} was changed by somebody else: you saw version {version}, "
                f"it is version {row.version} now.",
                do="Reload it, look at the change, and decide anew.",
            )
        return row

    def next_number(self, series: str) -> str:
        """The next number that people read, e.g. `B-2026-0001`; the year is the process clock's."""
        key = f"{series}-{self.process_now.year}"
        counter = self.session.get(Counter, key)
        if counter is None:
            counter = Counter(series=key, last=0)
            self.session.add(counter)
        counter.last += 1
        return f"{key}-{counter.last:04d}"

    def emit(self, topic: str, row: Any, payload: dict[str, Any] | None = None) -> None:
        """Tell the world about a change, once it is committed (and witnessed, if it was signed)."""
        self.session.flush()
        event = OutboxEvent(
            id=self.new_id(),
            topic=topic,
            record_type=row.__tablename__,
            record_id=row.id,
            payload=json.loads(canonical(payload or {})),
            entry_seq=0,
            signed=False,
            occurred_at=self.now,
            process_at=self.process_now,
        )
        self._events.append(event)

    def finish(self) -> None:
        """Flush rows and events, and vouch for them; called by `Record.action` before it commits.

        Raises:
            Refused: if there is a message though nothing was entered.
        """
        self.session.flush()
        entered = self.record.database.entered(self.session.connection(), self.action_id)
        if entered is None:
            if self._events:
                raise Refused(
                    "A message follows from a change, and this action changed nothing.",
                    why=self._events[0].topic,
                )
            return
        for event in self._events:
            event.entry_seq, event.signed = entered.last, self.signed
            self.session.add(event)
        self.session.flush()
        tally.keep(self.session, self.record.key, self.action_id, entered, self._events)

    def opening(self) -> Opening:
        """This action as the triggers need it."""
        return Opening(self._body, self._body.parts(self.action_id), (us(self.now), us(self.process_now)))


class _BodyWriter:
    """Composes entry bodies for the triggers; what is the same for the whole action is composed once."""

    def __init__(self, unit: Unit, on_behalf_of: str | None, cause: str | None, ids: IdSource) -> None:
        actor = unit.actor
        who = canonical({"id": actor.id, "kind": actor.kind, "name": actor.name}).decode()
        self._head = f'{{"action":"{unit.action_id}","actor":{who},"after":'
        self._before = ',"before":'
        self._cause = f',"cause":{canonical(cause).decode()},"id":"'
        self._behalf = (
            f'","on_behalf_of":{canonical(on_behalf_of).decode()}'
            f',"process_time":"{iso(unit.process_now)}","reason":{canonical(unit.reason).decode()}'
            ',"record_id":'
        )
        self._tail = (
            f',"session":{canonical(actor.session_id).decode()},"time":"{iso(unit.now)}"'
            f',"verb":{canonical(unit.verb).decode()},"version":'
        )
        self._ids, self._at = ids, us(unit.now)

    def parts(self, action_id: str) -> tuple[str, str, str, str, str]:
        """The action's id and what is the same in all its bodies, for a database that composes them itself."""
        return action_id, self._head, self._cause, self._behalf, self._tail

    def __call__(
        self, record_type: str, record_id: str, version: int, before: str | None, after: str | None
    ) -> str:
        return (
            f"{self._head}{after or 'null'}{self._before}{before or 'null'}{self._cause}"
            f"{self._ids.new_at(self._at)}"
            f'{self._behalf}"{record_id}","record_type":"{record_type}"{self._tail}{version}}}'
        )
