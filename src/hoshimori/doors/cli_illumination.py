"""The verb about beams from the ground: windows of sites over a watchlist, outages against them, pauses of a ranging laser."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hoshimori.doors.options import FOUND, AsJson, From, Home, KnownBy, Lang, Language, Modes, progress_bar
from hoshimori.errors import UsageError


def illumination(
    site: Annotated[
        list[str],
        typer.Option("--site", help="Built-in sites (ilrs), one of them (slr-7839), a .toml file; repeat for several."),
    ],
    watchlist: Annotated[str, typer.Option("--watch", help="A built-in watchlist (japan-comms, japan-all) or a .toml file.")],
    take_from: From = None,
    start: Annotated[str | None, typer.Option(help="Start of the window: ISO 8601 UTC. Default: --as-of.")] = None,
    stop: Annotated[str | None, typer.Option(help="End of the window.")] = None,
    days: Annotated[float | None, typer.Option(help="Length of the window instead of --stop. Default: 7.")] = None,
    elevation: Annotated[float, typer.Option(help="No window is lower than this, degrees, whatever a site allows.")] = 20.0,
    regard: Annotated[
        float | None, typer.Option(help="Half-angle about the nadir in which the assets can look, degrees. Default: not known.")
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(help="A source as you state it: W,MICRORADIAN,TRANSMISSION,W_PER_M2; numbers relative to the last."),
    ] = None,
    outages: Annotated[
        Path | None, typer.Option(help="Times at which something failed (CSV or JSON, with zone): do they fall into windows?")
    ] = None,
    avoid: Annotated[
        int | None,
        typer.Option(help="The other way round: the sites range to this satellite; when must they pause?"),
    ] = None,
    cone: Annotated[float | None, typer.Option(help="With --avoid: half-angle kept about the beam, degrees.")] = None,
    sigmas: Annotated[float, typer.Option(help="With --avoid: so many sigmas of each asset's position are added.")] = 3.0,
    as_of: KnownBy = None,
    top: Annotated[int, typer.Option(help="Rows of each table; 0 for all. JSON always has all.", min=0)] = 30,
    fail_on: Annotated[
        bool, typer.Option("--fail-on-coincidence", help="Exit with 10 if outages fall into windows more than chance allows.")
    ] = False,
    lang: Lang = Language.en,
    mode: Modes = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """When a beam from ground sites could have reached each asset: geometry alone; or when a ranging laser must pause."""
    from hoshimori.doors import asking, illumination_table, terminal
    from hoshimori.doors import illumination as calls

    if (avoid is None) != (cone is None):
        raise UsageError("--avoid and --cone belong together: the satellite ranged to, and the half-angle to be kept, degrees")
    if avoid is not None and (outages is not None or regard is not None or source is not None or fail_on):
        raise UsageError("--avoid asks the other way round: it goes without --outages, --regard, --source, --fail-on-coincidence")
    modes, told = asking.modes([m.value for m in mode or []]), calls.source_of(source) if source else None
    with progress_bar(as_json) as progress:
        if avoid is not None and cone is not None:
            paused = calls.avoid(
                *(take_from or []), site=site, watchlist=watchlist, target=avoid, cone_deg=cone, sigmas=sigmas, home=home,
                as_of=as_of, start=start, stop=stop, days=days, elevation_deg=elevation, modes=modes, progress=progress,
            )  # fmt: skip
        else:
            lit = calls.light(
                take_from or [], site=site, watchlist=watchlist, home=home, as_of=as_of, start=start, stop=stop, days=days,
                outages=outages, elevation_deg=elevation, regard_deg=regard, source=told, modes=modes, progress=progress,
            )  # fmt: skip
    if avoid is not None:
        illumination_table.tell(paused, lang.value)
        if as_json:
            terminal.put_lines(calls.avoidance_record(p, paused) for p in paused.passes)
        else:
            illumination_table.show_avoidance(paused, lang=lang.value, top=top)
        return
    illumination_table.tell(lit, lang.value)
    if as_json:
        terminal.put_lines(calls.record(e) for e in lit.events)
    else:
        illumination_table.show(lit, lang=lang.value, top=top)
    if fail_on and not all(e.normal for e in lit.events):
        raise typer.Exit(FOUND)
