"""Where and when orbits met: the moment at which many planes share one line, and many orbits one height on it.

Fragments of one event start at one point. Its direction lies in every one of their planes, and every orbit passes it at the
same height, whatever became of the position along the orbit since. Wound back by their secular rates the planes (by J2, as
semi-major axis and inclination differ) and the perigees converge at that moment and nowhere else. This dates clouds that are
weeks or months old, when positions along the orbit have long been lost to drag; for young ones see `pinch`.

Drag moves the rates. Each orbit is wound back with its own decay at the epoch, times one factor for all (the air between the
event and the epoch was denser or thinner than at the epoch), and what drag changed counts as uncertain by a share of itself:
both are estimated, so that pieces with little drag decide. Means: Student's t with four degrees of freedom throughout.

Method: nodal convergence, as operators use it (e.g. Johnson et al., History of On-Orbit Satellite Fragmentations), written as a
likelihood of planes and heights together. Neglects short-period terms, which are nearly common to all at one common point.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from hoshimori.sky import secular
from hoshimori.sky.orbits import Satellites

Floats = npt.NDArray[np.float64]
Times = npt.NDArray[np.datetime64]

MU_KM3_S2 = 398600.8  # WGS 72, as element sets mean it
DEGREES_OF_FREEDOM = 4.0
ROUNDS = 10
"""Reweightings of a robust mean: after ten the direction of 900 planes moves by less than a metre."""
GOLDEN = (np.sqrt(5.0) - 1.0) / 2.0


@dataclass(frozen=True)
class Orbits:
    """Mean orbits (n,), each at its own epoch: `day` counts from one common moment; rates in rad/day, `shrink_day` is the
    relative rate of the semi-major axis by drag (negative where it comes down)."""

    day: Floats
    sma_km: Floats
    ecc: Floats
    inc_rad: Floats
    raan_rad: Floats
    argp_rad: Floats
    node_rad_day: Floats
    perigee_rad_day: Floats
    shrink_day: Floats

    def __len__(self) -> int:
        return len(self.day)

    def take(self, which: Any) -> Orbits:
        return Orbits(**{name: getattr(self, name)[which] for name in self.__dataclass_fields__})


def orbits_of(satellites: Satellites, ndot_rev_day2: Floats, since_utc: np.datetime64) -> Orbits:
    """Element sets (usable ones) as orbits. ndot_rev_day2: (n,) half the rate of the mean motion, as element sets write it."""
    table, rates = satellites.table, secular.rates(satellites)
    motion_rev_day = 1440.0 / satellites.period_min
    return Orbits(
        day=(satellites.epoch_utc - since_utc) / np.timedelta64(86_400_000_000, "us"),
        sma_km=secular.semi_major_axis_km(satellites),
        ecc=table["e0"].astype(np.float64),
        inc_rad=table["inc0"].astype(np.float64),
        raan_rad=table["node0"].astype(np.float64),
        argp_rad=table["argp0"].astype(np.float64),
        node_rad_day=rates.node,
        perigee_rad_day=rates.perigee,
        shrink_day=-2.0 / 3.0 * 2.0 * ndot_rev_day2 / motion_rev_day,
    )


class WoundBack(NamedTuple):
    """Orbits at another moment (n,), and by how much drag alone moved node, perigee [rad] and semi-major axis [km]."""

    sma_km: Floats
    ecc: Floats
    inc_rad: Floats
    raan_rad: Floats
    argp_rad: Floats
    node_by_drag_rad: Floats
    perigee_by_drag_rad: Floats
    sma_by_drag_km: Floats

    def normals(self) -> Floats:
        """(n, 3) unit normals of the planes, in the frame of the elements (TEME)."""
        sin, cos = np.sin(self.inc_rad), np.cos(self.inc_rad)
        return np.stack((sin * np.sin(self.raan_rad), -sin * np.cos(self.raan_rad), cos), axis=1)

    def arglat_rad(self, direction: Floats) -> Floats:
        """(n,) argument of latitude at which each orbit is nearest to a direction (3,)."""
        nodes = np.stack((np.cos(self.raan_rad), np.sin(self.raan_rad), np.zeros(len(self.raan_rad))), axis=1)
        ahead = np.cross(self.normals(), nodes)
        return np.asarray(np.arctan2(ahead @ direction, nodes @ direction))

    def radius_km(self, arglat_rad: Floats) -> Floats:
        """(n,) distance from the centre of the Earth there."""
        return np.asarray(self.sma_km * (1.0 - self.ecc**2) / (1.0 + self.ecc * np.cos(arglat_rad - self.argp_rad)))

    def velocity_km_s(self, direction: Floats) -> Floats:
        """(n, 3) velocity of each at its place nearest to a direction."""
        normals, u = self.normals(), self.arglat_rad(direction)
        out = direction - (normals @ direction)[:, None] * normals
        out /= np.linalg.norm(out, axis=1, keepdims=True)
        speed = np.sqrt(MU_KM3_S2 / (self.sma_km * (1.0 - self.ecc**2)))
        anomaly = u - self.argp_rad
        radial, across = speed * self.ecc * np.sin(anomaly), speed * (1.0 + self.ecc * np.cos(anomaly))
        return np.asarray(radial[:, None] * out + across[:, None] * np.cross(normals, out))


def wound_back(orbits: Orbits, day: float, air: float = 1.0) -> WoundBack:
    """Orbits at a moment, by their secular rates and a steady decay times `air`; the perigee height is kept.

    A decay that would more than double the axis is not believed: winding back over that long, nothing of it is known.
    """
    dt = day - orbits.day
    grown = np.clip(air * orbits.shrink_day * dt, -0.5, 1.0)
    late = -3.5 * 0.5 * grown * dt  # rate ~ a^-3.5, and the axis changed evenly over dt
    sma = orbits.sma_km * (1.0 + grown)
    ecc = np.clip(1.0 - orbits.sma_km * (1.0 - orbits.ecc) / sma, 1e-7, 0.99)
    node, perigee = orbits.node_rad_day * late, orbits.perigee_rad_day * late
    return WoundBack(
        sma,
        ecc,
        orbits.inc_rad,
        orbits.raan_rad + orbits.node_rad_day * dt + node,
        orbits.argp_rad + orbits.perigee_rad_day * dt + perigee,
        node / max(air, 1e-3),
        perigee / max(air, 1e-3),
        orbits.sma_km * grown / max(air, 1e-3),
    )


@dataclass(frozen=True)
class Noise:
    """What is estimated beside the moment: `air` (see above), the shares of the drag effects that are uncertain in plane and
    height, and what remains without drag: `plane_rad` of a normal, `height_km`."""

    air: float = 1.0
    plane_share: float = 0.1
    plane_rad: float = 3e-5
    height_share: float = 0.3
    height_km: float = 1.0


USUAL = Noise()
LOG_SPREAD = float(np.log(3.0))
"""Before any orbit is seen, each number is believed to lie within a factor of three of the usual: five orbits alone could always
be explained by no noise at all at the wrong moment."""
BOUNDS = {
    "air": (0.2, 3.0),
    "plane_share": (0.01, 1.0),
    "plane_rad": (3e-6, 3e-3),
    "height_share": (0.01, 1.0),
    "height_km": (0.1, 100.0),
}


class Met(NamedTuple):
    """Orbits at one moment, as if they met then: cost (minus log likelihood) of planes and of heights, where, and residuals.

    direction: (3,) unit vector in TEME; plane: (n,) residual angle [rad] with sigma; height_km: (n,) residual with sigma.
    """

    plane_cost: float
    height_cost: float
    direction: Floats
    radius_km: float
    plane_rad: Floats
    plane_sigma_rad: Floats
    height_residual_km: Floats
    height_sigma_km: Floats

    @property
    def cost(self) -> float:
        return self.plane_cost + self.height_cost


def met(orbits: Orbits, day: float, noise: Noise) -> Met:
    """How well these orbits meet at a moment; of the two ends of the common line, the one where the heights agree better."""
    back = wound_back(orbits, day, noise.air)
    normals = back.normals()
    sigma = np.hypot(noise.plane_rad, noise.plane_share * back.node_by_drag_rad * np.sin(back.inc_rad))
    line, residual = _common_line(normals, sigma)
    plane_cost = _cost(residual / sigma, sigma)
    ends = [_heights(back, end, noise) for end in (line, -line)]
    which = int(ends[1][0] < ends[0][0])
    cost, radius, off, off_sigma = ends[which]
    return Met(plane_cost, cost, line if which == 0 else -line, radius, residual, sigma, off, off_sigma)


def _common_line(normals: Floats, sigma: Floats) -> tuple[Floats, Floats]:
    """The line that lies in all planes as well as it can: (3,) direction, (n,) angles out of the planes."""
    weight = 1.0 / sigma**2
    line = np.zeros(3)
    for _ in range(ROUNDS):
        _, vectors = np.linalg.eigh(np.einsum("k,ki,kj->ij", weight, normals, normals))
        line = vectors[:, 0]
        x = normals @ line / sigma
        weight = _weights(x) / sigma**2
    return np.asarray(line), np.asarray(normals @ line)


def _heights(back: WoundBack, direction: Floats, noise: Noise) -> tuple[float, float, Floats, Floats]:
    u = back.arglat_rad(direction)
    radius = back.radius_km(u)
    turned = noise.plane_share * np.abs(back.perigee_by_drag_rad) * back.sma_km * back.ecc * np.abs(np.sin(u - back.argp_rad))
    sigma = np.sqrt(noise.height_km**2 + (noise.height_share * back.sma_by_drag_km) ** 2 + turned**2)
    common = float(np.median(radius))
    for _ in range(ROUNDS):
        weight = _weights((radius - common) / sigma) / sigma**2
        common = float((weight * radius).sum() / weight.sum())
    off = radius - common
    return _cost(off / sigma, sigma), common, off, sigma


def _weights(x: Floats) -> Floats:
    return np.asarray((DEGREES_OF_FREEDOM + 1.0) / (DEGREES_OF_FREEDOM + x**2))


def _cost(x: Floats, sigma: Floats) -> float:
    """Minus the log likelihood of Student's t, without its constant."""
    return float((np.log(sigma) + 0.5 * (DEGREES_OF_FREEDOM + 1.0) * np.log1p(x**2 / DEGREES_OF_FREEDOM)).sum())


@dataclass(frozen=True)
class Convergence:
    """When orbits met best: `day`, with the sigma of the likelihood alone, and as parts of the evidence alone say it.

    parts: by planes alone, by heights alone, by the half with least drag, by the half with most: what the model of the drag
    leaves wrong differs between them. `depth` is by how much the fit at `day` is better than at a middling moment of the
    window, in log likelihood for each orbit: orbits that never part (satellites of one launch, set out side by side) give next
    to nothing. `rival_day` is the best other moment, and `rival` by how much less likely that is (natural logarithm).
    """

    day: float
    formal_days: float
    parts: tuple[float, float, float, float]
    depth: float
    at_edge: bool
    rival_day: float
    rival: float
    noise: Noise
    met: Met
    apart_rad: float
    apart_km: float
    """Robust sigma of the planes and the heights of the steadiest orbits where they met best."""

    @property
    def sigma_days(self) -> float:
        """The likelihood's sigma, with half of the larger disagreement between parts that should agree."""
        apart = max(abs(self.parts[0] - self.parts[1]), abs(self.parts[2] - self.parts[3]))
        return float(np.hypot(self.formal_days, 0.5 * apart))


WIDE_DAYS = 5.0
"""How far parts of the evidence are followed from the moment at which all of it meets."""
STARTS = 3
APART_DAYS = 2.0
"""Moments nearer together than this are one."""
LEAST_IN_A_HALF = 4


STEADY_SHARE, STEADY_LEAST, STEADY_MOST = 0.3, 40, 200
"""Of a large cloud the pieces with least drag decide: the others fit no simple decay over months, and can only pull."""


def converge(orbits: Orbits, first_day: float, last_day: float, *, step_days: float = 0.25) -> Convergence:
    """The moment within [first_day, last_day] at which these orbits met best.

    At least three orbits are needed; fewer than eight say little. Of many, the steadiest are used (see STEADY_SHARE); the
    residuals in `met` are of all. The likelihood's sigma comes from its curvature.
    """
    everyone = orbits
    by_drag = np.argsort(np.abs(orbits.shrink_day), kind="stable")
    many = int(np.clip(STEADY_SHARE * len(orbits), STEADY_LEAST, STEADY_MOST))
    steady = orbits = orbits.take(by_drag[:many])
    by_drag = np.arange(len(orbits))
    days = np.linspace(first_day, last_day, max(int(np.ceil((last_day - first_day) / step_days)) + 1, 5))
    costs = np.array([met(steady, float(d), USUAL).cost for d in days])
    tuned = _tuned(steady, float(days[int(np.argmin(costs))]), USUAL)
    costs = np.array([met(steady, float(d), tuned).cost for d in days])
    reach = float(days[1] - days[0])
    found = sorted((_settled(orbits, float(days[k]), tuned, reach) for k in _valleys(days, costs)), key=lambda x: x[0])
    cost, day, noise = found[0]
    others = [(c - cost, d) for c, d, _ in found[1:] if abs(d - day) > APART_DAYS]
    rival, rival_day = min(others, default=(float("inf"), float("nan")))
    at_edge = bool(day <= first_day or day >= last_day)
    day = float(np.clip(day, first_day, last_day))
    half = len(orbits) // 2
    groups = [orbits, orbits, orbits.take(by_drag[:half]), orbits.take(by_drag[half:])]
    which = ["plane_cost", "height_cost", "cost", "cost"]
    if half < LEAST_IN_A_HALF:
        groups, which = groups[:2], which[:2]
    parts = [_by_part(g, day, noise, part) for g, part in zip(groups, which, strict=True)]
    parts += [day] * (4 - len(parts))
    depth = float(np.median(costs) - costs.min()) / len(steady)
    four = (parts[0], parts[1], parts[2], parts[3])
    formal, here = _curvature(orbits, day, noise), met(orbits, day, noise)
    apart = [1.4826 * float(np.median(np.abs(x))) for x in (here.plane_rad, here.height_residual_km)]
    return Convergence(day, formal, four, depth, at_edge, rival_day, rival, noise, met(everyone, day, noise), apart[0], apart[1])


def _valleys(days: Floats, costs: Floats) -> list[int]:
    """The lowest grid points that are far enough from each other, best first."""
    out: list[int] = []
    for k in np.argsort(costs):
        if all(abs(days[k] - days[j]) > APART_DAYS for j in out):
            out.append(int(k))
        if len(out) == STARTS:
            break
    return out


def _settled(orbits: Orbits, day: float, noise: Noise, reach: float) -> tuple[float, float, Noise]:
    """Cost (with what is believed of the noise beforehand), moment and noise, fitted in turn from a start."""
    for _ in range(3):
        noise = _tuned(orbits, day, noise)
        day = _lowest(lambda d: met(orbits, d, noise).cost, day - reach, day + reach)  # noqa: B023
        reach *= 0.5
    unlikely = sum(0.5 * (np.log(getattr(noise, n) / getattr(USUAL, n)) / LOG_SPREAD) ** 2 for n in BOUNDS)
    return met(orbits, day, noise).cost + float(unlikely), day, noise


def _by_part(orbits: Orbits, day: float, noise: Noise, part: str) -> float:
    return _lowest(lambda d: float(getattr(met(orbits, d, noise), part)), day - WIDE_DAYS, day + WIDE_DAYS)


def _tuned(orbits: Orbits, day: float, noise: Noise) -> Noise:
    """The noise that fits best at a moment: each number in turn, within a factor of four of what it was, twice over."""
    for _ in range(2):
        for name, (low, high) in BOUNDS.items():
            now = np.log(getattr(noise, name))
            a, b = max(np.log(low), now - np.log(4.0)), min(np.log(high), now + np.log(4.0))
            usual = np.log(getattr(USUAL, name))

            def cost(x: float, name: str = name, usual: float = usual, noise: Noise = noise) -> float:
                tried = met(orbits, day, replace(noise, **{name: float(np.exp(x))}))
                return tried.cost + 0.5 * ((x - usual) / LOG_SPREAD) ** 2

            noise = replace(noise, **{name: float(np.exp(_lowest(cost, a, b, 0.05)))})
    return noise


def _lowest(f: Callable[[float], float], low: float, high: float, tolerance: float = 2e-3) -> float:
    """The lowest point of a function with one valley between two ends, by golden section (Kiefer 1953)."""
    a, b = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
    fa, fb = f(a), f(b)
    while high - low > tolerance:
        if fa < fb:
            high, b, fb = b, a, fa
            a = high - GOLDEN * (high - low)
            fa = f(a)
        else:
            low, a, fa = a, b, fb
            b = low + GOLDEN * (high - low)
            fb = f(b)
    return 0.5 * (low + high)


def _curvature(orbits: Orbits, day: float, noise: Noise) -> float:
    """Sigma of the moment: where the cost has risen by half, on a parabola through points far enough to stand out."""
    here = met(orbits, day, noise).cost
    for step in (0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0):
        rise = 0.5 * (met(orbits, day - step, noise).cost + met(orbits, day + step, noise).cost) - here
        if rise > 0.5:
            return step / float(np.sqrt(2.0 * rise))
    return float("inf")
