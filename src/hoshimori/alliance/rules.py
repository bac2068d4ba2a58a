"""What each key of a watchlist may hold: a test, the words for what is expected, and whether it must be there."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from hoshimori.facts import MAX_NORAD_ID

ORBITS = ("LEO", "MEO", "GEO", "IGSO", "HEO")

_COSPAR = re.compile(r"\d{4}-\d{3}[A-Z]{0,3}")
_GRADE = re.compile(r"[A-F][1-6]")
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Rule:
    holds: Callable[[object], bool]
    expected: str
    needed: bool = False


def _is_norad_id(v: object) -> bool:
    return isinstance(v, int) and not isinstance(v, bool) and 1 <= v <= MAX_NORAD_ID


def _is_longitude(v: object) -> bool:
    return isinstance(v, int | float) and not isinstance(v, bool) and math.isfinite(v) and -180.0 <= v <= 360.0


def _is_date(v: object) -> bool:
    if isinstance(v, str) and _ISO_DATE.fullmatch(v):
        try:
            date.fromisoformat(v)
        except ValueError:
            return False
        return True
    return type(v) is date


def _is_norad_ids(v: object) -> bool:
    return isinstance(v, list) and len(v) >= 2 and all(map(_is_norad_id, v))


def _matches(pattern: re.Pattern[str]) -> Callable[[object], bool]:
    return lambda v: isinstance(v, str) and pattern.fullmatch(v) is not None


def _is_tables(v: object) -> bool:
    return isinstance(v, list) and all(isinstance(row, dict) for row in v)


def _is_texts(v: object) -> bool:
    return isinstance(v, list) and all(isinstance(name, str) for name in v)


_TEXT = Rule(lambda v: isinstance(v, str), 'text in "double quotes"')
_SOURCE = Rule(lambda v: isinstance(v, str) and v.strip() != "", "where the row's facts come from, not empty")
_GRADE_RULE = Rule(_matches(_GRADE), 'an Admiralty grade: reliability A-F and credibility 1-6, such as "B2"')
_LONGITUDE = Rule(_is_longitude, "degrees east, -180 to 360")

LIST_RULES: Mapping[str, Rule] = {
    "id": Rule(_matches(re.compile(r"[a-z0-9][a-z0-9-]*")), "lower-case letters, digits and hyphens"),
    "title": _TEXT,
    "title_ja": _TEXT,
    "as_of": Rule(_is_date, "the date of the facts, such as 2026-05-30"),
    "include": Rule(_is_texts, 'built-in lists, such as ["japan-comms"]'),
    "asset": Rule(_is_tables, "rows that begin with [[asset]]"),
    "co_located": Rule(_is_tables, "rows that begin with [[co_located]]"),
}

ASSET_RULES: Mapping[str, Rule] = {
    "id": LIST_RULES["id"],
    "norad_id": Rule(_is_norad_id, f"a whole number from 1 to {MAX_NORAD_ID}"),
    "cospar_id": Rule(_matches(_COSPAR), 'a designator such as "2018-033A"'),
    "name": _TEXT,
    "name_ja": _TEXT,
    "operator": _TEXT,
    "orbit": Rule(lambda v: v in ORBITS, f"one of {', '.join(ORBITS)}"),
    "longitude_deg_e": _LONGITUDE,
    "public_orbit": Rule(lambda v: isinstance(v, bool), "true or false"),
    "source": _SOURCE,
    "grade": _GRADE_RULE,
    "note": _TEXT,
}

GROUP_RULES: Mapping[str, Rule] = {
    "norad_ids": Rule(_is_norad_ids, f"two or more whole numbers from 1 to {MAX_NORAD_ID}", needed=True),
    "slot_deg_e": _LONGITUDE,
    "source": _SOURCE,
    "grade": _GRADE_RULE,
    "note": _TEXT,
}
