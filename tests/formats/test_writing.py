"""There and back: what is written strictly is read back as the same facts, number for number."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoshimori.errors import FormatError, UsageError
from hoshimori.facts import DataMode, ElementSets, Ephemeris, KnownBasis
from hoshimori.formats import dump_oem, dump_omm, dump_tle
from tests.formats.asserting import only
from tests.truth.mean_elements import GOES_9_KVN, GOES_9_TLE, ISS_2008_TLE

OmmKind = Literal["json", "csv", "xml", "kvn"]
OMM_KINDS: tuple[OmmKind, ...] = ("json", "csv", "xml", "kvn")
CREATED = np.datetime64("2026-05-01T00:00:00", "us")

letters = st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"])
names = st.text(letters, max_size=24).map(str.strip).filter(lambda n: n.isprintable() and n.upper() != "UNKNOWN")
"""Any name but the word with which the standard says that there is none."""
angles = st.floats(0.0, 360.0)


@st.composite
def element_sets(draw: st.DrawFn) -> ElementSets:
    """Up to three sets with any digits that SGP4 can use, and catalogue numbers up to nine digits."""
    n = draw(st.integers(1, 3))

    def column(strategy: st.SearchStrategy[Any]) -> list[Any]:
        return draw(st.lists(strategy, min_size=n, max_size=n))

    columns = {
        "norad_id": column(st.integers(1, 999_999_999)),
        "epoch_utc": np.array(column(st.integers(-400_000_000_000_000, 2_700_000_000_000_000)), "datetime64[us]"),
        "mean_motion_rev_day": column(st.floats(1e-3, 18.0)),
        "eccentricity": column(st.floats(0.0, 1.0, exclude_max=True)),
        "inc_deg": column(st.floats(0.0, 180.0)),
        **{key: column(angles) for key in ("raan_deg", "argp_deg", "ma_deg")},
        **{key: column(st.floats(-1.0, 1.0)) for key in ("bstar_per_er", "ndot_rev_day2", "nddot_rev_day3")},
        "rev_at_epoch": column(st.integers(0, 999_999)),
        "element_set_no": column(st.integers(0, 9_999)),
        "name": column(names),
        "cospar_id": column(st.sampled_from(["", "1998-067A", "2024-113AB", "1981-053"])),
        "data_mode": column(st.sampled_from([int(m) for m in DataMode])),
    }
    return ElementSets.build(columns)


def assert_same(a: ElementSets, b: ElementSets, *, but: tuple[str, ...] = ("source",)) -> None:
    assert np.array_equal(a.digests(), b.digests())
    for key in ElementSets.columns():
        if key not in but:
            assert getattr(a, key).tolist() == getattr(b, key).tolist(), key


@pytest.mark.parametrize("kind", OMM_KINDS)
@pytest.mark.parametrize("version", ["2.0", "3.0"])
@settings(max_examples=12, deadline=None)
@given(sets=element_sets())
def test_omm_there_and_back(kind: OmmKind, version: Literal["2.0", "3.0"], sets: ElementSets) -> None:
    parsed = only(dump_omm(sets, kind=kind, version=version, created_utc=CREATED))
    assert parsed.problems == ()
    assert parsed.format == f"OMM/{kind.upper()}"
    assert_same(sets, parsed.element_sets, but=("source", "known_utc", "known_basis"))


@pytest.mark.parametrize("kind", OMM_KINDS)
def test_a_declared_creation_date_goes_out_as_it_came(kind: OmmKind) -> None:
    sets = only(GOES_9_KVN).element_sets
    assert_same(sets, only(dump_omm(sets, kind=kind, created_utc=CREATED)).element_sets)


@pytest.mark.parametrize("kind", OMM_KINDS)
def test_an_exercise_never_becomes_real(kind: OmmKind) -> None:
    sets = only(ISS_2008_TLE, data_mode=DataMode.EXERCISE).element_sets
    back = only(dump_omm(sets, kind=kind), data_mode=DataMode.REAL).element_sets
    assert back.data_mode.tolist() == [DataMode.EXERCISE]


def test_keywords_stand_in_the_order_of_the_standard() -> None:
    written = [line.split(" = ")[0] for line in dump_omm(only(GOES_9_KVN).element_sets, kind="kvn").splitlines() if line]
    assert written == [line.split(" = ")[0] for line in GOES_9_KVN.splitlines() if not line.startswith("GM")]


@pytest.mark.parametrize("text", [ISS_2008_TLE, GOES_9_TLE])
def test_a_published_tle_comes_back_to_the_letter(text: str) -> None:
    assert dump_tle(only(text).element_sets, lines=3) == f"0 {text}"
    assert dump_tle(only(text).element_sets, lines=2) == "".join(text.splitlines(keepends=True)[1:])


@settings(max_examples=40, deadline=None)
@given(sets=element_sets())
def test_any_set_that_fits_survives_a_tle_within_its_last_columns(sets: ElementSets) -> None:
    fits = sets.having(
        norad_id=sets.norad_id % 339_999 + 1, rev_at_epoch=sets.rev_at_epoch % 100_000, eccentricity=sets.eccentricity * 0.999
    )
    once = only(dump_tle(fits.having(ndot_rev_day2=fits.ndot_rev_day2 * 0.99), lines=3))
    assert once.problems == ()
    again = only(dump_tle(once.element_sets, lines=3)).element_sets
    assert_same(once.element_sets, again)
    half_tick = np.timedelta64(432, "us")
    assert (np.abs(once.element_sets.epoch_utc - fits.epoch_utc) <= half_tick).all()
    assert np.allclose(once.element_sets.inc_deg, fits.inc_deg, rtol=0, atol=5.01e-5)
    assert np.allclose(once.element_sets.bstar_per_er, fits.bstar_per_er, rtol=1e-4, atol=5.01e-15)
    assert once.element_sets.norad_id.tolist() == fits.norad_id.tolist()


def test_a_tle_refuses_what_its_columns_cannot_hold_all_at_once() -> None:
    sets = ElementSets.concat([only(ISS_2008_TLE).element_sets] * 5)
    wide = sets.having(
        norad_id=np.array([340_000, 799_500_123, 1, 1, 1]),
        bstar_per_er=np.array([0.0, 0.0, 1e9, 0.0, 0.0]),
        raan_deg=np.array([0.0, 0.0, 0.0, -1.0, 0.0]),
        rev_at_epoch=np.array([0, 0, 0, 0, 100_000], np.int32),
    )
    with pytest.raises(FormatError) as refused:
        dump_tle(wide, lines=2)
    told = [(p.record, p.field) for p in refused.value.problems]
    assert told == [(1, "NORAD_CAT_ID"), (2, "NORAD_CAT_ID"), (4, "RA_OF_ASC_NODE"), (3, "BSTAR"), (5, "rev_at_epoch")]


@pytest.mark.parametrize("kind", OMM_KINDS)
def test_omm_refuses_an_orbit_that_is_none(kind: OmmKind) -> None:
    sets = only(ISS_2008_TLE).element_sets
    bad = sets.having(eccentricity=np.array([1.5]), ma_deg=np.array([np.nan]), name=np.array(["two\nlines"], object))
    with pytest.raises(FormatError) as refused:
        dump_omm(bad, kind=kind)
    assert {p.field for p in refused.value.problems} == {"ECCENTRICITY", "MEAN_ANOMALY", "OBJECT_NAME"}


def test_wrong_use_is_a_usage_error() -> None:
    sets = only(ISS_2008_TLE).element_sets
    with pytest.raises(UsageError):
        dump_omm(sets, kind="yaml")  # type: ignore[arg-type]
    with pytest.raises(UsageError):
        dump_tle(sets, lines=4)  # type: ignore[arg-type]
    with pytest.raises(UsageError):
        dump_oem([], kind="kvn")


def circle(rows: int, *, covariances: int = 0) -> Ephemeris:
    """A circular orbit of 7,000 km as an operator would send it."""
    angle = np.linspace(0.0, 3.0, rows)
    ring = np.column_stack([np.cos(angle), np.sin(angle), np.sin(angle) / 3])
    t = CREATED + (np.arange(rows) * 61_234_567).astype("timedelta64[us]")
    root = np.random.default_rng(7).normal(size=(covariances, 6, 6))
    square = root @ root.transpose(0, 2, 1)
    matrices = (square + square.transpose(0, 2, 1)) / 2
    return Ephemeris(
        norad_id=None,
        cospar_id="2024-198A",
        name="TEST & <CO>",
        frame="EME2000",
        center="EARTH",
        t_utc=t,
        r_km=7000.0 * ring,
        v_km_s=7.5 * ring[:, ::-1],
        usable_start_utc=t[0],
        usable_stop_utc=t[-1],
        interpolation="HERMITE",
        interpolation_degree=7,
        covariance_t_utc=t[:covariances] if covariances else None,
        covariance=matrices if covariances else None,
        covariance_frame="RTN" if covariances else "",
        originator="OPERATOR",
        known_utc=CREATED,
        known_basis=KnownBasis.DECLARED,
    )


@pytest.mark.parametrize("kind", ["kvn", "xml"])
@pytest.mark.parametrize("version", ["2.0", "3.0"])
def test_oem_there_and_back(kind: Literal["kvn", "xml"], version: Literal["2.0", "3.0"]) -> None:
    sent = [circle(9, covariances=2), circle(1), replace(circle(4), cospar_id="", norad_id=61733, data_mode=DataMode.EXERCISE)]
    parsed = only(dump_oem(sent, kind=kind, version=version))
    assert (parsed.problems, parsed.records) == ((), 3)
    for before, after in zip(sent, parsed.ephemerides, strict=True):
        for field in fields(Ephemeris):
            assert np.array_equal(getattr(before, field.name), getattr(after, field.name)), field.name


def test_oem_refuses_what_is_no_ephemeris() -> None:
    backwards = replace(circle(3), t_utc=circle(3).t_utc[::-1])
    gap = replace(circle(3), r_km=np.full((3, 3), np.nan))
    with pytest.raises(FormatError) as refused:
        dump_oem([backwards, gap], kind="kvn")
    assert [(p.record, p.field) for p in refused.value.problems] == [(1, "t_utc"), (2, "r_km")]


@pytest.mark.data
@pytest.mark.parametrize("name", ["manoeuvres/tle/TOPEX.tle", "geo-week/geo.3le.gz"])
def test_real_histories_come_back_number_for_number(data: Path, name: str) -> None:
    sets = only((data / name).read_bytes()).element_sets
    assert_same(sets, only(dump_tle(sets, lines=3)).element_sets)
    assert_same(sets, only(dump_omm(sets, kind="csv")).element_sets)
