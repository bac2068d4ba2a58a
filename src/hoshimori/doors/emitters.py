"""Where an uplink emitter may stand, for programs: measured arrivals joined with the orbits of their satellites."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hoshimori.detect.neighbourhood import everybody
from hoshimori.errors import NothingFound, UsageError
from hoshimori.facts import DataMode, ElementSets, Ephemeris, Floats, Times
from hoshimori.findings import iso
from hoshimori.formats.arrivals import Arrival
from hoshimori.ports import View
from hoshimori.sky import bent_pipe, geolocation
from hoshimori.tracking.covariance import error_model

REACH_DAYS = 14.0
PAST = np.timedelta64(180, "D")
OWNER, STATED = "owner's ephemeris with its covariance", "owner's ephemeris, sigma as stated"
SETS = "element sets"
RTN_FRAMES = ("RTN", "RSW", "RIC")
NEAR_S = 3600.0


@dataclass(frozen=True)
class State:
    """What is known of one satellite at the middle of the measurements: on what basis, and its (6, 6) covariance [km, km/s]."""

    norad_id: int
    basis: str
    covariance_rtn: Floats
    at_utc: np.datetime64

    @property
    def sigma(self) -> tuple[float, float]:
        """Kilometres and metres a second, all axes together."""
        d = np.diag(self.covariance_rtn)
        return float(np.sqrt(d[:3].sum())), float(np.sqrt(d[3:].sum())) * 1e3


@dataclass(frozen=True)
class Emitter:
    """Where the sought emitter may stand, and what the answer rests on."""

    found: geolocation.Located
    states: tuple[State, ...]
    measurements: int
    references: int
    start_utc: np.datetime64
    stop_utc: np.datetime64
    height_m: float
    errors: geolocation.Errors
    as_of_utc: np.datetime64
    data_mode: DataMode

    def to_json(self) -> dict[str, Any]:
        """One line of JSON, hoshimori.emitter/1."""
        f = self.found
        return {
            "schema": "hoshimori.emitter/1",
            "verdict": f.verdict,
            "why": {"code": f.why, **f.values},
            "solutions": [_place(s) for s in f.solutions],
            "freedom": f.freedom,
            "chance": None if np.isnan(f.chance) else f.chance,
            "measurements": self.measurements,
            "references": self.references,
            "height_m": self.height_m,
            "assumed_sigma": {
                "height_m": self.errors.height_km * 1e3,
                "turnaround_s": self.errors.turnaround_s,
                "translation_hz": self.errors.translation_hz,
            },
            "start": iso(self.start_utc),
            "stop": iso(self.stop_utc),
            "satellites": [
                {"norad_id": s.norad_id, "basis": s.basis, "sigma_km": s.sigma[0], "sigma_m_s": s.sigma[1]} for s in self.states
            ],
            "cannot_exclude": ["more than one emitter", "an emitter that moves", "errors larger than stated"],
            "as_of": iso(self.as_of_utc),
            "data_mode": self.data_mode.name,
        }


def _place(s: geolocation.Solution) -> dict[str, Any]:
    return {
        "lat_deg": s.lat_deg,
        "lon_deg_e": s.lon_deg_e,
        "height_km": s.height_km,
        "semi_major_km": s.semi_major_km,
        "semi_minor_km": s.semi_minor_km,
        "azimuth_deg": s.azimuth_deg,
        "confidence": 0.95,
        "condition": s.condition,
        "chi2": s.chi2,
        "weight": s.weight,
        "elevation_deg": s.elevation_deg,
    }


def located(
    view: View, arrivals: Sequence[Arrival], height_m: float, errors: geolocation.Errors, state_sigma: tuple[float, float] | None
) -> Emitter:
    """The emitter of these measurements. state_sigma: km and m/s on each axis, for owners' ephemerides without covariance.

    NothingFound where a satellite has no orbit at a measurement.
    """
    if all(np.isfinite(a.emitter_itrs_km).all() for a in arrivals):
        raise UsageError("--geolocate: every measurement is of a reference emitter: of whom is the place sought?")
    numbers = sorted({n for a in arrivals for n in (a.satellite_a, a.satellite_b)})
    t = np.array([a.t_utc for a in arrivals], "datetime64[us]")
    middle = t[len(t) // 2]
    made = [_relay(view, n, t, middle, state_sigma) for n in numbers]
    heard = bent_pipe.Arrivals(
        t,
        np.array([numbers.index(a.satellite_a) for a in arrivals], np.int64),
        np.array([numbers.index(a.satellite_b) for a in arrivals], np.int64),
        np.array([a.station_a_itrs_km for a in arrivals]),
        np.array([a.station_b_itrs_km for a in arrivals]),
        *(np.array([getattr(a, k) for a in arrivals]) for k in ("uplink_hz", "downlink_a_hz", "downlink_b_hz")),
        *(np.array([getattr(a, k) for a in arrivals]) for k in ("tdoa_s", "tdoa_sigma_s", "fdoa_hz", "fdoa_sigma_hz")),
        np.array([a.emitter_itrs_km for a in arrivals]),
    )  # type: ignore[call-arg]
    found = geolocation.locate(heard, tuple(r for r, _, _ in made), height_m / 1e3, errors)
    references = sum(bool(np.isfinite(a.emitter_itrs_km).all()) for a in arrivals)
    mode = DataMode(max(m for _, _, m in made))
    states = tuple(s for _, s, _ in made)
    return Emitter(found, states, len(t), references, t[0], t[-1], height_m, errors, view.as_of_utc, mode)


def _relay(
    view: View, number: int, t_utc: Times, middle: np.datetime64, state_sigma: tuple[float, float] | None
) -> tuple[bent_pipe.Relay, State, int]:
    given, sets = view.ephemerides(number), view.sets([number])
    paths = everybody(sets, {number: given} if given else {}, REACH_DAYS).trajectories
    times = np.append(t_utc, middle)
    if not paths.rows:
        raise NothingFound(f"--geolocate: no orbit of satellite {number} is known: give its element sets or its owner's OEM")
    r, v = paths.at(np.zeros(len(times), np.int64), times, np.zeros(len(times)))
    if not np.isfinite(r).all():
        silent = times[np.isnan(r[:, 0])][0]
        raise NothingFound(f"--geolocate: no orbit of satellite {number} speaks of {iso(silent)}")
    basis, covariance = _given_covariance(number, given, middle, state_sigma) if given else _of_sets(view, number, sets, middle)
    modes = [int(e.data_mode) for e in given] if given else sets.data_mode.tolist()
    relay = bent_pipe.relay(r[:-1], v[:-1], t_utc, (r[-1], v[-1]), middle, covariance)
    return relay, State(number, basis, covariance, middle), max(modes)


def _of_sets(view: View, number: int, sets: ElementSets, at_utc: np.datetime64) -> tuple[str, Floats]:
    """From what the object's own history and its class say of sets so old."""
    history = view.history(number)
    history = history.take((history.epoch_utc >= at_utc - PAST) & (history.epoch_utc <= at_utc + np.timedelta64(2, "D")))
    late = (at_utc - sets.epoch_utc).astype("timedelta64[us]").astype(np.int64) / 86400e6
    age = float(late[np.argmin(np.abs(late))])
    model = error_model(history if len(history) else sets)
    return f"{SETS} ({model.basis})", model.covariance_rtn(np.array([age]))[0]


def _given_covariance(
    number: int, given: Sequence[Ephemeris], at_utc: np.datetime64, state_sigma: tuple[float, float] | None
) -> tuple[str, Floats]:
    """As the ephemeris says near the middle, along R, T, N; else as stated by who asks; else a refusal: it is not guessed."""
    for e in given:
        if e.covariance is None or e.covariance_t_utc is None or e.covariance_frame.upper() not in RTN_FRAMES:
            continue
        late_s = np.abs((e.covariance_t_utc - at_utc).astype("timedelta64[us]").astype(np.int64)) * 1e-6
        if late_s.min() <= NEAR_S:
            return OWNER, np.asarray(e.covariance[int(np.argmin(late_s))])
    if state_sigma is None:
        raise UsageError(
            f"--geolocate: the ephemeris of satellite {number} gives no covariance along R, T, N about {iso(at_utc)}: "
            "say how good it is with --state-sigma KM,M_S; an ellipse without it would be invented"
        )
    km, m_s = state_sigma
    return STATED, np.diag(np.repeat([km**2, (m_s * 1e-3) ** 2], 3))
