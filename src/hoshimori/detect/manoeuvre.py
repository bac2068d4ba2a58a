"""Who moved, when and by how much: burns inferred from histories of mean elements, with the dull explanations tested.

A burn is a kink in the distance run along the track, or a step in the plane. Each series' own noise is learnt first; every gap
between two sets is asked whether a kick there explains what follows better than noise, and better than one bad set does; what
stands out is weighed by what operators' records have taught. Docs: docs/manoeuvres.md; choices: design/manoeuvres.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from hoshimori.detect import becoming_known
from hoshimori.detect.burns import Burn, Told, Untold
from hoshimori.detect.candidates import THRESHOLD, candidates
from hoshimori.detect.classes import chained, classed
from hoshimori.detect.dull import explanations
from hoshimori.detect.histories import Histories, by_object, histories
from hoshimori.detect.moves import Moves, moves
from hoshimori.detect.swaps import Swap, swaps
from hoshimori.detect.weighing import Weights, shipped
from hoshimori.facts import Asset, DataMode, ElementSets, Times, Watchlist
from hoshimori.findings import Event, Evidence, Explanation, Quantity, Reason, iso
from hoshimori.ports import Progress, View, silent

SHOWN_SETS = 40
"""The evidence of a burn names this many sets on either side: what it was judged on."""

AS_KNOWN = "as it became known"
REMARKABLE = ("relocation", "avoidance", "graveyard", "deorbit", "unusual")
"""Burns that need a look even by those who know too little of the object to call anything unusual for it."""


@dataclass(frozen=True)
class Settings:
    """threshold: twice the log likelihood ratio from which a gap is a candidate; probability: from which a burn is told."""

    threshold: float = THRESHOLD
    probability: float = 0.5


def find(
    sets: ElementSets,
    *,
    settings: Settings | None = None,
    as_it_became_known: bool = False,
    as_of_utc: np.datetime64 | None = None,
    weights: Weights | None = None,
    progress: Progress = silent,
) -> Told:
    """Burns of any number of objects, from all their sets, in any order; and what cannot be told.

    as_it_became_known: each burn as it could first be told, from the sets known by then alone; `known_utc` is that moment, and
    `delay_s` the time from burn to alarm. Otherwise in retrospect, `known_utc` being when the first set that shows it could be
    known. as_of_utc: sets known later are left out. weights: of the logistic regression; the shipped ones by default.
    """
    chosen, learnt = settings or Settings(), weights or shipped()
    if as_of_utc is not None:
        sets = sets.take(np.isnat(sets.known_utc) | (sets.known_utc <= as_of_utc))
    progress("reading histories", 0, 0)
    h, untold = histories(sets)
    progress("looking for burns", 0, len(h))
    if as_it_became_known:
        found, known = becoming_known.moves(h, learnt, chosen.threshold, chosen.probability)
    else:
        found, displaced = moves(candidates(h, chosen.threshold), learnt, chosen.threshold, chosen.probability)
        untold += [_displaced(h, int(k)) for k in displaced]
        found = chained(found)
        known = h.sets.known_utc[found.row + 1]
    exchanged = swaps(found)
    if as_it_became_known:  # of an exchange the first alarm stands: the other half was not known then
        exchanged = [s for s in exchanged if known[s.other] <= known[s.move]]
    untold += [_swapped(found, s) for s in exchanged]
    kept = np.setdiff1d(np.arange(len(found)), [s.move for s in exchanged])
    found, known = found.take(kept), known[kept]
    progress("looking for burns", len(h), len(h))
    method = _method(chosen, learnt, as_it_became_known)
    return Told(tuple(_burns(found, known, method)), tuple(sorted(untold, key=lambda u: (u.norad_id, str(u.start_utc)))))


def _displaced(h: Histories, row: int) -> Untold:
    why = Reason("displaced without a change of speed", {})
    return Untold(int(h.sets.norad_id[row]), why, h.sets.epoch_utc[row], h.sets.epoch_utc[row + 1])


def _swapped(m: Moves, swap: Swap) -> Untold:
    h, row = m.histories, int(m.row[swap.move])
    other = int(h.sets.norad_id[m.row[swap.other]])
    values: dict[str, str | float] = {"own": str(h.sets.norad_id[row]), "other": str(other), "km": swap.jump_km}
    return Untold(int(h.sets.norad_id[row]), Reason("identity swap", values), h.sets.epoch_utc[row], h.sets.epoch_utc[row + 1])


def _method(settings: Settings, weights: Weights, as_it_became_known: bool) -> dict[str, Any]:
    mode = AS_KNOWN if as_it_became_known else "retrospective"
    return {"settings": asdict(settings), "mode": mode, "learnt_on": weights.learnt_on}


def _burns(m: Moves, known_utc: Times, method: Mapping[str, Any]) -> Iterator[Burn]:
    """What a burn was is said from all sets and burns; as it became known, from those that were known then."""
    tests, h = explanations(m), m.histories
    growing = method["mode"] == AS_KNOWN
    until = m.seen if growing else h.first[m.stretch + 1] - 1
    for _, rows in by_object(h.sets.norad_id[m.row]):
        mine = np.arange(rows.start, rows.stop)
        for k in mine.tolist():
            then = mine[known_utc[mine] <= known_utc[k]] if growing else mine
            label, usual = classed(m.take(then), int(np.searchsorted(then, k)), int(until[k]))
            yield _burn(m, k, known_utc[k], label, usual, tests[k], method, int(until[k]))


def _burn(
    m: Moves,
    k: int,
    known_utc: np.datetime64,
    label: str,
    usual: bool | None,
    tests: tuple[Explanation, ...],
    method: Mapping[str, Any],
    until: int,
) -> Burn:
    h, row = m.histories, int(m.row[k])
    t_utc, start, stop = (_utc(h, row, float(x)) for x in (m.days[k], m.start_days[k], m.stop_days[k]))
    nan = float("nan")
    return Burn(
        norad_id=int(h.sets.norad_id[row]),
        t_utc=t_utc,
        sigma_s=float(m.sigma_days[k]) * 86400.0,
        dv_rtn_m_s=(nan, float(m.in_track[k]), float(m.cross_track[k])),
        dv_sigma_m_s=(float(m.radial_bound[k]), float(m.in_track_sigma[k]), float(m.cross_track_sigma[k])),
        probability=float(m.probability[k]),
        label=label,
        routine=usual,
        explanations=tests,
        known_utc=known_utc,
        last_before_utc=h.sets.epoch_utc[row],
        first_after_utc=h.sets.epoch_utc[row + 1],
        start_utc=start,
        stop_utc=stop,
        evidence=_evidence(m, k, method, until),
        quantities=_quantities(m, k, until),
        data_mode=DataMode(int(h.sets.data_mode[row])),
    )


def _utc(h: Histories, row: int, days: float) -> np.datetime64:
    """The UTC instant of a TAI day count, from the nearer set: exact but for a leap second in between."""
    offset = np.timedelta64(round((days - float(h.day[row + 1])) * 86400e6), "us")
    return np.datetime64(h.sets.epoch_utc[row + 1] + offset, "us")


def _evidence(m: Moves, k: int, method: Mapping[str, Any], until: int) -> Evidence:
    h, row = m.histories, int(m.row[k])
    a = int(h.first[h.stretch[row]])
    rows = range(max(a, row + 1 - SHOWN_SETS), min(until, row + SHOWN_SETS) + 1)
    inputs = tuple(h.digests[i] for i in rows)
    parameters = {**method, "sets_in_stretch": until + 1 - a, "statistic": float(m.statistic[k])}
    return Evidence(
        "its orbit was changed", "manoeuvre@1", inputs, parameters, "the sets follow one smooth orbit within their noise"
    )


def _quantities(m: Moves, k: int, until: int) -> dict[str, Quantity]:
    h, row = m.histories, int(m.row[k])
    after, before = h.sma_km[row + 1 : min(until, row + 3) + 1], h.sma_km[max(int(h.first[h.stretch[row]]), row - 2) : row + 1]
    change = float(np.median(after) - np.median(before))
    return {
        "semi_major_axis_change_km": Quantity(change, "km"),
        "statistic": Quantity(float(m.statistic[k]), "1"),
        "along_track_probability": Quantity(float(m.along[k]), "1"),
        "plane_probability": Quantity(float(m.plane[k]), "1"),
        "gap_days": Quantity(float(h.day[row + 1] - h.day[row]), "d"),
    }


class Manoeuvre:
    """The detector `manoeuvre`: burns of the watched satellites inside the window. Satisfies ports.Detector."""

    name = "manoeuvre"
    version = "1"

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or Settings()

    def with_settings(self, settings: Mapping[str, Any]) -> Manoeuvre:
        return Manoeuvre(Settings(**settings))

    @property
    def method(self) -> str:
        return f"{self.name}@{self.version}"

    def detect(self, view: View, watchlist: Watchlist, *, progress: Progress = silent) -> list[Event]:
        """Events of kind "manoeuvre", sorted by subject and time. All of each asset's record teaches; the window is told."""
        assets = [a for a in watchlist.assets if a.norad_id is not None]
        if not assets:
            return []
        records = view.history([a.norad_id for a in assets if a.norad_id is not None])
        records = records.take(records.epoch_utc <= view.stop_utc)
        found: list[Event] = []
        for asset in assets:
            mine = records.take(records.norad_id == asset.norad_id)
            told = find(mine, settings=self.settings, progress=silent)
            inside = [b for b in told.burns if view.start_utc <= b.t_utc <= view.stop_utc]
            digests = tuple(mine.digest_texts()) if inside else ()
            found += [self._event(view, asset, b, digests) for b in inside]
        return sorted(found, key=lambda e: (e.subject, e.start_utc))

    def _event(self, view: View, asset: Asset, burn: Burn, digests: tuple[str, ...]) -> Event:
        parameters = {
            "settings": asdict(self.settings),
            "start": iso(view.start_utc),
            "stop": iso(view.stop_utc),
            "as_of": iso(view.as_of_utc),
            "asset": asset.asset_id,
            "cospar_id": asset.cospar_id,
            "declared": False,
        }
        evidence = Evidence(burn.evidence.claim, self.method, digests, parameters, burn.evidence.expected)
        return event(burn, evidence, view.as_of_utc)


def event(burn: Burn, evidence: Evidence, as_of_utc: np.datetime64) -> Event:
    """A burn as an event. `normal` where it keeps the orbit and is not unlike the object's own burns as far as known."""
    quantities = {
        "probability": Quantity(burn.probability, "1"),
        "t_sigma_s": Quantity(burn.sigma_s, "s"),
        "dv_radial_bound_m_s": Quantity(burn.dv_sigma_m_s[0], "m/s"),
        "delay_s": Quantity(burn.delay_s, "s"),
    }
    for name, value, sigma in zip(("in_track", "cross_track"), burn.dv_rtn_m_s[1:], burn.dv_sigma_m_s[1:], strict=True):
        if not np.isnan(value):
            quantities[f"dv_{name}_m_s"] = Quantity(value, "m/s", sigma)
    finite = {k: q for k, q in quantities.items() if np.isfinite(q.value)}
    return Event(
        kind="manoeuvre",
        start_utc=burn.start_utc,
        stop_utc=burn.stop_utc,
        subject=str(burn.norad_id),
        others=(),
        label=burn.label,
        normal=burn.routine is not False and burn.label not in REMARKABLE,
        quantities=finite,
        evidence=(evidence,),
        explanations=burn.explanations,
        as_of_utc=as_of_utc,
        data_mode=burn.data_mode,
    )
