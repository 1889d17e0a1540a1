"""The log, cut and flipped everywhere."""

from __future__ import annotations

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from titer.historian.errors import LogDamaged
from titer.historian.log import HEADER_BYTES, encode, scan

KEY, SALT = bytes(range(32)), bytes(range(16))


def written(payloads: list[bytes], durable_each: bool = True) -> tuple[bytes, list[int]]:
    """A log file as it lies on the disk, and where each record ends."""
    data, ends = b"", []
    for number, payload in enumerate(payloads):
        data += encode(KEY, SALT, 7, number, len(data) if durable_each else 0, payload) + payload
        ends.append(len(data))
    return data, ends


def found(data: bytes) -> list[bytes]:
    return [data[start:end] for start, end in scan(data, KEY, 7, newest=True).spans]


def test_every_truncation_keeps_exactly_the_whole_records() -> None:
    payloads = [b"one", b"", b"TTRL" * 9, bytes(range(256))]
    data, ends = written(payloads)
    for cut in range(len(data) + 1):
        whole = sum(end <= cut for end in ends)
        kept = scan(data[:cut], KEY, 7, newest=True)
        assert found(data[:cut]) == payloads[:whole]
        assert kept.end == (ends[whole - 1] if whole else 0)
        assert kept.torn == cut - kept.end


def test_every_flipped_bit_is_an_alarm_or_falls_into_the_unconfirmed_tail() -> None:
    payloads = [b"first record", b"second", b"third, the newest"]
    data, ends = written(payloads)
    for place in range(len(data)):
        for bit in range(8):
            bad = bytearray(data)
            bad[place] ^= 1 << bit
            if place < ends[-2]:
                with pytest.raises(LogDamaged):
                    scan(bytes(bad), KEY, 7, newest=True)
            else:
                assert found(bytes(bad)) == payloads[:2]
            with pytest.raises(LogDamaged):
                scan(bytes(bad), KEY, 7, newest=False)


@given(st.lists(st.binary(max_size=60), min_size=1, max_size=6), st.data())
def test_whatever_happens_to_the_bytes_no_record_is_read_that_was_not_written(
    payloads: list[bytes], data: st.DataObject
) -> None:
    whole, _ = written(payloads, data.draw(st.booleans()))
    place = data.draw(st.integers(0, len(whole) - 1))
    length = data.draw(st.integers(1, 80))
    bad = whole[:place] + data.draw(st.binary(max_size=80)) + whole[place + length :]
    try:
        read = found(bad)
    except LogDamaged:
        return
    assert read == payloads[: len(read)]


@given(st.binary(max_size=200))
def test_a_payload_that_looks_like_a_record_confuses_nothing(payload: bytes) -> None:
    inner = encode(KEY, SALT, 7, 1, 10_000, payload) + payload
    data, ends = written([b"x", inner, b"y"])
    assert found(data) == [b"x", inner, b"y"]
    assert found(data[: ends[0]]) == [b"x"]


def test_the_header_is_covered_by_its_own_checksum() -> None:
    header = encode(KEY, SALT, 7, 3, 11, b"abc")
    assert len(header) == HEADER_BYTES
    assert zlib.crc32(header[:-4]) == int.from_bytes(header[-4:], "little")
