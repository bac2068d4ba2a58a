"""An incident in two browsers: opened, assessed, signed at one party, read and answered at the other; what may not be seen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

import hoshimori
from hoshimori.doors import keyrings
from hoshimori.doors.web.principal import Principal
from hoshimori.facts import DataMode
from hoshimori.findings import iso
from tests.conftest import Practice
from tests.doors.web import floor
from tests.doors.web.browser.conftest import visiting
from tests.doors.web.browser.test_axe import SHOWN, axe, found_by_axe, settings
from tests.doors.web.floor import Served
from tests.doors.web.sides import PASSPHRASE, keys

__all__ = ["axe"]


@pytest.fixture(autouse=True)
def patient() -> None:
    """Much is worked out before it is shown: a loaded machine is not a fault of the page."""
    expect.set_options(timeout=30_000)


SATO = Principal("S. Sato", "JPN", frozenset({"signer"}), "token")
SMITH = Principal("S. Smith", "USA", frozenset({"signer"}), "token")
ALLY = Principal("C. Brown", "USA", frozenset({"viewer"}), "token")
READER = Principal("D. Ito", "JPN", frozenset({"viewer"}), "token")
CLOSED = "One beam was weak for an hour, which only Japan may know."
EVIDENCE = """
[[item]]
indicator = "service_lost"
seen = false
statement = "The link budget of all beams was looked at: nothing was lost."
source = "Operator's log, 1 June 2026"
grade = "A2"
t = 2026-05-31T00:00:00Z
known = 2026-06-01T09:00:00Z

[[claim]]
kind = "denial"
speaker = "Operator of the visitor"
statement = "The visit was an inspection of our own satellite."
source = "Press statement, 2 June 2026"
grade = "C3"
t = 2026-06-02
known = 2026-06-02
"""
ODD = "<img src=x onerror=\"document.title='taken'\"> <script>document.title='taken'</script> ' OR 1=1 --"


@dataclass(frozen=True)
class Both:
    japan: Served
    states: Served


@pytest.fixture
def both(practice: Practice, practice_world: object, tmp_path: Path) -> Iterator[Both]:
    """The services of two parties, each with its own home and keys, and one keyring that both trust."""
    held = keys(tmp_path)
    japan = floor.copied(practice_world, tmp_path / "japan", keys=held.japan)  # type: ignore[arg-type]
    states = floor.practice_world(practice.copied(tmp_path / "states"), party="USA", keys=held.states)
    for world in (japan, states):
        keyrings.adopt(held.ring, fingerprint=held.fingerprint, home=world.home)
    with floor.served(japan) as a, floor.served(states) as b:
        yield Both(a, b)
    for world in (japan, states):
        world.duty.close()


@pytest.fixture
def visit_id(practice: Practice) -> str:
    return next(e.event_id for e in practice.sweep.events if e.kind == "stay" and not e.normal)


def sign_with(page: Page, button: str, name: str, passphrase: str = PASSPHRASE) -> None:
    """Fill in the form of an act and confirm what it says."""
    form = page.get_by_role("dialog")
    form.get_by_label(name).fill(passphrase)
    form.get_by_role("checkbox").check()
    form.get_by_role("button", name=button, exact=True).dblclick()


@pytest.mark.slow
def test_two_parties_two_browsers_one_record(browser: Browser, both: Both, visit_id: str, tmp_path: Path) -> None:
    with visiting(browser, both.japan, SATO, accept_downloads=True) as seen:
        page = seen.go(f"event/{visit_id}")
        page.get_by_role("link", name="Open an incident from this").click()
        expect(page.get_by_label("Catalogue numbers concerned")).to_have_value("43633")
        page.get_by_label("Title").fill("A visitor beside HORIZONS-3E")
        page.get_by_role("button", name="Open an incident").click()
        page.wait_for_url("**/#/incident/JPN-*")
        expect(page.locator("main h1")).to_have_text("A visitor beside HORIZONS-3E")
        number = page.url.rpartition("/")[2]

        page.get_by_role("button", name="Add evidence").click()
        form = page.get_by_role("dialog")
        form.get_by_label("or its text").fill(EVIDENCE.replace('"A2"', '"Z9"'))
        form.get_by_role("button", name="Add evidence").click()
        expect(form.get_by_role("alert")).to_contain_text("Admiralty grade")  # the mistake is named, nothing was used
        form.get_by_label("or its text").fill(EVIDENCE)
        form.get_by_role("button", name="Add evidence").click()
        expect(form).to_contain_text("Added: 1 of evidence, 1 of what is claimed")
        page.keyboard.press("Escape")

        asked = page.get_by_role("listitem").filter(has_text="Is that space system affected").last
        asked.get_by_role("button", name=re.compile("Answer")).click()
        page.get_by_role("radio", name="met", exact=True).check()
        give = page.get_by_role("button", name="Give this answer")
        expect(give).to_be_disabled()  # nobody answers without a reason
        page.get_by_label(re.compile("^Reason")).fill("Its owner must watch the visitor.")
        give.dblclick()
        expect(page.get_by_role("table", name="Who judged what").locator("tbody tr")).to_have_count(1)

        page.get_by_role("button", name="Assess", exact=True).click()
        page.get_by_role("dialog").get_by_role("button", name="Assess", exact=True).dblclick()
        expect(page.get_by_role("heading", name="Two readings of the same evidence")).to_be_visible()
        expect(page.locator(".verdict")).to_contain_text("ordinary or agreed behaviour of others")
        expect(page.locator(".made li")).to_have_count(1)
        expect(page.get_by_role("region", name=re.compile("consultation"))).to_contain_text("undetermined")

        page.get_by_role("button", name="Sign the newest assessment").click()
        form = page.get_by_role("dialog")
        expect(form).to_contain_text(re.compile("Assessment.*[0-9a-f]{64}"))
        assert form.get_by_label("Passphrase of this key").get_attribute("type") == "password"
        assert form.get_by_label("Passphrase of this key").get_attribute("autocomplete") == "off"
        sign_with(page, "Sign", "Passphrase of this key", "not the passphrase")
        expect(form.get_by_role("alert")).to_contain_text("key-passphrase")
        sign_with(page, "Sign", "Passphrase of this key")
        expect(form).to_have_count(0)
        expect(page.get_by_role("article")).to_have_count(1)
        expect(page.get_by_role("article")).to_contain_text("proposed")
        with both.japan.client(SATO) as asks:
            assert asks.get("/api/v1/records").json()["total"] == 1

        page.get_by_role("button", name="Pack a bundle").click()
        page.get_by_role("combobox", name="For which reader").select_option("USA")
        with page.expect_download() as got:
            sign_with(page, "Pack and save", "Passphrase of this key")
        got.value.save_as(tmp_path / "proposal.zip")
        assert PASSPHRASE not in both.japan.log.getvalue()

    with visiting(browser, both.states, SMITH, locale="ja-JP", color_scheme="light", accept_downloads=True) as seen:
        page = seen.go("incidents/records")
        page.get_by_label("一式 (.zip)").set_input_files(tmp_path / "proposal.zip")
        page.get_by_role("button", name="送って検証").click()
        sent = page.get_by_role("article").filter(has_text="SHA-256")
        expect(sent).to_contain_text("一式の入力から検出をやり直した結果: 一致 1、相違 0、確認不能 0", timeout=60_000)
        expect(sent.get_by_role("button", name="同意する")).to_be_disabled()  # nobody agrees to what was not read
        sent.get_by_role("button", name="台帳に受領").click()
        sent.get_by_role("link", name="記録を読む").click()
        expect(page.locator("h2", has_text="A visitor beside HORIZONS-3E")).to_be_visible()
        expect(page.locator(".verdict")).to_contain_text("他者の通常の、又は合意された行動")
        expect(page.get_by_role("region", name="証拠", exact=True)).to_contain_text("nothing was lost")
        page.go_back()
        sent.get_by_role("button", name="同意する").click()
        sign_with(page, "同意して署名", "この鍵のパスフレーズ")
        expect(page.get_by_role("dialog")).to_have_count(0, timeout=60_000)
        record = page.get_by_role("article").first
        expect(record).to_contain_text("全当事国が同意")
        record.get_by_role("button", name="一式を作成").click()
        page.get_by_role("combobox", name="読み手").select_option("JPN")
        with page.expect_download() as got:
            sign_with(page, "作成して保存", "この鍵のパスフレーズ")
        got.value.save_as(tmp_path / "joint.zip")

    with visiting(browser, both.japan, SATO) as seen:
        page = seen.go("incidents/records")
        page.get_by_label("Bundle (.zip)").set_input_files(tmp_path / "joint.zip")
        page.get_by_role("button", name="Send and check").click()
        sent = page.get_by_role("article").filter(has_text="SHA-256")
        sent.get_by_role("button", name="Receive into the ledger").click(timeout=60_000)
        page = seen.go(f"incident/{number}")
        expect(page.get_by_role("article")).to_contain_text("concurred by all parties")
        expect(page.get_by_role("article")).to_contain_text("S. Smith")
    checked = hoshimori.verify_bundle(tmp_path / "joint.zip", home=both.states.world.home)
    assert (checked.verdict, checked.checked.state) == ("same", "concurred")


def opened(home: Path, title: str = "A visitor") -> str:
    return hoshimori.open_incident(
        title, by="A. Sato", party="JPN", owners=["JPN"], data_mode=DataMode.EXERCISE, home=home
    ).incident_id


def rows(count: int, statement: str = "The level was as usual.", more: str = "") -> str:
    """Evidence as a file: so many items, all different."""
    at = np.datetime64("2026-05-20T00:00", "us")
    indicators = ("effect_none", "service_lost", "stay_long", "other_was_nearer", "interference_reported")
    return "".join(
        f'[[item]]\nindicator = "{indicators[k % 5]}"\nseen = {"true" if k % 3 else "false"}\n'
        f"statement = '''{k + 1}: {statement}'''\nsource = \"Log {k}\"\ngrade = \"{'ABCD'[k % 4]}2\"\n"
        f"t = {iso(at + np.timedelta64(k, 'h'))}\nknown = {iso(at + np.timedelta64(k + 1, 'h'))}\n{more}\n"
        for k in range(count)
    )


def fed(home: Path, number: str, text: str, place: Path) -> None:
    place.write_text(text, encoding="utf-8")
    hoshimori.add_evidence(number, place, home=home)


@pytest.mark.slow
def test_what_may_not_be_read_is_a_block_and_its_marking_stays_in_sight(browser: Browser, both: Both, tmp_path: Path) -> None:
    home = both.japan.world.home
    number = opened(home)
    fed(home, number, rows(3), tmp_path / "open.toml")
    fed(home, number, rows(1, CLOSED, 'tlp = "RED"\nreleasable_to = ["JPN"]'), tmp_path / "closed.toml")
    hoshimori.assess_incident(number, home=home)
    with visiting(browser, both.japan, READER) as seen:
        page = seen.go(f"incident/{number}")
        expect(page.get_by_text(CLOSED).first).to_be_visible()
        bands = page.get_by_role("note", name=re.compile("Marking of this page"))
        expect(bands).to_have_count(2)
        page.mouse.wheel(0, 4000)
        for band in bands.all():
            expect(band).to_contain_text("TLP:RED // REL TO JPN")
            expect(band).to_be_in_viewport()
        expect(page.get_by_role("button", name="Assess", exact=True)).to_have_count(0)
        paper = page.evaluate("document.adoptedStyleSheets.flatMap(s => [...s.cssRules].map(r => r.cssText)).join(' ')")
        assert paper.count("EXERCISE TLP:RED // REL TO JPN") == 2  # over and under every printed page
    with visiting(browser, both.japan, ALLY) as seen:
        page = seen.go(f"incident/{number}")
        expect(page.get_by_text(re.compile(r"withheld:\s*TLP:RED // REL TO JPN")).first).to_be_visible()
        expect(page.get_by_text("Not assessed yet, or no assessment that you may read whole.")).to_be_visible()
        assert CLOSED not in page.content()
        expect(page.get_by_role("note", name="Marking of this page, top")).to_contain_text("TLP:CLEAR")


@pytest.mark.slow
def test_many_items_long_words_and_html_stay_in_their_place(browser: Browser, both: Both, tmp_path: Path) -> None:
    home = both.japan.world.home
    number = opened(home, f"{ODD} {'Langwort' * 30}")
    fed(home, number, rows(130, f"{ODD} {'x' * 900}"), tmp_path / "many.toml")
    hoshimori.assess_incident(number, home=home)
    for width in (1280, 390):
        with visiting(browser, both.japan, SATO, viewport={"width": width, "height": 844}) as seen:
            page = seen.go(f"incident/{number}")
            expect(page.locator("main h1")).to_contain_text("<script>")
            assert page.title() != "taken"
            assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), width
            grid = page.get_by_role("grid")
            expect(grid.locator("tbody tr")).to_have_count(130)
            expect(page.locator("[data-item]")).to_have_count(40)
            grid.locator("[data-at='0 0']").focus()
            for key, place in (
                ("ArrowRight", "0 1"),
                ("ArrowDown", "1 1"),
                ("End", "1 8"),
                ("PageDown", "11 8"),
                ("Home", "11 0"),
            ):
                page.keyboard.press(key)
                expect(grid.locator(f"[data-at='{place}']")).to_be_focused()
            assert grid.locator("[tabindex='0']").count() == 1
            page.keyboard.press("Enter")
            expect(page.locator("[data-item]:focus")).to_have_count(1)
            assert seen.wrong == []


@pytest.mark.slow
def test_an_empty_incident_says_what_comes_next(browser: Browser, both: Both) -> None:
    number = opened(both.japan.world.home)
    with visiting(browser, both.japan, SATO) as seen:
        page = seen.go(f"incident/{number}")
        expect(page.get_by_text("No evidence yet.")).to_be_visible()
        expect(page.get_by_text("Nobody has signed anything here.")).to_be_visible()
        expect(page.get_by_role("button", name="Sign the newest assessment")).to_have_count(0)
        page.get_by_role("button", name="Assess", exact=True).click()
        page.get_by_role("dialog").get_by_role("button", name="Assess", exact=True).click()
        expect(page.locator(".verdict")).to_contain_text("Undetermined")
        expect(page.get_by_role("heading", name="Why undetermined")).to_be_visible()
        said = page.locator("main").inner_text()
        assert "invoke" not in said
        assert "Article V applies" not in said
        page = seen.go("incidents")
        expect(page.get_by_role("row", name=re.compile(number))).to_contain_text("undetermined")


@pytest.mark.slow
def test_who_answered_before_replaces_by_name_and_a_colleague_dissents(browser: Browser, both: Both) -> None:
    number = opened(both.japan.world.home)
    colleague = Principal("E. Abe", "JPN", frozenset({"analyst"}), "token")

    def answer(page: Page, choice: str, reason: str, *, dissent: bool = False) -> None:
        asked = page.get_by_role("listitem").filter(has_text="Is that space system affected").last
        asked.get_by_role("button", name=re.compile("Answer")).click()
        page.get_by_role("radio", name=choice, exact=True).check()
        page.get_by_label(re.compile("^Reason")).fill(reason)
        if dissent:
            page.get_by_label(re.compile("I dissent")).check()
        page.get_by_role("button", name="Give this answer").click()

    table = "Who judged what"
    with visiting(browser, both.japan, SATO) as seen:
        page = seen.go(f"incident/{number}")
        answer(page, "met", "At first sight.")
        expect(page.get_by_role("table", name=table).locator("tbody tr")).to_have_count(1)
        answer(page, "not met", "On reflection.")
        expect(page.get_by_role("table", name=table).locator("tbody tr")).to_have_count(2)
        expect(page.get_by_role("table", name=table)).to_contain_text("superseded")
    with visiting(browser, both.japan, colleague) as seen:
        page = seen.go(f"incident/{number}")
        answer(page, "met", "I see it otherwise.")
        expect(page.get_by_role("alert")).to_contain_text("contradicts-own-party")
        page.get_by_label(re.compile("I dissent")).check()
        page.get_by_role("button", name="Give this answer").click()
        expect(page.get_by_role("table", name=table).locator("tbody tr")).to_have_count(3)
        expect(page.get_by_role("table", name=table)).to_contain_text("dissent")


@pytest.mark.slow
@pytest.mark.parametrize("shown", SHOWN)
def test_incidents_are_clean(browser: Browser, both: Both, axe: str, shown: str, tmp_path: Path) -> None:
    home = both.japan.world.home
    number = opened(home)
    fed(home, number, rows(4), tmp_path / "four.toml")
    fed(home, number, EVIDENCE, tmp_path / "evidence.toml")
    hoshimori.assess_incident(number, home=home)
    ja = shown.startswith("ja")
    with visiting(browser, both.japan, SATO, **settings(shown)) as seen:
        found = {}
        for view in ("incidents", "incidents/new", "incidents/records", f"incident/{number}"):
            page = seen.go(view)
            assert page.locator("main h1").count() == 1, view
            found[view] = found_by_axe(page, axe)
        for button in (
            ("最新の評価に署名", "証拠を追加", "評価する") if ja else ("Sign the newest assessment", "Add evidence", "Assess")
        ):
            page.get_by_role("button", name=button, exact=True).click()
            expect(page.get_by_role("dialog")).to_be_visible()
            seen.settle()
            found[button] = found_by_axe(page, axe)
            page.keyboard.press("Escape")
        page.get_by_role("button", name=re.compile("^回答する" if ja else "^Answer")).first.click()
        found["answer"] = found_by_axe(page, axe)
        assert {view: wrong for view, wrong in found.items() if wrong} == {}
        assert [u for u in seen.asked if not u.startswith(both.japan.url)] == []
        assert seen.wrong == []
