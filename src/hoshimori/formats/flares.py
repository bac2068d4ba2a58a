"""Solar flares as a table: GOES class, start, peak and end, each time with its zone.

Columns: class (A, B, C, M or X and a number, as NOAA writes it: M5.2), start, peak, stop (or end). The class is the peak flux of
soft X-rays, 0.1-0.8 nm: M1 is 1e-5 W/m2, X1 ten times that (NOAA Space Weather Prediction Center).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from hoshimori.errors import FormatError, Problem
from hoshimori.findings import iso
from hoshimori.formats.table_rows import Row, table_rows

FLUX_W_M2 = {"A": 1e-8, "B": 1e-7, "C": 1e-6, "M": 1e-5, "X": 1e-4}
CLASS_EXPECTED = "a GOES class: A, B, C, M or X and a number, such as M5.2"
_CLASS = re.compile(r"([ABCMX])\s*(\d+(?:\.\d+)?)")


@dataclass(frozen=True, slots=True)
class Flare:
    """One flare. flux_w_m2: at the peak, from the class."""

    goes_class: str
    flux_w_m2: float
    start_utc: np.datetime64
    peak_utc: np.datetime64
    stop_utc: np.datetime64

    def to_json(self) -> dict[str, Any]:
        return {
            "class": self.goes_class,
            "flux_w_m2": self.flux_w_m2,
            "start": iso(self.start_utc),
            "peak": iso(self.peak_utc),
            "stop": iso(self.stop_utc),
        }


def read_flares(content: bytes, file: str) -> tuple[tuple[Flare, ...], tuple[Problem, ...]]:
    """The flares of a file by start, and what was wrong with it. An empty table is an answer: there were none.

    FormatError where there are rows and none can be read.
    """
    found: list[Flare] = []
    problems: list[Problem] = []
    records = 0
    for complaints, rows in table_rows(content, file, ("class", "start", "peak")):
        records += len(rows)
        found += [f for f in (_flare(row) for row in rows) if f is not None]
        problems += complaints.problems()
    refused = [p for p in problems if p.refused]
    if not found and (records or refused):
        raise FormatError(f"{file}: no flare could be read: {refused[0] if refused else 'nothing in it'}", problems)
    return tuple(sorted(found, key=lambda f: f.start_utc)), tuple(problems)


def _flare(row: Row) -> Flare | None:
    match = _CLASS.fullmatch(row.text("class").upper())
    if match is None:
        row.refuse("class", CLASS_EXPECTED)
    start, peak = row.moment("start"), row.moment("peak")
    ends = next((n for n in ("stop", "end") if row.text(n)), None)
    stop = row.moment(ends) if ends else peak
    if row.refused or match is None:
        return None
    if not start <= peak <= stop:
        row.refuse("peak", "start, peak and stop in this order")
        return None
    return Flare(f"{match[1]}{float(match[2]):g}", FLUX_W_M2[match[1]] * float(match[2]), start, peak, stop)
