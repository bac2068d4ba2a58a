"""What objects on 12-hour and stationary orbits do in the burning sky: keep a slot, move, retire, climb slowly, or nothing."""

from __future__ import annotations

from math import pi, radians

import numpy as np

from hoshimori.exercise import burns
from hoshimori.exercise.arcs import TAU, US_PER_DAY, US_PER_MIN, Arc, Mean, beside, gmst_rad
from hoshimori.exercise.flight import Plan
from hoshimori.exercise.population import aged_i_vector, kept_vectors
from hoshimori.exercise.slots import geo_arc, longitude_and_drift
from hoshimori.exercise.stage import Setting, Stage


def _middle(_stage: Stage, rng: np.random.Generator) -> Mean:
    return Mean(
        2.00565 * TAU / 1440.0, rng.uniform(1e-3, 1e-2), radians(rng.uniform(54.5, 56.0)), *rng.uniform(0, TAU, 3).tolist()
    )


def rephased(stage: Stage, rng: np.random.Generator) -> Setting:
    start, dv = stage.share_us(rng.uniform(0.05, 0.4)), rng.choice([-1, 1]) * rng.uniform(0.3, 1.5)
    stop = start + int(rng.uniform(12, 25) * US_PER_DAY)
    plans = [Plan(t, "relocation", burns.steady((0.0, s * dv, 0.0))) for t, s in ((start, 1.0), (stop, -1.0))]
    return _middle(stage, rng), 0.0, tuple(plans)


def quiet_middle(stage: Stage, rng: np.random.Generator) -> Setting:
    return _middle(stage, rng), 0.0, ()


def _slot(stage: Stage, rng: np.random.Generator, longitude: float, drift: float = 0.0) -> Mean:
    e_vector, i_vector = kept_vectors(rng)
    return geo_arc(stage.start_us, longitude, drift, e_vector=e_vector, i_vector=i_vector).mean


def _strongly_pulled(rng: np.random.Generator) -> float:
    """A longitude where the Earth pulls a stationary satellite by more than 0.0012 deg/day^2."""
    return float(rng.choice([rng.uniform(105, 135), rng.uniform(20, 45), rng.uniform(285, 310)]))


def east_west(stage: Stage, rng: np.random.Generator) -> Setting:
    longitude, cycle = _strongly_pulled(rng), rng.uniform(14, 24)
    begin = stage.first_us + int(rng.uniform(1, 6) * US_PER_DAY)
    plans = burns.every(begin, cycle, stage.last_us, "station-keeping", burns.held_at(longitude, cycle))
    e_vector, i_vector = kept_vectors(rng)
    pull = burns.pull_deg_day2(geo_arc(begin, longitude, 0.0, e_vector=e_vector, i_vector=i_vector), begin)
    edge = longitude + pull * cycle**2 / 16.0
    arc = geo_arc(begin, edge, pull * cycle / 2.0, e_vector=e_vector, i_vector=i_vector)
    return arc.mean_at(stage.start_us), 0.0, plans


def north_south(stage: Stage, rng: np.random.Generator) -> Setting:
    """Every 28 days against the pull of Sun and Moon: a push north at right ascension 270 deg, 2 % of it leaking in-track."""
    mean, _, keeping = east_west(stage, rng)
    longitude = radians(longitude_and_drift(Arc(stage.start_us, mean), stage.start_us)[0])
    plans = list(keeping)
    for k in range(4):
        around = stage.first_us + int((3.0 + 28.0 * k) * US_PER_DAY)
        wait = (1.5 * pi - longitude - gmst_rad(around)) % TAU / TAU
        when, dv = around + int(wait * 0.99727 * US_PER_DAY), rng.uniform(1.0, 3.5)
        if when < stage.last_us and all(abs(when - p.start_us) > 4 * US_PER_DAY for p in keeping):
            plans.append(Plan(when, "inclination", burns.steady((0.0, 0.02 * dv, dv))))
    return mean, 0.0, tuple(plans)


def moved(stage: Stage, rng: np.random.Generator) -> Setting:
    start = stage.share_us(rng.uniform(0.05, 0.4))
    stop, drift = start + int(rng.uniform(12, 25) * US_PER_DAY), rng.choice([-1, 1]) * rng.uniform(0.2, 0.9)
    plans = Plan(start, "relocation", burns.drifting(drift)), Plan(stop, "relocation", burns.drifting(0.0))
    return _slot(stage, rng, rng.uniform(0, 360)), 0.0, plans


def retired(stage: Stage, rng: np.random.Generator) -> Setting:
    first = stage.share_us(rng.uniform(0.4, 0.8))
    plans = [Plan(first + int(4.25 * k * US_PER_DAY), "graveyard", burns.steady((0.0, 3.6, 0.0))) for k in range(3)]
    return _slot(stage, rng, rng.uniform(0, 360)), 0.0, tuple(plans)


def weak_high(stage: Stage, rng: np.random.Generator) -> Setting:
    when, days = stage.share_us(rng.uniform(0.1, 0.9)), rng.uniform(1.0, 3.0)
    dv = rng.choice([-1, 1]) * rng.uniform(0.4, 1.0)
    return _slot(stage, rng, rng.uniform(0, 360)), 0.0, (burns.ramp(when, days, "low thrust", (0.0, dv, 0.0)),)


def quiet_high(stage: Stage, rng: np.random.Generator) -> Setting:
    e_vector, i_vector = (rng.uniform(1e-4, 1e-3), 0.0), aged_i_vector(rng.uniform(3.0, 40.0))
    arc = geo_arc(stage.start_us, rng.uniform(0, 360), rng.uniform(-0.2, 0.2), e_vector=e_vector, i_vector=i_vector)
    return arc.mean, 0.0, ()


def pair_high(stage: Stage, rng: np.random.Generator) -> Setting:
    """Two that nobody keeps, within a tenth of a degree."""
    mean = geo_arc(stage.start_us, 75.1, 0.0, e_vector=(2e-4, 0.0), i_vector=aged_i_vector(6.0)).mean
    vector = (rng.uniform(-1e-4, 1e-4), rng.uniform(-1e-4, 1e-4))
    return beside(mean, radians(rng.uniform(-0.05, 0.05)), vector, (2 * vector[0], 2 * vector[1])), 0.0, ()


def _long(rng: np.random.Generator) -> Mean:
    return Mean(
        2.00600 * TAU / 1440.0, rng.uniform(0.69, 0.73), radians(63.4), rng.uniform(0, TAU), radians(270.0), rng.uniform(0, TAU)
    )


def kept_long(stage: Stage, rng: np.random.Generator) -> Setting:
    mean = _long(rng)
    plans = []
    for share in (rng.uniform(0.05, 0.3), rng.uniform(0.4, 0.6), rng.uniform(0.7, 0.95)):
        turns = (stage.share_us(share) - stage.start_us) // US_PER_MIN * mean.n_rad_min // TAU
        when = stage.start_us + int((turns * TAU - mean.ma) / mean.n_rad_min * US_PER_MIN)
        plans.append(Plan(when, "station-keeping", burns.steady((0.0, rng.choice([-1, 1]) * rng.uniform(0.1, 0.4), 0.0))))
    return mean, 0.0, tuple(plans)


def quiet_long(_stage: Stage, rng: np.random.Generator) -> Setting:
    return _long(rng), 0.0, ()
