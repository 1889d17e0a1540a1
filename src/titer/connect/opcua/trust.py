"""Which certificates are believed: those in a folder, and those issued by an authority that lies there.

The folder of a connection holds its server's, the folder of our own server those of its clients' applications.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from titer.base.errors import Invalid, Refused
from titer.base.files import make_folder, write_durably

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

MOST_REJECTED = 50
"""Rejected certificates that are kept to be looked at: anybody can send another one."""


def fingerprint(certificate: Certificate) -> str:
    """SHA-256 of the certificate, in hexadecimal."""
    from cryptography.hazmat.primitives.hashes import SHA256

    return certificate.fingerprint(SHA256()).hex()


def read(data: bytes, where: str) -> Certificate:
    """A certificate in DER or PEM.

    Raises:
        Invalid: if it is none.
    """
    from cryptography import x509

    try:
        if data.lstrip().startswith(b"-----BEGIN"):
            return x509.load_pem_x509_certificate(data)
        return x509.load_der_x509_certificate(data)
    except ValueError as error:
        raise Invalid(
            f"{where} holds no certificate.", why=str(error), do="Give it as DER or PEM."
        ) from error


def files(folder: Path) -> list[Path]:
    """The files of certificates in a folder (`*.der`, `*.pem`, `*.crt`); none where there is no folder."""
    if not folder.is_dir():
        return []
    return [path for path in sorted(folder.iterdir()) if path.suffix in {".der", ".pem", ".crt"}]


def believed(certificate: Certificate, folder: Path, now: datetime) -> bool:
    """Whether a certificate lies in a folder, or an authority that does issued it.

    Raises:
        Invalid: if a file of the folder holds no certificate.
    """
    known = [read(path.read_bytes(), str(path)) for path in files(folder)]
    return certificate in known or _issued(certificate, known, now)


def keep_rejected(certificate: Certificate, folder: Path) -> Path:
    """Keep a certificate that was refused, so that a person can compare and move it; returns where it would lie."""
    from cryptography.hazmat.primitives.serialization import Encoding

    path = folder / f"{fingerprint(certificate)}.der"
    if len(files(folder)) < MOST_REJECTED:
        make_folder(folder)
        write_durably(path, certificate.public_bytes(Encoding.DER))
    return path


def require_trusted(certificate: Certificate, folder: Path, now: datetime) -> None:
    """Check a server's certificate.

    Raises:
        Refused: if it has expired, is not valid yet, or nobody in the folder vouches for it. An untrusted
            certificate is kept in `rejected/` beside the trusted ones.
    """
    mark = fingerprint(certificate)
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise Refused(
            f"The server's certificate {mark} is valid from {certificate.not_valid_before_utc:%Y-%m-%d} to "
            f"{certificate.not_valid_after_utc:%Y-%m-%d} only.",
            do="Renew it on the server, then trust the new one.",
        )
    if believed(certificate, folder, now):
        return
    kept = keep_rejected(certificate, folder / "rejected")
    raise Refused(
        f"The server's certificate is not trusted: {certificate.subject.rfc4514_string()}, SHA-256 {mark}.",
        do=f"Compare the fingerprint with the server's own; if it is the same, move {kept.name} from "
        f"{kept.parent} to {folder}.",
    )


def _issued(certificate: Certificate, known: Iterable[Certificate], now: datetime) -> bool:
    """Whether an authority among them, valid now, issued it; an application's own certificate issues nothing."""
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature

    for authority in known:
        try:
            limits = authority.extensions.get_extension_for_class(x509.BasicConstraints).value
            certificate.verify_directly_issued_by(authority)
        except (x509.ExtensionNotFound, ValueError, TypeError, InvalidSignature):
            continue
        if limits.ca and authority.not_valid_before_utc <= now <= authority.not_valid_after_utc:
            return True
    return False
