"""Orbit Mean-elements Messages into element sets: one meaning for JSON, CSV, XML and KVN.

Reference: CCSDS 502.0-B-3 section 4 (2.0 messages: 502.0-B-2). JSON and CSV are the flat habit of CelesTrak and Space-Track
with the same keywords. An element set is TEME, UTC and SGP4 by definition: a message that says otherwise is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt

from hoshimori.facts import DataMode, ElementSets, Floats, Ints, KnownBasis
from hoshimori.formats import times
from hoshimori.formats.complaints import Complaints, Sieve
from hoshimori.formats.designators import cospar_from_text, name_from_text, norad_from_text
from hoshimori.formats.orbits import COLUMN_OF, NORAD_EXPECTED, UNIT_OF, refuse_unusable
from hoshimori.formats.rows import Column, Found, Rows

ORBIT_KEYWORDS = frozenset({"EPOCH", "MEAN_MOTION", "ECCENTRICITY"})
"""A flat record with these is an OMM."""
DATA_MODE_KEYWORD = "USER_DEFINED_DATA_MODE"
"""Where hoshimori writes that a set is not of this world; a set read back never becomes more real than it was."""
EPHEMERIS_TYPES = frozenset({None, "", "0", "2"})
"""0 is what distributed sets carry, 2 says SGP4; 4 is SGP4-XP, which SGP4 cannot propagate."""

_OPTIONAL = frozenset({"MEAN_MOTION_DOT", "MEAN_MOTION_DDOT"})
"""SGP4 does not use them: absent means 0."""
_MEANINGS: Mapping[str, tuple[frozenset[str], str]] = {
    "CENTER_NAME": (frozenset({"EARTH"}), "EARTH"),
    "REF_FRAME": (frozenset({"TEME", "TEMEOFDATE"}), "TEME, the frame of SGP4"),
    "TIME_SYSTEM": (frozenset({"UTC"}), "UTC"),
}
_THEORIES = frozenset({"SGP", "SGP4", "SDP4"})
_OTHER_KEYWORDS = """CCSDS_OMM_VERS COMMENT CLASSIFICATION CREATION_DATE ORIGINATOR MESSAGE_ID OBJECT_NAME OBJECT_ID
REF_FRAME_EPOCH MEAN_ELEMENT_THEORY EPOCH SEMI_MAJOR_AXIS GM MASS SOLAR_RAD_AREA SOLAR_RAD_COEFF DRAG_AREA DRAG_COEFF
EPHEMERIS_TYPE CLASSIFICATION_TYPE NORAD_CAT_ID ELEMENT_SET_NO REV_AT_EPOCH BTERM AGOM COV_REF_FRAME"""
_PROVIDER_KEYWORDS = """SEMIMAJOR_AXIS PERIOD APOAPSIS PERIAPSIS OBJECT_TYPE RCS_SIZE RCS COUNTRY_CODE LAUNCH_DATE LAUNCH_SITE
SITE DECAY_DATE DECAYED FILE GP_ID TLE_LINE0 TLE_LINE1 TLE_LINE2 DATA_SOURCE ORDINAL EPOCH_MICROSECONDS"""
_KNOWN_KEYWORDS = frozenset([*COLUMN_OF, *_MEANINGS, *_OTHER_KEYWORDS.split(), *_PROVIDER_KEYWORDS.split()])


def read_omm(blocks: Iterable[Rows], complaints: Complaints, *, data_mode: DataMode) -> Found:
    """Element sets from blocks of rows; records refused are told in `complaints` and counted."""
    parts, unknown = [], dict[str, str]()
    for rows in blocks:
        unknown |= {k: str(next(filter(None, rows.column(k)), "")) for k in rows.columns if not _known(k)}
        sets, records = _element_sets(rows, complaints, data_mode)
        parts.append(Found(sets, records=rows.met, record_of_row=records))
    for keyword, value in unknown.items():
        complaints.add(keyword, value, "a keyword of OMM or of its known providers; it was passed over", refused=False)
    return Found.together(parts)


def _known(keyword: str) -> bool:
    return keyword in _KNOWN_KEYWORDS or keyword.startswith(("USER_DEFINED", "CX_", "CY_", "CZ_"))


def _element_sets(rows: Rows, complaints: Complaints, data_mode: DataMode) -> tuple[ElementSets, Ints]:
    sieve = Sieve.over(complaints, len(rows), rows.text, rows.place)
    _refuse_other_meanings(rows, sieve)
    epoch = _epochs(rows, sieve)
    norad_id = np.array([norad_from_text(t) or 0 for t in rows.column("NORAD_CAT_ID")], np.int64)
    sieve.refuse(norad_id == 0, "NORAD_CAT_ID", NORAD_EXPECTED)
    numbers = {column: _numbers(rows, keyword, sieve) for keyword, column in COLUMN_OF.items()}
    refuse_unusable(numbers, norad_id, sieve)
    columns = {"norad_id": norad_id, "epoch_utc": epoch, **numbers, **_labels(rows, sieve), **_known_times(rows, sieve)}
    columns["data_mode"] = _data_modes(rows, sieve, data_mode)
    return ElementSets.build(columns).take(sieve.good), rows.records[sieve.good]


def _refuse_other_meanings(rows: Rows, sieve: Sieve) -> None:
    """Refuse sets that are not TEME, UTC, Earth and SGP4. A keyword that is absent says nothing (JSON and CSV omit them)."""
    for keyword, (accepted, expected) in _MEANINGS.items():
        other = [t is not None and t.strip().upper() not in accepted | {""} for t in rows.column(keyword)]
        sieve.refuse(np.array(other, bool), keyword, expected)
    theory = [not _is_sgp4(t) for t in rows.column("MEAN_ELEMENT_THEORY")]
    sieve.refuse(np.array(theory, bool), "MEAN_ELEMENT_THEORY", "SGP4 (or SGP/SGP4): other mean elements are another orbit")
    kind = [t if t is None else t.strip() for t in rows.column("EPHEMERIS_TYPE")]
    sieve.refuse(np.array([k not in EPHEMERIS_TYPES for k in kind], bool), "EPHEMERIS_TYPE", "0 or 2: SGP4 propagates no other")
    axis = [t is not None for t in rows.column("SEMI_MAJOR_AXIS")]
    sieve.refuse(np.array(axis, bool), "SEMI_MAJOR_AXIS", "MEAN_MOTION, which SGP4 sets have instead")


def _is_sgp4(theory: str | None) -> bool:
    parts = set((theory or "SGP4").strip().upper().split("/"))
    return parts <= _THEORIES and parts != {"SGP"}


def _epochs(rows: Rows, sieve: Sieve) -> npt.NDArray[np.datetime64]:
    epoch, leap = times.parse_epochs(rows.column("EPOCH"))
    sieve.refuse(leap, "EPOCH", times.LEAP_EXPECTED)
    sieve.refuse(np.isnat(epoch), "EPOCH", times.EXPECTED)
    return epoch


def _numbers(rows: Rows, keyword: str, sieve: Sieve) -> Floats:
    """One column as numbers; refused rows hold NaN."""
    unit = UNIT_OF[keyword]
    values, absent = parse_numbers(rows.column(keyword), unit)
    if keyword in _OPTIONAL:
        values[absent] = 0.0
    sieve.refuse(np.isnan(values), keyword, f"a finite number in {unit}" if unit else "a finite number")
    return values


def parse_numbers(texts: Column, unit: str = "") -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Numbers (n,), NaN where a text is none, and where there was no text at all. `unit` in brackets may follow."""
    absent = np.array([t is None or not t.strip() for t in texts], bool)
    try:
        if not any("_" in t for t in texts if t):
            return np.array([float(t) for t in texts if t is not None], np.float64).reshape(len(texts)), absent
    except ValueError:  # a word, a unit, an absent value: look at each
        pass
    return np.array([_number(t, unit) for t in texts], np.float64), absent


def _number(text: str | None, unit: str) -> float:
    bare = (text or "").strip()
    if bare.endswith("]") and unit and "[" in bare:
        value, _, found = bare[:-1].partition("[")
        bare = value.strip() if found.strip().lower() == unit.lower() else ""
    try:
        return float("nan" if "_" in bare else bare)
    except ValueError:
        return float("nan")


def _labels(rows: Rows, sieve: Sieve) -> dict[str, object]:
    """What names the set: text, counters and class. Odd ones are told and left blank: they are not the orbit."""
    n = len(rows)
    cospar = [cospar_from_text(t) for t in rows.column("OBJECT_ID")]
    odd = np.array([c is None for c in cospar], bool)
    sieve.doubt(odd & sieve.good, "OBJECT_ID", "a COSPAR designator yyyy-nnnAAA; none was kept")
    classes = [(t or "U").strip().upper() or "U" for t in rows.column("CLASSIFICATION_TYPE")]
    names = [name_from_text(t) for t in rows.column("OBJECT_NAME")]
    return {
        "cospar_id": np.array([*(c or "" for c in cospar), None], object)[:n],
        "name": np.array([*names, None], object)[:n],
        "classification": np.array(classes, "<U1"),
        "rev_at_epoch": _counts(rows, "REV_AT_EPOCH", sieve),
        "element_set_no": _counts(rows, "ELEMENT_SET_NO", sieve),
    }


def _counts(rows: Rows, keyword: str, sieve: Sieve) -> npt.NDArray[np.int32]:
    values, absent = parse_numbers(rows.column(keyword))
    values[absent] = 0.0
    whole = (values >= 0) & (values <= np.iinfo(np.int32).max) & (values == np.floor(values))
    sieve.doubt(~whole & sieve.good, keyword, "a whole number from 0 on; 0 was taken")
    return np.where(whole, values, 0.0).astype(np.int32)


def _known_times(rows: Rows, sieve: Sieve) -> dict[str, object]:
    """CREATION_DATE as the moment from which the set could be known."""
    texts = rows.column("CREATION_DATE")
    known, _ = times.parse_epochs(texts)
    given = np.array([bool(t and t.strip()) for t in texts], bool)
    sieve.doubt(given & np.isnat(known) & sieve.good, "CREATION_DATE", times.EXPECTED)
    basis = np.where(np.isnat(known), KnownBasis.ASSUMED, KnownBasis.DECLARED)
    return {"known_utc": known, "known_basis": basis.astype(np.uint8)}


def _data_modes(rows: Rows, sieve: Sieve, data_mode: DataMode) -> npt.NDArray[np.uint8]:
    """The less real of what the reader was told and what the record says of itself."""
    modes = [declared_mode(t, data_mode) for t in rows.column(DATA_MODE_KEYWORD)]
    sieve.refuse(np.array([m is None for m in modes], bool), DATA_MODE_KEYWORD, ", ".join(DataMode.__members__))
    return np.array([m or data_mode for m in modes], np.uint8)


def declared_mode(text: str | None, given: DataMode) -> DataMode | None:
    """The less real of `given` and the mode that a text names; None where the text names none."""
    word = (text or "").strip().upper()
    if not word:
        return given
    return max(given, DataMode[word]) if word in DataMode.__members__ else None
