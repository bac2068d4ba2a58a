"""Options that mean the same wherever they stand, and the bar that shows how far a command is."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from hoshimori.ports import Progress


FOUND = 10
"""Exit code of `--fail-on`: the command ran, and found what was named."""


class Mode(StrEnum):
    REAL = "REAL"
    TEST = "TEST"
    SIMULATED = "SIMULATED"
    EXERCISE = "EXERCISE"


class Language(StrEnum):
    en = "en"
    ja = "ja"


Home = Annotated[
    Path | None, typer.Option("--home", help="Where the catalogue lives. Default: HOSHIMORI_HOME, else the user's data folder.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Write JSON to standard output, for programs.")]
AsOf = Annotated[
    str, typer.Option("--as-of", help="Use only what was known at this time: ISO 8601 UTC, 'now', or 'data' (the newest held).")
]
Since = Annotated[str | None, typer.Option("--start", help="Only what happened from this time on: ISO 8601 UTC.")]
Until = Annotated[str | None, typer.Option("--stop", help="Only what happened up to this time.")]
From = Annotated[
    list[Path] | None,
    typer.Option("--from", help="Use this file or folder and nothing else, the catalogue untouched; repeat for several."),
]
KnownBy = Annotated[
    str | None,
    typer.Option(
        "--as-of", help="Use only what was known at this time: ISO 8601 UTC, 'now' or 'data'. Default: now; all of --from."
    ),
]
Lang = Annotated[Language, typer.Option("--lang", help="Language of what is shown.")]
Modes = Annotated[list[Mode] | None, typer.Option("--mode", help="Data modes to use; repeat for several. Default: REAL alone.")]


@contextmanager
def progress_bar(quiet: bool) -> Iterator[Progress]:
    """A progress bar on standard error when a person is watching."""
    from hoshimori.ports import silent

    if quiet or not sys.stderr.isatty():
        yield silent
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, Any] = {}

        def report(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=total or None)
            bar.update(tasks[what], completed=done, total=total or None)

        yield report
