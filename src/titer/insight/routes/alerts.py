"""HTTP of alerts. Their disposition is a signature: record type `insight_alert`, meaning `disposed`."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel

from titer.base.clock import us
from titer.insight.alerts import overdue
from titer.insight.model import Alert
from titer.insight.queries import alerts as list_alerts
from titer.insight.routes.models import InsightPart, _Out
from titer.insight.service import Insight
from titer.record.http import Acting, Reading

router = APIRouter()

BEFORE = timedelta(hours=24)
AFTER = timedelta(hours=6)


class InsightAlertOut(_Out):
    """An alert. Times are plant time; `overdue` is by the server clock."""

    number: str
    watch_id: str
    model_id: str
    batch_id: str
    batch_number: str
    equipment: str
    state: str
    title: str
    statistic: str
    ratio: Decimal
    first_at: datetime
    raised_at: datetime
    cleared_at: datetime | None
    occurrences: int
    last_raised_at: datetime
    batch_hour: Decimal
    contributions: list[dict[str, Any]]
    lead: str
    block_digest: str
    acknowledged_by: str | None
    acknowledged_at: datetime | None
    disposition: str | None
    comment: str | None
    signature_id: str | None
    exception_id: str | None
    deviation_id: str | None
    overdue: bool = False

    @classmethod
    def of(cls, alert: Alert, insight: Insight) -> InsightAlertOut:
        """From the row; what is overdue depends on the clock."""
        late = overdue(alert, insight.record.clock.now())
        return cls.model_validate(alert).model_copy(update={"overdue": late})


class InsightTrendLink(BaseModel):
    """Which raw trend to look at, and when."""

    feature: str
    tags: list[str]
    from_us: int
    to_us: int


class InsightAlertLink(BaseModel):
    """Where another layer knows more about an alert, e.g. the twin what doing nothing would cost."""

    relation: str
    title: str
    record_type: str
    record_id: str
    href: str


class InsightAlertDetail(BaseModel):
    """An alert, the raw trends behind it, what became of similar ones, and where more is known."""

    alert: InsightAlertOut
    trends: list[InsightTrendLink]
    similar: list[InsightAlertOut]
    links: list[InsightAlertLink]


@router.get("/alerts")
def insight_alerts(
    session: Reading, insight: InsightPart, state: str | None = None, batch_id: str | None = None
) -> list[InsightAlertOut]:
    """Alerts, newest first; `state=undisposed` for those that still block."""
    rows = list_alerts(session, state=state, batch_id=batch_id)
    return [InsightAlertOut.of(row, insight) for row in rows]


@router.get("/alerts/{alert_id}")
def insight_alert(alert_id: str, session: Reading, insight: InsightPart) -> InsightAlertDetail:
    """One alert with its evidence."""
    alert = insight.alerts.get(session, alert_id)
    until = alert.cleared_at or alert.raised_at
    links = [
        InsightTrendLink(
            feature=part["feature"],
            tags=part["tags"],
            from_us=us(alert.first_at - BEFORE),
            to_us=us(until + AFTER),
        )
        for part in alert.contributions
    ]
    similar = insight.alerts.similar(session, alert)
    return InsightAlertDetail(
        alert=InsightAlertOut.of(alert, insight),
        trends=links,
        similar=[InsightAlertOut.of(row, insight) for row in similar],
        links=[InsightAlertLink(**link) for link in insight.links_of(session, alert.id)],
    )


@router.post("/alerts/{alert_id}/acknowledge")
def insight_acknowledge(alert_id: str, act: Acting, insight: InsightPart) -> InsightAlertOut:
    """Say that somebody looks into it."""
    with act("insight.alert.acknowledge") as unit:
        return InsightAlertOut.of(insight.alerts.acknowledge(unit, alert_id), insight)
