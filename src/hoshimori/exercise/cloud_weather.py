"""What the Sun does to the air of a practice break-up."""

from __future__ import annotations

from typing import NamedTuple

from hoshimori.facts import Floats


class Weather(NamedTuple):
    """What the Sun does: where it stands (unit vector in TEME) and the factor on density for each day from `first_day` on.

    `first_day` counts from the break-up, as seconds do everywhere here. Outside the days, the nearest one.
    """

    sun: Floats  # (3,)
    factor: Floats  # (days,)
    first_day: int
