"""The verbs about break-ups: new clouds between two catalogues, and one cloud given as its pieces."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hoshimori.doors.options import FOUND, AsJson, From, Home, KnownBy, Lang, Language, Modes, progress_bar

if TYPE_CHECKING:
    from hoshimori.detect.breakup_record import BreakUp
    from hoshimori.detect.crossing_record import Hazard

Watch = Annotated[
    str | None, typer.Option("--watch", help="Whom of this list the cloud endangers (japan-comms, japan-all or a .toml file).")
]
Out = Annotated[Path | None, typer.Option(help="The page of the break-up (.html), or its Gabbard diagram (.svg, .png).")]


def breakups(
    take_from: From = None,
    since: Annotated[
        str | None, typer.Option(help="With one --from or none: what is older than this was known before. Default: a week.")
    ] = None,
    watchlist: Watch = None,
    out: Out = None,
    everything: Annotated[bool, typer.Option("--all", help="JSON also of groups about which no break-up is told.")] = False,
    fail_on: Annotated[bool, typer.Option("--fail-on-any", help="Exit with 10 if there is a new break-up.")] = False,
    as_of: KnownBy = None,
    lang: Lang = Language.en,
    mode: Modes = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """New clouds of fragments between two catalogues (--from BEFORE --from AFTER): whose, when, where, and why."""
    from hoshimori.detect.breakup_record import BREAK_UP
    from hoshimori.doors import asking, breakup_table, hazard, picture, terminal
    from hoshimori.doors import breakups as calls

    picture.check_kind(out)
    modes = asking.modes([m.value for m in mode or []])
    with progress_bar(as_json) as progress:
        got = calls.compare(take_from or [], since=since, home=home, as_of=as_of, modes=modes, progress=progress)
        told = got.found.breakups
        dangers = [calls.hazard_of(b, got.sets, watchlist, progress) if watchlist else None for b in told]
    terminal.tell_problems(got.problems, lang.value)
    if as_json:
        lines = [b.to_json() | ({} if h is None else {"hazard": h.to_json()}) for b, h in zip(told, dangers, strict=True)]
        terminal.put_lines([*lines, *(u.to_json() for u in got.found.untold if everything)])
        if not everything:
            breakup_table.tell_untold(got.found.untold, lang.value)
    else:
        breakup_table.show(got.found, lang.value)
        for h in dangers:
            if h is not None:
                hazard.show(h, lang.value)
    for place in _written(told, dangers, out, lang.value):
        print(place, file=sys.stderr)
    if fail_on and any(b.label == BREAK_UP for b in told):
        raise typer.Exit(FOUND)


def _written(told: Sequence[BreakUp], dangers: Sequence[Hazard | None], out: Path | None, lang: str) -> list[Path]:
    """One page each; of several the second and later carry their subject in their name."""
    from hoshimori.doors import breakup_table

    if out is None:
        return []
    names = [out if k == 0 else out.with_stem(f"{out.stem}-{b.subject.replace(' ', '-')}") for k, b in enumerate(told)]
    return [breakup_table.write(b, h, name, lang) for b, h, name in zip(told, dangers, names, strict=True)]


def breakup(
    fragments: Annotated[list[Path], typer.Argument(help="Element sets of the pieces of one cloud, the parent too.")],
    take_from: Annotated[
        list[Path] | None, typer.Option("--from", help="Catalogues that may hold the parent; repeat for several.")
    ] = None,
    start: Annotated[str | None, typer.Option(help="Look for the event from here on. Default: 150 days back.")] = None,
    stop: Annotated[str | None, typer.Option(help="Look for the event up to here. Default: the first epochs.")] = None,
    watchlist: Watch = None,
    out: Out = None,
    lang: Lang = Language.en,
    mode: Modes = None,
    as_json: AsJson = False,
) -> None:
    """One cloud given as its pieces: when and where it came to be, of what parent, with what odds of each cause."""
    from hoshimori.detect.breakup_record import BreakUp
    from hoshimori.doors import asking, breakup_table, hazard, picture, terminal
    from hoshimori.doors import breakups as calls

    picture.check_kind(out)
    modes = asking.modes([m.value for m in mode or []])
    with progress_bar(as_json) as progress:
        got = calls.cloud_of(fragments, candidates=take_from or [], start=start, stop=stop, modes=modes, progress=progress)
        told = got.told
        danger = calls.hazard_of(told, got.sets, watchlist, progress) if watchlist and isinstance(told, BreakUp) else None
    terminal.tell_problems(got.problems, lang.value)
    if as_json:
        terminal.put_lines([told.to_json() | ({} if danger is None else {"hazard": danger.to_json()})])
    elif isinstance(told, BreakUp):
        breakup_table.show_one(told, lang.value)
        if danger is not None:
            hazard.show(danger, lang.value)
    else:
        breakup_table.show_untold(told, lang.value)
    if out is not None and isinstance(told, BreakUp):
        print(breakup_table.write(told, danger, out, lang.value), file=sys.stderr)
