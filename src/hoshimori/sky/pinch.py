"""Where and when a young cloud was one point: positions of all fragments wound back to the moment at which they meet.

A few days after a break-up the positions of the fragments along their orbits are still known to kilometres. Taken back by SGP4
they meet at one point in one moment, and pass near it again once in every revolution, each time farther apart: the event is
where they are nearest together. Each position is uncertain far more along its track than across it, and more so the more drag
it had; the directions of the tracks differ a little, so that many of them fix the point better along the track than any one.

Method: pinch point (e.g. Sorge et al.; FRED of Montaruli et al.), written as a likelihood with the error of each set along its
own R, T, N. Student's t with four degrees of freedom: a piece that is none of the cloud's cannot pull.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from hoshimori.sky import orbits
from hoshimori.sky.convergence import DEGREES_OF_FREEDOM, _lowest
from hoshimori.sky.orbits import Satellites
from hoshimori.sky.relative import rtn_basis

Floats = npt.NDArray[np.float64]
Times = npt.NDArray[np.datetime64]

DAY_US = 86_400_000_000
COARSE_S = 30.0
BLOCK = 4096
CANDIDATES = 30
ROUNDS = 8
CROSS_KM = 0.15
ALONG_KM, ALONG_KM_DAY = 0.5, 0.5
DRAG_SHARE = 0.3
"""Sigma across the track, along it at the epoch and by day, and the share of what drag alone moved that is not known. Their
scale is fitted to each cloud, along and across: only the shape matters."""
SCALES = np.exp(np.linspace(np.log(0.1), np.log(16.0), 16))
FAR_APART_KM = 300.0
"""Where sets wound back to an event err by more than this along the track, they do not show it as a point any more."""


class Pinch(NamedTuple):
    """Where fragments met: time, sigma of the likelihood alone, place r_km (3,) and its covariance (3, 3) in TEME, km2.

    velocity_km_s: (n, 3) of each fragment there; residual_rtn_km: (n, 3) by how much each misses the place, along its own
    R, T, N; sigma_rtn_km: (n, 3). along, across: fitted scales of the sigmas. spread_km: the median distance to the place.
    rivals: how much less likely (natural logarithm) the best moment in another revolution is; inf where there is none.
    """

    t_utc: np.datetime64
    sigma_s: float
    r_km: Floats
    covariance_km2: Floats
    velocity_km_s: Floats
    residual_rtn_km: Floats
    sigma_rtn_km: Floats
    along: float
    across: float
    spread_km: float
    rivals: float


def along_sigma_km(satellites: Satellites, ndot_rev_day2: Floats, t_utc: np.datetime64) -> Floats:
    """(n,) how far each set may be off along its track at a moment, before any fitted scale."""
    days = np.abs((t_utc - satellites.epoch_utc) / np.timedelta64(DAY_US, "us"))
    axis_km = satellites.table["a0"] * 6378.135
    by_drag = 2.0 * np.pi * axis_km * np.abs(ndot_rev_day2) * days**2
    return np.asarray(np.hypot(ALONG_KM + ALONG_KM_DAY * days, DRAG_SHARE * by_drag))


def pinch(satellites: Satellites, ndot_rev_day2: Floats, start_utc: np.datetime64, stop_utc: np.datetime64) -> Pinch | None:
    """The moment in a window at which fragments (usable sets, at least three) were nearest together, and where.

    None where fewer than three can be propagated back. Whether it was a point at all is for the caller to judge: by `spread_km`
    against the sigmas, and by `rivals`.
    """
    seconds = np.arange(0.0, (stop_utc - start_utc) / np.timedelta64(1, "s") + COARSE_S, COARSE_S)
    rough = _spreads(satellites, start_utc, seconds)
    dips = _dips(rough)
    dips = dips[rough[dips] < 2.0 * FAR_APART_KM] if len(dips) else dips
    if not len(dips):
        return None
    best: list[tuple[float, float]] = []
    for k in dips[np.argsort(rough[dips])][:CANDIDATES]:
        near = seconds[k] + np.arange(-30.0, 30.1, 5.0)
        costs = _costs(satellites, ndot_rev_day2, start_utc, near, 1.0, 1.0)
        j = int(np.nanargmin(costs)) if not np.isnan(costs).all() else -1
        if j >= 0:
            best.append((float(costs[j]), float(near[j])))
    if not best:
        return None
    best.sort()
    period_s = float(np.median(satellites.period_min)) * 60.0
    scored = [_refined(satellites, ndot_rev_day2, start_utc, s) for _, s in best[:4]]
    scored.sort(key=lambda x: x[0])
    cost, at_s, along, across = scored[0]
    others = [c for c, s, *_ in scored[1:] if abs(s - at_s) > 0.3 * period_s]
    others += [c for c, s in best[4:] if abs(s - at_s) > 0.3 * period_s]
    rivals = min(others, default=float("inf")) - cost
    return _told(satellites, ndot_rev_day2, start_utc, at_s, along, across, rivals)


def _spreads(satellites: Satellites, start_utc: np.datetime64, seconds: Floats) -> Floats:
    """(m,) median distance from the middle (by coordinates) of all, at each time; NaN where fewer than three speak."""
    out = np.full(len(seconds), np.nan)
    block = max(1, BLOCK * 64 // max(len(satellites), 1))
    for first in range(0, len(seconds), block):
        t = start_utc + np.rint(seconds[first : first + block] * 1e6).astype("timedelta64[us]")
        r = orbits.states(satellites, t).r_km
        enough = np.isfinite(r[:, 0, :]).sum(axis=0) >= 3
        mine = r[:, :, enough]
        middle = np.nanmedian(mine, axis=0)
        out[first : first + block][enough] = np.nanmedian(np.linalg.norm(mine - middle, axis=1), axis=0)
    return out


def _dips(values: Floats) -> npt.NDArray[np.int64]:
    padded = np.concatenate(([np.inf], np.where(np.isnan(values), np.inf, values), [np.inf]))
    low = (padded[1:-1] <= padded[:-2]) & (padded[1:-1] <= padded[2:]) & np.isfinite(padded[1:-1])
    return np.flatnonzero(low)


class _Place(NamedTuple):
    cost: float
    r_km: Floats
    covariance_km2: Floats
    residual_rtn_km: Floats
    sigma_rtn_km: Floats
    velocity_km_s: Floats
    spread_km: float


def _place(
    satellites: Satellites, ndot: Floats, start_utc: np.datetime64, second: float, along: float, across: float
) -> _Place | None:
    """The point that all positions at one moment share best."""
    t = np.array([start_utc + np.timedelta64(round(second * 1e6), "us")])
    found = orbits.states(satellites, t)
    r, v = found.r_km[:, :, 0], found.v_km_s[:, :, 0]
    good = np.isfinite(r[:, 0])
    if good.sum() < 3:
        return None
    sigma = np.full((len(r), 3), across * CROSS_KM)
    sigma[:, 1] = along * along_sigma_km(satellites, ndot, t[0])
    basis = rtn_basis(r[good], v[good])  # rows R, T, N
    weight = np.einsum("kai,ka,kaj->kij", basis, 1.0 / sigma[good] ** 2, basis)
    robust = np.ones(int(good.sum()))
    place = np.median(r[good], axis=0)
    for _ in range(ROUNDS):
        total = np.einsum("k,kij->ij", robust, weight)
        place = np.linalg.solve(total, np.einsum("k,kij,kj->i", robust, weight, r[good]))
        off = np.einsum("kai,ki->ka", basis, r[good] - place)
        d2 = ((off / sigma[good]) ** 2).sum(axis=1)
        robust = (DEGREES_OF_FREEDOM + 3.0) / (DEGREES_OF_FREEDOM + d2)
    cost = float((0.5 * (DEGREES_OF_FREEDOM + 3.0) * np.log1p(d2 / DEGREES_OF_FREEDOM)).sum() + np.log(sigma[good]).sum())
    residual = np.full(r.shape, np.nan)
    residual[good] = off
    spread = float(np.median(np.linalg.norm(r[good] - place, axis=1)))
    return _Place(cost, place, np.linalg.inv(total), residual, sigma, v, spread)


def _costs(
    satellites: Satellites, ndot: Floats, start_utc: np.datetime64, seconds: Floats, along: float, across: float
) -> Floats:
    found = [_place(satellites, ndot, start_utc, float(s), along, across) for s in seconds]
    return np.array([np.nan if f is None else f.cost for f in found])


def _refined(satellites: Satellites, ndot: Floats, start_utc: np.datetime64, second: float) -> tuple[float, float, float, float]:
    """Cost, second, and the scales of sigma along and across that fit best near a moment."""
    along = across = 1.0

    def cost(s: float, a: float, c: float) -> float:
        found = _place(satellites, ndot, start_utc, s, a, c)
        return float("inf") if found is None else found.cost

    for reach in (30.0, 15.0, 5.0):
        along = float(SCALES[int(np.argmin([cost(second, float(a), across) for a in SCALES]))])
        across = float(SCALES[int(np.argmin([cost(second, along, float(c)) for c in SCALES]))])
        second = _lowest(lambda s: cost(s, along, across), second - reach, second + reach, 0.01)  # noqa: B023
    return cost(second, along, across), second, along, across


def _told(
    satellites: Satellites, ndot: Floats, start_utc: np.datetime64, second: float, along: float, across: float, rivals: float
) -> Pinch | None:
    here = _place(satellites, ndot, start_utc, second, along, across)
    if here is None:
        return None
    t_utc = start_utc + np.timedelta64(round(second * 1e6), "us")
    return Pinch(
        t_utc,
        _sigma_s(satellites, ndot, start_utc, second, along, across, here.cost),
        here.r_km,
        here.covariance_km2,
        here.velocity_km_s,
        here.residual_rtn_km,
        here.sigma_rtn_km,
        along,
        across,
        here.spread_km,
        rivals,
    )


def _sigma_s(
    satellites: Satellites, ndot: Floats, start_utc: np.datetime64, second: float, along: float, across: float, lowest: float
) -> float:
    for step in (0.02, 0.1, 0.5, 2.0, 10.0, 60.0, 300.0):
        both = _costs(satellites, ndot, start_utc, np.array([second - step, second + step]), along, across)
        rise = float(both.mean()) - lowest
        if rise > 0.5:
            return step / float(np.sqrt(2.0 * rise))
    return float("inf")
