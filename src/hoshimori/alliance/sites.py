"""Ground sites from TOML: declared by a user, or public stations built in; every mistake comes back together.

sites(text, "mine.toml")     # rows [[site]]
sites_named("ilrs")          # the laser ranging stations of the ILRS, or the path of a .toml file
sites_named("slr-7839")      # one station of a built-in list
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Mapping
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path
from typing import Any

from hoshimori.alliance.rows import rows_of, text_of
from hoshimori.alliance.rules import LIST_RULES, Rule
from hoshimori.declared.sites import KINDS, Site
from hoshimori.errors import UsageError

_LISTS = files("hoshimori.alliance") / "lists"
BUILT_IN = ("ilrs",)


def _number(v: object, low: float, high: float) -> bool:
    return isinstance(v, int | float) and not isinstance(v, bool) and math.isfinite(v) and low <= v <= high


SITE_RULES: Mapping[str, Rule] = {
    "id": Rule(LIST_RULES["id"].holds, LIST_RULES["id"].expected, needed=True),
    "name": Rule(lambda v: isinstance(v, str) and v.strip() != "", "what the place is called, not empty", needed=True),
    "name_ja": Rule(lambda v: isinstance(v, str), 'text in "double quotes"'),
    "kind": Rule(lambda v: v in KINDS, f"one of {', '.join(KINDS)}", needed=True),
    "lat_deg": Rule(lambda v: _number(v, -90.0, 90.0), "geodetic latitude, degrees north, -90 to 90", needed=True),
    "lon_deg_e": Rule(lambda v: _number(v, -180.0, 360.0), "degrees east, -180 to 360", needed=True),
    "height_m": Rule(lambda v: _number(v, -1000.0, 9000.0), "metres above the WGS 84 ellipsoid, -1000 to 9000"),
    "source": Rule(lambda v: isinstance(v, str) and v.strip() != "", "where the row's facts come from, not empty", needed=True),
    "grade": Rule(
        lambda v: isinstance(v, str) and re.fullmatch(r"[A-F][1-6]", v) is not None,
        'an Admiralty grade: reliability A-F and credibility 1-6, such as "B2"',
        needed=True,
    ),
    "min_elevation_deg": Rule(lambda v: _number(v, 0.0, 89.0), "degrees above the horizon, 0 to 89"),
    "max_range_km": Rule(lambda v: _number(v, 1e-3, 1e6), "km, above 0 and up to 1,000,000"),
    "note": Rule(lambda v: isinstance(v, str), 'text in "double quotes"'),
}


def sites(text: str, file: str) -> tuple[Site, ...]:
    """The sites of one TOML text, in its order.

    Raises UsageError where the text is not TOML or holds a mistake: all of them are named, each with row, field, value and what
    was expected. Nothing of a file with a mistake is used.
    """
    rows = rows_of(text, file, "site", SITE_RULES)
    return tuple(site_of(row) for row in rows)


def sites_named(name_or_path: str | Path) -> tuple[Site, ...]:
    """Sites by built-in list ("ilrs"), by the id of one built-in site ("slr-7839"), or by the path of a TOML file."""
    name = str(name_or_path)
    if name in BUILT_IN:
        return built_in(name)
    path = Path(name_or_path).expanduser()
    if path.is_file():
        return sites(text_of(path), str(path))
    known = {s.site_id: s for one in BUILT_IN for s in built_in(one)}
    if name in known:
        return (known[name],)
    if isinstance(name_or_path, Path) or name.endswith(".toml") or os.sep in name:
        what = "is a folder, not a file" if path.is_dir() else "no such file"
        raise UsageError(f"sites {path}: {what}; expected a .toml file with rows [[site]]")
    near = get_close_matches(name, [*BUILT_IN, *known], n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    raise UsageError(f"no site {name!r}: built in are {', '.join(BUILT_IN)} and its stations; or give a .toml file{hint}")


def built_in(name: str) -> tuple[Site, ...]:
    """One built-in list."""
    return sites((_LISTS / f"sites-{name}.toml").read_text(encoding="utf-8"), f"sites-{name} (built in)")


def site_of(row: Mapping[str, Any]) -> Site:
    """One row that keeps SITE_RULES, or the site of a sensor's row."""
    longitude = float(row["lon_deg_e"])
    reach = row.get("max_range_km")
    return Site(
        site_id=row["id"],
        name=row["name"],
        name_ja=row.get("name_ja") or row["name"],
        kind=row["kind"],
        lat_deg=float(row["lat_deg"]),
        lon_deg_e=longitude - 360.0 if longitude > 180.0 else longitude,
        height_m=float(row.get("height_m", 0.0)),
        source=row["source"],
        grade=row["grade"],
        min_elevation_deg=float(row.get("min_elevation_deg", 10.0)),
        max_range_km=None if reach is None else float(reach),
        note=row.get("note", ""),
    )
