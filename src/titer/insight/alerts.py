"""Alerts: raised once an event, disposed of by a person, blocking the batch until then."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from titer.base.clock import from_us, iso
from titer.base.errors import NotFound
from titer.insight import rules
from titer.insight.model import Alert, ModelVersion, Watch
from titer.insight.scoring import ScoredRow
from titer.insight.spec import Spec
from titer.quality import Quality
from titer.record import Signature, Unit

ESCALATES_AFTER = timedelta(hours=1)


class Alerts:
    """Opens, acknowledges, disposes.

    Args:
        quality: takes the exception that blocks the batch's disposition.
    """

    def __init__(self, quality: Quality) -> None:
        self.quality = quality

    def open(
        self,
        unit: Unit,
        *,
        watch: Watch,
        model: ModelVersion,
        spec: Spec,
        row: ScoredRow,
        first_us: int,
        lead: str,
        block_digest: str,
        rename: dict[str, str],
    ) -> Alert:
        """Raise one alert for an event, and the quality exception that holds the batch until then.

        An event of a cause that has its alert in this batch is counted there instead (`rules.same_cause`).
        """
        from titer.insight.models import renamed

        raised_at = from_us(row.at_us)
        tags = {feature.name: [renamed(tag, rename) for tag in feature.tags] for feature in spec.features}
        parts = [
            {
                "feature": c.feature,
                "statistic": c.statistic,
                "share": f"{c.share:.4f}",
                "deviation": f"{c.deviation:.2f}",
                "value": f"{c.value:.6g}",
                "normal": f"{c.normal:.6g}",
                "tags": tags[c.feature],
            }
            for c in row.top
        ]
        known = self._known(unit, watch, parts, row)
        if known is not None:
            return known
        side = "below" if row.top and row.top[0].deviation < 0 else "above"
        title = (
            f"{row.top[0].feature} {side} normal in {watch.batch_number}"
            if row.top
            else f"Abnormal operation in {watch.batch_number}"
        )
        alert = unit.add(
            Alert(
                number=unit.next_number("AL"),
                watch_id=watch.id,
                model_id=model.id,
                batch_id=watch.batch_id,
                batch_number=watch.batch_number,
                equipment=watch.equipment,
                state="open",
                title=title,
                statistic=row.top[0].statistic if row.top else "",
                ratio=Decimal(f"{row.ratio:.3f}"),
                first_at=from_us(first_us),
                raised_at=raised_at,
                occurrences=1,
                last_raised_at=raised_at,
                batch_hour=Decimal(f"{row.hour:.3f}"),
                contributions=parts,
                lead=lead,
                block_digest=block_digest,
                escalates_at=unit.now + ESCALATES_AFTER,
            )
        )
        exception = self.quality.raise_exception(
            unit,
            kind="insight.alert",
            severity="major",
            title=f"{alert.number}: {title}",
            detail=lead,
            batch_id=watch.batch_id,
            subject_type=Alert.__tablename__,
            subject_id=alert.id,
            evidence={
                "alert": alert.number,
                "raised": iso(raised_at),
                "model": f"{model.name} {model.revision}",
                "block": block_digest,
                "contributions": parts,
            },
            key=f"insight.alert:{alert.id}",
        )
        alert.exception_id = exception.id
        unit.flush()
        unit.emit(
            "insight.alert.opened",
            alert,
            {
                "alert_id": alert.id,
                "number": alert.number,
                "batch_id": watch.batch_id,
                "batch_number": watch.batch_number,
                "equipment": watch.equipment,
                "title": title,
                "first_at": iso(alert.first_at),
                "raised_at": iso(raised_at),
                "features": [c.feature for c in row.top],
            },
        )
        return alert

    def _known(self, unit: Unit, watch: Watch, parts: list[dict[str, Any]], row: ScoredRow) -> Alert | None:
        """The alert that this event belongs to, with the event counted; None if it is a new one."""
        raised_at, ratio = from_us(row.at_us), Decimal(f"{row.ratio:.3f}")
        earlier = unit.session.scalars(
            select(Alert).where(Alert.watch_id == watch.id).order_by(Alert.raised_at.desc())
        )
        for alert in earlier:
            if alert.last_raised_at == raised_at:
                return alert
            if rules.same_cause(alert.contributions, parts) and rules.is_recurrence(
                alert.state, alert.ratio, ratio
            ):
                alert.occurrences += 1
                alert.last_raised_at, alert.cleared_at = raised_at, None
                unit.flush()
                unit.emit(
                    "insight.alert.recurred",
                    alert,
                    {"alert_id": alert.id, "batch_id": alert.batch_id, "occurrences": alert.occurrences},
                )
                return alert
        return None

    def clear(self, unit: Unit, watch: Watch, at_us: int) -> None:
        """Note that the event has passed; the alert stays as open as it was."""
        last = unit.session.scalar(
            select(Alert).where(Alert.watch_id == watch.id).order_by(Alert.last_raised_at.desc()).limit(1)
        )
        if last is not None and last.cleared_at is None:
            last.cleared_at = from_us(at_us)
            unit.flush()

    def acknowledge(self, unit: Unit, alert_id: str, version: int | None = None) -> Alert:
        """Somebody has seen it and looks into it."""
        alert = unit.get(Alert, alert_id, version)
        alert.state = rules.move_alert(alert.state, "acknowledge")
        alert.acknowledged_by, alert.acknowledged_at = unit.actor.id, unit.now
        unit.flush()
        unit.emit("insight.alert.acknowledged", alert, {"alert_id": alert.id, "batch_id": alert.batch_id})
        return alert

    def dispose(self, unit: Unit, alert_id: str, data: dict[str, Any], signature: Signature) -> Alert:
        """Carry a signed disposition out; a true process event may raise a deviation."""
        alert = unit.get(Alert, alert_id)
        alert.state = rules.move_alert(alert.state, "dispose")
        alert.disposition, alert.comment = str(data["disposition"]), str(data["comment"])
        alert.signature_id = signature.id
        if data.get("raise_deviation"):
            deviation = self.quality.raise_deviation(
                unit,
                title=str(data.get("deviation_title") or alert.title),
                description=f"{alert.comment}\n\n{alert.lead}",
                batch_id=alert.batch_id,
                exception_ids=[alert.exception_id] if alert.exception_id else [],
                key=f"insight.alert:{alert.id}",
            )
            alert.deviation_id = deviation.id
        unit.flush()
        unit.emit(
            "insight.alert.disposed",
            alert,
            {
                "alert_id": alert.id,
                "batch_id": alert.batch_id,
                "disposition": alert.disposition,
                "deviation_id": alert.deviation_id,
                "exception_id": alert.exception_id,
            },
        )
        return alert

    def get(self, session: Session, alert_id: str) -> Alert:
        """One alert."""
        row = session.get(Alert, alert_id)
        if row is None:
            raise NotFound(f"There is no alert {alert_id}.")
        return row

    def similar(self, session: Session, alert: Alert, limit: int = 5) -> list[Alert]:
        """Earlier alerts with the same feature on top, newest first, with what became of them."""
        if not alert.contributions:
            return []
        top = alert.contributions[0]["feature"]
        rows = session.scalars(
            select(Alert)
            .where(Alert.id != alert.id, Alert.recorded_at <= alert.recorded_at)
            .order_by(Alert.raised_at.desc())
            .limit(500)
        )
        return [row for row in rows if row.contributions and row.contributions[0]["feature"] == top][:limit]


def overdue(alert: Alert, now: datetime) -> bool:
    """Whether nobody has taken the alert up in time (server clock)."""
    return alert.state == "open" and now >= alert.escalates_at
