"""The action under which log-ins, log-outs and failed attempts are entered."""

from __future__ import annotations

from contextlib import AbstractContextManager

from titer.base.errors import WrongCredentials
from titer.record.actions import Actor
from titer.record.model import Person
from titer.record.service import Record
from titer.record.unit import Unit


def access(record: Record) -> AbstractContextManager[Unit]:
    """Open an action of Titer's own about access; no action may be open."""
    return record.action(Actor.timer("record.access"), "record.session")


def require_as_seen(unit: Unit, seen: Person) -> Person:
    """The person as she stands in this action, if she may still come in by what she proved before it began.

    A proof is looked at before the action that rests on it begins; meanwhile others may have locked the account.

    Raises:
        WrongCredentials: if the account is locked or disabled now, or its password is another.
    """
    now = unit.get(Person, seen.id)
    if now.locked_at is not None:
        raise locked()
    if not now.active:
        raise WrongCredentials("The account is disabled.", do="Ask your administrator.")
    if now.password_count != seen.password_count:
        raise WrongCredentials(
            "The password was changed while this proof was looked at.", do="Try again with the new one."
        )
    return now


def locked() -> WrongCredentials:
    """What the owner of a locked account is told."""
    return WrongCredentials(
        "The account is locked after too many failed attempts.", do="Ask an administrator to unlock it."
    )
