"""Reading a file of a server by FileType: Open, Read, Close (OPC 10000-20; names and numbers by its node set).

In pieces, into the spool, and never further than the bounds below, whatever the server says or sends. What the server
promises of a file is held against what came: its `Size` before and behind, and `LastModifiedTime` where there is one.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

from asyncua import Client, ua

from titer.base.errors import Invalid
from titer.base.files import LARGEST_FILE
from titer.connect.core.spool import Draft

FILE_TYPE = ua.NodeId(11575)
PIECE = 512 * 1024
"""Bytes asked for at a time: well below what a message may have."""
WITHIN_S = 600.0
_READING = 1
_METHODS = ("Open", "Read", "Close")
_FACTS = ("Size", "LastModifiedTime", "MimeType", "MaxByteStringLength")


async def fetch(client: Client, node: ua.NodeId, draft: Draft, most: int = LARGEST_FILE) -> dict[str, Any]:
    """Read a file whole.

    Args:
        client: connected.
        node: an object of the type FileType.
        draft: takes the bytes; whoever gives it keeps or drops it.
        most: bytes that are taken.

    Returns:
        What the server says of the file: `size`, and `modified` where it says that.

    Raises:
        Invalid: if it is none that can be read, is too large, takes too long, or changed meanwhile.
        UaError, OSError: if the server refuses, or the connection breaks.
    """
    found = await _members(client, node)
    missing = [name for name in _METHODS if name not in found]
    if missing:
        raise Invalid(f"The file has no method {', '.join(missing)}.")
    before = await _facts(client, found)
    size = before.get("Size")
    if isinstance(size, int) and size > most:
        raise Invalid(
            f"The file has {size:,} bytes by the server's word.", why=f"At most {most:,} are taken."
        )
    piece = before.get("MaxByteStringLength")
    piece = min(PIECE, piece) if isinstance(piece, int) and piece > 0 else PIECE
    try:
        async with asyncio.timeout(WITHIN_S) as bound:
            handle = await _call(client, node, found["Open"], ua.Variant(_READING, ua.VariantType.Byte))
            handle = ua.Variant(handle, ua.VariantType.UInt32)
            try:
                await _read(client, node, found["Read"], handle, piece, draft, most)
            finally:
                with contextlib.suppress(ua.UaError, OSError, TimeoutError):
                    await _call(client, node, found["Close"], handle)
    except TimeoutError as error:
        if not bound.expired():
            raise  # the connection's own: it is gone
        raise Invalid(f"The file did not come within {WITHIN_S:.0f} s; {draft.size:,} bytes did.") from error
    behind = await _facts(client, found)
    if behind != before:
        raise Invalid("The file changed while it was read.")
    if isinstance(size, int) and size != draft.size:
        raise Invalid(f"The file has {size:,} bytes by the server's word, and {draft.size:,} came.")
    told = {"size": size, "modified": before.get("LastModifiedTime"), "media_type": before.get("MimeType")}
    return {name: value for name, value in told.items() if value}


async def _read(
    client: Client,
    node: ua.NodeId,
    method: ua.NodeId,
    handle: ua.Variant,
    piece: int,
    draft: Draft,
    most: int,
) -> None:
    while True:
        data = await _call(client, node, method, handle, ua.Variant(piece, ua.VariantType.Int32))
        if not data:
            return
        if not isinstance(data, bytes) or len(data) > piece:
            raise Invalid(f"The server sent something else than the {piece:,} bytes that it was asked for.")
        if draft.size + len(data) > most:
            raise Invalid(f"The file does not end within {most:,} bytes.")
        await asyncio.to_thread(draft.add, data)


async def _members(client: Client, node: ua.NodeId) -> dict[str, ua.NodeId]:
    references = await client.get_node(node).get_references(
        ua.ObjectIds.HierarchicalReferences, ua.BrowseDirection.Forward
    )
    names = {*_METHODS, *_FACTS}
    return {
        str(one.BrowseName.Name): ua.NodeId(
            one.NodeId.Identifier, one.NodeId.NamespaceIndex, one.NodeId.NodeIdType
        )
        for one in references
        if one.BrowseName.Name in names
    }


async def _facts(client: Client, found: dict[str, ua.NodeId]) -> dict[str, Any]:
    names = [name for name in _FACTS if name in found]
    if not names:
        return {}
    values = await client.uaclient.read_attributes([found[name] for name in names], ua.AttributeIds.Value)
    return {
        name: value.Value.Value
        for name, value in zip(names, values, strict=True)
        if value.Value is not None and (value.StatusCode is None or value.StatusCode.is_good())
    }


async def _call(client: Client, node: ua.NodeId, method: ua.NodeId, *given: ua.Variant) -> Any:
    wanted = ua.CallMethodRequest()
    wanted.ObjectId, wanted.MethodId, wanted.InputArguments = node, method, list(given)
    (answer,) = await client.uaclient.call([wanted])
    answer.StatusCode.check()
    return answer.OutputArguments[0].Value if answer.OutputArguments else None
