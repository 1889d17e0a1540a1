"""From a table (CSV, Excel) to a run's document, where its rows are of samples: by the mapping of its connection.

`titer.connect.tables` reads the bytes, in a process of its own, by the mapping that the connection had when its host
took the file; the mapping is kept with the file, so that it reads the same for ever. Values of one column and sample
are one column of the document, each with the rows in which they stand. A table whose mapping names no column of
samples is a stream: its values are its channels', and it waits for nobody in the laboratory.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from titer.base.clock import from_us, iso
from titer.base.errors import Invalid
from titer.connect.tables import Looked, TableMapping, Value, look
from titer.lims.chromatography import RunDocument, Series

KIND = "table"
"""The type of the connections whose files are read so."""
_SHOWN = 8


def read_as(kind: str, identity: Mapping[str, Any]) -> dict[str, str]:
    """What must be known of a file to read it again; {} where it is no table.

    Args:
        kind: the type of its connection.
        identity: what the host says of the file.
    """
    if kind != KIND:
        return {}
    return {
        "kind": KIND,
        "mapping": json.dumps(identity.get("mapping") or {}, sort_keys=True),
        "time_zone": str(identity.get("time_zone") or ""),
        "encoding": str(identity.get("encoding") or ""),
        "unended": "yes" if identity.get("unended") else "",
    }


def is_stream(kind: str, identity: Mapping[str, Any]) -> bool:
    """Whether a file's values are its channels' and of no sample: a host took it, and no person brought it."""
    mapping = identity.get("mapping") or {}
    return kind == KIND and identity.get("verdict") == "accepted" and not mapping.get("sample")


def read_table(data: bytes, digest: str, told: Mapping[str, str]) -> RunDocument:
    """Read what an instrument wrote.

    Args:
        data: the file's bytes.
        digest: their SHA-256.
        told: see `read_as`.

    Raises:
        Invalid: if it cannot be read, or something of it is wrong.
    """
    mapping = json.loads(told["mapping"])
    found = look(
        data,
        encoding=told["encoding"],
        time_zone=told["time_zone"],
        mapping=mapping,
        unended=bool(told["unended"]),
    )
    if found.verdict != "accepted":
        raise Invalid("The file is not taken as data.", why=found.reason)
    return run_of_table(found, TableMapping.of(mapping), digest)


def run_of_table(found: Looked, mapping: TableMapping, digest: str) -> RunDocument:
    """What a sound table says about a run."""
    columns: dict[tuple[str, str], list[Value]] = {}
    for one in found.values:
        columns.setdefault((one.column, one.sample), []).append(one)
    series = tuple(
        Series(
            path=f"column {name}, {_rows(held)}",
            step=name,
            name=name,
            unit=mapping.columns[name],
            sample=sample or None,
            values=tuple(one.text for one in held),
        )
        for (name, sample), held in columns.items()
    )
    notes = [
        f"Read as a table by the mapping of its connection: {found.measured} rows, {len(found.values)} values, "
        f"{found.missing} cells that say that there is none."
    ]
    notes += [f"Ignored, since {why}: {name}." for name, why in mapping.ignored.items()]
    return RunDocument(
        digest=digest,
        run_number=None,
        instrument=None,
        injections=(),
        series=series,
        measured_at=iso(from_us(min(one.at_us for one in found.values))),
        notes=tuple(notes),
    )


def _rows(held: list[Value]) -> str:
    """Where values stand, in few words."""
    rows = sorted({one.row for one in held})
    if len(rows) == 1:
        return f"row {rows[0]}"
    if len(rows) <= _SHOWN:
        return f"rows {', '.join(map(str, rows))}"
    return f"{len(rows)} rows from {rows[0]} to {rows[-1]}"
