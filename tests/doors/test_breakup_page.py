"""The pictures and the page of a break-up: everything drawn where it belongs, told in numbers too, in both languages."""

from __future__ import annotations

import re
from functools import cache
from html.parser import HTMLParser
from xml.etree import ElementTree

import numpy as np
import pytest

from bench.hazard.population import START, random_planes
from hoshimori.detect.crossing import Settings, crossings
from hoshimori.detect.crossing_record import Hazard
from hoshimori.doors import breakup_page, fragments_svg, gabbard_svg, hazard
from hoshimori.doors.breakup_page import BreakupPage, Odds, SizeCount
from hoshimori.doors.fragments_svg import Thrown
from hoshimori.doors.gabbard_svg import Gabbard
from hoshimori.doors.palette import style
from hoshimori.doors.words import words
from hoshimori.facts import DataMode, ElementSets
from hoshimori.findings import Reason

SVG = "{http://www.w3.org/2000/svg}"
EARTH_KM = 6378.137
NOT_KNOWN = {"en": "not known", "ja": "不明"}


@cache
def pieces(n: int = 40) -> ElementSets:
    rng = np.random.default_rng(3)
    return random_planes(rng, EARTH_KM + rng.uniform(450, 650, n), rng.uniform(0.001, 0.01, n), np.full(n, 82.6), first=100)


@cache
def found() -> Hazard:
    """One asset amid the cloud, one in GEO, one unknown."""
    sma = np.array([EARTH_KM + 520.0, 42164.0])
    assets = random_planes(np.random.default_rng(8), sma, np.array([1e-3, 2e-4]), np.array([97.5, 0.05]), first=5001)
    return crossings(pieces(), assets, (5001, 5002, 99999), START, settings=Settings(window_days=0.5, days=(0.0, 1.0)))


def seen() -> Gabbard:
    return gabbard_svg.gabbard(pieces(), pieces().take([0]).having(name=np.array(["A <parent>"], object)))


def thrown(n: int = 40) -> Thrown:
    rng = np.random.default_rng(5)
    dv = rng.normal(0.0, (20.0, 80.0, 50.0), (n, 3))
    dv[:4] = np.nan
    return Thrown(dv, 10.0 ** rng.normal(-0.7, 0.4, n))


def whole(lang: str = "en") -> str:
    page = BreakupPage(
        title="A <parent>", t_utc=np.datetime64("2021-11-15T02:47:00", "us"), sigma_s=9000.0, latitude_deg=-66.0,
        longitude_deg_e=190.0, height_km=480.0, place_sigma_km=35.0,
        parents=(Odds("A <parent>", 0.996, 13552), Odds("other", 0.004)),
        causes=(Odds("explosion", 0.14), Odds("collision", 0.43), Odds("deliberate", 0.43)),
        counts=(SizeCount(np.nan, 923.0, "catalogued"), SizeCount(0.01, 51234.0, "model")),
        reasons=(Reason("hazard moves"),), gabbard=seen(), thrown=thrown(), hazard=found(), data_mode=DataMode.EXERCISE,
    )  # fmt: skip
    return breakup_page.page(page, lang)


def test_heights_and_periods_are_those_of_the_sets_and_the_newest_set_counts() -> None:
    one = pieces().take([0])
    moved = one.having(epoch_utc=one.epoch_utc + np.timedelta64(3_600_000_000, "us"), eccentricity=np.array([0.02]))
    drawn = gabbard_svg.gabbard(ElementSets.concat([moved, one]))
    assert len(drawn.period_min) == 1
    assert drawn.period_min[0] == pytest.approx(1440.0 / one.mean_motion_rev_day[0])
    middle = (drawn.apogee_km[0] + drawn.perigee_km[0]) / 2.0 + EARTH_KM
    assert drawn.apogee_km[0] - drawn.perigee_km[0] == pytest.approx(2.0 * 0.02 * middle)


def marks(svg: str, kind: str) -> list[tuple[float, float]]:
    """Where the marks of a kind stand: the first such path holds them all."""
    path = next(p for p in ElementTree.fromstring(svg).iter(f"{SVG}path") if p.get("class") == kind)
    return [(float(x), float(y)) for x, y in re.findall(r"M([-\d.]+) ([-\d.]+)", path.get("d", ""))]


def test_every_fragment_has_an_apogee_and_a_perigee_at_its_period() -> None:
    svg = gabbard_svg.draw(seen(), words("en"))
    above, below = np.array(marks(svg, "curve")), np.array(marks(svg, "risk"))
    assert len(above) == len(below) == 40
    assert np.array_equal(above[:, 0], below[:, 0])
    assert (above[:, 1] <= below[:, 1]).all()
    order = np.argsort(seen().period_min)
    assert (np.diff(above[order, 0]) >= 0.0).all()
    high = np.argsort(seen().apogee_km)
    assert (np.diff(above[high, 1]) <= 0.0).all()


def test_the_parent_is_marked_at_both_its_heights() -> None:
    svg = gabbard_svg.draw(seen(), words("en"))
    above, below = marks(svg, "curve"), marks(svg, "risk")
    crosses = [p.get("d", "") for p in ElementTree.fromstring(svg).iter(f"{SVG}path") if p.get("class") == "cross"]
    assert [c.startswith(f"M{above[0][0] - 8:.1f} ") for c in crosses[:2]] == [True, True]
    heights = {float(c.split(" ")[1].split("h")[0]) for c in crosses[:2]}
    assert sorted(heights) == pytest.approx(sorted({above[0][1], below[0][1]}), abs=0.15)
    assert "cross" not in gabbard_svg.draw(gabbard_svg.gabbard(pieces()), words("en"))


def test_a_piece_far_outside_is_told_rather_than_squeezing_all_others() -> None:
    period, low, high = (
        np.append(np.repeat(v, 400) + np.linspace(0, 2, 400), far) for v, far in ((94, 700), (480, 500), (520, 35000))
    )
    svg = gabbard_svg.draw(Gabbard(period, low, high), words("en"))
    assert words("en")["gabbard outside"].format(count=1) in svg
    assert len(marks(svg, "curve")) == 400


def test_one_fragment_and_none_are_drawn_without_a_crash() -> None:
    assert gabbard_svg.draw(gabbard_svg.gabbard(pieces().take([0])), words("en")).startswith("<svg")
    empty = gabbard_svg.gabbard(ElementSets.empty())
    assert gabbard_svg.draw(empty, words("en")) == ""
    assert gabbard_svg.in_rows(empty, words("en"))["rows"] == []


def test_the_rows_in_numbers_hold_every_fragment() -> None:
    rows = gabbard_svg.in_rows(seen(), words("en"))["rows"]
    assert sum(int(cells[0]) for _, cells in rows) == 40


def test_the_bars_of_each_histogram_and_what_is_told_beside_it_are_all_pieces() -> None:
    svg = fragments_svg.draw(thrown(), words("en"))
    said = [t.text or "" for t in ElementTree.fromstring(svg).iter(f"{SVG}text")]
    assert sum("36 known" in t and "4 unknown" in t for t in said) == 4
    assert sum("40 known" in t for t in said) == 1
    bars = [t.text or "" for p in ElementTree.fromstring(svg).iter(f"{SVG}path") for t in p.iter(f"{SVG}title")]
    beyond = sum(int(m.group(1)) for t in said if (m := re.search(r"(\d+) beyond", t)))
    assert sum(int(b.rsplit(": ", 1)[1]) for b in bars) + beyond == 4 * 36 + 40


def test_a_histogram_is_highest_where_most_pieces_are() -> None:
    """All but a few of the pieces go ahead by 50 m/s: the tallest bar of that panel says so."""
    dv = np.zeros((60, 3))
    dv[:50, 1] = 50.0
    svg = fragments_svg.draw(Thrown(dv, np.full(60, np.nan)), words("en"))
    bars = [t.text or "" for p in ElementTree.fromstring(svg).iter(f"{SVG}path") for t in p.iter(f"{SVG}title")]
    tall = next(b for b in bars if b.endswith(": 50"))
    low, high = (float(x) for x in tall.split(": ")[0].split(" – "))
    assert low <= 50.0 <= high
    assert words("en")["thrown am"] not in svg


def test_nothing_known_is_no_drawing() -> None:
    assert fragments_svg.draw(Thrown(np.full((3, 3), np.nan), np.full(3, np.nan)), words("en")) == ""


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_drawings_are_well_formed_have_a_name_and_use_colours_of_the_palette(lang: str) -> None:
    w = words(lang)
    for svg, name in (
        (gabbard_svg.draw(seen(), w, title="A & B", head=True), "gabbard"),
        (fragments_svg.draw(thrown(), w), "thrown"),
    ):
        root = ElementTree.fromstring(svg)
        assert root.get("role") == "img"
        assert w[name] in (root.get("aria-label") or "")
        kinds = {k for e in root.iter() for k in (e.get("class") or "").split()} - {"tl"}
        assert {k for k in kinds if f".tl .{k}{{" not in style()} == set()
        width = float((root.get("viewBox") or "").split()[2])
        assert all(-1.0 <= float(t.get("x", "0")) <= width for t in root.iter(f"{SVG}text"))


class Page(HTMLParser):
    """The text of a page, and its tags as they open and close."""

    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("meta", "br", "link"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_the_page_is_whole_in_both_languages_and_asks_no_network(lang: str) -> None:
    w, page = words(lang), Page()
    page.feed(whole(lang))
    text = " ".join(" ".join(page.text).split())
    assert page.open == []
    for key in ("parent", "when", "cause", "counts", "cannot tell", "pieces", "count alone"):
        assert w[f"breakup {key}"] in text
    assert "> 99 %" in text
    assert "13552" in text
    assert w["breakup deliberate"] in text
    assert "66.0° S" in text
    assert "170.0° W" in text
    assert "± 2.5 h" in text
    assert "51,000" in text
    assert w["exercise_note"] in text
    assert w["gabbard"] in text
    assert w["in numbers"] in text
    assert "<parent>" not in whole(lang)
    assert "{" not in re.sub(r"<style>.*?</style>", "", whole(lang), flags=re.S)
    assert "://" not in re.sub(r'xmlns="[^"]*"', "", whole(lang))


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_a_page_of_what_is_not_known_says_so(lang: str) -> None:
    text = breakup_page.page(BreakupPage("?", np.datetime64("NaT", "us")), lang)
    assert text.count(words(lang)["breakup not known"]) >= 5
    assert "nan" not in re.sub(r"<style>.*?</style>", "", text, flags=re.S)


@pytest.mark.parametrize("lang", ["en", "ja"])
@pytest.mark.parametrize("columns", ["80", "170"])
def test_the_table_says_who_is_reached_who_is_not_and_what_is_assumed(
    lang: str, columns: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    hazard.show(found(), lang)
    w, shown = words(lang), "".join(capsys.readouterr().out.split())
    for key in ("hazard reaches", "hazard cannot reach", "hazard area assumed", "hazard cannot exclude"):
        assert "".join(w[key].split()) in shown or columns == "80"
    assert "99999" in shown
    assert "5002" in shown
    assert "".join(w["hazard not compared"].format(objects="2").split()) in shown


@pytest.mark.parametrize(
    ("ratio", "said"), [(0.0, "0"), (5e-4, "< 0.1 %"), (0.013, "+1.3 %"), (0.26, "+26 %"), (4.0, "× 5"), (np.nan, "—")]
)
def test_a_share_is_said_as_a_reader_grasps_it(ratio: float, said: str) -> None:
    assert hazard.share(ratio) == said


@pytest.mark.parametrize(("seconds", "said"), [(12.0, "12 s"), (200.0, "3.3 min"), (9000.0, "2.5 h"), (400_000.0, "4.6 d")])
def test_a_sigma_of_time_has_its_own_unit(seconds: float, said: str) -> None:
    assert breakup_page.span(seconds) == said
