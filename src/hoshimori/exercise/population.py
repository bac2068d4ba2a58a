"""The crowd of a practice sky: objects drawn from stated distributions, loosely shaped like the public catalogue, all invented.

GEO, 500 objects (before the actors of the script):
    340  kept in their slots      longitude on a 0.1 deg grid, inclination 0-0.1 deg
     60  kept east-west only      inclination 1-8 deg with the node that an object of that age has
     35  librating                within 45 deg of a stable point (75.1 E, 255.3 E), drift up to 0.25 deg/day
     65  graveyard                200-450 km above, drift 2.5-5.6 deg/day westward, age up to 45 years
LEO, 3,000 objects:
    1200  broadband shell         540-560 km, 53 deg
     300  polar shell             1,190-1,210 km, 87.9 deg
     700  sun-synchronous         450-850 km, inclination from the altitude
     600  fragments               650-1,050 km, at 65, 74, 82, 86 or 98.6 deg, eccentricity to 0.02
     200  anything                420-1,400 km, inclination 20-100 deg
Altitudes and inclinations follow the shape of the public catalogue of 2022-2026; nodes, phases and names are chance.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import acos, cos, pi, radians, sin, sqrt

import numpy as np

from hoshimori.exercise.arcs import EARTH_RADIUS_KM, MU_KM3_S2, TAU, Arc, Mean, Track
from hoshimori.exercise.slots import GEO_SMA_KM, geo_arc
from hoshimori.exercise.streams import stream

FIRST_FICTIONAL_ID = 799_500_001
FIRST_GEO_ID = FIRST_FICTIONAL_ID + 100
FIRST_LEO_ID = FIRST_FICTIONAL_ID + 1000

GEO_KINDS = {"kept": 340, "inclined": 60, "librating": 35, "graveyard": 65}
LEO_KINDS = {"broadband": 1200, "polar": 300, "sun-synchronous": 700, "fragment": 600, "other": 200}
STABLE_DEG_E = (75.1, 255.3)

_LAPLACE_DEG = 7.4
_PRECESSION_YEARS = 53.0
_KEEP_CLEAR_DEG = 0.5
_FRAGMENT_INC_DEG = (65.0, 74.0, 82.5, 86.4, 98.6)


def fictional(number: int) -> tuple[int, str]:
    """Catalogue number and name of an invented object."""
    return number, f"PRACTICE-{number - FIRST_FICTIONAL_ID + 1:04d}"


def geo_crowd(seed: int, t_us: int, keep_clear_deg_e: list[float]) -> Iterator[Track]:
    """The background of the ring. Objects that are kept stay half a degree away from the longitudes given."""
    free = np.array([k / 10 for k in range(3600) if all(_apart_deg(k / 10, c) > _KEEP_CLEAR_DEG for c in keep_clear_deg_e)])
    slots = iter(stream(seed, "geo", "slots").permutation(free))
    number = FIRST_GEO_ID
    for kind, count in GEO_KINDS.items():
        for _ in range(count):
            norad_id, name = fictional(number)
            yield _track(norad_id, name, t_us, _geo(stream(seed, name, "orbit"), kind, t_us, slots))
            number += 1


def leo_crowd(seed: int, t_us: int) -> Iterator[Track]:
    """The background in low orbit, where no asset of the built-in watch stands: bulk for the pipeline to carry."""
    number = FIRST_LEO_ID
    for kind, count in LEO_KINDS.items():
        for _ in range(count):
            norad_id, name = fictional(number)
            yield _track(norad_id, name, t_us, leo_arc(stream(seed, name, "orbit"), kind, t_us))
            number += 1


def aged_i_vector(age_years: float) -> tuple[float, float]:
    """(i cos node, i sin node) in rad of a GEO object left to the Sun, Moon and oblateness for so many years.

    The orbit normal circles a pole tilted by 7.4 deg in 53 years: inclination peaks at 14.8 deg. Allan & Cook (1964).
    """
    phase = TAU * age_years / _PRECESSION_YEARS
    return radians(_LAPLACE_DEG) * (1.0 - cos(phase)), radians(_LAPLACE_DEG) * sin(phase)


def kept_vectors(rng: np.random.Generator) -> tuple[tuple[float, float], tuple[float, float]]:
    """Eccentricity and inclination vectors of a satellite that is kept in its slot."""
    return _polar(rng.uniform(0.5e-4, 3e-4), rng.uniform(0, TAU)), _polar(radians(rng.uniform(0.01, 0.08)), rng.uniform(0, TAU))


def leo_arc(rng: np.random.Generator, kind: str, t_us: int) -> Arc:
    altitude_km, inc_deg, ecc = _leo_shape(rng, kind)
    n = 60.0 * sqrt(MU_KM3_S2 / (EARTH_RADIUS_KM + altitude_km) ** 3)
    raan, argp, ma = rng.uniform(0, TAU, 3).tolist()
    bstar = 10.0 ** rng.normal(-4.0, 0.25)
    return Arc(t_us, Mean(n, ecc, radians(inc_deg), raan, argp, ma), bstar)


def _geo(rng: np.random.Generator, kind: str, t_us: int, slots: Iterator[float]) -> Arc:
    e_vector, i_vector = kept_vectors(rng)
    age = rng.uniform(3.0, 45.0)
    if kind == "kept":
        return geo_arc(t_us, next(slots), 0.0, e_vector=e_vector, i_vector=i_vector)
    if kind == "inclined":
        return geo_arc(t_us, next(slots), 0.0, e_vector=e_vector, i_vector=aged_i_vector(rng.uniform(1.1, 9.0)))
    if kind == "librating":
        longitude = STABLE_DEG_E[int(rng.integers(2))] + rng.uniform(-45, 45)
        return geo_arc(t_us, longitude, rng.uniform(-0.25, 0.25), e_vector=e_vector, i_vector=aged_i_vector(age))
    height_km = rng.uniform(200, 450)
    drift_deg_day = -1.5 * 361.0 * height_km / GEO_SMA_KM
    e_vector = _polar(rng.uniform(1e-4, 3e-3), rng.uniform(0, TAU))
    return geo_arc(t_us, rng.uniform(0, 360), drift_deg_day, e_vector=e_vector, i_vector=aged_i_vector(age))


def _leo_shape(rng: np.random.Generator, kind: str) -> tuple[float, float, float]:
    """Altitude (km), inclination (deg), eccentricity."""
    if kind == "broadband":
        return rng.uniform(540, 560), 53.0 + rng.normal(0, 0.05), rng.uniform(5e-5, 3e-4)
    if kind == "polar":
        return rng.uniform(1190, 1210), 87.9 + rng.normal(0, 0.05), rng.uniform(5e-5, 3e-4)
    if kind == "sun-synchronous":
        altitude_km = rng.uniform(450, 850)
        return altitude_km, sun_synchronous_deg(altitude_km) + rng.normal(0, 0.1), rng.uniform(1e-4, 2e-3)
    if kind == "fragment":
        return rng.uniform(650, 1050), rng.choice(_FRAGMENT_INC_DEG) + rng.normal(0, 0.3), rng.uniform(1e-3, 2e-2)
    return rng.uniform(420, 1400), rng.uniform(20, 100), rng.uniform(1e-4, 5e-3)


def sun_synchronous_deg(altitude_km: float) -> float:
    """The inclination whose node follows the Sun, circular orbit, J2 only: cos i = -(a / 12,352 km)^3.5."""
    return acos(-(((EARTH_RADIUS_KM + altitude_km) / 12352.0) ** 3.5)) * 180.0 / pi


def _track(norad_id: int, name: str, t_us: int, arc: Arc) -> Track:
    return Track(norad_id, name, "", ((t_us, arc),))


def _polar(size: float, angle: float) -> tuple[float, float]:
    return size * cos(angle), size * sin(angle)


def _apart_deg(a: float, b: float) -> float:
    return abs((a - b + 180.0) % 360.0 - 180.0)
