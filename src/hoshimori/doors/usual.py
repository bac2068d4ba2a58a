"""What is usual for an object, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hoshimori.detect.burns import Untold
from hoshimori.detect.pattern import Pattern
from hoshimori.doors.words import say


def usual_lines(usual: Pattern | Untold, w: Mapping[str, str], names: Mapping[str, str]) -> Iterator[str]:
    """An object's usual behaviour in words, or why nothing can be said of it."""
    if isinstance(usual, Untold):
        yield w["untold"].format(why=say(usual.reason, w, names))
        return
    now = usual.spells[-1]
    values = {"regime": usual.regime, "east": now.longitude_deg_e, "sma": now.sma_km, "half": now.half_width, "rate": now.rate}
    yield w[f"spell {now.kind}"].format(**values, days=now.days)
    for what, how in usual.modes.items():
        yield f"{w.get(f'kept {what}', what)}: {w.get(f'mode {how}', how)}"
    if usual.cycle_days is not None:
        yield w["cycle"].format(days=usual.cycle_days)
    yield from (say(r, w, names) for r in usual.reasons)
