"""Closest approaches by brute force, with the `sgp4` package and nothing of hoshimori: the witness that `run.py` calls.

Everything is propagated at 10 s steps, every local minimum of the sampled range is taken, and refined on the range alone. The
trajectory is that of the docstring of hoshimori.sky.trajectories, put together in another way: each set has a weight over
time, rising from 0 at the epoch before to 1 at its own and falling to 0 at the one after as 3 s^2 - 2 s^3, and the position
is the weighted sum. Weights jump in the middle of a gap that is not joined. 1 beyond the outermost epochs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq, minimize_scalar
from sgp4.api import WGS72, Satrec, jday

Floats = npt.NDArray[np.float64]
Signature = tuple[object, ...]

STEP_S = 10.0
CHUNK = 4320  # times at once: half a day
FASTEST_KM_S = 16.0
DAY_S = 86400.0


@dataclass(frozen=True)
class Track:
    """One object: its sets in order of epoch (s from the start of the window), which gaps are joined, and how far it speaks."""

    number: int
    sets: Sequence[Satrec]
    epoch_s: Floats
    joined: Sequence[bool]
    before_s: float
    reach_s: float

    def weights(self, k: int, t_s: Floats) -> Floats:
        """(m,) the weight of set k at these times."""
        w = np.ones(len(t_s))
        for side in (-1, 1):
            if 0 <= k + side < len(self.sets):
                gap = abs(self.epoch_s[k + side] - self.epoch_s[k])
                s = np.clip(1.0 - side * (t_s - self.epoch_s[k]) / gap, 0.0, 1.0)
                smooth = self.joined[min(k, k + side)] and gap <= self.reach_s
                half = s >= 0.5 if side > 0 else s > 0.5
                w = np.minimum(w, 3.0 * s**2 - 2.0 * s**3 if smooth else half.astype(float))
        return w

    def silent(self, t_s: Floats) -> npt.NDArray[np.bool_]:
        return np.asarray((t_s < self.epoch_s[0] - self.before_s) | (t_s > self.epoch_s[-1] + self.reach_s))


class Clock:
    """Seconds from the start of the window as the two-part Julian date that SGP4 takes."""

    def __init__(self, start_utc: np.datetime64) -> None:
        day = start_utc.astype("datetime64[D]")
        jd, _ = jday(*(int(x) for x in str(day).split("-")), 0, 0, 0.0)
        self.jd = jd
        self.fr = float((start_utc - day) / np.timedelta64(1, "us")) / 86400e6

    def since(self, sat: Satrec) -> float:
        return float(((sat.jdsatepoch - self.jd) + (sat.jdsatepochF - self.fr)) * DAY_S)

    def fractions(self, t_s: Floats) -> Floats:
        return np.asarray(self.fr + t_s / DAY_S)


def tracks(
    lines: Sequence[tuple[str, str]],
    start_utc: np.datetime64,
    breaks: set[tuple[int, float]],
    left_out: set[Signature],
    before_days: float,
    reach_days: float,
) -> list[Track]:
    """Objects from pairs of lines. breaks: (number, `stamp` of the epoch) of sets that are not joined to the next one.
    left_out: the `signature` of sets that are not used."""
    clock = Clock(start_utc)
    by_number: dict[int, dict[float, Satrec]] = {}
    for one, two in lines:
        sat = Satrec.twoline2rv(one, two, WGS72)
        key = stamp(sat.jdsatepoch, sat.jdsatepochF)
        if signature(sat) not in left_out:
            by_number.setdefault(sat.satnum, {})[key] = sat
    out = []
    for number, sets in sorted(by_number.items()):
        epochs = sorted(sets)
        satellites = [sets[e] for e in epochs]
        since = np.array([clock.since(s) for s in satellites])
        joined = [(number, e) not in breaks for e in epochs]
        out.append(Track(number, satellites, since, joined, before_days * DAY_S, reach_days * DAY_S))
    return out


def stamp(jd: float, fr: float) -> float:
    """An epoch to the last digit of two-line sets, as a key."""
    return round((jd - 2450000.0) + fr, 8)


def signature(sat: Satrec) -> Signature:
    """Number, epoch and six elements as they are written, and B*."""
    angles = np.degrees([sat.inclo, sat.nodeo, sat.argpo, sat.mo]).round(4).tolist()
    motion = round(sat.no_kozai * 720.0 / np.pi, 8)
    return (sat.satnum, stamp(sat.jdsatepoch, sat.jdsatepochF), motion, round(sat.ecco, 7), *angles, f"{sat.bstar:.4e}")


def sampled(track: Track, clock: Clock, t_s: Floats) -> Floats:
    """(m, 3) positions in TEME, km; NaN where nothing speaks."""
    total = np.zeros((len(t_s), 3))
    for k, sat in enumerate(track.sets):
        w = track.weights(k, t_s)
        use = np.flatnonzero(w > 0.0)
        if len(use):
            error, r, _ = sat.sgp4_array(np.full(len(use), clock.jd), clock.fractions(t_s[use]))
            r[error != 0] = np.nan
            total[use] += w[use, None] * r
    total[track.silent(t_s)] = np.nan
    return total


def sieve(
    everything: Sequence[Track], assets: Sequence[Track], clock: Clock, stop_s: float, every_s: float, margin_km: float
) -> list[Track]:
    """Those whose sampled distance from the Earth's centre comes within margin_km of the range that the assets' take.

    Safe where margin_km exceeds the range looked for by more than half of `every_s` times the fastest radial motion, 11 km/s
    low down and 4.4 km/s at GEO.
    """
    t_s = np.arange(0.0, stop_s + every_s, every_s)
    radii = [np.linalg.norm(sampled(a, clock, t_s), axis=1) for a in assets]
    low, high = min(np.nanmin(r) for r in radii) - margin_km, max(np.nanmax(r) for r in radii) + margin_km
    kept = []
    for track in everything:
        radius = np.linalg.norm(sampled(track, clock, t_s), axis=1)
        if np.any((radius > low) & (radius < high)):
            kept.append(track)
    return kept


def approaches(
    assets: Sequence[Track], everything: Sequence[Track], start_utc: np.datetime64, stop_s: float, within_km: float
) -> list[tuple[int, int, float, float]]:
    """(asset, other, seconds from the start, miss km) of every local minimum of range below within_km."""
    clock = Clock(start_utc)
    out: list[tuple[int, int, float, float]] = []
    by_number = {t.number: t for t in everything}
    for asset_number, other_number, t_s in _sampled_minima(assets, everything, clock, stop_s, within_km):
        found = _refined(by_number[asset_number], by_number[other_number], clock, t_s)
        if found and found[1] <= within_km and 0.0 <= found[0] < stop_s:
            out.append((asset_number, other_number, *found))
    return sorted(out)


def _sampled_minima(
    assets: Sequence[Track], everything: Sequence[Track], clock: Clock, stop_s: float, within_km: float
) -> Iterator[tuple[int, int, float]]:
    reach2 = (within_km + FASTEST_KM_S * STEP_S / 2.0) ** 2
    count = int(np.ceil(stop_s / STEP_S)) + 1
    for begin in range(-1, count, CHUNK):
        t_s = np.asarray(STEP_S * np.arange(begin - 1, min(begin + CHUNK, count) + 1), np.float64)
        where = [sampled(a, clock, t_s) for a in assets]
        for track in everything:
            r = sampled(track, clock, t_s)
            for asset, own in zip(assets, where, strict=True):
                if asset.number == track.number:
                    continue
                d = ((r - own) ** 2).sum(axis=1)
                for j in np.flatnonzero((d[1:-1] < d[:-2]) & (d[1:-1] <= d[2:]) & (d[1:-1] < reach2)):
                    yield asset.number, track.number, float(t_s[j + 1])


def _refined(asset: Track, other: Track, clock: Clock, t_s: float) -> tuple[float, float] | None:
    """Time and value of the minimum within a step of t_s: where the slope of the squared range, by the five-point formula,
    passes through zero; where it does not, the lowest value by Brent's method. None at a break."""
    middle = [(t.epoch_s[:-1] + t.epoch_s[1:])[~np.array(t.joined[:-1], bool)] / 2.0 for t in (asset, other)]
    if any(np.any(np.abs(m - t_s) < 2.0 * STEP_S) for m in middle):
        return None

    def squared(s: Floats) -> Floats:
        return np.asarray(((sampled(other, clock, s) - sampled(asset, clock, s)) ** 2).sum(axis=1))

    span = 0.5 if asset.sets[0].no_kozai > 0.03 else 8.0  # rad/min: near the Earth, or not

    def slope(s: float) -> float:
        d = squared(s + span * np.array([-2.0, -1.0, 1.0, 2.0]))
        return float((d[0] - 8.0 * d[1] + 8.0 * d[2] - d[3]) / (12.0 * span))

    if slope(t_s - STEP_S) < 0.0 < slope(t_s + STEP_S):
        best = float(brentq(slope, t_s - STEP_S, t_s + STEP_S, xtol=1e-7, rtol=1e-15))
    else:
        bounds = (t_s - STEP_S, t_s + STEP_S)
        best = float(minimize_scalar(lambda s: squared(np.array([s]))[0], bounds=bounds, method="bounded").x)
    return best, float(np.sqrt(squared(np.array([best]))[0]))
