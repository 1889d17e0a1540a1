"""`titer connection revocations`: an authority's list is brought by command, and people are told before it ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from sqlalchemy import select
from tests.integration.cli.conftest import Lab

from titer.app import load, open_platform
from titer.base.certificates import key_usage
from titer.base.clock import ManualClock
from titer.cli import doctor
from titer.quality.model import QualityException

KEY = ec.generate_private_key(ec.SECP256R1())
PLANT = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "plant")])


def authority(now: datetime) -> bytes:
    made = (
        x509.CertificateBuilder()
        .subject_name(PLANT)
        .issuer_name(PLANT)
        .public_key(KEY.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=900))
        .not_valid_after(now + timedelta(days=900))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(key_usage("key_cert_sign", "crl_sign"), critical=True)
        .sign(KEY, hashes.SHA256())
    )
    return made.public_bytes(Encoding.PEM)


def listing(begin: datetime, days: int, number: int) -> bytes:
    made = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(PLANT)
        .last_update(begin)
        .next_update(begin + timedelta(days=days))
        .add_extension(x509.CRLNumber(number), critical=False)
        .sign(KEY, hashes.SHA256())
    )
    return made.public_bytes(Encoding.PEM)


def test_a_list_is_brought_by_command_and_people_are_told_before_it_ends_and_when_it_has(
    lab: Lab, tmp_path: Path
) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    ca, first, second = (tmp_path / name for name in ("ca.pem", "first.crl", "second.crl"))
    ca.write_bytes(authority(now))
    first.write_bytes(listing(now - timedelta(days=60), 62, 7))
    second.write_bytes(listing(now - timedelta(days=1), 60, 8))
    words = ("connection", "revocations")
    made = lab.as_("auto", "connection", "certificate", str(ca), "--json").json

    def refused(file: Path, who: str = "auto") -> str:
        said = lab.run(*words, str(file), "--dir", str(lab.folder), "--as", who)
        assert said.code == 1
        return said.err

    assert "No authority that is trusted here signed" in refused(first)
    lab.as_("quentin", "policy", "--accept")
    reason = ("--reason", "compared with the site's")
    lab.as_("quentin", "sign", "equipment_certificate", made["id"], "trusted", *reason)
    assert "no revocation list of it is here" in lab.as_("auto", "connection", "certificates").out
    assert "no right to do this: Bring an authority" in refused(first, "omar")
    assert "no revocation list" in refused(ca)

    ends = now + timedelta(days=2)
    said = lab.as_("auto", *words, str(first)).out
    assert said.startswith("CN=plant: revocation list 7 of ")
    assert f"takes back 0, holds until {ends:%Y-%m-%d %H:%M} UTC, which is soon: bring the next one" in said
    assert "which is soon" in lab.as_("auto", "connection", "certificates").out

    def doctors(at: datetime) -> doctor.Finding:
        (found,) = doctor._revocations(lab.folder, load(lab.folder), ManualClock(at))
        return found

    assert not doctors(now).ok
    assert f"The revocation list of CN=plant holds until {ends:%Y-%m-%d %H:%M} UTC." == doctors(now).what
    assert "titer connection revocations FILE" in doctors(now).do
    assert doctors(ends - timedelta(days=8)).ok, "eight days before is early enough"
    assert doctors(ends + timedelta(minutes=1)).what.startswith("The revocation list of CN=plant held until ")

    assert raised(lab) == ["The revocation list of CN=plant ends soon"]
    assert raised(lab) == ["The revocation list of CN=plant ends soon"], "once"
    assert "which is soon" not in lab.as_("auto", *words, str(second)).out
    assert "is not newer" in refused(first)
    assert doctors(now).ok
    assert len(raised(lab)) == 1


def raised(lab: Lab) -> list[str]:
    """The exceptions about certificates and lists, after the watch has looked once."""
    platform = open_platform(lab.folder)
    try:
        platform.equipment.step()
        while platform.outbox.deliver():
            continue
        with platform.record.reading() as session:
            titles = select(QualityException.title).where(QualityException.kind == "certificate")
            return list(session.scalars(titles.order_by(QualityException.id)))
    finally:
        platform.close()
