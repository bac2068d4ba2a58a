"""Reports of links out of order for people: one row an event, with the dull causes and what it cannot be told from."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from hoshimori.doors.emitters import Emitter
from hoshimori.doors.inquiry import names_of
from hoshimori.doors.interference import Joined, counted
from hoshimori.doors.terminal import console
from hoshimori.doors.words import metres, minute, say, words
from hoshimori.facts import DataMode
from hoshimori.findings import Event, Explanation, Reason

HEADINGS = ("began", "asset", "what_happened", "reports_count", "lasted", "dull_causes", "cannot_tell_from")
TOLD = ("wins", "possible")
UNUSUAL_P = 0.05


def show(joined: Joined, lang: str, top: int) -> None:
    """The table on standard output, in order of time; then windows of sites, cells, and the emitter."""
    w, out = words(lang), console()
    if any(e.data_mode is DataMode.EXERCISE for e in joined.events):
        print(w["exercise_note"])
    numbers = {int(e.subject) for e in joined.events} | {
        int(str(x.reason.values["other"])) for e in joined.events for x in e.explanations if "other" in x.reason.values
    }
    names = names_of(joined.view, sorted(numbers))
    if joined.given.reports:
        span = {"start": minute(joined.view.start_utc), "stop": minute(joined.view.stop_utc)}
        count = {"events": len(joined.events), "reports": len(joined.given.reports), "assets": len(joined.watchlist.assets)}
        out.print(Text(w["interference found"].format(**count, **span, as_of=minute(joined.view.as_of_utc))))
    if joined.events:
        ordered = sorted(joined.events, key=lambda e: e.start_utc)
        out.print(_table(ordered[: top or None], w, names))
        for line in dict.fromkeys(x for e in ordered for x in _windows(e, w)):
            out.print(Text(line))
        out.print(Text(w["interference note"]))
    if joined.given.cells:
        told = counted(joined.given.cells)
        out.print(Text(w["interference cells"].format(day=str(joined.given.cells[0].day_utc), **told)))
    if joined.emitter is not None:
        for line in emitter_lines(joined.emitter, w):
            out.print(Text(line))


def tell_unseen(joined: Joined, lang: str) -> None:
    """Of whom no orbit is known, and whose reports were left out, on standard error."""
    w = words(lang)
    for key, which in (("interference no orbit", joined.unseen), ("interference other assets", joined.passed_over)):
        if which:
            print(f"hoshimori: {w[key].format(which=', '.join(map(str, which[:8])))}", file=sys.stderr)


def _table(events: list[Event], w: Mapping[str, str], names: Mapping[str, str]) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for heading in HEADINGS:
        table.add_column(w[heading], overflow="fold", no_wrap=heading == "began")
    for event in events:
        cells = (
            minute(event.start_utc),
            f"{event.subject} {names.get(event.subject, '')}".strip(),
            w.get(event.label, event.label),
            f"{event.quantities['reports'].value:.0f}",
            _lasted(event.quantities["duration_s"].value),
            "\n".join(_said(x, w, names) for x in event.explanations if x.verdict in TOLD),
            ", ".join(w[x.name] for x in event.explanations if x.verdict == "cannot tell"),
        )
        table.add_row(*(Text(c or "—", style="" if event.normal else "bold") for c in cells))
    return table


def _said(test: Explanation, w: Mapping[str, str], names: Mapping[str, str]) -> str:
    return f"{w[test.name]} ({w[test.verdict]}): {say(test.reason, w, names)}"


def _lasted(seconds: float) -> str:
    if seconds < 120.0:
        return f"{seconds:.0f} s"
    return f"{seconds / 60.0:.0f} min" if seconds < 7200.0 else f"{seconds / 3600.0:.1f} h"


def _windows(event: Event, w: Mapping[str, str]) -> list[str]:
    """The sites into whose windows the reports of this asset fall more often than chance allows, or that there is none."""
    rows = [r for r in event.evidence[0].parameters["windows"] if r["p_holm"] is not None]
    if not rows:
        return []
    least = min(float(r["p_holm"]) for r in rows)
    if least >= UNUSUAL_P:
        return [w["interference no windows"].format(asset=event.subject, sites=len(rows), p=f"{least:.2g}")]
    out = []
    for r in (r for r in rows if float(r["p_holm"]) < UNUSUAL_P):
        values = {"site": r["site"], "hits": r["hits"], "events": r["events"], "expected": f"{r['expected']:.2g}"}
        out.append(w["interference windows"].format(asset=event.subject, p=f"{r['p_holm']:.2g}", **values))
    return out


def emitter_lines(emitter: Emitter, w: Mapping[str, str]) -> list[str]:
    """The answer of a geolocation in words."""
    found = emitter.found
    both = ", ".join(str(s.norad_id) for s in emitter.states)
    out = [w["emitter title"].format(satellites=both, verdict=w[f"emitter {found.verdict}"])]
    if not found.solutions:
        out.append(say(Reason(str(found.why), dict(found.values)), w, {}))
    for s in found.solutions:
        sizes = {"major": metres(s.semi_major_km), "minor": metres(s.semi_minor_km)}
        place = {"lat": s.lat_deg, "lon": s.lon_deg_e, "azimuth": s.azimuth_deg, "weight": s.weight}
        out.append(w["emitter place"].format(**place, **sizes))
    for state in emitter.states:
        km, m_s = state.sigma
        values = {"satellite": state.norad_id, "basis": state.basis, "km": km, "m_s": m_s, "when": minute(state.at_utc)}
        out.append(w["emitter basis"].format(**values))
    return [*out, w["emitter note"].format(height=emitter.height_m)]
