"""What is written down about one asset and one declared ascent: the claim, its bounds, and everything that it cannot exclude."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from hoshimori.declared.launches import Launch
from hoshimori.detect.ascent_reach import CONDITIONS, Possible, Track
from hoshimori.detect.ascent_warning import Notice, Sighting
from hoshimori.facts import Asset, DataMode
from hoshimori.findings import Event, Evidence, Explanation, Quantity, Reason, iso
from hoshimori.ports import View

POSSIBLE, NOT_POSSIBLE, CANNOT_TELL = "geometry possible", "geometry not possible", "cannot tell"
YOUNG_DAYS = 3.0
WARNING_STEP_S = 10.0
UNTOLD = {"no path": "ascent_no_path", "no bound": "ascent_no_bound"}


@dataclass(frozen=True)
class Found:
    """What the numbers say of one asset. age_days, sigma_km: of its path at the launch. inputs: what the path rests on."""

    possible: Possible
    notices: tuple[Notice, ...]
    sightings: tuple[Sighting, ...]
    passed_over: tuple[str, ...]
    track: Track | None
    age_days: float
    sigma_km: float
    inputs: tuple[str, ...]
    mode: int

    @property
    def label(self) -> str:
        if not self.possible.excluded_by:
            return POSSIBLE
        return NOT_POSSIBLE if self.possible.excluded_by in CONDITIONS else CANNOT_TELL


@dataclass(frozen=True)
class Writer:
    """Writes the events of one launch."""

    view: View
    settings: Mapping[str, Any]
    method: str
    launch: Launch

    def event(self, asset: Asset, found: Found) -> Event:
        start, stop = self._span(found)
        subject = str(asset.norad_id) if asset.norad_id is not None else asset.asset_id
        return Event(
            kind="ascent",
            start_utc=start,
            stop_utc=stop,
            subject=subject,
            others=(self.launch.launch_id,),
            label=found.label,
            normal=found.label != POSSIBLE,
            quantities=dict(self._quantities(found)),
            evidence=(self._evidence(asset, found),),
            explanations=tuple(self._explanations(found)),
            as_of_utc=self.view.as_of_utc,
            data_mode=DataMode(max(found.mode, int(self.launch.data_mode))),
        )

    @property
    def _coarse_us(self) -> int:
        return round(float(self.settings["coarse_s"]) * 1e6)

    def _intervals(self, found: Found) -> list[tuple[np.datetime64, np.datetime64]]:
        """The times in which the geometry is possible, rounded outward to whole steps, those that then touch joined."""
        out: list[list[int]] = []
        for a, b in zip(found.possible.start_us.tolist(), found.possible.stop_us.tolist(), strict=True):
            low, high = a // self._coarse_us * self._coarse_us, -(-b // self._coarse_us) * self._coarse_us
            if out and low <= out[-1][1]:
                out[-1][1] = high
            else:
                out.append([low, high])
        return [(np.datetime64(a, "us"), np.datetime64(b, "us")) for a, b in out]

    def _span(self, found: Found) -> tuple[np.datetime64, np.datetime64]:
        """Of the possible times; else of all that was looked at."""
        intervals = self._intervals(found)
        if intervals:
            return intervals[0][0], intervals[-1][1]
        length = np.timedelta64(round(float(self.settings["window_s"]) * 1e6), "us")
        return self.launch.t_utc, self.launch.t_utc + length

    def _quantities(self, found: Found) -> Iterator[tuple[str, Quantity]]:
        yield "ceiling_km", Quantity(self.launch.body.ceiling_km, "km")
        if np.isfinite(found.possible.lowest_km):
            yield "lowest_height_km", Quantity(_rounded(found.possible.lowest_km, 1.0), "km")
        if np.isfinite(found.age_days):
            yield "path_age_days", Quantity(found.age_days, "d")
            yield "path_sigma_km", Quantity(found.sigma_km, "km")
        if found.label == NOT_POSSIBLE and found.possible.excluded_by == CONDITIONS[0]:
            yield "above_ceiling_km", Quantity(_rounded(found.possible.short_of_km, 10.0), "km")
        if found.notices:
            yield "warning_least_s", Quantity(max(_least(n) for n in found.notices), "s")
            yield "warning_most_s", Quantity(max(_most(n) for n in found.notices), "s")
        if found.track is not None and found.track.fits and np.isfinite(found.track.apogee_km):
            yield "track_apogee_km", Quantity(found.track.apogee_km, "km", found.track.sigma_km)

    def _evidence(self, asset: Asset, found: Found) -> Evidence:
        view = self.view
        parameters = {
            "start": iso(view.start_utc),
            "stop": iso(view.stop_utc),
            "as_of": iso(view.as_of_utc),
            "asset": asset.asset_id,
            "cospar_id": asset.cospar_id,
            "declared": False,
            "settings": dict(self.settings),
            "ascent": self._detail(found),
        }
        body = self.launch.body
        claim = f"{found.label}, of a body of class {body.class_id} (ceiling {body.ceiling_km:g} km) from the declared launch"
        return Evidence(claim, self.method, found.inputs, parameters, "nothing: a declared launch says nothing of a satellite")

    def _detail(self, found: Found) -> dict[str, Any]:
        t0 = self.launch.t_utc
        return {
            "launch": self.launch.launch_id,
            "class": self.launch.body.class_id,
            "sector_declared": self.launch.azimuth_deg is not None,
            "excluded_by": found.possible.excluded_by,
            "coarseness_s": float(self.settings["coarse_s"]),
            "intervals": [{"start": iso(a), "stop": iso(b)} for a, b in self._intervals(found)],
            "first_sight": [
                {
                    "sensor": s.sensor.site.site_id,
                    "earliest": iso(_after(t0, s.earliest_s)) if np.isfinite(s.earliest_s) else None,
                }
                for s in sorted(found.sightings, key=lambda s: s.earliest_s)
            ],
            "warning": [
                {
                    "sensor": n.sensor.site.site_id,
                    "least_s": _least(n),
                    "most_s": _most(n),
                    "certain": n.certain,
                    "certain_from_height_km": _rounded(n.height_km, 10.0, up=True) if n.certain else None,
                }
                for n in sorted(found.notices, key=lambda n: (-n.least_s, -n.most_s))
            ],
            "sensors_not_counted": list(found.passed_over),
            "track": None if found.track is None else _track(found.track),
        }

    def _explanations(self, found: Found) -> Iterator[Explanation]:
        launch, body = self.launch, self.launch.body
        if found.label == CANNOT_TELL:
            yield Explanation("no path known", CANNOT_TELL, Reason(UNTOLD.get(found.possible.excluded_by, "ascent_no_path")))
            return
        age = {"days": abs(found.age_days), "sigma_km": found.sigma_km}
        yield Explanation(
            "old element set", "rejected" if abs(found.age_days) <= YOUNG_DAYS else "possible", Reason("ascent_path_age", age)
        )
        yield Explanation("the asset has moved since", CANNOT_TELL, Reason("ascent_moved"))
        declared: dict[str, str | float] = {"what": launch.source, "said": launch.grade, "sigma_s": launch.sigma_s}
        yield Explanation("the declaration is wrong", CANNOT_TELL, Reason("ascent_declared", declared))
        assumed: dict[str, str | float] = {"which": body.class_id, "height_km": body.ceiling_km}
        if found.label == POSSIBLE:
            yield Explanation("it goes elsewhere", "possible", Reason("ascent_necessary_only"))
            yield Explanation("a smaller body", "possible", Reason("ascent_smaller_class", assumed))
        else:
            code = f"ascent_{found.possible.excluded_by.replace(' ', '_')}"
            yield Explanation("a larger body", "possible", Reason("ascent_larger_class", assumed))
            yield Explanation("excluded", "wins", Reason(code, assumed))
        yield Explanation("it stays in orbit", CANNOT_TELL, Reason("ascent_orbit"))
        if launch.azimuth_deg is None:
            yield Explanation("direction not declared", CANNOT_TELL, Reason("ascent_no_azimuth"))
        if found.track is not None and not found.track.fits:
            yield Explanation("still under thrust", "possible", Reason("ascent_track_misfit", {"count": float(found.track.used)}))


def _track(track: Track) -> dict[str, Any]:
    known = track.fits and np.isfinite(track.apogee_km)
    return {
        "free_flight_fits": track.fits,
        "looks_used": track.used,
        "chi2": track.chi2 if np.isfinite(track.chi2) else None,
        "freedom": track.freedom,
        "apogee_km": track.apogee_km if known else None,
        "apogee_sigma_km": track.sigma_km if known else None,
    }


def _least(notice: Notice) -> float:
    """Rounded down: a warning is never promised longer than it is."""
    return float(np.floor(notice.least_s / WARNING_STEP_S) * WARNING_STEP_S)


def _most(notice: Notice) -> float:
    return float(np.ceil(notice.most_s / WARNING_STEP_S) * WARNING_STEP_S)


def _rounded(value: float, step: float, *, up: bool = False) -> float:
    return float((np.ceil if up else np.round)(value / step) * step)


def _after(t_utc: np.datetime64, seconds: float) -> np.datetime64:
    """Rounded down to the step in which warnings are told."""
    return t_utc + np.timedelta64(int(np.floor(seconds / WARNING_STEP_S) * WARNING_STEP_S * 1e6), "us")
