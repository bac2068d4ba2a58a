"""Objects that fall: flown by an integrator in an air of its own, published as element sets with the moment of their end kept.

No code and no air is shared with what predicts re-entries (`sky.decay`, NRLMSISE-00). Air: exercise/_falling_air.py, with noise
on top: a factor for each object that does not change, weather with a memory of two days, and storms as they were (the caller
gives the observed F10.7 and ap). B = Cd A / m wanders as objects tumble and turn. Each set is a least-squares fit of SGP4, B*
included, to noisy looks of the last hours or days; spans shrink as the end nears, as they do in real catalogues.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, pi, radians, sin, sqrt
from typing import NamedTuple

import numpy as np

from hoshimori.exercise import falling_sets
from hoshimori.exercise.streams import stream
from hoshimori.facts import ElementSets, Floats, Times

MU_KM3_S2, EARTH_KM = 398600.4418, 6378.137
END_KM = 80.0
CLASSES = ("upper stage", "satellite", "flat satellite", "eccentric", "controlled")
SHOWN_DAYS = 21.0
"""An object is published from so long before its end."""
_ZERO = np.datetime64("2000-01-01T12:00:00", "us")
_DAY = np.timedelta64(86_400_000_000, "us")
_B_STEP_S, _FACTOR_STEP_S, _EVERY_S, _STEP_S = 6 * 3600.0, 3 * 3600.0, 60.0, 20.0


class Weather(NamedTuple):
    """What the Sun and the field were, day by day without a gap: day_utc (d,) datetime64[D]; f107, f107_mean, ap (d,)."""

    day_utc: Times
    f107: Floats
    f107_mean: Floats
    ap: Floats


@dataclass(frozen=True)
class Care:
    """How unsteady the world is; shares of one, one sigma. Set from what is published of density models and tumbling objects,
    before any prediction was scored: models err by 10-20 % in level and about 10 % from day to day (Picone et al. 2002;
    Bowman et al. 2008), drag coefficients of tumbling stages by a few per cent, of stabilised satellites by more."""

    level: float = 0.10
    day_to_day: float = 0.10
    memory_days: float = 2.0


@dataclass(frozen=True)
class Fallen:
    """One object: its published sets (data mode EXERCISE) and the truth behind them.

    end_utc: when it passed 80 km; end_teme_km (3,): where it was within the minute before. burns: (time, m/s along the velocity).
    b_m2_kg: Cd A / m before it wandered.
    """

    seed: int
    kind: str
    sets: ElementSets
    end_utc: np.datetime64
    end_teme_km: Floats
    controlled: bool
    burns: tuple[tuple[np.datetime64, float], ...]
    b_m2_kg: float


def fallen(seed: int, kind: str, weather: Weather, *, norad_id: int | None = None, care: Care | None = None) -> Fallen:
    """One object of a class, coming down somewhere inside the days of `weather` (at least 100 of them), all from its seed."""
    rng = stream(seed, kind, "fall")
    days = len(weather.day_utc)
    start = weather.day_utc[0].astype("datetime64[us]") + np.timedelta64(round(rng.uniform(0.0, days - 95.0) * 86_400e6), "us")
    plan = _drawn(kind, rng, care or Care())
    flown = _until_it_falls(plan, weather, start)
    shown = start + np.timedelta64(round(max(0.0, flown.end_s - SHOWN_DAYS * 86_400.0) * 1e6), "us")
    end = start + np.timedelta64(round(flown.end_s * 1e6), "us")
    sets = falling_sets.published(
        stream(seed, kind, "looks"), flown.states, _EVERY_S, start, shown, end, norad_id or 70_000 + seed
    )
    burns = tuple(
        (start + np.timedelta64(round(t * 1e6), "us"), 1000.0 * dv)
        for t, dv in zip(plan.burn_s.tolist(), plan.burn_km_s.tolist(), strict=True)
    )
    return Fallen(seed, kind, sets, end, flown.states[-1, :3].copy(), kind == "controlled", burns, plan.b0)


class _Plan(NamedTuple):
    perigee_km: float
    apogee_km: float
    inc: float
    angles: tuple[float, float, float]
    b0: float
    b: Floats
    factor: Floats
    burn_s: Floats
    burn_km_s: Floats
    lifetime_days: tuple[float, float]


class _Flown(NamedTuple):
    states: Floats
    end_s: float


def _drawn(kind: str, rng: np.random.Generator, care: Care) -> _Plan:
    """An orbit, a ballistic coefficient and how both are disturbed."""
    inc = radians(float(rng.choice([5.0, 28.5, 43.0, 51.6, 53.0, 65.0, 70.0, 82.5, 97.5])) + rng.uniform(-1.0, 1.0))
    angles = (float(rng.uniform(0, 2 * pi)), float(rng.uniform(0, 2 * pi)), float(rng.uniform(0, 2 * pi)))
    b0 = float(
        np.exp(rng.uniform(*np.log({"upper stage": (0.005, 0.03), "flat satellite": (0.02, 0.1)}.get(kind, (0.007, 0.05)))))
    )
    perigee = float(rng.uniform(205.0, 245.0))
    apogee = perigee + float(rng.uniform(2.0, 40.0))
    if kind == "upper stage":
        apogee = perigee + float(rng.uniform(10.0, 250.0))
    if kind == "eccentric":
        perigee, apogee = float(rng.uniform(120.0, 160.0)), float(rng.uniform(1200.0, 9000.0))
        inc = radians(float(rng.choice([7.0, 28.0, 46.0, 63.0])) + rng.uniform(-1.0, 1.0))
    wander = {"upper stage": 0.05, "flat satellite": 0.10}.get(kind, 0.07)
    count = int(95 * 86_400 / _B_STEP_S)
    b = b0 * np.exp(_wandering(rng, count, wander, 3.0, _B_STEP_S))
    if kind in ("satellite", "flat satellite") and rng.random() < (0.15 if kind == "satellite" else 0.3):
        b[int(rng.integers(count // 8, count // 2)) :] *= float(np.exp(rng.normal(0.0, 0.25)))
    steps = int(95 * 86_400 / _FACTOR_STEP_S)
    factor = np.exp(rng.normal(0.0, care.level) + _wandering(rng, steps, care.day_to_day, care.memory_days, _FACTOR_STEP_S))
    burn_s, burn_km_s = np.zeros(0), np.zeros(0)
    if kind == "controlled":
        perigee, apogee = float(rng.uniform(330.0, 420.0)), float(rng.uniform(430.0, 480.0))
        first = rng.uniform(14.0, 18.0)
        burn_s = 86_400.0 * np.array([first, first + rng.uniform(0.5, 1.5), first + rng.uniform(2.0, 3.0)])
        burn_km_s = -np.array([rng.uniform(0.01, 0.03), rng.uniform(0.01, 0.03), rng.uniform(0.12, 0.16)])
    return _Plan(perigee, apogee, inc, angles, b0, b, factor, burn_s, burn_km_s, (14.0, 60.0))


def _wandering(rng: np.random.Generator, count: int, sigma: float, memory_days: float, step_s: float) -> Floats:
    """(count,) normal draws with a memory."""
    keep = np.exp(-step_s / 86_400.0 / memory_days)
    out = rng.standard_normal(count) * np.sqrt(1.0 - keep * keep)
    out[0] = rng.standard_normal()
    for k in range(1, count):
        out[k] += keep * out[k - 1]
    return np.asarray(sigma * out)


def _until_it_falls(plan: _Plan, weather: Weather, start: np.datetime64) -> _Flown:
    """Flown from a height from which it takes the planned number of days to come down."""
    low, high = plan.lifetime_days
    flown = _flown(plan, weather, start, _STEP_S)
    for _ in range(12):
        days = flown.end_s / 86_400.0
        if low <= days <= high or plan.burn_s.size:
            break
        wanted = sqrt(low * high) if np.isfinite(days) else high
        up = float(np.clip(25.0 * np.log(wanted / min(days, 120.0)), -40.0, 40.0))
        up *= 0.35 if plan.apogee_km > 1000.0 else 1.0
        plan = plan._replace(perigee_km=plan.perigee_km + up, apogee_km=plan.apogee_km + up)
        flown = _flown(plan, weather, start, _STEP_S)
    return flown


def _flown(plan: _Plan, weather: Weather, start: np.datetime64, step_s: float) -> _Flown:
    from hoshimori.exercise._falling_kernel import fly

    zero = float((start - _ZERO) / _DAY)
    first = int((start.astype("datetime64[D]") - weather.day_utc[0]) / np.timedelta64(1, "D"))
    air = np.ascontiguousarray(np.stack([weather.f107, weather.f107_mean, weather.ap], axis=1)[first:])
    until = min(94.0, len(air) - 1.0) * 86_400.0
    states = np.empty((int(until / _EVERY_S) + 2, 6))
    count, end_s = fly(
        _state(plan), zero, plan.b, _B_STEP_S, plan.factor, _FACTOR_STEP_S, air, plan.burn_s, plan.burn_km_s, until, END_KM,
        step_s, _EVERY_S, states,
    )  # fmt: skip
    return _Flown(states[:count], float(end_s))


def _state(plan: _Plan) -> Floats:
    """(6,) at perigee, km and km/s, TEME."""
    rp, ra = EARTH_KM + plan.perigee_km, EARTH_KM + plan.apogee_km
    speed = sqrt(2.0 * MU_KM3_S2 * ra / (rp * (rp + ra)))
    node, argp, _ = plan.angles
    ci, si, cn, sn, cw, sw = cos(plan.inc), sin(plan.inc), cos(node), sin(node), cos(argp), sin(argp)
    p = np.array([cn * cw - sn * sw * ci, sn * cw + cn * sw * ci, sw * si])
    q = np.array([-cn * sw - sn * cw * ci, -sn * sw + cn * cw * ci, cw * si])
    return np.concatenate([rp * p, speed * q])
