"""What an operator says of a link that was not as usual: one report, as it was written, with who says so and since when known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from hoshimori.facts import NOT_A_TIME, DataMode, Floats, KnownBasis
from hoshimori.sky import frames

CARRIER, LOCK, REJECT, OTHER = "carrier to noise", "lost lock", "command reject", "other"
KINDS = (CARRIER, LOCK, REJECT, OTHER)
LINKS = ("up", "down", "")
UNITS: Mapping[str, tuple[str, ...]] = {CARRIER: ("dB", "dBHz"), LOCK: ("s", "1"), REJECT: ("1",), OTHER: ()}
"""Units in which a value of each kind may be given; `OTHER` takes any word. 1 stands for a count."""


@dataclass(frozen=True, slots=True)
class Report:
    """One satellite's link out of order from start to stop (equal: only the start is known), as its operator reports it.

    `value` in `unit` with its one sigma, and what is `usual` for it; NaN where not given. `link`: "up", "down" or "" (not
    known). `beam_deg`: full width at half power of the station's antenna. `site` names the station; its place is NaN where not
    given. `grade` is Admiralty. `known_utc`: when the report was first known, to us or to whoever passed it on.
    """

    norad_id: int
    start_utc: np.datetime64
    stop_utc: np.datetime64
    kind: str  # one of KINDS
    source: str
    grade: str
    known_utc: np.datetime64
    known_basis: KnownBasis = KnownBasis.DECLARED
    value: float = float("nan")
    unit: str = ""
    sigma: float = float("nan")
    usual: float = float("nan")
    link: str = ""
    frequency_hz: float = float("nan")
    site: str = ""
    site_lat_deg: float = float("nan")
    site_lon_deg_e: float = float("nan")
    site_height_m: float = float("nan")
    beam_deg: float = float("nan")
    reporter: str = ""
    data_mode: DataMode = DataMode.REAL
    note: str = ""

    @property
    def placed(self) -> bool:
        """Is it said where the station stands?"""
        return bool(np.isfinite(self.site_lat_deg) and np.isfinite(self.site_lon_deg_e))

    def site_itrs_km(self) -> Floats:
        """(3,) the station in the Earth-fixed frame; NaN where its place is not given. A height not given counts as 0 m."""
        height_km = np.nan_to_num(self.site_height_m) / 1000.0
        if not self.placed:
            return np.full(3, np.nan)
        return frames.from_geodetic(np.radians(self.site_lon_deg_e), np.radians(self.site_lat_deg), height_km)

    def to_json(self) -> dict[str, Any]:
        """Every field that is known: what the settings of a detector record."""
        out: dict[str, Any] = {}
        for name in self.__slots__:
            value = getattr(self, name)
            if isinstance(value, np.datetime64):
                out[name] = f"{np.datetime_as_string(value.astype('datetime64[us]'), unit='us')}Z"
            elif isinstance(value, DataMode | KnownBasis):
                out[name] = value.name
            elif not (isinstance(value, float) and np.isnan(value)) and value != "":
                out[name] = value
        return out

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Report:
        """The inverse of `to_json`."""
        value = dict(data)
        for name in ("start_utc", "stop_utc", "known_utc"):
            value[name] = np.datetime64(str(value[name]).rstrip("Z"), "us") if value.get(name) else NOT_A_TIME
        value["data_mode"] = DataMode[str(value.get("data_mode", "REAL"))]
        value["known_basis"] = KnownBasis[str(value.get("known_basis", "DECLARED"))]
        return cls(**value)
