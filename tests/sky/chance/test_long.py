"""Collisions counted over long encounters: laws, limits, and what is refused. Published numbers are in test_long_data."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hoshimori.errors import DataError, UsageError
from hoshimori.sky.chance.equinoctial_covariance import Elements, elements, partials
from hoshimori.sky.chance.long import coppola_2012, hall_2d_nc_2021, hall_3d_nc_2021
from hoshimori.sky.chance.meeting import Floats, Meeting
from hoshimori.sky.chance.short import foster_1992

MU = 398600.4418


def _state(elements_: Elements, dt_s: float = 0.0) -> Floats:
    from hoshimori.sky.chance._long_orbit import state

    x = np.empty(6)
    assert state(elements_.mean, elements_.sense, dt_s, x, np.empty((6, 6)), np.empty((9, 4)))
    return x


def _crossing(*, inc2: float = 1.2, miss_km: float = 0.02, sigma_km: float = 0.03, radius_km: float = 0.01) -> Meeting:
    """Two circular orbits that cross above the equator at 7,000 km, the second a little higher; errors alike every way."""
    speed = np.sqrt(MU / 7000.0)
    r1, v1 = np.array([7000.0, 0.0, 0.0]), speed * np.array([0.0, np.cos(0.4), np.sin(0.4)])
    v2 = speed * np.array([0.0, np.cos(inc2), np.sin(inc2)])
    covariance = np.diag([sigma_km**2] * 3 + [1e-14] * 3)
    return Meeting(r1, v1, r1 + np.array([miss_km, 0.0, 0.0]), v2, covariance, 0.5 * covariance, radius_km)


def _slow() -> Meeting:
    """Two that pass at 8 m/s, wide in the track: an encounter of minutes."""
    one = _crossing(inc2=0.401, miss_km=0.05)
    wide = np.diag([0.02, 0.3, 0.1, 1e-5, 2e-5, 1e-5]) ** 2
    return replace(one, covariance1=wide, covariance2=2.0 * wide)


def _turned(one: Meeting, turn: Floats) -> Meeting:
    six = np.kron(np.eye(2), turn)
    return replace(
        one,
        r1_km=turn @ one.r1_km,
        v1_km_s=turn @ one.v1_km_s,
        r2_km=turn @ one.r2_km,
        v2_km_s=turn @ one.v2_km_s,
        covariance1=six @ one.covariance1 @ six.T,
        covariance2=six @ one.covariance2 @ six.T,
        cross=six @ one.cross @ six.T,
    )


def _rotation(seed: int) -> Floats:
    q, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))
    return np.asarray(q * np.sign(np.linalg.det(q)))


@pytest.mark.parametrize("inc", [0.0, 0.3, 1.6, 2.5, np.pi])
@pytest.mark.parametrize("stretch", [0.8, 1.0, 1.3])
def test_states_go_to_elements_and_back(inc: float, stretch: float) -> None:
    r, v = np.array([6900.0, 900.0, 0.0]), stretch * 7.4 * np.array([0.1, np.cos(inc), np.sin(inc)])
    found = elements(r, v)
    assert found is not None
    np.testing.assert_allclose(_state(found), np.concatenate([r, v]), rtol=1e-12, atol=1e-11)


def test_one_period_later_the_state_is_the_same() -> None:
    r, v = np.array([6900.0, 900.0, 300.0]), np.array([0.5, 6.0, 5.5])
    found = elements(r, v)
    assert found is not None
    np.testing.assert_allclose(_state(found, 2.0 * np.pi / found.mean[0]), np.concatenate([r, v]), atol=1e-8)


@pytest.mark.parametrize("inc", [0.3, 2.5])
def test_partial_derivatives_are_the_slopes(inc: float) -> None:
    found = elements(np.array([6900.0, 900.0, 0.0]), 8.2 * np.array([0.1, np.cos(inc), np.sin(inc)]))
    assert found is not None
    exact = partials(found)
    for j, step in enumerate([1e-9, 1e-6, 1e-6, 1e-6, 1e-6, 1e-6]):
        shift = np.zeros(6)
        shift[j] = step
        slope = (_state(found._replace(mean=found.mean + shift)) - _state(found._replace(mean=found.mean - shift))) / (2 * step)
        np.testing.assert_allclose(exact[:, j], slope, rtol=1e-6, atol=1e-6 * np.abs(slope).max())


@pytest.mark.parametrize("miss_km", [0.0, 0.02, 0.1])
@pytest.mark.parametrize("radius_km", [0.001, 0.02])
def test_brief_encounters_are_fosters(miss_km: float, radius_km: float) -> None:
    """Over milliseconds orbits are straight lines, and an expected number is a probability."""
    one = _crossing(miss_km=miss_km, radius_km=radius_km)
    short = foster_1992(
        one.r2_km - one.r1_km, one.v2_km_s - one.v1_km_s, (one.covariance1 + one.covariance2)[:3, :3], np.array([radius_km])
    )[0]
    for method in (hall_3d_nc_2021, hall_2d_nc_2021, coppola_2012):
        found = method(one)
        assert found.probability == pytest.approx(short, rel=2e-4)
        assert found.why == ()


def test_a_radius_of_many_sigmas_is_surely_hit() -> None:
    """One metre of error against a hundred of radius, dead centre: the mesh on the sphere must find the spot."""
    assert hall_3d_nc_2021(_crossing(miss_km=0.0, sigma_km=0.001, radius_km=0.1)).probability == pytest.approx(1.0, abs=1e-3)
    assert hall_3d_nc_2021(_crossing(miss_km=0.2, sigma_km=0.001, radius_km=0.1)).probability < 1e-12


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_frame_does_not_matter(seed: int) -> None:
    """Also turns prograde orbits into retrograde ones, whose elements are others."""
    one = _slow()
    assert hall_3d_nc_2021(_turned(one, _rotation(seed))).probability == pytest.approx(hall_3d_nc_2021(one).probability, rel=1e-4)


def test_either_object_may_be_first() -> None:
    one = _slow()
    cross = 0.3 * np.sqrt(np.outer(np.diag(one.covariance1), np.diag(one.covariance2))) * np.eye(6)
    one = replace(one, cross=cross)
    other = Meeting(one.r2_km, one.v2_km_s, one.r1_km, one.v1_km_s, one.covariance2, one.covariance1, one.radius_km, one.cross.T)
    for method in (hall_3d_nc_2021, hall_2d_nc_2021):
        assert method(other).probability == pytest.approx(method(one).probability, rel=1e-6)


def test_an_error_that_both_share_drops_out() -> None:
    one = _crossing()
    shared = np.diag([0.01, 0.01, 0.01, 1e-9, 1e-9, 1e-9]) ** 2
    both = replace(one, covariance1=one.covariance1 + shared, covariance2=one.covariance2 + shared, cross=shared)
    assert hall_3d_nc_2021(both).probability == pytest.approx(hall_3d_nc_2021(one).probability, rel=1e-4)


def test_spans_of_time_add_up() -> None:
    one = _slow()
    whole = hall_3d_nc_2021(one, start_s=-300.0, stop_s=300.0).probability
    parts = [hall_3d_nc_2021(one, start_s=a, stop_s=b).probability for a, b in ((-300.0, -2.0), (-2.0, 300.0))]
    assert sum(parts) == pytest.approx(whole, rel=1e-4)
    assert min(parts) > 0.01 * whole


def test_a_span_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(UsageError, match="starts before it stops"):
        hall_3d_nc_2021(_slow(), start_s=10.0, stop_s=-10.0)


@pytest.mark.parametrize("radius_km", [0.0, -1.0, np.nan, np.inf])
def test_a_radius_of_nothing_is_refused(radius_km: float) -> None:
    with pytest.raises(UsageError, match="radius_km"):
        hall_3d_nc_2021(_crossing(radius_km=radius_km))


def test_without_velocity_covariance_the_answer_is_not_known() -> None:
    one = _crossing()
    bare = one.covariance1.copy()
    bare[3:], bare[:, 3:] = np.nan, np.nan
    for method in (hall_3d_nc_2021, hall_2d_nc_2021, coppola_2012):
        found = method(replace(one, covariance1=bare))
        assert np.isnan(found.probability)
        assert [w.code for w in found.why] == ["velocity_covariance_unknown"]


def test_an_escaping_object_is_not_answered_for() -> None:
    found = hall_3d_nc_2021(replace(_crossing(), v2_km_s=np.array([0.0, 12.0, 0.0])))
    assert np.isnan(found.probability)
    assert [w.code for w in found.why] == ["orbit_not_elliptic"]


def test_a_negative_variance_is_refused() -> None:
    bad = np.diag([1.0, -1.0, 1.0, 1e-6, 1e-6, 1e-6])
    with pytest.raises(DataError, match="covariance1"):
        hall_3d_nc_2021(replace(_crossing(), covariance1=bad))


def test_a_covariance_that_is_none_is_mended_openly() -> None:
    one = _crossing()
    bad = one.covariance1.copy()
    bad[0, 1] = bad[1, 0] = 1.2 * bad[0, 0]
    found = hall_3d_nc_2021(replace(one, covariance1=bad))
    assert "elements_covariance_clipped" in [w.code for w in found.why]
    assert 0.0 < found.probability < 1.0


def test_companions_without_end_are_said_to_be_cut() -> None:
    """The same orbit, 100 m behind: there is no encounter, only a rate that goes on."""
    one = _crossing(inc2=0.4, miss_km=0.0, radius_km=0.02)
    angle = 0.1 / 7000.0
    v = one.v1_km_s / np.linalg.norm(one.v1_km_s)
    x, y = np.array([1.0, 0.0, 0.0]), v
    r2 = 7000.0 * (np.cos(angle) * x - np.sin(angle) * y)
    v2 = np.linalg.norm(one.v1_km_s) * (np.cos(angle) * y + np.sin(angle) * x)
    wide = np.diag([0.05, 0.05, 0.05, 1e-5, 1e-5, 1e-5]) ** 2
    found = hall_3d_nc_2021(replace(one, r2_km=r2, v2_km_s=v2, covariance1=wide, covariance2=wide))
    assert "encounter_cut" in [w.code for w in found.why]
