"""Our decoder of publish responses agrees with asyncua's encoder on any mixture of values."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from asyncua import ua
from asyncua.ua.ua_binary import struct_to_binary
from hypothesis import given
from hypothesis import strategies as st

from titer.base.clock import us
from titer.base.errors import Unavailable
from titer.connect.opcua import decode

ORIGIN = datetime(2026, 3, 2, 8, tzinfo=UTC)
times = st.none() | st.integers(0, 10**15).map(lambda n: ORIGIN + timedelta(microseconds=n))
variants = st.one_of(
    st.floats(allow_nan=True).map(lambda v: ua.Variant(v, ua.VariantType.Double)),
    st.integers(-(2**31), 2**31 - 1).map(lambda v: ua.Variant(v, ua.VariantType.Int32)),
    st.integers(0, 2**64 - 1).map(lambda v: ua.Variant(v, ua.VariantType.UInt64)),
    st.booleans().map(lambda v: ua.Variant(v, ua.VariantType.Boolean)),
    st.text(max_size=8).map(lambda v: ua.Variant(v, ua.VariantType.String)),
    st.lists(st.integers(0, 255), min_size=1, max_size=3).map(lambda v: ua.Variant(v, ua.VariantType.Int32)),
    st.text(max_size=5).map(lambda v: ua.Variant(ua.LocalizedText(v), ua.VariantType.LocalizedText)),
)


def item(handle: int, variant: Any, status: int, source: Any, server: Any) -> ua.MonitoredItemNotification:
    value = ua.DataValue(
        variant, StatusCode=ua.StatusCode(status), SourceTimestamp=source, ServerTimestamp=server
    )
    return ua.MonitoredItemNotification(ClientHandle=handle, Value=value)


def encoded(items: list[ua.MonitoredItemNotification]) -> bytes:
    message = ua.NotificationMessage(
        SequenceNumber=7, NotificationData=[ua.DataChangeNotification(MonitoredItems=items)]
    )
    return bytes(
        struct_to_binary(
            ua.PublishResult(SubscriptionId=3, AvailableSequenceNumbers=[5, 7], NotificationMessage=message)
        )
    )


one = st.builds(
    item,
    st.integers(0, 2**32 - 1),
    variants,
    st.sampled_from([0, 0x40920000, 0x80000000, 0x480]),
    times,
    times,
)


@given(st.lists(one, max_size=12), st.integers(0, 40))
def test_any_mixture_decodes_to_what_was_sent(items: list[Any], more: int) -> None:
    regular = [
        item(9, ua.Variant(float(n), ua.VariantType.Double), 0, ORIGIN + timedelta(seconds=n), ORIGIN)
        for n in range(more)
    ]
    sent = items + regular + items
    found = decode.publish(encoded(sent))
    assert (found.subscription, found.sequence, found.available) == (3, 7, (5, 7))
    assert found.data.handle == [one.ClientHandle for one in sent]
    for row, expected in enumerate(sent):
        value = expected.Value
        content = value.Value.Value
        assert found.data.status[row] == value.StatusCode.value
        assert found.data.source_us[row] == (us(value.SourceTimestamp) if value.SourceTimestamp else 0)
        assert found.data.server_us[row] == (us(value.ServerTimestamp) if value.ServerTimestamp else 0)
        if isinstance(content, str):
            assert found.data.text[row] == content
        elif isinstance(content, bool | int | float):
            number = found.data.value[row]
            assert number == float(content) or (math.isnan(number) and math.isnan(content))
        else:
            assert math.isnan(found.data.value[row])


@given(st.data())
def test_damaged_bytes_never_do_worse_than_a_clear_error(data: st.DataObject) -> None:
    raw = bytearray(
        encoded([item(n, ua.Variant(1.5, ua.VariantType.Double), 0, ORIGIN, ORIGIN) for n in range(9)])
    )
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(raw)))
    try:
        decode.publish(bytes(raw[:cut]))
    except (Unavailable, ua.UaError):
        return


def test_an_array_longer_than_its_message_is_refused() -> None:
    with pytest.raises(Unavailable):
        decode.publish(b"\x01\x00\x00\x00\xff\xff\xff\x7f")
