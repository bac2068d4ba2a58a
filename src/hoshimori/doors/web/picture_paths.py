"""Where objects go, for programs that draw them: sampled positions for CZML, ground tracks and re-entry lines for GeoJSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hoshimori.alliance.regions import built_in_regions
from hoshimori.declared.regions import Region
from hoshimori.detect.neighbourhood import everybody
from hoshimori.detect.reentry import Case, Reentry, Settings
from hoshimori.doors.reentries import RECORD, STEP, record
from hoshimori.doors.web.plain import number
from hoshimori.doors.web.problems import NotHere
from hoshimori.doors.web.skies import Skies
from hoshimori.errors import UsageError
from hoshimori.facts import DataMode, Floats, Times
from hoshimori.findings import Event, iso
from hoshimori.formats import geojson
from hoshimori.formats.czml import Colour, Frame, Moving, Sampled
from hoshimori.sky import frames
from hoshimori.tracking.classes import class_sigma_rtn_km

MOST_SAMPLES = 200_000
PER_TURN = 60
LINE_POINTS = 4000
REACH_DAYS = 30.0
LONGEST = np.timedelta64(10, "D")
WATCHED: Colour = (255, 176, 0, 255)
OTHER: Colour = (160, 200, 255, 255)
US = np.timedelta64(1, "us")
MEANING = "where it would be at that moment if it came down then"
LOOKED_AT = 5
"""So many objects that come down are worked out in one answer: each takes about a second."""


@dataclass(frozen=True)
class Path:
    """One object over a window: t_utc (m,), r_km and v_km_s (m, 3) in TEME, NaN where no set speaks."""

    norad_id: int
    name: str
    data_mode: DataMode
    period_s: float
    watched: bool
    epoch_utc: np.datetime64
    t_utc: Times
    r_km: Floats
    v_km_s: Floats
    sigma_km: Mapping[str, tuple[float | None, float | None, float | None]]
    """One sigma R, T, N at the first and the last moment, by the class of the orbit."""


def window(
    as_of_utc: np.datetime64, start: np.datetime64 | None, stop: np.datetime64 | None, default: np.timedelta64
) -> tuple[np.datetime64, np.datetime64]:
    """From when to when; from the moment of knowledge on where no start is named."""
    first = as_of_utc if start is None else start
    last = first + default if stop is None else stop
    if not first < last <= first + LONGEST:
        raise UsageError(f"from {iso(first)} to {iso(last)}: expected an end after the start, at most {LONGEST}")
    return first, last


def paths(
    skies: Skies, norad_ids: Sequence[int], as_of_utc: np.datetime64, start: np.datetime64, stop: np.datetime64
) -> list[Path]:
    """By SGP4 from the sets known at the moment, blended between epochs. NotHere where none of the objects is known.

    Samples follow the fastest part of each orbit: `PER_TURN` a revolution for a round one, more for an eccentric one.
    """
    sky = skies.at(as_of_utc)
    rows = [row for k in dict.fromkeys(norad_ids) if (row := sky.row(k)) is not None]
    if not rows:
        raise NotHere(f"any of the objects {', '.join(map(str, norad_ids[:5]))} as known at {iso(as_of_utc)}")
    sets = sky.latest.take(np.array(rows, np.int64))
    step_us = _steps_us(sets.mean_motion_rev_day, sets.eccentricity)
    samples = int((((stop - start) / US) / step_us + 2.0).sum())
    if samples > MOST_SAMPLES:
        raise UsageError(
            f"{len(rows)} objects over {stop - start}: {samples:,} positions; at most {MOST_SAMPLES:,}: ask for less"
        )
    around = everybody(skies.view(as_of_utc, start, stop).sets(sets.norad_id.tolist()), {}, REACH_DAYS)
    watched, out = skies.watched(), []
    for k, key in enumerate(sets.norad_id.tolist()):
        if key not in around.keys:
            continue
        t_utc = _even(start, stop, step_us[k])
        r, v = around.trajectories.at(np.full(len(t_utc), around.row(key)), t_utc, np.zeros(len(t_utc)))
        out.append(
            Path(
                key,
                str(sets.name[k]),
                DataMode(int(sets.data_mode[k])),
                86400.0 / float(sets.mean_motion_rev_day[k]),
                key in watched,
                sets.epoch_utc[k],
                t_utc,
                r,
                v,
                _sigmas(sets.take(slice(k, k + 1)), start, stop),
            )
        )
    return out


def _steps_us(mean_motion_rev_day: Floats, eccentricity: Floats) -> Floats:
    """(n,) µs between samples. At perigee an orbit turns (1 + e)^2 / (1 - e^2)^1.5 times as fast as on average."""
    e = np.minimum(eccentricity, 0.95)
    faster = (1.0 + e) ** 2 / (1.0 - e * e) ** 1.5
    return np.asarray(86_400e6 / mean_motion_rev_day / PER_TURN / faster)


def _even(start: np.datetime64, stop: np.datetime64, step_us: float) -> Times:
    count = max(2, int(np.ceil((stop - start) / US / step_us)) + 1)
    t: Times = start + np.rint(np.linspace(0.0, (stop - start) / US, count)).astype("timedelta64[us]")
    return t


def _sigmas(one: Any, start: np.datetime64, stop: np.datetime64) -> dict[str, tuple[float | None, float | None, float | None]]:
    age = np.array([(t - one.epoch_utc[0]) / np.timedelta64(86_400_000_000, "us") for t in (start, stop)])
    motion, e, inc = (np.repeat(x, 2) for x in (one.mean_motion_rev_day, one.eccentricity, one.inc_deg))
    found = class_sigma_rtn_km(motion, e, age, inc_deg=inc)
    return {name: (number(row[0]), number(row[1]), number(row[2])) for name, row in zip(("start", "stop"), found, strict=True)}


def moving(path: Path, frame: Frame) -> Moving:
    """A path as CZML has it, turned from TEME into ICRF axes or into the Earth-fixed frame."""
    turn = frames.teme_to_gcrs if frame == "INERTIAL" else frames.teme_to_itrs
    stretches = []
    for first, last in _runs(path.r_km):
        r, _ = turn(path.r_km[first:last], path.v_km_s[first:last], path.t_utc[first:last])
        stretches.append(Sampled(path.t_utc[first:last], r))
    words = {k: " / ".join("?" if x is None else f"{x:.2f}" for x in row) for k, row in path.sigma_km.items()}
    facts = {
        "catalogue number": str(path.norad_id),
        "data mode": path.data_mode.name,
        "element set of": iso(path.epoch_utc),
        "1 sigma R / T / N at the start (km)": words["start"],
        "1 sigma R / T / N at the end (km)": words["stop"],
    }
    properties: dict[str, str | float | bool] = {
        "norad_id": path.norad_id, "data_mode": path.data_mode.name, "epoch": iso(path.epoch_utc), "watched": path.watched,
    }  # fmt: skip
    for at, row in path.sigma_km.items():
        properties |= {f"sigma_{x}_km_{at}": s for x, s in zip("rtn", row, strict=True) if s is not None}
    colour = WATCHED if path.watched else OTHER
    return Moving(str(path.norad_id), path.name or str(path.norad_id), stretches, colour, path.period_s, facts, properties)


def _runs(r_km: Floats) -> Iterator[tuple[int, int]]:
    """Stretches in which a set speaks, of two samples or more."""
    known = np.isfinite(r_km).all(axis=1)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], known.astype(np.int8), [0]])))
    for first, last in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        if last - first > 1:
            yield first, last


def track(path: Path) -> dict[str, Any]:
    """The ground track of a path as a feature: heights in metres above WGS 84, the time of each position beside it."""
    r, _ = frames.teme_to_itrs(path.r_km, path.v_km_s, path.t_utc)
    lon, lat, height_km = frames.geodetic(r)
    pieces = geojson.cut(np.degrees(lon), np.degrees(lat), height_km * 1000.0)
    times = [[iso(path.t_utc[k]) if k >= 0 else None for k in p.given] for p in pieces]
    lines = [p.positions for p in pieces]
    geometry = {"type": "MultiLineString", "coordinates": lines} if lines else None
    properties = {
        "what": "ground track",
        "norad_id": path.norad_id,
        "name": path.name,
        "data_mode": path.data_mode.name,
        "epoch": iso(path.epoch_utc),
        "times": times,
        "sigma_rtn_km": {k: list(v) for k, v in path.sigma_km.items()},
    }
    return geojson.feature(geometry, properties, f"track-{path.norad_id}")


def coming_down(skies: Skies, norad_ids: Sequence[int], as_of_utc: np.datetime64) -> list[dict[str, Any]]:
    """Of each object that comes down: where it would be at each moment of its window, and the areas that the line touches."""
    view = skies.view(as_of_utc, as_of_utc - RECORD, as_of_utc + STEP)
    areas = built_in_regions()
    settings = Settings(
        within_days=365.0, past_days=365.0, who="watched", ids=tuple(sorted(norad_ids)), regions=tuple(r.to_json() for r in areas)
    )
    names = skies.at(as_of_utc).names
    cases = Reentry(settings).cases(view, list(norad_ids))
    features = [_falling(case, as_of_utc, names.get(str(case.norad_id), "")) for case in sorted(cases, key=lambda c: c.best_utc)]
    touched = {t.region.region_id for case in cases for t in case.touches if t.share > 0.0}
    return features + [_region(r) for r in areas if r.region_id in touched]


def _falling(case: Case, as_of_utc: np.datetime64, name: str) -> dict[str, Any]:
    told = record(case, as_of_utc, name)
    kept = ("norad_id", "name", "data_mode", "basis", "happened", "window", "remaining_days", "remaining_sigma_days", "class",
            "regions")  # fmt: skip
    line, geometry = case.track, None
    if line is not None:
        rows = np.unique(np.linspace(0, len(line.t_utc) - 1, min(len(line.t_utc), LINE_POINTS)).astype(np.int64))
        geometry = geojson.line(line.lon_deg_e[rows], line.lat_deg[rows])
    properties = {"what": "re-entry", "meaning": MEANING} | {k: told[k] for k in kept}
    return geojson.feature(geometry, properties, f"reentry-{case.norad_id}")


def told_to_come_down(events: Sequence[Event], names: Mapping[str, str]) -> list[dict[str, Any]]:
    """What kept events say of re-entries: window and areas touched. The line below is worked out where objects are named."""
    features, touched = [], set()
    for e in sorted(events, key=lambda e: (e.start_utc, e.subject)):
        said = e.evidence[0].parameters
        remaining = e.quantities.get("remaining")
        properties = {
            "what": "re-entry",
            "meaning": "the place is not worked out here: ask with norad",
            "norad_id": int(e.subject) if e.subject.isdigit() else None,
            "name": names.get(e.subject, ""),
            "data_mode": e.data_mode.name,
            "event": e.event_id,
            "basis": said.get("basis"),
            "window": {"start": iso(e.start_utc), "best": said.get("best"), "stop": iso(e.stop_utc)},
            "remaining_days": remaining.value if remaining else None,
            "remaining_sigma_days": remaining.sigma if remaining else None,
            "class": e.label,
            "regions": said.get("regions", []),
        }
        touched |= {r["region"] for r in said.get("regions", []) if r["share"] > 0.0}
        features.append(geojson.feature(None, properties, f"reentry-{e.subject}"))
    return features + [_region(r) for r in built_in_regions() if r.region_id in touched]


def _region(r: Region) -> dict[str, Any]:
    properties = {
        "what": "region", "region_id": r.region_id, "name": r.name, "name_ja": r.name_ja, "kind": r.kind, "source": r.source,
        "grade": r.grade,
    }  # fmt: skip
    return geojson.feature(geojson.area(r.corners), properties, f"region-{r.region_id}")


def places(sensors: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Sites and sensors as points, each with all that is told of it."""
    out = []
    for what, rows, key in (("site", sensors["sites"], "site_id"), ("sensor", sensors["sensors"], "sensor_id")):
        for row in rows:
            spot = geojson.point(row["lon_deg"], row["lat_deg"], row["alt_km"] * 1000.0)
            out.append(geojson.feature(spot, {"what": what, **row}, f"{what}-{row[key]}"))
    return out
