"""How a brief reads an assessment: by path, with what is withheld in its place and never guessed.

A part that a reader may not have stands in the JSON as {"withheld": {"sha256": ..., "marking": ...}}, and on the page as
"withheld, TLP:AMBER // REL TO JPN". `Reader.at` gives such a part as `Hidden`, a text that says so; whatever lies inside it
is hidden too.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hoshimori.assess.estimative import graded, percent
from hoshimori.doors.words import JST
from hoshimori.errors import UsageError
from hoshimori.findings import iso
from hoshimori.judgements import CLEAR, Marking, strictest

SCHEMA = "hoshimori.assessment/1"
UNSEEN = "\N{REPLACEMENT CHARACTER}"
SHORT = 8
"""Digits of an id that is named on a page but stands for nothing that this reader has."""


class Hidden(str):
    """What stands on the page in place of a part that this reader may not have."""

    __slots__ = ()


@dataclass(frozen=True)
class Reader:
    """One assessment read in one language. `w`: the words; `numbers`: E1, E2 ... of items, C1, C2 ... of claims, by their ids."""

    w: Mapping[str, str]
    lang: str
    tree: Mapping[str, Any]
    numbers: Mapping[str, str]

    def at(self, node: Any, *path: str) -> Any:
        """What lies there; `Hidden` where it, or anything around it, is withheld. UsageError where there is no such place."""
        node = self.shown(node)
        for key in path:
            if isinstance(node, Hidden):
                return node
            if not isinstance(node, Mapping) or key not in node:
                raise UsageError(f"assessment field {'.'.join(path)}: expected in {SCHEMA}, and it is missing")
            node = self.shown(node[key])
        return node

    def shown(self, node: Any) -> Any:
        marking = withheld(node)
        return node if marking is None else Hidden(self.w["brief withheld"].format(marking=marking.text))

    def rows(self, node: Any, *path: str) -> list[Any]:
        """The elements of a list there, each as `at` gives it; none where the list itself is withheld (see `note`)."""
        found = self.at(node, *path)
        return [] if isinstance(found, Hidden) else [self.shown(row) for row in found]

    def note(self, node: Any, *path: str) -> str:
        """Why a list is not shown, "" where it is."""
        found = self.at(node, *path)
        return found if isinstance(found, Hidden) else ""

    def text(self, node: Any, *path: str, say: Callable[[Any], str] = str) -> str:
        """What lies there as text, safe to print: its own words, or those that say that it is withheld or not stated."""
        found = self.at(node, *path)
        if isinstance(found, Hidden):
            return found
        return self.w["brief not stated"] if found in ("", None) else clean(say(found))

    def word(self, kind: str, node: Any, *path: str) -> str:
        """The word of this language for a value; the value itself where there is none."""
        return self.text(node, *path, say=lambda v: self.w.get(f"{kind} {v}", str(v)))

    def time(self, node: Any, *path: str) -> str:
        """2026-05-30 18:34 UTC (2026-05-31 03:34 JST)"""
        return self.text(node, *path, say=self.moment)

    def moment(self, value: str) -> str:
        utc, jst = (t.replace("T", " ") for t in (iso(read_time(value))[:16], iso(read_time(value) + JST)[:16]))
        return f"{utc} UTC ({jst[11:] if utc[:10] == jst[:10] else jst} JST)"

    def grade(self, node: Any, *path: str) -> str:
        return self.text(node, *path, say=lambda v: graded(v, language=self.lang))

    def percent(self, node: Any, *path: str) -> str:
        return self.text(node, *path, say=lambda v: unbroken(percent(float(v), self.lang)))

    def number(self, name: Any) -> str:
        """E3 or C1 for an id; of one that stands for nothing here, its first digits: what it names is withheld or left out."""
        if isinstance(name, Hidden):
            return name
        return self.numbers.get(str(name)) or clean(f"{str(name)[:SHORT]}…")

    def listed(self, names: Sequence[str]) -> str:
        return ("、" if self.lang == "ja" else ", ").join(names) or self.w["brief none"]

    def portion(self, node: Any) -> str:
        """The marking of one record, "" where everybody may read it."""
        if isinstance(node, Hidden) or "marking" not in node:
            return ""
        marking = Marking.from_json(node["marking"])
        return "" if marking == CLEAR else marking.text


def reader(tree: Mapping[str, Any], w: Mapping[str, str], lang: str) -> Reader:
    """UsageError where this is no assessment, or where what no reader may be without is withheld."""
    if tree.get("schema") != SCHEMA:
        raise UsageError(f"assessment schema={tree.get('schema')!r}: a brief is made from {SCHEMA}")
    plain = Reader(w, lang, tree, {})
    for key in ("as_of", "made", "marking", "data_mode"):
        if isinstance(plain.at(tree, key), Hidden):
            raise UsageError(f"assessment field {key}: withheld; a brief cannot be without it")
    numbers = {}
    for letter, key in (("E", "items"), ("C", "claims")):
        for k, row in enumerate(plain.rows(tree, key), start=1):
            if not isinstance(row, Hidden):
                numbers[str(plain.at(row, "id"))] = f"{letter}{k}"
    return Reader(w, lang, tree, numbers)


def withheld(node: Any) -> Marking | None:
    """The marking of a part that was withheld, None for a part that is there."""
    if isinstance(node, Mapping) and set(node) == {"withheld"}:
        return Marking.from_json(node["withheld"]["marking"])
    return None


def banner(tree: Mapping[str, Any]) -> Marking:
    """The marking of the page: the strictest of the record's own and of every part that is shown on it."""
    return strictest(_markings(tree))


def _markings(node: Any) -> Iterator[Marking]:
    if isinstance(node, Mapping):
        if withheld(node) is not None:
            return
        named = node.get("markings")
        yield from (Marking.from_json(m) for k, m in (named or {}).items() if k in node and withheld(node[k]) is None)
        for key, value in node.items():
            if key == "marking" and isinstance(value, Mapping) and "tlp" in value:
                yield Marking.from_json(value)
            else:
                yield from _markings(value)
    elif isinstance(node, list | tuple):
        for value in node:
            yield from _markings(value)


def clean(text: str) -> str:
    """A text without what would act on the page instead of standing on it: control characters and changes of direction."""
    kept = ("\n", "\t")
    return "".join(c if c in kept or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co") else UNSEEN for c in text).strip()


def unbroken(text: str) -> str:
    """A text of which no line ends within a share in percent."""
    return re.sub(r"(below|above) (?=\d)| (?=%)", lambda m: f"{m[1] or ''}\N{NO-BREAK SPACE}", text)


def read_time(value: str) -> np.datetime64:
    try:
        return np.datetime64(str(value).rstrip("Z"), "us")
    except ValueError as e:
        raise UsageError(f"assessment time {value!r}: expected UTC as 2026-05-30T12:34:56Z") from e
