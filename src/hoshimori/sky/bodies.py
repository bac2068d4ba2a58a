"""The Sun, the Moon, the Earth's shadow, and angles between directions.

Positions are geometric (no light time, no aberration): from the Earth the Sun is seen 20 arcsec from where it is given, the
Moon 1 arcsec. Sun: pyerfa `epv00`, 10 km class. Moon: pyerfa `moon98` (Meeus 1998), about 10 arcsec, 30 km.
TT stands for TDB: 2 ms.
"""

from __future__ import annotations

import erfa
import numpy as np
import numpy.typing as npt

from hoshimori.sky import frames, time

Floats = npt.NDArray[np.float64]
Times = npt.NDArray[np.datetime64]

AU_KM = 149_597_870.7
SUN_RADIUS_KM = 695_700.0
EARTH_RADIUS_KM = 6378.137


def sun_gcrs_km(t_utc: Times) -> Floats:
    """(..., 3) the Sun from the centre of the Earth, GCRS."""
    heliocentric_earth, _ = erfa.epv00(*time.tt(t_utc))
    return -np.asarray(heliocentric_earth["p"]) * AU_KM


def moon_gcrs_km(t_utc: Times) -> Floats:
    """(..., 3) the Moon from the centre of the Earth, GCRS."""
    return np.asarray(erfa.moon98(*time.tt(t_utc))["p"]) * AU_KM


def sun_teme_km(t_utc: Times) -> Floats:
    """(..., 3) the Sun from the centre of the Earth, TEME of date."""
    return _in_teme(sun_gcrs_km(t_utc), t_utc)


def moon_teme_km(t_utc: Times) -> Floats:
    """(..., 3) the Moon from the centre of the Earth, TEME of date."""
    return _in_teme(moon_gcrs_km(t_utc), t_utc)


def angle_rad(a: Floats, b: Floats) -> Floats:
    """(...) angle between directions a and b (..., 3), exact also near 0 and pi; in 0..pi."""
    return np.asarray(np.arctan2(np.linalg.norm(np.cross(a, b), axis=-1), np.sum(a * b, axis=-1)))


def sunlit_fraction(r_km: Floats, sun_km: Floats) -> Floats:
    """(...) the part of the Sun's disc that a satellite at r (..., 3) sees past the Earth: 1 in sunlight, 0 in the umbra.

    r and sun in one geocentric frame. Two discs overlap. Assumes a spherical Earth of equatorial radius and no air: at entry
    and exit flattening shifts the edge by up to 21 km, refraction and ozone dim the Sun a little earlier.
    Reference: Montenbruck and Gill, "Satellite Orbits" (2000), section 3.4.2.
    """
    to_sun = sun_km - r_km
    a = np.arcsin(SUN_RADIUS_KM / np.linalg.norm(to_sun, axis=-1))
    b = np.arcsin(np.minimum(EARTH_RADIUS_KM / np.linalg.norm(r_km, axis=-1), 1.0))
    c = angle_rad(to_sun, -np.asarray(r_km))
    x = np.clip((c * c + a * a - b * b) / (2.0 * np.maximum(c, 1e-12)), -a, a)
    y = np.sqrt(np.maximum(a * a - x * x, 0.0))
    covered = a * a * np.arccos(np.clip(x / a, -1.0, 1.0)) + b * b * np.arccos(np.clip((c - x) / b, -1.0, 1.0)) - c * y
    partly = 1.0 - covered / (np.pi * a * a)
    apart, total, annular = c >= a + b, c <= b - a, c <= a - b
    return np.asarray(np.select([apart, total, annular], [1.0, 0.0, 1.0 - (b / a) ** 2], partly))


def _in_teme(r_gcrs_km: Floats, t_utc: Times) -> Floats:
    return frames.gcrs_to_teme(r_gcrs_km, np.zeros_like(r_gcrs_km), t_utc)[0]
