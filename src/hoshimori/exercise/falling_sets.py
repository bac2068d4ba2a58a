"""What a catalogue would publish of a falling object: SGP4 fitted to noisy looks, late, with the digits of a TLE."""

from __future__ import annotations

from math import exp, pi

import numpy as np
from sgp4.api import WGS72, Satrec

from hoshimori.facts import DataMode, ElementSets, Floats, KnownBasis

LOOK_KM = 0.2
"""One sigma of a look, each axis: a radar's few hundred metres."""
LOOKS = 28
LATENCY_MEDIAN_H, LATENCY_SIGMA = 4.0, 0.45
TAU = 2.0 * pi
_DAYS_1949_TO_1970 = 7306.0
_JD_1970 = 2440587.5
_SIZES = np.array([1e-7, 1e-6, 1e-6, 1e-6, 1e-6, 1e-6, 1e-6])
"""Steps of the differences: n (rad/min), e cos w, e sin w, i, node, w + M (rad), B* (1/er)."""


def published(
    rng: np.random.Generator,
    states: Floats,
    every_s: float,
    start: np.datetime64,
    shown: np.datetime64,
    end: np.datetime64,
    norad_id: int,
) -> ElementSets:
    """The sets of one object. states: (k, 6) TEME every `every_s` from `start`; published from `shown` on."""
    total = (end - start) / np.timedelta64(1, "s") if not np.isnat(end) else len(states) * every_s
    when, rows, known = max((shown - start) / np.timedelta64(1, "s"), 4 * 3600.0), [], []
    bstar, before = 1e-4, None
    while True:
        left_days = (total - when) / 86_400.0
        if left_days < 0.08 or when / every_s >= len(states) - 2:
            break
        span_s = 86_400.0 * float(np.clip(0.12 * left_days, 0.12, 1.5))
        fit = _fitted(rng, states, every_s, start, when, min(span_s, when), bstar)
        if fit is not None:
            bstar = fit[6]
            rows.append((when, _rounded(fit), _ndot(fit, start, when)))
            lag = LATENCY_MEDIAN_H * exp(LATENCY_SIGMA * rng.standard_normal()) * (0.5 if left_days < 1.5 else 1.0)
            before = max(when + 3600.0 * lag, before or 0.0)
            known.append(before)
        when += 3600.0 * float(rng.uniform(5.0, 14.0) if left_days > 2.0 else rng.uniform(1.6, 5.0))
    return _table(rows, known, start, norad_id)


def _table(
    rows: list[tuple[float, tuple[float, ...], float]], known: list[float], start: np.datetime64, norad_id: int
) -> ElementSets:
    if not rows:
        return ElementSets.empty()
    seconds = np.array([r[0] for r in rows])
    values = np.array([r[1] for r in rows])
    names = ("mean_motion_rev_day", "eccentricity", "inc_deg", "raan_deg", "argp_deg", "ma_deg", "bstar_per_er")
    moment = start.astype("datetime64[us]")
    return ElementSets.build(
        {
            "norad_id": np.full(len(rows), norad_id, np.int64),
            "epoch_utc": moment + np.rint(seconds * 1e6).astype("timedelta64[us]"),
            "known_utc": moment + np.rint(np.array(known) * 1e6).astype("timedelta64[us]"),
            "known_basis": np.full(len(rows), KnownBasis.OBSERVED, np.uint8),
            "name": np.full(len(rows), f"FALLING {norad_id}", object),
            "ndot_rev_day2": np.array([r[2] for r in rows]),
            **{name: values[:, k] for k, name in enumerate(names)},
        },
        data_mode=DataMode.EXERCISE,
    )


def _fitted(
    rng: np.random.Generator, states: Floats, every_s: float, start: np.datetime64, when_s: float, span_s: float, bstar: float
) -> Floats | None:
    """(7,) n, e cos w, e sin w, i, node, w + M, B*; None where SGP4 does not bend that far."""
    epoch_us = int(start.astype("datetime64[us]").astype(np.int64)) + round(when_s * 1e6)
    row = int(when_s / every_s)
    x = np.append(_osculating(_between(states, every_s, when_s)), bstar)
    for share in (0.15, 1.0) if span_s > 20_000 else (1.0,):
        rows = np.unique(np.linspace(max(0.0, row - share * span_s / every_s), row, LOOKS).astype(int))
        seen = states[rows, :3] + rng.normal(0.0, LOOK_KM, (len(rows), 3))
        minutes = (rows * every_s - when_s) / 60.0
        found = _solved(x, epoch_us, minutes, seen, with_drag=share == 1.0)
        if found is None:
            return None
        x = found
    return x


def _solved(x: Floats, epoch_us: int, minutes: Floats, seen: Floats, *, with_drag: bool) -> Floats | None:
    free = 7 if with_drag else 6
    rms = np.inf
    for _ in range(14):
        here = _positions(x, epoch_us, minutes)
        if here is None:
            return None
        off = (seen - here).ravel()
        new_rms = float(np.sqrt(np.mean(off * off)))
        if abs(rms - new_rms) < 1e-4 * new_rms:
            break
        rms = new_rms
        columns = []
        for k in range(free):
            moved = x.copy()
            moved[k] += _SIZES[k]
            there = _positions(moved, epoch_us, minutes)
            if there is None:
                return None
            columns.append((there - here).ravel() / _SIZES[k])
        normal = np.stack(columns, axis=1)
        scale = np.linalg.norm(normal, axis=0)
        step = np.linalg.lstsq(normal / scale, off, rcond=None)[0] / scale
        limit = np.array([2e-4, 5e-3, 5e-3, 1e-2, 5e-2, 0.3, 2e-2])[:free]
        x = x.copy()
        x[:free] += step * min(1.0, float(np.min(limit / np.maximum(np.abs(step), 1e-300))))
        if not 0.0 <= np.hypot(x[1], x[2]) < 0.95:
            return None
    return x if rms < 30.0 else None


def _positions(x: Floats, epoch_us: int, minutes: Floats) -> Floats | None:
    record = _record(x, epoch_us)
    days = epoch_us / 86_400e6
    whole = np.full(len(minutes), _JD_1970 + np.floor(days))
    error, r, _ = record.sgp4_array(whole, days - np.floor(days) + minutes / 1440.0)
    return None if error.any() or not np.isfinite(r).all() else np.asarray(r)


def _record(x: Floats, epoch_us: int) -> Satrec:
    record = Satrec()
    argp = np.arctan2(x[2], x[1]) % TAU
    days = epoch_us / 86_400e6 + _DAYS_1949_TO_1970
    ecc = float(np.hypot(x[1], x[2]))
    record.sgp4init(WGS72, "i", 0, days, x[6], 0.0, 0.0, ecc, float(argp), float(x[3]), (x[5] - argp) % TAU, x[0], x[4] % TAU)
    return record


def _ndot(x: Floats, start: np.datetime64, when_s: float) -> float:
    """Half the rate of the mean motion, rev/day2, as SGP4 itself would have it over the next tenth of a day."""
    epoch_us = int(start.astype("datetime64[us]").astype(np.int64)) + round(when_s * 1e6)
    record = _record(x, epoch_us)
    record.sgp4_tsince(0.0)
    first = record.nm
    record.sgp4_tsince(144.0)
    return float(np.round((record.nm - first) * 1440.0 / TAU / 0.1 / 2.0, 8))


def _rounded(x: Floats) -> tuple[float, ...]:
    """As a TLE writes them: rev/day, e, four angles in degrees, B* with five digits."""
    argp = np.arctan2(x[2], x[1]) % TAU
    angles = [round(float(np.degrees(a)) % 360.0, 4) % 360.0 for a in (x[3], x[4], argp, x[5] - argp)]
    bstar = float(f"{x[6]:.4e}")
    return (round(float(x[0]) * 1440.0 / TAU, 8), round(float(np.hypot(x[1], x[2])), 7), *angles, bstar)


def _between(states: Floats, every_s: float, t_s: float) -> Floats:
    """(6,) the state at a time, by a cubic through the two rows around it."""
    k = min(int(t_s / every_s), len(states) - 2)
    h, s = every_s, t_s / every_s - k
    a, b = states[k], states[k + 1]
    h00, h10, h01, h11 = 2 * s**3 - 3 * s**2 + 1, s**3 - 2 * s**2 + s, -2 * s**3 + 3 * s**2, s**3 - s**2
    r = h00 * a[:3] + h10 * h * a[3:] + h01 * b[:3] + h11 * h * b[3:]
    return np.concatenate([r, a[3:] + s * (b[3:] - a[3:])])


def _osculating(state: Floats) -> Floats:
    """(6,) n (rad/min), e cos w, e sin w, i, node, w + M of the Kepler orbit through a state."""
    mu = 398600.8
    r, v = state[:3], state[3:]
    radius, speed = float(np.linalg.norm(r)), float(np.linalg.norm(v))
    h = np.cross(r, v)
    e = np.cross(v, h) / mu - r / radius
    axis = 1.0 / (2.0 / radius - speed * speed / mu)
    inc, node = np.arccos(h[2] / np.linalg.norm(h)), np.arctan2(h[0], -h[1])
    across = np.array([np.cos(node), np.sin(node), 0.0])
    up = np.cross(h / np.linalg.norm(h), across)
    ecc = float(np.linalg.norm(e))
    argp = np.arctan2(e @ up, e @ across)
    true = np.arctan2(r @ up, r @ across) - argp
    anomaly = 2.0 * np.arctan2(np.sqrt(1.0 - ecc) * np.sin(true / 2.0), np.sqrt(1.0 + ecc) * np.cos(true / 2.0))
    mean = anomaly - ecc * np.sin(anomaly)
    return np.array([np.sqrt(mu / axis**3) * 60.0, e @ across, e @ up, inc, node, argp + mean])
