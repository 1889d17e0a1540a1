"""The role x action matrix, cell by cell: at the record, and at every route that changes something."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from fastapi import APIRouter
from sqlalchemy import func, select
from starlette.testclient import TestClient

from titer.app import Config, Platform, create_installation, open_platform
from titer.base.errors import NotAuthorised
from titer.record import ROLES, Actor, LedgerEntry, Person
from titer.record.http import Acting
from titer.record.identity.rules import EACH, FRESH_PROOF, RECENT
from titer.server.app import create_app
from titer.server.rights import Needs, needs_of

PASSWORD = "correct horse battery"


def _expected() -> dict[str, frozenset[str]]:
    """By action, the roles that may do it, as the table beside says; nothing of it comes out of the code."""
    text = Path(__file__).with_name("matrix.txt").read_text(encoding="utf-8")
    heading, *rows = [line.split() for line in text.splitlines() if not line.startswith("#")]
    found = {}
    for verb, *cells in rows:
        assert len(cells) == len(heading) - 1 and set(cells) <= {"x", "."}, f"{verb}: {cells}"
        assert verb not in found, f"{verb} stands there twice"
        found[verb] = frozenset(role for role, cell in zip(heading[1:], cells, strict=True) if cell == "x")
    return found


EXPECTED = _expected()


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """One person for each role, and one without any."""
    folder = tmp_path_factory.mktemp("matrix") / "lab"
    create_installation(folder, Config(name="lab"))
    made = open_platform(folder, hasher=PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    with made.record.action(Actor.timer("test"), "record.person.create") as unit:
        for role in ROLES:
            person = made.identity.create_person(
                unit, username=role, full_name=role.title(), password=PASSWORD, roles=(role,)
            )
            person.policy_acknowledged_at = unit.now
        made.identity.create_person(unit, username="guest", full_name="Guest", password=PASSWORD)
    yield made
    made.close()


@pytest.fixture(scope="module")
def client(platform: Platform) -> Iterator[TestClient]:
    with TestClient(create_app(platform)) as made:
        yield made


def log_in(client: TestClient, username: str) -> dict[str, str]:
    client.cookies.clear()
    answer = client.post("/api/session", json={"username": username, "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    return {"X-CSRF-Token": answer.json()["csrf"]}


def entries(platform: Platform) -> int:
    with platform.record.reading() as session:
        return session.scalar(select(func.count()).select_from(LedgerEntry)) or 0


def operations(client: TestClient) -> list[tuple[str, str, str]]:
    """Method, path and name of everything in the OpenAPI document that may change something."""
    return [
        (method.upper(), path, operation["operationId"])
        for path, methods in client.get("/api/openapi.json").json()["paths"].items()
        for method, operation in methods.items()
        if method not in ("get", "head", "options")
    ]


def test_of_every_route_that_changes_something_it_is_known_what_right_it_takes(client: TestClient) -> None:
    """A new route whose verb is not known fails here: name the verb in its code, or declare it."""
    app: Any = client.app
    unknown = [name for _, _, name in operations(client) if not app.state.needs.get(name, Needs()).known]
    assert unknown == [], (
        "of these routes no right is known, so nobody may use them; open the action in the route itself with the "
        "verb written out, or declare it in titer.server.rights.DECLARED"
    )
    assert {name for _, _, name in operations(client)} == set(app.state.needs)


def test_the_matrix_is_the_one_that_the_table_beside_says(platform: Platform) -> None:
    """Cell by cell against `matrix.txt`: a right that somebody was given or lost is seen here by name."""
    given = {verb: frozenset(spec.roles) for verb, spec in platform.record.matrix.items()}
    assert set(given) == set(EXPECTED)
    cells = [(verb, role) for verb in sorted(given) for role in ROLES]
    assert [
        f"{role} {'may' if role in given[verb] else 'may not'} {verb}, and the table says otherwise"
        for verb, role in cells
        if (role in given[verb]) != (role in EXPECTED[verb])
    ] == []
    assert {role for roles in EXPECTED.values() for role in roles} == set(ROLES)


@pytest.mark.parametrize("role", ["administrator", "inspector"])
def test_neither_administrator_nor_inspector_holds_a_data_right(platform: Platform, role: str) -> None:
    """No action on records of the trade, nothing that judges them, and no signature but about access itself."""
    held = {verb for verb, spec in platform.record.matrix.items() if role in spec.roles}
    assert held
    assert {verb for verb in held if not verb.startswith("record.")} == set()
    assert held & {
        "record.access.recertify", "record.competency.need", "record.hold.lift", "record.hold.place",
        "record.policy.issue", "record.retention.set", "record.training.enter",
    } == set()  # fmt: skip
    assert [key for key, what in platform.record.meanings.items() if what.verb in held] == []


def test_every_row_of_the_matrix_holds_at_the_record_for_every_role(platform: Platform) -> None:
    """A person of a role opens an action if the matrix says so, and is refused before anything if not."""
    record = platform.record
    people = {person.username: person for person in _people(platform)}
    before = entries(platform)
    for verb in record.matrix:
        for role in (*ROLES, "guest"):
            who = Actor.person(people[role].id, None, role)
            with record.reading() as session:
                assert record.may(session, who, verb) is (role in EXPECTED[verb]), (verb, role)
            if role not in EXPECTED[verb]:
                with pytest.raises(NotAuthorised), record.action(who, verb):
                    pytest.fail(f"{role} opened {verb}")
    assert entries(platform) == before


@pytest.mark.parametrize("role", [*ROLES, "guest"])
def test_every_route_refuses_the_roles_that_the_matrix_refuses_and_no_other(
    client: TestClient, platform: Platform, role: str
) -> None:
    """Each cell over HTTP, with an empty body: 403 in words without the right; with it, anything but 403.

    Routes for machines answer 401 to every person; those that need no right answer no 403 to anybody.
    """
    app: Any = client.app
    headers = log_in(client, role)
    before = entries(platform)
    for method, path, name in operations(client):
        needs: Needs = app.state.needs[name]
        if name in _WAYS_IN_AND_OUT:
            continue
        allowed = any(role in EXPECTED[verb] for verb in needs.verbs)
        if needs.verbs and allowed and name in _DO_WITHOUT_A_BODY:
            continue
        answer = client.request(method, _filled(path), json={}, headers=headers)
        cell = f"{role} x {name} {needs.verbs}: {answer.status_code} {answer.text[:300]}"
        if needs.machine:
            assert answer.status_code == 401, cell
        elif needs.verbs and not allowed:
            assert answer.status_code == 403, cell
            assert answer.headers["content-type"] == "application/problem+json", cell
            told = answer.json()
            assert told["title"] == "No right to do this", cell
            assert told["why"], cell
            assert entries(platform) == before, f"{cell}: something was written"
        else:
            assert answer.status_code not in (401, 403), cell
        before = entries(platform)


_WAYS_IN_AND_OUT = frozenset({"record_log_in", "record_log_out"})
"""They end the session that the walk goes on with; tests of sessions have them."""
_DO_WITHOUT_A_BODY: frozenset[str] = frozenset({"record_step_up"})
"""Routes that somebody with the right may not just try here: an empty proof is a failed attempt, and counts."""


def test_every_signature_is_refused_to_the_roles_that_the_matrix_refuses(
    client: TestClient, platform: Platform
) -> None:
    """The verb of a signature is its meaning's: each meaning and role, with the right password."""
    for role in ROLES:
        headers = log_in(client, role)
        before = entries(platform)
        for (record_type, meaning), what in platform.record.meanings.items():
            answer = client.post(
                "/api/signatures",
                json={
                    "record_type": record_type, "record_id": "none", "meaning": meaning, "version": 1,
                    "digest": "0" * 64, "reason": "test", "password": PASSWORD,
                    "username": role,
                },
                headers=headers,
            )  # fmt: skip
            allowed = role in EXPECTED[what.verb]
            assert answer.status_code == (404 if allowed else 403), (role, record_type, meaning, answer.text)
        assert entries(platform) == before


def test_who_drafted_a_declaration_is_refused_its_approval(client: TestClient, platform: Platform) -> None:
    """The quality unit may do both, and one of its people does not do both about one record."""
    headers = log_in(client, "quality")
    new = {"record_type": "result", "system": "LIMS 7", "since": "2020-01-01T00:00:00Z", "reason": "test"}
    drafted = client.post("/api/systems/declarations", json=new, headers=headers)
    assert drafted.status_code == 201, drafted.text
    what = {"record_type": "systems_declaration", "record_id": drafted.json()["id"], "meaning": "approved"}
    shown = client.post("/api/signatures/preview", json=what, headers=headers).json()
    before = entries(platform)
    answer = client.post(
        "/api/signatures",
        json={
            **what, "version": shown["version"], "digest": shown["digest"], "reason": "as shown",
            "password": PASSWORD, "username": "quality",
        },
        headers=headers,
    )  # fmt: skip
    assert answer.status_code == 409, answer.text
    assert answer.json()["why"] == "Who drafted a declaration does not approve it; another person must."
    assert entries(platform) == before


def test_a_route_of_which_no_verb_is_known_may_be_used_by_nobody(
    client: TestClient, platform: Platform
) -> None:
    fresh = APIRouter()

    @fresh.post("/api/new")
    def brand_new(act: Acting) -> None:
        """A route that somebody adds without a thought of rights."""

    @fresh.post("/api/named")
    def named(act: Acting) -> None:
        """One that says which action it is."""
        with act("record.export"):
            pass

    unknown, known = fresh.routes
    assert not needs_of(unknown, platform.record).known  # type: ignore[arg-type]
    assert needs_of(known, platform.record) == Needs(verbs=("record.export",))  # type: ignore[arg-type]
    app: Any = client.app
    original = app.state.needs.pop("server_export")
    try:
        answer = client.post("/api/exports", json={}, headers=log_in(client, "quality"))
    finally:
        app.state.needs["server_export"] = original
    assert answer.status_code == 403
    assert answer.json()["why"] == "It is not known which action of the matrix of rights it is."


def test_the_openapi_document_names_the_verbs(client: TestClient) -> None:
    paths = client.get("/api/openapi.json").json()["paths"]
    assert paths["/api/people"]["post"]["x-verbs"] == ["record.person.create"]
    assert "x-verbs" not in paths["/api/people"]["get"]


def test_which_routes_bear_a_proof_is_what_the_table_of_fresh_proofs_says(client: TestClient) -> None:
    """One rule: a proof inside the request where the table says `EACH`, and then none of the session's age."""
    document = client.get("/api/openapi.json").json()
    bears, each, recent = set(), set(), set()
    for methods in document["paths"].values():
        for operation in methods.values():
            name, verbs = operation["operationId"], set(operation.get("x-verbs", ()))
            schema = (
                operation.get("requestBody", {})
                .get("content", {})
                .get("application/json", {})
                .get("schema", {})
            )
            fields = document["components"]["schemas"].get(schema.get("$ref", "").rpartition("/")[2], {})
            if "proof" in fields.get("required", ()):
                bears.add(name)
            kinds = {FRESH_PROOF[verb] for verb in verbs & set(FRESH_PROOF)}
            each |= {name} if EACH in kinds else set()
            recent |= {name} if RECENT in kinds else set()
    own = {"record_begin_totp", "record_begin_passkey", "record_set_pin", "record_remove_factor"}
    assert bears - own == each, "what somebody else proves with, one's own password, and a whole backup"
    assert own <= bears, "what oneself proves with is changed with a proof as well"
    assert not bears & recent, "nothing asks twice"
    assert {FRESH_PROOF[verb] for verb in FRESH_PROOF} == {EACH, RECENT}
    assert set(FRESH_PROOF) <= {
        verb
        for methods in document["paths"].values()
        for one in methods.values()
        for verb in one.get("x-verbs", ())
    }, "each row belongs to a route"


def test_nobody_is_told_of_rights_before_they_are_logged_in(client: TestClient) -> None:
    client.cookies.clear()
    assert client.post("/api/people", json={}).status_code == 401


def _filled(path: str) -> str:
    """The path with an id that no record has."""
    parts = (
        "00000000-0000-7000-8000-000000000000" if part.startswith("{") else part for part in path.split("/")
    )
    return "/".join(parts)


def _people(platform: Platform) -> list[Person]:
    with platform.record.reading() as session:
        return list(session.scalars(select(Person)))


_PAGES = Path(__file__).parents[3] / "web" / "src" / "pages"


def test_every_kind_of_record_that_is_signed_shows_its_signatures_on_a_page(platform: Platform) -> None:
    """21 CFR 11.50(b): name, time and meaning stand where a person reads the record; elsewhere by its history."""
    pages = {path.name: path.read_text() for path in _PAGES.rglob("*.tsx")}
    shown = set(re.findall(r'<Signatures record_type="(\w+)"', "\n".join(pages.values())))
    signed = {record_type for record_type, _ in platform.record.meanings}
    assert signed - shown == {"equipment_node", "lims_contract_certificate", "twin_definition"}, (
        "a kind of record that is signed has a page of its own; put its signatures there"
    )
    assert shown <= signed
    assert "<Signatures record_type={h.record_type} record_id={h.record_id} />" in pages["Past.tsx"]
