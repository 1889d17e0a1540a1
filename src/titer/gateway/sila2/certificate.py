"""The server's own certificate (SiLA 2 part B, encryption): named SiLA2, and bearing the server's UUID."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from titer.base.certificates import key_usage

if TYPE_CHECKING:
    from cryptography.x509 import GeneralName

LASTS = timedelta(days=825)
_BEFORE = timedelta(hours=1)
_UUID_OID = "1.3.6.1.4.1.58583"


@dataclass(frozen=True)
class Own:
    """The server's own certificate with its private key, both PEM; the key is not encrypted."""

    certificate: bytes
    key: bytes


def make_own(uuid: str, names: Iterable[str], now: datetime) -> Own:
    """A certificate signed by itself.

    Args:
        uuid: of the server; it stands under the OID that SiLA 2 has for it.
        names: host names and addresses under which it is reached.
        now: the server's clock.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "SiLA2")])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BEFORE)
        .not_valid_after(now + LASTS)
        .add_extension(
            x509.SubjectAlternativeName([_general_name(name) for name in dict.fromkeys(names)]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(key_usage("digital_signature", "key_agreement", "key_cert_sign"), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(
            x509.UnrecognizedExtension(x509.ObjectIdentifier(_UUID_OID), uuid.encode("ascii")), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    return Own(
        made.public_bytes(serialization.Encoding.PEM),
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ),
    )


def _general_name(name: str) -> GeneralName:
    from cryptography import x509

    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
