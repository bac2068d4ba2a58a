"""A week's report set in one language: first as texts ready to print, then as one page of HTML, or as PDF."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from hoshimori.doors import palette, typeset, weekly_back, weekly_front, weekly_rows, weekly_svg
from hoshimori.doors.brief import LANGUAGES
from hoshimori.doors.brief_reading import banner, clean
from hoshimori.doors.weekly_reading import Page, Reading
from hoshimori.doors.words import words
from hoshimori.errors import UsageError

EVENTS_FILE = "week.events.jsonl"
HEADINGS = (
    "week title", "week sentences", "week strip", "week strip note", "week assets", "week findings", "week findings note",
    "week no findings", "week lost", "week lost note", "week burns", "week no burns", "week stays", "week no stays",
    "week conjunctions", "week no conjunctions", "screening note", "week elsewhere", "week no elsewhere", "week ledger",
    "week incidents", "week records", "week data", "week sources", "week refused kinds", "week doubtful", "week method",
    "week methods", "week check", "week ids", "week dull", "week measured", "week happened", "week known", "week id",
    "week page", "week marking note", "sigma_note",
)  # fmt: skip


def page(tree: Mapping[str, Any], lang: str = "en", *, events_file: str = EVENTS_FILE) -> Page:
    """Everything that stands in the report, as texts and rows: what each door sets is this and nothing else.

    events_file: the name of the file beside it that holds its findings, as the reader is told to run them again.
    """
    table = words(lang)
    if tree.get("schema") != "hoshimori.weekly/1":
        raise UsageError(f"report schema={tree.get('schema')!r}: expected hoshimori.weekly/1")
    r = Reading.of(tree, table, lang)
    marking = banner(tree)
    return {
        "lang": lang,
        "t": {k.removeprefix("week "): r.w[k] for k in HEADINGS},
        "title": _title(r),
        "marking": marking.text,
        "tlp": marking.tlp.name,
        "mode": _mode(tree, lang),
        "made": tree["made"],
        "dates": f"{tree['start'][:10]} – {tree['as_of'][:10]}",
        "facts": _facts(r),
        "advice": [r.reason(a) for a in tree["advice"]],
        "sentences": weekly_front.sentences(r),
        "strip": weekly_svg.draw(r),
        "assets": weekly_front.assets(r),
        "findings": weekly_rows.findings(r),
        "lost": weekly_rows.lost(r),
        "burns": weekly_rows.burns(r),
        "stays": weekly_rows.stays(r),
        "conjunctions": weekly_rows.conjunctions(r),
        "elsewhere": weekly_rows.elsewhere(r),
        "ledger": weekly_back.ledger(r),
        "data": weekly_back.data(r),
        "method": weekly_back.method(r),
        "check": weekly_back.check(r, events_file),
    }


def html(tree: Mapping[str, Any], lang: str = "en", *, events_file: str = EVENTS_FILE) -> str:
    """One page that carries everything it needs and asks no network for anything."""
    made = Environment(
        loader=PackageLoader("hoshimori.doors"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return made.get_template("weekly.html").render(page(tree, lang, events_file=events_file), strip_style=palette.style())


def pdf(tree: Mapping[str, Any], lang: str = "en", *, events_file: str = EVENTS_FILE) -> bytes:
    """A4, PDF/A-2b, tagged; the same bytes for the same data. UsageError where the extra "pdf" is not installed."""
    made = page(tree, lang, events_file=events_file)
    made["strip"] = weekly_svg.alone(made["strip"], fonts="'Open Sans', IPAexGothic")
    return typeset.typeset("weekly.typ", {"page": made}, made["made"])


def _title(r: Reading) -> str:
    watchlist = r.tree["watchlist"]
    return clean(str((watchlist["title_ja"] if r.lang == "ja" else "") or watchlist["title"]))


def _mode(tree: Mapping[str, Any], lang: str) -> str:
    """What stands on every page where anything in it is not of the world."""
    b = LANGUAGES[lang]
    others = [m for m in tree["data_modes"] if m != "REAL"]
    if not others:
        return ""
    return b["brief exercise"] if others == ["EXERCISE"] else b["brief no real data"].format(mode=", ".join(others))


def _facts(r: Reading) -> list[dict[str, str]]:
    tree = r.tree
    period = r.w["week from to"].format(start=r.when(tree["start"]), stop=r.when(tree["as_of"]))
    said = {
        "week period": period,
        "as_of": r.when(tree["as_of"]),
        "week ahead": r.when(tree["stop"]),
        "week made": r.when(tree["made"]),
        "week list": f"{tree['watchlist']['id']} ({tree['watchlist']['as_of']}), {len(tree['assets'])}",
        "data_mode": ", ".join(tree["data_modes"]),
        "week readers": r.listed(list(tree["released_to"])) or r.w["week own house"],
    }
    return [{"label": r.w[k], "value": v} for k, v in said.items()]
