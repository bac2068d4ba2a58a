"""Where the element sets stand in a text: which lines belong together, and what is left over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from hoshimori.facts import Bools, Ints
from hoshimori.formats.complaints import Complaints
from hoshimori.formats.tle_columns import Bytes

_LONGEST_NAME = 40
"""A line "1 ..." or "2 ..." longer than this is a lost half of a set, not a name."""
_OTHER_HALF = "a line 1 followed by its line 2"
_NO_STRAY = "a name directly before line 1, or nothing"


@dataclass(frozen=True)
class Layout:
    """n sets in a text. starts, stops, lines: (n, 2) for lines 1 and 2; records: (n,) from 1, counted over `total`.

    lines count from 1; 0 where the text was put together and lines mean nothing.
    name_spans: (n, 2) first and last byte of the name line, equal where a set has none.
    """

    starts: Ints
    stops: Ints
    lines: Ints
    records: Ints
    name_spans: Ints
    total: int

    def take(self, which: Any) -> Layout:
        return Layout(
            self.starts[which], self.stops[which], self.lines[which], self.records[which], self.name_spans[which], self.total
        )

    def names(self, content: bytes, rows: Ints) -> list[str]:
        """The names of some rows, without the "0 " that 3LE puts before them; equal names share one text."""
        raw = [content[a:b] for a, b in self.name_spans[rows].tolist()]
        clean = {r: "" if r == b"0" else r.removeprefix(b"0 ").decode("utf-8", "replace").strip() for r in set(raw)}
        return [clean[r] for r in raw]


def layout(content: bytes, complaints: Complaints, *, has_lines: bool = True) -> Layout:
    """Find the sets. A lone line 1 or 2 counts as a record and is refused; a text that belongs to no set is told."""
    buffer = np.frombuffer(content, np.uint8)
    starts, stops = _lines(content, buffer)
    first = buffer[np.minimum(starts, max(len(buffer) - 1, 0))] if len(buffer) else np.zeros(len(starts), np.uint8)
    used = np.flatnonzero((stops > starts) & (first != ord("#")))  # neither blank nor a remark
    starts, stops = starts[used], stops[used]
    is_one, is_two = (_begins(buffer, starts, stops, digit) for digit in b"12")
    pair = np.flatnonzero(is_one[:-1] & is_two[1:])
    rest = np.ones(len(used), bool)
    rest[pair] = rest[pair + 1] = False
    half = is_one | is_two
    name = rest & _before(pair, len(used)) & (~half | (stops - starts <= _LONGEST_NAME))
    lone = rest & half & ~name
    stray = rest & ~half & ~name & ~_before(np.flatnonzero(lone), len(used))
    begins = lone.copy()
    begins[pair] = True
    records = np.cumsum(begins, dtype=np.int64)
    lines = (used + 1) * int(has_lines)
    for k in np.flatnonzero(lone | stray).tolist():
        field, expected = ("set", _OTHER_HALF) if lone[k] else ("text", _NO_STRAY)
        record = int(records[k]) if lone[k] else None
        value = content[starts[k] : min(stops[k], starts[k] + 80)].decode("utf-8", "replace")
        complaints.add(field, value, expected, line=int(lines[k]) or None, record=record)
    both = np.column_stack([pair, pair + 1])
    named = np.where((pair > 0) & name[pair - 1], pair - 1, pair) if len(pair) else pair
    spans = np.column_stack([starts[named], np.where(named < pair, stops[named], starts[named])])
    total = int(records[-1]) if len(records) else 0
    return Layout(starts[both], stops[both], lines[both], records[pair], spans, total)


def _before(which: Ints, n: int) -> Bools:
    """The lines (n,) that stand directly before those in `which`."""
    mask = np.zeros(n, bool)
    mask[which[which > 0] - 1] = True
    return mask


def _begins(buffer: Bytes, starts: Ints, stops: Ints, digit: int) -> Bools:
    """The lines that begin with `digit` and a blank, or are cut off after the digit."""
    if len(starts) == 0:
        return np.zeros(0, bool)
    second = buffer[np.minimum(starts + 1, len(buffer) - 1)]
    alone = stops - starts == 1
    begins: Bools = (buffer[starts] == digit) & (alone | (second == ord(" ")))
    return begins


def _lines(content: bytes, buffer: Bytes) -> tuple[Ints, Ints]:
    """First and last byte of every line, without line ends and trailing blanks."""
    ends = np.flatnonzero(buffer == ord("\n"))
    starts = np.concatenate([[0], ends + 1]).astype(np.int64)
    stops = np.append(ends, len(buffer)).astype(np.int64)
    open_lines = np.flatnonzero(stops > starts)
    for _ in range(4):
        last = buffer[stops[open_lines] - 1]
        open_lines = open_lines[(last == ord(" ")) | (last == ord("\r")) | (last == ord("\t"))]
        stops[open_lines] -= 1
        open_lines = open_lines[stops[open_lines] > starts[open_lines]]
    for k in open_lines.tolist():  # the few lines with a long tail of blanks
        stops[k] = starts[k] + len(content[starts[k] : stops[k]].rstrip())
    return starts, stops
