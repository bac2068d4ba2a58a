"""Rows of a TOML text by their rules, for whatever somebody declares: every mistake comes back together, with its remedy."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from hoshimori.alliance.rules import LIST_RULES, Rule
from hoshimori.errors import Problem, UsageError

Row = dict[str, Any]
Check = Callable[[str, int, Row], list[Problem]]
"""What a row must hold besides its rules: file, row, values to the mistakes found."""

HEAD: Mapping[str, Rule] = {key: LIST_RULES[key] for key in ("id", "title", "title_ja", "as_of")}


def rows_of(
    text: str, file: str, noun: str, rules: Mapping[str, Rule], *, also: Check | None = None, called: str = ""
) -> list[Row]:
    """The rows [[noun]] of one text, each by its rules, no id twice. UsageError names every mistake; nothing of it is used then.

    called: what the rows are called in a refusal; the noun with an s, if not given.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as e:
        raise UsageError(f"{file}: not valid TOML: {e}; a row begins with [[{noun}]], text stands in double quotes") from e
    found = table.get(noun)
    rows = [r for r in found if isinstance(r, dict)] if isinstance(found, list) else []
    many = Rule(lambda v: isinstance(v, list) and all(isinstance(r, dict) for r in v), f"rows that begin with [[{noun}]]")
    problems = mistakes(file, None, table, {**HEAD, noun: many})
    for k, row in enumerate(rows, start=1):
        problems += mistakes(file, k, row, rules)
        problems += also(file, k, row) if also is not None else []
    problems += _twins(file, rows)
    plural = called or f"{noun}s"
    if problems:
        count = "1 mistake" if len(problems) == 1 else f"{len(problems)} mistakes"
        raise UsageError("\n  ".join([f"{file}: {count} in these {plural}; nothing was used:", *map(str, problems)]))
    if not rows:
        needed = [k for k, r in rules.items() if r.needed]
        raise UsageError(f"{file}: no {plural}: add a row [[{noun}]] with {', '.join(needed[:-1])} and {needed[-1]}")
    return rows


def mistakes(file: str, row: int | None, table: Mapping[str, Any], rules: Mapping[str, Rule]) -> list[Problem]:
    """Every value that breaks its rule, every unknown key, and everything needed that is missing."""
    found = []
    for key, value in table.items():
        rule = rules.get(key)
        if rule is None:
            found.append(Problem(file, None, row, key, str(value)[:80], f"one of the keys {', '.join(rules)}"))
        elif not rule.holds(value):
            found.append(Problem(file, None, row, key, str(value)[:80], rule.expected))
    missing = [key for key, rule in rules.items() if rule.needed and key not in table]
    return found + [Problem(file, None, row, key, "", f"{rules[key].expected} (missing)") for key in missing]


def _twins(file: str, rows: Sequence[Row]) -> list[Problem]:
    """An id that stands twice."""
    seen: set[object] = set()
    found = []
    for k, row in enumerate(rows, start=1):
        name = row.get("id")
        if isinstance(name, str):
            if name in seen:
                found.append(Problem(file, None, k, "id", name[:80], "an id that no other row has"))
            seen.add(name)
    return found


def text_of(path: Path, what: str = "", hint: str = "") -> str:
    """The text of a file, or a UsageError that says what to do. what: in front of the path; hint: behind the reason."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as e:
        raise UsageError(f"{path}: byte {e.start} is not UTF-8: TOML is always UTF-8; save the file with that encoding") from e
    except OSError as e:
        raise UsageError(f"{what}{path}: cannot be read: {e.strerror}{hint}") from e
