"""One break-up as one HTML page that asks no network: whose pieces, when and where, how many, why, and whom they come near.

`BreakupPage` is all that the page needs, as plain values: whoever found the break-up fills it, `page` writes it. What is not
known stays NaN or empty and is said to be not known.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined

from hoshimori import __version__
from hoshimori.detect.crossing_record import Hazard
from hoshimori.doors import fragments_svg, gabbard_svg, hazard, palette
from hoshimori.doors.fragments_svg import Thrown
from hoshimori.doors.gabbard_svg import Gabbard
from hoshimori.doors.words import metres, say, when, words
from hoshimori.facts import DataMode
from hoshimori.findings import Reason

NAN = float("nan")
DAY_S, HOUR_S = 86400.0, 3600.0


@dataclass(frozen=True, slots=True)
class Odds:
    """One answer and how probable it is. `name`: the object's name, or a cause: explosion, collision, deliberate, other."""

    name: str
    odds: float
    norad_id: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class SizeCount:
    """How many pieces are larger than from_m (NaN: whatever the catalogue holds). basis: "catalogued" or "model"."""

    from_m: float
    count: float
    basis: str


@dataclass(frozen=True)
class BreakupPage:
    """What the page of one break-up shows. t_utc ± sigma_s; place geodetic, place_sigma_km of it; `reasons` say what cannot be
    excluded. `evidence`: lines in words, already in the reader's language, under the causes."""

    title: str
    t_utc: np.datetime64
    sigma_s: float = NAN
    latitude_deg: float = NAN
    longitude_deg_e: float = NAN
    height_km: float = NAN
    place_sigma_km: float = NAN
    parents: tuple[Odds, ...] = ()
    causes: tuple[Odds, ...] = ()
    counts: tuple[SizeCount, ...] = ()
    reasons: tuple[Reason, ...] = ()
    evidence: tuple[str, ...] = ()
    gabbard: Gabbard | None = None
    thrown: Thrown | None = None
    hazard: Hazard | None = None
    data_mode: DataMode = DataMode.REAL
    source: str = ""


def page(seen: BreakupPage, lang: str) -> str:
    """The HTML."""
    w = words(lang)
    pages = Environment(loader=PackageLoader("hoshimori.doors"), autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    return pages.get_template("breakup.html").render(
        w=w, lang=lang, seen=seen, version=__version__, style=palette.style(), exercise=seen.data_mode is not DataMode.REAL,
        date=_date(seen, w), place=_place(seen, w), parents=[_parent(p, w) for p in seen.parents],
        causes=[_cause(c, w) for c in seen.causes], counts=[_count(c, w) for c in seen.counts],
        reasons=[say(r, w, {}) for r in seen.reasons], pictures=_pictures(seen, w),
        hazard=None if seen.hazard is None else hazard.sections(seen.hazard, w),
    )  # fmt: skip


def span(seconds: float) -> str:
    """A length of time as people read it: 12 s, 3.4 min, 5.1 h, 0.9 d."""
    for unit, size, most in (("s", 1.0, 120.0), ("min", 60.0, 120.0 * 60.0), ("h", HOUR_S, 2.0 * DAY_S)):
        if seconds < most:
            return f"{seconds / size:.{0 if unit == 's' else 1}f} {unit}"
    return f"{seconds / DAY_S:.1f} d"


def percent(odds: float) -> str:
    """93 %, < 1 %, > 99 %; an em dash where it is not known."""
    if not math.isfinite(odds):
        return "—"
    return "< 1 %" if odds < 0.01 else "> 99 %" if odds > 0.99 else f"{100.0 * odds:.0f} %"


def _date(seen: BreakupPage, w: Mapping[str, str]) -> str:
    if np.isnat(seen.t_utc):
        return w["breakup not known"]
    sigma = f" {w['breakup sigma'].format(sigma=span(seen.sigma_s))}" if math.isfinite(seen.sigma_s) else ""
    return f"{when(seen.t_utc, w)}{sigma}"


def _place(seen: BreakupPage, w: Mapping[str, str]) -> str:
    if not all(math.isfinite(x) for x in (seen.latitude_deg, seen.height_km)):
        return w["breakup not known"]
    east = (seen.longitude_deg_e + 180.0) % 360.0 - 180.0
    longitude = f"{abs(east):.1f}° {'E' if east >= 0.0 else 'W'}" if math.isfinite(east) else w["breakup no longitude"]
    latitude = f"{abs(seen.latitude_deg):.1f}° {'N' if seen.latitude_deg >= 0.0 else 'S'}"
    at = w["breakup at"].format(latitude=latitude, longitude=longitude, height=seen.height_km)
    sigma = f" {w['breakup sigma'].format(sigma=metres(seen.place_sigma_km))}" if math.isfinite(seen.place_sigma_km) else ""
    return f"{at}{sigma}"


def _parent(p: Odds, w: Mapping[str, str]) -> dict[str, Any]:
    number = "" if p.norad_id is None else str(p.norad_id)
    return {
        "name": p.name if number else w.get(f"breakup {p.name}", p.name),
        "number": number,
        "odds": percent(p.odds),
        "share": _share(p.odds),
        "note": p.note,
    }


def _cause(c: Odds, w: Mapping[str, str]) -> dict[str, Any]:
    return {"name": w.get(f"breakup {c.name}", c.name), "odds": percent(c.odds), "share": _share(c.odds), "note": c.note}


def _share(odds: float) -> float:
    return round(100.0 * min(max(odds, 0.0), 1.0), 1) if math.isfinite(odds) else 0.0


def _count(c: SizeCount, w: Mapping[str, str]) -> dict[str, str]:
    size = "" if math.isnan(c.from_m) else f"{c.from_m * 100:g} cm" if c.from_m < 1.0 else f"{c.from_m:g} m"
    number = (
        w["breakup not known"] if math.isnan(c.count) else f"{float(f'{c.count:.2g}') if c.basis == 'model' else c.count:,.0f}"
    )
    return {"size": size or w["breakup any"], "number": number, "basis": w.get(f"breakup {c.basis}", c.basis)}


def _pictures(seen: BreakupPage, w: Mapping[str, str]) -> list[dict[str, Any]]:
    """Each drawing with its numbers in words."""
    out = []
    if seen.gabbard is not None and len(seen.gabbard.period_min):
        drawing = gabbard_svg.draw(seen.gabbard, w, title=seen.title)
        out.append({"name": w["gabbard"], "svg": drawing, "numbers": gabbard_svg.in_rows(seen.gabbard, w)})
    if seen.thrown is not None:
        drawing = fragments_svg.draw(seen.thrown, w, title=seen.title)
        if drawing:
            out.append({"name": w["thrown"], "svg": drawing, "numbers": fragments_svg.in_rows(seen.thrown, w)})
    return out
