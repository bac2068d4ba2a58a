"""How well planted burns were found: matched one to one in time, by the set by which they were due, and what else was called.

Knows no detector: anything that says who, when, and when that could be known is judged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from hoshimori.errors import UsageError

TOLERANCE = np.timedelta64(36, "h")
"""How far a found burn may lie from the thrust, to either side: an open gap between two sets, and half as much again."""


class Found(Protocol):
    """A burn that a detector claims: `t_utc` its middle, `known_utc` when the sets that told of it were at hand."""

    @property
    def norad_id(self) -> int: ...
    @property
    def t_utc(self) -> np.datetime64: ...
    @property
    def known_utc(self) -> np.datetime64: ...


class Planted(Protocol):
    """A burn that was made. `due_utc`: by when a `promised` one must be known; see `PlantedBurn`."""

    @property
    def norad_id(self) -> int: ...
    @property
    def start_utc(self) -> np.datetime64: ...
    @property
    def stop_utc(self) -> np.datetime64: ...
    @property
    def promised(self) -> bool: ...
    @property
    def due_utc(self) -> np.datetime64: ...


@dataclass(frozen=True)
class Score:
    """Indices into what was planted and what was found.

    matched: pairs (planted, found). late: promised, matched, known only after it was due. missed: promised, not matched.
    false_alarms: found, not matched, and not a further piece of a thrust that lasted. `object_days`: what was watched.
    """

    matched: tuple[tuple[int, int], ...]
    late: tuple[int, ...]
    missed: tuple[int, ...]
    false_alarms: tuple[int, ...]
    promised: int
    object_days: float

    @property
    def in_time(self) -> int:
        """Promised burns that were known by the time they were due."""
        return self.promised - len(self.late) - len(self.missed)

    @property
    def false_alarms_per_1000_days(self) -> float:
        return 1000.0 * len(self.false_alarms) / self.object_days


def score(
    planted: Sequence[Planted], found: Sequence[Found], object_days: float, *, tolerance: np.timedelta64 = TOLERANCE
) -> Score:
    """Match and count. Raises UsageError where no time was watched.

    A found burn fits a planted one of the same object if it lies within `tolerance` of its thrust, start to stop. In order of
    time, each takes the planted burn, still free, whose thrust ended first: no other choice matches more (windows of one length;
    Burns below their floor may be found or not; a match is no false alarm.
    """
    if not object_days > 0.0:
        raise UsageError(f"score: object_days={object_days}: more than 0 is expected, a rate is counted over them")
    matched: list[tuple[int, int]] = []
    spare: list[int] = []
    free = set(range(len(planted)))
    for j in sorted(range(len(found)), key=lambda j: found[j].t_utc):
        fits = [i for i in free if _fits(planted[i], found[j], tolerance)]
        if fits:
            taken = min(fits, key=lambda i: planted[i].stop_utc)
            free.remove(taken)
            matched.append((taken, j))
        else:
            spare.append(j)
    lasting = [p for p in planted if p.stop_utc > p.start_utc]
    promised = [i for i, p in enumerate(planted) if p.promised]
    known = {i: found[j].known_utc for i, j in matched}
    return Score(
        matched=tuple(sorted(matched)),
        late=tuple(i for i in promised if i in known and known[i] > planted[i].due_utc),
        missed=tuple(i for i in promised if i not in known),
        false_alarms=tuple(j for j in spare if not any(_fits(p, found[j], tolerance) for p in lasting)),
        promised=len(promised),
        object_days=object_days,
    )


def _fits(planted: Planted, found: Found, tolerance: np.timedelta64) -> bool:
    inside = planted.start_utc - tolerance <= found.t_utc <= planted.stop_utc + tolerance
    return bool(inside) and planted.norad_id == found.norad_id
