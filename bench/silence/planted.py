"""Silences made by construction in real histories: what is said of each, and how sure.

Cut only, cut together with siblings, cut when about to come down, renumbered, the whole list out, and not cut at all. Objects
with even numbers of the week alone, on which nothing was learnt.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import numpy as np

from bench.silence import archive
from hoshimori.catalogue import MemoryView
from hoshimori.detect import rhythm, silence_life
from hoshimori.detect.silence import Account, Settings, Silence
from hoshimori.detect.silence_around import family
from hoshimori.detect.silence_odds import HYPOTHESES
from hoshimori.facts import Asset, ElementSets, Watchlist

CUT = np.datetime64("2026-05-27T12", "us")
WAITS = (0.5, 1.0, 2.0, 3.0)
GONE = ("lost", "not published any more")
TRUTH = {
    "cut": GONE,
    "cut with siblings": ("not published any more",),
    "cut when low": ("decayed",),
    "renumbered": ("renumbered",),
    "list out": ("provider outage",),
    "not cut": ("on time", "late"),
}
SEED = 20260527


def listed(numbers: list[int]) -> Watchlist:
    return Watchlist("bench", "", "", "", tuple(Asset(str(n), n, "", "", "", "", "", None, True, "", "") for n in numbers))


def asked(sets: ElementSets, numbers: list[int], as_of: np.datetime64) -> list[Account]:
    view = MemoryView(sets, as_of - np.timedelta64(21, "D"), as_of + np.timedelta64(1, "s"), as_of)
    return Silence(Settings(neighbours=0)).accounts(view, listed(numbers))


def chosen(week: ElementSets, rng: np.random.Generator, count: int) -> dict[str, list[int]]:
    """Objects with even numbers that have a rhythm before the cut and were heard on to the end of the week."""
    before = week.take(week.known_utc <= CUT)
    told = rhythm.moments(before)
    numbers, heard = np.unique(told.norad_id, return_counts=True)
    last = dict(zip(*_last(week), strict=True))
    end = week.known_utc.max() - np.timedelta64(12, "h")
    good = [int(n) for n in numbers[heard > 8] if n % 2 == 0 and last[int(n)] >= end]
    ringed = [n for n in good if n in set(week.norad_id[week.mean_motion_rev_day < 2.0].tolist())]
    mixed = [*rng.permutation(good)[:count].tolist(), *rng.permutation(ringed)[:count].tolist()]
    steady = [n for n in mixed if not silence_life.days_left(_by_epoch(before, n)) < 30.0]
    sinking = before.norad_id[(before.ndot_rev_day2 > 5e-3) & (before.mean_motion_rev_day > 15.9)]
    low = [n for n in np.unique(sinking).tolist() if n in good or heard[np.searchsorted(numbers, n)] > rhythm.LEAST_GAPS]
    near = [n for n in low if silence_life.days_left(_by_epoch(before, n)) < 2.0]
    return {"steady": steady, "low": near[:count]}


def _by_epoch(sets: ElementSets, number: int) -> ElementSets:
    mine = sets.take(sets.norad_id == number)
    return mine.take(np.argsort(mine.epoch_utc, kind="stable"))


def _last(week: ElementSets) -> tuple[list[int], list[np.datetime64]]:
    order = np.lexsort((week.known_utc, week.norad_id))
    numbers, first = np.unique(week.norad_id[order], return_index=True)
    ends = np.append(first[1:], len(order)) - 1
    return numbers.tolist(), list(week.known_utc[order][ends])


def report(data: Path, count: int) -> None:
    week = archive.week(data)
    fast = (week.mean_motion_rev_day > 14.5) & (week.ndot_rev_day2 < 5e-3)
    week = week.take(~np.isin(week.norad_id, week.norad_id[fast]) | (week.norad_id % 8 == 0))  # one in eight of the many low ones
    rng = np.random.default_rng(SEED)
    objects = chosen(week, rng, count)
    steady, low = objects["steady"], objects["low"]
    stems: dict[str, list[int]] = defaultdict(list)
    for n, name in {int(n): str(x) for n, x in zip(week.norad_id, week.name, strict=True)}.items():
        if family(name):
            stems[family(name)].append(n)
    called = {int(n): str(x) for n, x in zip(week.norad_id, week.name, strict=True)}
    print(f"\nPlanted silences, cut at {CUT}: {len(steady)} objects, {len(low)} about to come down; odds of the truth")
    print("  case               wait d  asked  state: on time/late/silent/nobody  top-1  top-1 of those gone  mean odds  Brier")
    for wait in WAITS:
        as_of = CUT + np.timedelta64(int(wait * 86400e6), "us")
        after = week.known_utc > CUT
        cases: dict[str, list[Account]] = {"not cut": asked(week, steady, as_of)}
        cases["cut"] = _in_parts(week, steady, after, as_of)
        cases["cut with siblings"] = []
        for n in steady[:: max(1, len(steady) // 12)]:
            siblings = [k for k in stems.get(family(called[n]), []) if k != n][:3]
            if siblings:
                cases["cut with siblings"] += asked(week.take(~(after & np.isin(week.norad_id, [n, *siblings]))), [n], as_of)
        cases["cut when low"] = asked(week.take(~(after & np.isin(week.norad_id, low))), low, as_of) if low else []
        fresh = [n for n in steady if (after & (week.norad_id == n)).any()]
        moved = np.where(after & np.isin(week.norad_id, fresh), week.norad_id + 800_000_000, week.norad_id)
        cases["renumbered"] = asked(week.having(norad_id=moved), fresh, as_of)
        cases["list out"] = asked(week.take(~after), steady, as_of)
        for case, accounts in cases.items():
            _row(case, wait, accounts)


def _in_parts(week: ElementSets, numbers: list[int], after: np.ndarray, as_of: np.datetime64) -> list[Account]:
    """Twenty at a time, so that those cut do not look like an outage of their list."""
    out = []
    for k in range(0, len(numbers), 20):
        part = numbers[k : k + 20]
        out += asked(week.take(~(after & np.isin(week.norad_id, part))), part, as_of)
    return out


def _row(case: str, wait: float, accounts: list[Account]) -> None:
    known = [a for a in accounts if a.odds]
    if not known:
        print(f"  {case:18s} {wait:6.1f}  nothing could be asked")
        return
    states = [a.state for a in known]
    split = "/".join(str(states.count(s)) for s in ("on time", "late", "silent", "nobody heard"))
    truth = TRUTH[case]
    top = np.mean([a.likeliest in truth for a in known])
    gone = ("lost", "not published any more", "decayed", "renumbered")
    likeliest_gone = [max(gone, key=lambda h, a=a: a.odds[h]) for a in known]  # type: ignore[misc]
    of_gone = f"{np.mean([x in truth for x in likeliest_gone]):.2f}" if truth[0] in gone else "   —"
    share = np.array([sum(a.odds[h] for h in truth) for a in known])
    brier = np.mean(
        [(1.0 - s) ** 2 + sum(a.odds[h] ** 2 for h in HYPOTHESES if h not in truth) for a, s in zip(known, share, strict=True)]
    )
    print(
        f"  {case:18s} {wait:6.1f} {len(known):6d}  {split:>32s}  {top:5.2f}  {of_gone:>19s}  {share.mean():9.3f}  {brier:5.3f}"
    )
