"""How fast facts are taken in and found again, on generated element sets that anyone can make.

python bench/catalogue/run.py                     8.1 million sets of 30,000 objects over 180 days: a few minutes, 3 GB of disk
python bench/catalogue/run.py --objects 3000      a tenth of it
python bench/catalogue/run.py --files FOLDER      also: real files, as the folder source finds them
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from hoshimori.catalogue import Catalogue
from hoshimori.facts import ElementSets, KnownBasis, Received
from hoshimori.sources.folder import Folder

START = np.datetime64("2026-01-01", "us")
DAYS = 180
PER_OBJECT = 270
BATCHES = 12


def generated(objects: int, seed: int = 20260101) -> Iterator[ElementSets]:
    """Element sets in batches as they would arrive: each 15 days for every object, known 6-15 h after their epoch."""
    rng = np.random.default_rng(seed)
    per = -(-PER_OBJECT // BATCHES)
    step_us = int(DAYS * 86400e6 / BATCHES / per)
    orbit = {k: rng.uniform(*r, objects) for k, r in {"mean_motion_rev_day": (1, 16), "inc_deg": (0, 110)}.items()}
    for batch in range(BATCHES):
        n = objects * per
        number = np.tile(np.arange(1, objects + 1), per)
        slot = np.repeat(np.arange(per), objects) + batch * per
        epoch = START + (slot * step_us + rng.integers(0, step_us, n)).astype("timedelta64[us]")
        columns = {
            "norad_id": number,
            "epoch_utc": epoch,
            "mean_motion_rev_day": np.round(orbit["mean_motion_rev_day"][number - 1] + rng.normal(0, 1e-5, n), 8),
            "eccentricity": np.round(rng.uniform(0, 0.01, n), 7),
            "inc_deg": np.round(orbit["inc_deg"][number - 1] + rng.normal(0, 1e-3, n), 4),
            **{k: np.round(rng.uniform(0, 360, n), 4) for k in ("raan_deg", "argp_deg", "ma_deg")},
            "bstar_per_er": np.round(rng.normal(0, 1e-4, n), 9),
            "known_utc": epoch + rng.integers(6 * 3600, 15 * 3600, n).astype("timedelta64[s]"),
            "known_basis": np.full(n, KnownBasis.OBSERVED, np.uint8),
        }
        yield ElementSets.build(columns)


def best_ms(ask: Callable[[], object], times: int = 7) -> tuple[float, float]:
    """First call, and the fastest of the calls after it, in milliseconds."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        ask()
        taken.append((time.perf_counter() - began) * 1e3)
    return taken[0], min(taken[1:])


def measure_files(files: Path) -> None:
    with tempfile.TemporaryDirectory() as home:
        received: list[Received] = list(Folder(files).fetch())
        began = time.perf_counter()
        report = Catalogue(Path(home)).ingest(received)
        first = time.perf_counter() - began
        began = time.perf_counter()
        Catalogue(Path(home)).ingest(received)
        print(f"ingest of files: {report.read} sets in {first:.1f} s ({report.read / first:,.0f} per s)")
        print(f"the same again, nothing new: {time.perf_counter() - began:.2f} s")


def measure_generated(objects: int) -> None:
    with tempfile.TemporaryDirectory() as home:
        catalogue = Catalogue(Path(home))
        count, began = 0, time.perf_counter()
        for batch in generated(objects):
            count += catalogue.append(batch, provider="bench", location="generated").new
        seconds = time.perf_counter() - began
        print(f"append: {count:,} sets of {objects:,} objects in {seconds:.1f} s ({count / seconds:,.0f} per s)")
        measure_questions(catalogue, objects, "before compaction")
        began = time.perf_counter()
        catalogue.compact()
        print(f"compact: {time.perf_counter() - began:.1f} s")
        stat = catalogue.stat()
        print(f"on disk: {stat.catalogue_bytes / 1e6:,.0f} MB in {stat.files} files")
        measure_questions(Catalogue(Path(home)), objects, "compacted")


def measure_questions(catalogue: Catalogue, objects: int, state: str) -> None:
    as_of = START + np.timedelta64(DAYS - 10, "D")
    view = catalogue.view(as_of - np.timedelta64(7, "D"), as_of, as_of)
    some = list(range(1, objects, max(1, objects // 12)))
    digests = view.history(objects // 2).digest_texts()
    questions: dict[str, Callable[[], object]] = {
        "newest set of every object": view.latest,
        "history of one object": lambda: view.history(objects // 3),
        "one week, 12 objects": lambda: view.sets(some),
        "one week, all objects": lambda: replace(view, _whole=[]).sets(),  # a view keeps this answer
        "by digest, with the number": lambda: catalogue.by_digest(digests, norad_ids=[objects // 2]),
        "by digest, digests only": lambda: catalogue.by_digest(digests),
        "stat": catalogue.stat,
    }
    for name, ask in questions.items():
        first, warm = best_ms(ask)
        print(f"{state}: {name:28} first {first:7.0f} ms   warm {warm:7.0f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--objects", type=int, default=30_000)
    parser.add_argument("--files", type=Path)
    given = parser.parse_args()
    print(f"{os.cpu_count()} cores")
    if given.files:
        measure_files(given.files)
    measure_generated(given.objects)


if __name__ == "__main__":
    main()
