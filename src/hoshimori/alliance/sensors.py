"""Sensors that could see a body rise, from TOML: public ones built in, or declared by a user.

sensors(text, "mine.toml")   # rows [[sensor]]: a site, where it looks, and for which cross-section its range is told
sensors_named("public")      # the built-in list, or the path of a .toml file
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from hoshimori.alliance.launches import SECTOR, number, sector
from hoshimori.alliance.rows import rows_of, text_of
from hoshimori.alliance.rules import LIST_RULES, Rule
from hoshimori.alliance.sites import SITE_RULES, site_of
from hoshimori.declared.launches import Sensor

_LISTS = files("hoshimori.alliance") / "lists"
BUILT_IN = ("public",)

SENSOR_RULES: Mapping[str, Rule] = {
    **SITE_RULES,
    "azimuth_deg": SECTOR,
    "since": LIST_RULES["as_of"],
    "rcs_m2": number(1e-6, 1e6, "square metres for which max_range_km holds, above 0"),
}


def sensors(text: str, file: str) -> tuple[Sensor, ...]:
    """The sensors of one TOML text. UsageError names every mistake."""
    return tuple(_sensor(row) for row in rows_of(text, file, "sensor", SENSOR_RULES))


def sensors_named(name_or_path: str | Path) -> tuple[Sensor, ...]:
    """Sensors by built-in list ("public") or by the path of a TOML file."""
    if str(name_or_path) in BUILT_IN:
        return sensors((_LISTS / "sensors.toml").read_text(encoding="utf-8"), "sensors (built in)")
    path = Path(name_or_path).expanduser()
    hint = f"; built in is {BUILT_IN[0]}, or give a .toml file with rows [[sensor]]"
    return sensors(text_of(path, "sensors ", hint), str(path))


def _sensor(row: Mapping[str, Any]) -> Sensor:
    looks, rcs, site = row.get("azimuth_deg"), row.get("rcs_m2"), site_of(row)
    sector_deg = None if looks is None else sector((looks[0], looks[1]))
    return Sensor(site, sector_deg, None if rcs is None else float(rcs), str(row.get("since", "")))
