from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoshimori.errors import UsageError
from hoshimori.sky import orbits
from tests.sky.sets import EPOCH, MINUTE, mixed, prepared, reference
from tests.truth.sgp4_cases import CASES, Case

ten_micrometres = 1e-8  # km, the last digit printed
one_micrometre_per_s = 1e-9  # km/s
one_millimetre = 1e-6  # km

GRID = EPOCH + np.arange(-1440, 2881, 96) * MINUTE


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_published_states(case: Case) -> None:
    rows = np.array(case.rows)
    epoch = np.array([case.epoch_utc], dtype="datetime64[us]")
    sats = orbits.prepare(epoch, *([x] for x in case.elements))
    t_utc = epoch + (rows[:, 0] * 60e6).astype("timedelta64[us]")
    r, v, error = orbits.states(sats, t_utc)
    assert not error.any()
    assert np.abs(r[0].T - rows[:, 1:4]).max() < 2 * ten_micrometres
    assert np.abs(v[0].T - rows[:, 4:7]).max() < 2 * one_micrometre_per_s


def test_every_kind_of_orbit_agrees_with_the_reference_code() -> None:
    epoch, elements = mixed(120, seed=1)
    r, v, error = orbits.states(prepared(epoch, elements), GRID)
    seen = set()
    for i in range(len(epoch)):
        satrec = reference(epoch[i], elements[i])
        for j in range(0, len(GRID), 3):
            code, r_ref, v_ref = satrec.sgp4_tsince(float((GRID[j] - epoch[i]) / np.timedelta64(1, "us")) / 6e7)
            assert error[i, j] == code or (error[i, j] == orbits.PAST_ITS_END and code == 0)
            seen.add(int(error[i, j]))
            if error[i, j] == 0:
                assert np.abs(r[i, :, j] - r_ref).max() < one_millimetre
                assert np.abs(v[i, :, j] - v_ref).max() < one_micrometre_per_s
    assert {0, 6} <= seen


def test_nothing_rises_again_after_drag_has_taken_it() -> None:
    """The reference lets the semi-major axis grow again once its root has passed through zero."""
    epoch = np.array(["2022-06-15"], "datetime64[us]")
    elements = [15.938, 0.0018, 97.0, 10.0, 20.0, 30.0, 0.0102]
    days = epoch + np.arange(0, 60 * 86_400, 3_600).astype("timedelta64[s]")
    _, _, error = orbits.states(orbits.prepare(epoch, *([x] for x in elements)), days)
    end = int(np.argmax(error[0] == orbits.PAST_ITS_END))
    assert end > 0
    assert (error[0, end:] != 0).all()
    code, r, _ = reference(epoch[0], np.array(elements)).sgp4_tsince(30.0 * 1440.0)
    assert code == 0
    assert np.linalg.norm(r) > 1e6


def test_an_error_leaves_nan_and_its_code() -> None:
    epoch, elements = mixed(60, seed=2)
    r, v, error = orbits.states(prepared(epoch, elements), GRID)
    bad = error != 0
    assert bad.any()
    assert np.isnan(np.moveaxis(r, 1, 2)[bad]).all()
    assert np.isnan(np.moveaxis(v, 1, 2)[bad]).all()
    assert np.isfinite(np.moveaxis(r, 1, 2)[~bad]).all()


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [(1, 1.0, 1), (1, -0.1, 1), (0, 0.0, 2), (0, -15.0, 2), (2, np.nan, 7), (6, np.inf, 7), (0, np.nan, 7)],
)
def test_an_impossible_row_spoils_itself_alone(column: int, value: float, code: int) -> None:
    epoch, elements = mixed(6, seed=3)
    good = orbits.states(prepared(epoch, elements), GRID)
    elements[2, column] = value
    sats = prepared(epoch, elements)
    assert sats.error.tolist() == [0, 0, code, 0, 0, 0]
    assert np.isnan(sats.period_min[2])
    r, _, error = orbits.states(sats, GRID)
    assert (error[2] == code).all()
    assert np.isnan(r[2]).all()
    others = [0, 1, 3, 4, 5]
    np.testing.assert_array_equal(r[others], good.r_km[others])


def test_an_epoch_that_is_no_time_is_an_error_of_its_row() -> None:
    epoch, elements = mixed(2, seed=3)
    epoch[0] = np.datetime64("NaT", "us")
    assert prepared(epoch, elements).error.tolist() == [7, 0]


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 1000), cut=st.integers(1, 29), start=st.integers(0, 40))
def test_one_big_batch_equals_many_small(seed: int, cut: int, start: int) -> None:
    sats = prepared(*mixed(30, seed))
    whole = orbits.states(sats, GRID)
    rows = [orbits.states(sats.take(s), GRID[start:]) for s in (slice(0, cut), slice(cut, None))]
    r = np.concatenate([x.r_km for x in rows])
    same = np.allclose(r, whole.r_km[:, :, start:], rtol=0.0, atol=ten_micrometres, equal_nan=True)
    assert same
    np.testing.assert_array_equal(np.concatenate([x.error for x in rows]), whole.error[:, start:])


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 1000), order=st.permutations(range(len(GRID))))
def test_the_order_of_times_does_not_matter(seed: int, order: list[int]) -> None:
    sats = prepared(*mixed(12, seed))
    sorted_ = orbits.states(sats, GRID)
    mixed_up = orbits.states(sats, GRID[order])
    np.testing.assert_allclose(mixed_up.r_km, sorted_.r_km[:, :, order], rtol=0.0, atol=ten_micrometres)


def test_pairs_equal_states() -> None:
    sats = prepared(*mixed(30, seed=5))
    whole = orbits.states(sats, GRID)
    rng = np.random.default_rng(5)
    index, j = rng.integers(0, 30, 300), rng.integers(0, len(GRID), 300)
    index[100:200] = np.sort(index[100:200])
    r, v, error = orbits.pairs(sats, index, GRID[j])
    np.testing.assert_allclose(r, whole.r_km[index, :, j], rtol=0.0, atol=ten_micrometres)
    np.testing.assert_allclose(v, whole.v_km_s[index, :, j], rtol=0.0, atol=ten_micrometres)
    np.testing.assert_array_equal(error, whole.error[index, j])


def test_an_offset_is_added_to_the_time() -> None:
    sats = prepared(*mixed(6, seed=6))
    index = np.array([0, 0, 3, 3])
    t = np.full(4, GRID[20])
    offset_s = np.array([90.0, -30.5, 3600.0, 1e-7])
    moved = orbits.pairs(sats, index, t + (offset_s * 1e6).astype("timedelta64[us]"))
    r, v, _ = orbits.pairs(sats, index, t, offset_s=offset_s)
    np.testing.assert_allclose(r[:3], moved[0][:3], rtol=0.0, atol=ten_micrometres)
    np.testing.assert_allclose((r - moved[0])[3] / 1e-7, v[3], rtol=0.02)  # a tenth of a microsecond moves it by v dt


def test_spans_are_states_where_a_set_speaks_and_nothing_elsewhere() -> None:
    sats = prepared(*mixed(4, seed=7))
    whole = orbits.states(sats, GRID)
    m = len(GRID)
    row, first, last = np.array([0, 0, 2, 2]), np.array([0, 10, 5, 30]), np.array([10, m, 20, 31])
    r, v, error = orbits.spans(sats, GRID, row=row, first=first, last=last, rows=3)
    for j in range(4):
        part = slice(first[j], last[j])
        np.testing.assert_allclose(r[row[j], :, part], whole.r_km[j, :, part], rtol=0.0, atol=ten_micrometres)
        np.testing.assert_allclose(v[row[j], :, part], whole.v_km_s[j, :, part], rtol=0.0, atol=ten_micrometres)
        np.testing.assert_array_equal(error[row[j], part], whole.error[j, part])
    assert (error[1] == orbits.NO_SET_SPEAKS).all()
    assert np.isnan(r[1]).all()
    assert (error[2, 20:30] == orbits.NO_SET_SPEAKS).all()


def test_nothing_in_nothing_out() -> None:
    none = prepared(*mixed(0, seed=0))
    assert len(none) == 0
    assert orbits.states(none, GRID).r_km.shape == (0, 3, len(GRID))
    some = prepared(*mixed(3, seed=0))
    assert orbits.states(some, GRID[:0]).r_km.shape == (3, 3, 0)
    assert orbits.pairs(some, np.zeros(0, np.int64), GRID[:0])[0].shape == (0, 3)


def test_asking_wrongly_is_refused_with_what_was_expected() -> None:
    epoch, elements = mixed(3, seed=0)
    sats = prepared(epoch, elements)
    one = np.array([0])
    with pytest.raises(UsageError, match="first:last within 0:5"):
        orbits.spans(sats.take(slice(1)), GRID[:5], row=one, first=one, last=np.array([6]), rows=1)
    with pytest.raises(UsageError, match=r"index must lie in 0\.\.2"):
        orbits.pairs(sats, np.array([3]), GRID[:1])
    with pytest.raises(UsageError, match="equally long"):
        orbits.pairs(sats, np.array([0, 1]), GRID[:1])
    with pytest.raises(UsageError, match="NaT"):
        orbits.states(sats, np.array(["NaT"], dtype="datetime64[us]"))
    with pytest.raises(UsageError, match="eccentricity has 2 rows: expected 3"):
        orbits.prepare(epoch, elements[:, 0], elements[:2, 1], *elements[:, 2:].T)


def test_velocity_is_the_theorys_own_and_not_quite_the_rate_of_position() -> None:
    """As stated in `orbits`: the two differ by centimetres per second, in the reference as here."""
    sats = prepared(
        np.array([EPOCH, EPOCH]), np.array([[15.2, 0.002, 97, 10, 20, 30, 1e-5], [1.0027, 0.0003, 0.05, 10, 20, 30, 0.0]])
    )
    t = EPOCH + np.arange(0, 1440, 10) * MINUTE
    for i, (least, most) in enumerate(((1e-5, 4e-5), (4e-5, 8e-5))):
        index = np.full(len(t), i)
        r = {o: orbits.pairs(sats, index, t, offset_s=np.full(len(t), float(o)))[0] for o in (-4, -2, 2, 4)}
        rate = (8.0 * (r[2] - r[-2]) - (r[4] - r[-4])) / 24.0
        apart_km_s = np.linalg.norm(rate - orbits.pairs(sats, index, t)[1], axis=1).max()
        assert least < apart_km_s < most


def test_period_and_epoch_are_those_given() -> None:
    epoch, elements = mixed(12, seed=8)
    sats = prepared(epoch, elements)
    np.testing.assert_array_equal(sats.epoch_utc, epoch)
    np.testing.assert_allclose(sats.period_min, 1440.0 / elements[:, 0], rtol=2e-3)  # Kozai's and Brouwer's mean motion
