"""What becomes of each leaf of a vendor's file; the readers' own answers to published files, held against their text.

The published files and their answers are allotropy's (MIT), in the data folder; what they are read into by a process
of allotropy's own is tried in tests/vendors.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from titer.base.errors import Invalid, Unavailable
from titer.connect import TYPES
from titer.connect.vendors import VendorFile, missing, read
from titer.connect.vendors.rules import reconcile
from titer.connect.vendors.source import look
from titer.lims.vendors import run_of_vendor

DATA = Path(__file__).parents[4] / "shared" / "data" / "connect" / "vendor_files"
TEXT = (
    "Sample;Test;Unit;Result;Signal\r\n"
    "S1;GLC;g/L;2.40;0.17138\r\n"
    "S1;ACE;mg/L;797.17;0.2\r\n"
    "S1;LDH;U/L;88.09;0.3\r\n"
)


def measured(**concentrations: tuple[float, str]) -> dict[str, Any]:
    """A model with one measurement of a sample S1."""
    analytes = [
        {"analyte name": name, "mass concentration": {"value": value, "unit": unit}}
        for name, (value, unit) in concentrations.items()
    ]
    return {
        "$asm.manifest": "http://purl.allotrope.org/manifests/solution-analyzer/REC/2024/09/solution-analyzer.manifest",
        "solution analyzer aggregate document": {
            "solution analyzer document": [
                {
                    "measurement aggregate document": {
                        "measurement document": [
                            {
                                "measurement identifier": "random",
                                "measurement time": "2026-11-28T10:00:00+01:00",
                                "sample document": {"sample identifier": "S1"},
                                "analyte aggregate document": {"analyte document": analytes},
                            }
                        ]
                    }
                }
            ]
        },
    }


def held(model: dict[str, Any], text: str = TEXT, **more: Any) -> VendorFile:
    """A model held against a text."""
    return reconcile(model, look(text.encode(), "utf-8"), digest="d" * 64, reader="own", version="1", **more)


def test_a_number_is_spelt_as_the_file_spells_it() -> None:
    (found,) = held(measured(glucose=(2.4, "g/L"))).of("mapped")
    assert (found.name, found.values, found.unit, found.sample) == (
        "glucose mass concentration",
        ("2.40",),
        "g/L",
        "S1",
    )
    assert found.measured_at == "2026-11-28T10:00:00+01:00"


def test_a_restated_number_is_exact_and_says_how_the_file_writes_it() -> None:
    """Allotropy multiplies binary fractions: 797.17 mg/L becomes 0.7971699999999999 g/L."""
    (found,) = held(measured(acetate=(0.7971699999999999, "g/L"))).of("mapped")
    assert found.values == ("0.79717",)
    assert found.reason == "line 3 says 797.17 mg/L"


def test_a_number_that_the_reader_reckoned_is_no_value_of_the_file() -> None:
    """Allotropy makes 1.471103 mmol/L out of an activity of 88.09 U/L, which no rule of units gives."""
    file = held(measured(glucose=(2.4, "g/L"), ldh=(1.471103, "mmol/L")))
    (ignored,) = [one for one in file.of("ignored") if one.name.startswith("ldh")]
    assert ignored.reason == "it does not stand in the file: the reader reckoned it"
    assert file.untaken["column 4"] == "the reader does not take up 797.17 in line 3, 88.09 in line 4"


def test_a_unit_that_the_house_has_not_sends_the_file_to_quarantine() -> None:
    file = held(measured(glucose=(2.4, "furlong"), lactate=(88.09, "g/L")))
    assert file.verdict == "quarantined"
    assert "furlong" in file.reason
    assert [one.values for one in file.of("quarantined")] == [("2.40",)]


def test_a_last_line_without_an_end_is_not_trusted() -> None:
    cut = TEXT[: TEXT.index("0.17138") + 4]
    model = measured(glucose=(2.4, "g/L"))
    assert "may have been cut" in held(model, cut).reason
    assert held(model, cut, unended=True).verdict == "accepted"


def test_identifiers_are_the_same_at_each_reading() -> None:
    one, other = held(measured(glucose=(2.4, "g/L"))), held(measured(glucose=(2.4, "g/L")))
    assert one == other
    assert "random" not in json.dumps(one.as_dict())


def test_every_leaf_of_a_model_is_an_entry() -> None:
    model = measured(glucose=(2.4, "g/L"), ldh=(1.471103, "mmol/L"), lactate=(88.09, "furlong"))
    file = held(model)
    paths = {one.path for one in file.entries}
    assert sorted(paths) == sorted(leaves(model))
    assert len(paths) == len(file.entries)
    assert all(one.reason for one in file.entries if one.state != "mapped")
    assert VendorFile.from_dict(json.loads(json.dumps(file.as_dict()))) == file


def test_a_vendors_values_are_columns_of_a_run_with_the_rest_in_its_notes() -> None:
    run = run_of_vendor(held(measured(glucose=(2.4, "g/L"), ldh=(1.471103, "mmol/L"))), "d" * 64)
    assert [(one.name, one.unit, one.sample, one.values) for one in run.series] == [
        ("glucose mass concentration", "g/L", "S1", ("2.40",))
    ]
    assert any("the reader reckoned it: ldh" in note for note in run.notes)


def test_text_in_another_encoding_is_told_and_not_guessed() -> None:
    with pytest.raises(Invalid, match="no text in utf-8"):
        look("Temperature °C\n".encode("cp1252"), "utf-8")


def test_without_the_readers_the_way_to_them_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TITER_ENVIRONMENTS", str(tmp_path))
    assert str(tmp_path) in missing()
    with pytest.raises(Unavailable) as refused:
        read(b"x\n", "x.csv", reader="novabio_flex2", time_zone="UTC", encoding="utf-8")
    assert "titer connector install allotropy" in refused.value.do


def test_the_lock_of_the_readers_holds_each_by_its_hash() -> None:
    needs = TYPES["allotropy"].environment
    assert needs is not None
    lines = needs.requirements.read_text("utf-8").splitlines()
    pinned = [line for line in lines if "==" in line and line[0] != "#"]
    assert any(line.startswith("allotropy==") for line in pinned)
    assert all(line.rstrip().endswith("\\") for line in pinned)


# --- published files ------------------------------------------------------------------------------------------

ANSWERS = sorted(DATA.rglob("*.json"))
UNENDED = ("roche_cedex_bioht_example04.txt",)
COUNTS = {
    # file: (measurements, mapped values), counted in the texts by hand and by `grep -c`
    "SampleResults2022-06-28_142558.csv": (3, 15),
    "Beckman_Vi-Cell-BLU_different_mu_character.csv": (1, 12),
    "Beckman_Vi-Cell-BLU_example02.csv": (5, 60),
    "skanit_data.xlsx": (96, 288),
    "luciferase_assay_example.xlsx": (96, 96),
}


@pytest.mark.skipif(not ANSWERS, reason="the folder of published files is not there")
@pytest.mark.parametrize("answer", ANSWERS, ids=lambda path: path.stem)
def test_the_readers_answer_to_a_published_file_stands_in_the_file(answer: Path) -> None:
    source = next(one for one in answer.parent.iterdir() if one.stem == answer.stem and one.suffix != ".json")
    data = source.read_bytes()
    model = json.loads(answer.read_text("utf-8"))
    file = reconcile(
        model,
        look(data, "utf-8"),
        digest="d" * 64,
        reader=answer.parent.name,
        version="published",
        unended=source.name in UNENDED,
    )
    assert file.verdict == "accepted", file.reason
    assert len(file.entries) >= len({one.path for one in file.entries}) > 0
    if source.name in COUNTS:
        assert (file.measurements, len(file.of("mapped"))) == COUNTS[source.name]
    for one in file.of("mapped"):
        if source.suffix in (".csv", ".txt") and not one.reason:
            text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
            assert all(_stands(value, text) for value in one.values), one


def _stands(value: str, text: str) -> bool:
    """Whether a number stands in a text: as it is, with thousands, or as the shortest of the same number."""
    number = float(value)
    return value in text or f"{number:,.3f}" in text or f"{number:g}" in text or f"{number:,}" in text


def leaves(value: Any, path: str = "") -> list[str]:
    """The paths of all leaves of a model; a value with its unit is one."""
    if isinstance(value, dict):
        if "value" in value:
            return [path]
        return [found for key, inner in value.items() for found in leaves(inner, f"{path}/{key}".lstrip("/"))]
    if isinstance(value, list):
        return [found for at, inner in enumerate(value) for found in leaves(inner, f"{path}/{at}")]
    return [path]
