"""Who of a cloud is still in the catalogue years later: learnt on Iridium 33, scored on the others, against their base rate.

    python bench/survival/run.py --data ../shared/data

Twice: with the activity as it could be expected on the first date, and with the one that was observed. Each time the settings
are fitted on Iridium 33 alone (the likelihood of who is in the second catalogue) and the others are scored with them; then they
are fitted on the three clouds of 2013, which leaves Cosmos 1408 to be scored; then come those shipped in detect/survival.py.
Cosmos 1408 has no observed activity here: the space weather held ends in February 2020, so that what could be expected in 2022
is a forecast two years old.
"""

from __future__ import annotations

import argparse
import itertools
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # run as a script, the root is not where names are looked for

from bench.survival.truth import Case, cases, weather
from hoshimori.declared.activity import SpaceWeather
from hoshimori.detect.survival import Settings, Survival, chance_up, judged
from hoshimori.detect.survival_lives import Lives, lifetimes
from hoshimori.facts import Floats

BINS = (0.0, 0.05, 0.2, 0.4, 0.6, 0.8, 0.95, 0.99, 1.0001)
FACTORS = (0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.15, 1.3)
SCALES = (0.3, 0.5, 0.7, 0.85, 1.0)
AIRS = (0.0, 0.1, 0.2, 0.3, 0.45)
LOSSES = (0.0, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02)
TEACHER = "iridium33"
THREE = ("iridium33", "cosmos2251", "fengyun1c")


def truth_of(case: Case) -> npt.NDArray[np.bool_]:
    return np.asarray(case.there[np.argsort(case.sets.norad_id, kind="stable")])


def learn(lessons: list[tuple[Case, Lives]]) -> Settings:
    """The settings of highest likelihood on some clouds, over a coarse grid: factor on B, errors of B and of the air, loss."""
    best, chosen = -np.inf, Settings()
    names = ", ".join(case.name for case, _ in lessons)
    for factor, scale, air in itertools.product(FACTORS, SCALES, AIRS):
        start = replace(Settings(), b_factor=factor, sigma_scale=scale, sigma_ln_air=air, learnt_on=names)
        ups = [chance_up(lives, start).mean(axis=0) for _, lives in lessons]
        for loss in LOSSES:
            value = 0.0
            for (case, lives), up in zip(lessons, ups, strict=True):
                p = np.clip(up * np.exp(-loss * lives.days / 365.25), 1e-3, 1 - 1e-3)
                value += float(np.nanmean(np.where(truth_of(case), np.log(p), np.log(1 - p))))  # each cloud has one voice
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
    lessons = [(case, lives[case.name]) for case in all_cases if case.name in THREE]
    for settings in (learn(lessons[:1]), learn(lessons), Settings()):
        print(f"  {settings}")
        for case in (c for c in all_cases if c.name in lives):
            if case.name in settings.learnt_on:
                print("    learnt on this one, no score:")
            found = judged(lives[case.name], settings, case.stop_utc, case.start_utc, space, known_air=True)
            score(case, found, bins=settings.learnt_on == TEACHER)


def b_star(case: Case, space: SpaceWeather) -> None:
    """How far B* is from a ballistic coefficient: what B from its sinking is to the nominal 12.74 m^2/kg per unit of B*."""
    lives = lifetimes(case.sets, case.start_utc + np.timedelta64(31, "D"), case.start_utc, space)
    ratio = np.exp(lives.ballistic.ln_b) / (12.741621 * np.abs(lives.newest.bstar_per_er))
    low, middle, high = np.nanpercentile(ratio, [10, 50, 90])
    print(f"  {case.name}: B over 12.74 B*: median {middle:.1f} (10 % {low:.1f}, 90 % {high:.1f}); B median ", end="")
    print(
        f"{np.exp(np.nanmedian(lives.ballistic.ln_b)):.2f} m^2/kg; perigee median {np.nanmedian(lives.orbit.perigee_km):.0f} km"
    )


def main() -> None:
    ask = argparse.ArgumentParser()
    ask.add_argument("--data", type=Path, required=True)
    options = ask.parse_args()
    space, all_cases = weather(options.data), cases(options.data)
    for case in all_cases:
        b_star(case, space)
    for observed in (False, True):
        print("activity as observed" if observed else "activity as it could be expected on the first date", flush=True)
        both(all_cases, space, observed)


if __name__ == "__main__":
    main()
