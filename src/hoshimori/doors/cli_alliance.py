"""The verb about the alliance: what the texts say, what was promised, what is claimed, and who contradicts whom."""

from __future__ import annotations

from typing import Annotated

import typer

from hoshimori.doors.options import AsJson, Lang, Language


def alliance(
    row: Annotated[str | None, typer.Argument(metavar="ROW", help="The id of one row, such as T60-IV: shown whole.")] = None,
    kind: Annotated[str | None, typer.Option(help="Only rows of a kind: clause, commitment, claim or party.")] = None,
    due: Annotated[
        str | None, typer.Option(metavar="BEFORE", help="Only commitments due before this time and not known to be done.")
    ] = None,
    disputed: Annotated[bool, typer.Option("--disputed", help="Only rows that contradict each other, side by side.")] = False,
    text: Annotated[str, typer.Option(metavar="WORD", help="Only rows that hold this, in any part.")] = "",
    as_of: Annotated[str, typer.Option("--as-of", help="Only what was known at this time: ISO 8601 UTC or 'now'.")] = "now",
    of: Annotated[
        str, typer.Option("--alliance", metavar="NAME|FOLDER", help="A built-in alliance, or a folder with its files.")
    ] = "japan-us",
    lang: Lang = Language.en,
    as_json: AsJson = False,
) -> None:
    """The register of the alliance: clauses, commitments, claims and objections, each with its date, source and grade."""
    from hoshimori.doors import alliance as calls
    from hoshimori.doors import alliance_table, terminal
    from hoshimori.errors import UsageError

    narrowing = [
        name
        for name, on in (("--kind", kind), ("--due", due), ("--disputed", disputed), ("--text", text))
        if on not in (None, False, "")
    ]
    if row is not None and narrowing:
        raise UsageError(f"row {row!r} together with {', '.join(narrowing)}: one row is shown whole; give the one or the other")
    looked = calls.look(of, row=row, kind=kind, due=due, disputed=disputed, text=text, as_of=as_of)
    if as_json:
        terminal.put_lines(looked.to_json())
    elif row is not None:
        alliance_table.show_row(looked, lang.value)
    else:
        alliance_table.show(looked, lang.value)
