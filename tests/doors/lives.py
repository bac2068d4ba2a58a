"""A life made by hand: the sets of one object, its burns and its visitors, for every door that shows them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from hoshimori.detect.burns import LABELS, UNKNOWN, Burn, Untold
from hoshimori.doors.timeline import Span
from hoshimori.facts import DataMode, ElementSets
from hoshimori.findings import Evidence, Explanation, Quantity, Reason
from hoshimori.sky import orbits, secular

START = np.datetime64("2025-06-01T06:00", "us")
DAY = np.timedelta64(86_400_000_000, "us")
NAN = float("nan")


def low_orbit(days: int = 200, *, norad_id: int = 33105, name: str = "OCEAN ONE", mode: DataMode = DataMode.REAL) -> ElementSets:
    """A near-circular orbit at about 1,336 km that sinks and is raised every fifty days; ten days of silence in the middle."""
    day = np.array([d for d in range(days) if not 100 <= d < 110], float)
    rev = 12.80930 + 1e-6 * (day % 50.0)
    zero = np.zeros(len(day))
    columns: dict[str, Any] = {
        "norad_id": np.full(len(day), norad_id), "epoch_utc": START + (day * 86400e6).astype("timedelta64[us]"),
        "mean_motion_rev_day": rev, "eccentricity": 7.5e-4 + 2e-5 * np.sin(day / 20.0),
        "inc_deg": 66.04 + 1e-3 * np.cos(day / 30.0),
        "raan_deg": (200.0 - 2.08 * day) % 360.0, "argp_deg": zero + 270.0, "ma_deg": zero + 90.0, "bstar_per_er": zero + 1e-5,
        "name": np.full(len(day), name, object),
    }  # fmt: skip
    columns["known_utc"] = columns["epoch_utc"] + np.timedelta64(8, "h")
    return ElementSets.build(columns, data_mode=mode)


def synchronous(days: int = 60, *, norad_id: int = 90001, mode: DataMode = DataMode.REAL) -> ElementSets:
    """A station-kept synchronous object that drifts to and fro about 132 degrees east, a set every twelve hours."""
    from hoshimori.sky import time

    day = np.arange(0.0, days, 0.5)
    epoch = START + (day * 86400e6).astype("timedelta64[us]")
    inside = np.abs(day % 14.0 - 7.0) / 7.0
    longitude = 132.0 + 0.04 * inside
    columns: dict[str, Any] = {
        "norad_id": np.full(len(day), norad_id), "epoch_utc": epoch, "mean_motion_rev_day": 1.00273791 + 1e-5 * (inside - 0.5),
        "eccentricity": np.full(len(day), 2e-4), "inc_deg": 0.03 + 1e-4 * day, "raan_deg": np.full(len(day), 80.0),
        "argp_deg": np.full(len(day), 100.0), "ma_deg": (longitude + np.degrees(time.gmst_rad(epoch)) - 180.0) % 360.0,
        "name": np.full(len(day), "SLOT KEEPER", object), "known_utc": epoch + np.timedelta64(8, "h"),
    }  # fmt: skip
    return ElementSets.build(columns, data_mode=mode)


BURNS = ((40.3, 0.02), (75.6, 0.025), (100.2, -0.03))
"""Days after START and in-track velocity changes, m/s, of the object that `flown` makes."""


def flown(days: int = 120, *, norad_id: int = 799700001, mode: DataMode = DataMode.EXERCISE) -> ElementSets:
    """Daily sets of a low orbit that runs on by SGP4's own secular rates between `BURNS`, with the noise of good sets."""
    v_m_s, n0, rng = 7208.0, 12.8093, np.random.default_rng(1)
    edges = np.array([0.0, *(t for t, _ in BURNS), days])
    motion = n0 * np.cumprod([1.0, *(1.0 - 3.0 * dv / v_m_s for _, dv in BURNS)])
    same = np.ones(len(motion))
    start = np.full(len(motion), START)
    elements = (7.5e-4, 66.04, 200.0, 270.0, 90.0, 0.0)  # eccentricity, inclination, node, perigee, anomaly, B*
    leg = secular.rates(orbits.prepare(start, motion, *(x * same for x in elements)))
    day = np.arange(days, dtype=float)
    spent = np.clip(day[:, None] - edges[:-1], 0.0, np.diff(edges))  # days on each leg
    node, perigee, anomaly = (np.degrees(spent @ np.asarray(r)) for r in (leg.node, leg.perigee, leg.anomaly))
    epoch = START + (day * 86400e6).astype("timedelta64[us]")
    columns: dict[str, Any] = {
        "norad_id": np.full(days, norad_id), "epoch_utc": epoch, "known_utc": epoch + np.timedelta64(8, "h"),
        "mean_motion_rev_day": motion[np.searchsorted(edges[1:-1], day)] + 2e-8 * rng.normal(size=days),
        "eccentricity": np.full(days, 7.5e-4), "inc_deg": 66.04 + 1e-4 * rng.normal(size=days),
        "raan_deg": (200.0 + node) % 360.0, "argp_deg": (270.0 + perigee) % 360.0,
        "ma_deg": (90.0 + anomaly + 5e-4 * rng.normal(size=days)) % 360.0, "name": np.full(days, "OCEAN TWO", object),
    }  # fmt: skip
    return ElementSets.build(columns, data_mode=mode)


def burn(day: float, in_track_m_s: float = NAN, cross_track_m_s: float = NAN, **changes: Any) -> Burn:
    """A burn `day` days after START, sure to 40 minutes and a tenth of its size, unless told otherwise."""
    t = START + np.timedelta64(int(day * 86400e6), "us")
    dv = (NAN, in_track_m_s, cross_track_m_s)
    given: dict[str, Any] = {
        "norad_id": 33105, "t_utc": t, "sigma_s": 2400.0, "dv_rtn_m_s": dv,
        "dv_sigma_m_s": (0.05, 0.1 * abs(in_track_m_s), 0.1 * abs(cross_track_m_s)), "probability": 0.97,
        "label": "station-keeping", "routine": True,
        "explanations": (Explanation("wild set", "rejected", Reason("wild set", {"km": 40.0})),),
        "known_utc": t + np.timedelta64(20, "h"), "last_before_utc": t - np.timedelta64(6, "h"),
        "first_after_utc": t + np.timedelta64(18, "h"), "start_utc": t, "stop_utc": t,
        "evidence": Evidence("it moved", "by-hand@1", ("0" * 32,)), "quantities": {"jump": Quantity(12.0, "1", 1.0)},
    }  # fmt: skip
    return Burn(**{**given, **changes})


def every_kind() -> list[Burn]:
    """One burn of each label, among them one of unknown size, one doubtful, and one that lasts for days."""
    out = [burn(10.0 + 18.0 * k, 0.004 * 3.0**k, 0.3 if x == "inclination" else NAN, label=x) for k, x in enumerate(LABELS)]
    t = START + np.timedelta64(30, "D")
    unsized = burn(35.0, label="unusual", dv_rtn_m_s=UNKNOWN, dv_sigma_m_s=(0.5, NAN, NAN), routine=False, probability=0.4)
    return [*out, unsized, burn(33.0, 0.5, label="low thrust", start_utc=t, stop_utc=t + 6 * DAY, sigma_s=2e5)]


def visits(many: int = 2) -> list[Span]:
    """Stays, every second of which is not usual."""
    start = [START + np.timedelta64(20 + 15 * k, "D") for k in range(many)]
    kinds: Sequence[str] = ("parking", "drift-by")
    return [
        Span(str(90100 + k), t, t + np.timedelta64(12, "D"), 4.2 + k, 0.6, kinds[k % 2], usual=bool(k % 2))
        for k, t in enumerate(start)
    ]


def untold() -> Untold:
    return Untold(33105, Reason("short record", {"days": 1.5}))
