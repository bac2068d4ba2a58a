"""A brief as PDF/A-2b: the texts of its page handed to typst as data, fonts from installed packages, no clock, no network.

Needs the extra "pdf". Texts never become markup: the template reads one JSON string and sets each text as it stands.
"""

from __future__ import annotations

import json
import re
from importlib.metadata import PackageNotFoundError, distribution
from importlib.resources import as_file, files
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from hoshimori.doors.brief_front import Page
from hoshimori.errors import UsageError

SIZES_PT = (9.4, 9.0, 8.6, 8.2, 7.8, 7.4, 7.0)
"""Sizes of text tried until what belongs there fits on the first two pages; at the last, what is longer runs on."""
FRONT_PAGES = 2
FONTS = (("matplotlib-fontja", "matplotlib_fontja/fonts/ipaexg.ttf"), ("ttf-opensans", "ttf_opensans/ttf/OpenSans-Regular.ttf"))
"""IPAex Gothic for Japanese, Open Sans for the rest: the packages that carry them, and where. Neither package is imported."""
MISSING = "the PDF needs {what}: pip install 'hoshimori[pdf]'"


def compiled(page: Page) -> bytes:
    """The PDF. UsageError where typst or a font is missing, or where a text has a character that no font here can draw."""
    if find_spec("typst") is None:
        raise UsageError(MISSING.format(what="typst"))
    import typst

    fonts = [str(_font(package, place).parent) for package, place in FONTS]
    made = page["made"]
    with as_file(files("hoshimori.doors") / "templates" / "brief.typ") as template:
        for size in SIZES_PT:
            compiler = typst.Compiler(
                str(template),
                root=str(template.parent),
                font_paths=fonts,
                ignore_system_fonts=True,
                sys_inputs={"page": json.dumps(page, ensure_ascii=False), "size": str(size)},
            )
            written = _compiled(compiler, made)
            if size == SIZES_PT[-1] or _front_pages(compiler) <= FRONT_PAGES:
                return written
    raise AssertionError("the last size is always taken")


def _compiled(compiler: Any, made: str) -> bytes:
    """One run of typst. What it warns of is refused: a page with a hole in it is no brief."""
    import typst

    seconds = int(np.datetime64(made.rstrip("Z"), "s").astype(np.int64))
    try:
        written, warnings = compiler.compile_with_warnings(format="pdf", pdf_standards=["a-2b"], timestamp=seconds)
    except typst.TypstError as e:
        raise UsageError(_said(str(e))) from e
    if warnings:
        raise UsageError(_said("; ".join(str(x) for x in warnings)))
    return bytes(written)


def _said(message: str) -> str:
    lost = re.search(r'the text `"(.*?)"`', message)
    if lost:
        return (
            f"the PDF cannot draw {lost[1]!r}: neither Open Sans nor IPAex Gothic holds it; the HTML page shows every character"
        )
    return f"the PDF was not made: typst said: {message}"


def _front_pages(compiler: Any) -> int:
    """On which page the evidence begins, less one."""
    return int(json.loads(compiler.query("<front-ends>", field="value", one=True)))


def _font(package: str, place: str) -> Path:
    try:
        found = Path(str(distribution(package).locate_file(place)))
    except PackageNotFoundError as e:
        raise UsageError(MISSING.format(what=package)) from e
    if not found.is_file():
        raise UsageError(MISSING.format(what=f"the font {found.name} of {package}"))
    return found
