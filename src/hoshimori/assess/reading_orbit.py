"""What an object did with its own orbit: burns of `manoeuvre` and departures of `pattern`, as drafted items.

A burn is inferred from a change of orbit. Where the change is of a kind that thrust makes, the subject was under power; where it
is like nothing the object did before, what changed its orbit is open, and nothing is weighed.
"""

from __future__ import annotations

from collections.abc import Iterator

from hoshimori.assess.reading_draft import (
    TESTED,
    Draft,
    During,
    believed,
    context,
    explanation,
    need,
    number,
    value,
    verdict,
    when,
)
from hoshimori.findings import Event

POWERED = ("station-keeping", "inclination", "relocation", "avoidance", "graveyard", "deorbit", "low thrust")
"""Classes of `manoeuvre` that are a known use of thrust. Not "unusual" nor "orbit change": a blow or a leak looks like those."""
BOOKKEEPING = ("bad set", "new fit", "stale element set", "identity swap")
MANY_SHARE = 0.3
"""Share of other objects slowed together from which `manoeuvre` itself speaks of space weather."""


def manoeuvre(event: Event, during: During) -> Iterator[Draft]:
    p = need(event, "probability").value
    doubt = int(any(verdict(event, name) == "possible" for name in BOOKKEEPING))
    words = f"{event.subject} changed its orbit at {_middle(event)}{_size(event)}, with a probability of {p:.2f}"
    shown = ("probability", "t_sigma_s", "dv_in_track_m_s", "dv_cross_track_m_s", "dv_radial_bound_m_s")
    if event.label in POWERED:
        yield Draft("was_operating", True, f"{words}, in the way of {event.label}", believed(p) + doubt, shown)
    else:
        yield context(f"{words}; the change is called {event.label}, and what made it is open", *shown)
    braking = number(event, "dv_in_track_m_s")
    if event.label == "deorbit" and braking is not None and braking.value + 2.0 * (braking.sigma or 0.0) < 0.0:
        yield Draft("retro_burn", True, f"{words}, against its motion", believed(p) + doubt, shown)
    yield from _air(event)
    yield from _others(event)
    if all(verdict(event, name) == "rejected" for name in BOOKKEEPING):
        words = (
            f"No bad set, new fit, gap or exchange of numbers explains the change of orbit of {event.subject} at {_middle(event)}"
        )
        yield Draft("identity_exchange", False, words, TESTED)


def _middle(event: Event) -> str:
    """The moment and how well it is known."""
    middle = event.start_utc + (event.stop_utc - event.start_utc) // 2
    return f"{when(middle)} ± {need(event, 't_sigma_s').value / 3600.0:.1f} h (one sigma)"


def _size(event: Event) -> str:
    named = (("dv_in_track_m_s", "along its track"), ("dv_cross_track_m_s", "across it"))
    found = [(number(event, name), where) for name, where in named]
    told = [f"{q.value:.3g} ± {q.sigma or float('nan'):.2g} m/s {where}" for q, where in found if q is not None and q.sigma]
    return f", by {' and '.join(told)}" if told else ", by an amount that its element sets do not tell"


def _air(event: Event) -> Iterator[Draft]:
    """Does a slow change by the air explain it? "possible" decides nothing."""
    drag = explanation(event, "drag storm")
    if drag is None or drag.verdict != "rejected":
        return
    why = {
        "air cannot raise": "it raised the orbit",
        "no air here": "there is no air at its height",
        "thin air": "the air at its height is too thin",
        "slow change instead": "a slow change fits its element sets worse than a sudden one",
    }.get(drag.reason.code, "the detector rejects it")
    words = f"Drag does not explain the change of orbit of {event.subject} at {_middle(event)}: {why}"
    yield Draft("drag_explains", False, words, TESTED)


def _others(event: Event) -> Iterator[Draft]:
    slowed = explanation(event, "space weather")
    if slowed is None or slowed.verdict == "cannot tell":
        return
    share, objects = value(event, slowed, "share"), value(event, slowed, "objects")
    words = (
        f"Of {objects:.0f} other low objects {100.0 * share:.0f} % were slowed within half a day of the burn of {event.subject}"
    )
    yield Draft("many_hit_alike", share > MANY_SHARE, words, TESTED)


def pattern(event: Event, during: During) -> Iterator[Draft]:
    """Leaving the usual is told and not weighed: element sets do not show whether by command, by a fault or by a push."""
    score, days, sets = (need(event, name).value for name in ("score", "learnt_days", "learnt_sets"))
    words = (
        f"From {when(event.start_utc)} on {event.subject} left what was usual for it ({event.label}), with a score of "
        f"{score:.2f} where 0 is usual and 0.5 is half a band beyond it, against {sets:.0f} element sets of {days:.0f} days"
    )
    yield context(words, "score", "learnt_days", "learnt_sets")
