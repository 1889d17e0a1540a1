"""Finished results of laboratory devices (LADS ResultType), each carried to the record once, as a document.

A result is finished when its `Stopped` is set. What it says is then read whole, written as JSON in one order, and
spooled; the same result gives the same bytes, so that it is taken once however often it is read. Its files (LADS
ResultFileType) are read from the server piece by piece, each a document of its own that says which result it is of;
the result's document has their digests, or why one could not be read. An address (URL) of a file is kept and never
opened: a device does not choose where its host connects to.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from asyncua import Client, ua

from titer.base.canonical import canonical
from titer.base.clock import Clock, us
from titer.base.errors import Invalid
from titer.connect.core.contract import Document
from titer.connect.core.spool import Draft, spool
from titer.connect.core.values import as_json
from titer.connect.opcua import lads
from titer.connect.opcua.browsing import AddressSpace, Place, tag_of
from titer.connect.opcua.session import Session
from titer.connect.opcua.transfer import FILE_TYPE, fetch

log = logging.getLogger("titer.connect")
LOOKS = 30
MOST_RESULTS = 2_000
MOST_MEMBERS = 2_000
MOST_FILES = 200
TRIES = 5
"""Looks at which a file that cannot be read is asked for again, before the result is carried without it."""
DEEPEST = 6
UNSET_YEAR = 1970
"""Servers give a time that is not set as the beginning of 1601 or of 1970."""


@dataclass(slots=True)
class _Read:
    """What was read of a result.

    Attributes:
        content: everything below it, by browse names.
        files: path, node and what is said beside it of each file.
    """

    content: dict[str, Any]
    files: list[tuple[str, ua.NodeId, dict[str, Any]]] = field(default_factory=list)


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
        self._tries: dict[str, int] = {}
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
                    read = await _content(client, one, space.namespaces)
                except ua.UaStatusCodeError as error:
                    if key not in self._odd:
                        self._odd.add(key)
                        log.warning("%s: the result %s cannot be read yet: %s", self._name, one.shown, error)
                    continue
                if not _is_finished(read.content):
                    continue
                files, documents = await self._files(client, space, found, one, read)
                self._tries[key] = self._tries.get(key, 0) + 1
                if any("not_read" in file for file in files) and self._tries[key] < TRIES:
                    continue
                documents.append(await self._document(key, found, one, read.content, files))
                self._ready += documents
                self._taken.add(key)

    async def _files(
        self, client: Client, space: AddressSpace, of: Place, one: Place, read: _Read
    ) -> tuple[list[dict[str, Any]], list[Document]]:
        """What the result's document says of each file, and the documents of those that were read."""
        told: list[dict[str, Any]] = []
        documents: list[Document] = []
        for number, (path, node, about) in enumerate(read.files):
            key = space.name_of(node)
            said = {"path": path, "node": key, "name": str(about.get("Name") or path.split("/")[-1])}
            if number >= MOST_FILES:
                told.append({**said, "not_read": f"The result has more than {MOST_FILES} files."})
                continue
            draft = await asyncio.to_thread(Draft, self._folder, hashlib.sha256(key.encode()).hexdigest())
            try:
                promised = await fetch(client, node, draft)
                media_type = str(
                    about.get("MimeType") or promised.get("media_type") or "application/octet-stream"
                )
                facts = {
                    **self._where(of, one, read.content),
                    "result_node": space.name_of(one.node),
                    "node": key,
                    "path": path,
                    "modified": str(_plain(promised.get("modified"), ()) or ""),
                }
                document = await asyncio.to_thread(
                    draft.keep,
                    connection=self._name,
                    name=_file_name(of, one, said["name"]),
                    seen_us=us(self._clock.now()),
                    media_type=media_type[:200],
                    kind="lads_file",
                    identity=facts,
                )
            except (Invalid, ua.UaStatusCodeError) as error:
                told.append({**said, "not_read": str(error) or type(error).__name__})
                if key not in self._odd:
                    self._odd.add(key)
                    log.warning(
                        "%s: the file %s of %s cannot be read: %s", self._name, path, one.shown, error
                    )
                continue
            finally:
                await asyncio.to_thread(draft.drop)
            documents.append(document)
            told.append({**said, "sha256": document.digest, "size": draft.size, "media_type": media_type})
        return told, documents

    def taken(self) -> tuple[Document, ...]:
        """Documents that are spooled and not handed over yet."""
        ready, self._ready = tuple(self._ready), []
        return ready

    @staticmethod
    def _where(of: Place, one: Place, content: dict[str, Any]) -> dict[str, Any]:
        samples = content.get(lads.SAMPLES)
        named = (
            [item.get("SampleId") for item in samples if isinstance(item, dict)]
            if isinstance(samples, list)
            else []
        )
        return {
            "device": next((name for word, name in of.above if word == lads.DEVICE), ""),
            "unit": next((name for word, name in of.above if word == lads.UNIT), ""),
            "result": one.shown,
            "samples": [str(name) for name in named if name],
            "started": str(content.get("Started") or ""),
            "stopped": str(content.get("Stopped") or ""),
        }

    async def _document(
        self, key: str, of: Place, one: Place, content: dict[str, Any], files: list[dict[str, Any]]
    ) -> Document:
        where = [{"is": word, "name": name} for word, name in of.above if word != lads.RESULTS]
        said = {"standard": lads.URI, "result": key, "of": where, "content": content, "files": files}
        return await asyncio.to_thread(
            spool,
            self._folder,
            canonical(said) + b"\n",
            connection=self._name,
            name=f"{_file_name(of, one)}.json",
            seen_us=us(self._clock.now()),
            media_type="application/json",
            kind="lads_result",
            identity={**self._where(of, one, content), "node": key},
        )


def _file_name(of: Place, one: Place, file: str = "") -> str:
    """Device, result and file as one name; what stands behind the last point of the file's stays behind a point."""
    above = [*(name for word, name in of.above if word == lads.DEVICE), one.shown]
    stem, point, ending = file.rpartition(".")
    parts = [*above, *((stem, ending) if stem and point else (file,) if file else ())]
    return tag_of([part[:100] for part in parts])


def _is_finished(content: dict[str, Any]) -> bool:
    stopped = content.get("Stopped")
    return isinstance(stopped, str) and stopped[:4].isdigit() and int(stopped[:4]) > UNSET_YEAR


async def _content(client: Client, one: Place, namespaces: Sequence[str]) -> _Read:
    """Everything below a result by browse names: values of variables, objects as objects, and its files."""
    left = MOST_MEMBERS
    files: list[tuple[str, ua.NodeId, dict[str, Any]]] = []

    async def read(node: ua.NodeId, path: tuple[str, ...]) -> dict[str, Any]:
        nonlocal left
        found: dict[str, Any] = {}
        for reference in await client.get_node(node).get_references(
            ua.ObjectIds.HierarchicalReferences, ua.BrowseDirection.Forward
        ):
            left -= 1
            if left < 0 or len(path) > DEEPEST:
                break
            name, at = str(reference.BrowseName.Name), lads.plain(reference.NodeId)
            if reference.NodeClass == ua.NodeClass.Variable:
                found[name] = await _value(client, at, namespaces)
            elif reference.NodeClass == ua.NodeClass.Object:
                if lads.plain(reference.TypeDefinition) == FILE_TYPE:
                    files.append(("/".join((*path, name)), at, found))
                else:
                    found[name] = await read(at, (*path, name))
        return found

    return _Read(await read(one.node, ()), files)


async def _value(client: Client, node: ua.NodeId, namespaces: Sequence[str]) -> Any:
    value = (await client.uaclient.read_attributes([node], ua.AttributeIds.Value))[0]
    if value.StatusCode is not None and not value.StatusCode.is_good():
        return {"status": value.StatusCode.name}
    content = value.Value.Value if value.Value is not None else None
    return _plain(content, namespaces)


def _plain(content: Any, namespaces: Sequence[str]) -> Any:
    if isinstance(content, datetime) and content.tzinfo is None:
        content = content.replace(tzinfo=UTC)
    if isinstance(content, list):
        return [_plain(one, namespaces) for one in content]
    if isinstance(content, ua.ExtensionObject) and isinstance(content.Body, bytes):
        known = lads.structure(content.TypeId, content.Body, namespaces)
        return (
            known if known is not None else {"type": content.TypeId.to_string(), "bytes": content.Body.hex()}
        )
    words = getattr(content, "Text", None)
    if isinstance(words, str):
        return words
    fields = getattr(content, "__dataclass_fields__", None)
    if fields is not None and not isinstance(content, ua.NodeId):
        return {name: _plain(getattr(content, name), namespaces) for name in fields}
    return as_json(content)
