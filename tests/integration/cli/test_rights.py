"""What people do about their rights by command: hold to the policy, stand in for somebody, be known elsewhere."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from sqlalchemy import select
from tests.integration.cli.conftest import PASSWORD, Lab

from titer.app import open_platform
from titer.app.config import FILE
from titer.base import vault
from titer.record import LedgerEntry

ISSUER = "https://login.plant.example"


def newest(lab: Lab, record_type: str) -> dict[str, object]:
    """The last entry about records of a kind."""
    platform = open_platform(lab.folder)
    try:
        with platform.record.reading() as session:
            body = session.scalars(
                select(LedgerEntry.body)
                .where(LedgerEntry.record_type == record_type)
                .order_by(LedgerEntry.seq.desc())
            ).first()
    finally:
        platform.close()
    assert body is not None, f"nothing is entered of {record_type}"
    found: dict[str, object] = json.loads(body)
    return found


def test_the_policy_is_shown_and_acknowledged_once_and_a_delegation_is_given_and_refused(lab: Lab) -> None:
    here = ("--dir", str(lab.folder))
    read = lab.run("policy", *here, "--as", "ben")
    assert (read.code, "You have not acknowledged this policy." in read.err) == (1, True), read.err
    assert "(version 0)" in read.out or "(version 1)" in read.out, "it is shown all the same"
    said = lab.as_("ben", "policy", "--accept")
    assert "You have acknowledged the signature policy" in said.out
    assert newest(lab, "record_person")["actor"]["name"] == "Ben"  # type: ignore[index]

    now = datetime.now(UTC)
    begins, ends = now.isoformat(), (now + timedelta(days=5)).isoformat()
    words = (
        "user",
        "delegate",
        "ben",
        "--role",
        "analyst",
        "--from",
        begins,
        "--until",
        ends,
        "--reason",
        "On leave",
    )
    given = lab.as_("anna", *words, "--json").json
    assert (given["from_name"], given["to_name"], given["role"]) == ("Anna", "Ben", "analyst")
    entry = newest(lab, "record_delegation")
    assert (entry["verb"], entry["reason"]) == ("record.delegation.give", "On leave")
    for who, told, why in (
        ("omar", words, "role"),
        ("anna", tuple("nobody" if word == "ben" else word for word in words), "There is no user nobody"),
        ("anna", tuple("admin" if word == "ben" else word for word in words), "administrator"),
        ("omar", (*words, "--for", "anna"), "in another person's name"),
        (
            "anna",
            tuple((now + timedelta(days=365)).isoformat() if word == ends else word for word in words),
            "90",
        ),
    ):
        refused = lab.run(*told, *here, "--as", who)
        assert (refused.code, why in refused.err) == (1, True), refused.err
    for_her = lab.as_("quentin", *words[:2], "ada", *words[3:], "--for", "anna")
    assert "Ada acts as analyst for Anna until" in for_her.out


def test_a_person_is_linked_with_the_provider_by_an_administrator_who_proves_himself(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("user", "link", "anna", "--subject", "subject-7", "--reason", "new account")
    here = ("--dir", str(lab.folder))
    none = lab.run(*words, *here, "--as", "admin")
    assert (none.code, "no single sign-on" in none.err) == (1, True), none.err
    told = yaml.safe_load((lab.folder / FILE).read_text())
    told["oidc"] = {
        "issuer": ISSUER, "client_id": "titer", "secret_file": "keys/provider.secret",
        "redirect_uri": "https://titer.plant.example/api/session/provider/return",
    }  # fmt: skip
    (lab.folder / FILE).write_text(yaml.safe_dump(told))
    key = vault.find(Path(told["key_file"]))
    key.write(lab.folder / "keys" / "provider.secret", b"a secret of the client", vault.OWN_FILE)
    assert lab.as_("admin", *words).out.strip() == f"Anna may log in as subject-7 of {ISSUER}."
    entry = newest(lab, "record_provider_link")
    assert (entry["actor"]["name"], entry["reason"]) == ("Administrator", "new account")  # type: ignore[index]
    for who, about, why in (
        ("ada", "omar", "no right to do this"),
        ("admin", "nobody", "There is no user nobody"),
        ("admin", "omar", "subject-7"),
    ):
        refused = lab.run(*words[:2], about, *words[3:], *here, "--as", who)
        assert (refused.code, why in refused.err) == (1, True), refused.err
    monkeypatch.setattr("titer.cli.api.Api.proof", lambda _: {"password": f"not {PASSWORD}"})
    stolen = lab.run("user", "link", "admin", "--subject", "mine", "--reason", "r", *here, "--as", "admin")
    assert stolen.code == 1, "one's own account takes a proof like any other"
