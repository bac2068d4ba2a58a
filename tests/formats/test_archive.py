"""Archives and encodings: opened, bounded, and nothing lost in silence."""

from __future__ import annotations

import gzip
import io
import zipfile

import pytest

from hoshimori.formats import read
from hoshimori.formats.archive import unpack
from tests.formats.asserting import assert_set, only
from tests.truth.mean_elements import GOES_9_KVN, ISS_2008, ISS_2008_TLE

ISS = ISS_2008_TLE.encode()


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def test_each_member_of_a_zip_is_a_file_of_its_own() -> None:
    content = zipped({"a.tle": ISS, "deep/b.omm": GOES_9_KVN.encode(), "c.gz": gzip.compress(ISS), "d.pdf": b"%PDF-1.7\x00\xff"})
    parsed = read(content, "week.zip")
    assert [(p.file, p.format, len(p.element_sets)) for p in parsed] == [
        ("week.zip!a.tle", "TLE", 1),
        ("week.zip!deep/b.omm", "OMM/KVN", 1),
        ("week.zip!c.gz", "TLE", 1),
        ("week.zip!d.pdf", "unknown", 0),
    ]


def test_gzip_streams_may_follow_each_other() -> None:
    parsed = only(gzip.compress(ISS) + gzip.compress(ISS))
    assert (len(parsed.element_sets), parsed.problems) == (2, ())


def test_a_cut_gzip_gives_what_it_holds_and_says_so() -> None:
    whole = gzip.compress(ISS * 2000, compresslevel=1)
    parsed = only(whole[: len(whole) // 2])
    assert 0 < len(parsed.element_sets) < 2000
    assert parsed.problems[0].field == "gzip"


@pytest.mark.parametrize("at", [12, -6])
def test_a_damaged_gzip_is_refused(at: int) -> None:
    damaged = bytearray(gzip.compress(ISS))
    damaged[at] ^= 0xFF
    parsed = only(bytes(damaged))
    assert (parsed.format, len(parsed.element_sets)) == ("gzip", 0)
    assert parsed.problems[0].refused


@pytest.mark.parametrize("content", [b"PK\x03\x04 but no archive", zipped({}), zipped({"a": ISS})[:60]])
def test_no_zip_at_all(content: bytes) -> None:
    parsed = only(content)
    assert (parsed.format, len(parsed.problems)) == ("zip", 1)


@pytest.mark.parametrize("bomb", [gzip.compress(bytes(200_000)), zipped({"zeros": bytes(200_000)})], ids=["gzip", "zip"])
def test_a_bomb_is_not_unpacked(bomb: bytes) -> None:
    (found,) = unpack(bomb, "bomb", limit_bytes=100_000)
    assert found[0] == b""
    assert "100000 bytes" in found[1].problems()[0].value


def test_archives_are_opened_twice_and_no_deeper() -> None:
    once = zipped({"x": ISS})
    assert len(only(zipped({"y": once})).element_sets) == 1
    assert only(zipped({"z": zipped({"y": once})})).format == "archive"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32", "ascii"])
def test_encodings_that_say_what_they_are(encoding: str) -> None:
    parsed = only(ISS_2008_TLE.encode(encoding))
    assert parsed.problems == ()
    assert_set(parsed.element_sets, 0, ISS_2008)


def test_latin_1_is_read_with_a_reservation() -> None:
    parsed = only(ISS_2008_TLE.replace("ZARYA", "ÉTOILE").encode("latin-1"))
    assert parsed.element_sets.name.tolist() == ["ISS (ÉTOILE)"]
    assert [(p.field, p.line, p.refused) for p in parsed.problems] == [("encoding", 1, False)]


def test_japanese_names_are_kept() -> None:
    assert only(ISS_2008_TLE.replace("ISS (ZARYA)", "きらめき3号")).element_sets.name.tolist() == ["きらめき3号"]
