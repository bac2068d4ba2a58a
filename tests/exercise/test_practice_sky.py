"""The practice sky from its bytes: what was published against what happened."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import pytest

from hoshimori.alliance import watchlist
from hoshimori.errors import UsageError
from hoshimori.exercise import PracticeSky, practice_sky
from hoshimori.exercise.arcs import TAU, Arc, Mean
from hoshimori.exercise.slots import longitude_and_drift
from hoshimori.facts import DataMode, ElementSets, Floats

DAY = np.timedelta64(1, "D")
HOUR = np.timedelta64(1, "h")


def of(sets: ElementSets, norad_id: int) -> ElementSets:
    return sets.take(sets.norad_id == norad_id)


def arc(s: ElementSets, k: int) -> Arc:
    """Row k as anyone with SGP4 would take it."""
    angles = np.radians([s.inc_deg[k], s.raan_deg[k], s.argp_deg[k], s.ma_deg[k]]).tolist()
    mean = Mean(s.mean_motion_rev_day[k] * TAU / 1440.0, s.eccentricity[k], *angles)
    return Arc(int(s.epoch_utc[k].astype(np.int64)), mean, s.bstar_per_er[k])


def longitude(s: ElementSets, k: int) -> float:
    a = arc(s, k)
    return longitude_and_drift(a, a.epoch_us)[0]


def newest(s: ElementSets, norad_id: int) -> Arc:
    mine = of(s, norad_id)
    return arc(mine, len(mine) - 1)


def rtn_km(older: Arc, newer: Arc) -> Floats:
    """Where the older set puts the object at the newer epoch, seen from the newer set: radial, along, cross."""
    t = np.array([newer.epoch_us])
    (r0,), (v0,) = newer.states(t)
    d = older.states(t)[0][0] - r0
    radial, cross = r0 / np.linalg.norm(r0), np.cross(r0, v0) / np.linalg.norm(np.cross(r0, v0))
    return np.array([d @ radial, d @ np.cross(cross, radial), d @ cross])


def sigma_after_a_day(s: ElementSets, norad_ids: Sequence[int]) -> Floats:
    """Robust one sigma of set against set 0.7 to 1.3 days later."""
    found = []
    for norad_id in norad_ids:
        mine = of(s, norad_id)
        for k in range(len(mine)):
            gap = np.abs((mine.epoch_utc - mine.epoch_utc[k]) / DAY - 1.0)
            if gap.min() < 0.3:
                found.append(rtn_km(arc(mine, k), arc(mine, int(gap.argmin()))))
    assert len(found) > 100
    return np.asarray(1.4826 * np.median(np.abs(found), axis=0))


def test_every_record_says_in_its_own_bytes_that_it_is_an_exercise(sky: PracticeSky, sets: ElementSets) -> None:
    assert {r.data_mode for r in sky.received} == {DataMode.EXERCISE}
    assert {r.provider for r in sky.received} == {"practice sky"}
    assert set(sets.data_mode.tolist()) == {DataMode.EXERCISE}
    assert {str(n).split("-")[0].split(" ")[0] for n in sets.name} == {"EXERCISE", "PRACTICE"}


def test_invented_objects_have_invented_numbers_and_assets_their_own(sets: ElementSets) -> None:
    numbers = set(sets.norad_id.tolist())
    assets = {a.norad_id for a in watchlist("japan-all").assets if a.public_orbit}
    assert {n for n in numbers if n < 799_500_001} == assets
    assert len(numbers) == pytest.approx(3500, abs=60)


def test_assets_stand_at_their_public_longitudes(sky: PracticeSky, sets: ElementSets) -> None:
    for asset in sky.watchlist.assets:
        if asset.norad_id is not None and asset.longitude_deg_e is not None:
            mine = of(sets, asset.norad_id)
            assert abs(longitude(mine, len(mine) // 2) - asset.longitude_deg_e) < 0.1, asset


def test_nothing_is_known_before_it_was_true_or_after_the_end(sky: PracticeSky, sets: ElementSets) -> None:
    late_h = (sets.known_utc - sets.epoch_utc) / HOUR
    assert late_h.min() > 0
    assert np.median(late_h) == pytest.approx(8.0, abs=0.3)
    assert np.quantile(late_h, 0.95) == pytest.approx(15.0, abs=0.7)
    assert sets.known_utc.max() <= sky.truth.stop_utc
    for received in sky.received:
        assert max(received.first_seen.values()) <= received.received_utc


def test_sets_disagree_with_each_other_as_real_ones_do(sets: ElementSets) -> None:
    """Real sets, free of burns, from 2013: GEO 0.13-0.2 / 1.0-1.6 / 0.2-0.4 km and LEO 0.02 / 0.06 / 0.02 km after one day."""
    geo = sigma_after_a_day(sets, range(799_500_101, 799_500_115))
    low = sigma_after_a_day(sets, range(799_501_001, 799_501_061))
    assert geo == pytest.approx([0.2, 1.5, 0.3], rel=0.3)
    assert low == pytest.approx([0.02, 0.06, 0.02], rel=0.4)


def test_the_intruder_comes_and_stays_where_truth_says(sky: PracticeSky, sets: ElementSets) -> None:
    truth = sky.truth.intruder
    last, host = newest(sets, truth.norad_id), newest(sets, truth.target_norad_id)
    t = np.arange(0, 24) * 3_600_000_000 + int(truth.stay.stop_utc.astype(np.int64)) - 86_400_000_000
    distance_km = np.linalg.norm(last.states(t)[0] - host.states(t)[0], axis=1)
    noise_km = 5.0
    assert truth.stay.min_km - noise_km < distance_km.min() < distance_km.max() < truth.stay.max_km + noise_km
    assert 15.0 < truth.stay.min_km < 30.0 < truth.stay.max_km < 50.0
    mine = of(sets, truth.norad_id)
    gone_deg = (longitude(mine, 0) - longitude(mine, len(mine) - 1) + 180) % 360 - 180
    assert 2.0 < abs(gone_deg) < 6.0


def test_the_intruders_two_burns_are_in_its_sets(sky: PracticeSky, sets: ElementSets) -> None:
    truth = sky.truth.intruder
    mine = of(sets, truth.norad_id)
    for burn in truth.burns:
        k = int(np.searchsorted(mine.epoch_utc, burn.at_utc))
        steps = np.diff(mine.mean_motion_rev_day)
        expected = -burn.dv_m_s / 1000.0 * 3.0 / 3.0747 * 1.0027
        assert steps[k - 1] == pytest.approx(expected, abs=5e-5)
        assert abs(steps[k - 1]) > 5 * np.median(np.abs(steps))
    assert truth.arrival_utc == truth.burns[1].at_utc


def test_ten_keepers_burn_once_stay_in_their_boxes_and_away_from_assets(sky: PracticeSky) -> None:
    keepers = sky.truth.station_keepers
    assert len({k.norad_id for k in keepers}) == 10
    t = np.arange(sky.truth.start_utc, sky.truth.stop_utc, np.timedelta64(30, "m"))
    assets = [sky.truth.states(a.norad_id, t)[0] for a in sky.watchlist.assets if a.norad_id and a.public_orbit]
    for keeper in keepers:
        track = sky.truth.tracks[keeper.norad_id]
        for at in t[::48].astype(np.int64).tolist():
            seen = longitude_and_drift(track.arc_at(at), at)[0]
            assert abs((seen - keeper.longitude_deg_e + 180) % 360 - 180) < 0.05
        assert 0.01 < abs(keeper.burn.dv_m_s) < 0.2
        r = sky.truth.states(keeper.norad_id, t)[0]
        assert min(float(np.linalg.norm(r - a, axis=1).min()) for a in assets) > 100.0


def test_two_slots_are_shared_at_a_safe_distance(sky: PracticeSky, sets: ElementSets) -> None:
    slots = sky.truth.shared_slots
    assert len(slots) == 2
    for slot in slots:
        assert 15.0 < slot.min_km < slot.max_km < 62.0
        one, other = (newest(sets, n) for n in slot.norad_ids)
        t = np.arange(0, 24) * 3_600_000_000 + int(slot.stop_utc.astype(np.int64)) - 86_400_000_000
        distance_km = np.linalg.norm(one.states(t)[0] - other.states(t)[0], axis=1)
        assert slot.min_km - 5.0 < distance_km.min() < distance_km.max() < slot.max_km + 5.0


def test_two_numbers_exchange_their_orbits_once(sky: PracticeSky, sets: ElementSets) -> None:
    swap = sky.truth.swap
    one, other = (of(sets, n) for n in swap.norad_ids)
    here, there = longitude(one, 0), longitude(other, 0)
    assert 0.4 < abs(here - there) < 0.7
    for mine, before, after in ((one, here, there), (other, there, here)):
        for k in range(len(mine)):
            home = after if mine.epoch_utc[k] >= swap.at_utc else before
            assert abs(longitude(mine, k) - home) < 0.1


def test_one_asset_falls_silent(sky: PracticeSky, sets: ElementSets) -> None:
    stale = sky.truth.stale
    assert of(sets, stale.norad_id).epoch_utc.max() == stale.last_epoch_utc
    for asset in sky.watchlist.assets:
        if asset.norad_id and asset.public_orbit:
            age = (sky.truth.stop_utc - of(sets, asset.norad_id).epoch_utc.max()) / DAY
            assert (age > 8.0) == (asset.norad_id == stale.norad_id), asset
            assert age < 2.0 or asset.norad_id == stale.norad_id


def test_the_parts_are_played_by_different_assets(sky: PracticeSky) -> None:
    truth = sky.truth
    parts = [truth.intruder.target_norad_id, truth.shared_slots[0].norad_ids[0], truth.swap.asset_norad_id, truth.stale.norad_id]
    assert len(set(parts)) == 4
    assert set(parts) <= {a.norad_id for a in sky.watchlist.assets}


def test_the_same_seed_and_window_give_the_same_bytes(sky: PracticeSky) -> None:
    again = practice_sky(seed=sky.truth.seed, stop_utc=np.datetime64("2026-06-01"), days=14)
    assert [r.sha256 for r in again.received] == [r.sha256 for r in sky.received]
    assert [dict(r.first_seen) for r in again.received] == [dict(r.first_seen) for r in sky.received]


def test_the_orbits_are_those_written_down_once(sets: ElementSets) -> None:
    """The promise of the same sky on every platform. A change of the play changes it; so may NumPy (its NEP 19)."""
    assert (
        hashlib.sha256("".join(sorted(sets.digest_texts())).encode()).hexdigest()
        == "28818917bab7e29d73fcff5c3491d0c91fa40a3529b27c13befc76fa39f699f2"
    )


@pytest.mark.parametrize(("seed", "days", "said"), [(-1, 14, "seed=-1"), (1, 3, "days=3: 12 to 15"), (1, 16, "days=16")])
def test_what_cannot_be_played_is_refused(seed: int, days: int, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        practice_sky(seed=seed, days=days)


def test_an_end_that_is_no_time_is_refused() -> None:
    with pytest.raises(UsageError, match="stop_utc is not a time"):
        practice_sky(stop_utc=np.datetime64("NaT", "us"))


def test_an_unknown_object_has_no_truth(sky: PracticeSky) -> None:
    with pytest.raises(UsageError, match="no object 5"):
        sky.truth.states(5, np.array([sky.truth.start_utc]))
