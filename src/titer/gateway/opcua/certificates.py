"""The server's own certificate, and whose applications it believes (OPC 10000-2, application authentication).

Below one folder: `own.der`, `own.key` (sealed where the installation has a key), `trusted/` and `rejected/`. A
certificate is believed if it lies in `trusted/`, or was issued by an authority that does.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from titer.base.errors import NotFound, Refused
from titer.base.files import make_folder, write_durably
from titer.connect.opcua.trust import LEAST_KEY_BITS, believed, fingerprint, keep_rejected, read
from titer.connect.opcua.trust import files as certificate_files

if TYPE_CHECKING:
    from cryptography.x509 import Certificate


class Untrusted(Refused):
    """An application's certificate is not believed.

    Attributes:
        status: the name of the status code of OPC UA that says why.
    """

    def __init__(self, status: str, what: str, *, why: str = "", do: str = "") -> None:
        super().__init__(what, why=why, do=do)
        self.status = status


def application_uri(installation: str) -> str:
    """What the server is called for its clients; the certificate bears it."""
    return f"urn:titer:{installation}:opcua"


@dataclass(frozen=True)
class Known:
    """A certificate in one of the folders.

    Args:
        mark: its fingerprint.
        subject: whose it is.
        until: when it expires.
        trusted: whether it is believed.
    """

    mark: str
    subject: str
    until: datetime
    trusted: bool


class TrustList:
    """The applications that are believed.

    Args:
        folder: with `trusted/` and `rejected/`.
    """

    def __init__(self, folder: Path) -> None:
        self.trusted = folder / "trusted"
        self.rejected = folder / "rejected"

    def make(self) -> None:
        """Make the folders where they are missing."""
        make_folder(self.trusted)
        make_folder(self.rejected)

    def known(self) -> list[Known]:
        """What lies in both folders."""
        found = []
        for folder in (self.trusted, self.rejected):
            for path in certificate_files(folder):
                one = read(path.read_bytes(), str(path))
                found.append(
                    Known(
                        fingerprint(one),
                        one.subject.rfc4514_string(),
                        one.not_valid_after_utc,
                        folder == self.trusted,
                    )
                )
        return found

    def trust(self, certificate: Certificate) -> str:
        """Believe an application from now on; returns the certificate's fingerprint."""
        from cryptography.hazmat.primitives.serialization import Encoding

        mark = fingerprint(certificate)
        write_durably(self.trusted / f"{mark}.der", certificate.public_bytes(Encoding.DER))
        (self.rejected / f"{mark}.der").unlink(missing_ok=True)
        return mark

    def find_rejected(self, mark: str) -> Certificate:
        """A rejected certificate by its fingerprint, of which the first eight digits are enough.

        Raises:
            NotFound: if there is none, or more than one.
        """
        found = [path for path in certificate_files(self.rejected) if path.stem.startswith(mark.lower())]
        if len(found) != 1 or len(mark) < 8:
            raise NotFound(
                f"{mark} is the fingerprint of {len(found)} rejected certificates.",
                do="Give its file, or at least the first eight digits of its fingerprint.",
            )
        return read(found[0].read_bytes(), str(found[0]))

    def distrust(self, mark: str) -> None:
        """Believe an application no longer; connections that are open end with the next look at them.

        Raises:
            NotFound: if no trusted certificate has this fingerprint.
        """
        found = [path for path in certificate_files(self.trusted) if path.stem.startswith(mark.lower())]
        if len(found) != 1 or len(mark) < 8:
            raise NotFound(f"{mark} is the fingerprint of {len(found)} trusted certificates.")
        found[0].replace(self.rejected / found[0].name)

    def require(self, data: bytes, now: datetime) -> Certificate:
        """The certificate that a client's application bears, if it is believed.

        Args:
            data: DER.
            now: the server's clock.

        Raises:
            Untrusted: with the status code that says why.
        """
        from cryptography import x509
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

        try:
            certificate = x509.load_der_x509_certificate(data)
            key = certificate.public_key()
        except ValueError as error:
            raise Untrusted(
                "BadCertificateInvalid", "What came is no certificate.", why=str(error)
            ) from error
        if not isinstance(key, RSAPublicKey) or key.key_size < LEAST_KEY_BITS:
            raise Untrusted(
                "BadCertificatePolicyCheckFailed",
                f"A client's key is RSA with {LEAST_KEY_BITS} bits or more.",
                why=f"The certificate is of {certificate.subject.rfc4514_string()}.",
            )
        if not believed(certificate, self.trusted, now):
            keep_rejected(certificate, self.rejected)
            raise Untrusted(
                "BadCertificateUntrusted",
                f"{certificate.subject.rfc4514_string()} is not trusted, SHA-256 {fingerprint(certificate)}.",
                do=f"If it ought to be: titer opcua trust {fingerprint(certificate)[:16]}",
            )
        if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
            raise Untrusted(
                "BadCertificateTimeInvalid",
                f"The certificate of {certificate.subject.rfc4514_string()} is valid from "
                f"{certificate.not_valid_before_utc:%Y-%m-%d} to {certificate.not_valid_after_utc:%Y-%m-%d} only.",
            )
        return certificate
