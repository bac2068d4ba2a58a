"""Satellites put where a test needs them, and launches to hold against them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from hoshimori.alliance.launches import classes
from hoshimori.catalogue import MemoryView
from hoshimori.declared.launches import Launch, Look, Sensor
from hoshimori.declared.sites import Site
from hoshimori.detect.ascent import Ascent, Settings
from hoshimori.facts import Asset, ElementSets, Watchlist
from hoshimori.findings import Event
from hoshimori.sky import frames, time
from tests.truth import fengyun_2007 as record

MU = 398600.4418
HOUR = np.timedelta64(3600, "s")
MINUTE = np.timedelta64(60, "s")
OLD, TWIN, GEO = record.NORAD_ID, 90001, 90002
T0 = np.datetime64("2026-03-20T12:00:00", "us")


def spot(distance_km: float, azimuth_deg: float = record.AZIMUTH_DEG) -> tuple[float, float]:
    """Latitude and longitude (deg) at a ground distance and azimuth from the site of the record, on a sphere."""
    d, az, lat = distance_km / 6371.0, np.radians(azimuth_deg), np.radians(record.SITE_LAT_DEG)
    up = np.arcsin(np.sin(lat) * np.cos(d) + np.cos(lat) * np.sin(d) * np.cos(az))
    east = np.arctan2(np.sin(az) * np.sin(d) * np.cos(lat), np.cos(d) - np.sin(lat) * np.sin(up))
    return float(np.degrees(up)), float(record.SITE_LON_DEG_E + np.degrees(east))


def over(
    lat_deg: float,
    lon_deg_e: float,
    t_utc: np.datetime64,
    *,
    inc_deg: float,
    height_km: float,
    number: int,
    turn_deg: float = 0.0,
) -> ElementSets:
    """A set of a round orbit that passes over a place heading south at a time; `turn_deg`: so much further along it."""
    inc, lat = np.radians(inc_deg), np.radians(lat_deg)
    u = np.pi - np.arcsin(np.clip(np.sin(lat) / np.sin(inc), -1.0, 1.0)) if inc_deg > 1.0 else 0.0
    east = np.arctan2(np.cos(inc) * np.sin(u), np.cos(u))
    node = np.radians(lon_deg_e) + float(time.gmst_rad(np.array([t_utc]))[0]) - east
    motion = 86400.0 / (2.0 * np.pi) * np.sqrt(MU / (6378.137 + height_km) ** 3)
    return ElementSets.build(
        {
            "norad_id": [number], "epoch_utc": np.array([t_utc - HOUR]), "known_utc": np.array([t_utc - HOUR]),
            "mean_motion_rev_day": [motion], "eccentricity": [1e-4], "inc_deg": [inc_deg], "raan_deg": [np.degrees(node) % 360.0],
            "argp_deg": [0.0], "ma_deg": [(np.degrees(u) + turn_deg - motion / 24.0 * 360.0) % 360.0],
            "name": np.array([f"N{number}"], object),
        }
    )  # fmt: skip


def assets(*numbers: int) -> Watchlist:
    return Watchlist("t", "", "", "", tuple(Asset(str(k), k, "", f"N{k}", "", "", "", None, True, "", "") for k in numbers))


def launch(t_utc: np.datetime64 = T0, *, body: str = "medium", **changed: Any) -> Launch:
    made = Launch("l1", record.SITE_LAT_DEG, record.SITE_LON_DEG_E, 1800.0, t_utc, 0.0, None, classes()[body], "a test", "F6")
    return replace(made, **changed)


def radar(
    lat_deg: float, lon_deg_e: float, *, name: str = "radar", kind: str = "radar", reach_km: float | None = 5000.0, **more: Any
) -> Sensor:
    return Sensor(Site(name, name, name, kind, lat_deg, lon_deg_e, 0.0, "a test", "F6", 3.0, reach_km), **more)


def settings(*launches: Launch, sensors: Sequence[Sensor] = (), **more: Any) -> Settings:
    return Settings(launches=tuple(x.to_json() for x in launches), sensors=tuple(x.to_json() for x in sensors), **more)


def view_of(sets: ElementSets, t_utc: np.datetime64) -> MemoryView:
    return MemoryView(sets, t_utc - 6 * HOUR, t_utc + 12 * HOUR, t_utc + 12 * HOUR)


def ask(given: Settings, sets: ElementSets, t_utc: np.datetime64 = T0, *numbers: int) -> dict[str, Event]:
    """Events by subject, of one launch."""
    chosen = numbers or tuple(np.unique(sets.norad_id).tolist())
    return {e.subject: e for e in Ascent(given).detect(view_of(sets, t_utc), assets(*chosen))}


def minutes(event: Event) -> float:
    """How long the geometry is possible, as told."""
    spans = event.evidence[0].parameters["ascent"]["intervals"]
    return float(sum((_t(s["stop"]) - _t(s["start"])) / MINUTE for s in spans))


def _t(text: str) -> np.datetime64:
    return np.datetime64(text.rstrip("Z"), "us")


def look(t_utc: np.datetime64, r_teme_km: np.ndarray, sigma_km: float) -> Look:
    r = frames.teme_to_itrs(r_teme_km[None], np.zeros((1, 3)), np.array([t_utc]))[0][0]
    return Look(t_utc, (float(r[0]), float(r[1]), float(r[2])), tuple((sigma_km**2 * np.eye(3)).reshape(-1).tolist()))
