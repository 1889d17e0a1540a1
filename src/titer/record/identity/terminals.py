"""Terminals: devices of the shop floor that the installation knows, where a badge or a PIN opens a session.

21 CFR 11.10(h): device checks. A terminal bears a token of its own; its sessions are of no use anywhere else.
"""

from __future__ import annotations

import secrets

from sqlalchemy import select
from sqlalchemy.orm import Session

from titer.base.errors import Conflict
from titer.record.credentials import Credentials, token_hash
from titer.record.factors import Terminal
from titer.record.identity.sessions import Sessions
from titer.record.model import LoginSession
from titer.record.unit import Unit


class Terminals:
    """The terminals of an installation.

    Args:
        credentials: where the hashes of their tokens lie.
        sessions: those of a terminal that is revoked end.
    """

    def __init__(self, credentials: Credentials, sessions: Sessions) -> None:
        self.credentials = credentials
        self.sessions = sessions

    def register(self, unit: Unit, name: str, place: str) -> tuple[Terminal, str]:
        """Register a device; its token goes into the browser that stands there, and is shown nowhere.

        Raises:
            Conflict: if the name was ever used.
        """
        if unit.session.scalar(select(Terminal.id).where(Terminal.name == name)):
            raise Conflict(f"The terminal {name} was registered before; a name is given once.")
        token = secrets.token_urlsafe(32)
        row = Terminal(
            id=unit.new_id(), name=name, place=place, registered_at=unit.now, registered_by=unit.actor.id
        )
        self.credentials.give(unit, row, token_hash(token))
        return unit.add(row), token

    def revoke(self, unit: Unit, terminal_id: str) -> None:
        """The device is a terminal no more; its open sessions end."""
        row = unit.get(Terminal, terminal_id)
        if row.revoked_at is None:
            row.revoked_at = unit.now
        self.credentials.take(unit, row.id)
        for session in unit.session.scalars(
            select(LoginSession).where(
                LoginSession.terminal_id == terminal_id, LoginSession.ended_at.is_(None)
            )
        ).all():
            self.sessions.end(unit, session.id, "the terminal was revoked")

    def of_token(self, session: Session, token: str) -> Terminal | None:
        """The terminal that bears a token; None for any other device."""
        row = self.credentials.owner_of(session, Terminal, token)
        return row if row is not None and row.revoked_at is None else None

    def all(self, session: Session) -> list[Terminal]:
        """All terminals that ever were, by name."""
        return list(session.scalars(select(Terminal).order_by(Terminal.name)))
