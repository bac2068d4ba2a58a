"""Silences for people: one row each in the terminal, what stands behind those that are late, and what cannot be excluded."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from typing import Literal

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from hoshimori.detect.silence import Account
from hoshimori.detect.silence_account import UNSEEN
from hoshimori.doors.silence import Heard
from hoshimori.doors.terminal import console
from hoshimori.doors.words import minute, say, when, words
from hoshimori.facts import DataMode

HEADINGS = ("silence_state", "asset", "last_news", "silent_for", "usual_gap", "p_value", "silence_odds")
NUMBERS = ("silent_for", "usual_gap", "p_value")
COLOURS = {"silent": "bold red", "late": "yellow", "nobody heard": "cyan", "on time": "green"}
ORDER = ("silent", "late", "nobody heard", "rhythm not known", "never catalogued", "not observable", "on time")
LEAST_ODDS = 0.01
MOST_ODDS = 3


def show(heard: Heard, lang: str) -> None:
    """The table on standard output, the silent first; below it what cannot be excluded."""
    w, out = words(lang), console()
    if any(len(a.sets) and a.sets.data_mode.max() == DataMode.EXERCISE for a in heard.accounts):
        print(w["exercise_note"])
    counts = ", ".join(
        f"{sum(a.state == s for a in heard.accounts)} {w[f'silence {s}']}"
        for s in ORDER
        if any(a.state == s for a in heard.accounts)
    )
    out.print(Text(f"{heard.watchlist.watchlist_id}, {w['as_of']} {when(heard.view.as_of_utc, w)}: {counts}"))
    out.print(_table(sorted(heard.accounts, key=lambda a: ORDER.index(a.state)), w))
    for line in _limits(heard.accounts, w):
        out.print(Text(line))
    out.print(Text(w["silence note"]))


def _table(accounts: Iterable[Account], w: Mapping[str, str]) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for heading in HEADINGS:
        justify: Literal["right", "left"] = "right" if heading in NUMBERS else "left"
        table.add_column(w[heading], justify=justify, overflow="fold", no_wrap=heading in ("silence_state", "last_news"))
    for account in accounts:
        table.add_row(*_cells(account, w))
    return table


def _cells(a: Account, w: Mapping[str, str]) -> list[Text]:
    name = " ".join(str(x) for x in (a.norad_id, a.name) if x)
    return [
        Text(w[f"silence {a.state}"], style=COLOURS.get(a.state, "dim")),
        Text(w["silence neighbour"].format(name=name, of=a.neighbour_of) if a.neighbour_of else name),
        Text("—" if a.state in UNSEEN else minute(a.last_known_utc)),
        Text(_days(a.silent_days, w)),
        Text(_days(a.usual_days, w)),
        Text("—" if not np.isfinite(a.p_value) else f"{a.p_value:.1e}" if a.p_value < 0.01 else f"{a.p_value:.2f}"),
        Text(_odds(a, w)),
    ]


def _days(days: float, w: Mapping[str, str]) -> str:
    if not np.isfinite(days):
        return "—"
    return w["silence days"].format(days=days) if days >= 2.0 else w["silence hours"].format(hours=days * 24.0)


def _odds(a: Account, w: Mapping[str, str]) -> str:
    """The likeliest reasons in percent; of who has no rhythm, what can be said instead."""
    if not a.odds:
        return "; ".join(say(r, w, {}) for r in a.open_to)
    ranked = sorted(a.odds.items(), key=lambda kv: -kv[1])[:MOST_ODDS]
    return ", ".join(f"{w[name]} {100.0 * share:.0f} %" for name, share in ranked if share >= LEAST_ODDS)


def _limits(accounts: Iterable[Account], w: Mapping[str, str]) -> list[str]:
    """What cannot be excluded for those that have a rhythm and are not heard, each said once."""
    said = [say(r, w, {}) for a in accounts if a.odds and a.state != "on time" for r in a.open_to]
    return [f"{w['silence open']}: {line}" for line in dict.fromkeys(said)]


def tell_ahead(heard: Heard, lang: str) -> None:
    """Objects left out because their sets are dated ahead, on standard error."""
    from hoshimori.doors.screen_table import ahead_lines

    print("".join(f"hoshimori: {line}\n" for line in ahead_lines(heard.ahead, words(lang))), end="", file=sys.stderr)
