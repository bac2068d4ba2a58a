"""Evidence as people write it down in TOML: what a row [[item]] or [[claim]] must hold, and the record that it becomes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import numpy as np

from hoshimori.alliance.rules import Rule
from hoshimori.facts import DataMode
from hoshimori.judgements import CLAIM_KINDS, CLEAR, Claim, Item, Marking


def is_time(value: object) -> bool:
    """A day, or a moment that names its zone: a clock time without one could be half a day off."""
    return value.tzinfo is not None if isinstance(value, datetime) else type(value) is date


def words(expected: str, *, needed: bool = True) -> Rule:
    """Text; not empty where it is needed."""
    return Rule(lambda v: isinstance(v, str) and (v.strip() != "" or not needed), expected, needed)


TIME = Rule(
    is_time, "a date such as 2007-01-23, or a time with its zone and without quotes such as 2007-01-11T22:26:00Z", needed=True
)
GRADE = Rule(
    lambda v: isinstance(v, str) and re.fullmatch("[A-F][1-6]", v) is not None,
    'an Admiralty grade: reliability A-F and credibility 1-6, such as "B2"',
    needed=True,
)
_BOTH: Mapping[str, Rule] = {
    "statement": words("one sentence of fact, as the source would sign it, not empty"),
    "source": words("where it comes from, not empty"),
    "grade": GRADE,
    "t": TIME,
    "known": TIME,
}
ITEM: Mapping[str, Rule] = {
    "indicator": words('an indicator of the table, or "" for what is carried and not weighed', needed=False),
    "seen": Rule(lambda v: isinstance(v, bool), "true, or false where somebody looked and it was not so", needed=True),
    **_BOTH,
}
CLAIM: Mapping[str, Rule] = {
    "kind": Rule(lambda v: v in CLAIM_KINDS, f"one of {', '.join(CLAIM_KINDS)}", needed=True),
    "speaker": words("who says it, not empty"),
    "actor": words('who is said to have acted, or ""', needed=False),
    "about": words('the indicator of the fact that the claim would need, or ""', needed=False),
    **_BOTH,
}


def item(
    row: Mapping[str, Any], data_mode: DataMode, *, source: str = "", contradicts: Sequence[str] = (), marking: Marking = CLEAR
) -> Item:
    """The item of a row that keeps the rules. source: in place of the row's own, where that is a short name."""
    return Item(
        indicator=str(row.get("indicator", "")),
        seen=bool(row["seen"]),
        statement=str(row["statement"]),
        source=source or str(row["source"]),
        grade=str(row["grade"]),
        t_utc=moment(row["t"]),
        known_utc=moment(row["known"]),
        contradicts=tuple(contradicts),
        marking=marking,
        data_mode=data_mode,
    )


def claim(
    row: Mapping[str, Any], data_mode: DataMode, *, source: str = "", contradicts: Sequence[str] = (), marking: Marking = CLEAR
) -> Claim:
    """The claim of a row that keeps the rules."""
    return Claim(
        kind=str(row["kind"]),
        speaker=str(row["speaker"]),
        actor=str(row.get("actor", "")),
        statement=str(row["statement"]),
        about=str(row.get("about", "")),
        source=source or str(row["source"]),
        grade=str(row["grade"]),
        t_utc=moment(row["t"]),
        known_utc=moment(row["known"]),
        contradicts=tuple(contradicts),
        marking=marking,
        data_mode=data_mode,
    )


def moment(value: datetime | date) -> np.datetime64:
    """UTC; a date alone is its first moment."""
    if isinstance(value, datetime):
        return np.datetime64((value.astimezone(UTC) if value.tzinfo else value).replace(tzinfo=None), "us")
    return np.datetime64(value, "us")
