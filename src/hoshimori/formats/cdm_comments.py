"""What the comments of conjunction messages say to a machine: hard-body radius, density cross-correlation, data mode.

The standard has no keywords for these; CSpOC and NASA CARA write them as comments, and much depends on them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from hoshimori.facts import Floats
from hoshimori.formats.omm import DATA_MODE_KEYWORD

_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_HBR = re.compile(rf"HBR\s*=\s*({_NUMBER})\s*(?:\[\s*(k?m)\s*\])?", re.ASCII | re.IGNORECASE)
_FORECAST = re.compile(rf"DCP Density Forecast Uncertainty\s*=\s*({_NUMBER})", re.ASCII | re.IGNORECASE)
_VECTOR = r"DCP Sensitivity Vector RTN {}\s*=\s*" + rf"({_NUMBER})\s+({_NUMBER})\s+({_NUMBER})\s*(?:\[[^\]]*\])?"
_POSITION = re.compile(_VECTOR.format("Pos"), re.ASCII | re.IGNORECASE)
_VELOCITY = re.compile(_VECTOR.format("Vel"), re.ASCII | re.IGNORECASE)


class DensityError(NamedTuple):
    """How one object's state at closest approach answers to an error of the forecast air density, which both objects share.

    sigma: standard deviation of the relative density error. vector_rtn_m: (6,) m and m/s along the object's own R, T, N for a
    relative error of 1. Reference: Casali, Hall et al., AAS 18-272 (2018).
    """

    sigma: float
    vector_rtn_m: Floats


def hard_body_radius_m(comments: Iterable[str]) -> float:
    """The summed radius of the first COMMENT HBR line, in metres where no unit is given; NaN where there is none above 0."""
    for comment in comments:
        match = _HBR.fullmatch(comment.strip())
        if match:
            radius_m = float(match[1]) * (1e3 if (match[2] or "m").lower() == "km" else 1.0)
            return radius_m if 0.0 < radius_m < float("inf") else float("nan")
    return float("nan")


def density_error(comments: Iterable[str]) -> DensityError | None:
    """What the three COMMENT DCP lines of an object say; None unless all are there."""
    lines = [c.strip() for c in comments]
    sigma, position, velocity = (_first(pattern, lines) for pattern in (_FORECAST, _POSITION, _VELOCITY))
    if sigma is None or position is None or velocity is None:
        return None
    vector = np.array([float(x) for x in (*position.groups(), *velocity.groups())])
    return DensityError(float(sigma[1]), vector)


def is_mode(comment: str) -> bool:
    """Whether a comment says of the message that it is not of this world."""
    return comment.partition("=")[0].strip() == DATA_MODE_KEYWORD


def mode_comment(word: str) -> str:
    return f"{DATA_MODE_KEYWORD} = {word}"


def radius_comment(radius_m: float) -> str:
    """The line that carries a radius, as CARA writes it."""
    return f"HBR = {radius_m!r} [m]"


def _first(pattern: re.Pattern[str], lines: Iterable[str]) -> re.Match[str] | None:
    return next((match for line in lines if (match := pattern.fullmatch(line))), None)
