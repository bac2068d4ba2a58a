"""What is said about a change of orbit: its time and size with their sigmas; and of which objects nothing can be said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from hoshimori.facts import NOT_A_TIME, DataMode
from hoshimori.findings import Evidence, Explanation, Quantity, Reason, iso

LABELS = (
    "station-keeping",  # like the object's own burns: in-track, small, in its rhythm
    "inclination",  # mostly cross-track
    "relocation",  # starts or stops a drift in longitude or phase
    "avoidance",  # isolated and undone, or after a close conjunction
    "graveyard",  # raises a synchronous orbit out of the ring
    "deorbit",  # lowers the perigee for good
    "low thrust",  # a ramp over days, no step
    "unusual",  # outside this object's own history
    "orbit change",  # a burn of which the record is too short to say more
)

Triple = tuple[float, float, float]
UNKNOWN: Triple = (float("nan"), float("nan"), float("nan"))


@dataclass(frozen=True)
class Burn:
    """One manoeuvre inferred from mean elements.

    t_utc: the middle of the burn, sigma_s its one sigma. dv_rtn_m_s: radial, in-track, cross-track, NaN where the sets do not
    say (radial always: `dv_sigma_m_s[0]` is then the one-sigma bound on its size). `last_before_utc` and `first_after_utc`:
    epochs of the last set before it and of the first that shows it. `known_utc`: when the set that raised the probability
    above the threshold could be known. `start_utc`, `stop_utc`: of the thrust arc where it lasts (low thrust), else t_utc.
    `routine`: like this object's own earlier burns; None where the record is too short to tell.
    """

    norad_id: int
    t_utc: np.datetime64
    sigma_s: float
    dv_rtn_m_s: Triple
    dv_sigma_m_s: Triple
    probability: float
    label: str
    routine: bool | None
    explanations: tuple[Explanation, ...]
    known_utc: np.datetime64
    last_before_utc: np.datetime64
    first_after_utc: np.datetime64
    start_utc: np.datetime64
    stop_utc: np.datetime64
    evidence: Evidence
    quantities: Mapping[str, Quantity]
    data_mode: DataMode = DataMode.REAL

    @property
    def size_m_s(self) -> float:
        """Length of what is known of the velocity change, m/s."""
        return float(np.sqrt(np.nansum(np.square(self.dv_rtn_m_s))))

    @property
    def delay_s(self) -> float:
        """From the burn to the moment at which it could be known, s."""
        return float((self.known_utc - self.t_utc) / np.timedelta64(1_000_000, "us"))

    def to_json(self) -> dict[str, Any]:
        return {
            "schema": "hoshimori.manoeuvre/1",
            "norad_id": self.norad_id,
            "t_utc": iso(self.t_utc),
            "sigma_s": self.sigma_s,
            "dv_rtn_m_s": [x if np.isfinite(x) else None for x in self.dv_rtn_m_s],
            "dv_sigma_m_s": [x if np.isfinite(x) else None for x in self.dv_sigma_m_s],
            "probability": self.probability,
            "class": self.label,
            "routine": self.routine,
            "explanations_tested": [x.to_json() for x in self.explanations],
            "known_utc": iso(self.known_utc),
            "delay_s": self.delay_s,
            "last_before_utc": iso(self.last_before_utc),
            "first_after_utc": iso(self.first_after_utc),
            "start_utc": iso(self.start_utc),
            "stop_utc": iso(self.stop_utc),
            "quantities": {k: q.to_json() for k, q in sorted(self.quantities.items())},
            "data_mode": self.data_mode.name,
            "evidence": self.evidence.to_json(),
        }


@dataclass(frozen=True)
class Untold:
    """One object, or one stretch of its record, of which nothing can be said, and why."""

    norad_id: int
    reason: Reason
    start_utc: np.datetime64 = NOT_A_TIME
    stop_utc: np.datetime64 = NOT_A_TIME

    def to_json(self) -> dict[str, Any]:
        spell = {"start_utc": iso(self.start_utc), "stop_utc": iso(self.stop_utc)}
        return {"norad_id": self.norad_id, "cannot_tell": self.reason.to_json(), **spell}


@dataclass(frozen=True)
class Told:
    """The manoeuvres found, sorted by object and time, and what could not be told."""

    burns: tuple[Burn, ...]
    untold: tuple[Untold, ...]
