"""How active the Sun and the Earth's magnetic field were, day by day, and what could have been expected at a given moment.

The forecast is plain on purpose and uses nothing observed after its moment: the mean of the last 81 days, passing within
months into what the same phase of earlier solar cycles (11, 22, 33, 44 years before) brought, each scaled to the strength that
the last year has shown. Each earlier cycle alone is one scenario; their spread says how little is known.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from hoshimori.errors import Problem, UsageError
from hoshimori.facts import Floats, Times
from hoshimori.sky.atmosphere import Activity

OBSERVED, PREDICTED, MONTHLY = "observed", "predicted", "monthly"
MEAN_DAYS = 81
YEAR_DAYS = 365
CYCLE_DAYS = 4018
"""Eleven years."""
CYCLES = 4
QUIET_SFU, QUIET_AP = 66.0, 4.0
"""The floor of F10.7 at every solar minimum since 1954; Ap of a quiet month."""
FORGETTING_DAYS = 180.0
"""In this time the recent mean loses its weight to the earlier cycles: half a year, an assumption, not fitted."""
STRENGTH = (0.4, 1.3)
"""Bounds of the scale between two cycles: near a minimum the ratio says nothing, and on the rise it runs ahead of itself."""
STRENGTH_UNSURE = 0.3
"""This share of the quiet level is added to both sides of the ratio, so that near a minimum it stays near one."""
FORECAST_YEARS = 30


@dataclass(frozen=True)
class SpaceWeather:
    """Indices by day (d,), consecutive or not, each `kind` observed, predicted (daily) or monthly (one row speaks for a month).

    kp (d, 8) planetary index of each three hours, 0 to 9; ap_3h (d, 8); ap (d,) daily mean; f107_sfu (d,) flux at 10.7 cm as
    observed at the Earth, which atmosphere models want; f107_1au_sfu (d,) the same at one astronomical unit. NaN: not given.
    updated_utc: when the file says it was made (NaT: it does not say). A day counts as known from the next midnight on; what was
    revised later stands here as revised, because the file holds no earlier versions.
    """

    day_utc: Times
    kind: npt.NDArray[np.str_]
    kp: Floats
    ap_3h: Floats
    ap: Floats
    f107_sfu: Floats
    f107_1au_sfu: Floats
    updated_utc: np.datetime64
    file: str
    digest: str
    problems: tuple[Problem, ...] = field(default=(), compare=False)

    @property
    def last_observed_utc(self) -> np.datetime64:
        """The last observed day, NaT without any."""
        seen = self.day_utc[self.kind == OBSERVED]
        last: np.datetime64 = seen[-1] if len(seen) else np.datetime64("NaT", "D")
        return last

    def kp_at(self, t_utc: Times) -> Floats:
        """(...) Kp of the three hours that hold each time; NaN where the file gives none."""
        t = np.asarray(t_utc).astype("datetime64[us]")
        day = t.astype("datetime64[D]")
        row = np.clip(np.searchsorted(self.day_utc, day), 0, len(self.day_utc) - 1)
        third = (t - day.astype("datetime64[us]")).astype(np.int64) // 10_800_000_000
        given = (self.day_utc[row] == day) & (self.kind[row] != MONTHLY)
        return np.where(given, self.kp[row, third], np.nan)

    def activity(self, as_of_utc: np.datetime64 | None = None) -> Activity:
        """What NRLMSISE-00 asks for, by day. Without as_of: all that the file says, its predictions included.

        With as_of: observed days that were over by then, daily predictions (45 days) only if the file had been made by then, and
        from there the forecast of this module, for 30 years. Monthly predictions are not used: they go below any flux that
        was ever measured. What came later is not looked at.
        """
        day, f107, ap = self._known(as_of_utc)
        if as_of_utc is None:
            return _activity(day, f107, ap)
        cycles = range(1, CYCLES + 1)
        return _activity(*_carried_on(day, f107, ap, tuple(cycles)))

    def scenarios(self, as_of_utc: np.datetime64) -> tuple[Activity, ...]:
        """What earlier cycles, one by one, would have come after `as_of`: two to four ways it may go on."""
        day, f107, ap = self._known(as_of_utc)
        usable = [k for k in range(1, CYCLES + 1) if k * CYCLE_DAYS + YEAR_DAYS <= len(day)]
        return tuple(_activity(*_carried_on(day, f107, ap, (k,))) for k in usable) or (self.activity(as_of_utc),)

    def to_json(self) -> dict[str, Any]:
        """What the evidence of a claim records: which file, and how far it goes."""
        days = self.day_utc.astype("datetime64[D]").astype(str)
        return {
            "file": self.file,
            "digest": self.digest,
            "first_day": str(days[0]),
            "last_observed_day": str(self.last_observed_utc),
            "last_day": str(days[-1]),
        }

    def _known(self, as_of_utc: np.datetime64 | None) -> tuple[Times, Floats, Floats]:
        """Every day from the first to the last that counts, gaps and months filled by straight lines."""
        keep = np.isfinite(self.f107_sfu) & np.isfinite(self.ap)
        if as_of_utc is not None:
            over = self.day_utc + np.timedelta64(1, "D") <= as_of_utc.astype("datetime64[us]")
            made = bool(self.updated_utc <= as_of_utc.astype("datetime64[us]"))
            keep &= (over & (self.kind == OBSERVED)) | (made & (self.kind == PREDICTED))
        if not np.any(keep):
            raise UsageError(f"as_of={as_of_utc}: {self.file} tells nothing observed before then; it begins on {self.day_utc[0]}")
        days = np.arange(self.day_utc[keep][0], self.day_utc[keep][-1] + np.timedelta64(1, "D"))
        at, to = self.day_utc[keep].astype(np.int64), days.astype(np.int64)
        return days, np.interp(to, at, self.f107_sfu[keep]), np.interp(to, at, self.ap[keep])


def _activity(day: Times, f107: Floats, ap: Floats) -> Activity:
    """The flux of the day before, and the mean of 81 days around it (fewer at the ends)."""
    return Activity(day, np.concatenate([f107[:1], f107[:-1]]), _around(f107, MEAN_DAYS), ap)


def _around(x: Floats, days: int) -> Floats:
    """(d,) centred running mean, over the part of the window that exists."""
    half = days // 2
    total = np.concatenate([[0.0], np.cumsum(x)])
    low, high = np.maximum(np.arange(len(x)) - half, 0), np.minimum(np.arange(len(x)) + half + 1, len(x))
    return np.asarray((total[high] - total[low]) / (high - low))


def _carried_on(day: Times, f107: Floats, ap: Floats, cycles: tuple[int, ...]) -> tuple[Times, Floats, Floats]:
    """The known days, and the forecast of FORECAST_YEARS behind them."""
    ahead = np.arange(1, FORECAST_YEARS * YEAR_DAYS + 1)
    later = day[-1] + ahead.astype("timedelta64[D]")
    return (
        np.concatenate([day, later]),
        np.concatenate([f107, forecast(f107, ahead, cycles, QUIET_SFU)]),
        np.concatenate([ap, forecast(ap, ahead, cycles, QUIET_AP)]),
    )


def forecast(known: Floats, ahead: npt.NDArray[np.int64], cycles: tuple[int, ...], quiet: float) -> Floats:
    """(h,) expected value `ahead` days after the last known one. Without a whole cycle behind it: the recent mean throughout."""
    recent = float(np.mean(known[-MEAN_DAYS:]))
    strength_now = float(np.mean(known[-YEAR_DAYS:])) - quiet
    smooth = _around(known, MEAN_DAYS)
    ways = []
    for cycle in cycles:
        there = len(known) - cycle * CYCLE_DAYS
        if there < YEAR_DAYS:
            continue
        back = cycle * CYCLE_DAYS
        row = len(known) - 1 + ahead - back
        row -= np.maximum(np.ceil((row - (len(known) - 1)) / CYCLE_DAYS), 0).astype(np.int64) * CYCLE_DAYS
        then = float(np.mean(known[there - YEAR_DAYS : there])) - quiet
        unsure = STRENGTH_UNSURE * quiet
        scale = float(np.clip((strength_now + unsure) / (max(then, 0.0) + unsure), *STRENGTH))
        ways.append(quiet + scale * (smooth[row] - quiet))
    if not ways:
        return np.full(len(ahead), recent)
    weight = np.exp(-ahead / FORGETTING_DAYS)
    return np.asarray(weight * recent + (1.0 - weight) * np.mean(ways, axis=0))
