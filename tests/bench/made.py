"""Histories whose truth is known by construction: times in hours from a start, burns of a given size."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bench.manoeuvres.truth import History, Satellite, Truth
from hoshimori.facts import ElementSets, Floats, Times

START = np.datetime64("2020-01-01T00:00:00", "us")
DAY, HOUR = np.timedelta64(1, "D"), np.timedelta64(1, "h")


def hours(*offsets: float) -> Times:
    return START + np.array([round(h * 3600e6) for h in offsets], "timedelta64[us]")


def known(t_utc: Times, idle_utc: Times | None = None, dv_rtn_m_s: Sequence[Sequence[float]] | Floats | None = None) -> Truth:
    """A record from hour 100 to hour 1000."""
    n, (start, stop) = len(t_utc), hours(100, 1000)
    dv = np.full((n, 3), np.nan) if dv_rtn_m_s is None else np.asarray(dv_rtn_m_s, np.float64).reshape(-1, 3)
    return Truth(t_utc, dv, np.ones(n, np.int64), np.full(n, "burn"), hours() if idle_utc is None else idle_utc, start, stop)


def sets(norad_id: int, epochs: Times) -> ElementSets:
    n = len(epochs)
    one = {"mean_motion_rev_day": 14.0, "eccentricity": 1e-3, "inc_deg": 98.0, "raan_deg": 0.0, "argp_deg": 0.0, "ma_deg": 0.0}
    return ElementSets.build({"norad_id": np.full(n, norad_id), "epoch_utc": epochs} | {k: np.full(n, v) for k, v in one.items()})


def history(norad_id: int, truth: Truth, epochs: Times | None = None) -> History:
    satellite = Satellite(f"made {norad_id}", norad_id, "LEO", "", "")
    return History(satellite, sets(norad_id, hours(*range(0, 1100, 24)) if epochs is None else epochs), truth)
