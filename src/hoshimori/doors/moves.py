"""Burns and stays as people read them, and as programs do: tables, lines of JSON, and what could not be told and why."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from hoshimori.detect.burns import Burn, Told, Untold
from hoshimori.detect.stays import Stay
from hoshimori.doors.marks import COLOURS
from hoshimori.doors.measured import bound, main_part, span, speed
from hoshimori.doors.terminal import console, put_lines
from hoshimori.doors.words import burn_label, label, minute, say, words
from hoshimori.facts import ElementSets, Watchlist

WIDE = 140
"""Columns of a terminal from which all columns are shown."""
FEW = 5
"""Up to this many objects of which nothing can be told are named one by one; more are counted by reason."""
HEADINGS = ("object", "burn_time", "burn_size", "burn_plane", "label", "probability", "burn_radial", "known")
NUMBERS = ("burn_size", "burn_main", "burn_plane", "probability", "burn_radial")
WHOLE = ("burn_time", "burn_main", "burn_size", "burn_plane", "known")
"""Columns that are not folded."""
NARROW = ("object", "burn_time", "burn_main", "label", "probability")
"""The columns of a narrow terminal."""
STAYS = ("asset", "other", "since", "until", "miss", "shape", "unusual_score", "reasons")
TELLING = 0.9
"""A measure of a stay is put in words from here on."""


def show_told(told: Told, sets: ElementSets, names: Mapping[str, str], *, lang: str, last: int, as_json: bool) -> None:
    """The burns on standard output, one JSON object a line or one row each; what cannot be told on standard error."""
    w = words(lang)
    print("".join(f"hoshimori: {line}\n" for line in untold_lines(told.untold, w, names)), end="", file=sys.stderr)
    if as_json:
        put_lines(b.to_json() for b in told.burns)
        return
    if not told.burns:
        print(_none(told, sets, w))
        return
    out = console()
    shown = sorted(told.burns, key=lambda b: b.t_utc)[-last:] if last else told.burns
    out.print(burns_table(shown, w, names, wide=out.width >= WIDE))
    if len(shown) < len(told.burns):
        print(w["newest only"].format(shown=len(shown), burns=len(told.burns)))


def _none(told: Told, sets: ElementSets, w: Mapping[str, str]) -> str:
    objects, doubtful = len(set(sets.norad_id.tolist())), len({u.norad_id for u in told.untold})
    key = "no burns but" if doubtful else "no burns"
    return w[key].format(sets=f"{len(sets):,}", objects=f"{objects:,}", untold=f"{doubtful:,}")


def burns_table(burns: Sequence[Burn], w: Mapping[str, str], names: Mapping[str, str], *, wide: bool) -> Table:
    """One row a burn. The object is named where there are several."""
    several = len({b.norad_id for b in burns}) > 1
    headings = [h for h in (HEADINGS if wide else NARROW) if several or h != "object"]
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for heading in headings:
        justify: Literal["right", "left"] = "right" if heading in NUMBERS else "left"
        table.add_column(w[heading], justify=justify, overflow="fold", no_wrap=heading in WHOLE)
    for burn in burns:
        cells = burn_cells(burn, w, names)
        style = COLOURS.get(burn.label, "")
        table.add_row(*(Text(cells[h], style=style if h == "label" else "") for h in headings))
    return table


def burn_cells(burn: Burn, w: Mapping[str, str], names: Mapping[str, str]) -> dict[str, str]:
    """A burn in words, by heading. An em dash where the sets do not say."""
    radial, in_track, cross_track = zip(burn.dv_rtn_m_s, burn.dv_sigma_m_s, strict=True)
    part, value, sigma = main_part(burn)
    number = str(burn.norad_id)
    delay = w["delay"].format(span=span(burn.delay_s, w)) if burn.delay_s >= 0.0 else ""
    routine = "" if burn.routine is None else f" ({w['routine' if burn.routine else 'not routine']})"
    return {
        "object": f"{number} {names.get(number, '')}".strip(),
        "burn_time": f"{minute(burn.t_utc)} ± {span(burn.sigma_s, w)}",
        "burn_main": f"{part} {speed(value, sigma)}" if part else "—",
        "burn_size": speed(*in_track) or "—",
        "burn_plane": speed(*cross_track) or "—",
        "burn_radial": speed(*radial) or bound(radial[1]) or "—",
        "label": f"{burn_label(burn.label, w)}{routine}",
        "probability": f"{burn.probability:.2f}",
        "known": f"{minute(burn.known_utc)} {delay}".strip(),
    }


def untold_lines(untold: Sequence[Untold], w: Mapping[str, str], names: Mapping[str, str]) -> Iterator[str]:
    """Of whom nothing can be said, and why; of many, a count for each reason with the first."""
    if len(untold) <= FEW:
        for one in untold:
            yield f"{_called(one, names)}: {w['untold'].format(why=say(one.reason, w, names))}{_spell(one, w)}"
        return
    by_code: dict[str, list[Untold]] = {}
    for one in untold:
        by_code.setdefault(one.reason.code, []).append(one)
    for group in sorted(by_code.values(), key=len, reverse=True):
        first = f"{_called(group[0], names)}{_spell(group[0], w)}"
        yield w["untold count"].format(count=f"{len(group):,}", why=say(group[0].reason, w, names), first=first)


def _called(one: Untold, names: Mapping[str, str]) -> str:
    number = str(one.norad_id)
    return f"{number} {names.get(number, '')}".strip()


def _spell(one: Untold, w: Mapping[str, str]) -> str:
    """The stretch of the record that is meant, where it is not all of it."""
    start, stop = minute(one.start_utc), minute(one.stop_utc)
    return w["between"].format(start=start, stop=stop) if start and stop else ""


def show_stays(
    found: Sequence[Stay], watchlist: Watchlist, known: frozenset[int], names: Mapping[str, str], *, lang: str, as_json: bool
) -> None:
    """The stays on standard output, the most unusual first; for programs one JSON object a line, by subject and time.

    known: catalogue numbers that have an orbit. Assets without are counted on standard error: nobody looked near them.
    """
    w = words(lang)
    unseen = sum(1 for a in watchlist.assets if a.norad_id not in known)
    if unseen:
        print("hoshimori: " + w["assets without sets"].format(unseen=unseen, assets=len(watchlist.assets)), file=sys.stderr)
    if as_json:
        put_lines(s.to_json() for s in found)
    elif not found:
        print(w["no stays"].format(assets=len(watchlist.assets) - unseen, objects=f"{len(known):,}"))
    else:
        out = console()
        out.print(stays_table(sorted(found, key=lambda s: -s.unusual), w, names, wide=out.width >= WIDE))


def stays_table(found: Sequence[Stay], w: Mapping[str, str], names: Mapping[str, str], *, wide: bool) -> Table:
    """One row a stay, with the measures that lie beyond chance in words."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    headings = STAYS if wide else tuple(h for h in STAYS if h not in ("until", "shape"))
    for heading in headings:
        justify: Literal["right", "left"] = "right" if heading in ("miss", "unusual_score") else "left"
        table.add_column(w[heading], justify=justify, overflow="fold", max_width=9 if heading == "unusual_score" else None)
    for s in found:
        cells = _stay_cells(s, w, names)
        table.add_row(*(Text(cells[h], style="" if s.unusual >= 0.5 else "dim") for h in headings))
    return table


def _stay_cells(s: Stay, w: Mapping[str, str], names: Mapping[str, str]) -> dict[str, str]:
    sigma = "" if s.sigma_km is None else f" ± {s.sigma_km:.1f}"
    return {
        "asset": names.get(s.subject) or s.subject,
        "other": names.get(s.other) or s.other,
        "since": minute(s.start_utc)[:10],
        "until": minute(s.stop_utc)[:10],
        "miss": f"{s.min_range_km:.1f}{sigma}",
        "shape": label(s.shape, w),
        "unusual_score": f"{s.unusual:.2f}",
        "reasons": "\n".join(telling(s, w, names)),
    }


def measured(stay: Stay, w: Mapping[str, str], names: Mapping[str, str]) -> Iterator[str]:
    """Every measure of a stay in words with its value from 0 to 1, or why it cannot be told."""
    for m in stay.measures:
        why = say(m.why, w, names)
        said = w["not told"].format(why=why) if m.value is None else f"{m.value:.2f} — {why}"
        yield f"{w.get(f'measure {m.name}', m.name)}: {said}"


def telling(stay: Stay, w: Mapping[str, str], names: Mapping[str, str]) -> list[str]:
    """Why it is usual, or the measures beyond nine in ten of chance, the strongest first."""
    if stay.normal:
        return [say(x.reason, w, names) for x in stay.event.explanations if x.verdict == "wins"]
    strong = sorted((m for m in stay.measures if (m.value or 0.0) >= TELLING), key=lambda m: -(m.value or 0.0))
    return [f"{w.get(f'measure {m.name}', m.name)}: {say(m.why, w, names)}" for m in strong]
