"""What an authority took back is refused; so is what it may have taken back, unless a connection says otherwise."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from titer.base.certificates import key_usage
from titer.base.errors import Invalid, Refused
from titer.connect.core import trusted
from titer.connect.opcua.revocation import LARGEST, facts, lists, newest, read_list, signed_by
from titer.connect.opcua.settings import OpcUaSettings
from titer.connect.opcua.trust import believed, faults, require_trusted, require_vouched, trust_mark

NOW = datetime(2026, 3, 2, tzinfo=UTC)
KEY, OTHER_KEY, SERVER_KEY = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
SETTINGS = {"endpoint": "opc.tcp://br-7:4840", "security_policy": "Basic256Sha256"}


def named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def certificate(
    name: str,
    issuer: str,
    serial: int,
    key: ec.EllipticCurvePrivateKey = SERVER_KEY,
    signer: ec.EllipticCurvePrivateKey = KEY,
    usage: tuple[str, ...] = (),
) -> x509.Certificate:
    builder = (
        x509.CertificateBuilder()
        .subject_name(named(name))
        .issuer_name(named(issuer))
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(NOW - timedelta(days=20))
        .not_valid_after(NOW + timedelta(days=20))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    )
    if usage:
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        builder = builder.add_extension(key_usage(*usage), critical=True)
    return builder.sign(signer, hashes.SHA256())


PLANT = certificate("plant", "plant", 1, KEY, usage=("key_cert_sign", "crl_sign"))
SERVER = certificate("br-7", "plant", 7)


def listing(
    *serials: int,
    issuer: str = "plant",
    signer: ec.EllipticCurvePrivateKey = KEY,
    at: datetime = NOW - timedelta(days=1),
    until: datetime = NOW + timedelta(days=6),
    extra: x509.ExtensionType | None = None,
) -> x509.CertificateRevocationList:
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(named(issuer))
        .last_update(at)
        .next_update(until)
        .add_extension(x509.CRLNumber(12), critical=False)
    )
    if extra is not None:
        builder = builder.add_extension(extra, critical=True)
    for serial in serials:
        entry = (
            x509.RevokedCertificateBuilder()
            .serial_number(serial)
            .revocation_date(datetime(2026, 2, 27, 9, 30, tzinfo=UTC))
            .add_extension(x509.CRLReason(x509.ReasonFlags.key_compromise), critical=False)
        )
        builder = builder.add_revoked_certificate(entry.build())
    return builder.sign(signer, hashes.SHA256())


def put(folder: Path, name: str, one: x509.Certificate | x509.CertificateRevocationList) -> None:
    pem = name.endswith(("pem", "crl"))
    (folder / name).write_bytes(one.public_bytes(Encoding.PEM if pem else Encoding.DER))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder in which the plant's authority is trusted."""
    put(tmp_path, "plant.der", PLANT)
    return tmp_path


def test_a_certificate_that_its_issuer_took_back_is_refused_with_when_and_why(folder: Path) -> None:
    put(folder, "plant.crl", listing(3, 9))
    require_trusted(SERVER, folder, NOW, "br-7")
    put(folder, "plant.crl", listing(3, 7, 9))
    with pytest.raises(
        Refused, match=r"CN=plant revoked it on 2026-02-27 09:30 UTC \(keyCompromise\)"
    ) as told:
        require_trusted(SERVER, folder, NOW, "br-7", list_required=False)
    assert "Bad_CertificateRevoked" in told.value.why
    # Also where somebody trusted the certificate itself, and in a session that is open.
    put(folder, "server.der", SERVER)
    with pytest.raises(Refused, match="revoked it"):
        require_vouched(SERVER, folder, NOW, "br-7")
    assert not believed(SERVER, folder, NOW)
    assert [one["code"] for one in faults(SERVER, NOW, known=[PLANT, SERVER], listed=lists(folder))] == [
        "key",
        "revoked",
    ]


def test_where_no_list_holds_a_connection_says_whether_the_authority_is_enough(folder: Path) -> None:
    said = "Whether CN=plant revoked it is not known"
    with pytest.raises(Refused, match=f"{said}: no revocation list of that authority is here") as told:
        require_trusted(SERVER, folder, NOW, "br-7")
    assert "Bad_CertificateRevocationUnknown" in told.value.why
    assert "revocation_list of the connection to if_there" in told.value.do
    require_trusted(SERVER, folder, NOW, "br-7", list_required=False)
    put(folder, "plant.crl", listing(9, until=NOW - timedelta(seconds=1)))
    with pytest.raises(Refused, match=f"{said}: the revocation list .* ended on 2026-03-01 23:59 UTC"):
        require_trusted(SERVER, folder, NOW, "br-7")
    require_trusted(SERVER, folder, NOW, "br-7", list_required=False)
    # An open session goes on over that day, as over the last day of a certificate.
    require_vouched(SERVER, folder, NOW, "br-7")
    # A list that has ended takes back all the same.
    put(folder, "plant.crl", listing(7, until=NOW - timedelta(seconds=1)))
    with pytest.raises(Refused, match="revoked it"):
        require_trusted(SERVER, folder, NOW, "br-7", list_required=False)
    # What a person compared and trusted itself needs nobody else's word.
    (folder / "plant.crl").unlink()
    put(folder, "server.der", SERVER)
    require_trusted(SERVER, folder, NOW, "br-7")


def test_a_list_counts_for_the_authority_that_signed_it_and_the_newest_is_asked(folder: Path) -> None:
    old = listing(7, at=NOW - timedelta(days=3))
    new = listing(9)
    assert newest(PLANT, [new, old]) == newest(PLANT, [old, new]) == new
    for name, one in (("a.crl", old), ("b.crl", new), ("c.crl", listing(7, signer=OTHER_KEY))):
        put(folder, name, one)
    require_trusted(SERVER, folder, NOW, "br-7")
    # Another authority of the same name, and one whose key is not for lists.
    assert not signed_by(listing(7, signer=OTHER_KEY), PLANT)
    assert not signed_by(listing(7, issuer="other"), PLANT)
    assert not signed_by(new, certificate("plant", "plant", 1, KEY, usage=("key_cert_sign",)))


def test_an_authority_that_its_own_issuer_took_back_vouches_for_nothing(folder: Path) -> None:
    root = certificate("root", "root", 1, OTHER_KEY, OTHER_KEY, usage=("key_cert_sign", "crl_sign"))
    below = certificate("plant", "root", 5, KEY, OTHER_KEY, usage=("key_cert_sign", "crl_sign"))
    put(folder, "plant.der", below)
    put(folder, "root.der", root)
    put(folder, "plant.crl", listing(9))
    put(folder, "root.crl", listing(4, issuer="root", signer=OTHER_KEY))
    require_trusted(SERVER, folder, NOW, "br-7")
    put(folder, "root.crl", listing(5, issuer="root", signer=OTHER_KEY))
    with pytest.raises(Refused, match="not trusted"):
        require_trusted(SERVER, folder, NOW, "br-7")


def test_what_is_no_whole_list_is_refused_and_what_a_list_says_is_told(folder: Path) -> None:
    told = facts(read_list(listing(3, 7).public_bytes(Encoding.DER), "plant.crl"))
    assert (told["issuer"], told["number"], told["revoked"]) == ("CN=plant", "12", 2)
    assert told["until"] == NOW + timedelta(days=6)
    part = listing(3, extra=x509.DeltaCRLIndicator(11)).public_bytes(Encoding.DER)
    with pytest.raises(Invalid, match="no whole revocation list") as said:
        read_list(part, "plant.crl")
    assert "DeltaCRLIndicator" in said.value.why
    for rubbish in (b"", b"-----BEGIN X509 CRL-----", bytes(100), bytes(LARGEST + 1)):
        with pytest.raises(Invalid):
            read_list(rubbish, "plant.crl")
    # Rubbish beside the trusted ones is never taken for a list that takes nothing back.
    (folder / "plant.crl").write_bytes(b"nothing")
    with pytest.raises(Invalid, match="holds no revocation list"):
        require_trusted(SERVER, folder, NOW, "br-7", list_required=False)


def test_the_hubs_lists_lie_beside_the_trusted_ones_and_a_session_sees_each_change(tmp_path: Path) -> None:
    folder = tmp_path / trusted.FOLDER

    def packed(one: x509.Certificate | x509.CertificateRevocationList) -> str:
        return base64.b64encode(one.public_bytes(Encoding.DER)).decode()

    told = {"certificates": [packed(PLANT)], "distrusted": [], "lists": [packed(listing(9))]}
    assert trusted.keep(tmp_path, told)
    assert not trusted.keep(tmp_path, told)
    require_trusted(SERVER, folder, NOW, "br-7")
    before = trust_mark(folder)
    assert trusted.keep(tmp_path, {**told, "lists": [packed(listing(7))]})
    assert trust_mark(folder) != before
    assert len(lists(folder)) == 1
    with pytest.raises(Refused, match="revoked it"):
        require_vouched(SERVER, folder, NOW, "br-7")
    # A hub of an earlier version hands down none.
    assert trusted.keep(tmp_path, {"certificates": [packed(PLANT)], "distrusted": []})
    assert lists(folder) == []


def test_a_connection_refuses_what_is_not_known_unless_its_settings_say_otherwise() -> None:
    assert OpcUaSettings.of(SETTINGS).list_required
    assert not OpcUaSettings.of({**SETTINGS, "revocation_list": "if_there"}).list_required
    with pytest.raises(Invalid, match="says nothing about revocation lists"):
        OpcUaSettings.of({**SETTINGS, "revocation_list": "never"})
