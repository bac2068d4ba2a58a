"""When a ranging laser must pause: against brute force, and laws of the cone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hoshimori.declared.sites import Site
from hoshimori.detect.avoidance_windows import PADDING_S, Beam
from hoshimori.detect.coincidence import merged
from hoshimori.detect.illumination import paths_of
from hoshimori.detect.neighbourhood import Bodies, watched
from hoshimori.errors import UsageError
from hoshimori.facts import Asset, ElementSets, Floats
from hoshimori.sky import visibility
from tests.detect.test_illumination import T0, after, place

TARGET, MANY = 1, 60
HOURS = 12.0


def crowd(seed: int = 4) -> ElementSets:
    """A geodetic satellite at 5,800 km and sixty others in low, middle and synchronous orbits; one set each."""
    rng = np.random.default_rng(seed)
    n = MANY
    motion = np.concatenate(([6.473], np.repeat([15.3, 14.2, 12.8, 2.005, 1.0027], n // 5)))
    angles = rng.uniform(0.0, 360.0, (3, n + 1))
    inc = np.concatenate(([52.6], rng.uniform(30.0, 100.0, n - 12), rng.uniform(0.0, 0.1, 12)))
    return ElementSets.build(
        {
            "norad_id": np.arange(1, n + 2), "epoch_utc": np.full(n + 1, T0), "mean_motion_rev_day": motion,
            "eccentricity": np.full(n + 1, 1e-3), "inc_deg": inc, "raan_deg": angles[0], "argp_deg": angles[1],
            "ma_deg": angles[2],
        }
    )  # fmt: skip


def around(sets: ElementSets) -> Bodies:
    from hoshimori.catalogue import MemoryView

    view = MemoryView(sets, T0, after(86400.0), after(2 * 86400.0))
    assets = [Asset(str(k), int(k), "", "", "", "", "", None, True, "", "") for k in sets.norad_id]
    return paths_of(sets, watched(view, assets, sets), 30.0)


def beam(cone_deg: float, sigmas: float = 3.0, site: Site | None = None) -> Beam:
    bodies = around(crowd())
    return Beam(bodies, site or place(lat=35.7, lon=139.5), bodies.row(TARGET), T0, after(HOURS * 3600.0), cone_deg, 20.0, sigmas)


def brute(one: Beam, row: int, grid: Floats) -> np.ndarray:
    """Is the object in the cone at each moment, from SGP4 positions and topocentric azimuths and elevations alone."""
    t_utc = T0 + np.rint(grid * 1e6).astype("timedelta64[us]")
    spots = [one.bodies.trajectories.at(np.full(len(grid), k), t_utc, np.zeros(len(grid)))[0] for k in (row, one.target)]
    (az, el, range_km), (az_beam, el_beam, _) = (visibility.look(r, t_utc, one.site.itrs_km()) for r in spots)
    cosine = np.sin(el) * np.sin(el_beam) + np.cos(el) * np.cos(el_beam) * np.cos(az - az_beam)
    sigma = one.separation(np.full(len(grid), row), grid)[1] - np.radians(one.cone_deg)
    assert np.all(np.sin(sigma) * range_km < 60.0)  # three sigmas of at most 20 km
    return np.asarray(np.arccos(np.clip(cosine, -1.0, 1.0)) < np.radians(one.cone_deg) + sigma)


@pytest.mark.parametrize(("cone_deg", "least"), [(2.0, 1), (12.0, 10)])
def test_closed_windows_are_those_of_brute_force(cone_deg: float, least: int) -> None:
    """Every quarter of a second, every object, every pass of half a day."""
    one = beam(cone_deg)
    rows = np.arange(len(one.bodies.keys))
    passes = one.passes()
    assert len(passes.row) >= 2
    closed_count = 0
    for rise, set_ in zip(passes.rise_s, passes.set_s, strict=True):
        grid = np.arange(rise, set_, 0.25)
        closed = one.closed(rise, set_, rows)
        closed_count += len(closed.row)
        assert one.target not in closed.row
        for row in rows[rows != one.target]:
            truth = brute(one, row, grid)
            mine = np.zeros(len(grid), bool)
            for a, b in zip(closed.start_s[closed.row == row], closed.stop_s[closed.row == row], strict=True):
                mine |= (grid >= a) & (grid <= b)
            assert not (truth & ~mine).any(), row  # nothing in the cone is left open
            edges = (mine & ~truth).sum()
            assert edges <= 2 * (closed.row == row).sum() * (1.0 + PADDING_S / 0.25), row
    assert closed_count >= least


def test_open_and_closed_make_the_pass() -> None:
    one = beam(8.0)
    passes = one.passes()
    for rise, set_ in zip(passes.rise_s, passes.set_s, strict=True):
        closed = one.closed(rise, set_, np.arange(len(one.bodies.keys)))
        shut = merged(np.column_stack((closed.start_s, closed.stop_s)))
        left = one.open(rise, set_, closed)
        assert np.diff(left, axis=1).sum() + np.diff(shut, axis=1).sum() == pytest.approx(set_ - rise, abs=1e-6)
        assert (closed.start_s >= rise).all()
        assert (closed.stop_s <= set_).all()
        assert (closed.nearest_deg <= closed.half_angle_deg + 1e-9).all()
        assert (closed.start_s <= closed.nearest_s).all()
        assert (closed.nearest_s <= closed.stop_s).all()


def test_a_wider_cone_and_more_sigmas_close_more_and_hold_the_narrower() -> None:
    narrow, wide, sure = beam(2.0, 0.0), beam(6.0, 0.0), beam(2.0, 10.0)
    every = np.arange(len(narrow.bodies.keys))
    for rise, set_ in zip(narrow.passes().rise_s, narrow.passes().set_s, strict=True):
        a, b, c = (x.closed(rise, set_, every) for x in (narrow, wide, sure))
        for bigger in (b, c):
            for row, start, stop in zip(a.row, a.start_s, a.stop_s, strict=True):
                mine = bigger.row == row
                assert ((bigger.start_s[mine] <= start + 1e-3) & (bigger.stop_s[mine] >= stop - 1e-3)).any()


def test_all_alone_nothing_is_closed() -> None:
    one = beam(5.0)
    rise, set_ = one.passes().rise_s[0], one.passes().set_s[0]
    closed = one.closed(rise, set_, np.array([one.target]))
    assert len(closed.row) == 0
    np.testing.assert_allclose(one.open(rise, set_, closed), [[rise, set_]])


def test_one_that_flies_with_the_target_closes_the_whole_pass() -> None:
    sets = crowd().take(np.array([0, 0]))
    twin = replace(sets, norad_id=np.array([1, 2]), ma_deg=np.array([10.0, 10.2]))
    bodies = around(twin)
    one = Beam(bodies, place(lat=35.7, lon=139.5), bodies.row(TARGET), T0, after(86400.0), 3.0)
    for rise, set_ in zip(one.passes().rise_s, one.passes().set_s, strict=True):
        closed = one.closed(rise, set_, np.array([0, 1]))
        assert (closed.start_s.tolist(), closed.stop_s.tolist()) == ([rise], [set_])
        assert len(one.open(rise, set_, closed)) == 0


@pytest.mark.parametrize(("cone", "sigmas"), [(0.0, 3.0), (31.0, 3.0), (float("nan"), 3.0), (1.0, -1.0)])
def test_what_is_asked_wrongly(cone: float, sigmas: float) -> None:
    with pytest.raises(UsageError, match="expected"):
        beam(cone, sigmas)
