"""Records as columns of text: what JSON, CSV, XML and KVN are all reduced to before anything is understood."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

import numpy as np

from hoshimori.facts import ConjunctionMessage, ElementSets, Ephemeris, Ints, ObjectName
from hoshimori.formats.complaints import Complaints

BLOCK = 50_000
"""Records turned into columns at a time, so that a large file does not stand in memory as text twice."""

Column = Sequence[str | None]


@dataclass(frozen=True)
class Rows:
    """n records as columns of text as found; None where a record has no such keyword.

    records: (n,) record numbers from 1. `line(field, row)` is the line on which a value stands, None where not known.
    `met` counts also the records of this block that are not among the rows because they could not be taken apart.
    """

    columns: Mapping[str, Column]
    records: Ints
    line: Callable[[str, int], int | None]
    met: int

    def __len__(self) -> int:
        return len(self.records)

    def column(self, keyword: str) -> Column:
        return self.columns.get(keyword) or [None] * len(self)

    def text(self, keyword: str, row: int) -> str | None:
        return self.column(keyword)[row] if keyword in self.columns else None

    def place(self, keyword: str, row: int) -> tuple[int | None, int]:
        return self.line(keyword, row), int(self.records[row])


@dataclass(frozen=True)
class Found:
    """What a reader found in one file; `record_of_row` (n,) belongs to the rows of `element_sets`."""

    element_sets: ElementSets = field(default_factory=ElementSets.empty)
    ephemerides: tuple[Ephemeris, ...] = ()
    names: tuple[ObjectName, ...] = ()
    records: int = 0
    record_of_row: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    conjunctions: tuple[ConjunctionMessage, ...] = ()

    @classmethod
    def together(cls, parts: Sequence[Found]) -> Found:
        return cls(
            ElementSets.concat([p.element_sets for p in parts]),
            tuple(e for p in parts for e in p.ephemerides),
            tuple(n for p in parts for n in p.names),
            sum(p.records for p in parts),
            np.concatenate([np.zeros(0, np.int64), *(p.record_of_row for p in parts)]),
            tuple(c for p in parts for c in p.conjunctions),
        )


@dataclass(frozen=True)
class _LineOf:
    """Where one record is one line."""

    lines: Sequence[int]

    def __call__(self, _field: str, row: int) -> int:
        return self.lines[row]


def no_line(_field: str, _row: int) -> None:
    """JSON does not keep lines: a record is found by its number."""
    return None


def json_records(text: str, complaints: Complaints) -> list[object]:
    """Every record of a JSON array, of one object, or of one object per line; numbers stay text, digit for digit.

    A file that ends or breaks in the middle gives the records before the break, and a problem.
    """
    decoder = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str)
    try:
        whole = decoder.decode(text)
    except (json.JSONDecodeError, RecursionError):
        return _json_piecewise(text, decoder, complaints)
    return whole if isinstance(whole, list) else [whole]


def _json_piecewise(text: str, decoder: json.JSONDecoder, complaints: Complaints) -> list[object]:
    records: list[object] = []
    at = _skip(text, 0, " \t\r\n[")
    while at < len(text):
        try:
            record, at = decoder.raw_decode(text, at)
        except (json.JSONDecodeError, RecursionError) as trouble:
            line = text.count("\n", 0, getattr(trouble, "pos", at)) + 1
            complaints.add("JSON", text[at : at + 60], "whole JSON records; nothing after this place was read", line=line)
            break
        records.append(record)
        at = _skip(text, at, " \t\r\n,]")
    return records


def _skip(text: str, at: int, characters: str) -> int:
    while at < len(text) and text[at] in characters:
        at += 1
    return at


def rows_from_json(records: Sequence[object], complaints: Complaints) -> Iterator[Rows]:
    """Objects as columns, a block at a time. What is no object is refused; what is no text becomes None."""
    for start in range(0, len(records), BLOCK):
        block = list(enumerate(records[start : start + BLOCK], start + 1))
        for number, record in block:
            if not isinstance(record, dict):
                complaints.add("record", record, "a JSON object with keywords", record=number)
        objects = [(number, record) for number, record in block if isinstance(record, dict)]
        keywords = {keyword for _, record in objects for keyword in record}
        columns = {key.upper(): [_text(record.get(key)) for _, record in objects] for key in keywords}
        yield Rows(columns, np.array([number for number, _ in objects], np.int64), no_line, len(block))


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def rows_from_csv(text: str, complaints: Complaints) -> Iterator[Rows]:
    """Rows of a CSV with a header, a block at a time. One record is one line: an unclosed quote spoils only its own."""
    numbered = ((k, line) for k, line in enumerate(text.splitlines(), 1) if line.strip())
    header = [keyword.strip().upper() for keyword in _cells(next(numbered)[1]) or []]
    record = 0
    while block := list(islice(numbered, BLOCK)):
        good, lines, numbers = [], [], []
        for line, raw in block:
            record += 1
            cells = _cells(raw)
            if cells is None or len(cells) != len(header):
                complaints.add("CSV row", raw, f"{len(header)} fields, as the header has", line=line, record=record)
                continue
            good.append(cells)
            lines.append(line)
            numbers.append(record)
        columns = dict(zip(header, zip(*good, strict=True), strict=True)) if good else {}
        yield Rows(columns, np.array(numbers, np.int64), _LineOf(lines), len(block))


def _cells(line: str) -> list[str] | None:
    """The fields of one line; None where its quotes do not close."""
    if '"' not in line:
        return line.split(",")
    try:
        return next(csv.reader([line], strict=True))
    except csv.Error:
        return None
