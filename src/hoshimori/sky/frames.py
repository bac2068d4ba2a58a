"""From the frame of SGP4 to the Earth and to the stars, and back: TEME, PEF, ITRS, TOD, MOD, GCRS, EME2000, geodetic.

Vectors are (..., 3) in km and km/s, times broadcast against the leading axes. The chain is IAU-76/FK5 as in Vallado,
"Fundamentals of Astrodynamics and Applications", section 3.7 and appendix C of AIAA 2006-6753, computed by pyerfa.

What the Earth does beyond theory is an argument, `EarthOrientation`. Left at zero, the price is: UT1 - UTC below 0.9 s turns the
Earth by up to 0.42 km at the equator and 2.8 km in GEO (0.004 deg of longitude; in 2017-2026 |UT1 - UTC| stayed below 0.3 s:
a third of this); polar motion below 0.6 arcsec 18 m on the ground, 120 m in GEO; the pole offsets dpsi, deps below 0.15 arcsec
5 m on the ground, 40 m in GEO, for GCRS and EME2000 only. Excess length of day is left out: below 1 mm/s.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import erfa
import numpy as np
import numpy.typing as npt

from hoshimori.errors import UsageError
from hoshimori.sky import time

Floats = npt.NDArray[np.float64]
Times = npt.NDArray[np.datetime64]
StateVectors = tuple[Floats, Floats]

EARTH_RATE_RAD_S = 7.292115146706979e-5
WGS84 = 1


@dataclass(frozen=True, slots=True)
class EarthOrientation:
    """Measured orientation of the Earth, from IERS Bulletin A or B, at the times asked: floats, or arrays that broadcast.

    ut1_minus_utc_s; pole xp_rad, yp_rad; offsets of the celestial pole dpsi_rad, deps_rad from IAU 1976/1980.
    """

    ut1_minus_utc_s: Floats | float = 0.0
    xp_rad: Floats | float = 0.0
    yp_rad: Floats | float = 0.0
    dpsi_rad: Floats | float = 0.0
    deps_rad: Floats | float = 0.0


UNMEASURED = EarthOrientation()


def teme_to_pef(r_km: Floats, v_km_s: Floats, t_utc: Times, eop: EarthOrientation = UNMEASURED) -> StateVectors:
    """To the rotating Earth without polar motion; velocity as seen from the ground."""
    spin = _about_z(time.gmst_rad(t_utc, eop.ut1_minus_utc_s))
    r = _turn(spin, r_km)
    return r, _turn(spin, v_km_s) - _earth_spin(r)


def pef_to_teme(r_km: Floats, v_km_s: Floats, t_utc: Times, eop: EarthOrientation = UNMEASURED) -> StateVectors:
    """The inverse of `teme_to_pef`."""
    back = _about_z(-time.gmst_rad(t_utc, eop.ut1_minus_utc_s))
    return _turn(back, r_km), _turn(back, v_km_s + _earth_spin(r_km))


def teme_to_itrs(r_km: Floats, v_km_s: Floats, t_utc: Times, eop: EarthOrientation = UNMEASURED) -> StateVectors:
    """To the International Terrestrial Reference System; velocity as seen from the ground."""
    r, v = teme_to_pef(r_km, v_km_s, t_utc, eop)
    pole = erfa.pom00(eop.xp_rad, eop.yp_rad, 0.0)
    return _turn(pole, r), _turn(pole, v)


def itrs_to_teme(r_km: Floats, v_km_s: Floats, t_utc: Times, eop: EarthOrientation = UNMEASURED) -> StateVectors:
    """The inverse of `teme_to_itrs`."""
    pole = _inverse(erfa.pom00(eop.xp_rad, eop.yp_rad, 0.0))
    return pef_to_teme(_turn(pole, r_km), _turn(pole, v_km_s), t_utc, eop)


def teme_to_gcrs(r_km: Floats, v_km_s: Floats, t_utc: Times, eop: EarthOrientation = UNMEASURED) -> StateVectors:
    """To the Geocentric Celestial Reference System (GCRF, ICRF axes). The slow turning of TEME is left out: below 1 mm/s."""
    m = _inverse(_gcrs_to_teme(t_utc, eop))
    return _turn(m, r_km), _turn(m, v_km_s)


def gcrs_to_teme(r_km: Floats, v_km_s: Floats, t_utc: Times, eop: EarthOrientation = UNMEASURED) -> StateVectors:
    """The inverse of `teme_to_gcrs`."""
    m = _gcrs_to_teme(t_utc, eop)
    return _turn(m, r_km), _turn(m, v_km_s)


def eme2000_to_gcrs(r_km: Floats, v_km_s: Floats) -> StateVectors:
    """Frame bias: 23 milliarcseconds, 5 m in GEO."""
    m = _inverse(_bias())
    return _turn(m, r_km), _turn(m, v_km_s)


def gcrs_to_eme2000(r_km: Floats, v_km_s: Floats) -> StateVectors:
    """The inverse of `eme2000_to_gcrs`."""
    return _turn(_bias(), r_km), _turn(_bias(), v_km_s)


def to_teme(frame: str, r_km: Floats, v_km_s: Floats, t_utc: Times, eop: EarthOrientation = UNMEASURED) -> StateVectors:
    """From the frame that an ephemeris names: TEME, EME2000 or J2000, GCRF, ICRF, ITRF with or without its year, TOD, MOD.

    ICRF is taken geocentric; realisations of ITRF differ by centimetres and are taken as one. TOD and MOD are IAU 1976/1980.
    """
    name = frame.strip().upper()
    if name == "TEME":
        return np.array(r_km, dtype=np.float64), np.array(v_km_s, dtype=np.float64)
    if name in ("GCRF", "ICRF"):
        return gcrs_to_teme(r_km, v_km_s, t_utc, eop)
    if name in ("EME2000", "J2000"):
        return gcrs_to_teme(*eme2000_to_gcrs(r_km, v_km_s), t_utc, eop)
    if re.fullmatch(r"ITRF(-?\d{2}|-?\d{4})?", name):
        return itrs_to_teme(r_km, v_km_s, t_utc, eop)
    if name in ("TOD", "MOD"):
        m = _tod_to_teme(t_utc, eop)
        m = m if name == "TOD" else m @ _nutation(t_utc, eop)
        return _turn(m, r_km), _turn(m, v_km_s)
    raise UsageError(
        f"reference frame {frame!r}: expected TEME, EME2000, J2000, GCRF, ICRF, ITRF (or ITRF-97, ITRF2000...), TOD or MOD"
    )


def geodetic(r_itrs_km: Floats) -> tuple[Floats, Floats, Floats]:
    """East longitude [rad, -pi..pi], geodetic latitude [rad] and height [km] on WGS-84; NaN where the position is."""
    r = np.asarray(r_itrs_km, dtype=np.float64)
    known = np.asarray(np.isfinite(r).all(axis=-1))
    lon, lat, height_m = erfa.gc2gd(WGS84, np.where(known[..., None], r, [7000.0, 0.0, 0.0]) * 1e3)
    return np.where(known, lon, np.nan), np.where(known, lat, np.nan), np.where(known, height_m / 1e3, np.nan)


def from_geodetic(lon_rad: npt.ArrayLike, lat_rad: npt.ArrayLike, height_km: npt.ArrayLike) -> Floats:
    """(..., 3) position in ITRS, km: the inverse of `geodetic`."""
    return np.asarray(erfa.gd2gc(WGS84, lon_rad, lat_rad, np.asarray(height_km, dtype=np.float64) * 1e3)) / 1e3


def longitude_deg(r_teme_km: Floats, t_utc: Times, ut1_minus_utc_s: npt.ArrayLike = 0.0) -> Floats:
    """East longitude of the point below, in -180..180. Neglects polar motion: 0.0002 deg."""
    r = np.asarray(r_teme_km, dtype=np.float64)
    angle = np.arctan2(r[..., 1], r[..., 0]) - time.gmst_rad(t_utc, ut1_minus_utc_s)
    return np.degrees(angle - 2.0 * np.pi * np.rint(angle / (2.0 * np.pi)))


def _gcrs_to_teme(t_utc: Times, eop: EarthOrientation) -> Floats:
    """(..., 3, 3). With the measured pole offsets the mean equator and equinox of J2000 is that of GCRS (Vallado 3.7.4)."""
    return np.asarray(_tod_to_teme(t_utc, eop) @ _nutation(t_utc, eop) @ _precession(t_utc))


def _precession(t_utc: Times) -> Floats:
    """J2000 to mean of date, IAU 1976."""
    return np.asarray(erfa.pmat76(*time.tt(t_utc)))


def _nutation(t_utc: Times, eop: EarthOrientation) -> Floats:
    """Mean to true of date, IAU 1980 with the measured offsets."""
    date = time.tt(t_utc)
    dpsi, deps = erfa.nut80(*date)
    return np.asarray(erfa.numat(erfa.obl80(*date), dpsi + eop.dpsi_rad, deps + eop.deps_rad))


def _tod_to_teme(t_utc: Times, eop: EarthOrientation) -> Floats:
    """True of date to TEME: about the pole by the equation of the equinoxes, IAU 1994 with the measured offset."""
    date = time.tt(t_utc)
    return _about_z(erfa.eqeq94(*date) + eop.dpsi_rad * np.cos(erfa.obl80(*date)))


def _bias() -> Floats:
    """GCRS to the mean equator and equinox of J2000, IAU 2000."""
    return np.asarray(erfa.bp00(2451545.0, 0.0)[0])


def _about_z(angle_rad: Floats | float) -> Floats:
    """(..., 3, 3) the frame turned about its z axis by an angle."""
    return np.asarray(erfa.rz(angle_rad, np.eye(3)))


def _turn(m: Floats, vectors: Floats) -> Floats:
    return np.asarray(np.einsum("...ij,...j->...i", m, vectors))


def _inverse(m: Floats) -> Floats:
    return np.asarray(np.swapaxes(m, -1, -2))


def _earth_spin(r_km: Floats) -> Floats:
    """Velocity [km/s] of the turning Earth at r in PEF."""
    return EARTH_RATE_RAD_S * np.stack((-r_km[..., 1], r_km[..., 0], np.zeros_like(r_km[..., 0])), axis=-1)
