"""Tokens of machines: what a connector host may do is what its token's scopes say, until the token ends."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from titer.base.errors import Invalid, NotAuthenticated, NotAuthorised, NotFound
from titer.record.actions import Actor
from titer.record.credentials import Credentials, token_hash
from titer.record.identity import scopes as scope_rules
from titer.record.identity.access import access
from titer.record.model import AccessEvent, MachineToken
from titer.record.rights.model import TokenUse
from titer.record.service import Record
from titer.record.unit import Unit

_NOTED_EVERY = timedelta(minutes=1)


class Machines:
    """The machines that an installation knows.

    Args:
        record: whose.
        credentials: where the hashes of their tokens lie.
    """

    def __init__(self, record: Record, credentials: Credentials) -> None:
        self.record = record
        self.credentials = credentials
        self._noted: dict[str, datetime] = {}

    def issue_token(
        self, unit: Unit, name: str, scopes: tuple[str, ...], expires_at: datetime | None = None
    ) -> str:
        """A new token for a machine; it is shown once, and an earlier one of the same name ends.

        Raises:
            Invalid: without a scope, for an unknown one, or for an end that is over.
        """
        strange = scope_rules.unknown(list(scopes))
        if strange or not scopes:
            known = ", ".join(scope.name for scope in scope_rules.SCOPES)
            raise Invalid(
                f"Unknown scopes: {', '.join(strange) or 'none given'}.", where="scopes", do=f"Use {known}."
            )
        if expires_at is not None and expires_at <= unit.now:
            raise Invalid("A token ends in the future.", where="expires_at")
        token = secrets.token_urlsafe(32)
        row = unit.session.scalars(select(MachineToken).where(MachineToken.name == name)).first()
        if row is None:
            row = MachineToken(id=unit.new_id(), name=name, issue_count=0)
        row.scopes, row.revoked_at, row.expires_at = list(scopes), None, expires_at
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

    def machine(self, token: str, scope: str, remote: str = "") -> Actor:
        """The machine that bears the token.

        A token that is valid and too small is no question of who the machine is: another proof would not help, so
        it is refused for want of a right (RFC 6750 s. 3.1, `insufficient_scope`), and entered.

        Raises:
            NotAuthenticated: if the token is unknown, revoked or over.
            NotAuthorised: if it lacks the scope.
        """
        now = self.record.clock.now()
        with self.record.reading() as session:
            row = self.credentials.owner_of(session, MachineToken, token)
        if row is None or row.revoked_at is not None:
            raise NotAuthenticated("The machine token is not valid.", do="Issue a new one.")
        if row.expires_at is not None and row.expires_at <= now:
            raise NotAuthenticated(
                f"The token of {row.name} is over.",
                why=f"It ended on {row.expires_at:%Y-%m-%d %H:%M} UTC.",
                do="Issue a new one.",
            )
        if scope not in scope_rules.allowed(row.scopes):
            self._too_small(row, scope, remote, now)
            raise NotAuthorised(
                f"The token of {row.name} does not reach this.",
                why=f"It takes the scope {scope}; the token has {', '.join(row.scopes)}.",
                do="Issue a token with the scope, if the machine ought to have it.",
            )
        self._note(row.id, remote, now)
        return Actor.connection(row.name)

    def is_valid(self, token: str) -> bool:
        """Whether a token is good for anything now; asking is no use of it."""
        now = self.record.clock.now()
        with self.record.reading() as session:
            row = self.credentials.owner_of(session, MachineToken, token)
        ended = row is None or row.revoked_at is not None
        return row is not None and not ended and (row.expires_at is None or row.expires_at > now)

    def used(self, session: Session) -> dict[str, TokenUse]:
        """When each token was last used, to the minute."""
        return {row.token_id: row for row in session.scalars(select(TokenUse))}

    def _due(self, key: str, now: datetime) -> bool:
        """Whether something is to be noted again: once a minute."""
        last = self._noted.get(key)
        if last is not None and now - last < _NOTED_EVERY:
            return False
        self._noted[key] = now
        return True

    def _note(self, token_id: str, remote: str, now: datetime) -> None:
        if not self._due(token_id, now):
            return
        with self.record.operational() as session:
            row = session.get(TokenUse, token_id)
            if row is None:
                session.add(TokenUse(token_id=token_id, used_at=now, remote=remote))
            else:
                row.used_at, row.remote = now, remote

    def _too_small(self, row: MachineToken, scope: str, remote: str, now: datetime) -> None:
        """Enter the attempt; a machine that tries it again and again is entered once a minute."""
        if not self._due(f"{row.id}/{scope}", now):
            return
        with access(self.record) as unit:
            unit.add(
                AccessEvent(
                    kind="scope_refused",
                    username=row.name,
                    person_id=None,
                    remote=remote,
                    detail=f"the token has {', '.join(row.scopes)}, and {scope} was asked for",
                )
            )
