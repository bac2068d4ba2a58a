"""Collision probabilities against published ones, the chooser against what drawing says, and how fast.

    python bench/pc/run.py --data FOLDER [--case cara alfano samples kelvins simulated speed ...] [--trials N]

FOLDER: the project's test data. `cara`: the 35 real messages of NASA CARA: the 2-D probability, the number of collisions, the
chooser's flags with and without velocity covariance, Monte Carlo where it can be had with `--trials`. `alfano`: the 12 cases of
2009. `samples`: the 34 synthetic messages. `kelvins`: 1,670 conjunctions. `simulated`: the chooser on conjunctions of our own.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bench.pc.published import Case, alfano, cara, kelvins, message
from bench.pc.simulated import meetings
from hoshimori.detect.messages import meeting
from hoshimori.errors import HoshimoriError
from hoshimori.sky.chance import short
from hoshimori.sky.chance.choice import Judged, judge
from hoshimori.sky.chance.long import hall_3d_nc_2021
from hoshimori.sky.chance.meeting import Meeting
from hoshimori.sky.chance.montecarlo import monte_carlo, monte_carlo_straight

CASES = ("cara", "alfano", "samples", "kelvins", "simulated", "speed")
OFF = 0.2
RADIUS_KM = 0.02
"""For samples that state none."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("HOSHIMORI_DATA", "../shared/data")))
    parser.add_argument("--case", nargs="*", default=CASES, choices=CASES)
    parser.add_argument("--trials", type=int, default=2_000_000)
    parser.add_argument("--simulated", type=int, default=100)
    parser.add_argument("--seed", type=int, default=4)
    asked = parser.parse_args()
    if "cara" in asked.case:
        real_messages(list(cara(asked.data)), list(cara(asked.data, correlated=True)), asked.trials)
    if "alfano" in asked.case:
        alfano_2009(list(alfano(asked.data)), asked.trials)
    if "samples" in asked.case:
        samples(asked.data)
    if "kelvins" in asked.case:
        many(asked.data)
    if "simulated" in asked.case:
        of_our_own(asked.simulated, asked.seed, asked.trials)
    if "speed" in asked.case:
        speed(asked.data)
    return 0


def blind(given: Meeting) -> Meeting:
    """The same meeting without velocity covariance."""
    c1, c2 = (np.pad(c[:3, :3], (0, 3), constant_values=np.nan) for c in (given.covariance1, given.covariance2))
    return replace(given, covariance1=c1, covariance2=c2)


def answer(found: Judged, method: str) -> float:
    return next(c.probability for c in found.every if c.method == method)


def real_messages(cases: list[Case], correlated: list[Case], trials: int) -> None:
    """The 35 of NASA CARA."""
    flat, inside, drawn, agreed = [], 0, 0, 0
    counts = {k: [0, 0] for k in ("chooser", "without velocity covariance", "bend", "length")}
    chosen_off, off_count = [], 0
    for case in cases:
        p, found, dark = case.published, judge(case.meeting), judge(blind(case.meeting))
        codes = {w.code for w in dark.every[0].why}
        off = abs(p["PcSDMC"] / p["Pc2D"] - 1.0) > OFF
        off_count += off
        flags = (found.flagged, dark.flagged, "orbits_bend" in codes, "encounter_long" in codes)
        for key, flag in zip(counts, flags, strict=True):
            counts[key][0 if off else 1] += flag
        flat.append(abs(answer(found, "foster_1992") / p["Pc2D"] - 1.0))
        timed = answer(found, "hall_3d_nc_2021")
        inside += p["PcSDMCLo"] <= timed <= p["PcSDMCHi"]
        chosen_off.append(abs(found.chosen.probability / p["PcSDMC"] - 1.0))
        line = (
            f"  {case.name} 2-D {flat[-1]:.0e} off, number {timed / p['Nc3D'] - 1.0:+.1e}, MC/2-D {p['PcSDMC'] / p['Pc2D']:.3g}"
        )
        line += f", flagged {found.flagged}, chosen {found.chosen.method} {found.chosen.probability:.4g} (MC {p['PcSDMC']:.4g})"
        if trials and p["PcSDMC"] * trials >= 10:
            ours = monte_carlo(found.meeting, trials)
            fits = ours.low <= p["PcSDMCHi"] and ours.high >= p["PcSDMCLo"]
            drawn, agreed = drawn + 1, agreed + fits
            line += f", drawn {ours.probability:.4g} [{ours.low:.4g}, {ours.high:.4g}] {'agrees' if fits else 'DIFFERS'}"
        print(line, flush=True)
    print(f"cara: 2-D against Pc2D: worst {max(flat):.1e} relative, {sum(f <= 1e-6 for f in flat)} of {len(cases)} within 1e-6")
    print(f"cara: 3-D number of collisions inside the published 95 % bounds of Monte Carlo: {inside} of {len(cases)}")
    for key, (hit, false) in counts.items():
        print(
            f"cara: flags by {key}: {hit} of the {off_count} more than 20 % off, {false} of the {len(cases) - off_count} others"
        )
    print(f"cara: chosen against Monte Carlo: worst {max(chosen_off):.1%}, median {np.median(chosen_off):.1%}")
    if drawn:
        print(
            f"cara: {trials} trials of our own agree with the published bounds in {agreed} of {drawn} (ten hits or more expected)"
        )
    change = [
        answer(judge(b.meeting), "foster_1992") / answer(judge(a.meeting), "foster_1992")
        for a, b in zip(cases, correlated, strict=True)
    ]
    print(f"cara: with the common density error, the 2-D probability changes by a factor {min(change):.2g} to {max(change):.2g}")


def alfano_2009(cases: list[Case], trials: int) -> None:
    """The 12 cases; contact counts within the published time before and after."""
    agreed, counted = 0, 0
    for case in cases:
        p, given, window = case.published, case.meeting, case.published["window"]
        flat = short.foster_1992(given.dr_km, given.dv_km_s, given.covariance[:3, :3], given.radius_km)[0]
        drawn = monte_carlo(given, trials, window_s=(-window, window))
        timed = hall_3d_nc_2021(given, start_s=-window, stop_s=window)
        standing = drawn.details["at_start"] / drawn.details["trials"]
        found = judge(given)
        fits = drawn.low - standing <= p["CARA_PcMCHi95"] and drawn.high - standing >= p["CARA_PcMCLo95"]
        agreed += fits
        counted += abs(timed.probability / p["CARA_Pc3D"] - 1.0) < 0.01
        print(
            f"  {case.name}: 2-D {flat:.6g} (CARA {p['CARA_Pc2D']:.6g}); drawn {drawn.probability:.5g}, of these in contact from"
            f" the start {standing:.5g}; CARA without these {p['CARA_PcMC']:.5g} {'agrees' if fits else 'DIFFERS'},"
            f" Alfano {p['A09_PcMC1e8']:.5g}; 3-D number {timed.probability:.5g} {[w.code for w in timed.why]};"
            f" flagged {found.flagged}",
            flush=True,
        )
    print(f"alfano: {agreed} of {len(cases)} agree with CARA's Monte Carlo; 3-D number within 1 % of CARA's in {counted}")


def samples(data: Path) -> None:
    """The 34 synthetic messages: every one answered or refused in words."""
    answered = repaired = 0
    paths = sorted((data / "cara" / "sample").glob("*.cdm"))
    for path in paths:
        try:
            given = message(path)
            found = judge(meeting(given, None if np.isfinite(given.radius_m) else RADIUS_KM))
        except HoshimoriError as error:
            print(f"  {path.stem}: refused: {error}")
            continue
        answered += 1
        mended = [w for w in found.why if w.code == "covariance_repaired"]
        repaired += bool(mended)
        flat = answer(found, "foster_1992")
        said = [w.code for w in found.why]
        best = found.chosen
        print(f"  {path.stem}: {best.method} {best.probability:.4g}, 2-D {flat:.4g}, moved {found.moved_s:.2g} s, {said}")
        for w in mended:
            print(f"    {dict(w.values)}")
    print(f"samples: {answered} of {len(paths)} answered, {repaired} with a covariance repaired openly")


def many(data: Path) -> None:
    """The 1,670 conjunctions."""
    k = kelvins(data)
    given = (k.dr_km, k.dv_km_s, k.covariance_km2, k.radius_km)
    exact, sliced = short.foster_1992(*given) / k.probability, short.alfano_2005(*given) / k.probability
    print(
        f"kelvins: foster_1992 over published: median {np.median(exact):.6f}, {exact.min():.6f} to {exact.max():.6f},"
        f" within 0.2 % in {np.sum(np.abs(exact - 1) < 2e-3)} of {len(exact)}"
    )
    print(f"kelvins: alfano_2005 with 100 slices over published: within {np.abs(sliced - 1).max():.1e} in all {len(sliced)}")
    largest = short.alfriend_maximum_1999(*given) / k.maximum
    print(f"kelvins: alfriend_maximum_1999 over published: within {np.abs(largest - 1).max():.1e}")
    contour = short.patera_2001(*given) / short.foster_1992(*given)
    print(f"kelvins: patera_2001 over foster_1992: within {np.abs(contour - 1).max():.1e}")


def of_our_own(count: int, seed: int, trials: int) -> None:
    """How often the flags are right where nothing was tuned: drawing is the judge, where it has at least 100 hits."""
    rows = []
    for given in meetings(count, seed):
        drawn = monte_carlo(given, trials)
        if drawn.details["hits"] < 100:
            continue
        found, dark = judge(given), judge(blind(given))
        flat = answer(found, "foster_1992")
        wrong = not (1 - OFF) * drawn.low <= flat <= (1 + OFF) * drawn.high
        right = (1 - OFF) * drawn.low <= found.chosen.probability <= (1 + OFF) * drawn.high
        inside = drawn.low <= answer(found, "hall_3d_nc_2021") <= drawn.high
        rows.append((wrong, found.flagged, dark.flagged, right, inside))
    table = np.array(rows, dtype=np.bool_)
    off, others = table[:, 0], ~table[:, 0]
    print(
        f"simulated: {len(rows)} of {count} with 100 hits or more in {trials} trials; the 2-D more than 20 % off in {off.sum()}"
    )
    for name, flags in (("chooser", table[:, 1]), ("without velocity covariance", table[:, 2])):
        hit, false = (flags & off).sum(), (flags & others).sum()
        print(f"simulated: flags by {name}: {hit} of the {off.sum()} that are off, {false} of the {others.sum()} others")
    print(f"simulated: the chosen one within 20 % of drawing in {table[:, 3].sum()} of {len(rows)}")
    print(f"simulated: the 3-D number inside the 95 % bounds of drawing in {table[:, 4].sum()} of {len(rows)}")


def speed(data: Path) -> None:
    k = kelvins(data)
    pick = np.tile(np.arange(len(k.radius_km)), 60)
    given = (k.dr_km[pick], k.dv_km_s[pick], k.covariance_km2[pick], k.radius_km[pick])
    for method in (short.foster_1992, short.chan_1997, short.alfano_2005, short.patera_2001, short.alfano_maximum_2005):
        method(*(x[:10] for x in given))
        began, cpu = time.perf_counter(), time.process_time()
        method(*given)
        wall, cpu = time.perf_counter() - began, time.process_time() - cpu
        print(f"speed: {method.__name__}: {len(pick) / wall:,.0f} a second, {len(pick) / cpu:,.0f} a second of one core's time")
    cases = list(cara(data))
    slow = min(cases, key=lambda c: float(np.linalg.norm(c.meeting.dv_km_s)))
    case = cases[0]
    for draw, made, trials in (
        (monte_carlo, case, 2_000_000),
        (monte_carlo, slow, 200_000),
        (monte_carlo_straight, case, 2_000_000),
    ):
        draw(made.meeting, 1000)
        began, cpu = time.perf_counter(), time.process_time()
        draw(made.meeting, trials)
        wall, cpu = time.perf_counter() - began, time.process_time() - cpu
        pace = f"at {1e3 * np.linalg.norm(made.meeting.dv_km_s):,.0f} m/s"
        print(f"speed: {draw.__name__} {pace}: {trials / wall:,.0f} a second, {trials / cpu:,.0f} a second of one core's time")
    began = time.perf_counter()
    judge(case.meeting)
    print(f"speed: judge, all formulas, one message: {time.perf_counter() - began:.2f} s")


if __name__ == "__main__":
    raise SystemExit(main())
