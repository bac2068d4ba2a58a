"""How far a stay lies beyond chance: seven measures, each against its own null, and one number made of them.

The word is "unusual". It says how badly chance explains what was seen; it says nothing about purpose.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import e, exp, log
from typing import Any

from hoshimori.findings import Quantity, Reason

KINDS: Mapping[str, tuple[str, ...]] = {
    "time": ("time near",),
    "place": ("plane match", "sun behind"),
    "coming": ("arrival burns", "burn in a gap"),
    "company": ("repeat visits", "formation"),
}
"""The measures by kind of evidence. Inside a kind they may rest on the same thing; kinds are taken as independent."""
NAMES = tuple(name for names in KINDS.values() for name in names)
KNOWN_SHARE = 0.1
"""What is left of the score where a dull explanation wins (a known neighbour, an identity swap)."""
LEAST_CHANCE = 1e-6
"""No tail is believed beyond this: the laws of chance used here are not known better."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One thing measured about a stay, beside what chance would give.

    chance: the probability that the null gives something at least as extreme; None where it cannot be told, and `why` says
    why not. observed and null: the same quantity as it was seen, and as the null would have it (its median or mean).
    """

    name: str
    chance: float | None
    observed: Quantity | None
    null: Quantity | None
    why: Reason

    @property
    def value(self) -> float | None:
        """0 (as chance has it) to 1 (beyond chance): 1 - chance; None where it cannot be told."""
        return None if self.chance is None else 1.0 - self.chance

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "value": self.value,
            "chance": self.chance,
            "observed": None if self.observed is None else self.observed.to_json(),
            "null": None if self.null is None else self.null.to_json(),
            "why": self.why.to_json(),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Measure:
        observed, null = (None if data[k] is None else Quantity.from_json(data[k]) for k in ("observed", "null"))
        return cls(str(data["name"]), data["chance"], observed, null, Reason.from_json(data["why"]))


def untold(name: str, why: Reason) -> Measure:
    """The proper answer where there is no data."""
    return Measure(name, None, None, None, why)


def combined_chance(measures: Sequence[Measure]) -> float:
    """The probability that chance gives a stay at least as strange as this one.

    Of each kind of evidence the most extreme measure counts, times the number of measures of that kind (Bonferroni: holds
    however they depend on each other); the four kinds are put together as Fisher (1932) did, with eight degrees of freedom. A
    measure that cannot be told counts as chance 1 and still takes its place in the number: what is missing never raises the
    score.
    """
    told = {m.name: max(m.chance, LEAST_CHANCE) for m in measures if m.chance is not None}
    y = 0.0
    for names in KINDS.values():
        y -= log(min(1.0, len(names) * min(told.get(name, 1.0) for name in names)))
    return exp(-y) * (1.0 + y + y * y / 2.0 + y**3 / 6.0)


def unusual(measures: Sequence[Measure], *, explained: bool) -> float:
    """0 to 1: (1 - B) / (1 + B), where B = -e p ln p is the least that the evidence can speak for chance (1 above p = 1/e).

    p is `combined_chance`. That is twice the probability, less one, that a judge who began undecided could at most give to
    something other than chance: 0.5 is passed by one chance stay in 27, 0.8 by one in 120. `explained`: a dull explanation
    wins, and a tenth of it is left. Reference: Sellke, Bayarri and Berger, The American Statistician 55(1), 2001.
    """
    p = combined_chance(measures)
    bound = 1.0 if p >= 1.0 / e else -e * p * log(p)
    score = (1.0 - bound) / (1.0 + bound)
    return KNOWN_SHARE * score if explained else score
