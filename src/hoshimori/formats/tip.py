"""Decay messages: Space-Track's tracking and impact predictions (class `tip`) as JSON or CSV, and CCSDS re-entry messages.

TIP fields are text: MSG_EPOCH, INSERT_EPOCH, DECAY_EPOCH, WINDOW (minutes, read as plus and minus: the class's own page does not
say; believed), LAT, LON (0 to 360), DIRECTION, INCL, REV, NEXT_REPORT (hours). Of an RDM (CCSDS 508.1-B-1) only what a window
needs is read: who, when, in which window, at which height, controlled or not; its state and covariance are passed over.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np

from hoshimori.declared.decay_messages import DecayMessage
from hoshimori.errors import Problem
from hoshimori.facts import DataMode, Floats, Times
from hoshimori.formats import times
from hoshimori.formats.archive import LIMIT_BYTES, to_utf8, unpack
from hoshimori.formats.complaints import Complaints, Sieve
from hoshimori.formats.designators import cospar_from_text, norad_from_text
from hoshimori.formats.ndm import Message, kvn_entries, messages, xml_entries
from hoshimori.formats.orbits import NORAD_EXPECTED
from hoshimori.formats.rows import Rows, json_records, rows_from_csv, rows_from_json

MARKS = frozenset({"NORAD_CAT_ID", "MSG_EPOCH", "DECAY_EPOCH", "WINDOW"})
LONGEST_WINDOW_MIN = 60 * 24 * 60.0
TIP_HEIGHT_KM = 10.0
"""Space-Track documents DECAY_EPOCH as the time at 10 km (believed: its page needs an account to be read)."""


class DecayMessages(NamedTuple):
    """What a file held: its messages, and everything that was wrong with it."""

    messages: tuple[DecayMessage, ...]
    problems: tuple[Problem, ...]


def is_decay(content: bytes) -> bool:
    """Are these bytes decay messages? Looks at the beginning alone; archives are not opened."""
    head = content[:4096].decode("utf-8", "replace").upper()
    return ("MSG_EPOCH" in head and "DECAY_EPOCH" in head) or "CCSDS_RDM_VERS" in head


def read_decay(content: bytes, file: str, *, data_mode: DataMode = DataMode.REAL) -> DecayMessages:
    """Every decay message of a file. A record that cannot be read is refused alone; nothing is repaired."""
    found: list[DecayMessage] = []
    problems: list[Problem] = []
    for inner, complaints, failed in unpack(content, file, limit_bytes=LIMIT_BYTES):
        if not failed:
            found += _read(to_utf8(inner, complaints).decode(), complaints, data_mode)
        problems += complaints.problems()
    return DecayMessages(tuple(found), tuple(problems))


def _read(text: str, complaints: Complaints, data_mode: DataMode) -> list[DecayMessage]:
    bare = text.lstrip()
    if bare.startswith("<"):
        return list(_re_entries(messages(xml_entries(text, complaints)), complaints, data_mode))
    if "CCSDS_RDM_VERS" in bare[:4096].upper():
        return list(_re_entries(messages(kvn_entries(text)), complaints, data_mode))
    if not bare:
        complaints.add("content", "", "decay messages; the file is empty")
        return []
    blocks = rows_from_json(json_records(text, complaints), complaints) if bare[0] in "[{" else rows_from_csv(text, complaints)
    first = next(blocks, None)
    if first is None:
        complaints.add("content", bare[:60], "at least one record", refused=False)
        return []
    if not set(first.columns) >= MARKS:
        complaints.add("keywords", ", ".join(sorted(first.columns))[:80], f"decay messages with {', '.join(sorted(MARKS))}")
        return []
    return [m for rows in chain([first], blocks) for m in _predictions(rows, complaints, data_mode)]


def _predictions(rows: Rows, complaints: Complaints, data_mode: DataMode) -> Iterator[DecayMessage]:
    sieve = Sieve.over(complaints, len(rows), rows.text, rows.place)
    norad = [norad_from_text(t) for t in rows.column("NORAD_CAT_ID")]
    sieve.refuse(np.array([n is None for n in norad], bool), "NORAD_CAT_ID", NORAD_EXPECTED)
    message, decay = (_times(rows, key, sieve) for key in ("MSG_EPOCH", "DECAY_EPOCH"))
    inserted, _ = times.parse_epochs(rows.column("INSERT_EPOCH"))
    window = _numbers(rows, "WINDOW")
    good = (window >= 0.0) & (window <= LONGEST_WINDOW_MIN)
    sieve.refuse(~good, "WINDOW", f"minutes, 0 to {LONGEST_WINDOW_MIN:.0f}")
    lat, lon, inc = (_numbers(rows, key) for key in ("LAT", "LON", "INCL"))
    odd = (np.abs(lat) > 90.0) | (lon < -180.0) | (lon > 360.0)
    sieve.doubt(odd & sieve.good, "LAT", "a point on the Earth; it was left out")
    lat, lon = (np.where(odd, np.nan, x) for x in (lat, lon))
    for k in np.flatnonzero(sieve.good).tolist():
        half = float(window[k]) * 60.0
        yield DecayMessage(
            norad_id=norad[k],
            cospar_id="",
            author="Space-Track TIP",
            message_utc=message[k],
            decay_utc=decay[k],
            window_s=(half, half),
            lat_deg=float(lat[k]),
            lon_deg_e=round(float((lon[k] + 180.0) % 360.0 - 180.0), 6),
            direction=_word(rows.text("DIRECTION", k), ("ascending", "descending")),
            inc_deg=float(inc[k]),
            revolution=_whole(rows.text("REV", k)),
            end_height_km=TIP_HEIGHT_KM,
            known_utc=message[k] if np.isnat(inserted[k]) else inserted[k],
            high_interest=(rows.text("HIGH_INTEREST", k) or "").strip().upper() == "Y",
            data_mode=data_mode,
            fields={key: t for key in rows.columns if (t := rows.text(key, k)) is not None},
        )


def _re_entries(found: Sequence[Message], complaints: Complaints, data_mode: DataMode) -> Iterator[DecayMessage]:
    """RDM after RDM; a message of another kind is refused by its name."""
    for number, one in enumerate(found, 1):
        if one.kind != "RDM":
            complaints.add(f"CCSDS_{one.kind}_VERS", one.version, "a re-entry data message (RDM)", line=one.line, record=number)
        elif made := _re_entry(one, number, complaints, data_mode):
            yield made


def _re_entry(one: Message, number: int, complaints: Complaints, data_mode: DataMode) -> DecayMessage | None:
    said = {e.key: e.value.partition("[")[0].strip() for e in reversed(one.entries) if e.key != "COMMENT"}
    if said.get("TIME_SYSTEM", "UTC") != "UTC":
        complaints.add("TIME_SYSTEM", said["TIME_SYSTEM"], "UTC", line=one.line, record=number)
        return None
    keys = ("CREATION_DATE", "NOMINAL_REENTRY_EPOCH", "REENTRY_WINDOW_START", "REENTRY_WINDOW_END", "EPOCH_TZERO")
    made, nominal, start, stop, zero = (times.parse_epoch(said.get(k)) for k in keys)
    days = _number(said.get("ORBIT_LIFETIME"))
    if np.isnat(nominal) and not np.isnat(zero) and np.isfinite(days):
        nominal = zero + np.timedelta64(round(days * 86_400e6), "us")
    if np.isnat(made) or np.isnat(nominal):
        key = "CREATION_DATE" if np.isnat(made) else "NOMINAL_REENTRY_EPOCH"
        complaints.add(key, said.get(key, ""), times.EXPECTED, line=one.line, record=number)
        return None
    before = 0.0 if np.isnat(start) else (nominal - start) / np.timedelta64(1, "s")
    after = 0.0 if np.isnat(stop) else (stop - nominal) / np.timedelta64(1, "s")
    if min(before, after) < 0.0:
        complaints.add("REENTRY_WINDOW_START", said.get(keys[2], ""), "a window that holds the nominal epoch", record=number)
        return None
    controlled = {"YES": "yes", "NO": "no"}.get(said.get("CONTROLLED_REENTRY", "").upper(), "")
    height = _number(said.get("REENTRY_ALTITUDE"))
    return DecayMessage(
        norad_id=norad_from_text(said.get("OBJECT_DESIGNATOR")),
        cospar_id=cospar_from_text(said.get("INTERNATIONAL_DESIGNATOR", "")) or "",
        author=f"{said.get('ORIGINATOR', '')} RDM".strip(),
        message_utc=made,
        decay_utc=nominal,
        window_s=(float(before), float(after)),
        controlled=controlled,
        end_height_km=height,
        known_utc=made,
        data_mode=data_mode,
        fields={k: v for k, v in said.items() if k},
    )


def _times(rows: Rows, keyword: str, sieve: Sieve) -> Times:
    found, _ = times.parse_epochs(rows.column(keyword))
    sieve.refuse(np.isnat(found), keyword, "a UTC time yyyy-mm-dd hh:mm:ss")
    return found


def _numbers(rows: Rows, keyword: str) -> Floats:
    return np.array([_number(t) for t in rows.column(keyword)], float)


def _number(text: str | None) -> float:
    """NaN where there is no finite number."""
    try:
        value = float(text or "")
    except ValueError:
        return float("nan")
    return value if np.isfinite(value) else float("nan")


def _whole(text: str | None) -> int | None:
    bare = (text or "").strip()
    return int(bare) if bare.isascii() and bare.isdigit() else None


def _word(text: str | None, known: Iterable[str]) -> str:
    bare = (text or "").strip().lower()
    return bare if bare in known else ""
