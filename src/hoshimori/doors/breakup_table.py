"""Break-ups for people: one block each in the terminal, the groups that are none in a line, and the page of one break-up."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from hoshimori.detect.breakup import Found
from hoshimori.detect.breakup_record import BreakUp, Untold
from hoshimori.detect.crossing_record import Hazard
from hoshimori.detect.parents import Candidate
from hoshimori.doors import picture
from hoshimori.doors.breakup_page import BreakupPage, Odds, SizeCount, page, percent, span
from hoshimori.doors.folder import write_text
from hoshimori.doors.fragments_svg import Thrown
from hoshimori.doors.gabbard_svg import Gabbard
from hoshimori.doors.gabbard_svg import draw as draw_gabbard
from hoshimori.doors.terminal import console
from hoshimori.doors.words import label, metres, say, when, words
from hoshimori.facts import DataMode, ElementSets, Floats
from hoshimori.findings import Explanation
from hoshimori.sky import secular

EARTH_KM = 6378.137
FEW_UNTOLD = 8
CAUSES = ("explosion", "collision", "deliberate")


def show(found: Found, lang: str) -> None:
    """What was compared and what came of it, on standard output; groups without a date on standard error."""
    w, out = words(lang), console()
    mode = max((int(b.data_mode) for b in found.breakups), default=0)
    if mode == DataMode.EXERCISE:
        print(w["exercise_note"])
    values = {"before": found.before, "after": found.after, "new": found.new, "renamed": len(found.renamed)}
    out.print(Text(w["breakups compared"].format(since=when(found.since_utc, w), **values)))
    if not found.breakups:
        out.print(Text(w["breakups none"]))
    for one in found.breakups:
        show_one(one, lang)
    tell_untold(found.untold, lang)


def show_one(one: BreakUp, lang: str) -> None:
    """One break-up: who, when, where, how, why, and what cannot be excluded."""
    w, out = words(lang), console()
    out.print(Text(f"{label(one.label, w)}: {_title(one, w)}", style="bold"))
    for name, value in _facts(one, w):
        out.print(Text(f"  {name}: {value}"))
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for key in ("parent", "odds", "odds by orbit", "miss"):
        table.add_column(w[f"breakups {key}"], justify="left" if key == "parent" else "right")
    for part in one.parents:
        for c in part.candidates[:3]:
            table.add_row(called(c), percent(c.odds), percent(c.odds_by_orbit), _miss(c))
        table.add_row(w["breakup other"], percent(part.none_odds), percent(part.none_odds_by_orbit), "")
    out.print(table)
    out.print(Text(f"  {w['breakup cannot tell']}:"))
    for line in doubts(one.explanations, w):
        out.print(Text(f"  - {line}"))
    out.print(Text(f"  {w['breakup count alone']}"))


def tell_untold(untold: Sequence[Untold], lang: str) -> None:
    """Groups of new objects about which no break-up is told, and why, on standard error."""
    w = words(lang)
    for u in untold[:FEW_UNTOLD]:
        print(f"hoshimori: {untold_line(u, w)}", file=sys.stderr)
    if len(untold) > FEW_UNTOLD:
        print(f"hoshimori: {w['breakups more untold'].format(count=len(untold) - FEW_UNTOLD)}", file=sys.stderr)


def show_untold(u: Untold, lang: str) -> None:
    """A cloud of which no break-up is told, and why, on standard output."""
    console().print(Text(untold_line(u, words(lang))))


def untold_line(u: Untold, w: Mapping[str, str]) -> str:
    """How many pieces of what launch, why nothing is told, and whom they point to."""
    whose = u.launch or w["breakups no designator"]
    kin = ", ".join(f"{called(c)} {percent(c.odds)}" for c in u.kin[:3])
    points = f" {w['breakups kin'].format(kin=kin)}" if kin else ""
    return w["breakups untold"].format(pieces=len(u.pieces), whose=whose, why=say(u.reason, w, {})) + points


def called(c: Candidate) -> str:
    return f"{c.name} ({c.norad_id})" if c.name else str(c.norad_id)


def doubts(explanations: Sequence[Explanation], w: Mapping[str, str]) -> Iterator[str]:
    """What could not be rejected, in words."""
    for x in explanations:
        if x.verdict in ("possible", "cannot tell"):
            yield f"{w.get(x.name, x.name)}: {say(x.reason, w, {})}"


def _title(one: BreakUp, w: Mapping[str, str]) -> str:
    if one.parent is not None:
        return called(one.parent)
    return one.launch or w["breakups no parent"]


def _facts(one: BreakUp, w: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    sigma = w["breakup sigma"].format(sigma=span(one.where.sigma_s))
    yield w["breakup date"], f"{when(one.where.t_utc, w)} {sigma}; {w[f'breakups {one.where.method}']}"
    yield w["breakup place"], place(one, w)
    yield w["breakups pieces"], w["breakups counted"].format(pieces=len(one.fragments), strays=len(one.strays))
    dv = np.linalg.norm(one.dv_rtn_m_s, axis=1)
    if np.isfinite(dv).any():
        low, mid, high = np.nanpercentile(dv, [10.0, 50.0, 90.0])
        yield w["breakups thrown"], f"{mid:.0f} m/s ({low:.0f} – {high:.0f})"
    yield w["breakup cause"], ", ".join(f"{w[f'breakup {c}']} {percent(getattr(one.cause, c))}" for c in CAUSES)
    for reason in one.cause.reasons:
        yield w["breakup cause"], say(reason, w, {})
    if one.there_too:
        near = ", ".join(
            f"{b.name or b.norad_id} ({b.norad_id}) {metres(b.miss_km)} ± {metres(b.sigma_km)}" for b in one.there_too
        )
        yield w["breakups also there"], near


def place(one: BreakUp, w: Mapping[str, str]) -> str:
    """Latitude, longitude where it is known, and height."""
    lat, lon, height = one.where.place()
    north = f"{abs(lat):.1f}° {'N' if lat >= 0.0 else 'S'}"
    east = w["breakup no longitude"] if lon is None else f"{abs(lon):.1f}° {'E' if lon >= 0.0 else 'W'}"
    at = w["breakup at"].format(latitude=north, longitude=east, height=height)
    return f"{at} {w['breakup sigma'].format(sigma=metres(one.where.sigma_km))}"


def _miss(c: Candidate) -> str:
    return "—" if not np.isfinite(c.miss_km) else f"{metres(c.miss_km)} ± {metres(c.sigma_km)}"


def write(one: BreakUp, found: Hazard | None, out: Path, lang: str, source: str = "") -> Path:
    """The page of a break-up (.html), or its Gabbard diagram (.svg, .png)."""
    picture.check_kind(out)
    if out.suffix.lower() == ".html":
        return write_text(out, page(as_page(one, found, lang, source), lang))
    lang = picture.language_for(out, lang)
    svg = draw_gabbard(gabbard(one), words(lang), title=_title(one, words(lang)), head=True)
    return picture.write(out, svg, lang)


def as_page(one: BreakUp, found: Hazard | None, lang: str, source: str = "") -> BreakupPage:
    """What the page shows of a break-up."""
    w = words(lang)
    lat, lon, height = one.where.place()
    parents = [Odds(c.name or str(c.norad_id), c.odds, c.norad_id) for p in one.parents for c in p.candidates[:3]]
    parents += [Odds("other", p.none_odds) for p in one.parents[:1]]
    model = [
        SizeCount(0.01, one.counts["tracked"] * one.counts[f"model_above_1_cm_for_each_above_10_cm_{c}"], "model")
        for c in ("explosion", "collision")
    ]
    reasons = [x.reason for x in one.explanations if x.verdict in ("possible", "cannot tell")]
    return BreakupPage(
        title=_title(one, w),
        t_utc=one.where.t_utc,
        sigma_s=one.where.sigma_s,
        latitude_deg=lat,
        longitude_deg_e=float("nan") if lon is None else lon,
        height_km=height,
        place_sigma_km=one.where.sigma_km,
        parents=tuple(parents),
        causes=tuple(Odds(c, float(getattr(one.cause, c))) for c in CAUSES),
        counts=(SizeCount(float("nan"), one.counts["tracked"], "catalogued"), *model),
        reasons=(*reasons, *one.cause.reasons),
        evidence=tuple(_weighed(one, w)),
        gabbard=gabbard(one),
        thrown=Thrown(one.dv_rtn_m_s, one.area_mass_m2_kg),
        hazard=found,
        data_mode=one.data_mode,
        source=source,
    )


def _weighed(one: BreakUp, w: Mapping[str, str]) -> Iterator[str]:
    """Each piece of evidence on the cause: how much likelier a collision makes it than an explosion."""
    for e in one.cause.evidence:
        if e.used:
            factor = float(np.exp(np.clip(e.llr_collision, -20.0, 20.0)))
            yield w["breakups weighed"].format(name=w.get(f"evidence {e.name}", e.name), factor=f"{factor:.2g}")


def gabbard(one: BreakUp) -> Gabbard:
    """Heights and periods of the pieces, and of the parent."""
    pieces, parent = _heights(one.fragments), one.parent
    if parent is None:
        return Gabbard(*pieces)
    mine = _heights(parent.row)
    return Gabbard(*pieces, (float(mine[0][0]), float(mine[1][0]), float(mine[2][0])), called(parent))


def _heights(sets: ElementSets) -> tuple[Floats, Floats, Floats]:
    axis = secular.mean_axis_km(sets.mean_motion_rev_day, sets.eccentricity, sets.inc_deg)
    low, high = axis * (1.0 - sets.eccentricity) - EARTH_KM, axis * (1.0 + sets.eccentricity) - EARTH_KM
    return 1440.0 / sets.mean_motion_rev_day, low, high
