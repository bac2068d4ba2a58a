"""How many planted burns are found in time, and how many false alarms there are, on burning skies of several seeds.

    python bench/burning_sky/run.py [SEED ...]    default: the seed of the tests, and five more

Printed for each sky, in retrospect and as it became known: promised burns found (in time: within two sets of the first one after
the burn), late, missed, and false alarms per 1,000 object-days.
"""

from __future__ import annotations

import sys

from hoshimori.detect.manoeuvre import find
from hoshimori.exercise import burning_sky, score

SEEDS = (20261121, 1, 2, 3, 4, 5)


def main() -> int:
    seeds = [int(s) for s in sys.argv[1:]] or SEEDS
    print(f"{'seed':>10} {'mode':20} {'promised':>8} {'in time':>8} {'late':>5} {'missed':>7} {'false/1000 d':>13}")
    for seed in seeds:
        sky = burning_sky(seed=seed)
        for mode, known in (("retrospective", False), ("as it became known", True)):
            burns = find(sky.sets, as_it_became_known=known).burns
            s = score(sky.truth.planted, burns, sky.truth.object_days)
            in_time = "-" if not known else str(s.in_time)  # in retrospect nothing is late
            late = 0 if not known else len(s.late)
            rate = s.false_alarms_per_1000_days
            print(f"{seed:>10} {mode:20} {s.promised:>8} {in_time:>8} {late:>5} {len(s.missed):>7} {rate:>13.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
