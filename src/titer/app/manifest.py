"""The manifest of signatures (21 CFR 11.50): who, when with the zone, with which meaning and why, over which version.

A signature that is void or broken is not left out: it stands there, and says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy.orm import Session

from titer.app.document import Section
from titer.base.clock import from_iso, iso
from titer.record import Record, Signature
from titer.record.names import names
from titer.record.validity import BROKEN, VOID, validity, witnessed

Row = dict[str, Any]


def rows(record: Record, session: Session, signatures: Iterable[Signature], covered: int) -> list[Row]:
    """Signatures as data, in the order in which they were given, each with how it stands now.

    Args:
        record: whose they are.
        session: an open one.
        signatures: in any order.
        covered: how many leaves witnessed checkpoints cover.
    """
    given = sorted(signatures, key=lambda one: (one.signed_at, one.id))
    called = names(session, {one.record_id for one in given})
    return [_row(record, session, one, called.get(one.record_id, one.record_id), covered) for one in given]


def _row(record: Record, session: Session, one: Signature, called: str, covered: int) -> Row:
    stands = validity(record, session, one)
    return {
        "id": one.id,
        "record_type": one.record_type,
        "record_id": one.record_id,
        "record": called,
        "record_version": one.record_version,
        "version_now": stands.version_now,
        "meaning": one.meaning,
        "title": one.title,
        "printed_name": one.printed_name,
        "robot": one.robot,
        "on_behalf_of": one.content.get("on_behalf_of"),
        "signed_at": iso(one.signed_at),
        "process_at": iso(one.process_at),
        "time_zone": one.time_zone,
        "reason": one.reason,
        "digest": one.digest,
        "validity": stands.state,
        "validity_why": stands.why,
        "witnessed": witnessed(session, one.id, covered),
    }


def section(manifest: list[Row]) -> Section:
    """The manifest as a section of a document."""
    return Section(
        "Signatures",
        ("Printed name", "Meaning, of what", "Signed (server)", "Reason", "Digest", "Standing"),
        tuple(
            (
                _who(row),
                f"{row['meaning'].replace('_', ' ')}: {row['title']} - {row['record']}, "
                f"version {row['record_version']}",
                local(from_iso(row["signed_at"]), row["time_zone"]),
                row["reason"],
                short(row["digest"]),
                _stands(row),
            )
            for row in manifest
        ),
        note=(
            "Each signature is bound to the digest (SHA-256, here its first 12 digits) of exactly what was shown, "
            "and to the record and version named (21 CFR 11.50, 11.70). Witnessed: a checkpoint that a witness "
            "outside the database has cosigned covers it."
            if manifest
            else "Nobody has signed it yet."
        ),
        widths=(4, 6, 4, 5, 2, 5),
    )


def short(digest: str) -> str:
    """The first twelve digits of a digest in groups of four, as the pages show it.

    Example:
        >>> short("7f3a91c204be5d")
        '7f3a 91c2 04be'
    """
    return " ".join(digest[at : at + 4] for at in (0, 4, 8))


def local(instant: datetime, zone: str) -> str:
    """An instant to the second in UTC, and in the plant's zone with its offset where that is another.

    Example:
        >>> from datetime import UTC
        >>> local(datetime(2026, 7, 1, 12, tzinfo=UTC), "Europe/Berlin")
        '2026-07-01 12:00:00 UTC (14:00:00 +0200 Europe/Berlin)'
    """
    said = f"{instant:%Y-%m-%d %H:%M:%S} UTC"
    try:
        there = instant.astimezone(ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError):
        return f"{said} (zone of the plant: {zone})"
    if not there.utcoffset():
        return said
    day = f"{there:%Y-%m-%d} " if there.date() != instant.date() else ""
    return f"{said} ({day}{there:%H:%M:%S %z} {zone})"


def _who(row: Row) -> str:
    said = str(row["printed_name"])
    if row["robot"] and "robot" not in said:
        said += " (robot)"
    absent = row["on_behalf_of"]
    return f"{said}, in the place of {absent['name']}" if absent else said


def _stands(row: Row) -> str:
    if row["validity"] == BROKEN:
        return f"BROKEN: {row['validity_why']}"
    seen = "witnessed" if row["witnessed"] else "pending: no witness has seen it yet"
    if row["validity"] == VOID:
        return f"VOID: {row['validity_why']} ({seen})"
    if row["version_now"] > row["record_version"]:
        return f"in force (what was signed is unchanged in version {row['version_now']}); {seen}"
    return f"in force; {seen}"
