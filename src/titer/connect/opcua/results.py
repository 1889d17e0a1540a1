"""Finished results of laboratory devices (LADS ResultType), each carried to the record once, as a document.

A result is finished when its `Stopped` is set. What it says is then read whole, written as JSON in one order, and
spooled; the same result gives the same bytes, so that it is taken once however often it is read. Files that a result
names are named in the document, by their name, media type and address; their contents are not fetched.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from asyncua import Client, ua

from titer.base.canonical import canonical
from titer.base.clock import Clock, us
from titer.connect.core.contract import Document
from titer.connect.core.spool import spool
from titer.connect.core.values import as_json
from titer.connect.opcua import lads
from titer.connect.opcua.browsing import AddressSpace, Place, tag_of
from titer.connect.opcua.session import Session

log = logging.getLogger("titer.connect")
LOOKS = 30
MOST_RESULTS = 2_000
MOST_MEMBERS = 2_000
DEEPEST = 6
UNSET_YEAR = 1970
"""Servers give a time that is not set as the beginning of 1601 or of 1970."""


class Results:
    """The results of one server, across its sessions.

    Args:
        name: of the connection.
        folder: the connection's own, on the host.
        every_s: how often is looked.
        clock: the host's clock.
    """

    def __init__(self, name: str, folder: Path, every_s: float, clock: Clock) -> None:
        self._name = name
        self._folder = folder
        self._every_s = every_s
        self._clock = clock
        self._taken: set[str] = set()
        self._odd: set[str] = set()
        self._ready: list[Document] = []

    def resume(self) -> None:
        """What was handed over and not made durable is read again."""
        self._taken.clear()
        self._ready.clear()

    async def follow(self, session: Session) -> None:
        """Look for finished results until the session ends; for devices that are new, every so often."""
        space = AddressSpace(session.client, session.link.namespaces)
        while True:
            sets = await space.places(lads.DEVICES, lads.RESULTS) if space.has_devices else []
            for _ in range(LOOKS):
                await self._look(session.client, space, sets)
                await asyncio.sleep(self._every_s)

    async def _look(self, client: Client, space: AddressSpace, sets: Sequence[Place]) -> None:
        for found in sets:
            for one in (await space.below(found))[:MOST_RESULTS]:
                key = space.name_of(one.node)
                if one.kind != lads.RESULT or key in self._taken:
                    continue
                try:
                    content = await _content(client, one)
                except ua.UaStatusCodeError as error:
                    if key not in self._odd:
                        self._odd.add(key)
                        log.warning("%s: the result %s cannot be read yet: %s", self._name, one.shown, error)
                    continue
                if _is_finished(content):
                    self._ready.append(await self._document(key, found, one, content))
                    self._taken.add(key)

    def taken(self) -> tuple[Document, ...]:
        """Documents that are spooled and not handed over yet."""
        ready, self._ready = tuple(self._ready), []
        return ready

    async def _document(self, key: str, of: Place, one: Place, content: dict[str, Any]) -> Document:
        where = [{"is": word, "name": name} for word, name in of.above if word != lads.RESULTS]
        body = canonical({"standard": lads.URI, "result": key, "of": where, "content": content}) + b"\n"
        name = tag_of([*(name for word, name in of.above if word == lads.DEVICE), one.shown])
        identity = {
            "device": next((name for word, name in of.above if word == lads.DEVICE), ""),
            "unit": next((name for word, name in of.above if word == lads.UNIT), ""),
            "result": one.shown,
            "node": key,
            "started": str(content.get("Started") or ""),
            "stopped": str(content.get("Stopped") or ""),
        }
        return await asyncio.to_thread(
            spool,
            self._folder,
            body,
            connection=self._name,
            name=f"{name}.json",
            seen_us=us(self._clock.now()),
            media_type="application/json",
            kind="lads_result",
            identity=identity,
        )


def _is_finished(content: dict[str, Any]) -> bool:
    stopped = content.get("Stopped")
    return isinstance(stopped, str) and stopped[:4].isdigit() and int(stopped[:4]) > UNSET_YEAR


async def _content(client: Client, one: Place) -> dict[str, Any]:
    """Everything below a result by browse names: values of variables, objects as objects."""
    left = MOST_MEMBERS

    async def read(node: ua.NodeId, depth: int) -> dict[str, Any]:
        nonlocal left
        found: dict[str, Any] = {}
        for reference in await client.get_node(node).get_references(
            ua.ObjectIds.HierarchicalReferences, ua.BrowseDirection.Forward
        ):
            left -= 1
            if left < 0 or depth > DEEPEST:
                break
            name, at = str(reference.BrowseName.Name), lads.plain(reference.NodeId)
            if reference.NodeClass == ua.NodeClass.Variable:
                found[name] = await _value(client, at)
            elif reference.NodeClass == ua.NodeClass.Object:
                found[name] = await read(at, depth + 1)
        return found

    return await read(one.node, 1)


async def _value(client: Client, node: ua.NodeId) -> Any:
    value = (await client.uaclient.read_attributes([node], ua.AttributeIds.Value))[0]
    if value.StatusCode is not None and not value.StatusCode.is_good():
        return {"status": value.StatusCode.name}
    content = value.Value.Value if value.Value is not None else None
    return _plain(content)


def _plain(content: Any) -> Any:
    if isinstance(content, datetime) and content.tzinfo is None:
        content = content.replace(tzinfo=UTC)
    if isinstance(content, list):
        return [_plain(one) for one in content]
    words = getattr(content, "Text", None)
    if isinstance(words, str):
        return words
    fields = getattr(content, "__dataclass_fields__", None)
    if fields is not None and not isinstance(content, ua.NodeId):
        return {name: _plain(getattr(content, name)) for name in fields}
    return as_json(content)
