"""Laser-ranging predictions: real ones against what is known of their orbits, broken ones with the field named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hoshimori import formats
from hoshimori.facts import DataMode, Ephemeris, KnownBasis
from hoshimori.sky import ephemeris, frames

HEAD = """H1 CPF 2 ABC 2018 6 13 6 164 1 thing
H2 1600201 4379 41240 2018 6 13 0 0 0 2018 6 13 0 30 0 60 1 1 {frame} 0 0 1
H9
"""
ONE_MM_S = 1e-6


def made(rows: list[str], frame: int = 0, end: str = "99\n") -> bytes:
    return (HEAD.format(frame=frame) + "".join(row + "\n" for row in rows) + end).encode()


def circle(count: int = 31, flag: str = "0") -> list[str]:
    """A point that goes round at 7,000 km in 98 minutes, every minute."""
    angle = 2 * np.pi * np.arange(count) / 98.0
    x, y = 7e6 * np.cos(angle), 7e6 * np.sin(angle)
    return [f"10 {flag} 58282 {60.0 * k:.6f} 0 {x[k]:.4f} {y[k]:.4f} 0.000" for k in range(count)]


def read(content: bytes) -> Ephemeris:
    (parsed,) = formats.read(content, "made.abc", data_mode=DataMode.TEST)
    assert parsed.problems == ()
    assert parsed.format == "CPF"
    return parsed.ephemerides[0]


def test_who_when_and_where_are_read() -> None:
    told = read(made(circle()))
    assert (told.norad_id, told.cospar_id, told.name, told.frame) == (41240, "2016-002A", "thing", "ITRF")
    assert told.known_utc == np.datetime64("2018-06-13T06:00", "us")
    assert told.known_basis == KnownBasis.DECLARED
    assert told.data_mode == DataMode.TEST
    assert told.t_utc[1] - told.t_utc[0] == np.timedelta64(60, "s")
    assert told.r_km[0] == pytest.approx([7000.0, 0.0, 0.0])


def test_velocity_is_the_slope_of_the_positions_at_the_ends_too() -> None:
    told = read(made(circle()))
    speed = 2 * np.pi * 7000.0 / (98.0 * 60.0)
    assert np.linalg.norm(told.v_km_s, axis=1) == pytest.approx(np.full(31, speed), abs=10 * ONE_MM_S)
    assert np.einsum("ij,ij->i", told.r_km, told.v_km_s) / 7000.0 == pytest.approx(np.zeros(31), abs=10 * ONE_MM_S)


def test_few_positions_are_enough() -> None:
    assert np.isfinite(read(made(circle(3))).v_km_s).all()


@pytest.mark.parametrize(
    ("content", "field", "says"),
    [
        (made(circle(), end=""), "99", "breaks off"),
        (made(circle(), frame=7), "H2", "reference frame"),
        (made(circle(flag="1")), "10", "direction flag"),
        (made([*circle(), circle()[3]]), "10", "rise"),
        (made([*circle(5), "10 0 58282 600.0 0 corrupted 1.0 2.0"]), "10", "numbers"),
        (made([*circle(5), "10 0 58282 600.0 0 nan 1.0 2.0"]), "10", "finite"),
        (made([*circle(5), "10 0 58282 600.0 0 1.0"]), "10", "three coordinates"),
        (made([]), "10", "two rows"),
        (b"H1 CPF 9 ABC 2018 6 13 6 164 1 thing\n99\n", "H1", "version 1 or 2"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_field(content: bytes, field: str, says: str) -> None:
    (parsed,) = formats.read(content, "made.abc")
    assert parsed.ephemerides == ()
    (problem,) = parsed.problems
    assert problem.field == field
    assert says in problem.expected


@pytest.mark.data
@pytest.mark.parametrize("name", ["cpf_corrupted_data.csg", "cpf_unexpected_end_of_file.csg"])
def test_broken_files_of_the_world_are_refused(data: Path, name: str) -> None:
    path = data / "tracking" / "ilrs" / name
    (parsed,) = formats.read(path.read_bytes(), name)
    assert parsed.ephemerides == ()
    assert parsed.problems


@pytest.mark.data
@pytest.mark.parametrize(
    ("place", "norad_id", "cospar_id", "sma_km"),
    [
        ("ilrs/jason3_cpf_180613_16401.cne", 41240, "2016-002A", 7714.0),
        ("ilrs/lageos1_cpf_180613_16401.hts", 8820, "1976-039A", 12270.0),
        ("ilrs/galileo212_cpf_180613_6641.esa", 41860, "2016-069B", 29600.0),
        ("lageos2/lageos2_cpf_160213_5441.sgf", 22195, "1992-070B", 12160.0),
    ],
)
def test_real_predictions_have_the_orbits_that_are_known(
    data: Path, place: str, norad_id: int, cospar_id: str, sma_km: float
) -> None:
    path = data / "tracking" / place
    (parsed,) = formats.read(path.read_bytes(), path.name)
    told = parsed.ephemerides[0]
    assert (told.norad_id, told.cospar_id) == (norad_id, cospar_id)
    r, v = frames.itrs_to_teme(told.r_km, told.v_km_s, told.t_utc)
    energy = 0.5 * (v**2).sum(axis=1) - 398600.4418 / np.linalg.norm(r, axis=1)
    inner = slice(3, -3)
    assert -398600.4418 / (2.0 * energy[inner]) == pytest.approx(np.full(len(r) - 6, sma_km), rel=3e-3)


@pytest.mark.data
def test_positions_left_out_are_met_from_position_and_velocity_of_the_rest(data: Path) -> None:
    """Every second state of Jason-3, four minutes apart: the slopes must carry half the way, or Hermite would miss."""
    path = data / "tracking" / "ilrs" / "jason3_cpf_180613_16401.cne"
    told = formats.read(path.read_bytes(), path.name)[0].ephemerides[0]
    given, asked = slice(0, None, 2), slice(21, -21, 2)
    found, _ = ephemeris.interpolate(told.t_utc[given], told.r_km[given], told.v_km_s[given], told.t_utc[asked])
    five_metres = 5e-3
    assert np.abs(found - told.r_km[asked]).max() < five_metres
