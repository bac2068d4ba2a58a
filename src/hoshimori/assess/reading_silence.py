"""An object that is not heard of any more, as drafted items.

Only what ends the silence for the catalogue is weighed: another number that carries on, or a fall that its last sets foretold.
That it is merely late stays the likeliest for many days even of an object that is gone (docs/silence.md): told, not weighed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hoshimori.assess.reading_draft import TESTED, Draft, During, believed, context, need, parameters
from hoshimori.findings import Event

OF_THE_CATALOGUE = ("on time", "late", "provider outage", "renumbered")
EXCLUDED = 0.1
"""Below these odds the catalogue's own ways do not explain a silence. Judged."""
EVEN = 0.5


def silence(event: Event, during: During) -> Iterator[Draft]:
    whose = event.others[0] if event.others else event.subject
    odds = {name: need(event, f"odds {name}").value for name in (*OF_THE_CATALOGUE, "lost", "not published any more", "decayed")}
    silent, usual, rate = (need(event, k).value for k in ("silent_days", "usual_days", "false_alarms_per_year"))
    words = (
        f"Nothing new of {whose} was published for {silent:.1f} days, where {usual:.2f} days are usual; a gap as long comes "
        f"{rate:.2g} times a year while all is as before"
    )
    if event.label == "renumbered":
        said = f"{words}; another number lies on its orbit, and it was renumbered with odds of {odds['renumbered']:.2f}"
        yield Draft("identity_exchange", True, said, believed(odds["renumbered"]), ("odds renumbered", "silent_days"))
    elif _looked_for_heirs(event) and sum(odds[k] for k in OF_THE_CATALOGUE) <= EXCLUDED:
        share = sum(odds[k] for k in OF_THE_CATALOGUE)
        said = f"{words}; that it is late, renumbered or its list is out has odds of {share:.2g} together"
        yield Draft("identity_exchange", False, said, TESTED, ("odds renumbered", "odds late", "silent_days"))
    if odds["decayed"] >= EVEN:
        said = f"{words}; by its last element sets it came down, with odds of {odds['decayed']:.2f}"
        yield Draft("drag_explains", True, said, believed(odds["decayed"]), ("odds decayed", "silent_days"))
    likeliest = max(odds, key=lambda k: odds[k])
    if likeliest not in ("renumbered", "decayed"):
        lasting = ", ".join(f"{name} {odds[name]:.2g}" for name in sorted(odds, key=lambda k: -odds[k])[:3])
        yield context(f"{words}; odds of the reasons: {lasting}", "silent_days", "usual_days", "false_alarms_per_year")


def _looked_for_heirs(event: Event) -> bool:
    """Would a new number have been seen?"""
    settings = parameters(event).get("settings", {})
    around: Sequence[Mapping[str, Any]] = settings.get("around", ()) if isinstance(settings, Mapping) else ()
    return any(bool(one.get("whole", False)) for one in around)
