"""An AnIML document becomes a run's document, and what cannot be read is said to be so."""

# ruff: noqa: E501  (documents are kept as they are written)

from __future__ import annotations

import base64
import os
import struct
from pathlib import Path

import pytest

from titer.base.errors import Invalid
from titer.lims.animl import read_run

ANIML = (
    Path(os.environ.get("TITER_SHARED_DATA", Path(__file__).parents[4] / "shared" / "data")) / "connect/animl"
)
VALUES = [0.0, 1.0, 5.5, 1.0, 0.0]


def values(kind: str = "plain") -> str:
    if kind == "encoded":
        return f"<EncodedValueSet>{base64.b64encode(struct.pack('<5d', *VALUES)).decode()}</EncodedValueSet>"
    return "<IndividualValueSet>" + "".join(f"<D>{value}</D>" for value in VALUES) + "</IndividualValueSet>"


def document(
    *,
    kind: str = "plain",
    length: str = "5",
    unit: str = "mAU",
    injection: str = "sample",
    device: str = "HPLC-02",
    before: str = "",
) -> bytes:
    return f"""<?xml version="1.0"?>{before}
<AnIML xmlns="urn:org:astm:animl:schema:core:draft:0.90" version="0.90">
  <SampleSet><Sample sampleID="s1" name="S-2026-0001"/></SampleSet>
  <ExperimentStepSet>
    <ExperimentStep name="S-2026-0001-1" experimentStepID="step1">
      <Technique name="Chromatography" uri=""/>
      <Infrastructure>
        <SampleReferenceSet><SampleReference sampleID="s1" role="Test Sample" samplePurpose="consumed"/></SampleReferenceSet>
        <Timestamp>2026-03-16T10:00:00Z</Timestamp>
      </Infrastructure>
      <Method>
        <Device><DeviceIdentifier>{device}</DeviceIdentifier><Name>Chromatograph</Name></Device>
        <Category name="Injection">
          <Parameter name="Position" parameterType="Int32"><I>1</I></Parameter>
          <Parameter name="Counter" parameterType="Int32"><I>4711</I></Parameter>
          <Parameter name="Type" parameterType="String"><S>{injection}</S></Parameter>
          <Parameter name="Run" parameterType="String"><S>R-2026-0001</S></Parameter>
        </Category>
      </Method>
      <Result name="UV">
        <SeriesSet name="UV" length="{length}">
          <Series name="Time" dependency="independent" seriesType="Float64" seriesID="t">
            <AutoIncrementedValueSet><StartValue><D>0</D></StartValue><Increment><D>0.6</D></Increment></AutoIncrementedValueSet>
            <Unit label="s"/>
          </Series>
          <Series name="Absorbance" dependency="dependent" seriesType="Float64" seriesID="a">
            {values(kind)}<Unit label="{unit}"/>
          </Series>
        </SeriesSet>
        <SeriesSet name="Peak Table" length="1" id="table1">
          <Series name="Name" seriesType="String" seriesID="n"><IndividualValueSet><S>main</S></IndividualValueSet></Series>
          <Series name="Retention Time" seriesType="Float64" seriesID="r">
            <IndividualValueSet><D>1.2</D></IndividualValueSet><Unit label="s"/></Series>
          <Series name="Area" seriesType="Float64" seriesID="p"><IndividualValueSet><D>0.0750</D></IndividualValueSet></Series>
          <Series name="Integration" seriesType="String" seriesID="i"><IndividualValueSet><S>manual</S></IndividualValueSet></Series>
        </SeriesSet>
      </Result>
    </ExperimentStep>
  </ExperimentStepSet>
  <AuditTrailEntrySet>
    <AuditTrailEntry>
      <Timestamp>2026-03-16T11:00:00Z</Timestamp>
      <Author userType="human"><Name>A. Analyst</Name></Author>
      <Action>modified</Action><Reason>shoulder</Reason>
      <Diff scope="element" changedItem="table1"><OldValue>0.0700</OldValue><NewValue>0.0750</NewValue></Diff>
    </AuditTrailEntry>
  </AuditTrailEntrySet>
</AnIML>""".encode()


@pytest.mark.parametrize("kind", ["plain", "encoded"])
def test_a_run_is_read_with_its_trace_its_claim_and_its_history(kind: str) -> None:
    run = read_run(document(kind=kind), "d" * 64)
    (one,) = run.injections
    assert (run.run_number, run.instrument, run.digest) == ("R-2026-0001", "HPLC-02", "d" * 64)
    assert (one.sample, one.kind, one.counter, one.position) == ("S-2026-0001", "sample", 4711, 1)
    assert list(one.time) == pytest.approx([0, 0.01, 0.02, 0.03, 0.04])
    assert list(one.signal) == VALUES
    assert (one.claimed[0].area, one.claimed[0].retention, one.claimed[0].manual) == ("0.0750", "0.02", True)
    assert one.history[0]["before"] == "0.0700"
    assert run.trail[0]["who"] == "A. Analyst"


def test_absorbance_units_are_taken_as_they_are_written() -> None:
    assert list(read_run(document(unit="AU"), "d").injections[0].signal)[2] == 5500.0


def test_an_injection_of_no_known_type_is_unknown_and_belongs_to_no_sample() -> None:
    one = read_run(document(injection="Test"), "d").injections[0]
    assert (one.kind, one.sample) == ("unknown", None)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"<AnIML", "not well-formed"),
        (b"", "not well-formed"),
        (b"<html/>", "no AnIML"),
        (document(before="<!DOCTYPE AnIML [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"), "document type"),
        (document(length="6"), "5 of the 6 values promised"),
        (document().replace(b"<D>5.5</D>", b"<D>high</D>"), "'high' is no Float64"),
        (document(kind="encoded").replace(b"<EncodedValueSet>", b"<EncodedValueSet>!"), "cannot be decoded"),
    ],
)
def test_what_cannot_be_read_is_refused(data: bytes, says: str) -> None:
    with pytest.raises(Invalid) as caught:
        read_run(data, "d")
    assert says in str(caught.value)


VERDICTS = {
    "real_life.animl": "",
    "non_valid.animl": "needs a series 'Position'",
    "valid.animl": "stands outside a SeriesSet",
    "strict.animl": "stands outside a SeriesSet",
    "example.animl": "its namespace is None",
    "samples.xml": "a sampleID is empty",
    "animl_0.90.xml": "cannot be decoded",
}
"""Each public file and why it is refused, by SOURCES.md there: `valid` and `strict` break the core schema."""


@pytest.mark.skipif(not ANIML.exists(), reason=f"the public AnIML examples are not at {ANIML}")
@pytest.mark.parametrize("name", sorted(VERDICTS))
def test_each_public_document_is_read_as_columns_or_refused_for_what_is_wrong_with_it(name: str) -> None:
    (file,) = ANIML.glob(f"examples*/**/{name}")
    where = {"schemas": ANIML / "schemas", "techniques": ANIML / "techniques"}
    if VERDICTS[name]:
        with pytest.raises(Invalid) as caught:
            read_run(file.read_bytes(), "d", **where)
        assert VERDICTS[name] in str(caught.value)
        return
    run = read_run(file.read_bytes(), "d", **where)
    plate = next(one for one in run.series if one.name == "Value")
    assert (len(plate.values), plate.values[:2], plate.sample) == (96, ("0.0996", "0.2146"), "Sample1")
    assert (run.instrument, run.techniques) == ("Varioskan LUX", ("Microplate Read",))
    assert "against the core schema, and against Microplate Read" in run.notes[0]


@pytest.mark.skipif(not ANIML.exists(), reason=f"the public AnIML examples are not at {ANIML}")
def test_no_public_document_is_left_out() -> None:
    files = [*ANIML.glob("examples*/**/*.animl"), *ANIML.glob("examples*/**/*.xml")]
    assert sorted(one.name for one in files) == sorted(VERDICTS)
