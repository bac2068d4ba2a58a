"""How real the sigmas of element sets are: predictions against independent orbits, later sets and other objects.

    python bench/covariance/run.py [--data FOLDER]    the tables
    python bench/covariance/run.py --learn            writes src/hoshimori/tracking/errors.json

A ratio is the share of predictions inside the shell that should hold 50, 90 or 95 % of them, over that share: 1 is right, below 1
the sigmas are too small. No prediction is scored by a covariance that saw it.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # run as a script, the root is not where names are looked for

from bench.covariance import learning, realism
from bench.covariance.theory import Orbit, left_out, published
from bench.manoeuvres.truth import SATELLITES
from hoshimori.sky import frames
from hoshimori.tracking import covariance, differences, scatter


def independent(data: Path) -> None:
    print("Against independent orbits (laser-ranging predictions), realistic covariance")
    model, sets, orbit = realism.jason_3(data)
    scored = realism.against_orbit(model, sets, orbit, 10)
    for name, mine in (("after the epoch", scored.age_days >= 0.0), ("before the epoch", scored.age_days < 0.0)):
        realism.told(f"Jason-3, {name}", realism.Scored(*(x[mine] for x in scored)), print)
    print(realism.line("Jason-3, both sides", scored))
    print(realism.line("Jason-3, without the floor", realism.against_orbit(model.consistent(), sets, orbit, 10)))
    for what, eop in (
        ("UT1-UTC +0.3 s", frames.EarthOrientation(ut1_minus_utc_s=0.3)),
        ("UT1-UTC -0.3 s", frames.EarthOrientation(ut1_minus_utc_s=-0.3)),
        ("pole 0.3, 0.5 arcsec", frames.EarthOrientation(xp_rad=1.45e-6, yp_rad=2.42e-6)),
    ):
        print(realism.line(f"Jason-3, {what}", realism.against_orbit(model, sets, orbit, 10, eop)))
    print("factor from consistency to realism, Jason-3: age, R, T, N")
    for row in model.table():
        print("  " + "  ".join(f"{row[key]:6.3f}" for key in row))
    around = np.exp(scatter.waves(np.linspace(0.0, 2.0 * np.pi, 181)) @ model.wave)[:, :3]
    print(f"Jason-3, sigma around the orbit, largest over smallest: {(around.max(axis=0) / around.min(axis=0)).round(1)}")
    print("Jason-3, parts: error of a set, its difference from a fresh set, error of the fresh set, sqrt(d2 + e02) / e")
    for young, old in ((0.5, 1.5), (3.0, 5.0), (5.0, 7.0), (10.0, 15.0)):
        e, d, e0, tilt, rest = realism.parts(realism.around(data, orbit, 16.0), orbit, young, old)
        print(f"  {young:4.1f}-{old:4.1f} d  e {e.round(3)}  d {d.round(3)}  e0 {e0.round(3)}  {(np.hypot(d, e0) / e).round(2)}")
    print(f"  across the orbit, fresh sets: up to {tilt:.2f} km of inclination, {rest:.3f} km without it")
    print("\nOne set each: one draw, whatever the number of rows")
    for name, one, orbit in realism.high_ones(data):
        elements = (one.mean_motion_rev_day, one.eccentricity, one.inc_deg)
        high = covariance.class_model(*(float(np.median(x)) for x in elements))
        x = realism.against_orbit(high, one, orbit, 1)
        print(realism.line(f"{name}, {x.age_days.mean():.0f} d", x))
        miss, sigma = (np.sqrt((v**2).mean(axis=0)) for v in (x.miss_km, x.sigma_km))
        for what, km in (("miss", miss), ("sigma", sigma)):
            print(f"  {what:5s} R T N {km[0]:7.3f} {km[1]:7.3f} {km[2]:7.3f} km")


def later_sets(data: Path) -> None:
    print("\nAgainst the object's own later sets, each year by the others, no floor, intervals with burns left out")
    for satellite in SATELLITES:
        sets = realism.modern(satellite, data)
        burns = realism.burns(satellite, sets, data)
        realism.told(satellite.name, realism.own_later_sets(sets, burns), print)
        print(realism.line("  back from the epoch", realism.own_later_sets(sets, burns, ahead=False)))
        print(realism.line("  burns neither told nor left out", realism.own_later_sets(sets, None)))


def classes(data: Path) -> None:
    print("\nClass alone, no floor: objects with even catalogue numbers of the week, learnt on the odd ones")
    even = learning.week(data)
    even = even.take(even.norad_id % 2 == 0)
    for name in learning.WITH_SETS:
        realism.told(name, realism.by_class(learning.objects(even, name), np.array([0.5, 1.0, 2.0, 3.0, 5.0])), print)
    print("Class alone, no floor: HEO, of which theory taught the class and no set did, all objects of the week")
    realism.told("HEO", realism.by_class(learning.objects(learning.week(data), "HEO"), np.array([1.0, 2.0, 3.0, 5.0])), print)
    print("Class alone, no floor: satellites and years that the class never saw, 60 predictions of each")
    for satellite in SATELLITES:
        sets = realism.modern(satellite, data)
        print(realism.line(satellite.name, realism.by_class(iter([sets]), np.array([0.5, 1.0, 2.0, 3.0, 5.0]))))


def theory() -> None:
    print("\nTheory alone, R T N km: what a fit of so many days leaves, and growth of sets fitted daily to a flown orbit")
    for name, orbit in (("Jason-3", Orbit(12.8093, 0.0007, 66.04)), ("GEO", Orbit(1.00272, 0.0002, 5.0))):
        for days in (1.0, 3.0, 5.0, 7.0):
            print(f"  {name}, fit of {days:.0f} d: {np.sqrt((left_out(orbit, days)[:, :3] ** 2).mean(axis=0)).round(3)}")
    jason = Orbit(12.8093, 0.0008, 66.04, 100.0, 270.0)
    found = differences.differences(published(jason, 20.0), np.array([1.0, 3.0, 7.0]))
    for node, age in enumerate((1, 3, 7)):
        d = found.d[found.node == node, :3]
        print(f"  Jason-3, {age} d: {np.sqrt((d**2).mean(axis=0)).round(3)}")


def speed(data: Path) -> None:
    sets = realism.modern(next(s for s in SATELLITES if s.name == "SARAL"), data)
    covariance.error_model(sets)
    start = time.perf_counter()
    covariance.error_model(sets)
    own = time.perf_counter() - start
    motion = np.random.default_rng(20261121).uniform(1.0, 15.5, 25_000)
    start = time.perf_counter()
    covariance.class_sigma_rtn_km(motion, np.full(25_000, 0.001), np.full(25_000, 1.5))
    many_ms = (time.perf_counter() - start) * 1e3
    print(f"\nerror_model of {len(sets)} sets: {own:.2f} s; class_sigma_rtn_km of 25,000: {many_ms:.0f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("HOSHIMORI_DATA", "../shared/data")))
    parser.add_argument("--learn", action="store_true", help="write the figures that are shipped")
    given = parser.parse_args()
    if given.learn:
        learning.SHIPPED.write_text(learning.shipped_text(given.data))
        return
    independent(given.data)
    later_sets(given.data)
    classes(given.data)
    theory()
    speed(given.data)


if __name__ == "__main__":
    main()
