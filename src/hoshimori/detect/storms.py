"""Were others slowed at the same time? A storm thickens the air for all satellites near the Earth at once; burns do not."""

from __future__ import annotations

import numpy as np

from hoshimori.detect.candidates import NEAR_EARTH_REV_DAY
from hoshimori.detect.histories import Histories
from hoshimori.facts import Bools, Floats, Ints, Times

STORM_SHARE = 0.3
"""From this share of the others on, slowed within half a day of each other, the air is the likelier cause."""
STORM_OBJECTS = 10
"""Fewer objects than this tell nothing about the air."""
SAME_TIME_DAYS = 0.5
STORM_ODDS = 0.05
"""Factor on the odds of a burn against the flight in a storm: a reasoned number, there being no records of burns in storms."""


def near_earth_objects(h: Histories) -> int:
    """How many objects near the Earth there are to compare."""
    return len(np.unique(h.sets.norad_id[h.sets.mean_motion_rev_day >= NEAR_EARTH_REV_DAY]))


def slowed_share(h: Histories, row: Ints, days: Floats, slowed: Bools, known_utc: Times | None = None) -> Floats:
    """(m,) for each candidate the share of the other near-Earth objects that have a slowing within half a day of it.

    known_utc: (m,) with it, only the slowings that were known by then count.
    """
    count = near_earth_objects(h)
    out = np.zeros(len(row))
    if count < STORM_OBJECTS:
        return out
    near = h.sets.mean_motion_rev_day[row] >= NEAR_EARTH_REV_DAY
    slow = np.flatnonzero(slowed & near)
    slow = slow[np.argsort(days[slow], kind="stable")]
    who, when = h.sets.norad_id[row[slow]], days[slow]
    lo, hi = np.searchsorted(when, days - SAME_TIME_DAYS), np.searchsorted(when, days + SAME_TIME_DAYS)
    for k in np.flatnonzero(near & slowed):
        there = slice(lo[k], hi[k])
        others = who[there] != h.sets.norad_id[row[k]]
        if known_utc is not None:
            others &= known_utc[slow[there]] <= known_utc[k]
        out[k] = len(np.unique(who[there][others])) / max(count - 1, 1)
    return out


def discounted(probability: Floats, share: Floats) -> Floats:
    """The probability of a burn with the odds cut where a storm is the likelier cause."""
    odds = probability / np.maximum(1.0 - probability, 1e-12) * STORM_ODDS
    return np.where(share > STORM_SHARE, odds / (1.0 + odds), probability)
