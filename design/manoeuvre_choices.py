"""The figures that design/manoeuvres.md rests on, measured on operators' records.

    python design/manoeuvre_choices.py FOLDER      # the test data

How precision and recall within a day change with the trust in mean motions, everything else as shipped; nothing is learnt anew.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # run as a script, the root is not where names are looked for

from bench.manoeuvres.matching import FALSE, found, judge, merged
from bench.manoeuvres.truth import MODERN, histories
from hoshimori.detect import histories as series
from hoshimori.detect import manoeuvre

DAY = np.timedelta64(1, "D")


def main(data: Path) -> None:
    for name, trust in (("as their scatter says", 1.0), ("as eight times their scatter", 8.0), ("not at all", 1000.0)):
        series.RATE_TRUST = trust
        print(f"mean motions trusted {name}")
        for part, (made, hits, false) in sorted(counted(data).items()):
            precision, recall = hits / (hits + false), hits / made
            print(f"  {part:16s} P {precision:.3f}  R {recall:.3f}  F1 {2 * hits / (made + hits + false):.3f}")


def counted(data: Path) -> dict[str, tuple[int, int, int]]:
    """Burns made, found, and falsely told, by regime and era."""
    made, hits, false = Counter[str](), Counter[str](), Counter[str]()
    for h in histories(data):
        burns = manoeuvre.find(h.sets).burns
        told = found(np.array([b.t_utc for b in burns], "datetime64[us]"), [b.probability for b in burns])
        table = judge(merged(told), h.truth, DAY)
        for era, name in ((False, "before 2013"), (True, "from 2013")):
            part = f"{h.satellite.regime} {name}"
            of, seen = (table.t_utc >= MODERN) == era, (table.found.t_utc >= MODERN) == era
            made[part] += int(of.sum())
            hits[part] += int((table.by[of] >= 0).sum())
            false[part] += int((table.verdict[seen] == FALSE).sum())
    return {part: (made[part], hits[part], false[part]) for part in made}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
