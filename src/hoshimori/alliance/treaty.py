"""The questions that a treaty asks about an incident, as gates of criteria, read from the folder of an alliance.

    treaty()                       # the built-in alliance, "japan-us"
    treaty("our-alliance/")        # another one: a folder with gates.toml beside its register
    treaty().criterion("security-threatened").clauses

Only the questions are here, who may answer them, and the clauses that each rests on; `assess/threshold.py` finds the answers.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any

from hoshimori.alliance.register import BUILT_IN, Register, Row, register
from hoshimori.alliance.rows import HEAD, mistakes, text_of
from hoshimori.alliance.rules import Rule
from hoshimori.errors import Problem, UsageError

FILE = "gates.toml"
JUDGES = ("machine", "person")


@dataclass(frozen=True, slots=True)
class Criterion:
    """One question. `rule`: the machine's rule that answers it, "" where a person does. `clauses`: ids of rows of the register.

    `facts`: rules whose findings the machine lays beside a person's question. `decides`: whether the gate turns on it.
    """

    id: str
    gate: str
    question: str
    question_ja: str
    judged_by: str
    rule: str = ""
    clauses: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    decides: bool = True


@dataclass(frozen=True, slots=True)
class Gate:
    """Questions that stand together. `human_only`: no answer to them is taken here, from nobody."""

    id: str
    title: str
    title_ja: str
    criteria: tuple[Criterion, ...]
    human_only: bool = False


@dataclass(frozen=True)
class Treaty:
    """The gates of one alliance, the first first. `consultation`: the gate at which the output stops.

    `clauses`: the register's row behind each clause that a criterion names. `parties`: alpha-3. `version`: digest of gates.toml.
    """

    alliance_id: str
    title: str
    title_ja: str
    as_of: str
    parties: tuple[str, ...]
    gates: tuple[Gate, ...]
    consultation: str
    clauses: Mapping[str, Row]
    version: str
    location: str

    @cached_property
    def criteria(self) -> Mapping[str, Criterion]:
        return {c.id: c for gate in self.gates for c in gate.criteria}

    def criterion(self, name: str) -> Criterion:
        """One criterion by its id. UsageError names the nearest ids."""
        if name in self.criteria:
            return self.criteria[name]
        raise UsageError(
            f"criterion {name!r}: no such question in the treaty {self.alliance_id}{did_you_mean(name, self.criteria)}"
        )

    def gate(self, name: str) -> Gate:
        """One gate by its id. UsageError names those there are."""
        for gate in self.gates:
            if gate.id == name:
                return gate
        raise UsageError(f"gate {name!r}: one of {', '.join(g.id for g in self.gates)}")


def treaty(alliance: str | Path = "japan-us") -> Treaty:
    """The questions of a built-in alliance, or of a folder that holds gates.toml beside its register.

    UsageError: no such alliance, a mistake in the file (all of them are named), or a clause that its register does not hold.

    >>> [gate.id for gate in treaty().gates if gate.human_only]
    ['G5']
    """
    rows = register(alliance)
    if rows.location in BUILT_IN:
        text = (files("hoshimori.alliance") / rows.location / FILE).read_text(encoding="utf-8")
        return read(text, f"{rows.location}/{FILE} (built in)", rows)
    path = Path(rows.location) / FILE
    hint = f"; expected the questions of the alliance in a file {FILE} in its folder"
    return read(text_of(path, "gates ", hint), str(path), rows)


def read(text: str, file: str, rows: Register) -> Treaty:
    """The questions in one TOML text, whose clauses are rows of the register given. Nothing of a file with a mistake is used."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as e:
        raise UsageError(f"{file}: not valid TOML: {e}; a gate begins with [[gate]], a question with [[criterion]]") from e
    problems = _mistakes(file, table) or _between(file, table, rows)
    if problems:
        count = "1 mistake" if len(problems) == 1 else f"{len(problems)} mistakes"
        raise UsageError("\n  ".join([f"{file}: {count} in these gates; nothing was used:", *map(str, problems)]))
    criteria = [_criterion(row) for row in table["criterion"]]
    return Treaty(
        alliance_id=rows.alliance_id,
        title=table["title"],
        title_ja=table.get("title_ja", table["title"]),
        as_of=str(table.get("as_of", "")),
        parties=parties_of(rows),
        gates=tuple(_gate(row, criteria) for row in table["gate"]),
        consultation=table["consultation"],
        clauses={name: rows.row(name) for c in criteria for name in c.clauses},
        version=hashlib.sha256(text.encode()).hexdigest(),
        location=rows.location,
    )


def parties_of(rows: Register) -> tuple[str, ...]:
    """The States that are party to an alliance: rows of its parties that belong to no other, by their alpha-3."""
    return tuple(row.row_id for row in rows.rows("party") if not row.of)


def did_you_mean(name: str, known: Mapping[str, object] | list[str]) -> str:
    """The nearest names there are, as the end of a refusal; "" where none is near."""
    same = {k.casefold(): k for k in known}
    begun = [n for n in same if len(name) >= 3 and n.startswith(name.casefold())]
    near = [same[n] for n in dict.fromkeys([*begun, *get_close_matches(name.casefold(), same, n=3)])][:3]
    return f"; did you mean {' or '.join(near)}?" if near else f"; known are {', '.join(same.values())}"


# ---- what each key may hold

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*")
_SAID = Rule(lambda v: isinstance(v, str) and v.strip() != "", "text, not empty", needed=True)
_NAME = Rule(lambda v: isinstance(v, str) and _ID.fullmatch(v) is not None, "letters, digits and hyphens", needed=True)
_RULE_NAME = re.compile(r"[a-z][a-z0-9_]*")
_FLAG = Rule(lambda v: isinstance(v, bool), "true or false")
_TABLES = Rule(lambda v: isinstance(v, list) and bool(v) and all(isinstance(r, dict) for r in v), "one or more rows", needed=True)


def _texts(expected: str) -> Rule:
    return Rule(lambda v: isinstance(v, list) and all(isinstance(x, str) and x.strip() for x in v), expected)


HEAD_RULES: Mapping[str, Rule] = {
    **HEAD,
    "title": _SAID,
    "consultation": Rule(_NAME.holds, "the id of the gate at which the output stops", needed=True),
    "gate": Rule(_TABLES.holds, "one or more rows that begin with [[gate]]", needed=True),
    "criterion": Rule(_TABLES.holds, "one or more rows that begin with [[criterion]]", needed=True),
}
GATE_RULES: Mapping[str, Rule] = {"id": _NAME, "title": _SAID, "title_ja": _SAID, "human_only": _FLAG}
CRITERION_RULES: Mapping[str, Rule] = {
    "id": _NAME,
    "gate": Rule(_NAME.holds, "the id of a gate", needed=True),
    "question": _SAID,
    "question_ja": _SAID,
    "judged_by": Rule(lambda v: v in JUDGES, f"one of {', '.join(JUDGES)}", needed=True),
    "rule": Rule(lambda v: isinstance(v, str) and _RULE_NAME.fullmatch(v) is not None, "the name of a rule of the machine"),
    "clauses": _texts('ids of rows of the register, such as ["T60-IV"]'),
    "facts": _texts('names of rules whose findings stand beside the question, such as ["effect_seen"]'),
    "decides": _FLAG,
}


def _mistakes(file: str, table: Mapping[str, Any]) -> list[Problem]:
    """Every value that breaks its own rule."""
    found = mistakes(file, None, table, HEAD_RULES)
    for noun, rules in (("gate", GATE_RULES), ("criterion", CRITERION_RULES)):
        for k, row in enumerate(_rows(table, noun), start=1):
            found += mistakes(f"{file} [[{noun}]]", k, row, rules)
    return found


def _between(file: str, table: Mapping[str, Any], rows: Register) -> list[Problem]:
    """What must hold between the rows, and between them and the register."""
    gates, criteria = _rows(table, "gate"), _rows(table, "criterion")
    found = [*_twins(f"{file} [[gate]]", gates), *_twins(f"{file} [[criterion]]", criteria)]
    found += _gates_in_order(file, table, gates, criteria)
    closed = {g["id"] for g in gates if g.get("human_only")}
    names = [g["id"] for g in gates]
    for k, row in enumerate(criteria, start=1):
        place = f"{file} [[criterion]]"
        if row["gate"] not in names:
            found.append(Problem(place, None, k, "gate", row["gate"], f"one of the gates {', '.join(names)}"))
        found += _judge(place, k, row, closed)
        found += [p for name in row.get("clauses", ()) for p in _clause(place, k, name, rows)]
    return found


def _gates_in_order(file: str, table: Mapping[str, Any], gates: list[Any], criteria: list[Any]) -> list[Problem]:
    """Each gate asks something; those for people alone come last; the output stops before them."""
    found = []
    place = f"{file} [[gate]]"
    asked = {c["gate"] for c in criteria if c.get("decides", True)}
    for k, row in enumerate(gates, start=1):
        if row["id"] not in asked:
            found.append(Problem(place, None, k, "id", row["id"], "a gate with at least one criterion that decides"))
        if row.get("human_only") and not all(g.get("human_only") for g in gates[k:]):
            found.append(Problem(place, None, k, "human_only", "true", "gates for people alone stand last"))
    if table["consultation"] not in [g["id"] for g in gates if not g.get("human_only")]:
        expected = "the id of a gate that is not for people alone"
        found.append(Problem(file, None, None, "consultation", table["consultation"], expected))
    return found


def _judge(place: str, k: int, row: Mapping[str, Any], closed: set[str]) -> list[Problem]:
    """A machine needs its rule, a person has none; at a gate for people alone no machine answers."""
    rule = row.get("rule", "")
    if row["judged_by"] == "machine" and row["gate"] in closed:
        return [Problem(place, None, k, "judged_by", "machine", "person: its gate is for people alone")]
    if row["judged_by"] == "machine" and not rule:
        return [Problem(place, None, k, "rule", "", "the rule by which the machine answers (missing)")]
    if row["judged_by"] == "person" and rule:
        return [
            Problem(
                place, None, k, "rule", rule, "no rule where a person answers; what the machine may show beside goes to facts"
            )
        ]
    return []


def _clause(place: str, k: int, name: str, rows: Register) -> list[Problem]:
    try:
        row = rows.row(name)
    except UsageError as e:
        return [Problem(place, None, k, "clauses", name, f"a clause of the register ({e})")]
    if row.row_id != name or row.kind != "clause":
        return [Problem(place, None, k, "clauses", name, f"a clause of the register; {row.row_id} is a {row.kind}")]
    return []


def _twins(place: str, rows: list[Any]) -> list[Problem]:
    names = [row["id"] for row in rows]
    return [
        Problem(place, None, k, "id", name, "an id that no other row has")
        for k, name in enumerate(names, start=1)
        if name in names[: k - 1]
    ]


def _rows(table: Mapping[str, Any], noun: str) -> list[Any]:
    value = table.get(noun)
    return [r for r in value if isinstance(r, dict)] if isinstance(value, list) else []


def _criterion(row: Mapping[str, Any]) -> Criterion:
    return Criterion(
        id=row["id"],
        gate=row["gate"],
        question=row["question"],
        question_ja=row["question_ja"],
        judged_by=row["judged_by"],
        rule=row.get("rule", ""),
        clauses=tuple(row.get("clauses", ())),
        facts=tuple(row.get("facts", ())),
        decides=row.get("decides", True),
    )


def _gate(row: Mapping[str, Any], criteria: list[Criterion]) -> Gate:
    own = tuple(c for c in criteria if c.gate == row["id"])
    return Gate(row["id"], row["title"], row["title_ja"], own, row.get("human_only", False))
