"""Objects whose habits are known by construction: they move by SGP4 itself, and burn when the test says."""

from __future__ import annotations

from math import pi, radians

import numpy as np

from hoshimori.exercise.arcs import MU_KM3_S2, Arc, Mean, Track, burnt
from hoshimori.exercise.slots import geo_arc, longitude_and_drift
from hoshimori.facts import ElementSets
from tests.detect.skies import sets_of, us

NUMBER = 51000
E_VECTOR, I_VECTOR = (1.5e-4, 1.0e-4), (radians(0.4), radians(1.1))
LOW_KM = 7160.0


def rewritten(sets: ElementSets, seed: int = 7, *, motion: float = 5e-7, angle_deg: float = 1e-3) -> ElementSets:
    """The sets with normal errors of the size that public GEO sets show: 0.0002 deg/day of drift, 0.001 deg of longitude."""
    rng = np.random.default_rng(seed)
    n = len(sets)
    return sets.having(
        mean_motion_rev_day=sets.mean_motion_rev_day + motion * rng.standard_normal(n),
        ma_deg=sets.ma_deg + angle_deg * rng.standard_normal(n),
        inc_deg=sets.inc_deg + 0.5 * angle_deg * rng.standard_normal(n),
    )


def arc(day: float, longitude_deg_e: float, drift_deg_day: float) -> Arc:
    return geo_arc(us(day), longitude_deg_e, drift_deg_day, e_vector=E_VECTOR, i_vector=I_VECTOR)


def pull(longitude_deg_e: float) -> float:
    """Natural change of drift there, deg/day2, from SGP4's longitudes a month apart, so that the Moon's share drops out."""
    one = arc(0.0, longitude_deg_e, 0.0)
    return (longitude_and_drift(one, us(13.66))[1] - longitude_and_drift(one, us(-13.66))[1]) / 27.32


def station_kept(longitude_deg_e: float, cycle_days: float, last: float, *, first: float = 0.0) -> Track:
    """Burns every `cycle_days` from `first` to `last`: each throws the object back against the pull, so that it comes down again
    where it started. Half the band is then pull * cycle^2 / 16."""
    thrown = -0.5 * pull(longitude_deg_e) * cycle_days
    pieces: list[tuple[int, Arc]] = []
    for day in np.arange(first, last, cycle_days).tolist():
        at = longitude_deg_e if not pieces else longitude_and_drift(pieces[-1][1], us(day))[0]
        at += -0.2 * (at - longitude_deg_e)  # an operator mends what the last cycle missed
        pieces.append((us(day), arc(day, at, thrown)))
    return Track(NUMBER, str(NUMBER), "", tuple(pieces))


def free(longitude_deg_e: float, drift_deg_day: float) -> Track:
    return Track(NUMBER, str(NUMBER), "", ((us(-1000.0), arc(0.0, longitude_deg_e, drift_deg_day)),))


def pushed(one: Track, day: float, dv_m_s: float) -> Track:
    """The same object, burning along its track on one day and never again."""
    mean = burnt(one.mean_at(us(day)), dv_m_s)
    before = tuple(p for p in one.pieces if p[0] < us(day))
    return Track(one.norad_id, one.name, "", (*before, (us(day), Arc(us(day), mean))))


def tilted(one: Track, day: float, deg: float) -> Track:
    """The same object with its plane turned about its node on one day, never to burn again."""
    m = one.mean_at(us(day))
    before = tuple(p for p in one.pieces if p[0] < us(day))
    mean = Mean(m.n_rad_min, m.ecc, m.inc + radians(deg), m.raan, m.argp, m.ma)
    return Track(one.norad_id, one.name, "", (*before, (us(day), Arc(us(day), mean))))


def low(loss_m_day: float, cycle_days: float, last: float, *, inc_deg: float = 98.5, raan_deg: float = 30.0) -> Track:
    """A LEO satellite that sinks by so much a day and is lifted back every `cycle_days`. Half its band is loss * cycle / 2."""
    n = float(np.sqrt(MU_KM3_S2 / LOW_KM**3) * 60.0)
    mean = Mean(n, 1.1e-3, radians(inc_deg), radians(raan_deg), radians(90.0), 0.0)
    bstar = _bstar_for(mean, loss_m_day)
    pieces = [(us(0.0), Arc(us(0.0), mean, bstar))]
    lift_m_s = 0.5 * n / 60.0 * loss_m_day * cycle_days
    for day in np.arange(cycle_days, last, cycle_days).tolist():
        pieces.append((us(day), Arc(us(day), burnt(pieces[-1][1].mean_at(us(day)), lift_m_s), bstar)))
    return Track(NUMBER, str(NUMBER), "", tuple(pieces))


def _bstar_for(mean: Mean, loss_m_day: float) -> float:
    """B* at which SGP4 lets the mean axis sink at this rate: it is proportional to B*."""
    probe = Arc(us(0.0), mean, 1e-4)
    sunk_m_day = (probe.mean_at(us(0.0)).sma_km - probe.mean_at(us(1.0)).sma_km) * 1000.0
    return 1e-4 * loss_m_day / sunk_m_day


def daily(one: Track, first: float, last: float, *, every: float = 1.0) -> ElementSets:
    """One set a day, at hours that wander as real epochs do."""
    days = np.arange(first, last, every)
    return sets_of(one, days + 0.2 * np.sin(2.0 * pi * days / 5.3))
