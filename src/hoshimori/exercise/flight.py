"""How a practice object that burns moves: short arcs of SGP4, each begun where the last one ended, joined by its burns.

The arcs are half a day long for low objects, whose air changes, and a day long for the others, so that a set published at any
epoch predicts the next one as SGP4 does: what it misses by is noise, air or a burn.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from hoshimori.exercise.air import STEP_US, Air
from hoshimori.exercise.arcs import US_PER_DAY, Arc, Mean, Track
from hoshimori.exercise.equinoctial import Impulse, kicked, speed_and_arm

Rule = Callable[[Arc, int], Impulse]
"""How large a burn is, R, T, N in m/s, given the orbit just before it and the time of its first push."""


@dataclass(frozen=True)
class Plan:
    """A burn that is to be made: when its first push comes, how long it lasts, in how many pushes, and why."""

    start_us: int
    kind: str
    rule: Rule
    duration_us: int = 0
    pushes: int = 1

    @property
    def times_us(self) -> list[int]:
        """Moments of the pushes, the first at the start and the last at the end."""
        return [self.start_us + k * self.duration_us // max(self.pushes - 1, 1) for k in range(self.pushes)]


@dataclass(frozen=True)
class Made:
    """A burn as it was made. `gain`: speed over circular speed; `arm_km_s`: see `speed_and_arm`; both at the first push."""

    plan: Plan
    dv_rtn_m_s: Impulse
    gain: float
    arm_km_s: float


@dataclass(frozen=True)
class Course:
    """An object from start to stop: its orbit at the start, its drag where it has any, what it plans."""

    norad_id: int
    name: str
    mean: Mean
    start_us: int
    stop_us: int
    bstar_per_er: float = 0.0
    plans: tuple[Plan, ...] = ()

    def without_burns(self) -> Course:
        return replace(self, plans=())


def fly(course: Course, air: Air) -> tuple[Track, tuple[Made, ...]]:
    """The track that was flown and the burns that were made, in order of their first push."""
    pushes = sorted((t, k) for k, plan in enumerate(course.plans) for t in plan.times_us)
    step = STEP_US if course.bstar_per_er else US_PER_DAY
    edges = sorted({*range(course.start_us, course.stop_us, step), *(t for t, _ in pushes)})
    made: dict[int, Made] = {}
    arc = Arc(course.start_us, course.mean, course.bstar_per_er * air.factor_at(course.start_us))
    pieces = [(course.start_us, arc)]
    for t in edges[1:]:
        mean = arc.mean_at(t)
        for k in (k for when, k in pushes if when == t):
            made.setdefault(k, _decided(course.plans[k], Arc(t, mean, arc.bstar_per_er), t))
            share = 1.0 / course.plans[k].pushes
            r, along, n = made[k].dv_rtn_m_s
            mean = kicked(mean, (r * share, along * share, n * share))
        arc = Arc(t, mean, course.bstar_per_er * air.factor_at(t))
        pieces.append((t, arc))
    return Track(course.norad_id, course.name, "", tuple(pieces)), tuple(sorted(made.values(), key=lambda m: m.plan.start_us))


def _decided(plan: Plan, arc: Arc, t_us: int) -> Made:
    gain, arm_km_s = speed_and_arm(arc.mean)
    r, along, across = plan.rule(arc, t_us)
    return Made(plan, (float(r), float(along), float(across)), gain, arm_km_s)
