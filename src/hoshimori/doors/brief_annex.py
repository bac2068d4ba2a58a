"""What follows the first two pages of a brief: every item of evidence, the matrix, what rests on one item, versions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from hoshimori import __version__
from hoshimori.alliance.register import Register
from hoshimori.doors.brief_front import MOST_CHANGES, Page, changes, gates, grounds, hypothesis, indicator
from hoshimori.doors.brief_reading import Hidden, Reader, clean
from hoshimori.judgements import HYPOTHESES
from hoshimori.ledger.canonical import canonical, sha256


def annex(r: Reader, register: Register | None) -> Page:
    every_change = changes(r)
    return {
        "evidence": [_item(r, item, k) for k, item in enumerate(r.rows(r.tree, "items"), start=1)],
        "evidence_note": r.note(r.tree, "items") or ("" if r.rows(r.tree, "items") else r.w["brief no evidence"]),
        "matrix": _matrix(r),
        "drop": _drop(r),
        "all_changes": every_change if len(every_change) > MOST_CHANGES else [],
        "all_gates": gates(r, register, all_of_them=True),
        "all_grounds": grounds(r),
        "groups": _groups(r),
        "precedents": _precedents(r),
        "methods": _methods(r),
    }


def _item(r: Reader, item: Any, k: int) -> Page:
    """One item: what was seen, by whom, how good, when, and the digests that it stands on."""
    if isinstance(item, Hidden):
        return {"number": f"E{k}", "hidden": str(item)}
    seen = r.at(item, "seen")
    state = seen if isinstance(seen, Hidden) else r.w["brief seen" if seen else "brief absent"]
    weighed = r.at(item, "indicator") != ""
    return {
        "number": f"E{k}",
        "hidden": "",
        "state": state if weighed else r.w["brief unweighed"],
        "statement": r.text(item, "statement"),
        "portion": r.portion(item),
        "source": r.text(item, "source"),
        "grade": r.grade(item, "grade"),
        "happened": r.time(item, "t"),
        "known": r.time(item, "known"),
        "details": [d for d in _details(r, item) if d["value"]],
        "digests": [d for d in _digests(r, item) if d["value"]],
    }


def _details(r: Reader, item: Any) -> list[dict[str, str]]:
    against = r.note(item, "contradicts") or ", ".join(r.number(x) for x in r.rows(item, "contradicts"))
    said = {
        "brief indicator": _indicator(r, item),
        "brief measured": _quantities(r, item),
        "brief method": _plain(r, item, "method"),
        "brief contradicts": against,
    }
    return [{"label": r.w[label], "value": value} for label, value in said.items()]


def _indicator(r: Reader, item: Any) -> str:
    """Its id, and what it asks in the reader's language: the statement beside it stands in the words of whoever made it."""
    name = _plain(r, item, "indicator")
    return name if name == "" or isinstance(name, Hidden) else f"{name}: {indicator(r, r.at(item, 'indicator'))}"


def _digests(r: Reader, item: Any) -> list[dict[str, str]]:
    inputs = r.note(item, "inputs") or ", ".join(clean(str(x)) for x in r.rows(item, "inputs"))
    said = {"brief digest": r.text(item, "id"), "brief event": _plain(r, item, "event"), "brief inputs": inputs}
    return [{"label": r.w[label], "value": value} for label, value in said.items()]


def _plain(r: Reader, node: Any, key: str) -> str:
    """A text that is left out where there is none."""
    return "" if r.at(node, key) == "" else r.text(node, key)


def _quantities(r: Reader, item: Any) -> str:
    found = r.at(item, "quantities")
    if isinstance(found, Hidden):
        return found
    return ", ".join(f"{clean(name)} {_quantity(r, found, name)}" for name in sorted(found))


def _quantity(r: Reader, found: Any, name: str) -> str:
    measured = r.at(found, name)
    if isinstance(measured, Hidden):
        return measured
    sigma = f" ± {r.text(measured, 'sigma', say=_short)}" if "sigma" in measured else ""
    unit = r.text(measured, "unit") if r.at(measured, "unit") else ""
    return f"{r.text(measured, 'value', say=_short)}{sigma} {unit}".strip()


def _short(value: Any) -> str:
    return f"{float(value):.6g}"


def _score(value: Any) -> str:
    return f"{float(value):.2f}"


def _matrix(r: Reader) -> Page:
    rows: list[Page] = []
    for row in r.rows(r.tree, "ach", "rows"):
        if isinstance(row, Hidden):
            rows.append({"hidden": str(row)})
            continue
        seen = r.at(row, "seen")
        rows.append(
            {
                "hidden": "",
                "number": r.number(r.at(row, "item")),
                "indicator": r.text(row, "indicator"),
                "seen": seen if isinstance(seen, Hidden) else r.w["brief seen" if seen else "brief absent"],
                "grade": r.text(row, "grade"),
                "weight": r.text(row, "weight", say=_score),
                "marks": [r.text(row, "marks", h) for h in HYPOTHESES],
                "tells": r.text(row, "diagnosticity", say=_score),
            }
        )
    rows.sort(key=_by_number)
    return {
        "note": r.note(r.tree, "ach", "rows"),
        "heads": [r.w[f"column {h}"] for h in HYPOTHESES],
        "rows": rows,
        "sums": [r.text(r.tree, "ach", "inconsistency", h, say=_score) for h in HYPOTHESES],
    }


def _drop(r: Reader) -> Page:
    """What either reading puts first without one item; the two lists joined by the item."""
    rows: dict[str, dict[str, str]] = {}
    loose = []
    for part in ("ach", "bayes"):
        for row in r.rows(r.tree, part, "drop_one"):
            if isinstance(row, Hidden):
                loose.append({"hidden": str(row)})
                continue
            number = r.number(r.at(row, "item"))
            entry = rows.setdefault(number, {"hidden": "", "number": number, "ach": "", "bayes": "", "value": ""})
            entry[part] = hypothesis(r, r.at(row, "leader") or "") or r.w["brief none"]
            if part == "bayes":
                entry["value"] = r.percent(row, "value")
    notes = [note for part in ("ach", "bayes") if (note := r.note(r.tree, part, "drop_one"))]
    return {"rows": [*sorted(rows.values(), key=_by_number), *loose], "note": " ".join(dict.fromkeys(notes))}


def _by_number(row: Mapping[str, Any]) -> tuple[int, str]:
    """The order of the evidence; what has no number there comes last."""
    digits = re.fullmatch(r"E(\d+)", row.get("number", ""))
    return (int(digits[1]) if digits else 10**6, row.get("number", ""))


def _groups(r: Reader) -> Page:
    rows: list[Page] = []
    for row in r.rows(r.tree, "bayes", "groups"):
        if isinstance(row, Hidden):
            rows.append({"hidden": str(row)})
            continue
        capped = r.at(row, "capped")
        items = r.note(row, "items") or r.listed([r.number(x) for x in r.rows(row, "items")])
        said = capped if isinstance(capped, Hidden) else r.w["brief yes" if capped else "brief no"]
        rows.append({"hidden": "", "group": r.text(row, "group"), "items": items, "capped": said})
    return {"rows": rows, "note": r.note(r.tree, "bayes", "groups")}


def _precedents(r: Reader) -> Page:
    rows: list[Page] = []
    for row in r.rows(r.tree, "precedents"):
        if isinstance(row, Hidden):
            rows.append({"hidden": str(row)})
            continue
        title = "title_ja" if r.lang == "ja" and row.get("title_ja") else "title"
        shared = r.at(row, "shared")
        said = r.listed([clean(str(x)) for x in shared]) if isinstance(shared, list | tuple) else r.text(row, "shared")
        rows.append(
            {
                "hidden": "",
                "case": r.text(row, title),
                "was": hypothesis(r, r.at(row, "hypothesis")),
                "shared": said,
                "distance": r.text(row, "distance", say=_score),
            }
        )
    return {"rows": rows, "note": r.note(r.tree, "precedents") or ("" if rows else r.w["brief no precedents"])}


def _methods(r: Reader) -> list[dict[str, str]]:
    said = {
        "brief method": r.text(r.tree, "method"),
        "brief table": r.text(r.tree, "table"),
        "brief prior": r.text(r.tree, "bayes", "prior"),
        "brief schema": r.text(r.tree, "schema"),
        "brief mode": r.text(r.tree, "data_mode"),
        "brief sha": sha256(canonical(r.tree)),
        "brief program": f"hoshimori {__version__}",
    }
    basis = r.at(r.tree, "basis") if "basis" in r.tree else {}
    behind = {} if isinstance(basis, Hidden) else {f"basis {name}": r.text(basis, name) for name in sorted(basis)}
    return [{"label": r.w.get(label, clean(label)), "value": value} for label, value in {**said, **behind}.items()]
