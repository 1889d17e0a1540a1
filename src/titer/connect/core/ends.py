"""How the process of a connection ended last: kept beside its journal, and shown when all is well again."""

from __future__ import annotations

import json
import logging
from datetime import datetime
from pathlib import Path
from typing import Any

from titer.base.clock import iso
from titer.base.errors import Unavailable
from titer.base.files import make_folder, write_durably

log = logging.getLogger("titer.connect")
FILE = "ended.json"
"""In the folder of the connection."""


class Ended(Unavailable):
    """The process of a connection ended; its journal goes on where it was when the next one has started."""

    title = "The connection's process ended"


def last(folder: Path) -> dict[str, Any] | None:
    """The last end: at, reason, count; None if there was none, or nobody can read it."""
    try:
        kept = json.loads((folder / FILE).read_text("utf-8"))
        return {"at": str(kept["at"]), "reason": str(kept["reason"]), "count": int(kept["count"])}
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        log.warning("%s cannot be read: %r", folder / FILE, error)
        return None


def note(folder: Path, at: datetime, error: Ended, pause_s: float) -> dict[str, Any]:
    """Keep another end.

    Args:
        folder: of the connection.
        at: when it ended, by the host's clock.
        error: how.
        pause_s: until it is started again.

    Raises:
        OSError: if the disk does not take it.
    """
    before = last(folder)
    kept = {
        "at": iso(at),
        "reason": f"{error}, started again in {pause_s:.0f} s" if pause_s >= 1 else f"{error}, started again",
        "count": 1 + (before["count"] if before else 0),
    }
    make_folder(folder)
    write_durably(folder / FILE, json.dumps(kept).encode("utf-8"))
    return kept
