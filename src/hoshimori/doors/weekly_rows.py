"""The middle of a week's report: findings by satellite, burns, who stays near, close approaches, and what happened elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hoshimori.doors import elsewhere as beyond
from hoshimori.doors.conjunction_table import cells
from hoshimori.doors.measured import span, speed
from hoshimori.doors.weekly_front import name_of
from hoshimori.doors.weekly_reading import Page, Reading
from hoshimori.doors.words import burn_label
from hoshimori.findings import Event

MEETINGS = ("miss_sigma", "speed", "screening", "maximum", "trend", "movers", "told_by")
MOST_GONE = 12


def events(r: Reading) -> dict[str, tuple[Event, Mapping[str, Any]]]:
    """Every finding of the end of the week by its id, with what the comparison says of it."""
    return {f["event"]["id"]: (Event.from_json(f["event"]), f) for f in r.tree["findings"]}


def findings(r: Reading) -> list[Page]:
    """What is new or has changed, by satellite, those that need a person first; usual neighbours stand with the stays."""
    every = events(r)
    out = []
    for asset in r.tree["assets"]:
        mine = [(e, f) for e, f in every.values() if e.subject == _subject(asset) and _told(e, f)]
        if mine:
            mine.sort(key=lambda x: (x[0].normal, _miss(x[0]), x[0].start_utc))
            out.append(
                {
                    "id": asset["asset"],
                    "asset": name_of(asset, r.lang),
                    "number": str(asset["norad_id"] or ""),
                    "attention": any(not e.normal for e, _ in mine),
                    "rows": [finding(r, e, str(f["known"]), str(f["status"])) for e, f in mine],
                }
            )
    return sorted(out, key=lambda x: not x["attention"])


def _told(e: Event, f: Mapping[str, Any]) -> bool:
    """A burn that is usual stands with the burns."""
    if e.kind == "manoeuvre" and e.normal:
        return False
    return f["status"] in ("new", "changed") or (f["status"] == "not compared" and not e.normal)


def _subject(asset: Mapping[str, Any]) -> str:
    return str(asset["norad_id"]) if asset["norad_id"] is not None else str(asset["asset"])


def _miss(e: Event) -> float:
    return e.quantities["miss_km"].value if "miss_km" in e.quantities else float("inf")


def finding(r: Reading, e: Event, known: str, status: str = "") -> Page:
    """One finding: the dull explanations first, then what was measured, when it was and since when it could be known."""
    others = r.listed([r.called(o) for o in e.others[:4]]) + (
        r.w["week and others"].format(count=len(e.others) - 4) if len(e.others) > 4 else ""
    )
    told = [r.kind(e.kind), others, r.label(e.label), r.nearest(e)]
    return {
        "status": r.w.get(f"week {status}", "") if status else "",
        "normal": e.normal,
        "usual": r.w["usual" if e.normal else "unusual"],
        "head": " · ".join(x for x in told if x),
        "dull": r.tests(e) or [r.w["week no tests"]],
        "measured": r.measures(e),
        "happened": r.span(e),
        "known": r.when(known),
        "id": e.event_id,
        "short": e.event_id[:12],
        "basis": r.w["based_on"].format(sets=len({d for v in e.evidence for d in v.inputs}), method=e.evidence[0].method),
        "mode": "" if e.data_mode.name == "REAL" else e.data_mode.name,
    }


def lost(r: Reading) -> list[Page]:
    """What was told a week ago, reached into the week, and is not told any more."""
    by_subject = {_subject(a): name_of(a, r.lang) for a in r.tree["assets"]}
    rows = []
    for row in r.tree["lost"]:
        e = Event.from_json(row["event"])
        if e.subject in by_subject:
            rows.append({"asset": by_subject[e.subject], **finding(r, e, str(row["known"]))})
    return sorted(rows, key=lambda x: (x["normal"], x["asset"]))


def burns(r: Reading) -> Page:
    by_number = {a["norad_id"]: name_of(a, r.lang) for a in r.tree["assets"]}
    return {
        "heads": [r.w[k] for k in ("asset", "burn_time", "burn_size", "burn_plane", "label", "probability", "week known")],
        "rows": [_burn(r, b, by_number) for b in r.tree["burns"]],
        "untold": [
            r.w["week untold"].format(who=by_number.get(u["norad_id"], u["norad_id"]), why=r.reason(u["cannot_tell"]))
            for u in r.tree["untold"]
        ],
    }


def _burn(r: Reading, b: Mapping[str, Any], names: Mapping[Any, str]) -> list[str]:
    _, in_track, cross = zip(_known(b["dv_rtn_m_s"]), _known(b["dv_sigma_m_s"]), strict=True)
    routine = "" if b["routine"] is None else f" ({r.w['routine' if b['routine'] else 'not routine']})"
    return [
        names.get(b["norad_id"], str(b["norad_id"])),
        f"{r.when(b['t_utc'])} ± {span(float(b['sigma_s']), r.w)}",
        speed(*in_track) or "—",
        speed(*cross) or "—",
        f"{burn_label(str(b['class']), r.w)}{routine}",
        f"{float(b['probability']):.2f}",
        r.when(b["known_utc"]),
    ]


def _known(values: list[float | None]) -> list[float]:
    return [float("nan") if v is None else float(v) for v in values]


def stays(r: Reading) -> Page:
    """Everybody who stays near a watched satellite: the known neighbours too, in a line each."""
    by_subject = {_subject(a): name_of(a, r.lang) for a in r.tree["assets"]}
    rows = []
    for e, f in events(r).values():
        if e.kind == "stay" and e.subject in by_subject:
            wins = [r.reason(x.reason) for x in e.explanations if x.verdict == "wins"]
            rows.append(
                {
                    "normal": e.normal,
                    "asset": by_subject[e.subject],
                    "other": r.called(e.others[0]),
                    "judged": r.w["week neighbour"] if e.normal else r.w["unusual"],
                    "because": r.listed(wins),
                    "status": r.w.get(f"week {f['status']}", ""),
                    "shape": r.label(e.label),
                    "miss": r.quantity(e.quantities["miss_km"]) if "miss_km" in e.quantities else "—",
                    "happened": r.span(e),
                    "known": r.when(str(f["known"])),
                    "short": e.event_id[:12],
                }
            )
    rows.sort(key=lambda x: (x["normal"], x["asset"], x["other"]))
    return {
        "heads": [r.w[k] for k in ("asset", "other", "week judged", "week distance", "label", "week happened", "week id")],
        "rows": rows,
        "known": sum(x["normal"] for x in rows),
    }


def conjunctions(r: Reading) -> Page:
    """Close approaches of the week and of the days ahead, the riskiest first."""
    every = events(r)
    rows = []
    for event_id in r.tree["conjunctions"]:
        e, f = every[event_id]
        row = cells(e, r.w, r.names)
        rows.append(
            {
                "normal": e.normal,
                "happened": r.moment(e.start_utc),
                "who": f"{row['asset']} – {row['other']}",
                "cells": [row[k] for k in MEETINGS],
                "known": r.when(str(f["known"])),
                "short": e.event_id[:12],
                "dull": r.tests(e),
            }
        )
    heads = ["week happened", "week pair", *MEETINGS, "week known", "week id"]
    return {"heads": [r.w[k] for k in heads], "rows": rows}


def elsewhere(r: Reading) -> Page:
    """Break-ups, what comes down, what concerns no watched satellite."""
    every = events(r)
    found = [every[i] for i in r.tree["elsewhere"] if i in every]
    seen = beyond.seen([e for e, _ in found], r.w, r.names)
    rows = [
        {
            "happened": s.when,
            "who": s.who,
            "what": f"{s.kind}: {s.what}",
            "doubts": r.listed(list(s.doubts)),
            "known": r.when(str(f["known"])),
            "status": r.w.get(f"week {f['status']}", ""),
            "short": s.event_id[:12],
        }
        for s, (_, f) in zip(seen, found, strict=False)
    ]
    more = len(found) - len(rows)
    own = {_subject(a) for a in r.tree["assets"]}
    gone = [Event.from_json(x["event"]) for x in r.tree["lost"] if x["event"]["subject"] not in own]
    said = r.few([r.w["week gone one"].format(kind=r.kind(e.kind), who=r.called(e.subject)) for e in gone[:MOST_GONE]])
    if len(gone) > MOST_GONE:
        said = r.few([said, r.w["week and more"].format(count=len(gone) - MOST_GONE)])
    return {
        "gone": r.w["week gone"].format(which=said) if gone else "",
        "heads": [
            r.w[k] for k in ("week happened", "elsewhere object", "elsewhere what", "elsewhere doubts", "week known", "week id")
        ],
        "rows": rows,
        "more": r.w["elsewhere more"].format(count=more) if more > 0 else "",
    }
