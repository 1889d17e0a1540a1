"""Where credentials lie, and what binds them to the record (docs/decisions/0004).

A password hash or a token's hash stands in an unregulated table and in no entry. The regulated row of its owner
bears a keyed digest (HMAC-SHA-256, under a key that is not in the database) of the credential and of what it may
be used for. So a credential that was swapped behind the record is refused when it is used, and `titer verify`
names it; and nobody can guess a password from the ledger or a bundle.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import datetime
from typing import TypeVar

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from titer.base.canonical import canonical
from titer.record.edge_model import Edge, EdgeCertificate
from titer.record.factors import EarlierPassword, Factor, Terminal
from titer.record.model import Credential, LedgerEntry, LoginSession, MachineToken, Person
from titer.record.unit import Unit

KEY_LENGTH = 32
HISTORY = 24
"""Earlier passwords that are kept at the most."""
Owner = Person | LoginSession | MachineToken | Factor | Terminal | Edge | EdgeCertificate
Held = TypeVar("Held", LoginSession, MachineToken, Factor, Terminal, EdgeCertificate)


def token_hash(token: str) -> str:
    """What is stored of a token that has 256 random bits of its own."""
    return hashlib.sha256(token.encode()).hexdigest()


class Credentials:
    """The credentials of one installation.

    Args:
        key: 32 random bytes that lie outside the database.
    """

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_LENGTH:
            raise ValueError(f"the key of the credentials has {KEY_LENGTH} bytes")
        self._key = key

    # --- binding ------------------------------------------------------------------------------------------------

    def mac(self, owner: Owner, secret: str) -> str:
        """The keyed digest of a credential and of what it may be used for.

        A person's covers the number of passwords set so far, so that an earlier one does not come back; a
        session's its person and its end, a machine token's its name, scopes, host and end, an edge's its name and
        scopes, so that none reaches further.
        """
        return self._hmac({"owner": owner.__tablename__, "id": owner.id, "secret": secret, **_scope(owner)})

    def fits(self, owner: Owner, secret: str | None) -> bool:
        """Whether the stored credential is the one that the owner's regulated row was written with."""
        return secret is not None and hmac.compare_digest(self.mac(owner, secret), owner.credential_mac)

    def fits_entry(self, session: Session, owner: Person | Factor) -> bool:
        """Whether the owner's row is as the ledger's last entry about it says.

        Somebody who puts back an earlier row together with its credential is refused here.
        """
        body = session.scalar(
            select(LedgerEntry.body)
            .where(LedgerEntry.record_id == owner.id, LedgerEntry.record_type == owner.__tablename__)
            .order_by(LedgerEntry.record_version.desc())
            .limit(1)
        )
        after = json.loads(body)["after"] if body is not None else None
        return after is not None and (after["version"], after["credential_mac"]) == (
            owner.version,
            owner.credential_mac,
        )

    def badge_hash(self, number: str) -> str:
        """What is stored of a badge's number: keyed, since such a number is short enough to be guessed."""
        return self._hmac({"badge": number})

    def nobody(self, name: str) -> str:
        """What is entered of a name that belongs to nobody: people type passwords there, and an entry is for ever.

        Keyed, so that nobody guesses it from the ledger; the same name is entered as the same digest.
        """
        if not name:
            return ""
        return f"nobody {self._hmac({'name': name})[:16]} ({len(name)} characters)"

    def csrf(self, session_id: str, token: str) -> str:
        """The CSRF token of a session: derived from the session's own token, and stored nowhere."""
        return self._hmac({"csrf": session_id, "token": token})[:43]

    def bind(self, content: dict[str, object]) -> str:
        """The keyed digest that binds a signature to this installation."""
        return self._hmac({"signature": content})

    def _hmac(self, content: dict[str, object]) -> str:
        return hmac.new(self._key, canonical(content), hashlib.sha256).hexdigest()

    # --- keeping ------------------------------------------------------------------------------------------------

    def give(self, unit: Unit, owner: Owner, secret: str) -> None:
        """Keep a credential in place of an earlier one, and bind it to its owner.

        Call it last, when everything that the binding covers is set; a new owner bears an id already.
        """
        owner.credential_mac = self.mac(owner, secret)
        row = unit.session.get(Credential, owner.id)
        if row is None:
            unit.session.add(Credential(owner_id=owner.id, owner_type=owner.__tablename__, secret=secret))
        else:
            row.secret = secret

    def keep_earlier(self, unit: Unit, person: Person) -> None:
        """Keep the hash of the password that is about to be replaced, and forget what is too long ago.

        Call it before the person's count grows.
        """
        secret = self.secret_of(unit.session, person.id)
        if secret is None:
            return
        number = person.password_count
        mac = self._earlier_mac(person.id, number, secret)
        unit.session.add(EarlierPassword(person_id=person.id, number=number, secret=secret, mac=mac))
        unit.session.execute(
            delete(EarlierPassword).where(
                EarlierPassword.person_id == person.id, EarlierPassword.number <= number - HISTORY
            )
        )

    def earlier(self, session: Session, person_id: str, most: int) -> list[str]:
        """The hashes of the last earlier passwords, the newest first."""
        return list(
            session.scalars(
                select(EarlierPassword.secret)
                .where(EarlierPassword.person_id == person_id)
                .order_by(EarlierPassword.number.desc())
                .limit(most)
            )
        )

    def _earlier_mac(self, person_id: str, number: int, secret: str) -> str:
        return self._hmac(
            {"owner": "record_earlier_password", "id": person_id, "n": number, "secret": secret}
        )

    def take(self, unit: Unit, owner_id: str) -> None:
        """Forget a credential that may not be used any more; the owner's row keeps its digest."""
        unit.session.execute(delete(Credential).where(Credential.owner_id == owner_id))

    def forget_ended(self, unit: Unit, person_id: str) -> None:
        """Forget the credentials of a person's sessions that are over."""
        over = select(LoginSession.id).where(
            LoginSession.person_id == person_id, LoginSession.ends_at <= unit.now
        )
        unit.session.execute(delete(Credential).where(Credential.owner_id.in_(over)))

    def secret_of(self, session: Session, owner_id: str) -> str | None:
        """What is stored for an owner."""
        return session.scalar(select(Credential.secret).where(Credential.owner_id == owner_id))

    def owner_of(self, session: Session, kind: type[Held], token: str) -> Held | None:
        """The owner of a token, if the token is the one that the record knows."""
        secret = token_hash(token)
        row = session.scalars(
            select(Credential).where(Credential.secret == secret, Credential.owner_type == kind.__tablename__)
        ).first()
        owner = session.get(kind, row.owner_id) if row is not None else None
        return owner if owner is not None and self.fits(owner, secret) else None

    # --- checking -----------------------------------------------------------------------------------------------

    def faults(self, session: Session, now: datetime) -> Iterator[str]:
        """A sentence for each credential that is not the one its owner's row was written with."""
        stored = {row.owner_id: row for row in session.scalars(select(Credential))}
        for owner in _owners(session):
            row = stored.pop(owner.id, None)
            name = f"record_credential of {owner.__tablename__} {owner.id} ({_label(owner)})"
            if row is None:
                if _needed(owner, now):
                    yield f"{name} is gone."
            elif row.owner_type != owner.__tablename__ or not self.fits(owner, row.secret):
                yield (
                    f"{name} was changed past the record: it is not the credential that version "
                    f"{owner.version} was written with."
                )
        for owner_id, row in stored.items():
            yield f"record_credential {owner_id} belongs to no {row.owner_type}: it was written past the record."
        yield from self._earlier_faults(session)
        yield from _counts(session)

    def _earlier_faults(self, session: Session) -> Iterator[str]:
        """Earlier passwords that were changed, taken away or invented, so that one might come back."""
        kept: dict[str, set[int]] = {}
        for row in session.scalars(select(EarlierPassword)):
            kept.setdefault(row.person_id, set()).add(row.number)
            if not hmac.compare_digest(row.mac, self._earlier_mac(row.person_id, row.number, row.secret)):
                yield f"record_earlier_password {row.number} of {row.person_id} was changed past the record."
        for person in session.scalars(select(Person)):
            wanted = set(range(max(1, person.password_count - HISTORY), person.password_count))
            if kept.pop(person.id, set()) != wanted:
                yield f"The earlier passwords of {person.username} are not those that the record knows."
        for person_id in kept:
            yield f"record_earlier_password {person_id} belongs to nobody: it was written past the record."


def _owners(session: Session) -> Iterator[Owner]:
    yield from session.scalars(select(Person).order_by(Person.id))
    yield from session.scalars(select(LoginSession).order_by(LoginSession.id))
    yield from session.scalars(select(MachineToken).order_by(MachineToken.id))
    yield from session.scalars(select(Factor).order_by(Factor.id))
    yield from session.scalars(select(Terminal).order_by(Terminal.id))
    yield from session.scalars(select(Edge).order_by(Edge.id))
    yield from session.scalars(select(EdgeCertificate).order_by(EdgeCertificate.id))


def _counts(session: Session) -> Iterator[str]:
    """The number of passwords set only grows; an entry that takes it back was not written by Titer."""
    counts: dict[str, int] = {}
    bodies = session.execute(
        select(LedgerEntry.seq, LedgerEntry.body)
        .where(LedgerEntry.record_type == Person.__tablename__)
        .order_by(LedgerEntry.seq)
    )
    for seq, body in bodies:
        after = json.loads(body)["after"]
        if after is None:
            continue
        if after["password_count"] < counts.get(after["id"], 0):
            yield f"Entry {seq} brings an earlier password of record_person {after['id']} back."
        counts[after["id"]] = after["password_count"]


def _scope(owner: Owner) -> dict[str, object]:
    if isinstance(owner, Person):
        return {"username": owner.username, "count": owner.password_count}
    if isinstance(owner, LoginSession):
        return {
            "person": owner.person_id,
            "ends_at": owner.ends_at,
            "idle": owner.idle_minutes,
            "factors": list(owner.factors),
            "terminal": owner.terminal_id,
            "limited_to": owner.limited_to,
        }
    if isinstance(owner, Factor):
        return {"person": owner.person_id, "kind": owner.kind, "handle": owner.handle, "realm": owner.realm}
    if isinstance(owner, Terminal):
        return {"name": owner.name}
    if isinstance(owner, Edge):
        return {
            "name": owner.name,
            "scopes": list(owner.scopes),
            "count": owner.invite_count,
            "ends_at": owner.code_ends_at,
        }
    if isinstance(owner, EdgeCertificate):
        return {
            "name": owner.name,
            "scopes": list(owner.scopes),
            "fingerprint": owner.fingerprint,
            "expires_at": owner.expires_at,
        }
    return {
        "name": owner.name,
        "scopes": list(owner.scopes),
        "host": owner.host,
        "count": owner.issue_count,
        "expires_at": owner.expires_at,
    }


def _label(owner: Owner) -> str:
    if isinstance(owner, Person):
        return owner.username
    if isinstance(owner, LoginSession):
        return f"of person {owner.person_id}"
    return f"{owner.kind} of person {owner.person_id}" if isinstance(owner, Factor) else owner.name


def _needed(owner: Owner, now: datetime) -> bool:
    """Whether the owner ought to have a credential."""
    if isinstance(owner, LoginSession):
        return owner.ended_at is None and owner.ends_at > now
    if isinstance(owner, Factor):
        return owner.removed_at is None
    return isinstance(owner, Person) or owner.revoked_at is None
