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
from collections.abc import Mapping
from typing import Any

import numpy as np

from hoshimori.errors import Refused
from hoshimori.findings import iso
from hoshimori.judgements import Marking
from hoshimori.ledger import acts, canonical, checkpoints, disclosure, envelope, exchange, keyring, standing
from hoshimori.ledger.container import Files
from hoshimori.ledger.home import Ledger, chain_bytes
from hoshimori.ledger.keys import PrivateKey
from hoshimori.ledger.standing import Spoken

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
    spoken = exchange.known(ledger.journal, record)
    proposals = [s for s in spoken if s.act.act == "proposed"]
    if not proposals:
        raise Refused("unknown-record", f"{record[:16]}: not in this ledger")
    standing.look_into(spoken, ring)
    files: Files = {"keyring.json": chain}
    _put_act(files, "record/envelope", "record/log", proposals[0], ledger)
    answers = sorted((s for s in spoken if s.act.act != "proposed"), key=lambda s: (s.act.at_utc, s.act_id))
    for n, s in enumerate(answers, 1):
        _put_act(files, f"answers/{n:04d}-{s.act.party}", f"answers/{n:04d}-{s.act.party}.log", s, ledger)
    _put_logs(files, ledger, {s.act.origin: s.act.party for s in spoken})
    who = None if reader == PUBLIC else reader
    held = exchange.disclosed(ledger.journal, record)
    files["record/disclosures.json"] = exchange.disclosures_json(
        disclosure.for_reader(held, dict(proposals[0].act.assessment), who)
    )
    for given in proposals[0].act.inputs:
        if Marking.from_json(given.marking).may_read(who):
            files[given.name] = ledger.blob(given.sha256)
    files["manifest.json"] = _manifest(files, record, key, ring, opened.party, reader, now_utc)
    return files


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


def _put_logs(files: Files, ledger: Ledger, origins: Mapping[str, str]) -> None:
    received = chain_bytes(ledger.journal)
    opened = ledger.opened
    for origin, party in origins.items():
        if opened is not None and origin == opened.origin:
            signed = exchange.own_checkpoints(ledger.journal)
            sizes = [s.checkpoint.size for s in signed]
            proofs = [ledger.journal.consistency(a, b) for a, b in itertools.pairwise(sizes)]
            data = checkpoints.chain_json(origin, [s.data for s in signed], proofs)
        else:
            data = received[origin]
        files[log_file(origin, party)] = data


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
