"""Jumps in smooth series, against dense generalised least squares, simulated truth, and laws."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoshimori.sky import trend

Floats = npt.NDArray[np.float64]

SIGMA, QS, QD = 0.05, 1e-4, 1e-5
PRIOR = np.log([SIGMA, QS, QD])
THRESHOLD = 20.0
FREE = 1e7  # variance of a jump of unknown size, in the units of the series squared


def series(
    t: Floats, y: Floats, *, sort: trend.Sort = trend.Sort.KICK, rates: tuple[Floats, Floats] | None = None
) -> trend.Series:
    rate, rate_sigma = rates or (np.zeros(len(t)), np.full(len(t), np.inf))
    return trend.Series(t, y, np.array([0, len(t)]), sort, np.zeros(1), PRIOR.reshape(1, 3), rate, rate_sigma)


def simulated(n: int, seed: int, *, sigma: float = SIGMA, qs: float = QS, qd: float = QD) -> tuple[Floats, Floats]:
    """Uneven times and values of the model itself: a rate and an acceleration that wander, seen with noise."""
    rng = np.random.default_rng(seed)
    t = np.cumsum(rng.uniform(0.4, 1.6, n))
    x, y = np.array([10.0, 0.3, 0.01]), np.zeros(n)
    for k in range(n):
        y[k] = x[0] + rng.normal(0.0, sigma)
        if k + 1 < n:
            d = t[k + 1] - t[k]
            x = forward(d) @ x + np.linalg.cholesky(wandering(d, qs, qd)) @ rng.normal(size=3)
    return t, y


def forward(d: float) -> Floats:
    return np.array([[1.0, d, d * d / 2.0], [0.0, 1.0, d], [0.0, 0.0, 1.0]])


def wandering(d: float, qs: float, qd: float) -> Floats:
    """Covariance of what a white acceleration (qs) and a white jerk (qd) add in d."""
    by_rate = np.array([[d**3 / 3.0, d**2 / 2.0, 0.0], [d**2 / 2.0, d, 0.0], [0.0, 0.0, 0.0]])
    jerk = [[d**5 / 20.0, d**4 / 8.0, d**3 / 6.0], [d**4 / 8.0, d**3 / 3.0, d**2 / 2.0], [d**3 / 6.0, d**2 / 2.0, d]]
    return np.asarray(qs * by_rate + qd * np.array(jerk))


class Dense:
    """The same model as one multivariate normal: what the smoother says in n steps, said with n by n matrices."""

    def __init__(self, s: trend.Series, named: tuple[int, ...] = ()) -> None:
        self.t, n = s.t, len(s.t)
        state = np.array([s.y[0], (s.y[3] - s.y[0]) / (s.t[3] - s.t[0]), 0.0])
        cov = np.zeros((3 * n, 3 * n))
        mean, block = np.zeros(3 * n), np.diag([1e6, 1e6, 1e2])
        for k in range(n):
            here = slice(3 * k, 3 * k + 3)
            if k:
                d = s.t[k] - s.t[k - 1]
                F = forward(d)
                state, before = F @ state, slice(3 * k - 3, 3 * k)
                cov[here, : 3 * k] = F @ cov[before, : 3 * k]
                cov[: 3 * k, here] = cov[here, : 3 * k].T
                block = F @ block @ F.T + wandering(d, QS, QD)
                if k - 1 in named:
                    block = block + np.diag([FREE * d * d, FREE if s.sort == trend.Sort.KICK else 0.0, 0.0])
            cov[here, here], mean[here] = block, state
        seen = [(3 * k, s.y[k], SIGMA) for k in range(n)]
        seen += [(3 * k + 1, s.rate[k], s.rate_sigma[k]) for k in range(n) if np.isfinite(s.rate_sigma[k])]
        self.rows = np.array([r for r, _, _ in seen])
        self.off = np.array([v for _, v, _ in seen]) - mean[self.rows]
        self.inverse = np.linalg.inv(cov[np.ix_(self.rows, self.rows)] + np.diag([x * x for _, _, x in seen]))

    def after(self, gap: int, change: Floats) -> Floats:
        """What a change of the state at the observation after a gap adds to everything observed."""
        out = np.zeros(3 * len(self.t))
        for k in range(gap + 1, len(self.t)):
            out[3 * k : 3 * k + 3] = forward(self.t[k] - self.t[gap + 1]) @ change
        return np.asarray(out[self.rows])

    def ratio(self, column: Floats) -> tuple[float, float, float]:
        """Twice the log likelihood ratio for one more column, its coefficient, and that one's sigma."""
        weight = float(column @ self.inverse @ column)
        share = float(column @ self.inverse @ self.off)
        return share * share / weight, share / weight, weight**-0.5


def judged(s: trend.Series, gap: int, named: tuple[int, ...] = ()) -> trend.Jumps:
    n = len(s.t)
    gaps, asked = np.isin(np.arange(n), named), np.arange(n) == gap
    return trend.judge(s, trend.Named(gaps, np.ones(n), np.repeat(PRIOR[:, None], n, axis=1)), asked)


def kicked(t: Floats, y: Floats, when: float, size: float) -> Floats:
    return np.asarray(y + size * np.maximum(t - when, 0.0))


@pytest.mark.parametrize("witness", [False, True], ids=["values alone", "with a second witness of the rate"])
@pytest.mark.parametrize("gap", [3, 11, 20])
def test_a_kick_is_the_likelihood_ratio_of_generalised_least_squares(gap: int, witness: bool) -> None:
    t, y = simulated(28, 5)
    y = kicked(t, y, 0.3 * t[gap] + 0.7 * t[gap + 1], 0.2)
    rng = np.random.default_rng(2)
    rates = (0.3 + rng.normal(0, 0.1, 28), np.where(np.arange(28) % 3 == 0, np.inf, 0.1)) if witness else None
    s = series(t, y, rates=rates)
    told, dense = judged(s, gap), Dense(s)
    back = np.linspace(0.0, t[gap + 1] - t[gap], 41)
    best = max(dense.ratio(dense.after(gap, np.array([z, 1.0, 0.0])))[0] for z in back)
    at = dense.ratio(dense.after(gap, np.array([told.back[0], 1.0, 0.0])))
    assert (told.statistic[0], told.size[0], told.size_sigma[0]) == pytest.approx(at, rel=1e-3)
    assert told.statistic[0] >= best * (1.0 - 1e-4), "no other moment in the gap explains it better"
    bend = dense.ratio(dense.after(gap, np.array([0.0, 0.0, 1.0])))
    assert told.bend[0] == pytest.approx(bend[0], rel=1e-3, abs=1e-4), "the dense inverse holds no more digits"
    assert told.bend_size[0] == pytest.approx(bend[1], rel=3e-3)
    alone = [dense.ratio(np.eye(len(dense.rows))[k])[0] for k in range(gap - 1, gap + 3)]
    assert told.bad[0] == pytest.approx(max(alone), rel=1e-3)


def test_a_step_is_the_likelihood_ratio_of_generalised_least_squares() -> None:
    t, y = simulated(28, 6)
    s = series(t, y + np.where(np.arange(28) > 9, 0.4, 0.0), sort=trend.Sort.STEP)
    dense = Dense(s)
    told = judged(s, 9)
    assert (told.statistic[0], told.size[0], told.size_sigma[0]) == pytest.approx(
        dense.ratio(dense.after(9, np.array([1.0, 0.0, 0.0]))), rel=1e-3
    )


def test_a_jump_named_elsewhere_is_allowed_for() -> None:
    t, y = simulated(28, 7)
    s = series(t, kicked(t, kicked(t, y, t[8] + 0.1, 0.5), t[12] + 0.1, -0.3))
    told, dense = judged(s, 12, named=(8,)), Dense(s, named=(8,))
    at = dense.ratio(dense.after(12, np.array([told.back[0], 1.0, 0.0])))
    assert told.statistic[0] == pytest.approx(at[0], rel=1e-3), (
        "a free jump is wide, not infinite: digits are lost in the dense inverse"
    )
    assert told.size[0] == pytest.approx(-0.3, abs=5.0 * told.size_sigma[0])


def many(size: float, count: int = 300) -> trend.Jumps:
    """Kicks of one size, each in the middle of the gap before observation 21 of its own series of 40."""
    parts = []
    for seed in range(count):
        t, y = simulated(40, 1000 + seed)
        parts.append(judged(series(t, kicked(t, y, 0.5 * (t[20] + t[21]), size)), 20))
    return trend.Jumps(**{k: np.concatenate([getattr(p, k) for p in parts]) for k in trend.Jumps.__dataclass_fields__})


def test_sizes_are_unbiased_and_their_sigma_holds_two_thirds() -> None:
    told = many(1.0)
    off = (told.size - 1.0) / told.size_sigma
    assert abs(off.mean()) < 3.0 / np.sqrt(len(off))
    assert 0.60 < (np.abs(off) < 1.0).mean() < 0.80
    assert (np.abs(off) < 3.0).mean() > 0.98


def test_where_nothing_happened_the_statistic_is_that_of_chance() -> None:
    """Maximised over the moment it lies between chi-square with one and with two degrees of freedom: 5 % above 3.84 and 5.99."""
    told = many(0.0)
    assert 0.5 * 0.05 < (told.statistic > 3.84).mean() < 0.13
    assert (told.statistic > 5.99).mean() < 0.08
    assert told.statistic.max() < THRESHOLD


@pytest.mark.parametrize("seed", range(4))
def test_a_kick_is_named_a_kick_and_a_bad_observation_bad(seed: int) -> None:
    t, y = simulated(160, seed)
    y = kicked(t, y, 0.5 * (t[60] + t[61]), 0.8)
    y[110] += 3.0
    s = series(t, y)
    found = trend.search(s, THRESHOLD)
    told = trend.judge(s, found, found.gaps)
    assert told.row[told.statistic > THRESHOLD].tolist() == [60], (
        "what a strong kick makes of the gaps around it does not stand alone"
    )
    assert np.flatnonzero(found.bad > 1.0).tolist() == [110]


@pytest.mark.parametrize("truth", [(0.05, 1e-4, 1e-5), (0.5, 1e-3, 1e-6), (0.01, 1e-6, 1e-7)])
def test_the_noise_of_a_record_is_learnt_whatever_the_prior(truth: tuple[float, float, float]) -> None:
    t, y = simulated(400, 3, sigma=truth[0], qs=truth[1], qd=truth[2])
    noise = np.exp(trend.search(series(t, y), THRESHOLD).noise)
    assert 1 / 1.3 < np.median(noise[0]) / truth[0] < 1.3


def test_a_noisy_stretch_raises_no_alarm() -> None:
    t, y = simulated(400, 8)
    y[150:250] += np.random.default_rng(4).normal(0.0, 10 * SIGMA, 100)
    found = trend.search(series(t, y), THRESHOLD)
    assert found.gaps.sum() <= 1
    assert np.exp(found.noise[0, 200]) > 3.0 * np.exp(found.noise[0, 30])


def together(parts: list[trend.Series]) -> trend.Series:
    def join(of: Callable[[trend.Series], Floats]) -> Floats:
        return np.concatenate([of(p) for p in parts])

    first = np.concatenate(([0], np.cumsum([len(p.t) for p in parts])))
    prior = join(lambda p: p.prior)
    return trend.Series(
        join(lambda p: p.t), join(lambda p: p.y), first, parts[0].sort, join(lambda p: p.floor), prior, join(lambda p: p.rate),
        join(lambda p: p.rate_sigma),
    )  # fmt: skip


@given(st.lists(st.integers(5, 60), min_size=1, max_size=5), st.sampled_from(list(trend.Sort)))
@settings(max_examples=12, deadline=None)
def test_a_batch_is_each_alone(lengths: list[int], sort: trend.Sort) -> None:
    parts = []
    for i, n in enumerate(lengths):
        t, y = simulated(n, 50 + i)
        parts.append(series(t, kicked(t, y, t[n // 2] + 0.1, 1.0), sort=sort))
    every = trend.search(together(parts), THRESHOLD)
    alone = [trend.search(p, THRESHOLD) for p in parts]
    assert np.array_equal(every.gaps, np.concatenate([a.gaps for a in alone]))
    assert np.array_equal(every.noise, np.concatenate([a.noise for a in alone], axis=1))
    seen, newest = trend.watch(together(parts), THRESHOLD)
    rows = [trend.watch(p, THRESHOLD) for p in parts]
    starts = np.cumsum([0, *lengths[:-1]])
    assert np.array_equal(newest, np.concatenate([last + a for (_, last), a in zip(rows, starts, strict=True)]))
    assert np.array_equal(seen.statistic, np.concatenate([j.statistic for j, _ in rows]))


def test_what_is_told_as_it_comes_in_stays_told() -> None:
    t, y = simulated(120, 9)
    y = kicked(t, y, 0.5 * (t[70] + t[71]), 0.8)
    whole, newest = trend.watch(series(t, y), THRESHOLD)
    for n in (60, 74, 90):
        part, last = trend.watch(series(t[:n], y[:n]), THRESHOLD)
        known = newest < n
        assert np.array_equal(part.row, whole.row[known])
        assert np.array_equal(part.statistic, whole.statistic[known])
        assert np.array_equal(last, newest[known])
    soon = whole.row[(newest > 70) & (newest <= 74)]
    assert len(soon), "seen within four observations"
    assert np.abs(soon - 70).max() <= 1


@pytest.mark.slow
def test_the_cost_grows_with_the_rows() -> None:
    def seconds(n: int) -> float:
        t, y = simulated(n, 1)
        s = series(t, y)
        took = []
        for _ in range(3):
            began = time.perf_counter()
            trend.search(s, THRESHOLD)
            took.append(time.perf_counter() - began)
        return min(took)

    seconds(200)
    assert seconds(8000) < 2.5 * 4.0 * seconds(2000)


def test_an_empty_table_has_no_jumps() -> None:
    nothing = trend.Series(
        *(np.zeros(0),) * 2, np.zeros(1, np.int64), trend.Sort.KICK, np.zeros(0), np.zeros((0, 3)), *(np.zeros(0),) * 2
    )
    assert len(trend.search(nothing, THRESHOLD).gaps) == 0
    jumps, newest = trend.watch(nothing, THRESHOLD)
    assert len(jumps) == len(newest) == 0
