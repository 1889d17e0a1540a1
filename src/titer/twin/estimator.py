"""What the twin believes, as a fold over its log: live, after a restart, and as it was known at any moment.

There is one way to a belief: rows of the log in the order of their ids. So a restart, a question about the past
(`as known at`) and a verification all give what the live twin gave, bit for bit.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from titer.base.canonical import digest
from titer.base.clock import iso
from titer.twin.inputs import GOOD, text
from titer.twin.model import TwinHour, TwinInstance, TwinMeasurement
from titer.twin.process_model import ProcessModel
from titer.twin.settings import Settings

if TYPE_CHECKING:
    from titer.science.filters.replay import Replay
    from titer.science.filters.unscented import Belief, FilterModel

Z95 = 1.959964
LogRow = TwinHour | TwinMeasurement


def log_rows(
    session: Session,
    instance_id: str,
    *,
    after: str = "",
    through: str | None = None,
    known: datetime | None = None,
) -> list[LogRow]:
    """Rows of the append-only log in the order in which the twin took them.

    Args:
        session: reading.
        instance_id: whose log.
        after: only rows with a later id.
        through: only rows up to this id.
        known: only rows that had arrived by this plant time.
    """
    found: list[LogRow] = []
    for kind in (TwinHour, TwinMeasurement):
        query = select(kind).where(kind.instance_id == instance_id, kind.id > after)
        if through is not None:
            query = query.where(kind.id <= through)
        if known is not None:
            query = query.where(kind.arrived_at <= known)
        found.extend(session.scalars(query))
    for row in found:
        session.expunge(row)  # they outlive the session, in the estimator's memory
    return sorted(found, key=lambda row: row.id)


@dataclass
class Shown:
    """Outputs and states at the end of an hour: means and standard deviations."""

    hour: int
    outputs: tuple[Any, Any]
    states: tuple[Any, Any]


@dataclass
class Estimator:
    """The filter of one instance, fed from its log.

    Args:
        model: process model.
        settings: the definition's settings.
        started_at: plant time of inoculation.
        start_volume: broth at inoculation, L.
    """

    model: ProcessModel
    settings: Settings
    started_at: datetime
    start_volume: float
    last_id: str = ""
    taken_hours: int = 0
    hours: list[TwinHour] = field(default_factory=list)
    measurements: dict[str, TwinMeasurement] = field(default_factory=dict)
    _replay: Replay | None = None
    _shown: list[Shown] = field(default_factory=list)
    _online: dict[int, set[str]] = field(default_factory=dict)
    _knowledge: Any = field(default_factory=hashlib.sha256)

    @property
    def spec(self) -> Any:
        """The kinetics' vocabulary."""
        return self.model.module.SPEC

    @property
    def replay(self) -> Replay:
        """The filter with its memory; made when it is first needed, since it compiles."""
        if self._replay is None:
            from titer.science.filters.replay import Replay
            from titer.science.filters.unscented import Unscented

            ukf = Unscented(self.filter_model(), len(self.spec.outputs))
            x0 = self.model.module.initial_state(self.start_volume, **self.settings.start)
            sd = np.full(len(self.spec.states), self.settings.start_sd)
            sd[self.spec.state_index("volume")] = 0.02
            self._replay = Replay(ukf, ukf.start(0.0, x0, sd, 0.005))
        return self._replay

    def filter_model(self) -> FilterModel:
        """The filter's model by the settings."""
        from titer.science.filters.unscented import filter_model

        return filter_model(
            self.model.module, free=self.settings.free or None, relative=self.settings.relative_noise
        )

    def hour_of(self, instant: datetime) -> float:
        """Hours of culture at a plant time."""
        return (instant - self.started_at) / timedelta(hours=1)

    def time_of(self, hour: float) -> datetime:
        """Plant time at an hour of culture."""
        return self.started_at + timedelta(hours=hour)

    def take(self, rows: Iterable[LogRow]) -> int:
        """Take rows of the log, in order; returns from which hour on estimates were done again (or -1)."""
        before = len(self._shown)
        for row in rows:
            if row.id <= self.last_id:
                continue
            if isinstance(row, TwinHour):
                self._take_hour(row)
            else:
                self._take_measurement(row)
            self.last_id = row.id
            self._knowledge.update(digest(_content(row)).encode())
        done = self.replay.run()
        first = len(self.replay.estimates) - done
        del self._shown[first:]
        for index in range(first, len(self.replay.estimates)):
            estimate = self.replay.estimates[index]
            self._shown.append(
                Shown(
                    index + 1,
                    self.replay.ukf.observe(estimate.belief, estimate.inputs),
                    self.replay.ukf.states(estimate.belief),
                )
            )
        return first if first < before else -1

    def _take_hour(self, row: TwinHour) -> None:
        from titer.science.filters.replay import Measurement

        self.taken_hours += 1
        u = np.array([float(row.inputs[v.name]) for v in self.spec.inputs])
        if row.hour < len(self.hours):
            self.hours[row.hour] = row
            self.replay.change_inputs(row.hour, u)
        else:
            self.hours.append(row)
            self.replay.add_inputs(u)
        now: set[str] = set()
        for name, source in self.settings.measured.items():
            key = f"hour-{row.hour:05d}-{name}"
            if name in row.measured and row.quality.get(f"measured:{name}") == GOOD:
                value = float(row.measured[name])
                self.replay.add(
                    Measurement(
                        float(row.hour + 1),
                        key,
                        self.spec.output_index(name),
                        value,
                        source.relative_sd * abs(value) + source.absolute_sd,
                    )
                )
                now.add(key)
        for key in self._online.get(row.hour, set()) - now:
            self.replay.withdraw(key)
        self._online[row.hour] = now

    def _take_measurement(self, row: TwinMeasurement) -> None:
        from titer.science.filters.replay import Measurement

        known = self.measurements.get(row.key)
        self.measurements[row.key] = row
        if row.status == "withdrawn" or row.value is None:
            self.replay.withdraw(f"lab-{row.key}")
            return
        if (
            known is not None
            and known.status != "withdrawn"
            and (known.value, known.sampled_at, known.sd) == (row.value, row.sampled_at, row.sd)
        ):
            return
        time = self.hour_of(row.sampled_at)
        if time < 0.0:
            return
        self.replay.add(
            Measurement(
                time, f"lab-{row.key}", self.spec.output_index(row.output), float(row.value), float(row.sd)
            )
        )

    def copy(self) -> Estimator:
        """The same knowledge and belief, which does not follow any more; beliefs are immutable and shared."""
        made = copy(self)
        made._replay = self.replay.copy()
        made.hours, made.measurements = list(self.hours), dict(self.measurements)
        made._shown, made._online = list(self._shown), {k: set(v) for k, v in self._online.items()}
        made._knowledge = self._knowledge.copy()
        return made

    # --- what it shows ------------------------------------------------------------------------------------

    @property
    def shown(self) -> list[Shown]:
        """Estimates at the end of each hour; a copy."""
        return list(self._shown)

    @property
    def belief(self) -> Belief:
        """The newest belief."""
        return self.replay.belief

    def belief_digest(self) -> str:
        """SHA-256 over the bits of the newest belief."""
        belief = self.belief
        return hashlib.sha256(
            belief.mean.astype("<f8").tobytes() + belief.cov.astype("<f8").tobytes()
        ).hexdigest()

    def knowledge_digest(self) -> str:
        """SHA-256 over all that the twin has taken, in order."""
        return str(self._knowledge.hexdigest())

    def table(self, shown: Shown) -> tuple[dict[str, Any], dict[str, Any]]:
        """States and outputs of an hour as decimal text with 95 % bands."""
        return (
            banded([v.name for v in self.spec.states], *shown.states),
            banded([v.name for v in self.spec.outputs], *shown.outputs),
        )

    def parameters(self) -> dict[str, dict[str, str]]:
        """Co-estimated parameters: estimate, 95 % band, prior."""
        ukf, belief = self.replay.ukf, self.belief
        names = [self.spec.parameters[i].name for i in ukf.model.free]
        told = {}
        for position, name in enumerate(names):
            at = ukf.n + position
            value = self.spec.parameters[ukf.model.free[position]].value
            mean, sd = float(belief.mean[at]), float(belief.cov[at, at]) ** 0.5
            told[name] = {
                "mean": text(value * float(np.exp(mean))),
                "low": text(value * float(np.exp(mean - Z95 * sd))),
                "high": text(value * float(np.exp(mean + Z95 * sd))),
                "prior": text(value),
            }
        return told

    def recent_innovations(self, hours: int = 24) -> dict[str, list[float]]:
        """Differences between measured and predicted, in standard deviations, of the last hours, by output."""
        told: dict[str, list[float]] = {}
        for seen in self.replay.innovations[-hours:]:
            for one in seen:
                told.setdefault(self.spec.outputs[one.channel].name, []).append(one.z)
        return told

    def unused(self) -> list[dict[str, str]]:
        """Measurements that were so far off that they were shown, but not used."""
        return [
            {
                "output": self.spec.outputs[one.channel].name,
                "hour": text(one.time),
                "measured": text(one.measured),
                "predicted": text(one.predicted),
                "deviations": text(one.z),
            }
            for seen in self.replay.innovations
            for one in seen
            if not one.used
        ]

    def outside(self) -> list[str]:
        """Which states or inputs are outside the model's validity domain, in words."""
        if not self._shown:
            return []
        means = self._shown[-1].states[0]
        told = [
            f"{v.title} {means[i]:.4g} {v.unit} (domain {v.low:.4g} to {v.high:.4g})"
            for i, v in enumerate(self.spec.states)
            if not v.low - 1e-6 * v.scale <= means[i] <= v.high
        ]
        u = self.replay.inputs[-1]
        return told + [
            f"{v.title} {u[i]:.4g} {v.unit} (domain {v.low:.4g} to {v.high:.4g})"
            for i, v in enumerate(self.spec.inputs)
            if not v.low <= u[i] <= v.high
        ]

    def delivery(self, name: str, hours: int = 48) -> float | None:
        """Delivered over commanded of an input in the last hours; None if nothing was commanded."""
        asked = given = 0.0
        for row in self.hours[-hours:]:
            if f"set:{name}" in row.measured and row.quality.get(name) == GOOD:
                asked += float(row.measured[f"set:{name}"])
                given += float(row.inputs[name])
        return given / asked if asked > 1e-6 else None


def banded(names: list[str], mean: Any, sd: Any) -> dict[str, dict[str, str]]:
    """name -> mean, low, high (95 %), as decimal text."""
    return {
        name: {
            "mean": text(float(mean[i])),
            "low": text(float(mean[i] - Z95 * sd[i])),
            "high": text(float(mean[i] + Z95 * sd[i])),
        }
        for i, name in enumerate(names)
    }


def _content(row: LogRow) -> dict[str, Any]:
    if isinstance(row, TwinHour):
        return {
            "id": row.id, "hour": row.hour, "revision": row.revision, "inputs": row.inputs,
            "measured": row.measured, "quality": row.quality,
        }  # fmt: skip
    return {
        "id": row.id, "key": row.key, "revision": row.revision, "output": row.output, "value": row.value,
        "sd": row.sd, "status": row.status, "sampled_at": iso(row.sampled_at),
    }  # fmt: skip


def make(instance: TwinInstance, model: ProcessModel, settings: Settings) -> Estimator:
    """A fresh estimator of an instance whose culture has begun.

    Raises:
        ValueError: the culture has not begun.
    """
    if instance.started_at is None or instance.start_volume is None:
        raise ValueError(f"The culture of {instance.number} has not begun")
    return Estimator(model, settings, instance.started_at, float(instance.start_volume))
