"""Where over the Earth a window lies: each point of the line is where the object would be if it came down at that moment.

Time left and drag go as one over the other, so that a fall that ends earlier or later is the best one stretched in time, and the
phase at its end grows evenly with the moment of the end. A day of doubt is sixteen revolutions.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from hoshimori.declared.decay_messages import DecayMessage
from hoshimori.declared.regions import Region
from hoshimori.detect import decay_fit
from hoshimori.detect.reentry_window import Prediction, axis_at
from hoshimori.facts import ElementSets, Floats, Times
from hoshimori.sky import ground_track
from hoshimori.sky.atmosphere import Activity
from hoshimori.sky.ground_track import Track

STEP_S = 30.0
MOST_POINTS = 20_000
STATIONS = 240
"""Moments of the fall at which the axis is asked for."""


class Touch(NamedTuple):
    """One region under the line: which share of the window's time lies over it, in how many passes, first entered when."""

    region: Region
    share: float
    passes: int
    first_utc: np.datetime64

    def to_json(self) -> dict[str, str | float | int | None]:
        r = self.region
        first = None if np.isnat(self.first_utc) else f"{str(self.first_utc)[:19]}Z"
        return {
            "region": r.region_id, "name": r.name, "kind": r.kind, "share": round(self.share, 6), "passes": self.passes,
            "first": first, "source": r.source, "grade": r.grade,
        }  # fmt: skip


def moments(start_utc: np.datetime64, stop_utc: np.datetime64) -> Times:
    """Every half minute of a window, or so many moments as are worth having."""
    seconds = max(float((stop_utc - start_utc) / np.timedelta64(1, "s")), 1.0)
    count = int(np.clip(np.ceil(seconds / STEP_S), 2, MOST_POINTS))
    steps = np.rint(np.linspace(0.0, seconds, count + 1) * 1e6).astype("timedelta64[us]")
    return np.asarray(start_utc + steps)


def of_prediction(found: Prediction, sets: ElementSets, activity: Activity) -> Track:
    """The line of a predicted window. Eccentric orbits: the place in the orbit is good only after they have become round."""
    newest = decay_fit.states_of(sets.take(slice(len(sets) - 1, len(sets))))
    days = np.linspace(0.0, found.remaining_days, STATIONS)[:-1]
    axis = axis_at(found, sets, activity, days)
    known = np.isfinite(axis)
    days, axis = days[known], axis[known]
    inc = float(newest.inc_rad[0])
    rate = ground_track.latitude_argument_rate(axis, inc)
    turned = float(np.sum(np.diff(days) * 0.5 * (rate[1:] + rate[:-1])) + rate[-1] * (found.remaining_days - days[-1]))
    t = moments(found.start_utc, found.stop_utc)
    since = np.asarray((t - found.epoch_utc) / decay_fit.DAY)
    u0 = float(np.radians(sets.argp_deg[-1] + sets.ma_deg[-1]))
    along = u0 + turned * since / found.remaining_days
    mean_axis = np.full(len(t), float(np.mean(axis)))
    return ground_track.low_orbit(t, found.epoch_utc, mean_axis, inc, float(newest.raan_rad[0]), along)


def of_message(said: DecayMessage) -> Track | None:
    """The line of a window that somebody else gave, from the point, direction and inclination in the message; None without."""
    needed: Floats = np.array([said.lat_deg, said.lon_deg_e, said.inc_deg])
    if not np.isfinite(needed).all() or not said.direction:
        return None
    t = moments(said.start_utc, max(said.stop_utc, said.start_utc + np.timedelta64(1, "m")))
    return ground_track.through_point(
        t, said.decay_utc, said.lat_deg, said.lon_deg_e, said.inc_deg, ascending=said.direction == "ascending"
    )


def touched(track: Track, regions: Sequence[Region]) -> tuple[Touch, ...]:
    """What of the window lies over each region; also those that it does not touch, with a share of 0."""
    out = []
    for region in regions:
        inside = region.holds(track.lon_deg_e, track.lat_deg)
        entries = np.flatnonzero(np.diff(inside.astype(np.int8), prepend=0) == 1)
        first = track.t_utc[entries[0]] if len(entries) else np.datetime64("NaT", "us")
        out.append(Touch(region, float(np.mean(inside)), len(entries), first))
    return tuple(out)
