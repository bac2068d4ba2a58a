"""Upkeep of a home: what the catalogue holds, putting it in order, and a look at everything that could be wrong."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hoshimori import __version__
from hoshimori.catalogue import Catalogue
from hoshimori.errors import HoshimoriError, UsageError
from hoshimori.findings import iso
from hoshimori.ports import Progress, plugins

LIBRARIES = ("numpy", "numba", "duckdb", "sgp4", "pyerfa", "httpx")
LEAST_FREE_BYTES = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Done:
    """What an upkeep action gives back: plain JSON, and lines for a person."""

    record: dict[str, Any]
    lines: tuple[str, ...]


def act(action: str, home: Path | None, progress: Progress) -> Done:
    """stat, compact, check, refused or rebuild."""
    catalogue = Catalogue(home)
    actions: dict[str, Callable[[], Done]] = {
        "stat": lambda: _stat(catalogue),
        "compact": lambda: _compact(catalogue),
        "check": lambda: _check(catalogue),
        "refused": lambda: _refused(catalogue),
        "rebuild": lambda: _rebuild(catalogue, progress),
    }
    if action not in actions:
        raise UsageError(f"catalogue {action!r}: known actions are {', '.join(actions)}")
    return actions[action]()


def _stat(catalogue: Catalogue) -> Done:
    s = catalogue.stat()
    if not s.sets and not s.ephemerides and not s.conjunctions and not s.names:
        return Done(s.to_json(), (f"{s.home}: nothing held yet. Ingest some: hoshimori ingest FOLDER, or --celestrak geo",))
    lines = [
        f"{s.home}",
        f"  element sets    {s.sets:,} of {s.objects:,} objects from {s.sources:,} files or answers",
        f"  epochs          {iso(s.oldest_epoch_utc)[:16]} to {iso(s.newest_epoch_utc)[:16]}",
        f"  newest known    {iso(s.newest_known_utc)[:16]}, {s.age_hours:.1f} h ago",
        "  known by        " + ", ".join(f"{k} {n:,}" for k, n in s.by_known_basis.items()),
        "  data mode       " + ", ".join(f"{k} {n:,}" for k, n in s.by_data_mode.items()),
        f"  ephemerides     {s.ephemerides:,}; conjunction messages {s.conjunctions:,}; names {s.names:,}",
        f"  on disk         {s.catalogue_bytes / 1e6:.1f} MB in {s.files} files, {s.raw_bytes / 1e6:.1f} MB of bytes as received",
        f"  refused         {s.refused:,} records; {s.reservations:,} read with a reservation",
        *(f"    {n:,} x {reason}" for reason, n in list(s.refused_by_reason.items())[:12]),
    ]
    return Done(s.to_json(), tuple(lines))


def _compact(catalogue: Catalogue) -> Done:
    before = catalogue.stat()
    after = catalogue.compact()
    return Done(after.to_json(), (f"{before.files} files before, {after.files} after; {after.sets:,} element sets, none lost",))


def _check(catalogue: Catalogue) -> Done:
    catalogue.check()
    files = catalogue.stat().files
    return Done({"files": files, "well": True}, (f"{files} files read against their digests: all are as they were written",))


def _refused(catalogue: Catalogue) -> Done:
    found = catalogue.problems()
    record = {"problems": [{"times": times, "problem": str(p)} for p, times in found]}
    return Done(record, tuple(f"{times} x {p}" if times > 1 else str(p) for p, times in found) or ("nothing was refused",))


def _rebuild(catalogue: Catalogue, progress: Progress) -> Done:
    report = catalogue.rebuild(progress=progress)
    return Done({"files": len(report.files), "new": report.new, "refused": report.refused}, (str(report),))


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: what, whether it is well, and what to do if it is not."""

    what: str
    well: bool
    said: str

    def to_json(self) -> dict[str, Any]:
        return {"what": self.what, "well": self.well, "said": self.said}


def examine(home: Path | None, clear_stop: str | None) -> list[Finding]:
    """Look at everything that a watch or a record stands on. `clear_stop` lifts a provider's stop after a person has looked."""
    from hoshimori.doors import ledger_health

    catalogue = Catalogue(home)
    out = [Finding("hoshimori", True, f"{__version__} on Python {sys.version.split()[0]}, {os.cpu_count()} cores")]
    out.append(Finding("libraries", True, ", ".join(f"{n} {importlib.metadata.version(n)}" for n in LIBRARIES)))
    out += _plugins()
    out.append(_home(catalogue.home))
    out.append(_catalogue(catalogue))
    out.append(_engine())
    out += _stops(home, clear_stop)
    out += [Finding(*told) for told in ledger_health.examine(home)]
    return out


def _plugins() -> Iterator[Finding]:
    for group in ("hoshimori.detectors", "hoshimori.sources"):
        try:
            yield Finding(group, True, ", ".join(sorted(plugins(group))))
        except Exception as error:  # a stranger's plugin may raise anything on import
            yield Finding(group, False, f"a plugin does not load: {error!r}")


def _home(home: Path) -> Finding:
    place = next(p for p in (home, *home.parents) if p.exists())
    if not place.is_dir():
        return Finding("home", False, f"{place} is a file, not a folder; choose another with --home or HOSHIMORI_HOME")
    free = shutil.disk_usage(place).free
    if not os.access(place, os.W_OK):
        return Finding("home", False, f"{home}: no permission to write to {place}; choose another with --home or HOSHIMORI_HOME")
    if free < LEAST_FREE_BYTES:
        return Finding("home", False, f"{home}: only {free / 1e6:.0f} MB free; a day of the whole catalogue takes about 15 MB")
    return Finding("home", True, f"{home}, {free / 1e9:.0f} GB free")


def _catalogue(catalogue: Catalogue) -> Finding:
    try:
        catalogue.check()
        s = catalogue.stat()
    except HoshimoriError as error:
        return Finding("catalogue", False, str(error))
    if not s.sets:
        return Finding("catalogue", True, "empty: hoshimori ingest FOLDER, or hoshimori ingest --celestrak geo")
    return Finding("catalogue", True, f"{s.sets:,} element sets of {s.objects:,} objects, newest known {s.age_hours:.1f} h ago")


def _engine() -> Finding:
    """SGP4 on a public example: the ISS set of python-sgp4's own documentation, 2019-12-09T20:42:09Z."""
    from hoshimori.sky import orbits

    began = time.perf_counter()
    iss = orbits.prepare(
        np.array(["2019-12-09T16:38:29.363423"], "datetime64[us]"),
        *(np.array([x]) for x in (15.50103472, 0.0007999, 51.6439, 211.2001, 17.6667, 85.6398, 3.8792e-05)),
    )
    r, _, error = orbits.pairs(iss, np.zeros(1, np.int64), np.array(["2019-12-09T12:00:00"], "datetime64[us]"))
    distance = float(np.sqrt((r[0] ** 2).sum()))
    well = int(error[0]) == 0 and 6700.0 < distance < 6900.0
    return Finding("SGP4", well, f"ready in {time.perf_counter() - began:.1f} s (compiled once, then kept)")


def _stops(home: Path | None, clear: str | None) -> Iterator[Finding]:
    from hoshimori.sources import stops

    if clear is not None and not stops.clear_stop(home, clear):
        raise UsageError(f"--clear-stop {clear!r}: that provider has not stopped")
    for stop in stops.stops(home):
        yield Finding(
            f"provider {stop.provider}", False, f"{stop}; look into it, then: hoshimori doctor --clear-stop {stop.provider}"
        )
