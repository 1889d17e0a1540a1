"""An application's own certificate: how it is made, and how a connector host keeps, shows and renews its own.

What is asked of an application instance certificate stands in OPC 10000-6, 6.2.2, and OPC 10000-12; both were read
through other people's implementations and not in the originals. The application URI is the first name in it.

A host keeps `own.der` and `own-key.pem` in a folder that only it can read. Two months before the end it makes
`next.der` beside them, so that there is time to install it at every instrument; on the last day `next` takes its
place.
"""

from __future__ import annotations

import hashlib
import ipaddress
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from titer.base import vault
from titer.base.certificates import key_usage
from titer.base.errors import Unavailable
from titer.base.files import alone, make_folder, sync_folder, write_durably
from titer.connect.opcua.trust import application_uris, read

if TYPE_CHECKING:
    from cryptography.x509 import GeneralName

FOLDER = ".opcua"
"""Below a connector host's folder; no connection can have this name."""
LASTS = timedelta(days=5 * 365)
KEY_BITS = 3072
OVERLAP = timedelta(days=60)
"""How long before the end of a host's certificate the next one is there to be installed."""
LAST_DAY = timedelta(days=1)
_BEFORE = timedelta(minutes=5)


@dataclass(frozen=True)
class Own:
    """An application's own certificate with its private key.

    Args:
        certificate: DER.
        key: PEM, PKCS #8, not encrypted.
    """

    certificate: bytes
    key: bytes


@dataclass(frozen=True)
class Identity:
    """What a connector host shows itself with.

    Args:
        certificate: path of the certificate, DER.
        key: path of its key, PEM.
        uri: of the application, as the certificate bears it.
        all: every certificate of the host that is good now or next, DER.
    """

    certificate: Path
    key: Path
    uri: str
    all: tuple[bytes, ...]


def make_own(
    uri: str,
    names: Iterable[str],
    now: datetime,
    *,
    title: str = "Titer OPC UA server",
    bits: int = KEY_BITS,
    lasts: timedelta = LASTS,
) -> Own:
    """A certificate of an application instance, signed by itself.

    Args:
        uri: of the application.
        names: host names and addresses under which it is reached.
        now: the clock of whoever makes it.
        title: its common name.
        bits: of the RSA key.
        lasts: how long it is valid.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, title)])
    purposes = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_cert_sign",
    )
    reached = [x509.UniformResourceIdentifier(uri), *(_general_name(name) for name in names)]
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BEFORE)
        .not_valid_after(now + lasts)
        .add_extension(x509.SubjectAlternativeName(reached), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(key_usage(*purposes), critical=True)
        .add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]),
            critical=False,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return Own(
        made.public_bytes(serialization.Encoding.DER),
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ),
    )


def host_identity(folder: Path, now: datetime, *, bits: int = KEY_BITS) -> Identity:
    """The certificate of a connector host, made where there is none, renewed where it is time; seconds of work then.

    Args:
        folder: of the host.
        now: the host's clock.
        bits: of a key that is made.
    """
    place = folder / FOLDER
    make_folder(place)
    with alone(place / ".lock"):
        return _host_identity(folder, place, now, bits)


def _host_identity(folder: Path, place: Path, now: datetime, bits: int) -> Identity:
    own, following = place / "own.der", place / "next.der"
    if not own.exists():
        _write(place, "own", _make(folder, "", now, bits))
    held = read(own.read_bytes(), str(own))
    uri = application_uris(held)[0]
    if held.not_valid_after_utc - now < OVERLAP and not following.exists():
        _write(place, "next", _make(folder, uri, now, bits))
    if held.not_valid_after_utc - now < LAST_DAY and following.exists():
        # The key first: a host that is killed between the two is put right by the next call, which finds `next.der`.
        if (place / "next-key.pem").exists():
            (place / "next-key.pem").rename(place / "own-key.pem")
        following.replace(own)
        sync_folder(place)
    there = tuple(path.read_bytes() for path in (own, following) if path.exists())
    return Identity(own, place / "own-key.pem", uri, there)


def _make(folder: Path, uri: str, now: datetime, bits: int) -> Own:
    name = socket.gethostname()
    mark = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:8]
    uri = uri or f"urn:{name}:titer:connector:{mark}"
    return make_own(uri, [name], now, title=f"Titer connector host on {name}"[:64], bits=bits)


def _write(place: Path, name: str, made: Own) -> None:
    """The key before the certificate: a certificate that is there has its key."""
    make_folder(place)
    place.chmod(0o700)
    key = place / f"{name}-key.pem"
    key.unlink(missing_ok=True)
    try:
        vault.find().write(key, made.key, vault.OWN_FILE)
    except Unavailable:  # No key was given to this host to seal with; the file is its owner's alone.
        vault.write_private(key, made.key)
    write_durably(place / f"{name}.der", made.certificate)


def _general_name(name: str) -> GeneralName:
    from cryptography import x509

    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
