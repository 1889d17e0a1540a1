"""Row groups that stay unpacked answer as a look at every row does, and take no more memory than they may."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from titer.historian.decoded import Decoded, Group
from titer.historian.rows import Rows, empty


def rows(pairs: list[tuple[int, int]]) -> Rows:
    columns = dict(empty().columns)
    for name, column in columns.items():
        columns[name] = np.zeros(len(pairs), dtype=column.dtype)
    columns["tag"] = np.array([tag for tag, _ in pairs], dtype="<i4")
    columns["source_us"] = np.array([at for _, at in pairs], dtype="<i8")
    columns["value"] = np.arange(len(pairs), dtype="<f8")
    return Rows(columns)


TIMES = st.integers(-5, 30)


@given(
    st.lists(st.tuples(st.integers(0, 5), TIMES), min_size=1, max_size=40).map(sorted),
    st.sets(st.integers(-1, 6)),
    TIMES,
    TIMES,
)
def test_a_part_of_a_group_is_what_a_look_at_every_row_finds(
    pairs: list[tuple[int, int]], tags: set[int], start: int, end: int
) -> None:
    codes = np.array(sorted(tags), dtype="<i4")
    found = Group.of(rows(pairs)).within(codes, start, end)
    assert found["value"].tolist() == rows(pairs).within(codes, start, end)["value"].tolist()


def test_what_was_asked_for_last_stays_and_the_bytes_are_bounded() -> None:
    group = Group.of(rows([(1, at) for at in range(1000)]))
    kept = Decoded(largest=group.size * 4 + 10)
    for index in range(4):
        kept.keep({("a", index, ()): group})
    assert kept.get(("a", 0, ())) is group
    kept.keep({("b", 0, ()): group})
    assert [kept.get(("a", index, ())) is group for index in range(4)] == [True, False, True, True]
    kept.forget("a")
    assert len(kept) == 1
    for index in range(50):
        kept.keep({("c", index, ()): group})
    assert len(kept) == 4


def test_whoever_reads_everything_once_does_not_push_out_what_is_asked_for_all_the_time() -> None:
    group = Group.of(rows([(1, at) for at in range(1000)]))
    kept = Decoded(largest=group.size * 4 + 10)
    kept.keep({("a", 0, ()): group})
    kept.keep({("b", index, ()): group for index in range(100)})
    assert len(kept) == 1
    assert kept.get(("a", 0, ())) is group


def test_nobody_writes_into_what_several_answers_share() -> None:
    found = Group.of(rows([(1, 1), (1, 2)])).within(np.array([1], dtype="<i4"), 0, 9)
    assert not found["value"].flags.writeable
