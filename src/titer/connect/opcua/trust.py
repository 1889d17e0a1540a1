"""Which server certificates are believed: those in the connection's trust folder, and those issued by them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.hashes import SHA256

from titer.base.errors import Refused


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 of the certificate, in hexadecimal."""
    return certificate.fingerprint(SHA256()).hex()


def trusted(folder: Path) -> list[x509.Certificate]:
    """The certificates of a trust folder (`*.der`, `*.pem`, `*.crt`)."""
    found = []
    for path in sorted(folder.iterdir()):
        if path.suffix in {".der", ".pem", ".crt"}:
            data = path.read_bytes()
            pem = data.lstrip().startswith(b"-----BEGIN")
            found.append(
                x509.load_pem_x509_certificate(data) if pem else x509.load_der_x509_certificate(data)
            )
    return found


def require_trusted(certificate: x509.Certificate, folder: Path, now: datetime) -> None:
    """Check a server's certificate.

    Raises:
        Refused: if it has expired, is not valid yet, or nobody in the folder vouches for it. An untrusted
            certificate is kept in `rejected/` beside the trusted ones, so that a person can compare and move it.
    """
    mark = fingerprint(certificate)
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise Refused(
            f"The server's certificate {mark} is valid from {certificate.not_valid_before_utc:%Y-%m-%d} to "
            f"{certificate.not_valid_after_utc:%Y-%m-%d} only.",
            do="Renew it on the server, then trust the new one.",
        )
    for known in trusted(folder):
        if known == certificate:
            return
        try:
            certificate.verify_directly_issued_by(known)
        except (ValueError, TypeError, InvalidSignature):
            continue
        if known.not_valid_before_utc <= now <= known.not_valid_after_utc:
            return
    rejected = folder / "rejected"
    rejected.mkdir(exist_ok=True)
    from cryptography.hazmat.primitives.serialization import Encoding

    (rejected / f"{mark}.der").write_bytes(certificate.public_bytes(Encoding.DER))
    raise Refused(
        f"The server's certificate is not trusted: {certificate.subject.rfc4514_string()}, SHA-256 {mark}.",
        do=f"Compare the fingerprint with the server's own; if it is the same, move {mark}.der from "
        f"{rejected} to {folder}.",
    )
