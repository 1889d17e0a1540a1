"""Frames: the bytes survive the journey, and damage never passes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from titer.base.errors import IntegrityFault, Invalid
from titer.connect import Frame, Origin, Quality, split


def frame(rows: int = 3, **changes: object) -> Frame:
    values: dict[str, object] = {
        "connection": "br-201",
        "epoch": 2,
        "first": 11,
        "last": 10 + max(rows, 1),
        "channels": ("BR-201.Temperature.PV", "BR-201.State"),
        "channel": np.zeros(rows, "u2"),
        "source_us": np.arange(rows, dtype="i8") + 1_772_438_400_000_000,
        "server_us": np.zeros(rows, "i8"),
        "received_us": np.arange(rows, dtype="i8"),
        "value": np.linspace(36.5, 37.5, rows),
        "status": np.zeros(rows, "u4"),
        "quality": np.full(rows, Quality.GOOD, "u1"),
        "origin": np.full(rows, Origin.LIVE, "u1"),
        "text": {},
        "events": (),
    }
    return Frame(**(values | changes))  # type: ignore[arg-type]


def test_a_frame_comes_back_as_it_was() -> None:
    sent = frame(
        text={1: "Cultivation °"},
        events=({"kind": "overflow", "channels": ["BR-201.State"], "from_us": 1, "to_us": 2, "reason": "x"},),
    )
    back = Frame.decode(sent.encode())
    assert back.encode() == sent.encode()
    assert back.text == {1: "Cultivation °"}
    assert back.events[0]["kind"] == "overflow"
    np.testing.assert_array_equal(back.value, sent.value)
    assert (back.first, back.last, back.epoch, back.connection) == (11, 13, 2, "br-201")


def test_an_event_alone_takes_one_sequence() -> None:
    alone = frame(
        0, events=({"kind": "reconnected", "channels": [], "from_us": 0, "to_us": 0, "reason": ""},)
    )
    assert Frame.decode(alone.encode()).rows == 0
    with pytest.raises(Invalid):
        frame(0).encode()


def test_split_cuts_at_frame_borders_and_refuses_a_torn_tail() -> None:
    parts = [frame(n).encode() for n in (1, 5, 2)]
    assert split(b"".join(parts)) == parts
    with pytest.raises(IntegrityFault):
        split(b"".join(parts)[:-1])


@pytest.mark.parametrize(
    "changes",
    [
        {"last": 99},
        {"first": 0, "last": 2},
        {"channel": np.full(3, 7, "u2")},
        {"quality": np.zeros(2, "u1")},
        {"text": {3: "no such row"}},
        {"events": ({"kind": "invented"},)},
    ],
)
def test_contradictions_are_refused_before_they_are_written(changes: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        frame(**changes).encode()


@given(st.data())
def test_any_flipped_bit_is_found(data: st.DataObject) -> None:
    raw = bytearray(frame(text={0: "a"}).encode())
    at = data.draw(st.integers(0, len(raw) - 1))
    raw[at] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(IntegrityFault):
        Frame.decode(bytes(raw))
