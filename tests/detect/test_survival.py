"""Odds of staying up on clouds whose fate is known by construction, and laws that any such odds must keep."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hoshimori.detect.survival import Settings, chance_up, survival
from hoshimori.detect.survival_lives import lifetimes
from hoshimori.errors import UsageError
from hoshimori.facts import ElementSets, Floats
from hoshimori.sky import decay, orbits, secular
from hoshimori.sky.atmosphere import Activity, steady

EPOCH = np.datetime64("2013-03-25T00:00:00", "us")
AT = EPOCH + np.timedelta64(365, "D")
AIR = steady(f107=120.0, ap=9.0)
AS_KNOWN = (AIR,)


def sets_of(axis_km: Floats, bstar: Floats, *, ecc: float = 2e-3, seed: int = 1) -> ElementSets:
    rng = np.random.default_rng(seed)
    n = len(axis_km)
    rev = 86400.0 / (2.0 * np.pi) * np.sqrt(398600.8 / axis_km**3)
    angles = {name: rng.uniform(0.0, 360.0, n) for name in ("raan_deg", "argp_deg", "ma_deg")}
    return ElementSets.build(
        {
            "norad_id": 90000 + np.arange(n),
            "epoch_utc": np.full(n, EPOCH),
            "mean_motion_rev_day": rev,
            "eccentricity": np.full(n, ecc),
            "inc_deg": np.full(n, 82.0),
            "bstar_per_er": bstar,
            **angles,
        }
    )


def published(axis_km: Floats, b_m2_kg: Floats, error: Floats, air: Activity = AIR) -> ElementSets:
    """Sets whose B* makes SGP4 sink as pieces of this B do, but for a factor."""
    trial = sets_of(axis_km, np.full(len(axis_km), 1e-4))
    angles = (np.radians(x) for x in (trial.inc_deg, trial.raan_deg, trial.argp_deg))
    inc, raan, argp = angles
    sat = orbits.prepare(
        trial.epoch_utc, trial.mean_motion_rev_day, trial.eccentricity, trial.inc_deg, trial.raan_deg, trial.argp_deg,
        trial.ma_deg, trial.bstar_per_er,
    )  # fmt: skip
    a = secular.semi_major_axis_km(sat)
    unit = decay.sinking_km_day(trial.epoch_utc, a, trial.eccentricity, inc, raan, argp, air)
    per_bstar = 2.0 * a * sat.table["cc1"] * 1440.0 / 1e-4
    return replace(trial, bstar_per_er=unit * b_m2_kg * error / per_bstar)


def cloud(n: int, seed: int) -> tuple[ElementSets, Floats]:
    """Pieces between 450 and 750 km with B around 0.1, and their true B."""
    rng = np.random.default_rng(seed)
    b = np.exp(rng.normal(np.log(0.1), 0.8, n))
    axis = 6378.0 + rng.uniform(450.0, 750.0, n)
    return published(axis, b, np.exp(rng.normal(0.0, 0.3, n))), b


def test_a_cloud_of_known_fate_is_told_right() -> None:
    """Truth by construction: the true B falls under the same air; the odds see only sets that are off by a factor."""
    sets, b = cloud(150, 3)
    told = survival(sets, AT, activities=AS_KNOWN)
    angles = (np.radians(x) for x in (sets.inc_deg, sets.raan_deg, sets.argp_deg))
    inc, raan, argp = angles
    axis = secular.mean_axis_km(sets.mean_motion_rev_day, sets.eccentricity, sets.inc_deg)
    true = np.isinf(decay.fall(sets.epoch_utc, axis, sets.eccentricity, inc, raan, argp, b, AIR, until_days=365.0).days)
    p = np.array([c.p_up for c in told.chances])
    assert 20 < true.sum() < 130
    assert abs(true.sum() - told.expected_up) < 3.0 * told.sigma_up
    base = true.mean() * (1.0 - true.mean())
    assert np.mean((p - true) ** 2) < 0.5 * base
    assert true[p > 0.9].mean() > 0.85
    assert true[p < 0.1].mean() < 0.15


def test_the_later_the_fewer_and_the_heavier_the_surer() -> None:
    sets, _ = cloud(30, 4)
    odds = [
        np.array([c.p_up for c in survival(sets, EPOCH + np.timedelta64(d, "D"), activities=AS_KNOWN).chances]) for d in (90, 400)
    ]
    assert np.all(odds[0] >= odds[1] - 0.02)
    heights = 6378.0 + np.array([450.0, 450.0, 750.0])
    light, heavy, high = survival(published(heights, np.array([0.5, 0.02, 0.5]), np.ones(3)), AT, activities=AS_KNOWN).chances
    assert light.p_up < heavy.p_up
    assert light.p_up < high.p_up
    assert light.lifetime_days[0] <= light.lifetime_days[1] <= light.lifetime_days[2]


def test_losses_take_from_the_catalogue_not_from_the_sky() -> None:
    sets, _ = cloud(20, 5)
    none, some = (survival(sets, AT, activities=AS_KNOWN, settings=replace(Settings(), loss_per_year=x)) for x in (0.0, 0.1))
    assert none.expected_up == some.expected_up
    assert none.expected_catalogued == pytest.approx(none.expected_up)
    assert some.expected_catalogued == pytest.approx(none.expected_up * np.exp(-0.1 * 365.0 / 365.25))


def test_more_drag_than_said_means_fewer() -> None:
    sets, _ = cloud(20, 6)
    lives = lifetimes(sets, AT, EPOCH, None, AS_KNOWN)
    up = [chance_up(lives, replace(Settings(), b_factor=f)).sum() for f in (0.5, 1.0, 2.0)]
    assert up[0] > up[1] > up[2]


def test_where_b_comes_from_is_said() -> None:
    sets = published(6378.0 + np.linspace(500.0, 600.0, 14), np.full(14, 0.1), np.ones(14))
    sets.bstar_per_er[3] = -1e-4
    told = survival(sets, AT, activities=AS_KNOWN).chances
    assert told[3].b_origin == "cloud"
    assert {c.b_origin for k, c in enumerate(told) if k != 3} == {"set"}
    assert told[3].b_m2_kg == pytest.approx(0.1, rel=0.2)  # as its neighbours have it
    assert told[0].b_m2_kg == pytest.approx(0.1, rel=0.1)
    without = survival(sets, AT).chances[0]
    assert [r.code for r in without.why] == ["b from set", "air taken as mean"]


def test_a_history_outweighs_b_star() -> None:
    axis, b = np.array([6378.0 + 480.0]), 0.05
    last = published(axis, np.array([10.0 * b]), np.ones(1))
    days = np.arange(-12.0, 0.5, 1.0)
    start = EPOCH + np.timedelta64(-12, "D")
    inc, raan, argp = (np.radians(x) for x in (last.inc_deg, last.raan_deg, last.argp_deg))
    fall = decay.fall(
        np.array([start]),
        axis + 3.0,
        last.eccentricity,
        inc,
        raan,
        argp,
        np.array([b]),
        AIR,
        until_days=13.0,
        at_days=days + 12.0,
    )
    n = len(days)
    motion = np.array([86400.0 / (2.0 * np.pi) * np.sqrt(398600.8 / a**3) for a in fall.sma_km[0]])
    rate = -1.5 * 1.0826267e-3 * (6378.137 / axis) ** 2 * np.sqrt(398600.4418 / axis**3) * np.cos(inc) * 86400.0
    history = ElementSets.build(
        {
            "norad_id": np.full(n, 90000),
            "epoch_utc": EPOCH + (days * 86400e6).astype("timedelta64[us]"),
            "mean_motion_rev_day": motion,
            "eccentricity": fall.ecc[0],
            "inc_deg": np.repeat(last.inc_deg, n),
            "raan_deg": (last.raan_deg + np.degrees(rate * (days + 12.0))) % 360.0,
            "argp_deg": np.repeat(last.argp_deg, n),
            "ma_deg": np.zeros(n),
            "bstar_per_er": np.repeat(last.bstar_per_er, n),
        }
    )
    told = survival(history, AT, activities=AS_KNOWN).chances
    assert len(told) == 1
    assert told[0].b_origin == "history"
    assert np.log(told[0].b_m2_kg / b) == pytest.approx(0.0, abs=0.25)


def test_what_cannot_be_told_is_not() -> None:
    high = sets_of(np.array([24000.0, 6900.0]), np.array([1e-4, 1e-4]))
    eccentric = replace(high, eccentricity=np.array([0.7, 0.002]))
    told = survival(eccentric, AT, activities=AS_KNOWN)
    assert np.isnan(told.chances[0].p_up)
    assert told.chances[0].to_json()["p_up"] is None
    assert told.chances[0].why[0].code == "survival cannot tell"
    assert told.to_json()["cannot_tell"] == 1
    assert np.isfinite(told.expected_up)


def test_asked_wrongly() -> None:
    sets, _ = cloud(2, 7)
    with pytest.raises(UsageError, match="before the newest"):
        survival(sets, EPOCH - np.timedelta64(1, "D"))
    with pytest.raises(UsageError, match="25 years"):
        survival(sets, EPOCH + np.timedelta64(40 * 365, "D"))
    with pytest.raises(UsageError, match="no element set"):
        survival(sets.take(np.zeros(0, np.int64)), AT)
