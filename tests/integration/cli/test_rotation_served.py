"""Keys of ledger and witness rotate while `titer serve` runs: it goes on, is killed in the overlap, and goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from argon2 import PasswordHasher
from tests.integration.cli.conftest import PASSWORD, VERIFIER
from tests.integration.cli.executable import free_port, processes_of, titer, until
from tests.integration.cli.test_processes import health, port_of, serving

from titer.app import Config, create_installation, open_platform
from titer.record import Actor

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "lab"
    create_installation(folder, Config(name="lab", port=free_port()))
    platform = open_platform(folder, hasher=PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    with platform.record.action(Actor.timer("test"), "record.person.create") as unit:
        for name, role in (("admin", "administrator"), ("quentin", "quality")):
            platform.identity.create_person(
                unit, username=name, full_name=name.title(), password=PASSWORD, roles=(role,)
            )
    platform.close()
    process = serving(folder)
    yield folder
    os.killpg(process.pid, signal.SIGTERM)
    process.communicate(timeout=30)
    until(lambda: processes_of(folder) == {}, "all processes left")


class Person:
    """Somebody at a browser, with the hub behind it."""

    def __init__(self, lab: Path, name: str) -> None:
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{port_of(lab)}", trust_env=False, timeout=60)
        entered = self.client.post("/api/session", json={"username": name, "password": PASSWORD})
        assert entered.status_code == 200, entered.text
        self.client.headers["X-CSRF-Token"] = entered.json()["csrf"]

    def post(self, path: str, **body: object) -> httpx.Response:
        answer = self.client.post(path, json=body)
        assert answer.is_success, f"{path}: {answer.text}"
        return answer

    def witness(self) -> dict[str, Any]:
        found: dict[str, Any] = self.client.get("/api/ledger/witnesses").json()["witnesses"][0]
        return found

    def looks_around(self) -> None:
        """The pages are served, and the ledger answers."""
        assert "<html" in self.client.get("/").text
        for path in ("/api/ledger?limit=5", "/api/ledger/witnesses", "/api/ledger/checkpoints"):
            answer = self.client.get(path)
            assert answer.status_code == 200, f"{path}: {answer.text}"


def exported(quentin: Person, training: str, to: Path) -> Path:
    answer = quentin.post(
        "/api/exports", record_type="record_training", record_id=training, reason="inspection"
    )
    to.write_bytes(answer.content)
    return to


def one_file(bundle: Path, key: str, witness: str) -> subprocess.CompletedProcess[str]:
    """What the verifier says of a bundle, in a process that knows nothing of Titer."""
    command = [sys.executable, "-I", "-S", str(VERIFIER), str(bundle), "--key", key, "--witness", witness]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_running_hub_rotates_both_keys_and_everybody_can_follow(lab: Path, tmp_path: Path) -> None:
    admin = Person(lab, "admin")
    quentin = Person(lab, "quentin")
    who = quentin.client.get("/api/session").json()["person"]["id"]
    training = quentin.post(f"/api/people/{who}/training", competency="SEC", document="SOP-12").json()["id"]
    old, witness = (lab / "keys" / "ledger.pub").read_text().strip(), admin.witness()
    name, old_witness = witness["name"], witness["keys"][0]
    before = exported(quentin, training, tmp_path / "before.zip")

    new = admin.post("/api/ledger/keys", reason="yearly").json()["key"]
    new_witness = admin.post("/api/ledger/keys", reason="yearly", witness=name).json()["key"]
    overlap = exported(quentin, training, tmp_path / "overlap.zip")
    both = ((old, new_witness), (new, old_witness))
    for pins in both:
        assert "as you pinned them" in one_file(overlap, *pins).stdout
    admin.looks_around()
    assert admin.post("/api/ledger/verify").json()["holds"]

    hub = next(pid for pid, command in processes_of(lab).items() if "titer.server.hub" in command)
    os.kill(hub, signal.SIGKILL)
    until(lambda: hub not in processes_of(lab), "the hub is gone")
    until(lambda: (health(port_of(lab)) or {}).get("state") == "ok", "the hub serves again")
    admin.looks_around()

    assert admin.post("/api/ledger/keys/retire", reason="yearly").json()["key"] == old
    retired = admin.post("/api/ledger/keys/retire", reason="yearly", witness=name)
    assert retired.json()["key"] == old_witness
    after = exported(quentin, training, tmp_path / "after.zip")
    for pins in both:
        assert "as you pinned them" in one_file(after, *pins).stdout
    admin.looks_around()
    said = titer("verify", "--dir", str(lab), "--as", "admin")
    assert said.returncode == 0, said.stdout + said.stderr
    assert "holds" in said.stdout

    stranger = one_file(before, new, new_witness)
    assert stranger.returncode == 1, "a bundle of before says nothing of a key that came later"
    assert one_file(before, old, old_witness).returncode == 0
    for one in (admin, quentin):
        one.client.close()
