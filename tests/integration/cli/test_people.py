"""What a first administrator does with people: register, roles, lock and unlock, a new password."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from pyotp import TOTP
from sqlalchemy import select
from tests.integration.cli.conftest import PASSWORD, Lab

from titer.app import open_platform
from titer.base.errors import NotAuthenticated
from titer.record import Actor, LedgerEntry, OutboxEvent, require_person


def person(lab: Lab, username: str) -> dict[str, object]:
    rows = lab.as_("admin", "user", "list", "--json").json
    return next(row for row in rows if row["username"] == username)


def test_roles_are_listed_given_and_taken(lab: Lab) -> None:
    assert "process_owner" in lab.run("user", "roles").out.split()
    lab.as_("admin", "user", "roles", "omar", "--give", "analyst", "--reason", "covers for Anna")
    assert sorted(person(lab, "omar")["roles"]) == ["analyst", "operator"]  # type: ignore[call-overload]
    said = lab.as_("admin", "user", "roles", "omar", "--take", "analyst", "--json")
    assert said.json["roles"] == ["operator"]
    unknown = lab.run("user", "roles", "omar", "--give", "king", "--dir", str(lab.folder), "--as", "admin")
    assert (unknown.code, "Known: operator" in unknown.err) == (1, True)
    absent = lab.run("user", "roles", "nobody", "--dir", str(lab.folder), "--as", "admin")
    assert (absent.code, "no user nobody" in absent.err) == (1, True)


def test_an_account_is_locked_and_unlocked(lab: Lab) -> None:
    lab.as_("admin", "user", "lock", "anna", "--reason", "left the company")
    assert person(lab, "anna")["active"] is False
    assert lab.run("user", "list", "--dir", str(lab.folder), "--as", "anna").code == 1
    lab.as_("admin", "user", "unlock", "anna", "--reason", "came back")
    lab.as_("anna", "user", "list")
    own = lab.run("user", "lock", "admin", "--reason", "r", "--dir", str(lab.folder), "--as", "admin")
    assert (own.code, "your own account" in own.err) == (1, True)


def test_a_locked_out_person_gets_a_new_password_and_the_ledger_says_from_whom(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("user", "list", "--dir", str(lab.folder), "--as", "omar")
    monkeypatch.setenv("TITER_PASSWORD", "guess")
    for _ in range(6):
        said = lab.run(*words)
        assert said.code == 1
    assert "locked" in said.err
    monkeypatch.setenv("TITER_PASSWORD", PASSWORD)
    assert person(lab, "omar")["locked"] is True
    monkeypatch.setenv("TITER_NEW_PASSWORD", "another long password")
    lab.as_("admin", "user", "password", "omar", "--reason", "locked out")
    monkeypatch.setenv("TITER_PASSWORD", "another long password")
    lab.as_("omar", "user", "list")


def test_only_an_administrator_changes_accounts(lab: Lab) -> None:
    here = ("--dir", str(lab.folder), "--as", "ada")
    for words in (
        ("user", "lock", "omar", "--reason", "r"),
        ("user", "unlock", "omar"),
        ("user", "password", "omar"),
        ("user", "roles", "omar", "--give", "analyst"),
        ("user", "add", "eve", "--name", "Eve"),
    ):
        said = lab.run(*words, *here)
        assert said.code == 1, words
        assert "no right to do this" in said.err, said.err
    assert person(lab, "omar")["roles"] == ["operator"]


def test_a_sole_administrator_who_is_locked_out_is_let_in_on_the_machine_itself_and_it_is_told(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = ("--dir", str(lab.folder))
    monkeypatch.setenv("TITER_PASSWORD", "guess")
    for _ in range(6):
        assert lab.run("user", "list", *here, "--as", "admin").code == 1
    monkeypatch.setenv("TITER_NEW_PASSWORD", "a password for a new start")
    said = lab.run("user", "rescue", "admin", "--reason", "locked out, nobody else may unlock", *here)
    assert said.code == 0, said.err
    monkeypatch.setenv("TITER_PASSWORD", "a password for a new start")
    assert person(lab, "admin")["locked"] is False
    platform = open_platform(lab.folder)
    with platform.record.reading() as session:
        bodies = session.scalars(
            select(LedgerEntry.body).where(LedgerEntry.record_type == "record_access_event")
        ).all()
        told = session.scalars(select(OutboxEvent.topic).where(OutboxEvent.topic.like("record.person.%")))
        assert set(told) == {"record.person.locked", "record.person.rescued"}
    platform.close()
    entry = json.loads(bodies[-1])
    assert (entry["verb"], entry["reason"]) == (
        "record.person.rescue",
        "locked out, nobody else may unlock",
    )
    # Without the key of the installation there is no way in.
    (key,) = lab.folder.parent.glob("*.key")
    key.rename(key.with_suffix(".away"))
    assert lab.run("user", "rescue", "admin", "--reason", "r", *here).code == 1


def test_a_second_factor_is_given_to_a_command_by_its_environment(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform = open_platform(lab.folder)
    with platform.record.action(Actor.timer("test"), "record.account.change") as unit:
        omar = require_person(unit.session, "omar")
        begun = platform.identity.factors.begin_totp(unit, omar, "test")
    device, now = TOTP(begun.secret), platform.record.clock.now()
    with platform.record.action(Actor.timer("test"), "record.account.change") as unit:
        platform.identity.factors.confirm_totp(
            unit, omar.id, begun.factor_id, device.at(now - timedelta(seconds=30))
        )
    platform.close()
    words = ("user", "list", "--dir", str(lab.folder), "--as", "omar")
    without = lab.run(*words)
    assert (without.code, "TITER_TOTP" in without.err) == (1, True), without.err
    monkeypatch.setenv("TITER_TOTP", device.at(now))
    assert lab.run(*words).code == 0
    monkeypatch.setenv("TITER_TOTP", device.at(now))
    assert lab.run(*words).code == 1, "a code is good once"


def test_a_token_is_issued_listed_and_ended_by_command(lab: Lab) -> None:
    issued = lab.as_(
        "auto",
        "token",
        "issue",
        "host-2",
        "--scope",
        "observe",
        "--host",
        "bench",
        "--reason",
        "new bench",
        "--json",
    )
    secret = issued.json["token"]
    said = lab.as_("auto", "token", "issue", "host-3", "--until", "2199-01-31T00:00Z", "--reason", "r")
    assert "host-3 (connect) for the connections of host host-3, shown this once: " in said.out
    rows = {row["name"]: row for row in lab.as_("auto", "token", "list", "--json").json["tokens"]}
    assert (
        rows["host-2"]["scopes"],
        rows["host-2"]["host"],
        rows["host-2"]["state"],
        rows["host-2"]["expires_at"],
    ) == (
        ["observe"],
        "bench",
        "valid",
        None,
    )
    assert rows["host-3"]["expires_at"].startswith("2199-01-31T00:00")
    listed = lab.as_("auto", "token", "list")
    assert secret not in listed.out
    assert "host-2               observe              bench        valid" in listed.out
    refused = lab.run("token", "issue", "host-4", "--dir", str(lab.folder), "--as", "ada")
    assert (refused.code, "no right to do this" in refused.err) == (1, True)
    assert (
        lab.as_("auto", "token", "end", "host-2", "--reason", "stolen").out.strip()
        == "The token of host-2 has ended."
    )
    rows = {row["name"]: row["state"] for row in lab.as_("auto", "token", "list", "--json").json["tokens"]}
    assert (rows["host-2"], rows["host-3"]) == ("ended", "valid")
    platform = open_platform(lab.folder)
    try:
        with pytest.raises(NotAuthenticated):
            platform.identity.machine(secret, "observe", "here")
    finally:
        platform.close()


def test_a_training_is_entered_by_command(lab: Lab) -> None:
    lab.as_(
        "ben", "user", "train", "omar", "--competency", "seed-train", "--document", "SOP-7 v2",
        "--until", "2199-01-31T00:00Z",
    )  # fmt: skip
    platform = open_platform(lab.folder)
    try:
        with platform.record.reading() as session:
            (row,) = platform.identity.training_of(session, require_person(session, "omar").id)
    finally:
        platform.close()
    assert (row.competency, row.document, row.expires_at.year) == ("seed-train", "SOP-7 v2", 2199)
    own = lab.run(
        "user",
        "train",
        "omar",
        "--competency",
        "c",
        "--document",
        "d",
        "--dir",
        str(lab.folder),
        "--as",
        "omar",
    )
    assert (own.code, "no right to do this" in own.err) == (1, True)
