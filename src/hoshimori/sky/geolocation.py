"""Where an uplink emitter stands, from differences of arrival time and frequency through two satellites.

The emitter is sought on the ellipsoid of WGS 84 at a given height, and assumed not to move. What is not known beside its place
enters the covariance of the measurements: the height, the turnaround of the transponders (a bias in time and one in frequency for
each pair of satellites), and the published states of the satellites, whose error at one moment is carried to all measurements.
Measurements of reference emitters, whose place is known, stand in the same system: since the errors are common, they calibrate.
Gauss-Newton steps start all over the region that sees both satellites, so that every place that fits is found.
The answer is an ellipse only where the region that fits is one: this is tried at its four ends.
References: Ho and Chan, IEEE Trans. AES 33 (1997) 770-783; Pattison and Chou, "Sensitivity analysis of dual-satellite
geolocation", IEEE Trans. AES 36 (2000) 56-71 (what ephemeris errors do, and reference emitters against them).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from hoshimori.errors import UsageError
from hoshimori.sky import frames
from hoshimori.sky.bent_pipe import Arrivals, Relay, predict, to_earth

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

CHI2_95 = 5.991464547107979
"""95 % of a Gaussian in two dimensions: -2 ln 0.05."""
STARTS = 32
LEAST_CHANCE = 1e-4
"""Measurements that the best place explains worse than this contradict each other, the satellites' states or the errors given."""
EXCLUDED = 13.8
"""A place that fits worse than the best by this much in chi square has less than a thousandth of its weight."""
LARGEST_KM = 1_000.0
"""An ellipse with a longer half axis (9 degrees of arc) says nothing that a map of both footprints would not."""
BENT = (0.5, 2.0)
"""At the ends of an ellipse the misfit may differ from what its straight geometry says by these factors."""
NEAR_KM = 5.0
TURNS = 30
AT_REST = 1e-6
"""Square of a step, in units of the ellipse, that is none: a thousandth of one sigma."""


class Errors(NamedTuple):
    """One sigma of what the measurements do not show: the emitter's height, and turnaround differences of each pair."""

    height_km: float = 0.3
    turnaround_s: float = 1e-6
    translation_hz: float = 10.0


@dataclass(frozen=True)
class Solution:
    """A place that fits. covariance_km2: (2, 2) east, north. Half axes of the 95 % ellipse; azimuth of the long one from north.

    weight: share among all places that fit, by misfit and size of ellipse. elevation_deg: lowest of either satellite there.
    condition: long half axis over the short one.
    """

    lat_deg: float
    lon_deg_e: float
    height_km: float
    covariance_km2: Floats
    semi_major_km: float
    semi_minor_km: float
    azimuth_deg: float
    chi2: float
    weight: float
    elevation_deg: float

    @property
    def condition(self) -> float:
        return self.semi_major_km / self.semi_minor_km

    def holds(self, lat_deg: float, lon_deg_e: float) -> bool:
        """Does a place lie inside the 95 % ellipse?"""
        east, north = offset_km(self, lat_deg, lon_deg_e)
        d = np.array([east, north])
        return bool(d @ np.linalg.solve(self.covariance_km2, d) <= CHI2_95)


@dataclass(frozen=True)
class Located:
    """verdict: "located", "ambiguous" (several places fit) or "cannot be located", and why as a code with its values.

    `freedom`: measured numbers less two. `chance`: of so bad a misfit at the best place if all errors are as said.
    """

    verdict: str
    why: str
    solutions: tuple[Solution, ...]
    values: dict[str, float]
    freedom: int
    chance: float


def locate(heard: Arrivals, relays: tuple[Relay, ...], height_km: float, errors: Errors | None = None) -> Located:
    """The places where the one emitter of unknown place in `heard` may stand, the likeliest first."""
    system = _System(heard, relays, height_km, errors or Errors())
    if system.freedom < 0:
        return _cannot("too few measurements", {"count": float(system.freedom + 2)}, system.freedom)
    lon, lat = _starts(system)
    if not len(lon):
        return _cannot("no common view", {}, system.freedom)
    begun = lon, lat
    lon, lat, done = _descended(system, lon, lat)
    if not done.any():
        return _restless(system, *begun)
    fits = [s for s in (_solved(system, x, y) for x, y in _apart(system, lon[done], lat[done])) if s is not None]
    if not fits:
        return _cannot("below the horizon", {}, system.freedom)
    return _told(system, fits)


def _restless(system: _System, lon: Floats, lat: Floats) -> Located:
    """No start came to rest. For want of geometry, if the ellipse would be too long at most of the starts (s,)."""
    there = [s for s in (_solved(system, float(x), float(y)) for x, y in zip(lon, lat, strict=True)) if s is not None]
    there.sort(key=lambda s: s.semi_major_km)
    if there and there[len(there) // 2].semi_major_km > LARGEST_KM:
        middle = there[len(there) // 2]
        return _cannot("weak geometry", {"semi_major_km": middle.semi_major_km, "condition": middle.condition}, system.freedom)
    return _cannot("search found no rest", {}, system.freedom)


def offset_km(origin: Solution, lat_deg: float, lon_deg_e: float) -> tuple[float, float]:
    """East and north of a place seen from a solution, along the ellipsoid's own radii there; for places that are not far."""
    lat = math.radians(origin.lat_deg)
    east, north = _metric(np.array(lat), origin.height_km)
    turn = (lon_deg_e - origin.lon_deg_e + 180.0) % 360.0 - 180.0
    return math.radians(turn) * float(east), math.radians(lat_deg - origin.lat_deg) * float(north)


def _cannot(why: str, values: dict[str, float], freedom: int, chance: float = math.nan) -> Located:
    return Located("cannot be located", why, (), values, freedom, chance)


class _At(NamedTuple):
    """Residuals and derivatives at (s,) places: r (s, k), jacobian (s, k, 2) per km east and north, covariance (s, k, k)."""

    residual: Floats
    jacobian: Floats
    covariance: Floats


class _System:
    """The measurements with all that stands around them, in axes of the Earth at each tag."""

    def __init__(self, heard: Arrivals, relays: tuple[Relay, ...], height_km: float, errors: Errors) -> None:
        self.sought = np.isnan(heard.emitter_itrs_km[:, 0])
        if not self.sought.any():
            raise UsageError("locate: no measurement is of an emitter whose place is unknown")
        self.heard, self.height_km, self.errors, self.relays = heard, height_km, errors, relays
        self.turn = to_earth(heard.t_utc)
        self.states = [(_turned(self.turn, x.r_km), _turned(self.turn, x.v_km_s)) for x in relays]
        every = np.arange(len(heard.t_utc))
        self.a, self.b = (tuple(np.stack([s[k] for s in self.states])[i, every] for k in (0, 1)) for i in self._pairs())
        self.hz = np.column_stack([heard.uplink_hz, heard.downlink_a_hz, heard.downlink_b_hz])
        measured = np.column_stack([heard.tdoa_s, heard.fdoa_hz])
        sigma = np.column_stack([heard.tdoa_sigma_s, heard.fdoa_sigma_hz])
        self.kept = np.isfinite(measured).ravel()
        self.measured, self.sigma = measured.ravel()[self.kept], sigma.ravel()[self.kept]
        if not bool((self.sigma > 0.0).all()):
            raise UsageError("locate: every measured difference needs a sigma above 0")
        self.freedom = int((self.kept.reshape(-1, 2)[self.sought]).sum()) - 2
        self.prior = self._prior()
        self.scale = 1.0 / self.sigma

    def _pairs(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        return self.heard.relay_a, self.heard.relay_b

    def _prior(self) -> Floats:
        """(q, q) of what is not measured: height, two biases a pair, six numbers a satellite."""
        self.pairs = sorted(set(zip(*(x.tolist() for x in self._pairs()), strict=True)))
        q = 1 + 2 * len(self.pairs) + 6 * len(self.relays)
        prior = np.zeros((q, q))
        prior[0, 0] = self.errors.height_km**2
        for k in range(len(self.pairs)):
            prior[1 + 2 * k, 1 + 2 * k] = self.errors.turnaround_s**2
            prior[2 + 2 * k, 2 + 2 * k] = self.errors.translation_hz**2
        for j, relay in enumerate(self.relays):
            at = 1 + 2 * len(self.pairs) + 6 * j
            prior[at : at + 6, at : at + 6] = relay.covariance
        return prior

    def at(self, lon: Floats, lat: Floats) -> _At:
        """The system linearised at places (s,)."""
        known = self.heard.emitter_itrs_km
        place = frames.from_geodetic(lon, lat, self.height_km)[:, None, :]
        emitter = np.where(self.sought[None, :, None], place, known[None])
        stations = self.heard.station_a_itrs_km, self.heard.station_b_itrs_km
        p = predict(emitter, (self.a[0], self.a[1]), (self.b[0], self.b[1]), stations, self.hz)
        east, north, up = _axes(lon, lat)
        mine = np.where(self.sought[:, None, None], p.by_emitter, 0.0)  # (s, m, 2, 3)
        jacobian = np.stack([np.einsum("smkx,sx->smk", mine, x) for x in (east, north)], axis=-1)
        nuisance = self._nuisance(p.by_a, p.by_b, np.einsum("smkx,sx->smk", mine, up))
        n = len(lon)
        predicted = np.stack([p.tdoa_s, p.fdoa_hz], axis=-1).reshape(n, -1)[:, self.kept]
        flat = jacobian.reshape(n, -1, 2)[:, self.kept] * self.scale[:, None]
        hidden = nuisance.reshape(n, -1, nuisance.shape[-1])[:, self.kept] * self.scale[:, None]
        covariance = np.eye(len(self.sigma)) + hidden @ self.prior @ np.swapaxes(hidden, -1, -2)
        return _At((self.measured - predicted) * self.scale, flat, covariance)

    def _nuisance(self, by_a: Floats, by_b: Floats, by_height: Floats) -> Floats:
        """(s, m, 2, q) how each measured number follows what is not known."""
        n, m = by_height.shape[:2]
        out = np.zeros((n, m, 2, len(self.prior)))
        out[..., 0] = by_height
        pair = np.array([self.pairs.index(p) for p in zip(*(x.tolist() for x in self._pairs()), strict=True)])
        every = np.arange(m)
        out[:, every, 0, 1 + 2 * pair] = 1.0
        out[:, every, 1, 2 + 2 * pair] = 1.0
        twice = np.zeros((m, 6, 6))
        twice[:, :3, :3] = twice[:, 3:, 3:] = self.turn
        for j, relay in enumerate(self.relays):
            carried = twice @ relay.transition  # (m, 6, 6)
            here = 1 + 2 * len(self.pairs) + 6 * j
            for which, by in zip(self._pairs(), (by_a, by_b), strict=True):
                mine = which == j
                out[:, mine, :, here : here + 6] += np.einsum("smkx,mxy->smky", by[:, mine], carried[mine])
        return out

    def elevation_rad(self, lon: Floats, lat: Floats) -> Floats:
        """(s,) the lowest of either satellite at any measurement of the sought emitter."""
        place, (_, _, up) = frames.from_geodetic(lon, lat, self.height_km), _axes(lon, lat)
        r = np.concatenate([self.a[0][self.sought], self.b[0][self.sought]])
        away = r[None] - place[:, None]
        sine = np.einsum("skx,sx->sk", away, up) / np.sqrt((away * away).sum(-1))
        return np.asarray(np.arcsin(np.clip(sine, -1.0, 1.0)).min(axis=1))


def _turned(turn: Floats, vectors: Floats) -> Floats:
    return np.asarray(np.einsum("mij,mj->mi", turn, vectors))


def _axes(lon: Floats, lat: Floats) -> tuple[Floats, Floats, Floats]:
    """(s, 3) east, north and up."""
    cl, sl, cb, sb = np.cos(lon), np.sin(lon), np.cos(lat), np.sin(lat)
    east = np.stack([-sl, cl, np.zeros_like(lon)], axis=-1)
    north = np.stack([-sb * cl, -sb * sl, cb], axis=-1)
    return east, north, np.stack([cb * cl, cb * sl, sb], axis=-1)


def _metric(lat: Floats, height_km: float) -> tuple[Floats, Floats]:
    """Kilometres for one radian of longitude and of latitude."""
    a, e2 = 6378.137, 0.0066943799901413165
    w2 = 1.0 - e2 * np.sin(lat) ** 2
    return (a / np.sqrt(w2) + height_km) * np.cos(lat), a * (1.0 - e2) / w2**1.5 + height_km


def _starts(system: _System) -> tuple[Floats, Floats]:
    """Places spread evenly over what sees both satellites at every measurement of the sought emitter."""
    for count in (1_000, 20_000, 400_000):
        k = np.arange(count) + 0.5
        lat, lon = np.arcsin(1.0 - 2.0 * k / count), (np.pi * (1.0 + 5.0**0.5) * k) % (2.0 * np.pi) - np.pi
        seen = np.flatnonzero(_roughly(system, lon, lat))
        seen = seen[system.elevation_rad(lon[seen], lat[seen]) > 0.0] if len(seen) else seen
        if len(seen) >= STARTS:
            chosen = seen[np.linspace(0, len(seen) - 1, STARTS).astype(np.int64)]
            return lon[chosen], lat[chosen]
    return lon[seen], lat[seen]


def _roughly(system: _System, lon: Floats, lat: Floats) -> Bools:
    """Places on the near side of a sphere as seen from the first position of each satellite."""
    up = _axes(lon, lat)[2]
    out = np.ones(len(lon), bool)
    for r in (system.a[0][system.sought][0], system.b[0][system.sought][0]):
        far = float(np.sqrt(r @ r))
        out &= up @ (r / far) > 6_350.0 / far
    return out


def _descended(system: _System, lon: Floats, lat: Floats) -> tuple[Floats, Floats, Bools]:
    """Gauss-Newton from every start; True where it came to rest above the horizon."""
    lon, lat, rest = lon.copy(), lat.copy(), np.zeros(len(lon), bool)
    for turn in range(TURNS):
        moving = np.flatnonzero(~rest)
        if not len(moving):
            break
        at = system.at(lon[moving], lat[moving])
        step, left = _step(at)
        far = np.sqrt((step * step).sum(axis=1))
        step *= np.minimum(1.0, 1_500.0 * 0.8**turn / np.maximum(far, 1e-12))[:, None]
        east, north = _metric(lat[moving], system.height_km)
        new = lat[moving] + step[:, 1] / north
        lat[moving] = np.clip(new, -1.5707, 1.5707)
        lon[moving] += step[:, 0] / np.maximum(east, 1.0)
        rest[moving] = left < AT_REST
        if turn % 3 == 2:
            _drop_twins(lon, lat, rest)
    return (lon + np.pi) % (2.0 * np.pi) - np.pi, lat, rest & np.isfinite(lon)


def _drop_twins(lon: Floats, lat: Floats, rest: Bools) -> None:
    """Starts that have run together need not all be followed: later ones are set at rest where no place is."""
    key = np.round(np.stack([lon, lat]) * 6371.0 / NEAR_KM)
    _, first = np.unique(key, axis=1, return_index=True)
    twin = np.ones(len(lon), bool)
    twin[first] = False
    lon[twin], rest[twin] = np.nan, True


def _step(at: _At) -> tuple[Floats, Floats]:
    """(s, 2) the step east and north [km], and (s,) its square in units of the ellipse."""
    weighted = np.linalg.solve(at.covariance, np.concatenate([at.jacobian, at.residual[..., None]], axis=-1))
    j = np.swapaxes(at.jacobian, -1, -2)
    information = j @ weighted[..., :2]
    trace = np.trace(information, axis1=-2, axis2=-1)[:, None, None]
    pull = j @ weighted[..., 2:]
    step = np.linalg.solve(information + 1e-12 * trace * np.eye(2), pull)
    return np.asarray(step[..., 0]), np.abs(np.sum(step * pull, axis=(-2, -1)))


def _misfit(at: _At) -> Floats:
    """(s,) chi square."""
    return np.asarray(np.einsum("sk,sk->s", at.residual, np.linalg.solve(at.covariance, at.residual[..., None])[..., 0]))


def _apart(system: _System, lon: Floats, lat: Floats) -> list[tuple[float, float]]:
    """Different places, the best fitting of those that lie together."""
    if not len(lon):
        return []
    chi2 = _misfit(system.at(lon, lat))
    out: list[tuple[float, float]] = []
    up = _axes(lon, lat)[2]
    kept: list[int] = []
    for k in np.argsort(chi2).tolist():
        if all(float(np.linalg.norm(up[k] - up[j])) * 6371.0 > NEAR_KM for j in kept):
            kept.append(k)
            out.append((float(lon[k]), float(lat[k])))
    return out


def _solved(system: _System, lon: float, lat: float) -> Solution | None:
    """The solution at a place of rest; None where a satellite is below the horizon there, or nothing holds the place."""
    one, two = np.array([lon]), np.array([lat])
    elevation = float(system.elevation_rad(one, two)[0])
    if elevation < 0.0:
        return None
    at = system.at(one, two)
    information = at.jacobian[0].T @ np.linalg.solve(at.covariance[0], at.jacobian[0])
    if not np.linalg.det(information) > 0.0:
        return None
    covariance = np.linalg.inv(information)
    size, axes = np.linalg.eigh(covariance)
    azimuth = math.degrees(math.atan2(axes[0, 1], axes[1, 1])) % 180.0
    major, minor = (math.sqrt(CHI2_95 * max(float(x), 0.0)) for x in (size[1], size[0]))
    return Solution(
        math.degrees(lat), math.degrees(lon), system.height_km, covariance, major, minor, azimuth,
        float(_misfit(at)[0]), math.nan, math.degrees(elevation),
    )  # fmt: skip


def _told(system: _System, fits: list[Solution]) -> Located:
    best = min(s.chi2 for s in fits)
    chance = chance_of(best, system.kept.sum() - 2)
    if chance < LEAST_CHANCE:
        return _cannot("no place fits", {"chi2": best, "freedom": float(system.kept.sum() - 2)}, system.freedom, chance)
    possible = [s for s in fits if s.chi2 - best < EXCLUDED]
    worst = max(possible, key=lambda s: s.semi_major_km)
    if worst.semi_major_km > LARGEST_KM:
        values = {"semi_major_km": worst.semi_major_km, "condition": worst.condition}
        return _cannot("weak geometry", values, system.freedom, chance)
    for s in possible:
        bend = _bend(system, s)
        if not BENT[0] <= bend[0] <= bend[1] <= BENT[1]:
            values = {"semi_major_km": s.semi_major_km, "condition": s.condition, "least": bend[0], "most": bend[1]}
            return _cannot("region is no ellipse", values, system.freedom, chance)
    weights = np.array([math.exp(-0.5 * (s.chi2 - best)) * s.semi_major_km * s.semi_minor_km for s in possible])
    order = np.argsort(-weights, kind="stable")
    told = tuple(_weighed(possible[k], float(weights[k] / weights.sum())) for k in order)
    verdict = "located" if len(told) == 1 else "ambiguous"
    return Located(verdict, "several places fit" if len(told) > 1 else "one place fits", told, {}, system.freedom, chance)


def _weighed(s: Solution, weight: float) -> Solution:
    return Solution(
        s.lat_deg, s.lon_deg_e, s.height_km, s.covariance_km2, s.semi_major_km, s.semi_minor_km, s.azimuth_deg, s.chi2, weight,
        s.elevation_deg,
    )  # fmt: skip


def _bend(system: _System, s: Solution) -> tuple[float, float]:
    """How much worse the four ends of the ellipse fit than its middle, over what an ellipse would give; least and most."""
    lat, (east, north) = math.radians(s.lat_deg), _metric(np.array(math.radians(s.lat_deg)), s.height_km)
    a = math.radians(s.azimuth_deg)
    long = s.semi_major_km * np.array([math.sin(a), math.cos(a)])
    short = s.semi_minor_km * np.array([math.cos(a), -math.sin(a)])
    ends = np.array([long, -long, short, -short])
    at = system.at(math.radians(s.lon_deg_e) + ends[:, 0] / float(east), lat + ends[:, 1] / float(north))
    rise = (_misfit(at) - s.chi2) / CHI2_95
    return float(rise.min()), float(rise.max())


def chance_of(chi2: float, freedom: int) -> float:
    """Probability of a chi square at least so large: the upper incomplete gamma function of a half-integer, by its recurrence.

    NaN without freedom: two numbers for two unknowns always fit.
    """
    if freedom <= 0:
        return math.nan
    x = 0.5 * chi2
    if freedom % 2:
        total, term, k = math.erfc(math.sqrt(x)), math.sqrt(x / math.pi) * 2.0 * math.exp(-x), 1.5
    else:
        total, term, k = math.exp(-x), x * math.exp(-x), 2.0
    for _ in range((freedom - 1) // 2 if freedom % 2 else freedom // 2 - 1):
        total += term
        term *= x / k
        k += 1.0
    return min(total, 1.0)
