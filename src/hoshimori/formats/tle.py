"""Two-line element sets in any of their dress (TLE, 2LE, 3LE) into element sets, many at once.

Length is checked before columns: a 70-column line that somebody published parses into a wrong orbit otherwise. Sets are
found by structure, a line "1 ..." followed by a line "2 ...", so names may be absent and rubbish between sets spoils none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

import numpy as np

from hoshimori.facts import Bools, DataMode, ElementSets, Ints
from hoshimori.formats import tle_columns
from hoshimori.formats.complaints import Complaints, Sieve
from hoshimori.formats.designators import cospar_from_tle
from hoshimori.formats.orbits import COLUMN_OF, refuse_unusable
from hoshimori.formats.rows import Found
from hoshimori.formats.tle_columns import FIELDS, SEPARATORS, WIDTH, Bytes
from hoshimori.formats.tle_lines import Layout, layout

Checksums = Literal["refuse", "report"]
"""What to do with a wrong checksum. "report" also lets notes stand after column 69, as SGP4-VER.TLE has them."""

BLOCK = 100_000
"""Sets decoded at a time: bounds the working memory to about 0.1 GB whatever the size of the file."""

_NORAD_EXPECTED = "a catalogue number in columns 3-7: digits or Alpha-5, the same on both lines"
_NAMELESS_EXPECTED = "a catalogue number in columns 3-7; lines of JSC Vimpel (V in column 8) only look like element sets"
_CHECKSUM_EXPECTED = "the sum of the digits of the line (minus counts 1) modulo 10 in column 69"
_CANDIDATE = re.compile(rb"(?:\A|[\r\n])[12] [ -~]{38}")
_MAY_BE_BLANK = frozenset({"MEAN_MOTION_DOT", "MEAN_MOTION_DDOT", "REV_AT_EPOCH", "ELEMENT_SET_NO", "EPHEMERIS_TYPE"})


@dataclass(frozen=True)
class _Sets:
    """n sets of one block. one, two: (n, 69) characters; lines: (n, 2) numbers from 1 (0: none); records: (n,) numbers from 1."""

    one: Bytes
    two: Bytes
    lines: Ints
    records: Ints

    def take(self, which: Bools) -> _Sets:
        return _Sets(self.one[which], self.two[which], self.lines[which], self.records[which])

    def block(self, field: str) -> Bytes:
        f = FIELDS[field]
        return (self.one if f.line == 1 else self.two)[:, f.first : f.last]

    def text(self, field: str, row: int) -> str:
        if field in FIELDS:
            return bytes(self.block(field)[row]).decode("latin-1")
        if field == "OBJECT_ID":
            return bytes(self.one[row, 9:17]).decode("latin-1")
        return bytes((self.two if field.startswith("line 2") else self.one)[row]).decode("latin-1")

    def place(self, field: str, row: int) -> tuple[int | None, int]:
        second = FIELDS[field].line == 2 if field in FIELDS else field.startswith("line 2")
        return int(self.lines[row, int(second)]) or None, int(self.records[row])


def read_tle(
    content: bytes, complaints: Complaints, *, data_mode: DataMode, checksums: Checksums = "refuse", has_lines: bool = True
) -> Found:
    """Element sets from UTF-8 text. `has_lines` False: the text was put together from records, lines mean nothing."""
    if b"\n" not in content:
        content = content.replace(b"\r", b"\n")
    where = layout(content, complaints, has_lines=has_lines)
    parts = []
    for start in range(0, len(where.records), BLOCK):
        part = where.take(slice(start, start + BLOCK))
        sets, keep = _of_right_length(content, part, complaints, checksums)
        good, readable = _well_formed(sets, complaints, checksums)
        found, rows = _decode(good, complaints, part.names(content, keep[readable]), data_mode)
        parts.append(Found(found, record_of_row=rows))
    together = Found.together(parts)
    return Found(together.element_sets, records=where.total, record_of_row=together.record_of_row)


def _of_right_length(content: bytes, part: Layout, complaints: Complaints, checksums: Checksums) -> tuple[_Sets, Ints]:
    """The sets whose lines both have 69 columns, and which rows of `part` they are."""
    buffer = np.frombuffer(content, np.uint8)
    length = part.stops - part.starts
    fits = length == WIDTH
    if checksums == "report":
        fits |= (length > WIDTH) & (buffer[np.minimum(part.starts + WIDTH, len(buffer) - 1)] == ord(" "))
    for row, column in np.argwhere(~fits).tolist():
        complaints.add(
            f"line {column + 1} columns",
            int(length[row, column]),
            f"{WIDTH} columns",
            line=int(part.lines[row, column]) or None,
            record=int(part.records[row]),
        )
    keep = np.flatnonzero(fits.all(axis=1))
    if len(keep) == 0:
        nothing = np.zeros((0, WIDTH), np.uint8)
        return _Sets(nothing, nothing, part.lines[:0], part.records[:0]), keep
    windows = np.lib.stride_tricks.sliding_window_view(buffer, WIDTH)
    one, two = windows[part.starts[keep, 0]], windows[part.starts[keep, 1]]
    return _Sets(one, two, part.lines[keep], part.records[keep]), keep


def _well_formed(sets: _Sets, complaints: Complaints, checksums: Checksums) -> tuple[_Sets, Ints]:
    """The sets with blanks where blanks belong, right checksums and one catalogue number, and which rows they are."""
    sieve = Sieve.over(complaints, len(sets.records), sets.text, sets.place)
    nameless = (sets.one[:, 2:7] == ord(" ")).all(axis=1) | (sets.one[:, 7] == ord("V"))
    sieve.refuse(nameless, "NORAD_CAT_ID", _NAMELESS_EXPECTED)
    for number, block in ((1, sets.one), (2, sets.two)):
        slipped = (block[:, SEPARATORS[number]] != ord(" ")).any(axis=1)
        blanks = ", ".join(str(c + 1) for c in SEPARATORS[number])
        sieve.refuse(slipped & sieve.good, f"line {number}", f"blanks in columns {blanks}")
        wrong = (tle_columns.checksums(block) != block[:, 68]) & sieve.good
        if checksums == "refuse":
            sieve.refuse(wrong, f"line {number} checksum", _CHECKSUM_EXPECTED)
        else:
            sieve.doubt(wrong, f"line {number} checksum", _CHECKSUM_EXPECTED)
    return sets.take(sieve.good), np.flatnonzero(sieve.good)


def _decode(sets: _Sets, complaints: Complaints, names: list[str], data_mode: DataMode) -> tuple[ElementSets, Ints]:
    sieve = Sieve.over(complaints, len(sets.records), sets.text, sets.place)
    norad_id = _catalogue_numbers(sets, sieve)
    epoch, no_day = tle_columns.epochs(sets.block("EPOCH"))
    sieve.refuse(no_day, "EPOCH", "yyddd.dddddddd with a day that the year has")
    numbers = {field: _numbers(sets, field, sieve) for field in FIELDS if field not in ("NORAD_CAT_ID", "EPOCH")}
    sieve.refuse(~np.isin(numbers["EPHEMERIS_TYPE"], (0, 2)), "EPHEMERIS_TYPE", "0 or 2: SGP4 propagates no other")
    orbit = {column: numbers[keyword] for keyword, column in COLUMN_OF.items()}
    refuse_unusable(orbit, norad_id, sieve)
    columns = {
        "norad_id": norad_id,
        "epoch_utc": epoch,
        **orbit,
        "rev_at_epoch": numbers["REV_AT_EPOCH"],
        "element_set_no": numbers["ELEMENT_SET_NO"],
        "classification": _classes(sets),
        "cospar_id": _designators(sets, sieve),
        "name": np.array([*names, None], object)[:-1],
    }
    return ElementSets.build(columns, data_mode=data_mode).take(sieve.good), sets.records[sieve.good]


def _catalogue_numbers(sets: _Sets, sieve: Sieve) -> Ints:
    one, bad_one = tle_columns.catalogue_numbers(sets.block("NORAD_CAT_ID"))
    two, bad_two = tle_columns.catalogue_numbers(sets.two[:, 2:7])
    sieve.refuse(bad_one | bad_two | (one != two), "NORAD_CAT_ID", _NORAD_EXPECTED)
    return one


def _numbers(sets: _Sets, field: str, sieve: Sieve) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    picture, block = FIELDS[field].picture, sets.block(field)
    values, bad = tle_columns.numbers(block, picture, FIELDS[field].shift)
    blank = (block == ord(" ")).all(axis=1)
    bad = bad & ~blank if field in _MAY_BE_BLANK else bad | blank
    sieve.refuse(bad, field, f"columns as {picture} (9 digit, s sign, e9 power of ten)")
    return np.where(bad | blank, 0.0, values)


def _classes(sets: _Sets) -> np.ndarray[tuple[int], np.dtype[np.str_]]:
    """The letter in column 8; a blank is U, as OMM has it by default."""
    letter = np.where(sets.one[:, 7] == ord(" "), ord("U"), sets.one[:, 7])
    return letter.astype(np.uint32).view("<U1")


def _designators(sets: _Sets, sieve: Sieve) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    """COSPAR designators; what is none is told and left blank. Each spelling is understood once and its text shared."""
    raw = np.ascontiguousarray(sets.one[:, 9:17]).view("S8").ravel().tolist()
    meaning = {r: cospar_from_tle(r.decode("latin-1").ljust(8)) for r in set(raw)}
    odd = np.array([meaning[r] is None for r in raw], bool)
    sieve.doubt(odd & sieve.good, "OBJECT_ID", "a designator yynnnAAA; none was kept")
    return np.array([*(meaning[r] or "" for r in raw), None], object)[:-1]


def looks_like_tle(content: bytes) -> bool:
    """Is there a line that could be the first or second of a set?"""
    return _CANDIDATE.search(content) is not None
