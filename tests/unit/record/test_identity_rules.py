"""What has to be proved on which occasion, and which passwords and codes are good."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from titer.base.errors import Invalid
from titer.record.identity.rules import (
    FRESH_PROOF,
    RECENT,
    Policy,
    asks_at_log_in,
    asks_at_signing,
    check_password,
    check_policy,
    identifies,
    is_fresh,
    must_change,
    totp_step,
)

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
SEEDS = {
    "sha1": b"12345678901234567890",
    "sha256": b"12345678901234567890123456789012",
    "sha512": b"1234567890123456789012345678901234567890123456789012345678901234",
}
RFC_6238 = (
    (59, "94287082", "46119246", "90693936"),
    (1111111109, "07081804", "68084774", "25091201"),
    (1111111111, "14050471", "67062674", "99943326"),
    (1234567890, "89005924", "91819424", "93441116"),
    (2000000000, "69279037", "90698825", "38618901"),
    (20000000000, "65353130", "77737706", "47863826"),
)
"""RFC 6238, appendix B: time, and the codes of eight digits with SHA-1, SHA-256 and SHA-512."""


@pytest.mark.parametrize(("at", "sha1", "sha256", "sha512"), RFC_6238)
def test_the_codes_are_those_of_rfc_6238(at: int, sha1: str, sha256: str, sha512: str) -> None:
    for digest, code in (("sha1", sha1), ("sha256", sha256), ("sha512", sha512)):
        secret = base64.b32encode(SEEDS[digest]).decode()
        assert totp_step(secret, code, at, 0, digits=8, digest=digest) == at // 30
        assert totp_step(secret, code[::-1] + "x", at, 0, digits=8, digest=digest) is None


def test_a_code_is_good_one_step_early_or_late_and_once() -> None:
    secret = base64.b32encode(SEEDS["sha1"]).decode()
    at = 1111111109  # six digits of the code in RFC 6238: the last six of the eight
    step = at // 30
    assert totp_step(secret, "081804", at, 0) == step
    assert totp_step(secret, "081 804", at + 30, 0) == step
    assert totp_step(secret, "081804", at - 30, 0) == step
    assert totp_step(secret, "081804", at + 60, 0) is None
    assert totp_step(secret, "081804", at - 60, 0) is None
    assert totp_step(secret, "081804", at, step) is None
    assert totp_step(secret, "081804", at, step - 1) == step


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "x" * 257,
        "ada lovelace 1843",
        "password123!",
        "Qwertyuiop",
        "aaaaaaaaaaaa",
        "1234567890",
        "121212121212",
        "Administrator1",
    ],
)
def test_an_easy_password_is_refused(password: str) -> None:
    with pytest.raises(Invalid):
        check_password(password, "ada")


def test_the_policy_says_how_long_a_password_is() -> None:
    check_password("four words of mine", "ada")
    with pytest.raises(Invalid, match="20 to 256"):
        check_password("four words of mine", "ada", Policy(minimum_length=20))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("minimum_length", 7),
        ("max_age_days", -1),
        ("history", 25),
        ("max_failures", 2),
        ("idle_minutes", 0),
        ("session_minutes", 2000),
        ("max_sessions", 101),
        ("factor_roles", ("janitor",)),
        ("factor_meanings", ("guessed",)),
    ],
)
def test_a_policy_out_of_bounds_names_its_field(field: str, value: object) -> None:
    check_policy(Policy(factor_meanings=("approved", "*"), factor_roles=("quality",)), {"approved"})
    with pytest.raises(Invalid) as refusal:
        check_policy(Policy(**{field: value}), {"approved"})  # type: ignore[arg-type]
    assert refusal.value.where == field


def test_a_session_is_not_idle_for_longer_than_it_lasts() -> None:
    with pytest.raises(Invalid):
        check_policy(Policy(idle_minutes=60, session_minutes=30), set())


def test_a_password_is_changed_when_it_is_old_or_somebody_elses() -> None:
    policy = Policy(max_age_days=90, temporary_passwords=True)

    def why(days: int, set_by: str = "ada", robot: bool = False) -> str:
        return must_change(
            policy,
            person_id="ada",
            robot=robot,
            set_at=NOW - timedelta(days=days),
            set_by=set_by,
            now=NOW,
        )

    assert why(89) == ""
    assert "90 days" in why(90)
    assert "somebody else" in why(1, set_by="root")
    assert why(1000, set_by="root", robot=True) == ""


def test_a_second_factor_is_asked_for_by_role_and_of_everybody_who_has_one() -> None:
    policy = Policy(factor_roles=("quality",))
    assert asks_at_log_in(policy, roles={"quality"}, robot=False, enrolled=set())
    assert not asks_at_log_in(policy, roles={"analyst"}, robot=False, enrolled={"pin", "badge"})
    assert asks_at_log_in(policy, roles={"analyst"}, robot=False, enrolled={"totp"})
    assert not asks_at_log_in(policy, roles={"quality"}, robot=True, enrolled=set())
    strict = Policy(factor_roles=("quality",), factor_robots=True)
    assert asks_at_log_in(strict, roles={"quality"}, robot=True, enrolled=set())


def test_a_proof_ages_where_access_is_administered_and_is_given_each_time_where_somebody_could_be_another() -> (
    None
):
    def fresh(verb: str, minutes: int = 10, *, age: int = 0, given: bool = False, **more: Any) -> bool:
        opened = {"began": NOW - timedelta(minutes=age), "proved": {"password"}, "robot": False, "now": NOW}
        return is_fresh(verb, Policy(proof_minutes=minutes), given=given, **{**opened, **more})

    for verb, kind in FRESH_PROOF.items():
        recent = kind == RECENT
        assert fresh(verb) is recent
        assert fresh(verb, age=10) is recent
        assert not fresh(verb, age=11)
        assert fresh(verb, age=11, given=True)
        assert fresh(verb, 0, age=700) is recent, "0 asks for no age"
        assert not fresh(verb, proved={"provider", "totp"}), "a provider's word is no proof given here"
        assert fresh(verb, age=11, robot=True) is recent, "robots are asked as the policy says"
    assert fresh("lims.sample.register", age=700)


def test_a_second_factor_is_asked_for_by_meaning() -> None:
    policy = Policy(factor_meanings=("released",))
    assert asks_at_signing(policy, meaning="released", robot=False)
    assert not asks_at_signing(policy, meaning="reviewed", robot=False)
    assert not asks_at_signing(policy, meaning="released", robot=True)
    assert asks_at_signing(Policy(factor_meanings=("*",)), meaning="anything", robot=False)
    assert asks_at_signing(Policy(factor_meanings=("*",), factor_robots=True), meaning="x", robot=True)


def test_who_came_in_with_a_badge_is_identified_by_it_at_each_signature() -> None:
    assert identifies({"password", "totp"}, first=True) == ("username",)
    assert identifies({"password", "totp"}, first=False) == ()
    for first in (True, False):
        assert identifies({"badge"}, first=first) == identifies({"pin"}, first=first) == ("badge", "pin")
