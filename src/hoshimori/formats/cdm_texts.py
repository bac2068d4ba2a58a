"""What a conjunction message says under each keyword: the text that came in where it still holds, else the value as text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np

from hoshimori.facts import ConjunctionMessage, ConjunctionObject
from hoshimori.formats import times
from hoshimori.formats.cdm_comments import hard_body_radius_m, radius_comment
from hoshimori.formats.cdm_keywords import COVARIANCE_TERMS, NUMBER, RELATIVE_POSITION, RELATIVE_VELOCITY, STATE
from hoshimori.formats.designators import NOT_KNOWN, cospar_from_text, name_from_text

Texts = Mapping[str, str]


def message_texts(m: ConjunctionMessage) -> dict[str, str]:
    """Header and relative metadata by keyword, "" where nothing is known."""
    vectors = zip(
        (*RELATIVE_POSITION, *RELATIVE_VELOCITY), (*m.relative_position_rtn_m, *m.relative_velocity_rtn_m_s), strict=True
    )
    return {
        **m.fields,
        "CREATION_DATE": _time(m.fields, "CREATION_DATE", m.created_utc),
        "ORIGINATOR": m.originator,
        "MESSAGE_FOR": m.message_for,
        "MESSAGE_ID": m.message_id,
        "TCA": _time(m.fields, "TCA", m.tca_utc),
        "MISS_DISTANCE": _number(m.fields, "MISS_DISTANCE", m.miss_m),
        "RELATIVE_SPEED": _number(m.fields, "RELATIVE_SPEED", m.relative_speed_m_s),
        **{k.name: _number(m.fields, k.name, x) for k, x in vectors},
        "COLLISION_PROBABILITY": _number(m.fields, "COLLISION_PROBABILITY", m.probability),
        "COLLISION_PROBABILITY_METHOD": m.probability_method,
    }


def object_texts(o: ConjunctionObject, place: int) -> dict[str, str]:
    """One object by keyword. `place` is 1 or 2."""
    return {
        **o.fields,
        "OBJECT": f"OBJECT{place}",
        "OBJECT_DESIGNATOR": o.designator,
        "OBJECT_NAME": _kept(o.fields, "OBJECT_NAME", o.name, name_from_text),
        "INTERNATIONAL_DESIGNATOR": _kept(o.fields, "INTERNATIONAL_DESIGNATOR", o.cospar_id, cospar_from_text),
        "OBJECT_TYPE": o.object_type,
        "MANEUVERABLE": o.maneuverable,
        "REF_FRAME": o.frame,
        **{k.name: _number(o.fields, k.name, x) for k, x in zip(STATE, (*o.r_km, *o.v_km_s), strict=True)},
        **dict(_covariance(o)),
    }


def comments_of(m: ConjunctionMessage) -> tuple[str, ...]:
    """The message's comments, with a line for its radius unless one of all comments says it already."""
    said = hard_body_radius_m([*m.comments, *(c for o in m.objects for c in o.comments)])
    if np.isnan(m.radius_m) or said == m.radius_m:
        return m.comments
    others = tuple(c for c in m.comments if np.isnan(hard_body_radius_m([c])))
    return (radius_comment(m.radius_m), *others)


def _covariance(o: ConjunctionObject) -> Iterator[tuple[str, str]]:
    """All 21 terms, "" where there is none: an asymmetric matrix has no text either."""
    matrix = np.full((6, 6), np.nan) if o.covariance_rtn_m is None else o.covariance_rtn_m
    for k, row in enumerate(COVARIANCE_TERMS):
        for j, term in enumerate(row):
            same = matrix[k, j] == matrix[j, k]
            yield term, _number(o.fields, term, matrix[k, j]) if same else ""


def _number(fields: Texts, key: str, value: float) -> str:
    """The digits that came in where they still are this number; "" for a number that is not known."""
    text = fields.get(key, "")
    if NUMBER.fullmatch(text) and float(text) == value:
        return text
    return "" if np.isnan(value) else repr(float(value))


def _time(fields: Texts, key: str, value: np.datetime64) -> str:
    text = fields.get(key, "")
    if np.isnat(value):
        return ""
    return text if text and times.parse_epoch(text) == value else times.format_epoch(value)


def _kept(fields: Texts, key: str, value: str, meaning: Callable[[str], str | None]) -> str:
    text = fields.get(key, "")
    return text if text and meaning(text) == value else value or NOT_KNOWN
