"""Small invented incidents for the tests of both readings. None is a case of history."""

from __future__ import annotations

import numpy as np

from hoshimori.facts import DataMode
from hoshimori.judgements import CLEAR, Claim, Incident, Item, Marking

NOON = np.datetime64("2031-05-01T12:00:00", "us")
DAY = np.timedelta64(1, "D")


def item(
    indicator: str,
    seen: bool = True,
    grade: str = "B2",
    *,
    statement: str = "",
    known_utc: np.datetime64 = NOON,
    marking: Marking = CLEAR,
    mode: DataMode = DataMode.REAL,
    method: str = "",
    contradicts: tuple[str, ...] = (),
) -> Item:
    text = statement or f"{indicator}: {seen}"
    return Item(
        indicator,
        seen,
        text,
        "invented",
        grade,
        NOON,
        known_utc,
        method=method,
        contradicts=contradicts,
        marking=marking,
        data_mode=mode,
    )


def claim(statement: str = "They did it.", *, marking: Marking = CLEAR, mode: DataMode = DataMode.REAL) -> Claim:
    return Claim("accusation", "One", "Another", statement, "", "invented", "C3", NOON, NOON, marking=marking, data_mode=mode)


def incident(*items: Item, claims: tuple[Claim, ...] = (), marking: Marking = CLEAR, mode: DataMode = DataMode.REAL) -> Incident:
    return Incident(
        "invented-1", "Invented", "What was it?", (), ("99999",), ("JPN",), NOON, NOON, NOON, "a person", "JPN", "japan-us",
        items=items, claims=claims, marking=marking, data_mode=mode,
    )  # fmt: skip


LOST_QUIETLY = (
    item("service_lost"),
    item("gradual_onset"),
    item("inquiry_inside"),
    item("type_failed_before", grade="A2"),
    item("storm", False),
    item("was_operating"),
)
"""A satellite that wore out, by everything that was looked for."""
