"""Declared ascents for programs: which assets the geometry allows and which it excludes, and the warning that each has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from hoshimori.alliance import watchlist as named_watchlist
from hoshimori.alliance.launches import LONGEST_SIGMA_S, WIDEST, class_named, classes, classes_in, launches, sector, zoned
from hoshimori.alliance.sensors import sensors_named
from hoshimori.declared.launches import AscentClass, Launch
from hoshimori.detect.ascent import Ascent, Settings
from hoshimori.detect.ascent_refusal import refuse_solution
from hoshimori.detect.conjunction import everything
from hoshimori.detect.nearing import EVERYTHING
from hoshimori.doors.inquiry import ask
from hoshimori.doors.library import MODES, Moment
from hoshimori.errors import DataError, NothingFound, Problem, UsageError
from hoshimori.facts import DataMode, Watchlist
from hoshimori.findings import Event
from hoshimori.formats.radar_track import read_radar_track
from hoshimori.ports import Progress, View, silent
from hoshimori.sky import frames

HOURS = 2.0
LONGEST_HOURS = 24.0
SCHEMA = "hoshimori.ascent/1"
WATCH = "japan-all"
DECLARED_HERE = "declared in the question"


@dataclass(frozen=True)
class Answer:
    """What came out: events, the view behind them, the launches asked about, and what could not be read of the files."""

    events: tuple[Event, ...]
    view: View
    watchlist: Watchlist
    launches: tuple[Launch, ...]
    objects: int
    problems: tuple[Problem, ...] = ()


def ascent(
    *paths: str | Path,
    watchlist: str | Path | Watchlist = WATCH,
    site: tuple[float, float] | None = None,
    at: str | None = None,
    sigma_s: float = 0.0,
    azimuth_deg: tuple[float, float] | str | None = None,
    launch: str | Path | None = None,
    track: str | Path | None = None,
    body: str | None = None,
    class_file: str | Path | None = None,
    sensors: str | Path = "public",
    hours: float = HOURS,
    home: Path | None = None,
    as_of: Moment | None = None,
    modes: Sequence[DataMode] = MODES,
    progress: Progress = silent,
) -> list[Event]:
    """Which satellites a declared or seen ascent could and could not reach, as a necessary condition, and their warning.

    site (latitude, longitude in degrees) with `at` (a time with its zone), or a TOML file of launches, or a radar track (CSV), or
    these together. body: a class by id, "large" where none is given. One event of kind "ascent" for each launch and asset; of
    "everything", only those that the geometry allows. Asking for the direction or time that would reach a satellite is refused.
    """
    return list(
        answer(
            paths, watchlist=watchlist, site=site, at=at, sigma_s=sigma_s, azimuth_deg=azimuth_deg, launch=launch, track=track,
            body=body, class_file=class_file, sensors=sensors, hours=hours, home=home, as_of=as_of, modes=modes,
            progress=progress,
        ).events
    )  # fmt: skip


def answer(
    paths: Sequence[str | Path],
    *,
    watchlist: str | Path | Watchlist = WATCH,
    site: tuple[float, float] | None = None,
    at: str | None = None,
    sigma_s: float = 0.0,
    azimuth_deg: tuple[float, float] | str | None = None,
    launch: str | Path | None = None,
    track: str | Path | None = None,
    body: str | None = None,
    class_file: str | Path | None = None,
    sensors: str | Path = "public",
    hours: float = HOURS,
    home: Path | None = None,
    as_of: Moment | None = None,
    modes: Sequence[DataMode] = MODES,
    progress: Progress = silent,
) -> Answer:
    """`ascent` with the view behind it."""
    if not 0.0 < hours <= LONGEST_HOURS:
        raise UsageError(f"--hours {hours:g}: expected a number above 0 and up to {LONGEST_HOURS:g}")
    known = classes() if class_file is None else classes_in(text_of(class_file, "--classes"), str(class_file))
    declared = _declared(site, at, sigma_s, azimuth_deg, launch, track, body, known)
    asked = named_watchlist(watchlist) if not isinstance(watchlist, Watchlist) and watchlist != EVERYTHING else watchlist
    settings = Settings(
        launches=tuple(x.to_json() for x in declared),
        sensors=tuple(x.to_json() for x in sensors_named(sensors)),
        window_s=hours * 3600.0,
    )
    opened = ask(paths, home=home, as_of=as_of, modes=modes, sound=True, progress=progress)
    around = np.timedelta64(round((hours * 3600.0 + settings.sigmas * LONGEST_SIGMA_S) * 1e6), "us")
    begin, end = min(x.t_utc for x in declared) - around, max(x.t_utc for x in declared) + around
    view = opened.reopen(begin, end)
    chosen = asked if isinstance(asked, Watchlist) else everything(view)
    events = Ascent(settings).detect(view, chosen, progress=progress)
    objects = len(np.unique(view.sets().norad_id)) if chosen.watchlist_id == EVERYTHING else len(chosen.assets)
    if not objects or (events and all(e.label == "cannot tell" for e in events) and chosen.watchlist_id != EVERYTHING):
        raise NothingFound(
            f"none of the {len(chosen.assets)} assets of {chosen.watchlist_id} has an orbit around {begin} known as of "
            f"{opened.said}: ingest a source that carries them, name one with --from, or see --mode and --as-of"
        )
    return Answer(tuple(sorted(events, key=_order)), view, chosen, declared, objects, opened.problems)


def record(event: Event, asset_name: str) -> dict[str, Any]:
    """One asset and one launch as a line of JSON."""
    told = event.evidence[0].parameters
    detail = told["ascent"]
    launch = next(x for x in told["settings"]["launches"] if x["launch_id"] == detail["launch"])
    shown = {k: launch[k] for k in ("launch_id", "lat_deg", "lon_deg_e", "t", "sigma_s", "azimuth_deg", "source", "grade")}
    body = launch["class"]
    return {
        "schema": SCHEMA,
        "id": event.event_id,
        "asset": told["asset"],
        "norad_id": int(event.subject) if event.subject.isdigit() else None,
        "name": asset_name,
        "verdict": event.label,
        "excluded_by": detail["excluded_by"] if event.label == "geometry not possible" else "",
        "intervals": detail["intervals"],
        "coarseness_s": detail["coarseness_s"],
        "launch": shown,
        "class": {k: body[k] for k in ("class_id", "ceiling_km", "source", "grade")},
        "warning_least_s": _value(event, "warning_least_s"),
        "warning_most_s": _value(event, "warning_most_s"),
        "first_sight": detail["first_sight"],
        "warning": detail["warning"],
        "track": detail["track"],
        "quantities": {k: q.to_json() for k, q in sorted(event.quantities.items())},
        "cannot_exclude": [x.to_json() for x in event.explanations],
        "data_mode": event.data_mode.name,
        "as_of": event.to_json()["as_of"],
    }


def names_of(found: Answer) -> dict[str, str]:
    """Subject to the name of the asset; of everything, the name in the catalogue."""
    known = {str(a.norad_id or a.asset_id): a.name for a in found.watchlist.assets}
    missing = [int(e.subject) for e in found.events if e.subject not in known and e.subject.isdigit()]
    if missing:
        known |= {str(n.norad_id): n.name for n in found.view.names(missing)}
    return known


def _value(event: Event, name: str) -> float | None:
    return event.quantities[name].value if name in event.quantities else None


def _order(event: Event) -> tuple[str, int, np.datetime64, str]:
    rank = {"geometry possible": 0, "cannot tell": 1}.get(event.label, 2)
    return event.others[0], rank, event.start_utc, event.subject


def _declared(
    site: tuple[float, float] | None,
    at: str | None,
    sigma_s: float,
    azimuth_deg: tuple[float, float] | str | None,
    file: str | Path | None,
    track: str | Path | None,
    body: str | None,
    known: Mapping[str, AscentClass],
) -> tuple[Launch, ...]:
    """The launches that the question names, the track put to the one it belongs to."""
    for name, given in (("azimuth", azimuth_deg), ("at", at)):
        if isinstance(given, str) and not any(c.isdigit() for c in given):
            raise refuse_solution(f"--{name} {given!r}")
    looks = () if track is None else read_radar_track(_bytes(track, "--track"), str(track))
    chosen = class_named(body or WIDEST, known)
    if file is not None:
        if site is not None or at is not None or azimuth_deg is not None:
            raise UsageError("--launch together with --site, --at or --azimuth: both say which launch; give one of them")
        told = launches(text_of(file, "--launch"), str(file), known)
        if looks and len(told) > 1:
            raise UsageError(f"--track with {len(told)} launches in {file}: a track belongs to one launch")
        return tuple(replace(x, looks=looks, body=x.body if body is None else chosen) for x in told)
    if site is None and at is None and looks:
        return (_from_track(looks, chosen, str(track)),)
    if site is None or at is None:
        raise UsageError("no launch: expected --site LAT,LON with --at TIME, or --launch FILE, or --track FILE")
    return (replace(_one(site, at, sigma_s, azimuth_deg, chosen), looks=looks),)


def _one(
    site: tuple[float, float], at: str, sigma_s: float, azimuth_deg: tuple[float, float] | str | None, body: AscentClass
) -> Launch:
    lat, lon = site
    if not (-90.0 <= lat <= 90.0 and -180.0 <= lon <= 360.0):
        raise UsageError(f"--site {lat:g},{lon:g}: not on the Earth: expected latitude -90 to 90, then longitude -180 to 360")
    if not 0.0 <= sigma_s <= LONGEST_SIGMA_S:
        raise UsageError(f"--sigma {sigma_s:g}: expected seconds, 0 to {LONGEST_SIGMA_S:g}")
    pair = pair_of(azimuth_deg, "--azimuth") if isinstance(azimuth_deg, str) else azimuth_deg
    if pair is not None and (not np.all(np.abs(pair) <= 360.0) or pair[0] % 360.0 == pair[1] % 360.0):
        raise UsageError(f"--azimuth {pair[0]:g},{pair[1]:g}: expected two different azimuths, -360 to 360, clockwise")
    lon = lon - 360.0 if lon > 180.0 else lon
    aimed = None if pair is None else sector(pair)
    return Launch("declared", lat, lon, 0.0, zoned(at, "--at"), sigma_s, aimed, body, DECLARED_HERE, "F6")


def _from_track(looks: Sequence[Any], body: AscentClass, file: str) -> Launch:
    """A launch of which only the track is known: place and time are those of the last look."""
    last = looks[-1]
    lon, lat, _ = frames.geodetic(np.array(last.r_itrs_km))
    place = (float(np.degrees(lat)), float(np.degrees(lon)))
    return Launch("track", *place, 0.0, last.t_utc, 0.0, None, body, f"radar track {Path(file).name}", "F6",
                  looks=tuple(looks), site_known=False)  # fmt: skip


def pair_of(text: str, option: str) -> tuple[float, float]:
    """Two numbers with a comma between them. Words where numbers are due ask for a solution, and are refused."""
    parts = text.split(",")
    if option == "--azimuth" and not any(c.isdigit() for c in text):
        raise refuse_solution(f"{option} {text!r}")
    try:
        first, second = (float(p) for p in parts)
    except ValueError as error:
        raise UsageError(f"{option} {text!r}: expected two numbers with a comma between them, such as 28.2,102.0") from error
    if not (np.isfinite(first) and np.isfinite(second)):
        raise UsageError(f"{option} {text!r}: expected two finite numbers")
    return first, second


def _bytes(path: str | Path, option: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise DataError(f"{option} {path}: cannot be read: {error.strerror}") from error


def text_of(path: str | Path, option: str) -> str:
    try:
        return _bytes(path, option).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{option} {path}: byte {error.start} is not UTF-8: TOML is always UTF-8") from error
