"""Events: lists, the whole of one, what it stands on, and what is drawn of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import httpx
import numpy as np
import pytest

from hoshimori.catalogue import Catalogue
from hoshimori.detect.conjunction import Conjunction
from hoshimori.doors.gabbard_svg import gabbard
from hoshimori.doors.web.routes import models_events as models
from hoshimori.doors.web.world import World
from hoshimori.facts import DataMode
from hoshimori.findings import Event, Evidence, iso
from hoshimori.formats import read
from tests.conftest import Practice
from tests.detect.crossings import HOST, meeting, told
from tests.detect.skies import ASSET, OTHER, at, watching
from tests.doors.web.floor import API, VIEWER, Served, client, practice_world

ONE_METRE = 1e-3
DAYS = [-2.0, -1.5, -1.0, -0.5, 0.0]


@pytest.fixture
def asks(service: Served) -> Iterator[httpx.Client]:
    with service.client() as found:
        yield found


def of_kind(practice: Practice, kind: str) -> Event:
    return next(e for e in practice.sweep.events if e.kind == kind)


def test_the_list_holds_the_events_of_the_sweep(asks: httpx.Client, practice: Practice) -> None:
    page = models.EventPage.model_validate(asks.get(f"{API}/events", params={"limit": 1000}).json())
    assert {e.id for e in page.items} == {e.event_id for e in practice.sweep.events}
    assert [e.start for e in page.items] == sorted((e.start for e in page.items), reverse=True)
    assert page.total == len(practice.sweep.events)
    assert all(e.quantities["miss_km"].sigma is not None for e in page.items if e.kind in ("stay", "approach"))


def test_filters_and_pages(asks: httpx.Client, practice: Practice) -> None:
    stays = [e for e in practice.sweep.events if e.kind == "stay"]
    some = asks.get(f"{API}/events", params=[("kind", "stay"), ("kind", "silence"), ("limit", "1000")]).json()
    assert {e["kind"] for e in some["items"]} == {"stay", "silence"}
    mine = asks.get(f"{API}/events", params={"subject": stays[0].subject, "kind": "stay"}).json()
    assert {e["id"] for e in mine["items"]} == {e.event_id for e in stays if e.subject == stays[0].subject}
    other = stays[0].others[0]
    both = asks.get(f"{API}/events", params={"concerning": other}).json()
    assert {e["id"] for e in both["items"]} >= {stays[0].event_id}
    strange = asks.get(f"{API}/events", params={"normal": False, "limit": 1000}).json()
    assert strange["total"] == sum(not e.normal for e in practice.sweep.events)
    first = asks.get(f"{API}/events", params={"limit": 4}).json()
    second = asks.get(f"{API}/events", params={"limit": 4, "cursor": first["next"]}).json()
    assert not {e["id"] for e in first["items"]} & {e["id"] for e in second["items"]}


def test_nothing_was_told_before_the_sweep(asks: httpx.Client, practice: Practice) -> None:
    """The sweep's own moment is when its events were first told: a day earlier nobody knew them, not even by their id."""
    before = iso(practice.view.as_of_utc - np.timedelta64(1, "D"))
    assert asks.get(f"{API}/events", params={"as_of": before}).json()["items"] == []
    assert asks.get(f"{API}/events", params={"as_of": before, "every": True}).json()["items"] == []
    one = practice.sweep.events[0].event_id
    for part in ("", "/evidence", "/rtn"):
        assert asks.get(f"{API}/events/{one}{part}", params={"as_of": before}).status_code == 404


def test_one_event_is_whole_and_says_why_in_words(asks: httpx.Client, practice: Practice) -> None:
    event = of_kind(practice, "stay")
    told_ = asks.get(f"{API}/events/{event.event_id[:12]}").json()
    models.EventFull.model_validate(told_)
    kept = {k: v for k, v in told_.items() if k in event.to_json()}
    assert Event.from_json(kept).event_id == event.event_id
    assert len(told_["texts"]) == len(event.explanations)
    japanese = asks.get(f"{API}/events/{event.event_id}", params={"lang": "ja"}).json()
    assert japanese["text"] != told_["text"]
    assert " ± " in told_["text"]


@pytest.mark.parametrize("wrong", ["0" * 32, "ffffffff"])
def test_an_event_that_nobody_told_is_not_found(asks: httpx.Client, wrong: str) -> None:
    for part in ("", "/evidence", "/rtn", "/gabbard", "/cdm"):
        assert asks.get(f"{API}/events/{wrong}{part}").status_code == 404
    assert asks.post(f"{API}/events/{wrong}/verify").status_code == 404


def test_evidence_opens_to_the_stored_element_sets(asks: httpx.Client, practice: Practice) -> None:
    event = of_kind(practice, "approach")
    opened = models.Evidence.model_validate(asks.get(f"{API}/events/{event.event_id}/evidence").json())
    assert [[i.digest for i in e.inputs] for e in opened.items] == [list(e.inputs) for e in event.evidence]
    for one in opened.items[0].inputs:
        assert one.held
        assert one.source is not None
        assert one.known is not None
        assert one.known <= iso(event.as_of_utc)
        assert str(one.norad_id) in (event.subject, *event.others)
    assert asks.get(f"{API}/elements/{opened.items[0].inputs[0].digest}").status_code == 200


def test_evidence_that_is_not_held_says_so(world: World, practice: Practice) -> None:
    event = of_kind(practice, "approach")
    more = Evidence("a claim", "method@1", ("f" * 32, f"sha256:{'e' * 64}"), {"x": 1.5}, "nothing")
    keep(world, practice, replace(event, evidence=(more,)))
    with client(world) as asks:
        found = asks.get(f"{API}/events", params={"every": True, "limit": 1000}).json()["items"]
        mine = next(e["id"] for e in found if asks.get(f"{API}/events/{e['id']}").json()["evidence"][0]["method"] == "method@1")
        opened = models.Evidence.model_validate(asks.get(f"{API}/events/{mine}/evidence").json())
    assert [(i.kind, i.held) for i in opened.items[0].inputs] == [("element set", False), ("bytes", False)]


def keep(world: World, practice: Practice, *events: Event) -> None:
    record = practice.sweep.to_json()
    record.pop("events")
    told_ = [e.to_json() for e in events]
    world.duty.keep_sweep("more", practice.sweep.watchlist.watchlist_id, practice.view.as_of_utc, record, told_)


def test_relative_motion_goes_through_what_the_event_says(asks: httpx.Client, practice: Practice) -> None:
    for event in [e for e in practice.sweep.events if e.kind == "approach"]:
        seen = models.Rtn.model_validate(asks.get(f"{API}/events/{event.event_id}/rtn").json())
        k = seen.t.index(f"{iso(event.start_utc)[:19]}Z")
        for name, part in (("radial_km", seen.r_km), ("in_track_km", seen.t_km), ("cross_track_km", seen.n_km)):
            value = part[k]
            assert value is not None
            assert abs(value - event.quantities[name].value) < ONE_METRE, name
        for name, sigma in (
            ("radial_km", seen.sigma_r_km),
            ("in_track_km", seen.sigma_t_km),
            ("cross_track_km", seen.sigma_n_km),
        ):
            assert sigma == pytest.approx(event.quantities[name].sigma, rel=1e-4), name
        assert seen.closest == iso(event.start_utc)
        assert seen.data_mode == "EXERCISE"


def test_relative_motion_of_a_stay_reaches_down_to_its_nearest_moment(asks: httpx.Client, practice: Practice) -> None:
    event = next(e for e in practice.sweep.events if e.kind == "stay" and e.minima and not e.normal)
    seen = models.Rtn.model_validate(asks.get(f"{API}/events/{event.event_id}/rtn").json())
    rows = np.array([seen.r_km, seen.t_km, seen.n_km], float)
    nearest = min(m.miss_km for m in event.minima)
    assert np.nanmin(np.linalg.norm(rows, axis=0)) <= nearest + ONE_METRE
    assert len(seen.minima) == len(event.minima)
    assert len(seen.sigmas_t_km) == len(seen.t)


def test_what_has_no_other_cannot_be_drawn_beside_one(asks: httpx.Client, practice: Practice) -> None:
    event = of_kind(practice, "silence")
    for part in ("rtn", "gabbard", "cdm"):
        answer = asks.get(f"{API}/events/{event.event_id}/{part}")
        assert (answer.status_code, answer.headers["content-type"]) == (409, "application/problem+json")
        assert "silence" in answer.json()["detail"]


def test_a_gabbard_diagram_shows_every_piece_that_is_known(world: World, practice: Practice) -> None:
    pieces = practice.view.latest().norad_id[:40].tolist()
    cloud = replace(
        of_kind(practice, "approach"), kind="breakup", label="break-up", others=(*map(str, pieces[1:]), "999999998"), minima=()
    )
    cloud = replace(cloud, subject=str(pieces[0]))
    keep(world, practice, cloud)
    with client(world) as asks:
        found = next(e for e in asks.get(f"{API}/events", params={"every": True, "kind": "breakup"}).json()["items"])
        seen = models.Gabbard.model_validate(asks.get(f"{API}/events/{found['id']}/gabbard").json())
    sets = practice.view.latest(pieces[1:])
    truth = gabbard(sets)
    np.testing.assert_allclose([p.apogee_km for p in seen.pieces], truth.apogee_km)
    np.testing.assert_allclose([p.perigee_km for p in seen.pieces], truth.perigee_km)
    assert seen.parent is not None
    assert seen.parent.norad_id == pieces[0]
    assert seen.unknown == ["999999998"]
    assert "pieces" in found["text"]


def test_a_claim_is_run_again_by_a_job(world: World, practice: Practice) -> None:
    event = of_kind(practice, "stay").event_id
    with client(world, VIEWER) as viewer:
        assert viewer.post(f"{API}/events/{event}/verify").status_code == 403
    with client(world) as asks:
        first, again = (asks.post(f"{API}/events/{event}/verify") for _ in range(2))
    assert (first.status_code, first.json()["kind"], first.json()["parameters"]) == (202, "verify", {"event": event})
    assert first.json()["id"] == again.json()["id"]


@pytest.fixture(scope="module")
def crossing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world in which two low satellites meet, by construction, with the conjunction told and kept."""
    home = tmp_path_factory.mktemp("crossing") / "home"
    for sets in (told(HOST, DAYS), told(meeting(1.0, (0.0, 0.05, 0.06)), DAYS)):
        Catalogue(home).append(sets, provider="test", location="test")
    found = practice_world(home, modes=(DataMode.REAL,), practice=False, as_of=iso(at(0.5)))
    view = found.catalogue.view(at(-1.0), at(2.0), at(0.5))
    events = [e for e in Conjunction().detect(view, watching(ASSET)) if e.kind == "conjunction"]
    record = {"schema": "hoshimori.sweep/1", "watchlist": "japan-comms", "start": iso(at(-1.0)), "stop": iso(at(2.0)),
              "as_of": iso(at(0.5)), "data_modes": ["REAL"], "objects": 2, "advice": [], "states": []}  # fmt: skip
    found.duty.keep_sweep("crossing", "japan-comms", at(0.5), record, [e.to_json() for e in events])
    yield found
    found.duty.close()


@pytest.mark.parametrize("spelling", ["kvn", "xml"])
def test_a_conjunction_goes_out_as_a_message_that_reads_back(crossing: World, spelling: str) -> None:
    with client(crossing) as asks:
        riskiest = models.EventPage.model_validate(asks.get(f"{API}/conjunctions").json()).items[0]
        answer = asks.get(f"{API}/events/{riskiest.id}/cdm", params={"format": spelling})
    (message,) = [c for p in read(answer.content, "answer") for c in p.conjunctions]
    assert {o.norad_id for o in message.objects} == {ASSET, OTHER}
    assert message.miss_m == pytest.approx(riskiest.quantities["miss_km"].value * 1e3, rel=1e-6)  # type: ignore[operator]
    assert all(o.covariance_rtn_m is not None for o in message.objects)
    assert answer.headers["x-data-mode"] == "REAL"


def test_the_sigma_of_a_conjunction_is_that_of_the_event(crossing: World) -> None:
    with client(crossing) as asks:
        event = asks.get(f"{API}/conjunctions").json()["items"][0]
        seen = models.Rtn.model_validate(asks.get(f"{API}/events/{event['id']}/rtn").json())
    assert seen.basis == ["own history", "own history"]
    assert seen.sigma_r_km is not None
    assert seen.sigma_r_km == pytest.approx(event["quantities"]["radial_km"]["sigma"], rel=0.1)


def test_a_message_is_never_made_up(crossing: World) -> None:
    """Without a covariance of one object there is none to hand on, and the refusal says so."""
    found = crossing.duty.events(kinds=("conjunction",)).rows[0].record
    sides = [dict(s) for s in found["evidence"][1]["parameters"]["sides"]]
    sides[1]["basis"] = "none"
    bare = {**found["evidence"][1], "parameters": {**found["evidence"][1]["parameters"], "sides": sides}}
    event = Event.from_json({**found, "evidence": [found["evidence"][0], bare]})
    record = dict(crossing.duty.sweep_at("japan-comms", at(0.5)).record)  # type: ignore[union-attr]
    crossing.duty.keep_sweep("bare", "japan-comms", at(0.5), record, [event.to_json()])
    with client(crossing) as asks:
        answer = asks.get(f"{API}/events/{event.event_id}/cdm")
    assert answer.status_code == 409
    assert "covariance" in answer.json()["detail"]
