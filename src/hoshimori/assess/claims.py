"""What accusations, denials and acknowledgements are worth: whose words they are, and who or what contradicts them.

    statuses(incident.claims, incident.items)   # one status for each claim, in their order

A claim is `claimed` until somebody answers. It is `disputed` where somebody denies it, where two claims exclude each other, or
where what was seen contradicts it; a denial has the same rank as the accusation it denies, and both are disputed then. It is
`retracted` where its speaker took it back. It is `acknowledged` only where the actor that it names says so itself. No claim is
ever "established": how many sources repeat it changes nothing, since they may repeat one another, and what was seen is an item
of its own.

Who speaks for an actor stands in `speakers`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from hoshimori.assess.effects import believed
from hoshimori.assess.speakers import Voices, plain
from hoshimori.findings import Reason
from hoshimori.judgements import Claim, Item

STATUSES = ("acknowledged", "claimed", "disputed", "retracted")

ACCUSING = ("accusation", "attribution")
ASSERTING = (*ACCUSING, "acknowledgement")
"""Kinds that say that somebody did it."""
NEARNESS = (
    "",
    "stay_long",
    "stay_repeated",
    "second_body_near",
    "second_body_came_by_burns",
    "docked",
    "released_object",
    "other_was_nearer",
)
"""What an accusation about a target needs; "" is an accusation that does not say what it needs, and is then read as one."""
SPOKEN = (
    "acknowledged",
    "denied",
    "owner_protested",
    "attributed_by_states",
    "attributed_by_several",
    "report_withdrawn",
    "one_source_only",
)
"""Indicators of what people said. A claim cannot rest on them, so a claim about one is a claim that names no fact."""


@dataclass(frozen=True, slots=True)
class ClaimStatus:
    """How one claim stands. `because`: codes and the ids of the claims and items behind them; `reasons`: the same with values."""

    claim_id: str
    status: str
    because: tuple[str, ...]
    reasons: tuple[Reason, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.claim_id,
            "status": self.status,
            "because": list(self.because),
            "reasons": [r.to_json() for r in self.reasons],
        }


@dataclass(frozen=True, slots=True)
class Told:
    """All that was said and seen: every claim, those that still stand, items on which anything may rest, who speaks for whom.

    `spent`: ids of retractions that took back something of their own speaker.
    """

    claims: tuple[Claim, ...]
    standing: tuple[Claim, ...]
    items: tuple[Item, ...]
    voices: Voices
    spent: frozenset[str] = frozenset()

    def same(self, one: Claim, other: Claim) -> bool:
        """Do two claims speak of the same actor, and of the same fact as far as both say which?"""
        facts = {fact_of(one), fact_of(other)} - {""}
        return self.voices.target(one) == self.voices.target(other) and len(facts) <= 1

    def own_word(self, claim: Claim) -> Claim | None:
        """The actor's own acknowledgement of what the claim says: the newest, if there are several."""
        if claim.kind not in ASSERTING:
            return None
        own = [c for c in self.standing if c.kind == "acknowledgement" and self.voices.own(c) and self.same(claim, c)]
        return max(own, key=lambda c: (c.t_utc, c.claim_id)) if own else None

    def denied_by(self, claim: Claim) -> list[Claim]:
        """Who says that it is not so: denials, and retractions by those who have nothing of their own to take back."""
        others = [c for c in self.standing if c.kind in ("denial", "retraction") and c.claim_id not in self.spent]
        return [c for c in others if self.same(claim, c) and (c.kind == "denial" or plain(c.speaker) != plain(claim.speaker))]


def fact_of(claim: Claim) -> str:
    """The indicator of the fact that a claim is about; "" where it names none that could be seen."""
    return "" if claim.about in SPOKEN else claim.about


def statuses(
    claims: Sequence[Claim], items: Sequence[Item], *, agencies: Mapping[str, str] | None = None
) -> tuple[ClaimStatus, ...]:
    """One status for each claim, in the order given. agencies: a speaker to the actor it speaks for."""
    told = Told(tuple(claims), tuple(claims), tuple(i for i in items if believed(i)), Voices(agencies or {}))
    gone = {c.claim_id: by for c in claims if (by := _retraction(c, told)) is not None}
    standing = tuple(c for c in claims if c.claim_id not in gone and not _outdated(c, told))
    told = replace(told, standing=standing, spent=frozenset(by.claim_id for by in gone.values()))
    return tuple(_status(c, gone.get(c.claim_id), told) for c in claims)


def _retraction(claim: Claim, told: Told) -> Claim | None:
    """By what its own speaker took a claim back: words that name it, or, naming none, speak later of the same actor and fact."""
    for other in told.claims:
        if other.kind != "retraction" or claim.kind == "retraction" or plain(other.speaker) != plain(claim.speaker):
            continue
        later = not other.contradicts and other.t_utc >= claim.t_utc
        alike = told.voices.target(other) == told.voices.target(claim) and other.about == claim.about
        if claim.claim_id in other.contradicts or (later and alike):
            return other
    return None


def _outdated(claim: Claim, told: Told) -> bool:
    """Did the same speaker later deny what it acknowledged, or acknowledge what it denied? Then the later words are its word."""
    other_way = {"denial": "acknowledgement", "acknowledgement": "denial"}.get(claim.kind)
    later = [c for c in told.claims if c.kind == other_way and c.t_utc > claim.t_utc]
    return any(plain(c.speaker) == plain(claim.speaker) and told.same(claim, c) for c in later)


def _status(claim: Claim, gone: Claim | None, told: Told) -> ClaimStatus:
    if gone is not None:
        return _made(claim, "retracted", [Reason("claim retracted", {"claim": gone.claim_id, "speaker": gone.speaker})])
    own = told.own_word(claim)
    against = [*_by_items(claim, told), *_by_claims(claim, own, told)]
    if not against and own is not None:
        return _made(claim, "acknowledged", [Reason("claim acknowledged", {"claim": own.claim_id, "speaker": own.speaker})])
    beside = _beside(claim, told)
    if against:
        return _made(claim, "disputed", [*against, *beside])
    return _made(claim, "claimed", beside or [Reason("claim unanswered", {"speaker": claim.speaker})])


def _by_items(claim: Claim, told: Told) -> list[Reason]:
    """What was seen, or looked for and not found, that the claim cannot stand beside.

    A denial names the fact that it denies, if there is an accusation that it answers: that this was not found does not speak
    against it. An item "denied" (or explained otherwise) does not say by whom, so it is read only where no denial itself is on
    record. It disputes an accusation even beside an acknowledgement: USA-193 was shot down, and not as a test, its owner said.
    """
    fact = fact_of(claim)
    answers = claim.kind == "denial" and any(c.kind in ASSERTING and told.same(claim, c) for c in told.standing)
    unnamed = not any(c.kind == "denial" for c in told.claims)
    reasons = []
    for item in told.items:
        code = ""
        if claim.claim_id in item.contradicts or item.item_id in claim.contradicts:
            code = "claim contradicted"
        elif fact and item.indicator == fact and not item.seen and not answers:
            code = "claim fact not found"
        elif claim.kind in ACCUSING and item.seen and item.indicator == "other_was_nearer" and fact in NEARNESS:
            code = "claim other nearer"
        elif claim.kind in ACCUSING and item.seen and item.indicator == "denied" and unnamed:
            code = "claim denied in report"
        if code:
            reasons.append(Reason(code, {"item": item.item_id, "indicator": item.indicator, "grade": item.grade}))
    return reasons


def _by_claims(claim: Claim, own: Claim | None, told: Told) -> list[Reason]:
    """Other claims that exclude this one: a denial and what it denies, and whatever is said to contradict.

    What an actor says of itself is not denied by another, only by itself.
    """
    denying = [c for c in told.denied_by(claim) if own is None or told.voices.own(c)] if claim.kind in ASSERTING else []
    reasons = []
    for other in (c for c in told.standing if c.claim_id != claim.claim_id):
        code = ""
        if claim.claim_id in other.contradicts or other.claim_id in claim.contradicts:
            code = "claim contradicted"
        elif other in denying:
            code = "claim denied"
        elif claim in told.denied_by(other) and other.kind in ASSERTING and claim.kind == "denial":
            code = "claim accused"
        if code:
            reasons.append(Reason(code, {"claim": other.claim_id, "speaker": other.speaker}))
    return reasons


def _beside(claim: Claim, told: Told) -> list[Reason]:
    """What is worth telling and changes nothing: that the fact was seen (not by whose doing), how many repeat the claim."""
    fact = fact_of(claim)
    found = [i for i in told.items if fact and i.indicator == fact and i.seen and claim.kind not in ("denial", "retraction")]
    reasons = [Reason("claim fact seen", {"item": i.item_id, "indicator": i.indicator, "grade": i.grade}) for i in found]
    others = {plain(c.speaker) for c in told.standing if c.kind in ACCUSING and told.same(claim, c)} - {plain(claim.speaker)}
    if claim.kind in ACCUSING and others:
        reasons.append(Reason("claim repeated", {"speakers": len(others) + 1}))
    if claim.kind == "acknowledgement" and not told.voices.own(claim):
        reasons.append(Reason("claim not own words", {"speaker": claim.speaker, "actor": claim.actor}))
    if claim not in told.standing:
        reasons.append(Reason("claim outdated", {"speaker": claim.speaker}))
    return reasons


def _made(claim: Claim, status: str, reasons: Sequence[Reason]) -> ClaimStatus:
    names = [str(r.values[key]) for r in reasons for key in ("claim", "item") if key in r.values]
    codes = [r.code for r in reasons]
    return ClaimStatus(claim.claim_id, status, tuple(dict.fromkeys([*codes, *names])), tuple(reasons))
