"""Marks of a way down: met where a step was made, not met where air explains all, cannot tell where sets do not say."""

from __future__ import annotations

import numpy as np

from hoshimori.detect import decay_fit, descent_marks
from hoshimori.detect.descent_marks import CANNOT_TELL, MET, NOT_MET
from hoshimori.facts import ElementSets
from hoshimori.sky.atmosphere import steady
from tests.detect.falls import AP, F107, as_known, fall

AIR = steady(f107=F107, ap=AP)


def marks(sets: ElementSets) -> tuple[dict[str, str], decay_fit.Drag]:
    drag = decay_fit.drag(sets, AIR)
    return {m.name: m.verdict for m in descent_marks.controlled_marks(sets, drag, AIR)}, drag


def orbit(perigee_km: list[float], apogee_km: list[float], hours: list[float], revolution: int = 1) -> ElementSets:
    rp, ra = np.array(perigee_km) + 6378.137, np.array(apogee_km) + 6378.137
    axis = 0.5 * (rp + ra)
    epoch = np.datetime64("2014-05-01T00:00:00", "us") + (np.array(hours) * 3.6e9).astype("timedelta64[us]")
    n, motion = len(rp), 86400.0 / 2.0 / np.pi * np.sqrt(398600.8 / axis**3)
    return ElementSets.build(
        {
            "norad_id": np.full(n, 70_000), "epoch_utc": epoch, "mean_motion_rev_day": motion,
            "eccentricity": (ra - rp) / (ra + rp), "inc_deg": np.full(n, 53.0), "raan_deg": np.zeros(n), "argp_deg": np.zeros(n),
            "ma_deg": np.zeros(n), "rev_at_epoch": revolution + np.arange(n),
        }
    )  # fmt: skip


def test_air_alone_makes_no_step() -> None:
    sets, _ = as_known(fall("satellite", 3), 4.0)
    found, drag = marks(sets)
    assert found == {"retrograde step": NOT_MET, "perigee drop": NOT_MET}
    assert drag.basis == "sets"


def test_the_burns_of_a_driven_descent_are_a_step() -> None:
    made = fall("controlled", 1)
    sets, _ = as_known(made, 0.2)
    found, drag = marks(sets)
    assert found["retrograde step"] == MET
    label, why = descent_marks.descent_class(tuple(descent_marks.controlled_marks(sets, drag, AIR)), drag, 1.0)
    assert label == "cannot tell"  # the last burn comes after the last set
    assert why.code == "reentry class one"


def test_a_perigee_that_falls_within_a_revolution_is_a_drop_and_a_later_one_cannot_tell() -> None:
    found, drag = marks(orbit([400.0, 400.0, 50.0], [420.0, 420.0, 420.0], [0.0, 24.0, 25.0]))
    assert found["perigee drop"] == MET
    assert found["retrograde step"] == MET
    sets = orbit([400.0, 400.0, 50.0], [420.0, 420.0, 420.0], [0.0, 24.0, 25.0])
    label, _ = descent_marks.descent_class(tuple(descent_marks.controlled_marks(sets, drag, AIR)), drag, 0.1)
    assert label == "controlled"
    found, _ = marks(orbit([400.0, 400.0, 50.0], [420.0, 420.0, 420.0], [0.0, 24.0, 34.0]))
    assert found["perigee drop"] == CANNOT_TELL


def test_one_set_cannot_tell() -> None:
    found, _ = marks(orbit([250.0], [260.0], [0.0]))
    assert found == {"retrograde step": CANNOT_TELL, "perigee drop": CANNOT_TELL}


def verdicts(sets: ElementSets, **declared: float | int) -> dict[str, str]:
    return {m.name: m.verdict for m in descent_marks.orbit_marks(sets, **declared)}  # type: ignore[arg-type]


def test_a_flight_without_element_sets_cannot_be_judged() -> None:
    assert set(verdicts(ElementSets.empty()).values()) == {CANNOT_TELL}


def test_the_marks_of_a_fractional_orbit() -> None:
    once = verdicts(orbit([120.0], [160.0], [0.0]), azimuth_deg=190.0, objects=2, declared_objects=1)
    assert once["low perigee at first cataloguing"] == MET
    assert once["burn before one revolution"] == CANNOT_TELL
    assert once["approach from the south"] == MET
    assert once["objects beyond those declared"] == MET
    long = verdicts(orbit([420.0, 420.0], [430.0, 430.0], [0.0, 48.0]), azimuth_deg=45.0, objects=1, declared_objects=1)
    assert set(long.values()) == {NOT_MET}
    assert verdicts(orbit([170.0], [260.0], [0.0]))["low perigee at first cataloguing"] == CANNOT_TELL
    assert verdicts(orbit([120.0], [160.0], [0.0], revolution=900))["low perigee at first cataloguing"] == CANNOT_TELL
