"""Everything that belongs to a record: what refers to it, and what it refers to.

A bundle about a batch must hold the sample that names the batch, the result that names the sample, the
signature on the result, the method, the lots, and the raw bytes. Nobody keeps a list of that by hand: it is
read off the records themselves.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from titer.base.clock import from_us, iso
from titer.record import ContentObject, database
from titer.record.schema import regulated_tables
from titer.record.types import CanonicalJson, Instant

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
_DIGEST = re.compile(r"[0-9a-f]{64}")

PRIVATE = frozenset(
    {
        "record_person",
        "record_session",
        "record_access_event",
        "record_machine_token",
        "record_edge",
        "record_edge_certificate",
    }
)
"""Never exported: log-in secrets, and the doings of people outside the subject. Signatures bear their names."""

SHARED = ("record_", "equipment_", "historian_")
"""Tables whose rows belong to more than one subject: reached upwards, never followed downwards."""


@dataclass
class Closure:
    """What goes along."""

    records: set[tuple[str, str]] = field(default_factory=set)
    digests: set[str] = field(default_factory=set)
    images: dict[tuple[str, str], str] = field(default_factory=dict)

    def rows(self, record_type: str) -> list[dict[str, Any]]:
        """The records of a type as data, oldest first: instants as ISO text, decimals as text."""
        table = next((one for one in regulated_tables() if one.name == record_type), None)
        if table is None:
            return []
        found = []
        for (kind, _), image in sorted(self.images.items()):
            if kind != record_type:
                continue
            row = json.loads(image)
            for column in table.columns:
                value = row.get(column.name)
                if value is None:
                    continue
                if isinstance(column.type, Instant):
                    row[column.name] = iso(from_us(value))
                elif isinstance(column.type, CanonicalJson):
                    row[column.name] = json.loads(value)
            found.append(row)
        return found


def close(session: Session, record_type: str, record_id: str, also: Iterable[str] = ()) -> Closure:
    """Find the closure of a record.

    Args:
        session: a reading session; all is seen as of one snapshot.
        record_type: the subject's table.
        record_id: its id.
        also: ids of records that belong to the subject without naming it (equipment, gaps, segments); what
            they refer to goes along, what refers to them does not.

    Returns:
        Records by (type, id), and the digests of the content that they name.
    """
    images: dict[str, tuple[str, str]] = {}
    connection = session.connection()
    for table in regulated_tables():
        if table.name in PRIVATE:
            continue
        for found_id, image in database.of(connection).images(connection, table).items():
            images[found_id] = (table.name, image)
    referring: dict[str, list[str]] = defaultdict(list)
    for found_id, (_, image) in images.items():
        for named in set(_UUID.findall(image)) - {found_id}:
            referring[named].append(found_id)

    chosen = {record_id}
    waiting = [record_id]
    while waiting:
        here = waiting.pop()
        for found_id in referring[here]:
            kind = images[found_id][0]
            follows = not kind.startswith(SHARED)
            if found_id not in chosen and (follows or kind in {"record_signature", "equipment_command"}):
                chosen.add(found_id)
                if follows:
                    waiting.append(found_id)
    chosen.update(also)
    waiting = list(chosen)
    while waiting:
        for named in _UUID.findall(images.get(waiting.pop(), ("", ""))[1]):
            if named in images and named not in chosen:
                chosen.add(named)
                waiting.append(named)
    for found_id in list(chosen):
        chosen.update(signer for signer in referring[found_id] if images[signer][0] == "record_signature")

    result = Closure()
    kept = {row.digest: row.id for row in session.scalars(select(ContentObject))}
    for found_id in chosen & set(images):
        kind, image = images[found_id]
        result.records.add((kind, found_id))
        result.images[(kind, found_id)] = image
        for digest in set(_DIGEST.findall(image)) & set(kept):
            result.digests.add(digest)
            result.records.add((ContentObject.__tablename__, kept[digest]))
    if (record_type, record_id) not in result.records:
        result.records.add((record_type, record_id))
    return result
