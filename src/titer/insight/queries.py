"""Reads for pages: lists, the monitoring chart, the golden tunnel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from titer.base.errors import NotFound
from titer.insight.fitted import Fitted
from titer.insight.model import Alert, Dataset, Deployment, ModelVersion, PredictionBlock, Watch
from titer.insight.scoring import VERDICTS, Block, ScoredRow, decode_block
from titer.record import Record

TUNNEL_WIDTH = 3.0


@dataclass(frozen=True)
class Chart:
    """T2, SPE and drift of a batch along plant time, in parts of their limits and in their own size."""

    watch: Watch
    limits: dict[str, float]
    times_us: list[int]
    hours: list[float | None]
    t2: list[float]
    spe: list[float]
    drift: list[float]
    verdict: list[str]
    alarming: list[bool]
    provisional_from_us: int | None


@dataclass(frozen=True)
class TunnelCurve:
    """What a channel or feature of normal batches did, by hour.

    `band` says what lower and upper are: `deviations`, mean -+ three standard deviations; or `quantiles`, 0.5 and
    99.5 % of what was seen, for a channel that is on or off and has no value near its mean.
    """

    name: str
    unit: str
    hours: list[float]
    mean: list[float | None]
    lower: list[float | None]
    upper: list[float | None]
    batches: list[int]
    band: str = "deviations"


class Blocks:
    """Reads blocks of the prediction log, keeping the newest in memory.

    Args:
        record: whose content store.
    """

    def __init__(self, record: Record) -> None:
        self._read = lru_cache(maxsize=2048)(lambda digest: decode_block(record.content.read(digest)))

    def of(self, session: Session, watch_id: str) -> list[Block]:
        """All blocks of a watch, in order."""
        digests = session.scalars(
            select(PredictionBlock.digest)
            .where(PredictionBlock.watch_id == watch_id)
            .order_by(PredictionBlock.sequence)
        )
        return [self._read(digest) for digest in digests]


def chart(session: Session, blocks: Blocks, watch: Watch, fitted: Fitted, tail: Sequence[ScoredRow]) -> Chart:
    """The monitoring chart of one batch; rows before hour 0 are left out."""
    result = Chart(
        watch,
        {name: float(v) for name, v in zip(("t2", "spe", "drift"), fitted.limits, strict=True)},
        [],
        [],
        [],
        [],
        [],
        [],
        [],
        tail[0].at_us if tail else None,
    )
    for block in blocks.of(session, watch.id):
        document = block.document
        result.times_us.extend(block.times_us)
        result.hours.extend(None if np.isnan(h) else float(h) for h in block.columns["hour"])
        for name, into in (("t2", result.t2), ("spe", result.spe), ("drift", result.drift)):
            into.extend(float(v) for v in block.columns[name])
        result.verdict.extend(VERDICTS[v] for v in document["verdict"])
        result.alarming.extend(bool(a) for a in document["alarming"])
    for row in tail:
        result.times_us.append(row.at_us)
        result.hours.append(None if np.isnan(row.hour) else row.hour)
        result.t2.append(row.t2)
        result.spe.append(row.spe)
        result.drift.append(row.drift)
        result.verdict.append(row.verdict)
        result.alarming.append(row.alarming)
    return result


def tunnel(fitted: Fitted, name: str) -> TunnelCurve:
    """The golden tunnel of a channel (by tag) or a feature (by name).

    Raises:
        NotFound: if the model has neither.
    """
    spec, bands = fitted.spec, None
    if name in spec.tags:
        index, source = spec.tags.index(name), fitted.channels
        if fitted.bands is not None and fitted.bands.two_valued[index]:
            bands = fitted.bands
        unit = spec.channels[index].unit
    else:
        names = [feature.name for feature in spec.features]
        if name not in names:
            raise NotFound(f"The model has no channel or feature {name!r}.")
        index, source, unit = names.index(name), fitted.tunnel, ""
    mean, scale, support = source.mean[:, index], source.scale[:, index], source.support[:, index]
    known = support >= 2
    hours = spec.axis.from_h + (np.arange(spec.axis.bins) + 0.5) * spec.axis.bin_minutes / 60.0

    def curve(values: np.ndarray) -> list[float | None]:
        return [float(v) if k else None for v, k in zip(values, known, strict=True)]

    lower = mean - TUNNEL_WIDTH * scale if bands is None else bands.low[:, index]
    upper = mean + TUNNEL_WIDTH * scale if bands is None else bands.high[:, index]
    return TunnelCurve(
        name,
        unit,
        [float(h) for h in hours],
        curve(mean),
        curve(lower),
        curve(upper),
        [int(n) for n in support],
        "deviations" if bands is None else "quantiles",
    )


def watch_of(session: Session, batch_id: str) -> Watch:
    """The newest watch of a batch (by id or number)."""
    row = session.scalar(
        select(Watch)
        .where((Watch.batch_id == batch_id) | (Watch.batch_number == batch_id))
        .order_by(Watch.id.desc())
        .limit(1)
    )
    if row is None:
        raise NotFound(
            f"No model follows the batch {batch_id}.",
            do="Deploy a model on its equipment before the batch starts.",
        )
    return row


def scored_shares(session: Session, watch_id: str) -> dict[str, int]:
    """Rows of each verdict in the log of a watch."""
    totals = dict.fromkeys(VERDICTS, 0)
    for verdicts in session.scalars(
        select(PredictionBlock.verdicts).where(PredictionBlock.watch_id == watch_id)
    ):
        for verdict, count in verdicts.items():
            totals[verdict] += int(count)
    return totals


def models(session: Session) -> list[ModelVersion]:
    """All model versions, newest first."""
    return list(session.scalars(select(ModelVersion).order_by(ModelVersion.id.desc())))


def datasets(session: Session) -> list[Dataset]:
    """All snapshots, newest first."""
    return list(session.scalars(select(Dataset).order_by(Dataset.id.desc())))


def deployments(session: Session) -> list[Deployment]:
    """All deployments, newest first."""
    return list(session.scalars(select(Deployment).order_by(Deployment.id.desc())))


def alerts(session: Session, *, state: str | None = None, batch_id: str | None = None) -> list[Alert]:
    """Alerts, newest first; `state` may be `undisposed` (open or acknowledged)."""
    query = select(Alert).order_by(Alert.raised_at.desc(), Alert.id.desc()).limit(1000)
    if state == "undisposed":
        query = query.where(Alert.state != "disposed")
    elif state is not None:
        query = query.where(Alert.state == state)
    if batch_id is not None:
        query = query.where((Alert.batch_id == batch_id) | (Alert.batch_number == batch_id))
    return list(session.scalars(query))


def count_blocks(session: Session, watch_id: str) -> int:
    """How many blocks the log of a watch has."""
    return session.scalar(select(func.count()).where(PredictionBlock.watch_id == watch_id)) or 0
