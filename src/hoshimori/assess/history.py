"""What was settled before: adjudicated incidents of the past, one TOML file each, used as situations of known nature.

precedents()                 # all built in, the oldest first; precedents(folder) those of a user
twin(p)                      # the same case without the facts that settled it
counts(precedents())         # how often each indicator held, of how often somebody looked, by nature
nearest(incident, cases)     # the cases that share most answers

The facts were written down before, and by other hands than, what they weigh (see design/nature.md), and from the definitions in
indicators.toml alone. They are real facts about the past; as situations to practise and to score on they carry DataMode.TEST, so
that none of them enters a real assessment. A fact whose source says "from memory" was not looked up again, and is graded B2 at
best. `decisive` marks the facts without which honest people could not have told; a fact that presupposes one of those (whose
launch it was, what the actor had done before, that the accused denied it) is marked with it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import numpy as np

from hoshimori.alliance.rows import mistakes, text_of
from hoshimori.alliance.rules import LIST_RULES, Rule
from hoshimori.assess import evidence_rows
from hoshimori.assess.evidence_rows import moment
from hoshimori.errors import Problem, UsageError
from hoshimori.facts import DataMode
from hoshimori.judgements import HYPOTHESES, Claim, Incident, Item

KINDS = ("break-up", "loss", "interference", "nearness", "re-entry", "illumination", "intrusion", "other")

_QUESTION = {
    "break-up": "Why did it break up?",
    "loss": "Why was it lost or disturbed?",
    "interference": "Where does the interference come from?",
    "nearness": "Why did the other come near?",
    "re-entry": "Why did it come down?",
    "illumination": "Where did the light come from?",
    "intrusion": "Who was inside, if anybody?",
    "other": "What happened?",
}


@dataclass(frozen=True)
class Precedent:
    """One settled incident. `truth`: its nature as adjudicated; `decisive`: ids of items; `split`: the year in which it began."""

    id: str
    title: str
    title_ja: str
    kind: str
    truth: str
    adjudicated_by: str
    incident: Incident
    decisive: frozenset[str]
    split: str


@dataclass(frozen=True)
class Near:
    """A precedent beside an incident: the indicators that both answer alike, and how far apart they are (0 alike, 1 nothing)."""

    precedent: Precedent
    shared: tuple[str, ...]
    distance: float


def precedents(folder: Path | None = None) -> tuple[Precedent, ...]:
    """Every case of a folder of TOML files (None: the built-in ones), the oldest first. UsageError names every mistake of all."""
    return _built_in() if folder is None else _read(folder)


def twin(case: Precedent) -> Precedent:
    """The same case without its decisive items, and without claims about them: what nobody could honestly have settled."""
    gone = {i.indicator for i in case.incident.items if i.item_id in case.decisive}
    items = tuple(i for i in case.incident.items if i.item_id not in case.decisive)
    claims = tuple(c for c in case.incident.claims if c.about not in gone)
    return replace(case, incident=replace(case.incident, items=items, claims=claims), decisive=frozenset())


def counts(cases: Iterable[Precedent]) -> dict[str, dict[str, tuple[int, int]]]:
    """By indicator and nature: in how many cases it held, of those in which somebody looked."""
    out: dict[str, dict[str, tuple[int, int]]] = {}
    for case in cases:
        for item in case.incident.items:
            if item.indicator:
                row = out.setdefault(item.indicator, {})
                seen, looked = row.get(case.truth, (0, 0))
                row[case.truth] = (seen + item.seen, looked + 1)
    return out


def nearest(incident: Incident, cases: Iterable[Precedent], k: int = 3) -> tuple[Near, ...]:
    """The k cases nearest by answers: 1 minus what both answer alike over all that either answers. None that shares nothing."""
    mine = _answers(incident)
    rows = []
    for case in cases:
        theirs = _answers(case.incident)
        shared = tuple(sorted(name for name, _ in mine & theirs))
        if shared:
            rows.append(Near(case, shared, 1.0 - len(shared) / len({n for n, _ in mine | theirs})))
    return tuple(sorted(rows, key=lambda near: (near.distance, near.precedent.id))[:k])


def _answers(incident: Incident) -> set[tuple[str, bool]]:
    return {(i.indicator, i.seen) for i in incident.items if i.indicator}


# ---- reading


def _is_words(pattern: str) -> Rule:
    return Rule(
        lambda v: isinstance(v, list) and all(isinstance(x, str) and re.fullmatch(pattern, x) for x in v),
        f"a list of texts of the form {pattern}, or []",
        needed=True,
    )


def _is_rows(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(row, dict) for row in value)


_WORDS = Rule(lambda v: isinstance(v, str) and v.strip() != "", "text in double quotes, not empty", needed=True)
_MAY_LACK_T = {"t": Rule(evidence_rows.TIME.holds, evidence_rows.TIME.expected)}
_CASE_RULES: Mapping[str, Rule] = {
    "id": Rule(LIST_RULES["id"].holds, LIST_RULES["id"].expected, needed=True),
    "title": _WORDS,
    "title_ja": _WORDS,
    "kind": Rule(lambda v: v in KINDS, f"one of {', '.join(KINDS)}", needed=True),
    "start": Rule(lambda v: isinstance(v, datetime) and v.tzinfo is not None, "a time with its zone", needed=True),
    "stop": Rule(lambda v: isinstance(v, datetime) and v.tzinfo is not None, "a time with its zone", needed=True),
    "subjects": _is_words("[0-9]{1,9}"),
    "owners": _is_words("[A-Z]{3}"),
    "truth": Rule(lambda v: v in HYPOTHESES, f"one of {', '.join(HYPOTHESES)}", needed=True),
    "adjudicated_by": _WORDS,
    "adjudicated_source": _WORDS,
    "sources": Rule(
        lambda v: isinstance(v, dict) and bool(v) and all(isinstance(x, str) and x.strip() for x in v.values()),
        'a table [sources] of short names, such as odqn = "NASA Orbital Debris Quarterly News 11(2)"',
        needed=True,
    ),
    "item": Rule(_is_rows, "rows that begin with [[item]]", needed=True),
    "claim": Rule(_is_rows, "rows that begin with [[claim]]"),
}
_ITEM_RULES: Mapping[str, Rule] = {
    **evidence_rows.ITEM,
    **_MAY_LACK_T,
    "indicator": Rule(lambda v: isinstance(v, str), "an indicator of indicators.toml", needed=True),
    "against": Rule(lambda v: isinstance(v, list) and all(type(x) is int for x in v), "numbers of claims, such as [1]"),
    "decisive": Rule(lambda v: isinstance(v, bool), "true or false"),
}
_CLAIM_RULES: Mapping[str, Rule] = {**evidence_rows.CLAIM, **_MAY_LACK_T}


@cache
def _built_in() -> tuple[Precedent, ...]:
    return _read(files("hoshimori.assess") / "cases")


def _read(folder: Traversable | Path) -> tuple[Precedent, ...]:
    if not folder.is_dir():
        raise UsageError(f"{folder}: no such folder; a history is a folder of TOML files, one case each")
    known = _indicators()
    found: list[Precedent] = []
    problems: list[Problem] = []
    for file in sorted((f for f in folder.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name):
        text = text_of(file) if isinstance(file, Path) else file.read_text(encoding="utf-8")
        table, wrong = _checked(text, file.name, known)
        problems += wrong
        if not wrong:
            found.append(_precedent(table))
    problems += _same_ids(found)
    if problems:
        count = "1 mistake" if len(problems) == 1 else f"{len(problems)} mistakes"
        raise UsageError("\n  ".join([f"{count} in this history; nothing was used:", *map(str, problems)]))
    if not found:
        raise UsageError(f"{folder}: no file ends in .toml; a history is a folder of TOML files, one case each")
    return tuple(sorted(found, key=lambda p: (p.incident.start_utc, p.id)))


def _indicators() -> frozenset[str]:
    table = tomllib.loads((files("hoshimori.assess") / "indicators.toml").read_text(encoding="utf-8"))
    return frozenset(row["id"] for row in table["indicator"])


def _checked(text: str, file: str, known: frozenset[str]) -> tuple[dict[str, Any], list[Problem]]:
    """One text and everything that is wrong with it."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return {}, [Problem(file, None, None, "TOML", str(error), "valid TOML; text stands in double quotes")]
    problems = mistakes(file, None, table, _CASE_RULES)
    items, claims = (rows if _is_rows(rows := table.get(noun, [])) else [] for noun in ("item", "claim"))
    for k, row in enumerate(items, start=1):
        problems += mistakes(file, k, row, _ITEM_RULES)
    for k, row in enumerate(claims, start=1):
        problems += mistakes(file, k, row, _CLAIM_RULES)
    return table, problems or _at_odds(table, file, items, claims, known)


def _at_odds(table: dict[str, Any], file: str, items: list[Any], claims: list[Any], known: frozenset[str]) -> list[Problem]:
    """What is well-formed but does not fit together."""
    out: list[Problem] = []

    def wrong(row: int | None, field: str, value: object, expected: str) -> None:
        out.append(Problem(file, None, row, field, str(value)[:80], expected))

    if f"{table['id']}.toml" != file:
        wrong(None, "id", table["id"], f"the name of its file, {file.removesuffix('.toml')}")
    if table["stop"] < table["start"]:
        wrong(None, "stop", table["stop"], f"a time not before start = {table['start']}")
    sources = table["sources"]
    named: list[tuple[int | None, str]] = [(None, table["adjudicated_source"])]
    named += [(k, row["source"]) for rows in (items, claims) for k, row in enumerate(rows, start=1)]
    for at, source in named:
        if source not in sources:
            wrong(at, "source", source, f"one of the names in [sources]: {', '.join(sources)}")
    for k, claim in enumerate(claims, start=1):
        if claim["about"] and claim["about"] not in known:
            wrong(k, "about", claim["about"], "an indicator of indicators.toml")
    answered: set[str] = set()
    for k, item in enumerate(items, start=1):
        if item["indicator"] not in known:
            wrong(k, "indicator", item["indicator"], "an indicator of indicators.toml")
        if item["indicator"] in answered:
            wrong(k, "indicator", item["indicator"], "one answer to each indicator in a case")
        answered.add(item["indicator"])
        for number in item.get("against", []):
            if not 1 <= number <= len(claims):
                wrong(k, "against", number, f"the number of a claim, 1 to {len(claims)}")
    if not any(item.get("decisive") for item in items):
        wrong(None, "decisive", "", "decisive = true on at least one item")
    return out


def _same_ids(found: list[Precedent]) -> list[Problem]:
    ids = [p.id for p in found]
    return [
        Problem(f"{name}.toml", None, None, "id", name, "an id that no other case has")
        for name in set(ids)
        if ids.count(name) > 1
    ]


def _precedent(table: Mapping[str, Any]) -> Precedent:
    sources, start = table["sources"], moment(table["start"])
    claims = tuple(_claim(row, sources) for row in table.get("claim", []))
    rows = [(_item(row, sources, start, claims), bool(row.get("decisive"))) for row in table["item"]]
    incident = Incident(
        incident_id=table["id"],
        title=table["title"],
        question=_QUESTION[table["kind"]],
        assets=(),
        subjects=tuple(table["subjects"]),
        owners=tuple(table["owners"]),
        start_utc=start,
        stop_utc=moment(table["stop"]),
        opened_utc=start,
        opened_by="history",
        party="",
        alliance="",
        items=tuple(item for item, _ in rows),
        claims=claims,
        data_mode=DataMode.TEST,
    )
    return Precedent(
        id=table["id"],
        title=table["title"],
        title_ja=table["title_ja"],
        kind=table["kind"],
        truth=table["truth"],
        adjudicated_by=f"{table['adjudicated_by']}: {sources[table['adjudicated_source']]}",
        incident=incident,
        decisive=frozenset(item.item_id for item, decisive in rows if decisive),
        split=str(start)[:4],
    )


def _item(row: Mapping[str, Any], sources: Mapping[str, str], start: np.datetime64, claims: tuple[Claim, ...]) -> Item:
    against = [claims[number - 1].claim_id for number in row.get("against", [])]
    made = evidence_rows.item({"t": row["known"], **row}, DataMode.TEST, source=sources[row["source"]], contradicts=against)
    return made if "t" in row else replace(made, t_utc=start)


def _claim(row: Mapping[str, Any], sources: Mapping[str, str]) -> Claim:
    return evidence_rows.claim({"t": row["known"], **row}, DataMode.TEST, source=sources[row["source"]])
