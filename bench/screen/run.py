"""Is every approach of a whole catalogue found, and how fast? hoshimori beside brute force in one run, on the same element sets.

    python bench/screen/run.py [--data FOLDER] [--case all|some|cost|complete ...] [--keep DIR] [--hundred-thousand]

FOLDER: the project's test data (HOSHIMORI_DATA); the catalogue is 3le_20220715, 24,132 objects, every set used.

- `all`: everybody with everybody, one day, within 5 km. `some`: 500 assets with everybody, seven days, within 5 km. An asset has
  neither " DEB" nor " R/B" in its name; every 19th of these. Each side runs in a process of its own, one after the other:
  hoshimori, the reference (see reference.py), hoshimori again. The reference is one thread, as a KD-tree for each step over the
  compiled array call of `sgp4` is; hoshimori has all cores. Processor seconds show what each takes of them together.
- `complete`: the reference against itself at 2 s steps, every 16th object, one day.
- `cost`: one day of 5, 10 and 25 thousand objects, and what 100 thousand would take by the exponent fitted; with
  --hundred-thousand that is run too. Above 24,132 the objects are made from a seed, like those of the catalogue.

What two cheaper ways miss is counted on the same events of the reference: packages that drop co-orbiting pairs, and those that
step at 60 s and go straight on from there.

--keep: where answers of the reference stay, named by a digest of what went in, so that the next run need not wait for them.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # run as a script, the root is not where names are looked for

from bench.screen import population
from bench.screen.cheaper import COARSE_S, on_a_straight_line
from bench.screen.matching import described
from bench.screen.reference import CO_ORBITING_KM_S, Approaches, Sky, read

HERE = Path(__file__).resolve().parent
WITHIN_KM = 5.0
SIZES = (5_000, 10_000, 25_000)
LARGE = 100_000
CASES = {"all": (1.0, 0, 10.0), "some": (7.0, population.ASSETS, 25.0)}
"""Days, assets (0: everybody), and how many times faster than the reference it must be."""
MOST_MB = 2000.0
Numbers = dict[str, float]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("HOSHIMORI_DATA", "../shared/data")))
    every = ["all", "some", "complete", "cost"]
    parser.add_argument("--case", nargs="*", default=every, choices=every)
    parser.add_argument("--keep", type=Path, help="folder for answers of the reference, used again")
    parser.add_argument("--hundred-thousand", action="store_true")
    asked = parser.parse_args()
    file = asked.data / population.FILE
    good = True
    with tempfile.TemporaryDirectory() as place:
        bench = Bench(file, Path(place), asked.keep)
        bench.compile()
        for name in (c for c in CASES if c in asked.case):
            good &= compared(bench, name)
        if "complete" in asked.case:
            good &= complete(bench)
        if "cost" in asked.case:
            cost(bench, SIZES, LARGE if asked.hundred_thousand else None)
    print("\nall found, none invented, in time" if good else "\nNOT AS IT MUST BE")
    return 0 if good else 1


class Bench:
    """Starts the sides and reads what they leave; the numba cache is new, so that compiling is seen once."""

    def __init__(self, file: Path, place: Path, keep: Path | None) -> None:
        self.file, self.place, self.keep = file, place, keep

    def side(self, *options: str) -> tuple[Approaches, Numbers]:
        out = self.place / "side.npz"
        command = [sys.executable, str(HERE / "sides.py"), *options, "--file", str(self.file), "--out", str(out)]
        environment = {**os.environ, "NUMBA_CACHE_DIR": str(self.place / "numba")}
        done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True)
        if done.returncode:
            raise SystemExit(f"{' '.join(command)} ended with {done.returncode}")
        return events(out), json.loads(done.stdout)

    def reference(self, *options: str) -> tuple[Approaches, Numbers, bool]:
        """The answer, its times, and whether it was kept from an earlier run."""
        sources = b"".join((HERE / name).read_bytes() for name in ("reference.py", "population.py"))
        key = hashlib.sha256(sources + self.file.read_bytes() + " ".join(options).encode()).hexdigest()[:16]
        kept = self.keep / f"reference-{key}" if self.keep else None
        if kept and kept.with_suffix(".json").exists():
            return events(kept.with_suffix(".npz")), json.loads(kept.with_suffix(".json").read_text()), True
        found, numbers = self.side("reference", *options)
        if kept:
            kept.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(self.place / "side.npz", kept.with_suffix(".npz"))
            kept.with_suffix(".json").write_text(json.dumps(numbers))
        return found, numbers, False

    def compile(self) -> None:
        for what in ("compiled at first use", "from the cache"):
            _, numbers = self.side("first")
            print(f"first screening of a process, {what}: {numbers['wall_s']:.1f} s, processor {numbers['cpu_s']:.1f} s")


def events(path: Path) -> Approaches:
    with np.load(path) as kept:
        return Approaches(*(kept[name] for name in Approaches._fields))


def compared(bench: Bench, name: str) -> bool:
    """One case: the same events, the same moments and distances; time and memory."""
    days, assets, faster = CASES[name]
    options = ["--days", f"{days:g}", "--within", f"{WITHIN_KM:g}", "--assets", str(assets)]
    print(f"\n{name}: {f'{assets} assets' if assets else 'everybody'} with everybody, {days:g} days, within {WITHIN_KM:g} km")
    runs = [bench.side("hoshimori", *options)]
    theirs, peer, kept = bench.reference(*options)
    runs.append(bench.side("hoshimori", *options))
    ours = runs[0][0]
    lines, good = described(theirs, ours, WITHIN_KM, CO_ORBITING_KM_S)
    print("\n".join(f"  {line}" for line in lines))
    again = all(np.array_equal(x, y) for x, y in zip(*(run[0] for run in runs), strict=True))
    print(f"  two runs of hoshimori give the same, bit for bit: {again}")
    parts = f"propagation {peer['propagation_s']:.0f}, tree {peer['tree_s']:.0f}, refinement {peer['refinement_s']:.1f}"
    print(f"  {'':<16}{'wall s':>10}{'processor s':>14}{'peak MB':>10}{'failed sets':>14}{'ratio':>8}")
    when = ", of an earlier run" if kept else ""
    print(row("reference", peer, 1.0) + f"   {parts}{when}; {peer['near']:,.0f} near pairs, {peer['candidates']:,.0f} refined")
    for _, numbers in runs:
        print(row("hoshimori", numbers, peer["wall_s"] / numbers["wall_s"]))
    slowest = max(numbers["wall_s"] for _, numbers in runs)
    print(f"  at least {faster:g}x asked, {peer['wall_s'] / slowest:.1f}x here")
    missed_by_cheaper(bench.file, theirs)
    small = max(numbers["peak_mb"] for _, numbers in runs) < MOST_MB
    return good and again and small and peer["wall_s"] / slowest >= faster


def row(who: str, n: Numbers, ratio: float) -> str:
    return f"  {who:<16}{n['wall_s']:>10.1f}{n['cpu_s']:>14.1f}{n['peak_mb']:>10.0f}{n['failed']:>14.0f}{ratio:>7.1f}x"


def missed_by_cheaper(file: Path, theirs: Approaches) -> None:
    slow = theirs.speed_km_s < CO_ORBITING_KM_S
    sky = Sky(read(file), population.START)
    print(f"  missed where pairs slower than {CO_ORBITING_KM_S:g} km/s are dropped: {slow.sum():,} of {len(slow):,}")
    for both, whence in ((False, "from the sample before"), (True, "from the samples before and after")):
        kept = on_a_straight_line(sky, theirs, WITHIN_KM, both=both)
        kinds = f"{(~kept & ~slow).sum():,} passing, {(~kept & slow).sum():,} slow"
        print(f"  missed by steps of {COARSE_S:g} s and straight lines {whence}: {(~kept).sum():,} ({kinds})")


def complete(bench: Bench) -> bool:
    """The reference at 2 s finds what it finds at 10 s."""
    options = ["--days", "1", "--within", f"{WITHIN_KM:g}", "--every", "16"]
    coarse, numbers, _ = bench.reference(*options)
    fine, _, _ = bench.reference(*options, "--step", "2")
    print(f"\ncomplete: the reference on {numbers['objects']:,.0f} objects, at 10 s beside 2 s")
    lines, good = described(fine, coarse, WITHIN_KM, CO_ORBITING_KM_S)
    print("\n".join(f"  {line}".replace("hoshimori", "at 10 s").replace("reference", "at 2 s") for line in lines))
    return good


def cost(bench: Bench, sizes: Sequence[int], large: int | None) -> None:
    """What an object-day costs, and how that grows with the number of objects."""
    print(f"\ncost of one day, everybody with everybody, within {WITHIN_KM:g} km")
    print(f"  {'objects':>9}{'wall s':>10}{'processor s':>14}{'ms an object-day':>20}{'events':>12}{'peak MB':>10}")
    spent = [sized(bench, n) for n in sizes]
    slope, height = np.polyfit(np.log(sizes), np.log(spent), 1)
    at_large = float(np.exp(height + slope * np.log(LARGE)))
    print(f"  processor time of an object-day grows as objects to the power {slope:.2f}; of the whole, {1.0 + slope:.2f}")
    print(f"  {LARGE:,} objects, by that: {at_large:.2f} ms an object-day, {at_large * LARGE / 1000.0:.0f} s of processor a day")
    if large:
        sized(bench, large)


def sized(bench: Bench, n: int) -> float:
    found, numbers = bench.side("hoshimori", "--days", "1", "--within", f"{WITHIN_KM:g}", "--objects", str(n))
    each = numbers["cpu_s"] / n * 1000.0
    print(
        f"  {n:>9,}{numbers['wall_s']:>10.1f}{numbers['cpu_s']:>14.1f}{each:>20.3f}{len(found.a):>12,}{numbers['peak_mb']:>10.0f}"
    )
    return each


if __name__ == "__main__":
    raise SystemExit(main())
