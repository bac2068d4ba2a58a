"""From how pieces truly flew to the element sets that are published of them: a least-squares fit of SGP4 over what was looked at.

A piece is seen in passes of a few looks. Each look is off by an error of its own, one shared by its pass, and a sway of a day
and half a day that stands for the Earth's uneven field, which neither the flight nor SGP4 has. Small fresh fragments are off by
0.5 to 4 km along the track at one look, which leaves the published set about half as far off at its epoch, and further off away
from it (the tests hold this). All rows are fitted at once by Gauss-Newton steps: position along R, T, N, each weighed by the
error of a look; seven unknowns, B* held loosely. A set is published only where the fit agrees with its looks.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from hoshimori.facts import Bools, Floats, Times
from hoshimori.sky import orbits
from hoshimori.sky.relative import rtn_basis

LOOKS_A_PASS = 3
_MU, _TAU = 398600.8, 2.0 * np.pi
_SHARES = np.array([0.3, 1.0, 0.4])  # error of a look along R, T, N, as a share of its error along T
_STEP = np.array([1e-6, 1e-7, 1e-7, 1e-7, 1e-7, 1e-7, 1e-6])
_BSTAR_SIGMA = 0.03
_NEAR_DAYS = 0.5
_WORST = 4.0  # a fit whose residuals are this many times what looks are off by is not published


class Looks(NamedTuple):
    """What was seen of n pieces: t_s (n, m) seconds, rising; r_km (n, m, 3); basis (n, m, 3, 3); sigma_km (n,) along T."""

    t_s: Floats
    r_km: Floats
    basis: Floats
    sigma_km: Floats


class Elements(NamedTuple):
    """Mean elements of n sets: x (n, 7) = rev/day, e sin w, e cos w, inclination, node, argument of latitude (rad), B*."""

    x: Floats
    good: Bools


def pass_times(rng: np.random.Generator, first_s: Floats, last_s: Floats, passes: int) -> Floats:
    """(n, 3 passes) seconds, rising: passes anywhere between first and last, three looks a minute apart in each; one at last."""
    n = len(first_s)
    start = first_s[:, None] + rng.random((n, passes)) * (last_s - first_s - 240.0)[:, None]
    start[:, -1] = last_s - 120.0
    looks = start[:, :, None] + 60.0 * np.arange(LOOKS_A_PASS)
    return np.sort(looks.reshape(n, -1), axis=1)


def looked(rng: np.random.Generator, t_s: Floats, states: Floats, sigma_km: Floats) -> Looks:
    """Looks at true states (n, m, 6), each off along R, T, N. sigma_km: (n,) along T."""
    n, m = t_s.shape
    basis = rtn_basis(states[..., :3], states[..., 3:])
    own = rng.standard_normal((n, m, 3)) * 0.6
    shared = np.repeat(rng.standard_normal((n, m // LOOKS_A_PASS, 3)), LOOKS_A_PASS, axis=1) * 0.8
    off = (own + shared) * _SHARES * sigma_km[:, None, None]
    for days in (1.0, 0.5):
        size, phase = 0.5 * rng.standard_normal((n, 1)) * sigma_km[:, None], rng.random((n, 1))
        off[..., 1] += size * np.sin(_TAU * (t_s / (86400.0 * days) + phase))
    seen = states[..., :3] + np.einsum("nmij,nmi->nmj", basis, off)
    return Looks(t_s, seen, basis, sigma_km)


def fitted(looks: Looks, epoch_utc: Times, state: Floats, bstar: Floats) -> Elements:
    """One set for each row, from its looks before or at `epoch_utc` (n,), whose t_s are seconds from that epoch.

    `state` (n, 6) and `bstar` (n,) are where the fit begins; it forgets them.
    """
    x = np.column_stack([_mean(state, epoch_utc, bstar), bstar])
    prior = bstar.copy()
    near = np.where(looks.t_s > -_NEAR_DAYS * 86400.0, 1.0, 1e-6)
    for turn in range(11):
        weight = near if turn < 4 else np.ones_like(near)
        x = x + _correction(looks, epoch_utc, x, weight, prior)
    off = np.clip(_residuals(looks, epoch_utc, x), -1e3, 1e3)
    rms = np.sqrt(np.mean(off * off, axis=(1, 2)))
    good = np.isfinite(rms) & (rms < _WORST) & (np.hypot(x[:, 1], x[:, 2]) < 0.9)
    return Elements(x, np.asarray(good))


def satellites(x: Floats, epoch_utc: Times) -> orbits.Satellites:
    """Rows (n, 7) ready for SGP4."""
    return orbits.prepare(epoch_utc, *columns(x))


def columns(x: Floats) -> tuple[Floats, ...]:
    """Mean motion in rev/day, eccentricity, inclination, node, argument of perigee, mean anomaly in degrees, B*."""
    n, ey, ex, inc, raan, u, bstar = x.T
    w = np.arctan2(ey, ex)
    angles = [np.degrees(np.mod(a, _TAU)) for a in (inc, raan, w, u - w)]
    return n, np.hypot(ey, ex), *angles, bstar


def _residuals(looks: Looks, epoch_utc: Times, x: Floats) -> Floats:
    """(n, m, 3): seen less computed along R, T, N, over the error of a look."""
    n, m = looks.t_s.shape
    t_utc = np.repeat(epoch_utc, m)
    r, _, error = orbits.pairs(satellites(x, epoch_utc), np.repeat(np.arange(n), m), t_utc, offset_s=looks.t_s.ravel())
    r = np.where(error[:, None] == 0, r, np.nan)
    off = np.einsum("nmij,nmj->nmi", looks.basis, looks.r_km - r.reshape(n, m, 3))
    return np.asarray(off / (_SHARES * looks.sigma_km[:, None, None]))


def _correction(looks: Looks, epoch_utc: Times, x: Floats, weight: Floats, prior: Floats) -> Floats:
    n = len(x)
    here = _residuals(looks, epoch_utc, x)
    slopes = np.empty((n, here[0].size, 7))
    for j, step in enumerate(_STEP):
        moved = x.copy()
        moved[:, j] += step
        slopes[:, :, j] = ((here - _residuals(looks, epoch_utc, moved)) / step).reshape(n, -1)
    w = np.repeat(weight, 3, axis=1)
    usable = np.asarray(np.isfinite(slopes).all(axis=(1, 2)) & np.isfinite(here).all(axis=(1, 2)))
    slopes[~usable], flat = 0.0, np.where(usable[:, None], here.reshape(n, -1), 0.0)
    normal = np.einsum("nki,nk,nkj->nij", slopes, w, slopes)
    right = np.einsum("nki,nk,nk->ni", slopes, w, flat)
    normal[:, 6, 6] += _BSTAR_SIGMA**-2
    right[:, 6] += (prior - x[:, 6]) * _BSTAR_SIGMA**-2
    size = np.sqrt(np.maximum(np.einsum("nii->ni", normal), 1e-12))
    scaled = normal / size[:, :, None] / size[:, None, :] + 1e-13 * np.eye(7)
    step = np.linalg.solve(scaled, (right / size)[..., None])[..., 0] / size
    step[~usable] = 0.0
    # A step must not carry the orbit away while it is still far off: a hundredth of a turn, a thousandth of a mean motion.
    limit = np.array([0.02, 0.01, 0.01, 0.01, 0.01, 0.1, 0.05])
    return np.asarray(step * np.minimum(1.0, (limit / np.maximum(np.abs(step), 1e-15)).min(axis=1))[:, None])


def _mean(state: Floats, epoch_utc: Times, bstar: Floats) -> Floats:
    """(n, 6) the elements whose SGP4 state at the epoch is this one: osculating elements, corrected by what SGP4 adds."""
    goal = _osculating(state)
    x = goal.copy()
    index = np.arange(len(x))
    for _ in range(12):
        r, v, error = orbits.pairs(satellites(np.column_stack([x, bstar]), epoch_utc), index, epoch_utc)
        off = goal - _osculating(np.where(error[:, None] == 0, np.hstack([r, v]), state))
        off[:, 4:] = np.mod(off[:, 4:] + np.pi, _TAU) - np.pi
        x = x + np.where(np.isfinite(off), off, 0.0)
    return x


def _osculating(state: Floats) -> Floats:
    r, v = state[:, :3], state[:, 3:]
    radius = np.linalg.norm(r, axis=1)
    h = np.cross(r, v)
    pole = h / np.linalg.norm(h, axis=1)[:, None]
    a = 1.0 / (2.0 / radius - np.sum(v * v, axis=1) / _MU)
    n = np.sqrt(_MU / np.abs(a) ** 3) * 86400.0 / _TAU
    inc, raan = np.arccos(np.clip(pole[:, 2], -1.0, 1.0)), np.arctan2(pole[:, 0], -pole[:, 1])
    node = np.column_stack([np.cos(raan), np.sin(raan), np.zeros(len(raan))])
    ahead = np.cross(pole, node)
    vector = np.cross(v, h) / _MU - r / radius[:, None]
    ex, ey = np.sum(vector * node, axis=1), np.sum(vector * ahead, axis=1)
    true_u = np.arctan2(np.sum(r * ahead, axis=1), np.sum(r * node, axis=1))
    e, w = np.hypot(ex, ey), np.arctan2(ey, ex)
    f = true_u - w
    eccentric = np.arctan2(np.sqrt(np.maximum(1.0 - e * e, 0.0)) * np.sin(f), e + np.cos(f))
    return np.column_stack([n, ey, ex, inc, raan, w + eccentric - e * np.sin(eccentric)])
