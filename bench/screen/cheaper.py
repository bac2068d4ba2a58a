"""What cheaper ways of screening do not find, counted on the events of the reference: no co-orbiting pairs, or steps of 60 s."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from bench.screen.reference import Approaches, Sky

COARSE_S = 60.0


def on_a_straight_line(
    sky: Sky, events: Approaches, within_km: float, step_s: float = COARSE_S, *, both: bool = True
) -> npt.NDArray[np.bool_]:
    """(k,) would a filter at these steps have kept the event? It goes straight on from each sample with the relative velocity
    there, up to a whole step before and after, and keeps what comes within range. Both samples beside the event are tried, or
    the one before it alone."""
    kept = np.zeros(len(events.a), bool)
    for side in (0.0, 1.0) if both else (0.0,):
        t_s = step_s * (np.floor(events.t_s / step_s) + side)
        (r_a, v_a), (r_b, v_b) = sky.at(events.a, t_s[:, None]), sky.at(events.b, t_s[:, None])
        x, v = (r_b - r_a)[:, 0], (v_b - v_a)[:, 0]
        late = np.clip(-(x * v).sum(axis=1) / np.maximum((v * v).sum(axis=1), 1e-30), -step_s, step_s)
        kept |= np.linalg.norm(x + late[:, None] * v, axis=1) <= within_km
    return kept
