"""HTTP of what comes in by hand: an instrument's file that a person brings, and tokens of machines."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Depends
from pydantic import BaseModel, Field

from titer.base.errors import Invalid, NotFound
from titer.equipment import Equipment
from titer.record import Identity
from titer.record.http import Acting, ActingPerson, platform_part

router = APIRouter(tags=["import"])
EquipmentPart = Annotated[Equipment, Depends(platform_part("equipment"))]
IdentityPart = Annotated[Identity, Depends(platform_part("identity"))]


class ImportedOut(BaseModel):
    """A file as it was taken; the laboratory's inbox says what became of it."""

    document_id: str
    digest: str
    state: str


class NewToken(BaseModel):
    """A token to issue; an earlier one of the same name ends."""

    name: str = Field(min_length=1, max_length=100)
    scopes: list[str] = ["connect"]


class TokenOut(BaseModel):
    """A new token. It is shown this once; the installation keeps its digest only."""

    name: str
    scopes: list[str]
    token: str


@router.post("/api/imports", status_code=201)
def server_import(
    file_name: str,
    connection: str,
    act: Acting,
    who: ActingPerson,
    equipment: EquipmentPart,
    media_type: str = "application/octet-stream",
    kind: str = "file",
    reason: str = "",
    data: Annotated[bytes, Body(media_type="application/octet-stream")] = b"",
) -> ImportedOut:
    """Take an instrument's file from a person, on the path of one that a connector delivers.

    The bytes are kept as they are. The same bytes of the same connection are taken once.
    """
    if not data:
        raise Invalid(f"The file {file_name} is empty.", where="file")
    with act("equipment.document.import", reason=reason or None) as unit:
        known = {row.name: row for row in equipment.connections(unit.session)}
        if connection not in known:
            raise NotFound(
                f"There is no connection {connection}.", do="Add it with `titer connection add animl`."
            )
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
            identity={"imported_by": who.id},
        )
        return ImportedOut(document_id=row.id, digest=digest, state=row.state)


@router.post("/api/tokens", status_code=201)
def server_issue_token(body: NewToken, act: Acting, identity: IdentityPart) -> TokenOut:
    """Issue a token for a machine."""
    strange = sorted(set(body.scopes) - {"connect"})
    if strange or not body.scopes:
        raise Invalid(
            f"Unknown scopes: {', '.join(strange) or 'none given'}.", where="scopes", do="Use connect."
        )
    with act("record.token.issue", reason=f"token {body.name}") as unit:
        token = identity.issue_token(unit, body.name, tuple(body.scopes))
    return TokenOut(name=body.name, scopes=body.scopes, token=token)
