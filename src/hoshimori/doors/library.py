"""The calls behind the command line, for programs: the same names, the same defaults, records instead of text."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from hoshimori import verify
from hoshimori import watch as corridor
from hoshimori.alliance import watchlist as named_watchlist
from hoshimori.catalogue import Catalogue, FileReport, IngestReport
from hoshimori.catalogue.stat import CatalogueStat
from hoshimori.detect.burns import Burn
from hoshimori.detect.stays import Stay
from hoshimori.errors import FormatError, NothingFound, UsageError
from hoshimori.facts import MAX_NORAD_ID, DataMode, ElementSets, ObjectName, Received, Watchlist
from hoshimori.findings import AssetState, Event
from hoshimori.ports import Detector, Progress, Source, View, silent
from hoshimori.sources.folder import Folder

Moment = str | np.datetime64
MODES = (DataMode.REAL,)


def ingest(
    *paths: str | Path,
    sources: Iterable[Source] = (),
    home: Path | None = None,
    data_mode: DataMode = DataMode.REAL,
    progress: Progress = silent,
) -> IngestReport:
    """Take in files, folders and other sources; what is already held is passed over. Returns what came of each file.

    A bad record is a Problem in the report, not an exception; so is a file in a folder that cannot be opened. Raises
    DataError where a path cannot be read at all, FormatError with every Problem where nothing that arrived could be used,
    SourceError where the outside refused, CatalogueError where the catalogue cannot be written.
    """
    folders = [Folder(Path(p), data_mode=data_mode) for p in paths]
    report = Catalogue(home).ingest(_arrivals([*folders, *sources], progress), progress=progress)
    unread = tuple(FileReport(p.file, "", 0, 0, 0, int(p.refused), problems=(p,)) for f in folders for p in f.problems)
    report = replace(report, files=(*report.files, *unread), advice="\n".join([*_passed_over(folders), report.advice]).strip())
    if report.files and not any(f.skipped or f.read or f.ephemerides or f.conjunctions or f.names for f in report.files):
        places = ", ".join(dict.fromkeys(f.location for f in report.files[:3])) + (", ..." if len(report.files) > 3 else "")
        raise FormatError(f"{places}: nothing that could be read; the bytes are kept as they came", report.problems)
    return report


def _arrivals(sources: Iterable[Source], progress: Progress) -> Iterator[Received]:
    for source in sources:
        yield from source.fetch(progress=progress)


def _passed_over(folders: Sequence[Folder]) -> Iterator[str]:
    skipped = [s for f in folders for s in f.skipped]
    if skipped:
        yield f"{len(skipped)} other files were passed over, such as {skipped[0].path} ({skipped[0].reason})"


def stat(*, home: Path | None = None) -> CatalogueStat:
    """What the catalogue holds, how fresh it is, how much was refused and why."""
    return Catalogue(home).stat()


def sweep(
    watchlist: str | Path | Watchlist,
    *,
    home: Path | None = None,
    as_of: Moment = "now",
    start: Moment | None = None,
    stop: Moment | None = None,
    modes: Sequence[DataMode] = MODES,
    sites: Sequence[str | Path] = (),
    launches: str | Path | None = None,
    reports: str | Path | None = None,
    space_weather: str | Path | None = None,
    using: Sequence[Detector] | None = None,
    progress: Progress = silent,
) -> corridor.Sweep:
    """Watch over a list of satellites: what came near, what stays near, what is normal, as known at one moment.

    `as_of` is a time, "now", or "data": the newest knowledge the catalogue holds. `start` and `stop` bound the window; without
    them it is seven days back from and three days beyond `as_of`. sites, launches, reports, space_weather: files of what somebody
    declares, for the detectors that ask for it. `using` takes the place of all detectors installed.
    """
    from hoshimori.doors import declarations

    window = view(home=home, as_of=as_of, start=start, stop=stop, modes=modes)
    chosen = using or declarations.detectors(
        window, sites=sites, launches=launches, reports=reports, space_weather=space_weather, modes=modes
    )
    return sweep_view(window, watchlist, using=chosen, progress=progress)


def sweep_view(
    window: View, watchlist: str | Path | Watchlist, *, using: Sequence[Detector] | None = None, progress: Progress = silent
) -> corridor.Sweep:
    """`sweep` over a view that is already open."""
    chosen = watchlist if isinstance(watchlist, Watchlist) else named_watchlist(watchlist)
    return corridor.sweep(window, chosen, using=using, progress=progress)


def view(
    *,
    home: Path | None = None,
    as_of: Moment = "now",
    start: Moment | None = None,
    stop: Moment | None = None,
    modes: Sequence[DataMode] = MODES,
) -> View:
    """A window on the catalogue as known at one moment; see `sweep` for the times."""
    catalogue = Catalogue(home)
    known = moment(as_of, catalogue)
    first, last = corridor.window(known)
    return catalogue.view(
        moment(start, catalogue) if start is not None else first,
        moment(stop, catalogue) if stop is not None else last,
        known,
        data_modes=tuple(modes),
    )


def moment(text: Moment, catalogue: Catalogue) -> np.datetime64:
    """A time from ISO 8601 (UTC where it names no zone), "now", or "data" (the newest knowledge held)."""
    if isinstance(text, np.datetime64):
        return text.astype("datetime64[us]")  # type: ignore[no-any-return]
    if text == "now":
        return np.datetime64("now", "us")
    if text == "data":
        newest = catalogue.stat().newest_known_utc
        if np.isnat(newest):
            raise NothingFound(f"the catalogue at {catalogue.home} is empty: ingest some element sets first (hoshimori ingest)")
        return newest
    return instant(text)


def instant(text: Moment) -> np.datetime64:
    """A time from ISO 8601, UTC where it names no zone."""
    if isinstance(text, np.datetime64):
        return text.astype("datetime64[us]")  # type: ignore[no-any-return]
    try:
        t = datetime.fromisoformat(text.strip())
        return np.datetime64(t if t.tzinfo is None else t.astimezone(UTC).replace(tzinfo=None), "us")
    except (ValueError, OverflowError) as error:
        raise UsageError(f"time {text!r}: expected ISO 8601 such as 2026-05-30T12:00:00Z, or now, or data") from error


def history(norad_id: int, *, home: Path | None = None, as_of: Moment = "now", modes: Sequence[DataMode] = MODES) -> ElementSets:
    """Every element set of one object known at a moment, sorted by epoch, one a row. Raises NothingFound where there is none."""
    check_number(norad_id)
    sets = view(home=home, as_of=as_of, modes=modes).history(norad_id)
    if not len(sets):
        raise no_sets([norad_id], str(as_of))
    return sets


def check_number(norad_id: int) -> None:
    """UsageError where this cannot be a catalogue number."""
    if not 1 <= norad_id <= MAX_NORAD_ID:
        raise UsageError(f"catalogue number {norad_id}: expected 1 to {MAX_NORAD_ID}")


def no_sets(norad_ids: Sequence[int], as_of: str) -> NothingFound:
    """The refusal where no element set is held of what was asked for."""
    who = ", ".join(map(str, norad_ids)) or "any object"
    return NothingFound(
        f"no element set of {who} is known as of {as_of}: check the number and --mode, or ingest a source that carries it"
    )


def names(norad_id: int, *, home: Path | None = None, as_of: Moment = "now") -> list[ObjectName]:
    """What a number was called, by whom and since when, as known at a moment; more than one where it changed."""
    return list(view(home=home, as_of=as_of).names([norad_id]))


def check(
    events: str | Path | Iterable[Mapping[str, Any] | Event], *, home: Path | None = None, only: Sequence[str] = ()
) -> list[verify.Check]:
    """Re-run claims from their own evidence: an events.jsonl, or events. One Check each. `only`: beginnings of event ids."""
    records = read_events(Path(events)) if isinstance(events, str | Path) else events
    plain = [e.to_json() if isinstance(e, Event) else e for e in records]
    chosen = [e for e in plain if not only or (isinstance(e, Mapping) and str(e.get("id", "")).startswith(tuple(only)))]
    if only and not chosen:
        raise UsageError(f"no event has an id that begins with {' or '.join(only)}")
    return list(verify.verify(chosen, Catalogue(home)))


def read_events(path: Path) -> Iterator[Mapping[str, Any]]:
    """The records of an events.jsonl, one by one; UsageError names the line that is none."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}; expected the events.jsonl that watch --out wrote") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: not UTF-8 text: {error}; expected the events.jsonl that watch --out wrote") from error
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                yield json.loads(line)
            except json.JSONDecodeError as error:
                raise UsageError(f"{path}:{number}: not JSON: {error}") from error


def to_arrow(records: ElementSets | Sequence[Event] | Sequence[AssetState] | Sequence[Burn] | Sequence[Stay]) -> Any:
    """A pyarrow.Table of element sets, events, asset states, burns or stays.

    Quantities become columns `name`, `name_sigma`; the velocity change of a burn `dv_radial_m_s`, `dv_in_track_m_s`,
    `dv_cross_track_m_s` with a sigma each; each measure of a stay a column of its name. Needs pyarrow (the extra
    `hoshimori[arrow]`).
    """
    try:
        import pyarrow as pa
    except ImportError as error:
        raise UsageError("to_arrow needs pyarrow: pip install 'hoshimori[arrow]'") from error
    if isinstance(records, ElementSets):
        return pa.table({k: _arrow_column(getattr(records, k)) for k in records.columns() if k != "source"})
    rows = [_flat(r) for r in records]
    names = list(dict.fromkeys(k for row in rows for k in row))
    return pa.table({k: pa.array([row.get(k) for row in rows], pa.float64() if _is_number(k) else None) for k in names})


def _is_number(column: str) -> bool:
    """Columns that may hold no value at all and are numbers all the same."""
    return column.startswith(("dv_", "measure_")) or column.endswith("_sigma")


def _arrow_column(values: Any) -> Any:
    return values.tolist() if values.dtype.kind in "OU" else values


def _flat(record: Event | AssetState | Burn | Stay) -> dict[str, Any]:
    if isinstance(record, Burn):
        return _flat_burn(record)
    if isinstance(record, Stay):
        kept = {k: v for k, v in record.to_json().items() if k not in ("schema", "measures", "explanations")}
        return kept | {f"measure_{m.name.replace(' ', '_')}": m.value for m in record.measures}
    out = {k: v for k, v in record.to_json().items() if k not in ("schema", "quantities", "evidence", "explanations")}
    for name, quantity in sorted(record.quantities.items()):
        out[name] = quantity.value
        out[f"{name}_sigma"] = quantity.sigma
    return out


def _flat_burn(burn: Burn) -> dict[str, Any]:
    """Times stay times; what is not known is null."""
    out: dict[str, Any] = {"norad_id": burn.norad_id, "t_utc": burn.t_utc, "sigma_s": burn.sigma_s}
    for k, part in enumerate(("radial", "in_track", "cross_track")):
        for name, value in ((f"dv_{part}_m_s", burn.dv_rtn_m_s[k]), (f"dv_{part}_m_s_sigma", burn.dv_sigma_m_s[k])):
            out[name] = value if np.isfinite(value) else None
    out |= {"probability": burn.probability, "class": burn.label, "routine": burn.routine}
    times = ("known_utc", "start_utc", "stop_utc", "last_before_utc", "first_after_utc")
    return out | {name: getattr(burn, name) for name in times} | {"data_mode": burn.data_mode.name}
