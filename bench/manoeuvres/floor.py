"""The floor to stand on: steps of mean semi-major axis and inclination against their own scatter, one threshold, nothing learnt.

For x in {a, i}: dx over each gap, less the rolling median rate (31 gaps, centred) times the gap; z = dx over the larger of the
rolling 1.4826 MAD (91 gaps) and half of the whole history's. Fires at max(|z_a|, 0.7 |z_i|) >= 8 where the step lasts: the median
of four sets after less that of four before has its sign and at least 0.35 of its size. The strongest within 2 days stays. Time:
the epoch of the first set that shows the step less 20 h.

Chosen while looking at these same satellites, so these rows flatter it: z = 8 (of 6, 8, 10, 14), 0.35, 20 h, windows of 31 and
91, the weight 0.7. No era, no lower limit on the step, no refinement of the time. It states no probability and no sigma.
Semi-major axis from the mean motion as written (Kozai): for steps it is the same to 1e-3.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.ndimage import median_filter

from bench.manoeuvres.matching import FALSE, Found, found, judge, merged
from bench.manoeuvres.sockets import Answer
from bench.manoeuvres.truth import History
from hoshimori.facts import ElementSets, Floats

Z, LOW_Z = 8.0, 3.0
LEVELS = (4.0, 5.0, 6.0, 7.0, 8.0, 10.0, 12.0, 14.0, 17.0, 20.0, 25.0, 30.0)
RATE_GAPS, SCATTER_GAPS = 31, 91
INCLINATION_WEIGHT = 0.7
LASTING = 0.35
LAG = np.timedelta64(20, "h")
APART = np.timedelta64(2, "D")
DAY = np.timedelta64(1, "D")
MU_KM3_S2 = 398600.8  # WGS-72


class Floor:
    name = "floor |da|, |di| / MAD"

    def answers(self, histories: Sequence[History]) -> dict[int, Answer]:
        return {h.satellite.norad_id: Answer(steps(h.sets, Z), steps(h.sets, LOW_Z)) for h in histories}


class LearntFloor:
    """The same with z learnt: of `LEVELS`, the one with the best F1 within 1 d on the satellites and years that it is shown."""

    name = "floor, z learnt"

    def fit(self, satellites: Sequence[History], until: np.datetime64) -> float:
        candidates = [(steps(h.sets, LEVELS[0]), h) for h in satellites if len(h.sets) >= SCATTER_GAPS]
        f1 = [_f1([(burns.take(burns.score >= z), h) for burns, h in candidates]) for z in LEVELS]
        return LEVELS[int(np.argmax(f1))]

    def burns(self, sets: ElementSets, weights: float) -> Answer:
        return Answer(steps(sets, weights), steps(sets, LOW_Z))


def _f1(found_of: Sequence[tuple[Found, History]]) -> float:
    tables = [judge(merged(burns), h.truth, DAY) for burns, h in found_of]
    hits, made = sum((t.by >= 0).sum() for t in tables), sum(len(t.by) for t in tables)
    return float(2 * hits / max(made + hits + sum((t.verdict == FALSE).sum() for t in tables), 1))


def steps(sets: ElementSets, least_z: float) -> Found:
    """Where a or i steps; score is z, in-track delta-v is v da / 2a of the step, cross-track v di, without sign."""
    a_km = np.cbrt(MU_KM3_S2 / np.square(sets.mean_motion_rev_day * 2 * np.pi / 86400))
    days = (sets.epoch_utc - sets.epoch_utc[0]) / DAY
    (da, za), (di, zi) = _steps(a_km, days), _steps(sets.inc_deg, days)
    z = np.maximum(np.abs(za), INCLINATION_WEIGHT * np.abs(zi))
    lasts = np.where(np.abs(za) >= INCLINATION_WEIGHT * np.abs(zi), _lasts(a_km, da), _lasts(sets.inc_deg, di))
    rows = _strongest(np.flatnonzero((z >= least_z) & lasts), z, sets) + 1
    v_m_s = 1e3 * np.sqrt(MU_KM3_S2 / a_km[rows])
    dv = np.stack([np.full(len(rows), np.nan), v_m_s * da[rows - 1] / (2 * a_km[rows]), v_m_s * np.radians(di[rows - 1])], axis=1)
    return found(sets.epoch_utc[rows] - LAG, None, None, dv, score=z[rows - 1])


def _steps(x: Floats, days: Floats) -> tuple[Floats, Floats]:
    """(n - 1,) the step over each gap less the usual drift, and the same over its scatter."""
    gap = np.diff(days)
    rate = median_filter(np.diff(x) / gap, RATE_GAPS, mode="nearest")
    step = np.diff(x) - rate * gap
    off = np.abs(step - np.median(step))
    scatter = 1.4826 * np.maximum(median_filter(np.abs(step), SCATTER_GAPS, mode="nearest"), 0.5 * np.median(off))
    return step, step / np.maximum(scatter, np.finfo(np.float64).tiny)


def _lasts(x: Floats, step: Floats) -> np.ndarray:
    """(n - 1,) whether four sets after lie off four sets before by enough of the step, to the same side."""
    result = np.zeros(len(step), bool)
    fours = np.median(np.lib.stride_tricks.sliding_window_view(x, 4), axis=1)
    k = np.arange(4, len(x) - 3)
    result[k - 1] = (fours[k] - fours[k - 4]) * np.sign(step[k - 1]) >= LASTING * np.abs(step[k - 1])
    return result


def _strongest(gaps: np.ndarray, z: Floats, sets: ElementSets) -> np.ndarray:
    """Those with no stronger one kept within `APART`."""
    kept: list[int] = []
    for g in gaps[np.argsort(-z[gaps], kind="stable")]:
        if all(abs(sets.epoch_utc[g + 1] - sets.epoch_utc[k + 1]) > APART for k in kept):
            kept.append(int(g))
    return np.array(sorted(kept), np.int64)
