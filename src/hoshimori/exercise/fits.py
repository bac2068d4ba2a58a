"""From what was tracked to what is published: each element set is a least-squares fit over the looks of the last days.

A look measures the orbit's along-track place, its eccentricity vector and its plane, each with an error of its own. A set weighs
the looks of its span, newer ones more; neighbouring sets share looks, so their errors are alike. A burn inside the span bends the
fit, which smears it over the first sets after it. A fit that would bend too far takes fewer looks, only the newest, and where
even the fewest allowed do not agree nothing is published: a large burn shows as a hole in the record and then a clean step.

For low objects the drag is fitted too, held near the recent mean: it takes up part of a burn, and part of a storm.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from hoshimori.exercise.air import Air
from hoshimori.exercise.arcs import EARTH_RADIUS_KM, MIN_PER_DAY, US_PER_DAY, US_PER_MIN, XKE, Arc, Track
from hoshimori.exercise.equinoctial import apart, displaced, local, to_equinoctial
from hoshimori.exercise.streams import stream
from hoshimori.facts import Floats, Ints

_EPOCH_STEP_US = 864  # 1e-8 day, the last digit of an epoch in a TLE
_DRAG_SIGMA = 0.25  # how far a fit lets the drag stray from its recent mean, as a share of it
_DRAG_MEMORY_US = 5 * US_PER_DAY
_WANDER_DAYS = 6.0
_POOR_SHARE, _POOR_TIMES = 0.02, 5.0  # some looks are bad, and bend the sets that use them


@dataclass(frozen=True, slots=True)
class Tracking:
    """How an object is followed. Errors are one sigma of one look, in km at its distance from the Earth.

    gap_h: between sets, from and to. looks_per_day, span_days and memory_days: what a fit has, reaches back to and favours.
    wander_km_day: an error in the along-track rate that all sets of about six days share, from what the theory leaves out.
    patience_km: how far a look may lie from the orbit that it is fitted into. fewest: looks without which nothing is published.
    """

    gap_h: tuple[float, float]
    looks_per_day: float
    span_days: float
    memory_days: float
    radial_km: float
    along_km: float
    cross_km: float
    wander_km_day: float
    patience_km: float
    fewest: int = 3


class Fitted(NamedTuple):
    """Sets of one object: epoch_us (n,), x (n, 6) equinoctial, bstar_per_er (n,)."""

    epoch_us: Ints
    x: Floats
    bstar_per_er: Floats


class _Looks(NamedTuple):
    t_us: Ints
    x: Floats  # (m, 6) the truth
    errors: Floats  # (m, 6) as `local` counts them; no look measures the drift


def fitted(seed: int, track: Track, tracking: Tracking, bstar_per_er: float, air: Air, stop_us: int) -> Fitted:
    """Every set of a track up to `stop_us`. `bstar_per_er`: with the air as usual; 0 where there is none."""
    looks = _looked(seed, track, tracking, stop_us)
    rng = stream(seed, track.name, "sets")
    epochs, rows, drags = [], [], []
    for t_us, wander in _epochs(rng, tracking, int(looks.t_us[tracking.fewest]), stop_us):
        bstar = bstar_per_er * air.mean_over(t_us - _DRAG_MEMORY_US, t_us) if bstar_per_er else 0.0
        fit = _fit(looks, tracking, track, t_us, bstar)
        if fit is None:
            continue
        x, stretch = fit
        x[0] += wander * tracking.wander_km_day / _axis_km(x) / MIN_PER_DAY
        epochs.append(t_us)
        rows.append(x)
        drags.append(bstar * stretch)
    return Fitted(np.array(epochs, np.int64), np.array(rows).reshape(-1, 6), np.array(drags))


def _looked(seed: int, track: Track, tracking: Tracking, stop_us: int) -> _Looks:
    rng = stream(seed, track.name, "looks")
    start_us = track.pieces[0][0]
    count = int((stop_us - start_us) / US_PER_DAY * tracking.looks_per_day) + 1
    t_us = start_us + ((np.arange(count) + rng.uniform(0.1, 0.9, count)) / tracking.looks_per_day * US_PER_DAY).astype(np.int64)
    x = np.array([to_equinoctial(track.mean_at(t)) for t in t_us.tolist()])
    km = [0.0, tracking.radial_km, tracking.radial_km, tracking.cross_km, tracking.cross_km, tracking.along_km]
    poor = np.where(rng.random(count) < _POOR_SHARE, _POOR_TIMES, 1.0)
    return _Looks(t_us, x, rng.standard_normal((count, 6)) * poor[:, None] * km / _axis_km(x[0]))


def _epochs(rng: np.random.Generator, tracking: Tracking, first_us: int, stop_us: int) -> list[tuple[int, float]]:
    """Epochs of the sets, and the error of the theory at each, of unit variance and with a memory of six days."""
    out: list[tuple[int, float]] = []
    t, held = float(first_us), rng.standard_normal()
    while t <= stop_us:
        out.append((int(t) // _EPOCH_STEP_US * _EPOCH_STEP_US, held))
        gap_days = rng.uniform(*tracking.gap_h) / 24.0
        t += gap_days * US_PER_DAY
        keep = np.exp(-gap_days / _WANDER_DAYS)
        held = keep * held + np.sqrt(1.0 - keep * keep) * rng.standard_normal()
    return out


def _fit(looks: _Looks, tracking: Tracking, track: Track, t_us: int, bstar: float) -> tuple[Floats, float] | None:
    """Elements at t and the factor on the drag; None where the looks at hand do not agree on one orbit."""
    last = int(np.searchsorted(looks.t_us, t_us, side="right"))
    first = int(np.searchsorted(looks.t_us, t_us - tracking.span_days * US_PER_DAY))
    if last - first < tracking.fewest:
        return None
    truth = track.mean_at(t_us)
    reference, here = Arc(t_us, truth, bstar), to_equinoctial(truth)
    times = looks.t_us[first:last]
    computed = np.array([to_equinoctial(reference.mean_at(t)) for t in times.tolist()])
    off = local(here, apart(looks.x[first:last], computed))
    drag = _drag_rate(reference, here) if bstar else 0.0
    km = np.abs(off[:, [1, 2, 3, 4, 5]]).max(axis=1) * _axis_km(here)
    keep = _agreeing(km, tracking)
    if keep is None:
        return None
    seen, noise = off[keep:] + looks.errors[first + keep : last], tracking.along_km / _axis_km(here)
    step, stretch = _solved(times[keep:] - t_us, seen, tracking.memory_days, drag, noise)
    return here + displaced(here, step), stretch


def _agreeing(km: Floats, tracking: Tracking) -> int | None:
    """From which look on a fit may reach: all of the span, half of it, and so on; None where the newest do not agree either."""
    count = len(km)
    while count >= tracking.fewest:
        if km[-count:].max() <= tracking.patience_km:
            return len(km) - count
        count = max(count // 2, tracking.fewest) if count > tracking.fewest else 0
    return None


def _solved(dt_us: Ints, off: Floats, memory_days: float, drag: float, noise: float) -> tuple[Floats, float]:
    """Differences from the reference at dt = 0, as `local` counts them, and the factor on the drag.

    dt_us (m,) are not positive; off (m, 6). Along the track: place, drift and drag; the rest are weighted means.
    `drag`: rate of the drift, rad/min^2. `noise`: of one look along the track, rad.
    """
    minutes = dt_us / US_PER_MIN
    weight = np.exp(minutes / MIN_PER_DAY / memory_days)
    columns = np.stack([np.ones(len(minutes)), minutes, 0.5 * drag * minutes**2], axis=1)
    normal = columns.T @ (columns * weight[:, None])
    normal[2, 2] += (noise / _DRAG_SIGMA) ** 2 if drag else 1.0
    place, drift, stretch = np.linalg.solve(normal, columns.T @ (weight * off[:, 5]))
    means = weight @ off[:, 1:5] / weight.sum()
    return np.array([drift, *means, place]), 1.0 + float(stretch)


def _drag_rate(reference: Arc, here: Floats) -> float:
    """How fast the drag of the reference raises its mean motion, rad/min^2."""
    later = reference.mean_at(reference.epoch_us + US_PER_DAY)
    return float((later.n_rad_min - here[0]) / MIN_PER_DAY)


def _axis_km(x: Floats) -> float:
    return float(EARTH_RADIUS_KM * (XKE / x[0]) ** (2.0 / 3.0))
