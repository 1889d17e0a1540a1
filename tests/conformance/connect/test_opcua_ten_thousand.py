"""Ten thousand channels over four servers, recorded by one connector host and one hub: no value is missing.

The servers are processes of their own, since a server of asyncua takes a minute to lay out thousands of variables.
"""

from __future__ import annotations

import time
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest
from tests.bench.opcua import acknowledged, plant, recording

from titer.app import open_platform
from titer.testing.connectors import patience

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]
SERVERS, CHANNELS, ROUNDS, HERTZ = 4, 2500, 30, 1.0


def test_ten_thousand_channels_over_four_servers_come_with_no_gap(tmp_path: Path) -> None:
    names = [f"plant-{number}" for number in range(SERVERS)]
    with ExitStack() as stack:
        addresses = [stack.enter_context(plant(tmp_path, CHANNELS, HERTZ))[0] for _ in names]
        with recording(tmp_path / "lab", addresses, CHANNELS):
            end = time.monotonic() + 600 * patience()
            while any(acknowledged(tmp_path / "lab", one) < ROUNDS * CHANNELS for one in names):
                assert time.monotonic() < end, {one: acknowledged(tmp_path / "lab", one) for one in names}
                time.sleep(0.5)
    platform = open_platform(tmp_path / "lab")
    try:
        with platform.record.reading() as session:
            assert platform.equipment.gap_rows(session, 0, 2**62, None) == []
        for number in range(SERVERS):
            tags = [f"P{number}.C{channel}" for channel in range(CHANNELS)]
            found = platform.historian.read(tags, 0, 2**62)
            # Each value is the number of its round: what is missing would be a step of more than one.
            tag = found["tag"].combine_chunks().indices.to_numpy()
            value = found["value"].to_numpy()
            within = tag[1:] == tag[:-1]
            assert set(np.diff(value)[within]) == {1.0}
            counted = np.bincount(tag)
            assert len(counted[counted > 0]) == CHANNELS
            assert counted[counted > 0].min() >= ROUNDS - 2
    finally:
        platform.close()
