"""The true moment of closest approach, when the message gives it to a millisecond, and how long the meeting lasts.

At 15 km/s half a millisecond is 7 m along the track: more than many miss distances. States are moved along two-body orbits to
where the distance is least, which for a fast pair is what a straight line gives, and for a pair that flies together is not.
"""

from __future__ import annotations

from dataclasses import replace
from math import sqrt
from typing import NamedTuple

import numpy as np

from hoshimori.errors import DataError
from hoshimori.sky.chance.meeting import Floats, Meeting
from hoshimori.sky.relative import MU_KM3_S2

SHORT_S = 0.01
"""Up to here a message is moved on a straight line: in LEO a covariance turns by 1e-5 in 10 ms, less than it is known to."""
TAILS = 8.2
"""Sigmas on either side of a meeting beyond which 1e-16 of a Gaussian lies."""


class Duration(NamedTuple):
    """When the two may touch, in seconds from the moment of the meeting, and the shorter of the two orbital periods.

    middle_s: when, if they touch, they most probably do. `whole`: the errors are so large against the relative speed that no
    end could be found: half the shorter period either way is taken.
    """

    start_s: float
    middle_s: float
    stop_s: float
    period_s: float
    whole: bool


def at_closest_approach(meeting: Meeting) -> tuple[Meeting, float]:
    """The meeting moved to where the distance of two-body motion is least, and by how many seconds.

    Covariances move along when it is more than 10 ms, to first order in the error; below that they stay (see `moved`).
    Raises where no minimum lies within a quarter of the shorter period.
    Neglects all but the Earth's central pull: over 1 s in LEO 5 mm, over 10 ms nothing.
    """
    if not np.isfinite(np.concatenate((meeting.dr_km, meeting.dv_km_s))).all():
        raise DataError("meeting: a state is not a finite number: expected positions in km and velocities in km/s")
    if float(meeting.dv_km_s @ meeting.dv_km_s) == 0.0:
        return meeting, 0.0
    limit = 0.25 * period_s(meeting)
    dt, now = 0.0, meeting
    for _ in range(50):
        step = max(-limit - dt, min(limit - dt, _to_the_turn(now)))
        dt += step
        now, _, _ = _flown(meeting, dt)
        if abs(step) < 1e-9:
            break
    if abs(dt) >= limit or _slope(now) < -0.01 * float(now.dv_km_s @ now.dv_km_s):
        raise DataError(
            f"meeting: no closest approach within {limit:.0f} s of the given states: they are not those of a close approach"
        )
    return moved(meeting, dt), dt


def moved(meeting: Meeting, dt_s: float) -> Meeting:
    """Both objects dt_s later along two-body orbits, with their covariances.

    Up to 10 ms on straight lines, covariances kept: the relative path then bends by less than a micrometre per kilometre of
    distance, and turning the velocities without the covariances would spoil more than it mends.
    """
    if abs(dt_s) <= SHORT_S:
        return replace(meeting, r1_km=meeting.r1_km + dt_s * meeting.v1_km_s, r2_km=meeting.r2_km + dt_s * meeting.v2_km_s)
    there, step1, step2 = _flown(meeting, dt_s)
    if not meeting.knows_velocity:
        return there
    return replace(
        there,
        covariance1=step1 @ meeting.covariance1 @ step1.T,
        covariance2=step2 @ meeting.covariance2 @ step2.T,
        cross=step1 @ meeting.cross @ step2.T,
    )


def lasts(meeting: Meeting) -> Duration:
    """When the two may touch at all.

    Along the relative velocity the error decides when they pass each other; given that they touch across it, that error has a
    conditional mean and sigma, which over the relative speed are the middle and the spread of the moment of contact. Slow pairs
    whose relative speed is uncertain by a fifth of itself or more have no such end.
    Reference: after Coppola, AAS 12-248 (2012), whose bounds these are for a straight pass with constant covariance.
    """
    period = period_s(meeting)
    dv, dr = meeting.dv_km_s, meeting.dr_km
    speed = float(np.linalg.norm(dv))
    half = 0.5 * period
    if speed == 0.0:
        return Duration(-half, 0.0, half, period, True)
    along = dv / speed
    place = meeting.covariance[:3, :3]
    across = np.linalg.svd(along[None, :])[2][1:]
    small = across @ place @ across.T
    lean = np.linalg.pinv(small) @ (across @ place @ along)
    spread = sqrt(max(0.0, float(along @ place @ along) - float(lean @ small @ lean)))
    middle = -(float(along @ dr) - float(lean @ (across @ dr))) / speed
    unsure = _unsure_km_s(meeting, along, period)
    reach = (TAILS * spread + (1.0 + float(np.linalg.norm(lean))) * meeting.radius_km) / speed
    if TAILS * unsure > speed or abs(middle) + reach >= half:
        return Duration(-half, max(-half, min(half, middle)), half, period, True)
    slower = speed / (speed - TAILS * unsure)
    reach = reach * slower + abs(middle) * (slower - 1.0)
    return Duration(middle - reach, middle, middle + reach, period, False)


def _unsure_km_s(meeting: Meeting, along: Floats, period: float) -> float:
    """Sigma of the relative speed; where nobody gives it, that of an error along an orbit: the orbit's rate times its size."""
    if meeting.knows_velocity:
        return sqrt(max(0.0, float(along @ meeting.covariance[3:, 3:] @ along)))
    return 2.0 * np.pi / period * sqrt(max(0.0, float(np.linalg.eigvalsh(meeting.covariance[:3, :3])[-1])))


def period_s(meeting: Meeting) -> float:
    """The shorter of the two orbital periods; 1e9 where neither is an ellipse."""
    every = []
    for r, v in ((meeting.r1_km, meeting.v1_km_s), (meeting.r2_km, meeting.v2_km_s)):
        inverse_axis = 2.0 / float(np.linalg.norm(r)) - float(v @ v) / MU_KM3_S2
        every.append(2.0 * np.pi / sqrt(MU_KM3_S2 * inverse_axis**3) if inverse_axis > 0.0 else 1e9)
    return float(min(every))


def _flown(meeting: Meeting, dt_s: float) -> tuple[Meeting, Floats, Floats]:
    """The states dt_s later, and both state transition matrices."""
    r1, v1, step1 = _later(meeting.r1_km, meeting.v1_km_s, dt_s)
    r2, v2, step2 = _later(meeting.r2_km, meeting.v2_km_s, dt_s)
    return replace(meeting, r1_km=r1, v1_km_s=v1, r2_km=r2, v2_km_s=v2), step1, step2


def _to_the_turn(meeting: Meeting) -> float:
    """A Newton step of dr . dv = 0 towards a minimum, with the bending of the relative path."""
    slope, speed2 = _slope(meeting), float(meeting.dv_km_s @ meeting.dv_km_s)
    return -float(meeting.dr_km @ meeting.dv_km_s) / (slope if slope > 0.1 * speed2 else speed2)


def _slope(meeting: Meeting) -> float:
    """Half the second rate of the squared distance, km2/s2: positive about a minimum."""
    pull = _pull(meeting.r2_km) - _pull(meeting.r1_km)
    return float(meeting.dv_km_s @ meeting.dv_km_s) + float(meeting.dr_km @ pull)


def _pull(r_km: Floats) -> Floats:
    return -MU_KM3_S2 * r_km / float(np.linalg.norm(r_km)) ** 3


def _gradient(r_km: Floats) -> Floats:
    """(6, 6): how the rates of a state's error follow from the error."""
    far, whole = float(np.linalg.norm(r_km)), np.zeros((6, 6))
    whole[:3, 3:] = np.eye(3)
    whole[3:, :3] = MU_KM3_S2 / far**3 * (3.0 * np.outer(r_km, r_km) / far**2 - np.eye(3))
    return whole


def _later(r_km: Floats, v_km_s: Floats, dt_s: float) -> tuple[Floats, Floats, Floats]:
    """Two-body state dt_s later, by steps of at most a hundredth of a radian, and the state transition matrix (6, 6)."""
    turn = sqrt(MU_KM3_S2 / float(np.linalg.norm(r_km)) ** 3)
    steps = max(1, int(np.ceil(abs(dt_s) * turn / 0.01)))
    h, whole = dt_s / steps, np.eye(6)
    for _ in range(steps):
        start, half = _gradient(r_km), _gradient(r_km + 0.5 * h * v_km_s + 0.125 * h * h * _pull(r_km))
        r_km, v_km_s = _runge_kutta(r_km, v_km_s, h)
        first = start @ whole
        second = half @ (whole + 0.5 * h * first)
        third = half @ (whole + 0.5 * h * second)
        whole = whole + h / 6.0 * (first + 2.0 * second + 2.0 * third + _gradient(r_km) @ (whole + h * third))
    return r_km, v_km_s, whole


def _runge_kutta(r: Floats, v: Floats, h: float) -> tuple[Floats, Floats]:
    """One step of the fourth order: below 1e-10 of the radius for a hundredth of a radian."""
    a1 = _pull(r)
    a2 = _pull(r + 0.5 * h * v)
    a3 = _pull(r + 0.5 * h * v + 0.25 * h * h * a1)
    a4 = _pull(r + h * v + 0.5 * h * h * a2)
    return r + h * v + h * h / 6.0 * (a1 + a2 + a3), v + h / 6.0 * (a1 + 2.0 * a2 + 2.0 * a3 + a4)
