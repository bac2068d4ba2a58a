"""Evidence that a person writes down: items and claims of a TOML file, and the template of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hoshimori.alliance.rows import mistakes, text_of
from hoshimori.alliance.rules import Rule
from hoshimori.assess import evidence_rows
from hoshimori.assess.evidence_rows import is_time, moment
from hoshimori.assess.table import Table, check_item, table
from hoshimori.errors import Problem, UsageError
from hoshimori.facts import DataMode
from hoshimori.judgements import CLEAR, Claim, Item, Marking, Tlp

TEMPLATE = """# Evidence about one incident. An item is what was seen, or looked for and not found; a claim is what somebody says.
# hoshimori incident indicators lists what an item can answer. Grades: Admiralty, source A-F, what it says 1-6.

[[item]]
indicator = "second_body_came_by_burns"
seen = true                          # false: somebody looked, and it was not so
statement = "The visitor burned twice on 24 May, 1.2 +- 0.2 m/s in all, before it came near."
source = "Operator's log, 25 May 2026"
grade = "B2"
t = 2026-05-24T06:30:00Z             # when it was true
known = 2026-05-25T09:00:00Z         # when it could have been known
# tlp = "AMBER"                      # CLEAR, GREEN, AMBER, AMBER+STRICT, RED; default CLEAR
# releasable_to = ["JPN", "USA"]     # default: no limit by name

[[claim]]
kind = "denial"                      # accusation, denial, acknowledgement, attribution, objection, retraction
speaker = "Operator of the visitor"
actor = ""                           # who is said to have acted
statement = "The visit was an inspection of our own satellite."
about = "second_body_came_by_burns"  # the indicator that the claim would need, or ""
source = "Press statement, 26 May 2026"
grade = "C3"
t = 2026-05-26T00:00:00Z
known = 2026-05-26T00:00:00Z
"""


@dataclass(frozen=True)
class Evidence:
    """What one file holds."""

    items: tuple[Item, ...]
    claims: tuple[Claim, ...]


_OWN: Mapping[str, Rule] = {
    "contradicts": Rule(lambda v: isinstance(v, list) and all(isinstance(x, str) for x in v), "ids of items or claims"),
    "tlp": Rule(
        lambda v: isinstance(v, str) and v.upper().removeprefix("TLP:").replace("+", "_") in Tlp.__members__,
        "one of CLEAR, GREEN, AMBER, AMBER+STRICT, RED",
    ),
    "releasable_to": Rule(
        lambda v: isinstance(v, list) and all(isinstance(p, str) and len(p) == 3 and p.isalpha() and p.isupper() for p in v),
        'parties as ISO 3166-1 alpha-3, such as ["JPN", "USA"]',
    ),
}
ITEM_RULES: Mapping[str, Rule] = {**evidence_rows.ITEM, **_OWN}
CLAIM_RULES: Mapping[str, Rule] = {**evidence_rows.CLAIM, **_OWN}


def read(path: Path, *, data_mode: DataMode, marking: Marking = CLEAR) -> Evidence:
    """The items and claims of a file. UsageError names every mistake at once; nothing of a file with one is used.

    marking: of rows that say nothing of their own; a row's own marking is joined to it, the strictest wins.
    """
    import tomllib

    try:
        data = tomllib.loads(text_of(path))
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path}: not valid TOML: {error}; see hoshimori incident template") from error
    return from_rows(data, str(path), data_mode=data_mode, marking=marking)


def from_rows(data: Mapping[str, Any], file: str, *, data_mode: DataMode, marking: Marking = CLEAR) -> Evidence:
    """The same from a table that is read already."""
    weights = table()
    rows = {noun: data.get(noun, []) for noun in ("item", "claim")}
    odd = [k for k in data if k not in rows or not _are_rows(data[k])]
    if odd:
        raise UsageError("\n  ".join([f"{file}: nothing was used:", *(str(_odd(file, k, data[k])) for k in odd)]))
    problems: list[Problem] = []
    for noun, rules in (("item", ITEM_RULES), ("claim", CLAIM_RULES)):
        for number, row in enumerate(rows[noun], 1):
            problems += mistakes(file, number, row, rules)
            problems += _unknown(file, number, row, "indicator" if noun == "item" else "about", weights)
            problems += _known_before(file, number, row)
    if problems:
        raise UsageError("\n  ".join([f"{file}: {len(problems)} mistakes; nothing was used:", *map(str, problems)]))
    if not rows["item"] and not rows["claim"]:
        raise UsageError(f"{file}: no evidence: add a row [[item]] or [[claim]]; see hoshimori incident template")
    items = tuple(_item(r, data_mode, marking, weights) for r in rows["item"])
    return Evidence(items, tuple(_claim(r, data_mode, marking) for r in rows["claim"]))


def _are_rows(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(row, dict) for row in value)


def _odd(file: str, key: str, value: object) -> Problem:
    return Problem(file, None, None, key, str(value)[:80], "rows that begin with [[item]] or [[claim]], and nothing else")


def _known_before(file: str, number: int, row: Mapping[str, Any]) -> list[Problem]:
    """Nothing is known before it is true: such an item would enter an assessment of a moment that it comes after."""
    t, known = row.get("t"), row.get("known")
    if not is_time(t) or not is_time(known) or not moment(known) < moment(t):  # type: ignore[arg-type]
        return []
    return [Problem(file, None, number, "known", str(known), f"{t} or later: not before t (a date alone is its first moment)")]


def _unknown(file: str, number: int, row: Mapping[str, Any], key: str, weights: Table) -> list[Problem]:
    from difflib import get_close_matches

    name = row.get(key)
    if not isinstance(name, str) or name == "" or name in weights.indicators:
        return []
    near = get_close_matches(name, weights.indicators, 3)
    expected = f"an indicator; the nearest: {', '.join(near)}" if near else "one of hoshimori incident indicators"
    return [Problem(file, None, number, key, name[:80], expected)]


def _item(row: Mapping[str, Any], data_mode: DataMode, marking: Marking, weights: Table) -> Item:
    joined = marking.with_(_marking(row))
    made = evidence_rows.item(row, data_mode, contradicts=row.get("contradicts", ()), marking=joined)
    return check_item(made, weights)


def _claim(row: Mapping[str, Any], data_mode: DataMode, marking: Marking) -> Claim:
    joined = marking.with_(_marking(row))
    return evidence_rows.claim(row, data_mode, contradicts=row.get("contradicts", ()), marking=joined)


def _marking(row: Mapping[str, Any]) -> Marking:
    parties = row.get("releasable_to")
    return Marking(Tlp.read(str(row.get("tlp", "CLEAR"))), None if parties is None else frozenset(parties))
