"""Writing a value and believing only what is read back."""

from __future__ import annotations

import asyncio
import math
from decimal import Decimal, InvalidOperation
from typing import Any

from asyncua import Client, ua

from titer.base.clock import us
from titer.base.errors import Invalid, TiterError
from titer.base.units import convert
from titer.connect.core.contract import ChannelSpec, Command, Outcome, Receipt
from titer.connect.core.values import as_number

_INTEGERS = {
    ua.VariantType.SByte: 8,
    ua.VariantType.Int16: 16,
    ua.VariantType.Int32: 32,
    ua.VariantType.Int64: 64,
    ua.VariantType.Byte: -8,
    ua.VariantType.UInt16: -16,
    ua.VariantType.UInt32: -32,
    ua.VariantType.UInt64: -64,
}
_TRUE, _FALSE = {"true", "1", "on"}, {"false", "0", "off"}


async def write(
    client: Client, node: ua.NodeId, channel: ChannelSpec, command: Command, patience: float
) -> Receipt:
    """Write a command's value and read it back.

    Returns:
        *done* if the node then holds the value, *failed* if the server refused it or holds another one. With
        `pulse: true` on the channel (a trigger that resets itself) the server's acceptance is enough.

    Raises:
        asyncua's errors and OSError when nobody knows whether the write arrived.
    """
    try:
        kind = await _type_of(client, node)
        wanted = to_device(channel, command, kind)
    except TiterError as error:
        return Receipt(Outcome.FAILED, message=str(error))
    target = ua.WriteValue()
    target.NodeId = node
    target.AttributeId = ua.AttributeIds.Value
    target.Value = ua.DataValue(ua.Variant(wanted, kind))
    request = ua.WriteParameters()
    request.NodesToWrite = [target]
    status = (await client.uaclient.write(request))[0]
    if not status.is_good():
        before = await read_back(client, node)
        return Receipt(
            Outcome.FAILED,
            readback=before[0],
            source_us=before[1],
            message=f"The device refused {command.value!r} for {channel.tag}: {status.name} ({status.doc}).",
        )
    return await confirm(client, node, channel, wanted, patience)


async def confirm(
    client: Client, node: ua.NodeId, channel: ChannelSpec, wanted: Any, patience: float
) -> Receipt:
    """Read until the node holds the value, for `patience` seconds at the most."""
    loop = asyncio.get_running_loop()
    until = loop.time() + patience
    while True:
        text, source, content = await read_back(client, node)
        if equal(channel, wanted, content):
            return Receipt(Outcome.DONE, readback=text, source_us=source)
        if channel.settings.get("pulse"):
            return Receipt(
                Outcome.DONE, readback=text, source_us=source, message="Accepted; the command resets itself."
            )
        if loop.time() >= until:
            return Receipt(
                Outcome.FAILED,
                readback=text,
                source_us=source,
                message=f"The device accepted {wanted!r} for {channel.tag}, but holds {text}.",
            )
        await asyncio.sleep(0.05)


async def read_back(client: Client, node: ua.NodeId) -> tuple[str | None, int, Any]:
    """The node's value as text, its source time in us, and the value itself."""
    request = ua.ReadParameters()
    request.MaxAge = 0
    wanted = ua.ReadValueId()
    wanted.NodeId = node
    wanted.AttributeId = ua.AttributeIds.Value
    request.NodesToRead = [wanted]
    request.TimestampsToReturn = ua.TimestampsToReturn.Both
    value = (await client.uaclient.read(request))[0]
    content = value.Value.Value if value.Value is not None else None
    number, text = as_number(content)
    if text is None and not math.isnan(number):
        text = str(int(content)) if isinstance(content, bool | int) else repr(float(number))
    stamp = value.SourceTimestamp or value.ServerTimestamp
    source = us(stamp) if stamp is not None else 0
    return text, source, content


def to_device(channel: ChannelSpec, command: Command, kind: ua.VariantType) -> Any:
    """The value in the node's own type, converted to the channel's unit.

    Raises:
        Invalid: if it does not fit: no number, not integral, outside the type or the engineering range.
    """
    text = command.value
    if text is None:
        raise Invalid("There is no value to write.", where=channel.tag)
    if kind == ua.VariantType.String:
        return text
    if kind == ua.VariantType.Boolean:
        word = text.strip().lower()
        if word not in _TRUE | _FALSE:
            raise Invalid(f"{text!r} is neither true nor false.", where=channel.tag)
        return word in _TRUE
    try:
        number = Decimal(text.strip())
    except InvalidOperation as error:
        raise Invalid(f"{text!r} is no number.", where=channel.tag) from error
    if not number.is_finite():
        raise Invalid(f"{text!r} is no number that can be written.", where=channel.tag)
    if command.unit and channel.unit and command.unit != channel.unit:
        number = convert(number, command.unit, channel.unit)
    for limit, beyond in ((channel.low, number.__lt__), (channel.high, number.__gt__)):
        if limit and beyond(Decimal(limit)):
            raise Invalid(
                f"{number} {channel.unit} lies outside the engineering range of {channel.tag}.",
                where=channel.tag,
                why=f"It goes from {channel.low or 'no limit'} to {channel.high or 'no limit'}.",
            )
    if kind in _INTEGERS:
        bits = _INTEGERS[kind]
        low, high = (0, 2**-bits - 1) if bits < 0 else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
        if number != number.to_integral_value() or not low <= number <= high:
            raise Invalid(f"{number} does not fit the node's type {kind.name}.", where=channel.tag)
        return int(number)
    if kind in {ua.VariantType.Float, ua.VariantType.Double}:
        return float(number)
    raise Invalid(
        f"The node's type {kind.name} cannot be written.",
        where=channel.tag,
        do="Texts, booleans, integers and floating-point numbers can.",
    )


def equal(channel: ChannelSpec, wanted: Any, found: Any) -> bool:
    """Whether a value read back is the one that was written, within the channel's resolution."""
    if found is None:
        return False
    if isinstance(wanted, bool | str) or isinstance(found, bool | str):
        return bool(wanted == found)
    within = float(channel.resolution) if channel.resolution else 0.0
    return abs(float(found) - float(wanted)) <= max(within, abs(float(wanted)) * 1e-6)


async def _type_of(client: Client, node: ua.NodeId) -> ua.VariantType:
    value = (await client.uaclient.read_attributes([node], ua.AttributeIds.Value))[0]
    if value.Value is not None and value.Value.Value is not None:
        return ua.VariantType(value.Value.VariantType)
    kind = (await client.uaclient.read_attributes([node], ua.AttributeIds.DataType))[0]
    number = kind.Value.Value.Identifier if kind.Value is not None and kind.Value.Value is not None else 0
    try:
        return ua.VariantType(number)
    except ValueError as error:
        raise Invalid(f"The data type of {node} cannot be told.") from error
