"""Limits from calibration batches, for the false alarms of all statistics together.

Limits from the training rows, or for each statistic by itself, promise less than they keep: with 99 % limits
from the 500 training rows of the Tennessee Eastman benchmark, 9.5 to 67 % of normal test rows alarm. So the
limits come from batches that the fit has not seen, for "any statistic above its limit", and are then lifted
until the events (not the rows) of the calibration batches are as few as was asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from titer.science.monitoring.events import EventRule, alarm_events

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class JointLimits:
    """Limits of several statistics.

    Attributes:
        limits: one for each statistic.
        level: the common quantile from which they were taken.
        false_alarm_rate: share of calibration rows with any statistic above its limit.
        lift: for each statistic the factor on its quantile that the event target asked for (1 = none).
        events_per_run: alarm events a calibration run at these limits.
    """

    limits: Floats
    level: float
    false_alarm_rate: float
    lift: Floats
    events_per_run: float = float("nan")


def joint_limits(statistics: Floats, rate: float) -> JointLimits:
    """Equal-level limits whose joint false alarm rate is at most `rate`.

    Args:
        statistics: calibration rows x statistics.
        rate: wanted share of rows with any statistic above its limit.

    Raises:
        ValueError: if the rows are too few to resolve the rate (fewer than 10 / rate).

    Example:
        >>> found = joint_limits(np.arange(4000.0).reshape(-1, 2), 0.01)
        >>> found.false_alarm_rate <= 0.01
        True
    """
    rows, count = statistics.shape
    if rows * rate < 10:
        raise ValueError(f"{rows} calibration rows cannot resolve a false alarm rate of {rate:g}")
    ordered = np.sort(statistics, axis=0)
    # the k-th largest as limit: k runs from what one statistic alone could spend down to nothing
    for above in range(int(rate * rows), -1, -1):
        limits = ordered[rows - 1 - above]
        alarming = (statistics > limits).any(axis=1).mean()
        if alarming <= rate:
            return JointLimits(limits.copy(), 1.0 - above / rows, float(alarming), np.ones(count))
    raise ValueError(f"no limits of {count} statistics reach a joint rate of {rate:g}")


def lift_to_events(
    base: JointLimits,
    runs: Sequence[Floats],
    rule: EventRule,
    *,
    target: float,
    margin: float = 0.1,
    step: float = 1.02,
) -> JointLimits:
    """Lift limits until the calibration runs hold no more events than asked.

    Only the statistic that causes the most events is lifted, step by step, so that one restless statistic
    does not deafen the others.

    Args:
        base: limits for the row-wise rate.
        runs: statistics (rows x statistics) of each calibration run.
        rule: event rule.
        target: wanted events a run.
        margin: added on top of what was found, to every statistic: a few tens of runs do not show the worst.
        step: factor between trials.

    Returns:
        JointLimits with `lift`, and with the rate and events counted at the lifted limits.
    """
    count = base.limits.size
    lift = np.ones(count)
    while _events(runs, base.limits * lift, rule) / len(runs) > target:
        alone = [
            _events([run[:, [j]] for run in runs], base.limits[[j]] * lift[j], rule) for j in range(count)
        ]
        worst = np.array(alone) == max(alone)
        lift = np.where(worst, lift * step, lift)
    lift = lift * (1.0 + margin)
    limits = base.limits * lift
    alarming = np.concatenate([(run > limits).any(axis=1) for run in runs])
    return JointLimits(
        limits, base.level, float(alarming.mean()), lift, _events(runs, limits, rule) / len(runs)
    )


def _events(runs: Sequence[Floats], limits: Floats, rule: EventRule) -> int:
    return sum(len(alarm_events([bool(row.any()) for row in run > limits], rule)) for run in runs)
