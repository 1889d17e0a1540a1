"""Backup and restore: one file that holds an installation, made while it runs, and its way back.

taken = take(platform, Path("/mnt/backups"), actor=actor, reason="nightly", with_keys=True)
restored = restore(taken.path, Path("/srv/titer"))
accept(Path("/srv/titer"), username="admin", password="...", reason="the disk of the hub died")
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from titer.app.backup.container import Protection, encrypted
    from titer.app.backup.drilling import drill
    from titer.app.backup.manifest import Manifest
    from titer.app.backup.restoring import Restored, accept, read_manifest, restore
    from titer.app.backup.taking import Taken, take

_PLACES = {
    "Protection": "container",
    "encrypted": "container",
    "drill": "drilling",
    "Manifest": "manifest",
    "Restored": "restoring",
    "accept": "restoring",
    "read_manifest": "restoring",
    "restore": "restoring",
    "Taken": "taking",
    "take": "taking",
}

__all__ = [
    "Manifest",
    "Protection",
    "Restored",
    "Taken",
    "accept",
    "drill",
    "encrypted",
    "read_manifest",
    "restore",
    "take",
]


def __getattr__(name: str) -> Any:
    """The parts when they are first asked for: the composition root needs the tables alone."""
    from importlib import import_module

    if name in _PLACES:
        return getattr(import_module(f"titer.app.backup.{_PLACES[name]}"), name)
    raise AttributeError(name)
