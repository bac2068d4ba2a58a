"""The crowd has the shape that its page states."""

from __future__ import annotations

import numpy as np
import pytest

from hoshimori.exercise.population import GEO_KINDS, LEO_KINDS, aged_i_vector, geo_crowd, leo_arc, sun_synchronous_deg
from hoshimori.exercise.slots import longitude_and_drift
from hoshimori.exercise.streams import stream

T_US = int(np.datetime64("2026-05-25T00:00:00", "us").astype(np.int64))


def test_there_are_five_hundred_and_three_thousand() -> None:
    assert sum(GEO_KINDS.values()) == 500
    assert sum(LEO_KINDS.values()) == 3000


@pytest.mark.parametrize(("years", "inc_deg"), [(0.0, 0.0), (26.5, 14.8), (53.0, 0.0), (10.0, 8.27)])
def test_inclination_grows_with_age_and_returns(years: float, inc_deg: float) -> None:
    """2 x 7.4 deg x sin(pi age / 53 years): Allan & Cook 1964."""
    assert np.degrees(np.hypot(*aged_i_vector(years))) == pytest.approx(inc_deg, abs=0.01)


def test_sun_synchronous_inclination_of_sentinel_2() -> None:
    """786 km mean altitude, 98.62 deg: ESA, Sentinel-2 orbit."""
    assert sun_synchronous_deg(786.0) == pytest.approx(98.62, abs=0.1)


def test_kept_satellites_are_clear_of_the_longitudes_given_and_the_graveyard_drifts_west() -> None:
    crowd = [t.pieces[0][1] for t in geo_crowd(7, T_US, [100.0, 200.0])]
    places = [longitude_and_drift(a, T_US) for a in crowd]
    kept = np.array([lon for lon, _ in places[: GEO_KINDS["kept"]]])
    for clear in (100.0, 200.0):
        assert np.abs((kept - clear + 180) % 360 - 180).min() > 0.5
    graveyard = np.array([drift for _, drift in places[-GEO_KINDS["graveyard"] :]])
    assert graveyard.max() < -2.0
    assert graveyard.min() > -6.0


@pytest.mark.parametrize("kind", LEO_KINDS)
def test_low_orbits_stay_up_for_the_week(kind: str) -> None:
    for k in range(30):
        arc = leo_arc(stream(3, f"{kind}-{k}", "orbit"), kind, T_US)
        assert arc.mean.sma_km * (1.0 - arc.mean.ecc) > 6378.0 + 390.0
