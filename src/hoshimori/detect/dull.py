"""The dull explanations of a change of orbit, each tested: a bad set, a new fit, a gap, the air, space weather, a swap."""

from __future__ import annotations

import numpy as np

from hoshimori.detect.moves import Moves
from hoshimori.detect.storms import STORM_OBJECTS, STORM_SHARE
from hoshimori.facts import Floats
from hoshimori.findings import Explanation, Reason

NEAR_EARTH_REV_DAY = 6.4
THICK_AIR_KM = 1000.0
"""Above this height storms do not move the drag of a satellite enough to look like a burn."""
BAD_SHARE = 0.5
DOUBTED = 0.2
WIDE_GAP = 3.0
USUAL_SETS = 60


def explanations(m: Moves) -> list[tuple[Explanation, ...]]:
    """For every move, what else it might be."""
    usual_gap = _usual_gaps(m)
    return [
        (
            _bad_set(m, k),
            _refit(m, k),
            _gap(m, k, usual_gap[k]),
            _swap(m, k),
            *_air(m, k),
        )
        for k in range(len(m))
    ]


def _bad_set(m: Moves, k: int) -> Explanation:
    """A single set that is off explains a kick as well as a burn does, until the next sets follow the new orbit."""
    share = float(m.bad[k] / max(m.statistic[k], 1e-9))
    values = {"times": float(m.statistic[k] / max(m.bad[k], 1e-3))}
    return Explanation("bad set", "possible" if share > BAD_SHARE else "rejected", Reason("one bad set instead", values))


def _refit(m: Moves, k: int) -> Explanation:
    """Are the sets around it so often off that fits, not thrust, changed the orbit? Do the mean motions show the change?"""
    poor = m.doubted[k] > DOUBTED or (m.rate_off[k] > 1.0 and m.along[k] >= m.plane[k])
    values = {"share": float(m.doubted[k]), "off": float(m.rate_off[k])}
    return Explanation("new fit", "possible" if poor else "rejected", Reason("fits around it", values))


def _gap(m: Moves, k: int, usual_days: float) -> Explanation:
    gap = float(m.histories.day[m.row[k] + 1] - m.histories.day[m.row[k]])
    verdict = "possible" if gap > WIDE_GAP * usual_days else "rejected"
    return Explanation("stale element set", verdict, Reason("gap between sets", {"days": gap, "usual_days": usual_days}))


def _swap(m: Moves, k: int) -> Explanation:
    """Moves that only displace, and planes that jump too far, were taken out before: what is left changed speed."""
    return Explanation("identity swap", "rejected", Reason("speed changed", {"off": float(m.rate_off[k])}))


def _air(m: Moves, k: int) -> list[Explanation]:
    h, row = m.histories, int(m.row[k])
    fleet, watched = float(m.fleet[k]), m.watched
    if h.sets.mean_motion_rev_day[row] < NEAR_EARTH_REV_DAY:
        return [Explanation("drag storm", "rejected", Reason("no air here", {}))]
    height = float(h.sma_km[row] * (1.0 - h.sets.eccentricity[row]) - 6378.135)
    if height > THICK_AIR_KM:
        return [Explanation("drag storm", "rejected", Reason("thin air", {"height_km": height}))]
    out = [_storm(m, k, height)]
    if watched < STORM_OBJECTS:
        return [*out, Explanation("space weather", "cannot tell", Reason("few objects to compare", {"objects": float(watched)}))]
    verdict = "possible" if fleet > STORM_SHARE and np.nan_to_num(m.in_track[k]) < 0.0 else "rejected"
    return [*out, Explanation("space weather", verdict, Reason("others slowed too", {"share": fleet, "objects": float(watched)}))]


def _storm(m: Moves, k: int, height: float) -> Explanation:
    """The air can only lower an orbit, and does it over days: a bend explains that as well as a kick."""
    dv = float(np.nan_to_num(m.in_track[k]))
    start = int(m.histories.first[m.stretch[k]])
    if not m.histories.sets.bstar_per_er[start : m.row[k] + 2].any():
        return Explanation("drag storm", "cannot tell", Reason("no drag term", {"height_km": height}))
    if dv >= 0.0:
        return Explanation("drag storm", "rejected", Reason("air cannot raise", {"height_km": height}))
    times = float(m.bend[k] / max(m.statistic[k], 1e-9))
    return Explanation(
        "drag storm", "possible" if times > BAD_SHARE else "rejected", Reason("slow change instead", {"times": times})
    )


def _usual_gaps(m: Moves) -> Floats:
    """(m,) days, the median of the gaps up to this one: what comes later was not known."""
    h, start = m.histories, m.histories.first[m.stretch]
    return np.array([float(np.median(np.diff(h.day[max(a, k - USUAL_SETS) : k + 2]))) for a, k in zip(start, m.row, strict=True)])
