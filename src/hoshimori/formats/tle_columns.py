"""The columns of a two-line element set as numbers, many sets at once.

A column such as "99.99999999" is read as one whole number and divided by a power of ten. Both are exact in binary and the
division is correctly rounded, so the result is the very double that `float` gives for the text.
Reference: Vallado et al., AIAA 2006-6753, appendix B; CelesTrak, "NORAD Two-Line Element Set Format".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hoshimori.facts import Bools, Floats, Ints, Times
from hoshimori.formats.designators import ALPHA5_LETTERS, PIVOT_YEAR

Bytes = npt.NDArray[np.uint8]

WIDTH = 69
_POWERS = np.array([float(f"1e{k}") for k in range(23)])
"""Ten to the 0..22: the powers of ten that a double holds exactly."""


@dataclass(frozen=True)
class Field:
    """Where one value stands. line: 1 or 2; first, last: columns counted from 0, last excluded.

    `picture`: 9 a digit (blanks may lead), s a sign, a blank or a digit, . the point; e the sign of an exponent of ten that
    applies to a fraction whose point is not written. `shift`: decimals of a fraction without exponent or written point.
    """

    line: int
    first: int
    last: int
    picture: str
    shift: int = 0


FIELDS = {
    "NORAD_CAT_ID": Field(1, 2, 7, "A9999"),
    "EPOCH": Field(1, 18, 32, "99999.99999999"),
    "MEAN_MOTION_DOT": Field(1, 33, 43, "s.99999999"),
    "MEAN_MOTION_DDOT": Field(1, 44, 52, "s99999e9"),
    "BSTAR": Field(1, 53, 61, "s99999e9"),
    "EPHEMERIS_TYPE": Field(1, 62, 63, "9"),
    "ELEMENT_SET_NO": Field(1, 64, 68, "9999"),
    "INCLINATION": Field(2, 8, 16, "s99.9999"),
    "RA_OF_ASC_NODE": Field(2, 17, 25, "s99.9999"),
    "ECCENTRICITY": Field(2, 26, 33, "9999999", 7),
    "ARG_OF_PERICENTER": Field(2, 34, 42, "s99.9999"),
    "MEAN_ANOMALY": Field(2, 43, 51, "s99.9999"),
    "MEAN_MOTION": Field(2, 52, 63, "99.99999999"),
    "REV_AT_EPOCH": Field(2, 63, 68, "99999"),
}
SEPARATORS = {1: [1, 8, 17, 32, 43, 52, 61, 63], 2: [1, 7, 16, 25, 33, 42, 51]}
"""Columns that are blank in every set; a digit there means that something has slipped."""

_BAD = 255
_DIGIT = np.full(256, _BAD, np.uint8)
_DIGIT[ord("0") : ord("9") + 1] = np.arange(10)
_DIGIT[ord(" ")] = 0
_ALPHA5 = _DIGIT.copy()
_ALPHA5[[ord(c) for c in ALPHA5_LETTERS]] = np.arange(10, 34)
_WEIGHT = np.where(_DIGIT == _BAD, 0, _DIGIT).astype(np.uint16)
_WEIGHT[ord("-")] = 1


def checksums(lines: Bytes) -> Bytes:
    """The last digit that each line (n, 69) should have: digits add up, a minus counts 1, modulo 10."""
    digit: Bytes = (_WEIGHT[lines[:, :68]].sum(axis=1) % 10).astype(np.uint8)
    return digit + np.uint8(ord("0"))


def numbers(block: Bytes, picture: str, shift: int = 0) -> tuple[Floats, Bools]:
    """Values (n,) of one column block (n, width), and which rows hold something else."""
    sign, bad = _sign(block, picture)
    digits = [k for k, c in enumerate(picture[: picture.find("e") if "e" in picture else None]) if c in "9s"]
    whole, wrong = whole_numbers(_unsigned(block, picture)[:, digits])
    bad = bad | wrong
    if "e" in picture:
        power, wrong = _exponent(block[:, -2:])
        return sign * _scaled(whole, power - 5), bad | wrong
    point = picture.find(".")
    decimals = len(picture) - 1 - point if point >= 0 else shift
    if point >= 0:
        bad = bad | (block[:, point] != ord("."))
    return sign * (whole / _POWERS[decimals]) + 0.0, bad


def whole_numbers(block: Bytes) -> tuple[Ints, Bools]:
    """Digits (n, width) with leading blanks as whole numbers, and which rows hold something else or a blank inside."""
    value = _DIGIT[block]
    bad = (value == _BAD).any(axis=1)
    blank = block == ord(" ")
    bad |= (np.logical_or.accumulate(~blank, axis=1) & blank).any(axis=1)
    total = np.zeros(len(block), np.int64)
    for k in range(block.shape[1]):
        total = total * 10 + value[:, k]
    return total, bad


def catalogue_numbers(block: Bytes) -> tuple[Ints, Bools]:
    """Five columns (n, 5), blank or zero padded, Alpha-5 from 100000 on; bad rows are neither."""
    tail, bad = whole_numbers(np.column_stack([np.where(block[:, 0] == ord(" "), ord(" "), ord("0")), block[:, 1:]]))
    head = _ALPHA5[block[:, 0]]
    bad = bad | (head == _BAD)
    letter_then_blank = (head > 0) & (block[:, 1:] == ord(" ")).any(axis=1)
    return head.astype(np.int64) * 10_000 + tail, bad | letter_then_blank


def epochs(block: Bytes) -> tuple[Times, Bools]:
    """yyddd.dddddddd (n, 14) as UTC, exact: a TLE epoch is a whole number of 864 us. Bad rows have no such day."""
    year, bad_year = whole_numbers(block[:, :2])
    day, bad_day = whole_numbers(block[:, 2:5])
    fraction, bad_fraction = whole_numbers(block[:, 6:])
    full = year + np.where(year >= PIVOT_YEAR, 1900, 2000)
    start = (full - 1970).astype("datetime64[Y]").astype("datetime64[us]")
    following = (full - 1969).astype("datetime64[Y]").astype("datetime64[us]")
    t = start + (day - 1).astype("timedelta64[D]") + (fraction * 864).astype("timedelta64[us]")
    bad = bad_year | bad_day | bad_fraction | (block[:, 5] != ord(".")) | (t < start) | (t >= following)
    return t, bad


def _sign(block: Bytes, picture: str) -> tuple[Floats, Bools]:
    if picture[0] != "s":
        return np.ones(len(block)), np.zeros(len(block), bool)
    first = block[:, 0]
    known = (_DIGIT[first] != _BAD) | (first == ord("+")) | (first == ord("-"))
    return np.where(first == ord("-"), -1.0, 1.0), ~known


def _unsigned(block: Bytes, picture: str) -> Bytes:
    """The block with a leading sign blanked out."""
    if picture[0] != "s":
        return block
    signed = (block[:, 0] == ord("+")) | (block[:, 0] == ord("-"))
    return np.column_stack([np.where(signed, np.uint8(ord(" ")), block[:, 0]), block[:, 1:]])


def _exponent(block: Bytes) -> tuple[Ints, Bools]:
    """A sign (blank is plus, and so is the 0 that some old sets have) and one digit."""
    sign, digit = block[:, 0], _DIGIT[block[:, 1]]
    bad = (digit == _BAD) | ~np.isin(sign, [ord(c) for c in "+- 0"])
    return np.where(sign == ord("-"), -1, 1) * digit.astype(np.int64), bad


def _scaled(whole: Ints, power: Ints) -> Floats:
    """whole * 10**power, correctly rounded for |power| <= 22."""
    scale = _POWERS[np.minimum(np.abs(power), 22)]
    value: Floats = np.where(power < 0, whole / scale, whole * scale)
    return value + 0.0
