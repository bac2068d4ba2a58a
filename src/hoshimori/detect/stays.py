"""Stays beside watched satellites, each with the measures that say how far it lies beyond chance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hoshimori.detect.burns import Burn, Told
from hoshimori.detect.encounter import Encounter
from hoshimori.detect.pairs import Settings
from hoshimori.detect.unusual import Measure
from hoshimori.facts import DataMode, Watchlist
from hoshimori.findings import Event, Reason, iso
from hoshimori.ports import Progress, View, silent


@dataclass(frozen=True)
class Stay:
    """One stay, in a few words. `event` is the finding itself, with its evidence.

    sigma_km: one sigma of min_range_km from the age of both sets; None where it is not known. shape: see docs/encounter.md.
    unusual: 0 to 1, see `unusual.unusual`. normal: a dull explanation wins.
    """

    subject: str
    other: str
    start_utc: np.datetime64
    stop_utc: np.datetime64
    min_range_km: float
    sigma_km: float | None
    shape: str
    normal: bool
    unusual: float
    measures: tuple[Measure, ...]
    data_mode: DataMode
    event: Event

    @classmethod
    def of(cls, event: Event) -> Stay:
        """From an event of kind "stay" that `encounter` from version 2 on found."""
        miss = event.quantities["miss_km"]
        measures = tuple(Measure.from_json(m) for m in event.evidence[1].parameters["measures"])
        return cls(
            event.subject,
            event.others[0],
            event.start_utc,
            event.stop_utc,
            miss.value,
            miss.sigma,
            event.label,
            event.normal,
            event.quantities["unusual"].value,
            measures,
            event.data_mode,
            event,
        )

    @property
    def nearer(self) -> Reason | None:
        """Who stands nearer to the visitor than the watched satellite does, if anyone."""
        found = (x.reason for x in self.event.explanations if x.reason.code == "nearer to another")
        return next(found, None)

    def to_json(self) -> dict[str, Any]:
        return {
            "schema": "hoshimori.stay/1",
            "subject": self.subject,
            "other": self.other,
            "start_utc": iso(self.start_utc),
            "stop_utc": iso(self.stop_utc),
            "min_range_km": self.min_range_km,
            "sigma_km": self.sigma_km,
            "shape": self.shape,
            "normal": self.normal,
            "unusual": self.unusual,
            "measures": [m.to_json() for m in self.measures],
            "explanations": [x.to_json() for x in self.event.explanations],
            "data_mode": self.data_mode.name,
            "event_id": self.event.event_id,
        }


def stays(
    view: View,
    watchlist: Watchlist,
    *,
    settings: Settings | None = None,
    burns_of: Callable[[int], Sequence[Burn]] | None = None,
    progress: Progress = silent,
) -> list[Stay]:
    """Every stay beside a satellite of the watchlist that touches the view's window, by subject and time.

    burns_of: the burns of an object by its catalogue number; None: they are looked for in its sets. Events of given burns
    cannot be verified by a stranger, since the burns are not in the evidence.
    """
    told_of = None if burns_of is None else lambda number, _history: Told(tuple(burns_of(number)), ())
    found = Encounter(settings, told_of).detect(view, watchlist, progress=progress)
    return [Stay.of(e) for e in found if e.kind == "stay"]
