"""Raw bytes first: what a device sent as one message lies on disk under its digest before anything is made of it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from titer.connect.core.contract import Document


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
    digest = hashlib.sha256(data).hexdigest()
    there = folder / "spool"
    there.mkdir(parents=True, exist_ok=True)
    path = there / digest
    if not path.exists():
        draft = path.with_suffix(".part")
        with draft.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        descriptor = os.open(there, os.O_RDONLY)
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
        identity={"size": len(data), **identity},
    )
