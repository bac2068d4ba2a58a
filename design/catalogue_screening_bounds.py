"""How much of each bound of `sky.sieve` real orbits use: python design/catalogue_screening_bounds.py FILE [--steps 20 80]

FILE: two- or three-line element sets. Pairs that are near each other at some grid time are taken from the sets themselves, and
states some seconds later are held against what the sieve assumes: straight relative paths, distances from the Earth's centre that
change by no more than a climb, speeds that change by no more than gravity allows. Prints the largest share of each bound that is
used; above 1 the bound would be broken.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from hoshimori.facts import ElementSets
from hoshimori.formats import read
from hoshimori.sky import _sieve_kernel as kernel
from hoshimori.sky import orbits, sieve

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

TIMES = 24
MOST_PAIRS = 3_000_000
NEAR_KM = 200.0
"""How near straight lines must pass to be looked at: far beyond any range, to have many."""


def states(sats: orbits.Satellites, t_utc: np.datetime64) -> tuple[Floats, Floats]:
    """Positions and velocities as the sieve has them: those of "rough" sets from positions half a second before and after."""
    half = np.timedelta64(500_000, "us")
    found = orbits.states(sats, np.array([t_utc - half, t_utc, t_utc + half]))
    rough = np.array([kernel._rough(s) for s in sats.table])
    differences = found.r_km[:, :, 2] - found.r_km[:, :, 0]
    return found.r_km[:, :, 1], np.where(rough[:, None], differences, found.v_km_s[:, :, 1])


def straight(
    sats: orbits.Satellites, rows: Ints, r: Floats, v: Floats, pairs: Ints, half_s: float, t_utc: np.datetime64
) -> Floats:
    """Share of the room that is used by pairs whose straight lines are nearest within half_s: how far the relative path has left
    its line by then, against 0.1 km + SLACK t + BENDING d t^2."""
    a, b = pairs.T
    d, w = r[b] - r[a], v[b] - v[a]
    w2 = np.maximum((w * w).sum(axis=1), 1e-12)
    t_s = -(d * w).sum(axis=1) / w2
    mine = np.flatnonzero((np.abs(t_s) <= half_s) & (w2 >= sieve.SLOW_KM_S**2))
    a, b, d, w, t_s = a[mine], b[mine], d[mine], w[mine], t_s[mine]
    line = d + w * t_s[:, None]
    near = np.linalg.norm(line, axis=1) < NEAR_KM
    a, b, d, w, t_s, line = (x[near] for x in (a, b, d, w, t_s, line))
    moment = np.full(len(a), t_utc)
    r1, _, _ = orbits.pairs(sats, rows[a], moment, offset_s=t_s)
    r2, _, _ = orbits.pairs(sats, rows[b], moment, offset_s=t_s)
    off = np.linalg.norm((r2 - r1) - line, axis=1)
    room = kernel.ROUNDING_KM + kernel.SLACK_KM_S * np.abs(t_s) + kernel.BENDING_S2 * np.linalg.norm(d, axis=1) * t_s**2
    return np.asarray(off / room)


def climbing(r: Floats, v: Floats, r2: Floats, t_s: float) -> Floats:
    """Share of the allowed change of the distance from the Earth's centre."""
    radius = np.linalg.norm(r, axis=1)
    rising = (r * v).sum(axis=1) / radius
    turning, pull = ((v * v).sum(axis=1) - rising**2) / radius, 398600.8 / radius**2
    bend, swing = np.abs(turning - pull) + 1e-4, 2.0 * np.abs(rising) * (3.0 * turning + 2.0 * pull) / radius
    t = abs(t_s)
    allowed = kernel.ROUNDING_KM + (np.abs(rising) + kernel.SLACK_KM_S) * t + bend * t**2 / 2.0 + swing * t**3 / 6.0
    return np.asarray(np.abs(np.linalg.norm(r2, axis=1) - radius) / allowed)


def faster(v: Floats, v2: Floats, t_s: float) -> Floats:
    """Share of the allowed change of the speed."""
    change = np.abs(np.linalg.norm(v2, axis=1) - np.linalg.norm(v, axis=1))
    return np.asarray(change / (kernel.FASTEST_PULL_KM_S2 * abs(t_s)))


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("file", type=Path)
    ask.add_argument("--steps", type=float, nargs="+", default=[20.0, 40.0, 80.0, 120.0])
    given = ask.parse_args()
    s = ElementSets.concat([p.element_sets for p in read(given.file.read_bytes(), given.file.name)])
    angles = (s.inc_deg, s.raan_deg, s.argp_deg, s.ma_deg)
    sats = orbits.prepare(s.epoch_utc, s.mean_motion_rev_day, s.eccentricity, *angles, s.bstar_per_er)
    start = np.sort(s.epoch_utc)[len(s) // 2]
    print(f"{len(s):,} sets, {start}; largest share of each bound over {TIMES} grid times in a day and a half")
    print(f"{'step s':>8}{'half s':>8}{'pairs':>12}{'straight':>10}{'climb':>8}{'speed':>8}")
    for step_s in given.steps:
        half_s, most, count = sieve.half_of(step_s), np.zeros(3), 0
        for k in range(TIMES):
            t_utc = start + np.timedelta64(1440 * k // (TIMES * 2 // 3), "m")
            r, v = states(sats, t_utc)
            well = np.flatnonzero(np.linalg.norm(v, axis=1) < kernel.FASTEST_KM_S)
            r, v = r[well], v[well]
            pairs = cKDTree(r).query_pairs(5.0 + 2.0 * sieve.ORDINARY_KM_S * half_s, output_type="ndarray")
            pairs = pairs[:: max(1, len(pairs) // MOST_PAIRS)]
            count += len(pairs)
            most[0] = max(most[0], np.nanmax(straight(sats, well, r, v, pairs, half_s, t_utc), initial=0.0))
            for side in (-half_s, half_s):
                r2, v2 = (x[well] for x in states(sats, t_utc + np.timedelta64(round(side * 1e6), "us")))
                most[1:] = np.maximum(most[1:], [np.nanmax(climbing(r, v, r2, side)), np.nanmax(faster(v, v2, side))])
        print(f"{step_s:>8.0f}{half_s:>8.1f}{count:>12,}{most[0]:>10.3f}{most[1]:>8.3f}{most[2]:>8.3f}")


if __name__ == "__main__":
    main()
