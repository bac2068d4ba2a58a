"""The globe in a real browser: objects are where the package's own SGP4 and frames put them, and what is hidden is said."""

from __future__ import annotations

import base64
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from hoshimori.catalogue import Catalogue
from hoshimori.doors.web.world import World
from hoshimori.facts import DataMode, ElementSets, Floats
from hoshimori.sky import frames, orbits
from tests.doors.web import floor
from tests.doors.web.browser.conftest import Visit, visiting
from tests.doors.web.browser.test_axe import RULES, SHOWN, axe, found_by_axe, settings
from tests.doors.web.floor import Served

__all__ = ["RULES", "axe"]
NEAR_DEG = 0.05  # 5.6 km on the ground; the globe shows 20 km as one pixel
NEAR_KM = 1.0
AS_OF = np.datetime64("2026-03-01T12:00:00", "us")
EARLIER = np.datetime64("2026-02-26T12:00:00", "us")
HOUR = np.timedelta64(3_600_000_000, "us")
DAY = 24 * HOUR

# number, name, revolutions a day, eccentricity, inclination, node, perigee, anomaly, B*
ORBITS: tuple[tuple[int, str, float, float, float, float, float, float, float], ...] = (
    (90001, "STATION", 15.5, 0.0004, 51.6, 10.0, 20.0, 30.0, 1e-4),
    (90002, "POLAR", 14.8, 0.0012, 98.2, 70.0, 80.0, 290.0, 5e-5),
    (90003, "BACKWARDS", 13.1, 0.02, 144.6, 200.0, 10.0, 120.0, 1e-5),
    (90004, "NAVIGATION", 2.00565, 0.005, 55.0, 120.0, 40.0, 200.0, 0.0),
    (90005, "MOLNIYA", 2.00602, 0.72, 63.4, 300.0, 280.0, 5.0, 0.0),
    (90006, "TRANSFER R/B", 2.27, 0.73, 6.0, 33.0, 178.0, 355.0, 1e-4),
    (90007, "STANDS STILL", 1.00272, 0.0002, 0.05, 80.0, 100.0, 8.0, 0.0),
    (90008, "SWINGS", 1.00268, 0.001, 9.0, 250.0, 30.0, 60.0, 0.0),
    (90009, "EIGHT", 1.00271, 0.075, 41.0, 150.0, 270.0, 310.0, 0.0),
    (90010, "HIGH DEB", 0.5, 0.3, 30.0, 5.0, 6.0, 7.0, 0.0),
)
DECAYING = (90020, "FALLS DEB", 16.35, 0.0005, 60.0, 0.0, 0.0, 0.0, 3e-2)
OLD = (90030, "FORGOTTEN DEB", 14.0, 0.001, 75.0, 0.0, 0.0, 0.0, 1e-5)


def sets(rows: Any, epoch: np.datetime64) -> ElementSets:
    keys = ("mean_motion_rev_day", "eccentricity", "inc_deg", "raan_deg", "argp_deg", "ma_deg", "bstar_per_er")
    columns: dict[str, Any] = {k: [r[2 + j] for r in rows] for j, k in enumerate(keys)}
    columns |= {"norad_id": [r[0] for r in rows], "name": np.array([r[1] for r in rows], object)}
    columns["epoch_utc"] = np.full(len(rows), epoch)
    columns["known_utc"] = columns["epoch_utc"] + HOUR
    return ElementSets.build(columns, data_mode=DataMode.EXERCISE)


NEWEST = sets(ORBITS, AS_OF - 5 * HOUR)


@pytest.fixture(scope="module")
def sky(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A service over a few objects of every kind of orbit: as of AS_OF, and as of EARLIER with other sets."""
    home = tmp_path_factory.mktemp("globe")
    catalogue = Catalogue(home)
    turned = sets([(*r[:6], r[6], (r[7] + 90.0) % 360.0, r[8]) for r in ORBITS], EARLIER - 5 * HOUR)
    parts = [turned, NEWEST, sets([DECAYING], AS_OF - 5 * HOUR), sets([OLD], AS_OF - 40 * DAY)]
    for part in parts:
        catalogue.append(part, provider="test", location="test")
    world = World(home, "JPN", modes=(DataMode.EXERCISE,), practice=True, as_of=f"{AS_OF}Z")
    with floor.served(world) as found:
        yield found
    world.duty.close()


@dataclass
class Globe:
    """The globe of a page, driven through its canvas."""

    page: Page

    def run(self, script: str, argument: Any = None) -> Any:
        """A script about `g`, the engine."""
        return self.page.evaluate(f"async (x) => {{ const g = document.querySelector('canvas.sky').globe; {script} }}", argument)

    def at(self, t_utc: np.datetime64) -> None:
        self.run("g.clock.playing = false; g.clock.seek(x); g.touch();", t_utc.astype("datetime64[ms]").astype(int).item())
        self.until("g.settled && g.instant.t_ms === g.clock.now_ms")

    def until(self, condition: str) -> None:
        waited = "for (let k = 0; k < 400 && !(COND); k++) await new Promise((f) => setTimeout(f, 25)); return !!(COND);"
        assert self.run(waited.replace("COND", condition)), condition

    def below(self) -> dict[int, tuple[float, float, float]]:
        """lon [deg], lat [deg], height [km] by number; those without a position left out."""
        rows = self.run(
            "const i = g.instant; return Array.from(g.objects.norad_id, (id, k) => [id, i.ground(k)]).filter(([, p]) => p)"
            ".map(([id, p]) => [id, p.lon_deg, p.lat_deg, p.height_km]);"
        )
        return {int(r[0]): (r[1], r[2], r[3]) for r in rows}

    def pixel(self, norad: int) -> tuple[float, float]:
        """Where an object stands on the page."""
        x, y = self.run(
            "const at = {x: 0, y: 0}, p = [0, 0, 0], k = g.objects.norad_id.indexOf(x); g.instant.at(k, p);"
            "g.eye.project(...p, at); const b = document.querySelector('canvas.sky').getBoundingClientRect();"
            "return [b.left + at.x, b.top + at.y];",
            norad,
        )
        return x, y


@pytest.fixture
def visit(browser: Browser, sky: Served) -> Iterator[Visit]:
    with visiting(browser, sky, reduced_motion="reduce") as found:
        yield found


def opened(visit: Visit, address: str = "globe") -> Globe:
    visit.go(address)
    globe = Globe(visit.page)
    globe.until("g && g.keys.pair && g.frames.length > 0")
    return globe


def apart(page: Page, one: bytes, other: bytes) -> int:
    """The largest difference of a colour between two pictures, 0..255; 255 where their sizes differ."""
    script = """async (pictures) => {
      const [a, b] = await Promise.all(pictures.map(async (p) => {
        const image = new Image();
        image.src = `data:image/png;base64,${p}`;
        await image.decode();
        const canvas = document.createElement("canvas");
        [canvas.width, canvas.height] = [image.width, image.height];
        const pen = canvas.getContext("2d");
        pen.drawImage(image, 0, 0);
        return pen.getImageData(0, 0, image.width, image.height).data;
      }));
      return a.length === b.length ? a.reduce((most, x, k) => Math.max(most, Math.abs(x - b[k])), 0) : 255;
    }"""
    return int(page.evaluate(script, [base64.b64encode(p).decode() for p in (one, other)]))


def truth(t_utc: np.datetime64, of: ElementSets = NEWEST) -> dict[int, tuple[float, float, float]]:
    """The point below each object by the package's own SGP4 and frames."""
    satellites = orbits.prepare(
        of.epoch_utc, of.mean_motion_rev_day, of.eccentricity, of.inc_deg, of.raan_deg, of.argp_deg, of.ma_deg, of.bstar_per_er
    )
    t = np.array([t_utc])
    r: Floats = orbits.states(satellites, t).r_km[:, :, 0]
    fixed, _ = frames.teme_to_itrs(r, np.zeros_like(r), np.full(len(r), t_utc))
    lon, lat, height = frames.geodetic(fixed)
    return {
        int(n): (float(a), float(b), float(h))
        for n, a, b, h in zip(of.norad_id, np.degrees(lon), np.degrees(lat), height, strict=True)
    }


def same_places(found: dict[int, tuple[float, float, float]], expected: dict[int, tuple[float, float, float]]) -> None:
    for number, (lon, lat, height) in expected.items():
        a, b, h = found[number]
        east = abs((a - lon + 180.0) % 360.0 - 180.0) * np.cos(np.radians(lat))
        assert np.hypot(east, b - lat) < NEAR_DEG, (number, a, b, lon, lat)
        assert abs(h - height) < NEAR_KM, (number, h, height)


@pytest.mark.parametrize("hours", [0.0, 0.2511, 7.3, -50.0, 160.0])
def test_the_point_below_each_object_is_where_the_package_puts_it(visit: Visit, hours: float) -> None:
    globe = opened(visit)
    t = AS_OF + np.timedelta64(round(hours * 3600e3), "ms").astype("timedelta64[us]")
    globe.at(t)
    same_places(globe.below(), truth(t))


def test_between_key_states_far_apart_it_is_still_there(visit: Visit) -> None:
    globe = opened(visit)
    globe.run("g.clock.seek(g.clock.now_ms); g.clock.speed = 600; g.clock.playing = true;")
    globe.until("g.settled && g.keys.pair.b.t_ms - g.keys.pair.a.t_ms === 300000")
    globe.run("g.clock.playing = false;")
    a = globe.run("return g.keys.pair.a.t_ms")
    for share in (0.25, 0.5, 0.83):
        globe.run("g.clock.now_ms = x;", a + 300_000 * share)
        t = np.datetime64(round((a + 300_000 * share) * 1000), "us")
        same_places(globe.below(), truth(t))


def test_as_of_another_moment_only_what_was_known_then_is_shown(visit: Visit) -> None:
    globe = opened(visit, f"globe?as_of={EARLIER}Z")
    globe.at(EARLIER)
    found = globe.below()
    later = truth(EARLIER)
    assert 90020 not in found  # it became known later
    assert abs(found[90004][0] - later[90004][0]) > 1.0
    visit.page.get_by_role("button", name="Newest data").click()
    globe.until("g && g.objects && g.objects.count === 11 && g.keys.pair")
    globe.at(EARLIER)
    same_places({k: v for k, v in globe.below().items() if k in later}, later)


def test_what_is_left_out_is_counted_and_why(visit: Visit) -> None:
    globe = opened(visit)
    status = visit.page.locator(".status")
    expect(status).to_contain_text("left out: 1 older than 30 days")
    expect(status).to_contain_text("EXERCISE")
    globe.at(AS_OF + 6 * DAY)
    expect(status).to_contain_text("1 decayed by then: drag took the orbit past its end")
    assert 90020 not in globe.below()


def test_what_is_pressed_is_chosen_and_told(visit: Visit) -> None:
    globe = opened(visit)
    globe.at(AS_OF)
    visit.page.get_by_role("button", name="GEO belt", exact=True).last.click()
    globe.run("g.eye.distance_km = 250000; g.touch();")
    globe.until("g.inView().some((k) => [90007, 90008, 90009].includes(g.objects.norad_id[k]))")
    seen = globe.run("return g.inView().map((k) => g.objects.norad_id[k])")
    number = next(n for n in (90008, 90007, 90009) if n in seen)
    visit.page.wait_for_timeout(300)
    x, y = globe.pixel(number)
    visit.page.mouse.click(x + 4, y - 3)
    card = visit.page.get_by_role("region", name="Chosen object")
    expect(card).to_contain_text(str(number))
    lon, lat, height = truth(AS_OF)[number]
    expect(card).to_contain_text(f"{abs(lat):.2f}°{'S' if lat < 0 else 'N'}")
    expect(card).to_contain_text(f"{abs(lon):.2f}°{'W' if lon < 0 else 'E'}")
    expect(card).to_contain_text(f"{round(height):,} km")


def test_the_gpu_draws_a_point_where_it_is_and_the_legend_takes_it_away(visit: Visit) -> None:
    globe = opened(visit)
    globe.at(AS_OF)
    globe.run("g.eye.distance_km = 250000; g.over.marks = []; g.over.labels = false; g.touch();")
    visit.page.wait_for_timeout(400)
    seen = globe.run("return g.inView().map((k) => g.objects.norad_id[k])")
    number = next(n for n in (90007, 90008, 90009) if n in seen)
    x, y = globe.pixel(number)
    clip: Any = {"x": x - 4, "y": y - 4, "width": 8, "height": 8}
    shown = visit.page.screenshot(clip=clip)
    kind = visit.page.locator(".legend input[type=checkbox]")
    visit.page.get_by_label("Not told").uncheck()
    visit.page.wait_for_timeout(400)
    assert kind.first.is_checked() is False
    assert number not in globe.run("return g.inView().map((k) => g.objects.norad_id[k])")
    assert visit.page.screenshot(clip=clip) != shown
    visit.page.get_by_label("Not told").check()
    visit.page.wait_for_timeout(400)
    assert visit.page.screenshot(clip=clip) == shown


def test_the_table_says_the_same_as_the_globe(visit: Visit) -> None:
    globe = opened(visit)
    globe.at(AS_OF)
    visit.page.get_by_label("Which objects").select_option("shown")
    rows = visit.page.locator(".right tr[data-row]")
    expect(rows).to_have_count(11)
    visit.page.wait_for_timeout(1200)  # rows are written once a second
    told = {
        int(r.split("\t")[0]): r
        for r in rows.evaluate_all("rows => rows.map((r) => [...r.cells].map((c) => c.innerText.trim()).join('\\t'))")
    }
    for number, (lon, lat, height) in truth(AS_OF).items():
        _, name, _, lat_text, lon_text, height_text = told[number].split("\t")
        assert name == {r[0]: r[1] for r in ORBITS}[number]
        assert abs(float(lat_text[:-2]) - abs(lat)) < NEAR_DEG
        assert abs(float(lon_text[:-2]) - abs(lon)) < NEAR_DEG or abs(lat) > 80.0
        assert abs(float(height_text.replace(",", "")) - height) < NEAR_KM + 0.5


def test_everything_by_the_keyboard(visit: Visit) -> None:
    globe = opened(visit)
    page = visit.page
    page.keyboard.press("/")
    expect(page.get_by_role("combobox", name="Find an object")).to_be_focused()
    page.keyboard.type("molniya")
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="Chosen object")).to_contain_text("90005")
    page.locator("canvas.sky").focus()
    before = globe.run("return [g.eye.lon_deg, g.eye.lat_deg, g.eye.distance_km]")
    for key in ("ArrowLeft", "ArrowUp", "-"):
        page.keyboard.press(key)
    after = globe.run("return [g.eye.lon_deg, g.eye.lat_deg, g.eye.distance_km]")
    assert all(a != b for a, b in zip(before, after, strict=True))
    page.keyboard.press("+")
    assert globe.run("return g.eye.distance_km") == pytest.approx(before[2])
    page.keyboard.press(" ")
    assert globe.run("return g.clock.playing") is True
    globe.until("g.over.path !== null")
    page.keyboard.press("p")
    assert globe.run("return g.clock.playing") is False
    page.get_by_role("button", name="Follow").press("Enter")
    globe.until("g.eye.following && Math.hypot(...g.eye.target) > 6400")
    page.get_by_role("button", name="Follow").press("Enter")
    globe.until("!g.eye.following")


def test_it_plays_forwards_and_back_and_never_ahead_of_what_is_computed(visit: Visit) -> None:
    globe = opened(visit)
    globe.at(AS_OF)
    for speed in ("600", "-600"):
        visit.page.get_by_label("Speed of play").select_option(speed)
        start = globe.run("return g.clock.now_ms")
        globe.run("g.clock.playing = true;")
        globe.until(f"(g.clock.now_ms - {start}) * Math.sign(g.clock.speed) > 1200000")
        watched = "const s = []; for (let k = 0; k < 40; k++) { await new Promise((f) => setTimeout(f, 10)); s.push(g.settled); }"
        assert all(globe.run(f"{watched} return s;"))


def test_the_slider_moves_time_while_it_plays(visit: Visit) -> None:
    globe = opened(visit)
    globe.run("g.clock.playing = true; await new Promise((f) => setTimeout(f, 300));")
    there = globe.run("const there = g.clock.now_ms + 86400000; g.clock.seek(there); return there;")
    globe.until(f"g.settled && g.clock.now_ms > {there}")
    assert globe.run("return g.clock.now_ms") - there < 3_600_000


def test_a_lost_picture_is_said_and_comes_back(visit: Visit) -> None:
    globe = opened(visit)
    visit.page.wait_for_timeout(1000)
    before = visit.page.locator(".stage").screenshot()
    globe.run("g.loseContext(1500);")
    expect(visit.page.get_by_text("took the picture away")).to_be_visible()
    expect(visit.page.get_by_text("took the picture away")).not_to_be_visible(timeout=10_000)
    visit.page.wait_for_timeout(500)
    assert apart(visit.page, before, visit.page.locator(".stage").screenshot()) <= 2  # of 255: the map is drawn anew


def test_without_webgl_it_says_so_and_the_tables_stay(browser: Browser, sky: Served) -> None:
    found = next(p for p in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if p)
    bare = browser.browser_type.launch(executable_path=found, args=["--no-sandbox", "--disable-3d-apis"])
    with visiting(bare, sky, reduced_motion="reduce") as visit:
        page = visit.go("globe")
        expect(page.get_by_role("alert").filter(has_text="no WebGL")).to_be_visible()
        page.get_by_label("Which objects").select_option("shown")
        row = page.locator(".right tr[data-row]").filter(has_text="STANDS STILL")
        lon = truth(AS_OF)[90007][0]
        expect(row).to_contain_text(f"{abs(lon):.2f}°{'W' if lon < 0 else 'E'}")
    bare.close()


def test_the_belt_names_and_chooses(visit: Visit) -> None:
    opened(visit)
    page = visit.page
    page.get_by_role("button", name="As a table").click()
    row = page.locator("figure tr[data-row]").filter(has_text="STANDS STILL")
    expect(row).to_have_count(1)
    row.press("Enter")
    expect(page.get_by_role("region", name="Chosen object")).to_contain_text("90007")


@pytest.mark.slow
@pytest.mark.parametrize("shown", SHOWN)
def test_globe_and_belt_are_clean(browser: Browser, sky: Served, axe: str, shown: str) -> None:
    with visiting(browser, sky, **settings(shown)) as visit:
        for view in ("globe/90007", "geo-belt"):
            page = visit.go(view)
            assert page.locator("main h1").count() == 1
            page.wait_for_timeout(800)
            assert found_by_axe(page, axe) == [], view
        assert [u for u in visit.asked if not u.startswith(sky.url)] == []
        assert [w for w in visit.wrong if "GPU" not in w and "WebGL" not in w] == []
