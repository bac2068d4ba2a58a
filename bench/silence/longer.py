"""Long waits: histories of years cut at random moments, the others going on; how the odds of not coming back grow."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from bench.silence import archive
from bench.silence.planted import asked
from hoshimori.facts import ElementSets

WAITS = (2.0, 4.0, 7.0, 14.0, 30.0)
TRIALS = 20
SEED = 5
BACK = np.timedelta64(450, "D")


def report(data: Path) -> None:
    every = archive.history(data)
    rng = np.random.default_rng(SEED)
    print(f"\nLong histories not learnt on, cut at {TRIALS} random moments each, the other nine going on: state after the cut")
    print("  satellite     wait d: silent, odds of not coming back (mean), likeliest of these")
    for name, sets in every.items():
        if name in archive.LEARN:
            continue
        number = int(sets.norad_id[0])
        known = np.sort(sets.known_utc)
        cuts = rng.choice(known[200:-60], TRIALS, replace=False)
        cells = []
        for wait in WAITS:
            silent, gone, best = 0, [], []
            for cut in cuts:
                as_of = cut + np.timedelta64(int(wait * 86400e6), "us")
                parts = [x.take((x.known_utc > cut - BACK) & (x.known_utc <= as_of)) for k, x in every.items() if k != name]
                mine = sets.take((sets.known_utc <= cut) & (sets.known_utc > cut - BACK))
                (a,) = asked(ElementSets.concat([mine, *parts]), [number], as_of)
                silent += a.state == "silent"
                gone.append(a.gone)
                best.append(max(("lost", "not published any more", "decayed", "renumbered"), key=lambda h: a.odds.get(h, 0.0)))
            names, counts = np.unique(best, return_counts=True)
            cells.append(f"{wait:g}: {silent}/{TRIALS}, {np.mean(gone):.2f}, {names[np.argmax(counts)]}")
        print(f"  {name:12s} " + "; ".join(cells))
