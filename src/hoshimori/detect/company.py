"""Who else is there: who stands nearer to a visitor than the watched satellite does, and which visitors keep together.

The lesson of Athena-Fidus (2017): the satellite that was said to be visited was not the nearest neighbour of the visitor.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from hoshimori.detect.neighbourhood import Bodies
from hoshimori.facts import Floats, Ints, Times

LOOKS = 24
FIRST_LOOKS = 3
FAR = 4.0
"""An object that at all first looks is farther than this many ranges is no neighbour."""


class Rank(NamedTuple):
    """The watched satellite among the visitor's neighbours: 1 is the nearest. Median distances over the stay, km."""

    place: int
    own_km: float
    nearer: tuple[tuple[int, float], ...]  # (catalogue number, km), nearest first


def rank(around: Bodies, body: int, visitor: int, start: np.datetime64, stop: np.datetime64, within_km: float) -> Rank | None:
    """Everything in `around` by its median distance from the visitor, as far as it is nearer than the watched body.

    A neighbour is judged by the median, not the minimum: what crosses once comes nearer than what stays. None where one of
    the two has no orbit at these times.
    """
    t_utc = start + (np.arange(LOOKS) * ((stop - start) / np.timedelta64(1, "us") / (LOOKS - 1))).astype("timedelta64[us]")
    first = t_utc[:: (LOOKS - 1) // (FIRST_LOOKS - 1)]
    every = np.arange(len(around.keys))
    near = _from(around, every, visitor, first).min(axis=1, initial=np.inf) < FAR * within_km
    rows = every[near & (every != around.row(visitor))]
    own = around.row(body)
    median = _median(_from(around, np.append(rows, own), visitor, t_utc))
    own_km = float(median[-1])
    if not np.isfinite(own_km):
        return None
    nearer = [(int(around.keys[row]), float(km)) for row, km in zip(rows, median[:-1], strict=True) if km < own_km and row != own]
    return Rank(len(nearer) + 1, own_km, tuple(sorted(nearer, key=lambda x: x[1])))


def _from(around: Bodies, rows: Ints, visitor: int, t_utc: Times) -> Floats:
    """(rows, m) distance from the visitor, km; inf where either has no orbit."""
    m = len(t_utc)
    there, _ = around.trajectories.at(np.full(m, around.row(visitor)), t_utc, np.zeros(m))
    r, _ = around.trajectories.at(np.repeat(rows, m), np.tile(t_utc, len(rows)), np.zeros(m * len(rows)))
    distance = np.linalg.norm(r.reshape(len(rows), m, 3) - there, axis=2)
    return np.asarray(np.where(np.isfinite(distance), distance, np.inf))


def _median(distance_km: Floats) -> Floats:
    return np.asarray(np.median(distance_km, axis=1))


def kept_within_km(around: Bodies, visitor: int, other: int, start: np.datetime64, stop: np.datetime64) -> float:
    """The separation that two visitors kept for 95 % of the time; inf where their orbits are not known."""
    t_utc = start + (np.arange(4 * LOOKS) * ((stop - start) / np.timedelta64(1, "us") / (4 * LOOKS - 1))).astype(
        "timedelta64[us]"
    )
    apart = _from(around, np.array([around.row(other)]), visitor, t_utc)[0]
    return float(np.quantile(apart, 0.95)) if np.isfinite(apart).all() else float("inf")
