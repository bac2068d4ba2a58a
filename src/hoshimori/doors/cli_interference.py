"""The verb about links out of order: operators' reports against the dull causes first, and where an uplink comes from."""

from __future__ import annotations

from math import inf
from pathlib import Path
from typing import Annotated

import typer

from hoshimori.doors.options import FOUND, AsJson, From, Home, KnownBy, Lang, Language, Modes, progress_bar
from hoshimori.errors import UsageError


def interference(
    reports: Annotated[Path | None, typer.Option(help="Operators' reports: CSV or JSON Lines, every time with its zone.")] = None,
    take_from: From = None,
    watchlist: Annotated[
        str | None, typer.Option("--watch", help="Only satellites of this list. Default: every satellite that is reported.")
    ] = None,
    site: Annotated[
        str | None, typer.Option("--site", help="Ground sites (TOML, or a built-in list): do reports fall into their windows?")
    ] = None,
    space_weather: Annotated[Path | None, typer.Option(help="Kp by day: the CSSI file of CelesTrak.")] = None,
    flares: Annotated[Path | None, typer.Option(help="Flares (CSV: class,start,peak,stop); an empty table says: none.")] = None,
    areas: Annotated[
        Path | None, typer.Option(help="Areas of disturbed reception (CSV: lat_deg,lon_deg_e,radius_km...).")
    ] = None,
    cells: Annotated[Path | None, typer.Option(help="A daily file of gpsjam.org: counted, not placed.")] = None,
    geolocate: Annotated[
        Path | None, typer.Option(help="Differences of arrival through two satellites (CSV): where does the uplink come from?")
    ] = None,
    height: Annotated[float, typer.Option(help="With --geolocate: height of the emitter above the ellipsoid, m.")] = 0.0,
    height_sigma: Annotated[float, typer.Option(help="With --geolocate: one sigma of that height, m.", min=0.0)] = 300.0,
    state_sigma: Annotated[
        str | None, typer.Option(help="With --geolocate: KM,M_S on each axis, for ephemerides that give no covariance.")
    ] = None,
    turnaround: Annotated[
        str, typer.Option(help="With --geolocate: S,HZ, one sigma of how far delay and frequency of the transponders differ.")
    ] = "1e-6,10",
    as_of: KnownBy = None,
    top: Annotated[int, typer.Option(help="Rows of the table; 0 for all. JSON always has all.", min=0)] = 30,
    fail_on: Annotated[list[str] | None, typer.Option(help="Exit with 10 if there is such an event: unexplained or any.")] = None,
    lang: Lang = Language.en,
    mode: Modes = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Links out of order as operators report them: the dull causes first, and what is left; where an uplink emitter stands."""
    from hoshimori.doors import asking, interference_table, terminal
    from hoshimori.doors import interference as calls

    for name in fail_on or []:
        if name not in ("unexplained", "any"):
            raise UsageError(f"--fail-on {name!r}: expected unexplained or any")
    sigma = None if state_sigma is None else _two("--state-sigma", state_sigma, "kilometres and metres a second, such as 1,0.1")
    differ = _two("--turnaround", turnaround, "seconds and hertz, such as 1e-6,10")
    modes = asking.modes([m.value for m in mode or []])
    given = calls.read_given(
        reports=reports, sites=site, space_weather=space_weather, flares=flares, areas=areas, cells=cells, geolocate=geolocate,
        modes=modes,
    )  # fmt: skip
    with progress_bar(as_json) as progress:
        joined = calls.join(
            take_from or [], given, watchlist=watchlist, home=home, as_of=as_of, height_m=height, height_sigma_m=height_sigma,
            turnaround=differ, state_sigma=sigma, modes=modes, progress=progress,
        )  # fmt: skip
    terminal.tell_problems(joined.problems, lang.value)
    interference_table.tell_unseen(joined, lang.value)
    if as_json:
        terminal.put_lines(joined.to_json())
    else:
        interference_table.show(joined, lang.value, top)
    if any("any" in (fail_on or []) or e.label.startswith("unexplained") for e in joined.events) and fail_on:
        raise typer.Exit(FOUND)


def _two(option: str, text: str, expected: str) -> tuple[float, float]:
    """Two numbers above 0."""
    try:
        one, two = (float(x) for x in text.split(","))
    except ValueError:
        one = two = -1.0
    if not (0.0 < one < inf and 0.0 < two < inf):
        raise UsageError(f"{option} {text!r}: expected {expected}")
    return one, two
