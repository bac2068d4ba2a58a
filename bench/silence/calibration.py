"""Does the chance of a gap come out as stated, on objects that nothing was learnt on; and how long is an alarm waited for."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from bench.silence import archive, learning
from hoshimori.detect import rhythm
from hoshimori.detect.silence_odds import YEAR_DAYS
from hoshimori.detect.silence_rates import Rates
from hoshimori.facts import Floats

STATED = (0.5, 0.1, 0.05, 0.01, 0.003, 0.001, 0.0003)
RATES_A_YEAR = (1.0, 0.1)


def stated(objects: list[tuple[int, Floats]], tail: rhythm.Tail, weight: float) -> tuple[Floats, Floats, Floats]:
    """Of every gap, as stated before it began: its chance, false alarms a year at its length, and its length in days."""
    chance, alarms, days = [], [], []
    for _, gaps in objects:
        for j in range(learning.LEAST_BEFORE, len(gaps)):
            own = rhythm.Rhythm(np.sort(gaps[max(0, j - rhythm.RECORD) : j]), tail, weight)
            p = own.survival(float(gaps[j]))
            chance.append(p)
            alarms.append(p * YEAR_DAYS / own.mean_days)
            days.append(float(gaps[j]))
    return np.array(chance), np.array(alarms), np.array(days)


def report(data: Path, rates: Rates) -> None:
    print("\nChance of a gap, on the half that nothing was learnt on: share of gaps below each stated chance, over that chance")
    print(
        "  class          objects   gaps  " + "  ".join(f"{s:>7g}" for s in STATED) + "   false alarms a year at 1 / 0.1 stated"
    )
    for key, objects in learning.gaps_by_class(data, False).items():
        chance, alarms, days = stated(objects, rates.tails[key], rates.weight)
        years = days.sum() / YEAR_DAYS
        shares = "  ".join(f"{(chance <= s).mean() / s:7.2f}" for s in STATED)
        rate = " / ".join(f"{(alarms <= r).sum() / years:.3f} ({(alarms <= r).sum()})" for r in RATES_A_YEAR)
        print(f"  {key:13s} {len(objects):8d} {len(days):6d}  {shares}   {rate} in {years:.0f} object-years")
    by_era(data, rates)
    delay(data, rates)


def by_era(data: Path, rates: Rates) -> None:
    """The long histories that were not learnt on, one by one, and the others before and after 2013 by their years."""
    print("\nLong histories one by one: false alarms a year where 1 and 0.1 are stated; * learnt on")
    for name, sets in archive.history(data).items():
        gaps = rhythm.gaps_days(rhythm.moments(sets).known_utc)
        tail = rates.tail(float(sets.mean_motion_rev_day[0]), float(gaps.mean()))
        _, alarms, days = stated([(0, gaps)], tail, rates.weight)
        years = days.sum() / YEAR_DAYS
        rate = " / ".join(f"{(alarms <= r).sum() / years:.2f}" for r in RATES_A_YEAR)
        print(f"  {name + ('*' if name in archive.LEARN else ''):13s} {len(days):5d} gaps, {years:5.1f} years: {rate}")


def delay(data: Path, rates: Rates) -> None:
    """How long a silence has to last before it is told, and before it is an alarm."""
    print("\nDays of silence until it is told (1 a year) and until the alarm (0.1 a year): median and 90 % of objects; usual")
    for key, objects in learning.gaps_by_class(data, False).items():
        waits = []
        for _, gaps in objects[:500]:
            own = rhythm.Rhythm(np.sort(gaps[-rhythm.RECORD :]), rates.tails[key], rates.weight)
            waits.append([own.usual_days, *(own.reached(r * own.mean_days / YEAR_DAYS) for r in RATES_A_YEAR)])
        w = np.array(waits)
        told, alarm = (f"{np.median(w[:, k]):.1f}, {np.quantile(w[:, k], 0.9):.1f}" for k in (1, 2))
        print(f"  {key:13s} told {told}; alarm {alarm}; usual {np.median(w[:, 0]):.2f}")


def after_burns(data: Path) -> None:
    """Are gaps longer across a burn of the operators' records? Long histories, gaps in means of the 400 before."""
    from bench.manoeuvres import truth

    print("\nGaps with a burn inside against others: share longer than 2 and 3 mean gaps; longest in means")
    both: dict[bool, list[Floats]] = {True: [], False: []}
    for history in truth.histories(data):
        told = rhythm.moments(history.sets).known_utc
        gaps = rhythm.gaps_days(told)
        ratio = learning.ratios(gaps)
        begin, end = told[:-1][learning.LEAST_BEFORE :], told[1:][learning.LEAST_BEFORE :]
        covered = (begin >= history.truth.start_utc) & (end <= history.truth.stop_utc)
        burns = np.sort(history.truth.t_utc) + np.timedelta64(12, "h")  # as epochs are moved to the moment of knowledge
        inside = np.searchsorted(burns, end) > np.searchsorted(burns, begin)
        for burned in (True, False):
            both[burned].append(ratio[covered & (inside == burned)])
    for burned, parts in both.items():
        x = np.concatenate(parts)
        word = "with a burn" if burned else "without    "
        print(f"  {word} {len(x):6d} gaps: {(x > 2).mean():.4f}, {(x > 3).mean():.4f}; longest {x.max():.1f}")
