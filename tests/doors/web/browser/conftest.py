"""A real browser before a real service. Without Chromium, or without the console built: skipped with a reason; in CI: failed."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from hoshimori.doors.web.principal import Principal
from hoshimori.doors.web.static import BUILT
from tests.doors.web.floor import ANALYST, Served


def _without(reason: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium of this machine. One for a worker; each page has a context, and so a session, of its own."""
    found = next((p for p in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if p), None)
    if not (BUILT / "index.html").exists():
        _without("the console is not built: make console")
    if found is None:
        _without("no Chromium on the path")
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield made
        made.close()


@dataclass
class Visit:
    """One page of one reader. `wrong`: what the browser complained of, `asked`: every address that was requested."""

    page: Page
    url: str
    wrong: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def go(self, hash_: str) -> Page:
        """To a view, and wait until it shows what it is about."""
        self.page.goto(f"{self.url}/#/{hash_}")
        name = hash_.partition("?")[0].partition("/")[0]
        self.page.wait_for_selector(f"main[data-view={json.dumps(name)}] h1")
        self.settle()
        return self.page

    def settle(self) -> None:
        """Until nothing is being read any more."""
        expect(self.page.locator("main .loading")).to_have_count(0, timeout=20_000)


@contextmanager
def visiting(browser: Browser, service: Served, principal: Principal | None = ANALYST, **settings: Any) -> Iterator[Visit]:
    """A fresh browser context, logged in as somebody (None: as nobody) by the address that the service would print."""
    defaults: dict[str, Any] = {"locale": "en-GB", "color_scheme": "dark", "viewport": {"width": 1280, "height": 900}}
    context = browser.new_context(**(defaults | settings))
    page = context.new_page()
    page.set_default_timeout(20_000)
    visit = Visit(page, service.url)
    page.on("console", lambda m: visit.wrong.append(f"{m.text} {m.location['url']}") if m.type == "error" else None)
    page.on("pageerror", lambda e: visit.wrong.append(str(e)))
    page.on("request", lambda r: visit.asked.append(r.url))
    try:
        if principal is not None:
            page.goto(f"{service.url}/#token={service.token(principal)}")
            page.wait_for_selector("header nav")
        yield visit
    finally:
        context.close()
