"""HTTP of what comes in by hand: an instrument's file that a person brings."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends
from pydantic import BaseModel

from titer.base import media
from titer.base.errors import Invalid, NotFound
from titer.connect.files.settings import FolderSettings
from titer.equipment import Equipment
from titer.record.http import Acting, ActingPerson, platform_part

router = APIRouter(tags=["import"])
EquipmentPart = Annotated[Equipment, Depends(platform_part("equipment"))]
_READ_BY_ITS_CONNECTION = ("allotropy", "table")
"""Types of connections whose settings say how a file is read: its bytes alone do not."""


class ImportedOut(BaseModel):
    """A file as it was taken; the laboratory's inbox says what became of it."""

    document_id: str
    digest: str
    state: str


@router.post("/api/imports", status_code=201)
def server_import(
    file_name: str,
    connection: str,
    act: Acting,
    who: ActingPerson,
    equipment: EquipmentPart,
    media_type: str = "",
    kind: str = "file",
    reason: str = "",
    data: Annotated[bytes, Body(media_type="application/octet-stream")] = b"",
) -> ImportedOut:
    """Take an instrument's file from a person, on the path of one that a connector delivers.

    The bytes are kept as they are, under the media type that is told, else that which the name of the file tells. A
    file of a vendor's, and a table, are read as their connection reads those that it takes itself. The same bytes of
    the same connection are taken once.
    """
    if not data:
        raise Invalid(f"The file {file_name} is empty.", where="file")
    media_type = media_type or media.media_type(file_name, data)
    with act("equipment.document.import", reason=reason or None) as unit:
        known = {row.name: row for row in equipment.connections(unit.session)}
        if connection not in known:
            raise NotFound(
                f"There is no connection {connection}.", do="Add it with `titer connection add animl`."
            )
        how: dict[str, Any] = {}
        if known[connection].type in _READ_BY_ITS_CONNECTION:
            kind = known[connection].type
            settings = FolderSettings.of(connection, json.loads(known[connection].settings))
            how = {
                "time_zone": settings.time_zone,
                "encoding": settings.encoding,
                **settings.read_as(),
            }
        digest = unit.content.put(data, media_type=media_type, origin=f"imported by {who.name}")
        row = equipment.receive_document(
            unit,
            key=f"import/{connection}/{digest}",
            connection=connection,
            digest=digest,
            file_name=file_name,
            seen_at=unit.now,
            media_type=media_type,
            kind=kind,
            identity={**how, "imported_by": who.id},
        )
        return ImportedOut(document_id=row.id, digest=digest, state=row.state)
