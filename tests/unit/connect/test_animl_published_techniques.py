"""Documents of the techniques that laboratories use most, against the published core schema and definitions."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.sequences import document

from titer.connect.animl.reading import read_here

ROOT = Path(__file__).parents[4] / "shared" / "data" / "connect" / "animl"
SCHEMAS, TECHNIQUES = ROOT / "schemas", ROOT / "techniques"
pytestmark = pytest.mark.skipif(
    not (SCHEMAS.is_dir() and TECHNIQUES.is_dir()), reason=f"{ROOT} holds no schemas and techniques of AnIML"
)
NS = 'xmlns="urn:org:astm:animl:schema:core:draft:0.90" version="0.90"'


def measured(technique: str, file: str, result: str, series: str, method: str = "", about: str = "") -> bytes:
    return f"""<AnIML {NS}><SampleSet><Sample sampleID="s1" name="S-1"><Category name="Description">
<Parameter name="Descriptive Name" parameterType="String"><S>S-1</S></Parameter></Category></Sample></SampleSet>
<ExperimentStepSet><ExperimentStep name="m" experimentStepID="e1">
<Technique name="{technique}" uri="https://github.com/AnIML/techniques/blob/master/{file}"/><Infrastructure>
<SampleReferenceSet><SampleReference sampleID="s1" role="Test Sample" samplePurpose="consumed"/>
</SampleReferenceSet></Infrastructure>{method}
<Result name="{result}"><SeriesSet name="{result}" length="3">{series}</SeriesSet>{about}
</Result></ExperimentStep></ExperimentStepSet></AnIML>""".encode()


def column(name: str, dependency: str, unit: str, values: str = "<D>1</D><D>2</D><D>3</D>") -> str:
    return f"""<Series name="{name}" seriesID="{dependency}" dependency="{dependency}" seriesType="Float64"
 plotScale="linear"><IndividualValueSet>{values}</IndividualValueSet>{unit}</Series>"""


def category(name: str, inside: str = "") -> str:
    return f'<Category name="{name}">{inside}</Category>'


def number(name: str, value: str, unit: str) -> str:
    return f'<Parameter name="{name}" parameterType="Float64"><D>{value}</D>{unit}</Parameter>'


NANOMETRES = '<Unit label="nm" quantity="Wavelength"><SIUnit factor="1E-9">m</SIUnit></Unit>'
ABSORBANCE = '<Unit label="AU" quantity="Absorbance"><SIUnit>1</SIUnit></Unit>'
SECONDS = '<Unit label="s" quantity="Time"><SIUnit>s</SIUnit></Unit>'
MASS = '<Unit label="m/z" quantity="Mass/Charge"/>'
COUNTS = '<Unit label="counts" quantity="Intensity"/>'
MS = measured(
    "Mass Spectrometry",
    "mass-spec.atdd",
    "Spectrum",
    column("Mass/Charge", "independent", MASS) + column("Intensity", "dependent", COUNTS),
)
MODE = '<Parameter name="Measurement Type" parameterType="String"><S>Spectrum</S></Parameter>'
CELSIUS = '<Unit label="degC" quantity="Temperature"><SIUnit offset="273.15">K</SIUnit></Unit>'
UV = measured(
    "UV/Vis",
    "uv-vis.atdd",
    "Spectrum",
    column("Wavelength", "independent", NANOMETRES) + column("Intensity", "dependent", ABSORBANCE),
    method=f"<Method>{category('Common Method', category('Instrument Settings', MODE))}</Method>",
    about=category("Measurement Description", number("Experiment Duration", "12", SECONDS))
    + category("Ambient Conditions", number("Temperature", "21.5", CELSIUS))
    + category("Spectrum Description"),
)
TRACE = measured(
    "UV/Vis Trace Detector",
    "uv-vis-trace.atdd",
    "UV/Vis Trace",
    column("Time", "independent", SECONDS) + column("Intensity", "dependent", ABSORBANCE),
)


def faults(data: bytes) -> list[str]:
    found = read_here(data, SCHEMAS, TECHNIQUES)
    errors = [f"{one.where}: {one.message}" for one in found.problems if one.severity == "error"]
    assert found.schema_validated
    assert (found.verdict == "accepted") == (not errors)
    assert found.techniques_validated
    return errors


def test_the_simulated_chromatographs_files_are_built_as_the_published_techniques_say() -> None:
    data = document("R-1", "S-1", manual="monomer")
    found = read_here(data, SCHEMAS, TECHNIQUES)
    assert (found.verdict, found.reason) == ("accepted", "")
    assert found.techniques_validated == ("Chromatography", "Chromatography Peak Table")
    spoilt = data.replace(b'Result name="Separation Monitoring"', b'Result name="Chromatogram"')
    assert "the technique needs a result 'Separation Monitoring'" in " ".join(faults(spoilt))


@pytest.mark.parametrize(
    ("data", "needed", "words"),
    [
        (MS, b'Series name="Mass/Charge"', "Mass/Charge"),
        (UV, b'Series name="Intensity"', "Intensity"),
        (TRACE, b'Series name="Time"', "Time"),
    ],
    ids=["MS", "UV/Vis", "UV/Vis trace"],
)
def test_spectra_are_checked_against_their_published_technique(
    data: bytes, needed: bytes, words: str
) -> None:
    assert faults(data) == []
    spoilt = data.replace(needed, b'Series name="Weight"')
    assert any(words in one for one in faults(spoilt)), faults(spoilt)
