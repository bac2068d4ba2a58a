"""Consolidated prediction files of the International Laser Ranging Service (CPF, versions 1 and 2) into ephemerides.

Positions in metres on the turning Earth (ITRF), at UTC given as day and second; who made them and when stands in H1, of whom they
are in H2. Reference: Ricklefs, "Consolidated Laser Ranging Prediction Format", versions 1.01 and 2.00, ILRS. Refused: rows for
light on its way (direction flag not 0), rows beyond a leap second, files that break off. Of the rest only records 10 are read.

The format gives no velocity that stations fill in: it is the slope of the polynomial through the ten nearest positions, below
1 cm/s for steps of four minutes in LEO, ten times worse in the first and last two steps.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import numpy as np

from hoshimori.facts import NOT_A_TIME, DataMode, Ephemeris, Floats, Ints, KnownBasis, Times
from hoshimori.formats.complaints import Complaints
from hoshimori.formats.rows import Found

FRAMES = {0: "ITRF", 1: "TOD", 2: "EME2000"}
POINTS = 10
DAY_US = 86_400_000_000
MJD_1970 = 40587
_HEAD = re.compile(r"H1\s+CPF\s", re.IGNORECASE)


def looks_like_cpf(head: str) -> bool:
    """The first record says so."""
    return _HEAD.match(head) is not None


@dataclass
class _File:
    """What was met: the words of the headers, and the rows with their lines."""

    h1: list[str] = field(default_factory=list)
    h2: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    ended: bool = False


class _Refused(Exception):
    """This file cannot be used: field, value, what was expected, line."""


def read_cpf(text: str, complaints: Complaints, *, data_mode: DataMode) -> Found:
    """The ephemeris of one file, or none and why."""
    met = _sorted(text)
    try:
        return Found(ephemerides=(_ephemeris(met, data_mode),), records=1)
    except _Refused as reason:
        name, value, expected, line = reason.args
        complaints.add(name, value, expected, line=line, record=1)
        return Found(records=1)


def _sorted(text: str) -> _File:
    met = _File()
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split()
        kind = words[0].upper() if words else ""
        if kind == "H1" and not met.h1:
            met.h1 = words
        elif kind == "H2" and not met.h2:
            met.h2 = words
        elif kind == "10":
            met.rows.append(words)
            met.lines.append(number)
        elif kind == "99":
            met.ended = True
            break
    return met


def _ephemeris(met: _File, data_mode: DataMode) -> Ephemeris:
    if not met.ended:
        raise _Refused("99", "", "record 99 at the end; the file breaks off", None)
    if len(met.h1) < 9 or len(met.h2) < 20 or met.h1[2] not in ("1", "2"):
        raise _Refused("H1", " ".join(met.h1 + met.h2), "headers H1 and H2 of CPF version 1 or 2", 1)
    numbers = [_whole(word, "H2", 2) for word in met.h2[1:20]]
    if numbers[18] not in FRAMES:
        raise _Refused("H2", met.h2[19], "reference frame 0 (turning with the Earth), 1 (true of date) or 2 (J2000)", 2)
    t_utc, r_km = _positions(met)
    name = " ".join(met.h1[10 if met.h1[2] == "2" else 9 :][:1])
    known = _produced(met.h1[4:8])
    return Ephemeris(
        norad_id=numbers[2] if numbers[2] > 0 else None,
        cospar_id=_designator(met.h2[1]),
        name=name,
        frame=FRAMES[numbers[18]],
        center="EARTH",
        t_utc=t_utc,
        r_km=r_km,
        v_km_s=_slopes(t_utc, r_km),
        usable_start_utc=t_utc[0],
        usable_stop_utc=t_utc[-1],
        interpolation="LAGRANGE",
        interpolation_degree=min(POINTS, len(t_utc)) - 1,
        originator=met.h1[3],
        known_utc=known,
        known_basis=KnownBasis.ASSUMED if np.isnat(known) else KnownBasis.DECLARED,
        data_mode=data_mode,
    )


def _positions(met: _File) -> tuple[Times, Floats]:
    t_us, r_m = np.empty(len(met.rows), np.int64), np.empty((len(met.rows), 3))
    for k, (words, line) in enumerate(zip(met.rows, met.lines, strict=True)):
        if len(words) < 8:
            raise _Refused("10", " ".join(words), "direction, day, second, leap second, and three coordinates", line)
        if words[1] != "0" or words[4] != "0":
            raise _Refused("10", " ".join(words), "direction flag 0 (at one instant) and leap second flag 0", line)
        try:
            seconds, r_m[k] = float(words[3]), [float(word) for word in words[5:8]]
        except ValueError:
            raise _Refused("10", " ".join(words), "numbers", line) from None
        if not (0.0 <= seconds < 86401.0 and np.isfinite(r_m[k]).all()):
            raise _Refused("10", " ".join(words), "a second of the day and finite coordinates", line)
        t_us[k] = (_whole(words[2], "10", line) - MJD_1970) * DAY_US + round(seconds * 1e6)
    if len(met.rows) < 2 or np.any(np.diff(t_us) <= 0):
        raise _Refused("10", f"{len(met.rows)} rows", "two rows or more, at times that rise", None)
    return t_us.astype("datetime64[us]"), r_m / 1e3


def _slopes(t_utc: Times, r_km: Floats) -> Floats:
    """(m, 3) km/s: at each time the slope of the polynomial through the nearest positions."""
    t_s = (t_utc - t_utc[0]) / np.timedelta64(1, "s")
    m, count = len(t_s), min(POINTS, len(t_s))
    first = np.clip(np.arange(m) - count // 2, 0, m - count)
    near: Ints = first[:, None] + np.arange(count)
    x = t_s[near] - t_s[:, None]
    own = np.arange(m) - first
    slope = np.zeros((m, 3))
    for j in range(count):
        mine = own == j
        weight = np.zeros((m, 1))
        gap = x[:, j]
        others = [i for i in range(count) if i != j]
        # at a node: the weight of another node j is prod(x_i, i not j, own) / prod(x_j - x_i); its own is -sum of 1 / x_i
        below = np.prod([gap - x[:, i] for i in others], axis=0)
        above = np.prod([np.where(own == i, 1.0, -x[:, i]) for i in others], axis=0)
        weight[:, 0] = above / below
        if mine.any():
            weight[mine, 0] = -np.sum([1.0 / x[mine][:, i] for i in others], axis=0)
        slope += weight * r_km[near[:, j]]
    return slope


def _whole(word: str, name: str, line: int | None) -> int:
    if not re.fullmatch(r"[+-]?\d{1,9}", word):
        raise _Refused(name, word, "a whole number", line)
    return int(word)


def _produced(words: list[str]) -> np.datetime64:
    """Year, month, day, hour of H1."""
    try:
        year, month, day, hour = (int(word) for word in words)
        return np.datetime64(f"{year:04d}-{month:02d}-{day:02d}T{hour:02d}:00:00", "us")
    except ValueError:
        return NOT_A_TIME


def _designator(text: str) -> str:
    """1600201 is 2016-002A: year, launch, and the piece as a number."""
    if not re.fullmatch(r"\d{7}", text) or not 1 <= int(text[5:]) <= 26:
        return ""
    year = int(text[:2])
    return f"{1900 + year if year >= 57 else 2000 + year}-{text[2:5]}{chr(64 + int(text[5:]))}"
