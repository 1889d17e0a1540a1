"""Tokens of machines: what one may do is what its token says, until it ends; a connector host, for itself alone.

Device checks (21 CFR 11.10(h)) would be worth nothing if one host could speak in the name of another's instruments.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Machine:
    """A machine that has shown a token, or an edge's certificate.

    Args:
        name: of the machine; it stands in entries as their actor.
        host: the connector host that it is, if it is one.
        remote: the address it came from.
        edge: whether it came by an edge's certificate instead of a token.
    """

    name: str
    host: str | None
    remote: str
    edge: bool = False

    @property
    def actor(self) -> Actor:
        """The machine as an actor."""
        return Actor.connection(self.name)


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
        self,
        unit: Unit,
        name: str,
        scopes: tuple[str, ...],
        expires_at: datetime | None = None,
        host: str | None = None,
    ) -> str:
        """A new token for a machine; it is shown once, and an earlier one of the same name ends.

        Args:
            unit: the open action.
            name: of the machine.
            scopes: what it may do.
            expires_at: when it ends, if it does by itself.
            host: the connector host that it is, where a scope is for one; of the machine's name if left out.

        Raises:
            Invalid: without a scope, for an unknown one, for an end that is over, or for a host where none is meant.
        """
        strange = scope_rules.unknown(list(scopes))
        if strange or not scopes:
            known = ", ".join(scope.name for scope in scope_rules.SCOPES)
            raise Invalid(
                f"Unknown scopes: {', '.join(strange) or 'none given'}.", where="scopes", do=f"Use {known}."
            )
        if expires_at is not None and expires_at <= unit.now:
            raise Invalid("A token ends in the future.", where="expires_at")
        is_host = scope_rules.of_host(list(scopes))
        if host and not is_host:
            raise Invalid(
                f"A token with {', '.join(scopes)} is of no connector host.",
                where="host",
                do="Leave the host out.",
            )
        token = secrets.token_urlsafe(32)
        row = unit.session.scalars(select(MachineToken).where(MachineToken.name == name)).first()
        if row is None:
            row = MachineToken(id=unit.new_id(), name=name, issue_count=0)
        row.scopes, row.revoked_at, row.expires_at = list(scopes), None, expires_at
        row.host = (host or name) if is_host else None
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

    def machine(self, token: str, scope: str, remote: str = "") -> Machine:
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
        found = Machine(row.name, row.host, remote)
        self.require_scope(found, row.scopes, scope)
        self.note_use(row.id, remote, now)
        return found

    def require_scope(self, machine: Machine, scopes: list[str], scope: str) -> None:
        """Refuse a machine what its scopes do not say, and enter the attempt.

        Raises:
            NotAuthorised: if it lacks the scope.
        """
        if scope in scope_rules.allowed(scopes):
            return
        what = _credential(machine)
        has = f"the {what} has {', '.join(scopes)}, and {scope} was asked for"
        self.enter_refusal("scope_refused", machine.name, machine.remote, scope, has)
        raise NotAuthorised(
            f"The {what} of {machine.name} does not reach this.",
            why=f"It takes the scope {scope}; the {what} has {', '.join(scopes)}.",
            do=f"Issue a {what} with the scope, if the machine ought to have it.",
        )

    def require_host(self, machine: Machine, host: str, what: str) -> None:
        """Refuse a connector host what is another's, and enter the attempt.

        Args:
            machine: who asks.
            host: whose it is.
            what: it is, in words, e.g. `the connection br201`.

        Raises:
            NotAuthorised: if it is another host's.
        """
        if machine.host == host:
            return
        own = f"host {machine.host}" if machine.host else "no host"
        by = _credential(machine)
        self.enter_refusal(
            "host_refused",
            machine.name,
            machine.remote,
            what,
            f"the {by} is of {own}; {what} is of host {host}",
        )
        raise NotAuthorised(
            f"The {by} of {machine.name} does not reach {what}.",
            why=f"It is a {by} of {own}, and {what} is of host {host}.",
            do="Invite that edge: titer edge invite NAME."
            if machine.edge
            else "Give that host a token of its own: titer token issue NAME --host HOST.",
        )

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

    def note_use(self, token_id: str, remote: str, now: datetime) -> None:
        """Note that a token or a certificate was used, to the minute."""
        if not self._due(token_id, now):
            return
        with self.record.operational() as session:
            row = session.get(TokenUse, token_id)
            if row is None:
                session.add(TokenUse(token_id=token_id, used_at=now, remote=remote))
            else:
                row.used_at, row.remote = now, remote

    def enter_refusal(self, kind: str, name: str, remote: str, what: str, detail: str) -> None:
        """Enter an attempt; a machine that tries the same again and again is entered once a minute."""
        if not self._due(f"{name}/{kind}/{what}", self.record.clock.now()):
            return
        with access(self.record) as unit:
            unit.add(AccessEvent(kind=kind, username=name, person_id=None, remote=remote, detail=detail))


def _credential(machine: Machine) -> str:
    return "certificate" if machine.edge else "token"
