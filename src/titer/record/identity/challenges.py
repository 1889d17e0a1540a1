"""Challenges that a passkey has to answer: each once, soon, and where it was given (WebAuthn, section 13.4.3)."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, delete

from titer.record.factors import Challenge
from titer.record.service import Record

LIFE = timedelta(minutes=5)


class Challenges:
    """The challenges that are open.

    Args:
        record: whose.
    """

    def __init__(self, record: Record) -> None:
        self.record = record

    def give(self, purpose: str, bound_to: str) -> bytes:
        """A new challenge.

        Args:
            purpose: `register`, or `prove`.
            bound_to: the session, or the browser's cookie before there is one.
        """
        challenge = secrets.token_bytes(32)
        now = self.record.clock.now()
        with self.record.operational() as session:
            session.execute(delete(Challenge).where(Challenge.expires_at <= now))
            session.add(
                Challenge(
                    digest=_digest(challenge), purpose=purpose, bound_to=bound_to, expires_at=now + LIFE
                )
            )
        return challenge

    def take(self, challenge: bytes, purpose: str, bound_to: str) -> bool:
        """Whether the challenge was given for this and here, and is still good; it is good once."""
        with self.record.operational() as session:
            gone = session.execute(
                delete(Challenge).where(
                    Challenge.digest == _digest(challenge),
                    Challenge.purpose == purpose,
                    Challenge.bound_to == bound_to,
                    Challenge.expires_at > self.record.clock.now(),
                )
            )
            return cast(CursorResult[Any], gone).rowcount == 1


def _digest(challenge: bytes) -> str:
    return hashlib.sha256(challenge).hexdigest()
