"""Illumination for programs: windows of sites over a watchlist, outages against them, and when a ranging laser must pause."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hoshimori.alliance import watchlist as named_watchlist
from hoshimori.alliance.sites import sites_named
from hoshimori.declared.sites import Site
from hoshimori.detect import illumination as detector
from hoshimori.detect.avoidance_windows import Beam
from hoshimori.detect.illumination import Illumination, Settings, concerns, paths_of
from hoshimori.detect.neighbourhood import watched
from hoshimori.doors import windows
from hoshimori.doors.inquiry import Asked, ask
from hoshimori.doors.library import MODES, Moment, check_number
from hoshimori.errors import DataError, NothingFound, Problem, UsageError
from hoshimori.facts import Asset, DataMode, Floats, Watchlist
from hoshimori.findings import Event, iso
from hoshimori.formats.outages import Outages, read_outages
from hoshimori.ports import Progress, View, silent

DAYS = 7.0
LONGEST_DAYS = 62.0
"""A window of one event is asked for no longer than this: for a history of outages ask month by month."""
DAY = np.timedelta64(1, "D")
SOURCE = ("power_w", "divergence_urad", "transmission", "reference_w_m2")


@dataclass(frozen=True)
class Lit:
    """Windows found: the events, the view that they were found in, and what could not be said."""

    events: tuple[Event, ...]
    view: View
    watchlist: Watchlist
    sites: tuple[Site, ...]
    unseen: tuple[str, ...]
    outages: Outages | None
    outside: int
    """Outages that lie outside the window, or concern no asset of the list: left out."""
    ahead: tuple[int, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Pause:
    """One closed window: who is in the beam."""

    norad_id: int
    start_utc: np.datetime64
    stop_utc: np.datetime64
    nearest_utc: np.datetime64
    nearest_deg: float
    half_angle_deg: float
    range_km: float


@dataclass(frozen=True)
class RangingPass:
    """One pass of the target over the station: open and closed windows."""

    site: Site
    target: int
    rise_utc: np.datetime64
    set_utc: np.datetime64
    highest_deg: float
    closed: tuple[Pause, ...]
    open_utc: tuple[tuple[np.datetime64, np.datetime64], ...]

    @property
    def open_share(self) -> float:
        """How much of the pass is open."""
        whole = (self.set_utc - self.rise_utc) / np.timedelta64(1, "us")
        return float(sum((b - a) / np.timedelta64(1, "us") for a, b in self.open_utc) / whole)


@dataclass(frozen=True)
class Avoidance:
    """Every pass of the target in the window, at each station."""

    passes: tuple[RangingPass, ...]
    view: View
    watchlist: Watchlist
    sites: tuple[Site, ...]
    target: int
    cone_deg: float
    sigmas: float
    unseen: tuple[str, ...]
    ahead: tuple[int, ...] = ()
    problems: tuple[Problem, ...] = ()


def illumination(
    *paths: str | Path, site: str | Path | Sequence[Site], watchlist: str | Path | Watchlist, **asked: Any
) -> list[Event]:
    """When a beam from ground sites could have reached the assets of a watchlist: one event for each asset and site.

    site: a built-in list ("ilrs"), one of its stations ("slr-7839"), a .toml file, or `Site`s. Options as of `light`; the windows
    of an event: `hoshimori.detect.illumination.windows_of(event)`. Geometry alone: not a word on cloud, pointing or source.
    """
    return list(light(paths, site=site, watchlist=watchlist, **asked).events)


def light(
    paths: Sequence[str | Path],
    *,
    site: str | Path | Sequence[Site] | Sequence[str],
    watchlist: str | Path | Watchlist,
    home: Path | None = None,
    as_of: Moment | None = None,
    start: Moment | None = None,
    stop: Moment | None = None,
    days: float | None = None,
    outages: str | Path | Outages | None = None,
    elevation_deg: float = 20.0,
    regard_deg: float | None = None,
    source: Mapping[str, float] | None = None,
    modes: Sequence[DataMode] = MODES,
    progress: Progress = silent,
) -> Lit:
    """`illumination` with the view behind it.

    start, and stop or days: the window; seven days from the moment of knowledge on; with outages the whole days that hold them.
    elevation_deg: no window is lower. regard_deg: half-angle about the nadir in which the assets look. source: see `source_of`.
    """
    named, places, told = _watchlist(watchlist), _sites(site), _outages(outages)
    _check_angles(elevation_deg, regard_deg)
    windows.check(days, stop)
    opened = ask(paths, home=home, as_of=as_of, modes=modes, sound=True, progress=progress)
    if told is not None and told.rows and start is None and stop is None and days is None:
        first, last = (told.rows[k].t_utc.astype("datetime64[D]") for k in (0, -1))
        begin, end = first.astype("datetime64[us]"), (last + DAY).astype("datetime64[us]")
    else:
        begin, end = windows.ahead(opened.view.as_of_utc, start, stop, days, DAYS, home)
    _check_length(begin, end)
    view = opened.reopen(begin, end)
    settings = _settings(places, told, named, begin, end, elevation_deg, regard_deg, source)
    events = Illumination(settings).detect(view, named, progress=progress)
    seen = {e.subject for e in events}
    unseen = tuple(_called(a) for a in named.assets if _called(a) not in seen)
    _refuse_nothing(named, unseen, opened)
    kept = [o for o in settings.outages if any(concerns(str(o["asset"]), a) for a in named.assets)]
    outside = len(told.rows) - len(kept) if told else 0
    return Lit(tuple(events), view, named, places, unseen, told, outside, opened.ahead, opened.problems)


def avoid(
    *paths: str | Path,
    site: str | Path | Sequence[Site] | Sequence[str],
    watchlist: str | Path | Watchlist,
    target: int,
    cone_deg: float,
    sigmas: float = 3.0,
    home: Path | None = None,
    as_of: Moment | None = None,
    start: Moment | None = None,
    stop: Moment | None = None,
    days: float | None = None,
    elevation_deg: float = 20.0,
    modes: Sequence[DataMode] = MODES,
    progress: Progress = silent,
) -> Avoidance:
    """When laser ranging stations that range to `target` must pause, because an asset of the watchlist is in the beam.

    cone_deg: half-angle that is kept beside each asset's own position error (`sigmas` of it). A day ahead if no window is given.
    """
    named, places = _watchlist(watchlist), _sites(site)
    check_number(target)
    _check_angles(elevation_deg, None)
    windows.check(days, stop)
    opened = ask(paths, home=home, as_of=as_of, modes=modes, sound=True, progress=progress)
    begin, end = windows.ahead(opened.view.as_of_utc, start, stop, days, 1.0, home)
    _check_length(begin, end)
    view = opened.reopen(begin, end)
    aim = Asset(str(target), target, "", str(target), "", "", "", None, True, "", "")
    assets = (*(a for a in named.assets if a.norad_id != target), aim)
    sets = view.sets([a.norad_id for a in assets if a.norad_id is not None])
    group = watched(view, assets, sets)
    if not any(b.key == target for b in group):
        raise NothingFound(f"the target {target} has no orbit known as of {opened.said}: ingest a source that carries it")
    around = paths_of(sets, group, Settings().reach_days)
    rows = np.array([around.row(b.key) for b in group if b.key != target], np.int64)
    found: list[RangingPass] = []
    for done, place in enumerate(places):
        progress("stations", done, len(places))
        found += _passes(Beam(around, place, around.row(target), begin, end, cone_deg, elevation_deg, sigmas), rows, target)
    seen = {b.key for b in group}
    unseen = tuple(_called(a) for a in assets if a.norad_id not in seen)
    order = sorted(found, key=lambda p: (p.rise_utc, p.site.site_id))
    return Avoidance(tuple(order), view, named, places, target, cone_deg, sigmas, unseen, opened.ahead, opened.problems)


def source_of(text: str) -> dict[str, float]:
    """A source as a user states it, "POWER_W,DIVERGENCE_URAD,TRANSMISSION,REFERENCE_W_M2", for numbers relative to the last."""
    words = text.split(",")
    try:
        power, urad, through, reference = (float(w) for w in words)
    except ValueError:
        raise UsageError(f"--source {text!r}: expected four numbers {','.join(SOURCE)}, such as 1,50,0.7,1e-3") from None
    sound = power > 0.0 and 0.0 < urad <= 1e5 and 0.0 < through <= 1.0 and reference > 0.0
    if not (sound and np.isfinite([power, urad, through, reference]).all()):
        raise UsageError(
            f"--source {text!r}: expected a power above 0 W, a full angle above 0 and up to 100,000 microradian, a vertical "
            "transmission above 0 and up to 1, and a reference above 0 W/m2"
        )
    return {"power_w": power, "divergence_rad": urad * 1e-6, "transmission": through, "reference_w_m2": reference}


def record(event: Event) -> dict[str, Any]:
    """One event for a program: asset, site, windows, outages and what cannot be excluded (hoshimori.illumination/1)."""
    told = event.evidence[0].parameters
    return {
        "schema": "hoshimori.illumination/1",
        "event": event.event_id,
        "asset": told["asset"],
        "subject": event.subject,
        "site": told["site"],
        "label": event.label,
        "start": told["start"],
        "stop": told["stop"],
        "as_of": told["as_of"],
        "least_elevation_deg": told["least_elevation_deg"],
        "highest_elevation_deg": told["highest_elevation_deg"],
        "windows": list(detector.windows_of(event)),
        "outages": told.get("outages"),
        "normal": event.normal,
        "explanations": [x.to_json() for x in event.explanations],
        "data_mode": event.data_mode.name,
        "inputs": list(event.evidence[0].inputs),
    }


def avoidance_record(one: RangingPass, whole: Avoidance) -> dict[str, Any]:
    """One pass for a program (hoshimori.avoidance/1)."""
    closed = [
        {
            "norad_id": p.norad_id, "start": iso(p.start_utc), "stop": iso(p.stop_utc), "nearest": iso(p.nearest_utc),
            "nearest_deg": p.nearest_deg, "half_angle_deg": p.half_angle_deg, "range_km": p.range_km,
        }
        for p in one.closed
    ]  # fmt: skip
    return {
        "schema": "hoshimori.avoidance/1",
        "site": one.site.to_json(),
        "target": one.target,
        "cone_deg": whole.cone_deg,
        "sigmas": whole.sigmas,
        "rise": iso(one.rise_utc),
        "set": iso(one.set_utc),
        "highest_elevation_deg": one.highest_deg,
        "open": [{"start": iso(a), "stop": iso(b)} for a, b in one.open_utc],
        "closed": closed,
        "open_share": one.open_share,
        "not_checked": list(whole.unseen),
        "as_of": iso(whole.view.as_of_utc),
    }


def _passes(beam: Beam, rows: np.ndarray, target: int) -> list[RangingPass]:
    found = []
    passes = beam.passes()
    for k in range(len(passes.row)):
        rise, set_ = float(passes.rise_s[k]), float(passes.set_s[k])
        closed = beam.closed(rise, set_, rows)
        start, stop, nearest = (_utc(beam, x) for x in (closed.start_s, closed.stop_s, closed.nearest_s))
        pauses = tuple(
            Pause(
                int(beam.bodies.keys[closed.row[j]]), start[j], stop[j], nearest[j], float(closed.nearest_deg[j]),
                float(closed.half_angle_deg[j]), float(closed.range_km[j]),
            )
            for j in range(len(closed.row))
        )  # fmt: skip
        left = _utc(beam, beam.open(rise, set_, closed))
        edges = _utc(beam, np.array([rise, set_]))
        highest = float(np.degrees(passes.top_elevation_rad[k]))
        spans = tuple((a, b) for a, b in left)
        found.append(RangingPass(beam.site, target, edges[0], edges[1], highest, pauses, spans))
    return found


def _utc(beam: Beam, t_s: Floats) -> np.ndarray:
    return np.asarray(beam.start_utc.astype("datetime64[us]") + np.rint(t_s * 1e6).astype("timedelta64[us]"))


def _settings(
    places: tuple[Site, ...],
    told: Outages | None,
    named: Watchlist,
    begin: np.datetime64,
    end: np.datetime64,
    elevation_deg: float,
    regard_deg: float | None,
    source: Mapping[str, float] | None,
) -> Settings:
    rows = tuple({"t": iso(o.t_utc), "asset": o.asset, "note": o.note} for o in (told.rows if told else ()))
    inside = tuple(o for o in rows if iso(begin) <= o["t"] <= iso(end))
    looks = sum(any(concerns(o["asset"], a) for o in inside) for a in named.assets)
    operating = tuple((iso(a), iso(b)) for a, b in (told.operating if told else ()))
    return Settings(
        sites=tuple(s.to_json() for s in places),
        outages=inside,
        operating=operating,
        least_elevation_deg=elevation_deg,
        regard_deg=regard_deg,
        source=source,
        looks=max(1, looks),
    )


def _watchlist(named: str | Path | Watchlist) -> Watchlist:
    return named if isinstance(named, Watchlist) else named_watchlist(named)


def _sites(asked: str | Path | Sequence[Site] | Sequence[str]) -> tuple[Site, ...]:
    many = [asked] if isinstance(asked, str | Path) else asked
    found = [s for one in many for s in ((one,) if isinstance(one, Site) else sites_named(one))]
    if not found:
        raise UsageError("--site: expected a built-in list (ilrs), one of its stations (slr-7839) or a .toml file")
    ids = [s.site_id for s in found]
    twice = sorted({i for i in ids if ids.count(i) > 1})
    if twice:
        raise UsageError(f"--site: {', '.join(twice)} named more than once: each site has an id of its own")
    return tuple(found)


def _outages(asked: str | Path | Outages | None) -> Outages | None:
    if asked is None or isinstance(asked, Outages):
        return asked
    try:
        content = Path(asked).expanduser().read_bytes()
    except OSError as error:
        raise DataError(f"--outages {asked}: cannot be read: {error.strerror}") from error
    return read_outages(content, str(asked))


def _check_angles(elevation_deg: float, regard_deg: float | None) -> None:
    if not 0.0 <= elevation_deg < 90.0:
        raise UsageError(f"--elevation {elevation_deg:g}: expected degrees above the horizon, 0 to below 90")
    if regard_deg is not None and not 0.0 < regard_deg <= 90.0:
        raise UsageError(f"--regard {regard_deg:g}: expected a half-angle about the nadir above 0 and up to 90 deg")


def _check_length(begin: np.datetime64, end: np.datetime64) -> None:
    if end - begin > np.timedelta64(round(LONGEST_DAYS * 86400e6), "us"):
        raise UsageError(f"the window from {iso(begin)} to {iso(end)} is longer than {LONGEST_DAYS:g} days: ask month by month")


def _refuse_nothing(named: Watchlist, unseen: Sequence[str], opened: Asked) -> None:
    if len(unseen) == len(named.assets):
        raise NothingFound(
            f"none of the {len(named.assets)} assets of {named.watchlist_id} has an orbit known as of {opened.said} in this "
            "window: ingest a source that carries them, or see --mode, --as-of and --start"
        )


def _called(asset: Asset) -> str:
    return str(asset.norad_id) if asset.norad_id is not None else asset.asset_id
