"""Reports of links out of order, for programs: joined with what is known of the Sun, storms, neighbours and burns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from hoshimori.alliance import watchlist as named_watchlist
from hoshimori.alliance.sites import sites_named
from hoshimori.declared.activity import OBSERVED, SpaceWeather
from hoshimori.declared.reports import Report
from hoshimori.declared.sites import Site
from hoshimori.detect.interference import Interference, Settings, per_day
from hoshimori.doors import library
from hoshimori.doors.emitters import Emitter, located
from hoshimori.doors.inquiry import Asked, ask
from hoshimori.doors.library import MODES, Moment
from hoshimori.errors import DataError, NothingFound, Problem, UsageError
from hoshimori.facts import Asset, DataMode, Watchlist
from hoshimori.findings import Event, iso
from hoshimori.formats.area_interference import HIGH, LOW, Cell, read_areas, read_cells
from hoshimori.formats.arrivals import Arrival, read_arrivals
from hoshimori.formats.flares import read_flares
from hoshimori.formats.reports import read_reports
from hoshimori.formats.space_weather import read_space_weather
from hoshimori.ports import Progress, View, silent
from hoshimori.sky.geolocation import Errors

AROUND = np.timedelta64(1, "D")
LONGEST_DAYS = 400


@dataclass(frozen=True)
class Given:
    """What the files beside the element sets say. None where no such file was named."""

    reports: tuple[Report, ...] = ()
    sites: tuple[Site, ...] = ()
    space_weather: SpaceWeather | None = None
    flares: tuple[dict[str, Any], ...] | None = None
    areas: tuple[dict[str, Any], ...] | None = None
    cells: tuple[Cell, ...] = ()
    arrivals: tuple[Arrival, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Joined:
    """Events and emitters, the view behind them, and what could not be used.

    unseen: assets of reports without any orbit; passed_over: reported satellites that the list does not hold.
    """

    events: tuple[Event, ...]
    emitter: Emitter | None
    view: View
    given: Given
    watchlist: Watchlist
    unseen: tuple[int, ...]
    passed_over: tuple[int, ...]
    problems: tuple[Problem, ...]

    def to_json(self) -> list[dict[str, Any]]:
        """One record a line: hoshimori.interference/1 for each event, then hoshimori.emitter/1."""
        lines = [record(e) for e in self.events]
        return lines + ([self.emitter.to_json()] if self.emitter is not None else [])


def interference(
    *paths: str | Path,
    reports: str | Path | None = None,
    watchlist: str | Path | Watchlist | None = None,
    sites: str | Path | None = None,
    space_weather: str | Path | None = None,
    flares: str | Path | None = None,
    areas: str | Path | None = None,
    geolocate: str | Path | None = None,
    home: Path | None = None,
    as_of: Moment | None = None,
    modes: Sequence[DataMode] = MODES,
    progress: Progress = silent,
) -> Joined:
    """Operators' reports of links out of order, one event for each cluster, the dull causes tested first.

    reports: CSV or JSON Lines (docs/interference.md). sites: whose windows are compared with the reports. space_weather, flares,
    areas: what these files say of the time. geolocate: differences of arrival through two satellites; `.emitter` then says
    where the uplink may come from. `.events` are of kind "interference".
    """
    named = {
        "reports": reports,
        "sites": sites,
        "space_weather": space_weather,
        "flares": flares,
        "areas": areas,
        "geolocate": geolocate,
    }
    given = read_given(modes=modes, **named)
    return join(paths, given, watchlist=watchlist, home=home, as_of=as_of, modes=modes, progress=progress)


def read_given(
    *,
    reports: str | Path | None = None,
    sites: str | Path | None = None,
    space_weather: str | Path | None = None,
    flares: str | Path | None = None,
    areas: str | Path | None = None,
    cells: str | Path | None = None,
    geolocate: str | Path | None = None,
    modes: Sequence[DataMode] = MODES,
) -> Given:
    """Everything that the named files hold; UsageError where neither reports nor measurements are named."""
    if reports is None and geolocate is None:
        raise UsageError("interference: name a file of reports (--reports), of measured arrivals (--geolocate), or both")
    out = Given()
    problems: list[Problem] = []
    if reports is not None:
        read = read_reports(_bytes(reports, "--reports"), str(reports), data_mode=modes[0])
        problems += read.problems
        out = replace(out, reports=tuple(r for r in read.reports if r.data_mode in modes))
    if sites is not None:
        out = replace(out, sites=sites_named(sites))
    if space_weather is not None:
        weather = read_space_weather(_bytes(space_weather, "--space-weather"), str(space_weather))
        problems += weather.problems
        out = replace(out, space_weather=weather)
    if flares is not None:
        told, more = read_flares(_bytes(flares, "--flares"), str(flares))
        problems += more
        out = replace(out, flares=tuple(f.to_json() for f in told))
    if areas is not None:
        around, more = read_areas(_bytes(areas, "--areas"), str(areas))
        problems += more
        out = replace(out, areas=tuple(a.to_json() for a in around))
    if cells is not None:
        seen, more = read_cells(_bytes(cells, "--cells"), str(cells))
        problems += more
        out = replace(out, cells=seen)
    if geolocate is not None:
        heard, more = read_arrivals(_bytes(geolocate, "--geolocate"), str(geolocate))
        problems += more
        out = replace(out, arrivals=heard)
    return replace(out, problems=tuple(problems))


def _bytes(path: str | Path, option: str) -> bytes:
    try:
        return Path(path).expanduser().read_bytes()
    except OSError as error:
        raise DataError(f"{option} {path}: cannot be read: {error.strerror}") from error


def join(
    paths: Sequence[str | Path],
    given: Given,
    *,
    watchlist: str | Path | Watchlist | None = None,
    home: Path | None = None,
    as_of: Moment | None = None,
    height_m: float = 0.0,
    height_sigma_m: float = 300.0,
    turnaround: tuple[float, float] = (1e-6, 10.0),
    state_sigma: tuple[float, float] | None = None,
    modes: Sequence[DataMode] = MODES,
    progress: Progress = silent,
) -> Joined:
    """`interference` of what has been read.

    turnaround: s and Hz by which two transponders may differ. state_sigma: km and m/s of owners' ephemerides without covariance.
    """
    if not given.reports and not given.arrivals:
        raise NothingFound("no report is in one of the data modes asked for: see --mode")
    start, stop = _window(given)
    opened = _opened(paths, given, home=home, as_of=as_of, modes=modes, progress=progress)
    view = opened.reopen(start, stop)
    chosen, passed_over = _assets(view, given, watchlist)
    settings = Settings(
        reports=tuple(r.to_json() for r in given.reports),
        sites=tuple(s.to_json() for s in given.sites),
        space_weather=observed_days(given.space_weather, start, stop, view.as_of_utc),
        flares=given.flares,
        areas=given.areas,
    )
    events = Interference(settings).detect(view, chosen, progress=progress) if given.reports else []
    known = set(view.latest().norad_id.tolist()) if len(view.latest()) else set()
    unseen = tuple(a.norad_id for a in chosen.assets if a.norad_id is not None and not _has_orbit(view, a, known))
    errors = Errors(height_sigma_m / 1e3, *turnaround)
    emitter = located(view, given.arrivals, height_m, errors, state_sigma) if given.arrivals else None
    return Joined(tuple(events), emitter, view, given, chosen, unseen, passed_over, (*given.problems, *opened.problems))


def _has_orbit(view: View, asset: Asset, known: set[int]) -> bool:
    return asset.norad_id in known or bool(view.ephemerides(asset.norad_id, asset.cospar_id))


def _window(given: Given) -> tuple[np.datetime64, np.datetime64]:
    """From a day before the first report or measurement to a day after the last."""
    times = [t for r in given.reports for t in (r.start_utc, r.stop_utc)] + [a.t_utc for a in given.arrivals]
    start, stop = min(times), max(times)
    if stop - start > np.timedelta64(LONGEST_DAYS, "D"):
        raise UsageError(f"reports from {iso(start)} to {iso(stop)}: more than {LONGEST_DAYS} days at once; ask year by year")
    return start - AROUND, stop + AROUND


def _opened(
    paths: Sequence[str | Path],
    given: Given,
    *,
    home: Path | None,
    as_of: Moment | None,
    modes: Sequence[DataMode],
    progress: Progress,
) -> Asked:
    """The facts as known at the moment asked; of files named without one, all that they and the reports hold."""

    def asked(moment: Callable[[], Moment | None]) -> Asked:
        return ask(paths, home=home, as_of=moment(), modes=modes, progress=progress)

    opened = asked(lambda: as_of)
    known = max((r.known_utc for r in given.reports), default=opened.view.as_of_utc)
    if as_of is None and paths and known > opened.view.as_of_utc:
        opened = asked(lambda: known)
    return opened


def _assets(view: View, given: Given, watchlist: str | Path | Watchlist | None) -> tuple[Watchlist, tuple[int, ...]]:
    """Who is asked about: the assets of a list, else everybody that is reported."""
    numbers = sorted({r.norad_id for r in given.reports})
    if watchlist is not None:
        chosen = watchlist if isinstance(watchlist, Watchlist) else named_watchlist(watchlist)
        held = {a.norad_id for a in chosen.assets}
        wanted = tuple(a for a in chosen.assets if a.norad_id in numbers)
        if numbers and not wanted:
            said = ", ".join(map(str, numbers))
            raise NothingFound(f"no report is of a satellite on {chosen.watchlist_id}: reported are {said}")
        return replace(chosen, assets=wanted), tuple(n for n in numbers if n not in held)
    for number in numbers:
        library.check_number(number)
    latest = view.latest(numbers)
    cospar = dict(zip(latest.norad_id.tolist(), latest.cospar_id.tolist(), strict=True))
    names = dict(zip(latest.norad_id.tolist(), latest.name.tolist(), strict=True))
    assets = tuple(Asset(str(n), n, cospar.get(n, ""), names.get(n, ""), "", "", "", None, True, "", "") for n in numbers)
    return Watchlist("reported", "every satellite reported", "", "", assets), ()


def observed_days(
    weather: SpaceWeather | None, start: np.datetime64, stop: np.datetime64, as_of_utc: np.datetime64
) -> tuple[dict[str, Any], ...]:
    """Observed days in the window that were over at the moment of knowledge."""
    if weather is None:
        return ()
    last = min(stop, as_of_utc - AROUND)
    mine = (weather.kind == OBSERVED) & (weather.day_utc >= start.astype("datetime64[D]")) & (weather.day_utc <= last)
    return tuple({"day": str(weather.day_utc[k]), "kp": per_day(weather.kp[k])} for k in np.flatnonzero(mine).tolist())


def counted(cells: Sequence[Cell]) -> dict[str, int]:
    """How many cells of a day lie above the two shares at which gpsjam.org changes colour."""
    share = np.array([c.share for c in cells])
    return {"cells": len(cells), "high": int((share > HIGH).sum()), "low": int(((share > LOW) & (share <= HIGH)).sum())}


def record(event: Event) -> dict[str, Any]:
    """One line of JSON, hoshimori.interference/1: the event with its reports and what it cannot be told from."""
    parameters = event.evidence[0].parameters
    body = event.to_json()
    return {
        "schema": "hoshimori.interference/1",
        **{k: body[k] for k in ("id", "start", "stop", "subject", "label", "normal", "quantities", "explanations", "as_of")},
        "reports": list(parameters["reports"]),
        "windows": list(parameters["windows"]),
        "cannot_exclude": [x.name for x in event.explanations if x.verdict in ("possible", "cannot tell")],
        "data_mode": event.data_mode.name,
        "event": body,
    }
