"""The Merkle tree of RFC 9162 (Certificate Transparency 2.0), sections 2.1.1 to 2.1.5, over SHA-256.

Pure functions over leaf hashes, a frontier that grows in O(log n) memory, and proofs out of stored tiles.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Callable, Sequence

EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    """MTH({d}) = SHA-256(0x00 || d)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


TILE = 8
"""Levels of the tree in one tile (C2SP tlog-tiles): a whole tile has 256 hashes."""
_WHOLE = 1 << TILE

Node = tuple[int, int, bytes]
"""A complete subtree: its level (it has 2^level leaves), its position from the left, its root."""

Tiles = Callable[[int, int], Sequence[bytes]]
"""Gives the hashes of a tile: those of level 8 x the first argument, from position 256 x the second on."""


class Frontier:
    """The right edge of a growing tree: the roots of its perfect subtrees, largest first.

    Args:
        size: how many leaves.
        peaks: level and root of each perfect subtree.
    """

    def __init__(self, size: int = 0, peaks: Sequence[tuple[int, bytes]] = ()) -> None:
        self.size = size
        self._peaks: list[tuple[int, bytes]] = list(peaks)

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash."""
        self.size += 1
        self._push(0, leaf, [])

    def extend(self, leaves: Sequence[bytes]) -> list[Node]:
        """Add leaf hashes.

        Returns:
            The complete subtrees of 256, 65,536, ... leaves that end with them; they are worth keeping, since any
            proof can be computed from them and the leaves.
        """
        made: list[Node] = []
        begin = 0
        while begin < len(leaves):
            level = self._fitting(len(leaves) - begin)
            end = begin + (1 << level)
            self.size += end - begin
            self._push(level, root(leaves[begin:end]), made)
            begin = end
        return made

    def _fitting(self, count: int) -> int:
        """The level of the largest perfect subtree that can begin here and has no more than `count` leaves."""
        free = (self.size & -self.size).bit_length() - 1 if self.size else TILE
        return min(TILE, free, count.bit_length() - 1)

    def extend_tiles(self, roots: Sequence[bytes]) -> list[Node]:
        """Add 256 leaves for each root of theirs; the tree has whole tiles so far. See `extend`."""
        made: list[Node] = []
        for node in roots:
            self.size += _WHOLE
            self._push(TILE, node, made)
        return made

    def _push(self, level: int, node: bytes, made: list[Node]) -> None:
        peaks = self._peaks
        if level == TILE:
            made.append((level, (self.size >> level) - 1, node))
        while peaks and peaks[-1][0] == level:
            node = node_hash(peaks.pop()[1], node)
            level += 1
            if level % TILE == 0:
                made.append((level, (self.size >> level) - 1, node))
        peaks.append((level, node))

    def root(self) -> bytes:
        """The root over all leaves so far."""
        if not self._peaks:
            return EMPTY_ROOT
        node = self._peaks[-1][1]
        for _, peak in reversed(self._peaks[:-1]):
            node = node_hash(peak, node)
        return node

    def copy(self) -> Frontier:
        """An independent copy, to grow it on trial."""
        return Frontier(self.size, self._peaks)


class StoredTree:
    """Proofs out of stored tiles: a few tiles are read for each, and nothing else is held.

    Args:
        tiles: reads one.
        size: how many leaves the tree has.
    """

    def __init__(self, tiles: Tiles, size: int) -> None:
        self._tiles = tiles
        self._read: dict[tuple[int, int], Sequence[bytes]] = {}
        self.size = size

    def frontier(self) -> Frontier:
        """Its right edge, from which it can go on growing."""
        peaks, low = [], 0
        for level in range(self.size.bit_length() - 1, -1, -1):
            if self.size >> level & 1:
                peaks.append((level, self._node(level, low >> level)))
                low += 1 << level
        return Frontier(self.size, peaks)

    def root(self, size: int | None = None) -> bytes:
        """The root over the first `size` leaves; over all if left out."""
        count = self.size if size is None else size
        if not 0 <= count <= self.size:
            raise IndexError(f"no tree of {count} leaves inside one of {self.size}")
        return self.range(0, count) if count else EMPTY_ROOT

    def inclusion_proof(self, index: int, size: int) -> list[bytes]:
        """As the function of the same name, over the first `size` leaves."""
        if not 0 <= index < size <= self.size:
            raise IndexError(f"leaf {index} of a tree of {size}")
        path: list[bytes] = []
        low, high = 0, size
        while high - low > 1:
            middle = low + _split(high - low)
            if index < middle:
                path.append(self.range(middle, high))
                high = middle
            else:
                path.append(self.range(low, middle))
                low = middle
        return path[::-1]

    def consistency_proof(self, first: int, size: int) -> list[bytes]:
        """As the function of the same name, over the first `size` leaves."""
        if not 0 < first <= size <= self.size:
            raise IndexError(f"no tree of {first} leaves inside one of {size}")
        proof: list[bytes] = []
        low, high, complete = 0, size, True
        while first != high:
            middle = low + _split(high - low)
            if first <= middle:
                proof.append(self.range(middle, high))
                high = middle
            else:
                proof.append(self.range(low, middle))
                low, complete = middle, False
        if not complete:
            proof.append(self.range(low, high))
        return proof[::-1]

    def batch_proof(self, selected: Sequence[int]) -> list[bytes]:
        """The subtree hashes that, with the selected leaves, give the root; depth first, left before right.

        Args:
            selected: ascending indices of the leaves that the verifier has.
        """
        proof: list[bytes] = []

        def walk(low: int, high: int, begin: int, end: int) -> None:
            if begin == end:
                proof.append(self.range(low, high))
            elif high - low > end - begin:
                middle = low + _split(high - low)
                cut = bisect_left(selected, middle, begin, end)
                walk(low, middle, begin, cut)
                walk(middle, high, cut, end)

        walk(0, self.size, 0, len(selected))
        return proof

    def range(self, low: int, high: int) -> bytes:
        """The root over leaves low to high; low is where a subtree of the tree begins."""
        count = high - low
        level = count.bit_length() - 1
        if count == 1 << level:
            return self._node(level, low >> level)
        middle = low + _split(count)
        return node_hash(self.range(low, middle), self.range(middle, high))

    def _node(self, level: int, position: int) -> bytes:
        """The root of a complete subtree: one of a tile's hashes, or computed from some of them."""
        base, above = divmod(level, TILE)
        first, count = position << above, 1 << above
        tile = self.tile(base, first >> TILE)
        offset = first % _WHOLE
        part = tile[offset : offset + count]
        if len(part) != count:
            raise IndexError(f"hashes of level {TILE * base} from position {first} on are missing")
        return root(part)

    def tile(self, base: int, index: int) -> Sequence[bytes]:
        """One tile, read once."""
        found = self._read.get((base, index))
        if found is None:
            found = self._read[base, index] = self._tiles(base, index)
        return found


def _split(count: int) -> int:
    """The largest power of two smaller than `count` (> 1)."""
    return 1 << (count - 1).bit_length() - 1


def root(leaves: Sequence[bytes]) -> bytes:
    """The root over leaf hashes, level by level; the odd one out goes up as it is."""
    if not leaves:
        return EMPTY_ROOT
    sha256, level = hashlib.sha256, leaves
    while len(level) > 1:
        odd = [level[-1]] if len(level) & 1 else []
        pairs = zip(level[0::2], level[1::2], strict=False)
        level = [sha256(b"\x01" + left + right).digest() for left, right in pairs] + odd
    return level[0]


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The audit path of leaf `index` (section 2.1.3.1).

    Raises:
        IndexError: if there is no such leaf.
    """
    if not 0 <= index < len(leaves):
        raise IndexError(f"leaf {index} of a tree of {len(leaves)}")
    path: list[bytes] = []
    low, high = 0, len(leaves)
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            path.append(root(leaves[middle:high]))
            high = middle
        else:
            path.append(root(leaves[low:middle]))
            low = middle
    return path[::-1]


def verify_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], expected: bytes) -> bool:
    """Whether the path proves the leaf (section 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    fn, sn, node = index, size - 1, leaf
    for step in path:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            node = node_hash(step, node)
            while not fn & 1 and fn:
                fn >>= 1
                sn >>= 1
        else:
            node = node_hash(node, step)
        fn >>= 1
        sn >>= 1
    return sn == 0 and node == expected


def consistency_proof(leaves: Sequence[bytes], first: int) -> list[bytes]:
    """The proof that the tree over the first `first` leaves is a prefix of this one (section 2.1.4.1)."""
    if not 0 < first <= len(leaves):
        raise IndexError(f"no tree of {first} leaves inside one of {len(leaves)}")

    def sub(m: int, part: Sequence[bytes], complete: bool) -> list[bytes]:
        if m == len(part):
            return [] if complete else [root(part)]
        k = _split(len(part))
        if m <= k:
            return [*sub(m, part[:k], complete), root(part[k:])]
        return [*sub(m - k, part[k:], False), root(part[:k])]

    return sub(first, leaves, True)


def verify_consistency(
    first: int, second: int, first_root: bytes, second_root: bytes, path: Sequence[bytes]
) -> bool:
    """Whether the path proves that the second tree extends the first (section 2.1.4.2)."""
    if first == second:
        return first_root == second_root and not path
    if not 0 < first < second or not path:
        return False
    steps = list(path)
    if first & (first - 1) == 0:
        steps.insert(0, first_root)
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn >>= 1
        sn >>= 1
    fr = sr = steps[0]
    for step in steps[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = node_hash(step, fr), node_hash(step, sr)
            while not fn & 1 and fn:
                fn >>= 1
                sn >>= 1
        else:
            sr = node_hash(sr, step)
        fn >>= 1
        sn >>= 1
    return sn == 0 and fr == first_root and sr == second_root
