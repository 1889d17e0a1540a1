"""Walking a server's address space: what there is to record, with unit, range and names of states (Part 3 and 8)."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from asyncua import Client, ua

from titer.connect.core.contract import ChannelSpec
from titer.connect.core.values import as_number
from titer.connect.opcua import lads
from titer.connect.opcua.nodes import resolve
from titer.connect.opcua.units import of_information

MOST_CHILDREN = 2_000
MOST_NODES = 50_000
MOST_VARIABLES = 10_000
DEEPEST = 24
AT_ONCE = 80
_PROPERTIES = ("EngineeringUnits", "EURange", "EnumStrings", "EnumValues", "TrueState", "FalseState")
_READ = (
    ua.AttributeIds.DataType,
    ua.AttributeIds.ValueRank,
    ua.AttributeIds.UserAccessLevel,
    ua.AttributeIds.Description,
    ua.AttributeIds.Value,
)
_NUMBERS = {2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 26, 27, 28}
_TEXTS = {12, 21}
_BOOLEAN, _ENUMERATION, _STRUCTURE = 1, 29, 22


@dataclass(slots=True)
class Place:
    """A node as it was found.

    Attributes:
        node: its id.
        names: browse names from where the walk began.
        is_variable: whether it bears a value.
        kind: name of the type that it was made by.
        shown: its display name.
        type: the type that it was made by.
        above: what stands above it of a laboratory device (LADS), as (what it is, its name).
        machine: the type of the object that it is the state of.
    """

    node: ua.NodeId
    names: tuple[str, ...]
    is_variable: bool
    kind: str
    shown: str
    type: ua.NodeId | None = None
    above: tuple[tuple[str, str], ...] = ()
    machine: ua.NodeId | None = None
    facts: dict[str, Any] = field(default_factory=dict)


class AddressSpace:
    """One server's address space, seen by one session.

    Args:
        client: connected.
        namespaces: of the server.
    """

    def __init__(self, client: Client, namespaces: Sequence[str]) -> None:
        self._client = client
        self._namespaces = tuple(namespaces)
        self._lads = lads.Lads(client, self._namespaces)
        self._bases: dict[ua.NodeId, int] = {}
        self._enumerations: dict[ua.NodeId, dict[str, str]] = {}

    @property
    def namespaces(self) -> tuple[str, ...]:
        """Of the server, in the order of their indices."""
        return self._namespaces

    @property
    def has_devices(self) -> bool:
        """Whether the server has laboratory devices (LADS) at all."""
        return self._lads.spoken

    def node(self, text: str) -> ua.NodeId:
        """A node by its string; "" = the Objects folder.

        Raises:
            Invalid: if it is none, or the server has no such namespace.
        """
        if not text:
            return ua.NodeId(ua.ObjectIds.ObjectsFolder)
        return resolve(ChannelSpec("node", text), self._namespaces)

    def name_of(self, node: ua.NodeId) -> str:
        """A node's string by the URI of its namespace, which outlives restarts."""
        text = str(node.to_string())
        space = int(node.NamespaceIndex)
        if space == 0 or space >= len(self._namespaces):
            return text
        return f"nsu={self._namespaces[space]};{text.partition(';')[2]}"

    async def children(self, text: str) -> dict[str, Any]:
        """One level: what stands directly below a node, variables with all that is known of them."""
        found, more = await self._below([Place(self.node(text), (), False, "", "")], MOST_CHILDREN)
        await self._recognise(found)
        await self._describe([place for place in found if place.is_variable])
        return {"nodes": [self._told(place) for place in found], "more": more}

    async def variables(self, text: str) -> dict[str, Any]:
        """Every variable below a node (not the properties), each once, with all that is known of it."""
        start = await self._start(text)
        seen, level, variables, more = {start.node}, [start], [], False
        groups: list[Place] = []
        for _ in range(DEEPEST):
            following: list[Place] = []
            for begin in range(0, len(level), AT_ONCE):
                found, cut = await self._below(level[begin : begin + AT_ONCE], MOST_NODES)
                more = more or cut
                await self._recognise(found)
                for place in found:
                    if place.node not in seen and place.kind not in lads.UNRECORDED:
                        seen.add(place.node)
                        (groups if place.kind == lads.GROUP else following).append(place)
                        if place.is_variable:
                            variables.append(place)
                if len(seen) >= MOST_NODES or len(variables) >= MOST_VARIABLES:
                    more, following = True, []
                    break
            level = following
            if not level:
                level, groups = groups, []
            if not level:
                break
        else:
            more = True
        variables = variables[:MOST_VARIABLES]
        await self._describe(variables)
        return {"nodes": [self._told(place) for place in variables], "more": more}

    async def places(self, text: str, kind: str) -> list[Place]:
        """Everything of one kind of laboratory device below a node; nothing is looked for below what was found."""
        start = await self._start(text)
        seen, level, wanted = {start.node}, [start], []
        for _ in range(DEEPEST):
            following: list[Place] = []
            for begin in range(0, len(level), AT_ONCE):
                found, _ = await self._below(level[begin : begin + AT_ONCE], MOST_NODES)
                await self._recognise(found)
                fresh = [one for one in found if one.node not in seen and not one.is_variable]
                seen.update(one.node for one in fresh)
                wanted += [one for one in fresh if one.kind == kind]
                following += [one for one in fresh if one.kind != kind]
            level = following if len(seen) < MOST_NODES else []
            if not level:
                break
        return wanted

    async def below(self, place: Place) -> list[Place]:
        """What stands directly below a place that was found, and what each is of a laboratory device."""
        found, _ = await self._below([place], MOST_NODES)
        await self._recognise(found)
        return found

    async def _start(self, text: str) -> Place:
        """The node from which a walk begins; if it is part of a laboratory device, as what."""
        start = Place(self.node(text), (), False, "", "")
        if self._lads.spoken and text:
            node = self._client.get_node(start.node)
            start.type = await node.read_type_definition()
            start.shown = str((await node.read_display_name()).Text or "")
            await self._recognise([start])
        return start

    async def _recognise(self, places: Sequence[Place]) -> None:
        """Say of each what it is of a laboratory device, and of a state machine's state which states there are."""
        if not self._lads.spoken:
            return
        for place in places:
            word = "" if place.is_variable else await self._lads.word(place.type)
            if word:
                place.kind = word
            if word == lads.GROUP:
                place.names = place.names[:-1]
            elif word:
                place.above = (*place.above, (word, place.shown))

    # the walk -------------------------------------------------------------------------------------------

    async def _below(self, places: Sequence[Place], most: int) -> tuple[list[Place], bool]:
        wanted = ua.BrowseParameters()
        wanted.RequestedMaxReferencesPerNode = 1000
        for place in places:
            one = ua.BrowseDescription()
            one.NodeId = place.node
            one.BrowseDirection = ua.BrowseDirection.Forward
            one.ReferenceTypeId = ua.NodeId(ua.ObjectIds.HierarchicalReferences)
            one.IncludeSubtypes = True
            one.NodeClassMask = ua.NodeClass.Object | ua.NodeClass.Variable
            one.ResultMask = ua.BrowseResultMask.All
            wanted.NodesToBrowse.append(one)
        found: list[Place] = []
        for place, result in zip(places, await self._client.uaclient.browse(wanted), strict=True):
            if len(places) == 1:
                result.StatusCode.check()
            references = list(result.References or ())
            point = result.ContinuationPoint
            while point and len(found) + len(references) < most:
                following = ua.BrowseNextParameters()
                following.ReleaseContinuationPoints = False
                following.ContinuationPoints = [point]
                page = (await self._client.uaclient.browse_next(following))[0]
                references += list(page.References or ())
                point = page.ContinuationPoint
            if point:
                release = ua.BrowseNextParameters()
                release.ReleaseContinuationPoints = True
                release.ContinuationPoints = [point]
                await self._client.uaclient.browse_next(release)
            for one in references:
                if one.ReferenceTypeId == ua.NodeId(ua.ObjectIds.HasProperty) or getattr(
                    one.NodeId, "ServerIndex", 0
                ):
                    continue
                if len(found) >= most:
                    return found, True
                found.append(
                    Place(
                        ua.NodeId(one.NodeId.Identifier, one.NodeId.NamespaceIndex, one.NodeId.NodeIdType),
                        (*place.names, str(one.BrowseName.Name)),
                        one.NodeClass == ua.NodeClass.Variable,
                        self._type_name(one.TypeDefinition),
                        str(one.DisplayName.Text or one.BrowseName.Name),
                        lads.plain(one.TypeDefinition) if one.TypeDefinition is not None else None,
                        place.above,
                        place.type,
                    )
                )
            if point:
                return found, True
        return found, False

    def _type_name(self, node: Any) -> str:
        if node is None or node.NamespaceIndex != 0 or not isinstance(node.Identifier, int):
            return ""
        return str(ua.ObjectIdNames.get(node.Identifier, ""))

    # what a variable is ---------------------------------------------------------------------------------

    async def _describe(self, places: Sequence[Place]) -> None:
        for begin in range(0, len(places), AT_ONCE):
            part = places[begin : begin + AT_ONCE]
            await self._attributes(part)
            await self._properties(part)
        for kind in {place.facts["type"] for place in places if place.facts.get("type")}:
            await self._climb(kind)
        for place in places:
            if place.above and not place.facts["description"]:
                place.facts["description"] = lads.place_in_words(place.above)
            if place.above and place.names[-1] == "CurrentState":
                states = await self._lads.states(place.machine)
                where = lads.place_in_words(place.above)
                place.facts["description"] = f"{where}: {', '.join(states)}"[:500] if states else where
            kind = place.facts.pop("type", None)
            base = self._bases.get(kind, 0) if kind is not None else 0
            place.facts["holds"] = (
                "number"
                if base in _NUMBERS
                else "text"
                if base in _TEXTS
                else "boolean"
                if base == _BOOLEAN
                else "enumeration"
                if base == _ENUMERATION
                else "other"
            )
            if kind in self._enumerations and not place.facts.get("states"):
                place.facts["states"] = self._enumerations[kind]

    async def _attributes(self, places: Sequence[Place]) -> None:
        wanted = ua.ReadParameters()
        wanted.TimestampsToReturn = ua.TimestampsToReturn.Neither
        for place in places:
            for attribute in _READ:
                one = ua.ReadValueId()
                one.NodeId, one.AttributeId = place.node, attribute
                wanted.NodesToRead.append(one)
        values = await self._client.uaclient.read(wanted)
        for index, place in enumerate(places):
            kind, rank, access, description, value = values[index * len(_READ) : (index + 1) * len(_READ)]
            content = _content(value)
            number, text = (math.nan, None) if isinstance(content, list) else as_number(content)
            shown = text if text is not None else "" if math.isnan(number) else f"{number:g}"
            level = _content(access)
            place.facts = {
                "type": _content(kind),
                "one_dimension": _content(rank) == 1,
                "scalar": (_content(rank) or 0) < 0 and not isinstance(content, list),
                "readable": level is None or bool(int(level) & 1),
                "writable": level is not None and bool(int(level) & 2),
                "description": str(getattr(_content(description), "Text", "") or "")[:500],
                "value": shown[:200],
            }

    async def _properties(self, places: Sequence[Place]) -> None:
        paths = [
            ua.BrowsePath(place.node, ua.RelativePath([_property(name)]))
            for place in places
            for name in _PROPERTIES
        ]
        found = await self._client.uaclient.translate_browsepaths_to_nodeids(paths)
        targets = [
            (places[index // len(_PROPERTIES)], result.Targets[0].TargetId)
            for index, result in enumerate(found)
            if result.StatusCode.is_good() and result.Targets
        ]
        if not targets:
            return
        nodes = [ua.NodeId(one.Identifier, one.NamespaceIndex, one.NodeIdType) for _, one in targets]
        names = [
            _PROPERTIES[i % len(_PROPERTIES)]
            for i, r in enumerate(found)
            if r.StatusCode.is_good() and r.Targets
        ]
        values = await self._client.uaclient.read_attributes(nodes, ua.AttributeIds.Value)
        for (place, _), name, value in zip(targets, names, values, strict=True):
            content = _content(value)
            if content is None:
                continue
            if name == "EngineeringUnits":
                place.facts["unit"], place.facts["unit_text"] = of_information(content)
            elif name == "EURange":
                low, high = float(content.Low), float(content.High)
                if math.isfinite(low) and math.isfinite(high) and low < high:
                    place.facts.update(low=_decimal(low), high=_decimal(high))
            elif name == "EnumStrings":
                place.facts["states"] = {str(at): _words(one) for at, one in enumerate(content)}
            elif name == "EnumValues":
                place.facts["states"] = {str(int(one.Value)): _words(one.DisplayName) for one in content}
            else:
                key = "1" if name == "TrueState" else "0"
                place.facts["states"] = {**place.facts.get("states", {}), key: _words(content)}

    async def _climb(self, kind: ua.NodeId) -> None:
        """Which built-in type a data type comes from, and the names of its values if it enumerates."""
        at = kind
        path: list[ua.NodeId] = []
        while at not in self._bases and len(path) < 10:
            path.append(at)
            if at.NamespaceIndex == 0 and at.Identifier in {
                *_NUMBERS,
                *_TEXTS,
                _BOOLEAN,
                _ENUMERATION,
                _STRUCTURE,
            }:
                self._bases[at] = int(at.Identifier)
                break
            wanted = ua.BrowseParameters()
            one = ua.BrowseDescription()
            one.NodeId, one.BrowseDirection = at, ua.BrowseDirection.Inverse
            one.ReferenceTypeId, one.IncludeSubtypes = ua.NodeId(ua.ObjectIds.HasSubtype), True
            one.ResultMask = ua.BrowseResultMask.All
            wanted.NodesToBrowse = [one]
            above = (await self._client.uaclient.browse(wanted))[0].References or ()
            if not above:
                self._bases[at] = 0
                break
            up = above[0].NodeId
            at = ua.NodeId(up.Identifier, up.NamespaceIndex, up.NodeIdType)
        for passed in path:
            self._bases[passed] = self._bases.get(at, 0)
        if self._bases[kind] == _ENUMERATION and kind not in self._enumerations:
            holder = Place(kind, (), True, "", "")
            await self._properties([holder])
            self._enumerations[kind] = holder.facts.get("states", {})

    def _told(self, place: Place) -> dict[str, Any]:
        facts = place.facts
        takes = facts.get("holds") in {"number", "text", "boolean", "enumeration"}
        return {
            "node": self.name_of(place.node),
            "name": place.shown,
            "path": list(place.names),
            "tag": tag_of(
                [name for name in place.names if not place.above or name not in lads.FOLDERS] or place.names
            ),
            "kind": place.kind,
            "variable": place.is_variable,
            "recordable": place.is_variable
            and takes
            and bool(facts.get("scalar") or (facts.get("one_dimension") and facts["holds"] == "number"))
            and bool(facts.get("readable")),
            "holds": facts.get("holds", ""),
            "scalar": facts.get("scalar", True),
            "readable": facts.get("readable", True),
            "writable": facts.get("writable", False),
            "description": facts.get("description", ""),
            "value": facts.get("value", ""),
            "unit": facts.get("unit", ""),
            "unit_text": facts.get("unit_text", ""),
            "low": facts.get("low", ""),
            "high": facts.get("high", ""),
            "states": facts.get("states", {}),
        }


def tag_of(names: Sequence[str]) -> str:
    """A tag made of browse names: letters and digits as they are, the rest as '_', levels parted by '.'."""
    return ".".join(re.sub(r"[^A-Za-z0-9_-]+", "_", name).strip("_") or "_" for name in names)


async def namespaces_of(client: Client) -> tuple[str, ...]:
    """The server's namespaces in the order of their indices."""
    node = ua.NodeId(ua.ObjectIds.Server_NamespaceArray)
    value = (await client.uaclient.read_attributes([node], ua.AttributeIds.Value))[0]
    return tuple(str(uri) for uri in _content(value) or ())


def _property(name: str) -> ua.RelativePathElement:
    return ua.RelativePathElement(ua.NodeId(ua.ObjectIds.HasProperty), False, True, ua.QualifiedName(name, 0))


def _content(value: ua.DataValue) -> Any:
    good = value.StatusCode is None or value.StatusCode.is_good()
    return value.Value.Value if good and value.Value is not None else None


def _decimal(number: float) -> str:
    text = repr(number)
    return text[:-2] if text.endswith(".0") else text


def _words(content: Any) -> str:
    return str(getattr(content, "Text", content) or "")
