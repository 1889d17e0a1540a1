"""Tokens of machines: what a connector host may do is what its token's scopes say."""

from __future__ import annotations

import secrets

from sqlalchemy import select

from titer.base.errors import NotAuthenticated, NotFound
from titer.record.actions import Actor
from titer.record.credentials import Credentials, token_hash
from titer.record.model import MachineToken
from titer.record.service import Record
from titer.record.unit import Unit


class Machines:
    """The machines that an installation knows.

    Args:
        record: whose.
        credentials: where the hashes of their tokens lie.
    """

    def __init__(self, record: Record, credentials: Credentials) -> None:
        self.record = record
        self.credentials = credentials

    def issue_token(self, unit: Unit, name: str, scopes: tuple[str, ...]) -> str:
        """A new token for a machine; it is shown once, and an earlier one of the same name ends."""
        token = secrets.token_urlsafe(32)
        row = unit.session.scalars(select(MachineToken).where(MachineToken.name == name)).first()
        if row is None:
            row = MachineToken(id=unit.new_id(), name=name, issue_count=0)
        row.scopes, row.revoked_at = list(scopes), None
        row.issued_at, row.issued_by = unit.now, unit.actor.id
        row.issue_count += 1
        self.credentials.give(unit, row, token_hash(token))
        unit.add(row)
        return token

    def revoke_token(self, unit: Unit, name: str) -> None:
        """End a machine's token.

        Raises:
            NotFound: if there is no token of this name.
        """
        row = unit.session.scalars(select(MachineToken).where(MachineToken.name == name)).first()
        if row is None:
            raise NotFound(f"There is no token of {name}.")
        if row.revoked_at is None:
            row.revoked_at = unit.now
        self.credentials.take(unit, row.id)

    def machine(self, token: str, scope: str) -> Actor:
        """The machine that bears the token.

        Raises:
            NotAuthenticated: if the token is unknown, revoked or lacks the scope.
        """
        with self.record.reading() as session:
            row = self.credentials.owner_of(session, MachineToken, token)
        if row is None or row.revoked_at is not None:
            raise NotAuthenticated("The machine token is not valid.", do="Issue a new one.")
        if scope not in row.scopes:
            raise NotAuthenticated(f"The token {row.name} has no scope {scope}.")
        return Actor.connection(row.name)
