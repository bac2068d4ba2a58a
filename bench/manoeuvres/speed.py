"""How long the search for burns takes over a week of a whole constellation, and whether its cost grows in line with the sets.

    python bench/manoeuvres/speed.py [--data FOLDER] [--as-it-became-known]

Reads geo-week's Starlink file, then tells the burns of every eighth, fourth, second and every object. The first row compiles
nothing: a small search has run before. `cpu s` is the time of all threads, which a busy machine leaves alone.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # run as a script, the root is not where names are looked for

from bench.manoeuvres.tables import Cell, Table
from hoshimori import formats
from hoshimori.detect.manoeuvre import find
from hoshimori.facts import ElementSets

Value = TypeVar("Value")
SHARES = (8, 4, 2, 1)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("HOSHIMORI_DATA", "../shared/data")))
    parser.add_argument("--as-it-became-known", action="store_true")
    asked = parser.parse_args()
    sets, read_s, read_cpu_s = timed(lambda: read(asked.data / "geo-week" / "starlink.3le.gz"))
    find(every(sets, 200), as_it_became_known=asked.as_it_became_known)
    rows: list[tuple[Cell, ...]] = [("reading", objects(sets), len(sets), None, read_s, read_cpu_s, len(sets) / read_s, None)]
    before: tuple[int, float] | None = None
    for share in SHARES:
        some = every(sets, share)
        told, wall_s, cpu_s = timed(partial(find, some, as_it_became_known=asked.as_it_became_known))
        per_set = cpu_s / len(some)
        growth = per_set / (before[1] / before[0]) if before else None
        rows.append(
            (f"1 object in {share}", objects(some), len(some), len(told.burns), wall_s, cpu_s, len(some) / wall_s, growth)
        )
        before = len(some), cpu_s
    print(table(rows).text())
    return 0


def table(rows: list[tuple[Cell, ...]]) -> Table:
    columns = ("what", "objects", "sets", "burns", "wall s", "cpu s", "sets / s", "cpu a set, over the row above")
    return Table(f"Starlink over a week, {os.cpu_count()} cores", columns, rows, (0, 0, 0, 0, 1, 1, 0, 2))


def timed(work: Callable[[], Value]) -> tuple[Value, float, float]:
    """What came out, seconds by the clock, seconds of all threads."""
    wall, cpu = time.perf_counter(), time.process_time()
    value = work()
    return value, time.perf_counter() - wall, time.process_time() - cpu


def read(path: Path) -> ElementSets:
    return ElementSets.concat([part.element_sets for part in formats.read(path.read_bytes(), path.name)])


def every(sets: ElementSets, share: int) -> ElementSets:
    """The sets of one object in `share`, spread over the catalogue."""
    numbers = np.unique(sets.norad_id)
    return sets.take(np.isin(sets.norad_id, numbers[::share]))


def objects(sets: ElementSets) -> int:
    return len(np.unique(sets.norad_id))


if __name__ == "__main__":
    sys.exit(main())
