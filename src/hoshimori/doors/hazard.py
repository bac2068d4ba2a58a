"""The hazard of a cloud for people: a table for a terminal, the same rows for a page, and what it does not say."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from hoshimori.detect.crossing_record import LEVELS, AssetHazard, Hazard, Reach
from hoshimori.doors.terminal import console
from hoshimori.doors.words import metres, minute, say, words

WIDE = 132
"""Columns of a terminal from which all columns are shown."""
LATER_DAYS = (30.0, 365.0, 3650.0)
COLUMNS = ("asset", "reach", "passages", "nearest", "flux", "adds", "later", "impacts")
NARROW = ("asset", "reach", "passages", "nearest", "adds")
RIGHT = ("flux", "adds")
KEYS = {"asset": "asset"} | {c: f"hazard {c}" for c in COLUMNS[1:]}


def show(found: Hazard, lang: str) -> None:
    """The hazard on standard output."""
    w, out = words(lang), console()
    said = sections(found, w)
    columns = COLUMNS if out.width >= WIDE else NARROW
    table = Table(title=said["title"], title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    for name in columns:
        table.add_column(said["headings"][name], justify="right" if name in RIGHT else "left", overflow="fold")
    for row in said["rows"]:
        table.add_row(*(Text(row[name]) for name in columns))
    out.print(table)
    for line in said["facts"]:
        out.print(Text(f"  {line}"))
    out.print(Text(f"  {w['hazard cannot exclude']}:"))
    for line in said["doubts"]:
        out.print(Text(f"  - {line}"))


def sections(found: Hazard, w: Mapping[str, str]) -> dict[str, Any]:
    """Title, headings, rows by column, facts and doubts: in words, for a terminal or a page."""
    return {
        "title": f"{w['hazard']}: {w['hazard title'].format(fragments=found.fragments, start=minute(found.start_utc))}",
        "columns": COLUMNS, "headings": headings(found, w),
        "rows": [row(a, found, w) for a in found.assets if not out_of_reach(a)],
        "facts": [*_never(found, w), *facts(found, w)], "doubts": [say(r, w, {}) for r in found.cannot_exclude],
    }  # fmt: skip


def out_of_reach(asset: AssetHazard) -> bool:
    """Can no fragment come to this asset's heights, neither now nor when they have sunk?"""
    return asset.reach.verdict == "cannot reach" and not any(x > 0.0 for level in asset.flux_per_km2_year for x in level)


def _never(found: Hazard, w: Mapping[str, str]) -> Iterator[str]:
    """Assets beyond the cloud, in one line: a row each would hide those that it does reach."""
    beyond = [a for a in found.assets if out_of_reach(a)]
    if beyond:
        nearest = min(beyond, key=lambda a: a.reach.gap_km)
        gap = w["hazard gap"].format(gap=metres(nearest.reach.gap_km), sigma=metres(nearest.reach.sigma_km))
        yield w["hazard beyond"].format(count=len(beyond), gap=gap, which=", ".join(a.name or str(a.norad_id) for a in beyond))


def headings(found: Hazard, w: Mapping[str, str]) -> dict[str, str]:
    values = {"km": found.within_km, "days": _window_days(found), "span": _span(found.days[-1], w)}
    return {name: w[key].format(**values) for name, key in KEYS.items()}


def row(asset: AssetHazard, found: Hazard, w: Mapping[str, str]) -> dict[str, str]:
    """One asset by column."""
    raises = asset.raises
    return {
        "asset": f"{asset.name} ({asset.norad_id})".strip(),
        "reach": reach(asset.reach, w),
        "passages": _passages(asset, w),
        "nearest": _nearest(asset),
        "flux": _number(asset.flux_per_km2_year[1][0]),
        "adds": share(raises[0]),
        "later": " · ".join(share(raises[k]) for k in _at(found.days, LATER_DAYS)),
        "impacts": _impacts(asset, found, w),
    }


def reach(r: Reach, w: Mapping[str, str]) -> str:
    """Whether fragments come to these heights, by how much not, and from when on they will."""
    said = w[f"hazard {r.verdict}"]
    if r.verdict == "reaches":
        return f"{said}: {w['hazard overlap'].format(count=r.objects)}"
    gap = w["hazard gap"].format(gap=metres(r.gap_km), sigma=metres(r.sigma_km))
    later = f", {w['hazard from day'].format(day=r.from_days)}" if math.isfinite(r.from_days) else ""
    return f"{said}: {gap}{later}"


def facts(found: Hazard, w: Mapping[str, str]) -> Iterator[str]:
    """Of the whole cloud: its phase, who stays up, what impacts are for, what the flux is compared with, what is missing."""
    p = found.phase
    yield w["hazard phase"].format(phase=w[f"phase {p.name}"], closes=_span(p.closes_days, w), spreads=_span(p.spreads_days, w))
    up = {k: _list(found.still_up[i], found.days) for i, k in enumerate(LEVELS)}
    if all(up.values()):
        yield w["hazard up"].format(**up)
    basis = w["hazard area assumed" if found.area_assumed else "hazard area given"]
    yield w["hazard area"].format(area=found.area_m2, basis=basis)
    compared = any(math.isfinite(a.background_per_km2_year) for a in found.assets)
    if found.assets:
        yield w["hazard compared" if compared else "hazard not compared"].format(objects=f"{found.background_objects:,}")
    if found.not_screened:
        yield w["hazard lost"].format(count=found.not_screened)
    if found.without_orbit:
        yield w["hazard no orbit"].format(which=", ".join(found.without_orbit))


def share(ratio: float) -> str:
    """+26 %, +0.8 %, < 0.1 %, x 3.2; an em dash where it is not known."""
    if not math.isfinite(ratio):
        return "—"
    if ratio == 0.0:
        return "0"
    if ratio >= 2.0:
        return f"× {1.0 + ratio:.2g}"
    return "< 0.1 %" if ratio < 1e-3 else f"+{100.0 * ratio:.{1 if ratio < 0.0995 else 0}f} %"


def _passages(asset: AssetHazard, w: Mapping[str, str]) -> str:
    p = asset.passages
    expected = _number(p.expected)
    if p.count is None:
        return w["hazard not flown"].format(expected=expected)
    return w["hazard counted"].format(count=p.count, expected=expected)


def _nearest(asset: AssetHazard) -> str:
    if not asset.passages.nearest:
        return "—"
    n = asset.passages.nearest[0]
    sigma = f" ± {metres(n.sigma_km)}" if math.isfinite(n.sigma_km) else ""
    return f"{metres(n.miss_km)}{sigma}, {minute(n.t_utc)[5:]}Z, {n.norad_id}"


def _impacts(asset: AssetHazard, found: Hazard, w: Mapping[str, str]) -> str:
    last = {k: asset.impacts(found.days, found.area_m2, k)[-1] for k in LEVELS}
    if not any(v > 0.0 for v in last.values()):
        return "0" if all(v == 0.0 for v in last.values()) else "—"
    return w["hazard range"].format(**{k: _number(v) for k, v in last.items()})


def _number(x: float) -> str:
    """Two digits: 0.26, 13, 3.1e-05; an em dash where it is not known."""
    return "—" if not math.isfinite(x) else "0" if x == 0.0 else f"{x:.2g}"


def _list(values: tuple[float, ...], days: tuple[float, ...]) -> str:
    return ", ".join(f"{100.0 * values[k]:.0f} %" for k in _at(days, LATER_DAYS))


def _at(days: tuple[float, ...], wanted: tuple[float, ...]) -> list[int]:
    """Places of the days asked for that come nearest to these."""
    return [int(np.argmin(np.abs(np.log1p(np.array(days)) - np.log1p(d)))) for d in wanted]


def _window_days(found: Hazard) -> float:
    return round(float((found.stop_utc - found.start_utc) / np.timedelta64(1, "us")) / 86400e6, 3)


def _span(days: float, w: Mapping[str, str]) -> str:
    """12 d, 1 year, 10 years."""
    if not math.isfinite(days):
        return w["breakup not known"]
    if days < 365.0:
        return w["span days"].format(days=float(f"{days:.2g}"))
    years = days / 365.25
    return w["a year"] if abs(years - 1.0) < 0.02 else w["years"].format(years=float(f"{years:.2g}"))
