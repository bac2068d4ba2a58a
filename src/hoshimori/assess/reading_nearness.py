"""What came near: approaches, stays and doubtful sets of `encounter`, and the conjunctions of `conjunction`, as drafted items.

Where two numbers were exchanged, the finding's own words fall: nothing else is read from it. A neighbour that stays is within
range all the time, so that being near says nothing of a hit there.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from hoshimori.assess.reading_draft import (
    CLOSE_SIGMAS,
    HALF,
    TESTED,
    Draft,
    During,
    believed,
    context,
    counted,
    distance,
    explanation,
    need,
    number,
    parameters,
    value,
    verdict,
    when,
    wrong,
)
from hoshimori.findings import Event, Quantity

BEYOND_CHANCE = 0.01
"""The bound below which `encounter` itself calls chance rejected."""
SAFE_KM = 1.0
"""Of the definition of passed_at_safe_distance."""
TIERS = ((1.0, 2), (2.0, 3), (CLOSE_SIGMAS, 4))
"""Credibility of "near enough to have met" by how many sigmas away it was computed to pass. Judged."""
UNTIMED = 4
"""The same where nobody said when the thing asked about happened: in low orbits something passes so near every day."""
MANY_SETS = 10.0
DOUBTS = ("identity swap", "cross-tag", "wild set", "cannot be propagated")


def encounter(event: Event, during: During) -> Iterator[Draft]:
    if event.kind == "doubtful set":
        yield _doubtful(event)
        return
    if event.kind not in ("approach", "stay"):
        return
    need(event, "miss_km")
    if verdict(event, "identity swap") == "wins":
        yield swapped(event)
        return
    if event.kind == "approach":
        yield from _approach(event, during)
    else:
        yield from _stay(event)
    yield from sound(event)


def conjunction(event: Event, during: During) -> Iterator[Draft]:
    need(event, "miss_km")
    if verdict(event, "identity swap") == "wins":
        yield swapped(event)
        return
    yield from neighbour(event)
    if verdict(event, "known neighbour") != "wins":
        yield near(event, during)
    yield from sound(event)


def other(event: Event) -> str:
    if not event.others:
        raise wrong(event, "others", event.others, f"the object that an event of kind {event.kind!r} tells of")
    return event.others[0]


# ---- passes


def _approach(event: Event, during: During) -> Iterator[Draft]:
    yield near(event, during)
    drift = explanation(event, "unforced drift")
    if drift is not None and drift.verdict == "wins":
        deg_day, spread, sets = (value(event, drift, k) for k in ("deg_day", "spread", "sets"))
        words = (
            f"Object {other(event)} drifts at {deg_day:.2f} deg a day, the same within {spread:.3f} over {sets:.0f} element "
            f"sets: it came near {event.subject} without thrust"
        )
        yield Draft("second_body_came_by_burns", False, words, TESTED if sets >= MANY_SETS else HALF)


def near(event: Event, during: During) -> Draft:
    """Did it pass within what the orbits' uncertainty allows? Farther off it is told and not weighed: others may have passed."""
    miss, plane = need(event, "miss_km"), number(event, "mahalanobis")
    verb = "is computed to pass" if event.start_utc > event.as_of_utc else "passed by computation"
    words = f"Object {other(event)} {verb} {distance(miss)} from {event.subject} at {when(event.start_utc)}"
    shown = ("miss_km", "mahalanobis", "screening_probability", "maximum_probability", "collision_probability", "tca_sigma_s")
    if plane is None and not miss.sigma:
        return context(words, *shown)
    sigmas = plane.value if plane is not None else abs(miss.value) / (miss.sigma or math.nan)
    words += f", {sigmas:.1f} sigmas of the two orbits{_probability(event)}"
    close = next((credibility for most, credibility in TIERS if sigmas <= most), None)
    if close is None:
        return context(words, *shown)
    credibility = max(close, UNTIMED if during is None else close) + open_doubt(event)
    return Draft("second_body_near", True, words, credibility, shown)


def _probability(event: Event) -> str:
    said, most = number(event, "screening_probability"), number(event, "maximum_probability")
    by_message = number(event, "collision_probability")
    if by_message is not None:
        return f", with a collision probability of {by_message.value:.1e} from the operator's message"
    if said is None or most is None:
        return ""
    return f", with a screening probability of {said.value:.1e} and at most {most.value:.1e} for any size of that uncertainty"


# ---- stays


def _stay(event: Event) -> Iterator[Draft]:
    yield from neighbour(event)
    if verdict(event, "known neighbour") == "wins":
        return  # there by custom: its record is not asked, and its nearness says nothing
    yield from _long(event)
    yield from _repeated(event)
    yield from _by_burns(event)
    yield from _nearer(event)
    yield from _safe(event)


def neighbour(event: Event) -> Iterator[Draft]:
    """Do the two belong together, by declaration or since the record begins?"""
    known = explanation(event, "known neighbour")
    if known is None or known.verdict not in ("wins", "rejected"):
        return
    pair = f"{event.subject} and {other(event)}"
    near_by = f"; nearest {distance(need(event, 'miss_km'))}"
    if known.verdict == "rejected":
        yield Draft(
            "known_neighbour", False, f"{pair} are not known to share a slot: {_why_not(known.reason.code)}{near_by}", TESTED
        )
    elif known.reason.code == "declared co-located":
        yield Draft("known_neighbour", True, f"{pair} are declared to share a slot{near_by}", TESTED)
    else:
        days = known.reason.values.get("days")
        lasted = f" for {float(days):.0f} days" if isinstance(days, int | float) else ""
        yield Draft("known_neighbour", True, f"{pair} have stayed together since the record begins{lasted}{near_by}", HALF)


def _why_not(code: str) -> str:
    reasons = {
        "passes through": "one drifts past",
        "not there before": "it was not there before",
        "does not stay": "it does not stay",
    }
    return reasons.get(code, "the detector rejects it")


def measures(event: Event) -> Mapping[str, Mapping[str, Any]]:
    """What was measured about a stay beside its null, by name; {} in claims of versions that measured nothing."""
    if len(event.evidence) < 2:
        return {}
    rows = parameters(event, 1).get("measures", ())
    if not isinstance(rows, list | tuple) or not all(isinstance(r, Mapping) and "name" in r for r in rows):
        raise wrong(event, "measures", rows, "a list of measures with their names")
    return {str(r["name"]): r for r in rows}


def _measured(event: Event, name: str) -> tuple[float, float, float] | None:
    """Chance, what was observed, and what its null would have; None where it cannot be told."""
    row = measures(event).get(name)
    if row is None or row.get("chance") is None or row.get("observed") is None or row.get("null") is None:
        return None
    numbers = row["chance"], *(Quantity.from_json(row[k]).value for k in ("observed", "null"))
    if not all(isinstance(x, int | float) and math.isfinite(x) for x in numbers):
        raise wrong(event, f"measure {name!r}", row, "finite numbers")
    return float(numbers[0]), float(numbers[1]), float(numbers[2])


def _long(event: Event) -> Iterator[Draft]:
    found = _measured(event, "time near")
    if found is None:
        return
    p, hours, usual = found
    words = (
        f"Object {other(event)} was near {event.subject} for {hours:.0f} h, where what comes by chance stays {usual:.1f} h in "
        f"the median and so long with a probability of {p:.2g}; nearest {distance(need(event, 'miss_km'))}"
    )
    long = p < BEYOND_CHANCE
    yield Draft(
        "stay_long", long, words, (believed(1.0 - p) if long else believed(10.0 * p)) + open_doubt(event), ("chance_time_near",)
    )


def _repeated(event: Event) -> Iterator[Draft]:
    """Earlier stops beside this owner's satellites. That there was none says nothing of other owners."""
    found = _measured(event, "repeat visits")
    if found is None or found[1] < 1.0 or found[0] >= BEYOND_CHANCE:
        return
    p, hits, expected = found
    words = (
        f"Before it came to {event.subject}, object {other(event)} stopped {counted(hits, 'time')} within 0.2 deg of satellites "
        f"of the same owner, where stops at random give {expected:.2f} (probability {p:.2g})"
    )
    yield Draft("stay_repeated", True, words, believed(1.0 - p) + open_doubt(event), ("chance_repeat_visits",))


def _by_burns(event: Event) -> Iterator[Draft]:
    found = _measured(event, "arrival burns")
    if found is None:
        return
    p, burns, expected = found
    came = burns >= 1.0
    words = (
        f"On its way to {event.subject} object {other(event)} made {counted(burns, 'burn')} outside its routine, where its own "
        f"record gives {expected:.2f} (probability of as many by chance {p:.2g})"
    )
    yield Draft(
        "second_body_came_by_burns",
        came,
        words,
        (believed(1.0 - p) if came else HALF) + open_doubt(event),
        ("chance_arrival_burns",),
    )


def _nearer(event: Event) -> Iterator[Draft]:
    """Was somebody else nearer to the visitor? Only where the difference is more than the orbits' uncertainty."""
    test = explanation(event, "nearer to another")
    if test is None:
        return
    own, sigma = value(event, test, "own_km"), number(event, "worst_sigma_km")
    if sigma is None:
        return
    spread = f"each known to about {sigma.value:.1f} km (one sigma)"
    if test.verdict == "rejected":
        words = (
            f"Of all catalogued objects none was nearer to object {other(event)} than {event.subject}, at a median distance of "
            f"{own:.1f} km, {spread}"
        )
        yield Draft("other_was_nearer", False, words, TESTED + open_doubt(event), ("own_median_km", "nearness_rank"))
        return
    km, whose = value(event, test, "km"), str(test.reason.values.get("other", ""))
    words = (
        f"Object {whose} was nearer to object {other(event)} than {event.subject} was: {km:.1f} km against {own:.1f} km in the "
        f"median, {spread}"
    )
    if own - km > 2.0 * math.sqrt(2.0) * sigma.value:
        yield Draft("other_was_nearer", True, words, TESTED + open_doubt(event), ("own_median_km", "nearness_rank"))
    elif own - km > math.sqrt(2.0) * sigma.value:
        yield Draft("other_was_nearer", True, words, HALF + open_doubt(event), ("own_median_km", "nearness_rank"))


def _safe(event: Event) -> Iterator[Draft]:
    """The distance only: of an effect on the subject nothing is known here."""
    miss = need(event, "miss_km")
    if miss.sigma is None:
        return
    words = f"The nearest that object {other(event)} came to {event.subject} was {distance(miss)}"
    if miss.value - CLOSE_SIGMAS * miss.sigma > SAFE_KM:
        yield Draft("passed_at_safe_distance", True, f"{words}; of an effect element sets tell nothing", HALF, ("miss_km",))
    elif miss.value + CLOSE_SIGMAS * miss.sigma < SAFE_KM:
        yield Draft("passed_at_safe_distance", False, words, TESTED + open_doubt(event), ("miss_km",))


# ---- what is wrong with the sets


def _doubtful(event: Event) -> Draft:
    jump = number(event, "jump_km")
    size = f", a jump of {jump.value:.0f} km (its sigma is far smaller)" if jump is not None else ""
    words = {
        "identity swap": f"{event.subject} and {', '.join(event.others)} continue on each other's orbit",
        "cross-tag": f"{event.subject} has an element set on the orbit of {', '.join(event.others)}",
        "wild set": f"An element set of {event.subject} is contradicted by those before and after it",
        "cannot be propagated": f"An element set of {event.subject} gives no orbit",
    }.get(event.label)
    if words is None:
        raise wrong(event, "label", event.label, f"one of {', '.join(DOUBTS)}")
    return Draft("identity_exchange", True, f"{words} at {when(event.start_utc)}{size}", TESTED, ("jump_km",))


def swapped(event: Event) -> Draft:
    words = (
        f"Two catalogue numbers continue on each other's orbit, which explains why {other(event)} seems to come to "
        f"{event.subject} ({distance(need(event, 'miss_km'))})"
    )
    return Draft("identity_exchange", True, words, TESTED, ("miss_km",))


def sound(event: Event) -> Iterator[Draft]:
    """That nothing was wrong with the sets, where that was asked."""
    stale = explanation(event, "stale element set")
    if stale is None or stale.verdict != "rejected" or open_doubt(event):
        return
    words = (
        f"No exchange, cross-tag or contradicted set was found for {event.subject} and {other(event)}, and the older set was "
        f"{value(event, stale, 'days'):.1f} days old"
    )
    yield Draft("identity_exchange", False, words, TESTED, ("age_days", "other_age_days"))


def open_doubt(event: Event) -> int:
    """1 where a set behind this finding is in doubt."""
    return int(any(verdict(event, name) in ("possible", "wins") for name in ("stale element set", *DOUBTS)))
