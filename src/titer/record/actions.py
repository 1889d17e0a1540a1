"""Who acts, what actions there are, and what is open for signature, events and background work: plain values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from titer.record.model import OutboxEvent, Signature
    from titer.record.unit import Unit

ROLES = (
    "operator",
    "analyst",
    "reviewer",
    "quality",
    "scientist",
    "process_owner",
    "automation",
    "steward",
    "administrator",
    "inspector",
)


@dataclass(frozen=True)
class Actor:
    """Who does it: a person, an instrument connection, a model version or a timer; never a shared account."""

    kind: str
    id: str
    name: str
    session_id: str | None = None

    @classmethod
    def person(cls, person_id: str, session_id: str | None = None, name: str = "") -> Actor:
        """A person, in a session."""
        return cls("person", person_id, name or person_id, session_id)

    @classmethod
    def connection(cls, name: str) -> Actor:
        """An instrument's connection."""
        return cls("connection", name, name)

    @classmethod
    def model(cls, name_version: str) -> Actor:
        """A model version."""
        return cls("model", name_version, name_version)

    @classmethod
    def timer(cls, name: str) -> Actor:
        """A part of Titer itself that acts by the clock or upon an event."""
        return cls("timer", name, name)


@dataclass(frozen=True)
class ActionSpec:
    """One row of the role x action matrix (21 CFR 11.10(d), (g)).

    Args:
        verb: `context.noun.verb`.
        title: in people's words.
        roles: who may do it.
    """

    verb: str
    title: str
    roles: tuple[str, ...] = ()


@dataclass(frozen=True)
class SignatureMeaning:
    """What can be signed, and what the signature carries out.

    Args:
        record_type: the table's name.
        meaning: authored, reviewed, approved, witnessed, released ...
        verb: the action in the matrix.
        title: shown above the content and printed into the manifest.
        content: the canonical content that is shown and signed, from (session, record id, data).
        blockers: reasons why it may not be signed now, from (session, record id, actor, data).
        apply: carries the transition out in the same transaction, from (unit, record id, data, signature).
        later: names of fields of the content that go on changing after the signature, and do not make it void.
        filled: names of fields of which nothing stood yet when it was signed, and that are filled in later.
        grows: names of lists that may gain rows; a row that was signed must stay as it is.
        data: names of what the signing person enters with the signature; nothing else may come with it.
    """

    record_type: str
    meaning: str
    verb: str
    title: str
    content: Callable[[Session, str, dict[str, Any]], dict[str, Any]]
    blockers: Callable[[Session, str, Actor, dict[str, Any]], list[str]]
    apply: Callable[[Unit, str, dict[str, Any], Signature], None]
    later: tuple[str, ...] = ()
    filled: tuple[str, ...] = ()
    grows: tuple[str, ...] = ()
    data: tuple[str, ...] = ()


@dataclass(frozen=True)
class Subscription:
    """A handler of outbox events; it must be idempotent, since delivery is at least once.

    Args:
        name: the cursor's name, for ever.
        topics: exact topics, or `prefix.*`.
        handler: called with each event in order.
    """

    name: str
    topics: tuple[str, ...]
    handler: Callable[[OutboxEvent], None]

    def wants(self, topic: str) -> bool:
        """Whether the topic is one of this subscription's."""
        return any(
            topic == wanted or (wanted.endswith("*") and topic.startswith(wanted[:-1]))
            for wanted in self.topics
        )


@dataclass(frozen=True)
class Worker:
    """Work of the hub that goes on in a thread of its own.

    Args:
        name: shown in the health report.
        step: does one round and returns the seconds until it wants to be called again.
    """

    name: str
    step: Callable[[], float]
