"""The keywords of a Conjunction Data Message: their order, which must be there, what each may hold and in which unit.

Reading and writing both stand on this one table. Reference: CCSDS 508.0-B-1 tables 3-1 to 3-4; what a value may be is the XML
schema's word (ndmxml-1.0-cdm-1.0).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

import numpy as np

from hoshimori.formats import times

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
COUNT = re.compile(r"\d{1,18}", re.ASCII)
_INF = float("inf")

Kind = Literal["text", "time", "number", "count", "word"]


class Keyword(NamedTuple):
    """One keyword. low, high: bounds of a number, `open_low` where the lower one itself is not allowed. words: the choice."""

    name: str
    kind: Kind = "text"
    unit: str = ""
    needed: bool = False
    low: float = -_INF
    high: float = _INF
    open_low: bool = False
    words: tuple[str, ...] = ()

    @property
    def expected(self) -> str:
        """What would have been accepted, in words."""
        if self.kind == "word":
            return ", ".join(self.words)
        if self.kind == "time":
            return times.EXPECTED
        if self.kind == "count":
            return "a whole number from 1 on"
        if self.kind == "text":
            return "text on one line"
        unit = f" in {self.unit}" if self.unit else ""
        if self.high < _INF:
            return f"a number from {self.low:g} to {self.high:g}{unit}"
        sign = "" if self.low == -_INF else " above 0" if self.open_low else " from 0 on"
        return f"a finite number{sign}{unit}"

    def accepts(self, text: str) -> bool:
        """Whether a bare value, without unit, can stand here."""
        if self.kind == "word":
            return text in self.words
        if self.kind == "time":
            return not bool(np.isnat(times.parse_epoch(text)))
        if self.kind == "count":
            return COUNT.fullmatch(text) is not None and int(text) > 0
        if self.kind == "text":
            return bool(text) and text.isprintable()
        if NUMBER.fullmatch(text) is None:
            return False
        value = float(text)
        return np.isfinite(value) and self.low <= value <= self.high and not (self.open_low and value == self.low)


def _numbers(unit: str, names: str, *, needed: bool = False, low: float = -_INF) -> Iterator[Keyword]:
    for name in names.split():
        yield Keyword(name, "number", unit, needed, low)


def _texts(names: str, *, needed: bool = False) -> Iterator[Keyword]:
    for name in names.split():
        yield Keyword(name, needed=needed)


def _times(names: str, *, needed: bool = False) -> Iterator[Keyword]:
    for name in names.split():
        yield Keyword(name, "time", needed=needed)


_YES_NO = ("YES", "NO")

HEADER = (
    *_times("CREATION_DATE", needed=True),
    *_texts("ORIGINATOR", needed=True),
    *_texts("MESSAGE_FOR"),
    *_texts("MESSAGE_ID", needed=True),
)

RELATIVE_POSITION = tuple(_numbers("m", "RELATIVE_POSITION_R RELATIVE_POSITION_T RELATIVE_POSITION_N"))
RELATIVE_VELOCITY = tuple(_numbers("m/s", "RELATIVE_VELOCITY_R RELATIVE_VELOCITY_T RELATIVE_VELOCITY_N"))

RELATIVE = (
    *_times("TCA", needed=True),
    *_numbers("m", "MISS_DISTANCE", needed=True, low=0.0),
    *_numbers("m/s", "RELATIVE_SPEED", low=0.0),
    *RELATIVE_POSITION,
    *RELATIVE_VELOCITY,
    *_times("START_SCREEN_PERIOD STOP_SCREEN_PERIOD"),
    Keyword("SCREEN_VOLUME_FRAME", "word", words=("RTN", "TVN")),
    Keyword("SCREEN_VOLUME_SHAPE", "word", words=("ELLIPSOID", "BOX")),
    *_numbers("m", "SCREEN_VOLUME_X SCREEN_VOLUME_Y SCREEN_VOLUME_Z"),
    *_times("SCREEN_ENTRY_TIME SCREEN_EXIT_TIME"),
    Keyword("COLLISION_PROBABILITY", "number", low=0.0, high=1.0),
    Keyword("COLLISION_PROBABILITY_METHOD"),
)

OBJECT_TYPES = ("PAYLOAD", "ROCKET BODY", "DEBRIS", "UNKNOWN", "OTHER")
FRAMES = ("EME2000", "GCRF", "ITRF")
"""A CDM knows no other frame; TEME in particular must be converted first (sky.frames)."""

METADATA = (
    Keyword("OBJECT", "word", needed=True, words=("OBJECT1", "OBJECT2")),
    *_texts("OBJECT_DESIGNATOR CATALOG_NAME OBJECT_NAME INTERNATIONAL_DESIGNATOR", needed=True),
    Keyword("OBJECT_TYPE", "word", words=OBJECT_TYPES),
    *_texts("OPERATOR_CONTACT_POSITION OPERATOR_ORGANIZATION OPERATOR_PHONE OPERATOR_EMAIL"),
    *_texts("EPHEMERIS_NAME", needed=True),
    Keyword("COVARIANCE_METHOD", "word", needed=True, words=("CALCULATED", "DEFAULT")),
    Keyword("MANEUVERABLE", "word", needed=True, words=("YES", "NO", "N/A")),
    Keyword("ORBIT_CENTER", "word", words=("EARTH",)),
    Keyword("REF_FRAME", "word", needed=True, words=FRAMES),
    *_texts("GRAVITY_MODEL ATMOSPHERIC_MODEL N_BODY_PERTURBATIONS"),
    *(Keyword(name, "word", words=_YES_NO) for name in ("SOLAR_RAD_PRESSURE", "EARTH_TIDES", "INTRACK_THRUST")),
)

OD_PARAMETERS = (
    *_times("TIME_LASTOB_START TIME_LASTOB_END"),
    *(Keyword(name, "number", "d", low=0.0, open_low=True) for name in ("RECOMMENDED_OD_SPAN", "ACTUAL_OD_SPAN")),
    *(Keyword(name, "count") for name in ("OBS_AVAILABLE", "OBS_USED", "TRACKS_AVAILABLE", "TRACKS_USED")),
    Keyword("RESIDUALS_ACCEPTED", "number", "%", low=0.0, high=100.0),
    Keyword("WEIGHTED_RMS", "number", low=0.0),
)

ADDITIONAL_PARAMETERS = (
    *_numbers("m**2", "AREA_PC AREA_DRG AREA_SRP", low=0.0),
    *_numbers("kg", "MASS", low=0.0),
    *_numbers("m**2/kg", "CD_AREA_OVER_MASS CR_AREA_OVER_MASS", low=0.0),
    *_numbers("m/s**2", "THRUST_ACCELERATION"),
    *_numbers("W/kg", "SEDR", low=0.0),
)

STATE = (*_numbers("km", "X Y Z", needed=True), *_numbers("km/s", "X_DOT Y_DOT Z_DOT", needed=True))

_AXES = ("R", "T", "N", "RDOT", "TDOT", "NDOT")
COVARIANCE_TERMS = tuple(tuple(f"C{row}_{column}" for column in _AXES[: k + 1]) for k, row in enumerate(_AXES))
"""The lower triangle, row by row: CR_R; CT_R, CT_T; ... CNDOT_NDOT."""
POSITION_TERMS = tuple(term for row in COVARIANCE_TERMS[:3] for term in row)

_UNIT_OF_AXIS: Mapping[str, tuple[int, int, int]] = {  # powers of metre, kilogram and second, as they appear in a product
    **dict.fromkeys(("R", "T", "N"), (1, 0, 0)),
    **dict.fromkeys(("RDOT", "TDOT", "NDOT"), (1, 0, 1)),
    **dict.fromkeys(("DRG", "SRP"), (2, 1, 0)),
    "THR": (1, 0, 2),
}


def _covariance_unit(row: str, column: str) -> str:
    """The unit of one term: m**2, m**2/s, ... m**3/(kg*s**2), as the standard writes it."""
    metres, kilograms, seconds = (a + b for a, b in zip(_UNIT_OF_AXIS[row], _UNIT_OF_AXIS[column], strict=True))
    below = [name if power == 1 else f"{name}**{power}" for name, power in (("kg", kilograms), ("s", seconds)) if power]
    under = f"/({'*'.join(below)})" if len(below) > 1 else f"/{below[0]}" if below else ""
    return f"m**{metres}{under}"


def _covariance() -> Iterator[Keyword]:
    axes = (*_AXES, "DRG", "SRP", "THR")
    for k, row in enumerate(axes):
        for column in axes[: k + 1]:
            yield Keyword(f"C{row}_{column}", "number", _covariance_unit(row, column), row in _AXES)


COVARIANCE = tuple(_covariance())

MESSAGE_KEYWORDS: Mapping[str, Keyword] = {k.name: k for k in (*HEADER, *RELATIVE)}
DATA_SECTIONS: Mapping[str, tuple[Keyword, ...]] = {
    "odParameters": OD_PARAMETERS,
    "additionalParameters": ADDITIONAL_PARAMETERS,
    "stateVector": STATE,
    "covarianceMatrix": COVARIANCE,
}
"""What follows the metadata of an object, by the name that it has in XML."""
OBJECT_KEYWORDS: Mapping[str, Keyword] = {k.name: k for k in (*METADATA, *(k for s in DATA_SECTIONS.values() for k in s))}
