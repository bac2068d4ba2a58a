"""The search over a whole population finds what brute force finds, with the `sgp4` package and a tree, and nothing else."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from sgp4.api import Satrec

from bench.screen import reference
from bench.screen.matching import matched
from hoshimori.sky import sieve
from hoshimori.sky.trajectories import Trajectories
from tests.sky.sets import prepared
from tests.sky.sets import reference as satrec

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

START = np.datetime64("2026-05-24T00:00:00", "us")
HOURS = 6.0
STOP = START + np.timedelta64(round(HOURS * 3600e6), "us")
EPOCH = START - np.timedelta64(7_654_321_098, "us")
WITHIN_KM = 40.0
ONE_METRE = 1e-3  # km
ONE_MILLISECOND = 1e-3
ALWAYS_US = 2**58


def population(seed: int) -> Floats:
    """(n, 7) elements: a thin LEO shell, one-orbit flocks in LEO and in GEO, docked pairs, perigees of transfer orbits and of
    Molniya orbits inside the shell, and low ones that come down while we look."""
    rng = np.random.default_rng(seed)

    def some(n: int, motion: Floats, e: Floats, inc: Floats, bstar: float = 1e-5) -> Floats:
        return np.column_stack((motion, e, inc, *rng.uniform(0, 360, (3, n)), np.full(n, bstar)))

    def flock(n: int, like: list[float], spread_deg: float) -> Floats:
        shift = rng.normal(0, 1, (n, 7)) * [1e-5, spread_deg / 200, spread_deg, spread_deg, 0.0, spread_deg, 0.0]
        out = np.array(like) + shift
        out[:, 1] = np.abs(out[:, 1])
        return out

    shell = some(120, rng.uniform(14.9, 14.92, 120), rng.uniform(0, 2e-3, 120), rng.uniform(40, 100, 120))
    train = flock(12, [15.05, 1e-3, 53.0, 10.0, 80.0, 0.0, 1e-4], 0.05)
    cluster = flock(12, [1.0027, 2e-4, 0.08, 90.0, 0.0, 45.0, 0.0], 0.02)
    transfer = some(60, rng.uniform(2.2, 2.3, 60), rng.uniform(0.714, 0.718, 60), rng.uniform(5, 60, 60))
    molniya = some(24, np.full(24, 2.006), rng.uniform(0.735, 0.74, 24), rng.uniform(62, 64, 24))
    sinking = some(24, rng.uniform(16.3, 16.5, 24), rng.uniform(0, 3e-3, 24), rng.uniform(40, 100, 24), bstar=5e-2)
    docked = np.concatenate((shell[:3], cluster[:2], transfer[:2]))
    return np.concatenate((shell, train, cluster, transfer, molniya, sinking, docked))


def theirs(elements: Floats, watched: Ints | None) -> tuple[reference.Approaches, reference.Failed]:
    day, rest = divmod(int(EPOCH.astype(np.int64)), 86_400_000_000)
    sets: list[Satrec] = []
    for row in elements:
        one = satrec(EPOCH, row)
        one.jdsatepoch, one.jdsatepochF = 2440587.5 + day, rest / 86400e6  # one double rounds to 40 microseconds
        sets.append(one)
    found, failed, _ = reference.approaches(reference.Sky(sets, START), HOURS * 3600.0, WITHIN_KM, watched=watched)
    return found, failed


def ours(elements: Floats, watched: Ints | None) -> tuple[reference.Approaches, sieve.Failures]:
    n = len(elements)
    epoch = np.full(n, EPOCH)
    rows = Trajectories(
        prepared(epoch, elements), epoch.astype(np.int64), np.arange(n + 1), np.zeros(n, bool), ALWAYS_US, ALWAYS_US
    )
    screened = sieve.screen(rows, START, STOP, WITHIN_KM, watched=watched, workers=2)
    m = screened.minima
    t_s = (m.t_us - START.astype(np.int64)) * 1e-6 + m.offset_s
    speed = np.linalg.norm(m.dv_km_s, axis=1)
    return reference.Approaches(m.watched, m.other, t_s, m.miss_km, speed), screened.failures


@pytest.mark.parametrize("seed", [11, 12])
@pytest.mark.parametrize("few", [False, True], ids=["everybody", "some"])
def test_nothing_is_missed_and_nothing_invented(seed: int, few: bool) -> None:
    elements = population(seed)
    watched = np.arange(0, len(elements), 7) if few else None
    brute, failed = theirs(elements, watched)
    mine, failures = ours(elements, watched)
    found = matched(brute, mine)
    assert [tuple(row) for row in zip(*brute.take(found.missed), strict=True)] == []
    assert [tuple(row) for row in zip(*mine.take(found.invented), strict=True)] == []
    assert len(brute.a) > (60 if few else 300)
    assert np.abs(brute.t_s[found.theirs] - mine.t_s[found.ours]).max() < ONE_MILLISECOND
    assert np.abs(brute.miss_km[found.theirs] - mine.miss_km[found.ours]).max() < ONE_METRE
    assert brute.slow.any()
    assert not brute.slow.all()
    assert set(failed.row.tolist()) == set(failures.row.tolist())
    assert len(failed.row)


def test_the_watched_one_comes_first_and_docked_pairs_are_stays_without_a_minimum() -> None:
    elements = population(11)
    n = len(elements)
    docked = np.arange(n - 7, n)
    mine, _ = ours(elements, docked)
    assert np.isin(mine.a, docked).all()
    both = np.isin(mine.b, docked)
    assert (mine.a[both] < mine.b[both]).all()
    partners = {(int(a), int(b)) for a, b in zip([*range(3), 132, 133, 144, 145], docked, strict=True)}
    assert (elements[[p[0] for p in sorted(partners)]] == elements[docked]).all()
    assert not partners & set(zip(np.minimum(mine.a, mine.b).tolist(), np.maximum(mine.a, mine.b).tolist(), strict=True))
