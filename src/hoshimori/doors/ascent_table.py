"""Declared ascents for people: one row an asset, what was assumed above it, and what it cannot say below."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from hoshimori.declared.launches import Launch
from hoshimori.doors.ascent import Answer
from hoshimori.doors.terminal import console
from hoshimori.doors.words import minute, words
from hoshimori.facts import DataMode
from hoshimori.findings import Event, iso

HEADINGS = ("asset", "ascent verdict", "ascent when", "ascent first sight", "ascent warning")


def show(found: Answer, names: Mapping[str, str], *, lang: str, top: int) -> None:
    """The table on standard output: what the geometry allows first."""
    w, out = words(lang), console()
    if any(e.data_mode is DataMode.EXERCISE for e in found.events):
        print(w["exercise_note"])
    for launch in found.launches:
        out.print(Text(_heading(launch, w, lang)))
    allowed = sum(e.label == "geometry possible" for e in found.events)
    counted = {"possible": f"{allowed:,}", "objects": f"{found.objects:,}", "as_of": minute(found.view.as_of_utc)}
    out.print(Text(w["ascents found"].format(**counted)))
    shown = found.events[: top or None]
    if shown:
        table = Table(box=SIMPLE_HEAD, pad_edge=False)
        for heading in HEADINGS:
            table.add_column(w[heading], overflow="fold")
        for event in shown:
            table.add_row(*(Text(x, style="" if event.normal else "bold") for x in cells(event, w, names)))
        out.print(table)
    if len(shown) < len(found.events):
        print(w["ascent top only"].format(shown=f"{len(shown):,}", count=f"{len(found.events):,}"))
    out.print(Text(w["ascent note"]))


def cells(event: Event, w: Mapping[str, str], names: Mapping[str, str]) -> tuple[str, ...]:
    """One asset in words, in the order of the headings."""
    detail: Mapping[str, Any] = event.evidence[0].parameters["ascent"]
    name = f"{event.subject} {names.get(event.subject, '')}".strip()
    return name, w[f"ascent {event.label}"], _when(event, detail, w), _sight(detail, w), _warning(event, w)


def _heading(launch: Launch, w: Mapping[str, str], lang: str) -> str:
    body = launch.body
    words_of = {
        "launch": launch.launch_id,
        "place": f"{launch.lat_deg:.2f}, {launch.lon_deg_e:.2f}",
        "t": iso(launch.t_utc)[:19].replace("T", " "),
        "sigma": f"{launch.sigma_s:.0f}",
        "sector": w["ascent everywhere"] if launch.azimuth_deg is None else "{:.0f}°–{:.0f}°".format(*launch.azimuth_deg),
        "body": body.name_ja if lang == "ja" else body.name,
        "ceiling": f"{body.ceiling_km:,.0f}",
        "source": launch.source,
        "grade": launch.grade,
    }
    return w["ascent heading"].format(**words_of)


def _when(event: Event, detail: Mapping[str, Any], w: Mapping[str, str]) -> str:
    if event.label == "geometry possible":
        return ", ".join(f"{i['start'][11:16]}–{i['stop'][11:16]}Z" for i in detail["intervals"])
    return w.get(f"ascent {detail['excluded_by']}", detail["excluded_by"])


def _sight(detail: Mapping[str, Any], w: Mapping[str, str]) -> str:
    seen = [s for s in detail["first_sight"] if s["earliest"]]
    return f"{seen[0]['sensor']} {seen[0]['earliest'][11:19]}Z" if seen else w["ascent unseen"]


def _warning(event: Event, w: Mapping[str, str]) -> str:
    if "warning_most_s" not in event.quantities:
        return "—"
    least, most = (event.quantities[f"warning_{x}_s"].value / 60.0 for x in ("least", "most"))
    return w["ascent minutes"].format(least=f"{least:.1f}", most=f"{most:.1f}")
