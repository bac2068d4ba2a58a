"""What counts as near, and one watched body with one other: the words that the encounter detector shares."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hoshimori.detect.neighbourhood import Watched
from hoshimori.sky import screening
from hoshimori.sky.screening import NEAR_EARTH_REV_DAY


@dataclass(frozen=True, slots=True)
class Settings:
    """What counts as near, and for how long the past is searched for neighbours. All recorded in the evidence.

    `within_km` and `within_leo_km`: the range of an approach, above and below 6.4 revolutions a day. A stay is followed out to
    twice that. `learn_days`: a stay that was there when this stretch before the window began, or when the record began, is
    a known neighbour. `known_after_days`: and that has lasted so long. `stale_days`: an older set makes a finding doubtful.
    `reach_days`: beyond its outermost epochs by more than this an object is not propagated. `past_days`: how much of a visitor's
    record before the window is asked how it came.
    """

    within_km: float = 100.0
    within_leo_km: float = 10.0
    learn_days: float = 21.0
    known_after_days: float = 3.0
    stale_days: float = 5.0
    reach_days: float = 30.0
    past_days: float = 180.0

    def within(self, mean_motion_rev_day: float) -> float:
        return self.within_leo_km if mean_motion_rev_day >= NEAR_EARTH_REV_DAY else self.within_km


@dataclass(frozen=True)
class Pair:
    """One watched body and one other: the minima of their distance, the spells within range, what the record says about them."""

    body: Watched
    other_key: int
    minima: screening.Minima
    spells: screening.Spells
    within_km: float
    search_start_utc: np.datetime64
    record_start_utc: np.datetime64
    declared: bool
