"""HTTP of the monitoring chart, the golden tunnel and the prediction log."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from titer.insight import queries
from titer.insight.routes.models import InsightPart, _Out
from titer.record.http import Reading

router = APIRouter()


class InsightWatchOut(_Out):
    """A model follows a batch."""

    deployment_id: str
    model_id: str
    batch_id: str
    batch_number: str
    equipment: str
    started_at: datetime
    ended_at: datetime | None
    state: str
    state_reason: str | None


class InsightChartOut(BaseModel):
    """T2, SPE and drift of a batch along plant time; divide by the limit to compare them.

    Rows from `provisional_from_us` on are scored and not yet in the log.
    """

    watch: InsightWatchOut
    limits: dict[str, float]
    times_us: list[int]
    hours: list[float | None]
    t2: list[float]
    spe: list[float]
    drift: list[float]
    verdict: list[str]
    alarming: list[bool]
    provisional_from_us: int | None
    rows_by_verdict: dict[str, int]
    blocks: int


class InsightTunnelOut(BaseModel):
    """What normal batches did, by hour since the model's hour 0.

    `band` says what lower and upper are: mean -+ 3 standard deviations (`deviations`), or 0.5 to 99.5 % of what was
    seen (`quantiles`) for a channel that is on or off.

    For a batch (`batch_id` given) `times_us` holds the same hours in plant time, once its hour 0 is known.
    """

    name: str
    unit: str
    hours: list[float]
    mean: list[float | None]
    lower: list[float | None]
    upper: list[float | None]
    batches: list[int]
    band: str
    times_us: list[int] | None


class InsightReplayOut(BaseModel):
    """Whether the prediction log replays bit for bit."""

    blocks: int
    rows: int
    same: bool
    detail: str


def _chart(batch_id: str, session: Reading, insight: InsightPart) -> queries.Chart:
    return insight.chart(session, batch_id)


BatchChart = Annotated[queries.Chart, Depends(_chart)]


@router.get("/batches/{batch_id}/chart")
def insight_chart(chart: BatchChart, session: Reading) -> InsightChartOut:
    """The monitoring chart of a batch (id or number)."""
    return InsightChartOut(
        watch=InsightWatchOut.model_validate(chart.watch),
        limits=chart.limits,
        times_us=chart.times_us,
        hours=chart.hours,
        t2=chart.t2,
        spe=chart.spe,
        drift=chart.drift,
        verdict=chart.verdict,
        alarming=chart.alarming,
        provisional_from_us=chart.provisional_from_us,
        rows_by_verdict=queries.scored_shares(session, chart.watch.id),
        blocks=queries.count_blocks(session, chart.watch.id),
    )


@router.get("/batches/{batch_id}/tunnel")
def insight_batch_tunnel(
    chart: BatchChart,
    insight: InsightPart,
    name: Annotated[str, Query(description="a tag, or a feature's name")],
) -> InsightTunnelOut:
    """The golden tunnel of a channel or feature, laid onto a batch's plant time."""
    curve = queries.tunnel(insight.models.load(chart.watch.artefact_digest), name)
    began = next(
        (t - round(h * 3.6e9) for t, h in zip(chart.times_us, chart.hours, strict=True) if h is not None),
        None,
    )
    times = None if began is None else [began + round(hour * 3.6e9) for hour in curve.hours]
    return InsightTunnelOut(**curve.__dict__, times_us=times)


@router.get("/models/{model_id}/tunnel")
def insight_model_tunnel(
    model_id: str,
    session: Reading,
    insight: InsightPart,
    name: Annotated[str, Query(description="a tag, or a feature's name")],
) -> InsightTunnelOut:
    """The golden tunnel of a channel or feature of a model."""
    model = insight.models.get(session, model_id)
    curve = queries.tunnel(insight.models.load(model.artefact_digest), name)
    return InsightTunnelOut(**curve.__dict__, times_us=None)


@router.get("/batches/{batch_id}/replay")
def insight_replay(batch_id: str, session: Reading, insight: InsightPart) -> InsightReplayOut:
    """Score a batch's log again from its kept inputs, and say whether the bytes are the same."""
    watch = queries.watch_of(session, batch_id)
    return InsightReplayOut(**insight.verify_log(session, watch.id))
