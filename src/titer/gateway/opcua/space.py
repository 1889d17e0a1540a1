"""Lays an offer into the address space of the server, and keeps it: what is new is added, what is gone is taken out.

Nodes are made directly: the library's own way looks through all siblings for each new one, which takes minutes for
some thousands. Identifiers are texts that never change, so a client's subscription holds over restarts.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from asyncua import Server, ua
from asyncua.server.address_space import AttributeValue, NodeData

from titer.base.clock import Clock
from titer.connect.opcua.units import UNECE, unece
from titer.gateway.opcua import offer as offers
from titer.gateway.opcua.offer import Item, Thing

NAMESPACE = "urn:titer:opcua:1"
"""Of types and instances; another number stands for another shape."""
_READ = ua.AccessLevel.CurrentRead.mask
_COMPONENT = ua.NodeId(ua.ObjectIds.HasComponent)
_ORGANISES = ua.NodeId(ua.ObjectIds.Organizes)
_PROPERTY = ua.NodeId(ua.ObjectIds.HasProperty)
_DEFINED = ua.NodeId(ua.ObjectIds.HasTypeDefinition)
_RULE = ua.NodeId(ua.ObjectIds.HasModellingRule)
_MANDATORY = ua.NodeId(ua.ObjectIds.ModellingRule_Mandatory)
_OBJECTS = ua.NodeId(ua.ObjectIds.ObjectsFolder)
_FOLDER = ua.NodeId(ua.ObjectIds.FolderType)
_PLAIN = ua.NodeId(ua.ObjectIds.BaseDataVariableType)
_ANALOGUE = ua.NodeId(ua.ObjectIds.AnalogUnitType)
_ANALOGUE_RANGED = ua.NodeId(ua.ObjectIds.AnalogUnitRangeType)
_PROPERTY_TYPE = ua.NodeId(ua.ObjectIds.PropertyType)


class Space:
    """The instances of one server.

    Args:
        server: initialised.
        clock: the server's, for server time stamps.
    """

    def __init__(self, server: Server, clock: Clock) -> None:
        self._aspace = server.iserver.aspace
        self._server = server
        self._clock = clock
        self._index = 0
        self._types: dict[str, ua.NodeId] = {}
        self._shown: dict[str, Item] = {}
        self._parents: dict[str, str] = {}

    async def open(self) -> None:
        """Register the namespace and the object types."""
        self._index = await self._server.register_namespace(NAMESPACE)
        base = self._server.nodes.base_object_type
        for name, fields in offers.TYPES.items():
            made = await base.add_object_type(
                ua.NodeId(name, self._index), ua.QualifiedName(name, self._index)
            )
            for field, data_type, words in fields:
                declared = self._node(
                    ua.NodeId(f"{name}/{field}", self._index),
                    ua.NodeClass.Variable,
                    ua.QualifiedName(field, self._index),
                    words,
                )
                self._make_variable(declared, data_type)
                self._link(declared, made.nodeid, _COMPONENT, _PLAIN)
                declared.references.append(_reference(self._aspace[_MANDATORY], _RULE, True, ua.NodeId()))
            self._types[name] = made.nodeid

    async def show(self, root: Thing) -> None:
        """Bring the address space to an offer; who subscribed to what changed is told."""
        wanted = {thing.path: thing for thing in offers.every(root)}
        items = {item.path: item for thing in wanted.values() for item in thing.items}
        for path in [path for path, item in self._shown.items() if not _same_node(item, items.get(path))]:
            await self._remove(ua.NodeId(path, self._index))
            del self._shown[path]
        for path in reversed([path for path in self._parents if path not in wanted]):
            await self._remove(ua.NodeId(path, self._index))
            del self._parents[path]
        self._add_things(root, _OBJECTS)
        for item in items.values():
            await self._set(item)

    async def doubt(self, status: int) -> None:
        """Give every value a worse status: its source cannot be asked. Values that were worse already stay so.

        Args:
            status: uncertain, with the last values; or bad, without.
        """
        now = self._clock.now()
        for item in self._shown.values():
            if item.status >> 30 < status >> 30:
                await self._write(replace(item, status=status), now)

    async def service_level(self, level: int) -> None:
        """Say how good the service is (OPC 10000-4, 6.6.2.4): 255 healthy, 100 degraded, 1 no data."""
        node = ua.NodeId(ua.ObjectIds.Server_ServiceLevel)
        now = self._clock.now()
        value = ua.DataValue(ua.Variant(level, ua.VariantType.Byte), SourceTimestamp=now, ServerTimestamp=now)
        await self._aspace.write_attribute_value(node, ua.AttributeIds.Value, value)

    # --- objects -------------------------------------------------------------------------------------------

    def _add_things(self, thing: Thing, parent: ua.NodeId) -> None:
        node = ua.NodeId(thing.path, self._index)
        if thing.path not in self._parents:
            self._add_object(thing, parent)
            self._parents[thing.path] = str(parent.Identifier)
        for item in thing.items:
            if item.path not in self._shown:
                self._add_variable(item, node, _ORGANISES if thing.type == offers.FOLDER else _COMPONENT)
        for below in thing.things:
            self._add_things(below, node)

    def _add_object(self, thing: Thing, parent: ua.NodeId) -> None:
        is_folder = thing.type == offers.FOLDER
        data = self._node(
            ua.NodeId(thing.path, self._index),
            ua.NodeClass.Object,
            ua.QualifiedName(thing.name, self._index),
            thing.description,
        )
        data.attributes[ua.AttributeIds.EventNotifier] = _constant(0, ua.VariantType.Byte)
        reference = _COMPONENT if thing.type == offers.FOLDER and parent != _OBJECTS else _ORGANISES
        self._link(data, parent, reference, _FOLDER if is_folder else self._types[thing.type])

    def _add_variable(self, item: Item, parent: ua.NodeId, reference: ua.NodeId) -> None:
        node = ua.NodeId(item.path, self._index)
        data = self._node(
            node, ua.NodeClass.Variable, ua.QualifiedName(item.name, self._index), item.description
        )
        self._make_variable(data, item.data_type)
        definition = _PLAIN
        if item.unit is not None:
            definition = _ANALOGUE if item.low is None else _ANALOGUE_RANGED
        self._link(data, parent, reference, definition)
        if item.unit is not None:
            self._add_property(node, "EngineeringUnits", information(item.unit), ua.ObjectIds.EUInformation)
        if item.low is not None and item.high is not None:
            self._add_property(node, "EURange", ua.Range(Low=item.low, High=item.high), ua.ObjectIds.Range)

    def _add_property(self, parent: ua.NodeId, name: str, value: Any, data_type: int) -> None:
        data = self._node(
            ua.NodeId(f"{parent.Identifier}/{name}", self._index),
            ua.NodeClass.Variable,
            ua.QualifiedName(name, 0),
            "",
        )
        self._make_variable(data, "BaseDataType")
        data.attributes[ua.AttributeIds.DataType] = _constant(ua.NodeId(data_type), ua.VariantType.NodeId)
        data.attributes[ua.AttributeIds.Value] = _constant(value, ua.VariantType.ExtensionObject)
        self._link(data, parent, _PROPERTY, _PROPERTY_TYPE)

    def _node(self, node: ua.NodeId, kind: ua.NodeClass, name: ua.QualifiedName, words: str) -> NodeData:
        data = NodeData(node)
        data.attributes = {
            ua.AttributeIds.NodeId: _constant(node, ua.VariantType.NodeId),
            ua.AttributeIds.NodeClass: _constant(kind, ua.VariantType.Int32),
            ua.AttributeIds.BrowseName: _constant(name, ua.VariantType.QualifiedName),
            ua.AttributeIds.DisplayName: _constant(
                ua.LocalizedText(name.Name, "en"), ua.VariantType.LocalizedText
            ),
            ua.AttributeIds.Description: _constant(
                ua.LocalizedText(words, "en"), ua.VariantType.LocalizedText
            ),
            ua.AttributeIds.WriteMask: _constant(0, ua.VariantType.UInt32),
            ua.AttributeIds.UserWriteMask: _constant(0, ua.VariantType.UInt32),
        }
        self._aspace[node] = data
        return data

    @staticmethod
    def _make_variable(data: NodeData, data_type: str) -> None:
        kind, is_array = _kind(data_type)
        data.attributes |= {
            ua.AttributeIds.Value: AttributeValue(ua.DataValue(ua.Variant(None, ua.VariantType.Null))),
            ua.AttributeIds.DataType: _constant(ua.NodeId(kind.value), ua.VariantType.NodeId),
            ua.AttributeIds.ValueRank: _constant(1 if is_array else -1, ua.VariantType.Int32),
            ua.AttributeIds.AccessLevel: _constant(_READ, ua.VariantType.Byte),
            ua.AttributeIds.UserAccessLevel: _constant(_READ, ua.VariantType.Byte),
            ua.AttributeIds.Historizing: _constant(False, ua.VariantType.Boolean),
            ua.AttributeIds.MinimumSamplingInterval: _constant(0.0, ua.VariantType.Double),
        }

    def _link(self, data: NodeData, parent: ua.NodeId, reference: ua.NodeId, definition: ua.NodeId) -> None:
        """References of a new node: from its parent, back to it, and to its type."""
        above = self._aspace[parent]
        above.references.append(_reference(data, reference, True, definition))
        data.references.append(_reference(above, reference, False, ua.NodeId()))
        data.references.append(_reference(self._aspace[definition], _DEFINED, True, ua.NodeId()))

    async def _remove(self, node: ua.NodeId) -> None:
        """Take a node out, with its properties; whoever monitors it is told that it is unknown now."""
        data = self._aspace[node]
        gone = ua.DataValue(
            StatusCode=ua.StatusCode(ua.StatusCodes.BadNodeIdUnknown), ServerTimestamp=self._clock.now()
        )
        for attribute in data.attributes.values():
            for handle, tell in list(attribute.datachange_callbacks.items()):
                await tell(handle, gone)
                self._aspace._handle_to_attribute_map.pop(handle, None)
        for reference in list(data.references):
            if reference.IsForward and reference.ReferenceTypeId == _PROPERTY:
                await self._remove(reference.NodeId)
            elif not reference.IsForward:
                above = self._aspace[reference.NodeId]
                above.references = [one for one in above.references if one.NodeId != node]
        del self._aspace[node]

    # --- values --------------------------------------------------------------------------------------------

    async def _set(self, item: Item) -> None:
        before = self._shown.get(item.path)
        self._shown[item.path] = item
        if before is not None and before.data_type != item.data_type:
            kind, _ = _kind(item.data_type)
            data = self._aspace[ua.NodeId(item.path, self._index)]
            data.attributes[ua.AttributeIds.DataType].value = _constant(
                ua.NodeId(kind.value), ua.VariantType.NodeId
            ).value
        await self._write(item, self._clock.now())

    async def _write(self, item: Item, now: datetime) -> None:
        """Lay a value down, if it is another one than there is: a client is told what changed, and that once."""
        data = self._aspace[ua.NodeId(item.path, self._index)].attributes[ua.AttributeIds.Value]
        value = data_value(item, now)
        before = data.value
        same = (
            before.Value == value.Value
            and before.StatusCode.value == value.StatusCode.value
            and before.SourceTimestamp == value.SourceTimestamp
        )
        if same and before.ServerTimestamp is not None:
            before.ServerTimestamp = now
            return
        data.value = value
        for handle, tell in list(data.datachange_callbacks.items()):
            await tell(handle, value)


def _same_node(before: Item, now: Item | None) -> bool:
    """Whether an item is still one that the node made for it can show."""
    return now is not None and (before.unit, before.low, before.high) == (now.unit, now.low, now.high)


def data_value(item: Item, now: datetime) -> ua.DataValue:
    """An item's value as it goes out; a bad one bears no value."""
    kind, is_array = _kind(item.data_type)
    if item.value is None or item.status >> 30 >= 2:
        variant = ua.Variant(None, ua.VariantType.Null)
    elif is_array:
        variant = ua.Variant(list(item.value), kind, is_array=True)
    elif kind is ua.VariantType.Variant:
        variant = ua.Variant(item.value)
    else:
        variant = ua.Variant(item.value, kind)
    return ua.DataValue(
        Value=variant,
        StatusCode=ua.StatusCode(item.status),
        SourceTimestamp=item.source_at,
        ServerTimestamp=now,
    )


def information(unit: str) -> ua.EUInformation:
    """A unit as OPC UA tells it: by its UNECE code where it has one."""
    code = unece(unit)
    number = int.from_bytes(code.encode("ascii"), "big") if code else -1
    return ua.EUInformation(
        NamespaceUri=UNECE if code else NAMESPACE,
        UnitId=number,
        DisplayName=ua.LocalizedText(unit),
        Description=ua.LocalizedText(unit),
    )


def _kind(data_type: str) -> tuple[ua.VariantType, bool]:
    name = data_type.removesuffix("[]")
    kind = ua.VariantType.Variant if name == "BaseDataType" else ua.VariantType[name]
    return kind, data_type.endswith("[]")


def _constant(value: Any, kind: ua.VariantType) -> AttributeValue:
    return AttributeValue(ua.DataValue(ua.Variant(value, kind)))


def _reference(
    to: NodeData, kind: ua.NodeId, forward: bool, definition: ua.NodeId
) -> ua.ReferenceDescription:
    def told(attribute: ua.AttributeIds) -> Any:
        return to.attributes[attribute].value.Value.Value

    return ua.ReferenceDescription(
        ReferenceTypeId=kind,
        IsForward=forward,
        NodeId=to.nodeid,
        BrowseName=told(ua.AttributeIds.BrowseName),
        DisplayName=told(ua.AttributeIds.DisplayName),
        NodeClass=ua.NodeClass(told(ua.AttributeIds.NodeClass)),
        TypeDefinition=definition,
    )
