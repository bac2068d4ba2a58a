"""The floor: what it says of the assets, of what is known, and of itself; as known then, in both languages."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import numpy as np
import pytest

from hoshimori.catalogue import Catalogue
from hoshimori.doors.web.conditions import Conditions
from hoshimori.doors.web.routes import models_floor as models
from hoshimori.doors.web.world import World
from hoshimori.findings import iso
from tests.conftest import Practice
from tests.doors.web.floor import ALLY, ANALYST, API, VIEWER, Served, client


@pytest.fixture
def asks(service: Served) -> Iterator[httpx.Client]:
    with service.client() as found:
        yield found


def test_the_floor_says_what_the_kept_sweep_found(asks: httpx.Client, practice: Practice) -> None:
    told = models.Floor.model_validate(asks.get(f"{API}/floor").raise_for_status().json())
    states = {s.asset_id: s for s in practice.sweep.states}
    assert {a.asset: a.state for a in told.assets} == {k: s.state for k, s in states.items()}
    assert {a.asset: a.events for a in told.assets} == {k: list(s.event_ids) for k, s in states.items()}
    assert told.sweep is not None
    assert (told.sweep.exact, told.sweep.behind_s, told.sweep.same_knowledge) == (True, 0.0, True)
    assert told.counts.attention == sum(s.state == "attention" for s in practice.sweep.states)
    assert [u.asset_id for u in told.unseen] == [s.asset_id for s in practice.sweep.states if s.state == "not observable"]
    assert len(told.events) == min(30, len(practice.sweep.events))
    assert {e.data_mode for e in told.events} == {"EXERCISE"}
    assert told.freshness.objects == len(practice.view.latest())


def test_a_reason_is_told_in_words_with_its_sigma_in_both_languages(asks: httpx.Client) -> None:
    english = asks.get(f"{API}/floor").json()
    japanese = asks.get(f"{API}/floor", params={"lang": "ja"}).json()
    worst = next(a for a in english["assets"] if a["state"] == "attention")
    same = next(a for a in japanese["assets"] if a["asset"] == worst["asset"])
    assert any(" ± " in line and "km" in line for line in worst["text"])
    assert any("接近" in line or "静止" in line for line in same["text"])
    assert same["name"] == same["name_ja"] != worst["name"]
    assert worst["reasons"] == same["reasons"]
    assert "日本" in japanese["watchlist"]["title"]


def test_between_two_moments_at_which_nothing_became_known_the_sweep_still_speaks(asks: httpx.Client, practice: Practice) -> None:
    """A sweep behind the moment asked says by how much, and whether anything became known since."""
    later = practice.view.as_of_utc + np.timedelta64(90, "s")
    told = asks.get(f"{API}/floor", params={"as_of": iso(later)}).json()
    assert (told["sweep"]["exact"], told["sweep"]["behind_s"], told["sweep"]["same_knowledge"]) == (False, 90.0, True)
    assert told["freshness"]["age_days"] > 0.0


def test_before_the_first_sweep_no_asset_is_called_quiet(asks: httpx.Client, practice: Practice) -> None:
    before = practice.view.as_of_utc - np.timedelta64(1, "D")
    told = models.Floor.model_validate(asks.get(f"{API}/floor", params={"as_of": iso(before)}).json())
    assert told.sweep is None
    assert {a.state for a in told.assets} == {"not swept"}
    assert told.events == []
    assert told.counts.not_swept == len(told.assets)
    assert told.freshness.element_sets < len(practice.view.latest()) * 100


def test_what_is_known_grows_with_the_moment(asks: httpx.Client, practice: Practice) -> None:
    moments = [practice.view.as_of_utc - np.timedelta64(days, "D") for days in (10, 5, 0)]
    seen = [asks.get(f"{API}/floor", params={"as_of": iso(t)}).json()["freshness"] for t in moments]
    assert seen[0]["element_sets"] < seen[1]["element_sets"] < seen[2]["element_sets"]
    assert all(row["newest_known"] <= iso(t) for row, t in zip(seen, moments, strict=True))


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"as_of": "2999-01-01"}, 400),
        ({"as_of": "soon"}, 400),
        ({"as_of": "'; drop table events; --"}, 400),
        ({"watchlist": "../../etc/passwd"}, 404),
        ({"watchlist": "japan-all"}, 404),
        ({"watchlist": "x" * 101}, 422),
    ],
)
def test_what_is_asked_wrongly_is_told_as_a_problem(asks: httpx.Client, query: dict[str, str], status: int) -> None:
    answer = asks.get(f"{API}/floor", params=query)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


def test_an_empty_home_says_that_nothing_is_known(bare: World) -> None:
    with client(bare) as asks:
        told = models.Floor.model_validate(asks.get(f"{API}/floor").raise_for_status().json())
    assert [c.code for c in told.conditions] == ["no-data"]
    assert told.freshness.newest_epoch is None
    assert told.counts.not_swept == len(told.assets) > 0


def test_conditions_stand_on_the_floor_the_gravest_first(bare: World) -> None:
    since = "2026-11-21T00:00:00.000000Z"
    bare.duty.put_note("condition:source-down", {"severity": "warning", "since": since, "values": {"celestrak": "down"}})
    bare.duty.put_note("condition:disk-full", {"severity": "critical", "since": since, "values": {}})
    bare.duty.put_note("source:celestrak", {"status": "down: no route"})
    with client(bare) as asks:
        told = asks.get(f"{API}/floor", params={"lang": "ja"}).json()
    assert [c["code"] for c in told["conditions"]] == ["disk-full", "source-down", "no-data"]
    assert told["conditions"][0]["since"] == since
    assert "ディスク" in told["conditions"][0]["text"]
    assert "celestrak" in told["conditions"][1]["text"]
    assert told["freshness"]["sources"] == [
        {"provider": "celestrak", "newest_known": None, "files": 0, "refused": 0, "status": "down: no route"}
    ]


def test_the_same_sweep_asked_for_twice_is_one_job(bare: World, practice: Practice) -> None:
    Catalogue(bare.home).append(practice.view.latest().take(slice(0, 3)), provider="test", location="test")
    with client(bare) as asks:
        asked = {"watchlist": "japan-comms", "as_of": "2026-05-30T00:00:00Z"}
        first, second = asks.post(f"{API}/sweeps", json=asked), asks.post(f"{API}/sweeps", json=asked)
        other = asks.post(f"{API}/sweeps", json={})
    assert first.status_code == 202
    assert first.headers["location"] == f"{API}/jobs/{first.json()['id']}"
    assert first.json()["id"] == second.json()["id"] != other.json()["id"]
    assert first.json()["parameters"] == {"watchlist": "japan-comms", "as_of": "2026-05-30T00:00:00.000000Z"}
    assert other.json()["parameters"]["as_of"] == "now"
    assert first.json()["asked_by"] == ANALYST.name


@pytest.mark.parametrize(
    ("body", "status"), [({"watchlist": "no"}, 404), ({"as_of": "2999-01-01"}, 400), ({"sql": "x"}, 422), ({"as_of": 1}, 422)]
)
def test_a_sweep_asked_wrongly_leaves_no_job(bare: World, body: dict[str, object], status: int) -> None:
    with client(bare) as asks:
        assert asks.post(f"{API}/sweeps", json=body).status_code == status
    assert bare.duty.jobs().total == 0


def test_a_viewer_asks_for_no_sweep(bare: World) -> None:
    with client(bare, VIEWER) as asks:
        assert asks.post(f"{API}/sweeps", json={}).status_code == 403
    assert bare.duty.jobs().total == 0


def test_sweeps_are_listed_and_opened(service: Served, practice: Practice) -> None:
    with service.client(ALLY) as asks:
        found = models.SweepPage.model_validate(asks.get(f"{API}/sweeps").json())
        whole = models.SweepFull.model_validate(asks.get(f"{API}/sweeps/{found.items[0].id}").json())
        assert asks.get(f"{API}/sweeps/nothing").status_code == 404
    assert found.total == 1
    assert set(whole.event_ids) == {e.event_id for e in practice.sweep.events}
    assert len(whole.states) == len(practice.sweep.states)


def test_watchlists_name_their_assets_in_the_language_of_the_reader(asks: httpx.Client) -> None:
    found = models.WatchlistPage.model_validate(asks.get(f"{API}/watchlists").json())
    one = models.WatchlistFull.model_validate(asks.get(f"{API}/watchlists/{found.items[0].id}", params={"lang": "ja"}).json())
    assert one.title == one.title_ja
    assert found.items[0].assets == len(one.assets)
    assert any(a.name == a.name_ja != a.name_en for a in one.assets)
    assert asks.get(f"{API}/watchlists/other").status_code == 404


def test_while_the_practice_sky_is_made_ready_the_floor_says_so(bare: World) -> None:
    Conditions(bare.duty, bare.home).put("preparing", {}, severity="info")
    with client(bare) as asks:
        told = {lang: asks.get(f"{API}/floor", params={"lang": lang}).json()["conditions"] for lang in ("en", "ja")}
    texts = {lang: next(c["text"] for c in rows if c["code"] == "preparing") for lang, rows in told.items()}
    assert texts == {
        "en": "The practice sky is being made ready; this takes a few seconds.",
        "ja": "練習用の空を準備しています。数秒かかります。",
    }
