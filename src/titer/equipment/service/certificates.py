"""Use cases of certificates: which instruments' are met, which are trusted and by whom, which are about to end.

What is trusted is what the record is made of, so to trust is a signed act, and whoever drafted the connection is not
the one who vouches for its instrument (21 CFR 11.10(h), 211.68(b)). Distrusting is signed too; it takes effect with
the host's next look.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from titer.base.errors import Conflict, Invalid
from titer.connect import TYPES
from titer.connect.opcua import revocation, trust
from titer.equipment import queries, rules
from titer.equipment.model import Certificate, Connection, RevocationList
from titer.record import Actor, Signature, Unit


def read_certificate(text: str, where: str) -> Any:
    """A certificate from Base64 of its bytes, DER or PEM.

    Raises:
        Invalid: if it is none.
    """
    return trust.read(_unpacked(text, "certificate", where), where)


def read_list(text: str, where: str) -> Any:
    """A revocation list from Base64 of its bytes, DER or PEM.

    Raises:
        Invalid: if it is none.
    """
    return revocation.read_list(_unpacked(text, "revocation list", where), where)


def _unpacked(text: str, what: str, where: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error) as error:
        raise Invalid(f"The {what} is no Base64.", where=where) from error


def unknown_of(session: Session, security: Mapping[str, Any]) -> bool:
    """Whether a host tells of a certificate that is not written down, and there is room for it."""
    given = [read_certificate(one, "security") for one in (security["certificate"], *security["own"])]
    marks = [trust.fingerprint(one) for one in given]
    known = set(session.scalars(select(Certificate.fingerprint).where(Certificate.fingerprint.in_(marks))))
    return bool(set(marks[1:]) - known) or (marks[0] not in known and _room(session))


def note(unit: Unit, connection: Connection, security: Mapping[str, Any]) -> None:
    """Write down what a host tells of certificates: the one that it met, and its own.

    Anybody who answers at an address can show another one, so at most `trust.MOST_REJECTED` wait to be decided about.
    """
    met = read_certificate(security["certificate"], "security.certificate")
    if _find(unit.session, trust.fingerprint(met)) is None and _room(unit.session):
        row = _add(
            unit,
            met,
            "seen",
            connection.host,
            connection.name,
            str(security["host"]),
            rules.without_floats(str(security["uri"])),
        )
        unit.emit(
            "equipment.certificate.seen", row, {"connection": connection.name, "fingerprint": row.fingerprint}
        )
    for one in security["own"]:
        own = read_certificate(one, "security.own")
        if _find(unit.session, trust.fingerprint(own)) is None:
            _add(unit, own, "own", connection.host, "", "", "")


def add(unit: Unit, text: str, host: str) -> Certificate:
    """Bring a certificate by hand: an authority's, or an instrument's before it is met. It is not trusted by that.

    Raises:
        Invalid: if it is none.
        Conflict: if it is there already.
    """
    found = read_certificate(text, "certificate")
    known = _find(unit.session, trust.fingerprint(found))
    if known is not None:
        raise Conflict(f"That certificate is there already, and is {known.state}.")
    return _add(unit, found, "seen", host, "", "", "")


def for_host(session: Session, type_: str) -> dict[str, list[str]] | None:
    """What the host of a connection of a type believes; None where it asks for no certificate."""
    known = TYPES.get(type_)
    if known is None or not known.trusts:
        return None
    rows = session.execute(
        select(Certificate.fingerprint, Certificate.der, Certificate.state)
        .where(Certificate.state.in_(("trusted", "distrusted")))
        .order_by(Certificate.fingerprint)
    ).all()
    return {
        "certificates": [row.der for row in rows if row.state == "trusted"],
        "distrusted": [row.fingerprint for row in rows if row.state == "distrusted"],
        "lists": list(
            session.scalars(
                select(RevocationList.der)
                .where(
                    RevocationList.authority.in_([one.fingerprint for one in rows if one.state == "trusted"])
                )
                .order_by(RevocationList.authority)
            )
        ),
    }


def faults_of(
    row: Certificate,
    now: datetime,
    trusted: Iterable[Certificate],
    lists: Iterable[RevocationList] = (),
) -> list[dict[str, str]]:
    """What is wrong with a certificate now; of a host's own, only what the clock and its key say."""
    certificate = read_certificate(row.der, row.fingerprint)
    if row.state == "own":
        return trust.faults(certificate, now)
    known = [read_certificate(one.der, one.fingerprint) for one in trusted]
    listed = [read_list(one.der, one.issuer) for one in lists]
    return trust.faults(certificate, now, host=row.address, uri=row.calls_itself, known=known, listed=listed)


def watch(unit: Unit, ids: Iterable[str]) -> None:
    """Tell people once that a certificate is about to end, and once that it has."""
    for one in ids:
        row = unit.get(Certificate, one)
        row.expiry_told = rules.expiry_stage(row.valid_until, unit.now)
        whose = f"the connector host {row.host}" if row.state == "own" else (row.connection or row.subject)
        unit.emit(
            f"equipment.certificate.{row.expiry_told}",
            row,
            {
                "fingerprint": row.fingerprint,
                "subject": row.subject,
                "whose": whose,
                "own": row.state == "own",
                "until": f"{row.valid_until:%Y-%m-%d}",
            },
        )


def ending(session: Session, now: datetime) -> list[str]:
    """Certificates in use of whose end nobody was told yet."""
    rows = session.execute(
        select(Certificate.id, Certificate.valid_until, Certificate.expiry_told).where(
            Certificate.state.in_(("trusted", "own")),
            Certificate.valid_until <= now + rules.EXPIRY_LEAD,
            Certificate.expiry_told != "expired",
        )
    )
    return [row.id for row in rows if rules.expiry_stage(row.valid_until, now) != row.expiry_told]


def _find(session: Session, mark: str) -> Certificate | None:
    return session.scalar(select(Certificate).where(Certificate.fingerprint == mark))


def _room(session: Session) -> bool:
    waiting = session.scalar(select(func.count()).select_from(Certificate).where(Certificate.state == "seen"))
    return (waiting or 0) < trust.MOST_REJECTED


def _add(
    unit: Unit, found: Any, state: str, host: str, connection: str, address: str, calls_itself: str
) -> Certificate:
    from cryptography.hazmat.primitives.serialization import Encoding

    row = unit.add(
        Certificate(
            **trust.facts(found),
            der=base64.b64encode(found.public_bytes(Encoding.DER)).decode(),
            host=host,
            connection=connection,
            address=address,
            calls_itself=calls_itself,
            state=state,
            decided_by="",
            decided_at=None,
            reason="",
            expiry_told="",
        )
    )
    unit.flush()
    return row


# --- the signatures *trusted* and *distrusted* -------------------------------------------------------------


def content(session: Session, record_id: str, _data: dict[str, Any]) -> dict[str, Any]:
    """What is shown and signed: the certificate with both fingerprints, and what is wrong with it."""
    row = session.get_one(Certificate, record_id)
    trusted = queries.certificates(session, "trusted")
    return {
        "subject": row.subject,
        "fingerprint_sha256": row.fingerprint,
        "thumbprint_sha1": row.thumbprint,
        "issuer": row.issuer,
        "valid_from": row.valid_from,
        "valid_until": row.valid_until,
        "application_uri": row.application_uri,
        "names": row.names,
        "key": row.key,
        "authority": row.authority,
        "met_by": row.connection,
        "met_at": row.address,
        "wrong_with_it": [
            one["what"] for one in faults_of(row, row.recorded_at, trusted, queries.revocation_lists(session))
        ],
    }


def trust_blockers(session: Session, record_id: str, actor: Actor, _data: dict[str, Any]) -> list[str]:
    """Why it may not be trusted now: its state, segregation of duties, a date or a key that nobody can vouch for."""
    row = session.get_one(Certificate, record_id)
    blockers = _not_now(row, "trust")
    meeting = select(Connection.changed_by).where(Connection.name == row.connection)
    if row.connection and session.scalar(meeting) == actor.id:
        blockers.append(
            f"You changed the connection {row.connection} last; somebody else vouches for its instrument."
        )
    return blockers


def distrust_blockers(session: Session, record_id: str, _actor: Actor, _data: dict[str, Any]) -> list[str]:
    """Why it may not be distrusted: its state."""
    return _not_now(session.get_one(Certificate, record_id), "distrust")


def trust_by_signature(unit: Unit, record_id: str, _data: dict[str, Any], signature: Signature) -> None:
    """What the signature *trusted* carries out."""
    _decide(unit, record_id, "trust", signature)


def distrust_by_signature(unit: Unit, record_id: str, _data: dict[str, Any], signature: Signature) -> None:
    """What the signature *distrusted* carries out."""
    _decide(unit, record_id, "distrust", signature)


def _not_now(row: Certificate, event: str) -> list[str]:
    if event in rules.CERTIFICATE[row.state]:
        return []
    return [
        "The certificate is the host's own."
        if row.state == "own"
        else f"The certificate is {row.state} already."
    ]


def _decide(unit: Unit, record_id: str, event: str, signature: Signature) -> None:
    row = unit.get(Certificate, record_id)
    row.state = rules.move(rules.CERTIFICATE, row.state, event)
    row.decided_by, row.decided_at, row.reason = unit.actor.id, unit.now, signature.reason
    row.expiry_told = ""
    unit.emit(
        f"equipment.certificate.{row.state}", row, {"fingerprint": row.fingerprint, "subject": row.subject}
    )
