"""Files by FileType (OPC 10000-20) on an asyncua server: good ones, and ones that are not as they say."""

from __future__ import annotations

import itertools
from typing import Any

from asyncua import Node, ua


class Served:
    """One file of a server.

    Args:
        content: what `Read` gives, piece by piece.
        size: what `Size` says; None = the truth.
        endless: `Read` never comes to the end.
        refuses: what `Open` answers instead.
        larger: `Read` gives so many bytes more than it was asked for.
        grows: `Size` grows with each piece.
    """

    def __init__(
        self,
        content: bytes,
        *,
        size: int | None = None,
        endless: bool = False,
        refuses: ua.UInt32 | int = 0,
        larger: int = 0,
        grows: bool = False,
    ) -> None:
        self.content, self.endless, self.refuses = content, endless, refuses
        self.larger, self.grows = larger, grows
        self.size = len(content) if size is None else size
        self.handles: dict[int, int] = {}
        self._numbers = itertools.count(1)
        self._size_node: Node | None = None

    async def add(self, parent: Node, space: int, name: str) -> Node:
        """Put it below a node, as an object of the type FileType with the methods of this one."""
        key = f"{parent.nodeid.Identifier}.{name}.served"
        wanted = ua.AddNodesItem()
        wanted.RequestedNewNodeId, wanted.BrowseName = ua.NodeId(key, space), ua.QualifiedName(name, space)
        wanted.ParentNodeId, wanted.ReferenceTypeId = parent.nodeid, ua.NodeId(ua.ObjectIds.HasComponent)
        wanted.NodeClass, wanted.TypeDefinition = ua.NodeClass.Object, ua.NodeId(11575)
        wanted.NodeAttributes = ua.ObjectAttributes(DisplayName=ua.LocalizedText(name))
        (made,) = await parent.session.add_nodes([wanted])
        made.StatusCode.check()
        node = Node(parent.session, made.AddedNodeId)
        self._size_node = await node.add_property(
            ua.NodeId(f"{key}.Size", space),
            ua.QualifiedName("Size", 0),
            ua.Variant(self.size, ua.VariantType.UInt64),
        )
        kinds = ua.VariantType
        for method, function, given, back in (
            ("Open", self._open, [kinds.Byte], [kinds.UInt32]),
            ("Read", self._read, [kinds.UInt32, kinds.Int32], [kinds.ByteString]),
            ("Close", self._close, [kinds.UInt32], []),
        ):
            await node.add_method(
                ua.NodeId(f"{key}.{method}", space), ua.QualifiedName(method, 0), function, given, back
            )
        return node

    async def _open(self, _parent: Any, mode: ua.Variant) -> Any:
        if self.refuses or mode.Value != 1:
            return ua.StatusCode(ua.UInt32(self.refuses or ua.StatusCodes.BadInvalidArgument))
        handle = next(self._numbers)
        self.handles[handle] = 0
        return [ua.Variant(handle, ua.VariantType.UInt32)]

    async def _read(self, _parent: Any, handle: ua.Variant, length: ua.Variant) -> Any:
        at = self.handles[handle.Value]
        if self.endless:
            return [ua.Variant(bytes(length.Value), ua.VariantType.ByteString)]
        data = self.content[at : at + length.Value + self.larger]
        self.handles[handle.Value] = at + len(data)
        if self.grows and self._size_node is not None:
            await self._size_node.write_value(ua.Variant(self.size + at + 1, ua.VariantType.UInt64))
        return [ua.Variant(data, ua.VariantType.ByteString)]

    async def _close(self, _parent: Any, handle: ua.Variant) -> Any:
        del self.handles[handle.Value]
        return []
