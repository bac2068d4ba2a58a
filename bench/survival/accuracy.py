"""How far the averaged engine is from the same forces flown in full: lifetimes of orbits from an hour to months before the end.

python bench/survival/accuracy.py [--few]
"""

from __future__ import annotations

import sys
import time as clock
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # run as a script, the root is not where names are looked for

from bench.survival.flown import days_up
from hoshimori.sky import atmosphere, decay, orbits, secular

CASES = (
    # perigee km, eccentricity, inclination, B m^2/kg, activity (F10.7, Ap)
    (140.0, 0.0005, 53.0, 0.005, (140.0, 15.0)),
    (160.0, 0.0005, 97.5, 0.02, (140.0, 15.0)),
    (180.0, 0.0005, 51.6, 0.01, (75.0, 5.0)),
    (200.0, 0.0010, 82.6, 0.02, (200.0, 20.0)),
    (220.0, 0.0010, 28.0, 0.02, (140.0, 15.0)),
    (160.0, 0.0100, 63.0, 0.02, (140.0, 15.0)),
    (250.0, 0.0010, 97.5, 0.03, (75.0, 5.0)),
    (180.0, 0.0200, 74.0, 0.01, (110.0, 9.0)),
    (300.0, 0.0010, 53.0, 0.05, (200.0, 20.0)),
    (150.0, 0.1000, 30.0, 0.02, (140.0, 15.0)),
    (330.0, 0.0020, 82.6, 0.03, (140.0, 15.0)),
)
SECONDS = 90.0


def main(few: bool) -> None:
    rng = np.random.default_rng(5)
    print(" perigee     ecc   inc      B F10.7     flown  averaged                         seconds  by steps of 15 s")
    errors: list[float] = []
    steps: list[float] = []
    for perigee, ecc, inc, b, (f107, ap) in CASES[:6] if few else CASES:
        activity = atmosphere.steady(f107=f107, ap=ap)
        axis = (6378.137 + perigee) / (1.0 - ecc)
        epoch = np.datetime64("2013-03-25", "us") + np.timedelta64(int(rng.integers(0, 365)), "D")
        raan, argp, anomaly = rng.uniform(0.0, 360.0, 3)
        motion = _motion(axis, ecc, inc)
        began = clock.time()
        true = days_up(epoch, motion, ecc, inc, raan, argp, anomaly, b, activity, until_days=60.0)
        took = clock.time() - began
        a = secular.mean_axis_km(*(np.array([x]) for x in (motion, ecc, inc)))
        tilt, node, perigee_at = (np.radians(np.array([x])) for x in (inc, raan, argp))
        orbit = (np.array([epoch]), a, np.array([ecc]), tilt, node, perigee_at)
        got = decay.fall(*orbit, np.array([b]), activity, until_days=90.0).days[0]
        sat = orbits.prepare(np.array([epoch]), *(np.array([x]) for x in (motion, ecc, inc, raan, argp, anomaly, 0.0)))
        start = orbits.states(sat, np.array([epoch]))
        r, v = np.reshape(start.r_km, (1, 3)), np.reshape(start.v_km_s, (1, 3))
        flight = decay.fly(np.array([epoch]), r, v, np.array([b]), activity, until_days=60.0).days[0]
        steps.append(abs(flight / true - 1.0))
        errors.append(abs(got / true - 1.0))
        print(
            f"{perigee:8.0f} {ecc:7.4f} {inc:5.1f} {b:6.3f} {f107:5.0f} {true:8.3f}d {got:8.3f}d {100 * (got / true - 1):+6.1f}% "
            f"{1440 * (got - true):+6.1f}min {took:5.1f} s   "
            f"{100 * (flight / true - 1):+6.2f}% {1440 * (flight - true):+6.1f}min"
        )
    print(
        f"mean |error| {100 * np.mean(errors):.1f} %, worst {100 * np.max(errors):.1f} %; "
        f"by steps mean {100 * np.mean(steps):.2f} %, worst {100 * np.max(steps):.2f} %"
    )


LAST = (
    (120.0, 0.0005, 53.0, 0.005),
    (130.0, 0.0005, 53.0, 0.005),
    (140.0, 0.0005, 53.0, 0.005),
    (160.0, 0.0005, 97.5, 0.02),
    (150.0, 0.0005, 97.0, 0.005),
    (170.0, 0.0005, 53.0, 0.01),
    (180.0, 0.0005, 53.0, 0.01),
    (130.0, 0.0100, 63.0, 0.005),
    (200.0, 0.0005, 28.0, 0.01),
    (220.0, 0.0010, 98.0, 0.01),
)


def phases(count: int = 24) -> None:
    """The last hours and days, from many places on the orbit: averaged against flown by steps."""
    rng, epoch = np.random.default_rng(0), np.full(count, np.datetime64("2013-06-25", "us"))
    activity = atmosphere.steady(f107=120.0, ap=9.0)
    print("perigee     ecc   inc      B      life  averaged less by steps, mean and scatter over the orbit")
    for perigee, ecc, inc, b in LAST:
        axis = (6378.137 + perigee) / (1.0 - ecc)
        columns = [np.full(count, x) for x in (_motion(axis, ecc, inc), ecc, inc)]
        raan, argp, anomaly = rng.uniform(0.0, 360.0, (3, count))
        motion, shape, inclined = columns
        prepared = orbits.prepare(epoch, motion, shape, inclined, raan, argp, anomaly, np.zeros(count))
        states = orbits.states(prepared, epoch[:1])
        r, v = states.r_km.reshape(count, 3), states.v_km_s.reshape(count, 3)
        drag = np.full(count, b)
        flown = decay.fly(epoch, r, v, drag, activity, until_days=20.0).days
        tilt, node, turned = (np.radians(x) for x in (columns[2], raan, argp))
        mean = decay.fall(epoch, np.full(count, axis), columns[1], tilt, node, turned, drag, activity, until_days=30.0).days
        off = (mean - flown) * 1440.0
        print(
            f"{perigee:7.0f} {ecc:7.4f} {inc:5.1f} {b:6.3f} {24 * flown.mean():7.1f} h  {off.mean():+6.1f} +- "
            f"{off.std():4.1f} min, {100 * (mean / flown - 1.0).mean():+.1f} %"
        )


def speed() -> None:
    """Processor seconds of the first call, of a thousand round orbits at 800 km over 3,000 days, and of one fall by steps."""
    began = clock.process_time()
    atmosphere.tables()
    print(f"tables of density: {clock.process_time() - began:.1f} s of processor, once per process")
    n, activity, rng = 1000, atmosphere.steady(), np.random.default_rng(1)
    epoch = np.full(n, np.datetime64("2013-03-25", "us"))
    node, turned = rng.uniform(0, 6, n), rng.uniform(0, 6, n)
    orbit = (epoch, np.full(n, 7178.0), np.full(n, 1e-3), np.full(n, 1.4), node, turned)
    few = (epoch[:2], orbit[1][:2], orbit[2][:2], orbit[3][:2], node[:2], turned[:2])
    decay.fall(*few, np.full(2, 0.02), activity, until_days=20.0)
    began = clock.process_time()
    decay.fall(*orbit, np.full(n, 0.02), activity, until_days=3000.0)
    print(f"1,000 orbits at 800 km over 3,000 days: {clock.process_time() - began:.1f} s of processor")
    r, v = np.array([[6678.0, 0.0, 0.0]]), np.array([[0.0, 1.0, 7.66]])
    decay.fly(epoch[:1], r, v, np.array([0.01]), activity, until_days=1.0)
    began = clock.process_time()
    decay.fly(epoch[:1], r, v, np.array([0.001]), activity, until_days=10.0)
    print(f"one object flown by steps over 10 days: {clock.process_time() - began:.2f} s of processor")


def _motion(axis_km: float, ecc: float, inc_deg: float) -> float:
    """Revolutions a day of an element set with this mean axis: the inverse of secular.mean_axis_km by iteration."""
    rev = 86400.0 / (2 * np.pi) * np.sqrt(398600.8 / axis_km**3)
    for _ in range(20):
        a = float(secular.mean_axis_km(*(np.array([x]) for x in (rev, ecc, inc_deg)))[0])
        rev *= (a / axis_km) ** 1.5
    return float(rev)


if __name__ == "__main__":
    speed()
    phases()
    main("--few" in sys.argv[1:])
