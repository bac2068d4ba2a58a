"""The exchange between two parties: one proposes a record, the other concurs or dissents; the first may supersede or withdraw.

Each act is checked against what this ledger knows and written, with the signed checkpoint that covers it, in one transaction:
killed at any point, both are there or neither is.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any

import numpy as np

from hoshimori.errors import Refused
from hoshimori.ledger import acts, canonical, checkpoints, disclosure, envelope, incidents, keyring, standing
from hoshimori.ledger.acts import Input, Witness
from hoshimori.ledger.checkpoints import Checkpoint, Place, Signed
from hoshimori.ledger.home import Ledger, Opened, chain_bytes, keep, pinned, table_of
from hoshimori.ledger.journal import Entry, Journal, Writer
from hoshimori.ledger.keys import PrivateKey
from hoshimori.ledger.standing import Spoken, Standing

SLACK = np.timedelta64(5, "s")
"""How far the clocks of two parties may differ before an answer seems to come before what it answers. Judged."""


@dataclass(frozen=True)
class Given:
    """One file to stand behind a record: its bytes, and what it was called."""

    name: str
    data: bytes
    location: str = ""
    data_mode: str = "REAL"
    marking: Mapping[str, Any] | None = None


def propose(
    ledger: Ledger,
    assessment: Mapping[str, Any],
    given: Sequence[Given],
    key: PrivateKey,
    *,
    software: Mapping[str, str],
    now_utc: np.datetime64,
    supersedes: str = "",
) -> str:
    """Sign an assessment for one's party. The record id. A proposal of the same assessment gets a further signature instead."""
    incident = assessment["incident"]
    acts.refuse_odd_text(dict(assessment), "assessment")
    committed, disclosures = disclosure.withhold(dict(assessment))
    ring, opened, row = _signer(ledger, key, now_utc)
    if incident["alliance"] != opened.alliance or incident["party"] != opened.party:
        raise Refused("wrong-party", f"the incident is that of {incident['party']}, this ledger that of {opened.party}")
    if (made := np.datetime64(str(assessment["made"]).rstrip("Z"), "us")) > now_utc + incidents.AHEAD:
        raise Refused("future", f"the assessment says that it was made at {made} UTC; it is {now_utc} UTC")
    with ledger.journal.writing() as w:
        if supersedes and not known(w, supersedes):
            raise Refused("unknown-record", f"{supersedes[:16]}: the record to supersede is not in this ledger")
        inputs = [_kept(w, g) for g in given]
        held = _same(w, opened, ring, assessment, inputs, supersedes)
        if held is not None:
            _sign_too(w, held, opened, ring, key)
            checkpoint(w, opened, key, now_utc)
            return held.act.record
        payload = acts.proposal(
            assessment=committed,
            inputs=inputs,
            incident=str(incident["id"]),
            party=row.party,
            alliance=opened.alliance,
            at_utc=now_utc,
            origin=opened.origin,
            fingerprint=keyring.fingerprint(ring),
            keyring_version=ring.version,
            software=software,
            supersedes=supersedes,
        )
        record = canonical.sha256(payload)
        data = envelope.seal(payload, [key])
        standing.look_into([read_own(data)], ring)
        w.append(f"disclosures:{record}", disclosures_json(disclosures))
        w.append("act", data)
        if supersedes:
            _say(w, Speaker(ring, opened, row, key, now_utc), "superseded", supersedes, f"superseded by {record}", record)
        checkpoint(w, opened, key, now_utc)
    return record


def cosign(ledger: Ledger, record: str, key: PrivateKey, *, now_utc: np.datetime64) -> Standing:
    """A further person of the proposing party signs the same bytes."""
    ring, opened, _ = _signer(ledger, key, now_utc)
    with ledger.journal.writing() as w:
        own = [s for s in known(w, record) if s.act.act == "proposed" and s.act.origin == opened.origin]
        if not own:
            raise Refused("unknown-record", f"{record[:16]}: not a record that this party proposed here")
        _sign_too(w, own[0], opened, ring, key)
        checkpoint(w, opened, key, now_utc)
    spoken = [s for s in known(ledger.journal, record) if s.act.act == "proposed"]
    return standing.look_into(spoken, ring)[0]


def _kept(w: Writer, given: Given) -> Input:
    """The input as the record names it, for every reader: what a closed file was called is not told, only of what kind it is."""
    marking = dict(given.marking or {"tlp": "CLEAR"})
    kinds = PurePosixPath(given.location).suffixes[-2:]
    told = "closed" + "".join(kinds if kinds[-1:] in ([".gz"], [".zip"]) else kinds[-1:])
    location = given.location if marking == {"tlp": "CLEAR"} or not given.location else told
    return Input(given.name, keep(w, given.data), location, given.data_mode, marking)


def _same(
    w: Writer,
    opened: Opened,
    ring: keyring.Keyring,
    assessment: Mapping[str, Any],
    inputs: Sequence[Input],
    supersedes: str,
) -> Spoken | None:
    """The proposal of this very assessment that stands already, so that a command said twice, or by two persons, is one act."""
    for s in known(w):
        act = s.act
        if (act.act, act.origin, act.supersedes) != ("proposed", opened.origin, supersedes):
            continue
        if {(i.name, i.sha256) for i in act.inputs} != {(i.name, i.sha256) for i in inputs}:
            continue
        if canonical.canonical(whole(w, s)) != canonical.canonical(dict(assessment)):
            continue
        found = standing.still(known(w, act.record), ring)
        if standing.state(found, ring) not in ("withdrawn", "superseded"):
            return s
    return None


def _sign_too(w: Writer, proposal: Spoken, opened: Opened, ring: keyring.Keyring, key: PrivateKey) -> None:
    """A further signature under a proposal of this log and under what it supersedes; none where this key has signed.

    Refused("complete") where enough have signed: the other party may have answered and vouched for those signatures, and a later
    one would move the act to a place in the log that nobody vouched for.
    """
    if key.keyid not in proposal.opened.signatures and standing.look_into([proposal], ring)[0].complete:
        raise Refused("complete", f"{proposal.act.record[:16]}: as many as the keyring asks for have signed; no more are taken")
    mine = [s for s in known(w) if s.act.origin == opened.origin]
    also = [s for s in mine if (s.act.act, s.act.by_record) == ("superseded", proposal.act.record)]
    for s in (proposal, *also):
        if key.keyid not in s.opened.signatures:
            data = envelope.add_signature(s.data, key)
            standing.look_into([read_own(data)], ring)
            w.append("act", data)


def answer(
    ledger: Ledger,
    act: str,
    record: str,
    key: PrivateKey,
    *,
    now_utc: np.datetime64,
    reason: str = "",
    by_record: str = "",
    not_seen: Sequence[str] = (),
) -> str:
    """Concur with, dissent from, supersede or withdraw a record that this ledger knows. The id of the act.

    A second person of the party who says the same signs the same bytes. Refused where it contradicts what the party has said.
    """
    ring, opened, row = _signer(ledger, key, now_utc)
    with ledger.journal.writing() as w:
        act_id = _say(w, Speaker(ring, opened, row, key, now_utc), act, record, reason, by_record, not_seen)
        checkpoint(w, opened, key, now_utc)
    return act_id


@dataclass(frozen=True)
class Speaker:
    """Who signs, with which key of which keyring, in whose log, and when."""

    ring: keyring.Keyring
    opened: Opened
    row: keyring.KeyRow
    key: PrivateKey
    at_utc: np.datetime64


def _say(w: Writer, who: Speaker, act: str, record: str, reason: str, by_record: str = "", not_seen: Sequence[str] = ()) -> str:
    """One act on a record, under the write lock; its id."""
    spoken = known(w, record)
    if not spoken:
        raise Refused("unknown-record", f"{record[:16]}: no such record in this ledger; receive its bundle first")
    standings = standing.still(spoken, who.ring)
    pending = _pending(standings, who, act, reason)
    said = pending or _said(standings, who, act, reason, by_record)
    if said is not None and who.key.keyid in said.opened.signatures:
        return said.act_id
    if act == "concurred":
        _refuse_unseen(w, spoken, who.row.party)
    _refuse_unfinished(standings, who.row.party)
    if pending is not None:
        data = envelope.add_signature(pending.data, who.key)
    else:
        payload = acts.answer(
            act,
            record=record,
            party=who.row.party,
            alliance=who.opened.alliance,
            at_utc=who.at_utc,
            origin=who.opened.origin,
            fingerprint=keyring.fingerprint(who.ring),
            keyring_version=who.ring.version,
            reason=reason,
            by_record=by_record,
            not_seen=not_seen,
            witness=_witness(w, spoken, who.opened),
        )
        _refuse_early(spoken, who.at_utc)
        data = envelope.seal(payload, [who.key])
    new = read_own(data)
    as_if = replace(standing.look_into([new], who.ring)[0], complete=True)  # what could never count is not even begun
    standing.state([*(s for s in standings if s.spoken is not pending), as_if], who.ring)
    w.append("act", data)
    return new.act_id


def read_own(data: bytes) -> Spoken:
    return standing.read_act(data, "act")


def _pending(standings: Iterable[Standing], who: Speaker, act: str, reason: str) -> Spoken | None:
    """The same act in the same log, waiting for another signature."""
    for s in standings:
        if (s.act.act, s.act.origin) == (act, who.opened.origin) and reason in ("", s.act.reason) and not s.complete:
            return s.spoken
    return None


def _said(standings: Iterable[Standing], who: Speaker, act: str, reason: str, by_record: str) -> Spoken | None:
    """The last word of this log on a record, where it is this very one: a command said again after a crash is one act."""
    own = [s for s in standing.in_order(standings) if s.act.origin == who.opened.origin and s.act.act != "proposed"]
    if own and (own[-1].act.act, own[-1].act.reason, own[-1].act.by_record) == (act, reason, by_record):
        return own[-1].spoken
    return None


def _refuse_early(spoken: Iterable[Spoken], at_utc: np.datetime64) -> None:
    """No answer before what it answers: other ledgers would refuse it, and it could not be taken back."""
    for s in spoken:
        if s.act.act == "proposed" and at_utc + SLACK < s.act.at_utc:
            raise Refused(
                "clock",
                f"{s.act.party} proposed this at {s.act.at_utc} UTC, this machine's clock says {at_utc}: one of the two is "
                "wrong; set it, or wait",
            )


def _refuse_unfinished(standings: Iterable[Standing], party: str) -> None:
    """No answer to what is not yet the other party's word."""
    for s in standings:
        if s.act.act == "proposed" and s.act.party != party and not s.complete:
            raise Refused(
                "unfinished",
                f"{s.act.party}'s proposal bears {len(s.people)} of {s.needed} signatures: ask for it when it bears them all",
            )


def _refuse_unseen(w: Writer, spoken: Iterable[Spoken], party: str) -> None:
    """Nobody agrees to what was kept from him though he may have it."""
    for s in spoken:
        lacking = [p for p in disclosure.withheld(whole(w, s)) if p.marking.may_read(party)] if s.act.act == "proposed" else []
        if lacking:
            raise Refused(
                "missing-disclosure",
                f"{len(lacking)} parts of this record that {party} may read were not shown here: ask for the bundle for {party}",
            )


def _signer(ledger: Ledger, key: PrivateKey, now_utc: np.datetime64) -> tuple[keyring.Keyring, Opened, keyring.KeyRow]:
    """The keyring, whose ledger this is, and the row of the key, which must be good at this moment."""
    _, ring = ledger.keyring()
    row = authorised(ring, key, now_utc)
    return ring, ledger.start(row.party, ring.alliance), row


def authorised(ring: keyring.Keyring, key: PrivateKey, now_utc: np.datetime64) -> keyring.KeyRow:
    """The row of a key that may sign records at this moment; Refused by name otherwise."""
    row = next((r for r in ring.keys if r.keyid == key.keyid), None)
    if row is None:
        raise Refused("unknown-key", f"the key {key.keyid[:16]} is not in the keyring of {ring.alliance}, version {ring.version}")
    one_is_enough = replace(ring, parties={**ring.parties, row.party: {**ring.parties[row.party], "threshold": 1}})
    keyring.authorise(one_is_enough, row.party, [key.keyid], now_utc)
    return row


def checkpoint(
    w: Writer, opened: Opened, key: PrivateKey, now_utc: np.datetime64, *, not_by: frozenset[str] = frozenset()
) -> Checkpoint:
    """Sign the state of this log, unless the newest checkpoint covers all acts already. not_by: keys whose signature is no good.

    Its time is never before the one of the last: another process may have signed while this one waited for the lock.
    """
    held = own_checkpoints(w)
    newest = held[-1].checkpoint if held else None
    covers = newest is not None and newest.size > max((e.seq for e in w.entries("act")), default=-1)
    if newest is not None and covers and not not_by & set(held[-1].opened.signatures):
        return newest
    t_utc, previous = (now_utc, "") if newest is None else (max(now_utc, newest.t_utc), newest.digest)
    made = Checkpoint(opened.origin, opened.party, w.size(), w.root().hex(), t_utc, previous)
    w.append("checkpoint", checkpoints.seal(made, key))
    return made


def own_checkpoints(source: Journal | Writer) -> list[Signed]:
    """Every checkpoint that this log has signed, the oldest first."""
    return [checkpoints.read(e.body, f"entry {e.seq}") for e in source.entries("checkpoint")]


def known(source: Journal | Writer, record: str = "") -> list[Spoken]:
    """Every act that this ledger knows, or those of one record: its own and those received, one of each."""
    signed = own_checkpoints(source)
    own = [_own(e, signed) for e in source.entries("act")]
    chains = {o: checkpoints.read_chain(b, o) for o, b in chain_bytes(source).items()}
    for entry in source.entries("act.received"):
        data = table_of(entry)
        place_data = base64.b64decode(data["place"])
        place = checkpoints.read_place(place_data, f"entry {entry.seq}")
        told = standing.read_act(base64.b64decode(data["envelope"]), f"entry {entry.seq}", place, place_data)
        chain = chains.get(place.origin)
        own.append(replace(told, logged_utc=chain.first_holding(place.seq) if chain else None))
    return [s for s in standing.newest(own) if not record or s.act.record == record]


def _own(entry: Entry, signed: Sequence[Signed]) -> Spoken:
    """An act signed here: its place is known, its proof is made when it is shown."""
    spoken = read_own(entry.body)
    digest = canonical.sha256(entry.body)
    place = Place(spoken.act.origin, entry.leaf, entry.seq, entry.kind, digest, entry.t_utc, 0, ())
    return replace(spoken, place=place, logged_utc=checkpoints.first_holding(signed, entry.seq))


def _witness(w: Writer, spoken: Sequence[Spoken], opened: Opened) -> Witness | None:
    """The newest state that this ledger has seen of the other party's log."""
    origins = {s.act.origin for s in spoken} - {opened.origin}
    chains = [checkpoints.read_chain(b, o) for o, b in chain_bytes(w).items() if o in origins]
    if not chains:
        return None
    newest = max((c.newest for c in chains), key=lambda c: c.t_utc)
    return Witness(newest.origin, newest.size, newest.root, newest.t_utc)


def disclosures_json(disclosures: Mapping[str, bytes]) -> bytes:
    """Disclosures as they are kept and travel: digest to the bytes, which are canonical JSON themselves."""
    return canonical.canonical({d: b.decode() for d, b in disclosures.items()})


def read_disclosures(data: bytes, what: str) -> dict[str, bytes]:
    table = acts.table(canonical.strict(data, what), what)
    if not all(isinstance(v, str) for v in table.values()):
        raise Refused("shape", f"{what}: a disclosure is text")
    return {d: str(v).encode() for d, v in table.items()}


def disclosed(source: Journal | Writer, record: str) -> dict[str, bytes]:
    """All that this ledger may put back into a record."""
    found: dict[str, bytes] = {}
    for entry in source.entries(f"disclosures:{record}"):
        found |= read_disclosures(entry.body, f"entry {entry.seq}")
    return found


def whole(source: Journal | Writer, spoken: Spoken) -> dict[str, Any]:
    """The assessment of a proposal with everything that this ledger may see put back."""
    tree: dict[str, Any] = disclosure.disclose(dict(spoken.act.assessment), disclosed(source, spoken.act.record))
    return tree


def full_id(source: Journal | Writer, start: str) -> str:
    """A record id from its first digits."""
    ids = sorted({s.act.record for s in known(source) if s.act.act == "proposed"})
    found = [i for i in ids if i.startswith(start)]
    if len(found) != 1 or len(start) < 4:
        shown = ", ".join(i[:16] for i in found or ids)[:200] or "none"
        why = f"{len(found)} begin so" if len(start) >= 4 else "four digits at least"
        raise Refused("unknown-record", f"record {start!r}: {why}; known here: {shown}")
    return found[0]


def trusted(source: Journal | Writer) -> keyring.Keyring:
    """The newest version of the keyring that is trusted here."""
    chain = pinned(source)
    if chain is None:
        raise Refused("no-keyring", "no keyring is trusted here")
    return keyring.read(chain)[-1]
