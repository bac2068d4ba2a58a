from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoshimori.errors import UsageError
from hoshimori.sky import orbits
from hoshimori.sky.ephemeris import interpolate

Floats = np.ndarray[tuple[int, ...], np.dtype[np.float64]]

one_centimetre = 1e-5  # km
START = np.datetime64("2026-05-24", "us")
SECOND = np.timedelta64(1_000_000, "us")

LEO = orbits.prepare(np.array([START]), [15.2], [0.002], [97.0], [10.0], [20.0], [30.0], [1e-5])
GEO = orbits.prepare(np.array([START]), [1.0027], [0.0003], [0.05], [10.0], [20.0], [30.0], [0.0])


def _smooth(sat: orbits.Satellites, t: np.ndarray[tuple[int], np.dtype[np.datetime64]]) -> tuple[Floats, Floats]:
    """Positions of SGP4 and their true rate, by differences: the velocity of SGP4 is not exactly that."""
    one = np.zeros(len(t), np.int64)
    r = {o: orbits.pairs(sat, one, t, offset_s=np.full(len(t), float(o)))[0] for o in (-4, -2, 0, 2, 4)}
    return r[0], (8.0 * (r[2] - r[-2]) - (r[4] - r[-4])) / 24.0


@pytest.mark.parametrize(("sat", "step_s"), [(LEO, 60), (GEO, 900)], ids=["LEO", "GEO"])
def test_between_the_states_of_a_real_orbit(sat: orbits.Satellites, step_s: int) -> None:
    t = START + np.arange(0, 40) * step_s * SECOND
    r, v = _smooth(sat, t)
    at = START + np.linspace(0, 39 * step_s, 500).astype("timedelta64[s]")
    true_r, true_v = _smooth(sat, at)
    got_r, got_v = interpolate(t, r, v, at)
    assert np.abs(got_r - true_r).max() < one_centimetre
    assert np.abs(got_v - true_v).max() < one_centimetre / 10.0  # per second
    got_r, got_v = interpolate(t, r, v, at, method="lagrange", degree=9)
    middle = slice(60, 440)  # towards the ends a polynomial through many points swings
    assert np.abs(got_r - true_r)[middle].max() < one_centimetre
    assert np.abs(got_v - true_v)[middle].max() < one_centimetre


@settings(max_examples=30)
@given(seed=st.integers(0, 10**6), method=st.sampled_from(["hermite", "lagrange"]))
def test_a_polynomial_of_the_degree_is_met_exactly(seed: int, method: str) -> None:
    rng = np.random.default_rng(seed)
    seconds = np.cumsum(rng.integers(30, 90, 12))
    coefficients = rng.normal(0, 1, (8, 3))

    def path(s: np.ndarray[tuple[int], np.dtype[np.float64]]) -> tuple[np.ndarray[tuple[int, int], np.dtype[np.float64]], ...]:
        x = s / 600.0
        powers = np.arange(8)
        r = (x[:, None] ** powers) @ coefficients
        v = (powers[1:] * x[:, None] ** (powers[1:] - 1)) @ coefficients[1:] / 600.0
        return r, v

    r, v = path(seconds.astype(float))
    at = rng.integers(int(seconds[0]) * 10**6, int(seconds[-1]) * 10**6, 20)
    got = interpolate(START + seconds * SECOND, r, v, START + at.astype("timedelta64[us]"), method=method, degree=7)
    want = path(at / 1e6)
    np.testing.assert_allclose(got[0], want[0], atol=1e-8)
    np.testing.assert_allclose(got[1], want[1], atol=1e-8)


def test_at_the_states_themselves_and_just_beyond() -> None:
    t = START + np.arange(6) * 60 * SECOND
    r, v, _ = orbits.states(LEO, t)
    got_r, got_v = interpolate(t, r[0].T, v[0].T, t)
    np.testing.assert_allclose(got_r, r[0].T, atol=1e-9)
    np.testing.assert_allclose(got_v, v[0].T, atol=1e-9)
    ends = np.array([t[0], t[-1]])
    out_r, out_v = interpolate(t, r[0].T, v[0].T, ends, offset_s=np.array([-1e-3, 1e-3]))
    assert np.isnan(out_r).all()
    assert np.isnan(out_v).all()


def test_outside_the_usable_span_nothing_is_said() -> None:
    t = START + np.arange(6) * 60 * SECOND
    r, v, _ = orbits.states(LEO, t)
    usable = (START + 60 * SECOND, START + 240 * SECOND)
    got, _ = interpolate(t, r[0].T, v[0].T, START + np.array([59, 60, 240, 241]) * SECOND, usable=usable)
    assert np.isfinite(got).all(axis=1).tolist() == [False, True, True, False]


def test_an_offset_finer_than_a_microsecond() -> None:
    t = START + np.arange(6) * 60 * SECOND
    r, v, _ = orbits.states(LEO, t)
    at = np.repeat(t[2:3], 2)
    got, rate = interpolate(t, r[0].T, v[0].T, at, offset_s=np.array([0.0, 1e-7]))
    np.testing.assert_allclose((got[1] - got[0]) / 1e-7, rate[0], atol=0.05)


def test_few_states_lower_the_degree() -> None:
    t = START + np.arange(2) * 10 * SECOND
    r, v, _ = orbits.states(LEO, t)
    got, _ = interpolate(t, r[0].T, v[0].T, t[:1] + 5 * SECOND)
    true, _, _ = orbits.states(LEO, t[:1] + 5 * SECOND)
    assert np.abs(got[0] - true[0, :, 0]).max() < 1e-6
    alone, _ = interpolate(t[:1], r[0].T[:1], v[0].T[:1], t)
    assert np.isfinite(alone).all(axis=1).tolist() == [True, False]


@pytest.mark.parametrize(
    ("change", "message"),
    [({"method": "spline"}, "hermite or lagrange"), ({"degree": 6}, "odd for hermite"), ({"degree": 0}, "expected 1 or more")],
)
def test_asking_wrongly(change: dict[str, object], message: str) -> None:
    t = START + np.arange(3) * SECOND
    x = np.zeros((3, 3))
    with pytest.raises(UsageError, match=message):
        interpolate(t, x, x, t, **change)  # type: ignore[arg-type]


def test_times_that_do_not_rise_are_refused() -> None:
    t = START + np.array([0, 1, 1]) * SECOND
    with pytest.raises(UsageError, match="strictly rising"):
        interpolate(t, np.zeros((3, 3)), np.zeros((3, 3)), t)
    with pytest.raises(UsageError, match="0 given times"):
        interpolate(t[:0], np.zeros((0, 3)), np.zeros((0, 3)), t)
