"""Messages as meetings: axes, units, frames, what is not known, the shared error of the air; and messages of our own."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hoshimori.detect.messages import NOT_OPERATIONAL, Party, meeting, message
from hoshimori.errors import DataError, UsageError
from hoshimori.facts import ConjunctionMessage, DataMode, Floats
from hoshimori.formats import dump_cdm, read
from hoshimori.sky import frames
from hoshimori.sky.chance.meeting import Meeting
from hoshimori.sky.chance.short import foster_1992
from tests.formats.conjunctions import differences, made

ONE_MILLIMETRE = 1e-6  # km
TCA = np.datetime64("2026-05-26T03:04:05.678", "us")
CREATED = np.datetime64("2026-05-24T12:00:00", "us")

AIR = (
    "DCP Density Forecast Uncertainty = {sigma}",
    "DCP Sensitivity Vector RTN Pos = {r} {t} {n} [m]",
    "DCP Sensitivity Vector RTN Vel = {vr} {vt} {vn} [m/sec]",
)


def in_frame(m: ConjunctionMessage, which: int, frame: str) -> ConjunctionMessage:
    """The same message with one object told in another frame."""
    o = m.objects[which]
    tca = np.asarray(m.tca_utc)
    teme = frames.to_teme(o.frame, o.r_km, o.v_km_s, tca)
    r, v = frames.teme_to_itrs(*teme, tca) if frame == "ITRF" else frames.teme_to_gcrs(*teme, tca)
    objects = [replace(o, r_km=r, v_km_s=v, frame=frame) if k == which else x for k, x in enumerate(m.objects)]
    return replace(m, objects=(objects[0], objects[1]))


def with_covariances(m: ConjunctionMessage, *covariances: Floats | None) -> ConjunctionMessage:
    one, two = (replace(o, covariance_rtn_m=c) for o, c in zip(m.objects, covariances, strict=True))
    return replace(m, objects=(one, two))


def spread(m: Meeting) -> tuple[float, float, float]:
    """What no choice of axes changes: miss distance, relative speed, and the squared distance in sigmas."""
    dr, dv = m.r2_km - m.r1_km, m.v2_km_s - m.v1_km_s
    both = (m.covariance1 + m.covariance2 - m.cross - m.cross.T)[:3, :3]
    return float(np.linalg.norm(dr)), float(np.linalg.norm(dv)), float(dr @ np.linalg.solve(both, dr))


def test_axes_and_units_by_hand() -> None:
    """Object 1 flies along y at x: its R, T, N are x, y, z. Object 2 flies along z: its R, T, N are x, z, -y (nearly)."""
    sigmas = np.diag([100.0, 400.0, 25.0, 1.0, 4.0, 9.0])
    m = with_covariances(made(), sigmas, sigmas)
    one, two = m.objects
    straight = replace(two, r_km=np.array([7000.1, 0.0, 0.0]))
    found = meeting(replace(m, objects=(one, straight)))
    assert np.diag(found.covariance1).tolist() == pytest.approx([1e-4, 4e-4, 2.5e-5, 1e-6, 4e-6, 9e-6])
    assert np.diag(found.covariance2).tolist() == pytest.approx([1e-4, 2.5e-5, 4e-4, 1e-6, 9e-6, 4e-6])
    assert (found.radius_km, found.r1_km.tolist(), found.v2_km_s.tolist()) == (0.0125, [7000.0, 0.0, 0.0], [0.0, 0.0, 7.5])
    assert not found.cross.any()


def test_signs_of_the_covariances_between_axes() -> None:
    """A rotation with signs: between R and N of object 2 stands minus the term between x and y."""
    matrix = np.eye(6)
    matrix[0, 2] = matrix[2, 0] = 0.25
    matrix[1, 4] = matrix[4, 1] = 0.5
    two = replace(made().objects[1], r_km=np.array([7000.1, 0.0, 0.0]), covariance_rtn_m=matrix)
    found = meeting(replace(made(), objects=(made().objects[0], two))).covariance2
    assert found[0, 1] == found[1, 0] == pytest.approx(-0.25e-6)
    assert found[2, 5] == found[5, 2] == pytest.approx(0.5e-6)


def test_an_unknown_velocity_covariance_stays_unknown_and_spoils_nothing() -> None:
    known = np.diag([100.0, 400.0, 25.0, 1.0, 1.0, 1.0])
    partly = known.copy()
    partly[3:], partly[:, 3:] = np.nan, np.nan
    whole, half = meeting(with_covariances(made(), known, known)), meeting(with_covariances(made(), known, partly))
    assert half.covariance2[:3, :3].tolist() == whole.covariance2[:3, :3].tolist()
    assert np.isnan(half.covariance2[3:]).all()
    assert np.isnan(half.covariance2[:, 3:]).all()


def test_a_radius_is_needed_and_a_given_one_wins() -> None:
    bare = replace(made(), radius_m=np.nan)
    with pytest.raises(UsageError, match=r"no COMMENT HBR line.*give radius_km"):
        meeting(bare)
    assert meeting(bare, 0.02).radius_km == meeting(made(), 0.02).radius_km == 0.02
    for wrong in (0.0, -1.0, float("nan")):
        with pytest.raises(UsageError, match="above 0"):
            meeting(made(), wrong)


def test_an_object_without_a_covariance_is_refused_by_name() -> None:
    with pytest.raises(DataError, match="OBJECT2 has no covariance"):
        meeting(with_covariances(made(), np.eye(6), None))


def test_the_frame_changes_nothing_that_can_be_measured() -> None:
    there = spread(meeting(made()))
    assert there[0] == pytest.approx(0.3, abs=ONE_MILLIMETRE)
    for frame in ("GCRF", "ITRF"):
        told = in_frame(in_frame(made(), 0, frame), 1, frame)
        assert spread(meeting(told)) == pytest.approx(there, rel=1e-6), frame


def test_one_object_in_gcrf_and_one_in_eme2000_meet() -> None:
    assert spread(meeting(in_frame(made(), 1, "GCRF"))) == pytest.approx(spread(meeting(made())), rel=1e-6)


def test_an_object_on_the_turning_earth_beside_one_among_the_stars_needs_its_orientation() -> None:
    mixed = in_frame(made(), 1, "ITRF")
    with pytest.raises(DataError, match=r"EME2000 and ITRF.*give eop"):
        meeting(mixed)
    assert spread(meeting(mixed, eop=frames.EarthOrientation())) == pytest.approx(spread(meeting(made())), rel=1e-6)


def air(sigma: float, r: float, t: float, n: float) -> tuple[str, ...]:
    return tuple(line.format(sigma=sigma, r=r, t=t, n=n, vr=0.0, vt=0.0, vn=0.0) for line in AIR)


def test_two_objects_in_the_same_wrong_air_are_wrong_together() -> None:
    """Side by side on one orbit, all their error from the air: the error of the difference vanishes along the track."""
    one = replace(
        made().objects[0], covariance_rtn_m=np.diag([1.0, 1e4, 1.0, 1e-6, 1e-6, 1e-6]), comments=air(0.2, 0.0, 500.0, 0.0)
    )
    two = replace(one, r_km=one.r_km + np.array([0.1, 0.0, 0.0]))
    m = replace(made(), objects=(one, two))
    found = meeting(m)
    both = found.covariance1 + found.covariance2 - found.cross - found.cross.T
    assert both[1, 1] == pytest.approx(0.0, abs=ONE_MILLIMETRE**2)
    assert both[0, 0] == pytest.approx(2e-6)
    assert not meeting(m, correlated=False).cross.any()
    assert not meeting(replace(m, objects=(one, replace(two, comments=())))).cross.any()


def test_the_shared_error_is_turned_with_each_objects_own_axes() -> None:
    """T of object 1 is y, T of object 2 is z."""
    one, two = made().objects
    two = replace(two, r_km=np.array([7000.1, 0.0, 0.0]), comments=air(0.5, 0.0, 30.0, 0.0))
    found = meeting(replace(made(), objects=(replace(one, comments=air(0.2, 0.0, 500.0, 0.0)), two))).cross
    expected = np.zeros((6, 6))
    expected[1, 2] = 0.2 * 0.5 * 0.5 * 0.03
    assert found == pytest.approx(expected)


@pytest.mark.data
def test_short_encounter_probabilities_of_nasa_cara(data: Path) -> None:
    """Pc2D of 35 real messages (CARA, 2026): frames, units and rotations are right, and the published runs leave `cross` out.

    Worst 5e-6 relative, for a probability of 4e-23; a part in a million of a sigma there.
    """
    table = (data / "cara/real_expected.csv").read_text().splitlines()
    expected = {r["Conjunction_ID"]: float(r["Pc2D"]) for r in csv.DictReader(table)}
    places = sorted((data / "cara/real").glob("*.cdm"))
    assert len(places) == len(expected) == 35
    changed = 0
    for place in places:
        (m,) = read(place.read_bytes(), place.name)[0].conjunctions
        assert probability(meeting(m, correlated=False)) == pytest.approx(expected[place.stem], rel=1e-5), place.stem
        changed += abs(probability(meeting(m)) / expected[place.stem] - 1.0) > 0.1
    assert changed >= 20


@pytest.mark.data
def test_the_shared_error_of_real_messages_is_possible(data: Path) -> None:
    """Both errors together have a covariance without negative variances: scale, axes and sign of the DCP lines fit."""
    for place in (data / "cara/real").glob("*.cdm"):
        (m,) = read(place.read_bytes(), place.name)[0].conjunctions
        found = meeting(m)
        joint = np.block([[found.covariance1, found.cross], [found.cross.T, found.covariance2]])
        sigma = np.sqrt(np.diag(joint))
        assert np.linalg.eigvalsh(joint / np.outer(sigma, sigma))[0] > 0.0, place.stem


@pytest.mark.data
def test_the_published_probability_of_a_message_in_itrf(data: Path) -> None:
    """CSpOC integrates over a square around the radius: 4/pi of the circle where the probability is even over it.

    Radius: the two exclusion radii of 5 m that the message names.
    """
    place = data / "ccsds/orekit/cdm/ION_SCV8_vs_STARLINK_1233.txt"
    (m,) = read(place.read_bytes(), place.name)[0].conjunctions
    assert probability(meeting(m, 0.010, correlated=False)) * 4.0 / np.pi == pytest.approx(m.probability, rel=1e-3)


def probability(m: Meeting) -> float:
    both = m.covariance1 + m.covariance2 - m.cross - m.cross.T
    return float(np.ravel(foster_1992(m.r2_km - m.r1_km, m.v2_km_s - m.v1_km_s, both[:3, :3], m.radius_km))[0])


def ours(**options: Any) -> ConjunctionMessage:
    covariance = np.diag([1e-2, 0.25, 4e-2, 1e-8, 1e-8, 1e-8])
    covariance[0, 1] = covariance[1, 0] = -0.02
    flying, crossing = np.array([0.0, 7.5, 0.0]), np.array([0.0, 0.0, 7.5])
    one = Party(
        90001, "KIRAMEKI 1", "2017-001A", np.array([7000.0, 0.0, 0.0]), flying, covariance, "CALCULATED", "PAYLOAD", "YES"
    )
    two = Party(
        90002, "DEBRIS", "", np.array([7000.1, 0.2, 0.2]), crossing, covariance * 9.0, "DEFAULT", comments=("of its class",)
    )
    return message(one, two, TCA, CREATED, **options)


def test_a_message_of_our_own_says_what_it_is() -> None:
    m = ours(radius_km=0.0125, probability=1.5e-5, method="foster_1992", data_mode=DataMode.EXERCISE)
    assert m.originator == "HOSHIMORI"
    assert m.comments == (*NOT_OPERATIONAL, "HBR = 12.5 [m]")
    assert "NOT AN OPERATIONAL" in m.comments[0]
    assert (m.probability_method, m.known_utc) == ("FOSTER-1992", CREATED)
    assert m.miss_m == pytest.approx(300.0)
    assert m.relative_position_rtn_m == pytest.approx([100.0, 200.0, 200.0])
    assert m.relative_velocity_rtn_m_s == pytest.approx([0.0, -7500.0, 7500.0])
    assert m.message_id == "000090001_conj_000090002_20260526T030405_20260524T120000"
    assert [o.fields["COVARIANCE_METHOD"] for o in m.objects] == ["CALCULATED", "DEFAULT"]


@pytest.mark.parametrize("frame", ["EME2000", "GCRF"])
def test_a_message_of_our_own_is_written_and_comes_back(frame: str) -> None:
    m = ours(radius_km=0.0125, probability=1.5e-5, method="foster_1992", frame=frame)
    for kind in ("KVN", "XML"):
        spelling: Any = kind
        (parsed,) = read(dump_cdm(m, kind=spelling).encode(), "ours")
        assert parsed.problems == ()
        (back,) = parsed.conjunctions
        assert set(differences(back, m)) <= {"fields", "0.fields", "1.fields"}
    found = meeting(back)
    assert spread(found)[0] == pytest.approx(0.3, abs=ONE_MILLIMETRE)
    told = m.objects[0].covariance_rtn_m
    assert told is not None
    assert np.linalg.eigvalsh(found.covariance1) == pytest.approx(np.linalg.eigvalsh(told) * 1e-6)


def test_our_states_leave_teme_and_can_go_back() -> None:
    m = ours()
    o = m.objects[0]
    assert o.frame == "EME2000"
    assert np.linalg.norm(o.r_km - [7000.0, 0.0, 0.0]) > 10.0  # 26 years of precession
    r, v = frames.to_teme("EME2000", o.r_km, o.v_km_s, np.asarray(TCA))
    assert r == pytest.approx([7000.0, 0.0, 0.0], abs=ONE_MILLIMETRE)
    assert v == pytest.approx([0.0, 7.5, 0.0], abs=ONE_MILLIMETRE)
    assert np.isnan([m.probability, m.radius_m]).all()


def test_our_messages_are_written_in_no_other_frame() -> None:
    with pytest.raises(UsageError, match="EME2000 or GCRF"):
        ours(frame="TEME")
