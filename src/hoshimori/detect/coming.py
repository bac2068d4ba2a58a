"""What the visitor's own record says about how it came: burns on the way, burns between sets, stops beside the same owner.

Each measure has its null from the visitor's own past, so that one that moves often is not strange for moving.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hoshimori.detect import chance, visits
from hoshimori.detect.burns import Burn, Told
from hoshimori.detect.unusual import Measure, untold
from hoshimori.facts import ElementSets
from hoshimori.findings import Quantity, Reason

ON_THE_WAY_DAYS = 14.0
SETTLING_DAYS = 3.0
"""Burns count from so long before a stay begins until so long after: the burn that stops a visitor falls inside the stay."""
LIKELY = 0.5
"""Burns of lower probability are not counted."""
CHANGING = ("relocation", "graveyard", "deorbit", "unusual")
"""Labels of burns that change where an object goes, even where that is its habit: how often it does so is in the null."""
FEWEST_GAPS = 10
DAY = np.timedelta64(86_400_000_000, "us")


def out_of_routine(burn: Burn) -> bool:
    """Is this burn unlike the object's own, or one that changes where the object goes?"""
    return burn.routine is False or burn.label in CHANGING


def arrival_burns(start_utc: np.datetime64, stop_utc: np.datetime64, history: ElementSets, told: Told) -> Measure:
    """Burns outside its routine on the way here, against how often this object made such burns before.

    history: the visitor's sets, sorted by epoch; told: what was found in them.
    """
    silent = _silent("arrival burns", told, start_utc, stop_utc)
    if silent:
        return silent
    begins, ends = _way(start_utc, stop_utc)
    record_begins = _since(history)
    if record_begins is None or record_begins > start_utc - np.timedelta64(1, "D"):
        days = 0.0 if record_begins is None else max(0.0, float((start_utc - record_begins) / DAY))
        return untold("arrival burns", Reason("record begins too late", {"days": days}))
    begins = max(begins, record_begins)
    strange = _counted(told)
    seen = sum(1 for b in strange if begins <= b.t_utc <= ends)
    before = sum(1 for b in strange if b.t_utc < begins)
    days, record_days = float((ends - begins) / DAY), float((begins - record_begins) / DAY)
    expected = chance.burns_expected(before, record_days, days)
    p = chance.burns_as_many(seen, before, record_days, days)
    why = Reason("arrival burns", {"burns": float(seen), "expected": expected, "days": days})
    return Measure("arrival burns", p, Quantity(float(seen), "1"), Quantity(expected, "1"), why)


def burn_in_a_gap(start_utc: np.datetime64, stop_utc: np.datetime64, history: ElementSets, told: Told) -> Measure:
    """Did a burn on the way here fall between two sets farther apart than is usual for this object?

    Null: the burn falls anywhere in the record; long gaps take up more of it than short ones. Gaps are those of the public
    sets: whether anybody looked in between is not known.
    """
    name = "burn in a gap"
    silent = _silent(name, told, start_utc, stop_utc)
    if silent:
        return silent
    gaps_days = np.diff(history.epoch_utc) / DAY
    if len(gaps_days) < FEWEST_GAPS:
        return untold(name, Reason("too few sets", {"sets": float(len(history))}))
    begins, ends = _way(start_utc, stop_utc)
    coming = [b for b in _counted(told) if begins <= b.t_utc <= ends]
    if not coming:
        return untold(name, Reason("no burn on arrival"))
    hidden = [float((b.first_after_utc - b.last_before_utc) / DAY) for b in coming]
    usual, longest = float(np.median(gaps_days)), max(hidden)
    p = min(1.0, len(coming) * chance.gap_as_long(longest, gaps_days))
    why = Reason("hidden burn", {"gap_hours": 24.0 * longest, "usual_hours": 24.0 * usual})
    return Measure(name, p, Quantity(24.0 * longest, "h"), Quantity(24.0 * usual, "h"), why)


def repeat_visits(start_utc: np.datetime64, history: ElementSets, here_deg: float, slots_deg: Sequence[float]) -> Measure:
    """Earlier stops of the visitor beside satellites of the same owner, this one included, against stops at random.

    slots_deg: longitudes of the owner's satellites. Null: every stop lies anywhere on the arc that the visitor has travelled.
    """
    name = "repeat visits"
    near_ring = len(history) and bool((np.abs(history.mean_motion_rev_day - 1.0) < 0.1).all())
    if not near_ring:
        return untold(name, Reason("only near the ring"))
    made = [s for s in visits.stops(history) if s.stop_utc < start_utc]
    if not made:
        days = max(0.0, float((start_utc - history.epoch_utc[0]) / DAY))
        return untold(name, Reason("no earlier stop", {"days": days}))
    places, slots = [s.longitude_deg_e for s in made], [here_deg, *slots_deg]
    hits = visits.beside(places, slots)
    share = visits.share_beside([*places, here_deg], slots)
    p = chance.as_many_of(hits, len(made), share)
    expected = share * len(made)
    why = Reason("earlier stops", {"hits": float(hits), "stops": float(len(made)), "expected": expected})
    return Measure(name, p, Quantity(float(hits), "1"), Quantity(expected, "1"), why)


def _counted(told: Told) -> list[Burn]:
    return [b for b in told.burns if b.probability >= LIKELY and out_of_routine(b)]


def _silent(name: str, told: Told, start_utc: np.datetime64, stop_utc: np.datetime64) -> Measure | None:
    """Untold, with the reason that was given, where no burn on the way is told and some stretch of the way cannot be told."""
    begins, ends = _way(start_utc, stop_utc)
    if any(begins <= b.t_utc <= ends for b in _counted(told)):
        return None
    for gap in told.untold:
        whole = np.isnat(gap.start_utc) and np.isnat(gap.stop_utc)
        if whole or not (gap.stop_utc < begins or gap.start_utc > ends):
            return untold(name, gap.reason)
    return None


def _way(start_utc: np.datetime64, stop_utc: np.datetime64) -> tuple[np.datetime64, np.datetime64]:
    begins = start_utc - np.timedelta64(round(ON_THE_WAY_DAYS * 86400), "s")
    settled = start_utc + np.timedelta64(round(SETTLING_DAYS * 86400), "s")
    return begins, min(settled, stop_utc)


def _since(history: ElementSets) -> np.datetime64 | None:
    return np.datetime64(history.epoch_utc[0], "us") if len(history) else None
