"""Use cases of edges: invited, enrolled, renewed, revoked; and whether one may come in now."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import ssl
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from titer.base import enrolment
from titer.base.errors import Conflict, Invalid, NotAuthenticated, NotAuthorised, NotFound, Unavailable
from titer.base.vault import Vault
from titer.record.credentials import Credentials, token_hash
from titer.record.edge_model import Edge, EdgeCertificate
from titer.record.edges.authority import Authority, Issued, key_digest, read_request
from titer.record.identity.machines import Machine, Machines
from titer.record.model import MachineToken
from titer.record.service import Record
from titer.record.unit import Unit

LONGEST_CODE = timedelta(days=7)
MOST_DAYS = 1095
SCOPES = ("connect", "observe", "command")
_NO_CODE = "The enrolment code is not valid."


@dataclass(frozen=True)
class Enrolled:
    """What an edge gets when it is enrolled.

    Args:
        certificate: its own, PEM.
        authority: the certificate of the edges' authority, PEM.
        address: `name:port` of the door.
        proof: that the answer comes from the hub that gave the code out.
        expires_at: when the certificate ends.
    """

    certificate: str
    authority: str
    address: str
    proof: str
    expires_at: datetime


class Edges:
    """The edges of an installation.

    Args:
        record: the record.
        credentials: where the secrets of codes and the digests of certificates lie.
        machines: enters attempts.
        authority: issues certificates.
        vault: seals the secrets of codes.
        address: `name:port` by which edges reach the door; "" where there is no door.
    """

    def __init__(
        self,
        record: Record,
        credentials: Credentials,
        machines: Machines,
        authority: Authority,
        vault: Vault,
        address: str,
    ) -> None:
        self.record = record
        self.credentials = credentials
        self.machines = machines
        self.authority = authority
        self.address = address
        self._vault = vault

    # --- people -------------------------------------------------------------------------------------------------

    def invite(
        self, unit: Unit, name: str, *, scopes: tuple[str, ...], hours: int, days: int
    ) -> tuple[Edge, str]:
        """Let an edge enrol, for the first time or anew; an earlier code of it ends.

        Certificates that it has stay good until they end or it is revoked.

        Args:
            unit: the open action.
            name: of the edge, which is the name of its connector host.
            scopes: what it may do: connect, observe, command.
            hours: for which the code is good.
            days: for which each of its certificates is good.

        Returns:
            The edge, and its code, which is shown this once.

        Raises:
            Invalid: for a name, scope or time that cannot be.
            Unavailable: if this installation listens for no edges.
            Conflict: if a machine's token speaks for the host of this name already.
        """
        enrolment.check_name(name)
        if not scopes or set(scopes) - set(SCOPES):
            raise Invalid(
                f"An edge cannot have the scopes {', '.join(scopes) or 'none'}.",
                where="scopes",
                do=f"Use {', '.join(SCOPES)}.",
            )
        if not 0 < hours <= LONGEST_CODE / timedelta(hours=1):
            raise Invalid("A code is good for 1 to 168 hours.", where="hours")
        if not 0 < days <= MOST_DAYS:
            raise Invalid(f"A certificate lasts 1 to {MOST_DAYS} days.", where="days")
        if not self.address:
            raise Unavailable(
                "This installation listens for no edges.",
                do="Set `edge: {host: ADDRESS, port: 8443}` in titer.yaml and start it again.",
            )
        taken = unit.session.scalars(
            select(MachineToken).where(MachineToken.host == name, MachineToken.revoked_at.is_(None))
        ).first()
        if taken is not None:
            raise Conflict(
                f"The token of {taken.name} speaks for the host {name} already.",
                why="A connection is served by one host, and nobody else may speak for it.",
                do=f"Name the edge otherwise, or end the token: titer token end {taken.name}.",
            )
        self.authority.make(str(self.record.installation(unit.session).id))
        row = self._find(unit.session, name)
        if row is None:
            row = Edge(id=unit.new_id(), name=name, invite_count=0)
        row.scopes, row.certificate_days = list(scopes), days
        row.invited_at, row.invited_by = unit.now, unit.actor.id
        row.code_ends_at = unit.now + timedelta(hours=hours)
        row.invite_count += 1
        row.key_digest, row.enrolled_at, row.revoked_at = None, None, None
        secret = secrets.token_bytes(enrolment.SECRET_BYTES)
        self.credentials.give(unit, row, self._vault.seal(_purpose(row.id), secret).decode().strip())
        unit.add(row)
        return row, enrolment.code_of(name, secret)

    def revoke(self, unit: Unit, name: str) -> Edge:
        """Refuse an edge from now on: its code, and each of its certificates.

        Raises:
            NotFound: if there is no such edge.
        """
        row = self.edge(unit.session, name)
        for one in self.certificates(unit.session, name):
            if one.revoked_at is None:
                one.revoked_at = unit.now
                self.credentials.take(unit, one.id)
        if row.revoked_at is None:
            row.revoked_at = unit.now
        self.credentials.take(unit, row.id)
        unit.flush()
        return row

    def edge(self, session: Session, name: str) -> Edge:
        """The edge of a name.

        Raises:
            NotFound: if there is none.
        """
        row = self._find(session, name)
        if row is None:
            raise NotFound(f"There is no edge {name}.", do="See `titer edge list`.")
        return row

    @staticmethod
    def certificates(session: Session, name: str) -> list[EdgeCertificate]:
        """Every certificate that was issued to an edge, the newest first."""
        return list(
            session.scalars(
                select(EdgeCertificate)
                .where(EdgeCertificate.name == name)
                .order_by(EdgeCertificate.issued_at.desc(), EdgeCertificate.id.desc())
            )
        )

    @staticmethod
    def _find(session: Session, name: str) -> Edge | None:
        return session.scalars(select(Edge).where(Edge.name == name)).first()

    # --- enrolment ----------------------------------------------------------------------------------------------

    def require_code(self, name: str, request: str, proof: str, remote: str) -> None:
        """Refuse an enrolment without a good code, and enter the attempt; call it before the action is opened.

        Raises:
            NotAuthenticated: if there is no such edge, the code is another, over, or was used for another key.
            Invalid: if the request for a certificate cannot be read.
        """
        wanted = key_digest(read_request(request))
        now = self.record.clock.now()
        with self.record.reading() as session:
            row = self._find(session, name)
            why = self._code_fault(session, row, request, proof, wanted, now)
        if why:
            shown = name if row is not None else self.credentials.nobody(name)
            self.machines.enter_refusal("edge_enrolment_refused", shown, remote, "enrolment", why)
            raise NotAuthenticated(_NO_CODE, why=why, do="Ask for a new one: titer edge invite NAME.")

    def _code_fault(
        self, session: Session, row: Edge | None, request: str, proof: str, wanted: str, now: datetime
    ) -> str:
        """Why a code does not let in; "" if it does."""
        sealed = self.credentials.secret_of(session, row.id) if row is not None else None
        if row is None or sealed is None or row.revoked_at is not None:
            return "No code is outstanding for an edge of this name."
        if not self.credentials.fits(row, sealed):
            return "The code that is kept is not the one that was given out."
        secret = self._vault.open(_purpose(row.id), sealed.encode(), "The secret of an enrolment code")
        if not hmac.compare_digest(enrolment.request_proof(secret, row.name, request), proof):
            return "The code is another one."
        if row.code_ends_at <= now:
            return f"The code ended on {row.code_ends_at:%Y-%m-%d %H:%M} UTC."
        if row.key_digest not in (None, wanted):
            return "The code was used, for another key."
        return ""

    def enrol(self, unit: Unit, name: str, request: str, proof: str) -> Enrolled:
        """Issue the certificate of an edge whose code is good; the same key gets it again, if the answer was lost.

        Raises:
            NotAuthenticated: as `require_code`, for what happened since.
        """
        row = self.edge(unit.session, name)
        wanted = key_digest(read_request(request))
        if why := self._code_fault(unit.session, row, request, proof, wanted, unit.now):
            raise NotAuthenticated(_NO_CODE, why=why, do="Ask for a new one: titer edge invite NAME.")
        sealed = self.credentials.secret_of(unit.session, row.id) or ""
        secret = self._vault.open(_purpose(row.id), sealed.encode(), "The secret of an enrolment code")
        issued = self._issue(unit, row, request)
        row.key_digest, row.enrolled_at = wanted, unit.now
        unit.flush()
        authority = self.authority.certificate()
        answer = enrolment.answer_proof(secret, name, request, issued.pem, authority, self.address)
        return Enrolled(issued.pem, authority, self.address, answer, issued.expires_at)

    def renew(self, unit: Unit, machine: Machine, request: str) -> Issued:
        """Issue another certificate to an edge that came in by one.

        Raises:
            NotAuthorised: if the machine came by a token.
            Invalid: if the request cannot be read.
        """
        if not machine.edge or machine.host is None:
            raise NotAuthorised(
                f"{machine.name} is no edge.",
                do="Enrol it with `titer edge enrol`; a token needs no certificate.",
            )
        row = self.edge(unit.session, machine.host)
        if row.revoked_at is not None:
            raise NotAuthenticated(f"The edge {row.name} is revoked.")
        return self._issue(unit, row, request)

    def _issue(self, unit: Unit, edge: Edge, request: str) -> Issued:
        issued = self.authority.issue(edge.name, request, edge.certificate_days)
        row = EdgeCertificate(
            id=unit.new_id(),
            edge_id=edge.id,
            name=edge.name,
            scopes=list(edge.scopes),
            fingerprint=issued.fingerprint,
            serial=issued.serial,
            key_digest=issued.key_digest,
            issued_at=unit.now,
            expires_at=issued.expires_at,
        )
        self.credentials.give(unit, row, token_hash(_der(issued.pem).hex()))
        unit.add(row)
        return issued

    # --- the door -----------------------------------------------------------------------------------------------

    def machine(self, certificate: bytes, scope: str, remote: str) -> Machine:
        """The edge that came by a certificate (DER), which the door has found to be the authority's.

        Raises:
            NotAuthenticated: if the record does not know it, it was revoked, or is over; the attempt is entered.
            NotAuthorised: if the edge lacks the scope.
        """
        now = self.record.clock.now()
        with self.record.reading() as session:
            row, why = self._standing(session, certificate, now)
        if row is None or why:
            name = row.name if row is not None else ""
            self.machines.enter_refusal("edge_refused", name, remote, "the door of the edges", why)
            raise NotAuthenticated(
                f"The hub refuses the edge {name}." if name else "The hub does not know this edge.",
                why=why,
                do="Invite it anew: titer edge invite NAME; then `titer edge enrol` on the edge.",
            )
        found = Machine(row.name, row.name, remote, edge=True)
        self.machines.require_scope(found, row.scopes, scope)
        self.machines.note_use(row.id, remote, now)
        return found

    def refusal(self, certificate: bytes) -> str:
        """Why an edge with this certificate may not come in now; "" if it may. Asking enters nothing."""
        with self.record.reading() as session:
            return self._standing(session, certificate, self.record.clock.now())[1]

    def _standing(
        self, session: Session, certificate: bytes, now: datetime
    ) -> tuple[EdgeCertificate | None, str]:
        row = self.credentials.owner_of(session, EdgeCertificate, certificate.hex())
        if row is None:
            mark = hashlib.sha256(certificate).hexdigest()
            known = session.scalars(
                select(EdgeCertificate).where(EdgeCertificate.fingerprint == mark)
            ).first()
            if known is None:
                return None, f"The record knows no certificate with the fingerprint {mark[:16]}."
            when = f" on {known.revoked_at:%Y-%m-%d %H:%M} UTC" if known.revoked_at else ""
            return known, f"Its certificate {known.serial[:8]} was revoked{when}."
        if row.revoked_at is not None:
            return (
                row,
                f"Its certificate {row.serial[:8]} was revoked on {row.revoked_at:%Y-%m-%d %H:%M} UTC.",
            )
        if row.expires_at <= now:
            return row, f"Its certificate {row.serial[:8]} ended on {row.expires_at:%Y-%m-%d %H:%M} UTC."
        return row, ""


def _purpose(edge_id: str) -> str:
    return f"edge-code {edge_id}"


def _der(pem: str) -> bytes:
    return ssl.PEM_cert_to_DER_cert(pem)
