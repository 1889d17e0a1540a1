"""Multivariate process monitoring: what normal batches look like, and how far from it a row lies.

Fit on some batches, take the limits from others, score row by row with one kernel that gives the same
bits for a single row as for a whole batch, and count alarm events instead of alarming rows.
"""

from titer.science.monitoring.drift import Drift, drift_statistic, fit_drift
from titer.science.monitoring.events import AlarmEvent, EventRule, EventState, advance, alarm_events
from titer.science.monitoring.kernel import (
    INACTIVE,
    MISSING,
    OK,
    RowScore,
    contributions,
    score_row,
    score_rows,
)
from titer.science.monitoring.limits import JointLimits, joint_limits, lift_to_events
from titer.science.monitoring.subspace import Subspace, fit_cva, fit_pca, lagged
from titer.science.monitoring.tunnel import Tunnel, fit_tunnel

__all__ = [
    "INACTIVE",
    "MISSING",
    "OK",
    "AlarmEvent",
    "Drift",
    "EventRule",
    "EventState",
    "JointLimits",
    "RowScore",
    "Subspace",
    "Tunnel",
    "advance",
    "alarm_events",
    "contributions",
    "drift_statistic",
    "fit_cva",
    "fit_drift",
    "fit_pca",
    "fit_tunnel",
    "joint_limits",
    "lagged",
    "lift_to_events",
    "score_row",
    "score_rows",
]
