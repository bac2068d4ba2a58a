"""Tables for a terminal and files for a folder: the same records, said for people or for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from hoshimori.catalogue import IngestReport
from hoshimori.detect.pairs import Settings
from hoshimori.detect.portrait import portraits
from hoshimori.doors import report as page
from hoshimori.doors.upkeep import Done, Finding
from hoshimori.doors.words import say, words
from hoshimori.facts import DataMode, ElementSets, Watchlist
from hoshimori.findings import iso
from hoshimori.ports import View
from hoshimori.verify import Check
from hoshimori.watch import Sweep

COLOURS = {"attention": "bold red", "stale": "yellow", "not observable": "dim", "quiet": "green"}
NARROWEST = 80


def _console() -> Console:
    console = Console(highlight=False, soft_wrap=False)
    return console if console.is_terminal else Console(highlight=False, width=140)


def names_in(view: View, sweep: Sweep) -> dict[str, str]:
    """Catalogue number as text to the last name known, for everything that the sweep speaks of."""
    numbers = {int(k) for e in sweep.events for k in (e.subject, *e.others) if k.isdigit()}
    found = sorted(view.names(sorted(numbers)), key=lambda n: n.first_seen_utc) if numbers else []
    return {str(n.norad_id): n.name for n in found if n.name}


def show_sweep(sweep: Sweep, view: View, lang: str) -> None:
    w, names = words(lang), names_in(view, sweep)
    if DataMode.EXERCISE in sweep.data_modes:
        print(w["exercise_note"])
    table = Table(title=f"{sweep.watchlist.watchlist_id}: {iso(sweep.start_utc)[:16]} – {iso(sweep.stop_utc)[:16]}Z, "
                  f"{w['as_of']} {iso(sweep.as_of_utc)[:16]}Z", title_justify="left")  # fmt: skip
    for heading in ("asset", "number", "state", "age", "neighbours", "reasons"):
        table.add_column(w[heading], justify="right" if heading == "neighbours" else "left", overflow="fold")
    for state in sorted(sweep.states, key=lambda s: page.STATES.index(s.state)):
        age = "—" if np.isnan(state.age_days) else w["days_old"].format(days=state.age_days)
        table.add_row(
            state.name,
            str(state.norad_id or "—"),
            f"[{COLOURS[state.state]}]{w[state.state]}[/]",
            age,
            f"{state.quantities['known_neighbours'].value:.0f}",
            "\n".join(say(r, w, names) for r in state.reasons).replace("[", "\\["),
        )
    _console().print(table)
    counts = ", ".join(f"{sum(s.state == k for s in sweep.states)} {w[k]}" for k in page.STATES)
    print(f"{counts}; {len(sweep.events)} events, {sweep.objects:,} objects, {sweep.seconds:.1f} s. {w['sigma_note']}")


def write(view: View, sweep: Sweep, out: Path, lang: str, source: str = "") -> list[Path]:
    """report.html, events.jsonl and sweep.json in a folder."""
    from hoshimori.doors.folder import write_text

    drawn = list(portraits(view, sweep.watchlist, sweep.events, Settings().within_km))
    html = page.report(sweep, drawn, names_in(view, sweep), lang=lang, source=source)
    lines = "".join(f"{json.dumps(e.to_json(), ensure_ascii=False, sort_keys=True)}\n" for e in sweep.events)
    record = json.dumps(sweep.to_json(), ensure_ascii=False, indent=1)
    return [
        write_text(out / name, text) for name, text in (("report.html", html), ("events.jsonl", lines), ("sweep.json", record))
    ]


def show_ingest(report: IngestReport, as_json: bool, *, brief: bool = False) -> None:
    if not as_json:
        print(str(report).splitlines()[0] if brief else report)
        return
    record = {k: getattr(report, k) for k in ("read", "new", "known", "refused", "skipped", "seconds")}
    record["files"] = [{**vars(f), "problems": [str(p) for p in f.problems]} for f in report.files]
    print(json.dumps(record, ensure_ascii=False, indent=1))


def show_history(sets: ElementSets, last: int, as_json: bool) -> None:
    if as_json:
        print(json.dumps([_row(sets, i) for i in range(len(sets))], ensure_ascii=False, indent=1))
        return
    first = max(0, len(sets) - last) if last else 0
    table = Table(title=f"{sets.norad_id[0]} {sets.name[-1]}: {len(sets)} element sets", title_justify="left")
    for heading in ("epoch", "known", "by", "rev/day", "e", "i °", "node °", "a km", "Δa km", "°/day", "digest"):
        table.add_column(heading, justify="left" if heading in ("epoch", "known", "by", "digest") else "right", no_wrap=True)
    a_km = _semi_major_axis_km(sets)
    for i in range(first, len(sets)):
        row = _row(sets, i)
        change = f"{a_km[i] - a_km[i - 1]:+.3f}" if i else ""
        basis, motion = row["KNOWN_BASIS"].lower(), f"{row['MEAN_MOTION']:.8f}"
        drift = 360.9856 * (row["MEAN_MOTION"] / 1.00273791 - 1.0)
        table.add_row(
            row["EPOCH"][:16], row["KNOWN"][:16], basis, motion, f"{row['ECCENTRICITY']:.6f}",
            f"{row['INCLINATION']:.4f}", f"{row['RA_OF_ASC_NODE']:.4f}", f"{a_km[i]:.3f}", change,
            f"{drift:+.4f}" if abs(drift) < 20 else "", row["DIGEST"][:8],
        )  # fmt: skip
    _console().print(table)


def _semi_major_axis_km(sets: ElementSets) -> Any:
    return (398600.8 / (sets.mean_motion_rev_day * 2.0 * np.pi / 86400.0) ** 2) ** (1.0 / 3.0)


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
    print(json.dumps(done.record, ensure_ascii=False, indent=1) if as_json else "\n".join(done.lines))


def show_checks(checks: Sequence[Check], as_json: bool) -> None:
    if as_json:
        print(json.dumps([c.to_json() for c in checks], ensure_ascii=False, indent=1))
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
        print(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    for one in lists:
        print(f"{one.watchlist_id:14s} {len(one.assets):3d}  {one.title_ja if lang == 'ja' else one.title} ({one.as_of})")


def show_watchlist(one: Watchlist, lang: str, as_json: bool) -> None:
    if as_json:
        from dataclasses import asdict

        print(json.dumps({**asdict(one), "co_located": [sorted(slot) for slot in one.co_located]}, ensure_ascii=False, indent=1))
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
    _console().print(table)


def show_doctor(findings: Sequence[Finding], as_json: bool) -> None:
    if as_json:
        print(json.dumps([f.to_json() for f in findings], ensure_ascii=False, indent=1))
        return
    for f in findings:
        print(f"{'ok  ' if f.well else 'LOOK'}  {f.what:22s} {f.said}")
