"""When an object comes down: the time that its drag gives, and a window that holds the true time in nine of ten cases.

The time left grows as 1/B to half a per cent, so that an error of ln B is an error of ln(time left); both are what the window is
made of. How large they are was learnt on practice re-entries of even seeds (bench/reentry/run.py), and is never taken for less
than the campaigns of the Inter-Agency Space Debris Coordination Committee found: plus and minus 20 per cent of the time left hold
90 per cent of true times, 25 per cent in the last two days (Pardini and Anselmo, on 316 predictions of the first 20 campaigns).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hoshimori.detect import decay_fit
from hoshimori.detect.decay_fit import DAY, Drag
from hoshimori.facts import ElementSets, Floats
from hoshimori.sky import decay
from hoshimori.sky.atmosphere import Activity

LEVEL = 0.9
END_KM = 80.0
NINE_TENTHS = 1.75
"""Sigmas that hold nine of ten, read off the even seeds; 1.645 would do for normal errors."""
LEARNT_NEAR, LEARNT_PER_LN_DAY = 0.075, 0.02
"""One sigma of ln(time left) for a steady object: so much, and so much more for each unit of ln(1 + days left)."""
LEARNT_SPREAD = 0.75
"""How much of the spread of ln B over the spans adds to it."""
ECCENTRIC, LEARNT_ECCENTRIC = 0.02, 1.25
"""Above this eccentricity one sigma is so much larger: perigees lie deep, where the drag coefficient is no longer steady."""
LEARNT_FEW, LEARNT_RATE = 0.15, 0.30
"""One sigma of ln B where a single span tells it, and where the newest set alone does."""
PUBLISHED_FAR, PUBLISHED_NEAR, NEAR_DAYS = 0.20, 0.25, 2.0
LEAST_DAYS = 0.03
"""Half a revolution: averaged drag knows no better where in its last revolution an object comes down."""


@dataclass(frozen=True)
class Prediction:
    """`remaining_days` counts from the epoch of the newest sound set. The window holds `level`."""

    epoch_utc: np.datetime64
    remaining_days: float
    before_days: float
    after_days: float
    sigma_ln: float
    drag: Drag
    level: float = LEVEL

    @property
    def finite(self) -> bool:
        return bool(np.isfinite(self.remaining_days))

    @property
    def best_utc(self) -> np.datetime64:
        return _later(self.epoch_utc, self.remaining_days)

    @property
    def start_utc(self) -> np.datetime64:
        return _later(self.epoch_utc, self.remaining_days - self.before_days)

    @property
    def stop_utc(self) -> np.datetime64:
        return _later(self.epoch_utc, self.remaining_days + self.after_days)


def predict(sets: ElementSets, activity: Activity, *, until_days: float = decay_fit.LONGEST_DAYS) -> Prediction:
    """From the sound sets of one object in order of epoch. `remaining_days` is NaN where no drag can be told."""
    drag = decay_fit.drag(sets, activity)
    epoch: np.datetime64 = sets.epoch_utc[-1]
    if drag.basis == "none":
        return Prediction(epoch, float("nan"), float("nan"), float("nan"), float("nan"), drag)
    newest = decay_fit.states_of(sets.take(slice(len(sets) - 1, len(sets))))
    left = float(decay.fall(*newest, np.array([drag.b_m2_kg]), activity, until_days=until_days, end_height_km=END_KM).days[0])
    sigma = sigma_ln(left, drag) * (LEARNT_ECCENTRIC if float(newest.ecc[0]) > ECCENTRIC else 1.0)
    before, after = window(left, sigma)
    return Prediction(epoch, left, before, after, sigma, drag)


def sigma_ln(left_days: float, drag: Drag) -> float:
    """One sigma of ln(time left), as learnt."""
    near = LEARNT_NEAR + LEARNT_PER_LN_DAY * np.log1p(min(left_days, 30.0))
    if drag.basis == "rate":
        return float(np.hypot(near, LEARNT_RATE))
    if not np.isfinite(drag.spread):
        return float(np.hypot(near, LEARNT_FEW))
    return float(np.hypot(near, LEARNT_SPREAD * drag.spread))


def window(left_days: float, sigma: float) -> tuple[float, float]:
    """Days before and after the best time that hold nine of ten."""
    if not np.isfinite(left_days):
        return float("nan"), float("nan")
    published = PUBLISHED_NEAR if left_days < NEAR_DAYS else PUBLISHED_FAR
    wide = NINE_TENTHS * sigma
    before = max(published, 1.0 - np.exp(-wide)) * left_days
    after = max(published, np.exp(wide) - 1.0) * left_days
    return float(min(np.hypot(before, LEAST_DAYS), left_days)), float(np.hypot(after, LEAST_DAYS))


def axis_at(prediction: Prediction, sets: ElementSets, activity: Activity, days: Floats) -> Floats:
    """(k,) mean axis [km] so many days after the newest set, NaN once down."""
    newest = decay_fit.states_of(sets.take(slice(len(sets) - 1, len(sets))))
    until = float(np.max(days)) + 1e-3
    b = np.array([prediction.drag.b_m2_kg])
    return np.asarray(decay.fall(*newest, b, activity, until_days=until, at_days=days[None, :]).sma_km[0])


def _later(t: np.datetime64, days: float) -> np.datetime64:
    if not np.isfinite(days):
        return np.datetime64("NaT", "us")
    return t + np.timedelta64(round(days * 86_400_000_000), "us")


__all__ = ["DAY", "END_KM", "LEVEL", "Prediction", "axis_at", "predict", "sigma_ln", "window"]
