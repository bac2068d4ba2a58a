"""The front of a week's report: five sentences, and every satellite at the beginning and at the end of the week."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from hoshimori.doors.weekly_reading import Page, Reading

STATES = ("attention", "stale", "not observable", "quiet")
LONG_HOURS = 36.0
"""A silence longer than this, which still lasts, is said to."""
NAMED = 3
"""So many satellites are named in one sentence; the rest are counted."""


def name_of(asset: Mapping[str, Any], lang: str) -> str:
    return str((asset["name_ja"] if lang == "ja" else "") or asset["name"])


def sentences(r: Reading) -> list[str]:
    """What changed, what needs a person, what could not be seen, and what it all rests on: five sentences, always."""
    return [_states(r), _news(r), _needs(r), _unseen(r), _ground(r)]


def _states(r: Reading) -> str:
    assets = r.tree["assets"]
    counts = [(sum(a["after"]["state"] == s for a in assets), r.w[s]) for s in STATES]
    said = r.few([r.w["week of state"].format(count=n, state=s) for n, s in counts if n])
    if r.tree["before"] is None:
        return r.w["week states alone"].format(assets=len(assets), counts=said, start=r.when(r.tree["start"]))
    moved = [a for a in assets if a["changed"]]
    which = _some(r, [r.w["week moved"].format(name=name_of(a, r.lang), **_ends(a, r)) for a in moved])
    return r.w["week states" if moved else "week states same"].format(
        assets=len(assets), counts=said, changed=len(moved), which=which
    )


def _ends(asset: Mapping[str, Any], r: Reading) -> dict[str, str]:
    return {"before": r.w[asset["before"]["state"]], "after": r.w[asset["after"]["state"]]}


def _news(r: Reading) -> str:
    start = r.when(r.tree["start"])
    found: dict[str, int] = {}
    elsewhere = set(r.tree["elsewhere"])
    for f in r.tree["findings"]:
        if f["status"] != "same" and f["event"]["kind"] != "manoeuvre":  # burns are counted by themselves
            usual = r.w["usual" if f["event"]["normal"] else "unusual"]
            of_ours = f["event"]["id"] not in elsewhere
            key = r.w["week kind usual" if of_ours else "week kind beyond"].format(kind=r.kind(f["event"]["kind"]), usual=usual)
            found[key] = found.get(key, 0) + 1
    burns, lost = len(r.tree["burns"]), len(r.tree["lost"])
    said = [r.w["week of kind"].format(kind=kind, count=n) for kind, n in sorted(found.items(), key=lambda x: -x[1])]
    said += [r.w["week of kind"].format(kind=r.w["week burns short"], count=burns)] if burns else []
    told = r.w["week news" if said else "week no news"].format(start=start, what=r.few(said))
    return told + (r.w["week lost short"].format(count=lost) if lost else "") + r.w["week stop"]


def _needs(r: Reading) -> str:
    assets = [a for a in r.tree["assets"] if a["after"]["state"] == "attention"]
    open_ = len(r.tree["ledger"]["incidents"])
    more = r.w["week incidents short"].format(count=open_) if open_ else ""
    if not assets:
        return r.w["week needs none"] + more + r.w["week stop"]
    which = _some(r, [f"{name_of(a, r.lang)}: {r.reason(a['after']['reasons'][0])}" for a in assets])
    return r.w["week needs"].format(count=len(assets), which=which) + more + r.w["week stop"]


def _unseen(r: Reading) -> str:
    assets = [a for a in r.tree["assets"] if a["after"]["state"] in ("stale", "not observable")]
    if not assets:
        return r.w["week unseen none"]
    by_reason: dict[str, list[str]] = {}
    for a in assets:
        by_reason.setdefault(r.reason(a["after"]["reasons"][0]), []).append(name_of(a, r.lang))
    which = [f"{_some(r, names, r.few)}: {why}" for why, names in by_reason.items()]
    return r.w["week unseen"].format(count=len(assets), which=_some(r, which))


def _ground(r: Reading) -> str:
    data = r.tree["data"]
    seen = [a for a in r.tree["assets"] if a["sets"] and a["after"]["state"] != "stale"]
    longest = max(seen, key=lambda a: a["gap_hours"], default=None)
    gap = "" if longest is None else r.w["week gap short"].format(hours=longest["gap_hours"], name=name_of(longest, r.lang))
    counts = {k: f"{data[k]:,}" for k in ("sets", "objects")}
    return r.w["week ground"].format(
        **counts, newest=r.when(data["newest_known"]), refused=f"{data['refused']['records']:,}", gap=gap
    )


def _some(r: Reading, texts: list[str], joined: Callable[[Sequence[str]], str] | None = None) -> str:
    more = len(texts) - NAMED
    return (joined or r.listed)([*texts[:NAMED], *([r.w["week and more"].format(count=more)] if more > 0 else [])])


def assets(r: Reading) -> Page:
    """One row a satellite, what needs a person first."""
    rows = sorted(r.tree["assets"], key=lambda a: (STATES.index(a["after"]["state"]), not a["changed"]))
    return {
        "heads": [r.w[k] for k in ("asset", "week at start", "week at end", "age", "week sets", "week longest", "reasons")],
        "rows": [dict(_asset(a, r)) for a in rows],
    }


def _asset(a: Mapping[str, Any], r: Reading) -> Iterator[tuple[str, Any]]:
    after, before = a["after"], a["before"]
    yield "id", a["asset"]
    yield "name", name_of(a, r.lang)
    yield "number", str(a["norad_id"] or "")
    yield "before", "—" if before is None else r.w[before["state"]]
    yield "before_tone", "" if before is None else tone(before["state"])
    yield "after", r.w[after["state"]]
    yield "after_tone", tone(after["state"])
    yield "changed", a["changed"]
    yield "age", "—" if after["age_days"] is None else r.w["days_old"].format(days=after["age_days"])
    yield "newest", r.when(after["newest_epoch"])
    unseen = after["state"] == "not observable"
    yield "sets", "—" if unseen else str(a["sets"])
    yield (
        "gap",
        "—"
        if unseen
        else r.w["week hours"].format(hours=a["gap_hours"])
        + (r.w["week still"] if a["open"] and a["gap_hours"] > LONG_HOURS else ""),
    )
    yield "reasons", [r.reason(x) for x in after["reasons"]]


def tone(state: str) -> str:
    return "unseen" if state == "not observable" else state
