"""Windows of ground sites for people: one row for each asset and site, the windows in order of time, outages, and pauses."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Literal

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from hoshimori.declared.sites import Site
from hoshimori.detect.illumination import NO_WINDOW, windows_of
from hoshimori.detect.illumination_windows import NIGHT_SUN_DEG
from hoshimori.doors.illumination import Avoidance, Lit
from hoshimori.doors.inquiry import names_of
from hoshimori.doors.screen_table import ahead_lines, problem_lines
from hoshimori.doors.terminal import console
from hoshimori.doors.words import minute, say, words
from hoshimori.facts import DataMode
from hoshimori.findings import Event, Quantity, iso
from hoshimori.ports import View

Words = Mapping[str, str]
Names = Mapping[str, str]
SUMMARY = ("asset", "site", "lit windows", "lit minutes", "lit highest", "lit nearest", "lit night", "lit sunlit")
TESTED = ("lit outages", "lit expected", "lit p", "lit p holm")
WINDOW = ("lit start", "lit stop", "asset", "site", "lit top", "lit range", "lit site sun", "lit sunlit")
CLOSED = ("lit rise", "lit set", "site", "lit top", "lit open", "lit closed")
LEFT = {"asset", "site", "lit start", "lit stop", "lit rise", "lit set", "lit closed", "lit site sun"}
SHOWN_SITES = 6
"""Explanations are written out for so many of the sites whose windows hold outages, the most telling first."""


def tell(found: Lit | Avoidance, lang: str) -> None:
    """What cannot be said of whom, on standard error."""
    w = words(lang)
    lines = [*problem_lines(found.problems, w), *ahead_lines(found.ahead, w)]
    if found.unseen:
        lines.append(w["assets without orbit"].format(count=len(found.unseen), which=", ".join(found.unseen[:6])))
    if isinstance(found, Lit) and found.outside:
        lines.append(w["outages left out"].format(count=found.outside))
    for line in lines:
        print(f"hoshimori: {line}", file=sys.stderr)


def show(lit: Lit, *, lang: str, top: int) -> None:
    """The tables on standard output."""
    w, out = words(lang), console()
    names = _names(lit.view, [e.subject for e in lit.events])
    if any(e.data_mode is DataMode.EXERCISE for e in lit.events):
        print(w["exercise_note"])
    span = {"start": minute(lit.view.start_utc), "stop": minute(lit.view.stop_utc), "as_of": minute(lit.view.as_of_utc)}
    with_windows = [e for e in lit.events if e.label != NO_WINDOW]
    count = sum(len(windows_of(e)) for e in lit.events)
    out.print(Text(w["lit found"].format(windows=f"{count:,}", sites=len(lit.sites), assets=_assets(lit), **span)))
    sites = {s.site_id: s for s in lit.sites}
    ranked = sorted(lit.events, key=lambda e: (_p(e), e.subject, -_value(e, "minutes"), e.others))
    out.print(_summary(ranked[: top or None], sites, names, w, lang))
    _tell_cut(top, len(ranked), w)
    for line in _said(ranked, sites, names, w, lang):
        out.print(Text(line))
    if with_windows:
        out.print(_windows(with_windows, sites, names, w, lang, top))
        _tell_cut(top, count, w)
    out.print(Text(w["lit note"].format(night=f"{-NIGHT_SUN_DEG:g}")))


def show_avoidance(found: Avoidance, *, lang: str, top: int) -> None:
    """Passes with what is open, and why the rest is closed."""
    w, out = words(lang), console()
    names = _names(found.view, [str(found.target), *(str(p.norad_id) for one in found.passes for p in one.closed)])
    span = {"start": minute(found.view.start_utc), "stop": minute(found.view.stop_utc), "as_of": minute(found.view.as_of_utc)}
    said = w["avoid found"].format(
        passes=len(found.passes), target=_called(str(found.target), names), closed=sum(len(p.closed) for p in found.passes),
        cone=f"{found.cone_deg:g}", sigmas=f"{found.sigmas:g}", **span,
    )  # fmt: skip
    out.print(Text(said))
    table = _made(CLOSED, w)
    for one in found.passes[: top or None]:
        closed = [
            f"{_second(iso(p.start_utc))} – {_second(iso(p.stop_utc))} {_called(str(p.norad_id), names)} "
            f"{p.nearest_deg:.2f}° < {p.half_angle_deg:.2f}°"
            for p in one.closed
        ]
        row = (
            iso(one.rise_utc)[:19].replace("T", " "),
            _second(iso(one.set_utc)),
            _place(one.site, lang),
            f"{one.highest_deg:.1f}°",
            f"{one.open_share:.1%}",
            "\n".join(closed) or "—",
        )
        table.add_row(*(Text(cell) for cell in row))
    out.print(table)
    _tell_cut(top, len(found.passes), w)
    out.print(Text(w["avoid note"]))


def _summary(events: Sequence[Event], sites: Mapping[str, Site], names: Mapping[str, str], w: Words, lang: str) -> Table:
    tested = any("hits" in e.quantities for e in events)
    headings = (*SUMMARY, *(TESTED if tested else ()))
    table = _made(headings, w)
    for e in events:
        q = e.quantities
        cells = {
            "asset": _called(e.subject, names),
            "site": _place(sites[e.others[0]], lang),
            "lit windows": _count(e, w),
            "lit minutes": f"{_value(e, 'minutes'):,.1f}",
            "lit highest": f"{_value(e, 'highest_elevation_deg'):.1f}°",
            "lit nearest": _range(q.get("range_km")),
            "lit night": f"{q['night_share'].value:.0%}" if "night_share" in q else "—",
            "lit sunlit": f"{q['sunlit_share'].value:.0%}" if "sunlit_share" in q else "—",
            "lit outages": f"{_value(e, 'hits'):.0f} / {_value(e, 'outages'):.0f}" if "hits" in q else "—",
            "lit expected": f"{_value(e, 'expected_hits'):.2f}" if "hits" in q else "—",
            "lit p": _probability(q.get("p_at_least")),
            "lit p holm": _probability(q.get("p_holm")),
        }
        table.add_row(*(Text(cells[h], style="" if e.normal else "bold") for h in headings))
    return table


def _windows(
    events: Sequence[Event], sites: Mapping[str, Site], names: Mapping[str, str], w: Words, lang: str, top: int
) -> Table:
    table = _made(WINDOW, w)
    rows = sorted((r["start"], e.subject, e.others[0], k) for e in events for k, r in enumerate(windows_of(e)))
    by_key = {(e.subject, e.others[0]): windows_of(e) for e in events}
    for _, subject, site, k in rows[: top or None]:
        r = by_key[subject, site][k]
        cut = {end: "…" if end in r["cut"] else "" for end in ("start", "stop")}
        sigma = None if r["range_sigma_km"] is None else r["range_sigma_km"]
        light = w["lit by night"] if r["sun_elevation_deg"] < NIGHT_SUN_DEG else w["lit by day"]
        cells = (
            cut["start"] + r["start"][:19].replace("T", " "),
            (_second(r["stop"]) if r["stop"][:10] == r["start"][:10] else r["stop"][:19].replace("T", " ")) + cut["stop"],
            _called(subject, names),
            _place(sites[site], lang),
            f"{r['elevation_deg']:.1f}°",
            _range(Quantity(r["range_km"], "km", sigma)),
            f"{light} ({r['sun_elevation_deg']:+.0f}°)",
            f"{r['sunlit']:.0%}",
        )
        table.add_row(*(Text(c) for c in cells))
    return table


def _said(events: Sequence[Event], sites: Mapping[str, Site], names: Mapping[str, str], w: Words, lang: str) -> list[str]:
    """The tests of outages in words, for the sites that hold the most telling share of them."""
    lines: list[str] = []
    for e in [e for e in events if _value(e, "hits") > 0.0][:SHOWN_SITES]:
        lines.append(f"{_called(e.subject, names)}, {_place(sites[e.others[0]], lang)}:")
        lines += [f"  {w.get(x.name, x.name)}: {w[x.verdict]}: {say(x.reason, w, names)}" for x in e.explanations]
    return lines


def _made(headings: Sequence[str], w: Words) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for heading in headings:
        justify: Literal["right", "left"] = "left" if heading in LEFT else "right"
        table.add_column(w[heading], justify=justify, overflow="fold")
    return table


def _tell_cut(top: int, count: int, w: Words) -> None:
    if top and count > top:
        print(w["lit top only"].format(shown=f"{top:,}", count=f"{count:,}"))


def _count(e: Event, w: Words) -> str:
    """How many; said in words where there is none, or one that never ends."""
    rows = windows_of(e)
    if not rows:
        return w[NO_WINDOW]
    always = len(rows) == 1 and set(rows[0]["cut"]) == {"start", "stop"}
    return w["lit always"] if always else f"{len(rows):,}"


def _names(view: View, subjects: Sequence[str]) -> Mapping[str, str]:
    return names_of(view, sorted({int(s) for s in subjects if s.isdigit()}))


def _assets(lit: Lit) -> int:
    return len({e.subject for e in lit.events})


def _called(number: str, names: Mapping[str, str]) -> str:
    return f"{number} {names.get(number, '')}".strip()


def _place(site: Site, lang: str) -> str:
    return f"{site.name_ja if lang == 'ja' else site.name} ({site.site_id})"


def _value(e: Event, name: str) -> float:
    return e.quantities[name].value if name in e.quantities else 0.0


def _p(e: Event) -> float:
    return e.quantities["p_at_least"].value if "p_at_least" in e.quantities else 2.0


def _probability(q: Quantity | None) -> str:
    return "—" if q is None else f"{q.value:.2g}"


def _range(q: Quantity | None) -> str:
    if q is None:
        return "—"
    return f"{q.value:,.0f} km" + ("" if q.sigma is None else f" ± {q.sigma:.1f}")


def _second(text: str) -> str:
    return text[11:19]
