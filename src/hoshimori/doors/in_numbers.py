"""What a picture shows, in numbers, for whoever cannot see it: lowest and highest of each day, month or year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from hoshimori.doors.drawing import Line
from hoshimori.doors.timeline import Timeline
from hoshimori.facts import Times

MOST_ROWS = 120


def in_rows(lines: Sequence[Line], digits: Sequence[int]) -> dict[str, Any]:
    """For each UTC day (month or year of a long time) and series the lowest and highest value, "" where nothing is known."""
    times = np.concatenate([line.t_utc for line in lines])
    unit = next((u for u in "DM" if len(np.unique(times.astype(f"datetime64[{u}]"))) <= MOST_ROWS), "Y")
    spells = np.unique(times.astype(f"datetime64[{unit}]"))
    columns = [_column(line, spells, unit, n) for line, n in zip(lines, digits, strict=True)]
    rows = [(str(t), list(cells)) for t, cells in zip(spells, zip(*columns, strict=True), strict=True)]
    return {"names": [line.name for line in lines], "rows": rows}


def _column(line: Line, spells: Times, unit: str, digits: int) -> list[str]:
    known = np.isfinite(line.y)
    y, of = line.y[known], line.t_utc[known].astype(f"datetime64[{unit}]")
    parts = [y[of == t] for t in spells]
    return [f"{p.min():.{digits}f} – {p.max():.{digits}f}" if len(p) else "" for p in parts]


def of_timeline(line: Timeline, w: Mapping[str, str]) -> dict[str, Any]:
    """The panels of a timeline in at most about `MOST_ROWS` rows."""
    digits = [int(np.clip(2.0 - np.floor(np.log10(p.high - p.low)), 0, 8)) for p in line.panels]
    lines = [Line(w[p.key], p.t_utc, p.y) for p in line.panels]
    return in_rows(lines, digits)
