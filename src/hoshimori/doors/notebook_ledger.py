"""What people judged and signed, and what a service answered, as a notebook shows it; markings above and below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from hoshimori.assess.estimative import graded
from hoshimori.doors import brief
from hoshimori.doors.brief_reading import banner, withheld
from hoshimori.doors.english_ledger import LEDGER as LEDGER_EN
from hoshimori.doors.japanese_ledger import LEDGER as LEDGER_JA
from hoshimori.doors.notebook_html import Table, card, facts, joined, listed, mono, pill, small, some, table
from hoshimori.doors.notebook_sky import STATES
from hoshimori.doors.weekly_reading import Reading
from hoshimori.judgements import CLEAR, Claim, Incident, Item, Judgement, Marking, strictest

if TYPE_CHECKING:
    from hoshimori.doors.client_rows import AssetNow, EventNow, File, FloorNow, IncidentNow, JobNow, RecordNow
    from hoshimori.doors.records import Record, Verified

MOST_ITEMS = 12


def ledger_words(r: Reading) -> Mapping[str, str]:
    return LEDGER_JA if r.lang == "ja" else LEDGER_EN


def incident(one: Incident, r: Reading) -> str:
    w = ledger_words(r)
    pieces: list[Item | Claim | Judgement] = [*one.items, *one.claims, *one.judgements]
    about = [
        (w["question"], one.question),
        (r.w["week opened"], r.w["week opened by"].format(when=r.moment(one.opened_utc), by=one.opened_by, party=one.party)),
        (r.w["week concerns"], r.listed([*one.assets, *map(r.called, one.subjects)]) or "—"),
    ]
    if not np.isnat(one.start_utc) or not np.isnat(one.stop_utc):
        about.append((w["when"], r.w["week from to"].format(start=r.moment(one.start_utc), stop=r.moment(one.stop_utc))))
    shown, more = some(one.items, MOST_ITEMS)
    rows = [_item(i, r, w) for i in shown]
    heads = [
        w["head seen"] if k == "seen" else r.w[k]
        for k in ("note seen", "note statement", "note grade", "week happened", "week known")
    ]
    said = r.w["week and more"].format(count=more) if more else ""
    claims = [f"{c.speaker}: {c.statement} ({graded(c.grade, language=r.lang)})" for c in one.claims]
    answers = [f"{j.by} ({j.party}): {j.criterion}: {j.answer} — {j.reason}" for j in one.judgements]
    body = (
        facts(about),
        table(Table(heads, rows, said)) if rows else "",
        joined([small(w["claims"]), listed(claims)], "") if claims else "",
        joined([small(w["judgements"]), listed(answers)], "") if answers else "",
    )
    marking = strictest([one.marking, *(p.marking for p in pieces)])
    return card(f"{one.incident_id} {one.title}", *body, lang=r.lang, mode=one.data_mode.name, marking=marking)


def _item(i: Item, r: Reading, w: Mapping[str, str]) -> tuple[Any, ...]:
    seen = w["seen" if i.seen else "not found"] if i.indicator else w["not weighed"]
    mark = [] if i.marking == CLEAR else [small(i.marking.text)]
    return seen, joined([i.statement, *mark]), graded(i.grade, language=r.lang), r.moment(i.t_utc), r.moment(i.known_utc)


def judgement(one: Judgement, r: Reading) -> str:
    about = [(r.w["note answer"], one.answer), (r.w["reasons"], one.reason), (r.w["note at"], r.moment(one.at_utc))]
    title = f"{one.criterion}: {one.by} ({one.party})"
    return card(title, facts(about), lang=r.lang, mode=one.data_mode.name, marking=one.marking)


def assessment(tree: Mapping[str, Any], r: Reading) -> str:
    """The bottom line of hoshimori.assessment/1, then what each explanation comes to. The whole stands in the brief."""
    page = brief.page(tree, lang=r.lang)
    w, bottom = page["w"], page["bottom"]
    rows = [(o["name"], o["range"], o["word"]) for o in page["odds"]]
    heads = [w["brief hypothesis"], w["brief range"], w["brief word"]]
    gates = [f"{g['id']} {g['title']}: {g['answer']}" if not g["hidden"] else g["hidden"] for g in page["gates"]]
    body = (
        facts([(f["label"], f["value"]) for f in page["facts"]]),
        listed([bottom["verdict"], bottom["likelihood"], bottom["confidence"], page["agree"]["said"]]),
        page["odds_note"] or table(Table(heads, rows)),
        joined([small(w["brief gates"]), listed([page["consultation"], *gates])], ""),
        small(w["brief ministers"]),
    )
    mode = "" if tree["data_mode"] == "REAL" else str(tree["data_mode"])
    return card(page["title"], *body, lang=r.lang, mode=mode, marking=banner(tree))


def _acts(acts: Sequence[Mapping[str, Any]], r: Reading) -> Table:
    w = ledger_words(r)
    rows = [(a["party"], w.get(f"act {a['act']}", a["act"]), r.when(str(a["at"])), a["by"], a["reasons"]) for a in acts]
    return Table([r.w[k] for k in ("note party", "note act", "note at", "note by", "reasons")], rows)


def record(one: Record | RecordNow, r: Reading) -> str:
    w = ledger_words(r)
    why = getattr(one, "why", "")
    marking: Marking = getattr(one, "marking", CLEAR)
    body = (table(_acts(one.acts, r)) if one.acts else "", why)
    title = joined([one.incident, mono(one.record[:16])])
    return card(
        title, *body, lang=r.lang, mode=one.data_mode, marking=marking, pills=[pill(w.get(f"state {one.state}", one.state))]
    )


def verified(one: Verified, r: Reading) -> str:
    w, tree = ledger_words(r), one.to_json()
    again, verdicts = tree["assessment"], [f.verdict for f in one.findings]
    counts = {v: verdicts.count(v) for v in ("same", "different", "cannot")}
    said = [
        w["holds"],
        w["anchored"] if tree["anchored"] else w["not anchored"].format(fingerprint=tree["fingerprint"]),
        w[f"assessment {again['verdict']}"].format(differs=", ".join(again["differs"]), why=again["why"]),
        w["findings"].format(**counts) if verdicts else w["findings none"],
        *([w["withheld"].format(count=tree["withheld"], reader=tree["reader"])] if tree["withheld"] else []),
    ]
    tone = "quiet" if one.verdict == "same" else "attention"
    title = joined([tree["incident"], mono(str(tree["record"])[:16])])
    pills = [pill(r.w[f"note {one.verdict}"], tone), pill(w.get(f"state {tree['state']}", tree["state"]))]
    return card(title, listed(said), table(_acts(tree["acts"], r)), lang=r.lang, mode=tree["data_mode"], pills=pills)


# ---- what a service answered


def floor(one: FloorNow, r: Reading) -> str:
    ordered = sorted(one.assets, key=lambda a: (*STATES, a.state).index(a.state))
    rows = [(pill(r.w.get(a.state, a.state), a.state), a.name, a.norad_id or "—", listed(a.text[:3])) for a in ordered]
    counts = [pill(f"{n} {r.w.get(k, k)}", k) for k in STATES if (n := sum(a.state == k for a in one.assets))]
    about = [
        (r.w["as_of"], r.moment(one.as_of_utc)),
        (r.w["note events"], len(one.events)),
        (r.w["note alerts"], one.open_alerts),
    ]
    wrong = listed([str(c.get("text", c.get("code", ""))) for c in one.conditions])
    body = (wrong, facts(about), table(Table([r.w[k] for k in ("state", "asset", "number", "reasons")], rows)))
    return card(one.watchlist, *body, lang=r.lang, mode=one.data_mode, pills=counts)


def asset_now(one: AssetNow, r: Reading) -> str:
    about = [(r.w["number"], one.norad_id or "—"), (r.w["operator"], one.operator), (r.w["note events"], len(one.event_ids))]
    pills = [pill(r.w.get(one.state, one.state), one.state)]
    return card(one.name, facts(about), listed(one.text), lang=r.lang, mode=one.data_mode, pills=pills)


def event_now(one: EventNow, r: Reading) -> str:
    about = [
        (r.w["week happened"], r.w["week from to"].format(start=r.moment(one.start_utc), stop=r.moment(one.stop_utc))),
        (r.w["as_of"], r.moment(one.as_of_utc)),
        *([(r.w["week distance"], r.quantity(one.quantities["miss_km"]))] if "miss_km" in one.quantities else []),
    ]
    title = joined(
        [r.kind(one.kind), one.subject_name or one.subject, *(n or o for n, o in zip(one.other_names, one.others, strict=True))],
        " · ",
    )
    pills = [pill(r.w["usual" if one.normal else "unusual"], "quiet" if one.normal else "attention")]
    return card(title, one.text, facts(about), mono(one.event_id), lang=r.lang, mode=one.data_mode, pills=pills)


def incident_now(one: IncidentNow, r: Reading) -> str:
    if "items" in one.tree:
        shown = incident(one.incident(), r)
        return shown if not one.withheld else f"{shown}{small(r.w['note withheld'].format(count=one.withheld))}"
    about = [(r.w["week opened"], r.moment(one.opened_utc)), (r.w["note party"], one.party)]
    title = f"{one.incident_id} {one.title}"
    return card(title, facts(about), lang=r.lang, mode=one.data_mode, marking=one.marking, pills=[pill(one.state)])


def job(one: JobNow, r: Reading) -> str:
    tone = {"done": "quiet", "failed": "attention"}.get(one.state, "")
    return card(joined([one.kind, mono(one.job_id)]), one.error, lang=r.lang, pills=[pill(one.state, tone)])


def file(one: File, r: Reading) -> str:
    about = [(r.w["week formats"], one.media_type), (r.w["note size"], f"{len(one.data):,}")]
    return card(one.filename or r.w["note document"], facts(about), lang=r.lang, marking=one.marking)


def readable(tree: Any) -> bool:
    return isinstance(tree, Mapping) and withheld(tree) is None
