"""Entries against the leaves of the tree, a stretch at a time; run as a program it does those that it is asked for.

Nothing but the standard library is imported, so a second process begins within some hundredths of a second. What it
finds is only whether all is well: the first thing that is not is named by whoever reads the ledger in one go.
"""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

TILE = 256
STRETCH = 32 * TILE
_ROWS = 16 * TILE
_HASH = 32
_ENTRIES = "SELECT seq, CAST(body AS BLOB) FROM ledger_entry WHERE seq > ? AND seq <= ? ORDER BY seq"
_LEAVES = "SELECT entry_seq, leaf_hash FROM ledger_leaf WHERE leaf_index >= ? AND leaf_index < ? ORDER BY leaf_index"


@dataclass(frozen=True)
class Stretch:
    """A stretch of the ledger whose entries are those that its leaves were sealed with.

    Args:
        first: index of its first leaf.
        count: of leaves.
        tiles: the roots of the whole tiles (256 leaves each) that it begins with.
        rest: the leaves' hashes behind them; fewer than a tile.
        marked: leaf's index and body of each entry that bears the mark.
    """

    first: int
    count: int
    tiles: Sequence[bytes]
    rest: Sequence[bytes]
    marked: Sequence[tuple[int, bytes]]


def stretch(connection: sqlite3.Connection, first: int, end: int, mark: bytes) -> Stretch | None:
    """Compare the entries of the leaves from `first` to before `end`; None if anything is not as it should be.

    Args:
        connection: to the database; `first` is a multiple of 256.
        first: index of the first leaf.
        end: index behind the last one.
        mark: what the bodies that are wanted bear.
    """
    cursor = connection.cursor()
    last = -(2**63)
    if first:
        before = cursor.execute(_LEAVES, (first - 1, first)).fetchall()
        if len(before) != 1:
            return None
        last = before[0][0]
    tiles: list[bytes] = []
    rest: list[bytes] = []
    marked: list[tuple[int, bytes]] = []
    for begin in range(first, end, _ROWS):
        leaves = cursor.execute(_LEAVES, (begin, min(begin + _ROWS, end))).fetchall()
        if len(leaves) != min(begin + _ROWS, end) - begin or leaves[-1][0] <= last:
            return None
        entries = cursor.execute(_ENTRIES, (last, leaves[-1][0])).fetchall()
        last = leaves[-1][0]
        if [(seq, sha256(b"\x00" + body).digest()) for seq, body in entries] != leaves:
            return None
        marked += [(begin + place, body) for place, (_, body) in enumerate(entries) if mark in body]
        hashes = [leaf for _, leaf in leaves]
        whole = len(hashes) - len(hashes) % TILE
        tiles += [_root(hashes[at : at + TILE]) for at in range(0, whole, TILE)]
        rest = hashes[whole:]
    return Stretch(first, end - first, tiles, rest, marked)


def _root(level: Sequence[bytes]) -> bytes:
    """The root over a whole tile (RFC 9162, section 2.1.1)."""
    nodes = b"".join(level)
    while len(nodes) > _HASH:
        pairs = range(0, len(nodes), 2 * _HASH)
        nodes = b"".join([sha256(b"\x01" + nodes[at : at + 2 * _HASH]).digest() for at in pairs])
    return nodes


def read_only(path: str) -> sqlite3.Connection:
    """A connection that cannot write."""
    made = sqlite3.connect(f"{Path(path).absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
    made.execute("PRAGMA busy_timeout=30000")
    return made


def encoded(found: Stretch | None) -> str:
    """One line that says it."""
    if found is None:
        return "null"
    return json.dumps(
        {
            "first": found.first,
            "count": found.count,
            "tiles": b"".join(found.tiles).hex(),
            "rest": b"".join(found.rest).hex(),
            "marked": [[place, body.hex()] for place, body in found.marked],
        }
    )


def decoded(line: str) -> Stretch | None:
    """What a line says; None if it says nothing."""
    told = json.loads(line) if line.strip() else None
    if told is None:
        return None
    tiles, rest = bytes.fromhex(told["tiles"]), bytes.fromhex(told["rest"])
    return Stretch(
        told["first"],
        told["count"],
        [tiles[at : at + 32] for at in range(0, len(tiles), 32)],
        [rest[at : at + 32] for at in range(0, len(rest), 32)],
        [(place, bytes.fromhex(body)) for place, body in told["marked"]],
    )


def main(path: str, mark: str) -> None:
    """Answer each line of the input, index of the first leaf and index behind the last, with a line."""
    with closing(read_only(path)) as connection:
        for line in sys.stdin:
            first, end = map(int, line.split())
            sys.stdout.write(encoded(stretch(connection, first, end, mark.encode())) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
