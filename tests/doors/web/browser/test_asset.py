"""Why an asset is in attention, found by eye and by keyboard: its timeline, who was near, the finding, the stored bytes."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import Browser, Page, expect

from hoshimori.doors.web.duties import Duties
from hoshimori.doors.web.tasks import Bench, verify
from hoshimori.doors.web.world import World
from hoshimori.duty import Job
from tests.conftest import Practice
from tests.doors.web import floor
from tests.doors.web.browser.conftest import visiting
from tests.doors.web.browser.test_axe import SHOWN, axe, found_by_axe, settings
from tests.doors.web.floor import VIEWER, Served

__all__ = ["axe"]


@pytest.fixture(autouse=True)
def patient() -> None:
    """Much is worked out before it is shown: a loaded machine is not a fault of the page."""
    expect.set_options(timeout=30_000)


ASSET = "horizons-3e"
VISITED = "43633"


@pytest.fixture(scope="module")
def visit_id(practice: Practice) -> str:
    """The stay of the practice sky that is not usual."""
    return next(e.event_id for e in practice.sweep.events if e.kind == "stay" and not e.normal)


def bottom(page: Page) -> str:
    """The axis of time as it is drawn: which moments stand where."""
    return " ".join(f"{m.text_content()} {m.get_attribute('x')}" for m in page.locator("[role=slider] text").all())


@pytest.mark.slow
def test_from_attention_down_to_the_stored_element_set(browser: Browser, service: Served, visit_id: str) -> None:
    with visiting(browser, service) as seen:
        page = seen.go(f"asset/{ASSET}")
        expect(page.locator("main h1")).to_have_text("HORIZONS-3E")
        expect(page.get_by_role("heading", name="Why: attention")).to_be_visible()
        page.get_by_role("link", name=re.compile("PRACTICE-0001.*parking since")).first.click()
        page.wait_for_url(f"**/#/event/{visit_id}")
        seen.settle()
        expect(page.get_by_text("nearest distance").locator("..")).to_contain_text("22.8 ± 1.3 km")
        tested = page.locator(".tested li")
        expect(tested.first).to_contain_text("known neighbour")
        expect(tested.first).to_contain_text("rejected")
        expect(page.get_by_role("heading", name="Evidence 1 of 2")).to_be_visible()
        page.get_by_role("button", name=re.compile("^[0-9a-f]{12}…$")).first.click()
        stored = page.get_by_role("dialog")
        expect(stored).to_contain_text("Could be known at")
        expect(stored).to_contain_text(re.compile("SHA-256 of the bytes.?[0-9a-f]{64}"))
        page.keyboard.press("Escape")
        expect(stored).to_have_count(0)


@pytest.mark.slow
def asked_for(world: World, kind: str) -> Job | None:
    """The job that the page asked for, taken as soon as the service has it."""
    for _ in range(300):
        if (job := world.duty.claim("test", lease_s=60.0, kinds=(kind,))) is not None:
            return job
        time.sleep(0.1)
    return None


def test_a_claim_is_checked_again(browser: Browser, world: World, visit_id: str) -> None:
    with floor.served(world) as service, visiting(browser, service) as seen:
        page = seen.go(f"event/{visit_id}")
        page.get_by_role("button", name="Check again").click()
        expect(page.get_by_role("button", name="Checking…")).to_be_disabled()
        job = asked_for(world, "verify")
        assert job is not None
        assert world.duty.finish(job.job_id, "test", verify(Bench(Duties.of(world), world.duty), job, lambda *_: None))
        expect(page.locator(".check")).to_contain_text("It came out again, field by field")
        page.locator(".check summary").click()
        verdicts = page.locator(".check tbody tr td:last-child").all_inner_texts()
        assert len(verdicts) > 20
        assert {v.split()[-1] for v in verdicts} == {"same"}


@pytest.mark.slow
def test_a_viewer_reads_and_does_not_ask_for_work(browser: Browser, service: Served, visit_id: str) -> None:
    with visiting(browser, service, VIEWER) as seen:
        page = seen.go(f"event/{visit_id}")
        expect(page.get_by_role("heading", name="Explanations tested")).to_be_visible()
        expect(page.get_by_role("button", name="Check again")).to_have_count(0)
        expect(page.get_by_role("link", name="Open an incident from this")).to_have_count(0)


@pytest.mark.slow
def test_the_timeline_is_walked_by_keyboard_and_said_as_a_table(browser: Browser, service: Served) -> None:
    with visiting(browser, service) as seen:
        page = seen.go(f"object/{VISITED}")
        axis = page.get_by_role("slider", name=re.compile("Time axis"))
        axis.focus()
        whole = bottom(page)
        before = axis.get_attribute("aria-valuenow")
        page.keyboard.press("ArrowLeft")
        assert axis.get_attribute("aria-valuenow") != before
        assert "UTC" in (axis.get_attribute("aria-valuetext") or "")
        assert "mean longitude" in (axis.get_attribute("aria-valuetext") or "")
        page.keyboard.press("+")
        page.keyboard.press("+")
        near = bottom(page)
        assert near != whole
        page.keyboard.press("Shift+ArrowLeft")
        assert bottom(page) != near
        page.keyboard.press("0")
        assert bottom(page) == whole
        first = page.locator(".timeline .panel").first
        first.evaluate("node => node.scrollIntoView({ block: 'center' })")
        box = first.bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 40)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + 40, steps=4)
        page.mouse.up()
        assert bottom(page) != whole
        page.locator(".timeline").get_by_role("button", name="As a table").click()
        table = page.get_by_role("table", name=re.compile("Lowest and highest in numbers"))
        expect(table.locator("tbody tr").first).to_contain_text("2026-05-1")
        expect(page.get_by_role("table", name=re.compile("Neighbours, "))).to_contain_text("PRACTICE-0001")


@pytest.mark.slow
def test_relative_motion_has_a_moment_a_sigma_and_a_table(browser: Browser, service: Served, visit_id: str) -> None:
    with visiting(browser, service) as seen:
        page = seen.go(f"event/{visit_id}")
        moment = page.get_by_label("Moment shown")
        expect(page.locator(".rtn .said")).to_contain_text("distance 22.80 km")
        expect(page.locator(".rtn .key")).to_contain_text("in track 1.3")
        moment.focus()
        page.keyboard.press("End")
        expect(page.locator(".rtn .said")).not_to_contain_text("distance 22.80 km")
        page.get_by_role("figure").get_by_role("button", name="As a table").click()
        expect(page.get_by_role("figure").get_by_role("table")).to_contain_text("closest approach")


def test_element_sets_are_downloaded_in_the_formats_of_the_field(browser: Browser, service: Served) -> None:
    with visiting(browser, service) as seen:
        page = seen.go(f"object/{VISITED}")
        for name, inside in (("OMM XML", "<omm"), ("TLE", f"1 {VISITED}"), ("CSV", "NORAD_CAT_ID")):
            with page.expect_download() as got:
                page.get_by_role("link", name=name).click()
            assert inside in got.value.path().read_text(encoding="utf-8"), name


def test_what_is_not_there_is_said_as_the_service_says_it(browser: Browser, service: Served) -> None:
    with visiting(browser, service) as seen:
        for place in ("asset/nobody", "object/987654", "event/" + "0" * 32):
            page = seen.go(place)
            expect(page.get_by_role("alert").first).to_contain_text("not held here, or not released to you")


@pytest.mark.slow
@pytest.mark.parametrize("shown", SHOWN)
def test_assets_and_findings_are_clean(browser: Browser, service: Served, axe: str, visit_id: str, shown: str) -> None:
    with visiting(browser, service, **settings(shown)) as seen:
        found = {}
        for view in (f"asset/{ASSET}", f"object/{VISITED}", f"event/{visit_id}"):
            page = seen.go(view)
            found[view] = found_by_axe(page, axe)
            pictures = page.get_by_role("button", pressed=False, name="表で見る" if shown.startswith("ja") else "As a table")
            while pictures.count():
                pictures.first.click()
            found[f"{view} as tables"] = found_by_axe(page, axe)
        assert {view: wrong for view, wrong in found.items() if wrong} == {}
        assert [u for u in seen.asked if not u.startswith(service.url)] == []
        assert seen.wrong == []
