"""Where a radar saw a rising body, from CSV: bytes to places with their covariance, every mistake with its line.

Columns of either kind, a header line first, times with their zone:

    t,lat_deg,lon_deg_e,height_km,sigma_km
    t,site_lat_deg,site_lon_deg_e,site_height_m,range_km,azimuth_deg,elevation_deg,sigma_range_km,sigma_azimuth_deg,sigma_elevation_deg
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping
from datetime import UTC, datetime

import numpy as np

from hoshimori.declared.launches import Look
from hoshimori.errors import FormatError, Problem
from hoshimori.facts import Floats
from hoshimori.sky import frames

PLACES = ("t", "lat_deg", "lon_deg_e", "height_km", "sigma_km")
LOOKS = (
    "t", "site_lat_deg", "site_lon_deg_e", "site_height_m", "range_km", "azimuth_deg", "elevation_deg", "sigma_range_km",
    "sigma_azimuth_deg", "sigma_elevation_deg",
)  # fmt: skip
BOUNDS = {
    "lat_deg": (-90.0, 90.0), "site_lat_deg": (-90.0, 90.0), "lon_deg_e": (-180.0, 360.0), "site_lon_deg_e": (-180.0, 360.0),
    "height_km": (-1.0, 1e5), "site_height_m": (-1000.0, 20000.0), "range_km": (1e-3, 2e5), "azimuth_deg": (-360.0, 360.0),
    "elevation_deg": (-10.0, 90.0), "sigma_km": (1e-4, 1e3), "sigma_range_km": (1e-4, 1e3), "sigma_azimuth_deg": (1e-5, 45.0),
    "sigma_elevation_deg": (1e-5, 45.0),
}  # fmt: skip
LEAST = 3


def read_radar_track(content: bytes, file: str) -> tuple[Look, ...]:
    """The looks of one CSV, by time. FormatError with every mistake: a track that is part wrong is not used."""
    try:
        rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
        named = tuple(rows.fieldnames or ())
        lines = list(enumerate(rows, start=2))
    except (UnicodeDecodeError, csv.Error) as error:
        raise FormatError(f"{file}: not a CSV in UTF-8: {error}") from error
    wanted = LOOKS if set(LOOKS) <= set(named) else PLACES
    if not set(wanted) <= set(named):
        raise FormatError(f"{file}: columns {', '.join(named) or 'none'}: expected {','.join(PLACES)} or {','.join(LOOKS)}")
    problems: list[Problem] = []
    looks = [look for line, row in lines if (look := _look(row, wanted, file, line, problems)) is not None]
    if problems:
        raise FormatError(f"{file}: {len(problems)} mistakes in this track; nothing was used", problems)
    if len(looks) < LEAST:
        raise FormatError(f"{file}: {len(looks)} looks: expected {LEAST} or more")
    looks.sort(key=lambda x: x.t_utc)
    if len({x.t_utc for x in looks}) < len(looks):
        raise FormatError(f"{file}: two looks at the same time: expected each time once")
    return tuple(looks)


def _look(row: Mapping[str, str | None], wanted: tuple[str, ...], file: str, line: int, problems: list[Problem]) -> Look | None:
    before = len(problems)
    t = _time(row["t"] or "", file, line, problems)
    v = {name: _number(name, row[name] or "", file, line, problems) for name in wanted if name != "t"}
    if len(problems) > before or t is None:
        return None
    r, covariance = _seen_from(v) if "range_km" in v else _place(v)
    return Look(t, (float(r[0]), float(r[1]), float(r[2])), tuple(float(x) for x in covariance.reshape(-1)))


def _place(v: Mapping[str, float]) -> tuple[Floats, Floats]:
    r = frames.from_geodetic(np.radians(v["lon_deg_e"]), np.radians(v["lat_deg"]), v["height_km"])
    return r, v["sigma_km"] ** 2 * np.eye(3)


def _seen_from(v: Mapping[str, float]) -> tuple[Floats, Floats]:
    """Range, azimuth from north by east and elevation over the geodetic horizon, with the covariance of the place."""
    lon, lat = math.radians(v["site_lon_deg_e"]), math.radians(v["site_lat_deg"])
    az, el, rho = math.radians(v["azimuth_deg"]), math.radians(v["elevation_deg"]), v["range_km"]
    axes = np.array(
        [
            [-math.sin(lon), math.cos(lon), 0.0],
            [-math.sin(lat) * math.cos(lon), -math.sin(lat) * math.sin(lon), math.cos(lat)],
            [math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)],
        ]
    )
    out = np.array([math.sin(az) * math.cos(el), math.cos(az) * math.cos(el), math.sin(el)]) @ axes
    across = np.array([math.cos(az), -math.sin(az), 0.0]) @ axes
    up = np.array([-math.sin(az) * math.sin(el), -math.cos(az) * math.sin(el), math.cos(el)]) @ axes
    sigmas = np.array(
        [
            v["sigma_range_km"],
            max(rho * math.cos(el), 1e-3) * math.radians(v["sigma_azimuth_deg"]),
            rho * math.radians(v["sigma_elevation_deg"]),
        ]
    )
    basis = np.stack([out, across, up], axis=1)
    return frames.from_geodetic(lon, lat, v["site_height_m"] / 1000.0) + rho * out, basis @ np.diag(sigmas**2) @ basis.T


def _time(text: str, file: str, line: int, problems: list[Problem]) -> np.datetime64 | None:
    expected = "a time with its zone, such as 2026-03-01T00:05:00.25Z"
    try:
        t = datetime.fromisoformat(text.strip())
        if t.tzinfo is not None:
            return np.datetime64(t.astimezone(UTC).replace(tzinfo=None), "us")
    except (ValueError, OverflowError):
        pass
    problems.append(Problem(file, line, None, "t", text[:80], expected))
    return None


def _number(name: str, text: str, file: str, line: int, problems: list[Problem]) -> float:
    low, high = BOUNDS[name]
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not low <= value <= high:
        problems.append(Problem(file, line, None, name, text[:80], f"a number from {low:g} to {high:g}"))
    return value
