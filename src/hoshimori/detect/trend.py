"""Does the risk of a close approach grow as element sets refresh? The same approach, predicted again from what was known earlier.

Each moment at which a new set of either object became known is a view: from the newest set of each that was known then, the
approach is computed again. The screening probability of successive views is tested for a trend by ranks (Kendall 1938; Mann
1945), one-sided at 5 %: it asks only whether later views lie higher, whatever the law of the numbers.

Assumes that views are independent; two that follow each other share one of their sets, so that a growing or falling trend comes
by chance more often than 5 % says. Fewer than four views cannot show one at that level: three stand in perfect order by chance
once in six.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from hoshimori.detect import risk
from hoshimori.facts import ElementSets, Floats, Ints
from hoshimori.findings import iso
from hoshimori.sky import orbits
from hoshimori.sky.search import refine_minima
from hoshimori.tracking.satellites import satellites_of

GROWING, STEADY, FALLING, FEW, SINGLE = "growing", "steady", "falling", "few views", "single view"
LEVEL = 0.05
FEWEST = 4
SAMPLES = 33
"""Over the stretch in which an approach counts as the same: half a revolution, so that one sample is 6 degrees of the orbit."""
TOLERANCE_S = 1e-4
NO_NEWS_US = 60_000_000
"""A set whose epoch lies this near to that of the last one is the same fit, issued again."""
US_PER_DAY = 86_400_000_000

CovarianceOf = Callable[[Ints, Floats, Floats, Floats], Floats]
"""(k, 3, 3) in TEME of the position of objects (k,) so many days after the epochs of their sets (k,), at r, v (k, 3)."""


@dataclass(frozen=True, slots=True)
class View:
    """The approach as it was predicted from what was known at one moment."""

    known_utc: np.datetime64
    miss_km: float
    sigma_km: float
    screening_probability: float
    maximum_probability: float

    def to_json(self) -> dict[str, Any]:
        return {
            "known": iso(self.known_utc),
            "miss_km": self.miss_km,
            "sigma_km": self.sigma_km,
            "screening_probability": self.screening_probability,
            "maximum_probability": self.maximum_probability,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> View:
        known = np.datetime64(str(data["known"]).rstrip("Z"), "us")
        numbers = ("miss_km", "sigma_km", "screening_probability", "maximum_probability")
        return cls(known, *(float(data[name]) for name in numbers))


@dataclass(frozen=True, slots=True)
class Trend:
    """label: growing, steady, falling, "few views" (two or three) or "single view". views: in the order in which they came."""

    label: str
    views: tuple[View, ...]

    @property
    def score(self) -> int:
        """Views in rising order of risk less those in falling order, pair by pair."""
        return score([v.screening_probability for v in self.views])

    def to_json(self) -> dict[str, Any]:
        return {"label": self.label, "views": [v.to_json() for v in self.views]}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Trend:
        return cls(str(data["label"]), tuple(View.from_json(v) for v in data["views"]))


class Meetings(NamedTuple):
    """Approaches to be looked at again, (n,) each: numbers of both, when (µs since 1970), within what of it an approach counts as
    the same (µs), and the summed radius."""

    first: Ints
    second: Ints
    tca_us: Ints
    half_us: Ints
    radius_m: Floats


def trends(meetings: Meetings, history: ElementSets, days: float, covariance: CovarianceOf) -> list[Trend]:
    """One trend for each meeting, from the sets that became known in the last `days` before it, as far as `history` goes.

    history: all sets of the objects, as known; those that SGP4 cannot use are passed over.
    """
    order = np.lexsort((history.epoch_utc, history.known_utc, history.norad_id))
    sets = history.take(order)
    rows = [_views(meetings, k, sets, days) for k in range(len(meetings.first))]
    which = np.repeat(np.arange(len(rows)), [len(r) for r in rows])
    table = np.concatenate([np.zeros((0, 3), np.int64), *rows])
    known_us, a, b = table[:, 0], table[:, 1], table[:, 2]
    found = _again(meetings, which, sets, a, b, covariance)
    out: list[Trend] = []
    for k in range(len(rows)):
        mine = np.flatnonzero((which == k) & found.met)
        views = tuple(
            View(np.datetime64(int(known_us[j]), "us"), *(float(column[j]) for column in found[1:])) for j in mine.tolist()
        )
        out.append(Trend(label([v.screening_probability for v in views]), views))
    return out


def label(risks: Sequence[float]) -> str:
    """What a row of risks, in order of time, shows.

    >>> label([1e-6, 3e-6, 1e-5, 4e-5]), label([1e-6, 3e-6, 2e-6, 4e-6]), label([1e-6, 2e-6])
    ('growing', 'steady', 'few views')
    """
    n = len(risks)
    if n < FEWEST:
        return SINGLE if n < 2 else FEW
    rises = score(risks)
    if chance_of(abs(rises), n) > LEVEL:
        return STEADY
    return GROWING if rises > 0 else FALLING


def score(risks: Sequence[float]) -> int:
    """Kendall's score: pairs in rising order less pairs in falling order.

    >>> score([1.0, 2.0, 3.0, 3.0])
    5
    """
    values = np.asarray(risks)
    return int(np.sign(values[None, :] - values[:, None])[np.triu_indices(len(values), 1)].sum())


def chance_of(least: int, n: int) -> float:
    """The chance that n values in random order, all different, have a Kendall score of at least this. Exact.

    >>> round(chance_of(6, 4) * 24)
    1
    """
    counts = _inversions(n)
    most = (n * (n - 1)) // 2
    falling = (most - least) // 2  # at most so many pairs may fall
    return float(sum(counts[: falling + 1]) / sum(counts)) if falling >= 0 else 0.0


@lru_cache(maxsize=256)
def _inversions(n: int) -> tuple[int, ...]:
    """How many orders of n things have 0, 1, 2... pairs the wrong way round (Mahonian numbers)."""
    counts = [1]
    for k in range(2, n + 1):
        longer = [0] * (len(counts) + k - 1)
        for place, count in enumerate(counts):
            for more in range(k):
                longer[place + more] += count
        counts = longer
    return tuple(counts)


def _views(meetings: Meetings, k: int, sets: ElementSets, days: float) -> Ints:
    """(v, 3): when something new was known, and the rows of the newest set of each object then. sets: by object, then known."""
    tca_us = int(meetings.tca_us[k])
    since_us = tca_us - round(days * US_PER_DAY)
    number, known, epoch = sets.norad_id, _us(sets.known_utc), _us(sets.epoch_utc)
    spans = [
        range(int(np.searchsorted(number, x, "left")), int(np.searchsorted(number, x, "right")))
        for x in (meetings.first[k], meetings.second[k])
    ]
    moments = np.unique(np.concatenate([known[s.start : s.stop] for s in spans]))
    out: list[tuple[int, int, int]] = []
    for moment in moments[(moments < tca_us) & (moments >= since_us)].tolist():
        newest = []
        for s in spans:
            mine = s.start + np.flatnonzero(known[s.start : s.stop] <= moment)
            newest += [int(mine[np.argmax(epoch[mine])])] if len(mine) else []
        if len(newest) < 2:
            continue
        last = out[-1][1:] if out else None
        if last is None or any(abs(int(epoch[x] - epoch[y])) > NO_NEWS_US for x, y in zip(newest, last, strict=True)):
            out.append((moment, newest[0], newest[1]))
    return np.array(out, np.int64).reshape(-1, 3)


class _Again(NamedTuple):
    met: np.ndarray  # (k,) bool: there is an approach inside the stretch
    miss_km: Floats
    sigma_km: Floats
    screening_probability: Floats
    maximum_probability: Floats


def _again(meetings: Meetings, which: Ints, sets: ElementSets, a: Ints, b: Ints, covariance: CovarianceOf) -> _Again:
    """The approach of set a[j] and set b[j] nearest to meeting which[j]."""
    used, places = np.unique(np.concatenate([a, b]), return_inverse=True)
    satellites = satellites_of(sets.take(used))
    left, right = places[: len(a)], places[len(a) :]
    t_utc = meetings.tca_us[which].astype("datetime64[us]")
    half_s = np.asarray(meetings.half_us[which] * 1e-6, np.float64)

    def states(index: Ints, s: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        r, v, _ = orbits.pairs(satellites, left[index], t_utc[index], offset_s=s)
        r2, v2, _ = orbits.pairs(satellites, right[index], t_utc[index], offset_s=s)
        return r, v, r2 - r, v2 - v

    def distance(index: Ints, s: Floats) -> Floats:
        return np.asarray(np.linalg.norm(states(index, s)[2], axis=1))

    offset, inside = _nearest(distance, half_s)
    every = np.arange(len(a))
    r, v, dr, dv = states(every, offset)
    met = inside & np.isfinite(dr).all(axis=1)
    t_us = meetings.tca_us[which] + np.rint(offset * 1e6).astype(np.int64)
    ages = [(t_us - _us(sets.epoch_utc)[x]) / US_PER_DAY for x in (a, b)]
    sigma, screening, maximum = (np.full(len(a), np.nan) for _ in range(3))
    k = np.flatnonzero(met)
    both = covariance(sets.norad_id[a[k]], ages[0][k], r[k], v[k])
    both = both + covariance(sets.norad_id[b[k]], ages[1][k], r[k] + dr[k], v[k] + dv[k])
    found = risk.risk(dr[k], dv[k], both, meetings.radius_m[which[k]])
    sigma[k], screening[k], maximum[k] = risk.sigma_along_km(dr[k], both), found.screening_probability, found.maximum_probability
    told = met & np.isfinite(screening) & np.isfinite(maximum)
    return _Again(told, np.linalg.norm(dr, axis=1), sigma, screening, maximum)


def _nearest(distance: Callable[[Ints, Floats], Floats], half_s: Floats) -> tuple[Floats, np.ndarray]:
    """(k,) offsets of the least distance within half_s either side, and whether it is a minimum, not an end."""
    k = len(half_s)
    places = np.linspace(-1.0, 1.0, SAMPLES)
    every = np.repeat(np.arange(k), SAMPLES)
    values = distance(every, np.tile(places, k) * half_s[every]).reshape(k, SAMPLES)
    known = np.isfinite(values).all(axis=1)
    least = np.argmin(np.where(np.isfinite(values), values, np.inf), axis=1)
    inside = known & (least > 0) & (least < SAMPLES - 1)
    middle = np.clip(least, 1, SAMPLES - 2)
    at, _ = refine_minima(distance, places[middle - 1] * half_s, places[middle + 1] * half_s, TOLERANCE_S)
    return at, inside


def _us(t_utc: np.ndarray) -> Ints:
    return t_utc.astype("datetime64[us]").astype(np.int64)
