"""Where a week's report goes: to a file with its findings beside it, or to standard output."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from hoshimori.doors import weekly_page
from hoshimori.doors.folder import write_bytes, write_text
from hoshimori.doors.weekly import Week
from hoshimori.errors import UsageError

FORMS = ("html", "pdf", "json")


def form(asked: str, out: Path | None) -> str:
    """html, pdf or json: as asked, else as the file is called. UsageError where the two differ, or the name says neither."""
    suffix = out.suffix.lower().removeprefix(".") if out is not None else ""
    if out is not None and suffix not in FORMS:
        raise UsageError(f"{out}: expected a name that ends in {', '.join(f'.{x}' for x in FORMS)}")
    if asked and suffix and asked != suffix:
        raise UsageError(f"--format {asked} and {out}: the name says {suffix}; give one of them, or both the same")
    if out is None and asked == "pdf" and sys.stdout.isatty():
        raise UsageError("--format pdf: a PDF is not written to a terminal; give --out FILE.pdf")
    return asked or suffix or "html"


def put(week: Week, chosen: str, out: Path | None, lang: str) -> list[Path]:
    """Write it and give the paths written; none where it went to standard output."""
    if out is None:
        whole = made(week, chosen, lang)
        if chosen == "pdf":
            sys.stdout.buffer.write(whole)
        else:
            sys.stdout.write(whole.decode())
        return []
    events = out.with_suffix(".events.jsonl")
    return [write_bytes(out, made(week, chosen, lang, events.name)), write_text(events, week.events_text())]


def made(week: Week, chosen: str, lang: str, events_file: str = weekly_page.EVENTS_FILE) -> bytes:
    """The bytes of one form of it."""
    if chosen == "pdf":
        return weekly_page.pdf(week.tree, lang, events_file=events_file)
    if chosen == "html":
        return weekly_page.html(week.tree, lang, events_file=events_file).encode()
    return (json.dumps(week.to_json(), ensure_ascii=False, indent=1) + "\n").encode()
