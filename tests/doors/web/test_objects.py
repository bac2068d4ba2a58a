"""Objects: search, element sets down to their bytes, packed columns, the belt, sensors."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

import httpx
import numpy as np
import pytest

from hoshimori.catalogue import Catalogue
from hoshimori.doors.web.routes import models_objects as models
from hoshimori.doors.web.world import World
from hoshimori.facts import DataMode, ElementSets
from hoshimori.findings import iso
from hoshimori.formats import read
from hoshimori.sky import frames, orbits
from hoshimori.tracking.satellites import satellites_of
from tests.conftest import Practice
from tests.doors.web.floor import API, PUBLIC, VIEWER, Served, client

DTYPES = {"int32": "<i4", "uint16": "<u2", "uint8": "u1", "float64": "<f8", "float32": "<f4"}


@pytest.fixture
def asks(service: Served) -> Iterator[httpx.Client]:
    with service.client() as found:
        yield found


def unpacked(data: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
    """As a reader in another language does it: header, then columns at their offsets."""
    size = int.from_bytes(data[:4], "little")
    head = json.loads(data[4 : 4 + size])
    assert (4 + size) % 8 == 0
    columns: dict[str, Any] = {}
    for c in head["columns"]:
        assert c["offset"] % 8 == 0
        part = data[4 + size + c["offset"] : 4 + size + c["offset"] + c["length"]]
        columns[c["name"]] = part.decode().split("\n") if c["type"] == "text" else np.frombuffer(part, DTYPES[c["type"]])
    return head, columns


def test_packed_columns_hold_the_newest_set_of_every_object(asks: httpx.Client, practice: Practice) -> None:
    answer = asks.get(f"{API}/objects.bin")
    head, columns = unpacked(answer.content)
    latest = practice.view.latest()
    assert head["count"] == len(latest) - sum(head["left_out"].values())
    place = np.searchsorted(latest.norad_id, np.asarray(columns["norad_id"]))
    mine = latest.take(place)
    for name in ("mean_motion_rev_day", "eccentricity", "inc_deg", "raan_deg", "argp_deg", "ma_deg"):
        np.testing.assert_array_equal(columns[name], getattr(mine, name))
    np.testing.assert_array_equal(columns["bstar"], mine.bstar_per_er)
    np.testing.assert_allclose(columns["epoch_ms"], mine.epoch_utc.astype(np.int64) / 1e3)
    assert columns["names"] == mine.name.tolist()
    watched = {a.norad_id for a in practice.sweep.watchlist.assets}
    np.testing.assert_array_equal(np.asarray(columns["watched"]) == 1, [k in watched for k in mine.norad_id.tolist()])
    assert set(np.asarray(columns["mode"]).tolist()) == {int(DataMode.EXERCISE)}
    assert head["modes"][DataMode.EXERCISE] == "EXERCISE"


def test_old_objects_are_left_out_and_counted(asks: httpx.Client, practice: Practice) -> None:
    head, columns = unpacked(asks.get(f"{API}/objects.bin", params={"max_age_days": 0.2}).content)
    latest = practice.view.latest()
    age = np.abs((practice.view.as_of_utc - latest.epoch_utc) / np.timedelta64(86_400_000_000, "us"))
    assert head["left_out"]["old"] == int((age > 0.2).sum()) > 0
    assert np.abs(np.asarray(columns["age_days"])).max() <= 0.2


def made(*, names: list[str], eccentricity: list[float], mode: DataMode) -> ElementSets:
    """Low orbits that differ in what is given."""
    n = len(names)
    same = {"mean_motion_rev_day": 15.0, "inc_deg": 51.0, "raan_deg": 1.0, "argp_deg": 2.0, "ma_deg": 3.0}
    columns: dict[str, Any] = {k: np.full(n, v) for k, v in same.items()}
    columns |= {"norad_id": np.arange(1, n + 1), "epoch_utc": np.full(n, np.datetime64("2026-05-30", "us"))}
    return ElementSets.build(columns | {"name": names, "eccentricity": eccentricity}, data_mode=mode)


def test_a_set_that_gives_no_orbit_is_left_out_and_a_name_stays_on_its_line(bare: World) -> None:
    sets = made(names=["ONE\nTWO", "GONE"], eccentricity=[0.001, 1.5], mode=DataMode.EXERCISE)
    Catalogue(bare.home).append(sets, provider="test", location="test")
    with client(bare) as asks:
        head, columns = unpacked(asks.get(f"{API}/objects.bin", params={"as_of": "2026-06-01"}).content)
    assert head["left_out"] == {"old": 0, "unusable": 1}
    assert columns["names"] == ["ONE TWO"]


def test_search_by_number_by_name_and_by_designator(asks: httpx.Client, practice: Practice) -> None:
    one = practice.view.latest([36106])
    for q in ("36106", "intelsat 15", str(one.cospar_id[0]).lower()):
        found = models.ObjectPage.model_validate(asks.get(f"{API}/objects", params={"q": q}).json())
        assert 36106 in [r.norad_id for r in found.items], q
    nothing = asks.get(f"{API}/objects", params={"q": "'; drop table sets; --<b>"}).json()
    assert (nothing["items"], nothing["total"]) == ([], 0)


def test_pages_of_objects_are_in_order_and_complete(asks: httpx.Client, practice: Practice) -> None:
    first = models.ObjectPage.model_validate(asks.get(f"{API}/objects", params={"limit": 1000}).json())
    second = models.ObjectPage.model_validate(
        asks.get(f"{API}/objects", params={"limit": 1000, "cursor": first.next or ""}).json()
    )
    numbers = [r.norad_id for r in (*first.items, *second.items)]
    assert numbers == practice.view.latest().norad_id[:2000].tolist()


def test_one_object_says_how_far_it_may_be_off(asks: httpx.Client, practice: Practice) -> None:
    told = models.ObjectFull.model_validate(asks.get(f"{API}/objects/36106").json())
    assert told.watched
    assert told.element_sets == len(practice.view.history(36106))
    assert told.errors.sigma_t_km is not None
    assert told.errors.sigma_t_km > 0.0
    later = asks.get(f"{API}/objects/36106", params={"as_of": iso(practice.view.as_of_utc + np.timedelta64(20, "D"))}).json()
    assert later["errors"]["sigma_t_km"] > 2.0 * told.errors.sigma_t_km
    assert asks.get(f"{API}/objects/999999999").status_code == 404


def test_an_object_is_where_its_set_puts_it(asks: httpx.Client, practice: Practice) -> None:
    told = asks.get(f"{API}/objects/36106").json()
    state = orbits.states(satellites_of(practice.view.latest([36106])), np.array([practice.view.as_of_utc]))
    assert told["longitude_deg"] == pytest.approx(
        float(frames.longitude_deg(state.r_km[0, :, 0], np.array(practice.view.as_of_utc)))
    )
    low = next(
        r for r in asks.get(f"{API}/objects", params={"limit": 1000, "q": "practice"}).json()["items"] if r["period_min"] < 120
    )
    assert low["longitude_deg"] is None


@pytest.mark.parametrize("spelling", ["omm-json", "omm-xml", "omm-kvn", "csv"])
def test_element_sets_go_out_as_they_came_in(asks: httpx.Client, practice: Practice, spelling: str) -> None:
    answer = asks.get(f"{API}/objects/36106/elements", params={"format": spelling, "limit": 5})
    parsed = ElementSets.concat([p.element_sets for p in read(answer.content, "answer", data_mode=DataMode.EXERCISE)])
    assert parsed.digest_texts() == practice.view.history(36106).digest_texts()[-5:]
    assert answer.headers["x-data-mode"] == "EXERCISE"
    assert answer.headers["content-disposition"].startswith("attachment")


def test_a_tle_refuses_a_number_that_does_not_fit(asks: httpx.Client, practice: Practice) -> None:
    good = asks.get(f"{API}/objects/36106/elements", params={"format": "tle", "limit": 1})
    assert good.text.splitlines()[1].startswith("1 36106")
    wide = int(practice.view.latest().norad_id.max())
    refused = asks.get(f"{API}/objects/{wide}/elements", params={"format": "tle"})
    assert wide > 339_999
    assert refused.status_code == 422
    assert "339999" in refused.json()["detail"]


def test_from_a_set_to_the_bytes_it_was_read_from(asks: httpx.Client, service: Served) -> None:
    page = models.SetPage.model_validate(asks.get(f"{API}/objects/36106/elements", params={"limit": 3}).json())
    assert [r.epoch for r in page.items] == sorted((r.epoch for r in page.items), reverse=True)
    one = models.SetFull.model_validate(asks.get(f"{API}/elements/{page.items[0].digest}").json())
    assert one.source is not None
    assert one.source.sha256 is not None
    assert "/" not in one.source.location, "a folder of this machine is nobody's business"
    data = asks.get(f"{API}/raw/{one.source.sha256}").content
    assert hashlib.sha256(data).hexdigest() == one.source.sha256
    inside = ElementSets.concat([p.element_sets for p in read(data, "raw", data_mode=DataMode.EXERCISE)])
    assert one.digest in inside.digest_texts()
    with service.client(VIEWER) as viewer:
        assert viewer.get(f"{API}/elements/{one.digest}").status_code == 200
        assert viewer.get(f"{API}/raw/{one.source.sha256}").status_code == 403


def test_a_set_of_another_world_is_not_here(bare: World) -> None:
    real = made(names=["ONE"], eccentricity=[0.001], mode=DataMode.REAL)
    Catalogue(bare.home).append(real, provider="test", location="test")
    with client(bare) as asks:
        assert asks.get(f"{API}/elements/{real.digest_texts()[0]}").status_code == 404
        assert asks.get(f"{API}/objects").json()["total"] == 0


@pytest.mark.parametrize("path", ["/elements/" + "0" * 32, "/raw/" + "0" * 64, "/objects/1/elements"])
def test_what_is_not_held_is_not_found_and_no_folder_is_named(asks: httpx.Client, service: Served, path: str) -> None:
    answer = asks.get(f"{API}{path}")
    assert answer.status_code == 404
    assert str(service.world.home) not in answer.text


@pytest.mark.parametrize(
    "path", ["/elements/../../x", "/elements/zz", "/raw/..%2f..%2fetc%2fpasswd", "/objects/x", "/objects/-1"]
)
def test_ids_that_are_none_are_refused(asks: httpx.Client, path: str) -> None:
    assert asks.get(f"{API}{path}").status_code in (404, 422)


def test_the_belt_shows_where_the_watched_ones_stand(asks: httpx.Client, practice: Practice) -> None:
    told = models.Belt.model_validate(asks.get(f"{API}/geo-belt", params={"days": 3, "max_objects": 50}).json())
    assert len(told.norad_id) == 50
    assert told.left_out > 0
    watched = {a.norad_id for a in practice.sweep.watchlist.assets}
    assert sum(told.watched) == len(watched & set(practice.view.latest().norad_id.tolist()))
    assert all(len(row) == len(told.t) for row in told.lon_deg)
    row = told.lon_deg[told.norad_id.index(36106)]
    assert row[-1] == pytest.approx(asks.get(f"{API}/objects/36106").json()["longitude_deg"], abs=2e-3)
    start, stop = (np.datetime64(told.t[k].rstrip("Z"), "s") for k in (0, -1))
    assert stop - start == np.timedelta64(3 * 86400, "s")


def test_the_belt_of_the_past_stands_on_what_was_known_then(asks: httpx.Client, practice: Practice) -> None:
    then = practice.view.as_of_utc - np.timedelta64(6, "D")
    told = asks.get(f"{API}/geo-belt", params={"as_of": iso(then), "days": 2}).json()
    assert told["t"][-1] == f"{iso(then)[:19]}Z"
    now = asks.get(f"{API}/geo-belt", params={"days": 7, "max_objects": 2000}).json()
    assert set(told["norad_id"]) <= set(now["norad_id"])


def test_sensors_have_places_sources_and_grades(asks: httpx.Client) -> None:
    told = models.Sensors.model_validate(asks.get(f"{API}/sensors", params={"lang": "ja"}).json())
    assert all(s.source and s.grade for s in told.sites)
    assert all(s.source and s.grade for s in told.sensors)
    assert {s.site_id for s in told.sensors} <= {s.site_id for s in told.sites}
    assert any(s.az_deg and len(s.az_deg) == 2 for s in told.sensors)
    assert any("レーダー" in s.name for s in told.sensors)


def test_the_public_reads_too(service: Served) -> None:
    with service.client(PUBLIC) as public:
        assert public.get(f"{API}/objects").status_code == 200
