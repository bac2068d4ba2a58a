"""What objects are called and to whom they belong: the satellite catalogues of CelesTrak and Space-Track.

Reference: CelesTrak, "SATCAT Format Documentation"; Space-Track, classes satcat and decay.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from hoshimori.facts import NOT_A_TIME, ObjectName
from hoshimori.formats import times
from hoshimori.formats.complaints import Complaints, Sieve
from hoshimori.formats.designators import cospar_from_text, name_from_text, norad_from_text
from hoshimori.formats.orbits import NORAD_EXPECTED
from hoshimori.formats.rows import Found, Rows

_TYPES = {
    "PAY": "PAYLOAD",
    "R/B": "ROCKET BODY",
    "DEB": "DEBRIS",
    "UNK": "UNKNOWN",
    "TBA": "UNKNOWN",
    **{word: word for word in ("PAYLOAD", "ROCKET BODY", "DEBRIS", "UNKNOWN")},
}
_NAME = ("OBJECT_NAME", "SATNAME")
_COSPAR = ("OBJECT_ID", "INTLDES")
_OWNER = ("OWNER", "COUNTRY", "COUNTRY_CODE")
_LAUNCH = ("LAUNCH_DATE", "LAUNCH")
_DECAY = ("DECAY_DATE", "DECAY", "DECAY_EPOCH")


def is_satcat(keywords: frozenset[str]) -> bool:
    """Is a flat record with these keywords a catalogue entry, or a decay message of Space-Track?"""
    celestrak = {"NORAD_CAT_ID", "OBJECT_NAME", "OBJECT_TYPE", "OWNER"} <= keywords
    spacetrack = {"NORAD_CAT_ID", "SATNAME", "COUNTRY"} <= keywords
    decay = {"NORAD_CAT_ID", "OBJECT_NAME", "DECAY_EPOCH", "MSG_TYPE"} <= keywords
    return celestrak or spacetrack or decay


def read_satcat(blocks: Iterable[Rows], complaints: Complaints) -> Found:
    """Names from blocks of rows; `first_seen_utc` is left open for whoever knows when the file came."""
    return Found.together([_names(rows, complaints) for rows in blocks])


def _names(rows: Rows, complaints: Complaints) -> Found:
    sieve = Sieve.over(complaints, len(rows), rows.text, rows.place)
    norad = [norad_from_text(t) for t in rows.column("NORAD_CAT_ID")]
    sieve.refuse(np.array([n is None for n in norad], bool), "NORAD_CAT_ID", NORAD_EXPECTED)
    provider = "celestrak" if "OPS_STATUS_CODE" in rows.columns or "OWNER" in rows.columns else "spacetrack"
    launch, decay = _days(rows, _LAUNCH, sieve), _days(rows, _DECAY, sieve)
    names = tuple(
        ObjectName(
            norad_id=norad[k] or 0,
            cospar_id=cospar_from_text(_first(rows, _COSPAR, k)) or "",
            name=name_from_text(_first(rows, _NAME, k)),
            object_type=_TYPES.get(_first(rows, ("OBJECT_TYPE",), k).upper(), ""),
            owner=name_from_text(_first(rows, _OWNER, k)),
            launch_date=launch[k],
            decay_date=decay[k],
            first_seen_utc=NOT_A_TIME,
            provider=provider,
        )
        for k in np.flatnonzero(sieve.good).tolist()
    )
    return Found(names=names, records=rows.met)


def _first(rows: Rows, keywords: tuple[str, ...], row: int) -> str:
    """The first of several spellings that has a value."""
    return next((t.strip() for k in keywords if (t := rows.text(k, row)) and t.strip()), "")


def _days(rows: Rows, keywords: tuple[str, ...], sieve: Sieve) -> list[str]:
    """ISO dates; the hour that a decay message gives is left off. A text that is no date is told and left blank."""
    texts = [_first(rows, keywords, k)[:10] for k in range(len(rows))]
    days, _ = times.parse_epochs([f"{t}T00:00:00" for t in texts])
    odd = np.isnat(days) & np.array([bool(t) for t in texts], bool)
    keyword = next((k for k in keywords if k in rows.columns), keywords[0])
    sieve.doubt(odd & sieve.good, keyword, "a date yyyy-mm-dd; none was kept")
    return ["" if np.isnat(d) else t for d, t in zip(days, texts, strict=True)]
