"""Flux of fragments against counted passages, the sinking of a cloud against a later catalogue, and how fast.

    python bench/hazard/run.py [--data FOLDER] [--case forms counted clouds survival speed ...] [--seeds N]

`forms`: the two closed forms against each other, crossings of known orbits averaged over all planes and perigees. `counted`:
passages that flux expects against those that SGP4 and the sieve count, of invented populations with random planes. `clouds`: the
same for the fragments of four real break-ups and 12 satellites, a week of July 2022. `survival`: who of the Cosmos 1408 fragments
of 11 January 2022 is still up, against the catalogue of 15 July 2022. `speed`: seconds. The last three need FOLDER.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bench.hazard.population import START, random_planes
from hoshimori.detect.close_approaches import close_approaches
from hoshimori.detect.crossing import Settings, crossings
from hoshimori.detect.crossing_future import ballistic_m2_kg, newest, orbits_of, sinking
from hoshimori.detect.crossing_record import LEVELS
from hoshimori.facts import ElementSets
from hoshimori.formats import read
from hoshimori.sky import flux
from hoshimori.sky.atmosphere import steady

CASES = ("forms", "counted", "clouds", "survival", "speed")
WATCHED = (25544, 48274, 20580, 43613, 27424, 25994, 39084, 43013, 37849, 28654, 41866, 29155)
CLOUDS = ("COSMOS 1408 DEB", "FENGYUN 1C DEB", "COSMOS 2251 DEB", "IRIDIUM 33 DEB")
JULY = np.datetime64("2022-07-15T12:00:00", "us")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("HOSHIMORI_DATA", "../shared/data")))
    parser.add_argument("--case", nargs="*", default=CASES, choices=CASES)
    parser.add_argument("--seeds", type=int, default=6)
    asked = parser.parse_args()
    if "forms" in asked.case:
        forms()
    if "counted" in asked.case:
        counted(asked.seeds)
    for name, case in (("clouds", clouds), ("survival", survival), ("speed", speed)):
        if name in asked.case and not (asked.data / "DATA.md").exists():
            print(f"{name}: no test data at {asked.data}")
        elif name in asked.case:
            case(asked.data)
    return 0


def forms() -> None:
    """Mean of the crossings over planes and perigees over the flux of shells, one pair of orbits each."""
    rng = np.random.default_rng(5)
    print("two closed forms: inclinations, crossings / shells")
    for own_deg, inc_deg in ((80.0, 57.0), (57.0, 80.0), (97.0, 80.0), (51.6, 82.6), (82.6, 82.6), (5.0, 82.6)):
        n, m = 20_000, 60
        turn = rng.uniform(0.0, 2.0 * np.pi, (3, n)), rng.uniform(0.0, 2.0 * np.pi, (3, m))
        many = flux.Orbits(np.full(n, 7050.0), np.full(n, 0.015), np.full(n, np.radians(inc_deg)), *turn[0])
        own = flux.Orbits(np.full(m, 7100.0), np.full(m, 0.02), np.full(m, np.radians(own_deg)), *turn[1])
        rings = float(np.nanmean(flux.rings(many, own).per_km2_s))
        shells = float(flux.shells(many.take(slice(0, 1)), own.take(slice(0, 1))).per_km2_s[0, 0])
        print(f"  {own_deg:5.1f} {inc_deg:5.1f}  {rings / shells:.3f}")


def counted(seeds: int) -> None:
    """Passages below some km of 2,000 random orbits at one inclination by 10 others, in 20 days."""
    print("flux against counted passages: km, counted, expected, counted / expected")
    for within_km in (10.0, 20.0, 60.0):
        found, expected = 0, 0.0
        for seed in range(seeds):
            rng = np.random.default_rng(seed)
            many = random_planes(rng, rng.uniform(7050, 7350, 2000), rng.uniform(0.002, 0.03, 2000), rng.normal(82.6, 0.3, 2000))
            inc_deg = np.array([53.0, 98.0, 82.6, 66.0, 30.0, 98.0, 51.6, 74.0, 5.0, 87.0])
            few = random_planes(rng, rng.uniform(7100, 7300, 10), rng.uniform(0.001, 0.002, 10), inc_deg, 5001)
            days = 20.0
            both = ElementSets.concat([many, few])
            met = close_approaches(both, START, START + _days(days), within_km, watched=few.norad_id.tolist()).table
            found += int((met.other_norad_id < 5001).sum())
            rate = flux.shells(orbits_of(many, START), orbits_of(few, START)).per_km2_s.sum()
            expected += float(rate) * np.pi * within_km**2 * days * 86400.0
        print(f"  {within_km:5.0f} {found:7,d} {expected:9,.0f}  {found / expected:.3f} +- {1.0 / np.sqrt(found):.3f}")


def clouds(data: Path) -> None:
    """A week of July 2022: passages below 10 km of fragments by 12 satellites, counted and expected."""
    catalogue = _read(data / "catalogue" / "3le_20220715.txt.gz")
    print("clouds of July 2022: fragments, phase, passages below 10 km in 7 days by 12 satellites: counted, expected; seconds")
    for name in CLOUDS:
        mine = np.array([str(n) == name for n in catalogue.name])
        found = crossings(catalogue.take(mine), catalogue, WATCHED, JULY)
        met = sum(a.passages.count or 0 for a in found.assets)
        expected = sum(a.passages.expected for a in found.assets)
        print(f"  {name:16s} {found.fragments:5d} {found.phase.name:9s} {met:4d} {expected:7.1f}  {found.seconds:5.1f} s")


def survival(data: Path) -> None:
    """Share of the fragments of January 2022 that are up in July: in the catalogue, and by sinking.

    The test data hold no activity of 2022: F10.7 of 120 is assumed for the balance in January, each level for the time after.
    """
    cloud = newest(_read(data / "breakups" / "cosmos1408_20220111.3le"))
    cloud = cloud.take(cloud.norad_id != 13552)
    later = _read(data / "catalogue" / "3le_20220715.txt.gz")
    start = np.datetime64("2022-01-11T12:00:00", "us")
    days = np.array([float((JULY - start) / np.timedelta64(1, "us")) / 86400e6])
    there = float(np.isin(cloud.norad_id, later.norad_id).mean())
    print(f"Cosmos 1408 after {days[0]:.0f} days: of {len(cloud)} fragments {100 * there:.1f} % in the catalogue (down, or lost)")
    today = steady(f107=120.0, ap=10.0)
    b, _ = ballistic_m2_kg(cloud, today)
    for name, f107, ap in zip(LEVELS, Settings().f107, Settings().ap, strict=True):
        down = sinking(cloud, start, b, steady(f107=f107, ap=ap), days, len(cloud))
        up = np.isfinite(down.sma_km[:, 0])
        right = float((up == np.isin(cloud.norad_id[down.rows], later.norad_id)).mean())
        print(f"  F10.7 {f107:3.0f} ({name:6s}): up {100 * up.mean():5.1f} %, right for {100 * right:.1f} % of the fragments")


def speed(data: Path) -> None:
    """Seconds of the parts, compiled before."""
    rng = np.random.default_rng(1)
    many = orbits_of(
        random_planes(rng, rng.uniform(6900, 7800, 3000), rng.uniform(0, 0.03, 3000), rng.uniform(20, 100, 3000)), START
    )
    own = orbits_of(random_planes(rng, rng.uniform(6900, 7800, 100), rng.uniform(0, 0.03, 100), rng.uniform(20, 100, 100)), START)
    catalogue = newest(_read(data / "catalogue" / "3le_20220715.txt.gz"))
    assets = orbits_of(catalogue.take(np.isin(catalogue.norad_id, WATCHED)), JULY)
    every = orbits_of(catalogue, JULY)
    flux.shells(many.take(slice(0, 2)), own.take(slice(0, 2)))
    flux.rings(many.take(slice(0, 2)), own.take(slice(0, 2)))
    parts: list[tuple[str, Callable[[], flux.Flux]]] = [
        ("shells, 3,000 fragments x 100 assets", lambda: flux.shells(many, own)),
        ("rings, 3,000 fragments x 100 assets", lambda: flux.rings(many, own)),
        (f"shells, {len(catalogue):,} objects x 12 assets", lambda: flux.shells(every, assets)),
    ]
    for what, run in parts:
        began = time.perf_counter()
        run()
        print(f"  {what}: {time.perf_counter() - began:.2f} s")
    mine = np.array([str(n) == CLOUDS[1] for n in catalogue.name])
    for what, days in (("90 days", (0.0, 1.0, 7.0, 30.0, 90.0)), ("10 years", Settings().days)):
        found = crossings(catalogue.take(mine), catalogue, WATCHED, JULY, settings=Settings(days=days))
        print(f"  hazard of {found.fragments:,} fragments to 12 assets, {what}: {found.seconds:.1f} s")


def _read(path: Path) -> ElementSets:
    return ElementSets.concat([part.element_sets for part in read(path.read_bytes(), path.name)])


def _days(days: float) -> np.timedelta64:
    return np.timedelta64(round(days * 86400e6), "us")


if __name__ == "__main__":
    raise SystemExit(main())
