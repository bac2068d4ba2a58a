"""How patterns of life do on real histories: how fast, and what is told when each week is judged by its past alone.

    python bench/pattern/run.py DATA [--weeks N]

DATA is the folder of test data. Part 1 describes every object of a week of the synchronous ring, and the longest history cut to
quarters, halves and whole, for the cost per set. Part 2 walks through the histories of ten satellites in steps of N weeks (1):
the usual from at most 1100 days before, the week after judged by it; every departure that scores 0.5 and more is printed, so that
a reader can hold it against the operators' records. Nothing is learnt here: the settings are those of the package.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from hoshimori import formats
from hoshimori.detect.burns import Untold
from hoshimori.detect.habit import Departure
from hoshimori.detect.pattern import Settings, departure, describe
from hoshimori.facts import ElementSets

WEEK = np.timedelta64(7, "D")
FIRST = np.timedelta64(60, "D")
LEARNT = np.timedelta64(round(Settings().learn_days), "D")


def read(path: Path) -> ElementSets:
    sets = ElementSets.concat([p.element_sets for p in formats.read(path.read_bytes(), path.name)])
    return sets.take(np.lexsort((sets.epoch_utc, sets.norad_id)))


def speed(data: Path) -> None:
    ring = read(data / "geo-week" / "geo.3le.gz")
    numbers, first = np.unique(ring.norad_id, return_index=True)
    parts = [ring.take(slice(a, b)) for a, b in zip(first, [*first[1:], len(ring)], strict=True)]
    describe(parts[0])
    began = time.perf_counter()
    found = [describe(part) for part in parts]
    seconds = time.perf_counter() - began
    told = [f for f in found if not isinstance(f, Untold)]
    print(f"ring: {len(ring)} sets of {len(numbers)} objects in {seconds:.2f} s; {len(told)} described")
    print("  present spell:", dict(Counter(p.spells[-1].kind for p in told)))
    for name in ("EW", "NS"):
        print(f"  {name}:", dict(Counter(p.modes[name] for p in told if name in p.modes)))
    whole = read(data / "manoeuvres" / "tle" / "CryoSat-2.tle")
    for share in (4, 2, 1):
        part = whole.take(slice(0, len(whole) // share))
        took = min(_timed(part) for _ in range(5))
        print(f"one history: {len(part)} sets in {took * 1e3:.1f} ms, {took / len(part) * 1e6:.1f} µs a set")


def _timed(sets: ElementSets) -> float:
    began = time.perf_counter()
    describe(sets)
    return time.perf_counter() - began


def walked(sets: ElementSets, step: np.timedelta64) -> Iterator[tuple[np.datetime64, Departure]]:
    """Each week from the sixtieth day on, judged by what came before it."""
    for start in np.arange(sets.epoch_utc[0] + FIRST, sets.epoch_utc[-1], step):
        usual = describe(sets.take((sets.epoch_utc < start) & (sets.epoch_utc >= start - LEARNT)))
        if not isinstance(usual, Untold):
            yield start, departure(usual, sets.take((sets.epoch_utc >= start) & (sets.epoch_utc < start + WEEK)))


def walk(path: Path, step: np.timedelta64) -> None:
    judged = [(t, d) for t, d in walked(read(path), step) if d.sets >= 2]
    left = [(t, d) for t, d in judged if d.score >= Settings().least_score]
    print(f"{path.stem}: {len(judged)} weeks judged, {len(left)} with a departure")
    for t, d in left:
        print(f"  {np.datetime_as_string(t, unit='D')}  {d.score:.2f}  {d.label}: {dict(d.reasons[0].values)}")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("data", type=Path)
    asked.add_argument("--weeks", type=int, default=1)
    given = asked.parse_args()
    speed(given.data)
    for path in sorted((given.data / "manoeuvres" / "tle").glob("*.tle")):
        walk(path, given.weeks * WEEK)


if __name__ == "__main__":
    main()
