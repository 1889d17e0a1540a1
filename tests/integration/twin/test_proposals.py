"""Scenarios and proposals: drafted inside the envelope, signed by two people, carried out by the MES, closed."""

from __future__ import annotations

from typing import Any

import pytest

from titer.base.clock import us
from titer.base.errors import NotAuthorised, Refused
from titer.twin import fed_batch, queries
from titer.twin.proposals import proposal_of
from titer.twin.scenarios import Order


def _settings() -> dict[str, Any]:
    """The usual ones, with a working volume that leaves room for more feed."""
    settings = fed_batch("BR-201")
    settings["cqas"] = [c for c in settings["cqas"] if c["output"] not in ("volume", "titre")]
    settings["probability"] = "0.9"
    return settings


def _draft(world: Any) -> str:
    with world.record.reading() as session:
        draft = world.twin.draft(session, world.twin.instance(session, "batch-1"))
    with world.record.action(world.people["scientist"], "twin.proposal.draft") as unit:
        key: str = world.twin.save_draft(unit, draft).id
    return key


def _proposal(world: Any, key: str) -> Any:
    with world.record.reading() as session:
        row = proposal_of(session, key)
        session.expunge(row)
    return row


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_a_proposal_goes_from_draft_to_closed_by_two_people_and_the_mes(world: Any) -> None:
    world.commission(_settings())
    world.begin()
    world.run_to(204)
    key = _draft(world)
    proposal = _proposal(world, key)
    assert proposal.state == "CHECKED", proposal.checks
    change = proposal.changes[0]
    assert change["tag"] == "BR-201.FeedF2.SP" and change["value"] != change["from"]
    assert float(proposal.predicted["effect"]["titre"]["median"]) > 0
    assert float(proposal.fault_cost["feed_f2"]["delivered_share"]) == pytest.approx(0.92, abs=0.03)
    assert float(proposal.fault_cost["effect"]["titre"]["median"]) < 0
    assert set(proposal.scenarios) == {"proposed", "do_nothing", "as_commanded"}

    with pytest.raises(Refused, match="may not be signed"):
        world.sign(world.people["owner"], "twin_proposal", key, "approved")
    world.sign(world.people["both"], "twin_proposal", key, "submitted")
    with pytest.raises(NotAuthorised):
        world.sign(world.people["scientist"], "twin_proposal", key, "approved")
    with pytest.raises(Refused, match="may not be signed"):
        world.sign(world.people["both"], "twin_proposal", key, "approved")
    signature = world.sign(world.people["owner"], "twin_proposal", key, "approved")
    proposal = _proposal(world, key)
    assert proposal.state == "APPROVED"
    with world.record.reading() as session:
        proof = world.record.verify_signature(
            session, signature.id, record_type="twin_proposal", record_id=key, meaning="approved"
        )
    assert proof.content["shown"]["changes"] == [{k: str(change[k]) for k in ("tag", "value", "unit")}]

    world.tell("mes.proposal.accepted", {"proposal_id": key, "batch_id": "batch-1"})
    assert _proposal(world, key).state == "DISPATCHED"
    applied = {
        "proposal_id": key, "batch_id": "batch-1", "tag": change["tag"], "value": change["value"],
        "readback": change["value"], "command_key": "mes/k",
    }  # fmt: skip
    world.tell("mes.setpoint.applied", applied)
    world.tell("mes.setpoint.applied", applied)
    proposal = _proposal(world, key)
    assert proposal.state == "VERIFIED" and len(proposal.applied) == 1
    world.twin.proposals.step()
    assert _proposal(world, key).state == "VERIFIED"

    world.run_to(330)
    world.tell(
        "mes.phase.started",
        {"batch_id": "batch-1", "phase": "Harvest", "at_us": us(world.process_clock.now())},
    )
    world.twin.proposals.step()
    proposal = _proposal(world, key)
    assert proposal.state == "CLOSED"
    assert proposal.outcome["hour"] == 330 and proposal.outcome["early"]
    assert set(proposal.outcome["outputs"]["titre"]) == {"unit", "predicted", "actual", "inside"}


def test_a_proposal_whose_checks_failed_cannot_be_submitted(world: Any) -> None:
    settings = _settings()
    settings["cqas"].append({"output": "titre", "at": "harvest", "low": "9"})
    world.commission(settings)
    world.begin()
    world.run_to(204)
    key = _draft(world)
    proposal = _proposal(world, key)
    assert proposal.state == "DRAFT"
    assert [c["name"] for c in proposal.checks if c["outcome"] == "failed"] == [
        "all quality attributes in specification"
    ]
    with pytest.raises(Refused, match="may not be signed"):
        world.sign(world.people["scientist"], "twin_proposal", key, "submitted")


def test_an_old_proposal_expires_and_a_new_draft_replaces_an_open_one(world: Any) -> None:
    world.commission(_settings())
    world.begin()
    world.run_to(204)
    first, second = _draft(world), _draft(world)
    assert _proposal(world, first).state == "EXPIRED"
    assert _proposal(world, first).digest != "" and _proposal(world, second).state == "CHECKED"
    world.run_to(230)
    world.twin.proposals.step()
    expired = _proposal(world, second)
    assert expired.state == "EXPIRED" and "taken up by" in expired.state_reason


def test_the_mes_s_refusal_is_kept_with_its_reason(world: Any) -> None:
    world.commission(_settings())
    world.begin()
    world.run_to(204)
    key = _draft(world)
    world.sign(world.people["scientist"], "twin_proposal", key, "submitted")
    world.sign(world.people["owner"], "twin_proposal", key, "approved")
    world.tell("mes.proposal.refused", {"proposal_id": key, "reason": "outside the proven range"})
    refused = _proposal(world, key)
    assert refused.state == "REJECTED" and "proven range" in refused.state_reason


def test_a_scenario_repeats_to_the_same_digest(world: Any) -> None:
    world.commission()
    world.begin()
    world.run_to(96)
    with world.record.reading() as session:
        instance = world.twin.instance(session, "batch-1")
        future, hour, through = world.twin.proposals.simulate(
            world.twin.estimator(session, instance),
            Order({"temperature": {"value": "34.5"}}, 240, 64, 5),
            "colder",
        )
        instance_id = instance.id
    with world.record.action(world.people["scientist"], "twin.scenario.run") as unit:
        key = world.twin.proposals.keep(unit, instance_id, future, hour, through).id
    world.process_clock.advance(world.process_clock.now() - world.started)
    world.result("r1", "titre", "0.5", "g/L", 72.0)
    with world.record.reading() as session:
        world.twin.estimator(session, world.instance())
        assert world.twin.proposals.repeat(session, key)["same"]
        assert queries.scenarios(session, instance_id)[0].result["members"] == 64


def test_a_future_needs_a_past(world: Any) -> None:
    world.commission()
    world.begin()
    world.run_to(10)
    with world.record.reading() as session, pytest.raises(Refused, match="24 h"):
        world.twin.draft(session, world.twin.instance(session, "batch-1"))


def test_an_operator_may_not_draft_a_proposal(world: Any) -> None:
    with (
        pytest.raises(NotAuthorised),
        world.record.action(world.people["operator"], "twin.proposal.draft"),
    ):
        pass
