"""How far the bend of the orbits themselves spoils a probability that takes errors along them for straight lines.

An error along the track does not carry an object off along its tangent but round its orbit: s km ahead, it is s^2 / 2r nearer to
the Earth than the tangent. A collision needs both objects displaced by certain amounts; the bend there moves the miss.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from hoshimori.sky.chance.meeting import Floats, Meeting


class Bend(NamedTuple):
    """shift_km: (3,) how the miss changes where a collision is likeliest. log_change: by how much the log of the 2-D
    probability then changes, NaN where the plane has no covariance."""

    shift_km: Floats
    log_change: float


def bend(meeting: Meeting) -> Bend:
    """The bend of both orbits where a collision is likeliest, and what it does to the exponent of the 2-D Gaussian.

    Given that they meet, the error of each object along its own track has a mean and a variance (Gaussian conditioning on the
    encounter plane); squared, summed and over 2 r they are the mean drop below the tangent, taken toward the Earth. In the plane
    with covariance C the miss m then becomes m + s: the exponent changes by m C^-1 s + s C^-1 s / 2.
    Assumes: errors along the track that moved along the orbit, as errors of drag and period do; near-circular orbits (the pull
    of the Earth over the speed squared stands for the curvature). Needs no velocity covariance.
    """
    dv = meeting.dv_km_s
    speed = float(np.linalg.norm(dv))
    if speed == 0.0:
        return Bend(np.zeros(3), float("nan"))
    plane = np.linalg.svd((dv / speed)[None, :])[2][1:]
    place = meeting.covariance[:3, :3]
    small = plane @ place @ plane.T
    if not np.isfinite(small).all() or np.linalg.det(small) <= 0.0:
        return Bend(np.full(3, np.nan), float("nan"))
    inverse = np.linalg.inv(small)
    miss = plane @ meeting.dr_km
    first = _drop(meeting.r1_km, meeting.v1_km_s, meeting.covariance1, meeting.cross, plane, inverse, miss)
    second = _drop(meeting.r2_km, meeting.v2_km_s, meeting.covariance2, meeting.cross.T, plane, inverse, -miss)
    shift = second - first
    s = plane @ shift
    return Bend(shift, abs(float(miss @ inverse @ s)) + 0.5 * float(s @ inverse @ s))


def _drop(r: Floats, v: Floats, own: Floats, cross: Floats, plane: Floats, inverse: Floats, miss: Floats) -> Floats:
    """Mean displacement (3,) of one object below its tangent, given that its error less the other's, in the plane, is `miss`."""
    forward = v / np.linalg.norm(v)
    shared = (own[:3, :3] - cross[:3, :3]) @ plane.T @ inverse  # regression of this object's error on the difference
    mean = float(forward @ shared @ miss)
    spread = float(forward @ (own[:3, :3] - shared @ plane @ (own[:3, :3] - cross[:3, :3]).T) @ forward)
    far = float(np.linalg.norm(r))
    pull = 398600.4418 / far**2
    return np.asarray(-0.5 * pull / float(v @ v) * (mean * mean + max(0.0, spread)) * r / far)
