"""The verbs about what objects did: their life on one time axis, their burns, and who stays near whom."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hoshimori.doors.options import AsJson, From, Home, KnownBy, Lang, Language, Modes, Since, Until, progress_bar

NEWEST_ROWS = 30


def history(
    norad_id: Annotated[int, typer.Argument(help="Catalogue number, up to nine digits.")],
    take_from: From = None,
    as_of: KnownBy = None,
    start: Since = None,
    stop: Until = None,
    out: Annotated[Path | None, typer.Option(help="Draw it into this file: .png, .svg or .html.")] = None,
    table: Annotated[bool, typer.Option("--table", help="List the element sets instead of drawing them.")] = False,
    last: Annotated[int | None, typer.Option(help="The list, with only the newest rows; 0 for all.")] = None,
    stays: Annotated[bool, typer.Option(help="Look for who stayed near, over the last 30 days.")] = True,
    lang: Lang = Language.en,
    mode: Modes = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """One object's life on one time axis: elements, burns, who stayed near, gaps; or the list of its element sets."""
    from hoshimori.doors import asking, inquiry, life, lives, picture, tables, terminal

    picture.check_kind(out)
    modes = asking.modes([m.value for m in mode or []])
    with progress_bar(as_json) as progress:
        opened = inquiry.ask(take_from or [], home=home, as_of=as_of, start=start, stop=stop, modes=modes, progress=progress)
        terminal.tell_problems(opened.problems, lang.value)
        if as_json or table or last is not None:
            sets = inquiry.history_in(opened, norad_id)
            tables.show_history(sets, opened.view.names([norad_id]), NEWEST_ROWS if last is None else last, as_json)
            return
        found = lives.life(opened, norad_id, with_stays=stays, progress=progress)
    life.show(found, lang.value) if out is None else print(life.write(found, out, lang.value))


def manoeuvres(
    take_from: From = None,
    norad: Annotated[list[int] | None, typer.Option("--norad", help="Only this catalogue number; repeat for several.")] = None,
    known: Annotated[
        bool, typer.Option("--as-it-became-known", help="Each burn as it could first be told, from the sets first seen by then.")
    ] = False,
    as_of: KnownBy = None,
    start: Since = None,
    stop: Until = None,
    min_probability: Annotated[float, typer.Option(min=0.0, max=1.0, help="Leave out what is less probable.")] = 0.0,
    last: Annotated[int, typer.Option(help="Show only the newest rows; 0 for all. JSON always has all.")] = 50,
    lang: Lang = Language.en,
    mode: Modes = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Who moved, when and by how much; what cannot be told, and why, goes to standard error."""
    from hoshimori.doors import asking, inquiry, lives, moves, terminal

    modes = asking.modes([m.value for m in mode or []])
    with progress_bar(as_json) as progress:
        opened = inquiry.ask(take_from or [], home=home, as_of=as_of, start=start, stop=stop, modes=modes, progress=progress)
        terminal.tell_problems(opened.problems, lang.value)
        told, sets = lives.burns_in(opened, norad or [], known, min_probability, progress)
    numbers = sorted({b.norad_id for b in told.burns} | {u.norad_id for u in told.untold[: moves.FEW]})
    names = opened.names(numbers)
    moves.show_told(told, sets, names, lang=lang.value, last=last, as_json=as_json)


def stays(
    watchlist: Annotated[str, typer.Option("--watch", help="A built-in watchlist (japan-comms, japan-all) or a .toml file.")],
    take_from: From = None,
    as_of: KnownBy = None,
    start: Since = None,
    stop: Until = None,
    lang: Lang = Language.en,
    mode: Modes = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Who stays near the satellites of a watchlist, each stay judged against what chance would give."""
    from hoshimori.alliance import watchlist as named
    from hoshimori.doors import asking, inquiry, lives, moves, terminal

    chosen = named(watchlist)
    modes = asking.modes([m.value for m in mode or []])
    with progress_bar(as_json) as progress:
        opened = inquiry.ask(take_from or [], home=home, as_of=as_of, start=start, stop=stop, modes=modes, progress=progress)
        terminal.tell_problems(opened.problems, lang.value)
        found = lives.stays_in(opened, chosen, progress)
    names = opened.names(sorted({int(k) for s in found for k in (s.subject, s.other) if k.isdigit()}))
    moves.show_stays(found, chosen, lives.with_orbit(opened.view, chosen), names, lang=lang.value, as_json=as_json)
