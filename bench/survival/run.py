"""Who of a cloud is still in the catalogue years later: learnt on Iridium 33, scored on the others, against their base rate.

    python bench/survival/run.py --data ../shared/data

Twice: with the activity as it could be expected on the first date, and with the one that was observed. Each time the settings
are fitted on Iridium 33 alone (the likelihood of who is in the second catalogue) and the others are scored with them; then with
those shipped in detect/survival.py. Cosmos 1408 has no observed activity here: the space weather held ends in February 2020, so
that what could be expected in 2022 is a forecast two years old.
"""

from __future__ import annotations

import argparse
import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from truth import Case, cases, weather

from hoshimori.declared.activity import SpaceWeather
from hoshimori.detect.survival import Settings, Survival, chance_up, judged
from hoshimori.detect.survival_lives import Lives, lifetimes
from hoshimori.facts import Floats

BINS = (0.0, 0.05, 0.2, 0.4, 0.6, 0.8, 0.95, 0.99, 1.0001)
FACTORS = (0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.15, 1.3)
AIRS = (0.0, 0.1, 0.2, 0.3, 0.45)
LOSSES = (0.0, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02)
TEACHER = "iridium33"


def truth_of(case: Case) -> npt.NDArray[np.bool_]:
    return case.there[np.argsort(case.sets.norad_id, kind="stable")]


def learn(case: Case, lives: Lives) -> Settings:
    """The settings of highest likelihood on one cloud, over a coarse grid: factor on B, error of the air, loss."""
    there = truth_of(case)
    best, chosen = -np.inf, Settings()
    for factor, air in itertools.product(FACTORS, AIRS):
        start = replace(Settings(), b_factor=factor, sigma_ln_air=air, learnt_on=case.name)
        up = chance_up(lives, start).mean(axis=0)
        for loss in LOSSES:
            p = np.clip(up * np.exp(-loss * lives.days / 365.25), 1e-3, 1 - 1e-3)
            value = float(np.nansum(np.where(there, np.log(p), np.log(1 - p))))
            if value > best:
                best, chosen = value, replace(start, loss_per_year=loss)
    return chosen


def score(case: Case, found: Survival, bins: bool) -> None:
    p: Floats = np.array([c.p_catalogued for c in found.chances])
    said = np.isfinite(p)
    p, there = p[said], truth_of(case)[said]
    base, brier = float(there.mean()), float(np.mean((p - there) ** 2))
    print(
        f"    {case.name:11s} {len(p):5d} pieces {there.sum():5d} there, expected {found.expected_catalogued:6.1f} "
        f"(up {found.expected_up:.1f} +- {found.sigma_up:.1f})  Brier {brier:.3f}, base rate {base * (1 - base):.3f}, "
        f"skill {1 - brier / (base * (1 - base)):+.2f}; cannot tell {np.sum(~said)}"
    )
    for low, high in itertools.pairwise(BINS) if bins else ():
        inside = (p >= low) & (p < high)
        if inside.any():
            share = there[inside].mean()
            error = np.sqrt(max(share * (1 - share), 0.25 / inside.sum()) / inside.sum())
            print(f"        said {p[inside].mean():.2f}: {share:.2f} +- {error:.2f} of {inside.sum()} there")


def both(all_cases: list[Case], space: SpaceWeather, observed: bool) -> None:
    lives = {}
    for case in all_cases:
        if not (observed and case.name == "cosmos1408"):
            ways = (space.activity(case.stop_utc),) if observed else None
            lives[case.name] = lifetimes(case.sets, case.stop_utc, case.start_utc, space, ways)
    for settings in (learn(all_cases[0], lives[TEACHER]), Settings()):
        print(f"  {settings}")
        for case in (c for c in all_cases if c.name in lives):
            if case.name == settings.learnt_on:
                print("    learnt on this one, no score:")
            found = judged(lives[case.name], settings, case.stop_utc, case.start_utc, space, known_air=True)
            score(case, found, bins=settings.learnt_on != "assumed")


def main() -> None:
    ask = argparse.ArgumentParser()
    ask.add_argument("--data", type=Path, required=True)
    options = ask.parse_args()
    space, all_cases = weather(options.data), cases(options.data)
    for observed in (False, True):
        print("activity as observed" if observed else "activity as it could be expected on the first date", flush=True)
        both(all_cases, space, observed)


if __name__ == "__main__":
    main()
