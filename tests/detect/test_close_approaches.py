"""Close approaches as columns: a meeting by construction is found where it was put, and nothing is left out in silence."""

from __future__ import annotations

import json

import numpy as np
import pytest

from hoshimori.detect.close_approaches import CloseApproaches, close_approaches
from hoshimori.errors import UsageError
from hoshimori.facts import ElementSets, Ephemeris, ObjectName
from hoshimori.findings import iso
from hoshimori.formats.sizes import SizeTable
from tests.detect.crossings import HOST, meeting, told
from tests.detect.skies import ASSET, OTHER, at, sky

MISS = (0.0, 0.15, 0.2)
ONE_METRE = 1e-3
ONE_MS = np.timedelta64(1000, "us")
FAR = 44000


def pair() -> ElementSets:
    return sky(told(HOST, [0.0]), told(meeting(1.0, MISS), [0.0]))


def found(sets: ElementSets, **more: object) -> CloseApproaches:
    return close_approaches(sets, at(0.5), at(1.5), 5.0, **more)  # type: ignore[arg-type]


def at_tca(result: CloseApproaches) -> int:
    """The row nearest to the moment by construction."""
    return int(np.argmin(np.abs(result.table.tca_utc - at(1.0))))


def test_a_meeting_is_found_where_it_was_put() -> None:
    result = found(pair())
    k = at_tca(result)
    row = result.table.take(slice(k, k + 1))
    t_utc = row.tca_utc
    (r,), (v,) = HOST.states(t_utc)
    other, other_v = meeting(1.0, MISS).states(t_utc)
    assert (int(row.norad_id[0]), int(row.other_norad_id[0])) == (ASSET, OTHER)
    np.testing.assert_allclose(row.dr_km[0], other[0] - r, atol=ONE_METRE)
    assert row.miss_km[0] <= np.linalg.norm(MISS) + ONE_METRE
    assert abs(row.relative_speed_km_s[0] - np.linalg.norm(other_v[0] - v)) < 1e-4
    assert abs(float(row.dr_km[0] @ row.dv_km_s[0])) < 1e-2 * row.relative_speed_km_s[0] * row.miss_km[0]


def test_the_columns_of_a_row_agree_with_each_other() -> None:
    t = found(pair()).table
    np.testing.assert_allclose(np.hypot(np.hypot(t.radial_km, t.in_track_km), t.cross_track_km), t.miss_km, atol=1e-9)
    np.testing.assert_allclose(np.linalg.norm(t.dv_km_s, axis=1), t.relative_speed_km_s)
    along = t.dr_km / t.miss_km[:, None]
    np.testing.assert_allclose(np.einsum("ni,nij,nj->n", along, t.covariance_km2, along) ** 0.5, t.miss_sigma_km)
    assert (t.screening_probability <= t.maximum_probability * (1.0 + 1e-9)).all()
    assert (t.diluted == (t.maximum_scale < 1.0)).all()
    np.testing.assert_allclose(t.age_days, (t.tca_utc - at(0.0)) / np.timedelta64(1, "D"), atol=1e-6)


def test_who_is_watched_comes_first() -> None:
    assert set(found(pair(), watched=[OTHER]).table.norad_id.tolist()) == {OTHER}
    one, two = found(pair(), watched=[OTHER]), found(pair(), watched=[ASSET])
    np.testing.assert_allclose(one.table.miss_km, two.table.miss_km, atol=1e-6)
    np.testing.assert_allclose(one.table.dr_km, -two.table.dr_km, atol=1e-6)


def test_the_order_of_sets_makes_no_difference() -> None:
    many = sky(told(HOST, [0.0, 0.4]), told(meeting(1.0, MISS), [0.1, 0.3]))
    turned = many.take(np.arange(len(many))[::-1])
    assert found(many).to_rows() == found(turned).to_rows()


def test_a_watched_number_that_is_not_there_is_refused() -> None:
    with pytest.raises(UsageError, match="99999"):
        found(pair(), watched=[ASSET, 99999])


def test_an_object_that_cannot_be_used_is_named_with_its_reason() -> None:
    bad = told(HOST, [0.0]).having(norad_id=np.array([FAR]), eccentricity=np.array([1.5]), name=np.array(["BROKEN"], object))
    result = found(sky(pair(), bad))
    (failure,) = result.failures
    assert (failure.norad_id, failure.name, failure.reason.code) == (FAR, "BROKEN", "sgp4 error")
    assert (failure.from_utc, failure.until_utc) == (at(0.5), at(1.5))
    assert result.objects == 2


def test_who_decays_in_the_window_is_named_from_when() -> None:
    sinking = told(HOST, [0.0]).having(
        norad_id=np.array([FAR]), mean_motion_rev_day=np.array([16.4]), bstar_per_er=np.array([0.05])
    )
    result = close_approaches(sky(pair(), sinking), at(0.0), at(3.0), 5.0)
    (failure,) = result.failures
    assert failure.norad_id == FAR
    assert failure.reason.code in ("decays by its set", "sgp4 fails")
    assert at(0.0) < failure.from_utc < failure.until_utc == at(3.0)


def test_who_falls_silent_is_named() -> None:
    result = close_approaches(pair(), at(0.0), at(3.0), 5.0, reach_days=1.0)
    assert [(f.norad_id, f.reason.code) for f in result.failures] == [(ASSET, "set too old"), (OTHER, "set too old")]
    assert all(abs(f.from_utc - at(1.0)) < np.timedelta64(2, "s") for f in result.failures)


def test_the_owners_ephemeris_takes_the_place_of_sets() -> None:
    """The owner says that it flies 1 km ahead of what its set says: along its path, so the miss changes."""
    true = meeting(1.0, MISS)
    t_utc = at(0.4) + np.arange(0, 1.2 * 86400, 30) * np.timedelta64(1, "s")
    r, v = true.states(t_utc)
    given = Ephemeris(OTHER, "", "", "TEME", "EARTH", t_utc, r, v, t_utc[0], t_utc[-1])
    wrong = told(true, [0.0], [20.0])
    without, with_it = found(sky(told(HOST, [0.0]), wrong)), found(sky(told(HOST, [0.0]), wrong), ephemerides=[given])
    assert with_it.table.miss_km[at_tca(with_it)] < np.linalg.norm(MISS) + ONE_METRE
    assert not len(without) or without.table.miss_km[at_tca(without)] > 1.0
    assert np.isnan(with_it.table.other_age_days).all()


def test_pairs_that_stay_are_kept_as_stays() -> None:
    beside = told(HOST, [0.0], [2.0]).having(norad_id=np.array([OTHER]))
    result = found(sky(told(HOST, [0.0]), beside))
    stays = result.stays
    assert set(zip(stays.norad_id.tolist(), stays.other_norad_id.tolist(), strict=True)) == {(ASSET, OTHER)}
    assert (stays.stop_utc - stays.start_utc).sum() > np.timedelta64(20, "h")


def test_sizes_come_from_the_table_and_else_from_the_type() -> None:
    table = SizeTable(np.array([ASSET]), np.array([2.5]), np.array([0.0]), np.array(["SFK RCS Estimate"], object))
    names = [ObjectName(OTHER, "", "SOMETHING", "DEBRIS", "", "", "", at(0.0), "test")]
    t = found(pair(), size_table=table, names=names).table
    assert set(t.radius_basis) == {"measured"}
    assert set(t.other_radius_basis) == {"assumed by type"}
    np.testing.assert_allclose(t.radius_m, 2.5 + 1.1)


def test_rows_are_plain_and_arrow_says_the_same() -> None:
    result = found(pair())
    rows, arrow = result.to_rows(), result.to_arrow()
    assert json.loads(json.dumps(rows, allow_nan=False)) == rows
    assert arrow.column_names == list(rows[0])
    assert arrow.num_rows == len(rows) == len(result)
    assert arrow["miss_km"].to_pylist() == [r["miss_km"] for r in rows]
    assert [iso(np.datetime64(t, "us")) for t in arrow["tca_utc"].to_pylist()] == [r["tca_utc"] for r in rows]
    assert json.loads(json.dumps(result.to_json(), allow_nan=False))["schema"] == "hoshimori.close-approaches/1"
