"""Rows of people's own tables, CSV with a header or JSON Lines, read field by field: every mistake with its place."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from hoshimori.formats.archive import LIMIT_BYTES, to_utf8, unpack
from hoshimori.formats.complaints import Complaints
from hoshimori.formats.rows import Rows, json_records, rows_from_csv, rows_from_json
from hoshimori.formats.zoned import parse_zoned


@dataclass
class Row:
    """One record. Each question returns a value that can be used, or notes what is wrong; `refused` tells whether any was."""

    rows: Rows
    at: int
    complaints: Complaints
    refused: bool = field(default=False)

    def refuse(self, name: str, expected: str, value: str | None = None) -> None:
        """Say what is wrong with this row, and leave it out."""
        self._tell(name, expected, value, refused=True)
        self.refused = True

    def doubt(self, name: str, expected: str, value: str | None = None) -> None:
        """Say what is odd, and keep the row."""
        self._tell(name, expected, value, refused=False)

    def _tell(self, name: str, expected: str, value: str | None, *, refused: bool) -> None:
        line, record = self.rows.place(name.upper(), self.at)
        shown = self.text(name) if value is None else value
        self.complaints.add(name, shown, expected, line=line, record=record, refused=refused)

    def text(self, name: str) -> str:
        """As it stands, without blanks around it; "" where there is none."""
        return (self.rows.text(name.upper(), self.at) or "").strip()

    def needed(self, name: str, expected: str) -> str:
        """Text that may not be empty."""
        if not self.text(name):
            self.refuse(name, expected)
        return self.text(name)

    def word(self, name: str, words: Sequence[str], default: str | None = None) -> str:
        """One of some words, in any case; `default` where the field is empty."""
        given = self.text(name)
        if not given and default is not None:
            return default
        found = [w for w in words if w and w.lower() == given.lower()]
        if not found:
            self.refuse(name, f"one of {', '.join(w for w in words if w)}" + (", or blank" if default is not None else ""))
        return found[0] if found else ""

    def number(self, name: str, expected: str, low: float, high: float, *, blank: bool = True) -> float:
        """A number in low..high; NaN where empty, if it may be."""
        given = self.text(name)
        if not given and blank:
            return math.nan
        try:
            value = float(given)
        except ValueError:
            value = math.nan
        if not low <= value <= high:
            self.refuse(name, expected)
            return math.nan
        return value

    def moment(self, name: str) -> np.datetime64:
        """UTC of a time with its zone."""
        value, expected = parse_zoned(self.text(name))
        if expected:
            self.refuse(name, expected)
        return value


def table_rows(content: bytes, file: str, needed: Sequence[str]) -> Iterator[tuple[Complaints, list[Row]]]:
    """For each file inside (one, or the members of a zip) its complaints and its rows.

    `needed`: columns without which nothing of a file can be read.
    """
    for inner, complaints, failed in unpack(content, file, limit_bytes=LIMIT_BYTES):
        text = "" if failed else to_utf8(inner, complaints).decode()
        yield complaints, list(_rows(text, complaints, [n.upper() for n in needed])) if text.strip("\0\ufeff \r\n\t") else []
        if not failed and not text.strip("\0\ufeff \r\n\t"):
            complaints.add("content", f"{len(inner)} bytes", "a table; the file is empty")


def _rows(text: str, complaints: Complaints, needed: Sequence[str]) -> Iterator[Row]:
    if text.lstrip().startswith(("{", "[")):
        for rows in rows_from_json(json_records(text, complaints), complaints):
            yield from (Row(rows, k, complaints) for k in range(len(rows)))
        return
    head = [word.strip().upper() for word in text.lstrip().partition("\n")[0].split(",")]
    if missing := [n.lower() for n in needed if n not in head]:
        complaints.add("header", ",".join(head).lower(), f"a first line that names the columns; {', '.join(missing)} missing")
        return
    if text and not text.endswith(("\n", "\r")):
        complaints.add(
            "end of file", text.rpartition("\n")[2], "a line end after the last row: the file may be cut off", refused=False
        )
    for rows in rows_from_csv(text, complaints):
        yield from (Row(rows, k, complaints) for k in range(len(rows)))
