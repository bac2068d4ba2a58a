"""All close approaches of a catalogue by brute force, with the `sgp4` package and a KD-tree, and nothing of hoshimori.

Every object is propagated at 10 s steps by the compiled array call, and a tree over the positions of each step gives the pairs
near enough to come within range before the next. Of these, the ones whose sampled distance is least in the middle of three
steps are refined on positions alone. It is the witness that `run.py` calls and the peer whose time is compared.

Why it is complete. Let s be the step. (1) A minimum of the distance lies within s/2 of a sample, and there the pair is at most
`within` + s/2 times its relative speed apart. The relative speed is at most the sum of the two speeds. Pairs in which neither
is faster than `SLOW_KM_S` at the sample come from one query with that bound for both; every faster object asks with twice its
own speed, which covers all that are slower than itself. Speeds grow by less than s/2 g = 0.05 km/s until the minimum:
`SPEED_SLACK_KM_S` for each is twice that. (2) Near its minimum, d^2 of a pair faster than sqrt(2) n d is convex, so the sample
next to the minimum is the lowest of three. A slower pair (below 0.2 km/s at 100 km in LEO) turns on the scale of its
revolution, hundreds of steps; what two turns inside one step could hide is shallower than a micrometre. `run.py --case
complete` asks again at 2 s. (3) A lowest sample is refined unless a straight line through it, along the difference of its
neighbours, stays `LINE_SLACK_KM` beyond the range for a step on both sides: relative acceleration, at most 2 n^2 d, and the
change of it over a step bend that line by less than 0.03 km.

Failing states. A state to which SGP4 gives an error code is no state; nor is one faster than `NO_ORBIT_KM_S`, by its velocity
or from one sample to the next: past decay the theory throws some sets about at thousands of km/s without a code. Where a
trajectory begins or ends between two samples, the steps beside it are searched in pieces of `FINE_S`, against everybody that a
straight line brings near it. Minima at the ends of a trajectory or of the window are none; the window is [start, stop).
"""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.optimize import elementwise
from scipy.spatial import cKDTree
from sgp4.api import WGS72, Satrec, SatrecArray, jday

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

STEP_S = 10.0
AT_ONCE = 48
"""Steps propagated in one call: two results of 28 MB for 24,000 objects, which the allocator keeps and gives again. With more,
every call pays for fresh pages and the operating system is what is timed."""
SLOW_KM_S = 8.0
SPEED_SLACK_KM_S = 0.1
LINE_SLACK_KM = 0.2
FINE_S = 0.05
NO_ORBIT_KM_S = 25.0
"""Whatever orbits the Earth is slower than 11.2 km/s."""
CO_ORBITING_KM_S = 0.5
"""Below this relative speed an approach is called slow."""
PASSING_SPAN_S, SLOW_SPAN_S, SLOW_DEEP_SPAN_S = 0.5, 30.0, 120.0
"""Distance of the points of the slope. Positions carry some 1e-9 km of rounding, 1e-8 in GEO: over 0.5 s that is milliseconds for
a pair at a few metres a second, over 30 s some tenths of one; in GEO, where pairs are slower, it takes 120 s. A formula of five
points would then err by milliseconds where a minimum is shallow; one of nine does not."""
NINE_POINTS = np.array([1 / 280, -4 / 105, 1 / 5, -4 / 5, 0.0, 4 / 5, -1 / 5, 4 / 105, -1 / 280])
"""First derivative, error of the order of span^8 (Fornberg 1988, table 1)."""
DAY_S = 86400.0


class Approaches(NamedTuple):
    """Minima, (k,) each, sorted by a, b, t: rows a < b (or a watched, b not), seconds from the start, km, km/s."""

    a: Ints
    b: Ints
    t_s: Floats
    miss_km: Floats
    speed_km_s: Floats

    @property
    def slow(self) -> npt.NDArray[np.bool_]:
        return np.asarray(self.speed_km_s < CO_ORBITING_KM_S)

    def take(self, which: npt.NDArray[np.bool_] | Ints) -> Approaches:
        return Approaches(self.a[which], self.b[which], self.t_s[which], self.miss_km[which], self.speed_km_s[which])


class Failed(NamedTuple):
    """Rows with a state that has an error code inside the window: the first sample with one, and the code."""

    row: Ints
    t_s: Floats
    code: Ints


class Spent(NamedTuple):
    """Seconds in each part, and how many pairs were near, and lowest samples refined."""

    propagation_s: float
    tree_s: float
    refinement_s: float
    near: int
    candidates: int


class Sky:
    """Element sets, a row each, and the clock of one window."""

    def __init__(self, sets: Sequence[Satrec], start_utc: np.datetime64) -> None:
        self.sets = sets
        self.array = SatrecArray(self.sets)
        day = start_utc.astype("datetime64[D]")
        self.jd, _ = jday(*(int(x) for x in str(day).split("-")), 0, 0, 0.0)
        self.fr = float((start_utc - day) / np.timedelta64(1, "us")) / 86400e6

    def sampled(self, t_s: Floats) -> tuple[npt.NDArray[np.uint8], Floats, Floats]:
        """Codes (n, m), positions and velocities (n, m, 3) of all at these times."""
        error, r, v = self.array.sgp4(np.full(len(t_s), self.jd), self.fr + t_s / DAY_S)
        return error, r, v

    def at(self, row: Ints, t_s: Floats) -> tuple[Floats, Floats]:
        """Positions and velocities (k, m, 3) of row[i] at t_s[i], (k, m); NaN where SGP4 gives an error code."""
        r, v = np.empty((*t_s.shape, 3)), np.empty((*t_s.shape, 3))
        order = np.argsort(row, kind="stable")
        cuts = np.flatnonzero(np.diff(row[order])) + 1
        for mine in np.split(order, cuts) if len(order) else []:
            fr = (self.fr + t_s[mine] / DAY_S).ravel()
            error, position, velocity = self.sets[row[mine[0]]].sgp4_array(np.full(len(fr), self.jd), fr)
            position[(error != 0) | (np.einsum("ij,ij->i", velocity, velocity) > NO_ORBIT_KM_S**2)] = np.nan
            r[mine], v[mine] = position.reshape(-1, t_s.shape[1], 3), velocity.reshape(-1, t_s.shape[1], 3)
        return r, v


class _Step(NamedTuple):
    """One sample of all: NaN in r_km where there is no state."""

    t_s: float
    r_km: Floats
    v_km_s: Floats
    speed_km_s: Floats
    alive: npt.NDArray[np.bool_]


def read(path: Path) -> list[Satrec]:
    """Every set in the order of the file. All are numbered 0: not every way to write a number is known to the package."""
    raw = gzip.decompress(path.read_bytes()).decode(errors="replace").splitlines()
    rows = [line for line in raw if line[:2] in ("1 ", "2 ")]
    unnumbered = [f"{line[:2]}00000{line[7:]}" for line in rows]
    return [Satrec.twoline2rv(one, two, WGS72) for one, two in zip(unnumbered[::2], unnumbered[1::2], strict=True)]


def approaches(
    sky: Sky,
    stop_s: float,
    within_km: float,
    *,
    watched: Ints | None = None,
    step_s: float = STEP_S,
    progress: Callable[[float], None] | None = None,
) -> tuple[Approaches, Failed, Spent]:
    """Every local minimum of the distance up to within_km in [0, stop_s): of all pairs, or of the watched rows with all."""
    began = time.perf_counter()
    samples = _Samples(sky, stop_s, step_s)
    near, found, edges = 0, [_none()], [_none()]
    steps = iter(samples)
    before, here = next(steps), next(steps)
    for after in steps:
        a, b = _near(here, within_km, step_s, watched)
        near += len(a)
        found.append(_lowest(a, b, before, here, after, within_km, step_s))
        edges.append(_beside_ends(sky, before, here, after, within_km, step_s, watched))
        before, here = here, after
        if progress:
            progress(here.t_s)
    swept = time.perf_counter()
    a, b, t_s = (np.concatenate(column) for column in zip(*found, strict=True))
    a, b, t_s, half = _with_fine(sky, (a, b, t_s), edges, within_km, step_s)
    minima = _refined(sky, a, b, t_s, half)
    minima = minima.take((minima.miss_km <= within_km) & (minima.t_s >= 0.0) & (minima.t_s < stop_s))
    ended = time.perf_counter()
    spent = Spent(samples.spent_s, swept - began - samples.spent_s, ended - swept, near, len(a))
    return minima.take(np.lexsort((minima.t_s, minima.b, minima.a))), samples.failed(), spent


class _Samples:
    """Samples from one step before the start to one after the stop, propagated in blocks; keeps the time that takes."""

    def __init__(self, sky: Sky, stop_s: float, step_s: float) -> None:
        self.sky, self.spent_s = sky, 0.0
        self.t_s: Floats = np.asarray(step_s * np.arange(-1, int(np.ceil(stop_s / step_s)) + 2), np.float64)
        self.inside = (self.t_s >= 0.0) & (self.t_s <= stop_s)
        self.first = np.full(len(sky.sets), -1)
        self.code = np.zeros(len(sky.sets), np.int64)

    def __iter__(self) -> Iterator[_Step]:
        last = np.full((len(self.sky.sets), 3), np.nan)
        for begin in range(0, len(self.t_s), AT_ONCE):
            t_s = self.t_s[begin : begin + AT_ONCE]
            began = time.perf_counter()
            error, r, v = self.sky.sampled(t_s)
            self.spent_s += time.perf_counter() - began
            self._note(error, begin)
            for k, t in enumerate(t_s):
                speed = np.sqrt(np.einsum("ij,ij->i", v[:, k], v[:, k]))
                alive = (error[:, k] == 0) & (speed <= NO_ORBIT_KM_S) & ~self._thrown(last, r[:, k])
                last = np.ascontiguousarray(r[:, k])
                position = np.where(alive[:, None], last, np.nan)
                yield _Step(float(t), position, v[:, k], speed, alive)

    def _thrown(self, last: Floats, here: Floats) -> npt.NDArray[np.bool_]:
        moved = here - last
        return np.asarray(np.einsum("ij,ij->i", moved, moved) > (NO_ORBIT_KM_S * (self.t_s[1] - self.t_s[0])) ** 2)

    def _note(self, error: npt.NDArray[np.uint8], begin: int) -> None:
        wrong = (error != 0) & self.inside[begin : begin + error.shape[1]]
        new = np.flatnonzero(wrong.any(axis=1) & (self.first < 0))
        k = wrong[new].argmax(axis=1)
        self.first[new], self.code[new] = begin + k, error[new, k]

    def failed(self) -> Failed:
        row = np.flatnonzero(self.first >= 0)
        return Failed(row, self.t_s[self.first[row]], self.code[row])


def _none() -> tuple[Ints, Ints, Floats]:
    return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0)


def _near(here: _Step, within_km: float, step_s: float, watched: Ints | None) -> tuple[Ints, Ints]:
    """Pairs that may be within range at some time up to half a step from this sample; some may come twice."""
    rows = np.flatnonzero(here.alive)
    r, speed = here.r_km[rows], here.speed_km_s[rows]
    tree = cKDTree(r, balanced_tree=False, compact_nodes=False)
    slow_km = within_km + step_s * (SLOW_KM_S + SPEED_SLACK_KM_S)
    own_km = within_km + step_s * (speed + SPEED_SLACK_KM_S)
    if watched is None:
        pairs = tree.query_pairs(slow_km, output_type="ndarray").astype(np.int64)
        a, b = pairs[:, 0], pairs[:, 1]
        fast = np.flatnonzero(speed > SLOW_KM_S)
        c, d = _lists(fast, tree.query_ball_point(r[fast], own_km[fast]))
        a, b = np.append(a, c), np.append(b, d)
        return _each_once(rows[a], rows[b], None)
    mine = np.flatnonzero(np.isin(rows, watched))
    a, b = _lists(mine, tree.query_ball_point(r[mine], np.maximum(own_km[mine], slow_km)))
    fast = np.flatnonzero(speed > SLOW_KM_S)
    few = cKDTree(r[mine])
    d, c = _lists(fast, few.query_ball_point(r[fast], own_km[fast]))
    return _each_once(rows[np.append(a, mine[c])], rows[np.append(b, d)], watched)


def _lists(who: Ints, near: Sequence[list[int]]) -> tuple[Ints, Ints]:
    """Lists of neighbours as pairs."""
    counts = np.fromiter(map(len, near), np.int64, len(near))
    every = [np.asarray(x, np.int64) for x in near if x]
    return np.repeat(who, counts), np.concatenate(every) if every else np.zeros(0, np.int64)


def _each_once(a: Ints, b: Ints, watched: Ints | None) -> tuple[Ints, Ints]:
    """Without the pairs of a row with itself; each pair once, the lower row first, or the watched one where only one is."""
    low, high = np.minimum(a, b), np.maximum(a, b)
    key = np.unique(low[low != high] << 32 | high[low != high])
    low, high = key >> 32, key & 0xFFFFFFFF
    if watched is None:
        return low, high
    swap = ~np.isin(low, watched)
    return np.where(swap, high, low), np.where(swap, low, high)


def _lowest(
    a: Ints, b: Ints, before: _Step, here: _Step, after: _Step, within_km: float, step_s: float
) -> tuple[Ints, Ints, Floats]:
    """Those whose distance is least here of three samples, and which a straight line brings into range within a step."""
    apart = [s.r_km[b] - s.r_km[a] for s in (before, here, after)]
    d0, d1, d2 = (np.einsum("ij,ij->i", x, x) for x in apart)
    low = np.flatnonzero((d1 < d0) & (d1 <= d2))
    x, v = apart[1][low], (apart[2][low] - apart[0][low]) / (2.0 * step_s)
    late = -np.einsum("ij,ij->i", x, v) / np.maximum(np.einsum("ij,ij->i", v, v), 1e-30)
    nearest = x + np.clip(late, -step_s, step_s)[:, None] * v
    low = low[np.einsum("ij,ij->i", nearest, nearest) <= (within_km + LINE_SLACK_KM) ** 2]
    return a[low], b[low], np.full(len(low), here.t_s)


def _beside_ends(
    sky: Sky, before: _Step, here: _Step, after: _Step, within_km: float, step_s: float, watched: Ints | None
) -> tuple[Ints, Ints, Floats]:
    """Pairs that may come within range up to a whole step from here, of objects with a state here and none on one side.

    The path of such an object is followed in fine pieces; the others go straight on from here, which errs by half a kilometre in
    10 s.
    """
    offset = np.arange(-step_s, step_s + 0.5 * FINE_S, FINE_S)
    pairs = [np.zeros((0, 2), np.int64)]
    for i in np.flatnonzero(here.alive & ~(before.alive & after.alive)):
        path = sky.at(np.array([i]), here.t_s + offset[None, :])[0][0]
        pieces_km = np.linalg.norm(np.diff(path, axis=0), axis=1)
        piece_km = NO_ORBIT_KM_S * FINE_S
        path[1:][pieces_km > piece_km] = np.nan
        least = np.full(len(here.alive), np.inf)
        for late, place in zip(offset, path, strict=True):
            apart = here.r_km + late * here.v_km_s - place
            np.fmin(least, np.einsum("ij,ij->i", apart, apart), out=least)
        near = np.flatnonzero(least <= (within_km + 1.0 + piece_km) ** 2)
        if watched is not None and i not in watched:
            near = near[np.isin(near, watched)]
        pairs.append(np.column_stack((np.full(len(near), i), near)))
    both = np.concatenate(pairs)
    low, high = _each_once(both[:, 0], both[:, 1], watched)
    return low, high, np.full(len(low), here.t_s)


def _with_fine(
    sky: Sky, found: tuple[Ints, Ints, Floats], edges: Sequence[tuple[Ints, Ints, Floats]], within_km: float, step_s: float
) -> tuple[Ints, Ints, Floats, Floats]:
    """The lowest samples, with those of the fine search beside the ends of trajectories; how far to both sides to look."""
    a, b, t_s = found
    ends_a, ends_b, ends_s = (np.concatenate(column) for column in zip(*edges, strict=True))
    offset = np.arange(-step_s, step_s + 0.5 * FINE_S, FINE_S)
    fine = ends_s[:, None] + offset
    apart = sky.at(ends_b, fine)[0] - sky.at(ends_a, fine)[0]
    d = np.linalg.norm(apart, axis=2)
    reach_km = within_km + np.linalg.norm(apart[:, 2:] - apart[:, :-2], axis=2)  # nobody comes nearer than that by moving on
    which, k = np.nonzero((d[:, 1:-1] < d[:, :-2]) & (d[:, 1:-1] <= d[:, 2:]) & (d[:, 1:-1] <= reach_km))
    half = np.append(np.full(len(a), step_s), np.full(len(which), FINE_S))
    return np.append(a, ends_a[which]), np.append(b, ends_b[which]), np.append(t_s, fine[which, k + 1]), half


def _refined(sky: Sky, a: Ints, b: Ints, t_s: Floats, half_s: Floats) -> Approaches:
    """The minimum within half_s of t_s: where the slope of the squared distance passes through zero; where it shows no change
    of sign, the lowest value."""
    if not len(a):
        return Approaches(a, b, t_s, t_s, t_s)
    span = _spans(sky, a, b, t_s)
    every = np.arange(len(a), dtype=np.float64)

    def slope(s: Floats, which: Floats) -> Floats:
        i = which.astype(np.int64)
        d = _squared(sky, a[i], b[i], s[:, None] + span[i, None] * np.arange(-4, 5))
        return np.asarray(d @ NINE_POINTS / span[i])

    bracket = t_s - half_s, t_s + half_s
    turn = elementwise.find_root(slope, bracket, args=(every,), tolerances={"xatol": 1e-7, "xrtol": 0.0, "fatol": 0.0})
    best = np.where(turn.success, turn.x, np.nan)
    lost = np.flatnonzero(np.isnan(best))
    if len(lost):

        def value(s: Floats, which: Floats) -> Floats:
            i = lost[which.astype(np.int64)]
            return _squared(sky, a[i], b[i], s[:, None])[:, 0]

        three = (t_s[lost] - half_s[lost], t_s[lost], t_s[lost] + half_s[lost])
        best[lost] = elementwise.find_minimum(value, three, args=(np.arange(len(lost), dtype=np.float64),)).x
    (r_a, v_a), (r_b, v_b) = sky.at(a, best[:, None]), sky.at(b, best[:, None])
    miss, speed = (np.linalg.norm((y - x)[:, 0], axis=1) for x, y in ((r_a, r_b), (v_a, v_b)))
    return Approaches(a, b, best, miss, speed)


def _spans(sky: Sky, a: Ints, b: Ints, t_s: Floats) -> Floats:
    (_, v_a), (_, v_b) = sky.at(a, t_s[:, None]), sky.at(b, t_s[:, None])
    speed = np.linalg.norm((v_b - v_a)[:, 0], axis=1)
    return np.where(speed < CO_ORBITING_KM_S, SLOW_SPAN_S, PASSING_SPAN_S)


def _squared(sky: Sky, a: Ints, b: Ints, t_s: Floats) -> Floats:
    return np.asarray(((sky.at(b, t_s)[0] - sky.at(a, t_s)[0]) ** 2).sum(axis=2))
