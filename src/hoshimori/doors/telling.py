"""One event in words: what happened, to whom, with whom; for lists where each event is one line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from hoshimori import watch
from hoshimori.doors.words import label, say, when
from hoshimori.findings import Event

EXTRA: Mapping[str, Mapping[str, str]] = {
    "en": {"approach": "approach", "stay": "stays near", "doubtful set": "doubtful element set"},
    "ja": {"approach": "接近", "stay": "近くに滞在", "doubtful set": "疑わしい軌道要素"},
}
"""Kinds that the tables of words name elsewhere or not at all."""


def kind_text(kind: str, w: Mapping[str, str], lang: str) -> str:
    """The kind of an event in words; as it stands where nobody gave it any."""
    return w.get(f"kind {kind}") or EXTRA[lang].get(kind, kind)


def event_text(event: Event, w: Mapping[str, str], names: Mapping[str, str], lang: str) -> str:
    """One line without the subject, as the table of a watch would give it as a reason.

    names: catalogue number as text to object name. Breakups say how many pieces, doubtful sets why.
    """
    if event.kind == "breakup":
        pieces = w["elsewhere pieces"].format(count=len(event.others))
        return f"{kind_text(event.kind, w, lang)}: {label(event.label, w)}, {pieces}, {_when(event, w)}"
    reasons = watch.reasons_of([replace(event, normal=False)])
    if reasons and not (len(reasons) == 1 and reasons[0].code == "event"):
        return say(reasons[0], w, names)
    told = next((say(x.reason, w, names) for x in event.explanations if x.verdict == "wins"), "")
    line = f"{kind_text(event.kind, w, lang)}: {label(event.label, w)}, {_when(event, w)}"
    return f"{line}: {told}" if told else line


def _when(event: Event, w: Mapping[str, str]) -> str:
    if event.stop_utc > event.start_utc:
        return f"{when(event.start_utc, w)} – {when(event.stop_utc, w)}"
    return when(event.start_utc, w)


def explanation_texts(event: Event, w: Mapping[str, str], names: Mapping[str, str]) -> list[dict[str, str]]:
    """Each dull explanation that was tested: its name, the verdict and why, in words."""
    return [
        {"name": w.get(x.name, x.name), "verdict": w.get(x.verdict, x.verdict), "text": say(x.reason, w, names)}
        for x in event.explanations
    ]
