"""How well break-ups are found, dated, placed and their parents named: on practice clouds, and on the real ones.

    python bench/breakup/run.py [--data FOLDER] [--seeds 100] [--part young|old|found|null|real]

Practice clouds fly by their own laws (exercise/clouds.py), not by what dates them. What turns the likelihood's sigma into a real
one (origin.PINCH_TIMES, NODES_TIMES) was set on even seeds; odd seeds are scored. Seeds from 1000 on were never looked at while
the method was made.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # run as a script, the root is not where names are looked for

from hoshimori.detect.breakup import Found, find, of_fragments
from hoshimori.detect.breakup_record import BREAK_UP, Untold
from hoshimori.detect.origin import DAY, NotDated, Origin, origin
from hoshimori.exercise.clouds import Cloud, cloud
from hoshimori.facts import ElementSets
from hoshimori.formats import read

FIRST_SEED = 1000
CAUSES: tuple[Literal["explosion"], Literal["deliberate"], Literal["collision"]] = ("explosion", "deliberate", "collision")
ORBITS: tuple[Literal["round"], Literal["sso"], Literal["eccentric"]] = ("round", "sso", "eccentric")
SECOND = np.timedelta64(1, "s")


class Scored(NamedTuple):
    """One dated cloud: error and sigma of the moment [s], error and sigma of the place [km]."""

    seed: int
    off_s: float
    sigma_s: float
    off_km: float
    sigma_km: float
    method: str


def clouds(seeds: int, age_days: float, n: int) -> Iterator[tuple[int, Cloud]]:
    for seed in range(FIRST_SEED, FIRST_SEED + seeds):
        kind = CAUSES[seed % 3]
        yield seed, cloud(seed=seed, cause=kind, n=n, age_days=age_days, orbit=ORBITS[seed // 3 % 3])


def dated(seeds: int, age_days: float, n: int, back_days: float) -> tuple[list[Scored], int]:
    """Dates of practice clouds of one age, looked for from `back_days` before the event on; and how many got none."""
    out, none = [], 0
    for seed, made in clouds(seeds, age_days, n):
        pieces, truth = made.sets, made.truth
        if truth.cause == "collision":  # pieces of one parent are one stream; both are tried by `found`
            pieces = pieces.take(np.isin(pieces.norad_id, truth.norad_id[truth.parent == 0]))
        first = truth.t_utc - np.timedelta64(round(back_days * 86400e6), "us")
        where = origin(pieces, first, pieces.epoch_utc.max()) if len(pieces) >= 5 else None
        if where is None or isinstance(where, NotDated):
            none += 1
            continue
        out.append(_scored(seed, where, made))
    return out, none


def _scored(seed: int, where: Origin, made: Cloud) -> Scored:
    truth = made.truth
    off_s = float((where.t_utc - truth.t_utc) / np.timedelta64(1, "us")) * 1e-6
    return Scored(seed, off_s, where.sigma_s, float(np.linalg.norm(where.r_km - truth.r_teme_km)), where.sigma_km, where.method)


def told(title: str, scored: list[Scored], none: int, unit: str) -> None:
    scale = {"s": 1.0, "d": 86400.0}[unit]
    if not scored:
        print(f"{title}: none dated, {none} without a date")
        return
    odd = [s for s in scored if s.seed % 2]
    off = np.array([abs(s.off_s) for s in scored]) / scale
    km = np.array([s.off_km for s in scored])
    ratio = np.array([abs(s.off_s) / s.sigma_s for s in odd]) if odd else np.zeros(1)
    place = np.array([s.off_km / s.sigma_km for s in odd]) if odd else np.zeros(1)
    methods = ", ".join(f"{m} {sum(s.method == m for s in scored)}" for m in sorted({s.method for s in scored}))
    print(
        f"{title}: dated {len(scored)} of {len(scored) + none} ({methods}); |dt| median {np.median(off):.3f} {unit}, 90 % "
        f"{np.percentile(off, 90):.3f}, worst {off.max():.3f}; place median {np.median(km):.2f} km, 90 % "
        f"{np.percentile(km, 90):.2f}; "
        f"odd seeds inside one and two sigma: moment {(ratio < 1).mean():.2f} {(ratio < 2).mean():.2f}, "
        f"place {(place < 1).mean():.2f} {(place < 2).mean():.2f}"
    )


def young(seeds: int) -> None:
    print("Young clouds, sets three days after the event; wanted: 120 s and 20 km (median)")
    for n in (100, 30, 10, 5):
        told(f"  {n} pieces", *dated(seeds, 3.0, n, 3.0), "s")


def old(seeds: int) -> None:
    print("Older clouds, 100 pieces; wanted at 60 days and less: 0.5 d")
    for age in (10.0, 30.0, 57.0, 120.0):
        told(f"  {age:.0f} days", *dated(seeds, age, 100, 40.0), "d")


def catalogue(data: Path, name: str) -> ElementSets:
    place = data / "catalogue" / name
    return ElementSets.concat([p.element_sets for p in read(place.read_bytes(), place.name)])


def moved(sets: ElementSets, days: float) -> ElementSets:
    """The same orbits with epochs some days later, by their secular rates: a catalogue in which nothing happened."""
    from hoshimori.sky import convergence
    from hoshimori.tracking.satellites import satellites_of

    satellites = satellites_of(sets)
    orbits = convergence.orbits_of(satellites, sets.ndot_rev_day2, sets.epoch_utc.min())
    turned = sets.raan_deg + np.degrees(orbits.node_rad_day) * days
    perigee = sets.argp_deg + np.degrees(orbits.perigee_rad_day) * days
    anomaly = sets.ma_deg + 360.0 * sets.mean_motion_rev_day * days
    ok = satellites.error == 0
    return sets.having(
        epoch_utc=sets.epoch_utc + np.timedelta64(round(days * 86400e6), "us"),
        raan_deg=turned % 360.0,
        argp_deg=perigee % 360.0,
        ma_deg=anomaly % 360.0,
    ).take(ok)


def found(data: Path, seeds: int) -> None:
    """Events in the whole catalogue of July 2022: one or two objects come apart; three days later there is a new list."""
    print("Clouds in the catalogue of 15 July 2022 (24,132 objects), 60 pieces, known three days after")
    before = catalogue(data, "3le_20220715.txt.gz")
    since = np.sort(before.epoch_utc)[len(before) // 2]
    low = before.take((before.mean_motion_rev_day > 12.5) & (before.mean_motion_rev_day < 15.4) & (before.eccentricity < 0.02))
    right = second = alarms = 0
    took = []
    for k in range(seeds):
        rng = np.random.default_rng([FIRST_SEED, k])
        rows = rng.choice(len(low), 2, replace=False)
        parts = []
        for j, row in enumerate(rows[: 1 + k % 2]):  # every other time two events in one week
            t = since + np.timedelta64(round((0.5 + 2.0 * rng.random()) * 86400e6), "us")
            made = cloud(
                seed=FIRST_SEED + 10 * k + j, cause=CAUSES[k % 2], n=60, age_days=3.0, parent=low.record(int(row)), t_utc=t
            )
            first = 799_700_001 + 1000 * j
            parts.append((made, made.sets.having(norad_id=np.arange(first, first + len(made.sets)))))
        after = ElementSets.concat([moved(before, 3.0), *(p for _, p in parts)])
        began = time.perf_counter()
        got = find(before, after, since_utc=since)
        took.append(time.perf_counter() - began)
        mine = [b for b in got.breakups if b.label == BREAK_UP]
        alarms += len(mine)
        for made, _ in parts:
            second += 1
            near = [b for b in mine if abs((b.where.t_utc - made.truth.t_utc) / SECOND) < 3.0 * b.where.sigma_s + 60.0]
            right += any(b.parent is not None and b.parent.norad_id == made.truth.parent_ids[0] for b in near)
    print(f"  {right} of {second} events found, dated and their parent named; {alarms} alarms in all; {max(took):.1f} s at most")


def null(data: Path, draws: int) -> None:
    print("Catalogues in which nothing happened: alarms")
    before = catalogue(data, "3le_20220715.txt.gz")
    began = time.perf_counter()
    got = find(before, moved(before, 1.0))
    print(f"  24,132 objects against the same a day later: {_alarms(got)} alarms, {time.perf_counter() - began:.1f} s")
    total = groups = 0
    for k in range(draws):  # late cataloguing: some hundred objects are missing from the older list
        rng = np.random.default_rng([7, k])
        late = rng.choice(len(before), 400, replace=False)
        older = before.take(np.setdiff1d(np.arange(len(before)), late))
        got = find(older, moved(before, 1.0))
        total, groups = total + _alarms(got), groups + len(got.untold) + len(got.breakups)
    print(f"  400 objects catalogued late, at random, {draws} draws: {total} alarms, {groups} groups of five or more looked at")
    for group in ("starlink", "oneweb", "geo", "resource"):
        total = 0
        place = data / "geo-week" / f"{group}.3le.gz"
        sets = ElementSets.concat([p.element_sets for p in read(place.read_bytes(), place.name)])
        days = np.arange(np.datetime64("2026-05-25", "us"), np.datetime64("2026-05-30", "us"), DAY)
        for day in days:
            got = find(sets.take(sets.epoch_utc < day), sets.take((sets.epoch_utc >= day) & (sets.epoch_utc < day + DAY)))
            total += _alarms(got)
        print(f"  {group}, {len(days)} pairs of consecutive days in May 2026: {total} alarms")


def _alarms(got: Found) -> int:
    return sum(b.label == BREAK_UP for b in got.breakups)


def real(data: Path) -> None:
    print("Real clouds")
    older = catalogue(data, "3le_20210529.txt.gz")
    newest = catalogue(data, "3le_20220715.txt.gz")
    event = np.datetime64("2021-11-15T02:47", "us")
    for name, known in (
        ("cosmos1408_20220111", older),
        ("fengyun-1c-debris_20250215", newest),
        ("iridium-33-debris_20250215", newest),
        ("cosmos-2251-debris_20250215", newest),
    ):
        place = data / "breakups" / f"{name}.3le"
        pieces = ElementSets.concat([p.element_sets for p in read(place.read_bytes(), place.name)])
        for title, candidates in (("the file alone", ElementSets.empty()), (f"{len(known):,} candidates", known)):
            began = time.perf_counter()
            got = of_fragments(pieces, candidates)
            seconds = time.perf_counter() - began
            best = got.kin[:1] if isinstance(got, Untold) else got.parents[0].candidates[:1]
            who = ", ".join(f"{c.norad_id} {c.name}: odds {c.odds:.3f}, by orbit alone {c.odds_by_orbit:.3f}" for c in best)
            when = f"no date ({got.reason.code})" if isinstance(got, Untold) else _when(got.where, event)
            print(f"  {name}, {title}: {when}; {who}; {seconds:.1f} s")
    got2 = find(older, newest)
    said = [f"{b.subject} {b.label} {np.datetime_as_string(b.where.t_utc, 'D')}" for b in got2.breakups]
    print(f"  29 May 2021 against 15 July 2022: {len(got2.untold)} groups without a date; dated: {', '.join(said) or 'none'}")


def _when(where: Origin, event: np.datetime64) -> str:
    off = float((where.t_utc - event) / DAY)
    sigma, latitude = where.sigma_s / 86400.0, where.place()[0]
    return f"{where.method} {off:+.2f} ± {sigma:.2f} d of the published moment, {latitude:.1f} deg latitude"


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--data", type=Path, default=Path(os.environ.get("HOSHIMORI_DATA") or "../shared/data"))
    words.add_argument("--seeds", type=int, default=100)
    words.add_argument("--part", default="all", choices=("all", "young", "old", "found", "null", "real"))
    asked = words.parse_args()
    parts: dict[str, Callable[[], None]] = {
        "young": lambda: young(asked.seeds),
        "old": lambda: old(max(asked.seeds // 4, 8)),
        "found": lambda: found(asked.data, max(asked.seeds // 5, 4)),
        "null": lambda: null(asked.data, max(asked.seeds // 5, 4)),
        "real": lambda: real(asked.data),
    }
    for name, run in parts.items():
        if asked.part in ("all", name):
            run()


if __name__ == "__main__":
    main()
