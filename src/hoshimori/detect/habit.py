"""What is usual for one object, as nouns: spells, a pattern in a few numbers, and how far it has left that pattern."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from hoshimori.facts import DataMode
from hoshimori.findings import Quantity, Reason, iso

CANNOT_TELL = "cannot tell"
REGIMES = ("LEO", "MEO", "GEO", "IGSO", "HEO")
SPELL_KINDS = (
    "slot",  # GEO, IGSO: remains within a band of longitude
    "relocation",  # GEO, IGSO: moves from one slot to another
    "drift",  # GEO, IGSO: moves along the ring, from or to where the record does not say
    "level",  # elsewhere: the mean semi-major axis remains within a band
    "rising",  # elsewhere: the mean semi-major axis grows
    "falling",  # elsewhere: it shrinks
)
MODES = (
    "CK",  # kept by separate burns
    "EK",  # kept, with no burn seen singly
    "NK",  # left to nature
    "kept",
    "free",
    CANNOT_TELL,
)
"""CK, EK and NK are the words of the SPLID challenge (MIT ARCLab, 2024), where they name the engine: chemical, electric, none.
Element sets show only the shape of the motion, so CK means steps here and EK none: chemical burns every day look like EK."""
LABELS = (
    "relocation",  # drifts faster than any band allows
    "left its slot",
    "left the ring",  # out of the synchronous region, up or down
    "drift changed",  # what nature moves has been pushed
    "stopped in a slot",  # what drifted stands still
    "station-keeping ceased",
    "plane no longer kept",
    "plane changed",  # a step of the orbit plane unlike any before
    "left its altitude",
    "left its ground track",
)


@dataclass(frozen=True, slots=True)
class Spell:
    """One stretch of the record in which one thing holds. `kind`: one of SPELL_KINDS.

    longitude_deg_e: the middle of the band (slot) or where the move ended, 0 to 360; None outside GEO and IGSO, where `sma_km`
    is the middle of the band instead. half_width: half the width of the band, degrees of longitude or km. rate: mean drift,
    deg/day east or km/day up. `sets`: how many it stands on.
    """

    kind: str
    start_utc: np.datetime64
    stop_utc: np.datetime64
    longitude_deg_e: float | None
    sma_km: float | None
    half_width: float
    rate: float
    sets: int

    @property
    def days(self) -> float:
        return float((self.stop_utc - self.start_utc) / np.timedelta64(86_400_000_000, "us"))

    def to_json(self) -> dict[str, Any]:
        east = self.longitude_deg_e is not None
        where = {"longitude_deg_e": self.longitude_deg_e} if east else {"sma_km": self.sma_km}
        width = "half_width_deg" if east else "half_width_km"
        rate = "drift_deg_day" if east else "rate_km_day"
        when = {"start_utc": iso(self.start_utc), "stop_utc": iso(self.stop_utc)}
        return {"kind": self.kind, **when, **where, width: self.half_width, rate: self.rate, "sets": self.sets}


@dataclass(frozen=True)
class Pattern:
    """The usual behaviour of one object, learnt from the sets between start and stop and from nothing else.

    spells: in order of time, the last is the present one, and quantities speak of it. modes: what is kept and how; for GEO and
    IGSO "EW" and "NS", elsewhere "altitude", "plane", "track", "local time", "perigee"; each one of MODES. cycle_days: the
    usual time between burns that keep it, None where fewer than three intervals are seen. stands_on: for each quantity the
    number of sets (of intervals, for the cycle) behind it. reasons: what the reader should know about the record.
    """

    norad_id: int
    regime: str
    start_utc: np.datetime64
    stop_utc: np.datetime64
    spells: tuple[Spell, ...]
    modes: Mapping[str, str]
    cycle_days: float | None
    quantities: Mapping[str, Quantity]
    stands_on: Mapping[str, int]
    reasons: tuple[Reason, ...]
    data_mode: DataMode = DataMode.REAL

    @property
    def days(self) -> float:
        return float((self.stop_utc - self.start_utc) / np.timedelta64(86_400_000_000, "us"))

    def to_json(self) -> dict[str, Any]:
        return {
            "schema": "hoshimori.pattern/1",
            "norad_id": self.norad_id,
            "regime": self.regime,
            "start_utc": iso(self.start_utc),
            "stop_utc": iso(self.stop_utc),
            "spells": [s.to_json() for s in self.spells],
            "modes": dict(sorted(self.modes.items())),
            "cycle_days": self.cycle_days,
            "quantities": {k: {**q.to_json(), "sets": self.stands_on[k]} for k, q in sorted(self.quantities.items())},
            "reasons": [r.to_json() for r in self.reasons],
            "data_mode": self.data_mode.name,
        }


@dataclass(frozen=True)
class Departure:
    """How far newer sets have left a pattern: 0 within the usual, 0.5 as far beyond it as the usual is wide, towards 1 beyond.

    `label` is the word for the weightiest reason ("" where there is none); reasons come weightiest first. start_utc: the first
    of the sets that show it, stop_utc: the last set judged (NaT where none was).
    """

    norad_id: int
    score: float
    label: str
    reasons: tuple[Reason, ...]
    start_utc: np.datetime64
    stop_utc: np.datetime64
    sets: int

    def to_json(self) -> dict[str, Any]:
        return {
            "schema": "hoshimori.departure/1",
            "norad_id": self.norad_id,
            "score": self.score,
            "label": self.label,
            "reasons": [r.to_json() for r in self.reasons],
            "start_utc": iso(self.start_utc),
            "stop_utc": iso(self.stop_utc),
            "sets": self.sets,
        }
