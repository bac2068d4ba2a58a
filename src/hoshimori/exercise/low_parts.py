"""What low objects do in the burning sky: hold their height, dodge, come down, climb slowly, or nothing."""

from __future__ import annotations

from dataclasses import replace
from math import radians, sqrt

import numpy as np

from hoshimori.exercise import burns
from hoshimori.exercise.arcs import EARTH_RADIUS_KM, MU_KM3_S2, TAU, US_PER_DAY, Mean
from hoshimori.exercise.flight import Plan
from hoshimori.exercise.population import sun_synchronous_deg
from hoshimori.exercise.stage import Setting, Stage
from hoshimori.exercise.streams import stream


def _low(rng: np.random.Generator, altitude_km: float, inc_deg: float | None = None) -> Mean:
    n = 60.0 * sqrt(MU_KM3_S2 / (EARTH_RADIUS_KM + altitude_km) ** 3)
    inc = radians(sun_synchronous_deg(altitude_km) if inc_deg is None else inc_deg)
    return Mean(n, float(rng.uniform(1e-4, 1.5e-3)), inc, *rng.uniform(0, TAU, 3).tolist())


def _dragged(rng: np.random.Generator) -> float:
    return float(10.0 ** rng.normal(-4.0, 0.15))


def held_low(stage: Stage, rng: np.random.Generator) -> Setting:
    mean, cycle = _low(rng, rng.uniform(560, 800)), rng.uniform(12, 25)
    first = stage.first_us + int(rng.uniform(0, cycle) * US_PER_DAY)
    return mean, _dragged(rng), burns.every(first, cycle, stage.last_us, "station-keeping", burns.lifted_to(mean.sma_km))


def tilted_low(stage: Stage, rng: np.random.Generator) -> Setting:
    mean, bstar, lifts = held_low(stage, rng)
    when = stage.share_us(rng.uniform(0.2, 0.8))
    far = [p for p in lifts if abs(p.start_us - when) > 4 * US_PER_DAY]
    return mean, bstar, (*far, Plan(when, "inclination", burns.steady((0.0, 0.0, rng.choice([-1, 1]) * rng.uniform(0.8, 3.0)))))


def dodging(stage: Stage, rng: np.random.Generator) -> Setting:
    plans: list[Plan] = []
    for share in (rng.uniform(0.05, 0.35), rng.uniform(0.6, 0.9)):
        when, dv = stage.share_us(share), rng.choice([-1, 1]) * rng.uniform(0.02, 0.08)
        back = when + int(rng.uniform(1.5, 3.0) * US_PER_DAY)
        plans += [Plan(t, "avoidance", burns.steady((0.0, s * dv, 0.0))) for t, s in ((when, 1.0), (back, -1.0))]
    return _low(rng, rng.uniform(600, 800)), _dragged(rng), tuple(plans)


def high_low(stage: Stage, rng: np.random.Generator) -> Setting:
    first, cycle = stage.first_us + int(rng.uniform(0, 15) * US_PER_DAY), rng.uniform(18, 30)
    times = range(first, stage.last_us, int(cycle * US_PER_DAY))
    plans = [Plan(t, "station-keeping", burns.steady((0.0, rng.uniform(0.0015, 0.012), 0.0))) for t in times]
    return _low(rng, 1336.0, 66.04), 1e-5, tuple(plans)


def falling(stage: Stage, rng: np.random.Generator) -> Setting:
    first = stage.share_us(rng.uniform(0.4, 0.8))
    times = [first + k * 4 * US_PER_DAY for k in range(3)]
    plans = [Plan(t, "deorbit", burns.steady((0.0, -rng.uniform(1.5, 4.0), 0.0))) for t in times]
    return _low(rng, rng.uniform(620, 720)), _dragged(rng), tuple(plans)


def weak_low(stage: Stage, rng: np.random.Generator) -> Setting:
    when, days = stage.share_us(rng.uniform(0.1, 0.9)), rng.uniform(0.25, 3.0)
    return _low(rng, 550.0, 53.0), 1e-4, (burns.ramp(when, days, "low thrust", (0.0, rng.uniform(0.1, 0.4), 0.0)),)


def quiet_low(_stage: Stage, rng: np.random.Generator) -> Setting:
    return _low(rng, rng.uniform(500, 1300), rng.uniform(50, 100)), _dragged(rng), ()


def pair_low(stage: Stage, rng: np.random.Generator) -> Setting:
    """Two in one plane, a degree or two apart: which is which is easily mistaken."""
    mean = _low(stream(stage.seed, "pair LEO", "orbit"), 620.0)
    return replace(mean, ma=(mean.ma + radians(rng.uniform(-1.5, 1.5))) % TAU), 5e-5, ()
