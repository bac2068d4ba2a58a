"""The verb of the weekly report: `hoshimori report`, as HTML, PDF or JSON, in English or Japanese."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from hoshimori.doors.options import AsOf, Home, Lang, Language, Modes, progress_bar


class Form(StrEnum):
    html = "html"
    pdf = "pdf"
    json = "json"


def report(
    watchlist: Annotated[
        str, typer.Argument(help="A built-in watchlist (japan-comms, japan-all) or a .toml file.")
    ] = "japan-comms",
    as_of: AsOf = "now",
    days: Annotated[int, typer.Option(help="How many days back the report looks, 1 to 31.")] = 7,
    form: Annotated[
        Form | None, typer.Option("--format", help="html, pdf or json. Default: what the name of --out says, else html.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Write it here, and its findings beside it as .events.jsonl. Default: standard output.")
    ] = None,
    releasable_to: Annotated[
        list[str] | None,
        typer.Option(help="A party that is to read it, or public: what it may not have is left out and counted; repeat."),
    ] = None,
    lang: Lang = Language.en,
    mode: Modes = None,
    home: Home = None,
) -> None:
    """The weekly watch report: what changed, what needs a person, what could not be seen, and how each claim is checked."""
    from hoshimori.doors import asking, weekly, weekly_out

    chosen = weekly_out.form(form.value if form else "", out)
    modes = asking.modes([m.value for m in mode or []])
    with progress_bar(quiet=False) as progress:
        week = weekly.weekly(
            watchlist, home=home, as_of=as_of, days=days, modes=modes, releasable_to=releasable_to or (), progress=progress
        )
    for path in weekly_out.put(week, chosen, out, lang.value):
        print(path)
