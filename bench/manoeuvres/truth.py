"""The operators' own records of burns, read from the files as issued, and the element sets of the same satellites.

International DORIS Service (`*man.txt`): times are TAI, the day of year counts from 1, the burn time is the middle of the burn.
One line may hold several burns. A line without a burn, and one whose burns cancel, is `idle`: neither truth nor, where something
is found beside it, a false alarm. Opposite cross-track burns whole orbits apart (Jason-2) move nothing; an orbit and a half apart
(Jason-1, 2010-2011) they do tilt the plane, by hundredths of a degree, though their vectors sum to zero.
China Meteorological Administration (`*.txt.fy`): start and end, "CST" = UTC+8, nearly all east-west.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import erfa
import numpy as np
import numpy.typing as npt

from hoshimori import formats
from hoshimori.facts import ASSUMED_LATENCY, ElementSets, Floats, Times

CANCELS = 1e-3
"""Burns of one line whose vector sum is below this share of their lengths cancel: the records write 0.01 mm/s on burns of m/s."""
ONE_MANOEUVRE = np.timedelta64(1, "D")
"""Burns closer than this are one manoeuvre to whoever sees one element set a day."""
MODERN = np.datetime64("2013-01-01T00:00:00", "us")
"""From here on the published fits follow a burn within a day; before, they smear it over several."""
NOT_RECORDED = (float("nan"),) * 3
KINDS = {"GEO-EW-STATION-KEEPING": "east-west", "GEO-NS-STATION-KEEPING": "north-south", "GEO-ATTITUDE-CONTROL": "attitude"}


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
class Line:
    """One line of a record. `first_utc`: middle of its first burn; `kind`: burn, idle, or a value of `KINDS`."""

    t_utc: np.datetime64
    first_utc: np.datetime64
    dv_rtn_m_s: Floats
    kind: str


@dataclass(frozen=True)
class Truth:
    """Manoeuvres of one satellite in order of time.

    t_utc: (m,); dv_rtn_m_s: (m, 3) vector sum, NaN where not recorded; parts: (m,) lines merged into each; kind: (m,).
    idle_utc: lines that name no change of velocity. Nothing is known outside [start_utc, stop_utc], where the element sets
    and the record (from its first line to its last) overlap.
    """

    t_utc: Times
    dv_rtn_m_s: Floats
    parts: npt.NDArray[np.int64]
    kind: npt.NDArray[np.str_]
    idle_utc: Times
    start_utc: np.datetime64
    stop_utc: np.datetime64

    def __len__(self) -> int:
        return len(self.t_utc)


@dataclass(frozen=True)
class History:
    """One satellite: its element sets, sorted, and what its operator says it did."""

    satellite: Satellite
    sets: ElementSets
    truth: Truth


def histories(data: Path, *, cancels: float = CANCELS) -> list[History]:
    """All ten satellites; the truth inside the span of the element sets."""
    read = [(satellite, element_sets(satellite, data)) for satellite in SATELLITES]
    return [History(s, e, truth(s, data, e.epoch_utc[0], e.epoch_utc[-1], cancels=cancels)) for s, e in read]


def element_sets(satellite: Satellite, data: Path) -> ElementSets:
    """The whole history, sorted by epoch, the last issued of every epoch; taken as known `ASSUMED_LATENCY` after its epoch."""
    path = data / "manoeuvres" / satellite.elements
    sets = ElementSets.concat([p.element_sets for p in formats.read(path.read_bytes(), path.name)])
    sets = sets.take(np.argsort(sets.epoch_utc, kind="stable"))
    sets = sets.take(np.append(np.diff(sets.epoch_utc) > np.timedelta64(0, "us"), True))
    return sets.having(known_utc=sets.epoch_utc + ASSUMED_LATENCY)


def record(satellite: Satellite, data: Path, *, cancels: float = CANCELS) -> list[Line]:
    """Every line of the operator's record, in order of time."""
    text = (data / "manoeuvres" / satellite.record).read_text()
    lines = [line for line in text.splitlines() if line.strip()]
    read = [_fengyun(line) if satellite.record.endswith(".fy") else _doris(line, cancels) for line in lines]
    return sorted(read, key=lambda line: line.t_utc)


def truth(satellite: Satellite, data: Path, first: np.datetime64, last: np.datetime64, *, cancels: float = CANCELS) -> Truth:
    """The manoeuvres between two moments, lines within `ONE_MANOEUVRE` of the next merged into one."""
    lines = record(satellite, data, cancels=cancels)
    groups = [g for g in _groups(line for line in lines if line.kind != "idle") if first <= _when(g) <= last]
    idle = np.array([line.t_utc for line in lines if line.kind == "idle"], "datetime64[us]")
    return Truth(
        np.array([_when(g) for g in groups], "datetime64[us]"),
        np.array([np.sum([line.dv_rtn_m_s for line in g], axis=0) for g in groups]).reshape(-1, 3),
        np.array([len(g) for g in groups], np.int64),
        np.array([g[0].kind for g in groups], np.str_),
        idle[(idle >= first) & (idle <= last)],
        max(first, lines[0].t_utc),
        min(last, lines[-1].t_utc),
    )


def _groups(lines: Iterable[Line]) -> list[list[Line]]:
    groups: list[list[Line]] = []
    for line in lines:
        if groups and line.t_utc - groups[-1][-1].t_utc < ONE_MANOEUVRE:
            groups[-1].append(line)
        else:
            groups.append([line])
    return groups


def _when(group: list[Line]) -> np.datetime64:
    return mean_time([line.t_utc for line in group], [line.dv_rtn_m_s for line in group])


def mean_time(times: list[np.datetime64], dv_m_s: list[Floats]) -> np.datetime64:
    """The mean, weighted by the size of the burns; burns of which none is recorded, or none has a size, weigh the same."""
    size = np.array([np.linalg.norm(np.nan_to_num(dv, nan=1.0)) for dv in dv_m_s])
    offset = np.array([(t - times[0]) / np.timedelta64(1, "us") for t in times])
    weight = size / size.sum() if size.sum() > 0 else np.full(len(size), 1 / len(size))
    return times[0] + np.timedelta64(round(float(offset @ weight)), "us")


def _doris(line: str, cancels: float) -> Line:
    """One manoeuvre, at the mean time of its burns; at the middle of the line where it lists none."""
    words = line.split()
    start, end = _day_of_year(words[1:5]), _day_of_year(words[5:9])
    middle = _utc(start + (end - start) / 2)
    if len(words) == 9:
        return Line(middle, middle, np.array(NOT_RECORDED), "burn")
    count = 10 if words[9].isdigit() else 11
    fields = words[count + 1 :]
    burns = [_burn(fields[15 * k : 15 * k + 15]) for k in range(int(words[count]))]
    if not burns:
        return Line(middle, middle, np.zeros(3), "idle")
    times, dv = [t for t, _ in burns], [v for _, v in burns]
    total, lengths = np.sum(dv, axis=0), np.linalg.norm(dv, axis=1).sum()
    kind = "burn" if np.linalg.norm(total) > cancels * lengths else "idle"
    return Line(mean_time(times, dv), times[0], total, kind)


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


def _fengyun(line: str) -> Line:
    start, end = (np.datetime64(part.removesuffix(" CST").replace("/", "-"), "us") for part in line.split('"')[1::2])
    middle = start + (end - start) / 2 - np.timedelta64(8, "h")
    return Line(middle, middle, np.array(NOT_RECORDED), KINDS[line.split()[0]])
