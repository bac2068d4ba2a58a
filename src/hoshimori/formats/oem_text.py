"""Ephemerides as one Orbit Ephemeris Message, a segment for each: KVN or XML, times in UTC.

Keyword order: CCSDS 502.0-B-3 tables 5-1 to 5-4. OEM knows one OBJECT_ID: the COSPAR designator where there is one, else the
catalogue number.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Literal

import numpy as np

from hoshimori.errors import UsageError
from hoshimori.facts import Ephemeris, Floats
from hoshimori.formats import times
from hoshimori.formats.complaints import Complaints
from hoshimori.formats.designators import NOT_KNOWN
from hoshimori.formats.ndm import COVARIANCE_KEYWORDS, STATE_KEYWORDS
from hoshimori.formats.omm import DATA_MODE_KEYWORD
from hoshimori.formats.writing import ORIGINATOR, creation_date, mode_text, raise_if_any

Section = dict[str, str]


def dump_oem(
    ephemerides: Sequence[Ephemeris],
    *,
    kind: Literal["kvn", "xml"],
    version: Literal["3.0", "2.0"] = "3.0",
    created_utc: np.datetime64 | None = None,
) -> str:
    """All ephemerides as one message. Its originator and creation date are those of the first (`created_utc`, or now, where
    none is declared). An ephemeris that is not REAL says so in a comment. Raises FormatError with all that cannot be written.
    """
    if kind not in ("kvn", "xml") or version not in ("3.0", "2.0"):
        raise UsageError(f"OEM {version!r} as {kind!r}: known are versions 3.0, 2.0 as kvn, xml")
    if not ephemerides:
        raise UsageError("no ephemerides: an OEM has at least one segment")
    _check(ephemerides)
    first = ephemerides[0]
    header = {
        "CREATION_DATE": creation_date(first.known_utc, first.known_basis, created_utc),
        "ORIGINATOR": first.originator or ORIGINATOR,
    }
    return _kvn(header, ephemerides, version) if kind == "kvn" else _xml(header, ephemerides, version)


def _check(ephemerides: Sequence[Ephemeris]) -> None:
    complaints = Complaints("OEM")
    for record, e in enumerate(ephemerides, 1):
        for field, good, expected in (
            ("t_utc", len(e.t_utc) > 0 and not np.isnat(e.t_utc).any(), "at least one time"),
            ("t_utc", bool((np.diff(e.t_utc) > np.timedelta64(0, "us")).all()), "times that rise"),
            ("r_km", e.r_km.shape == (len(e.t_utc), 3) and bool(np.isfinite(e.r_km).all()), "(m, 3) finite km"),
            ("v_km_s", e.v_km_s.shape == (len(e.t_utc), 3) and bool(np.isfinite(e.v_km_s).all()), "(m, 3) finite km/s"),
            ("frame", bool(e.frame.strip()), "a reference frame"),
            ("center", bool(e.center.strip()), "a centre"),
            ("covariance", _covariance_is_good(e), "(k, 6, 6) finite and symmetric, with a time each and a frame"),
            *((k, t.isprintable(), "printable text on one line") for k, t in _meta(e).items()),
            ("ORIGINATOR", e.originator.isprintable(), "printable text on one line"),
        ):
            if not good:
                complaints.add(field, getattr(e, field, ""), expected, record=record)
    raise_if_any(complaints, "OEM")


def _covariance_is_good(e: Ephemeris) -> bool:
    if e.covariance is None or e.covariance_t_utc is None:
        return e.covariance is None and e.covariance_t_utc is None
    symmetric = e.covariance.shape == (len(e.covariance_t_utc), 6, 6) and np.array_equal(
        e.covariance, e.covariance.transpose(0, 2, 1)
    )
    return bool(symmetric and np.isfinite(e.covariance).all() and not np.isnat(e.covariance_t_utc).any())


def _meta(e: Ephemeris) -> Section:
    span = [times.format_epoch(t) if len(e.t_utc) else "" for t in (*e.t_utc[:1], *e.t_utc[-1:])] or ["", ""]
    usable = [times.format_epoch(t) for t in (e.usable_start_utc, e.usable_stop_utc)]
    meta = {
        "OBJECT_NAME": e.name or NOT_KNOWN,
        "OBJECT_ID": e.cospar_id or (str(e.norad_id) if e.norad_id else NOT_KNOWN),
        "CENTER_NAME": e.center,
        "REF_FRAME": e.frame,
        "TIME_SYSTEM": "UTC",
        "START_TIME": span[0],
        "USEABLE_START_TIME": usable[0],
        "USEABLE_STOP_TIME": usable[1],
        "STOP_TIME": span[1],
    }
    if e.interpolation:
        meta["INTERPOLATION"] = e.interpolation
    if e.interpolation_degree is not None:
        meta["INTERPOLATION_DEGREE"] = str(e.interpolation_degree)
    return meta


def _comment(e: Ephemeris) -> str:
    word = mode_text(e.data_mode)
    return f"{DATA_MODE_KEYWORD} = {word}" if word else ""


def _rows(e: Ephemeris) -> list[list[str]]:
    states = np.hstack([e.r_km, e.v_km_s]).tolist()
    return [[times.format_epoch(t), *map(repr, state)] for t, state in zip(e.t_utc, states, strict=True)]


def _covariances(e: Ephemeris) -> list[tuple[Section, list[list[str]]]]:
    """Each matrix as its epoch and frame, and the rows of its lower triangle."""
    if e.covariance is None or e.covariance_t_utc is None:
        return []
    return [
        ({"EPOCH": times.format_epoch(t), "COV_REF_FRAME": e.covariance_frame or e.frame}, _triangle(matrix))
        for t, matrix in zip(e.covariance_t_utc, e.covariance, strict=True)
    ]


def _triangle(matrix: Floats) -> list[list[str]]:
    return [[repr(x) for x in row[: k + 1]] for k, row in enumerate(matrix.tolist())]


def _kvn(header: Section, ephemerides: Sequence[Ephemeris], version: str) -> str:
    parts = [_lines({"CCSDS_OEM_VERS": version, **header})]
    for e in ephemerides:
        comment = f"COMMENT {_comment(e)}\n" if _comment(e) else ""
        parts.append(f"META_START\n{comment}{_lines(_meta(e))}META_STOP\n")
        parts.append("".join(f"{' '.join(row)}\n" for row in _rows(e)))
        blocks = [_lines(head) + "".join(f"{' '.join(row)}\n" for row in rows) for head, rows in _covariances(e)]
        if blocks:
            parts.append(f"COVARIANCE_START\n{''.join(blocks)}COVARIANCE_STOP\n")
    return "\n".join(parts)


def _lines(section: Section) -> str:
    return "".join(f"{k} = {v}\n" for k, v in section.items())


def _xml(header: Section, ephemerides: Sequence[Ephemeris], version: str) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<oem id="CCSDS_OEM_VERS" version="{version}">\n<header>{_tags(header)}</header>\n<body>\n'
        + "".join(_xml_segment(e) for e in ephemerides)
        + "</body>\n</oem>\n"
    )


def _xml_segment(e: Ephemeris) -> str:
    comment = f"<COMMENT>{_comment(e)}</COMMENT>" if _comment(e) else ""
    states = [_tags(dict(zip(STATE_KEYWORDS, row, strict=True))) for row in _rows(e)]
    covariances = [
        _tags(head | {k: x for keys, row in zip(COVARIANCE_KEYWORDS, rows, strict=True) for k, x in zip(keys, row, strict=True)})
        for head, rows in _covariances(e)
    ]
    return (
        f"<segment>\n<metadata>{comment}{_tags(_meta(e))}</metadata>\n<data>\n"
        + "".join(f"<stateVector>{s}</stateVector>\n" for s in states)
        + "".join(f"<covarianceMatrix>{c}</covarianceMatrix>\n" for c in covariances)
        + "</data>\n</segment>\n"
    )


def _tags(section: Section) -> str:
    return "".join(f"<{k}>{escape(v, quote=False)}</{k}>" for k, v in section.items())
