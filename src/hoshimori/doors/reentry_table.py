"""Re-entries for people: one row each in the terminal, what each mark rests on, and the line on the ground as a picture."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from hoshimori import __version__
from hoshimori.detect.decay_fit import DAY
from hoshimori.detect.reentry import Case
from hoshimori.doors import ground_track_svg, palette, picture
from hoshimori.doors.folder import write_text
from hoshimori.doors.reentries import Coming, Flight
from hoshimori.doors.terminal import console
from hoshimori.doors.words import label, minute, say, words
from hoshimori.errors import UsageError
from hoshimori.facts import DataMode

HEADINGS = ("object", "reentry best", "reentry window", "reentry left", "reentry class", "reentry basis", "reentry regions")
DETAILED = 3
"""Up to so many objects are told with every mark."""


def show(found: Coming, *, lang: str, top: int) -> None:
    """The table on standard output, the soonest first; below it the marks where there are few, and flights asked for."""
    w, out = words(lang), console()
    if any(_exercise(c) for c in found.cases):
        print(w["exercise_note"])
    if found.cases:
        table = Table(box=SIMPLE_HEAD, pad_edge=False)
        for heading in HEADINGS:
            table.add_column(w[heading], overflow="fold", no_wrap=heading in ("reentry best", "reentry left"))
        for case in found.cases[: top or None]:
            table.add_row(*(Text(cell) for cell in cells(case, found, w, lang).values()))
        out.print(table)
        if top and len(found.cases) > top:
            print(w["reentry more"].format(more=len(found.cases) - top))
    elif not found.flights:
        print(w["reentry none"].format(days=f"{found.settings.within_days:g}"))
    if len(found.cases) <= DETAILED:
        for case in found.cases:
            out.print(Text(called(case, found), style="bold"))
            for line in lines(case, w):
                out.print(Text(f"  {line}"))
    for one in found.flights:
        out.print(Text(f"{one.name}: {w.get(f'reentry {one.verdict}', one.verdict)}", style="bold"))
        for line in mark_lines(one, w):
            out.print(Text(f"  {line}"))


def tell_missing(found: Coming, lang: str) -> None:
    """Objects asked for of which no end is seen, on standard error."""
    w = words(lang)
    for number in found.stays_up:
        print(f"hoshimori: {number}: {w['reentry stays up']}", file=sys.stderr)


def called(case: Case, found: Coming) -> str:
    return f"{case.norad_id} {found.names.get(str(case.norad_id), '')}".strip()


def cells(case: Case, found: Coming, w: Mapping[str, str], lang: str) -> dict[str, str]:
    """One row in words, by heading."""
    left = float((case.best_utc - found.as_of_utc) / DAY)
    sigma = "" if case.prediction is None else f" ± {case.sigma_days:.2f}"
    return {
        "object": called(case, found),
        "reentry best": minute(case.best_utc),
        "reentry window": f"{minute(case.start_utc)} – {minute(case.stop_utc)}",
        "reentry left": f"{left:.2f}{sigma}",
        "reentry class": label(case.label, w),
        "reentry basis": w[f"reentry basis {case.basis}"].format(sets=len(case.sound)),
        "reentry regions": ground_track_svg.shares(case.touches, lang),
    }


def lines(case: Case, w: Mapping[str, str]) -> Iterator[str]:
    """Class, marks, explanations and what somebody else wrote."""
    yield ground_track_svg.window_text(case, w)
    yield f"{w['reentry class']}: {label(case.label, w)} — {say(case.why, w, {})}"
    for mark in case.marks:
        yield f"{w[f'mark {mark.name}']}: {w[f'mark {mark.verdict}']} — {say(mark.reason, w, {})}"
    for x in case.explanations:
        yield f"{w.get(x.name, x.name)}: {w.get(x.verdict, x.verdict)} — {say(x.reason, w, {})}"
    if case.message is not None:
        m = case.message
        yield w["reentry message"].format(
            author=m.author, written=minute(m.message_utc), best=minute(m.decay_utc), half=f"{m.window_s[1] / 60.0:.0f}"
        )


def mark_lines(found: Flight, w: Mapping[str, str]) -> Iterator[str]:
    for mark in found.marks:
        yield f"{w[f'mark {mark.name}']}: {w[f'mark {mark.verdict}']} — {say(mark.reason, w, {})}"


def write(found: Coming, path: Path, lang: str) -> Path:
    """The pictures: a page with all, or one object as .svg or .png."""
    if not found.cases:
        raise UsageError(f"--out {path}: nothing comes down that could be drawn")
    if path.suffix.lower() == ".html":
        return write_text(path, page(found, lang))
    if len(found.cases) > 1:
        raise UsageError(f"--out {path}: {len(found.cases)} objects: choose one with --norad, or draw all into an .html page")
    lang, case = picture.language_for(path, lang), found.cases[0]
    name = found.names.get(str(case.norad_id), "")
    return picture.write(path, ground_track_svg.draw(case, words(lang), name=name, lang=lang, head=True), lang)


def page(found: Coming, lang: str) -> str:
    """One HTML page that asks no network."""
    w = words(lang)
    parts = [
        {
            "called": called(case, found),
            "window": ground_track_svg.window_text(case, w),
            "drawing": ground_track_svg.draw(case, w, name=found.names.get(str(case.norad_id), ""), lang=lang),
            "lines": list(lines(case, w))[1:],
        }
        for case in found.cases
    ]
    pages = Environment(loader=PackageLoader("hoshimori.doors"), autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    exercise = any(_exercise(c) for c in found.cases)
    template = pages.get_template("reentry.html")
    return template.render(w=w, lang=lang, style=palette.style(), parts=parts, exercise=exercise, version=__version__)


def _exercise(case: Case) -> bool:
    modes = set(case.sets.data_mode.tolist()) | ({int(case.message.data_mode)} if case.message else set())
    return bool(modes - {int(DataMode.REAL)})
