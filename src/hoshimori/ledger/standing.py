"""What acts amount to: who signed, whether a party's threshold is reached, and where a record stands between the parties."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from hoshimori.errors import Refused
from hoshimori.ledger import acts, canonical, envelope, keyring
from hoshimori.ledger.acts import Act
from hoshimori.ledger.checkpoints import Place
from hoshimori.ledger.keyring_chain import threshold, threshold_at

STATES = ("proposed", "concurred", "dissented", "superseded", "withdrawn")


@dataclass(frozen=True)
class Spoken:
    """An act with the envelope it came in, and its place in its party's log (None where that log is this one, not yet asked).

    logged_utc: the first signed state of that log which holds it; None where none is known.
    """

    act: Act
    opened: envelope.Opened
    data: bytes
    place: Place | None = None
    place_data: bytes = b""
    logged_utc: np.datetime64 | None = None

    @property
    def act_id(self) -> str:
        """SHA-256 of the payload: the same whoever signs."""
        return canonical.sha256(self.opened.payload)


@dataclass(frozen=True)
class Standing:
    """An act that was looked into. complete: as many persons of the party signed as the keyring asks for."""

    spoken: Spoken
    people: tuple[keyring.KeyRow, ...]
    needed: int
    complete: bool

    @property
    def act(self) -> Act:
        return self.spoken.act


def read_act(data: bytes, what: str, place: Place | None = None, place_data: bytes = b"") -> Spoken:
    """An act out of its envelope; nothing is said yet about who signed it."""
    opened = envelope.open_(data)
    if opened.payload_type != envelope.IN_TOTO:
        raise Refused("shape", f"{what}: payload type {opened.payload_type!r}: expected {envelope.IN_TOTO!r}")
    return Spoken(acts.read(opened.payload, what), opened, data, place, place_data)


def look_into(spoken: Sequence[Spoken], ring: keyring.Keyring) -> tuple[Standing, ...]:
    """Who signed each act, by this keyring. Refused by name where one is signed by a key that may not.

    A key that was revoked after it signed still counts if the other party vouched, before the revocation, for a state of the log
    that holds the act: otherwise whoever stole the key could write an old date.
    """
    found = _looked(spoken, ring)
    for f in found:
        if isinstance(f, Refused):
            raise f
    return tuple(f for f in found if isinstance(f, Standing))


def still(spoken: Sequence[Spoken], ring: keyring.Keyring) -> tuple[Standing, ...]:
    """Those acts of one's own ledger that still count: not the answers that fell with a key revoked since.

    Refused like look_into in every other case, and where the proposal itself fell.
    """
    found = _looked(spoken, ring)
    for s, f in zip(spoken, found, strict=True):
        if isinstance(f, Refused) and s.act.act == "proposed":
            raise f
    return tuple(f for f in found if isinstance(f, Standing))


def _looked(spoken: Sequence[Spoken], ring: keyring.Keyring) -> list[Standing | Refused]:
    """Each act as it stands, or why a revocation took it."""
    keys = {row.keyid: row.raw for row in ring.keys}
    first: list[Standing | Refused] = []
    for s in spoken:
        envelope.verify(s.opened, keys)
        try:
            first.append(_standing(s, ring, None))
        except Refused as refusal:
            if refusal.code != "revoked-key":
                raise
            first.append(refusal)
    sure = [s for s in first if isinstance(s, Standing) and s.complete]
    return [f if isinstance(f, Standing) else _again(s, ring, vouched(s, sure), f) for s, f in zip(spoken, first, strict=True)]


def _again(spoken: Spoken, ring: keyring.Keyring, witnessed: np.datetime64 | None, before: Refused) -> Standing | Refused:
    try:
        return _standing(spoken, ring, witnessed) if witnessed is not None else before
    except Refused as refusal:
        return refusal


def vouched(spoken: Spoken, others: Iterable[Standing]) -> np.datetime64 | None:
    """When another party first vouched for a state of the log that holds this act."""
    place = spoken.place
    if place is None:
        return None
    times = [
        o.act.at_utc
        for o in others
        if o.act.party != spoken.act.party
        and (w := o.act.witness) is not None
        and w.origin == place.origin
        and w.size > place.seq
    ]
    return min(times, default=None)


def _standing(spoken: Spoken, ring: keyring.Keyring, witnessed: np.datetime64 | None) -> Standing:
    act = spoken.act
    if act.party not in ring.parties:
        raise Refused(
            "wrong-party", f"{act.party}: no party of {ring.alliance}; the keyring names {', '.join(sorted(ring.parties))}"
        )
    needed = _needed(spoken, ring)
    one_is_enough = replace(ring, parties={**ring.parties, act.party: {**ring.parties[act.party], "threshold": 1}})
    rows = keyring.authorise(one_is_enough, act.party, spoken.opened.signatures, act.at_utc, witnessed_before=witnessed)
    people = len({row.person for row in rows})
    if people < len(rows):
        raise Refused(
            "one-person-twice", f"{act.party}: {len(rows)} keys of {people} persons signed one act; each person signs once"
        )
    return Standing(spoken, tuple(rows), needed, people >= needed)


def _needed(spoken: Spoken, ring: keyring.Keyring) -> int:
    """How many persons must sign: by the keyring in force when the log first showed the act under a signed state.

    Not by the date that the act says of itself, which whoever holds one key could choose.
    """
    if spoken.logged_utc is None:
        return threshold(ring, spoken.act.party, "signer")
    return threshold_at(ring, spoken.act.party, "signer", spoken.logged_utc)


def in_order(standings: Iterable[Standing]) -> list[Standing]:
    """The proposal first; then by the time that each says, and as the parties' own logs order them."""

    def order(s: Standing) -> tuple[bool, np.datetime64, int, str]:
        return s.act.act != "proposed", s.act.at_utc, s.spoken.place.seq if s.spoken.place else 1 << 60, s.spoken.act_id

    return sorted(standings, key=order)


def state(standings: Sequence[Standing], ring: keyring.Keyring) -> str:
    """Where one record stands: see STATES. Refused where a party contradicts itself or answers its own proposal."""
    ordered = in_order(standings)
    proposals = [s for s in ordered if s.act.act == "proposed"]
    if len(proposals) != 1:
        raise Refused("shape", f"{len(proposals)} proposals where one record is expected")
    proposer = proposals[0].act.party
    last: dict[str, str] = {}
    for s in ordered:
        if s.complete and s.act.act != "proposed":
            last[s.act.party] = _after(last.get(s.act.party, ""), s.act, proposer)
    if last.get(proposer):
        return last[proposer]
    others = [last.get(p, "") for p in ring.parties if p != proposer]
    if "dissented" in others:
        return "dissented"
    if proposals[0].complete and others and all(o == "concurred" for o in others):
        return "concurred"
    return "proposed"


def _after(before: str, act: Act, proposer: str) -> str:
    """A party's own position after one more act of it."""
    if act.party == proposer:
        if act.act == "concurred":
            raise Refused(
                "one-party-only", f"{act.party} proposed this record and cannot concur with itself: the other party must"
            )
        if act.act == "dissented":
            return before  # a member of the proposing party dissents: kept and shown, the party's position stays
        if before:
            raise Refused("already-answered", f"{act.party}: this record is {before} already")
        return act.act
    if act.act == "superseded":
        raise Refused("wrong-party", f"{act.party} cannot supersede a record of {proposer}; it can dissent")
    if act.act == "withdrawn":
        if before not in ("concurred", "dissented"):
            raise Refused("already-answered", f"{act.party} has no answer to withdraw")
        return ""
    if before:
        raise Refused("already-answered", f"{act.party} has {before} already; it withdraws that first, both are kept")
    return act.act


def as_rows(standings: Sequence[Standing]) -> list[dict[str, object]]:
    """The acts as a brief shows them."""
    return [
        {
            "party": s.act.party,
            "by": ", ".join(row.person for row in s.people),
            "keyid": ", ".join(row.keyid for row in s.people),
            "act": s.act.act,
            "at": str(s.act.at_utc) + "Z",
            "reasons": s.act.reason,
            "signed": len({row.person for row in s.people}),
            "needed": s.needed,
            "complete": s.complete,
            "not_seen": len(s.act.not_seen),
        }
        for s in in_order(standings)
    ]


def newest(spoken: Iterable[Spoken]) -> list[Spoken]:
    """One of each act: where a second person signed later, the envelope with more signatures."""
    best: dict[str, Spoken] = {}
    for s in spoken:
        held = best.get(s.act_id)
        if held is None or len(s.opened.signatures) >= len(held.opened.signatures):
            best[s.act_id] = s
    return list(best.values())
