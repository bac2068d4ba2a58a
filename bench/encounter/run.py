"""Is every approach found, and where it is? hoshimori against brute force at 10 s steps, on the same element sets.

    python bench/encounter/run.py --data FOLDER [--case week|catalogue|leo ...]

FOLDER: the project's test data. `week`: all assets of japan-comms against all GEO sets of 24-30 May 2026, no sieve in the
reference. `catalogue`: twelve Japanese GEO satellites against the 24,132 objects of 15 July 2022, seven days; the reference
sieves by radii that it samples every 300 s, with 2,000 km to spare. `leo`: the ISS and ALOS-2 in the same catalogue, one day,
within 10 km; radii every 60 s, 600 km to spare. The reference takes from hoshimori only which sets it left out (wild, or
issued again) and which neighbouring sets it did not join. Then the time and the memory of whole runs, from files to report, in
fresh processes.
"""

from __future__ import annotations

import argparse
import gzip
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from reference import Clock, Signature, approaches, sieve, stamp, tracks  # type: ignore[import-not-found]

from hoshimori import formats
from hoshimori.alliance import watchlist
from hoshimori.catalogue import MemoryView
from hoshimori.detect.encounter import Encounter
from hoshimori.detect.neighbourhood import BEFORE_DAYS, Bodies, bodies, watched
from hoshimori.detect.pairs import Settings
from hoshimori.facts import Asset, ElementSets, Watchlist
from hoshimori.findings import Event
from hoshimori.sky import screening

GEO_2022 = (37207, 42951, 37776, 41903, 38331, 29272, 35755, 29045, 45245, 41471, 43271, 40267)
LEO_2022 = (25544, 39766)
SAME_KM, SAME_S = 0.010, 0.1
Found = list[tuple[int, int, float, float]]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("HOSHIMORI_DATA", "../shared/data")))
    parser.add_argument("--case", nargs="*", default=["week", "catalogue", "leo"], choices=["week", "catalogue", "leo"])
    asked = parser.parse_args()
    week, catalogue = asked.data / "geo-week" / "geo.3le.gz", asked.data / "catalogue" / "3le_20220715.txt.gz"
    good = True
    if "week" in asked.case:
        good &= case("week", week, watchlist("japan-comms"), "2026-05-24", 7.0, None)
        whole_runs("week", week, "japan-comms", ["--as-of", "data"])
    if "catalogue" in asked.case:
        few = listed("twelve", GEO_2022)
        good &= case("catalogue", catalogue, few, "2022-07-15", 7.0, (300.0, 2000.0))
        whole_runs("catalogue", catalogue, few, ["--as-of", "2022-07-22", "--start", "2022-07-15", "--stop", "2022-07-22"])
    if "leo" in asked.case:
        few = listed("two", LEO_2022)
        good &= case("leo", catalogue, few, "2022-07-15", 1.0, (60.0, 600.0))
        whole_runs("leo", catalogue, few, ["--as-of", "2022-07-16", "--start", "2022-07-15", "--stop", "2022-07-16"])
    print("all found, none invented" if good else "NOT THE SAME")
    return 0 if good else 1


def listed(name: str, numbers: Sequence[int]) -> Watchlist:
    assets = tuple(Asset(str(n), n, "", str(n), "", "", "", None, True, "", "") for n in numbers)
    return Watchlist(name, name, "", "2022-07-15", assets)


def case(name: str, file: Path, assets: Watchlist, day: str, days: float, coarse: tuple[float, float] | None) -> bool:
    """One comparison; True where both agree."""
    start = np.datetime64(day, "us")
    stop = start + np.timedelta64(round(days * 86400e6), "us")
    sets = ElementSets.concat([p.element_sets for p in formats.read(file.read_bytes(), file.name)])
    view = MemoryView(sets, start, stop, stop + np.timedelta64(30, "D"))
    began = time.perf_counter()
    mine, around, within_km = screened(view, assets)
    mine_s = time.perf_counter() - began
    events = Encounter().detect(view, assets)
    events_s = time.perf_counter() - began - mine_s
    began = time.perf_counter()
    numbers = mine_numbers(around, assets)
    theirs, size = brute_force(file, start, days * 86400.0, around, left_out(view, sets, around), numbers, within_km, coarse)
    theirs_s = time.perf_counter() - began
    print(f"\n{name}: {len(numbers)} assets, {size} objects in the reference, {days:g} days, < {within_km:g} km")
    print(f"  hoshimori: screening {mine_s:.1f} s, all events {events_s:.1f} s; reference {theirs_s:.0f} s")
    same = compare(mine, theirs)
    return same & compare_events(events, theirs, start)


def mine_numbers(around: Bodies, assets: Watchlist) -> list[int]:
    return [a.norad_id for a in assets.assets if a.norad_id is not None and a.norad_id in around.keys]


def screened(view: MemoryView, assets: Watchlist) -> tuple[Found, Bodies, float]:
    """What screening alone says, in the form of the reference."""
    sets = view.sets()
    group = sorted(watched(view, assets.assets, sets), key=lambda b: b.key)
    within_km = Settings().within(group[0].mean_motion_rev_day)
    around = bodies(sets, group, within_km, Settings().reach_days)
    rows = np.array([around.row(b.key) for b in group])
    candidates = [screening.shells_meet(around.lowest_km, around.highest_km, b.lowest_km, b.highest_km, within_km) for b in group]
    step_s = min(screening.step_s(b.mean_motion_rev_day, b.eccentricity) for b in group)
    found, _ = screening.screen(around.trajectories, rows, np.array(candidates), view.start_utc, view.stop_utc, step_s, within_km)
    t_s = (found.t_us - view.start_utc.astype(np.int64)) * 1e-6 + found.offset_s
    columns = zip(around.keys[found.watched], around.keys[found.other], t_s, found.miss_km, strict=True)
    return [(int(a), int(b), float(t), float(km)) for a, b, t, km in columns], around, within_km


def brute_force(
    file: Path,
    start: np.datetime64,
    stop_s: float,
    around: Bodies,
    left_out: set[Signature],
    numbers: Sequence[int],
    within_km: float,
    coarse: tuple[float, float] | None,
) -> tuple[Found, int]:
    raw = gzip.decompress(file.read_bytes()).decode(errors="replace").splitlines()
    rows = [line for line in raw if line[:2] in ("1 ", "2 ")]
    pairs = list(zip(rows[::2], rows[1::2], strict=True))
    every = tracks(pairs, start, _seams(around), left_out, BEFORE_DAYS, Settings().reach_days)
    assets = [t for t in every if t.number in numbers]
    if coarse:
        every = sieve(every, assets, Clock(start), stop_s, *coarse)
    return approaches(assets, every, start, stop_s, within_km), len(every)


def _julian(epoch_utc: np.datetime64) -> float:
    us = int(epoch_utc.astype("datetime64[us]").astype(np.int64))
    julian: float = stamp(2440587.5 + us // 86_400_000_000, (us % 86_400_000_000) / 86400e6)
    return julian


def _seams(around: Bodies) -> set[tuple[int, float]]:
    t = around.trajectories
    last = np.zeros(len(t.epoch_us), bool)
    last[t.first[1:] - 1] = True
    k = np.flatnonzero(~t.joined & ~last)
    return {(int(around.sets.norad_id[i]), _julian(around.sets.epoch_utc[i])) for i in k}


def left_out(view: MemoryView, everything: ElementSets, around: Bodies) -> set[Signature]:
    """Sets that hoshimori did not use: wild ones, and earlier issues of one fit."""
    window = (everything.epoch_utc >= view.start_utc - view.lookback) & (everything.epoch_utc <= view.stop_utc + view.lookback)
    asked = everything.take(window & np.isin(everything.norad_id, around.keys))
    return _keys(asked) - _keys(around.sets)


def _keys(sets: ElementSets) -> set[Signature]:
    stamps = [_julian(t) for t in sets.epoch_utc]
    angles = [getattr(sets, name).round(4).tolist() for name in ("inc_deg", "raan_deg", "argp_deg", "ma_deg")]
    shape = sets.mean_motion_rev_day.round(8).tolist(), sets.eccentricity.round(7).tolist()
    drag = [f"{b:.4e}" for b in sets.bstar_per_er]
    return set(zip(sets.norad_id.tolist(), stamps, *shape, *angles, drag, strict=True))


def compare(mine: Found, theirs: Found) -> bool:
    """Every one found, none invented, within 10 m and 0.1 s."""
    unmatched = list(mine)
    by_pair: dict[tuple[int, int], list[tuple[int, int, float, float]]] = {}
    for one in mine:
        by_pair.setdefault(one[:2], []).append(one)
    missed, km, s = [], [0.0], [0.0]
    for one in theirs:
        near = min(by_pair.get(one[:2], []), key=lambda m: abs(m[2] - one[2]), default=None)
        if near is None or abs(near[2] - one[2]) > 30.0 or near not in unmatched:
            missed.append(one)
            continue
        unmatched.remove(near)
        km.append(abs(near[3] - one[3]))
        s.append(abs(near[2] - one[2]))
    print(f"  minima: reference {len(theirs)}, hoshimori {len(mine)}, missed {len(missed)}, invented {len(unmatched)}")
    print(f"  largest difference: {max(km) * 1000:.3f} m, {max(s) * 1000:.3f} ms")
    for text, rows in (("missed", missed), ("invented", unmatched)):
        for a, b, t, d in rows[:8]:
            print(f"    {text}: {a} {b} at {t:.3f} s, {d:.4f} km")
    return not missed and not unmatched and max(km) <= SAME_KM and max(s) <= SAME_S


def compare_events(events: Sequence[Event], theirs: Found, start: np.datetime64) -> bool:
    """Every minimum is an approach or listed in a stay, at the same moment and distance; and nothing else is."""
    said: dict[tuple[int, int], list[tuple[float, float]]] = {}
    for e in events:
        if e.kind in ("approach", "stay"):
            passes = [(m.t_utc, m.miss_km) for m in e.minima] or [(e.start_utc, e.quantities["miss_km"].value)]
            seconds = [(float((t - start) / np.timedelta64(1, "us")) * 1e-6, km) for t, km in passes]
            said.setdefault((int(e.subject), int(e.others[0])), []).extend(seconds if e.kind == "approach" or e.minima else [])
    count, lost = sum(map(len, said.values())), []
    for a, b, t, km in theirs:
        here = said.get((a, b), [])
        match = next((x for x in here if abs(x[0] - t) <= SAME_S and abs(x[1] - km) <= SAME_KM), None)
        if match is None:
            lost.append((a, b, t, km))
        else:
            here.remove(match)
    invented = [(*pair, *x) for pair, left in said.items() for x in left]
    print(f"  events: {count} closest approaches in {len(events)} events, lost {len(lost)}, invented {len(invented)}")
    for row in [*lost[:8], *invented[:8]]:
        print(f"    {row}")
    return not lost and not invented


def whole_runs(name: str, file: Path, assets: Watchlist | str, options: Sequence[str]) -> None:
    """`hoshimori watch` in a fresh process and a fresh home, twice: seconds, processor seconds, peak memory."""
    with tempfile.TemporaryDirectory() as place:
        listing = assets if isinstance(assets, str) else written(assets, Path(place))
        command = [
            str(Path(sys.executable).parent / "hoshimori"),
            "watch",
            listing,
            "--home",
            f"{place}/home",
            "--from",
            str(file),
        ]
        for turn in ("first run", "second run, nothing new"):
            wall, cpu, peak_mb = measured([*command, *options, "--out", f"{place}/out"])
            print(f"  {name}, {turn}: {wall:.1f} s, processor {cpu:.1f} s, peak {peak_mb:.0f} MB")


def written(assets: Watchlist, folder: Path) -> str:
    rows = "".join(f"\n[[asset]]\nnorad_id = {a.norad_id}\n" for a in assets.assets)
    path = folder / "few.toml"
    path.write_text(f'id = "few"\ntitle = "few"\nas_of = 2022-07-15\n{rows}')
    return str(path)


def measured(command: Sequence[str]) -> tuple[float, float, float]:
    began = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    if status:
        raise SystemExit(f"{' '.join(command)} ended with {os.waitstatus_to_exitcode(status)}")
    return time.perf_counter() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024.0


if __name__ == "__main__":
    raise SystemExit(main())
