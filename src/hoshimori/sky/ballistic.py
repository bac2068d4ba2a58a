"""How far, how high and how soon a body thrown from the ground can come at most: bounds, never a path.

A body is bounded by what it can carry: the energy of a vertical flight up to a ceiling, with the speed of the turning Earth on
top. From that alone follow three bounds, each of which can only err to the side of "could":

- where: an orbit about the Earth of energy E through a point P reaches a point Q only if r + |PQ| <= 4 a - r_P, a = -mu / 2E (the
  ellipse of safety; a straight parabola of safety on a flat Earth);
- how soon: the energy bounds the speed at every radius, and the thrust bounds how fast the energy grows;
- how late: a free flight from the ground comes down again, after at most one rectilinear ellipse of that energy.

Frames are inertial, so the Earth turns away below; air is left out (it only slows). The oblate Earth is in a margin on the speed.
What is not here: which velocity leads from P to Q. Nothing in this project asks that.

Reference: Battin, An Introduction to the Mathematics and Methods of Astrodynamics, 1999, sections 4 and 6 (ellipse, Kepler).
"""

from __future__ import annotations

from functools import lru_cache
from math import acos, cos, inf, pi, sin, sqrt
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from hoshimori.errors import UsageError

Floats = npt.NDArray[np.float64]

MU_KM3_S2 = 398600.4418
EARTH_KM = 6371.0
SPEED_MARGIN = 1.01
"""The oblate Earth changes the potential between two points by up to 0.1 km2/s2: 0.9 % of the speed at a 600 km ceiling, less
above; the Moon and the Sun a thousandth of that."""
STEP_S = 0.5
BEYOND_KM = 200.0


class Envelope(NamedTuple):
    """What bounds one kind of body from one place. Speeds are inertial.

    radius_km: of the place, geocentric. speed_km_s: the highest it can have there, all its energy given. first_speed_km_s: before
    the boost. acceleration_km_s2: of its thrust at most. boost_s: when the thrust ends at the latest. boost_km: how far from the
    place it ends at most. ceiling_km: no such body comes higher.
    """

    radius_km: float
    speed_km_s: float
    first_speed_km_s: float
    acceleration_km_s2: float
    boost_s: float
    boost_km: float
    ceiling_km: float


def from_ground(
    radius_km: float,
    ceiling_km: float,
    *,
    rotation_km_s: float,
    acceleration_km_s2: float,
    boost_s: float,
    boost_km: float,
) -> Envelope:
    """The bound of a body that rises from the ground, which itself moves at `rotation_km_s`."""
    speed = SPEED_MARGIN * (speed_to_height_km_s(radius_km, ceiling_km) + rotation_km_s)
    return Envelope(radius_km, speed, rotation_km_s, acceleration_km_s2, boost_s, boost_km, ceiling_km)


def in_free_flight(radius_km: float, speed_km_s: float, place_km: float, ceiling_km: float) -> Envelope:
    """The bound of a body that was seen to fly freely, at most this fast, within `place_km` of a place."""
    return Envelope(radius_km, speed_km_s, speed_km_s, inf, 0.0, place_km, ceiling_km)


def speed_to_height_km_s(radius_km: float, height_km: float) -> float:
    """Vertical speed at `radius_km` that carries a body to `height_km` above it. Two bodies, no air."""
    if not (radius_km > 0.0 and height_km > 0.0):
        raise UsageError(f"height {height_km:g} km above {radius_km:g} km: expected positive numbers")
    return sqrt(2.0 * MU_KM3_S2 * (1.0 / radius_km - 1.0 / (radius_km + height_km)))


def height_of_speed_km(radius_km: float, speed_km_s: float) -> float:
    """How high a body rises above `radius_km` at this vertical speed: the inverse; infinite from escape speed on."""
    left = 1.0 / radius_km - speed_km_s**2 / (2.0 * MU_KM3_S2)
    return 1.0 / left - radius_km if left > 0.0 else inf


def height_of_range_km(range_km: float, radius_km: float = EARTH_KM) -> float:
    """The vertical reach of a body whose longest range over the ground is `range_km`: R sin(range / 2R), about half the range.

    Exact for one impulse on the ground of a round Earth that does not turn: at the range angle psi the least speed has
    Q = v2 R / mu = 2 sin(psi/2) / (1 + sin(psi/2)), and a vertical throw of that speed rises by R Q / (2 - Q).
    """
    return radius_km * sin(min(range_km / (2.0 * radius_km), pi / 2.0))


def semi_major_km(envelope: Envelope) -> float:
    """Of the orbit with all the energy; infinite from escape speed on."""
    inverse = 2.0 / envelope.radius_km - envelope.speed_km_s**2 / MU_KM3_S2
    return 1.0 / inverse if inverse > 0.0 else inf


def room_km(envelope: Envelope, r_km: Floats, chord_km: Floats) -> Floats:
    """How far inside the ellipse of safety a point is, in km of r + |PQ|; negative outside.

    r_km: (k,) geocentric radius of the points. chord_km: (k,) straight distance from where the body started (inertial).
    Assumes the thrust ends within boost_km of the start and not below it: r_B >= r_P, |BQ| >= |PQ| - boost_km.
    """
    whole = 4.0 * semi_major_km(envelope) - envelope.radius_km
    return np.asarray(whole - r_km - np.maximum(chord_km - envelope.boost_km, 0.0))


def least_time_s(envelope: Envelope, r_km: Floats, chord_km: Floats, *, frame_km_s: float = 0.0) -> Floats:
    """(k,) no body inside these bounds is at such a point sooner after its start; infinite where it never rises to.

    The larger of two times, both lower bounds whatever the thrust does. Climbing: the speed that takes a body off the ground with
    its energy, w, grows by the thrust alone, dw/dt <= acceleration, and dr/dt <= sqrt(w2 - 2 mu (1/r_P - 1/r)). Crossing: the
    distance is at most the integral of w. A body already in free flight may also fall, and is then faster: the speed where it
    ends counts, since no free flight comes lower than both its ends. Its place is known to boost_km. frame_km_s: where the chord
    is measured in a frame that moves by so much at most.
    """
    t_s, climbed_km = _climb(envelope)
    r, chord = np.broadcast_arrays(np.asarray(r_km, np.float64), np.asarray(chord_km, np.float64))
    up = np.interp(r, climbed_km, t_s, right=inf)
    if envelope.boost_s > 0.0:
        return np.asarray(np.maximum(up, _crossing_s(envelope, chord, frame_km_s)))
    fall = np.maximum(MU_KM3_S2 * (1.0 / r - 1.0 / envelope.radius_km), 0.0)
    fastest = np.sqrt(envelope.speed_km_s**2 + 2.0 * fall) + frame_km_s
    return np.asarray(np.maximum(up, np.maximum(chord - envelope.boost_km, 0.0) / fastest))


def latest_time_s(envelope: Envelope, r_km: Floats) -> Floats:
    """(k,) no body inside these bounds that flies freely after its boost is at such a radius later after its start.

    Below circular speed: boost, then up a rectilinear ellipse from the ground and down to that radius, the longest that this
    energy allows. From circular speed on, one whole revolution; from escape speed on there is no bound (infinite).
    """
    a = semi_major_km(envelope)
    r = np.asarray(r_km, np.float64)
    if a == inf:
        return np.full(r.shape, inf)
    rate = sqrt(a**3 / MU_KM3_S2)
    if a > envelope.radius_km:
        return np.full(r.shape, envelope.boost_s + 2.0 * pi * rate)
    falling = 2.0 * pi - np.arccos(np.clip(1.0 - r / a, -1.0, 1.0))
    start = acos(max(-1.0, 1.0 - envelope.radius_km / a))
    return np.asarray(envelope.boost_s + rate * ((falling - np.sin(falling)) - (start - sin(start))))


def rise_time_s(envelope: Envelope, low_km: Floats, high_km: Floats) -> Floats:
    """(k,) the least time between two radii on the way up, all the energy given; infinite where the upper one is not reached."""
    t_s, climbed_km = _climb(envelope._replace(first_speed_km_s=envelope.speed_km_s, acceleration_km_s2=inf))
    return np.asarray(np.interp(high_km, climbed_km, t_s, right=inf) - np.interp(low_km, climbed_km, t_s))


def flight_time_s(height_km: float, range_rad: float, radius_km: float = EARTH_KM) -> float:
    """Time from ground to ground of a free flight with this greatest height and range angle (inertial). Two bodies, no air.

    The ellipse with apogee R + h that meets the ground half the range angle before and after: e = (r_a - R) / (r_a - R cos half).
    """
    top, half = radius_km + height_km, range_rad / 2.0
    e = (top - radius_km) / (top - radius_km * cos(half))
    a = top / (1.0 + e)
    start = acos(min(1.0, max(-1.0, (1.0 - radius_km / a) / e)))
    return float(2.0 * sqrt(a**3 / MU_KM3_S2) * (pi - start + e * sin(start)))


def _crossing_s(envelope: Envelope, chord_km: Floats, frame_km_s: float) -> Floats:
    """The time in which the integral of w, and of the motion of the frame, has grown to the chord."""
    first, last = envelope.first_speed_km_s + frame_km_s, envelope.speed_km_s + frame_km_s
    thrust = envelope.acceleration_km_s2
    if thrust == inf or last <= first:
        return np.asarray(chord_km / last)
    boosted_s = (last - first) / thrust
    boosted_km = first * boosted_s + 0.5 * thrust * boosted_s**2
    inside = (np.sqrt(first**2 + 2.0 * thrust * np.minimum(chord_km, boosted_km)) - first) / thrust
    return np.asarray(inside + np.maximum(chord_km - boosted_km, 0.0) / last)


@lru_cache(maxsize=64)
def _climb(envelope: Envelope) -> tuple[Floats, Floats]:
    """Times and the radius reached at each, at most: (n,) s and (n,) km, both rising, up to the ceiling and a little beyond.

    Half a second a step by the mid-point rule: good to milliseconds.
    """
    end_km = envelope.radius_km + envelope.ceiling_km + BEYOND_KM
    t, r = 0.0, envelope.radius_km
    times, radii = [t], [r]
    while r < end_km:
        half = _speed_km_s(envelope, t + 0.5 * STEP_S, r + 0.5 * STEP_S * _speed_km_s(envelope, t, r))
        if half < 1e-4 and t > 1.0:
            break
        t, r = t + STEP_S, r + STEP_S * half
        times.append(t)
        radii.append(r)
    return np.array(times), np.array(radii)


def _speed_km_s(envelope: Envelope, t_s: float, r_km: float) -> float:
    gained = envelope.first_speed_km_s + (envelope.acceleration_km_s2 * t_s if t_s > 0.0 else 0.0)
    left = min(gained, envelope.speed_km_s) ** 2 - 2.0 * MU_KM3_S2 * (1.0 / envelope.radius_km - 1.0 / r_km)
    return sqrt(left) if left > 0.0 else 0.0
