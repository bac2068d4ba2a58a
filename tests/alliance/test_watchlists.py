"""Built-in lists, a user's own, and the template."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from hoshimori.alliance import co_locations, template, watchlist, watchlists
from hoshimori.errors import UsageError
from hoshimori.facts import Asset


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_built_in_lists_are_those_that_the_issue_names() -> None:
    assert [w.watchlist_id for w in watchlists()] == ["japan-comms", "japan-all"]


@pytest.mark.parametrize("name", ["japan-comms", "japan-all"])
def test_every_built_in_row_says_who_where_from_and_how_sure(name: str) -> None:
    found = watchlist(name)
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", found.as_of)
    assert found.title != found.title_ja
    for asset in found.assets:
        assert "" not in (asset.name, asset.name_ja, asset.operator, asset.orbit), asset
        assert asset.source != "user", asset
        assert re.fullmatch(r"[A-F][1-6]", asset.grade), asset
        assert (asset.longitude_deg_e is not None) == (asset.orbit == "GEO" and asset.public_orbit), asset


def test_the_wide_list_holds_the_narrow_one() -> None:
    assert set(watchlist("japan-comms").assets) < set(watchlist("japan-all").assets)


def test_satellites_without_public_elements_say_what_would_help() -> None:
    hidden = [a for a in watchlist("japan-all").assets if not a.public_orbit]
    assert {a.name for a in hidden} == {"DSN-2 (KIRAMEKI-2)"} | {
        f"IGS-{k} {n}" for k in ("OPTICAL", "RADAR") for n in (5, 6, 7, 8)
    }
    assert all("supply the owner's OEM" in a.note for a in hidden)


def test_what_is_only_observed_is_graded_below_what_is_declared() -> None:
    slots = co_locations("japan-all")
    assert [g.norad_ids for g in slots] == list(watchlist("japan-all").co_located)
    for slot in slots:
        word = slot.note.partition(" ")[0].rstrip(":,")
        assert (word, slot.grade) in {("Declared", "A1"), ("Observed", "C3")}, slot
        assert slot.source


def test_the_least_row_is_a_number_and_a_name(tmp_path: Path) -> None:
    found = watchlist(written(tmp_path, '[[asset]]\nnorad_id = 25544\nname = "ISS"\n'))
    assert found.assets == (Asset("iss", 25544, "", "ISS", "ISS", "", "", None, True, "user", "F6"),)
    assert (found.watchlist_id, found.title, found.as_of) == ("mine", "mine", "")


def test_a_number_alone_is_enough_and_a_japanese_name_gets_an_id(tmp_path: Path) -> None:
    found = watchlist(written(tmp_path, '[[asset]]\nnorad_id = 799500001\n[[asset]]\nnorad_id = 5\nname = "ひまわり"\n'))
    assert [(a.asset_id, a.name) for a in found.assets] == [("norad-799500001", "799500001"), ("norad-5", "ひまわり")]


def test_the_template_is_valid_as_written_and_shows_every_key(tmp_path: Path) -> None:
    found = watchlist(written(tmp_path, template()))
    assert len(found.assets) == 3
    assert found.co_located == (frozenset({40267, 41836}),)
    shown = {"id" if f.name == "asset_id" else f.name for f in fields(Asset)}
    assert {key for key in shown if not re.search(rf"^{key} =", template(), re.M)} == set()


def test_a_users_list_can_take_in_a_built_in_one(tmp_path: Path) -> None:
    found = watchlist(written(tmp_path, 'include = ["japan-comms"]\n[[asset]]\nnorad_id = 25544\n'))
    assert found.assets[:-1] == watchlist("japan-comms").assets
    assert found.co_located == watchlist("japan-comms").co_located


def test_a_path_may_be_text_and_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "bom.toml"
    path.write_bytes(b"\xef\xbb\xbf[[asset]]\nnorad_id = 5\n")
    assert watchlist(str(path)) == watchlist(path)


def test_west_longitudes_are_kept_as_degrees_east(tmp_path: Path) -> None:
    found = watchlist(written(tmp_path, "[[asset]]\nnorad_id = 5\nlongitude_deg_e = -127\n"))
    assert found.assets[0].longitude_deg_e == 233.0


def test_an_unknown_name_is_answered_with_the_names_there_are() -> None:
    with pytest.raises(UsageError, match=r"'japan-coms': built in are japan-comms, japan-all.*did you mean 'japan-comms'"):
        watchlist("japan-coms")


def test_a_missing_file_and_a_folder_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"none\.toml: no such file; write one from the template"):
        watchlist(tmp_path / "none.toml")
    with pytest.raises(UsageError, match="is a folder"):
        watchlist(tmp_path)
