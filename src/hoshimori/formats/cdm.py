"""Conjunction Data Messages into facts: two objects, their states and covariances, and what was computed of their approach.

Reference: CCSDS 508.0-B-1. Numbers come out in the units of the standard, whatever the brackets said, and the frame stays as
the message wrote it. A message without a mandatory field, or with one that cannot be used, is refused whole with all reasons.
Read with a reservation: an object without covariance (the facts say so), and optional fields that cannot be used.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from hoshimori.facts import ConjunctionMessage, ConjunctionObject, DataMode, Floats, KnownBasis
from hoshimori.formats import times
from hoshimori.formats.cdm_checks import doubt_disagreements
from hoshimori.formats.cdm_comments import hard_body_radius_m, is_mode
from hoshimori.formats.cdm_keywords import (
    COVARIANCE,
    COVARIANCE_TERMS,
    MESSAGE_KEYWORDS,
    OBJECT_KEYWORDS,
    POSITION_TERMS,
    RELATIVE_POSITION,
    RELATIVE_VELOCITY,
    STATE,
    Keyword,
)
from hoshimori.formats.cdm_values import Judge, plain, standard_text
from hoshimori.formats.complaints import Complaints
from hoshimori.formats.designators import NOT_KNOWN, cospar_from_text, name_from_text, norad_from_text
from hoshimori.formats.ndm import DATA_LINE, Entry, Message
from hoshimori.formats.omm import DATA_MODE_KEYWORD, declared_mode

Texts = Mapping[str, str]

_TERMS = tuple(term for row in COVARIANCE_TERMS for term in row)
_VELOCITY_TERMS = frozenset(_TERMS) - frozenset(POSITION_TERMS)


@dataclass
class _Section:
    """The header and relative metadata, or one object: entries by keyword, and the comments among them."""

    line: int
    entries: dict[str, Entry] = field(default_factory=dict)
    comments: list[str] = field(default_factory=list)


def read_cdm(message: Message, complaints: Complaints, *, data_mode: DataMode, record: int) -> ConjunctionMessage | None:
    """One message; None where it was refused, and the complaints say why."""
    judge = Judge(complaints, record, tells_unknown=message.version.strip() == "1.0")
    if not message.complete:
        judge.refuse("CCSDS_CDM_VERS", f"CDM {message.version}", "a whole message; it breaks off", message.line)
        return None
    if not judge.tells_unknown:
        judge.doubt("CCSDS_CDM_VERS", message.version, "1.0; read as such, what 1.0 does not know was left out", message.line)
    head, objects = _sections(message, judge)
    first, second = _in_order(objects, message.line, judge)
    mode = _mode(head, data_mode, judge)
    texts = _texts(head, MESSAGE_KEYWORDS, judge)
    both = [_object(section, judge) for section in (first, second) if section]
    if judge.refused or first is None or second is None or both[0] is None or both[1] is None:
        return None
    made = _message(texts, tuple(c for c in head.comments if not is_mode(c)), (both[0], both[1]), mode)
    lines = {key: entry.line for key, entry in head.entries.items()}
    doubt_disagreements(made, lines, judge)
    return made


def _sections(message: Message, judge: Judge) -> tuple[_Section, list[_Section]]:
    """What stands before the first OBJECT, and each object. Comments before OBJECT1 in KVN are still the message's."""
    head = _Section(message.line)
    objects: list[_Section] = []
    waiting: list[str] = []
    in_metadata = False
    for entry in message.entries:
        if entry.key == "COMMENT":
            waiting.append(plain(entry.value))
            continue
        if entry.key == "META_START":
            in_metadata = True
        elif entry.key == "OBJECT":
            if not in_metadata and not objects:
                head.comments, waiting = [*head.comments, *waiting], []
            objects.append(_Section(entry.line, {"OBJECT": entry}))
            in_metadata = False
        here = objects[-1] if objects else head
        if not (in_metadata and entry.key != "META_START"):
            here.comments += waiting
            waiting = []
        _sort_in(here, entry, judge)
    (objects[-1] if objects else head).comments += waiting
    return head, objects


def _sort_in(section: _Section, entry: Entry, judge: Judge) -> None:
    if entry.key in ("META_START", "META_STOP", "OBJECT"):
        return
    if entry.key == DATA_LINE:
        judge.doubt("text", entry.value, "KEYWORD = value; passed over", entry.line)
    elif entry.key in section.entries:
        judge.doubt(entry.key, entry.value, "each keyword once; the first was kept", entry.line)
    else:
        section.entries[entry.key] = entry


def _in_order(objects: list[_Section], line: int, judge: Judge) -> tuple[_Section | None, _Section | None]:
    """OBJECT1 and OBJECT2, whichever came first."""
    named = {" ".join(s.entries["OBJECT"].value.upper().split()): s for s in reversed(objects)}
    if len(objects) != 2 or set(named) != {"OBJECT1", "OBJECT2"}:
        found = ", ".join(s.entries["OBJECT"].value for s in objects)
        judge.refuse("OBJECT", found, "OBJECT1 and OBJECT2, once each", objects[-1].line if objects else line)
    return named.get("OBJECT1"), named.get("OBJECT2")


def _texts(section: _Section, keywords: Mapping[str, Keyword], judge: Judge) -> dict[str, str]:
    """The usable values of a section in the standard's order; mandatory ones that are not there are refused."""
    for key, entry in section.entries.items():
        if key not in keywords and judge.tells_unknown:
            judge.doubt(key, entry.value, "a keyword of CDM 1.0 in its section; left out", entry.line)
    texts = {k.name: standard_text(k, section.entries[k.name], judge) for k in keywords.values() if k.name in section.entries}
    there = {key: text for key, text in texts.items() if text is not None}
    excused = _without_covariance(section, there, judge)
    for k in keywords.values():
        if k.needed and k.name not in there and k.name not in excused:
            line = section.entries[k.name].line if k.name in section.entries else section.line
            judge.refuse(k.name, "", f"{k.expected}: this field is mandatory", line)
    return {key: text for key, text in there.items() if text}


def _without_covariance(section: _Section, texts: Texts, judge: Judge) -> frozenset[str]:
    """The terms of a covariance that may be missing: all, or all of the velocity; not some."""
    if "OBJECT" not in section.entries:
        return frozenset()
    there = {term for term in _TERMS if term in texts}
    if not there:
        expected = "the covariance, CR_R to CNDOT_NDOT; the object was read without one"
        judge.doubt("CR_R", "", expected, section.line)
        return frozenset(_TERMS)
    if there == set(POSITION_TERMS):
        expected = "the covariance of the velocity, CRDOT_R to CNDOT_NDOT; only that of the position was read"
        judge.doubt("CRDOT_R", "", expected, section.line)
        return _VELOCITY_TERMS
    return frozenset()


def _object(section: _Section, judge: Judge) -> ConjunctionObject | None:
    texts = _texts(section, OBJECT_KEYWORDS, judge)
    if judge.refused:
        return None
    state = np.array([float(texts[k.name]) for k in STATE])
    covariance = _matrix(texts)
    _refuse_useless(state, covariance, section, judge)
    cospar_id = cospar_from_text(texts["INTERNATIONAL_DESIGNATOR"])
    if cospar_id is None:
        entry = section.entries["INTERNATIONAL_DESIGNATOR"]
        judge.doubt(entry.key, entry.value, f"a COSPAR designator yyyy-nnnAAA or {NOT_KNOWN}; none was kept", entry.line)
        texts["INTERNATIONAL_DESIGNATOR"] = NOT_KNOWN
    designator = texts["OBJECT_DESIGNATOR"]
    return ConjunctionObject(
        designator=designator,
        norad_id=norad_from_text(designator) if texts["CATALOG_NAME"].upper().startswith("SATCAT") else None,
        cospar_id=cospar_id or "",
        name=name_from_text(texts["OBJECT_NAME"]),
        object_type=texts.get("OBJECT_TYPE", ""),
        maneuverable=texts["MANEUVERABLE"],
        frame=texts["REF_FRAME"],
        r_km=state[:3],
        v_km_s=state[3:],
        covariance_rtn_m=covariance,
        fields=texts,
        comments=tuple(section.comments),
    )


def _matrix(texts: Texts) -> Floats | None:
    """(6, 6) from the lower triangle, NaN where a term is missing; None where all are."""
    if not any(term in texts for term in _TERMS):
        return None
    matrix = np.full((6, 6), np.nan)
    for k, row in enumerate(COVARIANCE_TERMS):
        matrix[k, : k + 1] = [float(texts.get(term, "nan")) for term in row]
        matrix[: k + 1, k] = matrix[k, : k + 1]
    return matrix


def _refuse_useless(state: Floats, covariance: Floats | None, section: _Section, judge: Judge) -> None:
    """A state on which R, T and N cannot stand, and variances below zero."""
    if not np.linalg.norm(np.cross(state[:3], state[3:])) > 0.0:
        entry = section.entries["X"]
        judge.refuse("X", entry.value, "a position and a velocity that are not zero and not along one line", entry.line)
    diagonal = [k for k in COVARIANCE if k.name in {row[-1] for row in COVARIANCE_TERMS}]
    for k, variance in zip(diagonal, np.diag(covariance) if covariance is not None else (), strict=False):
        if variance < 0.0:
            entry = section.entries[k.name]
            judge.refuse(k.name, entry.value, "a variance, which is not below 0", entry.line)


def _message(
    texts: Texts, comments: tuple[str, ...], objects: tuple[ConjunctionObject, ConjunctionObject], mode: DataMode
) -> ConjunctionMessage:
    created = times.parse_epoch(texts["CREATION_DATE"])
    radius_m = hard_body_radius_m([*comments, *objects[0].comments, *objects[1].comments])
    return ConjunctionMessage(
        message_id=texts["MESSAGE_ID"],
        originator=texts["ORIGINATOR"],
        created_utc=created,
        message_for=texts.get("MESSAGE_FOR", ""),
        tca_utc=times.parse_epoch(texts["TCA"]),
        miss_m=float(texts["MISS_DISTANCE"]),
        relative_speed_m_s=_number(texts, "RELATIVE_SPEED"),
        relative_position_rtn_m=np.array([_number(texts, k.name) for k in RELATIVE_POSITION]),
        relative_velocity_rtn_m_s=np.array([_number(texts, k.name) for k in RELATIVE_VELOCITY]),
        probability=_number(texts, "COLLISION_PROBABILITY"),
        probability_method=texts.get("COLLISION_PROBABILITY_METHOD", ""),
        objects=objects,
        radius_m=radius_m,
        fields=texts,
        comments=comments,
        known_utc=created,
        known_basis=KnownBasis.DECLARED,
        data_mode=mode,
    )


def _number(texts: Texts, key: str) -> float:
    return float(texts.get(key, "nan"))


def _mode(head: _Section, data_mode: DataMode, judge: Judge) -> DataMode:
    """The less real of what the reader was told and what the message says of itself."""
    said = next((c.partition("=")[2].strip() for c in head.comments if is_mode(c)), "")
    mode = declared_mode(said, data_mode)
    if mode is None:
        judge.refuse(DATA_MODE_KEYWORD, said, ", ".join(DataMode.__members__), head.line)
        return data_mode
    return mode
