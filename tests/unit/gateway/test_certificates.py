"""Whose application is believed: certificates that lie in the trust list, and those of authorities that do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from titer.connect.opcua.own import make_own
from titer.connect.opcua.trust import MOST_REJECTED, application_uris, read
from titer.gateway.opcua.certificates import TrustList, Untrusted

NOW = datetime(2026, 3, 2, tzinfo=UTC)
DER = serialization.Encoding.DER
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def issued(
    subject: str,
    by: str,
    *,
    ca: bool | None = False,
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey = KEY,
    days: int = 30,
) -> x509.Certificate:
    """A certificate; all of these are signed with one key, so that the limits of the issuer alone decide."""
    made = (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(name(by))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=days))
    )
    if ca is not None:
        made = made.add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    return made.sign(KEY, hashes.SHA256())


@pytest.fixture
def trust(tmp_path: Path) -> TrustList:
    made = TrustList(tmp_path)
    made.make()
    return made


def refusal(trust: TrustList, certificate: x509.Certificate, now: datetime = NOW) -> str:
    with pytest.raises(Untrusted) as caught:
        trust.require(certificate.public_bytes(DER), now)
    return caught.value.status


def test_an_authority_vouches_for_its_applications_and_an_application_for_nobody(trust: TrustList) -> None:
    authority, leaf = issued("authority", "authority", ca=True), issued("leaf", "leaf")
    bare = issued("bare", "bare", ca=None)
    for one in (authority, leaf, bare):
        trust.trust(one)
        trust.require(one.public_bytes(DER), NOW)
    trust.require(issued("client", "authority").public_bytes(DER), NOW)
    assert refusal(trust, issued("client", "leaf")) == "BadCertificateUntrusted"
    assert refusal(trust, issued("client", "bare")) == "BadCertificateUntrusted"


def test_a_certificate_is_believed_while_it_is_valid(trust: TrustList) -> None:
    mine = issued("mine", "mine", days=3)
    trust.trust(mine)
    trust.require(mine.public_bytes(DER), NOW + timedelta(days=2))
    assert refusal(trust, mine, NOW + timedelta(days=4)) == "BadCertificateTimeInvalid"
    assert refusal(trust, mine, NOW - timedelta(days=2)) == "BadCertificateTimeInvalid"


def test_a_weak_or_another_key_is_refused_even_if_it_is_trusted(trust: TrustList) -> None:
    curve = issued("curve", "curve", key=ec.generate_private_key(ec.SECP256R1()))
    trust.trust(curve)
    assert refusal(trust, curve) == "BadCertificatePolicyCheckFailed"
    with pytest.raises(Untrusted):
        trust.require(b"no certificate", NOW)


def test_strangers_cannot_fill_the_disk(trust: TrustList) -> None:
    for number in range(MOST_REJECTED + 3):
        refusal(trust, issued(f"stranger {number}", "nobody"))
    assert len(trust.known()) == MOST_REJECTED


def test_the_own_certificate_names_the_application_and_where_it_is_reached() -> None:
    own = make_own("urn:titer:lab:opcua", ["127.0.0.1", "titer.plant"], NOW, bits=2048)
    found = read(own.certificate, "own")
    names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert application_uris(found) == ["urn:titer:lab:opcua"]
    assert names.get_values_for_type(x509.DNSName) == ["titer.plant"]
    assert [str(one) for one in names.get_values_for_type(x509.IPAddress)] == ["127.0.0.1"]
    assert not found.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
