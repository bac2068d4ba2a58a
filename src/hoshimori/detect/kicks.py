"""How hard each piece of a break-up was thrown: the change of velocity from its parent, out of published element sets.

    k = from_states(pieces, parent, t_utc, r_teme_km)      # young clouds: positions still lead back to the event
    k = from_elements(pieces, parent, t_utc, u_rad)        # old clouds: only the shapes and planes of orbits do
    k.dv_rtn_m_s, k.sigma_m_s, k.radial_sign

Both need the moment and the place. A piece that is late by 5 km along its track would show 5 m/s of a turned velocity, so
`from_states` takes each piece's velocity where its own path passes nearest the place, not where the clock puts it. Its error is
what the path misses the place by, times the mean motion.

`from_elements` knows the height of the place from the parent, the speed there from the piece's semi-major axis, the level part of
it from the eccentricity, and the plane's tilt about the place from inclination and node wound back. Drag since then is undone
by the set's own rate of mean motion, at constant perigee, and half of what was undone is counted as error. Mean elements stand
for the orbit at both ends: their difference from true ones is nearly the same for parent and piece and falls out. Which way a
piece was thrown along R cannot be told: `radial_sign` is then False and R is the size alone.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from hoshimori.errors import UsageError
from hoshimori.facts import Bools, ElementSets, Floats, Times
from hoshimori.sky import orbits, secular
from hoshimori.sky.relative import MU_KM3_S2, to_rtn

FLOOR_M_S = 0.3
"""SGP4's velocity is up to 0.25 m/s off the rate of its position (see sky.orbits)."""
AXIS_SIGMA_KM, ANGLE_SIGMA_DEG, ECCENTRICITY_SIGMA = 0.2, 0.006, 3e-4
UNDONE_SHARE = 0.5
"""How much of the drag that is undone may be wrong, one sigma: density varies by as much over weeks."""
LAPS = np.arange(-60.0, 60.1, 4.0)
AIR_KG_M2_ER = 0.1570
"""SGP4's reference density: B* = 0.157 Cd (A/m) / 2 (Hoots and Roehrich, Spacetrack Report #3, 1980)."""
DRAG_COEFFICIENT = 2.2
WILD = 0.02
"""One wild set must not hide the drag of a thousand pieces: where fewer than this share lie below zero, these are wild."""


class Kicks(NamedTuple):
    """dv_rtn_m_s (n, 3) along R, T, N of the parent at the event, NaN where a set cannot say; sigma_m_s (n,) of its size.

    miss_km (n,): by how much a piece's path misses the place; NaN from elements. undone_km (n,): by how much drag has lowered
    the semi-major axis since, as far as the set tells; 0 from states. radial_sign: whether the sign along R is known.
    """

    dv_rtn_m_s: Floats
    sigma_m_s: Floats
    miss_km: Floats
    undone_km: Floats
    radial_sign: bool

    @property
    def speed_m_s(self) -> Floats:
        return np.asarray(np.linalg.norm(self.dv_rtn_m_s, axis=1))


def from_states(pieces: ElementSets, parent: ElementSets, t_utc: np.datetime64, r_teme_km: Floats | None = None) -> Kicks:
    """Against one parent (one row, from before the event). Without a place, it is where the parent's set puts it."""
    _one(parent)
    place, parent_v = _passing(parent, t_utc, r_teme_km)
    if r_teme_km is None:
        r_teme_km = place[0]
    r, v = _passing(pieces, t_utc, r_teme_km)
    off = r - r_teme_km
    miss = np.linalg.norm(off, axis=1)
    turn = np.sqrt(MU_KM3_S2 / np.linalg.norm(r_teme_km) ** 3)
    dv = to_rtn(v - parent_v, r_teme_km, parent_v[0]) * 1000.0
    sigma = np.hypot(FLOOR_M_S, 1000.0 * turn * miss)
    return Kicks(dv, sigma, miss, np.zeros(len(miss)), True)


def from_elements(pieces: ElementSets, parent: ElementSets, t_utc: np.datetime64, u_rad: float) -> Kicks:
    """Against one parent, given the argument of latitude of the event on the parent's orbit."""
    _one(parent)
    home, mine = _wound_back(parent, t_utc), _wound_back(pieces, t_utc)
    anomaly = u_rad - home.argp[0]
    p = home.axis_km[0] * (1.0 - home.ecc[0] ** 2)
    radius = p / (1.0 + home.ecc[0] * np.cos(anomaly))
    level0 = np.sqrt(MU_KM3_S2 * p) / radius
    rise0 = np.sqrt(MU_KM3_S2 / p) * home.ecc[0] * np.sin(anomaly)
    level = np.sqrt(MU_KM3_S2 * mine.axis_km * (1.0 - mine.ecc**2)) / radius
    rise = np.sqrt(np.maximum(MU_KM3_S2 * (2.0 / radius - 1.0 / mine.axis_km) - level**2, 0.0))
    tilt, tilt_sigma = _tilt(home, mine, u_rad)
    dv = np.column_stack([np.abs(rise - abs(rise0)), level * np.cos(tilt) - level0, level * np.sin(tilt)]) * 1000.0
    along = 0.5 * level / mine.axis_km * mine.axis_sigma_km
    radial = level * np.hypot(ECCENTRICITY_SIGMA, mine.axis_sigma_km / mine.axis_km)
    parts = np.column_stack([radial, along, level * tilt_sigma]) * 1000.0
    size = np.maximum(np.linalg.norm(dv, axis=1), 1e-6)
    sigma = np.sqrt(np.sum((parts * dv / size[:, None]) ** 2, axis=1) + FLOOR_M_S**2)
    return Kicks(dv, np.maximum(sigma, parts.min(axis=1)), np.full(len(size), np.nan), mine.undone_km, False)


def area_mass_m2_kg(bstar_per_er: Floats) -> Floats:
    """Area over mass as B* tells it, NaN where B* is not positive or lost in what B* errs by.

    What B* errs by is taken from the cloud itself: a drag below zero is an error, and errors fall on both sides alike. The
    density that SGP4 takes may be off by a factor of a few, the same for all pieces of one cloud: ratios are better than sizes.
    """
    bstar = np.asarray(bstar_per_er, dtype=np.float64)
    below = bstar[bstar < 0.0]
    error = float(np.median(-below)) / 0.6745 if len(below) > WILD * len(bstar) else 0.0
    return np.where(bstar > max(2.0 * error, 1e-8), 2.0 * bstar / (AIR_KG_M2_ER * DRAG_COEFFICIENT), np.nan)


def state(sets: ElementSets, t_utc: np.datetime64) -> tuple[Floats, Floats]:
    """r_km, v_km_s (3,) in TEME of one set at a moment; NaN where SGP4 gives none."""
    _one(sets)
    r, v = _passing(sets, t_utc, None)
    return r[0], v[0]


def argument_of_latitude_rad(r_km: Floats, v_km_s: Floats) -> float:
    """Angle from the ascending node to the place r (3,), along the motion v (3,)."""
    pole = np.cross(r_km, v_km_s)
    node = np.array([-pole[1], pole[0], 0.0])
    ahead = np.cross(pole, node) / np.linalg.norm(pole)
    return float(np.arctan2(r_km @ ahead, r_km @ node))


class _Shapes(NamedTuple):
    axis_km: Floats
    axis_sigma_km: Floats
    undone_km: Floats
    ecc: Floats
    inc: Floats
    node: Floats
    node_sigma: Floats
    argp: Floats


def _wound_back(sets: ElementSets, t_utc: np.datetime64) -> _Shapes:
    """Mean orbits at the event: drag undone at constant perigee, node and perigee turned back at the mean of both rates."""
    sats = _prepared(sets)
    days = (sets.epoch_utc - t_utc) / np.timedelta64(1, "D")
    axis, ecc = secular.semi_major_axis_km(sats), sets.eccentricity
    lost = np.clip(2.0 * sets.ndot_rev_day2 * days / sets.mean_motion_rev_day, -0.05, 0.3)
    before = np.where(days > 0.0, axis * (1.0 + 2.0 / 3.0 * lost), axis)
    ecc0 = np.clip(1.0 - (1.0 - ecc) * axis / before, 0.0, 0.9)
    undone = before - axis
    sigma = np.hypot(AXIS_SIGMA_KM, UNDONE_SHARE * undone)
    rates = secular.rates(sats)
    ratio = 0.5 * (1.0 + (axis / before) ** 3.5 * ((1.0 - ecc**2) / (1.0 - ecc0**2)) ** 2)
    node = np.radians(sets.raan_deg) - rates.node * ratio * days
    node_sigma = np.hypot(np.radians(ANGLE_SIGMA_DEG), 1.75 * np.abs(rates.node * days) * sigma / axis)
    argp = np.radians(sets.argp_deg) - rates.perigee * ratio * days
    return _Shapes(before, sigma, undone, ecc0, np.radians(sets.inc_deg), node, node_sigma, argp)


def _tilt(home: _Shapes, mine: _Shapes, u_rad: float) -> tuple[Floats, Floats]:
    """Angle of each plane about the place against the parent's, and its sigma: from inclination and node, by their errors."""
    di = mine.inc - home.inc[0]
    dnode = secular.halved(mine.node - home.node[0]) * np.sin(home.inc[0])
    error = np.radians(ANGLE_SIGMA_DEG)
    weight_i = np.full(len(di), (np.cos(u_rad) / error) ** 2)
    weight_n = (np.sin(u_rad) / (mine.node_sigma * np.sin(home.inc[0]) + 1e-9)) ** 2
    by_i, by_n = di / _away(np.cos(u_rad)), dnode / _away(np.sin(u_rad))
    total = weight_i + weight_n
    return np.asarray((weight_i * by_i + weight_n * by_n) / total), np.asarray(1.0 / np.sqrt(total))


def _away(x: float) -> float:
    """Not nearer to zero than a thousandth: there the other angle has all the weight."""
    return float(np.copysign(max(abs(x), 1e-3), x))


def _passing(sets: ElementSets, t_utc: np.datetime64, place: Floats | None) -> tuple[Floats, Floats]:
    """States (n, 3), (n, 3) where each path, within a minute of t_utc, passes nearest a place; at t_utc where none is given."""
    sats, n = _prepared(sets), len(sets)
    if place is None:
        r, v, _ = _at(sats, np.full(n, t_utc), np.zeros((n, 1)))
        return r[:, 0], v[:, 0]
    best = np.zeros(n)
    for width in (1.0, 0.04, 0.0016):
        offsets = best[:, None] + width * LAPS[None]
        r, v, _ = _at(sats, np.full(n, t_utc), offsets)
        distance = np.linalg.norm(r - place, axis=2)
        best = offsets[np.arange(n), np.argmin(np.where(np.isnan(distance), np.inf, distance), axis=1)]
    r, v, _ = _at(sats, np.full(n, t_utc), best[:, None])
    return r[:, 0], v[:, 0]


def _at(sats: orbits.Satellites, t_utc: Times, offset_s: Floats) -> tuple[Floats, Floats, Bools]:
    """States (n, m, 3) at offsets (n, m) from t_utc (n,)."""
    n, m = offset_s.shape
    r, v, error = orbits.pairs(sats, np.repeat(np.arange(n), m), np.repeat(t_utc, m), offset_s=offset_s.ravel())
    return r.reshape(n, m, 3), v.reshape(n, m, 3), np.asarray(error.reshape(n, m) == 0)


def _prepared(sets: ElementSets) -> orbits.Satellites:
    columns = (sets.mean_motion_rev_day, sets.eccentricity, sets.inc_deg, sets.raan_deg, sets.argp_deg, sets.ma_deg)
    return orbits.prepare(sets.epoch_utc, *columns, sets.bstar_per_er)


def _one(parent: ElementSets) -> None:
    if len(parent) != 1:
        raise UsageError(f"kicks: {len(parent)} rows of a parent: expected one, the last before the event")
