"""Regions from TOML: the built-in ones, or a user's own; every mistake in a file comes back together, with its row and remedy."""

from __future__ import annotations

import math
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from hoshimori.alliance.rows import rows_of, text_of
from hoshimori.alliance.rules import ASSET_RULES, LIST_RULES, Rule
from hoshimori.declared.regions import KINDS, Region, box
from hoshimori.errors import Problem

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
    return tuple(_region(row) for row in rows_of(text, file, "region", _RULES, also=_one_shape))


def built_in_regions() -> tuple[Region, ...]:
    """The public areas that ship with the package, each with its source and grade."""
    text = (files("hoshimori.alliance") / "lists" / "regions.toml").read_text(encoding="utf-8")
    return regions(text, BUILT_IN)


def regions_file(path: str | Path) -> tuple[Region, ...]:
    """The regions of a user's file."""
    place = Path(path).expanduser()
    return regions(text_of(place), str(place))


def _one_shape(file: str, row: int, t: Mapping[str, Any]) -> list[Problem]:
    if ("box" in t) != ("polygon" in t):
        return []
    return [Problem(file, None, row, "box", str(t.get("box", ""))[:80], "either a box or a polygon")]


def _region(t: Mapping[str, Any]) -> Region:
    corners = box(*map(float, t["box"])) if "box" in t else tuple((float(x), float(y)) for x, y in t["polygon"])
    name = t["name"]
    return Region(
        t["id"], name, t.get("name_ja") or name, t.get("kind", "other"), corners, t["source"], t["grade"], t.get("note", "")
    )
