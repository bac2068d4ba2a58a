"""A brief for the terminal: the bottom line, the odds and the gates, at most 80 columns wide in either language."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator

from rich.cells import cell_len

from hoshimori.doors.brief_front import Page

WIDTH = 80
BAR = 20
"""Columns of the bar of odds: five of a hundred for each."""
PIECE = re.compile(r"[!-~]{1,40}\s?|\S[。、）」：？！]*\s?|\s")
"""What stays on one line: a word of Latin letters, or a character with the marks that may not begin a line."""


def told(page: Page) -> str:
    """Paragraphs parted by blank lines, so that no line can be read as the end of another's sentence."""
    return "\n\n".join(p for p in _paragraphs(page) if p) + "\n"


def _paragraphs(page: Page) -> Iterator[str]:
    w = page["w"]
    yield "\n".join(x for x in (page["marking"], page["mode"]) if x)
    yield wrapped(f"{w['brief']}: {page['title']}")
    yield "\n".join(wrapped(f"{f['label']}: {f['value']}", "  ") for f in page["facts"][:3])
    yield w["brief bottom"].upper() if page["lang"] == "en" else w["brief bottom"]
    bottom = page["bottom"]
    for said in (bottom["verdict"], bottom["likelihood"], bottom["confidence"]):
        yield wrapped(said)
    yield wrapped(w["brief agree"]) + "\n" + wrapped(page["agree"]["said"])
    yield w["brief odds"]
    yield page["odds_note"] or "\n".join(_odds(row) for row in page["odds"])
    yield w["brief gates"]
    yield wrapped(page["consultation"])
    yield page["gates_note"] or "\n".join(
        wrapped(g["hidden"] or f"{g['id']} {g['title']}: {g['answer']}", "   ") for g in page["gates"]
    )
    yield wrapped(w["brief ministers"])
    yield w["brief signatures"]
    yield "\n".join(_signature(s) for s in page["signatures"]) or wrapped(w["brief no signatures"])
    yield page["marking"]


def _signature(row: Page) -> str:
    """Who did what and when, with the reasons where some were given."""
    return wrapped(f"{row['act']}: {row['by']} ({row['party']}), {row['at']}. {row['reasons']}".rstrip(), "  ")


def _odds(row: Page) -> str:
    """One explanation: its bar from 0 to 100 %, with the range and the best value, then its name and words below."""
    if row["low"] is None:
        return wrapped(f"{' ' * BAR}  {row['name']}: {row['range']}", " " * (BAR + 2))
    cells = [_cell(row, k / BAR, (k + 1) / BAR) for k in range(BAR)]
    return wrapped(f"{''.join(cells)}  {row['name']}: {row['word']}, {row['range']}", " " * (BAR + 2))


def _cell(row: Page, start: float, stop: float) -> str:
    if start <= row["value"] < stop or (stop == 1.0 and row["value"] == 1.0):
        return "|"
    return "=" if row["low"] < stop and row["high"] > start else "."


def wrapped(text: str, indent: str = "") -> str:
    """A text in lines of at most WIDTH columns, where a Japanese character takes two; what follows the first is indented."""
    if cell_len(text) == len(text):
        return textwrap.fill(text, WIDTH, subsequent_indent=indent)
    lines, line = [], ""
    for piece in PIECE.findall(text):
        if line.strip() and cell_len(line) + cell_len(piece.rstrip()) > WIDTH:
            lines.append(line.rstrip())
            line = indent
        line += piece
    return "\n".join([*lines, line.rstrip()])
