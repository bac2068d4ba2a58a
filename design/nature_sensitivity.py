"""How far the readings lean on numbers that one person judged: the table turned against itself. No case of history is read.

    python design/nature_sensitivity.py

Incidents are invented: a hypothesis is drawn from the base rates of a kind, the shares are drawn within their doubt, some of the
questions of the kind are asked, and each answer gets a grade. Then everything is assessed with the table as shipped, and with
changes to it. This tells what the table makes of a world in which it is right but for its doubt; it says nothing of the real one.
Grades are given at random and no source ever errs, so tempering by grade only costs here.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from hoshimori.assess import ach, bayes
from hoshimori.assess.attribute import missing
from hoshimori.assess.bayes import Model
from hoshimori.assess.table import Table, table
from hoshimori.assess.weighing import pieces
from hoshimori.judgements import HYPOTHESES, Item

SEED, EACH = 6, 60
HALF, NEARLY_ALL = 0.5, 0.9
MIXED, GOOD = ("A1", "A2", "A2", "B2", "B2", "B2", "B2", "C3", "C3", "D4"), ("A2",)
NOON = np.datetime64("2031-05-01T12:00:00", "us")
SECOND = Path(__file__).with_name("nature_marks_second.toml")
Case = tuple[str, str, list[Item]]


def main() -> None:
    shipped = table()
    cases = list(invented(shipped, HALF, MIXED))
    mean = np.mean([len(c[2]) for c in cases])
    print(f"{len(cases)} invented incidents, {mean:.1f} items each, half of the questions, mixed sources")
    report("as shipped", shipped, cases)
    report("marks of the second draft", second_draft(shipped), cases)
    report("all doubts doubled", doubled(shipped), cases)
    for name, value in (("ACROSS", 1.0), ("EVEN_SHARE", 0.05), ("MODEL_DOUBT", 0.1)):
        with_constant(name, value, lambda label: report(label, shipped, cases))
    report("nearly all asked, all A2", shipped, list(invented(shipped, NEARLY_ALL, GOOD)))
    leaning(shipped, cases)


def invented(shipped: Table, part: float, grades: tuple[str, ...]) -> Iterator[Case]:
    rng = np.random.default_rng(SEED)
    for kind in shipped.priors:
        model = Model(shipped, kind)
        for _ in range(EACH):
            truth = int(rng.choice(len(HYPOTHESES), p=model.prior))
            answers = [answer(model, q, truth, rng, str(rng.choice(grades))) for q in model.questions() if rng.random() < part]
            yield kind, HYPOTHESES[truth], answers


def answer(model: Model, indicator: str, truth: int, rng: np.random.Generator, grade: str) -> Item:
    low, value, high = np.log(model.shares(indicator)[:, truth] / (1.0 - model.shares(indicator)[:, truth]))
    u, happened = rng.random(2)
    p = 1.0 / (1.0 + np.exp(-(low + (value - low) * 2 * u if u < 0.5 else value + (high - value) * (2 * u - 1))))
    return Item(indicator, bool(happened < p), "invented", "invented", grade, NOON, NOON)


def judge(shipped: Table, case: Case) -> tuple[str, str, str, float]:
    """Leader by marks, leader by odds, verdict ("" for undetermined), Brier score of the odds over the eight."""
    kind, truth, items = case
    marks, odds = ach.reading(items, shipped), bayes.read(Model(shipped, kind), pieces(items, shipped))
    brier = sum((odds.odds[h][1] - (h == truth)) ** 2 for h in HYPOTHESES)
    return marks.leader, odds.leader, "" if missing(marks, odds) else odds.leader, brier


def report(label: str, weights: Table, cases: list[Case]) -> None:
    told = [judge(weights, c) for c in cases]
    truth = [c[1] for c in cases]
    named = [(t[2], h) for t, h in zip(told, truth, strict=True) if t[2]]
    wrong = sum(v != h for v, h in named)
    accused = sum(v.startswith("deliberate") and not h.startswith("deliberate") for v, h in named)
    print(
        f"{label:28s} marks first {share(told, truth, 0):.2f}  odds first {share(told, truth, 1):.2f}  "
        f"agree {np.mean([t[0] == t[1] for t in told]):.2f}  named {len(named) / len(told):.2f}  "
        f"wrong of named {wrong / max(1, len(named)):.3f}  deed named where none was {accused}  "
        f"Brier {np.mean([t[3] for t in told]):.2f}"
    )


def share(told: list[tuple[str, str, str, float]], truth: list[str], which: int) -> float:
    return float(np.mean([t[which] == h for t, h in zip(told, truth, strict=True)]))


def second_draft(shipped: Table) -> Table:
    drafted = tomllib.loads(SECOND.read_text(encoding="utf-8"))["seen"]
    weights = {i: replace(w, marks={**w.marks, **drafted.get(i, {})}) for i, w in shipped.weights.items()}
    return replace(shipped, weights=weights)


def doubled(shipped: Table) -> Table:
    def wider(r: tuple[float, float, float]) -> tuple[float, float, float]:
        low, value, high = (np.log(x / (1.0 - x)) for x in r)
        ends = (value + 2 * (low - value), value, value + 2 * (high - value))
        return tuple(float(np.clip(1 / (1 + np.exp(-x)), 0.01, 0.99)) for x in ends)  # type: ignore[return-value]

    weights = {i: replace(w, p={h: wider(r) for h, r in w.p.items()}) for i, w in shipped.weights.items()}
    return replace(shipped, weights=weights)


def with_constant(name: str, value: float, run: Callable[[str], None]) -> None:
    before = getattr(bayes, name)
    setattr(bayes, name, value)
    try:
        run(f"{name} {value:g}, not {before:g}")
    finally:
        setattr(bayes, name, before)


def leaning(shipped: Table, cases: list[Case]) -> None:
    """Which indicators the odds lean on: how often the leader changes when one indicator is made to say nothing."""
    leaders = [judge(shipped, c)[1] for c in cases]
    changed = {}
    for indicator, w in shipped.weights.items():
        mute = replace(shipped, weights={**shipped.weights, indicator: replace(w, p=dict.fromkeys(HYPOTHESES, (0.5, 0.5, 0.5)))})
        heard = [k for k, c in enumerate(cases) if any(i.indicator == indicator for i in c[2])]
        moved = sum(leader_of(mute, cases[k]) != leaders[k] for k in heard)
        changed[indicator] = (moved / max(1, len(heard)), len(heard))
    print("leader of the odds changes when an indicator says nothing, share of the incidents that hold it:")
    for indicator, (part, n) in sorted(changed.items(), key=lambda x: -x[1][0])[:8]:
        print(f"  {indicator:28s} {part:.2f} of {n}")


def leader_of(weights: Table, case: Case) -> str:
    model, weighed = Model(weights, case[0]), pieces(case[2], weights)
    return bayes.leader_of(model.posterior(weighed, model.said(weighed)))[0]


if __name__ == "__main__":
    main()
