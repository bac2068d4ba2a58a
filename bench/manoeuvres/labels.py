"""Our reading of the operators' records against someone else's: the labels of maneuver-detect 0.3.0, line by line.

Their DORIS records are the same operators' lines, read by other hands: epoch (UTC) of the middle of the first burn, and the
length of the vector sum. Only the span of our copy of each record can be compared: theirs goes on after ours ends.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.manoeuvres.matching import match
from bench.manoeuvres.truth import SATELLITES, Satellite, record

SAME_LINE = np.timedelta64(1, "h")
SECOND = np.timedelta64(1_000_000, "us")


@dataclass(frozen=True)
class Agreement:
    """lines: ours. labels: theirs in the same span. Differences are of the pairs within an hour."""

    satellite: str
    lines: int
    labels: int
    pairs: int
    worst_s: float
    sized: int
    worst_mm_s: float


def agreements(data: Path) -> list[Agreement]:
    said = json.loads((data / "manoeuvres" / "labels" / "maneuver_detect_0.3.0.json").read_text())
    ids = [row for row in said if row["source"] == "DORIS-IDS"]
    return [agreement(s, data, ids) for s in SATELLITES if any(row["norad_id"] == s.norad_id for row in ids)]


def agreement(satellite: Satellite, data: Path, labels: list[dict[str, object]]) -> Agreement:
    lines = record(satellite, data)
    ours = np.array([line.first_utc for line in lines])
    mine = [row for row in labels if row["norad_id"] == satellite.norad_id]
    theirs = np.array([str(row["epoch"]).removesuffix("+00:00") for row in mine], "datetime64[us]")
    inside = (theirs >= ours.min() - SAME_LINE) & (theirs <= ours.max() + SAME_LINE)
    pairs = match(ours, theirs[inside], SAME_LINE)
    dv_m_s = np.array([np.nan if row["delta_v"] is None else float(str(row["delta_v"])) for row in mine])[inside]
    length = np.array([np.linalg.norm(line.dv_rtn_m_s) for line in lines])
    apart_s = np.abs((ours[pairs[:, 0]] - theirs[inside][pairs[:, 1]]) / SECOND)
    apart_mm_s = 1e3 * np.abs(length[pairs[:, 0]] - dv_m_s[pairs[:, 1]])
    apart_mm_s = apart_mm_s[np.isfinite(apart_mm_s)]
    return Agreement(
        satellite.name, len(lines), int(inside.sum()), len(pairs), float(apart_s.max()), len(apart_mm_s),
        float(apart_mm_s.max()) if len(apart_mm_s) else float("nan"),
    )  # fmt: skip
