"""How far the odds of a cause can be trusted: practice clouds with known cause, learnt on some seeds and scored on others.

    python bench/causes/run.py --data ../shared/data            scores the shipped weights, then the real clouds
    python bench/causes/run.py --learn                          learns them and writes detect/cause_weights.json

Seeds below 1000 teach, seeds from 5001 on score. Every cloud is judged with the time and place as a detector would have them: off
by 5 s (ages to 10 days) or by 0.2 days and 3 degrees (57 days), one sigma, and the parent from its own noisy set. Of each cloud
random parts of 6 to 100 pieces are judged, so that one event of many pieces also serves as one of few.
"""

from __future__ import annotations

import argparse
import json
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parent))

import numpy as np
import real  # type: ignore[import-not-found]

from hoshimori.detect import causes, kicks
from hoshimori.exercise.clouds import Cloud, cloud
from hoshimori.facts import Floats

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "src" / "hoshimori" / "detect" / "cause_weights.json"
PARTS = (6, 12, 25, 50, 100)
ORBITS = ("round", "sso", "eccentric")
YOUNG_DAYS = 12.0
RIDGE = 1.0
LEARN = {"young": 120, "middle": 40, "old": 32}
SCORE = {"young": 100, "middle": 24, "old": 24}


class Job(NamedTuple):
    seed: int
    cause: str
    age_days: float
    pieces: int


class Judged(NamedTuple):
    seed: int
    struck: bool
    age_days: float
    pieces: int
    carries: bool
    speed: float
    ratio: float


def jobs(first: int, *, young: int, middle: int, old: int) -> list[Job]:
    """Seeds from `first` on, as many for each age, half of each cause."""
    rows = [(3.0, 100)] * young + [(10.0, 100)] * middle + [(57.0, 60)] * old
    named = ("explosion", "collision", "explosion", "deliberate")
    return [Job(first + k, named[k % 4], age, n) for k, (age, n) in enumerate(rows)]


def judged(job: Job) -> list[Judged]:
    """What the two kinds of evidence say of parts of one cloud."""
    c = cloud(
        seed=job.seed,
        cause=job.cause,  # type: ignore[arg-type]
        n=job.pieces * (2 if job.cause == "collision" else 1),
        age_days=job.age_days,
        orbit=ORBITS[job.seed % 3],  # type: ignore[arg-type]
        kind="rocket body" if job.seed % 5 == 0 else "satellite",
    )
    thrown, parent = seen(c, job)
    mine = np.flatnonzero(thrown.speed_m_s < 4000.0)  # pieces of the other body are another cloud
    rng = np.random.default_rng(job.seed)
    area_mass = kicks.area_mass_m2_kg(c.sets.bstar_per_er)
    out = []
    for n in PARTS:
        if n > len(mine):
            continue
        part = rng.choice(mine, n, replace=False)
        odds = causes.cause(
            thrown.dv_rtn_m_s[part],
            thrown.sigma_m_s[part],
            area_mass[part],
            parent=parent,
            parent_kind=c.truth.kind,
            weights=causes.Weights(0.0, 1.0, 1.0),
        )
        llr = {w.name: w.llr_collision for w in odds.evidence}
        told = (llr["speeds"], llr["speed over area to mass"])
        out.append(Judged(job.seed, job.cause != "explosion", job.age_days, n, odds.carries, *told))
    return out


def seen(c: Cloud, job: Job) -> tuple[kicks.Kicks, causes.Parent]:
    """Kicks and parent as a detector would have them, with its errors of time and place."""
    rng = np.random.default_rng(10_000 + job.seed)
    home = c.before.take([0])
    if job.age_days <= YOUNG_DAYS:
        t = c.truth.t_utc + np.timedelta64(int(5e6 * rng.standard_normal()), "us")
        r, v = kicks.state(home, t)
        return kicks.from_states(c.sets, home, t, r), causes.Parent(r, v, job.age_days)
    t = c.truth.t_utc + np.timedelta64(int(0.2 * 86400e6 * rng.standard_normal()), "us")
    r, v = c.truth.r_teme_km, c.truth.v_teme_km_s[0]
    u = kicks.argument_of_latitude_rad(r, v) + np.radians(3.0) * rng.standard_normal()
    return kicks.from_elements(c.sets, home, t, float(u)), causes.Parent(r, v, job.age_days)


def everything(work: list[Job], workers: int) -> list[Judged]:
    with ProcessPoolExecutor(workers) as pool:
        return [row for rows in pool.map(judged, work) for row in rows]


def learnt(rows: list[Judged], on: str) -> causes.Weights:
    """Logistic regression, Newton's method, a ridge of one event on the two weights about 1."""
    used = [r for r in rows if r.carries]
    x = np.array([[1.0, r.speed, r.ratio] for r in used])
    y = np.array([r.struck for r in used], dtype=np.float64)
    share = 1.0 / np.array([sum(o.seed == r.seed for o in used) for r in used])  # an event counts once
    w = np.array([0.0, 1.0, 1.0])
    for _ in range(50):
        p = 1.0 / (1.0 + np.exp(-x @ w))
        slope = x.T @ (share * (y - p)) - RIDGE * (w - [0.0, 1.0, 1.0]) * [0.0, 1.0, 1.0]
        bend = (x * (share * p * (1.0 - p))[:, None]).T @ x + RIDGE * np.diag([1e-6, 1.0, 1.0])
        w = w + np.linalg.solve(bend, slope)
    constant, speed, ratio = (round(float(k), 4) for k in w)
    return causes.Weights(constant, speed, ratio, on)


def score(rows: list[Judged], weights: causes.Weights) -> None:
    p = np.array([1.0 / (1.0 + np.exp(-weights.log_odds(r.speed, r.ratio))) if r.carries else 0.5 for r in rows])
    y = np.array([r.struck for r in rows])
    print("\nodds of being struck against the truth, by age and number of pieces")
    print("age d  pieces  clouds  judged  accuracy of the judged  Brier (0.25 = knows nothing)")
    for age in sorted({r.age_days for r in rows}):
        for n in PARTS:
            k = np.array([r.age_days == age and r.pieces == n for r in rows])
            ok = k & np.array([r.carries for r in rows])
            if k.any():
                right = f"{((p > 0.5) == y)[ok].mean():.2f}" if ok.any() else "-"
                print(f"{age:5.0f}  {n:6d}  {k.sum():6d}  {ok.sum():6d}  {right:>22}  {np.mean((p - y)[k] ** 2):.3f}")
    many = np.array([r.pieces >= 50 and r.carries and r.age_days < YOUNG_DAYS for r in rows])
    print(f"50 pieces or more, ages to 10 days: accuracy {((p > 0.5) == y)[many].mean():.3f} of {many.sum()} judgements")
    print("\nreliability, all that were judged: said, happened, judgements")
    carried = np.array([r.carries for r in rows])
    for low, high in zip((0.0, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9), (0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 1.0), strict=True):
        k = carried & (p >= low) & (p < high)
        if k.any():
            print(f"  {p[k].mean():.2f}  {y[k].mean():.2f}  {k.sum():4d}")
    print(f"Brier of the judged {np.mean((p - y)[carried] ** 2):.3f}; calibration slope {_slope(p[carried], y[carried]):.2f}")


def _slope(p: Floats, y: Floats) -> float:
    """Of the truth's log odds over the log odds said: 1 is honest, below 1 is too sure."""
    x = np.column_stack([np.ones(len(p)), np.log(p / (1.0 - p))])
    w = np.zeros(2)
    for _ in range(50):
        q = 1.0 / (1.0 + np.exp(-x @ w))
        w = w + np.linalg.solve((x * (q * (1.0 - q))[:, None]).T @ x + 1e-9 * np.eye(2), x.T @ (y - q))
    return float(w[1])


def main() -> None:
    say = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    say.add_argument("--data", type=Path)
    say.add_argument("--learn", action="store_true")
    say.add_argument("--workers", type=int, default=2)
    for name in ("young", "middle", "old"):
        say.add_argument(f"--{name}", type=int, help="clouds of 3, 10, 57 days")
    given = say.parse_args()
    usual = LEARN if given.learn else SCORE
    size = {name: n if getattr(given, name) is None else getattr(given, name) for name, n in usual.items()}
    if given.learn:
        work = jobs(1, **size)
        weights = learnt(everything(work, given.workers), f"{len(work)} practice clouds, seeds 1 to {len(work)}")
        SHIPPED.write_text(json.dumps(weights.__dict__, indent=1) + "\n", encoding="utf-8")
        print(f"learnt {weights}")
        return
    work = jobs(5001, **size)
    print(f"{len(work)} practice clouds, seeds 5001 to {5000 + len(work)}; weights {causes.shipped()}")
    rows = everything(work, given.workers)
    score(rows, causes.shipped())
    if given.data:
        real.judge(given.data)


if __name__ == "__main__":
    main()
