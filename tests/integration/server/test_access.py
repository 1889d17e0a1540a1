"""Access over HTTP: problems in words, nothing written but the event; account, terminals and policy."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from argon2 import PasswordHasher
from pyotp import TOTP
from sqlalchemy import func, select
from starlette.testclient import TestClient
from tests.authenticator import Authenticator

from titer.app import Config, Platform, create_installation, open_platform
from titer.base.errors import Conflict
from titer.record import Actor, LedgerEntry
from titer.record.http import COOKIE, TERMINAL_COOKIE
from titer.server.app import create_app

PASSWORD = "correct horse battery"
SITE = "http://titer.example"


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    folder = tmp_path_factory.mktemp("access") / "lab"
    create_installation(folder, Config(name="lab"))
    made = open_platform(folder, hasher=PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    with made.record.action(Actor.timer("test"), "record.person.create") as unit:
        for username, role in (
            ("root", "administrator"),
            ("ada", "analyst"),
            ("olga", "operator"),
            ("eve", "analyst"),
        ):
            made.identity.create_person(
                unit, username=username, full_name=username.title(), password=PASSWORD, roles=(role,)
            )
    yield made
    made.close()


class Browser:
    """One browser: its cookies, and the CSRF token of its session."""

    def __init__(self, platform: Platform) -> None:
        self.client = TestClient(create_app(platform), base_url=SITE)
        self.csrf = ""

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        return self.client.request(method, path, json=body, headers={"X-CSRF-Token": self.csrf})

    def log_in(self, status: int = 200, **body: Any) -> dict[str, Any]:
        answer = self.ask("POST", "/api/session", body)
        assert answer.status_code == status, answer.text
        told: dict[str, Any] = answer.json()
        self.csrf = told.get("csrf", self.csrf)
        return told

    def person(self, username: str) -> str:
        rows = self.ask("GET", "/api/people").json()
        return next(str(row["id"]) for row in rows if row["username"] == username)


@pytest.fixture
def browser(platform: Platform) -> Browser:
    return Browser(platform)


def written(platform: Platform) -> list[str]:
    with platform.record.reading() as session:
        return list(session.scalars(select(LedgerEntry.record_type).order_by(LedgerEntry.seq)))


def test_a_wrong_proof_is_a_problem_in_words_and_leaves_the_event_alone(
    browser: Browser, platform: Platform
) -> None:
    for body in ({"username": "eve", "password": "wrong"}, {"username": "nobody", "password": "x"}, {}):
        before = len(written(platform))
        answer = browser.ask("POST", "/api/session", body)
        assert answer.headers["content-type"] == "application/problem+json"
        told = answer.json()
        assert (told["status"], told["title"], told["reason"]) == (401, "Not recognised", "credentials")
        assert told["detail"] == "User name or password is wrong."
        assert set(written(platform)[before:]) <= {"record_access_event", "record_person"}
    browser.log_in(username="eve", password=PASSWORD)


def test_a_forged_session_opens_nothing_and_writes_nothing(browser: Browser, platform: Platform) -> None:
    browser.log_in(username="eve", password=PASSWORD)
    before = len(written(platform))
    good = browser.client.cookies[COOKIE]
    browser.client.cookies.clear()
    for forged in ("x" * 43, good[:-1] + ("A" if good[-1] != "A" else "B"), ""):
        browser.client.cookies.set(COOKIE, forged)
        for method, path in (("GET", "/api/account"), ("DELETE", "/api/account/sessions")):
            answer = browser.ask(method, path)
            assert (answer.status_code, answer.json()["reason"]) == (401, "session")
        browser.client.cookies.clear()
    assert len(written(platform)) == before


def test_a_change_of_the_account_takes_fresh_proof_and_begins_the_session_anew(
    browser: Browser, platform: Platform
) -> None:
    browser.log_in(username="eve", password=PASSWORD)
    other = Browser(platform)
    other.log_in(username="eve", password=PASSWORD)
    old = browser.client.cookies[COOKIE]
    before = browser.ask("GET", "/api/account").json()["sessions"]
    assert [one["here"] for one in before][:2] == [False, True], "the newest first"
    third = Browser(platform)
    there = third.log_in(username="eve", password=PASSWORD)["session_id"]
    listed = browser.ask("GET", "/api/account").json()["sessions"]
    assert (len(listed) - len(before), listed[0]["id"], listed[0]["factors"]) == (1, there, ["password"])
    assert browser.ask("DELETE", f"/api/account/sessions/{there}").status_code == 204
    assert third.ask("GET", "/api/account").status_code == 401
    refused = browser.ask(
        "POST", "/api/account/password", {"proof": {"password": "x"}, "password": "four new words here"}
    )
    assert refused.status_code == 401
    changed = browser.ask(
        "POST", "/api/account/password", {"proof": {"password": PASSWORD}, "password": "four new words here"}
    )
    assert changed.status_code == 200, changed.text
    assert browser.client.cookies[COOKIE] != old
    assert [one["here"] for one in browser.ask("GET", "/api/account").json()["sessions"]] == [True]
    assert other.ask("GET", "/api/account").status_code == 401
    browser.csrf = changed.json()["session"]["csrf"]
    back = browser.ask(
        "POST", "/api/account/password", {"proof": {"password": "four new words here"}, "password": PASSWORD}
    )
    assert (back.status_code, back.json()["where"]) == (422, "password")
    assert (
        browser.ask("POST", "/api/account/totp", {"proof": {"password": "four new words here"}}).status_code
        == 201
    )


def test_a_second_factor_is_asked_for_in_words_and_a_replayed_code_is_refused(
    browser: Browser, platform: Platform
) -> None:
    browser.log_in(username="ada", password=PASSWORD)
    begun = browser.ask("POST", "/api/account/totp", {"proof": {"password": PASSWORD}}).json()
    # The code of now, and afterwards the one that follows it: both are good wherever a step of the clock ends.
    device, code = TOTP(begun["secret"]), TOTP(begun["secret"]).at(int(time.time()))
    confirmed = browser.ask("POST", f"/api/account/totp/{begun['id']}/confirm", {"code": code})
    assert confirmed.status_code == 200, confirmed.text
    fresh = Browser(platform)
    asked = fresh.log_in(401, username="ada", password=PASSWORD)
    assert (asked["needs"], asked["offers"], asked["title"]) == ("second_factor", ["totp"], "One thing more")
    code = device.at(int(time.time()) + 30)
    assert fresh.log_in(username="ada", password=PASSWORD, totp=code)["factors"] == ["password", "totp"]
    assert "needs" not in Browser(platform).log_in(401, username="ada", password=PASSWORD, totp=code)


def test_a_passkey_is_registered_and_opens_a_session_at_its_own_host(
    browser: Browser, platform: Platform
) -> None:
    browser.log_in(username="root", password=PASSWORD)
    options = browser.ask("POST", "/api/account/passkeys/options", {"proof": {"password": PASSWORD}}).json()
    device = Authenticator(SITE)
    made = browser.ask("POST", "/api/account/passkeys", {"name": "key", "credential": device.create(options)})
    assert made.status_code == 201, made.text
    fresh = Browser(platform)
    answer = device.get(fresh.ask("POST", "/api/session/passkey").json())
    assert fresh.log_in(passkey=answer)["person"]["username"] == "root"
    assert Browser(platform).log_in(401, passkey=answer)["reason"] == "credentials"
    number = TestClient(create_app(platform), base_url="http://127.0.0.1")
    assert number.post("/api/session/passkey").status_code == 503
    # Without her passkey, root is asked for it; with it, she goes on.
    csrf = made.json()["session"]["csrf"]
    browser.csrf = csrf
    row = browser.ask("GET", "/api/account").json()["factors"][0]
    given = device.get(browser.ask("POST", "/api/account/passkeys/ask").json())
    path = f"/api/account/factors/{row['id']}/remove"
    assert browser.ask("POST", path, {"proof": {"password": PASSWORD}}).json()["needs"] == "second_factor"
    removed = browser.ask("POST", path, {"proof": {"password": PASSWORD, "passkey": given}})
    assert removed.status_code == 200, removed.text


def test_a_terminal_is_a_device_that_an_administrator_registers_there(platform: Platform) -> None:
    device = Browser(platform)
    assert device.ask("GET", "/api/terminal").json() is None
    device.log_in(username="root", password=PASSWORD)
    new = {"name": "T-1", "place": "Suite 2", "reason": "new"}
    assert device.ask("POST", "/api/terminals", new).status_code == 201
    olga = device.person("olga")
    badge = {"number": "04A1B2C3D4", "reason": "new", "proof": {"password": PASSWORD}}
    assert device.ask("POST", f"/api/people/{olga}/badge", badge).status_code == 201
    assert device.ask("DELETE", "/api/session").status_code == 204
    assert device.ask("GET", "/api/terminal").json() == {"name": "T-1", "place": "Suite 2"}
    told = device.log_in(badge="04A1B2C3D4")
    assert (told["person"]["username"], told["terminal"], told["factors"]) == ("olga", True, ["badge"])
    refused = device.ask("POST", "/api/account/totp", {"proof": {"password": PASSWORD}})
    assert refused.status_code == 409, "an account is not changed at a terminal"
    elsewhere = Browser(platform)
    elsewhere.client.cookies.set(COOKIE, device.client.cookies[COOKIE])
    assert elsewhere.ask("GET", "/api/account").status_code == 401
    assert "no use on this device" in Browser(platform).log_in(401, badge="04A1B2C3D4")["detail"]
    assert device.client.cookies[TERMINAL_COOKIE]


def test_an_administrator_changes_the_policy_and_ends_sessions_with_a_reason(
    browser: Browser, platform: Platform
) -> None:
    browser.log_in(username="root", password=PASSWORD)
    now = browser.ask("GET", "/api/access-policy").json()
    assert (now["version"], now["max_failures"]) == (1, 5), "it was entered when the installation was made"
    fields = {k: v for k, v in now.items() if k not in ("changed_at", "meanings", "bounds")}
    assert browser.ask("PUT", "/api/access-policy", fields).status_code == 422, "a reason is asked for"
    changed = browser.ask("PUT", "/api/access-policy", {**fields, "max_failures": 6, "reason": "as agreed"})
    assert changed.status_code == 204, changed.text
    stale = browser.ask("PUT", "/api/access-policy", {**fields, "max_failures": 7, "reason": "too late"})
    assert stale.status_code == 412
    hers = Browser(platform)
    hers.log_in(username="olga", password=PASSWORD)
    olga = browser.person("olga")
    for one in browser.ask("GET", f"/api/people/{olga}/sessions").json():
        assert browser.ask("POST", f"/api/sessions/{one['id']}/end", {"reason": "left"}).status_code == 204
    assert hers.ask("GET", "/api/account").status_code == 401
    with platform.record.reading() as session:
        assert session.scalar(select(func.count()).select_from(LedgerEntry))
        assert list(platform.identity.stored_credentials(session)) == []


def test_a_session_for_a_new_password_is_good_for_nothing_else(platform: Platform) -> None:
    root = Browser(platform)
    root.log_in(username="root", password=PASSWORD)
    now = root.ask("GET", "/api/access-policy").json()
    fields = {k: v for k, v in now.items() if k not in ("changed_at", "meanings", "bounds", "version")}

    def set_policy(version: int, *, temporary: bool) -> None:
        body = {**fields, "temporary_passwords": temporary, "version": version, "reason": "test"}
        assert root.ask("PUT", "/api/access-policy", body).status_code == 204

    set_policy(now["version"], temporary=True)
    limited = Browser(platform)
    assert limited.log_in(username="root", password=PASSWORD)["limited_to"] == "password"
    for method, path in (
        ("GET", "/api/people"),
        ("POST", "/api/signatures"),
        ("POST", "/api/sessions/x/end"),
        ("PUT", "/api/access-policy"),
    ):
        answer = limited.ask(method, path, {"reason": "mine"} if method != "GET" else None)
        assert (answer.status_code, "has to be changed first" in answer.text) == (403, True), path
    assert limited.ask("GET", "/api/account").json()["must_change"]
    set_policy(now["version"] + 1, temporary=False)


def test_a_limited_session_keeps_its_limit_through_every_change_but_the_one_that_it_is_for(
    platform: Platform,
) -> None:
    def set_policy(*, temporary: bool) -> None:
        with platform.record.action(
            Actor.timer("test"), "record.access_policy.change", reason="test"
        ) as unit:
            row = platform.identity.policies.row(unit.session)
            version = row.version if row else 0
            platform.identity.policies.change(unit, version, temporary_passwords=temporary)

    set_policy(temporary=True)
    with platform.record.action(Actor.timer("test"), "record.person.create") as unit:
        platform.identity.create_person(
            unit, username="noah", full_name="Noah", password=PASSWORD, roles=("operator",)
        )
    limited = Browser(platform)
    assert limited.log_in(username="noah", password=PASSWORD)["limited_to"] == "password"
    proof = {"password": PASSWORD}
    for method, path, body in (
        ("POST", "/api/account/pin", {"proof": proof, "pin": "402197"}),
        ("POST", "/api/account/totp", {"proof": proof}),
        ("POST", "/api/account/passkeys/options", {"proof": proof}),
        ("POST", "/api/session/policy", None),
        ("DELETE", "/api/account/sessions", None),
    ):
        answer = limited.ask(method, path, body)
        assert (answer.status_code, "has to be changed first" in answer.text) == (403, True), path
    assert limited.ask("GET", "/api/people").status_code == 403, "nothing of it widened the session"
    again = limited.ask("POST", "/api/session/proof", proof)
    assert (again.status_code, again.json()["limited_to"]) == (200, "password"), again.text
    limited.csrf = again.json()["csrf"]
    changed = limited.ask(
        "POST", "/api/account/password", {"proof": proof, "password": "seven words of mine"}
    )
    assert (changed.status_code, changed.json()["session"]["limited_to"]) == (200, None), changed.text
    limited.csrf = changed.json()["session"]["csrf"]
    assert limited.ask("GET", "/api/people").status_code == 200
    set_policy(temporary=False)


class _Watched:
    """A hasher that must not be asked while an action is open: everybody else who writes would wait for it."""

    def __init__(self, hasher: PasswordHasher) -> None:
        self.hasher, self.open, self.asked = hasher, 0, 0

    def _at_rest(self) -> None:
        assert not self.open, "a password is hashed while an action is open"
        self.asked += 1

    def hash(self, secret: str) -> str:
        self._at_rest()
        return self.hasher.hash(secret)

    def verify(self, stored: str, secret: str) -> bool:
        self._at_rest()
        return self.hasher.verify(stored, secret)


def test_no_password_is_hashed_while_others_wait_for_the_ledger(
    browser: Browser, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    identity, record = platform.identity, platform.record
    watched, action = _Watched(identity.passwords.hasher), record.action

    @contextmanager
    def counted(*given: Any, **more: Any) -> Iterator[Any]:
        with action(*given, **more) as unit:
            watched.open += 1
            try:
                yield unit
            finally:
                watched.open -= 1

    monkeypatch.setattr(record, "action", counted)
    monkeypatch.setattr(identity.passwords, "hasher", watched)
    monkeypatch.setattr(identity.factors, "hasher", watched)
    browser.log_in(username="root", password=PASSWORD)
    proof = {"password": PASSWORD}
    new = {
        "username": "mia",
        "full_name": "Mia",
        "password": PASSWORD,
        "roles": ["operator"],
        "reason": "new",
    }
    mia = browser.ask("POST", "/api/people", new).json()["id"]
    reset = {"password": "four new words here", "reason": "forgotten", "proof": proof}
    assert browser.ask("POST", f"/api/people/{mia}/password", reset).status_code == 204
    hers = Browser(platform)
    hers.log_in(username="mia", password="four new words here")
    proof = {"password": "four new words here"}
    changed = hers.ask(
        "POST", "/api/account/password", {"proof": proof, "password": "five quite other words"}
    )
    assert changed.status_code == 200, changed.text
    hers.csrf = changed.json()["session"]["csrf"]
    set_pin = hers.ask(
        "POST", "/api/account/pin", {"proof": {"password": "five quite other words"}, "pin": "402197"}
    )
    assert set_pin.status_code == 200, set_pin.text
    assert watched.asked >= 8
    first, second = (
        identity.passwords.prepare(mia, word)
        for word in ("another that comes first", "six words nobody knows")
    )
    with record.action(Actor.timer("test"), "record.password.change") as unit:
        identity.set_password(unit, mia, first)
    with (
        pytest.raises(Conflict, match="set meanwhile"),
        record.action(Actor.timer("test"), "record.password.change") as unit,
    ):
        identity.set_password(unit, mia, second)


def test_an_administrator_changes_other_peoples_credentials_with_a_proof_and_her_own_as_everybody_does(
    browser: Browser, platform: Platform
) -> None:
    browser.log_in(username="root", password=PASSWORD)
    root, olga = browser.person("root"), browser.person("olga")
    changes: dict[str, dict[str, Any]] = {
        "password": {"password": "four new words here"},
        "factors/reset": {"kinds": ["pin"]},
        "badge": {"number": "0011223344"},
    }
    for path, body in changes.items():
        own = {**body, "reason": "mine", "proof": {"password": PASSWORD}}
        refused = browser.ask("POST", f"/api/people/{root}/{path}", own)
        assert (refused.status_code, "your own account" in refused.text) == (409, True), refused.text
        before = len(written(platform))
        for proof in ({}, {"proof": {"password": "guessed"}}):
            answer = browser.ask(
                "POST", f"/api/people/{olga}/{path}", {**body, "reason": "stolen cookie", **proof}
            )
            assert answer.status_code == (401 if proof else 422), (path, answer.text)
        assert set(written(platform)[before:]) <= {"record_access_event", "record_person"}
    for path, body in changes.items():
        answer = browser.ask(
            "POST", f"/api/people/{olga}/{path}", {**body, "reason": "asked", "proof": {"password": PASSWORD}}
        )
        assert answer.status_code in (201, 204), answer.text


def test_a_backup_leaves_over_the_network_with_a_proof_and_never_with_open_keys(
    browser: Browser, platform: Platform
) -> None:
    browser.log_in(username="root", password=PASSWORD)
    good: dict[str, Any] = {
        "reason": "weekly",
        "encrypt": "passphrase",
        "passphrase": "four words make one",
        "proof": {"password": PASSWORD},
    }

    def take(**changes: Any) -> Any:
        return browser.ask("POST", "/api/backups", {**good, **changes})

    before = len(written(platform))
    assert take(with_keys=True, with_key_file=True).status_code == 409
    assert "encrypted backup alone" in take(encrypt="no", with_keys=True).text
    assert take(proof={"password": "guessed"}).status_code == 401
    assert set(written(platform)[before:]) <= {"record_access_event", "record_person"}
    assert take(with_keys=True).status_code == 200
