"""The verb about who is no longer heard: every asset's rhythm of publication, its silence, and the odds of each reason."""

from __future__ import annotations

from typing import Annotated

import typer

from hoshimori.doors.options import FOUND, AsJson, From, Home, KnownBy, Lang, Language, Modes, progress_bar


def silence(
    watchlist: Annotated[str, typer.Option("--watch", help="A built-in watchlist (japan-comms, japan-all) or a .toml file.")],
    take_from: From = None,
    neighbours: Annotated[bool, typer.Option("--neighbours", help="Also the nearest neighbours on each asset's orbit.")] = False,
    as_of: KnownBy = None,
    fail_on: Annotated[
        list[str] | None, typer.Option(help="Exit with 10 if one is so: silent or late; repeat for several.")
    ] = None,
    lang: Lang = Language.en,
    mode: Modes = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Who was regularly catalogued and is not: late beyond its own rhythm, or gone, with the odds of each reason."""
    from hoshimori.doors import asking, silence_table, terminal
    from hoshimori.doors import silence as calls
    from hoshimori.errors import UsageError

    for name in fail_on or []:
        if name not in ("silent", "late"):
            raise UsageError(f"--fail-on {name!r}: expected silent or late")
    modes = asking.modes([m.value for m in mode or []])
    with progress_bar(as_json) as progress:
        heard = calls.listen(
            take_from or [], watchlist=watchlist, home=home, as_of=as_of, neighbours=neighbours, modes=modes, progress=progress
        )
    terminal.tell_problems(heard.problems, lang.value)
    silence_table.tell_ahead(heard, lang.value)
    if as_json:
        terminal.put_lines(heard.to_json())
    else:
        silence_table.show(heard, lang.value)
    if any(a.state in (fail_on or []) for a in heard.accounts):
        raise typer.Exit(FOUND)
