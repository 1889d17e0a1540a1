"""Time series that a page of trends is tried on: a million values of eight channels, two batches, some spectra."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import numpy as np

from titer.app import Platform
from titer.base.clock import us
from titer.connect.core.acquired import Acquired, Axis
from titer.connect.core.columns import Columns
from titer.historian.keeping import Keeping
from titer.mes.model import Batch, ControlRecipe, Order, Recipe
from titer.record import Actor

UNITS = ("BR-201", "BR-202")
NAMES = ("Temperature.PV", "pH.PV", "DO.PV", "Agitation.PV")
TAGS = tuple(f"{unit}.{name}" for unit in UNITS for name in NAMES)
EACH = 125_000
RAMAN = "BR-201.Raman.PV"
OLD = "BR-202.Conductivity.PV"
TIMER = Actor.timer("test")


def recorded(platform: Platform, _people: dict[str, Actor], _batch: str) -> Mapping[str, Any]:
    """The channels' last day, a value every 0.69 s, with a jump that no chart may lose; batches that lie a day apart
    in the unit's run and are over; spectra with their axis; and values whose retention time is over."""
    end = us(platform.record.process_clock.now()) - 60_000_000
    channels = [
        {"tag": tag, "node": f"ns=2;s={tag}", "unit": "degC", "resolution": "0.01"}
        for tag in (*TAGS, RAMAN, OLD)
    ]
    with platform.record.action(TIMER, "equipment.node.register") as unit:
        for code in UNITS:
            platform.equipment.register_node(unit, code=code, name="Bioreactor", level="unit")
        platform.equipment.import_connection(
            unit, "hall", "opcua", {"endpoint": "opc.tcp://127.0.0.1:9"}, channels
        )
    every = 86_400_000_000 // EACH
    times = end - (EACH - np.arange(EACH, dtype=np.int64)) * every
    first = 1
    for number in range(len(TAGS)):
        value = np.round(37 + np.sin(np.arange(EACH) / 4_000 + number), 3)
        value[EACH // 2 + number] = 45.0
        part = Columns.of(np.full(EACH, number), times, value, np.zeros(EACH, np.uint32), received_us=end)
        platform.historian.append([part.frame("hall", 1, first, TAGS, ()).encode()])
        first += EACH
    axis = Axis("Raman shift", "1/cm", np.linspace(3_400.0, 100.0, 1_024))
    taken = [end - minute * 60_000_000 for minute in (30, 20, 10)]
    spectra = Columns.of(
        [0] * len(taken),
        taken,
        [np.nan] * len(taken),
        [0] * len(taken),
        received_us=end,
        arrays={
            row: Acquired(1e4 * np.exp(-(((axis.values - 1_000 - 40 * row) / 60) ** 2)), axis)
            for row in range(len(taken))
        },
    )
    platform.historian.append([spectra.frame("hall", 1, first, (RAMAN,), ()).encode()])
    with platform.record.action(TIMER, "historian.retention.set") as unit:
        keeping = Keeping(platform.historian, platform.historian.held)
        keeping.set_class(unit, name="water", years=1, basis="SOP-7")
        keeping.assign(unit, "water", [OLD])
    long_ago = end - 2 * 366 * 86_400_000_000
    old = Columns.of([0] * 60, [long_ago + n for n in range(60)], [1.0] * 60, [0] * 60, received_us=long_ago)
    platform.historian.append([old.frame("hall", 1, first + len(taken), (OLD,), ()).encode()])
    platform.historian.seal()
    _batches(platform)
    return {}


def _batches(platform: Platform) -> None:
    """Two that are over, as rows alone: what a batch goes through is told by the plant floor's own tests."""
    with platform.record.action(TIMER, "mes.batch.create") as unit:
        recipe = unit.add(
            Recipe(
                code="look", number=1, title="Look", product="mAb-7", state="effective", content={},
                content_digest="0" * 64, source_digest="0" * 64, warnings=[], submitted_by="test",
            )
        )  # fmt: skip
        order = unit.add(
            Order(number="O-2026-0001", recipe_code="look", product="mAb-7", priority=1, state="done")
        )
        unit.flush()
        control = unit.add(
            ControlRecipe(
                recipe_id=recipe.id, content={}, content_digest="0" * 64, bindings={}, formula={},
                snapshot_digest="0" * 64,
            )
        )  # fmt: skip
        unit.flush()
        for number, code in enumerate(UNITS):
            begun = unit.process_now - timedelta(hours=20 - 4 * number)
            unit.add(
                Batch(
                    number=f"B-2026-000{number + 1}", order_id=order.id, recipe_id=recipe.id,
                    control_recipe_id=control.id, product="mAb-7", equipment=code, execution="Complete",
                    semantics=1, simulated=False, started_at=begun, ended_at=begun + timedelta(hours=6),
                )
            )  # fmt: skip
