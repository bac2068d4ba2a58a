"""A conjunction message by construction, and what it means that two of them are the same."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np

from hoshimori.facts import ConjunctionMessage, ConjunctionObject
from tests.formats.asserting import only

_POSITION = {"R": 100.0, "T": 400.0, "N": 25.0}
"""Variances [m2] of both objects; the velocity has a millionth of them, and R and T are correlated by a half."""

HEAD = """\
CCSDS_CDM_VERS = 1.0
CREATION_DATE = 2026-05-24T12:00:00
ORIGINATOR = SOMEBODY
MESSAGE_FOR = KIRAMEKI
MESSAGE_ID = 2026-1
TCA = 2026-05-26T03:04:05.678
MISS_DISTANCE = 300 [m]
RELATIVE_SPEED = 10606.6 [m/s]
RELATIVE_POSITION_R = 100.0 [m]
RELATIVE_POSITION_T = 200.0 [m]
RELATIVE_POSITION_N = 200.0 [m]
RELATIVE_VELOCITY_R = 0.0 [m/s]
RELATIVE_VELOCITY_T = -7500.0 [m/s]
RELATIVE_VELOCITY_N = 7500.0 [m/s]
COLLISION_PROBABILITY = 1.25E-04
COLLISION_PROBABILITY_METHOD = FOSTER-1992
COMMENT HBR = 12.5 [m]
"""
"""Object 2 crosses the path of object 1 at a right angle: dr = (0.1, 0.2, 0.2) km, dv = (0, -7.5, 7.5) km/s, dr . dv = 0."""


def half(number: int) -> str:
    """One object, OBJECT1 or OBJECT2."""
    x, v = {1: ((7000.0, 0.0, 0.0), (0.0, 7.5, 0.0)), 2: ((7000.1, 0.2, 0.2), (0.0, 0.0, 7.5))}[number]
    state = [*zip(("X", "Y", "Z"), x, ["km"] * 3, strict=True), *zip(("X_DOT", "Y_DOT", "Z_DOT"), v, ["km/s"] * 3, strict=True)]
    lines = [
        f"OBJECT = OBJECT{number}",
        f"OBJECT_DESIGNATOR = {90000 + number}",
        "CATALOG_NAME = SATCAT",
        f"OBJECT_NAME = KIRAMEKI {number}",
        f"INTERNATIONAL_DESIGNATOR = 2017-00{number}A",
        "OBJECT_TYPE = PAYLOAD",
        "EPHEMERIS_NAME = NONE",
        "COVARIANCE_METHOD = CALCULATED",
        "MANEUVERABLE = YES",
        "REF_FRAME = EME2000",
        f"COMMENT about object {number}",
        "ACTUAL_OD_SPAN = 3.5 [d]",
        "OBS_USED = 120",
        "RESIDUALS_ACCEPTED = 97.8 [%]",
        *(f"{key} = {value} [{unit}]" for key, value, unit in state),
        *covariance(),
    ]
    return "\n".join(lines) + "\n"


def covariance() -> list[str]:
    axes = ["R", "T", "N"]
    lines = []
    for k, row in enumerate([*axes, *(f"{a}DOT" for a in axes)]):
        for column in [*axes, *(f"{a}DOT" for a in axes)][: k + 1]:
            rates = ("DOT" in row) + ("DOT" in column)
            unit = ("m**2", "m**2/s", "m**2/s**2")[rates]
            a, b = row.removesuffix("DOT"), column.removesuffix("DOT")
            size = (_POSITION[a] * _POSITION[b]) ** 0.5 * 1e-3**rates
            share = 1.0 if row == column else 0.5 if {row, column} == {"R", "T"} else 0.0
            lines.append(f"C{row}_{column} = {size * share:.9g} [{unit}]")
    return lines


def kvn(*changes: tuple[str, str], without: tuple[str, ...] = ()) -> str:
    """The message with parts of lines replaced (the first that fits) and keywords left out in both objects."""
    text = HEAD + half(1) + half(2)
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return "".join(line for line in text.splitlines(keepends=True) if line.partition(" =")[0] not in without)


def made(*changes: tuple[str, str]) -> ConjunctionMessage:
    (message,) = only(kvn(*changes)).conjunctions
    return message


def differences(one: ConjunctionMessage | ConjunctionObject, other: ConjunctionMessage | ConjunctionObject) -> list[str]:
    """The fields in which two messages differ; NaN is NaN, and digits count."""
    found = []
    for f in fields(one):
        a, b = getattr(one, f.name), getattr(other, f.name)
        if f.name == "objects":
            found += [f"{k}.{x}" for k in range(2) for x in differences(a[k], b[k])]
        elif not _same(a, b):
            found.append(f.name)
    return found


def _same(a: Any, b: Any) -> bool:
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        return bool(a is not None and b is not None and np.array_equal(a, b, equal_nan=True))
    if isinstance(a, float):
        return bool(a == b or (np.isnan(a) and np.isnan(b)))
    return bool(dict(a) == dict(b)) if hasattr(a, "keys") else bool(a == b)
