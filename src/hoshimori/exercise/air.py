"""How dense the upper air of a practice sky is: one history for every low object, with a geomagnetic storm in it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from hoshimori.exercise.arcs import TAU, US_PER_DAY
from hoshimori.exercise.streams import stream
from hoshimori.facts import Floats

STORM_FACTOR = 2.5
STORM_DAYS = 2.0
"""A strong storm: neutral density at 400-800 km doubles or triples for two days (Krauss et al., Ann. Geophys. 33 (2015))."""

STEP_US = US_PER_DAY // 2
_ROTATION_DAYS = 27.0
_ROTATION_SHARE = 0.20
_WEATHER_SIGMA, _WEATHER_DAYS = 0.12, 4.0


@dataclass(frozen=True)
class Air:
    """Density over its usual value, in steps of half a day: solar rotation, weather with a memory of 4 days, one storm."""

    seed: int
    start_us: int
    stop_us: int
    storm_us: int

    def factor_at(self, t_us: int) -> float:
        """Outside start to stop, the value at the end."""
        return float(self._steps[min(max((t_us - self.start_us) // STEP_US, 0), len(self._steps) - 1)])

    def mean_over(self, start_us: int, stop_us: int) -> float:
        """The mean of the steps that begin between two times, or the factor at the second where none does."""
        first, last = ((t - self.start_us) // STEP_US for t in (start_us, stop_us))
        steps = self._steps[max(first, 0) : max(last + 1, 1)]
        return float(steps.mean())

    @cached_property
    def _steps(self) -> Floats:
        rng = stream(self.seed, "air", "density")
        count = (self.stop_us - self.start_us) // STEP_US + 1
        days = np.arange(count) * (STEP_US / US_PER_DAY)
        keep = np.exp(-STEP_US / US_PER_DAY / _WEATHER_DAYS)
        draws = rng.standard_normal(count) * np.sqrt(1.0 - keep * keep)
        weather = np.empty(count)
        held = rng.standard_normal()
        for k, draw in enumerate(draws):
            weather[k] = held = keep * held + draw
        rotation = 1.0 + _ROTATION_SHARE * np.sin(TAU * (days / _ROTATION_DAYS + rng.random()))
        since = days - (self.storm_us - self.start_us) / US_PER_DAY
        storm = np.where((since >= 0.0) & (since < STORM_DAYS), STORM_FACTOR, 1.0)
        return np.asarray(rotation * np.exp(_WEATHER_SIGMA * weather) * storm)
