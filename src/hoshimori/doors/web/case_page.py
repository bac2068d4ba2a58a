"""One incident, its assessments and its records as trees of an answer: each dict carries the marking of what it derives from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from hoshimori.alliance.treaty import Treaty
from hoshimori.assess.estimative import graded
from hoshimori.assess.table import table
from hoshimori.doors import brief, nature
from hoshimori.doors.english_ledger import LEDGER as EN
from hoshimori.doors.japanese_ledger import LEDGER as JA
from hoshimori.doors.web.cases import Assessed, Recorded
from hoshimori.errors import HoshimoriError
from hoshimori.findings import iso
from hoshimori.judgements import CLEAR, Claim, Incident, Item, Judgement, Marking

GONE = ("withdrawn", "superseded", "fallen")
"""States of a record that no longer says where its incident stands."""
OPEN, ASSESSED = "open", "assessed"


def ledger_words(lang: str) -> Mapping[str, str]:
    return JA if lang == "ja" else EN


def nature_words(lang: str) -> Mapping[str, str]:
    return brief.LANGUAGES["ja" if lang == "ja" else "en"]


def indicator_text(name: str, lang: str) -> str:
    """What must hold for an indicator to count as seen; "" for none."""
    known = table().indicators.get(name)
    return "" if known is None else (known.seen_ja if lang == "ja" else "") or known.seen


def head(case: Incident) -> dict[str, Any]:
    """An incident without its pieces."""
    return {k: v for k, v in case.to_json().items() if k not in ("items", "claims", "judgements")}


def summary(case: Incident, made: Sequence[Assessed], told: Sequence[Recorded], party: str | None) -> dict[str, Any]:
    """One row of the list of incidents. Every count is of what this reader may read."""
    pieces = {"items": case.items, "claims": case.claims, "judgements": case.judgements}
    return {
        **head(case),
        "counts": {k: sum(p.marking.may_read(party) for p in v) for k, v in pieces.items()},  # type: ignore[attr-defined]
        "latest": assessment_row(made[0], told) if made else None,
        "state": state(made, told),
    }


def state(made: Sequence[Assessed], told: Sequence[Recorded]) -> str:
    """Where an incident stands by what a reader may see of it: open, assessed, or the state of its newest record."""
    standing = [r.record.state for r in told if r.record.state not in GONE]
    return standing[0] if standing else ASSESSED if made else OPEN


def state_text(code: str, lang: str) -> str:
    own = {"en": {OPEN: "open", ASSESSED: "assessed"}, "ja": {OPEN: "未評価", ASSESSED: "評価済み"}}
    return own["ja" if lang == "ja" else "en"].get(code) or ledger_words(lang)[f"state {code}"]


def page(case: Incident, made: Sequence[Assessed], told: Sequence[Recorded], *, party: str | None, lang: str) -> dict[str, Any]:
    """Everything of one incident. made, told: those that this reader may read, the newest first."""
    hidden = unreadable(case, party)
    rules = _rules(case)
    where = state(made, told)
    return {
        **case.to_json(),
        "items": [item_row(i, lang, hidden) for i in case.items],
        "claims": [claim_row(c, lang, hidden) for c in case.claims],
        "judgements": [judgement_row(j, lang, hidden, rules) for j in case.judgements],
        "assessments": [assessment_row(a, told) for a in made],
        "records": [record_row(r, party, lang) for r in told],
        "state": where,
        "text": {"state": state_text(where, lang)},
    }


def unreadable(case: Incident, party: str | None) -> dict[str, Marking]:
    """The pieces that a party may not read, by id."""
    return {_name(p): p.marking for p in _pieces(case) if not p.marking.may_read(party)}


def assessment_tree(tree: Mapping[str, Any], hidden: Mapping[str, Marking]) -> dict[str, Any]:
    """An assessment as a reader sees it: where one of its pieces names another that they may not read, that name is withheld.

    A part that is withheld in the tree itself stays as it is.
    """
    names = {"items": "contradicts", "claims": "contradicts", "judgements": "supersedes"}
    return {k: _rows(v, names[k], hidden) if k in names else v for k, v in tree.items()}


def _rows(rows: Any, field: str, hidden: Mapping[str, Marking]) -> Any:
    if not isinstance(rows, list):
        return rows
    return [_referring(r, field, _named(r, field), hidden) if isinstance(r, dict) else r for r in rows]


def _named(row: Mapping[str, Any], field: str) -> list[str]:
    found = row.get(field, ())
    return [found] if isinstance(found, str) else [str(x) for x in found] if isinstance(found, list | tuple) else []


def item_row(item: Item, lang: str, hidden: Mapping[str, Marking]) -> dict[str, Any]:
    w = ledger_words(lang)
    seen = w["not weighed"] if not item.indicator else w["seen" if item.seen else "not found"]
    said = {"indicator": indicator_text(item.indicator, lang), "seen": seen, "grade": graded(item.grade, language=_lang(lang))}
    return _referring(item.to_json() | {"text": said}, "contradicts", item.contradicts, hidden)


def claim_row(claim: Claim, lang: str, hidden: Mapping[str, Marking]) -> dict[str, Any]:
    said = {
        "kind": nature_words(lang)[f"claim {claim.kind}"],
        "about": indicator_text(claim.about, lang),
        "grade": graded(claim.grade, language=_lang(lang)),
    }
    return _referring(claim.to_json() | {"text": said}, "contradicts", claim.contradicts, hidden)


def judgement_row(given: Judgement, lang: str, hidden: Mapping[str, Marking], rules: Treaty | None) -> dict[str, Any]:
    criterion = rules.criteria.get(given.criterion) if rules is not None else None
    question = "" if criterion is None else criterion.question_ja if lang == "ja" else criterion.question
    said = {"answer": nature_words(lang)[f"answer {given.answer}"], "question": question}
    return _referring(given.to_json() | {"text": said}, "supersedes", [given.supersedes], hidden)


def assessment_row(made: Assessed, told: Sequence[Recorded] = ()) -> dict[str, Any]:
    """One assessment in a list. told: records, of which those that sign it are named."""
    tree = made.tree
    return {
        "id": made.assessment_id,
        **{k: tree[k] for k in ("as_of", "made", "verdict", "confidence", "agree", "data_mode", "left_out")},
        "items": len(tree["items"]),
        "signed": [r.record.record for r in told if r.assessment_id == made.assessment_id],
        "marking": made.marking.to_json(),
    }


def record_row(told: Recorded, party: str | None, lang: str) -> dict[str, Any]:
    """One record: who signed what when stands in the open to the parties that hold it; the assessment has its own marking."""
    w, r = ledger_words(lang), told.record
    acts = [
        {**a, "text": {"act": w[f"act {a['act']}"], "not_seen": _not_seen(int(a["not_seen"]), w)}}
        for a in (dict(x) for x in r.acts)
    ]
    return {
        **r.to_json(),
        "acts": acts,
        "assessment_id": told.assessment_id if Marking.from_json(told.assessment["marking"]).may_read(party) else None,
        "marking": told.marking.to_json(),
        "text": {"state": w[f"state {r.state}"]},
    }


def _not_seen(count: int, w: Mapping[str, str]) -> str:
    return w["act not seen"].format(count=count).strip() if count else ""


def moment_or_none(t_utc: np.datetime64 | None) -> str | None:
    return None if t_utc is None else iso(t_utc)


def _referring(row: dict[str, Any], field: str, names: Iterable[str], hidden: Mapping[str, Marking]) -> dict[str, Any]:
    """A field that names a piece which this reader may not read has that piece's marking: an id is made of what it names."""
    markings = [hidden[n] for n in names if n in hidden]
    if not markings:
        return row
    marking = CLEAR
    for m in markings:
        marking = marking.with_(m)
    return {**row, "markings": {field: marking.to_json()}}


def _pieces(case: Incident) -> tuple[Item | Claim | Judgement, ...]:
    return (*case.items, *case.claims, *case.judgements)


def _name(piece: Item | Claim | Judgement) -> str:
    return str(piece.to_json()["id"])


def _rules(case: Incident) -> Treaty | None:
    try:
        return nature.rules_named(case.alliance)
    except HoshimoriError:
        return None  # an incident of an alliance whose questions this service does not have is still shown


def _lang(lang: str) -> str:
    return "ja" if lang == "ja" else "en"
