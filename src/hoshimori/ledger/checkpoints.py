"""The state of a log at a moment, signed by its party: how much it held, and the one hash that stands for all of it.

Each log writes every checkpoint that it signs into itself, and each names the one before. So the chain of all of them travels
with whatever is shown, none can be left out of it or put into it, and who has seen one can tell a truncated log, a forked one,
and an old state shown again. Reference: RFC 6962, section 3.5.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from hoshimori.errors import Refused
from hoshimori.findings import iso
from hoshimori.ledger import acts, canonical, envelope, merkle
from hoshimori.ledger.keys import PrivateKey

PAYLOAD_TYPE = "application/vnd.hoshimori.checkpoint+json"
LONGEST_PROOF = 64


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log held. root: hex of the RFC 6962 root over its first `size` entries. previous: the digest of the one before."""

    origin: str
    party: str
    size: int
    root: str
    t_utc: np.datetime64
    previous: str = ""

    def payload(self) -> bytes:
        data = {
            "v": 1,
            "origin": self.origin,
            "party": self.party,
            "size": self.size,
            "root": self.root,
            "t": iso(self.t_utc),
            "previous": self.previous,
        }
        return canonical.canonical(data)

    @property
    def digest(self) -> str:
        """SHA-256 of the payload that is signed."""
        return canonical.sha256(self.payload())


def seal(checkpoint: Checkpoint, key: PrivateKey) -> bytes:
    """The signed checkpoint."""
    return envelope.seal(checkpoint.payload(), [key], payload_type=PAYLOAD_TYPE)


@dataclass(frozen=True, slots=True)
class Signed:
    """A checkpoint with the envelope it came in."""

    checkpoint: Checkpoint
    opened: envelope.Opened
    data: bytes


def read(data: bytes, what: str) -> Signed:
    """A checkpoint out of its envelope; its signature is not looked at here."""
    opened = envelope.open_(data)
    if opened.payload_type != PAYLOAD_TYPE:
        raise Refused("shape", f"{what}: {opened.payload_type!r} is no checkpoint")
    table = acts.table(canonical.strict(opened.payload, what), what)
    acts.only(table, {"v", "origin", "party", "size", "root", "t", "previous"}, what)
    if table["v"] != 1:
        raise Refused("shape", f"{what}: version {table['v']!r} of a checkpoint; this program reads 1")
    checkpoint = Checkpoint(
        acts.text(table, "origin"),
        acts.text(table, "party"),
        acts.count(table, "size"),
        acts.digest(table, "root"),
        acts.moment(table, "t"),
        acts.optional_digest(table, "previous"),
    )
    return Signed(checkpoint, opened, data)


@dataclass(frozen=True)
class Chain:
    """Every checkpoint that a log has signed, the oldest first, each shown to continue the one before."""

    origin: str
    signed: tuple[Signed, ...]
    links: tuple[tuple[bytes, ...], ...] = ()

    @property
    def newest(self) -> Checkpoint:
        return self.signed[-1].checkpoint

    def first(self, count: int) -> bytes:
        """The chain of the first checkpoints alone, as it travels."""
        return chain_json(self.origin, [s.data for s in self.signed[:count]], self.links[: count - 1])

    def differs(self, other: Chain) -> Checkpoint | None:
        """The first checkpoint here that is not the one at its place in another chain; None where one continues the other."""
        pairs = zip(self.signed, other.signed, strict=False)
        return next((a.checkpoint for a, b in pairs if a.checkpoint.digest != b.checkpoint.digest), None)

    def first_holding(self, seq: int) -> np.datetime64 | None:
        """When an entry was first under a signed state; None where it is under none."""
        return first_holding(self.signed, seq)

    def of_size(self, size: int) -> Checkpoint | None:
        return next((s.checkpoint for s in self.signed if s.checkpoint.size == size), None)


def first_holding(signed: Iterable[Signed], seq: int) -> np.datetime64 | None:
    """The time of the first of these states, the oldest first, that holds an entry."""
    return next((s.checkpoint.t_utc for s in signed if s.checkpoint.size > seq), None)


def chain_json(origin: str, signed: Sequence[bytes], proofs: Sequence[Sequence[bytes]]) -> bytes:
    """The chain as it travels. proofs[k]: consistency from checkpoint k to k + 1."""
    data = {
        "origin": origin,
        "checkpoints": [base64.b64encode(s).decode() for s in signed],
        "consistency": [[h.hex() for h in p] for p in proofs],
    }
    return canonical.canonical(data)


def read_chain(data: bytes, what: str) -> Chain:
    """A chain, each link shown. Refused("log-fork") where one does not continue the one before."""
    table = acts.table(canonical.strict(data, what), what)
    acts.only(table, {"origin", "checkpoints", "consistency"}, what)
    origin = acts.text(table, "origin")
    signed = tuple(read(unbase64(t, what), what) for t in acts.rows(table, "checkpoints"))
    links = [hashes(p, what) for p in acts.rows(table, "consistency")]
    if not signed or len(links) != len(signed) - 1:
        raise Refused(
            "shape", f"{what}: {len(signed)} checkpoints need {max(len(signed) - 1, 0)} proofs of consistency, not {len(links)}"
        )
    for s in signed:
        if s.checkpoint.origin != origin:
            raise Refused("log-fork", f"{what}: a checkpoint of {s.checkpoint.origin!r} among those of {origin!r}")
    if signed[0].checkpoint.previous:
        raise Refused("log-truncated", f"{what}: the first checkpoint shown names one before it, which is not shown")
    for before, after, proof in zip(signed[:-1], signed[1:], links, strict=True):
        _continues(before.checkpoint, after.checkpoint, proof, what)
    return Chain(origin, signed, tuple(links))


def _continues(old: Checkpoint, new: Checkpoint, proof: tuple[bytes, ...], what: str) -> None:
    if new.size <= old.size or new.t_utc < old.t_utc or new.party != old.party:
        raise Refused("log-truncated", f"{what}: a checkpoint of {new.size} entries follows one of {old.size}")
    if new.previous != old.digest:
        raise Refused("log-fork", f"{what}: the checkpoint of {new.size} entries does not name the one of {old.size} before it")
    roots = bytes.fromhex(old.root), bytes.fromhex(new.root)
    if not merkle.verify_consistency(old.size, roots[0], new.size, roots[1], proof):
        raise Refused(
            "log-fork", f"{what}: the log of {new.size} entries does not continue the one of {old.size} that was signed before"
        )


def hashes(value: object, what: str) -> tuple[bytes, ...]:
    """A list of hashes as hex."""
    if not isinstance(value, list) or len(value) > LONGEST_PROOF:
        raise Refused("shape", f"{what}: a proof is a list of at most {LONGEST_PROOF} hashes")
    if not all(isinstance(h, str) and acts.HEX64.fullmatch(h) for h in value):
        raise Refused("shape", f"{what}: a hash of a proof is not 64 hexadecimal digits")
    return tuple(bytes.fromhex(h) for h in value)


def unbase64(value: object, what: str) -> bytes:
    """Bytes out of standard base64 that is its own only spelling."""
    try:
        data = base64.b64decode(value, validate=True) if isinstance(value, str) else b""
    except (ValueError, binascii.Error) as error:
        raise Refused("shape", f"{what}: not base64: {error}") from error
    if not data or base64.b64encode(data).decode() != value:
        raise Refused("shape", f"{what}: not base64 in its one spelling")
    return data


@dataclass(frozen=True)
class Place:
    """Where an entry stands in a log: its leaf, and the proof that a checkpoint of `size` entries holds it."""

    origin: str
    leaf: bytes
    seq: int
    kind: str
    body_sha256: str
    t_utc: np.datetime64
    size: int
    proof: tuple[bytes, ...]


def place_json(origin: str, leaf: bytes, size: int, proof: Sequence[bytes]) -> bytes:
    return canonical.canonical({"origin": origin, "leaf": leaf.decode(), "size": size, "proof": [h.hex() for h in proof]})


def read_place(data: bytes, what: str) -> Place:
    """A place as it travels; whether it holds is `holds`."""
    table = acts.table(canonical.strict(data, what), what)
    acts.only(table, {"origin", "leaf", "size", "proof"}, what)
    raw = acts.text(table, "leaf").encode()
    leaf = acts.table(canonical.strict(raw, f"{what}: leaf"), what)
    acts.only(leaf, {"v", "seq", "kind", "t", "body_sha256", "previous"}, what)
    acts.digest(leaf, "previous")
    return Place(
        acts.text(table, "origin"),
        raw,
        acts.count(leaf, "seq"),
        acts.text(leaf, "kind"),
        acts.digest(leaf, "body_sha256"),
        acts.moment(leaf, "t"),
        acts.count(table, "size"),
        hashes(table["proof"], what),
    )


def holds(place: Place, chain: Chain, body: bytes, what: str) -> Checkpoint:
    """The checkpoint under which an entry with this body stands. Refused where it does not."""
    if place.origin != chain.origin:
        raise Refused("log-fork", f"{what}: an entry of the log {place.origin!r} beside the checkpoints of {chain.origin!r}")
    if place.body_sha256 != canonical.sha256(body):
        raise Refused("log-proof", f"{what}: the log holds another text at this place")
    checkpoint = chain.of_size(place.size)
    if checkpoint is None or place.seq >= place.size:
        raise Refused(
            "log-truncated", f"{what}: entry {place.seq} lies beyond the checkpoints shown (the newest holds {chain.newest.size})"
        )
    if not merkle.verify_inclusion(
        merkle.leaf_hash(place.leaf), place.seq, place.size, place.proof, bytes.fromhex(checkpoint.root)
    ):
        raise Refused("log-proof", f"{what}: the proof does not lead from entry {place.seq} to the signed root")
    return checkpoint
