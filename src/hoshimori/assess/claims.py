"""What accusations, denials and acknowledgements are worth: whose words they are, and who or what contradicts them.

    statuses(incident.claims, incident.items)   # one status for each claim, in their order

A claim is `claimed` until somebody answers. It is `disputed` where somebody denies it, where two claims exclude each other, or
where what was seen contradicts it; a denial has the same rank as the accusation it denies, and both are disputed then. It is
`retracted` where its speaker took it back. It is `acknowledged` only where the actor that it names says so itself. No claim is
ever "established": how many sources repeat it changes nothing, since they may repeat one another, and what was seen is an item
of its own.

Who speaks for an actor: the actor itself, a speaker written "ACTOR: body" (as in "RUS: Ministry of Defence"), or one that
`agencies` names.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hoshimori.assess.effects import believed
from hoshimori.findings import Reason
from hoshimori.judgements import Claim, Item

STATUSES = ("acknowledged", "claimed", "disputed", "retracted")

ACCUSING = ("accusation", "attribution")
OWN_WORDS = ("acknowledgement", "denial")
NEARNESS = (
    "",
    "stay_long",
    "stay_repeated",
    "second_body_near",
    "second_body_came_by_burns",
    "docked",
    "released_object",
)
"""What an accusation about a target needs; "" is an accusation that does not say what it needs, and is then read as one."""


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


def statuses(
    claims: Sequence[Claim], items: Sequence[Item], *, agencies: Mapping[str, str] | None = None
) -> tuple[ClaimStatus, ...]:
    """One status for each claim, in the order given. agencies: a speaker to the actor it speaks for."""
    voices = Voices(agencies or {})
    gone = {c.claim_id: by for c in claims if (by := _retraction(c, claims, voices)) is not None}
    standing = [c for c in claims if c.claim_id not in gone and not _outdated(c, claims, voices)]
    return tuple(_status(c, gone.get(c.claim_id), standing, items, voices) for c in claims)


class Voices:
    """Who speaks for whom."""

    def __init__(self, agencies: Mapping[str, str]) -> None:
        self._of = {_name(agency): _name(actor) for agency, actor in agencies.items()}

    def actor(self, speaker: str) -> str:
        """The actor that a speaker speaks for: itself, if for no other."""
        name = _name(speaker)
        return self._of.get(name) or _name(name.partition(":")[0])

    def own(self, claim: Claim) -> bool:
        """Are these the words of the actor that is named? A denial or acknowledgement that names nobody speaks of its speaker."""
        return self.target(claim) == self.actor(claim.speaker)

    def target(self, claim: Claim) -> str:
        """The actor that a claim is about: the one it names; of a denial or acknowledgement that names nobody, its speaker."""
        if claim.actor.strip():
            return self.actor(claim.actor)
        return self.actor(claim.speaker) if claim.kind in OWN_WORDS else ""


def _name(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _retraction(claim: Claim, claims: Sequence[Claim], voices: Voices) -> Claim | None:
    """By what its own speaker took a claim back: words that name it, or, naming none, speak later of the same actor and fact."""
    for other in claims:
        if other.kind != "retraction" or claim.kind == "retraction" or _name(other.speaker) != _name(claim.speaker):
            continue
        alike = (voices.target(other), other.about) == (voices.target(claim), claim.about) and other.t_utc >= claim.t_utc
        if claim.claim_id in other.contradicts or (not other.contradicts and alike):
            return other
    return None


def _outdated(claim: Claim, claims: Sequence[Claim], voices: Voices) -> bool:
    """Did the same speaker later deny what it acknowledged, or acknowledge what it denied? Then the later words are its word."""
    return claim.kind in OWN_WORDS and any(_later_words(claim, other, voices) for other in claims)


def _later_words(claim: Claim, other: Claim, voices: Voices) -> bool:
    return (
        other.kind in OWN_WORDS
        and other.kind != claim.kind
        and _name(other.speaker) == _name(claim.speaker)
        and _of_the_same(claim, other, voices)
        and bool(other.t_utc > claim.t_utc)
    )


def _of_the_same(one: Claim, other: Claim, voices: Voices) -> bool:
    """Do two claims speak of the same actor, and of the same fact as far as both say which?"""
    facts = {one.about, other.about} - {""}
    return voices.target(one) == voices.target(other) and len(facts) <= 1


def _status(claim: Claim, gone: Claim | None, standing: Sequence[Claim], items: Sequence[Item], voices: Voices) -> ClaimStatus:
    if gone is not None:
        return _told(claim, "retracted", [Reason("claim retracted", {"claim": gone.claim_id, "speaker": gone.speaker})])
    own = _own_word(claim, standing, voices)
    against = [*_by_items(claim, items, own), *_by_claims(claim, standing, own, voices)]
    if not against and own is not None:
        return _told(claim, "acknowledged", [Reason("claim acknowledged", {"claim": own.claim_id, "speaker": own.speaker})])
    beside = [*_supports(claim, items), *_repeated(claim, standing, voices)]
    if claim.kind == "acknowledgement" and not voices.own(claim):
        beside.append(Reason("claim not own words", {"speaker": claim.speaker, "actor": claim.actor}))
    if claim not in standing:
        beside.append(Reason("claim outdated", {"speaker": claim.speaker}))
    if against:
        return _told(claim, "disputed", [*against, *beside])
    return _told(claim, "claimed", beside or [Reason("claim unanswered", {"speaker": claim.speaker})])


def _by_items(claim: Claim, items: Sequence[Item], own: Claim | None) -> list[Reason]:
    """What was seen, or looked for and not found, that the claim cannot stand beside. own: the actor's own word for it."""
    reasons = []
    for item in (i for i in items if believed(i)):
        code = ""
        if claim.claim_id in item.contradicts or item.item_id in claim.contradicts:
            code = "claim contradicted"
        elif claim.about and item.indicator == claim.about and not item.seen:
            code = "claim fact not found"
        elif claim.kind in ACCUSING and item.seen and item.indicator == "other_was_nearer" and claim.about in NEARNESS:
            code = "claim other nearer"
        elif claim.kind in ACCUSING and item.seen and item.indicator == "denied" and own is None:
            code = "claim denied in report"
        if code:
            reasons.append(Reason(code, {"item": item.item_id, "indicator": item.indicator, "grade": item.grade}))
    return reasons


def _by_claims(claim: Claim, standing: Sequence[Claim], own: Claim | None, voices: Voices) -> list[Reason]:
    """Other claims that exclude this one: a denial and what it denies, and whatever is said to contradict.

    What an actor says of itself is not denied by another, only by itself.
    """
    reasons = []
    for other in standing:
        if other.claim_id == claim.claim_id:
            continue
        code = ""
        if claim.claim_id in other.contradicts or other.claim_id in claim.contradicts:
            code = "claim contradicted"
        elif other.kind == "denial" and claim.kind in (*ACCUSING, "acknowledgement") and _of_the_same(claim, other, voices):
            code = "claim denied" if own is None or voices.own(other) else ""
        elif claim.kind == "denial" and other.kind in (*ACCUSING, "acknowledgement") and _of_the_same(claim, other, voices):
            code = "claim accused"
        if code:
            reasons.append(Reason(code, {"claim": other.claim_id, "speaker": other.speaker}))
    return reasons


def _own_word(claim: Claim, standing: Sequence[Claim], voices: Voices) -> Claim | None:
    """The actor's own acknowledgement of what the claim says: the newest, if there are several."""
    if claim.kind not in (*ACCUSING, "acknowledgement"):
        return None
    own = [c for c in standing if c.kind == "acknowledgement" and voices.own(c) and _of_the_same(claim, c, voices)]
    return max(own, key=lambda c: (c.t_utc, c.claim_id)) if own else None


def _supports(claim: Claim, items: Sequence[Item]) -> list[Reason]:
    """The fact that the claim needs was seen. That is worth telling; it does not say who did it, or why."""
    found = [i for i in items if claim.about and i.indicator == claim.about and i.seen and believed(i)]
    return [Reason("claim fact seen", {"item": i.item_id, "indicator": i.indicator, "grade": i.grade}) for i in found]


def _repeated(claim: Claim, standing: Sequence[Claim], voices: Voices) -> list[Reason]:
    """How many others say the same: told, so that a reader sees that it changes nothing."""
    others = {_name(c.speaker) for c in standing if c.kind in ACCUSING and _of_the_same(claim, c, voices)} - {
        _name(claim.speaker)
    }
    if claim.kind not in ACCUSING or not others:
        return []
    return [Reason("claim repeated", {"speakers": len(others) + 1})]


def _told(claim: Claim, status: str, reasons: Sequence[Reason]) -> ClaimStatus:
    names = [str(r.values[key]) for r in reasons for key in ("claim", "item") if key in r.values]
    codes = [r.code for r in reasons]
    return ClaimStatus(claim.claim_id, status, tuple(dict.fromkeys([*codes, *names])), tuple(reasons))
