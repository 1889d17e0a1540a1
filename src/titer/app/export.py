"""A record out of the house: everything that belongs to it, its documents, its bytes, its series, and the proof."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from titer.app.batch_document import document
from titer.app.closure import PRIVATE, Closure, close
from titer.app.document import Document, render
from titer.app.dossier import Dossier, gather
from titer.base.canonical import canonical
from titer.base.clock import iso, us
from titer.base.errors import Invalid, NotAuthorised, NotFound
from titer.record import Actor, bundle
from titer.record.schema import regulated_tables

if TYPE_CHECKING:
    from titer.app.platform import Platform

BATCH = "mes_batch"
VERB = "record.export"
More = Callable[[Session, Dossier, Mapping[str, bytes]], dict[str, bytes]]


def export_record(
    platform: Platform,
    record_type: str,
    record_id: str,
    *,
    actor: Actor,
    reason: str,
    segments: bool = True,
    more: More | None = None,
) -> bytes:
    """Export a record with everything that belongs to it.

    Args:
        platform: the wired platform.
        record_type: table of the record; `batch` is short for `mes_batch`.
        record_id: its id; for a batch its number will do.
        actor: who exports.
        reason: why.
        segments: whether the sealed segments of a batch's series go along, or what is kept of those that were
            retired; a segment holds every channel that was recorded on its day, so a receiver who may see this batch
            alone gets the extract.
        more: further files of a batch's bundle, made out of its dossier and the files so far.

    Returns:
        A bundle that `verify/titer-verify.py` checks.

    Raises:
        NotAuthorised: if the actor may not export.
        NotFound: if there is no such record.
        Invalid: if the type is none that is exported, or no reason is given.
    """
    if not reason.strip():
        raise Invalid("An export needs a reason.", where="reason", do="Say for whom and what for.")
    with platform.record.reading() as session:
        if not platform.record.may(session, actor, VERB):
            roles = ", ".join(platform.record.matrix[VERB].roles)
            raise NotAuthorised("You may not export records.", why=f"It takes one of the roles {roles}.")
    if record_type in ("batch", BATCH):
        return export_batch(platform, record_id, actor=actor, reason=reason, segments=segments, more=more)
    return _export_other(platform, record_type, record_id, actor=actor, reason=reason)


def export_batch(
    platform: Platform,
    batch_id: str,
    *,
    actor: Actor,
    reason: str,
    segments: bool = True,
    more: More | None = None,
) -> bytes:
    """Export a batch: dossier as data and as PDF, content, time series, records and their proof.

    What the historian holds is sealed first, so that every value of the batch lies in a segment whose digest
    stands in an entry of the ledger (docs/decisions/0006).

    Args:
        platform: the wired platform.
        batch_id: id or number of the batch.
        actor: who exports.
        reason: why.
        segments: whether the segments themselves go along, or the extract of the batch's channels alone.
        more: further files, made out of the dossier and the files so far.

    Raises:
        NotFound: if there is no such batch.
        SegmentDamaged: if a segment is not the one that was sealed.
    """
    with platform.record.reading() as session:
        batch = platform.mes.batch(session, batch_id)
    platform.historian.seal()
    platform.sealer.seal()
    with platform.record.reading() as session:
        dossier = gather(platform, session, batch.id)
    derived = _derived(platform, dossier)
    dossier.data["series"] = _described(dossier, derived, along=segments)
    files = dict(derived)
    if segments:
        files.update({ref.path: platform.historian.sealed_bytes(ref) for ref in dossier.segments})
    files["record.json"] = canonical(dossier.data)
    files["record.pdf"] = sealed(platform, document(dossier.data))
    apart = set() if segments else {one for part in dossier.retired for one in part.rollups.values()}
    files.update(_content(platform, dossier.closure.digests - apart))
    if more is not None:
        with platform.record.reading() as session:
            files.update(more(session, dossier, files))
    return bundle.export(
        platform.record,
        platform.sealer,
        actor=actor,
        reason=reason,
        subject=(BATCH, batch.id, f"Batch {batch.number}"),
        records=_in_ledger(dossier.closure),
        files=files,
    )


def batch_pdf(platform: Platform, batch_id: str) -> bytes:
    """The batch record as PDF/A-3b with its data attached, as it stands now, under the installation's seal.

    Raises:
        NotFound: if there is no such batch.
    """
    with platform.record.reading() as session:
        batch = platform.mes.batch(session, batch_id)
        dossier: Dossier = gather(platform, session, batch.id)
    return sealed(platform, document(dossier.data))


def sealed(platform: Platform, what: Document) -> bytes:
    """A document as PDF/A-3b under the installation's seal (PAdES), which a reader checks without Titer."""
    return platform.documents.put(render(what), at=what.server_time)


def _export_other(
    platform: Platform, record_type: str, record_id: str, *, actor: Actor, reason: str
) -> bytes:
    with platform.record.reading() as session:
        _must_exist(session, record_type, record_id)
        closure = close(session, record_type, record_id)
        installation = platform.record.installation(session)
    kinds = sorted({kind for kind, _ in closure.records})
    data: dict[str, Any] = {
        "format": "titer.record-dossier/1",
        "subject": {"record_type": record_type, "record_id": record_id},
        "demo": installation.demo,
        "simulated": installation.simulated,
        "printed_at": {
            "server": iso(platform.record.clock.now()),
            "plant": iso(platform.record.process_clock.now()),
            "time_zone": installation.time_zone,
        },
        "records": {kind: closure.rows(kind) for kind in kinds},
    }
    files = {"record.json": canonical(data), **_content(platform, closure.digests)}
    return bundle.export(
        platform.record,
        platform.sealer,
        actor=actor,
        reason=reason,
        subject=(record_type, record_id, f"{record_type} {record_id}"),
        records=_in_ledger(closure),
        files=files,
    )


def _must_exist(session: Session, record_type: str, record_id: str) -> None:
    tables = {table.name: table for table in regulated_tables() if table.name not in PRIVATE}
    table = tables.get(record_type)
    if table is None:
        raise Invalid(
            f"{record_type} is no type of record that is exported.",
            where="record_type",
            do=f"Use batch, or one of {', '.join(sorted(tables))}.",
        )
    if session.scalar(select(table.c.id).where(table.c.id == record_id)) is None:
        raise NotFound(
            f"There is no {record_type} {record_id}.", do="Give the record's id as the page shows it."
        )


def _in_ledger(closure: Closure) -> list[tuple[str, str]]:
    return sorted(closure.records)


def _content(platform: Platform, digests: Iterable[str]) -> dict[str, bytes]:
    """The bytes themselves; reading them checks that they are those that were kept."""
    return {f"content/{digest}": platform.record.content.read(digest) for digest in sorted(digests)}


def _derived(platform: Platform, dossier: Dossier) -> dict[str, bytes]:
    """One Parquet file of the batch's own channels for each piece of equipment of which values were recorded."""
    found: dict[str, bytes] = {}
    span = dossier.span
    for code, tags in span.tags.items():
        recorded = sorted(platform.historian.last(tags))
        if recorded:
            name = re.sub(r"[^A-Za-z0-9._-]", "_", code)
            found[f"derived/series/{name}.parquet"] = platform.historian.extract(
                recorded, us(span.start), us(span.end) + 1, of=dossier.segments
            )
    return found


def _described(dossier: Dossier, derived: dict[str, bytes], *, along: bool) -> dict[str, Any]:
    """What of the series goes along and what vouches for it, what was retired, or why there is none."""
    span, retired = dossier.span, dossier.data["series"]["retired"]
    if not along:
        retired = [{**one, "kept": [{**kept, "file": None} for kept in one["kept"]]} for one in retired]
    reason = span.reason
    if not reason and not derived:
        reason = "No values of the batch's channels were recorded."
    return {
        "from": iso(span.start),
        "to": iso(span.end),
        "channels": span.tags,
        "reason": reason,
        "segments": [
            {"file": ref.path if along else None, "digest": ref.digest, "rows": ref.row_count}
            for ref in dossier.segments
        ],
        "retired": retired,
        "derived": {
            "files": sorted(derived),
            "note": "Made from the segments at export, for convenience: the batch's channels and time alone. "
            "What the ledger vouches for is the segments.",
        },
    }
