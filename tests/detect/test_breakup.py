"""Break-ups between two catalogues: planted ones are found and named, everything dull is told as that."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from bench.breakup.run import catalogue, moved
from hoshimori.catalogue import MemoryView
from hoshimori.detect.breakup import Breakup, Settings, find, numbered_before, of_fragments
from hoshimori.detect.breakup_record import BREAK_UP, EARLIER, BreakUp, Untold
from hoshimori.detect.fresh import fresh, newest
from hoshimori.exercise.clouds import Cloud, cloud
from hoshimori.exercise.population import leo_crowd
from hoshimori.facts import DataMode, ElementSets, Watchlist
from hoshimori.findings import Event
from hoshimori.formats import read

T0 = np.datetime64("2025-06-01T00:00:00", "us")
DAY = np.timedelta64(1, "D")
NOBODY = Watchlist("nobody", "", "", "", (), ())


def hours(n: float) -> np.timedelta64:
    return np.timedelta64(round(n * 3600e6), "us")


@pytest.fixture(scope="module")
def crowd() -> ElementSets:
    """Three thousand invented low objects with sets of one day, to hide a parent among."""
    tracks = list(leo_crowd(11, int(T0.astype(np.int64))))
    columns = [t.pieces[0][1].mean for t in tracks]
    rng = np.random.default_rng(11)
    n = len(columns)
    return ElementSets.build(
        {
            "norad_id": np.array([t.norad_id for t in tracks]),
            "epoch_utc": T0 - (rng.random(n) * 86400e6).astype("timedelta64[us]"),
            "mean_motion_rev_day": 86400.0 / (2.0 * np.pi) * np.sqrt(398600.8 / np.array([c.sma_km for c in columns]) ** 3),
            "eccentricity": 0.003 * rng.random(n),
            "inc_deg": rng.uniform(50.0, 100.0, n),
            "raan_deg": rng.uniform(0.0, 360.0, n),
            "argp_deg": rng.uniform(0.0, 360.0, n),
            "ma_deg": rng.uniform(0.0, 360.0, n),
        },
        data_mode=DataMode.EXERCISE,
    )


def planted(crowd: ElementSets, seed: int, *, cause: str = "explosion", n: int = 40, first: int = 799_800_001) -> Cloud:
    """One object of the crowd comes apart half a day after T0; its pieces are known three days later."""
    row = int(np.flatnonzero((crowd.mean_motion_rev_day > 13.5) & (crowd.mean_motion_rev_day < 15.0))[seed])
    made = cloud(seed=seed, cause=cause, n=n, age_days=3.0, parent=crowd.record(row), t_utc=T0 + hours(12.0))  # type: ignore[arg-type]
    pieces = made.sets.having(norad_id=np.arange(first, first + len(made.sets)))
    return Cloud(pieces, made.before, made.remnant, made.truth)


def test_a_planted_event_is_found_dated_and_named(crowd: ElementSets) -> None:
    made = planted(crowd, 3)
    found = find(crowd, ElementSets.concat([moved(crowd, 3.0), made.sets]), since_utc=T0)
    assert [b.label for b in found.breakups] == [BREAK_UP]
    one = found.breakups[0]
    assert one.where.method == "pinch point"
    assert abs((one.where.t_utc - made.truth.t_utc) / np.timedelta64(1, "s")) < 120.0
    assert np.linalg.norm(one.where.r_km - made.truth.r_teme_km) < 20.0
    assert one.parent is not None
    assert one.parent.norad_id == made.truth.parent_ids[0]
    assert one.parent.odds_by_orbit > 0.9
    assert len(one.fragments) >= 0.9 * len(made.sets)
    assert {x.name for x in one.explanations if x.verdict in ("possible", "cannot tell")} >= {"intent"}
    json.dumps(one.to_json(), allow_nan=False)


def test_two_events_in_one_week_are_two(crowd: ElementSets) -> None:
    one, two = planted(crowd, 5), planted(crowd, 17, cause="deliberate", first=799_900_001)
    found = find(crowd, ElementSets.concat([moved(crowd, 3.0), one.sets, two.sets]), since_utc=T0)
    assert {b.parent.norad_id for b in found.breakups if b.parent} == {one.truth.parent_ids[0], two.truth.parent_ids[0]}


def test_a_parent_missing_from_the_catalogue_is_said_to_be_missing(crowd: ElementSets) -> None:
    made = planted(crowd, 7)
    without = crowd.take(crowd.norad_id != made.truth.parent_ids[0])
    found = find(without, ElementSets.concat([moved(without, 3.0), made.sets]), since_utc=T0)
    one = found.breakups[0]
    assert one.parent is None
    assert one.parents[0].none_odds > 0.5
    assert one.subject.startswith("cloud of ")


def test_two_catalogues_with_no_event_give_no_alarm(crowd: ElementSets) -> None:
    found = find(crowd, moved(crowd, 1.0))
    assert found.breakups == ()
    assert found.untold == ()
    assert found.new == 0


def test_objects_catalogued_late_at_random_are_no_cloud(crowd: ElementSets) -> None:
    late = np.random.default_rng(2).choice(len(crowd), 300, replace=False)
    older = crowd.take(np.setdiff1d(np.arange(len(crowd)), late))
    assert find(older, moved(crowd, 1.0)).breakups == ()


def test_an_event_before_the_older_catalogue_is_told_as_earlier(crowd: ElementSets) -> None:
    made = planted(crowd, 9)
    found = find(crowd, ElementSets.concat([moved(crowd, 3.0), made.sets]), since_utc=T0 + 2 * DAY)
    assert [b.label for b in found.breakups] == [EARLIER]


def test_five_pieces_answer_and_four_do_not(crowd: ElementSets) -> None:
    made = planted(crowd, 3, n=30)
    five = of_fragments(made.sets.take(slice(0, 5)), crowd)
    assert isinstance(five, BreakUp | Untold)
    if isinstance(five, BreakUp):
        assert abs((five.where.t_utc - made.truth.t_utc) / np.timedelta64(1, "s")) < max(120.0, 3.0 * five.where.sigma_s)
    four = of_fragments(made.sets.take(slice(0, 4)), crowd)
    assert isinstance(four, Untold)
    assert four.reason.code == "too few pieces"


def test_a_set_that_sgp4_cannot_use_spoils_nothing(crowd: ElementSets) -> None:
    made = planted(crowd, 3)
    bad = made.sets.take(slice(0, 1)).having(norad_id=np.array([799_999_000]), eccentricity=np.array([1.5]))
    found = find(crowd, ElementSets.concat([moved(crowd, 3.0), made.sets, bad]), since_utc=T0)
    assert len(found.breakups) == 1
    assert 799_999_000 not in found.breakups[0].fragments.norad_id


def test_an_orbit_that_only_changed_its_number_is_not_new() -> None:
    made = cloud(seed=2, n=8, age_days=3.0)
    before = made.sets
    after = moved(before, 1.0).having(norad_id=before.norad_id + 5000)
    found = fresh(before, after)
    assert len(found.sets) == 0
    assert len(found.renamed) == len(newest(before))


def test_who_was_numbered_long_before_the_rest() -> None:
    ids = np.array([13552, *range(49500, 49540)])
    assert numbered_before(ids).tolist() == [True] + [False] * 40
    assert not numbered_before(np.arange(49500, 49540)).any()


def test_the_event_runs_again_from_its_own_inputs(crowd: ElementSets) -> None:
    made = planted(crowd, 3)
    every = ElementSets.concat([crowd, moved(crowd, 3.0), made.sets])
    every = every.having(known_utc=every.epoch_utc)
    view = MemoryView(every, T0, T0 + 5 * DAY, T0 + 5 * DAY, data_modes=(DataMode.EXERCISE,))
    events = Breakup().detect(view, NOBODY)
    assert len(events) == 1
    event = events[0]
    assert event.data_mode is DataMode.EXERCISE
    inputs = set(event.evidence[0].inputs)
    mine = every.take(np.array([d in inputs for d in every.digest_texts()]))
    assert len(mine) == len(inputs)
    alone = MemoryView(mine, T0, T0 + 5 * DAY, T0 + 5 * DAY, data_modes=tuple(DataMode))
    again = Breakup().with_settings(event.evidence[0].parameters["settings"]).detect(alone, NOBODY)
    assert [e.event_id for e in again] == [event.event_id]
    assert Event.from_json(json.loads(json.dumps(event.to_json()))).event_id == event.event_id


@pytest.mark.parametrize("sought", [True, False])
def test_a_claim_keeps_whether_a_second_body_was_sought(crowd: ElementSets, sought: bool) -> None:
    """In a whole catalogue nobody else was there: that weighs, and a re-run that holds few sets must weigh it the same."""
    made = planted(crowd, 3)
    every = ElementSets.concat([crowd, moved(crowd, 3.0), made.sets])
    every = every.having(known_utc=every.epoch_utc)
    view = MemoryView(every, T0, T0 + 5 * DAY, T0 + 5 * DAY, data_modes=(DataMode.EXERCISE,))
    (event,) = Breakup(Settings(second_body_sought=sought)).detect(view, NOBODY)
    (plain,) = Breakup().detect(view, NOBODY)
    assert plain.evidence[0].parameters["settings"]["second_body_sought"] is False  # a crowd of 3,000 is no whole catalogue
    same = event.quantities["cause_deliberate"] == plain.quantities["cause_deliberate"]
    assert same is not sought
    mine = every.take(np.isin(every.digest_texts(), list(event.evidence[0].inputs)))
    alone = MemoryView(mine, T0, T0 + 5 * DAY, T0 + 5 * DAY, data_modes=tuple(DataMode))
    again = Breakup().with_settings(event.evidence[0].parameters["settings"]).detect(alone, NOBODY)
    assert [e.event_id for e in again] == [event.event_id]


def test_a_parent_with_nine_digits_is_named(crowd: ElementSets) -> None:
    """Numbers are given in order, but those of analysts are not: neither may keep a parent from being named."""
    made = planted(crowd, 3)
    for first in (799_800_001, 81_000):
        pieces = made.sets.having(norad_id=np.arange(first, first + len(made.sets)))
        told = of_fragments(pieces, crowd)
        assert isinstance(told, BreakUp)
        assert told.parent is not None
        assert told.parent.norad_id == made.truth.parent_ids[0]


def test_a_first_catalogue_is_no_news(crowd: ElementSets) -> None:
    """All sets lie inside the window: nothing older is held, so nothing can be called new."""
    made = planted(crowd, 3)
    later = moved(crowd, 3.0)
    few = crowd.take(slice(0, 300))
    every = ElementSets.concat([few, later, made.sets])
    view = MemoryView(every.having(known_utc=every.epoch_utc), T0, T0 + 5 * DAY, T0 + 5 * DAY, data_modes=(DataMode.EXERCISE,))
    assert Breakup().detect(view, NOBODY) == []


@pytest.mark.data
@pytest.mark.slow
def test_cosmos_1408_by_its_planes(data: Path) -> None:
    """Wanted: 15 November 2021 within half a day, and parent 13552, from sets 57 days old."""
    place = data / "breakups" / "cosmos1408_20220111.3le"
    pieces = ElementSets.concat([p.element_sets for p in read(place.read_bytes(), place.name)])
    found = find(catalogue(data, "3le_20210529.txt.gz"), pieces)
    one = found.breakups[0]
    assert abs((one.where.t_utc - np.datetime64("2021-11-15T02:47", "us")) / DAY) < 0.5
    assert abs((one.where.t_utc - np.datetime64("2021-11-15T02:47", "us")) / np.timedelta64(1, "s")) < 3.0 * one.where.sigma_s
    assert one.parent is not None
    assert one.parent.norad_id == 13552
    assert one.parent.odds_by_orbit > 0.9
    assert one.where.place()[1] is None  # the moment is not known to a revolution, so nobody can tell the longitude


@pytest.mark.data
@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "parent"),
    [("fengyun-1c-debris_20250215", 25730), ("iridium-33-debris_20250215", 24946), ("cosmos-2251-debris_20250215", 22675)],
)
def test_old_clouds_name_their_parents_and_no_date(data: Path, name: str, parent: int) -> None:
    place = data / "breakups" / f"{name}.3le"
    pieces = ElementSets.concat([p.element_sets for p in read(place.read_bytes(), place.name)])
    found = of_fragments(pieces, ElementSets.empty())
    assert isinstance(found, Untold)
    assert found.kin[0].norad_id == parent
    assert found.kin[0].odds > 0.5
