"""The same walk with the real historian underneath: frames in, alert out, log replayed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from titer.base.clock import ManualClock, us
from titer.connect.core.frame import Frame
from titer.historian import Historian
from titer.insight import Insight, queries
from titer.insight.model import Watch
from titer.record import Actor


def frames(tags: list[str], batch: Any, start_us: int) -> list[bytes]:
    """A frame for each row of a batch, as the connector would ship them."""
    made, sequence = [], 1
    for hour, row in zip(batch.hours, batch.values, strict=True):
        at = np.full(len(tags), start_us + round(float(hour) * 3.6e9), np.int64)
        made.append(
            Frame(
                connection="toy",
                epoch=1,
                first=sequence,
                last=sequence + len(tags) - 1,
                channels=tuple(tags),
                channel=np.arange(len(tags), dtype=np.uint16),
                source_us=at,
                server_us=at,
                received_us=at,
                value=row.astype(np.float64),
                status=np.zeros(len(tags), np.uint32),
                quality=np.zeros(len(tags), np.uint8),
                origin=np.zeros(len(tags), np.uint8),
            ).encode()
        )
        sequence += len(tags)
    return made


def test_frames_become_scores_and_an_alert(
    world: Any,
    approved: Callable[..., tuple[str, dict[str, Actor]]],
    process_clock: ManualClock,
    tmp_path: Path,
) -> None:
    model_id, people = approved()
    historian = Historian(tmp_path / "historian", world.record)
    insight = Insight(world.record, world.quality, world.plant, historian)
    with world.record.action(people["owner"], "insight.model.deploy") as unit:
        insight.models.deploy(unit, model_id, equipment="R", block_minutes=240)
    start = us(process_clock.now())
    event = SimpleNamespace(
        topic="mes.batch.started",
        record_id="b",
        payload={"batch_id": "b", "number": "B-1", "unit": "R"},
        process_at=process_clock.now(),
    )
    insight.follower.on_batch(event)
    tags = [channel["tag"] for channel in world.spec()["channels"]]
    batch = world.toy.make_batch(800, fault_h=60.0)
    shipped = frames(tags, batch, start)
    for begin in range(0, len(shipped), 20):
        historian.append(shipped[begin : begin + 20])
        process_clock.advance(timedelta(hours=10))
        insight.follower.step()
    with world.record.reading() as session:
        watch = session.query(Watch).one()
        assert queries.scored_shares(session, watch.id)["bad input"] == 0
        (alert,) = queries.alerts(session)
        assert timedelta(hours=60) < alert.raised_at - watch.started_at < timedelta(hours=72)
        assert insight.verify_log(session, watch.id)["same"]
    historian.close()
