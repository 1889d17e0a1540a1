"""Input that is malformed, malicious or merely wrong: a clear answer, nothing written, an entry where it matters."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI
from sqlalchemy import func, select
from starlette.testclient import TestClient
from starlette.types import Message, Scope

from titer.app import Config, Platform, create_installation, open_platform
from titer.base.clock import ManualClock
from titer.base.errors import Invalid
from titer.base.files import LARGEST_FILE
from titer.base.strict_json import MOST_PARTS
from titer.connect.files.settings import FolderSettings
from titer.record import Actor, ContentObject, LedgerEntry, Person
from titer.server.app import create_app
from titer.server.intake import LARGEST_UNKNOWN

PASSWORD = "correct horse battery"
FOLDER = {"folder": "/data/hplc", "time_zone": "UTC", "encoding": "utf-8"}


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    folder = tmp_path_factory.mktemp("hostile") / "lab"
    create_installation(folder, Config(name="lab"))
    made = open_platform(folder, hasher=PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    with made.record.action(Actor.timer("test"), "record.person.create") as unit:
        for name, role in (("root", "administrator"), ("ada", "analyst"), ("quentin", "quality")):
            row = made.identity.create_person(
                unit, username=name, full_name=name.title(), password=PASSWORD, roles=(role,)
            )
            row.policy_acknowledged_at = unit.now
    yield made
    made.close()


@pytest.fixture(scope="module")
def app(platform: Platform) -> FastAPI:
    """One application for all: two hundred routes take a second to put together."""
    return create_app(platform)


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app) as made:
        yield made


def log_in(client: TestClient, name: str = "root") -> dict[str, str]:
    answer = client.post("/api/session", json={"username": name, "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    return {"X-CSRF-Token": answer.json()["csrf"]}


def entries(platform: Platform) -> int:
    with platform.record.reading() as session:
        return session.scalar(select(func.count()).select_from(LedgerEntry)) or 0


def is_problem(answer: Any, status: int) -> dict[str, Any]:
    """The answer as a problem document of the status (RFC 9457)."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert {"type", "title", "status", "detail"} <= set(body)
    assert body["status"] == status
    return body


PERSON = {"username": "eve", "full_name": "Eve", "password": PASSWORD, "roles": []}

MALFORMED = {
    "nothing": b"",
    "no JSON": b"{",
    "text behind it": b"{} {}",
    "invalid UTF-8": b'{"username": "\xff\xfe"}',
    "an overlong sequence": b'{"username": "\xc0\xaf"}',
    "UTF-16": '{"username": "eve"}'.encode("utf-16"),
    "a NUL character": b'{"username": "a\\u0000b", "full_name": "E", "password": "correct horse b"}',
    "half a surrogate pair": b'{"username": "eve", "full_name": "\\ud800", "password": "correct horse b"}',
    "the other half": b'{"username": "eve", "full_name": "\\udc00\\ud800", "password": "correct horse b"}',
    "half of one as a name": b'{"\\ud800": 1}',
    "a member twice": b'{"username": "eve", "username": "root", "full_name": "E", "password": "correct horse b"}',
    "a member twice, far inside": b'{"x": [[{"a": 1, "a": 2}]]}',
    "NaN": b'{"username": NaN}',
    "an infinity": b'{"username": -Infinity}',
    "an infinity in disguise": b'{"username": 1e999}',
    "a number beyond 64 bits": b'{"username": 9223372036854775808}',
    "a number of a million digits": b'{"username": ' + b"9" * 1_000_000 + b"}",
    "a thousand levels": b"[" * 1000 + b"]" * 1000,
    "a million levels": b"[" * 1_000_000,
    "sixty-five levels": b'{"a":' * 65 + b"1" + b"}" * 65,
    "the wrong shape": b"[1, 2, 3]",
    "the wrong types": b'{"username": {"$gt": ""}, "full_name": 7, "password": null}',
}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_body_is_refused_in_words_and_writes_nothing(
    client: TestClient, platform: Platform, name: str
) -> None:
    headers = {**log_in(client), "Content-Type": "application/json"}
    before = entries(platform)
    body = is_problem(client.post("/api/people", content=MALFORMED[name], headers=headers), 422)
    assert body["detail"]
    assert entries(platform) == before


def test_ten_megabytes_of_json_are_refused(client: TestClient, platform: Platform) -> None:
    headers = log_in(client)
    before = entries(platform)
    body = {**PERSON, "full_name": "x" * 10_000_000}
    assert (
        "4,194,304 bytes" in is_problem(client.post("/api/people", json=body, headers=headers), 413)["detail"]
    )
    assert entries(platform) == before


def test_a_reused_password_is_refused_in_words_and_leaves_the_old_one_in_force(
    client: TestClient, platform: Platform
) -> None:
    headers = log_in(client, "quentin")
    with platform.record.reading() as session:
        before = session.scalars(select(Person).where(Person.username == "quentin")).one().version
    body = {"password": PASSWORD, "proof": {"password": PASSWORD}}
    told = is_problem(client.post("/api/account/password", json=body, headers=headers), 422)
    assert "used before" in told["detail"]
    with platform.record.reading() as session:
        assert session.scalars(select(Person).where(Person.username == "quentin")).one().version == before
    log_in(client, "quentin")


def test_a_change_of_a_stale_version_is_refused_in_words_and_writes_nothing(
    client: TestClient, platform: Platform
) -> None:
    headers = log_in(client)
    now = client.get("/api/access-policy").json()
    fields = {name: now[name] for name in now if name not in ("changed_at", "meanings", "bounds")}
    more = {**fields, "max_failures": fields["max_failures"] + 1, "reason": "as agreed"}
    changed = client.put("/api/access-policy", json=more, headers=headers)
    assert changed.status_code == 204, changed.text
    before = entries(platform)
    late = client.put(
        "/api/access-policy", json={**fields, "idle_minutes": 9, "reason": "late"}, headers=headers
    )
    assert is_problem(late, 412)["detail"]
    assert entries(platform) == before


def test_a_thousand_failing_log_ins_are_slowed_down_in_words_and_do_not_fill_the_ledger(
    platform: Platform, app: FastAPI
) -> None:
    before, answers = entries(platform), list[tuple[int, dict[bytes, bytes], bytes]]()

    async def attempt(number: int) -> None:
        body = json.dumps({"username": f"user{number}", "password": "guessed it"}).encode()
        sent: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            sent.append(message)

        scope: Scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST",
            "scheme": "http", "path": "/api/session", "raw_path": b"/api/session", "query_string": b"",
            "headers": [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))],
            "client": ("10.9.9.9", 4711), "server": ("hub", 80), "state": {},
        }  # fmt: skip
        await app(scope, receive, send)
        answers.append((sent[0]["status"], dict(sent[0]["headers"]), sent[1]["body"]))

    async def attempts() -> None:
        for number in range(1000):
            await attempt(number)

    asyncio.run(attempts())
    looked_at = sum(status == 401 for status, _, _ in answers)
    waiting = [(headers, body) for status, headers, body in answers if status == 429]
    assert looked_at + len(waiting) == 1000
    assert len(waiting) > 900
    headers, body = waiting[-1]
    assert int(headers[b"retry-after"]) > 0
    assert headers[b"content-type"] == b"application/problem+json"
    assert json.loads(body)["detail"]
    written = entries(platform) - before
    assert looked_at <= written <= looked_at + 12, "each that was looked at, and 1, 2, 4 ... of the rest"
    with TestClient(app, client=("10.9.9.10", 4711)) as other:
        log_in(other)


def test_a_member_that_comes_twice_among_many_is_named(client: TestClient) -> None:
    names = ",".join(f'"k{number:06}":0' for number in range(15_000))
    body = f'{{{names},"z":0,"z":0}}'.encode()
    headers = {"Content-Type": "application/json"}
    told = is_problem(client.post("/api/session", content=body, headers=headers), 422)
    assert "'z' comes twice" in told["detail"]


def test_whoever_is_not_known_sends_little(client: TestClient, platform: Platform) -> None:
    large = b"x" * (LARGEST_UNKNOWN + 1)
    octets = {"Content-Type": "application/octet-stream"}
    assert is_problem(client.post("/api/session", content=large, headers=octets), 413)
    assert is_problem(client.post("/api/lims/attachments", content=large, headers=octets), 413)
    forged = {**octets, "Authorization": "Bearer nonsense", "Cookie": "titer_session=nonsense"}
    assert is_problem(client.post("/api/imports", content=large, headers=forged), 413)
    with platform.record.action(Actor.timer("test"), "record.token.issue") as unit:
        token = platform.identity.issue_token(unit, "sender", ("connect",))
    known = {**octets, "Authorization": f"Bearer {token}"}
    assert client.put("/api/connect/content", content=large, headers=known).status_code == 200
    before = entries(platform)
    announced = {**known, "Content-Length": str(LARGEST_FILE + 1)}
    told = is_problem(client.put("/api/connect/content", content=b"x", headers=announced), 413)
    assert f"{LARGEST_FILE:,} bytes at the most" in told["detail"]
    assert entries(platform) == before
    with pytest.raises(Invalid, match=f"{LARGEST_FILE:,} bytes at the most"):
        FolderSettings.of("hplc", {**FOLDER, "max_bytes": LARGEST_FILE + 1})
    assert FolderSettings.of("hplc", FOLDER).max_bytes == LARGEST_FILE
    headers = log_in(client)
    told = client.post("/api/lims/attachments", content=large, headers={**octets, **headers})
    assert told.status_code != 413


def test_a_body_of_very_many_parts_is_refused_before_it_is_parsed(client: TestClient) -> None:
    headers = {**log_in(client), "Content-Type": "application/json"}
    body = b"[" + b"[]," * (MOST_PARTS // 2) + b"[]]"
    assert "parts" in is_problem(client.post("/api/people", content=body, headers=headers), 422)["detail"]


def test_asking_for_what_costs_a_write_is_limited_by_address(client: TestClient, platform: Platform) -> None:
    before = entries(platform)
    answers = [client.post("/api/session/passkey").status_code for _ in range(40)]
    assert answers[:20] == [200] * 20
    assert set(answers[20:]) == {429}
    assert entries(platform) == before


@pytest.mark.parametrize("announced", [None, "0", "17"])
def test_a_body_that_does_not_say_how_long_it_is_is_cut_off_while_it_arrives(
    app: FastAPI, announced: str | None
) -> None:
    sent: list[Message] = []
    read = 0

    async def receive() -> Message:
        nonlocal read
        read += 1
        return {"type": "http.request", "body": b"x" * 65_536, "more_body": True}

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [(b"content-type", b"application/json"), (b"transfer-encoding", b"chunked")]
    if announced is not None:
        headers.append((b"content-length", announced.encode()))
    scope: Scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
        "path": "/api/session", "raw_path": b"/api/session", "query_string": b"", "headers": headers,
        "client": ("10.0.0.1", 1), "server": ("hub", 80), "state": {},
    }  # fmt: skip
    asyncio.run(app(scope, receive, send))
    assert sent[0]["status"] == 413
    assert read <= LARGEST_UNKNOWN // 65_536 + 2


@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE"])
def test_a_body_where_none_belongs_is_bounded_too(client: TestClient, method: str) -> None:
    answer = client.request(method, "/api/session", content=b"x" * 80_000_000)
    assert answer.status_code in (401, 413)


@pytest.mark.parametrize(
    "name",
    [
        "text/plain\r\nSet-Cookie: session=eve",
        "text/plain\n",
        "text/\x00plain",
        "text/pl\u00e4in",
        "plain",
        "a/" + "b" * 300,
    ],
)
def test_a_media_type_that_would_begin_another_header_is_refused_when_it_is_stored(
    client: TestClient, platform: Platform, name: str
) -> None:
    headers = {**log_in(client, "ada"), "Content-Type": "application/octet-stream"}
    with platform.record.action(Actor.timer("test"), "equipment.node.register") as unit:
        platform.equipment.import_connection(unit, "hplc", "animl", {}, [])
    place = {"file_name": "run.csv", "connection": "hplc", "media_type": name, "reason": "by hand"}
    before = entries(platform)
    answer = client.post("/api/imports", params=place, content=b"1,2", headers=headers)
    assert is_problem(answer, 422)["where"] in ("media_type", "query")
    assert entries(platform) == before
    with (
        pytest.raises(Invalid, match="no media type"),
        platform.record.action(Actor.timer("test"), "equipment.document.import") as unit,
    ):
        unit.content.put(b"1,2", media_type=name, origin="test")


def test_a_media_type_that_was_stored_past_the_record_begins_no_header_when_it_is_served(
    client: TestClient, platform: Platform
) -> None:
    log_in(client)
    with platform.record.action(Actor.timer("test"), "equipment.document.import") as unit:
        good = unit.content.put(b"good", media_type="text/csv; charset=utf-8", origin="test")
        bad = platform.record.content.write(b"bad")
        unit.add(
            ContentObject(
                digest=bad, size=3, media_type="text/plain\r\nSet-Cookie: session=eve", origin="past"
            )
        )
    assert client.get(f"/api/content/{good}").headers["x-media-type"] == "text/csv; charset=utf-8"
    answer = client.get(f"/api/content/{bad}")
    assert answer.content == b"bad"
    assert answer.headers["x-media-type"] == ""
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "path",
    [
        "/api/people/%00/training",
        "/api/people/a%00b/training",
        "/api/people/%ff%fe/training",
        "/api/people/%0d%0aSet-Cookie:x/training",
        "/api/ledger?record_type=a%00b",
        "/api/ledger?record_type=%c3%28",
    ],
)
def test_an_address_with_what_is_no_text_is_refused(client: TestClient, path: str) -> None:
    log_in(client)
    is_problem(client.get(path), 422)


@pytest.mark.parametrize(
    "path",
    [
        "/api/ledger?limit=-1",
        "/api/ledger?limit=0",
        "/api/ledger?limit=100000000",
        "/api/ledger?limit=1e3",
        "/api/ledger?before=9999999999999999999999",
        "/api/ledger?before=abc",
    ],
)
def test_page_sizes_and_places_that_make_no_sense_are_refused(client: TestClient, path: str) -> None:
    log_in(client)
    is_problem(client.get(path), 422)


@pytest.mark.parametrize(
    "name", ["%", "_", "%%%", "r__t", "' OR '1'='1", "root' --", "root'; DROP TABLE record_person; --"]
)
def test_wildcards_and_statements_are_names_of_nobody(
    client: TestClient, platform: Platform, name: str
) -> None:
    is_problem(client.post("/api/session", json={"username": name, "password": PASSWORD}), 401)
    log_in(client)
    for where in ("record_type", "record_id"):
        answer = client.get("/api/ledger", params={where: name})
        assert answer.json()["entries"] == []
    assert client.get("/api/people").json()


@pytest.mark.parametrize(
    "digest", ["..%2f..%2ftiter.yaml", "%2e%2e%2f%2e%2e%2fkeys%2fledger.key", "A" * 64, "0" * 63]
)
def test_content_is_found_by_its_digest_and_by_no_path(client: TestClient, digest: str) -> None:
    log_in(client)
    answer = client.get(f"/api/content/{digest}")
    assert answer.status_code in (404, 422)
    assert b"ledger" not in answer.content.replace(b"/ledger.key", b"")


@pytest.mark.parametrize(
    "path", ["/../../titer.yaml", "/..%2f..%2fapp.py", "/%2e%2e/%2e%2e/app.py", "//etc/passwd"]
)
def test_the_pages_are_the_only_files_that_are_served(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert b"def create_app" not in answer.content
    assert b"root:x" not in answer.content


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/xml", ""])
def test_a_body_of_another_type_is_not_taken_for_json(
    client: TestClient, platform: Platform, kind: str
) -> None:
    headers = {**log_in(client), "Content-Type": kind}
    before = entries(platform)
    is_problem(client.post("/api/people", content=json.dumps(PERSON).encode(), headers=headers), 415)
    assert entries(platform) == before


def test_a_change_without_or_with_a_wrong_csrf_token_is_refused(
    client: TestClient, platform: Platform
) -> None:
    log_in(client)
    before = entries(platform)
    for headers in (
        {},
        {"X-CSRF-Token": ""},
        {"X-CSRF-Token": "0" * 43},
        {"X-CSRF-Token": "ü".encode("latin-1")},
    ):
        is_problem(client.post("/api/people", json=PERSON, headers=headers), 401)  # type: ignore[arg-type]
    other = TestClient(client.app)
    strange = log_in(other, "quentin")
    is_problem(client.post("/api/people", json=PERSON, headers=strange), 401)
    assert entries(platform) == before + 1  # quentin's log-in, and nothing else


@pytest.mark.parametrize("token", ["", "x", "A" * 43, "../../x", "é", "0" * 100_000])
def test_a_forged_session_opens_nothing(client: TestClient, token: str) -> None:
    answer = client.get("/api/people", headers={"Cookie": f"titer_session={token}".encode()})
    is_problem(answer, 401)


def test_a_machine_token_reaches_no_further_than_its_scope(client: TestClient, platform: Platform) -> None:
    headers = log_in(client)
    token = client.post("/api/tokens", json={"name": "edge", "scopes": ["connect"]}, headers=headers).json()[
        "token"
    ]
    client.cookies.clear()
    bearer = {"Authorization": f"Bearer {token}"}
    for path in ("/api/people", "/api/ledger", "/api/installation"):
        is_problem(client.get(path, headers=bearer), 401)
    is_problem(client.post("/api/people", json=PERSON, headers=bearer), 401)
    with platform.record.action(Actor.timer("test"), "record.token.issue") as unit:
        other = platform.identity.issue_token(unit, "commander", ("command",))
    refused = client.get("/api/connect/hosts/lab/connections", headers={"Authorization": f"Bearer {other}"})
    assert "does not reach" in is_problem(refused, 403)["detail"]


def test_what_a_page_asks_by_itself_keeps_no_session_alive(tmp_path: Path) -> None:
    clock = ManualClock(datetime(2026, 3, 2, 8, tzinfo=UTC))
    create_installation(tmp_path / "lab", Config(name="lab"))
    lab = open_platform(
        tmp_path / "lab", clock=clock, hasher=PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    )
    with lab.record.action(Actor.timer("test"), "record.person.create") as unit:
        row = lab.identity.create_person(
            unit, username="root", full_name="Root", password=PASSWORD, roles=("administrator",)
        )
        row.policy_acknowledged_at = unit.now
    with TestClient(create_app(lab)) as client:
        log_in(client)
        token = client.cookies["titer_session"]
        by_itself = {"X-Titer-Unattended": "1"}
        for _ in range(2):
            clock.advance(timedelta(minutes=20))
            assert client.get("/api/installation").status_code == 200
        clock.advance(timedelta(minutes=20))
        assert client.get("/api/installation", headers=by_itself).status_code == 200
        assert lab.identity.is_session(token)
        clock.advance(timedelta(minutes=20))
        assert not lab.identity.is_session(token), "an event stream of it would end now"
        assert client.get("/api/installation", headers=by_itself).status_code == 401
        assert client.get("/api/installation").status_code == 401
    lab.close()


def test_who_has_no_right_is_told_so_and_nothing_is_written(client: TestClient, platform: Platform) -> None:
    headers = log_in(client, "ada")
    before = entries(platform)
    body = is_problem(client.post("/api/people", json=PERSON, headers=headers), 403)
    assert "no right" in body["detail"]
    assert entries(platform) == before


def test_what_nobody_foresaw_is_a_problem_document_without_a_trace_of_the_code(platform: Platform) -> None:
    app = create_app(platform)

    @app.get("/api/test-failure")
    def fail() -> None:
        raise RuntimeError("a secret of the code")

    app.router.routes.insert(0, app.router.routes.pop())
    client = TestClient(app, raise_server_exceptions=False)
    answer = client.get("/api/test-failure")
    assert is_problem(answer, 500)["title"] == "Something failed"
    assert "secret" not in answer.text


def test_every_route_says_in_the_document_how_it_refuses(client: TestClient) -> None:
    log_in(client)
    document = client.get("/api/openapi.json").json()
    for path, item in document["paths"].items():
        for method, operation in item.items():
            assert "application/problem+json" in operation["responses"]["4XX"]["content"], (method, path)
    assert "HTTPValidationError" not in json.dumps(document)
