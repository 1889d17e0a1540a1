"""Which differences between what was signed and what would be shown now make a signature void."""

from __future__ import annotations

from typing import Any

import pytest

from titer.record import SignatureMeaning
from titer.record.validity import differences


def _nothing(*_given: Any) -> Any:
    raise AssertionError("not asked")


@pytest.mark.parametrize(
    ("signed", "now", "found"),
    [
        ({"a": 1, "state": "x"}, {"a": 1, "state": "y"}, []),
        ({"a": None}, {"a": 1}, ["a"]),
        ({"conclusion": None}, {"conclusion": "done"}, []),
        ({"conclusion": "so"}, {"conclusion": "else"}, ["conclusion"]),
        ({"comment": None}, {"comment": "given"}, []),
        ({"comment": "given"}, {"comment": "another"}, ["comment"]),
        ({"rows": [{"test": "1", "a": 1}]}, {"rows": [{"test": "2"}, {"test": "1", "a": 1}]}, []),
        ({"rows": [{"test": "1", "a": 1}]}, {"rows": [{"test": "1", "a": 2}]}, ["rows[0].a"]),
        ({"rows": [{"test": "1", "a": 1}]}, {"rows": []}, ["rows[0]"]),
        ({"rows": [{"test": "1", "conclusion": None}]}, {"rows": []}, []),
        ({"list": [1, 2]}, {"list": [1, 2, 3]}, ["list"]),
        ({"list": [1, 2]}, {"list": [1, 3]}, ["list[1]"]),
        ({"deep": {"a": {"b": 1}}}, {"deep": {"a": {"b": 2}}}, ["deep.a.b"]),
        ({"gone": 1}, {}, ["gone"]),
        ({}, {"new": 1}, ["new"]),
    ],
)
def test_what_lives_on_is_filled_in_grows_or_was_carried_out_is_no_change(
    signed: dict[str, Any], now: dict[str, Any], found: list[str]
) -> None:
    what = SignatureMeaning(
        "t", "m", "v", "T", _nothing, _nothing, _nothing, filled=("conclusion",), grows=("rows",)
    )
    assert differences(signed, now, what, {"comment": " given "}) == found
