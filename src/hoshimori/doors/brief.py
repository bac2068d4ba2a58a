"""The consultation brief: two pages on what happened and how surely, then all that it rests on, from one assessment alone.

    html(assessment, lang="ja")                     # one file that asks no network for anything
    pdf(assessment, signatures=[...])               # A4, PDF/A-2b, the same bytes each time; needs the extra "pdf"
    text(assessment)                                # for a terminal

`assessment` is the JSON hoshimori.assessment/1, whole or with parts withheld: what is withheld is shown as withheld, with its
marking, and nothing is guessed in its place. What follows under a treaty is never said: that is for ministers, case by case.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from hoshimori.alliance.register import BUILT_IN, Register
from hoshimori.alliance.register import register as built_in_register
from hoshimori.doors import brief_pdf, brief_text, english_nature, english_threshold, japanese_nature, japanese_threshold
from hoshimori.doors.brief_annex import annex
from hoshimori.doors.brief_front import Page, front
from hoshimori.doors.brief_reading import reader, unbroken
from hoshimori.errors import UsageError

LANGUAGES: Mapping[str, Mapping[str, str]] = {
    "en": {**english_threshold.THRESHOLD, **english_nature.NATURE},
    "ja": {**japanese_threshold.THRESHOLD, **japanese_nature.NATURE},
}


def html(
    assessment: Mapping[str, Any],
    *,
    lang: str = "en",
    signatures: Sequence[Mapping[str, Any]] = (),
    register: Register | None = None,
) -> str:
    """The brief as one page of HTML.

    signatures: one mapping for each act {party, by, keyid, act, at, reasons}, act one of proposed, concurred, dissented,
    superseded, withdrawn. register: says which clauses have an unchecked wording; None: the built-in one of the
    incident's alliance.
    """
    made = Environment(
        loader=PackageLoader("hoshimori.doors"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return made.get_template("brief.html").render(page(assessment, lang=lang, signatures=signatures, register=register))


def pdf(
    assessment: Mapping[str, Any],
    *,
    lang: str = "en",
    signatures: Sequence[Mapping[str, Any]] = (),
    register: Register | None = None,
) -> bytes:
    """The brief as PDF/A-2b, tagged, the same bytes for the same record. UsageError where the extra "pdf" is not installed."""
    return brief_pdf.compiled(page(assessment, lang=lang, signatures=signatures, register=register))


def text(
    assessment: Mapping[str, Any],
    *,
    lang: str = "en",
    signatures: Sequence[Mapping[str, Any]] = (),
    register: Register | None = None,
) -> str:
    """The bottom line, the odds and the gates, at most 80 columns wide."""
    return brief_text.told(page(assessment, lang=lang, signatures=signatures, register=register))


def page(
    assessment: Mapping[str, Any],
    *,
    lang: str = "en",
    signatures: Sequence[Mapping[str, Any]] = (),
    register: Register | None = None,
) -> Page:
    """Everything that stands in a brief, as texts and numbers ready to be set. What each door sets is this and nothing else."""
    if lang not in LANGUAGES:
        raise UsageError(f"--lang {lang!r}: known languages are {', '.join(sorted(LANGUAGES))}")
    w = {key: unbroken(said) for key, said in LANGUAGES[lang].items()}
    r = reader(assessment, w, lang)
    known = register or _register(r.at(assessment, "incident"))
    return {"w": w, "lang": lang, **front(r, known, signatures), **annex(r, known)}


def _register(incident: Any) -> Register | None:
    name = incident.get("alliance") if isinstance(incident, Mapping) else None
    return built_in_register(name) if name in BUILT_IN else None
