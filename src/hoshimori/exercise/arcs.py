"""How a practice object moves: arcs of SGP4 joined by tangential burns.

An arc is one mean-element set, followed by SGP4 itself; the Earth's triaxiality (stable points near 75.1 E and 255.3 E), the
Sun and the Moon are therefore exactly those that a reader of the published sets will compute with. The mean elements at any
later time are read from the propagator (its singly averaged elements), so that two sets of one arc tell of the same orbit: over
7 days within 0.5 km in GEO, against a noise of 1.5 km that is added on publication.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from math import atan2, cos, hypot, pi, sin, sqrt

import numpy as np
from sgp4.api import WGS72, Satrec

from hoshimori.facts import Floats, Ints, Times

TAU = 2.0 * pi
MIN_PER_DAY = 1440.0
US_PER_MIN = 60_000_000
US_PER_DAY = 86_400_000_000

# WGS-72, the constants by which SGP4 element sets are defined (Vallado et al., AIAA 2006-6753).
MU_KM3_S2 = 398600.8
EARTH_RADIUS_KM = 6378.135
J2 = 0.001082616
XKE = 60.0 / sqrt(EARTH_RADIUS_KM**3 / MU_KM3_S2)
_DAYS_1949_TO_1970 = 7306.0  # SGP4 counts its epochs from 1949-12-31
_JD_1970 = 2440587.5


@dataclass(frozen=True, slots=True)
class Mean:
    """Mean elements of SGP4, rad and rad/min; mean motion in the Kozai sense, as element sets write it."""

    n_rad_min: float
    ecc: float
    inc: float
    raan: float
    argp: float
    ma: float

    @property
    def sma_km(self) -> float:
        return EARTH_RADIUS_KM * float((XKE / self.n_rad_min) ** (2.0 / 3.0))

    @property
    def mean_longitude(self) -> float:
        return self.raan + self.argp + self.ma


@dataclass(frozen=True)
class Arc:
    """Free flight: mean elements at one epoch (µs since 1970, UTC), valid before and after it."""

    epoch_us: int
    mean: Mean
    bstar_per_er: float = 0.0

    @cached_property
    def _satrec(self) -> Satrec:
        m, record = self.mean, Satrec()
        days = self.epoch_us / US_PER_DAY + _DAYS_1949_TO_1970
        record.sgp4init(WGS72, "i", 0, days, self.bstar_per_er, 0.0, 0.0, m.ecc, m.argp, m.inc, m.ma, m.n_rad_min, m.raan)
        return record

    def mean_at(self, t_us: int) -> Mean:
        """The mean elements of the same orbit at another time."""
        s = self._satrec
        s.sgp4_tsince((t_us - self.epoch_us) / US_PER_MIN)
        return Mean(_kozai(s.nm, s.em, s.im), s.em, s.im, s.Om % TAU, s.om % TAU, s.mm % TAU)

    def states(self, t_us: Ints) -> tuple[Floats, Floats]:
        """r_km, v_km_s: (m, 3) in TEME at times in µs since 1970."""
        _, r, v = self._satrec.sgp4_array(np.full(len(t_us), _JD_1970), t_us / US_PER_DAY)
        return np.asarray(r), np.asarray(v)


@dataclass(frozen=True)
class Track:
    """One physical object: arcs in time order, each from its moment on. The first also holds before it."""

    norad_id: int
    name: str
    cospar_id: str
    pieces: tuple[tuple[int, Arc], ...]

    def arc_at(self, t_us: int) -> Arc:
        return self.pieces[max(bisect_right(self.pieces, t_us, key=lambda piece: piece[0]) - 1, 0)][1]

    def mean_at(self, t_us: int) -> Mean:
        return self.arc_at(t_us).mean_at(t_us)

    def states(self, t_utc: Times) -> tuple[Floats, Floats]:
        """r_km, v_km_s: (m, 3) in TEME; without noise: what happened, not what was published."""
        t_us = t_utc.astype("datetime64[us]").astype(np.int64)
        edges = np.array([since for since, _ in self.pieces[1:]], dtype=np.int64)
        which = np.searchsorted(edges, t_us, side="right")
        r, v = np.empty((len(t_us), 3)), np.empty((len(t_us), 3))
        for k, (_, arc) in enumerate(self.pieces):
            r[which == k], v[which == k] = arc.states(t_us[which == k])
        return r, v


def burnt(mean: Mean, dv_m_s: float) -> Mean:
    """The mean elements just after an impulse along the velocity (negative: against it).

    Gauss's equations to first order, with the mean elements standing for the true ones: in GEO the velocity changes by dv
    within 1 % and the position jumps by 0.2 km for each m/s. Method: Soop, Handbook of Geostationary Orbits (1994), chapter 3.
    """
    kick = dv_m_s / 1000.0 / sqrt(MU_KM3_S2 / mean.sma_km)
    u = mean.argp + mean.ma + 2.0 * mean.ecc * sin(mean.ma)
    ex = mean.ecc * cos(mean.argp) + 2.0 * kick * cos(u)
    ey = mean.ecc * sin(mean.argp) + 2.0 * kick * sin(u)
    argp = atan2(ey, ex)
    ma = mean.argp + mean.ma - argp
    return Mean(mean.n_rad_min * (1.0 - 3.0 * kick), hypot(ex, ey), mean.inc, mean.raan, argp % TAU, ma % TAU)


def beside(mean: Mean, east_rad: float, de: tuple[float, float], di: tuple[float, float]) -> Mean:
    """An orbit near another one, both near the equator: shifted east, its eccentricity and inclination vectors by de and di.

    The vectors are (e cos w, e sin w) with w = node + argument of perigee, and (i cos node, i sin node), rad.
    """
    perigee = mean.raan + mean.argp
    ex, ey = mean.ecc * cos(perigee) + de[0], mean.ecc * sin(perigee) + de[1]
    ix, iy = mean.inc * cos(mean.raan) + di[0], mean.inc * sin(mean.raan) + di[1]
    raan, perigee_new = atan2(iy, ix), atan2(ey, ex)
    ma = mean.mean_longitude + east_rad - perigee_new
    return Mean(mean.n_rad_min, hypot(ex, ey), hypot(ix, iy), raan % TAU, (perigee_new - raan) % TAU, ma % TAU)


def gmst_rad(t_us: int) -> float:
    """Greenwich mean sidereal time of 1982 with UT1 = UTC: within 0.9 s of time, 0.004 deg."""
    d = t_us / US_PER_DAY + (_JD_1970 - 2451545.0)
    t = d / 36525.0
    degrees = 280.46061837 + 360.98564736629 * d + t * t * (0.000387933 - t / 38710000.0)
    return degrees % 360.0 * pi / 180.0


def _kozai(n_brouwer: float, ecc: float, inc: float) -> float:
    """The mean motion that SGP4's initialisation turns into `n_brouwer`: its un-Kozai step, inverted by iteration."""
    om = 1.0 - ecc * ecc
    d1 = 0.75 * J2 * (3.0 * cos(inc) ** 2 - 1.0) / (sqrt(om) * om)
    n = n_brouwer
    for _ in range(4):  # each step gains a factor of 1e3
        ak = (XKE / n) ** (2.0 / 3.0)
        d = d1 / (ak * ak)
        a = ak * (1.0 - d * d - d * (1.0 / 3.0 + 134.0 * d * d / 81.0))
        n = n_brouwer * (1.0 + d1 / (a * a))
    return float(n)
