"""What a hostile OPC UA server can make the client hold has an end: answers of every service, and its own limits."""

from __future__ import annotations

import struct
from datetime import UTC, datetime
from typing import Any

import pytest
from asyncua import Client, ua
from asyncua.ua.ua_binary import nodeid_to_binary, struct_from_binary, struct_to_binary

from titer.base.errors import Unavailable
from titer.connect.opcua import bounds, decode
from titer.connect.opcua.bounds import MOST_STEPS, BoundedProtocol, Limits, Metered, bound
from titer.connect.opcua.history import MOST_VALUES

MANY = struct.pack("<i", 2**31 - 1)
NULLS = b"\x80" + MANY
"""A Variant that is an array of 2^31 - 1 nulls, each of which takes no byte at all."""
MB4 = 4 * 1024 * 1024


def answer(kind: Any, parameters: bytes) -> bytes:
    """The bytes of a response with such parameters."""
    header = struct_to_binary(ua.ResponseHeader())
    return (
        nodeid_to_binary(ua.FourByteNodeId(ua.ObjectIds.ReadResponse_Encoding_DefaultBinary))
        + header
        + parameters
    )


HOSTILE = {
    "read, an array that is longer than its message": (ua.ReadResponse, MANY),
    "read, four million values of one byte": (ua.ReadResponse, struct.pack("<i", MB4) + bytes(MB4)),
    "read, an array of nulls": (ua.ReadResponse, struct.pack("<i", 1) + b"\x01" + NULLS),
    "read, arrays within an array": (
        ua.ReadResponse,
        struct.pack("<i", 1) + b"\x01" + b"\x98" + struct.pack("<i", 9_000) + b"\x98\x00\x00\x00\x00" * 8_000,
    ),
    "browse, an array of references": (
        ua.BrowseResponse,
        struct.pack("<i", 1) + bytes(4) + b"\xff" * 4 + MANY,
    ),
    "history, four million values of one byte": (ua.HistoryData, struct.pack("<i", MB4) + bytes(MB4)),
    "browse, a million results": (ua.BrowseResponse, struct.pack("<i", 10**6) + bytes(MB4)),
    "call, an array of nulls": (
        ua.CallResponse,
        struct.pack("<i", 1) + bytes(4) + bytes(4) + bytes(4) + struct.pack("<i", 1) + NULLS,
    ),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_an_answer_is_read_in_a_bounded_number_of_steps(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "MOST_STEPS", 2_000)
    kind, parameters = HOSTILE[what]
    buffer = Metered(parameters if kind is ua.HistoryData else answer(kind, parameters))
    with pytest.raises((ua.UaError, RecursionError)):
        struct_from_binary(kind, buffer)
    assert buffer._spent[0] <= 2_001


def test_a_history_of_the_size_that_is_asked_for_is_read() -> None:
    moment = datetime(2026, 3, 2, 1, 2, 3, 456_789, tzinfo=UTC)
    one = struct_to_binary(
        ua.DataValue(
            ua.Variant(1.5),
            ua.StatusCode(0x40930000),
            SourceTimestamp=moment,
            ServerTimestamp=moment,
            SourcePicoseconds=1,
            ServerPicoseconds=1,
        )
    )
    body = Metered(struct.pack("<i", 100) + one * 100)
    assert len(struct_from_binary(ua.HistoryData, body).DataValues) == 100
    assert body._spent[0] * MOST_VALUES / 100 < MOST_STEPS


def test_an_event_with_an_array_of_nulls_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "MOST_STEPS", 2_000)
    fields = struct.pack("<i", 1) + struct.pack("<I", 1) + struct.pack("<i", 1) + NULLS
    with pytest.raises(ua.UaError):
        struct_from_binary(ua.EventNotificationList, Metered(fields))


def test_a_value_that_is_an_array_of_nulls_within_an_array_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "MOST_STEPS", 2_000)
    inner = b"\x98" + struct.pack("<i", 1) + NULLS
    item = struct.pack("<I", 1) + b"\x01" + inner
    notification = struct.pack("<i", 1) + item + struct.pack("<i", 0)
    message = (
        struct.pack("<IqI", 1, 0, 1)
        + b"\x01\x00\x2b\x03\x01"
        + struct.pack("<i", len(notification))
        + notification
    )
    with pytest.raises(Unavailable, match="cannot be read"):
        decode.notification_message(message)


def test_a_server_lowers_limits_and_never_raises_them() -> None:
    limits = Limits(1_000_000)
    for told in (0, 2**32 - 1):
        limits.update_client_limits(
            ua.Acknowledge(
                ReceiveBufferSize=told, SendBufferSize=told, MaxMessageSize=told, MaxChunkCount=told
            )
        )
        assert limits.max_message_size == 1_000_000
        assert 0 < limits.max_chunk_count <= 1_000_000 // 8192
        assert limits.max_recv_buffer == 1_000_000
        assert 8192 <= limits.max_send_buffer <= 65535
    limits = Limits(1_000_000)
    limits.update_client_limits(
        ua.Acknowledge(ReceiveBufferSize=16384, SendBufferSize=16384, MaxMessageSize=50_000, MaxChunkCount=4)
    )
    assert (limits.max_message_size, limits.max_chunk_count, limits.max_send_buffer) == (50_000, 4, 16384)


def test_answers_reach_their_askers_metered() -> None:
    client = bound(Client("opc.tcp://127.0.0.1:4840"), 100_000)
    protocol = client.uaclient._make_protocol()
    assert isinstance(protocol, BoundedProtocol)
    taken: list[Any] = []
    protocol._call_callback = lambda number, body: taken.append((number, body))  # type: ignore[method-assign]

    class Said(ua.Message):
        def __init__(self) -> None:
            pass

        def request_id(self) -> int:
            return 7

        def body(self) -> Any:
            return Metered(b"abc")

    protocol._process_received_message(Said())
    assert taken[0][0] == 7
    assert isinstance(taken[0][1], Metered)
    assert isinstance(taken[0][1].copy(), Metered)
