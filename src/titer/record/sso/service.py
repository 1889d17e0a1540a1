"""Single sign-on: from the provider's subject to a session of a person who was registered here (21 CFR 11.10(d)).

The provider says who somebody is, never what they may do: it makes no person, gives no role and lifts no lock. A
signature is a fresh proof at Titer whatever way the session was opened (21 CFR 11.200(a)). What the access policy
asks of a password's age and of a second factor holds for these sessions as for all others (docs/decisions/0022).
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from titer.base.errors import Conflict, NotFound, Refused, WrongCredentials
from titer.record.identity.access import access
from titer.record.identity.rules import PROVIDER_SECOND
from titer.record.identity.sessions import LoggedIn, Opening, Sessions
from titer.record.model import AccessEvent, Person
from titer.record.service import Record
from titer.record.sso.model import ProviderLink, ProviderLogIn
from titer.record.sso.provider import Provider
from titer.record.unit import Unit

LASTS = timedelta(minutes=10)
MOST_UNDER_WAY = 1000


@dataclass(frozen=True)
class Begun:
    """A log-in that goes on at the provider.

    Args:
        address: where to send the browser.
        browser: secret for the browser's cookie, so that only this browser can bring the answer.
    """

    address: str
    browser: str


class SingleSignOn:
    """Log-in by way of one provider.

    Args:
        record: whose people.
        sessions: of the installation.
        provider: of the site.
    """

    def __init__(self, record: Record, sessions: Sessions, provider: Provider) -> None:
        self.record = record
        self.sessions = sessions
        self.provider = provider
        self.settings = provider.settings

    def begin(self) -> Begun:
        """Begin a log-in.

        Raises:
            Unavailable: if the provider does not answer.
        """
        state, nonce, verifier, browser = (secrets.token_urlsafe(48) for _ in range(4))
        address = self.provider.address(state=state, nonce=nonce, verifier=verifier)
        now = self.record.clock.now()
        with self.record.operational() as session:
            session.execute(delete(ProviderLogIn).where(ProviderLogIn.begun_at <= now - LASTS))
            kept = (
                select(ProviderLogIn.state_hash)
                .order_by(ProviderLogIn.begun_at.desc())
                .limit(MOST_UNDER_WAY - 1)
            )
            session.execute(delete(ProviderLogIn).where(ProviderLogIn.state_hash.not_in(kept)))
            session.add(
                ProviderLogIn(
                    state_hash=_hash(state),
                    browser_hash=_hash(browser),
                    nonce=nonce,
                    verifier=verifier,
                    begun_at=now,
                )
            )
        return Begun(address, browser)

    def finish(self, *, state: str, code: str, browser: str, remote: str, in_place_of: str = "") -> LoggedIn:
        """Open a session for the person whom the provider's answer names.

        Raises:
            WrongCredentials: if the answer fits no log-in of this browser, or its token is not good, or nobody
                here is its subject; the refusal is entered.
            Unavailable: if the provider does not answer.
        """
        begun = self._take(state, browser)
        try:
            if begun is None:
                raise WrongCredentials(
                    "This answer of the provider belongs to no log-in that was begun here.",
                    why="It came a second time, too late, or to another browser.",
                    do="Log in again.",
                )
            claims = self.provider.claims(
                code,
                nonce=begun.nonce,
                verifier=begun.verifier,
                now=int(self.record.clock.now().timestamp()),
            )
            person = self._person(claims)
        except WrongCredentials as error:
            with access(self.record) as unit:
                unit.add(
                    AccessEvent(
                        kind="sign_on_refused",
                        username=self.settings.name,
                        person_id=None,
                        remote=remote,
                        detail=str(error)[:500],
                    )
                )
            raise
        proved = self._proved(claims)
        with self.record.reading() as session:
            limited_to = self.sessions.limit(session, person, proved)
        return self.sessions.begin(person, Opening(remote, proved, None, limited_to, in_place_of))

    def _proved(self, claims: dict[str, Any]) -> tuple[str, ...]:
        """What the provider stands for: the person, and a second factor where the site relies on it for that."""
        said = claims.get("amr")
        methods = {str(one) for one in said} if isinstance(said, list) else set()
        second = methods & set(self.settings.second_factor_amr)
        return ("provider", PROVIDER_SECOND) if second else ("provider",)

    def _take(self, state: str, browser: str) -> ProviderLogIn | None:
        """The log-in under way, once: whoever comes second finds none."""
        with self.record.operational() as session:
            row = session.get(ProviderLogIn, _hash(state))
            if row is None:
                return None
            gone = session.execute(delete(ProviderLogIn).where(ProviderLogIn.state_hash == row.state_hash))
            session.expunge(row)
            taken = gone.rowcount == 1  # type: ignore[attr-defined]
        fresh = row.begun_at > self.record.clock.now() - LASTS
        fits = hmac.compare_digest(row.browser_hash, _hash(browser))
        return row if taken and fresh and fits else None

    def _person(self, claims: dict[str, Any]) -> Person:
        subject = str(claims["sub"])
        with self.record.reading() as session:
            link = self.link_of(session, subject)
            person = session.get(Person, link.person_id) if link is not None else self._named(session, claims)
        if person is None:
            raise WrongCredentials(
                f"The provider knows you as {subject}, and nobody here is linked with that.",
                do="Ask your administrator to link your account.",
            )
        if not person.active:
            raise WrongCredentials("Your account is disabled.", do="Ask your administrator.")
        if person.locked_at is not None:
            raise WrongCredentials(
                "The account is locked after too many failed attempts.",
                do="Ask an administrator to unlock it.",
            )
        if link is None:
            with access(self.record) as unit:
                self.link(
                    unit, person.id, subject, f"first log-in by the verified {self.settings.first_claim}"
                )
        return person

    def _named(self, session: Session, claims: dict[str, Any]) -> Person | None:
        """The person whom a verified claim names exactly, where the site allows it and nobody else was linked."""
        claim, suffix = self.settings.first_claim, self.settings.first_suffix
        value = claims.get(claim) if claim else None
        if (
            not isinstance(value, str)
            or claims.get(f"{claim}_verified") is not True
            or not value.endswith(suffix)
        ):
            return None
        person = session.scalars(
            select(Person).where(Person.username == value[: len(value) - len(suffix)])
        ).first()
        if person is None or person.robot_for is not None:
            return None
        known = session.scalar(select(ProviderLink.id).where(ProviderLink.person_id == person.id))
        return person if known is None else None

    def link_of(self, session: Session, subject: str) -> ProviderLink | None:
        """The link of a subject of this provider that holds."""
        return session.scalars(
            select(ProviderLink).where(
                ProviderLink.issuer == self.settings.issuer,
                ProviderLink.subject == subject,
                ProviderLink.active.is_(True),
            )
        ).first()

    def links(self, session: Session, person_id: str) -> list[ProviderLink]:
        """All links of a person."""
        return list(session.scalars(select(ProviderLink).where(ProviderLink.person_id == person_id)))

    def link(self, unit: Unit, person_id: str, subject: str, because: str) -> ProviderLink:
        """Say that a subject of the provider is this person.

        Raises:
            Conflict: if it is another person already.
            Refused: for a robot.
        """
        person = unit.get(Person, person_id)
        if person.robot_for is not None:
            raise Refused("A robot has no account at a provider.")
        held = self.link_of(unit.session, subject)
        if held is not None:
            if held.person_id != person_id:
                raise Conflict(
                    f"The subject {subject} is linked with another person.", do="End that link first."
                )
            return held
        known = unit.session.scalars(
            select(ProviderLink).where(
                ProviderLink.issuer == self.settings.issuer,
                ProviderLink.subject == subject,
                ProviderLink.person_id == person_id,
            )
        ).first()
        if known is not None:
            known.active = True
            unit.flush()
            return known
        return unit.add(
            ProviderLink(
                issuer=self.settings.issuer,
                subject=subject,
                person_id=person_id,
                linked_because=because,
                active=True,
            )
        )

    def unlink(self, unit: Unit, person_id: str) -> None:
        """End every link of a person; an automatic one is not made again.

        Raises:
            NotFound: if there is none.
        """
        rows = [row for row in self.links(unit.session, person_id) if row.active]
        if not rows:
            raise NotFound("The person is not linked with the provider.")
        for row in rows:
            row.active = False
        unit.flush()


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
