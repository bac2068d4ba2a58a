"""One watchlist from TOML text: every mistake in it comes back together, each with its row, field, value and remedy."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from hoshimori.alliance.rules import ASSET_RULES, GROUP_RULES, LIST_RULES, Rule
from hoshimori.errors import Problem, UsageError
from hoshimori.facts import Asset, Watchlist

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class CoLocation:
    """Satellites that share a slot on purpose, and who says so. `grade` tells a declared slot (A1) from an observed one (C3)."""

    norad_ids: frozenset[int]
    slot_deg_e: float | None
    source: str
    grade: str
    note: str


@dataclass
class Reading:
    """What one file gave, while it is being read: the facts so far and everything wrong so far."""

    file: str
    head: Row = field(default_factory=dict)
    assets: tuple[Asset, ...] = ()
    groups: tuple[CoLocation, ...] = ()
    problems: list[Problem] = field(default_factory=list)

    def wrong(self, row: int | None, name: str, value: object, expected: str) -> None:
        self.problems.append(Problem(self.file, None, row, name, str(value)[:80], expected))


def read(text: str, file: str, built_in: Callable[[str], Reading]) -> Reading:
    """The facts of one TOML text. `built_in` gives the lists that an `include` may name.

    Raises UsageError where the text is not TOML; other mistakes are collected in `problems`.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as e:
        raise UsageError(f"{file}: not valid TOML: {e}; a row begins with [[asset]], text stands in double quotes") from e
    found = Reading(file)
    _check(found, None, table, LIST_RULES)
    found.head = table
    for name in _texts(table.get("include")):
        _include(found, name, built_in)
    included = found.assets
    rows = _rows(table.get("asset"))
    for k, row in enumerate(rows, start=1):
        if _check(found, k, row, ASSET_RULES):
            _asset(found, k, row)
    for k, row in enumerate(_rows(table.get("co_located")), start=1):
        if _check(found, k, row, GROUP_RULES, prefix="co_located."):
            _group(found, k, row)
    _no_twins(found, rows, included)
    return found


def finish(found: Reading) -> Watchlist:
    """The watchlist, or one UsageError that names every mistake."""
    if found.problems:
        count = len(found.problems)
        many = "1 mistake" if count == 1 else f"{count} mistakes"
        raise UsageError("\n  ".join([f"{found.file}: {many} in this watchlist; nothing was used:", *map(str, found.problems)]))
    if not found.assets:
        raise UsageError(f'{found.file}: no assets: add a row [[asset]] with norad_id, or include = ["japan-comms"]')
    head = found.head
    name = head.get("id") or _slug(Path(found.file).stem) or "watchlist"
    as_of = head.get("as_of", "")
    return Watchlist(
        watchlist_id=name,
        title=head.get("title") or name,
        title_ja=head.get("title_ja") or head.get("title") or name,
        as_of=as_of.isoformat() if isinstance(as_of, date) else as_of,
        assets=found.assets,
        co_located=tuple(g.norad_ids for g in found.groups),
        location=found.file,
    )


def _check(found: Reading, row: int | None, table: Mapping[str, Any], rules: Mapping[str, Rule], prefix: str = "") -> bool:
    """Does every value in the table keep its rule? What does not is noted."""
    before = len(found.problems)
    for key, value in table.items():
        rule = rules.get(key)
        if rule is None:
            found.wrong(row, prefix + key, value, f"one of the keys {', '.join(rules)}")
        elif not rule.holds(value):
            found.wrong(row, prefix + key, value, rule.expected)
    for key, rule in rules.items():
        if rule.needed and key not in table:
            found.wrong(row, prefix + key, "", f"{rule.expected} (missing)")
    if "grade" in table and "source" not in table:
        found.wrong(row, prefix + "source", "", "the source that the grade judges (missing)")
    return len(found.problems) == before


def _asset(found: Reading, row: int, t: Row) -> None:
    public = t.get("public_orbit", True)
    norad_id = t.get("norad_id")
    if norad_id is None and public:
        found.wrong(row, "norad_id", "", "a catalogue number, or public_orbit = false where no element sets exist (missing)")
        return
    if norad_id is None and not t.get("name"):
        found.wrong(row, "name", "", "a name, since there is no norad_id to know it by (missing)")
        return
    name = t.get("name") or str(norad_id)
    longitude = t.get("longitude_deg_e")
    made = Asset(
        asset_id=_asset_id(t),
        norad_id=norad_id,
        cospar_id=t.get("cospar_id", ""),
        name=name,
        name_ja=t.get("name_ja") or name,
        operator=t.get("operator", ""),
        orbit=t.get("orbit", ""),
        longitude_deg_e=None if longitude is None else float(longitude) % 360.0,
        public_orbit=public,
        source=t.get("source", "user"),
        grade=t.get("grade", "F6"),
        note=t.get("note", ""),
    )
    found.assets = (*found.assets, made)


def _group(found: Reading, row: int, t: Row) -> None:
    ids = t["norad_ids"]
    if len(set(ids)) != len(ids):
        found.wrong(row, "co_located.norad_ids", ids, "each number once")
    slot = t.get("slot_deg_e")
    group = CoLocation(
        norad_ids=frozenset(ids),
        slot_deg_e=None if slot is None else float(slot) % 360.0,
        source=t.get("source", "user"),
        grade=t.get("grade", "F6"),
        note=t.get("note", ""),
    )
    found.groups = (*found.groups, group)


def _include(found: Reading, name: str, built_in: Callable[[str], Reading]) -> None:
    try:
        other = built_in(name)
    except UsageError as e:
        found.wrong(None, "include", name, f"a built-in list ({e})")
        return
    found.assets += other.assets
    found.groups += other.groups


def _no_twins(found: Reading, rows: list[Row], included: tuple[Asset, ...]) -> None:
    """A catalogue number or an id that stands twice is a mistake, also in a row that is refused for something else."""
    numbers: list[object] = [a.norad_id for a in included]
    names = [a.asset_id for a in included]
    for k, t in enumerate(rows, start=1):
        if t.get("norad_id") is not None and t["norad_id"] in numbers:
            found.wrong(k, "norad_id", t["norad_id"], "a catalogue number that no other row has")
        elif _asset_id(t) in names:
            found.wrong(k, "id", _asset_id(t), "an id (or name) that no other row has")
        numbers.append(t.get("norad_id"))
        names.append(_asset_id(t))


def _asset_id(t: Row) -> str:
    """The id given, else the name before any bracket, else the catalogue number."""
    name = str(t.get("name", "")).partition("(")[0]
    return t.get("id") or _slug(name) or f"norad-{t.get('norad_id')}"


def _rows(value: object) -> list[Row]:
    return [v for v in value if isinstance(v, dict)] if isinstance(value, list) else []


def _texts(value: object) -> list[str]:
    return [v for v in value if isinstance(v, str)] if isinstance(value, list) else []


def _slug(name: str) -> str:
    """Lower-case ASCII letters, digits and hyphens; "" where the name has none of them."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
