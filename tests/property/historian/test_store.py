"""Frames that come late, twice, split up or after a crash: each value is there once, the first stays effective."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from titer.connect.core.frame import Frame
from titer.historian import rows as columns
from titer.historian.rows import Names
from titer.historian.store import Store

ROW = st.tuples(st.sampled_from(["A", "B", "C"]), st.integers(0, 12), st.integers(0, 3))
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None
"""In memory where there is such a place: tests/faults look at what a disk keeps."""
FRAMES = st.lists(st.lists(ROW, min_size=1, max_size=6), min_size=1, max_size=8)


def a_store(folder: Path) -> Store:
    return Store(folder, bytes(32), lambda: "01a20000-0000-7000-8000-000000000000")


def encoded(rows: list[tuple[str, int, int]], first: int) -> bytes:
    tags = tuple(sorted({tag for tag, _, _ in rows}))
    count = len(rows)
    times = np.array([at for _, at, _ in rows], dtype="<i8")
    return Frame(
        connection="c",
        epoch=1,
        first=first,
        last=first + count - 1,
        channels=tags,
        channel=np.array([tags.index(tag) for tag, _, _ in rows], dtype="<u2"),
        source_us=times,
        server_us=times,
        received_us=times,
        value=np.array([value for _, _, value in rows], dtype="<f8"),
        status=np.zeros(count, "<u4"),
        quality=np.zeros(count, "u1"),
        origin=np.zeros(count, "u1"),
    ).encode()


def expected(frames: list[list[tuple[str, int, int]]]) -> dict[tuple[str, int, int], int]:
    """By the rule, in plain Python: the first value of each (tag, source time, ordinal) is effective."""
    effective: dict[tuple[str, int, int], int] = {}
    for rows in frames:
        count: dict[tuple[str, int], int] = {}
        for tag, at, value in rows:
            ordinal = count.get((tag, at), 0)
            count[tag, at] = ordinal + 1
            effective.setdefault((tag, at, ordinal), value)
    return effective


def settled(store: Store, tags: Names) -> dict[tuple[str, int, int], int]:
    found = columns.settle(columns.sort(columns.join(list(store.view().tail)))).rows
    return {
        (tags.names[tag], at, ordinal): int(value)
        for tag, at, ordinal, value in zip(
            found["tag"].tolist(),
            found["source_us"].tolist(),
            found["ordinal"].tolist(),
            found["value"].tolist(),
            strict=True,
        )
    }


@given(FRAMES, st.data())
def test_frames_sent_again_and_again_over_restarts_count_once(
    frames: list[list[tuple[str, int, int]]], data: st.DataObject
) -> None:
    raw, first = [], 1
    for rows in frames:
        raw.append(encoded(rows, first))
        first += len(rows)
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        store = a_store(Path(folder))
        store.open([], {}, set())
        for number in range(len(raw)):
            since = data.draw(st.integers(0, number), label="sent again from")
            answer = store.append(raw[since : number + 1])
            last = sum(len(rows) for rows in frames[: number + 1])
            assert answer.acknowledged == {("c", 1): last}
            if data.draw(st.booleans(), label="restart"):
                store.close()
                store = a_store(Path(folder))
                store.open([], {}, set())
        assert settled(store, store.tags) == expected(frames)
        store.close()


@given(FRAMES, st.integers(0, 7))
def test_joined_or_apart_the_same_values_are_effective(
    frames: list[list[tuple[str, int, int]]], cut: int
) -> None:
    """What is sealed in two portions, and read together, says the same as what was never sealed."""
    tags, connections = Names(), Names()
    parts = [columns.of_frame(Frame.decode(encoded(rows, 1)), tags, connections) for rows in frames]
    portions = [part for part in (parts[:cut], parts[cut:]) if part]
    together = columns.settle(columns.join([columns.distinct(columns.join(portion)) for portion in portions]))
    values = {
        (tags.names[tag], at, ordinal): int(value)
        for tag, at, ordinal, value in zip(
            together.rows["tag"].tolist(),
            together.rows["source_us"].tolist(),
            together.rows["ordinal"].tolist(),
            together.rows["value"].tolist(),
            strict=True,
        )
    }
    assert values == expected(frames)
