"""Robust pieces of a time series: noise, steps, bands in which it remains, a slope with an honest sigma, a rhythm."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from hoshimori.detect.burns import Burn
from hoshimori.detect.habit import CANNOT_TELL, Spell
from hoshimori.detect.record import DAY, Record
from hoshimori.facts import Bools, Floats, Ints
from hoshimori.findings import Quantity, Reason

STEP_SIGMAS = 8.0
"""Errors of element sets have long tails (kurtosis of hundreds between sets): three sigma are common, eight are not."""
QUARTER = {1: 0.3186, 2: 0.7585}
"""The size below which a quarter of normal values (1) and of the lengths of normal pairs (2) lie, in sigma."""
ONE_STEP_DAYS = 2.0
"""Steps nearer than this are one: burns come in pairs, and sets show them a day apart."""
LEAST_INTERVALS = 3


class Account(NamedTuple):
    """What was found out about one record: the parts of a Pattern that depend on the regime."""

    spells: tuple[Spell, ...]
    modes: Mapping[str, str]
    quantities: Mapping[str, Quantity]
    stands_on: Mapping[str, int]
    reasons: tuple[Reason, ...]


def middle(x: Floats) -> float:
    """The median of x (n,); numpy's own takes ten times as long on the short records that most objects have."""
    ordered = np.sort(x)
    return float(0.5 * (ordered[(len(x) - 1) // 2] + ordered[len(x) // 2]))


def noise(x: Floats) -> float:
    """One sigma of a single value, from the differences between neighbours (1.4826 MAD / sqrt 2); steps do not raise it."""
    return 1.4826 / float(np.sqrt(2.0)) * middle(np.abs(np.diff(x))) if len(x) > 1 else float("nan")


def spread(x: Floats) -> float | None:
    """One sigma of the median of x, from 1.4826 MAD; None for fewer than three values."""
    return 1.2533 * 1.4826 * middle(np.abs(x - middle(x))) / float(np.sqrt(len(x))) if len(x) > 2 else None


def smooth(x: Floats) -> Floats:
    """Running median of three, as long as x; the ends are repeated outwards."""
    return medians_of_three(np.concatenate((x[:1], x, x[-1:])))


def medians_of_three(x: Floats) -> Floats:
    """(n - 2,) or (n - 2, 2): the median of each value and its neighbours."""
    a, b, c = x[:-2], x[1:-1], x[2:]
    return np.asarray(np.maximum(np.minimum(a, b), np.minimum(np.maximum(a, b), c)))


def steps(x: Floats, least: float = 0.0) -> tuple[Ints, Floats]:
    """Where x (n,) or (n, 2) changes level: k means between k and k + 1; and by how much, (steps,) or (steps, 2).

    Levels are medians of the three values before and after. How much a level changes when nothing happens is learnt from the
    quietest quarter of the record (so it holds until three quarters of all gaps are near a burn). A step is beyond
    `STEP_SIGMAS` of that and beyond `least`, and the largest among the three gaps either side.
    """
    if len(x) < 6:
        return np.zeros(0, np.int64), np.zeros((0, *x.shape[1:]))
    level = medians_of_three(x)
    change = level[3:] - level[:-3]
    size = np.sqrt((change.reshape(len(change), -1) ** 2).sum(axis=1))
    quiet = float(np.sort(size)[len(size) // 4]) / QUARTER[x.ndim]
    largest = sliding_window_view(np.concatenate((np.zeros(3), size, np.zeros(3))), 7).max(axis=1)
    found = np.flatnonzero((size == largest) & (size > max(STEP_SIGMAS * quiet, least)))
    return found + 2, change[found]


def weighty(size: Floats) -> Bools:
    """(steps,) those that set the rhythm: not below a quarter of the size above which half of the whole change was made."""
    if not len(size):
        return np.zeros(0, bool)
    order = np.sort(size)[::-1]
    typical = order[np.searchsorted(np.cumsum(order), 0.5 * order.sum())]
    return np.asarray(size >= 0.25 * typical)


def merged(day: Floats) -> Floats:
    """Moments (sorted) of which the later of each pair nearer than `ONE_STEP_DAYS` is left out."""
    return np.asarray(day[np.append(True, np.diff(day) > ONE_STEP_DAYS)[: len(day)]])


def rhythm(day: Floats) -> tuple[Quantity, Quantity, int] | None:
    """The usual interval between moments, the longest one, and how many were seen; None for fewer than three."""
    gaps = np.diff(merged(np.sort(day)))
    if len(gaps) < LEAST_INTERVALS:
        return None
    return Quantity(middle(gaps), "d", spread(gaps)), Quantity(float(gaps.max()), "d"), len(gaps)


def moments(record: Record, now: slice, at: Ints, burns: Sequence[Burn]) -> Floats:
    """Days of the burns along the track in the present stretch: those given where there are any, else the steps `at`, each in the
    middle of its gap. The later of two nearer than `ONE_STEP_DAYS` is left out."""
    day = record.day[now]
    along = [b for b in burns if not abs(b.dv_rtn_m_s[2]) > abs(b.dv_rtn_m_s[1])]
    given = np.array(sorted(float((b.t_utc - record.t_utc[0]) / DAY) for b in along))
    given = given[(given >= day[0]) & (given <= day[-1])]
    return merged(given if len(given) else np.asarray(0.5 * (day[at] + day[at + 1])))


def pace(at: Floats, last: float) -> tuple[dict[str, Quantity], dict[str, int]]:
    """What burns on these days say of the rhythm, up to the last day of the record: quantities, and what each stands on."""
    if not len(at):
        return {}, {}
    found, kept = {"since_burn_days": Quantity(last - float(at[-1]), "d")}, rhythm(at)
    if kept is None:
        return found, {"since_burn_days": 1}
    found |= {"cycle_days": kept[0], "cycle_longest_days": kept[1]}
    return found, {"since_burn_days": 1, "cycle_days": kept[2], "cycle_longest_days": kept[2]}


def untold_modes(modes: Mapping[str, str], days: float) -> tuple[Reason, ...]:
    """One reason for each mode that cannot be told from so many days."""
    return tuple(Reason("mode cannot be told", {"mode": k, "days": days}) for k, v in modes.items() if v == CANNOT_TELL)


def line(day: Floats, x: Floats) -> tuple[float, float]:
    """Slope and its one sigma, by least squares with the farthest tenth left out.

    Residuals hang together (a dead band is a saw), so the sigma counts as many independent values as the residuals have runs
    of one sign.
    """
    t = day - day[0]
    keep = np.ones(len(x), bool)
    for _ in range(2):
        apart = t[keep] - t[keep].mean()
        slope = float(apart @ x[keep] / max(float(apart @ apart), 1e-30))
        residual = x - slope * t
        residual -= residual[keep].mean()
        off = np.abs(residual)
        keep = off <= np.sort(off)[int(0.9 * (len(x) - 1))]
    runs = 1 + int(np.count_nonzero(np.diff(residual > 0.0)))
    return slope, float(np.sqrt(residual @ residual / len(x) / runs)) / (float(np.std(t)) or 1.0)


def bands(x: Floats, apart: Bools, width: float) -> Iterator[slice]:
    """Cut a record where `apart` changes, and where x has left a band of this width twice running. One pass over the sets.

    The last stretch has two sets or more: one alone has no rate, and may be wrong.
    """
    start, low, high, outside = 0, float(x[0]), float(x[0]), 0
    for k, value in enumerate(x.tolist()[1:], 1):
        wide = max(high, value) - min(low, value) > width
        outside = outside + 1 if wide else 0
        if (apart[k] != apart[k - 1] and k < len(x) - 1) or outside == 2:
            stop = k - 1 if outside == 2 else k
            if stop > start:
                yield slice(start, stop)
            start, outside = stop, 0
            low, high = min(x[start : k + 1]), max(x[start : k + 1])
        elif not wide:
            low, high = min(low, value), max(high, value)
    yield slice(start, len(x))


def extent(x: Floats) -> tuple[float, float]:
    """Middle and half width of the band that x keeps, by running medians of three: one bad set does not widen it."""
    level = smooth(x)
    return float(0.5 * (level.max() + level.min())), float(0.5 * (level.max() - level.min()))


def joined(parts: Sequence[tuple[slice, str]], alike: str) -> list[tuple[slice, str]]:
    """Neighbouring stretches of the kind `alike` made one."""
    out: list[tuple[slice, str]] = []
    for part, kind in parts:
        if out and kind == alike and out[-1][1] == alike:
            out[-1] = (slice(out[-1][0].start, part.stop), kind)
        else:
            out.append((part, kind))
    return out
