"""Merkle trees of a log that only grows: roots, proofs that an entry is in it, proofs that nothing before was changed.

Pure functions over 32-byte hashes. RFC 6962, section 2.1, and RFC 9162, sections 2.1.3.2 and 2.1.4.2, with SHA-256.

A proof speaks of a root and its size together, as a checkpoint holds them. The size alone (of consistency: the newer one) is not
bound by a proof: one made for one size verifies under another wherever both paths turn alike (index 0 of 3 and index 0 of 4). So
take size and root from one signed statement, never apart.

Every hash in a proof is the root of a run of leaves. `inclusion_runs` and `consistency_runs` say which runs; whoever stores the
complete subtrees (`complete`) can answer each run from a logarithm of hashes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

from hoshimori.errors import UsageError

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()

Run = tuple[int, int]
"""Leaves from the first number up to, not including, the second; the first is a multiple of a power of two that is no shorter."""
Node = tuple[int, int]
"""A complete subtree: its level (0: a leaf) and its place among those of that level; it covers 2**level leaves."""


def leaf_hash(data: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(leaf_hashes: Sequence[bytes]) -> bytes:
    """The root over leaves in order.

    >>> root([leaf_hash(b""), leaf_hash(b"\\x00")]).hex()
    'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125'
    """
    if not leaf_hashes:
        return EMPTY_ROOT
    row = list(leaf_hashes)
    while len(row) > 1:
        odd = row[-1:] if len(row) % 2 else []
        row = [node_hash(a, b) for a, b in zip(row[0::2], row[1::2], strict=False)] + odd
    return row[0]


def inclusion(index: int, leaf_hashes: Sequence[bytes]) -> tuple[bytes, ...]:
    """The proof that the leaf at `index` is under the root of all of them, from the leaf upwards."""
    return tuple(root(leaf_hashes[a:b]) for a, b in inclusion_runs(index, len(leaf_hashes)))


def consistency(old: int, leaf_hashes: Sequence[bytes]) -> tuple[bytes, ...]:
    """The proof that the tree of the first `old` leaves is the beginning of the tree of all of them."""
    return tuple(root(leaf_hashes[a:b]) for a, b in consistency_runs(old, len(leaf_hashes)))


def inclusion_runs(index: int, size: int) -> tuple[Run, ...]:
    """Which runs of leaves stand beside the path from a leaf to the root. RFC 6962, 2.1.1."""
    if not 0 <= index < size:
        raise UsageError(f"entry {index} of a log of {size}: an entry from 0 to {size - 1}" if size else "the log is empty")
    low, high, found = 0, size, []
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            found.append((middle, high))
            high = middle
        else:
            found.append((low, middle))
            low = middle
    return tuple(reversed(found))


def consistency_runs(old: int, new: int) -> tuple[Run, ...]:
    """Which runs show that a log of `new` begins with the log of `old`; none where `old` is 0 or `new`. RFC 6962, 2.1.2."""
    if not 0 <= old <= new:
        raise UsageError(f"from a log of {old} to one of {new}: a log only grows, so 0 <= old <= new")
    if old in (0, new):
        return ()
    low, high, found = 0, new, []
    while old != high:
        middle = low + _split(high - low)
        if old <= middle:
            found.append((middle, high))
            high = middle
        else:
            found.append((low, middle))
            low = middle
    if low > 0:
        found.append((low, high))
    return tuple(reversed(found))


def complete(run: Run) -> tuple[Node, ...]:
    """The complete subtrees that a run is made of, the largest first.

    >>> complete((0, 7))
    ((2, 0), (1, 2), (0, 6))
    """
    low, high = run
    found = []
    while low < high:
        level = (high - low).bit_length() - 1
        found.append((level, low >> level))
        low += 1 << level
    return tuple(found)


def number(node: Node) -> int:
    """One number for each subtree, leaves at 0, 2, 4..., each subtree between its halves: all inside a run lie side by side.

    >>> [number(node) for node in [(0, 0), (1, 0), (0, 1), (2, 0), (0, 2), (1, 1)]]
    [0, 1, 2, 3, 4, 5]
    """
    level, place = node
    return ((2 * place + 1) << level) - 1


def closed_by(index: int) -> tuple[Node, ...]:
    """The complete subtrees above the leaf level that the leaf at `index` is the last of, the smallest first.

    >>> closed_by(3)
    ((1, 1), (2, 0))
    """
    found, level = [], 1
    while (index + 1) % (1 << level) == 0:
        found.append((level, index >> level))
        level += 1
    return tuple(found)


def closing(index: int, leaf: bytes, waiting: dict[Node, bytes]) -> list[tuple[Node, bytes]]:
    """The subtrees that one more leaf (its hash) completes, with their hashes.

    waiting: the complete subtrees that have no neighbour yet, as `complete((0, index))` names them; brought up to date.
    """
    out = []
    waiting[0, index] = leaf
    for level, place in closed_by(index):
        leaf = node_hash(waiting.pop((level - 1, 2 * place)), leaf)
        del waiting[level - 1, 2 * place + 1]
        waiting[level, place] = leaf
        out.append(((level, place), leaf))
    return out


def run_root(run: Run, hash_of: Callable[[Node], bytes]) -> bytes:
    """The root of a run from the stored hashes of its complete subtrees."""
    nodes = complete(run)
    if not nodes:
        return EMPTY_ROOT
    out = hash_of(nodes[-1])
    for node in reversed(nodes[:-1]):
        out = node_hash(hash_of(node), out)
    return out


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Is the leaf (its hash) at `index` under this root of this size? RFC 9162, 2.1.3.2."""
    if not 0 <= index < size or not _hashes(leaf, root, *proof):
        return False
    place, last, found = index, size - 1, leaf
    for beside in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = node_hash(beside, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, beside)
        place, last = place >> 1, last >> 1
    return last == 0 and found == root


def verify_consistency(old_size: int, old_root: bytes, new_size: int, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Is the log of the old root the beginning of the log of the new one? RFC 9162, 2.1.4.2.

    Every log begins with the empty one, whose root is the hash of nothing.
    """
    if not 0 <= old_size <= new_size or not _hashes(old_root, new_root, *proof):
        return False
    if old_size == new_size:
        return not proof and old_root == new_root and (new_size > 0 or new_root == EMPTY_ROOT)
    if old_size == 0:
        return not proof and old_root == EMPTY_ROOT
    path = [old_root, *proof] if old_size & (old_size - 1) == 0 else list(proof)
    if not path:
        return False
    place, last = old_size - 1, new_size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old, new = path[0], path[0]
    for beside in path[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old, new = node_hash(beside, old), node_hash(beside, new)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new = node_hash(new, beside)
        place, last = place >> 1, last >> 1
    return last == 0 and old == old_root and new == new_root


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << ((size - 1).bit_length() - 1)


def _hashes(*values: bytes) -> bool:
    return all(isinstance(v, bytes) and len(v) == HASH_BYTES for v in values)
