"""Incidents for programs and the command line: opened, fed with findings and evidence, judged by named persons, assessed.

incident = open_incident("A visitor beside JCSAT-5A", assets=["jcsat-5a"], owners=["JPN"], by="A. Sato", party="JPN")
add_findings(incident.incident_id, "out/events.jsonl", only=["3f2a"])
assessment = assess_incident(incident.incident_id)
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hoshimori.alliance.treaty import Treaty
from hoshimori.assess import reading, threshold
from hoshimori.doors import evidence, library, nature
from hoshimori.doors.evidence import Evidence
from hoshimori.doors.ledgers import ledger, ledger_exists
from hoshimori.errors import NothingFound, Refused, UsageError
from hoshimori.facts import DataMode
from hoshimori.findings import Event, canonical_json
from hoshimori.judgements import CLEAR, Incident, Item, Judgement, Marking
from hoshimori.ledger import incidents as kept
from hoshimori.ledger.home import now_utc

NO_TIME = np.datetime64("NaT", "us")


@dataclass(frozen=True)
class Added:
    """What joined an incident, by id; `passed_over`: how many pieces it had already."""

    items: tuple[str, ...]
    claims: tuple[str, ...]
    passed_over: int

    def to_json(self) -> dict[str, Any]:
        return {
            "schema": "hoshimori.added/1",
            "items": list(self.items),
            "claims": list(self.claims),
            "passed_over": self.passed_over,
        }


def open_incident(
    title: str,
    *,
    by: str,
    party: str,
    question: str = "",
    assets: Sequence[str] = (),
    subjects: Sequence[str] = (),
    owners: Sequence[str] = (),
    start: str | np.datetime64 | None = None,
    stop: str | np.datetime64 | None = None,
    alliance: str = "japan-us",
    marking: Marking = CLEAR,
    data_mode: DataMode = DataMode.REAL,
    home: Path | None = None,
) -> Incident:
    """Open an incident in the ledger of a party. Its id is given by the ledger."""
    rules = nature.rules_for(alliance)
    if party not in rules.parties:
        raise Refused("unknown-party", f"party {party!r}: the parties of {alliance} are {', '.join(rules.parties)}")
    _refuse_names(title, by, owners, subjects)
    begin, end = _time(start), _time(stop)
    now = now_utc()
    for what, t in (("start", begin), ("stop", end)):
        kept.refuse_future(t, now, what)
    if begin > end:
        raise UsageError(f"start {begin} lies after stop {end}")
    draft = Incident(
        incident_id="",
        title=title,
        question=question or "What happened, and of what nature is it?",
        assets=tuple(assets),
        subjects=tuple(subjects),
        owners=tuple(owners),
        start_utc=begin,
        stop_utc=end,
        opened_utc=now,
        opened_by=by,
        party=party,
        alliance=rules.alliance_id,
        marking=marking,
        data_mode=data_mode,
    )
    with ledger(home) as book:
        return kept.open_incident(book, draft)


def incident(incident_id: str, *, home: Path | None = None, recorded_by: str | None = None) -> Incident:
    """One incident with all its evidence; recorded_by: as it stood in the ledger at a time."""
    with ledger(home) as book:
        return kept.incident(book, incident_id, recorded_by=None if recorded_by is None else _time(recorded_by))


def incidents(*, home: Path | None = None) -> list[Incident]:
    """All incidents of a ledger."""
    if not ledger_exists(home):
        return []
    with ledger(home) as book:
        return kept.incidents(book)


def findings(
    events: str | Path | Iterable[Mapping[str, Any] | Event], *, only: Sequence[str] = (), data_mode: DataMode | None = None
) -> list[Event]:
    """The events of a file, or those given, each checked against its id; only: first digits of ids; data_mode: refuse others."""
    records = library.read_events(Path(events)) if isinstance(events, str | Path) else events
    found = [e if isinstance(e, Event) else _event(e) for e in records]
    chosen = [e for e in found if not only or e.event_id.startswith(tuple(only))]
    if not chosen:
        which = f"has an id that begins with {' or '.join(only)}" if only else "to add"
        raise NothingFound(f"no event {which}")
    for e in chosen if data_mode is not None else ():
        if e.data_mode is not data_mode:
            raise Refused(
                "data-mode", f"event {e.event_id[:8]} is {e.data_mode.name}: it joins no incident of another kind; see --mode"
            )
    return chosen


def add_findings(
    incident_id: str,
    events: str | Path | Iterable[Mapping[str, Any] | Event],
    *,
    only: Sequence[str] = (),
    marking: Marking = CLEAR,
    home: Path | None = None,
) -> Added:
    """Join findings to an incident: an events.jsonl, or events. Each is kept whole, and read into items of evidence."""
    with ledger(home) as book:
        case = kept.incident(book, incident_id)
        chosen = findings(events, only=only, data_mode=case.data_mode)
        joined = case.marking.with_(marking)
        span = None if np.isnat(case.start_utc) or np.isnat(case.stop_utc) else (case.start_utc, case.stop_utc)
        items = reading.items_of_all(chosen, marking=joined, during=span)
        kept.refuse_marked_otherwise(case, items)
        for event in chosen:
            kept.add_event(book, incident_id, event.event_id, canonical_json(event.to_json()))
        return _add(book, case, items)


def add_evidence(incident_id: str, file: str | Path, *, marking: Marking = CLEAR, home: Path | None = None) -> Added:
    """Join the items and claims of a TOML file to an incident; `hoshimori incident template` prints one."""
    case = incident(incident_id, home=home)
    told = evidence.read(Path(file), data_mode=case.data_mode, marking=case.marking.with_(marking))
    return add_told(incident_id, told, home=home)


def add_told(incident_id: str, told: Evidence, *, home: Path | None = None) -> Added:
    """Join items and claims that were read already (`evidence.read`, `evidence.from_rows`) to an incident."""
    with ledger(home) as book:
        case = kept.incident(book, incident_id)
        kept.refuse_marked_otherwise(case, [*told.items, *told.claims])
        return _add(book, case, [*told.items, *told.claims])


def judge(
    incident_id: str,
    criterion: str,
    answer: str,
    *,
    by: str,
    party: str,
    reason: str,
    dissent: bool = False,
    supersedes: str = "",
    marking: Marking = CLEAR,
    home: Path | None = None,
) -> Judgement:
    """The answer of a named person to one question of the threshold. Refused where it may not be taken; nothing is lost."""
    now = now_utc()
    with ledger(home) as book:
        case = kept.incident(book, incident_id)
        rules = nature.rules_named(case.alliance)
        earlier = [j.judgement_id for j in case.judgements if supersedes and j.judgement_id.startswith(supersedes)]
        given = Judgement(
            criterion=criterion,
            answer=answer,
            by=by,
            party=party,
            at_utc=now,
            reason=reason,
            supersedes=earlier[0] if len(earlier) == 1 else supersedes,
            dissent=dissent,
            marking=case.marking.with_(marking),
            data_mode=case.data_mode,
        )
        kept.add(book, incident_id, given, now_utc=now, check=lambda i: threshold.accept(given, i, rules, now))
    return given


def assess_incident(
    incident_id: str,
    *,
    as_of: str | np.datetime64 = "now",
    releasable_to: Sequence[str] = (),
    home: Path | None = None,
) -> dict[str, Any]:
    """Assess an incident as known at a moment, and keep the assessment in the ledger. JSON of hoshimori.assessment/1.

    releasable_to: parties that are to read the whole of it; what may not be released to all of them is left out and counted.
    """
    now = now_utc()
    with ledger(home) as book:
        case = kept.incident(book, incident_id)
        moment = now if as_of == "now" else _time(as_of)
        kept.refuse_future(moment, now, "as of")
        made = nature.assess(case, moment, made_utc=now, releasable_to=frozenset(releasable_to) or None)
        kept.record_assessment(book, incident_id, made)
    return made


def assessments(incident_id: str, *, home: Path | None = None) -> list[dict[str, Any]]:
    """Every assessment made of an incident, the newest last."""
    with ledger(home) as book:
        kept.incident(book, incident_id)
        return kept.assessments(book, incident_id)


def rules_of(incident_id: str, *, home: Path | None = None) -> Treaty:
    """The treaty that an incident is held against."""
    return nature.rules_named(incident(incident_id, home=home).alliance)


def _refuse_names(title: str, by: str, owners: Sequence[str], subjects: Sequence[str]) -> None:
    for name, value in (("title", title), ("by", by)):
        if not value.strip():
            raise UsageError(f"{name}: not empty")
    for owner in owners:
        if not re.fullmatch("[A-Z]{3}", owner):
            raise UsageError(f"owner {owner!r}: a State as ISO 3166-1 alpha-3 in capitals, such as JPN or USA")
    for subject in subjects:
        if not re.fullmatch("[1-9][0-9]{0,8}", subject):
            raise UsageError(f"subject {subject!r}: a catalogue number, 1 to 999999999")


def _add(book: Any, case: Incident, pieces: Iterable[Any]) -> Added:
    before = {i.item_id for i in case.items} | {c.claim_id for c in case.claims}
    items: list[str] = []
    claims: list[str] = []
    twice = 0
    for piece in pieces:
        name = kept.add(book, case.incident_id, piece, now_utc=now_utc())
        if name in before:
            twice += 1
        else:
            (items if isinstance(piece, Item) else claims).append(name)
            before.add(name)
    return Added(tuple(items), tuple(claims), twice)


def _event(record: Mapping[str, Any]) -> Event:
    try:
        event = Event.from_json(record)
        name = event.event_id
    except KeyError as error:
        raise UsageError(f"a record is not an event of hoshimori.event/1: it has no field {error}") from error
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise UsageError(f"a record is not an event of hoshimori.event/1: {error!r}") from error
    if record.get("id") != name:
        raise UsageError(f"event {str(record.get('id'))[:32]!r}: its content has the id {name}: it was changed")
    return event


def _time(text: str | np.datetime64 | None) -> np.datetime64:
    """ISO 8601, UTC where it names no zone; nothing is not-a-time."""
    return NO_TIME if text is None else library.instant(text)
