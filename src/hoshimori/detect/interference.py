"""Reports of links out of order, joined with what is known of Sun, shadow, space weather, neighbours, burns and stations.

One event for each cluster of reports of one asset. The dull causes are tested first and shown with their figures. What none of
them explains is called unexplained and nothing else: no word is said of purpose, and every event says what cannot be excluded.
Docs: docs/interference.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from hoshimori.declared.reports import CARRIER, KINDS, Report
from hoshimori.declared.sites import Site
from hoshimori.detect import manoeuvre, outage_causes
from hoshimori.detect.beam_neighbours import Everybody, neighbours
from hoshimori.detect.coincidence import coincidence, holm
from hoshimori.detect.neighbourhood import everybody as paths_of
from hoshimori.detect.outage_causes import Scene, Tested
from hoshimori.facts import NOT_A_TIME, Asset, DataMode, ElementSets, Floats, Times, Watchlist
from hoshimori.findings import Event, Evidence, Explanation, Quantity, iso
from hoshimori.ports import Progress, View, silent
from hoshimori.sky.trajectories import Trajectories
from hoshimori.sky.visibility import passes

KIND = "interference"
NO_ORBIT = "link no orbit then"
WHAT: Mapping[str, str] = {
    CARRIER: "degraded carrier", "lost lock": "lost lock", "command reject": "rejected commands", "other": "degradation",
}  # fmt: skip
MARGIN = np.timedelta64(20, "m")
MOST_TIMES = 4_000
NEAR_DAYS = np.timedelta64(2, "D")


@dataclass(frozen=True)
class Settings:
    """What the detector goes by; recorded in the evidence, and all that a re-run needs beside the element sets.

    reports: `Report.to_json` of each; without any the detector finds nothing. sites: `Site.to_json`, whose windows are compared
    with the reports. space_weather: rows {"day", "kp": eight numbers or null}; flares, areas: rows as their readers give them, or
    None where no such file was given. gap_h: reports of one asset nearer than this are one event. beam_deg: of a station that
    does not say. past_days: how much of the asset's record teaches about its burns. reach_days: how far a set speaks.
    """

    reports: tuple[Mapping[str, Any], ...] = ()
    sites: tuple[Mapping[str, Any], ...] = ()
    space_weather: tuple[Mapping[str, Any], ...] = ()
    flares: tuple[Mapping[str, Any], ...] | None = None
    areas: tuple[Mapping[str, Any], ...] | None = None
    gap_h: float = 1.0
    beam_deg: float = 1.0
    past_days: float = 180.0
    reach_days: float = 14.0
    seed: int = 20260000

    @classmethod
    def of(cls, recorded: Mapping[str, Any]) -> Settings:
        """From what an evidence recorded: lists are tuples again."""
        told: dict[str, Any] = {k: tuple(v) if isinstance(v, list | tuple) else v for k, v in recorded.items()}
        return cls(**told)


class Interference:
    """The detector `interference`: see the module. Satisfies ports.Detector."""

    name = "interference"
    version = "1"

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or Settings()
        self.reports = tuple(Report.from_json(r) for r in self.settings.reports)

    def with_settings(self, settings: Mapping[str, Any]) -> Interference:
        return Interference(Settings.of(settings))

    def detect(self, view: View, watchlist: Watchlist, *, progress: Progress = silent) -> list[Event]:
        """Events of kind "interference" for reports that begin inside the view's window and were known by its `as_of`."""
        known = tuple(r for r in self.reports if r.known_utc <= view.as_of_utc)
        assets = {a.norad_id: a for a in watchlist.assets if a.norad_id is not None}
        numbers = sorted({r.norad_id for r in known} & set(assets))
        everybody = Everybody(view.sets()) if numbers else None
        found: list[Event] = []
        for done, number in enumerate(numbers):
            progress("interference", done, len(numbers))
            assert everybody is not None
            mine = tuple(r for r in known if r.norad_id == number)
            found += _Asset(self, view, assets[number], mine, known, everybody).events()
        return sorted(found, key=lambda e: (e.subject, e.start_utc))


def clusters(reports: Sequence[Report], gap_h: float) -> list[tuple[Report, ...]]:
    """Reports of one asset that follow each other within gap_h, in order of time."""
    gap = np.timedelta64(round(gap_h * 3.6e9), "us")
    out: list[list[Report]] = []
    last: np.datetime64 = np.datetime64(0, "us")
    for report in sorted(reports, key=lambda r: (r.start_utc, r.stop_utc)):
        if out and report.start_utc <= last + gap:
            out[-1].append(report)
            last = max(last, report.stop_utc)
        else:
            out.append([report])
            last = report.stop_utc
    return [tuple(x) for x in out]


@dataclass(frozen=True)
class _Asset:
    """One asset with its reports and all else that was reported."""

    detector: Interference
    view: View
    asset: Asset
    mine: tuple[Report, ...]
    everyone: tuple[Report, ...]
    everybody: Everybody

    @property
    def number(self) -> int:
        return self.mine[0].norad_id

    def events(self) -> Iterator[Event]:
        settings, view = self.detector.settings, self.view
        groups = clusters(self.mine, settings.gap_h)
        inside = [g for g in groups if view.start_utc <= g[0].start_utc <= view.stop_utc]
        if not inside:
            return
        past = view.start_utc - np.timedelta64(round(settings.past_days * 86400e6), "us")
        record = view.history(self.number)
        record = record.take((record.epoch_utc >= past) & (record.epoch_utc <= view.stop_utc + np.timedelta64(2, "D")))
        given = view.ephemerides(self.number, self.asset.cospar_id)
        near = view.sets([self.number])
        paths = paths_of(near, {self.number: given} if given else {}, settings.reach_days).trajectories
        burns = manoeuvre.find(record).burns if len(record) else ()
        starts = np.array([g[0].start_utc for g in groups], "datetime64[us]")
        windows = self._windows(paths, starts)
        inputs = ElementSets.concat([record, near])
        for group in inside:
            scene = self._scene(group, paths)
            beside, told = neighbours(scene, self.everybody, self.number)
            tests = [
                outage_causes.sun(scene),
                outage_causes.station(scene, self.everyone),
                outage_causes.wrong(scene),
                outage_causes.shadow(scene),
                outage_causes.weather(scene, settings.space_weather, settings.flares),
                beside,
                outage_causes.burn(burns, scene, record.epoch_utc.max() if len(record) else NOT_A_TIME),
                outage_causes.hours(starts),
                outage_causes.area(scene, settings.areas),
                outage_causes.age(self._age_days(paths, group)),
                outage_causes.unseen(),
            ]
            used = (*ElementSets.concat([inputs, told]).digest_texts(), *(f"sha256:{e.source}" for e in given if e.source))
            modes = [*(int(r.data_mode) for r in group), *inputs.data_mode.tolist(), *told.data_mode.tolist()]
            modes += [int(e.data_mode) for e in given]
            yield self._event(group, tests, windows, tuple(dict.fromkeys(used)), DataMode(max(modes)))

    def _scene(self, group: tuple[Report, ...], paths: Trajectories) -> Scene:
        start, stop = group[0].start_utc - MARGIN, max(r.stop_utc for r in group) + MARGIN
        length_us = int((stop - start).astype(np.int64))
        step_us = max(20_000_000, length_us // MOST_TIMES)
        grid = start + np.arange(0, length_us + step_us, step_us).astype("timedelta64[us]")
        edges = [t for r in group for t in (r.start_utc, r.stop_utc)]
        t = np.unique(np.concatenate([grid, np.array(edges, "datetime64[us]")]))
        inside = np.zeros(len(t), bool)
        for r in group:
            inside |= (t >= r.start_utc) & (t <= r.stop_utc)
        r_km = paths.at(np.zeros(len(t), np.int64), t, np.zeros(len(t)))[0] if paths.rows else np.full((len(t), 3), np.nan)
        return Scene(group, t, r_km, inside, self.detector.settings.beam_deg)

    def _age_days(self, paths: Trajectories, group: tuple[Report, ...]) -> float:
        if not paths.rows:
            return float("nan")
        if paths.given:
            return 0.0
        t_us = group[0].start_utc.astype("datetime64[us]").astype(np.int64)
        return float(paths.age_us(np.zeros(1, np.int64), np.array([t_us]))[0]) / 86400e6

    def _windows(self, paths: Trajectories, starts: Times) -> list[dict[str, Any]]:
        """Do the reports fall into times in which a declared site sees the asset, more often than chance? One row a site."""
        settings, view = self.detector.settings, self.view
        sites = [Site(**s) for s in settings.sites]
        if not sites or not paths.rows:
            return []
        places = np.array([s.itrs_km() for s in sites])
        found = passes(paths, places, np.radians([s.min_elevation_deg for s in sites]), view.start_utc, view.stop_utc)
        span = (0.0, _seconds(view.stop_utc - view.start_utc))
        at = np.array([_seconds(t - view.start_utc) for t in starts])
        at = at[(at >= span[0]) & (at <= span[1])]
        rows = []
        for k, site in enumerate(sites):
            mine = found.take(np.flatnonzero(found.site == k))
            told = coincidence(at, np.column_stack([mine.rise_s, mine.set_s]), span, seed=settings.seed)
            rows.append({"site": site.site_id, **told.to_json()})
        p = np.array([np.nan if r["p_at_least"] is None else float(r["p_at_least"]) for r in rows])
        return [{**row, "p_holm": None if np.isnan(x) else float(x)} for row, x in zip(rows, holm(p), strict=True)]

    def _event(
        self,
        group: tuple[Report, ...],
        tests: Sequence[Tested],
        windows: list[dict[str, Any]],
        inputs: tuple[str, ...],
        mode: DataMode,
    ) -> Event:
        explanations = tuple(x for x, _ in tests)
        quantities = _figures(group, windows)
        for _, more in tests:
            quantities |= more
        start, stop = group[0].start_utc, max(r.stop_utc for r in group)
        parameters = {
            "settings": self._recorded(group),
            "start": iso(self.view.start_utc),
            "stop": iso(self.view.stop_utc),
            "as_of": iso(self.view.as_of_utc),
            "asset": self.asset.asset_id,
            "cospar_id": self.asset.cospar_id,
            "declared": False,
            "reports": [r.to_json() for r in group],
            "windows": windows,
        }
        method = f"{self.detector.name}@{self.detector.version}"
        claim = f"{self.number}: {len(group)} reports of a link that was not as usual"
        return Event(
            kind=KIND,
            start_utc=start,
            stop_utc=stop,
            subject=str(self.number),
            others=(),
            label=label_of(group, explanations),
            normal=any(x.verdict == "wins" for x in explanations),
            quantities=quantities,
            evidence=(Evidence(claim, method, inputs, parameters, "a link as usual"),),
            explanations=explanations,
            as_of_utc=self.view.as_of_utc,
            data_mode=mode,
        )

    def _recorded(self, group: tuple[Report, ...]) -> dict[str, Any]:
        """The settings that this one claim needs: own reports, others' at the same time, and days, flares and areas near it."""
        settings = self.detector.settings
        start, stop = group[0].start_utc - NEAR_DAYS, max(r.stop_utc for r in group) + NEAR_DAYS
        kept = [r for r in self.everyone if r.norad_id == self.number or (r.start_utc <= stop and r.stop_utc >= start)]
        days = [d for d in settings.space_weather if start <= np.datetime64(str(d["day"]), "us") <= stop]
        chosen = replace(
            settings,
            reports=tuple(r.to_json() for r in kept),
            space_weather=tuple(days),
            flares=None if settings.flares is None else _between(settings.flares, "start", "stop", start, stop),
            areas=None if settings.areas is None else _between(settings.areas, "start_utc", "stop_utc", start, stop),
        )
        return asdict(chosen)


def _between(
    rows: Sequence[Mapping[str, Any]], begins: str, ends: str, start: np.datetime64, stop: np.datetime64
) -> tuple[Mapping[str, Any], ...]:
    def at(row: Mapping[str, Any], key: str) -> np.datetime64:
        return np.datetime64(str(row[key]).rstrip("Z"), "us")

    return tuple(row for row in rows if at(row, begins) <= stop and at(row, ends) >= start)


def _seconds(span: np.timedelta64) -> float:
    return float(span.astype("timedelta64[us]").astype(np.int64)) * 1e-6


def _figures(group: tuple[Report, ...], windows: list[dict[str, Any]]) -> dict[str, Quantity]:
    """What was reported, in numbers: how many, how long, and the largest fall below what is usual."""
    stop = max(r.stop_utc for r in group)
    out = {
        "reports": Quantity(float(len(group)), "1"),
        "duration_s": Quantity(_seconds(stop - group[0].start_utc), "s"),
    }
    falls = [(r.usual - r.value, r) for r in group if r.kind == CARRIER and np.isfinite(r.usual - r.value)]
    if falls:
        fall, report = max(falls, key=lambda x: x[0])
        out["fall_db"] = Quantity(fall, "dB", report.sigma if np.isfinite(report.sigma) else None)
    known = [(float(w["p_holm"]), w) for w in windows if w["p_holm"] is not None]
    if known:
        out["site_windows_p"] = Quantity(min(p for p, _ in known), "1")
    return out


def label_of(group: Sequence[Report], explanations: Sequence[Explanation]) -> str:
    """The gravest thing reported, and whether a dull cause accounts for it."""
    order = {kind: k for k, kind in enumerate(("command reject", "lost lock", CARRIER, "other"))}
    what = WHAT[min((r.kind for r in group), key=lambda kind: order[kind])]
    won = next((x.name for x in explanations if x.verdict == "wins"), "")
    if won:
        return f"{what}, explained by {won}"
    if any(x.name == outage_causes.AGE and x.reason.code == NO_ORBIT for x in explanations):
        return f"{what}, no orbit to judge by"
    possible = any(x.verdict == "possible" for x in explanations)
    return f"{what}, dull cause possible" if possible else f"unexplained {what}"


assert set(WHAT) == set(KINDS)


def per_day(floats: Floats) -> list[float | None]:
    """Eight numbers of a day as JSON has them."""
    return [None if np.isnan(x) else float(x) for x in floats]
