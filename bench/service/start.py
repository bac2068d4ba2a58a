"""From nothing to a usable console, in a real browser.

    python bench/service/start.py [--data FOLDER]

1. `hoshimori serve` on an empty home: seconds until the console shows the table of assets of the practice sky, and until the
   table shows what the first sweep found; once more where the kernels were never compiled on this machine. Wanted: < 20 s.
2. On a home with the real week and the catalogue of 2022: milliseconds from asking for the page until the table of assets, and
   until the first picture of the globe, of five times. Wanted: < 2 s on loopback.
Needs Chromium (the program `chromium`, or CHROMIUM in the environment). Software rendering, 1280 x 720.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # run as a script, the root is not where names are looked for

from playwright.sync_api import sync_playwright

from bench.service.load import filled
from bench.service.serving import serving, wait_for_sweep

ASSETS = "main table tbody tr"
SWEPT = "main table tbody tr .tag:is(.quiet, .attention, .stale)"
GLOBE = """() => {
  const g = document.querySelector("canvas.sky")?.globe;
  return g && g.keys.pair && g.frames.length > 0;
}"""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, default=os.environ.get("HOSHIMORI_DATA"))
    given = parser.parse_args()
    where = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as play, tempfile.TemporaryDirectory() as scratch:
        browser = play.chromium.launch(executable_path=where, args=["--no-sandbox"])
        for what, cache in (("", ""), (", kernels not compiled yet", str(Path(scratch, "kernels")))):
            table, swept = empty(browser, Path(scratch, f"empty{bool(cache)}"), cache)
            print(f"empty home to the table of assets  {table:6.1f} s, to its first sweep {swept:6.1f} s{what}   (wanted: < 20)")
        if given.data:
            for what, times in first_views(browser, Path(scratch, "home"), given.data).items():
                print(f"first view of the {what:16} " + " ".join(f"{1e3 * t:6.0f}" for t in times) + " ms   (wanted: < 2,000)")


def empty(browser: Any, home: Path, cache: str) -> tuple[float, float]:
    """Seconds until the console shows the table of assets, and until it shows what the first sweep found."""
    if cache:
        os.environ["NUMBA_CACHE_DIR"] = cache
    with serving(home) as service:
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        page.goto(service.login)
        page.wait_for_selector(ASSETS, timeout=120_000)
        table = time.perf_counter() - service.began_s
        page.wait_for_selector(SWEPT, timeout=240_000)
        swept = time.perf_counter() - service.began_s
        page.close()
    os.environ.pop("NUMBA_CACHE_DIR", None)
    return table, swept


def first_views(browser: Any, home: Path, data: Path) -> dict[str, list[float]]:
    """Each in a context of its own, with nothing cached; logged in beforehand."""
    out: dict[str, list[float]] = {"floor": [], "globe": []}
    with serving(home, filled(home, data)) as service:
        wait_for_sweep(service)
        first = browser.new_context(viewport={"width": 1280, "height": 720})
        page = first.new_page()
        page.goto(service.login)
        page.wait_for_selector(ASSETS, timeout=60_000)
        state = first.storage_state()
        for _ in range(5):
            for what, path, sign in (("floor", "/#/floor", ASSETS), ("globe", "/#/globe?as_of=2022-07-15T12:00:00Z", GLOBE)):
                context = browser.new_context(viewport={"width": 1280, "height": 720}, storage_state=state)
                page = context.new_page()
                began = time.perf_counter()
                page.goto(service.url + path, wait_until="commit")
                if sign == ASSETS:
                    page.wait_for_selector(sign, timeout=60_000)
                else:
                    page.wait_for_function(sign, timeout=60_000)
                out[what].append(time.perf_counter() - began)
                context.close()
    return out


if __name__ == "__main__":
    main()
