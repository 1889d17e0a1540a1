"""Certificates of instruments on a real record: met, trusted by signature, handed to the host, distrusted, ended."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from fastapi.testclient import TestClient
from sqlalchemy import select

from titer.base.certificates import key_usage
from titer.base.clock import ManualClock
from titer.base.errors import Refused
from titer.connect.opcua.trust import MOST_REJECTED
from titer.equipment import Equipment
from titer.quality.certificates import TOPICS
from titer.record import Actor, Identity, OutboxEvent, Record
from titer.record.http import COOKIE

KEY = ec.generate_private_key(ec.SECP256R1())
CHANNELS = [{"tag": "G.T", "node": "nsu=urn:x;s=T"}]
SETTINGS = {"endpoint": "opc.tcp://10.0.0.7:4840", "security_policy": "Basic256Sha256"}
STATUS = {"connection": "guarded", "state": "disconnected", "message": "not trusted"}


PLANT = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "plant")])


def shown(
    name: str,
    until: datetime,
    begin: datetime = datetime(2020, 1, 1, tzinfo=UTC),
    issuer: x509.Name | None = None,
) -> str:
    """A certificate in Base64, number 7; signed by itself, or by an authority that is named."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject if issuer is None else issuer)
        .public_key(KEY.public_key())
        .serial_number(7)
        .not_valid_before(begin)
        .not_valid_after(until)
        .add_extension(
            x509.SubjectAlternativeName([x509.UniformResourceIdentifier(f"urn:{name}"), x509.DNSName(name)]),
            critical=False,
        )
        .sign(KEY, hashes.SHA256())
    )
    return base64.b64encode(made.public_bytes(Encoding.DER)).decode()


@pytest.fixture
def host(client: TestClient, record: Record, identity: Identity) -> dict[str, str]:
    with record.action(Actor.timer("test"), "record.token.issue") as unit:
        token = identity.issue_token(unit, "local", ("connect",))
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def people(
    client: TestClient, identity: Identity, person: Callable[..., Actor], record: Record, equipment: Equipment
) -> dict[str, Actor]:
    """Who drafted the connection, and who may vouch for its instrument; the first is logged in."""
    made = {"mehta": person("mehta", "automation", "quality"), "quinn": person("quinn", "quality")}
    log_in(client, identity)
    with record.action(made["mehta"], "equipment.connection.change") as unit:
        equipment.import_connection(unit, "guarded", "opcua", SETTINGS, CHANNELS)
    return made


def log_in(client: TestClient, identity: Identity) -> None:
    logged_in = identity.log_in("mehta", "correct horse battery", "test")
    client.cookies.set(COOKIE, logged_in.token)
    client.headers["X-CSRF-Token"] = logged_in.csrf


def tell(client: TestClient, host: dict[str, str], certificate: str, *own: str) -> None:
    security = {"certificate": certificate, "host": "10.0.0.7", "uri": "urn:reactor", "own": list(own)}
    told = client.post("/api/connect/status", json={**STATUS, "security": security}, headers=host)
    assert told.status_code == 204, told.text


def handed(client: TestClient, host: dict[str, str]) -> Any:
    return client.get("/api/connect/hosts/local/connections", headers=host).json()[0]["trust"]


def rows(client: TestClient) -> dict[str, dict[str, Any]]:
    return {
        one["subject"].removeprefix("CN="): one for one in client.get("/api/equipment/certificates").json()
    }


def test_a_certificate_is_met_trusted_by_somebody_else_handed_down_and_distrusted(
    client: TestClient,
    host: dict[str, str],
    people: dict[str, Actor],
    sign: Callable[..., Any],
    clock: ManualClock,
) -> None:
    until = clock.now() + timedelta(days=900)
    reactor, own = shown("reactor", until), shown("host", until)
    tell(client, host, reactor, own)
    tell(client, host, reactor, own)
    found = rows(client)
    assert {name: one["state"] for name, one in found.items()} == {"reactor": "seen", "host": "own"}
    one = found["reactor"]
    assert (one["connection"], one["address"], one["shown_by"]) == ("guarded", "10.0.0.7", ["guarded"])
    assert (len(one["fingerprint"]), len(one["thumbprint"])) == (64, 40)
    # What is wrong with it is said in words: the name is another's, nobody vouches for it, the key is no RSA key.
    assert [fault["code"] for fault in one["faults"]] == ["key", "name", "issuer"]
    assert "the address is 10.0.0.7" in one["faults"][1]["what"]
    assert handed(client, host) == {"certificates": [], "distrusted": [], "lists": []}

    with pytest.raises(Refused, match="somebody else vouches"):
        sign(people["mehta"], "equipment_certificate", one["id"], "trusted")
    with pytest.raises(Refused, match="host's own"):
        sign(people["quinn"], "equipment_certificate", found["host"]["id"], "trusted")
    sign(people["quinn"], "equipment_certificate", one["id"], "trusted")
    assert handed(client, host) == {"certificates": [reactor], "distrusted": [], "lists": []}
    after = rows(client)["reactor"]
    assert (after["state"], after["decided_by"]) == ("trusted", people["quinn"].id)
    assert after["reason"], "the reason of the signature stands with the certificate"
    assert "issuer" not in [fault["code"] for fault in after["faults"]]
    with pytest.raises(Refused, match="trusted already"):
        sign(people["quinn"], "equipment_certificate", one["id"], "trusted")

    sign(people["mehta"], "equipment_certificate", one["id"], "distrusted")
    assert handed(client, host) == {"certificates": [], "distrusted": [one["fingerprint"]], "lists": []}
    file = client.get(f"/api/equipment/certificates/{found['host']['id']}/file")
    assert base64.b64encode(file.content).decode() == own
    assert ".der" in file.headers["content-disposition"]


def test_strangers_fill_no_page_and_what_is_no_certificate_is_refused(
    client: TestClient, host: dict[str, str], people: dict[str, Actor], clock: ManualClock
) -> None:
    until = clock.now() + timedelta(days=900)
    for number in range(MOST_REJECTED + 2):
        tell(client, host, shown(f"stranger-{number}", until))
    assert len(rows(client)) == MOST_REJECTED
    refused = client.post(
        "/api/connect/status", json={**STATUS, "security": {"certificate": "bm9uZQ=="}}, headers=host
    )
    assert refused.status_code == 422


def test_people_are_told_thirty_days_before_a_certificate_ends_and_when_it_has(
    client: TestClient,
    host: dict[str, str],
    people: dict[str, Actor],
    sign: Callable[..., Any],
    record: Record,
    equipment: Equipment,
    identity: Identity,
    clock: ManualClock,
) -> None:
    tell(
        client,
        host,
        shown("reactor", clock.now() + timedelta(days=31)),
        shown("host", clock.now() + timedelta(days=31)),
    )
    sign(people["quinn"], "equipment_certificate", rows(client)["reactor"]["id"], "trusted")

    def told() -> list[tuple[str, str]]:
        with record.reading() as session:
            found = session.execute(
                select(OutboxEvent.topic, OutboxEvent.payload).where(OutboxEvent.topic.in_(TOPICS))
            )
            return sorted((row.topic.rpartition(".")[2], row.payload["whose"]) for row in found)

    equipment.step()
    assert told() == []
    clock.advance(timedelta(days=2))
    for _ in range(2):
        equipment.step()
    assert told() == [("expiring", "guarded"), ("expiring", "the connector host local")]
    log_in(client, identity)
    assert rows(client)["reactor"]["stage"] == "expiring"
    clock.advance(timedelta(days=30))
    for _ in range(2):
        equipment.step()
    assert [stage for stage, _ in told()].count("expired") == 2
    log_in(client, identity)
    assert rows(client)["reactor"]["faults"][0]["code"] == "expired"
    # It is still handed down: whether a session may go on, and a new one not, its host decides.
    assert len(handed(client, host)["certificates"]) == 1


def test_an_authority_is_brought_by_hand_and_is_trusted_by_its_signature_alone(
    client: TestClient, host: dict[str, str], people: dict[str, Actor], clock: ManualClock
) -> None:
    brought = shown("authority", clock.now() + timedelta(days=900))
    made = client.post("/api/equipment/certificates", json={"certificate": brought})
    assert (made.status_code, made.json()["state"]) == (201, "seen")
    assert client.post("/api/equipment/certificates", json={"certificate": brought}).status_code == 409
    assert handed(client, host)["certificates"] == []


def authority(until: datetime) -> str:
    """The certificate of an authority that may sign lists, in Base64."""
    made = (
        x509.CertificateBuilder()
        .subject_name(PLANT)
        .issuer_name(PLANT)
        .public_key(KEY.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(until)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(key_usage("key_cert_sign", "crl_sign"), critical=True)
        .sign(KEY, hashes.SHA256())
    )
    return base64.b64encode(made.public_bytes(Encoding.DER)).decode()


def listing(at: datetime, *serials: int) -> str:
    """The plant's list, issued at an instant and good for a week, in Base64."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(PLANT)
        .last_update(at)
        .next_update(at + timedelta(days=7))
    )
    for serial in serials:
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(at)
        builder = builder.add_revoked_certificate(entry.build())
    return base64.b64encode(builder.sign(KEY, hashes.SHA256()).public_bytes(Encoding.DER)).decode()


def test_the_list_of_a_trusted_authority_is_brought_handed_down_shown_and_only_ever_replaced_by_a_newer_one(
    client: TestClient,
    host: dict[str, str],
    people: dict[str, Actor],
    sign: Callable[..., Any],
    identity: Identity,
    clock: ManualClock,
) -> None:
    now = clock.now().replace(microsecond=0)
    tell(client, host, shown("reactor", now + timedelta(days=900), issuer=PLANT))
    brought = client.post(
        "/api/equipment/certificates", json={"certificate": authority(now + timedelta(days=900))}
    )

    def bring(text: str) -> Any:
        return client.post("/api/equipment/certificates/revocation-lists", json={"list": text})

    first = listing(now - timedelta(hours=2), 99)
    refused = bring(first)
    assert (refused.status_code, "No authority that is trusted here signed" in refused.text) == (409, True)
    sign(people["quinn"], "equipment_certificate", brought.json()["id"], "trusted")

    def reactor() -> tuple[str, list[str]]:
        one = rows(client)["reactor"]
        return one["issued_by"], [fault["code"] for fault in one["faults"] if "revo" in fault["code"]]

    assert reactor() == ("CN=plant", ["revocation_unknown"])
    assert rows(client)["reactor"]["revocation_list"] is None
    made = bring(first)
    assert (made.status_code, made.json()["revoked"], made.json()["holds"]) == (201, 1, True)
    assert handed(client, host)["lists"] == [first]
    assert reactor() == ("CN=plant", [])
    for one in rows(client).values():
        assert one["revocation_list"]["until"].startswith(
            f"{now - timedelta(hours=2) + timedelta(days=7):%Y-%m-%dT%H:%M}"
        )

    newest = listing(now - timedelta(hours=1), 7, 99)
    assert bring(newest).status_code == 201
    assert handed(client, host)["lists"] == [newest]
    assert reactor() == ("CN=plant", ["revoked"])
    # An older one would give back what was taken.
    assert bring(first).status_code == 409
    assert handed(client, host)["lists"] == [newest]
    assert bring("bm9uZQ==").status_code == 422

    clock.advance(timedelta(days=8))
    log_in(client, identity)
    assert not rows(client)["plant"]["revocation_list"]["holds"]
    assert reactor() == ("CN=plant", ["revoked"])
    # The list goes with the trust in who signed it.
    sign(people["quinn"], "equipment_certificate", brought.json()["id"], "distrusted")
    assert handed(client, host)["lists"] == []


def test_the_end_of_a_list_is_told_before_it_comes_and_when_it_has_come_and_anew_for_the_next_list(
    client: TestClient,
    people: dict[str, Actor],
    sign: Callable[..., Any],
    identity: Identity,
    record: Record,
    equipment: Equipment,
    clock: ManualClock,
) -> None:
    now = clock.now().replace(microsecond=0)
    brought = client.post(
        "/api/equipment/certificates", json={"certificate": authority(now + timedelta(days=900))}
    )
    sign(people["quinn"], "equipment_certificate", brought.json()["id"], "trusted")

    def bring(at: datetime) -> str:
        text = listing(at)
        made = client.post("/api/equipment/certificates/revocation-lists", json={"list": text})
        assert made.status_code == 201, made.text
        return str(made.json()["stage"])

    def told() -> list[str]:
        for _ in range(2):
            equipment.step()
        with record.reading() as session:
            topics = select(OutboxEvent.topic).where(OutboxEvent.topic.in_(TOPICS)).order_by(OutboxEvent.id)
            return [topic.rpartition(".")[2] for topic in session.scalars(topics)]

    assert bring(now) == ""
    assert told() == []
    clock.advance(timedelta(days=4))
    assert told() == [], "a week's list is not said to end when more than a third of it is left"
    clock.advance(timedelta(days=1))
    assert told() == ["ending"]
    clock.advance(timedelta(days=2, minutes=1))
    assert told() == ["ending", "ended"]
    log_in(client, identity)
    assert rows(client)["plant"]["revocation_list"]["stage"] == "ended"
    assert bring(clock.now().replace(microsecond=0)) == ""
    assert told() == ["ending", "ended"]
    equipment.list_lead_days = 1
    clock.advance(timedelta(days=5, hours=12))
    assert told() == ["ending", "ended"], "the installation says how many days before"
    clock.advance(timedelta(days=1))
    assert told() == ["ending", "ended", "ending"]
    # What nobody trusts any more needs no list.
    sign(people["quinn"], "equipment_certificate", brought.json()["id"], "distrusted")
    clock.advance(timedelta(days=1))
    assert told() == ["ending", "ended", "ending"]


def test_a_password_for_one_look_is_sealed_until_the_host_fetches_it_and_gone_after(
    client: TestClient, people: dict[str, Actor], record: Record, equipment: Equipment
) -> None:
    asked = {"kind": "browse", "settings": {**SETTINGS, "username": "ann"}, "password": "drop by drop"}
    assert client.post("/api/equipment/questions", json=asked).status_code == 201

    def stored() -> str:
        with record.reading() as session:
            return str(
                session.connection().exec_driver_sql("SELECT settings FROM equipment_question").scalar()
            )

    assert "drop" not in stored()
    assert "titer-secret/1" in stored()
    (given,) = equipment.questions.due("local", 0)
    assert given["settings"] == {**SETTINGS, "username": "ann", "password": "drop by drop"}
    assert given["trust"] == {"certificates": [], "distrusted": [], "lists": []}
    assert "password" not in stored()
    with record.reading() as session:
        assert list(equipment.questions.stored_questions(session)) == []
