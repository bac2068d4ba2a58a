"""Runs inside the peer's own environment: element sets in as JSON, what PyPI maneuver-detect (classical) says out as JSON.

    {"thresholds": [6.0], "histories": {"36508": {"epoch": [...], "mean_motion": [...], ...}}}  ->  {"36508": {"6.0": [...]}}

Nothing of hoshimori is imported here. The sets pass through the package's own cleaning; the detector has its default settings,
but for the threshold where one other than its default is asked for.
"""

from __future__ import annotations

import json
import logging
import math
import sys
from datetime import UTC, datetime
from typing import Any

from maneuver_detect.data.elset import Elset  # type: ignore[import-not-found]
from maneuver_detect.data.history import build_series  # type: ignore[import-not-found]
from maneuver_detect.detectors.classical import ClassicalDetector  # type: ignore[import-not-found]


def elsets(norad_id: int, columns: dict[str, list[Any]]) -> list[Any]:
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    named = {"norad_id": norad_id, "classification": "U", "object_id": ""}
    return [Elset(**named, **row | {"epoch": datetime.fromisoformat(row["epoch"]).replace(tzinfo=UTC)}) for row in rows]


def said(series: Any, threshold: float) -> list[dict[str, Any]]:
    frame = ClassicalDetector(threshold=threshold).detect(series)
    return [
        {
            "t_utc": row.epoch.tz_localize(None).isoformat(),
            "confidence": row.confidence,
            "type": str(row.type),
            "dv_m_s": None if math.isnan(row.delta_v_estimate) else row.delta_v_estimate,
        }
        for row in frame.itertuples()
    ]


def main() -> None:
    logging.disable(logging.WARNING)
    asked = json.load(sys.stdin)
    answer = {}
    for norad_id, columns in asked["histories"].items():
        series = build_series(elsets(int(norad_id), columns))
        answer[norad_id] = {str(threshold): said(series, threshold) for threshold in asked["thresholds"]}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
