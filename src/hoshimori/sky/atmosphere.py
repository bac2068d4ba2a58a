"""How dense the upper air is: NRLMSISE-00 under a given solar and geomagnetic activity, point by point or as tables by day.

Model: Picone, Hedin, Drob and Aikin, J. Geophys. Res. 107 (2002), 1468, through pymsis (`version=0`, public domain). Total mass
density with the daily Ap; three-hourly values are not used. The model itself is commonly said to err by about 15 %, more in
storms and at deep solar minimum (believed, not checked here): what is computed with it cannot be better than the model is.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from hoshimori.sky.keeping import kept

Floats = npt.NDArray[np.float64]
Singles = npt.NDArray[np.float32]
Times = npt.NDArray[np.datetime64]

LOWEST_KM, HIGHEST_KM = 80.0, 2000.0
US_PER_DAY = 86_400_000_000
BEND_KM, FLAT_KM = 30.0, 50.0
"""Heights of the table are even in ln((h - FLAT) / BEND): 1.2 km apart at 80 km, 15 km at 400 km, 80 km at 2,000 km."""
HEIGHTS = 101
LATITUDES = 25
HOURS = 24
SEASONS = 24
_SAMPLED_HOURS, _SAMPLED_SEASONS = 8, 6
"""The model has local-time harmonics up to the third and annual and semi-annual terms; the rest is interpolated by Fourier.
Heights and latitudes are sampled at every second node, those between are cubic."""
F107_LEVELS = np.array([60.0, 68.0, 78.0, 95.0, 115.0, 140.0, 170.0, 205.0, 250.0, 290.0])
F107_OFFSETS = np.array([-80.0, -40.0, -15.0, 0.0, 15.0, 40.0, 80.0, 140.0])
AP_LEVELS = np.array([0.0, 4.0, 9.0, 18.0, 32.0, 56.0, 111.0, 180.0, 250.0])
KEPT = 128
"""Day tables kept: 31 MB."""
HIGHEST_AP = 250.0
"""Above it the model fails near the poles (negative densities from Ap 280 and F10.7 290 on); such days are taken as this one."""
_USUAL_AP = 9.0
_YEAR_DAYS = 365.25


class Activity(NamedTuple):
    """Solar and geomagnetic activity by day, as NRLMSISE-00 asks for it. Outside its days the nearest day's holds.

    day_utc (d,) datetime64[D] consecutive; f107 (d,) daily F10.7 of the day before [sfu]; f107_mean (d,) its mean over 81 days
    centred on the day; ap (d,) daily planetary Ap.
    """

    day_utc: Times
    f107: Floats
    f107_mean: Floats
    ap: Floats

    def rows(self, t_utc: Times) -> npt.NDArray[np.int64]:
        """(...) the row that holds at each time."""
        day = np.asarray(t_utc).astype("datetime64[D]").astype(np.int64) - self.day_utc[0].astype(np.int64)
        return np.asarray(np.clip(day, 0, len(self.day_utc) - 1))


def steady(*, f107: float = 140.0, ap: float = 9.0, day_utc: str = "2000-01-01") -> Activity:
    """The same activity on every day."""
    return Activity(np.array([day_utc], dtype="datetime64[D]"), np.array([f107]), np.array([f107]), np.array([ap]))


def density_kg_m3(t_utc: Times, lon_rad: Floats, lat_rad: Floats, height_km: Floats, activity: Activity) -> Floats:
    """(k,) total mass density at geodetic places: the model itself, about 2 microseconds a point. NaN below 0 km."""
    t, lon, lat, height = np.broadcast_arrays(*(np.atleast_1d(x) for x in (t_utc, lon_rad, lat_rad, height_km)))
    row = activity.rows(t)
    return _model(t, lon, lat, height, activity.f107[row], activity.f107_mean[row], activity.ap[row])


def _model(t: Times, lon_rad: Floats, lat_rad: Floats, height_km: Floats, f107: Floats, f107_mean: Floats, ap: Floats) -> Floats:
    """(k,) NRLMSISE-00; everything given, so that pymsis never asks the network for activity."""
    import pymsis

    full = np.repeat(np.minimum(ap, HIGHEST_AP)[:, None], 7, axis=1)
    answer = pymsis.calculate(
        t.astype("datetime64[us]"), np.degrees(lon_rad), np.degrees(lat_rad), height_km, f107, f107_mean, full, version=0
    )
    density = np.asarray(answer[..., 0], dtype=np.float64).reshape(np.shape(height_km))
    return np.where(np.asarray(height_km) >= 0.0, density, np.nan)


class Tables(NamedTuple):
    """ln density [kg/m^3] of the model over its arguments, made once per process in seconds, whatever the activity.

    usual (season, F10.7 level, height, latitude, local hour): daily value equal to the mean, Ap 9; by_flux and by_ap: what the
    daily departure (level, offset, height, latitude) and Ap (level, ap, height, latitude) add, averaged over hour and season.
    Longitude at fixed local time is averaged out: a few per cent that an orbit averages too.
    """

    usual: Singles
    by_flux: Singles
    by_ap: Singles


def table_heights_km() -> Floats:
    """(HEIGHTS,) from 80 to 2,000 km."""
    top = np.log((HIGHEST_KM - FLAT_KM) / BEND_KM)
    return np.asarray(FLAT_KM + BEND_KM * np.exp(np.linspace(0.0, top, HEIGHTS)))


def day_table(day_utc: np.datetime64, activity: Activity, days: int = 1) -> Singles:
    """(height, latitude, local hour) ln density of one day, or of several under their mean flux and Ap, at mid-season of them.

    Tables asked for lately are kept and shared: not to be written into.
    """
    first = day_utc.astype("datetime64[D]").astype(np.int64)
    rows = np.clip(first + np.arange(days) - activity.day_utc[0].astype(np.int64), 0, len(activity.day_utc) - 1)
    mean, daily, ap_value = (float(np.mean(x[rows])) for x in (activity.f107_mean, activity.f107, activity.ap))
    return _table(float(((first + days // 2) % _YEAR_DAYS) / _YEAR_DAYS * SEASONS), mean, daily, ap_value)


@lru_cache(maxsize=KEPT)
def _table(season: float, mean: float, daily: float, ap_value: float) -> Singles:
    t = tables()
    level, part = _between(F107_LEVELS, mean)
    usual = _blend(_blend(t.usual, int(season) % SEASONS, (int(season) + 1) % SEASONS, season % 1.0), level, level + 1, part)
    offset, share = _between(F107_OFFSETS, daily - mean)
    storm, portion = _between(AP_LEVELS, ap_value)
    flux = _blend(_blend(t.by_flux, level, level + 1, part), offset, offset + 1, share)
    added = flux + _blend(_blend(t.by_ap, level, level + 1, part), storm, storm + 1, portion)
    return np.ascontiguousarray(usual + added[:, :, None])


def _blend(table: Singles, low: int, high: int, part: float) -> Singles:
    share = np.float32(part)
    return np.asarray((np.float32(1.0) - share) * table[low] + share * table[high], dtype=np.float32)


def _between(nodes: Floats, value: float) -> tuple[int, float]:
    """The node below and the part of the way to the next; beyond the ends, the end."""
    inside = float(np.clip(value, nodes[0], nodes[-1]))
    low = min(int(np.searchsorted(nodes, inside, side="right")) - 1, len(nodes) - 2)
    return low, (inside - nodes[low]) / (nodes[low + 1] - nodes[low])


@lru_cache(maxsize=1)
def tables() -> Tables:
    """The tables: computed on first use on a machine (about three seconds), then read from where that was kept."""
    from importlib.metadata import version

    follows_from = Path(__file__).read_bytes() + version("pymsis").encode()
    return Tables(**kept("nrlmsise-00", follows_from, lambda: Tables(_usual(), _added_by_flux(), _added_by_ap())._asdict()))


def _sampled(season: Floats, lst_h: Floats, mean: Floats, daily: Floats, ap: Floats, every: int = 2) -> Floats:
    """(condition, height, latitude) ln of the density under conditions (c,), mean of two opposite longitudes."""
    heights, latitudes = table_heights_km(), np.linspace(-np.pi / 2, np.pi / 2, LATITUDES)
    heights, latitudes = heights[::2], latitudes[::every]
    shape = (len(season), len(heights), len(latitudes))
    height, lat = (np.broadcast_to(x, shape).ravel() for x in (heights[:, None], latitudes[None, :]))
    places = len(heights) * len(latitudes)
    each = [np.repeat(x, places) for x in (mean, daily, ap)]
    total = np.zeros(shape)
    for lon in (0.0, np.pi):
        ut_us = ((lst_h - np.degrees(lon) / 15.0) % 24.0) * 3.6e9 + season / SEASONS * _YEAR_DAYS // 1 * US_PER_DAY
        t = np.repeat(ut_us.astype(np.int64).astype("datetime64[us]"), places)
        total += 0.5 * _model(t, np.full(len(t), lon), lat, height, each[1], each[0], each[2]).reshape(shape)
    ln_density = np.log(total)
    for _ in range(every.bit_length() - 1):
        ln_density = _denser(ln_density, 2)
    return _denser(ln_density, 1)


def _denser(x: Floats, axis: int) -> Floats:
    """Twice as many intervals along an axis: the values between are those of the cubic through the four nodes around."""
    y = np.moveaxis(x, axis, 0)
    finer = np.empty((2 * len(y) - 1, *y.shape[1:]))
    finer[::2] = y
    finer[3:-2:2] = (9.0 * (y[1:-2] + y[2:-1]) - y[:-3] - y[3:]) / 16.0
    finer[1] = (5.0 * y[0] + 15.0 * y[1] - 5.0 * y[2] + y[3]) / 16.0
    finer[-2] = (5.0 * y[-1] + 15.0 * y[-2] - 5.0 * y[-3] + y[-4]) / 16.0
    return np.moveaxis(finer, 0, axis)


def _usual() -> Singles:
    """(SEASONS, level, height, latitude, HOURS)."""
    seasons = np.arange(_SAMPLED_SEASONS) * (SEASONS / _SAMPLED_SEASONS)
    hours = np.arange(_SAMPLED_HOURS) * (24.0 / _SAMPLED_HOURS)
    season, level, hour = (x.ravel() for x in np.meshgrid(seasons, F107_LEVELS, hours, indexing="ij"))
    raw = _sampled(season, hour, level, level, np.full(len(level), _USUAL_AP))
    raw = raw.reshape(_SAMPLED_SEASONS, len(F107_LEVELS), _SAMPLED_HOURS, HEIGHTS, LATITUDES).transpose(0, 1, 3, 4, 2)
    return _finer(_finer(raw, 4, HOURS), 0, SEASONS).astype(np.float32)


def _finer(periodic: Floats, axis: int, count: int) -> Floats:
    """`count` samples of the trigonometric polynomial through the given ones."""
    old = periodic.shape[axis]
    waves = np.fft.rfft(periodic, axis=axis)
    nyquist = [slice(None)] * periodic.ndim
    nyquist[axis] = slice(old // 2, old // 2 + 1)
    waves[tuple(nyquist)] *= 0.5
    return np.asarray(np.fft.irfft(waves, n=count, axis=axis) * (count / old))


_FEW_SEASONS, _FEW_HOURS = np.array([0.0, 6.0, 12.0, 18.0]), np.array([3.0, 15.0])


def _added_by_flux() -> Singles:
    return _added(F107_OFFSETS, lambda level, x: (level, np.maximum(level + x, 40.0), np.full(len(x), _USUAL_AP)), 3)


def _added_by_ap() -> Singles:
    return _added(AP_LEVELS, lambda level, x: (level, level, x), int(np.searchsorted(AP_LEVELS, _USUAL_AP)))


def _added(nodes: Floats, conditions, usual_node: int) -> Singles:  # type: ignore[no-untyped-def]
    """(level, node, height, latitude) what each node adds to ln density over the usual one."""
    level, node, season, hour = (
        x.ravel() for x in np.meshgrid(F107_LEVELS, nodes, _FEW_SEASONS[[0, 2]], _FEW_HOURS, indexing="ij")
    )
    mean, daily, ap = conditions(level, node)
    raw = (
        _sampled(season, hour, mean, daily, ap, every=4)
        .reshape(len(F107_LEVELS), len(nodes), -1, HEIGHTS, LATITUDES)
        .mean(axis=2)
    )
    return np.asarray(raw - raw[:, usual_node : usual_node + 1], dtype=np.float32)
