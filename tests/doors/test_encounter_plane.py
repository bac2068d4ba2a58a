"""The encounter plane: projected without loss, drawn to one scale, with its units, in both languages."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from hoshimori.detect.trend import View
from hoshimori.doors import encounter_plane_svg, miss_trend_svg, picture
from hoshimori.doors.encounter_plane import EncounterPlane, plane
from hoshimori.doors.words import metres, words

SVG = "{http://www.w3.org/2000/svg}"
R, V = np.array([7000.0, 0.0, 0.0]), np.array([0.0, 7.5, 0.0])


def drawn(seen: EncounterPlane, lang: str = "en") -> ElementTree.Element:
    return ElementTree.fromstring(encounter_plane_svg.draw(seen, words(lang), title="A – B", head=True))


def test_a_crossing_from_the_side_shows_up_as_up_and_across_as_across() -> None:
    """Speed along -T (head-on): up is radial, across is the normal, with the sign that makes (across, up, along) right-handed."""
    covariance = np.diag([1.0, 100.0, 4.0])  # R, T, N
    seen = plane(R, V, np.array([0.3, 0.0, 0.2]), np.array([0.0, -15.0, 0.0]), covariance, 0.01)
    assert seen.up == "radial"
    assert seen.miss_km == pytest.approx([-0.2, 0.3])
    assert seen.covariance_km2 == pytest.approx(np.diag([4.0, 1.0]))
    assert seen.ellipse[:2] == pytest.approx((2.0, 1.0))


def test_nothing_across_the_passage_is_lost_and_nothing_along_it_kept() -> None:
    rng = np.random.default_rng(3)
    for _ in range(50):
        dv, dr, root = rng.normal(size=3), rng.normal(size=3), rng.normal(size=(3, 3))
        along, r, v = dv / np.linalg.norm(dv), rng.normal(size=3), rng.normal(size=3)
        seen = plane(r, v, dr, dv, root @ root.T, 0.01)
        flat = np.eye(3) - np.outer(along, along)
        assert seen.distance_km == pytest.approx(np.linalg.norm(flat @ dr))
        assert np.trace(seen.covariance_km2) == pytest.approx(np.trace(flat @ root @ root.T @ flat))


@pytest.mark.parametrize(
    ("dv", "up"), [((0.0, -15.0, 0.0), "radial"), ((5.0, 0.0, 0.0), "in-track"), ((0.0, 0.0, 0.0), "radial")]
)
def test_a_radial_passage_and_none_at_all_still_have_axes(dv: tuple[float, float, float], up: str) -> None:
    seen = plane(R, V, np.array([0.1, 0.2, 0.3]), np.array(dv), np.eye(3), 0.01)
    assert seen.up == up
    assert np.isfinite(seen.miss_km).all()


def test_both_axes_have_one_scale_and_the_circle_is_a_circle() -> None:
    seen = EncounterPlane(np.array([0.012, -0.02]), np.diag([4e-4, 1e-4]), 0.010)
    svg = drawn(seen)
    circle = next(c for c in svg.iter(f"{SVG}circle") if c.get("class") == "body")
    rings = sorted(float(e.get("rx", "")) for e in svg.iter(f"{SVG}ellipse"))
    scale = float(circle.get("r", "")) / seen.radius_km
    assert rings == pytest.approx([k * 0.02 * scale for k in (1, 2, 3)], rel=1e-3)
    dot = next(c for c in svg.iter(f"{SVG}circle") if c.get("class") == "dot")
    assert float(dot.get("cx", "")) - float(circle.get("cx", "")) == pytest.approx(0.012 * scale, abs=0.02)
    assert float(dot.get("cy", "")) - float(circle.get("cy", "")) == pytest.approx(0.02 * scale, abs=0.02)


@pytest.mark.parametrize("lang", ["en", "ja"])
@pytest.mark.parametrize(("size_km", "unit"), [(0.01, "(m)"), (3.0, "(km)")])
def test_every_axis_says_its_unit(size_km: float, unit: str, lang: str) -> None:
    texts = [
        t.text or ""
        for t in drawn(EncounterPlane(np.array([size_km, 0.0]), np.eye(2) * size_km**2, 0.01), lang).iter(f"{SVG}text")
    ]
    assert sum(unit in t for t in texts) == 2


def test_everything_drawn_lies_inside_the_field() -> None:
    rng = np.random.default_rng(5)
    for _ in range(40):
        root = rng.normal(size=(2, 2)) * 10.0 ** rng.uniform(-2, 2)
        seen = EncounterPlane(rng.normal(size=2) * 10.0 ** rng.uniform(-3, 2), root @ root.T, 0.015)
        frame = encounter_plane_svg._frame(seen, 560, 8.0)
        reach = 3.0 * np.sqrt(np.diag(seen.covariance_km2))
        for corner in (seen.miss_km - reach, seen.miss_km + reach, np.zeros(2)):
            assert frame.left <= frame.x(corner[0]) <= frame.right
            assert frame.top <= frame.y(corner[1]) <= frame.bottom


def test_without_a_covariance_no_ellipse_is_drawn_and_that_is_said() -> None:
    svg = drawn(EncounterPlane(np.array([4.0, 0.1]), np.full((2, 2), np.nan), 0.01))
    assert not list(svg.iter(f"{SVG}ellipse"))
    assert any(words("en")["plane no covariance"] == t.text for t in svg.iter(f"{SVG}text"))


def test_a_body_too_small_to_see_is_marked_and_said_to_be() -> None:
    svg = drawn(EncounterPlane(np.array([4.0, 0.1]), np.eye(2), 0.001))
    assert any(p.get("class") == "cross" for p in svg.iter(f"{SVG}path"))
    assert any("too small to see" in (t.text or "") for t in svg.iter(f"{SVG}text"))


def test_the_picture_becomes_a_png(tmp_path: Path) -> None:
    svg = encounter_plane_svg.draw(EncounterPlane(np.array([0.1, 0.1]), np.eye(2) * 0.01, 0.01), words("en"), head=True)
    assert picture.write(tmp_path / "x.png", svg, "en").read_bytes()[:4] == b"\x89PNG"


@pytest.mark.parametrize(
    ("km", "said"), [(0.0123, "12 m"), (0.0055, "5.5 m"), (0.34, "340 m"), (2.314, "2.31 km"), (41.52, "41.5 km")]
)
def test_lengths_are_said_as_people_say_them(km: float, said: str) -> None:
    assert metres(km) == said


T = np.datetime64("2026-06-01", "us")


def views(n: int) -> list[View]:
    return [
        View(T + np.timedelta64(12 * k, "h"), 10.0 / (k + 1), 3.0 / (k + 1), 10.0 ** (k - 9), 10.0 ** (k - 6)) for k in range(n)
    ]


@pytest.mark.parametrize("n", [1, 2, 8])
def test_the_trend_shows_every_view_up_to_the_approach(n: int) -> None:
    svg = ElementTree.fromstring(miss_trend_svg.draw(views(n), T + np.timedelta64(7, "D"), words("en"), title="A – B"))
    dots = [float(c.get("cx", "")) for c in svg.iter(f"{SVG}circle") if c.get("class") == "dot"]
    approach = float(
        re.findall(r"M([\d.]+)", next(p.get("d", "") for p in svg.iter(f"{SVG}path") if p.get("class") == "cross"))[0]
    )
    assert len(dots) == n
    assert dots == sorted(dots)
    assert max(dots) < approach


def test_no_view_no_trend() -> None:
    assert miss_trend_svg.draw([], T, words("en")) == ""
