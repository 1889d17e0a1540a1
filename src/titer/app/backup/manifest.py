"""What a backup says about itself: the last member of its archive, and what its digest is taken of."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, fields
from typing import Any

from titer.base.canonical import canonical
from titer.base.errors import IntegrityFault

FORMAT = "titer-backup/1"
NAME = "manifest.json"


@dataclass(frozen=True)
class Manifest:
    """What a backup holds.

    Args:
        titer: version of the software that made it.
        taken_at: the server's clock, ISO 8601.
        installation: id and name.
        database: `sqlite` or `postgresql`.
        revision: of the schema.
        origin: the ledger's name in checkpoints.
        tree_size: how many entries the checkpoint covers; the database holds those and no more.
        root: of the tree, hexadecimal.
        checkpoint: the signed and cosigned note.
        keys: what goes along of `keys` (the sealed key files) and `key_file` (the key that opens them).
        key_id: of the installation's key.
        journals: by connection, the epoch above which its restored journal has to begin.
        files: by name, size and SHA-256 of every member.
        counts: how many of what, for people.
    """

    titer: str
    taken_at: str
    installation: dict[str, str]
    database: str
    revision: str
    origin: str
    tree_size: int
    root: str
    checkpoint: str
    keys: list[str]
    key_id: str
    journals: dict[str, int]
    files: dict[str, dict[str, Any]]
    counts: dict[str, int]

    def encoded(self) -> bytes:
        """The canonical bytes."""
        return canonical({"format": FORMAT, **asdict(self)})

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical bytes: the backup's name in the ledger."""
        return hashlib.sha256(self.encoded()).hexdigest()


def decoded(data: bytes) -> Manifest:
    """Read a manifest.

    Raises:
        IntegrityFault: if it is none, or of another format.
    """
    try:
        told = json.loads(data)
        if told.pop("format") != FORMAT or set(told) != {item.name for item in fields(Manifest)}:
            raise ValueError(f"the format is not {FORMAT}")
        found = Manifest(**told)
        if found.encoded() != data:
            raise ValueError("it is not in canonical form")
    except (ValueError, KeyError, TypeError) as error:
        raise IntegrityFault(
            "The backup's manifest cannot be read.", why=str(error), do="Use another backup."
        ) from error
    return found
