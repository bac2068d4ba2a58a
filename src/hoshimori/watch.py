"""The corridor: one sweep from facts to findings. Knows no detector by name; built-ins come as plugins come."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hoshimori.errors import NothingFound
from hoshimori.facts import Asset, DataMode, ElementSets, Ephemeris, ObjectName, Watchlist
from hoshimori.findings import AssetState, Event, Quantity, Reason, iso
from hoshimori.ports import Detector, Progress, View, plugins, silent

BEFORE = np.timedelta64(7, "D")
AFTER = np.timedelta64(3, "D")
STALE_DAYS = 5.0
AHEAD_DAYS = 1.0
"""A set with an epoch this far after the moment of knowledge is not believed: published sets run ahead by hours at most."""
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

    @property
    def advice(self) -> tuple[Reason, ...]:
        """What a reader must know before the table: that nothing here speaks about the moment asked."""
        seen = [s for s in self.states if s.state != "not observable"]
        if not seen or any(s.state != "stale" for s in seen):
            return ()
        newest = max(seen, key=lambda s: s.newest_epoch_utc)
        return (Reason("all stale", {"days": newest.age_days, "newest": iso(newest.newest_epoch_utc)}),)

    def to_json(self) -> dict[str, Any]:
        return {
            "schema": "hoshimori.sweep/1",
            "watchlist": self.watchlist.watchlist_id,
            "start": iso(self.start_utc),
            "stop": iso(self.stop_utc),
            "as_of": iso(self.as_of_utc),
            "data_modes": [m.name for m in self.data_modes],
            "objects": self.objects,
            "advice": [r.to_json() for r in self.advice],
            "states": [s.to_json() for s in self.states],
            "events": [e.to_json() for e in self.events],
        }


def window(as_of_utc: np.datetime64) -> tuple[np.datetime64, np.datetime64]:
    """The window watched when none is asked for: seven days back, three days ahead."""
    return as_of_utc - BEFORE, as_of_utc + AFTER


def detectors() -> list[Detector]:
    """One of each detector installed, built-in or not, found as plugins are found. UsageError names one that does not load."""
    return [kind() for _, kind in sorted(plugins("hoshimori.detectors").items())]


def sweep(view: View, watchlist: Watchlist, *, using: Sequence[Detector] | None = None, progress: Progress = silent) -> Sweep:
    """Run detectors over a view for a watchlist. Raises NothingFound where the view holds nothing at all."""
    began = time.perf_counter()
    latest = view.latest()
    given = {a.asset_id: view.ephemerides(a.norad_id, a.cospar_id) for a in watchlist.assets}
    if not len(latest) and not any(given.values()):
        raise NothingFound(
            f"no element set is known as of {iso(view.as_of_utc)}: ingest some first (hoshimori ingest), "
            "or ask as of a later time (--as-of)"
        )
    events = [e for d in using or detectors() for e in d.detect(view, watchlist, progress=progress)]
    names = view.names([a.norad_id for a in watchlist.assets if a.norad_id is not None])
    states = tuple(_state(view, latest, asset, given[asset.asset_id], names, events) for asset in watchlist.assets)
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


def _state(
    view: View,
    latest: ElementSets,
    asset: Asset,
    given: Sequence[Ephemeris],
    names: Sequence[ObjectName],
    events: Sequence[Event],
) -> AssetState:
    """quiet, attention, stale or not observable, in that order of silence: what cannot be seen is never called quiet.

    An owner's ephemeris takes the place of element sets, and is as fresh as the moment that it still covers.
    """
    subject = str(asset.norad_id) if asset.norad_id is not None else asset.asset_id
    mine = [e for e in events if e.subject == subject]
    own = latest.take(latest.norad_id == (asset.norad_id or -1))
    times = [min(e.usable_stop_utc, view.as_of_utc) for e in given] or list(own.epoch_utc)
    newest = max(times, default=np.datetime64("NaT", "us"))
    age = float((view.as_of_utc - newest) / DAY) if not np.isnat(newest) else float("nan")
    reasons = [*_identity_reasons(asset, names), *_doubt_reasons(mine), *reasons_of(mine)]
    attention = bool(reasons)
    if np.isnat(newest):
        state, reasons = "not observable", [_unseen(asset)]
    elif age < -AHEAD_DAYS:
        state, reasons = "stale", [Reason("epoch ahead", {"days": -age}), *reasons]
    elif age > STALE_DAYS:
        state, reasons = "stale", [Reason("newest set is old", {"days": age}), *reasons]
    else:
        state = "attention" if attention else "quiet"
    neighbours = sum(1 for e in mine if e.kind == "stay" and e.normal)
    passes = sum(1 for e in mine if e.kind == "approach")
    conjunctions = sum(1 for e in mine if e.kind == "conjunction")
    quantities = {"known_neighbours": Quantity(neighbours, "1"), "approaches": Quantity(passes, "1")}
    quantities |= {"conjunctions": Quantity(conjunctions, "1")} if conjunctions else {}
    quantities |= {"ephemerides": Quantity(len(given), "1")} if given else {}
    ids = tuple(e.event_id for e in mine)
    return AssetState(asset.asset_id, asset.norad_id, asset.name, state, tuple(reasons), ids, newest, age, quantities)


def _unseen(asset: Asset) -> Reason:
    if not asset.public_orbit:
        return Reason("not observable from open data")
    return Reason("no element set held", {"asset": str(asset.norad_id or asset.asset_id)})


def _identity_reasons(asset: Asset, names: Sequence[ObjectName]) -> list[Reason]:
    """Does the catalogue call this number something else than the watchlist does, or say that it came down?"""
    mine = [n for n in names if n.norad_id == asset.norad_id]
    others = {n.cospar_id for n in mine if n.cospar_id} - {asset.cospar_id}
    out = [Reason("decayed", {"date": d}) for d in [n.decay_date for n in mine if n.decay_date][-1:]]
    if asset.cospar_id and others:
        out.append(Reason("identity", {"listed": asset.cospar_id, "found": ", ".join(sorted(others))}))
    return out


def _doubt_reasons(mine: Sequence[Event]) -> list[Reason]:
    """A set that gives no orbit at all leaves a gap in what can be said; one that was merely passed over does not."""
    unusable = [e for e in mine if e.label == "cannot be propagated"]
    return [Reason("no orbit", {"when": iso(e.start_utc)}) for e in unusable[-1:]]


def reasons_of(mine: Sequence[Event]) -> list[Reason]:
    """What could be a collision, each stay that is not usual, of each visitor the nearest of its passes, what the asset did."""
    unusual = [e for e in mine if not e.normal and e.kind != "doubtful set"]
    risky = [_conjunction(e) for e in sorted(unusual, key=_risk, reverse=True) if e.kind == "conjunction"]
    own = [OWN[e.kind](e) for e in unusual if e.kind in OWN]
    known = ("approach", "stay", "conjunction", *OWN)
    plain = [e for e in unusual if e.kind not in known]  # of whatever other detector is installed
    unusual = [e for e in unusual if e.kind in ("approach", "stay")]
    passes: dict[str, list[Event]] = {}
    for e in unusual:
        if e.kind == "approach":
            passes.setdefault(e.others[0], []).append(e)
    nearest = [(min(found, key=lambda e: e.quantities["miss_km"].value), len(found)) for found in passes.values()]
    stays = [(e, 1) for e in unusual if e.kind != "approach"]
    met = [_reason(e, count) for e, count in sorted([*stays, *nearest], key=lambda x: x[0].quantities["miss_km"].value)]
    return risky + met + own + [Reason("event", {"kind": e.kind, "said": e.label, "when": iso(e.start_utc)}) for e in plain]


SAID = ("collision_probability", "uncorrelated_probability", "message_probability")
"""What an operator's message comes to: by its covariances, the larger number where it says that errors are correlated."""


def _risk(event: Event) -> float:
    """What a conjunction is put in order by: the probability of an operator's message, else the most that ours could be."""
    known = [event.quantities[q].value for q in (*SAID[:2], "maximum_probability") if q in event.quantities]
    return max(known, default=1.0)


def _conjunction(event: Event) -> Reason:
    """With whom, when, how near, and how probable: from a message, or from element sets with the most that it could be."""
    q = event.quantities
    values: dict[str, str | float] = {"other": event.others[0], "when": iso(event.start_utc), "label": event.label}
    if "miss_km" in q:
        values |= {"km": q["miss_km"].value} | ({"sigma_km": q["miss_km"].sigma} if q["miss_km"].sigma is not None else {})
    if event.label == "operator's message":
        known = [q[name].value for name in SAID[:2] if name in q] or [q[name].value for name in SAID[2:] if name in q]
        return Reason("conjunction message", values | ({"p": max(known)} if known else {}))
    for name, key in (("p", "screening_probability"), ("maximum", "maximum_probability")):
        values |= {name: q[key].value} if key in q else {}
    return Reason("conjunction", values)


def _manoeuvre(event: Event) -> Reason:
    """What kind of burn, when, and how much of it is known."""
    parts = [event.quantities[q].value for q in ("dv_in_track_m_s", "dv_cross_track_m_s") if q in event.quantities]
    values: dict[str, str | float] = {"label": event.label, "when": iso(event.start_utc)}
    values["probability"] = event.quantities["probability"].value
    if not parts:
        return Reason("manoeuvre of unknown size", values)
    return Reason("manoeuvre", values | {"dv_m_s": float(np.linalg.norm(parts))})


def _departure(event: Event) -> Reason:
    """How it left its usual behaviour, since when, and how far outside it is, 0 to 1."""
    score = event.quantities["score"].value
    return Reason("departure", {"label": event.label, "when": iso(event.start_utc), "score": score})


def _silence(event: Event) -> Reason:
    """Since when nothing new became known, and what is likeliest."""
    return Reason("silence", {"label": event.label, "when": iso(event.start_utc)})


OWN = {"manoeuvre": _manoeuvre, "pattern": _departure, "silence": _silence}
"""Kinds of events about what an asset did, not what came near it, and how each is put as a reason."""


def _reason(event: Event, passes: int) -> Reason:
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
    values |= {"passes": passes} if passes > 1 else {}
    short = [x.reason.values["days"] for x in event.explanations if x.reason.code == "short record"]
    values |= {"record_days": short[0]} if short else {}
    return Reason(event.kind, values | ({"explained_by": wins} if wins else {}))
