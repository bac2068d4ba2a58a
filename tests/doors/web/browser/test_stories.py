"""The four stories, in a real browser, in both languages: what people come for works from the first click to the last."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

import hoshimori
from hoshimori.facts import DataMode
from tests.conftest import Practice
from tests.doors.web.browser import stories
from tests.doors.web.browser.conftest import visiting
from tests.doors.web.browser.parties import SATO, SMITH, Both, two
from tests.doors.web.browser.stories import TUESDAY, Words

LOCALES = {"en": "en-GB", "ja": "ja-JP"}


@pytest.fixture(scope="module")
def parties(practice: Practice, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    """Two services; Japan's has kept two sweeps: of the end of the practice sky, and of last Tuesday."""
    with two(practice, tmp_path_factory.mktemp("stories")) as made:
        home = made.japan.world.home
        then = hoshimori.sweep("japan-comms", home=home, as_of=TUESDAY, modes=[DataMode.EXERCISE])
        for key, sweep in (("end", practice.sweep), ("tuesday", then)):
            told = sweep.to_json()
            made.japan.world.duty.keep_sweep(key, "japan-comms", sweep.as_of_utc, told, told.pop("events"))
        yield made


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["en", "ja"])
def test_why_an_asset_is_in_attention_and_how_it_was_last_tuesday(browser: Browser, parties: Both, lang: str) -> None:
    with visiting(browser, parties.japan, SATO, locale=LOCALES[lang]) as seen:
        found = stories.why(seen, Words(lang))
        assert parties.japan.world.duty.event(found) is not None
        stories.replay(seen, Words(lang))
        assert not seen.wrong


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["en", "ja"])
def test_one_record_of_two_parties_in_two_browsers(
    browser: Browser, parties: Both, practice: Practice, lang: str, tmp_path: Path
) -> None:
    w, visit = Words(lang), next(e for e in practice.sweep.events if e.kind == "stay" and not e.normal)
    proposal, joint = tmp_path / "proposal.zip", tmp_path / "joint.zip"
    with visiting(browser, parties.japan, SATO, locale=LOCALES[lang], accept_downloads=True) as a:
        number = stories.record(a, w, visit.event_id, proposal)
        with visiting(browser, parties.states, SMITH, locale=LOCALES[lang], accept_downloads=True) as b:
            stories.concurred(b, w, proposal, joint)
        stories.verified(a, w, joint, number)
    checked = hoshimori.verify_bundle(joint, home=parties.states.world.home)
    assert (checked.verdict, checked.checked.state) == ("same", "concurred")
    assert checked.checked.proposal.act.incident == number
