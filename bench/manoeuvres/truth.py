"""The operators' own records of burns, read from the files as issued, and the element sets of the same satellites.

International DORIS Service (`*man.txt`): times are TAI, the day of year counts from 1, the burn time is the middle of the burn.
One line may hold several burns. Lines without a burn, and lines whose burns cancel, moved nothing and are no truth.
China Meteorological Administration (`*.txt.fy`): start and end, "CST" = UTC+8.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import erfa
import numpy as np

from hoshimori import formats
from hoshimori.facts import ElementSets, Floats, Times

NO_NET_M_S = 1e-4
"""Burns of one line whose vector sum is below this moved nothing: pairs of opposite burns for calibration."""
ONE_MANOEUVRE = np.timedelta64(1, "D")
"""Burns closer than this are one manoeuvre to whoever sees one element set a day."""
MODERN = np.datetime64("2013-01-01T00:00:00", "us")
"""From here on the published fits follow a burn within a day; before, they smear it over several."""


@dataclass(frozen=True)
class Satellite:
    name: str
    norad_id: int
    regime: str  # "LEO" or "GEO"
    elements: str
    record: str


SATELLITES = (
    Satellite("TOPEX", 22076, "LEO", "tle/TOPEX.tle", "raw/topman.txt"),
    Satellite("Jason-1", 26997, "LEO", "tle/Jason-1.tle", "raw/ja1man.txt"),
    Satellite("Jason-2", 33105, "LEO", "tle/Jason-2.tle", "raw/ja2man.txt"),
    Satellite("CryoSat-2", 36508, "LEO", "tle/CryoSat-2.tle", "raw/cs2man.txt"),
    Satellite("SARAL", 39086, "LEO", "tle/SARAL.tle", "raw/srlman.txt"),
    Satellite("Jason-3", 41240, "LEO", "tle/Jason-3.tle", "raw/ja3man.txt"),
    Satellite("Sentinel-6A", 46984, "LEO", "tle/Sentinel-6A.tle", "raw/s6aman.txt"),
    Satellite("Fengyun-2D", 29640, "GEO", "tle/Fengyun-2D.tle", "raw/manFY2D.txt.fy"),
    Satellite("Fengyun-2E", 33463, "GEO", "tle/Fengyun-2E.tle", "raw/manFY2E.txt.fy"),
    Satellite("Fengyun-2H", 43491, "GEO", "tle/Fengyun-2H.tle", "raw/manFY2H.txt.fy"),
)


@dataclass(frozen=True)
class Truth:
    """Manoeuvres of one satellite in order of time. t_utc: (m,); dv_rtn_m_s: (m, 3) vector sum, NaN where not recorded."""

    t_utc: Times
    dv_rtn_m_s: Floats
    parts: np.ndarray  # (m,) burns merged into each

    def __len__(self) -> int:
        return len(self.t_utc)


def element_sets(satellite: Satellite, data: Path) -> ElementSets:
    """The whole history, sorted by epoch, the last issued of every epoch."""
    path = data / "manoeuvres" / satellite.elements
    sets = ElementSets.concat([p.element_sets for p in formats.read(path.read_bytes(), path.name)])
    sets = sets.take(np.argsort(sets.epoch_utc, kind="stable"))
    return sets.take(np.append(np.diff(sets.epoch_utc) > np.timedelta64(0, "us"), True))


def truth(satellite: Satellite, data: Path, first: np.datetime64, last: np.datetime64) -> Truth:
    """The manoeuvres between two moments, burns within `ONE_MANOEUVRE` of each other merged."""
    text = (data / "manoeuvres" / satellite.record).read_text()
    read = _fengyun if satellite.record.endswith(".fy") else _doris
    burns = sorted((burn for line in text.splitlines() if line.strip() for burn in read(line)), key=lambda b: b[0])
    burns = [b for b in burns if first <= b[0] <= last]
    groups: list[list[tuple[np.datetime64, Floats]]] = []
    for burn in burns:
        if groups and burn[0] - groups[-1][-1][0] < ONE_MANOEUVRE:
            groups[-1].append(burn)
        else:
            groups.append([burn])
    merged = [_merged(group) for group in groups]
    return Truth(
        np.array([t for t, _ in merged], "datetime64[us]"),
        np.array([dv for _, dv in merged]).reshape(-1, 3),
        np.array([len(group) for group in groups], np.int64),
    )


def _merged(group: list[tuple[np.datetime64, Floats]]) -> tuple[np.datetime64, Floats]:
    """The sum, at the mean time weighted by the size of the burns."""
    size = np.array([np.linalg.norm(np.nan_to_num(dv, nan=1.0)) for _, dv in group])
    offset = np.array([(t - group[0][0]) / np.timedelta64(1, "us") for t, _ in group])
    middle = group[0][0] + np.timedelta64(int((offset * size).sum() / size.sum()), "us")
    return middle, np.sum([dv for _, dv in group], axis=0)


def _doris(line: str) -> list[tuple[np.datetime64, Floats]]:
    """One line: zero or one manoeuvre, at the mean time of its burns."""
    words = line.split()
    start, end = _day_of_year(words[1:5]), _day_of_year(words[5:9])
    if len(words) == 9:
        return [(_utc(start + (end - start) / 2), np.full(3, np.nan))]
    count = 10 if words[9].isdigit() else 11
    fields = words[count + 1 :]
    burns = [_burn(fields[15 * k : 15 * k + 15]) for k in range(int(words[count]))]
    if not burns or np.linalg.norm(np.sum([dv for _, dv in burns], axis=0)) < NO_NET_M_S:
        return []
    return [_merged(burns)]


def _burn(fields: list[str]) -> tuple[np.datetime64, Floats]:
    seconds = float(fields[4])
    t = _day_of_year(fields[:4]) + np.timedelta64(round(seconds * 1e6), "us")
    dv = np.array([float(x) for x in fields[6:9]])
    if not dv.any():
        dv = float(fields[5]) * 1e-6 * np.array([float(x) for x in fields[9:12]])
    return _utc(t), dv


def _day_of_year(words: list[str]) -> np.datetime64:
    year, day, hour, minute = (int(w) for w in words)
    return np.datetime64(f"{year}-01-01T00:00:00", "us") + np.timedelta64(((day - 1) * 24 + hour) * 60 + minute, "m")


def _utc(t_tai: np.datetime64) -> np.datetime64:
    day = t_tai.astype("datetime64[D]").astype(object)
    return t_tai - np.timedelta64(round(erfa.dat(day.year, day.month, day.day, 0.0) * 1e6), "us")


def _fengyun(line: str) -> list[tuple[np.datetime64, Floats]]:
    start, end = (np.datetime64(part.removesuffix(" CST").replace("/", "-"), "us") for part in line.split('"')[1::2])
    return [(start + (end - start) / 2 - np.timedelta64(8, "h"), np.full(3, np.nan))]
