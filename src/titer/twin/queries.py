"""Reads: courses with bands, measurements at their taken and arrived times, scenarios and proposals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from titer.base.errors import NotFound, Refused
from titer.twin import rules
from titer.twin.estimator import Z95, Estimator
from titer.twin.inputs import text
from titer.twin.model import (
    TwinDefinition,
    TwinInstance,
    TwinMeasurement,
    TwinModel,
    TwinProposal,
    TwinReplay,
    TwinScenario,
    TwinSnapshot,
)

_AS_OUTPUT = ("igg", "glc", "gln", "lac", "nh4")
"""States that are shown as outputs, in the units in which they are measured."""


def definitions(session: Session) -> list[TwinDefinition]:
    """Twins of equipment, newest first."""
    return list(session.scalars(select(TwinDefinition).order_by(TwinDefinition.id.desc())))


def instances(session: Session) -> list[TwinInstance]:
    """Twins of batches, newest first."""
    return list(session.scalars(select(TwinInstance).order_by(TwinInstance.id.desc())))


def course(estimator: Estimator, at: datetime | None = None) -> dict[str, Any]:
    """Every hour's outputs and hidden states with 95 % bands, up to an instant.

    Returns:
        hours, and per series `unit`, `title`, `mean`, `low`, `high` (lists of decimal text).
    """
    until = None if at is None else estimator.hour_of(at)
    shown = [s for s in estimator.shown if until is None or s.hour <= until + 1e-9]
    series: dict[str, Any] = {}
    for variables, kind in ((estimator.spec.outputs, "outputs"), (estimator.spec.states, "states")):
        for i, v in enumerate(variables):
            if v.name in series or v.name in _AS_OUTPUT:
                continue
            pairs = [(float(getattr(s, kind)[0][i]), float(getattr(s, kind)[1][i])) for s in shown]
            series[v.name] = {
                "unit": v.unit,
                "title": v.title,
                "mean": [text(m) for m, _ in pairs],
                "low": [text(m - Z95 * d) for m, d in pairs],
                "high": [text(m + Z95 * d) for m, d in pairs],
            }
    return {"hours": [s.hour for s in shown], "series": series}


@dataclass(frozen=True)
class Stored:
    """The course of a batch that is over, from its snapshots: each hour as it was believed when it was the newest.

    Args:
        hours: at which a snapshot was kept.
        series: as `course` gives them.
        belief_digest, knowledge_digest: of the newest of them.
        told: says what is shown, and why.
    """

    hours: list[int]
    series: dict[str, Any]
    belief_digest: str
    knowledge_digest: str
    told: str


def stored(
    session: Session, instance: TwinInstance, *, at: datetime | None = None, known: datetime | None = None
) -> Stored:
    """What was kept of a twin, with nothing computed anew: units and titles come from the commissioned model's own
    specification.

    Args:
        session: an open one.
        instance: a twin whose batch is over.
        at: hours up to this plant time.
        known: snapshots that were there at this plant time.

    Raises:
        NotFound: nothing was kept.
    """
    model = session.get(TwinModel, instance.model_id)
    kept: dict[int, TwinSnapshot] = {}
    for row in reversed(snapshots(session, instance.id)):
        late = at is not None and _instant(instance, row.hour) > at
        if not late and (known is None or row.known_at <= known):
            kept[row.hour] = row
    if model is None or not kept:
        raise NotFound(
            f"Nothing was stored of the twin {instance.number} up to then.",
            do="Choose a later time.",
        )
    rows = [kept[hour] for hour in sorted(kept)]
    series: dict[str, Any] = {}
    for variables, kind in ((model.spec["outputs"], "outputs"), (model.spec["states"], "states")):
        for variable in variables:
            name = variable["name"]
            bands = [getattr(row, kind).get(name) for row in rows]
            if name not in series and name not in _AS_OUTPUT and all(bands):
                series[name] = {
                    "unit": variable["unit"],
                    "title": variable["title"],
                    **{part: [band[part] for band in bands] for part in ("mean", "low", "high")},
                }
    return Stored(
        [row.hour for row in rows],
        series,
        rows[-1].belief_digest,
        rows[-1].knowledge_digest,
        f"This is what was stored while the batch ran, at {len(rows)} hours: the process model of this program is "
        f"not the one that was commissioned then ({model.code} {model.release}, {model.digest[:12]}), "
        "so nothing is computed again.",
    )


def _instant(instance: TwinInstance, hour: int) -> datetime:
    """The end of an hour of culture."""
    if instance.started_at is None:
        raise Refused(f"The culture of batch {instance.batch_number} has not begun.")
    return instance.started_at + timedelta(hours=hour)


def measurements(session: Session, instance_id: str) -> list[TwinMeasurement]:
    """Laboratory values as the twin took them, all revisions, by arrival."""
    return list(
        session.scalars(
            select(TwinMeasurement)
            .where(TwinMeasurement.instance_id == instance_id)
            .order_by(TwinMeasurement.id)
        )
    )


def replays(session: Session, instance_id: str) -> list[TwinReplay]:
    """Rewinds, newest first."""
    return list(
        session.scalars(
            select(TwinReplay).where(TwinReplay.instance_id == instance_id).order_by(TwinReplay.id.desc())
        )
    )


def snapshots(session: Session, instance_id: str) -> list[TwinSnapshot]:
    """Snapshots, newest first."""
    return list(
        session.scalars(
            select(TwinSnapshot)
            .where(TwinSnapshot.instance_id == instance_id)
            .order_by(TwinSnapshot.id.desc())
        )
    )


def scenarios(session: Session, instance_id: str) -> list[TwinScenario]:
    """Scenarios, newest first."""
    return list(
        session.scalars(
            select(TwinScenario)
            .where(TwinScenario.instance_id == instance_id)
            .order_by(TwinScenario.id.desc())
        )
    )


def proposals(
    session: Session, *, batch_id: str | None = None, state: str | None = None
) -> list[TwinProposal]:
    """Proposals, newest first, of a batch (id or number) or in a state."""
    query = select(TwinProposal).order_by(TwinProposal.id.desc())
    if batch_id is not None:
        query = query.where((TwinProposal.batch_id == batch_id) | (TwinProposal.batch_number == batch_id))
    if state is not None:
        query = query.where(TwinProposal.state == state)
    return list(session.scalars(query))


def instance_of(session: Session, batch_id: str) -> TwinInstance | None:
    """The twin of a batch, by the batch's id or number."""
    return session.scalars(
        select(TwinInstance).where(
            (TwinInstance.batch_id == batch_id) | (TwinInstance.batch_number == batch_id)
        )
    ).first()


def followed(session: Session) -> list[TwinInstance]:
    """Instances of running batches."""
    return list(session.scalars(select(TwinInstance).where(TwinInstance.state.in_(rules.FOLLOWED))))


def frozen_instances(session: Session) -> list[TwinInstance]:
    """Instances of batches that are over; late results still change what they believe about the past."""
    return list(session.scalars(select(TwinInstance).where(TwinInstance.state == "FROZEN")))
