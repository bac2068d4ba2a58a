"""How fast the console's globe moves 30,000 objects without a graphics card, side by side with CesiumJS over the same points.

    npm ci --prefix console && make console && npm ci --prefix bench/globe
    python bench/globe/run.py [--seconds 12] [--objects 30000] [--only console]

A real service over the seeded sky of `sky.py` (SIMULATED), headless Chromium with its software renderer, 1280x720. The console is
measured as it is opened in a window of that size, and with its globe filling a canvas of that size; Cesium with its globe filling
it: bundled Natural Earth II, points of two pixels, the same worker, the same cubic between key states. Both play at 60 times.
A frame is the time from one drawing to the next; the browser draws at most 60 times a second. Read the ratios.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import gzip
import http.server
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # run as a script, from anywhere
from bench.globe import sky
from hoshimori.doors.web import app as application
from hoshimori.doors.web import logs, serve
from hoshimori.doors.web.settings import Settings
from hoshimori.doors.web.static import BUILT
from hoshimori.doors.web.world import World
from hoshimori.facts import DataMode

HERE = Path(__file__).resolve().parent
WIDTH, HEIGHT = 1280, 720
WARM_S = 6.0
READY_S = 90.0


@dataclass(frozen=True)
class Measured:
    """One page. frames_ms: between drawings; first_ms: from the address to the first picture with objects in it."""

    name: str
    objects: int
    canvas: str
    frames_ms: Any
    first_ms: float
    paint_ms: float

    def line(self) -> str:
        median, p95, longest = np.quantile(self.frames_ms, [0.5, 0.95, 1.0])
        return (
            f"{self.name:34s} {self.objects:7,d} {self.canvas:>9s} {median:7.1f} {p95:7.1f} {longest:7.0f} "
            f"{len(self.frames_ms):6d} {self.paint_ms / 1e3:7.2f} {self.first_ms / 1e3:7.2f}"
        )


COLUMNS = (
    ("", 34),
    ("objects", 7),
    ("canvas", 9),
    ("median", 7),
    ("p95", 7),
    ("max", 7),
    ("frames", 6),
    ("paint s", 7),
    ("first s", 7),
)
HEAD = " ".join(f"{name:>{width}s}" for name, width in COLUMNS)


@contextlib.contextmanager
def console(home: Path) -> Iterator[tuple[str, str]]:
    """The service over a home: its address, and an API token."""
    world = World(home, "JPN", modes=(DataMode.SIMULATED,), as_of=f"{sky.AS_OF}Z")
    settings = Settings(home)
    logs.install("error")
    api = application.create(world, settings)
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    server = uvicorn.Server(serve.config(application.layers(api), settings))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    token = api.state.people.make_token("bench", "JPN", frozenset({"analyst"}), 1.0)[0]
    try:
        yield f"http://127.0.0.1:{sock.getsockname()[1]}", token
    finally:
        server.should_exit = True
        thread.join(10.0)
        world.duty.close()


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


@contextlib.contextmanager
def cesium(out: Path, objects: bytes) -> Iterator[str]:
    """The CesiumJS page, built and served with Cesium's own files and the bytes of the service."""
    if not (HERE / "node_modules" / "cesium").exists():
        raise SystemExit("CesiumJS is not installed: npm ci --prefix bench/globe")
    env = {**os.environ, "BENCH_OUT": str(out)}
    subprocess.run(["npm", "run", "--silent", "build"], cwd=HERE, env=env, check=True, stdout=subprocess.DEVNULL)
    built = HERE / "node_modules" / "cesium" / "Build" / "Cesium"
    for part in ("Assets", "ThirdParty", "Widgets", "Workers"):
        shutil.copytree(built / part, out / "cesium" / part)
    (out / "objects.bin").write_bytes(objects)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(out)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def visited(browser: Browser, address: str) -> Page:
    page = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="dark").new_page()
    page.goto(address)
    return page


def measured(page: Page, name: str, globe: str, ready: str, seconds: float) -> Measured:
    """Wait for the first picture, warm up, then collect frames."""
    until = time.monotonic() + READY_S
    while not page.evaluate(f"!!({ready}) && performance.getEntriesByName('globe').length > 0"):
        if time.monotonic() > until:
            raise SystemExit(f"{name}: no picture within {READY_S:.0f} s")
        time.sleep(0.05)
    time.sleep(WARM_S)
    page.evaluate(f"{globe}.frames.length = 0; 0")
    time.sleep(seconds)
    return Measured(
        name,
        int(page.evaluate(f"{globe}.objects.count")),
        str(page.evaluate("(() => { const c = document.querySelector('canvas'); return `${c.width}x${c.height}` })()")),
        np.array(page.evaluate(f"{globe}.frames.slice(1)"), dtype=np.float64),
        float(page.evaluate("performance.getEntriesByName('globe')[0].startTime")),
        float(page.evaluate("performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN")),
    )


GLOBE = "document.querySelector('canvas.sky').globe"
READY = "document.querySelector('canvas.sky')?.globe?.keys.pair"


def of_console(browser: Browser, address: str, token: str, seconds: float) -> Iterator[Measured]:
    for name, full in (("console, as opened", False), ("console, globe fills the window", True)):
        page = visited(browser, f"{address}/#token={token}")
        page.wait_for_selector("header nav")
        page.goto("about:blank")
        page.goto(f"{address}/#/globe")  # the session is there: what is timed is the page, with nothing in memory
        page.wait_for_selector("canvas.sky")
        page.get_by_label("Speed of play").select_option("60")
        if full:
            page.keyboard.press("f")
            time.sleep(1.0)  # the bars around the globe keep their place: the window grows until the canvas is as large as asked
            lacking = HEIGHT - int(page.evaluate("document.querySelector('canvas.sky').clientHeight"))
            page.set_viewport_size({"width": WIDTH, "height": HEIGHT + lacking})
        yield measured(page, name, GLOBE, READY, seconds)
        page.context.close()


def javascript_kb(folder: Path) -> float:
    """All scripts together, each gzipped as it is sent."""
    return sum(len(gzip.compress(f.read_bytes(), 6)) for f in (folder / "assets").glob("*.js")) / 1e3


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--seconds", type=float, default=12.0)
    ask.add_argument("--objects", type=int, default=sky.MANY)
    ask.add_argument("--only", choices=["console"])
    ask.add_argument("--chromium", default=shutil.which("chromium") or shutil.which("chromium-browser"))
    asked = ask.parse_args()
    if not (BUILT / "index.html").exists():
        raise SystemExit("the console is not built: make console")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        sky.fill(Path(folder) / "home", asked.objects)
        browser = playwright.chromium.launch(executable_path=asked.chromium, args=["--no-sandbox"])
        print(f"{HEAD}    (ms between frames)")
        with console(Path(folder) / "home") as (address, token):
            headers = {"Authorization": f"Bearer {token}"}
            # Asked once before: the first answer after a start reads the catalogue.
            objects = playwright.request.new_context(extra_http_headers=headers).get(f"{address}/api/v1/objects.bin").body()
            for one in of_console(browser, address, token, asked.seconds):
                print(one.line(), flush=True)
        out = Path(folder) / "cesium"
        if asked.only is None:
            with cesium(out, objects) as address:
                page = visited(browser, address)
                print(measured(page, "CesiumJS 1.140", "globe", "globalThis.globe?.ready", asked.seconds).line())
        print(f"\nJavaScript, gzipped: console {javascript_kb(BUILT):.0f} kB (all views)", end="")
        print(f", CesiumJS page {javascript_kb(out):.0f} kB and its workers" if asked.only is None else "")
        browser.close()


if __name__ == "__main__":
    main()
