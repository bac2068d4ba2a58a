"""Regions: the built-in ones hold what they should, a user's file is read or every mistake in it is named."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from hoshimori.alliance.regions import built_in_regions, regions, regions_file
from hoshimori.declared.regions import Region, box
from hoshimori.errors import UsageError

GOOD = """
[[region]]
id = "home"
name = "Home"
kind = "inhabited"
box = [170.0, -10.0, -170.0, 10.0]
source = "a test"
grade = "A1"
[[region]]
id = "triangle"
name = "A triangle"
polygon = [[0, 0], [10, 0], [0, 10]]
source = "a test"
grade = "F6"
"""


def test_cities_lie_where_the_built_in_regions_say() -> None:
    named = {r.region_id: r for r in built_in_regions()}
    cities = {"japan-main-islands": (139.69, 35.69), "japan-nansei-islands": (127.68, 26.21), "taiwan": (121.56, 25.03)}
    for name, (lon, lat) in cities.items():
        assert named[name].holds(np.array([lon]), np.array([lat]))[0]
        assert not named["spoua"].holds(np.array([lon]), np.array([lat]))[0]
    nemo = named["spoua"].holds(np.array([-123.39, 236.61]), np.array([-48.88, -48.88]))  # Point Nemo, both ways round
    assert nemo.all()
    assert all(r.source and r.grade and r.name_ja != r.name for r in named.values())


def test_a_box_over_the_date_line_holds_both_sides_of_it() -> None:
    home, triangle = regions(GOOD, "mine.toml")
    lon, lat = np.array([175.0, -175.0, 185.0, 165.0, 0.0]), np.zeros(5)
    assert home.holds(lon, lat).tolist() == [True, True, True, False, False]
    assert triangle.holds(np.array([2.0, 8.0, np.nan]), np.array([2.0, 8.0, 1.0])).tolist() == [True, False, False]


def test_the_share_of_a_box_is_the_share_of_random_points_in_it() -> None:
    area = Region("x", "x", "x", "other", box(-30.0, -20.0, 60.0, 40.0), "test", "F6")
    rng = np.random.default_rng(20260001)
    lon, lat = rng.uniform(-180, 180, 20_000), rng.uniform(-90, 90, 20_000)
    expected = (lon > -30) & (lon < 60) & (lat > -20) & (lat < 40)
    assert (area.holds(lon, lat) == expected).all()


def test_a_region_goes_into_evidence_and_comes_back() -> None:
    for region in (*built_in_regions(), *regions(GOOD, "mine.toml")):
        assert Region.from_json(json.loads(json.dumps(region.to_json()))) == region


def test_every_mistake_comes_back_together() -> None:
    bad = (
        GOOD.replace('id = "triangle"', 'id = "home"')
        .replace('grade = "A1"', 'grade = "Z9"')
        .replace("[0, 10]]", '[0, 10]]\ncolour = "red"')
    )
    with pytest.raises(UsageError) as raised:
        regions(bad, "mine.toml")
    for word in ("grade='Z9'", "colour='red'"):
        assert word in str(raised.value)
    with pytest.raises(UsageError, match="no other row"):
        regions(GOOD.replace('id = "triangle"', 'id = "home"'), "mine.toml")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("box = [170.0, -10.0, -170.0, 10.0]", ""),
        ("box = [170.0, -10.0, -170.0, 10.0]", "box = [170.0, 10.0, -170.0, -10.0]"),
        ("[[0, 0], [10, 0], [0, 10]]", "[[0, 0], [10, 0]]"),
        ("[[0, 0], [10, 0], [0, 10]]", "[[0, 0], [10, 0], [0, 95]]"),
    ],
)
def test_an_area_that_is_none_is_refused(old: str, new: str) -> None:
    with pytest.raises(UsageError, match=r"box|polygon"):
        regions(GOOD.replace(old, new), "mine.toml")


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        regions_file(tmp_path / "none.toml")
    (tmp_path / "no.toml").write_text("no = [")
    with pytest.raises(UsageError, match="not valid TOML"):
        regions_file(tmp_path / "no.toml")
    (tmp_path / "empty.toml").write_text("")
    with pytest.raises(UsageError, match="no regions"):
        regions_file(tmp_path / "empty.toml")
