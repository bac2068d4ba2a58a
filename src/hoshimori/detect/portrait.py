"""What an encounter looks like over time: longitudes in a slot, distance in a stay. Numbers for whoever draws."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from hoshimori.detect.measures import relative_motion
from hoshimori.detect.neighbourhood import Bodies, Watched, bodies, watched
from hoshimori.facts import Floats, Times, Watchlist
from hoshimori.findings import Event
from hoshimori.ports import View
from hoshimori.sky import frames
from hoshimori.sky.screening import NEAR_EARTH_REV_DAY

SAMPLES_PER_REVOLUTION = 24
LONGITUDE_STEP = np.timedelta64(2, "h")
SLOT_DEG = 2.0
"""Neighbours are drawn while they are within this much of the watched satellite's mean longitude."""


@dataclass(frozen=True)
class Series:
    """One quantity over time. `key` is a catalogue number as text, or an asset id; `watched` marks the asset itself."""

    key: str
    t_utc: Times
    y: Floats
    watched: bool = False


@dataclass(frozen=True)
class Portrait:
    """One asset's pictures: longitudes (deg E; empty outside GEO) and the distance (km) of each stay by event id."""

    subject: str
    longitudes: tuple[Series, ...]
    distances: tuple[tuple[str, Series], ...]


def portraits(view: View, watchlist: Watchlist, events: Sequence[Event], within_km: float) -> Iterator[Portrait]:
    """A portrait of each asset that something came near. What else befell it (a beam, a report) has nobody to be drawn beside."""
    sets = view.sets()
    events = [e for e in events if e.kind in ("stay", "approach")]
    mine = {e.subject for e in events}
    group = [b for b in watched(view, watchlist.assets, sets) if b.subject in mine]
    if not group:
        return
    wanted = {int(k) for e in events for k in e.others} | {b.key for b in group}
    around = bodies(sets.take(np.isin(sets.norad_id, sorted(wanted))), group, within_km, 30.0)
    for body in group:
        own = [e for e in events if e.subject == body.subject]
        yield Portrait(body.subject, tuple(_longitudes(view, around, body, own)), tuple(_distances(view, around, body, own)))


def _longitudes(view: View, around: Bodies, body: Watched, own: Sequence[Event]) -> Iterator[Series]:
    if body.mean_motion_rev_day >= NEAR_EARTH_REV_DAY or abs(body.mean_motion_rev_day - 1.0027) > 0.05:
        return
    t_utc = np.arange(view.start_utc, view.stop_utc + LONGITUDE_STEP, LONGITUDE_STEP).astype("datetime64[us]")
    mean = _longitude(around, body.key, t_utc)
    yield Series(body.subject, t_utc, mean, watched=True)
    for key in dict.fromkeys(int(e.others[0]) for e in own):
        if key in around.keys:
            there = _longitude(around, key, t_utc)
            near = np.abs((there - mean + 180.0) % 360.0 - 180.0) < SLOT_DEG
            yield Series(str(key), t_utc, np.where(near, there, np.nan))


def _longitude(around: Bodies, key: int, t_utc: Times) -> Floats:
    row = np.full(len(t_utc), around.row(key))
    r, _ = around.trajectories.at(row, t_utc, np.zeros(len(t_utc)))
    return np.asarray(frames.longitude_deg(r, t_utc)) % 360.0


def _distances(view: View, around: Bodies, body: Watched, own: Sequence[Event]) -> Iterator[tuple[str, Series]]:
    for event in own:
        if event.kind != "stay" or int(event.others[0]) not in around.keys:
            continue
        start, stop = max(event.start_utc, view.start_utc), min(event.stop_utc, view.stop_utc)
        t_utc, dr = relative_motion(around, body, int(event.others[0]), start, stop, per_revolution=SAMPLES_PER_REVOLUTION)
        yield event.event_id, Series(event.others[0], t_utc, np.sqrt((dr * dr).sum(axis=1)))
