"""In-process samples over the analyser, late answers, readings by hand, and design data."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

from titer.base.errors import Invalid, NotAuthorised, NotFound, Refused
from titer.lims import Evaluation, Measurement, PanelRequest, ReportableResult, TestRequest
from titer.record import OutboxEvent


def all_of(lab: Any, kind: type) -> list[Any]:
    with lab.record.reading() as session:
        return list(session.scalars(select(kind).order_by(kind.id)))


def topics(lab: Any) -> list[str]:
    with lab.record.reading() as session:
        return list(session.scalars(select(OutboxEvent.topic).order_by(OutboxEvent.position)))


def ask(lab: Any, sample: Any) -> Any:
    with lab.act("operator", "lims.panel.request") as unit:
        (request,) = lab.lims.request_panel(unit, sample)
    return request


def test_a_panel_goes_out_and_its_answer_comes_in(lab: Any) -> None:
    sample = lab.sample("PLAN-IPC")
    request = ask(lab, sample)
    command = lab.equipment.commands[request.command_key]
    assert (command["kind"], command["target"], command["parameters"]) == (
        "call",
        "MetaboliteAnalysis/MeasureSample",
        {"SampleId": sample.number},
    )
    lab.answer(request.command_key, {"SampleId": sample.number, "Glucose": "4.31", "Lactate": 1.2})
    lab.answer(request.command_key, {"SampleId": sample.number, "Glucose": "9.99", "Lactate": 1.2})
    results = {one.analysis: one for one in all_of(lab, ReportableResult)}
    assert {name: one.text for name, one in results.items()} == {"glucose": "4.31", "lactate": "1.2"}
    assert {one.state for one in results.values()} == {"approved"}
    source = next(one for one in all_of(lab, Measurement) if one.name == "glucose").source
    assert (source["kind"], source["command_key"], source["field"]) == (
        "device",
        request.command_key,
        "Glucose",
    )
    assert topics(lab).count("lims.result.entered") == 2
    assert lab.quality.raised == {}


def test_what_an_analyser_measured_unasked_is_listed(lab: Any) -> None:
    for number, (counter, kinds) in enumerate(((7, []), (8, []), (11, ["counter_gap"]))):
        request = ask(lab, lab.sample("PLAN-IPC", f"batch-{number}"))
        answer = {
            "Glucose": "4",
            "Lactate": "1",
            "MeasurementNumber": counter,
            "MeasuredAt": "t",
            "Viability": "98",
        }
        lab.answer(request.command_key, answer)
        assert lab.quality.kinds() == kinds
    assert [one.counter for one in all_of(lab, PanelRequest)] == [7, 8, 11]


def test_a_late_answer_bears_the_time_of_sampling(lab: Any) -> None:
    sample = lab.sample("PLAN-IPC")
    request = ask(lab, sample)
    lab.clock.advance(timedelta(hours=70))
    lab.answer(request.command_key, {"Glucose": "4.31", "Lactate": "1.2"})
    result = all_of(lab, ReportableResult)[0]
    assert result.process_at - result.sampled_at == timedelta(hours=70)


def test_a_value_beyond_its_action_limit_raises_an_exception_and_waits_for_people(lab: Any) -> None:
    sample = lab.sample("PLAN-IPC")
    request = ask(lab, sample)
    lab.answer(request.command_key, {"Glucose": "0.4", "Lactate": "1.2"})
    assert lab.quality.kinds() == ["action_limit"]
    assert {one.analysis: one.state for one in all_of(lab, TestRequest)} == {
        "glucose": "entered",
        "lactate": "approved",
    }
    lab.sign("reviewer", "lims_sample", sample.id, "reviewed")
    lab.sign("qa", "lims_sample", sample.id, "approved")
    assert {one.state for one in all_of(lab, TestRequest)} == {"approved"}


@pytest.mark.parametrize(
    ("answer", "outcome", "glucose"),
    [
        ({"Glucose": "overflow", "Lactate": "1"}, "done", "entered"),
        ({"Lactate": "1"}, "done", "planned"),
        ({"Glucose": "4", "Lactate": "1", "Ammonia": "3"}, "done", "approved"),
        ({"SampleId": "S-1999-0001", "Glucose": "4", "Lactate": "1"}, "done", "planned"),
        ({}, "failed", "planned"),
        ({}, "unknown", "planned"),
    ],
)
def test_nothing_of_an_answer_passes_in_silence(
    lab: Any, answer: dict[str, str], outcome: str, glucose: str
) -> None:
    request = ask(lab, lab.sample("PLAN-IPC"))
    lab.answer(request.command_key, answer, outcome)
    assert {one.analysis: one.state for one in all_of(lab, TestRequest)}["glucose"] == glucose
    assert len(lab.quality.raised) == 1
    assert all_of(lab, PanelRequest)[0].state in ("completed", "failed")


def test_a_failed_panel_can_be_asked_again(lab: Any) -> None:
    sample = lab.sample("PLAN-IPC")
    first = ask(lab, sample)
    lab.answer(first.command_key, {}, "failed")
    second = ask(lab, sample)
    assert first.command_key != second.command_key
    with pytest.raises(Refused, match="No planned test"):
        ask(lab, sample)


def test_an_analyser_that_is_not_ready_is_not_asked(lab: Any) -> None:
    lab.equipment.faults["MA-01"] = ["MA-01 is not calibrated."]
    with pytest.raises(Refused, match="not calibrated"):
        ask(lab, lab.sample("PLAN-IPC"))
    assert not lab.equipment.commands


def osmolality(lab: Any, specification: str | None = None) -> Any:
    with lab.act("operator", "lims.sample.register") as unit:
        sample = lab.lims.register_sample(
            unit,
            batch_id="batch-1",
            analyses=["osmolality"],
            specification_code=specification,
            sampled_at=unit.process_now,
        )
    return next(one for one in all_of(lab, TestRequest) if one.sample_id == sample.id)


def test_a_result_without_a_specification_blocks_release(lab: Any) -> None:
    test = osmolality(lab)
    with lab.act("analyst", "lims.result.enter") as unit:
        lab.lims.results.enter_reading(unit, test.id, raw="312", unit_code="mosm/kg")
    assert all_of(lab, Evaluation)[-1].outcome == "cannot_evaluate"
    assert lab.quality.kinds() == ["cannot_evaluate"]
    lab.sign("reviewer", "lims_sample", test.sample_id, "reviewed")
    with pytest.raises(Refused, match="could not be evaluated"):
        lab.sign("qa", "lims_sample", test.sample_id, "approved")
    with lab.record.reading() as session:
        checks = lab.lims.release_gate(SimpleNamespace).checks(session, "batch-1")
    assert "not_run" in {check.outcome for check in checks}


def test_nobody_reviews_their_own_result(lab: Any) -> None:
    test = osmolality(lab)
    with lab.act("analyst", "lims.result.enter") as unit:
        lab.lims.results.enter_reading(unit, test.id, raw="312", unit_code="mosm/kg")
    lab.sign("reviewer", "lims_sample", test.sample_id, "reviewed")
    with pytest.raises(Refused, match="must be different people"):
        lab.sign("reviewer", "lims_sample", test.sample_id, "approved")


def test_an_operator_enters_no_result(lab: Any) -> None:
    with pytest.raises(NotAuthorised), lab.act("operator", "lims.result.enter"):
        pass


def test_a_test_is_never_done_twice(lab: Any) -> None:
    test = osmolality(lab)
    with lab.act("analyst", "lims.result.enter") as unit:
        lab.lims.results.enter_reading(unit, test.id, raw="312", unit_code="mosm/kg")
    with pytest.raises(Refused), lab.act("analyst", "lims.result.enter") as unit:
        lab.lims.results.enter_reading(unit, test.id, raw="300", unit_code="mosm/kg")
    assert len(all_of(lab, ReportableResult)) == 1


def test_a_sample_from_the_future_is_refused(lab: Any) -> None:
    with pytest.raises(Refused, match="future"), lab.act("operator", "lims.sample.register") as unit:
        lab.lims.register_sample(
            unit, batch_id="b", plan_code="PLAN-IPC", sampled_at=unit.process_now + timedelta(minutes=1)
        )


def test_a_sample_needs_a_plan_that_is_effective(empty_lab: Any) -> None:
    with (
        pytest.raises(NotFound, match="No revision"),
        empty_lab.act("operator", "lims.sample.register") as unit,
    ):
        empty_lab.lims.register_sample(unit, batch_id="b", plan_code="PLAN-IPC")
    with (
        pytest.raises(Invalid, match="Nothing is to be tested"),
        empty_lab.act("operator", "lims.sample.register") as unit,
    ):
        empty_lab.lims.register_sample(unit, batch_id="b")


def test_a_new_revision_supersedes_and_running_work_keeps_the_old_one(lab: Any) -> None:
    sample = lab.sample("PLAN-IPC")
    request = ask(lab, sample)
    with lab.record.reading() as session:
        old = lab.lims.designs.effective(session, "specification", "SPEC-MAB7-IPC")
    lab.publish("specification", old.source.replace('low: "1.0"', 'low: "4.5"'))
    lab.answer(request.command_key, {"Glucose": "4.31", "Lactate": "1.2"})
    assert lab.quality.raised == {}
    newer = ask(lab, lab.sample("PLAN-IPC"))
    lab.answer(newer.command_key, {"Glucose": "4.31", "Lactate": "1.2"})
    assert lab.quality.kinds() == ["action_limit"]


def test_an_author_approves_nothing_of_their_own(empty_lab: Any) -> None:
    lab = empty_lab
    source = "{kind: sampling_plan, code: P, title: P, point: x, specification: S, analyses: [a]}"
    with lab.act("scientist", "lims.design.draft") as unit:
        made = lab.lims.designs.draft(unit, kind="sampling_plan", source=source, reason="new")
    assert "not in review" in " ".join(lab.blockers("qa", "lims_design", made.id, "approved"))
    lab.sign("scientist", "lims_design", made.id, "authored")
    assert "different people" in " ".join(lab.blockers("scientist", "lims_design", made.id, "approved"))
    lab.sign("qa", "lims_design", made.id, "approved")
    with (
        pytest.raises(Refused, match="keeps its first value"),
        lab.act("scientist", "lims.design.draft") as unit,
    ):
        unit.get(type(made), made.id).document = {"kind": "changed"}
        unit.flush()
