"""The tree agrees with RFC 9162 and its examples, and with published vectors of certificate transparency."""

from __future__ import annotations

import hashlib
import random
import tracemalloc
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from titer.record import merkle

# Leaves, roots and proofs of the tests of github.com/transparency-dev/merkle (proof/verify_test.go), which took them
# from the Certificate Transparency project; leaves are counted from 1 there.
LEAVES = [
    bytes.fromhex(text)
    for text in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
_A = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
_B = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
_C = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
_D = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
_E = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
_F = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
_G = "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f"
INCLUSION = {
    (1, 8): (_A, _B, _C),
    (6, 8): (_D, _E, ROOTS[3]),
    (3, 3): (ROOTS[1],),
    (2, 5): (ROOTS[0], _B, _D),
}
CONSISTENCY = {
    (1, 1): (),
    (1, 8): (_A, _B, _C),
    (6, 8): (_F, _E, ROOTS[3]),
    (2, 5): (_B, _D),
    (6, 7): (_F, _G, ROOTS[3]),
}
SOME_HASH = bytes.fromhex("abacaba000000000000000000000000000000000000000000060061e00123456")


def hexadecimal(path: Sequence[bytes]) -> tuple[str, ...]:
    return tuple(step.hex() for step in path)


def stored(leaves: Sequence[bytes], *groups: int) -> merkle.StoredTree:
    """A tree out of tiles, its leaves added in groups of these sizes and the rest at once."""
    frontier, nodes, begin = merkle.Frontier(), list[merkle.Node](), 0
    for group in (*groups, len(leaves)):
        nodes += frontier.extend(leaves[begin : begin + group])
        begin += group

    def tiles(base: int, index: int) -> Sequence[bytes]:
        low, high = index * 256, (index + 1) * 256
        if base == 0:
            return leaves[low:high]
        return [node for level, place, node in sorted(nodes) if level == 8 * base and low <= place < high]

    return merkle.StoredTree(tiles, len(leaves))


def test_the_published_roots() -> None:
    assert hashlib.sha256(b"").digest() == merkle.EMPTY_ROOT
    hashes = [merkle.leaf_hash(leaf) for leaf in LEAVES]
    for size, expected in enumerate(ROOTS, start=1):
        assert merkle.root(hashes[:size]).hex() == expected
        assert stored(hashes).root(size).hex() == expected


@pytest.mark.parametrize(("leaf", "size"), INCLUSION)
def test_the_published_inclusion_proofs_and_no_probe_of_theirs(leaf: int, size: int) -> None:
    hashes = [merkle.leaf_hash(data) for data in LEAVES]
    root, place = bytes.fromhex(ROOTS[size - 1]), leaf - 1
    path = merkle.inclusion_proof(hashes[:size], place)
    assert hexadecimal(path) == INCLUSION[leaf, size]
    assert stored(hashes).inclusion_proof(place, size) == path
    assert merkle.verify_inclusion(hashes[place], place, size, path, root)
    wrong = [
        (hashes[place], place - 1, size, path, root),
        (hashes[place], place + 1, size, path, root),
        (hashes[place], place ^ 2, size, path, root),
        (hashes[place], place, size * 2, path, root),
        (hashes[place], place, size // 2, path, root),
        (b"WrongLeaf", place, size, path, root),
        (hashes[place], place, size, path, merkle.EMPTY_ROOT),
        (hashes[place], place, size, path, SOME_HASH),
        (hashes[place], place, size, [*path, b""], root),
        (hashes[place], place, size, [*path, root], root),
        (hashes[place], place, size, [b"", *path], root),
        (hashes[place], place, size, [root, *path], root),
        (hashes[place], place, size, path[:-1], root),
        (hashes[place], place, size, [path[0], SOME_HASH, *path[1:]], root),
    ]
    wrong += [(hashes[place], place, size, flipped(path, at, 8), root) for at in range(len(path))]
    assert not any(merkle.verify_inclusion(*probe) for probe in wrong)


@pytest.mark.parametrize(("first", "second"), CONSISTENCY)
def test_the_published_consistency_proofs_and_no_probe_of_theirs(first: int, second: int) -> None:
    hashes = [merkle.leaf_hash(data) for data in LEAVES]
    old, new = bytes.fromhex(ROOTS[first - 1]), bytes.fromhex(ROOTS[second - 1])
    path = merkle.consistency_proof(hashes[:second], first)
    assert hexadecimal(path) == CONSISTENCY[first, second]
    assert stored(hashes).consistency_proof(first, second) == path
    assert merkle.verify_consistency(first, second, old, new, path)
    if not path:
        return
    wrong = [
        (first - 1, second, old, new, path),
        (first + 1, second, old, new, path),
        (first ^ 2, second, old, new, path),
        (first, second * 2, old, new, path),
        (first, second // 2, old, new, path),
        (first, second, b"WrongRoot", new, path),
        (first, second, old, b"WrongRoot", path),
        (first, second, new, old, path),
        (first, second, old, new, []),
        (first, second, old, new, [*path, b""]),
        (first, second, old, new, [*path, old]),
        (first, second, old, new, [*path, new]),
        (first, second, old, new, [b"", *path]),
        (first, second, old, new, [old, *path]),
        (first, second, old, new, [new, *path]),
        (first, second, old, new, [path[0], *path]),
        (first, second, old, new, path[:-1]),
    ]
    wrong += [(first, second, old, new, flipped(path, at, 16)) for at in range(len(path))]
    assert not any(merkle.verify_consistency(*probe) for probe in wrong)


def flipped(path: Sequence[bytes], at: int, bit: int) -> list[bytes]:
    return [bytes([step[0] ^ bit]) + step[1:] if place == at else step for place, step in enumerate(path)]


def test_the_example_tree_of_rfc_9162_section_2_1_5() -> None:
    """Seven leaves; the RFC names the nodes a to l and gives the proofs by these names."""
    leaves = [merkle.leaf_hash(f"d{number}".encode()) for number in range(7)]
    a, b, c, d, e, f, j = leaves
    g, h, i = merkle.node_hash(a, b), merkle.node_hash(c, d), merkle.node_hash(e, f)
    k, el = merkle.node_hash(g, h), merkle.node_hash(i, j)
    tree = stored(leaves, 3, 1, 2)
    assert merkle.root(leaves) == tree.root() == merkle.node_hash(k, el)
    for place, path in {0: [b, h, el], 3: [c, g, el], 4: [f, j, k], 6: [i, k]}.items():
        assert merkle.inclusion_proof(leaves, place) == tree.inclusion_proof(place, 7) == path
    # The same tree, built incrementally over 3, 4, 6 and 7 leaves: hash0, hash1, hash2 and hash.
    assert tree.root(3) == merkle.node_hash(g, c)
    assert tree.root(4) == k
    assert tree.root(6) == merkle.node_hash(k, i)
    for first, path in {3: [c, d, g, el], 4: [el], 6: [i, j, k]}.items():
        assert merkle.consistency_proof(leaves, first) == tree.consistency_proof(first, 7) == path
        assert merkle.verify_consistency(first, 7, tree.root(first), tree.root(), path)


@given(st.integers(1, 70), st.data())
def test_inclusion_and_consistency_hold_and_nothing_else_does(size: int, data: st.DataObject) -> None:
    leaves = [merkle.leaf_hash(str(number).encode()) for number in range(size)]
    root = merkle.root(leaves)
    index = data.draw(st.integers(0, size - 1))
    path = merkle.inclusion_proof(leaves, index)
    assert merkle.verify_inclusion(leaves[index], index, size, path, root)
    assert not merkle.verify_inclusion(merkle.leaf_hash(b"x"), index, size, path, root)
    assert size == 1 or not merkle.verify_inclusion(leaves[index], (index + 1) % size, size, path, root)
    first = data.draw(st.integers(1, size))
    proof = merkle.consistency_proof(leaves, first)
    assert merkle.verify_consistency(first, size, merkle.root(leaves[:first]), root, proof)
    other = merkle.root([merkle.leaf_hash(b"x"), *leaves[1:first]])
    assert not merkle.verify_consistency(first, size, other, root, proof)


def test_a_tree_out_of_tiles_gives_the_roots_and_proofs_of_all_its_leaves() -> None:
    rng = random.Random(9162)
    leaves = [merkle.leaf_hash(str(number).encode()) for number in range(66_000)]
    tree = stored(leaves, *(rng.randrange(1, 900) for _ in range(60)))
    for size in (1, 255, 256, 257, 511, 512, 65_535, 65_536, 65_537, 66_000):
        assert tree.root(size) == merkle.root(leaves[:size])
        index, first = rng.randrange(size), rng.randrange(1, size + 1)
        path = tree.inclusion_proof(index, size)
        assert merkle.verify_inclusion(leaves[index], index, size, path, tree.root(size))
        proof = tree.consistency_proof(first, size)
        assert merkle.verify_consistency(first, size, tree.root(first), tree.root(size), proof)
    grown = tree.frontier()
    assert grown.root() == tree.root()
    grown.extend(leaves[:1000])
    assert grown.root() == merkle.root([*leaves, *leaves[:1000]])
    with pytest.raises(IndexError):
        tree.inclusion_proof(66_000, 66_000)


def test_a_tile_that_lacks_a_hash_gives_no_proof() -> None:
    leaves = [merkle.leaf_hash(str(number).encode()) for number in range(600)]
    whole = stored(leaves)
    holed = merkle.StoredTree(lambda base, index: whole.tile(base, index)[:-1], 600)
    with pytest.raises(IndexError, match="missing"):
        holed.root()


def test_sealing_holds_the_trees_right_edge_and_no_more() -> None:
    """Memory grows with the logarithm of the number of leaves: what is kept for proofs goes to the database."""
    frontier, held = merkle.Frontier(), []
    group = [merkle.leaf_hash(b"entry")] * 1024
    of_the_tree = (tracemalloc.Filter(True, merkle.__file__),)
    tracemalloc.start()
    for count in range(1, 257):
        frontier.extend(group)
        if count in (63, 255):
            found = tracemalloc.take_snapshot().filter_traces(of_the_tree).statistics("filename")
            held.append(sum(one.size for one in found))
    tracemalloc.stop()
    assert frontier.size == 256 * 1024
    assert 500 < max(held) < 10_000, "bytes, for a quarter of a million leaves"
    assert held[1] - held[0] < 1_000
