"""How often objects fall silent for good, and how long their gaps last: learnt rates, each with what it was learnt from.

The shipped numbers (silence_rates.json) are learnt by `bench/silence/run.py --learn`; what could not be learnt from open data is
set by hand, stands under "assumed" and is printed as such.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from hoshimori.detect.rhythm import OFTEN_DAYS, Tail

LEO_REV_DAY = 11.25
KINDS = ("PAYLOAD", "ROCKET BODY", "DEBRIS")


@dataclass(frozen=True)
class Rates:
    """tails: by "low often", "low daily", "high often", "high daily". lost_per_year: by "low PAYLOAD", ..., "high any".

    late_share: (alpha, beta) of the share of all objects that are late at their 5 % level while the provider works as ever.
    weight: gaps that a tail counts for beside the object's own. The rest are rates a year, shares and factors of likelihood.
    """

    tails: Mapping[str, Tail]
    weight: float
    lost_per_year: Mapping[str, float]
    unpublished_per_year: float
    late_share: tuple[float, float]
    assumed: Mapping[str, float]

    def tail(self, mean_motion_rev_day: float, mean_days: float) -> Tail:
        return self.tails[f"{shell(mean_motion_rev_day)} {'often' if mean_days < OFTEN_DAYS else 'daily'}"]

    def lost(self, mean_motion_rev_day: float, kind: str) -> float:
        return self.lost_per_year[f"{shell(mean_motion_rev_day)} {kind if kind in KINDS else 'any'}"]


def shell(mean_motion_rev_day: float) -> str:
    """Below or above the height at which an orbit takes 128 minutes, as Space-Track parts its catalogue."""
    return "low" if mean_motion_rev_day >= LEO_REV_DAY else "high"


@cache
def shipped() -> Rates:
    """The numbers that come with the package."""
    text = resources.files("hoshimori.detect").joinpath("silence_rates.json").read_text(encoding="utf-8")
    return of(json.loads(text))


def of(data: Mapping[str, Any]) -> Rates:
    """From what `bench/silence/run.py --learn` wrote."""
    tails = {
        key: Tail(tuple(t["ratio"]), tuple(t["survival"]), t["index"], t["objects"], t["gaps"])
        for key, t in data["tails"].items()
    }
    low, high = data["late_share"]
    return Rates(tails, data["weight"], data["lost_per_year"], data["unpublished_per_year"], (low, high), data["assumed"])
