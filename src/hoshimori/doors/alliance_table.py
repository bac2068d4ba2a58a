"""The register of an alliance for people: rows of a kind in a table, rows that contradict each other together, one row whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from hoshimori.alliance.register import KINDS, Register, Row, State
from hoshimori.doors.alliance import Looked
from hoshimori.doors.english_alliance import ALLIANCE as EN
from hoshimori.doors.japanese_alliance import ALLIANCE as JA
from hoshimori.doors.terminal import console
from hoshimori.doors.words import minute

LANGUAGES: Mapping[str, Mapping[str, str]] = {"en": EN, "ja": JA}
COLOURS = {"overdue-unknown": "yellow", "objection": "cyan", "denial": "cyan", "done": "green", "unknown": "dim"}
LONGEST_ID = 20
LONGEST_STATUS = 15


def show(looked: Looked, lang: str) -> None:
    """The rows found, a table for each kind or for each dispute."""
    w, out = LANGUAGES[lang], console()
    held = looked.register
    title = held.title_ja if lang == "ja" else held.title
    out.print(Text(w["heading"].format(title=title, as_of=held.as_of, at=f"{minute(looked.at_utc)}Z")))
    if not looked.rows:
        out.print(Text(w["nothing"]))
    if looked.groups:
        for group in looked.groups:
            out.print(Text(f"\n{w['group']}: {', '.join(r.row_id for r in group)}"))
            out.print(_table(group, looked.at_utc, lang))
            for row in group:
                if note := _note(row, lang):
                    out.print(Text(f"{row.row_id}: {note}"))
    else:
        for kind in KINDS:
            rows = [r for r in looked.rows if r.kind == kind]
            if rows:
                out.print(Text(f"\n{w[f'many {kind}']}: {len(rows)}"))
                out.print(_table(rows, looked.at_utc, lang))
    out.print(Text(w["law"]))


def _table(rows: Iterable[Row], at_utc: np.datetime64, lang: str) -> Table:
    w = LANGUAGES[lang]
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column(w["id"], overflow="fold", max_width=LONGEST_ID)
    for heading in ("date", "grade"):
        table.add_column(w[heading], no_wrap=True)
    table.add_column(w["status"], overflow="fold", max_width=LONGEST_STATUS)
    table.add_column(w["what"], overflow="fold", ratio=1)
    for row in rows:
        status = row.state(at_utc).status
        table.add_row(
            row.row_id,
            _day(row.date_utc) + ("" if np.isnat(row.due_utc) else f"\n{w['by'].format(due=_day(row.due_utc))}"),
            row.grade,
            Text(w[f"status {status}"], style=COLOURS.get(status, "")),
            Text(_what(row, lang)),
        )
    return table


def _what(row: Row, lang: str) -> str:
    """The title; whether its wording is known to be right, where it is not; and who contradicts it."""
    w = LANGUAGES[lang]
    said = row.title_ja if lang == "ja" else row.title
    if "unchecked" in (row.wording, row.wording_ja):
        said = f"{said} [{_unchecked(row, w)}]"
    if row.contradicts:
        said = f"{said}\n{w['contradicted by'].format(ids=', '.join(row.contradicts))}"
    return said


def _unchecked(row: Row, w: Mapping[str, str]) -> str:
    """Which of the two wordings was not compared with a text; without a name where there is only one."""
    if not row.quote_ja:
        return w["wording unchecked"]
    names = [w[n] for n, how in (("quote", row.wording), ("quote_ja", row.wording_ja)) if how == "unchecked"]
    return f"{', '.join(names)}: {w['wording unchecked']}"


def show_row(looked: Looked, lang: str) -> None:
    """One row with everything that is held of it."""
    w, out = LANGUAGES[lang], console()
    (row,) = looked.rows
    title = row.title_ja if lang == "ja" else row.title
    out.print(Text(f"{row.row_id}  {title}", style="bold"))
    page = Table.grid(padding=(0, 2))
    page.add_column(no_wrap=True, style="dim")
    page.add_column(overflow="fold")
    for label, text in _lines(row, looked.register, looked.at_utc, lang):
        page.add_row(label, Text(text))
    out.print(page)
    out.print(Text(w["law"]))


def _lines(row: Row, held: Register, at_utc: np.datetime64, lang: str) -> list[tuple[str, str]]:
    w = LANGUAGES[lang]
    lines = [(w["kind"], w[f"kind {row.kind}"]), (w["quote"], f"{row.quote} [{w[f'wording {row.wording}']}]")]
    if row.quote_ja:
        lines.append((w["quote_ja"], f"{row.quote_ja} [{w[f'wording {row.wording_ja}']}]"))
    lines += [(w["speaker"], _speaker(row, lang)), (w["said_on"], _day(row.date_utc)), (w["known"], _day(row.known_utc))]
    lines += [(w["source"], row.source), *_many(w["read_at"], row.read_at), (w["grade_long"], grade_in_words(row.grade, w))]
    now = row.state(at_utc)
    lines.append((w["status"], _state(now, w, now.said_by if row.kind == "commitment" else _speaker(row, lang))))
    if not np.isnat(row.due_utc):
        lines.append((w["due_long"], _day(row.due_utc)))
    if row.kind == "commitment":
        told = [f"{_state(s, w, s.said_by)}: {w['state source'].format(source=s.source, grade=s.grade)}" for s in row.history]
        lines += _many(w["history"], told)
    others = [_other(held.row(name), lang) for name in row.contradicts]
    lines += _many(w["contradicts"], others or [w["nobody"]])
    lines += _many(w["rests_on"], [_other(held.row(name), lang) for name in row.rests_on])
    for key, names in (("of", row.of), ("watchlists", row.watchlists), ("sensors", row.sensors)):
        lines += [(w[key], ", ".join(names))] if names else []
    note = _note(row, lang)
    return [*lines, (w["note"], note)] if note else lines


def _speaker(row: Row, lang: str) -> str:
    return row.speaker_ja if lang == "ja" else row.speaker


def _note(row: Row, lang: str) -> str:
    return row.note_ja if lang == "ja" and row.note_ja else row.note


def grade_in_words(grade: str, w: Mapping[str, str]) -> str:
    """An Admiralty grade as people say it."""
    return w["grade in words"].format(
        grade=grade, reliability=w[f"reliability {grade[0]}"], credibility=w[f"credibility {grade[1]}"]
    )


def _state(state: State, w: Mapping[str, str], said_by: str) -> str:
    status = w[f"status {state.status}"]
    return w["state"].format(status=status, date=_day(state.date_utc), said_by=said_by) if said_by else status


def _other(row: Row, lang: str) -> str:
    title = row.title_ja if lang == "ja" else row.title
    return LANGUAGES[lang]["other"].format(id=row.row_id, title=title, said_by=_speaker(row, lang), grade=row.grade)


def _many(label: str, texts: Iterable[str]) -> list[tuple[str, str]]:
    """A label beside the first of several lines."""
    return [(label if n == 0 else "", text) for n, text in enumerate(texts)]


def _day(t: np.datetime64) -> str:
    return "—" if np.isnat(t) else str(t.astype("datetime64[D]"))
