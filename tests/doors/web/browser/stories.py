"""Four things that people come for, as steps in a real browser, in either language: tests walk them, pictures show them.

why        find why an asset is in attention, down to the stored element set
replay     see the floor as it was known last Tuesday
record     open an incident, assess it and sign at party A; read, concur and pack at party B in another browser
verified   send the joint bundle back, have it checked and received
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.conftest import ROOT
from tests.doors.web.browser.conftest import Visit
from tests.doors.web.sides import PASSPHRASE

Keep = Callable[[Page, str], None]
"""Called where there is something to be seen, with a name for it."""
TUESDAY = "2026-05-26T12:00:00"
"""The last Tuesday before the practice sky ends, on Monday 1 June 2026."""


UPPERMOST = """e => {
    const r = e.getBoundingClientRect();
    return e.contains(document.elementFromPoint(r.x + r.width / 2, r.y + r.height / 2));
}"""


def nothing(_page: Page, _name: str) -> None:
    """Take no picture."""


@cache
def _table(lang: str, file: str) -> dict[str, object]:
    found: dict[str, object] = json.loads((ROOT / "console" / "src" / "i18n" / lang / f"{file}.json").read_text("utf-8"))
    return found


@dataclass(frozen=True)
class Words:
    """What the console calls things in one language."""

    lang: str

    def __call__(self, key: str, **values: str) -> str:
        file, _, name = key.partition(".")
        text = str(_table(self.lang, file)[name])
        for k, v in values.items():
            text = text.replace("{" + k + "}", v)
        return text


def why(seen: Visit, w: Words, keep: Keep = nothing) -> str:
    """From the floor to the stored element set behind a reason. Returns the id of the finding."""
    page = seen.go("floor")
    rows = page.locator("tr[data-row]")
    expect(rows.first).to_be_visible()
    keep(page, "floor")
    attention = page.locator("tr[data-row]", has_text="43633")
    attention.get_by_role("button").first.click()
    reasons = page.get_by_role("region", name=w("floor.reasons"))
    expect(reasons).to_be_visible()
    keep(page, "why")
    page.get_by_role("region", name=w("floor.events_behind")).get_by_role("link").first.click()
    page.wait_for_url("**/#/event/*")
    seen.settle()
    expect(page.get_by_text(w("event.explanations")).first).to_be_visible()
    keep(page, "event")
    page.get_by_title(re.compile(re.escape(w("event.open_input", digest="@")).replace("@", ".*"))).first.click()
    expect(page.get_by_text(w("event.sha256")).first).to_be_visible()
    keep(page, "evidence")
    return page.url.rpartition("/")[2].partition("?")[0]


def replay(seen: Visit, w: Words, keep: Keep = nothing) -> None:
    """The floor as known last Tuesday at noon, and back."""
    page = seen.go("floor")
    swept = page.locator("main")
    expect(swept).to_contain_text("2026-05-31 23:59")
    page.get_by_label(w("shell.time.utc")).fill(TUESDAY.replace("T", " ")[:16])
    page.get_by_role("button", name=w("shell.time.go"), exact=True).click()
    page.wait_for_url(f"**as_of={TUESDAY[:10]}**")
    seen.settle()
    expect(swept).to_contain_text(TUESDAY[:10])
    expect(swept).not_to_contain_text("2026-05-31 23:59")
    keep(page, "replay")
    page.get_by_role("button", name=w("shell.time.to_data"), exact=True).click()
    expect(swept).to_contain_text("2026-05-31 23:59")


def record(seen: Visit, w: Words, event_id: str, bundle: Path, keep: Keep = nothing) -> str:
    """Party A: an incident from a finding, assessed, signed, packed for party B. Returns its number."""
    page = seen.go(f"event/{event_id}")
    page.get_by_role("link", name=w("event.open_incident")).click()
    page.get_by_label(w("incidents.form_title"), exact=True).fill("A visitor beside HORIZONS-3E")
    page.get_by_role("button", name=w("incidents.open"), exact=True).click()
    page.wait_for_url("**/#/incident/JPN-*")
    number = page.url.rpartition("/")[2].partition("?")[0]
    page.get_by_role("button", name=w("incident.assess"), exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name=w("incident.assess"), exact=True).click()
    expect(page.get_by_role("heading", name=w("incident.two_readings"))).to_be_visible(timeout=60_000)
    keep(page, "incident")
    page.get_by_role("button", name=w("records.act.sign"), exact=True).click()
    keep(page, "sign")
    _confirm(page, w, "sign")
    expect(page.get_by_role("article").first).to_contain_text(w("records.act.bundle"), timeout=60_000)
    page.get_by_role("button", name=w("records.act.bundle"), exact=True).click()
    page.get_by_role("combobox", name=w("records.reader")).select_option("USA")
    with page.expect_download() as got:
        _confirm(page, w, "bundle")
    got.value.save_as(bundle)
    return number


def concurred(seen: Visit, w: Words, bundle: Path, joint: Path, keep: Keep = nothing) -> None:
    """Party B: the bundle checked, read, received, concurred with, packed for party A."""
    page = seen.go("incidents/records")
    sent = _sent(page, w, bundle)
    keep(page, "received")
    sent.get_by_role("button", name=w("records.receive")).click()
    sent.get_by_role("link", name=w("records.read_it")).click()
    expect(page.locator(".verdict")).to_be_visible()
    page.go_back()
    sent.get_by_role("button", name=w("records.act.concur"), exact=True).click()
    _confirm(page, w, "concur")
    page.get_by_role("article").first.get_by_role("button", name=w("records.act.bundle"), exact=True).click()
    page.get_by_role("combobox", name=w("records.reader")).select_option("JPN")
    with page.expect_download() as got:
        _confirm(page, w, "bundle")
    got.value.save_as(joint)


def verified(seen: Visit, w: Words, joint: Path, number: str, keep: Keep = nothing) -> None:
    """Party A again: what came back is checked and received; the record is one of two parties."""
    page = seen.go("incidents/records")
    receive = _sent(page, w, joint).get_by_role("button", name=w("records.receive"))
    with page.expect_response(lambda answer: answer.url.partition("?")[0].endswith("/receive")) as told:
        receive.click()
    assert told.value.ok
    page = seen.go(f"incident/{number}")
    expect(page.get_by_role("article").first).to_contain_text(w("records.acts.concurred"), timeout=30_000)
    page.get_by_role("article").first.scroll_into_view_if_needed()
    for band in ("incident.marking_above", "incident.marking_below"):
        assert page.get_by_role("note", name=w(band)).evaluate(UPPERMOST), "nothing may lie over the marking"
    keep(page, "joint")


def _sent(page: Page, w: Words, bundle: Path) -> Locator:
    page.get_by_label(w("records.file")).set_input_files(bundle)
    page.get_by_role("button", name=w("records.send")).click()
    sent = page.get_by_role("article").filter(has_text=hashlib.sha256(bundle.read_bytes()).hexdigest())
    expect(sent.get_by_role("button", name=w("records.receive"))).to_be_visible(timeout=90_000)
    return sent


def _confirm(page: Page, w: Words, act: str) -> None:
    form = page.get_by_role("dialog")
    key = form.get_by_role("combobox", name=w("records.key"))
    if not key.input_value():  # more than one key of this party lies there
        key.select_option("sato")
    form.get_by_label(w("records.passphrase")).fill(PASSPHRASE)
    form.get_by_role("checkbox").check()
    form.get_by_role("button", name=w(f"records.do.{act}"), exact=True).click()
    expect(form).to_have_count(0, timeout=60_000)
