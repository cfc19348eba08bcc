"""The tree against the definition in RFC 6962, known roots, and every small tree's proofs."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acktrail.ledger.entry import leaf_hash
from acktrail.ledger.merkle import (
    EMPTY,
    NodeAt,
    complete_root,
    consistency_holds,
    consistency_proof,
    inclusion_holds,
    inclusion_proof,
    node_hash,
    root,
)

# The eight leaves that certificate transparency's own tests use, and the roots of their trees.
LEAVES: Final = [
    bytes.fromhex(one)
    for one in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS: Final = (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
MANY: Final = [leaf_hash(b"%d" % one) for one in range(300)]


def defined(leaves: Sequence[bytes]) -> bytes:
    """MTH of RFC 6962 section 2.1, word for word, over leaf hashes."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return node_hash(defined(leaves[:k]), defined(leaves[k:]))


def nodes_of(leaves: Sequence[bytes]) -> NodeAt:
    def node(height: int, index: int) -> bytes:
        width = 1 << height
        return complete_root(leaves[index * width : (index + 1) * width])

    return node


@pytest.mark.parametrize("size", range(9))
def test_known_roots_rfc_6962(size: int) -> None:
    hashes = [leaf_hash(one) for one in LEAVES]

    assert root(nodes_of(hashes), size).hex() == ROOTS[size]


def test_root_of_nothing_rfc_6962_2_1() -> None:
    assert sha256(b"").digest() == EMPTY


@pytest.mark.parametrize("size", [*range(1, 70), 127, 128, 129, 255, 256, 257, 300])
def test_every_inclusion_proof_holds_and_no_other_rfc_9162_2_1_3(size: int) -> None:
    node = nodes_of(MANY)
    tree = defined(MANY[:size])
    assert root(node, size) == tree
    for index in range(size):
        proof = inclusion_proof(node, index, size)

        assert inclusion_holds(MANY[index], index, size, proof, tree)
        assert not inclusion_holds(MANY[(index + 1) % 300], index, size, proof, tree)
        assert size == 1 or not inclusion_holds(MANY[index], (index + 1) % size, size, proof, tree)
        assert not inclusion_holds(MANY[index], index, size, [*proof, tree], tree)
        assert not proof or not inclusion_holds(MANY[index], index, size, proof[:-1], tree)


@pytest.mark.parametrize("new", [*range(1, 40), 64, 65, 257])
def test_every_consistency_proof_holds_and_no_other_rfc_9162_2_1_4(new: int) -> None:
    node = nodes_of(MANY)
    new_root = defined(MANY[:new])
    for old in range(1, new + 1):
        old_root = defined(MANY[:old])
        proof = consistency_proof(node, old, new)

        assert consistency_holds(old, new, old_root, new_root, proof)
        assert not consistency_holds(old, new, MANY[299], new_root, proof)
        assert not consistency_holds(old, new, old_root, MANY[299], proof)
        assert not consistency_holds(old, new, old_root, new_root, [*proof, MANY[0]])
        assert not proof or not consistency_holds(old, new, old_root, new_root, proof[:-1])


def test_sizes_out_of_order_hold_nothing() -> None:
    one = MANY[0]

    assert not consistency_holds(0, 5, one, one, [])
    assert not consistency_holds(6, 5, one, one, [])
    assert not inclusion_holds(one, 1, 1, [], one)
    assert not inclusion_holds(one, -1, 1, [], one)
    assert not inclusion_holds(one[:31], 0, 1, [], one[:31])


@given(st.integers(2, 60), st.data())
def test_a_changed_leaf_before_the_old_size_breaks_consistency(
    new: int, draw: st.DataObject
) -> None:
    old = draw.draw(st.integers(1, new))
    at = draw.draw(st.integers(0, old - 1))
    changed = [*MANY[:new]]
    changed[at] = leaf_hash(b"other")
    proof = consistency_proof(nodes_of(changed), old, new)

    assert not consistency_holds(old, new, defined(MANY[:old]), defined(changed), proof)
