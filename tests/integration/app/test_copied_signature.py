"""A signature copied to another record fails wherever somebody looks (21 CFR 11.70), and blocks the release."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from tests.integration.app.conftest import PASSWORD, RECIPE, TIMER, Client, furnished, logged_in
from tests.integration.app.test_documents import record_of, text_of

from titer.app import Platform
from titer.app.export import export_batch, export_record
from titer.base.canonical import digest
from titer.base.clock import ManualClock
from titer.base.errors import Refused
from titer.mes.model import ManualTask, Recipe
from titer.record import Actor, Signature
from titer.record.validity import bound
from titer.record.verify import verify_store


@pytest.fixture
def task(platform: Platform, batch: dict[str, Any]) -> str:
    with platform.record.reading() as session:
        return session.query(ManualTask).filter_by(batch_id=batch["id"]).one().id


def copy(platform: Platform, onto: str, *, rewritten: bool = False) -> str:
    """Copy the recipe's approval onto a manual task, by somebody who writes to the tables through an open action.

    Args:
        platform: the installation.
        onto: id of the task.
        rewritten: whether the content is made to fit, and the entry names the person.
    """
    record = platform.record
    with record.reading() as session:
        given = session.query(Signature).filter_by(record_type="mes_recipe", meaning="approved").one()
        session.expunge_all()
    person = Actor.person(given.person_id, given.session_id, given.printed_name)
    with record.action(person if rewritten else TIMER, "mes.recipe.approve", reason="forged") as unit:
        kept = {column.key for column in Signature.__table__.columns} - {"id", "version"}
        row = Signature(id=unit.new_id(), **{name: getattr(given, name) for name in kept})
        row.record_type, row.record_id = "mes_task", onto
        if rewritten:
            row.content = {**given.content, "record_type": "mes_task", "record_id": onto}
            row.digest, row.signed_at = digest(row.content), unit.now
        return unit.add(row).id


def test_it_fails_in_verify_in_the_api_in_the_document_at_the_gate_and_in_the_one_file_verifier(
    platform: Platform, people: dict[str, Client], batch: dict[str, Any], task: str, verifier: ModuleType
) -> None:
    forged = copy(platform, task)
    platform.settle()
    verdict = verify_store(platform.record, platform.sealer, platform.verifiers)
    assert not verdict.holds and forged in str(verdict.first_fault)
    assert "copied or altered" in str(verdict.first_fault)

    query = {"record_type": "mes_task", "record_id": task}
    (shown,) = people["ben"].client.get("/api/signatures", params=query).json()
    assert (shown["validity"], "copied or altered" in shown["validity_why"]) == ("broken", True)

    assert "BROKEN: It was copied or altered" in text_of(record_of(people, batch))

    with platform.record.reading() as session:
        found = platform.quality.coverage(session, batch["id"])
    (check,) = [one for one in found.checks if one.check.id == f"signatures.{forged}"]
    assert check.blocks and check.check.outcome == "not_run"

    bundle = export_batch(platform, batch["id"], actor=TIMER, reason="inspection")
    with pytest.raises(verifier.Fault, match=f"record_signature {forged} was copied or altered"):
        verifier.verify(bundle)


def test_a_copy_that_was_made_to_fit_lacks_the_key(
    platform: Platform, people: dict[str, Client], batch: dict[str, Any], task: str
) -> None:
    """Content, digest, entry and person fit: only the installation's key, outside the database, tells."""
    forged = copy(platform, task, rewritten=True)
    platform.settle()
    verdict = verify_store(platform.record, platform.sealer, platform.verifiers)
    assert forged in str(verdict.first_fault) and "keyed digest" in str(verdict.first_fault)
    query = {"record_type": "mes_task", "record_id": task}
    (shown,) = people["ben"].client.get("/api/signatures", params=query).json()
    assert shown["validity"] == "broken"


def test_an_entry_that_is_not_the_persons_fails_in_the_one_file_verifier(
    platform: Platform, batch: dict[str, Any], task: str, verifier: ModuleType
) -> None:
    record = platform.record
    with record.reading() as session:
        given = session.query(Signature).filter_by(record_type="mes_recipe", meaning="approved").one()
        session.expunge_all()
    with record.action(TIMER, "mes.recipe.approve", reason="forged") as unit:
        kept = {column.key for column in Signature.__table__.columns} - {"id", "version"}
        row = Signature(id=unit.new_id(), **{name: getattr(given, name) for name in kept})
        row.record_type, row.record_id = "mes_task", task
        row.content = {**given.content, "record_type": "mes_task", "record_id": task}
        row.digest = digest(row.content)
        forged = unit.add(row).id
    platform.settle()
    bundle = export_batch(platform, batch["id"], actor=TIMER, reason="inspection")
    with pytest.raises(verifier.Fault, match=f"record_signature {forged} was not written by the person"):
        verifier.verify(bundle)


def test_a_robots_signature_in_a_store_that_is_no_simulation_fails_in_verify_and_in_the_one_file_verifier(
    tmp_path: Path, clock: ManualClock, verifier: ModuleType
) -> None:
    """Nobody gets one in by a way that there is; here somebody writes it past the guards, and it fits otherwise."""
    platform = furnished(tmp_path / "plant", clock, real=True)
    try:
        people = logged_in(platform)
        with pytest.raises(Refused, match="simulated installation only"):
            furnish_robot(platform, "r2")
        recipe = people["ada"].post("/api/mes/recipes", {"source": RECIPE})["id"]
        people["ada"].sign("mes_recipe", recipe, "authored")
        assert verifier.verify(export_record(platform, "mes_recipe", recipe, actor=TIMER, reason="before"))
        forged = as_robot(platform, recipe)
        platform.settle()
        verdict = verify_store(platform.record, platform.sealer, platform.verifiers)
        assert forged in str(verdict.first_fault)
        assert "A robot signed it, in an installation that is not simulated" in str(verdict.first_fault)
        query = {"record_type": "mes_recipe", "record_id": recipe}
        shown = people["ben"].client.get("/api/signatures", params=query).json()
        assert {one["id"]: one["validity"] for one in shown}[forged] == "broken"
        bundle = export_record(platform, "mes_recipe", recipe, actor=TIMER, reason="inspection")
        said = f"record_signature {forged}: a robot signed it, and the installation is not simulated"
        with pytest.raises(verifier.Fault, match=said):
            verifier.verify(bundle)
    finally:
        platform.close()


def furnish_robot(platform: Platform, username: str) -> None:
    """Register a robot, as an administrator would."""
    with platform.record.action(TIMER, "record.person.create") as unit:
        platform.identity.create_person(
            unit, username=username, full_name="R 2", password=PASSWORD, roles=("reviewer",), robot_for="Ben"
        )


def as_robot(platform: Platform, recipe: str) -> str:
    """Write a signature past the guards: a robot's, with digest, entry and keyed digest that fit."""
    record = platform.record
    with record.reading() as session:
        given = session.query(Signature).filter_by(record_type="mes_recipe", record_id=recipe).one()
        session.expunge_all()
    person = Actor.person(given.person_id, given.session_id, given.printed_name)
    with record.action(person, "mes.recipe.check", reason="forged") as unit:
        kept = {column.key for column in Signature.__table__.columns} - {"id", "version"}
        row = Signature(id=unit.new_id(), **{name: getattr(given, name) for name in kept})
        row.robot, row.printed_name, row.signed_at = True, "demo robot for reviewer", unit.now
        row.binding = platform.identity.credentials.bind(bound(row))
        return unit.add(row).id


def test_a_void_signature_stands_against_the_release_until_somebody_signs_again(
    platform: Platform, batch: dict[str, Any]
) -> None:
    with platform.record.reading() as session:
        recipe = session.query(Recipe).one().id
        before = [
            one for one in platform.quality.coverage(session, batch["id"]).checks if one.gate == "signatures"
        ]
    assert [(one.check.outcome, one.check.detail) for one in before] == [("passed", "3 in force")]
    with platform.record.action(TIMER, "mes.recipe.author", reason="changed behind the signatures") as unit:
        unit.get(Recipe, recipe).title = "Another title"
    with platform.record.reading() as session:
        after = [
            one for one in platform.quality.coverage(session, batch["id"]).checks if one.gate == "signatures"
        ]
    assert [(one.check.outcome, one.blocks) for one in after] == [("exception", True)] * 3
    assert all("title is no longer what was signed" in one.check.detail for one in after)


def test_a_seal_that_does_not_cover_the_whole_file_fails_in_the_one_file_verifier(
    platform: Platform, batch: dict[str, Any], verifier: ModuleType
) -> None:
    bundle = export_batch(platform, batch["id"], actor=TIMER, reason="inspection")
    assert verifier.verify(bundle)["sealed_documents"] == 1
    members, _ = verifier.read_archive(bundle)
    pdf = members["files/record.pdf"]
    with pytest.raises(verifier.Fault, match=r"files/record\.pdf: its seal does not cover the whole file"):
        verifier.check_seals({"files/record.pdf": pdf + b"\n% a page more"})
    (hole,) = verifier.RANGE.finditer(pdf)
    moved = pdf.replace(hole[3], b"%d" % (int(hole[3]) + 1))
    with pytest.raises(verifier.Fault, match="does not cover"):
        verifier.check_seals({"files/record.pdf": moved})
