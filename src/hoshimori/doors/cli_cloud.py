"""The verb about a cloud's future: who of the pieces is still up at a later date, and how many."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hoshimori.doors.options import AsJson, KnownBy, Lang, Language, Modes, progress_bar


def cloud(
    fragments: Annotated[list[Path], typer.Argument(help="Element sets of the pieces: one set each, or their histories.")],
    at: Annotated[str, typer.Option("--at", help="The date asked about: ISO 8601 UTC, after the newest set.")],
    space_weather: Annotated[
        Path | None, typer.Option("--space-weather", help="Solar and geomagnetic activity: CSSI text or CSV of CelesTrak.")
    ] = None,
    as_of: KnownBy = None,
    top: Annotated[int, typer.Option(help="Rows of the table; 0 for all. JSON always has all.", min=0)] = 30,
    lang: Lang = Language.en,
    mode: Modes = None,
    as_json: AsJson = False,
) -> None:
    """Who of a cloud is still up at a date, each with its probability and its lifetime, and how many that makes."""
    from hoshimori.doors import asking, cloud_table, terminal
    from hoshimori.doors import cloud as calls

    modes = asking.modes([m.value for m in mode or []])
    with progress_bar(as_json) as progress:
        told = calls.told(fragments, at=at, space_weather=space_weather, as_of=as_of, modes=modes, progress=progress)
    terminal.tell_problems(told.problems, lang.value)
    if as_json:
        terminal.put_lines([*(c.to_json() for c in told.survival.chances), told.survival.to_json()])
    else:
        cloud_table.show(told, lang=lang.value, top=top)
