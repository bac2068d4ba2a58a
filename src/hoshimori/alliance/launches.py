"""Declared launches and classes of rising bodies from TOML; every mistake comes back together.

launches(text, "mine.toml", classes())   # rows [[launch]]
classes()                                # the built-in classes; classes_in(text, file) those of a user
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from difflib import get_close_matches
from importlib.resources import files
from typing import Any

import numpy as np

from hoshimori.alliance.rows import rows_of
from hoshimori.alliance.rules import LIST_RULES, Rule
from hoshimori.declared.launches import AscentClass, Launch
from hoshimori.errors import Problem, UsageError
from hoshimori.facts import DataMode

__all__ = [
    "LONGEST_SIGMA_S",
    "WIDEST",
    "class_named",
    "classes",
    "classes_in",
    "launches",
    "number",
    "sector",
    "zoned",
]

_LISTS = files("hoshimori.alliance") / "lists"
WIDEST = "large"
"""The class of a launch that names none: the widest, so that nothing is excluded by a guess."""
LONGEST_SIGMA_S = 3600.0


def number(low: float, high: float, expected: str, *, needed: bool = False) -> Rule:
    """A finite number in low..high."""

    def holds(v: object) -> bool:
        return isinstance(v, int | float) and not isinstance(v, bool) and math.isfinite(v) and low <= v <= high

    return Rule(holds, expected, needed)


def _is_sector(v: object) -> bool:
    return isinstance(v, list) and len(v) == 2 and all(number(-360.0, 360.0, "").holds(x) for x in v) and v[0] != v[1]


def _is_time(v: object) -> bool:
    if isinstance(v, datetime):
        return v.tzinfo is not None
    try:
        zoned(str(v), "")
    except UsageError:
        return False
    return isinstance(v, str)


TEXT = Rule(lambda v: isinstance(v, str), 'text in "double quotes"')
NAME = Rule(lambda v: isinstance(v, str) and v.strip() != "", "what it is called, not empty", needed=True)
SOURCE = Rule(lambda v: isinstance(v, str) and v.strip() != "", "where the row's facts come from, not empty", needed=True)
GRADE = Rule(
    lambda v: isinstance(v, str) and re.fullmatch(r"[A-F][1-6]", v) is not None,
    'an Admiralty grade: reliability A-F and credibility 1-6, such as "B2"',
    needed=True,
)
SECTOR = Rule(_is_sector, "two different azimuths in degrees, clockwise from the first to the second, such as [330, 20]")

LAUNCH_RULES: Mapping[str, Rule] = {
    "id": Rule(LIST_RULES["id"].holds, LIST_RULES["id"].expected, needed=True),
    "lat_deg": number(-90.0, 90.0, "geodetic latitude, degrees north, -90 to 90", needed=True),
    "lon_deg_e": number(-180.0, 360.0, "degrees east, -180 to 360", needed=True),
    "height_m": number(-1000.0, 20000.0, "metres above the ellipsoid, -1000 to 20000"),
    "t": Rule(_is_time, "a time with its zone, such as 2007-01-11T22:20:00Z or 2007-01-12T07:20:00+09:00", needed=True),
    "sigma_s": number(0.0, LONGEST_SIGMA_S, f"seconds, one sigma of the time, 0 to {LONGEST_SIGMA_S:.0f}"),
    "azimuth_deg": SECTOR,
    "class": TEXT,
    "source": SOURCE,
    "grade": GRADE,
    "data_mode": Rule(lambda v: v in DataMode.__members__, f"one of {', '.join(DataMode.__members__)}"),
    "note": TEXT,
}

CLASS_RULES: Mapping[str, Rule] = {
    "id": Rule(LIST_RULES["id"].holds, LIST_RULES["id"].expected, needed=True),
    "name": NAME,
    "name_ja": TEXT,
    "ceiling_km": number(10.0, 100000.0, "km above the ground, 10 to 100,000", needed=True),
    "acceleration_m_s2": number(10.0, 10000.0, "m/s2 of thrust at most, 10 to 10,000", needed=True),
    "boost_s": number(1.0, 86400.0, "seconds of thrust at most, 1 to 86,400", needed=True),
    "boost_km": number(0.0, 20000.0, "km from the site at most where thrust ends, 0 to 20,000", needed=True),
    "source": SOURCE,
    "grade": GRADE,
    "note": TEXT,
}


def launches(text: str, file: str, known: Mapping[str, AscentClass]) -> tuple[Launch, ...]:
    """The launches of one TOML text. UsageError names every mistake; nothing of a file with one is used."""

    def known_class(file: str, row: int, t: Mapping[str, Any]) -> list[Problem]:
        if t.get("class", WIDEST) in known:
            return []
        return [Problem(file, None, row, "class", str(t["class"])[:80], f"one of {', '.join(known)}")]

    rows = rows_of(text, file, "launch", LAUNCH_RULES, also=known_class, called="launches")
    return tuple(_launch(row, known) for row in rows)


def classes() -> dict[str, AscentClass]:
    """The built-in classes by id."""
    return classes_in((_LISTS / "ascent-classes.toml").read_text(encoding="utf-8"), "ascent-classes (built in)")


def classes_in(text: str, file: str) -> dict[str, AscentClass]:
    """The classes of one TOML text by id."""
    return {row["id"]: _class(row) for row in rows_of(text, file, "class", CLASS_RULES)}


def class_named(name: str, known: Mapping[str, AscentClass]) -> AscentClass:
    """One class; UsageError names those there are."""
    if name in known:
        return known[name]
    near = get_close_matches(name, known, n=1)
    raise UsageError(f"class {name!r}: known are {', '.join(known)}{f'; did you mean {near[0]!r}?' if near else ''}")


def zoned(text: str, what: str) -> np.datetime64:
    """A time that names its zone, as UTC. A clock time without one could be half a day off, and is refused."""
    try:
        t = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise UsageError(f"{what} {text!r}: expected a time with its zone, such as 2007-01-11T22:20:00Z") from error
    if t.tzinfo is None:
        raise UsageError(
            f"{what} {text!r}: no time zone: a launch told in local time would be hours off. Write {text.strip()}Z for UTC, "
            f"or {text.strip()}+09:00 for Japan"
        )
    return utc(t, f"{what} {text!r}")


def utc(t: datetime, what: str) -> np.datetime64:
    """A time with its zone as UTC."""
    try:
        return np.datetime64(t.astimezone(UTC).replace(tzinfo=None), "us")
    except (OverflowError, ValueError) as error:
        raise UsageError(f"{what}: out of the years 1 to 9999") from error


def sector(pair: tuple[float, float]) -> tuple[float, float]:
    """Azimuths brought to 0..360; the sector runs clockwise from the first to the second."""
    return float(pair[0]) % 360.0, float(pair[1]) % 360.0


def _class(row: Mapping[str, Any]) -> AscentClass:
    return AscentClass(
        class_id=row["id"],
        name=row["name"],
        name_ja=row.get("name_ja") or row["name"],
        ceiling_km=float(row["ceiling_km"]),
        acceleration_m_s2=float(row["acceleration_m_s2"]),
        boost_s=float(row["boost_s"]),
        boost_km=float(row["boost_km"]),
        source=row["source"],
        grade=row["grade"],
        note=row.get("note", ""),
    )


def _launch(row: Mapping[str, Any], known: Mapping[str, AscentClass]) -> Launch:
    t, pair = row["t"], row.get("azimuth_deg")
    lon = float(row["lon_deg_e"])
    return Launch(
        launch_id=row["id"],
        lat_deg=float(row["lat_deg"]),
        lon_deg_e=lon - 360.0 if lon > 180.0 else lon,
        height_m=float(row.get("height_m", 0.0)),
        t_utc=utc(t, "t") if isinstance(t, datetime) else zoned(t, "t"),
        sigma_s=float(row.get("sigma_s", 0.0)),
        azimuth_deg=None if pair is None else sector((pair[0], pair[1])),
        body=known[row.get("class", WIDEST)],
        source=row["source"],
        grade=row["grade"],
        data_mode=DataMode[row.get("data_mode", "REAL")],
        note=row.get("note", ""),
    )
