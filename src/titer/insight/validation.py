"""What a model does on batches that it has never seen, and whether that meets what was agreed beforehand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from titer.base.errors import Invalid
from titer.insight.features import BatchRows
from titer.insight.fitted import Fitted
from titer.insight.scoring import BatchScorer, ScoredRow


@dataclass(frozen=True)
class Challenge:
    """A batch with a known fault, and the hour (of its rows) at which the fault began."""

    batch: BatchRows
    fault: str
    from_h: float


def walk(fitted: Fitted, batch: BatchRows) -> list[ScoredRow]:
    """Score a whole historic batch by the code that scores a running one."""
    times = [round(float(hour) * 3.6e9) for hour in batch.hours]
    return BatchScorer(fitted, 0).take(times, batch.values)


def validate(
    fitted: Fitted, normal: Sequence[BatchRows], challenges: Sequence[Challenge], acceptance: dict[str, str]
) -> dict[str, Any]:
    """The validation report: canonical, numbers as text.

    Args:
        fitted: the model.
        normal: held-out normal batches.
        challenges: held-out batches with a known fault; may be empty.
        acceptance: criterion -> limit: `max_false_events_per_batch`, `min_decided_share`,
            `max_detection_delay_h`, `min_detected_share`.

    Returns:
        A report with one line for each batch, one for each criterion, and `passed`.
    """
    criteria = parse_acceptance(acceptance)
    if not normal:
        raise Invalid("A validation needs held-out normal batches.", where="dataset.roles.test")
    batches, events, alarming, decided, on_axis = [], 0, 0, 0, 0
    for batch in normal:
        rows = walk(fitted, batch)
        mine = sum(row.begins for row in rows)
        ok = sum(row.verdict == "ok" for row in rows)
        relevant = sum(row.verdict in ("ok", "bad input") for row in rows)
        loud = sum(row.alarming for row in rows)
        events, alarming, decided, on_axis = events + mine, alarming + loud, decided + ok, on_axis + relevant
        batches.append(
            {
                "batch": batch.name,
                "rows": len(rows),
                "decided": ok,
                "alarming": loud,
                "false_events": mine,
                "largest_ratio": f"{max((r.ratio for r in rows if r.verdict == 'ok'), default=0.0):.3f}",
            }
        )
    found = [_challenge(fitted, challenge) for challenge in challenges]
    delays = [float(line["delay_h"]) for line in found if line["delay_h"] is not None]
    figures: dict[str, float] = {
        "max_false_events_per_batch": events / len(normal),
        "min_decided_share": decided / max(on_axis, 1),
    }
    if challenges:
        figures["min_detected_share"] = len(delays) / len(challenges)
        figures["max_detection_delay_h"] = max(delays, default=float("inf")) if delays else float("inf")
    lines = []
    for name, limit in criteria.items():
        value = figures.get(name)
        good = value is not None and (value <= limit if name.startswith("max_") else value >= limit)
        shown = "not measured: no batch with a known fault" if value is None else f"{value:.4g}"
        lines.append({"criterion": name, "limit": repr(limit), "value": shown, "passed": good})
    return {
        "normal_batches": len(normal),
        "rows": on_axis,
        "row_false_alarm_rate": f"{alarming / max(decided, 1):.5f}",
        "false_events": events,
        "false_events_per_batch": f"{events / len(normal):.4f}",
        "upper_95_false_events_per_batch": f"{_poisson_upper(events) / len(normal):.4f}",
        "decided_share": f"{figures['min_decided_share']:.4f}",
        "batches": batches,
        "challenges": found,
        "criteria": lines,
        "passed": all(line["passed"] for line in lines),
    }


def parse_acceptance(acceptance: dict[str, str]) -> dict[str, float]:
    """Acceptance criteria as numbers.

    Raises:
        Invalid: for an unknown criterion, or none about false events.
    """
    known = ("max_false_events_per_batch", "min_decided_share", "max_detection_delay_h", "min_detected_share")
    result = {}
    for name, value in acceptance.items():
        if name not in known:
            raise Invalid(
                f"The criterion {name!r} is unknown.", where="acceptance", do=f"Known: {', '.join(known)}."
            )
        try:
            result[name] = float(value)
        except ValueError as error:
            raise Invalid(f"{value!r} is no number.", where=f"acceptance.{name}") from error
    if "max_false_events_per_batch" not in result:
        raise Invalid(
            "Say how many false events a batch may have.", where="acceptance.max_false_events_per_batch"
        )
    return result


def _challenge(fitted: Fitted, challenge: Challenge) -> dict[str, Any]:
    rows = walk(fitted, challenge.batch)
    hours = challenge.batch.hours
    raised = [float(hours[i]) for i, row in enumerate(rows) if row.begins]
    after = [hour for hour in raised if hour >= challenge.from_h]
    first = next((row for i, row in enumerate(rows) if row.begins and hours[i] >= challenge.from_h), None)
    return {
        "batch": challenge.batch.name,
        "fault": challenge.fault,
        "from_h": f"{challenge.from_h:.3f}",
        "events_before": len(raised) - len(after),
        "delay_h": f"{after[0] - challenge.from_h:.3f}" if after else None,
        "pointed_at": [c.feature for c in first.top] if first else [],
    }


def _poisson_upper(count: int) -> float:
    """Upper one-sided 95 % bound of a Poisson count (Garwood 1936); scipy is loaded when it is needed."""
    from scipy.stats import chi2

    return float(np.asarray(chi2.ppf(0.95, 2 * (count + 1))) / 2)
