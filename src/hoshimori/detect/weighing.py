"""How likely a candidate is a burn: a logistic regression on few features that can be read, learnt on operators' own records.

The shipped numbers (weights.json) are learnt by `bench/manoeuvres/run.py --learn` on all satellites with records; what the bench
scores is learnt without the satellite, or without the years, that it scores. Eras and regimes are learnt apart.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt

from hoshimori.detect.candidates import NEAR_EARTH_REV_DAY, Candidates
from hoshimori.detect.histories import ENHANCED, Histories
from hoshimori.facts import Bools, Floats, Ints
from hoshimori.sky import trend

GROUPS = ("near Earth since 2013", "near Earth before 2013", "deep")
# A burn's size is left out on purpose: it tells Fengyun's burns from Fengyun's noise, and nothing of other satellites.
FEATURES = (
    "log statistic",
    "log statistic over best bad set",
    "raises a near-Earth orbit",
    "share of doubted sets around",
    "mean motion disagrees",
    "log lasting change over statistic",
    "log noise over its median",
    "log plane change over scatter",
)
NEAREST = {
    "near Earth since 2013": GROUPS,
    "near Earth before 2013": ("near Earth before 2013", "near Earth since 2013", "deep"),
    "deep": ("deep", "near Earth since 2013", "near Earth before 2013"),
}
"""Whose weights a group borrows while it has none of its own: the same regime first, then the newer era. The lag of a fit belongs
to its own era and regime and is not borrowed."""
PLANE_FEATURES = ("log plane change over scatter", "before 2013")
RIDGE = 1.0
MOST_FOLLOWING = 3
"""As it becomes known, a gap is judged with one, two and three sets after it; each is learnt apart."""


@dataclass(frozen=True)
class Group:
    """A logistic regression on standardised features, and what the burn times of its kind are off by, in days.

    `lag_days` is taken off the fitted time; `scatter_days` is what remains at least, one sigma.
    """

    mean: tuple[float, ...]
    scale: tuple[float, ...]
    weight: tuple[float, ...]  # the constant first
    lag_days: float = 0.0
    scatter_days: float = 0.0

    def probability(self, features: Floats) -> Floats:
        z = self.weight[0] + ((features - self.mean) / self.scale) @ np.asarray(self.weight[1:])
        return np.asarray(1.0 / (1.0 + np.exp(-np.clip(z, -50.0, 50.0))))


PLANE = Group((0.0, 0.0), (1.0, 1.0), (-4.0 * float(np.log(13.0)), 4.0, -4.0 * float(np.log(31.0 / 13.0))))
"""Changes of the plane alone: even odds at 12 times the record's own scatter since 2013, at 30 times before. Not learnt: the
records hold seven such burns. Set by hand, with the false steps of these records in sight."""


@dataclass(frozen=True)
class Weights:
    """One `Group` for each of `GROUPS`, the same for judgements as they became known, and one for changes of the plane alone.

    `learnt_on` says what they stand on.
    """

    groups: Mapping[str, Group]
    as_known: Mapping[str, Group]
    plane: Group
    learnt_on: str = ""

    def group(self, name: str) -> Group:
        """What weighs candidates of this group: its own or, where none of its burns was there to learn from, the nearest's."""
        return _own_or_nearest(self.groups, name, NEAREST[name])

    def group_as_known(self, name: str, following: int) -> Group:
        """The same for judgements with this many sets after the gap."""
        return _own_or_nearest(self.as_known, known_as(name, following), [known_as(g, following) for g in NEAREST[name]])

    def to_json(self) -> dict[str, Any]:
        groups, known = ({k: asdict(g) for k, g in x.items()} for x in (self.groups, self.as_known))
        return {
            "features": FEATURES,
            "groups": groups,
            "as_known": known,
            "plane": asdict(self.plane),
            "learnt_on": self.learnt_on,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Weights:
        def group(g: Mapping[str, Any]) -> Group:
            return Group(tuple(g["mean"]), tuple(g["scale"]), tuple(g["weight"]), g["lag_days"], g["scatter_days"])

        groups, known = ({k: group(g) for k, g in data[x].items()} for x in ("groups", "as_known"))
        return cls(groups, known, group(data["plane"]), str(data["learnt_on"]))


def _own_or_nearest(learnt: Mapping[str, Group], own: str, nearest: Sequence[str]) -> Group:
    if own in learnt:
        return learnt[own]
    return replace(next(learnt[key] for key in nearest if key in learnt), lag_days=0.0)


@cache
def shipped() -> Weights:
    text = resources.files("hoshimori.detect").joinpath("weights.json").read_text(encoding="utf-8")
    return Weights.from_json(json.loads(text))


def known_as(group: str, following: int) -> str:
    """The name of a group of judgements with this many sets after the gap."""
    return f"{group}, {following} after"


def group_of(h: Histories, row: Ints) -> Ints:
    """(m,) index into GROUPS of the gaps after these rows."""
    deep = h.sets.mean_motion_rev_day[row] < NEAR_EARTH_REV_DAY
    old = h.sets.epoch_utc[row] < ENHANCED
    return np.asarray(np.where(deep, 2, np.where(old, 1, 0)))


def in_track_m_s(size_km_day: Floats) -> Floats:
    """The in-track speed change that makes a near-circular orbit run this much faster along its track, Gauss's equations.

    dn = -(3 / a) dv: a burn forward raises the orbit and makes it fall behind.
    """
    return np.asarray(-size_km_day * 1000.0 / 86400.0 / 3.0)


def features(c: Candidates) -> Floats:
    """(m, len(FEATURES))."""
    noise = np.log(c.along.sigma / c.usual_sigma)
    return columns(c.along, _near_earth(c.histories, c.row), c.rate_off, noise, c.plane[2])


def _near_earth(h: Histories, row: Ints) -> Bools:
    return np.asarray(h.sets.mean_motion_rev_day[row] >= NEAR_EARTH_REV_DAY)


def columns(j: trend.Jumps, near_earth: Bools, rate_off: Floats, noise: Floats, plane: Floats) -> Floats:
    """The features of kicks (m,) from what was judged, the disagreement of mean motions, ln noise, and plane over scatter."""
    statistic = np.maximum(j.statistic, 0.1)
    return np.column_stack(
        [
            np.log(statistic),
            np.clip(np.log(statistic / (j.bad + 10.0)), -3.0, 5.0),
            np.where(near_earth, -np.sign(j.size), 0.0),
            j.doubted,
            rate_off,
            np.clip(np.log((j.bend + 1.0) / statistic), -6.0, 3.0),
            noise,
            np.log1p(plane),
        ]
    )


def plane_probability(h: Histories, row: Ints, plane: Floats, weights: Weights) -> Floats:
    """(m,) that the plane changed in the gaps after these rows, from its change over its scatter."""
    old = h.sets.epoch_utc[row] < ENHANCED
    return weights.plane.probability(np.column_stack([np.log1p(plane), old.astype(np.float64)]))


def probabilities(c: Candidates, weights: Weights, threshold: float) -> tuple[Floats, Floats]:
    """(m,) that the orbit was changed along the track, and (m,) in its plane."""
    along = np.zeros(len(c))
    if len(c):
        x, kind = features(c), group_of(c.histories, c.row)
        for g, name in enumerate(GROUPS):
            mine = (kind == g) & (c.along.statistic > threshold)
            if mine.any():
                along[mine] = weights.group(name).probability(x[mine])
    plane = plane_probability(c.histories, c.row, c.plane[2], weights)
    return along, np.where(c.plane_statistic > threshold, plane, 0.0)


def learn_group(x: Floats, is_burn: Bools | Ints, lag_days: float = 0.0, scatter_days: float = 0.0) -> Group:
    """Ridge logistic regression by Newton's method on standardised features. x: (m, p); is_burn: (m,)."""
    y = np.asarray(is_burn, dtype=np.float64)
    mean, scale = x.mean(axis=0), x.std(axis=0)
    scale = np.where(scale > 1e-9, scale, 1.0)
    z: npt.NDArray[np.float64] = np.column_stack([np.ones(len(x)), (x - mean) / scale])
    penalty = np.eye(z.shape[1]) * RIDGE
    penalty[0, 0] = 1e-6
    weight = np.zeros(z.shape[1])
    for _ in range(100):
        p = 1.0 / (1.0 + np.exp(-np.clip(z @ weight, -50.0, 50.0)))
        curvature = z.T @ (z * (p * (1.0 - p) + 1e-9)[:, None]) + penalty
        move = np.linalg.solve(curvature, z.T @ (y - p) - penalty @ weight)
        weight = weight + move
        if np.abs(move).max() < 1e-9:
            break
    return Group(tuple(mean.tolist()), tuple(scale.tolist()), tuple(weight.tolist()), lag_days, scatter_days)
