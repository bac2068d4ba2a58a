"""When a mirror first saw each record of a file: the `<stem>_first_seen.csv` logs that may lie beside it.

The columns are norad, epoch_yyddd, first_seen_utc, name, in any order; only `first_seen_utc` is needed. Row n speaks of
record n of the file, counted from 1. A moment is written 20260524T053850Z or 2026-05-24T05:38:50Z, with or without Z; an
offset is taken into account. A row that cannot be read leaves its record without a moment: it is reported, never guessed.
"""

from __future__ import annotations

import csv
import gzip
import zlib
from collections.abc import Iterator, Mapping, ValuesView
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from hoshimori.errors import Problem
from hoshimori.facts import NOT_A_TIME, Times

COLUMN = "first_seen_utc"
EXPECTED = "a UTC moment such as 20260524T053850Z or 2026-05-24T05:38:50Z"


@dataclass(frozen=True, eq=False)
class FirstSeen(Mapping[int, np.datetime64]):
    """Record number (from 1) to the moment it was first seen. `times_utc` (n,) holds NaT where the log says nothing."""

    times_utc: Times

    def __getitem__(self, record: int) -> np.datetime64:
        if not 1 <= record <= len(self.times_utc) or np.isnat(self.times_utc[record - 1]):
            raise KeyError(record)
        return np.datetime64(self.times_utc[record - 1])

    def __iter__(self) -> Iterator[int]:
        return iter((np.flatnonzero(~np.isnat(self.times_utc)) + 1).tolist())

    def __len__(self) -> int:
        return int(np.count_nonzero(~np.isnat(self.times_utc)))

    def values(self) -> ValuesView[np.datetime64]:
        return _Moments(self)


class _Moments(ValuesView[np.datetime64]):
    """The moments straight from the array: a quarter of a million look-ups by record number take half a second."""

    _mapping: FirstSeen

    def __iter__(self) -> Iterator[np.datetime64]:
        times = self._mapping.times_utc
        return iter(times[~np.isnat(times)])


def read_first_seen(path: Path) -> tuple[FirstSeen, list[Problem]]:
    """The log at `path`, plain or gzip, and what is wrong with it. Raises OSError where the file cannot be read."""
    content = path.read_bytes()
    try:
        if path.suffix.lower() == ".gz":
            content = gzip.decompress(content)
        text = content.decode("utf-8-sig")
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as broken:
        wrong = Problem(path.as_posix(), None, None, "file", str(broken)[:80], "UTF-8 CSV, plain or whole gzip")
        return FirstSeen(np.zeros(0, "datetime64[us]")), [wrong]
    return parse_first_seen(text, path.as_posix())


def parse_first_seen(text: str, file: str) -> tuple[FirstSeen, list[Problem]]:
    """The log in `text`; `file` names it in the problems."""
    lines = text.rstrip().splitlines()
    header = [name.strip().lower() for name in lines[0].split(",")] if lines else []
    if COLUMN not in header:
        expected = f"a header line with the column {COLUMN}"
        return FirstSeen(np.zeros(0, "datetime64[us]")), [Problem(file, 1, None, "header", ",".join(header)[:80], expected)]
    column = header.index(COLUMN)
    times = np.full(len(lines) - 1, NOT_A_TIME)
    problems = []
    known: dict[str, np.datetime64 | None] = {}  # a mirror looks a few times a day: few moments, many rows
    for row, line in enumerate(lines[1:]):
        word = _word(line, column)
        if word not in known:
            known[word] = _moment(word)
        seen = known[word]
        if seen is None:
            problems.append(Problem(file, row + 2, row + 1, COLUMN, word[:80], EXPECTED))
        else:
            times[row] = seen
    return FirstSeen(times), problems


def _word(line: str, column: int) -> str:
    """One field of a CSV line. Quoting is looked at only where there is a quote: it costs four times as much."""
    words = next(csv.reader([line])) if '"' in line else line.split(",", column + 1)
    return words[column].strip() if column < len(words) else ""


def _moment(word: str) -> np.datetime64 | None:
    if len(word) < len("20260524T053850"):
        return None
    try:
        seen = datetime.fromisoformat(word)
    except ValueError:
        return None
    return np.datetime64(seen.astimezone(UTC).replace(tzinfo=None) if seen.tzinfo else seen, "us")
