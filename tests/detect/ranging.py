"""Real laser ranging of LAGEOS-2 in February 2016, read here for tests: who ranged when, and how far it was."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np

from hoshimori.facts import ElementSets, Floats, Times

KM_PER_LIGHT_SECOND = 299_792.458
CODES = {"YARL": "7090", "SISL": "7838", "HA4T": "7119", "GODL": "7105"}
"""Stations of the file of ranges, by their code there."""


class Ranged(NamedTuple):
    """Station pads (n,), moments (n,) and one-way ranges (n,) km, the air's delay left in (2 to 7 m)."""

    pad: list[str]
    t_utc: Times
    range_km: Floats


def normal_points(data: Path) -> Ranged:
    """95 normal points of five days (CRD 1: h2 station, h4 day, records 11: second of the day and time of flight)."""
    pads, times, ranges = [], [], []
    pad, day, before = "", np.datetime64("2016-02-13", "D"), -1.0
    for line in (data / "tracking/lageos2/lageos2_20160214.npt").read_text().splitlines():
        words = line.lower().split()
        if words[:1] == ["h2"]:
            pad = words[2]
        elif words[:1] == ["h4"]:
            year, month, date = map(int, words[2:5])
            day, before = np.datetime64(f"{year:04d}-{month:02d}-{date:02d}", "D"), -1.0
        elif words[:1] == ["11"]:
            second = float(words[1])
            day += np.timedelta64(int(second < before), "D")
            before = second
            pads.append(pad)
            times.append(day.astype("datetime64[us]") + np.timedelta64(round(second * 1e6), "us"))
            ranges.append(float(words[2]) * KM_PER_LIGHT_SECOND / 2.0)
    return Ranged(pads, np.array(times), np.array(ranges))


def ranges(data: Path) -> Ranged:
    """258 ranges of 14 to 18 February, as Orekit's example gives them: one way, km."""
    rows = [line.split() for line in (data / "tracking/lageos2/Lageos2_test.aer").read_text().splitlines()]
    rows = [r for r in rows if len(r) == 4 and r[1] == "RANGE"]
    return Ranged(
        [CODES[r[2]] for r in rows], np.array([r[0] for r in rows], "datetime64[us]"), np.array([float(r[3]) for r in rows])
    )


def lageos_2(data: Path) -> ElementSets:
    """The public element set of 14 February 2016 that Orekit's example starts from."""
    from hoshimori import formats

    text = (data / "tracking/lageos2/tle_od_test_Lageos2.in").read_text()
    lines = [x.removeprefix("#").strip() for x in text.splitlines() if x.startswith(("#  1 22195U", "#  2 22195 "))]
    f = lines[1].split()
    padded = f"2 22195 {f[2]:>8} {f[3]:>8} {f[4]} {f[5]:>8} {f[6]:>8} {f[7]:>17}"
    parsed = formats.read(f"{lines[0]}\n{padded}\n".encode(), "lageos2.tle")
    return ElementSets.concat([p.element_sets for p in parsed])
