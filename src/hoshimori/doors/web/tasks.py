"""What each kind of job does: sweep and replay, fetch, verify, send. A task does one thing whole, or raises."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from hoshimori import __version__, watch
from hoshimori.alliance import watchlist as named_watchlist
from hoshimori.catalogue import Catalogue
from hoshimori.catalogue.view import CatalogueView
from hoshimori.doors import declarations, library
from hoshimori.doors.web import alert_sending, alerts
from hoshimori.doors.web.conditions import Clock, Conditions, shortened
from hoshimori.doors.web.duties import Duties
from hoshimori.duty import Duty, Job
from hoshimori.errors import DataError, NothingFound, ProviderRefused, SourceError, TooSoon, UsageError
from hoshimori.facts import DataMode, Watchlist
from hoshimori.findings import canonical_json, iso
from hoshimori.ledger.home import now_utc
from hoshimori.ports import Detector, Progress, Source, plugin

AHEAD = np.timedelta64(60, "s")
"""By so much the clock of who asks may be ahead of ours."""
SOURCE, TOLD = "source:", "told:"


@dataclass
class Bench:
    """What every task works with. Views are opened for each job, so nothing old is looked at."""

    duties: Duties
    duty: Duty
    clock: Clock = now_utc
    catalogue: Catalogue = field(init=False)
    conditions: Conditions = field(init=False)

    def __post_init__(self) -> None:
        self.catalogue = Catalogue(self.duties.home)
        self.conditions = Conditions(self.duty, self.duties.home, self.clock)

    def watchlist(self, asked: str) -> Watchlist:
        """One of the lists of this service by its id or its name; no other file is opened."""
        lists = [(name, named_watchlist(name)) for name in self.duties.watchlists]
        for name, one in lists:
            if asked in (name, one.watchlist_id):
                return one
        raise UsageError(f"watchlist {asked!r}: this service watches {', '.join(one.watchlist_id for _, one in lists)}")

    def moment(self, asked: str) -> np.datetime64:
        """The moment asked for. UsageError for one that has not come: nobody knows what will be known then."""
        text = asked or self.duties.as_of
        if text == "now":
            return self.clock()
        t = library.moment(text, self.catalogue)
        if text != "data" and t > self.clock() + AHEAD and t > library.moment("data", self.catalogue):
            raise UsageError(f"as_of {text}: lies ahead of now, {iso(self.clock())}: what will be known then is not known")
        return t


Task = Callable[[Bench, Job, Progress], Mapping[str, Any]]


def sweep(bench: Bench, job: Job, progress: Progress) -> Mapping[str, Any]:
    """Watch over a list as known at a moment, and keep what was told, whole. The same state of knowledge is swept once."""
    began = time.perf_counter()
    chosen = bench.watchlist(str(job.parameters.get("watchlist") or bench.duties.watchlists[0]))
    as_of = bench.moment(str(job.parameters.get("as_of") or ""))
    start, stop = watch.window(as_of)
    view = bench.catalogue.view(start, stop, as_of, data_modes=bench.duties.modes)
    using = declarations.detectors(view, modes=bench.duties.modes)
    key = sweep_key(chosen, view, using)
    kept = bench.duty.sweep_keyed(key)
    if kept is not None:
        if bench.duty.note(TOLD + chosen.watchlist_id) != {"sweep": kept.sweep_id}:  # a worker died between keeping and telling
            told = bench.duty.events(sweep_id=kept.sweep_id, limit=100_000).rows
            _after(bench, job, view, kept.sweep_id, kept.record, [t.record for t in told])
        return {"sweep": kept.sweep_id, "events": len(kept.event_ids), "as_of": iso(as_of), "again": True}
    found = library.sweep_view(view, chosen, using=using, progress=progress)
    progress("keep", 0, 0)
    record = found.to_json()
    events = record.pop("events")
    seconds = round(time.perf_counter() - began, 3)
    record |= {"seconds": seconds, "methods": methods(using), "generation": view.manifest.generation}
    sweep_id = bench.duty.keep_sweep(key, chosen.watchlist_id, as_of, record, events)
    _after(bench, job, view, sweep_id, record, events)
    return {"sweep": sweep_id, "events": len(events), "as_of": iso(as_of), "again": False, "seconds": seconds}


def _after(
    bench: Bench, job: Job, view: CatalogueView, sweep_id: str, record: Mapping[str, Any], events: Sequence[Mapping[str, Any]]
) -> None:
    """What a sweep of the present says of the service, and whom it wakes. One of the past wakes nobody."""
    bench.conditions.clear("no-data")
    if job.kind != "sweep" or job.parameters.get("as_of", "") not in ("", "now", "data", bench.duties.as_of):
        return
    bench.conditions.clear("sweep-failed")
    old = [r for r in record["advice"] if r["code"] == "all stale"]
    if old and bench.duties.as_of == "now":
        bench.conditions.put("stale", {"newest": old[0]["newest"]})
    else:
        bench.conditions.clear("stale")
    alerts.raise_findings(bench.duty, record, events, lambda numbers: _names(view, numbers))
    bench.duty.put_note(TOLD + record["watchlist"], {"sweep": sweep_id})


def _names(view: CatalogueView, numbers: Sequence[str]) -> dict[str, str]:
    """What the catalogue calls them: by its list of names, else by their newest element set."""
    wanted = [int(n) for n in numbers]
    sets = view.latest(wanted)
    said = {str(k): n for k, n in zip(sets.norad_id.tolist(), sets.name.tolist(), strict=True) if n}
    return said | {str(n.norad_id): n.name for n in view.names(wanted) if n.name}


def sweep_key(chosen: Watchlist, view: CatalogueView, using: Sequence[Detector]) -> str:
    """What makes a sweep this one and no other: the list, the moment, the state of the catalogue, the methods."""
    files = hashlib.sha256("\n".join(f"{f.name} {f.sha256}" for f in view.manifest.files).encode()).hexdigest()
    listed = [repr(chosen.assets), sorted(sorted(map(str, group)) for group in chosen.co_located)]
    parts = {
        "watchlist": hashlib.sha256(canonical_json(listed)).hexdigest(),
        "as_of": iso(view.as_of_utc),
        "modes": sorted(m.name for m in view.data_modes),
        "catalogue": [view.manifest.generation, files],
        "methods": methods(using),
    }
    return f"{chosen.watchlist_id} {iso(view.as_of_utc)} {hashlib.sha256(canonical_json(parts)).hexdigest()}"


def methods(using: Sequence[Detector]) -> list[str]:
    return [*sorted(f"{d.name}@{d.version}" for d in using), f"hoshimori@{__version__}"]


def fetch(bench: Bench, job: Job, progress: Progress) -> Mapping[str, Any]:
    """Ask one source and take in what came. What it said last, and since when it fails, is noted for the floor."""
    name = str(job.parameters["source"])
    setting = next((s for s in bench.duties.sources if s.name == name), None)
    if setting is None:
        raise UsageError(
            f"source {name!r}: not one of this service's: {', '.join(s.name for s in bench.duties.sources) or 'none'}"
        )
    try:
        source = source_of(setting.kind, setting.options, bench.duties)
        report = library.ingest(sources=[source], home=bench.duties.home, progress=progress)
    except TooSoon as early:
        _say(bench, name, f"waits: {shortened(early)}", failed=None)
        raise
    except ProviderRefused as refused:
        _say(bench, name, f"stopped: {shortened(refused)}", failed=True)
        raise
    except SourceError as down:
        _say(bench, name, f"down: {shortened(down)}", failed=True)
        raise
    except DataError as unusable:
        _say(bench, name, f"unusable: {shortened(unusable)}", failed=True)
        raise SourceError(f"source {name}: {unusable}") from unusable
    _say(bench, name, "ok", failed=False)
    told = {"files": len(report.files), "read": report.read, "new": report.new, "refused": report.refused}
    if any(not f.skipped for f in report.files):
        bench.duty.tell("data", {"source": name, **told})
    return told


def source_of(kind: str, options: Mapping[str, Any], duties: Duties) -> Source:
    """A source by the name of its plugin, with the options of its constructor."""
    given = dict(options)
    if kind == "folder":
        given["data_mode"] = DataMode[given.get("data_mode", duties.modes[0].name)]
    else:
        given["home"] = duties.home
    try:
        made: Source = plugin("hoshimori.sources", kind)(**given)
    except (TypeError, KeyError) as error:
        raise UsageError(f"source {kind}: an option is not known or missing: {error}") from error
    return made


def _say(bench: Bench, name: str, status: str, *, failed: bool | None) -> None:
    """Note what a source said; one that fails is shown on the floor since when it first did. failed None: neither."""
    now, held = iso(bench.clock()), dict(bench.duty.note(SOURCE + name) or {})
    said = held.get("status")
    held |= {"status": status, "asked": now}
    if failed is False:
        held |= {"ok": now, "since": "", "failures": 0}
    elif failed:
        held |= {"since": held.get("since") or now, "failures": int(held.get("failures", 0)) + 1}
    bench.duty.put_note(SOURCE + name, held)
    if said != status:
        bench.duty.tell("data", {"source": name, "status": status})
    notes = {k.removeprefix(SOURCE): v for k, v in bench.duty.notes(SOURCE).items()}
    named = {s.name for s in bench.duties.sources}
    down = {k: f"{v['status']} ({v['since']})" for k, v in sorted(notes.items()) if v.get("since") and k in named}
    if down:
        stopped = any(text.startswith("stopped") for text in down.values())
        bench.conditions.put("source-down", down, severity="critical" if stopped else "warning")
    else:
        bench.conditions.clear("source-down")


def verify(bench: Bench, job: Job, progress: Progress) -> Mapping[str, Any]:
    """Run one stored claim again from its own evidence."""
    event_id = str(job.parameters["event"])
    told = bench.duty.event(event_id)
    if told is None:
        raise NothingFound(f"event {event_id}: not kept here")
    progress("verify", 0, 1)
    check = library.check([told.record], home=bench.duties.home)[0]
    return {"event": told.event_id, "verdict": check.verdict, "check": check.to_json()}


def send(bench: Bench, job: Job, progress: Progress) -> Mapping[str, Any]:
    """Let the alerts leave that are due, all in one message."""
    sent = alert_sending.send(bench.duty, bench.duties, str(job.parameters["how"]), bench.clock())
    bench.conditions.clear("alert-unsent")
    return sent


def report(bench: Bench, job: Job, progress: Progress) -> Mapping[str, Any]:
    """The part about the sky of a weekly report that a reader waits for."""
    from hoshimori.doors.web import report_shelf  # heavy: two sweeps, compared; loaded by the worker that makes one

    return report_shelf.make(bench, job, progress)


TASKS: Mapping[str, Task] = {"sweep": sweep, "replay": sweep, "fetch": fetch, "verify": verify, "send": send, "report": report}
ORDER: Sequence[Sequence[str]] = (("verify", "send", "fetch"), ("sweep",), ("report",), ("replay",))
"""Short work before long, the present before the past."""


def known_by(view: CatalogueView, moments: Sequence[np.datetime64]) -> list[int]:
    """How many element sets were known at each moment, of the modes of the view."""
    from hoshimori.catalogue.query import live_rows
    from hoshimori.catalogue.tables import SETS, literal

    modes = ", ".join(str(int(m)) for m in view.data_modes) or "null"
    counted = ", ".join(f"count(*) filter (known_utc <= {literal(t)})" for t in moments)

    def ask(manifest: Any) -> list[int]:
        rows = live_rows(view.store, manifest.table(SETS))
        return [
            int(n) for n in view.store.engine().execute(f"select {counted} from {rows} where data_mode in ({modes})").fetchone()
        ]

    return view.store.read(ask, view.manifest) if moments else []


def signature(home: Path) -> str:
    """Changes whenever the catalogue does; "" while there is none. One look at a file, not its contents."""
    try:
        found = (home / "catalogue" / "manifest.json").stat()
    except OSError:
        return ""
    return f"{found.st_ino} {found.st_mtime_ns} {found.st_size}"
