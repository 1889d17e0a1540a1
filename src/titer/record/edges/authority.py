"""The installation's own authority for edges: it issues their certificates and the door's, and nothing else.

RFC 5280 profiles: the authority signs certificates alone; an edge's is good for a client, the door's for a server, so
that no edge can pose as the hub. Keys are ECDSA on P-256.
"""

from __future__ import annotations

import hashlib
import secrets
import ssl
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from titer.base.certificates import key_usage
from titer.base.clock import Clock
from titer.base.errors import IntegrityFault, Invalid, Unavailable
from titer.base.files import write_durably
from titer.base.vault import Vault

if TYPE_CHECKING:
    from cryptography import x509

KEY_FILE = "edge-authority.key"
CERTIFICATE_FILE = "edge-authority.pem"
LASTS = timedelta(days=7305)
BEFORE = timedelta(minutes=5)
"""Clocks that are a little behind accept a new certificate, too."""
LONGEST_REQUEST = 8192
NO_CHECK_TIME = 0x200000
"""X509_V_FLAG_NO_CHECK_TIME of OpenSSL, which Python does not name."""


@dataclass(frozen=True)
class Issued:
    """A certificate that was issued.

    Args:
        pem: the certificate.
        fingerprint: SHA-256 of its DER, hexadecimal.
        serial: its number, hexadecimal.
        key_digest: SHA-256 of its public key, hexadecimal.
        expires_at: when it ends.
    """

    pem: str
    fingerprint: str
    serial: str
    key_digest: str
    expires_at: datetime


class Authority:
    """See the module.

    Args:
        folder: of the installation's keys.
        vault: seals the authority's private key.
        clock: the server clock.
    """

    def __init__(self, folder: Path, vault: Vault, clock: Clock) -> None:
        self._folder = folder
        self._vault = vault
        self._clock = clock

    @property
    def exists(self) -> bool:
        """Whether it was made."""
        return (self._folder / KEY_FILE).exists()

    def make(self, origin: str) -> None:
        """Make its key and certificate, unless they are there.

        Args:
            origin: whose it is; it stands in the certificate's name.
        """
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import ec

        if self.exists:
            return
        key = ec.generate_private_key(ec.SECP256R1())
        name = _name(f"Titer edges of {origin}"[:64])
        made = self._signed(name, name, key.public_key(), key, LASTS, _authority_extensions())
        write_durably(self._folder / CERTIFICATE_FILE, made.public_bytes(serialization.Encoding.PEM))
        self._vault.write(self._folder / KEY_FILE, _pkcs8(key))

    def certificate(self) -> str:
        """Its certificate, PEM.

        Raises:
            Unavailable: if it is not there.
        """
        try:
            return (self._folder / CERTIFICATE_FILE).read_text("ascii")
        except OSError as error:
            raise Unavailable(
                "The authority of the edges has no certificate.",
                why=error.strerror or str(error),
                do=f"Restore {self._folder / CERTIFICATE_FILE} from a backup.",
            ) from error

    def issue(self, name: str, request: str, days: int) -> Issued:
        """Issue a certificate to an edge.

        Args:
            name: of the edge; what the request says of it does not matter.
            request: certificate signing request, PEM (PKCS #10), signed by the key that it is for.
            days: it lasts, and never longer than the authority.

        Raises:
            Invalid: if the request cannot be read, is not signed by its own key, or is for another kind of key.
        """
        from cryptography.hazmat.primitives import serialization

        key, public = self._key(), read_request(request)
        made = self._signed(
            _name(name), self._own().subject, public, key, timedelta(days=days), _edge_extensions(name)
        )
        der = made.public_bytes(serialization.Encoding.DER)
        return Issued(
            made.public_bytes(serialization.Encoding.PEM).decode(),
            hashlib.sha256(der).hexdigest(),
            f"{made.serial_number:x}",
            key_digest(public),
            made.not_valid_after_utc,
        )

    def door(self) -> ssl.SSLContext:
        """What the door of the edges speaks TLS with: a certificate that is made anew, whose key is in memory alone.

        A client has to bear a certificate of the authority. Whether its time is over is asked of the record's row at
        each request, and in words, so it is not asked here.
        """
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import ec

        key = ec.generate_private_key(ec.SECP256R1())
        made = self._signed(
            _name("Titer hub"), self._own().subject, key.public_key(), self._key(), LASTS, _door_extensions()
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(cadata=self.certificate())
        context.verify_flags |= NO_CHECK_TIME
        context.options |= ssl.OP_NO_TICKET
        context.num_tickets = 0
        passphrase = secrets.token_urlsafe(32)
        with tempfile.TemporaryDirectory(prefix="titer-door-") as folder:
            chain = Path(folder) / "door.pem"
            chain.write_bytes(
                made.public_bytes(serialization.Encoding.PEM) + _pkcs8(key, passphrase.encode())
            )
            context.load_cert_chain(chain, password=passphrase)
        return context

    def _own(self) -> x509.Certificate:
        from cryptography import x509

        return x509.load_pem_x509_certificate(self.certificate().encode())

    def _key(self) -> Any:
        from cryptography.hazmat.primitives import serialization

        key: Any = serialization.load_pem_private_key(self._vault.read(self._folder / KEY_FILE), None)
        if key_digest(key.public_key()) != key_digest(self._own().public_key()):
            raise IntegrityFault(
                "The certificate of the edges' authority is not that of its key.",
                do=f"Restore {self._folder / CERTIFICATE_FILE} from a backup, and have the change investigated.",
            )
        return key

    def _signed(
        self, subject: x509.Name, issuer: x509.Name, public: Any, key: Any, lasts: timedelta, more: list[Any]
    ) -> x509.Certificate:
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes

        now = self._clock.now().astimezone(UTC)
        end = now + lasts
        if (self._folder / CERTIFICATE_FILE).exists():
            end = min(end, self._own().not_valid_after_utc)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - BEFORE)
            .not_valid_after(end)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False
            )
        )
        for extension, critical in more:
            builder = builder.add_extension(extension, critical=critical)
        return builder.sign(key, hashes.SHA256())


def read_request(request: str) -> Any:
    """The public key of a certificate signing request.

    Raises:
        Invalid: if it cannot be read, is not signed by its own key, or is for another kind of key.
    """
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import ec

    try:
        read = x509.load_pem_x509_csr(request[:LONGEST_REQUEST].encode())
        holds = read.is_signature_valid
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise Invalid(
            "The request for a certificate cannot be read.", where="request", why=str(error)
        ) from error
    public = read.public_key()
    if not holds or not isinstance(public, ec.EllipticCurvePublicKey) or public.curve.name != "secp256r1":
        raise Invalid(
            "The request for a certificate is not signed by its own key, or the key is not on the curve P-256.",
            where="request",
            do="Enrol with `titer edge enrol`.",
        )
    return public


def key_digest(public: Any) -> str:
    """SHA-256 of a public key (SubjectPublicKeyInfo), hexadecimal."""
    from cryptography.hazmat.primitives import serialization

    data: bytes = public.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return hashlib.sha256(data).hexdigest()


def _name(common: str) -> x509.Name:
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _pkcs8(key: Any, passphrase: bytes | None = None) -> bytes:
    from cryptography.hazmat.primitives import serialization

    how = serialization.BestAvailableEncryption(passphrase) if passphrase else serialization.NoEncryption()
    data: bytes = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, how)
    return data


def _authority_extensions() -> list[Any]:
    from cryptography import x509

    return [
        (x509.BasicConstraints(ca=True, path_length=0), True),
        (key_usage("key_cert_sign", "crl_sign"), True),
    ]


def _edge_extensions(name: str) -> list[Any]:
    from cryptography import x509
    from cryptography.x509.oid import ExtendedKeyUsageOID

    return [
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (key_usage("digital_signature"), True),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), True),
        (x509.SubjectAlternativeName([x509.UniformResourceIdentifier(f"urn:titer:edge:{name}")]), False),
    ]


def _door_extensions() -> list[Any]:
    from cryptography import x509
    from cryptography.x509.oid import ExtendedKeyUsageOID

    return [
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (key_usage("digital_signature"), True),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), True),
        (x509.SubjectAlternativeName([x509.DNSName("titer-hub")]), False),
    ]
