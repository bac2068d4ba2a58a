"""Times that people write, with their zone: nothing is guessed, a time without a zone is refused."""

from __future__ import annotations

import re

import numpy as np

from hoshimori.facts import NOT_A_TIME
from hoshimori.formats.times import parse_epoch

EXPECTED = "an ISO 8601 time with its zone, 2026-03-01T12:00:00Z or 2026-03-01T21:00:00+09:00"
NO_ZONE = "a zone at the end of the time, Z for UTC or such as +09:00 for Japan: a time without one is not guessed"

_ZONE = re.compile(r"(.*\d)\s*(?:(Z)|([+-])(\d\d):?(\d\d))", re.ASCII | re.DOTALL)


def parse_zoned(text: str | None) -> tuple[np.datetime64, str]:
    """UTC and ""; or NaT and what was expected."""
    bare = (text or "").strip()
    found = _ZONE.fullmatch(bare)
    if found is None or "T" not in bare.upper().replace(" ", "T")[:11]:
        return NOT_A_TIME, NO_ZONE if not np.isnat(parse_epoch(bare)) else EXPECTED
    label = parse_epoch(found[1])
    if found[2]:
        return label, "" if not np.isnat(label) else EXPECTED
    if found[3] is None:
        return NOT_A_TIME, EXPECTED
    hours, minutes = int(found[4]), int(found[5])
    if np.isnat(label) or hours > 14 or minutes > 59:
        return NOT_A_TIME, EXPECTED
    east = np.timedelta64(hours * 60 + minutes, "m")
    return (label - east if found[3] == "+" else label + east), ""
