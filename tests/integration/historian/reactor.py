"""A reactor with two channels, and frames of its values."""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np

from titer.connect.core.frame import Frame
from titer.historian.log import encode
from titer.record import Actor

S = 1_000_000
PV, SP = "BR-201.Temperature.PV", "BR-201.Temperature.SP"
CHANNELS: list[dict[str, Any]] = [
    {"tag": PV, "node": "s=T", "unit": "degC", "low": 0, "high": 60, "description": "Culture"},
    {"tag": SP, "node": "s=TSP", "unit": "degC", "low": 10, "high": 45, "writable": True, "deadband": 0.1},
]
ANN = Actor.timer("test")


def frame(
    t0: int,
    first: int,
    values: list[float],
    *,
    tag: str = PV,
    connection: str = "br201",
    epoch: int = 1,
    at: int = 0,
    every: int = 1,
    quality: int = 0,
    events: tuple[dict[str, Any], ...] = (),
) -> bytes:
    count = len(values)
    times = t0 + (at + np.arange(count, dtype="<i8") * every) * S
    return Frame(
        connection=connection,
        epoch=epoch,
        first=first,
        last=first + max(count, 1) - 1,
        channels=(tag,),
        channel=np.zeros(count, "<u2"),
        source_us=times,
        server_us=times,
        received_us=times,
        value=np.array(values, dtype="<f8"),
        status=np.zeros(count, "<u4"),
        quality=np.full(count, quality, "u1"),
        origin=np.zeros(count, "u1"),
        events=events,
    ).encode()


def rewritten(data: bytes, payload: bytes) -> bytes:
    """A log's file with another payload in its first record; all checksums are right, the tag is the old one."""
    own = encode(bytes(32), data[36:52], 1, 0, 0, payload)
    header = own[:52] + data[52:68]
    return header + zlib.crc32(header).to_bytes(4, "little") + payload + data[72 + len(payload) :]
