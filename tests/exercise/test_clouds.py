"""Practice break-ups: does what is published descend from what flew, and does what flew obey the laws?"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from hoshimori.errors import UsageError
from hoshimori.exercise import cloud_flight
from hoshimori.exercise.cloud_nature import nature, pieces
from hoshimori.exercise.cloud_weather import Weather
from hoshimori.exercise.clouds import FIRST_PIECE_ID, Cloud, cloud
from hoshimori.facts import DataMode, ElementSets, Floats, Times
from hoshimori.sky import fragmentation, orbits
from hoshimori.sky.relative import rtn_basis

CALM = Weather(np.array([1.0, 0.0, 0.0]), np.ones(12), -5)
ONE_METRE = 1e-3
AIRLESS = np.zeros(1)
DAY = np.timedelta64(1, "D")


@cache
def made(seed: int = 3, cause: str = "explosion", orbit: str = "sso") -> Cloud:
    return cloud(seed=seed, n=40, cause=cause, orbit=orbit)  # type: ignore[arg-type]


def where(sets: ElementSets, t_utc: Times) -> Floats:
    columns = (sets.mean_motion_rev_day, sets.eccentricity, sets.inc_deg, sets.raan_deg, sets.argp_deg, sets.ma_deg)
    sats = orbits.prepare(sets.epoch_utc, *columns, sets.bstar_per_er)
    return orbits.pairs(sats, np.arange(len(sets)), t_utc)[0]


def energy(y: Floats) -> float:
    """Kinetic and potential, the zonal field included, km2/s2; Vallado, eq. 8-19 for m = 0."""
    r = np.linalg.norm(y[:3])
    u, ratio = y[2] / r, cloud_flight.RADIUS_KM / r
    p2, p3, p4 = (3 * u**2 - 1) / 2, (5 * u**3 - 3 * u) / 2, (35 * u**4 - 30 * u**2 + 3) / 8
    zonal = cloud_flight.J2 * ratio**2 * p2 + cloud_flight.J3 * ratio**3 * p3 + cloud_flight.J4 * ratio**4 * p4
    return float(y[3:] @ y[3:] / 2 - cloud_flight.GM_KM3_S2 / r * (1.0 - zonal))


STARTS = {"round": ([7178.0, 0.0, 0.0], [0.0, 1.0, 7.385]), "eccentric": ([6928.0, 0.0, 0.0], [0.2, 4.0, 7.5])}


@pytest.mark.parametrize("start", STARTS)
def test_airless_flight_keeps_energy_and_the_spin_about_the_pole(start: str) -> None:
    r, v = (np.array([x]) for x in STARTS[start])
    at = np.linspace(3600.0, 3 * 86400.0, 40)[None]
    flown = cloud_flight.fly(r, v, AIRLESS, at, CALM)[0]
    begun = np.concatenate([r[0], v[0]])
    assert [energy(y) for y in flown] == pytest.approx([energy(begun)] * 40, rel=1e-10)
    spin = flown[:, 0] * flown[:, 4] - flown[:, 1] * flown[:, 3]
    assert spin == pytest.approx(np.full(40, begun[0] * begun[4]), rel=1e-10)


@pytest.mark.parametrize("start", STARTS)
def test_flight_with_drag_agrees_with_an_integrator_of_another_kind(start: str) -> None:
    """scipy's DOP853 on the same forces: three days, area over mass 0.1 m2/kg."""
    r, v = (np.array(x) for x in STARTS[start])
    drag = cloud_flight.DRAG_COEFFICIENT * 0.1

    def rate(_t: float, y: Floats) -> Floats:
        out = np.empty(6)
        cloud_flight._force(y, drag, CALM.sun, out)
        return out

    stop = 3 * 86400.0
    peer = solve_ivp(rate, (0.0, stop), np.concatenate([r, v]), method="DOP853", rtol=1e-13, atol=1e-12).y[:, -1]
    flown = cloud_flight.fly(r[None], v[None], np.array([0.1]), np.array([[stop]]), CALM)[0, 0]
    assert np.linalg.norm(flown[:3] - peer[:3]) < ONE_METRE


def test_flown_back_a_piece_returns_to_where_it_began() -> None:
    r, v = (np.array([x]) for x in STARTS["round"])
    there = cloud_flight.fly(r, v, np.array([0.1]), np.array([[86400.0]]), CALM)[0, 0]
    back = cloud_flight.fly(there[None, :3], there[None, 3:], np.array([0.1]), np.array([[-86400.0]]), CALM)[0, 0]
    assert np.linalg.norm(back[:3] - r[0]) < ONE_METRE


def test_air_thins_without_steps_and_is_thicker_under_the_sun() -> None:
    """Each layer of the table ends within 2 % of where the next begins."""
    edges = cloud_flight._BASE_KM[2:]
    below, above = ([cloud_flight._density(h + d, 0.0) for h in edges] for d in (-1e-6, 1e-6))
    assert below == pytest.approx(above, rel=0.02)
    assert cloud_flight._density(800.0, 1.0) == pytest.approx(4.0 * cloud_flight._density(800.0, -1.0))


def test_piece_that_comes_down_has_no_state_any_more() -> None:
    r, v = np.array([[6578.0, 0.0, 0.0]]), np.array([[0.0, 0.0, 7.78]])
    flown = cloud_flight.fly(r, v, np.array([1.0]), np.array([[600.0, 86400.0]]), CALM)[0]
    assert np.isfinite(flown[0]).all()
    assert np.isnan(flown[1]).all()


@pytest.mark.parametrize("orbit", ["round", "sso", "eccentric"])
@pytest.mark.parametrize("cause", ["explosion", "collision", "deliberate"])
def test_published_pieces_lead_back_to_where_the_event_was(cause: str, orbit: str) -> None:
    """Half of the pieces within 6 km, nine tenths within 30 km, at the true time and far away ten minutes before."""
    c = made(cause=cause, orbit=orbit)
    at, early = (np.full(len(c.sets), c.truth.t_utc + np.timedelta64(s, "s")) for s in (0, -600))
    off = np.linalg.norm(where(c.sets, at) - c.truth.r_teme_km, axis=1)
    assert np.percentile(off, 50) < 6.0
    assert np.percentile(off, 90) < 30.0
    spread = np.linalg.norm(where(c.sets, early) - np.median(where(c.sets, early), axis=0), axis=1)
    assert np.median(spread) > np.median(off)


@pytest.mark.parametrize("cause", ["explosion", "collision"])
def test_parents_were_there(cause: str) -> None:
    c = made(cause=cause)
    off = np.linalg.norm(where(c.before, np.full(len(c.before), c.truth.t_utc)) - c.truth.r_teme_km, axis=1)
    assert off.max() < 3.0
    assert (c.before.epoch_utc < c.truth.t_utc).all()
    assert tuple(c.before.norad_id.tolist()) == c.truth.parent_ids
    assert len(c.truth.parent_ids) == (2 if cause == "collision" else 1)
    assert set(c.remnant.norad_id.tolist()) <= set(c.truth.parent_ids)


def test_sets_of_fresh_pieces_are_off_by_half_a_kilometre_to_two_along_the_track() -> None:
    """Against the flight itself, at the epochs: median along the track 0.3 to 1.2 km, less across."""
    c = made(seed=11)
    t, s = c.truth, c.sets.take(np.argsort(c.sets.norad_id))
    k = s.norad_id - FIRST_PIECE_ID
    from hoshimori.exercise.clouds import _weather

    v0 = t.v_teme_km_s[t.parent[k]]
    r0 = np.repeat(t.r_teme_km[None], len(k), axis=0)
    v = v0 + np.einsum("nji,nj->ni", rtn_basis(r0, v0), t.dv_rtn_m_s[k]) / 1000.0
    at_s = ((s.epoch_utc - t.t_utc).astype(np.int64) / 1e6)[:, None]
    flown = cloud_flight.fly(r0, v, t.area_mass_m2_kg[k], at_s, _weather(11, t.t_utc, 3.0))[:, 0]
    off = np.einsum("nij,nj->ni", rtn_basis(flown[:, :3], flown[:, 3:]), where(s, s.epoch_utc) - flown[:, :3])
    radial, along, cross = np.median(np.abs(off), axis=0)
    assert 0.3 < along < 1.2
    assert max(radial, cross) < along


def test_everything_says_exercise_and_was_known_by_its_age() -> None:
    c = cloud(seed=4, n=20, age_days=(2.0, 5.0))
    for table in (c.sets, c.before, c.remnant):
        assert (table.data_mode == DataMode.EXERCISE).all()
        assert (table.norad_id > 700_000_000).all()
    assert (c.sets.known_utc <= c.truth.t_utc + 5 * DAY).all()
    assert (np.bincount(c.sets.norad_id - FIRST_PIECE_ID) == 2).mean() > 0.9
    assert (np.diff(c.sets.epoch_utc) >= np.timedelta64(0, "us")).all()


def test_same_seed_same_cloud_and_another_seed_another() -> None:
    one, two = (cloud(seed=9, n=10) for _ in range(2))
    assert one.sets.digest_texts() == two.sets.digest_texts()
    assert cloud(seed=10, n=10).sets.digest_texts() != one.sets.digest_texts()


def test_given_parent_keeps_its_number_and_place() -> None:
    parent = replace(made().before.record(0), norad_id=700_000_123, name="GIVEN", cospar_id="1999-025A")
    t = parent.epoch_utc + np.timedelta64(7, "h")
    c = cloud(seed=1, n=5, parent=parent, t_utc=t, cause="deliberate")
    assert c.truth.parent_ids == (700_000_123,)
    assert (c.before.name[0], c.before.cospar_id[0]) == ("GIVEN", "1999-025A")
    assert c.truth.t_utc == t
    expected = where(made().before.take([0]), np.array([t]))[0]
    assert c.truth.r_teme_km == pytest.approx(expected, abs=1e-9)


def test_collided_bodies_meet_at_speed_and_each_leaves_pieces() -> None:
    c = made(cause="collision")
    assert np.linalg.norm(c.truth.v_teme_km_s[0] - c.truth.v_teme_km_s[1]) > 1.5
    assert set(c.truth.parent.tolist()) == {0, 1}


def test_deliberate_is_drawn_as_a_collision_with_one_body() -> None:
    """The cloud does not know why it was struck."""
    a, b = (nature(np.random.default_rng(8), cause) for cause in ("collision", "deliberate"))
    assert a.physics == b.physics == "collision"
    assert (a.speed, a.slope, a.sigma) == (b.speed, b.slope, b.sigma)


@pytest.mark.parametrize("cause", ["explosion", "collision"])
def test_events_scatter_about_the_model(cause: fragmentation.Cause) -> None:
    """Over many events the median speed at the turning ratio is the model's; single events differ by tens of per cent."""
    medians = []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        _, area_mass, dv = pieces(rng, 3000, nature(rng, cause), "satellite")
        near = np.abs(np.log10(area_mass) + 1.0) < 0.1
        medians.append(np.median(np.linalg.norm(dv[near], axis=1)))
    log = np.log(medians)
    model = np.log(10.0 ** float(fragmentation.log_speed_mean(-1.0, cause)))
    assert log.mean() == pytest.approx(model, abs=0.2)
    assert 0.2 < log.std() < 0.6


@pytest.mark.parametrize("wrong", [{"n": 0}, {"age_days": 0.2}, {"age_days": ()}])
def test_cloud_of_nothing_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(UsageError, match="expected at least one piece"):
        cloud(seed=1, **wrong)  # type: ignore[arg-type]
