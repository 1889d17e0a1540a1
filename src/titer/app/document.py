"""Documents: a record as PDF/A-3b with its own data attached. The same data give the same bytes."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from titer.base.canonical import canonical, digest
from titer.base.clock import iso

_TEMPLATE = Path(__file__).parent / "templates" / "record.typ"


@dataclass(frozen=True)
class Section:
    """A table of the document.

    Args:
        title: its heading.
        columns: names of the columns.
        rows: cells as text; one text for each column.
        note: a sentence above the table.
        widths: relative widths; equal if left out.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    widths: tuple[int, ...] = ()


@dataclass(frozen=True)
class Document:
    """What a document says.

    Args:
        title: printed on every page.
        installation: who issues it.
        mark: DEMO or SIMULATED, on every page; empty in a real installation.
        server_time, process_time: both clocks at the time of printing.
        head: (name, value) lines below the title.
        sections: in order.
        data: the record as data, attached.
    """

    title: str
    installation: str
    mark: str
    server_time: datetime
    process_time: datetime
    head: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    data: dict[str, Any] = field(default_factory=dict)


def render(document: Document) -> bytes:
    """The PDF."""
    import typst

    plain = {
        "title": document.title,
        "installation": document.installation,
        "mark": document.mark,
        "server_time": iso(document.server_time),
        "process_time": iso(document.process_time),
        "head": [list(row) for row in document.head],
        "sections": [
            {
                "title": item.title,
                "note": item.note,
                "columns": list(item.columns),
                "rows": [list(row) for row in item.rows],
                "widths": list(item.widths or (1,) * len(item.columns)),
            }
            for item in document.sections
        ],
        "digest": digest(document.data),
        "attached": True,
        "data": document.data,
    }
    with tempfile.TemporaryDirectory(prefix="titer-document-") as name:
        folder = Path(name)
        (folder / "record.typ").write_bytes(_TEMPLATE.read_bytes())
        (folder / "record.json").write_bytes(canonical(plain))
        output: bytes = typst.compile(
            str(folder / "record.typ"),
            root=str(folder),
            ignore_system_fonts=True,
            pdf_standards="a-3b",
            timestamp=document.server_time.replace(microsecond=0),
        )
    return output


def table(title: str, rows: Sequence[dict[str, Any]], columns: dict[str, str], *, note: str = "") -> Section:
    """A section out of records.

    Args:
        title: its heading.
        rows: the records.
        columns: field -> heading.
        note: a sentence above it.
    """
    return Section(
        title=title,
        columns=tuple(columns.values()),
        rows=tuple(tuple(text(row.get(name)) for name in columns) for row in rows),
        note=note,
    )


def text(value: Any) -> str:
    """A value as it is printed: nothing is a dash, yes and no are words."""
    if value is None or value == "":
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, dict):
        return "; ".join(f"{key}: {text(item)}" for key, item in value.items())
    if isinstance(value, list | tuple):
        return "; ".join(text(item) for item in value)
    return str(value)
