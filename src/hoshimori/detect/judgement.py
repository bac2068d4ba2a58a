"""From stays to judged stays: every measure, who was nearer, one number, and all that a re-run needs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from hoshimori.detect import chance, coming, company, manoeuvre, staying
from hoshimori.detect.burns import Told
from hoshimori.detect.neighbourhood import Bodies, last_of_each_fit
from hoshimori.detect.pairs import Settings
from hoshimori.detect.series import STAY_TURNS
from hoshimori.detect.staying import Found
from hoshimori.detect.unusual import Measure, combined_chance, untold, unusual
from hoshimori.facts import ElementSets, Watchlist
from hoshimori.findings import Event, Evidence, Explanation, Quantity, Reason
from hoshimori.ports import View
from hoshimori.sky import frames

ToldOf = Callable[[int, ElementSets], Told]
"""The burns of one object, from its number and its history."""
BEYOND_CHANCE = 0.01


def burns_in(_number: int, history: ElementSets) -> Told:
    """The burns that one object's own sets show, and nothing else's: a re-run from the evidence finds the same."""
    return manoeuvre.find(history)


@dataclass(frozen=True)
class Judge:
    """Judges the stays of one group. `around`: all bodies of the window, to see who else is near."""

    view: View
    watchlist: Watchlist
    around: Bodies
    settings: Settings
    told_of: ToldOf

    def judged(self, stays: Sequence[Found]) -> list[Event]:
        """The events of these stays with their measures, in the same order. A stay is compared with the others of its subject."""
        strangers = sorted({f.other for f in stays if not f.event.normal and f.other >= 0})
        every = self.view.history(strangers) if strangers else ElementSets.empty()
        every = every.take(every.epoch_utc >= self.view.start_utc - np.timedelta64(round(self.settings.past_days * 86400), "s"))
        history = {key: last_of_each_fit(every.take(every.norad_id == key)) for key in strangers}
        return [
            self._usual(f) if f.event.normal else self._stranger(f, history[f.other], self._partners(f, stays)) for f in stays
        ]

    def _partners(self, one: Found, stays: Sequence[Found]) -> list[Found]:
        """Other visitors of the same satellite that are there for at least a turn together with this one."""
        turn = np.timedelta64(round(STAY_TURNS * one.pair.body.period_s * 1e6), "us")
        return [
            f
            for f in stays
            if f.subject == one.subject and f.other != one.other and not f.event.normal and _shared(one, f, self.view)[2] >= turn
        ]

    def _usual(self, found: Found) -> Event:
        """A known neighbour: what its motion says is told, its record is not asked."""
        why = Reason("usual here")
        asked = ("arrival burns", "burn in a gap", "sun behind", "repeat visits", "formation")
        measures = [staying.time_near(self.view, found, 1), staying.plane_match(found), *(untold(n, why) for n in asked)]
        return _with(found, measures, None, {}, [], [])

    def _stranger(self, found: Found, history: ElementSets, partners: Sequence[Found]) -> Event:
        rank = self._rank(found)
        told = self.told_of(found.other, history)
        start, stop = found.event.start_utc, min(found.event.stop_utc, self.view.as_of_utc)
        slots = self._slots(found)
        measures = [
            staying.time_near(self.view, found, rank.place if rank else 1),
            staying.plane_match(found),
            coming.arrival_burns(start, stop, history, told),
            coming.burn_in_a_gap(start, stop, history, told),
            staying.sun_behind(self.view, found),
            coming.repeat_visits(start, history, self._longitude(found), slots),
            self._formation(found, partners),
        ]
        near = [key for key, _ in rank.nearer] if rank else []
        more = self._inputs(found, [*near, *(p.other for p in partners)])
        parameters: dict[str, Any] = {"operator": found.pair.body.asset.operator, "slots": slots}
        keys = {found.subject, found.other, *near, *(p.other for p in partners)}
        groups = [sorted(g & keys) for g in self.watchlist.co_located if len(g & keys) > 1]
        parameters["co_located"] = sorted(groups)
        return _with(found, measures, rank, parameters, history.digest_texts(), more)

    def _rank(self, found: Found) -> company.Rank | None:
        """Within the window: beyond it only the watched satellite and its visitors are known."""
        start, stop = max(found.event.start_utc, self.view.start_utc), min(found.event.stop_utc, self.view.stop_utc)
        if stop <= start or found.other not in self.around.keys or found.subject not in self.around.keys:
            return None
        return company.rank(self.around, found.subject, found.other, start, stop, found.pair.within_km)

    def _slots(self, found: Found) -> list[float]:
        """Longitudes that the watchlist gives for other satellites of the same owner."""
        owner = owner_of(found.pair.body.asset.operator)
        mine = [a for a in self.watchlist.assets if owner and owner_of(a.operator) == owner and a is not found.pair.body.asset]
        return sorted({float(a.longitude_deg_e) for a in mine if a.longitude_deg_e is not None})

    def _longitude(self, found: Found) -> float:
        """Of the watched satellite, averaged over the stay."""
        row = np.full(len(found.t_utc), found.around.row(found.subject))
        r, _ = found.around.trajectories.at(row, found.t_utc, np.zeros(len(row)))
        angle = np.radians(np.asarray(frames.longitude_deg(r, found.t_utc)))
        mean = np.nanmean(np.exp(1j * angle))
        return float(np.degrees(np.angle(mean)) % 360.0)

    def _formation(self, found: Found, partners: Sequence[Found]) -> Measure:
        """The other visitor that kept nearest to this one, against two that know nothing of each other."""
        known = [p for p in partners if p.other in found.around.keys]
        if not known:
            return untold("formation", Reason("no second visitor"))
        apart = {
            p.other: company.kept_within_km(found.around, found.other, p.other, *_shared(found, p, self.view)[:2]) for p in known
        }
        other, km = min(apart.items(), key=lambda x: x[1])
        within = found.pair.within_km
        if not np.isfinite(km):
            return untold("formation", Reason("no second visitor"))
        p = min(1.0, len(known) * chance.as_close(km, within))
        usual = (2.0 - 2.0**0.5) * within
        why = Reason("second visitor", {"other": str(other), "km": km, "expected_km": usual})
        return Measure("formation", p, Quantity(km, "km"), Quantity(usual, "km"), why)

    def _inputs(self, found: Found, keys: Sequence[int]) -> list[str]:
        """Digests of the sets of these objects, and of those that explain them, as they were used."""
        every = set(keys) | {s.other for s in self.around.suspicions if s.norad_id in keys and s.other is not None}
        out = []
        for key in sorted(every):
            for basis in (found.around, self.around):
                out += basis.sets_of(key).digest_texts()
        return out


def owner_of(operator: str) -> str:
    """The first name that a watchlist gives for who operates a satellite: "SKY Perfect JSAT; Kacific" is SKY Perfect JSAT's.

    >>> owner_of("Intelsat; SKY Perfect JSAT"), owner_of("BSS Corporation (B-SAT)")
    ('Intelsat', 'BSS Corporation')
    """
    return operator.split(";")[0].split("(")[0].strip()


def _shared(a: Found, b: Found, view: View) -> tuple[np.datetime64, np.datetime64, np.timedelta64]:
    """The time that two stays have in common, as far as it is known."""
    start, stop = max(a.event.start_utc, b.event.start_utc), min(a.event.stop_utc, b.event.stop_utc, view.as_of_utc)
    return start, stop, stop - start


def _with(
    found: Found,
    measures: Sequence[Measure],
    rank: company.Rank | None,
    parameters: dict[str, Any],
    history: Sequence[str],
    more: Sequence[str],
) -> Event:
    """The event with its measures: numbers among its quantities, nulls and reasons in a second evidence."""
    event, p = found.event, combined_chance(measures)
    quantities = staying.drifting_apart(found)
    quantities |= {"unusual": Quantity(unusual(measures, explained=event.normal), "1"), "combined_chance": Quantity(p, "1")}
    for m in measures:
        if m.chance is not None and m.value is not None:
            key = m.name.replace(" ", "_")
            quantities |= {f"measure_{key}": Quantity(m.value, "1"), f"chance_{key}": Quantity(m.chance, "1")}
    explanations = [Explanation("chance", "rejected" if p < BEYOND_CHANCE else "possible", Reason("by chance", {"p": p}))]
    if rank is not None:
        quantities |= {"nearness_rank": Quantity(float(rank.place), "1"), "own_median_km": Quantity(rank.own_km, "km")}
        explanations.append(_nearer(rank))
    first = event.evidence[0]
    inputs = tuple(dict.fromkeys([*first.inputs, *history, *more]))
    first = replace(first, inputs=inputs, parameters={**first.parameters, **parameters})
    judged = Evidence(
        f"{event.others[0]} beside {event.subject}, judged against chance",
        first.method,
        tuple(dict.fromkeys(history)),
        {"measures": [m.to_json() for m in measures]},
        "each measure as its null has it",
    )
    return replace(
        event,
        quantities={**event.quantities, **quantities},
        explanations=(*event.explanations, *explanations),
        evidence=(first, judged),
    )


def _nearer(rank: company.Rank) -> Explanation:
    if not rank.nearer:
        return Explanation("nearer to another", "rejected", Reason("nearest here", {"own_km": rank.own_km}))
    other, km = rank.nearer[0]
    reason = Reason("nearer to another", {"other": str(other), "km": km, "own_km": rank.own_km})
    return Explanation("nearer to another", "possible", reason)
