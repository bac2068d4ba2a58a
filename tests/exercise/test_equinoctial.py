"""Elements without corners and impulses in any direction: laws of two bodies."""

from __future__ import annotations

from dataclasses import replace
from math import cos, pi, radians, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoshimori.exercise.arcs import MU_KM3_S2, TAU, Arc, Mean, burnt
from hoshimori.exercise.equinoctial import (
    apart,
    displaced,
    from_equinoctial,
    kicked,
    local,
    speed_and_arm,
    to_equinoctial,
)

angles = st.floats(0.0, 6.28)
means = st.builds(
    Mean, st.floats(0.004, 0.066), st.floats(0.0, 0.8), st.floats(0.0, 2.6), angles, angles, angles
)  # fmt: skip
metres_a_second = st.floats(-20.0, 20.0)


@given(means)
def test_there_and_back(mean: Mean) -> None:
    again = to_equinoctial(from_equinoctial(to_equinoctial(mean)))
    assert apart(again, to_equinoctial(mean)) == pytest.approx(np.zeros(6), abs=1e-12)


@given(means, st.lists(st.floats(-1e-3, 1e-3), min_size=6, max_size=6))
def test_local_is_undone_by_displaced(mean: Mean, errors: list[float]) -> None:
    x = to_equinoctial(mean)
    assert local(x, displaced(x, np.array(errors))) == pytest.approx(np.array(errors), abs=1e-15)


def test_a_turn_of_the_node_alone_is_seen_along_the_track_by_its_cosine() -> None:
    """The node turns by 1e-5 rad: the plane tilts by sin i of it, the object moves forward by cos i of it."""
    mean = Mean(0.06, 0.001, radians(98.0), 1.0, 2.0, 3.0)
    seen = local(to_equinoctial(mean), apart(to_equinoctial(replace(mean, raan=1.0 + 1e-5)), to_equinoctial(mean)))
    assert np.hypot(seen[3], seen[4]) == pytest.approx(1e-5 * np.sin(mean.inc), rel=1e-4)
    assert seen[5] == pytest.approx(1e-5 * cos(mean.inc), rel=1e-4)


@settings(max_examples=50, deadline=None)
@given(means, metres_a_second, metres_a_second)
def test_a_push_in_the_plane_is_undone_by_its_opposite(mean: Mean, r: float, along: float) -> None:
    back = kicked(kicked(mean, (r, along, 0.0)), (-r, -along, 0.0))
    assert apart(to_equinoctial(back), to_equinoctial(mean)) == pytest.approx(np.zeros(6), abs=1e-8)


@settings(max_examples=50, deadline=None)
@given(means, metres_a_second)
def test_a_push_across_is_the_same_to_either_side(mean: Mean, across: float) -> None:
    """The axis grows by the energy of the push itself, and by no more."""
    left, right = (kicked(mean, (0.0, 0.0, s * across)).sma_km for s in (1.0, -1.0))
    gained = 2.0 * mean.sma_km**2 / MU_KM3_S2 * (across / 1000.0) ** 2 / 2.0
    assert left == pytest.approx(right, rel=1e-9)
    assert left - mean.sma_km == pytest.approx(gained, rel=1e-3, abs=1e-6 * mean.sma_km)


@settings(max_examples=50, deadline=None)
@given(angles, st.floats(-2.0, 2.0))
def test_in_track_on_a_circle_it_is_the_old_burn(place: float, dv_m_s: float) -> None:
    mean = Mean(1.0027 * TAU / 1440.0, 2e-4, 0.001, 0.5, 1.0, place)
    off = local(
        to_equinoctial(mean), apart(to_equinoctial(kicked(mean, (0.0, dv_m_s, 0.0))), to_equinoctial(burnt(mean, dv_m_s)))
    )
    assert np.abs(off[1:]).max() < 2e-3 * abs(dv_m_s) / 1000.0 / 3.07 + 1e-6
    assert off[0] == pytest.approx(0.0, abs=1e-6 * mean.n_rad_min)


def test_a_push_across_tilts_the_plane_by_its_share_of_the_speed() -> None:
    mean = Mean(15.0 * TAU / 1440.0, 1e-6, radians(51.0), 1.0, 0.0, 0.0)  # at the node
    speed_m_s = 1000.0 * sqrt(MU_KM3_S2 / mean.sma_km)
    after = kicked(mean, (0.0, 0.0, 5.0))
    assert after.inc - mean.inc == pytest.approx(5.0 / speed_m_s, rel=1e-3)
    assert after.n_rad_min == pytest.approx(mean.n_rad_min, rel=1e-6)


def test_a_burn_at_perigee_gains_by_the_speed_there() -> None:
    """Over the circular speed: sqrt((1 + e) / (1 - e)); the plane turns with h / r = sqrt(mu / a) of the same."""
    mean = Mean(2.006 * TAU / 1440.0, 0.7, radians(63.4), 1.0, 1.5 * pi, 0.0)
    gain, arm_km_s = speed_and_arm(mean)
    assert gain == pytest.approx(sqrt(1.7 / 0.3), rel=1e-9)
    assert arm_km_s == pytest.approx(sqrt(MU_KM3_S2 / mean.sma_km) * gain, rel=1e-9)
    assert speed_and_arm(replace(mean, ma=pi))[0] == pytest.approx(1.0 / gain, rel=1e-9)


@pytest.mark.parametrize("dv_rtn_m_s", [(0.0, 1.0, 0.0), (0.0, 0.0, 1.0), (1.0, 0.0, 0.0)])
def test_the_velocity_of_sgp4_changes_by_the_push(dv_rtn_m_s: tuple[float, float, float]) -> None:
    """Mean elements stand for the true ones: within 2 % of the push."""
    mean, t_us = Mean(14.5 * TAU / 1440, 0.002, 1.71, 1.0, 2.0, 3.0), 1_770_000_000_000_000
    (r0, v0), (r1, v1) = (Arc(t_us, m).states(np.array([t_us])) for m in (mean, kicked(mean, dv_rtn_m_s)))
    outward = r0[0] / np.linalg.norm(r0[0])
    normal = np.cross(r0[0], v0[0])
    normal /= np.linalg.norm(normal)
    axes = np.stack([outward, np.cross(normal, outward), normal])
    assert axes @ (v1 - v0)[0] * 1000.0 == pytest.approx(np.array(dv_rtn_m_s), abs=0.02)
    assert np.linalg.norm(r1 - r0) < 0.02  # km
