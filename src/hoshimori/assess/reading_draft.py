"""What every reader of a finding goes by: a drafted item, the rule for its grade, and numbers taken out of an event with care.

The grade (Admiralty) of an item that rests on a finding of ours, by rule and never by feeling:

- Reliability is the method's record. B: its error rates for this indicator are measured, for this very version (`rates.toml`).
  C: they are not. F: the method is not ours.
- Credibility is the finding's own confidence. 2 where what was found has a probability of 0.9 and more, or a test of the detector
  decided it; 3 from 0.5 on; 4 from 0.2 on; 5 below. One worse where an element set behind it is in doubt. Never 1: one method
  cannot confirm itself.
- A finding that shows one half of an indicator and is silent on the other says so, and is not better than 3.
- Nothing is better than the declaration or report that it stands on.

The three bounds of credibility are judged: they are the outer two, and the middle, of what people read into such odds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from hoshimori.assess.rates import rate
from hoshimori.errors import UsageError
from hoshimori.findings import Event, Explanation, Quantity
from hoshimori.judgements import check_grade

During = tuple[np.datetime64, np.datetime64] | None
"""When what is asked about happened; None: not asked."""

TESTED, HALF = 2, 3
"""Credibility of what a detector's own test decided; and the best that one half of an indicator can have."""
WORST = 5
BELIEVED = ((0.9, 2), (0.5, 3), (0.2, 4))
CLOSE_SIGMAS = 3.0
"""How many sigmas of the orbits' uncertainty still allow that two objects met. Judged; the tails of public sets are long."""


@dataclass(frozen=True)
class Draft:
    """An item before it has its grade, source and times.

    credibility: see the module. shown: names of the event's quantities that it rests on. reported: the grade of the declaration
    or report that it also stands on, "" for none.
    """

    indicator: str
    seen: bool
    statement: str
    credibility: int
    shown: tuple[str, ...] = ()
    reported: str = ""


def context(statement: str, *shown: str) -> Draft:
    """Carried, not weighed."""
    return Draft("", True, statement, HALF, shown)


def grade_of(method: str, draft: Draft, *, ours: bool) -> str:
    """By the rule at the top of this module."""
    if not ours:
        return "F6"
    reliability = "B" if draft.indicator and rate(method, draft.indicator) is not None else "C"
    credibility = str(min(max(draft.credibility, TESTED), WORST))
    if not draft.reported:
        return reliability + credibility
    said = check_grade(draft.reported)
    return max(reliability, said[0]) + max(credibility, said[1])


def believed(p: float) -> int:
    """Credibility of what holds with this probability.

    >>> [believed(p) for p in (0.97, 0.6, 0.3, 0.05)]
    [2, 3, 4, 5]
    """
    return next((credibility for least, credibility in BELIEVED if p >= least), WORST)


def id_of(event: Event) -> str:
    """The event's id; of an event that cannot be written as JSON what can be said of it."""
    try:
        return event.event_id
    except (TypeError, ValueError, AttributeError):
        return f"of kind {event.kind!r} about {event.subject!r}"


def wrong(event: Event, what: str, found: object, expected: str) -> UsageError:
    """To be raised: this event does not hold what its method writes."""
    return UsageError(f"event {id_of(event)}: {what}={str(found)[:80]!r}: expected {expected}")


def number(event: Event, name: str) -> Quantity | None:
    """A quantity of the event, None where it has none of this name."""
    found = event.quantities.get(name)
    if found is None:
        return None
    if not isinstance(found, Quantity) or not _finite(found.value) or not (found.sigma is None or _finite(found.sigma)):
        raise wrong(event, f"quantity {name}", found, "a finite number with its unit, and a finite sigma or none")
    return found


def need(event: Event, name: str) -> Quantity:
    """A quantity without which this kind of event says nothing."""
    found = number(event, name)
    if found is None:
        raise wrong(event, f"quantity {name}", "", f"to be there: every event of kind {event.kind!r} has it")
    return found


def _finite(x: object) -> bool:
    return isinstance(x, int | float) and bool(np.isfinite(x))


def parameters(event: Event, which: int = 0) -> Mapping[str, Any]:
    """What one evidence of the event recorded."""
    found = event.evidence[which].parameters if len(event.evidence) > which else None
    if not isinstance(found, Mapping):
        raise wrong(event, f"parameters of evidence {which + 1}", found, "a mapping")
    return found


def explanation(event: Event, name: str) -> Explanation | None:
    """The first explanation of this name."""
    return next((x for x in event.explanations if x.name == name), None)


def verdict(event: Event, name: str) -> str:
    """ "" where it was not tested."""
    found = explanation(event, name)
    return found.verdict if found else ""


def value(event: Event, test: Explanation, name: str) -> float:
    """A number among the values of an explanation's reason."""
    found = test.reason.values.get(name)
    if not isinstance(found, int | float) or not np.isfinite(found):
        raise wrong(event, f"explanation {test.name!r}: {name}", found, "a finite number")
    return float(found)


def distance(q: Quantity) -> str:
    """A length is never said without how far it may be off.

    >>> distance(Quantity(0.584, "km", 0.31)), distance(Quantity(41.2, "km"))
    ('0.58 ± 0.31 km (one sigma)', '41 km (sigma not known)')
    """
    if q.sigma is None:
        return f"{_short(q.value)} {q.unit} (sigma not known)"
    digits = 2 if q.sigma < 1.0 else 1 if q.sigma < 10.0 else 0
    return f"{q.value:.{digits}f} ± {q.sigma:.{digits}f} {q.unit} (one sigma)"


def counted(n: float, noun: str) -> str:
    """
    >>> counted(1.0, "report"), counted(3.0, "report")
    ('1 report', '3 reports')
    """
    return f"{n:.0f} {noun}" if n == 1.0 else f"{n:.0f} {noun}s"


def _short(x: float) -> str:
    return f"{x:.2g}" if abs(x) < 100.0 else f"{x:.0f}"


def when(t: np.datetime64) -> str:
    """To the second, as it stands in a sentence."""
    return f"{np.datetime_as_string(t.astype('datetime64[s]')).replace('T', ' ')} UTC"


def moment(event: Event, text: object, what: str) -> np.datetime64:
    """A time among the parameters."""
    try:
        t = np.datetime64(str(text).rstrip("Z"), "us")
    except ValueError as e:
        raise wrong(event, what, text, "a time such as 2026-03-01T12:00:00Z") from e
    if np.isnat(t):
        raise wrong(event, what, text, "a time such as 2026-03-01T12:00:00Z")
    return t
