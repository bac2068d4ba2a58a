"""A cloud's future for people: how many are expected, and one row for each piece, those in doubt first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from hoshimori.detect.survival import Chance
from hoshimori.doors.cloud import Told
from hoshimori.doors.terminal import console
from hoshimori.doors.words import minute, say, words
from hoshimori.facts import DataMode

HEADINGS = ("cloud piece", "cloud perigee", "cloud p_up", "cloud p_catalogued", "cloud lifetime", "cloud b", "cloud why")
NUMBERS = ("cloud perigee", "cloud p_up", "cloud p_catalogued", "cloud lifetime", "cloud b")
YEAR_DAYS = 365.25


def show(told: Told, *, lang: str, top: int) -> None:
    """On standard output: the count, the pieces by how much they are in doubt, and what the count cannot mean."""
    w, out, found = words(lang), console(), told.survival
    if any(c.data_mode == DataMode.EXERCISE for c in found.chances):
        print(w["exercise_note"])
    counts = w["cloud count"].format(
        at=minute(found.at_utc),
        up=found.expected_up,
        sigma=found.sigma_up,
        pieces=len(found.chances),
        catalogued=found.expected_catalogued,
    )
    out.print(Text(counts))
    ranked = sorted(found.chances, key=lambda c: (not np.isfinite(c.p_up), abs(np.nan_to_num(c.p_up) - 0.5), c.norad_id))
    shown = ranked[: top or None]
    out.print(_table(shown, told.names, w))
    if len(shown) < len(ranked):
        out.print(Text(w["cloud top only"].format(shown=len(shown), count=len(ranked))))
    out.print(Text(w["cloud note"]))


def _table(chances: list[Chance], names: Mapping[str, str], w: Mapping[str, str]) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for heading in HEADINGS:
        justify: Literal["right", "left"] = "right" if heading in NUMBERS else "left"
        table.add_column(w[heading], justify=justify, overflow="fold")
    for c in chances:
        table.add_row(
            Text(" ".join(x for x in (str(c.norad_id), names.get(str(c.norad_id), "")) if x)),
            Text(_or_dash(c.perigee_km, "{:.0f} km")),
            Text(_or_dash(c.p_up, "{:.2f}")),
            Text(_or_dash(c.p_catalogued, "{:.2f}")),
            Text(_life(c, w)),
            Text(_or_dash(c.b_m2_kg, "{:.3g}")),
            Text("; ".join(say(r, w, {}) for r in c.why)),
        )
    return table


def _life(c: Chance, w: Mapping[str, str]) -> str:
    """Median, and from where to where eight in ten fall."""
    if not np.isfinite(c.p_up):
        return "—"
    low, middle, high = (_span(x, w) for x in c.lifetime_days)
    return w["cloud span"].format(low=low, middle=middle, high=high)


def _span(days: float, w: Mapping[str, str]) -> str:
    if not np.isfinite(days):
        return w["cloud longer"]
    return w["cloud years"].format(years=days / YEAR_DAYS) if days >= YEAR_DAYS else w["cloud days"].format(days=days)


def _or_dash(x: float, form: str) -> str:
    return form.format(x) if np.isfinite(x) else "—"
