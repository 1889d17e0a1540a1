"""Tables by a mapping: what comes out, and what is told of each row that cannot be read."""

from __future__ import annotations

import io
import random
import zipfile
from typing import Any

import pytest

from titer.base.clock import from_us, iso
from titer.base.errors import Invalid
from titer.connect.tables import TableMapping, look
from titer.connect.tables.reading import read_workbook
from titer.connect.vendors import source

CSV = "Logger 7;;;\r\nTime;pH;Temp;Operator\r\n28.11.2026 10:00;7,05;36,8;mo\r\n28.11.2026 10:01;;36,9;mo\r\n"
MAPPING: dict[str, Any] = {
    "header_row": 2,
    "delimiter": "semicolon",
    "decimal": ",",
    "time": {"column": "Time", "format": "%d.%m.%Y %H:%M"},
    "missing": [""],
    "columns": [{"column": "pH", "unit": "1"}, {"column": "Temp", "unit": "degC"}],
    "ignored": [{"column": "Operator", "reason": "a name and no measured value"}],
}


def read(text: str, **changes: Any) -> Any:
    mapping = {**MAPPING, **changes}
    return look(text.encode(), encoding="utf-8", time_zone="Europe/Vienna", mapping=mapping, sandboxed=False)


def told(text: str, **changes: Any) -> list[str]:
    return [f"{one.where}: {one.message}" for one in read(text, **changes).problems]


def test_values_come_out_with_their_instant_and_the_decimal_point() -> None:
    found = read(CSV)
    assert found.verdict == "accepted"
    assert [(one.column, iso(from_us(one.at_us)), one.text) for one in found.values] == [
        ("pH", "2026-11-28T09:00:00.000000Z", "7.05"),
        ("Temp", "2026-11-28T09:00:00.000000Z", "36.8"),
        ("Temp", "2026-11-28T09:01:00.000000Z", "36.9"),
    ]
    assert (found.measured, found.missing) == (2, 1)


def test_without_a_mapping_the_first_rows_are_shown() -> None:
    found = look(CSV.encode(), encoding="utf-8", time_zone="UTC", delimiter="semicolon")
    assert found.first[1] == ("Time", "pH", "Temp", "Operator")
    assert found.values == () and found.rows == 4


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (CSV.replace("7,05", "seven"), "row 3, pH: 'seven' is no number"),
        (CSV.replace("7,05", "7.05"), "row 3, pH: '7.05' is no number"),
        (CSV.replace("7,05", "NaN"), "row 3, pH: 'NaN' is no number"),
        (
            CSV.replace("28.11.2026 10:01", "2026-11-28"),
            "row 4, Time: '2026-11-28' is not written as %d.%m.%Y %H:%M",
        ),
        (
            CSV.replace("28.11.2026 10:00", "25.10.2026 02:30"),
            "row 3, Time: 25.10.2026 02:30 is twice or never in",
        ),
        (
            CSV.replace("28.11.2026 10:00", "29.03.2026 02:30"),
            "row 3, Time: 29.03.2026 02:30 is twice or never in",
        ),
        (CSV.replace("7,05;36,8;mo", "7,05"), "row 3: the row has 2 cells, and the header has 4"),
        (
            CSV.replace("Operator", "Batch"),
            "row 2, Batch: the column is neither mapped nor ignored for a reason",
        ),
        (CSV.replace("pH", "pH2"), "row 2, pH: there is no such column"),
        (CSV.replace("Operator", "pH"), "row 2, pH: two columns have this name"),
        (CSV.removesuffix("\r\n"), "row 4: the last line has no end: its last value may have been cut"),
        ("Logger 7;;;\r\n", "file: the table has 1 rows and no row 2"),
        (CSV[: CSV.index("28.11")], "file: the table holds no value"),
    ],
)
def test_what_is_wrong_is_told_with_its_row_and_column(text: str, words: str) -> None:
    found = told(text)
    assert any(one.startswith(words) for one in found), found
    assert read(text).verdict == "quarantined"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"header_row": 0}, "no row"),
        ({"delimiter": "comma"}, "One sign"),
        ({"time": {"column": "Time", "format": "%H:%M"}}, "does not say year"),
        ({"time": {"column": "Time", "format": "%d.%m.%y %H:%M"}}, "does not say year"),
        ({"time": {"column": "pH", "format": "%d.%m.%Y %H:%M"}}, "named for two things"),
        ({"columns": [{"column": "pH", "unit": "furlong"}]}, "not known"),
        ({"columns": []}, "No column becomes a channel"),
        ({"ignored": [{"column": "Operator", "reason": " "}]}, "without a reason"),
        ({"colour": "blue"}, "no 'colour'"),
    ],
)
def test_a_mapping_that_cannot_be_meant_is_refused(change: dict[str, Any], words: str) -> None:
    with pytest.raises(Invalid, match=words):
        TableMapping.of({**MAPPING, **change})


def workbook(rows: str) -> bytes:
    """A workbook of one sheet, as Excel writes it in the least."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    related = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    packed = "http://schemas.openxmlformats.org/package/2006/relationships"
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        sheets = '<sheets><sheet name="Run" sheetId="1" r:id="rId1"/></sheets>'
        archive.writestr(
            "xl/workbook.xml", f'<workbook xmlns="{main}" xmlns:r="{related}">{sheets}</workbook>'
        )
        relation = '<Relationship Id="rId1" Type="worksheet" Target="worksheets/sheet1.xml"/>'
        archive.writestr(
            "xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{packed}">{relation}</Relationships>'
        )
        archive.writestr(
            "xl/sharedStrings.xml",
            f'<sst xmlns="{main}"><si><t>Time</t></si><si><r><t>p</t></r><r><t>H</t></r></si></sst>',
        )
        archive.writestr(
            "xl/worksheets/sheet1.xml", f'<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>'
        )
    return held.getvalue()


def test_a_workbook_that_was_altered_is_read_or_refused_in_words_and_never_anything_else() -> None:
    """Bytes anywhere in it: in what was packed, in its index, in numbers where the format wants one."""
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>{n * 7}</v></c></row>' for n in range(1, 60))
    data, rng = workbook(rows), random.Random(2026)
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    refused = 0
    for whole in (data, packed.getvalue()):
        for _ in range(400):
            harmed = bytearray(whole)
            harmed[rng.randrange(len(harmed))] ^= rng.randrange(1, 256)
            for read in (lambda held: read_workbook(held, ""), lambda held: source.look(held, "utf-8")):
                try:
                    read(bytes(harmed))
                except Invalid:
                    refused += 1
    assert refused > 400


def test_a_workbook_is_read_with_its_serial_times_and_the_numbers_that_are_meant() -> None:
    data = workbook(
        '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" t="s"><v>1</v></c></row>'
        '<row r="3"><c r="A3"><v>46354.416666666664</v></c><c r="C3"><v>7.0499999999999998</v></c></row>'
    )
    mapping = {
        "header_row": 1,
        "time": {"column": "Time", "format": "excel"},
        "columns": [{"column": "pH", "unit": "1"}],
    }
    with_a_gap = look(data, encoding="utf-8", time_zone="UTC", mapping=mapping, sandboxed=False)
    assert [one.where for one in with_a_gap.problems] == ["row 1, column 2"]
    found = look(data, encoding="utf-8", time_zone="UTC", sandboxed=False)
    assert found.sheets == ("Run",) and found.first[2] == ("46354.416666666664", "", "7.05")
    closed = workbook(
        '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>'
        '<row r="2"><c r="A2"><v>46354.416666666664</v></c><c r="B2"><v>7.0499999999999998</v></c></row>'
    )
    read_back = look(closed, encoding="utf-8", time_zone="UTC", mapping=mapping, sandboxed=False)
    assert [(iso(from_us(one.at_us)), one.text) for one in read_back.values] == [
        ("2026-11-28T10:00:00.000000Z", "7.05")
    ]


@pytest.mark.parametrize(
    "data", [b"PK\x03\x04" + bytes(50), workbook("")[:400], b"\x00\x01\x02", "°".encode("cp1252")]
)
def test_what_is_no_table_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(Invalid):
        look(data, encoding="utf-8", time_zone="UTC", sandboxed=False)
