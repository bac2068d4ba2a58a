"""What a week's report says of the ledger: incidents, their newest assessments, records; and only what its reader may have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from hoshimori.doors.ledgers import ledger, ledger_exists
from hoshimori.doors.web import policy
from hoshimori.errors import Refused
from hoshimori.facts import DataMode
from hoshimori.findings import iso
from hoshimori.judgements import Incident, Marking
from hoshimori.ledger import exchange, incidents, standing
from hoshimori.ledger.home import Ledger
from hoshimori.ledger.keyring import Keyring

PUBLIC = "public"
SAID = (
    "schema", "as_of", "made", "method", "table", "data_mode", "marking", "markings", "verdict", "bayes",
    "likelihood", "confidence", "confidence_reasons", "why_undetermined", "left_out",
)  # fmt: skip
"""What of an assessment a week's report tells. Its evidence stands in its brief."""


def ledger_of(
    home: Path | None, modes: Sequence[DataMode], since_utc: np.datetime64, by_utc: np.datetime64, readers: Sequence[str] = ()
) -> dict[str, Any]:
    """Incidents and records of these kinds of data as the ledger stood at `by_utc`, and what joined them after `since_utc`."""
    out: dict[str, Any] = {"as_of": iso(by_utc), "since": iso(since_utc), "incidents": [], "records": []}
    if not ledger_exists(home):
        return out
    names = {m.name for m in modes}
    with ledger(home) as book:
        opened = [i.incident_id for i in incidents.incidents(book) if i.opened_utc <= by_utc and i.data_mode.name in names]
        out["incidents"] = [_incident(book, name, since_utc, by_utc, readers) for name in opened]
        out["records"] = [r for r in _records(book, since_utc, by_utc) if r["data_mode"] in names]
    return out


def _incident(book: Ledger, name: str, since_utc: np.datetime64, by_utc: np.datetime64, readers: Sequence[str]) -> dict[str, Any]:
    """An incident with its pieces, each under its own marking, so that what may not be read is not even counted with it.

    Its assessment is the newest that every reader may have.
    """
    now = incidents.incident(book, name, recorded_by=by_utc)
    before = _before(book, now, since_utc)
    made = [a for a in incidents.assessments(book, name) if np.datetime64(str(a["made"]).rstrip("Z"), "us") <= by_utc]
    told = {k: v for k, v in now.to_json().items() if k not in ("items", "claims", "judgements")}
    return told | {
        "new": bool(now.opened_utc > since_utc),
        "pieces": [
            *(
                {"what": "item", "id": i.item_id, "marking": i.marking.to_json(), "new": i.item_id not in before}
                for i in now.items
            ),
            *(
                {"what": "claim", "id": c.claim_id, "marking": c.marking.to_json(), "new": c.claim_id not in before}
                for c in now.claims
            ),
            *(
                {"what": "judgement", "id": j.judgement_id, "marking": j.marking.to_json(), "new": j.judgement_id not in before}
                for j in now.judgements
            ),
        ],
        "assessments": [{k: a[k] for k in ("as_of", "made", "marking")} for a in made],
        "assessment": next((_said(a) for a in reversed(made) if _may(a["marking"], readers)), None),
    }


def _may(marking: Mapping[str, Any], readers: Sequence[str]) -> bool:
    return all(Marking.from_json(marking).may_read(None if r == PUBLIC else r) for r in readers)


def _said(assessment: Mapping[str, Any]) -> dict[str, Any]:
    told = {k: v for k, v in assessment.items() if k in SAID}
    return told | {"bayes": {k: v for k, v in told["bayes"].items() if k in ("leader", "odds", "prior")}}


def _before(book: Ledger, now: Incident, since_utc: np.datetime64) -> frozenset[str]:
    """The pieces that it had already when the week began."""
    if now.opened_utc > since_utc:
        return frozenset()
    then = incidents.incident(book, now.incident_id, recorded_by=since_utc)
    return frozenset(
        [*(i.item_id for i in then.items), *(c.claim_id for c in then.claims), *(j.judgement_id for j in then.judgements)]
    )


def _records(book: Ledger, since_utc: np.datetime64, by_utc: np.datetime64) -> list[dict[str, Any]]:
    """Every record proposed by then, under the marking of the assessment that it carries, with its acts so far."""
    known = [s for s in exchange.known(book.journal) if s.act.at_utc <= by_utc]
    if not known:
        return []
    _, ring = book.keyring()
    rows = []
    for proposal in sorted((s for s in known if s.act.act == "proposed"), key=lambda s: s.act.at_utc):
        acts = [s for s in known if s.act.record == proposal.act.record]
        tree = proposal.act.assessment
        rows.append(
            {
                "record": proposal.act.record,
                "incident": proposal.act.incident,
                "party": proposal.act.party,
                "at": iso(proposal.act.at_utc),
                "new": any(bool(s.act.at_utc > since_utc) for s in acts),
                "marking": dict(tree.get("marking") or {"tlp": "CLEAR"}),
                "data_mode": str(tree.get("data_mode", "")),
                **_standing(acts, ring),
            }
        )
    return rows


def _standing(acts: Sequence[standing.Spoken], ring: Keyring) -> dict[str, Any]:
    try:
        standings = standing.still(acts, ring)
        return {"state": standing.state(standings, ring), "acts": standing.as_rows(standings), "why": ""}
    except Refused as refusal:
        return {"state": "fallen", "acts": [], "why": str(refusal)}


def released(tree: Mapping[str, Any], readers: Sequence[str]) -> dict[str, Any]:
    """A ledger's part with only what every one of these readers may have. What is left out is counted, and nothing else of it.

    readers: parties, or "public"; none: everything, for the ledger's own house.
    """
    shown: Any = dict(tree)
    for reader in readers:
        shown = policy.shown(shown, None if reader == PUBLIC else reader)
    kept, left = _without_withheld(shown)
    told: dict[str, Any] = kept | {"left_out": left}
    return told


def _without_withheld(tree: Any) -> tuple[Any, int]:
    """The tree without list elements that are withheld, and how many parts are withheld in all."""
    if _withheld(tree):
        return tree, 1
    if isinstance(tree, dict):
        made = {k: _without_withheld(v) for k, v in tree.items()}
        return {k: v for k, (v, _) in made.items()}, sum(n for _, n in made.values())
    if isinstance(tree, list | tuple):
        rows = [_without_withheld(v) for v in tree]
        return [v for v, _ in rows if not _withheld(v)], sum(n for _, n in rows)
    return tree, 0


def _withheld(node: Any) -> bool:
    return isinstance(node, dict) and set(node) == {"withheld"}
