"""One side of the comparison in a process of its own, so that its memory and its time are its own. `run.py` starts it.

    python bench/screen/sides.py reference|hoshimori|first --file FILE --days 1 --within 5 [--assets 500] [--objects N] --out FILE

Writes the events it finds into --out and its times, as JSON, to the terminal.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # run as a script, the root is not where names are looked for

from bench.screen import population
from bench.screen.reference import Approaches, Sky, approaches, read

Numbers = dict[str, float]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("side", choices=("reference", "hoshimori", "first"))
    parser.add_argument("--file", type=Path, required=True)
    parser.add_argument("--days", type=float, default=1.0)
    parser.add_argument("--within", type=float, default=5.0)
    parser.add_argument("--assets", type=int, default=0)
    parser.add_argument("--objects", type=int, default=0, help="this many: some of the file, or all and others like them")
    parser.add_argument("--every", type=int, default=1, help="every so many-th row of the file only")
    parser.add_argument("--step", type=float, default=10.0, help="seconds; of the reference")
    parser.add_argument("--workers", type=int)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    work = {"reference": reference, "hoshimori": hoshimori, "first": first}[asked.side]
    events, numbers = work(asked)
    if asked.out:
        np.savez(asked.out, a=events.a, b=events.b, t_s=events.t_s, miss_km=events.miss_km, speed_km_s=events.speed_km_s)
    print(json.dumps(numbers | {"events": len(events.a), "peak_mb": peak_mb()}))


def hoshimori(asked: argparse.Namespace) -> tuple[Approaches, Numbers]:
    """A small screening first: nothing is compiled, or read from a cache, while the clock runs."""
    from hoshimori.sky import sieve

    everything = population.read(asked.file)
    some = population.of_size(everything, asked.objects) if asked.objects else population.every(everything, asked.every)
    watched = population.asset_rows(asked.file, asked.assets) if asked.assets else None
    stop = population.START + np.timedelta64(round(asked.days * 86400e6), "us")
    began = time.perf_counter()
    _small(everything)
    warmed, processor = time.perf_counter(), time.process_time()
    found = sieve.screen(some.trajectories(), population.START, stop, asked.within, watched=watched, workers=asked.workers)
    wall_s = time.perf_counter() - warmed
    m = found.minima
    t_s = (m.t_us - population.START.astype(np.int64)) * 1e-6 + m.offset_s
    events = Approaches(m.watched, m.other, t_s, m.miss_km, np.linalg.norm(m.dv_km_s, axis=1))
    numbers = {
        "wall_s": wall_s,
        "cpu_s": time.process_time() - processor,
        "ready_s": warmed - began,
        "objects": float(len(some.epoch_utc)),
        "failed": float(len(np.unique(found.failures.row))),
    }
    return events, numbers


def first(asked: argparse.Namespace) -> tuple[Approaches, Numbers]:
    """The very first screenings of a process, ten minutes of everybody: what compiling, or reading the cache, takes."""
    everything = population.read(asked.file)
    began, processor = time.perf_counter(), time.process_time()
    _small(everything)
    numbers = {"wall_s": time.perf_counter() - began, "cpu_s": time.process_time() - processor}
    none, nothing = np.zeros(0, np.int64), np.zeros(0)
    return Approaches(none, none, nothing, nothing, nothing), numbers


def _small(everything: population.Population) -> None:
    """Ten minutes of everybody, all on all and some on all; sets that fail and slow pairs are among them."""
    from hoshimori.sky import sieve

    rows, stop = everything.trajectories(), population.START + np.timedelta64(600_000_000, "us")
    sieve.screen(rows, population.START, stop, 5.0)
    sieve.screen(rows, population.START, stop, 5.0, watched=np.arange(10))


def reference(asked: argparse.Namespace) -> tuple[Approaches, Numbers]:
    watched = population.asset_rows(asked.file, asked.assets) if asked.assets else None
    sky = Sky(read(asked.file)[:: asked.every], population.START)
    began, processor = time.perf_counter(), time.process_time()
    found, failed, spent = approaches(sky, asked.days * 86400.0, asked.within, watched=watched, step_s=asked.step)
    numbers = {
        "wall_s": time.perf_counter() - began,
        "cpu_s": time.process_time() - processor,
        "objects": float(len(sky.sets)),
        "failed": float(len(failed.row)),
        **{k: float(v) for k, v in spent._asdict().items()},
    }
    return found, numbers


def peak_mb() -> float:
    """Of this process, without what a parent had before it started this one."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next((row for row in status.read_text().splitlines() if row.startswith("VmHWM")), "")
        if line:
            return int(line.split()[1]) / 1024.0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024.0 if os.uname().sysname == "Linux" else 1024.0**2)


if __name__ == "__main__":
    main()
