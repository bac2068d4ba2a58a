"""The odds of the cause for real clouds, whose cause the public record gives: shown, never learnt from.

Times and places are those of shared/reference/methods.md, section 3; the places of the two collisions' points (72.5 N) and of
Fengyun-1C (35 N) are as commonly reported and were not checked. Each parent is its own remnant, in the same file.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np

from hoshimori import formats
from hoshimori.detect import causes, kicks
from hoshimori.facts import ElementSets


class Event(NamedTuple):
    name: str
    t_utc: str
    u_deg: float
    cospar: str
    parent: int
    file: str
    record: str


EVENTS = (
    Event("Cosmos 1408, day 57", "2021-11-15T02:47", 70.0, "1982-092", 13552, "breakups/cosmos1408_20220111.3le", "deliberate"),
    Event("Fengyun-1C, 2013", "2007-01-11T22:26", 35.5, "1999-025", 25730, "catalogue/2le_20130325.txt.gz", "deliberate"),
    Event(
        "Fengyun-1C, 2025", "2007-01-11T22:26", 35.5, "1999-025", 25730, "breakups/fengyun-1c-debris_20250215.3le", "deliberate"
    ),
    Event("Cosmos 2251, 2013", "2009-02-10T16:56", 82.8, "1993-036", 22675, "catalogue/2le_20130325.txt.gz", "collision"),
    Event(
        "Cosmos 2251, 2025", "2009-02-10T16:56", 82.8, "1993-036", 22675, "breakups/cosmos-2251-debris_20250215.3le", "collision"
    ),
    Event("Iridium 33, 2013", "2009-02-10T16:56", 72.9, "1997-051", 24946, "catalogue/2le_20130325.txt.gz", "collision"),
    Event(
        "Iridium 33, 2025", "2009-02-10T16:56", 72.9, "1997-051", 24946, "breakups/iridium-33-debris_20250215.3le", "collision"
    ),
)


def judge(data: Path) -> None:
    print("\nreal clouds: cause on record, what the cloud says")
    for event in EVENTS:
        sets = read(data / event.file)
        t = np.datetime64(event.t_utc, "us")
        home = sets.take(np.flatnonzero(sets.norad_id == event.parent)[:1])
        if not len(home):
            print(f"{event.name}: parent {event.parent} is not in the file")
            continue
        mine = np.array([c.startswith(event.cospar) for c in sets.cospar_id]) & (sets.norad_id != event.parent)
        pieces = sets.take(mine & np.array([len(c) > 9 or c[8:] not in "ABC" for c in sets.cospar_id]))
        thrown = kicks.from_elements(pieces, home, t, float(np.radians(event.u_deg)))
        age = float((np.median(pieces.epoch_utc.astype(np.int64)) - t.astype(np.int64)) / 86400e6)
        parent = causes.Parent(*place(home, event), age)
        odds = causes.cause(thrown.dv_rtn_m_s, thrown.sigma_m_s, kicks.area_mass_m2_kg(pieces.bstar_per_er), parent=parent)
        reasons = "; ".join(r.code for r in odds.reasons)
        print(f"{event.name} ({event.record}): {len(pieces)} pieces, age {age:.0f} d")
        print(f"  explosion {odds.explosion:.2f}, struck {odds.struck:.2f}; judged: {odds.carries}; {reasons}")
        for w in odds.evidence:
            print(f"    {w.name}: llr {w.llr_collision:+.2f} {'' if w.used else '(not used) '}", _short(w.measured))


def place(home: ElementSets, event: Event) -> tuple[np.ndarray, np.ndarray]:
    """The parent's state where its argument of latitude is the event's, on the orbit of its own set: for the loss to the air."""
    period_s = 86400.0 / home.mean_motion_rev_day[0]
    t = home.epoch_utc[0] + (np.linspace(0.0, period_s, 361) * 1e6).astype("timedelta64[us]")
    states = [kicks.state(home, k) for k in t]
    off = [np.cos(kicks.argument_of_latitude_rad(r, v) - np.radians(event.u_deg)) for r, v in states]
    return states[int(np.argmax(off))]


def read(path: Path) -> ElementSets:
    return ElementSets.concat([p.element_sets for p in formats.read(path.read_bytes(), path.name)])


def _short(measured: object) -> str:
    return ", ".join(f"{k} {v:.3g}" for k, v in dict(measured).items())  # type: ignore[call-overload]
