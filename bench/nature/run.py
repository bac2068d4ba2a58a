"""How well the nature of an incident is told, and how seldom too much is claimed: settled cases and their twins.

    python bench/nature/run.py [--json OUT] [--table FOLDER] [--cases]

The cases (assess/cases) were written from the definitions of the indicators alone, the weights without sight of the cases.
Protocols: "table alone" uses what was judged or published, and nothing of these cases; "one out" adds counts of all other
cases; "earlier" adds counts of the cases that began before the one that is scored, and scores the later half. Some cases are
kin (two dockings of one maker, two space stations brought down), so that one left out is still helped by its kin.

Each case is scored with all that is known of it now, and with what was public 3, 30 and 365 days after it began. A twin is a case
without the facts that settled it: whoever is honest says "undetermined", and every verdict, right or wrong, claims too much.
The kind of incident, which chooses the base rates, is what the machine takes from the items; a second table has it told.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # run as a script, the root is not where names are looked for

import numpy as np

from bench.nature.scores import Judged, Score, calibration, confusion, score, wilson
from hoshimori.assess import attribute
from hoshimori.assess.claims import statuses
from hoshimori.assess.history import Precedent, counts, precedents, twin
from hoshimori.assess.table import Table
from hoshimori.assess.table import table as read_table
from hoshimori.judgements import HYPOTHESES, UNDETERMINED

DAYS = (3, 30, 365)
MADE = np.datetime64("2026-11-21", "us")
NOW = np.datetime64("2026-11-21", "us")
KIND = {"break-up": "breakup", "re-entry": "reentry"}
"""Names of kinds in the table of base rates where they differ from those of the cases."""
SHORT = {
    "natural": "nat",
    "failure": "fail",
    "collision": "coll",
    "own_act": "own",
    "routine": "rout",
    "deliberate_reversible": "d-rev",
    "deliberate_irreversible": "d-irr",
    "mistaken": "mist",
}

Learnt = Mapping[str, Mapping[str, tuple[float, float]]]
Teacher = Callable[[Precedent, Sequence[Precedent]], Learnt | None]


def nothing(case: Precedent, all_cases: Sequence[Precedent]) -> Learnt | None:
    return None


def one_out(case: Precedent, all_cases: Sequence[Precedent]) -> Learnt | None:
    return counts(c for c in all_cases if c.id != case.id)


def earlier(case: Precedent, all_cases: Sequence[Precedent]) -> Learnt | None:
    """Only years before this case's own, and only what had been public by its beginning."""
    start = case.incident.start_utc
    return counts(_known(c, start) for c in all_cases if c.split < case.split)


PROTOCOLS: Mapping[str, Teacher] = {"table alone": nothing, "one out": one_out, "earlier": earlier}


def judged(case: Precedent, as_of_utc: np.datetime64, table: Table, learnt: Learnt | None, *, told_kind: bool = False) -> Judged:
    """What is said of one case with what was known at a moment."""
    said = attribute.assess(
        case.incident,
        as_of_utc,
        made_utc=MADE,
        table=table,
        counts=learnt,
        kind=KIND.get(case.kind, case.kind) if told_kind else None,
    )
    return Judged(
        case=case.id,
        truth=case.truth,
        verdict=said.verdict,
        ach=said.ach.leader,
        bayes=said.bayes.leader,
        odds={h: said.bayes.odds[h][1] for h in HYPOTHESES},
        confidence=said.confidence.level,
        why=said.why_undetermined,
        items=len(said.incident.items),
    )


def moments(case: Precedent) -> dict[str, np.datetime64]:
    return {f"{d} d": case.incident.start_utc + np.timedelta64(d, "D") for d in DAYS} | {"now": NOW}


def everything(cases: Sequence[Precedent], table: Table, teach: Teacher, *, later_half: bool = False) -> dict[str, list[Judged]]:
    """By moment, and for the twins, what is said of each case; "told kind" is "now" with the kind of incident told."""
    out: dict[str, list[Judged]] = {}
    scored = cases[len(cases) // 2 :] if later_half else cases
    for case in scored:
        learnt = teach(case, cases)
        for name, t in moments(case).items():
            out.setdefault(name, []).append(judged(case, t, table, learnt))
        out.setdefault("told kind", []).append(judged(case, NOW, table, learnt, told_kind=True))
        out.setdefault("twins", []).append(judged(twin(case), NOW, table, learnt))
    return out


def accused(cases: Sequence[Precedent]) -> list[dict[str, str]]:
    """How each accusation and attribution of the history stands by what was seen and said."""
    rows = []
    for case in cases:
        for claim, status in zip(case.incident.claims, statuses(case.incident.claims, case.incident.items), strict=True):
            if claim.kind in ("accusation", "attribution"):
                rows.append({"case": case.id, "truth": case.truth, "speaker": claim.speaker, "status": status.status})
    return rows


def _known(case: Precedent, t: np.datetime64) -> Precedent:
    return replace(case, incident=case.incident.known_at(t))


# ---- printing


def show(name: str, said: Mapping[str, Sequence[Judged]]) -> None:
    print(f"\n==== {name}: {len(said['now'])} cases; the highest odds right, verdicts, and how honest the odds are")
    print("as known   both  ACH  Bayes  of   verdict: right wrong undet.   Brier 0..2  per hyp.  log   slope")
    for moment in ("3 d", "30 d", "365 d", "now", "told kind"):
        print(_line(moment, score(said[moment])))
    s = score(said["now"])
    for what, hits in (("ACH", s.ach_right), ("Bayes", s.bayes_right), ("both", s.both_right)):
        low, high = wilson(hits, s.cases)
        print(f"  {what} top-1 now {hits}/{s.cases} = {hits / s.cases:.2f} (95 %: {low:.2f} to {high:.2f})")
    _show_first_rule(said)
    twins = said["twins"]
    spoken = [r for r in twins if r.verdict != UNDETERMINED]
    wrong = [r for r in spoken if r.verdict != r.truth]
    print(
        f"  twins: {len(twins) - len(spoken)} of {len(twins)} undetermined "
        f"({(len(twins) - len(spoken)) / len(twins):.2f}); {len(spoken)} claim too much, {len(wrong)} of them wrongly"
    )
    for r in spoken:
        print(f"    {r.case}: said {r.verdict} {r.odds[r.verdict]:.2f}, was {r.truth}")
    _show_confusion(said["now"])
    _show_calibration(said["now"])
    missed = [r for r in said["now"] if r.bayes != r.truth or r.verdict not in (r.truth, UNDETERMINED)]
    print("  missed, all known:")
    for r in missed:
        led, true = r.odds[r.bayes], r.odds[r.truth]
        print(f"    {r.case}: odds lead {r.bayes} {led:.2f} (truth {r.truth} {true:.2f}), verdict {r.verdict}")


def _show_first_rule(said: Mapping[str, Sequence[Judged]]) -> None:
    """The same by the rule as it was fixed before any scoring, which did not ask for more than low confidence."""
    now, twins = ([_by_first_rule(r) for r in said[name]] for name in ("now", "twins"))
    s, t = score(now), score(twins)
    print(
        f"  by the rule as first fixed: {s.determined_right} right, {s.determined_wrong} wrong, {s.undetermined} undetermined; "
        f"twins: {t.determined_right + t.determined_wrong} of {t.cases} claim too much, {t.determined_wrong} of them wrongly"
    )


def _by_first_rule(r: Judged) -> Judged:
    return replace(r, verdict=r.bayes) if r.why == (attribute.CONFIDENCE_LOW,) else r


def _line(moment: str, s: Score) -> str:
    return (
        f"{moment:9}  {s.both_right:4d} {s.ach_right:4d}  {s.bayes_right:5d} {s.cases:3d}            {s.determined_right:5d} "
        f"{s.determined_wrong:5d} {s.undetermined:6d}   {s.brier:10.3f}  {s.brier_each:8.3f}  {s.log_score:.2f}  {s.slope:.2f}"
    )


def _show_confusion(rows: Sequence[Judged]) -> None:
    print("  truth (down), highest odds (across), all known; then verdicts")
    print("         " + " ".join(f"{SHORT[h]:>5}" for h in HYPOTHESES) + "   right wrong undet.")
    for truth, row in confusion(rows).items():
        cells = " ".join(f"{row[h]:5d}" for h in HYPOTHESES)
        print(f"  {SHORT[truth]:>6} {cells}   {row['right']:5d} {row['wrong']:5d} {row[UNDETERMINED]:6d}")


def _show_calibration(rows: Sequence[Judged]) -> None:
    print("  odds said, every hypothesis of every case: number, mean said, share that was so")
    for low, high, n, said, so in calibration(rows):
        print(f"    {low:.2f}-{high:.2f}  {n:4d}  {said:.3f}  {so:.3f}")


def _as_json(results: Mapping[str, Mapping[str, Sequence[Judged]]], claims: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    return {
        "protocols": {
            name: {
                "scores": {m: _numbers(score(rows)) for m, rows in said.items()},
                "confusion": confusion(said["now"]),
                "calibration": calibration(said["now"]),
                "cases": {m: [asdict(r) for r in rows] for m, rows in said.items()},
            }
            for name, said in results.items()
        },
        "claims": list(claims),
    }


def _numbers(s: Score) -> dict[str, float | None]:
    return {k: None if isinstance(v, float) and np.isnan(v) else v for k, v in asdict(s).items()}


def main() -> None:
    say = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    say.add_argument("--json", type=Path)
    say.add_argument("--table", type=Path, help="a folder with another table of weights")
    say.add_argument("--history", type=Path, help="a folder with other cases")
    say.add_argument("--cases", action="store_true", help="print what is said of every case")
    given = say.parse_args()
    cases, table = precedents(given.history), read_table(given.table)
    items = sum(len(c.incident.items) for c in cases)
    print(f"{len(cases)} settled cases, {items} facts, {cases[0].split} to {cases[-1].split}; table {table.version[:12]}")
    print("by nature: " + ", ".join(f"{h} {sum(c.truth == h for c in cases)}" for h in HYPOTHESES))
    results = {n: everything(cases, table, t, later_half=n == "earlier") for n, t in PROTOCOLS.items()}
    for name, said in results.items():
        show(name, said)
    if given.cases:
        for r in results["one out"]["now"]:
            print(f"  {r.case:22} {r.truth:24} {r.verdict:24} {r.odds[r.truth]:.2f} {r.confidence:9} {', '.join(r.why)}")
    claims = accused(cases)
    print("\naccusations and attributions, as they stand by what was seen and said:")
    for row in claims:
        print(f"  {row['status']:12}  {row['case']:22} {row['speaker']} (truth: {row['truth']})")
    athena = [c["status"] for c in claims if c["case"] == "luch-athena-2017"]
    print(f"Athena-Fidus: {', '.join(athena)} ({'as it must be' if athena == ['disputed'] else 'NOT as it must be: disputed'})")
    if given.json:
        text = json.dumps(_as_json(results, claims), indent=1, allow_nan=False, ensure_ascii=False)
        given.json.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
