"""Where an effect stands on the field's taxonomy: means, direction, reversibility, degree, from what was seen and nothing else.

The classes of means are those of the public counterspace reports (CSIS: kinetic physical, non-kinetic physical, electronic,
cyber). The degrees are the five Ds as the U.S. Air Force's Counterspace Operations (AFDD 2-2.1, 2004) separates them: deceive
misleads, disrupt impairs for a time, deny takes away for a time, degrade impairs for good, destroy takes away for good.

These words say what became of a system and by what kind of process, not that anybody meant it: an accidental collision is a
kinetic physical effect too. Claims are never read. Where the table of rows below has nothing to say, or says two things, the
answer is "unknown".

What no row can give, because no indicator shows it: non-kinetic physical (light: that a site had the satellite in view, and
that outages repeat over it, is no measurement of a beam); from space; deceive; deny (an indicator says "lost or degraded", so
the milder is given).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hoshimori.findings import Reason
from hoshimori.judgements import Effect, Item

DISBELIEVED = ("E", "5")
"""Reliability "unreliable", credibility "improbable" in the Admiralty code (NATO AJP-2.1): shown, and nothing rests on it."""

PIECES = ("pieces_many", "pieces_fast", "pieces_few")
HARM = ("service_lost", "lost_for_good", "impact_mark", *PIECES)


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the value holds if of each group of `seen` at least one indicator was seen.

    Each of `absent` must have been looked for and not found; none of `unless` may have been seen.
    """

    value: str
    seen: tuple[tuple[str, ...], ...]
    absent: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()


# Judged: each row says what its indicators' definitions (indicators.toml) say, in the taxonomy's words; no number is in it.
MEANS = (
    Row("cyber", (("intrusion_found",),)),
    Row("electronic", (("interference_reported", "interference_selective", "emitter_located", "emitter_own"),)),
    Row("kinetic physical", (PIECES, ("launch_coincident", "second_body_hit", "second_body_came_by_burns", "impact_mark"))),
    Row("kinetic physical", (("second_body_hit", "inquiry_collision"),)),
    Row("none", (("inquiry_inside", "inquiry_environment", "sun_or_eclipse_explains", "drag_explains"),)),
)
DIRECTION = (
    Row("to", (("launch_coincident",), ("lost_for_good", "impact_mark", *PIECES))),
    Row("within", (("second_body_hit", "inquiry_collision"),)),
    Row("within", (("docked", "released_object", "second_body_came_by_burns"), HARM)),
)
IRREVERSIBLE = (Row("no", (("lost_for_good", "pieces_many"),)),)
REVERSIBLE = (Row("yes", (("recovered",),)),)
# The gravest first: the first row that holds is the answer.
DEGREE = (
    Row("destroy", (("pieces_many",),), absent=("parent_whole",)),
    Row("destroy", (("pieces_many",), ("lost_for_good",)), unless=("parent_whole",)),
    Row("degrade", (("lost_for_good", "pieces_many"),)),
    Row("disrupt", (("service_lost",),)),
    Row("none", (("effect_none",),)),
)
TABLE = (*MEANS, *DIRECTION, *IRREVERSIBLE, *REVERSIBLE, *DEGREE)


@dataclass(frozen=True, slots=True)
class Seen:
    """Indicators that were seen, and those that were looked for and not found; one that items disagree about is in neither."""

    seen: frozenset[str]
    absent: frozenset[str]

    def holds(self, row: Row) -> bool:
        shown = all(not self.seen.isdisjoint(group) for group in row.seen)
        return shown and self.absent.issuperset(row.absent) and self.seen.isdisjoint(row.unless)

    def values(self, rows: Sequence[Row]) -> list[str]:
        """What the rows that hold say, each once, in their order."""
        return list(dict.fromkeys(row.value for row in rows if self.holds(row)))


def believed(item: Item) -> bool:
    """May anything rest on the item? Not where its source is unreliable, or what it says improbable."""
    return item.grade[:1] != DISBELIEVED[0] and item.grade[1:] != DISBELIEVED[1]


def seen_in(items: Sequence[Item]) -> Seen:
    """What was seen and what was not found, of the items on which anything may rest."""
    told = [i for i in items if i.indicator and believed(i)]
    yes, no = {i.indicator for i in told if i.seen}, {i.indicator for i in told if not i.seen}
    return Seen(frozenset(yes - no), frozenset(no - yes))


def effect(items: Sequence[Item]) -> Effect:
    """The effect, as far as it was seen."""
    return explained(items)[0]


def explained(items: Sequence[Item]) -> tuple[Effect, tuple[Reason, ...]]:
    """The effect, and why a part of it is unknown though something was seen: the rows say two things that exclude each other."""
    found = seen_in(items)
    reasons: list[Reason] = []

    def one(part: str, values: list[str]) -> str:
        if len(values) > 1:
            reasons.append(Reason("effect two ways", {"part": part, "one": values[0], "other": values[1]}))
        return values[0] if len(values) == 1 else "unknown"

    degree = _degree(found, reasons)
    means = found.values(MEANS)
    if degree == "none" and not means:
        means = ["none"]
    return (
        Effect(
            means=one("means", means),
            direction=one("direction", found.values(DIRECTION)),
            reversible=(found.values(IRREVERSIBLE) or found.values(REVERSIBLE) or ["unknown"])[0],
            degree=degree,
        ),
        tuple(reasons),
    )


def _degree(found: Seen, reasons: list[Reason]) -> str:
    values = found.values(DEGREE)
    if "none" in values and len(values) > 1:
        reasons.append(Reason("effect two ways", {"part": "degree", "one": values[0], "other": "none"}))
        return "unknown"
    return values[0] if values else "unknown"
