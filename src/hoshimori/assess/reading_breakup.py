"""A break-up, as drafted items: how many pieces, how fast, one moment, another body there. Its cause is told and not weighed.

The odds of a cause come from the same pieces as these items; to weigh both would count the pieces twice.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from hoshimori.assess.reading_draft import HALF, TESTED, Draft, During, believed, context, need, number, parameters, when, wrong
from hoshimori.findings import Event, Quantity

MANY, FEW = 100, 20
FAST_M_S = 200.0
"""All three of the indicators' definitions."""
SETTLED_DAYS = 30.0
"""Before so many days the catalogue is still filling, and a small count says nothing. Judged: the large clouds of the last twenty
years were catalogued over weeks."""
SPREAD = 2.6
"""The fastest hundredth of pieces over the fastest tenth, where log10 of the speed scatters by 0.4 about its mean, as the NASA
break-up model has it (Johnson and others, Adv. Space Res. 28, 2001): 10 ** (0.4 * (2.33 - 1.28))."""
MINUTES_S = 300.0


def breakup(event: Event, during: During) -> Iterator[Draft]:
    record = parameters(event).get("record", {})
    if not isinstance(record, Mapping):
        raise wrong(event, "record", record, "what breakup@1 writes of one cloud")
    pieces, sigma_s = need(event, "pieces").value, need(event, "moment_sigma_s").value
    middle = event.start_utc + (event.stop_utc - event.start_utc) // 2
    met = f"{pieces:.0f} pieces of {event.subject} left one point at {when(middle)} ± {_span(sigma_s)} (one sigma)"
    yield from _count(event, pieces, met, middle)
    yield from _speed(event, record)
    if sigma_s <= MINUTES_S:
        words = f"{met}; signs before that moment are not looked for"
        yield Draft("sudden_onset", True, words, HALF, ("moment_sigma_s", "pieces"))
    yield from _second(event, record, met)
    blast, *blows = (need(event, f"cause_{name}").value for name in ("explosion", "collision", "deliberate"))
    apart = "are told apart" if _told_apart(record) else "are not told apart"
    words = (
        f"{met}; their speeds give odds of {blast:.2f} for an explosion and {sum(blows):.2f} for having been struck, where "
        f"accident and deed {apart}"
    )
    yield context(words, "cause_explosion", "cause_collision", "cause_deliberate", "pieces")


def _span(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < MINUTES_S else f"{seconds / 3600.0:.1f} h"


def _told_apart(record: Mapping[str, Any]) -> bool:
    cause = record.get("cause", {})
    return isinstance(cause, Mapping) and bool(cause.get("told_apart", False))


def _count(event: Event, pieces: float, met: str, middle: np.datetime64) -> Iterator[Draft]:
    """Many is many at once; that there are few is known when the catalogue has had its time."""
    if pieces >= MANY:
        yield Draft("pieces_many", True, f"{met}, counted up to {when(event.as_of_utc)}", TESTED, ("pieces",))
        return
    days = (event.as_of_utc - middle) / np.timedelta64(86_400_000_000, "us")
    if not days >= SETTLED_DAYS:
        return
    words = f"{met}, and {days:.0f} days later no more are catalogued"
    yield Draft("pieces_many", False, words, TESTED, ("pieces",))
    if pieces <= FEW:
        yield Draft("pieces_few", True, words, TESTED, ("pieces",))


def _speed(event: Event, record: Mapping[str, Any]) -> Iterator[Draft]:
    told = record.get("delta_v_m_s", {})
    tenth = told.get("p90") if isinstance(told, Mapping) else None
    low, known = (told.get(k) if isinstance(told, Mapping) else None for k in ("p10", "pieces"))
    if tenth is None or low is None or known is None:
        return
    if not all(isinstance(x, int | float) and math.isfinite(x) for x in (tenth, low, known)):
        raise wrong(event, "delta_v_m_s", told, "finite tenths of the speeds, or null")
    words = f"Of {known:.0f} pieces of {event.subject} whose speed is known, eight in ten left at {low:.0f} to {tenth:.0f} m/s"
    if tenth > FAST_M_S:
        yield Draft("pieces_fast", True, words, TESTED, ("delta_v_median_m_s",))
    elif tenth * SPREAD < FAST_M_S:
        yield Draft("pieces_fast", False, words, TESTED, ("delta_v_median_m_s",))


def _second(event: Event, record: Mapping[str, Any], met: str) -> Iterator[Draft]:
    """Another body at the place: one that came apart as well, one that passed, or none in a whole catalogue."""
    named = [p for p in (_parent(x) for x in _rows(event, record, "parents")) if p is not None]
    beside = [
        (str(b["norad_id"]), Quantity.from_json({**b["miss_km"], "unit": "km"})) for b in _rows(event, record, "also_there")
    ]
    if len(named) > 1:
        both = " and ".join(number for number, _ in named[:2])
        words = f"{met}, in streams of more than one object: {both} came apart there together"
        yield Draft("second_body_near", True, words, believed(min(odds for _, odds in named[:2])), ("moment_sigma_s",))
        yield Draft("second_body_hit", True, words, believed(min(odds for _, odds in named[:2])), ("moment_sigma_s",))
    elif beside:
        whose, miss = min(beside, key=lambda b: b[1].value)
        off = (
            f"{miss.value:.1f} ± {miss.sigma or math.nan:.1f} km (one sigma)"
            if miss.sigma
            else f"{miss.value:.1f} km (sigma not known)"
        )
        words = f"{met}, and object {whose} passed that point then at {off}"
        yield Draft("second_body_near", True, words, HALF, ("moment_sigma_s", "height_km"))
    elif bool(record.get("second_body_sought", False)) and record.get("method") == "pinch point":
        place = number(event, "height_km")
        known = f"; the place is known to {place.sigma:.1f} km (one sigma)" if place is not None and place.sigma else ""
        words = f"{met}, and no other catalogued object was within three sigmas of that point then{known}"
        yield Draft("second_body_near", False, words, TESTED, ("moment_sigma_s", "height_km"))


def _rows(event: Event, record: Mapping[str, Any], name: str) -> Sequence[Mapping[str, Any]]:
    rows = record.get(name, ())
    if not isinstance(rows, list | tuple) or not all(isinstance(r, Mapping) for r in rows):
        raise wrong(event, name, rows, "a list of records")
    return rows


def _parent(row: Mapping[str, Any]) -> tuple[str, float] | None:
    """The parent of one stream, where one is likelier than all else together."""
    likely = [(str(c["norad_id"]), float(c["odds"])) for c in row.get("candidates", ()) if float(c["odds"]) > 0.5]
    return likely[0] if likely else None
