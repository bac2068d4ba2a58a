"""The corridor: one sweep from facts to findings. Knows no detector by name; built-ins come as plugins come."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hoshimori.errors import NothingFound
from hoshimori.facts import Asset, DataMode, ElementSets, Watchlist
from hoshimori.findings import AssetState, Event, Quantity, Reason, iso
from hoshimori.ports import Detector, Progress, View, plugins, silent

BEFORE = np.timedelta64(7, "D")
AFTER = np.timedelta64(3, "D")
STALE_DAYS = 5.0
DAY = np.timedelta64(86_400_000_000, "us")


@dataclass(frozen=True)
class Sweep:
    """One pass over a watchlist: the events, and the state of every asset as known at `as_of_utc`."""

    watchlist: Watchlist
    start_utc: np.datetime64
    stop_utc: np.datetime64
    as_of_utc: np.datetime64
    states: tuple[AssetState, ...]
    events: tuple[Event, ...]
    data_modes: tuple[DataMode, ...]
    objects: int
    seconds: float

    def to_json(self) -> dict[str, Any]:
        return {
            "schema": "hoshimori.sweep/1",
            "watchlist": self.watchlist.watchlist_id,
            "start": iso(self.start_utc),
            "stop": iso(self.stop_utc),
            "as_of": iso(self.as_of_utc),
            "data_modes": [m.name for m in self.data_modes],
            "objects": self.objects,
            "states": [s.to_json() for s in self.states],
            "events": [e.to_json() for e in self.events],
        }


def window(as_of_utc: np.datetime64) -> tuple[np.datetime64, np.datetime64]:
    """The window watched when none is asked for: seven days back, three days ahead."""
    return as_of_utc - BEFORE, as_of_utc + AFTER


def detectors() -> list[Detector]:
    """One of each detector installed, built-in or not, found as plugins are found."""
    return [kind() for _, kind in sorted(plugins("hoshimori.detectors").items())]


def sweep(view: View, watchlist: Watchlist, *, using: Sequence[Detector] | None = None, progress: Progress = silent) -> Sweep:
    """Run detectors over a view for a watchlist. Raises NothingFound where the view holds nothing at all."""
    began = time.perf_counter()
    latest = view.latest()
    if not len(latest) and not any(view.ephemerides(a.norad_id, a.cospar_id) for a in watchlist.assets):
        raise NothingFound(
            f"no element set is known as of {iso(view.as_of_utc)}: ingest some first (hoshimori ingest), "
            "or ask as of a later time (--as-of)"
        )
    events = [e for d in using or detectors() for e in d.detect(view, watchlist, progress=progress)]
    states = tuple(_state(view, latest, asset, events) for asset in watchlist.assets)
    modes = sorted({int(m) for m in np.unique(latest.data_mode)})
    return Sweep(
        watchlist,
        view.start_utc,
        view.stop_utc,
        view.as_of_utc,
        states,
        tuple(events),
        tuple(DataMode(m) for m in modes),
        len(latest),
        time.perf_counter() - began,
    )


def _state(view: View, latest: ElementSets, asset: Asset, events: Sequence[Event]) -> AssetState:
    """quiet, attention, stale or not observable, in that order of silence: what cannot be seen is never called quiet."""
    subject = str(asset.norad_id) if asset.norad_id is not None else asset.asset_id
    mine = [e for e in events if e.subject == subject]
    own = latest.take(latest.norad_id == (asset.norad_id or -1))
    given = view.ephemerides(asset.norad_id, asset.cospar_id)
    newest = max([*own.epoch_utc, *(e.usable_stop_utc for e in given)], default=np.datetime64("NaT", "us"))
    age = float((view.as_of_utc - newest) / DAY) if not np.isnat(newest) else float("nan")
    reasons = [*_identity_reasons(view, asset), *(_reason(e) for e in mine if not e.normal)]
    attention = bool(reasons)
    if np.isnat(newest):
        state, reasons = "not observable", [_unseen(asset)]
    elif age > STALE_DAYS:
        state, reasons = "stale", [Reason("newest set is old", {"days": age}), *reasons]
    else:
        state = "attention" if attention else "quiet"
    neighbours = sum(1 for e in mine if e.kind == "stay" and e.normal)
    passes = sum(1 for e in mine if e.kind == "approach")
    quantities = {"known_neighbours": Quantity(neighbours, "1"), "approaches": Quantity(passes, "1")}
    ids = tuple(e.event_id for e in mine)
    return AssetState(asset.asset_id, asset.norad_id, asset.name, state, tuple(reasons), ids, newest, age, quantities)


def _unseen(asset: Asset) -> Reason:
    if not asset.public_orbit:
        return Reason("not observable from open data")
    return Reason("no element set held", {"asset": str(asset.norad_id or asset.asset_id)})


def _identity_reasons(view: View, asset: Asset) -> list[Reason]:
    """Does the catalogue call this number something else than the watchlist does?"""
    if asset.norad_id is None or not asset.cospar_id:
        return []
    others = {n.cospar_id for n in view.names([asset.norad_id]) if n.cospar_id} - {asset.cospar_id}
    return [Reason("identity", {"listed": asset.cospar_id, "found": ", ".join(sorted(others))})] if others else []


def _reason(event: Event) -> Reason:
    """What, who, how near, when, and the dull explanation that wins, if one does."""
    miss = event.quantities["miss_km"]
    wins = ", ".join(x.name for x in event.explanations if x.verdict == "wins")
    values: dict[str, str | float] = {
        "other": event.others[0],
        "km": miss.value,
        "when": iso(event.start_utc),
        "label": event.label,
    }
    values |= {"sigma_km": miss.sigma} if miss.sigma is not None else {}
    return Reason(event.kind, values | ({"explained_by": wins} if wins else {}))
