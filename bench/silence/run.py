"""How the detector of silences does: chances as stated, planted silences, delays, real decays of a week, who vanished in a year.

    python bench/silence/run.py --data DATA [--learn] [--objects N] [--only PART ...]

--learn writes src/hoshimori/detect/silence_rates.json from the learning half: five of ten long histories, the odd numbers of a
week of 2026, and who of the catalogue of 2018 was in none of 2021 and 2022. Everything else is scored on the other half: the
other five histories, the even numbers, the catalogues of 2021 and 2022. Seeds are fixed; nothing is tuned on what scores.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # run as a script, the root is not where names are looked for

from bench.silence import archive, calibration, learning, longer, planted
from hoshimori.alliance import watchlist
from hoshimori.catalogue import MemoryView
from hoshimori.detect.silence import Settings, Silence
from hoshimori.detect.silence_rates import shipped

SHIPPED = Path(__file__).resolve().parents[2] / "src" / "hoshimori" / "detect" / "silence_rates.json"


def weights(data: Path) -> None:
    """How the weight of a class was chosen, on the learning half."""
    chosen, rows = learning.weight(learning.gaps_by_class(data, True))
    print(f"\nWeight of the class in gaps, each object by the tail of others: share over stated at {learning.LEVELS}")
    for tried, row in rows.items():
        print(f"  {tried:5g}  " + "  ".join(f"{x:5.2f}" for x in row) + ("   <- chosen" if tried == chosen else ""))


def lost(data: Path) -> None:
    """Who was lost between 2021 and 2022, against the rate learnt between 2018 and 2021."""
    print(f"\nObjects above {learning.SAFE_KM:g} km in 2021 and not in 2022, against the rate learnt 2018-2021")
    for key, (count, years) in learning.lost(data, 2, 3).items():
        rate = shipped().lost_per_year[key]
        print(f"  {key:17s} {count:3d} in {years:6.0f} object-years; expected {rate * years:6.1f}")
    groups, years = learning.together(data, 2, 3)
    print(f"  launches of which two payloads and more vanished together: {groups} in {years:.0f} payload-years")


def week(data: Path) -> None:
    """Every object of the week asked at its end: who is silent, and what is said of those that were about to come down."""
    print("\nThe week of 2026, real silences")
    sets = archive.week(data)
    end = sets.known_utc.max()
    numbers = np.unique(sets.norad_id).tolist()
    for as_of in (np.datetime64("2026-05-28T12", "us"), np.datetime64("2026-05-29T12", "us"), end):
        last = dict(zip(*planted._last(sets), strict=True))
        recent = sets.take(sets.known_utc <= as_of)
        overdue = [n for n, t in zip(*planted._last(recent), strict=True) if as_of - t > np.timedelta64(24, "h")]
        began = time.perf_counter()
        told = planted.asked(sets, overdue, as_of)
        seconds = time.perf_counter() - began
        silent = [a for a in told if a.state == "silent"]
        back = [a for a in silent if a.norad_id is not None and last[a.norad_id] > as_of]
        best = {h: sum(a.likeliest == h for a in silent) for h in {a.likeliest for a in silent}}
        print(f"  as of {as_of}: {len(numbers)} objects, {len(overdue)} unheard for a day, {len(silent)} silent {best}; "
              f"of these heard again in the week: {len(back)} ({seconds:.1f} s)")  # fmt: skip
    for a in silent:
        print(f"    {a.norad_id} {a.name}: {a.silent_days:.1f} d, usual {a.usual_days:.2f} d, left {a.left_days:.1f} d: "
              + ", ".join(f"{k} {v:.2f}" for k, v in sorted(a.odds.items(), key=lambda kv: -kv[1])[:2]))  # fmt: skip


def flood(data: Path) -> None:
    """The catalogue of 2022, one set each: no alarms, and how long it takes."""
    sets = archive.sets_in((data / "catalogue" / "3le_20220715.txt.gz").read_bytes(), "3le_20220715.txt.gz")
    as_of = np.datetime64("2022-07-16T00", "us")
    view = MemoryView(sets, as_of - np.timedelta64(7, "D"), as_of, as_of)
    watched = watchlist("japan-comms")
    Silence().detect(view, watched)
    began = time.perf_counter()
    found = Silence().detect(view, watched)
    one = time.perf_counter() - began
    every = planted.listed(view.latest().norad_id.tolist()[::12])
    told = Silence(Settings(neighbours=0)).detect(view, every)
    print(f"\nCatalogue of 2022: {len(sets)} objects; {len(watched.assets)} assets: {len(found)} events, {one:.2f} s; "
          f"{len(every.assets)} objects as assets: {len(told)} events")  # fmt: skip


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--data", type=Path, required=True)
    asked.add_argument("--learn", action="store_true")
    asked.add_argument("--only", nargs="*", help="weights calibration burns lost week flood planted longer; default: all")
    asked.add_argument("--objects", type=int, default=60)
    given = asked.parse_args()
    if given.learn:
        SHIPPED.write_text(json.dumps(learning.learn(given.data), indent=1) + "\n", encoding="utf-8")
        shipped.cache_clear()
    parts: dict[str, Callable[[], None]] = {
        "weights": lambda: weights(given.data),
        "calibration": lambda: calibration.report(given.data, shipped()),
        "burns": lambda: calibration.after_burns(given.data),
        "lost": lambda: lost(given.data),
        "week": lambda: week(given.data),
        "flood": lambda: flood(given.data),
        "planted": lambda: planted.report(given.data, given.objects),
        "longer": lambda: longer.report(given.data),
    }
    for name in given.only or parts:
        parts[name]()


if __name__ == "__main__":
    main()
