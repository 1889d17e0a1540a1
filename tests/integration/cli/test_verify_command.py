"""What `titer verify` prints of what lies outside the database: values not sealed yet, a witness that is gone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select
from starlette.testclient import TestClient
from tests.integration.cli.conftest import PASSWORD, Said
from tests.integration.historian.reactor import frame, rewritten

from titer.app import Config, create_installation, load, open_platform, write
from titer.base.clock import us
from titer.record import Actor, reader
from titer.record.ledger_model import LedgerKey
from titer.record.verify import verify_store
from titer.server.app import create_app
from titer.testing.connectors import quiet_port


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with an administrator, an analyst, and values that are not sealed yet."""
    folder = tmp_path_factory.mktemp("verify") / "lab"
    create_installation(folder, Config(name="lab", port=quiet_port()))
    made = open_platform(folder, hasher=PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    with made.record.action(Actor.timer("test"), "record.person.create") as unit:
        for name, role in (("admin", "administrator"), ("ada", "analyst")):
            made.identity.create_person(
                unit, username=name, full_name=name.title(), password=PASSWORD, roles=(role,)
            )
    made.historian.append([frame(us(made.record.clock.now()), 1, [37.0])])
    made.settle()
    made.close()
    return folder


def test_a_value_that_was_rewritten_in_the_log_is_told_with_its_place_and_what_to_do(
    lab: Path, run: Callable[..., Said]
) -> None:
    (path,) = [one for one in (lab / "historian" / "log").glob("*.ttrlog") if one.stat().st_size]
    data = path.read_bytes()
    path.write_bytes(rewritten(data, data[72:-1] + bytes([data[-1] ^ 1])))
    said = run("verify", "--dir", str(lab))
    assert said.code == 1
    assert f"The log {path.name} holds a record at byte 0 that this installation did not write." in said.err
    assert "Its checksums are right, but not the digest under the installation's own key" in said.err
    assert "Keep the file as evidence" in said.err
    path.write_bytes(data)
    whole = run("verify", "--dir", str(lab))
    assert (whole.code, "holds" in whole.out) == (0, True), whole.err


def test_a_witness_that_was_taken_out_is_retired_by_a_command_of_an_administrator_with_a_reason(
    lab: Path, run: Callable[..., Said], tmp_path: Path
) -> None:
    there, before = ("--dir", str(lab)), load(lab)
    vault = {"name": "vault", "kind": "file", "folder": str(tmp_path / "vault")}
    write(lab, replace(before, witnesses=(vault,)))
    platform = open_platform(lab)
    platform.settle()
    platform.close()
    write(lab, before)
    gone = run("verify", *there)
    assert gone.code == 1
    assert "The witness vault vouches for this ledger, and is not configured any more" in gone.out
    assert "titer ledger retire --reason" in gone.out

    platform = open_platform(lab)
    try:
        browser = TestClient(create_app(platform))
        answers = {}
        for who, reason in (("ada", "I may not"), ("admin", "")):
            opened = browser.post("/api/session", json={"username": who, "password": PASSWORD}).json()
            answers[who] = browser.post(
                "/api/ledger/witnesses/retire",
                json={"reason": reason},
                headers={"X-CSRF-Token": opened["csrf"]},
            ).status_code
        assert answers == {"ada": 403, "admin": 422}
        found = {one["name"]: one for one in browser.get("/api/ledger/witnesses").json()["witnesses"]}
        assert found["vault"]["state"] == "not configured", "nobody has retired it"
    finally:
        platform.close()
    assert "reason" in run("ledger", "retire", *there, "--as", "admin").err
    said = run("ledger", "retire", "--reason", "the vault was sold", *there, "--as", "admin")
    assert said.out.split("\n")[:2] == [
        "The witness vault is retired.",
        "From now on the witness vault is not required.",
    ]

    platform = open_platform(lab)
    try:
        verdict = verify_store(platform.record, platform.sealer, platform.verifiers)
        assert verdict.holds, verdict.sentence
        with platform.record.reading() as session:
            (key,) = session.scalars(select(LedgerKey).where(LedgerKey.name == "vault"))
            assert key.until_size is not None
            entry = reader.history(session, "record_ledger_key", key.id)[-1]
        assert "the vault was sold" in str(vars(entry))
    finally:
        platform.close()
