"""What each indicator weighs: the table that both readings of an incident are taken from, written down before any case was
scored.

Three files beside this one. indicators.toml defines what can be seen, weights.toml says twice what each indicator weighs (a
mark of consistency, a frequency), priors.toml says what comes before the evidence for each kind of incident. `Table.version` is
a digest of the three, so that a judgement names the table that it was made with. Why the numbers are what they are:
design/nature.md."""

from __future__ import annotations

import difflib
import hashlib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, TypeVar

from hoshimori.errors import UsageError
from hoshimori.judgements import HYPOTHESES, Item

T = TypeVar("T")
Range = tuple[float, float, float]
"""low, value, high: beyond low and high the author of the number would be surprised."""

MARKS = ("CC", "C", "N", "I", "II")
SOURCES = ("measured: ", "published: ", "judged: ")
FLOOR = 0.01
"""No share in the table lies outside FLOOR to 1 - FLOOR: nothing seen may rule a hypothesis out alone (Cromwell's rule;
judged)."""
OTHER = "other"
_WEIGHING = ("indicators.toml", "weights.toml", "priors.toml")


@dataclass(frozen=True, slots=True)
class Indicator:
    """Something that can be seen, or looked for and not found. `group`: indicators of one group speak of one underlying fact."""

    id: str
    group: str
    seen: str
    seen_ja: str


@dataclass(frozen=True, slots=True)
class Weight:
    """What an indicator weighs: `marks` where it was seen, `marks_absent` where it was looked for and not found, and `p`, the
    share of incidents of each hypothesis in which it is seen when somebody looks."""

    indicator: str
    marks: Mapping[str, str]
    marks_absent: Mapping[str, str]
    p: Mapping[str, Range]
    source: str

    def marks_of(self, seen: bool) -> Mapping[str, str]:
        return self.marks if seen else self.marks_absent


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of incident. `signs`: any of them seen names it. `given`: what its name already says. `questions`: what to look
    for."""

    kind: str
    signs: tuple[str, ...]
    given: frozenset[str]
    questions: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True)
class Table:
    """Everything that is weighed. `kinds` in the order in which they are tried, `other` last."""

    indicators: Mapping[str, Indicator]
    weights: Mapping[str, Weight]
    priors: Mapping[str, Mapping[str, Range]]
    kinds: Mapping[str, Kind]
    version: str

    def kind_of(self, items: Iterable[Item]) -> str:
        """The kind of an incident: the first of whose signs one was seen, else `other`."""
        seen = {i.indicator for i in items if i.seen}
        return next((k.kind for k in self.kinds.values() if seen.intersection(k.signs)), OTHER)


def table(folder: Path | None = None) -> Table:
    """The table that ships, or one from a folder that holds the same four files."""
    return _built_in() if folder is None else _read(folder)


def check_item(item: Item, table: Table) -> Item:
    """The item, if the table knows its indicator ("" is carried and not weighed)."""
    if item.indicator and item.indicator not in table.indicators:
        near = difflib.get_close_matches(item.indicator, table.indicators, 3)
        raise UsageError(
            f"item indicator={item.indicator!r}: an indicator of the table"
            + (
                f"; the nearest: {', '.join(near)}"
                if near
                else f", one of its {len(table.indicators)}, or empty for what is not weighed"
            )
        )
    return item


def around(value: float, doubt: float) -> Range:
    """low, value, high of a share whose odds may be off by the factor `doubt`, kept within FLOOR to 1 - FLOOR.

    >>> [round(x, 3) for x in around(0.5, 3.0)]
    [0.25, 0.5, 0.75]
    """
    value = min(max(value, FLOOR), 1.0 - FLOOR)
    odds = value / (1.0 - value)
    low, high = odds / doubt / (1.0 + odds / doubt), odds * doubt / (1.0 + odds * doubt)
    return max(low, FLOOR), value, min(high, 1.0 - FLOOR)


@cache
def _built_in() -> Table:
    return _read(files("hoshimori.assess"))


def _read(folder: Path | Traversable) -> Table:
    content = {name: (folder / name).read_bytes() for name in (*_WEIGHING, "indicators_ja.toml")}
    data = {name: tomllib.loads(text.decode()) for name, text in content.items()}
    ja = data["indicators_ja.toml"]["seen"]
    indicators = {
        row["id"]: Indicator(row["id"], row["group"], row["seen"], str(ja.get(row["id"], "")))
        for row in data["indicators.toml"]["indicator"]
    }
    weights = {row["indicator"]: _weight(row, data["weights.toml"]["columns"]) for row in data["weights.toml"]["weight"]}
    if set(weights) != set(indicators) or set(ja) != set(indicators):
        odd = set(weights).symmetric_difference(indicators) | set(ja).symmetric_difference(indicators)
        raise UsageError(f"table in {folder}: {', '.join(sorted(odd))}: every indicator, and no other, in all files of the table")
    kinds, priors = _kinds(data["priors.toml"], indicators)
    digest = hashlib.sha256(b"\0".join(content[name] for name in _WEIGHING)).hexdigest()[:32]
    return Table(indicators, weights, priors, kinds, digest)


def _weight(row: Mapping[str, Any], columns: list[str]) -> Weight:
    where = f"weight of {row['indicator']}"
    marks, absent = (_columns(where, columns, str(row[name]).split()) for name in ("seen", "absent"))
    for mark in (*marks.values(), *absent.values()):
        if mark not in MARKS:
            raise UsageError(f"{where}: mark {mark!r}: one of {', '.join(MARKS)}")
    return Weight(row["indicator"], marks, absent, _shares(where, row, columns), _source(where, row))


def _kinds(data: Mapping[str, Any], indicators: Mapping[str, Indicator]) -> tuple[dict[str, Kind], dict[str, dict[str, Range]]]:
    kinds, priors = {}, {}
    for row in data["kind"]:
        where = f"prior of {row['kind']}"
        unknown = {*row["signs"], *row["given"], *row["questions"]} - set(indicators)
        if unknown:
            raise UsageError(f"{where}: {', '.join(sorted(unknown))}: indicators of indicators.toml")
        total = sum(row["p"])
        shares = {**row, "p": [p / total for p in row["p"]]}
        priors[row["kind"]] = _shares(where, shares, data["columns"])
        kinds[row["kind"]] = Kind(
            row["kind"], tuple(row["signs"]), frozenset(row["given"]), tuple(row["questions"]), _source(where, row)
        )
    if OTHER not in kinds:
        raise UsageError(f"priors: a kind named {OTHER!r} for what no other kind names")
    return kinds, priors


def _shares(where: str, row: Mapping[str, Any], columns: list[str]) -> dict[str, Range]:
    p, doubt = _columns(where, columns, row["p"]), _columns(where, columns, row["doubt"])
    for h in HYPOTHESES:
        if not (0.0 < p[h] < 1.0 and doubt[h] >= 1.0):
            raise UsageError(f"{where}, {h}: p={p[h]}, doubt={doubt[h]}: 0 < p < 1 and a doubt of 1 or more")
    return {h: around(p[h], doubt[h]) for h in HYPOTHESES}


def _columns(where: str, columns: list[str], values: list[T]) -> dict[str, T]:
    if len(values) != len(HYPOTHESES) or set(columns) != set(HYPOTHESES):
        raise UsageError(f"{where}: {len(values)} values: one for each hypothesis, in the order of `columns`")
    by_name = dict(zip(columns, values, strict=True))
    return {h: by_name[h] for h in HYPOTHESES}


def _source(where: str, row: Mapping[str, Any]) -> str:
    source = str(row["source"])
    if not source.startswith(SOURCES):
        raise UsageError(f"{where}: source {source[:40]!r}: begins with one of {', '.join(map(repr, SOURCES))}")
    return source
