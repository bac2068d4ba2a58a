"""How well consecutive element sets of one object agree: real satellites between their burns, and the objects of the burning sky.

    python bench/burning_sky/noise.py [FOLDER]    FOLDER: the test data (default: HOSHIMORI_DATA)

Every set is propagated to the epoch of the next one, 0.3 to 2 days later; the miss is taken in RTN of the later set. Real pairs
with a burn of the operator's record between 4 days before the first and 1 day after the second are left out, and only sets from
2013 on are used. Printed: robust one sigma (1.4826 MAD) of the miss R / T / N in metres, of the step in mean semi-major axis (m)
and inclination (udeg), the correlation of T misses with the next pair's (sets share tracks), the share of T misses beyond five
sigma, and the spacing in hours.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # run as a script, the root is not where names are looked for

from bench.manoeuvres.truth import MODERN, SATELLITES, element_sets, truth
from hoshimori.exercise.burning import burning_sky
from hoshimori.facts import Bools, ElementSets, Floats, Times
from hoshimori.sky import orbits, relative

DAY = np.timedelta64(1, "D")
MU_KM3_S2 = 398600.8
HEAD = "object                    pairs  gap h      R m      T m      N m     da m  di udeg  corr T   >5 %"


def quiet(epoch_utc: Times, burns_utc: Times) -> Bools:
    """(n - 1,) pairs of consecutive sets between which, and shortly before and after which, nobody burnt."""
    start, stop = epoch_utc[:-1] - 4 * DAY, epoch_utc[1:] + DAY
    return np.asarray(np.searchsorted(burns_utc, start) == np.searchsorted(burns_utc, stop))


def misses_km(sets: ElementSets) -> Floats:
    """(n - 1, 3) RTN at the later epoch: the earlier set's prediction minus the later set."""
    s = sets
    satellites = orbits.prepare(
        s.epoch_utc, s.mean_motion_rev_day, s.eccentricity, s.inc_deg, s.raan_deg, s.argp_deg, s.ma_deg, s.bstar_per_er
    )
    rows = np.arange(1, len(s))
    r, v, _ = orbits.pairs(satellites, rows, s.epoch_utc[1:])
    predicted, _, _ = orbits.pairs(satellites, rows - 1, s.epoch_utc[1:])
    return relative.to_rtn(predicted - r, r, v)


def line(name: str, sets: ElementSets, burns_utc: Times) -> str:
    gap = np.diff(sets.epoch_utc) / DAY
    keep = quiet(sets.epoch_utc, burns_utc) & (gap > 0.3) & (gap < 2.0)
    off = misses_km(sets)
    a_km = np.cbrt(MU_KM3_S2 / (sets.mean_motion_rev_day * 2 * np.pi / 86400.0) ** 2)
    if not keep.any():
        return f"{name:24s} no quiet pair"
    both = keep[1:] & keep[:-1]
    t = off[:, 1] - np.median(off[keep, 1])
    limit = 4.0 * sigma(t[keep])
    both &= (np.abs(t[1:]) < limit) & (np.abs(t[:-1]) < limit)
    r, along, n = (sigma(off[keep, k]) * 1e3 for k in range(3))
    da, di = sigma(np.diff(a_km)[keep]) * 1e3, sigma(np.diff(sets.inc_deg)[keep]) * 1e6
    corr = float(np.corrcoef(t[:-1][both], t[1:][both])[0, 1])
    tail = 100.0 * float(np.mean(np.abs(t[keep]) > 5.0 * sigma(t[keep])))
    hours = float(np.median(gap)) * 24
    return f"{name:24s} {keep.sum():6d} {hours:6.1f} {r:8.1f} {along:8.1f} {n:8.1f} {da:8.2f} {di:8.1f} {corr:7.2f} {tail:6.2f}"


def sigma(x: Floats) -> float:
    return 1.4826 * float(np.median(np.abs(x - np.median(x))))


def main(data: Path) -> None:
    print(HEAD)
    for satellite in SATELLITES:
        sets = element_sets(satellite, data)
        burns = truth(satellite, data, sets.epoch_utc[0], sets.epoch_utc[-1])
        sets = sets.take(sets.epoch_utc >= MODERN)
        if len(sets):
            print(line(satellite.name, sets, burns.t_utc))
    sky = burning_sky()
    spoilt = {n for nuisance in sky.truth.nuisances for n in nuisance.norad_ids}
    for number, floor in sky.truth.floors.items():
        if number in spoilt:
            continue
        sets = sky.sets.take(sky.sets.norad_id == number)
        burns_utc = np.array([b.t_utc for b in sky.truth.planted if b.norad_id == number], "datetime64[us]")
        promise = f"floor {floor.in_track_m_s() * 1e3:6.1f} mm/s"
        print(line(str(sets.name[0]), sets, burns_utc), promise)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else os.environ["HOSHIMORI_DATA"]))
