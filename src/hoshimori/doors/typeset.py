"""Pages as PDF/A-2b by typst: texts handed over as data, fonts from installed packages, no clock, no network.

Texts never become markup: a template reads JSON strings and sets each text as it stands. Needs the extra "pdf".
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, distribution
from importlib.resources import as_file, files
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from hoshimori.errors import UsageError

FONTS = (("matplotlib-fontja", "matplotlib_fontja/fonts/ipaexg.ttf"), ("ttf-opensans", "ttf_opensans/ttf/OpenSans-Regular.ttf"))
"""IPAex Gothic for Japanese, Open Sans for the rest: the packages that carry them, and where. Neither package is imported."""
MISSING = "the PDF needs {what}: pip install 'hoshimori[pdf]'"


def typeset(template: str, inputs: Mapping[str, Any], made: str) -> bytes:
    """The PDF of one template of `doors/templates`. made: ISO 8601 UTC, the date that stands in the file.

    UsageError where typst or a font is missing, or where a text has a character that no font here can draw.
    """
    with compiler(template, inputs) as ready:
        return compiled(ready, made)


@contextmanager
def compiler(template: str, inputs: Mapping[str, Any], fonts: Sequence[tuple[str, str]] = FONTS) -> Iterator[Any]:
    """A compiler of one template with what it is to set; for who asks it more than once, or asks it where things came to lie."""
    if find_spec("typst") is None:
        raise UsageError(MISSING.format(what="typst"))
    import typst

    places = [str(_font(package, place).parent) for package, place in fonts]
    given = {k: v if isinstance(v, str) else json.dumps(v, ensure_ascii=False) for k, v in inputs.items()}
    with as_file(files("hoshimori.doors") / "templates" / template) as path:
        yield typst.Compiler(str(path), root=str(path.parent), font_paths=places, ignore_system_fonts=True, sys_inputs=given)


def compiled(compiler: Any, made: str) -> bytes:
    """One run of typst. What it warns of is refused: a page with a hole in it is no report."""
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


def _font(package: str, place: str) -> Path:
    try:
        found = Path(str(distribution(package).locate_file(place)))
    except PackageNotFoundError as e:
        raise UsageError(MISSING.format(what=package)) from e
    if not found.is_file():
        raise UsageError(MISSING.format(what=f"the font {found.name} of {package}"))
    return found
