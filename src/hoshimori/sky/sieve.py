"""Who comes near whom in a whole catalogue: every close approach of everybody with everybody, or of some with all.

Four steps. (1) The states of all rows on a grid of times, a block of 64 times at once. (2) At each time, cells of space bring
together those that can meet before half a step has passed; a straight line through each pair's relative state, with room for what
it errs by, tells which do. (3) What is left is computed again in double precision, to the minimum of the distance of positions.
(4) Pairs so slow that a straight line says little are followed through the window by `screening`, which also gives their spells
within range. Paths that end, begin or break inside a step are met at their edge. Bounds: design/catalogue-screening.md.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from hoshimori.errors import UsageError
from hoshimori.sky._slots import LANES
from hoshimori.sky.screening import Minima, Spells
from hoshimori.sky.trajectories import Trajectories

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Progress = Callable[[int, int], None]

ORDINARY_KM_S = 8.0
"""Cells are as large as two objects of this speed need; whoever is faster looks farther."""
SLOW_KM_S = 0.1
SLOW_PER_S = 4e-3
"""Below this speed, or this share of the range a second, a pair is slow: a straight line over a step does not describe it."""
PAD_S, PAD_SHARE = 0.5, 0.04
"""A closest approach may lie this far, and this share of a step, beyond half a step: a straight line is not exact."""


class Failures(NamedTuple):
    """Rows without states for a part of the window: from and until when (µs since 1970), and SGP4's code there (see `orbits`)."""

    row: Ints
    from_us: Ints
    until_us: Ints
    code: Ints


class Screened(NamedTuple):
    """Every minimum of the distance below the threshold; the spells within it of slow pairs; who failed."""

    minima: Minima
    stays: Spells
    failures: Failures


class Cost(NamedTuple):
    """What a screening will take, before it starts: states to compute, pairs to compare, events to expect, bytes, seconds."""

    states: float
    comparisons: float
    events: float
    bytes: float
    seconds: float


def half_of(step_s: float) -> float:
    """Seconds to either side of a grid time in which closest approaches are looked for from there."""
    return 0.5 * step_s + PAD_S + PAD_SHARE * step_s


class Plan(NamedTuple):
    """How a screening is done: the step of its grid, the size of its cells, and below which speed a pair is slow."""

    step_s: float
    cell_km: float
    slow_km_s: float
    bits: int

    @property
    def half_s(self) -> float:
        return half_of(self.step_s)

    @property
    def step_us(self) -> int:
        return round(self.step_s * 1e6)


def plan(rows: int, within_km: float, watched: int | None = None, step_s: float | None = None) -> Plan:
    """The plan for this many rows, of which `watched` (None: all) are looked at. Steps: see `STEPS_S`."""
    from hoshimori.sky._sieve_kernel import FASTEST_PULL_KM_S2, ROUNDING_KM

    def made(step_s: float) -> Plan:
        half_s = half_of(step_s)
        cell_km = within_km + ROUNDING_KM + 2.0 * (ORDINARY_KM_S + FASTEST_PULL_KM_S2 * half_s) * half_s
        entries = rows if watched is None else 9 * watched
        bits = int(np.clip(np.ceil(np.log2(4.0 * entries + 1)), 8, 20))
        return Plan(step_s, cell_km, max(SLOW_KM_S, SLOW_PER_S * within_km), bits)

    if step_s is not None:
        return made(step_s)
    plans = [made(s) for s in STEPS_S]
    return min(plans, key=lambda p: _seconds_a_day(p, rows, watched))


STEPS_S = (10.0, 15.0, 20.0, 30.0, 40.0, 60.0, 80.0, 120.0)
STATE_S = 4.3e-8
LOOK_S = 1.3e-7
PAIR_S = 3e-10
"""Seconds of one core for a state, for a look into the cells around it, for comparing two states: only to choose a step by, and
to say what a screening will take. Measured once, on a machine of 2026."""
CROWDING_PER_KM3 = 4.7e-12
"""How many of a catalogue's rows lie in a cubic kilometre around one of them, as a share: the public catalogue of 2022."""


def _comparisons_a_step(p: Plan, rows: int, watched: int | None) -> float:
    around = 27.0 * p.cell_km**3 * CROWDING_PER_KM3
    return rows * around * (rows / 2.0 if watched is None else watched)


def _seconds_a_day(p: Plan, rows: int, watched: int | None) -> float:
    looks = rows * (1.0 if watched is None else 0.4)
    return 86400.0 / p.step_s * (rows * STATE_S + looks * LOOK_S + _comparisons_a_step(p, rows, watched) * PAIR_S)


def cost(
    rows: int,
    start_utc: np.datetime64,
    stop_utc: np.datetime64,
    within_km: float,
    *,
    watched: int | None = None,
    workers: int = 1,
) -> Cost:
    """What `screen` will take: an estimate to be asked about before it starts, good to a factor of a few.

    events: from the density of the public catalogue of 2022.
    """
    p = plan(rows, within_km, watched)
    days = max(float((stop_utc - start_utc) / np.timedelta64(1, "us")) / 86400e6, 0.0)
    steps = days * 86400.0 / p.step_s
    pairs = rows * (rows / 2.0 if watched is None else min(watched, rows))
    events = pairs * days * within_km**2 * EVENTS_PER_PAIR_DAY_KM2
    return Cost(
        states=steps * rows,
        comparisons=steps * _comparisons_a_step(p, rows, watched),
        events=events,
        bytes=workers * LANES * rows * 32.0 + events * 260.0,
        seconds=(_seconds_a_day(p, rows, watched) * days + events * EVENT_S) / workers,
    )


EVENTS_PER_PAIR_DAY_KM2 = 2.9e-6
EVENT_S = 2e-5


def screen(
    trajectories: Trajectories,
    start_utc: np.datetime64,
    stop_utc: np.datetime64,
    within_km: float,
    *,
    watched: Ints | None = None,
    workers: int | None = None,
    step_s: float | None = None,
    progress: Progress | None = None,
) -> Screened:
    """All local minima of the distance below `within_km` inside [start, stop): of all pairs, or of the `watched` rows with all.

    Each pair once: `watched` is the lower row, or the watched one where only one of the two is watched. Minima at the very ends
    of the window, and where a path ends or breaks, are not minima of the motion and are not given. step_s: None lets the size
    of the catalogue choose; the answer does not depend on it.
    """
    start_us, stop_us = (int(t.astype("datetime64[us]").astype(np.int64)) for t in (start_utc, stop_utc))
    if not start_us < stop_us:
        raise UsageError(f"screen: start {start_utc} must lie before stop {stop_utc}")
    if not 0.0 < within_km < np.inf:
        raise UsageError(f"screen: within_km={within_km}: expected a distance above 0 km")
    from hoshimori.sky._sieve_search import Search

    few = None if watched is None else np.unique(watched)
    if few is not None and len(few) and not 0 <= few[0] <= few[-1] < trajectories.rows:
        raise UsageError(f"screen: watched rows must lie in 0..{trajectories.rows - 1}; got {few[0]}..{few[-1]}")
    chosen = plan(trajectories.rows, within_km, None if few is None else len(few), step_s)
    threads = workers or os.cpu_count() or 1
    with ThreadPoolExecutor(threads) as pool:
        search = Search(trajectories, start_us, stop_us, within_km, few, chosen, pool, threads)
        minima, stays, failures = search.run(progress)
    return Screened(minima, stays, Failures(*failures))
