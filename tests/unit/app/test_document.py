"""A document is PDF/A-3b with its data attached, marked on every page, and the same bytes for the same data."""

from __future__ import annotations

from datetime import UTC, datetime

from titer.app.document import Document, render, table

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def document(mark: str = "DEMO") -> Document:
    rows = [{"number": f"S-{n}", "value": "7.05", "state": n % 2 == 0, "nothing": None} for n in range(120)]
    columns = {"number": "Sample", "value": "pH", "state": "Good", "nothing": "Remark"}
    return Document(
        title="Batch record B-2026-0001",
        installation="lab",
        mark=mark,
        server_time=NOW,
        process_time=datetime(2026, 3, 2, 8, tzinfo=UTC),
        head=(("Recipe", "mab7 #1 *not bold*"),),
        sections=(
            table("Samples", rows, columns, note="All of them."),
            table("Deviations", [], {"n": "No."}),
        ),
        data={"batch": "B-2026-0001", "rows": rows},
    )


def test_the_same_data_give_the_same_bytes() -> None:
    first = render(document())
    assert first == render(document())
    assert first.startswith(b"%PDF-")
    assert b"pdfaid:part" in first
    assert b"record.json" in first


def test_the_mark_is_part_of_the_document() -> None:
    assert render(document()) != render(document(mark=""))
