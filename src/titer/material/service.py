"""Use cases of materials: define, receive, release, scan, consume, produce. Nothing here commits."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from titer.base import media
from titer.base.errors import Conflict, Invalid, NotFound, Refused
from titer.base.units import convert
from titer.base.units import unit as look_up
from titer.material import queries, rules
from titer.material.model import Container, Definition, GenealogyEdge, Lot
from titer.record import (
    ActionSpec,
    Actor,
    Record,
    Signature,
    SignatureMeaning,
    Subscription,
    Unit,
    Worker,
)

LotCheck = Callable[[Session, Lot], list[str]]

ACTIONS = (
    ActionSpec("material.define", "Define a material", ("process_owner", "quality")),
    ActionSpec("material.lot.receive", "Receive a lot", ("operator", "analyst", "quality")),
    ActionSpec("material.lot.document", "Attach a lot's certificate", ("operator", "analyst", "quality")),
    ActionSpec("material.lot.sample", "Sample a lot", ("operator", "analyst")),
    ActionSpec("material.lot.hold", "Put a lot on hold, or lift the hold", ("quality", "reviewer")),
    ActionSpec("material.lot.release", "Release a lot", ("quality",)),
    ActionSpec("material.lot.reject", "Reject a lot", ("quality",)),
    ActionSpec("material.lot.consume", "Charge a lot to a batch", ("operator",)),
    ActionSpec("material.lot.produce", "Book a lot that a batch produced", ("operator",)),
    ActionSpec("material.lot.split", "Put some of a lot into a container", ("operator", "analyst")),
)


class Material:
    """Materials and their lots.

    Args:
        record: the record.
    """

    def __init__(self, record: Record) -> None:
        self.record = record
        self._checks: list[LotCheck] = []

    def actions(self) -> tuple[ActionSpec, ...]:
        """Rows of the matrix of rights."""
        return ACTIONS

    def signatures(self) -> tuple[SignatureMeaning, ...]:
        """Release and rejection of a lot."""
        return tuple(
            SignatureMeaning(
                record_type="material_lot",
                meaning=meaning,
                verb=verb,
                title=title,
                content=self._content,
                blockers=blockers,
                apply=apply,
                later=("disposition_before",),
            )
            for meaning, verb, title, blockers, apply in (
                (
                    "released",
                    "material.lot.release",
                    "Lot: released for use",
                    self._release_blockers,
                    self._release,
                ),
                ("rejected", "material.lot.reject", "Lot: rejected", self._reject_blockers, self._reject),
            )
        )

    def subscriptions(self) -> tuple[Subscription, ...]:
        """None."""
        return ()

    def workers(self) -> tuple[Worker, ...]:
        """None."""
        return ()

    def register_lot_check(self, check: LotCheck) -> None:
        """Let a context above say why a lot may not be released (the laboratory: its tests)."""
        self._checks.append(check)

    # --- design ------------------------------------------------------------------------------------------

    def define(
        self,
        unit: Unit,
        *,
        code: str,
        title: str,
        kind: str,
        unit_code: str,
        needs: list[str] | None = None,
        disposed_by: str = "lot",
        specification: str | None = None,
    ) -> Definition:
        """Define a material.

        Raises:
            Invalid: for an unknown unit or need.
            Conflict: if the code is taken.
        """
        look_up(unit_code)
        unknown = set(needs or []) - set(rules.NEEDS)
        if unknown or disposed_by not in ("lot", "batch"):
            raise Invalid(f"A material needs {', '.join(rules.NEEDS)}, and is disposed of by lot or batch.")
        if unit.session.scalar(select(Definition.id).where(Definition.code == code)):
            raise Conflict(f"The material {code} is defined already.")
        return unit.add(
            Definition(
                code=code,
                title=title,
                kind=kind,
                unit=unit_code,
                needs=needs or [],
                disposed_by=disposed_by,
                specification=specification,
            )
        )

    # --- lots --------------------------------------------------------------------------------------------

    def receive_lot(
        self,
        unit: Unit,
        definition_code: str,
        lot_number: str,
        quantity: Decimal,
        unit_code: str,
        expires_on: date | None,
        supplier: str,
        *,
        supplier_lot: str = "",
    ) -> Lot:
        """Receive a lot into quarantine.

        Args:
            unit: the open action.
            definition_code: what it is.
            lot_number: the house's own number, as on the label that will be scanned.
            quantity: in `unit_code`; kept in the material's unit.
            unit_code: a unit of the same dimension as the material's.
            expires_on: the last day of use, or None where the material has no shelf life.
            supplier: who delivered it.
            supplier_lot: the supplier's own lot number.

        Raises:
            Conflict: if the number is taken.
            Invalid: if the quantity is not above zero.
        """
        definition = queries.definition_by_code(unit.session, definition_code)
        lot = self._new_lot(unit, definition, lot_number, quantity, unit_code, expires_on)
        lot.supplier, lot.supplier_lot = supplier, supplier_lot
        lot.usage = rules.move_usage("expected", "receive")
        lot.received_at = unit.process_now
        unit.add(lot)
        unit.emit(
            "material.lot.received",
            lot,
            {"lot_id": lot.id, "number": lot.number, "material": definition_code},
        )
        return lot

    def _new_lot(
        self,
        unit: Unit,
        definition: Definition,
        number: str,
        quantity: Decimal,
        unit_code: str,
        expires_on: date | None,
    ) -> Lot:
        amount = convert(quantity, unit_code, definition.unit)
        if not amount.is_finite() or amount <= 0:
            raise Invalid(f"A lot has a quantity above zero, not {quantity}.", where="quantity")
        if unit.session.scalar(select(Lot.id).where(Lot.number == number)):
            raise Conflict(f"The lot number {number} was given already.")
        return Lot(
            number=number,
            definition_id=definition.id,
            supplier="",
            supplier_lot="",
            quantity=amount,
            remaining=amount,
            unit=definition.unit,
            expires_on=expires_on.isoformat() if expires_on else None,
            usage="expected",
            disposition="pending",
        )

    def attach_certificate(
        self,
        unit: Unit,
        lot_id: str,
        data: bytes,
        *,
        file_name: str,
        media_type: str,
        version: int | None = None,
    ) -> Lot:
        """Keep the supplier's certificate of a lot, byte for byte; its media type is told, or shows."""
        lot = unit.get(Lot, lot_id, version)
        if not data:
            raise Invalid("The certificate's file is empty.")
        lot.certificate_digest = unit.content.put(
            data,
            media_type=media_type or media.media_type(file_name, data),
            origin=f"supplier's certificate of lot {lot.number}",
        )
        lot.certificate_name = file_name
        unit.flush()
        return lot

    def sample_lot(self, unit: Unit, lot_id: str, *, sample_id: str, key: str) -> Lot:
        """Note that a sample was taken from a lot."""
        lot = unit.get(Lot, lot_id)
        lot.usage = rules.move_usage(lot.usage, "sample")
        self._edge(unit, key, "sampled", ("lot", lot.id), ("sample", sample_id), None, None)
        return lot

    def hold_lot(self, unit: Unit, lot_id: str, reason: str, version: int | None = None) -> Lot:
        """Put a lot on hold, with the reason."""
        lot = unit.get(Lot, lot_id, version)
        lot.disposition = rules.move_disposition(lot.disposition, "hold")
        lot.disposition_reason = reason
        unit.flush()
        return lot

    def lift_hold(self, unit: Unit, lot_id: str, reason: str, version: int | None = None) -> Lot:
        """Lift a hold: the lot is pending again and needs a new release."""
        lot = unit.get(Lot, lot_id, version)
        lot.disposition = rules.move_disposition(lot.disposition, "resume")
        lot.disposition_reason = reason
        unit.flush()
        return lot

    # --- use ---------------------------------------------------------------------------------------------

    def lot_ready(self, session: Session, lot: str | Lot, at: datetime) -> list[str]:
        """Why a lot (or the lot with this code) may not be used at an instant of the process clock."""
        return self.not_ready(queries.lot_by_code(session, lot) if isinstance(lot, str) else lot, at)

    def not_ready(self, lot: Lot, at: datetime) -> list[str]:
        """The same for a lot that is at hand."""
        return rules.not_ready(_facts(lot), at)

    def scan(self, session: Session, code: str, *, at: datetime, definition_code: str | None = None) -> Lot:
        """The lot of a scanned label, if it may be used now and is the material that was asked for.

        Raises:
            NotFound: if nothing bears the code.
            Refused: with every reason.
        """
        lot = queries.lot_by_code(session, code)
        reasons = rules.not_ready(_facts(lot), at)
        if definition_code is not None:
            definition = session.get(Definition, lot.definition_id)
            if definition is None or definition.code != definition_code:
                held = definition.code if definition else "something unknown"
                reasons.insert(0, f"Lot {lot.number} is {held}, and {definition_code} was asked for.")
        if reasons:
            raise Refused(" ".join(reasons), do="Scan another lot.")
        return lot

    def consume(
        self,
        unit: Unit,
        lot: str | Lot,
        quantity: Decimal,
        batch_id: str,
        key: str,
        unit_code: str | None = None,
    ) -> GenealogyEdge:
        """Charge some of a lot to a batch; the same key charges once.

        Raises:
            Refused: if the lot is not released, expired, or holds less.
        """
        done = unit.session.scalar(select(GenealogyEdge).where(GenealogyEdge.key == key))
        if done is not None:
            return done
        found = queries.lot_by_code(unit.session, lot) if isinstance(lot, str) else lot
        reasons = rules.not_ready(_facts(found), unit.process_now)
        amount = convert(quantity, unit_code or found.unit, found.unit)
        if not amount.is_finite() or amount <= 0:
            raise Invalid(f"A charge is above zero, not {quantity}.", where="quantity")
        if not reasons and amount > found.remaining:
            reasons.append(
                f"Lot {found.number} holds {found.remaining:f} {found.unit}, and {amount:f} are to be charged."
            )
        if reasons:
            raise Refused(" ".join(reasons), do="Use another lot, or have this one released.")
        found.remaining -= amount
        if found.remaining == 0:
            found.usage = rules.move_usage(found.usage, "use_up")
        edge = self._edge(unit, key, "consumed", ("lot", found.id), ("batch", batch_id), amount, found.unit)
        unit.emit(
            "material.lot.consumed",
            found,
            {
                "lot_id": found.id,
                "number": found.number,
                "batch_id": batch_id,
                "quantity": amount,
                "unit": found.unit,
            },
        )
        return edge

    def produce(
        self,
        unit: Unit,
        definition_code: str,
        batch_id: str,
        quantity: Decimal,
        unit_code: str,
        *,
        key: str,
        number: str | None = None,
        expires_on: date | None = None,
    ) -> Lot:
        """Book the lot that a batch produced; it waits for the batch's disposition. The same key books once."""
        done = unit.session.scalar(select(GenealogyEdge).where(GenealogyEdge.key == key))
        if done is not None:
            return unit.get(Lot, done.target_id)
        definition = queries.definition_by_code(unit.session, definition_code)
        lot = self._new_lot(
            unit, definition, number or unit.next_number("L"), quantity, unit_code, expires_on
        )
        lot.batch_id, lot.supplier = batch_id, "own production"
        lot.usage = rules.move_usage("expected", "receive")
        lot.received_at = unit.process_now
        unit.add(lot)
        self._edge(unit, key, "produced", ("batch", batch_id), ("lot", lot.id), lot.quantity, lot.unit)
        unit.emit(
            "material.lot.produced", lot, {"lot_id": lot.id, "number": lot.number, "batch_id": batch_id}
        )
        return lot

    def dispose_batch_lots(
        self, unit: Unit, batch_id: str, event: str, *, signature_id: str, reason: str
    ) -> list[Lot]:
        """Carry a batch's signed disposition over to the lots that it produced.

        Args:
            unit: the open action, which holds the batch's signature.
            batch_id: the batch.
            event: `release`, `reject` or `hold`.
            signature_id: the signature that decided it.
            reason: its reason.
        """
        changed = queries.lots_of_batch(unit.session, batch_id)
        for lot in changed:
            self._dispose(unit, lot, event, signature_id, reason)
        return changed

    def put_into_container(
        self, unit: Unit, lot_id: str, *, code: str, quantity: Decimal, location: str
    ) -> Container:
        """Label a container that holds some of a lot."""
        lot = unit.get(Lot, lot_id)
        held = unit.session.scalars(select(Container).where(Container.lot_id == lot.id)).all()
        if quantity <= 0 or sum((one.quantity for one in held), quantity) > lot.quantity:
            raise Refused(f"The containers of lot {lot.number} would hold more than the lot.")
        if unit.session.scalar(select(Container.id).where(Container.code == code)):
            raise Conflict(f"The container code {code} was given already.")
        container = unit.add(
            Container(code=code, lot_id=lot.id, quantity=quantity, location=location, state="filled")
        )
        self._edge(
            unit,
            f"container/{code}",
            "split",
            ("lot", lot.id),
            ("container", container.id),
            quantity,
            lot.unit,
        )
        return container

    def _edge(
        self,
        unit: Unit,
        key: str,
        kind: str,
        source: tuple[str, str],
        target: tuple[str, str],
        quantity: Decimal | None,
        unit_code: str | None,
    ) -> GenealogyEdge:
        return unit.add(
            GenealogyEdge(
                key=key,
                kind=kind,
                source_type=source[0],
                source_id=source[1],
                target_type=target[0],
                target_id=target[1],
                quantity=quantity,
                unit=unit_code,
                happened_at=unit.process_now,
            )
        )

    # --- signatures --------------------------------------------------------------------------------------

    def _content(self, session: Session, record_id: str, data: dict[str, Any]) -> dict[str, Any]:
        lot = _lot(session, record_id)
        definition = session.get(Definition, lot.definition_id)
        return {
            "record_id": lot.id,
            "lot": lot.number,
            "material": definition.code if definition else "",
            "title": definition.title if definition else "",
            "supplier": lot.supplier,
            "supplier_lot": lot.supplier_lot,
            "quantity": lot.quantity,
            "unit": lot.unit,
            "expires_on": lot.expires_on,
            "certificate": lot.certificate_digest,
            "disposition_before": lot.disposition,
        }

    def _release_blockers(
        self, session: Session, record_id: str, actor: Actor, data: dict[str, Any]
    ) -> list[str]:
        lot = _lot(session, record_id)
        definition = session.get(Definition, lot.definition_id)
        if definition is None:
            return [f"The material of lot {lot.number} is not defined."]
        reasons = rules.release_blockers(
            _facts(lot),
            needs=definition.needs,
            has_certificate=lot.certificate_digest is not None,
            disposed_by=definition.disposed_by,
            at=self.record.process_clock.now(),
        )
        for check in self._checks:
            reasons.extend(check(session, lot))
        return reasons

    def _reject_blockers(
        self, session: Session, record_id: str, actor: Actor, data: dict[str, Any]
    ) -> list[str]:
        lot = _lot(session, record_id)
        return (
            []
            if "reject" in rules.DISPOSITION[lot.disposition]
            else [f"Lot {lot.number} is {lot.disposition}."]
        )

    def _release(self, unit: Unit, record_id: str, data: dict[str, Any], signature: Signature) -> None:
        self._dispose(unit, unit.get(Lot, record_id), "release", signature.id, signature.reason)

    def _reject(self, unit: Unit, record_id: str, data: dict[str, Any], signature: Signature) -> None:
        self._dispose(unit, unit.get(Lot, record_id), "reject", signature.id, signature.reason)

    def _dispose(self, unit: Unit, lot: Lot, event: str, signature_id: str, reason: str) -> None:
        lot.disposition = rules.move_disposition(lot.disposition, event)
        if event == "release" and lot.usage in ("quarantine", "sampled"):
            lot.usage = rules.move_usage(lot.usage, "release")
        lot.disposition_signature, lot.disposition_reason = signature_id, reason
        unit.emit(
            "material.lot.disposed",
            lot,
            {
                "lot_id": lot.id,
                "number": lot.number,
                "disposition": lot.disposition,
                "batch_id": lot.batch_id,
            },
        )


def _lot(session: Session, lot_id: str) -> Lot:
    found = session.get(Lot, lot_id)
    if found is None:
        raise NotFound(f"There is no lot {lot_id}.")
    return found


def _facts(lot: Lot) -> rules.LotFacts:
    return rules.LotFacts(lot.number, lot.usage, lot.disposition, lot.expires_on, lot.remaining, lot.unit)
