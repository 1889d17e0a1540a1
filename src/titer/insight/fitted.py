"""A fitted monitoring model, and how it is fitted from normal batches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from titer.base.errors import Invalid
from titer.insight.bands import Bands, fit_bands
from titer.insight.features import BatchRows, believed, evaluate, positions
from titer.insight.spec import Spec
from titer.science.monitoring import (
    INACTIVE,
    MISSING,
    OK,
    Drift,
    RowScore,
    Subspace,
    Tunnel,
    drift_statistic,
    fit_drift,
    fit_pca,
    fit_tunnel,
    joint_limits,
    lift_to_events,
    score_rows,
)

Floats = NDArray[np.float64]
Mask = NDArray[np.uint8]

STATISTICS = ("T2", "SPE", "drift")
GOLDEN_ROWS = 32


@dataclass(frozen=True)
class Golden:
    """Rows with known answers, kept with the model: a computer that scores them otherwise may not run it."""

    features: Floats
    mask: Mask
    bins: NDArray[np.int64]
    t2: Floats
    spe: Floats


@dataclass(frozen=True)
class Calibration:
    """What the calibration batches showed."""

    batches: int
    rows: int
    false_alarm_rate: float
    events_per_batch: float
    lift: tuple[float, ...]
    level: float


@dataclass(frozen=True)
class Fitted:
    """Everything a score depends on.

    Attributes:
        spec: the specification.
        tunnel: of the features.
        channels: tunnel of the raw channels, for pages.
        subspace, drift: fitted parameters.
        limits: of T2, SPE and the drift statistic.
        golden: rows with known answers.
        bands: quantiles of the raw channels, for pages; None in a model that was fitted before there were any.
    """

    spec: Spec
    tunnel: Tunnel
    channels: Tunnel
    subspace: Subspace
    drift: Drift
    limits: Floats
    golden: Golden
    bands: Bands | None = None


@dataclass(frozen=True)
class Standardised:
    """Rows in standard deviations from the tunnel's mean, with the mask that the scoring uses."""

    z: Floats
    mask: Mask
    decided: NDArray[np.bool_]
    outside: NDArray[np.bool_]
    bad: NDArray[np.bool_]


def standardise(
    features: Floats, mask: Mask, bins: NDArray[np.int64], tunnel: Tunnel, spec: Spec
) -> Standardised:
    """Standardise rows, and say of which the model can judge.

    A feature that has a value where too few training batches had one is out of the model's knowledge: it is
    left out, and counts like a missing one.
    """
    place = np.clip(bins, 0, tunnel.bins - 1)
    on_axis = (bins >= 0) & (bins < tunnel.bins)
    unknown = (tunnel.support[place] < spec.fit.least_support) & (mask == OK)
    used = np.where(unknown, MISSING, mask).astype(np.uint8)
    z = np.where(
        used == OK, (np.where(used == OK, features, 0.0) - tunnel.mean[place]) / tunnel.scale[place], 0.0
    )
    applicable = (used != INACTIVE).sum(axis=1)
    missing_now = (mask == MISSING).sum(axis=1)
    lacking = (used == MISSING).sum(axis=1)
    bad = on_axis & ((missing_now > spec.missing_share * np.maximum(applicable, 1)) | (applicable == 0))
    outside = ~on_axis | (~bad & (lacking > spec.missing_share * np.maximum(applicable, 1)))
    return Standardised(z, used, on_axis & ~bad & ~outside, outside, bad)


def _walk_drift(score: RowScore, standard: Standardised, drift: Drift) -> Floats:
    mask = np.where(standard.decided[:, None], standard.mask, MISSING).astype(np.uint8)
    statistic, _, _ = drift_statistic(score.residuals, mask, drift, np.zeros(score.residuals.shape[1]))
    return statistic


def fit(train: Sequence[BatchRows], calibrate: Sequence[BatchRows], spec: Spec) -> tuple[Fitted, Calibration]:
    """Fit on some batches and take the limits from others.

    Raises:
        Invalid: if there are too few batches or rows, in words that say how many there are.
    """
    if len(train) < max(5, spec.fit.least_support) or len(calibrate) < 3:
        raise Invalid(
            f"{len(train)} batches to train and {len(calibrate)} to calibrate are too few.",
            do=f"Give at least {max(5, spec.fit.least_support)} and 3 normal batches.",
        )
    prepared = [_prepare(batch, spec) for batch in train]
    least = np.array([feature.least_sd for feature in spec.features])
    tunnel = _tunnel([(b, np.where(m == OK, f, np.nan)) for _, f, m, b in prepared], spec, least)
    channels = _tunnel([(b, v) for v, _, _, b in prepared], spec)
    rows, weights = [], []
    for _, features, mask, bins in prepared:
        standard = standardise(features, mask, bins, tunnel, spec)
        kept = standard.z[standard.decided]
        rows.append(kept)
        weights.append(np.full(kept.shape[0], 1.0 / max(kept.shape[0], 1)))
    table = np.vstack(rows)
    if table.shape[0] < 10 * len(spec.features):
        raise Invalid(
            f"Only {table.shape[0]} rows of the training batches lie on the axis with values.",
            do="Look at the origin, the axis and the channels' ranges in the specification.",
        )
    subspace = fit_pca(
        table, components=spec.fit.components, explained=spec.fit.explained, weights=np.concatenate(weights)
    )
    walked = []
    for batch in calibrate:
        _, features, mask, bins = _prepare(batch, spec)
        standard = standardise(features, mask, bins, tunnel, spec)
        score = score_rows(standard.z, standard.mask, subspace)
        hidden = np.where(standard.decided[:, None], standard.mask, MISSING).astype(np.uint8)
        walked.append((score, standard, hidden))
    drift = fit_drift([(score.residuals, hidden) for score, _, hidden in walked], spec.fit.drift_weight)
    runs = [
        np.column_stack([score.t2, score.spe, _walk_drift(score, standard, drift)])[standard.decided]
        for score, standard, _ in walked
    ]
    try:
        base = joint_limits(np.vstack(runs), spec.promise.false_alarm_rate)
    except ValueError as error:
        raise Invalid(f"Limits cannot be set: {error}.", do="Give more calibration batches.") from error
    limits = lift_to_events(
        base, runs, spec.event, target=spec.promise.events_per_batch, margin=spec.promise.margin
    )
    fitted = Fitted(
        spec,
        tunnel,
        channels,
        subspace,
        drift,
        limits.limits,
        _golden(prepared, tunnel, subspace, spec),
        fit_bands([(b, v) for v, _, _, b in prepared], spec.axis.bins, half_width=spec.fit.half_width),
    )
    calibration = Calibration(
        len(calibrate),
        sum(len(run) for run in runs),
        limits.false_alarm_rate,
        limits.events_per_run,
        tuple(float(value) for value in limits.lift),
        limits.level,
    )
    return fitted, calibration


def golden_holds(fitted: Fitted) -> bool:
    """Whether this computer scores the golden rows to the very same bits."""
    golden = fitted.golden
    standard = standardise(golden.features, golden.mask, golden.bins, fitted.tunnel, fitted.spec)
    score = score_rows(standard.z, standard.mask, fitted.subspace)
    return score.t2.tobytes() == golden.t2.tobytes() and score.spe.tobytes() == golden.spe.tobytes()


_Prepared = tuple[Floats, Floats, Mask, NDArray[np.int64]]


def _prepare(batch: BatchRows, spec: Spec) -> _Prepared:
    values = believed(batch.values, spec)
    features, mask = evaluate(values, spec)
    bins, _ = positions(values, batch.hours, spec)
    return values, features, mask, bins


def _tunnel(
    batches: list[tuple[NDArray[np.int64], Floats]], spec: Spec, least: Floats | None = None
) -> Tunnel:
    inside = []
    for bins, rows in batches:
        on_axis = (bins >= 0) & (bins < spec.axis.bins)
        inside.append((bins[on_axis], rows[on_axis]))
    return fit_tunnel(inside, spec.axis.bins, half_width=spec.fit.half_width, least_scale=least)


def _golden(prepared: list[_Prepared], tunnel: Tunnel, subspace: Subspace, spec: Spec) -> Golden:
    _, features, mask, bins = prepared[0]
    chosen = np.unique(np.linspace(0, features.shape[0] - 1, GOLDEN_ROWS).astype(np.int64))
    known = np.where(mask[chosen] == OK, features[chosen], 0.0)
    standard = standardise(known, mask[chosen], bins[chosen], tunnel, spec)
    score = score_rows(standard.z, standard.mask, subspace)
    return Golden(known, mask[chosen], bins[chosen], score.t2, score.spe)
