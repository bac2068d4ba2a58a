"""One object's life for people: in a terminal, as a picture, as a page. All three show the same records."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from hoshimori import __version__
from hoshimori.doors import in_numbers, moves, palette, picture, tables, timeline_svg, timeline_text
from hoshimori.doors.folder import write_text
from hoshimori.doors.lives import Life
from hoshimori.doors.svg_stays import stay_cells
from hoshimori.doors.terminal import console, shows_unicode
from hoshimori.doors.usual import usual_lines
from hoshimori.doors.words import words

NEWEST_BURNS = 12


def show(found: Life, lang: str) -> None:
    """The timeline in the terminal; below it the newest burns, what is usual, and what could not be told."""
    w, out = words(lang), console()
    if found.line.exercise:
        print(w["exercise_note"])
    for row in timeline_text.lines(found.line, w, found.names, width=out.width, unicode=shows_unicode()):
        out.print(row)
    burns = found.line.burns[-NEWEST_BURNS:]
    if burns:
        out.print(moves.burns_table(burns, w, found.names, wide=out.width >= moves.WIDE))
    if len(burns) < len(found.line.burns):
        print(w["newest burns"].format(shown=len(burns), burns=len(found.line.burns), number=found.line.norad_id))
    for k, text in enumerate(usual_lines(found.usual, w, found.names)):
        out.print(f"  {text}" if k else f"{w['pattern']}: {text}", markup=False)
    for text in moves.untold_lines(found.line.untold, w, found.names):
        out.print(text, markup=False)
    tables.show_called(found.called)


def write(found: Life, path: Path, lang: str) -> Path:
    """A picture or a page, as the name of the file says."""
    if path.suffix.lower() == ".html":
        return write_text(path, page(found, lang))
    lang = picture.language_for(path, lang)
    return picture.write(path, timeline_svg.draw(found.line, words(lang), found.names, head=True), lang)


def page(found: Life, lang: str) -> str:
    """One HTML page that asks no network: the timeline, every burn, every stay, what is usual, what could not be told."""
    w = words(lang)
    pages = Environment(loader=PackageLoader("hoshimori.doors"), autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    return pages.get_template("life.html").render(
        w=w,
        lang=lang,
        line=found.line,
        title=timeline_svg.heading(found.line, w),
        style=palette.style(),
        drawing=timeline_svg.draw(found.line, w, found.names),
        facts=timeline_text.facts(found.line, w),
        burns=[moves.burn_cells(b, w, found.names) for b in reversed(found.line.burns)],
        headings=[h for h in moves.HEADINGS if h != "object"],
        stays=[stay_cells(s, w, found.names) for s in found.line.stays],
        usual=list(usual_lines(found.usual, w, found.names)),
        untold=list(moves.untold_lines(found.line.untold, w, found.names)),
        numbers=in_numbers.of_timeline(found.line, w),
        version=__version__,
    )
