"""The verbs about close approaches: everybody with everybody, how probable a collision is, and a watchlist's conjunctions."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from hoshimori.doors.options import FOUND, AsJson, From, Home, KnownBy, Lang, Language, Modes, progress_bar
from hoshimori.errors import DataError, UsageError


def screen(
    take_from: From = None,
    watchlist: Annotated[
        str | None, typer.Option("--watch", help="Only approaches to the satellites of this list (japan-comms, a .toml file).")
    ] = None,
    norad: Annotated[
        list[int] | None, typer.Option("--norad", help="Only approaches to this catalogue number; repeat for several.")
    ] = None,
    start: Annotated[str | None, typer.Option(help="Start of the window: ISO 8601 UTC. Default: --as-of.")] = None,
    stop: Annotated[str | None, typer.Option(help="End of the window.")] = None,
    days: Annotated[float | None, typer.Option(help="Length of the window instead of --stop. Default: 1.")] = None,
    within: Annotated[float, typer.Option(help="Threshold, km; up to 1,000.")] = 5.0,
    as_of: KnownBy = None,
    sizes: Annotated[Path | None, typer.Option(help="A table of sizes (CSV: ObjectID,HBR,HBRSigma,HBRSource).")] = None,
    out: Annotated[
        Path | None, typer.Option(help="Keep every finished day in this folder; the same command goes on where it was.")
    ] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Write the approaches as CSV to standard output.")] = False,
    arrow: Annotated[Path | None, typer.Option(help="Write the approaches to this file: .arrow, .feather or .parquet.")] = None,
    by: Annotated[str, typer.Option(help="Order: probability (the maximum), miss or time.")] = "probability",
    top: Annotated[int, typer.Option(help="Rows of the table; 0 for all. JSON, CSV and files always have all.", min=0)] = 30,
    workers: Annotated[int | None, typer.Option(help="Threads to use. Default: one for each core.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Start even where it will take long or much memory.")] = False,
    lang: Lang = Language.en,
    mode: Modes = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Every close approach of a catalogue, or of a few objects with it, below a threshold; and who could not be screened."""
    from hoshimori.doors import asking, screen_cost, screen_table, screens

    if as_json and as_csv:
        raise UsageError("--json together with --csv: both write to standard output; choose one of them")
    screen_table.check_order(by)
    screen_table.check_arrow(arrow)
    threads, modes = screen_cost.threads(workers), asking.modes([m.value for m in mode or []])
    moments = screens.resumed(out, {"as_of": as_of, "start": start, "stop": stop, "days": days})
    with progress_bar(as_json or as_csv) as progress:
        asked = screens.wanted(
            take_from or [], watchlist=watchlist, norad_ids=norad or [], home=home, within_km=within, sizes=sizes, modes=modes,
            progress=progress, **moments,
        )  # fmt: skip
        cost = asked.price(threads, by_day=True)
        screen_cost.refuse_costly(cost, yes, folder=out, spools=True)
        if cost.seconds > screen_cost.SAID_FROM_S:
            print(f"hoshimori: {screen_cost.cost_text(cost)}", file=sys.stderr)
        with screens.answered(asked, out, threads, progress) as run:
            if arrow is not None:
                print(screen_table.write_arrow(run, arrow, by), file=sys.stderr)
            screen_table.show(
                run, asked, by=by, top=top, lang=lang.value, form="json" if as_json else "csv" if as_csv else "text"
            )


def pc(
    files: Annotated[list[Path], typer.Argument(help="Conjunction messages: CDM 1.0, KVN or XML.")],
    radius: Annotated[
        float | None, typer.Option(help="Both hard bodies together, m. Default: the COMMENT HBR line of the message.")
    ] = None,
    trials: Annotated[int, typer.Option(help="Monte Carlo as well, with so many draws.")] = 0,
    seed: Annotated[int, typer.Option(help="Seed of the draws: the same seed gives the same answer.")] = 20260000,
    out: Annotated[Path | None, typer.Option(help="Draw the encounter plane into this file: .png, .svg or .html.")] = None,
    workers: Annotated[int | None, typer.Option(help="Threads to use. Default: one for each core.")] = None,
    lang: Lang = Language.en,
    as_json: AsJson = False,
) -> None:
    """The collision probability of conjunction messages: every method, the one that applies, and why."""
    from hoshimori.doors import picture, probabilities, probability_table, screen_cost, terminal

    picture.check_kind(out)
    threads = screen_cost.threads(workers)
    with progress_bar(as_json) as progress:
        found = probabilities.pc(*files, radius_m=radius, trials=trials, seed=seed, workers=threads, progress=progress)
    probability_table.tell_refused(found)
    if as_json:
        terminal.put_lines(probabilities.json_lines(found))
    else:
        probability_table.show(found, lang.value)
    for place in probability_table.write(found, out, lang.value) if out else []:
        print(place, file=sys.stderr)
    if found.refused:
        raise typer.Exit(DataError.exit_code)


def conjunctions(
    watchlist: Annotated[
        str, typer.Option("--watch", help="A built-in watchlist (japan-comms, japan-all), a .toml file, or 'everything' known.")
    ],
    take_from: From = None,
    start: Annotated[str | None, typer.Option(help="Start of the window: ISO 8601 UTC. Default: --as-of.")] = None,
    stop: Annotated[str | None, typer.Option(help="End of the window.")] = None,
    days: Annotated[float | None, typer.Option(help="Length of the window instead of --stop. Default: 3.")] = None,
    within: Annotated[
        float | None, typer.Option(help="How far is looked, km. Default: 10 above 6.4 revolutions a day, 40 below.")
    ] = None,
    as_of: KnownBy = None,
    sizes: Annotated[Path | None, typer.Option(help="A table of sizes (CSV: ObjectID,HBR,HBRSigma,HBRSource).")] = None,
    cdm: Annotated[Path | None, typer.Option(help="Write each of our own computations into this folder as a CDM 1.0.")] = None,
    top: Annotated[int, typer.Option(help="Rows of the table; 0 for all. JSON always has all.", min=0)] = 30,
    fail_on: Annotated[
        list[str] | None, typer.Option(help="Exit with 10 if there is such a conjunction: attention (above the red line) or any.")
    ] = None,
    lang: Lang = Language.en,
    mode: Modes = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Close approaches of a watchlist that merit a look: how risky at most, whether that grows, who could move, who says so."""
    from hoshimori.doors import asking, conjunction_table, inquiry, terminal
    from hoshimori.doors import conjunctions as calls

    asking.check_alarms(fail_on or [])
    modes = asking.modes([m.value for m in mode or []])
    with progress_bar(as_json) as progress:
        met = calls.meet(
            take_from or [], watchlist=watchlist, home=home, as_of=as_of, start=start, stop=stop, days=days, within_km=within,
            sizes=sizes, modes=modes, progress=progress,
        )  # fmt: skip
    conjunction_table.tell_unseen(met, lang.value)
    if as_json:
        terminal.put_lines(e.to_json() for e in met.events)
    else:
        numbers = {int(k) for e in met.events for k in (e.subject, *e.others) if k.isdigit()}
        conjunction_table.show(met, inquiry.names_of(met.view, sorted(numbers)), lang=lang.value, top=top)
    if cdm:
        written, refused = calls.write_messages(met, cdm)
        print("".join(f"{place}\n" for place in written), end="", file=sys.stderr)
        print("".join(f"hoshimori: --cdm: {why}\n" for why in refused), end="", file=sys.stderr)
    if any("any" in (fail_on or []) or not e.normal for e in met.events) and fail_on:
        raise typer.Exit(FOUND)
