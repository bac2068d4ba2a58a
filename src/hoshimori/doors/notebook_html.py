"""The pieces that a record is shown with in a notebook: cards, facts, tables. Everything put in is text, never markup.

Nothing here sets a ground colour or a colour of text: both belong to the notebook, light or dark. What stands out does so by a
line, a border or weight, and by a word; no meaning is carried by colour alone.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from hoshimori.doors.brief_reading import clean
from hoshimori.judgements import CLEAR, Marking

MOST_ROWS = 20
LINE = "rgba(128,140,155,.55)"
TONES: Mapping[str, str] = {"attention": "#cf5a1c", "stale": "#a98a12", "quiet": "#3f9657", "mode": "#cf5a1c", "": LINE}
"""Middling colours for borders, seen on white and on black."""


@dataclass(frozen=True)
class Table:
    """Headings and rows. `more`: said below where rows were left out."""

    heads: Sequence[str]
    rows: Sequence[Sequence[Any]]
    more: str = ""


def text(value: Any) -> Markup:
    """A text as it stands, without what would act on the page."""
    return value if isinstance(value, Markup) else Markup("{}").format(clean(str(value)))


def text_as_it_is(value: str) -> Markup:
    """A text with its spaces, escaped."""
    return Markup("{}").format(value)


def joined(parts: Iterable[Any], between: str = " ") -> Markup:
    return text_as_it_is(between).join(text(p) for p in parts)


def pill(said: str, tone: str = "") -> Markup:
    """A short word in a frame."""
    style = f"border:1px solid {TONES.get(tone, LINE)};border-radius:9px;padding:0 7px;font-weight:600;white-space:nowrap"
    return Markup('<span style="{}">{}</span>').format(style, clean(said))


def small(said: Any) -> Markup:
    return Markup('<span style="opacity:.72;font-size:12px">{}</span>').format(text(said))


def mono(said: str) -> Markup:
    return Markup('<code style="font-size:12px;background:none">{}</code>').format(clean(said))


def facts(rows: Iterable[tuple[str, Any]]) -> Markup:
    """Label and value, one below the other; without rows nothing."""
    cells = [Markup("<dt style='opacity:.72'>{}</dt><dd style='margin:0'>{}</dd>").format(k, text(v)) for k, v in rows]
    style = "display:grid;grid-template-columns:max-content 1fr;gap:1px 14px;margin:4px 0"
    return Markup('<dl style="{}">{}</dl>').format(style, Markup("").join(cells)) if cells else Markup("")


def listed(rows: Sequence[Any]) -> Markup:
    items = Markup("").join(Markup("<li style='margin:0 0 1px'>{}</li>").format(text(x)) for x in rows)
    return Markup("<ul style='margin:2px 0;padding-left:18px'>{}</ul>").format(items) if rows else Markup("")


def table(one: Table) -> Markup:
    """A table that scrolls by itself where it is wide."""
    th = f"text-align:left;padding:3px 12px 3px 0;border-bottom:1px solid {LINE};opacity:.8;font-weight:600"
    td = f"text-align:left;vertical-align:top;padding:3px 12px 3px 0;border-bottom:1px solid {LINE};background:none"
    heads = Markup("").join(Markup('<th scope="col" style="{}">{}</th>').format(th, h) for h in one.heads)
    rows = [
        Markup("<tr style='background:none'>{}</tr>").format(
            Markup("").join(Markup('<td style="{}">{}</td>').format(td, text(c)) for c in row)
        )
        for row in one.rows
    ]
    more = small(one.more) if one.more else Markup("")
    return Markup(
        '<div style="overflow-x:auto"><table style="border-collapse:collapse;margin:4px 0;font-size:13px;'
        'font-variant-numeric:tabular-nums">'
        "<thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>{}"
    ).format(heads, Markup("").join(rows), more)


def picture(svg: str, said: str) -> Markup:
    """A drawing with a ground of its own, as a picture: its rules reach nothing else on the page."""
    data = base64.b64encode(svg.encode()).decode()
    return Markup('<img alt="{}" style="max-width:100%" src="data:image/svg+xml;base64,{}">').format(said, data)


def folded(title: str, body: Any) -> Markup:
    """What is opened by who wants it."""
    return Markup("<details><summary style='cursor:pointer;opacity:.8'>{}</summary>{}</details>").format(title, text(body))


def card(title: Any, *body: Any, lang: str, mode: str = "", marking: Marking = CLEAR, pills: Sequence[Markup] = ()) -> str:
    """One record. Its data mode stands with its title where it is not of the world; its marking above and below, if any."""
    marked = Markup("")
    if marking != CLEAR:
        style = "background:#000;color:#fff;font-weight:700;text-align:center;padding:1px 8px;font-size:12px"
        marked = Markup('<div role="note" style="{}">{}</div>').format(style, marking.text)
    shown = [pill(mode, "mode")] if mode and mode != "REAL" else []
    style = f"border:1px solid {LINE};border-radius:6px;padding:8px 12px;max-width:1060px;font-size:13px;line-height:1.45"
    head = Markup('<div style="margin:0 0 4px"><strong style="font-size:15px">{}</strong> {}</div>').format(
        text(title), joined([*pills, *shown])
    )
    return str(
        Markup('<div class="hoshimori" lang="{}">{}<div style="{}">{}{}</div>{}</div>').format(
            lang, marked, style, head, Markup("").join(text(b) for b in body), marked
        )
    )


def some(rows: Sequence[Any], most: int = MOST_ROWS) -> tuple[Sequence[Any], int]:
    """The first rows, and how many are left out."""
    return rows[:most], max(0, len(rows) - most)
