"""From a detector's finding to evidence items: which indicators an event answers, seen or looked for and not found, and how sure.

One reader for each detector, named by the method that stands in the event's evidence, so that a plugin that borrows the name of a
kind is not read as ours. No item speaks of intent. What answers no indicator is carried with an empty one, and weighs nothing.

Items do not know what they are held against: whether a finding belongs to an incident, in place and in time, is for whoever asks.
`during` says when the incident was; a finding of another time is then carried and not weighed. Docs: docs/nature-reading.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

import numpy as np

from hoshimori.assess import (
    reading_ascent,
    reading_breakup,
    reading_descent,
    reading_illumination,
    reading_interference,
    reading_nearness,
    reading_orbit,
    reading_silence,
)
from hoshimori.assess.reading_draft import Draft, During, context, grade_of, id_of, moment, number, parameters, when, wrong
from hoshimori.errors import UsageError
from hoshimori.findings import Event
from hoshimori.judgements import CLEAR, Item, Marking

__all__ = ["READERS", "items_of", "items_of_all"]

Reader = Callable[[Event, During], Iterator[Draft]]
READERS: Mapping[str, tuple[tuple[str, ...], Reader]] = {
    "encounter": (("approach", "stay", "doubtful set"), reading_nearness.encounter),
    "conjunction": (("conjunction",), reading_nearness.conjunction),
    "manoeuvre": (("manoeuvre",), reading_orbit.manoeuvre),
    "pattern": (("pattern",), reading_orbit.pattern),
    "silence": (("silence",), reading_silence.silence),
    "breakup": (("breakup",), reading_breakup.breakup),
    "ascent": (("ascent",), reading_ascent.ascent),
    "illumination": (("illumination",), reading_illumination.illumination),
    "interference": (("interference",), reading_interference.interference),
    "reentry": (("reentry",), reading_descent.reentry),
}
"""By the name of each built-in detector: the kinds of event that it writes, and who reads them."""

ONE_THING = np.timedelta64(6, "h")
"""Findings about one subject whose times come so near each other speak of one thing. Judged: a few revolutions."""
EFFECT = "service_lost"


def items_of(
    event: Event, *, known_utc: np.datetime64 | None = None, marking: Marking = CLEAR, during: During = None
) -> tuple[Item, ...]:
    """At least one item for every event; never one indicator both seen and not seen.

    known_utc: since when the finding could be known, not before the moment that it was made for; that moment if not given.
    during: start and stop of what is asked about.
    UsageError, with the event's id, where an event does not hold what its method writes.
    """
    known = _known(event, known_utc)
    if during is not None and not during[0] <= during[1]:
        raise UsageError(f"during {during[0]} to {during[1]}: expected a start that is not after its stop")
    drafts, ours = _read(event, during)
    if ours and during is not None and not _meets(event, during):
        drafts = [_elsewhere(d) for d in drafts]
    return tuple(_item(event, draft, known, marking, ours) for draft in _settled(drafts))


def items_of_all(
    events: Iterable[Event], *, known_utc: np.datetime64 | None = None, marking: Marking = CLEAR, during: During = None
) -> tuple[Item, ...]:
    """The items of many findings, one for each thing: what several detectors, or several runs of one, see is not counted twice.

    Of a finding made again for a later moment the later one stands. That somebody did (a site, a launch, an object) is not undone
    by others that did not; a detector that denies just that keeps its item, which then names the one that it contradicts.
    """
    found = [(e, i) for e in _newest(events) for i in items_of(e, known_utc=known_utc, marking=marking, during=during)]
    carried = [i for _, i in found if not i.indicator]
    weighed = sorted(
        (p for p in found if p[1].indicator), key=lambda p: (p[1].indicator, p[0].subject, p[0].start_utc, p[1].item_id)
    )
    out: list[Item] = []
    for _, same in groupby(weighed, key=lambda p: (p[1].indicator, p[0].subject)):
        for group in _together(list(same)):
            out += _one_of(group)
    return tuple({i.item_id: i for i in (*_no_safe_distance(out, weighed), *carried)}.values())


# ---- one event


def _known(event: Event, known_utc: np.datetime64 | None) -> np.datetime64:
    known = event.as_of_utc if known_utc is None else known_utc.astype("datetime64[us]")
    if np.isnat(known):
        raise wrong(event, "as_of", "", "the moment of knowledge that it was found for; or give known_utc")
    if known < event.as_of_utc:
        raise wrong(event, "known_utc", known, f"not before {event.as_of_utc}, the moment of knowledge that it was found for")
    if np.isnat(event.start_utc) or np.isnat(event.stop_utc):
        raise wrong(event, "start, stop", (event.start_utc, event.stop_utc), "two times")
    return known


def _method(event: Event) -> str:
    return event.evidence[0].method if event.evidence else ""


def _read(event: Event, during: During) -> tuple[list[Draft], bool]:
    """What the reader of this method makes of the event, and whether the method is ours."""
    method = _method(event)
    kinds, reader = READERS.get(method.partition("@")[0], ((), None))
    if reader is None or event.kind not in kinds:
        return [
            context(f"{method or 'An unnamed method'} tells of {event.kind!r} ({event.label!r}) about {event.subject}")
        ], False
    for name in event.quantities:
        number(event, name)
    try:
        drafts = list(reader(event, during))
    except UsageError:
        raise
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as e:
        what = f"{type(e).__name__}: {e}"
        raise UsageError(f"event {id_of(event)}: {what}: expected a {event.kind} as {method} writes it") from e
    return drafts or [
        context(f"{method} tells of {event.kind} ({event.label}) about {event.subject} at {when(event.start_utc)}")
    ], True


def _settled(drafts: Sequence[Draft]) -> list[Draft]:
    """One draft for each indicator, the surer; where a finding speaks both ways, both are carried and neither is weighed."""
    ways: dict[str, set[bool]] = {}
    for d in drafts:
        ways.setdefault(d.indicator, set()).add(d.seen)
    torn = {name for name, seen in ways.items() if name and len(seen) > 1}
    out: dict[tuple[str, str], Draft] = {}
    for d in sorted(drafts, key=lambda d: d.credibility):
        d = _elsewhere(d) if d.indicator in torn else d
        out.setdefault((d.indicator, "" if d.indicator else d.statement), d)
    return [d for d in out.values() if d.indicator] + [d for d in out.values() if not d.indicator]


def _elsewhere(draft: Draft) -> Draft:
    return replace(draft, indicator="", seen=True)


def _meets(event: Event, during: tuple[np.datetime64, np.datetime64]) -> bool:
    """An event of light spans its windows; what it says, also of the times between, is about all that was looked at."""
    start, stop = event.start_utc, event.stop_utc
    if event.kind == "illumination":
        start, stop = (moment(event, parameters(event).get(name), name) for name in ("start", "stop"))
    return bool(start <= during[1] and stop >= during[0])


def _item(event: Event, draft: Draft, known_utc: np.datetime64, marking: Marking, ours: bool) -> Item:
    method = _method(event)
    return Item(
        indicator=draft.indicator,
        seen=draft.seen,
        statement=draft.statement,
        source=f"hoshimori {method}" if ours else method or "not named",
        grade=grade_of(method, draft, ours=ours),
        t_utc=event.start_utc.astype("datetime64[us]"),
        known_utc=known_utc,
        quantities={k: event.quantities[k] for k in draft.shown if k in event.quantities},
        event_id=event.event_id,
        method=method,
        inputs=tuple(dict.fromkeys(d for e in event.evidence for d in e.inputs)),
        marking=marking,
        data_mode=event.data_mode,
    )


# ---- many events


def _newest(events: Iterable[Event]) -> list[Event]:
    """Of findings that differ in their moment of knowledge alone, the last; and none twice."""
    out: dict[tuple[object, ...], Event] = {}
    for e in sorted(events, key=lambda e: (str(e.as_of_utc), id_of(e))):
        out[(_method(e).partition("@")[0], e.kind, e.subject, e.others, _started(e))] = e
    return list(out.values())


def _started(event: Event) -> str:
    """A stay or a silence begins when it begins; of a moment that is computed anew the last digits change."""
    return str(event.start_utc.astype("datetime64[m]"))


def _together(pairs: list[tuple[Event, Item]]) -> list[list[tuple[Event, Item]]]:
    """Parts whose times come within `ONE_THING` of each other. pairs: of one indicator and subject, by start."""
    groups: list[list[tuple[Event, Item]]] = []
    last: np.datetime64 = np.datetime64("NaT", "us")
    for event, item in pairs:
        if groups and event.start_utc <= last + ONE_THING:
            groups[-1].append((event, item))
            last = max(last, event.stop_utc)
        else:
            groups.append([(event, item)])
            last = event.stop_utc
    return groups


def _one_of(group: Sequence[tuple[Event, Item]]) -> list[Item]:
    """The surest that says seen; without one the surest that does not. Beside it who denies just that, if anybody."""
    best = sorted(group, key=lambda p: (p[1].grade[0], p[1].grade[1], p[1].item_id))
    seen, absent = [p for p in best if p[1].seen], [p for p in best if not p[1].seen]
    if not seen:
        return [absent[0][1]]
    event, item = seen[0]
    against = [i for e, i in absent if _method(e) != _method(event) and (not _named(e) or set(_named(e)) & set(_named(event)))]
    return [item, *(replace(i, contradicts=(item.item_id,)) for i in against[:1])]


def _named(event: Event) -> tuple[str, ...]:
    """Whom a finding is about beside its subject; the pieces of a break-up are nobody else."""
    return () if event.kind == "breakup" else event.others


def _no_safe_distance(items: Sequence[Item], weighed: Sequence[tuple[Event, Item]]) -> list[Item]:
    """A visitor did not "pass at a safe distance" of a subject of which an effect is told: the indicator asks for both."""
    hurt = {e.subject for e, i in weighed if i.indicator == EFFECT and i.seen}
    of = {i.item_id: e.subject for e, i in weighed}
    return [i for i in items if not (i.indicator == "passed_at_safe_distance" and i.seen and of.get(i.item_id) in hurt)]
