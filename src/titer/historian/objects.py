"""Sealed segments on S3-compatible storage: a second place of the same bytes, under the same names.

A segment never changes and bears its digest in its name, so storing it is idempotent: what is there with its bytes is
not sent again. It counts as stored when it was read back and its digest was the ledger's. From then on the local copy
may go after a time; what is asked for is fetched again, and its digest is verified before its first use. The keys are
those of the folder (`segments/day=.../<sha256>.parquet`), so any reader of Parquet finds its way.

In titer.yaml, the secret key in a sealed file:

    objects:
      bucket: titer-plant-7
      prefix: hub-a
      endpoint: s3.plant.example:9000
      access_key: titer
      secret_file: keys/objects.secret
      local_days: 90
"""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select

from titer.base.clock import us
from titer.base.errors import Invalid
from titer.base.files import make_folder, sync_folder
from titer.historian.errors import SegmentDamaged
from titer.historian.model import HistorianObject, HistorianRetired, HistorianSegment
from titer.historian.segment import SegmentRef

if TYPE_CHECKING:
    from titer.historian.service import Historian

log = logging.getLogger(__name__)
_PIECE = 8 << 20
_WHERE = "titer.yaml: objects"
_SOON_S, _LATER_S = 0.2, 60.0


@dataclass(frozen=True)
class ObjectSettings:
    """Where segments are stored.

    Args:
        bucket: that exists.
        access_key: name of the key.
        secret_file: sealed file with the secret key, below the installation's folder.
        endpoint: host and port; that of the cloud if empty.
        region: of the bucket.
        prefix: in front of each key.
        scheme: https; http only for a server on this machine.
        local_days: after how many days the local copy of a stored segment goes; None keeps it.
    """

    bucket: str
    access_key: str
    secret_file: str
    endpoint: str = ""
    region: str = "us-east-1"
    prefix: str = ""
    scheme: str = "https"
    local_days: float | None = None

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> ObjectSettings:
        """Read the settings, strictly.

        Raises:
            Invalid: for an unknown or missing setting, or a way that is not encrypted to another machine.
        """
        known = {one.name for one in fields(cls)}
        if unknown := sorted(set(data) - known):
            raise Invalid(
                f"Unknown settings: {', '.join(unknown)}.", where=_WHERE, do=f"Known: {sorted(known)}."
            )
        if missing := [name for name in ("bucket", "access_key", "secret_file") if not data.get(name)]:
            raise Invalid(f"Missing settings: {', '.join(missing)}.", where=_WHERE)
        made = cls(**data)
        host = made.endpoint.rpartition(":")[0] or made.endpoint
        if made.scheme != "https" and host not in ("127.0.0.1", "localhost", "[::1]"):
            raise Invalid(
                "Segments leave this machine encrypted only.", where=_WHERE, do="Use scheme: https."
            )
        return made


class Objects:
    """A bucket with segments.

    Args:
        filesystem: of pyarrow.
        root: bucket and prefix.
    """

    def __init__(self, filesystem: Any, root: str) -> None:
        self._files = filesystem
        self._root = root.rstrip("/")

    @classmethod
    def open(cls, settings: ObjectSettings, secret: str) -> Objects:
        """The bucket of the settings."""
        from pyarrow import fs

        files = fs.S3FileSystem(
            access_key=settings.access_key,
            secret_key=secret,
            region=settings.region,
            scheme=settings.scheme,
            endpoint_override=settings.endpoint or None,
            connect_timeout=10,
            request_timeout=60,
        )
        return cls(files, f"{settings.bucket}/{settings.prefix}".rstrip("/"))

    def key(self, ref: SegmentRef) -> str:
        """The name of a segment's object."""
        return f"{self._root}/{ref.path}"

    def store(self, ref: SegmentRef, path: Path) -> bool:
        """Store a segment, read it back and compare its digest; returns whether it had to be sent.

        Raises:
            OSError: if the storage cannot be reached.
            SegmentDamaged: if what is there then is another thing.
        """
        info = self._files.get_file_info(self.key(ref))
        sent: bool = info.size != ref.size
        if sent:
            with path.open("rb") as source, self._files.open_output_stream(self.key(ref)) as target:
                while piece := source.read(_PIECE):
                    target.write(piece)
        self.check(ref)
        return sent

    def check(self, ref: SegmentRef) -> None:
        """Read a stored segment and compare its digest.

        Raises:
            OSError: if the storage cannot be reached, or does not have it.
            SegmentDamaged: if it has other bytes.
        """
        seen = hashlib.sha256()
        with self._files.open_input_stream(self.key(ref)) as source:
            while piece := source.read(_PIECE):
                seen.update(piece)
        _compare(ref, seen.hexdigest())

    def fetch(self, ref: SegmentRef, target: Path) -> None:
        """Bring a segment back, durably; nothing stands under its name before its digest was verified.

        Raises:
            OSError: if the storage cannot be reached, or does not have it.
            SegmentDamaged: if it has other bytes.
        """
        make_folder(target.parent)
        temporary = target.with_name(f".{ref.digest}.{threading.get_ident()}.new")
        seen = hashlib.sha256()
        try:
            with self._files.open_input_stream(self.key(ref)) as source, temporary.open("wb") as file:
                while piece := source.read(_PIECE):
                    seen.update(piece)
                    file.write(piece)
            _compare(ref, seen.hexdigest())
            temporary.chmod(0o440)
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)
        sync_folder(target.parent)

    def remove(self, ref: SegmentRef) -> None:
        """Remove a segment that was retired."""
        try:
            self._files.delete_file(self.key(ref))
        except FileNotFoundError:
            log.info("the object of a retired segment was gone already: %s", ref.path)


def _compare(ref: SegmentRef, found: str) -> None:
    if found != ref.digest:
        why = f"Stored away, its SHA-256 is {found[:16]}..., the ledger says {ref.digest[:16]}...."
        raise SegmentDamaged(ref.path, why)


class Storing:
    """Stores what is sealed, and lets local copies go after their time.

    Args:
        historian: whose segments.
        objects: where to.
        local_days: see `ObjectSettings`.
    """

    def __init__(self, historian: Historian, objects: Objects, local_days: float | None) -> None:
        self.historian = historian
        self.objects = objects
        self.local_days = local_days
        self._failed = False

    def step(self) -> float:
        """One round; returns the seconds until the next. A storage that cannot be reached is said once, and its
        recovery once; the segments stay here meanwhile."""
        if not self.historian.store.log.acquire():
            return _LATER_S
        try:
            more = self._remove_retired() or self._store_one()
        except (OSError, SegmentDamaged) as error:
            if not self._failed:
                log.warning("segments cannot be stored away: %s", error)
            self._failed = True
            return _LATER_S
        if self._failed:
            log.warning("segments are stored away again")
            self._failed = False
        if not more:
            self._evict()
        return _SOON_S if more else _LATER_S

    def stored(self) -> dict[str, int]:
        """Digests of the segments that are stored, and when (microseconds since 1970)."""
        with self.historian.record.reading() as session:
            return {row.digest: row.stored_us for row in session.scalars(select(HistorianObject))}

    def _store_one(self) -> bool:
        there = self.stored()
        waiting = [ref for ref in self.historian.store.view().segments if ref.digest not in there]
        if not waiting:
            return False
        ref = waiting[0]
        self.objects.store(ref, self.historian.segment_path(ref))
        with self.historian.record.operational() as session:
            session.add(HistorianObject(digest=ref.digest, stored_us=us(self.historian.record.clock.now())))
        return len(waiting) > 1

    def _remove_retired(self) -> bool:
        with self.historian.record.reading() as session:
            row = session.scalars(
                select(HistorianSegment)
                .join(HistorianRetired, HistorianRetired.digest == HistorianSegment.digest)
                .join(HistorianObject, HistorianObject.digest == HistorianSegment.digest)
                .limit(1)
            ).first()
            if row is None:
                return False
            ref = SegmentRef(**{name: getattr(row, name) for name in SegmentRef.__dataclass_fields__})
        self.objects.remove(ref)
        with self.historian.record.operational() as session:
            session.execute(delete(HistorianObject).where(HistorianObject.digest == ref.digest))
        return True

    def _evict(self) -> None:
        """Local copies of what is stored and has not been sealed or stored lately."""
        if self.local_days is None:
            return
        there = self.stored()
        before = us(self.historian.record.clock.now() - timedelta(days=self.local_days))
        for ref in self.historian.store.view().segments:
            if there.get(ref.digest, before) < before:
                self.historian.evict(ref)
