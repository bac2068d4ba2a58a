"""Pictures in files: the same drawing whatever the suffix, with its text on any machine."""

from __future__ import annotations

import re
import struct
from pathlib import Path
from xml.etree import ElementTree

import pytest

from hoshimori.doors import picture
from hoshimori.doors.timeline import timeline
from hoshimori.doors.timeline_svg import draw
from hoshimori.doors.words import words
from hoshimori.errors import UsageError
from tests.doors.lives import every_kind, low_orbit, visits

LINE = timeline(low_orbit(), every_kind(), visits())


def size_px(png: bytes) -> tuple[int, int]:
    """Width and height from the IHDR chunk of a PNG (ISO/IEC 15948)."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", png[16:24])
    return int(width), int(height)


def test_a_png_is_the_drawing_at_two_pixels_a_unit() -> None:
    svg = draw(LINE, words("en"), head=True)
    width, height = (float(x) for x in re.findall(r'viewBox="0 0 (\d+) (\d+)"', svg)[0])
    assert size_px(picture.png(svg, "en")) == (2 * width, 2 * height)


def test_the_text_of_a_png_needs_no_font_of_the_machine() -> None:
    """English is set without looking at the machine's fonts, and still two different letters look different."""
    svg = '<svg class="tl" viewBox="0 0 20 20" xmlns="http://www.w3.org/2000/svg"><text y="15">{}</text></svg>'
    drawn = {sign: picture.png(svg.format(sign), "en") for sign in "A±°Δσ–·"}
    assert len(set(drawn.values())) == len(drawn)


def test_the_kind_follows_the_suffix(tmp_path: Path) -> None:
    svg = picture.draw(LINE, tmp_path / "life.svg")
    picture.draw(LINE, tmp_path / "life.PNG")
    assert (tmp_path / "life.svg").read_text(encoding="utf-8") == f"{svg}\n"
    assert ElementTree.fromstring(svg).tag.endswith("svg")
    assert size_px((tmp_path / "life.PNG").read_bytes())[0] == 2120


def test_a_picture_without_a_path_is_its_text() -> None:
    assert picture.draw(LINE).startswith("<svg")
    assert "軌道変更" in picture.draw(LINE, lang="ja")


@pytest.mark.parametrize("name", ["life.jpg", "life", "life.svg.txt"])
def test_another_suffix_is_refused_with_those_that_are_known(name: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"\.svg, \.png"):
        picture.draw(LINE, tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_a_png_in_japanese_is_japanese_or_says_that_it_cannot_be(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    picture.draw(LINE, tmp_path / "ja.png", lang="ja")
    picture.draw(LINE, tmp_path / "en.png")
    same = (tmp_path / "ja.png").read_bytes() == (tmp_path / "en.png").read_bytes()
    assert same != picture.writes_japanese()
    assert ("no Japanese font" in capsys.readouterr().err) == same


def test_a_place_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match=r"cannot be written"):
        picture.draw(LINE, tmp_path / "file" / "life.svg")
