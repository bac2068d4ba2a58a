"""Public interference data: what aircraft noticed of satellite navigation, by cell and day, and areas that somebody names.

Two tables. The daily file of gpsjam.org: hex (an H3 cell of resolution 4, kept as text), count_good_aircraft and
count_bad_aircraft; its day is in the file's name, 2026-03-01-h3_4.csv (columns as many independent readers of it have them).
And any table of areas: area, lat_deg, lon_deg_e, radius_km, start, stop, what, source, grade.

Both speak of receivers near the ground or in the air. Neither says anything of a satellite's uplink; of a ground station they
say that its neighbourhood was disturbed, in the band they name and in no other. A cell is a name here: no place is worked out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from hoshimori.errors import FormatError, Problem
from hoshimori.findings import iso
from hoshimori.formats.table_rows import Row, table_rows

LOW, HIGH = 0.02, 0.10
"""Shares of disturbed aircraft at which gpsjam.org changes colour."""
COUNT_EXPECTED = "a count of aircraft, 0 to 1e6"
_DAY = re.compile(r"(\d{4}-\d\d-\d\d)")
_CELL = re.compile(r"[0-9a-f]{15}")


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell on one day. share: (bad - 1) / (good + bad), not below 0, as gpsjam.org has it; NaN without aircraft."""

    cell: str
    day_utc: np.datetime64
    good: int
    bad: int

    @property
    def share(self) -> float:
        seen = self.good + self.bad
        return max(self.bad - 1, 0) / seen if seen else float("nan")


@dataclass(frozen=True, slots=True)
class Area:
    """A circle on the ground in which somebody says something was disturbed."""

    area: str
    lat_deg: float
    lon_deg_e: float
    radius_km: float
    start_utc: np.datetime64
    stop_utc: np.datetime64
    what: str
    source: str
    grade: str

    def to_json(self) -> dict[str, Any]:
        out = {name: getattr(self, name) for name in self.__slots__}
        return {**out, "start_utc": iso(self.start_utc), "stop_utc": iso(self.stop_utc)}


def read_cells(content: bytes, file: str, day_utc: np.datetime64 | None = None) -> tuple[tuple[Cell, ...], tuple[Problem, ...]]:
    """The cells of a daily file. day_utc: where the name does not say it."""
    named = _DAY.search(file.rpartition("/")[2])
    if day_utc is not None:
        day = day_utc.astype("datetime64[D]")
    elif named is not None:
        day = np.datetime64(named[1], "D")
    else:
        raise FormatError(f"{file}: of which day? Expected a name such as 2026-03-01-h3_4.csv: the rows do not say it")
    found: list[Cell] = []
    problems: list[Problem] = []
    for complaints, rows in table_rows(content, file, ("hex", "count_good_aircraft", "count_bad_aircraft")):
        found += [c for c in (_cell(row, day) for row in rows) if c is not None]
        problems += complaints.problems()
    if not found:
        raise FormatError(f"{file}: no cell could be read{f': {problems[0]}' if problems else ''}", problems)
    return tuple(found), tuple(problems)


def _cell(row: Row, day: np.datetime64) -> Cell | None:
    name = row.needed("hex", "an H3 cell, 15 hexadecimal digits").lower()
    if name and not _CELL.fullmatch(name):
        row.refuse("hex", "an H3 cell, 15 hexadecimal digits")
    good, bad = (row.number(f"count_{k}_aircraft", COUNT_EXPECTED, 0.0, 1e6, blank=False) for k in ("good", "bad"))
    return None if row.refused else Cell(name, day, int(good), int(bad))


def read_areas(content: bytes, file: str) -> tuple[tuple[Area, ...], tuple[Problem, ...]]:
    """The areas of a table. FormatError where none can be read."""
    found: list[Area] = []
    problems: list[Problem] = []
    for complaints, rows in table_rows(content, file, ("lat_deg", "lon_deg_e", "radius_km", "start", "stop", "source", "grade")):
        found += [a for a in (_area(row) for row in rows) if a is not None]
        problems += complaints.problems()
    if not found:
        raise FormatError(f"{file}: no area could be read{f': {problems[0]}' if problems else ''}", problems)
    return tuple(found), tuple(problems)


def _area(row: Row) -> Area | None:
    lat = row.number("lat_deg", "degrees north, -90 to 90", -90.0, 90.0, blank=False)
    lon = row.number("lon_deg_e", "degrees east, -180 to 360", -180.0, 360.0, blank=False)
    radius = row.number("radius_km", "km, above 0 and up to 5000", 1e-3, 5e3, blank=False)
    start, stop = row.moment("start"), row.moment("stop")
    source, grade = row.needed("source", "where it comes from, not blank"), row.needed("grade", "an Admiralty grade").upper()
    if grade and not re.fullmatch(r"[A-F][1-6]", grade):
        row.refuse("grade", "an Admiralty grade, such as B2")
    if not row.refused and stop < start:
        row.refuse("stop", "a time not before the start")
    if row.refused:
        return None
    return Area(row.text("area"), lat, lon - 360.0 if lon > 180.0 else lon, radius, start, stop, row.text("what"), source, grade)
