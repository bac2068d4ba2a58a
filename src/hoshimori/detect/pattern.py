"""Patterns of life: what is usual for an object, and the detector that says when a watched one leaves it.

The usual comes from the past alone: sets with epochs before the window. Newer sets are judged against it one by one.
Docs: docs/pattern.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from hoshimori.detect import keeping, slots
from hoshimori.detect.burns import Burn, Untold
from hoshimori.detect.departing import departure
from hoshimori.detect.habit import Departure, Pattern, Spell
from hoshimori.detect.record import read
from hoshimori.facts import Asset, ElementSets, Watchlist
from hoshimori.findings import Event, Evidence, Quantity, iso
from hoshimori.ports import Progress, View, silent

__all__ = ["Departure", "Pattern", "Settings", "Spell", "Usual", "departure", "describe", "regime"]

SIDEREAL_REV_DAY = 1.0027379
RING = 0.1
LEO_REV_DAY = 11.25
ECCENTRIC = 0.25


def regime(motion_rev_day: float, eccentricity: float, inc_deg: float) -> str:
    """LEO, MEO, GEO, IGSO or HEO.

    LEO: 11.25 revolutions a day and more, e below 0.25, as Space-Track sorts its catalogue. HEO: e from 0.25 on, or above the
    ring. GEO and IGSO: within a tenth of one revolution a sidereal day; IGSO is inclined by more than any free object of the
    ring (18 deg). The rest is MEO.
    """
    if eccentricity >= ECCENTRIC or motion_rev_day < (1.0 - RING) * SIDEREAL_REV_DAY:
        return "HEO"
    if motion_rev_day <= (1.0 + RING) * SIDEREAL_REV_DAY:
        return "IGSO" if inc_deg > slots.STEEP_DEG else "GEO"
    return "LEO" if motion_rev_day >= LEO_REV_DAY else "MEO"


def describe(sets: ElementSets, burns: Sequence[Burn] = ()) -> Pattern | Untold:
    """The usual behaviour of one object, from its element sets in any order; `burns` of it, where known, set the rhythm.

    Untold says why nothing can be said: fewer than five sets, two objects under one number, an object that comes down, too
    little since a gap of half a year. UsageError: sets of several catalogue numbers.
    """
    record = read(sets)
    if isinstance(record, Untold):
        return record
    kind = regime(*(float(np.median(x)) for x in (record.motion_rev_day, record.ecc, record.inc_deg)))
    account = slots.describe(record, burns) if kind in ("GEO", "IGSO") else keeping.describe(record, kind, burns)
    return Pattern(
        record.norad_id,
        kind,
        record.t_utc[0],
        record.t_utc[-1],
        account.spells,
        account.modes,
        account.quantities["cycle_days"].value if "cycle_days" in account.quantities else None,
        account.quantities,
        account.stands_on,
        record.reasons + account.reasons,
        record.data_mode,
    )


@dataclass(frozen=True, slots=True)
class Settings:
    """What the detector goes by; recorded in the evidence.

    `learn_days`: the usual is learnt from so long before the window, and `least_days` at least. `least_score`: departures below
    this are not told (0.5: as far beyond the usual band as half of it is wide).
    """

    learn_days: float = 1100.0
    least_days: float = 14.0
    least_score: float = 0.5


class Usual:
    """The detector `pattern`: events of kind "pattern" where a watched satellite has left its usual. Satisfies ports.Detector."""

    name = "pattern"
    version = "1"

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or Settings()

    def with_settings(self, settings: Mapping[str, Any]) -> Usual:
        return Usual(Settings(**settings))

    def detect(self, view: View, watchlist: Watchlist, *, progress: Progress = silent) -> list[Event]:
        """At most one event for each asset that has element sets, sorted by subject."""
        found = []
        for done, asset in enumerate(watchlist.assets):
            progress("patterns", done, len(watchlist.assets))
            if asset.norad_id is not None:
                found += list(self._events(view, asset, view.history(asset.norad_id)))
        return sorted(found, key=lambda e: (e.subject, e.start_utc))

    def _events(self, view: View, asset: Asset, history: ElementSets) -> Iterator[Event]:
        since = view.start_utc - np.timedelta64(round(self.settings.learn_days * 86_400_000_000), "us")
        sets = history.take((history.epoch_utc >= since) & (history.epoch_utc <= view.stop_utc))
        past = sets.take(sets.epoch_utc < view.start_utc)
        usual = describe(past)
        if isinstance(usual, Untold) or usual.days < self.settings.least_days:
            return
        left = departure(usual, sets.take(sets.epoch_utc >= view.start_utc))
        if left.score >= self.settings.least_score:
            yield self._event(view, asset, usual, left, sets)

    def _event(self, view: View, asset: Asset, usual: Pattern, left: Departure, sets: ElementSets) -> Event:
        parameters = {
            "start": iso(view.start_utc),
            "stop": iso(view.stop_utc),
            "as_of": iso(view.as_of_utc),
            "asset": asset.asset_id,
            "cospar_id": asset.cospar_id,
            "declared": False,
            "settings": asdict(self.settings),
            "reasons": [r.to_json() for r in left.reasons],
        }
        days = f"{usual.days:.0f} days"
        claim = f"{usual.norad_id}: {left.label}"
        expected = f"as in the {days} before {iso(view.start_utc)}: {usual.spells[-1].kind}"
        quantities = {k: q for k, q in usual.quantities.items() if k in SHOWN}
        quantities["score"] = Quantity(left.score, "1")
        quantities["learnt_days"] = Quantity(usual.days, "d")
        quantities["learnt_sets"] = Quantity(float(len(sets) - left.sets), "1")
        return Event(
            kind="pattern",
            start_utc=left.start_utc,
            stop_utc=left.stop_utc,
            subject=str(usual.norad_id),
            others=(),
            label=left.label,
            normal=False,
            quantities=quantities,
            evidence=(Evidence(claim, f"{self.name}@{self.version}", tuple(sets.digest_texts()), parameters, expected),),
            as_of_utc=view.as_of_utc,
            data_mode=max(usual.data_mode, type(usual.data_mode)(int(sets.data_mode.max()))),
        )


SHOWN = (
    "longitude_deg_e",
    "half_width_deg",
    "largest_drift_deg_day",
    "inclination_deg",
    "sma_km",
    "half_width_km",
    "local_time_h",
    "track_half_width_km",
    "cycle_days",
)
"""What of the usual an event shows beside its score."""
