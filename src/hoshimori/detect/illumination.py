"""When a beam from declared ground sites could have reached an asset, and whether outages fall into those windows.

States only what geometry allows: "geometrically possible". Cloud, pointing and the source are not known here, and no word is
said of effect or of purpose. Dull causes of outages are tested beside the sites by the same test. Docs: docs/illumination.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from hoshimori.declared.sites import Site
from hoshimori.detect import illumination_causes, illumination_outages
from hoshimori.detect.coincidence import merged
from hoshimori.detect.illumination_outages import Told, overlap
from hoshimori.detect.illumination_windows import Over, Windows
from hoshimori.detect.neighbourhood import Bodies, Watched, bodies, watched
from hoshimori.facts import Asset, DataMode, ElementSets, Floats, Watchlist
from hoshimori.findings import Event, Evidence, Explanation, Quantity, Reason, iso
from hoshimori.ports import Progress, View, silent
from hoshimori.sky.visibility import Passes

POSSIBLE, NO_WINDOW = "geometrically possible", "no window"
RARE = {"low": 1e-6, "high": 1e-4}
"""Chance that a satellite is lit by accident in a decade, for the notional cases of L. A. Ridolfi, Proc. SPIE 6397 (2006) 63970C,
as the abstract gives it. A statement beside the windows; no computation uses it."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the detector goes by; recorded in the evidence, and all that a re-run needs beside the element sets.

    sites: `Site.to_json` of each; without any the detector finds nothing. outages: {"t", "asset", "note"}; operating: pairs of
    start and stop in which an outage could have happened (none: always). least_elevation_deg: no window is lower, whatever a
    site allows. regard_deg: half-angle about the nadir in which the asset's instrument can look, None: not stated. source:
    {"power_w", "divergence_rad", "transmission", "reference_w_m2"} as the user states it. looks: assets asked about together.
    """

    sites: tuple[Mapping[str, Any], ...] = ()
    outages: tuple[Mapping[str, Any], ...] = ()
    operating: tuple[tuple[str, str], ...] = ()
    least_elevation_deg: float = 20.0
    regard_deg: float | None = None
    source: Mapping[str, float] | None = None
    reach_days: float = 30.0
    looks: int = 1
    seed: int = 20260000

    @classmethod
    def of(cls, mapping: Mapping[str, Any]) -> Settings:
        """From what an evidence recorded."""
        told = dict(mapping)
        for key in ("sites", "outages"):
            told[key] = tuple(dict(row) for row in told.get(key, ()))
        told["operating"] = tuple((str(a), str(b)) for a, b in told.get("operating", ()))
        return cls(**told)


class Illumination:
    """The detector `illumination`: see the module. Satisfies ports.Detector."""

    name = "illumination"
    version = "1"

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or Settings()

    def with_settings(self, settings: Mapping[str, Any]) -> Illumination:
        return Illumination(Settings.of(settings))

    def detect(self, view: View, watchlist: Watchlist, *, progress: Progress = silent) -> list[Event]:
        """One event for each asset with an orbit and each site: all its windows, or that there is none and how high it came."""
        s = self.settings
        if not s.sites:
            return []
        sets = view.sets([a.norad_id for a in watchlist.assets if a.norad_id is not None])
        group = watched(view, watchlist.assets, sets)
        if not group:
            return []
        around = paths_of(sets, group, s.reach_days)
        sites = tuple(Site(**row) for row in s.sites)
        over = Over(around, sites, view.start_utc, view.stop_utc, s.least_elevation_deg, s.regard_deg)
        progress("windows", 0, len(group))
        every, (known, highest) = over.windows(), over.known()
        found: list[Event] = []
        for done, body in enumerate(group):
            progress("windows", done, len(group))
            row = around.row(body.key)
            mine = _Asset(self, view, over, body, row, every.take(every.row == row), known, highest[row])
            found += mine.events()
        return sorted(found, key=lambda e: (e.subject, e.others))


@dataclass(frozen=True)
class _Asset:
    """One asset under all sites."""

    detector: Illumination
    view: View
    over: Over
    body: Watched
    row: int
    windows: Windows
    known: Passes
    highest_rad: Floats

    def events(self) -> Iterator[Event]:
        told = self._outages()
        for k in range(len(self.over.sites)):
            if np.isfinite(self.highest_rad[k]):
                yield self._event(k, self.windows.take(self.windows.site == k), told)

    def _event(self, k: int, mine: Windows, told: Told | None) -> Event:
        site, count = self.over.sites[k], len(mine.row)
        start = self.over.utc(mine.start_s[:1])[0] if count else self.view.start_utc
        stop = self.over.utc(mine.stop_s[-1:])[0] if count else self.view.stop_utc
        tests = (*told.explanations(k),) if told else ()
        return Event(
            kind="illumination",
            start_utc=start,
            stop_utc=stop,
            subject=self.body.subject,
            others=(site.site_id,),
            label=POSSIBLE if count else NO_WINDOW,
            normal=not (told and told.tells(k)),
            quantities=self._quantities(k, mine, told),
            evidence=(self._evidence(k, mine, told),),
            explanations=(*tests, *self._always(site)),
            as_of_utc=self.view.as_of_utc,
            data_mode=self._mode(),
        )

    def _quantities(self, k: int, mine: Windows, told: Told | None) -> dict[str, Quantity]:
        out = {
            "windows": Quantity(float(len(mine.row)), "1"),
            "minutes": Quantity(float((mine.stop_s - mine.start_s).sum()) / 60.0, "min"),
            "highest_elevation_deg": Quantity(float(np.degrees(self.highest_rad[k])), "deg"),
        }
        if len(mine.row):
            near = int(np.argmin(mine.range_km))
            sigma = float(mine.range_sigma_km[near])
            out["range_km"] = Quantity(float(mine.range_km[near]), "km", sigma if np.isfinite(sigma) else None)
            out["night_share"] = Quantity(float(np.average(mine.night_share, weights=_weights(mine))), "1")
            out["sunlit_share"] = Quantity(float(np.average(mine.sunlit_share, weights=_weights(mine))), "1")
        if told:
            c = told.sites[k]
            out |= {"outages": Quantity(float(c.events), "1"), "hits": Quantity(float(c.hits), "1")}
            out["expected_hits"] = Quantity(c.expected, "1")
            if c.events:
                out["p_value"], out["p_at_least"] = Quantity(c.p_value, "1"), Quantity(c.p_at_least, "1")
                out["p_holm"] = Quantity(float(told.adjusted[k]), "1")
        return out

    def _evidence(self, k: int, mine: Windows, told: Told | None) -> Evidence:
        site, s = self.over.sites[k], self.detector.settings
        recorded = replace(s, outages=tuple(self._concern())) if told else replace(s, sites=(site.to_json(),), outages=())
        rows = self.over.to_json(mine, _of_row(self.known, self.row))
        for row in rows:
            if s.source is not None:
                row["relative_irradiance"] = relative_irradiance(s.source, row["elevation_deg"], row["range_km"])
        asset = self.body.asset
        parameters: dict[str, Any] = {
            "start": iso(self.view.start_utc),
            "stop": iso(self.view.stop_utc),
            "as_of": iso(self.view.as_of_utc),
            "asset": asset.asset_id,
            "cospar_id": asset.cospar_id,
            "declared": False,
            "settings": asdict(recorded),
            "site": site.to_json(),
            "least_elevation_deg": max(site.min_elevation_deg, s.least_elevation_deg),
            "highest_elevation_deg": float(np.degrees(self.highest_rad[k])),
            "windows": rows,
        }
        if told:
            parameters["outages"] = told.to_json(k)
        claim = f"{self.body.subject}: a beam from {site.site_id} was geometrically possible in {len(rows)} windows"
        expected = "the same number of outages in windows as at any other times" if told else "no statement about any beam"
        return Evidence(claim, self.detector.name + "@" + self.detector.version, self._inputs(), parameters, expected)

    def _always(self, site: Site) -> Iterator[Explanation]:
        """What geometry cannot exclude, said with every event."""
        yield Explanation("cloud", "cannot tell", Reason("cloud not known"))
        looks = "pointing not known" if self.detector.settings.regard_deg is None else "pointing within regard only"
        yield Explanation("pointing", "cannot tell", Reason(looks))
        if site.kind == "laser ranging":
            yield Explanation("benign use", "possible", Reason("public ranging station"))
        yield Explanation("accident", "possible", Reason("accidents are rare", dict(RARE)))

    def _outages(self) -> Told | None:
        """The test of this asset's outages, where any were given at all."""
        s = self.detector.settings
        if not self._concern():
            return None
        times = np.array([str(o["t"]).rstrip("Z") for o in self._concern()], "datetime64[us]")
        outages_s = (times - self.over.start_utc) / np.timedelta64(1, "s")
        span = (0.0, self.over.length_s)
        mine = _of_row(self.known, self.row)
        runs = merged(np.column_stack((mine.rise_s, mine.set_s))[mine.site == 0])
        if s.operating:
            pairs = np.array([[str(t).rstrip("Z") for t in pair] for pair in s.operating], "datetime64[us]")
            runs = overlap(runs, merged((pairs - self.over.start_utc) / np.timedelta64(1, "s")))
        if not len(runs):
            return None
        causes: dict[str, list[Floats]] = {name: [np.zeros((0, 2))] for name in illumination_causes.CAUSES}
        for a, b in runs:
            for name, windows in illumination_causes.windows(self.over, self.row, (float(a), float(b))).items():
                causes[name].append(windows)
        return illumination_outages.told(
            outages_s,
            [self.windows.take(self.windows.site == k).spans() for k in range(len(self.over.sites))],
            {name: np.concatenate(parts) for name, parts in causes.items()},
            span,
            runs,
            seed=s.seed,
            looks=s.looks,
        )

    def _concern(self) -> list[Mapping[str, Any]]:
        """The outages of this asset: those that name it, or nobody."""
        return [o for o in self.detector.settings.outages if concerns(str(o.get("asset", "")), self.body.asset)]

    def _inputs(self) -> tuple[str, ...]:
        if self.body.ephemerides:
            return tuple(sorted({f"sha256:{e.source}" for e in self.body.ephemerides}))
        return tuple(self.over.bodies.sets_of(self.body.key).digest_texts())

    def _mode(self) -> DataMode:
        modes = [int(e.data_mode) for e in self.body.ephemerides]
        return DataMode(max(modes or self.over.bodies.sets_of(self.body.key).data_mode.tolist()))


def paths_of(sets: ElementSets, group: Sequence[Watched], reach_days: float) -> Bodies:
    """The paths of these bodies; a set speaks as far back as ahead, since what was possible is asked of the past as well."""
    around = bodies(sets, group, 0.0, reach_days)
    return replace(around, trajectories=replace(around.trajectories, before_us=around.trajectories.reach_us))


def concerns(named: str, asset: Asset) -> bool:
    """Does an outage that names this asset (by number, designator or id; "": all) concern it?"""
    return named in {"", asset.asset_id} | {str(x) for x in (asset.norad_id, asset.cospar_id) if x}


def relative_irradiance(source: Mapping[str, float], elevation_deg: float, range_km: float) -> float:
    """What a source as the user states it would give at the asset, over the reference that the user states.

    E / E_ref with E = 4 P tau^(1 / sin elevation) / (pi theta^2 R^2): all power in a flat beam of full angle theta, a plane
    atmosphere of vertical transmission tau (good above 20 deg), no turbulence, no cloud. A number for comparing windows with
    each other: it says nothing of any effect.
    """
    through = source["transmission"] ** (1.0 / np.sin(np.radians(elevation_deg)))
    spot_m2 = 0.25 * np.pi * (source["divergence_rad"] * range_km * 1e3) ** 2
    return float(source["power_w"] * through / spot_m2 / source["reference_w_m2"])


def windows_of(event: Event) -> Sequence[Mapping[str, Any]]:
    """The windows that an event of kind "illumination" holds."""
    rows: Sequence[Mapping[str, Any]] = event.evidence[0].parameters["windows"]
    return rows


def _weights(mine: Windows) -> Floats:
    return np.maximum(mine.stop_s - mine.start_s, 1e-9)


def _of_row(known: Passes, row: int) -> Passes:
    return known.take(known.row == row)
