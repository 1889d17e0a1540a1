"""What goes over the pipe between the host and a connection's process."""

from __future__ import annotations

import asyncio
import os

import pytest

from titer.base.errors import IntegrityFault, Invalid, TiterError
from titer.connect.core.messages import MOST_BODY, fault, packed, read, read_now, told


def came(*parts: bytes) -> list[tuple[dict[str, object], bytes] | None]:
    """What a reader makes of bytes that came, after which the pipe ended."""

    async def main() -> list[tuple[dict[str, object], bytes] | None]:
        reader = asyncio.StreamReader()
        for part in parts:
            reader.feed_data(part)
        reader.feed_eof()
        found = [await read(reader)]
        while found[-1] is not None:
            found.append(await read(reader))
        return found

    return asyncio.run(main())


def test_messages_come_out_as_they_went_in_and_one_that_was_torn_is_the_end() -> None:
    one, two = packed({"a": "ä"}, b"\x00\xff"), packed({})
    assert came(one, two, one[:-1]) == [({"a": "ä"}, b"\x00\xff"), ({}, b""), None]


@pytest.mark.parametrize(
    "bytes_",
    [
        b"\xff" * 64,
        (MOST_BODY + 1).to_bytes(4, "big") + bytes(4),
        b"\0\0\0\2\0\0\0\0[]",
        b"\0\0\0\1\0\0\0\0{",
    ],
)
def test_what_is_no_message_is_refused_before_anything_is_kept_of_it(bytes_: bytes) -> None:
    with pytest.raises(Invalid, match="no message"):
        came(bytes_)


def test_the_first_message_is_read_without_a_byte_of_the_next() -> None:
    out, into = os.pipe()
    os.write(into, packed({"n": 1}, b"x") + b"rest")
    assert read_now(out) == ({"n": 1}, b"x")
    assert os.read(out, 10) == b"rest"
    os.close(into)
    with pytest.raises(Invalid, match="ended"):
        read_now(out)
    os.close(out)


def test_a_fault_is_of_its_kind_on_the_other_side_and_an_unknown_kind_is_a_fault_all_the_same() -> None:
    there = fault(told(IntegrityFault("a", why="b", do="c")))
    assert type(there) is IntegrityFault
    assert (there.what, there.why, there.do) == ("a", "b", "c")
    for raw in (["Nothing", "a", "", ""], ["annotations", "a", "", ""], told(ValueError("a"))):
        assert type(fault(raw)) is TiterError
        assert str(fault(raw)) == "a"
