"""How objects are numbered on paper: COSPAR designators, Alpha-5 catalogue numbers, two-digit years.

Reference: CCSDS 502.0-B-3 table 4-2 (OBJECT_ID); Space-Track documentation of Alpha-5.
"""

from __future__ import annotations

import re

from hoshimori.facts import MAX_NORAD_ID

PIVOT_YEAR = 57
"""Two-digit years 57-99 are 1957-1999, 00-56 are 2000-2056: nothing was in orbit before Sputnik 1."""
ALPHA5_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
"""A = 10 ... Z = 33; I and O are left out because they look like digits."""
ALPHA5_MAX = 339_999
NOT_KNOWN = "UNKNOWN"
"""What the standard writes where a name or designator is not known (CCSDS 502.0-B-3, OBJECT_NAME and OBJECT_ID)."""
NOT_GIVEN = frozenset({"", NOT_KNOWN, "NONE", "NULL", "N/A"})
"""What stands in a message where there is no designator."""

_COSPAR = re.compile(r"(\d{4})-(\d{3})-?([A-Z]{0,3})")
_COSPAR_TLE = re.compile(r"(\d\d)(\d{3}) *([A-Z]{0,3}) *")


def cospar_from_text(text: str | None) -> str | None:
    """ "1998-067A" from 1998-067A or 1998-067-A; "" where none is given; None where the text is no designator.

    A launch without a piece ("1981-053", as analyst objects have it) is kept as it is.
    """
    bare = (text or "").strip().upper()
    match = _COSPAR.fullmatch(bare)
    if match:
        return f"{match[1]}-{match[2]}{match[3]}"
    return "" if bare in NOT_GIVEN else None


def name_from_text(text: str | None) -> str:
    """The name without blanks around it; "" where it says UNKNOWN."""
    bare = (text or "").strip()
    return "" if bare.upper() == NOT_KNOWN else bare


def cospar_from_tle(columns: str) -> str | None:
    """ "1998-067A" from the eight columns "98067A  "; "" where they are blank; None where they are no designator."""
    match = _COSPAR_TLE.fullmatch(columns)
    if match:
        return f"{full_year(int(match[1]))}-{match[2]}{match[3]}"
    return None if columns.strip() else ""


def cospar_to_tle(cospar_id: str) -> str | None:
    """Eight columns for a TLE; None where the designator has no such form (a year outside 1957-2056, say)."""
    match = _COSPAR.fullmatch(cospar_id)
    if match is None:
        return None if cospar_id else " " * 8
    year = int(match[1])
    return f"{year % 100:02d}{match[2]}{match[3]:<3}" if full_year(year % 100) == year else None


def full_year(two_digits: int) -> int:
    return two_digits + (1900 if two_digits >= PIVOT_YEAR else 2000)


def norad_to_tle(norad_id: int) -> str | None:
    """Five columns for a TLE, Alpha-5 from 100000 on; None above 339999, which no TLE can hold.

    >>> norad_to_tle(270001)
    'T0001'
    """
    if not 1 <= norad_id <= ALPHA5_MAX:
        return None
    head, tail = divmod(norad_id, 10_000)
    return f"{norad_id:05d}" if head < 10 else f"{ALPHA5_LETTERS[head - 10]}{tail:04d}"


def norad_from_text(text: str | None) -> int | None:
    """A catalogue number 1..999999999 written in digits; None for anything else."""
    bare = (text or "").strip()
    if not (bare.isascii() and bare.isdigit()) or len(bare) > 12:
        return None
    return int(bare) if 1 <= int(bare) <= MAX_NORAD_ID else None
