"""What is wrong with an installation, in sentences."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from titer.app import load, open_platform
from titer.base import vault
from titer.base.errors import TiterError
from titer.cli.api import hub_is_running
from titer.server.app import PAGES

_MINIMUM_FREE = 1 * 1024**3


def _secrets(folder: Path) -> list[Path]:
    """The files that hold the installation's own secrets."""
    files = [*(folder / "keys").glob("*.key"), *(folder / "keys").glob("*.token")]
    return sorted([*files, *folder.glob("witness/*.key")])


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
    plain = [str(path) for path in _secrets(folder) if not vault.is_sealed(path.read_bytes())]
    note(
        f"In plain text: {', '.join(plain)}." if plain else "Keys and tokens in the folder are sealed.",
        not plain,
        "Restore it from a backup; a token or password of your own: titer secret seal FILE.",
    )
    key = Path(config.key_file) if config.key_file else None
    inside = key is not None and key.absolute().is_relative_to(folder.absolute())
    note(
        "The key of the secrets lies in the folder that it protects."
        if inside
        else "The key of the secrets lies outside the folder.",
        not inside,
        "Move it elsewhere, and say so with key_file in titer.yaml.",
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
