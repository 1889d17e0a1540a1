"""Insight on a real record, with stand-ins for the layers below, and the toy plant of the unit tests."""

from __future__ import annotations

import importlib.util
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
from sqlalchemy.orm import Session

from titer.insight import Insight
from titer.material import Material
from titer.quality import Quality
from titer.record import Actor, Record


def _toy() -> ModuleType:
    path = Path(__file__).parents[2] / "unit" / "insight" / "conftest.py"
    spec = importlib.util.spec_from_file_location("insight_toy_plant", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@dataclass
class Rows:
    times_us: np.ndarray
    values: np.ndarray
    quality: np.ndarray
    source_us: np.ndarray


@dataclass
class MemoryHistory:
    """Channels in memory, with the contract of the historian's two reads."""

    samples: dict[str, list[tuple[int, float, int]]] = field(default_factory=dict)

    def add(self, tag: str, at_us: int, value: float, quality: int = 0) -> None:
        self.samples.setdefault(tag, []).append((at_us, value, quality))

    def last(self, tags: Sequence[str]) -> Mapping[str, Any]:
        return {t: SimpleNamespace(source_us=max(self.samples[t])[0]) for t in tags if self.samples.get(t)}

    def aligned(
        self, tags: Sequence[str], start_us: int, end_us: int, step_us: int, *, max_age_us: int
    ) -> Rows:
        times = np.arange(start_us, end_us, step_us, dtype=np.int64)
        shape = (times.size, len(tags))
        values, quality = np.full(shape, np.nan), np.full(shape, 2, np.uint8)
        source = np.zeros(shape, np.int64)
        for j, tag in enumerate(tags):
            known = sorted(self.samples.get(tag, []))
            at = np.array([s[0] for s in known], dtype=np.int64)
            for i, t in enumerate(times):
                k = int(np.searchsorted(at, t, side="right")) - 1
                if k >= 0 and t - at[k] <= max_age_us:
                    source[i, j], values[i, j], quality[i, j] = known[k]
        return Rows(times, values, quality, source)


@dataclass
class StubPlant:
    units: dict[str, str]
    awaited: int | None = None

    def channel_facts(self, _session: Session, tags: Sequence[str]) -> Mapping[str, Any]:
        return {
            t: SimpleNamespace(unit=self.units[t], alarm_low=0.5, alarm_high=5.0)
            for t in tags
            if t in self.units
        }

    def awaited_from(self, _session: Session, _tags: Sequence[str], _start: int, _end: int) -> int | None:
        return self.awaited


@dataclass
class World:
    record: Record
    insight: Insight
    history: MemoryHistory
    plant: StubPlant
    quality: Quality
    toy: ModuleType

    def spec(self) -> dict[str, Any]:
        return self.toy.document()

    def file(self, names: Sequence[tuple[str, Any]]) -> bytes:
        """A CSV file of batches: (name, BatchRows)."""
        tags = [channel["tag"] for channel in self.spec()["channels"]]
        out = io.StringIO()
        out.write(",".join(["batch", "hours", *tags]) + "\n")
        for name, batch in names:
            for hour, row in zip(batch.hours, batch.values, strict=True):
                out.write(",".join([name, repr(float(hour)), *(repr(float(v)) for v in row)]) + "\n")
        return out.getvalue().encode()

    def stream(self, batch: Any, start_us: int, rename: Mapping[str, str] | None = None) -> None:
        """Put a toy batch into the historian as if it had just run."""
        for hour, row in zip(batch.hours, batch.values, strict=True):
            for channel, value in zip(self.spec()["channels"], row, strict=True):
                prefix, dot, rest = channel["tag"].partition(".")
                tag = f"{(rename or {}).get(prefix, prefix)}{dot}{rest}"
                self.history.add(tag, start_us + round(float(hour) * 3.6e9), float(value))


@pytest.fixture
def world(record: Record) -> World:
    toy = _toy()
    history, material = MemoryHistory(), Material(record)
    quality = Quality(record, material)
    plant = StubPlant({c["tag"]: c["unit"] for c in toy.document()["channels"]})
    insight = Insight(record, quality, plant, history)
    for layer in (material, quality, insight):
        record.register_actions(layer.actions())
        record.register_signatures(layer.signatures())
    return World(record, insight, history, plant, quality, toy)


@pytest.fixture
def approved(
    world: World, person: Callable[..., Actor], sign: Callable[..., object]
) -> Callable[..., tuple[str, dict[str, Actor]]]:
    """Trains, validates and approves a toy model; gives its id and the people."""

    def make() -> tuple[str, dict[str, Actor]]:
        people = {
            "scientist": person("sci", "scientist"),
            "owner": person("own", "process_owner"),
            "quality": person("qa", "quality"),
            "operator": person("op", "operator"),
        }
        make_batch = world.toy.make_batch
        batches = [(f"H-{i:03d}", make_batch(i)) for i in range(36)]
        batches.append(("F-001", make_batch(90, fault_h=55.0)))
        from titer.insight.datasets import DatasetOrder, Fault

        insight, record = world.insight, world.record
        with record.action(people["scientist"], "insight.dataset.create") as unit:
            digest = unit.content.put(world.file(batches), media_type="text/csv", origin="test")
            dataset = insight.datasets.from_file(
                unit,
                digest=digest,
                order=DatasetOrder(
                    "toy batches",
                    30,
                    {"test": 6, "calibrate": 12, "train": -1},
                    faults=[Fault("F-001", "feed -8 %", "55.0")],
                    exclusions={"H-035": "power failure at 20 h"},
                ),
            )
        trained = insight.models.train(
            dataset.id,
            world.spec(),
            {"max_false_events_per_batch": "0.1", "min_decided_share": "0.9", "max_detection_delay_h": "15"},
        )
        with record.action(people["scientist"], "insight.model.train") as unit:
            model = insight.models.register(unit, trained)
        sign(people["owner"], "insight_model", model.id, "criteria_frozen")
        with record.action(people["quality"], "insight.model.validate") as unit:
            insight.models.open_test_set(unit, model.id)
        report = insight.models.validation_report(model.id)
        with record.action(people["quality"], "insight.model.validate") as unit:
            insight.models.close_validation(unit, model.id, report)
        sign(people["owner"], "insight_model", model.id, "approved_by_owner")
        sign(people["quality"], "insight_model", model.id, "approved_by_quality")
        return model.id, people

    return make
