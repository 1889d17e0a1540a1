"""Who the server is, and whether its units and ranges are those of the channels file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from asyncua import Client, ua

from titer.connect.core.contract import ChannelSpec, DeviceIdentity
from titer.connect.core.spellings import house


async def read_identity(
    client: Client,
    endpoint: str,
    channels: Sequence[ChannelSpec],
    nodes: Mapping[int, ua.NodeId],
    refused: Mapping[str, str],
) -> DeviceIdentity:
    """Ask a server who it is, and read units and ranges of the channels (Part 8, AnalogUnitRangeType).

    Args:
        nodes: channel index -> node.
        refused: tag -> why the server would not report it; listed among the differences.
    """
    facts = await client.uaclient.read_attributes(
        [
            ua.NodeId(ua.ObjectIds.Server_ServerStatus_BuildInfo),
            ua.NodeId(ua.ObjectIds.Server_ServerArray),
        ],
        ua.AttributeIds.Value,
    )
    build = facts[0].Value.Value if facts[0].Value is not None else None
    servers = facts[1].Value.Value if facts[1].Value is not None else None
    properties = await _properties(client, nodes)
    described: dict[str, Any] = {}
    differences = {tag: f"{tag}: the server does not report it ({why})." for tag, why in refused.items()}
    for index, found in properties.items():
        channel = channels[index]
        described[channel.tag] = found
        words = compare(channel, found)
        if words:
            differences[channel.tag] = words
    return DeviceIdentity(
        maker=str(getattr(build, "ManufacturerName", "") or ""),
        model=str(getattr(build, "ProductName", "") or ""),
        serial=str((servers or [""])[0] or ""),
        firmware=str(getattr(build, "SoftwareVersion", "") or ""),
        endpoint=endpoint,
        details={"channels": described, "differences": differences},
    )


def compare(channel: ChannelSpec, found: Mapping[str, str]) -> str:
    """What differs between the channels file and the server, in words; "" if nothing does.

    What one of the two does not say cannot differ.
    """
    words = []
    unit = found.get("unit", "")
    if unit and channel.unit and house(unit) != channel.unit:
        words.append(f"the unit is {unit!r} at the server and {channel.unit!r} in the channels file")
    for name in ("low", "high"):
        there, here = _number(found.get(name, "")), _number(getattr(channel, name))
        if there is not None and here is not None and there != here:
            words.append(f"{name} is {there:f} at the server and {here:f} in the channels file")
    return f"{channel.tag}: {'; '.join(words)}." if words else ""


async def _properties(client: Client, nodes: Mapping[int, ua.NodeId]) -> dict[int, dict[str, str]]:
    order = list(nodes)
    paths = [
        ua.BrowsePath(
            nodes[index],
            ua.RelativePath(
                [
                    ua.RelativePathElement(
                        ua.NodeId(ua.ObjectIds.HasProperty), False, True, ua.QualifiedName(name, 0)
                    )
                ]
            ),
        )
        for index in order
        for name in ("EngineeringUnits", "EURange")
    ]
    found: dict[int, dict[str, str]] = {index: {} for index in order}
    targets: list[tuple[int, ua.NodeId]] = []
    for start in range(0, len(paths), 500):
        results = await client.uaclient.translate_browsepaths_to_nodeids(paths[start : start + 500])
        for offset, result in enumerate(results):
            if result.StatusCode.is_good() and result.Targets:
                targets.append((order[(start + offset) // 2], result.Targets[0].TargetId))
    for start in range(0, len(targets), 500):
        part = targets[start : start + 500]
        values = await client.uaclient.read_attributes([node for _, node in part], ua.AttributeIds.Value)
        for (index, _), value in zip(part, values, strict=True):
            content: Any = value.Value.Value if value.Value is not None else None
            if hasattr(content, "DisplayName"):
                found[index]["unit"] = str(content.DisplayName.Text or "")
            elif hasattr(content, "Low"):
                found[index].update(low=repr(float(content.Low)), high=repr(float(content.High)))
    return found


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text).normalize() if text else None
    except InvalidOperation:
        return None
