"""Who comes near whom in a whole catalogue: every close approach of everybody with everybody, or of some with all."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from hoshimori.sky.screening import Minima, Spells
from hoshimori.sky.trajectories import Trajectories

Ints = npt.NDArray[np.int64]


class Failures(NamedTuple):
    """Rows whose states end inside the window: from when (µs since 1970), and SGP4's code (see `orbits`)."""

    row: Ints
    from_us: Ints
    code: Ints


class Screened(NamedTuple):
    """Every minimum of the distance below the threshold; the spells within it of slow pairs; who failed."""

    minima: Minima
    stays: Spells
    failures: Failures


class Cost(NamedTuple):
    """What a screening will take, before it starts: states to compute, pairs of positions to compare, bytes, and seconds here."""

    states: float
    comparisons: float
    bytes: float
    seconds: float


def screen(
    trajectories: Trajectories,
    start_utc: np.datetime64,
    stop_utc: np.datetime64,
    within_km: float,
    *,
    watched: Ints | None = None,
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Screened:
    """All local minima of the distance below `within_km` inside [start, stop): of all pairs, or of the `watched` rows with all.

    Each pair once: `watched` is the lower row, or the watched one where only one of the two is watched.
    """
    raise NotImplementedError


def cost(rows: int, start_utc: np.datetime64, stop_utc: np.datetime64, within_km: float, *, watched: int | None = None) -> Cost:
    """What `screen` will take."""
    raise NotImplementedError
