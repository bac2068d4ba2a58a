"""Why and how much a practice object burns: the rules of its operator, each sized by the orbit just before the burn."""

from __future__ import annotations

from math import sqrt

from hoshimori.exercise.arcs import MU_KM3_S2, US_PER_DAY, Arc
from hoshimori.exercise.equinoctial import Impulse
from hoshimori.exercise.flight import Plan, Rule
from hoshimori.exercise.slots import M_S_PER_DEG_DAY, longitude_and_drift

HOUR_US = US_PER_DAY // 24


def steady(dv_rtn_m_s: Impulse) -> Rule:
    """The same whatever the orbit is."""
    return lambda _arc, _t_us: dv_rtn_m_s


def lifted_to(sma_km: float) -> Rule:
    """Give back the height that the air took. In-track; two-body, from the mean axis."""

    def rule(arc: Arc, _t_us: int) -> Impulse:
        speed_m_s = 1000.0 * sqrt(MU_KM3_S2 / arc.mean.sma_km)
        return 0.0, speed_m_s * (sma_km - arc.mean.sma_km) / (2.0 * arc.mean.sma_km), 0.0

    return rule


def held_at(longitude_deg_e: float, cycle_days: float) -> Rule:
    """Throw the object back across its slot, so that the Earth's pull returns it after one cycle (Soop 1994, chapter 6)."""

    def rule(arc: Arc, t_us: int) -> Impulse:
        seen, drift = longitude_and_drift(arc, t_us)
        away = (seen - longitude_deg_e + 180.0) % 360.0 - 180.0
        pull = pull_deg_day2(arc, t_us)
        wished = -pull * cycle_days / 2.0 - 0.5 * (away - pull * cycle_days**2 / 16.0) / cycle_days
        return 0.0, (drift - wished) * M_S_PER_DEG_DAY, 0.0

    return rule


def pull_deg_day2(arc: Arc, t_us: int) -> float:
    """The Earth's pull along the ring: the change of drift over two weeks, in which the Moon's swing cancels."""
    before, after = (longitude_and_drift(arc, t_us + days * US_PER_DAY)[1] for days in (-7, 7))
    return (after - before) / 14.0


def drifting(drift_deg_day: float) -> Rule:
    """Leave with this drift in longitude, or stop with 0. In-track, for synchronous orbits; eastward is positive."""
    return lambda arc, t_us: (0.0, (longitude_and_drift(arc, t_us)[1] - drift_deg_day) * M_S_PER_DEG_DAY, 0.0)


def every(first_us: int, days: float, last_us: int, kind: str, rule: Rule) -> tuple[Plan, ...]:
    """The same burn again and again."""
    return tuple(Plan(t, kind, rule) for t in range(first_us, last_us, int(days * US_PER_DAY)))


def ramp(start_us: int, days: float, kind: str, dv_rtn_m_s: Impulse) -> Plan:
    """A weak thruster for hours or days, as a push every two hours (at least four)."""
    duration_us = int(days * US_PER_DAY)
    return Plan(start_us, kind, steady(dv_rtn_m_s), duration_us, max(duration_us // (2 * HOUR_US) + 1, 4))
