"""Raw bytes first: what a device sent as one message lies on disk under its digest before anything is made of it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from titer.connect.core.contract import Document


class Draft:
    """Bytes that arrive piece by piece, on their way into a connection's spool; never all of them in memory.

    Args:
        folder: the connection's own.
        name: of the draft, another for each that is under way.

    Raises:
        OSError: from any method, if the disk does not take them: the device is not told that they arrived.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self._there = folder / "spool"
        self._there.mkdir(parents=True, exist_ok=True)
        self._path = self._there / f"{name}.part"
        self._file = self._path.open("wb")
        self._digest = hashlib.sha256()
        self.size = 0

    def add(self, data: bytes) -> None:
        """Take the next piece."""
        self._file.write(data)
        self._digest.update(data)
        self.size += len(data)

    def drop(self) -> None:
        """Let go of what was not kept; a draft that was kept is left alone."""
        self._file.close()
        self._path.unlink(missing_ok=True)

    def keep(
        self,
        *,
        connection: str,
        name: str,
        seen_us: int,
        media_type: str,
        kind: str,
        identity: Mapping[str, Any],
    ) -> Document:
        """Put what was taken on disk under its digest, and return its notice for the hub; see `spool`."""
        digest = self._digest.hexdigest()
        path = self._there / digest
        if path.exists():
            self.drop()
        else:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            self._path.replace(path)
            descriptor = os.open(self._there, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        return Document(
            key=f"{connection}/{name}/{digest}",
            digest=digest,
            file_name=name,
            seen_us=seen_us,
            media_type=media_type,
            kind=kind,
            identity={"size": self.size, **identity},
        )


def spool(
    folder: Path,
    data: bytes,
    *,
    connection: str,
    name: str,
    seen_us: int,
    media_type: str,
    kind: str,
    identity: Mapping[str, Any],
) -> Document:
    """Write bytes into a connection's spool, and return their notice for the hub.

    Args:
        folder: the connection's own.
        data: as they came.
        connection: its name.
        name: of the file that the hub shows.
        seen_us: when they came.
        media_type, kind, identity: see `Document`; no floats.

    Raises:
        OSError: if the disk does not take them: the device is not told that they arrived.
    """
    draft = Draft(folder, hashlib.sha256(data).hexdigest())
    try:
        draft.add(data)
        return draft.keep(
            connection=connection,
            name=name,
            seen_us=seen_us,
            media_type=media_type,
            kind=kind,
            identity=identity,
        )
    except BaseException:
        draft.drop()
        raise
