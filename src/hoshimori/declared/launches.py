"""A launch that somebody declares or a sensor saw, what class of body it may be, and which sensors could see it rise.

A class is a bound, not a vehicle: how high its kind comes at most by public record, with wide limits on thrust, on how long it
lasts and on how far downrange it ends. Docs: docs/ascent.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from hoshimori.declared.sites import Site
from hoshimori.facts import DataMode, Floats
from hoshimori.sky import frames

__all__ = ["AscentClass", "Launch", "Look", "Sensor"]


@dataclass(frozen=True, slots=True)
class AscentClass:
    """What bounds one class of rising body. `ceiling_km`: above the ground. `acceleration_m_s2`: of its thrust at most."""

    class_id: str
    name: str
    name_ja: str
    ceiling_km: float
    acceleration_m_s2: float
    boost_s: float
    boost_km: float
    source: str
    grade: str
    note: str = ""

    def to_json(self) -> dict[str, Any]:
        return {f.name: getattr(self, f.name) for f in fields(self)}


@dataclass(frozen=True, slots=True)
class Look:
    """One place where a radar saw the rising body, Earth-fixed (ITRS), with the covariance of that place."""

    t_utc: np.datetime64
    r_itrs_km: tuple[float, float, float]
    covariance_km2: tuple[float, ...]  # nine numbers, row by row

    def to_json(self) -> dict[str, Any]:
        return {"t": _text(self.t_utc), "r_itrs_km": list(self.r_itrs_km), "covariance_km2": list(self.covariance_km2)}

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Look:
        x, y, z = (float(v) for v in told["r_itrs_km"])
        return cls(_time(told["t"]), (x, y, z), tuple(float(v) for v in told["covariance_km2"]))


@dataclass(frozen=True, slots=True)
class Launch:
    """A launch: from where (geodetic, WGS 84), when with one sigma, into which sector of azimuth if known, of which class.

    The sector runs clockwise from the first azimuth to the second, through north where the first is larger. `looks`: a radar
    track, empty where there is none. `site_known` is False where only the track is known: place and time are its last look's.
    """

    launch_id: str
    lat_deg: float
    lon_deg_e: float
    height_m: float
    t_utc: np.datetime64
    sigma_s: float
    azimuth_deg: tuple[float, float] | None
    body: AscentClass
    source: str
    grade: str
    data_mode: DataMode = DataMode.REAL
    note: str = ""
    looks: tuple[Look, ...] = ()
    site_known: bool = True

    def itrs_km(self) -> Floats:
        """(3,) the site in the Earth-fixed frame."""
        return frames.from_geodetic(np.radians(self.lon_deg_e), np.radians(self.lat_deg), self.height_m / 1000.0)

    def to_json(self) -> dict[str, Any]:
        """Every field: what the evidence of a claim about this launch records."""
        return {
            "launch_id": self.launch_id,
            "lat_deg": self.lat_deg,
            "lon_deg_e": self.lon_deg_e,
            "height_m": self.height_m,
            "t": _text(self.t_utc),
            "sigma_s": self.sigma_s,
            "azimuth_deg": None if self.azimuth_deg is None else list(self.azimuth_deg),
            "class": self.body.to_json(),
            "source": self.source,
            "grade": self.grade,
            "data_mode": self.data_mode.name,
            "note": self.note,
            "looks": [look.to_json() for look in self.looks],
            "site_known": self.site_known,
        }

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Launch:
        """The inverse of `to_json`."""
        sector = told["azimuth_deg"]
        return cls(
            told["launch_id"],
            float(told["lat_deg"]),
            float(told["lon_deg_e"]),
            float(told["height_m"]),
            _time(told["t"]),
            float(told["sigma_s"]),
            None if sector is None else (float(sector[0]), float(sector[1])),
            AscentClass(**told["class"]),
            told["source"],
            told["grade"],
            DataMode[told["data_mode"]],
            told["note"],
            tuple(Look.of(x) for x in told["looks"]),
            bool(told["site_known"]),
        )


@dataclass(frozen=True, slots=True)
class Sensor:
    """A site that could see a rising body: where it looks, for which cross-section its range is told (None: not told), and since
    which date it stands there ("": not told, taken as always)."""

    site: Site
    azimuth_deg: tuple[float, float] | None = None
    rcs_m2: float | None = None
    since: str = ""

    def stood(self, t_utc: np.datetime64) -> bool:
        """Was it there at this time, as far as is told?"""
        return not self.since or bool(t_utc >= np.datetime64(self.since, "us"))

    def to_json(self) -> dict[str, Any]:
        sector = None if self.azimuth_deg is None else list(self.azimuth_deg)
        return {"site": self.site.to_json(), "azimuth_deg": sector, "rcs_m2": self.rcs_m2, "since": self.since}

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Sensor:
        sector = told["azimuth_deg"]
        pair = None if sector is None else (float(sector[0]), float(sector[1]))
        return cls(Site(**told["site"]), pair, told["rcs_m2"], told["since"])


def _text(t_utc: np.datetime64) -> str:
    return f"{np.datetime_as_string(t_utc.astype('datetime64[us]'), unit='us')}Z"


def _time(text: str) -> np.datetime64:
    return np.datetime64(str(text).rstrip("Z"), "us")
