"""Who comes near whom: every local minimum of the distance between a few objects and many, below a threshold.

Three steps. (1) A sieve by perigee and apogee drops pairs whose shells never meet. (2) On a time grid, steps that may hold a
minimum are picked from the cubic Hermite curve through the states at both ends, with room for what that curve and the
velocities of SGP4 err by. (3) In these, the distance itself is sampled `SUBSTEPS` times on the trajectories, and each dip is
refined on positions alone: r . v = 0 is not the minimum, because SGP4's velocity is not quite the rate of its position, and in
a slow pair the two lie minutes apart. Every bound is derived in design/encounter-screening.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from hoshimori.sky.search import refine_minima, refine_roots
from hoshimori.sky.trajectories import Trajectories

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Times = npt.NDArray[np.datetime64]

STEPS_PER_REVOLUTION = 84
"""At least this many grid times per revolution, counted at the angular rate of perigee: 1024 s in GEO, 64 s in LEO."""

CURVE_MARGIN_KM = 1.0
"""How much lower the true distance may be than on the Hermite curve: h^4/384 |r''''| is below 20 m,
straight lines between the samples of the curve 20 m, velocities wrong by 4 m/s 0.6 km."""

VELOCITY_SLACK_KM_S = 4e-3
"""How far SGP4's relative velocity may lie from the rate of its relative position: measured up to 1.6 m/s for each of the two."""
DIFFERENCE_SLACK_KM_S = 4e-4
"""The same for the central difference over two steps of a slow pair's positions: (n h)^2/6 of its speed, and what the blending
of sets bends."""

SLOW_FACTOR = 1.25
"""Two turns of the range rate fit into one step only for a pair slower than sqrt(2) n d, which moves by less than an eighth of
its distance in that step: then an end of the step is nearer than this many thresholds."""

NEAR_EARTH_REV_DAY = 6.4
"""SGP4's own border between near-Earth and deep space, 225 minutes."""
SHELL_MARGIN_LEO_KM = 50.0
SHELL_MARGIN_KM = 100.0
SINKING_KM = 10.0
SHELL_MARGIN_SHARE = 0.05
"""Perigee and apogee of mean elements against distances reached: near the Earth, short-period terms and drag; in deep space also
what the Sun and Moon do in a month, for orbits with e > 0.1 a share of the semi-major axis."""

SUBSTEPS = 16
RATE_SPAN = 1.0 / 128.0
"""The slope of the squared distance is taken over five points this share of a step apart."""
STEADY_SPAN, STEADY_S = 0.125, 32.0
"""The last step of a minimum takes points this share of a step apart, or this many seconds where half a step holds them."""
FIRST = (1 / 280, -4 / 105, 1 / 5, -4 / 5, 0.0, 4 / 5, -1 / 5, 4 / 105, -1 / 280)
SECOND = (-1 / 560, 8 / 315, -1 / 5, 8 / 5, -205 / 72, 8 / 5, -1 / 5, 8 / 315, -1 / 560)
TOLERANCE_S = 1e-5
SAME_MINIMUM_S = 0.02

_MAX_STATES = 1_200_000
"""At once: arrays of 29 MB, which the allocator keeps instead of asking for fresh pages every time."""


class Minima(NamedTuple):
    """Closest approaches, (k,) each, sorted by watched row, other row, time. Relative vectors are other minus watched, TEME."""

    watched: Ints
    other: Ints
    t_us: Ints
    offset_s: Floats
    miss_km: Floats
    dr_km: Floats  # (k, 3)
    dv_km_s: Floats  # (k, 3)
    r_km: Floats  # (k, 3) of the watched object
    v_km_s: Floats  # (k, 3)

    def take(self, which: Any) -> Minima:
        """Rows by index array, slice or mask."""
        return Minima(*(column[which] for column in self))

    @property
    def moment_us(self) -> Ints:
        """(k,) the times to the microsecond."""
        return np.asarray(self.t_us + np.rint(self.offset_s * 1e6).astype(np.int64))


class Spells(NamedTuple):
    """Unbroken runs of grid times at which a pair was near, (k,) each, sorted by watched row, other row, time. Good to a step."""

    watched: Ints
    other: Ints
    start_us: Ints
    stop_us: Ints
    nearest_us: Ints
    nearest_km: Floats

    def take(self, which: Any) -> Spells:
        """Rows by index array, slice or mask."""
        return Spells(*(column[which] for column in self))


def shells(mean_motion_rev_day: Floats, eccentricity: Floats, ndot_rev_day2: Floats) -> tuple[Floats, Floats]:
    """Lowest and highest distance (km from the centre) of mean elements, WGS-72, with a margin for what they leave out.

    ndot_rev_day2: half the rate of the mean motion, as element sets write it. Where it would move the semi-major axis by more
    than `SINKING_KM` in a month, either way (who climbs by thrust has drag in its B*), the object may sink to the ground.
    """
    a_km = (398600.8 / (mean_motion_rev_day * 2.0 * np.pi / 86400.0) ** 2) ** (1.0 / 3.0)
    near = mean_motion_rev_day >= NEAR_EARTH_REV_DAY
    deep = SHELL_MARGIN_KM + np.where(eccentricity > 0.1, SHELL_MARGIN_SHARE * a_km, 0.0)
    margin = np.where(near, SHELL_MARGIN_LEO_KM, deep)
    sinks = near & (4.0 / 3.0 * a_km * np.abs(ndot_rev_day2) / mean_motion_rev_day * 30.0 > SINKING_KM)
    return np.where(sinks, 0.0, a_km * (1.0 - eccentricity) - margin), a_km * (1.0 + eccentricity) + margin


def shells_meet(lowest_km: Floats, highest_km: Floats, body_lowest_km: float, body_highest_km: float, within_km: float) -> Bools:
    """(n,) can an object of this shell come within `within_km` of one that stays between the two distances of the body?"""
    return (lowest_km <= body_highest_km + within_km) & (highest_km >= body_lowest_km - within_km)


def step_s(mean_motion_rev_day: float, eccentricity: float) -> float:
    """Grid step for a watched orbit: a power of two of seconds, so that grids of different orbits fall together."""
    at_perigee = mean_motion_rev_day * (1.0 + eccentricity) ** 2 / (1.0 - eccentricity**2) ** 1.5
    return float(2.0 ** np.floor(np.log2(86400.0 / at_perigee / STEPS_PER_REVOLUTION)))


def screen(
    trajectories: Trajectories,
    watched: Ints,
    candidates: Bools,
    start_utc: np.datetime64,
    stop_utc: np.datetime64,
    step_s: float,
    within_km: float,
    *,
    spell_km: float = 0.0,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Minima, Spells]:
    """All local minima of the distance from each watched row to every candidate row, below `within_km`, inside the window.

    candidates: (len(watched), rows), True where the pair is to be tested. Minima at the very ends of the window, and where a
    trajectory begins, ends or breaks, are not minima of the motion and are not given. The grid lies at whole multiples of
    `step_s` since 1970, so that an answer does not depend on what else was asked. Spells are those within `spell_km`.
    """
    from hoshimori.sky._meetings import near_spells, steps_that_may_turn

    breaks = seams(trajectories)
    slack = DIFFERENCE_SLACK_KM_S, VELOCITY_SLACK_KM_S
    step_us = round(step_s * 1e6)
    start_us, stop_us = (int(t.astype("datetime64[us]").astype(np.int64)) for t in (start_utc, stop_utc))
    may_turn, spells = [_no_steps()], [no_spells()]
    for t_us in _blocks(start_us, stop_us, step_us, trajectories.rows):
        if progress:
            progress((int(t_us[0]) - start_us) // step_us, (stop_us - start_us) // step_us)
        r_km, v_km_s = trajectories.grid(t_us.astype("datetime64[us]"))
        reach = within_km + CURVE_MARGIN_KM
        a, b, j = steps_that_may_turn(r_km, v_km_s, watched, candidates, t_us, reach, SLOW_FACTOR * reach, *slack, breaks)
        may_turn.append((a, b, t_us[j]))
        runs = near_spells(r_km, watched, candidates, spell_km) if spell_km > 0.0 else []
        if runs:
            w, o, first, last, least, km = (np.array(column) for column in zip(*runs, strict=True))
            spells.append(Spells(w, o, t_us[first], t_us[last], t_us[least], km))
    steps = tuple(np.concatenate(column) for column in zip(*may_turn, strict=True))
    found = _refined(trajectories, steps[0], steps[1], steps[2], step_us, within_km, breaks)
    inside = (found.moment_us >= start_us) & (found.moment_us < stop_us)
    return found.take(inside), _cut(merged(spells), start_us, stop_us)


def _blocks(start_us: int, stop_us: int, step_us: int, rows: int) -> Iterator[Ints]:
    """Grid times from before the start to after the stop, in pieces that share their ends and fit into memory."""
    first, last = start_us // step_us, -(-stop_us // step_us)
    length = max(1, _MAX_STATES // max(rows, 1))
    for begin in range(first, last, length):
        yield step_us * np.arange(begin, min(begin + length, last) + 1, dtype=np.int64)


def _no_steps() -> tuple[Ints, Ints, Ints]:
    none = np.zeros(0, np.int64)
    return none, none, none


def no_spells() -> Spells:
    """A table without rows."""
    none = np.zeros(0, np.int64)
    return Spells(none, none, none, none, none, np.zeros(0))


def merged(parts: Sequence[Spells]) -> Spells:
    """Spells of several searches as one table: those of one pair that touch or overlap become one."""
    every = Spells(*(np.concatenate(column) for column in zip(*parts, strict=True)))
    every = every.take(np.lexsort((every.stop_us, every.start_us, every.other, every.watched)))
    if not len(every.watched):
        return every
    follows = (every.watched[1:] == every.watched[:-1]) & (every.other[1:] == every.other[:-1])
    follows &= every.start_us[1:] <= every.stop_us[:-1]
    pieces = np.split(np.arange(len(every.watched)), np.flatnonzero(~follows) + 1)
    nearest = np.array([piece[np.argmin(every.nearest_km[piece])] for piece in pieces])
    first, last = np.array([piece[0] for piece in pieces]), np.array([piece[-1] for piece in pieces])
    return every.take(nearest)._replace(start_us=every.start_us[first], stop_us=every.stop_us[last])


def _cut(spells: Spells, start_us: int, stop_us: int) -> Spells:
    """The parts inside the window."""
    inside = spells.take((spells.stop_us >= start_us) & (spells.start_us <= stop_us))
    ends = (np.clip(t, start_us, stop_us) for t in (inside.start_us, inside.stop_us, inside.nearest_us))
    start, stop, nearest = ends
    return inside._replace(start_us=start, stop_us=stop, nearest_us=nearest)


def seams(trajectories: Trajectories) -> tuple[Ints, Ints]:
    """Rows and moments (µs) of sets that are not joined, sorted by both."""
    row, t_us = trajectories.breaks_us()
    order = np.lexsort((t_us, row))
    return row[order], t_us[order]


def _refined(
    trajectories: Trajectories,
    watched: Ints,
    other: Ints,
    left_us: Ints,
    step_us: int,
    within_km: float,
    breaks: tuple[Ints, Ints],
) -> Minima:
    """The minima inside these steps, from positions alone."""
    from hoshimori.sky._meetings import broken_between

    step = step_us * 1e-6
    piece = step / SUBSTEPS
    squared = _squared_distance(trajectories, watched, other, left_us)
    dips = [_dips(squared, part, piece) for part in np.array_split(np.arange(len(watched)), len(watched) // 20_000 + 1)]
    which = np.concatenate([d[0] for d in dips])
    middle = np.concatenate([d[1] for d in dips])
    t0, t1 = (left_us[which] + np.rint((middle + side * piece) * 1e6).astype(np.int64) for side in (-1.0, 1.0))
    whole = ~broken_between(*breaks, watched[which], other[which], t0, t1)
    which, middle = which[whole], middle[whole]
    offset = _turns(squared, which, middle - piece, middle + piece, step * RATE_SPAN)
    inside = np.isfinite(offset) & (offset > -piece) & (offset < step + piece)
    which, offset = which[inside], offset[inside]
    calm = _smooth(trajectories, watched[which], other[which], left_us[which], step)
    offset[calm] = _steadied(squared, which[calm], offset[calm], step)
    return _described(trajectories, watched[which], other[which], left_us[which], offset, within_km)


def _squared_distance(trajectories: Trajectories, watched: Ints, other: Ints, left_us: Ints) -> Callable[[Ints, Floats], Floats]:
    t_utc = left_us.astype("datetime64[us]")

    def squared(which: Ints, offset_s: Floats) -> Floats:
        r, _ = trajectories.at(watched[which], t_utc[which], offset_s)
        r2, _ = trajectories.at(other[which], t_utc[which], offset_s)
        return np.asarray(((r2 - r) ** 2).sum(axis=1))

    return squared


def _dips(squared: Callable[[Ints, Floats], Floats], which: Ints, piece_s: float) -> tuple[Ints, Floats]:
    """Steps and offsets of samples that are no higher than both their neighbours."""
    offsets = piece_s * np.arange(-2, SUBSTEPS + 3)
    values = squared(np.repeat(which, len(offsets)), np.tile(offsets, len(which))).reshape(len(which), len(offsets))
    low = (values[:, 1:-1] < values[:, :-2]) & (values[:, 1:-1] <= values[:, 2:])
    row, column = np.nonzero(low)
    return which[row], np.asarray(offsets[1:-1][column], np.float64)


def _turns(squared: Callable[[Ints, Floats], Floats], which: Ints, lo_s: Floats, hi_s: Floats, span_s: float) -> Floats:
    """(k,) where the squared distance stops falling: a root of its slope over five points, to which a straight passage adds no
    error and a bent one nothing before the fifth derivative. Where the bracket shows no change of sign, the lowest value."""

    def rate(index: Ints, s: Floats) -> Floats:
        inner = squared(which[index], s + span_s) - squared(which[index], s - span_s)
        outer = squared(which[index], s + 2.0 * span_s) - squared(which[index], s - 2.0 * span_s)
        return 8.0 * inner - outer

    found = refine_roots(rate, lo_s, hi_s, TOLERANCE_S)
    lost = np.flatnonzero(np.isnan(found))
    if len(lost):
        found[lost] = refine_minima(lambda index, s: squared(which[lost[index]], s), lo_s[lost], hi_s[lost], span_s * 0.01)[0]
    return found


def _span_s(step_s: float) -> float:
    return max(STEADY_SPAN * step_s, min(0.5 * step_s, STEADY_S))


def _smooth(trajectories: Trajectories, watched: Ints, other: Ints, left_us: Ints, step_s: float) -> Bools:
    """(k,) are both paths those of one set each, as far as `_steadied` reaches? Where sets are blended the acceleration jumps at
    every epoch, and between given states with every piece of the interpolation: a long base would be wrong there."""
    from hoshimori.sky._meetings import broken_between

    several = np.repeat(np.diff(trajectories.first) > 1, np.diff(trajectories.first))
    row = np.repeat(np.arange(trajectories.rows), np.diff(trajectories.first))[several]
    reach_us = round((4.0 * _span_s(step_s) + step_s / SUBSTEPS) * 1e6)
    first, last = left_us - reach_us, left_us + round(step_s * 1e6) + reach_us
    kinked = broken_between(row, trajectories.epoch_us[several], watched, other, first, last)
    owned = np.isin(watched, list(trajectories.given)) | np.isin(other, list(trajectories.given))
    return np.asarray(~kinked & ~owned)


def _steadied(squared: Callable[[Ints, Floats], Floats], which: Ints, offset_s: Floats, step_s: float) -> Floats:
    """The same minima by one step of Newton over a longer base.

    Positions carry 1e-8 km of rounding. For a pair at a metre a second that moves a slope over seconds by milliseconds, and one
    over half a minute by a hundredth of that. Nine points, so that shallow minima are not moved by the length of the base.
    Reference: Fornberg, Mathematics of Computation 51, 1988, tables 1 and 2.
    """
    span = _span_s(step_s)
    values = [squared(which, offset_s + k * span) for k in range(-4, 5)]
    slope = sum(w * v for w, v in zip(FIRST, values, strict=True)) / span
    bend = sum(w * v for w, v in zip(SECOND, values, strict=True)) / span**2
    late = -slope / np.where(bend > 0.0, bend, np.inf)
    return np.asarray(offset_s + np.where(np.abs(late) < step_s * RATE_SPAN, late, 0.0))


def _described(
    trajectories: Trajectories, watched: Ints, other: Ints, left_us: Ints, offset_s: Floats, within_km: float
) -> Minima:
    """States at these moments, sorted, each minimum once, those within range."""
    order = np.lexsort((left_us * 1e-6 + offset_s, other, watched))
    watched, other, left_us, offset_s = watched[order], other[order], left_us[order], offset_s[order]
    t_s = (left_us - left_us.min(initial=0)) * 1e-6 + offset_s
    again = (np.diff(watched) == 0) & (np.diff(other) == 0) & (np.diff(t_s) < SAME_MINIMUM_S)
    once = np.flatnonzero(np.append(True, ~again)[: len(watched)])
    watched, other, left_us, offset_s = watched[once], other[once], left_us[once], offset_s[once]
    t_utc = left_us.astype("datetime64[us]")
    r, v = trajectories.at(watched, t_utc, offset_s)
    r2, v2 = trajectories.at(other, t_utc, offset_s)
    miss = np.sqrt(((r2 - r) ** 2).sum(axis=1))
    return Minima(watched, other, left_us, offset_s, miss, r2 - r, v2 - v, r, v).take(miss <= within_km)
