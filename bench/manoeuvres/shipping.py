"""The weights that are shipped: learnt on every satellite with a record, written so that anyone can learn them again.

    python bench/manoeuvres/run.py --learn

What the tables score is never these, but weights learnt without the satellite, or without the years, that are scored.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import hoshimori.detect
from bench.manoeuvres.learner import learn
from bench.manoeuvres.truth import History

WEIGHTS = Path(hoshimori.detect.__file__).with_name("weights.json")
DIGITS = 6


def shipped_text(satellites: Sequence[History]) -> str:
    """The content of weights.json: keys sorted, numbers rounded."""
    return json.dumps(_rounded(learn(satellites, learnt_on(satellites)).to_json()), indent=1, sort_keys=True) + "\n"


def learnt_on(satellites: Sequence[History]) -> str:
    first = min(h.truth.start_utc for h in satellites).astype("datetime64[Y]")
    last = max(h.truth.stop_utc for h in satellites).astype("datetime64[Y]")
    made = sum(len(h.truth) for h in satellites)
    names = ", ".join(h.satellite.name for h in satellites)
    return f"{made} manoeuvres in operators' records of {len(satellites)} satellites, {first}-{last} ({names}); bench/manoeuvres"


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, DIGITS)
    if isinstance(value, dict):
        return {k: _rounded(v) for k, v in value.items()}
    return [_rounded(v) for v in value] if isinstance(value, list | tuple) else value
