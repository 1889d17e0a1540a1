"""The record: opens actions, keeps the matrix of rights, and hands out reading sessions."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event, inspect, select
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session

from titer.base.clock import Clock, from_iso
from titer.base.errors import Conflict, Invalid, NotAuthorised, Refused, Stopped, TiterError
from titer.base.ids import IdSource
from titer.record import database, sqlite, tally
from titer.record.actions import ROLES, ActionSpec, Actor, SignatureMeaning
from titer.record.content import ContentFiles
from titer.record.errors import translate
from titer.record.ledger_model import ClockStep
from titer.record.model import Installation, LedgerEntry, Regulated, Signature
from titer.record.rights import Separation, Standing, competency, delegations
from titer.record.unit import ActionSession, Unit
from titer.record.validity import IN_FORCE, validity

log = logging.getLogger(__name__)

_CLOCK_STEP = timedelta(seconds=60)
_CLOCK = Actor.timer("titer.clock")
"""A clock that went back by more was set; it is entered."""

Guard = Callable[[Unit, Any], None]
"""Looks at a row of its table before it is written, in whichever way it came; raises what stands against it."""
Binding = Callable[[dict[str, object]], str]
"""The keyed digest that binds a signature to this installation; `Signing` gives it."""


class Record:
    """The one record under every layer.

    Args:
        engine: from `titer.record.sqlite.engine` or `titer.record.postgres.engine`.
        content: the content store's files.
        clock: the server clock.
        process_clock: the process clock; live it is the server clock.
        ids: source of ids.
        secret: the key that binds credentials; what is entered is vouched for under one that follows from it.
    """

    def __init__(
        self,
        engine: Engine,
        content: ContentFiles,
        *,
        clock: Clock,
        process_clock: Clock,
        ids: IdSource,
        secret: bytes,
    ) -> None:
        self.engine = engine
        self.database = database.of(engine)
        self.content = content
        self.clock = clock
        self.process_clock = process_clock
        self.ids = ids
        self.key = tally.key_of(secret)
        self.committed = threading.Condition()
        self.commits = 0
        self.matrix: dict[str, ActionSpec] = {}
        self.meanings: dict[tuple[str, str], SignatureMeaning] = {}
        self.separations: list[Separation] = []
        self.binding: Binding | None = None
        self._writer = threading.RLock()
        self._open = threading.local()
        self._halted: str | None = None
        self.before_destroying: Callable[[Session, Regulated], None] | None = None
        self.guards: dict[str, list[Guard]] = {}
        self._latest: datetime | None = None

    # --- the matrix ---------------------------------------------------------------------------------------

    def register_actions(self, specs: tuple[ActionSpec, ...]) -> None:
        """Add rows to the role x action matrix.

        Raises:
            Conflict: if a verb is there already.
            Refused: if a role is unknown.
        """
        for spec in specs:
            if spec.verb in self.matrix:
                raise Conflict(f"The action {spec.verb} is registered twice.")
            unknown = set(spec.roles) - set(ROLES)
            if unknown:
                raise Refused(f"The action {spec.verb} names unknown roles: {sorted(unknown)}.")
            self.matrix[spec.verb] = spec

    def register_signatures(self, meanings: tuple[SignatureMeaning, ...]) -> None:
        """Add what can be signed."""
        for meaning in meanings:
            key = (meaning.record_type, meaning.meaning)
            if key in self.meanings:
                raise Conflict(f"The signature {key} is registered twice.")
            self.meanings[key] = meaning

    def guard(self, table: str, guard: Guard) -> None:
        """Let somebody look at every row of a table before it is written."""
        self.guards.setdefault(table, []).append(guard)

    def roles_of(self, session: Session, person_id: str) -> set[str]:
        """The roles that a person holds now, in their own name."""
        return delegations.roles_of(session, person_id)

    def standing(self, session: Session, actor: Actor, verb: str) -> Standing:
        """Whether the actor has the right now, and in whose place if it was delegated.

        Machines have the rights that their scope and code give them.
        """
        spec = self.matrix.get(verb)
        if spec is None:
            return Standing(False)
        if actor.kind != "person":
            return Standing(True)
        return delegations.standing(session, actor, spec, self.clock.now())

    def may(self, session: Session, actor: Actor, verb: str) -> bool:
        """Whether the actor has the right now, of their own or by delegation."""
        return self.standing(session, actor, verb).allowed

    def rights_of(self, session: Session, actor: Actor) -> set[str]:
        """Every verb that a person with a valid account may do now."""
        own = self.roles_of(session, actor.id)
        held = delegations.in_force(session, actor.id, self.clock.now())
        return {
            verb
            for verb, spec in self.matrix.items()
            if own & set(spec.roles) or any(one.carries(spec) for one in held)
        }

    # --- transactions ---------------------------------------------------------------------------------------

    @contextmanager
    def action(
        self,
        actor: Actor,
        verb: str,
        *,
        reason: str | None = None,
        on_behalf_of: str | None = None,
        cause: str | None = None,
    ) -> Iterator[Unit]:
        """Open an action; everything inside commits once, or not at all.

        Args:
            actor: who does it.
            verb: a row of the matrix.
            reason: why, where the person gave one.
            on_behalf_of: the id of the person in whose place; found by itself where the right is a delegated one.
            cause: id of the entry that led to this action.

        Raises:
            NotAuthorised: if the actor has no right to it.
            Refused: if it takes a competency that the person has no valid training in (21 CFR 11.10(i)).
            Refused, StaleVersion, Conflict: what the database and the rules say, in people's words.
            Stopped: if storage fails, or has failed before; the record then writes nothing more.
        """
        if getattr(self._open, "unit", None) is not None:
            raise Refused(
                "An action is open already; services take the open unit instead of opening another."
            )
        with self._writer:
            connection = self._connect(**self.database.ACTION)
            unit: Unit | None = None
            holder = database.slot(connection)
            try:
                self._know_latest()
                with ActionSession(connection, expire_on_commit=False, autoflush=True) as session:
                    connection.begin()
                    standing = self._require(session, actor, verb)
                    unit = Unit(
                        self,
                        session,
                        actor=actor,
                        verb=verb,
                        reason=reason,
                        on_behalf_of=on_behalf_of or standing.on_behalf_of,
                        cause=cause,
                        now=self.clock.now(),
                        process_now=self.process_clock.now(),
                        ids=self.ids,
                        files=self.content,
                    )
                    session.info["unit"] = unit
                    self.database.open_action(connection, unit.opening())
                    self._open.unit = unit
                    latest = self._enter_clock_step(unit)
                    yield unit
                    unit.finish()
                    session.commit()
                    transaction = connection.get_transaction()
                    if transaction is not None:
                        transaction.commit()
                self.database.after_commit(connection)
                self._latest = latest
            except Exception as error:
                told = self._failed(connection, error)
                if told is not None:
                    raise told from error
                raise
            finally:
                self._open.unit = None
                holder.close()
                connection.close()
        with self.committed:
            self.commits += 1
            self.committed.notify_all()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session on one snapshot; what it writes is refused and rolled back."""
        with (
            self.engine.connect().execution_options(**self.database.READING) as connection,
            Session(connection, autoflush=False) as session,
        ):
            try:
                yield session
            except (StatementError, OverflowError) as error:
                told = translate(error)
                if isinstance(told, Invalid):
                    raise told from error
                raise
            finally:
                session.expunge_all()
                session.rollback()

    @contextmanager
    def operational(self) -> Iterator[Session]:
        """A short write to unregulated tables (cursors, leaves, checkpoints). The triggers stay in force."""
        with self._writer if self.database.ONE_WRITER else nullcontext():
            connection = self._connect(**self.database.OPERATIONAL)
            try:
                with connection.begin(), Session(connection, expire_on_commit=False) as session:
                    yield session
                    session.flush()
                self.database.after_commit(connection)
            except Exception as error:
                told = self._failed(connection, error)
                if told is not None:
                    raise told from error
                raise
            finally:
                connection.close()

    def _know_latest(self) -> None:
        """Learn, once a process, what time the ledger's last entry bears.

        On a snapshot of its own: read inside an action it would clash with whoever else writes to the ledger.
        """
        if self._latest is not None:
            return
        with self.reading() as session:
            # An installation that is moved makes its tables inside its first action: there is no ledger yet.
            if not inspect(session.connection()).has_table(LedgerEntry.__tablename__):
                return
            body = session.scalar(select(LedgerEntry.body).order_by(LedgerEntry.seq.desc()).limit(1))
        if body is not None:
            self._latest = from_iso(json.loads(body)["time"])

    def enter_clock_step(self) -> None:
        """Enter that the clock went back though nobody does anything: the next head would bear the earlier time."""
        self._know_latest()
        if self._latest is not None and self._latest - self.clock.now() > _CLOCK_STEP:
            with self.action(_CLOCK, "record.clock.step", reason="the clock went back") as unit:
                unit.flush()

    def _enter_clock_step(self, unit: Unit) -> datetime:
        """Enter that the clock went back, before anything bears the earlier time (Annex 11 s. 12.4).

        So a verification can tell an honest step from an entry that was back-dated. Small steps add up: what counts
        is the latest time since the last step that was entered.

        Returns:
            The latest time that the ledger bears once this action is committed.
        """
        latest = self._latest
        if latest is None or unit.now >= latest:
            return unit.now
        if latest - unit.now <= _CLOCK_STEP:
            return latest
        log.warning("the clock went back from %s to %s", latest, unit.now)
        unit.add(ClockStep(stood_at=latest, went_to=unit.now))
        return unit.now

    def _connect(self, **options: Any) -> Connection:
        """A connection that may write, unless writing has stopped."""
        self.require_running()
        try:
            return self.engine.connect().execution_options(**options)
        except Exception as error:
            told = translate(error)
            if isinstance(told, Stopped):
                self.halt(str(told))
            if told is not None:
                raise told from error
            raise

    def _failed(self, connection: Connection, error: Exception) -> TiterError | None:
        """Undo a transaction, stop writing if storage failed; the error in people's words, if it is the database's.

        After a failure of storage the connection is not used again: its cache may hold what the disk does not.
        """
        told = translate(error)
        if isinstance(told, Stopped):
            self.halt(str(told))
            connection.invalidate(error)
            return told
        transaction = connection.get_transaction()
        if transaction is not None:
            transaction.rollback()
        return told

    @contextmanager
    def between_actions(self) -> Iterator[None]:
        """No action of this process is open inside, so that what is read belongs together."""
        with self._writer:
            yield

    def halt(self, why: str) -> None:
        """Stop all writing until the process is started again; the first reason is kept.

        An fsync that failed is never tried again: the second may succeed although the first one lost the pages.
        """
        if self._halted is None:
            self._halted = why
            log.critical("writing has stopped: %s", why)

    def require_running(self) -> None:
        """Refuse if writing has stopped.

        Raises:
            Stopped: if it has.
        """
        if self._halted:
            raise Stopped(
                "The record has stopped writing.",
                why=self._halted,
                do="Do what it says, then start Titer again; nothing that was acknowledged is lost.",
            )

    @property
    def halted(self) -> str | None:
        """Why writing was stopped, or None."""
        return self._halted

    def wait_for_commit(self, seen: int, timeout: float) -> int:
        """Wait until something was committed after `seen` commits, or the time is over."""
        with self.committed:
            self.committed.wait_for(lambda: self.commits > seen, timeout)
            return self.commits

    def installation(self, session: Session) -> Installation:
        """The one row that says what this installation is."""
        return session.scalars(select(Installation)).one()

    # --- signatures that others rely on ------------------------------------------------------------------------

    def signatures_of(self, session: Session, record_type: str, record_id: str) -> list[Signature]:
        """All signatures on a record, oldest first."""
        return list(
            session.scalars(
                select(Signature)
                .where(Signature.record_type == record_type, Signature.record_id == record_id)
                .order_by(Signature.id)
            )
        )

    def verify_signature(
        self, session: Session, signature_id: str, *, record_type: str, record_id: str, meaning: str
    ) -> Signature:
        """The signature, if it is one of this meaning on this record and in force.

        Raises:
            Refused: if it is not; a signature copied to another record fails here (21 CFR 11.70), as does one that
                is void since what was signed has changed.
        """
        found = session.get(Signature, signature_id)
        if found is None or (found.record_type, found.record_id, found.meaning) != (
            record_type,
            record_id,
            meaning,
        ):
            raise Refused(f"The signature {signature_id} does not authorise this.")
        how = validity(self, session, found)
        if how.state != IN_FORCE:
            raise Refused(f"The signature {signature_id} does not authorise this.", why=how.why)
        return found

    def require(self, actor: Actor, verb: str) -> None:
        """Refuse an actor without the right, before work begins that ends in such an action.

        Raises:
            NotAuthorised, Refused: see `action`.
        """
        with self.reading() as session:
            self._require(session, actor, verb)

    def _require(self, session: Session, actor: Actor, verb: str) -> Standing:
        """Whether the actor may do it now, and in whose place; or why not.

        Raises:
            NotAuthorised: without the right.
            Refused: for a verb that nobody knows, or without the competency that it takes.
        """
        spec = self.matrix.get(verb)
        if spec is None:
            raise Refused(f"The action {verb} is not in the matrix of rights, so nobody may do it.")
        standing = self.standing(session, actor, verb)
        if not standing.allowed:
            raise NotAuthorised(
                f"You have no right to do this: {spec.title}.",
                why=f"It belongs to the roles {', '.join(spec.roles) or 'of no person'}.",
                do="Ask somebody who holds one of them, or your administrator.",
            )
        lapsed = competency.missing(session, actor, verb, self.process_clock.now())
        if lapsed:
            raise Refused(
                f"You may not do this now: {spec.title}.",
                why=" ".join(competency.said(lapsed)),
                do="Ask the quality unit to enter the training.",
            )
        return standing


def _stamp(session: Session, _context: Any, _instances: Any) -> None:
    """Give new rows their id and both times, and changed rows their times."""
    unit: Unit | None = session.info.get("unit")
    if unit is None:
        return
    for row in session.new:
        if isinstance(row, Regulated):
            row.id = row.id or unit.new_id()
            row.recorded_at, row.process_at = unit.now, unit.process_now
    for row in session.deleted:
        if isinstance(row, Regulated) and unit.record.before_destroying is not None:
            unit.record.before_destroying(session, row)
    for row in session.dirty:
        if isinstance(row, Regulated) and session.is_modified(row):
            row.recorded_at, row.process_at = unit.now, unit.process_now


event.listen(Session, "before_flush", _stamp)


def open_record(
    folder: Path,
    *,
    clock: Clock,
    process_clock: Clock,
    ids: IdSource,
    secret: bytes,
    engine: Engine | None = None,
) -> Record:
    """A record on the embedded database below a folder (which `titer.record.schema.create` has made).

    Args:
        folder: of the installation; the content store lies in it.
        clock: the server clock.
        process_clock: the process clock.
        ids: source of ids.
        secret: the key that binds credentials.
        engine: of another database.
    """
    return Record(
        sqlite.engine(folder / "titer.db") if engine is None else engine,
        ContentFiles(folder / "content"),
        clock=clock,
        process_clock=process_clock,
        ids=ids,
        secret=secret,
    )
