"""What docs/illumination.md rests on: rises and sets against skyfield, the permutation test, laser ranging, and speed.

    python bench/illumination/run.py --data ../shared/data            # all of it, some minutes
    python bench/illumination/run.py --data ../shared/data --only speed

Thresholds (least elevation 20 deg, 5 %, the boxes of dull causes) were set before and are not learnt from anything here.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import numpy as np
from scipy import stats
from skyfield.api import EarthSatellite, load, wgs84

from hoshimori import formats
from hoshimori.alliance.sites import built_in
from hoshimori.catalogue import MemoryView
from hoshimori.detect.coincidence import ANY, DAY_S, DAYS, coincidence, merged
from hoshimori.detect.illumination import Illumination, Settings, paths_of, windows_of
from hoshimori.detect.illumination_outages import told
from hoshimori.detect.illumination_windows import Over
from hoshimori.detect.neighbourhood import watched
from hoshimori.facts import Asset, ElementSets, Floats, Watchlist
from hoshimori.findings import iso
from hoshimori.sky.visibility import passes

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from tests.detect import ranging

START = np.datetime64("2022-07-16T00:00", "us")
ASSETS = (25544, 20580, 39084, 49260, 40697, 42063, 41240, 36508, 25994, 27424, 39766, 40267)
"""Low (ISS, Hubble, CryoSat-2, Jason-3), sun-synchronous (Landsat 8 and 9, Sentinel-2A and -2B, Terra, Aqua, ALOS-2), and
geostationary (Himawari-8)."""
SEEDS = 1000
ALPHA = 0.05


def main() -> None:
    """Run what was asked for."""
    parts: dict[str, Callable[[Path], None]] = {
        "skyfield": against_skyfield, "p-values": p_values, "power": power, "ranging": laser_ranging, "speed": speed,
    }  # fmt: skip
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--data", type=Path, required=True)
    asked.add_argument("--only", choices=sorted(parts))
    given = asked.parse_args()
    for name, part in parts.items():
        if given.only in (None, name):
            print(f"\n== {name}", flush=True)
            part(given.data)


def against_skyfield(data: Path) -> None:
    """Every rise and set of the low assets over six stations in two days, above 20 deg."""
    view, watch = sky(data, 2.0)
    pads = ("slr-7308", "slr-7090", "slr-7839", "slr-7110", "slr-1891", "slr-7501")
    sites = tuple(s for s in built_in("ilrs") if s.site_id in pads)
    over = over_of(view, watch, sites)
    places = over.places_km
    found = passes(over.bodies.trajectories, places, np.full(len(sites), np.radians(20.0)), view.start_utc, view.stop_utc)
    ts = load.timescale(builtin=True)
    begin = ts.from_datetime(datetime.fromisoformat(str(view.start_utc)).replace(tzinfo=UTC))
    lines = lines_of(data)
    off: list[float] = []
    missed = 0
    for row, number in enumerate(over.bodies.keys.tolist()):
        satellite = EarthSatellite(*lines[number], ts=ts)
        for k, site in enumerate(sites):
            there = wgs84.latlon(site.lat_deg, site.lon_deg_e, elevation_m=site.height_m)
            t, what = satellite.find_events(there, begin, begin + 2.0, altitude_degrees=20.0)
            seconds = (t.tt - begin.tt) * DAY_S
            mine = found.take((found.row == row) & (found.site == k))
            rises, sets = mine.rise_s[mine.rise_s > 0.0], mine.set_s[mine.set_s < 2.0 * DAY_S]
            theirs = (seconds[what == 0], seconds[what == 2])
            missed += abs(len(rises) - len(theirs[0])) + abs(len(sets) - len(theirs[1]))
            if len(rises) == len(theirs[0]) and len(sets) == len(theirs[1]):
                off += [*np.abs(rises - theirs[0]), *np.abs(sets - theirs[1])]
    print(f"{len(off)} rises and sets of {len(over.bodies.keys)} assets over {len(sites)} stations in 2 days: largest difference "
          f"{max(off):.3f} s, median {np.median(off):.3f} s; {missed} found by one of the two alone")  # fmt: skip


def p_values(data: Path) -> None:
    """Is the p-value uniform where nothing is coupled? Windows of Landsat 8 over Koganei in 28 days, outages in bursts."""
    windows, span = real_windows(data, 28.0)
    hours = np.column_stack((np.arange(28) * DAY_S + 3600.0, np.arange(28) * DAY_S + 50_000.0))
    for null, operating in ((ANY, None), (ANY, hours), (DAYS, None)):
        for n in (1, 5, 20):
            values, cautious = [], []
            for seed in range(SEEDS):
                events = bursts(np.random.default_rng([seed, n]), n, span, operating)
                found = coincidence(events, windows, span, seed=[seed, 1], operating_s=operating, null=null)
                values.append(found.p_value)
                cautious.append(found.p_at_least)
            ks = stats.kstest(values, "uniform")
            kind = null if operating is None else f"{null}, on operating time"
            low = [f"{np.mean(np.array(x) <= ALPHA):.1%}" for x in (values, cautious)]
            shape = f"KS distance {ks.statistic:.4f}, p {ks.pvalue:.3f}"
            print(f"{kind:30s} {n:3d} outages: {shape}; p_value <= 5 % in {low[0]}, p_at_least <= 5 % in {low[1]}")


def power(data: Path) -> None:
    """20 outages in 7 days, some of them coupled to one station, among one, six and all stations (Holm adjusts for these)."""
    view, watch = sky(data, 7.0)
    sites = built_in("ilrs")
    over = over_of(view, Watchlist("", "", "", "", tuple(a for a in watch.assets if a.norad_id == 39084)), sites)
    found = over.windows()
    per_site = [found.take(found.site == k).spans() for k in range(len(sites))]
    home = next(k for k, s in enumerate(sites) if s.site_id == "slr-7308")
    span = (0.0, over.length_s)
    others = [k for k in range(len(sites)) if k != home and len(per_site[k])]
    share = float(np.diff(per_site[home], axis=1).sum()) / span[1]
    print(f"windows of Landsat 8 over Koganei: {len(per_site[home])}, {share:.2%} of 7 days")
    for many in (1, 6, len(others) + 1):
        chosen = [per_site[k] for k in (home, *others[: many - 1])]
        for clustered in (False, True):
            kind = "in bursts" if clustered else "singly"
            for coupled in (0, 3, 8):
                told_, first = tried(chosen, span, coupled, clustered)
                what = f"{many:2d} sites, 20 outages {kind}, {coupled or 'none'} coupled"
                print(
                    f"{what}: told in {told_:.1%}, its site first in {first:.1%}"
                    if coupled
                    else f"{what}: a false alarm in {told_:.1%}"
                )


def tried(windows: list[Floats], span: tuple[float, float], coupled: int, clustered: bool) -> tuple[float, float]:
    """Shares of 200 seeds in which the first site is told (any site, where nothing is coupled), and in which it ranks first."""
    runs, told_, first = np.array([span]), 0, 0
    for seed in range(SEEDS // 5):
        rng = np.random.default_rng([seed, len(windows), clustered])
        chosen = windows[0][rng.integers(0, len(windows[0]), coupled)]
        free = bursts(rng, 20, span, None) if clustered else rng.uniform(*span, 20)
        outages = np.append(rng.uniform(chosen[:, 0], chosen[:, 1]), free[: 20 - coupled])
        tested = told(outages, windows, {}, span, runs, seed=seed)
        told_ += bool((tested.adjusted[: 1 if coupled else None] <= ALPHA).any())
        first += tested.rank[0] == 1
    return told_ / (SEEDS // 5), first / (SEEDS // 5)


def laser_ranging(data: Path) -> None:
    """LAGEOS-2, February 2016: does every normal point lie inside a window, and does the range agree?"""
    sets = ranging.lageos_2(data)
    begin = np.datetime64("2016-02-11", "us")
    view = MemoryView(sets, begin, begin + np.timedelta64(8, "D"), begin + np.timedelta64(9, "D"))
    stations = tuple({**s.to_json(), "min_elevation_deg": 10.0} for s in built_in("ilrs"))
    watch = Watchlist("", "", "", "", (asset(22195),))
    events = Illumination(Settings(sites=stations, least_elevation_deg=10.0)).detect(view, watch)
    by_pad = {e.others[0].removeprefix("slr-"): windows_of(e) for e in events}
    for name, ranged in (("normal points", ranging.normal_points(data)), ("ranges", ranging.ranges(data))):
        spans = [[(w["start"].rstrip("Z"), w["stop"].rstrip("Z")) for w in by_pad[pad]] for pad in ranged.pad]
        inside = sum(any(a <= str(t) <= b for a, b in s) for s, t in zip(spans, ranged.t_utc, strict=True))
        share = np.mean([sum(float((np.datetime64(b) - np.datetime64(a)) / np.timedelta64(1, "s")) for a, b in s) / (8 * DAY_S)
                         for s in spans])  # fmt: skip
        print(f"{name}: {inside} of {len(ranged.pad)} inside a window above 10 deg; by chance {share:.1%} would be")


def speed(data: Path) -> None:
    """12 assets, 41 stations, 7 days, out of the catalogue of July 2022; without and with outages."""
    view, watch = sky(data, 7.0)
    sites = tuple(s.to_json() for s in built_in("ilrs"))
    rng = np.random.default_rng(1)
    outages = tuple(
        {"t": iso(START + np.timedelta64(int(x), "s")), "asset": "", "note": ""} for x in rng.uniform(0, 7 * DAY_S, 20)
    )
    Illumination(Settings(sites=sites[:1])).detect(view, watch)  # compiles the kernels
    for name, settings in (
        ("windows", Settings(sites=sites)),
        ("windows and 20 outages", Settings(sites=sites, outages=outages)),
    ):
        began = time.perf_counter()
        events = Illumination(settings).detect(view, watch)
        took = time.perf_counter() - began
        count = sum(len(windows_of(e)) for e in events)
        print(f"{name}: {len(events)} events, {count:,} windows, {took:.1f} s ({len(view.latest()):,} objects known)")


def sky(data: Path, days: float) -> tuple[MemoryView, Watchlist]:
    """The catalogue of July 2022 and twelve assets."""
    path = data / "catalogue/3le_20220715.txt.gz"
    sets = ElementSets.concat([p.element_sets for p in formats.read(path.read_bytes(), path.name)])
    stop = START + np.timedelta64(round(days * DAY_S), "s")
    return MemoryView(sets, START, stop, stop), Watchlist("", "", "", "", tuple(map(asset, ASSETS)))


def over_of(view: MemoryView, watch: Watchlist, sites: tuple[object, ...]) -> Over:
    sets = view.sets([a.norad_id for a in watch.assets if a.norad_id])
    return Over(paths_of(sets, watched(view, watch.assets, sets), 30.0), sites, view.start_utc, view.stop_utc, 20.0)  # type: ignore[arg-type]


def asset(number: int) -> Asset:
    return Asset(str(number), number, "-", "", "", "", "", None, True, "", "")


def lines_of(data: Path) -> dict[int, tuple[str, str]]:
    """The two lines of each asset, for skyfield."""
    import gzip

    rows = gzip.decompress((data / "catalogue/3le_20220715.txt.gz").read_bytes()).decode().splitlines()
    pairs = [(a, b) for a, b in pairwise(rows) if a.startswith("1 ") and b.startswith("2 ")]
    return {int(a[2:7]): (a, b) for a, b in pairs if a[2:7].strip().isdigit() and int(a[2:7]) in ASSETS}


def real_windows(data: Path, days: float) -> tuple[Floats, tuple[float, float]]:
    """Windows of Landsat 8 over Koganei."""
    view, watch = sky(data, days)
    site = tuple(s for s in built_in("ilrs") if s.site_id == "slr-7308")
    over = over_of(view, Watchlist("", "", "", "", tuple(a for a in watch.assets if a.norad_id == 39084)), site)
    return over.windows().spans(), (0.0, over.length_s)


def bursts(rng: np.random.Generator, n: int, span: tuple[float, float], operating: Floats | None) -> Floats:
    """Outages in bursts of four or so, a quarter of an hour wide, at any time; on the operating clock where there is one."""
    runs = merged(np.array([span]) if operating is None else operating)
    length = np.diff(runs, axis=1)[:, 0]
    total = float(length.sum())
    at = (rng.choice(rng.uniform(0.0, total, max(1, n // 4)), n) + rng.normal(0.0, 900.0, n)) % total
    before = np.append(0.0, np.cumsum(length))
    k = np.searchsorted(before, at, side="right") - 1
    return np.asarray(runs[k, 0] + at - before[k])


if __name__ == "__main__":
    main()
