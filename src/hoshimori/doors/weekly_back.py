"""The back of a week's report: incidents and records, what all of it stands on, how it was made, how anybody checks it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hoshimori.doors import brief_front
from hoshimori.doors.brief import LANGUAGES
from hoshimori.doors.brief_reading import Reader, clean, unbroken, withheld
from hoshimori.doors.english_ledger import LEDGER as LEDGER_EN
from hoshimori.doors.japanese_ledger import LEDGER as LEDGER_JA
from hoshimori.doors.weekly_reading import Page, Reading
from hoshimori.judgements import CLEAR, Marking

SHORT = 12
LIMITS = (
    "week limit open",
    "week limit compare",
    "week limit known",
    "week limit sigma",
    "week limit quiet",
    "week limit intent",
)


def ledger(r: Reading) -> Page:
    tree = r.tree["ledger"]
    readers = r.tree["released_to"]
    left = r.w["week left out"].format(count=tree["left_out"], readers=r.listed(readers)) if readers else ""
    return {
        "as_of": r.w["week ledger as of"].format(as_of=r.when(tree["as_of"]), since=r.when(tree["since"])),
        "incidents": [_incident(r, i) for i in tree["incidents"]],
        "records": [_record(r, x) for x in tree["records"]],
        "none": "" if tree["incidents"] or tree["records"] else r.w["week no ledger"],
        "left_out": left,
    }


def _incident(r: Reading, i: Mapping[str, Any]) -> Page:
    b = {k: unbroken(v) for k, v in LANGUAGES[r.lang].items()}
    counts = {w: sum(p["what"] == w for p in i["pieces"]) for w in ("item", "claim", "judgement")}
    fresh = sum(bool(p["new"]) for p in i["pieces"])
    facts = {
        "question": clean(str(i["question"])),
        "week opened": r.w["week opened by"].format(when=r.when(i["opened"]), by=clean(str(i["opened_by"])), party=i["party"]),
        "week happened": _span(r, i),
        "week concerns": r.listed([*map(clean, i["assets"]), *(r.called(str(s)) for s in i["subjects"])]) or "—",
        "week pieces": r.w["week pieces said"].format(**counts, fresh=fresh),
    }
    words = LEDGER_JA if r.lang == "ja" else LEDGER_EN
    return {
        "id": i["id"],
        "title": clean(str(i["title"])),
        "marking": _marking(i["marking"]),
        "new": r.w["week new"] if i["new"] else "",
        "mode": "" if i["data_mode"] == "REAL" else i["data_mode"],
        "facts": [{"label": words.get(k) or r.w[k], "value": v} for k, v in facts.items()],
        "assessed": _assessed(r, i["assessment"], b),
    }


def _span(r: Reading, i: Mapping[str, Any]) -> str:
    if not i["start"] and not i["stop"]:
        return "—"
    return r.w["week from to"].format(start=r.when(i["start"]), stop=r.when(i["stop"]))


def _assessed(r: Reading, tree: Mapping[str, Any] | None, b: Mapping[str, str]) -> list[str]:
    """The verdict, one sentence of likelihood, one of confidence; or that there is none, or none for this reader."""
    if tree is None:
        return [r.w["week not assessed"]]
    closed = withheld(tree)
    if closed is not None:
        return [b["brief withheld"].format(marking=closed.text)]
    told = brief_front.bottom(Reader(b, r.lang, tree, {}))
    when = r.w["week assessed"].format(made=r.when(str(tree["made"])), as_of=r.when(str(tree["as_of"])))
    return [when, str(told["verdict"]), str(told["likelihood"]), str(told["confidence"])]


def _record(r: Reading, x: Mapping[str, Any]) -> Page:
    words = LEDGER_JA if r.lang == "ja" else LEDGER_EN
    acts = [
        f"{a['party']}: {words.get('act ' + str(a['act']), a['act'])}, {r.when(str(a['at']))}, {clean(str(a['by']))}"
        for a in x["acts"]
    ]
    state = words.get(f"state {x['state']}", x["state"])
    return {
        "id": str(x["record"])[:16],
        "incident": x["incident"],
        "state": f"{state}{': ' + clean(x['why']) if x['why'] else ''}",
        "new": r.w["week new"] if x["new"] else "",
        "marking": _marking(x["marking"]),
        "mode": "" if x["data_mode"] == "REAL" else x["data_mode"],
        "acts": acts,
    }


def _marking(data: Mapping[str, Any]) -> str:
    marking = Marking.from_json(data)
    return "" if marking == CLEAR else marking.text


def data(r: Reading) -> Page:
    d = r.tree["data"]
    facts = {
        "week sets used": r.w["week sets used said"].format(sets=f"{d['sets']:,}", week=f"{d['sets_in_week']:,}"),
        "week objects": r.w["week objects said"].format(**{k: f"{d[k]:,}" for k in ("objects", "objects_fresh", "objects_old")}),
        "week newest epoch": r.when(d["newest_epoch"]),
        "week newest known": r.when(d["newest_known"]),
        "week known basis": r.listed([f"{r.w[f'basis {k}']} {n:,}" for k, n in d["known_basis"].items() if n]) or "—",
        "week refused": f"{d['refused']['records']:,}",
        "data_mode": ", ".join(r.tree["data_modes"]),
    }
    return {
        "facts": [{"label": r.w[k], "value": v} for k, v in facts.items()],
        "sources": {
            "heads": [
                r.w[k] for k in ("week provider", "week sets", "week files", "week formats", "week received", "week newest files")
            ],
            "rows": [_source(r, s) for s in d["sources"]],
        },
        "refused": {
            "heads": [r.w[k] for k in ("week field", "week expected", "week records")],
            "rows": [[clean(k["field"]), clean(k["expected"]), f"{k['records']:,}"] for k in d["refused"]["kinds"]],
            "more": r.w["week more kinds"].format(count=d["refused"]["more"]) if d["refused"]["more"] else "",
        },
        "doubtful": [_doubtful(r, e) for e in r.tree["doubtful"]],
    }


def _source(r: Reading, s: Mapping[str, Any]) -> list[str]:
    if not s["provider"]:
        return [r.w["week lost source"], f"{s['sets']:,}", "—", "—", "—", "—"]
    files = r.listed([f"{clean(f['name'])} ({f['sha256'][:SHORT] or '—'})" for f in s["newest"]])
    more = s["files"] - len(s["newest"])
    received = r.w["week from to"].format(start=r.when(s["received_first"]), stop=r.when(s["received_last"]))
    kinds = ", ".join([*s["formats"], *s["data_modes"]])
    more_said = r.w["week and more"].format(count=more) if more > 0 else ""
    return [
        clean(s["provider"]),
        f"{s['sets']:,}",
        f"{s['files']:,}",
        kinds,
        received,
        r.listed([x for x in (files, more_said) if x]),
    ]


def _doubtful(r: Reading, e: Mapping[str, Any]) -> str:
    why = [r.reason(x["reason"]) for x in e["explanations"][:1]]
    return " · ".join(
        [r.called(str(e["subject"])), r.when(str(e["start"])), r.label(str(e["label"])), *why, str(e["id"])[:SHORT]]
    )


def method(r: Reading) -> Page:
    span = r.w["week method span"].format(
        days=r.tree["days"], start=r.when(r.tree["start"]), as_of=r.when(r.tree["as_of"]), stop=r.when(r.tree["stop"])
    )
    if r.tree["before"] is None:
        span += r.w["week nothing before"].format(start=r.when(r.tree["start"]))
    return {"said": [span, *(r.w[k] for k in LIMITS)], "methods": ", ".join(r.tree["methods"]) or "—"}


def check(r: Reading, events_file: str) -> Page:
    """How a stranger runs every finding of this report again."""
    first = next((f["event"]["id"] for f in r.tree["findings"] if not f["event"]["normal"]), "")
    return {
        "said": r.w["week check said"].format(file=events_file, count=len(r.tree["findings"]) + len(r.tree["lost"])),
        "commands": [
            f"hoshimori verify {events_file}",
            *([f"hoshimori verify {events_file} --event {first[:SHORT]}"] if first else []),
        ],
        "program": f"hoshimori {r.tree['version']}",
        "ids": [
            {"id": f["event"]["id"], "what": f"{r.kind(f['event']['kind'])} {r.called(f['event']['subject'])}"}
            for f in r.tree["findings"]
        ],
    }
