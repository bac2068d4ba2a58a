"""What comes down, as drafted items: by air alone, by a burn, and what of its element sets is in doubt."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from hoshimori.assess.reading_draft import (
    HALF,
    TESTED,
    Draft,
    During,
    context,
    explanation,
    moment,
    need,
    number,
    parameters,
    value,
    verdict,
    when,
    wrong,
)
from hoshimori.findings import Event, Quantity

STORM_AP = 39.0
"""Ap of a day from which `reentry` speaks of a storm. Some three hours of such a day had Kp 5- at least."""


def reentry(event: Event, during: During) -> Iterator[Draft]:
    recorded = parameters(event)
    best = when(moment(event, recorded.get("best"), "best"))
    remaining = need(event, "remaining")
    window = f"window {when(event.start_utc)} to {when(event.stop_utc)}" + _level(event)
    words = f"{event.subject} comes down about {best} ({window})"
    doubt = int(verdict(event, "bad fit") == "possible" or verdict(event, "identity swap") == "possible")
    shown = ("remaining", "level", "perigee", "ballistic", "sets")
    basis, why = recorded.get("basis"), _why(event, recorded)
    if basis == "message":
        yield context(f"{words}, as somebody else's message says", *shown)
        return
    marks = _marks(event, recorded)
    if event.label == "natural" and why == "reentry class air":
        said = f"{words}, and the air alone explains how its {need(event, 'sets').value:.0f} element sets sank"
        yield Draft("drag_explains", True, said, TESTED + doubt, shown)
    yield from _burn(event, marks, words, doubt, shown)
    yield from _storm(event, words)
    if verdict(event, "bad fit") == "rejected" and verdict(event, "identity swap") == "rejected":
        yield Draft(
            "identity_exchange", False, f"The element sets of {event.subject} agree with each other, in plane and drag", TESTED
        )
    if event.label == "cannot tell":
        left = (
            f"{remaining.value:.1f} ± {remaining.sigma:.1f} days (one sigma)"
            if remaining.sigma
            else f"{remaining.value:.1f} days"
        )
        yield context(f"{words}, {left} ahead; whether by air alone cannot be told", *shown)


def _level(event: Event) -> str:
    level = number(event, "level")
    return f", to hold the moment in {100.0 * level.value:.0f} of 100 cases" if level is not None else ", of no stated level"


def _why(event: Event, recorded: Mapping[str, Any]) -> str:
    told = recorded.get("class", {})
    why = told.get("why", {}) if isinstance(told, Mapping) else {}
    return str(why.get("code", "")) if isinstance(why, Mapping) else ""


def _marks(event: Event, recorded: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    rows = recorded.get("marks", ())
    if not isinstance(rows, list | tuple) or not all(isinstance(m, Mapping) and {"mark", "verdict"} <= set(m) for m in rows):
        raise wrong(event, "marks", rows, "marks with their verdicts")
    return {str(m["mark"]): m for m in rows}


def _burn(
    event: Event, marks: Mapping[str, Mapping[str, Any]], words: str, doubt: int, shown: tuple[str, ...]
) -> Iterator[Draft]:
    """A braking burn: a step in speed that air does not make, the surer where the perigee fell as well."""
    step, drop = (str(marks.get(name, {}).get("verdict", "cannot tell")) for name in ("retrograde step", "perigee drop"))
    lost = _figure(marks.get("retrograde step", {}), "step")
    size = f"{lost.value:.1f} ± {lost.sigma:.1f} m/s (one sigma)" if lost is not None and lost.sigma else "an unknown speed"
    if step == "met":
        fell = ", and its perigee fell below 100 km within a revolution" if drop == "met" else ""
        said = f"{words}; between two element sets it lost {size} more than air explains{fell}"
        credibility = (TESTED if drop == "met" else HALF) + doubt
        yield Draft("retro_burn", True, said, credibility, shown)
        yield Draft("drag_explains", False, said, credibility, shown)
    elif step == drop == "not met":
        said = (
            f"{words}; between no two element sets did it lose more than 5 m/s beyond the air (at most {size}); a burn after the "
            f"newest set would not show"
        )
        yield Draft("retro_burn", False, said, HALF + doubt, shown)


def _figure(mark: Mapping[str, Any], name: str) -> Quantity | None:
    figures = mark.get("figures", {})
    found = figures.get(name) if isinstance(figures, Mapping) else None
    return Quantity.from_json(found) if isinstance(found, Mapping) else None


def _storm(event: Event, words: str) -> Iterator[Draft]:
    """A stormy day among the newest set's own and the three before it."""
    told = explanation(event, "storm")
    if told is None or told.reason.code != "reentry storm":
        return
    ap = value(event, told, "ap")
    if ap >= STORM_AP:
        said = (
            f"{words}; on one of the four days up to its newest element set the field was disturbed, with a daily Ap of {ap:.0f}"
        )
        yield Draft("storm", True, said, HALF)
