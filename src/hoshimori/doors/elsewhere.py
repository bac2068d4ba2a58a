"""What a watch saw that happened to nobody's asset: break-ups, objects that come down; for the terminal and for the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hoshimori.doors.words import label, say, when
from hoshimori.findings import Event
from hoshimori.watch import Sweep

MOST = 20
DOUBTS = 3


@dataclass(frozen=True)
class Seen:
    """One event in words."""

    when: str
    kind: str
    who: str
    what: str
    doubts: tuple[str, ...]
    event_id: str


def events(sweep: Sweep) -> list[Event]:
    """Events whose subject is no asset of the watchlist, break-ups first, each kind in order of time."""
    own = {str(a.norad_id) if a.norad_id is not None else a.asset_id for a in sweep.watchlist.assets}
    mine = [e for e in sweep.events if e.subject not in own and e.kind not in ("doubtful set", "silence")]
    return sorted(mine, key=lambda e: (e.kind != "breakup", e.kind, e.start_utc))


def seen(found: Sequence[Event], w: Mapping[str, str], names: Mapping[str, str]) -> list[Seen]:
    """Each in words, the first MOST of them."""
    return [_seen(e, w, names) for e in found[:MOST]]


def lines(sweep: Sweep, w: Mapping[str, str], names: Mapping[str, str], most: int) -> list[str]:
    """For the terminal: a heading and a line each; nothing where there is nothing."""
    found = events(sweep)
    if not found:
        return []
    told = [w["elsewhere line"].format(when=s.when, kind=s.kind, who=s.who, label=s.what) for s in seen(found[:most], w, names)]
    more = [w["elsewhere more"].format(count=len(found) - most)] if len(found) > most else []
    return [f"{w['elsewhere']}:", *(f"  {x}" for x in (*told, *more))]


def _seen(e: Event, w: Mapping[str, str], names: Mapping[str, str]) -> Seen:
    who = f"{names[e.subject]} ({e.subject})" if names.get(e.subject) else e.subject
    said = w.get(f"{e.kind} {e.label}", label(e.label, w))
    if e.kind == "breakup":
        said = f"{said}, {w['elsewhere pieces'].format(count=len(e.others))}"
    doubts = [say(x.reason, w, names) for x in e.explanations if x.verdict in ("possible", "cannot tell")]
    moment = when(e.start_utc, w) if e.kind == "breakup" else f"{when(e.start_utc, w)} – {when(e.stop_utc, w)}"
    return Seen(moment, w.get(f"kind {e.kind}", e.kind), who, said, tuple(dict.fromkeys(doubts))[:DOUBTS], e.event_id)
