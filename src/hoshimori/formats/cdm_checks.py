"""Does a conjunction message agree with itself: what it states of the approach, against the two states that it gives."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from hoshimori.facts import ConjunctionMessage, ConjunctionObject, Floats
from hoshimori.formats.cdm_values import Judge
from hoshimori.sky.relative import to_rtn

ABSOLUTE = 2.0
"""Metres, or metres a second: there are messages with states written to the metre and a miss distance cut, not rounded."""
RELATIVE = 1e-3

_EXPECTED = f"what the two states give, within {ABSOLUTE:g} or {RELATIVE:.1%}; both were kept"


def doubt_disagreements(message: ConjunctionMessage, lines: Mapping[str, int], judge: Judge) -> None:
    """A reservation for each of miss distance, relative speed, position and velocity that the states contradict.

    `lines`: where the keywords stand. Nothing is said where the two objects are in different frames.
    """
    first, second = message.objects
    if first.frame != second.frame:
        return
    v_km_s = _inertial_velocity(first)
    dr_m = (second.r_km - first.r_km) * 1e3
    dv_m_s = (_inertial_velocity(second) - v_km_s) * 1e3
    for key, stated, given in (
        ("MISS_DISTANCE", message.miss_m, np.linalg.norm(dr_m)),
        ("RELATIVE_SPEED", message.relative_speed_m_s, np.linalg.norm(dv_m_s)),
        ("RELATIVE_POSITION_R", message.relative_position_rtn_m, to_rtn(dr_m, first.r_km, v_km_s)),
        ("RELATIVE_VELOCITY_R", message.relative_velocity_rtn_m_s, to_rtn(dv_m_s, first.r_km, v_km_s)),
    ):
        x, y = np.atleast_1d(stated), np.atleast_1d(given)
        off = np.linalg.norm(x - y)
        if off > max(ABSOLUTE, RELATIVE * float(np.linalg.norm(y))):
            judge.doubt(key, f"{_written(x)}, but {_written(y)} from the states", _EXPECTED, lines[key])


def _inertial_velocity(o: ConjunctionObject) -> Floats:
    """The velocity without the turning of the Earth, along the axes of the frame at this moment."""
    if o.frame != "ITRF":
        return o.v_km_s
    from hoshimori.sky.frames import EARTH_RATE_RAD_S  # brings erfa along

    return np.asarray(o.v_km_s + EARTH_RATE_RAD_S * np.array([-o.r_km[1], o.r_km[0], 0.0]))


def _written(x: Floats) -> str:
    return " ".join(f"{value:.1f}" for value in x)
