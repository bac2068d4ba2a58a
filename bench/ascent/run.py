"""What docs/ascent.md rests on: windows against skyfield, bounds against flown bodies, radar tracks, 11 January 2007, and speed.

    python bench/ascent/run.py --data ../shared/data            # all of it, some minutes
    python bench/ascent/run.py --data ../shared/data --only speed

Nothing here was used to set a margin: classes come from public figures, the other margins were set before.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from scipy.integrate import solve_ivp

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # run as a script, the root is not where names are looked for

from hoshimori.alliance.sensors import sensors_named
from hoshimori.catalogue import MemoryView
from hoshimori.detect import ascent_reach
from hoshimori.detect.ascent import Ascent, _One
from hoshimori.facts import Asset, ElementSets, Watchlist
from hoshimori.formats import read
from hoshimori.sky import ballistic, ballistic_track
from tests.detect import ascents as made
from tests.detect.test_ascent import BEFORE, crowd, edges_by_skyfield, pull, sky_of_2007
from tests.sky.test_ballistic import track, true_track
from tests.truth import fengyun_2007 as record

T0 = made.T0
CATALOGUE = "catalogue/3le_20220715.txt.gz"
CATALOGUE_UTC = np.datetime64("2022-07-15T12:00:00", "us")
ASSETS = (25544, 20580, 39084, 49260, 40697, 42063, 41240, 36508, 25994, 27424, 39766, 40267)
FLOWN = 1000
TRACKS = 300
US = np.timedelta64(1, "us")


def main() -> None:
    """Run what was asked for."""
    parts: dict[str, Callable[[Path], None]] = {
        "skyfield": against_skyfield, "flown": flown, "tracks": tracks, "2007": of_2007, "speed": speed,
    }  # fmt: skip
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--data", type=Path, required=True)
    asked.add_argument("--only", choices=sorted(parts))
    given = asked.parse_args()
    for name, part in parts.items():
        if given.only in (None, name):
            print(f"\n== {name}", flush=True)
            part(given.data)


def against_skyfield(_data: Path) -> None:
    """Every edge of the possible times of 60 made satellites, by skyfield's geometry and scipy's integrals."""
    sky, one = crowd(60, seed=99), made.launch()
    found = _One(made.view_of(sky, T0), made.settings(one), one)
    t0, off, unlike = int(T0.astype(np.int64)), [], 0
    for asset, told in found.watched(made.assets(*np.unique(sky.norad_id).tolist()).assets):
        edges = edges_by_skyfield(sky, int(np.flatnonzero(sky.norad_id == asset.norad_id)[0]), one)
        ours = sorted([*((told.possible.start_us - t0) * 1e-6), *((told.possible.stop_us - t0) * 1e-6)])
        if len(ours) != len(edges):
            unlike += 1
            continue
        off += [abs(a - b) for a, b in zip(ours, edges, strict=True)]
    print(f"{len(off)} edges of 60 satellites: largest difference {max(off):.3f} s; satellites with other edges: {unlike}")


def flown(_data: Path) -> None:
    """Bodies thrown over the turning Earth at every speed and angle of a class, by scipy: how often does a bound exclude one?"""
    rng, broken, near = np.random.default_rng(20261121), 0, []
    for name in ("short", "medium", "intermediate", "intercontinental"):
        one = made.launch(body=name, azimuth_deg=(0.0, 90.0))
        bound = ascent_reach.rising(one, 3.0, float(np.radians(15.0)))
        sharp = bound._replace(envelope=bound.envelope._replace(acceleration_km_s2=1e3))
        up = bound.origin_km / np.linalg.norm(bound.origin_km)
        most = ballistic.speed_to_height_km_s(bound.envelope.radius_km, one.body.ceiling_km)
        for _ in range(FLOWN // 4):
            azimuth, tilt, share = rng.uniform(0.0, np.pi / 2.0), np.arcsin(rng.uniform(0.3, 1.0)), rng.uniform(0.3, 1.0)
            along = np.cos(azimuth) * bound.north + np.sin(azimuth) * bound.east
            v = share * most * (np.sin(tilt) * up + np.cos(tilt) * along) + bound.rotation_km_s * bound.east
            t = np.arange(10.0, 6000.0, 10.0)
            r = solve_ivp(pull, (0.0, 6000.0), np.append(bound.origin_km, v), "DOP853", t, rtol=1e-9, atol=1e-6).y.T[:, :3]
            down = np.linalg.norm(r, axis=1) <= bound.envelope.radius_km
            r = r[: int(np.argmax(down)) if down.any() else len(r)]
            us = int(T0.astype(np.int64)) + np.rint(t[: len(r)] * 1e6).astype(np.int64)
            nothing = np.zeros(len(r))
            if not len(r):
                continue
            room = ascent_reach.rooms(sharp, us, r, ascent_reach._height_km(us, r), nothing, nothing).least()
            broken += int((room < 0.0).any())
            near.append(float(room.min()))
    print(f"{len(near)} bodies of four classes in a declared sector: excluded at any moment of their flight: {broken}")
    print(f"least room left by any condition: {min(near):.2f} s; median {np.median(near):.1f} s")


def tracks(_data: Path) -> None:
    """300 tracks of 21 looks with 0.3 km: is the covariance honest, and how well is the greatest height known?"""
    nees, chi2, sigmas, z = [], [], [], []
    _, r, end = true_track()
    top = ballistic_track.apogee_km(ballistic_track.Fit(0.0, end[:3], end[3:], np.eye(6), 0.0, 1))[0]
    for seed in range(1000, 1000 + TRACKS):
        t, r, covariance, end = track(seed)
        found = ballistic_track.fit(t, r, covariance)
        off = np.append(found.r_km, found.v_km_s) - end
        nees.append(off @ np.linalg.inv(found.covariance) @ off)
        chi2.append(found.chi2 / found.freedom)
        apogee, sigma = ballistic_track.apogee_km(found)
        sigmas.append(sigma)
        z.append((apogee - top) / sigma)
    band = 1.96 * np.sqrt(12.0 / TRACKS)
    print(f"NEES {np.mean(nees):.2f} (6 +- {band:.2f} expected); chi2 / freedom {np.mean(chi2):.3f}")
    print(f"apogee: sigma {np.median(sigmas):.2f} km (median); within 2 sigma {np.mean(np.abs(z) <= 2.0):.3f} (0.954 expected)")


def of_2007(_data: Path) -> None:
    """The old satellite at every distance along the published azimuth, by class; launch assumed 6 +- 2 minutes before."""
    for name in ("short", "medium", "intermediate"):
        told = []
        for distance in range(0, 1001, 100):
            one = made.launch(BEFORE, body=name, sigma_s=120.0)
            event = made.ask(made.settings(one), sky_of_2007(float(distance)), BEFORE)[str(record.NORAD_ID)]
            at = event.start_utc <= record.EVENT_UTC <= event.stop_utc
            told.append("possible at 22:26" if at and not event.normal else event.evidence[0].parameters["ascent"]["excluded_by"])
        print(f"{name:14} 0 to 1,000 km: {', '.join(sorted(set(told)))}")


def speed(data: Path) -> None:
    """The catalogue of 2022: 12 assets with the built-in radars, and everything that each class allows."""
    place = data / CATALOGUE
    sets = ElementSets.concat([p.element_sets for p in read(place.read_bytes(), place.name)])
    begin, end = CATALOGUE_UTC - np.timedelta64(3, "h"), CATALOGUE_UTC + np.timedelta64(6, "h")
    view = MemoryView(sets, begin, end, end + np.timedelta64(2, "D"))
    watch = Watchlist("bench", "", "", "", tuple(Asset(str(k), k, "", "", "", "", "", None, True, "", "") for k in ASSETS))
    everything = Watchlist("everything", "", "", "", ())
    given = tuple(sensors_named("public"))
    for name in ("medium", "large"):
        detector = Ascent(made.settings(made.launch(CATALOGUE_UTC, body=name, sigma_s=30.0), sensors=given))
        detector.detect(view, watch)
        start = time.perf_counter()
        found = detector.detect(view, watch)
        possible = sum(not e.normal for e in found)
        print(f"{name:8} 12 assets, {len(given)} radars: {time.perf_counter() - start:.2f} s; possible {possible}", flush=True)
    for name in ("short", "medium", "intermediate"):
        detector = Ascent(made.settings(made.launch(CATALOGUE_UTC, body=name, sigma_s=30.0), sensors=given))
        start = time.perf_counter()
        found = detector.detect(view, everything)
        objects = len(np.unique(sets.norad_id))
        print(
            f"{name:12} everything, {objects:,} objects: {time.perf_counter() - start:.1f} s; possible {len(found):,}", flush=True
        )


if __name__ == "__main__":
    main()
