"""From what a person typed to what the library takes: sources, modes, states; refusals that say what would have been accepted."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from hoshimori.errors import UsageError
from hoshimori.facts import DataMode
from hoshimori.ports import Source

if TYPE_CHECKING:
    from hoshimori.sources.provider import Query

WIDEST_KM = 1000.0
"""The widest range that is looked into: beyond it nearly every neighbour of a slot in GEO counts, which says nothing."""
STATES = ("attention", "stale", "not observable", "quiet")


def modes(names: Sequence[str]) -> tuple[DataMode, ...]:
    """Data modes by name; REAL alone where none is given. REAL never mixes with another: an exercise is not an assessment."""
    chosen = tuple(DataMode[n] for n in dict.fromkeys(names)) or (DataMode.REAL,)
    if DataMode.REAL in chosen and len(chosen) > 1:
        raise UsageError("--mode REAL together with another: only REAL records may enter a real watch; ask for one or the other")
    return chosen


def range_km(km: float | None) -> float | None:
    """The range of an approach, if one was asked for."""
    if km is not None and not 0.0 < km <= WIDEST_KM:
        raise UsageError(f"--within {km:g}: expected a range above 0 and up to {WIDEST_KM:g} km")
    return km


def check_states(names: Sequence[str]) -> None:
    for name in names:
        if name not in STATES:
            raise UsageError(f"--fail-on {name!r}: known states are {', '.join(STATES)}")


def check_alarms(names: Sequence[str]) -> None:
    """What `conjunctions --fail-on` may name."""
    for name in names:
        if name not in ("attention", "any"):
            raise UsageError(f"--fail-on {name!r}: expected attention (above the red line) or any")


def sources(
    celestrak: Sequence[str], ids: Sequence[int], satcat: bool, spacetrack: Sequence[str], home: Path | None
) -> list[Source]:
    """The outside sources that were asked for; nothing is fetched yet."""
    out: list[Source] = []
    if celestrak or satcat or (ids and not spacetrack):
        from hoshimori.sources.celestrak import CelesTrak

        out.append(CelesTrak(groups=tuple(celestrak), ids=() if spacetrack else tuple(ids), satcat=satcat, home=home))
    if spacetrack:
        from hoshimori.sources.spacetrack import SpaceTrack

        out.append(SpaceTrack(queries=tuple(_query(q, ids) for q in spacetrack), home=home))
    return out


def _query(text: str, ids: Sequence[int]) -> Query:
    from hoshimori.sources import spacetrack

    name, _, span = text.partition(":")
    if name == "gp_history":
        start, _, stop = span.partition("/")
        return spacetrack.gp_history(ids, _time(start, text), _time(stop, text))
    simple = {"gp": lambda: spacetrack.gp(ids), "satcat": lambda: spacetrack.satcat(ids), "decay": spacetrack.decay}
    if name not in simple or span:
        raise UsageError(f"--spacetrack {text!r}: expected gp, satcat, decay, or gp_history:2026-05-01/2026-05-08 with --id")
    return simple[name]()


def _time(text: str, whole: str) -> np.datetime64:
    try:
        return np.datetime64(text.removesuffix("Z"), "us")
    except ValueError as error:
        raise UsageError(f"--spacetrack {whole!r}: {text!r} is not a time such as 2026-05-01 or 2026-05-01T12:00:00Z") from error


def refuse_nothing(paths: Sequence[Path], outside: Sequence[Source]) -> None:
    if not paths and not outside:
        raise UsageError(
            "nothing to ingest: name a file or folder, or --celestrak geo, or --id 25544; see hoshimori ingest --help"
        )
    for path in paths:
        if not path.exists():
            raise UsageError(f"{path}: no such file or folder")
