"""Who could get out of the way: by what the owner says, by what the object is, by the burns on its record."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from hoshimori.detect.burns import Told
from hoshimori.facts import ElementSets
from hoshimori.findings import Reason, iso

ACTIVE_DAYS = 90.0
"""Who burnt within so many days is taken to be active: satellites that keep a slot or an altitude burn several times in that
time. An assumption; the burns that say so are on the record either way."""
LIKELY = 0.5
DAY = np.timedelta64(86_400_000_000, "us")


class Mover(NamedTuple):
    """can: "yes", "no" or "unknown"."""

    norad_id: int
    can: str
    reason: Reason

    def to_json(self) -> dict[str, Any]:
        return {"norad_id": self.norad_id, "can": self.can, "reason": self.reason.to_json()}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Mover:
        return cls(int(data["norad_id"]), str(data["can"]), Reason.from_json(data["reason"]))


def mover(
    norad_id: int, object_type: str, history: ElementSets, told: Told | None, as_of_utc: np.datetime64, declared: str = ""
) -> Mover:
    """Could this object move? declared: MANEUVERABLE of a conjunction message, which outranks the rest.

    history: its sets; told: what was found in them, None where nobody looked.
    """
    if declared in ("YES", "NO"):
        return Mover(
            norad_id, declared.lower(), Reason("declared manoeuvrable" if declared == "YES" else "declared not manoeuvrable")
        )
    if object_type in ("DEBRIS", "ROCKET BODY"):
        return Mover(norad_id, "no", Reason("debris cannot move" if object_type == "DEBRIS" else "rocket body cannot move"))
    burns = [b.t_utc for b in told.burns if b.probability >= LIKELY] if told is not None else []
    if not burns:
        days = float((history.epoch_utc.max() - history.epoch_utc.min()) / DAY) if len(history) else 0.0
        return Mover(norad_id, "unknown", Reason("no burn on record", {"days": days}))
    last = max(burns)
    values: dict[str, str | float] = {"burns": float(len(burns)), "when": iso(last)}
    if float((as_of_utc - last) / DAY) > ACTIVE_DAYS:
        return Mover(norad_id, "unknown", Reason("last burn long ago", values))
    return Mover(norad_id, "yes", Reason("burns on record", values))
