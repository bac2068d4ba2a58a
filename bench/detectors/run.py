"""How long each detector of break-ups, ascents, illumination, interference, re-entry and silence takes over a whole catalogue.

    python bench/detectors/run.py [--data FOLDER]

The catalogue of 15 July 2022 (24,132 objects), twelve assets, seven days; wanted: below 60 s each on two cores. Each runs twice,
so that the second number holds no compiling. Everything declared here is invented, and says EXERCISE where it can.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # run as a script, the root is not where names are looked for

from bench.breakup.run import catalogue, moved
from hoshimori.alliance.launches import classes, launches
from hoshimori.alliance.sensors import sensors_named
from hoshimori.alliance.sites import sites_named
from hoshimori.catalogue import MemoryView
from hoshimori.detect.ascent import Ascent
from hoshimori.detect.ascent import Settings as AscentSettings
from hoshimori.detect.breakup import Breakup
from hoshimori.detect.illumination import Illumination
from hoshimori.detect.illumination import Settings as IlluminationSettings
from hoshimori.detect.interference import Interference
from hoshimori.detect.interference import Settings as InterferenceSettings
from hoshimori.detect.reentry import Reentry
from hoshimori.detect.silence import Silence
from hoshimori.exercise.clouds import cloud
from hoshimori.facts import Asset, DataMode, ElementSets, Watchlist
from hoshimori.formats.reports import read_reports
from hoshimori.ports import Detector

NUMBERS = (25544, 33492, 38337, 39766, 27424, 25994, 43271, 40267, 41836, 42738, 37207, 32388)
DAY = np.timedelta64(86_400_000_000, "us")
LAUNCH = """
[[launch]]
id = "practice"
lat_deg = 28.2
lon_deg_e = 102.0
t = 2022-07-17T12:00:00Z
sigma_s = 60.0
azimuth_deg = [330.0, 30.0]
class = "medium"
source = "an invented launch"
grade = "F6"
data_mode = "EXERCISE"
"""


def watchlist() -> Watchlist:
    assets = tuple(Asset(f"a{n}", n, "", str(n), "", "", "", None, True, "this bench", "F6") for n in NUMBERS)
    return Watchlist("twelve", "twelve assets", "", "", assets, ())


def reports(start: np.datetime64) -> bytes:
    """Twenty invented reports of the twelve assets."""
    rng = np.random.default_rng(5)
    lines = ["asset,start,stop,kind,value,unit,reporter,source,grade"]
    for k in range(20):
        t = start + np.timedelta64(round(rng.random() * 6.0 * 86400), "s")
        end = t + np.timedelta64(600, "s")
        lines.append(f"{NUMBERS[k % 12]},{_iso(t)},{_iso(end)},lost lock,,,bench,invented,F6")
    return "\n".join([*lines, ""]).encode()


def _iso(t: np.datetime64) -> str:
    return f"{np.datetime_as_string(t.astype('datetime64[s]'))}Z"


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--data", type=Path, default=Path(os.environ.get("HOSHIMORI_DATA") or "../shared/data"))
    asked = words.parse_args()
    sets = catalogue(asked.data, "3le_20220715.txt.gz")
    start = np.sort(sets.epoch_utc)[len(sets) // 2]
    sites = tuple(s.to_json() for s in sites_named("ilrs"))
    told = tuple(x.to_json() for x in launches(LAUNCH, "bench", classes()))
    given = read_reports(reports(start), "bench", data_mode=DataMode.EXERCISE)
    for problem in given.problems:
        print(f"  {problem}")
    modes = (DataMode.REAL, DataMode.EXERCISE)
    still = MemoryView(sets, start, start + 7 * DAY, start + 7 * DAY, data_modes=modes)
    parent = sets.record(int(np.flatnonzero(sets.norad_id == 13552)[0]))
    made = cloud(seed=1, n=100, age_days=3.0, parent=parent, t_utc=start + 5 * DAY // 2)
    later = ElementSets.concat([sets, moved(sets, 5.0), made.sets])
    later = later.having(known_utc=np.where(np.isnat(later.known_utc), later.epoch_utc, later.known_utc))
    two = MemoryView(later, start + 2 * DAY, start + 7 * DAY, start + 7 * DAY, data_modes=modes)
    quiet = later.take(~np.isin(later.norad_id, made.sets.norad_id))
    none = MemoryView(quiet, start + 2 * DAY, start + 7 * DAY, start + 7 * DAY, data_modes=modes)
    runs: list[tuple[str, Detector, MemoryView]] = [
        ("breakup, nothing happened", Breakup(), none),
        ("breakup, a cloud of 100", Breakup(), two),
        (f"ascent, {len(told)} launch", Ascent(AscentSettings(told, tuple(s.to_json() for s in sensors_named("public")))), still),
        (f"illumination, {len(sites)} sites", Illumination(IlluminationSettings(sites=sites)), still),
        (
            f"interference, {len(given.reports)} reports",
            Interference(InterferenceSettings(reports=tuple(r.to_json() for r in given.reports), sites=sites[:5])),
            still,
        ),
        ("reentry, 30 days", Reentry(), still),
        ("silence", Silence(), still),
    ]
    print(f"{len(sets):,} objects, {len(NUMBERS)} assets, 7 days; seconds, first and second run; events")
    for name, detector, view in runs:
        took = []
        for _ in range(2):
            began = time.perf_counter()
            found = detector.detect(view, watchlist())
            took.append(time.perf_counter() - began)
        print(f"  {name:32} {took[0]:6.1f} {took[1]:6.1f}   {len(found)}")


if __name__ == "__main__":
    main()
