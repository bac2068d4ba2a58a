"""Every view is clean under axe-core (WCAG 2.2 AA), in both themes and languages, and asks no other machine for anything."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.doors.web.browser.conftest import visiting
from tests.doors.web.floor import ANALYST, Served
from tests.pages import ROOT

AXE = ROOT / "console" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PLAIN = [
    "floor",
    "data",
    "alliance",
    "alliance/conflicts",
    "alliance/gates",
    "alliance/parties",
    "api",
    "about",
    "incidents",
    "records",
]
DRAWN = ["globe", "geo-belt", "asset/intelsat-15"]
LONG = pytest.mark.long
SHOWN = ["en dark", pytest.param("en light", marks=LONG), pytest.param("ja dark", marks=LONG), "ja light"]


@pytest.fixture(scope="session")
def axe() -> str:
    if not AXE.exists():
        pytest.skip("axe-core is not installed: npm ci in console/")
    return AXE.read_text(encoding="utf-8")


def found_by_axe(page: Any, axe: str) -> list[str]:
    page.evaluate(axe)
    found = page.evaluate(f"axe.run(document, {{runOnly: {json.dumps(RULES)}, resultTypes: ['violations']}})")
    return [f"{v['id']}: {n['target']} {n['failureSummary']}" for v in found["violations"] for n in v["nodes"]]


def settings(shown: str) -> dict[str, Any]:
    lang, theme = shown.split()
    return {"locale": "ja-JP" if lang == "ja" else "en-GB", "color_scheme": theme, "reduced_motion": "reduce"}


@pytest.mark.slow
@pytest.mark.parametrize("shown", SHOWN)
def test_each_view_is_clean(browser: Browser, service: Served, axe: str, shown: str) -> None:
    with visiting(browser, service, ANALYST, **settings(shown)) as visit:
        found = {}
        event = service.world.duty.events(limit=1).rows[0].event_id
        for view in [*PLAIN, *DRAWN, f"event/{event}"]:
            page = visit.go(view)
            assert page.locator("html").get_attribute("lang") == shown[:2]
            assert page.locator("main h1").count() == 1, view
            found[view] = found_by_axe(page, axe)
        assert {view: wrong for view, wrong in found.items() if wrong} == {}
        assert [u for u in visit.asked if not u.startswith((service.url, f"blob:{service.url}", "data:"))] == []
        assert [w for w in visit.wrong if "WebGL" not in w] == []


@pytest.mark.slow
@pytest.mark.parametrize("shown", ["en dark", "ja light"])
def test_what_is_opened_is_clean_too(browser: Browser, service: Served, axe: str, shown: str) -> None:
    with visiting(browser, service, ANALYST, **settings(shown)) as visit:
        page = visit.go("floor")
        page.locator("tr[data-row]").first.focus()
        page.keyboard.press("Enter")
        page.wait_for_selector("tr.below h3")
        visit.settle()
        assert found_by_axe(page, axe) == []
        page.keyboard.press("?")
        page.wait_for_selector("dialog[open] kbd")
        assert found_by_axe(page, axe) == []
        page = visit.go("alliance?row=C1-S2")
        page.wait_for_selector("tr.below blockquote")
        assert found_by_axe(page, axe) == []


@pytest.mark.parametrize("shown", SHOWN)
def test_the_door_is_clean(browser: Browser, service: Served, axe: str, shown: str) -> None:
    with visiting(browser, service, None, **settings(shown)) as visit:
        visit.page.goto(service.url)
        visit.page.wait_for_selector("#token")
        assert found_by_axe(visit.page, axe) == []
