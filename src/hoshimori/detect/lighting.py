"""Was the Sun behind the visitor when it came nearest, more than the hour of the day would make it by chance?"""

from __future__ import annotations

import numpy as np

from hoshimori.facts import Floats, Times
from hoshimori.sky import bodies, relative

NEAREST = 0.1
"""The approach is the tenth of the time in which the visitor was nearest."""
HOURS = 360
"""The Sun is turned through so many places about the orbit's normal."""


def sun_behind(dr_rtn_km: Floats, t_utc: Times, r_km: Floats, v_km_s: Floats) -> tuple[float, float, float]:
    """Angle Sun-visitor-satellite in degrees when nearest (180: the Sun right behind the visitor), its median over all hours of
    the day, and the share of hours that would make it as large.

    dr_rtn_km: (m, 3) the visitor from the satellite; r_km, v_km_s: (m, 3) the satellite, TEME. The null leaves the relative
    motion as it is and turns the Sun about the normal of the orbit: a visitor that circles once a revolution always sees the
    Sun at the same place when nearest, so the hour of that place is one draw, however long the stay.
    """
    distance = np.linalg.norm(dr_rtn_km, axis=1)
    near = np.argsort(distance, kind="stable")[: max(1, int(NEAREST * len(distance)))]
    to_satellite = -dr_rtn_km[near] / np.maximum(distance[near, None], 1e-9)
    sun = relative.to_rtn(bodies.sun_teme_km(t_utc[near]), r_km[near], v_km_s[near])
    sun /= np.linalg.norm(sun, axis=1, keepdims=True)
    turn = 2.0 * np.pi * np.arange(HOURS) / HOURS
    across = np.outer(np.cos(turn), sun[:, 0] * to_satellite[:, 0] + sun[:, 1] * to_satellite[:, 1])
    across += np.outer(np.sin(turn), sun[:, 0] * to_satellite[:, 1] - sun[:, 1] * to_satellite[:, 0])
    cosine = across + sun[:, 2] * to_satellite[:, 2]
    angles = np.median(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))), axis=1)
    return float(angles[0]), float(np.median(angles)), float((angles >= angles[0] - 1e-9).mean())
