"""What was found in the sky, as a notebook shows it: sweeps, states, events, stays, burns, timelines, element sets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from markupsafe import Markup

from hoshimori.doors.measured import span, speed
from hoshimori.doors.notebook_html import (
    Table,
    card,
    facts,
    folded,
    joined,
    listed,
    mono,
    picture,
    pill,
    small,
    some,
    table,
)
from hoshimori.doors.weekly_reading import ORDER, Reading
from hoshimori.doors.words import burn_label
from hoshimori.facts import DataMode
from hoshimori.findings import AssetState, Event, Quantity

if TYPE_CHECKING:
    from hoshimori.detect.burns import Burn, Told, Untold
    from hoshimori.detect.stays import Stay
    from hoshimori.doors.timeline import Timeline
    from hoshimori.doors.weekly import Week
    from hoshimori.facts import ElementSets
    from hoshimori.verify import Check
    from hoshimori.watch import Sweep

STATES = ("attention", "stale", "not observable", "quiet")


def reading(w: Mapping[str, str], lang: str, names: Mapping[str, str]) -> Reading:
    """How moments, reasons and quantities are said, as in the reports."""
    return Reading.of({"names": names, "stop": "9999-01-01T00:00:00Z"}, w, lang)


def sweep(one: Sweep, r: Reading) -> str:
    names = {a.asset_id: (a.name_ja if r.lang == "ja" and a.name_ja else a.name) for a in one.watchlist.assets}
    ordered = sorted(one.states, key=lambda s: STATES.index(s.state))
    rows = [
        (_state(s.state, r), names[s.asset_id], s.norad_id or "—", _age(s, r), listed([r.reason(x) for x in s.reasons[:3]]))
        for s in ordered
    ]
    counts = [pill(f"{n} {r.w[k]}", k) for k in STATES if (n := sum(s.state == k for s in one.states))]
    about = [
        (r.w["as_of"], r.moment(one.as_of_utc)),
        (r.w["window"], r.w["week from to"].format(start=r.moment(one.start_utc), stop=r.moment(one.stop_utc))),
        (r.w["objects"], f"{one.objects:,}"),
        (r.w["note events"], f"{len(one.events):,}"),
    ]
    title = one.watchlist.title_ja if r.lang == "ja" and one.watchlist.title_ja else one.watchlist.title
    advice = listed([r.reason(x) for x in one.advice])
    heads = [r.w[k] for k in ("state", "asset", "number", "age", "reasons")]
    body = (advice, facts(about), table(Table(heads, rows)), small(r.w["sigma_note"]))
    return card(title, *body, lang=r.lang, mode=modes(one.data_modes), pills=counts)


def modes(found: Sequence[DataMode]) -> str:
    return ", ".join(m.name for m in found if m is not DataMode.REAL)


def _state(state: str, r: Reading) -> Markup:
    return pill(r.w[state], state)


def _age(s: AssetState, r: Reading) -> str:
    return "—" if np.isnan(s.age_days) else r.w["days_old"].format(days=s.age_days)


def state(one: AssetState, r: Reading) -> str:
    about = [
        (r.w["number"], one.norad_id or "—"),
        (r.w["age"], _age(one, r)),
        (r.w["week newest epoch"], r.moment(one.newest_epoch_utc)),
        (r.w["note events"], len(one.event_ids)),
    ]
    return card(one.name, facts(about), listed([r.reason(x) for x in one.reasons]), lang=r.lang, pills=[_state(one.state, r)])


def event(one: Event, r: Reading) -> str:
    return card(
        joined(
            [x for x in (r.kind(one.kind), r.called(one.subject), *map(r.called, one.others[:3]), r.label(one.label)) if x], " · "
        ),
        facts(_when(one, r)),
        folded_tests(one, r),
        _quantities(one.quantities, r),
        _evidence(one, r),
        lang=r.lang,
        mode=one.data_mode.name,
        pills=[pill(r.w["usual" if one.normal else "unusual"], "quiet" if one.normal else "attention")],
    )


def _when(one: Event, r: Reading) -> list[tuple[str, Any]]:
    rows = [(r.w["week happened"], r.span(one)), (r.w["as_of"], r.moment(one.as_of_utc))]
    nearest = [(r.w["week distance"], r.quantity(one.quantities["miss_km"]))] if "miss_km" in one.quantities else []
    return [*nearest, *rows]


def folded_tests(one: Event, r: Reading) -> Markup:
    """The dull explanations, before the numbers."""
    tests = r.tests(one)
    return joined([small(r.w["week dull"]), listed(tests or [r.w["week no tests"]])], "")


def _quantities(found: Mapping[str, Quantity], r: Reading) -> Markup:
    known = sorted(found, key=lambda k: (found[k].sigma is None, k))
    rows = [(r.w.get(f"q {k}", k.replace("_", " ")), r.quantity(found[k])) for k in known]
    return folded(f"{r.w['week measured']} ({len(rows)})", table(Table([r.w["note quantity"], r.w["note value"]], rows)))


def _evidence(one: Event, r: Reading) -> Markup:
    rows = [(v.claim, v.method, len(v.inputs), v.expected) for v in one.evidence]
    heads = [r.w[k] for k in ("note claim", "week methods", "note inputs", "note expected")]
    opened = folded(f"{r.w['note evidence']} ({len(rows)})", table(Table(heads, rows)))
    return joined([opened, Markup("<div>{} {}</div>").format(small(r.w["week id"]), mono(one.event_id))], "")


def events(found: Sequence[Event], r: Reading) -> str:
    """Several at once, what is not usual first."""
    ordered = sorted(found, key=lambda e: (e.normal, e.start_utc))
    shown, more = some(ordered)
    rows = [
        (
            pill(r.w["usual" if e.normal else "unusual"], "quiet" if e.normal else "attention"),
            r.kind(e.kind),
            r.called(e.subject),
            r.few([r.called(o) for o in e.others[:3]]),
            r.quantity(e.quantities["miss_km"]) if "miss_km" in e.quantities else "—",
            r.span(e),
            mono(e.event_id[:12]),
        )
        for e in shown
    ]
    heads = [r.w[k] for k in ("week judged", "label", "asset", "other", "week distance", "week happened", "week id")]
    said = r.w["week and more"].format(count=more) if more else ""
    body = table(Table(heads, rows, said))
    return card(r.w["note events"], body, lang=r.lang, mode=modes(list({e.data_mode for e in found})))


def stay(one: Stay, r: Reading) -> str:
    measures = [
        (r.w.get(f"measure {m.name}", m.name), "—" if m.value is None else f"{m.value:.2f}", r.reason(m.why))
        for m in one.measures
    ]
    about = [
        (r.w["week distance"], r.quantity(Quantity(one.min_range_km, "km", one.sigma_km))),
        (r.w["week happened"], r.span(one.event)),
        (r.w["label"], r.label(one.shape)),
        (r.w["q unusual"], f"{one.unusual:.2f}"),
    ]
    return card(
        joined([r.called(one.subject), r.called(one.other)], " · "),
        facts(about),
        folded_tests(one.event, r),
        table(Table([r.w["note measure"], r.w["note value"], r.w["reasons"]], measures)) if measures else "",
        Markup("<div>{} {}</div>").format(small(r.w["week id"]), mono(one.event.event_id)),
        lang=r.lang,
        mode=one.data_mode.name,
        pills=[pill(r.w["usual" if one.normal else "unusual"], "quiet" if one.normal else "attention")],
    )


def burn(one: Burn, r: Reading) -> str:
    tests = sorted(one.explanations, key=lambda x: ORDER.index(x.verdict) if x.verdict in ORDER else len(ORDER))
    said = [f"{r.w.get(x.name, x.name)}: {r.w.get(x.verdict, x.verdict)} — {r.reason(x.reason)}" for x in tests]
    sizes = [
        (r.w[k], speed(one.dv_rtn_m_s[i], one.dv_sigma_m_s[i]) or "—")
        for i, k in ((1, "q dv_in_track_m_s"), (2, "q dv_cross_track_m_s"))
    ]
    about = [
        (r.w["week happened"], f"{r.moment(one.t_utc)} ± {span(one.sigma_s, r.w)}"),
        (r.w["week known"], r.moment(one.known_utc)),
        *sizes,
        (r.w["probability"], f"{one.probability:.2f}"),
    ]
    routine = [] if one.routine is None else [pill(r.w["routine" if one.routine else "not routine"])]
    title = f"{r.called(str(one.norad_id))} · {burn_label(one.label, r.w)}"
    return card(title, facts(about), listed(said), lang=r.lang, mode=one.data_mode.name, pills=routine)


def told(one: Told, r: Reading) -> str:
    shown, more = some(sorted(one.burns, key=lambda b: b.t_utc)[::-1])
    rows = [
        (
            r.called(str(b.norad_id)),
            f"{r.moment(b.t_utc)} ± {span(b.sigma_s, r.w)}",
            speed(b.dv_rtn_m_s[1], b.dv_sigma_m_s[1]) or "—",
            speed(b.dv_rtn_m_s[2], b.dv_sigma_m_s[2]) or "—",
            burn_label(b.label, r.w),
            f"{b.probability:.2f}",
            r.moment(b.known_utc),
        )
        for b in shown
    ]
    heads = [r.w[k] for k in ("object", "burn_time", "burn_size", "burn_plane", "label", "probability", "week known")]
    said = r.w["week and more"].format(count=more) if more else ""
    body = table(Table(heads, rows, said)) if rows else r.w["note no burns"]
    mode = modes(list({b.data_mode for b in one.burns}))
    return card(f"{r.w['note burns']} ({len(one.burns)})", body, _untold(one.untold, r), lang=r.lang, mode=mode)


def _untold(found: Sequence[Untold], r: Reading) -> Markup:
    shown, more = some(found, 5)
    rows = [r.w["week untold"].format(who=r.called(str(u.norad_id)), why=r.reason(u.reason)) for u in shown]
    return listed([*rows, *([r.w["week and more"].format(count=more)] if more else [])])


def timeline(one: Timeline, r: Reading) -> str:
    from hoshimori.doors import timeline_svg
    from hoshimori.doors.in_numbers import of_timeline
    from hoshimori.doors.picture import standalone

    drawn = standalone(timeline_svg.draw(one, r.w, r.names))
    numbers = of_timeline(one, r.w)
    rows = [(day, *cells) for day, cells in numbers["rows"]]
    opened = folded(r.w["in_numbers"], table(Table([r.w["day"], *numbers["names"]], rows)))
    said = timeline_svg.heading(one, r.w)
    mode = modes(one.data_modes)
    return card(said, picture(drawn, said), opened, _untold(one.untold, r), lang=r.lang, mode=mode)


def element_sets(one: ElementSets, r: Reading) -> str:
    shown = one.take(slice(max(0, len(one) - 8), len(one)))
    rows = [
        (
            s.norad_id,
            s.name,
            r.moment(s.epoch_utc),
            r.moment(s.known_utc),
            f"{s.mean_motion_rev_day:.8f}",
            f"{s.eccentricity:.7f}",
            f"{s.inc_deg:.4f}",
            s.known_basis.name,
            mono(s.digest[:12]),
        )
        for s in shown
    ]
    objects = len(np.unique(one.norad_id))
    span_ = ""
    if len(one):
        span_ = r.w["week from to"].format(start=r.moment(one.epoch_utc.min()), stop=r.moment(one.epoch_utc.max()))
    about = [(r.w["note sets"], f"{len(one):,}"), (r.w["objects"], f"{objects:,}"), (r.w["note epochs"], span_ or "—")]
    heads = [
        "number",
        "note name",
        "note epoch",
        "week known",
        "note motion",
        "note eccentricity",
        "note inclination",
        "note ground",
        "note digest",
    ]
    more = r.w["note last"].format(shown=len(shown), count=f"{len(one):,}") if len(one) > len(shown) else ""
    found = [DataMode(m) for m in np.unique(one.data_mode).tolist()]
    body = table(Table([r.w[h] for h in heads], rows, more)) if rows else ""
    return card(r.w["note element sets"], facts(about), body, lang=r.lang, mode=modes(found))


def check(one: Check, r: Reading) -> str:
    wrong = [(f.field, f.claimed, f.recomputed, r.w[f"note {f.verdict}"]) for f in one.fields if f.verdict != "same"]
    heads = [r.w[k] for k in ("week field", "note claimed", "note again", "note verdict")]
    said = r.w["note checked"].format(count=len(one.fields), same=len(one.fields) - len(wrong))
    body = table(Table(heads, wrong)) if wrong else ""
    tone = "quiet" if one.verdict == "same" else "attention"
    title = joined([r.kind(one.kind), mono(one.event_id)])
    return card(title, said, body, lang=r.lang, pills=[pill(r.w[f"note {one.verdict}"], tone)])


def week(one: Week, r: Reading) -> str:
    from hoshimori.doors import weekly_page, weekly_svg

    page = weekly_page.page(one.tree, r.lang)
    drawn = weekly_svg.alone(page["strip"])
    return card(
        f"{page['t']['title']}: {page['title']}",
        facts([(f["label"], f["value"]) for f in page["facts"]]),
        Markup("<ol style='margin:4px 0;padding-left:20px'>{}</ol>").format(
            Markup("").join(Markup("<li>{}</li>").format(s) for s in page["sentences"])
        ),
        picture(_grounded(drawn), page["t"]["strip"]),
        small(r.w["note week more"]),
        lang=r.lang,
        mode=", ".join(m for m in one.tree["data_modes"] if m != "REAL"),
        marking=one.marking,
    )


def _grounded(svg: str) -> str:
    """The drawing on white: its rules are those of paper."""
    head, _, rest = svg.partition("</style>")
    return f'{head}</style><rect width="100%" height="100%" fill="#fff"/>{rest}'
