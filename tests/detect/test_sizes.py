"""Radii: what a table says is read as it stands, what it does not say is assumed openly, and both together are one radius."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from hoshimori.detect import sizes
from hoshimori.errors import FormatError
from hoshimori.formats.sizes import SizeTable, read_sizes

HEAD = "ObjectID,HBR,HBRSigma,HBRSource,Mass,MassSigma,MassSource\n"
NUMBERS = np.array([5, 6, 7, 8])
MOTION = np.array([15.0, 15.0, 1.0, 15.0])


def table(*rows: str) -> SizeTable:
    return read_sizes((HEAD + "\n".join(rows)).encode(), "sizes.csv")


def test_blank_rows_are_held_and_their_radius_is_not_known() -> None:
    held = table("7,,0,DISCOS DB,,0,DISCOS DB", "5,0.96,1.1,SFK RCS Estimate,,0,DISCOS DB")
    assert held.norad_id.tolist() == [5, 7]
    np.testing.assert_array_equal(held.radius_m, [0.96, np.nan])
    assert held.sigma_m.tolist() == [1.1, 0.0]
    assert not held.problems


def test_a_gzipped_table_is_read_alike() -> None:
    plain = (HEAD + "5,1.0,0,Default,,0,Default\n").encode()
    assert read_sizes(gzip.compress(plain), "sizes.csv.gz").radius_m.tolist() == [1.0]


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ("x,1.0,0,Default,,0,Default", "OBJECTID"),
        ("6,-1.0,0,Default,,0,Default", "HBR"),
        ("6,five,0,Default,,0,Default", "HBR"),
        ("6,nan,0,Default,,0,Default", "HBR"),
        ("6,5000,0,Default,,0,Default", "HBR"),
        ("6,1.0,-2,Default,,0,Default", "HBRSIGMA"),
        ("6,1.0", "CSV row"),
    ],
)
def test_a_bad_row_is_refused_alone_and_named(row: str, field: str) -> None:
    held = table("5,1.0,0,Default,,0,Default", row)
    assert held.norad_id.tolist() == [5]
    assert [p.field for p in held.problems] == [field]


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", HEAD.encode(), b"\x1f\x8bbroken"])
def test_what_is_no_table_is_refused(content: bytes) -> None:
    with pytest.raises(FormatError, match="no radius could be read"):
        read_sizes(content, "sizes.csv")


def test_of_two_rows_for_one_number_the_last_counts() -> None:
    assert table("5,1.0,0,Default,,0,Default", "5,2.0,0,Default,,0,Default").radius_m.tolist() == [2.0]


def test_each_radius_says_what_it_rests_on() -> None:
    held = table("5,0.96,0,SFK RCS Estimate,,0,", "6,1.1,0,Default,,0,", "7,,0,DISCOS DB,,0,")
    types = np.array(["PAYLOAD", "DEBRIS", "PAYLOAD", "ROCKET BODY"], object)
    found = sizes.radii(NUMBERS, types, MOTION, held)
    assert found.radius_m.tolist() == [0.96, 1.1, sizes.HIGH_PAYLOAD_M, sizes.ASSUMED_M["ROCKET BODY"]]
    assert found.basis.tolist() == [sizes.MEASURED, sizes.TABLE_DEFAULT, sizes.ASSUMED, sizes.ASSUMED]


def test_the_combined_radius_counts_the_tables_own_error() -> None:
    """Baars and Hall 2022, equations 8 and 9: without sigma it is the plain sum."""
    one = sizes.Radii(np.array([3.0, 3.0]), np.array([0.0, 3.0]), np.array(["", ""], object))
    two = sizes.Radii(np.array([1.0, 1.0]), np.array([0.0, 0.0]), np.array(["", ""], object))
    np.testing.assert_allclose(sizes.combined_m(one, two), [4.0, 5.0])


@pytest.mark.data
def test_the_published_table_is_read_whole(data: Path) -> None:
    """DATA.md: 58,609 numbers, of which 35,026 are blank by licence."""
    (place,) = (data / "cara" / "hbr").glob("HBR_Mass_Estimates_*.csv.gz")
    held = read_sizes(place.read_bytes(), place.name)
    assert (len(held), int(np.isnan(held.radius_m).sum())) == (58_609, 35_026)
    assert not held.problems
    assert int((held.source == "SFK RCS Estimate").sum()) == 17_765
