"""The one way from an incident to its assessment, the same when it is made and when a stranger makes it again."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from hoshimori.alliance.register import BUILT_IN
from hoshimori.alliance.treaty import Treaty, treaty
from hoshimori.assess import attribute, claims, effects, history, rates, threshold
from hoshimori.errors import UsageError
from hoshimori.judgements import UNDETERMINED, Claim, Incident, Item, Judgement, Marking, strictest
from hoshimori.ledger import canonical

FOLDER = "HOSHIMORI_ALLIANCE"
"""The setting that names the folder of an alliance that is not built in."""
OPEN = ("schema", "as_of", "made", "method", "table", "data_mode", "marking", "markings", "basis")
"""Fields of an assessment that every reader of its record may see; all others carry its marking."""


def rules_for(alliance: str) -> Treaty:
    """The questions of an alliance as a person names it: built in, that of HOSHIMORI_ALLIANCE, or a folder."""
    return treaty(alliance) if Path(alliance).is_dir() and alliance not in BUILT_IN else rules_named(alliance)


def rules_named(alliance: str) -> Treaty:
    """The questions of an alliance as a record names it: never a folder that somebody else's record points to.

    Built in, or of the folder that HOSHIMORI_ALLIANCE names here if it is that alliance.
    """
    place = os.environ.get(FOLDER, "")
    if place and (found := treaty(place)).alliance_id == alliance:
        return found
    if alliance not in BUILT_IN:
        known = ", ".join(BUILT_IN)
        raise UsageError(f"alliance {alliance!r}: built in are {known}; of another one set {FOLDER} to its folder")
    return treaty(alliance)


def assess(
    incident: Incident, as_of_utc: np.datetime64, *, made_utc: np.datetime64, releasable_to: frozenset[str] | None = None
) -> dict[str, Any]:
    """The assessment of an incident as known at a moment, as JSON of hoshimori.assessment/1 with its judgements and its basis.

    releasable_to: what any of these parties may not read is left out before anything is worked out, and counted.
    """
    rules = rules_named(incident.alliance)
    known = incident.known_at(as_of_utc)
    case = known if releasable_to is None else _released(known, releasable_to)
    cases = history.precedents()
    effect = effects.effect(case.items)
    handed: dict[str, Any] = {
        "made_utc": made_utc,
        "counts": history.counts(cases),
        "claim_rows": [s.to_json() for s in claims.statuses(case.claims, case.items)],
        "effect": effect,
        "precedents": [_near(n) for n in history.nearest(case, cases)],
    }
    found = attribute.assess(case, as_of_utc, **handed)
    low = None if found.verdict == UNDETERMINED else found.bayes.odds[found.verdict][0]
    facts = threshold.NatureFacts(found.verdict, low, found.confidence.level, effect)
    gates = threshold.gates(case, rules, as_of_utc, nature=facts)
    made = replace(found, gates=tuple(g.to_json() for g in gates)).to_json()
    made["left_out"]["not_releasable"] += _count(known) - _count(case)
    later = incident if releasable_to is None else _released(incident, releasable_to)  # no count of what may not be released
    made["left_out"]["known_later"] += _count(later) - _count(case)
    made["consultation"] = threshold.consultation(gates, rules).to_json()
    made["judgements"] = [j.to_json() for j in case.judgements]
    made["basis"] = {
        "history": _digest(handed["counts"]),
        "rates": _digest([r.to_json() for r in rates.rates()]),
        "gates": rules.version,
    }
    return _marked(made, case)


def _near(near: history.Near) -> dict[str, Any]:
    p = near.precedent
    return {
        "id": p.id,
        "title": p.title,
        "title_ja": p.title_ja,
        "hypothesis": p.truth,
        "shared": list(near.shared),
        "distance": round(near.distance, 6),
    }


def _digest(data: Any) -> str:
    return canonical.sha256(canonical.canonical(_plain(data)))


def _plain(data: Any) -> Any:
    """Tuples as lists, as JSON has them."""
    if isinstance(data, dict):
        return {k: _plain(v) for k, v in data.items()}
    return [_plain(v) for v in data] if isinstance(data, list | tuple) else data


def again(assessment: Mapping[str, Any]) -> dict[str, Any]:
    """The assessment made again from what it carries itself, to be compared with it."""
    incident = Incident.from_json(
        {
            **assessment["incident"],
            "items": assessment["items"],
            "claims": [{k: v for k, v in c.items() if k not in ("status", "because")} for c in assessment["claims"]],
            "judgements": assessment["judgements"],
        }
    )
    return assess(incident, _moment(assessment["as_of"]), made_utc=_moment(assessment["made"]))


def _released(case: Incident, parties: frozenset[str]) -> Incident:
    """Only what every one of these parties may read."""

    def free(record: Item | Claim | Judgement) -> bool:
        return all(record.marking.may_read(p) for p in parties)

    return replace(
        case,
        items=tuple(filter(free, case.items)),
        claims=tuple(filter(free, case.claims)),
        judgements=tuple(filter(free, case.judgements)),
    )


def _count(case: Incident) -> int:
    return len(case.items) + len(case.claims) + len(case.judgements)


def _marked(made: dict[str, Any], case: Incident) -> dict[str, Any]:
    """The strictest marking of all that it derives from, on the whole and on every part that tells anything."""
    records: list[Item | Claim | Judgement] = [*case.items, *case.claims, *case.judgements]
    marking = strictest([case.marking, *(r.marking for r in records)])
    made["marking"] = marking.to_json()
    if marking != Marking():
        made["markings"] = {k: marking.to_json() for k in sorted(made) if k not in OPEN}
    return made


def same(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """The fields in which two assessments differ."""
    return sorted(
        k
        for k in {*one, *other}
        if k not in one or k not in other or canonical.canonical(one[k]) != canonical.canonical(other[k])
    )


def _moment(text: str) -> np.datetime64:
    return np.datetime64(str(text).rstrip("Z"), "us")
