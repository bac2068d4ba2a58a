"""The permutation test: exact against brute force, uniform under the null, strong where there is a coupling."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from hoshimori.detect.coincidence import ANY, DAY_S, DAYS, coincidence, holm, inside, merged, without
from hoshimori.errors import UsageError

SPAN = (0.0, 7 * DAY_S)


def passes(rng: np.random.Generator, span: tuple[float, float] = SPAN, a_day: float = 4.0) -> np.ndarray:
    """Windows such as a LEO satellite has over one site: five to ten minutes, in runs a revolution apart."""
    starts = []
    for day in range(int((span[1] - span[0]) / DAY_S)):
        first = day * DAY_S + rng.uniform(0, 6 * 3600.0)
        starts += [first + k * 5700.0 for k in range(int(a_day))]
    begin = np.array(starts) + span[0]
    return np.column_stack((begin, begin + rng.uniform(200.0, 600.0, len(begin))))


def bursts(rng: np.random.Generator, n: int, span: tuple[float, float] = SPAN) -> np.ndarray:
    """Events that come in clusters: the rhythm that independent draws would take for many witnesses."""
    middle = rng.uniform(*span, max(1, n // 4))
    return span[0] + (rng.choice(middle, n) + rng.normal(0.0, 900.0, n) - span[0]) % (span[1] - span[0])


@pytest.mark.parametrize("seed", range(6))
def test_the_exact_distribution_is_that_of_a_million_shifts(seed: int) -> None:
    rng = np.random.default_rng(seed)
    events, windows = bursts(rng, 9), merged(passes(rng, a_day=8))
    found = coincidence(events, windows, SPAN, seed=seed)
    shifts = (np.arange(300_000) + 0.5) / 300_000 * SPAN[1]
    counts = sum(inside((e + shifts) % SPAN[1], windows).astype(int) for e in events)
    assert found.hits == int(inside(events, windows).sum())
    assert found.expected == pytest.approx(float(np.mean(counts)), abs=1e-3)
    assert found.expected == pytest.approx(found.share * found.events, rel=1e-9)
    assert found.p_at_least == pytest.approx(float(np.mean(counts >= found.hits)), abs=1e-3)
    more = float(np.mean(counts > found.hits))
    assert more - 1e-3 <= found.p_value <= found.p_at_least + 1e-12


@pytest.mark.parametrize(("null", "operating"), [(ANY, False), (ANY, True), (DAYS, False)])
@pytest.mark.parametrize("n", [1, 5, 20])
def test_the_p_value_is_uniform_under_the_null_on_1000_seeds(null: str, operating: bool, n: int) -> None:
    """Windows fixed; events in bursts, at any time of the span (of the operating time)."""
    windows = passes(np.random.default_rng(99))
    runs = np.column_stack((np.arange(7) * DAY_S + 3600.0, np.arange(7) * DAY_S + 50_000.0)) if operating else None
    values, cautious = [], []
    for seed in range(1000):
        rng = np.random.default_rng([seed, n])
        events = bursts(rng, n)
        if runs is not None:  # the same bursts on a clock that runs only while the instrument is on
            clock = events * (7 * 46_400.0 / SPAN[1])
            events = (clock // 46_400.0) * DAY_S + 3600.0 + clock % 46_400.0
        found = coincidence(events, windows, SPAN, seed=[seed, 1], operating_s=runs, null=null)
        values.append(found.p_value)
        cautious.append(found.p_at_least)
    assert stats.kstest(values, "uniform").pvalue > 0.01
    assert np.mean(np.array(values) <= 0.05) < 0.07
    assert np.mean(np.array(cautious) <= 0.05) < 0.07


def test_power_with_8_coupled_of_20_and_false_alarms_with_none() -> None:
    told, false = 0, 0
    for seed in range(200):
        rng = np.random.default_rng([7, seed])
        windows = passes(rng)
        chosen = windows[rng.integers(0, len(windows), 8)]
        coupled = rng.uniform(chosen[:, 0], chosen[:, 1])
        told += coincidence(np.append(coupled, rng.uniform(*SPAN, 12)), windows, SPAN, seed=seed).p_at_least <= 0.05
        false += coincidence(rng.uniform(*SPAN, 20), windows, SPAN, seed=seed).p_at_least <= 0.05
    assert told >= 180
    assert false <= 16  # 5 % of 200 is 10; two sigma more


def test_a_burst_inside_one_window_is_one_witness_not_ten() -> None:
    """Ten events within a minute of one pass: independent draws would call it one in 10^15."""
    windows = passes(np.random.default_rng(1))
    events = windows[5].mean() + np.linspace(-30.0, 30.0, 10)
    found = coincidence(events, windows, SPAN, seed=1)
    assert found.hits == 10
    assert 0.5 * found.share < found.p_at_least < found.share


def test_the_hour_of_the_day_alone_makes_no_coincidence_under_whole_days() -> None:
    """Events at 10:00 each morning and passes at 10:00 each morning: any shift calls it telling, whole days do not."""
    days = np.arange(30) * DAY_S
    windows = np.column_stack((days + 36_000.0 - 400.0, days + 36_000.0 + 400.0))
    events = days[:20] + 36_000.0 + np.random.default_rng(3).normal(0.0, 100.0, 20)
    span = (0.0, 30 * DAY_S)
    assert coincidence(events, windows, span, seed=1).p_at_least < 0.05
    assert coincidence(events, windows, span, seed=1, null=DAYS).p_at_least == pytest.approx(1.0)


def test_always_in_view_never_in_view_and_no_events() -> None:
    events = np.linspace(1.0, 6e5, 7)
    always = coincidence(events, np.array([SPAN]), SPAN, seed=1)
    assert (always.hits, always.expected, always.p_at_least, always.smallest_p) == (7, 7.0, 1.0, 1.0)
    never = coincidence(events, np.zeros((0, 2)), SPAN, seed=1)
    assert (never.hits, never.expected, never.p_at_least) == (0, 0.0, 1.0)
    none = coincidence(np.zeros(0), np.array([[1.0, 2.0]]), SPAN, seed=1)
    assert (none.events, none.hits) == (0, 0)
    assert np.isnan(none.p_value)
    assert none.to_json()["p_value"] is None


def test_events_outside_the_span_or_the_operating_times_are_counted_as_left_out() -> None:
    found = coincidence(
        np.array([-5.0, 100.0, 5000.0, 9e9]), np.array([[90.0, 110.0]]), SPAN, seed=1, operating_s=np.array([[0.0, 1000.0]])
    )
    assert (found.events, found.outside, found.hits) == (1, 3, 1)
    assert found.p_at_least == pytest.approx(0.02)


def test_a_shift_of_everything_changes_nothing() -> None:
    rng = np.random.default_rng(5)
    events, windows = bursts(rng, 12), passes(rng)
    here = coincidence(events, windows, SPAN, seed=3)
    there = coincidence(events + 1e6, windows + 1e6, (SPAN[0] + 1e6, SPAN[1] + 1e6), seed=3)
    assert here.p_at_least == pytest.approx(there.p_at_least, rel=1e-9)
    again = coincidence(rng.permutation(events), windows[::-1], SPAN, seed=3)
    assert again == here


def test_holm_by_hand() -> None:
    """0.01, 0.02, 0.03, 0.04 of four looks: 0.04, 0.06, 0.06, 0.06."""
    np.testing.assert_allclose(holm(np.array([0.04, 0.01, np.nan, 0.03, 0.02])), [0.06, 0.04, np.nan, 0.06, 0.06])
    assert len(holm(np.zeros(0))) == 0


def test_windows_that_touch_are_one_and_what_is_left_of_the_span() -> None:
    np.testing.assert_allclose(merged(np.array([[5.0, 6.0], [0.0, 2.0], [1.0, 3.0], [1.5, 1.6]])), [[0.0, 3.0], [5.0, 6.0]])
    np.testing.assert_allclose(without((0.0, 10.0), np.array([[-1.0, 1.0], [4.0, 5.0]])), [[1.0, 4.0], [5.0, 10.0]])
    with pytest.raises(UsageError, match="no stop before its start"):
        merged(np.array([[2.0, 1.0]]))


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ({"span": (5.0, 5.0)}, "stop comes after"),
        ({"null": "weekly"}, "expected 'any shift'"),
        ({"null": DAYS, "span": (0.0, 1.5 * DAY_S)}, "two days"),
        ({"operating_s": np.array([[-9.0, -5.0]])}, "no operating times"),
    ],
)
def test_what_is_asked_wrongly(what: dict[str, object], said: str) -> None:
    asked: dict[str, object] = {"span": SPAN, "seed": 1, **what}
    with pytest.raises(UsageError, match=said):
        coincidence(np.array([1.0]), np.array([[0.0, 2.0]]), **asked)  # type: ignore[arg-type]
