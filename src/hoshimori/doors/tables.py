"""Tables for a terminal and files for a folder: the same records, said for people or for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from hoshimori.catalogue import IngestReport
from hoshimori.detect.pairs import Settings
from hoshimori.detect.portrait import portraits
from hoshimori.doors import elsewhere
from hoshimori.doors import report as page
from hoshimori.doors.lives import lives_of
from hoshimori.doors.terminal import console, put_json
from hoshimori.doors.timeline import semi_major_axis_km
from hoshimori.doors.upkeep import Done, Finding
from hoshimori.doors.words import age, count, minute, say, when, words
from hoshimori.facts import DataMode, ElementSets, ObjectName, Watchlist
from hoshimori.findings import iso
from hoshimori.ports import View
from hoshimori.verify import Check
from hoshimori.watch import Sweep

WIDE = 110
"""Columns of a terminal from which all columns of the watch's table are shown."""
ELSEWHERE = 6
"""So many events that concern no asset are told below the table of a watch."""
WIDE_HISTORY = 136
HISTORY = ("epoch", "known", "by", "rev/day", "e", "i °", "node °", "a km", "Δa km", "°/day", "digest")
HISTORY_NARROW = ("epoch", "known", "by", "a km", "Δa km")
WIDEST = {"number": 9, "age": 10, "neighbours": 10}
"""Columns whose heading may be wrapped, so that the reasons have room."""
COLOURS = {"attention": "bold red", "stale": "yellow", "not observable": "dim", "quiet": "green"}


def names_in(view: View, sweep: Sweep) -> dict[str, str]:
    """Catalogue number as text to the last name known, for everything that the sweep speaks of."""
    numbers = {int(k) for e in sweep.events for k in (e.subject, *e.others) if k.isdigit()}
    found = sorted(view.names(sorted(numbers)), key=lambda n: n.first_seen_utc) if numbers else []
    return {str(n.norad_id): n.name for n in found if n.name}


def show_sweep(sweep: Sweep, view: View, lang: str) -> None:
    w, names, out = words(lang), names_in(view, sweep), console()
    if DataMode.EXERCISE in sweep.data_modes:
        print(w["exercise_note"])
    for reason in sweep.advice:
        out.print(Text(say(reason, w, names), style="bold yellow"))
    title = f"{sweep.watchlist.watchlist_id}: {minute(sweep.start_utc)} – {minute(sweep.stop_utc)}Z, "
    table = Table(title=f"{title}{w['as_of']} {when(sweep.as_of_utc, w)}", title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    columns = ("state", "asset", "number", "age", "neighbours", "reasons") if out.width >= WIDE else ("state", "asset", "reasons")
    for key in columns:
        justify: Literal["right", "left"] = "right" if key == "neighbours" else "left"
        table.add_column(w[key], justify=justify, overflow="fold", no_wrap=key == "state", max_width=WIDEST.get(key))
    assets = {a.asset_id: a for a in sweep.watchlist.assets}
    for state in sorted(sweep.states, key=lambda s: page.STATES.index(s.state)):
        cells = {
            "state": Text(w[state.state], style=COLOURS[state.state]),
            "asset": Text(page.called(state, assets, lang)),
            "number": Text(str(state.norad_id or "—")),
            "age": Text(age(state, w)),
            "neighbours": Text(count(state, "known_neighbours")),
            "reasons": Text("\n".join(say(r, w, names) for r in state.reasons)),
        }
        table.add_row(*(cells[key] for key in columns))
    out.print(table)
    for line in elsewhere.lines(sweep, w, names, ELSEWHERE):
        out.print(Text(line))
    counts = ", ".join(f"{sum(s.state == k for s in sweep.states)} {w[k]}" for k in page.STATES)
    more = w["counts"].format(events=len(sweep.events), objects=f"{sweep.objects:,}", seconds=sweep.seconds)
    out.print(Text(f"{counts}; {more} {w['sigma_note']}"))


def write(view: View, sweep: Sweep, out: Path, lang: str, source: str = "") -> list[Path]:
    """report.html, events.jsonl and sweep.json in a folder."""
    from hoshimori.doors.folder import write_text

    drawn = list(portraits(view, sweep.watchlist, sweep.events, Settings().within_km))
    lives = lives_of(view, sweep.watchlist, sweep.events)
    html = page.report(sweep, drawn, names_in(view, sweep), lives, lang=lang, source=source)
    lines = "".join(f"{json.dumps(e.to_json(), ensure_ascii=False, sort_keys=True)}\n" for e in sweep.events)
    record = json.dumps(sweep.to_json(), ensure_ascii=False, indent=1)
    return [
        write_text(out / name, text) for name, text in (("report.html", html), ("events.jsonl", lines), ("sweep.json", record))
    ]


def show_ingest(report: IngestReport, as_json: bool) -> None:
    if not as_json:
        print(report)
        return
    record = {k: getattr(report, k) for k in ("read", "new", "known", "refused", "skipped", "seconds", "advice")}
    files = [{**vars(f), "problems": [asdict(p) for p in f.problems]} for f in report.files]
    put_json({"schema": "hoshimori.ingest/1", **record, "files": files})


def show_intake(report: IngestReport) -> None:
    """What `watch --from` took in: on standard error, since standard output belongs to the watch."""
    lines = str(report).splitlines()
    print("\n".join(lines if report.refused else lines[:1]), file=sys.stderr)


def show_history(sets: ElementSets, names: Sequence[ObjectName], last: int, as_json: bool) -> None:
    if as_json:
        called = [{**asdict(n), "first_seen_utc": iso(n.first_seen_utc)} for n in names]
        rows = [_row(sets, i) for i in range(len(sets))]
        put_json({"schema": "hoshimori.history/1", "norad_id": int(sets.norad_id[0]), "names": called, "sets": rows})
        return
    first = max(0, len(sets) - last) if last else 0
    out = console()
    headings = HISTORY if out.width >= WIDE_HISTORY else HISTORY_NARROW
    table = Table(title=f"{sets.norad_id[0]} {sets.name[-1]}: {len(sets)} element sets", title_justify="left", box=SIMPLE_HEAD)
    for heading in headings:
        table.add_column(heading, justify="left" if heading in ("epoch", "known", "by", "digest") else "right", no_wrap=True)
    a_km = semi_major_axis_km(sets)
    for i in range(first, len(sets)):
        cells = _cells(_row(sets, i), a_km[i], a_km[i] - a_km[i - 1] if i else float("nan"))
        table.add_row(*(cells[heading] for heading in headings))
    out.print(table)
    show_called(names)


def show_called(names: Sequence[ObjectName]) -> None:
    """What a number was called, where that changed."""
    if len({(n.name, n.cospar_id, n.owner, n.decay_date) for n in names}) > 1:
        print("This number was called:")
        for n in names:
            more = ", ".join(x for x in (n.cospar_id, n.object_type, n.owner, n.decay_date and f"decayed {n.decay_date}") if x)
            print(f"  {n.name or 'without a name'} ({more}), seen {iso(n.first_seen_utc)[:16]} by {n.provider}")


def _cells(row: dict[str, Any], a_km: float, change_km: float) -> dict[str, str]:
    """One set for people: the drift in longitude is given near GEO alone."""
    drift = 360.9856 * (row["MEAN_MOTION"] / 1.00273791 - 1.0)
    return {
        "epoch": row["EPOCH"][:16],
        "known": row["KNOWN"][:16],
        "by": row["KNOWN_BASIS"].lower(),
        "rev/day": f"{row['MEAN_MOTION']:.8f}",
        "e": f"{row['ECCENTRICITY']:.6f}",
        "i °": f"{row['INCLINATION']:.4f}",
        "node °": f"{row['RA_OF_ASC_NODE']:.4f}",
        "a km": f"{a_km:.3f}",
        "Δa km": "" if np.isnan(change_km) else f"{change_km:+.3f}",
        "°/day": f"{drift:+.4f}" if abs(drift) < 20 else "",
        "digest": row["DIGEST"][:8],
    }


def _row(sets: ElementSets, i: int) -> dict[str, Any]:
    """One set with the keywords of OMM, and what the catalogue adds."""
    s = sets.record(i)
    return {
        "NORAD_CAT_ID": s.norad_id, "OBJECT_NAME": s.name, "OBJECT_ID": s.cospar_id, "EPOCH": iso(s.epoch_utc),
        "MEAN_MOTION": s.mean_motion_rev_day, "ECCENTRICITY": s.eccentricity, "INCLINATION": s.inc_deg,
        "RA_OF_ASC_NODE": s.raan_deg, "ARG_OF_PERICENTER": s.argp_deg, "MEAN_ANOMALY": s.ma_deg, "BSTAR": s.bstar_per_er,
        "KNOWN": iso(s.known_utc), "KNOWN_BASIS": s.known_basis.name, "DATA_MODE": s.data_mode.name, "DIGEST": s.digest,
    }  # fmt: skip


def show_upkeep(done: Done, as_json: bool) -> None:
    if as_json:
        put_json(done.record)
    else:
        print("\n".join(done.lines))


def show_checks(checks: Sequence[Check], as_json: bool) -> None:
    if as_json:
        put_json([c.to_json() for c in checks])
        return
    for check in checks:
        print(f"{check.verdict:9s} {check.kind:12s} {check.event_id}  {len(check.fields)} fields")
        for f in check.fields:
            if f.verdict != "same":
                print(f"          {f.verdict}: {f.field}: claimed {f.claimed!r}, recomputed {f.recomputed!r}")
    counts = ", ".join(f"{sum(c.verdict == v for c in checks)} {v}" for v in ("same", "different", "cannot"))
    print(f"{len(checks)} claims: {counts}")


def show_watchlists(lists: Sequence[Watchlist], lang: str, as_json: bool) -> None:
    if as_json:
        keys = ("watchlist_id", "title", "title_ja", "as_of")
        rows = [{**{k: getattr(x, k) for k in keys}, "assets": len(x.assets)} for x in lists]
        put_json(rows)
        return
    for one in lists:
        print(f"{one.watchlist_id:14s} {len(one.assets):3d}  {one.title_ja if lang == 'ja' else one.title} ({one.as_of})")


def show_watchlist(one: Watchlist, lang: str, as_json: bool) -> None:
    if as_json:
        put_json({**asdict(one), "co_located": [sorted(slot) for slot in one.co_located]})
        return
    table = Table(title=f"{one.watchlist_id}: {one.title_ja if lang == 'ja' else one.title} ({one.as_of})", title_justify="left")
    for heading in ("asset", "number", "COSPAR", "orbit", "° E", "open data", "operator", "grade", "source"):
        table.add_column(heading, overflow="fold")
    for a in one.assets:
        where = "" if a.longitude_deg_e is None else f"{a.longitude_deg_e:g}"
        name = a.name_ja if lang == "ja" and a.name_ja else a.name
        seen = "yes" if a.public_orbit else "no"
        table.add_row(
            name,
            str(a.norad_id or "—"),
            a.cospar_id,
            a.orbit,
            where,
            seen,
            a.operator,
            a.grade,
            a.source,
        )
    console().print(table)


def show_doctor(findings: Sequence[Finding], as_json: bool) -> None:
    if as_json:
        put_json([f.to_json() for f in findings])
        return
    for f in findings:
        print(f"{'ok  ' if f.well else 'LOOK'}  {f.what:22s} {f.said}")
