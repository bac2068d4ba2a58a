"""How far the bend of the orbits spoils a probability that takes errors and paths near the meeting for straight lines.

An object off by some kilometres along its track is not on the tangent but on its orbit: u km from where it is expected at closest
approach it is u^2 / 2r below that tangent. Two that collide a little earlier or later, and a little ahead or behind, are each
below their own tangent by their own amount, and the difference moves the miss. Where both drop alike nothing is lost.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from hoshimori.sky.chance.meeting import Floats, Meeting
from hoshimori.sky.relative import MU_KM3_S2


class Bend(NamedTuple):
    """shift_km: (3,) how the miss changes where a collision is likeliest. log_change: by how much the log of the 2-D
    probability then changes, NaN where the plane has no covariance."""

    shift_km: Floats
    log_change: float


def bend(meeting: Meeting) -> Bend:
    """The drop of both objects below their tangents, given that they collide, and what it does to the 2-D Gaussian.

    u = s + v t of each object, s its error along its own track and t the moment of contact, is Gaussian given that the two meet
    in the encounter plane (conditioning on two numbers); the mean of u^2, over 2r, is its mean drop toward the Earth. With d
    the difference of the drops and C the covariance in the plane, a miss m becomes m + d: the exponent changes by
    m C^-1 d + d C^-1 d / 2.
    Assumes: errors along the track that moved along the orbit, as those of drag and period do; near-circular orbits (curvature is
    the Earth's pull over the speed squared). Needs no velocity covariance. Not a correction: a test of straightness.
    """
    dv = meeting.dv_km_s
    speed = float(np.linalg.norm(dv))
    if speed == 0.0:
        return Bend(np.zeros(3), float("nan"))
    across = np.linalg.svd((dv / speed)[None, :])[2][1:]
    joint = np.block(
        [[meeting.covariance1[:3, :3], meeting.cross[:3, :3]], [meeting.cross[:3, :3].T, meeting.covariance2[:3, :3]]]
    )
    apart = np.hstack((-np.eye(3), np.eye(3)))  # the error of the difference, from both errors
    seen = across @ apart
    small = seen @ joint @ seen.T
    if not np.isfinite(small).all() or np.linalg.det(small) <= 0.0:
        return Bend(np.full(3, np.nan), float("nan"))
    inverse, miss = np.linalg.inv(small), across @ meeting.dr_km
    late = -(dv / speed**2) @ apart  # how much later they pass each other, s per km of error
    lates = -float(dv @ meeting.dr_km) / speed**2
    drops = []
    for k, (r, v) in enumerate(((meeting.r1_km, meeting.v1_km_s), (meeting.r2_km, meeting.v2_km_s))):
        pace, far = float(np.linalg.norm(v)), float(np.linalg.norm(r))
        along = pace * late
        along[3 * k : 3 * k + 3] += v / pace
        lean = inverse @ seen @ joint @ along
        mean = pace * lates - float(lean @ miss)
        left = max(0.0, float(along @ joint @ along) - float(lean @ small @ lean))
        drops.append(-0.5 * MU_KM3_S2 / far**2 / pace**2 * (mean**2 + left) * r / far)
    shift = drops[1] - drops[0]
    d = across @ shift
    return Bend(shift, abs(float(miss @ inverse @ d)) + 0.5 * float(d @ inverse @ d))
