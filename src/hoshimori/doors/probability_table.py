"""Collision probabilities for people: every method of a message side by side, the one that applies, and why; and as a picture."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from hoshimori import __version__
from hoshimori.doors import encounter_plane_svg, palette, picture
from hoshimori.doors.folder import write_text
from hoshimori.doors.probabilities import Assessed, Probabilities
from hoshimori.doors.terminal import console
from hoshimori.doors.words import metres, say, words
from hoshimori.findings import Reason, iso
from hoshimori.sky.chance.meeting import Chance, Why

HEADINGS = ("method", "probability", "bounds", "against")


def show(found: Probabilities, lang: str) -> None:
    """One block a message on standard output."""
    w, out = words(lang), console()
    if found.exercise:
        print(w["exercise_note"])
    for one in found.assessed:
        out.print(Text(heading(one), style="bold"))
        for line in facts(one, w):
            out.print(Text(f"  {line}"))
        table = Table(box=SIMPLE_HEAD, pad_edge=False)
        for name in HEADINGS:
            table.add_column(w[name], overflow="fold", no_wrap=name in ("probability", "bounds"))
        for row in rows(one, w):
            table.add_row(*(Text(cell) for cell in row.values()))
        out.print(table)
        out.print(Text(f"  {chosen(one, w)}", style="bold"))
        for line in reasons(one, w):
            out.print(Text(f"  - {line}"))
        out.print()


def tell_refused(found: Probabilities) -> None:
    """Files and messages that came to nothing, on standard error."""
    for r in found.refused:
        named = f" ({r.message_id})" if r.message_id and r.message_id not in r.reason else ""
        print(f"hoshimori: {r.file}{named}: {r.reason}", file=sys.stderr)
        for problem in r.problems[:20]:
            print(f"  {problem}", file=sys.stderr)


def heading(one: Assessed) -> str:
    """Who with whom, and in which file."""
    return f"{called(one)}  [{one.file}]"


def called(one: Assessed) -> str:
    return " – ".join(f"{o.designator} {o.name}".strip() for o in one.message.objects)


def facts(one: Assessed, w: Mapping[str, str]) -> Iterator[str]:
    """When, how near, how fast, how large, and what the message itself says."""
    m, j = one.message, one.judged
    yield w["pc when"].format(tca=iso(one.tca_utc)[:23].replace("T", " "), moved=f"{j.moved_s * 1e3:+.3f}")
    values = {"miss": metres(one.miss_km), "speed": f"{one.relative_speed_km_s:.3f}", "radius": metres(j.meeting.radius_km)}
    yield w["pc how"].format(**values)
    if m.probability == m.probability:
        yield w["pc message"].format(who=m.originator, p=probability(m.probability), method=m.probability_method or "—")


def rows(one: Assessed, w: Mapping[str, str]) -> list[dict[str, str]]:
    """Every method in words, the chosen one marked."""
    out = []
    for c in one.judged.every:
        mark = "→ " if c.method == one.judged.chosen.method else "  "
        out.append(
            {
                "method": f"{mark}{method(c.method, w)}",
                "probability": probability(c.probability),
                "bounds": f"{probability(c.low)} – {probability(c.high)}" if c.low == c.low else "",
                "against": "; ".join(said(x, w) for x in c.why),
            }
        )
    return out


def chosen(one: Assessed, w: Mapping[str, str]) -> str:
    c: Chance = one.judged.chosen
    return w["pc chosen"].format(method=method(c.method, w), p=probability(c.probability))


def reasons(one: Assessed, w: Mapping[str, str]) -> list[str]:
    """Why this method, and what is true of the meeting; each once."""
    return list(dict.fromkeys(said(x, w) for x in one.judged.why))


def said(why: Why, w: Mapping[str, str]) -> str:
    return say(Reason(why.code, why.values), w, {})


def method(name: str, w: Mapping[str, str]) -> str:
    """A method in words; one without words by its own name."""
    return w.get(f"method {name}", name)


def probability(p: float) -> str:
    """1.234e-05; an em dash where it is not known."""
    return "—" if p != p else f"{p:.3e}"


def write(found: Probabilities, path: Path, lang: str) -> list[Path]:
    """The encounter planes in a file whose name says how: .html holds all messages; of .svg and .png there is one for each."""
    if path.suffix.lower() == ".html":
        return [write_text(path, page(found, lang))]
    lang = picture.language_for(path, lang)
    many = len(found.assessed) > 1
    out = []
    for k, one in enumerate(found.assessed, 1):
        place = path.with_name(f"{path.stem}-{k}{path.suffix}") if many else path
        out.append(picture.write(place, drawing(one, lang, head=True), lang))
    return out


def drawing(one: Assessed, lang: str, *, head: bool = False) -> str:
    """The encounter plane of one message as <svg>."""
    w = words(lang)
    about = f"{iso(one.tca_utc)[:19].replace('T', ' ')}Z · {chosen(one, w)}"
    return encounter_plane_svg.draw(one.plane, w, title=called(one), facts=about, head=head)


def page(found: Probabilities, lang: str) -> str:
    """One HTML page that asks no network: every message with its picture, its methods and the reasons."""
    w = words(lang)
    pages = Environment(loader=PackageLoader("hoshimori.doors"), autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    parts = [
        {
            "called": called(one), "file": one.file, "facts": list(facts(one, w)), "drawing": drawing(one, lang),
            "rows": rows(one, w), "chosen": chosen(one, w), "reasons": reasons(one, w),
        }
        for one in found.assessed
    ]  # fmt: skip
    return pages.get_template("pc.html").render(
        w=w, lang=lang, parts=parts, refused=found.refused, exercise=found.exercise, style=palette.style(), version=__version__,
        headings=HEADINGS,
    )  # fmt: skip
