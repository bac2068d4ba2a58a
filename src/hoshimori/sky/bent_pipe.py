"""A signal's way from the ground up to a satellite and down to a station: when it arrives, and at what frequency.

What two satellites hear of one emitter arrives at two stations with a difference in time and in frequency. Each path is followed
by light time in axes that do not turn and stand as the Earth stands at the moment of the measurement (PEF), with the satellite
moved by its velocity and the pull of a point Earth (1 cm at 0.3 s). Frequencies follow from the rates of the four legs, exactly
so far as light goes straight at one speed. Left out: the air (differences of a few metres of path), relativity (both paths alike
to 1e-10), and the polar motion of the Earth.
Reference: Ho and Chan, "Geolocation of a known altitude object from TDOA and FDOA measurements", IEEE Trans. AES 33, 1997.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from hoshimori.sky import time
from hoshimori.sky.frames import EARTH_RATE_RAD_S
from hoshimori.sky.relative import rtn_basis

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Times = npt.NDArray[np.datetime64]

C_KM_S = 299_792.458
MU_KM3_S2 = 398_600.4418
STEPS_A_TURN = 144
ITERATIONS = 5
"""Each turn shrinks the error of a light time by v / c, 3e-5: five leave nothing of a double."""
SPIN = np.array([0.0, 0.0, EARTH_RATE_RAD_S])


class Arrivals(NamedTuple):
    """Measurements, (m,) each: what came over satellite a against what came over satellite b.

    t_utc: when it arrived at station a. relay_a, relay_b: which satellite. station_*_itrs_km: (m, 3). tdoa_s: arrival over a
    minus arrival over b; fdoa_hz: offset from the nominal downlink frequency over a, minus that over b; NaN where not measured.
    emitter_itrs_km: (m, 3) of a reference emitter whose place is known, NaN for the one that is sought.
    """

    t_utc: Times
    relay_a: Ints
    relay_b: Ints
    station_a_itrs_km: Floats
    station_b_itrs_km: Floats
    uplink_hz: Floats
    downlink_a_hz: Floats
    downlink_b_hz: Floats
    tdoa_s: Floats
    tdoa_sigma_s: Floats
    fdoa_hz: Floats
    fdoa_sigma_hz: Floats
    emitter_itrs_km: Floats


class Relay(NamedTuple):
    """One satellite at the moments of all measurements, as published, and how far that may be off.

    r_km, v_km_s: (m, 3) TEME. covariance: (6, 6) of the state error at some moment, TEME, km and km/s; transition: (m, 6, 6) what
    such an error has become at each measurement.
    """

    r_km: Floats
    v_km_s: Floats
    transition: Floats
    covariance: Floats


class Path(NamedTuple):
    """One leg pair, (..., m) each: seconds from the tag to emission, relay and arrival, and the offset from the nominal
    downlink frequency; with the gradients (..., m, 3) of arrival time and frequency by emitter, relay position and velocity."""

    emitted_s: Floats
    relayed_s: Floats
    arrived_s: Floats
    offset_hz: Floats
    time_by_emitter: Floats
    time_by_relay: Floats
    hz_by_emitter: Floats
    hz_by_relay: Floats
    hz_by_velocity: Floats


class Predicted(NamedTuple):
    """tdoa_s, fdoa_hz: (..., m). By the emitter's place (..., m, 2, 3), and by the states of a and b (..., m, 2, 6); the axis of
    length 2 is time, frequency. All in PEF axes at each tag."""

    tdoa_s: Floats
    fdoa_hz: Floats
    by_emitter: Floats
    by_a: Floats
    by_b: Floats


def relay(
    r_km: Floats,
    v_km_s: Floats,
    t_utc: Times,
    start: tuple[Floats, Floats],
    start_utc: np.datetime64,
    covariance_rtn: Floats,
) -> Relay:
    """A satellite whose published states are r, v (m, 3) TEME at t_utc (m,), and whose state at start_utc is `start`, (3,) and
    (3,), with covariance_rtn (6, 6) km, km/s along R, T, N there."""
    axes = np.zeros((6, 6))
    axes[:3, :3] = axes[3:, 3:] = rtn_basis(*start)
    dt_s = np.asarray((t_utc - start_utc).astype("timedelta64[us]").astype(np.int64) * 1e-6, np.float64)
    circle_s = 2.0 * np.pi * float(np.sqrt(_length(start[0]) ** 3 / MU_KM3_S2))
    return Relay(r_km, v_km_s, transition(*start, dt_s, circle_s / STEPS_A_TURN), axes.T @ covariance_rtn @ axes)


def to_earth(t_utc: Times) -> Floats:
    """(m, 3, 3) from TEME to axes that stand as the Earth does at each moment, without its turning."""
    angle = time.gmst_rad(t_utc)
    c, s, zero = np.cos(angle), np.sin(angle), np.zeros_like(angle)
    rows = ((c, s, zero), (-s, c, zero), (zero, zero, zero + 1.0))
    return np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)


def predict(
    emitter_km: Floats, a: tuple[Floats, Floats], b: tuple[Floats, Floats], stations: tuple[Floats, Floats], hz: Floats
) -> Predicted:
    """What would be measured of an emitter at (..., m, 3) Earth-fixed, through satellites a and b: (r, v), (m, 3) each, in axes
    of the Earth at the tag; stations (m, 3) each; hz: (m, 3) nominal uplink, downlink over a, downlink over b.
    """
    first = _back(emitter_km, *a, stations[0], hz[:, 0], hz[:, 1])
    second = _forth(emitter_km, *b, stations[1], hz[:, 0], hz[:, 2], first.emitted_s)
    zero = np.zeros_like(first.time_by_relay)
    by_a = np.stack([_state(first.time_by_relay, zero), _state(first.hz_by_relay, first.hz_by_velocity)], axis=-2)
    by_b = -np.stack([_state(second.time_by_relay, zero), _state(second.hz_by_relay, second.hz_by_velocity)], axis=-2)
    by_emitter = np.stack([first.time_by_emitter - second.time_by_emitter, first.hz_by_emitter - second.hz_by_emitter], axis=-2)
    return Predicted(first.arrived_s - second.arrived_s, first.offset_hz - second.offset_hz, by_emitter, by_a, by_b)


def _state(position: Floats, velocity: Floats) -> Floats:
    return np.concatenate([position, velocity], axis=-1)


def _back(e: Floats, r: Floats, v: Floats, s: Floats, up_hz: Floats, down_hz: Floats) -> Path:
    """From arrival at the tag back to the emitter."""
    pull = _pull(r)
    relayed = emitted = np.zeros(np.broadcast_shapes(e.shape, r.shape)[:-1])
    for _ in range(ITERATIONS):
        relayed = -_length(_moved(r, v, pull, relayed) - s) / C_KM_S + 0.0 * relayed
    at = _moved(r, v, pull, relayed)
    for _ in range(ITERATIONS):
        emitted = relayed - _length(at - _turned(e, emitted)) / C_KM_S
    return _path(e, (at, v + pull * relayed[..., None]), s, (up_hz, down_hz), (emitted, relayed, np.zeros_like(relayed)))


def _forth(e: Floats, r: Floats, v: Floats, s: Floats, up_hz: Floats, down_hz: Floats, emitted: Floats) -> Path:
    """From the emission on to the station."""
    pull, start = _pull(r), _turned(e, emitted)
    relayed = arrived = emitted
    for _ in range(ITERATIONS):
        relayed = emitted + _length(_moved(r, v, pull, relayed) - start) / C_KM_S
    at = _moved(r, v, pull, relayed)
    for _ in range(ITERATIONS):
        arrived = relayed + _length(at - _turned(s, arrived)) / C_KM_S
    return _path(e, (at, v + pull * relayed[..., None]), s, (up_hz, down_hz), (emitted, relayed, arrived))


def _path(
    e: Floats, relay: tuple[Floats, Floats], s: Floats, hz: tuple[Floats, Floats], t: tuple[Floats, Floats, Floats]
) -> Path:
    (at, v), (up_hz, down_hz), (emitted, relayed, arrived) = relay, hz, t
    place, ground = _turned(e, emitted), _turned(s, arrived)
    up, down = at - place, at - ground
    up_km, down_km = _length(up)[..., None], _length(down)[..., None]
    u, d = up / up_km, down / down_km
    moving, standing = np.cross(SPIN, place), np.cross(SPIN, ground)
    received = up_hz * (C_KM_S - _dot(u, v)) / (C_KM_S - _dot(u, moving))
    offset = (received + down_hz - up_hz) * (C_KM_S + _dot(d, standing)) / (C_KM_S + _dot(d, v)) - down_hz
    f_up, f_down = (x[..., None] / C_KM_S for x in (up_hz, down_hz))
    across_up = (v - moving - u * _dot(u, v - moving)[..., None]) / up_km
    across_down = (v - standing - d * _dot(d, v - standing)[..., None]) / down_km
    return Path(
        emitted, relayed, arrived, offset,
        -u / C_KM_S,
        (u + d) / C_KM_S,
        f_up * (across_up + np.cross(u, SPIN)),
        -f_up * across_up - f_down * across_down,
        -f_up * u - f_down * d,
    )  # fmt: skip


def _pull(r: Floats) -> Floats:
    return -MU_KM3_S2 * r / _length(r)[..., None] ** 3


def _moved(r: Floats, v: Floats, pull: Floats, dt_s: Floats) -> Floats:
    late = dt_s[..., None]
    return r + v * late + 0.5 * pull * late * late


def _turned(place: Floats, dt_s: Floats) -> Floats:
    """Where a point fixed to the Earth stands dt_s after the tag."""
    c, s = np.cos(EARTH_RATE_RAD_S * dt_s), np.sin(EARTH_RATE_RAD_S * dt_s)
    x, y, z = place[..., 0], place[..., 1], place[..., 2]
    return np.stack(np.broadcast_arrays(c * x - s * y, s * x + c * y, z + 0.0 * c), axis=-1)


def _length(v: Floats) -> Floats:
    return np.asarray(np.sqrt(np.sum(v * v, axis=-1)))


def _dot(a: Floats, b: Floats) -> Floats:
    return np.asarray(np.sum(a * b, axis=-1))


def transition(r_km: Floats, v_km_s: Floats, dt_s: Floats, step_s: float = 120.0) -> Floats:
    """(m, 6, 6) what a small error of the state r (3,), v (3,) has become dt_s (m,) later, or earlier; pull of a point Earth.

    A Runge-Kutta integration of the variations, steps of at most `step_s`: for LEO 30 s, for GEO 600 s will do.
    """
    out = np.empty((len(dt_s), 6, 6))
    for sign in (-1.0, 1.0):
        order = np.argsort(np.abs(dt_s), kind="stable")
        mine = [k for k in order if (dt_s[k] < 0.0) == (sign < 0.0)]
        state, now = np.concatenate([np.concatenate([r_km, v_km_s])[:, None], np.eye(6)], axis=1), 0.0
        for k in mine:
            far = dt_s[k] - now
            steps = max(1, int(np.ceil(abs(far) / step_s)))
            for _ in range(steps):
                state = _step(state, far / steps)
            now = dt_s[k]
            out[k] = state[:, 1:]
    return out


def _step(y: Floats, h: float) -> Floats:
    k1 = _rates(y)
    k2 = _rates(y + 0.5 * h * k1)
    k3 = _rates(y + 0.5 * h * k2)
    k4 = _rates(y + h * k3)
    return y + h / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)


def _rates(y: Floats) -> Floats:
    """Of the state (first column) and of its variations (the others)."""
    r = y[:3, 0]
    n = float(np.sqrt(r @ r))
    gradient = MU_KM3_S2 / n**3 * (3.0 * np.outer(r, r) / n**2 - np.eye(3))
    out = np.empty_like(y)
    out[:3] = y[3:]
    out[3:, 0] = -MU_KM3_S2 / n**3 * r
    out[3:, 1:] = gradient @ y[:3, 1:]
    return out
