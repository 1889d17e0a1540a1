"""Laboratory results into the twin's log: with their sample time, however late, in the model's unit."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from sqlalchemy import select

from titer.base.clock import from_iso
from titer.base.errors import Invalid
from titer.base.units import convert
from titer.record import OutboxEvent
from titer.twin.following import Following
from titer.twin.inputs import text
from titer.twin.model import TwinMeasurement
from titer.twin.process_model import load
from titer.twin.queries import instance_of
from titer.twin.settings import Settings

MOLAR = {"glucose": Decimal("0.180156"), "lactate": Decimal("0.090078")}
"""g/mmol, for laboratories that report an amount where the model wants a mass."""


@dataclass
class Laboratory:
    """Takes results into the log; the worker does the rewind.

    Args:
        following: whose log.
    """

    following: Following

    def on_result(self, event: OutboxEvent) -> None:
        """`lims.result.*`, `lims.result.invalidated`: a value as the laboratory told it, with its sample time."""
        payload = event.payload
        batch_id, analysis = str(payload.get("batch_id") or ""), str(payload.get("analysis") or "")
        status = event.topic.rpartition(".")[2]
        if status not in ("entered", "approved", "invalidated"):
            return
        with self.following.reading() as session:
            instance = instance_of(session, batch_id)
            if instance is None or instance.state == "ARCHIVED":
                return
            settings = self.following.settings_of(session, instance)
            key = str(payload.get("result_id") or event.record_id)
            earlier = session.scalars(
                select(TwinMeasurement)
                .where(TwinMeasurement.instance_id == instance.id, TwinMeasurement.key == key)
                .order_by(TwinMeasurement.revision.desc())
            ).first()
        status = "withdrawn" if status == "invalidated" else status
        output = earlier.output if earlier else settings.output_of(analysis)
        sampled = payload.get("sampled_at")
        if output is None or (earlier is None and (status == "withdrawn" or not sampled)):
            return
        if earlier is not None and earlier.status == status and status != "approved":
            return
        value = earlier.value if earlier else None
        if status != "withdrawn":
            value = number_in(
                output,
                str(payload.get("value")),
                str(payload.get("unit") or ""),
                _unit(settings, output),
            )
            if value is None:
                return
        if earlier is not None and (earlier.status, earlier.value) == (status, value):
            return
        noise = settings.laboratory[output]
        sd = Decimal(text(noise.relative_sd * abs(float(value or 0)) + noise.absolute_sd))
        with self.following.acting() as unit:
            unit.add(
                TwinMeasurement(
                    instance_id=instance.id,
                    key=key,
                    revision=(earlier.revision if earlier else 0) + 1,
                    output=output,
                    value=value,
                    unit=_unit(settings, output),
                    sd=sd,
                    status=status,
                    sampled_at=earlier.sampled_at if earlier else from_iso(str(sampled)),
                    arrived_at=unit.process_now,
                    source_type=event.record_type,
                    source_id=event.record_id,
                    sample_number=str(payload.get("sample_number") or ""),
                )
            )


def _unit(settings: Settings, output: str) -> str:
    spec = load(settings.kinetics).module.SPEC
    return str(spec.outputs[spec.output_index(output)].unit)


def number_in(output: str, value: str, unit: str, wanted: str) -> Decimal | None:
    """A laboratory value in the model's unit; None where it is no number or another quantity."""
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    if not number.is_finite():
        return None
    if unit in ("", wanted):
        return number
    try:
        return convert(number, unit, wanted)
    except Invalid:
        if output in MOLAR and unit == "mmol/L":
            return number * MOLAR[output]
        return None
