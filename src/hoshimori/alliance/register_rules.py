"""What each key of a row of the register may hold, kind by kind, and what must hold between the keys of one row."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from hoshimori.alliance.rules import LIST_RULES, Rule
from hoshimori.errors import Problem

FILES: Mapping[str, str] = {
    "clause": "clauses.toml",
    "commitment": "commitments.toml",
    "claim": "claims.toml",
    "party": "parties.toml",
}
KINDS = tuple(FILES)
PLURALS: Mapping[str, str] = {"clause": "clauses", "commitment": "commitments", "claim": "claims", "party": "parties"}
WORDINGS = ("checked", "unchecked", "paraphrase")
STATUSES: Mapping[str, tuple[str, ...]] = {
    "clause": ("in-force", "statement", "remark", "interpretation", "objection", "non-binding", "comparison"),
    "commitment": ("announced", "open", "done", "unknown"),
    "claim": ("claimed", "explanation", "objection", "denial"),
    "party": ("current", "planned", "former"),
}
COMMITMENT_STATES = ("announced", "due", "overdue-unknown", "open", "done", "unknown")
"""What a commitment can be found to be at a moment; "due" and "overdue-unknown" follow from its date, the others are said."""

_ROW_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*")
_TEXT = Rule(lambda v: isinstance(v, str), 'text in "double quotes"')
_DATE = LIST_RULES["as_of"].holds


def _said(expected: str) -> Rule:
    return Rule(lambda v: isinstance(v, str) and v.strip() != "", expected, needed=True)


def _one_of(names: tuple[str, ...], *, needed: bool = True) -> Rule:
    return Rule(lambda v: v in names, f"one of {', '.join(names)}", needed=needed)


def _texts(expected: str) -> Rule:
    return Rule(lambda v: isinstance(v, list) and all(isinstance(x, str) and x.strip() for x in v), expected)


_DAY = Rule(_DATE, "a date, such as 2023-01-11", needed=True)
_GRADE = Rule(
    lambda v: isinstance(v, str) and re.fullmatch("[A-F][1-6]", v) is not None,
    'an Admiralty grade: reliability A-F and credibility 1-6, such as "B2"',
    needed=True,
)
_IDS = _texts('ids of rows, such as ["T60-V.1"]')

_COMMON: Mapping[str, Rule] = {
    "id": Rule(
        lambda v: isinstance(v, str) and _ROW_ID.fullmatch(v) is not None, "letters, digits, hyphens and dots", needed=True
    ),
    "title": _said("a title in English, not empty"),
    "title_ja": _said("a title in Japanese, not empty"),
    "quote": _said("the wording, short, or a paraphrase where none is at hand; not empty"),
    "quote_ja": _TEXT,
    "wording": _one_of(WORDINGS),
    "wording_ja": _one_of(WORDINGS, needed=False),
    "speaker": _said("who says so, not empty"),
    "speaker_ja": _TEXT,
    "date": _DAY,
    "known": _DAY,
    "source": _said("the publication, not empty"),
    "read_at": _texts("addresses at which it was read"),
    "grade": _GRADE,
    "contradicts": _IDS,
    "note": _TEXT,
    "note_ja": _TEXT,
}
_STATE_RULES: Mapping[str, Rule] = {
    "status": _one_of(STATUSES["commitment"]),
    "date": _DAY,
    "known": _DAY,
    "said_by": _said("who says so, not empty"),
    "source": _said("the publication, not empty"),
    "grade": _GRADE,
}
_STATES = Rule(
    lambda v: isinstance(v, list) and bool(v) and all(isinstance(s, dict) for s in v),
    "one or more [[commitment.history]] with status, date, known, said_by, source and grade",
    needed=True,
)
RULES: Mapping[str, Mapping[str, Rule]] = {
    "clause": {**_COMMON, "status": _one_of(STATUSES["clause"])},
    "commitment": {
        **_COMMON,
        "due": Rule(_DATE, "the last day for it, such as 2025-12-31"),
        "rests_on": _IDS,
        "history": _STATES,
    },
    "claim": {**_COMMON, "status": _one_of(STATUSES["claim"])},
    "party": {
        **_COMMON,
        "status": _one_of(STATUSES["party"]),
        "of": _texts('ids of the parties that it belongs to, such as ["JPN"]'),
        "watchlists": _texts('built-in watchlists or .toml files in this folder, such as ["japan-comms"]'),
        "sensors": _texts('built-in lists of sensors or .toml files in this folder, such as ["public"]'),
    },
}


def within(file: str, k: int, row: Mapping[str, Any]) -> list[Problem]:
    """What must hold between the keys of one row, as far as they hold what they should."""

    def wrong(field: str, value: object, expected: str) -> Problem:
        return Problem(file, None, k, field, str(value)[:80], expected)

    found = []
    if ("quote_ja" in row) != ("wording_ja" in row):
        found.append(wrong("wording_ja", row.get("wording_ja", ""), "given where quote_ja is given, and only there"))
    if "checked" in (row.get("wording"), row.get("wording_ja")) and not row.get("read_at"):
        found.append(wrong("read_at", "", "the address of the text that a checked wording was compared with (missing)"))
    if _before(row.get("known"), row.get("date")):
        found.append(wrong("known", row["known"], f"not before date, {row['date']}: nothing is known before it was said"))
    history = row.get("history", ())
    for n, state in enumerate(history if isinstance(history, list) else (), start=1):
        if isinstance(state, dict):
            found += _state_mistakes(file, k, n, state)
    return found


def _state_mistakes(file: str, k: int, n: int, state: Mapping[str, Any]) -> list[Problem]:
    at = f"history.{n}."
    found = [
        Problem(file, None, k, at + key, str(value)[:80], _STATE_RULES[key].expected)
        if key in _STATE_RULES
        else Problem(file, None, k, at + str(key), str(value)[:80], f"one of the keys {', '.join(_STATE_RULES)}")
        for key, value in state.items()
        if key not in _STATE_RULES or not _STATE_RULES[key].holds(value)
    ]
    found += [
        Problem(file, None, k, at + key, "", f"{r.expected} (missing)") for key, r in _STATE_RULES.items() if key not in state
    ]
    if _before(state.get("known"), state.get("date")):
        found.append(Problem(file, None, k, at + "known", str(state["known"]), f"not before date, {state['date']}"))
    return found


def day(value: object) -> date:
    """A date from TOML, written as a date or as text; only for a value that keeps its rule."""
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def _before(one: object, other: object) -> bool:
    return _DATE(one) and _DATE(other) and day(one) < day(other)
