"""Questions of people who set up connections: asked of a connector host, answered once, forgotten soon.

They stand outside the ledger, since they change nothing. But a host goes where a question sends it, with the
password that the question names; so each is vouched for under a key outside the database, and its answer too
(docs/decisions/0028). What somebody else wrote there reaches no host, and no person as an answer.
"""

from __future__ import annotations

import hmac
import json
import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from titer.base.canonical import NoCanonicalForm, canonical
from titer.base.clock import iso
from titer.base.errors import Invalid, NotFound
from titer.base.vault import Vault
from titer.equipment import queries, rules
from titer.equipment.model import Question
from titer.equipment.service import certificates
from titer.record import Actor, Record

log = logging.getLogger(__name__)

LARGEST_ANSWER = 16 * 1024 * 1024
PATIENCE = timedelta(seconds=60)
FORGOTTEN_AFTER = timedelta(hours=1)
LOOK_EVERY_S = 1.0
Found = TypeVar("Found")
_LOOK = "Look whether it runs, and ask again."
_FORGED = "Somebody writes to the database: run `titer verify`, keep a copy, and find out who."


@dataclass(frozen=True)
class Problem:
    """Why there is no answer: what happened, why, what to do."""

    what: str
    why: str
    do: str


@dataclass(frozen=True)
class Answer:
    """What a host answered, or why it could not."""

    told: dict[str, Any] | None
    problem: Problem | None


class Questions:
    """See the module. Several hubs on one database see one another's questions within a second.

    Args:
        record: the record, for its clock, its ids and its database.
    """

    def __init__(self, record: Record) -> None:
        self._record = record
        self._key = hmac.digest(record.key, b"titer connector questions", "sha256")
        # A password that somebody gives for a look is sealed under a key that is not in the database either.
        self._vault = Vault(hmac.digest(record.key, b"titer connector passwords", "sha256"))
        self._told: set[str] = set()
        self._news = threading.Condition()

    def ask(
        self,
        actor: Actor,
        *,
        type_: str,
        kind: str,
        about: dict[str, Any],
        settings: Mapping[str, Any],
        connection: str | None = None,
        host: str = "local",
        password: str = "",
    ) -> str:
        """Ask a host; returns the question's id.

        Args:
            actor: whoever asks; the route has seen to the right.
            type_: of connection; it must be one that can be looked through.
            kind: `discover`, `browse`, `variables` and whatever the type knows.
            about: what it is about: address, node.
            settings: how to reach the device; only what the type's `explored_by` names, so that nobody reads a file
                of the host by calling it a password.
            connection: a stored one, whose own settings and host are used instead.
            host: who is asked.
            password: of the user of the settings, for this one look; it is kept sealed until the host fetches it.

        Raises:
            Invalid: for a type or a setting that is not asked about.
            NotFound: no such connection.
        """
        record = self._record
        if connection is not None:
            with record.reading() as session:
                row = queries.connection(session, connection)
                type_, host, given = row.type, row.host, dict(json.loads(row.settings))
        else:
            given = dict(settings)
        rules.check_name(host, "connector host")
        known = rules.CONNECTION_TYPES.get(type_)
        if known is None or known.explore is None:
            raise Invalid(
                f"What a connection of type {type_!r} could record cannot be looked up.",
                do="Write its channels into a file; `titer connection types` shows how.",
            )
        if connection is None:
            for name in given:
                if name not in known.explored_by:
                    raise Invalid(
                        f"A question cannot set {name!r}.",
                        where=f"settings.{name}",
                        why=f"It may say {', '.join(known.explored_by)}.",
                        do="Draft the connection first, and look through it then.",
                    )
        now = record.clock.now()
        made = record.ids.new()
        with record.operational() as session:
            session.execute(delete(Question).where(Question.asked_at < now - FORGOTTEN_AFTER))
            asked = Question(
                id=made,
                host=host,
                type=type_,
                kind=kind,
                about=about,
                settings=json.dumps(given),
                asked_by=actor.id,
                asked_at=now,
            )
            if password:
                given["password"] = self._vault.seal(made, password.encode()).decode()
                asked.settings = json.dumps(given)
            asked.asked_mac = self._asked(asked)
            session.add(asked)
        self._tell()
        return made

    def due(self, host: str, wait: float) -> list[dict[str, Any]]:
        """Questions for a host, each handed out once; waits until there is one.

        One that this installation did not ask is left where it is, as evidence, and said once in the log.
        """

        def taken() -> list[dict[str, Any]] | None:
            now = self._record.clock.now()
            open_ = select(Question).where(
                Question.host == host, Question.handed_at.is_(None), Question.asked_at >= now - PATIENCE
            )
            with self._record.reading() as session:
                if not self._genuine(session.scalars(open_)):
                    return None
            with self._record.operational() as session:
                rows = self._genuine(session.scalars(open_.with_for_update()))
                for row in rows:
                    row.handed_at = now
                return [
                    {
                        "id": row.id,
                        "type": row.type,
                        "kind": row.kind,
                        "about": row.about,
                        "settings": self._opened(row),
                        "trust": certificates.for_host(session, row.type),
                    }
                    for row in rows
                ] or None

        return self._wait(taken, wait) or []

    def host_of(self, question: str) -> str:
        """The host that a question was put to.

        Raises:
            NotFound: if nobody asked, or it is forgotten.
        """
        with self._record.reading() as session:
            return _row(session, question).host

    def take_answer(
        self, question: str, answer: Mapping[str, Any] | None, problem: Mapping[str, Any] | None
    ) -> None:
        """Take a host's answer; the first counts.

        Raises:
            NotFound: if nobody asked, or it is forgotten.
            Invalid: if the answer is longer than any that a person could look through.
        """
        text = None if answer is None else json.dumps(answer)
        if text is not None and len(text) > LARGEST_ANSWER:
            text, problem = (
                None,
                {"what": "The answer is too long to be looked through.", "why": "", "do": "Ask for less."},
            )
        with self._record.operational() as session:
            row = _row(session, question)
            if row.answered_at is None:
                row.answered_at, row.answer = self._record.clock.now(), text
                row.problem = None if problem is None else dict(problem)
                row.answered_mac = self._answered(row)
        self._tell()

    def answer(self, actor: Actor, question: str, wait: float) -> Answer | None:
        """What the host answered, None while there is nothing; waits until there is.

        Raises:
            NotFound: if this person asked no such thing.
        """

        def there() -> Answer | None:
            with self._record.reading() as session:
                row = _row(session, question)
                if row.asked_by != actor.id:
                    raise NotFound("You asked no such question.")
                if row.answered_at is not None:
                    if not _same(row.answered_mac, self._answered, row):
                        return Answer(None, Problem(f"{_fault(row, 'answer')}.", "", _FORGED))
                    told = None if row.answer is None else dict(json.loads(row.answer))
                    return Answer(
                        told, _problem(row.problem) if row.problem is not None or told is None else None
                    )
                if self._record.clock.now() - row.asked_at > PATIENCE:
                    return Answer(None, Problem(f"The connector host {row.host} gave no answer.", "", _LOOK))
            return None

        return self._wait(there, wait)

    def stored_questions(self, session: Session) -> Iterator[str]:
        """Questions and answers that somebody else wrote, for a verification."""
        for row in session.scalars(select(Question).order_by(Question.id)):
            if not self._is_ours(row):
                yield f"equipment_question: {_fault(row, 'question')}."
            elif row.answered_at is not None and not _same(row.answered_mac, self._answered, row):
                yield f"equipment_question: {_fault(row, 'answer')}."

    def _opened(self, row: Question) -> dict[str, Any]:
        """The settings of a question for its host; a password is no longer in the row after that."""
        settings = dict(json.loads(row.settings))
        sealed = settings.pop("password", None)
        if sealed is None:
            return settings
        row.settings = json.dumps(settings)
        row.asked_mac = self._asked(row)
        return {**settings, "password": self._vault.open(row.id, sealed.encode(), "The password").decode()}

    def _genuine(self, rows: Iterable[Question]) -> list[Question]:
        """Those that this installation asked."""
        found = []
        for row in rows:
            if self._is_ours(row):
                found.append(row)
            elif row.id not in self._told:
                self._told.add(row.id)
                log.error("equipment_question: %s, so no host is asked. %s", _fault(row, "question"), _FORGED)
        return found

    def _is_ours(self, row: Question) -> bool:
        return _same(row.asked_mac, self._asked, row)

    def _asked(self, row: Question) -> bytes:
        """What vouches for a question: for all of it but when it was handed out, which says nothing to a host."""
        told = {
            "about": row.about,
            "asked_at": iso(row.asked_at),
            "asked_by": row.asked_by,
            "host": row.host,
            "id": row.id,
            "kind": row.kind,
            "settings": row.settings,
            "type": row.type,
        }
        return hmac.digest(self._key, b"asked\n" + canonical(told), "sha256")

    def _answered(self, row: Question) -> bytes:
        """What vouches for an answer, as one to this question."""
        told = {"answer": row.answer, "id": row.id, "problem": row.problem}
        return hmac.digest(self._key, b"answered\n" + canonical(told), "sha256")

    def _tell(self) -> None:
        with self._news:
            self._news.notify_all()

    def _wait(self, look: Callable[[], Found | None], seconds: float) -> Found | None:
        end = time.monotonic() + seconds
        while True:
            found = look()
            left = end - time.monotonic()
            if found is not None or left <= 0:
                return found
            with self._news:
                self._news.wait(min(left, LOOK_EVERY_S))


def _row(session: Session, question: str) -> Question:
    row = session.get(Question, question)
    if row is None:
        raise NotFound("That question was not asked, or is forgotten by now.", do="Ask again.")
    return row


def _same(stored: object, made: Callable[[Question], bytes], row: Question) -> bool:
    """Whether a stored digest is that of the row; what Titer would not have stored has none."""
    try:
        return isinstance(stored, bytes) and hmac.compare_digest(stored, made(row))
    except NoCanonicalForm:
        return False


def _fault(row: Question, what: str) -> str:
    return f"the {what} {row.id} ({row.kind}, host {row.host}) was not written by this installation, or was changed"


def _problem(told: Mapping[str, Any] | None) -> Problem:
    told = told or {}
    return Problem(*(str(told.get(name) or "")[:2000] for name in ("what", "why", "do")))
