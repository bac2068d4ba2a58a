"""When and where one cloud began: by positions while these are known, else by planes and heights; or why it cannot be said."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hoshimori.facts import Bools, ElementSets, Floats, Ints
from hoshimori.findings import Reason
from hoshimori.sky import convergence, frames, orbits
from hoshimori.sky.convergence import Convergence, converge, orbits_of
from hoshimori.sky.pinch import FAR_APART_KM, Pinch, along_sigma_km, pinch
from hoshimori.sky.relative import rtn_basis
from hoshimori.tracking.satellites import satellites_of

DAY = np.timedelta64(86_400_000_000, "us")
SECOND = np.timedelta64(1_000_000, "us")
YOUNG_DAYS = 20.0
"""So long after an event are positions tried; beyond it nothing along the track is left of small pieces."""
MANY = 200
"""So many of the steadiest pieces are enough to find a point."""
FITS = 4.0
CLEAR = 4.0
"""By so much (natural logarithm) the best moment must beat every other, 50 to 1, or no date is told."""
TIGHT_RAD, TIGHT_KM = 1e-3, 15.0
"""Planes and heights that remain farther apart than this, in the middle, did not meet."""
FITTING_SHARE = 0.5
STEPS = 2400

MEAN_KM = 10.0
"""A place told by mean orbits lies off the true one by their short-period terms (J2): up to so much in low orbit."""

PINCH_TIMES, PINCH_FLOOR_S = 3.0, 0.3
NODES_TIMES, NODES_FLOOR_DAYS = 1.5, 0.05
"""What the likelihood's sigma is multiplied by, and what is added in squares, so that it is real: see bench/breakup."""


@dataclass(frozen=True)
class Origin:
    """Where and when. r_km (3,) and sigma_km (its one sigma, the length of the largest axis) in TEME at t_utc.

    velocity_km_s (n, 3): of each piece there; fits (n,): does it come from there? `along_known`: is the place along the orbit
    known in Earth-fixed terms, that is, the moment to a small part of a revolution. residual_km (n,): by how much each misses.
    """

    method: str  # "pinch point" or "nodal convergence"
    t_utc: np.datetime64
    sigma_s: float
    r_km: Floats
    sigma_km: float
    velocity_km_s: Floats
    velocity_sigma_km_s: Floats
    fits: Bools
    residual_km: Floats
    rivals: float
    convergence: Convergence | None = None

    @property
    def longitude_known(self) -> bool:
        return self.sigma_s < 300.0

    def place(self) -> tuple[float, float | None, float]:
        """Geodetic latitude, longitude east (None where the moment is not known well enough) and height: deg, deg, km."""
        r, _ = frames.teme_to_itrs(self.r_km[None], np.zeros((1, 3)), np.array([self.t_utc]))
        lon, lat, height = frames.geodetic(r)
        east = (float(np.degrees(lon[0])) + 180.0) % 360.0 - 180.0
        return float(np.degrees(lat[0])), east if self.longitude_known else None, float(height[0])


@dataclass(frozen=True)
class NotDated:
    """Why no moment can be told."""

    reason: Reason


def origin(sets: ElementSets, first_utc: np.datetime64, last_utc: np.datetime64) -> Origin | NotDated:
    """The moment in [first, last] at which these pieces were one, from one usable set each.

    Positions are tried where the pieces' sets lie within YOUNG_DAYS of a possible moment, planes and heights else. Method and
    sigma are those of the one that answers.
    """
    satellites = satellites_of(sets)
    last_utc = min(last_utc, np.sort(sets.epoch_utc)[len(sets) // 4])
    if last_utc <= first_utc:
        return NotDated(Reason("pieces older than window", {"when": str(first_utc)}))
    if float(np.median(satellites.period_min)) > 225.0:
        return NotDated(Reason("cloud too high to date", {"minutes": float(np.median(satellites.period_min))}))
    middle = np.sort(sets.epoch_utc)[len(sets) // 2]
    young_utc = max(first_utc, middle - np.timedelta64(round(YOUNG_DAYS * 86400e6), "us"))
    found = _by_point(sets, satellites, young_utc, last_utc) if young_utc < last_utc else None
    if found is not None:
        return found
    return _by_nodes(sets, satellites, first_utc, last_utc)


def _steadiest(sets: ElementSets, many: int) -> Ints:
    return np.sort(np.argsort(np.abs(sets.ndot_rev_day2), kind="stable")[:many])


def _by_point(
    sets: ElementSets, satellites: orbits.Satellites, first_utc: np.datetime64, last_utc: np.datetime64
) -> Origin | None:
    steady = _steadiest(sets, MANY)
    found = pinch(satellites.take(steady), sets.ndot_rev_day2[steady], first_utc, last_utc)
    if found is None or found.rivals < CLEAR or found.spread_km > FAR_APART_KM or not np.isfinite(found.sigma_s):
        return None
    off, sigma, velocity = _misses(satellites, sets.ndot_rev_day2, found)
    fits = np.sqrt(((off / sigma) ** 2).mean(axis=1)) < FITS
    if fits[steady].mean() < FITTING_SHARE or fits.sum() < 3:
        return None
    sigma_s = float(np.hypot(PINCH_TIMES * found.sigma_s, PINCH_FLOOR_S))
    widest = float(np.sqrt(np.linalg.eigvalsh(found.covariance_km2)[-1]))
    speed = np.linalg.norm(velocity, axis=1)
    return Origin(
        "pinch point",
        found.t_utc,
        sigma_s,
        found.r_km,
        float(np.hypot(PINCH_TIMES * widest, float(np.nanmedian(speed)) * sigma_s)),  # a late moment is a place farther on
        velocity,
        sigma[:, 1] / np.linalg.norm(found.r_km) * speed,
        fits & np.isfinite(velocity[:, 0]),
        np.linalg.norm(off, axis=1),
        found.rivals,
    )


def _misses(satellites: orbits.Satellites, ndot: Floats, found: Pinch) -> tuple[Floats, Floats, Floats]:
    """(n, 3) by how much each piece misses the point, along its own R, T, N, the sigma of that, and its velocity [km/s]."""
    states = orbits.states(satellites, np.array([found.t_utc]))
    r, v = states.r_km[:, :, 0], states.v_km_s[:, :, 0]
    sigma = np.full((len(r), 3), found.across * 0.15)
    sigma[:, 1] = found.along * along_sigma_km(satellites, ndot, found.t_utc)
    off = np.full((len(r), 3), np.nan)
    good = np.isfinite(r[:, 0])
    off[good] = np.einsum("kai,ki->ka", rtn_basis(r[good], v[good]), r[good] - found.r_km)
    return off, sigma, v


def _by_nodes(
    sets: ElementSets, satellites: orbits.Satellites, first_utc: np.datetime64, last_utc: np.datetime64
) -> Origin | NotDated:
    pieces = orbits_of(satellites, sets.ndot_rev_day2, first_utc)
    days = float((last_utc - first_utc) / DAY)
    found = converge(pieces, 0.0, days, step_days=max(0.25, days / STEPS))
    reason = _doubt(found, pieces)
    if reason is not None:
        return NotDated(reason)
    m = found.met
    fits = (np.abs(m.plane_rad) < FITS * m.plane_sigma_rad) & (np.abs(m.height_residual_km) < FITS * m.height_sigma_km)
    back = convergence.wound_back(pieces, found.day, found.noise.air)
    velocity = back.velocity_km_s(m.direction)
    values, _ = np.linalg.eigh(np.einsum("k,ki,kj->ij", m.plane_sigma_rad**-2.0, back.normals(), back.normals()))
    along_km = m.radius_km / float(np.sqrt(values[1]))
    speed = np.linalg.norm(velocity, axis=1)
    return Origin(
        "nodal convergence",
        first_utc + np.timedelta64(round(found.day * 86400e6), "us"),
        float(np.hypot(NODES_TIMES * found.sigma_days, NODES_FLOOR_DAYS)) * 86400.0,
        m.direction * m.radius_km,
        float(np.sqrt((NODES_TIMES * along_km) ** 2 + found.noise.height_km**2 + MEAN_KM**2)),
        velocity,
        np.hypot(m.plane_sigma_rad, m.height_sigma_km / m.radius_km) * speed,
        fits,
        np.hypot(m.plane_rad * m.radius_km, m.height_residual_km),
        found.rival,
        found,
    )


def _doubt(found: Convergence, pieces: convergence.Orbits) -> Reason | None:
    """Why a convergence is none, if so."""
    plane, height = found.apart_rad, found.apart_km
    if found.at_edge:
        return Reason("no convergence in window", {})
    if not np.isfinite(found.formal_days) or found.rival < CLEAR:
        return Reason("moment not determined", {"pieces": float(len(pieces))})
    if plane > TIGHT_RAD or height > TIGHT_KM:
        return Reason("orbits do not meet", {"deg": float(np.degrees(plane)), "km": height})
    return None


def joins(sets: ElementSets, where: Origin) -> Bools:
    """(n,) which other objects, by one set each, come from the same place at the same moment as well."""
    if not len(sets):
        return np.zeros(0, bool)
    satellites = satellites_of(sets)
    if where.convergence is None:
        ages = np.abs((sets.epoch_utc - where.t_utc) / DAY)
        off = orbits.states(satellites, np.array([where.t_utc])).r_km[:, :, 0] - where.r_km
        limit = FITS * along_sigma_km(satellites, sets.ndot_rev_day2, where.t_utc)
        return np.asarray((ages < YOUNG_DAYS) & (np.linalg.norm(off, axis=1) < np.minimum(limit, FAR_APART_KM)))
    pieces = orbits_of(satellites, sets.ndot_rev_day2, where.t_utc)
    back = convergence.wound_back(pieces, 0.0, where.convergence.noise.air)
    direction = where.r_km / np.linalg.norm(where.r_km)
    noise, middle = where.convergence.noise, np.median(where.velocity_km_s[where.fits], axis=0)
    plane = np.abs(back.normals() @ direction)
    height = np.abs(back.radius_km(back.arglat_rad(direction)) - np.linalg.norm(where.r_km))
    kick = np.linalg.norm(back.velocity_km_s(direction) - middle, axis=1)
    sigma = np.hypot(noise.plane_rad, noise.plane_share * back.node_by_drag_rad)
    high = np.hypot(noise.height_km, noise.height_share * back.sma_by_drag_km)
    return np.asarray((plane < FITS * sigma) & (height < FITS * high) & (kick < FASTEST_KM_S))


FASTEST_KM_S = 1.0
"""Pieces thrown faster than this from the middle of the cloud are not looked for among strangers."""
