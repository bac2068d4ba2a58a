"""How often a geomagnetic storm precedes any day: the share that coincidence gives to every hypothesis in weights.toml.

python design/nature_storms.py FOLDER      # the test data
"""

from __future__ import annotations

import gzip
import sys
from pathlib import Path

import numpy as np

from hoshimori.declared.activity import OBSERVED
from hoshimori.formats.space_weather import read_space_weather

FILE = "tracking/space-weather/SpaceWeather-All-v1.2_snapshot_20200224.txt.gz"
STORM_KP = 5.0
BEFORE_DAYS = 3


def main(data: Path) -> None:
    weather = read_space_weather(gzip.decompress((data / FILE).read_bytes()), FILE)
    observed = weather.kind == OBSERVED
    day, stormy = weather.day_utc[observed], (weather.kp[observed] >= STORM_KP - 1e-9).any(axis=1)
    preceded = np.array([stormy[max(0, i - BEFORE_DAYS) : i + 1].any() for i in range(len(stormy))])
    for first, last in ((1957, 2019), (1989, 1991), (2003, 2003), (2009, 2019)):
        within = (day >= np.datetime64(f"{first}-01-01")) & (day < np.datetime64(f"{last + 1}-01-01"))
        days, within_3 = stormy[within].mean(), preceded[within].mean()
        print(f"{first}-{last}: storm days {days:.2f}, preceded within {BEFORE_DAYS} days {within_3:.2f}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
