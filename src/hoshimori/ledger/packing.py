"""From a ledger to a bundle: all that a stranger needs to check one record, less what that reader may not have.

manifest.json               every other file with its digest, signed by whoever packed it
keyring.json                the chain of keyrings
record/envelope.json        the proposal        record/log.json      where it stands in its party's log
record/disclosures.json     what this reader may put back into it
answers/NNNN-PPP.json       each answer         answers/NNNN-PPP.log.json   where it stands in its party's log
logs/PPP-DIGEST.json        each log's chain of checkpoints
events/, inputs/            the files that the record stands on
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from hoshimori.errors import Refused
from hoshimori.findings import iso
from hoshimori.judgements import Marking
from hoshimori.ledger import acts, canonical, checkpoints, disclosure, envelope, exchange, keyring, standing
from hoshimori.ledger.container import Files
from hoshimori.ledger.home import Ledger, chain_bytes
from hoshimori.ledger.keys import PrivateKey
from hoshimori.ledger.standing import Spoken, Standing

MANIFEST_TYPE = "application/vnd.hoshimori.bundle+json"
PUBLIC = "public"
"""The reader of a bundle for everybody."""


def pack(ledger: Ledger, record: str, key: PrivateKey, *, reader: str, now_utc: np.datetime64) -> Files:
    """The files of a bundle for one reader: a party as alpha-3, or "public"."""
    chain, ring = ledger.keyring()
    if reader != PUBLIC and reader not in ring.parties:
        raise Refused("unknown-reader", f"reader {reader!r}: one of {', '.join(sorted(ring.parties))}, or {PUBLIC}")
    opened = ledger.opened
    if opened is None:
        raise Refused("unknown-record", "this ledger is empty")
    if exchange.authorised(ring, key, now_utc).party != opened.party:
        raise Refused("wrong-party", f"this ledger is that of {opened.party}: a key of that party packs its bundles")
    every = exchange.known(ledger.journal, record)
    proposals = [s for s in every if s.act.act == "proposed"]
    if not proposals:
        raise Refused("unknown-record", f"{record[:16]}: not in this ledger")
    standings = standing.still(every, ring)  # an answer that fell with a revoked key is kept here and shown to nobody
    spoken = [s.spoken for s in standings]
    revoked = frozenset(row.keyid for row in ring.keys if row.revoked_at is not None)
    if any(revoked & set(s.opened.signatures) for s in exchange.own_checkpoints(ledger.journal)[-1:]):
        with ledger.journal.writing() as w:
            exchange.checkpoint(w, opened, key, now_utc, not_by=revoked)
    files: Files = {"keyring.json": chain}
    _put_act(files, "record/envelope", "record/log", proposals[0], ledger)
    answers = sorted((s for s in spoken if s.act.act != "proposed"), key=lambda s: (s.act.at_utc, s.act_id))
    for n, s in enumerate(answers, 1):
        _put_act(files, f"answers/{n:04d}-{s.act.party}", f"answers/{n:04d}-{s.act.party}.log", s, ledger)
    _put_logs(files, ledger, standings, ring)
    who = None if reader == PUBLIC else reader
    tree = dict(proposals[0].act.assessment)
    shown = disclosure.for_reader(exchange.disclosed(ledger.journal, record), tree, who)
    refuse_kept_back(disclosure.disclose(tree, shown), who, opened.party)
    files["record/disclosures.json"] = exchange.disclosures_json(shown)
    for given in proposals[0].act.inputs:
        marking = Marking.from_json(given.marking)
        if marking.may_read(who) and (marking.may_read(opened.party) or ledger.holds(given.sha256)):
            files[given.name] = ledger.blob(given.sha256)
    files["manifest.json"] = _manifest(files, record, key, ring, opened.party, reader, now_utc)
    return files


def refuse_kept_back(tree: Any, reader: str | None, packer: str) -> None:
    """Nothing is kept from a reader who may have it by a packer who may have it too. tree: with what is shown put back."""
    for place in disclosure.withheld(tree):
        if place.marking.may_read(reader) and place.marking.may_read(packer):
            raise Refused(
                "missing-disclosure",
                f"a part of the record ({place.marking.text}) is not shown, though {reader or PUBLIC} may have it and so may "
                f"{packer}: ask for a bundle that holds it",
            )


def _put_act(files: Files, name: str, log_name: str, spoken: Spoken, ledger: Ledger) -> None:
    place = spoken.place
    assert place is not None  # known() gives every act its place
    files[f"{name}.json"] = spoken.data
    if spoken.place_data:
        files[f"{log_name}.json"] = spoken.place_data
        return
    covering = [s.checkpoint.size for s in exchange.own_checkpoints(ledger.journal) if s.checkpoint.size > place.seq]
    if not covering:
        raise Refused("no-checkpoint", "no signed checkpoint covers this act yet; sign again with a key of this party")
    proof = ledger.journal.inclusion(place.seq, covering[-1])
    files[f"{log_name}.json"] = checkpoints.place_json(place.origin, place.leaf, covering[-1], proof)


def _put_logs(files: Files, ledger: Ledger, standings: Sequence[Standing], ring: keyring.Keyring) -> None:
    received = chain_bytes(ledger.journal)
    opened = ledger.opened
    for origin, party in {s.act.origin: s.act.party for s in standings}.items():
        if opened is not None and origin == opened.origin:
            signed = exchange.own_checkpoints(ledger.journal)
            sizes = [s.checkpoint.size for s in signed]
            proofs = [ledger.journal.consistency(a, b) for a, b in itertools.pairwise(sizes)]
            data = checkpoints.chain_json(origin, [s.data for s in signed], proofs)
        else:
            if origin not in received:
                raise Refused("no-checkpoint", f"an act says that it stands in the log {origin!r}, of which none is held here")
            data = _as_far_as_it_counts(received[origin], standings, ring)
        files[log_file(origin, party)] = data


def _as_far_as_it_counts(data: bytes, standings: Sequence[Standing], ring: keyring.Keyring) -> bytes:
    """The chain of another party's log up to the last checkpoint whose key is good, or was when we vouched for it."""
    chain = checkpoints.read_chain(data, "log.received")
    revoked = {row.keyid: row.revoked_at for row in ring.keys if row.revoked_at is not None}
    for n in range(len(chain.signed), 0, -1):
        signed = chain.signed[n - 1]
        fallen = [revoked[k] for k in signed.opened.signatures if k in revoked]
        seen = witnessed(standings, chain.origin, chain.newest.party, signed.checkpoint.size)
        if not fallen or (seen is not None and seen < min(fallen)):
            return chain.first(n)
    return data


def witnessed(standings: Iterable[Standing], origin: str, party: str, size: int) -> np.datetime64 | None:
    """When another party first vouched for at least this much of a log."""
    times = [
        s.act.at_utc
        for s in standings
        if s.complete and s.act.party != party and (w := s.act.witness) is not None and w.origin == origin and w.size >= size
    ]
    return min(times, default=None)


def log_file(origin: str, party: str) -> str:
    """Where the chain of a log lies in a bundle."""
    return f"logs/{party}-{canonical.sha256(origin.encode())[:16]}.json"


def _manifest(
    files: Mapping[str, bytes],
    record: str,
    key: PrivateKey,
    ring: keyring.Keyring,
    party: str,
    reader: str,
    now_utc: np.datetime64,
) -> bytes:
    data: dict[str, Any] = {
        "v": 1,
        "record": record,
        "alliance": ring.alliance,
        "party": party,
        "reader": reader,
        "made": iso(now_utc),
        "files": {n: {"sha256": canonical.sha256(b), "size": len(b)} for n, b in files.items()},
    }
    return envelope.seal(canonical.canonical(data), [key], payload_type=MANIFEST_TYPE)


def read_manifest(data: bytes) -> tuple[dict[str, Any], envelope.Opened]:
    """What a manifest says, its shape checked; its signature is not looked at here."""
    opened = envelope.open_(data)
    if opened.payload_type != MANIFEST_TYPE:
        raise Refused("shape", f"manifest.json: {opened.payload_type!r} is no manifest")
    table = acts.table(canonical.strict(opened.payload, "manifest.json"), "manifest.json")
    acts.only(table, {"v", "record", "alliance", "party", "reader", "made", "files"}, "manifest.json")
    if table["v"] != 1:
        raise Refused("shape", f"manifest.json: version {table['v']!r} of a bundle; this program reads 1")
    for name, row in acts.table(table["files"], "manifest.json: files").items():
        acts.only(acts.table(row, name), {"sha256", "size"}, name)
        acts.digest(row, "sha256")
        acts.count(row, "size")
    acts.digest(table, "record")
    for key in ("alliance", "party", "reader"):
        acts.text(table, key)
    acts.moment(table, "made")
    return table, opened
