"""Where one object is, seen from another: radial, transverse and normal axes, straight closest approach, relative orbits."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

MU_KM3_S2 = 398600.4418


def rtn_basis(r_km: Floats, v_km_s: Floats) -> Floats:
    """(..., 3, 3): rows are the unit vectors R (outward), T (in the plane, forward) and N (along r x v), in the frame of r, v."""
    radial = r_km / _length(r_km)
    normal = np.cross(r_km, v_km_s)
    normal = normal / _length(normal)
    return np.stack((radial, np.cross(normal, radial), normal), axis=-2)


def to_rtn(dr: Floats, r_km: Floats, v_km_s: Floats) -> Floats:
    """Components of any vector `dr` (..., 3) along R, T, N of the state r, v. For a relative velocity: in the inertial sense."""
    return np.asarray(np.einsum("...ij,...j->...i", rtn_basis(r_km, v_km_s), dr))


def rotating_velocity(dr_km: Floats, dv_km_s: Floats, r_km: Floats, v_km_s: Floats) -> Floats:
    """Relative velocity along R, T, N as seen by someone who turns with these axes: inertial less omega x dr.

    Two objects at rest with each other on one circular orbit have zero here, and n times their distance in the inertial sense.
    Assumes an unperturbed orbit for the turning: omega = |r x v| / r^2 about N.
    """
    x = to_rtn(dr_km, r_km, v_km_s)
    omega = _length(np.cross(r_km, v_km_s)) / _length(r_km) ** 2
    turning = np.concatenate((-x[..., 1:2], x[..., 0:1], np.zeros_like(x[..., 0:1])), axis=-1)
    return to_rtn(dv_km_s, r_km, v_km_s) - omega * turning


def closest_approach(dr_km: Floats, dv_km_s: Floats) -> tuple[Floats, Floats]:
    """Time offset and distance of closest approach of straight relative motion.

    dr_km, dv_km_s: (..., 3), same frame. Returns dt_s (...) and miss_km (...). At rest with each other: dt is 0.
    Straight lines bend by half the relative acceleration times dt squared: below 1 m for 1 s in LEO.

    >>> closest_approach(np.array([-10., 1., 0.]), np.array([5., 0., 0.]))
    (np.float64(2.0), np.float64(1.0))
    """
    speed2 = np.sum(dv_km_s * dv_km_s, axis=-1)
    at_rest = speed2 == 0.0
    dt_s = np.where(at_rest, 0.0, -np.sum(dr_km * dv_km_s, axis=-1) / np.where(at_rest, 1.0, speed2))
    miss_km = np.sqrt(np.sum((dr_km + dt_s[..., None] * dv_km_s) ** 2, axis=-1))
    return dt_s[()], miss_km[()]


class RelativeOrbit(NamedTuple):
    """The ellipse that one object draws about another on a near-circular orbit, and how it drifts. Each field is (...).

    da_km: difference of semi-major axes. along_km: middle of the ellipse, forward. drift_km_rev: forward, per revolution.
    radial_km: a |de|, half the radial extent; the extent along T is twice as large. normal_km: a |di|, half the extent across.
    phase_rad: between the relative eccentricity and inclination vectors, -pi..pi. Near 0 or pi the two never both vanish, and
    the objects stay apart whatever the error along T (e/i separation); near +-pi/2 they can meet.
    """

    da_km: Floats
    along_km: Floats
    drift_km_rev: Floats
    radial_km: Floats
    normal_km: Floats
    phase_rad: Floats


def relative_orbit(dr_km: Floats, dv_km_s: Floats, r_km: Floats, v_km_s: Floats) -> RelativeOrbit:
    """The relative orbit of an object at (r + dr, v + dv), all (..., 3) in one inertial frame.

    Assumes near-circular orbits and neighbours: errors are of the order of eccentricity times distance, and distance squared
    over radius, the latter lessened by taking T along the arc. Unperturbed: judge it over one revolution.
    Reference: Clohessy and Wiltshire 1960; D'Amico and Montenbruck, J. Guidance 29(3), 2006, for the vectors.
    """
    radius = _length(r_km)[..., 0]
    x, y, z = np.moveaxis(to_rtn(dr_km, r_km, v_km_s), -1, 0)
    vx, vy, vz = np.moveaxis(to_rtn(v_km_s + dv_km_s, r_km, v_km_s), -1, 0)
    v_radial = np.einsum("...i,...i->...", r_km, v_km_s) / radius
    omega = _length(np.cross(r_km, v_km_s))[..., 0] / radius**2
    in_plane = np.hypot(radius + x, y)
    bearing = np.arctan2(y, radius + x)
    outward = (vx * np.cos(bearing) + vy * np.sin(bearing)) - v_radial
    along = radius * bearing
    forward = radius * ((vy * np.cos(bearing) - vx * np.sin(bearing)) / in_plane - omega)
    up = in_plane - radius
    n = np.sqrt(MU_KM3_S2 / _semi_major_axis(r_km, v_km_s) ** 3)
    da = 4.0 * up + 2.0 * forward / n
    cosine, sine = 3.0 * up + 2.0 * forward / n, -outward / n  # radial motion is da - (cosine cos nt + sine sin nt)
    phase_e = np.arctan2(sine, cosine)
    phase_i = np.arctan2(-z, vz / n)  # z = normal sin(nt - phase_i)
    phase = phase_e - phase_i
    return RelativeOrbit(
        da,
        along - 2.0 * outward / n,
        -3.0 * np.pi * da,
        np.hypot(cosine, sine),
        np.hypot(z, vz / n),
        phase - 2.0 * np.pi * np.rint(phase / (2.0 * np.pi)),
    )


def _semi_major_axis(r_km: Floats, v_km_s: Floats) -> Floats:
    return np.asarray(1.0 / (2.0 / _length(r_km)[..., 0] - np.sum(v_km_s * v_km_s, axis=-1) / MU_KM3_S2))


def _length(vectors: Floats) -> Floats:
    return np.asarray(np.linalg.norm(vectors, axis=-1, keepdims=True))
