"""Use cases of revocation lists: what an authority that is trusted here has taken back, as it says itself.

Bringing a list is no decision of ours: the authority signed it, and that one somebody trusted by signature. So it
takes a right and no signature. A list that is older than the one that is here is refused: it could give back what was
taken.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from titer.base.errors import Conflict, Refused
from titer.connect.opcua import revocation, trust
from titer.equipment import queries, rules
from titer.equipment.model import Certificate, RevocationList
from titer.equipment.service.certificates import read_certificate, read_list
from titer.record import Unit


def bring(unit: Unit, text: str) -> RevocationList:
    """Take an authority's list, in place of the one that is here.

    Raises:
        Invalid: if it is none.
        Refused: if no authority that is trusted here signed it.
        Conflict: if the one that is here is as new or newer.
    """
    found = read_list(text, "list")
    told = revocation.facts(found)
    authority = next(
        (
            one
            for one in queries.certificates(unit.session, "trusted")
            if one.authority and revocation.signed_by(found, read_certificate(one.der, one.fingerprint))
        ),
        None,
    )
    if authority is None:
        raise Refused(
            "No authority that is trusted here signed that revocation list.",
            why=f"It calls itself a list of {told['issuer'][:200]}.",
            do="Bring the certificate of the authority and have it trusted with a signature, then bring its list.",
        )
    columns = {
        "issuer": authority.subject,
        "der": base64.b64encode(_bytes(found)).decode(),
        **{name: told[name] for name in ("number", "issued_at", "until", "revoked")},
        "expiry_told": "",
    }
    row = unit.session.scalar(select(RevocationList).where(RevocationList.authority == authority.fingerprint))
    if row is None:
        row = unit.add(RevocationList(authority=authority.fingerprint, **columns))
    elif row.issued_at >= told["issued_at"]:
        raise Conflict(
            f"The list of {authority.subject} that is here was issued at {row.issued_at:%Y-%m-%d %H:%M} UTC, "
            "and that one is not newer.",
            do="Bring the authority's newest list.",
        )
    else:
        row = unit.get(RevocationList, row.id)
        for name, value in columns.items():
            setattr(row, name, value)
    unit.flush()
    unit.emit(
        "equipment.revocation_list.brought",
        row,
        {"issuer": row.issuer, "revoked": row.revoked, "number": row.number},
    )
    return row


def ending(session: Session, now: datetime, lead_days: int) -> list[str]:
    """Lists of trusted authorities of whose end, as near as it is, nobody was told yet."""
    trusted = select(Certificate.fingerprint).where(Certificate.state == "trusted")
    rows = session.execute(
        select(
            RevocationList.id, RevocationList.issued_at, RevocationList.until, RevocationList.expiry_told
        ).where(RevocationList.authority.in_(trusted), RevocationList.expiry_told != "ended")
    )
    return [
        row.id
        for row in rows
        if rules.list_stage(row.issued_at, row.until, now, lead_days) not in ("", row.expiry_told)
    ]


def watch(unit: Unit, ids: Iterable[str], lead_days: int) -> None:
    """Tell people once that a list is about to end, and once that it has."""
    for one in ids:
        row = unit.get(RevocationList, one)
        row.expiry_told = rules.list_stage(row.issued_at, row.until, unit.now, lead_days)
        until = (
            f"{row.until:%Y-%m-%d %H:%M} UTC" if row.until is not None else "a time that it does not state"
        )
        unit.emit(
            f"equipment.revocation_list.{row.expiry_told}",
            row,
            {"authority": row.authority, "issuer": row.issuer, "number": row.number, "until": until},
        )


def of_issuer(
    row: Certificate, trusted: Iterable[Certificate], lists: Iterable[RevocationList]
) -> tuple[Certificate | None, RevocationList | None]:
    """Who among the trusted issued a certificate, and that authority's list; of an authority, itself and its own."""
    by_authority = {one.authority: one for one in lists}
    if row.authority:
        return None, by_authority.get(row.fingerprint)
    known = {one.fingerprint: one for one in trusted if one.authority}
    certificates = [read_certificate(one.der, one.fingerprint) for one in known.values()]
    found = trust.issuers(read_certificate(row.der, row.fingerprint), certificates)
    if not found:
        return None, None
    issuer = known[trust.fingerprint(found[0])]
    return issuer, by_authority.get(issuer.fingerprint)


def _bytes(found: Any) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding

    data: bytes = found.public_bytes(Encoding.DER)
    return data
