"""Where words meet a terminal: any encoding, any width, and JSON that stays whole in all of them."""

from __future__ import annotations

import codecs
import json
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

    from hoshimori.errors import Problem

PLAIN = {"±": "+/-", "–": "-", "—": "-", "°": " deg", "Δ": "d", "·": "-", "…": "...", "→": "->"}
"""What is written instead where a terminal cannot show a sign; anything else becomes a question mark."""
WIDTH_OF_A_PIPE = 140


def _plainly(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(PLAIN.get(c, "?") for c in error.object[error.start : error.end]), error.end


def prepare() -> None:
    """No sign that a terminal cannot show, and no odd byte in a file name, ends a command with a traceback."""
    codecs.register_error("hoshimori-plain", _plainly)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="hoshimori-plain")


def tell_problems(problems: Sequence[Problem], lang: str) -> None:
    """What of the files named could not be read, or only with a reservation, on standard error."""
    from hoshimori.doors.screen_table import problem_lines
    from hoshimori.doors.words import words

    for line in problem_lines(problems, words(lang)):
        print(f"hoshimori: {line}", file=sys.stderr)


def console() -> Console:
    """Standard output for tables: as wide as the terminal, or wide enough for a reader of the file it goes to."""
    from rich.console import Console

    made = Console(highlight=False, soft_wrap=False)
    return made if made.is_terminal or "COLUMNS" in made._environ else Console(highlight=False, width=WIDTH_OF_A_PIPE)


def put_json(record: Any) -> None:
    """JSON on standard output; signs that the encoding cannot hold are escaped, so that it comes back as it was."""
    print(json.dumps(record, ensure_ascii=not shows_unicode(), indent=1))


def put_lines(records: Iterable[Any]) -> None:
    """One JSON object a line on standard output."""
    plain = not shows_unicode()
    for record in records:
        print(json.dumps(record, ensure_ascii=plain, allow_nan=False))


def shows_unicode() -> bool:
    """Can standard output hold any sign?"""
    return (sys.stdout.encoding or "").lower().replace("-", "").startswith("utf")
