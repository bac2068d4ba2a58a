"""Orbit Ephemeris Messages into ephemerides, one for each segment.

Reference: CCSDS 502.0-B-3 section 5 (1.0 and 2.0 messages: 502.0-B-1, -2). Times come out in UTC; frames and centre stay as
the message wrote them. Accelerations are passed over. A segment with a bad row is refused whole: a gap would be filled by
interpolation, and nobody would know. A bad covariance costs only the covariance.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from hoshimori.facts import NOT_A_TIME, Bools, DataMode, Ephemeris, Floats, KnownBasis, Times
from hoshimori.formats import times
from hoshimori.formats.complaints import Complaints
from hoshimori.formats.designators import cospar_from_text, name_from_text, norad_from_text
from hoshimori.formats.ndm import DATA_LINE, Entry, Message
from hoshimori.formats.oem_covariance import Covariances, read_covariances
from hoshimori.formats.omm import DATA_MODE_KEYWORD, declared_mode, parse_numbers

NEEDED = ("CENTER_NAME", "REF_FRAME", "TIME_SYSTEM")
"""Without these a state means nothing."""

_META = """OBJECT_NAME OBJECT_ID CENTER_NAME REF_FRAME REF_FRAME_EPOCH TIME_SYSTEM START_TIME USEABLE_START_TIME
USEABLE_STOP_TIME STOP_TIME INTERPOLATION INTERPOLATION_DEGREE"""
_HEADER = "COMMENT CLASSIFICATION CREATION_DATE ORIGINATOR MESSAGE_ID"
_META_KEYWORDS, _HEADER_KEYWORDS = frozenset(_META.split()), frozenset(_HEADER.split())


@dataclass
class _Segment:
    line: int
    meta: dict[str, Entry] = field(default_factory=dict)
    rows: list[Entry] = field(default_factory=list)
    covariance: list[Entry] = field(default_factory=list)
    mode: str = ""
    closed: bool = False


class _Refused(Exception):
    """This segment cannot be used; the reason."""

    def __init__(self, entry: Entry, expected: str) -> None:
        super().__init__(expected)
        self.entry, self.expected = entry, expected


def read_oem(
    message: Message, complaints: Complaints, *, data_mode: DataMode, first_record: int = 1
) -> tuple[list[Ephemeris], int]:
    """The ephemerides of one message, and how many segments it had (each is a record)."""
    header, segments, strays = _segments(message)
    for entry in strays:
        complaints.add(entry.key or "text", entry.value, "META_START before anything of a segment", line=entry.line)
    if not segments:
        complaints.add("META_START", "", "at least one segment", line=message.line, record=first_record)
    known, basis = _creation(header, complaints)
    found = []
    for record, segment in enumerate(segments, first_record):
        whole = segment is not segments[-1] or message.complete
        try:
            if not whole:
                raise _Refused(Entry(segment.line, "segment", "breaks off"), "a whole segment")
            found.append(_ephemeris(segment, header, complaints, record, data_mode, known, basis))
        except _Refused as reason:
            e = reason.entry
            complaints.add(e.key or "ephemeris row", e.value, reason.expected, line=e.line, record=record)
    return found, max(len(segments), 1)


def _segments(message: Message) -> tuple[dict[str, Entry], list[_Segment], list[Entry]]:
    """Header, segments, and what stands outside both."""
    header: dict[str, Entry] = {}
    segments: list[_Segment] = []
    strays: list[Entry] = []
    in_covariance = False
    for entry in message.entries:
        if entry.key in ("COVARIANCE_START", "COVARIANCE_STOP"):
            in_covariance = entry.key == "COVARIANCE_START"
        if entry.key == "META_START":
            segments.append(_Segment(entry.line))
            in_covariance = False
        elif not segments:
            if entry.key in _HEADER_KEYWORDS:
                header[entry.key] = entry
            else:
                strays.append(entry)
        elif in_covariance or entry.key == "COVARIANCE_STOP":
            segments[-1].covariance.append(entry)
        else:
            _sort_in(segments[-1], entry)
    return header, segments, strays


def _sort_in(segment: _Segment, entry: Entry) -> None:
    """Metadata before META_STOP, rows after it; a keyword among the rows stays there and will refuse the segment."""
    if entry.key == "META_STOP":
        segment.closed = True
    elif entry.key == "COMMENT":
        keyword, _, value = entry.value.partition("=")
        if keyword.strip() == DATA_MODE_KEYWORD:
            segment.mode = value.strip()
    elif not segment.closed and entry.key != DATA_LINE:
        segment.meta[entry.key] = entry
    else:
        segment.rows.append(entry)


def _ephemeris(
    segment: _Segment,
    header: dict[str, Entry],
    complaints: Complaints,
    record: int,
    data_mode: DataMode,
    known: np.datetime64,
    basis: KnownBasis,
) -> Ephemeris:
    scale = _check_meta(segment, complaints, record)
    _drop_repeats(segment, complaints, record)
    mode = declared_mode(segment.mode, data_mode)
    if mode is None:
        raise _Refused(Entry(segment.line, DATA_MODE_KEYWORD, segment.mode), ", ".join(DataMode.__members__))
    t_utc, states = _states(segment, scale)
    start, stop = _usable(segment, scale, t_utc, complaints, record)
    covariance = read_covariances(segment.covariance, _value(segment, "REF_FRAME"), scale, complaints, record) or Covariances()
    norad_id, cospar_id = _identity(segment, complaints, record)
    return Ephemeris(
        norad_id=norad_id,
        cospar_id=cospar_id,
        name=name_from_text(_value(segment, "OBJECT_NAME")),
        frame=_value(segment, "REF_FRAME"),
        center=_value(segment, "CENTER_NAME"),
        t_utc=t_utc,
        r_km=states[:, :3],
        v_km_s=states[:, 3:],
        usable_start_utc=start,
        usable_stop_utc=stop,
        interpolation=_value(segment, "INTERPOLATION").upper(),
        interpolation_degree=_degree(segment, complaints, record),
        covariance_t_utc=covariance.t_utc,
        covariance=covariance.matrices,
        covariance_frame=covariance.frame,
        originator=header["ORIGINATOR"].value if "ORIGINATOR" in header else "",
        known_utc=known,
        known_basis=basis,
        data_mode=mode,
    )


def _value(segment: _Segment, keyword: str) -> str:
    return segment.meta[keyword].value if keyword in segment.meta else ""


def _check_meta(segment: _Segment, complaints: Complaints, record: int) -> str:
    """Refuse a segment whose states would have no meaning; give its time system."""
    if not segment.closed:
        raise _Refused(Entry(segment.line, "META_START", ""), "META_STOP after the metadata")
    for keyword in NEEDED:
        if not _value(segment, keyword):
            raise _Refused(Entry(segment.line, keyword, ""), f"the keyword {keyword}, which every segment needs")
    for entry in segment.meta.values():
        if entry.key not in _META_KEYWORDS:
            expected = "a keyword of OEM metadata; it was passed over"
            complaints.add(entry.key, entry.value, expected, line=entry.line, record=record, refused=False)
    scale = segment.meta["TIME_SYSTEM"]
    if scale.value.upper() not in times.CONVERTIBLE:
        raise _Refused(scale, f"{', '.join(times.CONVERTIBLE)}: UTC cannot be had from others without further data")
    return scale.value.upper()


def _identity(segment: _Segment, complaints: Complaints, record: int) -> tuple[int | None, str]:
    """OBJECT_ID is a COSPAR designator, or with many operators a catalogue number."""
    text = _value(segment, "OBJECT_ID")
    norad_id, cospar_id = norad_from_text(text), cospar_from_text(text)
    if norad_id is None and not cospar_id:
        entry = segment.meta.get("OBJECT_ID", Entry(segment.line, "OBJECT_ID", ""))
        expected = "a COSPAR designator yyyy-nnnAAA or a catalogue number; none was kept"
        complaints.add("OBJECT_ID", text, expected, line=entry.line, record=record, refused=False)
    return norad_id, cospar_id or ""


def _degree(segment: _Segment, complaints: Complaints, record: int) -> int | None:
    entry = segment.meta.get("INTERPOLATION_DEGREE")
    if entry is None:
        return None
    if not (entry.value.isascii() and entry.value.isdigit()) or len(entry.value) > 3:
        complaints.add(entry.key, entry.value, "a small whole number", line=entry.line, record=record, refused=False)
        return None
    return int(entry.value)


def _drop_repeats(segment: _Segment, complaints: Complaints, record: int) -> None:
    """A row that says the same as the row before it adds nothing: it is passed over and told."""
    once: list[Entry] = []
    for entry in segment.rows:
        if once and entry.key == once[-1].key and entry.value.split() == once[-1].value.split():
            expected = "each row once; the repeat was passed over"
            complaints.add("ephemeris row", entry.value, expected, line=entry.line, record=record, refused=False)
        else:
            once.append(entry)
    segment.rows = once


def _states(segment: _Segment, scale: str) -> tuple[Times, Floats]:
    """Times (m,) and states (m, 6); the first bad row refuses the segment."""
    cells = [entry.value.split() for entry in segment.rows]
    for entry, row in zip(segment.rows, cells, strict=True):
        if entry.key != DATA_LINE:
            raise _Refused(entry, "only rows of numbers after META_STOP")
        if len(row) not in (7, 10):
            raise _Refused(entry, "an epoch, X Y Z in km and X_DOT Y_DOT Z_DOT in km/s (accelerations may follow)")
    if not cells:
        raise _Refused(Entry(segment.line, "ephemeris row", ""), "at least one row of states")
    t_utc, lost = epochs_utc([row[0] for row in cells], scale)
    _refuse_first(segment, np.asarray(np.isnat(t_utc) & ~lost), times.EXPECTED)
    _refuse_first(segment, lost, times.LEAP_EXPECTED)
    states, _ = parse_numbers([x for row in cells for x in row[1:7]])
    states = states.reshape(-1, 6)
    _refuse_first(segment, np.asarray(~np.isfinite(states).all(axis=1)), "six finite numbers after the epoch")
    _refuse_first(
        segment, np.array([False, *(np.diff(t_utc) <= np.timedelta64(0, "us"))], bool), "epochs that rise from row to row"
    )
    return t_utc, states


def epochs_utc(texts: list[str], scale: str) -> tuple[Times, Bools]:
    """UTC of epochs written in `scale`, and those that are good text but cannot be held in UTC."""
    t, leap = times.parse_epochs(texts)
    t_utc, lost = times.to_utc(t, scale)
    return t_utc, leap | lost


def _refuse_first(segment: _Segment, bad: Bools, expected: str) -> None:
    if bad.any():
        raise _Refused(segment.rows[int(np.argmax(bad))], expected)


def _usable(
    segment: _Segment, scale: str, t_utc: Times, complaints: Complaints, record: int
) -> tuple[np.datetime64, np.datetime64]:
    """The span on which the message lets itself be used, never wider than its rows."""
    bounds = []
    for end, fallback, inner in (("START", t_utc[0], max), ("STOP", t_utc[-1], min)):
        entry = segment.meta.get(f"USEABLE_{end}_TIME") or segment.meta.get(f"{end}_TIME")
        bound = fallback if entry is None else epochs_utc([entry.value], scale)[0][0]
        if entry is None or np.isnat(bound) or inner(bound, fallback) != bound:
            key, value, line = entry[1:] + entry[:1] if entry else (f"{end}_TIME", "", segment.line)
            expected = f"an epoch inside the rows; {times.format_epoch(fallback)} was taken"
            complaints.add(key, value, expected, line=line, record=record, refused=False)
            bound = fallback
        bounds.append(np.datetime64(bound, "us"))
    if bounds[0] > bounds[1]:
        raise _Refused(segment.meta["USEABLE_STOP_TIME"], "a usable span that ends after it starts")
    return bounds[0], bounds[1]


def _creation(header: dict[str, Entry], complaints: Complaints) -> tuple[np.datetime64, KnownBasis]:
    """CREATION_DATE as the moment from which the ephemeris could be known."""
    entry = header.get("CREATION_DATE")
    known = times.parse_epoch(entry.value) if entry else NOT_A_TIME
    if np.isnat(known):
        line, value = (entry.line, entry.value) if entry else (None, "")
        complaints.add("CREATION_DATE", value, times.EXPECTED, line=line, refused=False)
        return NOT_A_TIME, KnownBasis.ASSUMED
    return known, KnownBasis.DECLARED
