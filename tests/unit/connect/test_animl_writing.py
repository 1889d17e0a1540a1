"""AnIML written: the inverse of reading, signed, changed with a trail, and judged by its technique."""

from __future__ import annotations

import os
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from titer.base.errors import Invalid
from titer.connect import animl
from titer.connect.animl.inheritance import placed, samples_of
from titer.connect.animl.reader import parse
from titer.connect.animl.rewrite import Change, amend
from titer.connect.animl.signatures import seals, sign
from titer.connect.animl.technique import find_definitions
from titer.connect.animl.units import converted, same_quantity, scale_of
from titer.connect.animl.writer import canonical, write
from titer.sim.animl import signature_holds

DATA = (
    Path(os.environ.get("TITER_SHARED_DATA") or Path(__file__).parents[4] / "shared" / "data")
    / "connect"
    / "animl"
)
needs_data = pytest.mark.skipif(
    not DATA.is_dir(), reason="the public AnIML files are not beside the repository"
)
EXAMPLES = sorted([*DATA.glob("examples_*/**/*.animl"), *DATA.glob("examples_*/**/*.xml")])
SECOND = animl.UnitEntry("s", "Time", (("s", "", "", ""),))
AUTHOR = {"userType": "human", "Name": "A. Analyst", "Email": "a@example.org"}
ENTRY = animl.AuditEntry("2026-03-02T09:00:00Z", AUTHOR, "modified", "the weight was misread")


def made() -> animl.AnimlDocument:
    """A document of every kind of value, an index with nested steps, a trail, tags, templates and references."""
    individual = {
        "Int32": ("-2147483648", "0", "2147483647"),
        "Int64": ("-9223372036854775808", "1", "9223372036854775807"),
        "Float32": ("0.1", "INF", "NaN"),
        "Float64": ("1e-300", "-0.0", "1.20"),
        "String": (" two  words ", "<&>\"'", "µ"),
        "Boolean": ("true", "0", "1"),
        "DateTime": ("2026-03-02T08:00:00Z", "2024-02-29T24:00:00", "2026-03-02T08:00:00.25+01:00"),
        "PNG": ("iVBORw0KGgo=", "iVBORw0KGgoA", "iVBORw0KGgoAAA=="),
        "EmbeddedXML": ("<a><b/></a>", "<c/>", "<d>1</d>"),
    }
    series = [
        animl.Series(kind, f"y-{kind}", kind, "dependent", "individual", values)
        for kind, values in individual.items()
    ]
    series += [
        animl.Series(f"coded {kind}", f"e-{kind}", kind, "dependent", "encoded", values)
        for kind, values in {
            "Int32": ("1", "-2", "3"),
            "Int64": ("1", "2", "3"),
            "Float32": ("0.1", "2.5", "3.0"),
            "Float64": ("0.1", "-0.0", "1e+300"),
        }.items()
    ]
    time = animl.Series(
        "Time",
        "time",
        "Float64",
        "independent",
        "incremented",
        ("0.10", "0.11", "0.12"),
        SECOND,
        sets=(animl.ValueSet("incremented", 3, parts=("Float64", "0.10", "Float64", "0.01")),),
        item="time-column",
    )
    split = animl.Series(
        "Split",
        "split",
        "Int32",
        "dependent",
        "individual",
        ("7", "8", "9"),
        sets=(animl.ValueSet("individual", 2, "0", "1"), animl.ValueSet("individual", 1, "2", "2")),
    )
    nested = animl.Step(
        "child",
        "at 0.11 s",
        {"name": "UV/Vis", "uri": "uv-vis.atdd"},
        sample_references=(
            {"kind": "SampleInheritance", "role": "Test Sample", "samplePurpose": "consumed"},
        ),
        data_references=(
            {
                "kind": "ParentDataPointReference",
                "seriesID": "time",
                "StartValue.type": "Float64",
                "StartValue": "0.105",
                "EndValue.type": "Float64",
                "EndValue": "0.12",
            },
        ),
    )
    weight = animl.Parameter(
        "Weight", "Float64", "1.20", animl.UnitEntry("mg", "Mass", (("kg", "1e-6", "", ""),)), "w1"
    )
    step = animl.Step(
        "run",
        "Run",
        {"name": "Indexing", "uri": "indexing.atdd"},
        ({"name": "more", "uri": "more.atdd"},),
        ({"kind": "SampleReference", "sampleID": "s1", "role": "Test Sample", "samplePurpose": "consumed"},),
        timestamp="2026-03-02T08:00:00Z",
        method={"name": "M", "author.userType": "human", "author.Name": "A. Analyst", "device.Name": "HPLC"},
        method_categories=(animl.Category("Weighing", (weight,), id="weighing"),),
        results=(
            animl.Result(
                "Index", (animl.SeriesSet("Index", 3, (time, split, *series), "set"),), steps=(nested,)
            ),
        ),
        attributes={"id": "run-item"},
    )
    later = animl.Step(
        "later",
        "Evaluation",
        {"name": "Chromatography Peak Table", "uri": "x.atdd"},
        data_references=(
            {
                "kind": "ExperimentDataReference",
                "role": "Data Source",
                "dataPurpose": "consumed",
                "experimentStepID": "run",
            },
            {
                "kind": "ExperimentDataBulkReference",
                "role": "Data Source",
                "dataPurpose": "consumed",
                "experimentStepIDPrefix": "chi",
            },
        ),
        attributes={"templateUsed": "t1"},
    )
    return animl.AnimlDocument(
        "",
        "0.90",
        samples=(
            animl.SampleEntry(
                "s1",
                "S-1",
                {"barcode": "001", "id": "sample-item"},
                tags=({"name": "a", "value": "1"}, {"name": "a"}),
            ),
            animl.SampleEntry("s2", "S-1, diluted", {"derived": "true", "containerID": "s1"}),
        ),
        steps=(step, later),
        templates=(animl.Step("t1", "Template", {"name": "Indexing", "uri": "indexing.atdd"}),),
        audit_trail=(
            animl.AuditEntry(
                "2026-03-02T08:30:00Z",
                AUTHOR,
                "created",
                comment=" spaced ",
                software={"Name": "Titer", "Version": "0.1"},
                references=("run-item",),
            ),
        ),
    )


@pytest.fixture(scope="module")
def key() -> RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def read(data: bytes) -> animl.AnimlDocument:
    return animl.read(data, sandboxed=False)


def values(document: animl.AnimlDocument) -> dict[str, tuple[str, ...]]:
    return {one.name: one.values for one in document.steps[0].results[0].series_sets[0].series}


def test_what_is_written_reads_back_equal_in_every_type_and_encoding() -> None:
    first = write(made())
    found = read(first)
    assert found.verdict == "accepted", found.problems
    assert values(found) == values(made())
    again = read(write(found))
    assert replace(again, digest="") == replace(found, digest="")
    assert write(found) == first


@needs_data
def test_what_is_written_is_valid_by_the_core_schema(key: RSAPrivateKey) -> None:
    found = animl.read(sign(write(made()), key), schemas=DATA / "schemas", sandboxed=False)
    assert found.schema_validated
    assert [one.message for one in found.problems if one.severity == "error"] == []


@needs_data
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_a_public_example_read_and_written_says_the_same(path: Path) -> None:
    """Every example of the data folder that the core schema takes; the others are refused for what they are."""
    data = path.read_bytes()
    found = animl.read(data, schemas=DATA / "schemas", sandboxed=False)
    assert amend(data, ()).data == data, "what nobody changed keeps its bytes"
    if any(one.level == "schema" for one in found.problems):
        assert found.verdict == "quarantined"
        return
    assert canonical(write(found)) == canonical(data)


def test_nested_steps_inherit_their_sample_and_name_points_of_the_result_above() -> None:
    found = read(write(made()))
    child = next(one for one in placed(found) if one.step.id == "child")
    assert samples_of(child) == (("Test Sample", "s1"),)
    from titer.connect.animl.inheritance import parent_point

    point = parent_point(child, child.step.data_references[0])
    assert (point.series, point.indices, point.fault) == ("Time", (1, 2), "")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            b'role="Test Sample" samplePurpose="consumed"/></SampleReferenceSet><ParentData',
            b'role="Blank" samplePurpose="consumed"/></SampleReferenceSet><ParentData',
            "inherits the sample",
        ),
        (
            b'<ParentDataPointReference seriesID="time"',
            b'<ParentDataPointReference seriesID="tame"',
            "'tame'",
        ),
        (b"<D>0.105</D>", b"<D>7</D>", None),
        (
            b"<StartValue><D>0.105</D></StartValue><EndValue><D>0.12</D></EndValue>",
            b"<StartValue><D>7</D></StartValue>",
            "that is not in it",
        ),
        (b'experimentStepIDPrefix="chi"', b'experimentStepIDPrefix="chu"', "begin with 'chu'"),
        (b'templateUsed="t1"', b'templateUsed="t2"', "template 't2'"),
        (b'containerID="s1"', b'containerID="s9"', "container 's9'"),
        (b">2147483647<", b">2147483648<", "no Int32"),
        (b">2024-02-29T24:00:00<", b">2023-02-29T24:00:00<", "no DateTime"),
        (b"<Boolean>true<", b"<Boolean>yes<", "no Boolean"),
        (b">iVBORw0KGgo=<", b">AAAA<", "no PNG"),
    ],
)
def test_what_does_not_meet_is_said(old: bytes, new: bytes, words: str | None) -> None:
    data = write(made())
    assert data.count(old) == 1
    found = read(data.replace(old, new))
    if words is None:
        assert found.verdict == "accepted", "start and end may be given in either order"
        return
    assert found.verdict == "quarantined"
    assert any(words in one.message for one in found.problems), found.problems


def test_our_signature_and_the_instruments_are_verified_by_each_other(key: RSAPrivateKey) -> None:
    data = sign(write(made()), key)
    assert signature_holds(data), "the simulated instrument's own verification takes it"
    assert [one.state for one in read(data).seals] == ["holds"]
    broken = read(data.replace(b">1.20<", b">1.21<"))
    assert [one.state for one in broken.seals] == ["void"]
    assert broken.verdict == "quarantined"
    assert "document was changed after it was signed" in broken.reason
    other = data.replace(b"<ds:SignatureValue>", b"<ds:SignatureValue>AAAA")
    assert "does not fit its key" in read(other).reason


def test_a_change_voids_what_covers_it_and_nothing_else(key: RSAPrivateKey) -> None:
    elliptic = ec.generate_private_key(ec.SECP384R1())
    data = sign(sign(write(made()), key, items=("sample-item",)), elliptic, items=("weighing", "set"))
    assert [one.state for one in read(data).seals] == ["holds", "holds"]
    done = amend(data, (Change("w1", "1.30"),), ENTRY)
    assert [one.state for one in done.seals] == ["holds", "void"]
    assert [one.covers for one in done.voided] == [("weighing", "set")]
    found = read(done.data)
    last = found.audit_trail[-1]
    assert (last.diffs[0]["changedItem"], last.diffs[0]["old"], last.diffs[0]["new"]) == (
        "w1",
        "1.20",
        "1.30",
    )
    assert last.comment == "Void from here on: signature 2 of weighing, set."
    assert values(found) == values(made())
    whole = amend(sign(write(made()), key), (Change("w1", "1.30"),), ENTRY)
    assert whole.voided[0].covers == ("document",)


def test_a_change_without_a_reason_or_of_the_wrong_type_is_refused() -> None:
    data = write(made())
    with pytest.raises(Invalid, match="needs an entry"):
        amend(data, (Change("w1", "1.30"),))
    with pytest.raises(Invalid, match="does not fit"):
        amend(data, (Change("w1", "heavy"),), ENTRY)
    with pytest.raises(Invalid, match="0 parameters"):
        amend(data, (Change("w2", "1"),), ENTRY)


def test_a_signature_made_in_a_way_that_proves_nothing_is_never_taken_for_valid(key: RSAPrivateKey) -> None:
    data = sign(write(made()), key, items=("weighing",))
    for old, new in (
        (b"xmlenc#sha256", b"xmldsig#sha1"),
        (b'Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"', b'Transform Algorithm="urn:xslt"'),
        (b"rsa-sha256", b"rsa-md5"),
        (b'URI="#weighing"', b'URI="https://example.org/x"'),
    ):
        assert old in data
        _, root = parse(data.replace(old, new))
        assert [one.state for one in seals(root)] == ["unknown"]
    twice = data.replace(b'id="sample-item"', b'id="weighing"')
    assert "2 times" in seals(parse(twice)[1])[0].why
    assert read(b'<AnIML xmlns="urn:org:astm:animl:schema:core:draft:0.90" version="0.90"/>').seals == ()


def test_units_scale_by_factor_exponent_and_offset() -> None:
    celsius = animl.UnitEntry("degC", si=(("K", "", "", "273.15"),))
    kelvin = animl.UnitEntry("K", si=(("K", "", "", ""),))
    flow = animl.UnitEntry("mL/min", si=(("m", "0.01", "3", ""), ("s", "60", "-1", "")))
    assert converted("25", celsius, kelvin) == Decimal("298.15")
    assert converted("298.15", kelvin, celsius) == 25
    assert scale_of(flow).factor * 60 == pytest.approx(Decimal("1e-6"))
    assert same_quantity(flow, animl.UnitEntry("m3/s", si=(("m", "", "3", ""), ("s", "", "-1", ""))))
    with pytest.raises(Invalid, match="measure different things"):
        converted("1", celsius, flow)
    with pytest.raises(Invalid, match="no SI unit"):
        scale_of(animl.UnitEntry("ft", si=(("ft", "", "", ""),)))


@needs_data
def test_every_definition_in_the_folder_is_what_sources_says_of_it() -> None:
    """SOURCES.md: legacy/*.atdd (no namespace) and drafts/weighing.atdd are not valid against animl-technique.xsd;
    the others are once their unit entities are written out."""
    from lxml import etree

    from titer.connect.animl.technique import _entities, definition

    folder = DATA / "techniques"
    tree = etree.parse(str(DATA / "schemas" / "animl-technique.xsd"))
    schema = etree.XMLSchema(tree)
    entities = _entities(folder)
    verdicts = {
        path.relative_to(folder).as_posix(): schema.validate(definition(path.read_bytes(), entities))
        for path in sorted(folder.glob("**/*.atdd"))
    }
    wrong = {name for name, valid in verdicts.items() if not valid}
    assert wrong == {name for name in verdicts if name.startswith("legacy/")} | {"drafts/weighing.atdd"}
    names = set(find_definitions(folder))
    assert {"chromatography", "uv/vis", "mass spectrometry", "indexing", "microplate read"} <= names, names
