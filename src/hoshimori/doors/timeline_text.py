"""A timeline in a terminal: panels of dots, burns as letters, stays as bars, all above one another on one time axis.

Dots are Braille signs, two across and four down in each place; a terminal without Unicode gets asterisks, one in each place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from rich.cells import cell_len
from rich.text import Text

from hoshimori.detect.burns import Burn
from hoshimori.doors.axes import level_text, moments
from hoshimori.doors.marks import COLOURS, LETTERS
from hoshimori.doors.svg_stays import stay_title
from hoshimori.doors.timeline import Panel, Span, Timeline
from hoshimori.doors.timeline_svg import heading
from hoshimori.doors.words import burn_label, minute
from hoshimori.facts import Floats, Times

LEFT = 12
"""Columns left of the panels, for the values of an axis."""
NARROWEST, WIDEST = 40, 200
ROWS, SMALL_ROWS, LANES = 4, 2, 6
DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""The bit of each Braille dot, by row from above and by column."""


@dataclass(frozen=True, slots=True)
class _Axis:
    """From a moment to a column."""

    columns: int
    start: np.datetime64
    stop: np.datetime64

    def at(self, t: Times | np.datetime64, per_column: int = 1) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
        share = (t - self.start) / max(self.stop - self.start, np.timedelta64(1, "us"))
        n = self.columns * per_column
        return np.asarray(np.clip(np.asarray(share) * n, 0, n - 1), np.int64)


def lines(line: Timeline, w: Mapping[str, str], names: Mapping[str, str], *, width: int, unicode: bool = True) -> Iterator[Text]:
    """The timeline as lines of at most `width` columns."""
    axis = _Axis(min(max(width, NARROWEST), WIDEST) - LEFT - 1, line.start_utc, line.stop_utc)
    yield Text(heading(line, w), style="bold", overflow="ellipsis", no_wrap=True)
    yield Text(facts(line, w), style="dim", overflow="ellipsis", no_wrap=True)
    if line.burns:
        yield _burns(line, axis, w)
    for panel in line.panels:
        yield from _panel(panel, axis, w, SMALL_ROWS if panel.small else ROWS, unicode)
    yield _record(line, axis, w, unicode)
    yield from _time(axis)
    yield from _stays(line.stays, axis, w, names, unicode)
    if line.burns:
        yield from _legend(line, axis, w)


def facts(line: Timeline, w: Mapping[str, str]) -> str:
    """On how many sets it stands, and what was known."""
    return w["timeline_facts"].format(sets=len(line.epoch_utc), as_of=minute(line.as_of_utc))


def _beside(text: str) -> str:
    """A word left of the axis, ending one column before it."""
    return f"{' ' * (LEFT - 1 - cell_len(text))}{text} "


def _burns(line: Timeline, axis: _Axis, w: Mapping[str, str]) -> Text:
    """A letter where a burn is, the most probable where several share a place."""
    row = Text(_beside(w["burns"]))
    best: dict[int, Burn] = {}
    for burn in sorted(line.burns, key=lambda b: b.probability):
        best[int(axis.at(burn.t_utc))] = burn
    for column, burn in sorted(best.items()):
        letter = LETTERS.get(burn.label, "O")
        row.append(" " * (LEFT + column - row.cell_len))
        row.append(letter if burn.probability >= 0.5 else letter.lower(), COLOURS.get(burn.label, ""))
    return row


def _panel(panel: Panel, axis: _Axis, w: Mapping[str, str], rows: int, unicode: bool) -> Iterator[Text]:
    yield Text(f"{'':{LEFT}}{w[panel.key]}", style="bold", overflow="ellipsis", no_wrap=True)
    picture = _braille(panel, axis, rows) if unicode else _plain(panel, axis, rows)
    step = max((panel.high - panel.low) / 20.0, 1e-12)
    for k, text in enumerate(picture):
        value = panel.high if k == 0 else panel.low if k == rows - 1 else None
        row = Text(_beside("" if value is None else level_text(value, step)), style="dim")
        yield row.append(text, "blue")


def _places(panel: Panel, axis: _Axis, rows: int, across: int, down: int) -> tuple[Floats, Floats]:
    """Columns and rows of the dots: every set, and the line between sets that follow each other."""
    known = np.isfinite(panel.y)
    share = (panel.high - panel.y) / max(panel.high - panel.low, 1e-12)
    x = axis.at(panel.t_utc, across).astype(float)
    y = np.clip(share * (rows * down - 1), 0, rows * down - 1)
    joined = np.flatnonzero(known[1:] & known[:-1])
    xs, ys = [x[known]], [y[known]]
    for i in joined[np.abs(x[joined + 1] - x[joined]) > 1.0]:
        between = np.arange(x[i] + 1.0, x[i + 1])
        xs.append(between)
        ys.append(np.interp(between, [x[i], x[i + 1]], [y[i], y[i + 1]]))
    return np.concatenate(xs), np.concatenate(ys)


def _braille(panel: Panel, axis: _Axis, rows: int) -> list[str]:
    cells = np.zeros((rows, axis.columns), np.int64)
    x, y = (a.round().astype(int) for a in _places(panel, axis, rows, 2, 4))
    np.bitwise_or.at(cells, (y // 4, x // 2), np.array(DOTS)[y % 4, x % 2])
    return ["".join(chr(0x2800 + c) if c else " " for c in row) for row in cells.tolist()]


def _plain(panel: Panel, axis: _Axis, rows: int) -> list[str]:
    cells = np.full((rows, axis.columns), " ")
    x, y = (a.round().astype(int) for a in _places(panel, axis, rows, 1, 1))
    cells[y, x] = "*"
    return ["".join(row) for row in cells.tolist()]


def _record(line: Timeline, axis: _Axis, w: Mapping[str, str], unicode: bool) -> Text:
    """Where there are element sets, and where the record is silent."""
    cells = np.full(axis.columns, "─" if unicode else "-")
    for start, stop in line.gaps:
        cells[axis.at(start) : axis.at(stop) + 1] = "░" if unicode else "?"
    row = Text(_beside(w["record"]), style="dim")
    row.append("".join(cells.tolist()))
    return row.append(f"\n{'':{LEFT}}{'░' if unicode else '?'} {w['gap']}", "dim") if line.gaps else row


def _time(axis: _Axis) -> Iterator[Text]:
    row = [" "] * axis.columns
    free = 0
    for t, text in moments(axis.start, axis.stop, max(axis.columns // 14, 2)):
        column = int(axis.at(t))
        if column >= free and column + len(text) + 2 <= axis.columns:
            row[column : column + len(text) + 1] = f"|{text}"
            free = column + len(text) + 3
    yield Text(f"{'':{LEFT}}{''.join(row)}", style="dim")


def _stays(stays: Sequence[Span], axis: _Axis, w: Mapping[str, str], names: Mapping[str, str], unicode: bool) -> Iterator[Text]:
    chosen = sorted(sorted(stays, key=lambda s: (s.usual is not False, s.miss_km))[:LANES], key=lambda s: s.start_utc)
    for k, one in enumerate(chosen):
        first, last = int(axis.at(one.start_utc)), int(axis.at(one.stop_utc))
        style = "red" if one.usual is False else "green"
        row = Text(_beside(w["stays"] if k == 0 else ""), style="dim", no_wrap=True, overflow="ellipsis")
        row.append(" " * first).append(("━" if unicode else "=") * (last - first + 1), style)
        yield row
        text = stay_title(one, w, names)
        yield Text(
            f"{'':{LEFT + max(0, min(first, axis.columns - cell_len(text)))}}{text}",
            style=style,
            no_wrap=True,
            overflow="ellipsis",
        )
    if len(stays) > len(chosen):
        yield Text(f"{'':{LEFT}}{w['more'].format(more=len(stays) - len(chosen)).strip()}", style="dim")


def _legend(line: Timeline, axis: _Axis, w: Mapping[str, str]) -> Iterator[Text]:
    """What the letters stand for, wrapped beside the axis."""
    there = {b.label for b in line.burns}
    kinds = [x for x in LETTERS if x in there] + sorted(there - set(LETTERS))
    pieces = [Text.assemble((LETTERS.get(k, "O"), COLOURS.get(k, "")), (f" {burn_label(k, w)}  ", "dim")) for k in kinds]
    row = Text(" " * LEFT)
    for piece in [*pieces, Text(w["burn_letters"], "dim")]:
        if row.cell_len + piece.cell_len > LEFT + axis.columns and row.plain.strip():
            yield row
            row = Text(" " * LEFT)
        row.append_text(piece)
    yield row
