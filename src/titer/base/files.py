"""Durable files: what has to be confirmed besides the bytes."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

LARGEST_FILE = 72 * 1024 * 1024
"""Bytes of a file that comes in by one request: the hub takes no more at once, and a connector host sends no more."""
LARGEST_HISTORY = 16 * 1024**3
"""Bytes that files of history may have together until they are imported, unless the installation says otherwise."""


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable: a file that was made or renamed in it can be lost without this.

    Raises:
        OSError: if the disk does not confirm.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(folder: Path) -> None:
    """Make a folder where it is missing, durably.

    The folder above is synced even if it is there already: a process that was killed may have left it unconfirmed.

    Raises:
        OSError: if it cannot be made, or the disk does not confirm.
    """
    if not folder.parent.exists():
        make_folder(folder.parent)
    if not folder.is_dir():
        folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)


def write_durably(path: Path, data: bytes) -> None:
    """Write a file whole or not at all, durably: another one of its name stays until this one is on the disk.

    Raises:
        OSError: if the disk does not take or does not confirm it.
    """
    temporary = path.with_name(f".{path.name}.new")
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    sync_folder(path.parent)


@contextlib.contextmanager
def alone(path: Path) -> Iterator[None]:
    """Wait until no other process, and no other thread, does the same; it ends with the process, however that ends.

    Args:
        path: of a file that is made for it and stays.

    Raises:
        OSError: if it cannot be made.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
