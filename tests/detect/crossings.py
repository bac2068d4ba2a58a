"""Two low satellites that meet, by construction: the second orbit is solved for the place where the first will be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import radians

import numpy as np

from hoshimori.exercise.arcs import Arc, Mean, Track
from hoshimori.facts import ElementSets
from tests.detect.skies import ASSET, LOW, OTHER, sets_of, track, us

HOST = track(ASSET, LOW)
CROSSING = Mean(LOW.n_rad_min, 1e-3, radians(97.5), radians(60.0), radians(10.0), radians(0.0))
"""Some orbit of the same height in another plane; where it stands on it is solved for."""


def meeting(day: float, miss_km: Sequence[float], *, number: int = OTHER) -> Track:
    """A satellite that on this day stands `miss_km` (3,) in TEME from the host."""
    t_us = us(day)
    goal = HOST.mean_at(t_us)
    r, _ = Arc(t_us, goal).states(np.array([t_us]))
    target = r[0] + np.asarray(miss_km)
    return Track(number, str(number), "", ((us(-1000.0), Arc(t_us, _through(target, t_us))),))


def _through(target: np.ndarray, t_us: int) -> Mean:
    """Newton's method on node, argument of latitude and mean motion. The start: the node for which the plane holds the target."""
    up = np.arcsin(target[2] / np.linalg.norm(target) / np.sin(CROSSING.inc))
    node = np.arctan2(target[1], target[0]) - np.arctan2(np.cos(CROSSING.inc) * np.sin(up), np.cos(up))
    x = np.array([node, up - CROSSING.argp, CROSSING.n_rad_min])
    for _ in range(20):
        off = _place(x, t_us) - target
        slopes = np.column_stack(
            [(_place(x + h, t_us) - _place(x - h, t_us)) / (2.0 * h.sum()) for h in np.diag([1e-5, 1e-5, 1e-8])]
        )
        x = x - np.linalg.solve(slopes, off)
    assert np.linalg.norm(_place(x, t_us) - target) < 1e-6, "the orbit goes through the target"
    return _mean(x)


def _mean(x: np.ndarray) -> Mean:
    return replace(CROSSING, raan=float(x[0]), ma=float(x[1]), n_rad_min=float(x[2]))


def _place(x: np.ndarray, t_us: int) -> np.ndarray:
    r, _ = Arc(t_us, _mean(x)).states(np.array([t_us]))
    return np.asarray(r[0])


def told(one: Track, days: Sequence[float], late_km: Sequence[float] = (), *, lag_h: float = 6.0) -> ElementSets:
    """Sets of a track on these days, known `lag_h` hours after their epochs, each shifted along the track by so many km."""
    sets = sets_of(one, days)
    shift = np.degrees(np.asarray(late_km or np.zeros(len(days)), float) / one.mean_at(us(0.0)).sma_km)
    return sets.having(ma_deg=(sets.ma_deg + shift) % 360.0, known_utc=sets.epoch_utc + np.timedelta64(round(lag_h * 3600), "s"))
