"""Who vouches for a server's certificate: itself in the folder, or an authority there; nobody else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from titer.base.errors import Refused
from titer.connect.opcua.trust import MOST_REJECTED, files, require_trusted

NOW = datetime(2026, 3, 2, tzinfo=UTC)
KEY = ec.generate_private_key(ec.SECP256R1())


def named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def made(name: str, issuer: str, *, ca: bool | None = None, days: int = 10) -> x509.Certificate:
    builder = (
        x509.CertificateBuilder()
        .subject_name(named(name))
        .issuer_name(named(issuer))
        .public_key(KEY.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=20))
        .not_valid_after(NOW + timedelta(days=days))
    )
    if ca is not None:
        builder = builder.add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    return builder.sign(KEY, hashes.SHA256())


def put(folder: Path, certificate: x509.Certificate) -> None:
    (folder / "known.der").write_bytes(certificate.public_bytes(Encoding.DER))


def test_a_certificate_of_the_folder_and_one_that_its_authority_issued_are_believed(tmp_path: Path) -> None:
    server = made("server", "plant")
    put(tmp_path, server)
    require_trusted(server, tmp_path, NOW)
    put(tmp_path, made("plant", "plant", ca=True))
    require_trusted(server, tmp_path, NOW)


@pytest.mark.parametrize(
    "issuer",
    [
        made("plant", "plant"),
        made("plant", "plant", ca=False),
        made("plant", "plant", ca=True, days=-1),
        made("other", "other", ca=True),
    ],
    ids=["says nothing", "no authority", "expired", "another's"],
)
def test_nobody_else_vouches_and_what_was_refused_is_kept_to_be_compared(
    tmp_path: Path, issuer: x509.Certificate
) -> None:
    put(tmp_path, issuer)
    server = made("server", "plant")
    with pytest.raises(Refused, match="not trusted"):
        require_trusted(server, tmp_path, NOW)
    (kept,) = files(tmp_path / "rejected")
    assert x509.load_der_x509_certificate(kept.read_bytes()) == server


def test_strangers_do_not_fill_the_disk(tmp_path: Path) -> None:
    for number in range(MOST_REJECTED + 2):
        with pytest.raises(Refused):
            require_trusted(made(f"s{number}", "x"), tmp_path, NOW)
    assert len(files(tmp_path / "rejected")) == MOST_REJECTED
