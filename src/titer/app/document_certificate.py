"""The certificate that documents are sealed with: the installation's own, or one that the site gives.

The installation's own hangs on a certification authority of its own, so that readers who trust that once trust the
next certificate too. ECDSA over P-256 with SHA-256: every PDF reader of the last ten years checks it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from titer.base.certificates import key_usage
from titer.base.errors import IntegrityFault, Invalid

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
    from cryptography.x509 import Certificate, Name

AUTHORITY_LASTS = timedelta(days=30 * 365)
LASTS = timedelta(days=10 * 365)
_BEFORE = timedelta(minutes=5)
"""How far a reader's clock may be behind at the beginning."""


@dataclass(frozen=True)
class Pair:
    """A certificate with its private key.

    Args:
        chain: PEM, the certificate itself first, then those that it hangs on.
        key: the private key, PKCS #8 in DER, not encrypted.
    """

    chain: str
    key: bytes


def make_authority(name: str, now: datetime) -> Pair:
    """A certification authority of the installation.

    Args:
        name: of the installation.
        now: the server clock.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    subject = _named(f"{name}: authority of its documents", name)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BEFORE)
        .not_valid_after(now + AUTHORITY_LASTS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(key_usage("key_cert_sign", "crl_sign"), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return Pair(_pem(made), _der(key))


def make(name: str, authority: Pair, now: datetime) -> Pair:
    """A certificate for the installation's documents, under its own authority.

    Args:
        name: of the installation.
        authority: from `make_authority`.
        now: the server clock.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    above = x509.load_pem_x509_certificates(authority.chain.encode())[0]
    signer = serialization.load_der_private_key(authority.key, None)
    if not isinstance(signer, ec.EllipticCurvePrivateKey):
        raise IntegrityFault("The key of the documents' authority is of another kind than was made here.")
    key = ec.generate_private_key(ec.SECP256R1())
    made = (
        x509.CertificateBuilder()
        .subject_name(_named(f"{name}: documents", name))
        .issuer_name(above.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BEFORE)
        .not_valid_after(min(now + LASTS, above.not_valid_after_utc))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(key_usage("digital_signature", "content_commitment"), critical=True)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(signer, hashes.SHA256())
    )
    return Pair(_pem(made) + authority.chain, _der(key))


def given(chain: str, key: str, now: datetime) -> Pair:
    """A certificate that the site gives, checked.

    Args:
        chain: PEM, the certificate itself first.
        key: its private key, PEM, not encrypted.
        now: the server clock.

    Raises:
        Invalid: if they cannot be read, do not belong together, or the certificate may not sign documents now.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    try:
        certificates = x509.load_pem_x509_certificates(chain.encode())
    except ValueError as error:
        raise Invalid(
            "The certificate cannot be read.", where="chain", why=str(error), do="Give PEM."
        ) from error
    try:
        private = serialization.load_pem_private_key(key.encode(), None)
    except (ValueError, TypeError) as error:
        raise Invalid(
            "The private key cannot be read.", where="key", why=str(error), do="Give PEM, not encrypted."
        ) from error
    leaf = certificates[0]
    if isinstance(private, rsa.RSAPrivateKey):
        fit = private.key_size >= 2048
    else:
        fit = isinstance(private, ec.EllipticCurvePrivateKey) and private.key_size >= 256
    if not fit:
        raise Invalid(
            "Documents are sealed with RSA of 2048 bits or more, or with ECDSA of 256 or more.", where="key"
        )
    if _public(private.public_key()) != _public(leaf.public_key()):
        raise Invalid("The private key is not that of the certificate.", where="key")
    if not leaf.not_valid_before_utc <= now < leaf.not_valid_after_utc:
        raise Invalid(
            f"The certificate holds from {leaf.not_valid_before_utc} to {leaf.not_valid_after_utc}, not now.",
            where="chain",
        )
    try:
        usage = leaf.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        usage = None
    if usage is not None and not (usage.digital_signature or usage.content_commitment):
        raise Invalid("The certificate may not sign documents: its key usage says so.", where="chain")
    return Pair(
        "".join(_pem(one) for one in certificates),
        private.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ),
    )


def described(chain: str) -> dict[str, str | datetime]:
    """What a chain's first certificate says: fingerprint (SHA-256), subject, issuer, and from when until when."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes

    leaf = x509.load_pem_x509_certificates(chain.encode())[0]
    return {
        "fingerprint": leaf.fingerprint(hashes.SHA256()).hex(),
        "subject": leaf.subject.rfc4514_string(),
        "issuer": leaf.issuer.rfc4514_string(),
        "not_before": leaf.not_valid_before_utc,
        "not_after": leaf.not_valid_after_utc,
    }


def _named(common: str, organisation: str) -> Name:
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation[:64]),
            x509.NameAttribute(NameOID.COMMON_NAME, common[-64:]),
        ]
    )


def _pem(certificate: Certificate) -> str:
    from cryptography.hazmat.primitives.serialization import Encoding

    return certificate.public_bytes(Encoding.PEM).decode()


def _der(key: EllipticCurvePrivateKey) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def _public(key: PublicKeyTypes) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
