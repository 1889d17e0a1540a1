"""The life of a release sample: run, out of specification, investigation, determined again, certificate."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from titer.base.errors import Refused
from titer.lims import Investigation, Measurement, RawFile, ReportableResult, Run, TestRequest, origin
from titer.lims.service.results import evaluation_of, result_of


def sec_tests(lab: Any, sample_id: str) -> list[str]:
    with lab.record.reading() as session:
        return [
            test.id
            for test in session.scalars(select(TestRequest).where(TestRequest.sample_id == sample_id))
            if test.analysis in ("purity_main", "protein_content") and test.state == "planned"
        ]


def all_of(lab: Any, kind: type) -> list[Any]:
    with lab.record.reading() as session:
        return list(session.scalars(select(kind).order_by(kind.id)))


def states(lab: Any, sample_id: str) -> dict[str, str]:
    return {
        f"{test.analysis}{'*' if test.redetermines_id else ''}": test.state
        for test in all_of(lab, TestRequest)
        if test.sample_id == sample_id
    }


def gate(lab: Any, batch: str = "batch-1") -> dict[str, str]:
    with lab.record.reading() as session:
        checks = lab.lims.release_gate(SimpleNamespace).checks(session, batch)
        for check in checks:
            if check.record_type == "lims_test" and check.outcome in ("passed", "exception"):
                _says_what_stands(session, check)
    return {check.title: check.outcome for check in checks}


def _says_what_stands(session: Session, check: Any) -> None:
    """What the gate reads for all tests together is what is read for each by itself."""
    result = result_of(session, check.record_id)
    evaluation = evaluation_of(session, result.id) if result else None
    if "invalidated" not in check.detail:
        assert result is not None and evaluation is not None
        told = evaluation.rounded or result.text
        assert check.detail.startswith(f"{told} ") and check.detail.endswith(f": {evaluation.outcome}")


def questions(lab: Any) -> int:
    """How often the gate asks the database about a batch."""
    asked: list[str] = []
    with lab.record.reading() as session:
        session.expire_all()
        listener = lambda *told: asked.append(told[2])  # noqa: E731
        event.listen(session.get_bind(), "before_cursor_execute", listener)
        lab.lims.release_gate(SimpleNamespace).checks(session, "batch-1")
        event.remove(session.get_bind(), "before_cursor_execute", listener)
    return len(asked)


def processed(lab: Any, sample: Any, dilution: str, **odd: Any) -> Any:
    """One sample through a run, up to entered results: main 42 mAU.min is 0.21 mg/mL, times 20 is 4.2 g/L."""
    run_id = lab.run(sec_tests(lab, sample.id), {sample.id: dilution})
    number = next(run.number for run in all_of(lab, Run) if run.id == run_id)
    lab.drop(lab.hplc.sequence(number, {sample.number: (42.0, 0.8)}, **odd), f"{number}.animl")
    with lab.act("analyst", "lims.run.work") as unit:
        return lab.lims.runs.process(unit, run_id)


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_a_wrong_dilution_factor_from_entry_to_certificate(lab: Any) -> None:
    sample = lab.sample("PLAN-HARVEST")
    assert "not_run" in set(gate(lab).values())
    run = processed(lab, sample, "10")
    assert run.state == "entered"
    assert all(row["passed"] for row in run.suitability), run.suitability
    assert states(lab, sample.id)["protein_content"] == "suspect"
    assert states(lab, sample.id)["purity_main"] == "entered"
    assert lab.quality.kinds() == ["out_of_specification"]
    (found,) = all_of(lab, Investigation)
    content = next(one for one in all_of(lab, ReportableResult) if one.analysis == "protein_content")
    assert round(content.value, 1) == Decimal("2.1")

    # the run is reviewed and approved for what is valid in it
    assert any(
        "different people" in reason for reason in lab.blockers("analyst", "lims_run", run.id, "reviewed")
    )
    lab.sign("reviewer", "lims_run", run.id, "reviewed")
    lab.sign("qa", "lims_run", run.id, "approved")
    assert states(lab, sample.id)["purity_main"] == "approved"

    # phase I: the preparation record shows 1 in 20
    with lab.act("analyst", "lims.document.attach") as unit:
        paper = lab.lims.worksheets.attach(
            unit,
            subject_type="lims_run",
            subject_id=run.id,
            title="Preparation record",
            file_name="weighing.txt",
            media_type="text/plain",
            data=b"0.050 mL sample to 1.000 mL",
        )
    factor = next(one for one in all_of(lab, Measurement) if one.name == "worksheet.dilution_factor")
    work = lab.lims.investigations
    with lab.act("reviewer2", "lims.investigation.work") as unit:
        work.begin(unit, found.id, hypothesis="The dilution factor was typed wrong.")
        with pytest.raises(Refused, match="No evidence"):
            work.conclude_phase_one(unit, found.id, assignable_cause="typing", cause_kind="calculation")
        work.add_evidence(
            unit,
            found.id,
            statement="0.050 mL to 1.000 mL is 1 in 20.",
            attachment_id=paper.id,
            measurement_id=factor.id,
            should_have_been="20",
        )
        closed = work.conclude_phase_one(
            unit, found.id, assignable_cause="Dilution factor 10 typed for 20.", cause_kind="calculation"
        )
    assert float(closed.evidence[0]["would_give"]["value"]) == pytest.approx(4.2, abs=0.01)

    assert lab.blockers("qa", "lims_investigation", found.id, "invalidated")
    with pytest.raises(Refused):
        lab.sign("reviewer2", "lims_investigation", found.id, "reviewed")
    lab.sign("reviewer", "lims_investigation", found.id, "reviewed")
    lab.sign("qa", "lims_investigation", found.id, "invalidated")
    assert states(lab, sample.id) == {
        "purity_main": "approved",
        "protein_content": "invalidated",
        "protein_content*": "planned",
        "bioburden": "planned",
        "virus": "planned",
    }

    # determined again by the method's rule
    again = processed(lab, sample, "20")
    assert lab.quality.kinds() == ["out_of_specification"]
    lab.sign("reviewer", "lims_run", again.id, "reviewed")
    lab.sign("qa", "lims_run", again.id, "approved")
    with lab.act("reviewer2", "lims.investigation.work") as unit:
        work.conclude(unit, found.id, conclusion="Laboratory error; the batch is not affected.")
    lab.sign("qa", "lims_investigation", found.id, "closed")

    # the contract laboratory's certificate
    safety(lab, sample)

    with lab.act("analyst", "lims.certificate.draft") as unit:
        certificate = lab.lims.certificates.draft(
            unit, specification_code="SPEC-MAB7-HARVEST", batch_id="batch-1"
        )
    lab.sign("qa", "lims_certificate", certificate.id, "issued")
    assert certificate.content["conforms"]
    assert certificate.content["investigations"] == [found.number]
    assert {row["analysis"]: row["result"] for row in certificate.content["results"]}[
        "protein_content"
    ] == "4.2"
    assert set(gate(lab).values()) == {"passed"}

    # every original stays
    results = {one.state: one for one in all_of(lab, ReportableResult) if one.analysis == "protein_content"}
    assert set(results) == {"invalidated", "approved"}
    assert [one.raw for one in all_of(lab, Measurement) if one.name == "worksheet.dilution_factor"] == [
        "10",
        "20",
    ]

    with lab.record.reading() as session:
        kinds = [link.kind for link in origin(session, results["approved"].id)]
    assert list(dict.fromkeys(kinds)) == [
        "certificate",
        "result",
        "calculation",
        "measurement",
        "peak",
        "file",
        "instrument",
        "person",
        "signature",
        "entry",
    ]


def safety(lab: Any, sample: Any, bioburden: str = "< 1") -> str:
    outside = lab.lims.contract
    with lab.act("analyst", "lims.contract.receive") as unit:
        paper = outside.receive(
            unit,
            sample_id=sample.id,
            laboratory="Safe Lab Ltd",
            reference="SL-77",
            data=b"%PDF-1.7 x",
            file_name="sl77.pdf",
        )
    assert gate(lab)["Safe Lab Ltd SL-77: transcription checked by a second person"] == "not_run"
    with lab.act("analyst", "lims.contract.transcribe") as unit:
        outside.transcribe(
            unit,
            paper.id,
            [
                {"analysis": "bioburden", "value": bioburden, "unit": "[CFU]/10mL"},
                {"analysis": "virus", "value": "Not detected", "unit": ""},
            ],
        )
    with pytest.raises(Refused, match="may not be signed"):
        lab.sign("analyst", "lims_contract_certificate", paper.id, "transcription_checked")
    lab.sign("analyst2", "lims_contract_certificate", paper.id, "transcription_checked")
    lab.sign("qa", "lims_sample", sample.id, "approved")
    return str(paper.id)


def test_a_release_test_that_is_asked_for_again_is_listed(lab: Any) -> None:
    lab.sample("PLAN-HARVEST")
    assert gate(lab)["No release test was repeated without an investigation"] == "passed"
    lab.sample("PLAN-HARVEST")
    assert gate(lab)["No release test was repeated without an investigation"] == "exception"


def test_the_gate_asks_no_more_questions_for_more_tests(lab: Any) -> None:
    lab.sample("PLAN-HARVEST")
    before, tests = questions(lab), len(all_of(lab, TestRequest))
    for _ in range(4):
        lab.sample("PLAN-HARVEST")
    assert len(all_of(lab, TestRequest)) == 5 * tests
    assert questions(lab) == before


def test_a_raw_materials_tests_stand_before_its_release(lab: Any) -> None:
    with lab.act("qa", "material.define") as unit:
        lab.material.define(
            unit, code="M", title="Medium", kind="raw material", unit_code="kg", needs=["tests"]
        )
    with lab.act("operator", "material.lot.receive") as unit:
        lot = lab.material.receive_lot(unit, "M", "RM-1", Decimal(25), "kg", None, "Media Ltd")
    assert "has not been sampled" in " ".join(lab.blockers("qa", "material_lot", lot.id, "released"))
    lab.publish(
        "specification",
        "{kind: specification, code: SPEC-M, title: Medium, material: M, rounding: usp-7.20, criteria: "
        "[{analysis: osmolality, title: Osmolality, kind: release, unit: mosm/kg, low: '270', high: '330'}]}",
    )
    with lab.act("operator", "lims.sample.register") as unit:
        sample = lab.lims.register_sample(
            unit,
            lot_id=lot.id,
            analyses=["osmolality"],
            specification_code="SPEC-M",
            sampled_at=unit.process_now,
        )
    assert "is planned" in " ".join(lab.blockers("qa", "material_lot", lot.id, "released"))
    test = next(one for one in all_of(lab, TestRequest) if one.sample_id == sample.id)
    with lab.act("analyst", "lims.result.enter") as unit:
        lab.lims.results.enter_reading(unit, test.id, raw="312", unit_code="mosm/kg")
    lab.sign("reviewer", "lims_sample", sample.id, "reviewed")
    lab.sign("qa", "lims_sample", sample.id, "approved")
    lab.sign("qa", "material_lot", lot.id, "released")
    with lab.record.reading() as session:
        assert lab.material.lot_ready(session, "RM-1", lab.clock.now()) == []


def test_findings_of_a_document_become_exceptions(lab: Any) -> None:
    sample = lab.sample("PLAN-HARVEST")
    run = processed(lab, sample, "20", manual=True, skip=2, claim=1.2)
    assert sorted(row["kind"] for row in run.findings) == [
        "claim_differs",
        "counter_gap",
        "manual_integration",
    ]
    assert sorted(lab.quality.kinds()) == ["claim_differs", "counter_gap", "manual_integration"]
    assert run.instrument_trail[0]["what"] == "sequence started"


def test_an_unsuitable_run_gives_no_result_and_its_tests_are_planned_again(lab: Any) -> None:
    sample = lab.sample("PLAN-HARVEST")
    run = processed(lab, sample, "20", dimer=0.0)
    assert run.state == "suitability_failed"
    assert states(lab, sample.id)["protein_content"] == "planned"
    assert not all_of(lab, ReportableResult)
    lab.sign("reviewer", "lims_run", run.id, "reviewed")
    lab.sign("qa", "lims_run", run.id, "approved")
    assert processed(lab, sample, "20").state == "entered"


def test_a_run_is_refused_until_everything_is_in_order(lab: Any) -> None:
    sample = lab.sample("PLAN-HARVEST")
    lab.equipment.faults["HPLC-02"] = ["HPLC-02: calibration is due since 2026-03-01."]
    lab.clock.advance(timedelta(hours=80))
    with lab.act("analyst", "lims.run.create") as unit:
        run = lab.lims.worksheets.create(unit, instrument="HPLC-02", test_ids=sec_tests(lab, sample.id))
    with pytest.raises(Refused) as caught, lab.act("analyst", "lims.run.work") as unit:
        lab.lims.worksheets.ready(unit, run.id)
    for part in ("calibration is due", "80.0 h old", "Dilution factor", "needs 3 standards"):
        assert part in caught.value.why


def test_a_lapsed_competency_refuses_start(lab: Any) -> None:
    sample = lab.sample("PLAN-HARVEST")
    lab.clock.advance(timedelta(days=301))
    sample = lab.sample("PLAN-HARVEST")
    with pytest.raises(Refused, match="no valid training in 'sec-hplc'"):
        lab.run(sec_tests(lab, sample.id), {sample.id: "20"})


def test_a_worksheet_keeps_what_was_corrected_and_refuses_without_reason(lab: Any) -> None:
    sample = lab.sample("PLAN-HARVEST")
    with lab.act("analyst", "lims.run.create") as unit:
        run = lab.lims.worksheets.create(unit, instrument="HPLC-02", test_ids=sec_tests(lab, sample.id))
    entry = {"sample_id": sample.id, "name": "dilution_factor"}
    with lab.act("analyst", "lims.run.enter") as unit:
        lab.lims.worksheets.enter_worksheet(unit, run.id, raw="10", **entry)
        with pytest.raises(Exception, match="needs a reason"):
            lab.lims.worksheets.enter_worksheet(unit, run.id, raw="20", **entry)
        with pytest.raises(Refused, match="lies outside"):
            lab.lims.worksheets.enter_worksheet(unit, run.id, raw="1000", reason="x", **entry)
        lab.lims.worksheets.enter_worksheet(unit, run.id, raw="20", reason="misread the flask", **entry)
    first, second = [one for one in all_of(lab, Measurement) if one.name == "worksheet.dilution_factor"]
    assert (second.supersedes_id, first.raw) == (first.id, "10")
    with (
        pytest.raises(Refused, match="belongs to its analyst"),
        lab.act("analyst2", "lims.run.enter") as unit,
    ):
        lab.lims.worksheets.enter_worksheet(unit, run.id, raw="20", reason="x", **entry)


def test_a_file_that_cannot_be_read_is_quarantined_and_blocks(lab: Any) -> None:
    lab.drop(b"no document", "odd.bin")
    (file,) = all_of(lab, RawFile)
    assert file.disposition == "quarantined"
    assert lab.quality.kinds() == ["file_quarantined"]
    assert gate(lab)["odd.bin has a disposition"] == "not_run"
    with lab.act("reviewer", "lims.file.dispose") as unit:
        lab.lims.files.set_aside(unit, file.id, reason="a note of the service engineer")
    assert gate(lab)["Every file of an instrument has a disposition"] == "passed"


def test_injections_between_two_files_that_no_file_shows_are_an_exception_of_the_batch(lab: Any) -> None:
    sample = lab.sample("PLAN-HARVEST")
    lab.drop(lab.hplc.sequence("R-1", {sample.number: (42.0, 0.8)}), "first.animl")
    lab.drop(lab.hplc.sequence("R-2", {sample.number: (42.0, 0.8)}), "second.animl")
    assert "counter_gap" not in lab.quality.kinds()
    lab.hplc.sequence("TRIAL", {sample.number: (42.0, 0.8)})
    lab.drop(lab.hplc.sequence("R-3", {sample.number: (42.0, 0.8)}), "third.animl")
    assert lab.quality.kinds().count("counter_gap") == 1
    (raised,) = [told for told in lab.quality.raised.values() if told["kind"] == "counter_gap"]
    assert raised["batch_id"] == "batch-1"
    assert "no file shows it" in raised["title"]


def test_a_file_of_another_instrument_is_not_taken(lab: Any) -> None:
    sample = lab.sample("PLAN-HARVEST")
    run_id = lab.run(sec_tests(lab, sample.id), {sample.id: "20"})
    number = all_of(lab, Run)[0].number
    lab.drop(lab.hplc.sequence(number, {sample.number: (42.0, 0.8)}, instrument="HPLC-09"))
    assert all_of(lab, Run)[0].state == "running"
    (file,) = all_of(lab, RawFile)
    with pytest.raises(Refused, match="comes from HPLC-09"), lab.act("analyst", "lims.run.work") as unit:
        lab.lims.worksheets.attach_document(unit, run_id, file.id)


def test_a_measurement_cannot_be_changed_in_the_database(lab: Any) -> None:
    sample = lab.sample("PLAN-HARVEST")
    processed(lab, sample, "20")
    refusal = r"append-only|no right to it"  # by a trigger; on PostgreSQL the role has no right to begin with
    with pytest.raises(Refused, match=refusal), lab.act("operator", "test.any") as unit:
        unit.get(Measurement, all_of(lab, Measurement)[0].id).raw = "1"
        unit.flush()
    with pytest.raises(Refused, match="keeps its first value"), lab.act("operator", "test.any") as unit:
        unit.get(ReportableResult, all_of(lab, ReportableResult)[0].id).text = "4.3"
        unit.flush()


def test_phase_two_confirms_and_the_batch_stays_blocked(lab: Any) -> None:
    sample = lab.sample("PLAN-HARVEST")
    run = processed(lab, sample, "10")
    lab.sign("reviewer", "lims_run", run.id, "reviewed")
    lab.sign("qa", "lims_run", run.id, "approved")
    (found,) = all_of(lab, Investigation)
    work = lab.lims.investigations
    with lab.act("reviewer2", "lims.investigation.work") as unit:
        work.begin(unit, found.id, hypothesis="Unknown.")
        work.conclude_phase_one(unit, found.id, assignable_cause=None)
        work.conclude(unit, found.id, conclusion="The result stands.")
    lab.sign("qa", "lims_investigation", found.id, "closed")
    assert states(lab, sample.id)["protein_content"] == "entered"
    assert gate(lab)[f"Investigation {found.number} is closed"] == "passed"

    # the result that stands is reviewed and approved as what it is, and no certificate of it conforms
    lab.sign("reviewer", "lims_sample", sample.id, "reviewed")
    with pytest.raises(Refused, match="different people"):
        lab.sign("reviewer", "lims_sample", sample.id, "approved")
    lab.sign("qa", "lims_sample", sample.id, "approved")
    safety(lab, sample)
    with lab.act("analyst", "lims.certificate.draft") as unit:
        certificate = lab.lims.certificates.draft(
            unit, specification_code="SPEC-MAB7-HARVEST", batch_id="batch-1"
        )
    lab.sign("qa", "lims_certificate", certificate.id, "issued")
    assert certificate.content["conforms"] is False
    assert gate(lab)["A certificate of analysis that conforms is issued"] == "not_run"
    assert gate(lab)[f"{sample.number}: protein_content is approved and evaluated"] == "exception"
