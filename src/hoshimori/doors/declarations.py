"""What a watch is told beside element sets: ground sites, launches, operators' reports, solar activity.

Each reaches the detectors that ask for it; a detector that needs a declaration and has none stays silent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hoshimori import watch
from hoshimori.errors import Problem, UsageError
from hoshimori.facts import DataMode
from hoshimori.ports import Detector, View

if TYPE_CHECKING:
    from hoshimori.detect import ascent, illumination, interference, reentry_case

PathLike = str | Path
SOON_DAYS = 10.0
"""A watch tells of strangers that come down this soon: in a month hundreds do, and their windows are then weeks wide."""


def detectors(
    view: View,
    *,
    within_km: float | None = None,
    sites: Sequence[PathLike] = (),
    launches: PathLike | None = None,
    reports: PathLike | None = None,
    space_weather: PathLike | None = None,
    modes: Sequence[DataMode] = (DataMode.REAL,),
    problems: list[Problem] | None = None,
) -> list[Detector]:
    """Every detector installed, with what was declared handed to those that ask for it.

    sites: built-in lists, ids of built-in sites or TOML files; reports of an operator are compared with their windows as well.
    What could not be read goes into `problems`. Detectors of others are left as they are.
    """
    given: dict[str, Any] = {"reentry": _reentry(view, space_weather)}
    if within_km is not None:
        from hoshimori.detect.pairs import Settings as Near

        given["encounter"] = Near(within_km=within_km, within_leo_km=within_km)
    found = _sites(sites)
    if found:
        given["illumination"] = _illumination(found)
    if launches is not None:
        given["ascent"] = _ascent(launches, modes)
    if reports is not None:
        given["interference"] = _interference(view, reports, found, space_weather, modes, problems)
    made = watch.detectors()
    return [d.with_settings(_plain(given[d.name])) if d.name in given else d for d in made]


def _plain(settings: Any) -> dict[str, Any]:
    return settings.to_json() if hasattr(settings, "to_json") else asdict(settings)


def _sites(named: Sequence[PathLike]) -> tuple[dict[str, Any], ...]:
    if not named:
        return ()
    from hoshimori.alliance.sites import sites_named

    found = [s for one in named for s in sites_named(one)]
    ids = [s.site_id for s in found]
    if len(set(ids)) < len(ids):
        raise UsageError(f"--site: {', '.join(sorted({i for i in ids if ids.count(i) > 1}))} named more than once")
    return tuple(s.to_json() for s in found)


def _illumination(sites: tuple[dict[str, Any], ...]) -> illumination.Settings:
    from hoshimori.detect.illumination import Settings

    return Settings(sites=sites)


def _ascent(file: PathLike, modes: Sequence[DataMode]) -> ascent.Settings:
    from hoshimori.alliance.launches import classes, launches
    from hoshimori.alliance.sensors import sensors_named
    from hoshimori.detect.ascent import Settings
    from hoshimori.doors.ascent import text_of

    told = launches(text_of(file, "--launch"), str(file), classes())
    other = [x for x in told if x.data_mode not in modes]
    if other:
        names = ", ".join(f"{x.launch_id} ({x.data_mode.name})" for x in other)
        raise UsageError(f"--launch {file}: {names}: not of the modes watched ({', '.join(m.name for m in modes)}); see --mode")
    return Settings(launches=tuple(x.to_json() for x in told), sensors=tuple(s.to_json() for s in sensors_named("public")))


def _interference(
    view: View,
    reports: PathLike,
    sites: tuple[dict[str, Any], ...],
    space_weather: PathLike | None,
    modes: Sequence[DataMode],
    problems: list[Problem] | None,
) -> interference.Settings:
    from hoshimori.detect.interference import Settings
    from hoshimori.doors.interference import observed_days, read_given

    read = read_given(reports=reports, space_weather=space_weather, modes=modes)
    if problems is not None:
        problems += read.problems
    days = observed_days(read.space_weather, view.start_utc, view.stop_utc, view.as_of_utc)
    return Settings(reports=tuple(r.to_json() for r in read.reports), sites=sites, space_weather=days)


def _reentry(view: View, space_weather: PathLike | None) -> reentry_case.Settings:
    from hoshimori.alliance.regions import built_in_regions
    from hoshimori.detect.reentry_case import Settings
    from hoshimori.doors.reentries import activity_rows

    regions = tuple(r.to_json() for r in built_in_regions())
    rows = activity_rows(space_weather, view.as_of_utc, SOON_DAYS)
    return replace(Settings(), within_days=SOON_DAYS, regions=regions, activity=rows)
