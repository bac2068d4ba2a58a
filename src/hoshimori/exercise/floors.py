"""Below which size a planted burn is not promised to be seen: from the disagreement of the object's own sets when it is quiet.

Every object is flown and tracked a second time without its burns, with the same draws. Each set of this quiet twin is propagated
to the epoch of the next; `along_km` and `tilt_rad` are the robust one sigma of what it misses by, along the track and in the
orientation of the plane, and `gap_s` is the median time between sets. Then

    in-track    k * along / (3 * gap * gain)      an impulse moves the object by 3 dv t along its track
    cross-track k * tilt * arm

with k = `FLOOR_SIGMAS`, `gain` the object's speed over that of a circular orbit of the same axis, and `arm` its angular momentum
over its distance, both at the burn (for circular orbits: 1, and the speed). Holds for a detector that may use three sets after
the burn; a purely radial impulse is never promised, since mean elements hardly keep it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hoshimori.exercise.arcs import Arc
from hoshimori.exercise.equinoctial import apart, from_equinoctial, local, to_equinoctial
from hoshimori.exercise.fits import Fitted
from hoshimori.facts import Floats

FLOOR_SIGMAS = 8.0


@dataclass(frozen=True, slots=True)
class Floor:
    """What one object's quiet sets miss by, one sigma, and the smallest burns that are promised."""

    norad_id: int
    along_km: float
    tilt_rad: float
    gap_s: float

    def in_track_m_s(self, gain: float = 1.0) -> float:
        return FLOOR_SIGMAS * self.along_km * 1000.0 / (3.0 * self.gap_s * gain)

    def cross_track_m_s(self, arm_km_s: float) -> float:
        return FLOOR_SIGMAS * self.tilt_rad * arm_km_s * 1000.0


def floor(norad_id: int, quiet: Fitted) -> Floor:
    off = misses(quiet)
    tilt = robust_sigma(np.concatenate([off[:, 3], off[:, 4]]))
    gap_s = float(np.median(np.diff(quiet.epoch_us))) / 1e6
    return Floor(norad_id, robust_sigma(off[:, 5]) * from_equinoctial(quiet.x[0]).sma_km, tilt, gap_s)


def misses(sets: Fitted) -> Floats:
    """(n - 1, 6) as `local` counts: each set less what the one before it predicted."""
    out = []
    for k in range(len(sets.epoch_us) - 1):
        arc = Arc(int(sets.epoch_us[k]), from_equinoctial(sets.x[k]), float(sets.bstar_per_er[k]))
        predicted = to_equinoctial(arc.mean_at(int(sets.epoch_us[k + 1])))
        out.append(local(sets.x[k + 1], apart(sets.x[k + 1], predicted)))
    return np.array(out).reshape(-1, 6)


def robust_sigma(values: Floats) -> float:
    """1.4826 times the median distance from the median."""
    return 1.4826 * float(np.median(np.abs(values - np.median(values))))
