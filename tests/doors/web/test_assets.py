"""Assets and the timelines of their lives."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import numpy as np
import pytest

from hoshimori.doors import lives
from hoshimori.doors.web.routes.models_assets import Life
from hoshimori.doors.web.routes.models_floor import AssetPage, AssetRow
from hoshimori.doors.web.world import World
from hoshimori.facts import DataMode
from hoshimori.findings import iso
from tests.conftest import Practice
from tests.doors.web.floor import API, Served, client


@pytest.fixture
def asks(service: Served) -> Iterator[httpx.Client]:
    with service.client() as found:
        yield found


def test_pages_of_assets_join_to_the_whole_list(asks: httpx.Client, practice: Practice) -> None:
    seen, cursor = [], ""
    while True:
        page = AssetPage.model_validate(asks.get(f"{API}/assets", params={"limit": 6, "cursor": cursor}).json())
        seen += [a.asset for a in page.items]
        if page.next is None:
            break
        cursor = page.next
    assert seen == [a.asset_id for a in practice.sweep.watchlist.assets]
    assert page.total == len(seen)


def test_one_asset_is_the_row_of_the_list(asks: httpx.Client) -> None:
    row = asks.get(f"{API}/assets").json()["items"][0]
    one = asks.get(f"{API}/assets/{row['asset']}").json()
    assert AssetRow.model_validate(one)
    assert one == row
    assert asks.get(f"{API}/assets/nobody").status_code == 404
    assert asks.get(f"{API}/assets/{row['asset']}", params={"watchlist": "other"}).status_code == 404


def test_a_timeline_says_what_the_library_says(asks: httpx.Client, practice: Practice) -> None:
    asset = next(a for a in practice.sweep.watchlist.assets if a.asset_id == "horizons-3e")
    told = Life.model_validate(asks.get(f"{API}/assets/horizons-3e/timeline").json())
    line = lives.timeline(
        asset.norad_id or 0, home=practice.home, as_of=practice.view.as_of_utc, modes=(DataMode.EXERCISE,), with_stays=False
    )
    assert [p.key for p in told.panels] == [p.key for p in line.panels]
    for mine, theirs in zip(told.panels, line.panels, strict=True):
        np.testing.assert_allclose(np.array(mine.y, float), theirs.y, atol=1e-9)
    assert [b.t for b in told.burns] == [iso(b.t_utc) for b in line.burns]
    stays = [e for e in practice.sweep.events if e.kind == "stay" and str(asset.norad_id) == e.subject]
    assert {s.event for s in told.stays} >= {e.event_id for e in stays}
    assert all(s.sigma_km is not None for s in told.stays)
    assert told.data_mode == "EXERCISE"
    assert told.usual


def test_a_timeline_of_the_past_knows_nothing_of_later(asks: httpx.Client, practice: Practice) -> None:
    then = practice.view.as_of_utc - np.timedelta64(5, "D")
    told = Life.model_validate(asks.get(f"{API}/assets/intelsat-15/timeline", params={"as_of": iso(then)}).json())
    assert not told.approaches
    assert not told.stays  # they were told by a later sweep
    assert all(t <= iso(then + np.timedelta64(1, "D")) for p in told.panels for t in p.t)
    now = Life.model_validate(asks.get(f"{API}/assets/intelsat-15/timeline").json())
    assert len(now.panels[0].t) > len(told.panels[0].t)
    assert now.approaches
    assert all(a.sigma_km for a in now.approaches)


def test_a_visitor_sees_the_stay_from_its_own_side(asks: httpx.Client, practice: Practice) -> None:
    stay = next(e for e in practice.sweep.events if e.kind == "stay" and not e.normal)
    told = Life.model_validate(asks.get(f"{API}/objects/{stay.others[0]}/timeline").json())
    assert (stay.subject, stay.event_id) in [(s.other, s.event) for s in told.stays]


def test_an_asset_without_open_orbit_has_a_timeline_that_is_one_silence(asks: httpx.Client, practice: Practice) -> None:
    unseen = next(s for s in practice.sweep.states if s.state == "not observable")
    told = Life.model_validate(asks.get(f"{API}/assets/{unseen.asset_id}/timeline", params={"lang": "ja"}).json())
    assert told.panels == []
    assert (told.silences[0].start, told.silences[0].stop) == (told.start, told.as_of)


def test_a_short_timeline_is_as_long_as_asked(asks: httpx.Client) -> None:
    told = asks.get(f"{API}/assets/intelsat-15/timeline", params={"days": 2}).json()
    start, as_of = (np.datetime64(told[k].rstrip("Z"), "us") for k in ("start", "as_of"))
    assert as_of - start == np.timedelta64(2 * 86_400_000_000, "us")
    assert all(t >= told["start"][:19] for p in told["panels"] for t in p["t"])


@pytest.mark.parametrize("days", ["0", "-1", "nan", "inf", "4000", "x"])
def test_days_that_are_none_are_refused(asks: httpx.Client, days: str) -> None:
    assert asks.get(f"{API}/assets/intelsat-15/timeline", params={"days": days}).status_code == 422


def test_a_new_sweep_shows_at_once(world: World, practice: Practice) -> None:
    record = practice.sweep.to_json() | {"as_of": iso(practice.view.as_of_utc)}
    events = record.pop("events")
    told = dict(events[0]) | {"id": "0" * 32, "kind": "illumination", "label": "possible"}
    with client(world) as asks:
        subject = told["subject"]
        assert asks.get(f"{API}/objects/{subject}/timeline").json()["windows"] == []
        world.duty.keep_sweep("another", "japan-comms", practice.view.as_of_utc, record, [told])
        windows = asks.get(f"{API}/objects/{subject}/timeline", params={"days": 91}).json()["windows"]
    assert [w["kind"] for w in windows] == ["illumination"]
