"""What is wrong with an installation, in sentences."""

from __future__ import annotations

import shutil
import stat
from pathlib import Path
from typing import Any

from titer.app import load, open_platform
from titer.base.errors import TiterError
from titer.cli.api import hub_is_running
from titer.server.app import PAGES

_MINIMUM_FREE = 1 * 1024**3


def examine(folder: Path) -> list[dict[str, Any]]:
    """Look at everything that commonly goes wrong.

    Returns:
        Findings, each with `what`, `ok` and `do`.
    """
    findings: list[dict[str, Any]] = []

    def note(what: str, ok: bool, do: str = "") -> None:
        findings.append({"what": what, "ok": ok, "do": do})

    try:
        config = load(folder)
    except TiterError as error:
        note(str(error), False, error.do)
        return findings
    note(f"The configuration in {folder} can be read.", True)
    free = shutil.disk_usage(folder).free
    note(f"{free / 1024**3:.1f} GiB are free.", free > _MINIMUM_FREE, "Free some space.")
    mode = stat.S_IMODE((folder / "keys" / "ledger.key").stat().st_mode)
    note(
        "Only the owner can read the ledger's key.", mode & 0o077 == 0, f"chmod 600 {folder}/keys/ledger.key"
    )
    note(
        "The pages are built.",
        (PAGES / "index.html").exists(),
        "Run `make pages`, or install a released wheel.",
    )
    witness = Path(config.witness) if Path(config.witness).is_absolute() else folder / config.witness
    outside = witness.exists() and witness.stat().st_dev != folder.stat().st_dev
    note(
        "The witness lies on another volume."
        if outside
        else "The witness lies on the same volume as the database: whoever can change one can change both.",
        True,
    )
    if hub_is_running(config.host, config.port):
        note(f"A hub answers at {config.host}:{config.port}.", True)
        return findings
    note(f"No hub runs at {config.host}:{config.port} (that is no fault by itself).", True)
    try:
        platform = open_platform(folder)
    except TiterError as error:
        note(str(error), False, error.do)
        return findings
    try:
        note("The database opens, and its tables and triggers are those that Titer made.", True)
        with platform.record.reading() as session:
            row = platform.record.installation(session)
        note("It is a simulated installation." if row.simulated else "It is a real installation.", True)
    finally:
        platform.close()
    return findings
