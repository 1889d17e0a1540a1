"""The journal of a connection: what was taken from a device and has not been acknowledged by the hub.

One SQLite file a connection, synchronous=FULL, one thread. `append` returns when the batch is on disk; only
then may the source be told. Batches that wait while a commit runs are committed together. A frame is deleted
when the hub has acknowledged it, and for no other reason.

Epochs count lives: of the source (its server was restarted) and of the journal (its file was lost; then it
begins above the hub's last epoch, so that no new frame is mistaken for one that the hub has seen). Sequences
begin at 1 in each epoch.

When the journal has reached its limit (of bytes, or of age), or the disk is nearly full, nothing is dropped here:
`append` refuses, the connector stops taking values, and what the source loses meanwhile shows as a gap when it is
read again. What is left of the disk then is for draining, which writes, too. While a megabyte or more waits, frames
are packed: the hub is away, and weeks have to fit.

When the disk fails or does not confirm (an fsync is never tried twice), the journal takes nothing more until the host
is started again.
"""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import zlib
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

from titer.base.clock import Clock, from_us, iso, us
from titer.base.errors import IntegrityFault, Stopped, TiterError, Unavailable
from titer.base.files import make_folder
from titer.connect.core.contract import Batch, Command, Document, Gap, Known, Outcome, Receipt, Resume
from titer.connect.core.waiting import taken_us, unpacked

JOURNAL = "journal.sqlite"
"""The file, in the folder of its connection."""
SCHEMA_VERSION = 3
_READABLE = frozenset((1, 2, 3))
"""Version 1 packed no frame, and 2 knew nothing of the attempts to fill a gap."""
_FILLING = """
CREATE TABLE IF NOT EXISTS attempt (id TEXT PRIMARY KEY, number INTEGER NOT NULL, reason TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS reached (id TEXT, tag TEXT, source_us INTEGER NOT NULL, PRIMARY KEY (id, tag))
    WITHOUT ROWID;
"""
_SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE frame (epoch INTEGER, first INTEGER, last INTEGER NOT NULL, data BLOB NOT NULL,
    PRIMARY KEY (epoch, first));
CREATE TABLE known (tag TEXT PRIMARY KEY, source_us INTEGER NOT NULL, value REAL, text TEXT,
    status INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE gap (id TEXT, tag TEXT, from_us INTEGER NOT NULL, to_us INTEGER NOT NULL, reason TEXT NOT NULL,
    PRIMARY KEY (id, tag)) WITHOUT ROWID;
CREATE TABLE command (key TEXT PRIMARY KEY, received_us INTEGER NOT NULL, body TEXT NOT NULL, receipt TEXT,
    accepted INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE TABLE document (key TEXT PRIMARY KEY, body TEXT NOT NULL, accepted INTEGER NOT NULL DEFAULT 0)
    WITHOUT ROWID;
CREATE TABLE state (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""
_LOG_BYTES = 4_000_000
_PACKED_FROM = 1 << 20
"""Bytes that wait before frames are packed: while the hub keeps up, packing would be work for nothing."""
_GOES_ON_BELOW = 7 / 8
"""A full journal takes values again when it has drained to this share of its limit: one long gap, not many short."""
_FATAL = frozenset(
    (
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_NOTADB,
        sqlite3.SQLITE_CANTOPEN,
    )
)
"""What does not pass by itself, as a full disk does: that transaction was undone before it was to be confirmed."""
_T = TypeVar("_T")


class JournalFull(Unavailable):
    """The journal has reached its limit, or the disk is full; nothing is taken from the source until it drains."""

    title = "The journal is full"


class JournalStopped(JournalFull, Stopped):
    """The disk failed; nothing is taken from the source until the host is started again."""

    title = "The journal has stopped"


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits for the hub."""

    frames: int
    rows: int
    size: int
    oldest_us: int
    disk_free: int


@dataclass(slots=True)
class _Waiting:
    batch: Batch
    done: asyncio.Future[None]


class Journal:
    """See the module. Open one with `Journal.open`; all methods are coroutines of one event loop.

    Args:
        path: the SQLite file.
        connection: the connection's name, kept in the file and compared when it is opened again.
        tags: the connection's channels, in the order that `Columns.channel` points at.
        clock: the host's clock.
        limit: bytes of frames that may wait for the hub.
        age_s: how long the oldest may wait, seconds; 0 = however long.
        reserve: bytes of the disk that are left free.
        names: place of a channel -> number -> name, for enumerations: the name is kept beside the number.
    """

    def __init__(
        self,
        path: Path,
        connection: str,
        tags: Sequence[str],
        clock: Clock,
        limit: int,
        names: Mapping[int, Mapping[float, str]] | None = None,
        *,
        age_s: float = 0,
        reserve: int = 0,
    ) -> None:
        self.path = path
        self.connection = connection
        self._tags = tuple(tags)
        self._names = dict(names or {})
        self._clock = clock
        self._limit = limit
        self._age_us = int(age_s * 1_000_000)
        self._reserve = reserve
        self._draining = False
        self._oldest_us = 0
        self._pool = ThreadPoolExecutor(1, thread_name_prefix=f"journal-{connection}")
        self._waiting: list[_Waiting] = []
        self._committer: asyncio.Task[None] | None = None
        self.grown = asyncio.Event()
        self.epoch = 0
        self._next = 1
        self._size = 0
        self._stopped = ""
        self._sql: sqlite3.Connection

    @classmethod
    async def open(
        cls,
        path: Path,
        connection: str,
        tags: Sequence[str],
        clock: Clock,
        *,
        hub_epoch: int = 0,
        limit: int = 2 * 1024**3,
        age_s: float = 0,
        reserve: int = 0,
        names: Mapping[int, Mapping[float, str]] | None = None,
    ) -> Journal:
        """Open or create the journal.

        Args:
            hub_epoch: the last epoch that the hub has of this connection.
            limit, age_s, reserve: see the class.
            names: see the class.

        Raises:
            IntegrityFault: if the file belongs to another connection or is damaged.
            Unavailable: if it cannot be opened, or is of a newer version.
        """
        journal = cls(path, connection, tags, clock, limit, names, age_s=age_s, reserve=reserve)
        try:
            await journal._run(lambda: journal._open(hub_epoch))
        except BaseException:
            journal._pool.shutdown()
            raise
        return journal

    @property
    def stopped(self) -> str:
        """Why nothing is taken any more; empty while all is well."""
        return self._stopped

    async def close(self) -> None:
        """Commit what waits and close the file."""
        if self._committer is not None:
            await asyncio.gather(self._committer, return_exceptions=True)
        await self._run(self._sql.close)
        self._pool.shutdown()

    async def append(self, batch: Batch) -> None:
        """Put a batch on disk; returns when it is durable.

        Raises:
            JournalFull: if the limit is reached or the disk is full; the batch is not stored.
            JournalStopped: if the disk failed, now or before.
        """
        self._require_running()
        self._require_room()
        waiting = _Waiting(batch, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if self._committer is None or self._committer.done():
            self._committer = asyncio.create_task(self._commit_waiting(), name=f"commit {self.connection}")
        await waiting.done

    async def resume(self) -> Resume:
        """What a connector needs to go on where it was."""
        return await self._run(self._resume)

    async def open_gaps(self) -> list[Gap]:
        """Gaps that are neither filled nor given up."""
        return await self._run(self._open_gaps)

    async def begin_fill(self, gap_id: str) -> tuple[int, str]:
        """Note durably that a gap is about to be filled: what then kills the process has had its attempt.

        Returns:
            The number of this attempt since it last came further, and why the one before it failed ("" where
            nobody could say: the process was ended).
        """

        def note() -> tuple[int, str]:
            rows = self._rows("SELECT number, reason FROM attempt WHERE id = ?", (gap_id,))
            number, reason = rows[0] if rows else (0, "")
            self._write("INSERT OR REPLACE INTO attempt VALUES (?, ?, '')", (gap_id, int(number) + 1))
            return int(number) + 1, str(reason)

        return await self._run(note)

    async def fill_failed(self, gap_id: str, reason: str, *, counts: bool) -> None:
        """Keep why an attempt failed; one that says nothing of the source does not count."""
        statement = "UPDATE attempt SET reason = ?, number = number - ? WHERE id = ?"
        await self._run(lambda: self._write(statement, (reason, 0 if counts else 1, gap_id)))

    async def unshipped(self, limit: int = 1_000_000) -> list[bytes]:
        """The oldest frames of one epoch, up to about `limit` bytes, at least one if there is any."""
        return await self._run(lambda: self._unshipped(limit))

    async def acknowledged(self, epoch: int, last: int) -> None:
        """Forget what the hub has: everything up to `last` of `epoch`, and older epochs."""
        await self._run(lambda: self._forget(epoch, last))

    async def backlog(self) -> Backlog:
        """How much waits for the hub."""
        return await self._run(self._backlog)

    async def begin(self, command: Command) -> tuple[bool, Receipt | None]:
        """Note durably that a command is about to be carried out.

        Returns:
            Whether it is new, and its receipt if it has one. Neither new nor receipted = interrupted.
        """
        return await self._run(lambda: self._begin(command))

    async def finish(self, key: str, receipt: Receipt) -> None:
        """Keep a command's receipt until the hub accepts it."""
        body = json.dumps(
            [receipt.outcome, receipt.readback, receipt.responses, receipt.source_us, receipt.message]
        )
        await self._run(lambda: self._write("UPDATE command SET receipt = ? WHERE key = ?", (body, key)))

    async def unaccepted_receipts(self) -> list[tuple[str, Receipt]]:
        """Receipts that the hub has not accepted, oldest first."""
        rows = await self._run(
            lambda: self._rows(
                "SELECT key, receipt FROM command WHERE accepted = 0 AND receipt IS NOT NULL ORDER BY received_us"
            )
        )
        return [(key, _receipt(body)) for key, body in rows]

    async def interrupted(self) -> list[Command]:
        """Commands that were begun and have no receipt: their outcome must be observed."""
        rows = await self._run(
            lambda: self._rows("SELECT body FROM command WHERE receipt IS NULL ORDER BY received_us")
        )
        return [Command(**json.loads(body)) for (body,) in rows]

    async def receipt_accepted(self, key: str) -> None:
        """The hub has the receipt; the row stays, so that the command is never carried out again."""
        await self._run(lambda: self._write("UPDATE command SET accepted = 1 WHERE key = ?", (key,)))

    async def unaccepted_documents(self) -> list[dict[str, Any]]:
        """Notices of raw files that the hub has not accepted."""
        rows = await self._run(
            lambda: self._rows("SELECT body FROM document WHERE accepted = 0 ORDER BY key")
        )
        return [json.loads(body) for (body,) in rows]

    async def document_accepted(self, key: str) -> None:
        """The hub has the notice."""
        await self._run(lambda: self._write("UPDATE document SET accepted = 1 WHERE key = ?", (key,)))

    async def document_refused(self, key: str, reason: str) -> None:
        """The hub refuses the notice for good; it is not sent again, and the reason is kept."""

        def note() -> None:
            self._write("INSERT OR REPLACE INTO meta VALUES (?, ?)", (f"refused:{key}", reason))
            self._write("UPDATE document SET accepted = 2 WHERE key = ?", (key,))

        await self._run(note)

    async def refused_documents(self) -> list[tuple[dict[str, Any], str]]:
        """Notices that the hub refused for good, each with its reason."""
        rows = await self._run(
            lambda: self._rows(
                "SELECT body, value FROM document JOIN meta ON name = 'refused:' || key "
                "WHERE accepted = 2 ORDER BY key"
            )
        )
        return [(json.loads(body), str(reason)) for body, reason in rows]

    async def remember(self, name: str, value: str) -> None:
        """Keep a fact of the host's across restarts."""
        await self._run(lambda: self._write("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value)))

    async def recall(self, name: str) -> str | None:
        """A fact that was kept, or None."""
        rows = await self._run(lambda: self._rows("SELECT value FROM meta WHERE name = ?", (name,)))
        return str(rows[0][0]) if rows else None

    # in the thread ------------------------------------------------------------------------------------

    async def _run(self, work: Callable[[], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)

    def _require_running(self) -> None:
        if self._stopped:
            raise JournalStopped(
                f"The journal of {self.connection} has stopped.",
                why=self._stopped,
                do="Mend the disk of the connector host, then start the host again.",
            )

    def _require_room(self) -> None:
        self._draining = self._size >= self._limit * (_GOES_ON_BELOW if self._draining else 1)
        if self._draining:
            raise JournalFull(
                f"The journal of {self.connection} is full of what the hub has not taken.",
                why=f"Its limit is {self._limit} bytes.",
                do="Bring the hub back, or raise `journal_limit_mb` of the connection.",
            )
        if self._age_us and self._oldest_us and us(self._clock.now()) - self._oldest_us > self._age_us:
            raise JournalFull(
                f"The journal of {self.connection} holds what the hub has not taken since "
                f"{from_us(self._oldest_us):%Y-%m-%d %H:%M} UTC.",
                why=f"Its limit is {self._age_us / 86_400e6:g} days.",
                do="Bring the hub back, or raise `journal_days` of the connection.",
            )

    def _require_disk(self) -> None:
        """Leave some of the disk free: forgetting what the hub has taken writes, too."""
        if self._reserve and self._disk_free() < self._reserve:
            raise JournalFull(
                f"The disk of the journal of {self.connection} is nearly full.",
                why=f"{self._reserve} bytes of it are left free, to hand over in what is there.",
                do="Free space on the disk of the connector host, or bring the hub back.",
            )

    def _disk_free(self) -> int:
        disk = os.statvfs(self.path.parent)
        return disk.f_bavail * disk.f_frsize

    def _failed(self, error: sqlite3.Error) -> TiterError:
        """What a failed write means; after a failing disk the journal stops."""
        if getattr(error, "sqlite_errorcode", 0) & 0xFF not in _FATAL:
            return JournalFull(
                f"The journal of {self.connection} cannot be written: {error}.",
                do="Free space on the disk of the connector host.",
            )
        self._stopped = self._stopped or f"{error} ({getattr(error, 'sqlite_errorname', 'unknown')})."
        return JournalStopped(
            f"The journal of {self.connection} cannot be written: {error}.",
            why="An fsync that failed is not tried again: the second may succeed although the first lost the pages.",
            do="Mend the disk of the connector host, then start the host again.",
        )

    def _open(self, hub_epoch: int) -> None:
        try:
            make_folder(self.path.parent)
            self._sql = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False, timeout=10)
            fresh = not self._rows("SELECT 1 FROM sqlite_master LIMIT 1")
            if fresh:
                self._sql.execute("PRAGMA auto_vacuum = INCREMENTAL")
            self._sql.execute("PRAGMA journal_mode = WAL")
            self._sql.execute("PRAGMA synchronous = FULL")
            # SQLite's own way of moving the log into the file drops the errors, so it is done in `_commit`.
            self._sql.execute("PRAGMA wal_autocheckpoint = 0")
            self._sql.execute("PRAGMA journal_size_limit = 0")
            # What a killed process left unconfirmed is read as if it were on the disk: make that true first.
            self._sql.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            if fresh:
                first = hub_epoch + 1
                self._sql.executescript(f"BEGIN IMMEDIATE; {_SCHEMA} COMMIT;")
                for name, value in (
                    ("schema", SCHEMA_VERSION),
                    ("connection", self.connection),
                    ("epoch", first),
                    ("next", 1),
                    ("gaps", 0),
                ):
                    self._write("INSERT INTO meta VALUES (?, ?)", (name, str(value)))
            self._sql.executescript(f"BEGIN IMMEDIATE; {_FILLING} COMMIT;")
            meta = dict(self._rows("SELECT name, value FROM meta"))
        except (sqlite3.Error, OSError) as error:
            raise Unavailable(
                f"The journal {self.path} cannot be opened: {error}.",
                do="Look at the folder's rights and the disk; move the file away if it is damaged.",
            ) from error
        if int(meta.get("schema", 0)) not in _READABLE:
            raise Unavailable(
                f"The journal {self.path} is of version {meta.get('schema')}, this host knows {SCHEMA_VERSION}.",
                do="Run the version of Titer that wrote it until the hub has everything.",
            )
        if meta["connection"] != self.connection:
            raise IntegrityFault(
                f"The journal {self.path} belongs to {meta['connection']}, not to {self.connection}."
            )
        self._write("UPDATE meta SET value = ? WHERE name = 'schema'", (str(SCHEMA_VERSION),))
        self.epoch, self._next = int(meta["epoch"]), int(meta["next"])
        if hub_epoch > self.epoch:
            self.epoch, self._next = hub_epoch + 1, 1
        self._size = int(self._rows("SELECT coalesce(sum(length(data)), 0) FROM frame")[0][0])
        self._oldest_us = self._oldest()
        if self._size:
            self.grown.set()

    def _rows(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        return self._sql.execute(statement, values).fetchall()

    def _write(self, statement: str, values: Sequence[Any] = ()) -> int:
        self._require_running()
        try:
            return self._sql.execute(statement, values).rowcount
        except sqlite3.OperationalError as error:
            raise self._failed(error) from error

    async def _commit_waiting(self) -> None:
        while self._waiting:
            waiting, self._waiting = self._waiting, []
            try:
                await self._run(lambda batches=[entry.batch for entry in waiting]: self._commit(batches))  # type: ignore[misc]
            except (sqlite3.Error, TiterError) as error:
                failure = self._failed(error) if isinstance(error, sqlite3.Error) else error
                for entry in waiting:
                    if not entry.done.done():
                        entry.done.set_exception(failure)
                continue
            for entry in waiting:
                if not entry.done.done():
                    entry.done.set_result(None)
            self.grown.set()

    def _commit(self, batches: Sequence[Batch]) -> None:
        self._require_running()
        self._require_disk()
        epoch, following, added = self.epoch, self._next, 0
        self._sql.execute("BEGIN IMMEDIATE")
        try:
            for batch in batches:
                if batch.new_life:
                    epoch, following = epoch + 1, 1
                if len(batch.columns) or batch.events:
                    columns = batch.columns.named(self._names)
                    frame = columns.frame(self.connection, epoch, following, self._tags, batch.events)
                    data = self._packed(frame.encode())
                    self._write(
                        "INSERT INTO frame VALUES (?, ?, ?, ?)", (epoch, frame.first, frame.last, data)
                    )
                    following, added = frame.last + 1, added + len(data)
                self._keep(batch)
            self._sql.executemany(
                "UPDATE meta SET value = ? WHERE name = ?", ((str(epoch), "epoch"), (str(following), "next"))
            )
            self._sql.execute("COMMIT")
        except BaseException:
            if self._sql.in_transaction:
                self._sql.execute("ROLLBACK")
            raise
        self.epoch, self._next = epoch, following
        self._size += added
        if added and not self._oldest_us:
            self._oldest_us = us(self._clock.now())
        if Path(f"{self.path}-wal").stat().st_size >= _LOG_BYTES:
            self._sql.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    def _packed(self, data: bytes) -> bytes:
        return zlib.compress(data, 1) if self._size >= _PACKED_FROM else data

    def _oldest(self) -> int:
        rows = self._rows("SELECT data FROM frame ORDER BY epoch, first LIMIT 1")
        return taken_us(rows[0][0]) if rows else 0

    def _keep(self, batch: Batch) -> None:
        columns = batch.columns
        self._sql.executemany(
            "INSERT OR REPLACE INTO known VALUES (?, ?, ?, ?, ?)",
            [
                (
                    self._tags[int(columns.channel[row])],
                    int(columns.source_us[row]),
                    float(columns.value[row]),
                    columns.text.get(int(row)),
                    int(columns.status[row]),
                )
                for row in columns.newest()
            ],
        )
        for gap in batch.gaps:
            self._sql.executemany(
                "INSERT INTO gap VALUES (?, ?, ?, ?, ?)",
                [(gap.id, tag, start, end, gap.reason) for tag, (start, end) in gap.windows.items()],
            )
            self._write("UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE name = 'gaps'")
        self._sql.executemany(
            "DELETE FROM gap WHERE id = ? AND tag = ?", [(batch.gap_id, entry.tag) for entry in batch.filled]
        )
        if batch.gap_id:
            self._keep_filling(batch)
        self._sql.executemany(
            "INSERT OR IGNORE INTO document VALUES (?, ?, 0)",
            [(one.key, _notice(self.connection, one)) for one in batch.documents],
        )
        self._sql.executemany("INSERT OR REPLACE INTO state VALUES (?, ?)", list(batch.state.items()))

    def _keep_filling(self, batch: Batch) -> None:
        """How far a gap is filled; who comes further has all attempts before him again."""
        gap = batch.gap_id
        if batch.reached:
            self._sql.executemany(
                "INSERT OR REPLACE INTO reached VALUES (?, ?, ?)",
                [(gap, tag, source) for tag, source in batch.reached.items()],
            )
            self._write("UPDATE attempt SET number = 1, reason = '' WHERE id = ?", (gap,))
        self._sql.executemany(
            "DELETE FROM reached WHERE id = ? AND tag = ?", [(gap, entry.tag) for entry in batch.filled]
        )
        if batch.filled and not self._rows("SELECT 1 FROM gap WHERE id = ? LIMIT 1", (gap,)):
            self._write("DELETE FROM attempt WHERE id = ?", (gap,))

    def _resume(self) -> Resume:
        known = {
            tag: Known(source, float("nan") if value is None else value, text, status)
            for tag, source, value, text, status in self._rows(
                "SELECT tag, source_us, value, text, status FROM known"
            )
        }
        gaps = int(self._rows("SELECT value FROM meta WHERE name = 'gaps'")[0][0])
        return Resume(known, dict(self._rows("SELECT name, value FROM state")), gaps + 1)

    def _open_gaps(self) -> list[Gap]:
        windows: dict[str, dict[str, tuple[int, int]]] = {}
        reasons: dict[str, str] = {}
        for name, tag, start, end, reason in self._rows("SELECT * FROM gap ORDER BY id, tag"):
            windows.setdefault(name, {})[tag] = (start, end)
            reasons[name] = reason
        reached: dict[str, dict[str, int]] = {}
        for name, tag, source in self._rows("SELECT * FROM reached"):
            reached.setdefault(name, {})[tag] = source
        return [Gap(name, windows[name], reasons[name], reached.get(name, {})) for name in windows]

    def _unshipped(self, limit: int) -> list[bytes]:
        frames: list[bytes] = []
        size, epoch = 0, None
        for of, kept in self._sql.execute("SELECT epoch, data FROM frame ORDER BY epoch, first"):
            data = unpacked(kept)
            if frames and (of != epoch or size + len(data) > limit):
                break
            frames.append(data)
            epoch, size = of, size + len(data)
        return frames

    def _forget(self, epoch: int, last: int) -> None:
        if epoch > self.epoch or (epoch == self.epoch and last >= self._next):
            raise IntegrityFault(
                f"The hub acknowledges epoch {epoch}, sequence {last} of {self.connection}, which was never sent.",
                do="Check that no second host serves this connection.",
            )
        key = (epoch, epoch, last)
        size = self._rows(
            "SELECT coalesce(sum(length(data)), 0) FROM frame WHERE epoch < ? OR (epoch = ? AND last <= ?)",
            key,
        )
        self._write("DELETE FROM frame WHERE epoch < ? OR (epoch = ? AND last <= ?)", key)
        self._size -= int(size[0][0])
        self._oldest_us = self._oldest()
        if self._size == 0 and int(self._rows("PRAGMA freelist_count")[0][0]) > 4096:
            self._rows("PRAGMA incremental_vacuum(4096)")

    def _backlog(self) -> Backlog:
        frames, rows = self._rows("SELECT count(*), coalesce(sum(last - first + 1), 0) FROM frame")[0]
        return Backlog(int(frames), int(rows), self._size, self._oldest_us, self._disk_free())

    def _begin(self, command: Command) -> tuple[bool, Receipt | None]:
        rows = self._rows("SELECT receipt FROM command WHERE key = ?", (command.key,))
        if rows:
            return False, None if rows[0][0] is None else _receipt(rows[0][0])
        self._write(
            "INSERT INTO command (key, received_us, body) VALUES (?, ?, ?)",
            (command.key, us(self._clock.now()), json.dumps(asdict(command))),
        )
        return True, None


def _notice(connection: str, document: Document) -> str:
    return json.dumps(
        {
            "connection": connection,
            "key": document.key,
            "digest": document.digest,
            "file_name": document.file_name,
            "seen_at": iso(from_us(document.seen_us)),
            "media_type": document.media_type,
            "kind": document.kind,
            "identity": dict(document.identity),
        }
    )


def _receipt(body: str) -> Receipt:
    outcome, readback, responses, source, message = json.loads(body)
    return Receipt(Outcome(outcome), readback, responses, source, message)
