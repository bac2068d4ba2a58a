"""Who found which manoeuvre: ours, a peer and a floor, on the same ten satellites, against the operators' own records.

    python bench/manoeuvres/run.py [--data FOLDER] [--peer-python PATH] [--protocol one-out|earlier ...] [--json OUT]
    python bench/manoeuvres/run.py --learn [--data FOLDER]        writes the weights that are shipped

FOLDER: the project's test data (HOSHIMORI_DATA). PATH: the interpreter of an environment with maneuver-detect 0.3.0, see peers.py
(HOSHIMORI_PEER_PYTHON); without it the peer is left out.

How it counts. Truth: the operators' records (truth.py), burns within 1 d merged; so are the burns of every detector, ours too.
One to one, as many pairs as can be, then the nearest (matching.py); both sides of the truth alike. A burn found that matches
nothing is a false alarm from the first line of the operator's record to its last, inside the span of the element sets; not beside
a line that names no change of velocity. Fengyun: all entries are truth, north-south and attitude ones too. The last table prints
what the other choices would give.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # run as a script, the root is not where names are looked for

from bench.manoeuvres import choosing, labels, report
from bench.manoeuvres.floor import Floor, LearntFloor
from bench.manoeuvres.ours import Hoshimori
from bench.manoeuvres.peers import ManeuverDetect
from bench.manoeuvres.protocols import Run, as_it_is, earlier_years, leave_one_out
from bench.manoeuvres.shipping import WEIGHTS, shipped_text
from bench.manoeuvres.sockets import Learner, Spread, Weights
from bench.manoeuvres.tables import Table
from bench.manoeuvres.targets import targets
from bench.manoeuvres.truth import History, histories

PROTOCOLS = ("one-out", "earlier")


def main() -> int:
    asked = arguments()
    began = time.monotonic()
    satellites = histories(asked.data)
    if asked.learn:
        WEIGHTS.write_text(shipped_text(satellites), encoding="utf-8")
        print(f"{WEIGHTS} written")
        return 0
    runs = answered(satellites, asked)
    tables = list(all_tables(satellites, histories(asked.data, cancels=0.0), runs, asked.data))
    print("\n".join(table.text() for table in tables))
    print(f"\n{time.monotonic() - began:.0f} s")
    if asked.json:
        asked.json.write_text(json.dumps([table.to_json() for table in tables], ensure_ascii=False, indent=1) + "\n")
    return 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("HOSHIMORI_DATA", "../shared/data")))
    parser.add_argument("--peer-python", type=Path, default=os.environ.get("HOSHIMORI_PEER_PYTHON"))
    parser.add_argument("--protocol", nargs="*", choices=PROTOCOLS, default=list(PROTOCOLS))
    parser.add_argument("--json", type=Path)
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    parser.add_argument("--learn", action="store_true", help="learn the shipped weights on all satellites, and write them")
    return parser.parse_args()


def answered(satellites: Sequence[History], asked: argparse.Namespace) -> list[Run]:
    with ProcessPoolExecutor(asked.processes, get_context("spawn")) as pool:
        runs = learnt(Hoshimori(), satellites, asked.protocol, pool.map)
        runs += learnt(LearntFloor(), satellites, asked.protocol, pool.map)
    runs.append(as_it_is(Floor(), satellites))
    if asked.peer_python:
        runs.append(as_it_is(ManeuverDetect(asked.peer_python), satellites))
    return runs


def learnt(learner: Learner[Weights], satellites: Sequence[History], protocols: Sequence[str], spread: Spread) -> list[Run]:
    """One run for each protocol that was asked for."""
    ways = {"one-out": leave_one_out, "earlier": earlier_years}
    return [way(learner, satellites, spread) for name, way in ways.items() if name in protocols]


def all_tables(satellites: Sequence[History], strict: Sequence[History], runs: Sequence[Run], data: Path) -> list[Table]:
    parts = report.parts(satellites)
    modern, old, _, geo, _ = parts
    return [
        choosing.agreement(labels.agreements(data)),
        *(report.pooled(part, runs) for part in parts),
        *(report.by_satellite(satellites, run) for run in runs),
        *(report.times_and_sizes_by_satellite(satellites, run) for run in runs),
        *(report.times(part, runs) for part in (modern, old, geo)),
        *(report.sizes(part, runs) for part in (modern, old)),
        *(report.recalls(part, runs) for part in (modern, old)),
        report.operating((modern, old, geo), runs),
        *report.probabilities((modern, old, geo), runs),
        report.delays((modern, old, geo), runs),
        choosing.choices(satellites, strict, runs),
        targets(
            satellites,
            [r for r in runs if r.name == Hoshimori.name],
            next((r for r in runs if r.name == ManeuverDetect.name), None),
        ),
    ]


if __name__ == "__main__":
    sys.exit(main())
