"""The handbook's pictures of the console, taken anew: the four stories walked in a real browser over the practice sky.

    python docs/pictures.py [--only en-dark|ja-light]

Needs the built console (`make console`) and Chromium. Writes docs/pictures/NAME-LANG-THEME.png, 1280 x 800, few colours. Look at
them before you commit them: a picture that nobody looked at shows nothing.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # run as a script, the root is not where names are looked for

from playwright.sync_api import Browser, Page, sync_playwright

import hoshimori
from hoshimori.doors import demonstration
from hoshimori.facts import DataMode
from hoshimori.ports import silent
from tests.conftest import Practice
from tests.doors.web.browser import stories
from tests.doors.web.browser.conftest import visiting
from tests.doors.web.browser.parties import SATO, SMITH, Both, two
from tests.doors.web.browser.stories import TUESDAY, Keep, Words

PICTURES = Path(__file__).parent / "pictures"
WAYS = {"en-dark": ("en", "dark"), "ja-light": ("ja", "light")}
SHOWN = {
    "en-dark": ("floor", "why", "event", "replay", "globe", "geo-belt", "asset", "incident", "joint", "alliance", "data"),
    "ja-light": ("floor", "globe", "incident", "alliance"),
}  # fmt: skip
"""Which pictures the handbook shows; a story passes by others."""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", choices=list(WAYS))
    given = parser.parse_args()
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for way in [given.only] if given.only else WAYS:
            place = Path(scratch, way)
            place.mkdir()
            with two(practice(place), place) as parties:
                taken(browser, parties, way, place)


def practice(place: Path) -> Practice:
    """The demonstration on the practice sky, as the tests have it."""
    shown = demonstration.run(place, "practice", silent)
    return Practice(shown.home, place, shown.view, shown.sweep)


def taken(browser: Browser, parties: Both, way: str, place: Path) -> None:
    """Every picture of one language and theme."""
    lang, theme = WAYS[way]
    w, keep = Words(lang), keeper(way)
    settings: dict[str, Any] = {"locale": "en-GB" if lang == "en" else "ja-JP", "color_scheme": theme, "accept_downloads": True}
    settings["viewport"] = {"width": 1280, "height": 800}
    home = parties.japan.world.home
    for key, as_of in (("tuesday", TUESDAY), ("end", "data")):
        sweep = hoshimori.sweep("japan-comms", home=home, as_of=as_of, modes=[DataMode.EXERCISE])
        told = sweep.to_json()
        parties.japan.world.duty.keep_sweep(key, "japan-comms", sweep.as_of_utc, told, told.pop("events"))
    visit = next(e for e in sweep.events if e.kind == "stay" and not e.normal)
    proposal, joint = place / "proposal.zip", place / "joint.zip"
    with visiting(browser, parties.japan, SATO, **settings) as a:
        stories.why(a, w, keep)
        stories.replay(a, w, keep)
        for view in ("asset/horizons-3e", "geo-belt", "alliance", "data", "globe"):
            page = a.go(view)
            page.wait_for_timeout(8000 if view == "globe" else 2500)
            keep(page, view.partition("/")[0])
        number = stories.record(a, w, visit.event_id, proposal, keep)
        with visiting(browser, parties.states, SMITH, **settings) as b:
            stories.concurred(b, w, proposal, joint, keep)
        stories.verified(a, w, joint, number, keep)


def keeper(way: str) -> Keep:
    def keep(page: Page, name: str) -> None:
        if name in SHOWN[way]:
            page.screenshot(path=PICTURES / f"{name}-{way}.png")
            print(PICTURES / f"{name}-{way}.png", flush=True)

    return keep


if __name__ == "__main__":
    main()
