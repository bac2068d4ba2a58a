"""Operators' reports of links that were not as usual: CSV with a header or JSON Lines, one report a row.

The columns are those of `COLUMNS`, documented in docs/interference.md. A row that cannot be believed is refused alone, with its
place and what was expected; the good ones are kept. Nothing is filled in: a time without zone, a value without unit and a
frequency that cannot be in hertz are refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from hoshimori.declared.reports import KINDS, LINKS, UNITS, Report
from hoshimori.errors import FormatError, Problem
from hoshimori.facts import DataMode, KnownBasis
from hoshimori.formats.designators import norad_from_text
from hoshimori.formats.orbits import NORAD_EXPECTED
from hoshimori.formats.table_rows import Row, table_rows

NEEDED = ("asset", "start", "kind", "source", "grade")
COLUMNS = (
    "asset", "start", "stop", "kind", "value", "unit", "sigma", "usual", "link", "frequency_hz", "site", "site_lat_deg",
    "site_lon_deg_e", "site_height_m", "beam_deg", "reporter", "source", "grade", "data_mode", "known", "note",
)  # fmt: skip
GRADE_EXPECTED = "an Admiralty grade: reliability A-F and credibility 1-6, such as B2"
FREQUENCY_EXPECTED = "hertz, 1e6 to 1e12 (a number such as 12.5 is not in hertz), or blank"
LONGEST = np.timedelta64(400, "D")


@dataclass(frozen=True)
class ReportFile:
    """The reports of one file, by start, and everything that was wrong with it."""

    reports: tuple[Report, ...]
    problems: tuple[Problem, ...]
    records: int


def read_reports(content: bytes, file: str, *, data_mode: DataMode = DataMode.REAL) -> ReportFile:
    """Every report that a file holds. FormatError where none could be read.

    data_mode: what the caller knows of the file; a row that calls itself an exercise stays one.
    """
    found: list[Report] = []
    told: set[str] = set()
    problems: list[Problem] = []
    records = 0
    for complaints, rows in table_rows(content, file, NEEDED):
        records += len(rows)
        for row in rows:
            report = _report(row, data_mode)
            if report is not None and str(report.to_json()) in told:
                row.doubt("asset", "each report once; this one repeats another and counts once")
            elif report is not None:
                found.append(report)
                told.add(str(report.to_json()))
        problems += complaints.problems()
    if not found:
        first = f": {problems[0]}" if problems else ""
        raise FormatError(f"{file}: no report could be read{first}", problems)
    return ReportFile(tuple(sorted(found, key=lambda r: (r.start_utc, r.norad_id))), tuple(problems), records)


def _report(row: Row, data_mode: DataMode) -> Report | None:
    number = norad_from_text(row.text("asset"))
    if number is None:
        row.refuse("asset", NORAD_EXPECTED)
    kind = row.word("kind", KINDS)
    start, stop, known, basis = _moments(row)
    value, unit, sigma, usual = _value(row, kind)
    mode = row.word("data_mode", tuple(m.name for m in DataMode), data_mode.name)
    grade = row.needed("grade", GRADE_EXPECTED).upper()
    if grade and not re.fullmatch(r"[A-F][1-6]", grade):
        row.refuse("grade", GRADE_EXPECTED)
    lat = row.number("site_lat_deg", "degrees north, -90 to 90, or blank", -90.0, 90.0)
    lon = row.number("site_lon_deg_e", "degrees east, -180 to 360, or blank", -180.0, 360.0)
    if np.isnan(lat) != np.isnan(lon) and not row.refused:
        row.refuse("site_lat_deg", "latitude and longitude together, or neither")
    made: dict[str, Any] = {
        "value": value, "unit": unit, "sigma": sigma, "usual": usual,
        "link": row.word("link", LINKS, ""),
        "frequency_hz": row.number("frequency_hz", FREQUENCY_EXPECTED, 1e6, 1e12),
        "site": row.text("site"), "site_lat_deg": lat, "site_lon_deg_e": lon - 360.0 if lon > 180.0 else lon,
        "site_height_m": row.number("site_height_m", "metres above the ellipsoid, -1000 to 9000, or blank", -1000.0, 9000.0),
        "beam_deg": row.number("beam_deg", "full width of the beam, degrees, 0.01 to 90, or blank", 0.01, 90.0),
        "reporter": row.text("reporter"), "note": row.text("note"),
    }  # fmt: skip
    source = row.needed("source", "where the report comes from, not blank")
    if row.refused or number is None:
        return None
    return Report(number, start, stop, kind, source, grade, known, basis, data_mode=max(DataMode[mode], data_mode), **made)


def _moments(row: Row) -> tuple[np.datetime64, np.datetime64, np.datetime64, KnownBasis]:
    """Start, stop, when known, and on what ground. Without `known` the end of what is reported is assumed, and marked so."""
    start = row.moment("start")
    stop = row.moment("stop") if row.text("stop") else start
    if not (np.isnat(start) or np.isnat(stop)):
        if stop < start:
            row.refuse("stop", "a time not before the start")
        elif stop - start > LONGEST:
            row.refuse("stop", "a time at most 400 days after the start")
    if not row.text("known"):
        return start, stop, stop, KnownBasis.ASSUMED
    known = row.moment("known")
    if not (np.isnat(start) or np.isnat(known)) and known < start:
        row.refuse("known", "a time not before the start: nobody knew of it earlier")
    return start, stop, known, KnownBasis.DECLARED


def _value(row: Row, kind: str) -> tuple[float, str, float, float]:
    value = row.number("value", "a number, or blank", -1e12, 1e12)
    sigma = row.number("sigma", "one sigma of the value, in its unit, above 0, or blank", 1e-12, 1e12)
    usual = row.number("usual", "what is usual for the value, in its unit, or blank", -1e12, 1e12)
    unit, allowed = row.text("unit"), UNITS.get(kind, ())
    if np.isnan([value, sigma, usual]).all():
        return value, "", sigma, usual
    known = [u for u in allowed if u.lower() == unit.lower().replace("-", "")]
    if not unit or (allowed and not known):
        row.refuse("unit", f"the unit of the value: {' or '.join(allowed)} for {kind}" if allowed else "the unit of the value")
    return value, known[0] if known else unit, sigma, usual
