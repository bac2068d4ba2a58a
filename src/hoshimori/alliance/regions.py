"""Regions from TOML: the built-in ones, or a user's own; every mistake in a file comes back together, with its row and remedy."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from hoshimori.alliance.rules import ASSET_RULES, LIST_RULES, Rule
from hoshimori.declared.regions import KINDS, Region, box
from hoshimori.errors import Problem, UsageError

BUILT_IN = "built-in regions"


def _is_number(v: object) -> bool:
    return isinstance(v, int | float) and not isinstance(v, bool) and math.isfinite(v)


def _is_box(v: object) -> bool:
    if not (isinstance(v, list) and len(v) == 4 and all(map(_is_number, v))):
        return False
    west, south, east, north = v
    return all(-180.0 <= x <= 360.0 for x in (west, east)) and -90.0 <= south < north <= 90.0 and west != east


def _is_polygon(v: object) -> bool:
    if not (isinstance(v, list) and len(v) >= 3):
        return False
    pairs = all(isinstance(p, list) and len(p) == 2 and all(map(_is_number, p)) for p in v)
    if not pairs or not all(-360.0 <= x <= 360.0 and -90.0 <= y <= 90.0 for x, y in v):
        return False
    return max(x for x, _ in v) - min(x for x, _ in v) <= 360.0 and len({tuple(p) for p in v}) >= 3


_RULES: Mapping[str, Rule] = {
    "id": Rule(LIST_RULES["id"].holds, LIST_RULES["id"].expected, needed=True),
    "name": Rule(lambda v: isinstance(v, str) and v.strip() != "", "a name, not empty", needed=True),
    "name_ja": ASSET_RULES["name_ja"],
    "kind": Rule(lambda v: v in KINDS, f"one of {', '.join(KINDS)}"),
    "box": Rule(_is_box, "[west, south, east, north] in degrees, south below north, longitude -180 to 360"),
    "polygon": Rule(_is_polygon, "three or more corners [longitude east, latitude] in degrees, in order around the edge"),
    "source": Rule(ASSET_RULES["source"].holds, ASSET_RULES["source"].expected, needed=True),
    "grade": Rule(ASSET_RULES["grade"].holds, ASSET_RULES["grade"].expected, needed=True),
    "note": ASSET_RULES["note"],
}


def regions(text: str, file: str) -> tuple[Region, ...]:
    """The regions of one TOML text, rows [[region]] with a `box` or a `polygon`; UsageError names every mistake."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as e:
        raise UsageError(f"{file}: not valid TOML: {e}; a row begins with [[region]], text stands in double quotes") from e
    problems: list[Problem] = []
    for key in table:
        if key != "region":
            problems.append(Problem(file, None, None, key, str(table[key])[:80], "rows that begin with [[region]]"))
    rows = table.get("region")
    rows = [r for r in rows if isinstance(r, dict)] if isinstance(rows, list) else []
    found = [_region(k, row, file, problems) for k, row in enumerate(rows, 1)]
    ids = [r.region_id for r in found if r]
    for name in sorted({i for i in ids if ids.count(i) > 1}):
        problems.append(Problem(file, None, None, "id", name, "an id that no other row has"))
    if problems:
        many = "1 mistake" if len(problems) == 1 else f"{len(problems)} mistakes"
        raise UsageError("\n  ".join([f"{file}: {many} in these regions; nothing was used:", *map(str, problems)]))
    if not rows:
        raise UsageError(f"{file}: no regions: add a row [[region]] with id, name, box, source and grade")
    return tuple(r for r in found if r)


def built_in_regions() -> tuple[Region, ...]:
    """The public areas that ship with the package, each with its source and grade."""
    text = (files("hoshimori.alliance") / "lists" / "regions.toml").read_text(encoding="utf-8")
    return regions(text, BUILT_IN)


def regions_file(path: str | Path) -> tuple[Region, ...]:
    """The regions of a user's file."""
    place = Path(path).expanduser()
    try:
        text = place.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as e:
        raise UsageError(f"{place}: byte {e.start} is not UTF-8: TOML is always UTF-8; save the file with that encoding") from e
    except OSError as e:
        raise UsageError(f"{place}: cannot be read: {e.strerror}") from e
    return regions(text, str(place))


def _region(row: int, t: Mapping[str, Any], file: str, problems: list[Problem]) -> Region | None:
    before = len(problems)
    for key, value in t.items():
        rule = _RULES.get(key)
        if rule is None:
            problems.append(Problem(file, None, row, key, str(value)[:80], f"one of the keys {', '.join(_RULES)}"))
        elif not rule.holds(value):
            problems.append(Problem(file, None, row, key, str(value)[:80], rule.expected))
    for key, rule in _RULES.items():
        if rule.needed and key not in t:
            problems.append(Problem(file, None, row, key, "", f"{rule.expected} (missing)"))
    if ("box" in t) == ("polygon" in t):
        problems.append(Problem(file, None, row, "box", str(t.get("box", ""))[:80], "either a box or a polygon"))
    if len(problems) > before:
        return None
    corners = box(*map(float, t["box"])) if "box" in t else tuple((float(x), float(y)) for x, y in t["polygon"])
    name = t["name"]
    return Region(
        t["id"], name, t.get("name_ja") or name, t.get("kind", "other"), corners, t["source"], t["grade"], t.get("note", "")
    )
