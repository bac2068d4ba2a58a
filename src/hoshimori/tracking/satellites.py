"""Element sets as they are kept, ready for SGP4."""

from __future__ import annotations

from hoshimori.facts import ElementSets
from hoshimori.sky import orbits


def satellites_of(sets: ElementSets) -> orbits.Satellites:
    """One row of constants for each set, in their order; a set that cannot be used says so in `.error`."""
    angles = (sets.inc_deg, sets.raan_deg, sets.argp_deg, sets.ma_deg)
    return orbits.prepare(sets.epoch_utc, sets.mean_motion_rev_day, sets.eccentricity, *angles, sets.bstar_per_er)
