"""Who vouches for a server's certificate: itself in the folder, or an authority there; nobody else."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from titer.base.errors import Invalid, Refused
from titer.connect.core import trusted
from titer.connect.opcua.trust import (
    LARGEST,
    MOST_REJECTED,
    distrusted,
    facts,
    faults,
    files,
    fingerprint,
    read,
    require_trusted,
    trust_mark,
)

NOW = datetime(2026, 3, 2, tzinfo=UTC)
KEY = ec.generate_private_key(ec.SECP256R1())
RSA_KEY = rsa.generate_private_key(65537, 2048)


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
    require_trusted(server, tmp_path, NOW, list_required=False)


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


def for_host(name: str, issuer: str, host: str, *, key: rsa.RSAPrivateKey = RSA_KEY) -> x509.Certificate:
    """A certificate of `issuer`, who signs with the authority's key, for a host name and an application."""
    names = [x509.UniformResourceIdentifier(f"urn:{name}"), x509.DNSName(host)]
    return (
        x509.CertificateBuilder()
        .subject_name(named(name))
        .issuer_name(named(issuer))
        .public_key(key.public_key())
        .serial_number(9)
        .not_valid_before(NOW - timedelta(days=10))
        .not_valid_after(NOW + timedelta(days=10))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(KEY, hashes.SHA256())
    )


def test_what_is_wrong_with_a_certificate_is_said_each_with_its_reason() -> None:
    one = for_host("server", "plant", "br-7.plant")

    def codes(at: datetime = NOW, **about: Any) -> list[str]:
        return [fault["code"] for fault in faults(one, at, **about)]

    assert codes() == []
    assert codes(host="br-7.plant", uri="urn:server") == []
    assert codes(host="br-8.plant", uri="urn:another") == ["name", "application"]
    assert codes(NOW + timedelta(days=11)) == ["expired"]
    assert codes(NOW - timedelta(days=11)) == ["not_yet_valid"]
    assert codes(known=[]) == ["issuer"]
    assert codes(known=[made("plant", "plant", ca=True)]) == ["revocation_unknown"]
    weak = for_host("old", "plant", "br-7.plant", key=rsa.generate_private_key(65537, 1024))  # noqa: S505 - it is to be refused
    (fault,) = faults(weak, NOW)
    assert (fault["code"], "1024 bits" in fault["what"]) == ("weak_key", True)
    with pytest.raises(Refused, match="1024 bits"):
        require_trusted(weak, Path("nowhere"), NOW)


def test_an_authority_vouches_for_the_name_that_it_wrote_and_distrust_goes_before_it(tmp_path: Path) -> None:
    put(tmp_path, made("plant", "plant", ca=True))
    server = for_host("server", "plant", "br-7.plant")
    require_trusted(server, tmp_path, NOW, "br-7.plant", list_required=False)
    with pytest.raises(Refused, match=r"is not for br-8\.plant"):
        require_trusted(server, tmp_path, NOW, "br-8.plant")
    (tmp_path / "distrusted").write_text(fingerprint(server) + "\n")
    with pytest.raises(Refused, match="not trusted"):
        require_trusted(server, tmp_path, NOW, "br-7.plant")
    # One that somebody trusted itself is believed whatever the address is called.
    other = for_host("other", "plant", "br-9.plant")
    put(tmp_path, other)
    require_trusted(other, tmp_path, NOW, "10.0.0.9")


def test_the_list_of_the_hub_is_what_lies_on_the_disk_whatever_lay_there(tmp_path: Path) -> None:
    server = for_host("server", "plant", "br-7.plant").public_bytes(Encoding.DER)
    told = {"certificates": [base64.b64encode(server).decode()], "distrusted": ["ab" * 32]}
    assert trusted.keep(tmp_path, told)
    folder = tmp_path / trusted.FOLDER
    before = trust_mark(folder)
    assert not trusted.keep(tmp_path, told), "nothing has changed"
    assert trust_mark(folder) == before
    assert distrusted(folder) == {"ab" * 32}
    # What somebody put there by hand is gone with the next look, and what cannot be read changes nothing.
    (folder / "smuggled.der").write_bytes(server)
    assert trusted.keep(tmp_path, told)
    assert len(files(folder)) == 1
    for wrong in ({"certificates": ["%"], "distrusted": []}, {"certificates": []}):
        with pytest.raises(Invalid):
            trusted.keep(tmp_path, wrong)
    assert len(files(folder)) == 1


def test_what_a_stranger_wrote_into_a_certificate_is_shown_harmlessly_and_rubbish_is_refused() -> None:
    strange = facts(for_host("a\x00b\x1b[31m" + "x" * 40, "plant", "br-7.plant"))
    assert "\x00" not in strange["subject"]
    assert "\x1b" not in strange["subject"]
    for rubbish in (b"", b"-----BEGIN CERTIFICATE-----", bytes(100), b"\x30\x82" + bytes(LARGEST)):
        with pytest.raises(Invalid):
            read(rubbish, "what came")
