"""The console as a person on watch uses it: in by the printed address, by keys alone, in the past, and when something fails."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, expect

from hoshimori.doors.web.world import World
from tests.doors.web import floor
from tests.doors.web.browser.conftest import Visit, visiting
from tests.doors.web.floor import ALLY, ANALYST, VIEWER, Served

FIRST_VIEW_S = 2.0
DAY = np.timedelta64(1, "D")


def test_the_printed_address_lets_in_and_leaves_no_token_behind(browser: Browser, service: Served) -> None:
    with visiting(browser, service, None) as visit:
        visit.page.goto(f"{service.url}/#token={service.token(VIEWER)}")
        expect(visit.page.get_by_role("navigation").first).to_be_visible()
        assert service.token(VIEWER) not in visit.page.url
        assert [u for u in visit.asked if service.token(VIEWER) in u] == []
        assert visit.page.evaluate("document.cookie") == "", "the session is kept where no script reads it"
        assert visit.wrong == []


def test_a_forged_token_is_refused_in_words(browser: Browser, service: Served) -> None:
    with visiting(browser, service, None) as visit:
        visit.page.goto(service.url)
        visit.page.fill("#token", "hoshi_forged")
        visit.page.get_by_role("button", name="Enter").click()
        expect(visit.page.get_by_role("alert")).to_contain_text("token")
        expect(visit.page.locator("#token")).to_be_visible()


def test_why_an_asset_is_in_attention_is_two_steps_away(browser: Browser, service: Served) -> None:
    """Row, event, evidence: by keyboard alone."""
    with visiting(browser, service) as visit:
        page = visit.go("floor")
        row = page.locator("tr[data-row]").first
        expect(row).to_contain_text("attention")
        row.focus()
        page.keyboard.press("Enter")
        below = page.locator("tr.below")
        expect(below.get_by_role("heading", name="Reasons")).to_be_visible()
        event = below.locator("ul.events a").first
        event.focus()
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("#/event/[0-9a-f]{32}"))
        expect(page.locator("main h1")).to_be_visible()
        expect(page.locator("main")).to_contain_text("@")  # method@version


def test_rows_are_walked_with_the_arrow_keys(browser: Browser, service: Served) -> None:
    with visiting(browser, service) as visit:
        page = visit.go("floor")
        rows = page.locator("table").first.locator("tr[data-row]")
        assert rows.count() == 21
        assert rows.evaluate_all("all => all.filter(r => r.tabIndex === 0).length") == 1
        rows.first.focus()
        page.keyboard.press("ArrowDown")
        expect(rows.nth(1)).to_be_focused()
        page.keyboard.press("End")
        expect(rows.last).to_be_focused()
        page.keyboard.press("Home")
        expect(rows.first).to_be_focused()


def test_keys_lead_everywhere_and_are_listed(browser: Browser, service: Served) -> None:
    with visiting(browser, service) as visit:
        page = visit.go("floor")
        page.keyboard.press("?")
        listed = page.locator("dialog[open]")
        expect(listed).to_contain_text("Walk through the rows")
        page.keyboard.press("Escape")
        expect(listed).to_have_count(0)
        for keys, place in (("ga", "#/alliance"), ("gd", "#/data"), ("gf", "#/floor")):
            page.keyboard.type(keys)
            page.wait_for_url(f"**/{place}")
        search = page.get_by_label("Find an asset")
        expect(search).to_be_visible()
        page.keyboard.press("/")
        expect(search).to_be_focused()
        page.keyboard.type("bsat")
        expect(page.locator("table").first.locator("tr[data-row]")).to_have_count(4)
        page.keyboard.type("ga")  # in a field, keys are letters
        assert page.url.endswith("#/floor")


def test_language_and_theme_change_without_a_reload(browser: Browser, service: Served) -> None:
    with visiting(browser, service) as visit:
        page = visit.go("alliance")
        page.evaluate("window.here = true")
        page.get_by_role("button", name="日本語で表示").click()
        expect(page.locator("main h1")).to_have_text("同盟")
        assert page.locator("html").get_attribute("lang") == "ja"
        expect(page.locator("main")).to_contain_text("日米安全保障条約")
        assert page.locator("html").get_attribute("data-theme") == "dark"
        page.get_by_label("配色").select_option("light")
        assert page.locator("html").get_attribute("data-theme") == "light"
        assert page.evaluate("window.here") is True
        page.reload()
        expect(page.locator("main h1")).to_have_text("同盟")
        assert page.locator("html").get_attribute("data-theme") == "light"


@pytest.fixture
def swept_twice(world: World) -> World:
    """Two kept sweeps, two days apart; the earlier one has every asset quiet."""
    (kept,) = world.duty.sweeps().rows
    record = dict(kept.record)
    record["states"] = [{**s, "state": "quiet", "reasons": [], "events": []} for s in record["states"]]
    world.duty.keep_sweep("earlier", kept.watchlist, kept.as_of_utc - 2 * DAY, record, ())
    return world


def test_the_floor_is_shown_as_it_was_known_then_and_can_be_shared(browser: Browser, swept_twice: World) -> None:
    with floor.served(swept_twice) as service, visiting(browser, service) as visit:
        page = visit.go("floor")
        expect(page.locator("main")).to_contain_text("attention")
        page.get_by_role("button", name="One kept sweep back").click()
        attention = page.get_by_role("group", name="Assets by state").get_by_role("button").first
        expect(attention).to_contain_text("0")
        assert "as_of=" in page.url
        page.get_by_role("link", name="Alliance").click()
        assert "as_of=" in page.url, "the moment goes along"
        page.go_back()
        shared = page.url
        page.get_by_role("button", name="Newest data").click()
        expect(attention).not_to_contain_text("0")
        page.goto(shared)
        expect(attention).to_contain_text("0")
        page.get_by_role("button", name="Play the kept sweeps").click()
        expect(attention).not_to_contain_text("0", timeout=10_000)
        page.get_by_label("Time (UTC)").fill("yesterday")
        page.get_by_role("button", name="Go").click()
        expect(page.get_by_role("alert")).to_contain_text("2022-08-01")


def test_the_floor_is_live(browser: Browser, world: World) -> None:
    with floor.served(world) as service, visiting(browser, service) as visit:
        page = visit.go("floor")
        page.wait_for_timeout(500)  # until the line is open
        world.duty.alert("a", severity="warning", code="attention", subject="37207", record={})
        expect(page.get_by_text("1 open")).to_be_visible(timeout=10_000)
        page.get_by_role("button", name="Acknowledge", exact=True).click()
        page.locator("#note").fill('<img src=x onerror="document.title=1">')
        page.get_by_role("button", name="Acknowledge as").click()
        expect(page.get_by_text("Nothing waits")).to_be_visible()
        (alert,) = world.duty.alerts().rows
        assert alert.acknowledged_by == ANALYST.name
        assert alert.note.startswith("<img")


def test_who_may_not_work_is_offered_no_work(browser: Browser, service: Served) -> None:
    with visiting(browser, service, VIEWER) as visit:
        page = visit.go("floor")
        expect(page.get_by_role("button", name="Sweep this moment")).to_have_count(0)
        page = visit.go("data")
        expect(page.locator("input[type=file]")).to_have_count(0)


def test_a_file_is_taken_in_and_what_is_refused_is_named(browser: Browser, world: World, tmp_path: Path) -> None:
    name = "sets; 1=1.txt"
    (tmp_path / name).write_text("this is no element set\n", encoding="utf-8")
    with floor.served(world) as service, visiting(browser, service) as visit:
        page = visit.go("data")
        page.set_input_files("#upload", tmp_path / name)
        expect(page.locator(".sent")).to_contain_text(name)
        expect(page.locator(".sent").get_by_role("alert")).to_be_visible()


def test_a_session_that_ends_does_not_take_the_page_with_it(browser: Browser, world: World) -> None:
    with floor.served(world) as service, visiting(browser, service) as visit:
        page = visit.go("alliance?q=space")
        page.context.clear_cookies()
        page.get_by_role("button", name="日本語で表示").click()  # whatever asks the service next
        door = page.locator("dialog[open]")
        expect(door).to_be_visible()
        page.keyboard.press("Escape")
        expect(door).to_be_visible()
        door.locator("#token").fill(service.token(ANALYST))
        door.get_by_role("button", name="入る").click()
        expect(door).to_have_count(0)
        assert "q=space" in page.url
        expect(page.get_by_role("searchbox")).to_have_value("space")


def test_a_new_session_in_another_tab_does_not_break_this_one(browser: Browser, world: World) -> None:
    world.duty.alert("a", severity="warning", code="attention", subject="37207", record={})
    with floor.served(world) as service, visiting(browser, service) as visit:
        page = visit.go("floor")
        other = page.context.new_page()
        other.goto(f"{service.url}/#token={service.token(ANALYST)}")  # a new cookie, and a new word against forged writes
        expect(other.locator("tr[data-row]").first).to_be_visible()
        page.get_by_role("button", name="Acknowledge", exact=True).click()
        page.get_by_role("button", name="Acknowledge as").click()
        expect(page.get_by_text("Nothing waits")).to_be_visible()


def test_a_service_that_is_gone_is_said_and_one_that_is_back_is_used(browser: Browser, world: World) -> None:
    with floor.served(world) as service, visiting(browser, service) as visit:
        page = visit.go("floor")
        page.context.set_offline(True)
        page.get_by_role("button", name="Now", exact=True).click()
        away = page.get_by_role("complementary", name="Connection to the service")
        expect(away).to_contain_text("cannot be reached")
        expect(page.locator("tr[data-row]").first).to_be_visible()  # what was known stays
        page.context.set_offline(False)
        expect(away).not_to_contain_text("cannot be reached", timeout=15_000)
        expect(page.get_by_role("alert")).to_have_count(0, timeout=15_000)


@pytest.mark.parametrize("width", [400, 768, 1920])
@pytest.mark.parametrize("lang", ["en-GB", "ja-JP"])
def test_no_view_is_wider_than_its_window(browser: Browser, service: Served, width: int, lang: str) -> None:
    with visiting(browser, service, viewport={"width": width, "height": 900}, locale=lang) as visit:
        for view in ("floor", "data", "alliance", "alliance/conflicts", "alliance/gates", "api", "about"):
            visit.go(view)
            assert visit.page.evaluate("document.documentElement.scrollWidth") <= width, view


def test_the_first_view_comes_at_once(browser: Browser, service: Served) -> None:
    """From the address to every asset with its state, on loopback: the best of ten, for the machine is shared."""
    with visiting(browser, service) as visit:

        def taken_s() -> float:
            visit.page.goto("about:blank")
            began = time.perf_counter()
            visit.page.goto(f"{service.url}/#/floor")
            visit.page.locator("tr[data-row]").first.wait_for()
            return time.perf_counter() - began

        assert any(taken_s() < FIRST_VIEW_S for _ in range(10))


def test_the_floor_loads_no_globe(browser: Browser, service: Served) -> None:
    with visiting(browser, service) as visit:
        visit.go("floor")
        assert [u for u in visit.asked if "Globe" in u or "three" in u] == []


def test_an_invented_sky_says_so_on_every_page_and_on_paper(browser: Browser, service: Served) -> None:
    with visiting(browser, service) as visit:
        for view in ("floor", "alliance", "data"):
            page = visit.go(view)
            expect(page.get_by_role("complementary", name="Data mode")).to_contain_text("EXERCISE")
        page.emulate_media(media="print")
        expect(page.get_by_role("complementary", name="Data mode")).to_be_visible()
        assert page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--surface').trim()") in (
            "#fff",
            "#ffffff",
        )
        expect(page.get_by_role("button", name="Newest data")).not_to_be_visible()


def test_the_other_party_sees_its_own_name(browser: Browser, service: Served) -> None:
    with visiting(browser, service, replace(ALLY, name="<b>O. Ther</b>")) as visit:
        page = visit.go("floor")
        expect(page.get_by_role("banner")).to_contain_text("USA")
        expect(page.get_by_role("banner")).to_contain_text("<b>O. Ther</b>")


def test_a_view_that_is_not_there_leads_back(browser: Browser, service: Served) -> None:
    with visiting(browser, service) as visit:
        page = visit.go("<script>alert(1)</script>")
        expect(page.locator("main")).to_contain_text("not there")
        page.get_by_role("link", name="To the floor").click()
        expect(page.locator("tr[data-row]").first).to_be_visible()
        assert visit.wrong == []


def test_every_visit_stays_on_this_machine(browser: Browser, service: Served) -> None:
    with visiting(browser, service) as visit:
        for view in ("floor", "globe", "geo-belt", "data", "alliance", "api", "about"):
            visit.go(view)
        assert [u for u in visit.asked if not u.startswith((service.url, f"blob:{service.url}", "data:"))] == []
        assert complaints(visit) == []


def complaints(visit: Visit) -> list[str]:
    return [w for w in visit.wrong if "GPU" not in w and "WebGL" not in w]
