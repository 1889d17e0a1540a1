"""On PostgreSQL as on SQLite: `titer init`, `titer serve`, and a recipe's life over HTTP up to a running batch."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.integration.cli.conftest import PEOPLE, RECIPE, Lab, Said
from tests.integration.cli.executable import ended, processes_of
from tests.integration.cli.test_processes import serving
from tests.postgresql import OWNER, RUNTIME, Server

from titer.testing.connectors import quiet_port


@pytest.mark.timeout(300)
def test_a_hub_on_postgresql_takes_people_a_recipe_and_a_batch_over_http(
    tmp_path: Path, run: Callable[..., Said], postgresql_server: Server
) -> None:
    folder = tmp_path / "lab"
    with postgresql_server.empty() as name:
        runtime, owner = (
            f"postgresql://{role}@/{name}?host={postgresql_server.folder}" for role in (RUNTIME, OWNER)
        )
        where = ["--database", runtime, "--owner", owner, "--port", str(quiet_port())]
        said = run("init", str(folder), *where)
        assert said.code == 0, said.err
        assert not (folder / "titer.db").exists()
        process = serving(folder)
        try:
            lab = Lab(folder, run)
            for person, roles in PEOPLE.items():
                words = [word for role in roles for word in ("--role", role)]
                lab.as_("admin", "user", "add", person, "--name", person.title(), *words)
            for person in ("ada", "ben", "quentin"):
                lab.as_(person, "policy", "--accept")
            node = lab.as_(
                "auto", "equipment", "add", "BR-201", "--name", "Reactor", "--class", "Bioreactor", "--json"
            )
            lab.as_(
                "quentin", "sign", "equipment_node", node.json["id"], "qualified", "--reason", "IQ, OQ, PQ"
            )
            recipe = tmp_path / "look.yaml"
            recipe.write_text(RECIPE)
            lab.as_("ada", "recipe", "submit", str(recipe))
            for who, meaning in (("ada", "authored"), ("ben", "checked"), ("quentin", "approved")):
                lab.as_(who, "recipe", "sign", "look", meaning, "--reason", "as described")
            lab.as_("olga", "recipe", "effective", "look")
            begun = lab.as_("olga", "batch", "start", "--recipe", "look", "--json")
            assert str(begun.json["number"]).startswith("B-")
            checked = lab.as_("quentin", "verify")
            assert "The record holds" in checked.out
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            ended(process)
        assert processes_of(folder) == {}
        again = run("verify", "--dir", str(folder))
        assert "The record holds" in again.out, again.err
