"""The folder connector: raw files that instruments drop, taken whole, once, and with their bytes.

A folder is scanned (events of the operating system are not to be trusted on network shares). A file is taken
when its size and time have not changed for some scans and, where the format tells, it is complete. Its bytes
are read, hashed, spooled to disk and hashed again from the source; only then is it announced. A changed file
is a new version; the same bytes under the same name are the same document. A folder that is missing, or
suddenly empty, is *source unavailable* and never a deletion. A file that a scan saw and that is gone before it was
at rest is lost, and that is told with its name and size.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import stat
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from titer.base import media
from titer.base.clock import Clock, from_us, iso, us
from titer.base.errors import Unavailable
from titer.connect.core.columns import Columns
from titer.connect.core.contract import (
    Batch,
    Capability,
    ClockSample,
    Command,
    ConnectionConfig,
    DeviceIdentity,
    Document,
    Gap,
    Outcome,
    Receipt,
    Resume,
    event,
)
from titer.connect.core.frame import Origin
from titer.connect.files.formats import CHECKED, VALUES
from titer.connect.files.settings import FolderSettings

TEMPORARY = (".tmp", ".part", ".partial", ".crdownload", ".swp", "~")
LONGEST_NAME = 300


@dataclass(frozen=True, slots=True)
class _Look:
    size: int
    modified_ns: int


@dataclass(slots=True)
class _Rest:
    look: _Look
    scans: int
    since: float


class FolderConnector:
    """See the module; the contract is `titer.connect.core.contract.Connector`.

    Args:
        config: the connection; its settings are `titer.connect.files.settings.FolderSettings`.
        clock: the host's clock.
        folder: the connection's own folder; bytes are spooled below it until the hub has them.

    Raises:
        Invalid: if a setting is missing or cannot be meant.
    """

    def __init__(self, config: ConnectionConfig, clock: Clock, folder: Path) -> None:
        self.capabilities = frozenset({Capability.STREAM, Capability.FILES})
        self._config = config
        self._clock = clock
        self._format = CHECKED.get(config.type)
        pattern = self._format.pattern if self._format else "*"
        self._settings = settings = FolderSettings.of(config.name, config.settings, pattern=pattern)
        self._source = settings.folder
        self._pattern = settings.pattern
        self._recursive = settings.recursive
        self._interval = settings.scan_s
        self._scans = settings.stable_scans
        self._patience = settings.patience_s
        self._limit = settings.max_bytes
        self._spool = folder / "spool"
        self._resting: dict[str, _Rest] = {}
        self._taken: dict[str, dict[str, Any]] = {}
        self._seen = self._away = False

    async def open(self, resume: Resume) -> None:
        """Take over which files were taken, and as what.

        Raises:
            Invalid, Unavailable: if files of this kind cannot be read here; they stay where they are.
        """
        self._taken = {
            name.removeprefix("file:"): json.loads(body)
            for name, body in resume.state.items()
            if name.startswith("file:")
        }
        self._away = resume.state.get("away") == "yes"
        if self._format is not None:
            await asyncio.to_thread(self._format.ready, self._settings)
        await asyncio.to_thread(self._spool.mkdir, parents=True, exist_ok=True)

    async def close(self) -> None:
        """Nothing is held open between scans."""

    async def describe(self) -> DeviceIdentity:
        """A folder has no maker; its path is its identity."""
        return DeviceIdentity(
            model="folder",
            endpoint=str(self._source),
            details={"pattern": self._pattern, "recursive": self._recursive},
        )

    async def stream(self) -> AsyncIterator[Batch]:
        """Scan for ever; yields one batch a file.

        That the folder went away, and that it is back, are events of the stream.

        Raises:
            Unavailable: if the folder is not there, cannot be read, or is suddenly empty.
        """
        while True:
            try:
                found = await asyncio.to_thread(self._scan)
            except Unavailable as error:
                if self._seen and not self._away:
                    self._away = True
                    words = f"The source is unavailable: {error}"
                    yield Batch(
                        Columns.empty(),
                        events=(event("config_changed", us(self._clock.now()), words),),
                        state={"away": "yes"},
                    )
                raise
            if not self._seen or self._away:
                yield self._back()
            for name in sorted(found):
                if not self._at_rest(name, found[name]):
                    continue
                batch = await asyncio.to_thread(self._take, name, found[name])
                if batch is not None:
                    yield batch
            missing = self._missing(found)
            if missing is not None:
                yield missing
            await asyncio.sleep(self._interval)

    def _back(self) -> Batch:
        self._seen = True
        if not self._away:
            return Batch(Columns.empty())
        self._away = False
        words = f"The folder {self._source} is there again."
        return Batch(
            Columns.empty(),
            events=(event("reconnected", us(self._clock.now()), words),),
            state={"away": "no"},
        )

    def _scan(self) -> dict[str, _Look]:
        if not self._source.is_dir():
            raise Unavailable(
                f"The folder {self._source} is not there.",
                do="Look whether the share is mounted; nothing is taken as deleted.",
            )
        found: dict[str, _Look] = {}
        try:
            paths = self._source.rglob(self._pattern) if self._recursive else self._source.glob(self._pattern)
            for path in paths:
                if path.name.startswith((".", "~")) or path.name.endswith(TEMPORARY):
                    continue
                facts = path.lstat()
                if stat.S_ISREG(facts.st_mode):
                    found[path.relative_to(self._source).as_posix()] = _Look(facts.st_size, facts.st_mtime_ns)
        except OSError as error:
            raise Unavailable(f"The folder {self._source} cannot be read: {error}.") from error
        present = {name for name, entry in self._taken.items() if not entry.get("gone")}
        if present and not found:
            count = "a file" if len(present) == 1 else f"{len(present)} files"
            raise Unavailable(
                f"The folder {self._source} is empty, and held {count} before.",
                do="Look whether the share is mounted; nothing is taken as deleted.",
            )
        return found

    def _at_rest(self, name: str, look: _Look) -> bool:
        entry = self._taken.get(name)
        if entry is not None and not entry.get("gone") and [look.size, look.modified_ns] == entry["look"]:
            return False
        rest = self._resting.get(name)
        if rest is None or rest.look != look:
            self._resting[name] = rest = _Rest(look, 0, time.monotonic())
        rest.scans += 1
        return rest.scans > self._scans

    def _take(self, name: str, look: _Look) -> Batch | None:
        path = self._source / name
        try:
            resting = time.monotonic() - self._resting[name].since
            if not look.size:
                return self._refuse(name, look, "it is empty") if resting >= self._patience else None
            if len(name) > LONGEST_NAME or not _is_text(name):
                return self._refuse(name, look, "its name is too long, or is no text")
            if look.size > self._limit:
                return self._refuse(
                    name, look, f"it has {look.size} bytes, and {self._limit} are the most (max_bytes)"
                )
            data = path.read_bytes()
            if self._format and not self._format.complete(data, self._settings) and resting < self._patience:
                return None
            digest = hashlib.sha256(data).hexdigest()
            spooled = self._spool / digest
            if not spooled.exists():
                draft = self._spool / f"{digest}.new"
                with draft.open("wb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                draft.replace(spooled)
                _sync_folder(self._spool)
            again = path.lstat()
            if (again.st_size, again.st_mtime_ns) != (look.size, look.modified_ns) or hashlib.sha256(
                path.read_bytes()
            ).hexdigest() != digest:
                self._resting.pop(name, None)
                return None
        except FileNotFoundError:
            return None  # the next scan tells that it is gone
        except OSError as error:
            raise Unavailable(f"The file {path} cannot be read: {error}.") from error
        self._resting.pop(name, None)
        before = self._taken.get(name)
        twin = self._twin(name, digest)
        self._taken[name] = entry = {"look": [look.size, look.modified_ns], "digest": digest}
        state = {f"file:{name}": json.dumps(entry)}
        events: tuple[dict[str, Any], ...] = ()
        now = us(self._clock.now())
        if before is not None and before["digest"] and before["digest"] != digest:
            words = (
                f"The file {name} was changed after it had been taken; the change is a version of its own."
            )
            events = (event("config_changed", now, words, file=name, digest=digest, before=before["digest"]),)
        elif before is not None and before["digest"]:
            return Batch(Columns.empty(), state=state)
        elif twin is not None:
            gone = ", which has vanished: it was renamed, or came back"
            words = f"The file {name} has the same bytes as {twin}{gone if self._taken[twin].get('gone') else ''}."
            events = (event("config_changed", now, words, file=name, digest=digest, twin=twin),)
        verdict = self._format.verdict(data, name, self._settings) if self._format else {}
        columns = self._columns(verdict.pop(VALUES, ()), now)
        document = Document(
            key=f"{self._config.name}/{name}/{digest}",
            digest=digest,
            file_name=name,
            seen_us=now,
            media_type=(self._format and self._format.media_type) or media.media_type(name, data),
            kind=self._config.type,
            identity={
                "size": look.size,
                "modified_at": iso(from_us(look.modified_ns // 1000)),
                "time_zone": self._settings.time_zone,
                "encoding": self._settings.encoding,
                **verdict,
            },
        )
        return Batch(columns, events=events, documents=(document,), state=state)

    def _columns(self, values: Sequence[tuple[str, int, str]], now: int) -> Columns:
        """What a file gives to channels: each by its node, at the time that the file says."""
        known = {channel.node: index for index, channel in enumerate(self._config.channels)}
        held = [(known[node], at, float(value)) for node, at, value in values if node in known]
        return Columns.of(
            [channel for channel, _, _ in held],
            [at for _, at, _ in held],
            [value for _, _, value in held],
            [0] * len(held),
            received_us=now,
            origin=Origin.FILE,
        )

    def _twin(self, name: str, digest: str) -> str | None:
        """Another file with the same bytes, one that is there before one that has vanished."""
        same = [one for one, held in self._taken.items() if one != name and held["digest"] == digest]
        return min(same, key=lambda one: (bool(self._taken[one].get("gone")), one), default=None)

    def _refuse(self, name: str, look: _Look, why: str) -> Batch:
        self._resting.pop(name, None)
        self._taken[name] = entry = {"look": [look.size, look.modified_ns], "digest": ""}
        shown = _shown(name)
        words = f"The file {shown} was not taken: {why}."
        return Batch(
            Columns.empty(),
            events=(event("config_changed", us(self._clock.now()), words, file=shown),),
            state={f"file:{name}": json.dumps(entry)} if _is_text(name) else {},
        )

    def _missing(self, found: dict[str, _Look]) -> Batch | None:
        gone = [name for name, entry in self._taken.items() if name not in found and not entry.get("gone")]
        lost = {name: self._resting.pop(name).look for name in sorted(self._resting.keys() - found.keys())}
        if not gone and not lost:
            return None
        names = {self._taken[name]["digest"]: name for name in sorted(found) if name in self._taken}
        events, state, now = [], {}, us(self._clock.now())
        for name, look in lost.items():
            shown = _shown(name)
            words = (
                f"The file {shown} of {look.size} bytes was seen and was gone again before it was at rest; "
                "these bytes were not taken."
            )
            events.append(event("file_lost", now, words, file=shown, size=look.size))
        for name in sorted(gone):
            entry = self._taken[name]
            entry["gone"] = True
            if not _is_text(name):
                continue
            state[f"file:{name}"] = json.dumps(entry)
            digest = entry["digest"]
            if not digest:
                words = f"The file {name}, which had not been taken, has vanished from the folder."
            elif digest in names:
                words = f"The file {name} has vanished from the folder; {names[digest]} has the same bytes."
            else:
                words = f"The file {name} has vanished from the folder; its bytes are kept."
            events.append(event("config_changed", now, words, file=name, digest=digest))
        return Batch(Columns.empty(), events=tuple(events), state=state)

    async def ack(self, cursor: Any) -> None:
        """Files stay where they are."""

    async def backfill(self, gap: Gap) -> AsyncIterator[Batch]:
        """A folder has no history but its files."""
        raise Unavailable("A folder of files keeps no history.")
        yield  # pragma: no cover

    async def clock(self) -> ClockSample | None:
        """A folder has no clock."""
        return None

    async def invoke(self, command: Command) -> Receipt:
        """A folder takes no commands."""
        return Receipt(Outcome.FAILED, message="A folder of files takes no commands.")

    async def observe(self, command: Command) -> Receipt:
        """A folder takes no commands."""
        return await self.invoke(command)


def _is_text(name: str) -> bool:
    """Whether a file's name can be written as UTF-8; bytes that are none come as lone surrogates."""
    return name.isascii() or name == _shown(name)


def _shown(name: str) -> str:
    return name.encode("utf-8", "backslashreplace").decode("utf-8")


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
