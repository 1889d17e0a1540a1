"""The parsers of instruments' words: whatever comes, they read it or refuse it, and what they write they read."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from titer.base.errors import Invalid, TiterError
from titer.connect.astm.frames import Assembly, frames, read_frame
from titer.connect.astm.records import instant as astm_instant
from titer.connect.astm.records import read_message
from titer.connect.hl7.messages import acknowledgement, escaped, instant, read_header, text
from titer.connect.hl7.messages import read_message as read_hl7
from titer.connect.modbus import wire
from titer.connect.modbus.manifest import DATA
from titer.connect.modbus.points import Point
from titer.connect.mqtt.nodes import EdgeNode
from titer.connect.mqtt.sparkplug import Metric, Payload, decode, encode
from titer.connect.mtsics.answers import Weighing, said, weight


@given(st.binary(min_size=6, max_size=6))
def test_a_modbus_header_is_read_or_refused(data: bytes) -> None:
    try:
        header = wire.read_header(data)
    except Invalid:
        return
    assert 3 <= header.length <= wire.LONGEST


@given(st.binary(min_size=3, max_size=254), st.integers(0, 255), st.sampled_from([1, 3, 6, 16, 43]))
def test_a_modbus_answer_is_read_or_refused(data: bytes, unit: int, function: int) -> None:
    try:
        told = wire.body(unit, function, data)
        for read in (wire.registers, wire.bits):
            assert len(read(told, 1)) == 1
        wire.identification(told)
    except TiterError:
        return


@given(
    st.sampled_from([one for one in DATA if one.startswith(("int", "uint"))]),
    st.integers(-(2**63), 2**64 - 1),
    st.booleans(),
    st.sampled_from(["1", "0.1", "-0.25", "100"]),
    st.sampled_from(["0", "-40", "273.15"]),
)
def test_what_fits_the_registers_comes_back_and_the_rest_is_refused(
    data: str, raw: int, little: bool, scale: str, offset: str
) -> None:
    point = Point("holding", 0, data, little, Decimal(scale), Decimal(offset))
    bits, signed = int(data.lstrip("uint")), data[0] == "i"
    fits = -(2 ** (bits - 1)) <= raw < 2 ** (bits - 1) if signed else 0 <= raw < 2**bits
    value = raw * Decimal(scale) + Decimal(offset)
    if not fits:
        with pytest.raises(Invalid):
            point.words(value)
        return
    words = point.words(value)
    assert len(words) == point.size
    assert point.value(words) == value


@given(st.text(max_size=300))
def test_a_balance_line_is_read_or_refused(line: str) -> None:
    for read in (weight, lambda text: said(text, "I4")):
        try:
            read(line)
        except Invalid:
            continue


@given(
    st.decimals(-10_000, 10_000, places=4), st.sampled_from("SD"), st.sampled_from(["g", "mg", "kg", "lb"])
)
def test_a_weight_keeps_its_digits(value: Decimal, state: str, unit: str) -> None:
    found = weight(f"S {state} {value:>12} {unit}")
    assert (str(found.value), found.state, found.unit) == (str(value), Weighing(state), unit)


@given(st.binary(max_size=400))
def test_an_astm_frame_and_message_are_read_or_refused(data: bytes) -> None:
    for read in (
        lambda: read_frame(data),
        lambda: read_frame(b"\x02" + data + b"\r\n"),
        lambda: read_message(data, "latin-1"),
        lambda: read_message(b"H|\\^&|||x\r" + data, "latin-1"),
    ):
        try:
            read()
        except Invalid:
            continue


@given(
    st.lists(
        st.binary(min_size=1, max_size=900).filter(lambda b: not set(b) & set(b"\x02\x03\x17\r\n")),
        max_size=12,
    )
)
def test_a_message_that_is_cut_into_frames_comes_together_again_and_no_bit_may_differ(
    records: list[bytes],
) -> None:
    message = b"".join(record + b"\r" for record in records)
    assembly = Assembly()
    for one in frames(message):
        assert assembly.take(read_frame(one))
        # E1381's checksum is a sum: it finds one changed digit of the text, and the number of the frame.
        with pytest.raises(Invalid):
            read_frame(one[:1] + bytes([one[1] ^ 1]) + one[2:])
    assert assembly.message == message


@given(st.lists(st.tuples(st.text(max_size=8), st.text(max_size=8), st.text(max_size=8)), max_size=6))
def test_results_come_back_as_they_were_written(results: list[tuple[str, str, str]]) -> None:
    def escaped(text: str) -> str:
        names = {"|": "&F&", "\\": "&R&", "^": "&S&", "&": "&E&"}
        return "".join(names.get(one, one) for one in text)

    clean = [tuple("".join(c for c in part if c.isprintable()).strip() for part in one) for one in results]
    raw = (
        "H|\\^&\r"
        + "".join(f"R|1|^^^{escaped(t)}|{escaped(v)}|{escaped(u)}\r" for t, v, u in clean)
        + "L|1|N\r"
    )
    found = read_message(raw.encode(), "utf-8").results
    assert [(one.test, one.value, one.unit) for one in found] == clean


@given(st.binary(max_size=600))
def test_a_sparkplug_payload_is_read_or_refused(data: bytes) -> None:
    try:
        payload = decode(data)
    except Invalid:
        return
    for kind in ("NBIRTH", "NDATA", "DBIRTH", "DDATA", "DDEATH", "NDEATH"):
        EdgeNode(alive=True).take(kind, "D" if kind[0] == "D" else "", payload)


METRICS = st.builds(
    Metric,
    name=st.text(max_size=12),
    alias=st.none() | st.integers(0, 2**64 - 1),
    timestamp_ms=st.none() | st.integers(0, 2**64 - 1),
    datatype=st.just(10),
    value=st.none() | st.floats(allow_nan=False) | st.text(max_size=12) | st.booleans(),
    null=st.booleans(),
    historical=st.booleans(),
    properties=st.dictionaries(
        st.text(max_size=5), st.integers(0, 2**31 - 1) | st.text(max_size=5), max_size=3
    ),
)


@given(
    st.builds(
        Payload,
        st.none() | st.integers(0, 2**64 - 1),
        st.none() | st.integers(0, 255),
        st.lists(METRICS, max_size=5).map(tuple),
    )
)
def test_a_sparkplug_payload_comes_back_as_it_was_written(payload: Payload) -> None:
    assert decode(encode(payload)) == payload


@given(st.binary(max_size=400), st.sampled_from([b"", b"MSH|^~\\&|a|b|c|d|2026||ORU^R01|1|P|2.5\r"]))
def test_an_hl7_message_is_read_or_refused_and_what_is_read_can_be_answered(data: bytes, head: bytes) -> None:
    raw = head + data
    try:
        header = read_header(raw, "latin-1")
    except Invalid:
        return
    answer = acknowledgement(header, "AE", "no", datetime(2026, 11, 23, tzinfo=UTC))
    told = read_header(answer[1:-2], "utf-8")
    assert text(told.delimiters, told.control) == "".join(one for one in header.control if one >= " ")
    try:
        read_hl7(raw, "latin-1")
    except Invalid:
        return


@given(st.text(st.characters(exclude_categories=["C"]), max_size=60))
def test_an_hl7_text_comes_back_as_it_was_written(raw: str) -> None:
    assert text("|^~\\&", escaped(raw)) == raw


@given(st.text("0123456789.+-", max_size=26))
def test_a_time_stamp_is_an_instant_or_refused(raw: str) -> None:
    for read in (instant, astm_instant):
        try:
            found = read(raw, ZoneInfo("Europe/Zurich"))
        except Invalid:
            continue
        assert found is None or found.tzinfo is UTC
