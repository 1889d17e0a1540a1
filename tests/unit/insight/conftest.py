"""A toy plant: batches of different pace with noise, and a pump that may under-deliver."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from titer.insight.features import BatchRows
from titer.insight.spec import Spec, parse_spec


def document() -> dict[str, Any]:
    def channel(tag: str, unit: str, low: str, high: str) -> dict[str, Any]:
        return {"tag": tag, "unit": unit, "low": low, "high": high}

    return {
        "name": "toy",
        "context_of_use": "a test",
        "step_minutes": 30,
        "axis": {
            "origin": {"kind": "tag_above", "tag": "R.VCD.PV", "above": "0.2", "rows": 3},
            "until_h": "96",
            "bin_minutes": 120,
        },
        "channels": [
            channel("R.VCD.PV", "1e6/mL", "-1", "100"),
            channel("R.OUR.PV", "mmol/(L.h)", "-1", "100"),
            channel("R.Feed.PV", "L/h", "-1", "100"),
            channel("R.Feed.SP", "L/h", "-1", "100"),
            channel("R.Total.PV", "L", "-1", "10000"),
            channel("W.Net", "kg", "-1000", "10000"),
        ],
        "features": [
            {"name": "cells", "operation": "mean", "tags": ["R.VCD.PV"], "window": 2},
            {"name": "growth", "operation": "change", "tags": ["R.VCD.PV"], "window": 12},
            {"name": "oxygen", "operation": "mean", "tags": ["R.OUR.PV"], "window": 2},
            {
                "name": "feed",
                "operation": "ratio",
                "tags": ["R.Feed.PV", "R.Feed.SP"],
                "window": 4,
                "floor": "0.05",
            },
            {
                "name": "weight",
                "operation": "exchange",
                "tags": ["W.Net", "R.Total.PV"],
                "window": 8,
                "floor": "0.5",
                "sign": -1,
            },
            {
                "name": "fed",
                "operation": "balance",
                "tags": ["R.Feed.PV", "R.Feed.SP"],
                "floor": "5",
            },
        ],
        "promise": {"false_alarm_rate": "0.01", "events_per_batch": "0", "margin": "0.1"},
        "event": {"rows": 3, "of": 3, "quiet": 6},
    }


def make_batch(seed: int, *, fault_h: float | None = None, under: float = 0.08) -> BatchRows:
    rng = np.random.default_rng(seed)
    hours = np.arange(0, 100, 0.5)
    rate, peak = 0.05 * rng.normal(1, 0.04), 18 * rng.normal(1, 0.05)
    late = np.maximum(hours - 2, 0)
    cells = np.where(hours >= 2, peak / (1 + (peak / 0.5 - 1) * np.exp(-rate * late)), 0.0)
    uptake = cells * 0.25 * rng.normal(1, 0.03)
    asked = np.where(hours > 24, 1.0 + 0.02 * np.maximum(hours - 24, 0), 0.0)
    share = np.where(hours >= (np.inf if fault_h is None else fault_h), 1 - under, 1.0)
    true = asked * share
    total = np.cumsum(asked) * 0.5
    weight = 500 - np.cumsum(true) * 0.5 * 1.05
    noise = lambda scale: rng.normal(size=hours.size) * scale  # noqa: E731
    values = np.column_stack(
        [
            cells * (1 + noise(0.03)) + noise(0.02),
            uptake * (1 + noise(0.03)),
            true * (1 + noise(0.02)),
            asked,
            total,
            weight + noise(0.05),
        ]
    )
    return BatchRows(f"toy-{seed}", hours, values)


@pytest.fixture(scope="session")
def batch() -> Callable[..., BatchRows]:
    return make_batch


@pytest.fixture
def spec_document() -> dict[str, Any]:
    return document()


@pytest.fixture(scope="session")
def toy_spec() -> Spec:
    return parse_spec(document())
