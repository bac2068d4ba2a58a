"""Ground sites from TOML: every mistake at once; the built-in stations against the ILRS's own coordinates."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from hoshimori.alliance.sites import BUILT_IN, built_in, sites, sites_named
from hoshimori.errors import UsageError
from hoshimori.facts import Floats

GOOD = """
[[site]]
id = "north"
name = "North"
kind = "laser"
lat_deg = 60
lon_deg_e = 350.5
source = "a newspaper"
grade = "C3"
"""


def test_a_row_becomes_a_site_with_its_defaults() -> None:
    (one,) = sites(GOOD, "mine.toml")
    assert (one.site_id, one.name, one.name_ja, one.kind) == ("north", "North", "North", "laser")
    assert (one.lat_deg, one.lon_deg_e, one.height_m) == (60.0, -9.5, 0.0)
    assert (one.min_elevation_deg, one.max_range_km, one.grade) == (10.0, None, "C3")
    assert np.linalg.norm(one.itrs_km()) == pytest.approx(6362.0, abs=2.0)


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ("lat_deg = 90.1", "lat_deg"),
        ("lat_deg = nan", "lat_deg"),
        ("lat_deg = true", "lat_deg"),
        ('lon_deg_e = "9 E"', "lon_deg_e"),
        ("lon_deg_e = -180.5", "lon_deg_e"),
        ("height_m = 1e5", "height_m"),
        ('kind = "weapon"', "kind"),
        ('grade = "G1"', "grade"),
        ('source = " "', "source"),
        ("min_elevation_deg = -1", "min_elevation_deg"),
        ("max_range_km = 0", "max_range_km"),
        ('id = "North Site"', "id"),
        ("colour = 1", "colour"),
    ],
)
def test_one_mistake_is_named_with_its_row_field_value_and_remedy(row: str, field: str) -> None:
    key = row.split(" =")[0]
    kept = "\n".join(line for line in GOOD.strip().splitlines() if not line.startswith(f"{key} "))
    with pytest.raises(UsageError, match=r"1 mistake in these sites; nothing was used") as told:
        sites(f"{kept}\n{row}\n", "mine.toml")
    assert f"mine.toml (record 1): {field}=" in str(told.value)
    assert "expected" in str(told.value)


def test_all_mistakes_come_together() -> None:
    with pytest.raises(UsageError) as told:
        sites(f'[[site]]\nid = "a"\n{GOOD}{GOOD}as_of = 3\n', "mine.toml")
    said = str(told.value)
    for expected in (
        "name=''",
        "kind=''",
        "lat_deg=''",
        "lon_deg_e=''",
        "source=''",
        "grade=''",
        "(record 3): id='north'",
        "as_of=",
    ):
        assert expected in said
    assert re.search(r"8 mistakes", said)


@pytest.mark.parametrize(
    ("text", "said"),
    [("[[site]", "not valid TOML"), ("", "no sites"), ("site = 3", "rows that begin"), ("sites = []", "one of the")],
)
def test_a_text_without_sites_is_refused(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        sites(text, "mine.toml")


def test_sites_by_list_by_station_and_by_path(tmp_path: Path) -> None:
    everyone = sites_named("ilrs")
    assert len(everyone) == len({s.site_id for s in everyone}) > 30
    assert [s.name for s in sites_named("slr-7839")] == ["Graz"]
    place = tmp_path / "mine.toml"
    place.write_text(GOOD)
    assert [s.site_id for s in sites_named(place)] == ["north"]
    with pytest.raises(UsageError, match=r"did you mean 'slr-7839'"):
        sites_named("slr-7838x9")
    with pytest.raises(UsageError, match="no such file"):
        sites_named(tmp_path / "none.toml")
    with pytest.raises(UsageError, match="is a folder"):
        sites_named(tmp_path)
    place.write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match="UTF-8"):
        sites_named(place)


def test_every_built_in_site_is_benign_sourced_and_graded() -> None:
    for name in BUILT_IN:
        for site in built_in(name):
            assert site.kind == "laser ranging"
            assert re.search(r"DOMES \d{5}[MS]\d{3}", site.source)
            assert site.grade in ("A1", "A2")
            assert site.name_ja != site.name


def test_built_in_places_are_those_of_the_ilrs_file(data: Path) -> None:
    """Within 20 m of SLRF2014 at 2020-01-01, read here column by column."""
    text = (data / "tracking/lageos2/SLRF2014_POS+VEL_2030.0_200428.snx").read_text(errors="replace")
    found: dict[str, list[Floats]] = {}
    rows = text.split("+SOLUTION/ESTIMATE")[1].split("-SOLUTION/ESTIMATE")[0].splitlines()
    words = [line.split() for line in rows if line[:1] == " "]
    for k in range(0, len(words), 6):
        six = words[k : k + 6]
        assert [w[1] for w in six] == ["STAX", "STAY", "STAZ", "VELX", "VELY", "VELZ"]
        place = np.array([float(w[-2]) for w in six[:3]]) + 10.0 * np.array([float(w[-2]) for w in six[3:]])
        found.setdefault(six[0][2], []).append(place / 1000.0)
    for site in built_in("ilrs"):
        near = min(float(np.linalg.norm(p - site.itrs_km())) for p in found[site.site_id.removeprefix("slr-")])
        assert near < 0.02, site.site_id


def test_graz_stands_where_its_own_page_says() -> None:
    """ILRS station page GRZL, approximate position: X 4194426.1, Y 1162694.5, Z 4647246.9 m."""
    (graz,) = sites_named("slr-7839")
    np.testing.assert_allclose(graz.itrs_km(), [4194.4261, 1162.6945, 4647.2469], atol=0.015)
