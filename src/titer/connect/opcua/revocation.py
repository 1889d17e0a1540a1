"""Revocation lists: which certificates an authority has taken back, as it says itself (RFC 5280, 5).

A list lies beside the certificate of the authority that signed it, as `*.crl`. It counts for that authority alone,
whoever brought it, since its signature is checked each time it is asked. OPC 10000-4, 6.1.3, has two answers that
come from here: Bad_CertificateRevoked, and Bad_CertificateRevocationUnknown where there is no list that still holds.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from titer.base.errors import Invalid

if TYPE_CHECKING:
    from cryptography.x509 import Certificate, CertificateRevocationList, RevokedCertificate

ENDING = ".crl"
LARGEST = 64 * 1024
"""Bytes of a list: some 1,700 certificates that were taken back."""
REQUIRED, IF_THERE = "required", "if_there"
SETTINGS = (REQUIRED, IF_THERE)
"""A connection's `revocation_list`: where no list holds, what only an authority vouches for is refused, or is not."""


def read_list(data: bytes, where: str) -> CertificateRevocationList:
    """A whole revocation list in DER or PEM, of which everything that is looked at later can be read.

    Raises:
        Invalid: if it is none, too large, or lists a part only: what is not in it could be revoked all the same.
    """
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm

    if len(data) > LARGEST:
        raise Invalid(f"{where} holds {len(data)} bytes; a revocation list has at most {LARGEST} here.")
    try:
        if data.lstrip().startswith(b"-----BEGIN"):
            found = x509.load_pem_x509_crl(data)
        else:
            found = x509.load_der_x509_crl(data)
        facts(found)
        critical = [type(one.value).__name__ for one in found.extensions if one.critical]
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise Invalid(
            f"{where} holds no revocation list.", why=str(error), do="Give it as DER or PEM."
        ) from error
    if critical:
        raise Invalid(
            f"{where} is no whole revocation list.",
            why=f"It says so itself: {', '.join(critical)}. What is missing in it may be revoked all the same.",
            do="Give the authority's full list of its own certificates.",
        )
    return found


def lists(folder: Path) -> list[CertificateRevocationList]:
    """The revocation lists of a folder.

    Raises:
        Invalid: if a file of the folder holds none.
    """
    if not folder.is_dir():
        return []
    return [read_list(path.read_bytes(), str(path)) for path in sorted(folder.glob(f"*{ENDING}"))]


def facts(found: CertificateRevocationList) -> dict[str, Any]:
    """What a person sees of a list: who signed it, which it is, from when, until when, and how many it takes back."""
    from cryptography import x509

    try:
        number = str(found.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number)
    except x509.ExtensionNotFound:
        number = ""
    return {
        "issuer": found.issuer.rfc4514_string(),
        "number": number,
        "issued_at": found.last_update_utc,
        "until": found.next_update_utc,
        "revoked": len(found),
    }


def signed_by(found: CertificateRevocationList, authority: Certificate) -> bool:
    """Whether an authority, which may sign lists, signed this one."""
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm

    if found.issuer != authority.subject:
        return False
    try:
        if not authority.extensions.get_extension_for_class(x509.KeyUsage).value.crl_sign:
            return False
    except x509.ExtensionNotFound:
        pass  # Without that extension a key is for everything (RFC 5280, 4.2.1.3).
    except ValueError:
        return False
    digest = found.signature_hash_algorithm
    if digest is not None and digest.name in ("md5", "sha1"):
        return False
    try:
        return found.is_signature_valid(authority.public_key())  # type: ignore[arg-type]
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return False


def newest(
    authority: Certificate, listed: Iterable[CertificateRevocationList]
) -> CertificateRevocationList | None:
    """The list that an authority signed last."""
    own = [one for one in listed if signed_by(one, authority)]
    return max(own, key=lambda one: one.last_update_utc, default=None)


def holds(found: CertificateRevocationList | None, now: datetime) -> bool:
    """Whether what is not in a list is not revoked: it is there, and the next one is not due."""
    return found is not None and found.next_update_utc is not None and now <= found.next_update_utc


def taken_back(
    certificate: Certificate, found: CertificateRevocationList | None
) -> RevokedCertificate | None:
    """The entry of a certificate in the list of its issuer; a list that has ended takes back all the same."""
    return (
        None if found is None else found.get_revoked_certificate_by_serial_number(certificate.serial_number)
    )


def said(entry: RevokedCertificate) -> str:
    """When a certificate was taken back and why, as the list says."""
    from cryptography import x509

    when = f"on {entry.revocation_date_utc:%Y-%m-%d %H:%M} UTC"
    try:
        reason = entry.extensions.get_extension_for_class(x509.CRLReason).value.reason.value
    except (x509.ExtensionNotFound, ValueError):
        return when
    return f"{when} ({reason})"
