"""The verb about declared ascents: what the geometry allows, what it excludes, and how much warning there is."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hoshimori.doors.options import AsJson, From, Home, KnownBy, Lang, Language, Modes, progress_bar


def ascent(
    site: Annotated[str | None, typer.Option("--site", help="Where the launch was: LAT,LON in degrees.")] = None,
    at: Annotated[
        str | None, typer.Option("--at", help="When, with its time zone: ISO 8601, such as 2026-05-30T12:00:00Z.")
    ] = None,
    sigma: Annotated[float, typer.Option("--sigma", help="One sigma of that time, seconds.")] = 0.0,
    azimuth: Annotated[
        str | None, typer.Option("--azimuth", help="Sector of azimuths, clockwise: A,B in degrees. Default: every direction.")
    ] = None,
    launch: Annotated[
        Path | None, typer.Option("--launch", help="Declared launches instead: a TOML file with [[launch]].")
    ] = None,
    track: Annotated[Path | None, typer.Option("--track", help="A radar track of the rising body: CSV.")] = None,
    body: Annotated[
        str | None, typer.Option("--class", help="Class of the body: sounding, short, medium, ... Default: large, the widest.")
    ] = None,
    classes: Annotated[Path | None, typer.Option("--classes", help="Your own classes: a TOML file with [[class]].")] = None,
    sensors: Annotated[
        str, typer.Option("--sensors", help="Who could see it: public, or a TOML file with [[sensor]].")
    ] = "public",
    watchlist: Annotated[
        str, typer.Option("--watch", help="A built-in watchlist, a .toml file, or 'everything' known.")
    ] = "japan-all",
    hours: Annotated[float, typer.Option("--hours", help="How long after the launch is looked.")] = 2.0,
    take_from: From = None,
    as_of: KnownBy = None,
    top: Annotated[int, typer.Option(help="Rows of the table; 0 for all. JSON always has all.", min=0)] = 40,
    lang: Lang = Language.en,
    mode: Modes = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Which satellites a declared ascent could and could not reach: a necessary condition, with the warning that each has."""
    from hoshimori.doors import ascent as calls
    from hoshimori.doors import ascent_table, asking, terminal

    modes = asking.modes([m.value for m in mode or []])
    place = None if site is None else calls.pair_of(site, "--site")
    with progress_bar(as_json) as progress:
        found = calls.answer(
            take_from or [], watchlist=watchlist, site=place, at=at, sigma_s=sigma, azimuth_deg=azimuth, launch=launch,
            track=track, body=body, class_file=classes, sensors=sensors, hours=hours, home=home, as_of=as_of, modes=modes,
            progress=progress,
        )  # fmt: skip
    terminal.tell_problems(found.problems, lang.value)
    names = calls.names_of(found)
    if as_json:
        terminal.put_lines(calls.record(e, names.get(e.subject, "")) for e in found.events)
    else:
        ascent_table.show(found, names, lang=lang.value, top=top)
