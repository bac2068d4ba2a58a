"""The first two pages of a consultation brief as texts and numbers: what is judged, how surely, what was asked, who signed."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from hoshimori.alliance.register import Register
from hoshimori.assess.estimative import LEVELS, confidence, ends, likelihood, percent, wording
from hoshimori.assess.table import table
from hoshimori.doors.brief_reading import Hidden, Reader, banner, clean, unbroken
from hoshimori.judgements import HYPOTHESES, UNDETERMINED

Page = dict[str, Any]

MOST_CHANGES = 3
MOST_FOUND = 4
MOST_LOOKED = 3
"""How many of a list stand on the first two pages; the rest stands after them."""
KEY_DIGITS = 16
SHARES = ("low", "needed", "value", "high", "share", "p")
"""Values of reasons that are shares of 1."""


def front(r: Reader, register: Register | None, signatures: Sequence[Mapping[str, Any]]) -> Page:
    """Everything of the first two pages, each part under its name, in the order in which it is read."""
    marking = banner(r.tree)
    asked = gates(r, register, all_of_them=False)
    beside = sum(g["more"] for g in asked if not g["hidden"])
    return {
        "marking": marking.text,
        "tlp": marking.tlp.name,
        "made": str(r.at(r.tree, "made")),
        "mode": mode(r),
        "title": r.text(r.tree, "incident", "title"),
        "facts": _facts(r),
        "bottom": bottom(r),
        "odds": odds(r),
        "odds_note": r.note(r.tree, "bayes", "odds"),
        "agree": _agree(r),
        "change": _some(r, changes(r), MOST_CHANGES, r.note(r.tree, "would_change") or r.w["brief change none"]),
        "not_found": _some(r, _not_found(r), MOST_FOUND, r.note(r.tree, "not_found") or r.w["brief none"]),
        "not_looked": _some(r, _not_looked(r), MOST_LOOKED, r.note(r.tree, "not_looked") or r.w["brief none"]),
        "effect": [
            {"label": _opening(r.w[f"effect {part}"]), "value": r.word(part, r.tree, "effect", part)}
            for part in ("means", "direction", "reversible", "degree")
        ],
        "claims": claims(r),
        "claims_note": r.note(r.tree, "claims") or ("" if r.rows(r.tree, "claims") else r.w["brief no claims"]),
        "gates": asked,
        "profile": r.w["brief profile"].format(count=beside) if beside else "",
        "gates_note": r.note(r.tree, "gates"),
        "consultation": r.text(r.tree, "consultation", "answer", say=lambda v: r.w.get(f"consultation {v}", str(v)))
        if "consultation" in r.tree
        else "",
        "signatures": [_signature(r, s) for s in signatures],
    }


def _opening(text: str) -> str:
    return text[:1].upper() + text[1:]


def mode(r: Reader) -> str:
    """What stands on every page where the data are not of the world; "" where they are."""
    name = str(r.at(r.tree, "data_mode"))
    if name == "REAL":
        return ""
    return r.w["brief exercise"] if name == "EXERCISE" else r.w["brief no real data"].format(mode=clean(name))


def _facts(r: Reader) -> list[dict[str, str]]:
    incident = r.at(r.tree, "incident")
    opened = [r.text(incident, "opened_by"), r.text(incident, "party")]
    concerned = r.at(incident, "assets")
    named = concerned if isinstance(concerned, Hidden) else r.listed([clean(str(x)) for x in concerned])
    said = {
        "brief question": r.text(incident, "question"),
        "brief as of": r.time(r.tree, "as_of"),
        "brief made": r.time(r.tree, "made"),
        "brief incident": r.text(incident, "id"),
        "brief party": incident if isinstance(incident, Hidden) else r.listed(opened),
        "brief satellites": named,
    }
    return [{"label": r.w[label], "value": value} for label, value in said.items()]


def bottom(r: Reader) -> Page:
    """The verdict, one sentence of likelihood, one of confidence, and why."""
    return {
        "verdict": _verdict(r),
        "likelihood": _likelihood(r),
        "confidence": _confidence(r),
        "reasons": _codes(r, "why_undetermined", "undetermined"),
        "grounds": grounds(r, only=r.at(r.tree, "confidence")),
        "left_out": _left_out(r),
    }


def _left_out(r: Reader) -> str:
    left = r.at(r.tree, "left_out")
    if isinstance(left, Hidden):
        return r.w["brief left"].format(said=left)
    counts = {k: r.text(left, k) for k in ("not_releasable", "known_later", "unweighed")}
    other = r.text(left, "other_mode") if "other_mode" in left else "0"
    return r.w["brief left out"].format(**counts, other_mode=other)


def _verdict(r: Reader) -> str:
    verdict = r.at(r.tree, "verdict")
    if isinstance(verdict, Hidden):
        return verdict
    return r.w["brief undetermined"] if verdict == UNDETERMINED else r.w["brief found"].format(what=hypothesis(r, verdict))


def _likelihood(r: Reader) -> str:
    """About the verdict, or where there is none about the explanation with the highest odds."""
    chosen = r.at(r.tree, "verdict")
    if chosen == UNDETERMINED:
        chosen = r.at(r.tree, "bayes", "leader")
    if isinstance(chosen, Hidden):
        return r.w["brief no likelihood"].format(said=chosen)
    shares = [r.at(r.tree, "bayes", "odds", str(chosen), end) for end in ("low", "value", "high")]
    hidden = [x for x in shares if isinstance(x, Hidden)]
    if hidden:
        return r.w["brief no likelihood"].format(said=hidden[0])
    if r.at(r.tree, "likelihood", str(chosen)) is None:
        return r.w["brief nothing weighed"]
    low, value, high = map(float, shares)
    return unbroken(likelihood(hypothesis(r, chosen), low, value, high, language=r.lang))


def _confidence(r: Reader) -> str:
    level = r.at(r.tree, "confidence")
    if isinstance(level, Hidden) or level not in LEVELS:
        return r.w["brief confidence withheld"].format(said=clean(str(level)))
    return confidence(level, language=r.lang)


def _codes(r: Reader, key: str, kind: str) -> list[str]:
    note = r.note(r.tree, key)
    return [note] if note else [code(r, kind, entry) for entry in r.rows(r.tree, key)]


def grounds(r: Reader, only: Any = None) -> list[str]:
    """What the confidence rests on, as it was given, or of it that which holds the confidence at one level."""
    note = r.note(r.tree, "confidence_reasons")
    rows = r.rows(r.tree, "confidence_reasons")
    kept = [x for x in rows if only is None or not isinstance(x, Mapping) or x.get("level", only) == only]
    return [note] if note else [code(r, "confidence", x) for x in kept]


def code(r: Reader, kind: str, entry: Any) -> str:
    """A reason in words: a code, or a code with its values. One without words stands as it is, with its values."""
    if isinstance(entry, Hidden):
        return entry
    values = dict(entry) if isinstance(entry, Mapping) else {"code": entry}
    name = str(values.pop("code", ""))
    said = {k: _value(r, k, v) for k, v in values.items()}
    try:
        return clean(r.w[f"{kind} {name}"].format(**said))
    except KeyError:  # a code, or a value, of another version
        pass
    return clean(", ".join([name, *(f"{k} {v}" for k, v in sorted(said.items()))]))


def _value(r: Reader, key: str, value: Any) -> str:
    """One value of a reason as people read it: shares in percent, ids as numbers, words of the taxonomy in the language."""
    value = r.shown(value)
    if isinstance(value, Hidden):
        return value
    if isinstance(value, float):
        return _share(value) if key in SHARES and 0.0 <= value <= 1.0 else f"{value:.2g}"
    if isinstance(value, list | tuple):
        return r.listed([_value(r, key, v) for v in value])
    if value in (*HYPOTHESES, UNDETERMINED):
        return hypothesis(r, value)
    if re.match(r"\d{4}-\d\d-\d\dT", str(value)):
        return r.moment(str(value))
    return r.w.get(f"{key} {value}") or r.numbers.get(str(value)) or str(value)


def _share(value: float) -> str:
    """In percent, rounded down: what falls short of a mark must not look as if it met it."""
    return unbroken(f"{math.floor(value * 1000.0 + 1e-6) / 10.0:g} %")


def hypothesis(r: Reader, name: Any) -> str:
    """One explanation in words."""
    if isinstance(name, Hidden):
        return name
    return r.w.get(f"nature {name}", clean(str(name)))


def odds(r: Reader) -> list[Page]:
    """All eight explanations in their order, with the range that is drawn and the words for it."""
    rows = []
    leader = r.at(r.tree, "bayes", "leader")
    for name in HYPOTHESES:
        shares = [r.at(r.tree, "bayes", "odds", name, end) for end in ("low", "value", "high")]
        hidden = [x for x in shares if isinstance(x, Hidden)]
        low, value, high = (None, None, None) if hidden else map(float, shares)
        rows.append(
            {
                "name": hypothesis(r, name),
                "low": low,
                "value": value,
                "high": high,
                "range": hidden[0] if low is None or value is None or high is None else _range(r, low, value, high),
                "word": "" if low is None or high is None else _word(r, name, low, high),
                "first": name == leader,
            }
        )
    return rows


def _range(r: Reader, low: float, value: float, high: float) -> str:
    both, best = ends(low, high, r.lang), percent(value, r.lang)
    return unbroken(both if both == best else r.w["brief range text"].format(ends=both, value=best))


def _word(r: Reader, name: str, low: float, high: float) -> str:
    """The words for a range; none where the record gives no estimate, or withholds it."""
    stated = r.at(r.tree, "likelihood", name)
    if isinstance(stated, Hidden):
        return stated
    return r.w["brief no word"] if stated is None else wording(low, high, language=r.lang)


def _agree(r: Reader) -> Page:
    same = r.at(r.tree, "agree")
    ach, bayes = (hypothesis(r, r.at(r.tree, part, "leader") or "") for part in ("ach", "bayes"))
    if isinstance(same, Hidden):
        said = str(same)
    elif same:
        said = r.w["brief agree yes"].format(what=bayes)
    else:
        said = r.w["brief agree no" if ach else "brief agree tie"].format(ach=ach, bayes=bayes)
    ranks = {part: _ranking(r, part) for part in ("ach", "bayes")}
    return {"said": said, "ranks": r.w["brief agree ranks"].format(**ranks)}


def _ranking(r: Reader, part: str) -> str:
    note = r.note(r.tree, part, "ranking")
    names = [h if isinstance(h, Hidden) else r.w.get(f"column {h}", clean(str(h))) for h in r.rows(r.tree, part, "ranking")]
    return note or ("、" if r.lang == "ja" else "; ").join(names)


def _some(r: Reader, rows: list[str], most: int, nothing: str) -> Page:
    """The first of a list, how many more there are, and what is said where there are none."""
    more = len(rows) - most
    return {
        "rows": rows[:most],
        "more": r.w["brief more"].format(count=more) if more > 0 else "",
        "none": "" if rows else nothing,
    }


def changes(r: Reader) -> list[str]:
    """Every single observation that would change which explanation is first."""
    rows = []
    for row in r.rows(r.tree, "would_change"):
        if isinstance(row, Hidden):
            rows.append(str(row))
            continue
        seen = r.at(row, "if")
        what = indicator(r, r.at(row, "indicator"))
        values = {"what": what, "then": hypothesis(r, r.at(row, "then")), "value": r.percent(row, "value")}
        rows.append(seen if isinstance(seen, Hidden) else r.w[f"brief change {seen}"].format(**values))
    return rows


def indicator(r: Reader, name: Any) -> str:
    """What must hold for an indicator, in the reader's language; its id where the table of this program has no such indicator."""
    if isinstance(name, Hidden):
        return name
    known = table().indicators.get(str(name))
    if known is None:
        return clean(str(name))
    return (known.seen_ja if r.lang == "ja" else "") or known.seen


def _not_found(r: Reader) -> list[str]:
    by_id = {r.at(i, "id"): i for i in r.rows(r.tree, "items") if not isinstance(i, Hidden)}
    rows = []
    for name in r.rows(r.tree, "not_found"):
        item = by_id.get(name)
        number = r.number(name)
        rows.append(number if item is None else f"{number} {_looked_for(r, item)} ({r.text(item, 'source')})")
    return rows


def _looked_for(r: Reader, item: Any) -> str:
    """What was not found, in the reader's language: as the statement says it, in Japanese as the indicator asks it."""
    name = r.at(item, "indicator")
    asked = "" if isinstance(name, Hidden) or not name or r.lang != "ja" else indicator(r, name)
    return asked or r.text(item, "statement")


def _not_looked(r: Reader) -> list[str]:
    return [indicator(r, name) for name in r.rows(r.tree, "not_looked")]


def claims(r: Reader) -> list[Page]:
    """Accusations and denials in one list, in the order of time."""
    rows = r.rows(r.tree, "claims")
    told = sorted((c for c in rows if not isinstance(c, Hidden)), key=lambda c: str(r.at(c, "t")))
    return [
        *(
            {
                "number": r.number(r.at(c, "id")),
                "when": r.text(c, "t", say=lambda t: str(t)[:16].replace("T", " ")),
                "says": r.text(c, "speaker"),
                "kind": r.word("claim", c, "kind"),
                "about": r.text(c, "actor"),
                "statement": quoted(r, r.text(c, "statement")),
                "status": r.word("status", c, "status"),
                "grade": r.grade(c, "grade"),
                "source": r.text(c, "source"),
                "because": _because(r, c),
                "portion": r.portion(c),
                "hidden": "",
            }
            for c in told
        ),
        *({"hidden": str(c)} for c in rows if isinstance(c, Hidden)),
    ]


def _because(r: Reader, claim: Any) -> str:
    """Why a claim has its status: codes in words, ids as numbers of items and claims."""
    note = r.note(claim, "because")
    said = [
        b if isinstance(b, Hidden) else r.w[f"because {b}"] if f"because {b}" in r.w else r.number(b)
        for b in r.rows(claim, "because")
    ]
    return note or r.listed(said)


def quoted(r: Reader, text: str) -> str:
    """Somebody's own words, between the marks of the language; those that say that it is withheld stand bare."""
    if isinstance(text, Hidden):
        return text
    return f"「{text}」" if r.lang == "ja" else f"“{text}”"


def gates(r: Reader, register: Register | None, *, all_of_them: bool) -> list[Page]:
    """The threshold questions with their answers and who gave them; those on which no gate turns only where all are asked for."""
    rows: list[Page] = []
    for gate in r.rows(r.tree, "gates"):
        if isinstance(gate, Hidden):
            rows.append({"hidden": str(gate)})
            continue
        shown = [_criterion(r, c, register, all_of_them) for c in r.rows(gate, "criteria")]
        kept = [c for c in shown if all_of_them or c["decides"]]
        for_people = gate.get("human_only") is True
        rows.append(
            {
                "hidden": "",
                "id": r.text(gate, "id"),
                "title": _in_language(r, gate, "title") or "",
                "answer": r.w["brief for ministers"] if for_people else r.word("answer", gate, "answer"),
                "for_people": for_people,
                "reason": _gate_reason(r, gate),
                "criteria": kept,
                "note": r.note(gate, "criteria"),
                "more": len(shown) - len(kept),
            }
        )
    return rows


def _in_language(r: Reader, row: Mapping[str, Any], key: str) -> str:
    """A text of the record in the reader's language, "" where the record has none."""
    name = f"{key}_ja" if r.lang == "ja" and f"{key}_ja" in row else key
    return r.text(row, name, say=unbroken) if name in row else ""


def _criterion(r: Reader, row: Any, register: Register | None, all_of_it: bool) -> Page:
    """One question, its answer, and the persons whose answers stand, or all of them."""
    if isinstance(row, Hidden):
        return {"hidden": str(row), "decides": True}
    told = [p for p in r.rows(row, "by") if all_of_it or isinstance(p, Hidden) or p.get("stands") is not False]
    people = [_person(r, p) for p in told]
    if not people:
        nobody = r.w["brief machine" if row.get("judged_by") == "machine" else "brief nobody"]
        people = [{"said": nobody, "reason": "", "at": ""}]
    return {
        "hidden": "",
        "question": _in_language(r, row, "question") or r.text(row, "id"),
        "answer": r.word("answer", row, "answer"),
        "people": people,
        "note": r.note(row, "by"),
        "reason": _gate_reason(r, row),
        "facts": [code(r, "reason", f) for f in r.rows(row, "facts")] if "facts" in row else [],
        "decides": row.get("decides", True) is not False,
        "clauses": [_clause(r, c, register) for c in r.rows(row, "clauses")] if "clauses" in row else [],
    }


def _gate_reason(r: Reader, row: Mapping[str, Any]) -> str:
    return code(r, "reason", r.at(row, "reason")) if row.get("reason") else ""


def _clause(r: Reader, name: Any, register: Register | None) -> str:
    """The id of a clause; a wording that nobody has checked is shown as unchecked wherever it is named."""
    if isinstance(name, Hidden) or register is None:
        return clean(str(name))
    known = [row for row in register.all_rows if row.row_id == name]
    unchecked = bool(known) and known[0].wording == "unchecked"
    return clean(f"{name} ({r.w['brief unchecked']})" if unchecked else str(name))


def _person(r: Reader, row: Any) -> Page:
    if isinstance(row, Hidden):
        return {"said": str(row), "reason": "", "at": ""}
    said = r.w["brief person"].format(by=r.text(row, "by"), party=r.text(row, "party"), answer=r.word("answer", row, "answer"))
    if r.at(row, "dissent") is True:
        said += f" [{r.w['brief dissent']}]"
    if row.get("stands") is False:
        said += f" [{r.w['brief superseded']}]"
    return {"said": said, "reason": r.text(row, "reason"), "at": r.time(row, "at")}


def _signature(r: Reader, row: Mapping[str, Any]) -> Page:
    reasons = r.at(row, "reasons") if "reasons" in row else ""
    return {
        "act": r.word("act", row, "act"),
        "party": r.text(row, "party"),
        "by": r.text(row, "by"),
        "key": r.text(row, "keyid", say=lambda k: str(k)[:KEY_DIGITS]),
        "at": r.time(row, "at"),
        "reasons": _reasons(r, reasons),
    }


def _reasons(r: Reader, reasons: Any) -> str:
    if isinstance(reasons, Hidden):
        return reasons
    if isinstance(reasons, str):
        return clean(reasons)
    return "; ".join(code(r, "reason", x) if isinstance(x, Mapping) else clean(str(r.shown(x))) for x in reasons)
