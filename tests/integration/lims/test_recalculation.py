"""A result is calculated again from its measurements; where one was changed past Titer, it comes out otherwise."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text
from tests.integration.lims.test_release_life import all_of, processed
from tests.trespass import trespassing, unguarded

from titer.govern.alcoa import Answer, Sources
from titer.govern.alcoa.laboratory import RECALCULATION
from titer.lims import ReportableResult


def ask(lab: Any) -> Answer:
    with lab.record.reading() as session:
        return RECALCULATION.ask(Sources(session, lab.record, None, lab.record.clock.now(), ("lims",)))  # type: ignore[arg-type]


def test_every_result_of_a_run_reproduces_and_a_changed_measurement_shows(lab: Any) -> None:
    sample = lab.sample("PLAN-HARVEST")
    processed(lab, sample, "20")
    results = all_of(lab, ReportableResult)
    assert any(result.trace for result in results)
    clean = ask(lab)
    assert (clean.looked_at, list(clean.findings)) == (len(results), [])
    content = next(one for one in results if one.analysis == "protein_content")
    key = (
        content.inputs["dilution"][0]
        if "dilution" in content.inputs
        else next(iter(content.inputs.values()))[0]
    )
    with trespassing(lab.record.engine) as connection, unguarded(connection, "lims_measurement"):
        connection.execute(text("UPDATE lims_measurement SET raw = '21' WHERE id = :key"), {"key": key})
    harmed = ask(lab)
    assert content.id in {found.record_id for found in harmed.findings}
    told = next(found for found in harmed.findings if found.record_id == content.id)
    assert told.detail.startswith("it comes to ") and told.detail.endswith(f"{content.text} was reported")


def test_a_result_whose_measurement_is_gone_is_said(lab: Any) -> None:
    sample = lab.sample("PLAN-HARVEST")
    processed(lab, sample, "20")
    with trespassing(lab.record.engine) as connection, unguarded(connection, "lims_measurement"):
        connection.execute(text("DELETE FROM lims_measurement"))
    assert all("not there" in found.detail for found in ask(lab).findings)
    assert ask(lab).findings
