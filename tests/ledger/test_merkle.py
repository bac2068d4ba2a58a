"""Proofs of a log against the published answers of Certificate Transparency, and against the definition for every small size."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoshimori.errors import UsageError
from hoshimori.ledger import merkle

# The reference tree of certificate-transparency (its merkle_tree_test): eight leaves, the roots of every size, and proofs.
LEAVES = [b"", b"\x00", b"\x10", b" !", b"01", b"@ABC", b"PQRSTUVW", b"`abcdefghijklmno"]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
A, B, C = (
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
)
D, E, F, G = (
    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
    "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
    "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f",
)
INCLUSION = {(0, 1): [], (0, 8): [A, B, C], (5, 8): [D, E, ROOTS[4]], (2, 3): [ROOTS[2]], (1, 5): [ROOTS[1], B, D]}
CONSISTENCY = {(1, 1): [], (1, 8): [A, B, C], (6, 8): [F, E, ROOTS[4]], (2, 5): [B, D], (6, 7): [F, G, ROOTS[4]]}
HASHES = [merkle.leaf_hash(d) for d in LEAVES]
MOST = 70


def leaves(size: int) -> list[bytes]:
    return [merkle.leaf_hash(f"{k}".encode()) for k in range(size)]


def test_roots_are_the_published_ones() -> None:
    assert [merkle.root(HASHES[:n]).hex() for n in range(9)] == ROOTS


@pytest.mark.parametrize(("index", "size"), INCLUSION)
def test_inclusion_is_as_published(index: int, size: int) -> None:
    proof = merkle.inclusion(index, HASHES[:size])
    assert [h.hex() for h in proof] == INCLUSION[index, size]
    assert merkle.verify_inclusion(HASHES[index], index, size, proof, bytes.fromhex(ROOTS[size]))


@pytest.mark.parametrize(("old", "new"), CONSISTENCY)
def test_consistency_is_as_published(old: int, new: int) -> None:
    proof = merkle.consistency(old, HASHES[:new])
    assert [h.hex() for h in proof] == CONSISTENCY[old, new]
    assert merkle.verify_consistency(old, bytes.fromhex(ROOTS[old]), new, bytes.fromhex(ROOTS[new]), proof)


def test_the_root_is_the_one_of_the_definition() -> None:
    """RFC 6962, 2.1: MTH(D[n]) = SHA-256(0x01 || MTH(D[0:k]) || MTH(D[k:n])), k the largest power of two below n."""

    def defined(hashes: list[bytes]) -> bytes:
        if len(hashes) == 1:
            return hashes[0]
        k = max(1 << p for p in range(8) if 1 << p < len(hashes))
        return hashlib.sha256(b"\x01" + defined(hashes[:k]) + defined(hashes[k:])).digest()

    for size in range(1, MOST + 1):
        assert merkle.root(leaves(size)) == defined(leaves(size))


def test_every_entry_of_every_size_is_proved_in_no_more_than_a_logarithm() -> None:
    for size in range(1, MOST + 1):
        held, root = leaves(size), merkle.root(leaves(size))
        for index in range(size):
            proof = merkle.inclusion(index, held)
            assert len(proof) <= (size - 1).bit_length()
            assert merkle.verify_inclusion(held[index], index, size, proof, root)


def test_every_log_is_shown_to_continue_every_earlier_one() -> None:
    for new in range(MOST + 1):
        held = leaves(new)
        for old in range(new + 1):
            proof = merkle.consistency(old, held)
            assert len(proof) <= (max(new, 1) - 1).bit_length() + 1
            assert merkle.verify_consistency(old, merkle.root(held[:old]), new, merkle.root(held), proof)


sizes = st.integers(1, MOST)


def flipped(data: bytes, bit: int) -> bytes:
    bit %= 8 * len(data)
    return data[: bit // 8] + bytes([data[bit // 8] ^ 1 << bit % 8]) + data[bit // 8 + 1 :]


@given(size=sizes, index=st.integers(0), bit=st.integers(0, 255), where=st.integers(0))
def test_no_flipped_bit_of_an_inclusion_proof_passes(size: int, index: int, bit: int, where: int) -> None:
    held, index = leaves(size), index % size
    parts = [held[index], merkle.root(held), *merkle.inclusion(index, held)]
    where %= len(parts)
    parts[where] = flipped(parts[where], bit)
    assert not merkle.verify_inclusion(parts[0], index, size, parts[2:], parts[1])


@given(new=st.integers(2, MOST), old=st.integers(0), bit=st.integers(0, 255), where=st.integers(0))
def test_no_flipped_bit_of_a_consistency_proof_passes(new: int, old: int, bit: int, where: int) -> None:
    held, old = leaves(new), 1 + old % (new - 1)
    parts = [merkle.root(held[:old]), merkle.root(held), *merkle.consistency(old, held)]
    where %= len(parts)
    parts[where] = flipped(parts[where], bit)
    assert not merkle.verify_consistency(old, parts[0], new, parts[1], parts[2:])


@given(size=st.integers(2, MOST), index=st.integers(0), other=st.integers(0))
def test_no_entry_is_proved_at_a_place_that_is_not_its_own(size: int, index: int, other: int) -> None:
    held, index, other = leaves(size), index % size, other % size
    proved = merkle.verify_inclusion(held[index], other, size, merkle.inclusion(index, held), merkle.root(held))
    assert proved == (other == index)


@given(size=sizes, index=st.integers(0), other=st.integers(0, 2 * MOST))
def test_a_wrong_size_passes_only_where_the_path_turns_alike(size: int, index: int, other: int) -> None:
    """The size is bound by the checkpoint that holds the root, not by the proof: the module says so, and this is how far."""

    def turns(index: int, size: int) -> list[bool]:
        return [low > index for low, _ in merkle.inclusion_runs(index, size)]

    held, index = leaves(size), index % size
    proved = merkle.verify_inclusion(held[index], index, other, merkle.inclusion(index, held), merkle.root(held))
    assert proved == (index < other and turns(index, size) == turns(index, other))


def test_a_log_is_not_shown_to_continue_one_of_another_size() -> None:
    held = leaves(33)
    roots = [merkle.root(held[:n]) for n in range(34)]
    for new in range(1, 34):
        for old in range(1, new):
            proof = merkle.consistency(old, held[:new])
            passed = [n for n in range(36) if merkle.verify_consistency(n, roots[old], new, roots[new], proof)]
            assert passed == [old]


@given(size=sizes, index=st.integers(0), much=st.integers(1, 3))
def test_a_proof_too_long_or_too_short_fails(size: int, index: int, much: int) -> None:
    held, index = leaves(size), index % size
    proof, root = merkle.inclusion(index, held), merkle.root(held)
    assert not merkle.verify_inclusion(held[index], index, size, (*proof, *[root] * much), root)
    if proof:
        assert not merkle.verify_inclusion(held[index], index, size, proof[:-1], root)
        assert not merkle.verify_inclusion(held[index], index, size, proof[1:], root)


@given(new=st.integers(2, MOST), old=st.integers(0))
def test_a_rewritten_log_continues_nothing(new: int, old: int) -> None:
    held, old = leaves(new), 1 + old % (new - 1)
    forked = [merkle.leaf_hash(b"another"), *held[1:]]
    for proof in (merkle.consistency(old, held), merkle.consistency(old, forked)):
        assert not merkle.verify_consistency(old, merkle.root(held[:old]), new, merkle.root(forked), proof)


def test_the_edges() -> None:
    one, empty = HASHES[0], merkle.EMPTY_ROOT
    assert merkle.verify_inclusion(one, 0, 1, (), one)
    assert not merkle.verify_inclusion(one, 0, 0, (), empty)
    assert not merkle.verify_inclusion(one, 1, 1, (), one)
    assert not merkle.verify_inclusion(one, -1, 1, (), one)
    assert not merkle.verify_inclusion(one, 0, 1, (one,), one)
    assert not merkle.verify_inclusion(one[:31], 0, 1, (), one[:31])
    assert merkle.verify_consistency(0, empty, 0, empty, ())
    assert not merkle.verify_consistency(0, one, 0, one, ())
    assert merkle.verify_consistency(0, empty, 1, one, ())
    assert not merkle.verify_consistency(0, empty, 1, one, (one,))
    assert not merkle.verify_consistency(1, one, 1, HASHES[1], ())
    assert not merkle.verify_consistency(2, one, 1, one, ())
    assert not merkle.verify_consistency(1, one, 2, merkle.root(HASHES[:2]), ())


@pytest.mark.parametrize(("index", "size"), [(0, 0), (3, 3), (-1, 3)])
def test_an_entry_that_is_not_there_has_no_proof(index: int, size: int) -> None:
    with pytest.raises(UsageError):
        merkle.inclusion(index, leaves(size))


def test_a_log_does_not_shrink() -> None:
    with pytest.raises(UsageError, match="only grows"):
        merkle.consistency(4, leaves(3))


def test_runs_are_made_of_stored_subtrees() -> None:
    """What a store answers from: each run of any proof from its complete subtrees, each with a number of its own."""
    held = leaves(MOST)
    waiting: dict[merkle.Node, bytes] = {}
    stored = {(0, k): h for k, h in enumerate(held)}
    for k, h in enumerate(held):
        stored |= dict(merkle.closing(k, h, waiting))
        assert tuple(sorted(waiting, reverse=True)) == merkle.complete((0, k + 1))
    assert len({merkle.number(node) for node in stored}) == len(stored) == 2 * MOST - MOST.bit_count()
    for size in range(MOST + 1):
        assert merkle.run_root((0, size), stored.__getitem__) == merkle.root(held[:size])
    for run in {r for i in range(MOST) for r in merkle.inclusion_runs(i, MOST)}:
        assert merkle.run_root(run, stored.__getitem__) == merkle.root(held[run[0] : run[1]])
