"""Records as they come, odd ones too: what becomes a series, what is refused and why, and that a leap second is no burn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoshimori.detect import manoeuvre
from hoshimori.detect.histories import Histories, histories
from hoshimori.exercise.arcs import Arc, Mean, Track, burnt
from hoshimori.facts import ElementSets
from tests.detect.skies import LOW, at, daily, sets_of, sky, track, us
from tests.detect.skies import RING as FLAT_RING

RING = Mean(FLAT_RING.n_rad_min, FLAT_RING.ecc, np.radians(2.0), FLAT_RING.raan, FLAT_RING.argp, FLAT_RING.ma)
DAYS = np.arange(-60.0, 0.0, 0.8)


def record(number: int = 41000, mean: Mean = LOW, days: np.ndarray = DAYS) -> ElementSets:
    return sets_of(track(number, mean), days)


def codes(sets: ElementSets) -> list[str]:
    return [u.reason.code for u in histories(sets)[1]]


def across_new_year(mean: Mean) -> ElementSets:
    """Sets of one orbit around 2017-01-01, at whose beginning UTC had a leap second; the orbit runs on in atomic time."""
    new_year = np.datetime64("2017-01-01T00:00:00", "us")
    start = int((new_year - np.timedelta64(40, "D")).astype(np.int64))
    path = Track(41000, "41000", "", ((start - 1, Arc(start, mean)),))
    atomic = start + (np.arange(0.0, 80.0, 0.83) * 86400e6).astype(np.int64)
    leap = np.where(atomic > int(new_year.astype(np.int64)), 1_000_000, 0)
    means = [path.mean_at(t) for t in atomic.tolist()]
    rng = np.random.default_rng(1)
    ma = np.degrees([m.ma for m in means]) + rng.normal(0.0, 2e-4, len(means))
    return ElementSets.build(
        {
            "norad_id": np.full(len(means), 41000),
            "epoch_utc": (atomic - leap).astype("datetime64[us]"),
            "mean_motion_rev_day": [m.n_rad_min * 1440.0 / (2.0 * np.pi) for m in means],
            "eccentricity": [m.ecc for m in means],
            "inc_deg": np.degrees([m.inc for m in means]),
            "raan_deg": np.degrees([m.raan for m in means]),
            "argp_deg": np.degrees([m.argp for m in means]),
            "ma_deg": ma,
        }
    )


@pytest.mark.parametrize("mean", [LOW, RING], ids=["LEO", "GEO"])
def test_a_leap_second_is_no_burn(mean: Mean) -> None:
    sets = across_new_year(mean)
    h, _ = histories(sets)
    speed = 7.6 if mean is LOW else 3.07
    jumps = np.abs(np.diff(h.along_km, 2))
    assert jumps.max() < 0.5 * speed, "counted in UTC the second would be a jump of as many km as it flies in it"
    assert manoeuvre.find(sets).burns == ()
    assert manoeuvre.find(sets, as_it_became_known=True).burns == ()


def test_an_orbit_that_nobody_changed_is_a_straight_line() -> None:
    h, untold = histories(record())
    assert (len(h), untold) == (1, [])
    line = np.polyval(np.polyfit(h.day, h.along_km, 2), h.day)
    assert np.abs(h.along_km - line).max() < 0.01
    assert np.ptp(h.tilt_km) < 1e-3
    assert np.ptp(h.node_km) < 0.01


def test_a_change_of_height_turns_the_node_faster_and_is_no_change_of_plane() -> None:
    """10 km higher the node of a low orbit turns otherwise by 0.03 deg a day: 4 km a day, were it judged by one mean rate."""
    higher = Mean(LOW.n_rad_min * (1.0 - 1.5 * 10.0 / 6900.0), LOW.ecc, LOW.inc, LOW.raan, LOW.argp, LOW.ma)
    days = np.arange(-60.0, 60.0, 0.8)
    h, _ = histories(sets_of(track(41000, LOW, (0.0, higher)), days))
    after = h.node_km[days > 5.0]
    assert np.ptp(after) < 0.05
    assert h.node_unsure_km.max() > 0.5, "when in its gap the change came is open, and so is as much of the node"


@given(st.permutations(range(20)))
@settings(max_examples=15, deadline=None)
def test_order_does_not_matter_nor_does_a_set_twice(order: list[int]) -> None:
    sets = record(days=DAYS[:20])
    one, other = (
        histories(sets)[0],
        histories(ElementSets.concat([sets.take(np.array(order)), sets.take(np.array(order[:7]))]))[0],
    )
    assert np.array_equal(one.along_km, other.along_km)
    assert one.digests == other.digests


def test_objects_are_kept_apart() -> None:
    one, two = record(41000), record(42000, RING)
    both = histories(sky(two, one))[0]
    assert len(both) == 2
    alone = [histories(s)[0] for s in (one, two)]
    for column in ("along_km", "tilt_km", "node_km", "rate_km_day", "rate_sigma_km_day", "node_unsure_km"):
        assert np.array_equal(getattr(both, column), np.concatenate([getattr(h, column) for h in alone])), column


def test_nothing_gives_nothing() -> None:
    h, untold = histories(ElementSets.empty())
    assert (len(h), untold) == (0, [])
    told = manoeuvre.find(ElementSets.empty())
    assert (told.burns, told.untold) == ((), ())
    assert manoeuvre.find(ElementSets.empty(), as_it_became_known=True).burns == ()


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_fewer_than_five_sets_say_nothing(count: int) -> None:
    assert codes(record(days=DAYS[:count])) == ["few sets"]


def test_sets_without_an_epoch_or_with_elements_that_are_no_numbers_are_left_out() -> None:
    sets = record()
    epoch, ecc = sets.epoch_utc.copy(), sets.eccentricity.copy()
    epoch[3], ecc[7] = np.datetime64("NaT", "us"), np.nan
    h, _ = histories(sets.having(epoch_utc=epoch, eccentricity=ecc))
    assert len(h.day) == len(sets) - 2
    assert np.isfinite(h.along_km).all()


def test_an_object_of_whose_sets_none_gives_an_orbit_is_named() -> None:
    sets = record()
    assert codes(sets.having(eccentricity=np.full(len(sets), np.nan))) == ["no usable set"]


def test_a_long_gap_divides_the_record_and_is_said() -> None:
    sets = record(days=np.concatenate([np.arange(-120.0, -60.0), np.arange(-25.0, 0.0)]))
    h, (gap,) = histories(sets)
    assert len(h) == 2
    assert gap.reason.code == "gap in the record"
    assert (gap.start_utc, gap.stop_utc) == (at(-61.0), at(-25.0))
    assert gap.reason.values["days"] == pytest.approx(36.0)


def test_the_eras_of_2013_are_apart() -> None:
    sets = record()
    before = sets.having(epoch_utc=sets.epoch_utc + (np.datetime64("2013-01-01", "us") - sets.epoch_utc[30]))
    assert histories(before)[0].first.tolist() == [0, 30, len(sets)]


def test_two_objects_under_one_number_are_not_judged() -> None:
    assert codes(sky(record(), record(mean=Mean(LOW.n_rad_min, LOW.ecc, LOW.inc - 0.5, 3.0, 1.0, 2.0), days=DAYS + 0.3))) == [
        "two objects under one number"
    ]


def test_a_number_that_changed_hands_is_two_stretches() -> None:
    other = Mean(LOW.n_rad_min, LOW.ecc, LOW.inc - 0.5, 3.0, 1.0, 2.0)
    h, (why,) = histories(sky(record(), record(mean=other, days=np.arange(0.2, 40.0, 0.8))))
    assert len(h) == 2
    assert why.reason.code == "number changed hands"


def test_a_wild_set_is_left_out() -> None:
    sets = record()
    inc, motion = sets.inc_deg.copy(), sets.mean_motion_rev_day.copy()
    inc[20] += 20.0
    motion[40] *= 0.8
    h, untold = histories(sets.having(inc_deg=inc, mean_motion_rev_day=motion))
    assert (len(h), len(h.day), untold) == (1, len(sets) - 2, [])


def test_an_object_that_comes_down_is_not_judged() -> None:
    parts, motion = [], 16.0
    for day in np.arange(-20.0, 0.0, 0.5):
        motion += 0.008
        parts.append(
            record(mean=Mean(motion * 2 * np.pi / 1440.0, 1e-3, LOW.inc, LOW.raan, LOW.argp, LOW.ma), days=np.array([day]))
        )
    (why,) = histories(sky(*parts))[1]
    assert why.reason.code == "re-entering"
    assert float(why.reason.values["km_day"]) < -4.0


def test_numbers_of_nine_digits_and_records_without_drag_terms() -> None:
    sets = record(799_500_001)
    assert not sets.bstar_per_er.any()
    h, untold = histories(sets)
    assert (set(h.sets.norad_id.tolist()), untold) == ({799_500_001}, [])
    lifted = burnt(track(0, LOW).mean_at(us(-20.0)), -0.1)
    (burn,) = manoeuvre.find(daily(track(799_500_001, LOW, (-20.0, lifted)), -60.0, every=0.8)).burns
    assert burn.norad_id == 799_500_001
    storm = next(x for x in burn.explanations if x.name == "drag storm")
    assert (storm.verdict, storm.reason.code) == ("cannot tell", "no drag term")


def test_speeds_are_those_of_a_circle() -> None:
    h: Histories = histories(sky(record(), record(42000, RING)))[0]
    assert h.speed_km_s(h.first[:-1]) == pytest.approx([7.6, 3.075], rel=0.01)
