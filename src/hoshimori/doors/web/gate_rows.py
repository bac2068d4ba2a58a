"""The questions of the treaty about one incident as they stand now, from what a reader may read of it and nothing else.

They are worked out anew at each reading: an answer that was given a moment ago is there. The machine's facts about nature come
from the newest assessment that this reader may read whole. It ends at the conditions for requesting consultation.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from hoshimori.alliance.register import BUILT_IN
from hoshimori.alliance.register import register as built_in_register
from hoshimori.assess import threshold
from hoshimori.assess.threshold import NatureFacts
from hoshimori.doors import brief_front, nature
from hoshimori.doors.brief_reading import Reader, unbroken
from hoshimori.doors.web.case_page import nature_words
from hoshimori.doors.web.cases import Assessed, readable_case, withheld_count
from hoshimori.judgements import UNDETERMINED, Effect, Incident, strictest


def gates(whole: Incident, made: Assessed | None, as_of_utc: np.datetime64, *, party: str | None, lang: str) -> dict[str, Any]:
    """Gate by gate, with the answers of persons and who dissents. made: the assessment that says what the nature is."""
    rules = nature.rules_named(whole.alliance)
    case = readable_case(whole, party)
    found = threshold.gates(case, rules, as_of_utc, nature=None if made is None else facts(made))
    end = threshold.consultation(found, rules)
    rows = [g.to_json() for g in found]
    w = nature_words(lang)
    return {
        "incident": case.incident_id,
        "alliance": case.alliance,
        "assessment": None if made is None else made.assessment_id,
        "data_mode": case.data_mode.name,
        "withheld": withheld_count(whole, case),
        "gates": _told(rows, case, lang),
        "consultation": {**end.to_json(), "text": w[f"consultation {end.answer}"]},
        "unused": [r.to_json() for r in threshold.unused(case, rules, as_of_utc)],
        "text": {
            "consultation": w["consultation title"],
            "note": w["consultation note"],
            "ministers": w["brief ministers"],
        },
        "marking": strictest([case.marking, *(g.marking for g in found)]).to_json(),
    }


def facts(made: Assessed) -> NatureFacts:
    """What an assessment found, as far as the gates ask."""
    tree, verdict = made.tree, str(made.tree["verdict"])
    low = None if verdict == UNDETERMINED else float(tree["bayes"]["odds"][verdict]["low"])
    return NatureFacts(verdict, low, str(tree["confidence"]), Effect(**tree["effect"]))


def _told(rows: list[dict[str, Any]], case: Incident, lang: str) -> list[dict[str, Any]]:
    """The same rows with words in each, inside the dict whose marking they share."""
    w = {key: unbroken(said) for key, said in nature_words(lang).items()}
    register = built_in_register(case.alliance) if case.alliance in BUILT_IN else None
    pages = brief_front.gates(Reader(w, lang, {"gates": rows}, {}), register, all_of_them=True)
    told = []
    for row, page in zip(rows, pages, strict=True):
        criteria = [_criterion(c, p) for c, p in zip(row["criteria"], page["criteria"], strict=True)]
        said = {"title": page["title"], "answer": page["answer"], "reason": page["reason"]}
        told.append({**row, "criteria": criteria, "text": said})
    return told


def _criterion(row: dict[str, Any], page: dict[str, Any]) -> dict[str, Any]:
    people = [{**g, "text": p["said"]} for g, p in zip(row["by"], page["people"], strict=False)]
    said = {k: page[k] for k in ("question", "answer", "reason", "facts", "clauses")}
    return {**row, "by": people, "text": {**said, "people": [p["said"] for p in page["people"]]}}
