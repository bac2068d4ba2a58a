"""What stays beside real and practised satellites score, and what the laws of chance rest on.

    python bench/stays/run.py --data FOLDER [--case population|week|low|practice ...]

FOLDER: the project's test data. `population`: the counts behind the tables of detect/chance.py, from the catalogue of 15 July
2022 and the sets of 24-30 May 2026. `week`: every one of the 574 satellites of that week watched at once, no co-location
declared, so that every real fleet is a trial of a false alarm; once as it is, and once without the rule that a known neighbour
keeps a tenth of its score. `low`: the same for the low orbits of five other groups of that week. `practice`: the practice skies
of some seeds, the intruder against everything else.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from hoshimori import formats
from hoshimori.catalogue import MemoryView
from hoshimori.detect import chance
from hoshimori.detect.stays import Stay, stays
from hoshimori.detect.unusual import unusual
from hoshimori.exercise import practice_sky
from hoshimori.facts import Asset, DataMode, ElementSets, Floats, Watchlist
from hoshimori.sky.screening import NEAR_EARTH_REV_DAY

CASES = ("population", "week", "low", "practice")
LOW_GROUPS = ("stations", "science", "resource", "weather", "military")
STILL_DEG_DAY = 0.05
RING_KM, SYNCHRONOUS = 42164.17, 1.00273791
EDGES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
WEEK = np.timedelta64(7, "D")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("HOSHIMORI_DATA", "../shared/data")))
    parser.add_argument("--case", nargs="*", default=CASES, choices=CASES)
    parser.add_argument("--seeds", nargs="*", type=int, default=[20230112, 1, 2])
    asked = parser.parse_args()
    week = asked.data / "geo-week" / "geo.3le.gz"
    if "population" in asked.case:
        population("15 July 2022", newest(read(asked.data / "catalogue" / "3le_20220715.txt.gz")))
        population("24-30 May 2026", newest(read(week)))
    if "week" in asked.case:
        real_week(read(week))
    if "low" in asked.case:
        every = ElementSets.concat([read(asked.data / "geo-week" / f"{g}.3le.gz") for g in LOW_GROUPS])
        real_week(every.take(every.mean_motion_rev_day >= NEAR_EARTH_REV_DAY))
    if "practice" in asked.case:
        for seed in asked.seeds:
            practised(seed)
    return 0


def read(path: Path) -> ElementSets:
    return ElementSets.concat([p.element_sets for p in formats.read(path.read_bytes(), path.name)])


def newest(sets: ElementSets) -> ElementSets:
    ordered = sets.take(np.lexsort((sets.epoch_utc, sets.norad_id)))
    return ordered.take(np.append(ordered.norad_id[1:] != ordered.norad_id[:-1], True))


def population(when: str, sets: ElementSets) -> None:
    """Who is on the ring: drifters by their difference of semi-major axes, and the planes of those that keep theirs."""
    near = (np.abs(sets.mean_motion_rev_day - 1.0027) < 0.1) & (sets.eccentricity < 0.1)
    sets = sets.take(near)
    ratio = sets.mean_motion_rev_day / SYNCHRONOUS
    da_km, drift = np.abs(RING_KM * (ratio ** (-2.0 / 3.0) - 1.0)), np.abs(360.9856 * (ratio - 1.0))
    drifters = (da_km < 100.0) & (drift > STILL_DEG_DAY)
    still = drift <= STILL_DEG_DAY
    print(f"{when}: {len(sets)} near the ring; {drifters.sum()} drift within 100 km of it, {still.sum()} stand still")
    print(f"  passes of one place a year: {drift[drifters].sum() * 365.25 / 360.0:.0f}")
    for edge in (10.0, 20.0, 40.0, 60.0, 80.0, 100.0):
        share = drift[drifters & (da_km <= edge)].sum() / drift[drifters].sum()
        count, told = (drifters & (da_km <= edge)).sum(), chance.stays_as_long(days(edge), 100.0, 1.0027, synchronous=True)
        print(f"  within {edge:4.0f} km: {count:4d} drifters, {share:.3f} of passes (table {told - chance.CHANCE_ARRIVAL:.3f})")
    kept = still & (sets.inc_deg < chance.KEPT_DEG)
    apart = between_planes(sets.take(kept))
    quantiles = [0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95]
    print(
        f"  {kept.sum()} keep their plane; angle between two of them, {quantiles}: {np.quantile(apart, quantiles).round(4)} deg"
    )


def days(da_km: float) -> float:
    return chance.pass_days(da_km, 100.0, 1.0027)


def between_planes(sets: ElementSets) -> Floats:
    node = np.radians(sets.raan_deg)
    vectors = sets.inc_deg[:, None] * np.stack([np.cos(node), np.sin(node)], axis=1)
    apart = np.linalg.norm(vectors[:, None] - vectors[None], axis=2)
    return np.asarray(apart[np.triu_indices(len(sets), 1)])


def real_week(sets: ElementSets) -> None:
    """Everything watches everything: how many of the real stays of a week are called unusual."""
    numbers = sorted(set(sets.norad_id.tolist()))
    assets = tuple(Asset(str(n), n, "", str(n), "", "", "", None, True, "", "") for n in numbers)
    everyone = Watchlist("everyone", "everyone", "", "2026-05-31", assets)
    start = np.datetime64("2026-05-24", "us")
    began = time.perf_counter()
    found = stays(MemoryView(sets, start, start + WEEK, start + WEEK), everyone)
    print(f"week: {len(numbers)} watched, {len(found)} stays in {time.perf_counter() - began:.1f} s")
    usual, strange = [s for s in found if s.normal], [s for s in found if not s.normal]
    shown("known neighbours, as scored", [s.unusual for s in usual])
    shown("known neighbours without that rule", [unusual(s.measures, explained=False) for s in usual])
    shown("others", [s.unusual for s in strange])
    for s in sorted(strange, key=lambda s: -s.unusual)[:10]:
        told(s)
    high = sum(1 for s in found if s.unusual > 0.5)
    print(f"false alarms above 0.5: {high} in {len(numbers) * 7 / 365.25:.1f} satellite-years")


def practised(seed: int) -> None:
    """One practice sky: the intruder, and the highest score of what is not."""
    sky = practice_sky(seed=seed)
    parsed = [p for r in sky.received for p in formats.read(r.content, r.location, data_mode=r.data_mode)]
    stop, modes = sky.truth.stop_utc, (DataMode.EXERCISE,)
    sets = ElementSets.concat([p.element_sets for p in parsed])
    view = MemoryView(sets, stop - WEEK, stop, stop + np.timedelta64(2, "D"), data_modes=modes)
    found = stays(view, sky.watchlist)
    mine = [s for s in found if s.other == str(sky.truth.intruder.norad_id)]
    others = max((s.unusual for s in found if s not in mine), default=0.0)
    print(f"practice {seed}: {len(found) - len(mine)} stays of others, highest {others:.3f}; the intruder's:")
    for s in mine:
        told(s)


def shown(title: str, scores: Sequence[float]) -> None:
    counts, _ = np.histogram(scores, EDGES)
    print(f"  {title}: {len(scores)}; by tenths of the score {counts.tolist()}; highest {max(scores, default=0.0):.3f}")


def told(s: Stay) -> None:
    chances = ", ".join(f"{m.name} {m.chance:.4f}" for m in s.measures if m.chance is not None)
    print(f"    {s.subject} {s.other} {s.shape}, {s.min_range_km:.1f} km, unusual {s.unusual:.3f}: chance of {chances}")


if __name__ == "__main__":
    raise SystemExit(main())
