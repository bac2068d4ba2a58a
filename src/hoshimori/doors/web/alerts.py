"""Which findings and which conditions of the service wake somebody, how loudly, and what it is called in both languages.

The same matter alerts once: one reason of one asset with one other object, however often it is swept. What nobody acknowledged is
said again after a while; what somebody acknowledged is not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from hoshimori.doors.web.conditions import Conditions, alert_key
from hoshimori.doors.web.said import condition_text
from hoshimori.doors.words import say, words
from hoshimori.duty import Alert, Duty
from hoshimori.findings import Reason, iso
from hoshimori.judgements import CLEAR

SAME = np.timedelta64(3, "D")
"""One matter with one other object, seen again within this: better element sets move its moment by hours."""
LIKELY = 1e-4
"""A conjunction at least this probable is critical: the level at which operators commonly act."""
POSSIBLE = 1e-6
SEVERITY: Mapping[str, str] = {
    "stay": "warning",
    "approach": "warning",
    "departure": "warning",
    "identity": "warning",
    "decayed": "critical",
    "silence": "info",
    "manoeuvre": "info",
    "manoeuvre of unknown size": "info",
    "no orbit": "info",
    "newest set is old": "info",
    "epoch ahead": "info",
}
OF_EVENTS: Mapping[str, str] = {"breakup": "critical", "reentry": "warning", "ascent": "warning", "interference": "warning"}
QUIET = frozenset({"not observable from open data", "no element set held"})
"""Known for as long as the list is: shown on the floor, nobody is woken."""


Names = Callable[[Sequence[str]], Mapping[str, str]]


@dataclass(frozen=True)
class Matter:
    """Something that may wake somebody. key: the same for the same matter, except for its moment."""

    key: str
    severity: str
    code: str
    subject: str
    when: np.datetime64
    record: Mapping[str, Any]


def raise_findings(
    duty: Duty, record: Mapping[str, Any], events: Sequence[Mapping[str, Any]], names: Names = lambda _: {}
) -> list[Alert]:
    """Raise what a sweep of the present found, or count again what stands. record: of the sweep; events: of hoshimori.event/1.

    names: what the catalogue calls some numbers, so that an alert names both objects.
    """
    found, raised = list(matters(record, events)), []
    called = names(sorted({n for m in found for n in numbers_of(m)}))
    for matter in (replace(m, record={**m.record, "names": _of(called, m)}) for m in found):
        before = [a for a in duty.alerts_keyed(matter.key + " ") if _near(a, matter)]
        key = before[0].key if before else f"{matter.key} {iso(matter.when) or '-'}"
        raised.append(duty.alert(key, severity=matter.severity, code=matter.code, subject=matter.subject, record=matter.record))
    return raised


def raise_conditions(duty: Duty, conditions: Conditions) -> list[Alert]:
    """Raise each condition of the service once for as long as it stands, if it is more than a note."""
    raised = []
    for code, note in conditions.standing().items():
        key = alert_key(code, note)
        if note["severity"] != "info" and not duty.alerts_keyed(key):
            record = {"condition": code, "since": note["since"], "values": dict(note["values"]), "marking": CLEAR.to_json()}
            raised.append(duty.alert(key, severity=note["severity"], code=code, subject="service", record=record))
    return raised


def matters(record: Mapping[str, Any], events: Sequence[Mapping[str, Any]]) -> Iterator[Matter]:
    """The reasons of every asset, and the events that are about no asset of the list."""
    modes = record["data_modes"]
    mode = next((m for m in ("EXERCISE", "SIMULATED", "TEST") if m in modes), "REAL")
    base = {"data_mode": mode, "as_of": record["as_of"], "watchlist": record["watchlist"], "marking": CLEAR.to_json()}
    own = set()
    for state in record["states"]:
        subject = str(state["norad_id"]) if state["norad_id"] is not None else str(state["asset"])
        own.add(subject)
        for reason in map(Reason.from_json, state["reasons"]):
            if reason.code not in QUIET:
                behind = _events_of(events, subject, reason)
                yield _matter(reason, subject, {**base, "name": state["name"], "state": state["state"], "events": behind})
    for event in events:
        if not event["normal"] and event["subject"] not in own and event["kind"] in OF_EVENTS:
            reason = Reason("event", {"kind": event["kind"], "said": event["label"], "when": event["start"]})
            yield _matter(reason, str(event["subject"]), {**base, "name": "", "state": "", "events": [event["id"]]})


def _matter(reason: Reason, subject: str, record: Mapping[str, Any]) -> Matter:
    other = str(reason.values.get("other", reason.values.get("kind", "")))
    when = str(reason.values.get("when", ""))
    moment = np.datetime64(when.rstrip("Z"), "us") if when else np.datetime64("NaT", "us")
    key = f"finding {record['watchlist']} {subject} {reason.code.replace(' ', '-')} {other or '-'}"
    return Matter(key, severity_of(reason), reason.code, subject, moment, {**record, "reason": reason.to_json()})


def severity_of(reason: Reason) -> str:
    """What a dull explanation accounts for wakes nobody; a conjunction does by its probability."""
    if reason.code in ("conjunction", "conjunction message"):
        chances = [float(reason.values[k]) for k in ("p", "maximum") if k in reason.values]
        worst = max(chances, default=POSSIBLE)  # not known is not the same as none
        return "critical" if worst >= LIKELY else "warning" if worst >= POSSIBLE else "info"
    if reason.values.get("explained_by"):
        return "info"
    if reason.code == "event":
        return OF_EVENTS.get(str(reason.values["kind"]), "info")
    return SEVERITY.get(reason.code, "warning")


def numbers_of(matter: Matter) -> list[str]:
    """The catalogue numbers that a matter speaks of."""
    told = (matter.subject, str(matter.record["reason"].get("other", "")))
    return [n for n in told if n.isdigit()]


def _of(called: Mapping[str, str], matter: Matter) -> dict[str, str]:
    return {n: called[n] for n in numbers_of(matter) if n in called}


def _events_of(events: Sequence[Mapping[str, Any]], subject: str, reason: Reason) -> list[str]:
    """The events behind a reason: those of its subject with its other object, or at its moment."""
    other, when = reason.values.get("other"), reason.values.get("when")
    mine = [e for e in events if e["subject"] == subject and not e["normal"]]
    if other is not None:
        return [e["id"] for e in mine if other in e["others"] and e["kind"] == reason.code.partition(" ")[0]]
    return [e["id"] for e in mine if when is not None and e["start"] == when]


def _near(alert: Alert, matter: Matter) -> bool:
    when = str(alert.record.get("reason", {}).get("when", ""))
    if not when or np.isnat(matter.when):
        return not when and np.isnat(matter.when)
    return bool(abs(np.datetime64(when.rstrip("Z"), "us") - matter.when) <= SAME)


def text(alert: Alert, lang: str) -> str:
    """What is the matter, in one line."""
    record = alert.record
    if "condition" in record:
        return condition_text(str(record["condition"]), dict(record.get("values", {})), lang)
    if "reason" in record:
        said = say(Reason.from_json(record["reason"]), words(lang), record.get("names", {}))
        name = str(record.get("name") or record.get("names", {}).get(alert.subject, ""))
        return f"{name} ({alert.subject}): {said}" if name else f"{alert.subject}: {said}"
    return f"{alert.code}: {alert.subject}"
