"""A damaged document is refused in words or read; it never ends in an error of ours."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st

from titer.base.errors import Invalid
from titer.lims.animl import read_run

_SPEC = importlib.util.spec_from_file_location(
    "animl_documents", Path(__file__).parents[2] / "unit" / "lims" / "test_animl.py"
)
assert _SPEC is not None
assert _SPEC.loader is not None
_MODULE = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(_MODULE)
GOOD: bytes = _MODULE.document()


@given(st.integers(0, len(GOOD)))
def test_a_truncated_document_is_never_taken(at: int) -> None:
    if at >= len(GOOD.rstrip()):
        return
    try:
        read_run(GOOD[:at], "d", sandboxed=False)
    except Invalid:
        return
    raise AssertionError(f"truncated at {at} and taken")


@example(
    1336, 32
)  # a chromatogram's unit is lost: it is read as columns of values, and no run takes it as data
@given(st.integers(0, len(GOOD) - 1), st.integers(0, 255))
def test_a_changed_byte_is_refused_in_words_or_read(at: int, byte: int) -> None:
    data = bytearray(GOOD)
    data[at] = byte
    try:
        document = read_run(bytes(data), "d", sandboxed=False)
    except Invalid as error:
        assert error.what
        return
    assert document.injections or document.series, "an empty document was taken"
