"""HTTP of materials and lots."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from titer.base.encoded import decoded
from titer.base.errors import NotFound
from titer.material import queries
from titer.material.model import Lot
from titer.material.service import Material
from titer.record.http import Acting, GivenDecimal, Reading, platform_part

router = APIRouter(prefix="/api/material", tags=["material"])
MaterialPart = Annotated[Material, Depends(platform_part("material"))]


class _Out(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class MaterialDefinitionOut(_Out):
    """A material."""

    id: str
    version: int
    recorded_at: datetime
    process_at: datetime
    code: str
    title: str
    kind: str
    unit: str
    needs: list[str]
    disposed_by: str
    specification: str | None


class MaterialLotOut(_Out):
    """A lot, with why it may not be used now."""

    id: str
    version: int
    recorded_at: datetime
    process_at: datetime
    number: str
    definition_id: str
    supplier: str
    supplier_lot: str
    quantity: Decimal
    remaining: Decimal
    unit: str
    expires_on: str | None
    received_at: datetime | None
    usage: str
    disposition: str
    disposition_reason: str | None
    disposition_signature: str | None
    certificate_digest: str | None
    certificate_name: str | None
    batch_id: str | None
    not_ready: list[str] = Field(default=[])

    @classmethod
    def of(cls, lot: Lot, not_ready: list[str]) -> MaterialLotOut:
        """From the row and the reasons."""
        return cls.model_validate(lot).model_copy(update={"not_ready": not_ready})


class MaterialContainerOut(_Out):
    """A container."""

    id: str
    version: int
    recorded_at: datetime
    process_at: datetime
    code: str
    lot_id: str
    quantity: Decimal
    location: str
    state: str


class MaterialEdgeOut(_Out):
    """One step of genealogy."""

    id: str
    version: int
    recorded_at: datetime
    process_at: datetime
    key: str
    kind: str
    source_type: str
    source_id: str
    target_type: str
    target_id: str
    quantity: Decimal | None
    unit: str | None
    happened_at: datetime


class MaterialKinOut(BaseModel):
    """An edge and how many steps away it is."""

    depth: int
    edge: MaterialEdgeOut


class DefineMaterial(BaseModel):
    """A new material."""

    code: str
    title: str
    kind: str = "raw material"
    unit: str
    needs: list[str] = []
    disposed_by: str = "lot"
    specification: str | None = None
    reason: str | None = None


class ReceiveLot(BaseModel):
    """A delivery."""

    definition_code: str
    lot_number: str
    quantity: GivenDecimal
    unit: str
    expires_on: date | None = None
    supplier: str
    supplier_lot: str = ""
    reason: str | None = None


class AttachLotCertificate(BaseModel):
    """A supplier's certificate, base64."""

    version: int
    file_name: str
    media_type: str = ""
    data_base64: str
    reason: str | None = None


class HoldLot(BaseModel):
    """Why a hold is set or lifted."""

    version: int
    reason: str


class ScanLot(BaseModel):
    """A scanned label, and the material that was asked for."""

    code: str
    definition_code: str | None = None


class ConsumeLot(BaseModel):
    """A charge to a batch; the key makes it idempotent."""

    code: str
    quantity: GivenDecimal
    unit: str | None = None
    batch_id: str
    key: str
    reason: str | None = None


class FillContainer(BaseModel):
    """A container that is filled from a lot."""

    code: str
    quantity: GivenDecimal
    location: str
    reason: str | None = None


def _out(material: Material, lot: Lot) -> MaterialLotOut:
    return MaterialLotOut.of(lot, material.not_ready(lot, material.record.process_clock.now()))


@router.post("/definitions")
def material_define(body: DefineMaterial, act: Acting, material: MaterialPart) -> MaterialDefinitionOut:
    """Define a material."""
    with act("material.define", reason=body.reason) as unit:
        made = material.define(
            unit,
            code=body.code,
            title=body.title,
            kind=body.kind,
            unit_code=body.unit,
            needs=body.needs,
            disposed_by=body.disposed_by,
            specification=body.specification,
        )
        return MaterialDefinitionOut.model_validate(made)


@router.get("/definitions")
def material_definitions(session: Reading) -> list[MaterialDefinitionOut]:
    """All materials."""
    return [MaterialDefinitionOut.model_validate(one) for one in queries.definitions(session)]


@router.post("/lots")
def material_receive_lot(body: ReceiveLot, act: Acting, material: MaterialPart) -> MaterialLotOut:
    """Receive a lot into quarantine."""
    with act("material.lot.receive", reason=body.reason) as unit:
        lot = material.receive_lot(
            unit,
            body.definition_code,
            body.lot_number,
            body.quantity,
            body.unit,
            body.expires_on,
            body.supplier,
            supplier_lot=body.supplier_lot,
        )
        return _out(material, lot)


@router.get("/lots")
def material_lots(
    session: Reading,
    material: MaterialPart,
    definition_code: str | None = None,
    disposition: str | None = None,
    batch_id: str | None = None,
) -> list[MaterialLotOut]:
    """Lots, newest first; or those that a batch produced."""
    if batch_id:
        found = queries.lots_of_batch(session, batch_id)
    else:
        found = queries.lots(session, definition_code=definition_code, disposition=disposition)
    return [_out(material, lot) for lot in found]


@router.get("/lots/{lot_id}")
def material_lot(lot_id: str, session: Reading, material: MaterialPart) -> MaterialLotOut:
    """One lot, by id, number or a container's code."""
    return _out(material, queries.lot_by_code(session, lot_id))


@router.post("/lots/{lot_id}/certificate")
def material_attach_certificate(
    lot_id: str, body: AttachLotCertificate, act: Acting, material: MaterialPart
) -> MaterialLotOut:
    """Attach the supplier's certificate."""
    with act("material.lot.document", reason=body.reason) as unit:
        lot = material.attach_certificate(
            unit,
            lot_id,
            decoded(body.data_base64),
            file_name=body.file_name,
            media_type=body.media_type,
            version=body.version,
        )
        return _out(material, lot)


@router.get(
    "/lots/{lot_id}/certificate",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {}}}},
)
def material_certificate_file(lot_id: str, session: Reading, material: MaterialPart) -> Response:
    """The certificate's bytes, checked against their digest; always a download."""
    lot = queries.lot_by_code(session, lot_id)
    if lot.certificate_digest is None:
        raise NotFound(f"Lot {lot.number} has no certificate.")
    data = material.record.content.read(lot.certificate_digest)
    return Response(
        data,
        media_type="application/octet-stream",
        headers={"Content-Disposition": f'attachment; filename="{lot.certificate_digest[:12]}.pdf"'},
    )


@router.post("/lots/{lot_id}/hold")
def material_hold_lot(lot_id: str, body: HoldLot, act: Acting, material: MaterialPart) -> MaterialLotOut:
    """Put a lot on hold."""
    with act("material.lot.hold", reason=body.reason) as unit:
        return _out(material, material.hold_lot(unit, lot_id, body.reason, body.version))


@router.post("/lots/{lot_id}/lift-hold")
def material_lift_hold(lot_id: str, body: HoldLot, act: Acting, material: MaterialPart) -> MaterialLotOut:
    """Lift a hold; the lot needs a new release."""
    with act("material.lot.hold", reason=body.reason) as unit:
        return _out(material, material.lift_hold(unit, lot_id, body.reason, body.version))


@router.post("/scan")
def material_scan(body: ScanLot, session: Reading, material: MaterialPart) -> MaterialLotOut:
    """Check a scanned label; refused with every reason if the lot may not be used now."""
    now = material.record.process_clock.now()
    lot = material.scan(session, body.code, at=now, definition_code=body.definition_code)
    return _out(material, lot)


@router.post("/consumptions")
def material_consume(body: ConsumeLot, act: Acting, material: MaterialPart) -> MaterialEdgeOut:
    """Charge some of a lot to a batch."""
    with act("material.lot.consume", reason=body.reason) as unit:
        edge = material.consume(unit, body.code, body.quantity, body.batch_id, body.key, body.unit)
        return MaterialEdgeOut.model_validate(edge)


@router.get("/lots/{lot_id}/containers")
def material_containers(lot_id: str, session: Reading) -> list[MaterialContainerOut]:
    """Containers that were filled from a lot."""
    lot = queries.lot_by_code(session, lot_id)
    return [MaterialContainerOut.model_validate(one) for one in queries.containers(session, lot.id)]


@router.post("/lots/{lot_id}/containers")
def material_fill_container(
    lot_id: str, body: FillContainer, act: Acting, material: MaterialPart
) -> MaterialContainerOut:
    """Fill and label a container."""
    with act("material.lot.split", reason=body.reason) as unit:
        made = material.put_into_container(
            unit, lot_id, code=body.code, quantity=body.quantity, location=body.location
        )
        return MaterialContainerOut.model_validate(made)


@router.get("/genealogy/{thing_id}")
def material_genealogy(thing_id: str, session: Reading, forward: bool = True) -> list[MaterialKinOut]:
    """What a lot or batch became, or (forward=false) what it came from."""
    return [
        MaterialKinOut(depth=kin.depth, edge=MaterialEdgeOut.model_validate(kin.edge))
        for kin in queries.genealogy(session, thing_id, forward=forward)
    ]


@router.get("/batches/{batch_id}/consumed")
def material_consumed(batch_id: str, session: Reading) -> list[MaterialEdgeOut]:
    """What a batch consumed."""
    return [MaterialEdgeOut.model_validate(edge) for edge in queries.consumed_by(session, batch_id)]
