"""Short encounters: the collision probability of many conjunctions at once, each a Gaussian over a disc in one plane.

All of these assume the same: both objects fly straight on while they are near, all covariance but that of the position at
closest approach is neglected, the errors are Gaussian, and both bodies are spheres that touch at the summed radius. What is
left is a Gaussian in the plane across the relative velocity, and the methods differ only in how they integrate it over the
disc. `choice` says when the assumptions fail.

dr_km, dv_km_s: (n, 3), the second object less the first, at closest approach. covariance_km2: (n, 3, 3) of the difference of the
positions, in the same frame. radius_km: (n,) or one. A row without relative speed, or whose covariance in the plane is not
positive definite, gives NaN: see `covariance.repaired`. What lies below 1e-300 comes out as 0.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from hoshimori.errors import UsageError

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

TOLERANCE = 1e-9
"""Asked of each panel of the integration, as a share of the whole; what comes out is good to 1e-8."""


class Planes(NamedTuple):
    """The encounter planes in the principal axes of their covariances.

    x_km, y_km (n,): the miss. sigma_x_km >= sigma_y_km (n,). radius_km (n,). axes: (n, 3, 3), rows are the two principal axes and
    the direction of the relative velocity, in the frame of the input.
    """

    x_km: Floats
    y_km: Floats
    sigma_x_km: Floats
    sigma_y_km: Floats
    radius_km: Floats
    axes: Floats


class Maximum(NamedTuple):
    """The largest probability over the size of the covariance, (n,) each.

    scale: the factor on every sigma at which it is reached. diluted: the actual covariance is larger than that one, so that
    a worse orbit would lower the probability: a low value is then a sign of not knowing, not of safety.
    """

    probability: Floats
    scale: Floats
    diluted: Bools


def planes(dr_km: npt.ArrayLike, dv_km_s: npt.ArrayLike, covariance_km2: npt.ArrayLike, radius_km: npt.ArrayLike) -> Planes:
    """Project onto the plane across the relative velocity, and turn to the principal axes there."""
    dr, dv = (np.atleast_2d(np.asarray(x, dtype=np.float64)) for x in (dr_km, dv_km_s))
    covariance = np.asarray(covariance_km2, dtype=np.float64).reshape(-1, 3, 3)
    n = len(dr)
    if dr.shape != (n, 3) or dv.shape != (n, 3) or len(covariance) != n:
        given = f"{dr.shape}, {dv.shape}, {covariance.shape}"
        raise UsageError(f"encounter plane: expected dr (n, 3), dv (n, 3), covariance (n, 3, 3); got {given}")
    radius = np.broadcast_to(np.asarray(radius_km, dtype=np.float64), (n,))
    if not (radius >= 0.0).all():
        raise UsageError(f"encounter plane: radius_km={radius[~(radius >= 0.0)][0]}: expected a summed radius of 0 or more")
    first, second, along = _across(dv)
    plane = np.stack((first, second), axis=1)
    miss = np.einsum("nij,nj->ni", plane, dr)
    small = np.einsum("nij,njk,nlk->nil", plane, covariance, plane)
    a, c, b = small[:, 0, 0], small[:, 1, 1], 0.5 * (small[:, 0, 1] + small[:, 1, 0])
    large = 0.5 * (a + c) + np.hypot(0.5 * (a - c), b)
    with np.errstate(invalid="ignore", divide="ignore"):
        least = np.where(large > 0.0, (a * c - b * b) / large, np.nan)  # by the determinant: keeps its digits where it is small
        sigma_x, sigma_y = np.sqrt(large), np.sqrt(least)
    turn = 0.5 * np.arctan2(2.0 * b, a - c)
    cos, sin = np.cos(turn), np.sin(turn)
    rotation = np.stack((np.stack((cos, sin), axis=-1), np.stack((-sin, cos), axis=-1)), axis=-2)
    x, y = np.einsum("nij,nj->in", rotation, miss)
    axes = np.concatenate((rotation @ plane, along[:, None, :]), axis=1)
    return Planes(x, y, sigma_x, sigma_y, radius.copy(), axes)


def foster_1992(dr_km: npt.ArrayLike, dv_km_s: npt.ArrayLike, covariance_km2: npt.ArrayLike, radius_km: npt.ArrayLike) -> Floats:
    """(n,) the two-dimensional Gaussian over the disc, integrated to 1e-8 of itself also where it is 1e-168.

    Strips across one axis are differences of erf, the other axis is integrated by adaptive Gauss-Kronrod panels.
    Assumes: short encounter, spheres, Gaussian, no velocity error (see the head of this module).
    Reference: Foster & Estes, NASA JSC-25898 (1992), whose integral in polar steps this is, solved more closely.
    """
    return _integrated(planes(dr_km, dv_km_s, covariance_km2, radius_km), 0, TOLERANCE)


def chan_1997(dr_km: npt.ArrayLike, dv_km_s: npt.ArrayLike, covariance_km2: npt.ArrayLike, radius_km: npt.ArrayLike) -> Floats:
    """(n,) Chan's series: the disc becomes an ellipse, the ellipse a circle of equal area, and that is integrated exactly.

    Assumes, beyond `foster_1992`: the disc is small against the smaller sigma; else the ellipse is not a circle.
    Reference: Chan, AAS 97-173 (1997); Spacecraft Collision Probability (2008), chapter 4.
    """
    return _integrated(planes(dr_km, dv_km_s, covariance_km2, radius_km), 1, TOLERANCE)


def patera_2001(
    dr_km: npt.ArrayLike,
    dv_km_s: npt.ArrayLike,
    covariance_km2: npt.ArrayLike,
    radius_km: npt.ArrayLike,
    *,
    points: int = 512,
) -> Floats:
    """(n,) the same Gaussian over the same disc as one integral round the edge: an independent check of `foster_1992`.

    Assumes what `foster_1992` assumes. Good to about 1e-12 (not relative) where the smaller sigma is not far below the radius.
    Reference: Patera, Journal of Guidance, Control and Dynamics 24 (2001) 716.
    """
    return _integrated(planes(dr_km, dv_km_s, covariance_km2, radius_km), 2, float(points))


def alfano_2005(
    dr_km: npt.ArrayLike,
    dv_km_s: npt.ArrayLike,
    covariance_km2: npt.ArrayLike,
    radius_km: npt.ArrayLike,
    *,
    steps: int = 100,
) -> Floats:
    """(n,) the same integral as a sum over equal slices of the disc, kept because published tables were made with it.

    Low by 1.06 / steps^1.5 of itself where the disc is small against sigma: 0.1 % at 100 steps. For comparison, not for use.
    Assumes what `foster_1992` assumes. Reference: Alfano, AAS 07-148 (2007), equation 5a, after Alfano (2005).
    """
    return _integrated(planes(dr_km, dv_km_s, covariance_km2, radius_km), 3, float(steps))


def alfano_maximum_2005(
    dr_km: npt.ArrayLike, dv_km_s: npt.ArrayLike, covariance_km2: npt.ArrayLike, radius_km: npt.ArrayLike
) -> Maximum:
    """The largest probability over the size of the covariance, its shape and direction kept.

    A miss inside the radius: 1, at a scale of 0. For several sizes of the bodies give each a row.
    Assumes what `foster_1992` assumes. Reference: Alfano, Journal of the Astronautical Sciences 53 (2005) 193.
    """
    from hoshimori.sky.chance._short_kernel import largest

    table = _table(planes(dr_km, dv_km_s, covariance_km2, radius_km))
    probability, scale = np.empty(len(table)), np.empty(len(table))
    largest(table, TOLERANCE, probability, scale)
    return Maximum(probability, scale, scale < 1.0)


def alfano_worst_2005(miss_km: npt.ArrayLike, radius_km: npt.ArrayLike, *, aspect: float = 3.0) -> Floats:
    """(n,) the largest probability for any size of a covariance that is `aspect` times longer than wide, lying along the miss.

    For when no covariance is known: the long axis along the miss is the worst direction. Rises with `aspect`.
    Assumes what `foster_1992` assumes. Reference: Alfano, Journal of the Astronautical Sciences 53 (2005) 193.
    """
    from hoshimori.sky.chance._short_kernel import largest

    if not aspect >= 1.0:
        raise UsageError(f"alfano_worst_2005: aspect={aspect}: expected the ratio of long to short axis, 1 or more")
    miss, radius = np.broadcast_arrays(np.atleast_1d(np.asarray(miss_km, float)), np.asarray(radius_km, float))
    zero, one = np.zeros(len(miss)), np.ones(len(miss))
    table = np.ascontiguousarray(np.stack((miss, zero, aspect * one, one, radius), axis=1))
    probability, scale = np.empty(len(table)), np.empty(len(table))
    largest(table, TOLERANCE, probability, scale)
    return probability


def alfriend_maximum_1999(
    dr_km: npt.ArrayLike, dv_km_s: npt.ArrayLike, covariance_km2: npt.ArrayLike, radius_km: npt.ArrayLike
) -> Floats:
    """(n,) the maximum over the size of the covariance for a disc so small that the Gaussian is constant on it.

    R^2 / (e sigma_x sigma_y d^2) with d the Mahalanobis distance: exceeds 1 where the assumption fails.
    Reference: Alfriend, Akella, Frisbee, Foster, Lee, Wilkins, Space Debris 1 (1999) 21.
    """
    at = planes(dr_km, dv_km_s, covariance_km2, radius_km)
    with np.errstate(divide="ignore", invalid="ignore"):
        squared = (at.x_km / at.sigma_x_km) ** 2 + (at.y_km / at.sigma_y_km) ** 2
        return np.asarray(at.radius_km**2 / (np.e * at.sigma_x_km * at.sigma_y_km * squared))


def _across(dv: Floats) -> tuple[Floats, Floats, Floats]:
    """Two unit vectors across each dv and the one along it, (n, 3); NaN where dv is 0."""
    with np.errstate(invalid="ignore", divide="ignore"):
        along = dv / np.linalg.norm(dv, axis=1, keepdims=True)
    least = np.eye(3)[np.argmin(np.abs(dv), axis=1)]
    first = np.cross(along, least)
    first = first / np.linalg.norm(first, axis=1, keepdims=True)
    return first, np.cross(along, first), along


def _table(at: Planes) -> Floats:
    return np.ascontiguousarray(np.stack(at[:5], axis=1))


def _integrated(at: Planes, kind: int, tolerance: float) -> Floats:
    from hoshimori.sky.chance._short_kernel import discs

    out = np.empty(len(at.x_km))
    discs(_table(at), kind, tolerance, out)
    return out
