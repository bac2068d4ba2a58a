"""What a week's report stands on: the element sets of each asset and their gaps, the sources, what was refused."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath
from typing import Any

import numpy as np

from hoshimori.catalogue import Catalogue
from hoshimori.catalogue.shelves import StoredSource
from hoshimori.facts import Asset, ElementSets, KnownBasis
from hoshimori.findings import Event, iso
from hoshimori.ports import View

HOUR = np.timedelta64(3_600_000_000, "us")
OLD_DAYS = 5.0
MOST_FILES = 6
"""Files of one provider that are named; the rest are counted."""
MOST_REFUSED = 12


def data_of(view: View, catalogue: Catalogue, start_utc: np.datetime64) -> dict[str, Any]:
    """The facts of the window, where they came from and how fresh they are."""
    sets, latest = view.sets(), view.latest()
    ages = (view.as_of_utc - latest.epoch_utc) / HOUR / 24.0
    fresh = int((ages <= OLD_DAYS).sum()) if len(latest) else 0
    return {
        "sets": len(sets),
        "sets_in_week": int(((sets.known_utc > start_utc) & (sets.known_utc <= view.as_of_utc)).sum()),
        "objects": len(latest),
        "objects_fresh": fresh,
        "objects_old": len(latest) - fresh,
        "newest_epoch": iso(_newest(latest.epoch_utc)),
        "newest_known": iso(_newest(sets.known_utc)),
        "known_basis": _by_basis(sets),
        "sources": _providers(sets, catalogue),
        "refused": _refused(catalogue),
    }


def epochs_of(
    sets: ElementSets, asset: Asset, start_utc: np.datetime64, as_of_utc: np.datetime64
) -> tuple[list[np.datetime64], dict[str, Any]]:
    """When an asset's sets in the week are for, and its longest time without one, the ends of the week included."""
    own = sets.take(sets.norad_id == (asset.norad_id or -1))
    times = np.unique(own.epoch_utc)
    inside = times[(times > start_utc) & (times <= as_of_utc)]
    before = times[times <= start_utc]
    first = np.array([before[-1]] if len(before) else [start_utc], "datetime64[us]")
    steps = np.concatenate([first, inside, np.array([as_of_utc], "datetime64[us]")])
    longest = int(np.argmax(np.diff(steps)))
    gap = {
        "sets": len(inside),
        "gap_hours": float((steps[longest + 1] - steps[longest]) / HOUR),
        "gap_start": iso(steps[longest]),
        "gap_stop": iso(steps[longest + 1]),
        "open": longest == len(steps) - 2,
    }
    return list(inside), gap


def known_times(events: Sequence[Event], catalogue: Catalogue) -> dict[str, str]:
    """For each finding, since when the last of the facts that it stands on could be known; "" where that is not held."""
    inputs = {e.event_id: {d for v in e.evidence for d in v.inputs} for e in events}
    wanted = sorted({d for each in inputs.values() for d in each if not d.startswith("sha256:")})
    sets = catalogue.by_digest(wanted) if wanted else None
    known = {} if sets is None else dict(zip(sets.digest_texts(), sets.known_utc, strict=True))
    if any(d.startswith("sha256:") for each in inputs.values() for d in each):
        known |= {f"sha256:{s.sha256}": s.received_utc for s in catalogue.sources()}
    found = {e: [known[d] for d in each if d in known and not np.isnat(known[d])] for e, each in inputs.items()}
    return {e: iso(max(times)) if times else "" for e, times in found.items()}


def _newest(times: Any) -> np.datetime64:
    known = times[~np.isnat(times)]
    return known.max() if len(known) else np.datetime64("NaT", "us")


def _by_basis(sets: ElementSets) -> dict[str, int]:
    return {basis.name: int((sets.known_basis == basis).sum()) for basis in KnownBasis}


def _providers(sets: ElementSets, catalogue: Catalogue) -> list[dict[str, Any]]:
    """The sources of the sets in use, by provider; files by name alone, since a path is nobody's business but its owner's."""
    numbers, used = np.unique(sets.source, return_counts=True)
    count = dict(zip(numbers.tolist(), used.tolist(), strict=True))
    known = catalogue.source_of(count)
    by_provider: dict[str, list[tuple[StoredSource, int]]] = {}
    for number, source in known.items():
        by_provider.setdefault(source.provider, []).append((source, count[number]))
    rows = [_provider(name, found) for name, found in sorted(by_provider.items())]
    lost = sum(n for number, n in count.items() if number not in known)
    return [*rows, *([{"provider": "", "sets": lost, "files": 0}] if lost else [])]


def _provider(name: str, found: Sequence[tuple[StoredSource, int]]) -> dict[str, Any]:
    newest = sorted((s for s, _ in found), key=lambda s: (s.received_utc, s.source), reverse=True)
    return {
        "provider": name,
        "sets": sum(n for _, n in found),
        "files": len(found),
        "formats": sorted({s.format for s in newest}),
        "data_modes": sorted({s.data_mode.name for s in newest}),
        "received_first": iso(newest[-1].received_utc),
        "received_last": iso(newest[0].received_utc),
        "newest": [{"name": _file(s.location), "sha256": s.sha256, "sets": s.sets} for s in newest[:MOST_FILES]],
    }


def _file(location: str) -> str:
    return PurePosixPath(location.partition("?")[0].replace("\\", "/")).name or location[:40]


def _refused(catalogue: Catalogue) -> dict[str, Any]:
    """What was refused of all that was ever taken in, by what was expected, the commonest first."""
    kinds: dict[tuple[str, str], int] = {}
    for problem, times in catalogue.problems():
        if problem.refused:
            key = (problem.field, problem.expected)
            kinds[key] = kinds.get(key, 0) + times
    rows = sorted(kinds.items(), key=lambda x: (-x[1], x[0]))
    return {
        "records": sum(kinds.values()),
        "kinds": [{"field": f, "expected": e, "records": n} for (f, e), n in rows[:MOST_REFUSED]],
        "more": max(0, len(rows) - MOST_REFUSED),
    }


def methods_of(events: Iterable[Event]) -> list[str]:
    """Every method that a finding of the week names, name@version."""
    return sorted({v.method for e in events for v in e.evidence})
