"""The report: one page that a browser can read without a network, with every asset, and with numbers behind every picture."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser

import pytest

from hoshimori.detect.portrait import portraits
from hoshimori.detect.unusual import NAMES
from hoshimori.doors.lives import lives_of
from hoshimori.doors.report import report
from hoshimori.doors.tables import names_in
from hoshimori.doors.words import words
from hoshimori.watch import Sweep
from tests.conftest import Practice

VOID = {"meta", "link", "img", "br", "hr", "input"}


class Page(HTMLParser):
    """Tags that balance, the attributes of all, and the text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str, str]] = []
        self.text: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += [(tag, key, value or "") for key, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += [(tag, key, value or "") for key, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@pytest.fixture(scope="module", params=["en", "ja"])
def lang(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def text(practice: Practice, lang: str) -> str:
    return made(practice, practice.sweep, lang)


def made(practice: Practice, sweep: Sweep, lang: str, names: dict[str, str] | None = None) -> str:
    drawn = list(portraits(practice.view, sweep.watchlist, sweep.events, 100.0))
    return report(sweep, drawn, names or names_in(practice.view, sweep), lang=lang, source="PRACTICE SKY")


def test_the_page_is_well_formed(text: str) -> None:
    page = Page(text)
    assert page.open == []
    assert page.tags["svg"] > 5


def test_the_page_asks_no_network_and_runs_no_script(text: str) -> None:
    page = Page(text)
    outside = [(tag, k, v) for tag, k, v in page.attributes if k in ("src", "href", "srcset", "data", "action") and v[:1] != "#"]
    assert outside == []
    assert page.tags["script"] == page.tags["link"] == page.tags["iframe"] == 0
    assert "@import" not in text
    assert "url(" not in text
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", text)


def test_every_asset_is_on_the_page_in_the_readers_language(text: str, practice: Practice, lang: str) -> None:
    said = " ".join(Page(text).text)
    for asset in practice.sweep.watchlist.assets:
        assert (asset.name_ja if lang == "ja" else asset.name) in said
    assert f'<html lang="{lang}">' in text


def test_what_is_invented_is_said_first(text: str, lang: str) -> None:
    said = [x.strip() for x in Page(text.partition("<main>")[2].partition("</main>")[0]).text if x.strip()]
    assert said[0] == words(lang)["exercise_note"]


def test_every_chart_has_its_numbers_beside_it(text: str) -> None:
    page = Page(text)
    in_numbers = text.count(words("ja" if '<html lang="ja">' in text else "en")["in_numbers"])
    assert page.tags["svg"] == in_numbers
    assert page.tags["svg"] == sum(1 for tag, k, v in page.attributes if (tag, k) == ("svg", "aria-label") and v)


def test_every_event_is_on_the_page_with_its_id(text: str, practice: Practice) -> None:
    assert [e.event_id for e in practice.sweep.events if e.event_id[:12] not in text] == []


def test_links_lead_somewhere(text: str) -> None:
    page = Page(text)
    targets = {v for _, k, v in page.attributes if k == "id"}
    assert {v[1:] for tag, k, v in page.attributes if (tag, k) == ("a", "href")} <= targets


def test_what_needs_attention_comes_first(text: str, lang: str) -> None:
    order = re.findall(r'class="tag (\w+)"', text[text.index("<tbody>") :].partition("</tbody>")[0])
    ranks = [("attention", "stale", "quiet", "unseen").index(x) for x in order]
    assert ranks == sorted(ranks)


def test_a_hostile_name_stays_a_name(practice: Practice) -> None:
    numbers = {k for e in practice.sweep.events for k in e.others}
    text = made(practice, practice.sweep, "en", dict.fromkeys(numbers, "<script>alert(1)</script>"))
    assert "<script" not in text
    assert "&lt;script&gt;" in text


def test_the_page_is_the_same_twice(practice: Practice, text: str, lang: str) -> None:
    assert made(practice, practice.sweep, lang) == text


def test_a_stay_that_is_not_usual_shows_every_measure_of_it(practice: Practice, text: str, lang: str) -> None:
    strange = [e for e in practice.sweep.events if e.kind == "stay" and not e.normal]
    assert strange
    said = " ".join(Page(text).text)
    for name in NAMES:
        assert said.count(f"{words(lang)[f'measure {name}']}: ") >= len(strange)


def test_every_asset_with_sets_has_its_timeline(practice: Practice, lang: str) -> None:
    lives = lives_of(practice.view, practice.sweep.watchlist, practice.sweep.events)
    page = report(practice.sweep, [], {}, lives, lang=lang)
    assert page.count('<svg class="tl"') == len(lives) > 10
    assert Page(page).open == []
    assert page.count(words(lang)["in_numbers"]) >= len(lives)
    assert len(page) < 1_500_000
