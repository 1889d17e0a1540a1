"""Insight's part of the release gate: alerts, the model's standing, and how much of the batch it has seen."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from titer.base.errors import TiterError
from titer.insight import queries
from titer.insight.model import Alert, ModelVersion, Watch
from titer.insight.models import Models
from titer.quality import Check

LEAST_SHARE = 0.9


class InsightGate:
    """Answers quality's question what stands against a release.

    Args:
        models: the registry.
    """

    name = "insight"

    def __init__(self, models: Models) -> None:
        self.models = models

    def checks(self, session: Session, batch_id: str) -> list[Check]:
        """The checks of a batch; none where no model was deployed on its equipment when it started."""
        watches = list(session.scalars(select(Watch).where(Watch.batch_id == batch_id)))
        return [check for watch in watches for check in self._watch(session, watch)]

    def _watch(self, session: Session, watch: Watch) -> list[Check]:
        result = [self._standing(session, watch), self._share(session, watch)]
        alerts = session.scalars(select(Alert).where(Alert.watch_id == watch.id).order_by(Alert.raised_at))
        for alert in alerts:
            disposed = alert.state == "disposed"
            result.append(
                Check(
                    f"insight.alert.{alert.number}",
                    f"Alert {alert.number} was disposed of",
                    "passed" if disposed else "exception",
                    f"{alert.title}: {alert.disposition}" if disposed else f"{alert.title}: {alert.state}",
                    Alert.__tablename__,
                    alert.id,
                )
            )
        return result

    def _standing(self, session: Session, watch: Watch) -> Check:
        model = session.get(ModelVersion, watch.model_id)
        approved = model is not None and bool(model.owner_signature_id and model.quality_signature_id)
        try:
            golden = self.models.holds(watch.artefact_digest)
            trouble = "" if golden else "its golden rows do not score to the same bits here"
        except TiterError as error:
            golden, trouble = False, str(error)
        suspended = model is not None and model.state == "suspended"
        good = approved and golden and not suspended
        told = f"{model.name} {model.revision} ({model.state})" if model else "unknown model"
        if not approved:
            trouble = "it was never approved by owner and quality"
        elif suspended and model is not None:
            trouble = f"suspended: {model.state_reason}"
        return Check(
            f"insight.model.{watch.id}",
            "The monitoring model was approved, deployed and scores its golden rows to the same bits",
            "passed" if good else "exception",
            told if good else f"{told}: {trouble}",
            ModelVersion.__tablename__,
            watch.model_id,
        )

    def _share(self, session: Session, watch: Watch) -> Check:
        rows = queries.scored_shares(session, watch.id)
        due = sum(count for verdict, count in rows.items() if verdict != "undecided")
        share = rows["ok"] / due if due else 0.0
        if watch.state == "following":
            outcome, more = "not_run", " so far; the batch is still followed"
        else:
            outcome, more = ("passed" if share >= LEAST_SHARE else "exception"), ""
        parts = ", ".join(f"{count} {verdict}" for verdict, count in rows.items() if count)
        return Check(
            f"insight.share.{watch.id}",
            f"At least {LEAST_SHARE:.0%} of the batch was scored on good input",
            outcome,
            f"{share:.1%} of {due} rows{more} ({parts or 'no rows'})",
            Watch.__tablename__,
            watch.id,
        )
