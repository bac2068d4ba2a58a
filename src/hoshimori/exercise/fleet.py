"""Who flies in the burning sky: satellites of every regime with an operator's plan, and as many that never burn.

LEO        sun-synchronous, 560-800 km, drag made up every 12-25 days (8), plane kept as well (2); avoidance, a burn and one
           and a half to three days later its opposite (4); 1,336 km, little drag, burns of millimetres a second (3);
           perigee lowered in three burns (2); weak thrusters for 6 h to 3 days (3); quiet (10), and two in one plane (2)
MEO        12-hour circular, moved to another place in the plane: started and stopped (3); quiet (3)
GEO        kept east-west (6), and north-south too (4); moved to another slot (2); raised to a graveyard (1);
           weak thrusters for 1 to 3 days (2); quiet (6), and two in one slot (2)
HEO        Molniya, period kept by burns at perigee (2); quiet (2)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hoshimori.exercise import high_parts, low_parts
from hoshimori.exercise.fits import Tracking
from hoshimori.exercise.flight import Course
from hoshimori.exercise.stage import Part, Stage
from hoshimori.exercise.streams import stream

FIRST_BURNING_ID = 799_600_001

LEO = Tracking((8.0, 24.0), 5.0, 2.0, 0.6, radial_km=0.028, along_km=0.015, cross_km=0.045, wander_km_day=0.030, patience_km=4.0)
MEO = Tracking((14.0, 30.0), 4.0, 3.0, 1.0, radial_km=0.10, along_km=0.25, cross_km=0.15, wander_km_day=0.10, patience_km=30.0)
GEO = Tracking((12.0, 26.0), 5.0, 2.5, 1.0, radial_km=0.30, along_km=0.30, cross_km=0.60, wander_km_day=1.4, patience_km=25.0)
HEO = Tracking((12.0, 26.0), 4.0, 3.0, 1.0, radial_km=0.40, along_km=0.80, cross_km=0.40, wander_km_day=0.5, patience_km=40.0)


@dataclass(frozen=True)
class Role:
    """One object of the sky: its course, how it is tracked, and its regime: "LEO", "MEO", "GEO" or "HEO"."""

    course: Course
    tracking: Tracking
    regime: str


CAST: tuple[tuple[str, Tracking, Part, int], ...] = (
    ("LEO", LEO, low_parts.held_low, 8),
    ("LEO", LEO, low_parts.tilted_low, 2),
    ("LEO", LEO, low_parts.dodging, 4),
    ("LEO", LEO, low_parts.high_low, 3),
    ("LEO", LEO, low_parts.falling, 2),
    ("LEO", LEO, low_parts.weak_low, 3),
    ("LEO", LEO, low_parts.quiet_low, 10),
    ("LEO", LEO, low_parts.pair_low, 2),
    ("MEO", MEO, high_parts.rephased, 3),
    ("MEO", MEO, high_parts.quiet_middle, 3),
    ("GEO", GEO, high_parts.east_west, 6),
    ("GEO", GEO, high_parts.north_south, 4),
    ("GEO", GEO, high_parts.moved, 2),
    ("GEO", GEO, high_parts.retired, 1),
    ("GEO", GEO, high_parts.weak_high, 2),
    ("GEO", GEO, high_parts.quiet_high, 6),
    ("GEO", GEO, high_parts.pair_high, 2),
    ("HEO", HEO, high_parts.kept_long, 2),
    ("HEO", HEO, high_parts.quiet_long, 2),
)


def fleet(stage: Stage) -> tuple[Role, ...]:
    """Every object, with numbers from 799600001 on in the order of `CAST`."""
    return tuple(_roles(stage))


def _roles(stage: Stage) -> Iterator[Role]:
    number = FIRST_BURNING_ID
    for regime, tracking, part, count in CAST:
        for _ in range(count):
            name = f"PRACTICE-{number - FIRST_BURNING_ID + 1:02d} {regime}"
            mean, bstar, plans = part(stage, stream(stage.seed, name, "orbit"))
            yield Role(Course(number, name, mean, stage.start_us, stage.stop_us, bstar, plans), tracking, regime)
            number += 1
