"""Copies: every row becomes one, a new version of one, or waits in quarantine; what vanished is never deleted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.integration.systems.conftest import MAPPING, Site

from titer.base.errors import Invalid, Refused
from titer.systems import Copy, Quarantined, queries
from titer.systems.service import Systems


def copies(site: Site, source_id: str, key: str) -> list[Copy]:
    with site.record.reading() as session:
        rows = queries.copies(session, source_id, key=key)
        session.expunge_all()
    return rows


def waiting(site: Site, source_id: str) -> list[Quarantined]:
    with site.record.reading() as session:
        rows = queries.quarantine(session, source_id)
        session.expunge_all()
    return rows


def test_a_copy_says_whose_it_is_what_it_means_and_where_its_bytes_are(site: Site) -> None:
    site.declare()
    source = site.source()
    done = site.take(source)
    assert done.counts == {
        "read": 3,
        "new": 3,
        "changed": 0,
        "unchanged": 0,
        "quarantined": 0,
        "replaced": 0,
        "vanished": 0,
    }
    assert done.ignored == [{"column": "CHANGED_BY_JOB", "why": "counts LabWare's own nightly jobs"}]
    (copy,) = copies(site, source, "3")
    assert (copy.system, copy.record_type, copy.revision, copy.position) == ("LabWare", "result", 1, 3)
    assert copy.fields["value"] == {"value": "1204.5", "unit": "mg/L"}
    assert copy.source_time == datetime(2026, 4, 10, 8, tzinfo=UTC)  # summer time in Zurich
    assert ["ENTRY", "1.204,5"] in copy.row
    raw = site.record.content.read(copy.raw_digest).decode().splitlines()
    assert '"ENTRY": "1.204,5"' in raw[copy.position - 1]


def test_nothing_changes_where_nothing_changed_and_a_changed_row_is_a_new_version(site: Site) -> None:
    site.declare()
    source = site.source()
    site.take(source)
    site.labware.do("UPDATE result SET CHANGED_BY_JOB = 9")
    assert site.take(source).counts["unchanged"] == 3
    site.labware.do("UPDATE result SET ENTRY = '4,30' WHERE RESULT_NO = 1")
    done = site.take(source)
    assert (done.counts["changed"], done.counts["unchanged"]) == (1, 2)
    assert [(one.revision, one.fields["value"]["value"]) for one in copies(site, source, "1")] == [
        (2, "4.30"),
        (1, "4.10"),
    ]


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (
            (9, "S-9", "PH", "7.2x", "1", "2026-03-02 08:30:00", "MAB-7", 1),
            "no number with the decimal mark ','",
        ),
        ((9, "S-9", "PH", "1.20,0", "1", "2026-03-02 08:30:00", "MAB-7", 1), "thousands in the wrong place"),
        ((9, "S-9", "PH", "7,2", None, "2026-03-02 08:30:00", "MAB-7", 1), "ENTRY has no unit"),
        ((9, "S-9", "PH", "7,2", "furlong", "2026-03-02 08:30:00", "MAB-7", 1), "furlong"),
        (
            (9, "S-9", "PH", "7,2", "1", "2026-10-25 02:30:00", "MAB-7", 1),
            "comes twice or never in Europe/Zurich",
        ),
        ((9, "S-9", "PH", "7,2", "1", "yesterday", "MAB-7", 1), "no time or date"),
        ((None, "S-9", "PH", "7,2", "1", "2026-03-02 08:30:00", "MAB-7", 1), "The key is empty: RESULT_NO"),
    ],
)
def test_a_row_that_cannot_be_read_waits_in_quarantine_as_it_came(
    site: Site, row: tuple[Any, ...], why: str
) -> None:
    site.declare()
    source = site.source()
    site.labware.add(row)
    done = site.take(source)
    assert (done.counts["new"], done.counts["quarantined"]) == (3, 1)
    (kept,) = waiting(site, source)
    assert why in kept.why
    assert ["ENTRY", row[3]] in kept.row
    assert site.take(source).counts["quarantined"] == 1
    assert len(waiting(site, source)) == 1
    (raised,) = site.exceptions("source")
    assert "1 of its rows could not be taken" in raised.title


def test_a_row_that_was_mended_over_there_leaves_the_quarantine(site: Site) -> None:
    site.declare()
    source = site.source()
    site.labware.do("UPDATE result SET ENTRY = 'n.d.' WHERE RESULT_NO = 2")
    site.take(source)
    assert [one.source_key for one in waiting(site, source)] == ["2"]
    site.labware.do("UPDATE result SET ENTRY = '0,85' WHERE RESULT_NO = 2")
    site.take(source)
    assert waiting(site, source) == []
    assert len(copies(site, source, "2")) == 1
    site.labware.do("UPDATE result SET ENTRY = 'n.d.' WHERE RESULT_NO = 2")
    site.take(source)
    assert [one.state for one in waiting(site, source)] == ["open"]


def test_two_rows_of_one_key_are_both_kept_out_since_nobody_knows_which_is_right(site: Site) -> None:
    site.declare()
    source = site.source()
    site.labware.add((1, "S-1", "GLUCOSE", "9,99", "g/L", "2026-03-02 08:30:00", "MAB-7", 1))
    done = site.take(source)
    assert (done.counts["new"], done.counts["quarantined"]) == (2, 2)
    assert all("2 rows bear the key 1" in one.why for one in waiting(site, source))


def test_a_column_that_nobody_mapped_keeps_every_row_out(site: Site) -> None:
    site.declare()
    source = site.source()
    site.labware.do("DROP VIEW V_RESULT", "CREATE VIEW V_RESULT AS SELECT *, 'x' AS GRÖSSE FROM result")
    assert site.take(source).counts["quarantined"] == 3
    assert {one.why for one in waiting(site, source)} == {"Neither mapped nor ignored: GRÖSSE."}


def test_records_of_what_is_titers_own_are_not_taken_as_copies(site: Site) -> None:
    site.declare(materials=("MAB-7",))
    source = site.source()
    site.labware.add((9, "S-9", "PH", "7,2", "1", "2026-03-02 08:30:00", "MAB-9", 1))
    site.take(source)
    (kept,) = waiting(site, source)
    assert kept.why == "The system of record for results of MAB-9 is Titer, not LabWare."


def test_a_discarded_row_stays_as_it_was_read_with_the_reason(site: Site) -> None:
    site.declare()
    source = site.source()
    site.labware.do("UPDATE result SET ENTRY = 'n.d.' WHERE RESULT_NO = 2")
    site.take(source)
    (kept,) = waiting(site, source)
    for comment, error in ((" ", Invalid), ("a trial", None), ("again", Refused)):
        if error is None:
            with site.record.action(site.steward, "systems.quarantine.discard") as unit:
                site.systems.copying.discard(unit, kept.id, comment)
            continue
        with pytest.raises(error), site.record.action(site.steward, "systems.quarantine.discard") as unit:
            site.systems.copying.discard(unit, kept.id, comment)
    assert site.take(source).counts["quarantined"] == 1
    assert waiting(site, source) == []


def test_nothing_is_read_before_somebody_else_approved_it_nor_without_a_declaration(site: Site) -> None:
    source = site.source(approved=False)
    with pytest.raises(Refused, match="nothing is read by it"):
        site.systems.read(source)
    with pytest.raises(Refused, match="No approved declaration names LabWare"):
        site.sign(site.quality, "systems_source", source, "approved")
    site.declare()
    site.sign(site.quality, "systems_source", source, "approved")
    site.take(source)
    with site.record.action(site.steward, "systems.source.draft", reason="test") as unit:
        site.systems.sources.change(
            unit, source, settings=site.read(source).settings, mapped=MAPPING, secret="s3cret"
        )
    with pytest.raises(Refused, match="is draft"):
        site.systems.read(source)


def test_a_secret_is_sealed_at_rest_for_its_own_source_alone(site: Site) -> None:
    source = site.source(approved=False, secret="s3cret")
    row = site.read(source)
    assert row.secret is not None
    assert row.secret.startswith("titer-secret/1 ")
    assert "s3cret" not in row.secret
    assert site.systems.sources.secret(row) == "s3cret"
    with site.record.reading() as session:
        entries = session.connection().exec_driver_sql("SELECT body FROM ledger_entry").scalars().all()
    assert not any("s3cret" in body for body in entries)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"url": "sqlite://"}, "name the database's file"),
        ({"url": "postgresql://ada:pw@db/lims"}, "password stands in the address"),
        ({"url": "oracle://db/lims"}, "never tried"),
        ({"view": ""}, "at least 1 character"),
        ({"sql": "DROP TABLE result"}, "not permitted"),
        ({"period": "week"}, "no period"),
    ],
)
def test_settings_that_cannot_be_are_refused(site: Site, change: dict[str, str], why: str) -> None:
    given = {"url": f"sqlite:///{site.labware.path}", "view": "V_RESULT"}
    with pytest.raises(Invalid, match=why):
        site.source(approved=False, settings=given | change)


def test_each_day_a_source_is_taken_and_compared_and_one_that_fails_stops_no_other(site: Site) -> None:
    site.declare()
    good, bad = (
        site.source(),
        site.source(name="gone", settings={"url": "sqlite:////nowhere.db", "view": "V"}),
    )
    site.systems.daily()
    with site.record.reading() as session:
        assert [one.outcome for one in queries.reconciliations(session, good)] == ["agrees"]
        (failed,) = queries.reconciliations(session, bad)
        assert (failed.outcome, failed.why) == (
            "not compared",
            "There is no database /nowhere.db. Is its share mounted?",
        )
    assert [one.title for one in site.exceptions("source")] == ["Source gone could not be compared"]
    site.systems.daily()
    with site.record.reading() as session:
        assert len(queries.reconciliations(session, good)) == 1
    site.record.clock.advance(timedelta(days=1))  # type: ignore[attr-defined]
    site.systems.daily()
    with site.record.reading() as session:
        assert len(queries.reconciliations(session, good)) == 2
    assert [worker.name for worker in Systems.workers(site.systems)] == ["systems.daily"]
