"""What somebody says of a re-entry: when it comes down, in which window, over which point; a prediction, or what has happened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from hoshimori.facts import DataMode

NOT_A_TIME = np.datetime64("NaT", "us")


@dataclass(frozen=True, slots=True)
class DecayMessage:
    """One message about one re-entry, as its author wrote it: a Space-Track TIP record or a CCSDS re-entry data message (RDM).

    `window_s`: seconds before and after `decay_utc` in which the author expects it, with no level stated by either kind.
    lat_deg, lon_deg_e: the point below at `decay_utc`, longitude in [-180, 180], NaN where not given. `direction`: ascending,
    descending or "". `controlled`: yes, no or "" (TIP does not say). `end_height_km`: at which height the author's time is meant;
    NaN where not said (TIP: 10 km, as Space-Track's documentation says; believed).
    """

    norad_id: int | None
    cospar_id: str
    author: str
    message_utc: np.datetime64
    decay_utc: np.datetime64
    window_s: tuple[float, float]
    lat_deg: float = float("nan")
    lon_deg_e: float = float("nan")
    direction: str = ""
    inc_deg: float = float("nan")
    revolution: int | None = None
    controlled: str = ""
    end_height_km: float = float("nan")
    known_utc: np.datetime64 = NOT_A_TIME
    high_interest: bool = False
    data_mode: DataMode = DataMode.REAL
    fields: Mapping[str, str] = field(default_factory=dict)

    @property
    def has_happened(self) -> bool:
        """Was it written after the time that it gives? Then it tells an outcome, good to its window."""
        return bool(self.message_utc >= self.decay_utc)

    @property
    def start_utc(self) -> np.datetime64:
        t: np.datetime64 = self.decay_utc - _seconds(self.window_s[0])
        return t

    @property
    def stop_utc(self) -> np.datetime64:
        t: np.datetime64 = self.decay_utc + _seconds(self.window_s[1])
        return t

    def to_json(self) -> dict[str, Any]:
        """What the evidence of a claim about this object records."""
        return {
            "norad_id": self.norad_id,
            "author": self.author,
            "message": _iso(self.message_utc),
            "decay": _iso(self.decay_utc),
            "window_s": list(self.window_s),
            "lat_deg": _number(self.lat_deg),
            "lon_deg_e": _number(self.lon_deg_e),
            "direction": self.direction,
            "inc_deg": _number(self.inc_deg),
            "controlled": self.controlled,
            "end_height_km": _number(self.end_height_km),
            "known": _iso(self.known_utc),
            "data_mode": self.data_mode.name,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> DecayMessage:
        def number(key: str) -> float:
            return float("nan") if data.get(key) is None else float(data[key])

        before, after = data["window_s"]
        return cls(
            data["norad_id"], "", data["author"], _moment(data["message"]), _moment(data["decay"]), (float(before), float(after)),
            number("lat_deg"), number("lon_deg_e"), data["direction"], number("inc_deg"), None, data["controlled"],
            number("end_height_km"), _moment(data["known"]), False, DataMode[data["data_mode"]],
        )  # fmt: skip


def by_object(messages: Iterable[DecayMessage]) -> dict[int, list[DecayMessage]]:
    """The messages of each numbered object, each once, in the order in which they were written."""
    out: dict[int, dict[tuple[str, str], DecayMessage]] = {}
    for m in messages:
        if m.norad_id is not None:
            out.setdefault(m.norad_id, {})[(m.author, str(m.message_utc))] = m
    return {k: sorted(v.values(), key=lambda m: m.message_utc) for k, v in sorted(out.items())}


def _seconds(s: float) -> np.timedelta64:
    return np.timedelta64(round(s * 1e6), "us")


def _iso(t: np.datetime64) -> str:
    return "" if np.isnat(t) else f"{np.datetime_as_string(t.astype('datetime64[us]'), unit='us')}Z"


def _moment(text: str) -> np.datetime64:
    return np.datetime64(text.rstrip("Z"), "us") if text else NOT_A_TIME


def _number(value: float) -> float | None:
    return None if np.isnan(value) else value
