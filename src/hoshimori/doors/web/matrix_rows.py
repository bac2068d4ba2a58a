"""An assessment as it is drawn: evidence against explanations, two readings side by side, what would change them.

Everything here derives from one assessment and is shown to who may read all of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hoshimori.assess.estimative import graded
from hoshimori.doors import brief
from hoshimori.doors.web.case_page import indicator_text, nature_words
from hoshimori.doors.web.cases import Assessed
from hoshimori.judgements import HYPOTHESES


def matrix(made: Assessed, lang: str) -> dict[str, Any]:
    """Numbers to draw with, and the same in words."""
    tree, page = made.tree, brief.page(made.tree, lang=lang)
    numbers = {i["id"]: f"E{k}" for k, i in enumerate(tree["items"], 1)}
    items = {i["id"]: i for i in tree["items"]}
    weighed = {row["item"] for row in tree["ach"]["rows"]}
    return {
        "assessment": made.assessment_id,
        **{k: tree[k] for k in ("as_of", "made", "data_mode", "verdict", "confidence", "agree", "left_out")},
        "incident": tree["incident"]["id"],
        "hypotheses": [_hypothesis(h, page["odds"][k], tree, lang) for k, h in enumerate(HYPOTHESES)],
        "rows": [_row(row, items[row["item"]], numbers[row["item"]], lang) for row in tree["ach"]["rows"]],
        "unweighed": [_piece(i, numbers[i["id"]], lang) for i in tree["items"] if i["id"] not in weighed],
        "readings": {
            "ach": {"leader": tree["ach"]["leader"], "ranking": tree["ach"]["ranking"], "tied": tree["ach"]["tied"]},
            "bayes": {"leader": tree["bayes"]["leader"], "ranking": tree["bayes"]["ranking"], "prior": tree["bayes"]["prior"]},
        },
        "without_one": _without_one(tree, numbers),
        "groups": [{**g, "numbers": [numbers.get(i, "") for i in g["items"]]} for g in tree["bayes"]["groups"]],
        "would_change": [
            {**row, "text": said} for row, said in zip(tree["would_change"], _changes(made.tree, lang, page), strict=True)
        ],
        "not_found": [
            {"item": name, "number": numbers.get(name, ""), "text": said}
            for name, said in zip(tree["not_found"], _not_found(tree, numbers, items, lang), strict=True)
        ],
        "not_looked": [{"indicator": name, "text": indicator_text(name, lang)} for name in tree["not_looked"]],
        "claims": page["claims"],
        "text": text(page, lang),
        "marking": made.marking.to_json(),
    }


def text(page: Mapping[str, Any], lang: str) -> dict[str, Any]:
    """What an assessment says, in words: one sentence of likelihood, another of confidence."""
    w = nature_words(lang)
    return {
        "bottom": page["bottom"],
        "agree": page["agree"],
        "odds": [{k: row[k] for k in ("name", "range", "word", "first")} for row in page["odds"]],
        "effect": page["effect"],
        "consultation": page["consultation"],
        "grounds": page["all_grounds"],
        "matrix_note": w["brief matrix note"],
        "ministers": w["brief ministers"],
    }


def _hypothesis(name: str, odds: Mapping[str, Any], tree: Mapping[str, Any], lang: str) -> dict[str, Any]:
    return {
        "id": name,
        "name": odds["name"],
        "column": nature_words(lang)[f"column {name}"],
        "inconsistency": tree["ach"]["inconsistency"][name],
        **{end: tree["bayes"]["odds"][name][end] for end in ("low", "value", "high")},
        "likelihood": tree["likelihood"][name],
        "range": odds["range"],
        "word": odds["word"],
    }


def _row(row: Mapping[str, Any], item: Mapping[str, Any], number: str, lang: str) -> dict[str, Any]:
    numbers = {"weight": row["weight"], "marks": dict(row["marks"]), "diagnosticity": row["diagnosticity"]}
    return {**_piece(item, number, lang), **numbers}


def _piece(item: Mapping[str, Any], number: str, lang: str) -> dict[str, Any]:
    keys = ("indicator", "seen", "statement", "source", "grade", "t", "known", "event", "method")
    said = {"indicator": indicator_text(item["indicator"], lang), "grade": graded(item["grade"], language=lang)}
    return {"number": number, "item": item["id"], **{k: item[k] for k in keys}, "text": said, "marking": item["marking"]}


def _without_one(tree: Mapping[str, Any], numbers: Mapping[str, str]) -> list[dict[str, Any]]:
    """Which explanation would be first without each item, by either reading."""
    odds = {row["item"]: row for row in tree["bayes"]["drop_one"]}
    found = []
    for row in tree["ach"]["drop_one"]:
        other = odds.get(row["item"], {})
        found.append(
            {
                "item": row["item"],
                "number": numbers.get(row["item"], ""),
                "ach": row["leader"],
                "bayes": other.get("leader"),
                "value": other.get("value"),
            }
        )
    return found


def _changes(tree: Mapping[str, Any], lang: str, page: Mapping[str, Any]) -> list[str]:
    """Every single observation that would change which explanation is first; a page holds all where they are many."""
    told: list[str] = list(page["all_changes"] or page["change"]["rows"])
    return told


def _not_found(
    tree: Mapping[str, Any], numbers: Mapping[str, str], items: Mapping[str, Mapping[str, Any]], lang: str
) -> list[str]:
    found = []
    for name in tree["not_found"]:
        item = items.get(name)
        asked = indicator_text(item["indicator"], lang) if item is not None and lang == "ja" else ""
        found.append("" if item is None else f"{asked or item['statement']} ({item['source']})")
    return found
