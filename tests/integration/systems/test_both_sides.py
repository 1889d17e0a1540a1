"""Both sides are compared by count and digest; each difference is located, and an exception for a person."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text
from tests.integration.systems.conftest import Site
from tests.trespass import trespassing

from titer.base.errors import Refused
from titer.systems import Verification, queries


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    """Which database the record is on."""
    return str(request.param)


def test_both_sides_agree_by_period_whatever_the_order(site: Site) -> None:
    site.declare()
    source = site.source()
    site.take(source)
    site.labware.do(
        "DROP VIEW V_RESULT", "CREATE VIEW V_RESULT AS SELECT * FROM result ORDER BY RESULT_NO DESC"
    )
    done = site.reconcile(source)
    assert (done.outcome, done.difference_count) == ("agrees", 0)
    assert [(one["period"], one["there"]["count"], one["same"]) for one in done.periods] == [
        ("2026-03", 2, True),
        ("2026-04", 1, True),
    ]
    assert done.periods[0]["there"]["digest"] == done.periods[0]["here"]["digest"]
    assert site.exceptions() == []


def test_a_changed_a_new_and_a_vanished_record_are_located_and_raised_once(site: Site) -> None:
    site.declare()
    source = site.source()
    site.take(source)
    site.labware.do(
        "UPDATE result SET ENTRY = '4,11' WHERE RESULT_NO = 1", "DELETE FROM result WHERE RESULT_NO = 2"
    )
    site.labware.add((4, "S-3", "PH", "7,20", "1", "2026-04-11 10:00:00", "MAB-7", 1))
    done = site.reconcile(source)
    assert (done.outcome, done.difference_count) == ("differs", 3)
    found = {one["key"]: one for one in done.differences}
    assert found["1"]["fields"] == [{"column": "ENTRY", "here": "4,10", "there": "4,11"}]
    assert {key: one["kind"] for key, one in found.items()} == {
        "1": "differs",
        "2": "missing there",
        "4": "missing here",
    }
    assert [one["same"] for one in done.periods] == [False, False]
    raised = {row.title: row for row in site.exceptions()}
    assert set(raised) == {
        "labware-results, 1: differs",
        "labware-results, 2: missing there",
        "labware-results, 4: missing here",
    }
    site.reconcile(source)
    assert len(site.exceptions()) == 3
    gone = raised["labware-results, 2: missing there"]
    assert "Nothing is deleted here" in gone.detail
    site.sign(
        site.quality, "quality_exception", gone.id, "disposed", disposition="no impact", comment="a trial"
    )
    assert site.reconcile(source).difference_count == 3
    assert sum(row.state == "disposed" for row in site.exceptions()) == 1
    site.labware.do("UPDATE result SET ENTRY = '4,12' WHERE RESULT_NO = 1")
    site.reconcile(source)
    assert len(site.exceptions()) == 4


def test_a_copy_that_was_tampered_with_is_found_by_its_content_not_by_its_stored_digest(site: Site) -> None:
    site.declare()
    source = site.source()
    site.take(source)
    with trespassing(site.record.engine) as connection:
        site.record.database.drop_triggers(connection, "systems_copy")
        connection.execute(
            text("UPDATE systems_copy SET \"row\" = replace(\"row\", '0,85', '0,58') WHERE source_key = '2'")
        )
    done = site.reconcile(source)
    assert done.differences[0]["fields"] == [{"column": "ENTRY", "here": "0,58", "there": "0,85"}]


def test_a_row_in_quarantine_and_one_that_comes_twice_are_differences_too(site: Site) -> None:
    site.declare()
    source = site.source()
    site.labware.add((1, "S-1", "GLUCOSE", "9,99", "g/L", "2026-03-02 08:30:00", "MAB-7", 1))
    site.labware.do("UPDATE result SET ENTRY = 'n.d.' WHERE RESULT_NO = 2")
    site.labware.add((None, "S-9", "PH", "7,2", "1", "2026-03-02 08:30:00", "MAB-7", 1))
    site.take(source)
    found = {one["key"]: one for one in site.reconcile(source).differences}
    assert found["1"]["kind"] == "several there"
    assert found["2"]["kind"] == "missing here"
    assert found["2"]["why"].startswith("In quarantine: ENTRY: 'n.d.' is no number")
    assert sum(key.startswith("(no key)") for key in found) == 1


def verified(site: Site, source: str, *, sample: int = 2) -> Verification:
    done = site.take(source)
    found = site.systems.read(source)
    with site.record.action(site.steward, "systems.verification.make", reason="test") as unit:
        return site.systems.verifying.verify(unit, done.id, found, sample)


def test_a_legacy_import_ends_with_a_report_that_somebody_else_accepts(site: Site) -> None:
    site.declare()
    source = site.source(legacy=True)
    made = verified(site, source)
    report: dict[str, Any] = made.report
    assert (report["there"], report["counts"]["new"]) == (report["here"], 3)
    assert (len(report["sampled"]), report["sampled_differing"], report["population"]) == (2, 0, 3)
    value = next(one for one in report["sampled"][0]["fields"] if one["column"] == "ENTRY")
    assert value["there"] == value["here"]
    assert value["means"]["unit"] in ("g/L", "mg/L")
    site.sign(site.quality, "systems_verification", made.id, "accepted")
    with pytest.raises(Refused, match="is accepted"):
        site.sign(site.quality, "systems_verification", made.id, "rejected")


def test_a_report_with_a_difference_or_an_open_quarantine_is_not_accepted(site: Site) -> None:
    site.declare()
    source = site.source(legacy=True)
    site.labware.do("UPDATE result SET ENTRY = 'n.d.' WHERE RESULT_NO = 2")
    made = verified(site, source)
    with pytest.raises(Refused, match="differ in count or digest") as refused:
        site.sign(site.quality, "systems_verification", made.id, "accepted")
    assert "1 of its rows are in quarantine" in str(refused.value)
    site.sign(site.quality, "systems_verification", made.id, "rejected")
    with site.record.reading() as session:
        (kept,) = queries.quarantine(session, source)
    with site.record.action(site.steward, "systems.quarantine.discard") as unit:
        site.systems.copying.discard(unit, kept.id, "never measured")
    again = verified(site, source, sample=50)
    assert (again.report["discarded"], again.report["there"]["count"]) == (1, 2)
    site.sign(site.quality, "systems_verification", again.id, "accepted")


def test_a_sample_finds_a_copy_that_means_something_else(site: Site) -> None:
    site.declare()
    source = site.source(legacy=True)
    site.take(source)
    with trespassing(site.record.engine) as connection:
        site.record.database.drop_triggers(connection, "systems_copy")
        connection.execute(text("UPDATE systems_copy SET fields = replace(fields, '1204.5', '12045')"))
    made = verified(site, source, sample=3)
    assert made.report["there"] == made.report["here"]
    assert made.report["sampled_differing"] == 1
    with pytest.raises(Refused, match="1 records of the sample differ"):
        site.sign(site.quality, "systems_verification", made.id, "accepted")
