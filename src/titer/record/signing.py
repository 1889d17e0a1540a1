"""Electronic signatures: what was shown is what is signed (21 CFR 11.50, 11.70, 11.200; Annex 11 section 14)."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from titer.base.canonical import digest
from titer.base.errors import Invalid, NotAuthenticated, NotFound, Refused, StaleVersion, WrongCredentials
from titer.record.actions import Actor, SignatureMeaning
from titer.record.identity import Identity, Occasion, Proof
from titer.record.model import Base, Person, Regulated, Signature
from titer.record.rights import delegations
from titer.record.service import Record


@dataclass(frozen=True)
class Preview:
    """What the signature dialog shows."""

    title: str
    content: dict[str, Any]
    digest: str
    version: int
    blockers: list[str]


class Signing:
    """Shows what is to be signed, and takes the signature.

    Args:
        record: whose records.
        identity: re-authenticates the person each time.
    """

    def __init__(self, record: Record, identity: Identity) -> None:
        self.record = record
        self.identity = identity

    def preview(
        self,
        session: Session,
        actor: Actor,
        record_type: str,
        record_id: str,
        meaning: str,
        data: dict[str, Any],
    ) -> Preview:
        """The content to be signed, its digest, and the reasons that stand against signing now.

        Raises:
            NotFound: if the record or the meaning does not exist.
        """
        what = self._meaning(record_type, meaning)
        version = self._version(session, record_type, record_id)
        standing = self.record.standing(session, actor, what.verb)
        content = self._content(session, what, record_id, version, data, standing.on_behalf_of)
        blockers = list(what.blockers(session, record_id, actor, data))
        for other in delegations.hands(session, actor, standing.on_behalf_of, record_id):
            # Kept apart on the union: what stands against the one delegated for stands against the delegate.
            against = what.blockers(session, record_id, Actor.person(other), data)
            blockers += [reason for reason in against if reason not in blockers]
        person = session.get(Person, actor.id) if actor.kind == "person" else None
        if person is None:
            blockers.append("Only a person signs.")
        elif not standing.allowed:
            roles = ", ".join(self.record.matrix[what.verb].roles)
            blockers.append(f"You do not hold a role that may sign this ({roles}).")
        elif person.policy_acknowledged_at is None:
            blockers.append("You have not yet acknowledged the electronic signature policy.")
        return Preview(what.title, content, digest(content), version, blockers)

    def sign(
        self,
        actor: Actor,
        *,
        record_type: str,
        record_id: str,
        version: int,
        meaning: str,
        data: dict[str, Any],
        shown_digest: str,
        reason: str,
        proof: Proof,
        remote: str,
    ) -> Signature:
        """Take a signature and carry out what it authorises, in one transaction.

        Raises:
            WrongCredentials: if the proof is not the signing person's own.
            StaleVersion: if the record or the content changed after it was shown.
            Refused: if a reason stands against it.
            Invalid: if no reason is given.
        """
        what = self._meaning(record_type, meaning)
        if actor.kind != "person":
            raise Refused("Only a person signs.")
        if not reason.strip():
            raise Invalid("A signature needs a reason.", where="reason")
        with self.record.reading() as session:
            person = session.get(Person, actor.id)
        if person is None:
            raise NotAuthenticated("Log in first.")
        occasion = Occasion(meaning, actor.session_id)
        proved = self.identity.prove(person.username, proof, remote, occasion)
        if proved.id != actor.id:
            raise WrongCredentials("Another person cannot sign in your session.")
        with self.record.action(actor, what.verb, reason=reason) as unit:
            shown = self.preview(unit.session, actor, record_type, record_id, meaning, data)
            if shown.version != version or not hmac.compare_digest(shown.digest, shown_digest):
                raise StaleVersion(
                    "What you were shown is no longer what would be signed.",
                    why=f"You saw version {version}; it is version {shown.version} now.",
                    do="Read it again, then sign.",
                )
            if shown.blockers:
                raise Refused("This may not be signed now.", why=" ".join(shown.blockers))
            installation = self.record.installation(unit.session)
            robot = person.robot_for is not None
            if robot and not installation.simulated:
                raise Refused("A robot signs in a simulated installation only.")
            signature = unit.add(
                Signature(
                    record_type=record_type,
                    record_id=record_id,
                    record_version=version,
                    meaning=meaning,
                    title=what.title,
                    content=shown.content,
                    digest=shown.digest,
                    reason=reason,
                    person_id=person.id,
                    printed_name=f"demo robot for {person.robot_for}" if robot else person.full_name,
                    robot=robot,
                    session_id=actor.session_id,
                    signed_at=unit.now,
                    time_zone=installation.time_zone,
                )
            )
            unit.signed = True
            what.apply(unit, record_id, data, signature)
        return signature

    def _meaning(self, record_type: str, meaning: str) -> SignatureMeaning:
        try:
            return self.record.meanings[(record_type, meaning)]
        except KeyError:
            raise NotFound(f"A {record_type} cannot be signed as {meaning!r}.") from None

    def _version(self, session: Session, record_type: str, record_id: str) -> int:
        for mapper in Base.registry.mappers:
            kind = mapper.class_
            if kind.__tablename__ == record_type and issubclass(kind, Regulated):
                row = session.get(kind, record_id)
                if row is None:
                    raise NotFound(f"There is no {record_type} {record_id}.")
                return row.version
        raise NotFound(f"There is no kind of record called {record_type}.")

    def _content(
        self,
        session: Session,
        what: SignatureMeaning,
        record_id: str,
        version: int,
        data: dict[str, Any],
        on_behalf_of: str | None,
    ) -> dict[str, Any]:
        absent = session.get(Person, on_behalf_of) if on_behalf_of else None
        instead = {"on_behalf_of": {"id": absent.id, "name": absent.full_name}} if absent else {}
        return {
            **instead,
            "record_type": what.record_type,
            "record_id": record_id,
            "record_version": version,
            "meaning": what.meaning,
            "title": what.title,
            "data": data,
            "shown": what.content(session, record_id, data),
        }
