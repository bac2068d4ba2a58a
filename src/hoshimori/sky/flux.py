"""How often the objects of a population pass through each square kilometre of a target: flux, by closed forms.

Two states of knowledge. `shells`: planes and perigees are random, as precession makes them after months; then an orbit is a
cloud of known density between its perigee and apogee and below its inclination (Kessler 1981), and the flux is density times
relative speed, averaged over the target's own orbit. `rings`: planes and perigees are known and only the places along the orbits
are not, as in a young cloud; then two orbits meet at their mutual nodes or not at all (Öpik 1951; Wetherill 1967), and the flux
comes in seasons. The mean of `rings` over all nodes and perigees is `shells`. `phase` says which of the two describes a cloud.

Both hold for small targets, without attraction between the two, and for objects that do not steer clear of each other: of
satellites that keep a slot or a place in a constellation they say too much. Distances are those of mean elements: what the
flattening of the Earth adds is nearly the same for two objects at one place.
References: Kessler, Icarus 48, 1981, 39-48; Öpik, Proc. R. Irish Acad. 54A, 1951, 165-199; Wetherill, JGR 72, 1967, 2429-2444.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from hoshimori.errors import UsageError
from hoshimori.sky._sgp4_constants import EARTH_RADIUS_KM, J2, MU_KM3_S2

Floats = npt.NDArray[np.float64]
TAU = 2.0 * np.pi

HALF_HEIGHT_KM = 5.0
"""Density is averaged over a shell of this half height: the closed form is infinite at perigee and apogee, and perigees of low
orbits swing by several kilometres (J3), which mean elements of one day do not show."""
SOFT_RAD = np.radians(0.1)
"""Bounds the density where both orbits have the same highest latitude, and none is level with the equator for good."""
POINTS = 144
"""Of the target's own orbit: a lattice over mean anomaly and latitude."""
RING_SIGMA_KM = 5.0
"""One sigma, taken for the distance between two tracks at their mutual node, of what moves it within days."""
SPREAD, CHANCE = 0.2, 3.0
"""Angles count as all round where their mean resultant length R is below SPREAD, or n R^2 below CHANCE: n random angles are
below that in 95 of 100 cases (Rayleigh: 1 - exp(-n R^2))."""
PINCHED = 0.35
"""Where all tracks still pass one place, their radii scatter there by less than this share of their scatter elsewhere."""


class Orbits(NamedTuple):
    """Mean orbits, (n,) each. raan_rad and argp_rad are asked for by `rings` and `phase` alone, anomaly_rad by `phase`."""

    sma_km: Floats
    eccentricity: Floats
    inc_rad: Floats
    raan_rad: Floats
    argp_rad: Floats
    anomaly_rad: Floats

    def take(self, which: npt.NDArray[np.generic] | slice) -> Orbits:
        """Rows by index array, slice or mask."""
        return Orbits(*(np.asarray(column)[which] for column in self))

    @property
    def perigee_km(self) -> Floats:
        """(n,) from the Earth's centre."""
        return np.asarray(self.sma_km * (1.0 - self.eccentricity))

    @property
    def apogee_km(self) -> Floats:
        """(n,) from the Earth's centre."""
        return np.asarray(self.sma_km * (1.0 + self.eccentricity))


class Flux(NamedTuple):
    """(targets, objects) each: passages through a square kilometre in a second, and their mean relative speed or NaN."""

    per_km2_s: Floats
    speed_km_s: Floats


class Phase(NamedTuple):
    """What a cloud looks like now. name: "ellipsoid" (the pieces are still together along the orbit), "ring" (all along it, every
    track through the place of the event), "torus" (tracks parted, planes together), "shell" (planes all round).

    along, planes: mean resultant lengths of arguments of latitude and of nodes, 1 = all alike, 0 = all round. pinch: scatter of
    the radii where the tracks lie closest, as a share of that where they lie widest. closes_days: from being together until the
    fastest twentieth has lapped the slowest. spreads_days: until the nodes of nine in ten pieces lie all round, NaN for never.
    """

    name: str
    along: float
    planes: float
    pinch: float
    closes_days: float
    spreads_days: float


def density_per_km3(orbits: Orbits, r_km: Floats, latitude_rad: Floats) -> Floats:
    """(n,) density of each orbit at one radius and latitude each, planes and perigees random. Its integral over space is 1.

    Assumes: node, argument of perigee and anomaly uniform. Infinite at perigee, apogee and the highest latitude, 0 beyond.
    Reference: Kessler 1981.
    """
    depth = (r_km - orbits.perigee_km) * (orbits.apogee_km - r_km)
    room = np.sin(orbits.inc_rad) ** 2 - np.sin(latitude_rad) ** 2
    inside = (depth >= 0.0) & (room >= 0.0)
    root = np.sqrt(np.where(inside, depth * room, 1.0))
    with np.errstate(divide="ignore"):
        return np.where(inside, 1.0 / (2.0 * np.pi**3 * r_km * orbits.sma_km * root), 0.0)


def shells(
    population: Orbits,
    targets: Orbits,
    *,
    half_height_km: float = HALF_HEIGHT_KM,
    points: int = POINTS,
    workers: int | None = None,
) -> Flux:
    """The flux of each object on each target where planes and perigees of both are random.

    Density is averaged over a shell of the half height given, and flux over `points` of the target's orbit.
    """
    from hoshimori.sky import _flux_kernel

    _check(population, targets)
    if not (half_height_km > 0.0 and points > 0):
        raise UsageError(f"shells: half_height_km={half_height_km} and points={points}: expected more than 0")
    sma_km, ecc, inc_rad = (np.ascontiguousarray(c, np.float64) for c in population[:3])
    out = np.empty((len(targets.sma_km), 2, len(sma_km)))

    def one(k: int) -> None:
        own = _places(targets, k, points)
        _flux_kernel.shells(sma_km, ecc, inc_rad, float(targets.inc_rad[k]), own, MU_KM3_S2, half_height_km, SOFT_RAD, out[k])

    _all(one, len(out), workers)
    return _told(out)


def rings(population: Orbits, targets: Orbits, *, sigma_km: Floats | float = RING_SIGMA_KM, workers: int | None = None) -> Flux:
    """The flux of each object on each target where planes and perigees of both are known, and nothing of the anomalies.

    sigma_km: a number, or (n,), of the distance between the two tracks at their mutual node. Tracks are straight there, so that
    planes less than about a degree apart are not well described; NaN where they are the same.
    Reference: Wetherill 1967, with a Gaussian in place of his step.
    """
    from hoshimori.sky import _flux_kernel

    _check(population, targets)
    many, own = _frames(population), _frames(targets)
    sigma = np.ascontiguousarray(np.broadcast_to(np.asarray(sigma_km, np.float64), (len(many),)))
    if not (sigma > 0.0).all():
        raise UsageError("rings: sigma_km: expected lengths above 0 km")
    out = np.empty((len(own), 2, len(many)))
    _all(lambda k: _flux_kernel.crossings(own[k], many, MU_KM3_S2, sigma, out[k]), len(out), workers)
    return _told(out)


def drifted(orbits: Orbits, days: float | Floats) -> Orbits:
    """The same orbits after this many days (a number, or one for each): planes, perigees and anomalies turned by J2.

    Reference: secular rates of J2, as in Kozai, Astronomical Journal 64, 1959, 367-377. Neglects drag and the Sun and Moon.
    """
    node, perigee, anomaly = rates_rad_day(orbits)
    raan, argp, along = (
        np.asarray((angle + rate * days) % TAU)
        for angle, rate in ((orbits.raan_rad, node), (orbits.argp_rad, perigee), (orbits.anomaly_rad, anomaly))
    )
    return orbits._replace(raan_rad=raan, argp_rad=argp, anomaly_rad=along)


def rates_rad_day(orbits: Orbits) -> tuple[Floats, Floats, Floats]:
    """(n,) each: rates of node, perigee and mean anomaly by the Earth's flattening and, for the last, by the period."""
    a, e, i = orbits.sma_km, orbits.eccentricity, orbits.inc_rad
    motion = np.sqrt(MU_KM3_S2 / a**3) * 86400.0
    pull = 1.5 * J2 * (EARTH_RADIUS_KM / (a * (1.0 - e * e))) ** 2 * motion
    sine2 = np.sin(i) ** 2
    round_it = motion + pull * np.sqrt(1.0 - e * e) * (1.0 - 1.5 * sine2)
    return np.asarray(-pull * np.cos(i)), np.asarray(pull * (2.0 - 2.5 * sine2)), np.asarray(round_it)


def phase(orbits: Orbits) -> Phase:
    """Which phase a cloud is in, all sets brought to one moment.

    After McKnight (1990) and Jehn (1991), as later authors tell them: neither paper was at hand. The limits are ours.
    """
    if len(orbits.sma_km) < 2:
        raise UsageError(f"phase: {len(orbits.sma_km)} orbits: expected 2 or more")
    along, planes = _alike(orbits.argp_rad + orbits.anomaly_rad), _alike(orbits.raan_rad)
    node, perigee, anomaly = rates_rad_day(orbits)
    pinch = _pinch(orbits)
    least = max(SPREAD, float(np.sqrt(CHANCE / len(orbits.sma_km))))
    spread = "shell" if planes < least else "torus" if pinch > PINCHED else "ring"
    name = spread if along < least else "ellipsoid"
    lap, turn = _width(anomaly + perigee), _width(node)
    return Phase(name, along, planes, pinch, TAU / lap if lap > 0.0 else np.nan, TAU / turn if turn > 0.0 else np.nan)


def _pinch(orbits: Orbits) -> float:
    """Scatter (half the width of the middle half) of the radii around the orbit, least over largest."""
    u = np.linspace(0.0, TAU, 72, endpoint=False)
    p = orbits.sma_km * (1.0 - orbits.eccentricity**2)
    r = p[:, None] / (1.0 + orbits.eccentricity[:, None] * np.cos(u - orbits.argp_rad[:, None]))
    quarter = np.quantile(r, (0.25, 0.75), axis=0)
    scatter = quarter[1] - quarter[0]
    return float(scatter.min() / scatter.max()) if scatter.max() > 0.0 else 0.0


def _alike(angle_rad: Floats) -> float:
    return float(abs(np.exp(1j * angle_rad).mean()))


def _width(values: Floats) -> float:
    low, high = np.quantile(values, (0.05, 0.95))
    return float(high - low)


def _places(targets: Orbits, k: int, points: int) -> Floats:
    """(points, 4) of one target's orbit: radius, sine of an angle to take latitudes by, speeds up and level; a lattice over half
    a turn and a quarter. Whatever passes there comes from all four sides alike: the other halves and quarters add nothing.
    """
    a, e = float(targets.sma_km[k]), float(targets.eccentricity[k])
    number = np.arange(points)
    eccentric = _kepler(np.pi * (number + 0.5) / points, e)
    r = a * (1.0 - e * np.cos(eccentric))
    level = np.sqrt(MU_KM3_S2 * a * (1.0 - e * e)) / r
    up = np.sqrt(np.maximum(MU_KM3_S2 * (2.0 / r - 1.0 / a) - level**2, 0.0))
    angle = 0.5 * np.pi * ((number * GOLDEN + 0.5) % 1.0)
    return np.ascontiguousarray(np.stack([r, np.sin(angle), up, level], axis=1))


GOLDEN = (np.sqrt(5.0) - 1.0) / 2.0


def _kepler(anomaly_rad: Floats, e: float) -> Floats:
    """Eccentric from mean anomaly, 0..pi, by Newton; the start above it makes every step fall."""
    found = np.minimum(anomaly_rad + e, np.pi)
    for _ in range(60):
        step = (found - e * np.sin(found) - anomaly_rad) / (1.0 - e * np.cos(found))
        found = found - step
        if np.abs(step).max() < 1e-13:
            break
    return np.asarray(found)


def _frames(orbits: Orbits) -> Floats:
    """(n, 11): unit vectors to perigee, a quarter ahead of it and along the momentum, semi-major axis, eccentricity."""
    raan, argp, inc = orbits.raan_rad, orbits.argp_rad, orbits.inc_rad
    zero = np.zeros_like(raan)
    along = np.stack([np.cos(raan), np.sin(raan), zero], axis=1)
    across = np.stack([-np.sin(raan) * np.cos(inc), np.cos(raan) * np.cos(inc), np.sin(inc)], axis=1)
    c, s = np.cos(argp)[:, None], np.sin(argp)[:, None]
    momentum = np.stack([np.sin(raan) * np.sin(inc), -np.cos(raan) * np.sin(inc), np.cos(inc)], axis=1)
    shape = np.stack([orbits.sma_km, orbits.eccentricity], axis=1)
    return np.ascontiguousarray(np.concatenate([c * along + s * across, c * across - s * along, momentum, shape], axis=1))


def _check(population: Orbits, targets: Orbits) -> None:
    for name, orbits in (("population", population), ("targets", targets)):
        fits = (orbits.sma_km > 0.0) & (orbits.eccentricity >= 0.0) & (orbits.eccentricity < 1.0)
        if not np.all(fits):
            k = int(np.flatnonzero(~fits)[0])
            raise UsageError(
                f"flux: {name} row {k}: sma_km={orbits.sma_km[k]}, eccentricity={orbits.eccentricity[k]}: expected more than "
                "0 km and 0 <= e < 1"
            )


def _all(one: Callable[[int], None], count: int, workers: int | None) -> None:
    """Every target once, on as many threads as there are cores: the kernels let go of the interpreter."""
    if count < 2:
        for k in range(count):
            one(k)
        return
    with ThreadPoolExecutor(workers or os.cpu_count() or 1) as pool:
        list(pool.map(one, range(count)))


def _told(out: Floats) -> Flux:
    rate, weighted = out[:, 0], out[:, 1]
    with np.errstate(invalid="ignore", divide="ignore"):
        return Flux(rate, np.where(rate > 0.0, weighted / rate, np.nan))
