"""The command line: thin over `library`; every refusal becomes one clear sentence and an exit code (docs/exit-codes.md)."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from hoshimori import __version__
from hoshimori.doors import (
    cli_alliance,
    cli_ascent,
    cli_breakups,
    cli_cloud,
    cli_conjunctions,
    cli_illumination,
    cli_incident,
    cli_interference,
    cli_keys,
    cli_moves,
    cli_records,
    cli_reentry,
    cli_report,
    cli_serve,
    cli_silence,
)
from hoshimori.doors.options import FOUND, AsJson, AsOf, Home, Language, Mode, Modes, progress_bar
from hoshimori.errors import HoshimoriError

STOPPED = 130
"""Exit code where the keyboard stopped a command."""
PIPE_CLOSED = 141
"""Exit code where the reader of standard output went away, as in `hoshimori history 25544 | head`."""
DIFFERENT = 6
"""Exit code of `verify`: a claim came out different, or could not be checked."""


class Verbs(TyperGroup):
    """The group of all verbs: a closed pipe and the keyboard end any of them quietly, before Typer makes a 1 of the first."""

    def invoke(self, ctx: Any) -> Any:
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
            return result
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(PIPE_CLOSED)
        except KeyboardInterrupt:
            print("hoshimori: stopped by the keyboard; what was acknowledged is kept", file=sys.stderr)
            sys.exit(STOPPED)


app = typer.Typer(
    cls=Verbs,
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help: a quarter of a second faster
    context_settings={"help_option_names": ["-h", "--help"]},
    help="hoshimori (星守): watches over the satellites people depend on. Start with: hoshimori demo",
)


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="Folder for the catalogue and the report of the demonstration.")] = Path("demo"),
    lang: Annotated[Language, typer.Option(help="Language of the report.")] = Language.en,
    source: Annotated[str, typer.Option(help="auto, folder (HOSHIMORI_DATA), celestrak or practice.")] = "auto",
) -> None:
    """Run the watch on japan-comms with whatever element sets can be had, and say which."""
    from hoshimori.doors import demonstration, tables

    with progress_bar(False) as progress:
        shown = demonstration.run(out, source, progress)
    paths = tables.write(shown.view, shown.sweep, out, lang.value, source=shown.source)
    tables.show_sweep(shown.sweep, shown.view, lang.value)
    print(demonstration.next_steps(shown, paths))


@app.command()
def ingest(
    paths: Annotated[list[Path] | None, typer.Argument(help="Files or folders of element sets or ephemerides.")] = None,
    celestrak: Annotated[list[str] | None, typer.Option(help="A CelesTrak group, such as geo; repeat for several.")] = None,
    ids: Annotated[
        list[int] | None, typer.Option("--id", help="A catalogue number to ask CelesTrak (or --spacetrack gp) for.")
    ] = None,
    satcat: Annotated[bool, typer.Option(help="Names and owners of all objects, from CelesTrak.")] = False,
    spacetrack: Annotated[
        list[str] | None, typer.Option(help="A Space-Track class: gp, satcat, decay, or gp_history:START/STOP with --id.")
    ] = None,
    mode: Annotated[Mode, typer.Option(help="What these records are.")] = Mode.REAL,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Take element sets, ephemerides and conjunction messages into the catalogue; what is already held is passed over."""
    from hoshimori.doors import asking, library, tables
    from hoshimori.facts import DataMode

    sources = asking.sources(celestrak or [], ids or [], satcat, spacetrack or [], home)
    asking.refuse_nothing(paths or [], sources)
    with progress_bar(as_json) as progress:
        report = library.ingest(*(paths or []), sources=sources, home=home, data_mode=DataMode[mode.value], progress=progress)
    tables.show_ingest(report, as_json)


@app.command()
def watch(
    watchlist: Annotated[str, typer.Argument(help="A built-in watchlist (japan-comms, japan-all) or a .toml file.")],
    as_of: AsOf = "now",
    start: Annotated[str | None, typer.Option(help="Start of the window. Default: seven days before --as-of.")] = None,
    stop: Annotated[str | None, typer.Option(help="End of the window. Default: three days after --as-of.")] = None,
    within: Annotated[
        float | None, typer.Option(help="Range of an approach above 6.4 revolutions a day, km. Default 100; below it, 10.")
    ] = None,
    take_in: Annotated[
        list[Path] | None, typer.Option("--from", help="Ingest this file or folder first; repeat for several.")
    ] = None,
    site: Annotated[
        list[str] | None, typer.Option("--site", help="Ground sites to look from: ilrs, a station of it, or a .toml; repeat.")
    ] = None,
    launch: Annotated[Path | None, typer.Option("--launch", help="Declared or detected launches: a .toml file.")] = None,
    reports: Annotated[Path | None, typer.Option("--reports", help="Operators' reports of interference: .csv or .jsonl.")] = None,
    space_weather: Annotated[Path | None, typer.Option(help="Solar and geomagnetic activity: CSSI or CelesTrak file.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for report.html, events.jsonl and sweep.json.")] = None,
    lang: Annotated[Language, typer.Option(help="Language of table and report.")] = Language.en,
    mode: Modes = None,
    fail_on: Annotated[
        list[str] | None, typer.Option(help="Exit with 10 if an asset is in this state: attention, stale, 'not observable'.")
    ] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Watch over a list of satellites: what came near, what stays near, what is normal."""
    from hoshimori.doors import asking, declarations, library, tables, terminal
    from hoshimori.errors import Problem

    within = asking.range_km(within)
    asking.check_states(fail_on or [])
    modes = asking.modes([m.value for m in mode or []])
    problems: list[Problem] = []
    with progress_bar(as_json) as progress:
        if take_in:
            asking.refuse_nothing(take_in, ())
            tables.show_intake(library.ingest(*take_in, home=home, progress=progress))
        view = library.view(home=home, as_of=as_of, start=start, stop=stop, modes=modes)
        using = declarations.detectors(
            view, within_km=within, sites=site or [], launches=launch, reports=reports, space_weather=space_weather, modes=modes,
            problems=problems,
        )  # fmt: skip
        sweep = library.sweep_view(view, watchlist, using=using, progress=progress)
    terminal.tell_problems(problems, lang.value)
    paths = tables.write(view, sweep, out, lang.value) if out else []
    if as_json:
        terminal.put_json(sweep.to_json())
    else:
        tables.show_sweep(sweep, view, lang.value)
        for path in paths:
            print(path)
    if any(s.state in (fail_on or []) for s in sweep.states):
        raise typer.Exit(FOUND)


app.command()(cli_moves.history)
app.command()(cli_moves.manoeuvres)
app.command()(cli_moves.stays)
app.command()(cli_conjunctions.screen)
app.command()(cli_conjunctions.pc)
app.command()(cli_conjunctions.conjunctions)
app.command()(cli_breakups.breakups)
app.command()(cli_breakups.breakup)
app.command()(cli_cloud.cloud)
app.command()(cli_illumination.illumination)
app.command()(cli_ascent.ascent)
app.command()(cli_interference.interference)
app.command()(cli_reentry.reentry)
app.command()(cli_silence.silence)
app.command()(cli_alliance.alliance)
app.add_typer(cli_incident.app, name="incident")
app.command()(cli_records.sign)
app.command()(cli_records.concur)
app.command()(cli_records.dissent)
app.command()(cli_records.withdraw)
app.command()(cli_records.bundle)
app.command()(cli_records.receive)
app.command()(cli_records.brief)
app.add_typer(cli_keys.key_app, name="key")
app.add_typer(cli_keys.ring_app, name="keyring")
app.command()(cli_report.report)
app.command()(cli_serve.serve)
app.add_typer(cli_serve.tokens, name="token")


@app.command()
def catalogue(
    action: Annotated[str, typer.Argument(help="stat, compact, check, refused or rebuild.")] = "stat",
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """What the catalogue holds, how fresh, how much was refused and why; and its upkeep."""
    from hoshimori.doors import tables, upkeep

    with progress_bar(as_json) as progress:
        done = upkeep.act(action, home, progress)
    tables.show_upkeep(done, as_json)


@app.command()
def verify(
    what: Annotated[Path, typer.Argument(help="An events.jsonl that watch wrote, or a bundle: a .zip or a folder.")],
    event: Annotated[list[str] | None, typer.Option(help="Only events whose id begins so; repeat for several.")] = None,
    fingerprint: Annotated[
        str,
        typer.Option(help="Of a bundle: its keyring's fingerprint, compared by another channel, where this home trusts none."),
    ] = "",
    allow_old: Annotated[
        bool, typer.Option("--allow-old", help="Of a bundle: accept an older state than was seen here.")
    ] = False,
    forget: Annotated[bool, typer.Option("--forget", help="Of a bundle: do not remember in this home what was seen.")] = False,
    lang: Annotated[Language, typer.Option(help="Language of what is shown.")] = Language.en,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Re-run claims from their own evidence, or check a bundle as a stranger and run it again. Exit 6 unless all is the same."""
    from hoshimori.doors import library, tables

    if what.is_dir() or what.suffix.lower() == ".zip":
        from hoshimori.doors import record_table, records

        found = records.verify_bundle(what, fingerprint=fingerprint, allow_old=allow_old, remember=not forget, home=home)
        record_table.show_verified(found, lang.value, as_json)
        if found.verdict != "same":
            raise typer.Exit(DIFFERENT)
        return
    checks = library.check(what, home=home, only=event or ())
    tables.show_checks(checks, as_json)
    if any(c.verdict != "same" for c in checks):
        raise typer.Exit(DIFFERENT)


@app.command(name="watchlist")
def watchlist_(
    name: Annotated[str | None, typer.Argument(help="A watchlist to show; without it, the built-in ones are listed.")] = None,
    template: Annotated[bool, typer.Option(help="Print a template to fill in.")] = False,
    lang: Annotated[Language, typer.Option(help="Language of the names.")] = Language.en,
    as_json: AsJson = False,
) -> None:
    """List the watchlists, show one with its sources, or print a template for your own."""
    from hoshimori import alliance
    from hoshimori.doors import tables

    if template:
        print(alliance.template(), end="")
    elif name is None:
        tables.show_watchlists(alliance.watchlists(), lang.value, as_json)
    else:
        tables.show_watchlist(alliance.watchlist(name), lang.value, as_json)


@app.command()
def doctor(
    home: Home = None,
    clear_stop: Annotated[
        str | None, typer.Option(help="A provider that stopped (celestrak, spacetrack), after you have looked into it.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Is everything in order: versions, home, catalogue, engine, providers that stopped? Exit 5 if something is not."""
    from hoshimori.doors import tables, upkeep

    findings = upkeep.examine(home, clear_stop)
    tables.show_doctor(findings, as_json)
    if not all(f.well for f in findings):
        raise typer.Exit(5)


def _version(shown: bool) -> None:
    if shown:
        print(f"hoshimori {__version__}")
        raise typer.Exit()


@app.callback()
def root(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")] = False,
) -> None:
    pass


def main() -> None:
    """Run the command line; errors raised on purpose end in one sentence on standard error and their exit code."""
    from hoshimori.doors import terminal

    terminal.prepare()
    try:
        app()
    except HoshimoriError as error:
        print(f"hoshimori: {error}", file=sys.stderr)
        for problem in getattr(error, "problems", ())[:20]:
            print(f"  {problem}", file=sys.stderr)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
