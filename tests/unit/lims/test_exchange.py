"""What Titer hands to others as AnIML is valid, says its corrections, and can be signed."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from titer.base.errors import Invalid
from titer.connect import animl
from titer.connect.animl.making import series_document
from titer.connect.animl.signatures import sign
from titer.connect.animl.writer import write
from titer.lims.animl import run_of
from titer.lims.exchange import RawData, ToldSample, raw_data, samples_document
from titer.lims.model import Measurement, ReportableResult, Sample

AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
DATA = (
    Path(os.environ.get("TITER_SHARED_DATA") or Path(__file__).parents[4] / "shared" / "data")
    / "connect"
    / "animl"
)
SCHEMAS = DATA / "schemas" if DATA.is_dir() else None
TECHNIQUES = DATA / "techniques" if DATA.is_dir() else None


def measurement(key: str, raw: str, **more: object) -> Measurement:
    return Measurement(
        id=key, sample_id="s", name="weight", replicate=1, raw=raw, value=Decimal(raw), unit="mg",
        source={"kind": "entry", "person_id": "anna"}, recorded_at=AT, **more,
    )  # fmt: skip


def test_a_samples_results_go_out_with_their_corrections_and_are_signed() -> None:
    sample = Sample(id="s", number="S-0001", kind="in-process", state="in_test", point="harvest")
    result = ReportableResult(
        id="r", test_id="t", sample_id="s", analysis="Purity", state="approved", value=Decimal("99.50"), text="",
        unit="%", entered_by="anna", reviewed_by="ben", approved_by="cora",
    )  # fmt: skip
    words = ReportableResult(
        id="q", test_id="u", sample_id="s", analysis="Appearance", state="entered", value=None, text="clear",
        unit=None, entered_by="anna",
    )  # fmt: skip
    rows = [measurement("1", "1.20"), measurement("2", "1.30", supersedes_id="1", reason="misread")]
    raw = RawData("weights.csv", "text/csv", "0" * 64, bytes(range(256)))
    data = sign(
        write(samples_document([ToldSample(sample, [result, words], rows, [raw])], made_at=AT)),
        ec.generate_private_key(ec.SECP256R1()),
    )
    found = animl.read(data, schemas=SCHEMAS, techniques=TECHNIQUES)
    assert found.verdict == "accepted", found.problems
    assert [one.state for one in found.seals] == ["holds"]
    by_name = {one.name: one for one in found.steps}
    purity = by_name["Purity"].results[0].series_sets[0].named("Value")
    assert purity is not None
    assert (purity.values, purity.unit) == (("99.50",), animl.UnitEntry("%"))
    correction = found.audit_trail[0]
    assert (correction.action, correction.reason, correction.author["Name"]) == (
        "modified",
        "misread",
        "anna",
    )
    assert (correction.diffs[0]["old"], correction.diffs[0]["new"]) == ("1.20", "1.30")
    assert by_name["Measurements"].results[0].series_sets[0].series[-1].values == ("true", "false")
    assert {one.sample for one in run_of(found, "d").series} == {"S-0001"}
    assert list(raw_data(found)) == [raw]


def test_a_time_series_goes_out_as_the_indexing_technique_wants_it() -> None:
    unit = animl.UnitEntry("degC", "Temperature", (("K", "", "", "273.15"),))
    times = [AT + timedelta(seconds=at) for at in (0, 10, 25)]
    made = series_document("Broth", unit, times, ["36.9", "37.0", "37.1"], made_at=AT)
    found = animl.read(write(made), schemas=SCHEMAS, techniques=TECHNIQUES)
    assert found.verdict == "accepted", found.problems
    if TECHNIQUES is not None:
        assert found.techniques_validated == ("Indexing",)
        assert [one.message for one in found.problems] == [
            "the series set 'Index' does not know a series 'Broth'"
        ]
    columns = {one.name: one.values for one in found.steps[0].results[0].series_sets[0].series}
    assert columns == {
        "Sequence": ("0", "1", "2"),
        "Time": ("0.0", "10.0", "25.0"),
        "Broth": ("36.9", "37.0", "37.1"),
    }
    with pytest.raises(Invalid, match="no number"):
        series_document("Broth", unit, times[:1], ["warm"], made_at=AT)
