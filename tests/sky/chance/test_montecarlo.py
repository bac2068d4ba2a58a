"""Drawing: against closed forms, against itself, and with bounds that hold."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import beta

from hoshimori.errors import DataError, UsageError
from hoshimori.sky.chance import short
from hoshimori.sky.chance.closest import moved
from hoshimori.sky.chance.meeting import Meeting
from hoshimori.sky.chance.montecarlo import clopper_pearson, monte_carlo, monte_carlo_straight
from tests.sky.chance.meetings import blind, crossing

WIDE = 0.9999
"""Confidence at which a test may fail by chance once in ten thousand runs; seeds are fixed, so it does not."""


def flat(given: Meeting) -> float:
    return float(short.foster_1992(given.dr_km, given.dv_km_s, given.covariance[:3, :3], given.radius_km)[0])


@pytest.mark.parametrize("method", [monte_carlo, monte_carlo_straight])
@pytest.mark.parametrize("turn_deg", [2.0, 90.0, 178.0])
def test_a_short_meeting_is_the_gaussian_over_the_disc(method, turn_deg) -> None:  # type: ignore[no-untyped-def]
    given = crossing(np.array([0.1, 0.0, 0.0]), turn_deg=turn_deg)
    found = method(given, 400_000)
    low, high = clopper_pearson(int(found.details["hits"]), 400_000, WIDE)
    assert low < flat(given) < high
    assert found.low < found.probability < found.high


def test_without_velocity_covariance_only_the_straight_one_speaks() -> None:
    given = blind(crossing(np.array([0.1, 0.0, 0.0])))
    found = monte_carlo_straight(given, 400_000)
    low, high = clopper_pearson(int(found.details["hits"]), 400_000, WIDE)
    assert low < flat(given) < high
    with pytest.raises(DataError, match="no velocity covariance"):
        monte_carlo(given, 10)


def test_the_answer_hangs_on_the_seed_and_not_on_the_workers() -> None:
    given = crossing(np.array([0.1, 0.0, 0.0]))
    one, two, other = monte_carlo(given, 70_000, workers=1), monte_carlo(given, 70_000, workers=3), monte_carlo(given, 70_000, 1)
    assert one == two
    assert one.details["hits"] != other.details["hits"]


def test_contact_is_found_where_a_fine_grid_finds_it() -> None:
    """Slow pairs over half an orbit: the kernel looks seldom, brute force every tenth of a second."""
    from hoshimori.sky.chance._montecarlo_kernel import orbit, place, touches
    from hoshimori.sky.chance.equinoctial_covariance import elements

    rng = np.random.default_rng(3)
    o1, o2, x, y, hits = np.empty(14), np.empty(14), np.empty(6), np.empty(6), 0
    times = np.arange(-1500.0, 1500.0, 0.1)
    for _ in range(60):
        given = crossing(rng.normal(0, 0.3, 3), turn_deg=float(rng.uniform(0.0, 0.02)))
        first, second = elements(given.r1_km, given.v1_km_s), elements(given.r2_km, given.v2_km_s + rng.normal(0, 2e-4, 3))
        assert first is not None
        assert second is not None
        assert orbit(first.mean, first.sense, o1)
        assert orbit(second.mean, second.sense, o2)
        apart = np.empty(len(times))
        for k, t in enumerate(times):
            place(o1, t, x)
            place(o2, t, y)
            apart[k] = np.linalg.norm(x[:3] - y[:3])
        for radius in (apart.min() - 1e-4, apart.min() + 1e-4, 0.5 * (apart.min() + apart.max())):
            found = touches(o1, o2, 0.0, 1500.0, radius, x, y) or touches(o1, o2, 0.0, -1500.0, radius, x, y)
            assert found == (radius > apart.min())
            hits += found
    assert hits == 120


def test_the_kernels_orbit_is_the_two_body_one() -> None:
    from hoshimori.sky.chance._montecarlo_kernel import orbit, place
    from hoshimori.sky.chance.equinoctial_covariance import elements

    given = crossing(np.array([0.1, 0.2, 0.0]), turn_deg=140.0)
    one = replace(given, v2_km_s=given.v2_km_s * 1.1)
    there, o, x = moved(one, 800.0), np.empty(14), np.empty(6)
    for r, v, r_there, v_there in (
        (one.r1_km, one.v1_km_s, there.r1_km, there.v1_km_s),
        (one.r2_km, one.v2_km_s, there.r2_km, there.v2_km_s),
    ):
        found = elements(r, v)
        assert found is not None
        assert orbit(found.mean, found.sense, o)
        place(o, 800.0, x)
        np.testing.assert_allclose(x[:3], r_there, atol=1e-5)
        np.testing.assert_allclose(x[3:], v_there, atol=1e-8)


def test_contact_that_stands_from_the_start_is_counted_and_told() -> None:
    given = crossing(np.zeros(3), sigma_km=0.001, radius_km=0.05)
    found = monte_carlo(given, 1000, window_s=(0.0, 1.0))
    assert found.probability == 1.0
    assert found.details["at_start"] == 1000.0
    later = monte_carlo(given, 1000, window_s=(-1.0, 1.0))
    assert later.probability == 1.0
    assert later.details["at_start"] == 0.0


@pytest.mark.parametrize(("hits", "trials"), [(0, 10), (10, 10), (1, 1000), (37, 400), (10_148, 870_000_000), (999, 1000)])
def test_bounds_are_those_of_clopper_and_pearson(hits: int, trials: int) -> None:
    low, high = clopper_pearson(hits, trials)
    assert low == pytest.approx(beta.ppf(0.025, hits, trials - hits + 1) if hits else 0.0, rel=1e-8)
    assert high == pytest.approx(beta.ppf(0.975, hits + 1, trials - hits) if hits < trials else 1.0, rel=1e-8)


def test_what_is_asked_wrongly_is_refused() -> None:
    given = crossing(np.zeros(3))
    with pytest.raises(UsageError, match="trials=0"):
        monte_carlo(given, 0)
    with pytest.raises(UsageError, match=r"window_s=\(1.0, -1.0\)"):
        monte_carlo(given, 10, window_s=(1.0, -1.0))
    with pytest.raises(DataError, match="not on an ellipse"):
        monte_carlo(replace(given, v1_km_s=given.v1_km_s * 2.0), 10)
