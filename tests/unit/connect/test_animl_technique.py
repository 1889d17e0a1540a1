"""The second level of AnIML's validation, against a definition of the test's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from titer.connect import animl
from titer.connect.animl.reading import read_here

NS = 'xmlns="urn:org:astm:animl:schema:core:draft:0.90" version="0.90"'
TNS = 'xmlns="urn:org:astm:animl:schema:technique:draft:0.90" version="0.90"'

DEFINITION = f"""<?xml version="1.0"?><!DOCTYPE Technique SYSTEM "units.dtd">
<Technique name="Weighing" {TNS}>
 <SampleRoleBlueprint name="Test Sample" samplePurpose="consumed" maxOccurs="2" inheritable="false"/>
 <ExperimentDataRoleBlueprint name="Tare" experimentStepPurpose="consumed" modality="optional"/>
 <MethodBlueprint><CategoryBlueprint name="Balance">
  <ParameterBlueprint name="Range" parameterType="Numeric" modality="optional"><Quantity name="Mass">&mass;
   <AllowedRange unit="g"><Min included="false"><D>0</D></Min><Max><D>200</D></Max></AllowedRange></Quantity>
  </ParameterBlueprint>
  <ParameterBlueprint name="Mode" parameterType="String"><AllowedValue><S>static</S></AllowedValue>
   <AllowedValue><S>dynamic</S></AllowedValue></ParameterBlueprint>
 </CategoryBlueprint></MethodBlueprint>
 <ResultBlueprint name="Weights"><SeriesSetBlueprint name="Weights">
  <SeriesBlueprint name="Number" seriesType="Int" dependency="independent" plotScale="none"/>
  <SeriesBlueprintChoice><SeriesBlueprint name="Net" seriesType="Float" dependency="dependent"/>
   <SeriesBlueprint name="Gross" seriesType="Float" dependency="dependent"/></SeriesBlueprintChoice>
 </SeriesSetBlueprint></ResultBlueprint>
</Technique>"""
EXTENSION = f"""<Technique name="Draft Shield" extension="true" {TNS}>
 <ExtensionScope><ExtendedTechnique name="Weighing" uri=""/></ExtensionScope>
 <MethodBlueprint><CategoryBlueprint name="Shield">
  <ParameterBlueprint name="Closed" parameterType="Boolean"/></CategoryBlueprint></MethodBlueprint>
</Technique>"""
UNITS = """<!ENTITY mass '<Unit label="g">&kilogram;</Unit><Unit label="mg"><SIUnit factor="1e-6">kg</SIUnit></Unit>'>
<!ENTITY kilogram '<SIUnit factor="0.001">kg</SIUnit>'>"""

SHIELD = (
    '<Category name="Shield"><Parameter name="Closed" parameterType="Boolean"><Boolean>true</Boolean>'
    "</Parameter></Category>"
)
DOCUMENT = f"""<AnIML {NS}><SampleSet><Sample sampleID="s1" name="S-1"/></SampleSet><ExperimentStepSet>
<ExperimentStep name="w" experimentStepID="e1"><Technique name="Weighing" uri=""></Technique><Infrastructure>
<SampleReferenceSet><SampleReference sampleID="s1" role="Test Sample 1" samplePurpose="consumed"/>
</SampleReferenceSet></Infrastructure><Method><Category name="Balance">
<Parameter name="Range" parameterType="Float64"><D>200</D>
<Unit label="g"><SIUnit factor="0.001">kg</SIUnit></Unit></Parameter><Parameter name="Mode" parameterType="String">
<S>static</S></Parameter></Category></Method><Result name="Weights"><SeriesSet name="Weights" length="1">
<Series name="Number" seriesID="n" dependency="independent" seriesType="Int32" plotScale="none">
<IndividualValueSet><I>1</I></IndividualValueSet></Series>
<Series name="Net" seriesID="m" dependency="dependent" seriesType="Float64">
<IndividualValueSet><D>1.2</D></IndividualValueSet></Series></SeriesSet></Result>
</ExperimentStep></ExperimentStepSet></AnIML>"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "weighing.atdd").write_text(DEFINITION)
    (tmp_path / "shield.atdd").write_text(EXTENSION)
    (tmp_path / "units.dtd").write_text(UNITS)
    (tmp_path / "broken.atdd").write_text("<Technique")
    return tmp_path


def judged(text: str, folder: Path) -> list[tuple[str, str]]:
    found = read_here(text.encode(), None, folder)
    assert found.techniques_validated[-1:] == ("Weighing",)
    return [(one.severity, one.message) for one in found.problems if one.level == "technique"]


def test_a_document_that_keeps_to_its_technique_is_strictly_valid(folder: Path) -> None:
    assert judged(DOCUMENT, folder) == []


@pytest.mark.parametrize(
    ("old", "new", "severity", "words"),
    [
        ('samplePurpose="consumed"', 'samplePurpose="produced"', "error", "must be consumed"),
        ('role="Test Sample 1"', 'role="Blank"', "error", "needs a sample in the role 'Test Sample'"),
        ("<D>200</D>", "<D>200.1</D>", "error", "beyond the maximum of 200 g"),
        ("<D>200</D>", "<D>0</D>", "error", "beyond the minimum of 0 g"),
        (
            '<D>200</D>\n<Unit label="g"><SIUnit factor="0.001">',
            '<D>300000</D>\n<Unit label="mg"><SIUnit factor="1e-6">',
            "error",
            "300000 mg, beyond the maximum",
        ),
        ('<SIUnit factor="0.001">kg', '<SIUnit factor="0.01">kg', "error", "reckons with another one"),
        (
            '<Unit label="g"><SIUnit factor="0.001">kg',
            '<Unit label="s"><SIUnit>s',
            "error",
            "does not measure Mass",
        ),
        (
            '<Unit label="g"><SIUnit factor="0.001">kg',
            '<Unit label="ug"><SIUnit factor="1e-9">kg',
            "note",
            "does not list",
        ),
        ("<S>static</S>", "<S>lively</S>", "error", "may not be 'lively'"),
        (
            'parameterType="String">\n<S>static</S>',
            'parameterType="Boolean">\n<Boolean>true</Boolean>',
            "error",
            "type String",
        ),
        (
            'seriesType="Int32" plotScale="none">\n<IndividualValueSet><I>1</I>',
            'seriesType="Float64" plotScale="none">\n<IndividualValueSet><D>1</D>',
            "error",
            "must be of type Int32 or Int64",
        ),
        ('dependency="independent"', 'dependency="dependent"', "error", "must be independent"),
        ('plotScale="none"', 'plotScale="log"', "note", "plotted none"),
        ('name="Net"', 'name="Other"', "error", "needs one of the series Net, Gross"),
        ('<Result name="Weights">', '<Result name="Wrong">', "error", "needs a result 'Weights'"),
        (
            '<Category name="Balance">',
            SHIELD + '<Category name="Balance">',
            "note",
            "does not know a category 'Shield'",
        ),
        (
            '<Category name="Balance">',
            '<Category name="Balance"/><Category name="Balance">',
            "error",
            "2 times",
        ),
        (
            'name="Weighing" uri="">',
            'name="Weighing" uri="" sha256="' + "0" * 64 + '">',
            "note",
            "another edition",
        ),
        (
            "</Technique>",
            '<Extension name="Draft Shield" uri=""/></Technique>',
            "error",
            "needs a category 'Shield'",
        ),
        (
            "</Technique>",
            '<Extension name="Unheard" uri=""/></Technique>',
            "note",
            "no definition of the technique 'Unheard'",
        ),
    ],
)
def test_what_the_technique_forbids_is_an_error_and_what_it_does_not_know_a_note(
    folder: Path, old: str, new: str, severity: str, words: str
) -> None:
    assert DOCUMENT.count(old) == 1
    found = judged(DOCUMENT.replace(old, new), folder)
    assert any(one == severity and words in told for one, told in found), found


def test_an_extension_adds_what_is_known_and_what_is_needed(folder: Path) -> None:
    extended = DOCUMENT.replace("</Technique>", '<Extension name="Draft Shield" uri=""/></Technique>')
    assert (
        judged(extended.replace('<Category name="Balance">', SHIELD + '<Category name="Balance">'), folder)
        == []
    )
    foreign = EXTENSION.replace('name="Weighing"', 'name="Chromatography"')
    (folder / "shield.atdd").write_text(foreign)
    assert any("does not extend" in words for _, words in judged(extended, folder))


def test_an_abstract_technique_needs_an_extension(folder: Path) -> None:
    (folder / "weighing.atdd").write_text(
        DEFINITION.replace('name="Weighing"', 'name="Weighing" abstract="true"', 1)
    )
    assert any("needs an extension" in words for _, words in judged(DOCUMENT, folder))


def test_a_sample_that_may_not_be_inherited_is_said(folder: Path) -> None:
    nested = DOCUMENT.replace('<SampleReference sampleID="s1"', "<SampleInheritance").replace(
        "</SampleReferenceSet>", "</SampleReferenceSet>"
    )
    assert any("cannot be inherited" in words for _, words in judged(nested, folder))


def test_without_definitions_a_step_is_not_checked_and_says_so(tmp_path: Path) -> None:
    found = animl.read(DOCUMENT.encode(), techniques=tmp_path, sandboxed=False)
    assert found.techniques_validated == ()
    assert [one.severity for one in found.problems] == ["note"]
