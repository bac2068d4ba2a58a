"""Measured differences of arrival through two satellites, as a table: one row a measurement, every time with its zone.

Columns (docs/interference.md): time (arrival at station a), satellite_a, satellite_b (catalogue numbers), tdoa_s, tdoa_sigma_s,
fdoa_hz, fdoa_sigma_hz (either pair may be blank), uplink_hz, downlink_a_hz, downlink_b_hz, station_a_lat_deg,
station_a_lon_deg_e, station_a_height_m, the same of station_b (blank: station a), and reference_lat_deg, reference_lon_deg_e,
reference_height_m of an emitter whose place is known (blank: the one that is sought).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hoshimori.errors import FormatError, Problem
from hoshimori.facts import Floats
from hoshimori.formats.designators import norad_from_text
from hoshimori.formats.orbits import NORAD_EXPECTED
from hoshimori.formats.table_rows import Row, table_rows
from hoshimori.sky import frames

NEEDED = (
    "time", "satellite_a", "satellite_b", "uplink_hz", "downlink_a_hz", "downlink_b_hz", "station_a_lat_deg",
    "station_a_lon_deg_e",
)  # fmt: skip
HERTZ = "hertz, 1e6 to 1e12 (a number such as 14.25 is not in hertz)"


@dataclass(frozen=True, slots=True)
class Arrival:
    """One measurement; see sky/bent_pipe.Arrivals. Places (3,) Earth-fixed in km; of the emitter NaN where it is sought."""

    t_utc: np.datetime64
    satellite_a: int
    satellite_b: int
    tdoa_s: float
    tdoa_sigma_s: float
    fdoa_hz: float
    fdoa_sigma_hz: float
    uplink_hz: float
    downlink_a_hz: float
    downlink_b_hz: float
    station_a_itrs_km: Floats
    station_b_itrs_km: Floats
    emitter_itrs_km: Floats


def read_arrivals(content: bytes, file: str) -> tuple[tuple[Arrival, ...], tuple[Problem, ...]]:
    """The measurements of a file by time, and what was wrong with it. FormatError where none can be read."""
    found: list[Arrival] = []
    problems: list[Problem] = []
    for complaints, rows in table_rows(content, file, NEEDED):
        found += [a for a in (_arrival(row) for row in rows) if a is not None]
        problems += complaints.problems()
    if not found:
        raise FormatError(f"{file}: no measurement could be read{f': {problems[0]}' if problems else ''}", problems)
    return tuple(sorted(found, key=lambda a: a.t_utc)), tuple(problems)


def _arrival(row: Row) -> Arrival | None:
    t = row.moment("time")
    one, two = (norad_from_text(row.text(f"satellite_{k}")) for k in "ab")
    for key, number in (("satellite_a", one), ("satellite_b", two)):
        if number is None:
            row.refuse(key, NORAD_EXPECTED)
    if one is not None and one == two:
        row.refuse("satellite_b", "another satellite than satellite_a")
    tdoa = _pair(row, "tdoa_s", "tdoa_sigma_s", "seconds, -1 to 1 (microseconds are 1e-6), or blank", 1.0)
    fdoa = _pair(row, "fdoa_hz", "fdoa_sigma_hz", "hertz, -1e7 to 1e7, or blank", 1e7)
    if np.isnan([tdoa[0], fdoa[0]]).all() and not row.refused:
        row.refuse("tdoa_s", "a difference of time or of frequency: both are blank")
    hertz = [row.number(f"{k}_hz", HERTZ, 1e6, 1e12, blank=False) for k in ("uplink", "downlink_a", "downlink_b")]
    first, second, emitter = (_place(row, name) for name in ("station_a", "station_b", "reference"))
    if row.refused or one is None or two is None:
        return None
    if np.isnan(first).any():
        row.refuse("station_a_lat_deg", "where station a stands")
        return None
    second = first if np.isnan(second).any() else second
    return Arrival(t, one, two, *tdoa, *fdoa, hertz[0], hertz[1], hertz[2], first, second, emitter)


def _pair(row: Row, name: str, sigma_name: str, expected: str, most: float) -> tuple[float, float]:
    value = row.number(name, expected, -most, most)
    sigma = row.number(sigma_name, "one sigma, above 0, in the same unit", 1e-15, most)
    if np.isnan(value) != np.isnan(sigma) and not row.refused:
        row.refuse(sigma_name, f"a sigma beside every {name}, and none without it")
    return value, sigma


def _place(row: Row, name: str) -> Floats:
    lat = row.number(f"{name}_lat_deg", "degrees north, -90 to 90", -90.0, 90.0)
    lon = row.number(f"{name}_lon_deg_e", "degrees east, -180 to 360", -180.0, 360.0)
    height = row.number(f"{name}_height_m", "metres above the ellipsoid, -1000 to 9000, or blank", -1000.0, 9000.0)
    if np.isnan(lat) != np.isnan(lon) and not row.refused:
        row.refuse(f"{name}_lat_deg", "latitude and longitude together, or neither")
    if np.isnan(lat) or np.isnan(lon):
        return np.full(3, np.nan)
    return frames.from_geodetic(np.radians(lon), np.radians(lat), np.nan_to_num(height) / 1000.0)
