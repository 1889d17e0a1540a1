"""The scientists: a monitoring model trained on normal batches, and a twin, both made as a user would."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from titer.base.clock import us
from titer.cli.demo.cast import Cast
from titer.cli.demo.people import OWNER, QUALITY, SCIENTIST

if TYPE_CHECKING:
    from titer.sim.normal_batches import Boluses

NORMAL_BATCHES = 40
_BATCH_US = 21 * 86_400 * 1_000_000

ACCEPTANCE = {"max_false_events_per_batch": "0.25", "min_decided_share": "0.9"}


def recipe() -> Boluses:
    """How the demo's master recipe feeds: two hours of F2 and one of glucose a day, from day 3."""
    from titer.sim.normal_batches import Boluses

    return Boluses(feed_f2=18.0, feed_f2_min=120, glucose=11.0, glucose_min=60)


def history(seed: int, before: datetime) -> bytes:
    """The history of normal batches as a Parquet file, as a plant's historian would export it.

    Args:
        seed: of the plant.
        before: all of them end before this instant.
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet

    from titer.sim.normal_batches import normal_batches

    start = us(before) - (NORMAL_BATCHES + 1) * _BATCH_US
    batches = normal_batches(NORMAL_BATCHES, seed=seed, start_us=start, boluses=recipe(), preparation=True)
    columns: dict[str, Any] = {
        "batch": np.concatenate([np.full(len(b.hours), f"H-{b.number}") for b in batches]),
        "hours": np.concatenate([b.hours - b.hours[0] for b in batches]),  # since the filling began
    }
    for tag in batches[0].tags:
        columns[tag] = np.concatenate([b.column(tag) for b in batches])
    buffer = io.BytesIO()
    pyarrow.parquet.write_table(pa.table(columns), buffer)
    return buffer.getvalue()


def deploy_model(cast: Cast, data: bytes, say: Callable[[str], None]) -> None:
    """Train, freeze the criteria, open the test set, approve twice, deploy on BR-201."""
    author = cast[SCIENTIST]
    file = author.post_bytes("/api/insight/files", data)
    dataset = author.post(
        "/api/insight/datasets",
        {
            "title": "Normal batches of BR-201",
            "digest": file["digest"],
            "step_minutes": 10,
            "roles": {"test": 6, "calibrate": 14, "train": -1},
            "reason": "monitoring model",
        },
    )
    spec = author.get("/api/insight/templates/fed-batch", reactor="BR-201")
    model = author.post(
        "/api/insight/models",
        {"dataset_id": dataset["id"], "spec": spec, "acceptance": ACCEPTANCE, "reason": "monitoring model"},
    )
    cast.sign(OWNER, "insight_model", model["id"], "criteria_frozen", "Agreed before the test set is opened.")
    validated = cast[QUALITY].post(f"/api/insight/models/{model['id']}/validate", {"reason": "as planned"})
    cast.sign(OWNER, "insight_model", model["id"], "approved_by_owner", "Fit for its context of use.")
    cast.sign(QUALITY, "insight_model", model["id"], "approved_by_quality", "Criteria met on sealed batches.")
    cast[OWNER].post(
        f"/api/insight/models/{model['id']}/deploy",
        {"equipment": "BR-201", "patience_s": 10, "reason": "campaign"},
    )
    events = (validated["validation"] or {}).get("false_events")
    say(f"monitoring model {model['name']}: validated ({events} false events in 6 unseen batches), deployed")


def commission_twin(cast: Cast, say: Callable[[str], None]) -> None:
    """Define the twin of BR-201 and commission it."""
    made = cast[SCIENTIST].post(
        "/api/twin/definitions",
        {"equipment": "BR-201", "title": "Twin of the production bioreactor", "reason": "campaign"},
    )
    cast.sign(OWNER, "twin_definition", made["id"], "commissioned", "Commissioned on three past batches.")
    say("twin of BR-201 commissioned")
