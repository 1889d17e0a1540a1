"""AnIML: what a file says is kept as text, what is wrong with it is said, and nothing hostile gets through."""

from __future__ import annotations

import base64
import os
import struct
from pathlib import Path

import pytest

from titer.base.errors import Invalid
from titer.connect import animl

NS = 'xmlns="urn:org:astm:animl:schema:core:draft:0.90" version="0.90"'
DATA = (
    Path(os.environ.get("TITER_SHARED_DATA") or Path(__file__).parents[4] / "shared" / "data")
    / "connect"
    / "animl"
)

needs_data = pytest.mark.skipif(
    not DATA.is_dir(), reason="the public AnIML files are not beside the repository"
)


def document(result: str, *, samples: str = '<Sample sampleID="s1" name="S-1"/>', more: str = "") -> bytes:
    return f"""<?xml version="1.0"?><AnIML {NS}><SampleSet>{samples}</SampleSet><ExperimentStepSet>
    <ExperimentStep name="run" experimentStepID="e1"><Technique name="UV trace" uri=""/>
    <Infrastructure><SampleReferenceSet>
    <SampleReference sampleID="s1" role="Test Sample" samplePurpose="consumed"/></SampleReferenceSet>
    <Timestamp>2026-03-02T08:00:00Z</Timestamp></Infrastructure>
    <Method name="SEC"><Device><Name>HPLC-02</Name><SerialNumber>4711</SerialNumber></Device>
    <Category name="Column"><Parameter name="Length" parameterType="Float64"><D>300.00</D>
    <Unit label="mm" quantity="length"><SIUnit factor="0.001">m</SIUnit></Unit></Parameter></Category></Method>
    <Result name="Trace">{result}</Result></ExperimentStep></ExperimentStepSet>{more}</AnIML>""".encode()


def series(values: str, kind: str = "Float64", length: int = 3) -> str:
    return (
        f'<SeriesSet name="T" length="{length}"><Series name="Signal" seriesID="y" dependency="dependent" '
        f'seriesType="{kind}">{values}<Unit label="mAU"/></Series></SeriesSet>'
    )


def read(data: bytes) -> animl.AnimlDocument:
    return animl.read(data, sandboxed=False)


def test_every_number_keeps_its_text() -> None:
    found = read(
        document(series("<IndividualValueSet><D>1.20</D><D>1e-3</D><D>-0.0</D></IndividualValueSet>"))
    )
    assert found.verdict == "accepted"
    step = found.steps[0]
    assert step.results[0].series_sets[0].series[0].values == ("1.20", "1e-3", "-0.0")
    length = step.method_categories[0].parameter("Length")
    assert length is not None
    assert (length.value, length.unit.label if length.unit else "") == ("300.00", "mm")
    assert length.unit is not None
    assert length.unit.si == (("m", "0.001", "", ""),)
    assert (step.method["device.Name"], step.method["device.SerialNumber"]) == ("HPLC-02", "4711")
    assert step.sample_references[0]["sampleID"] == "s1"
    assert step.timestamp == "2026-03-02T08:00:00Z"


def test_incremented_values_are_exact_and_encoded_ones_read_back() -> None:
    steps = (
        "<AutoIncrementedValueSet><StartValue><D>0.10</D></StartValue>"
        "<Increment><D>0.01</D></Increment></AutoIncrementedValueSet>"
    )
    assert read(document(series(steps))).steps[0].results[0].series_sets[0].series[0].values == (
        "0.10",
        "0.11",
        "0.12",
    )
    raw = base64.b64encode(struct.pack("<3f", 0.1, -2.5, 3e8)).decode()
    coded = read(document(series(f"<EncodedValueSet>{raw}</EncodedValueSet>", "Float32")))
    assert coded.verdict == "accepted"
    one = coded.steps[0].results[0].series_sets[0].series[0]
    assert one.kind == "encoded"
    assert [struct.pack("<f", float(text)) for text in one.values] == [
        struct.pack("<f", number) for number in (0.1, -2.5, 3e8)
    ]


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (series("<IndividualValueSet><D>1</D><D>2</D></IndividualValueSet>"), "2 of the 3 values promised"),
        (series("<IndividualValueSet><D>1</D><D>2</D><D>x</D></IndividualValueSet>"), "'x' is no Float64"),
        (
            series("<IndividualValueSet><I>1</I><I>2</I><I>3</I></IndividualValueSet>"),
            "series of type Float64",
        ),
        (series("<EncodedValueSet>AAA=</EncodedValueSet>"), "cannot be decoded"),
        (series("<Surprise/>"), "Surprise is not known inside Series"),
        (
            "<Category name='c'><Parameter name='p' parameterType='Int32'><D>1</D></Parameter></Category>",
            "holds",
        ),
        ("<Category name='c'><Parameter name='p'><D>1</D></Parameter></Category>", "says no type"),
    ],
)
def test_what_breaks_the_structure_goes_to_quarantine_with_its_reason(result: str, words: str) -> None:
    found = read(document(result))
    assert found.verdict == "quarantined"
    assert any(words in one.message for one in found.problems)
    assert found.reason


def test_references_must_meet_and_ids_be_unique() -> None:
    good = series("<IndividualValueSet><D>1</D><D>2</D><D>3</D></IndividualValueSet>")
    twice = '<Sample sampleID="s1" name="a"/><Sample sampleID="s1" name="b"/>'
    assert "used 2 times" in read(document(good, samples=twice)).reason
    assert (
        "'s1', which is not there" in read(document(good, samples='<Sample sampleID="s2" name="a"/>')).reason
    )


def test_the_instruments_own_trail_is_kept() -> None:
    trail = """<AuditTrailEntrySet><AuditTrailEntry><Timestamp>2026-03-02T09:00:00Z</Timestamp>
    <Author userType="human"><Name>A. Analyst</Name></Author><Action>modified</Action><Reason>re-integrated</Reason>
    <Diff scope="element" changedItem="e1"><OldValue>1.0</OldValue><NewValue>1.1</NewValue></Diff>
    <Reference>e1</Reference></AuditTrailEntry></AuditTrailEntrySet>"""
    good = series("<IndividualValueSet><D>1</D><D>2</D><D>3</D></IndividualValueSet>")
    entry = read(document(good, more=trail)).audit_trail[0]
    assert (entry.action, entry.reason, entry.author["Name"]) == ("modified", "re-integrated", "A. Analyst")
    assert entry.diffs[0]["new"] == "1.1"
    assert entry.references == ("e1",)


def test_a_document_survives_the_way_through_the_sandbox() -> None:
    data = document(series("<IndividualValueSet><D>1.20</D><D>2</D><D>3</D></IndividualValueSet>"))
    assert animl.read(data) == read(data)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b'<!DOCTYPE AnIML [<!ENTITY a "aaaa">]><AnIML>&a;</AnIML>', "DTD"),
        (b'<?xml version="1.0"?><!DOCTYPE AnIML SYSTEM "http://example.org/x.dtd"><AnIML/>', "DTD"),
        (b"<!--" + b" " * 200_000 + b'--><!DOCTYPE AnIML [<!ENTITY a "a">]><AnIML x="&a;"/>', "DTD"),
        ('<?xml version="1.0" encoding="utf-16"?><!DOCTYPE AnIML []><AnIML/>'.encode("utf-16"), "DTD"),
        (b"<AnIML>" * 400 + b"</AnIML>" * 400, "64 deep"),
        (b"<AnIML>" * 3000 + b"</AnIML>" * 3000, "not well-formed|64 deep"),
        (b"<AnIML><SampleSet>", "not well-formed"),
        (b"\x89PNG\r\n", "not well-formed"),
        (b"<mzML/>", "no AnIML document"),
        (b"", "not well-formed"),
    ],
)
def test_what_cannot_be_read_says_why(data: bytes, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        animl.read(data)


def test_not_well_formed_names_line_and_column() -> None:
    with pytest.raises(Invalid) as caught:
        read(b"<AnIML>\n  <SampleSet>\n</AnIML>")
    assert caught.value.where.startswith("line 3, column ")


def test_a_reader_that_needs_too_much_is_ended() -> None:
    deep = document(
        series("<IndividualValueSet>" + "<D>1</D>" * 400_000 + "</IndividualValueSet>", length=400_000)
    )
    with pytest.raises(Invalid):
        animl.read(deep, memory_limit_mb=180)
    with pytest.raises(Invalid, match="took longer"):
        animl.read(deep, time_limit_s=0.05)


VERDICTS = {
    # file: (valid by the core schema, valid by its technique, strictly so, verdict); None: there is no definition.
    # SOURCES.md states the first two of valid, strict and non_valid; the files' own comments state what is strict.
    "example.animl": (False, None, None, "quarantined"),
    "non_valid.animl": (True, False, False, "quarantined"),
    "real_life.animl": (True, True, False, "accepted"),
    "strict.animl": (False, True, True, "quarantined"),
    "valid.animl": (False, True, False, "quarantined"),
    "samples.xml": (
        True,
        None,
        None,
        "quarantined",
    ),  # an empty sampleID, which the schema's keys do not reach
    "animl_0.90.xml": (True, None, None, "quarantined"),  # encoded values of no whole number, empty ids
}


@needs_data
def test_every_public_example_gets_the_verdict_that_is_stated_of_it() -> None:
    found = {}
    for path in sorted([*DATA.glob("examples_*/**/*.animl"), *DATA.glob("examples_*/**/*.xml")]):
        document = animl.read(path.read_bytes(), schemas=DATA / "schemas", techniques=DATA / "techniques")
        technique = [one for one in document.problems if one.level == "technique"]
        applied = bool(document.techniques_validated)
        found[path.name] = (
            not any(one.level == "schema" for one in document.problems),
            not any(one.severity == "error" for one in technique) if applied else None,
            not technique if applied else None,
            document.verdict,
        )
        assert document.verdict == "accepted" or document.reason
    assert found == VERDICTS
