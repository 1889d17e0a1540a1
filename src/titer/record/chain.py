"""What a checkpoint says of those before it, so that none can be taken away, and no signature off one.

Two kinds of extension lines, in the signed text of each:

    before COUNT SIZE ROOT      so many checkpoints came before, the last over SIZE entries; ROOT is that of the tree
                                (RFC 9162, section 2.1) whose leaves are their notes, signatures and all
    answers WITNESS SIZE HASH   what a witness answered later, up to the head over SIZE entries, folded in that order

The first says `before 0 0` and the root over nothing.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256

BEFORE, ANSWERS = "before", "answers"
NOTES = 128
"""Levels of `ledger_node` from here on belong to the tree over the notes."""


@dataclass(frozen=True)
class Before:
    """What came before a checkpoint.

    Args:
        count: how many checkpoints.
        size: how many entries the last of them covers.
        root: over all their notes.
    """

    count: int
    size: int
    root: bytes

    def line(self) -> str:
        """The extension line."""
        return f"{BEFORE} {self.count} {self.size} {base64.b64encode(self.root).decode()}"


def before(extensions: Iterable[str]) -> Before | None:
    """What a checkpoint says of those before it; None if it says nothing that can be read."""
    for line in extensions:
        word, _, rest = line.partition(" ")
        if word != BEFORE:
            continue
        try:
            count, size, root = rest.split(" ")
            told = Before(int(count), int(size), base64.b64decode(root, validate=True))
        except ValueError:
            return None
        return told if told.line() == line else None
    return None


def leaf(note: str) -> bytes:
    """The hash of a note, as it is stored with its checkpoint, as a leaf of the tree over all notes."""
    return sha256(b"\x00" + note.encode()).digest()


def answers_line(witness: str, size: int, digest: bytes) -> str:
    """The extension line of one witness' later answers."""
    return f"{ANSWERS} {witness} {size} {digest.hex()}"


def answers(extensions: Iterable[str]) -> Iterator[tuple[str, int, bytes]]:
    """Of each witness that answered later: its name, the newest head that it answered about, and the digest.

    Raises:
        ValueError: if a line is malformed.
    """
    for line in extensions:
        word, _, rest = line.partition(" ")
        if word == ANSWERS:
            witness, size, digest = rest.split(" ")
            yield witness, int(size), bytes.fromhex(digest)


def folded(digest: bytes, size: int, kind: str, answer: str) -> bytes:
    """One answer more in a witness' digest."""
    return sha256(digest + f"{size} {kind}\n{answer}".encode()).digest()
