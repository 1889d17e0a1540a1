"""Single sign-on, tokens, policy, delegation and reviews of access as browser and machine meet them, over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2 as httpx
import pytest
import yaml
from argon2 import PasswordHasher
from starlette.testclient import TestClient
from tests.identity_provider import CLIENT, SECRET, IdentityProvider, serve

from titer.app import Config, Platform, create_installation, open_platform
from titer.app.config import FILE
from titer.base import vault
from titer.record import Actor
from titer.server.app import create_app

PASSWORD = "correct horse battery"
PEOPLE = {
    "ada": ("analyst",),
    "quentin": ("quality",),
    "quinn": ("quality",),
    "root": ("administrator",),
    "ron": ("reviewer",),
}


@pytest.fixture
def provider() -> Iterator[IdentityProvider]:
    with serve(lambda: datetime.now(UTC).timestamp()) as made:
        yield made


@pytest.fixture
def platform(tmp_path: Path, provider: IdentityProvider) -> Iterator[Platform]:
    folder = tmp_path / "lab"
    create_installation(folder, Config(name="lab"))
    told = yaml.safe_load((folder / FILE).read_text())
    told["oidc"] = {
        "issuer": provider.issuer,
        "client_id": CLIENT,
        "secret_file": "keys/provider.secret",
        "redirect_uri": "http://127.0.0.1:1/api/session/provider/return",
        "name": "Plant log-in",
    }
    (folder / FILE).write_text(yaml.safe_dump(told))
    vault.find(Path(told["key_file"])).write(
        folder / "keys" / "provider.secret", SECRET.encode(), vault.OWN_FILE
    )
    made = open_platform(folder, hasher=PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    with made.record.action(Actor.timer("test"), "record.person.create") as unit:
        for username, roles in PEOPLE.items():
            person = made.identity.create_person(
                unit, username=username, full_name=username.title(), password=PASSWORD, roles=roles
            )
            person.policy_acknowledged_at = unit.now
    yield made
    made.close()


@pytest.fixture
def client(platform: Platform) -> Iterator[TestClient]:
    with TestClient(create_app(platform), base_url="http://127.0.0.1:1") as made:
        yield made


def log_in(client: TestClient, username: str) -> dict[str, str]:
    client.cookies.clear()
    answer = client.post("/api/session", json={"username": username, "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    return {"X-CSRF-Token": answer.json()["csrf"]}


def people(client: TestClient) -> dict[str, dict[str, Any]]:
    return {one["username"]: one for one in client.get("/api/people").json()}


def through_the_provider(client: TestClient, **headers: str) -> Any:
    begun = client.get("/api/session/provider/begin", follow_redirects=False)
    assert begun.status_code == 303, begun.text
    back = httpx.get(begun.headers["location"], follow_redirects=False).headers["location"]
    asked = {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}
    return client.get("/api/session/provider/return", params=asked, headers=headers, follow_redirects=False)


def test_who_came_by_the_provider_still_signs_with_a_proof_given_here(
    client: TestClient, platform: Platform
) -> None:
    admin = log_in(client, "root")
    quentin = people(client)["quentin"]
    linked = client.post(
        f"/api/people/{quentin['id']}/provider",
        json={"subject": "subject-1", "reason": "new", "proof": {"password": PASSWORD}},
        headers=admin,
    )
    assert linked.status_code == 201, linked.text
    client.cookies.clear()
    assert client.get("/api/session/provider").json() == {"enabled": True, "name": "Plant log-in"}
    answer = through_the_provider(client)
    assert (answer.status_code, answer.headers["location"]) == (303, "/"), answer.text
    session = client.get("/api/session").json()
    assert session["person"]["username"] == "quentin"
    headers = {"X-CSRF-Token": session["csrf"]}
    with platform.record.action(Actor.timer("test"), "quality.exception.raise") as unit:
        exception = platform.quality.raise_exception(
            unit, kind="limit", severity="minor", title="x", detail="x", batch_id=None, subject_type="x",
            subject_id="x", evidence={}, key="x",
        )  # fmt: skip
    what = {
        "record_type": "quality_exception",
        "record_id": exception.id,
        "meaning": "disposed",
        "data": {"disposition": "justified", "comment": "Within the proven range."},
    }
    shown = client.post("/api/signatures/preview", json=what, headers=headers).json()
    assert shown["blockers"] == []
    given = what | {"version": shown["version"], "digest": shown["digest"], "reason": "read"}
    refused = client.post(
        "/api/signatures", json=given | {"password": "the provider knows me"}, headers=headers
    )
    assert (refused.status_code, refused.json()["reason"]) == (401, "credentials")
    signed = client.post(
        "/api/signatures", json=given | {"password": PASSWORD, "username": "quentin"}, headers=headers
    )
    assert signed.status_code == 201, signed.text


def test_a_stolen_cookie_links_nobody_with_the_provider_not_even_its_own_person(client: TestClient) -> None:
    admin = log_in(client, "root")
    known = people(client)
    for username in ("root", "quentin"):
        address = f"/api/people/{known[username]['id']}/provider"
        for proof in ({"proof": {}}, {"proof": {"password": "not the password"}}):
            body = {"subject": "subject-9", "reason": "mine now", **proof}
            refused = client.post(address, json=body, headers=admin)
            assert (refused.status_code, refused.headers["content-type"]) == (401, "application/problem+json")
        assert client.get(address).json() == []
    entered = client.get("/api/ledger", params={"record_type": "record_access_event"}).json()["entries"]
    assert len(entered) == 4, "each attempt is entered"
    own = f"/api/people/{known['root']['id']}/provider"
    body = {"subject": "subject-9", "reason": "new account", "proof": {"password": PASSWORD}}
    assert client.post(own, json=body, headers=admin).status_code == 201


def test_no_action_takes_both_a_proof_in_the_request_and_one_that_the_session_has(
    client: TestClient, platform: Platform
) -> None:
    """Who came by the provider has proved nothing here, so the session's proof is never fresh."""
    admin = log_in(client, "root")
    known = people(client)
    ada = known["ada"]["id"]
    body = {"subject": "subject-1", "reason": "new", "proof": {"password": PASSWORD}}
    assert (
        client.post(f"/api/people/{known['root']['id']}/provider", json=body, headers=admin).status_code
        == 201
    )
    with platform.record.action(Actor.timer("test"), "record.access_policy.change", reason="test") as unit:
        row = platform.identity.policies.row(unit.session)
        platform.identity.policies.change(unit, row.version if row else 0, proof_minutes=10)
    client.cookies.clear()
    assert through_the_provider(client).status_code == 303
    headers = {"X-CSRF-Token": client.get("/api/session").json()["csrf"]}

    disable = {"active": False, "reason": "has left"}
    asked = client.post(f"/api/people/{ada}/account", json=disable, headers=headers)
    assert (asked.status_code, asked.json()["needs"]) == (401, "proof"), asked.text
    badge = {"number": "04A1B2C3D4", "reason": "new", "proof": {"password": PASSWORD}}
    given = client.post(f"/api/people/{ada}/badge", json=badge, headers=headers)
    assert given.status_code == 201, "the request bore its proof, so the session's age is not asked for"
    still = client.post(f"/api/people/{ada}/account", json=disable, headers=headers)
    assert still.json()["needs"] == "proof", "what one request proved holds for that request"

    proved = client.post("/api/session/proof", json={"password": PASSWORD}, headers=headers)
    headers = {"X-CSRF-Token": proved.json()["csrf"]}
    none = client.post(
        f"/api/people/{ada}/badge",
        json={"number": "0A0B0C0D0E", "reason": "stolen cookie", "proof": {}},
        headers=headers,
    )
    assert none.status_code == 401, "however fresh the session's proof is, a credential takes one of its own"
    gone = client.post(f"/api/people/{ada}/account", json=disable, headers=headers)
    assert gone.status_code == 204, gone.text


def test_a_refused_sign_on_is_a_problem_for_programs_and_a_way_back_for_browsers(client: TestClient) -> None:
    refused = through_the_provider(client)
    assert refused.status_code == 401
    assert refused.headers["content-type"] == "application/problem+json"
    assert "nobody here is linked" in refused.json()["detail"]
    back = through_the_provider(client, accept="text/html")
    assert (back.status_code, back.headers["location"]) == (303, "/")
    assert "titer_session" not in client.cookies
    assert "nobody%20here" in back.headers["set-cookie"]
    denied = client.get("/api/session/provider/return", params={"error": "access_denied"})
    assert denied.status_code == 401


def test_a_machine_with_too_small_a_scope_is_told_so_with_403(client: TestClient) -> None:
    headers = log_in(client, "root")
    until = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    made = client.post(
        "/api/tokens",
        json={
            "name": "host-x",
            "scopes": ["observe"],
            "host": "x",
            "expires_at": until,
            "reason": "new host",
        },
        headers=headers,
    )
    assert made.status_code == 201, made.text
    bearer = {"Authorization": f"Bearer {made.json()['token']}"}
    assert client.get("/api/connect/hosts/x/connections", headers=bearer).status_code == 200
    refused = client.get("/api/connect/commands", params={"host": "x", "wait": 0}, headers=bearer)
    assert refused.status_code == 403
    assert refused.json()["why"] == "It takes the scope command; the token has observe."
    listed = {one["name"]: one for one in client.get("/api/tokens").json()["tokens"]}
    assert (listed["host-x"]["state"], listed["host-x"]["used_from"]) == ("valid", "testclient")
    assert client.post("/api/tokens/host-x/end", json={"reason": "gone"}, headers=headers).status_code == 204
    assert client.get("/api/connect/hosts/x/connections", headers=bearer).status_code == 401


def test_a_new_policy_asks_everybody_again(client: TestClient) -> None:
    headers = log_in(client, "quentin")
    made = client.post(
        "/api/policies/signature",
        json={"title": "Signatures", "text": "Read, then sign.", "reason": "yearly"},
        headers=headers,
    )
    assert made.status_code == 201, made.text
    told = client.get("/api/policies/signature").json()
    assert (told["acknowledged"], told["current"]["number"]) == (False, 1)
    assert "Quentin" in told["outstanding"]
    assert client.post("/api/session/policy", json={"digest": "0" * 64}, headers=headers).status_code == 412
    answer = client.post("/api/session/policy", json={"digest": told["current"]["digest"]}, headers=headers)
    assert answer.status_code == 200
    assert "Quentin" not in client.get("/api/policies/signature").json()["outstanding"]


def test_a_delegation_and_its_refusals_in_words(client: TestClient) -> None:
    headers = log_in(client, "ada")
    known, now = people(client), datetime.now(UTC)
    body = {
        "role": "analyst",
        "begins_at": now.isoformat(),
        "ends_at": (now + timedelta(days=2)).isoformat(),
        "reason": "leave",
    }
    refused = client.post("/api/delegations", json=body | {"to_id": known["root"]["id"]}, headers=headers)
    assert refused.status_code == 409
    assert "An administrator holds no data right." in refused.json()["why"]
    given = client.post("/api/delegations", json=body | {"to_id": known["ron"]["id"]}, headers=headers)
    assert (given.status_code, given.json()["state"]) == (201, "in force"), given.text
    theirs = client.post(
        "/api/delegations",
        json=body | {"from_id": known["quinn"]["id"], "to_id": known["ron"]["id"]},
        headers=headers,
    )
    assert theirs.status_code == 403
    (listed,) = client.get("/api/delegations").json()
    ended = client.post(
        f"/api/delegations/{listed['id']}/end",
        json={"version": listed["version"], "reason": "back"},
        headers=headers,
    )
    assert (ended.status_code, ended.json()["state"]) == (200, "ended early")


def test_a_conflict_put_past_the_guards_becomes_an_exception(client: TestClient, platform: Platform) -> None:
    from titer.record import RoleAssignment

    headers = log_in(client, "root")
    root = people(client)["root"]["id"]
    with platform.record.action(Actor.timer("somebody"), "record.role.assign") as unit:
        unit.add(RoleAssignment(person_id=root, role="analyst", active=True))
    searched = client.post("/api/conflicts/search", headers=headers)
    assert (searched.status_code, searched.json()["found"]) == (201, 1), searched.text
    platform.settle()
    (found,) = client.get("/api/conflicts").json()["conflicts"]
    assert found["full_name"] == "Root"
    exceptions = platform.quality.exceptions
    with platform.record.reading() as session:
        (raised,) = exceptions(session)
    assert (raised.severity, raised.kind) == ("critical", "access")


def test_a_review_that_is_due_waits_for_quality_and_not_for_the_person_concerned(
    client: TestClient, platform: Platform
) -> None:
    with platform.record.action(Actor.timer("test"), "record.rights.search") as unit:
        from titer.record import Person

        for person in unit.session.query(Person):
            held = platform.record.roles_of(unit.session, person.id)
            platform.rights.recertification.open(unit, person, held, unit.now + timedelta(days=3))
    log_in(client, "quentin")
    waiting = [
        one for one in client.get("/api/waiting").json() if one["record_type"] == "record_access_review"
    ]
    assert {one["act"] for one in waiting} == {"Review the person's access"}
    assert "Access of Quentin" not in {one["title"] for one in waiting}
    assert len(waiting) == len(PEOPLE) - 1
    log_in(client, "ada")
    assert client.get("/api/waiting").json() == []


def test_the_configuration_is_written_as_it_was_read(tmp_path: Path) -> None:
    from titer.app.config import load, write

    told = Config(oidc={"issuer": "https://id.example"})
    write(tmp_path, told)
    assert asdict(load(tmp_path)) == asdict(told)
