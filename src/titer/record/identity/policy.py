"""The access policy: a regulated record of one row, whose versions stand in the ledger."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from titer.base.errors import StaleVersion
from titer.record.factors import AccessPolicy
from titer.record.identity import rules
from titer.record.identity.rules import Policy
from titer.record.model import Person
from titer.record.service import Record
from titer.record.unit import Unit

_NAMES = tuple(item.name for item in fields(Policy))


class Policies:
    """The access policy of an installation.

    Args:
        record: whose.
    """

    def __init__(self, record: Record) -> None:
        self.record = record

    def row(self, session: Session) -> AccessPolicy | None:
        """The row; None until a policy was first set, when the defaults hold."""
        return session.scalars(select(AccessPolicy)).first()

    def current(self, session: Session) -> Policy:
        """The policy that holds now."""
        return value(self.row(session))

    def must_change(self, session: Session, person: Person) -> str:
        """Why a person's password has to be changed before anything else now; empty if it need not."""
        return rules.must_change(
            self.current(session),
            person_id=person.id,
            robot=person.robot_for is not None,
            set_at=person.password_set_at,
            set_by=person.password_set_by,
            now=self.record.clock.now(),
        )

    def change(self, unit: Unit, version: int, **changes: Any) -> AccessPolicy:
        """Change it.

        Args:
            unit: the open action; its reason stands in the entry.
            version: that the administrator has seen; 0 where none was set yet.
            changes: fields of `Policy`.

        Raises:
            StaleVersion: if somebody else changed it meanwhile.
            Invalid: naming the field that is out of bounds.
        """
        row = self.row(unit.session)
        if version != (row.version if row else 0):
            raise StaleVersion("The access policy was changed by somebody else.", do="Read it again.")
        wanted = Policy(**{**asdict(value(row)), **changes})
        rules.check_policy(wanted, {meaning for _, meaning in self.record.meanings})
        row = row or AccessPolicy(id=unit.new_id())
        for name in _NAMES:
            given = getattr(wanted, name)
            setattr(row, name, list(given) if isinstance(given, tuple) else given)
        unit.session.add(row)
        unit.flush()
        unit.emit("record.access_policy.changed", row)
        return row


def value(row: AccessPolicy | None) -> Policy:
    """The policy that a row says."""
    if row is None:
        return Policy()
    read: dict[str, Any] = {}
    for name in _NAMES:
        given = getattr(row, name)
        read[name] = tuple(given) if isinstance(given, list) else given
    return Policy(**read)
