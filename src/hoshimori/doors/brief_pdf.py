"""A brief as PDF/A-2b: set by `typeset` in the largest size of text at which what belongs there fits on its first two pages."""

from __future__ import annotations

import json
from typing import Any

from hoshimori.doors import typeset
from hoshimori.doors.brief_front import Page

SIZES_PT = (9.4, 9.0, 8.6, 8.2, 7.8, 7.4, 7.0)
"""Sizes of text tried until what belongs there fits on the first two pages; at the last, what is longer runs on."""
FRONT_PAGES = 2
FONTS = typeset.FONTS


def compiled(page: Page) -> bytes:
    """The PDF. UsageError where typst or a font is missing, or where a text has a character that no font here can draw."""
    for size in SIZES_PT:
        with typeset.compiler("brief.typ", {"page": page, "size": str(size)}, FONTS) as compiler:
            written = typeset.compiled(compiler, page["made"])
            if size == SIZES_PT[-1] or _front_pages(compiler) <= FRONT_PAGES:
                return written
    raise AssertionError("the last size is always taken")


def _front_pages(compiler: Any) -> int:
    """On which page the evidence begins, less one."""
    return int(json.loads(compiler.query("<front-ends>", field="value", one=True)))
