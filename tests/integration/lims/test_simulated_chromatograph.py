"""Files as the simulated chromatograph writes them go from their bytes to results."""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from tests.sequences import document

from titer.base.errors import NotFound, Refused
from titer.lims import Investigation, RawFile, ReportableResult, Run, TestRequest, origin
from titer.lims.animl import read_run, reader

DATA = Path(os.environ.get("TITER_SHARED_DATA", Path(__file__).parents[4] / "shared" / "data"))
EXAMPLE = DATA / "connect/animl/examples_pyAnIML/real_life.animl"


def through_a_run(lab: Any, entered: str, **told: Any) -> tuple[Any, dict[str, ReportableResult], Any]:
    lab.lims.files.read = reader(None)
    sample = lab.sample("PLAN-HARVEST")
    with lab.record.reading() as session:
        tests = [
            test.id
            for test in session.scalars(select(TestRequest).where(TestRequest.sample_id == sample.id))
            if test.analysis in ("purity_main", "protein_content")
        ]
    run_id = lab.run(tests, {sample.id: entered})
    with lab.record.reading() as session:
        number = session.get(Run, run_id).number
    lab.drop(document(number, sample.number, **told), f"{number}.animl")
    with lab.act("analyst", "lims.run.work") as unit:
        run = lab.lims.runs.process(unit, run_id)
    with lab.record.reading() as session:
        return run, {one.analysis: one for one in session.scalars(select(ReportableResult))}, sample


@pytest.mark.parametrize("seed", range(5))
def test_what_was_in_the_bottle_comes_out(lab: Any, seed: int) -> None:
    run, results, _ = through_a_run(lab, "20", seed=seed)
    assert run.state == "entered", run.suitability
    assert run.findings == []
    assert float(results["protein_content"].value) == pytest.approx(4.21 * 0.974, rel=0.03)
    assert float(results["purity_main"].value) == pytest.approx(97.4, abs=0.5)


def test_a_dilution_factor_that_was_typed_wrong_is_out_of_specification(lab: Any) -> None:
    _, results, _ = through_a_run(lab, "10")
    assert results["protein_content"].value < Decimal("3.0")
    assert lab.quality.kinds() == ["out_of_specification"]
    with lab.record.reading() as session:
        assert session.scalars(select(Investigation)).one().state == "opened"


def test_a_manual_integration_is_found_with_its_history(lab: Any) -> None:
    run, _, _ = through_a_run(lab, "20", manual="hmw")
    assert [row["kind"] for row in run.findings] == ["manual_integration"]
    (changed,) = [row for row in run.injections if row["history"]]
    assert changed["history"][0]["reason"] == "The start was too late."
    assert len(run.instrument_trail) == 3


def test_the_instruments_times_and_counter_are_kept() -> None:
    run = read_run(document("R-1", "S-1"), "d")
    assert [one.counter for one in run.injections] == list(range(413, 424))
    assert (run.run_number, run.instrument) == ("R-1", "HPLC-02")
    assert {one.kind for one in run.injections} == {"blank", "suitability", "standard", "sample"}


PLATE = """
kind: method
code: PLATE-600
title: Mean absorbance of a plate at 600 nm
technique: document
reportables:
  - analysis: od600
    title: Mean absorbance
    unit: "1"
    formula: mean(wells)
    inputs: {wells: {source: series.Value, unit: "1", many: true}}
    cases: [{inputs: {wells: ["0.1", "0.3"]}, result: "0.20"}]
"""


@pytest.mark.skipif(not EXAMPLE.exists(), reason=f"the public AnIML example is not at {EXAMPLE}")
def test_a_public_document_goes_from_its_bytes_to_a_result(lab: Any) -> None:
    lab.lims.files.read = reader(None)
    lab.publish("method", PLATE)
    with lab.act("analyst", "lims.sample.register") as unit:
        sample = lab.lims.register_sample(
            unit, batch_id="b-1", analyses=["od600"], sampled_at=unit.process_now
        )
    with lab.record.reading() as session:
        test = session.scalars(select(TestRequest).where(TestRequest.sample_id == sample.id)).one()
    with lab.act("analyst", "lims.run.create") as unit:
        run = lab.lims.worksheets.create(unit, instrument="READER", test_ids=[test.id])
    with lab.act("analyst", "lims.run.work") as unit:
        lab.lims.worksheets.ready(unit, run.id)
        lab.lims.worksheets.start(unit, run.id)
    lab.drop(EXAMPLE.read_bytes(), "real_life.animl")
    with lab.record.reading() as session:
        file = session.scalars(select(RawFile)).one()
    assert (file.disposition, "Value" in file.found["series"]) == ("pending", True)
    with lab.act("analyst", "lims.run.work") as unit:
        lab.lims.worksheets.attach_document(unit, run.id, file.id)
        lab.lims.runs.process(unit, run.id)
    with lab.record.reading() as session:
        result = session.scalars(select(ReportableResult)).one()
        kinds = {link.kind for link in origin(session, result.id)}
    assert Decimal("0.05") < result.value < Decimal("0.5")
    assert {"result", "calculation", "measurement", "file", "entry"} <= kinds
    assert lab.record.content.read(file.digest) == EXAMPLE.read_bytes()


def planned_tests(lab: Any) -> tuple[Any, list[str]]:
    sample = lab.sample("PLAN-HARVEST")
    with lab.record.reading() as session:
        tests = session.scalars(select(TestRequest).where(TestRequest.sample_id == sample.id))
        return sample, [one.id for one in tests if one.analysis in ("purity_main", "protein_content")]


def inbox(lab: Any) -> str:
    with lab.record.reading() as session:
        return str(session.scalars(select(RawFile).order_by(RawFile.id.desc())).first().id)


def test_a_chromatogram_goes_to_its_results_in_one_action(lab: Any) -> None:
    lab.lims.files.read = reader(None)
    sample, _ = planned_tests(lab)
    lab.drop(document("R-2026-0001", sample.number), "run.animl")
    with lab.act("analyst", "lims.run.import") as unit:
        run = lab.lims.imports.to_results(
            unit,
            file_id=inbox(lab),
            sample=sample.number,
            method_code="SEC-HPLC-01",
            worksheet={"dilution_factor": "20"},
            standards={"STD-1": "0.1", "STD-2": "0.2", "STD-3": "0.4"},
        )
    assert (run.number, run.state, run.instrument) == ("R-2026-0001", "entered", "HPLC-02")
    with lab.record.reading() as session:
        results = {one.analysis: one for one in session.scalars(select(ReportableResult))}
    assert float(results["protein_content"].value) == pytest.approx(4.21 * 0.974, rel=0.03)
    assert results["purity_main"].pinned["imported"]["measured_at"] == "2026-03-16T10:00:00Z"


def test_an_import_that_lacks_an_entry_or_is_done_twice_leaves_nothing_behind(lab: Any) -> None:
    lab.lims.files.read = reader(None)
    sample, _ = planned_tests(lab)
    lab.drop(document("R-2026-0001", sample.number), "run.animl")
    asked = {"file_id": inbox(lab), "sample": sample.number, "method_code": "SEC-HPLC-01"}
    with (
        pytest.raises(Refused, match="Dilution factor of S-2026-0001 is not entered"),
        lab.act("analyst", "lims.run.import") as unit,
    ):
        lab.lims.imports.to_results(unit, **asked)
    with lab.record.reading() as session:
        assert session.scalars(select(Run)).all() == []
    asked |= {
        "worksheet": {"dilution_factor": "20"},
        "standards": {"STD-1": "0.1", "STD-2": "0.2", "STD-3": "0.4"},
    }
    with lab.act("analyst", "lims.run.import") as unit:
        lab.lims.imports.to_results(unit, **asked)
    lab.drop(document("R-2026-0002", sample.number, seed=2), "again.animl")
    with (
        pytest.raises(Refused, match="No test is repeated"),
        lab.act("analyst", "lims.run.import") as unit,
    ):
        lab.lims.imports.to_results(unit, **(asked | {"file_id": inbox(lab)}))


def test_a_file_is_brought_to_the_run_that_waits_for_it(lab: Any) -> None:
    lab.lims.files.read = reader(None)
    sample, tests = planned_tests(lab)
    run_id = lab.run(tests, {sample.id: "20"})
    lab.drop(document("R-2026-0001", sample.number), "run.animl")
    with lab.act("analyst", "lims.run.import") as unit:
        run = lab.lims.imports.to_run(unit, file_id=inbox(lab), run="R-2026-0001")
    assert (run.id, run.state) == (run_id, "entered")
    with pytest.raises(NotFound), lab.act("analyst", "lims.run.import") as unit:
        lab.lims.imports.to_run(unit, file_id=inbox(lab), run="R-2026-0099")
