"""An exercise incident and its assessment, made by the same functions as a real one: what the tests of the brief are given."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from hoshimori.alliance.treaty import treaty
from hoshimori.assess.attribute import assess
from hoshimori.assess.claims import statuses
from hoshimori.assess.effects import effect
from hoshimori.assess.threshold import NatureFacts, gates
from hoshimori.facts import DataMode
from hoshimori.findings import Quantity
from hoshimori.judgements import Claim, Incident, Item, Judgement, Marking, Tlp

T0 = np.datetime64("2026-11-18T17:42:00", "us")
AS_OF = np.datetime64("2026-11-20T06:00:00", "us")
MADE = np.datetime64("2026-11-20T16:30:15", "us")
HOUR = np.timedelta64(1, "h")
AMBER_JPN = Marking(Tlp.AMBER, frozenset({"JPN"}))
AMBER_BOTH = Marking(Tlp.AMBER, frozenset({"JPN", "USA"}))

SEEN = [
    ("service_lost", True, "Ku-band downlink of EXERCISE-SAT 2 fell by 9 dB over six transponders.", "operator, EXERCISE", "B2"),
    ("interference_reported", True, "Two customers measured a carrier that is not in the plan.", "customers, EXERCISE", "C2"),
    ("interference_selective", True, "It followed the news channel to another transponder.", "operator, EXERCISE", "B2"),
    ("emitter_located", True, "Bearings of two stations cross within 40 km of one coast.", "geolocation service, EXERCISE", "C3"),
    ("recovered", True, "The link came back within four hours without a command.", "operator, EXERCISE", "B1"),
    ("sun_or_eclipse_explains", False, "No sun outage and no eclipse at the stations at that time.", "hoshimori", "A1"),
    ("storm", False, "Kp stayed below 3 for the three days before.", "GFZ Potsdam, EXERCISE", "A1"),
    ("second_body_near", False, "No catalogued object within 50 km.", "hoshimori", "B1"),
    ("emitter_own", False, "All own and neighbouring uplinks were checked.", "operator, EXERCISE", "B3"),
    ("conflict_coincides", True, "It began on the second day of a naval exercise nearby.", "press, EXERCISE", "C2"),
    ("", True, "A journalist was shown the spectrum.", "press, EXERCISE", "D4"),
]  # fmt: skip
ANSWERS = [
    ("affected-or-threatened", "met", "Sato Hanako", "JPN", "A service that many depend on was lost for hours.", False),
    ("affected-or-threatened", "met", "Jane Doe", "USA", "Own terminals saw the same.", False),
    ("might-impede-use", "met", "Sato Hanako", "JPN", "It impeded use while it lasted.", False),
    ("security-threatened", "undetermined", "Sato Hanako", "JPN", "The duration alone does not settle it.", False),
    ("security-threatened", "met", "Suzuki Ichiro", "JPN", "The channel carried warnings to the public.", True),
]


def items(marking: Marking = AMBER_BOTH) -> tuple[Item, ...]:
    rows = []
    for k, (indicator, seen, statement, source, grade) in enumerate(SEEN):
        measured = indicator == "service_lost"
        rows.append(
            Item(
                indicator=indicator,
                seen=seen,
                statement=statement,
                source=source,
                grade=grade,
                t_utc=T0 + k * HOUR,
                known_utc=T0 + (k + 2) * HOUR,
                quantities={"drop": Quantity(9.0, "dB", 0.5)} if measured else {},
                event_id="0123456789abcdef0123456789abcdef" if indicator == "second_body_near" else "",
                method="encounter@3" if indicator == "second_body_near" else "",
                inputs=("sha256:" + "ab" * 32,) if indicator == "second_body_near" else (),
                marking=AMBER_JPN if indicator == "emitter_located" else marking,
                data_mode=DataMode.EXERCISE,
            )
        )
    return tuple(rows)


def claims() -> tuple[Claim, ...]:
    def claim(kind: str, speaker: str, statement: str, hours: int, grade: str) -> Claim:
        t = T0 + hours * HOUR
        return Claim(
            kind,
            speaker,
            "Atlantis",
            statement,
            "",
            "press release, EXERCISE",
            grade,
            t,
            t + HOUR,
            marking=AMBER_BOTH,
            data_mode=DataMode.EXERCISE,
        )

    return (
        claim("accusation", "Ruritania", "Atlantis jams our common satellite.", 9, "C3"),
        claim("denial", "Atlantis: Ministry of Communications", "We operate no such transmitter.", 14, "D4"),
    )


def incident(**changes: Any) -> Incident:
    told: dict[str, Any] = {
        "incident_id": "EX-2026-011",
        "title": "Loss of service on EXERCISE-SAT 2",
        "question": "What caused the loss of service on 18 November, and was it meant?",
        "assets": ("exercise-sat-2",),
        "subjects": ("99001",),
        "owners": ("JPN",),
        "start_utc": T0,
        "stop_utc": T0 + 4 * HOUR,
        "opened_utc": T0 + HOUR,
        "opened_by": "Sato Hanako",
        "party": "JPN",
        "alliance": "japan-us",
        "items": items(),
        "claims": claims(),
        "judgements": tuple(
            Judgement(
                c, a, by, party, T0 + (20 + k) * HOUR, why, dissent=dissent, marking=AMBER_BOTH, data_mode=DataMode.EXERCISE
            )
            for k, (c, a, by, party, why, dissent) in enumerate(ANSWERS)
        ),
        "marking": AMBER_BOTH,
        "data_mode": DataMode.EXERCISE,
    }
    return Incident(**{**told, **changes})


def assessment(one: Incident | None = None, **changes: Any) -> dict[str, Any]:
    """The JSON of an assessment of the incident, with gates, claims and precedents."""
    one = one or incident()
    rows = [s.to_json() for s in statuses(one.claims, one.items)]
    found = effect(one.items)
    first = assess(one, AS_OF, made_utc=MADE, claim_rows=rows, effect=found)
    low = first.bayes.odds[first.verdict][0] if first.verdict in first.bayes.odds else None
    nature = NatureFacts(first.verdict, low, first.confidence.level, found)
    done = assess(
        one,
        AS_OF,
        made_utc=MADE,
        claim_rows=rows,
        effect=found,
        gates=gates(one, treaty(), AS_OF, nature=nature),
        precedents=[
            {
                "id": "a",
                "title": "EXERCISE case A, jamming over a coast",
                "hypothesis": "deliberate_reversible",
                "shared": 5,
                "distance": 0.21,
            },
            {"id": "b", "title": "EXERCISE case B, mispointed own dish", "hypothesis": "own_act", "shared": 4, "distance": 0.34},
        ],
    )
    return {**copy.deepcopy(done.to_json()), **changes}


SIGNATURES = (
    {
        "party": "JPN",
        "by": "Sato Hanako",
        "keyid": "3f" * 32,
        "act": "proposed",
        "at": "2026-11-20T17:00:00.000000Z",
        "reasons": "",
    },
    {
        "party": "USA",
        "by": "Jane Doe",
        "keyid": "a1" * 32,
        "act": "dissented",
        "at": "2026-11-20T19:10:00.000000Z",
        "reasons": "E4 rests on two stations only.",
    },
)


def hide(tree: Any, path: tuple[str | int, ...], marking: Mapping[str, Any]) -> Any:
    """The tree with the part at this path withheld."""
    tree = copy.deepcopy(tree)
    node = tree
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = {"withheld": {"sha256": "0" * 64, "marking": dict(marking)}}
    return tree


def paths(node: Any, before: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every path of a tree of dicts and lists."""
    pairs: Any = node.items() if isinstance(node, Mapping) else enumerate(node) if isinstance(node, list) else ()
    for key, value in pairs:
        yield (*before, key)
        yield from paths(value, (*before, key))
