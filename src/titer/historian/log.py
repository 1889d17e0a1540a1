"""The write-ahead log: framed, checksummed batches of columns, durable before they are acknowledged.

A log file is a run of records, and a record is a header of 72 bytes and the bytes of one frame, exactly as the
connection's journal shipped them:

    magic "TTRL", u2 layout, 2 bytes unused, u4 file, u8 record, u8 durable, u4 length, u4 checksum,
    16 bytes salt, 16 bytes tag, u4 checksum of the header

`record` counts from zero inside the file, so that a record that was cut out or moved is noticed. `checksum` is
CRC-32 of the payload, begun with the header's own CRC; the last field is CRC-32 of the 68 bytes before it.
`durable` says how many bytes of the file were known to be on the disk when the record was written. It tells a
torn tail from damage: after a power cut, pages that were never confirmed may be missing anywhere behind the
last confirmed byte, and that is nothing but an interrupted write; a record that cannot be read in front of
a byte that any later record calls durable had been acknowledged, and its loss is an alarm.

Checksums find what a disk does, not what a person does. `tag` is Poly1305 (RFC 8439, section 2.5) of the payload
under a key that no other record has: HMAC-SHA-256 of the header up to the salt, under a key outside the database.
The salt is new for each file. A record that is whole and whose tag differs was written by somebody else, wherever it
lies, and is an alarm (docs/decisions/0027).
"""

from __future__ import annotations

import fcntl
import hmac
import os
import struct
import threading
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.poly1305 import Poly1305

from titer.base.errors import Unavailable
from titer.base.files import make_folder, sync_folder
from titer.historian.errors import LogDamaged, LogForged, StoreStopped

_MAGIC = b"TTRL"
_FIELDS = struct.Struct("<4sHxxIQQII16s")
_TAG = struct.Struct("<16s")
_CRC = struct.Struct("<I")
_VOUCHED = _FIELDS.size + _TAG.size
HEADER_BYTES = _VOUCHED + _CRC.size
_LAYOUT = 2
_SUFFIX = ".ttrlog"


@dataclass(frozen=True)
class Scan:
    """What a log file holds.

    Args:
        spans: (start, end) of each payload, in the order of writing.
        end: the byte after the last whole record.
        torn: bytes behind `end` that an interrupted write left; they had never been acknowledged.
    """

    spans: list[tuple[int, int]]
    end: int
    torn: int


def key_of(secret: bytes) -> bytes:
    """The key of the log, from the one that the record vouches for its entries with."""
    return hmac.digest(secret, b"titer historian log", "sha256")


def encode(key: bytes, salt: bytes, file: int, record: int, durable: int, payload: bytes) -> bytes:
    """The header of a record; the payload follows it unchanged.

    Args:
        key: of the log.
        salt: of the file: 16 bytes that no other file had, one of the same number before a restore included.
        file: number of the file.
        record: number of the record in it.
        durable: bytes of the file that are known to be on the disk.
        payload: what is kept.
    """
    seed = zlib.crc32(_FIELDS.pack(_MAGIC, _LAYOUT, file, record, durable, len(payload), 0, salt))
    checksum = zlib.crc32(payload, seed)
    fields = _FIELDS.pack(_MAGIC, _LAYOUT, file, record, durable, len(payload), checksum, salt)
    vouched = fields + Poly1305.generate_tag(hmac.digest(key, fields, "sha256"), payload)
    return vouched + _CRC.pack(zlib.crc32(vouched))


def scan(data: bytes | memoryview, key: bytes, file: int, *, newest: bool, name: str = "") -> Scan:
    """Find the records of one log file.

    Args:
        data: the file's bytes.
        key: of the log.
        file: the number that the file's name bears.
        newest: whether it is the file that was being written; only that one may have a torn tail.
        name: for the error.

    Raises:
        LogDamaged: if something is unreadable that had been durable.
        LogForged: if a record is whole, and was not written by who has the key.
    """
    view = memoryview(data)
    spans: list[tuple[int, int]] = []
    salts: set[bytes] = set()
    at = 0
    while at < len(view):
        read = _record(view, at, file)
        if read is None or read[0] != len(spans):
            break
        salts.add(_salt(view, at))
        if len(salts) > 1 or not _is_vouched(view, key, at, read[2]):
            raise LogForged(name or str(file), at)
        spans.append((at + HEADER_BYTES, read[2]))
        at = read[2]
    if at == len(view):
        return Scan(spans, at, 0)
    survivors = list(_survivors(view, at, file))
    confirmed = max((durable for durable, _ in survivors), default=0)
    if not newest or confirmed > at:
        why = "A record or part of it is not what was written."
        raise LogDamaged(name or str(file), at, why, len(spans) + sum(whole for _, whole in survivors))
    return Scan(spans, at, len(view) - at)


def _record(view: memoryview, at: int, file: int) -> tuple[int, int, int] | None:
    """(record number, durable, end) of the record that starts here, or None if there is no whole one."""
    if at + HEADER_BYTES > len(view):
        return None
    fields = _FIELDS.unpack(view[at : at + _FIELDS.size])
    magic, layout, of_file, record, durable, length, checksum, salt = fields
    (header_checksum,) = _CRC.unpack(view[at + _VOUCHED : at + HEADER_BYTES])
    whole = zlib.crc32(view[at : at + _VOUCHED]) == header_checksum
    if magic != _MAGIC or layout != _LAYOUT or of_file != file or not whole:
        return None
    end = at + HEADER_BYTES + length
    if end > len(view):
        return None
    seed = zlib.crc32(_FIELDS.pack(_MAGIC, _LAYOUT, of_file, record, durable, length, 0, salt))
    if zlib.crc32(view[at + HEADER_BYTES : end], seed) != checksum:
        return None
    return record, durable, end


def _salt(view: memoryview, at: int) -> bytes:
    return bytes(view[at + _FIELDS.size - 16 : at + _FIELDS.size])


def _is_vouched(view: memoryview, key: bytes, at: int, end: int) -> bool:
    """Whether the tag of a whole record is the one that its header and payload have under the key."""
    once = hmac.digest(key, view[at : at + _FIELDS.size], "sha256")
    tag = bytes(view[at + _FIELDS.size : at + _VOUCHED])
    try:
        Poly1305.verify_tag(once, view[at + HEADER_BYTES : end], tag)
    except InvalidSignature:
        return False
    return True


def _survivors(view: memoryview, at: int, file: int) -> Iterator[tuple[int, bool]]:
    """(durable, whether the record is whole) of each header at or behind a place that cannot be read.

    A header whose payload is torn still counts as a witness of `durable`, so headers are looked at alone.
    """
    data = bytes(view[at:])
    found = data.find(_MAGIC)
    while found >= 0:
        start = found
        if start + HEADER_BYTES <= len(data):
            _, layout, of_file, _, durable, *_ = _FIELDS.unpack(data[start : start + _FIELDS.size])
            (checksum,) = _CRC.unpack(data[start + _VOUCHED : start + HEADER_BYTES])
            whole = zlib.crc32(data[start : start + _VOUCHED]) == checksum
            if layout == _LAYOUT and of_file == file and whole:
                yield durable, _record(view, at + start, file) is not None
        found = data.find(_MAGIC, found + 1)


class Log:
    """The files of one write-ahead log. Writing and rotating are called under the historian's lock.

    Args:
        folder: created if it is missing.
        key: what records are vouched for under.
        new_id: gives each file something that no other has.
    """

    def __init__(self, folder: Path, key: bytes, new_id: Callable[[], str]) -> None:
        self.folder = folder
        self._key = key
        self._new_id = new_id
        self._salt = b""
        make_folder(folder.parent)
        make_folder(folder)
        self.torn_bytes = 0
        self._sync_lock = threading.Lock()
        self._fd = -1
        self._lock_fd = -1
        self._file = 0
        self._record = 0
        self._size = 0
        self._durable = 0
        self._written = 0
        self._synced = 0
        self._stopped = ""

    @property
    def file(self) -> int:
        """Number of the file that is being written."""
        return self._file

    @property
    def synced(self) -> int:
        """Ticket up to which everything is on the disk."""
        return self._synced

    @property
    def stopped(self) -> str:
        """Why nothing is taken any more; empty while all is well."""
        return self._stopped

    def files(self) -> list[int]:
        """Numbers of the files that exist, oldest first."""
        return sorted(int(path.stem) for path in self.folder.glob(f"*{_SUFFIX}"))

    def extent(self) -> list[tuple[Path, int]]:
        """Each file, oldest first, and how many bytes of it are whole records."""
        return [
            (self._path(file), self._size if file == self._file else self._path(file).stat().st_size)
            for file in self.files()
        ]

    def faults(self, extents: Iterable[tuple[Path, int]]) -> list[str]:
        """What does not hold of files as they lie now, up to a size each; what was sealed meanwhile is left out."""
        found: list[str] = []
        of = list(extents)
        for path, size in of:
            data = memoryview(b"")
            with suppress(FileNotFoundError):  # sealed since, and its values lie in a segment
                data = memoryview(path.read_bytes())[:size]
            newest = path == of[-1][0]
            try:
                scan(data, self._key, int(path.stem), newest=newest and self._fd < 0, name=path.name)
            except (LogDamaged, LogForged) as error:
                found.append(str(error))
        return found

    def acquire(self) -> bool:
        """Become the one process that writes here; False if another one is, and this one may only read."""
        if self._lock_fd < 0:
            self._lock_fd = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o640)
            try:
                fcntl.flock(self._lock_fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                os.close(self._lock_fd)
                self._lock_fd = -1
        return self._lock_fd >= 0

    def open(self, *, at_least: int = 0, leave_out: Iterable[int] = ()) -> Iterator[tuple[int, bytes]]:
        """Read what is there, then begin a new file behind it.

        A torn tail is cut off and counted in `torn_bytes`, and the file that was being written is written anew: what
        a killed process left in it unconfirmed is read here as if it were on the disk, and is acknowledged when it
        is sent again. Where another process writes, nothing is touched: the log is read as far as it goes now, and
        `write` is refused.

        Args:
            at_least: the number of the new file is larger than this: numbers that sealed segments name are
                never used again.
            leave_out: files that are not to be read.

        Yields:
            (file, payload) of every record, in the order of writing. The log can be written when the
            iteration has ended.

        Raises:
            LogDamaged, LogForged: see `scan`.
        """
        writable = self.acquire()
        present = [file for file in self.files() if file not in set(leave_out)]
        missing = set(range(at_least + 1, max(present, default=0))) - set(present)
        if writable and missing:
            raise LogDamaged(
                self._path(min(missing)).name, 0, "The file is not there, and a later one is.", 0
            )
        for file in present:
            path = self._path(file)
            data = path.read_bytes()
            found = scan(data, self._key, file, newest=file == present[-1], name=path.name)
            if writable and file == present[-1]:
                self.torn_bytes += found.torn
                self._write_anew(path, data[: found.end])
            for start, end in found.spans:
                yield file, data[start:end]
        if writable:
            self._begin(max([at_least, *present], default=0) + 1)

    def write(self, payloads: Iterable[bytes]) -> int:
        """Write records; they are durable when `sync` has been called with the returned ticket.

        Raises:
            Unavailable: another process writes this log.
            StoreStopped: the disk did not take all of it (full, for instance). What it took is cut off again, and
                nothing more is taken.
        """
        self._refuse_if_stopped()
        if self._fd < 0:
            raise Unavailable("Another process writes this log.", do="Use the running hub, or stop it first.")
        parts: list[bytes] = []
        record = self._record
        for payload in payloads:
            header = encode(self._key, self._salt, self._file, record, self._durable, payload)
            parts += (header, payload)
            record += 1
        block = b"".join(parts)
        try:
            _write_all(self._fd, block)
        except OSError as error:
            self._stopped = f"Writing to {self._path(self._file)} failed: {error.strerror}."
            with suppress(OSError):  # what stays was never confirmed, and is cut off at the next start
                os.ftruncate(self._fd, self._size)
            raise StoreStopped(self._stopped) from error
        self._record = record
        self._size += len(block)
        self._written += len(block)
        return self._written

    def sync(self, ticket: int) -> None:
        """Wait until everything up to the ticket is on the disk; one call serves all who wait.

        Raises:
            StoreStopped: if the disk does not confirm. It is not asked again: after a failed fsync the
                kernel may have dropped the pages (PostgreSQL's lesson).
        """
        with self._sync_lock:
            self._refuse_if_stopped()
            if self._synced >= ticket:
                return
            written, size = self._written, self._size
            self._fdatasync()
            self._synced = written
            self._durable = size

    def rotate(self) -> int:
        """Make the present file complete and begin the next one; returns the number of the complete one."""
        with self._sync_lock:
            self._refuse_if_stopped()
            self._fdatasync()
            self._synced = self._written
            done = self._file
            os.close(self._fd)
            self._fd = -1
            try:
                self._begin(done + 1)
            except OSError as error:
                self._stopped = f"{self._path(done + 1)} cannot be begun: {error.strerror}."
                raise StoreStopped(self._stopped) from error
            return done

    def drop(self, files: Iterable[int]) -> None:
        """Remove files whose content lies in sealed segments that the manifest names."""
        for file in files:
            self._path(file).unlink(missing_ok=True)
        sync_folder(self.folder)

    def close(self) -> None:
        """Confirm what was written and give the file back."""
        with self._sync_lock:
            if self._fd >= 0:
                if not self._stopped:
                    self._fdatasync()
                    self._synced = self._written
                os.close(self._fd)
                self._fd = -1
                self._stopped = self._stopped or "It was closed."
            if self._lock_fd >= 0:
                os.close(self._lock_fd)
                self._lock_fd = -1

    def _begin(self, file: int) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND
        self._fd = os.open(self._path(file), flags, 0o640)
        sync_folder(self.folder)
        self._file, self._record, self._size, self._durable = file, 0, 0, 0
        self._salt = UUID(self._new_id()).bytes

    def _fdatasync(self) -> None:
        try:
            os.fdatasync(self._fd) if hasattr(os, "fdatasync") else os.fsync(self._fd)
        except OSError as error:
            self._stopped = f"The disk did not confirm a write to {self._path(self._file)}: {error.strerror}."
            raise StoreStopped(self._stopped) from error

    def _write_anew(self, path: Path, data: bytes) -> None:
        temporary = path.with_suffix(".new")
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o640)
        temporary.replace(path)
        sync_folder(self.folder)

    def _refuse_if_stopped(self) -> None:
        if self._stopped:
            raise StoreStopped(self._stopped)

    def _path(self, file: int) -> Path:
        return self.folder / f"{file:010d}{_SUFFIX}"


def _write_all(fd: int, block: bytes) -> None:
    view = memoryview(block)
    while view:
        view = view[os.write(fd, view) :]
