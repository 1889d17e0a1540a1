"""Twins of equipment: registering a model release, defining, commissioning, retiring."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from titer.base.canonical import digest
from titer.base.errors import Invalid, NotFound, TiterError
from titer.record import Record, Signature, Unit
from titer.twin import rules
from titer.twin.model import TwinDefinition, TwinModel
from titer.twin.process_model import INTENDED_USE, artefact, describe, load, load_release
from titer.twin.settings import read


@dataclass
class Definitions:
    """Twins of equipment.

    Args:
        record: the record.
    """

    record: Record

    def register_model(self, unit: Unit, code: str) -> TwinModel:
        """The release of a process model that this program has, with its equations in the content store; once."""
        model = load(code)
        known = unit.session.scalars(
            select(TwinModel).where(TwinModel.code == code, TwinModel.digest == model.digest)
        ).first()
        if known is not None:
            return known
        kept = unit.content.put(
            artefact(model), media_type="application/json", origin=f"process model {model.name}"
        )
        return unit.add(
            TwinModel(
                code=code,
                release=model.release,
                title=model.module.SPEC.title,
                digest=model.digest,
                content_digest=kept,
                validity=model.module.SPEC.validity,
                intended_use=INTENDED_USE,
                spec=describe(model.module.SPEC),
            )
        )

    def define(self, unit: Unit, *, equipment: str, title: str, settings: dict[str, Any]) -> TwinDefinition:
        """Define a twin of a piece of equipment.

        Raises:
            Invalid: the settings name something that the model does not know.
        """
        read_settings = read(settings)
        model = self.register_model(unit, read_settings.kinetics)
        spec = load(read_settings.kinetics).module.SPEC
        for kind, given, known in (
            ("inputs", read_settings.inputs, {v.name for v in spec.inputs}),
            ("measured", read_settings.measured, {v.name for v in spec.outputs}),
            ("laboratory", read_settings.laboratory, {v.name for v in spec.outputs}),
            ("free", dict.fromkeys(read_settings.free), {q.name for q in spec.parameters}),
            ("cqas", dict.fromkeys(c.output for c in read_settings.cqas), {v.name for v in spec.outputs}),
        ):
            strange = sorted(set(given) - known)
            if strange:
                raise Invalid(f"The model {model.code} has no {strange[0]!r}.", where=f"{kind}.{strange[0]}")
        missing = sorted({v.name for v in spec.inputs} - set(read_settings.inputs))
        if missing:
            raise Invalid(f"Nothing says where the input {missing[0]!r} comes from.", where="inputs")
        row = unit.add(
            TwinDefinition(
                number=unit.next_number("TD"),
                equipment=equipment,
                model_id=model.id,
                title=title,
                state="DEFINED",
                settings=settings,
                settings_digest=digest(settings),
                defined_by=unit.actor.id,
            )
        )
        unit.emit("twin.defined", row, {"equipment": equipment, "model": model.code})
        return row

    def unfit(self, session: Session, row: TwinDefinition) -> list[str]:
        """Why a definition cannot be commissioned: settings unreadable, or the model is another by now."""
        model = session.get(TwinModel, row.model_id)
        if model is None:
            return ["Its model is not registered."]
        try:
            read(row.settings)
            load_release(model.code, model.digest)
        except TiterError as error:
            return [str(error)]
        return []

    def commission(self, unit: Unit, record_id: str, signature: Signature) -> None:
        """Apply the signature; the commissioned twin of the same equipment before it retires."""
        row = unit.get(TwinDefinition, record_id)
        for other in unit.session.scalars(
            select(TwinDefinition).where(
                TwinDefinition.equipment == row.equipment,
                TwinDefinition.state == "COMMISSIONED",
                TwinDefinition.id != row.id,
            )
        ):
            other.state = rules.move(rules.INSTANCE, "twin", other.state, "retire")
        row.state = rules.move(rules.INSTANCE, "twin", row.state, "commission")
        row.commissioned_signature_id = signature.id
        unit.emit("twin.commissioned", row, {"equipment": row.equipment})

    def retire(self, unit: Unit, record_id: str, version: int | None = None) -> TwinDefinition:
        """No batch is bound any more; those that are go on."""
        row = unit.get(TwinDefinition, record_id, version)
        row.state = rules.move(rules.INSTANCE, "twin", row.state, "retire")
        unit.emit("twin.retired", row, {"equipment": row.equipment})
        return row

    def definition(self, session: Session, key: str) -> TwinDefinition:
        """A definition by id or number.

        Raises:
            NotFound: there is none.
        """
        row = session.scalars(
            select(TwinDefinition).where((TwinDefinition.id == key) | (TwinDefinition.number == key))
        ).first()
        if row is None:
            raise NotFound(f"There is no twin {key}.")
        return row
