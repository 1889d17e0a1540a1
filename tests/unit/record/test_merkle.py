"""The tree agrees with RFC 9162's definitions and with published vectors of certificate-transparency."""

from __future__ import annotations

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from titer.record import merkle

# Leaves and roots of the reference tests of the Certificate Transparency project (merkle_tree_test).
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


def test_the_published_roots() -> None:
    assert hashlib.sha256(b"").digest() == merkle.EMPTY_ROOT
    hashes = [merkle.leaf_hash(leaf) for leaf in LEAVES]
    for size, expected in enumerate(ROOTS, start=1):
        assert merkle.root(hashes[:size]).hex() == expected


@given(st.integers(1, 70), st.data())
def test_inclusion_and_consistency_hold_and_nothing_else_does(size: int, data: st.DataObject) -> None:
    leaves = [merkle.leaf_hash(str(number).encode()) for number in range(size)]
    root = merkle.root(leaves)
    index = data.draw(st.integers(0, size - 1))
    path = merkle.inclusion_proof(leaves, index)
    assert merkle.verify_inclusion(leaves[index], index, size, path, root)
    assert not merkle.verify_inclusion(merkle.leaf_hash(b"x"), index, size, path, root)
    assert size == 1 or not merkle.verify_inclusion(leaves[index], (index + 1) % size, size, path, root)
    tree = merkle.Tree()
    for leaf in [*leaves, b"x" * 32]:
        tree.append(leaf)
    tree.truncate(size)
    assert tree.root() == root
    assert tree.inclusion_proof(index, size) == path
    first = data.draw(st.integers(1, size))
    assert tree.consistency_proof(first, size) == merkle.consistency_proof(leaves, first)
    proof = merkle.consistency_proof(leaves, first)
    assert merkle.verify_consistency(first, size, merkle.root(leaves[:first]), root, proof)
    other = merkle.root([merkle.leaf_hash(b"x"), *leaves[1:first]])
    assert not merkle.verify_consistency(first, size, other, root, proof)
