"""PyPI maneuver-detect 0.3.0, its classical detector with default settings, on the same element sets, in its own environment.

It needs PyTorch and is no dependency of ours. Two commands make the environment:

    python -m venv peer
    peer/bin/pip install maneuver-detect==0.3.0

and `--peer-python peer/bin/python`, or HOSHIMORI_PEER_PYTHON, names its interpreter. Its confidence is s / (s + threshold), from
0.5 up, scored as the probability that it says it is. It says a length of delta-v and its main direction, no sign, and no sigma.
For the sweep of thresholds it is run again with a lower one.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bench.manoeuvres.matching import Found, found
from bench.manoeuvres.sockets import Answer
from bench.manoeuvres.truth import History
from hoshimori.facts import ElementSets

DEFAULT, LOW = 6.0, 2.0
AXIS = {"radial": 0, "in-track": 1, "cross-track": 2}
FIELDS = {
    "mean_motion": "mean_motion_rev_day",
    "eccentricity": "eccentricity",
    "inclination": "inc_deg",
    "raan": "raan_deg",
    "arg_perigee": "argp_deg",
    "mean_anomaly": "ma_deg",
    "bstar": "bstar_per_er",
    "mean_motion_dot": "ndot_rev_day2",
    "mean_motion_ddot": "nddot_rev_day3",
    "element_set_no": "element_set_no",
    "rev_at_epoch": "rev_at_epoch",
}


class ManeuverDetect:
    name = "maneuver-detect 0.3.0"

    def __init__(self, python: Path) -> None:
        self.python = python

    def answers(self, histories: Sequence[History]) -> dict[int, Answer]:
        asked = {
            "thresholds": [DEFAULT, LOW],
            "histories": {str(h.satellite.norad_id): _columns(h.sets) for h in histories},
        }
        side = Path(__file__).with_name("peer_side.py")
        done = subprocess.run([str(self.python), str(side)], input=json.dumps(asked), capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"{self.python} {side} failed: is maneuver-detect 0.3.0 installed there?\n{done.stderr[-2000:]}")
        said = json.loads(done.stdout)
        return {int(n): Answer(_found(by[str(DEFAULT)], True), _found(by[str(LOW)], False)) for n, by in said.items()}


def _columns(sets: ElementSets) -> dict[str, list[Any]]:
    return {"epoch": np.datetime_as_string(sets.epoch_utc, unit="us").tolist()} | {
        theirs: getattr(sets, ours).tolist() for theirs, ours in FIELDS.items()
    }


def _found(rows: Sequence[dict[str, Any]], default: bool) -> Found:
    """`probability` only of the default run: a confidence made with another threshold says nothing of the same kind."""
    dv = np.full((len(rows), 3), np.nan)
    for i, row in enumerate(rows):
        if row["dv_m_s"] is not None:
            dv[i, AXIS[row["type"]]] = row["dv_m_s"]
    confidence = np.array([row["confidence"] for row in rows])
    t_utc = [row["t_utc"] for row in rows]
    return found(t_utc, confidence if default else None, None, dv, score=confidence, signed=False)
