"""Approved proposals: verify the signature, check the recipe's policy, hand the change to the engine.

Models propose and people sign; this is the only way by which a signed change reaches equipment, and it does so
as an input of the running batch, so that it is journaled and replayed like everything else.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import select

from titer.base.clock import from_iso, us
from titer.base.errors import NotFound, Refused, TiterError
from titer.mes.engine import Input
from titer.mes.model import Adjustment, Batch
from titer.mes.running import Loaded, Running
from titer.record import Actor, OutboxEvent, Record, Unit

VERB = "mes.setpoint.adjust"
PROPOSAL = "twin_proposal"


@dataclass
class Proposals:
    """Carries approved proposals out.

    Args:
        record: signatures.
        running: the engine.
    """

    record: Record
    running: Running

    def on_approved(self, event: OutboxEvent) -> None:
        """`twin.proposal.approved`: accept the change, or refuse it with the reason. Idempotent."""
        payload = dict(event.payload)
        proposal_id = str(payload.get("proposal_id") or event.record_id)
        with self.record.reading() as session:
            known = session.scalar(
                select(Adjustment.id).where(Adjustment.proposal_id == proposal_id).limit(1)
            )
        if known is not None:
            return
        try:
            with self.record.action(Actor.timer("mes.proposals"), VERB) as unit:
                self._accept(unit, proposal_id, payload)
        except TiterError as refusal:
            with self.record.action(Actor.timer("mes.proposals"), VERB) as unit:
                self._refuse(unit, proposal_id, payload, str(refusal))

    def _accept(self, unit: Unit, proposal_id: str, payload: dict[str, Any]) -> None:
        signature = self.record.verify_signature(
            unit.session,
            str(payload.get("signature_id", "")),
            record_type=PROPOSAL,
            record_id=proposal_id,
            meaning="approved",
        )
        signed = signature.content.get("shown", {}).get("changes")
        if signed is not None and _changes(signed) != _changes(payload.get("changes", [])):
            raise Refused("The changes of the proposal are not those that were signed.")
        expires = payload.get("expires_at")
        if expires and unit.process_now >= from_iso(str(expires)):
            raise Refused(f"The proposal expired at {expires}.")
        if unit.session.get(Batch, str(payload["batch_id"])) is None:
            raise NotFound(f"There is no batch {payload['batch_id']}.")
        loaded = self.running.load(unit.session, str(payload["batch_id"]))
        changes = [self._change(loaded, change) for change in payload["changes"]]
        if not changes:
            raise Refused("The proposal changes nothing.")
        for change in changes:
            unit.add(
                Adjustment(
                    proposal_id=proposal_id,
                    batch_id=loaded.batch.id,
                    signature_id=signature.id,
                    tag=change["tag"],
                    channel=change["channel"],
                    value=Decimal(change["value"]),
                    unit=change["unit"],
                    state="accepted",
                )
            )
        data = {
            "proposal": proposal_id,
            "signature": signature.id,
            "by": signature.person_id,
            "changes": [{key: change[key] for key in ("channel", "value", "unit")} for change in changes],
        }
        values = self.running.values(loaded.program, loaded.state)
        self.running.take(unit, loaded.batch.id, [Input("adjust", us(unit.process_now), data, values)])
        unit.emit(
            "mes.proposal.accepted",
            loaded.batch,
            {"proposal_id": proposal_id, "batch_id": loaded.batch.id, "changes": payload["changes"]},
        )

    def _change(self, loaded: Loaded, change: dict[str, Any]) -> dict[str, str]:
        tag = str(change["tag"])
        for symbol, equipment in loaded.state.bindings.items():
            if tag.startswith(f"{equipment}."):
                channel = f"{symbol}.{tag[len(equipment) + 1 :]}"
                if channel not in loaded.program.adjustable:
                    break
                return {
                    "tag": tag,
                    "channel": channel,
                    "value": str(change["value"]),
                    "unit": str(change["unit"]),
                }
        raise Refused(f"The recipe of batch {loaded.batch.number} does not declare {tag} as adjustable.")

    def _refuse(self, unit: Unit, proposal_id: str, payload: dict[str, Any], reason: str) -> None:
        changes: dict[str, dict[str, Any]] = {
            str(change.get("tag", "")): change for change in payload.get("changes", [])
        }
        for change in changes.values() or [{}]:
            row = unit.add(
                Adjustment(
                    proposal_id=proposal_id,
                    batch_id=str(payload.get("batch_id", "")),
                    signature_id=str(payload.get("signature_id", "")),
                    tag=str(change.get("tag", "")),
                    channel="",
                    value=_number(change.get("value")),
                    unit=str(change.get("unit", "")),
                    state="refused",
                    reason=reason,
                )
            )
        unit.emit(
            "mes.proposal.refused",
            row,
            {"proposal_id": proposal_id, "batch_id": payload.get("batch_id"), "reason": reason},
        )


def _number(text: Any) -> Decimal | None:
    try:
        found = Decimal(str(text))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def _changes(raw: list[dict[str, Any]]) -> list[tuple[str, Decimal | None, str]]:
    return sorted(
        (str(change.get("tag")), _number(change.get("value")), str(change.get("unit"))) for change in raw
    )
