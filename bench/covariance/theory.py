"""What SGP4 leaves out, worked out: fits of SGP4 to orbits flown under a fuller gravity, and what the fits cannot follow.

No element set and no measured orbit is used here, so that both are free to judge what comes out.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from hoshimori.facts import Floats, Times
from hoshimori.sky import orbits, relative

START = np.datetime64("2018-03-01", "us")
SPAN_DAYS = 3.0
"""Of one fit. From 1 to 5 days the floor of a low orbit changes by less than a tenth."""
STEPS = np.array([1e-6, 1e-6, 1e-6, 1e-4, 1e-4, 1e-4])


class Orbit(NamedTuple):
    """Mean motion rev/day, eccentricity, inclination, node, argument of perigee, mean anomaly in degrees."""

    motion: float
    ecc: float
    inc: float
    node: float = 100.0
    perigee: float = 80.0
    anomaly: float = 20.0

    def vector(self) -> Floats:
        w = np.radians(self.perigee)
        e, i, node = self.ecc, self.inc, self.node
        return np.array([self.motion, e * np.cos(w), e * np.sin(w), i, node, self.perigee + self.anomaly])


def step_s(orbit: Orbit) -> float:
    """Sixty states a revolution, or two hundred where it is eccentric."""
    return round(86400.0 / orbit.motion / (200.0 if orbit.ecc > 0.1 else 60.0))


def satellites(x: Floats, epoch_utc: Times) -> orbits.Satellites:
    """Sets from rows (n, 6): mean motion, e cos w, e sin w, inclination, node, argument of latitude; no drag."""
    w = np.degrees(np.arctan2(x[:, 2], x[:, 1]))
    return orbits.prepare(epoch_utc, x[:, 0], np.hypot(x[:, 1], x[:, 2]), x[:, 3], x[:, 4], w, x[:, 5] - w, np.zeros(len(x)))


def flown(orbit: Orbit, days: float) -> tuple[Times, Floats, Floats]:
    """The orbit under full gravity, begun where SGP4 puts it."""
    from bench.covariance.gravity import fly

    begin = orbits.states(satellites(orbit.vector()[None], np.array([START])), np.array([START]))
    return fly(begin.r_km[0, :, 0], begin.v_km_s[0, :, 0], START, days, step_s(orbit))


def fit(t_utc: Times, r_km: Floats, epoch_utc: np.datetime64, first: Floats) -> Floats:
    """(6,) the set with epoch `epoch_utc` that follows positions (m, 3) best, by least squares from a first guess."""
    x = first.copy()
    for _ in range(12):
        tried = orbits.states(satellites(np.vstack((x, x + np.diag(STEPS))), np.repeat(epoch_utc, 7)), t_utc).r_km
        slope = np.stack([(tried[k + 1] - tried[0]).ravel() for k in range(6)], axis=1)
        move = np.linalg.lstsq(slope, (r_km.T - tried[0]).ravel(), rcond=None)[0]
        x = x + move * STEPS
        if np.abs(move).max() < 1e-2:
            break
    return x


def left_out(orbit: Orbit, days: float = SPAN_DAYS) -> Floats:
    """(m, 6) of one fit: SGP4 less the flown orbit, R, T, N in km and km/s."""
    t, r, v = flown(orbit, days)
    x = fit(t, r, START, orbit.vector())
    told = orbits.states(satellites(x[None], np.array([START])), t)
    p, w = told.r_km[0].T, told.v_km_s[0].T
    return np.concatenate((relative.to_rtn(p - r, r, v), relative.to_rtn(w - v, r, v)), axis=1)


def published(orbit: Orbit, days: float) -> orbits.Satellites:
    """One set a day, each fitted to the `SPAN_DAYS` before its epoch: what a perfect tracker would publish of the flown orbit."""
    t, r, _ = flown(orbit, days)
    x, rows, epochs = orbit.vector(), [], []
    back = np.timedelta64(int(SPAN_DAYS * 86400e6), "us")
    x = fit(t[t <= START + back], r[t <= START + back], START, x)
    at = START
    for day in range(int(SPAN_DAYS), int(days) + 1):
        epoch = START + np.timedelta64(day, "D")
        mine = (t >= epoch - back) & (t <= epoch)
        x = fit(t[mine], r[mine], epoch, moved(x, at, epoch))
        rows.append(x)
        epochs.append(epoch)
        at = epoch
    return satellites(np.array(rows), np.array(epochs))


def moved(x: Floats, at_utc: np.datetime64, epoch_utc: np.datetime64) -> Floats:
    """A first guess at another epoch: node, perigee and phase go on at SGP4's own rates."""
    from hoshimori.sky import secular

    rates = secular.rates(satellites(x[None], np.array([at_utc])))
    days = float((epoch_utc - at_utc) / np.timedelta64(1, "D"))
    e, w = np.hypot(x[1], x[2]), np.arctan2(x[2], x[1]) + rates.perigee[0] * days
    turned = np.degrees(rates.node[0] * days), np.degrees((rates.perigee[0] + rates.anomaly[0]) * days)
    return np.array([x[0], e * np.cos(w), e * np.sin(w), x[3], x[4] + turned[0], x[5] + turned[1]])
