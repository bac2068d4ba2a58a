"""The drawing of a timeline: everything known is in it, nothing leaves the frame, and no name breaks out of it."""

from __future__ import annotations

import re
from itertools import pairwise
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoshimori.detect.burns import LABELS
from hoshimori.doors import palette, picture
from hoshimori.doors.marks import LETTERS, SHAPES
from hoshimori.doors.svg_stays import LANES
from hoshimori.doors.timeline import timeline
from hoshimori.doors.timeline_svg import draw, thinned
from hoshimori.doors.words import LANGUAGES, words
from hoshimori.facts import DataMode
from tests.doors.lives import DAY, START, burn, every_kind, low_orbit, synchronous, visits

SVG = "{http://www.w3.org/2000/svg}"
NAMES = {"90100": "VISITOR ONE"}


def drawn(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


def texts(svg: ElementTree.Element) -> list[str]:
    return [t.text or "" for t in svg.iter(f"{SVG}text")]


@pytest.mark.parametrize("lang", sorted(LANGUAGES))
@pytest.mark.parametrize("head", [True, False])
def test_it_is_well_formed_alone_and_in_a_page(lang: str, head: bool) -> None:
    svg = draw(timeline(low_orbit(), every_kind(), visits()), words(lang), NAMES, head=head)
    assert ElementTree.fromstring(picture.standalone(svg)).attrib["aria-label"] == drawn(svg).attrib["aria-label"]
    assert "script" not in svg
    assert not any("nan" in d for d in re.findall(r' d="([^"]*)"', svg))


def test_every_panel_names_what_it_shows() -> None:
    line = timeline(synchronous())
    said = texts(drawn(draw(line, words("en"))))
    assert {words("en")[p.key] for p in line.panels} <= set(said)


def test_every_burn_is_drawn_twice_with_the_class_of_its_kind_and_told_in_words() -> None:
    """Once as a mark among the burns, once as a line through the elements."""
    burns = every_kind()
    svg = drawn(draw(timeline(low_orbit(), burns), words("en")))
    groups = [g for g in svg.iter(f"{SVG}g") if re.fullmatch(r"b\d", g.attrib["class"])]
    legend = {b.label for b in burns}
    assert len(groups) == 2 * len(burns) + len(legend)
    told = [g.find(f"{SVG}title") for g in groups]
    said = [t.text for t in told if t is not None and t.text]
    assert len(said) == len(burns)
    assert any("N +0.300 ± 0.030 m/s, change of plane, p 0.97" in x for x in said)


def test_kinds_are_told_apart_by_shape_by_letter_and_by_class() -> None:
    assert set(SHAPES) == set(LETTERS) == set(LABELS)
    assert len(set(SHAPES.values())) == len(set(LETTERS.values())) == len({palette.burn_class(x) for x in LABELS}) == len(LABELS)
    assert palette.burn_class("plasma burp") == palette.burn_class("orbit change")


def test_the_palette_has_every_colour_in_the_light_and_in_the_dark() -> None:
    assert palette.LIGHT.keys() == palette.DARK.keys()
    assert {k for k in palette.LIGHT if palette.LIGHT[k] == palette.DARK[k]} == set()
    assert "var(" not in palette.style()


def test_a_doubtful_burn_is_an_outline() -> None:
    sure, doubtful = (draw(timeline(low_orbit(), [burn(40.0, 0.02, probability=p)]), words("en")) for p in (0.99, 0.1))
    assert 'fill-opacity="0.99"' in sure
    assert 'fill-opacity="0.10"' in doubtful


def test_texts_of_burns_do_not_lie_on_each_other() -> None:
    close = [burn(40.0 + 0.4 * k, 0.01 + 0.001 * k) for k in range(12)]
    svg = drawn(draw(timeline(low_orbit(), close), words("en")))
    said = sorted((float(t.attrib["x"]), t.text or "") for t in svg.iter(f"{SVG}text") if (t.text or "").startswith("T "))
    assert 1 <= len(said) < len(close)
    assert all(b[0] - a[0] > 5.0 * len(a[1]) for a, b in pairwise(said))


def test_gaps_and_what_lies_ahead_are_shaded() -> None:
    line = timeline(low_orbit(), as_of_utc=START + 220 * DAY, stop_utc=START + 230 * DAY)
    classes = [r.attrib["class"] for r in drawn(draw(line, words("en"))).iter(f"{SVG}rect")]
    assert classes.count("ahead") == 1
    assert classes.count("gap") == 2  # in the picture and in the legend


def test_stays_are_named_and_those_beyond_the_lanes_counted() -> None:
    svg = drawn(draw(timeline(low_orbit(), (), visits(LANES + 3)), words("en"), NAMES))
    said = texts(svg)
    assert "VISITOR ONE · 4.2 ± 0.6 km, parking, not usual here" in said
    assert any(x.endswith("(and 3 more)") for x in said)
    bars = [r for r in svg.iter(f"{SVG}rect") if r.attrib["class"] in ("usual", "unusual")]
    assert len(bars) == LANES


def test_what_is_invented_says_so_in_the_picture() -> None:
    said = texts(drawn(draw(timeline(low_orbit(mode=DataMode.EXERCISE)), words("en"), head=True)))
    assert words("en")["exercise_note"] in said


def test_a_name_cannot_break_out_of_the_drawing() -> None:
    line = timeline(low_orbit(name='"><script>x</script>&'), (), visits())
    text = draw(line, words("en"), {"90100": "<b>"}, head=True)
    drawn(text)
    assert "<script" not in text
    assert "<b>" not in text


def test_a_set_outside_the_frame_is_a_mark_at_its_edge() -> None:
    sets = low_orbit()
    e = sets.eccentricity.copy()
    e[50] = 0.05
    said = [t.text for t in drawn(draw(timeline(sets.having(eccentricity=e)), words("en"))).iter(f"{SVG}title")]
    assert said.count(words("en")["outside"]) == 1


def test_no_point_leaves_the_frame() -> None:
    svg = drawn(draw(timeline(low_orbit(), every_kind(), visits()), words("en"), NAMES))
    width, height = (float(x) for x in svg.attrib["viewBox"].split()[2:])
    for path in svg.iter(f"{SVG}path"):
        if path.attrib.get("class") == "curve":
            numbers = np.array(re.findall(r"[ML]([\d.]+) ([\d.]+)", path.attrib["d"]), float)
            assert (numbers >= 0.0).all()
            assert (numbers <= [width, height]).all()


@settings(max_examples=40, deadline=None)
@given(n=st.integers(1, 3000), columns=st.integers(5, 200), seed=st.integers(0, 99))
def test_a_long_series_keeps_its_heights_its_lifts_and_its_ends(n: int, columns: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, y = np.sort(rng.uniform(0.0, 900.0, n)), rng.normal(size=n)
    y[rng.random(n) < 0.05] = np.nan
    kept_x, kept_y = thinned(x, y, columns)
    assert len(kept_x) <= max(4 * columns, 0) + np.isnan(y).sum()
    assert (kept_x[0], kept_x[-1]) == (x[0], x[-1])
    assert np.isnan(kept_y).sum() == np.isnan(y).sum()
    if np.isfinite(y).any():
        assert (np.nanmin(kept_y), np.nanmax(kept_y)) == (np.nanmin(y), np.nanmax(y))
