"""Sun outages by construction: a satellite that stands still over the turning Earth, and what operators say of them."""

from __future__ import annotations

import numpy as np
import pytest

from hoshimori.sky import frames, sun_outage

DISH_3_M_KU = np.radians(0.6)
"""Full width at half power of a 3 m dish at 12 GHz: about 70 wavelengths over the diameter, in degrees."""


def standing(longitude_deg: float, t_utc: np.ndarray) -> np.ndarray:
    """(k, 3) TEME of a place over the equator at the height of the ring."""
    a = np.radians(longitude_deg)
    place = np.tile(42164.17 * np.array([np.cos(a), np.sin(a), 0.0]), (len(t_utc), 1))
    return frames.itrs_to_teme(place, np.zeros_like(place), t_utc)[0]


def outages(day: str, lat_deg: float, lon_deg: float, sat_deg: float, beam_rad: float = DISH_3_M_KU) -> np.ndarray:
    """(j, 2) seconds of one day, from 9 in the morning to 3 in the afternoon at 135 deg E."""
    seconds = np.arange(0, 21_600, 60)
    t = np.datetime64(day, "us") + seconds.astype("timedelta64[s]")
    site = frames.from_geodetic(np.radians(lon_deg), np.radians(lat_deg), 0.0)
    apart = sun_outage.separation_rad(standing(sat_deg, t), t, site)
    return sun_outage.spans_s(apart, seconds.astype(np.float64), sun_outage.limit_rad(beam_rad))


def season(year: int, half: str, lat_deg: float) -> list[np.datetime64]:
    """Days with an outage for a station on the satellite's own meridian."""
    first, last = {"spring": ("02-20", "04-10"), "autumn": ("09-10", "10-25")}[half]
    days = np.arange(np.datetime64(f"{year}-{first}", "D"), np.datetime64(f"{year}-{last}", "D"))
    return [d for d in days if len(outages(str(d), lat_deg, 135.0, 135.0))]


def test_at_the_equator_the_season_is_the_equinox_itself() -> None:
    """The Sun crosses the equator on 2026-03-20 14:46 UTC; a season lies evenly about it."""
    days = season(2026, "spring", 0.0)
    middle = days[0] + (days[-1] - days[0]) / 2
    assert abs((middle - np.datetime64("2026-03-20", "D")).astype(int)) <= 1


@pytest.mark.parametrize(("lat_deg", "after"), [(36.0, False), (-33.0, True)])
def test_in_the_north_it_comes_before_the_march_equinox_in_the_south_after(lat_deg: float, after: bool) -> None:
    days = season(2026, "spring", lat_deg)
    assert all((d > np.datetime64("2026-03-21", "D")) == after for d in days)
    declination = np.degrees(np.arctan2(np.sin(np.radians(lat_deg)) * 6371.0, 42164.0 - np.cos(np.radians(lat_deg)) * 6371.0))
    shift = (np.datetime64("2026-03-20", "D") - (days[0] + (days[-1] - days[0]) / 2)).astype(float)
    assert shift == pytest.approx(declination / 0.395, abs=1.5)  # the Sun climbs 0.395 deg a day about the equinox


def test_in_the_north_it_comes_after_the_september_equinox() -> None:
    assert all(d > np.datetime64("2026-09-23", "D") for d in season(2026, "autumn", 36.0))


def test_a_season_lasts_some_days_with_some_minutes_each() -> None:
    """Operators publish "several minutes each day for several days": here by the Sun's own pace, 0.25 deg a minute."""
    days = season(2026, "spring", 36.0)
    limit = np.degrees(sun_outage.limit_rad(DISH_3_M_KU))
    assert 2 <= len(days) <= 2.0 * limit / 0.39 + 1.0
    longest = max(float(np.diff(outages(str(d), 36.0, 135.0, 135.0)).max()) for d in days)
    assert longest == pytest.approx(2.0 * limit / 0.2507 * 60.0, rel=0.08)


def test_a_wider_beam_has_a_longer_season() -> None:
    few, many = (len(outages("2026-03-02", 36.0, 135.0, 135.0, np.radians(b))) for b in (0.3, 4.0))
    assert (few, many) == (0, 1)


def test_a_satellite_in_the_east_is_met_in_the_morning() -> None:
    def hour(sat: float) -> float:
        return float(np.mean(outages("2026-03-05", 36.0, 135.0, sat, np.radians(1.5)))) / 3600.0 + 9.0

    assert hour(165.0) < hour(135.0) < hour(105.0)
    assert hour(135.0) == pytest.approx(12.2, abs=0.2)  # noon at 135 deg E, and the Sun 12 minutes late in March


def test_no_place_sees_less_than_the_bound_for_any_place() -> None:
    rng = np.random.default_rng(5)
    t = np.datetime64("2026-03-05", "us") + np.sort(rng.integers(0, 86_400, 200)).astype("timedelta64[s]")
    r = standing(135.0, t)
    least = sun_outage.nearest_anywhere_rad(r, t)
    for _ in range(40):
        site = frames.from_geodetic(rng.uniform(-np.pi, np.pi), np.arcsin(rng.uniform(-1.0, 1.0)), 0.0)
        assert (sun_outage.separation_rad(r, t, site) >= least - 1e-4).all()


def test_edges_lie_where_the_line_crosses() -> None:
    spans = sun_outage.spans_s(np.array([3.0, 1.0, 1.0, 3.0, np.nan, 0.0]), np.arange(6.0) * 10.0, 2.0)
    assert np.allclose(spans, [[5.0, 25.0], [50.0, 50.0]])
