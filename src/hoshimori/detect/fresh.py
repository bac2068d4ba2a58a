"""Which objects are new between two catalogues, and which of the new belong together: one launch, or planes side by side."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hoshimori.facts import Bools, ElementSets, Floats, Ints
from hoshimori.sky import convergence
from hoshimori.tracking.satellites import satellites_of

LEAST = 5
"""Fewer pieces than this make no cloud: every busy day adds a few numbers."""
LINK_RAD = np.radians(1.0)
"""Planes nearer together than this are linked. A kick of 100 m/s turns a plane by up to 0.8 degrees."""
SAME_PLANE_RAD, SAME_MOTION = np.radians(0.3), 2e-3
"""A new number within this of one that vanished has only been renamed; the motion as a share of itself."""
RELEASED_M_S, ROUND = 10.0, 0.003
"""Pieces whose inclinations differ by less than such kicks make, on round orbits, were let go, not thrown. Near the poles a kick
leaves the inclination as it is: so the orbits must be round too, as those of satellites are and of thrown pieces are not."""


@dataclass(frozen=True)
class Group:
    """New objects that belong together: rows of the new sets. `launch` is yyyy-nnn, "" where they have no designator."""

    rows: Ints
    launch: str
    launch_was_known: bool


@dataclass(frozen=True)
class Fresh:
    """New objects, one row each, usable by SGP4; who of them only carries on a vanished orbit; and groups, largest first."""

    sets: ElementSets
    renamed: tuple[tuple[int, int], ...]  # (old number, new number)
    unusable: tuple[int, ...]
    groups: tuple[Group, ...]
    single: Ints  # rows in no group


def launch_of(cospar_id: str) -> str:
    """The launch of a designator: 1982-092 of 1982-092A; "" where there is none."""
    return cospar_id[:8] if len(cospar_id) >= 8 else ""


def newest(sets: ElementSets) -> ElementSets:
    """One row for each object: its newest set."""
    order = np.lexsort((sets.epoch_utc, sets.norad_id))
    last = np.append(np.diff(sets.norad_id[order]) != 0, True) if len(order) else np.zeros(0, bool)
    return sets.take(order[last])


def fresh(before: ElementSets, after: ElementSets) -> Fresh:
    """What `after` holds that `before` did not. Both in any order; of several sets of one object the newest counts."""
    before, after = newest(before), newest(after)
    new = after.take(~np.isin(after.norad_id, before.norad_id))
    satellites = satellites_of(new)
    unusable = tuple(int(k) for k in new.norad_id[satellites.error != 0])
    new = new.take(satellites.error == 0)
    vanished = before.take(~np.isin(before.norad_id, after.norad_id))
    groups, renamed = _grouped(before, vanished, new)
    gone = np.isin(new.norad_id, [k for _, k in renamed])
    place = np.cumsum(~gone) - 1  # rows of what is left
    new = new.take(~gone)
    groups = [Group(place[g.rows], g.launch, g.launch_was_known) for g in groups]
    large = sorted((g for g in groups if len(g.rows) >= LEAST), key=lambda g: -len(g.rows))
    grouped = np.concatenate([np.zeros(0, np.int64), *(g.rows for g in large)])
    return Fresh(new, renamed, unusable, tuple(large), np.setdiff1d(np.arange(len(new)), grouped))


def _grouped(before: ElementSets, vanished: ElementSets, new: ElementSets) -> tuple[list[Group], tuple[tuple[int, int], ...]]:
    """Groups of new objects, and pairs of old and new number. A group is renamed as a whole or not at all: among the pieces of
    a cloud some always fly as the parent did, and the parent's number may end with it."""
    pairs = _renamed(vanished, new)
    again = np.isin(new.norad_id, [k for _, k in pairs])
    known = {launch_of(str(c)) for c in before.cospar_id} - {""}
    launches = np.array([launch_of(str(c)) for c in new.cospar_id], dtype="<U8")
    groups = [_of_launch(launches, str(name), known) for name in np.unique(launches) if name]
    nameless = np.flatnonzero(launches == "")
    groups += [Group(nameless[rows], "", False) for rows in linked(new.take(nameless))]
    kept = [g for g in groups if len(g.rows) >= LEAST and again[g.rows].mean() <= 0.5]
    in_cloud = new.norad_id[np.concatenate([np.zeros(0, np.int64), *(g.rows for g in kept)])]
    renamed = tuple(p for p in pairs if p[1] not in set(in_cloud.tolist()))
    gone = np.isin(new.norad_id, [k for _, k in renamed])
    return [Group(g.rows[~gone[g.rows]], g.launch, g.launch_was_known) for g in groups], renamed


def _of_launch(launches: npt.NDArray[np.str_], name: str, known: set[str]) -> Group:
    return Group(np.flatnonzero(launches == name), name, name in known)


def linked(sets: ElementSets, within_rad: float = LINK_RAD) -> list[Ints]:
    """Rows whose planes are linked, each to the next within an angle, at the newest epoch of all; and on orbits that meet."""
    if not len(sets):
        return []
    normals, low, high = _planes(sets)
    near = (normals @ normals.T > np.cos(within_rad)) & (low[:, None] <= high[None, :]) & (low[None, :] <= high[:, None])
    group = np.full(len(sets), -1)
    for k in range(len(sets)):
        if group[k] < 0:
            _spread(near, group, k)
    return [np.flatnonzero(group == g) for g in np.unique(group)]


def _spread(near: Bools, group: Ints, k: int) -> None:
    waiting, group[k] = [k], k
    while waiting:
        found = np.flatnonzero(near[waiting.pop()] & (group < 0))
        group[found] = k
        waiting += found.tolist()


def _planes(sets: ElementSets) -> tuple[Floats, Floats, Floats]:
    """Unit normals (n, 3) at the newest epoch, and perigee and apogee distance [km]."""
    satellites = satellites_of(sets)
    since = sets.epoch_utc.max()
    orbits = convergence.orbits_of(satellites, sets.ndot_rev_day2, since)
    back = convergence.wound_back(orbits, 0.0)
    return back.normals(), orbits.sma_km * (1.0 - orbits.ecc), orbits.sma_km * (1.0 + orbits.ecc)


def _renamed(vanished: ElementSets, new: ElementSets) -> tuple[tuple[int, int], ...]:
    """Pairs of a number that went and a number that came, on what is one orbit."""
    satellites = satellites_of(vanished)
    vanished = vanished.take(satellites.error == 0)
    if not len(vanished) or not len(new):
        return ()
    both = ElementSets.concat([vanished, new])
    normals, *_ = _planes(both)
    gone, came = normals[: len(vanished)], normals[len(vanished) :]
    apart = np.arccos(np.clip(came @ gone.T, -1.0, 1.0))
    motion = np.abs(new.mean_motion_rev_day[:, None] / vanished.mean_motion_rev_day[None, :] - 1.0)
    shape = np.abs(new.eccentricity[:, None] - vanished.eccentricity[None, :])
    score = np.where((apart < SAME_PLANE_RAD) & (motion < SAME_MOTION) & (shape < SAME_MOTION), apart, np.inf)
    out = []
    for k in np.argsort(score.min(axis=1)):
        j = int(np.argmin(score[k]))
        if np.isfinite(score[k, j]):
            out.append((int(vanished.norad_id[j]), int(new.norad_id[k])))
            score[:, j] = np.inf
    return tuple(sorted(out))


def released(sets: ElementSets) -> bool:
    """Were these let go side by side, as satellites of one launch are, rather than thrown apart?"""
    q25, q75 = np.percentile(sets.inc_deg, [25.0, 75.0])
    turned_m_s = np.radians(q75 - q25) * 7500.0
    return bool(turned_m_s < RELEASED_M_S and np.percentile(sets.eccentricity, 75.0) < ROUND)
