"""The verb about what comes down: windows, lines on the ground, regions, and whether it was driven."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from hoshimori.doors.options import AsJson, From, Home, KnownBy, Lang, Language, Modes, progress_bar


def reentry(
    take_from: From = None,
    norad: Annotated[
        list[int] | None,
        typer.Option("--norad", help="Only this catalogue number, however long it stays up; repeat for several."),
    ] = None,
    within: Annotated[float, typer.Option("--within", help="Only what comes down within so many days.")] = 30.0,
    space_weather: Annotated[
        Path | None, typer.Option("--space-weather", help="Solar and geomagnetic indices: a CelesTrak file. Default: steady.")
    ] = None,
    regions: Annotated[
        Path | None, typer.Option("--regions", help="Your own areas: a TOML file with [[region]]. Default: the built-in ones.")
    ] = None,
    flight: Annotated[
        list[str] | None,
        typer.Option(
            "--flight", help="Marks of a fractional orbit of a launch (2021-064) or of a flight known by any other name."
        ),
    ] = None,
    azimuth: Annotated[float | None, typer.Option("--azimuth", help="Declared azimuth of that launch, degrees.")] = None,
    declared: Annotated[int | None, typer.Option("--declared", help="How many objects were declared for that launch.")] = None,
    out: Annotated[Path | None, typer.Option(help="Draw the line on the ground into this file: .png, .svg or .html.")] = None,
    as_of: KnownBy = None,
    top: Annotated[int, typer.Option(help="Rows of the table; 0 for all. JSON always has all.", min=0)] = 40,
    lang: Lang = Language.en,
    mode: Modes = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """What comes down soon: when, in which window, over which line on the ground, and whether by air alone."""
    from hoshimori.doors import asking, picture, reentries, reentry_table, terminal

    picture.check_kind(out)
    modes = asking.modes([m.value for m in mode or []])
    with progress_bar(as_json) as progress:
        found = reentries.come_down(
            take_from or [], home=home, as_of=as_of, space_weather=space_weather, regions=regions, norad_ids=norad or [],
            within_days=within, flights=flight or [], azimuth_deg=azimuth, declared_objects=declared, modes=modes,
            progress=progress,
        )  # fmt: skip
    terminal.tell_problems(found.problems, lang.value)
    reentry_table.tell_missing(found, lang.value)
    if as_json:
        terminal.put_lines(found.to_json())
    else:
        reentry_table.show(found, lang=lang.value, top=top)
    if out is not None:
        print(reentry_table.write(found, out, lang.value), file=sys.stderr)
