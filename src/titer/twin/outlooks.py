"""What an alert would cost if nobody did anything: the harvest as things are, and with the feeds as commanded.

Computed once, when the alert opens, from what the twin believes then. How much of a commanded feed arrives is read
from the channels themselves over the time that the alert speaks of, since the last day's mean would still be full of
hours that were in order. It decides nothing and proposes nothing; a proposal is a record of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from titer.base.clock import from_iso, us
from titer.base.errors import NotFound, Refused
from titer.record import OutboxEvent, Unit
from titer.twin import scenarios
from titer.twin.drafting import FINAL_SAMPLES, Future
from titer.twin.estimator import Estimator
from titer.twin.following import Following
from titer.twin.inputs import STEP_US, text
from titer.twin.model import TwinInstance, TwinOutlook
from titer.twin.proposals import Proposals
from titer.twin.queries import instance_of
from titer.twin.scenarios import Order
from titer.twin.settings import Source

OUTPUTS = ("titre", "vcd", "viability")
NOTABLE = 0.03
LEAST_MINUTES = 15


@dataclass(frozen=True)
class Alarm:
    """What the twin needs to know of an alert."""

    alert_id: str
    number: str
    batch_id: str
    title: str
    first_at: datetime
    raised_at: datetime


@dataclass
class Outlooks:
    """Writes an outlook for each alert of a batch that has a twin.

    Args:
        following: the live estimators.
        proposals: keeps the scenarios.
    """

    following: Following
    proposals: Proposals

    def on_alert(self, event: OutboxEvent) -> None:
        """`insight.alert.opened`. Idempotent: an alert has one outlook."""
        payload = event.payload
        raised = from_iso(str(payload["raised_at"]))
        alarm = Alarm(
            str(payload["alert_id"]),
            str(payload.get("number", "")),
            str(payload["batch_id"]),
            str(payload.get("title", "")),
            from_iso(str(payload["first_at"])) if payload.get("first_at") else raised,
            raised,
        )
        with self.following.reading() as session:
            instance = instance_of(session, alarm.batch_id)
            if instance is None or outlook_of(session, alarm.alert_id) is not None:
                return
            try:
                if instance.started_at is None:
                    raise Refused("The culture has not begun.")
                estimator = self.following.detached(session, instance)
                futures, told, hour, through = self._look(estimator, alarm)
            except Refused as refusal:
                futures, told, hour, through = {}, {"reason": str(refusal)}, 0, ""
        with self.following.acting() as unit:
            self._write(unit, instance, alarm, futures, told, hour, through)

    def _look(self, estimator: Estimator, alarm: Alarm) -> tuple[dict[str, Future], dict[str, Any], int, str]:
        settings = estimator.settings
        seed = scenarios.seed_of(estimator)
        shares = self._shares(estimator, alarm)
        base = Order({}, settings.horizon_h, FINAL_SAMPLES, seed)
        as_is, corrected = base, base
        for name, share in shares.items():
            as_is = scenarios.with_delivery(as_is, name, share)
            corrected = scenarios.with_delivery(corrected, name, 1.0)
        members = scenarios.sample(estimator, base.samples, seed, base.horizon_h)
        one = scenarios.run(estimator, as_is, members)
        futures = {
            "as_is": Future(
                f"{alarm.number}: nothing is done", "do_nothing", as_is,
                scenarios.result(estimator, one, settings.cqas),
            )
        }  # fmt: skip
        other = one
        if shares:
            other = scenarios.run(estimator, corrected, members)
            futures["corrected"] = Future(
                f"{alarm.number}: feeds as commanded", "as_commanded", corrected,
                scenarios.result(estimator, other, settings.cqas),
            )  # fmt: skip
        figures = []
        for output in (*OUTPUTS, "product"):
            first = futures["as_is"].result["harvest"][output]
            figure = {"output": output, "unit": first["unit"], "as_is": _quantiles(first)}
            if shares:
                figure["corrected"] = _quantiles(futures["corrected"].result["harvest"][output])
                figure["cost"] = _quantiles(scenarios.difference(estimator, one, other, output))
            figures.append(figure)
        told = {
            "delivered": [{"input": name, "share": text(share)} for name, share in shares.items()],
            "figures": figures,
            "sentence": _sentence(shares, figures, settings.horizon_h),
        }
        return futures, told, len(estimator.hours), estimator.last_id

    def _shares(self, estimator: Estimator, alarm: Alarm) -> dict[str, float]:
        """Inputs of which notably more or less arrives than was commanded, over the time of the alert."""
        begin = us(alarm.first_at - timedelta(hours=1))
        end = us(alarm.raised_at) + 1
        found = {}
        for name, source in estimator.settings.inputs.items():
            share = self._share(source, begin, end) if source.set_point else None
            if share is not None and share > 0.2 and abs(share - 1.0) > NOTABLE:
                found[name] = share
        return found

    def _share(self, source: Source, begin: int, end: int) -> float | None:
        """Delivered over commanded while something is commanded; None where too little was."""
        rows = self.following.historian.aligned(
            [source.tag, source.set_point], begin, end, STEP_US, max_age_us=15 * 60_000_000
        )
        good = (rows.quality < 2).all(axis=1) & np.isfinite(rows.values).all(axis=1)
        given, asked = rows.values[:, 0] * source.factor, rows.values[:, 1]
        on = good & (asked > 0.05 * max(float(asked[good].max(initial=0.0)), 1e-9))
        # the first row of a delivery holds a flow from before the valve opened
        on &= np.concatenate([[False], on[:-1]])
        if source.how != "mean" or on.sum() * (STEP_US / 60_000_000) < LEAST_MINUTES:
            return None
        return float(np.median(given[on] / asked[on]))

    def _write(
        self,
        unit: Unit,
        instance: TwinInstance,
        alarm: Alarm,
        futures: dict[str, Future],
        told: dict[str, Any],
        hour: int,
        through: str,
    ) -> None:
        if outlook_of(unit.session, alarm.alert_id) is not None:
            return
        kept = {
            name: self.proposals.keep(unit, instance.id, future, hour, through).id
            for name, future in futures.items()
        }
        row = unit.get(TwinInstance, instance.id)
        outlook = unit.add(
            TwinOutlook(
                number=unit.next_number("TO"),
                instance_id=row.id,
                batch_id=row.batch_id,
                batch_number=row.batch_number,
                alert_id=alarm.alert_id,
                alert_number=alarm.number,
                alert_title=alarm.title,
                raised_at=alarm.raised_at,
                hour=hour,
                horizon_h=self.following.settings_of(unit.session, row).horizon_h,
                twin_state=row.state,
                twin_reasons=list(row.reasons),
                delivered=told.get("delivered", []),
                figures=told.get("figures", []),
                sentence=str(told.get("sentence", "")),
                refused_because=told.get("reason"),
                scenarios=kept,
            )
        )
        unit.emit(
            "twin.outlook.written",
            outlook,
            {"outlook_id": outlook.id, "alert_id": alarm.alert_id, "batch_id": row.batch_id},
        )

    def links(self, session: Session, alert_id: str) -> list[dict[str, str]]:
        """Links for an alert, as `Insight.link_alerts` wants them."""
        row = outlook_of(session, alert_id)
        if row is None:
            return []
        return [
            {
                "relation": "what doing nothing costs",
                "title": row.sentence or row.refused_because or row.number,
                "record_type": TwinOutlook.__tablename__,
                "record_id": row.id,
                "href": f"/api/twin/outlooks/{row.id}",
            }
        ]


def outlook_of(session: Session, alert_id: str) -> TwinOutlook | None:
    """The outlook of an alert."""
    return session.scalars(select(TwinOutlook).where(TwinOutlook.alert_id == alert_id)).first()


def outlook_by(session: Session, key: str) -> TwinOutlook:
    """An outlook by its id or number, or by its alert's id or number.

    Raises:
        NotFound: there is none (yet).
    """
    row = session.scalars(
        select(TwinOutlook).where(
            (TwinOutlook.id == key)
            | (TwinOutlook.number == key)
            | (TwinOutlook.alert_id == key)
            | (TwinOutlook.alert_number == key)
        )
    ).first()
    if row is None:
        raise NotFound(
            f"There is no outlook {key}.",
            do="An outlook is written shortly after an alert of a batch that has a twin.",
        )
    return row


def outlooks(session: Session, *, batch_id: str | None = None) -> list[TwinOutlook]:
    """Outlooks, newest first, of a batch (id or number)."""
    query = select(TwinOutlook).order_by(TwinOutlook.id.desc())
    if batch_id is not None:
        query = query.where((TwinOutlook.batch_id == batch_id) | (TwinOutlook.batch_number == batch_id))
    return list(session.scalars(query))


def _quantiles(band: dict[str, str]) -> dict[str, str]:
    return {side: band[side] for side in ("low", "median", "high")}


def _sentence(shares: dict[str, float], figures: list[dict[str, Any]], horizon_h: int) -> str:
    titre = next(figure for figure in figures if figure["output"] == "titre")
    harvest = (
        f"{float(titre['as_is']['median']):.2f} {titre['unit']} at {horizon_h} h "
        f"({float(titre['as_is']['low']):.2f} to {float(titre['as_is']['high']):.2f})"
    )
    if not shares:
        return f"No feed differs from what is commanded; as things are the titre will be {harvest}."
    what = ", ".join(f"{name} arrives at {100 * share:.1f} %" for name, share in shares.items())
    cost = titre["cost"]
    return (
        f"{what}. If nothing is done the titre will be {harvest}: {float(cost['median']):+.3f} {titre['unit']} "
        f"({float(cost['low']):+.3f} to {float(cost['high']):+.3f}) against feeds as commanded."
    )
