"""Edges at the door: who has a certificate that the record knows comes in, for its own connections; nobody else does.

Real TLS on loopback, the hub in this process under a clock that can be moved.
"""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from argon2 import PasswordHasher
from sqlalchemy import select, text

from titer.app import Config, Platform, create_installation, open_platform
from titer.base import enrolment, vault
from titer.base.clock import ManualClock
from titer.base.errors import Conflict, IntegrityFault, Invalid, NotAuthenticated, Unavailable
from titer.connect.edge.enrolling import enrol, new_key, request_of
from titer.connect.edge.place import OWN, Place
from titer.record import Actor
from titer.record.edges import Authority
from titer.record.model import AccessEvent
from titer.server.hub import Hub, listen
from titer.testing.connectors import quiet_port

PATIENCE_S = 60.0


@dataclass
class Lab:
    """A hub that serves edges."""

    platform: Platform
    clock: ManualClock
    url: str

    def invite(self, name: str, **more: Any) -> str:
        """The code of an edge."""
        asked = {"scopes": ("connect",), "hours": 24, "days": 365, **more}
        with self.platform.record.action(Actor.timer("test"), "record.edge.invite") as unit:
            return self.platform.edges.invite(unit, name, **asked)[1]

    def revoke(self, name: str) -> None:
        """Refuse an edge from now on."""
        with self.platform.record.action(Actor.timer("test"), "record.edge.revoke", reason="lost") as unit:
            self.platform.edges.revoke(unit, name)

    def enrolled(self, folder: Path, name: str, **more: Any) -> Place:
        """An edge that is enrolled in a folder."""
        place = Place(folder / name)
        enrol(place, self.url, self.invite(name, **more))
        return place

    def used_now(self, name: str) -> bool:
        """Whether an edge was let in at this moment of the clock."""
        with self.platform.record.reading() as session:
            used = self.platform.identity.machines.used(session)
            rows = self.platform.edges.certificates(session, name)
            return any(row.id in used and used[row.id].used_at == self.clock.now() for row in rows)

    def attempts(self, kind: str) -> list[str]:
        """What was entered of attempts of a kind."""
        with self.platform.record.reading() as session:
            rows = session.scalars(select(AccessEvent).where(AccessEvent.kind == kind))
            return [f"{row.username}: {row.detail}" for row in rows]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    folder = tmp_path_factory.mktemp("edges") / "lab"
    clock = ManualClock(datetime.now(UTC))
    port = quiet_port()
    create_installation(folder, Config(name="lab", edge={"port": port}), clock=clock)
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    platform = open_platform(folder, clock=clock, hasher=hasher)
    with platform.record.action(Actor.timer("test"), "equipment.connection.change") as unit:
        for name in ("edge-a", "edge-b"):
            platform.equipment.import_connection(
                unit, f"of-{name}", "push", {}, [{"tag": f"{name}.PV", "node": "pv"}], host=name
            )
    hub, listener, ready = Hub(platform), listen("127.0.0.1", 0), threading.Event()
    serving = threading.Thread(
        target=hub.serve, args=(listener, ready.set, listen("127.0.0.1", port)), name="hub"
    )
    serving.start()
    made = Lab(platform, clock, f"http://127.0.0.1:{listener.getsockname()[1]}")
    try:
        assert ready.wait(PATIENCE_S)
        yield made
    finally:
        hub.stop()
        serving.join(PATIENCE_S)
        listener.close()


def until(condition: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.02)


def client(place: Place, tls: ssl.SSLContext | None = None) -> httpx.Client:
    return httpx.Client(
        base_url=f"https://{place.about().address}/api/connect",
        verify=tls or place.tls(),
        timeout=PATIENCE_S,
        trust_env=False,
    )


def test_an_edge_gets_its_own_connections_and_no_others(lab: Lab, tmp_path: Path) -> None:
    place = lab.enrolled(tmp_path, "edge-a")
    with client(place) as edge:
        own = edge.get("/hosts/edge-a/connections")
        assert [one["name"] for one in own.json()] == ["of-edge-a"]
        other = edge.get("/hosts/edge-b/connections")
        assert other.status_code == 403
        assert "certificate of edge-a does not reach" in other.json()["detail"]
        status = {"connection": "of-edge-b", "state": "connected"}
        assert edge.post("/status", json=status).status_code == 403
        assert edge.post("/status", json={**status, "connection": "of-edge-a"}).status_code == 204
    tried = lab.attempts("host_refused")
    assert any(one.startswith("edge-a: ") and "of host edge-b" in one for one in tried)


def test_what_a_header_says_does_not_count_at_the_door(lab: Lab, tmp_path: Path) -> None:
    place = lab.enrolled(tmp_path, "edge-a")
    with lab.platform.record.action(Actor.timer("test"), "record.token.issue") as unit:
        token = lab.platform.identity.issue_token(unit, "host-c", ("connect",), host="edge-c")
    with client(place) as edge:
        edge.headers["Authorization"] = f"Bearer {token}"
        assert edge.get("/hosts/edge-c/connections").status_code == 403
        assert edge.get("/hosts/edge-a/connections").status_code == 200
        for path in ("/api/people", "/api/session", "/", "/api/connect/../people"):
            assert edge.get(f"https://{place.about().address}{path}").status_code in (404, 422)


def test_the_private_key_never_leaves_the_edge_and_lies_encrypted_there(lab: Lab, tmp_path: Path) -> None:
    place = lab.enrolled(tmp_path, "edge-a")
    own = (place.folder / OWN).read_bytes()
    assert b"BEGIN ENCRYPTED PRIVATE KEY" in own
    assert (place.folder / OWN).stat().st_mode & 0o077 == 0
    assert vault.is_sealed((place.folder / "edge.phrase").read_bytes())
    assert Path(place.about().key_file or "").parent == tmp_path, "the key lies beside the folder, not in it"
    body = own[own.index(b"-----BEGIN ENC") :].splitlines()[1]
    kept = [path.read_bytes() for path in lab.platform.folder.rglob("*") if path.is_file()]
    assert not any(body in data for data in kept)


def test_without_a_certificate_or_with_a_strangers_nobody_comes_in(lab: Lab, tmp_path: Path) -> None:
    place = lab.enrolled(tmp_path, "edge-a")
    bare = ssl.create_default_context(cafile=str(place.folder / "authority.pem"))
    bare.check_hostname = False
    (tmp_path / "stranger").mkdir()
    key = tmp_path / "stranger.key"
    vault.make_key(key)
    stranger = Authority(tmp_path / "stranger", vault.find(key), lab.clock)
    stranger.make("somebody else")
    phrase = b"x" * 20
    own = new_key(phrase)
    issued = stranger.issue("edge-a", request_of(own, phrase, "edge-a"), 365)
    (tmp_path / "own.pem").write_bytes(issued.pem.encode() + own)
    strange = ssl.create_default_context(cafile=str(place.folder / "authority.pem"))
    strange.check_hostname = False
    strange.load_cert_chain(tmp_path / "own.pem", password=phrase)
    for tls in (bare, strange):
        with client(place, tls) as nobody, pytest.raises(httpx.TransportError):
            nobody.get("/hosts/edge-a/connections")
    old = place.tls()
    old.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    with client(place, old) as edge:
        assert edge.get("/hosts/edge-a/connections").status_code == 200


def test_a_certificate_of_the_authority_that_the_record_does_not_know_is_refused_and_entered(
    lab: Lab, tmp_path: Path
) -> None:
    place = lab.enrolled(tmp_path, "edge-a")
    phrase = place.passphrase(place.about().key_file)
    key = new_key(phrase)
    issued = lab.platform.edges.authority.issue("edge-a", request_of(key, phrase, "edge-a"), 365)
    place.keep(key, issued.pem)
    with client(place) as edge:
        answer = edge.get("/hosts/edge-a/connections")
    assert answer.status_code == 401
    assert issued.fingerprint[:16] in answer.json()["why"]
    assert any(issued.fingerprint[:16] in one for one in lab.attempts("edge_refused"))


def test_a_revoked_edge_is_refused_at_once_and_what_it_has_open_is_closed(lab: Lab, tmp_path: Path) -> None:
    place = lab.enrolled(tmp_path, "edge-r")
    with client(place) as edge:
        assert edge.get("/hosts/edge-r/connections").status_code == 200
        ended: list[BaseException] = []

        def ask() -> None:
            try:
                edge.get("/questions", params={"host": "edge-r", "wait": "25"})
            except httpx.TransportError as error:
                ended.append(error)

        lab.clock.advance(timedelta(minutes=2))
        asking = threading.Thread(target=ask)
        asking.start()
        until(lambda: lab.used_now("edge-r"), "the long poll is let in")
        lab.revoke("edge-r")
        asking.join(PATIENCE_S)
    assert ended, "the long poll was broken off, not answered"
    with client(place) as edge:
        answer = edge.get("/hosts/edge-r/connections")
    assert answer.status_code == 401
    assert "revoked" in answer.json()["why"]
    assert any(one.startswith("edge-r: ") and "revoked" in one for one in lab.attempts("edge_refused"))


def test_a_certificate_whose_time_is_over_is_refused_in_words_and_entered(lab: Lab, tmp_path: Path) -> None:
    place = lab.enrolled(tmp_path, "edge-o", days=1)
    with client(place) as edge:
        assert edge.get("/hosts/edge-o/connections").status_code == 200
    lab.clock.advance(timedelta(days=1, minutes=1))
    with client(place) as edge:
        answer = edge.get("/hosts/edge-o/connections")
    assert answer.status_code == 401
    assert "ended on" in answer.json()["why"]
    assert any(one.startswith("edge-o: ") and "ended on" in one for one in lab.attempts("edge_refused"))


def test_an_edge_renews_its_certificate_and_the_old_one_stays_good_until_it_ends(
    lab: Lab, tmp_path: Path
) -> None:
    place = lab.enrolled(tmp_path, "edge-n")
    old, phrase = place.tls(), place.passphrase(place.about().key_file)
    key = new_key(phrase)
    with client(place) as edge:
        answer = edge.post("/certificate", json={"request": request_of(key, phrase, "edge-n")})
    place.keep(key, answer.json()["certificate"])
    for tls in (old, place.tls()):
        with client(place, tls) as edge:
            assert edge.get("/hosts/edge-n/connections").status_code == 200
    lab.revoke("edge-n")
    for tls in (old, place.tls()):
        with client(place, tls) as edge:
            assert edge.get("/hosts/edge-n/connections").status_code == 401


def test_a_code_is_good_once_for_one_key_and_until_it_ends(lab: Lab, tmp_path: Path) -> None:
    code = lab.invite("edge-1", hours=1)
    first = Place(tmp_path / "first")
    enrol(first, lab.url, code)
    with pytest.raises(NotAuthenticated, match="used, for another key"):
        enrol(Place(tmp_path / "second"), lab.url, code)
    assert not Place(tmp_path / "second").is_enrolled
    code = lab.invite("edge-1", hours=1)
    lab.clock.advance(timedelta(hours=1, minutes=1))
    with pytest.raises(NotAuthenticated, match="ended on"):
        enrol(Place(tmp_path / "third"), lab.url, code)
    wrong = enrolment.code_of("edge-1", b"x" * enrolment.SECRET_BYTES)
    with pytest.raises(NotAuthenticated, match="another one"):
        enrol(Place(tmp_path / "fourth"), lab.url, wrong)
    assert {one.split(": ")[0] for one in lab.attempts("edge_enrolment_refused")} == {"edge-1"}
    with pytest.raises(Invalid, match="no enrolment code"):
        enrol(Place(tmp_path / "fifth"), lab.url, "edge-1.AAAA")


def test_an_enrolment_whose_answer_was_lost_is_made_again_with_the_same_code(
    lab: Lab, tmp_path: Path
) -> None:
    code, place = lab.invite("edge-l"), Place(tmp_path / "edge-l")

    class Lost(httpx.HTTPTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            super().handle_request(request).read()
            raise httpx.ReadError("the network went away")

    with pytest.raises(Unavailable):
        enrol(place, lab.url, code, transport=Lost())
    enrol(place, lab.url, code)
    with client(place) as edge:
        assert edge.get("/hosts/edge-l/connections").status_code == 200


def test_an_answer_that_somebody_between_wrote_is_not_believed(lab: Lab, tmp_path: Path) -> None:
    (tmp_path / "between").mkdir()
    key = tmp_path / "between.key"
    vault.make_key(key)
    between = Authority(tmp_path / "between", vault.find(key), lab.clock)
    between.make("somebody between")

    class Between(httpx.HTTPTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            answer = super().handle_request(request)
            said = {**httpx.Response(200, content=answer.read()).json(), "authority": between.certificate()}
            return httpx.Response(200, json=said)

    place = Place(tmp_path / "edge-m")
    with pytest.raises(IntegrityFault, match="nothing of it is believed"):
        enrol(place, lab.url, lab.invite("edge-m"), transport=Between())
    assert not place.is_enrolled


def test_a_row_that_is_put_back_behind_the_record_is_no_way_in(lab: Lab, tmp_path: Path) -> None:
    place = lab.enrolled(tmp_path, "edge-t")
    lab.revoke("edge-t")
    record = lab.platform.record
    with record.engine.connect() as connection:
        revoked = connection.execute(
            text("SELECT count(*) FROM record_edge_certificate WHERE name = 'edge-t' AND revoked_at IS NULL")
        ).scalar()
        held = connection.execute(
            text(
                "SELECT count(*) FROM record_credential WHERE owner_id IN "
                "(SELECT id FROM record_edge_certificate WHERE name = 'edge-t')"
            )
        ).scalar()
    assert (revoked, held) == (0, 0), "nothing is left of what let it in"
    with record.reading() as session:
        now = record.clock.now()
        assert list(lab.platform.identity.credentials.faults(session, now)) == []
    with client(place) as edge:
        assert edge.get("/hosts/edge-t/connections").status_code == 401


def test_no_edge_is_invited_where_none_is_listened_for_or_another_speaks_for_its_host(
    lab: Lab, tmp_path: Path
) -> None:
    with pytest.raises(Conflict, match="speaks for the host local"):
        lab.invite("local")
    with pytest.raises(Invalid, match="cannot name an edge"):
        lab.invite("../edge")
    with pytest.raises(Invalid, match="scopes"):
        lab.invite("edge-s", scopes=("witness",))
    create_installation(tmp_path / "other", Config(name="other"))
    other = open_platform(tmp_path / "other")
    try:
        with (
            pytest.raises(Unavailable, match="listens for no edges"),
            other.record.action(Actor.timer("test"), "record.edge.invite") as unit,
        ):
            other.edges.invite(unit, "edge-a", scopes=("connect",), hours=1, days=1)
    finally:
        other.close()
    body = {"request": "no request", "mac": "0" * 64}
    answer = httpx.post(f"{lab.url}/api/edges/edge-a/enrol", json=body, trust_env=False)
    assert answer.status_code == 422
