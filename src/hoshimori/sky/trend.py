"""When a smoothly running series was kicked: jumps of its rate or its value, told from noise and from single bad observations.

The series is a value whose rate and acceleration wander (a local quadratic trend), seen with noise at uneven times. How much
each wanders, and how noisy the observations are, is learnt from the series itself, window by window, under a long-tailed law,
so that stretches of poor fits raise no alarms. A disturbance smoother then gives, for every gap between two observations, the
likelihood ratio of a kick there against none; the strongest are named, all is smoothed again, until none is left.

References: Harvey, "Forecasting, structural time series models and the Kalman filter" (1989); de Jong, Penzer, "Diagnosing
shocks in time series", JASA 93 (1998).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


class Sort(IntEnum):
    """What is looked for: an impulse in the rate (along the track), or a jump of the value itself (the plane)."""

    KICK = 0
    STEP = 1


@dataclass(frozen=True)
class Series:
    """Many series at once: rows first[i] to first[i + 1], times `t` rising within each.

    y: (n,). rate, rate_sigma: (n,) a second witness of dy/dt, sigma infinite where there is none. floor: (series,) sigma below
    which no observation is believed to be, such as the rounding of what was published. prior: (series, 3) log of the usual
    sigma of an observation, and of the variances per unit time that rate and acceleration gain; a record may differ from it by
    a factor e cubed, one sigma.
    """

    t: Floats
    y: Floats
    first: Ints
    sort: Sort
    floor: Floats
    prior: Floats
    rate: Floats
    rate_sigma: Floats


@dataclass(frozen=True)
class Named:
    """What a search found: the gaps with a jump (n,), the observations disbelieved (n,) as factors on sigma, the noise (3, n)."""

    gaps: Bools
    bad: Floats
    noise: Floats


@dataclass(frozen=True)
class Jumps:
    """Gaps judged, (m,) each. Units: those of the series, its time, and their quotient for a kick.

    row: the observation before the gap. statistic: twice the log likelihood ratio against nothing. back: time from the kick to
    the observation after it. size, size_sigma; back_sigma. bad: the same statistic for the best single bad observation beside
    it. bend, bend_size: for a lasting change of acceleration instead. sigma, qs, qd: the noise learnt there. doubted: share of
    disbelieved observations among the 21 around.
    """

    row: Ints
    statistic: Floats
    back: Floats
    size: Floats
    size_sigma: Floats
    back_sigma: Floats
    bad: Floats
    bend: Floats
    bend_size: Floats
    sigma: Floats
    qs: Floats
    qd: Floats
    doubted: Floats

    def __len__(self) -> int:
        return len(self.row)

    def take(self, which: npt.NDArray[np.generic]) -> Jumps:
        return Jumps(**{k: getattr(self, k)[which] for k in self.__dataclass_fields__})


def search(series: Series, threshold: float) -> Named:
    """The gaps in which a jump's statistic exceeds the threshold. Cost grows linearly with the rows."""
    from hoshimori.sky._jump_search import search_all

    if len(series.first) < 2:
        return Named(np.zeros(0, bool), np.ones(0), np.zeros((3, 0)))
    s = series
    return Named(*search_all(s.t, s.y, s.rate, s.rate_sigma, s.floor, s.first, int(s.sort), threshold, s.prior))


def judge(series: Series, named: Named, asked: Bools) -> Jumps:
    """Each gap of `asked` (n,) alone, with all other named gaps allowed for."""
    from hoshimori.sky._jump_search import judge_all

    s = series
    args = (s.t, s.y, s.rate, s.rate_sigma, s.floor, s.first, int(s.sort))
    rows = judge_all(*args, named.noise, named.gaps, named.bad, asked)
    return Jumps(rows[:, 0].astype(np.int64), *(rows[:, j] for j in range(1, 13)))


def rate_witness(t: Floats, y: Floats, rate: Floats, first: Ints, window: int) -> tuple[Floats, Floats]:
    """A second witness of dy/dt made comparable: (n,) without its running median bias, and (n,) its robust scatter.

    Bias and scatter are against the mean rate between two observations, over `window` gaps; 1.4826 times the median deviation.
    """
    from hoshimori.sky._jump_search import rate_bias

    bias, scatter = rate_bias(t, y, rate, first, window)
    return rate + bias, scatter


def level_shifts(y: Floats, first: Ints, *, sets: int, window: int) -> tuple[Floats, Floats]:
    """By how much the level of many series changed at each gap (n,), beyond what it usually does, and the usual scatter (n,).

    Medians of `sets` observations on either side; the usual from the `window` gaps around. NaN where fewer than two are there.
    """
    from hoshimori.sky._jump_search import level_shifts as compiled

    shift, centre, scatter = compiled(y, first, sets, window)
    return shift - centre, scatter


def watch(series: Series, threshold: float) -> tuple[Jumps, Ints]:
    """Jumps as they could be told: the newest gaps judged at every observation, from what lies before it alone.

    Returns every judgement above the threshold, several a gap, and the newest observation used (m,) in each.
    """
    from hoshimori.sky._jump_watch import watch_all

    if len(series.first) < 2:
        return Jumps(np.zeros(0, np.int64), *(np.zeros(0) for _ in range(12))), np.zeros(0, np.int64)
    s = series
    rows = np.concatenate(watch_all(s.t, s.y, s.rate, s.rate_sigma, s.floor, s.first, int(s.sort), threshold, s.prior))
    return Jumps(rows[:, 0].astype(np.int64), *(rows[:, j] for j in range(1, 13))), rows[:, 13].astype(np.int64)


def trailing_rate_witness(t: Floats, y: Floats, rate: Floats, first: Ints, window: int) -> tuple[Floats, Floats]:
    """`rate_witness` from what lies before each observation; no scatter, so no witness, for the first three."""
    from hoshimori.sky._jump_watch import trailing_bias

    bias, scatter = trailing_bias(t, y, rate, first, window)
    return rate + bias, scatter


def shift_by(y: Floats, start: Ints, gap: Ints, newest: Ints, *, sets: int, window: int) -> tuple[Floats, Floats]:
    """`level_shifts` of single gaps (m,) as seen at an observation `newest` (m,), in series that begin at `start` (m,)."""
    from hoshimori.sky._jump_watch import shift_by as compiled

    shift, scatter = compiled(y, start, gap, newest, sets, window)
    return shift, scatter
