"""What an archive has beyond the bundle: a page, tables of values as text, plain words, and the verifier itself.

Everything is derived at export and stands in the sealed export entry with its digest, so the one-file verifier
checks the archive as it checks any bundle (21 CFR 11.10(b), (c); Annex 11 s. 17: readable for its whole time).
"""

from __future__ import annotations

import io
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from titer.app.archive.page import Entry, index, readme
from titer.app.batch_document import document
from titer.app.dossier import Dossier
from titer.app.export import export_record
from titer.base.canonical import canonical
from titer.base.clock import from_us, iso
from titer.base.errors import NotFound, Refused
from titer.record import Actor, reader
from titer.record.model import LedgerEntry
from titer.record.names import ids_in, name_of, names

if TYPE_CHECKING:
    from titer.app.platform import Platform

_MOST_ENTRIES = 20_000
_VERIFIER = "titer-verify.py"
_BATCH = "mes_batch"


def archive_batch(
    platform: Platform, batch: str, *, actor: Actor, reason: str, segments: bool = True
) -> bytes:
    """The archive of a batch that has ended.

    Args:
        platform: the wired platform.
        batch: id or number of the batch.
        actor: who takes it out.
        reason: why.
        segments: whether the sealed segments go along beside the batch's own series.

    Returns:
        A bundle whose `files/index.html` opens in a browser from the disk, without a network or a script.

    Raises:
        NotFound: if there is no such batch.
        NotAuthorised: if the actor may not export.
        Refused: if the batch has not ended.
    """
    with platform.record.reading() as session:
        row = platform.mes.batch(session, batch)
        if row.ended_at is None:
            raise Refused(
                f"The batch {row.number} has not ended, so there is nothing to archive yet.",
                do="Export it as it stands: titer export batch.",
            )

    def more(session: Session, dossier: Dossier, files: Mapping[str, bytes]) -> dict[str, bytes]:
        return _more(platform, session, dossier, files)

    return export_record(platform, _BATCH, row.id, actor=actor, reason=reason, segments=segments, more=more)


def _more(
    platform: Platform, session: Session, dossier: Dossier, files: Mapping[str, bytes]
) -> dict[str, bytes]:
    batch = dossier.data["execution"]["batch"]
    tables = {
        name.removesuffix(".parquet") + ".csv": values_as_text(data)
        for name, data in files.items()
        if name.startswith("derived/series/")
    }
    retention = platform.retention.of_record(session, _BATCH, batch["id"])
    listed = sorted({*files, *tables, "README.txt", "retention.json", _VERIFIER})
    return {
        **tables,
        "retention.json": canonical(retention),
        "README.txt": readme(
            batch["number"],
            platform.config.name,
            platform.sealer.signer.verifier,
            retired=bool(dossier.retired),
        ).encode(),
        _VERIFIER: verifier(),
        "index.html": index(
            document(dossier.data),
            signatures=dossier.data["signatures"],
            entries=_entries(session, dossier),
            files=listed,
            retention=retention,
            media={row["digest"]: row["media_type"] for row in dossier.closure.rows("record_content")},
        ).encode(),
    }


def values_as_text(parquet: bytes) -> bytes:
    """A series as comma-separated values: the same rows, instants as ISO 8601."""
    import pyarrow.parquet as pq

    table = pq.read_table(io.BytesIO(parquet))
    columns = table.column_names
    out = io.StringIO()
    out.write(",".join(["time", *columns]) + "\r\n")
    for row in table.to_pylist():
        cells = [iso(from_us(row["source_us"])), *(_cell(row[name]) for name in columns)]
        out.write(",".join(cells) + "\r\n")
    return out.getvalue().encode()


def _cell(value: Any) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    text = value.decode(errors="replace") if isinstance(value, bytes) else str(value)
    return '"' + text.replace('"', '""') + '"' if any(mark in text for mark in ',"\r\n') else text


def verifier() -> bytes:
    """The one-file verifier.

    Raises:
        NotFound: if this copy of Titer has none.
    """
    here = Path(__file__).parent / _VERIFIER
    for path in (here, Path(__file__).parents[4] / "verify" / _VERIFIER):
        if path.exists():
            return path.read_bytes()
    raise NotFound(f"This copy of Titer lacks {_VERIFIER}.", do="Install it whole.")


def _entries(session: Session, dossier: Dossier) -> list[Entry]:
    """What the ledger says about the batch's own records, in sentences, oldest first."""
    ids = sorted(record_id for _, record_id in dossier.closure.records)
    rows: list[LedgerEntry] = []
    for start in range(0, len(ids), 400):
        found = select(LedgerEntry).where(LedgerEntry.record_id.in_(ids[start : start + 400]))
        rows.extend(session.scalars(found))
    bodies = [json.loads(row.body) | {"seq": row.seq} for row in sorted(rows, key=lambda row: row.seq)]
    bodies = bodies[:_MOST_ENTRIES]
    for body in bodies:
        for image in ("before", "after"):
            body[image] = reader.readable(body["record_type"], body[image])
    mentioned: set[str] = set()
    for body in bodies:
        mentioned |= {body["record_id"]} | ids_in(body["before"]) | ids_in(body["after"])
    called = names(session, mentioned)
    return [_sentence(body, called) for body in bodies]


def _sentence(body: dict[str, Any], called: Mapping[str, str]) -> Entry:
    name = (
        called.get(body["record_id"]) or name_of(body["after"] or body["before"] or {}) or body["record_id"]
    )
    return Entry(
        seq=body["seq"],
        time=body["time"],
        actor=body["actor"]["name"],
        verb=body["verb"],
        record=f"{body['record_type'].replace('_', ' ')} {name}",
        version=body["version"],
        changes=tuple(
            (change.field.replace("_", " "), _plain(change.before, called), _plain(change.after, called))
            for change in reader.difference(body["before"], body["after"])
        ),
        first=body["before"] is None,
        reason=body["reason"] or "",
    )


def _plain(value: Any, called: Mapping[str, str]) -> str:
    if value is None or value == "":
        return "nothing"
    text = value if isinstance(value, str) else canonical(value).decode()
    return called.get(text, text if len(text) <= 120 else text[:119] + "…")
