"""Whose fragments these are: every catalogued object weighed by where it was and how it flew at the moment of the event.

An object is a parent if it was at the place at that moment, and flew as the cloud did in the middle. Each candidate is put
against the others and against "none that is catalogued"; the catalogue's own word, a shared launch designator, is weighed apart,
for whoever gave the designators may have looked at the same orbits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from hoshimori.detect.fresh import launch_of
from hoshimori.detect.origin import DAY, MEAN_KM, Origin
from hoshimori.facts import Bools, ElementSets, Floats, Ints
from hoshimori.sky import convergence, orbits, secular
from hoshimori.sky.convergence import orbits_of
from hoshimori.sky.relative import rtn_basis
from hoshimori.tracking.classes import class_sigma_rtn_km
from hoshimori.tracking.satellites import satellites_of

FRESH_DAYS = 10.0
"""Older sets say where the orbit was, not where on it the object was."""
UNCATALOGUED = 0.1
"""Prior share of events whose parent is in no catalogue: an assumption."""
SHELL_KM3, FASTEST_KM_S = 1.0e12, 15.0
"""What an uncatalogued parent may be anywhere in: low orbit, at any speed."""
NAMED = 1000.0
"""How much likelier pieces carry a parent's launch designator than another's: catalogues are rarely wrong in this."""
CALLED = 30.0
"""The same for a name: among the objects of one launch, the one that the pieces are called after."""
LEAST_KICK_KM_S = 0.02
TAIL = 4.0
DRIFT_RAD_DAY = 2e-5
"""What the node of an object may stray from its rate, by day from the epoch: drag and what SGP4 leaves out."""
CLIMB_KM_DAY = 0.05
SHOWN = 5
HOPELESS = 30.0
"""Candidates so far (natural logarithm) behind the best, or behind "none of these", are not carried along."""
STREAM_RAD, STREAM_LEAST = np.radians(5.0), 5


@dataclass(frozen=True)
class Candidate:
    """One possible parent. `odds` and `odds_by_orbit` are probabilities among all candidates and "not catalogued".

    miss_km with sigma: from the place of the event; for sets too old, of plane and height alone (`along_known` False).
    kick_m_s: how far it flew from the middle of the cloud's velocities.
    """

    norad_id: int
    name: str
    cospar_id: str
    odds: float
    odds_by_orbit: float
    miss_km: float
    sigma_km: float
    along_known: bool
    kick_m_s: float
    age_days: float
    row: ElementSets

    def to_json(self) -> dict[str, Any]:
        return {
            "norad_id": self.norad_id,
            "name": self.name,
            "cospar_id": self.cospar_id,
            "odds": self.odds,
            "odds_by_orbit": self.odds_by_orbit,
            "miss_km": {"value": _known(self.miss_km), "sigma": _known(self.sigma_km)},
            "along_known": self.along_known,
            "from_middle_m_s": _known(self.kick_m_s),
            "set_age_days": self.age_days,
        }


def _known(x: float) -> float | None:
    return x if np.isfinite(x) else None


@dataclass(frozen=True)
class Parentage:
    """The parents of one stream of fragments: the best few, best first, and the odds that none of the catalogue is it."""

    candidates: tuple[Candidate, ...]
    none_odds: float
    none_odds_by_orbit: float
    rows: Ints  # of the fragments in this stream

    @property
    def named(self) -> Candidate | None:
        """Whom to call the parent: whoever is likelier than all others together."""
        best = self.candidates[0] if self.candidates else None
        return best if best is not None and best.odds > 0.5 else None


def streams(where: Origin) -> list[Ints]:
    """Fragments that fit, by the direction in which they fly: two streams after a collision of two, one else."""
    left = np.flatnonzero(where.fits)
    out: list[Ints] = []
    while len(left) >= STREAM_LEAST or (len(left) and not out):
        unit = where.velocity_km_s[left] / np.linalg.norm(where.velocity_km_s[left], axis=1, keepdims=True)
        near = unit @ unit.T > np.cos(STREAM_RAD)
        mine = near[int(np.argmax(near.sum(axis=1)))]
        if out and mine.sum() < STREAM_LEAST:
            break
        out.append(left[mine])
        left = left[~mine]
    return out


def parentage(where: Origin, fragments: ElementSets, rows: Ints, candidates: ElementSets) -> Parentage:
    """Odds of every candidate for the stream `rows` of the fragments. candidates: sets of any objects known before the event,
    any number for each; the one with the epoch nearest to the event counts. The odds are shared among the few likeliest and
    "none of these": what the rest of a catalogue would take is below a thousandth, and a claim re-runs from few sets."""
    chosen = nearest(candidates, where.t_utc)
    chosen = chosen.take(~np.isin(chosen.norad_id, fragments.norad_id))
    middle, spread = _middle(where.velocity_km_s[rows])
    chosen = chosen.take(_possible(chosen, where, middle))
    if not len(chosen):
        return Parentage((), 1.0, 1.0, rows)
    log, miss, sigma, known, velocity = _weighed(chosen, where, middle, spread)
    bonus = _said(fragments.take(rows), chosen)
    few = np.union1d(np.argsort(-log, kind="stable")[:SHOWN], np.argsort(-(log + bonus), kind="stable")[:SHOWN])
    few = few[(log + bonus)[few] > max((log + bonus).max(), 0.0) - HOPELESS]
    if not len(few):
        return Parentage((), 1.0, 1.0, rows)
    chosen, miss, sigma, known, velocity = chosen.take(few), miss[few], sigma[few], known[few], velocity[few]
    by_orbit, odds = _shares(log[few], np.zeros(len(few))), _shares(log[few], bonus[few])
    age = np.abs((chosen.epoch_utc - where.t_utc) / DAY)
    best = np.argsort(-odds[:-1], kind="stable")
    out = tuple(
        Candidate(
            int(chosen.norad_id[k]),
            str(chosen.name[k]),
            str(chosen.cospar_id[k]),
            float(odds[k]),
            float(by_orbit[k]),
            float(miss[k]),
            float(sigma[k]),
            bool(known[k]),
            float(np.linalg.norm(velocity[k] - middle) * 1000.0),
            float(age[k]),
            chosen.take(slice(k, k + 1)),
        )
        for k in best.tolist()
    )
    return Parentage(out, float(odds[-1]), float(by_orbit[-1]), rows)


def nearest(sets: ElementSets, t_utc: np.datetime64) -> ElementSets:
    """One usable set for each object: of the last before a moment and the first after it, the nearer."""
    apart = np.abs(sets.epoch_utc - t_utc)
    order = np.lexsort((apart, sets.norad_id))
    first = np.append(True, np.diff(sets.norad_id[order]) != 0) if len(order) else np.zeros(0, bool)
    chosen = sets.take(order[first])
    return chosen.take(satellites_of(chosen).error == 0)


def _middle(velocity_km_s: Floats) -> tuple[Floats, Floats]:
    """The middle of the velocities (3,) and their robust spread (3,), by coordinates of TEME."""
    middle = np.median(velocity_km_s, axis=0)
    spread = 1.4826 * np.median(np.abs(velocity_km_s - middle), axis=0)
    return middle, np.maximum(spread, LEAST_KICK_KM_S)


def _possible(sets: ElementSets, where: Origin, middle: Floats) -> Bools:
    """Whose orbit can pass the place at all, flying roughly as the cloud did: a coarse look at all of a catalogue."""
    back = convergence.wound_back(orbits_of(satellites_of(sets), sets.ndot_rev_day2, where.t_utc), 0.0)
    direction = where.r_km / np.linalg.norm(where.r_km)
    height = np.abs(back.radius_km(back.arglat_rad(direction)) - np.linalg.norm(where.r_km))
    kick = np.linalg.norm(back.velocity_km_s(direction) - middle, axis=1)
    return np.asarray((np.abs(back.normals() @ direction) < 0.1) & (height < 200.0) & (kick < 1.0))


def _weighed(sets: ElementSets, where: Origin, middle: Floats, spread: Floats) -> tuple[Floats, Floats, Floats, Bools, Floats]:
    """Log likelihood against an uncatalogued parent, miss and its sigma [km], whether along-track counts, velocity there."""
    satellites = satellites_of(sets)
    age = (where.t_utc - sets.epoch_utc) / DAY
    off, sigma, velocity = _by_orbit(sets, satellites, where, np.abs(age))
    states = orbits.states(satellites, np.array([where.t_utc]))
    r, v = states.r_km[:, :, 0], states.v_km_s[:, :, 0]
    known = (np.abs(age) < FRESH_DAYS) & (where.method == "pinch point") & np.isfinite(r[:, 0])
    along = np.zeros(len(sets))
    along_sigma = np.full(len(sets), np.inf)
    if known.any():
        rtn = np.einsum("kai,ki->ka", rtn_basis(r[known], v[known]), r[known] - where.r_km)
        class_km = class_sigma_rtn_km(sets.mean_motion_rev_day[known], sets.eccentricity[known], age[known])
        off[known], sigma[known] = rtn[:, [0, 2]], np.hypot(class_km[:, [0, 2]], where.sigma_km)
        along[known] = rtn[:, 1]
        along_sigma[known] = np.sqrt(class_km[:, 1] ** 2 + where.sigma_km**2 + (7.5 * where.sigma_s) ** 2)
        velocity[known] = v[known]
    log = _tailed(off / sigma).sum(axis=1) - np.log(sigma).sum(axis=1)
    circle = np.log(2.0 * np.pi * np.linalg.norm(where.r_km))
    log += np.where(
        known, _tailed(along / np.where(known, along_sigma, 1.0)) - np.log(np.where(known, along_sigma, 1.0)), -circle
    )
    log += (_tailed((velocity - middle) / spread) - np.log(spread)).sum(axis=1)
    nowhere = -np.log(SHELL_KM3) - np.log(4.0 / 3.0 * np.pi * FASTEST_KM_S**3)
    log += np.log((1.0 - UNCATALOGUED) / CATALOGUED) - (np.log(UNCATALOGUED) + nowhere)
    miss = np.sqrt((off**2).sum(axis=1) + along**2)
    total = np.sqrt((sigma**2).sum(axis=1) + np.where(known, along_sigma, 0.0) ** 2)
    return log, miss, total, known, velocity


CATALOGUED = 25_000.0
"""Objects that could be a parent beforehand: as many as a catalogue holds, whichever part of it was given."""


def _by_orbit(sets: ElementSets, satellites: orbits.Satellites, where: Origin, age: Floats) -> tuple[Floats, Floats, Floats]:
    """(n, 2) by how much the orbits miss the place in height and out of the plane [km], the sigmas, and (n, 3) velocities."""
    noise = where.convergence.noise if where.convergence is not None else convergence.USUAL
    back = convergence.wound_back(orbits_of(satellites, sets.ndot_rev_day2, where.t_utc), 0.0, noise.air)
    radius = float(np.linalg.norm(where.r_km))
    direction = where.r_km / radius
    u = back.arglat_rad(direction)
    off = np.stack((back.radius_km(u) - radius, back.normals() @ direction * radius), axis=1)
    plane = np.sqrt(noise.plane_rad**2 + (noise.plane_share * back.node_by_drag_rad) ** 2 + (DRIFT_RAD_DAY * age) ** 2)
    if where.convergence is not None:  # by nodes the moment is known to hours: the plane goes on turning meanwhile
        plane = np.hypot(plane, 1e-7 * where.sigma_s)
    high = np.sqrt(noise.height_km**2 + (noise.height_share * back.sma_by_drag_km) ** 2 + (CLIMB_KM_DAY * age) ** 2)
    # against a place found by positions mean orbits are off; between mean orbits at one point that nearly cancels
    mean = np.full(len(sets), MEAN_KM if where.convergence is None else 0.0)
    return off, np.stack((np.hypot(high, mean), np.hypot(plane * radius, mean)), axis=1), back.velocity_km_s(direction)


def _tailed(x: Floats) -> Floats:
    """Log density of Student's t with TAIL degrees of freedom, without its constant (that of a bell's is nearly the same)."""
    return np.asarray(-0.5 * np.log(2.0 * np.pi) - 0.5 * (TAIL + 1.0) * np.log1p(x**2 / TAIL))


def _shares(log: Floats, more: Floats) -> Floats:
    """(n + 1,) probabilities of the candidates and, last, of none of them."""
    every = np.append(log + more, 0.0)
    share = np.exp(every - every.max())
    return np.asarray((1.0 - MODEL_ERROR) * share / share.sum() + MODEL_ERROR / len(share))


MODEL_ERROR = 1e-3
"""Share of cases in which all of this reasoning is wrong: no odds are told that are longer than that. An assumption."""


def _said(fragments: ElementSets, candidates: ElementSets) -> Floats:
    """(n,) what the catalogue itself says: the pieces carry a candidate's launch designator, or its name with DEB behind it."""
    launch = launch_of_most(fragments)
    of_launch = np.array([launch != "" and launch_of(str(c)) == launch for c in candidates.cospar_id], bool)
    names, counts = np.unique([str(n).upper().removesuffix(" DEB").strip() for n in fragments.name], return_counts=True)
    name = str(names[int(np.argmax(counts))]) if counts.max() * 2 > len(fragments) else ""
    of_name = np.array([name != "" and str(n).upper().strip() == name for n in candidates.name], bool)
    return np.where(of_launch, np.log(NAMED), 0.0) + np.where(of_launch & of_name, np.log(CALLED), 0.0)


def launch_of_most(fragments: ElementSets) -> str:
    """The launch that most of these pieces are said to be of, or "" where that is less than half."""
    names, counts = np.unique([launch_of(str(c)) for c in fragments.cospar_id], return_counts=True)
    k = int(np.argmax(counts))
    return str(names[k]) if counts[k] * 2 > len(fragments) else ""


KIN_INC_DEG, KIN_KM = 0.02, 10.0
FAR_DEG, FAR_KM = 90.0, 1000.0


def kin(pieces: ElementSets, candidates: ElementSets) -> tuple[Candidate, ...]:
    """Whom a cloud belongs to whose moment is lost: by inclination and axis in its middle, and by the catalogue's word.

    Miss and time mean nothing here and are NaN: only the odds are told. Nodes and perigees have long gone all the way round.
    """
    middle_utc = np.sort(pieces.epoch_utc)[len(pieces) // 2]
    chosen = nearest(candidates, middle_utc)
    chosen = chosen.take(~np.isin(chosen.norad_id, pieces.norad_id))
    if not len(chosen):
        return ()
    log = np.full(len(chosen), np.log(FAR_DEG * FAR_KM) + np.log((1.0 - UNCATALOGUED) / CATALOGUED / UNCATALOGUED))
    for values, theirs, floor in (
        (pieces.inc_deg, chosen.inc_deg, KIN_INC_DEG),
        (_axis_km(pieces), _axis_km(chosen), KIN_KM),
    ):
        middle = float(np.median(values))
        spread = max(1.4826 * float(np.median(np.abs(values - middle))), floor)
        log += _tailed((theirs - middle) / spread) - np.log(spread)
    bonus = _said(pieces, chosen)
    few = np.union1d(np.argsort(-log, kind="stable")[:SHOWN], np.argsort(-(log + bonus), kind="stable")[:SHOWN])
    by_orbit, odds = _shares(log[few], np.zeros(len(few))), _shares(log[few], bonus[few])
    age = np.abs((chosen.epoch_utc - middle_utc) / DAY)
    nan = float("nan")
    return tuple(
        Candidate(
            int(chosen.norad_id[k]),
            str(chosen.name[k]),
            str(chosen.cospar_id[k]),
            float(odds[j]),
            float(by_orbit[j]),
            nan,
            nan,
            False,
            nan,
            float(age[k]),
            chosen.take(slice(int(k), int(k) + 1)),
        )
        for j in np.argsort(-odds[:-1], kind="stable").tolist()
        for k in [few[j]]
    )


def _axis_km(sets: ElementSets) -> Floats:
    return secular.mean_axis_km(sets.mean_motion_rev_day, sets.eccentricity, sets.inc_deg)


def there_too(where: Origin, others: ElementSets, without: set[int]) -> list[tuple[int, str, float, float]]:
    """Other objects that were at the place at that moment, within three sigmas: number, name, miss and its sigma [km].

    Only where the moment is known to seconds and their sets are fresh; else nobody can say, and the list is empty.
    """
    if where.method != "pinch point":
        return []
    near = nearest(others, where.t_utc)
    age = (where.t_utc - near.epoch_utc) / DAY
    near, age = near.take(np.abs(age) < FRESH_DAYS), age[np.abs(age) < FRESH_DAYS]
    states = orbits.states(satellites_of(near), np.array([where.t_utc]))
    r, v = states.r_km[:, :, 0], states.v_km_s[:, :, 0]
    good = np.flatnonzero(np.linalg.norm(r - where.r_km, axis=1) < 200.0)
    near, r, v, age = near.take(good), r[good], v[good], age[good]
    rtn = np.einsum("kai,ki->ka", rtn_basis(r, v), r - where.r_km)
    sigma = np.hypot(class_sigma_rtn_km(near.mean_motion_rev_day, near.eccentricity, age), where.sigma_km)
    sigma[:, 1] = np.hypot(sigma[:, 1], 7.5 * where.sigma_s)
    out = []
    for k in range(len(near)):
        if int(near.norad_id[k]) not in without and (np.abs(rtn[k]) < 3.0 * sigma[k]).all():
            out.append((int(near.norad_id[k]), str(near.name[k]), float(np.linalg.norm(rtn[k])), float(np.linalg.norm(sigma[k]))))
    return sorted(out, key=lambda x: x[2])
