"""How much of each bound of `sky.sieve` real orbits use: python design/catalogue_screening_bounds.py FILE [--seconds 33]

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
from hoshimori.sky import orbits

Floats = npt.NDArray[np.float64]


def states(sats: orbits.Satellites, t_utc: np.datetime64) -> tuple[Floats, Floats]:
    """Positions and velocities as the sieve has them: those of "rough" sets from positions half a second before and after."""
    half = np.timedelta64(500_000, "us")
    found = orbits.states(sats, np.array([t_utc - half, t_utc, t_utc + half]))
    rough = np.array([kernel._rough(s) for s in sats.table])
    differences = found.r_km[:, :, 2] - found.r_km[:, :, 0]
    return found.r_km[:, :, 1], np.where(rough[:, None], differences, found.v_km_s[:, :, 1])


def straight(r: Floats, v: Floats, r2: Floats, v2: Floats, pairs: npt.NDArray[np.int64], t_s: float) -> Floats:
    """Share of SLACK t + BENDING d t^2 by which the relative path of each pair leaves its straight line."""
    a, b = pairs.T
    d, w = r[b] - r[a], v[b] - v[a]
    off = np.linalg.norm((r2[b] - r2[a]) - (d + w * t_s), axis=1)
    far = np.maximum(np.linalg.norm(d, axis=1), np.linalg.norm(r2[b] - r2[a], axis=1))
    return np.asarray(off / (kernel.ROUNDING_KM + kernel.SLACK_KM_S * abs(t_s) + kernel.BENDING_S2 * far * t_s * t_s))


def climbing(r: Floats, v: Floats, r2: Floats, t_s: float) -> Floats:
    """Share of the allowed change of the distance from the Earth's centre."""
    radius = np.linalg.norm(r, axis=1)
    rising = (r * v).sum(axis=1) / radius
    bend = np.abs(((v * v).sum(axis=1) - rising**2) / radius - 398600.8 / radius**2) + 3e-5
    allowed = kernel.ROUNDING_KM + (np.abs(rising) + kernel.SLACK_KM_S) * abs(t_s) + 0.5 * bend * t_s * t_s
    return np.asarray(np.abs(np.linalg.norm(r2, axis=1) - radius) / allowed)


def faster(v: Floats, v2: Floats, t_s: float) -> Floats:
    """Share of the allowed change of the speed."""
    change = np.abs(np.linalg.norm(v2, axis=1) - np.linalg.norm(v, axis=1))
    return np.asarray(change / (kernel.FASTEST_PULL_KM_S2 * abs(t_s)))


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("file", type=Path)
    ask.add_argument("--seconds", type=float, nargs="+", default=[5.9, 11.3, 17.0, 33.0], help="half steps with their pads")
    given = ask.parse_args()
    s = ElementSets.concat([p.element_sets for p in read(given.file.read_bytes(), given.file.name)])
    angles = (s.inc_deg, s.raan_deg, s.argp_deg, s.ma_deg)
    sats = orbits.prepare(s.epoch_utc, s.mean_motion_rev_day, s.eccentricity, *angles, s.bstar_per_er)
    start = np.sort(s.epoch_utc)[len(s) // 2]
    print(f"{len(s):,} sets, {start}; largest share of each bound over 48 grid times in a day and a half")
    print(f"{'seconds':>8}{'pairs':>12}{'straight':>10}{'climb':>8}{'speed':>8}")
    for t_s in given.seconds:
        most, count = np.zeros(3), 0
        for k in range(48):
            t_utc = start + np.timedelta64(30 * k, "m")
            r, v = states(sats, t_utc)
            well = np.flatnonzero(np.linalg.norm(v, axis=1) < kernel.FASTEST_KM_S)
            r, v = r[well], v[well]
            pairs = cKDTree(r).query_pairs(5.0 + 16.0 * t_s, output_type="ndarray")
            count += len(pairs)
            for side in (-1.0, 1.0):
                r2, v2 = (x[well] for x in states(sats, t_utc + np.timedelta64(round(side * t_s * 1e6), "us")))
                shares = (straight(r, v, r2, v2, pairs, side * t_s), climbing(r, v, r2, side * t_s), faster(v, v2, side * t_s))
                most = np.maximum(most, [np.nanmax(x) for x in shares])
        print(f"{t_s:>8.1f}{count:>12,}{most[0]:>10.3f}{most[1]:>8.3f}{most[2]:>8.3f}")


if __name__ == "__main__":
    main()
