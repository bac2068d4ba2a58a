"""A picture in a file, whose kind its name decides: .svg, .png or .html. All three are the same drawing."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

from hoshimori.doors import timeline_svg
from hoshimori.doors.folder import write_bytes, write_text
from hoshimori.doors.palette import FONTS, LIGHT, style
from hoshimori.doors.timeline import Timeline
from hoshimori.doors.words import words
from hoshimori.errors import UsageError

KINDS = (".svg", ".png", ".html")
PIXELS = 2.0
"""Pixels of a PNG for each unit of the drawing: text of 11 units is then readable in print."""
JAPANESE_FONTS = '"Noto Sans CJK JP", "Noto Sans JP", "Hiragino Sans", "Yu Gothic", Meiryo, IPAexGothic, TakaoGothic, sans-serif'
"""A renderer of PNG takes the first family that is there for a whole text, so that Japanese families come first."""


def draw(line: Timeline, path: str | Path | None = None, *, lang: str = "en", names: Mapping[str, str] | None = None) -> str:
    """A timeline as a picture: its SVG text, and where a path is given the file that its suffix names, .svg or .png.

    `names`: catalogue number as text to name, of those who stayed near. A PNG in Japanese needs a Japanese font on the machine;
    without one its labels are English, and standard error says so.
    """
    place = None if path is None else Path(path)
    check_kind(place, (".svg", ".png"))
    lang = lang if place is None else language_for(place, lang)
    svg = timeline_svg.draw(line, words(lang), names, head=True)
    if place is not None:
        write(place, svg, lang)
    return standalone(svg)


def check_kind(path: Path | None, kinds: Sequence[str] = KINDS) -> None:
    """UsageError where a file is named and its name does not say what to draw."""
    if path is not None and path.suffix.lower() not in kinds:
        raise UsageError(f"{path}: expected a name that ends in {', '.join(kinds)}")


def language_for(path: Path, lang: str) -> str:
    """The language in which this file can be written here: a PNG in Japanese needs a Japanese font. Says so where it has none."""
    if lang != "ja" or path.suffix.lower() != ".png" or writes_japanese():
        return lang
    print(f"hoshimori: {words('en')['no_font'].format(file=path)}", file=sys.stderr)
    return "en"


def standalone(svg: str, *, fonts: str = FONTS) -> str:
    """The drawing with its own rules and ground, as a file of its own."""
    head, _, rest = svg.partition(">")
    return f'{head}><style>{style(fonts)}</style><rect width="100%" height="100%" class="paper"/>{rest}'


def png(svg: str, lang: str) -> bytes:
    """The drawing as PNG, in light colours. English is set in Open Sans, the same on every machine."""
    if lang == "ja":
        return _rendered(standalone(svg, fonts=JAPANESE_FONTS), system_fonts=True)
    return _rendered(standalone(svg), system_fonts=False)


def writes_japanese() -> bool:
    """Is there a font for Japanese here? Without one two different signs look the same."""
    shapes = [_rendered(standalone(_one_sign(c), fonts=JAPANESE_FONTS), system_fonts=True) for c in "監視"]
    return shapes[0] != shapes[1]


def write(path: Path, svg: str, lang: str) -> Path:
    """Write the drawing as its name says: .png, else .svg."""
    if path.suffix.lower() == ".png":
        return write_bytes(path, png(svg, lang))
    return write_text(path, f"{standalone(svg)}\n")


def _one_sign(sign: str) -> str:
    return f'<svg class="tl" viewBox="0 0 20 20" xmlns="http://www.w3.org/2000/svg"><text y="15">{sign}</text></svg>'


def _rendered(svg: str, *, system_fonts: bool) -> bytes:
    import resvg_py

    return resvg_py.svg_to_bytes(
        svg_string=svg, background=LIGHT["paper"], skip_system_fonts=not system_fonts, font_files=list(_open_sans()), zoom=PIXELS
    )


def _open_sans() -> tuple[str, str]:
    """The regular and the bold face of ttf-opensans (Apache-2.0); looked up without running that package."""
    found = find_spec("ttf_opensans")
    if found is None or found.origin is None:
        raise UsageError("a PNG needs the package ttf-opensans, which comes with hoshimori: pip install ttf-opensans")
    folder = Path(found.origin).parent / "ttf"
    return str(folder / "OpenSans-Regular.ttf"), str(folder / "OpenSans-Bold.ttf")
