"""Laboratory devices by the LADS companion standard (OPC 30500-1): which node is what, and what is worth recording.

Types are known by the URI of their namespace and their number in it, never by an index, and a maker's own type by
what it is a subtype of. The standard was not at hand; numbers and names come from its published node set.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from asyncua import Client, ua

URI = "http://opcfoundation.org/UA/LADS/"
DI = "http://opcfoundation.org/UA/DI/"
DEVICE, UNIT, PROGRAMS = "LADS device", "LADS functional unit", "LADS program manager"
RESULTS, RESULT, TEMPLATES = "LADS results", "LADS result", "LADS program templates"
_TYPES = {
    1002: DEVICE,
    1003: UNIT,
    1024: "LADS component",
    1005: "LADS sensor",
    1007: "LADS control function",
    1011: "LADS cover",
    1013: "LADS timer",
    1004: "LADS function",
    1006: PROGRAMS,
    1020: RESULTS,
    1021: RESULT,
    1019: TEMPLATES,
}
DEVICES = f"nsu={DI};i=5001"
"""Where devices stand: the DeviceSet of OPC 10000-100."""
GROUP = "functional group"
"""A second way to nodes of the same object (OPC 10000-100): it is gone last, and a tag says nothing by its name."""
UNRECORDED = frozenset({RESULTS, TEMPLATES})
"""What no channel is made of: results come as documents, templates describe what could be done."""
FOLDERS = frozenset({"DeviceSet", "FunctionalUnitSet", "FunctionSet"})
"""Sets that stand between a device and its parts in every LADS server; a tag says nothing more by them."""
_STATE_MACHINE, _STATE, _CURRENT = 2299, 2307, 2760
DEEPEST = 12
_STRUCTURES = {
    # number of the binary encoding: names of the fields, all of them texts
    5042: ("ContainerId", "SampleId", "Position", "CustomData"),
    5045: ("Key", "Value"),
}
SAMPLES = "Samples"
"""The variable of a result that says which samples it is of, each a SampleInfoType."""


class Lads:
    """What the types of one server mean.

    Args:
        client: connected.
        namespaces: of the server.
    """

    def __init__(self, client: Client, namespaces: Sequence[str]) -> None:
        self._client = client
        self._space = namespaces.index(URI) if URI in namespaces else -1
        self._devices = namespaces.index(DI) if DI in namespaces else -1
        self._words: dict[ua.NodeId, str] = {}
        self._states: dict[ua.NodeId, tuple[str, ...]] = {}

    @property
    def spoken(self) -> bool:
        """Whether the server has the namespace at all."""
        return self._space >= 0

    async def word(self, kind: ua.NodeId | None) -> str:
        """What a type is in LADS, by its nearest base that the standard names; "" for none."""
        if kind is None or not self.spoken or kind.NamespaceIndex == 0:
            return ""
        if kind not in self._words:
            self._words[kind] = ""
            if kind.NamespaceIndex == self._devices and kind.Identifier == 1005:
                self._words[kind] = GROUP
            for base in await self._bases(kind):
                if base.NamespaceIndex == self._space and base.Identifier in _TYPES:
                    self._words[kind] = _TYPES[int(base.Identifier)]
                    break
        return self._words[kind]

    async def states(self, machine: ua.NodeId | None) -> tuple[str, ...]:
        """Names of the states of a type of state machine, its bases' among them."""
        if machine is None:
            return ()
        if machine not in self._states:
            names: dict[str, None] = {}
            for base in await self._bases(machine):
                for one in await self._references(
                    base, ua.ObjectIds.HasComponent, ua.BrowseDirection.Forward
                ):
                    kind = one.TypeDefinition
                    if kind.NamespaceIndex == 0 and kind.Identifier in (_STATE, 2309):
                        names[str(one.DisplayName.Text or one.BrowseName.Name)] = None
            self._states[machine] = tuple(names)
        return self._states[machine]

    async def _bases(self, kind: ua.NodeId) -> list[ua.NodeId]:
        """A type and what it comes from, nearest first."""
        found = [kind]
        while len(found) < DEEPEST:
            above = await self._references(found[-1], ua.ObjectIds.HasSubtype, ua.BrowseDirection.Inverse)
            if not above or (above[0].NodeId.NamespaceIndex == 0 and above[0].NodeId.Identifier == 58):
                break
            found.append(plain(above[0].NodeId))
        return found

    async def _references(
        self, node: ua.NodeId, kind: int, direction: ua.BrowseDirection
    ) -> list[ua.ReferenceDescription]:
        wanted = ua.BrowseParameters()
        one = ua.BrowseDescription()
        one.NodeId, one.BrowseDirection = node, direction
        one.ReferenceTypeId, one.IncludeSubtypes = ua.NodeId(kind), True
        one.ResultMask = ua.BrowseResultMask.All
        wanted.NodesToBrowse = [one]
        wanted.RequestedMaxReferencesPerNode = 200
        return list((await self._client.uaclient.browse(wanted))[0].References or ())


def structure(type_id: ua.NodeId, body: bytes, namespaces: Sequence[str]) -> dict[str, str | None] | None:
    """A structure of the standard's own (SampleInfoType, KeyValueType) out of its bytes; None if it is none.

    Example:
        >>> structure(ua.NodeId(5045, 1), bytes.fromhex("010000006b" "ffffffff"), ["", URI])
        {'Key': 'k', 'Value': None}
    """
    space = int(type_id.NamespaceIndex)
    names = _STRUCTURES.get(type_id.Identifier) if isinstance(type_id.Identifier, int) else None
    if names is None or space >= len(namespaces) or namespaces[space] != URI:
        return None
    found: dict[str, str | None] = {}
    at = 0
    for name in names:
        size = int.from_bytes(body[at : at + 4], "little", signed=True)
        if len(body) < at + 4 or len(body) < at + 4 + max(size, 0):
            return None
        found[name] = None if size < 0 else body[at + 4 : at + 4 + size].decode("utf-8", "replace")
        at += 4 + max(size, 0)
    return found


def plain(node: Any) -> ua.NodeId:
    """An expanded node id as a node id; two of one node are equal then."""
    return ua.NodeId(node.Identifier, node.NamespaceIndex, node.NodeIdType)


def place_in_words(above: Sequence[tuple[str, str]]) -> str:
    """Where a variable stands, for its description: "LADS sensor Temperature of LADS device Reader"."""
    named = [f"{word} {name}" for word, name in reversed(above)]
    return " of ".join(named)
