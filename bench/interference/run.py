"""Are invented emitters found where the estimator says? Prints, for each geometry: cases, verdicts, coverage of the 95 % ellipse.

python bench/interference/run.py [--cases 1000] [--geometry N] [--data DATA]

With --data: how long the detector takes over the catalogue of 2022-07-15 for 12 satellites and 7 days.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np

from hoshimori.catalogue import MemoryView
from hoshimori.declared.reports import Report
from hoshimori.detect.interference import Interference, Settings
from hoshimori.exercise import emitter as made
from hoshimori.facts import Asset, ElementSets, Watchlist
from hoshimori.formats import read
from hoshimori.sky import bent_pipe, geolocation

SEEDS = 300_000
"""Cases have seeds from here on. While the estimator was written, seeds below 1,000 and from 100,000 on were looked at."""


def asked(geometry: made.Geometry, heard: made.Heard) -> tuple[bent_pipe.Arrivals, tuple[bent_pipe.Relay, ...]]:
    """What was measured and published, as the estimator takes it."""
    m = len(heard.t_utc)
    zero = np.zeros(m, np.int64)
    up, down, other = (np.full(m, x) for x in (geometry.uplink_hz, *geometry.downlink_hz))
    late, shifted = np.full(m, geometry.tdoa_sigma_s), np.full(m, geometry.fdoa_sigma_hz)
    arrivals = bent_pipe.Arrivals(
        heard.t_utc, zero, zero + 1, heard.station_a_itrs_km, heard.station_b_itrs_km, up, down, other, heard.tdoa_s, late,
        heard.fdoa_hz, shifted, heard.emitter_itrs_km,
    )  # fmt: skip
    covariance = np.diag(np.array(geometry.sigma_rtn) ** 2)
    relays = [
        bent_pipe.relay(r, v, heard.t_utc, start, made.START, covariance)
        for (r, v), start in zip(heard.published, heard.published_start, strict=True)
    ]
    return arrivals, tuple(relays)


def solved(geometry: made.Geometry, heard: made.Heard) -> geolocation.Located:
    errors = geolocation.Errors(geometry.height_sigma_km, *geometry.bias_sigma)
    return geolocation.locate(*asked(geometry, heard), heard.assumed_height_km, errors)


def tried(geometry: made.Geometry, cases: int) -> dict[str, float]:
    """Counts over seeds; `inside`: the truth lies in an ellipse that was stated; `best inside`: in the likeliest one."""
    out = {"cases": 0.0, "located": 0.0, "ambiguous": 0.0, "inside": 0.0, "best inside": 0.0}
    size, off, began = [], [], time.perf_counter()
    for seed in range(SEEDS, SEEDS + cases):
        heard = made.hear(geometry, seed)
        found = solved(geometry, heard)
        out["cases"] += 1.0
        key = found.verdict if found.solutions else f"cannot: {found.why}"
        out[key] = out.get(key, 0.0) + 1.0
        if not found.solutions:
            continue
        place = (np.degrees(heard.lat_rad), np.degrees(heard.lon_rad))
        inside = [s.holds(*place) for s in found.solutions]
        out["inside"] += any(inside)
        out["best inside"] += inside[0]
        size.append(found.solutions[0].semi_major_km)
        off.append(min(float(np.hypot(*geolocation.offset_km(s, *place))) for s in found.solutions))
    told = out["located"] + out["ambiguous"]
    out["coverage"] = out["inside"] / told if told else float("nan")
    out["median semi-major km"], out["median miss km"] = float(np.median(size)), float(np.median(off))
    out["s a case"] = (time.perf_counter() - began) / cases
    return out


WATCHED = (37158, 40267, 41866, 42738, 42917, 42965, 43271, 25544, 33492, 39766, 44072, 49336)
"""Ring, inclined and low satellites, each in the catalogue of July 2022."""


def timed(data: Path) -> None:
    """The detector over a whole catalogue: 12 satellites with a report every 12 hours for 7 days, at one station."""
    place = data / "catalogue" / "3le_20220715.txt.gz"
    sets = ElementSets.concat([p.element_sets for p in read(place.read_bytes(), place.name)])
    start, day = np.datetime64("2022-07-15", "us"), np.timedelta64(1, "D")
    hours = (start + np.arange(6, 7 * 24, 12).astype("timedelta64[h]")).tolist()
    reports = [_report(n, np.datetime64(t, "us")) for n in WATCHED for t in hours]
    view = MemoryView(sets, start, start + 7 * day, start + 30 * day)
    assets = tuple(Asset(str(n), n, "", str(n), "", "", "", None, True, "", "") for n in WATCHED)
    detector = Interference(Settings(reports=tuple(r.to_json() for r in reports)))
    for turn in ("first", "again"):
        began = time.perf_counter()
        events = detector.detect(view, Watchlist("bench", "", "", "", assets))
        spent = time.perf_counter() - began
        objects = len(np.unique(sets.norad_id))
        print(f"detector, {turn}: {objects:,} objects, {len(reports)} reports, {len(events)} events: {spent:.1f} s")


def _report(number: int, t_utc: np.datetime64) -> Report:
    stop = t_utc + np.timedelta64(10, "m")
    return Report(
        number, t_utc, stop, "lost lock", "a bench", "A1", stop, site="Tokyo", site_lat_deg=35.6, site_lon_deg_e=139.7,
        site_height_m=40.0, link="down",
    )  # fmt: skip


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--cases", type=int, default=1000)
    options.add_argument("--geometry", type=int, default=None)
    options.add_argument("--data", type=Path, default=None)
    given = options.parse_args()
    if given.data is not None:
        timed(given.data)
    chosen = made.GEOMETRIES if given.geometry is None else made.GEOMETRIES[given.geometry : given.geometry + 1]
    for geometry in chosen if given.cases else ():
        print(geometry.name)
        for key, value in tried(geometry, given.cases).items():
            print(f"    {key:24} {value:.4g}")


if __name__ == "__main__":
    main()
