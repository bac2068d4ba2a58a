"""Every mistake in a watchlist comes back at once, with its file, row, field, value and what was expected."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoshimori.alliance import watchlist
from hoshimori.alliance.reading import Reading, read
from hoshimori.errors import UsageError


def mistakes(text: str) -> list[tuple[int | None, str, str]]:
    """Row, field and value of every mistake in a TOML text."""
    return [(p.record, p.field, p.value) for p in read(text, "mine.toml", Reading).problems]


@pytest.mark.parametrize(
    ("row", "field", "value"),
    [
        ("norad_id = 0", "norad_id", "0"),
        ("norad_id = 1_000_000_000", "norad_id", "1000000000"),
        ("norad_id = true", "norad_id", "True"),
        ('norad_id = "25544"', "norad_id", "25544"),
        ("norad_id = 5\nlongitude_deg_e = 360.5", "longitude_deg_e", "360.5"),
        ("norad_id = 5\nlongitude_deg_e = nan", "longitude_deg_e", "nan"),
        ('norad_id = 5\nsource = " "', "source", " "),
        ('norad_id = 5\ngrade = "A1"', "source", ""),
        ('norad_id = 5\nsource = "x"\ngrade = "G1"', "grade", "G1"),
        ('norad_id = 5\norbit = "geo"', "orbit", "geo"),
        ('norad_id = 5\ncospar_id = "98067A"', "cospar_id", "98067A"),
        ('norad_id = 5\npublic_orbit = "no"', "public_orbit", "no"),
        ("norad_id = 5\ncolour = 1", "colour", "1"),
        ('name = "x"', "norad_id", ""),
        ("public_orbit = false", "name", ""),
        ("norad_id = 5\n[[asset]]\nnorad_id = 5", "norad_id", "5"),
        ('norad_id = 5\nname = "x"\n[[asset]]\nnorad_id = 6\nname = "X (again)"', "id", "x"),
        ("norad_id = 5\n[[co_located]]\nnorad_ids = [5]", "co_located.norad_ids", "[5]"),
        ("norad_id = 5\n[[co_located]]\nnorad_ids = [5, 5]", "co_located.norad_ids", "[5, 5]"),
        ("norad_id = 5\n[[co_located]]\nslot_deg_e = 110", "co_located.norad_ids", ""),
    ],
)
def test_one_mistake_is_found_where_it_is(row: str, field: str, value: str) -> None:
    found = mistakes(f"[[asset]]\n{row}\n")
    assert [(f, v) for _, f, v in found] == [(field, value)]


@pytest.mark.parametrize(
    ("head", "field"),
    [
        ("as_of = 2026-13-01", None),  # not TOML
        ('as_of = "2026-13-01"', "as_of"),
        ("as_of = 2026-05-30T00:00:00Z", "as_of"),
        ('id = "My List"', "id"),
        ("asset = 5", "asset"),
        ('include = "japan-comms"', "include"),
        ("watch = 1", "watch"),
    ],
)
def test_mistakes_at_the_head_of_the_file(head: str, field: str | None) -> None:
    if field is None:
        with pytest.raises(UsageError, match=r"mine\.toml: not valid TOML: .*line 1"):
            mistakes(head)
    else:
        assert [(r, f) for r, f, _ in mistakes(head)] == [(None, field)]


def test_all_mistakes_come_back_together_and_nothing_is_used(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(
        "colour = 1\n[[asset]]\nnorad_id = 0\nlongitude_deg_e = 500\n[[asset]]\nnorad_id = 5\n"
        '[[asset]]\nnorad_id = 5\nsource = ""\ninclude = ["nowhere"]\n'
    )
    with pytest.raises(UsageError) as told:
        watchlist(path)
    lines = str(told.value).splitlines()
    assert lines[0] == f"{path}: 6 mistakes in this watchlist; nothing was used:"
    for part in ("colour='1'", "(record 1): norad_id='0'", "(record 1): longitude_deg_e='500'", "(record 3): source=''"):
        assert sum(part in line for line in lines) == 1, part
    assert any("(record 3): norad_id='5': expected a catalogue number that no other row has" in line for line in lines)
    assert any("(record 3): include=" in line for line in lines)


def test_an_included_list_that_is_not_built_in(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('include = ["other.toml"]\n[[asset]]\nnorad_id = 5\n')
    with pytest.raises(UsageError, match=r"include='other\.toml': expected a built-in list"):
        watchlist(path)


def test_a_row_that_an_included_list_already_has(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('include = ["japan-comms"]\n[[asset]]\nnorad_id = 43271\n')
    with pytest.raises(UsageError, match=r"record 1\): norad_id='43271'"):
        watchlist(path)


def test_an_empty_list_says_what_to_add(tmp_path: Path) -> None:
    path = tmp_path / "empty.toml"
    path.write_text("")
    with pytest.raises(UsageError, match=r"no assets: add a row \[\[asset\]\] with norad_id"):
        watchlist(path)


def test_a_file_in_another_encoding_names_the_byte(tmp_path: Path) -> None:
    path = tmp_path / "sjis.toml"
    path.write_bytes('[[asset]]\nname = "ひまわり"'.encode("shift_jis"))
    with pytest.raises(UsageError, match=r"byte 18 is not UTF-8"):
        watchlist(path)


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet='[]{}="\n\\#asetnord_i 1259.,-ひ', max_size=60))
def test_any_text_is_read_or_refused_with_a_usage_error(text: str) -> None:
    try:
        problems = read(text, "any.toml", Reading).problems
    except UsageError:
        return
    assert all(p.expected and p.file == "any.toml" for p in problems)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 999_999_999), st.floats(-180, 360, allow_nan=False))
def test_every_number_in_range_is_taken(norad_id: int, longitude: float) -> None:
    found = read(f"[[asset]]\nnorad_id = {norad_id}\nlongitude_deg_e = {longitude!r}\n", "x.toml", Reading)
    assert found.problems == []
    assert found.assets[0].norad_id == norad_id
    kept = found.assets[0].longitude_deg_e
    assert kept is not None
    assert 0 <= kept <= 360
