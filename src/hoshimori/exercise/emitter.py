"""Invented uplink emitters heard through two invented satellites: what would be measured, with truth beside it.

Nothing here is shared with the estimator (sky/geolocation, sky/bent_pipe): orbits are flown by their own integration with the
oblate Earth, the Sun and the Moon, signals are followed forward from the emitter by their own search of light times, and
frequencies are the numerical rate at which arrivals follow emissions. Only the names of the measured columns are the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from hoshimori.facts import Floats, Times
from hoshimori.sky import frames

C_KM_S = 299_792.458
MU, J2, J3, RADIUS_KM = 398_600.4415, 1.0826267e-3, -2.5327e-6, 6378.1363
SPIN_RAD_S = 7.292115e-5
START = np.datetime64("2026-03-01T00:00:00", "us")
THIRD = ((132_712_440_018.0, 149_597_870.0, 365.2564 * 86400.0, 0.409), (4_902.8, 384_400.0, 27.3217 * 86400.0, 0.45))
"""Sun and Moon on circles: pull, distance, period, tilt. Rough on purpose: it is a pull that the estimator does not know of."""


@dataclass(frozen=True)
class Geometry:
    """A pair of satellites and how they are listened to.

    orbits: two rows of sma_km, e, inc, node, argument of perigee, mean anomaly [rad] at the start, in axes that stand as the
    Earth does at the start. times_s: of the measurements. sigma_rtn: (6,) of the published states at the start [km, km/s].
    """

    name: str
    orbits: tuple[tuple[float, float, float, float, float, float], ...]
    times_s: tuple[float, ...]
    sigma_rtn: tuple[float, ...]
    stations_deg: tuple[tuple[float, float], tuple[float, float]]
    references_deg: tuple[tuple[float, float], ...]
    least_elevation_deg: float
    tdoa_sigma_s: float
    fdoa_sigma_hz: float
    uplink_hz: float
    downlink_hz: tuple[float, float]
    bias_sigma: tuple[float, float]  # of the differences of turnaround: s, Hz
    height_sigma_km: float


_D = np.pi / 180.0
_GEO_KM = 42_164.17
GEOMETRIES = (
    Geometry(
        "neighbours on the ring",
        ((_GEO_KM, 2e-4, 0.05 * _D, 0.3, 0.2, 1.8), (_GEO_KM, 3e-4, 0.08 * _D, 1.0, 0.9, 0.445)),
        tuple(float(x) for x in range(0, 21_601, 3_600)),
        (1.0, 2.0, 1.0, 1e-4, 5e-5, 1e-4),
        ((35.0, 135.0), (35.0, 135.0)),
        ((36.0, 140.0), (20.0, 125.0)),
        8.0, 2e-7, 5e-3, 14.25e9, (12.5e9, 12.5e9), (1e-6, 5.0), 0.3,
    ),
    Geometry(
        "ring and inclined",
        ((_GEO_KM, 2e-4, 0.05 * _D, 0.3, 0.2, 1.8), (_GEO_KM, 1e-3, 6.0 * _D, 0.8, 0.9, 0.7)),
        tuple(float(x) for x in range(0, 14_401, 3_600)),
        (1.0, 3.0, 1.0, 2e-4, 7e-5, 1e-4),
        ((35.0, 135.0), (34.0, 131.0)),
        ((26.0, 128.0),),
        8.0, 3e-7, 1e-2, 14.25e9, (12.5e9, 11.2e9), (2e-6, 10.0), 0.3,
    ),
    Geometry(
        "low pair",
        ((6_928.0, 1e-3, 97.6 * _D, 0.5, 0.3, 0.25), (6_928.0, 1.2e-3, 97.6 * _D, 0.505, 0.3, 0.265)),
        tuple(float(x) for x in range(0, 181, 15)),
        (0.05, 0.2, 0.05, 2e-4, 5e-5, 5e-5),
        ((68.0, 20.0), (68.0, 20.0)),
        (),
        10.0, 2e-7, 1.0, 2.2e9, (8.2e9, 8.2e9), (5e-7, 20.0), 0.3,
    ),
)  # fmt: skip
"""Pairs that the estimator is tried on. The figures are of the size that monitoring stations work with, taken before any result:
differences of time to 0.2-0.3 us, of frequency to 5-10 mHz through ring satellites and 1 Hz through low ones, states to 1-3 km
and 0.1 m/s (an operator's ranging, not element sets) or 0.2 km, turnaround to a microsecond and 5-20 Hz. The bent pipe of a low
pair needs a station in view of both; only the relays' own rows enter, so where that station lies matters little."""


@dataclass(frozen=True)
class Heard:
    """Columns of measurements (see sky/bent_pipe.Arrivals), the published states, and the truth."""

    t_utc: Times
    tdoa_s: Floats
    fdoa_hz: Floats
    emitter_itrs_km: Floats  # (m, 3), NaN where it is the sought one
    station_a_itrs_km: Floats
    station_b_itrs_km: Floats
    published: tuple[tuple[Floats, Floats], ...]  # r_km, v_km_s (m, 3) TEME of each satellite
    published_start: tuple[tuple[Floats, Floats], ...]  # (3,), (3,) TEME at START
    true_start: tuple[tuple[Floats, Floats], ...]
    lat_rad: float
    lon_rad: float
    height_km: float
    assumed_height_km: float


def hear(geometry: Geometry, seed: int) -> Heard:
    """One emitter at a random place that both satellites see all the time, and what is measured of it."""
    rng = np.random.default_rng([geometry.name.encode()[0], len(geometry.name), seed])
    truth = [_state(*orbit) for orbit in geometry.orbits]
    off = [y + _in_axes(rng.standard_normal(6) * np.array(geometry.sigma_rtn), y) for y in truth]
    t = np.array(geometry.times_s)
    flown, told = [_Flight(y, t) for y in truth], [_Flight(y, t) for y in off]
    lat, lon, height = _place(geometry, flown, rng)
    biases = rng.standard_normal(2) * np.array(geometry.bias_sigma)
    stations = [_ground(np.radians(x[1]), np.radians(x[0]), 0.1) for x in geometry.stations_deg]
    emitters = [None, *geometry.references_deg]
    rows, moments, known = [], [], []
    for k in range(len(t)):
        for reference in emitters:
            site = (lon, lat, height) if reference is None else (np.radians(reference[1]), np.radians(reference[0]), 0.1)
            ground = [_spun(x, float(t[k])) for x in (_ground(*site), *stations)]
            rows.append(_measured(geometry, [f.near(k) for f in flown], ground[0], ground[1:]))
            moments.append(k)
            known.append(np.full(3, np.nan) if reference is None else _ground(*site))
    values = np.array(rows) + biases + rng.standard_normal((len(rows), 2)) * (geometry.tdoa_sigma_s, geometry.fdoa_sigma_hz)
    tags = START + np.rint(t[moments] * 1e6).astype("timedelta64[us]")
    return Heard(
        tags, values[:, 0], values[:, 1], np.array(known),
        np.tile(stations[0], (len(rows), 1)), np.tile(stations[1], (len(rows), 1)),
        tuple(_published(f, t, moments, tags) for f in told),
        tuple(_teme(y, START) for y in off), tuple(_teme(y, START) for y in truth),
        lat, lon, height, height + float(rng.standard_normal()) * geometry.height_sigma_km,
    )  # fmt: skip


def _measured(
    geometry: Geometry, relays: list[Callable[[float], Floats]], place: Floats, stations: list[Floats]
) -> tuple[float, float]:
    """Difference of arrival times and of frequencies for the wave front that reaches station a at the tag.

    Times are counted from the tag: seconds of the day would leave no digits for the phase of a carrier.
    """
    emitted = -0.25
    for _ in range(6):
        emitted -= _arrival(relays[0], place, stations[0], emitted)[1]
    arrived, offset = [], []
    for relay, station, down_hz in zip(relays, stations, geometry.downlink_hz, strict=True):
        arrived.append(_arrival(relay, place, station, emitted)[1])
        up, down = _rates(relay, place, station, emitted)
        offset.append((geometry.uplink_hz * up + down_hz - geometry.uplink_hz) * down - down_hz)
    return arrived[0] - arrived[1], offset[0] - offset[1]


def _rates(relay: Callable[[float], Floats], place: Floats, station: Floats, emitted: float) -> tuple[float, float]:
    """Waves arriving at the relay for each one sent, and at the station for each one relayed: five-point differences."""
    h = 0.02
    delays = []
    for k in (-2, -1, 1, 2):
        relayed, arrived = _arrival(relay, place, station, emitted + k * h)
        delays.append((relayed - emitted - k * h, arrived - relayed))
    (a, b, c, d), (p, q, r, s) = zip(*delays, strict=True)
    up, whole = (a - 8.0 * b + 8.0 * c - d) / (12.0 * h), (p - 8.0 * q + 8.0 * r - s) / (12.0 * h)
    return 1.0 / (1.0 + up), (1.0 + up) / (1.0 + up + whole)


def _arrival(relay: Callable[[float], Floats], place: Floats, station: Floats, emitted: float) -> tuple[float, float]:
    """When a front sent at `emitted` passes the relay and reaches the station: bisection would do; secants are quicker."""
    sent = _spun(place, emitted)
    relayed = _front(lambda t: relay(t), sent, emitted)
    return relayed, _front(lambda t: _spun(station, t), relay(relayed), relayed)


def _front(target: Callable[[float], Floats], origin: Floats, since: float) -> float:
    """The first moment at which a sphere of light from `origin` reaches the target."""

    def short(t: float) -> float:
        away = target(t) - origin
        return float(np.sqrt(away @ away)) - C_KM_S * (t - since)

    t0, t1 = since, since + short(since) / C_KM_S
    f0, f1 = short(t0), short(t1)
    for _ in range(12):
        if f1 == f0 or abs(f1) < 1e-12:
            break
        t0, t1, f0 = t1, t1 - f1 * (t1 - t0) / (f1 - f0), f1
        f1 = short(t1)
    return t1


@dataclass(frozen=True)
class _Flight:
    """One satellite flown from its state at the start, kept at the moments asked."""

    start: Floats
    times_s: Floats

    def __post_init__(self) -> None:
        kept, y, now = [], self.start, 0.0
        for t in self.times_s.tolist():
            steps = max(1, int(np.ceil(abs(t - now) / _step_s(self.start))))
            for j in range(steps):
                y = _step(y, now + (t - now) * j / steps, (t - now) / steps)
            now = t
            kept.append(y)
        object.__setattr__(self, "kept", kept)

    kept: tuple[Floats, ...] = ()

    def near(self, k: int) -> Callable[[float], Floats]:
        """Positions within a second of moment k, by seconds after it."""
        y, t0 = self.kept[k], float(self.times_s[k])
        seconds: dict[float, Floats] = {}

        def at(t: float) -> Floats:
            if t not in seconds:
                seconds[t] = _step(y, t0, t)[:3]
            return seconds[t]

        return at


def _step_s(y: Floats) -> float:
    return 10.0 if np.sqrt(y[:3] @ y[:3]) < 12_000.0 else 300.0


def _step(y: Floats, t: float, h: float) -> Floats:
    k1 = _rate(y, t)
    k2 = _rate(y + 0.5 * h * k1, t + 0.5 * h)
    k3 = _rate(y + 0.5 * h * k2, t + 0.5 * h)
    k4 = _rate(y + h * k3, t + h)
    return np.asarray(y + h / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4))


def _rate(y: Floats, t: float) -> Floats:
    r, z = y[:3], y[2]
    n2 = float(r @ r)
    n = n2**0.5
    s = z / n
    two, three = 1.5 * J2 * MU * RADIUS_KM**2 / n**4, 0.5 * J3 * MU * RADIUS_KM**3 / n**5
    radial = two * (5.0 * s * s - 1.0) + three * (35.0 * s**3 - 15.0 * s)
    along_z = -2.0 * two * s + three * (3.0 - 15.0 * s * s)
    pull = (-MU / n2 + radial) * r / n + np.array([0.0, 0.0, along_z])
    for mu, far, period, tilt in THIRD:
        angle = 2.0 * np.pi * t / period
        body = far * np.array([np.cos(angle), np.sin(angle) * np.cos(tilt), np.sin(angle) * np.sin(tilt)])
        away = body - r
        pull = pull + mu * (away / float(away @ away) ** 1.5 - body / far**3)
    return np.concatenate([y[3:], pull])


def _state(a: float, e: float, i: float, node: float, argp: float, m: float) -> Floats:
    """Kepler's elements as a state."""
    big = m
    for _ in range(30):
        big -= (big - e * np.sin(big) - m) / (1.0 - e * np.cos(big))
    root = np.sqrt(1.0 - e * e)
    flat = a * np.array([np.cos(big) - e, root * np.sin(big), 0.0])
    speed = np.sqrt(MU * a) / (a * (1.0 - e * np.cos(big))) * np.array([-np.sin(big), root * np.cos(big), 0.0])
    turn = _about(node, 2) @ _about(i, 0) @ _about(argp, 2)
    return np.concatenate([turn @ flat, turn @ speed])


def _about(angle: float, axis: int) -> Floats:
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]]) if axis == 2 else np.array([[1.0, 0, 0], [0, c, -s], [0, s, c]])


def _in_axes(error_rtn: Floats, y: Floats) -> Floats:
    """An error along R, T, N in the axes of the state."""
    radial = y[:3] / np.linalg.norm(y[:3])
    across = np.cross(y[:3], y[3:])
    across = across / np.linalg.norm(across)
    axes = np.column_stack([radial, np.cross(across, radial), across])
    return np.concatenate([axes @ error_rtn[:3], axes @ error_rtn[3:]])


def _spun(place: Floats, t: float) -> Floats:
    c, s = np.cos(SPIN_RAD_S * t), np.sin(SPIN_RAD_S * t)
    return np.array([c * place[0] - s * place[1], s * place[0] + c * place[1], place[2]])


def _ground(lon: float, lat: float, height_km: float) -> Floats:
    """On the ellipsoid of WGS 84, by its own two axes."""
    a, f = 6378.137, 1.0 / 298.257223563
    e2 = f * (2.0 - f)
    n = a / np.sqrt(1.0 - e2 * np.sin(lat) ** 2)
    flat = (n + height_km) * np.cos(lat)
    return np.array([flat * np.cos(lon), flat * np.sin(lon), (n * (1.0 - e2) + height_km) * np.sin(lat)])


def _place(geometry: Geometry, flown: list[_Flight], rng: np.random.Generator) -> tuple[float, float, float]:
    """A random place, evenly on the globe, from which both satellites stand high enough at every measurement."""
    least = np.sin(np.radians(geometry.least_elevation_deg))
    while True:
        lon, lat = float(rng.uniform(-np.pi, np.pi)), float(np.arcsin(rng.uniform(-1.0, 1.0)))
        height = float(rng.uniform(0.0, 1.0))
        up = np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
        place = _ground(lon, lat, height)
        away = [_spun(y[:3], -t) - place for f in flown for y, t in zip(f.kept, f.times_s.tolist(), strict=True)]
        if all(float(x @ up) > least * float(np.sqrt(x @ x)) for x in away):
            return lat, lon, height


def _teme(y: Floats, t_utc: np.datetime64) -> tuple[Floats, Floats]:
    """A state of the start in the frame that element sets use."""
    fixed_v = y[3:] - np.cross([0.0, 0.0, frames.EARTH_RATE_RAD_S], y[:3])
    return frames.itrs_to_teme(y[:3], fixed_v, np.asarray(t_utc))


def _published(flight: _Flight, t: Floats, moments: list[int], tags: Times) -> tuple[Floats, Floats]:
    """(m, 3) and (m, 3) in TEME at each measurement."""
    r, v = [], []
    for k in moments:
        y, late = flight.kept[k], float(t[k])
        place = _spun(y[:3], -late)
        r.append(place)
        v.append(_spun(y[3:], -late) - np.cross([0.0, 0.0, frames.EARTH_RATE_RAD_S], place))
    return frames.itrs_to_teme(np.array(r), np.array(v), tags)
