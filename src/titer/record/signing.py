"""Electronic signatures: what was shown is what is signed (21 CFR 11.50, 11.70, 11.200; Annex 11 section 14)."""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from titer.base.canonical import canonical, digest
from titer.base.errors import Invalid, NotAuthenticated, NotFound, Refused, StaleVersion, WrongCredentials
from titer.record import validity
from titer.record.actions import Actor, SignatureMeaning
from titer.record.identity import Identity, Occasion, Proof
from titer.record.model import Person, Signature
from titer.record.rights import competency, delegations, policy
from titer.record.service import Record
from titer.record.unit import Unit
from titer.record.validity import bound, version_of

MOST = 200
"""How many records one series signs at the most: a person reads each of them."""


@dataclass(frozen=True)
class Preview:
    """What the signature dialog shows.

    Args:
        title: what is signed.
        content: the content.
        canonical: its canonical bytes as text: what is hashed, what the page shows, and what the browser hashes.
        digest: SHA-256 of them, in hexadecimal.
        version: of the record.
        blockers: the reasons that stand against signing now.
        record_id: of the record.
    """

    title: str
    content: dict[str, Any]
    canonical: str
    digest: str
    version: int
    blockers: list[str]
    record_id: str


@dataclass(frozen=True)
class Shown:
    """One record as it was shown to the person who signs.

    Args:
        record_id: of the record.
        version: that was shown.
        digest: of the content that was shown.
        data: what the person entered.
    """

    record_id: str
    version: int
    digest: str
    data: dict[str, Any]


class Signing:
    """Shows what is to be signed, and takes the signature.

    Args:
        record: whose records.
        identity: re-authenticates the person each time.
    """

    def __init__(self, record: Record, identity: Identity) -> None:
        self.record = record
        self.identity = identity
        record.binding = identity.credentials.bind

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
            Invalid: if something is entered that this meaning does not ask for.
        """
        what = self._meaning(record_type, meaning)
        _require_declared(what, data)
        version = version_of(session, record_type, record_id)
        if not version:
            raise NotFound(f"There is no {record_type} {record_id}.")
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
        else:
            lapsed = competency.missing(session, actor, what.verb, self.record.process_clock.now())
            blockers += [one for one in competency.said(lapsed) if one not in blockers]
            stale = self.identity.policies.must_change(session, person)
            if stale:
                blockers.append(f"{stale} Change it on the page of your account first.")
            if not policy.acknowledged(session, person, self.record.clock.now()):
                blockers.append("You have not yet acknowledged the electronic signature policy.")
        text = canonical(content).decode()
        return Preview(what.title, content, text, digest(content), version, blockers, record_id)

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
        shown = (Shown(record_id, version, shown_digest, data),)
        return self.sign_series(
            actor,
            record_type=record_type,
            meaning=meaning,
            items=shown,
            reason=reason,
            proof=proof,
            remote=remote,
        )[0]

    def sign_series(
        self,
        actor: Actor,
        *,
        record_type: str,
        meaning: str,
        items: Sequence[Shown],
        reason: str,
        proof: Proof,
        remote: str,
    ) -> list[Signature]:
        """Sign several records of one kind, each of which was shown, with one proof of identity.

        One signature for each record, bound to its own digest and version; all of them, or none: what a person has
        read and proved once is one list, and a part of it is another (docs/decisions/0015). 21 CFR 11.200(a)(1)(i)
        asks for all components at the first signing of a series; here they stand for the whole series at once.

        Raises:
            WrongCredentials: if the proof is not the signing person's own.
            StaleVersion: if a record or its content changed after it was shown; it is named.
            Refused: if a reason stands against one of them; it is named.
            Invalid: if no reason is given, or the list is empty, too long, or names a record twice.
        """
        what = self._meaning(record_type, meaning)
        _require_list(items)
        if actor.kind != "person":
            raise Refused("Only a person signs.")
        if not reason.strip():
            raise Invalid("A signature needs a reason.", where="reason")
        person = self._prove(actor, proof, remote, Occasion(meaning, actor.session_id))
        with self.record.action(actor, what.verb, reason=reason) as unit:
            for item in items if len(items) > 1 else ():
                self._as_shown(unit, actor, what, item, of=len(items))
            return [
                self._give(unit, what, item, self._as_shown(unit, actor, what, item, of=len(items)), person)
                for item in items
            ]

    def _prove(self, actor: Actor, proof: Proof, remote: str, occasion: Occasion) -> Person:
        """The person of the session, who has just proved to be that person."""
        with self.record.reading() as session:
            person = session.get(Person, actor.id)
        if person is None:
            raise NotAuthenticated("Log in first.")
        proved = self.identity.prove(person.username, proof, remote, occasion)
        if proved.id != actor.id:
            raise WrongCredentials("Another person cannot sign in your session.")
        return person

    def _as_shown(self, unit: Unit, actor: Actor, what: SignatureMeaning, item: Shown, *, of: int) -> Preview:
        """What is signed, if it is what was shown and nothing stands against it."""
        now = self.preview(unit.session, actor, what.record_type, item.record_id, what.meaning, item.data)
        which = f"{called(now)}: " if of > 1 else ""
        nothing = " Nothing was signed." if of > 1 else ""
        if now.version != item.version or not hmac.compare_digest(now.digest, item.digest):
            seen = f"You saw version {item.version}; it is version {now.version} now."
            raise StaleVersion(
                f"{which}What you were shown is no longer what would be signed.",
                why=seen if now.version != item.version else "What it rests on has changed.",
                do=f"Read it again, then sign.{nothing}",
            )
        if now.blockers:
            raise Refused(f"{which}This may not be signed now.{nothing}", why=" ".join(now.blockers))
        return now

    def _give(
        self, unit: Unit, what: SignatureMeaning, item: Shown, shown: Preview, person: Person
    ) -> Signature:
        """Write one signature, and carry out what it authorises."""
        installation = self.record.installation(unit.session)
        robot = person.robot_for is not None
        if robot and not installation.simulated:
            raise Refused("A robot signs in a simulated installation only.")
        signature = Signature(
            id=unit.new_id(),
            record_type=what.record_type,
            record_id=item.record_id,
            record_version=shown.version,
            meaning=what.meaning,
            title=what.title,
            content=shown.content,
            digest=shown.digest,
            reason=unit.reason or "",
            person_id=person.id,
            printed_name=person.printed_name,
            robot=robot,
            session_id=unit.actor.session_id,
            signed_at=unit.now,
            time_zone=installation.time_zone,
        )
        signature.binding = self.identity.credentials.bind(bound(signature))
        unit.add(signature)
        unit.signed = True
        what.apply(unit, item.record_id, item.data, signature)
        unit.flush()
        return signature

    def faults(self, session: Session) -> Iterator[str]:
        """For `titer verify`: a sentence for each signature that is not the one that a person gave."""
        yield from validity.faults(self.record, session)

    def _meaning(self, record_type: str, meaning: str) -> SignatureMeaning:
        try:
            return self.record.meanings[(record_type, meaning)]
        except KeyError:
            raise NotFound(f"A {record_type} cannot be signed as {meaning!r}.") from None

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


def called(shown: Preview) -> str:
    """What is shown by the name that people know it by, e.g. EX-2026-0003."""
    facts = shown.content["shown"]
    facts = facts if isinstance(facts, dict) else {}
    for name in ("number", "sample", "run", "certificate", "investigation", "lot", "task", "code", "title"):
        if isinstance(facts.get(name), str) and facts[name]:
            return str(facts[name])
    return f"{shown.content['record_type']} {shown.record_id}"


def _require_declared(what: SignatureMeaning, data: dict[str, Any]) -> None:
    """Refuse what the meaning does not ask for: what comes with a signature is what it carries out."""
    strange = sorted(set(data) - set(what.data))
    if strange:
        asked = ", ".join(what.data) or "nothing"
        raise Invalid(
            f"Nothing called {', '.join(strange)[:200]} is entered with this signature.",
            where="data",
            why=f"{what.title}: it takes {asked}.",
        )


def _require_list(items: Sequence[Shown]) -> None:
    if not 1 <= len(items) <= MOST:
        raise Invalid(f"A series has 1 to {MOST} records; this has {len(items)}.", where="items")
    ids = [item.record_id for item in items]
    twice = next((one for one in ids if ids.count(one) > 1), None)
    if twice is not None:
        raise Invalid(f"The record {twice} stands in the list twice.", where="items")
