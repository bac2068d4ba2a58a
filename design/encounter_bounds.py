"""The numbers that design/encounter-screening.md rests on, measured on a public catalogue.

    python design/encounter_bounds.py FILE      # three-line element sets, plain or gzip

(1) How far distances go beyond the perigee and apogee of mean elements, from 2 days before to 30 days after the epoch, and whose
go beyond the margin of `screening.shells`; (2) how far SGP4's velocity lies from the rate of its position.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from hoshimori import formats
from hoshimori.facts import ElementSets
from hoshimori.sky import orbits, screening

DAYS = 30.0


def main(path: Path) -> None:
    sets = ElementSets.concat([p.element_sets for p in formats.read(path.read_bytes(), path.name)])
    sats = orbits.prepare(
        sets.epoch_utc, sets.mean_motion_rev_day, sets.eccentricity, sets.inc_deg, sets.raan_deg, sets.argp_deg, sets.ma_deg,
        sets.bstar_per_er,
    )  # fmt: skip
    n, e = sets.mean_motion_rev_day, sets.eccentricity
    a_km = (398600.8 / (n * 2.0 * np.pi / 86400.0) ** 2) ** (1.0 / 3.0)
    below, above, slack = beyond_shell(sats, sets.epoch_utc, a_km * (1 - e), a_km * (1 + e))
    near = n >= screening.NEAR_EARTH_REV_DAY
    kinds = {"near Earth": near, "deep, e < 0.1": ~near & (e < 0.1), "deep, e > 0.1": ~near & (e >= 0.1)}
    for name, mine in kinds.items():
        under, over = below[mine], above[mine]
        print(f"{name}: {mine.sum()} sets")
        print(f"  below perigee, km: 99.9 % {np.nanquantile(under, 0.999):.1f}, all {np.nanmax(under):.1f}", end="; ")
        print(f"share of a: {np.nanmax(under / a_km[mine]):.4f}")
        print(f"  above apogee, km: 99.9 % {np.nanquantile(over, 0.999):.1f}, all {np.nanmax(over):.1f}", end="; ")
        print(f"share of a: {np.nanmax(over / a_km[mine]):.4f}")
        cm_s = slack[mine] * 1e5
        print(f"  velocity less rate of position, cm/s: 99.9 % {np.nanquantile(cm_s, 0.999):.2f}, all {np.nanmax(cm_s):.2f}")
        low, high = screening.shells(n, e, sets.ndot_rev_day2)
        under_all, over_all = mine & (below > a_km * (1 - e) - low), mine & (above > high - a_km * (1 + e))
        print(f"  below the shell: {sets.norad_id[under_all].tolist()}; above it: {sets.norad_id[over_all].tolist()}")
        print(f"  may sink: {(mine & (low == 0.0)).sum()}")


def beyond_shell(sats: orbits.Satellites, epoch: np.ndarray, perigee: np.ndarray, apogee: np.ndarray) -> tuple[np.ndarray, ...]:
    """Largest distance below perigee and above apogee from 2 days before to 30 days after the epoch, and the velocity's error."""
    rng = np.random.default_rng(0)
    below, above, slack = (np.full(len(sats), np.nan) for _ in range(3))
    for k in range(600):
        days = -2.0 + (DAYS + 2.0) * (k + rng.random(len(sats))) / 600
        t = epoch + (days * 86400e6).astype("timedelta64[us]")
        every = np.arange(len(sats))
        r, v, _ = orbits.pairs(sats, every, t)
        distance = np.sqrt((r**2).sum(axis=1))
        below, above = np.fmax(below, perigee - distance), np.fmax(above, distance - apogee)
        if k % 10 == 0:
            around = [orbits.pairs(sats, every, t, offset_s=np.full(len(sats), s))[0] for s in (-2.0, -1.0, 1.0, 2.0)]
            rate = (around[0] - 8.0 * around[1] + 8.0 * around[2] - around[3]) / 12.0
            slack = np.fmax(slack, np.sqrt(((rate - v) ** 2).sum(axis=1)))
    return below, above, slack


if __name__ == "__main__":
    main(Path(sys.argv[1]))
