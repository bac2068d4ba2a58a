"""How fast SGP4 is here, side by side with the compiled array call of the `sgp4` package, on one core.

    python bench/sgp4/run.py [--sets FILE] [--seconds 3]

FILE: two- or three-line element sets, plain or gzip. Without it, seeded synthetic orbits are used. Both engines are given the
same elements and the same times, in turn, several times; the best of each is kept, since other work on a machine only ever
slows. Read the ratios: absolute numbers belong to the machine.

Then 3,060 near-Earth sets at 1,440 minutes, results into arrays that are there already where an engine can, beside the batch
propagator of heyoka. That one is no part of this project (MPL-2.0): `pip install heyoka` into this environment adds it here.
"""

from __future__ import annotations

import argparse
import gzip
import importlib.util
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sgp4.api import WGS72, Satrec, SatrecArray, accelerated

from hoshimori.sky import orbits

Floats = npt.NDArray[np.float64]
Times = npt.NDArray[np.datetime64]

START = np.datetime64("2022-07-15", "us")
DAY_US = 86_400_000_000
MOST_SETS = 500
"""Per call: results of tens of megabytes come as fresh memory every time, and then the operating system is what is measured."""
NEAR_SETS = 3060


def synthetic(n: int) -> tuple[Times, Floats]:
    """Seeded: 4 of 6 in LEO, 1 in GEO, 1 in GTO or Molniya-like orbits; columns as `read`."""
    rng = np.random.default_rng(20261121)
    kind = np.arange(n) % 6
    motion = np.select(
        [kind < 4, kind == 4], [rng.uniform(12.5, 15.6, n), rng.normal(1.0027, 0.005, n)], rng.uniform(2.0, 2.4, n)
    )
    e = np.select([kind < 4, kind == 4], [rng.uniform(0, 0.02, n), rng.uniform(0, 0.001, n)], rng.uniform(0.6, 0.73, n))
    inc = np.select([kind < 4, kind == 4], [rng.uniform(20, 110, n), rng.uniform(0, 15, n)], rng.uniform(5, 65, n))
    angles = rng.uniform(0, 360, (3, n))
    epoch = START - (rng.uniform(0, 2 * DAY_US, n)).astype("timedelta64[us]")
    return epoch, np.column_stack((motion, e, inc, *angles, rng.normal(0, 1e-4, n)))


def read(path: Path) -> tuple[Times, Floats]:
    """Epochs and (n, 7): mean motion [rev/day], eccentricity, i, node, perigee, anomaly [deg], B*."""
    raw = path.read_bytes()
    text = (gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw).decode()
    rows = [line for line in text.splitlines() if line[:2] in ("1 ", "2 ")]
    sets = [Satrec.twoline2rv(a, b, WGS72) for a, b in zip(rows[::2], rows[1::2], strict=True)]
    day = np.array([s.jdsatepoch - 2440587.5 for s in sets])
    midnight = np.rint(day * 2).astype(np.int64) * (DAY_US // 2)
    epoch = (midnight + np.rint([s.jdsatepochF * DAY_US for s in sets]).astype(np.int64)).astype("datetime64[us]")
    degrees = [[*np.degrees([s.inclo, s.nodeo, s.argpo, s.mo])] for s in sets]
    return epoch, np.array([[s.no_kozai * 720.0 / np.pi, s.ecco, *d, s.bstar] for s, d in zip(sets, degrees, strict=True)])


def peer(epoch: Times, elements: Floats) -> SatrecArray:
    """The same sets in the `sgp4` package, numbered 0. Epochs are set again in two parts: one double rounds to 40 µs."""
    day, rest = np.divmod(epoch.astype(np.int64), DAY_US)
    days = ((2440587.5 + day) + rest / DAY_US) - 2433281.5
    made = []
    for t, whole, fraction, (n, e, *angles, bstar) in zip(days, day, rest / DAY_US, elements, strict=True):
        inc, raan, argp, ma = np.radians(angles)
        made.append(Satrec())
        made[-1].sgp4init(WGS72, "i", 0, t, bstar, 0.0, 0.0, e, argp, inc, ma, n / (720.0 / np.pi), raan)
        made[-1].jdsatepoch, made[-1].jdsatepochF = 2440587.5 + whole, fraction
    return SatrecArray(made)


def compare(name: str, epoch: Times, elements: Floats, t_utc: Times, seconds: float) -> None:
    """One line: million states per second of both, their ratio, and the largest difference."""
    theirs, ours = peer(epoch, elements), orbits.prepare(epoch, *elements.T)
    day, rest = np.divmod(t_utc.astype(np.int64), DAY_US)
    orbits.states(ours.take(slice(1)), t_utc[:1])  # compiled before it is timed
    best = [np.inf, np.inf]
    until = time.perf_counter() + seconds
    while True:
        began = time.perf_counter()
        code, r, _ = theirs.sgp4(2440587.5 + day, rest / DAY_US)
        between = time.perf_counter()
        states = orbits.states(ours, t_utc)
        ended = time.perf_counter()
        best = [min(best[0], between - began), min(best[1], ended - between)]
        if ended > until:
            break
    fine = (code == 0) & (states.error == 0)
    apart_mm = np.abs(r - np.moveaxis(states.r_km, 1, 2)).max(axis=2)[fine] * 1e6
    million = len(epoch) * len(t_utc) / 1e6
    typical, worst = (np.quantile(apart_mm, q) for q in (0.5, 1.0)) if len(apart_mm) else (np.nan, np.nan)
    print(
        f"{name:<12}{len(epoch):>7,}{million / best[0]:>10.2f}{million / best[1]:>12.2f}{best[0] / best[1]:>8.1f}x"
        f"{typical:>14.5f}{worst:>12.4f}{int((code != states.error).sum()):>9}"
    )


def beside_heyoka(epoch: Times, elements: Floats, seconds: float) -> None:
    """Million states per second of processor time, each engine on one thread, in turn; how far from the `sgp4` package."""
    t_utc = START + np.arange(1440) * np.timedelta64(60_000_000, "us")
    engines = {"sgp4 array": sgp4_in_pieces(epoch, elements, t_utc), **ours_here(epoch, elements, t_utc)}
    if importlib.util.find_spec("heyoka"):
        engines["heyoka batch"] = heyoka_batch(epoch, elements, t_utc)
    for call in engines.values():
        call()
    best = dict.fromkeys(engines, np.inf)
    until = time.perf_counter() + seconds * len(engines)
    while time.perf_counter() < until:
        for name, call in engines.items():
            began = time.process_time()
            call()
            best[name] = min(best[name], time.process_time() - began)
    million = len(epoch) * len(t_utc) / 1e6
    print(f"\n{len(epoch):,} near-Earth sets x {len(t_utc):,} minutes, one thread each")
    for name, call in engines.items():
        apart_mm = np.nanmax(np.abs(call()[:, :, -1] - engines["sgp4 array"]()[:, :, -1])) * 1e6
        rate = million / best[name]
        print(f"{name:<24}{rate:>8.2f} M/s{best['sgp4 array'] / best[name]:>8.1f}x sgp4{apart_mm:>12.5f} mm at the last minute")
    if "heyoka batch" not in engines:
        print("heyoka                  not installed here: pip install heyoka")
        return
    for name in ("ours, given arrays", "ours, fresh arrays"):
        print(f"{name} / heyoka: {best['heyoka batch'] / best[name]:.1f}x")


def sgp4_in_pieces(epoch: Times, elements: Floats, t_utc: Times) -> Callable[[], Floats]:
    """The array call gives fresh results every time; in pieces of 96 times these come from the heap and not from the system.
    Of the last piece, positions (n, 3, 96)."""
    satellites = peer(epoch, elements)
    day, rest = np.divmod(t_utc.astype(np.int64), DAY_US)

    def call() -> Floats:
        for k in range(0, len(t_utc), 96):
            _, r, _ = satellites.sgp4(2440587.5 + day[k : k + 96], rest[k : k + 96] / DAY_US)
        return np.moveaxis(r, 1, 2)

    return call


def ours_here(epoch: Times, elements: Floats, t_utc: Times) -> dict[str, Callable[[], Floats]]:
    """Into arrays that are there already, as screening calls the kernel; and with fresh ones, as everybody else does."""
    from hoshimori.sky._sgp4_kernel import fill

    satellites, n, m = orbits.prepare(epoch, *elements.T), len(epoch), len(t_utc)
    every, first, last, t_us = np.arange(n), np.zeros(n, np.int64), np.full(n, m), t_utc.astype(np.int64)
    r, v, error, late = np.empty((n, 3, m)), np.empty((n, 3, m)), np.empty((n, m), np.uint8), np.zeros(m)

    def given() -> Floats:
        fill(satellites.table, every, t_us, late, every, first, last, r, v, error)
        return r

    def fresh() -> Floats:
        return orbits.states(satellites, t_utc).r_km

    return {"ours, given arrays": given, "ours, fresh arrays": fresh}


def heyoka_batch(epoch: Times, elements: Floats, t_utc: Times) -> Callable[[], Floats]:
    """Its batch mode: minutes since epoch in, positions, velocities and code out. Built, and so compiled, before it is timed."""
    import heyoka  # type: ignore[import-not-found,unused-ignore]

    heyoka.set_nthreads(1)
    day, rest = np.divmod(epoch.astype(np.int64), DAY_US)
    n, e, *angles, bstar = elements.T
    rows = [n / (720.0 / np.pi), e, *np.radians(angles), bstar, 2440587.5 + day, rest / DAY_US]
    began = time.perf_counter()
    propagator = heyoka.model.sgp4_propagator(np.ascontiguousarray(rows))
    print(f"\nheyoka {heyoka.__version__}: {time.perf_counter() - began:.1f} s to build and compile")
    minutes = np.ascontiguousarray((t_utc[:, None] - epoch[None, :]) / np.timedelta64(60_000_000, "us"))
    out = np.empty((len(t_utc), 7, len(epoch)))

    def call() -> Floats:
        propagator(minutes, out=out)
        return np.moveaxis(out[:, :3], (0, 1, 2), (2, 1, 0))

    return call


def first_use() -> None:
    """Seconds of processor time in a new process until the first state: with nothing compiled before, then from the cache."""
    ask = (
        "import time, numpy as np; from hoshimori.sky import orbits; t = np.array(['2022-07-15'], 'datetime64[us]');"
        "s = orbits.prepare(t, [15.0], [0.001], [51.0], [0.0], [0.0], [0.0], [0.0]); a = time.process_time();"
        "orbits.states(s, t); orbits.pairs(s, np.array([0]), t); print(f'{time.process_time() - a:.1f}')"
    )
    with tempfile.TemporaryDirectory() as cache:
        for what in ("compiled at first use", "from the cache"):
            done = subprocess.run(
                [sys.executable, "-c", ask],
                env={**os.environ, "NUMBA_CACHE_DIR": cache},
                capture_output=True,
                text=True,
                check=True,
            )
            print(f"first state, {what}: {done.stdout.strip()} s of processor time")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--sets", type=Path, help="element sets to read")
    asked.add_argument("--seconds", type=float, default=3.0, help="how long to repeat each comparison")
    options = asked.parse_args()
    epoch, elements = read(options.sets) if options.sets else synthetic(6000)
    period_min = orbits.prepare(epoch, *elements.T).period_min
    t_utc = START + np.arange(0, 1440, 2) * np.timedelta64(60_000_000, "us")
    print(f"sgp4 package compiled: {accelerated}; {len(epoch):,} sets, {len(t_utc)} times over one day; one core")
    print(
        f"{'orbits':<12}{'sets':>7}{'sgp4 M/s':>10}{'ours M/s':>12}{'ratio':>9}{'median mm':>14}{'worst mm':>12}{'codes !=':>9}"
    )
    groups = {
        "near Earth": period_min < 225.0,
        "GEO": np.abs(period_min - 1436.0) < 60.0,
        "deep space": period_min >= 225.0,
        "mixture": period_min > 0.0,
    }
    for name, which in groups.items():
        some = np.flatnonzero(which)
        some = some[:: max(1, -(-len(some) // MOST_SETS))]
        if len(some):
            compare(name, epoch[some], elements[some], t_utc, options.seconds)
    near = np.flatnonzero(groups["near Earth"])
    usable = near[orbits.states(orbits.prepare(epoch[near], *elements[near].T), t_utc[-1:]).error[:, 0] == 0]
    some = usable[:: max(1, len(usable) // NEAR_SETS)][:NEAR_SETS]
    beside_heyoka(epoch[some], elements[some], options.seconds)
    first_use()


if __name__ == "__main__":
    main()
